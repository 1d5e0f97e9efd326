"""Contexts that are proven to terminate, sockets that never block a test, and pairs of connected ones."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.patience import PATIENCE

if TYPE_CHECKING:
    import zmq

#: Milliseconds after which a receive or send of a test raises Again. Only failing tests wait that long.
TIMEOUT = 10_000 * PATIENCE
#: Seconds that the termination of a context may take.
TERM_LIMIT = 20.0 * PATIENCE

_numbers = count(1)


def terminate(context: zmq.Context[Any]) -> None:
    """Terminate a context, and fail if that blocks."""
    thread = threading.Thread(target=context.term, daemon=True)
    thread.start()
    thread.join(TERM_LIMIT)
    assert not thread.is_alive(), f"{context!r} does not terminate: some of its sockets are open"


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    """A context. The test closes its sockets, unless they come from the fixtures below."""
    import zmq

    context = zmq.Context()
    yield context
    terminate(context)


class SocketFactory(Protocol):
    def __call__(self, socket_type: int, **options: Any) -> zmq.Socket[bytes]: ...


class PairFactory(Protocol):
    def __call__(
        self, bound: int, connected: int, transport: str = "inproc", **options: Any
    ) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]: ...


@pytest.fixture
def sockets(context: zmq.Context[zmq.Socket[bytes]]) -> Iterator[SocketFactory]:
    """Make sockets, closed after the test: ``sockets(zmq.PUSH, sndhwm=1)``."""
    made: list[zmq.Socket[bytes]] = []

    def make(socket_type: int, **options: Any) -> zmq.Socket[bytes]:
        socket = context.socket(socket_type)
        made.append(socket)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = TIMEOUT
        for name, value in options.items():
            setattr(socket, name, value)
        return socket

    yield make
    for socket in made:
        socket.close()


@pytest.fixture
def endpoint() -> Iterator[Callable[[str], str]]:
    """Make an address to bind that nobody else uses: ``endpoint("ipc")``."""
    folders: list[str] = []

    def make(transport: str) -> str:
        if transport == "tcp":
            return "tcp://127.0.0.1:*"
        if transport == "ipc":
            if sys.platform == "win32":
                pytest.skip("ipc needs Unix domain sockets, which this libzmq does not use on Windows")
            # Not tmp_path: such paths must be short.
            folders.append(tempfile.mkdtemp(prefix="pyzmq-"))
            return f"ipc://{Path(folders[-1]) / 's'}"
        return f"{transport}://test-{next(_numbers)}"

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pair(sockets: SocketFactory, endpoint: Callable[[str], str]) -> PairFactory:
    """Make two connected sockets: ``pair(zmq.PUSH, zmq.PULL, "tcp")``; the first one is bound."""

    def make(
        bound: int, connected: int, transport: str = "inproc", **options: Any
    ) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
        first, second = sockets(bound, **options), sockets(connected, **options)
        first.bind(endpoint(transport))
        second.connect(first.last_endpoint)
        return first, second

    return make
