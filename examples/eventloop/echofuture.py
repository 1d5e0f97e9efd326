"""An echo server as a coroutine in tornado's event loop, which is asyncio's: ``python echofuture.py [address]``.

Try it with ``client.py``.
"""

from __future__ import annotations

import asyncio
import sys

from tornado.ioloop import IOLoop

import zmq
import zmq.asyncio


async def echo(socket: zmq.asyncio.Socket) -> None:
    while True:
        message = await socket.recv_multipart()
        await socket.send_multipart(message)


async def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    with zmq.asyncio.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind(address)
        print(f"echoing at {socket.last_endpoint.decode()}", flush=True)
        # Other things of tornado's run meanwhile.
        IOLoop.current().call_later(3600, print, "an hour has passed")
        await echo(socket)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
