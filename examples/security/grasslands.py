"""Grasslands: no security. Anyone may connect, and everything is readable on its way."""

from __future__ import annotations

import zmq


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as server, context.socket(zmq.PULL) as client:
        server.bind("tcp://127.0.0.1:*")
        client.connect(server.last_endpoint.decode())

        server.send(b"hello")
        print("received:", client.recv().decode())


if __name__ == "__main__":
    main()
