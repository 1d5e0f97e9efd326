"""No message is lost, whatever way to receive is cancelled or times out, and whenever that happens."""

from __future__ import annotations

import asyncio
import pickle
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zmq
from tests.fix_async import Adapter, Room, room
from tests.fix_gc import collect
from tests.test_async_conformance import FORMS, every_form, plain

#: Rounds of each test: enough for what happens once in a while.
ROUNDS = 300


async def pending(adapter: Adapter, receiver: Any, receive: Callable[[Any], Any]) -> tuple[Any, Any]:
    """A future of a reception, and a task that awaits it."""
    future = receive(receiver)

    async def wait() -> Any:
        return await future

    task = adapter.spawn(wait())
    await adapter.sleep(0)
    await adapter.sleep(0)
    assert not task.done()
    assert not future.done()
    return future, task


async def completed(adapter: Adapter, future: Any) -> None:
    """Let the loop run until the future is done; who waits for it has not run then."""
    while not future.done():
        await adapter.sleep(0)


TIMINGS = ["before it comes", "while it comes", "when it is there"]


@every_form
@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("what", ["task", "future"])
def test_cancelled_receptions(run_futures: Callable[..., Any], form: str, timing: str, what: str) -> None:
    parts, receive, expected = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        # Synchronous: it leaves the loop no turn.
        sender = zmq.Socket(a)
        for number in range(ROUNDS):
            future, task = await pending(adapter, b, receive)
            cancel = (task if what == "task" else future).cancel
            if timing == "before it comes":
                assert cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                sender.send_multipart(parts)
            else:
                sender.send_multipart(parts)
                if timing == "when it is there":
                    await completed(adapter, future)
                    assert not task.done()
                if timing == "when it is there" and what == "future":
                    # As all futures of asyncio: what is done stays done.
                    assert not cancel()
                    assert plain(await task) == expected
                    assert not b.events
                    continue
                assert cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert future.cancelled()
            if number % 3 == 0:
                assert await b.poll(10_000) == zmq.POLLIN
                poller = adapter.poller_class()
                poller.register(b, zmq.POLLIN)
                assert await poller.poll(10_000) == [(b, zmq.POLLIN)]
                assert b.events & zmq.POLLIN
            # Another way to receive gets it whole.
            if number % 2:
                assert plain(await receive(b)) == expected
            else:
                assert await b.recv_multipart() == parts
            assert not b.events

    run_futures(test)


@every_form
def test_timeouts(run_futures: Callable[..., Any], form: str) -> None:
    """`wait_for` and `timeout` that end at about the time when the message comes."""
    parts, receive, expected = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> tuple[int, int]:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        sent = received = timed_out = 0
        loop = asyncio.get_running_loop()
        chance = random.Random(1)

        def send() -> None:
            nonlocal sent
            sent += 1
            a.send_multipart(parts)

        for number in range(ROUNDS):
            delay = chance.choice([0, 0, 0.0001, 0.0005])
            loop.call_later(delay * chance.random() * 2, send)
            try:
                if number % 2 and sys.version_info >= (3, 11):
                    async with asyncio.timeout(delay):
                        got = await receive(b)
                else:
                    got = await asyncio.wait_for(receive(b), delay)
            except asyncio.TimeoutError:
                timed_out += 1
            else:
                assert plain(got) == expected
                received += 1
            if sent - received > 20:
                while sent > received:
                    assert plain(await receive(b)) == expected
                    received += 1
        await adapter.until(lambda: sent == ROUNDS)
        while received < ROUNDS:
            assert plain(await receive(b)) == expected
            received += 1
        assert await b.poll(5) == 0
        return timed_out, received

    timed_out, received = run_futures(test)
    assert timed_out > 0
    assert received == ROUNDS


@pytest.mark.parametrize("timing", TIMINGS[1:])
def test_order(run_futures: Callable[..., Any], timing: str) -> None:
    """Messages come back in their order, whoever is cancelled first."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        # Synchronous: it leaves the loop no turn.
        sender = zmq.Socket(a)
        chance = random.Random(2)
        for _ in range(ROUNDS // 10):
            waiting = [await pending(adapter, b, FORMS[form][1]) for form in ("recv", "recv_multipart") * 5]
            for number in range(10):
                sender.send(b"%d" % number)
            if timing == "when it is there":
                await completed(adapter, waiting[-1][0])
            chance.shuffle(waiting)
            for _, task in waiting:
                task.cancel()
            for _, task in waiting:
                with pytest.raises(asyncio.CancelledError):
                    await task
            for number in range(10):
                got = await (b.recv() if number % 2 else b.recv_multipart())
                assert plain(got) in (b"%d" % number, [b"%d" % number])

    run_futures(test)


def test_who_waits_gets_what_comes_back(run_futures: Callable[..., Any]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for _ in range(ROUNDS):
            first, first_task = await pending(adapter, b, lambda s: s.recv_string())
            second, second_task = await pending(adapter, b, lambda s: s.recv())
            await a.send(b"1")
            await completed(adapter, first)
            first_task.cancel()
            assert await adapter.wait_for(second_task, 10) == b"1"
            with pytest.raises(asyncio.CancelledError):
                await first_task
            assert second.done()

    run_futures(test)


def test_parts_that_come_back(run_futures: Callable[..., Any]) -> None:
    """A single frame of a message comes back in front of the others."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for number in range(ROUNDS):
            future, task = await pending(adapter, b, lambda s: s.recv())
            await a.send_multipart([b"1", b"2", b"3"])
            await completed(adapter, future)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            if number % 2:
                assert await b.recv_multipart() == [b"1", b"2", b"3"]
            else:
                assert [await b.recv(), await b.recv(), await b.recv()] == [b"1", b"2", b"3"]

    run_futures(test)


def test_parts_of_what_comes_back(run_futures: Callable[..., Any]) -> None:
    """RCVMORE is that of the frame that was received last, though libzmq has received the others."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for _ in range(ROUNDS // 10):
            future, task = await pending(adapter, b, lambda s: s.recv_multipart())
            sender = zmq.Socket(a)
            sender.send_multipart([b"1", b"2", b"3"])
            sender.send_multipart([b"4", b"5"])
            await completed(adapter, future)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            parts = []
            for _ in range(5):
                parts.append((await b.recv(), b.rcvmore, b.get(zmq.RCVMORE)))
            assert parts == [(b"1", 1, 1), (b"2", 1, 1), (b"3", 0, 0), (b"4", 1, 1), (b"5", 0, 0)]

    run_futures(test)


def test_gather(run_futures: Callable[..., Any]) -> None:
    """What a cancelled `gather` had received is nobody's, but by way of the future."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        c = place.socket(zmq.PULL)
        for _ in range(ROUNDS):
            future, never = b.recv_string(), c.recv_string()
            both = asyncio.gather(future, never)
            await a.send(b"1")
            await completed(adapter, future)
            both.cancel()
            with pytest.raises(asyncio.CancelledError):
                await both
            assert never.cancelled()
            assert future.result() == "1"
            assert not b.events

    run_futures(test)


def test_task_groups(run_futures: Callable[..., Any]) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("task groups came with Python 3.11")

    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        received: list[str] = []

        async def receive() -> None:
            received.append(await b.recv_string())

        async def fail(turns: int) -> None:
            await a.send_multipart([b"1"])
            for _ in range(turns):
                await asyncio.sleep(0)
            raise ValueError

        async def both(turns: int) -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(receive())
                group.create_task(fail(turns))

        for turns in range(6):
            for _ in range(ROUNDS // 6):
                with pytest.raises(BaseExceptionGroup):  # noqa: F821  (of 3.11)
                    await both(turns)
                if not received:
                    received.append(await b.recv_string())
                assert received == ["1"]
                received.clear()

    run_futures(test)


def test_shield_and_dropped_futures(run_futures: Callable[..., Any]) -> None:
    """What nobody can ask for any more goes to the next receiver."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        # Collecting garbage each time takes most of a second on PyPy.
        for number in range(4 if sys.implementation.name == "pypy" else 20):
            future: Any = b.recv_multipart()
            if number % 2:
                shielded = asyncio.shield(future)
                shielded.cancel()
                del shielded
            await a.send(b"1")
            await completed(adapter, future)
            await adapter.sleep(0)
            del future
            await adapter.sleep(0)
            if sys.implementation.name == "pypy":
                collect()
            assert await b.recv() == b"1"

    run_futures(test)


def test_results_that_were_asked_for_stay(run_futures: Callable[..., Any]) -> None:
    """They are not delivered twice."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        future = b.recv()
        await a.send(b"1")
        await completed(adapter, future)
        assert future.result() == b"1"
        assert not future.cancel()
        assert await future == b"1"
        done, _ = await asyncio.wait([future])
        del future
        assert [one.result() for one in done] == [b"1"]
        done.clear()
        collect()
        assert await b.poll(5) == 0

    run_futures(test)


def test_two_that_await_the_same(run_futures: Callable[..., Any]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        future, first = await pending(adapter, b, lambda s: s.recv())

        async def wait() -> Any:
            return await future

        second = adapter.spawn(wait())
        await adapter.sleep(0)
        await a.send(b"1")
        assert await first == await second == b"1"

    run_futures(test)


def test_ended_coroutines(run_futures: Callable[..., Any]) -> None:
    """A coroutine that is closed while it waits takes no message."""

    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.pair(zmq.PUSH, zmq.PULL)

        async def receive() -> Any:
            return await b.recv_string()

        coroutine = receive()
        coroutine.send(None)
        coroutine.close()
        await a.send(b"1")
        assert await b.recv() == b"1"

    run_futures(test)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=60))
@pytest.mark.parametrize("name", ["asyncio"])
def test_any_order_of_events(name: str, steps: list[tuple[int, int]]) -> None:
    """Sends, receptions of all forms, cancellations and turns of the loop in any order: all arrives once, in order."""
    from tests.fix_async import ADAPTERS

    adapter = ADAPTERS[name]
    forms: list[Callable[[Any], Any]] = [
        lambda s: s.recv(),
        lambda s: s.recv_multipart(),
        lambda s: s.recv_string(),
        lambda s: s.recv_json(),
        lambda s: s.recv_serialized(lambda parts: parts[0]),
    ]

    async def test(place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        sent = 0
        tasks: list[Any] = []
        received: list[int] = []

        async def receive(form: Callable[[Any], Any]) -> None:
            got = await form(b)
            received.append(int(got[0] if isinstance(got, list) else got))

        for step, number in steps:
            if step <= 1:
                await a.send(b"%d" % sent)
                sent += 1
            elif step == 2:
                tasks.append(asyncio.ensure_future(receive(forms[number])))
            elif step == 3 and tasks:
                tasks.pop(number % len(tasks)).cancel()
            else:
                await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
        while len(received) < sent:
            received.append(int(await asyncio.wait_for(b.recv(), 10)))
        # A receiver that was cancelled may have let one pass that came before.
        assert sorted(received) == list(range(sent))

    with room(adapter) as place:
        adapter.run(test, place)


def test_pickles(run_futures: Callable[..., Any]) -> None:
    """The figure of old: recv_pyobj, cancelled with the message there, thousands of times."""

    async def test(adapter: Adapter, place: Room) -> int:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for number in range(3000):
            future, task = await pending(adapter, b, lambda s: s.recv_pyobj())
            await a.send(pickle.dumps(number))
            await completed(adapter, future)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await b.recv_pyobj() == number
        return 3000

    assert run_futures(test) == 3000
