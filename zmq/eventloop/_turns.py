"""What a stream does when its socket is ready: it receives, sends and calls back."""

from __future__ import annotations

import warnings
from asyncio import AbstractEventLoop, ensure_future
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from time import monotonic
from typing import TYPE_CHECKING, Any

from zmq._async.ports import AsyncioPort
from zmq._async.readiness import IN, MORE, OUT, PROGRESS, SETTLED, VAIN, budget, readiness
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import Again, ContextTerminated, ZMQError
from zmq.eventloop._tornado import gen_log
from zmq.sugar import Socket

if TYPE_CHECKING:
    import asyncio

    from zmq._async.readiness import Readiness, WaitQueue

_BOTH = IN | OUT
_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_EFSM, _ENOTSOCK = _VALUES["Errno"]["EFSM"], _VALUES["Errno"]["ENOTSOCK"]

# Seconds after which no further message is handled before the rest of the loop runs: callbacks may be slow.
_TIME_LIMIT = 0.005

#: A message to be sent: what `send_multipart` was given, its parts, and the other arguments.
Outgoing = tuple[Any, Any, int, bool, bool, dict[str, Any]]


class SendQueue(deque[Outgoing]):
    """The messages to be sent, with the method of a :class:`queue.Queue` that programs have called on it."""

    def qsize(self) -> int:
        """Return how many there are."""
        return len(self)


class Turns:
    """What a stream does, and where it waits: in the queue of its socket, until it is closed.

    It is an object of its own since attributes of the stream, which has those of the socket, too, are slow to find.

    Parameters
    ----------
    stream : ZMQStream
        The stream.
    socket : zmq.Socket
        What to receive from and to send with.
    original : zmq.Socket or None
        The socket that it shadows, which is closed with it.
    loop : asyncio.AbstractEventLoop
        The loop.
    """

    __slots__ = (
        *("_fd", "_gives_way", "_loop", "_name", "_original", "_queue", "_raising", "_readiness", "_stream", "_tasks"),
        *("close_callback", "closed", "in_turn", "recv_callback", "recv_copy", "send_callback", "send_queue"),
        *("_wanted", "socket", "used"),
    )

    #: The libzmq socket, and the object that it is used by.
    socket: SocketBase | None
    used: Socket[bytes]
    _original: Socket[Any] | None
    _readiness: Readiness
    _queue: WaitQueue
    # For the warning, when the socket is closed and has none.
    _fd: int
    # The events that it waits for.
    _wanted: int

    def __init__(
        self, stream: Any, socket: Socket[bytes], original: Socket[Any] | None, loop: AbstractEventLoop
    ) -> None:
        self._loop = loop
        self._name = f"{type(stream).__module__}.{type(stream).__qualname__}"
        self.send_queue = SendQueue()
        self.recv_callback: Callable[[Any], Any] | None = None
        self.recv_copy = True
        self.send_callback: Callable[[Any, Any], Any] | None = None
        self.close_callback: Callable[[], Any] | None = None
        # Tasks of callbacks that are coroutine functions: loops keep weak references only.
        self._tasks: set[Awaitable[Any]] = set()
        # Whether the wake-up handles messages.
        self.in_turn = False
        # Whether what else waits for messages comes first this time.
        self._gives_way = False
        # Whether errors are raised, to the caller of flush() or close(), instead of being logged.
        self._raising = False
        self.closed = True
        self.enter(stream, socket, original)

    def __repr__(self) -> str:
        return f"<{self._name} of {self.used!r}{' closed' if self.closed else ''}>"

    # -- waiting

    def enter(self, stream: Any, socket: Socket[bytes], original: Socket[Any] | None) -> None:
        """Wait for a socket, and no more for the one before."""
        fd = socket.fileno()
        # An object that wraps a socket is none itself.
        base = socket if isinstance(socket, SocketBase) else Socket.shadow(socket.underlying)
        ready = readiness(base)
        queue = ready.queue(self._loop, AsyncioPort)
        if any(isinstance(waiter, Turns) and waiter is not self for waiter in queue.watchers):
            raise ValueError(f"fd {fd} added twice: the loop has another stream of {socket!r}")
        if not self.closed:
            self._queue.dismiss(self)
        self.socket, self.used, self._original = base, socket, original
        self._fd, self._readiness, self._queue = fd, ready, queue
        # Kept alive by its loop until it is closed.
        self._stream = stream
        self._wanted = 0
        self.closed = False
        queue.add_watcher(self, 0)
        self.expect()

    def expect(self) -> None:
        """Wait for messages if there is a callback for them, and for room if a message is to be sent."""
        wanted = (IN if self.recv_callback is not None else 0) | (OUT if self.send_queue else 0)
        if wanted != self._wanted and not self.closed and not self.in_turn:
            self._wanted = wanted
            self._queue.expect(self, wanted)

    def handle_events(self) -> None:
        """Handle events now."""
        if not self.closed:
            self._queue.wake_now()

    def done(self) -> bool:
        """Tell that it waits: it leaves the queue by itself."""
        return False

    def serve(self, events: int) -> int:
        """Receive and send until nothing is left, or until the loop is to run: see :mod:`zmq._async.readiness`."""
        left, until = 0, 0.0
        outcome = VAIN
        if self._gives_way:
            self._gives_way = False
            if events & IN and (self._readiness.waiting & IN or len(self._queue.watchers) > 1):
                return VAIN
        self.in_turn = True
        try:
            while True:
                count = 0
                if events & IN and self.recv_callback is not None:
                    count = self._receive_one()
                # Receiving may have made room: a REP has some only then.
                if self.send_queue and (count or events & OUT):
                    count += self._send_one()
                if not count:
                    return outcome
                outcome = PROGRESS
                if self._readiness.waiting or len(self._queue.watchers) > 1:
                    # Each message goes to one of them, in turn.
                    self._gives_way = True
                    return outcome
                wanted = (IN if self.recv_callback is not None else 0) | (OUT if self.send_queue else 0)
                if not wanted:
                    return outcome  # it may be closed
                events = self._readiness.events() & wanted
                if not events:
                    return SETTLED
                if not until:
                    left = budget.limit
                    until = monotonic() + _TIME_LIMIT
                left -= count
                if left <= 0 or monotonic() > until:
                    return MORE
        finally:
            self.in_turn = False
            if self.send_queue or self._wanted != IN or self.recv_callback is None:
                self.expect()

    def fail(self, error: BaseException) -> None:
        """Close the stream, since its socket cannot be used any more."""
        if self.closed:
            return
        if isinstance(error, ContextTerminated):
            gen_log.warning("Got events for stream %r after terminating context", self)
            self._end(None)
        else:
            self.lose_socket(in_turn=True)

    def end(self) -> None:
        """Note that other code has closed the socket. Closes the stream soon if messages are queued for sending."""
        if self.send_queue:
            with suppress(RuntimeError):  # the loop is closed
                self._queue.port.call_soon(self._look_for_socket)

    def _look_for_socket(self) -> None:
        if not self.closed and self.used.closed:
            self.lose_socket(in_turn=True)

    def _events(self) -> int:
        """The events of the socket, 0 if it was closed or terminated, and with it the stream."""
        try:
            return self.used._ready_events(_BOTH)
        except ZMQError as error:
            if not isinstance(error, ContextTerminated) and not self.used.closed:
                raise
            self.fail(error)
        return 0

    # -- receiving and sending

    def _receive_one(self) -> int:
        """Give a message to the callback, or drop it if there is none; return how many it was."""
        try:
            if self.recv_copy:
                msg: Any = self.used.recv_multipart(_DONTWAIT)
            else:
                msg = self.used.recv_multipart(_DONTWAIT, copy=False)
        except (Again, ContextTerminated):
            return 0  # the next look at the events finds the latter
        except Exception as error:
            self._report(error)
            return 0
        callback = self.recv_callback
        if callback is not None:
            self._call(callback, msg)
        return 1

    def _send_one(self) -> int:
        """Send the first message of the queue; return 0 if there is no room.

        What cannot be sent is dropped. The callback gets a ZMQError in place of the tracker.
        """
        msg, parts, flags, copy, track, kwargs = self.send_queue[0]
        status: Any = None
        try:
            if kwargs or not copy:
                status = self.used.send_multipart(parts, flags | _DONTWAIT, copy=copy, track=track, **kwargs)
            else:
                self.used.send_multipart(parts, flags | _DONTWAIT)
        except (Again, ContextTerminated):
            return 0
        except ZMQError as error:
            if error.errno == _EFSM:
                return 0  # a REQ that has to receive first, or a REP
            gen_log.error("SEND Error: %s", error)
            status = error
        except Exception as error:
            self.send_queue.popleft()
            self._report(error)
            return 1
        self.send_queue.popleft()
        callback = self.send_callback
        if callback is not None:
            self._call(callback, msg, status)
        return 1

    # -- out of turn

    def flush(self, flag: int, limit: int | None) -> int:
        """Receive and send now, as the stream's method of this name."""
        count = 0
        blocked = False
        raising, self._raising = self._raising, True
        try:
            while limit is None or count < limit:
                events = 0 if self.closed else self._events()
                before = count
                if flag & events & IN:
                    count += self._receive_one()
                    if limit is not None and count >= limit:
                        break
                if flag & OUT and self.send_queue and not blocked:
                    if self._send_one():
                        count += 1
                    else:
                        blocked = True
                if count == before:
                    break
        finally:
            self._raising = raising
            self.expect()
        return count

    def close(self, linger: int | None) -> None:
        """Send what is queued as far as there is room, and close the stream."""
        raising, self._raising = self._raising, False
        try:
            with suppress(ContextTerminated):
                # Not what callbacks add.
                for _ in range(len(self.send_queue)):
                    if not self.send_queue or not self._send_one():
                        break
            # A callback of those may have closed it.
            if not self.closed:
                self._raising = True
                self._end(linger)
        finally:
            self._raising = raising

    # -- closing

    def lose_socket(self, in_turn: bool = False) -> None:
        """Close the stream after its socket was closed by other code."""
        self.release()
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

    def release(self) -> None:
        self.closed = True
        self.send_queue.clear()
        self.recv_callback = self.send_callback = None
        self._queue.dismiss(self)
        self._stream = None

    def _end(self, linger: int | None) -> None:
        """Close the stream and its socket, and tell of it."""
        if self.closed:
            return
        self.release()
        (self._original or self.used).close(linger)
        self._tell_closed()

    def _tell_closed(self) -> None:
        callback, self.close_callback = self.close_callback, None
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

    def _report(self, error: Exception) -> None:
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


def asyncio_loop(io_loop: Any) -> AbstractEventLoop:
    """Return the loop of asyncio that a loop of tornado runs on, or the loop itself.

    Parameters
    ----------
    io_loop : tornado.ioloop.IOLoop or asyncio.AbstractEventLoop
        The loop.

    Raises
    ------
    TypeError
        If it is neither.
    """
    loop = getattr(io_loop, "asyncio_loop", io_loop)
    if not isinstance(loop, AbstractEventLoop):
        raise TypeError(f"io_loop is a tornado IOLoop or an asyncio event loop, not {io_loop!r}")
    return loop
