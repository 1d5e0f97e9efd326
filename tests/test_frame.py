"""Frame: one part of a message."""

from __future__ import annotations

import array
import copy
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq
from tests.fix_context import PairFactory
from tests.fix_gc import collect, needs_locks


@given(data=st.binary(max_size=300), copied=st.sampled_from([None, True, False]))
def test_content(data: bytes, copied: bool | None) -> None:
    for source in (data, bytearray(data), memoryview(data)):
        frame = zmq.Frame(source, copy=copied)
        assert frame.bytes == data
        assert bytes(frame) == data
        assert bytes(frame.buffer) == data
        assert memoryview(frame) == data
        assert len(frame) == len(data)
        assert not frame.more


def test_bytes_are_kept() -> None:
    frame = zmq.Frame(bytearray(b"content"))
    assert frame.bytes is frame.bytes


def test_empty() -> None:
    frame = zmq.Frame()
    assert frame.bytes == b""
    assert len(frame) == 0
    assert frame.tracker is None
    assert frame.tracker_event is None
    assert zmq.Frame(b"").bytes == b""


def test_buffer_keeps_the_frame_alive() -> None:
    view = zmq.Frame(b"x" * 1000).buffer
    collect()
    assert bytes(view) == b"x" * 1000
    view = memoryview(zmq.Frame(bytearray(b"y" * 100_000), copy=False))
    collect()
    assert bytes(view) == b"y" * 100_000


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="this Python counts no references")
def test_views_keep_no_reference_to_none() -> None:
    """From CPython 3.12 on, None is immortal, and its references are not counted."""
    frame = zmq.Frame(b"content")
    before = sys.getrefcount(None)
    for _ in range(10_000):
        memoryview(frame).release()
    assert sys.getrefcount(None) - before < 1000


def test_arrays() -> None:
    numbers = array.array("d", [1.0, 2.0])
    assert zmq.Frame(numbers).bytes == numbers.tobytes()
    assert len(zmq.Frame(numbers, copy=False)) == 16


@pytest.mark.parametrize(
    "data", ["text", 3, object(), [b"x"], memoryview(bytes(10))[::2]], ids=lambda value: type(value).__name__
)
def test_what_is_no_content(data: Any) -> None:
    with pytest.raises((TypeError, BufferError)):
        zmq.Frame(data)
    with pytest.raises((TypeError, BufferError)):
        zmq.Frame(data, copy=False)


def test_repr_and_str() -> None:
    assert repr(zmq.Frame(b"hello")) == "<zmq.Frame(b'hello')>"
    beginning = b"\xff" * 12
    assert repr(zmq.Frame(b"\xff" * 300)) == f"<zmq.Frame({beginning!r}...300B)>"
    assert "hello" in str(zmq.Frame(b"hello"))


def test_frames_are_told_apart_by_identity() -> None:
    frame = zmq.Frame(b"x")
    assert frame != zmq.Frame(b"x")
    assert frame != b"x"  # type: ignore[comparison-overlap]
    assert len({frame, frame, zmq.Frame(b"x")}) == 2


@needs_locks
def test_copy_shares_the_content() -> None:
    data = bytearray(b"x" * 100)
    frame = zmq.Frame(data, copy=False)
    twin = copy.copy(frame)
    data[0] = ord("y")
    assert twin.bytes == frame.bytes == b"y" + b"x" * 99


def test_old_name() -> None:
    assert zmq.Message is zmq.Frame


def test_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    def shares(data: bytes, **kwargs: Any) -> bool:
        frame = zmq.Frame(data, track=True, **kwargs)
        assert frame.tracker is not None
        return not frame.tracker.done

    assert not shares(bytes(zmq.COPY_THRESHOLD - 1))
    assert shares(bytes(zmq.COPY_THRESHOLD))
    assert shares(bytes(10), copy_threshold=10)
    assert not shares(bytes(10), copy_threshold=11)
    assert shares(bytes(10), copy=False)
    assert not shares(bytes(100_000), copy=True)
    monkeypatch.setattr(zmq, "COPY_THRESHOLD", 50)
    assert shares(bytes(50))


def test_options() -> None:
    frame = zmq.Frame(b"x")
    assert frame.get(zmq.MORE) == 0
    for operation in (
        lambda: frame.get(12345),
        lambda: frame.set(12345, 1),
        lambda: frame.get("Socket-Type"),
        lambda: frame["User-Id"],
    ):
        with pytest.raises(zmq.ZMQError) as caught:
            operation()
        assert caught.value.errno == zmq.EINVAL
    with pytest.raises(AttributeError):
        _ = frame.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_properties_of_received_frames(pair: PairFactory, transport: str) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, transport)
    a.send_multipart([b"first", b"last"])
    first, last = b.recv_multipart(copy=False)
    assert (first.more, last.more) == (True, False)
    assert (first.get(zmq.MORE), last.get(zmq.MORE)) == (1, 0)
    assert first["Socket-Type"] == first.get("Socket-Type") == "PUSH"
    if transport == "tcp":
        assert first["Peer-Address"] == "127.0.0.1"
    with pytest.raises(zmq.ZMQError):
        _ = first["User-Id"]
    assert first.tracker is None


def test_received_frames_outlive_socket_and_context() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as a, context.socket(zmq.PULL) as b:
        b.rcvtimeo = 10_000
        a.bind("tcp://127.0.0.1:*")
        b.connect(a.last_endpoint)
        a.send(b"x" * 200_000)
        frame = b.recv(copy=False)
    collect()
    assert frame.bytes == b"x" * 200_000
    view = frame.buffer
    del frame
    assert bytes(view[:3]) == b"xxx"


def test_a_frame_can_be_sent_again(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    frame = zmq.Frame(b"again" * 20_000)
    for copy_it in (True, False, True):
        a.send(frame, copy=copy_it)
        assert b.recv() == b"again" * 20_000
    received = None
    a.send(frame)
    received = b.recv(copy=False)
    b.send(received, copy=False)
    assert a.recv() == frame.bytes == received.bytes


def test_draft_properties_need_drafts() -> None:
    if zmq.DRAFT_API:
        pytest.skip("this build has the draft API")
    frame = zmq.Frame(b"x")
    with pytest.raises(RuntimeError, match="draft"):
        _ = frame.group
    with pytest.raises(RuntimeError, match="draft"):
        _ = frame.routing_id
    with pytest.raises(RuntimeError, match="draft"):
        frame.group = "g"


@pytest.mark.draft
def test_group() -> None:
    frame = zmq.Frame(b"x")
    frame.group = "g"
    assert frame.group == frame.get("group") == "g"


@pytest.mark.draft
def test_routing_id(pair: PairFactory) -> None:
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    client.send(b"request")
    request = server.recv(copy=False)
    assert request.routing_id == request.get("routing_id") > 0
    server.send(b"reply", routing_id=request.routing_id)
    assert client.recv() == b"reply"


def test_options_that_cannot_be_read_are_no_attributes() -> None:
    frame = zmq.Frame(b"x")
    with pytest.raises(zmq.ZMQError) as caught:
        frame.get(zmq.SRCFD)  # libzmq has it no more
    assert caught.value.errno == zmq.EINVAL
    assert not hasattr(frame, "srcfd")
    assert frame.shared == frame.SHARED == 0


def test_names_of_properties(pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp")
    a.send(b"x")
    frame = b.recv(copy=False)
    assert frame["Socket-Type"] == frame[b"Socket-Type"] == "PUSH"
    assert frame[zmq.MORE] == 0
    wrong: Any = slice(2)
    with pytest.raises(TypeError, match="options and properties as items"):
        frame[wrong]
    with pytest.raises(zmq.ZMQError, match="Invalid argument"):
        list(frame)  # type: ignore[call-overload]  # there is no option 0


@pytest.mark.parametrize("option", [1.5, None, [], bytearray(b"Peer-Address")])
def test_options_that_are_no_options(option: Any) -> None:
    with pytest.raises(TypeError, match="expected str"):
        zmq.Frame(b"x").get(option)


@pytest.mark.parametrize("name", ["group", "routing_id"])
def test_options_cannot_be_deleted(name: str) -> None:
    with pytest.raises(AttributeError):
        delattr(zmq.Frame(b"x"), name)


def test_tracker_event_can_be_set() -> None:
    frame = zmq.Frame(b"x")
    frame.tracker_event = None
    assert frame.tracker_event is None


def test_class_is_named_as_programs_know_it() -> None:
    assert f"{zmq.Frame.__module__}.{zmq.Frame.__qualname__}" == "zmq.sugar.frame.Frame"
