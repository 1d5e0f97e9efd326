"""What sockets of event loops do: asyncio's own loop, and uvloop."""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Awaitable, Callable
from itertools import repeat
from statistics import median
from typing import Any, Optional

import zmq
from worker.processes import start_peer, tell
from worker.room import Chunk, Room, Stopwatch, Timing, case

#: One loop, so many clients.
CLIENTS = 1000

Work = Callable[[int], Awaitable[Optional[Timing]]]


class Loop:
    """A loop, open as long as the room is, and a context whose sockets belong to it."""

    def __init__(self, room: Room, kind: str) -> None:
        import zmq.asyncio  # noqa: PLC0415  (the other cases do without asyncio)

        self._loop: asyncio.AbstractEventLoop = importlib.import_module(kind).new_event_loop()
        room.stack.callback(self._loop.close)
        self.context = zmq.asyncio.Context()
        room.stack.callback(self.context.destroy, linger=0)
        self.poller = zmq.asyncio.Poller

    def pair(self) -> tuple[Any, Any]:
        """Return a PUSH socket and the PULL socket that it is connected to over inproc."""
        receiver = self.context.socket(zmq.PULL)
        receiver.bind("inproc://bench")
        sender = self.context.socket(zmq.PUSH)
        sender.connect("inproc://bench")
        return sender, receiver

    def chunk(self, work: Work) -> Chunk:
        """Make a chunk of a coroutine. What starting and stopping the loop takes does not count."""

        async def timed(count: int) -> Timing:
            watch = Stopwatch()
            with watch:
                told = await work(count)
            return told or watch.timing()

        return lambda count: self._loop.run_until_complete(timed(count))


@case("asyncio_send_recv", "asyncio", 1)
@case("uvloop_send_recv", "uvloop", 1)
@case("asyncio_multipart_2", "asyncio", 2)
@case("uvloop_multipart_2", "uvloop", 2)
def ready(room: Room, kind: str, parts: int) -> Chunk:
    """Send and receive what is there at once."""
    loop = Loop(room, kind)
    sender, receiver = loop.pair()
    message = bytes(16)
    messages = [message] * parts

    async def work(count: int) -> None:
        if parts == 1:
            for _ in repeat(None, count):
                await sender.send(message)
                await receiver.recv()
        else:
            for _ in repeat(None, count):
                await sender.send_multipart(messages)
                await receiver.recv_multipart()

    return loop.chunk(work)


@case("asyncio_wake", "asyncio")
@case("uvloop_wake", "uvloop")
def wake(room: Room, kind: str) -> Chunk:
    """How long after a message is sent a task that waits for it goes on: the median."""
    loop = Loop(room, kind)
    sender, receiver = loop.pair()
    message = bytes(16)

    async def work(count: int) -> Timing:
        times: list[int] = []
        sent = 0

        async def receive() -> None:
            for _ in repeat(None, count):
                await receiver.recv()
                times.append(time.perf_counter_ns() - sent)

        task = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        cpu = time.thread_time_ns()
        for number in range(count):
            sent = time.perf_counter_ns()
            await sender.send(message)
            while len(times) == number:
                await asyncio.sleep(0)
        await task
        return Timing(time.thread_time_ns() - cpu, round(median(times) * count))

    return loop.chunk(work)


@case("asyncio_socket_poll", "asyncio", False)
@case("asyncio_poller", "asyncio", True)
@case("uvloop_poller", "uvloop", True)
def poll(room: Room, kind: str, with_poller: bool) -> Chunk:
    """Poll where there is nothing, send, wait for the poll, receive."""
    loop = Loop(room, kind)
    sender, receiver = loop.pair()
    poller = loop.poller()
    poller.register(receiver, zmq.POLLIN)
    message = bytes(16)

    async def work(count: int) -> None:
        for _ in repeat(None, count):
            polling = poller.poll() if with_poller else receiver.poll()
            await sender.send(message)
            await polling
            await receiver.recv()

    return loop.chunk(work)


@case("asyncio_tcp", "asyncio")
@case("uvloop_tcp", "uvloop")
def throughput(room: Room, kind: str) -> Chunk:
    """Receive what another process sends."""
    loop = Loop(room, kind)
    receiver = loop.context.socket(zmq.PULL)
    port = receiver.bind_to_random_port("tcp://127.0.0.1")
    peer = start_peer(room, endpoint=f"tcp://127.0.0.1:{port}", size=16, answers=False)

    async def work(count: int) -> Timing:
        watch = Stopwatch()
        tell(peer, count + 1)
        # From the first message on, when connecting and starting are over.
        await receiver.recv()
        with watch:
            for _ in repeat(None, count):
                await receiver.recv()
        return watch.timing()

    return loop.chunk(work)


@case("asyncio_clients", "asyncio")
@case("uvloop_clients", "uvloop")
def clients(room: Room, kind: str) -> Chunk:
    """A thousand clients that ask one server in the same loop: each waits for its answer before it asks again."""
    loop = Loop(room, kind)
    server = loop.context.socket(zmq.ROUTER)
    server.bind("inproc://bench")
    dealers = [loop.context.socket(zmq.DEALER) for _ in range(CLIENTS)]
    for dealer in dealers:
        dealer.connect("inproc://bench")
    message = bytes(16)

    async def serve(count: int) -> None:
        for _ in repeat(None, count):
            await server.send_multipart(await server.recv_multipart())

    async def ask(dealer: Any, count: int) -> None:
        for _ in repeat(None, count):
            await dealer.send(message)
            await dealer.recv()

    async def work(count: int) -> None:
        each, more = divmod(count, CLIENTS)
        asking = [ask(dealer, each + (number < more)) for number, dealer in enumerate(dealers)]
        await asyncio.gather(serve(count), *asking)

    return loop.chunk(work)
