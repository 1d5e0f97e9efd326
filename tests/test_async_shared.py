"""Several objects and tasks that use one libzmq socket in an event loop: no use of it takes a wake-up from a waiter."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter, Room
from tests.fix_shared import (
    LARGE,
    LOW,
    OBJECTS,
    PLAIN,
    begin,
    fill,
    idle,
    news,
    other_objects,
    poll_with,
    settled,
    soon,
    spawn_call,
    with_peer,
)

Test = Callable[[Adapter, Room], Coroutine[Any, Any, None]]
Endpoint = Callable[[str], str]

every_transport = pytest.mark.parametrize("transport", ["inproc", "tcp"])


def receivers(adapter: Adapter, socket: Any) -> dict[str, tuple[Callable[[], Any], Any]]:
    """Each kind of waiting for a message: the call, and what it returns."""
    return {
        "recv": (socket.recv, b"news"),
        "poll": (lambda: socket.poll(30_000), zmq.POLLIN),
        "poller": (poll_with(adapter.poller_class, socket, zmq.POLLIN), [(socket, zmq.POLLIN)]),
    }


def senders(adapter: Adapter, socket: Any) -> dict[str, tuple[Callable[[], Any], Any]]:
    """Each kind of waiting for room: the call, and what it returns."""
    return {
        "send": (lambda: socket.send(b"1"), None),
        "poll": (lambda: socket.poll(30_000, zmq.POLLOUT), zmq.POLLOUT),
        "poller": (poll_with(adapter.poller_class, socket, zmq.POLLOUT), [(socket, zmq.POLLOUT)]),
    }


every_receiver = pytest.mark.parametrize("waiter", ["recv", "poll", "poller"])
every_sender = pytest.mark.parametrize("waiter", ["send", "poll", "poller"])


# ---- an operation that succeeds


@other_objects
@every_receiver
@pytest.mark.parametrize("use", ["send", "send_multipart", "events"])
def test_use_of_another_object_wakes_who_receives(
    run: Callable[..., None], kind: str, waiter: str, use: str, endpoint: Endpoint
) -> None:
    """The message comes; before the loop runs, another object uses the socket, which consumes the notification."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PAIR, zmq.PAIR)
        other = OBJECTS[kind](socket)
        call, expected = receivers(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        peer.send(b"news")
        news(descriptor)
        uses: dict[str, Callable[[], Any]] = {
            "send": lambda: other.send(b"1"),
            "send_multipart": lambda: other.send_multipart([b"1"]),
        }
        if use == "events":
            assert other.events & zmq.POLLIN
        else:
            operation = begin(adapter, uses[use])
        assert await soon(adapter, waiting, "what waits for the message") == expected
        if use != "events":
            await soon(adapter, operation, use)

    run(test)


@pytest.mark.parametrize("kind", list(PLAIN))
@every_receiver
@pytest.mark.parametrize("use", ["send", "send_multipart", "poll", "poller", "events", "again"])
def test_use_of_a_plain_object_wakes_who_receives(
    run: Callable[..., None], kind: str, waiter: str, use: str, endpoint: Endpoint
) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PAIR, zmq.PAIR, **LOW)
        other = PLAIN[kind](socket)
        poller = zmq.Poller()
        poller.register(other, zmq.POLLOUT)
        if use == "again":
            fill(socket, b"1")
        call, expected = receivers(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        peer.send(b"news")
        news(descriptor)
        if use == "again":
            with pytest.raises(zmq.Again):
                other.send(b"2", zmq.DONTWAIT)
        elif use == "poll":
            other.poll(0, zmq.POLLOUT)
        elif use == "poller":
            poller.poll(0)
        elif use == "events":
            assert other.events & zmq.POLLIN
        elif use == "send":
            other.send(b"1", zmq.DONTWAIT)
        else:
            other.send_multipart([b"1", b"2"], zmq.DONTWAIT)
        assert await soon(adapter, waiting, "what waits for the message") == expected

    run(test)


@other_objects
@every_sender
@pytest.mark.parametrize("use", ["recv", "recv_multipart", "events"])
def test_use_of_another_object_wakes_who_sends(
    run: Callable[..., None], kind: str, waiter: str, use: str, endpoint: Endpoint
) -> None:
    """There is room again, and a message: receiving it consumes the notification of both."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PAIR, zmq.PAIR, sndhwm=2, rcvhwm=2)
        other = OBJECTS[kind](socket)
        count = fill(socket, b"1")
        call, expected = senders(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        for _ in range(count):
            peer.recv()
        peer.send(b"news")
        news(descriptor)
        uses: dict[str, tuple[Callable[[], Any], Any]] = {
            "recv": (other.recv, b"news"),
            "recv_multipart": (other.recv_multipart, [b"news"]),
        }
        if use == "events":
            assert other.events & zmq.POLLIN
        else:
            operation = begin(adapter, uses[use][0])
        assert await soon(adapter, waiting, "what waits for room") == expected
        if use != "events":
            assert await soon(adapter, operation, use) == uses[use][1]

    run(test)


# ---- an operation that cannot go on, or fails


@every_transport
@every_receiver
@pytest.mark.parametrize("kind", ["same", "shadow"])
@pytest.mark.parametrize("use", ["send", "send_multipart", "send dontwait"])
def test_send_without_room_wakes_who_receives(
    run: Callable[..., None], transport: str, waiter: str, kind: str, use: str, endpoint: Endpoint
) -> None:
    """The send meets the high-water mark, after it has consumed the notification of the message."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint(transport), zmq.PAIR, zmq.PAIR, **LOW)
        other = OBJECTS[kind](socket)
        fill(socket, LARGE)
        call, expected = receivers(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        peer.send(b"news")
        news(descriptor)
        uses: dict[str, Callable[[], Any]] = {
            "send": lambda: other.send(LARGE),
            "send_multipart": lambda: other.send_multipart([LARGE, b"2"]),
            "send dontwait": lambda: other.send(LARGE, zmq.DONTWAIT),
        }
        operation = begin(adapter, uses[use])
        assert await soon(adapter, waiting, "what waits for the message") == expected
        await settled(adapter, operation)

    run(test)


@every_transport
@every_sender
@pytest.mark.parametrize("kind", ["same", "shadow"])
@pytest.mark.parametrize("use", ["recv", "recv_multipart", "recv dontwait"])
def test_receive_without_a_message_wakes_who_sends(
    run: Callable[..., None], transport: str, waiter: str, kind: str, use: str, endpoint: Endpoint
) -> None:
    """There is room again; receiving finds no message, after it has consumed the notification."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint(transport), zmq.PAIR, zmq.PAIR, **LOW)
        other = OBJECTS[kind](socket)
        count = fill(socket, LARGE)
        call, expected = senders(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        for _ in range(count):
            peer.recv()
        news(descriptor)
        uses: dict[str, Callable[[], Any]] = {
            "recv": other.recv,
            "recv_multipart": other.recv_multipart,
            "recv dontwait": lambda: other.recv(zmq.DONTWAIT),
        }
        operation = begin(adapter, uses[use])
        assert await soon(adapter, waiting, "what waits for room") == expected
        await settled(adapter, operation)

    run(test)


@every_transport
@pytest.mark.parametrize("waiter", ["recv", "poll"])
@pytest.mark.parametrize("kind", ["same", "shadow"])
@pytest.mark.parametrize("fails", ["not supported", "wrong state", "unreachable"])
def test_send_that_fails_wakes_who_receives(
    run: Callable[..., None], transport: str, waiter: str, kind: str, fails: str, endpoint: Endpoint
) -> None:
    """libzmq processes what has come before it refuses a message."""
    types = {
        "not supported": (zmq.PULL, zmq.PUSH, zmq.ENOTSUP),
        "wrong state": (zmq.REP, zmq.REQ, zmq.EFSM),
        "unreachable": (zmq.ROUTER, zmq.DEALER, zmq.EHOSTUNREACH),
    }
    kind_of_socket, kind_of_peer, errno = types[fails]

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint(transport), kind_of_socket, kind_of_peer)
        if fails == "unreachable":
            socket.router_mandatory = True
        other = OBJECTS[kind](socket)
        waiting = spawn_call(adapter, *((socket.recv_multipart,) if waiter == "recv" else (socket.poll, 30_000)))
        descriptor = await idle(adapter, socket)
        if transport == "tcp":
            # The greeting of the peer wakes the socket, too.
            await adapter.sleep(0.05)
            await idle(adapter, socket)
        peer.send(b"news")
        news(descriptor)
        operation = begin(adapter, lambda: other.send(b"nobody", zmq.SNDMORE if fails == "unreachable" else 0))
        got = await soon(adapter, waiting, "what waits for the message")
        assert got == zmq.POLLIN if waiter == "poll" else got[-1] == b"news"
        with pytest.raises(zmq.ZMQError) as caught:
            await soon(adapter, operation, "the send")
        assert caught.value.errno == errno

    run(test)


@every_transport
@pytest.mark.parametrize("waiter", ["send", "poll"])
@pytest.mark.parametrize("kind", ["same", "shadow"])
def test_receive_that_fails_wakes_who_sends(
    run: Callable[..., None], transport: str, waiter: str, kind: str, endpoint: Endpoint
) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint(transport), zmq.PUSH, zmq.PULL, **LOW)
        other = OBJECTS[kind](socket)
        count = fill(socket, LARGE)
        call, expected = senders(adapter, socket)[waiter]
        waiting = spawn_call(adapter, call)
        descriptor = await idle(adapter, socket)
        for _ in range(count):
            peer.recv()
        news(descriptor)
        operation = begin(adapter, other.recv)
        assert await soon(adapter, waiting, "what waits for room") == expected
        with pytest.raises(zmq.ZMQError):
            await soon(adapter, operation, "the receive")

    run(test)


# ---- pollers of plain sockets


@pytest.mark.parametrize("kind", ["same", "shadow", "address"])
@pytest.mark.parametrize("use", ["send", "again", "events", "poller"])
def test_poller_of_plain_sockets(run: Callable[..., None], kind: str, use: str, endpoint: Endpoint) -> None:
    """A plain socket is used synchronously while a poller of the loop waits for it."""

    async def test(adapter: Adapter, place: Room) -> None:
        socket, peer = with_peer(place, endpoint("inproc"), zmq.PAIR, zmq.PAIR, plain=True, **LOW)
        other = OBJECTS[kind](socket)
        if use == "again":
            fill(socket, b"1")
        waiting = spawn_call(adapter, poll_with(adapter.poller_class, socket, zmq.POLLIN))
        descriptor = await idle(adapter, socket)
        peer.send(b"news")
        news(descriptor)
        poller = zmq.Poller()
        poller.register(other, zmq.POLLOUT)
        if use == "again":
            with pytest.raises(zmq.Again):
                other.send(b"1", zmq.DONTWAIT)
        elif use == "send":
            other.send(b"1", zmq.DONTWAIT)
        elif use == "events":
            assert other.events & zmq.POLLIN
        else:
            poller.poll(0)
        assert await soon(adapter, waiting, "the poll") == [(socket, zmq.POLLIN)]
        assert other.recv(zmq.DONTWAIT) == b"news"

    run(test)
