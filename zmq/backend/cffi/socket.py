"""Socket: owns, or shadows, one libzmq socket: its life, its options and its endpoints."""

from __future__ import annotations

import gc
import operator
import sys
from _weakref import ref  # what weakref.ref is
from typing import TYPE_CHECKING, Any

from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._release import release_returned
from zmq.backend.cffi.asynchronous import RETURNED_MORE, Readiness
from zmq.backend.cffi.context import Context
from zmq.backend.cffi.error import failed, failed_with, need_draft, need_libzmq, retried
from zmq.backend.cffi.message import default_copy_threshold
from zmq.backend.cffi.options import get_option, set_option
from zmq.backend.cffi.transfer import Transfer
from zmq.backend.cffi.utils import encode_address, encode_group
from zmq.constants import _VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

_EVENTS, _TYPE = _VALUES["SocketOption"]["EVENTS"], _VALUES["SocketOption"]["TYPE"]
_RCVMORE = _VALUES["SocketOption"]["RCVMORE"]


def _new_sock(owner: Socket) -> Any:
    """Return what closes a socket when it is collected.

    The owner keeps the memory: the collector finalises in any order, what is finalised keeps nothing, and the owner
    looks at it once more.
    """
    owner._cffi_memory = ffi.new("pyzmq_sock *")
    sock = ffi.gc(owner._cffi_memory, lib.pyzmq_sock_forget)
    lib.pyzmq_sock_init(sock)
    return sock


class Socket(Transfer):
    """Own, or shadow, one libzmq socket (zmq_socket(3)).

    Parameters
    ----------
    ctx_or_socket : Context
        Where to make the socket; kept alive by it.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    shadow : int
        Address of a socket to shadow: none is made then, and none closed unless :attr:`_owned` is set. Its owner keeps
        it alive.
    copy_threshold : int, optional
        Bytes from which ``copy=False`` shares memory; default: ``zmq.COPY_THRESHOLD``.

    Not thread-safe.
    """

    # So named that no subclass takes the names for something else.
    __slots__ = (
        "__weakref__",
        "_cffi_context",
        "_cffi_memory",
        "_cffi_owned",
        "_cffi_sock",
        "_cffi_threshold",
        "_readiness",
        "_shared",
        "_type",
        "_watched",
    )

    _cffi_context: Any
    _cffi_memory: Any
    _cffi_owned: bool
    _cffi_sock: Any
    _cffi_threshold: int
    _readiness: Readiness | None
    _shared: bool
    _type: int
    _watched: bool

    def __new__(cls, *args: Any, **kwargs: Any) -> Socket:  # noqa: ARG004
        self = super().__new__(cls)
        self._cffi_sock = ffi.NULL
        self._cffi_context = None
        self._readiness = None
        self._shared = False
        self._cffi_owned = False
        self._cffi_threshold = 0
        self._type = -1
        self._watched = False
        return self

    def __init__(
        self,
        ctx_or_socket: Any = None,
        socket_type: int = 0,
        *,
        shadow: Any = 0,
        copy_threshold: int | None = None,
    ) -> None:
        if self._cffi_sock != ffi.NULL:
            raise RuntimeError("a Socket is initialised once")
        if socket_type == -1 or not isinstance(ctx_or_socket, Context) or type(shadow) is not int or shadow:
            self._init_unusually(ctx_or_socket, shadow, copy_threshold)
            return
        context = ctx_or_socket
        self._cffi_threshold = default_copy_threshold() if copy_threshold is None else operator.index(copy_threshold)
        sock = _new_sock(self)
        socket_type = operator.index(socket_type)
        rc = lib.pyzmq_sock_open(sock, context._cffi_ctx, socket_type)
        if rc == -lib.EMFILE and sys.implementation.name == "pypy":
            # Forgotten sockets are open until they are collected, and nothing tells the collector to hurry.
            gc.collect()
            rc = lib.pyzmq_sock_open(sock, context._cffi_ctx, socket_type)
        if rc < 0:
            raise failed(rc)
        self._cffi_owned = True
        self._cffi_sock = sock
        self._cffi_context = context
        self._type = socket_type
        context._socket_refs[id(self)] = ref(self)

    def _init_unusually(self, ctx_or_socket: Any, shadow: Any, copy_threshold: int | None) -> None:
        """Be a shadow, or raise. The class above takes more for a shadow than an address."""
        if not shadow:
            raise TypeError(f"a Socket is made in a zmq.Context and has a type, not {ctx_or_socket!r}")
        self._adopt(shadow, ctx_or_socket, copy_threshold)

    def _adopt(self, address: int, context: Any, copy_threshold: int | None) -> None:
        """Be the shadow of the socket at an address."""
        if self._cffi_sock != ffi.NULL:
            raise RuntimeError("a Socket is initialised once")
        self._cffi_threshold = default_copy_threshold() if copy_threshold is None else operator.index(copy_threshold)
        sock = _new_sock(self)
        lib.pyzmq_sock_shadow(sock, operator.index(address))
        self.context = context
        self._cffi_sock = sock
        self._shared = True
        self._type = int(get_option(sock, _TYPE))

    def __del__(self) -> None:
        # Of the class above, which tells the user.
        forgotten = getattr(self, "_forgotten", None)
        if self._cffi_owned:
            if forgotten is not None and not self.closed:
                forgotten()
            self._leave_context()

    @property
    def context(self) -> Any:
        """The context that the socket was made with; None for a socket made from an address. May be assigned."""
        return self._cffi_context

    @context.setter
    def context(self, value: Context | None) -> None:
        if value is not None and not isinstance(value, Context):
            raise TypeError(f"a socket's context is a zmq.Context or None, not {value!r}")
        self._cffi_context = value

    @context.deleter
    def context(self) -> None:
        self._cffi_context = None

    @property
    def underlying(self) -> int:
        """Address of the libzmq socket; 0 once it is closed."""
        return lib.pyzmq_sock_address(self._cffi_sock)

    @property
    def closed(self) -> bool:
        """Whether the socket is closed, or belongs to another process.

        One whose context is being terminated is not closed: the termination waits until it is.
        """
        return bool(lib.pyzmq_sock_closed(self._cffi_sock))

    @property
    def _owned(self) -> bool:
        """Whether closing this object closes the libzmq socket."""
        return bool(lib.pyzmq_sock_owned(self._cffi_sock))

    @_owned.setter
    def _owned(self, value: bool) -> None:
        lib.pyzmq_sock_own(self._cffi_sock, value)

    @property
    def _busy(self) -> bool:
        """Whether a send or receive of this object waits in another thread: this backend cannot tell."""
        return False

    @property
    def copy_threshold(self) -> int:
        """Bytes from which ``copy=False`` shares memory instead of copying."""
        return self._cffi_threshold

    @copy_threshold.setter
    def copy_threshold(self, value: int) -> None:
        self._cffi_threshold = operator.index(value)

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Closing it again does nothing. A shadow closes the socket that it shadows.

        What it still has to send is sent in the background, until LINGER has passed; by default, without limit.

        Parameters
        ----------
        linger : int, optional
            Milliseconds, set as LINGER before closing; -1: no limit.

        Raises
        ------
        TypeError
            If `linger` is no int; the socket is open then.
        ZMQError
            If libzmq cannot close it.

        Not thread-safe. See zmq_close(3).
        """
        sock = self._cffi_sock
        if linger is not None:
            rc = retried(lib.pyzmq_sock_linger, sock, operator.index(linger))
            if rc < 0:
                raise failed(rc)
        if self._watched:
            self._closing()
        rc = lib.pyzmq_sock_close(sock)
        if self._cffi_owned:
            self._leave_context()
        if self._readiness is not None:
            self._readiness.close()
        if rc < 0:
            raise failed(rc)
        release_returned()

    def _leave_context(self) -> None:
        if self._cffi_context is not None:
            self._cffi_context._socket_refs.pop(id(self), None)

    def _closing(self) -> None:
        """Of the class above, if ``_watched`` is set."""

    def get(self, option: int) -> int | bytes:
        """Read a socket option.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.

        Returns
        -------
        int or bytes
            By the option's type; texts come without the NUL at their end.

        Raises
        ------
        ZMQError
            EINVAL for an unknown option, ENOTSOCK if the socket is closed.

        Not thread-safe. See zmq_getsockopt(3).
        """
        if self._shared:
            self._note_shared()
        value = get_option(self._cffi_sock, option)
        if self._readiness is not None:
            if option == _EVENTS:
                return self._readiness.noted(int(value))
            if option == _RCVMORE and self._readiness.waiting & RETURNED_MORE:
                return 1
        return value

    def _ready_events(self, flags: int) -> int:
        """Tell which of these events (POLLIN, POLLOUT) hold now, without waiting. See EVENTS in zmq_getsockopt(3)."""
        if self._shared:
            self._note_shared()
        events = int(get_option(self._cffi_sock, _EVENTS))
        if self._readiness is not None:
            events = self._readiness.noted(events)
        # PyPy leaves members of enums as they are.
        return events & int(operator.index(flags))

    def set(self, option: int, optval: int | bytes) -> None:
        """Set a socket option. Most take effect for later binds and connects only.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.
        optval : int or bytes
            Its value, by the option's type.

        Raises
        ------
        TypeError
            If `optval` is not of the option's type; ``str`` never is: see :meth:`Socket.set_string`.
        ZMQError
            EINVAL for an unknown option or a value out of range, ENOTSOCK if the socket is closed.

        Not thread-safe. See zmq_setsockopt(3).
        """
        try:
            if type(optval) is int and lib.pyzmq_sock_set_plain(self._cffi_sock, option, optval) == 0:
                return
        except OverflowError:
            # An option of bytes takes no number at all.
            pass
        set_option(self._cffi_sock, option, optval)

    def bind(self, addr: str | bytes) -> Any:
        """Listen on an address. See zmq_bind(3)."""
        _call_with_address(self, lib.pyzmq_sock_bind, addr)

    def connect(self, addr: str | bytes) -> Any:
        """Connect to an address. See zmq_connect(3)."""
        _call_with_address(self, lib.pyzmq_sock_connect, addr)

    def unbind(self, addr: str | bytes) -> None:
        """Undo a bind.

        Parameters
        ----------
        addr : str or bytes
            The address, in the form that LAST_ENDPOINT has.

        Raises
        ------
        ZMQError
            ENOENT if the socket is not bound to `addr`.

        Not thread-safe. See zmq_unbind(3).
        """
        _call_with_address(self, lib.pyzmq_sock_unbind, addr)

    def disconnect(self, addr: str | bytes) -> None:
        """Undo a connect.

        Parameters
        ----------
        addr : str or bytes
            The address as it was given to :meth:`connect`.

        Raises
        ------
        ZMQError
            ENOENT if the socket is not connected to `addr`.

        Not thread-safe. See zmq_disconnect(3).
        """
        _call_with_address(self, lib.pyzmq_sock_disconnect, addr)

    def monitor(self, addr: str | bytes | None, events: int = 0xFFFF) -> None:
        """Publish the events of this socket on an inproc address.

        Parameters
        ----------
        addr : str or bytes or None
            Where a PAIR socket may connect to receive them; None ends the monitoring.
        events : int
            Mask of :class:`zmq.Event` members; default: all.

        Raises
        ------
        ZMQError
            EPROTONOSUPPORT if `addr` is not inproc.

        Not thread-safe. See zmq_socket_monitor(3).
        """
        encoded = ffi.NULL if addr is None else encode_address(addr)
        rc = retried(lib.pyzmq_sock_monitor, self._cffi_sock, encoded, events)
        if rc < 0:
            raise failed_with(rc, f"addr={addr!r}")

    def connect_peer(self, addr: str | bytes) -> int:
        """Connect to an address, on a PEER socket (draft).

        Parameters
        ----------
        addr : str or bytes
            ``transport://endpoint``, as for :meth:`connect`.

        Returns
        -------
        int
            The routing id of the peer, to send to it.

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.
        ZMQError
            ENOTSUP if the socket is no PEER, and the errors of :meth:`connect`; names `addr`.

        Thread-safe. See zmq_connect_peer(3). Added in 27.4.
        """
        encoded = encode_address(addr)
        need_draft("connect_peer (PEER)")
        need_libzmq((4, 3, 3), "connect_peer")
        routing_id = ffi.new("uint32_t *")
        rc = retried(lib.pyzmq_sock_connect_peer, self._cffi_sock, encoded, routing_id)
        if rc < 0:
            raise failed_with(rc, f"addr={addr!r}")
        return int(routing_id[0])

    def join(self, group: str | bytes) -> None:
        """Receive the messages of a group, on a DISH socket (draft).

        Parameters
        ----------
        group : str or bytes
            Name of the group, at most 15 bytes (255 from libzmq 4.3.3 on).

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.

        See zmq_join(3).
        """
        need_draft("join (RADIO and DISH)")
        _call_with_group(self, lib.pyzmq_sock_join, group)

    def leave(self, group: str | bytes) -> None:
        """Receive the messages of a group no more (draft).

        Parameters
        ----------
        group : str or bytes
            Name of the group.

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.

        See zmq_leave(3).
        """
        need_draft("leave (RADIO and DISH)")
        _call_with_group(self, lib.pyzmq_sock_leave, group)


def _call_with_address(socket: Socket, call: Callable[..., int], addr: str | bytes) -> None:
    rc = retried(call, socket._cffi_sock, encode_address(addr))
    if rc < 0:
        raise failed_with(rc, f"addr={addr!r}")


def _call_with_group(socket: Socket, call: Callable[..., int], group: str | bytes) -> None:
    rc = retried(call, socket._cffi_sock, encode_group(group))
    if rc < 0:
        raise failed_with(rc, f"group={group!r}")
