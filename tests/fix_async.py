"""Event loops for the tests of asynchronous sockets: one adapter for each, and the fixtures that run a test over all.

An adapter offers what a test needs of a loop. The tests are coroutines; where a loop knows none, its adapter runs them
to their end in whatever it has instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_context import terminate
from tests.fix_gc import collect_often
from tests.patience import PATIENCE

try:
    import gevent
except ImportError:
    gevent = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import zmq

#: Seconds that a test may take within its loop.
LIMIT = 30.0 * PATIENCE

_numbers = count(1)


class Adapter:
    """asyncio, with the loops that a function makes; the base of the others."""

    #: Whether operations return futures that are done at once, or can be looked at and cancelled.
    futures = True

    def __init__(self, name: str, new_loop: Callable[[], asyncio.AbstractEventLoop], needs: str | None = None) -> None:
        self.name = name
        self._needs = needs
        self._new_loop = new_loop

    def require(self) -> Adapter:
        """Skip the test if this kind of loop is not installed."""
        if self._needs is not None:
            reason = f"{self._needs} is not installed: it has no wheel for some interpreters"
            pytest.importorskip(self._needs, reason=reason, exc_type=ImportError)
        return self

    @property
    def context_class(self) -> Any:
        """The class of contexts whose sockets belong to this loop."""
        import zmq.asyncio

        return zmq.asyncio.Context

    @property
    def poller_class(self) -> Any:
        """The class of pollers that belong to this loop."""
        import zmq.asyncio

        return zmq.asyncio.Poller

    def run(self, test: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
        """Run a test in a new loop; fail if anything goes wrong that nobody sees."""
        loop = self._new_loop()
        unseen: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _, told: unseen.append(told))
        loop.set_debug(False)
        try:
            result = loop.run_until_complete(asyncio.wait_for(test(*arguments), LIMIT))
            collect_often()
            # What closing and collecting have left behind.
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            loop.run_until_complete(_end_tasks())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
        collect_often()
        assert not unseen, unseen
        return result

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine besides: a task that can be awaited, cancelled and asked whether it is done."""
        return asyncio.ensure_future(coroutine)

    async def sleep(self, seconds: float) -> None:
        """Let others run; with 0, once."""
        await asyncio.sleep(seconds)

    async def wait_for(self, awaitable: Awaitable[Any], seconds: float) -> Any:
        """Wait no longer than that; raise what the loop raises then."""
        return await asyncio.wait_for(awaitable, seconds)

    @property
    def timed_out(self) -> type[BaseException]:
        """What :meth:`wait_for` raises."""
        return asyncio.TimeoutError

    @property
    def cancelled(self) -> type[BaseException]:
        """What is raised where a task is cancelled, or the socket closed that it waits for."""
        return asyncio.CancelledError

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Let others run until a condition is fulfilled; return its value."""
        while not (value := condition()):
            await self.sleep(0.001)
        return value


async def _end_tasks() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _new_asyncio_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()


def _new_uvloop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


class _WithoutReaders(asyncio.SelectorEventLoop):
    """A loop that watches no descriptors, as Windows' proactor does not."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> Any:  # type: ignore[override]
        raise NotImplementedError

    def remove_reader(self, fd: Any) -> Any:
        raise NotImplementedError

    def add_writer(self, fd: Any, callback: Any, *args: Any) -> Any:  # type: ignore[override]
        raise NotImplementedError

    def remove_writer(self, fd: Any) -> Any:
        raise NotImplementedError


class TornadoAdapter(Adapter):
    """tornado's coroutines, on a loop of tornado's."""

    def __init__(self) -> None:
        super().__init__("tornado", _new_tornado_loop, "tornado")

    @property
    def context_class(self) -> Any:
        from zmq.eventloop import future

        return future.Context

    @property
    def poller_class(self) -> Any:
        from zmq.eventloop import future

        return future.Poller


def _new_tornado_loop() -> asyncio.AbstractEventLoop:
    from tornado import ioloop

    return ioloop.IOLoop(make_current=False).asyncio_loop


class Cancelled(BaseException):
    """What is raised in a greenlet that is cancelled."""


class GreenCall:
    """An operation of a green socket, in a greenlet that waits for it when it is awaited."""

    def __init__(self, inside: set[Any], function: Callable[..., Any], *arguments: Any, **options: Any) -> None:
        self._inside = inside
        self._function = partial(function, *arguments, **options)

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        greenlet = gevent.getcurrent()
        self._inside.add(greenlet)
        try:
            return self._function()
        finally:
            self._inside.discard(greenlet)


def _awaited(cls: type, inside: set[Any], names: Iterable[str]) -> dict[str, Any]:
    """Methods whose results are awaited, but not by the other methods of the same object."""

    def make(name: str) -> Callable[..., Any]:
        function = getattr(cls, name)

        def method(self: Any, *arguments: Any, **options: Any) -> Any:
            if gevent.getcurrent() in inside:
                return function(self, *arguments, **options)
            return GreenCall(inside, function, self, *arguments, **options)

        return method

    return {name: make(name) for name in names}


class GreenTask:
    """A coroutine in a greenlet of its own."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._error: BaseException | None = Cancelled()
        self._value: Any = None
        self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        try:
            self._value = drive(self._coroutine)
            self._error = None
        except BaseException as error:
            self._error = error

    def done(self) -> bool:
        return bool(self._greenlet.ready())

    def cancel(self) -> bool:
        if self.done():
            return False
        self._greenlet.kill(Cancelled, block=False)
        return True

    def cancelled(self) -> bool:
        return self.done() and isinstance(self._error, Cancelled)

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        self._greenlet.join()
        # It may have been cancelled before it began.
        self._coroutine.close()
        if self._error is not None:
            raise self._error
        return self._value


def drive(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end: all that it awaits blocks its greenlet."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("awaited what belongs to another loop")


class GeventAdapter(Adapter):
    """gevent: blocking methods block their greenlet. To the tests, they look as if they were to be awaited."""

    futures = False

    def __init__(self) -> None:
        super().__init__("gevent", _new_asyncio_loop, "gevent")

    @property
    def context_class(self) -> Any:
        from zmq import green

        names = [name for name in dir(green.Socket) if name.startswith(("send", "recv"))]
        methods = _awaited(green.Socket, set(), [*names, "poll"])
        return type("Context", (green.Context,), {"_socket_class": type("Socket", (green.Socket,), methods)})

    @property
    def poller_class(self) -> Any:
        from zmq import green

        return type("Poller", (green.Poller,), _awaited(green.Poller, set(), ["poll"]))

    def run(self, test: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
        try:
            with gevent.Timeout(LIMIT):
                return drive(test(*arguments))
        finally:
            if threading.current_thread() is not threading.main_thread():
                gevent.get_hub().destroy(destroy_loop=True)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return GreenTask(coroutine)

    async def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)

    async def wait_for(self, awaitable: Awaitable[Any], seconds: float) -> Any:
        with gevent.Timeout(seconds):
            return await awaitable

    @property
    def timed_out(self) -> type[BaseException]:
        return gevent.Timeout

    @property
    def cancelled(self) -> type[BaseException]:
        return Cancelled


#: All adapters, by name.
ADAPTERS: dict[str, Adapter] = {
    "asyncio": Adapter("asyncio", _new_asyncio_loop),
    "uvloop": Adapter("uvloop", _new_uvloop, "uvloop"),
    "thread": Adapter("thread", _WithoutReaders),
    "tornado": TornadoAdapter(),
    "gevent": GeventAdapter(),
}


@pytest.fixture(params=list(ADAPTERS))
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Each loop in turn."""
    return ADAPTERS[request.param].require()


@pytest.fixture(params=[name for name, one in ADAPTERS.items() if one.futures])
def futures(request: pytest.FixtureRequest) -> Adapter:
    """Each loop whose sockets return futures."""
    return ADAPTERS[request.param].require()


class Room:
    """A context of an adapter, and its sockets."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.sockets: list[Any] = []

    def socket(self, socket_type: int, **options: Any) -> Any:
        """Make a socket that lingers not."""
        socket = self.context.socket(socket_type)
        self.sockets.append(socket)
        socket.linger = 0
        for name, value in options.items():
            setattr(socket, name, value)
        return socket

    def pair(self, bound: int, connected: int, **options: Any) -> tuple[Any, Any]:
        """Make two sockets that are connected."""
        first, second = self.socket(bound, **options), self.socket(connected, **options)
        first.bind(f"inproc://async-{next(_numbers)}")
        second.connect(first.last_endpoint)
        return first, second


@contextlib.contextmanager
def room(adapter: Adapter) -> Iterator[Room]:
    """Open a room; its context must terminate at the end."""
    context: zmq.Context[Any] = adapter.context_class()
    place = Room(context)
    try:
        yield place
    finally:
        for socket in place.sockets:
            socket.close()
        terminate(context)


@pytest.fixture
def run(adapter: Adapter) -> Callable[..., Any]:
    """Run a test in each kind of loop, with a room that outlasts the loop: ``run(test)``."""
    return partial(_run_in_room, adapter)


@pytest.fixture
def run_futures(futures: Adapter) -> Callable[..., Any]:
    """The same in the loops whose sockets return futures."""
    return partial(_run_in_room, futures)


def _run_in_room(adapter: Adapter, test: Callable[[Adapter, Room], Coroutine[Any, Any, Any]]) -> Any:
    with room(adapter) as place:
        return adapter.run(test, adapter, place)
