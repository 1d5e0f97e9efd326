"""A worker behind the queue of ``device.py``: ``python server.py [back]``. Start as many as you like."""

from __future__ import annotations

import os
import sys

import zmq


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5560"
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.connect(address)
        print(f"worker {os.getpid()} waits for questions from {address}; Ctrl-C ends it", flush=True)
        try:
            while True:
                number = int(socket.recv_string())
                socket.send_json({"question": number, "answer": number**2, "worker": os.getpid()})
        except KeyboardInterrupt:
            print("interrupted")


if __name__ == "__main__":
    main()
