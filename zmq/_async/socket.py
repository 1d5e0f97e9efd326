"""The socket whose blocking methods return futures, for asyncio and what runs on it."""

# pyright: reportIncompatibleMethodOverride=false
# pyright: reportOverlappingOverload=false
# Futures, where a synchronous socket has results; and invariant, which makes the overloads seem to disagree.

from __future__ import annotations

import asyncio
import warnings
from asyncio import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from zmq._async.futures import Dispatch, Poll, Reception, Sent, completed, completed_soon, failed
from zmq._async.ports import AsyncioPort
from zmq._async.readiness import IN, OUT, WaitQueue, budget, readiness, spend
from zmq._numbers import as_index
from zmq._tracker import MessageTracker
from zmq.backend import Frame, compile_async
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import Again, ZMQError, _raise_for_part
from zmq.sugar.context import Context
from zmq.sugar.poll import milliseconds
from zmq.sugar.socket import Socket, _error_of_poll

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable
    from typing import Literal, overload

    from typing_extensions import Buffer


_T = TypeVar("_T")
_Self = TypeVar("_Self", bound="AsyncSocket")

_DONTWAIT, _SNDMORE = _VALUES["Flag"]["DONTWAIT"], _VALUES["Flag"]["SNDMORE"]
_RCVTIMEO: Any = _VALUES["SocketOption"]["RCVTIMEO"]
_SNDTIMEO: Any = _VALUES["SocketOption"]["SNDTIMEO"]
_POLLIN, _ENOTSOCK = _VALUES["PollEvent"]["POLLIN"], _VALUES["Errno"]["ENOTSOCK"]

if TYPE_CHECKING:
    _Base = Socket[Future[Any]]
else:
    _Base = Socket


class AsyncSocket(_Base):
    """A :class:`zmq.Socket` whose blocking methods return futures.

    ``async for message in socket`` receives multipart messages. It ends where the socket is found closed; if the socket
    is closed while it waits, it raises ZMQError (ENOTSOCK).

    Parameters
    ----------
    context, socket_type, shadow, copy_threshold
        As for :class:`zmq.Socket`; a socket in the place of `context` is shadowed.
    io_loop : object, optional
        Deprecated: the running loop is always used.
    _from_socket : Socket, optional
        As `shadow`, which is the name to use.

    Not thread-safe. See zmq_socket(3). Added in 15.0.
    """

    if TYPE_CHECKING:

        def __init__(
            self,
            context: Context[Any] | SocketBase | None = None,
            socket_type: int = -1,
            io_loop: Any = None,
            _from_socket: SocketBase | None = None,
            *,
            shadow: SocketBase | int = 0,
            copy_threshold: int | None = None,
        ) -> None: ...
    else:

        def __init__(self, context=None, socket_type=-1, io_loop=None, _from_socket=None, **kwargs):
            if io_loop is not None:
                warnings.warn(
                    "Socket(io_loop) argument is deprecated in pyzmq 22.2. "
                    "The currently active loop will always be used.",
                    DeprecationWarning,
                    stacklevel=2,
                )
            if _from_socket is not None:
                context = _from_socket
            super().__init__(context, socket_type, **kwargs)

    @classmethod
    def from_socket(cls: type[_Self], socket: SocketBase, io_loop: Any = None) -> _Self:
        """Make an asynchronous socket of another one; the same as :meth:`~zmq.Socket.shadow`.

        Parameters
        ----------
        socket : Socket
            The other one.
        io_loop : object, optional
            Deprecated: the running loop is always used.

        Returns
        -------
        Socket
        """
        return cls(socket, io_loop=io_loop)

    @property
    def _shadow_sock(self) -> Socket[bytes]:
        """A synchronous socket that uses the same libzmq socket, made at first use. Nothing here goes through it."""
        shadow: Socket[bytes] | None = self.__dict__.get("_shadow_sock")
        if shadow is None:
            shadow = self.__dict__["_shadow_sock"] = Socket.shadow(self)
        return shadow

    def _loop(self) -> AbstractEventLoop:
        """The loop that operations wait in."""
        loop = asyncio._get_running_loop()
        return asyncio.get_event_loop() if loop is None else loop

    def _get_loop(self) -> AbstractEventLoop:
        """Return the loop that operations wait in, by the name that it has had."""
        return self._loop()

    def _outside_loop(self) -> None:
        """Called where an operation may wait, though no event loop runs."""

    @property
    def _recv_futures(self) -> tuple[Any, ...]:
        """The futures that wait for a message, or for POLLIN; programs look whether there are any."""
        return self._futures(IN)

    @property
    def _send_futures(self) -> tuple[Any, ...]:
        """The futures that wait for room for a message, or for POLLOUT."""
        return self._futures(OUT)

    def _futures(self, events: int) -> tuple[Any, ...]:
        found: list[Any] = []
        for queue in readiness(self).queues:
            found += queue.receivers if events == IN else queue.senders
            found += (waiter for waiter, wanted in queue.watchers.items() if wanted & events)
        return tuple(found)

    def _queue(self, loop: AbstractEventLoop) -> WaitQueue:
        """What waits for the libzmq socket in a loop."""
        return readiness(self).queue(loop, AsyncioPort)

    # -- receiving

    def _receive(
        self,
        flags: int,
        multipart: bool,
        copy: bool = True,
        convert: Callable[[Any], Any] | None = None,
    ) -> Future[Any]:
        """Receive a frame or a message, and make something of it."""
        loop = self._loop()
        if type(flags) is not int:
            flags = as_index(flags)
        at_once = flags & _DONTWAIT
        if self.closed:
            raise ZMQError(_ENOTSOCK)
        ready = readiness(self)
        if not ready.waiting & IN:
            try:
                if spend():
                    taken = ready.take(multipart)
                    if taken is not None:
                        future = Reception(loop, self._queue(loop), self, multipart, copy, convert)
                        future.hold(*taken)
                        return future
                    message = None
                else:
                    message = self._try_recv(multipart, copy)
                if message is not None:
                    return completed(loop, message if convert is None else convert(message))
            except Exception as error:
                return failed(loop, error)
        if at_once:
            return failed(loop, Again())
        return self._wait_to_receive(loop, multipart, copy, convert)

    def _wait_to_receive(
        self,
        loop: AbstractEventLoop,
        multipart: bool,
        copy: bool = True,
        convert: Callable[[Any], Any] | None = None,
    ) -> Future[Any]:
        """Receive when something comes. The compiled ``recv`` calls this with two arguments."""
        timeout: int = self.get(_RCVTIMEO)
        if timeout == 0:
            return failed(loop, Again())
        if asyncio._get_running_loop() is None:
            self._outside_loop()
        ready = self._readiness
        # Mostly there is one loop.
        if ready is not None and ready.queues and ready.queues[0].port.loop is loop:
            queue = ready.queues[0]
        else:
            queue = self._queue(loop)
        future = Reception(loop, queue, self, multipart, copy, convert)
        queue.add_receiver(future)
        if timeout > 0:
            future.end_in(timeout / 1000)
        return future

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def recv(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> Future[bytes]: ...

        @overload
        def recv(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> Future[Frame]: ...

        @overload
        def recv(self, flags: int, copy: Literal[False], track: bool = ...) -> Future[Frame]: ...

        @overload
        def recv(self, flags: int = ..., copy: bool = ..., track: bool = ...) -> Future[bytes | Frame]: ...

        def recv(self, *args: Any, **kwargs: Any) -> Future[Any]: ...

        @overload  # type: ignore[override]
        def recv_multipart(
            self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...
        ) -> Future[list[bytes]]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., *, copy: Literal[False], track: bool = ...
        ) -> Future[list[Frame]]: ...

        @overload
        def recv_multipart(self, flags: int, copy: Literal[False], track: bool = ...) -> Future[list[Frame]]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., copy: bool = ..., track: bool = ...
        ) -> Future[list[bytes] | list[Frame]]: ...

        def recv_multipart(self, *args: Any, **kwargs: Any) -> Future[Any]: ...
    else:

        def recv(self, flags=0, copy=True, track=False):
            """Receive a single frame.

            Parameters
            ----------
            flags : int
                ``zmq.DONTWAIT``: a future that has failed with Again, if there is nothing.
            copy : bool
                Whether the result is bytes; else a Frame, whose content is not copied.
            track : bool
                Let the Frame have a tracker; without effect with ``copy=True``.

            Returns
            -------
            Future of bytes or Frame
                It fails with Again after RCVTIMEO milliseconds, and with other ZMQErrors as :meth:`zmq.Socket.recv`.
                If it is cancelled, the message is the next receiver's.

            Raises
            ------
            ZMQError
                ENOTSOCK if the socket is closed.
            RuntimeError
                If no event loop runs, or the socket is waited for in another one.

            Not thread-safe. See zmq_msg_recv(3).
            """
            return self._receive(flags, False, copy, None if copy or not track else _tracked_frame)

        def recv_multipart(self, flags=0, copy=True, track=False):
            """Receive all frames of one message.

            Parameters
            ----------
            flags, copy, track
                As for :meth:`recv`.

            Returns
            -------
            Future of list of bytes or list of Frame
                As of :meth:`recv`.

            Raises
            ------
            ZMQError, RuntimeError
                As :meth:`recv`.

            Not thread-safe. See zmq_msg_recv(3).
            """
            return self._receive(flags, True, copy, None if copy or not track else _tracked_frames)

    def recv_into(  # type: ignore[override]
        self, buffer: Buffer, /, *, nbytes: int = 0, flags: int = 0
    ) -> Future[int]:
        """Receive a single frame into memory of the caller's.

        Parameters
        ----------
        buffer : bytes-like
            A contiguous writable buffer. It is written to when the message comes. If the future is cancelled after
            that, the message is the next receiver's nevertheless.
        nbytes : int
            How many bytes to write at most; 0: as many as fit.
        flags : int
            As for :meth:`recv`.

        Returns
        -------
        Future of int
            Size of the message. If that is more than what fits, the rest is lost. It fails at once with BufferError if
            `buffer` is read-only or not contiguous, and with ValueError if `nbytes` is negative or more than `buffer`
            holds.

        Not thread-safe. See zmq_recv(3). Added in 27.
        """
        try:
            with memoryview(buffer) as view:
                if view.readonly or not view.c_contiguous:
                    raise BufferError(f"cannot receive into {buffer!r}: a writable contiguous buffer is needed")
                nbytes = as_index(nbytes)
                if not 0 <= nbytes <= view.nbytes:
                    raise ValueError(f"nbytes={nbytes} is not between 0 and the {view.nbytes} bytes of the buffer")
        except (BufferError, TypeError, ValueError) as error:
            return failed(self._loop(), error)
        return self._receive(flags, False, False, partial(_write_into, buffer, nbytes))

    def recv_string(  # type: ignore[override]
        self, flags: int = 0, encoding: str = "utf-8"
    ) -> Future[str]:
        """Receive a text, as :meth:`~zmq.Socket.send_string` sends it.

        Parameters
        ----------
        flags : int
            As for :meth:`recv`.
        encoding : str
            Of the text.

        Returns
        -------
        Future of str
            It fails with UnicodeDecodeError if the frame is no such text, which is lost then.

        Not thread-safe.
        """
        return self._receive(flags, False, True, partial(_decode, encoding))

    recv_unicode = recv_string  # type: ignore[assignment]

    def recv_json(  # type: ignore[override]
        self, flags: int = 0, **kwargs: Any
    ) -> Future[dict[str, Any] | list[Any] | str | int | float | None]:
        """Receive an object, as :meth:`send_json` sends it.

        Parameters
        ----------
        flags : int
            As for :meth:`recv`.
        **kwargs
            For :func:`json.loads`.

        Returns
        -------
        Future of dict, list, str, int, float, bool or None
            It fails with ValueError if the frame is no JSON, which is lost then.

        Not thread-safe.
        """
        from zmq.utils import jsonapi  # noqa: PLC0415

        return self._receive(flags, False, True, partial(jsonapi.loads, **kwargs))

    def recv_pyobj(self, flags: int = 0) -> Future[Any]:
        """Receive an object, as :meth:`~zmq.Socket.send_pyobj` sends it.

        Anyone who can send to this socket can run any code here: unpickling executes what the pickle says. Use this
        only with peers that are trusted and authenticated. :class:`zmq.utils.signing.Signer` verifies messages before
        it unpickles them; :attr:`~zmq.Socket.guard_pyobj` refuses unauthenticated peers on other machines.

        Parameters
        ----------
        flags : int
            As for :meth:`recv`.

        Returns
        -------
        Future of object
            It fails with UnpicklingError if the frame is no pickle, or refused by :attr:`~zmq.Socket.guard_pyobj`. The
            frame is lost then.

        Not thread-safe.
        """
        if self.guard_pyobj:
            from zmq.sugar._pyobj import load_guarded  # noqa: PLC0415

            return self._receive(flags, False, False, partial(load_guarded, self))
        import pickle  # noqa: PLC0415

        return self._receive(flags, False, True, pickle.loads)

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def recv_serialized(
            self, deserialize: Callable[[list[bytes]], _T], flags: int = ..., copy: Literal[True] = ...
        ) -> Future[_T]: ...

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[Frame]], _T], flags: int = ..., *, copy: Literal[False]
        ) -> Future[_T]: ...

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[Frame]], _T], flags: int, copy: Literal[False]
        ) -> Future[_T]: ...

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[bytes] | list[Frame]], _T], flags: int = ..., copy: bool = ...
        ) -> Future[_T]: ...

    def recv_serialized(self, deserialize: Callable[[list[Any]], _T], flags: int = 0, copy: bool = True) -> Future[_T]:
        """Receive an object, by a function that makes it of frames.

        Parameters
        ----------
        deserialize : callable
            Called with the list of frames, in the event loop.
        flags, copy
            As for :meth:`recv_multipart`.

        Returns
        -------
        Future of object
            What `deserialize` returns. It fails with what that raises, whereupon the message is lost.

        Not thread-safe. Added in 17.
        """
        return self._receive(flags, True, copy, partial(_deserialize, deserialize))

    def __aiter__(self: _Self) -> _Self:
        """Receive multipart messages: ``async for message in socket``. Added in 27.4."""
        return self

    async def __anext__(self) -> list[bytes]:
        if self.closed:
            raise StopAsyncIteration
        future = self.recv_multipart()
        try:
            return await future
        except asyncio.CancelledError:
            # Not the task was cancelled, but the socket was closed.
            if isinstance(future, Reception) and future.ended:
                raise ZMQError(_ENOTSOCK) from None
            raise

    # -- sending

    def _dispatch(
        self, call: Callable[..., Any], message: Any, flags: int, copy: bool, track: bool, kwargs: dict[str, Any]
    ) -> Future[Any]:
        """Send a frame or a message."""
        if type(flags) is not int:
            flags = as_index(flags)
        loop = self._loop()
        ready = readiness(self)
        in_message = ready.in_message
        owner = _task_of(loop) if in_message or flags & _SNDMORE else None
        # What continues a message cannot wait for others; what does not waits until it is complete.
        if (in_message and not ready.is_blocked_for(owner)) or (not in_message and not ready.waiting & OUT):
            try:
                result = call(self, message, flags | _DONTWAIT, copy, track, **kwargs)
            except Again as error:
                if flags & _DONTWAIT:
                    return failed(loop, error)
            except Exception as error:
                return failed(loop, error)
            else:
                if flags & _SNDMORE:
                    ready.began(owner)
                elif in_message:
                    ready.ended()
                return Sent.soon(loop, result) if spend() else completed(loop, result)
        elif flags & _DONTWAIT:
            return failed(loop, Again())
        return self._wait_to_send(loop, message, call is SocketBase.send_multipart, flags, copy, track, kwargs)

    def _wait_to_send(
        self,
        loop: AbstractEventLoop,
        message: Any,
        multipart: bool,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        kwargs: dict[str, Any] | None = None,
    ) -> Future[Any]:
        """Send when there is room. The compiled ``send`` calls this with three arguments."""
        timeout: int = self.get(_SNDTIMEO)
        if timeout == 0:
            return failed(loop, Again())
        try:
            if multipart:
                message = _own_parts(message, copy)
            elif copy and type(message) is not bytes:
                message = Frame(message, copy=True) if not isinstance(message, Frame) else message
        except Exception as error:
            return failed(loop, error)
        if asyncio._get_running_loop() is None:
            self._outside_loop()
        owner = _task_of(loop)
        ready = readiness(self)
        call: Callable[..., Any] = SocketBase.send_multipart if multipart else SocketBase.send

        def send() -> Any:
            result = call(self, message, flags | _DONTWAIT, copy, track, **(kwargs or {}))
            if flags & _SNDMORE:
                ready.began(owner)
            else:
                ready.ended()
            return result

        queue = self._queue(loop)
        future = Dispatch(loop, queue, self, owner, send)
        queue.add_sender(future)
        if timeout > 0:
            future.end_in(timeout / 1000)
        return future

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def send(
            self, data: Buffer, flags: int = ..., copy: Literal[True] = ..., track: bool = ..., **kwargs: Any
        ) -> Future[None]: ...

        @overload
        def send(
            self, data: Buffer, flags: int = ..., copy: bool = ..., track: Literal[False] = ..., **kwargs: Any
        ) -> Future[None]: ...

        @overload
        def send(
            self, data: Buffer, flags: int = ..., *, copy: Literal[False], track: Literal[True], **kwargs: Any
        ) -> Future[MessageTracker]: ...

        @overload
        def send(
            self, data: Buffer, flags: int, copy: Literal[False], track: Literal[True], **kwargs: Any
        ) -> Future[MessageTracker]: ...

        @overload
        def send(
            self, data: Buffer, flags: int = ..., copy: bool = ..., track: bool = ..., **kwargs: Any
        ) -> Future[MessageTracker | None]: ...

        def send(self, *args: Any, **kwargs: Any) -> Future[Any]: ...

        @overload  # type: ignore[override]
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            copy: Literal[True] = ...,
            track: bool = ...,
            **kwargs: Any,
        ) -> Future[None]: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            copy: bool = ...,
            track: Literal[False] = ...,
            **kwargs: Any,
        ) -> Future[None]: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            *,
            copy: Literal[False],
            track: Literal[True],
            **kwargs: Any,
        ) -> Future[MessageTracker]: ...

        @overload
        def send_multipart(
            self, msg_parts: Iterable[Buffer], flags: int, copy: Literal[False], track: Literal[True], **kwargs: Any
        ) -> Future[MessageTracker]: ...

        @overload
        def send_multipart(
            self, msg_parts: Iterable[Buffer], flags: int = ..., copy: bool = ..., track: bool = ..., **kwargs: Any
        ) -> Future[MessageTracker | None]: ...

        def send_multipart(self, *args: Any, **kwargs: Any) -> Future[Any]: ...
    else:

        def send(self, data, flags=0, copy=True, track=False, **kwargs):
            """Send a single frame.

            Parameters
            ----------
            data, copy, track
                As for :meth:`zmq.Socket.send`.
            flags : int
                ``zmq.DONTWAIT`` (a future that has failed with Again, if there is no room), ``zmq.SNDMORE`` (more
                frames of the same message follow).
            **kwargs
                ``routing_id`` and ``group``, as for :meth:`zmq.Socket.send`.

            Returns
            -------
            Future of None or MessageTracker
                Done when the message is in the queue of libzmq. It fails with Again after SNDTIMEO milliseconds, and
                with other errors as :meth:`zmq.Socket.send`. If it is cancelled before it is done, nothing is sent.

            Raises
            ------
            RuntimeError
                If no event loop runs, or the socket is waited for in another one.

            Not thread-safe. See zmq_msg_send(3).
            """
            return self._dispatch(SocketBase.send, data, flags, copy, track, kwargs)

        def send_multipart(self, msg_parts, flags=0, copy=True, track=False, **kwargs):
            """Send several frames as one message.

            Parameters
            ----------
            msg_parts : iterable of bytes-like or Frame
                The parts, at least one.
            flags, copy, track, **kwargs
                As for :meth:`send`.

            Returns
            -------
            Future of None or MessageTracker
                As of :meth:`send`.

            Raises
            ------
            RuntimeError
                As :meth:`send`.

            Not thread-safe. See zmq_msg_send(3).
            """
            if type(msg_parts) not in (list, tuple):
                msg_parts = tuple(msg_parts)
            return self._dispatch(SocketBase.send_multipart, msg_parts, flags, copy, track, kwargs)

    if TYPE_CHECKING:

        def send_string(  # type: ignore[override]
            self, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
        ) -> Future[MessageTracker | None]: ...

        send_unicode = send_string  # type: ignore[assignment]

        def send_pyobj(  # type: ignore[override]
            self, obj: Any, flags: int = 0, protocol: int | None = None, **kwargs: Any
        ) -> Future[MessageTracker | None]: ...

        def send_serialized(  # type: ignore[override]
            self,
            msg: _T,
            serialize: Callable[[_T], Iterable[Any]],
            flags: int = 0,
            copy: bool = True,
            **kwargs: Any,
        ) -> Future[MessageTracker | None]: ...

    def send_json(  # type: ignore[override]
        self, obj: Any, flags: int = 0, **kwargs: Any
    ) -> Future[None]:
        """Send an object as JSON.

        Parameters
        ----------
        obj : object
            What JSON can represent.
        flags : int
            As for :meth:`send`.
        **kwargs
            ``routing_id`` and ``group`` as for :meth:`send`; others for :func:`json.dumps`.

        Returns
        -------
        Future of None
            As of :meth:`send`.

        Raises
        ------
        TypeError, ValueError
            If JSON cannot represent `obj`; nothing is sent then.

        Not thread-safe.
        """
        from zmq.utils import jsonapi  # noqa: PLC0415

        send_kwargs = {key: kwargs.pop(key) for key in ("routing_id", "group") if key in kwargs}
        return self.send(jsonapi.dumps(obj, **kwargs), flags=flags, **send_kwargs)

    # -- waiting

    def poll(  # type: ignore[override]
        self, timeout: float | None = None, flags: int = _POLLIN
    ) -> Future[int]:
        """Wait until the socket is ready. For several at once, see :class:`Poller`.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: complete at once; negative or None: no limit.
        flags : int
            ``zmq.POLLIN`` (a message can be received), ``zmq.POLLOUT`` (one can be sent), or both.

        Returns
        -------
        Future of int
            Those of `flags` that hold; 0 if the time was over.

        Raises
        ------
        ZMQError
            ENOTSUP if the socket is closed.
        RuntimeError
            If no event loop runs, or the socket is waited for in another one.

        Not thread-safe. See zmq_poll(3).
        """
        loop = asyncio._get_running_loop()
        if loop is None:
            loop = self._loop()
            if timeout != 0:
                self._outside_loop()
        try:
            flags = as_index(flags or 0)
            ready = self._ready_events(flags)
        except ZMQError as error:
            raise _error_of_poll(error) from None
        if type(timeout) is not int and timeout is not None:
            timeout = milliseconds(timeout)
        if ready or timeout == 0:
            return completed_soon(loop, ready) if spend() else completed(loop, ready)
        queue = self._queue(loop)
        future = Poll(loop, queue, self)
        queue.add_watcher(future, flags & (IN | OUT))
        if timeout is not None and timeout > 0:
            future.end_in(timeout / 1000)
        return future

    if TYPE_CHECKING:
        # Of the class that the context makes, which is this one, whoever shadows apart.
        def get_monitor_socket(self: _Self, events: int | None = None, addr: str | None = None) -> _Self: ...

    async def __aenter__(self: _Self) -> _Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def _task_of(loop: AbstractEventLoop) -> object:
    """The task that runs, None if there is none."""
    try:
        return asyncio.current_task(loop)
    except RuntimeError:
        return None


def _own_parts(msg_parts: Iterable[Any], copy: bool) -> list[Any]:
    """The parts as they are now, each checked."""
    parts = []
    for index, part in enumerate(msg_parts):
        if type(part) is bytes or isinstance(part, Frame):
            parts.append(part)
            continue
        try:
            if copy:
                parts.append(Frame(part, copy=True))
            else:
                memoryview(part).release()
                parts.append(part)
        except (TypeError, ValueError, BufferError) as error:
            _raise_for_part(index, error)
    if not parts:
        raise IndexError("a message has at least one part: msg_parts is empty")
    return parts


def _deserialize(deserialize: Callable[[list[Any]], _T], frames: list[Any]) -> _T:
    # None is not callable, but would mean to _receive that nothing is to be made of the frames.
    return deserialize(frames)


def _decode(encoding: str, data: bytes) -> str:
    return data.decode(encoding)


def _write_into(buffer: Any, nbytes: int, frame: Frame) -> int:
    """Write as much of a frame as fits; return its size."""
    with memoryview(buffer) as view, view.cast("B") as target:
        size = len(frame)
        count = min(size, nbytes or target.nbytes)
        target[:count] = frame.buffer[:count]
    return size


def _tracked_frame(frame: Frame) -> Frame:
    if frame.tracker is None:
        frame.tracker = MessageTracker()
    return frame


def _tracked_frames(frames: list[Frame]) -> list[Frame]:
    return [_tracked_frame(frame) for frame in frames]


if not TYPE_CHECKING:
    AsyncSocket.recv.__text_signature__ = "($self, flags=0, copy=True, track=False)"
    AsyncSocket.recv_multipart.__text_signature__ = AsyncSocket.recv.__text_signature__
    AsyncSocket.send.__text_signature__ = "($self, data, flags=0, copy=True, track=False, **kwargs)"
    AsyncSocket.send_multipart.__text_signature__ = "($self, msg_parts, flags=0, copy=True, track=False, **kwargs)"
    for _name, _method in compile_async(
        [AsyncSocket.recv, AsyncSocket.recv_multipart, AsyncSocket.send, AsyncSocket.send_multipart],
        Future,
        asyncio._get_running_loop,
        budget,
    ).items():
        setattr(AsyncSocket, _name, _method)
