"""Memory shared with libzmq: it stays as it is until libzmq is done, and is released then."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory

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


@pytest.mark.parametrize("transport", ["inproc", "tcp", "ipc"])
def test_shared_memory_is_held_and_released(pair: PairFactory, transport: str, eventually: Eventually) -> None:
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
    eventually(lambda: resizable(data))


def test_a_message_that_waits_holds_its_memory(sockets: SocketFactory, eventually: Eventually) -> None:
    socket = sockets(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:1")  # nobody listens there
    data = bytearray(BIG)
    tracker = socket.send(data, copy=False, track=True)
    with pytest.raises(zmq.NotDone):
        tracker.wait(0.01)
    assert not resizable(data)
    socket.close(0)
    tracker.wait(20)
    eventually(lambda: resizable(data))


def test_memory_is_released_when_the_context_is_destroyed(eventually: Eventually) -> None:
    data = bytearray(BIG)
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.linger = 0
        socket.connect("tcp://127.0.0.1:1")
        tracker = socket.send(data, copy=False, track=True)
        assert not tracker.done
    tracker.wait(20)
    eventually(lambda: resizable(data))


def test_a_failed_send_holds_nothing(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    data = bytearray(BIG)
    for track in (False, True):
        with pytest.raises(zmq.Again):
            socket.send(data, zmq.DONTWAIT, copy=False, track=track)  # nobody is connected
        with pytest.raises(zmq.Again):
            socket.send_multipart([data, b"x"], zmq.DONTWAIT, copy=False, track=track)
        gc.collect()
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


def test_threshold_of_the_socket(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.copy_threshold = 0
    data = bytearray(b"tiny")
    tracker = a.send(data, copy=False, track=True)
    assert not tracker.done
    assert not resizable(data)
    assert b.recv() == b"tiny"
    tracker.wait(20)


def test_a_frame_shares_its_memory_with_all_receivers(pair: PairFactory, eventually: Eventually) -> None:
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
    eventually(lambda: resizable(data))


def test_tracker_of_several_parts(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    tracker = a.send_multipart([b"small", bytes(BIG), bytearray(BIG)], copy=False, track=True)
    assert isinstance(tracker, zmq.MessageTracker)
    assert not tracker.done
    first, second, third = b.recv_multipart(copy=False)
    del first, second
    assert not tracker.done
    del third
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


def test_memoryviews_are_released(pair: PairFactory, eventually: Eventually) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(BIG)
    view = memoryview(data)[1:]
    tracker = a.send(view, copy=False, track=True)
    b.recv()
    tracker.wait(20)

    def release() -> bool:
        try:
            view.release()
        except BufferError:
            return False
        return True

    eventually(release)
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
        gc.collect()
        return weak() is None

    eventually(collected)


def test_many_messages_in_flight(pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp", hwm=0)
    blocks = [bytearray(bytes([index]) * 70_000) for index in range(100)]
    trackers = [a.send(block, copy=False, track=True) for block in blocks]
    for block in blocks:
        assert b.recv() == block
    zmq.MessageTracker(*trackers).wait(20)
