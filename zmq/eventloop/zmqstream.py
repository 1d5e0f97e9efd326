"""ZMQStream: callbacks for what a socket receives and sends, on the event loop of tornado or asyncio."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from zmq._async.socket import AsyncSocket
from zmq._numbers import as_index, to_int
from zmq.backend import PYZMQ_DRAFT_API
from zmq.error import ZMQError
from zmq.eventloop._tornado import IOLoop, gen_log
from zmq.eventloop._turns import _BOTH, _ENOTSOCK, SendQueue, Turns, asyncio_loop
from zmq.sugar import Frame, Poller, Socket
from zmq.utils import jsonapi

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from typing import Literal, overload

    from typing_extensions import Buffer

    from zmq._tracker import MessageTracker
    from zmq.sugar.socket import _SocketContext

__all__ = ["ZMQStream", "gen_log"]

# Arguments that send_multipart() passes on.
_SENT_OPTIONS = ("routing_id", "group") if PYZMQ_DRAFT_API else ()

# Methods of the socket that dir() lists for a stream.
_SOCKET_METHODS = (
    "bind",
    "bind_to_random_port",
    "connect",
    "getsockopt",
    "getsockopt_string",
    "getsockopt_unicode",
    "setsockopt",
    "setsockopt_string",
    "setsockopt_unicode",
)


class ZMQStream:
    """Calls back when a socket has received a message, or sent one, in the thread and the turns of an event loop.

    Callbacks may be coroutine functions; each call is then a task of its own. What a callback raises is logged to
    ``tornado.general`` and passed to the exception handler of the event loop, if the program has set one
    (``loop.set_exception_handler``); the stream goes on. In :meth:`flush` and :meth:`close`, it is raised. A message
    that cannot be sent is dropped: libzmq's errors, such as EHOSTUNREACH, are logged and given to the callback of
    :meth:`on_send`; others, such as TypeError, are treated like those of callbacks.

    The methods of the socket that neither receive nor send are methods of the stream, too: ``stream.bind``,
    ``stream.setsockopt``. The socket, its shadows and asynchronous objects for it may be used besides.

    Parameters
    ----------
    socket : zmq.Socket
        What to receive from and to send with. The stream closes it.
    io_loop : tornado.ioloop.IOLoop or asyncio.AbstractEventLoop, optional
        The loop; default: ``IOLoop.current()``, which is the one that runs, be it started by tornado or by asyncio.

    Raises
    ------
    TypeError
        If `socket` is no socket, nor an object that wraps one, or `io_loop` no loop.
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

    def __init__(self, socket: Socket[Any], io_loop: IOLoop | AbstractEventLoop | None = None) -> None:
        # An object that wraps a socket has its attributes. Those of a closed socket raise ENOTSOCK.
        if not hasattr(socket, "FD"):
            raise TypeError(f"ZMQStream needs a zmq.Socket, not {socket!r}")
        original: Socket[Any] | None = None
        if isinstance(socket, AsyncSocket):
            warnings.warn(
                f"ZMQStream only supports the base zmq.Socket class. It uses one that shadows {socket!r}; make one "
                "by context.socket(socket_type, socket_class=zmq.Socket), or zmq.Socket(socket)",
                RuntimeWarning,
                stacklevel=2,
            )
            original, socket = socket, Socket(socket)
        self._poller: Poller | None = None
        #: The loop.
        self.io_loop: IOLoop | AbstractEventLoop = IOLoop.current() if io_loop is None else io_loop
        self._turns = Turns(self, socket, original, asyncio_loop(self.io_loop))

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
            turns = self.__dict__.get("_turns")
            if turns is None or name.startswith(("_", "recv", "send")):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            try:
                return getattr(turns.used, name)
            except AttributeError:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_SOCKET_METHODS]

    def __repr__(self) -> str:
        return repr(self._turns)

    # -- names that are not documented, but that programs use

    @property
    def _recv_callback(self) -> Callable[[Any], Any] | None:
        return self._turns.recv_callback

    @property
    def _send_queue(self) -> SendQueue:
        return self._turns.send_queue

    def _handle_events(self, fd: Any = None, events: int = 0) -> None:  # noqa: ARG002  (as programs call it)
        """Handle events now."""
        self._turns.handle_events()

    # -- the socket

    @property
    def socket(self) -> Socket[bytes]:
        """The socket; None after the stream is closed. May be set.

        Another socket is used from then on; with None, the stream is closed, but its socket is not.
        """
        return cast("Socket[bytes]", None) if self._turns.closed else self._turns.used

    @socket.setter
    def socket(self, socket: Socket[Any] | None) -> None:
        if socket is None:
            if not self._turns.closed:
                self._turns.release()
        else:
            self._turns.enter(self, socket, None)

    @property
    def poller(self) -> Poller:
        """A poller of one's own; the stream makes no use of it. May be set."""
        if self._poller is None:
            self._poller = Poller()
        return self._poller

    @poller.setter
    def poller(self, poller: Poller) -> None:
        self._poller = poller

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
        AssertionError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        turns = self._open_turns()
        turns.recv_callback = _callable(callback)
        turns.recv_copy = bool(copy)
        turns.expect()

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
        AssertionError
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
            Called with the frames, as they were given to :meth:`send_multipart`, and with what ``send_multipart`` of
            the socket returned: a :class:`zmq.MessageTracker` if it was sent with ``copy=False, track=True``, else
            None. If libzmq has refused the message, that is the :class:`zmq.ZMQError` instead. May be a coroutine
            function. None: do not call back.

        Raises
        ------
        AssertionError
            If `callback` cannot be called.
        OSError
            If the stream is closed.

        Not thread-safe.
        """
        turns = self._open_turns()
        turns.send_callback = _callable(callback)

    def on_send_stream(self, callback: Callable[[ZMQStream, Sequence[Any], MessageTracker | None], Any] | None) -> None:
        """Call back for each message that is sent, with this stream as first argument.

        Parameters
        ----------
        callback : callable or None
            Called with the stream, the frames and the tracker; else as for :meth:`on_send`.

        Raises
        ------
        AssertionError
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
        """Log a warning, and do nothing else. Deprecated since 2.2.0: there are no error events.

        Parameters
        ----------
        callback : callable or None
            Never called.

        Not thread-safe.
        """
        gen_log.warning("on_err does nothing, and will be removed")

    def stop_on_err(self) -> None:
        """Log a warning, and do nothing else. Deprecated since 2.2.0, like :meth:`on_err`.

        Not thread-safe.
        """
        gen_log.warning("on_err does nothing, and will be removed")

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Call back when the stream is closed.

        Parameters
        ----------
        callback : callable or None
            Called without arguments; may be a coroutine function. None: do not call back.

        Raises
        ------
        AssertionError
            If `callback` cannot be called.

        Not thread-safe.
        """
        self._turns.close_callback = _callable(callback)

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
            ``routing_id`` and ``group``, as for ``zmq.Socket.send_multipart``, in builds with libzmq's draft API.
            Others are ignored.

        Raises
        ------
        AssertionError
            If `callback` cannot be called; nothing is sent then.
        OSError
            If the stream is closed.

        A message that cannot be sent, such as one of ``str``, is found when its turn comes: in :meth:`flush`, the error
        is raised; in the loop, it is logged.

        Not thread-safe. See zmq_msg_send(3).
        """
        turns = self._open_turns()
        if callback is not None:
            self.on_send(callback)
        flags = as_index(flags)
        # A copy, since the caller may change the list before it is sent.
        parts = list(msg) if hasattr(msg, "__iter__") else msg
        if kwargs:
            kwargs = {name: kwargs[name] for name in _SENT_OPTIONS if name in kwargs}
        turns.send_queue.append((msg, parts, flags, copy, track, kwargs))
        if not turns.in_turn:
            turns.expect()

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
        return bool(self._turns.send_queue)

    def receiving(self) -> bool:
        """Tell whether messages are received, that is, whether there is a callback for them.

        Not thread-safe.
        """
        return self._turns.recv_callback is not None

    def flush(self, flag: int = _BOTH, limit: int | None = None) -> int:
        """Receive what is there, and send what waits, now, ahead of everything else in the loop.

        Messages are given to the callbacks. If there is none for what is received, it is dropped: that is a way to get
        rid of it.

        Parameters
        ----------
        flag : int
            ``zmq.POLLIN`` to receive, ``zmq.POLLOUT`` to send, or both.
        limit : int, optional
            Number of messages to return after, received and sent together; default, and 0: no limit.

        Returns
        -------
        int
            How many messages were received and sent.

        Raises
        ------
        OSError
            If the stream is closed.
        Exception
            What a callback raises, and what ``send_multipart`` of the socket raises for a message that cannot be sent;
            that message is dropped.

        Not thread-safe.
        """
        return self._open_turns().flush(as_index(flag), as_index(limit) or None)

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
        Exception
            What the close callback raises; the stream is closed then.

        Warns
        -----
        UserWarning
            If the socket was closed, but not by the stream.

        Not thread-safe. See zmq_close(3).
        """
        if self._turns.closed:
            return
        if linger is not None:
            linger = to_int(linger)
        if not self.closed():
            self._turns.close(linger)

    def closed(self) -> bool:
        """Tell whether the stream is closed.

        Warns
        -----
        UserWarning
            If the socket was closed, but not by the stream. The stream is closed then, too.

        Not thread-safe.
        """
        turns = self._turns
        if not turns.closed and turns.used.closed:
            turns.lose_socket()
        return turns.closed

    def _open_turns(self) -> Turns:
        """Raise an error if the stream or its socket is closed."""
        turns = self._turns
        if turns.closed:
            raise OSError("Stream is closed")
        if turns.used.closed:
            raise ZMQError(_ENOTSOCK)
        return turns


def _callable(callback: Any) -> Any:
    if callback is not None and not callable(callback):
        raise AssertionError(f"a callback is callable, or None, but this is not: {callback!r}")
    return callback
