"""What offers a buffer: all kinds can be sent and received into, and are refused alike."""

from __future__ import annotations

import array
import importlib.util
import mmap
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory
from tests.fix_gc import EXPORTS_LOCK, needs_locks

SIZE = 80_000
Eventually = Callable[[Callable[[], Any]], Any]

needs_numpy = pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="NumPy is not installed")


def numpy_array(**options: Any) -> Any:
    import numpy

    return numpy.arange(SIZE // 8, dtype=numpy.int64).reshape(10, -1).copy(**options)


#: Memory, and what would move or free it.
HOLDERS: dict[str, Any] = {
    "bytearray.clear": (lambda: bytearray(SIZE), lambda data: data.clear()),
    "bytearray.append": (lambda: bytearray(SIZE), lambda data: data.append(0)),
    "array.append": (lambda: array.array("d", bytes(SIZE)), lambda data: data.append(0)),
    "mmap.close": (lambda: mmap.mmap(-1, SIZE), lambda data: data.close()),
    "memoryview.release": (lambda: memoryview(bytearray(SIZE)), lambda data: data.release()),
}


@needs_locks
@pytest.mark.parametrize(("make", "change"), HOLDERS.values(), ids=HOLDERS)
@pytest.mark.parametrize("way", ["send", "send_multipart", "Frame"])
def test_memory_is_held_until_libzmq_is_done(
    pair: PairFactory, eventually: Eventually, make: Any, change: Any, way: str
) -> None:
    """And let go of soon after, without any other call."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = make()
    if way == "Frame":
        frame = zmq.Frame(data, copy=False)
        for _ in range(3):
            a.send(frame)
            b.recv()
        held: Any = frame.buffer
        del frame
    elif way == "send":
        a.send(data, copy=False)
        held = b.recv(copy=False).buffer
    else:
        a.send_multipart([b"x", data], copy=False)
        held = b.recv_multipart(copy=False)[1]
    with pytest.raises(BufferError):
        change(data)
    del held

    def changed() -> bool:
        try:
            change(data)
        except BufferError:
            return False
        return True

    eventually(changed)


def test_memory_outlives_socket_and_context(eventually: Eventually) -> None:
    data = bytearray(b"x" * SIZE)
    with zmq.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
        a.bind("inproc://outlive")
        b.connect("inproc://outlive")
        a.send(data, copy=False)
        view = b.recv(copy=False).buffer
    if EXPORTS_LOCK:
        with pytest.raises(BufferError):
            data.clear()
    assert view == data
    view.release()

    def cleared() -> bool:
        try:
            data.clear()
        except BufferError:
            return False
        return True

    eventually(cleared)


CONTIGUOUS: dict[str, Callable[[], Any]] = {
    "array": lambda: array.array("d", range(SIZE // 8)),
    "ctypes array": lambda: (pytest.importorskip("ctypes").c_int * (SIZE // 4))(*range(10)),
    "mmap": lambda: mmap.mmap(-1, SIZE),
    "memoryview of several dimensions": lambda: memoryview(bytes(range(200)) * 400).cast("B", [100, 20, 40]),
    "memoryview of doubles": lambda: memoryview(bytes(SIZE)).cast("d"),
    "slice": lambda: memoryview(bytearray(SIZE))[5:-5],
    "no bytes": bytearray,
}


@pytest.mark.parametrize("make", CONTIGUOUS.values(), ids=CONTIGUOUS)
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("threshold", [0, 65_536])
def test_contiguous_buffers(pair: PairFactory, make: Callable[[], Any], copy: bool, threshold: int) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.copy_threshold = threshold
    data = make()
    expected = memoryview(data).tobytes()
    a.send(data, copy=copy)
    assert b.recv() == expected
    a.send_multipart([data, data], copy=copy)
    assert [frame.bytes for frame in b.recv_multipart(copy=False)] == [expected] * 2
    frame = zmq.Frame(data, copy=copy)
    assert frame.bytes == expected
    assert frame.buffer.tobytes() == expected
    assert frame.buffer.ndim == 1


STRIDED: dict[str, Callable[[], Any]] = {
    "steps": lambda: memoryview(bytes(SIZE))[::2],
    "backwards": lambda: memoryview(bytearray(SIZE))[::-1],
}


@pytest.mark.parametrize("make", STRIDED.values(), ids=STRIDED)
def test_strided_buffers_are_refused(pair: PairFactory, make: Callable[[], Any]) -> None:
    refused(pair, make())


def refused(pair: PairFactory, data: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    for copy in (True, False):
        for call in (a.send, zmq.Frame):
            with pytest.raises((BufferError, ValueError), match="contiguous"):
                call(data, copy=copy)
        with pytest.raises((BufferError, ValueError), match=r"part 1.*contiguous"):
            a.send_multipart([b"first", data], copy=copy)
    with pytest.raises((BufferError, ValueError)):
        b.recv_into(data, flags=zmq.DONTWAIT)
    assert b.poll(0) == 0


@needs_numpy
def test_numpy_arrays(pair: PairFactory) -> None:
    import numpy

    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = numpy_array()
    for copy in (True, False):
        a.send(data, copy=copy)
        assert (numpy.frombuffer(b.recv(copy=False).buffer, dtype=data.dtype).reshape(data.shape) == data).all()
    tracker = a.send(data, copy=False, track=True)
    with pytest.raises(ValueError, match="resize"):
        data.resize((10, 5))
    target = numpy.zeros_like(data)
    assert b.recv_into(target) == data.nbytes
    assert (target == data).all()
    tracker.wait(20)
    refused(pair, numpy_array(order="F"))
    refused(pair, data[:, ::2])
    refused(pair, data.T)
    contiguous: Any = numpy.asfortranarray(data).T
    a.send(contiguous, copy=False)
    assert b.recv() == data.T.tobytes()


@pytest.mark.parametrize(
    "target",
    [b"x" * 10, memoryview(b"x" * 10), memoryview(bytearray(10)).toreadonly(), zmq.Frame(bytes(SIZE), copy=False)],
    ids=["bytes", "memoryview", "read-only view", "frame of bytes"],
)
def test_nothing_is_received_into_what_is_read_only(pair: PairFactory, target: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"kept")
    with pytest.raises((BufferError, TypeError)):
        b.recv_into(target)
    assert b.recv() == b"kept"


@pytest.mark.parametrize("nbytes", [-1, 11, 2**31, 2**63 - 1, -(2**63), 2**64])
def test_sizes_that_do_not_fit(pair: PairFactory, nbytes: int) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"kept")
    target = bytearray(10)
    with pytest.raises((ValueError, OverflowError)):
        b.recv_into(target, nbytes=nbytes)
    assert target == bytes(10)
    target.append(0)
    assert b.recv() == b"kept"


@pytest.mark.parametrize("target", [None, 5, "text", object(), [1, 2]], ids=lambda value: type(value).__name__)
def test_what_is_no_buffer(pair: PairFactory, target: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"kept")
    with pytest.raises(TypeError):
        b.recv_into(target)
    assert b.recv() == b"kept"
