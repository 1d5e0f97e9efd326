"""Sockets whose __init__ is called again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_context import TIMEOUT, terminate
from tests.fix_gc import ResourceWarnings, collect
from tests.fix_loops import run
from tests.fix_wait import wait_until

Context = zmq.Context[zmq.Socket[bytes]]
Socket = zmq.Socket[bytes]


def initialise(socket: Any, *arguments: Any, **keywords: Any) -> Any:
    socket.__init__(*arguments, **keywords)
    return socket


def closed_owner(context: Context) -> Socket:
    socket = context.socket(zmq.PUSH)
    assert socket.type == zmq.PUSH
    socket.close()
    return socket


def owner_closed_by_a_shadow(context: Context) -> Socket:
    socket = context.socket(zmq.PUSH)
    zmq.Socket.shadow(socket).close()
    return socket


def closed_shadow(context: Context) -> Socket:
    owner = context.socket(zmq.PUSH)
    shadow: Socket = zmq.Socket.shadow(owner)
    shadow.close()
    assert owner.closed
    return shadow


def shadow_closed_by_its_owner(context: Context) -> Socket:
    owner = context.socket(zmq.PUSH)
    shadow: Socket = zmq.Socket.shadow(owner)
    owner.close()
    return shadow


def shadow_of_a_closed_address(context: Context) -> Socket:
    owner = context.socket(zmq.PUSH)
    shadow: Socket = zmq.Socket.shadow(owner.underlying)
    owner.close()
    return shadow


every_kind = pytest.mark.parametrize(
    "make",
    [closed_owner, owner_closed_by_a_shadow, closed_shadow, shadow_closed_by_its_owner, shadow_of_a_closed_address],
)
Maker = Callable[[Context], Socket]


@pytest.fixture
def other() -> Iterator[Context]:
    """Another context."""
    context = zmq.Context()
    yield context
    terminate(context)


@every_kind
def test_a_closed_socket_gets_a_new_one(context: Context, other: Context, make: Maker) -> None:
    socket = make(context)
    initialise(socket, other, zmq.PULL)
    assert socket.context is other
    assert socket.type == socket.get(zmq.TYPE) == zmq.PULL
    assert not socket.closed
    # The former context has nothing to do with it.
    context.destroy()
    assert not socket.closed
    socket.rcvtimeo = TIMEOUT
    socket.bind("inproc://again")
    with other.socket(zmq.PUSH) as push:
        push.connect("inproc://again")
        push.send(b"message")
        assert socket.recv() == b"message"
    assert "zmq.PULL" in repr(socket)
    socket.close()
    assert socket.closed


@every_kind
def test_what_is_left_open_is_closed(context: Context, make: Maker, resource_warnings: ResourceWarnings) -> None:
    """By being collected: it is an owner now."""
    socket = initialise(make(context), context, zmq.PULL)
    with resource_warnings() as texts:
        del socket
        collect()
    assert [text for text in texts if "zmq.PULL" in text] == texts
    assert len(texts) == 1
    terminate(context)


@every_kind
def test_the_context_knows_it(make: Maker) -> None:
    context = zmq.Context()
    socket = initialise(make(context), context, zmq.PULL)
    context.destroy(linger=0)
    assert socket.closed
    assert context.closed


@every_kind
def test_a_closed_socket_becomes_a_shadow(context: Context, make: Maker) -> None:
    socket = make(context)
    with context.socket(zmq.PULL) as owner:
        initialise(socket, owner)
        assert socket.underlying == owner.underlying
        assert socket.type == zmq.PULL
        # A shadow that is dropped closes nothing.
        del socket
        collect()
        assert not owner.closed
        shadow = initialise(make(context), shadow=owner.underlying)
        shadow.close()
        assert owner.closed


@every_kind
def test_again_and_again(context: Context, make: Maker) -> None:
    socket = make(context)
    for number in range(100):
        initialise(socket, context, zmq.PAIR)
        socket.bind(f"inproc://{number}")
        socket.close()


def test_an_open_socket_is_refused(context: Context) -> None:
    with context.socket(zmq.PUSH) as owner:
        shadow: Socket = zmq.Socket.shadow(owner)
        owner.bind("inproc://first")
        for socket in (owner, shadow):
            with pytest.raises(RuntimeError, match="open cannot be initialised again"):
                initialise(socket, context, zmq.PULL)
            with pytest.raises(RuntimeError, match="open cannot be initialised again"):
                initialise(socket, shadow)
            assert socket.type == zmq.PUSH
            assert socket.last_endpoint == b"inproc://first"


@every_kind
def test_a_failure_leaves_it_closed(context: Context, make: Maker) -> None:
    socket = make(context)
    with pytest.raises(zmq.ZMQError):
        initialise(socket, context, 9999)
    with pytest.raises(TypeError):
        initialise(socket)
    with pytest.raises(TypeError):
        initialise(socket, socket)
    assert socket.closed
    with pytest.raises(zmq.ZMQError):
        socket.send(b"")
    initialise(socket, context, zmq.PAIR).close()


def test_it_waits_for_calls_in_progress(context: Context) -> None:
    """A receive goes on after the socket was closed: it needs libzmq's former one."""
    socket = context.socket(zmq.PULL)
    socket.bind("inproc://former")
    errors: list[BaseException] = []

    def receive() -> None:
        try:
            socket.recv()
        except zmq.ZMQError as error:
            errors.append(error)

    with context.socket(zmq.PUSH) as push:
        push.connect("inproc://former")
        thread = threading.Thread(target=receive, daemon=True)
        thread.start()
        wait_until(lambda: socket._busy)
        socket.close()
        with pytest.raises(RuntimeError, match="still uses"):
            initialise(socket, context, zmq.PULL)
        push.send(b"end")
        thread.join(TIMEOUT / 1000)
    assert not thread.is_alive()
    assert not errors
    initialise(socket, context, zmq.PULL).close()


def test_asynchronous_sockets() -> None:
    async def main() -> None:
        with zmq.asyncio.Context() as context, context.socket(zmq.PUSH) as push:
            pull = context.socket(zmq.PULL)
            former = pull._shadow_sock
            waiting = pull.recv()
            pull.close()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            initialise(pull, context, zmq.PULL)
            assert pull._shadow_sock.underlying == pull.underlying
            assert former.closed
            pull.bind("inproc://again")
            push.connect("inproc://again")
            waiting = pull.recv()
            await asyncio.sleep(0)
            await push.send(b"message")
            assert await waiting == b"message"
            pull.close()

    run(main)


def test_monitors(context: Context) -> None:
    socket = context.socket(zmq.PULL)
    former = socket.get_monitor_socket()
    socket.close()
    initialise(socket, context, zmq.PULL)
    latter = socket.get_monitor_socket()
    assert latter is not former
    # That of the former socket ends nothing of the latter.
    former.close()
    assert socket.get_monitor_socket() is latter
    socket.bind("inproc://monitored")
    latter.close()
    socket.close()
