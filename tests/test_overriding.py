"""Subclasses in the way that programs write them: what they override is obeyed, and what they declare is theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

import zmq
from tests.fix_gc import collect


class Recording(zmq.Socket[bytes]):
    """Remembers each call of send and recv."""

    calls: ClassVar[list[tuple[str, Any]]] = []

    # Programs have no overloads.
    def send(  # type: ignore[override]
        self, data: Any, flags: int = 0, copy: bool = True, track: bool = False, **kwargs: Any
    ) -> Any:
        self.calls.append(("send", bytes(data)))
        return super().send(data, flags, copy, track, **kwargs)

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        received = super().recv(flags, copy, track)
        self.calls.append(("recv", bytes(received)))
        return received


@pytest.fixture
def recording() -> Iterator[tuple[Recording, Recording]]:
    with zmq.Context() as context, context.socket(zmq.PAIR, Recording) as a, context.socket(zmq.PAIR, Recording) as b:
        a.bind("inproc://recording")
        b.connect("inproc://recording")
        a.rcvtimeo = b.rcvtimeo = 10_000
        Recording.calls.clear()
        yield a, b


def test_everything_goes_through_send_and_recv(recording: tuple[Recording, Recording]) -> None:
    a, b = recording
    a.send_string("text")
    assert b.recv_string() == "text"
    a.send_json([1])
    assert b.recv_json() == [1]
    a.send_pyobj(None)
    assert b.recv_pyobj() is None
    assert [name for name, _ in Recording.calls] == ["send", "recv"] * 3
    Recording.calls.clear()
    a.send_multipart([b"1", bytearray(b"2"), zmq.Frame(b"3")])
    assert b.recv_multipart() == [b"1", b"2", b"3"]
    a.send_serialized({"x": 1}, lambda value: [json.dumps(value).encode(), b"end"])
    assert b.recv_serialized(lambda frames: json.loads(frames[0])) == {"x": 1}
    sent = [data for name, data in Recording.calls if name == "send"]
    assert sent == [data for name, data in Recording.calls if name == "recv"] == [b"1", b"2", b"3", b'{"x": 1}', b"end"]


def test_multipart_through_send(recording: tuple[Recording, Recording]) -> None:
    a, b = recording
    with pytest.raises(TypeError, match="part 1"):
        a.send_multipart([b"1", "2"])  # type: ignore[list-item]
    with pytest.raises(IndexError, match="at least one part"):
        a.send_multipart([])
    assert Recording.calls == []
    big = [b"x" * 100_000, b"y" * 100_000]
    tracker = a.send_multipart(big, copy=False, track=True)
    frames = b.recv_multipart(copy=False, track=True)
    assert tracker is not None
    assert [frame.bytes for frame in frames] == big
    assert [frame.more for frame in frames] == [True, False]
    del frames
    collect()
    tracker.wait(10)
    with pytest.raises(zmq.Again):
        b.recv_multipart(zmq.DONTWAIT)


def test_what_overrides_both_is_left_alone() -> None:
    class Both(Recording):
        def send_multipart(self, *args: Any, **kwargs: Any) -> Any:
            return super().send_multipart(*args, **kwargs)

        def recv_multipart(self, *args: Any, **kwargs: Any) -> Any:
            return super().recv_multipart(*args, **kwargs)

    assert "send_multipart" in vars(Recording)
    assert Both.send_multipart.__qualname__.endswith("Both.send_multipart")
    assert Both.recv_multipart.__qualname__.endswith("Both.recv_multipart")


def test_others_keep_the_backends_loops() -> None:
    class Plain(zmq.Socket[bytes]):
        extra = 1

    assert Plain.send_multipart is zmq.Socket.send_multipart is zmq.backend.Socket.send_multipart
    assert Plain.recv_multipart is zmq.Socket.recv_multipart is zmq.backend.Socket.recv_multipart


def test_keywords_only() -> None:
    """Helpers pass by keyword what subclasses may take by keyword only."""

    class Keywords(zmq.Socket[bytes]):
        def send(self, data: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # narrower on purpose
            return super().send(data, **kwargs)

        def recv(self, **kwargs: Any) -> Any:  # type: ignore[override]  # narrower on purpose
            return super().recv(**kwargs)

    with zmq.Context() as context, context.socket(zmq.PAIR, Keywords) as a, context.socket(zmq.PAIR, Keywords) as b:
        a.bind("inproc://keywords")
        b.connect("inproc://keywords")
        a.send_string("text", zmq.DONTWAIT)
        assert b.recv_string(zmq.DONTWAIT) == "text"
        a.send_json(1)
        assert b.recv_json() == 1
        a.send_pyobj(1)
        assert b.recv_pyobj() == 1


def test_context_with_a_class_and_arguments_of_its_own() -> None:
    class OwnSocket(zmq.Socket[bytes]):
        name: str | None = None

        def __init__(self, *args: Any, name: str = "unnamed", **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.name = name

    class OwnContext(zmq.Context[OwnSocket]):
        _socket_class = OwnSocket
        label = ""

        def __init__(self, label: str, io_threads: int = 1) -> None:
            super().__init__(io_threads)
            self.label = label

    with OwnContext("mine", io_threads=2) as context:
        assert (context.label, context.io_threads) == ("mine", 2)
        with context.socket(zmq.PUSH) as first, context.socket(zmq.PUSH, name="given") as second:
            assert type(first) is OwnSocket
            assert (first.name, second.name) == ("unnamed", "given")
            assert "OwnSocket(zmq.PUSH)" in repr(first)
            with pytest.raises(AttributeError, match="declares attributes"):
                first.undeclared = 1  # type: ignore[attr-defined]
