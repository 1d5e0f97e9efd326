"""How many messages, and bytes, pass from one process to another in a second.

``python throughput.py [bytes] [messages] [transport]``, where the transport is tcp or ipc. Large messages are sent with
``copy=False``.
"""

from __future__ import annotations

import multiprocessing
import sys
import time

import zmq

# From this size on, not copying pays.
LARGE = 64 * 1024


def produce(address: str, size: int, count: int) -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.connect(address)
        message = bytes(size)
        for _ in range(count):
            socket.send(message, copy=size < LARGE)


def main() -> None:
    size, count, transport = (*sys.argv[1:], *("16", "200000", "tcp")[len(sys.argv) - 1 :])
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        socket.bind("tcp://127.0.0.1:*" if transport == "tcp" else "ipc://*")
        peer = multiprocessing.Process(target=produce, args=[socket.last_endpoint.decode(), int(size), int(count) + 1])
        peer.start()
        # The time begins when the first one has come.
        socket.recv()

        begin = time.perf_counter()
        for _ in range(int(count)):
            socket.recv(copy=int(size) < LARGE)
        seconds = time.perf_counter() - begin
        peer.join()
    rate = int(count) / seconds
    print(f"{size} bytes, {transport}: {rate:.0f} messages/s, {rate * int(size) / 1e6:.1f} MB/s")


if __name__ == "__main__":
    main()
