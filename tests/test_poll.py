"""Poller, select and zmq_poll."""

from __future__ import annotations

import math
import os
import socket as system_socket
import sys
import time
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from zmq.sugar.poll import milliseconds

POLLIN, POLLOUT, POLLERR = int(zmq.POLLIN), int(zmq.POLLOUT), int(zmq.POLLERR)


def test_events(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(a)
    poller.register(b, zmq.POLLIN)
    assert poller.poll(0) == [(a, POLLOUT)]
    a.send(b"x")
    assert dict(poller.poll()) == {a: POLLOUT, b: POLLIN}
    assert all(type(events) is int for _, events in poller.poll())
    b.recv()
    assert dict(poller.poll(0)) == {a: POLLOUT}


def test_registration(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    assert poller.sockets == []
    poller.register(a, zmq.POLLIN)
    poller.register(b, zmq.POLLOUT)
    poller.register(a, zmq.POLLOUT)  # again: changes the mask
    assert poller.sockets == [(a, POLLOUT), (b, POLLOUT)]
    assert a in poller
    poller.modify(a, zmq.POLLIN)
    assert poller.sockets == [(a, POLLIN), (b, POLLOUT)]
    assert poller.poll(0) == [(b, POLLOUT)]
    poller.unregister(a)
    assert a not in poller
    assert poller.sockets == [(b, POLLOUT)]
    with pytest.raises(KeyError):
        poller.unregister(a)
    poller.register(b, 0)
    poller.register(a, 0)
    assert poller.sockets == []
    assert poller.poll(0) == []


def test_sockets_is_a_copy(pair: PairFactory) -> None:
    a, _ = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(a)
    poller.sockets.clear()
    assert a in poller


@pytest.mark.parametrize("nonsense", ["x", None, 1.5, object()], ids=lambda value: type(value).__name__)
def test_what_cannot_be_polled(nonsense: Any) -> None:
    """Registering is not polling: stand-ins for sockets may be registered."""
    poller = zmq.Poller()
    poller.register(nonsense, zmq.POLLIN)
    assert nonsense in poller
    assert poller.sockets == [(nonsense, POLLIN)]
    for operation in (
        lambda: poller.poll(0),
        lambda: zmq.zmq_poll([(nonsense, POLLIN)], 0),
        lambda: zmq.select([nonsense], [], [], 0),
    ):
        with pytest.raises(TypeError, match="must be a 0MQ socket, an integer fd or have a fileno"):
            operation()
    poller.unregister(nonsense)
    assert poller.poll(0) == []


class NoDescriptor:
    """Has a ``fileno`` that fails, or returns nonsense."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def fileno(self) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize("result", [OSError("gone"), "x", None], ids=lambda value: type(value).__name__)
def test_descriptors_that_are_none(result: Any) -> None:
    poller = zmq.Poller()
    poller.register(NoDescriptor(result))
    for operation in (
        lambda: poller.poll(0),
        lambda: zmq.zmq_poll([(NoDescriptor(result), POLLIN)], 0),
        lambda: zmq.select([NoDescriptor(result)], [], [], 0),
    ):
        with pytest.raises(ValueError, match="must return a valid integer fd") as caught:
            operation()
        if isinstance(result, Exception):
            assert caught.value.__cause__ is result


@pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be polled there")
def test_a_boolean_is_a_descriptor() -> None:
    poller = zmq.Poller()
    poller.register(True, zmq.POLLOUT)
    assert poller.poll(0) == zmq.zmq_poll([(1, POLLOUT)], 0)


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not negative there")
def test_negative_descriptors_are_never_ready(pair: PairFactory) -> None:
    _, b = pair(zmq.PAIR, zmq.PAIR)
    closed = system_socket.socket()
    closed.close()
    for nothing in (-1, closed):
        assert zmq.zmq_poll([(nothing, POLLIN), (b, POLLOUT)], 0) == [(b, POLLOUT)]
        assert zmq.select([nothing], [b], [], 0) == ([], [b], [])


@pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be polled there")
def test_select_tells_errors_of_all_lists() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    assert zmq.select([reading], [], [], 0) == ([], [], [reading])


def test_the_map_of_earlier_versions(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(a)
    poller.register(b)
    assert poller._map == {a: 0, b: 1}


def test_masks_that_do_not_fit(pair: PairFactory) -> None:
    _, b = pair(zmq.PAIR, zmq.PAIR)
    descriptor = b.fileno()
    for mask in (1 << 15, 1 << 16, -(1 << 20)):
        assert zmq.zmq_poll([(descriptor, mask), (b, POLLOUT)], 0) == [(b, POLLOUT)]
    assert zmq.zmq_poll([(b, POLLOUT | 1 << 16)], 0) == [(b, POLLOUT)]
    with pytest.raises(OverflowError):
        zmq.zmq_poll([(descriptor, 1 << 40)], 0)


def test_masks_are_shown_as_registered(pair: PairFactory) -> None:
    a, _ = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(a, zmq.POLLOUT)
    assert poller.sockets[0][1] is zmq.POLLOUT
    assert type(poller.poll(0)[0][1]) is int
    for flags in (zmq.POLLOUT, zmq.POLLIN | zmq.POLLOUT):
        assert type(a.poll(0, flags)) is int


def test_closed_sockets(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PAIR)
    poller = zmq.Poller()
    poller.register(socket)
    socket.close()
    for operation in (
        lambda: poller.poll(0),
        lambda: zmq.zmq_poll([(socket, POLLIN)], 0),
        lambda: zmq.select([socket], [], [], 0),
    ):
        with pytest.raises(zmq.ZMQError) as caught:
            operation()
        assert caught.value.errno == zmq.ENOTSOCK


def test_timeouts(pair: PairFactory) -> None:
    _, b = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(b, zmq.POLLIN)
    for wait in (lambda: poller.poll(50), lambda: zmq.select([b], [], [], 0.05), lambda: b.poll(50)):
        started = time.monotonic()
        assert not any(wait() or [])  # type: ignore[arg-type]
        assert 0.045 < time.monotonic() - started < 5
    assert zmq.Poller().poll(0) == []


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(None, -1), (-1, -1), (-0.5, -1), (0, 0), (0.1, 1), (1, 1), (1.5, 2), (1e6, 1_000_000), (math.inf, -1)],
)
def test_milliseconds(timeout: float | None, expected: int) -> None:
    assert milliseconds(timeout) == expected


def test_waits_for_another_thread(pair: PairFactory, background: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(b, zmq.POLLIN)
    polling = background(poller.poll, 10_000)
    assert polling.running()
    a.send(b"x")
    assert polling.result() == [(b, POLLIN)]


@pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be polled on Windows")
def test_pipes(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "wb", 0) as writer:
        poller = zmq.Poller()
        poller.register(b, zmq.POLLIN)
        poller.register(reader, zmq.POLLIN)
        poller.register(writing, zmq.POLLOUT)
        assert poller.poll(1000) == [(writing, POLLOUT)]
        writer.write(b"x")
        assert dict(poller.poll(1000)) == {reading: POLLIN, writing: POLLOUT}
        a.send(b"x")
        assert dict(poller.poll(1000)) == {b: POLLIN, reading: POLLIN, writing: POLLOUT}
        assert zmq.select([b, reader], [writer, writing], [reader], 1) == ([b, reading], [writing, writing], [])


def test_system_sockets() -> None:
    first, second = system_socket.socketpair()
    with first, second:
        assert zmq.zmq_poll([(first, POLLIN), (second, POLLIN)], 0) == []
        second.send(b"x")
        assert zmq.zmq_poll([(first, POLLIN), (second, POLLIN)], 1000) == [(first.fileno(), POLLIN)]
        assert zmq.zmq_poll([(first.fileno(), POLLIN)], 1000) == [(first.fileno(), POLLIN)]


def test_select(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    assert zmq.select([], [], [], 0) == ([], [], [])
    assert zmq.select([a, b], [a, b], [a, b], 0) == ([], [a, b], [])
    a.send(b"x")
    assert zmq.select([a, b], [a], [b]) == ([b], [a], [])
    assert zmq.select([b, b], [], [], 1) == ([b, b], [], [])


def test_many_items(pair: PairFactory) -> None:
    """More than fit into what the backends keep on the stack."""
    pairs = [pair(zmq.PAIR, zmq.PAIR) for _ in range(60)]
    poller = zmq.Poller()
    for _, b in pairs:
        poller.register(b, zmq.POLLIN)
    assert poller.poll(0) == []
    expected = []
    for index, (a, b) in enumerate(pairs):
        if index % 7 == 0:
            a.send(b"x")
            expected.append((b, POLLIN))
    assert poller.poll(1000) == expected
    for socket, _ in expected:
        poller.unregister(socket)
    assert poller.poll(0) == []


def test_zmq_poll_takes_any_iterable(pair: PairFactory) -> None:
    a, _ = pair(zmq.PAIR, zmq.PAIR)
    for items in ([(a, POLLOUT)], ((a, POLLOUT),), iter([(a, POLLOUT)]), {a: POLLOUT}.items()):
        assert zmq.zmq_poll(items, 0) == [(a, POLLOUT)]
    assert zmq.zmq_poll([], 0) == []


def test_polling_for_nothing_returns_at_once(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"x")
    assert b.poll(None, 0) == 0
    assert b.poll(flags=None) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(("timeout", "kind"), [("1", TypeError), (b"1", TypeError), (math.nan, ValueError)])
def test_timeouts_are_checked_though_it_is_ready(pair: PairFactory, timeout: Any, kind: type[Exception]) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"x")
    with pytest.raises(kind):
        b.poll(timeout)


def test_timeouts_beyond_64_bits(sockets: SocketFactory) -> None:
    with pytest.raises(OverflowError):
        sockets(zmq.PULL).poll(2**64)
