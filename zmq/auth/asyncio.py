"""Authentication in an event loop of asyncio. Added in 15.2."""

from __future__ import annotations

import asyncio
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zmq.auth.base import Authenticator, _request

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq.auth._server import Request, ZapServer
    from zmq.sugar.context import Context

__all__ = ["AsyncioAuthenticator"]

# Seconds. The timer of a sleeping task keeps the task alive; a future would not.
_SLEEP = 3600


class _Service:
    """Decide on requests in an event loop, each in a task of its own, so that a slow callback does not delay others."""

    def __init__(
        self,
        authenticator: Authenticator,
        server: ZapServer,
        loop: asyncio.AbstractEventLoop,
        thread: threading.Thread | None = None,
    ) -> None:
        self.authenticator = authenticator
        self._server = server
        self._loop = loop
        self._thread = thread
        self._ended = False
        # Requests that the event loop has not seen yet. Those whose time is over are removed: otherwise they would
        # accumulate while a callback blocks the loop.
        self._incoming: dict[Request, None] = {}
        self._is_called = False
        self._tasks: dict[Request, asyncio.Task[None]] = {}
        self.main: asyncio.Task[None] | None = None

    # -- called in any thread

    def is_alive(self) -> bool:
        """Tell whether requests can still be handled."""
        return not (self._ended or self._loop.is_closed() or (self._thread is not None and not self._thread.is_alive()))

    def accept(self, request: Request) -> None:
        """Start to handle a request."""
        self._incoming[request] = None
        if not self._is_called:
            self._is_called = True
            self._loop.call_soon_threadsafe(self._accept_all)

    def cancel(self, request: Request) -> None:
        """Stop handling a request."""
        if self._incoming.pop(request, self) is self:
            self._call(self._cancel, request)

    def stop(self) -> None:
        """Stop handling requests."""
        self._ended = True
        if asyncio._get_running_loop() is self._loop:
            self._cancel_all()
        else:
            self._call(self._cancel_all)

    def end(self, reason: object) -> None:
        """Report that the event loop does not handle requests any more, and cancel those that are handled."""
        if not self._ended:
            self._ended = True
            self._server.detach(self, reason)
        if not self._loop.is_closed():
            self._cancel_all()

    def _call(self, function: Callable[..., object], *args: Any) -> None:
        # Raised if the loop was closed.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *args)

    # -- called in the event loop

    def begin(self) -> asyncio.Task[None]:
        """Return a task that goes on until it is cancelled."""
        self.main = self._loop.create_task(self._run())
        return self.main

    def _cancel_all(self) -> None:
        for task in (self.main, *self._tasks.values()):
            if task is not None:
                task.cancel()

    async def _run(self) -> None:
        reason: object = "the event loop was closed"
        try:
            while True:
                await asyncio.sleep(_SLEEP)
        except asyncio.CancelledError:
            reason = "its task was cancelled"
            raise
        finally:
            self.end(reason)

    def _accept_all(self) -> None:
        self._is_called = False
        for request in self._incoming.copy():
            if self._incoming.pop(request, self) is self:
                continue
            if self._ended:
                request.answer(b"500", b"Authentication has ended")
            else:
                self._accept(request)

    def _accept(self, request: Request) -> None:
        self._tasks[request] = task = self._loop.create_task(self._handle(request))
        task.add_done_callback(lambda _: self._tasks.pop(request, None))

    def _cancel(self, request: Request) -> None:
        task = self._tasks.get(request)
        if task is not None:
            task.cancel()

    async def _handle(self, request: Request) -> None:
        # Each request has a task, and thus a context, of its own.
        _request.set((self.authenticator, request))
        try:
            await self.authenticator.handle_zap_message(request.frames)
        except BaseException as error:
            is_usual = isinstance(error, (Exception, asyncio.CancelledError))
            if is_usual and not self._ended and not request.is_late():
                # A subclass overrides the handler, or a callback awaited something that was cancelled.
                self.authenticator.log.error("Denied, since authentication failed", exc_info=error)
            request.answer(b"500", b"Internal error")
            if self._ended or not is_usual:
                raise
        finally:
            request.finish()

    async def finish(self) -> None:
        """Cancel everything, and wait for it."""
        self._cancel_all()
        tasks = [task for task in (self.main, *self._tasks.values()) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)


class AsyncioAuthenticator(Authenticator):
    """An :class:`~zmq.auth.Authenticator` that runs in an event loop of asyncio.

    Parameters
    ----------
    context : Context, optional
        The context whose peers to authenticate, of :mod:`zmq.asyncio` or not. By default, ``zmq.Context.instance()``.
    loop
        Deprecated and ignored: :meth:`start` uses the running event loop.
    encoding, log
        As for :class:`~zmq.auth.Authenticator`.

    Warns
    -----
    DeprecationWarning
        If `loop` is given.

    Not thread-safe, except for the configuration. Added in 15.2.
    """

    def __init__(
        self, context: Context[Any] | None = None, loop: Any = None, encoding: str = "utf-8", log: Any = None
    ) -> None:
        super().__init__(context, encoding, log)
        if loop is not None:
            warnings.warn("AsyncioAuthenticator(loop) is deprecated and ignored", DeprecationWarning, stacklevel=2)
        self._changing = threading.RLock()
        self._service: _Service | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start answering requests. Does nothing if it was started already.

        Uses the running event loop; if none runs, the current one of the thread (:func:`asyncio.get_event_loop`).

        Raises
        ------
        RuntimeError
            If the thread has no event loop.
        ZMQError
            EADDRINUSE if the context has another authenticator.

        Not thread-safe. Added in 15.2.
        """
        with self._changing:
            if self._service is not None and self._service.is_alive():
                return
            loop = asyncio._get_running_loop() or asyncio.get_event_loop()
            # Its server stays bound, and is taken over.
            self._forget_socket()
            super().start()
            server = self._make_server()
            self._service = _Service(self, server, loop)
            self._task = self._service.begin()
            server.attach(self._service)

    def stop(self) -> None:
        """Stop answering requests, and release the address within seconds. It can be started again at once.

        libzmq then accepts NULL and CURVE connections without asking; see
        :meth:`~zmq.auth.Authenticator.enforce_domain`.

        Thread-safe. Added in 15.2.
        """
        with self._changing:
            service, self._service, self._task = self._service, None, None
            if service is not None:
                service.stop()
            super().stop()
