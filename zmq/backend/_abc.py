"""The contract that every backend satisfies.

A backend wraps one C call per method, with EINTR, the GIL and ownership of memory taken care of. It decides nothing
that needs two calls and a choice; that is the business of :mod:`zmq.sugar`. The exceptions, for speed, are sending and
receiving: they live whole in the backend, multipart loops included, and no layer above overrides them.

The layers above are typed against these protocols, never against one backend.

Rules that hold for each backend
--------------------------------
* Timeouts of sockets are in milliseconds; a deadline is fixed when the call begins, and signals do not move it.
* EINTR is retried. Python's signal handlers run in between; what they raise leaves the call, and no message is lost.
* An object that belongs to another process (made before a fork) behaves as a closed one.
* Operations on a closed socket raise ``ZMQError(ENOTSOCK)``; on a closed context, ``ZMQError(EFAULT)``.
* Nothing is sent by half: all parts of a message are checked before the first is handed to libzmq.
* Whatever libzmq may still read (zero-copy) stays exported until libzmq calls the free function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

# What a protocol's method returns, its signature says.
# pyright: reportReturnType=false

if TYPE_CHECKING:
    from zmq._tracker import MessageTracker


class TrackerEvent(Protocol):
    """Becomes set at the moment libzmq lets go of the memory of one message. Thread-safe."""

    def is_set(self) -> bool:
        """Tell whether libzmq is done with the memory."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for at most `timeout` seconds (None: for ever); return whether the event is set."""


class Frame(Protocol):
    """One part of a message: owns a ``zmq_msg_t`` (zmq_msg_init(3)).

    ``Frame(data=None, track=False, copy=None, copy_threshold=None)``: `data` is any contiguous bytes-like object. With
    ``copy=None`` data of at least `copy_threshold` bytes (default: ``zmq.COPY_THRESHOLD``) is shared with libzmq, less
    is copied. ``str`` raises TypeError. The buffer protocol exposes the content.
    """

    more: bool
    tracker: MessageTracker | None

    def __init__(
        self,
        data: Any = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
    ) -> None: ...

    @property
    def tracker_event(self) -> TrackerEvent | None:
        """Set when libzmq is done with the memory; None for a frame that is not tracked or was copied."""

    @property
    def buffer(self) -> memoryview:
        """The content, not copied; the frame lives as long as the view."""

    @property
    def bytes(self) -> bytes:
        """The content, copied at the first access and kept."""

    def get(self, option: int | str) -> int | str:
        """Integer option (zmq_msg_get(3)), or property by name (zmq_msg_gets(3)), `routing_id` and `group` included."""

    def set(self, option: int | str, value: Any) -> None:
        """Set an integer option (zmq_msg_set(3)), `routing_id` or `group`."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any) -> Any:
        """As ``get``."""


class Context(Protocol):
    """Owns, or shadows, one libzmq context. Thread-safe.

    ``Context(io_threads=1, shadow=0)``: with a `shadow` address no context is made.
    """

    #: Whether ``term`` terminates the libzmq context. False for a shadow; may be set.
    _owned: bool

    def __init__(self, io_threads: int = 1, shadow: int = 0) -> None: ...

    @property
    def underlying(self) -> int:
        """Address of the libzmq context; 0 once it is closed."""

    @property
    def closed(self) -> bool:
        """Whether the context is terminated, shadows nothing, or belongs to another process."""

    @property
    def _socket_refs(self) -> dict[int, ref[Any]]:
        """The open sockets made with this object, by id. A plain dictionary, since its single operations are atomic:
        entries are made and taken by any thread, also amidst an iteration, and by the garbage collector, which must not
        wait for a lock."""

    def get(self, option: int) -> int:
        """zmq_ctx_get(3). RuntimeError if the context is closed."""

    def set(self, option: int, optval: int) -> None:
        """zmq_ctx_set(3). RuntimeError if the context is closed."""

    def _end(self) -> None:
        """Begin no more calls with a shadow whose libzmq context is about to be terminated elsewhere: they raise
        ``ZMQError(ETERM)``. Calls under way are waited for. ``term`` then closes the shadow."""

    def term(self) -> None:
        """zmq_ctx_term(3). Blocks, without the GIL, until all sockets are closed; a signal handler may raise out of it,
        after which it may be called again. Does nothing on a closed context; without ``_owned``, it only forgets the
        address."""


class Readiness(Protocol):
    """Base of the class of zmq._async that knows who waits for a socket: what the backend must see of it.

    Whoever asks for EVENTS is told POLLIN, too, if there are messages that were taken but not delivered; and asking may
    take the wake-up of those who wait, so that ``wake_soon``, which the class above has, is called, unless it is the
    wake-up itself that asks.
    """

    #: Who waits: receivers (1), senders (2), polls (4); or messages do that were taken, but not delivered (8), one
    #: of them in the middle, which makes RCVMORE 1 (16).
    waiting: int
    #: Whether the wake-up runs.
    serving: bool

    def _enlist(self, address: int) -> None:
        """Have ``wake_soon`` called when another object whose `_shared` is set uses the libzmq socket at an address."""

    def _delist(self, address: int) -> None:
        """Undo ``_enlist``."""


class Budget(Protocol):
    """How many more asynchronous operations may complete at once before one goes through the event loop."""

    left: int
    limit: int

    def __init__(self, limit: int) -> None: ...


class Socket(Protocol):
    """Owns, or shadows, one libzmq socket. Not thread-safe.

    ``Socket(ctx_or_socket, socket_type, *, shadow=0, copy_threshold=None)``. The class above may have three methods
    for what is rare: ``_init_unusually(ctx_or_socket, shadow, copy_threshold)`` is called instead of making a socket if
    it cannot be made of a context and a type; ``_closing()`` when it is about to be closed, if ``_watched`` is set;
    ``_forgotten()`` if it is dropped open, and libzmq's socket is its own.
    """

    _watched: bool

    #: The context that the socket was made with; None for a socket made from an address. Another context, or None, may
    #: be assigned; anything else raises TypeError.
    context: Any
    copy_threshold: int
    #: Of an event loop, once somebody waited in it.
    _readiness: Any
    #: Whether other objects use the same libzmq socket, as shadows do.
    _shared: bool
    #: Whether ``close`` closes the libzmq socket. False for a shadow; may be set.
    _owned: bool

    @property
    def _busy(self) -> bool:
        """Whether a send or receive of this object waits in another thread. ``close`` then leaves the libzmq socket
        open until it returns. Always False in a backend that cannot tell."""

    def __init__(
        self,
        ctx_or_socket: Any = None,
        socket_type: int = 0,
        *,
        shadow: Any = 0,
        copy_threshold: int | None = None,
    ) -> None: ...

    def _adopt(self, address: int, context: Any, copy_threshold: int | None) -> None:
        """Be the shadow of the socket at an address."""

    @property
    def _type(self) -> int:
        """The number of its type, also after it is closed."""

    @property
    def underlying(self) -> int:
        """Address of the libzmq socket; 0 once it is closed."""

    @property
    def closed(self) -> bool:
        """Whether the socket is closed, or belongs to another process. False while its context is being terminated:
        that waits until the socket is closed."""

    def close(self, linger: int | None = None) -> None:
        """zmq_close(3), after setting LINGER (milliseconds) if given. Idempotent. Without ``_owned``, only forget the
        address."""

    def _ready_events(self, flags: int) -> int:
        """Which of these events (POLLIN, POLLOUT) hold now: EVENTS of zmq_getsockopt(3), without waiting."""

    def get(self, option: int) -> int | bytes:
        """zmq_getsockopt(3), by the option's type. LAST_ENDPOINT comes without its trailing NUL."""

    def set(self, option: int, optval: int | bytes) -> None:
        """zmq_setsockopt(3). TypeError for a value not of the option's type, ``str`` included."""

    def bind(self, addr: str | bytes) -> Any:
        """zmq_bind(3). Over-long ipc paths and NUL in `addr` are refused; errors name the address."""

    def connect(self, addr: str | bytes) -> Any:
        """zmq_connect(3)."""

    def unbind(self, addr: str | bytes) -> None:
        """zmq_unbind(3)."""

    def disconnect(self, addr: str | bytes) -> None:
        """zmq_disconnect(3)."""

    def monitor(self, addr: str | bytes | None, events: int = 0xFFFF) -> None:
        """zmq_socket_monitor(3); `addr` None stops it."""

    def connect_peer(self, addr: str | bytes) -> int:
        """zmq_connect_peer(3) (draft): connect a PEER socket; returns the routing id of the peer."""

    def join(self, group: str | bytes) -> None:
        """zmq_join (draft): receive messages of a group on a DISH socket."""

    def leave(self, group: str | bytes) -> None:
        """zmq_leave (draft)."""

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """zmq_msg_send(3). Returns a tracker when `track` and not `copy`."""

    def send_multipart(
        self,
        msg_parts: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """All parts as one message; the tracker covers them all."""

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """zmq_msg_recv(3): bytes with `copy`, else a Frame."""

    def recv_multipart(self, flags: int = 0, copy: bool = True, track: bool = False) -> list[Any]:
        """All parts of one message."""

    def _try_recv(self, multipart: bool, copy: bool) -> Any:
        """A frame, or a list of all frames of a message, as bytes with `copy`; None if there is no message, where other
        methods would raise Again."""

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """zmq_recv(3) into a writable contiguous buffer; returns the size of the message, which may exceed what was
        written."""


class OptionAttribute(Protocol):
    """Descriptor that reads and writes one option through the owner's ``get`` and ``set``.

    ``OptionAttribute(option, name, readable=True, writable=True)``: reading a write-only option and deleting raise
    AttributeError. So does reading one that this type of socket, or this libzmq, does not know (EINVAL). Writing a
    read-only one raises ``ZMQError(EINVAL)``. A ``str`` given to an option of bytes is encoded as UTF-8.
    """

    def __init__(self, option: int, name: str, readable: bool = True, writable: bool = True) -> None: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any: ...

    def __set__(self, instance: Any, value: Any) -> None: ...


class Backend(Protocol):
    """What the module of a backend offers."""

    Context: type[Context]
    Socket: type[Socket]
    Frame: type[Frame]
    OptionAttribute: type[OptionAttribute]
    Readiness: type[Readiness]
    Budget: type[Budget]
    IPC_PATH_MAX_LEN: int
    PYZMQ_DRAFT_API: bool

    def compile_async(
        self,
        general: Sequence[Callable[..., Any]],
        future: type,
        running_loop: Callable[[], Any],
        budget: Any,
    ) -> dict[str, Any]:
        """Methods by name that do the usual cases of the asynchronous ``recv``, ``recv_multipart``, ``send`` and
        ``send_multipart`` in C, and call those of `general` for all others; empty if there are none."""

    def zmq_poll(self, sockets: Iterable[tuple[Any, int]], timeout: int = -1) -> list[tuple[Any, int]]:
        """zmq_poll(3): pairs of (socket, file descriptor or object with fileno(); events), milliseconds (-1: for ever).
        Returns the ready ones, with descriptors in the place of objects that have one. A closed socket raises
        ``ZMQError(ENOTSOCK)``, a ``fileno()`` that fails ValueError; anything else TypeError."""

    def monitored_queue(
        self,
        in_socket: Any,
        out_socket: Any,
        mon_socket: Any,
        in_prefix: bytes = b"in",
        out_prefix: bytes = b"out",
    ) -> int:
        """Runs until the context is terminated, then raises ContextTerminated; swaps the routing ids of two ROUTERs."""

    def proxy(self, frontend: Any, backend: Any, capture: Any = None) -> int:
        """zmq_proxy(3): runs until the context is terminated, then raises ContextTerminated."""

    def proxy_steerable(self, frontend: Any, backend: Any, capture: Any = None, control: Any = None) -> int:
        """As zmq_proxy_steerable(3) is described: returns 0 after TERMINATE came on `control`. STATISTICS counts
        messages. Unknown commands are ignored, and logged once."""

    def has(self, capability: str) -> bool:
        """zmq_has(3)."""

    def curve_keypair(self) -> tuple[bytes, bytes]:
        """zmq_curve_keypair(3): (public, secret), Z85, 40 bytes each."""

    def curve_public(self, secret_key: bytes | str) -> bytes:
        """zmq_curve_public(3). ValueError for anything but 40 bytes, ``ZMQError(EINVAL)`` for what is no Z85."""

    def strerror(self, errno: int) -> str:
        """zmq_strerror(3)."""

    def zmq_errno(self) -> int:
        """zmq_errno(3)."""

    def zmq_version_info(self) -> tuple[int, int, int]:
        """zmq_version(3): of the library that runs, not of the header."""
