"""Numbers as arguments: what counts as an int, and what fits."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_loops import run
from zmq._numbers import as_index, to_int


class Index:
    """What may stand for an int, and nothing else."""

    def __init__(self, number: int) -> None:
        self.number = int(number)

    def __index__(self) -> int:
        return self.number


def numpy_integer(name: str) -> Callable[[int], Any]:
    def make(number: int) -> Any:
        import numpy as np

        return getattr(np, name)(number)

    return make


needs_numpy = pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")

every_kind = pytest.mark.parametrize(
    "kind",
    [
        Index,
        pytest.param(numpy_integer("int8"), id="int8", marks=needs_numpy),
        pytest.param(numpy_integer("uint8"), id="uint8", marks=needs_numpy),
        pytest.param(numpy_integer("int64"), id="int64", marks=needs_numpy),
    ],
)
Kind = Callable[[int], Any]


@every_kind
def test_options_of_sockets(sockets: SocketFactory, kind: Kind) -> None:
    socket = sockets(zmq.DEALER)
    for option in (zmq.LINGER, zmq.MAXMSGSIZE, zmq.AFFINITY):
        socket.set(kind(option), kind(7))
        assert socket.get(kind(option)) == socket.getsockopt(kind(option)) == 7
    socket.linger = kind(9)
    socket.SNDTIMEO = kind(8)
    assert (socket.linger, socket.sndtimeo) == (9, 8)
    socket.set_hwm(kind(5))
    assert socket.get_hwm() == 5
    socket.set_string(kind(zmq.ROUTING_ID), "name")
    assert socket.get_string(kind(zmq.ROUTING_ID)) == "name"
    socket.copy_threshold = kind(3)
    assert socket.copy_threshold == 3


@every_kind
def test_contexts(kind: Kind) -> None:
    with zmq.Context(kind(2)) as context:
        assert context.get(kind(zmq.IO_THREADS)) == 2
        context.set(kind(zmq.MAX_SOCKETS), kind(100))
        context.max_msgsz = kind(99)
        assert (context.max_sockets, context.max_msgsz) == (100, 99)
        context.setsockopt(kind(zmq.LINGER), kind(7))
        context.rcvhwm = kind(6)
        assert context.getsockopt(zmq.LINGER) == context.getsockopt(kind(zmq.LINGER))
        with context.socket(kind(zmq.PULL), copy_threshold=kind(4)) as socket:
            assert socket.type is zmq.PULL
            assert (socket.linger, socket.rcvhwm, socket.copy_threshold) == (7, 6, 4)
        socket = zmq.Socket(context, kind(zmq.PUSH))
        assert socket.type is zmq.PUSH
        socket.close(linger=kind(0))
        with zmq.Context(io_threads=kind(1)) as other:
            socket = other.socket(zmq.PUSH)
            other.destroy(kind(0))
            assert socket.closed


@every_kind
def test_flags(pair: PairFactory, kind: Kind) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    more, at_once, none = kind(zmq.SNDMORE), kind(zmq.DONTWAIT), kind(0)
    a.send(b"1", more)
    a.send(bytearray(b"2"), flags=more, copy=False)
    a.send_multipart([b"3", bytearray(4)], none)
    assert b.recv(at_once) == b"1"
    assert b.get(kind(zmq.RCVMORE))
    assert b.recv(flags=none, copy=False).bytes == b"2"
    assert b.recv_multipart(at_once) == [b"3", bytes(4)]
    with pytest.raises(zmq.Again):
        b.recv(at_once)
    with pytest.raises(zmq.Again):
        b.recv_multipart(flags=at_once, copy=False)
    a.send_string("text", none)
    assert b.recv_string(at_once) == "text"
    a.send_serialized([b"1", b"2"], list, at_once)
    buffer = bytearray(5)
    assert b.recv_into(buffer, nbytes=kind(1), flags=at_once) == 1
    assert b.recv_into(buffer, flags=none) == 1
    assert buffer == b"2" + bytes(4)


@every_kind
def test_waiting(pair: PairFactory, kind: Kind) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    mask, at_once = kind(zmq.POLLIN), kind(0)
    poller = zmq.Poller()
    poller.register(b, mask)
    assert poller.poll(at_once) == zmq.zmq_poll([(b, mask)], at_once) == []
    assert poller.poll(kind(1)) == []
    assert b.poll(at_once) == b.poll(kind(1), mask) == 0
    assert zmq.select([b], [], [], at_once) == ([], [], [])
    a.send(b"x")
    # Of many bits: numpy's numbers of 8 bits would overflow.
    for timeout in (at_once, kind(100)):
        assert poller.poll(timeout) == zmq.zmq_poll([(b, mask)], timeout) == [(b, zmq.POLLIN)]
        assert b.poll(timeout, mask) == zmq.POLLIN
        assert zmq.select([b], [], [], timeout) == ([b], [], [])
    poller.modify(b, kind(0))
    assert b not in poller


@every_kind
def test_asynchronous_sockets(kind: Kind) -> None:
    async def use() -> None:
        none, at_once, mask = kind(0), kind(zmq.DONTWAIT), kind(zmq.POLLIN)
        with zmq.asyncio.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
            a.bind("inproc://a")
            b.connect("inproc://a")
            poller = zmq.asyncio.Poller()
            poller.register(b, mask)
            assert await poller.poll(kind(1)) == []
            assert await b.poll(kind(1), mask) == 0
            polling, waiting = poller.poll(kind(100)), b.poll(kind(100), mask)
            await a.send(b"1", kind(zmq.SNDMORE))
            await a.send_multipart([b"2"], at_once)
            assert await polling == [(b, zmq.POLLIN)]
            assert await waiting == zmq.POLLIN
            assert await b.recv_multipart(at_once) == [b"1", b"2"]
            receiving = b.recv(none)
            await a.send_string("3", none)
            assert await receiving == b"3"
            await a.send(b"45")
            assert await b.recv_into(bytearray(9), nbytes=kind(1), flags=none) == 2
            with pytest.raises(zmq.Again):
                await b.recv(at_once)

    run(use)


@every_kind
def test_green_sockets(kind: Kind) -> None:
    pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)
    import zmq.green

    none, at_once, mask = kind(0), kind(zmq.DONTWAIT), kind(zmq.POLLIN)
    with zmq.green.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
        a.bind("inproc://a")
        b.connect("inproc://a")
        assert zmq.green.zmq_poll([(b, mask)], kind(1)) == []
        assert b.poll(kind(1), mask) == 0
        a.send(b"1", kind(zmq.SNDMORE))
        a.send_multipart([b"2"], at_once)
        assert b.poll(kind(100), mask) == zmq.POLLIN
        assert zmq.green.select([b], [], [], kind(1)) == ([b], [], [])
        assert b.recv_multipart(none) == [b"1", b"2"]
        with pytest.raises(zmq.Again):
            b.recv(at_once)
        b.close(linger=kind(0))


@pytest.mark.skipif(sys.platform == "win32", reason="polls sockets only")
@pytest.mark.parametrize("wrap", [Index, lambda number: number])
def test_descriptors(wrap: Kind) -> None:
    class File:
        def __init__(self, descriptor: int) -> None:
            self.fileno = lambda: wrap(descriptor)

    reading, writing = os.pipe()
    try:
        os.write(writing, b"x")
        for item in (wrap(reading), File(reading)):
            assert zmq.zmq_poll([(item, zmq.POLLIN)], 0) == [(reading, zmq.POLLIN)]
            assert zmq.select([item], [], [], 0) == ([reading], [], [])
            poller: Any
            for poller in (zmq.Poller(), zmq.asyncio.Poller()):
                poller.register(item, zmq.POLLIN)
                found = poller.poll(0) if type(poller) is zmq.Poller else run(poller.poll, 1000)
                assert found == [(reading, zmq.POLLIN)]
    finally:
        os.close(reading)
        os.close(writing)


@every_kind
def test_others(sockets: SocketFactory, kind: Kind) -> None:
    frame = zmq.Frame(b"x" * 9, copy_threshold=kind(5))
    assert frame.get(kind(zmq.MORE)) == frame[kind(zmq.MORE)] == 0
    with pytest.raises(zmq.ZMQError, match="Invalid argument"):
        frame.set(kind(zmq.MORE), kind(1))
    assert zmq.strerror(kind(11)) == zmq.strerror(11)
    socket = sockets(zmq.PAIR)
    with socket.get_monitor_socket(kind(zmq.Event.LISTENING)) as monitor:
        assert monitor.type is zmq.PAIR
    least: Any = Index(20_000)
    most: Any = Index(60_000)
    port = sockets(zmq.PULL).bind_to_random_port("tcp://127.0.0.1", least, most, max_tries=kind(100))
    assert 20_000 <= port < 60_000
    before = zmq.asyncio.set_budget(kind(64))
    assert zmq.asyncio.set_budget(before) == 64


def test_numbers_that_are_rounded() -> None:
    """Towards 0, as earlier versions did. Options are not: see test_values_of_the_wrong_type."""
    half: Any = 0.5
    one: Any = 1.5
    with zmq.Context(one) as context:
        assert context.get(one) == 1
        with context.socket(half) as a, context.socket(zmq.PAIR, copy_threshold=one) as b:
            assert (a.type, b.copy_threshold) == (zmq.PAIR, 1)
            a.copy_threshold = one + 2
            assert a.copy_threshold == 3
            a.bind("inproc://a")
            b.connect("inproc://a")
            a.send(b"x", one)
            assert b.recv(one) == b"x"
            a.send(b"xy")
            assert b.recv_into(bytearray(2), nbytes=one, flags=half) == 2
            assert zmq.zmq_poll([(b, one)], half) == []
            assert b.get(one - 1.5 + zmq.TYPE) == zmq.PAIR
            a.close(linger=one)
            assert a.closed


@pytest.mark.parametrize("nonsense", ["1", b"1", [], object()], ids=["str", "bytes", "list", "object"])
def test_what_is_no_number(pair: PairFactory, nonsense: Any) -> None:
    """Errors name it."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    shown = re.escape(repr(nonsense))
    listed: Any = [nonsense]
    poller = zmq.Poller()
    poller.register(b, zmq.POLLIN)
    calls: list[Callable[[], Any]] = [
        lambda: poller.poll(nonsense),
        lambda: b.poll(nonsense),
        lambda: zmq.select([b], [], [], nonsense),
        lambda: zmq.zmq_poll([(b, zmq.POLLIN)], nonsense),
        lambda: zmq.zmq_poll([(b, nonsense)], 0),
        lambda: b.poll(0, listed),
        lambda: a.send(b"x", nonsense),
        lambda: a.send(b"x", flags=nonsense, copy=False),
        lambda: a.send_multipart([b"x"], nonsense),
        lambda: b.recv(nonsense),
        lambda: b.recv(flags=nonsense, copy=False),
        lambda: b.recv_multipart(nonsense),
        lambda: b.recv_into(bytearray(1), nbytes=nonsense),
        lambda: b.get(nonsense),
        lambda: b.set(nonsense, 1),
        lambda: b.set(zmq.LINGER, listed),
        lambda: setattr(b, "copy_threshold", nonsense),
        lambda: a.context.get(nonsense),
        lambda: a.context.set(zmq.MAX_SOCKETS, nonsense),
        lambda: a.context.socket(nonsense),
        lambda: a.context.socket(zmq.PAIR, copy_threshold=nonsense),
        lambda: zmq.Context(nonsense),
        lambda: a.close(linger=nonsense),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=shown):
            call()
    assert not a.closed
    assert b.poll(0) == 0


@pytest.mark.parametrize("timeout", [0.5, Decimal("0.5"), Fraction(1, 2), True])
def test_timeouts_that_are_no_ints(sockets: SocketFactory, timeout: Any) -> None:
    assert zmq.Poller().poll(timeout) == []
    assert sockets(zmq.PULL).poll(timeout) == 0


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**64, -(2**64)])
def test_numbers_that_do_not_fit(sockets: SocketFactory, number: int) -> None:
    """They are refused rather than cut off, and named."""
    socket = sockets(zmq.PAIR)
    calls: list[Callable[[], Any]] = [
        lambda: socket.get(number),
        lambda: socket.set(zmq.LINGER, number),
        lambda: socket.recv(number),
        lambda: socket.send(b"x", number),
        lambda: socket.context.get(number),
        lambda: socket.context.socket(number),
        lambda: zmq.Context(number),
        lambda: zmq.zmq_poll([(socket, number)], 0),
        lambda: socket.close(number),
    ]
    if abs(number) >= 2**63:
        calls.append(lambda: zmq.zmq_poll([], number))
        calls.append(lambda: setattr(socket, "copy_threshold", number))
        calls.append(lambda: socket.set(zmq.MAXMSGSIZE, number))
    for call in calls:
        with pytest.raises(OverflowError):
            call()
    assert not socket.closed


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), (True, 1), (zmq.PUSH, 8), (Index(2**70), 2**70), (-1.9, -1), (Decimal("7.5"), 7)],
    ids=["int", "bool", "enum", "index", "float", "decimal"],
)
def test_to_int(value: Any, number: int) -> None:
    assert to_int(value) == number
    assert type(to_int(value)) is int


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", b"1", bytearray(b"1"), None, 1j], ids=repr)
def test_what_stands_for_no_int(value: Any) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        to_int(value)
    assert as_index(value) is value


def test_classes_are_no_numbers() -> None:
    """Though they have the attributes of their instances."""
    with pytest.raises(TypeError, match="not <class 'int'>"):
        to_int(int)
    assert as_index(int) is int
    assert as_index(zmq.PUSH) is zmq.PUSH
    assert as_index(Index(2**70)) == 2**70


@pytest.mark.parametrize("value", [0, 5, 2**63 - 1, 2**63, 2**64 - 1, -1, -(2**63)])
def test_affinity(sockets: SocketFactory, value: int) -> None:
    """All 64 bits; a negative number stands for those that it has."""
    socket = sockets(zmq.DEALER)
    socket.set(zmq.AFFINITY, value)
    assert socket.get(zmq.AFFINITY) == value % 2**64
    socket.affinity = 1
    socket.affinity = value
    assert socket.affinity == socket.getsockopt(zmq.AFFINITY) == value % 2**64


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 2**100])
def test_bits_that_do_not_fit(sockets: SocketFactory, value: int) -> None:
    socket = sockets(zmq.DEALER, affinity=5)
    with pytest.raises(OverflowError, match=f"64 bits, into which {value} does"):
        socket.set(zmq.AFFINITY, value)
    with pytest.raises(OverflowError, match="AFFINITY"):
        socket.affinity = value
    assert socket.affinity == 5
