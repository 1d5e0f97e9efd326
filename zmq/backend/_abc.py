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
        entries are made and taken by any thread, also during an iteration, and by the garbage collector, which must not
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
    """Base of the class of zmq._async that knows what waits for a libzmq socket: its side of the record.

    ``Readiness(socket, ...)``, with any of the objects of the libzmq socket: there is one instance for all of them,
    which the backend finds by a weak reference. Two methods are hooks, which the class above has: ``wake_soon`` and
    ``close``.

    Each attempt to use the socket, by whatever object and thread, and whatever comes of it, may take the wake-up of the
    descriptor. So if one of the events of ``alert`` holds afterwards, ``wake_soon`` is called. It may be called in any
    thread, within the use of the socket; what it raises is reported, and lost.
    """

    def __init__(self, socket: Any) -> None: ...

    @property
    def alert(self) -> int:
        """The events (POLLIN, POLLOUT) that an attempt to use the socket looks for; 0: none, or a look is due anyway.
        Stays 0 once the socket is closed."""

    @property
    def waiting(self) -> int:
        """The events that something waits for in order, so that no later operation may overtake it. Likewise."""

    def note(self, alert: int, waiting: int) -> None:
        """Set both."""

    def want(self, events: int, alert: bool) -> None:
        """Add events to ``waiting``, and, if so told, to ``alert``."""

    def quiet(self) -> None:
        """Set ``alert`` to 0."""

    @property
    def in_message(self) -> bool:
        """Whether a message is begun and not finished."""

    @property
    def begun(self) -> int:
        """The number of the last message of several frames that was begun."""

    @property
    def returned(self) -> bool:
        """Whether messages were given back that nobody has received since."""

    def events(self) -> int:
        """The events that hold, messages that were given back included, without a call of ``wake_soon``. Raises
        ``ZMQError`` if the socket is closed or its context terminated."""

    def take(self, multipart: bool) -> tuple[int, Any] | None:
        """A message for a receiver that may give it back, without waiting: its number, and a Frame or, with
        `multipart`, a list of all frames. None if there is no message."""

    def give_back(self, key: int, message: Any) -> None:
        """Let a message, which has this number, be received by anybody, in the place that it had. It shares its content
        with what is received. Thread-safe. Does nothing once the socket is closed."""

    def wake_soon(self) -> None:
        """Have each event loop in which something waits look at the events. Thread-safe."""

    def close(self) -> None:
        """Let everything end that waits: the socket is closed. Thread-safe."""


class Budget(Protocol):
    """How many more asynchronous operations may complete at once before one goes through the event loop."""

    left: int
    limit: int

    def __init__(self, limit: int) -> None: ...


class Socket(Protocol):
    """Owns, or shadows, one libzmq socket. Not thread-safe, but for ``close``.

    What holds of the libzmq socket, and not of an object, is in a record that all objects share
    (``zmq/backend/c/pyzmq_record.h``): whether it is closed, the calls in progress, where in a message sending is, the
    messages that were given back, what waits. So objects may continue each other's messages, and any of them closes the
    socket for all.

    ``Socket(ctx_or_socket, socket_type, *, shadow=0, copy_threshold=None)``. The class above may have four methods
    for what is rare: ``_init_unusually(ctx_or_socket, shadow, copy_threshold)`` is called instead of making a socket if
    it cannot be made of a context and a type; ``_closing()`` when it is about to be closed, if ``_watched`` is set;
    ``_renewed()`` when it is closed, and about to be initialised again; ``_forgotten()`` if it is dropped open, and
    libzmq's socket is its own.
    """

    _watched: bool

    #: The context that the socket was made with; None for a socket made from an address. Another context, or None, may
    #: be assigned; anything else raises TypeError.
    context: Any
    copy_threshold: int
    #: What ``readiness_of`` gives, for the class above to keep; None until it does.
    _readiness: Any

    @property
    def _busy(self) -> bool:
        """Whether a call that waits, by whatever object, uses the libzmq socket."""

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
        """zmq_close(3), after setting LINGER (milliseconds) if given; for all objects of the libzmq socket. Idempotent.
        libzmq's socket stays open until calls in progress in other threads are over: a multipart message and a poll are
        one call each. ``Readiness.close`` is called. An owner that is dropped open is closed; a shadow is not."""

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
        future: type | None,
        running_loop: Callable[[], Any] | None,
        common: Any,
    ) -> dict[str, Any]:
        """Methods by name that do the usual cases of the asynchronous ``recv``, ``recv_multipart``, ``send`` and
        ``send_multipart`` in C, and call those of `general` for all others; empty if there are none. Without a class of
        futures: ``recv`` and ``send`` for greenlets."""

    def readiness_of(self, socket: Any) -> Any:
        """The ``Readiness`` that the objects of a libzmq socket share, or None."""

    def _share_registry(self, address: int) -> int:
        """Use the registry of sockets of a backend that was loaded earlier, so that a libzmq socket has one record; 0
        for none. Returns the address of the one in use. A backend that has none lacks the function."""

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
