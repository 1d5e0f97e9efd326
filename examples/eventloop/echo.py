"""An echo server in tornado's event loop, by the descriptor of its socket: ``python echo.py [address]``.

``echostream.py`` and ``echofuture.py`` do the same with less to take care of. Try it with ``client.py``.
"""

from __future__ import annotations

import asyncio
import sys

from tornado.ioloop import IOLoop

import zmq


async def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind(address)

        def echo(*_: object) -> None:
            # The loop tells of changes, once: all that is there must be received.
            while socket.get(zmq.EVENTS) & zmq.POLLIN:
                socket.send_multipart(socket.recv_multipart())

        loop = IOLoop.current()
        loop.add_handler(socket.fileno(), echo, IOLoop.READ)
        # What came before the loop watched it would be told of by nobody.
        echo()
        print(f"echoing at {socket.last_endpoint.decode()}", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_handler(socket.fileno())


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
