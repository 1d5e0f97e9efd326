"""Sending and receiving, which every socket of this backend can.

A send or receive first tries without blocking. Only if libzmq says EAGAIN and the caller wants to wait, it is repeated
with waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zmq._numbers import to_int
from zmq._tracker import MessageTracker
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._release import (
    TrackerEvent,
    _lent,
    export,
    finished_tracker,
    release_returned,
    send_lent,
)
from zmq.backend.cffi.error import failed, need_draft
from zmq.backend.cffi.message import (
    BYTES_BY_REFERENCE,
    Frame,
    fill,
    new_msg,
    received_frame,
    set_group,
    set_routing_id,
    shares,
    to_size,
)
from zmq.error import Again, _raise_for_part, error_for_errno

if TYPE_CHECKING:
    from collections.abc import Callable

_EAGAIN = lib.EAGAIN
_EINTR = lib.EINTR
_DONTWAIT = lib.ZMQ_DONTWAIT
_RCVTIMEO = lib.ZMQ_RCVTIMEO
_SMALL_SIZE = lib.PYZMQ_SMALL_SIZE
_SNDTIMEO = lib.ZMQ_SNDTIMEO

# Read once: attributes of `lib` are looked up at each access on CPython.
_recv_inbox = lib.pyzmq_recv_inbox
_send_bytes = lib.pyzmq_send_bytes
_unpack: Any = ffi.unpack
_ONLY_BYTES = {bytes}

# What messages pass through on their way, each with its field `small`. Whoever needs one takes it out: another thread,
# or a signal handler that receives while the content is copied, takes another one.
_inboxes: list[tuple[Any, Any]] = []
_parts: list[tuple[Any, Any]] = []


def _new_inbox() -> tuple[Any, Any]:
    inbox = ffi.gc(lib.pyzmq_inbox_new(), lib.pyzmq_inbox_free)
    if inbox == ffi.NULL:
        raise MemoryError
    return inbox, inbox.small


def take_parts() -> tuple[Any, Any]:
    try:
        return _parts.pop()
    except IndexError:
        parts = ffi.gc(lib.pyzmq_parts_new(), lib.pyzmq_parts_free)
        if parts == ffi.NULL:
            raise MemoryError from None
        return parts, parts.small


def return_parts(entry: tuple[Any, Any]) -> None:
    """Let go of what was not sent, or not taken, and keep the rest for the next message."""
    lib.pyzmq_parts_reset(entry[0])
    _parts.append(entry)
    if _lent:
        release_returned()


class Transfer:
    """What sends and receives; base of :class:`Socket`, which opens and closes what it uses."""

    __slots__ = ()

    _cffi_sock: Any
    _cffi_threshold: int

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """Send a single frame.

        Parameters
        ----------
        data : bytes-like or Frame
            The content.
        flags : int
            ``zmq.DONTWAIT`` (raise Again instead of waiting for room), ``zmq.SNDMORE`` (more frames of the same message
            follow).
        copy : bool
            Whether to copy the content. With False, data of at least :attr:`copy_threshold` bytes is shared with
            libzmq: it must not change until that is done with it. (On PyPy, where the owner
            of shared memory could free it, only bytes, frames and memoryviews of them are shared; all else is copied.)
        track : bool
            Return a tracker of shared data; without effect with ``copy=True``.
        routing_id : int, optional
            Peer of a SERVER socket (draft).
        group : str, optional
            Group of a RADIO socket (draft).

        Returns
        -------
        MessageTracker or None
            A tracker if `track` and not `copy`.

        Raises
        ------
        TypeError
            If `data` is a ``str`` or offers no contiguous buffer.
        ValueError
            If an untracked Frame is to be tracked.
        Again
            If there is no room, at once with DONTWAIT, or after SNDTIMEO milliseconds.
        ZMQError
            If the message cannot be sent for another reason.

        Not thread-safe. See zmq_msg_send(3).
        """
        if routing_id is None and group is None and not isinstance(data, str):
            # One try without waiting, in one call.
            if copy and type(data) is bytes and len(data) < BYTES_BY_REFERENCE:
                try:
                    rc = _send_bytes(self._cffi_sock, data, len(data), flags)
                except TypeError:
                    # CFFI takes no __index__, and no float. To ask for the type before would take longer.
                    rc = _send_bytes(self._cffi_sock, data, len(data), to_int(flags))
                tracker = None
            else:
                rc, tracker = _try_send(self, data, flags if type(flags) is int else to_int(flags), copy, track)
            if rc == 0:
                if _lent:
                    release_returned()
                return tracker
            flags = to_int(flags)
            if rc != -_EINTR and (rc != -_EAGAIN or flags & _DONTWAIT):
                raise failed(rc)
        flags = to_int(flags)
        _check_open(self)
        entry = take_parts()
        try:
            tracker = _add_part(self, entry[0], data, copy, track, routing_id, group)
            _send_parts(self, entry[0], flags)
        finally:
            return_parts(entry)
        return tracker

    def send_multipart(
        self,
        msg_parts: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """Send several frames as one message.

        All parts are looked at before the first is sent: a bad one sends nothing.

        Parameters
        ----------
        msg_parts : iterable of bytes-like or Frame
            The parts, at least one.
        flags : int
            As for :meth:`send`; SNDMORE is added to all parts but the last.
        copy : bool
            Whether to copy the contents; with False, parts of at least :attr:`copy_threshold` bytes are shared.
        track : bool
            Return a tracker of all shared parts.
        routing_id, group
            As for :meth:`send`.

        Returns
        -------
        MessageTracker or None

        Raises
        ------
        TypeError
            If a part is a ``str`` or offers no contiguous buffer; names its index.
        IndexError
            If there is no part.
        Again
            If there is no room, at once with DONTWAIT, or after SNDTIMEO milliseconds.

        Not thread-safe. See zmq_msg_send(3).
        """
        if type(flags) is not int:
            flags = to_int(flags)
        # Exporting a buffer runs Python code, which may change a list.
        items = msg_parts if type(msg_parts) is tuple else tuple(msg_parts)
        if not items:
            _check_open(self)
            raise IndexError("a message has at least one part: msg_parts is empty")
        plain = copy and routing_id is None and group is None
        trackers: list[MessageTracker] = []
        entry = take_parts()
        parts = entry[0]
        try:
            if plain and set(map(type, items)) == _ONLY_BYTES:
                sizes = [len(item) for item in items]
                if sum(sizes) < BYTES_BY_REFERENCE:
                    rc = lib.pyzmq_send_joined(self._cffi_sock, parts, b"".join(items), sizes, len(sizes), flags)
                    if rc < 0:
                        _wait(self, lib.pyzmq_send_parts, parts, flags, _SNDTIMEO, rc)
                    return None
            _check_open(self)
            for index, item in enumerate(items):
                try:
                    tracker = _add_part(self, parts, item, copy, track, routing_id, group)
                except (TypeError, ValueError, BufferError) as error:
                    _raise_for_part(index, error)
                if tracker is not None:
                    trackers.append(tracker)
            _send_parts(self, parts, flags)
        finally:
            return_parts(entry)
        return MessageTracker(*trackers) if track and not copy else None

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive a single frame.

        Parameters
        ----------
        flags : int
            ``zmq.DONTWAIT``: raise Again instead of waiting.
        copy : bool
            Whether to return bytes; else a Frame, whose content is not copied.
        track : bool
            Let the Frame have a tracker; without effect with ``copy=True``.

        Returns
        -------
        bytes or Frame

        Raises
        ------
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.
        ZMQError
            If no message can be received for another reason.

        Not thread-safe. See zmq_msg_recv(3).
        """
        if not copy:
            return _recv_frame(self, flags if type(flags) is int else to_int(flags), track)
        try:
            entry = _inboxes.pop()
        except IndexError:
            entry = _new_inbox()
        inbox, small = entry
        try:
            try:
                size = _recv_inbox(self._cffi_sock, inbox, flags, 0)
            except TypeError:
                # As in send().
                size = _recv_inbox(self._cffi_sock, inbox, to_int(flags), 0)
            if size < 0:
                size = _wait(self, _recv_inbox, inbox, flags, _RCVTIMEO, size)
            if size <= _SMALL_SIZE:
                return _unpack(small, size)
            try:
                return _unpack(lib.pyzmq_inbox_data(inbox), lib.pyzmq_inbox_size(inbox))
            finally:
                lib.pyzmq_inbox_clear(inbox)
        finally:
            _inboxes.append(entry)
            if _lent:
                release_returned()

    def recv_multipart(self, flags: int = 0, copy: bool = True, track: bool = False) -> list[Any]:
        """Receive all frames of one message.

        Parameters
        ----------
        flags, copy, track
            As for :meth:`recv`.

        Returns
        -------
        list of bytes or list of Frame

        Raises
        ------
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.

        Not thread-safe. See zmq_msg_recv(3).
        """
        if type(flags) is not int:
            flags = to_int(flags)
        call = lib.pyzmq_recv_copies if copy else lib.pyzmq_recv_frames
        entry = take_parts()
        parts, small = entry
        try:
            count = call(self._cffi_sock, parts, flags, 0)
            if count < 0:
                count = _wait(self, call, parts, flags, _RCVTIMEO, count)
            if copy:
                sizes = _unpack(parts.size, count)
                total = parts.total
                if total > _SMALL_SIZE:
                    return [_unpack(place, size) for place, size in zip(_unpack(parts.data, count), sizes)]
                contents = _unpack(small, total)
                result = []
                start = 0
                for size in sizes:
                    result.append(contents[start : start + size])
                    start += size
                return result
            return frames_of(parts, count, track)
        finally:
            return_parts(entry)

    def _try_recv(self, multipart: bool, copy: bool) -> Any:
        """Receive a frame, or all frames of a message, if there is one.

        Parameters
        ----------
        multipart : bool
            All frames, as a list.
        copy : bool
            As bytes.

        Returns
        -------
        bytes, Frame, list of bytes, list of Frame or None
            None if there is no message.

        Raises
        ------
        ZMQError
            As :meth:`recv`, but never Again.

        Not thread-safe. See zmq_msg_recv(3). Added in 27.4.
        """
        try:
            return (Transfer.recv_multipart if multipart else Transfer.recv)(self, _DONTWAIT, copy)
        except Again:
            return None

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive a single frame into memory of the caller's.

        Parameters
        ----------
        buffer : bytes-like
            A contiguous writable buffer.
        nbytes : int
            How many bytes to write at most; 0: as many as fit.
        flags : int
            ``zmq.DONTWAIT``: raise Again instead of waiting.

        Returns
        -------
        int
            Size of the message. If that is more than what fits, the rest is lost.

        Raises
        ------
        BufferError
            If `buffer` is read-only or not contiguous.
        ValueError
            If `nbytes` is negative or more than `buffer` holds.
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.

        Not thread-safe. See zmq_recv(3). Added in 27.
        """
        nbytes = to_size(nbytes)
        if type(flags) is not int:
            flags = to_int(flags)
        _check_open(self)
        with memoryview(buffer) as view:
            if view.readonly or not view.c_contiguous:
                raise BufferError(f"cannot receive into {buffer!r}: a writable contiguous buffer is needed")
            if not 0 <= nbytes <= view.nbytes:
                raise ValueError(f"nbytes={nbytes} is not between 0 and the {view.nbytes} bytes of the buffer")
            try:
                entry = _inboxes.pop()
            except IndexError:
                entry = _new_inbox()
            inbox = entry[0]
            try:
                rc = lib.pyzmq_recv_message(self._cffi_sock, inbox, flags, 0)
                if rc < 0:
                    _wait(self, lib.pyzmq_recv_message, inbox, flags, _RCVTIMEO, rc)
                # Only now: PyPy lets the owner of an exported buffer move its memory while we wait.
                target = ffi.from_buffer(buffer, require_writable=True)
                size = lib.pyzmq_inbox_read(inbox, target, min(nbytes or len(target), len(target)))
                ffi.release(target)
            finally:
                _inboxes.append(entry)
        release_returned()
        return size


def _add_part(
    socket: Transfer,
    parts: Any,
    data: Any,
    copy: bool,
    track: bool,
    routing_id: int | None,
    group: str | bytes | None,
) -> MessageTracker | None:
    msg = lib.pyzmq_parts_next(parts)
    if msg == ffi.NULL:
        raise MemoryError
    tracker = fill(msg, data, copy, track, socket._cffi_threshold)
    if routing_id is not None:
        need_draft("routing_id (CLIENT and SERVER)")
        set_routing_id(msg, routing_id)
    if group is not None:
        need_draft("group (RADIO and DISH)")
        set_group(msg, group)
    return tracker


def _send_parts(socket: Transfer, parts: Any, flags: int) -> None:
    rc = lib.pyzmq_send_parts(socket._cffi_sock, parts, flags, 0)
    if rc < 0:
        _wait(socket, lib.pyzmq_send_parts, parts, flags, _SNDTIMEO, rc)


def _try_send(socket: Transfer, data: Any, flags: int, copy: bool, track: bool) -> tuple[int, MessageTracker | None]:
    """Try, without waiting, to send anything but ``str``; return 0 or a negated errno, and the tracker."""
    sock = socket._cffi_sock
    track = track and not copy
    if isinstance(data, Frame):
        if track and data.tracker is None:
            raise ValueError(f"cannot track {data!r}: it was made without track=True")
        return lib.pyzmq_send_shared(sock, data._msg, flags), data.tracker if track else None
    if type(data) is not bytes:
        _check_open(socket)
    exported = export(data)
    size = len(exported)
    if not shares(data, size, copy, socket._cffi_threshold):
        return lib.pyzmq_send_bytes(sock, exported, size, flags), finished_tracker if track else None
    if not track:
        return send_lent(sock, flags, data, exported, None), None
    event = TrackerEvent()
    return send_lent(sock, flags, data, exported, event), MessageTracker(event)


def _recv_frame(socket: Transfer, flags: int, track: bool) -> Frame:
    msg = new_msg()
    more = lib.pyzmq_recv_frame(socket._cffi_sock, msg, flags, 0)
    if more < 0:
        more = _wait(socket, lib.pyzmq_recv_frame, msg, flags, _RCVTIMEO, more)
    if _lent:
        release_returned()
    return received_frame(msg, more, track)


def frames_of(parts: Any, count: int, track: bool) -> list[Frame]:
    """Return the frames of a message as objects of their own."""
    frames = []
    for index in range(count):
        msg = new_msg()
        more = lib.pyzmq_parts_take(parts, index, msg)
        frames.append(received_frame(msg, more, track))
    return frames


def _check_open(socket: Transfer) -> None:
    if lib.pyzmq_sock_is_dead(socket._cffi_sock):
        raise error_for_errno(lib.ENOTSOCK)


def _wait(socket: Transfer, call: Callable[..., int], message: Any, flags: int, option: int, rc: int) -> int:
    """Repeat a send or receive, whose attempt without waiting gave `rc`, with waiting; return its result.

    It is one call in progress until it is over: closing the socket meanwhile, in another thread or a signal handler,
    leaves libzmq's socket open until then. Signal handlers run between the calls of C, and do not move the deadline.
    """
    # Those of an enum are slow.
    flags = to_int(flags)
    if rc != -_EINTR and (rc != -_EAGAIN or flags & _DONTWAIT):
        raise failed(rc)
    sock = socket._cffi_sock
    # Whatever a signal handler raises, and wherever, it ends.
    with ffi.gc(ffi.new("pyzmq_wait *"), lib.pyzmq_wait_end) as wait:
        begun = lib.pyzmq_wait_begin(wait, sock, option)
        if begun < 0:
            raise failed(begun)
        while True:
            if rc == -_EINTR:
                lib.pyzmq_wait_renew(wait)
            rc = call(sock, message, flags, 1)
            if rc >= 0:
                return rc
            if rc != -_EINTR:
                raise failed(rc)
