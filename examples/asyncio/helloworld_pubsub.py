"""A publisher says hello to the world in several languages; subscribers hear theirs. All are tasks of one loop."""

from __future__ import annotations

import asyncio

import zmq
import zmq.asyncio

GREETINGS = {"de": "Hallo Welt", "en": "Hello world", "es": "Hola mundo"}


async def publish(socket: zmq.asyncio.Socket, subscriptions: int) -> None:
    """Greet, once the subscriptions have arrived; an XPUB receives them. Empty greetings are the last ones."""
    for _ in range(subscriptions):
        await socket.recv()
    for last in (False, True):
        for language, text in GREETINGS.items():
            await socket.send_multipart([language.encode(), b"" if last else text.encode()])


async def listen(context: zmq.asyncio.Context, address: str, language: str) -> str:
    """Return what is said in a language."""
    heard = []
    async with context.socket(zmq.SUB) as socket:
        socket.subscribe(language)
        socket.connect(address)
        async for _, text in socket:
            if not text:
                break
            heard.append(text.decode())
    return f"{language}: {', '.join(heard)}"


async def main() -> None:
    with zmq.asyncio.Context() as context:
        async with context.socket(zmq.XPUB) as socket:
            socket.bind("tcp://127.0.0.1:*")
            address = socket.last_endpoint.decode()
            listeners = [listen(context, address, language) for language in ("de", "en")]
            _, *heard = await asyncio.gather(publish(socket, len(listeners)), *listeners)
    print("\n".join(str(line) for line in heard))


if __name__ == "__main__":
    asyncio.run(main())
