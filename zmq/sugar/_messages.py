"""Messages as texts, JSON, pickles and whatever else they are made from."""

from __future__ import annotations

from zmq._numbers import to_int
from zmq._tracker import MessageTracker
from zmq.backend import Frame
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import _raise_for_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Literal, TypeVar, overload

    from typing_extensions import Buffer

    _T = TypeVar("_T")

_SNDMORE, _RCVMORE = _VALUES["Flag"]["SNDMORE"], _VALUES["SocketOption"]["RCVMORE"]


def _send_parts(
    self: MessageSocket, msg_parts: Iterable[Any], flags: int = 0, copy: bool = True, track: bool = False, **kwargs: Any
) -> MessageTracker | None:
    """``send_multipart`` of classes that override ``send``: each part goes through that."""
    parts = list(msg_parts)
    if not parts:
        raise IndexError("a message has at least one part: msg_parts is empty")
    for index, part in enumerate(parts):
        if not isinstance(part, (bytes, Frame)):
            try:
                memoryview(part).release()
            except (TypeError, ValueError, BufferError) as error:
                _raise_for_part(index, error)
    last = len(parts) - 1
    flags = to_int(flags)
    sent = [
        self.send(part, flags if index == last else flags | _SNDMORE, copy=copy, track=track, **kwargs)
        for index, part in enumerate(parts)
    ]
    trackers = [tracker for tracker in sent if isinstance(tracker, MessageTracker)]
    return MessageTracker(*trackers) if trackers else None


def _recv_parts(self: MessageSocket, flags: int = 0, copy: bool = True, track: bool = False) -> list[Any]:
    """``recv_multipart`` of classes that override ``recv``: each part comes through that."""
    parts = [self.recv(flags, copy=copy, track=track)]
    while self.get(_RCVMORE):
        parts.append(self.recv(flags, copy=copy, track=track))
    return parts


class MessageSocket(SocketBase):
    """The backend's socket, and what serialises before sending and deserialises after receiving.

    A subclass that overrides ``send`` or ``recv`` is obeyed by everything that sends or receives, multipart messages
    included, although the backend's loops over their parts know nothing of it.
    """

    #: Make :meth:`recv_pyobj` refuse pickles from unauthenticated peers on other machines. May be set for all sockets
    #: (``zmq.Socket.guard_pyobj = True``), for a subclass, or for one socket. A pickle that came over tcp from an
    #: address beyond loopback is refused then with :exc:`pickle.UnpicklingError`, unless its frame has a ``User-Id``
    #: and the socket has ``zap_domain`` and ``zap_enforce_domain``: without these, libzmq may take the ``User-Id`` from
    #: the peer itself. Added in 27.4.
    guard_pyobj: bool = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.send is not SocketBase.send and cls.send_multipart is SocketBase.send_multipart:
            setattr(cls, "send_multipart", _send_parts)  # noqa: B010  (type checkers know the backend's only)
        if cls.recv is not SocketBase.recv and cls.recv_multipart is SocketBase.recv_multipart:
            setattr(cls, "recv_multipart", _recv_parts)  # noqa: B010

    if TYPE_CHECKING:
        # The backend's, with what they return told apart by `copy` and `track`: a tracker there is only for what is
        # tracked and not copied.

        @overload
        def send(
            self,
            data: Buffer,
            flags: int = ...,
            copy: Literal[True] = ...,
            track: bool = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> None: ...

        @overload
        def send(
            self,
            data: Buffer,
            flags: int = ...,
            copy: bool = ...,
            track: Literal[False] = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> None: ...

        @overload
        def send(
            self,
            data: Buffer,
            flags: int = ...,
            *,
            copy: Literal[False],
            track: Literal[True],
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker: ...

        @overload
        def send(
            self,
            data: Buffer,
            flags: int,
            copy: Literal[False],
            track: Literal[True],
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker: ...

        @overload
        def send(
            self,
            data: Buffer,
            flags: int = ...,
            copy: bool = ...,
            track: bool = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker | None: ...

        def send(self, *args: Any, **kwargs: Any) -> MessageTracker | None: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            copy: Literal[True] = ...,
            track: bool = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> None: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            copy: bool = ...,
            track: Literal[False] = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> None: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            *,
            copy: Literal[False],
            track: Literal[True],
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int,
            copy: Literal[False],
            track: Literal[True],
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker: ...

        @overload
        def send_multipart(
            self,
            msg_parts: Iterable[Buffer],
            flags: int = ...,
            copy: bool = ...,
            track: bool = ...,
            routing_id: int | None = ...,
            group: str | bytes | None = ...,
        ) -> MessageTracker | None: ...

        def send_multipart(self, *args: Any, **kwargs: Any) -> MessageTracker | None: ...

        @overload
        def recv(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> bytes: ...

        @overload
        def recv(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> Frame: ...

        @overload
        def recv(self, flags: int, copy: Literal[False], track: bool = ...) -> Frame: ...

        @overload
        def recv(self, flags: int = ..., copy: bool = ..., track: bool = ...) -> bytes | Frame: ...

        def recv(self, *args: Any, **kwargs: Any) -> bytes | Frame: ...

        @overload
        def recv_multipart(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> list[bytes]: ...

        @overload
        def recv_multipart(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> list[Frame]: ...

        @overload
        def recv_multipart(self, flags: int, copy: Literal[False], track: bool = ...) -> list[Frame]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., copy: bool = ..., track: bool = ...
        ) -> list[bytes] | list[Frame]: ...

        def recv_multipart(self, *args: Any, **kwargs: Any) -> list[bytes] | list[Frame]: ...

    def send_string(
        self, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
    ) -> MessageTracker | None:
        """Send a text as a single frame.

        Parameters
        ----------
        u : str
            The text.
        flags, copy, **kwargs
            As for ``send``.
        encoding : str
            To encode it with.

        Returns
        -------
        MessageTracker or None
            As ``send``.

        Raises
        ------
        TypeError
            If `u` is no str.
        ZMQError
            As ``send``.

        Not thread-safe.
        """
        if not isinstance(u, str):
            raise TypeError(f"expected str, not {u!r}; use send()")
        tracker: MessageTracker | None = self.send(u.encode(encoding), flags=flags, copy=copy, **kwargs)
        return tracker

    def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> str:
        """Receive a text, as :meth:`send_string` sends it.

        Parameters
        ----------
        flags : int
            As for ``recv``.
        encoding : str
            Of the text.

        Returns
        -------
        str

        Raises
        ------
        UnicodeDecodeError
            If the frame is no such text; it is lost then.
        ZMQError
            As ``recv``.

        Not thread-safe.
        """
        return self.recv(flags=flags).decode(encoding)

    send_unicode = send_string
    recv_unicode = recv_string

    def send_json(self, obj: Any, flags: int = 0, **kwargs: Any) -> None:
        """Send an object as JSON.

        Parameters
        ----------
        obj : object
            What JSON can represent.
        flags : int
            As for ``send``.
        **kwargs
            ``routing_id`` and ``group`` as for ``send``; others for :func:`json.dumps`.

        Raises
        ------
        TypeError, ValueError
            If JSON cannot represent `obj`; nothing is sent then.
        ZMQError
            As ``send``.

        Not thread-safe.
        """
        from zmq.utils import jsonapi  # noqa: PLC0415

        send_kwargs = {key: kwargs.pop(key) for key in ("routing_id", "group") if key in kwargs}
        self.send(jsonapi.dumps(obj, **kwargs), flags=flags, **send_kwargs)

    def recv_json(self, flags: int = 0, **kwargs: Any) -> dict[str, Any] | list[Any] | str | int | float | None:
        """Receive an object, as :meth:`send_json` sends it.

        Parameters
        ----------
        flags : int
            As for ``recv``.
        **kwargs
            For :func:`json.loads`.

        Returns
        -------
        dict, list, str, int, float, bool or None

        Raises
        ------
        ValueError
            If the frame is no JSON; it is lost then.
        ZMQError
            As ``recv``.

        Not thread-safe.
        """
        from zmq.utils import jsonapi  # noqa: PLC0415

        return jsonapi.loads(self.recv(flags=flags), **kwargs)

    def send_pyobj(self, obj: Any, flags: int = 0, protocol: int | None = None, **kwargs: Any) -> MessageTracker | None:
        """Send an object as pickle.

        Parameters
        ----------
        obj : object
            What can be pickled.
        flags, **kwargs
            As for ``send``.
        protocol : int, optional
            Of pickle; default: ``pickle.DEFAULT_PROTOCOL``.

        Returns
        -------
        MessageTracker or None
            As ``send``.

        Raises
        ------
        pickle.PicklingError, TypeError
            If `obj` cannot be pickled; nothing is sent then.
        ZMQError
            As ``send``.

        Not thread-safe.
        """
        import pickle  # noqa: PLC0415

        tracker: MessageTracker | None = self.send(pickle.dumps(obj, protocol), flags=flags, **kwargs)
        return tracker

    def recv_pyobj(self, flags: int = 0) -> Any:
        """Receive an object, as :meth:`send_pyobj` sends it.

        Anyone who can send to this socket can run any code here: unpickling executes what the pickle says. Use this
        only with peers that are trusted and authenticated. :class:`zmq.utils.signing.Signer` verifies messages before
        it unpickles them; :attr:`guard_pyobj` refuses unauthenticated peers on other machines.

        Parameters
        ----------
        flags : int
            As for ``recv``.

        Returns
        -------
        object

        Raises
        ------
        pickle.UnpicklingError
            If the frame is no pickle, or refused by :attr:`guard_pyobj`; it is lost then.
        ZMQError
            As ``recv``.

        Not thread-safe.
        """
        if self.guard_pyobj:
            from zmq.sugar._pyobj import load_guarded  # noqa: PLC0415

            return load_guarded(self, self.recv(flags=flags, copy=False))
        import pickle  # noqa: PLC0415

        return pickle.loads(self.recv(flags=flags))

    def send_serialized(
        self,
        msg: _T,
        serialize: Callable[[_T], Iterable[Any]],
        flags: int = 0,
        copy: bool = True,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send an object as the frames that a function makes of it.

        Parameters
        ----------
        msg : object
            What to send.
        serialize : callable
            Called with `msg`; returns the frames.
        flags, copy, **kwargs
            As for ``send_multipart``.

        Returns
        -------
        MessageTracker or None
            As ``send_multipart``.

        Raises
        ------
        ZMQError
            As ``send_multipart``; and what `serialize` raises, before anything is sent.

        Not thread-safe. Added in 17.
        """
        tracker: MessageTracker | None = self.send_multipart(serialize(msg), flags=flags, copy=copy, **kwargs)
        return tracker

    if TYPE_CHECKING:

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[bytes]], _T], flags: int = ..., copy: Literal[True] = ...
        ) -> _T: ...

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[Frame]], _T], flags: int = ..., *, copy: Literal[False]
        ) -> _T: ...

        @overload
        def recv_serialized(self, deserialize: Callable[[list[Frame]], _T], flags: int, copy: Literal[False]) -> _T: ...

        @overload
        def recv_serialized(
            self, deserialize: Callable[[list[bytes] | list[Frame]], _T], flags: int = ..., copy: bool = ...
        ) -> _T: ...

    def recv_serialized(self, deserialize: Callable[[list[Any]], _T], flags: int = 0, copy: bool = True) -> _T:
        """Receive an object, by a function that makes it of frames.

        Parameters
        ----------
        deserialize : callable
            Called with the list of frames.
        flags, copy
            As for ``recv_multipart``.

        Returns
        -------
        object
            What `deserialize` returns.

        Raises
        ------
        ZMQError
            As ``recv_multipart``; and what `deserialize` raises, whereupon the message is lost.

        Not thread-safe. Added in 17.
        """
        return deserialize(self.recv_multipart(flags=flags, copy=copy))
