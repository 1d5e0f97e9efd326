"""Socket: what people call. Sending and receiving live in the backend, and are not overridden here."""

from __future__ import annotations

import errno
from _warnings import warn as _warn  # what warnings.warn is, without the rest
from _weakref import ref  # what weakref.ref is, without the rest
from itertools import count
from time import monotonic

from zmq import constants
from zmq._numbers import as_index, to_int
from zmq.backend import Context as ContextBase
from zmq.backend import Socket as SocketBase
from zmq.backend import zmq_poll
from zmq.constants import _OPTION_TYPES, _VALUES
from zmq.error import ZMQBindError, ZMQError
from zmq.sugar._messages import MessageSocket
from zmq.sugar.attrsettr import SOCKET_OPTIONS, AttributeSetter, let_annotations_hide_options
from zmq.sugar.poll import _POLLIN, _POLLOUT, milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Generic, TypeVar, overload

    from zmq.sugar._options import BytesOption, IntOption, SocketOptions

    _T = TypeVar("_T")
    _SocketReturnT_co = TypeVar("_SocketReturnT_co", covariant=True)
    _SocketType = TypeVar("_SocketType", bound="Socket[Any]")
    # For classmethods: unlike type[], it lets the constructor tell that a plain Socket is a Socket[bytes].
    _Class = Callable[..., _SocketType]
else:
    from zmq.sugar.attrsettr import Generic, SocketOptions

    _T = _SocketReturnT_co = None

__all__ = ["Socket", "SyncSocket"]

# Plain integers: a member of an enum costs a conversion at each call, and its enum is made on demand.
_ERRNO = _VALUES["Errno"]
_FD = SOCKET_OPTIONS["FD"]
_SUBSCRIBE, _UNSUBSCRIBE = SOCKET_OPTIONS["SUBSCRIBE"], SOCKET_OPTIONS["UNSUBSCRIBE"]
_SNDHWM, _RCVHWM = SOCKET_OPTIONS["SNDHWM"], SOCKET_OPTIONS["RCVHWM"]
_LAST_ENDPOINT = SOCKET_OPTIONS["LAST_ENDPOINT"]
_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_TYPES = _VALUES["SocketType"]
_PAIR = _TYPES["PAIR"]
_EVENT_ALL = _VALUES["Event"]["EVENT_ALL"]
_EADDRINUSE, _EINVAL = _ERRNO["EADDRINUSE"], _ERRNO["EINVAL"]
_ENOTSOCK, _ENOTSUP = _ERRNO["ENOTSOCK"], _ERRNO["ENOTSUP"]

# Not among libzmq's own.
_ENOENT, _EACCES = errno.ENOENT, errno.EACCES

# Seconds that closing a monitor waits for a socket that is closed but lingers.
_MONITOR_PATIENCE = 0.1

_monitor_numbers = count(1)


class _ConstructorSignature:
    """Tells :mod:`inspect` what the backend's constructor takes, for classes that have no constructor of their own."""

    def __get__(self, instance: object, owner: Any) -> Any:
        if owner.__init__ is not SocketBase.__init__:
            raise AttributeError("__signature__")
        import inspect  # noqa: PLC0415  (slow to import)

        return inspect.signature(_constructor)


def _constructor(
    ctx_or_socket: Any = None, socket_type: int = 0, *, shadow: Any = 0, copy_threshold: int | None = None
) -> None:
    """What :class:`Socket` takes."""


def _no_socket() -> None:
    """In the place of a weak reference to a socket that is closed."""


def _error_of_poll(error: ZMQError) -> ZMQError:
    """What ``poll`` raises: programs know by ENOTSUP that the socket is closed."""
    return ZMQError(_ENOTSUP) if error.errno == _ENOTSOCK else error


class _SocketContext(Generic[_T]):
    """What ``bind`` and ``connect`` return: at the end of its ``with``, it undoes them."""

    __slots__ = ("_endpoint", "addr", "kind", "socket")

    socket: _T
    kind: str
    #: The address with its wildcards resolved.
    addr: str | bytes

    def __init__(self, socket: _T, kind: str, addr: str | bytes, endpoint: str | bytes) -> None:
        self.socket = socket
        self.kind = kind
        self.addr = endpoint
        self._endpoint = addr

    def __repr__(self) -> str:
        return f"<SocketContext({self.kind}={self.addr!r})>"

    def __enter__(self) -> _T:
        return self.socket

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        socket: Any = self.socket
        if socket.closed:
            return
        undo = socket.unbind if self.kind == "bind" else socket.disconnect
        # libzmq keeps most endpoints in the form of LAST_ENDPOINT, but for some transports as they were given.
        for addr in dict.fromkeys((self.addr, self._endpoint)):
            try:
                undo(addr)
            except ZMQError as error:
                if error.errno != _ENOENT:
                    raise
            else:
                return
        # Neither is there any more: it was undone by hand.


class Socket(MessageSocket, AttributeSetter, Generic[_SocketReturnT_co], SocketOptions):
    """Sends and receives messages.

    Options are attributes, whatever their case (``socket.linger = 0``). As context manager, it is closed at the end.

    Parameters
    ----------
    ctx_or_socket : Context or Socket
        The context to make it in; or a socket to shadow, as with `shadow`.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    shadow : Socket, int or pointer
        A socket to shadow, or its address: the new object uses the same libzmq socket. In this way a synchronous object
        can be had for an asynchronous socket, or vice versa. Closing any of them closes them all; dropping a shadow
        closes nothing. A socket is kept alive by its shadows, but not by those of its address.
    copy_threshold : int, optional
        Bytes from which ``copy=False`` shares memory; default: ``zmq.COPY_THRESHOLD``, as it is then.

    Raises
    ------
    TypeError
        If there is neither a context nor something open to shadow, or no type.
    ZMQError
        EINVAL for an unknown type, EMFILE if MAX_SOCKETS are open, EFAULT if the context is closed.
    RuntimeError
        If ``__init__`` is called again while the socket is open, or while a call in another thread still uses it. Once
        it is closed, the object may be initialised again, and has a new libzmq socket then.

    Not thread-safe: a socket may be handed from one thread to another with a full memory barrier, such as a lock, only.
    See zmq_socket(3).
    """

    _options = SOCKET_OPTIONS
    _option_methods = frozenset({"subscribe", "unsubscribe"})
    if not TYPE_CHECKING:
        __signature__ = _ConstructorSignature()
    # The socket that this one shadows, kept alive; or its address.
    _shadow_obj: SocketBase | int | None = None
    _monitor_socket: Socket[Any] | None = None
    # The other way round: the socket whose events this one receives.
    _monitored: Callable[[], Socket[Any] | None] | None = None

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Socket[bytes],
            ctx_or_socket: ContextBase | SocketBase | None = None,
            socket_type: int = 0,
            *,
            shadow: SocketBase | int = 0,
            copy_threshold: int | None = None,
        ) -> None: ...

        @overload
        def __init__(
            self,
            ctx_or_socket: ContextBase | SocketBase | None = None,
            socket_type: int = 0,
            *,
            shadow: SocketBase | int = 0,
            copy_threshold: int | None = None,
        ) -> None: ...

        def __init__(
            self,
            ctx_or_socket: ContextBase | SocketBase | None = None,
            socket_type: int = 0,
            *,
            shadow: SocketBase | int = 0,
            copy_threshold: int | None = None,
        ) -> None: ...

    def _init_unusually(self, ctx_or_socket: Any, shadow: Any, copy_threshold: int | None) -> None:
        """Become a shadow, or tell what is wrong: the backend has no context and type to make a socket of."""
        if isinstance(ctx_or_socket, SocketBase):
            shadow, ctx_or_socket = ctx_or_socket, None
        if not isinstance(shadow, int) or shadow:
            self._become_shadow(shadow, ctx_or_socket, copy_threshold)
        elif isinstance(ctx_or_socket, ContextBase):
            raise TypeError("socket_type must be specified: a member of zmq.SocketType")
        else:
            raise TypeError(
                f"context must be specified: a Socket is made in a Context, not {ctx_or_socket!r}; "
                "usual is context.socket(socket_type)"
            )

    def _become_shadow(self, shadowed: Any, context: Any, copy_threshold: int | None) -> None:
        if isinstance(shadowed, SocketBase):
            if shadowed.closed:
                raise TypeError(f"context must be specified: {shadowed!r} is closed, and cannot be shadowed")
            address = shadowed.underlying
            context = shadowed.context
        else:
            from zmq.utils.interop import cast_int_addr  # noqa: PLC0415

            shadowed = address = cast_int_addr(shadowed)
        self._adopt(address, context, copy_threshold)
        self._shadow_obj = shadowed

    @classmethod  # pyright: ignore[reportArgumentType]  (wants type[])
    def shadow(cls: _Class[_SocketType], address: int | SocketBase) -> _SocketType:
        """Make an object that uses the libzmq socket of another.

        Parameters
        ----------
        address : Socket, int or pointer
            The other socket, or its address (its ``underlying``), also as pointer of ctypes or CFFI.

        Returns
        -------
        Socket
            Closing it closes the other one, too.

        Raises
        ------
        TypeError
            If the other one is closed, or `address` is 0.
        ValueError
            If `address` is none.

        Not thread-safe. Added in 14.1; sockets as `address` in 25.
        """
        if not isinstance(address, SocketBase) and not address:
            raise TypeError(f"context must be specified: there is no socket to shadow at address {address!r}")
        return cls(shadow=address)

    def __copy__(self: _SocketType) -> _SocketType:
        """A shadow, since there is no copy of a libzmq socket."""
        return self.shadow(self)  # pyright: ignore[reportReturnType]  (forgets subclasses)

    def __deepcopy__(self: _SocketType, memo: dict[int, Any]) -> _SocketType:
        """A shadow, since there is no copy of a libzmq socket."""
        return self.shadow(self)  # pyright: ignore[reportReturnType]  (forgets subclasses)

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError(f"cannot pickle {self!r}: a socket belongs to its process; make one there")

    def __repr__(self) -> str:
        cls = type(self)
        name = "zmq.Socket" if cls is Socket else f"{cls.__module__}.{cls.__qualname__}"
        # Without the enum, which cannot be made any more at the very end of the process.
        kind = next((f"zmq.{name}" for name, value in _TYPES.items() if value == self._type), str(self._type))
        return f"<{name}({kind}) at {id(self):#x}{' closed' if self.closed else ''}>"

    def __enter__(self: _SocketType) -> _SocketType:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _forgotten(self, _warn: Callable[..., None] = _warn) -> None:
        """Warn that nobody closed it, and close it. Closing never waits; what it still has to send, libzmq sends."""
        if self.closed:  # its context was terminated
            return
        try:
            # None: at the very end, when modules are emptied, of which its repr() needs this.
            if _TYPES is not None:
                _warn(f"Unclosed socket {self!r}", ResourceWarning, stacklevel=2, source=self)
        finally:
            # Not what a subclass makes of close(): that may need what is gone already. Nor by the name of this class,
            # which is gone, too, when modules are emptied at the very end.
            __class__.close(self)  # type: ignore[name-defined]  # what super() is made of

    if not TYPE_CHECKING:

        def __init_subclass__(cls, **kwargs):
            super().__init_subclass__(**kwargs)
            let_annotations_hide_options(cls, Socket)

    @property
    def type(self) -> int:
        """The type of the socket, a member of :class:`zmq.SocketType`; also after it is closed."""
        # Making the member takes longer than all the rest; and subclasses may have a use of their own for the name.
        known: int | None = self.__dict__.get("type")
        if known is None:
            try:
                known = constants.SocketType(self._type)
            except ValueError:  # of a later libzmq
                known = self._type
            self.__dict__["type"] = known
        return known

    if not TYPE_CHECKING:

        @type.setter
        def type(self, value):
            self.__dict__["type"] = value

    @property
    def _type_name(self) -> str:
        """Name of the type."""
        try:
            return constants.SocketType(self._type).name
        except ValueError:  # of a later libzmq
            return str(self._type)

    @property
    def _shadow(self) -> bool:
        """Whether it shadows another socket."""
        return self._shadow_obj is not None

    @property
    def socket_type(self) -> int:
        """Deprecated: use :attr:`type`, which is the same."""
        _warn("Socket.socket_type is deprecated, use Socket.type", DeprecationWarning, stacklevel=2)
        return self.type

    def _closing(self) -> None:
        """Let those go that depend on this socket: the backend is about to close it, and ``_watched`` is set."""
        if self._monitored is not None:
            self._end_monitoring()

    def _renewed(self) -> None:
        """Forget the libzmq socket that is closed: the backend is about to initialise the object again."""
        monitor = self._monitor_socket
        if monitor is not None:
            # What it receives is not of the next one.
            monitor._monitored = _no_socket
        for name in ("type", "_shadow_obj", "_shadow_sock", "_monitor_socket", "_monitored"):
            self.__dict__.pop(name, None)

    def _end_monitoring(self) -> None:
        """Stop the monitor that feeds this socket: libzmq would wait for ever to tell its events to nobody."""
        monitored = self._monitored() if self._monitored is not None else None
        self._monitored = None
        try:
            if monitored is None or monitored.closed:
                self._outlast_monitoring()
            elif monitored._monitor_socket is self:
                monitored.disable_monitor()
        except ZMQError:  # the context is being terminated, which stops monitors too
            pass

    def _outlast_monitoring(self) -> None:
        """Receive until libzmq, which closes the monitored socket in its own time, has told the last event."""
        deadline = monotonic() + _MONITOR_PATIENCE
        # As long as libzmq has its end of the connection, this end can be sent on.
        while self._ready_events(_POLLOUT) and monotonic() < deadline:
            if zmq_poll(((self, _POLLIN),), 1):
                SocketBase.recv(self, _DONTWAIT)

    # -- endpoints

    def bind(self: _SocketType, addr: str | bytes) -> _SocketContext[_SocketType]:
        """Listen on an address, which others then connect to.

        Parameters
        ----------
        addr : str or bytes
            ``transport://endpoint``: ``tcp://127.0.0.1:5555``, ``tcp://*:*`` (all interfaces; the system chooses the
            port), ``ipc:///run/service``, ``inproc://name`` and what else libzmq has. ``socket.last_endpoint`` has the
            wildcards resolved.

        Returns
        -------
        context manager
            Its value is the socket; at the end it unbinds `addr`. To be ignored, if it is not needed.

        Raises
        ------
        ZMQError
            EADDRINUSE, EADDRNOTAVAIL, EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, ETERM and others; names `addr`.

        Not thread-safe. See zmq_bind(3). Context manager: since 20.0; for wildcards: since 26.0.
        """
        super().bind(addr)
        return _SocketContext(self, "bind", addr, self._last_endpoint(addr))

    def _last_endpoint(self, addr: str | bytes) -> str | bytes:
        endpoint = self.get(_LAST_ENDPOINT)
        if not isinstance(endpoint, bytes) or not endpoint:
            return addr
        try:
            return endpoint.decode("utf-8")
        except UnicodeDecodeError:
            return endpoint if isinstance(addr, bytes) else endpoint.decode("utf-8", "surrogateescape")

    def connect(self: _SocketType, addr: str | bytes) -> _SocketContext[_SocketType]:
        """Connect to an address that another socket binds, now or later.

        Parameters
        ----------
        addr : str or bytes
            ``transport://endpoint``, as for :meth:`bind`, but without wildcards.

        Returns
        -------
        context manager
            Its value is the socket; at the end it disconnects from `addr`. To be ignored, if it is not needed.

        Raises
        ------
        ZMQError
            EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, ETERM and others; names `addr`. That nobody listens is no error.

        Not thread-safe. See zmq_connect(3). Context manager: since 20.0.
        """
        super().connect(addr)
        return _SocketContext(self, "connect", addr, addr)

    def bind_to_random_port(self, addr: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100) -> int:
        """Listen on a free port.

        Parameters
        ----------
        addr : str
            The address without the port: ``tcp://127.0.0.1``.
        min_port, max_port : int
            The first port to try, and the first one not to; by default, the system chooses the port.
        max_tries : int
            How many ports of the range to try, at random.

        Returns
        -------
        int
            The port.

        Raises
        ------
        ZMQBindError
            If all that were tried are in use.
        ValueError
            If the range is empty, or a port is no number.
        ZMQError
            If `addr` cannot be bound for another reason.

        Not thread-safe. See zmq_bind(3), zmq_tcp(7).
        """
        if (min_port, max_port) == (49152, 65536) and not f"{addr}".startswith(("inproc://", "ipc://")):
            self.bind(f"{addr}:*")
            endpoint = self._last_endpoint("")
            return int(str(endpoint).split("://", 1)[1].split("/", 1)[0].rpartition(":")[2])

        from random import sample  # noqa: PLC0415

        ports = range(int(min_port), int(max_port))
        max_tries = to_int(max_tries)
        if not ports or max_tries < 1:
            raise ValueError(f"no port to try: min_port={min_port}, max_port={max_port}, max_tries={max_tries}")
        for port in sample(ports, min(max_tries, len(ports))):
            try:
                self.bind(f"{addr}:{port}")
            except ZMQError as error:
                # Windows denies access to ports that others have for themselves, or that it has reserved.
                if error.errno not in (_EADDRINUSE, _EACCES):
                    raise
            else:
                return port
        raise ZMQBindError(
            f"could not bind to {addr} at any of {min(max_tries, len(ports))} ports from {min_port} to {max_port - 1}; "
            "widen the range, or raise max_tries"
        )

    # -- options

    if TYPE_CHECKING:

        @overload
        def get(self, option: IntOption) -> int: ...

        @overload
        def get(self, option: BytesOption) -> bytes: ...

        @overload
        def get(self, option: int) -> int | bytes: ...

        def get(self, option: int) -> int | bytes: ...

        getsockopt = get

        def setsockopt(self, option: int, optval: int | bytes | bytearray | memoryview | None) -> None: ...
    else:
        getsockopt = SocketBase.get
        setsockopt = SocketBase.set

    def get_string(self, option: int, encoding: str = "utf-8") -> str:
        """Read an option of bytes as text.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.
        encoding : str
            Of the text.

        Returns
        -------
        str

        Raises
        ------
        TypeError
            If the option is an integer.
        ValueError
            If it is no member of :class:`zmq.SocketOption`.
        ZMQError
            As ``get``.

        Not thread-safe. See zmq_getsockopt(3).
        """
        option = as_index(option)
        if _OPTION_TYPES.get(constants.SocketOption(option)) != "bytes":
            raise TypeError(f"option {option} will not return a string to be decoded; use get()")
        value: Any = self.get(option)
        text: str = value.decode(encoding)
        return text

    def set_string(self, option: int, optval: str, encoding: str = "utf-8") -> None:
        """Set an option of bytes to a text.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.
        optval : str
            The text.
        encoding : str
            To encode it with.

        Raises
        ------
        TypeError
            If `optval` is no str.
        ZMQError
            As ``set``.

        Not thread-safe. See zmq_setsockopt(3).
        """
        if not isinstance(optval, str):
            raise TypeError(f"strings only, not {type(optval)}: {optval!r}; use set()")
        self.set(option, optval.encode(encoding))

    getsockopt_string = get_string
    getsockopt_unicode = get_string
    setsockopt_string = set_string
    setsockopt_unicode = set_string

    def get_hwm(self) -> int:
        """Read the high-water mark.

        Returns
        -------
        int
            SNDHWM, or RCVHWM where there is none: messages; 0: no limit.

        Not thread-safe. See zmq_getsockopt(3).
        """
        try:
            return int(self.get(_SNDHWM))
        except ZMQError as error:
            if error.errno != _EINVAL:
                raise
            return int(self.get(_RCVHWM))

    def set_hwm(self, value: int) -> None:
        """Set both high-water marks, SNDHWM and RCVHWM, for later binds and connects.

        Parameters
        ----------
        value : int
            Messages; 0: no limit.

        Raises
        ------
        ZMQError
            EINVAL if `value` is negative.

        Not thread-safe. See zmq_setsockopt(3).
        """
        self.set(_SNDHWM, value)
        self.set(_RCVHWM, value)

    if not TYPE_CHECKING:
        hwm = property(get_hwm, set_hwm, doc="The high-water mark: sets SNDHWM and RCVHWM, reads SNDHWM.")
        HWM = hwm

    def subscribe(self, topic: str | bytes) -> None:
        """Receive the messages that begin with a topic, on a SUB socket.

        Parameters
        ----------
        topic : str or bytes
            What the first frame begins with; a str is encoded as UTF-8. Empty: all messages.

        Raises
        ------
        ZMQError
            EINVAL if the socket is no SUB.

        Not thread-safe. See zmq_setsockopt(3). Added in 15.3.
        """
        self.set(_SUBSCRIBE, topic.encode("utf-8") if isinstance(topic, str) else topic)

    def unsubscribe(self, topic: str | bytes) -> None:
        """Undo one :meth:`subscribe`, on a SUB socket.

        Parameters
        ----------
        topic : str or bytes
            As it was subscribed.

        Raises
        ------
        ZMQError
            EINVAL if the socket is no SUB.

        Not thread-safe. See zmq_setsockopt(3). Added in 15.3.
        """
        self.set(_UNSUBSCRIBE, topic.encode("utf-8") if isinstance(topic, str) else topic)

    # -- waiting

    def fileno(self) -> int:
        """The file descriptor that becomes readable when events may have changed.

        It is edge-triggered, and serves reading and writing alike: whenever it is readable, handle all that
        ``socket.events`` tells, or it may never be again. See FD in zmq_getsockopt(3).

        Returns
        -------
        int

        Warns
        -----
        DraftFDWarning
            Once for each thread-safe socket (draft): libzmq gives it no descriptor, so pyzmq makes one. It tells of
            what comes after it was first asked for: look at ``socket.events`` before waiting for it. Shadows of such
            sockets have none.

        Not thread-safe. Added in 17.0.
        """
        return int(self.get(_FD))

    def poll(self, timeout: float | None = None, flags: int = _POLLIN) -> int:
        """Wait until the socket is ready. For several at once, see :class:`zmq.Poller`.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: return at once; negative or None: no limit.
        flags : int
            ``zmq.POLLIN`` (a message can be received), ``zmq.POLLOUT`` (one can be sent), or both.

        Returns
        -------
        int
            Those of `flags` that hold; 0 if the time was over, or `flags` is 0, at once.

        Raises
        ------
        ZMQError
            ENOTSUP if the socket is closed.

        Not thread-safe. See zmq_poll(3).
        """
        try:
            ready = self._ready_events(flags or 0)
        except ZMQError as error:
            raise _error_of_poll(error) from None
        if timeout == 0:
            return ready
        if type(timeout) is not int and timeout is not None:
            timeout = milliseconds(timeout)
        if ready or timeout == 0 or not flags:
            return ready
        waited = zmq_poll(((self, flags),), milliseconds(timeout))
        return waited[0][1] if waited else 0

    # -- monitor

    def get_monitor_socket(self, events: int | None = None, addr: str | None = None) -> Socket[_SocketReturnT_co]:
        """Monitor the connections of this socket.

        :func:`zmq.utils.monitor.recv_monitor_message` receives what happens.

        Parameters
        ----------
        events : int, optional
            Mask of :class:`zmq.Event` members; default: all.
        addr : str, optional
            An inproc address to use; default: one of its own.

        Returns
        -------
        Socket
            A PAIR, of the class that the context makes. Closing it ends the monitoring. The same one again, until then,
            or until :meth:`disable_monitor` is called.

        Raises
        ------
        ZMQError
            EADDRINUSE if `addr` is in use, EPROTONOSUPPORT if it is not inproc; ENOTSUP if the socket, as shadow of an
            address, has no context.

        Not thread-safe. See zmq_socket_monitor(3). Added in 14.0.
        """
        known = self._monitor_socket
        if known is not None and not known.closed:
            return known
        context: Any = self.context
        if context is None:
            raise ZMQError(
                _ENOTSUP, f"{self!r} shadows an address and has no context to make a socket in; use monitor()"
            )
        if addr is None:
            addr = f"inproc://pyzmq.monitor.{next(_monitor_numbers)}"
        # Without our patch, libzmq's threads wait until they can send an event: nothing may come between monitor() and
        # connect(), and the queue has no limit.
        monitor: Socket[_SocketReturnT_co] = context.socket(_PAIR)
        try:
            monitor.rcvhwm = 0
            self.monitor(addr, _EVENT_ALL if events is None else events)
            monitor.connect(addr)
        except BaseException:
            monitor.close(0)
            raise
        self._monitor_socket = monitor
        monitor._monitored = ref(self)
        monitor._watched = True
        return monitor

    def disable_monitor(self) -> None:
        """End the monitoring. The socket from :meth:`get_monitor_socket` gets MONITOR_STOPPED last, and stays open.

        Not thread-safe. See zmq_socket_monitor(3). Added in 14.4.
        """
        self._monitor_socket = None
        self.monitor(None, 0)


# Spellings of options that stand for nothing else here.
Socket._option_attributes = frozenset(vars(SocketOptions)).difference(
    *(vars(cls) for cls in Socket.__mro__ if cls is not SocketOptions)
)

#: A synchronous socket; for annotations.
SyncSocket = Socket[bytes]
