"""Poller, select and zmq_poll for gevent: the greenlet waits, not the thread."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from gevent.hub import Waiter

from zmq import backend
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.green._waiting import IN, OUT, READ, TIME_OVER, deadline_after, start_timer
from zmq.green.core import Socket
from zmq.sugar import Poller as SyncPoller
from zmq.sugar.poll import _polled, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Poller", "select", "zmq_poll"]

_POLLERR = _VALUES["PollEvent"]["POLLERR"]
_FD = _VALUES["SocketOption"]["FD"]

# gevent's number for "writable".
_WRITE = 2


class Poller(SyncPoller):
    """A :class:`zmq.Poller` that lets other greenlets run while it waits.

    Sockets may be green or not, and gevent's sockets, like anything with ``fileno()``, can be polled as well.

    Not thread-safe.
    """

    def poll(self, timeout: float | None = -1) -> list[tuple[Any, int]]:
        """As ``poll`` of :class:`zmq.Poller`; the greenlet waits.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: return at once; negative or None: no limit.

        Returns
        -------
        list of (socket, int)
            As from :meth:`zmq.Poller.poll`.

        Raises
        ------
        ZMQError
            ENOTSOCK if a socket is closed, also while the greenlet waits.

        Not thread-safe. See zmq_poll(3).
        """
        return zmq_poll(self.sockets, timeout)


# The name of earlier versions.
_Poller = Poller


def zmq_poll(sockets: Iterable[tuple[Any, int]], timeout: float | None = -1) -> list[tuple[Any, int]]:
    """As :func:`zmq.zmq_poll`; the greenlet waits.

    Parameters
    ----------
    sockets : iterable of (socket, int)
        Sockets, file descriptors or objects with ``fileno()``, each with the mask of events to wait for.
    timeout : float, optional
        Milliseconds to wait at most; 0: return at once; negative or None: no limit.

    Returns
    -------
    list of (socket, int)
        Those that are ready, each with the mask of its events.

    Raises
    ------
    ZMQError
        ENOTSOCK if a socket is closed, also while the greenlet waits.

    Not thread-safe. See zmq_poll(3).
    """
    pairs = tuple(sockets)
    lines = [item._in_line() for item, _ in pairs if isinstance(item, Socket)]

    def look() -> list[tuple[Any, int]]:
        try:
            return backend.zmq_poll(pairs, 0)
        finally:
            for line in lines:
                line.schedule()

    ready = look()
    limit = milliseconds(timeout)
    if ready or limit == 0:
        return ready
    waiter: Waiter[Any] = Waiter()
    with ExitStack() as stack:
        timer = start_timer(waiter, deadline_after(limit))
        if timer is not None:
            stack.callback(timer.close)
        for item, events in pairs:
            if not isinstance(item, Socket):
                _watch(stack, waiter, item, events)
        in_time = True
        while not ready and in_time:
            # The hub takes those that it wakes off the line.
            with ExitStack() as joined:
                for item, events in pairs:
                    if isinstance(item, Socket):
                        line = item._in_line()
                        joined.callback(line.leave, line.join(waiter, events & (IN | OUT)))
                in_time = waiter.get() is not TIME_OVER
            waiter.clear()
            ready = look()
    return ready


def _watch(stack: ExitStack, waiter: Waiter[Any], item: Any, events: int) -> None:
    """Wake a waiter when something happens to what is no green socket."""
    if isinstance(item, SocketBase):
        number, mask = int(item.get(_FD)), READ
    else:
        number = item if isinstance(item, int) else item.fileno()
        mask = (READ if events & ~OUT else 0) | (_WRITE if events & OUT else 0)
    hub: Any = waiter.hub
    watcher = hub.loop.io(number, mask)
    stack.callback(watcher.close)
    watcher.start(waiter.switch, None)


def select(
    rlist: list[Any], wlist: list[Any], xlist: list[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """As :func:`zmq.select`; the greenlet waits.

    Parameters
    ----------
    rlist, wlist, xlist : list
        Sockets, file descriptors or objects with ``fileno()`` to wait for: to read, to write, for an error.
    timeout : float, optional
        Seconds to wait at most; 0: return at once; negative or None: no limit.

    Returns
    -------
    rlist, wlist, xlist : list
        The ready ones of each.

    Raises
    ------
    ZMQError
        ENOTSOCK if a socket is closed.

    Not thread-safe. See zmq_poll(3).
    """
    wanted: dict[Any, int] = {}
    for sockets, flag in ((rlist, IN), (wlist, OUT), (xlist, _POLLERR)):
        for socket in sockets:
            polled = _polled(socket)
            wanted[polled] = wanted.get(polled, 0) | flag
    ready = dict(zmq_poll(wanted.items(), None if timeout is None else timeout * 1000))
    return (
        [polled for polled in map(_polled, rlist) if ready.get(polled, 0) & IN],
        [polled for polled in map(_polled, wlist) if ready.get(polled, 0) & OUT],
        [polled for polled in map(_polled, xlist) if ready.get(polled, 0) & _POLLERR],
    )
