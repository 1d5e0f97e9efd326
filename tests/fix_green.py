"""Contexts of green sockets, pairs of them, and greenlets that end with what was raised."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.patience import PATIENCE

if TYPE_CHECKING:
    import zmq.green

#: Seconds that a test may take. Only failing tests take that long.
LIMIT = 20.0 * PATIENCE


@pytest.fixture
def green() -> Iterator[zmq.green.Context]:
    """A context whose sockets are closed after the test, within a limit of time."""
    import gevent

    import zmq.green

    made: list[zmq.green.Socket] = []

    def make(context: Any, kind: int) -> zmq.green.Socket:
        made.append(zmq.green.Socket(context, kind))
        return made[-1]

    class Context(zmq.green.Context):
        _socket_class: Any = staticmethod(make)

    context = Context()
    # A greenlet that waits for ever fails its test only.
    with gevent.Timeout(LIMIT):
        yield context
        context.destroy(0)


class Pair(Protocol):
    def __call__(
        self, bound: int, connected: int, transport: str = "inproc", **options: Any
    ) -> tuple[zmq.green.Socket, zmq.green.Socket]: ...


@pytest.fixture
def green_pair(green: zmq.green.Context, endpoint: Callable[[str], str]) -> Pair:
    """Two green sockets that are connected; the first one is bound."""

    def make(
        bound: int, connected: int, transport: str = "inproc", **options: Any
    ) -> tuple[zmq.green.Socket, zmq.green.Socket]:
        first, second = green.socket(bound), green.socket(connected)
        for socket in (first, second):
            for name, value in options.items():
                setattr(socket, name, value)
        first.bind(endpoint(transport))
        second.connect(first.last_endpoint)
        return first, second

    return make


def spawn(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Start a greenlet, and let it run until it waits. Its value is what the function returned or raised."""
    import gevent

    # gevent prints what greenlets raise.
    def catch() -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            return error

    greenlet = gevent.spawn(catch)
    gevent.sleep(0)
    return greenlet


def assert_idle() -> None:
    """Fail if the process is busy while all its greenlets wait."""
    import gevent

    cpu = time.process_time()
    gevent.sleep(0.3)
    # libzmq's threads count, too, but have nothing to do.
    assert time.process_time() - cpu < 0.2
