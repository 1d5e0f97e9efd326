"""A client in front of the queue of ``device.py``: ``python client.py [front]``."""

from __future__ import annotations

import sys

import zmq


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5559"
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        # A question that nobody takes must not keep the program from ending.
        socket.linger = 0
        socket.rcvtimeo = 10_000  # milliseconds
        socket.connect(address)
        for number in range(1, 5):
            socket.send_string(str(number))
            try:
                told = socket.recv_json()
            except zmq.Again:
                sys.exit(f"no answer through {address}: do device.py and server.py run?")
            assert isinstance(told, dict)
            print(f"{told['question']} squared is {told['answer']}")


if __name__ == "__main__":
    main()
