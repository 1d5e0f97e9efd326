"""Objects whose methods close sockets, change lists or raise while pyzmq is at work with them: errors, never a crash.

libzmq may have made another socket where a closed one was. So what must not happen shows in that one.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import EXPORTS_LOCK, ResourceWarnings, needs_locks
from tests.fix_signals import alarms

POLLIN, POLLOUT = int(zmq.POLLIN), int(zmq.POLLOUT)
BIG = 200_000

needs_buffer_method = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="before Python 3.12, no Python code runs when a buffer is exported"
)


class Acting:
    """Stands for a number, and for a file descriptor; does something when it is asked for it."""

    def __init__(self, action: Callable[[], object], number: int = 0) -> None:
        self.action = action
        self.number = number

    def __index__(self) -> int:
        self.action()
        return self.number

    __int__ = fileno = __index__


class ActingBuffer:
    """Exports memory (PEP 688), and does something before or after that."""

    def __init__(self, data: bytes, before: Callable[[], object] = bool, after: Callable[[], object] = bool) -> None:
        self.data = bytearray(data)
        self.before = before
        self.after = after

    def __buffer__(self, flags: int) -> memoryview:
        self.before()
        return memoryview(self.data)

    def __release_buffer__(self, view: memoryview) -> None:
        view.release()
        self.after()


Replace = Callable[[Any], object]


@pytest.fixture
def others(context: zmq.Context[Any]) -> Iterator[list[zmq.Socket[bytes]]]:  # noqa: ARG001  (closed before it)
    """Sockets made instead of those that `replace` closed."""
    others: list[zmq.Socket[bytes]] = []
    yield others
    for socket in others:
        socket.close(0)


@pytest.fixture
def replace(context: zmq.Context[Any], others: list[zmq.Socket[bytes]]) -> Replace:
    """Close a socket, and make one where it was, as far as the allocator goes along."""
    pause = threading.Event()

    def replace(socket: Any) -> None:
        address, kind = socket.underlying, socket.type
        socket.close(0)
        for _ in range(50):
            others.append(context.socket(kind))
            if others[-1].underlying == address:
                break
            # libzmq's thread frees it.
            pause.wait(0.001)

    return replace


def refused(call: Callable[[], object], errno: int = zmq.ENOTSOCK) -> None:
    """Assert that a call finds the socket closed."""
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    assert caught.value.errno == errno


@pytest.mark.parametrize("option", [zmq.SNDHWM, zmq.MAXMSGSIZE, zmq.AFFINITY], ids=str)
def test_option_whose_value_closes_the_socket(
    sockets: SocketFactory, replace: Replace, others: list[Any], option: int
) -> None:
    socket = sockets(zmq.PUSH)
    default = socket.get(option)
    refused(lambda: socket.set(option, Acting(lambda: replace(socket), 12345)))  # type: ignore[arg-type]
    assert [other.get(option) for other in others] == [default] * len(others)


def test_linger_that_closes_the_socket(sockets: SocketFactory, replace: Replace, others: list[Any]) -> None:
    socket = sockets(zmq.PUSH)
    socket.close(linger=Acting(lambda: replace(socket), 12345))  # type: ignore[arg-type]
    assert socket.closed
    assert others
    for other in others:
        assert not other.closed
        assert other.linger == -1


CALLS: dict[str, Callable[[Any, Any], object]] = {
    "send": lambda socket, evil: socket.send(b"x", evil),
    "send a frame": lambda socket, evil: socket.send(zmq.Frame(b"x"), evil),
    "send_multipart": lambda socket, evil: socket.send_multipart([b"a", b"b"], evil),
    "recv": lambda socket, evil: socket.recv(evil),
    "recv a frame": lambda socket, evil: socket.recv(evil, copy=False),
    "recv_multipart": lambda socket, evil: socket.recv_multipart(evil),
    "recv_into": lambda socket, evil: socket.recv_into(bytearray(10), flags=evil),
    "recv_into with nbytes": lambda socket, evil: socket.recv_into(bytearray(10), nbytes=evil),
    "get": lambda socket, evil: socket.get(evil),
    "monitor": lambda socket, evil: socket.monitor("inproc://hostile-monitor", evil),
    "poll": lambda socket, evil: zmq.zmq_poll([(socket, POLLIN), (socket, evil)], 0),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("kind", ["PUSH", "PULL"])
def test_argument_that_closes_the_socket(
    sockets: SocketFactory, replace: Replace, call: Callable[[Any, Any], object], kind: str
) -> None:
    socket = sockets(zmq.SocketType[kind])
    with pytest.raises((zmq.ZMQError, TypeError)) as caught:
        call(socket, Acting(lambda: replace(socket), int(zmq.DONTWAIT)))
    if isinstance(caught.value, zmq.ZMQError):
        # A socket of this type may refuse the call before it asks for the argument.
        assert caught.value.errno in {zmq.ENOTSOCK, zmq.ENOTSUP}
    assert socket.closed or isinstance(caught.value, TypeError)


def test_parts_that_close_the_socket(pair: PairFactory, replace: Replace) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL)
    data = bytearray(BIG)

    def parts() -> Any:
        yield data
        replace(a)
        yield data

    refused(lambda: a.send_multipart(parts(), copy=False))
    data.append(0)  # nobody holds it
    assert b.poll(0) == 0


def test_parts_that_use_the_socket(pair: PairFactory) -> None:
    """What a generator sends comes before the message that it is asked for."""
    a, b = pair(zmq.PAIR, zmq.PAIR)

    def parts() -> Any:
        yield b"1"
        a.send_multipart([b"inner", b"message"])
        yield b"2"

    a.send_multipart(parts())
    assert b.recv_multipart() == [b"inner", b"message"]
    assert b.recv_multipart() == [b"1", b"2"]


@needs_buffer_method
@pytest.mark.parametrize("copy", [True, False])
def test_buffer_that_closes_the_socket(pair: PairFactory, replace: Replace, copy: bool) -> None:
    for send in (
        lambda socket, evil: socket.send(evil, copy=copy),
        lambda socket, evil: socket.send_multipart([bytearray(BIG), evil, b"x"], copy=copy),
        lambda socket, evil: socket.recv_into(evil),
    ):
        a, b = pair(zmq.PAIR, zmq.PAIR)
        refused(lambda: send(a, ActingBuffer(bytes(BIG), before=lambda: replace(a))))  # noqa: B023  (called at once)
        assert b.poll(0) == 0


@needs_buffer_method
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("kind", [list, tuple])
def test_buffer_that_changes_the_list_of_parts(pair: PairFactory, copy: bool, kind: type) -> None:
    """The message is as it was, or there is none."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    parts: list[Any] = []
    parts[:] = [b"1", ActingBuffer(b"2", before=parts.clear), *(bytes([index]) * BIG for index in range(100))]
    expected = [b"1", b"2", *parts[2:]]
    with suppress(RuntimeError):
        a.send_multipart(parts if kind is list else kind(parts), copy=copy)
        assert b.recv_multipart() == expected
    assert b.poll(0) == 0
    assert parts == []


@needs_buffer_method
def test_buffer_that_raises(pair: PairFactory) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(BIG)
    for copy in (True, False):
        evil = ActingBuffer(bytes(BIG), before=fail)
        for call in (
            lambda: a.send(evil, copy=copy),  # noqa: B023  (called at once)
            lambda: a.send_multipart([data, evil], copy=copy),  # noqa: B023
            lambda: a.recv_into(evil),  # noqa: B023
            lambda: zmq.Frame(evil, copy=copy),  # noqa: B023
        ):
            with pytest.raises(ZeroDivisionError):
                call()
    data.append(0)
    assert b.poll(0) == 0


@needs_buffer_method
def test_release_that_closes_the_socket(pair: PairFactory, eventually: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(ActingBuffer(bytes(BIG), after=a.close), copy=False)
    assert b.recv() == bytes(BIG)
    eventually(lambda: a.closed)
    c, d = pair(zmq.PAIR, zmq.PAIR)
    c.send(b"x")
    assert d.recv_into(ActingBuffer(bytes(10), after=d.close)) == 1
    assert d.closed


class Owner(bytearray):
    """Memory that does something when nobody needs it any more."""

    action: Callable[[], object]

    def __del__(self) -> None:
        self.action()


@needs_locks
@pytest.mark.parametrize("operation", ["recv", "send", "close", "poll", "collect"])
def test_owner_that_uses_the_sockets_when_it_goes(pair: PairFactory, eventually: Any, operation: str) -> None:
    """It may go inside any call, which lets go of what libzmq has given back."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    gone: list[str] = []

    def act() -> None:
        a.close()
        b.close()
        gone.append(operation)

    owner = Owner(BIG)
    owner.action = act
    a.send(owner, copy=False)
    del owner
    frame = b.recv(copy=False)
    assert not gone
    if operation == "send":
        b.send(frame)
        del frame
        a.recv()
    elif operation == "collect":
        cycle: list[Any] = [frame]
        cycle.append(cycle)
        del cycle, frame
        gc.collect()
    else:
        del frame
    eventually(lambda: gone)
    assert a.closed
    assert b.closed
    for call in (a.recv, b.recv, lambda: a.send(b"x")):
        refused(call)
    refused(lambda: a.poll(0), zmq.ENOTSUP)


def test_descriptors_that_close_the_sockets_polled(sockets: SocketFactory, replace: Replace) -> None:
    for order in (1, -1):
        socket = sockets(zmq.PUSH)
        evil = Acting(lambda: replace(socket), 0)  # noqa: B023  (called at once)
        items: list[Any] = [(socket, POLLOUT), (evil, POLLIN)][::order]
        refused(lambda: zmq.zmq_poll(items, 0))  # noqa: B023
        assert socket.closed
    socket = sockets(zmq.PUSH)
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLOUT)
    poller.register(Acting(lambda: replace(socket), 0), zmq.POLLIN)
    refused(lambda: poller.poll(0))
    socket = sockets(zmq.PUSH)
    refused(lambda: zmq.select([Acting(lambda: replace(socket), 0)], [socket], [], 0))


@pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be polled on Windows")
@pytest.mark.parametrize("kind", [tuple, list])
def test_descriptors_that_change_the_list_polled(
    context: zmq.Context[Any], resource_warnings: ResourceWarnings, kind: type
) -> None:
    """What is polled is what was given; it lives until that is over."""
    reading, writing = os.pipe()
    try:
        socket = context.socket(zmq.PAIR)
        items: list[Any] = [kind((socket, POLLIN)) for _ in range(50)]

        def forget() -> None:
            nonlocal socket
            socket = None
            items[0:49] = []
            if kind is list:
                items[0][0] = None
            gc.collect()

        items.append(kind((Acting(forget, reading), POLLIN)))
        with resource_warnings() as texts:
            assert zmq.zmq_poll(items, 0) == []
            items.clear()
        assert len(texts) == 1
    finally:
        os.close(reading)
        os.close(writing)


# On Windows, where descriptors have 64 bits, libzmq finds out that it is none.
TOO_LARGE = (OverflowError, ValueError, zmq.ZMQError) if sys.platform == "win32" else (OverflowError, ValueError)


@pytest.mark.parametrize(
    ("nonsense", "error"), [(2**31, TOO_LARGE), (2**70, (OverflowError, ValueError))], ids=["2**31", "2**70"]
)
def test_what_is_no_descriptor(nonsense: int, error: Any) -> None:
    with pytest.raises(error):
        zmq.zmq_poll([(nonsense, POLLIN)], 0)
    with pytest.raises(error):
        zmq.select([nonsense], [], [], 0)


@pytest.mark.parametrize("events", [2**31, -(2**31) - 1, 2**70, "x", None], ids=str)
def test_what_is_no_mask_of_events(sockets: SocketFactory, events: Any) -> None:
    with pytest.raises((OverflowError, TypeError)):
        zmq.zmq_poll([(sockets(zmq.PAIR), events)], 0)


def test_closed_system_sockets_are_never_ready() -> None:
    import socket as system_socket

    first, second = system_socket.socketpair()
    poller = zmq.Poller()
    poller.register(first, zmq.POLLIN)
    poller.register(second, zmq.POLLIN)
    with first, second:
        assert poller.poll(0) == []
    if sys.platform == "win32":
        with pytest.raises(ValueError, match="valid integer fd"):
            poller.poll(0)
    else:
        assert poller.poll(0) == []


@pytest.mark.skipif(sys.platform != "win32", reason="POLLERR is reported elsewhere, and the number may be used again")
def test_closed_descriptors_cannot_be_polled() -> None:
    import socket as system_socket

    with system_socket.socket() as opened:
        descriptor = opened.fileno()
    with pytest.raises(zmq.ZMQError):
        zmq.zmq_poll([(descriptor, zmq.POLLIN)], 0)


def test_half_made_sockets_cannot_be_polled() -> None:
    """They are no descriptor 0."""
    half = zmq.Socket.__new__(zmq.Socket)
    refused(lambda: zmq.zmq_poll([(half, POLLIN)], 0))


@pytest.mark.skipif(sys.platform == "win32", reason="no signals that interrupt system calls on Windows")
@pytest.mark.timeout(60, method="thread")
@pytest.mark.parametrize(
    "call",
    [
        lambda socket, _: socket.recv(),
        lambda socket, _: socket.recv(copy=False),
        lambda socket, _: socket.recv_multipart(),
        lambda socket, _: socket.recv_into(bytearray(10)),
        lambda socket, _: socket.poll(20_000),
        lambda socket, other: zmq.zmq_poll([(other, POLLIN), (socket, POLLIN)], 20_000),
        zmq.proxy,
        lambda socket, other: zmq.proxy(other, socket),
    ],
    ids=["recv", "recv a frame", "recv_multipart", "recv_into", "poll", "zmq_poll", "proxy", "proxy to"],
)
def test_handler_that_closes_the_socket(sockets: SocketFactory, replace: Replace, call: Any) -> None:
    socket, other = sockets(zmq.PAIR), sockets(zmq.PAIR)
    socket.bind("inproc://hostile")
    started = time.monotonic()
    # Again and again, since the first may come before the call has begun to block.
    with alarms(lambda *_: socket.closed or replace(socket), 0.02):
        refused(lambda: call(socket, other))
    assert time.monotonic() - started < 5


@pytest.mark.skipif(sys.platform == "win32", reason="no signals that interrupt system calls on Windows")
@pytest.mark.timeout(60, method="thread")
@pytest.mark.parametrize("multipart", [False, True])
def test_handler_that_closes_the_socket_that_sends(sockets: SocketFactory, replace: Replace, multipart: bool) -> None:
    socket = sockets(zmq.PUSH)
    data = bytearray(BIG)
    # Again and again, since the first may come before the call has begun to block.
    with alarms(lambda *_: socket.closed or replace(socket), 0.02):
        refused(lambda: socket.send_multipart([data] * 20, copy=False) if multipart else socket.send(data, copy=False))
    data.append(0)  # nobody holds it


def test_frames_are_initialised_once(pair: PairFactory) -> None:
    """Views of the content would otherwise read memory that is freed."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"received" * 100)
    for frame in (zmq.Frame(b"x" * 1000), zmq.Frame(bytearray(BIG), copy=False), b.recv(copy=False)):
        view = frame.buffer
        content = frame.bytes
        with pytest.raises(RuntimeError, match="once"):
            frame.__init__(b"other" * 1000)  # type: ignore[misc]
        assert view == content
        assert frame.bytes == content


def test_bytes_are_never_changed_through_frames(pair: PairFactory) -> None:
    """Large ones travel by reference, also with copy=True."""
    data = bytes(BIG)
    frames = [zmq.Frame(data, copy=False), zmq.Frame(memoryview(data), copy=False)]
    for transport in ("inproc", "tcp"):
        a, b = pair(zmq.PAIR, zmq.PAIR, transport)
        for copy in (True, False):
            for message in (data, memoryview(data)[1:], frames[0]):
                a.send(message, copy=copy)
                frames.append(b.recv(copy=False))
            a.send_multipart([data, data], copy=copy)
            frames += b.recv_multipart(copy=False)
    for frame in frames:
        try:
            frame.buffer[5] = 255
        except TypeError:
            assert frame.buffer.readonly
    assert data == bytes(BIG)


def test_frames_of_other_memory_can_be_written(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(BIG)
    a.send(data, copy=False)
    a.send(b"small")
    a.send(b"small", copy=False)
    for _ in range(3):
        frame = b.recv(copy=False)
        frame.buffer[0] = 255
        assert frame.buffer[0] == 255
    # What the interpreter cannot lock is copied.
    assert data[0] == (255 if EXPORTS_LOCK else 0)
    frame = zmq.Frame(b"copied", copy=True)
    frame.buffer[0] = 255


@pytest.mark.parametrize("multipart", [False, True])
def test_rest_of_a_torn_message_never_arrives_alone(sockets: SocketFactory, multipart: bool) -> None:
    """If the peer goes away amidst a message, the others do not get what is left of it."""
    for number in range(50):
        push = sockets(zmq.PUSH)
        push.bind(f"inproc://torn-{number}")
        first, second = sockets(zmq.PULL), sockets(zmq.PULL)
        first.connect(f"inproc://torn-{number}")
        push.send(b"begin", zmq.SNDMORE)
        second.connect(f"inproc://torn-{number}")
        first.close()
        if multipart:
            push.send_multipart([b"more", b"end"])
        else:
            push.send(b"more", zmq.SNDMORE)
            push.send(b"end")
        # Some may go to the one that is closed, until that is known.
        while not second.poll(1):
            push.send_multipart([b"whole", b"message"])
        assert second.recv_multipart() == [b"whole", b"message"]
        push.close()
        second.close()
