"""Streams that are closed after the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    import zmq
    from zmq.eventloop.zmqstream import ZMQStream


class Streams(Protocol):
    def __call__(self, socket: zmq.Socket[Any], io_loop: Any = None) -> ZMQStream: ...


@pytest.fixture
def streams() -> Iterator[Streams]:
    """Make streams: ``streams(socket)``."""
    from zmq.eventloop.zmqstream import ZMQStream

    made: list[ZMQStream] = []

    def make(socket: zmq.Socket[Any], io_loop: Any = None) -> ZMQStream:
        made.append(ZMQStream(socket, io_loop))
        return made[-1]

    yield make
    for stream in made:
        stream.close(0)
