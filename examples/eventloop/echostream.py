"""An echo server with a ZMQStream, which calls a function with each message: ``python echostream.py [address]``.

Try it with ``client.py``.
"""

from __future__ import annotations

import asyncio
import sys

import zmq
from zmq.eventloop.zmqstream import ZMQStream


async def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    with zmq.Context() as context:
        stream = ZMQStream(context.socket(zmq.REP))
        stream.bind(address)
        stream.on_recv(stream.send_multipart)
        print(f"echoing at {stream.socket.last_endpoint.decode()}", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            stream.close()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
