"""The time that a message takes there and back, with a process at the other end.

``python latency.py [bytes] [messages] [transport]``, where the transport is tcp or ipc.
"""

from __future__ import annotations

import multiprocessing
import sys
import time

import zmq


def echo(address: str, count: int) -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.connect(address)
        for _ in range(count):
            socket.send(socket.recv())


def main() -> None:
    size, count, transport = (*sys.argv[1:], *("16", "20000", "tcp")[len(sys.argv) - 1 :])
    message = bytes(int(size))
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.bind("tcp://127.0.0.1:*" if transport == "tcp" else "ipc://*")
        peer = multiprocessing.Process(target=echo, args=[socket.last_endpoint.decode(), int(count) + 1])
        peer.start()
        # The first one waits for the connection.
        socket.send(message)
        socket.recv()

        begin = time.perf_counter()
        for _ in range(int(count)):
            socket.send(message)
            socket.recv()
        seconds = time.perf_counter() - begin
        peer.join()
    print(f"{size} bytes, {transport}: {seconds / int(count) * 1e6:.1f} us there and back")


if __name__ == "__main__":
    main()
