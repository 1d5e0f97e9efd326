"""Authentication in a thread of its own. Added in 14.1."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from zmq.asyncio import Poller
from zmq.auth.asyncio import _Service
from zmq.auth.base import Authenticator
from zmq.constants import _VALUES
from zmq.error import ZMQError
from zmq.sugar.socket import Socket

if TYPE_CHECKING:
    from zmq.sugar.context import Context

__all__ = ["AuthenticationThread", "ThreadAuthenticator"]

_PAIR = _VALUES["SocketType"]["PAIR"]
_numbers = count(1)


class AuthenticationThread(threading.Thread):
    """The thread of a :class:`ThreadAuthenticator`. It answers requests until a message arrives on a pipe.

    Parameters
    ----------
    authenticator : Authenticator
        Answers the requests. The thread takes over its ``zap_socket``.
    pipe : Socket
        The pipe. The thread closes both sockets at its end.

    Added in 14.1.
    """

    #: The poller of both sockets, while the thread runs.
    poller: Poller | None = None

    def __init__(self, authenticator: Authenticator, pipe: Socket[Any]) -> None:
        super().__init__(name="zmq.auth", daemon=True)
        self.authenticator = authenticator
        self.log: Any = authenticator.log
        self.pipe = pipe
        #: Set when the thread has started to answer requests.
        self.started: threading.Event = threading.Event()
        self._socket = authenticator.zap_socket

    def run(self) -> None:
        """Answer requests. ``start()`` calls this method in the thread."""
        loop = asyncio.SelectorEventLoop()
        try:
            loop.run_until_complete(self._serve())
        except ZMQError as error:
            # The context was terminated.
            self.log.debug("Authentication has ended: %s", error)
        finally:
            self.started.set()
            self.authenticator._close(self._socket)
            self.pipe.close(linger=0)
            loop.close()

    async def _serve(self) -> None:
        self.poller = Poller()
        self.poller.register(self.pipe, 1)
        self.poller.register(self._socket, 1)
        service = _Service(self.authenticator, self._socket)
        self.started.set()
        try:
            while True:
                ready = dict(await self.poller.poll())
                if self.pipe in ready:
                    return
                await service.take()
        finally:
            await service.end()


class ThreadAuthenticator(Authenticator):
    """An :class:`~zmq.auth.Authenticator` that runs in a thread. As a context manager, it is started and stopped.

    Callbacks are called in this thread. If they are coroutine functions, they run in its event loop.

    Parameters
    ----------
    context, encoding, log
        As for :class:`~zmq.auth.Authenticator`.

    Not thread-safe, except for the configuration. Added in 14.1.
    """

    #: The endpoint of the pipe to the thread. Each start uses another one.
    pipe_endpoint: str = ""
    #: The thread, between :meth:`start` and :meth:`stop`.
    thread: AuthenticationThread

    def __init__(self, context: Context[Any] | None = None, encoding: str = "utf-8", log: Any = None) -> None:
        super().__init__(context, encoding, log)
        self.pipe: Socket[Any] | None = None
        self.pipe_endpoint = f"inproc://zmq.auth-{next(_numbers)}"
        self.thread = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]

    def __enter__(self) -> ThreadAuthenticator:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start answering requests. Does nothing if it was started already.

        Raises
        ------
        ZMQError
            EADDRINUSE if the context has another authenticator.

        Not thread-safe. Added in 14.1.
        """
        if self.is_alive():
            return
        self.stop()
        ours: Socket[Any] = Socket(self.context, _PAIR)
        theirs: Socket[Any] = Socket(self.context, _PAIR)
        try:
            ours.linger = theirs.linger = 0
            # libzmq releases the endpoint of the last pipe some time after it was closed.
            self.pipe_endpoint = f"inproc://zmq.auth-{next(_numbers)}"
            ours.bind(self.pipe_endpoint)
            theirs.connect(self.pipe_endpoint)
            super().start()
            self.thread = AuthenticationThread(self, theirs)
            self.thread.start()
        except BaseException:
            Authenticator.stop(self)
            ours.close()
            theirs.close()
            raise
        self.pipe = ours

    def stop(self) -> None:
        """Stop answering requests, and wait for the thread to end. It can be started again at once.

        Not thread-safe. Added in 14.1.
        """
        pipe, self.pipe = self.pipe, None
        if pipe is not None:
            # Sending fails if the context was terminated, which ends the thread, too.
            with suppress(ZMQError):
                pipe.send(b"TERMINATE")
            if self.thread is not threading.current_thread():
                self.thread.join()
            pipe.close(linger=0)
        # The thread has closed its socket.
        vars(self).update(thread=None, zap_socket=None)

    def is_alive(self) -> bool:
        """Tell whether the thread runs.

        Returns
        -------
        bool

        Thread-safe. Added in 14.1.
        """
        thread = self.thread
        return thread is not None and thread.is_alive()
