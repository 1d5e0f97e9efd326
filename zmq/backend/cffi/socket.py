"""Socket: owns, or shadows, one libzmq socket: its life, its options and its endpoints."""

from __future__ import annotations

import gc
import operator
import sys
from _weakref import ref  # what weakref.ref is
from typing import Any

from zmq._numbers import to_int
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._memory import with_finaliser
from zmq.backend.cffi._release import release_returned
from zmq.backend.cffi.asynchronous import Readiness
from zmq.backend.cffi.context import Context
from zmq.backend.cffi.error import failed, failed_with, need_draft, need_libzmq, retried
from zmq.backend.cffi.message import default_copy_threshold, to_size
from zmq.backend.cffi.options import get_option, set_option
from zmq.backend.cffi.transfer import Transfer
from zmq.backend.cffi.utils import encode_address, encode_group
from zmq.constants import _VALUES

_TYPE = _VALUES["SocketOption"]["TYPE"]

# What objects have that are not initialised.
_NO_SOCK = ffi.addressof(lib, "pyzmq_no_sock")

# Functions of libzmq.
_CONNECT, _UNBIND, _DISCONNECT, _JOIN, _LEAVE = (
    ffi.addressof(lib, f"zmq_{name}") for name in ("connect", "unbind", "disconnect", "join", "leave")
)


def _new_sock() -> tuple[Any, Any]:
    """Return what has a reference to a record, once it is opened, and drops it when it is collected; and its memory.

    The owner keeps the memory: what is finalised keeps nothing, and somebody may look at it once more.
    """
    memory = ffi.new("pyzmq_sock *")
    return with_finaliser(memory, lib.pyzmq_sock_forget), memory


class Socket(Transfer):
    """Own, or shadow, one libzmq socket (zmq_socket(3)).

    Parameters
    ----------
    ctx_or_socket : Context
        Where to make the socket; kept alive by it.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    shadow : int
        Address of a socket to shadow: none is made then. Its owner keeps it alive.
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
        "_type",
        "_watched",
    )

    _cffi_context: Any
    _cffi_memory: Any
    _cffi_owned: bool
    _cffi_sock: Any
    _cffi_threshold: int
    _readiness: Readiness | None
    _type: int
    _watched: bool

    def __new__(cls, *args: Any, **kwargs: Any) -> Socket:  # noqa: ARG004
        self = super().__new__(cls)
        self._cffi_sock = _NO_SOCK
        self._cffi_context = None
        self._readiness = None
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
        socket_type = to_int(socket_type)
        if self._cffi_sock is not _NO_SOCK:
            self._begin_again()
        if socket_type == -1 or not isinstance(ctx_or_socket, Context) or type(shadow) is not int or shadow:
            self._init_unusually(ctx_or_socket, shadow, copy_threshold)
            return
        context = ctx_or_socket
        self._cffi_threshold = to_size(default_copy_threshold() if copy_threshold is None else copy_threshold)
        sock, memory = _new_sock()
        rc = lib.pyzmq_sock_open(sock, context._cffi_ctx, socket_type)
        if rc == -lib.EMFILE and sys.implementation.name == "pypy":
            # Forgotten sockets are open until they are collected, and nothing tells the collector to hurry.
            gc.collect()
            rc = lib.pyzmq_sock_open(sock, context._cffi_ctx, socket_type)
        if rc < 0:
            raise failed(rc)
        self._cffi_owned = True
        self._cffi_sock, self._cffi_memory = sock, memory
        self._cffi_context = context
        self._type = socket_type
        context._socket_refs[id(self)] = ref(self)

    def _begin_again(self) -> None:
        """Let go of the socket that the object had, which is closed, so that it can be initialised again."""
        sock = self._cffi_sock
        if not lib.pyzmq_sock_closed(sock):
            raise RuntimeError("a Socket that is open cannot be initialised again")
        if lib.pyzmq_sock_busy(sock):
            raise RuntimeError(
                "a Socket cannot be initialised again while a call of another thread still uses the old one"
            )
        # Other code may have closed it.
        lib.pyzmq_sock_close(sock)
        if self._cffi_owned:
            self._leave_context()
        self._cffi_owned = self._watched = False
        self._readiness = None
        self._renewed()

    def _renewed(self) -> None:
        """Of the class above, when a closed object is about to be initialised again."""

    def _init_unusually(self, ctx_or_socket: Any, shadow: Any, copy_threshold: int | None) -> None:
        """Be a shadow, or raise. The class above takes more for a shadow than an address."""
        if not shadow:
            raise TypeError(f"a Socket is made in a zmq.Context and has a type, not {ctx_or_socket!r}")
        self._adopt(shadow, ctx_or_socket, copy_threshold)

    def _adopt(self, address: int, context: Any, copy_threshold: int | None) -> None:
        """Be the shadow of the socket at an address."""
        self._cffi_threshold = to_size(default_copy_threshold() if copy_threshold is None else copy_threshold)
        sock, memory = _new_sock()
        rc = lib.pyzmq_sock_shadow(sock, operator.index(address))
        if rc < 0:
            raise failed(rc)
        self.context = context
        self._cffi_sock, self._cffi_memory = sock, memory
        self._type = int(get_option(sock, _TYPE))

    def __del__(self) -> None:
        # Of the class above, which tells the user.
        forgotten = getattr(self, "_forgotten", None)
        if self._cffi_owned:
            if forgotten is not None and not lib.pyzmq_sock_is_dead(self._cffi_sock):
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
    def _busy(self) -> bool:
        """Whether a call, by whatever object, uses the libzmq socket."""
        return bool(lib.pyzmq_sock_busy(self._cffi_sock))

    @property
    def copy_threshold(self) -> int:
        """Bytes from which ``copy=False`` shares memory instead of copying."""
        return self._cffi_threshold

    @copy_threshold.setter
    def copy_threshold(self, value: int) -> None:
        self._cffi_threshold = to_size(value)

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Closing it again does nothing. A shadow closes the socket that it shadows.

        What it still has to send is sent in the background, until LINGER has passed; by default, without limit. A send
        or receive that waits in another thread goes on until it is done, times out, or the context is terminated;
        libzmq's socket is closed then.

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
        milliseconds = 0 if linger is None else to_int(linger)
        if lib.pyzmq_sock_is_dead(sock):
            return
        if linger is not None:
            rc = retried(lib.pyzmq_sock_set_int, sock, lib.ZMQ_LINGER, milliseconds)
            # With a context that is being terminated, there is nothing to linger for.
            if rc < 0 and rc not in (-lib.ETERM, -lib.ENOTSOCK):
                raise failed(rc)
        if self._watched:
            self._closing()
        if self._cffi_owned:
            self._leave_context()
        rc = lib.pyzmq_sock_close(sock)
        release_returned()
        if rc < 0:
            raise failed(rc)

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
        try:
            return get_option(self._cffi_sock, option)
        except TypeError:
            # CFFI takes no __index__, and no float.
            return get_option(self._cffi_sock, to_int(option))

    def _ready_events(self, flags: int) -> int:
        """Tell which of these events (POLLIN, POLLOUT) hold now, without waiting. See EVENTS in zmq_getsockopt(3)."""
        wanted = flags if type(flags) is int else to_int(flags)
        events = retried(lib.pyzmq_sock_events, self._cffi_sock)
        if events < 0:
            raise failed(events)
        return events & wanted

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
        except (OverflowError, TypeError):
            # An option of bytes takes no number at all; and CFFI takes no option with __index__.
            pass
        set_option(self._cffi_sock, to_int(option), optval)

    def bind(self, addr: str | bytes) -> Any:
        """Listen on an address. See zmq_bind(3)."""
        rc = retried(lib.pyzmq_sock_bind, self._cffi_sock, encode_address(addr))
        if rc < 0:
            raise failed_with(rc, f"addr={addr!r}")

    def connect(self, addr: str | bytes) -> Any:
        """Connect to an address. See zmq_connect(3)."""
        _call_with_address(self, _CONNECT, addr)

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
        _call_with_address(self, _UNBIND, addr)

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
        _call_with_address(self, _DISCONNECT, addr)

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
        rc = retried(lib.pyzmq_sock_monitor, self._cffi_sock, encoded, to_int(events))
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
        _call_with_group(self, _JOIN, group)

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
        _call_with_group(self, _LEAVE, group)


def _call_with_address(socket: Socket, function: Any, addr: str | bytes) -> None:
    rc = retried(lib.pyzmq_sock_call, socket._cffi_sock, function, encode_address(addr))
    if rc < 0:
        raise failed_with(rc, f"addr={addr!r}")


def _call_with_group(socket: Socket, function: Any, group: str | bytes) -> None:
    rc = retried(lib.pyzmq_sock_call, socket._cffi_sock, function, encode_group(group))
    if rc < 0:
        raise failed_with(rc, f"group={group!r}")
