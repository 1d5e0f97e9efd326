"""Python memory that libzmq reads: lending it, and letting go of it when libzmq is done.

A loan is a number; `_lent` keeps what was lent, exported, under its number. libzmq's threads put the numbers of loans
that are over on a list (``pyzmq_free`` in pyzmq_zerocopy.h), and `release_returned` lets go of them and sets their
events: called by sends, receives and trackers, or by the reaper, a thread that sleeps until the list is not empty.
"""

from __future__ import annotations

import _thread
import atexit
import gc
import itertools
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from zmq._tracker import MessageTracker
from zmq.backend.cffi._cffi import ffi, lib

if TYPE_CHECKING:
    from collections.abc import Callable

# On PyPy, an export locks nothing: a bytearray or array that is exported can grow, and its memory moves then; an mmap
# can be closed. libzmq would read, or on inproc the receiver write, what belongs to others by then. So only that is
# lent whose owner can do neither: memory of C, such as a frame's, and bytes. (These PyPy copies once, for good, if they
# are below some 130 kB and have not survived a collection yet, which would move them.)
_EXPORTS_LOCK = sys.implementation.name != "pypy"
_STAYING = (bytes, ffi.buffer)

# While it waits, a condition variable does not notice signals.
_SLICE_MS = 100

# PyPy keeps frames that nobody refers to, and with them what they were made of, until it collects garbage. Nothing may
# make it do so while all threads wait.
_FRAMES_LINGER = sys.implementation.name == "pypy"


class TrackerEvent:
    """Set once a message's memory is released: libzmq is done with it, and it is no longer exported. Thread-safe."""

    __slots__ = ("__weakref__", "_event")

    def __init__(self) -> None:
        self._event = ffi.gc(lib.pyzmq_event_new(), lib.pyzmq_event_decref)
        if self._event == ffi.NULL:
            raise MemoryError

    def is_set(self) -> bool:
        """Tell whether the memory is released."""
        if not lib.pyzmq_event_is_set(self._event):
            # It may only be on the list.
            release_returned()
        return lib.pyzmq_event_is_set(self._event) != 0

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the memory is released.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; None waits for ever.

        Returns
        -------
        bool
            Whether the event is set. In a child of the process that sent the message, where nothing would set it, False
            at once.
        """
        until = None if timeout is None else time.monotonic() + timeout
        done = self.is_set()
        slices = 0
        while not done and not lib.pyzmq_event_is_orphaned(self._event):
            wait = _SLICE_MS
            if until is not None:
                left = until - time.monotonic()
                if left <= 0:
                    break
                wait = min(_SLICE_MS, int(left * 1000) + 1)
            done = lib.pyzmq_event_wait(self._event, wait) != 0 or self.is_set()
            if _FRAMES_LINGER and not done and wait == _SLICE_MS:
                slices += 1
                if slices & (slices - 1) == 0:  # ever more seldom
                    gc.collect()
        return done


# The tracker of each message that was copied: done from the start.
finished_tracker = MessageTracker()

# Exports by the number of their loan. Frames' content may be read until the process ends, by libzmq's threads among
# others, so what is lent then must outlive this module.
_lent: dict[int, Any] = {}
lib.pyzmq_keep_for_ever(id(_lent))
_numbers = itertools.count(1)


def export(data: Any) -> Any:
    """Return the memory of bytes-like `data` as ``char[]``, which stays where it is while the result lives.

    Raises
    ------
    TypeError
        If `data` offers no buffer.
    BufferError
        If it is not contiguous.
    """
    if _EXPORTS_LOCK or type(data) is bytes:
        return ffi.from_buffer(data)
    view = memoryview(data)
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    try:
        return ffi.from_buffer(data)
    except (TypeError, ValueError):
        # Not all of PyPy's buffers have an address.
        return ffi.from_buffer(view.tobytes())


def can_lend(data: Any) -> bool:
    """Tell whether nothing can move or free the memory of `data` while it is exported."""
    return _EXPORTS_LOCK or type(data.obj if type(data) is memoryview else data) in _STAYING


def lend(msg: Any, data: Any, exported: Any, event: TrackerEvent | None) -> int:
    """Make `msg` refer to the exported memory of `data` until libzmq is done; return 0 or a negated errno."""
    return _lend(data, exported, event, lib.pyzmq_msg_lend, msg)


def send_lent(sock: Any, flags: int, data: Any, exported: Any, event: TrackerEvent | None) -> int:
    """Try, without waiting, to send a message that refers to exported memory; return 0 or a negated errno."""
    return _lend(data, exported, event, lib.pyzmq_send_loan, sock, flags)


def _lend(data: Any, exported: Any, event: TrackerEvent | None, call: Callable[..., int], *target: Any) -> int:
    readonly = type(data) is bytes or memoryview(data).readonly
    number = next(_numbers)
    if event is None:
        _lent[number] = exported
    else:
        _lent[number] = exported, data.obj if type(data) is memoryview else data
    watched = ffi.NULL if event is None else event._event
    rc = call(*target, exported, len(exported), readonly, number, watched)
    if rc < 0:
        # If libzmq had it for a moment, it has given it back.
        release_returned()
        _lent.pop(number, None)
    elif not _reaper.started:
        _reaper.start()
    return rc


def release_returned() -> None:
    """Let go of everything that libzmq has given back. Thread-safe."""
    if _lent:
        number = lib.pyzmq_next_returned(id(_lent))
        while number:
            _lent.pop(number, None)
            number = lib.pyzmq_next_returned(id(_lent))


class _Reaper:
    """The thread that lets go when no send or receive comes along."""

    def __init__(self) -> None:
        self.started = False
        self._ended = _original("allocate_lock")()

    def start(self) -> None:
        # Marked first: a thread that cannot start (interpreter shutting down) is not tried for each message.
        self.started = True
        self._ended.acquire()
        try:
            _original("start_new_thread")(self._run, ())
        except RuntimeError:
            self._ended.release()

    def _run(self) -> None:
        try:
            while lib.pyzmq_reaper_wait():
                release_returned()
        finally:
            self._ended.release()

    def stop(self) -> None:
        """At exit: a thread that wakes when the interpreter is half gone would be lost inside it."""
        lib.pyzmq_cffi_at_exit()
        lib.pyzmq_reaper_stop()
        if self.started:
            self._ended.acquire(timeout=1.0)


def _original(name: str) -> Any:
    """Return a function of `_thread`: the reaper blocks its thread, which gevent's must never be."""
    monkey = sys.modules.get("gevent.monkey")
    return getattr(_thread, name) if monkey is None else monkey.get_original("_thread", name)


_reaper = _Reaper()


def _after_fork_in_child() -> None:
    # The C part has its own handler, which runs before any Python code of the child.
    global _reaper  # noqa: PLW0603
    _reaper = _Reaper()


def _at_exit() -> None:
    _reaper.stop()


if lib.pyzmq_cffi_watch_forks() != 0:
    raise MemoryError("no memory for a fork handler")
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
