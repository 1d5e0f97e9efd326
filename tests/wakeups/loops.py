"""The event loops that waiters wait in: that of the main thread, and one in another thread."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Generator
from typing import Any

from tests.wakeups.cells import KINDS_IN
from tests.wakeups.peers import PROMPT

Ended = Callable[[Any, "BaseException | None"], None]


def available() -> list[str]:
    """Return the loops that can be imported here."""
    needed = {"asyncio": "asyncio", "uvloop": "uvloop", "tornado": "tornado", "gevent": "gevent"}
    return [name for name in KINDS_IN if importlib.util.find_spec(needed[name]) is not None]


class Side:
    """A loop, and what belongs to it. Methods are called in its thread, unless said otherwise."""

    #: The asynchronous or green class of sockets.
    socket_class: Any
    poller_class: Any
    #: :mod:`zmq.green`.
    green: Any = None

    def call(self, function: Callable[[], Any]) -> Any:
        """Run a function in the loop's thread, and return what it returns; called in the main thread."""
        return function()

    def stopped(self) -> contextlib.AbstractContextManager[None]:
        """Let the loop do nothing meanwhile; called in the main thread."""
        return contextlib.nullcontext()

    def drive(self, generator: Generator[float, None, None]) -> None:
        """Run a generator in the loop, which runs for so many seconds as it yields; called in the main thread."""
        raise NotImplementedError

    def spawn(self, wait: Callable[[], Any], started: Callable[[], None], ended: Ended) -> Any:
        """Run what waits besides; call `started` when it is going to wait, and `ended` with its result or error."""
        raise NotImplementedError

    def cancel(self, task: Any) -> None:
        """Cancel what :meth:`spawn` has returned."""
        raise NotImplementedError

    def switch(self) -> None:
        """Let what was spawned run up to where it waits, before the loop looks at descriptors."""
        raise NotImplementedError

    def limited(self, seconds: float) -> contextlib.AbstractContextManager[Any]:
        """Return a context that ends what waits in it after so many seconds."""
        raise NotImplementedError

    def stream(self, socket: Any) -> Any:
        """Make a ZMQStream."""
        raise NotImplementedError

    def end(self) -> None:
        """End the loop of another thread; called in the main thread."""


class AsyncioSide(Side):
    """asyncio, uvloop and tornado."""

    def __init__(self, name: str) -> None:
        self.name = name
        if name == "tornado":
            import zmq.eventloop.future as module
        else:
            import zmq.asyncio as module  # type: ignore[no-redef]
        self.socket_class, self.poller_class = module.Socket, module.Poller

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Make a loop that reports nothing: tasks are cancelled with whatever state they are in."""
        if self.name == "uvloop":
            import uvloop

            loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        elif sys.platform == "win32":
            loop = asyncio.SelectorEventLoop()
        else:
            loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        return loop

    def drive(self, generator: Generator[float, None, None]) -> None:
        async def main() -> None:
            for seconds in generator:
                await asyncio.sleep(seconds)

        loop = self.new_loop()
        try:
            loop.run_until_complete(main())
        finally:
            loop.close()

    def spawn(self, wait: Callable[[], Any], started: Callable[[], None], ended: Ended) -> Any:
        async def run() -> None:
            try:
                future = wait()
                started()
                result = await future
            except asyncio.CancelledError as error:
                ended(None, error)
                raise
            except BaseException as error:
                started()
                ended(None, error)
            else:
                ended(result, None)

        return asyncio.ensure_future(run())

    def cancel(self, task: Any) -> None:
        task.cancel()

    def stream(self, socket: Any) -> Any:
        from zmq.eventloop.zmqstream import ZMQStream

        if self.name == "tornado":
            from tornado.ioloop import IOLoop

            return ZMQStream(socket, IOLoop.current())
        return ZMQStream(socket, asyncio.get_running_loop())


class GeventSide(Side):
    """gevent."""

    def __init__(self) -> None:
        import zmq.green

        self.green = zmq.green
        self.socket_class, self.poller_class = zmq.green.Socket, zmq.green.Poller

    def drive(self, generator: Generator[float, None, None]) -> None:
        import gevent

        for seconds in generator:
            gevent.sleep(seconds)

    def spawn(self, wait: Callable[[], Any], started: Callable[[], None], ended: Ended) -> Any:
        import gevent

        def run() -> None:
            started()
            try:
                result = wait()
            except BaseException as error:
                ended(None, error)
                if isinstance(error, gevent.GreenletExit):
                    raise
            else:
                ended(result, None)

        return gevent.spawn(run)

    def cancel(self, task: Any) -> None:
        task.kill(block=False)

    def switch(self) -> None:
        import gevent

        # Greenlets that are ready run first, in order.
        gevent.sleep(0)

    def limited(self, seconds: float) -> contextlib.AbstractContextManager[Any]:
        import gevent

        limit: contextlib.AbstractContextManager[Any] = gevent.Timeout(seconds, False)  # type: ignore[arg-type]
        return limit


def main_side(name: str) -> Side:
    """Return the loop of the main thread."""
    return GeventSide() if name == "gevent" else AsyncioSide(name)


class _Threaded(Side):
    """The part of a loop in a thread that does not depend on the kind of loop."""

    _thread: threading.Thread

    def _post(self, function: Callable[[], None]) -> None:
        """Run a function in the thread, soon; called in the main thread."""
        raise NotImplementedError

    def call(self, function: Callable[[], Any]) -> Any:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def run() -> None:
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        self._post(run)
        return future.result(PROMPT)

    @contextlib.contextmanager
    def stopped(self) -> Generator[None, None, None]:
        reached, go_on = threading.Event(), threading.Event()

        def stop() -> None:
            reached.set()
            go_on.wait()

        self._post(stop)
        try:
            assert reached.wait(PROMPT), "the loop of the other thread does not run"
            yield
        finally:
            go_on.set()

    def _quit(self) -> None:
        raise NotImplementedError

    def end(self) -> None:
        self._post(self._quit)
        self._thread.join(PROMPT)
        assert not self._thread.is_alive(), "the thread of the other loop does not end"


class AsyncioThread(_Threaded, AsyncioSide):
    """asyncio, uvloop or tornado in another thread."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._loop = self.new_loop()
        self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _post(self, function: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(function)

    def _quit(self) -> None:
        self._loop.stop()


class GeventThread(_Threaded, GeventSide):
    """gevent in another thread."""

    def __init__(self) -> None:
        super().__init__()
        self._made = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)
        self._thread.start()
        assert self._made.wait(PROMPT)

    def _run(self) -> None:
        import gevent
        from gevent.event import Event

        self._hub: Any = gevent.get_hub()
        self._ended = Event()
        # Keeps the hub running, whatever waits in it.
        keep = self._hub.loop.async_()
        keep.start(lambda: None)
        self._made.set()
        self._ended.wait()
        keep.close()
        self._hub.destroy(destroy_loop=True)

    def _post(self, function: Callable[[], None]) -> None:
        import gevent

        self._hub.loop.run_callback_threadsafe(lambda: gevent.spawn(function))

    def _quit(self) -> None:
        self._ended.set()


def threaded_side(name: str) -> AsyncioThread | GeventThread:
    """Start a loop in another thread."""
    return GeventThread() if name == "gevent" else AsyncioThread(name)
