"""A client and an echo in one thread: tornado's loop with ZMQStream, and gevent."""

from __future__ import annotations

import asyncio
from itertools import repeat
from typing import Any

import zmq
from worker.room import Chunk, Room, Stopwatch, Timing, case


def connected(room: Room, context: Any) -> tuple[Any, Any]:
    """Return a REQ socket and the REP socket that it is connected to over inproc."""
    room.stack.callback(context.destroy, linger=0)
    rep, req = context.socket(zmq.REP), context.socket(zmq.REQ)
    rep.bind("inproc://echo")
    req.connect("inproc://echo")
    return req, rep


@case("tornado_echo")
def streams(room: Room) -> Chunk:
    """Send from the callback of what was received, back and forth."""
    from tornado.ioloop import IOLoop  # noqa: PLC0415  (the other cases do without)

    from zmq.eventloop.zmqstream import ZMQStream  # noqa: PLC0415

    req, rep = connected(room, zmq.Context())
    loop = IOLoop(make_current=False)
    room.stack.callback(loop.close)
    client, echo = ZMQStream(req, loop), ZMQStream(rep, loop)
    room.stack.callback(client.close)
    room.stack.callback(echo.close)
    echo.on_recv(echo.send_multipart)
    message = [bytes(16)]

    async def work(count: int) -> Timing:
        done = asyncio.get_running_loop().create_future()
        left = count

        def answered(answer: list[bytes]) -> None:
            nonlocal left
            left -= 1
            if left:
                client.send_multipart(answer)
            else:
                done.set_result(None)

        client.on_recv(answered)
        watch = Stopwatch()
        with watch:
            client.send_multipart(message)
            await done
        return watch.timing()

    def chunk(count: int) -> Timing:
        timing: Timing = loop.run_sync(lambda: work(count))
        return timing

    return chunk


@case("gevent_echo")
def greenlets(room: Room) -> Chunk:
    """A greenlet that asks, and one that answers."""
    import gevent  # noqa: PLC0415  (the other cases do without)

    import zmq.green  # noqa: PLC0415

    req, rep = connected(room, zmq.green.Context())
    message = bytes(16)

    def serve() -> None:
        while True:
            rep.send(rep.recv())

    server = gevent.spawn(serve)
    room.stack.callback(server.kill)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            req.send(message)
            req.recv()

    return chunk
