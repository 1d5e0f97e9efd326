"""Memory shared with libzmq: it stays as it is until libzmq is done, and is released then."""

from __future__ import annotations

import array
import mmap
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import EXPORTS_LOCK, collect, needs_locks

BIG = 200_000
Eventually = Callable[[Callable[[], Any]], Any]


def resizable(data: bytearray) -> bool:
    """Whether nobody has the memory any more."""
    try:
        data.append(0)
    except BufferError:
        return False
    data.pop()
    return True


@needs_locks
@pytest.mark.parametrize("transport", ["inproc", "tcp", "ipc"])
def test_shared_memory_is_held_and_released(pair: PairFactory, transport: str) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, transport)
    data = bytearray(b"x" * BIG)
    tracker = a.send(data, copy=False, track=True)
    if transport == "inproc":
        # The receiver has the very same memory.
        assert not tracker.done
        assert not resizable(data)
        frame = b.recv(copy=False)
        assert not tracker.done
        data[0] = ord("y")
        assert frame.buffer[0] == ord("y")
        del frame
    else:
        assert b.recv() == data
    tracker.wait(20)
    assert tracker.done
    assert resizable(data)


@needs_locks
def test_a_message_that_waits_holds_its_memory(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:1")  # nobody listens there
    data = bytearray(BIG)
    tracker = socket.send(data, copy=False, track=True)
    with pytest.raises(zmq.NotDone):
        tracker.wait(0.01)
    assert not resizable(data)
    socket.close(0)
    tracker.wait(20)
    assert resizable(data)


@needs_locks
def test_memory_is_released_when_the_context_is_destroyed() -> None:
    data = bytearray(BIG)
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.linger = 0
        socket.connect("tcp://127.0.0.1:1")
        tracker = socket.send(data, copy=False, track=True)
        assert not tracker.done
    tracker.wait(20)
    assert resizable(data)


@needs_locks
def test_a_failed_send_holds_nothing(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    data = bytearray(BIG)
    for track in (False, True):
        with pytest.raises(zmq.Again):
            socket.send(data, zmq.DONTWAIT, copy=False, track=track)  # nobody is connected
        with pytest.raises(zmq.Again):
            socket.send_multipart([data, b"x"], zmq.DONTWAIT, copy=False, track=track)
        collect()
        assert resizable(data)
    frame = zmq.Frame(data, copy=False, track=True)
    with pytest.raises(zmq.Again):
        socket.send(frame, zmq.DONTWAIT, copy=False)
    assert not resizable(data)
    assert frame.bytes == data


def test_copied_memory_is_not_held(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    for size, copy, track in ((BIG, True, False), (a.copy_threshold - 1, False, False), (100, False, True)):
        data = bytearray(size)
        a.send(data, copy=copy, track=track)
        assert resizable(data)
        a.send_multipart([data, data], copy=copy, track=track)
        assert resizable(data)
        b.recv()
        b.recv_multipart()


@needs_locks
def test_threshold_of_the_socket(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.copy_threshold = 0
    data = bytearray(b"tiny")
    tracker = a.send(data, copy=False, track=True)
    assert not tracker.done
    assert not resizable(data)
    assert b.recv() == b"tiny"
    tracker.wait(20)


@needs_locks
def test_a_frame_shares_its_memory_with_all_receivers(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    c, d = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(BIG)
    frame = zmq.Frame(data, copy=False, track=True)
    tracker = frame.tracker
    assert tracker is not None
    assert a.send(frame, copy=False, track=True) is not None
    c.send(frame, copy=False)
    del frame
    b.recv()
    assert not tracker.done
    assert not resizable(data)
    d.recv()
    tracker.wait(20)
    assert resizable(data)


def test_tracker_of_several_parts(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    tracker = a.send_multipart([b"small", bytes(BIG), bytes(BIG)], copy=False, track=True)
    assert isinstance(tracker, zmq.MessageTracker)
    assert not tracker.done
    first, second, third = b.recv_multipart(copy=False)
    del first, second
    collect()
    assert not tracker.done
    del third
    collect()
    tracker.wait(20)


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="no reference counts in this interpreter")
@pytest.mark.parametrize("copy", [True, False])
def test_large_bytes_are_given_back(pair: PairFactory, copy: bool, eventually: Eventually) -> None:
    """Bytes cannot change, so libzmq may get them by reference even with copy=True."""
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp")
    data = bytes(BIG)
    before = sys.getrefcount(data)
    for _ in range(20):
        a.send(data, copy=copy)
        a.send_multipart([data, data], copy=copy)
        assert b.recv() == data
        assert b.recv_multipart() == [data, data]

    def given_back() -> bool:
        a.poll(0, zmq.POLLOUT)
        return sys.getrefcount(data) == before

    eventually(given_back)


def test_memoryviews_are_released(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(BIG)
    view = memoryview(data)[1:]
    tracker = a.send(view, copy=False, track=True)
    b.recv()
    tracker.wait(20)
    view.release()
    assert resizable(data)


def test_owner_is_released(pair: PairFactory, eventually: Eventually) -> None:
    class Owner(bytearray):
        pass

    a, b = pair(zmq.PAIR, zmq.PAIR)
    owner = Owner(BIG)
    weak = weakref.ref(owner)
    a.send(owner, copy=False)
    del owner
    assert weak() is not None
    b.recv()

    def collected() -> bool:
        collect()
        return weak() is None

    eventually(collected)


def test_many_messages_in_flight(pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp", hwm=0)
    blocks = [bytearray(bytes([index]) * 70_000) for index in range(100)]
    trackers = [a.send(block, copy=False, track=True) for block in blocks]
    for block in blocks:
        assert b.recv() == block
    zmq.MessageTracker(*trackers).wait(20)


# -- Where the memory is


def address(data: Any) -> int:
    """Return where the memory of an object with a buffer is."""
    ffi = pytest.importorskip("cffi", reason="tells addresses").FFI()
    return int(ffi.cast("uintptr_t", ffi.from_buffer(data)))


def some_bytes(size: int) -> bytes:
    """Return bytes that are no constant, and that a moving collector has moved to where they stay.

    PyPy hands out the address of a copy for those that it has not moved yet.
    """
    data = b"x" * size
    collect()
    return data


@pytest.mark.parametrize("size", [1, 1_000, 70_000, 5_000_000])
def test_bytes_are_not_copied_on_the_way(pair: PairFactory, size: int) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.copy_threshold = 0
    data = some_bytes(size)
    for part in (data, memoryview(data)[size // 2 :]):
        a.send(part, copy=False)
        received = b.recv(copy=False)
        assert address(received.buffer) == address(part)
        a.send_multipart([part, b"", part], copy=False)
        received, _, other = b.recv_multipart(copy=False)
        assert address(received.buffer) == address(other.buffer) == address(part)
        frame = zmq.Frame(part, copy=False)
        assert address(frame.buffer) == address(part)
        a.send(frame, copy=False)
        assert address(b.recv(copy=False).buffer) == address(part)
    collect()
    assert received.bytes == bytes(part)


def test_bytes_stay_while_they_are_in_flight(pair: PairFactory) -> None:
    """Nothing but libzmq knows of them, and the collector moves and frees what it can."""
    a, b = pair(zmq.PUSH, zmq.PULL, hwm=0)
    trackers = []
    for index in range(500):
        data = b"%d," % index * 40_000
        trackers.append(a.send(data, copy=False, track=True))
        del data
    collect()
    assert not any(tracker.done for tracker in trackers)
    for index in range(500):
        assert b.recv() == b"%d," % index * 40_000
    zmq.MessageTracker(*trackers).wait(20)


def test_buffer_of_a_frame_is_no_copy(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR, "tcp")
    for size in (5, 100_000):
        a.send(some_bytes(size))
        frame = b.recv(copy=False)
        first = frame.buffer
        assert first.readonly is False
        assert frame.bytes == some_bytes(size)
        first[0] = ord("y")
        assert address(frame.buffer) == address(memoryview(frame)) == address(first)
        assert frame.buffer[0] == ord("y")


def test_a_received_frame_is_passed_on_without_a_copy(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(some_bytes(BIG))
    frame = b.recv(copy=False)
    where = address(frame.buffer)
    for content in (frame, frame.buffer):
        b.send(content, copy=False)
        assert address(a.recv(copy=False).buffer) == where
    b.send(frame.buffer, copy=False)
    del content, frame
    collect()
    assert a.recv() == some_bytes(BIG)


def growable() -> list[Any]:
    """Return objects whose owner can change, move and free their memory, with a call that does."""
    numbers = array.array("i", range(50_000))
    mapped = mmap.mmap(-1, BIG)
    data = bytearray(BIG)
    return [
        pytest.param(data, data.clear, id="bytearray"),
        pytest.param(numbers, lambda: numbers.append(1), id="array"),
        pytest.param(mapped, mapped.close, id="mmap"),
    ]


@needs_locks
@pytest.mark.parametrize(("data", "free"), growable())
def test_what_could_move_is_held(pair: PairFactory, data: Any, free: Callable[[], None]) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    tracker = a.send(data, copy=False, track=True)
    with pytest.raises(BufferError):
        free()
    frame = b.recv(copy=False)
    assert address(frame.buffer) == address(data)
    with pytest.raises(BufferError):
        free()
    data[0] = 7
    assert frame.buffer[0] == 7
    del frame
    tracker.wait(20)
    free()


@pytest.mark.skipif(EXPORTS_LOCK, reason="exports lock here: what could move is held, and shared")
@pytest.mark.parametrize(("data", "free"), growable())
def test_what_could_move_is_copied(pair: PairFactory, data: Any, free: Callable[[], None]) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    sent = bytes(memoryview(data))
    frame = zmq.Frame(data, copy=False, track=True)
    trackers = [frame.tracker]
    for content in (data, memoryview(data)):
        trackers.append(a.send(content, copy=False, track=True))
        trackers.append(a.send_multipart([content, b"x"], copy=False, track=True))
    assert all(tracker is not None and tracker.done for tracker in trackers)
    data[0] = 7
    free()
    assert b.recv() == sent
    assert b.recv_multipart() == [sent, b"x"]
    assert b.recv() == sent
    assert b.recv_multipart() == [sent, b"x"]
    assert frame.bytes == sent
