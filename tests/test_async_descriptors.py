"""Watching descriptors in event loops: what goes wrong with one descriptor, or in one callback, stays there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import socket as plain
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_async import ADAPTERS, Adapter, room
from tests.fix_gc import ResourceWarnings, collect
from zmq._async import descriptors as module
from zmq._async.descriptors import descriptors

THREAD = ADAPTERS["thread"]

Pair = tuple[plain.socket, plain.socket]


@pytest.fixture
def pairs() -> Iterator[Callable[[], Pair]]:
    """Make pairs of sockets of Python's own, which are closed after the test."""
    made: list[plain.socket] = []

    def new_pair() -> Pair:
        both = plain.socketpair()
        made.extend(both)
        return both

    yield new_pair
    for one in made:
        one.close()


@pytest.fixture
def slow_selector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch by select(), which fails if one descriptor is closed, as on Windows."""
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)


def selector_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "pyzmq-selector"]


def run_and_catch(adapter: Adapter, test: Callable[[], Any]) -> list[BaseException]:
    """Run a test; return what reached the loop's exception handler."""
    caught: list[BaseException] = []

    async def catching() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: caught.append(told["exception"]))
        await test()

    adapter.run(catching)
    return caught


class Reading:
    """Reads what comes."""

    def __init__(self, reading: plain.socket) -> None:
        self.received = b""
        self._reading = reading
        reading.setblocking(False)

    def __call__(self) -> None:
        # It may be called once more than there is something to read.
        with contextlib.suppress(BlockingIOError):
            self.received += self._reading.recv(100)


def watch(reading: plain.socket) -> Reading:
    callback = Reading(reading)
    descriptors(asyncio.get_running_loop()).add_reader(reading.fileno(), callback)
    return callback


@pytest.mark.usefixtures("slow_selector")
def test_a_closed_descriptor_does_not_end_the_thread(pairs: Callable[[], Pair]) -> None:
    async def test() -> None:
        (left, right), (closed, _) = pairs(), pairs()
        told: list[Any] = []
        descriptors(asyncio.get_running_loop()).add_reader(closed.fileno(), lambda: told.append(1))
        callback = watch(left)
        right.send(b"1")
        await THREAD.until(lambda: callback.received == b"1")
        closed.close()
        for _ in range(20):
            callback.received = b""
            right.send(b"2")
            await THREAD.until(lambda: callback.received == b"2")
        # Linux reports the closed descriptor once itself; the port reports it at most once more.
        assert len(told) in (1, 2)
        assert len(selector_threads()) == 1

    THREAD.run(test)
    assert selector_threads() == []


@pytest.mark.usefixtures("slow_selector")
def test_a_descriptor_that_cannot_be_watched(pairs: Callable[[], Pair]) -> None:
    """select() takes none beyond 1023."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 1200:
        pytest.skip("the process may not have enough descriptors")

    async def test() -> None:
        (left, right), (low, far) = pairs(), pairs()
        high = os.dup2(low.fileno(), 1100, inheritable=False)
        try:
            told: list[Any] = []
            watched = descriptors(asyncio.get_running_loop())
            watched.add_reader(high, lambda: told.append(1))
            callback = watch(left)
            for _ in range(20):
                callback.received = b""
                right.send(b"2")
                await THREAD.until(lambda: callback.received == b"2")
            far.send(b"1")
            await THREAD.sleep(0)
            assert told == [1]
        finally:
            os.close(high)

    resource.setrlimit(resource.RLIMIT_NOFILE, (1200, before[1]))
    try:
        (error,) = run_and_catch(THREAD, test)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert isinstance(error, ValueError)


def test_more_descriptors_than_one_thread_takes(pairs: Callable[[], Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)

    async def test() -> None:
        both = [pairs() for _ in range(10)]
        callbacks = [watch(left) for left, _ in both]
        for _ in range(3):
            for _, right in both:
                right.send(b"1")
            await THREAD.until(lambda: all(callback.received for callback in callbacks))
            for callback in callbacks:
                callback.received = b""
        assert len(selector_threads()) == 4
        watched = descriptors(asyncio.get_running_loop())
        for (left, _), callback in zip(both, callbacks):
            watched.remove_reader(left.fileno(), callback)
        callbacks = [watch(left) for left, _ in both]
        # Their places were free again.
        assert len(selector_threads()) == 4

    THREAD.run(test)
    assert selector_threads() == []


class TooFew(selectors.DefaultSelector):
    """A select() that takes few descriptors."""

    def select(self, timeout: float | None = None) -> Any:
        if len(self.get_map()) > 3:
            raise ValueError("too many file descriptors in select()")
        return super().select(timeout)


def test_more_descriptors_than_the_system_takes(pairs: Callable[[], Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one is refused, and its callback called once to find out; the others go on."""
    monkeypatch.setattr(selectors, "DefaultSelector", TooFew)

    async def test() -> None:
        both = [pairs() for _ in range(3)]
        callbacks = [watch(left) for left, _ in both[:2]]
        for _, right in both[:2]:
            right.send(b"1")
        refused: list[Any] = []
        descriptors(asyncio.get_running_loop()).add_reader(both[2][0].fileno(), lambda: refused.append(1))
        for _ in range(20):
            for _, right in both[:2]:
                right.send(b"1")
            await THREAD.until(lambda: all(callback.received for callback in callbacks))
            for callback in callbacks:
                callback.received = b""
        assert refused == [1]

    (error,) = run_and_catch(THREAD, test)
    assert str(error) == "too many file descriptors in select()"


class Flaky(selectors.DefaultSelector):
    """Fails now and then, for no reason that lies in a descriptor."""

    left = 3

    def select(self, timeout: float | None = None) -> Any:
        if Flaky.left and len(self.get_map()) > 1:
            Flaky.left -= 1
            raise OSError("no memory")
        return super().select(timeout)


def test_errors_of_the_system_pass(
    pairs: Callable[[], Pair], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(selectors, "DefaultSelector", Flaky)
    monkeypatch.setattr(module, "_PAUSE", 0.001)

    async def test() -> None:
        left, right = pairs()
        callback = watch(left)
        right.send(b"1")
        await THREAD.until(lambda: callback.received)

    THREAD.run(test)
    assert Flaky.left == 0
    (record,) = caplog.records
    assert "cannot be watched" in record.message


LOOPS = [adapter for name, adapter in ADAPTERS.items() if name != "gevent"]


@pytest.fixture(params=LOOPS, ids=[adapter.name for adapter in LOOPS])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    chosen: Adapter = request.param
    return chosen.require()


def test_a_callback_that_raises_stops_no_other(adapter: Adapter, pairs: Callable[[], Pair]) -> None:
    """Whether they have a descriptor of their own, or the same one."""

    async def test() -> None:
        (a, to_a), (b, to_b) = pairs(), pairs()
        watched = descriptors(asyncio.get_running_loop())
        raised: list[int] = []

        def fail() -> None:
            raised.append(1)
            raise ZeroDivisionError

        watched.add_reader(a.fileno(), fail)
        callbacks = [watch(a), watch(b)]
        for _ in range(10):
            for other in (to_a, to_b):
                other.send(b"1")
            await adapter.until(lambda: all(callback.received for callback in callbacks))
            for callback in callbacks:
                callback.received = b""
        assert len(raised) >= 10

    caught = run_and_catch(adapter, test)
    assert len(caught) >= 10
    assert {type(error) for error in caught} == {ZeroDivisionError}


def test_a_callback_that_ends_the_loop(adapter: Adapter, pairs: Callable[[], Pair]) -> None:
    """What stands behind it is called when the loop runs again."""
    left, right = pairs()
    ended: list[int] = []

    def end() -> None:
        if not ended:
            ended.append(1)
            raise KeyboardInterrupt

    loop = adapter._new_loop()
    try:

        async def begin() -> Reading:
            descriptors(loop).add_reader(left.fileno(), end)
            return watch(left)

        callback = loop.run_until_complete(begin())
        right.send(b"1")
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(adapter.until(lambda: False))
        loop.run_until_complete(asyncio.wait_for(adapter.until(lambda: callback.received), 20))
    finally:
        loop.close()


def test_one_that_was_removed_is_not_called(adapter: Adapter, pairs: Callable[[], Pair]) -> None:
    async def test() -> None:
        left, right = pairs()
        watched = descriptors(asyncio.get_running_loop())
        called: list[str] = []

        def first() -> None:
            called.append("first")
            watched.remove_reader(left.fileno(), second)
            watched.remove_reader(left.fileno(), first)

        def second() -> None:
            called.append("second")

        watched.add_reader(left.fileno(), first)
        watched.add_reader(left.fileno(), second)
        right.send(b"1")
        await adapter.until(lambda: called)
        await adapter.sleep(0)
        assert called == ["first"]

    adapter.run(test)


def test_closing_a_running_loop(pairs: Callable[[], Pair]) -> None:
    """It fails, and the loop watches on."""

    async def test() -> None:
        left, right = pairs()
        callback = watch(left)
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop().close()
        right.send(b"1")
        await THREAD.until(lambda: callback.received)

    THREAD.run(test)


@pytest.mark.parametrize("item", ["descriptor", "socket"])
@pytest.mark.parametrize("keep", ["nothing", "the loop"])
def test_loops_that_are_closed_while_something_waits(
    adapter: Adapter,
    item: str,
    keep: str,
    pairs: Callable[[], Pair],
    resource_warnings: ResourceWarnings,
    count_descriptors: Callable[[], int],
    eventually: Callable[[Callable[[], bool]], bool],
) -> None:
    """Neither they nor what waits is kept alive."""
    kept: list[Any] = []
    dead: list[weakref.ref[Any]] = []
    left, _ = pairs()

    async def wait(context: Any) -> None:
        poller = adapter.poller_class()
        poller.register(left, zmq.POLLIN)
        waiting = [poller.poll()]
        if item == "socket":
            socket = context.socket(zmq.PULL)
            poller.register(socket)
            waiting += [poller.poll(), socket.recv()]
            dead.append(weakref.ref(socket))
        await asyncio.sleep(0)
        assert not any(future.done() for future in waiting)
        dead.extend(map(weakref.ref, waiting))

    counts: list[int] = []
    with room(adapter) as place, resource_warnings() as texts:
        for _ in range(10):
            loop = adapter._new_loop()
            loop.run_until_complete(wait(place.context))
            loop.close()
            if keep == "the loop":
                kept.append(loop)
            else:
                dead.append(weakref.ref(loop))
            del loop
            collect()
            counts.append(count_descriptors())
        alive = [one for one in (reference() for reference in dead) if one is not None]
        for one in alive:
            if isinstance(one, zmq.Socket):
                one.close()
        # tornado remembers the latest loop.
        assert len(alive) <= (adapter.name == "tornado")
        # libzmq closes the descriptors of closed sockets in a thread of its own.
        eventually(lambda: count_descriptors() <= counts[0])
    assert len(texts) == (10 if item == "socket" else 0)


def test_a_forgotten_loop_ends_its_thread(pairs: Callable[[], Pair], resource_warnings: ResourceWarnings) -> None:
    loop = THREAD._new_loop()
    left, _ = pairs()

    async def begin() -> None:
        watch(left)

    loop.run_until_complete(begin())
    (thread,) = selector_threads()
    with resource_warnings() as texts:
        del loop
    thread.join(20)
    assert not thread.is_alive()
    assert any("unclosed event loop" in text for text in texts)
