"""Authentication in an event loop of asyncio. Added in 15.2."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zmq.asyncio import Poller
from zmq.auth.base import _DONTWAIT, _ENVELOPE, Authenticator, _envelope
from zmq.error import Again, ZMQError

if TYPE_CHECKING:
    from zmq.sugar.context import Context
    from zmq.sugar.socket import Socket

__all__ = ["AsyncioAuthenticator"]

# The number of requests that are handled at once. Each holds a connection that is being set up.
_MOST = 1000


class _Service:
    """Receive requests and handle each in a task of its own, so that a slow callback does not delay others."""

    def __init__(self, authenticator: Authenticator, socket: Socket[Any]) -> None:
        self._authenticator = authenticator
        self._socket = socket
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self) -> None:
        """Receive the requests that have arrived, and start to handle them."""
        self._take()
        while len(self._tasks) >= _MOST:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def _take(self) -> None:
        while len(self._tasks) < _MOST:
            try:
                message = self._socket.recv_multipart(_DONTWAIT)
            except Again:
                return
            task = asyncio.ensure_future(self._handle(message))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    async def _handle(self, message: list[bytes]) -> None:
        envelope, request = message[:_ENVELOPE], message[_ENVELOPE:]
        # Each request has a task, and thus a context, of its own.
        _envelope.set((self._authenticator, envelope))
        try:
            await self._authenticator.handle_zap_message(request)
        except (Exception, asyncio.CancelledError) as error:
            if self._ended:
                raise
            # A subclass overrides the handler, or a callback awaited something that was cancelled.
            self._authenticator.log.error("Denied, since authentication failed", exc_info=error)
            if len(request) > 1:
                await self._authenticator._answer(envelope, request[1], b"500", b"Internal error")

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # Sending the answer may have consumed the wake-up for the next request.
        if not self._ended:
            with suppress(ZMQError):
                self._take()

    async def end(self) -> None:
        """Cancel the tasks that have not answered yet."""
        self._ended = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


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
        if self._task is not None and not self._task.done():
            return
        loop = asyncio._get_running_loop() or asyncio.get_event_loop()
        self.stop()
        super().start()
        self._task = loop.create_task(self._serve(self.zap_socket))

    def stop(self) -> None:
        """Stop answering requests. It can be started again at once.

        Not thread-safe. Added in 15.2.
        """
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        super().stop()

    async def _serve(self, socket: Socket[Any]) -> None:
        service = _Service(self, socket)
        poller = Poller()
        poller.register(socket, 1)
        try:
            while True:
                await poller.poll()
                await service.take()
        except ZMQError as error:
            # The socket was closed, or the context was terminated.
            self.log.debug("Authentication has ended: %s", error)
        finally:
            self._close(socket)
            await service.end()
