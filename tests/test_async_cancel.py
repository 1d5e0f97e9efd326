"""Cancelling receivers: a done future stays done, and no message is lost by a task that awaits it directly."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter, Room
from tests.fix_gc import collect
from tests.fix_shared import PLAIN, SOON, soon, turns
from tests.test_async_conformance import FORMS, every_form, plain

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy",
    reason="collecting garbage in each test takes PyPy minutes; CPython runs the same code with the CFFI backend",
)

ROUNDS = 50


async def completed(future: Any) -> None:
    """Let the loop run until a future is done: what awaits it runs after the caller."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        if future.done():
            return
        await asyncio.sleep(0)
    raise AssertionError("the future is not done in time")


async def pending(function: Callable[[Callable[[], Any]], Awaitable[Any]], receive: Callable[[], Any]) -> Any:
    """A task that receives by a function of the call, once it waits; and the future that it waits for."""
    inner: list[Any] = []

    def call() -> Any:
        inner.append(receive())
        return inner[0]

    task = asyncio.ensure_future(function(call))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    assert not inner[0].done()
    return task, inner


# ---- a future that is done stays done


@every_form
@pytest.mark.parametrize("waits", [True, False])
def test_done_future_stays_done(run_futures: Callable[..., Any], form: str, waits: bool) -> None:
    parts, receive, expected = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        if not waits:
            sender.send_multipart(parts)
        future = receive(b)
        assert future.done() != waits
        await turns(adapter, 3)
        if waits:
            sender.send_multipart(parts)
        await completed(future)
        for _ in range(2):
            assert not future.cancel()
            assert future.done()
            assert not future.cancelled()
            assert future.exception() is None
            assert plain(future.result()) == expected
        assert plain(await future) == expected
        assert not b.events & zmq.POLLIN

    run_futures(test)


def test_cancel_them_all_and_read_what_is_done(run_futures: Callable[..., Any]) -> None:
    """The usual end of asyncio.wait()."""

    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        c = place.socket(zmq.PULL)
        for number in range(ROUNDS):
            futures = [c.recv(), b.recv(), c.recv_multipart()]
            asyncio.get_running_loop().call_soon(zmq.Socket(a).send, b"%d" % number)
            done, _ = await asyncio.wait(futures, timeout=SOON, return_when=asyncio.FIRST_COMPLETED)
            assert [future.cancel() for future in futures] == [True, False, True]
            assert [future.result() for future in done] == [b"%d" % number]

    run_futures(test)


def test_callbacks_get_the_result(run_futures: Callable[..., Any]) -> None:
    """Also when the future was cancelled after it was done, before they run."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        results: list[bytes] = []
        future = b.recv()
        future.add_done_callback(lambda done: results.append(done.result()))
        await turns(adapter, 3)
        zmq.Socket(a).send(b"1")
        await completed(future)
        assert not future.cancel()
        await turns(adapter, 3)
        assert results == [b"1"]

    run_futures(test)


def test_future_of_an_error_stays_done(run_futures: Callable[..., Any]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        future = b.recv_json()
        await turns(adapter, 3)
        zmq.Socket(a).send(b"{")
        await completed(future)
        assert not future.cancel()
        assert not future.cancelled()
        with pytest.raises(ValueError, match=r"(?i)name"):
            await future
        zmq.Socket(a).send(b"1")
        assert await soon(adapter, b.recv(), "the next receiver") == b"1"

    run_futures(test)


def test_other_futures_stay_done(run_futures: Callable[..., Any]) -> None:
    """Those of sends and polls."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.socket(zmq.PUSH), place.socket(zmq.PULL)
        futures = [a.send(b"1"), a.send_multipart([b"2"]), a.poll(None, zmq.POLLOUT), b.poll(None)]
        await turns(adapter, 3)
        a.bind("inproc://stay-done")
        b.connect("inproc://stay-done")
        for future in futures:
            await completed(future)
            assert not future.cancel()
        assert [await future for future in futures] == [None, None, zmq.POLLOUT, zmq.POLLIN]
        assert [await b.recv(), await b.recv()] == [b"1", b"2"]

    run_futures(test)


# ---- ways to await directly


@contextlib.asynccontextmanager
async def time_limit(seconds: float) -> AsyncIterator[None]:
    """As asyncio.timeout(), which older versions lack: cancel the task, and raise TimeoutError in its place."""
    task = asyncio.current_task()
    assert task is not None
    over = False

    def end() -> None:
        nonlocal over
        over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, end)
    try:
        yield
    except asyncio.CancelledError:
        if over:
            raise asyncio.TimeoutError from None
        raise
    finally:
        timer.cancel()


async def wait_by_callback(future: Any, seconds: float) -> Any:
    """As asyncio.wait_for() did until CPython 3.11: wait for something else that the future's callback ends."""
    loop = asyncio.get_running_loop()
    end = loop.create_future()

    def release(*_: Any) -> None:
        if not end.done():
            end.set_result(None)

    timer = loop.call_later(seconds, release)
    future.add_done_callback(release)
    try:
        await end
    except asyncio.CancelledError:
        if future.done():
            return future.result()
        future.remove_done_callback(release)
        future.cancel()
        raise
    finally:
        timer.cancel()
    if not future.done():
        future.cancel()
        raise asyncio.TimeoutError
    return future.result()


async def directly(call: Callable[[], Any]) -> Any:
    return await call()


async def held(call: Callable[[], Any]) -> Any:
    future = call()
    return await future


async def deep(call: Callable[[], Any]) -> Any:
    async def inner(depth: int) -> Any:
        return await (inner(depth - 1) if depth else call())

    try:
        return await inner(5)
    finally:
        # What runs between the cancellation and the end of the task.
        assert asyncio.current_task() is not None


async def within_wait_for(call: Callable[[], Any]) -> Any:
    return await asyncio.wait_for(call(), 60)


async def within_wait_for_of_coroutine(call: Callable[[], Any]) -> Any:
    return await asyncio.wait_for(directly(call), 60)


async def within_wait_by_callback(call: Callable[[], Any]) -> Any:
    return await wait_by_callback(call(), 60)


async def within_time_limit(call: Callable[[], Any]) -> Any:
    async with time_limit(60), time_limit(50):
        return await call()


async def within_timeout(call: Callable[[], Any]) -> Any:
    if sys.version_info < (3, 11):
        raise NotImplementedError
    async with asyncio.timeout(60), asyncio.timeout(50):
        return await call()


async def within_task_group(call: Callable[[], Any]) -> Any:
    if sys.version_info < (3, 11):
        raise NotImplementedError
    async with asyncio.TaskGroup():
        return await call()


async def after_await(call: Callable[[], Any]) -> Any:
    await asyncio.sleep(0)
    return await call()


DIRECT: dict[str, Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]]] = {
    function.__name__: function
    for function in (
        *(directly, held, deep, after_await, within_wait_for, within_wait_for_of_coroutine, within_wait_by_callback),
        within_time_limit,
        # Both came with Python 3.11.
        *((within_timeout, within_task_group) if sys.version_info >= (3, 11) else ()),
    )
}
every_way = pytest.mark.parametrize("way", list(DIRECT))


@every_way
@pytest.mark.parametrize("form", ["recv", "recv_multipart", "recv_string", "recv_serialized", "recv_frames"])
@pytest.mark.parametrize("when", ["before it comes", "while it comes", "when it is there"])
def test_cancelled_task_loses_nothing(run_futures: Callable[..., Any], way: str, form: str, when: str) -> None:
    """The message is returned by the task, or received next, whole."""
    parts, receive, expected = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        for _ in range(ROUNDS):
            task, inner = await pending(DIRECT[way], lambda: receive(b))
            if when != "before it comes":
                sender.send_multipart(parts)
            if when == "when it is there":
                await completed(inner[0])
                assert not task.done()
            inner.clear()
            task.cancel()
            if when == "before it comes":
                sender.send_multipart(parts)
            try:
                got = await soon(adapter, task, "the task")
            except asyncio.CancelledError:
                assert b.events & zmq.POLLIN
                assert await soon(adapter, b.recv_multipart(), "the next receiver") == parts
            else:
                # Until CPython 3.11, wait_for returns what it has, and so hides that the task was cancelled.
                assert way.startswith("within_wait")
                assert plain(got) == expected
            assert not b.events & zmq.POLLIN

    run_futures(test)


@every_way
def test_cancelled_tasks_keep_the_order(run_futures: Callable[..., Any], way: str) -> None:
    """Several are cancelled, or receive, in one turn of the loop; others wait behind them."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        for first in range(ROUNDS):
            waiting = [await pending(DIRECT[way], b.recv) for _ in range(6)]
            for number in range(6):
                sender.send(b"%d" % number)
            await completed(waiting[-1][1][0])
            cancelled = [number for number in range(6) if (first >> number) % 2 == 0]
            for number in reversed(cancelled):
                waiting[number][0].cancel()
            results = []
            for task, _ in waiting:
                with contextlib.suppress(asyncio.CancelledError):
                    results.append(await soon(adapter, task, "a task"))
            assert results == sorted(results)
            rest = [await soon(adapter, b.recv(), "the next receiver") for _ in range(6 - len(results))]
            assert rest == sorted(rest)
            assert sorted(results + rest) == [b"%d" % number for number in range(6)]

    run_futures(test)


@pytest.mark.parametrize("limit", ["wait_for", "wait_by_callback", "time_limit", "timeout"])
def test_timeouts_at_the_time_of_the_message(run_futures: Callable[..., Any], limit: str) -> None:
    """The time is over in the very turn of the loop in which the message comes."""
    if limit == "timeout" and sys.version_info < (3, 11):
        pytest.skip("asyncio.timeout came with Python 3.11")

    async def receive(b: Any, seconds: float) -> Any:
        if limit == "wait_for":
            return await asyncio.wait_for(b.recv(), seconds)
        if limit == "wait_by_callback":
            return await wait_by_callback(b.recv(), seconds)
        async with time_limit(seconds) if limit == "time_limit" else asyncio.timeout(seconds):
            return await b.recv()

    async def test(adapter: Adapter, place: Room) -> tuple[int, int]:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        loop = asyncio.get_running_loop()
        sent: list[int] = []
        received: list[int] = []
        timed_out = 0

        def send(number: int) -> None:
            sent.append(number)
            sender.send(b"%d" % number)

        for number in range(4 * ROUNDS):
            # The timer of the message is set first, and both are due in one turn: the loop is blocked until then.
            due = loop.time() + 0.0005
            loop.call_at(due - 0.0001 * (number % 3), send, number)
            task = asyncio.ensure_future(receive(b, 0.0005))
            await asyncio.sleep(0)
            while loop.time() < due + 0.0002:
                pass
            try:
                received.append(int(await task))
            except asyncio.TimeoutError:
                timed_out += 1
        while len(received) < 4 * ROUNDS:
            received.append(int(await soon(adapter, b.recv(), "the next receiver")))
        # uvloop's timers may change places.
        assert received == sent
        return timed_out, 4 * ROUNDS

    timed_out, all_of_them = run_futures(test)
    assert 0 <= timed_out <= all_of_them


def test_task_groups_that_fail(run_futures: Callable[..., Any]) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("task groups came with Python 3.11")

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        received: list[bytes] = []
        inner: list[Any] = []

        async def receive() -> None:
            inner.append(b.recv())
            received.append(await inner[-1])

        async def fail() -> None:
            await turns(adapter, 3)
            sender.send(b"1")
            await completed(inner[0])
            raise ValueError

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(receive())
                group.create_task(fail())

        for _ in range(ROUNDS):
            with pytest.raises(ExceptionGroup):  # noqa: F821  (of 3.11)
                await both()
            inner.clear()
            if not received:
                received.append(await soon(adapter, b.recv(), "the next receiver"))
            assert received == [b"1"]
            received.clear()

    run_futures(test)


@every_way
def test_who_waits_gets_what_a_cancelled_task_leaves(run_futures: Callable[..., Any], way: str) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for _ in range(ROUNDS):
            first, inner = await pending(DIRECT[way], b.recv)
            second, _ = await pending(directly, b.recv_multipart)
            zmq.Socket(a).send(b"1")
            await completed(inner[0])
            first.cancel()
            try:
                assert await first == b"1"
            except asyncio.CancelledError:
                assert await soon(adapter, second, "the other receiver") == [b"1"]
            else:
                second.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await second

    run_futures(test)


# ---- what can be lost: the caller holds a future, or another task has the result already


async def by_gather(call: Callable[[], Any]) -> Any:
    never = asyncio.get_running_loop().create_future()
    return await asyncio.gather(call(), never)


async def by_shield(call: Callable[[], Any]) -> Any:
    return await asyncio.shield(call())


async def by_wait(call: Callable[[], Any]) -> Any:
    never = asyncio.get_running_loop().create_future()
    await asyncio.wait([call(), never])


async def by_task(call: Callable[[], Any]) -> Any:
    """The inner task has ended, the outer one has not seen it."""
    return await asyncio.ensure_future(directly(call))


@pytest.mark.parametrize("way", [by_gather, by_shield, by_wait, by_task])
def test_what_indirect_ways_can_lose(run_futures: Callable[..., Any], way: Any) -> None:
    """At most the one message that was there when it was cancelled; as with asyncio.Queue, nothing promises more."""

    async def test(adapter: Adapter, place: Room) -> int:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        lost = 0
        for _ in range(ROUNDS):
            task, inner = await pending(way, b.recv)
            sender.send(b"1")
            await completed(inner[0])
            inner.clear()
            if way is by_task:
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            del task
            collect()
            await turns(adapter, 3)
            sender.send(b"2")
            got = await soon(adapter, b.recv(), "the next receiver")
            assert got in (b"1", b"2")
            if got == b"1":
                assert await soon(adapter, b.recv(), "the next receiver") == b"2"
            else:
                lost += 1
        return lost

    assert 0 <= run_futures(test) <= ROUNDS


@pytest.mark.parametrize("end", ["dropped", "cancelled and dropped", "cancelled before it came"])
def test_what_futures_can_lose_that_are_not_awaited(run_futures: Callable[..., Any], end: str) -> None:
    async def test(adapter: Adapter, place: Room) -> int:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        sender = zmq.Socket(a)
        lost = 0
        for _ in range(ROUNDS):
            future = b.recv()
            await turns(adapter, 3)
            if end == "cancelled before it came":
                assert future.cancel()
                sender.send(b"1")
            else:
                sender.send(b"1")
                await completed(future)
                if end == "cancelled and dropped":
                    assert not future.cancel()
            del future
            collect()
            await turns(adapter, 3)
            sender.send(b"2")
            got = await soon(adapter, b.recv(), "the next receiver")
            if got == b"1":
                assert await soon(adapter, b.recv(), "the next receiver") == b"2"
            else:
                assert got == b"2"
                lost += 1
        return lost

    lost = run_futures(test)
    assert 0 <= lost <= ROUNDS
    if end == "cancelled before it came":
        assert lost == 0


# ---- messages that are given back belong to the socket

SEE: dict[str, Callable[[Any], Any]] = {
    "the object": lambda socket: socket,
    "another object": lambda socket: type(socket)(socket),
    "by address": lambda socket: type(socket).shadow(socket.underlying),
    **{f"plain {name}": make for name, make in PLAIN.items()},
}


async def give_back(socket: Any, sender: Any, messages: list[list[bytes]]) -> None:
    """Let messages be taken for tasks that are cancelled before they run."""
    waiting = [await pending(directly, socket.recv_multipart) for _ in messages]
    for message in messages:
        sender.send_multipart(message)
    await completed(waiting[-1][1][0])
    for task, _ in waiting:
        task.cancel()
    for task, _ in waiting:
        with pytest.raises(asyncio.CancelledError):
            await task


async def value(adapter: Adapter, result: Any) -> Any:
    """The result of an operation, asynchronous or not."""
    return await soon(adapter, result, "the operation") if isinstance(result, Awaitable) else result


@pytest.mark.parametrize("seen_by", list(SEE))
@pytest.mark.parametrize("given_by", ["the object", "another object", "by address"])
def test_every_object_sees_what_was_given_back(run_futures: Callable[..., Any], seen_by: str, given_by: str) -> None:
    messages = [[b"1", b"2"], [b"3"], [b"4", b"5", b"6"]]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        giver, other = SEE[given_by](b), SEE[seen_by](b)
        sender = zmq.Socket(a)
        await give_back(giver, sender, messages)
        sender.send(b"7")
        assert other.events == other.get(zmq.EVENTS) == zmq.POLLIN
        assert await value(adapter, other.poll(0)) == zmq.POLLIN
        poller = zmq.Poller()
        if seen_by.startswith("plain"):
            poller.register(other, zmq.POLLIN)
            assert poller.poll(0) == [(other, zmq.POLLIN)]
            assert zmq.select([other], [], [], 0) == ([other], [], [])
        loop_poller = adapter.poller_class()
        loop_poller.register(other, zmq.POLLIN)
        assert await soon(adapter, loop_poller.poll(), "the poll") == [(other, zmq.POLLIN)]
        assert await value(adapter, other.recv(zmq.DONTWAIT)) == b"1"
        assert other.rcvmore
        assert await value(adapter, other.recv()) == b"2"
        assert not other.rcvmore
        for message in (*messages[1:], [b"7"]):
            assert await value(adapter, other.recv_multipart()) == message
        assert not other.events

    run_futures(test)


@pytest.mark.parametrize("given_by", ["another object", "by address"])
def test_a_collected_object_takes_nothing_with_it(run_futures: Callable[..., Any], given_by: str) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for _ in range(5):
            giver = SEE[given_by](b)
            await give_back(giver, zmq.Socket(a), [[b"1"], [b"2", b"3"]])
            del giver
            collect()
            assert b.events == zmq.POLLIN
            assert await soon(adapter, b.recv_multipart(), "the next receiver") == [b"1"]
            assert await soon(adapter, b.recv_multipart(), "the next receiver") == [b"2", b"3"]

    run_futures(test)
