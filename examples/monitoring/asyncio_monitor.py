"""What happens to a socket's connections, told by its monitor, in a task of asyncio."""

from __future__ import annotations

import asyncio

import zmq
import zmq.asyncio
from zmq.utils.monitor import recv_monitor_message


async def show(monitor: zmq.asyncio.Socket) -> None:
    """Print events until the client is gone."""
    while True:
        event = await recv_monitor_message(monitor)
        kind = zmq.Event(event["event"])
        print(kind.name)
        if kind == zmq.EVENT_DISCONNECTED:
            return


async def main() -> None:
    with zmq.asyncio.Context() as context, context.socket(zmq.REP) as server:
        server.bind("tcp://127.0.0.1:*")
        with server.get_monitor_socket() as monitor:
            showing = asyncio.create_task(show(monitor))
            with context.socket(zmq.REQ) as client:
                client.connect(server.last_endpoint.decode())
                await client.send(b"hello")
                await server.send(await server.recv())
                print("echo:", (await client.recv()).decode())
            await showing


if __name__ == "__main__":
    asyncio.run(main())
