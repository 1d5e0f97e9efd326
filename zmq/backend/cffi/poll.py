"""zmq_poll over sockets and file descriptors."""

from __future__ import annotations

import math
import operator
import time
from typing import TYPE_CHECKING, Any

from zmq._numbers import to_int
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi.error import failed
from zmq.backend.cffi.socket import Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A C long has 32 bits on Windows; longer waits are made of several.
_LONGEST_MS = 0x7FFFFFFF


def zmq_poll(sockets: Iterable[tuple[Any, int]], timeout: int | None = -1) -> list[tuple[Any, int]]:
    """Wait for events on sockets and file descriptors.

    Parameters
    ----------
    sockets : iterable of (socket, int)
        Each a :class:`zmq.Socket`, a file descriptor, or an object with ``fileno()``; and the mask of
        :class:`zmq.PollEvent` members to wait for.
    timeout : int or None
        Milliseconds to wait at most; -1 or None: for ever. Signals do not make it longer.

    Returns
    -------
    list of (socket, int)
        Those that are ready, in order, each with the mask of what happened. The file descriptor stands for an object
        that has one.

    Raises
    ------
    ZMQError
        ENOTSOCK if a socket is closed; EINVAL if there are more items than descriptors that the process may have.
    TypeError
        If an item is none of the three.
    ValueError
        If its ``fileno()`` fails.

    See zmq_poll(3).
    """
    pairs = list(sockets)
    left = -1 if timeout is None else to_int(timeout)
    if not -(1 << 63) <= left < 1 << 63:
        raise OverflowError(f"a timeout of at most 64 bits is required, not {timeout!r}")
    if len(pairs) == 1 and isinstance(pairs[0][0], Socket):
        socket, events = pairs[0]
        happened = _poll(left, lib.pyzmq_poll_one, socket._cffi_sock, _as_short(events))
        return [(socket, happened)] if happened else []
    items = ffi.new("zmq_pollitem_t[]", len(pairs))
    records = ffi.new("pyzmq_record *[]", len(pairs))
    # Kept alive, whatever happens to `sockets` meanwhile.
    polled = []
    socks = []
    for index, (item, events) in enumerate(pairs):
        items[index].events = _as_short(events)
        if isinstance(item, Socket):
            # The item may be initialised again by what follows.
            socks.append(item._cffi_sock)
            records[index] = item._cffi_sock.record
        else:
            items[index].fd = _descriptor(item)
        polled.append(item)
    if _poll(left, lib.pyzmq_poll_records, items, records, len(pairs)) == 0:
        return []
    # As documented, the descriptor stands for an object that has one.
    return [
        (ready if isinstance(ready, Socket) else int(item.fd), item.revents)
        for ready, item in zip(polled, items)
        if item.revents
    ]


def _poll(left: int, call: Callable[..., int], *arguments: Any) -> int:
    """Call with the milliseconds that are left, until they are over or it returns more than 0."""
    until = time.monotonic() + left / 1000 if left > 0 else None
    while True:
        rc = call(*arguments, min(left, _LONGEST_MS) if left >= 0 else -1)
        if rc > 0 or (rc == 0 and left <= 0):
            return rc
        if rc < 0 and rc != -lib.EINTR:
            raise failed(rc)
        if until is not None:
            # Rounded up, so that waiting never ends before its time.
            left = max(0, math.ceil((until - time.monotonic()) * 1000))
            if left == 0 and rc == 0:
                return 0


def _as_short(events: Any) -> int:
    """The mask as C has it. Bits that do not fit mean nothing to libzmq."""
    mask = to_int(events)
    if not -0x80000000 <= mask < 0x80000000:
        raise OverflowError(f"a mask of events has at most 32 bits, not {events!r}")
    return (mask + 0x8000) % 0x10000 - 0x8000


def _descriptor(polled: Any) -> int:
    if isinstance(polled, int):
        return polled
    if not hasattr(polled, "fileno"):
        if hasattr(polled, "__index__"):
            return operator.index(polled)
        raise TypeError(f"Socket must be a 0MQ socket, an integer fd or have a fileno() method: {polled!r}")
    try:
        return to_int(polled.fileno())
    except Exception as error:
        raise ValueError(f"fileno() must return a valid integer fd: {polled!r}") from error
