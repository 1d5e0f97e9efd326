"""What a stream does in the turns of its event loop: it receives, sends and calls back."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import AbstractEventLoop, ensure_future
from collections import deque
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from time import monotonic
from typing import TYPE_CHECKING, Any

from zmq.constants import _VALUES
from zmq.error import Again, ContextTerminated, ZMQError
from zmq.eventloop._tornado import IOLoop, gen_log

if TYPE_CHECKING:
    from zmq.sugar import Socket

__all__ = ["Turns"]

_POLLIN, _POLLOUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]
_BOTH = _POLLIN | _POLLOUT
_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_EFSM, _ENOTSOCK = _VALUES["Errno"]["EFSM"], _VALUES["Errno"]["ENOTSOCK"]

# Seconds until a message is tried again for which EVENTS promises room that there is not: a ROUTER with
# ROUTER_MANDATORY is writable even if the peer in question is not.
_RETRY_AFTER = 0.01

_get_running_loop = asyncio._get_running_loop

#: A message to be sent: what `send_multipart` was given, its parts, and the other arguments.
Outgoing = tuple[Any, Any, int, bool, bool, dict[str, Any]]


class SendQueue(deque[Outgoing]):
    """The messages to be sent, with the method of a :class:`queue.Queue` that programs have called on it."""

    def qsize(self) -> int:
        """Return how many there are."""
        return len(self)


class Turns:
    """The base of :class:`~zmq.eventloop.zmqstream.ZMQStream`, where its callbacks and its queue are.

    Parameters
    ----------
    socket : zmq.Socket
        What to receive from and to send with.
    original : zmq.Socket or None
        The socket that it shadows, which is closed with it.
    io_loop : tornado.ioloop.IOLoop or asyncio.AbstractEventLoop
        The loop.
    """

    io_loop: IOLoop | AbstractEventLoop
    messages_per_turn: int
    seconds_per_turn: float

    def __init__(
        self, socket: Socket[bytes], original: Socket[Any] | None, io_loop: IOLoop | AbstractEventLoop
    ) -> None:
        self._socket = socket
        self._original = original
        self.io_loop = io_loop
        self._loop = _asyncio_loop(io_loop)
        # Read now: a closed socket has none.
        self._fd = socket.fileno()
        self._send_queue = SendQueue()
        self._recv_callback: Callable[[Any], Any] | None = None
        self._recv_copy = True
        self._send_callback: Callable[[Any, Any], Any] | None = None
        self._close_callback: Callable[[], Any] | None = None
        # Tasks of callbacks that are coroutine functions: loops keep weak references only.
        self._tasks: set[Awaitable[Any]] = set()
        self._closed = False
        # Whether a turn is going on, whether one is scheduled, and the timer of one.
        self._in_turn = False
        self._scheduled = False
        # Whether errors are raised, to the caller of flush() or close(), instead of being logged.
        self._raising = False
        self._retry: asyncio.TimerHandle | None = None
        self._watch()

    # -- the loop

    def _watch(self) -> None:
        if isinstance(self.io_loop, IOLoop):
            self.io_loop.add_handler(self._socket, self._on_signal, IOLoop.READ)
            return
        try:
            self.io_loop.add_reader(self._fd, self._on_signal)
        except NotImplementedError:
            raise TypeError(
                f"{self.io_loop!r} cannot watch sockets; use tornado's IOLoop, which can on top of it, or a "
                "SelectorEventLoop"
            ) from None

    def _unwatch(self) -> None:
        if self._loop.is_closed():
            return
        if isinstance(self.io_loop, IOLoop):
            handlers: dict[int, tuple[Any, Any]] = getattr(self.io_loop, "handlers", {})
            watched = handlers.get(self._fd)
            # If the socket was closed by others, the number may be that of another one by now.
            if watched is None or watched[0] is self._socket:
                self.io_loop.remove_handler(self._fd)
        else:
            self.io_loop.remove_reader(self._fd)

    def _schedule(self) -> None:
        """Have a turn soon, unless one goes on: it ends only when the socket has nothing any more."""
        if self._scheduled or self._in_turn or self._closed:
            return
        loop = self._loop
        self._scheduled = True
        try:
            if _get_running_loop() is loop:
                loop.call_soon(self._on_schedule)
            else:
                loop.call_soon_threadsafe(self._on_schedule)
        except RuntimeError:
            # The loop is closed: nothing happens in it any more.
            self._scheduled = False

    def _on_schedule(self) -> None:
        self._scheduled = False
        self._on_signal()

    def _on_retry(self) -> None:
        self._retry = None
        self._on_signal()

    def _on_signal(self, *_: Any) -> None:
        """Handle events in a turn of the loop."""
        if self._in_turn or self._closed:
            return
        if self._socket.closed:
            self._lose_socket(in_turn=True)
            return
        self._in_turn = True
        more = True
        try:
            more = self._turn()
        finally:
            self._in_turn = False
            # Also after what leaves the loop, such as KeyboardInterrupt: the signal was taken.
            if more:
                self._schedule()

    def _handle_events(self, fd: Any = None, events: int = 0) -> None:  # noqa: ARG002  (as programs call it)
        """Handle events now. Not documented, but programs have called it after they used the socket themselves."""
        self._on_signal()

    def _turn(self) -> bool:
        """Receive and send until there is nothing left; return whether that was too much for one turn.

        The descriptor is edge-triggered: the last look at EVENTS must be after the last use of the socket.
        """
        left = self.messages_per_turn
        until = monotonic() + self.seconds_per_turn
        blocked = False
        while not self._closed:
            events = self._events()
            received = sent = 0
            if events & _POLLIN and self._recv_callback is not None:
                received = self._receive_one()
            # Receiving may have made room: a REP has some only then.
            if self._send_queue and not blocked and (received or events & _POLLOUT):
                sent = self._send_one()
                blocked = not sent and bool(events & _POLLOUT) and not self._closed
            if not received and not sent:
                if blocked and self._retry is None:
                    self._retry = self._loop.call_later(_RETRY_AFTER, self._on_retry)
                if not blocked or self._closed or not self._events() & _POLLIN or self._recv_callback is None:
                    return False
            left -= received + sent
            if left <= 0 or monotonic() > until:
                return not self._closed
        return False

    def _events(self) -> int:
        """The events of the socket; if its context is terminated, the stream is closed."""
        try:
            return self._socket._ready_events(_BOTH)
        except ContextTerminated:
            pass
        except ZMQError:
            # Closed by a callback.
            if not self._socket.closed:
                raise
            if not self._closed:
                self._lose_socket(in_turn=True)
            return 0
        gen_log.warning("Got events for stream %r after terminating context", self)
        self._end(None)
        return 0

    def _receive_one(self) -> int:
        """Give a message to the callback, or drop it if there is none; return how many it was."""
        try:
            if self._recv_copy:
                msg: Any = self._socket.recv_multipart(_DONTWAIT)
            else:
                msg = self._socket.recv_multipart(_DONTWAIT, copy=False)
        except (Again, ContextTerminated):
            return 0  # _events() sees the latter
        except Exception as error:
            self._fail(error)
            return 0
        callback = self._recv_callback
        if callback is not None:
            self._call(callback, msg)
        return 1

    def _send_one(self) -> int:
        """Send the first message of the queue; return 0 if there is no room.

        What cannot be sent is dropped. The callback gets a ZMQError in place of the tracker.
        """
        msg, parts, flags, copy, track, kwargs = self._send_queue[0]
        status: Any = None
        try:
            if kwargs or not copy:
                status = self._socket.send_multipart(parts, flags | _DONTWAIT, copy=copy, track=track, **kwargs)
            else:
                self._socket.send_multipart(parts, flags | _DONTWAIT)
        except (Again, ContextTerminated):
            return 0
        except ZMQError as error:
            if error.errno == _EFSM:
                return 0  # a REQ that has to receive first, or a REP
            gen_log.error("SEND Error: %s", error)
            status = error
        except Exception as error:
            self._send_queue.popleft()
            self._fail(error)
            return 1
        self._send_queue.popleft()
        callback = self._send_callback
        if callback is not None:
            self._call(callback, msg, status)
        return 1

    # -- closing

    def _lose_socket(self, in_turn: bool = False) -> None:
        """Close the stream after its socket was closed by other code."""
        self._release()
        try:
            warnings.warn(
                f"Unregistering FD {self._fd} after closing socket. This could result in unregistering handlers for "
                "the wrong socket. Please use stream.close() instead of closing the socket directly.",
                UserWarning,
                stacklevel=3,
            )
        finally:
            if in_turn:
                gen_log.warning("Got events for stream %r attached to closed socket: %s", self, ZMQError(_ENOTSOCK))
            self._tell_closed()

    def _release(self) -> None:
        self._closed = True
        self._send_queue.clear()
        self._recv_callback = self._send_callback = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._unwatch()

    def _end(self, linger: int | None) -> None:
        """Close the stream and its socket, and tell of it."""
        if self._closed:
            return
        self._release()
        self._socket.close(linger)
        if self._original is not None:
            self._original.close(linger)
        self._tell_closed()

    def _tell_closed(self) -> None:
        callback, self._close_callback = self._close_callback, None
        if callback is not None:
            self._call(callback)

    # -- calling back

    def _call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        try:
            result = callback(*arguments)
            if result is not None and isawaitable(result):
                self._follow(result)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._log("Uncaught exception in ZMQStream callback", error)
            if self._raising:
                raise
            self._tell_loop("Uncaught exception in ZMQStream callback", error)

    def _follow(self, result: Awaitable[Any]) -> None:
        """Let a coroutine run, and look at how it ends."""
        task = ensure_future(result, loop=self._loop)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._log("Uncaught exception in ZMQStream callback", error)
                self._tell_loop("Uncaught exception in ZMQStream callback", error)

    def _fail(self, error: Exception) -> None:
        """Raise an error of the socket to the caller of flush(), or log it in a turn of the loop."""
        if self._raising:
            raise error
        self._log("Uncaught exception in zmqstream callback", error)
        self._tell_loop("Uncaught exception in zmqstream callback", error)

    def _log(self, text: str, error: BaseException) -> None:
        # CancelledError, say, is no failure.
        if isinstance(error, Exception):
            gen_log.error(text, exc_info=error)

    def _tell_loop(self, text: str, error: BaseException) -> None:
        """Call the exception handler of the loop. The default one would only log the error again."""
        if self._loop.get_exception_handler() is not None or not isinstance(error, Exception):
            self._loop.call_exception_handler({"message": f"{text}, {self!r}", "exception": error})


def _asyncio_loop(io_loop: Any) -> AbstractEventLoop:
    loop = getattr(io_loop, "asyncio_loop", io_loop)
    if not isinstance(loop, AbstractEventLoop):
        raise TypeError(f"io_loop is a tornado IOLoop or an asyncio event loop, not {io_loop!r}")
    return loop
