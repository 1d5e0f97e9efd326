"""Poller, select and zmq_poll for gevent: the greenlet waits, not the thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zmq import backend
from zmq._async.readiness import IN, OUT, budget
from zmq._numbers import as_index
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.green._waiting import let_others_run, wait_until_ready
from zmq.sugar import Poller as SyncPoller
from zmq.sugar.poll import _number, _polled, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Poller", "select", "zmq_poll"]

_POLLERR = _VALUES["PollEvent"]["POLLERR"]


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
    pairs = tuple((item, as_index(events)) for item, events in sockets)
    limit = milliseconds(timeout)
    ready = backend.zmq_poll(pairs, 0)
    if limit == 0:
        return ready
    if ready:
        budget.left -= 1
        if budget.left >= 0 or not let_others_run(*(item for item, _ in pairs if isinstance(item, SocketBase))):
            return ready
        ready = backend.zmq_poll(pairs, 0)
        if ready:
            return ready
    return wait_until_ready(pairs, lambda: backend.zmq_poll(pairs, 0), limit)


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
    ready = dict(zmq_poll(wanted.items(), None if timeout is None else _number(timeout, "seconds") * 1000))
    return (
        [polled for polled in map(_polled, rlist) if ready.get(polled, 0) & IN],
        [polled for polled in map(_polled, wlist) if ready.get(polled, 0) & OUT],
        [polled for polled in map(_polled, xlist) if ready.get(polled, 0) & _POLLERR],
    )
