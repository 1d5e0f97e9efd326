"""Coroutines that send, receive and poll: whoever waits for a message lets the others go on."""

from __future__ import annotations

import asyncio

import zmq
import zmq.asyncio

COUNT = 3


async def ping(socket: zmq.asyncio.Socket) -> None:
    """Ask, and wait for each answer."""
    for number in range(COUNT):
        await socket.send_multipart([b"ping", b"%d" % number])
        answer = await socket.recv_multipart()
        print("answer:", b" ".join(answer).decode())


async def pong(socket: zmq.asyncio.Socket) -> None:
    """Answer as long as questions come."""
    async for message in socket:
        await socket.send_multipart([b"pong", *message[1:]])


async def watch(socket: zmq.asyncio.Socket) -> None:
    """Poll, and receive what is there."""
    poller = zmq.asyncio.Poller()
    poller.register(socket, zmq.POLLIN)
    for _ in range(COUNT):
        ready = dict(await poller.poll(timeout=10_000))  # milliseconds
        if socket in ready:
            print("tick:", await socket.recv_string())


async def tick(socket: zmq.asyncio.Socket) -> None:
    for number in range(COUNT):
        await socket.send_string(str(number))
        await asyncio.sleep(0.01)


async def main() -> None:
    with zmq.asyncio.Context() as context:
        async with context.socket(zmq.DEALER) as client, context.socket(zmq.DEALER) as server:
            server.bind("tcp://127.0.0.1:*")
            client.connect(server.last_endpoint.decode())
            answering = asyncio.create_task(pong(server))
            await ping(client)
            answering.cancel()
            await asyncio.wait([answering])

        async with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
            push.bind("inproc://ticks")
            pull.connect("inproc://ticks")
            await asyncio.gather(watch(pull), tick(push))


if __name__ == "__main__":
    asyncio.run(main())
