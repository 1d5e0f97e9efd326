"""Messages of several tasks of an event loop: they stay whole; deserialisers may raise anything; turns are given."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter, Room
from tests.fix_shared import OBJECTS, every_object, soon, spawn_call, turns, with_peer

Test = Callable[[Adapter, Room], Coroutine[Any, Any, None]]
Endpoint = Callable[[str], str]


# ---- messages that a task sends part by part

SENDS: dict[str, tuple[Callable[[Any], Any], list[bytes]]] = {
    "send": (lambda s: s.send(b"other"), [b"other"]),
    "send_multipart": (lambda s: s.send_multipart([b"other", b"end"]), [b"other", b"end"]),
    "send_string": (lambda s: s.send_string("other"), [b"other"]),
    "send_pyobj": (lambda s: s.send_pyobj(1), [pickle.dumps(1)]),
    "send_frame": (lambda s: s.send(zmq.Frame(b"other"), copy=False), [b"other"]),
}


@every_object
@pytest.mark.parametrize("form", list(SENDS))
def test_another_task_waits_for_the_end_of_a_message(
    run_futures: Callable[..., None], kind: str, form: str, endpoint: Endpoint
) -> None:
    send, expected = SENDS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PUSH, zmq.PULL)
        other = OBJECTS[kind](socket)
        goes_on = asyncio.Event()

        async def in_parts() -> None:
            await socket.send(b"1", zmq.SNDMORE)
            await socket.send(b"2", zmq.SNDMORE)
            await goes_on.wait()
            await socket.send(b"3")

        first = adapter.spawn(in_parts())
        await turns(adapter)
        second = spawn_call(adapter, send, other)
        await turns(adapter)
        assert not second.done()
        goes_on.set()
        await soon(adapter, first, "the message in parts")
        await soon(adapter, second, "the message of the other task")
        assert peer.recv_multipart() == [b"1", b"2", b"3"]
        assert peer.recv_multipart() == expected

    run_futures(test)


@every_object
def test_a_task_goes_on_with_its_message_through_any_object(
    run_futures: Callable[..., None], kind: str, endpoint: Endpoint
) -> None:
    """Also while others wait for its end."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PUSH, zmq.PULL)
        other = OBJECTS[kind](socket)
        goes_on = asyncio.Event()

        async def in_parts() -> None:
            await socket.send(b"1", zmq.SNDMORE)
            await goes_on.wait()
            await other.send(b"2", zmq.SNDMORE)
            await other.send_multipart([b"3", b"4"])

        first = adapter.spawn(in_parts())
        await turns(adapter)
        waiting = [spawn_call(adapter, each.send, b"other") for each in (socket, other)]
        await turns(adapter)
        assert not any(task.done() for task in waiting)
        goes_on.set()
        await soon(adapter, first, "the message in parts")
        for task in waiting:
            await soon(adapter, task, "the message of another task")
        assert peer.recv_multipart() == [b"1", b"2", b"3", b"4"]
        assert peer.recv_multipart() == peer.recv_multipart() == [b"other"]

    run_futures(test)


@every_object
@pytest.mark.parametrize("end", ["returns", "raises", "is cancelled"])
def test_a_message_is_abandoned_at_the_end_of_its_task(
    run_futures: Callable[..., None], kind: str, end: str, endpoint: Endpoint
) -> None:
    """libzmq cannot take parts back: the next send ends the message."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PUSH, zmq.PULL)
        other = OBJECTS[kind](socket)
        goes_on = asyncio.Event()

        async def in_parts() -> None:
            await socket.send(b"1", zmq.SNDMORE)
            await goes_on.wait()
            if end == "raises":
                raise ValueError

        first = adapter.spawn(in_parts())
        await turns(adapter)
        second = spawn_call(adapter, other.send, b"2")
        await turns(adapter)
        assert not second.done()
        if end == "is cancelled":
            first.cancel()
        else:
            goes_on.set()
        await soon(adapter, second, "the send of the other task")
        if end == "returns":
            await first
        else:
            with pytest.raises((ValueError, asyncio.CancelledError)):
                await first
        assert peer.recv_multipart() == [b"1", b"2"]
        await soon(adapter, other.send(b"3"), "the next send")
        assert peer.recv_multipart() == [b"3"]

    run_futures(test)


@every_object
def test_waiting_for_the_end_of_a_message_has_limits(
    run_futures: Callable[..., None], kind: str, endpoint: Endpoint
) -> None:
    """DONTWAIT, SNDTIMEO and cancelling, as when there is no room."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PUSH, zmq.PULL)
        other = OBJECTS[kind](socket)
        goes_on = asyncio.Event()

        async def in_parts() -> None:
            await socket.send(b"1", zmq.SNDMORE)
            await goes_on.wait()
            await socket.send(b"2")

        first = adapter.spawn(in_parts())
        await turns(adapter)
        with pytest.raises(zmq.Again):
            await soon(adapter, spawn_call(adapter, other.send, b"never", zmq.DONTWAIT), "the send with DONTWAIT")
        cancelled = spawn_call(adapter, other.send, b"never")
        await turns(adapter)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        other.sndtimeo = 5
        with pytest.raises(zmq.Again):
            await soon(adapter, spawn_call(adapter, other.send, b"never"), "the send with SNDTIMEO")
        other.sndtimeo = -1
        goes_on.set()
        await soon(adapter, first, "the message in parts")
        assert peer.recv_multipart() == [b"1", b"2"]
        assert not peer.poll(0)

    run_futures(test)


@pytest.mark.parametrize("ends", ["plain shadow", "plain shadow of address"])
def test_a_plain_object_ends_the_message_of_a_task(
    run_futures: Callable[..., None], ends: str, endpoint: Endpoint
) -> None:
    """Synchronous objects go on with any message; tasks that wait for its end notice."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PUSH, zmq.PULL)
        plain = zmq.Socket(socket) if ends == "plain shadow" else zmq.Socket.shadow(socket.underlying)
        for_ever = asyncio.Event()

        async def in_parts() -> None:
            await socket.send(b"1", zmq.SNDMORE)
            await for_ever.wait()

        first = adapter.spawn(in_parts())
        await turns(adapter)
        second = spawn_call(adapter, socket.send, b"other")
        await turns(adapter)
        assert not second.done()
        plain.send(b"2")
        await soon(adapter, second, "the send of the other task")
        assert peer.recv_multipart() == [b"1", b"2"]
        assert peer.recv_multipart() == [b"other"]
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    run_futures(test)


# ---- deserialisers that end the program


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("others", ["none", "before", "behind"])
def test_interrupts_of_a_deserialiser(
    run: Callable[..., None], error: type[BaseException], waits: bool, others: str, endpoint: Endpoint
) -> None:
    """The task that receives gets the exception, once; the loop goes on, and so do the other receivers."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PULL, zmq.PUSH)
        raised: list[BaseException] = []
        received: list[bytes] = []
        calls = 0

        def refuse(_: Any) -> None:
            nonlocal calls
            calls += 1
            raise error

        async def receive_and_fail() -> None:
            try:
                await socket.recv_serialized(refuse)
            except (KeyboardInterrupt, SystemExit) as caught:
                raised.append(caught)

        async def receive() -> None:
            received.append(await socket.recv())

        if not waits:
            peer.send(b"bad")
        order = {
            "none": [receive_and_fail],
            "before": [receive, receive_and_fail],
            "behind": [receive_and_fail, receive],
        }
        tasks = [adapter.spawn(function()) for function in order[others]]
        await turns(adapter)
        for data in (b"a", b"b", b"c"):
            peer.send(data)
        for task in tasks:
            await soon(adapter, task, "a receiver")
        assert [type(caught) for caught in raised] == [error]
        assert calls == 1
        # Nothing else is lost, and the socket works.
        left = 3 + (not waits) - len(tasks)
        for _ in range(left):
            received.append(await soon(adapter, socket.recv(), "the next receiver"))
        assert len(set(received)) == len(received) == left + len(tasks) - 1
        assert received == sorted(received, key=[b"bad", b"a", b"b", b"c"].index)

    try:
        run(test)
    except (KeyboardInterrupt, SystemExit):
        raise AssertionError("the exception has left the loop, too") from None


# ---- turns for others

MIXTURES: dict[str, Callable[[Any, Any], list[Callable[[], Any]]]] = {
    "parts": lambda a, _: [lambda: a.send(b"1", zmq.SNDMORE), lambda: a.send(b"2")],
    "many parts": lambda a, _: [*[lambda: a.send(b"1", zmq.SNDMORE)] * 2, lambda: a.send_multipart([b"2", b"3"])],
    "multipart": lambda a, _: [lambda: a.send_multipart([b"1", b"2"])],
    "frames": lambda a, _: [lambda: a.send(zmq.Frame(b"1"), zmq.SNDMORE, copy=False), lambda: a.send(b"2", copy=False)],
    "parts and receives": lambda a, b: [
        lambda: a.send(b"1", zmq.SNDMORE),
        lambda: a.send(b"2"),
        b.recv,
        b.recv,
    ],
    "two sockets": lambda a, b: [
        lambda: a.send(b"1", zmq.SNDMORE),
        lambda: b.send(b"1", zmq.SNDMORE),
        lambda: a.send(b"2"),
        lambda: b.send(b"2"),
    ],
    "polls": lambda a, b: [lambda: a.poll(0), lambda: b.poll(1000, zmq.POLLOUT)],
    "parts and polls": lambda a, _: [
        lambda: a.send(b"1", zmq.SNDMORE),
        lambda: a.poll(0, zmq.POLLOUT),
        lambda: a.send(b"2"),
        lambda: a.poll(0, zmq.POLLOUT),
    ],
}


@pytest.mark.parametrize("mixture", list(MIXTURES))
def test_any_mixture_of_operations_lets_others_run(run: Callable[..., None], mixture: str) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR, sndhwm=0, rcvhwm=0)
        operations = MIXTURES[mixture](a, b)
        others = 0
        running = True

        async def other() -> None:
            nonlocal others
            while running:
                others += 1
                await adapter.sleep(0)

        task = adapter.spawn(other())
        done = 0
        while done < 20_000:
            for operation in operations:
                await operation()
                done += 1
        running = False
        await task
        # The largest budget is 128.
        assert others > 50

    run(test)
