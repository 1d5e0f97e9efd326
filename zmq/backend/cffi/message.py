"""Frame: owns one zmq_msg_t. And how data get into a message."""

from __future__ import annotations

import builtins
import operator
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from zmq._numbers import to_int
from zmq._tracker import MessageTracker
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._release import TrackerEvent, can_lend, export, finished_tracker, lend
from zmq.backend.cffi.error import failed, failed_with, need_draft, need_libzmq
from zmq.backend.cffi.utils import encode_group
from zmq.constants import _VALUES
from zmq.error import ZMQError

# A collector that counts only its own memory would let frames pile up.
_COUNTS_OWN_MEMORY = sys.implementation.name == "pypy"
if _COUNTS_OWN_MEMORY:
    from __pypy__ import add_memory_pressure  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

# From this size on, a reference to bytes costs less than a copy of them; they cannot change.
BYTES_BY_REFERENCE = 131072

_REPR_SIZE = 16
_REPR_SHOWN = 12


def default_copy_threshold() -> int:
    """``zmq.COPY_THRESHOLD`` as it is now: programs assign to it."""
    threshold: int = sys.modules["zmq"].COPY_THRESHOLD
    return threshold


def to_size(value: Any) -> int:
    """The number of bytes that an argument stands for, as C can have it."""
    size = value if type(value) is int else to_int(value)
    if not -sys.maxsize <= size <= sys.maxsize:
        raise OverflowError(f"a number of at most {sys.maxsize} is required, not {value!r}")
    return size


def shares(data: Any, size: int, copy: bool, copy_threshold: int) -> bool:
    """Tell whether a message is to refer to `data`, rather than to a copy."""
    if copy:
        return size >= BYTES_BY_REFERENCE and type(data) is bytes
    return size >= copy_threshold and can_lend(data)


def new_msg() -> Any:
    """Return an empty message."""
    msg = ffi.gc(lib.pyzmq_msg_new(), lib.pyzmq_msg_free)
    if msg == ffi.NULL:
        raise MemoryError
    return msg


def _short_size(size: int) -> str:
    if size < 1000:
        return f"{size}B"
    if size < 1 << 20:
        return f"{size // 1000}kB"
    if size < 1000**3:
        return f"{size // 1000**2}MB"
    return f"{size // 1000**3}GB"


def _is_released(view: memoryview) -> bool:
    try:
        _ = view.nbytes
    except ValueError:
        return True
    return False


def _keep(msg: Any, data: Any) -> None:
    """Called when `data` is collected; until then, it keeps `msg` alive."""


class Frame:
    """One part of a message, not copied on its way between Python and libzmq.

    ``recv(copy=False)`` returns frames; a frame made here can be sent several times. Properties of the connection that
    a frame came over are items: ``frame["Peer-Address"]``.

    Parameters
    ----------
    data : bytes-like, optional
        The content. Shared data must not change until libzmq is done with it: see `track`. PyPy does not lock memory
        that is shared; there, only bytes, frames and memoryviews of them are, and all else is copied.
    track : bool
        Make :attr:`tracker` follow the frame's memory.
    copy : bool, optional
        Whether to copy `data`; None copies what is smaller than `copy_threshold`.
    copy_threshold : int, optional
        Bytes; default: ``zmq.COPY_THRESHOLD``.

    Raises
    ------
    TypeError
        If `data` offers no contiguous buffer, ``str`` included.

    Threads may read, copy and send the same frame; setting options is not thread-safe. See zmq_msg_init(3),
    zmq_msg_init_data(3).
    """

    __slots__ = ("__weakref__", "_bytes", "_msg", "_view", "more", "tracker", "tracker_event")

    _msg: Any
    _bytes: bytes | None
    _view: memoryview | None
    more: bool
    tracker: MessageTracker | None
    tracker_event: TrackerEvent | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Frame:  # noqa: ARG004
        self = super().__new__(cls)
        self._bytes = None
        self._view = None
        self.more = False
        self.tracker = None
        self.tracker_event = None
        self._msg = new_msg()
        return self

    def __init__(
        self,
        data: Any = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
    ) -> None:
        # The content may be in use: by views, and by libzmq.
        if lib.pyzmq_msg_size(self._msg):
            raise RuntimeError("a Frame is initialised once")
        if data is None:
            if track:
                self.tracker = finished_tracker
            return
        if isinstance(data, str):
            raise TypeError(f"a Frame holds bytes, not str: {data!r}; encode it first")
        if isinstance(data, Frame):
            data = data.buffer
        if copy is None:
            exported = export(data)
            copy = len(exported) < to_size(default_copy_threshold() if copy_threshold is None else copy_threshold)
        else:
            exported = data if copy and type(data) is bytes else export(data)
        if copy or not can_lend(data):
            rc = lib.pyzmq_msg_fill(self._msg, exported, len(exported))
            if track:
                self.tracker = finished_tracker
        else:
            event = TrackerEvent() if track else None
            rc = lend(self._msg, data, exported, event)
            if event is not None:
                self.tracker_event = event
                self.tracker = MessageTracker(event)
        if rc < 0:
            raise failed(rc)
        self._bytes = data if type(data) is bytes else None

    def __copy__(self) -> Frame:
        """Return another frame that shares the content, which is not copied (zmq_msg_copy(3))."""
        twin = Frame.__new__(Frame)
        rc = lib.pyzmq_msg_share(twin._msg, self._msg)
        if rc < 0:
            raise failed(rc)
        twin._bytes = self._bytes
        twin.more = self.more
        twin.tracker = self.tracker
        twin.tracker_event = self.tracker_event
        return twin

    @property
    def buffer(self) -> memoryview:
        """A memoryview of the content, not copied; it keeps the frame's memory alive. The same one, as long as it is
        in use.

        Read-only if it is memory of bytes, sent in this process.
        """
        view = self._view
        if view is None or _is_released(view):
            msg = self._msg
            data = ffi.gc(lib.pyzmq_msg_data(msg), partial(_keep, msg))
            view = memoryview(ffi.buffer(data, lib.pyzmq_msg_size(msg)))
            if lib.pyzmq_is_readonly(data):
                view = view.toreadonly()
            self._view = view
        return view

    def __buffer__(self, flags: int, /) -> memoryview:
        """Export the content (PEP 688)."""
        return self.buffer

    @property
    def bytes(self) -> bytes:
        """The content as bytes, copied at the first access and kept."""
        content = self._bytes
        if content is None:
            msg = self._msg
            content = self._bytes = ffi.unpack(lib.pyzmq_msg_data(msg), lib.pyzmq_msg_size(msg))
        return content

    def __bytes__(self) -> builtins.bytes:
        return self.bytes

    def __len__(self) -> int:
        return lib.pyzmq_msg_size(self._msg)

    def __repr__(self) -> str:
        size = len(self)
        if size <= _REPR_SIZE:
            shown = repr(self.bytes)
        else:
            shown = f"{self.buffer[:_REPR_SHOWN].tobytes()!r}...{_short_size(size)}"
        cls = type(self)
        name = "zmq.Frame" if cls is Frame else f"{cls.__module__}.{cls.__qualname__}"
        return f"<{name}({shown})>"

    @overload
    def get(self, option: int) -> int: ...
    @overload
    def get(self, option: Literal["routing_id"]) -> int: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]
    @overload
    def get(self, option: str) -> str: ...
    def get(self, option: int | str) -> int | str:
        """Read an option or a property.

        Parameters
        ----------
        option : int or str
            A member of :class:`zmq.MessageOption`; or the name of a property, such as ``"User-Id"``, ``"Socket-Type"``,
            ``"Peer-Address"``; or ``"routing_id"`` or ``"group"`` (draft).

        Returns
        -------
        int or str

        Raises
        ------
        ZMQError
            EINVAL for an unknown option or property.

        See zmq_msg_get(3), zmq_msg_gets(3).
        """
        if hasattr(option, "__index__"):
            number = lib.pyzmq_msg_get(self._msg, to_int(option))
            if number < 0:
                raise failed(number)
            return number
        if option == "routing_id":
            need_draft("routing_id of a Frame (CLIENT and SERVER)")
            return lib.pyzmq_msg_routing_id(self._msg)
        if option == "group":
            need_draft("group of a Frame (RADIO and DISH)")
            return ffi.string(lib.pyzmq_msg_group(self._msg)).decode("utf-8")
        need_libzmq((4, 1), "get by name")
        name = option.encode("utf-8") if isinstance(option, str) else option
        if not isinstance(name, bytes):
            raise TypeError(f"expected str, got: {option!r}; a Frame has options by number and properties by name")
        text = lib.pyzmq_msg_gets(self._msg, name)
        if text == ffi.NULL:
            raise failed(-lib.zmq_errno())
        return ffi.string(text).decode("utf-8")

    def set(self, option: int | str, value: Any) -> None:
        """Set an option.

        Parameters
        ----------
        option : int or str
            ``"routing_id"`` or ``"group"`` (draft), or an integer option.
        value : int or str
            Its value.

        Raises
        ------
        ZMQError
            EINVAL: libzmq knows no integer option that can be set.

        See zmq_msg_set(3).
        """
        if option == "routing_id":
            need_draft("routing_id of a Frame (CLIENT and SERVER)")
            set_routing_id(self._msg, value)
        elif option == "group":
            need_draft("group of a Frame (RADIO and DISH)")
            set_group(self._msg, value)
        else:
            rc = lib.pyzmq_msg_set(self._msg, to_int(option), to_int(value))
            if rc < 0:
                raise failed(rc)

    @overload
    def __getitem__(self, key: int) -> int: ...
    @overload
    def __getitem__(self, key: str | builtins.bytes) -> str: ...
    def __getitem__(self, key: int | str | builtins.bytes) -> int | str:
        if isinstance(key, bytes):
            key = key.decode("utf-8")
        elif not isinstance(key, str) and not hasattr(key, "__index__"):
            raise TypeError(f"a Frame has options and properties as items, not {key!r}; its content is frame.bytes")
        return self.get(key)

    # Type checkers would take any name for good.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> int:
            option = _VALUES["MessageOption"].get(name.upper())
            if option is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute and no option {name!r}")
            try:
                return self.get(option)
            except ZMQError as error:
                raise AttributeError(f"{type(self).__name__} option {name!r} cannot be read here: {error}") from error

    @property
    def group(self) -> str:
        """The group of a message of RADIO and DISH sockets (draft)."""
        return self.get("group")

    @group.setter
    def group(self, value: str) -> None:
        self.set("group", value)

    @property
    def routing_id(self) -> int:
        """The routing id of a message of CLIENT and SERVER sockets (draft)."""
        return self.get("routing_id")

    @routing_id.setter
    def routing_id(self, value: int) -> None:
        self.set("routing_id", value)


Message = Frame
# Where programs know it to be.
Frame.__module__ = "zmq.sugar.frame"
lib.pyzmq_offer_buffer(id(Frame))


def received_frame(msg: Any, more: int, track: bool) -> Frame:
    """Return a frame that owns a message received."""
    frame: Frame = object.__new__(Frame)
    frame._bytes = None
    frame._view = None
    frame._msg = msg
    frame.more = more != 0
    frame.tracker = finished_tracker if track else None
    frame.tracker_event = None
    if _COUNTS_OWN_MEMORY:
        add_memory_pressure(lib.pyzmq_msg_size(msg))  # pyright: ignore[reportPossiblyUnboundVariable]
    return frame


def set_routing_id(msg: Any, routing_id: int) -> None:
    """Address a message of a SERVER socket."""
    rc = lib.pyzmq_msg_set_routing_id(msg, operator.index(routing_id))
    if rc < 0:
        raise failed_with(rc, f"routing_id={routing_id!r}")


def set_group(msg: Any, group: str | bytes) -> None:
    """Address a message of a RADIO socket."""
    rc = lib.pyzmq_msg_set_group(msg, encode_group(group))
    if rc < 0:
        raise failed_with(rc, f"group={group!r}")


def fill(msg: Any, data: Any, copy: bool, track: bool, copy_threshold: int) -> MessageTracker | None:
    """Give a message to be sent its content; return its tracker if `track` and not `copy`."""
    track = track and not copy
    tracker: MessageTracker | None = None
    event: TrackerEvent | None = None
    if isinstance(data, Frame):
        if track:
            tracker = data.tracker
            if tracker is None:
                raise ValueError(f"cannot track {data!r}: it was made without track=True")
        rc = lib.pyzmq_msg_share(msg, data._msg)
    elif isinstance(data, str):
        raise TypeError(f"a message is bytes, not str: {data!r}; encode it, or use send_string()")
    else:
        exported = export(data)
        size = len(exported)
        if shares(data, size, copy, copy_threshold):
            if track:
                event = TrackerEvent()
                tracker = MessageTracker(event)
            rc = lend(msg, data, exported, event)
        else:
            if track:
                tracker = finished_tracker
            rc = lib.pyzmq_msg_fill(msg, exported, size)
    if rc < 0:
        raise failed(rc)
    return tracker
