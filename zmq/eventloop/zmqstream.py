"""ZMQStream: callbacks for what a socket receives and sends, on the event loop of tornado or asyncio."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import AbstractEventLoop, ensure_future
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from zmq._async.socket import AsyncSocket
from zmq.constants import _VALUES
from zmq.error import Again, ContextTerminated, ZMQError
from zmq.eventloop._tornado import IOLoop
from zmq.sugar import Frame, Poller, Socket
from zmq.utils import jsonapi

if TYPE_CHECKING:
    from typing import Literal, overload

    from typing_extensions import Buffer

    from zmq._tracker import MessageTracker
    from zmq.sugar.socket import _SocketContext

__all__ = ["ZMQStream"]

_POLLIN, _POLLOUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]
_BOTH = _POLLIN | _POLLOUT
_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_EFSM = _VALUES["Errno"]["EFSM"]

# Seconds until a message is tried again for which EVENTS promises room that there is not: a ROUTER with
# ROUTER_MANDATORY is writable even if the peer in question is not.
_RETRY_AFTER = 0.01

_get_running_loop = asyncio._get_running_loop


class ZMQStream:
    """Calls back when a socket has received a message, or sent one, in the thread and the turns of an event loop.

    Callbacks may be coroutine functions; each call is then a task of its own. What a callback raises goes to the
    exception handler of the event loop (``loop.set_exception_handler``; by default it is logged), and the stream lives
    on. So do errors of sending, such as EHOSTUNREACH, which concern one message.

    The methods of the socket that neither receive nor send are methods of the stream, too: ``stream.bind``,
    ``stream.setsockopt``. They, and ``stream.socket``, are to be preferred to the socket itself while the stream is in
    use: what uses the socket behind its back may take from it the signal that a message has come.

    Parameters
    ----------
    socket : zmq.Socket
        What to receive from and to send with. The stream closes it.
    io_loop : tornado.ioloop.IOLoop or asyncio.AbstractEventLoop, optional
        The loop; default: ``IOLoop.current()``, which is the one that runs, be it started by tornado or by asyncio.

    Raises
    ------
    TypeError
        If `socket` is no socket, or `io_loop` no loop.
    ZMQError
        ENOTSOCK if the socket is closed.
    ValueError
        If the loop has a stream with this socket, or with a shadow of it, already.

    Warns
    -----
    RuntimeWarning
        If `socket` is an asynchronous one, as that of :mod:`zmq.asyncio`: the stream then uses a :class:`zmq.Socket`
        that shadows it. Since 25.

    Not thread-safe: like its loop, it belongs to one thread. It may be made by another one before that. Coroutine
    functions as callbacks: since 25; asyncio's loops as `io_loop`: since 27.4.
    """

    #: Messages that are received and sent before other tasks of the loop get their turn. May be set, for all streams
    #: or for one. Added in 27.4.
    messages_per_turn: int = 128
    #: Seconds after which no further message is handled in this turn of the loop. May be set likewise. Added in 27.4.
    seconds_per_turn: float = 0.005

    io_loop: IOLoop | AbstractEventLoop

    def __init__(self, socket: Socket[Any], io_loop: IOLoop | AbstractEventLoop | None = None) -> None:
        if not isinstance(socket, Socket):
            raise TypeError(f"ZMQStream needs a zmq.Socket, not {socket!r}")
        self._original: Socket[Any] | None = None
        if isinstance(socket, AsyncSocket):
            warnings.warn(
                f"ZMQStream supports synchronous sockets only, and shadows {socket!r}; make one by "
                "context.socket(socket_type, socket_class=zmq.Socket), or zmq.Socket(socket)",
                RuntimeWarning,
                stacklevel=2,
            )
            self._original, socket = socket, Socket(socket)
        self.io_loop = IOLoop.current() if io_loop is None else io_loop
        self._loop = _asyncio_loop(self.io_loop)
        self._socket: Socket[bytes] = socket
        self._poller: Poller | None = None
        # Read now: a closed socket has none.
        self._fd = socket.fileno()
        self._send_queue: deque[_Outgoing] = deque()
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
        self._retry: asyncio.TimerHandle | None = None
        self._watch()

    if TYPE_CHECKING:
        # Of the socket, by __getattr__.

        @property
        def bind(self) -> Callable[[str | bytes], _SocketContext[Socket[bytes]]]: ...

        @property
        def connect(self) -> Callable[[str | bytes], _SocketContext[Socket[bytes]]]: ...

        @property
        def unbind(self) -> Callable[[str | bytes], None]: ...

        @property
        def disconnect(self) -> Callable[[str | bytes], None]: ...

        @property
        def bind_to_random_port(self) -> Callable[..., int]: ...

        @property
        def subscribe(self) -> Callable[[str | bytes], None]: ...

        @property
        def unsubscribe(self) -> Callable[[str | bytes], None]: ...

        @property
        def getsockopt(self) -> Callable[[int], Any]: ...

        @property
        def setsockopt(self) -> Callable[[int, Any], None]: ...

        @property
        def getsockopt_string(self) -> Callable[..., str]: ...

        @property
        def setsockopt_string(self) -> Callable[..., None]: ...

        @property
        def getsockopt_unicode(self) -> Callable[..., str]: ...

        @property
        def setsockopt_unicode(self) -> Callable[..., None]: ...

        @property
        def get_monitor_socket(self) -> Callable[..., Socket[bytes]]: ...

        @property
        def disable_monitor(self) -> Callable[[], None]: ...
    else:

        def __getattr__(self, name):
            """What else the socket has, but for what receives or sends."""
            socket = self.__dict__.get("_socket")
            if socket is None or name.startswith(("_", "recv", "send")):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            value = getattr(socket, name)
            # What uses the socket may find the signal of a message that the stream waits for.
            self._schedule()
            return value

    def __repr__(self) -> str:
        state = " closed" if self._closed else ""
        return f"<{type(self).__module__}.{type(self).__qualname__} of {self._socket!r}{state}>"

    @property
    def socket(self) -> Socket[bytes]:
        """The socket; None after the stream is closed."""
        if self._closed:
            return cast("Socket[bytes]", None)
        # Who asks for it is going to use it, and may find the signal of a message that the stream waits for.
        self._schedule()
        return self._socket

    @property
    def poller(self) -> Poller:
        """A poller of one's own; the stream makes no use of it."""
        if self._poller is None:
            self._poller = Poller()
        return self._poller

    # -- callbacks

    if TYPE_CHECKING:

        @overload
        def on_recv(self, callback: Callable[[list[bytes]], Any]) -> None: ...

        @overload
        def on_recv(self, callback: Callable[[list[bytes]], Any], copy: Literal[True]) -> None: ...

        @overload
        def on_recv(self, callback: Callable[[list[Frame]], Any], copy: Literal[False]) -> None: ...

        @overload
        def on_recv(
            self, callback: Callable[[list[Frame]], Any] | Callable[[list[bytes]], Any] | None, copy: bool = ...
        ) -> None: ...

    def on_recv(self, callback: Callable[[Any], Any] | None, copy: bool = True) -> None:
        """Call back for each message that is received. Until this is called, none is.

        Parameters
        ----------
        callback : callable or None
            Called with the list of frames of each message; may be a coroutine function. It replaces the one that was
            registered by this method or by :meth:`on_recv_stream`. None: receive no more, for the time being.
        copy : bool
            Whether the frames are bytes; otherwise, :class:`zmq.Frame` objects.

        Raises
        ------
        TypeError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        self._check_closed()
        self._recv_callback = _callable(callback)
        self._recv_copy = bool(copy)
        # What is there already gives no signal.
        self._schedule()

    if TYPE_CHECKING:

        @overload
        def on_recv_stream(self, callback: Callable[[ZMQStream, list[bytes]], Any]) -> None: ...

        @overload
        def on_recv_stream(self, callback: Callable[[ZMQStream, list[bytes]], Any], copy: Literal[True]) -> None: ...

        @overload
        def on_recv_stream(self, callback: Callable[[ZMQStream, list[Frame]], Any], copy: Literal[False]) -> None: ...

        @overload
        def on_recv_stream(
            self,
            callback: Callable[[ZMQStream, list[Frame]], Any] | Callable[[ZMQStream, list[bytes]], Any] | None,
            copy: bool = ...,
        ) -> None: ...

    def on_recv_stream(self, callback: Callable[[ZMQStream, Any], Any] | None, copy: bool = True) -> None:
        """Call back for each message that is received, with this stream as first argument.

        That lets several streams share a callback.

        Parameters
        ----------
        callback : callable or None
            Called with the stream and the list of frames; else as for :meth:`on_recv`.
        copy : bool
            As for :meth:`on_recv`.

        Raises
        ------
        TypeError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe. Added in 2.2.0.
        """
        given = _callable(callback)
        self.on_recv(None if given is None else lambda msg: given(self, msg), copy=copy)

    def stop_on_recv(self) -> None:
        """Receive no more, for the time being. What comes meanwhile waits in the socket.

        Raises
        ------
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        self.on_recv(None)

    def on_send(self, callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None) -> None:
        """Call back for each message that is sent.

        Parameters
        ----------
        callback : callable or None
            Called with the list of the frames that were sent and with what ``send_multipart`` of the socket returned: a
            :class:`zmq.MessageTracker` if it was sent with ``copy=False, track=True``, else None. May be a coroutine
            function. None: do not call back.

        Raises
        ------
        TypeError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        self._check_closed()
        self._send_callback = _callable(callback)

    def on_send_stream(self, callback: Callable[[ZMQStream, Sequence[Any], MessageTracker | None], Any] | None) -> None:
        """Call back for each message that is sent, with this stream as first argument.

        Parameters
        ----------
        callback : callable or None
            Called with the stream, the frames and the tracker; else as for :meth:`on_send`.

        Raises
        ------
        TypeError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe. Added in 2.2.0.
        """
        given = _callable(callback)
        self.on_send(None if given is None else lambda msg, status: given(self, msg, status))

    def stop_on_send(self) -> None:
        """Call back no more for messages that are sent.

        Raises
        ------
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        self.on_send(None)

    def on_err(self, callback: Callable[..., Any] | None) -> None:  # noqa: ARG002  (as documented)
        """Do nothing.

        Parameters
        ----------
        callback : callable or None
            Never called.

        Warns
        -----
        DeprecationWarning
            Deprecated since 2.2.0: there are no error events. What goes wrong goes to the loop's exception handler.

        Not thread-safe.
        """
        warnings.warn("ZMQStream.on_err() is deprecated: it does nothing", DeprecationWarning, stacklevel=2)

    def stop_on_err(self) -> None:
        """Do nothing.

        Warns
        -----
        DeprecationWarning
            Deprecated since 2.2.0, like :meth:`on_err`.

        Not thread-safe.
        """
        warnings.warn("ZMQStream.stop_on_err() is deprecated: it does nothing", DeprecationWarning, stacklevel=2)

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Call back when the stream is closed.

        Parameters
        ----------
        callback : callable or None
            Called without arguments; may be a coroutine function. None: do not call back.

        Raises
        ------
        TypeError
            If `callback` cannot be called.

        Not thread-safe.
        """
        self._close_callback = _callable(callback)

    # -- sending

    def send(
        self,
        msg: Buffer,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send a message of one frame, when the loop gets its turn and the socket has room.

        Parameters
        ----------
        msg : bytes-like or Frame
            The frame.
        flags, copy, track, callback, **kwargs
            As for :meth:`send_multipart`.

        Raises
        ------
        TypeError
            If `msg` cannot be sent.
        OSError
            If the stream is closed.

        Not thread-safe. `copy` has been True by default since 2.2.0. See zmq_msg_send(3).
        """
        self.send_multipart([msg], flags=flags, copy=copy, track=track, callback=callback, **kwargs)

    def send_multipart(
        self,
        msg: Sequence[Buffer],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send a message, when the loop gets its turn and the socket has room. See also :meth:`flush`.

        Messages are sent in order. There is no limit to those that wait.

        Parameters
        ----------
        msg : sequence of bytes-like objects and Frames
            The frames.
        flags : int
            0 or ``zmq.SNDMORE``.
        copy, track : bool
            As for ``zmq.Socket.send_multipart``: with ``copy=False``, the frames are not to be changed until they are
            sent; with ``track=True`` besides, the callback gets a tracker.
        callback : callable, optional
            Registered first, as by :meth:`on_send`.
        **kwargs
            ``routing_id`` and ``group``, as for ``zmq.Socket.send_multipart``.

        Raises
        ------
        TypeError, ValueError
            If one of the frames cannot be sent, or if there is none; nothing is sent then.
        OSError
            If the stream is closed.

        Not thread-safe. See zmq_msg_send(3).
        """
        self._check_closed()
        parts = list(msg)
        if not parts:
            raise ValueError("a message has at least one part: msg is empty")
        for index, part in enumerate(parts):
            if type(part) is not bytes and not isinstance(part, Frame):
                _check_part(index, part)
        if callback is not None:
            self.on_send(callback)
        self._send_queue.append((parts, flags | _DONTWAIT, copy, track, kwargs))
        if not self._scheduled and not self._in_turn:
            self._schedule()

    def send_string(
        self,
        u: str,
        flags: int = 0,
        encoding: str = "utf-8",
        callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send a text as a message of one frame.

        Parameters
        ----------
        u : str
            The text.
        encoding : str
            To encode it with.
        flags, callback, **kwargs
            As for :meth:`send`.

        Raises
        ------
        TypeError
            If `u` is no str.
        OSError
            If the stream is closed.

        Not thread-safe. As `send_unicode`, it has been there before 2.2.0.
        """
        if not isinstance(u, str):
            raise TypeError(f"expected str, not {u!r}; use send()")
        self.send(u.encode(encoding), flags=flags, callback=callback, **kwargs)

    send_unicode = send_string

    def send_json(
        self,
        obj: Any,
        flags: int = 0,
        callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send an object as JSON.

        Parameters
        ----------
        obj : object
            What JSON can represent.
        flags, callback
            As for :meth:`send`.
        **kwargs
            ``copy``, ``track``, ``routing_id`` and ``group`` as for :meth:`send`; others for :func:`json.dumps`.

        Raises
        ------
        TypeError, ValueError
            If JSON cannot represent `obj`.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        options = {name: kwargs.pop(name) for name in ("copy", "track", "routing_id", "group") if name in kwargs}
        self.send(jsonapi.dumps(obj, **kwargs), flags=flags, callback=callback, **options)

    def send_pyobj(
        self,
        obj: Any,
        flags: int = 0,
        protocol: int = -1,
        callback: Callable[[Sequence[Any], MessageTracker | None], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send an object as pickle.

        Parameters
        ----------
        obj : object
            What can be pickled.
        protocol : int
            Of pickle; -1: the highest.
        flags, callback, **kwargs
            As for :meth:`send`.

        Raises
        ------
        pickle.PicklingError, TypeError
            If `obj` cannot be pickled.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        import pickle  # noqa: PLC0415

        self.send(pickle.dumps(obj, protocol), flags=flags, callback=callback, **kwargs)

    def sending(self) -> bool:
        """Tell whether messages wait for being sent.

        Not thread-safe.
        """
        return bool(self._send_queue)

    def receiving(self) -> bool:
        """Tell whether messages are received, that is, whether there is a callback for them.

        Not thread-safe.
        """
        return self._recv_callback is not None

    def flush(self, flag: int = _BOTH, limit: int | None = None) -> int:
        """Receive what is there, and send what waits, now, ahead of everything else in the loop.

        Messages are given to the callbacks. If there is none for what is received, it is dropped: that is a way to get
        rid of it.

        Parameters
        ----------
        flag : int
            ``zmq.POLLIN`` to receive, ``zmq.POLLOUT`` to send, or both.
        limit : int, optional
            Number of messages to return after, received and sent together; default: no limit.

        Returns
        -------
        int
            How many messages were received and sent.

        Raises
        ------
        OSError
            If the stream is closed.

        Not thread-safe. Until 27.4, a `limit` of 0 was none.
        """
        self._check_closed()
        count = 0
        blocked = False
        try:
            while limit is None or count < limit:
                events = 0 if self._closed else self._events()
                before = count
                if flag & events & _POLLIN:
                    count += self._receive_one()
                    if limit is not None and count >= limit:
                        break
                if flag & _POLLOUT and self._send_queue and not blocked:
                    if self._send_one():
                        count += 1
                    else:
                        blocked = True
                if count == before:
                    break
        finally:
            self._schedule()
        return count

    # -- closing

    def close(self, linger: int | None = None) -> None:
        """Close the stream and its socket. Closing it again does nothing.

        What waits for being sent is handed to the socket, as far as that has room; LINGER decides what becomes of it.
        Then the close callback is called.

        Parameters
        ----------
        linger : int, optional
            Milliseconds, set as LINGER; -1: no limit.

        Raises
        ------
        TypeError
            If `linger` is no int; the stream is open then.

        Not thread-safe. See zmq_close(3).
        """
        if self._closed:
            return
        if linger is not None and not hasattr(linger, "__index__"):
            raise TypeError(f"linger is an int, milliseconds, or None, not {linger!r}")
        if not self._socket.closed:
            with suppress(ContextTerminated):
                while self._send_queue and self._send_one():
                    pass
        # A callback of those may have closed it.
        if not self._closed:
            self._release()
            self._socket.close(linger)
            if self._original is not None:
                self._original.close(linger)
            self._tell_closed()

    def closed(self) -> bool:
        """Tell whether the stream is closed.

        Warns
        -----
        UserWarning
            If the socket was closed, but not by the stream. The stream is closed then, too.

        Not thread-safe.
        """
        if not self._closed and self._socket.closed:
            self._lose_socket()
        return self._closed

    def _check_closed(self) -> None:
        if self._closed or self.closed():
            raise OSError("Stream is closed")

    def _lose_socket(self) -> None:
        """Close the stream after somebody else has closed its socket."""
        self._release()
        try:
            warnings.warn(
                f"the socket of {self!r} was closed by others; use stream.close(), since its descriptor may be that of "
                "something else by now",
                UserWarning,
                stacklevel=3,
            )
        finally:
            self._tell_closed()

    def _release(self) -> None:
        self._closed = True
        self._send_queue.clear()
        self._recv_callback = self._send_callback = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._unwatch()

    def _tell_closed(self) -> None:
        callback, self._close_callback = self._close_callback, None
        if callback is not None:
            self._call(callback)

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
            self._lose_socket()
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
            self.closed()
            return 0
        try:
            warnings.warn(f"{self!r} is closed, since its context is terminated", RuntimeWarning, stacklevel=2)
        finally:
            self._send_queue.clear()
            self.close()
        return 0

    def _receive_one(self) -> int:
        """Give a message to the callback, or drop it if there is none; return how many it was."""
        try:
            msg: Any = self._socket.recv_multipart(_DONTWAIT, self._recv_copy)
        except Again:
            return 0
        except ZMQError as error:
            if isinstance(error, ContextTerminated):
                return 0  # _events() is going to see it
            self._report("cannot receive", error)
            return 0
        callback = self._recv_callback
        if callback is not None:
            self._call(callback, msg)
        return 1

    def _send_one(self) -> int:
        """Send the first message that waits; return 0 if there is no room."""
        parts, flags, copy, track, kwargs = self._send_queue[0]
        status = None
        try:
            if kwargs or not copy:
                status = self._socket.send_multipart(parts, flags, copy, track, **kwargs)
            else:
                self._socket.send_multipart(parts, flags)
        except Again:
            return 0
        except ContextTerminated:
            return 0
        except ZMQError as error:
            if error.errno == _EFSM:
                return 0  # a REQ that has to receive first, or a REP
            self._drop(parts, error)
            return 1
        except Exception as error:
            self._drop(parts, error)
            return 1
        self._send_queue.popleft()
        callback = self._send_callback
        if callback is not None:
            self._call(callback, parts, status)
        return 1

    def _drop(self, parts: list[Any], error: Exception) -> None:
        self._send_queue.popleft()
        self._report(f"cannot send a message of {len(parts)} frames, which is dropped", error)

    # -- calling back

    def _call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        try:
            result = callback(*arguments)
            if result is not None and isawaitable(result):
                self._follow(result)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._report(f"exception in callback {callback!r}", error)

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
                self._report("exception in a callback's coroutine", error)

    def _report(self, what: str, error: BaseException) -> None:
        self._loop.call_exception_handler({"message": f"{what}, {self!r}", "exception": error})


if TYPE_CHECKING:
    _Outgoing = tuple[list[Any], int, bool, bool, dict[str, Any]]


def _asyncio_loop(io_loop: Any) -> AbstractEventLoop:
    loop = getattr(io_loop, "asyncio_loop", io_loop)
    if not isinstance(loop, AbstractEventLoop):
        raise TypeError(f"io_loop is a tornado IOLoop or an asyncio event loop, not {io_loop!r}")
    return loop


def _callable(callback: Any) -> Any:
    if callback is not None and not callable(callback):
        raise TypeError(f"a callback is callable, or None, but this is not: {callback!r}")
    return callback


def _check_part(index: int, part: Any) -> None:
    try:
        memoryview(part).release()
    except TypeError as error:
        advice = "; encode it, or use send_string()" if isinstance(part, str) else ""
        raise TypeError(f"part {index} of the message, {part!r}, cannot be sent: {error}{advice}") from None
