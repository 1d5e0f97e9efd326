"""What type checkers make of sending and receiving Python objects. Not run: the checkers read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import zmq

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import assert_type


class Point:
    """Something to be sent."""

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


def to_frames(point: Point) -> list[bytes]:
    return [json.dumps(point.x).encode(), json.dumps(point.y).encode()]


def from_bytes(parts: list[bytes]) -> Point:
    x, y = parts
    return Point(int(x), int(y))


def from_frames(parts: Sequence[zmq.Frame]) -> Point:
    x, y = parts
    return Point(int(x.bytes), int(y.bytes))


def from_anything(parts: list[Any]) -> Point:
    return Point(*parts)


def objects(socket: zmq.Socket[bytes], flag: bool) -> None:
    assert_type(socket.send_serialized(Point(0, 0), to_frames), "zmq.MessageTracker | None")
    assert_type(socket.send_serialized(Point(0, 0), serialize=to_frames, copy=False), "zmq.MessageTracker | None")
    assert_type(socket.recv_serialized(from_bytes), Point)
    assert_type(socket.recv_serialized(from_bytes, zmq.DONTWAIT, copy=True), Point)
    assert_type(socket.recv_serialized(from_frames, copy=False), Point)
    assert_type(socket.recv_serialized(from_frames, 0, False), Point)
    assert_type(socket.recv_serialized(from_anything, copy=flag), Point)
    text: str = socket.recv_serialized(lambda parts: parts[0].decode())
    del text


def texts_and_json(socket: zmq.Socket[bytes]) -> None:
    assert_type(socket.send_string("text", zmq.SNDMORE, encoding="utf-8"), "zmq.MessageTracker | None")
    assert_type(socket.recv_string(), str)
    assert_type(socket.recv_string(zmq.DONTWAIT, encoding="latin-1"), str)
    assert_type(socket.send_unicode("text"), "zmq.MessageTracker | None")
    assert_type(socket.recv_unicode(), str)
    socket.send_json({"a": [1, 2.0, None]}, zmq.SNDMORE, indent=2)
    assert_type(socket.recv_json(), "dict[str, Any] | list[Any] | str | int | float | None")
    assert_type(socket.send_pyobj(Point(0, 0), protocol=4), "zmq.MessageTracker | None")
    assert_type(socket.recv_pyobj(), Any)
