"""The thread that owns the socket for requests of ZAP, and answers each of them in time."""

from __future__ import annotations

import os
import selectors
import socket as sockets
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from zmq.constants import _VALUES
from zmq.error import Again, ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq.auth.base import Authenticator
    from zmq.sugar.context import Context
    from zmq.sugar.socket import Socket

#: The version of ZAP.
VERSION = b"1.0"
# The endpoint that libzmq sends requests to.
ADDRESS = "inproc://zeromq.zap.01"
# A ROUTER puts two frames before those of RFC 27: the routing id and an empty frame.
ENVELOPE = 2

MAX_REQUESTS = 1000
MAX_FRAMES = 16
MAX_FRAME_SIZE = 255

DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_EVENTS, _FD, _RCVMORE = (_VALUES["SocketOption"][name] for name in ("EVENTS", "FD", "RCVMORE"))
_ERRNO = _VALUES["Errno"]
# The context was terminated, or the socket was closed by the program.
_GONE = frozenset(_ERRNO[name] for name in ("ETERM", "ENOTSOCK", "ENOTSUP"))

# Seconds to wait for a thread to end.
PATIENCE = 2.0
# Seconds to wait after an unexpected error, so that a lasting one does not use up the processor; and between looks at
# what cannot be waited for.
_PAUSE = 0.05
# Seconds to wait at most, since systems have a limit.
_LONGEST = 3600.0

_WAY_OUT = "peers that have to authenticate are refused until start() or stop() is called, or the context is terminated"

# The running servers, by the address of libzmq's context, which is the same for shadows.
_servers: dict[int, ZapServer] = {}
# Sockets that no server could be started for.
_kept: list[Socket[Any]] = []


def is_answerable(envelope: list[bytes], request: list[bytes], limit: int) -> bool:
    """Tell whether there is a sender to answer, a version and a request id."""
    return len(envelope) == ENVELOPE and not envelope[1] and len(request) > 1 and max(map(len, request[:2])) <= limit


def make_reply(
    envelope: list[bytes], request_id: bytes, status: bytes, text: bytes, user: bytes = b"", metadata: bytes = b""
) -> list[bytes]:
    """Return the frames of an answer."""
    return [*envelope, VERSION, request_id, status, text, user, metadata]


def close_zap_socket(socket: Socket[Any]) -> None:
    """Release the address at once, and close the socket."""
    if socket.closed:
        return
    # Closing a socket releases its endpoint later. Unbinding fails if the context was terminated.
    with suppress(ZMQError):
        socket.unbind(ADDRESS)
    socket.close(linger=0)


def find_abandoned(context: Context[Any]) -> ZapServer | None:
    """Return the server of a context whose handler has ended without ``stop()``."""
    server = _servers.get(context.underlying)
    return server if server is not None and server.is_alive() and server.find_handler() is None else None


def serve_abandoned(socket: Socket[Any], log: Any) -> None:
    """Refuse all requests, since nothing else receives from the socket any more."""
    try:
        ZapServer(socket, log).detach(None, "the authenticator was deleted")
    except ZMQError:
        pass  # the context was terminated
    except (RuntimeError, OSError):
        # There are too many threads or files. Requests are not answered, but the address stays bound.
        keep(socket)


def keep(socket: Socket[Any]) -> None:
    """Keep a socket open that nothing else refers to."""
    _kept.append(socket)


class Handler(Protocol):
    """What decides on requests, outside of the server's thread. Servers do not keep it alive."""

    authenticator: Authenticator

    def is_alive(self) -> bool:
        """Tell whether it can still handle requests."""
        ...

    def accept(self, request: Request) -> None:
        """Start to handle a request. Raises RuntimeError if the event loop was closed. Thread-safe."""

    def cancel(self, request: Request) -> None:
        """Stop handling a request. Thread-safe."""

    def stop(self) -> None:
        """Stop handling any requests. Thread-safe."""


class Request:
    """A request that waits for its answer. All methods are thread-safe."""

    __slots__ = ("_server", "deadline", "envelope", "frames")

    def __init__(self, server: ZapServer, envelope: list[bytes], frames: list[bytes]) -> None:
        self._server = server
        self.envelope = envelope
        self.frames = frames
        self.deadline = float("inf")

    def is_late(self) -> bool:
        """Tell whether the time to answer is over."""
        return self.deadline <= time.monotonic()

    def answer(self, status: bytes, text: bytes, user: bytes = b"", metadata: bytes = b"") -> None:
        """Send the answer. Does nothing if one was sent already, for example because the time was over."""
        self._server.call(self._server.settle, self, (status, text, user, metadata))

    def finish(self) -> None:
        """Forget the request if it was not answered."""
        self._server.call(self._server.settle, self, None)


class ZapServer:
    """Own the socket for requests. It stays bound until :meth:`stop`, or until the context is terminated.

    The thread runs no code of the program except that of its logging. It can thus answer while callbacks block, and
    after the thread or event loop that decides on requests has ended: then it refuses all of them.

    The sockets leave the list of the context's open sockets, and do not keep the context alive. So the context can be
    destroyed or collected; either ends the thread.
    """

    def __init__(self, socket: Socket[Any], log: Any, *pipes: Socket[Any]) -> None:
        self.log = log
        self._socket = socket
        self._pipes = pipes
        self._handler: Callable[[], Handler | None] | None = None
        self._pending: dict[Request, Handler] = {}
        self._calls: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        # Nothing is received before attach() or detach().
        self._is_receiving = self._ended = self._released = False
        self._finished = threading.Event()
        self._process = os.getpid()
        self._address: int = socket.context.underlying
        self._woken, self._waker = sockets.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        # With all sockets; and without those for requests, for the time when no more of these are received.
        self._all, self._few = selectors.DefaultSelector(), selectors.DefaultSelector()
        self._all.register(int(socket.get(_FD)), selectors.EVENT_READ)
        for selector in (self._all, self._few):
            selector.register(self._woken, selectors.EVENT_READ)
            for pipe in pipes:
                selector.register(int(pipe.get(_FD)), selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="zmq.auth.server", daemon=True)
        for each in (socket, *pipes):
            self.own(each)
        _servers[self._address] = self
        try:
            self._thread.start()
        except BaseException:
            del _servers[self._address]
            self._close_selectors()
            raise

    def own(self, socket: Socket[Any]) -> None:
        """Separate a socket from the objects of its context. It is closed when the server ends."""
        if socket.context is not None:
            socket.context._socket_refs.pop(id(socket), None)
            socket.context = None
        if socket is not self._socket and socket not in self._pipes:
            self._pipes += (socket,)

    # -- called in any thread

    def is_alive(self) -> bool:
        """Tell whether the thread runs, in this process."""
        return self._process == os.getpid() and not self._finished.is_set()

    def find_handler(self) -> Handler | None:
        """Return what decides on requests, unless it has ended."""
        handler = self._handler and self._handler()
        return handler if handler is not None and handler.is_alive() else None

    def call(self, function: Callable[..., None], *args: Any) -> None:
        """Call a function in the thread. Does nothing if the thread has ended, or belongs to another process."""
        if self.is_alive():
            self._calls.append((function, args))
            # The buffer is full if the thread was woken often already.
            with suppress(OSError):
                self._waker.send(b"\0")

    def attach(self, handler: Handler) -> None:
        """Let an object decide on the requests that arrive from now on."""
        self._handler = weakref.ref(handler)
        self.call(self._begin)
        if not self.is_alive():
            handler.stop()

    def detach(self, handler: Handler | None, reason: object) -> None:
        """Refuse requests from now on, since the handler has ended."""
        self.call(self._detach, handler, reason)

    def send(self, message: list[bytes]) -> None:
        """Send an answer to a request that was received otherwise."""
        self.call(self._send, message)

    def stop(self) -> bool:
        """Release the address and close the sockets. Return whether that was done within :data:`PATIENCE`."""
        self.call(self._end)
        return self._join()

    def release(self, context: Context[Any]) -> Socket[Any] | None:
        """End, and return the socket, which stays bound; None if there is none, since the context was terminated."""
        self.call(self._release)
        if not self._join() or not self._released:
            return None
        self._socket.context = context
        context._socket_refs[id(self._socket)] = weakref.ref(self._socket)
        return self._socket

    def _join(self) -> bool:
        if self._process != os.getpid() or threading.current_thread() is self._thread:
            return True
        return self._finished.wait(PATIENCE)

    # -- called in the thread

    def settle(self, request: Request, answer: tuple[bytes, ...] | None) -> None:
        """Answer a request, or forget it. Does nothing if that was done before."""
        if self._pending.pop(request, None) is not None and answer is not None:
            self._send(make_reply(request.envelope, request.frames[1], *answer))

    def _run(self) -> None:
        while not self._ended:
            try:
                self._serve()
            except BaseException as error:
                self._survive(error)
        try:
            self._close()
        finally:
            self._finished.set()
            handler = self.find_handler()
            if handler is not None:
                handler.stop()

    def _serve(self) -> None:
        while not self._ended:
            self._make_calls()
            self._check_deadlines()
            self._check_pipes()
            # Descriptors of libzmq tell of changes only. Receiving until nothing is left comes last.
            is_full = not self._is_receiving or self._receive_all()
            if self._ended or self._calls:
                continue
            self._wait(is_full)

    def _wait(self, is_full: bool) -> None:
        deadline = min((request.deadline for request in self._pending), default=float("inf"))
        timeout = min(_LONGEST, max(0.0, deadline - time.monotonic()))
        if is_full:
            # The termination of the context is only seen by asking.
            self._socket.get(_EVENTS)
            self._few.select(min(timeout, _PAUSE))
        else:
            self._all.select(timeout)
        with suppress(BlockingIOError):
            self._woken.recv(4096)

    def _make_calls(self) -> None:
        # A method of its own, so that no variable refers to arguments while the thread waits.
        while self._calls:
            function, args = self._calls.popleft()
            function(*args)

    def _survive(self, error: BaseException) -> None:
        """Go on after an error, so that the address stays bound."""
        if isinstance(error, ZMQError) and error.errno in _GONE:
            self._ended = True
            with suppress(Exception):
                self.log.debug("Authentication has ended: %s", error)
            return
        with suppress(BaseException):
            self.log.error("Authentication goes on after an error", exc_info=error)
            time.sleep(_PAUSE)

    def _receive_all(self) -> bool:
        """Receive all requests. Return whether some may be left, since there are too many already."""
        while True:
            handler = self.find_handler()
            limits = None if handler is None else handler.authenticator
            if len(self._pending) >= (limits.max_requests if limits else MAX_REQUESTS):
                return True
            try:
                message = self._receive(limits.max_frames if limits else MAX_FRAMES)
            except Again:
                return False
            envelope, request = message[:ENVELOPE], message[ENVELOPE:]
            if not is_answerable(envelope, request, limits.max_frame_size if limits else MAX_FRAME_SIZE):
                self.log.error("Dropped %d frames that are no ZAP request", len(message))
            else:
                self._dispatch(Request(self, envelope, request), handler)

    def _receive(self, limit: int) -> list[bytes]:
        """Receive a message, but not more frames than are needed to see that there are too many."""
        message = [self._socket.recv(DONTWAIT)]
        while self._socket.get(_RCVMORE):
            frame = self._socket.recv(DONTWAIT)
            if len(message) <= limit + ENVELOPE:
                message.append(frame)
        return message

    def _dispatch(self, request: Request, handler: Handler | None) -> None:
        if handler is not None:
            request.deadline = time.monotonic() + handler.authenticator.request_timeout
            self._pending[request] = handler
            try:
                handler.accept(request)
            except RuntimeError:
                del self._pending[request]
            else:
                return
        if self._handler is not None:
            self._detach(self._handler(), "the event loop was closed, or the thread has ended")
        self.log.debug("Denied, since authentication has ended")
        self._send(make_reply(request.envelope, request.frames[1], b"500", b"Authentication has ended"))

    def _check_deadlines(self) -> None:
        for request, handler in [*self._pending.items()]:
            if request.is_late():
                self.log.error(
                    "Denied, since authentication took longer than %s seconds (request_timeout)",
                    handler.authenticator.request_timeout,
                )
                self.settle(request, (b"500", b"Authentication timed out"))
                handler.cancel(request)

    def _check_pipes(self) -> None:
        for pipe in self._pipes[:1]:
            with suppress(Again):
                pipe.recv(DONTWAIT)
                self._end()

    def _send(self, message: list[bytes]) -> None:
        try:
            self._socket.send_multipart(message, DONTWAIT)
        except ZMQError as error:
            # A ROUTER ignores messages for clients that are gone.
            self.log.debug("Could not answer a ZAP request: %s", error)
            if error.errno in _GONE:
                raise

    def _begin(self) -> None:
        self._is_receiving = True

    def _detach(self, handler: Handler | None, reason: object) -> None:
        self._is_receiving = True
        current = self._handler and self._handler()
        if handler is not None and (self._handler is None or current not in (handler, None)):
            return  # reported before, or another one was attached meanwhile
        self._handler = None
        self.log.error("Authentication has ended (%s): %s", reason, _WAY_OUT)
        self._refuse_pending()

    def _refuse_pending(self) -> None:
        for request in [*self._pending]:
            self.settle(request, (b"500", b"Authentication has ended"))

    def _end(self) -> None:
        self._ended = True

    def _release(self) -> None:
        self._refuse_pending()
        self._ended = self._released = True

    def _close(self) -> None:
        self._pending.clear()
        if _servers.get(self._address) is self:
            del _servers[self._address]
        self._close_selectors()
        if not self._released:
            close_zap_socket(self._socket)
        for pipe in self._pipes:
            pipe.close(linger=0)

    def _close_selectors(self) -> None:
        for each in (self._all, self._few, self._woken, self._waker):
            each.close()


if hasattr(os, "register_at_fork"):
    # Addresses may be used again in the child.
    os.register_at_fork(after_in_child=_servers.clear)
