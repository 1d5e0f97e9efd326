"""Ask one of the echo servers: ``python client.py [address]``."""

from __future__ import annotations

import sys

import zmq


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.rcvtimeo = 10_000  # milliseconds
        socket.connect(address)
        for number in range(3):
            socket.send_multipart([b"message", b"%d" % number])
            try:
                print("echo:", b" ".join(socket.recv_multipart()).decode())
            except zmq.Again:
                sys.exit(f"no answer from {address}: does one of the echo servers run?")


if __name__ == "__main__":
    main()
