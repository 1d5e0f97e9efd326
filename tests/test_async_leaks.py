"""A loop that is closed while something waits in it leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter
from tests.fix_context import SocketFactory
from tests.fix_gc import collect
from tests.fix_wait import wait_until

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy",
    reason="PyPy frees what is in cycles in its own time; CPython runs the same code with the CFFI backend",
)

#: What waits: a call of a socket, a peerless PAIR.
WAITING: dict[str, Callable[[Adapter, Any], Any]] = {
    "recv": lambda _, socket: socket.recv(),
    "recv_multipart": lambda _, socket: socket.recv_multipart(),
    "send": lambda _, socket: socket.send(b"1"),
    "send_multipart": lambda _, socket: socket.send_multipart([b"1", b"2"]),
    "poll": lambda _, socket: socket.poll(),
    "poller": lambda adapter, socket: poller(adapter, socket).poll(),
    "poller with a limit": lambda adapter, socket: poller(adapter, socket).poll(60_000),
}


def poller(adapter: Adapter, socket: Any) -> Any:
    made = adapter.poller_class()
    made.register(socket, zmq.POLLIN)
    return made


@pytest.fixture(autouse=True)
def _unclosed() -> Iterator[None]:
    """The sockets are not closed, nor the tasks ended: that is what is tested."""
    collect()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
        collect()


def new_loop(adapter: Adapter) -> asyncio.AbstractEventLoop:
    """A loop that reports nothing about tasks that are destroyed."""
    loop = adapter._new_loop()
    loop.set_exception_handler(lambda *_: None)
    return loop


def wait_and_close(adapter: Adapter, wait: str, how: str, limit: bool, shadow: bool = False) -> list[weakref.ref[Any]]:
    """Wait in a loop, and close that; return references to the loop and the sockets."""
    loop = new_loop(adapter)
    context = adapter.context_class()
    socket = context.socket(zmq.PAIR)
    socket.linger = 0
    if limit:
        socket.rcvtimeo = socket.sndtimeo = 60_000
    used = type(socket)(socket) if shadow else socket
    references = [weakref.ref(each) for each in (loop, socket, used, context)]

    async def call() -> Any:
        return await WAITING[wait](adapter, used)

    async def test() -> None:
        waiting = asyncio.ensure_future(call()) if how == "task" else WAITING[wait](adapter, used)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()

    loop.run_until_complete(test())
    loop.close()
    return references


def gone(references: list[weakref.ref[Any]]) -> bool:
    ioloop = sys.modules.get("tornado.ioloop")
    if ioloop is not None:
        # tornado itself forgets a closed loop when another one is made.
        ioloop.IOLoop(make_current=False).close(all_fds=True)
    gc.collect()
    return not any(reference() is not None for reference in references)


@pytest.mark.parametrize(
    ("wait", "how", "shadow"),
    [*((wait, "future", False) for wait in WAITING), ("recv", "task", False), ("send", "future", True)],
)
def test_closed_loop_leaves_nothing(
    futures: Adapter, wait: str, how: str, shadow: bool, count_descriptors: Callable[[], int]
) -> None:
    # What is made once for the process.
    wait_and_close(futures, "recv", "future", False)
    collect()
    before = count_descriptors()
    references = [
        reference for number in range(3) for reference in wait_and_close(futures, wait, how, number % 2 == 1, shadow)
    ]
    wait_until(lambda: gone(references), 2)
    # libzmq closes descriptors in a thread of its own.
    wait_until(lambda: count_descriptors() <= before, 2)


@pytest.mark.parametrize("wait", ["recv", "send", "poll", "poller"])
def test_socket_works_in_the_next_loop(futures: Adapter, wait: str, sockets: SocketFactory) -> None:
    """Those who waited in a loop that is closed are nobody any more."""
    peer = sockets(zmq.PAIR)
    context = futures.context_class(peer.context)
    socket = context.socket(zmq.PAIR)
    socket.linger = 0
    socket.bind("inproc://next-loop")

    def stop_waiting() -> None:
        loop = new_loop(futures)

        async def test() -> None:
            WAITING[wait](futures, socket)
            for _ in range(5):
                await asyncio.sleep(0)

        loop.run_until_complete(test())
        loop.close()

    for _ in range(3):
        stop_waiting()
    collect()
    peer.connect("inproc://next-loop")
    loop = new_loop(futures)

    async def use() -> None:
        peer.send(b"1")
        peer.send(b"2")
        assert await asyncio.wait_for(socket.recv(), 2) == b"1"
        assert await asyncio.wait_for(poller(futures, socket).poll(2000), 4) == [(socket, zmq.POLLIN)]
        assert await asyncio.wait_for(socket.recv(), 2) == b"2"
        await asyncio.wait_for(socket.send(b"3"), 2)
        assert peer.recv() == b"3"

    try:
        loop.run_until_complete(use())
    finally:
        loop.close()
        socket.close()


def test_plain_sockets_in_a_poller_of_a_closed_loop(
    futures: Adapter, sockets: SocketFactory, count_descriptors: Callable[[], int]
) -> None:
    def once() -> list[weakref.ref[Any]]:
        loop = new_loop(futures)
        socket = zmq.Socket(made.context, zmq.PAIR)
        socket.linger = 0

        async def test() -> None:
            waiting = asyncio.ensure_future(poller(futures, socket).poll())
            for _ in range(5):
                await asyncio.sleep(0)
            assert not waiting.done()

        loop.run_until_complete(test())
        loop.close()
        return [weakref.ref(loop), weakref.ref(socket)]

    made = sockets(zmq.PAIR)
    once()
    collect()
    before = count_descriptors()
    references = [reference for _ in range(3) for reference in once()]
    wait_until(lambda: gone(references), 2)
    wait_until(lambda: count_descriptors() <= before, 2)


def test_streams_of_a_closed_loop(sockets: SocketFactory, count_descriptors: Callable[[], int]) -> None:
    pytest.importorskip("tornado", reason="ZMQStream needs tornado")
    from zmq.eventloop.zmqstream import ZMQStream

    made = sockets(zmq.PAIR)

    def once() -> list[weakref.ref[Any]]:
        loop = asyncio.new_event_loop()
        socket = zmq.Socket(made.context, zmq.PULL)
        socket.linger = 0
        references: list[weakref.ref[Any]] = [weakref.ref(loop), weakref.ref(socket)]

        async def test() -> None:
            stream = ZMQStream(socket)
            stream.on_recv(print)
            references.append(weakref.ref(stream))
            for _ in range(5):
                await asyncio.sleep(0)

        loop.run_until_complete(test())
        loop.close()
        return references

    once()
    collect()
    before = count_descriptors()
    references = [reference for _ in range(3) for reference in once()]
    wait_until(lambda: gone(references), 2)
    wait_until(lambda: count_descriptors() <= before, 2)
