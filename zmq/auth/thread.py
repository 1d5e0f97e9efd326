"""Authentication in a thread of its own. Added in 14.1."""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from typing import TYPE_CHECKING, Any

from zmq.asyncio import Poller
from zmq.auth._server import PATIENCE
from zmq.auth.asyncio import _Service
from zmq.auth.base import Authenticator
from zmq.constants import _VALUES
from zmq.sugar.socket import Socket

if TYPE_CHECKING:
    from zmq.sugar.context import Context

__all__ = ["AuthenticationThread", "ThreadAuthenticator"]

_PAIR = _VALUES["SocketType"]["PAIR"]
_numbers = count(1)


class AuthenticationThread(threading.Thread):
    """The thread of a :class:`ThreadAuthenticator`. It decides on requests until a message arrives on a pipe.

    Parameters
    ----------
    authenticator : Authenticator
        Decides on the requests. Its ``zap_socket`` is served by another thread from now on, which can refuse requests
        while callbacks block this one.
    pipe : Socket
        The pipe. It is closed with ``zap_socket``.

    Added in 14.1.
    """

    #: A poller of both sockets, for programs that look for it. The thread does not use it.
    poller: Poller | None = None

    def __init__(self, authenticator: Authenticator, pipe: Socket[Any]) -> None:
        super().__init__(name="zmq.auth", daemon=True)
        self.authenticator = authenticator
        self.log: Any = authenticator.log
        self.pipe = pipe
        #: Set when the thread has started to decide on requests.
        self.started: threading.Event = threading.Event()
        self.poller = Poller()
        self.poller.register(pipe, 1)
        self.poller.register(authenticator.zap_socket, 1)
        self._server = authenticator._make_server(pipe)
        self._loop = asyncio.SelectorEventLoop()
        self._service = _Service(authenticator, self._server, self._loop, self)

    def start(self) -> None:
        """Start the thread."""
        try:
            super().start()
        except BaseException:
            self._loop.close()
            raise
        self._server.attach(self._service)

    def run(self) -> None:
        """Decide on requests. ``start()`` calls this method in the thread."""
        service, loop = self._service, self._loop
        try:
            main = service.begin()
            self.started.set()
            loop.run_until_complete(main)
        except asyncio.CancelledError:
            service.end("its task was cancelled")
        except BaseException as error:
            # Raised by a callback, or in this thread by another one. There is nobody to pass it on to.
            service.end(f"{error!r} was raised in its thread")
        try:
            loop.run_until_complete(service.finish())
        finally:
            loop.close()


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
        self._changing = threading.RLock()

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
        with self._changing:
            if self.is_alive():
                return
            # Its server stays bound, and is taken over.
            self._forget_socket()
            self._start()

    def _start(self) -> None:
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
        self.thread._server.own(ours)
        self.pipe = ours

    def stop(self) -> None:
        """Stop answering requests, and release the address within seconds. It can be started again at once.

        Waits for the thread to end, but not for long if a callback blocks.
        libzmq then accepts NULL and CURVE connections without asking; see
        :meth:`~zmq.auth.Authenticator.enforce_domain`.

        Thread-safe. Added in 14.1.
        """
        with self._changing:
            thread, self.pipe = self.thread, None
            vars(self)["thread"] = None
            super().stop()
        if thread is not None and thread is not threading.current_thread():
            thread.join(PATIENCE)
            if thread.is_alive():
                self.log.error("A callback still blocks the thread of the authenticator, which was stopped")

    def is_alive(self) -> bool:
        """Tell whether the thread runs.

        Returns
        -------
        bool

        Thread-safe. Added in 14.1.
        """
        thread = self.thread
        return thread is not None and thread.is_alive()
