"""Poller and select: waiting for several sockets and file descriptors at once."""

from __future__ import annotations

from zmq._numbers import as_index, to_int
from zmq.backend import Socket as SocketBase
from zmq.backend import zmq_poll
from zmq.constants import _VALUES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Poller", "select"]

# Plain integers: arithmetic with the members of an enum is many times slower, and the enum is made on demand.
_POLLIN, _POLLOUT, _POLLERR = (_VALUES["PollEvent"][name] for name in ("POLLIN", "POLLOUT", "POLLERR"))

_INFINITE = float("inf")


def milliseconds(timeout: float | None) -> int:
    """The timeout as zmq_poll takes it.

    Parameters
    ----------
    timeout : float, optional
        Milliseconds; negative, infinite or None: no limit. Fractions are rounded up: no wait is shorter than asked for.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `timeout` is no number.
    """
    if timeout is None:
        return -1
    if type(timeout) is int:
        return timeout if timeout >= 0 else -1
    if type(timeout) is not float:
        timeout = _number(timeout, "milliseconds")
    number: Any = timeout
    if number < 0 or number == _INFINITE:
        return -1
    return -int(-number // 1)


def _number(timeout: Any, unit: str) -> Any:
    """A timeout as a number to calculate with: those of numpy may be unsigned, or too narrow."""
    if type(timeout) is int:
        return timeout
    number = as_index(timeout)
    if not hasattr(type(number), "__float__"):
        raise TypeError(f"a timeout is a number of {unit}, or None for no limit, not {timeout!r}")
    return number


if not TYPE_CHECKING:

    def __getattr__(name):
        # In earlier versions, the constants were names of this module, too.
        if name not in ("POLLERR", "POLLIN", "POLLOUT"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from zmq import constants  # noqa: PLC0415  (makes enums)

        return getattr(constants, name)


class Poller:
    """Wait for events on any number of sockets and file descriptors, much as :func:`select.poll` does.

    Not thread-safe. See zmq_poll(3).
    """

    _flags: dict[Any, int]
    _pairs: tuple[tuple[Any, int], ...] | None

    def __init__(self) -> None:
        self._flags = {}
        # The same as a tuple, which is what zmq_poll takes; None after a change.
        self._pairs = None

    @property
    def sockets(self) -> list[tuple[Any, int]]:
        """What is registered, in order, each with its mask of events; a copy."""
        return list(self._flags.items())

    @property
    def _map(self) -> dict[Any, int]:
        """The place of each in :attr:`sockets`; a copy. Programs look in it for what is registered."""
        return {socket: place for place, socket in enumerate(self._flags)}

    def __contains__(self, socket: object) -> bool:
        return socket in self._flags

    def register(self, socket: Any, flags: int = _POLLIN | _POLLOUT) -> None:
        """Wait for events of a socket or file descriptor from now on.

        Parameters
        ----------
        socket : zmq.Socket, int or object with fileno()
            Whose events. If it is registered already, `flags` replaces what was asked for.
        flags : int
            Mask of :class:`zmq.PollEvent` members; 0: as :meth:`unregister`, but never an error.

        """
        flags = as_index(flags)
        if flags:
            self._flags[socket] = flags
        else:
            self._flags.pop(socket, None)
        self._pairs = None

    def modify(self, socket: Any, flags: int = _POLLIN | _POLLOUT) -> None:
        """Change the events to wait for; the same as :meth:`register`.

        Parameters
        ----------
        socket : zmq.Socket, int or object with fileno()
            Whose events.
        flags : int
            Mask of :class:`zmq.PollEvent` members; 0 unregisters.
        """
        self.register(socket, flags)

    def unregister(self, socket: Any) -> None:
        """Wait for events of a socket or file descriptor no more.

        Parameters
        ----------
        socket : zmq.Socket, int or object with fileno()
            What was registered.

        Raises
        ------
        KeyError
            If it is not registered.
        """
        del self._flags[socket]
        self._pairs = None

    def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Wait until something happens.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: return at once; negative or None: no limit.

        Returns
        -------
        list of (socket, int)
            Those that are ready, each with the mask of its events; ``dict(poller.poll())`` is handy. The file
            descriptor stands for an object with ``fileno()`` that is no Socket. Empty if the time was over.

        Raises
        ------
        ZMQError
            ENOTSOCK if a socket is closed.
        TypeError
            If something is none of what can be registered.
        ValueError
            If a ``fileno()`` fails.
        """
        pairs = self._pairs
        if pairs is None:
            pairs = self._polled_pairs()
        return zmq_poll(pairs, 0 if timeout == 0 else milliseconds(timeout))

    def _polled_pairs(self) -> tuple[tuple[Any, int], ...]:
        """What zmq_poll takes: as :attr:`sockets`, but with plain integers."""
        pairs = self._pairs
        if pairs is None:
            pairs = self._pairs = tuple(
                (socket, int(flags) if isinstance(flags, int) else flags) for socket, flags in self._flags.items()
            )
        return pairs


def select(
    rlist: list[Any], wlist: list[Any], xlist: list[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Wait for sockets and file descriptors, with the interface of :func:`select.select`.

    Parameters
    ----------
    rlist, wlist, xlist : list
        Sockets, file descriptors or objects with ``fileno()`` to wait for: to read, to write, for an error.
    timeout : float, optional
        Seconds to wait at most, unlike elsewhere in pyzmq; 0: return at once; negative or None: no limit.

    Returns
    -------
    rlist, wlist, xlist : list
        The ready ones of each; as from :meth:`Poller.poll`, file descriptors stand for objects that are no Socket. The
        third list has all of which libzmq tells an error, such as descriptors that are not open, in whatever list they
        were given.

    Raises
    ------
    ZMQError
        ENOTSOCK if a socket is closed.
    TypeError
        If something in the lists cannot be polled.
    ValueError
        If a ``fileno()`` fails.

    Not thread-safe. See zmq_poll(3).
    """
    wanted: dict[Any, int] = {}
    for sockets, flag in ((rlist, _POLLIN), (wlist, _POLLOUT), (xlist, _POLLERR)):
        for socket in sockets:
            polled = _polled(socket)
            wanted[polled] = wanted.get(polled, 0) | flag
    limit = -1 if timeout is None else milliseconds(_number(timeout, "seconds") * 1000)
    ready = dict(zmq_poll(list(wanted.items()), limit))
    return (
        [polled for polled in map(_polled, rlist) if ready.get(polled, 0) & _POLLIN],
        [polled for polled in map(_polled, wlist) if ready.get(polled, 0) & _POLLOUT],
        [polled for polled, events in ready.items() if events & _POLLERR],
    )


def _polled(socket: Any) -> Any:
    """A socket, or the file descriptor of anything else that has one."""
    if isinstance(socket, (SocketBase, int)):
        return socket
    if not hasattr(socket, "fileno"):
        return as_index(socket)
    try:
        return to_int(socket.fileno())
    except Exception as error:
        raise ValueError(f"fileno() must return a valid integer fd: {socket!r}") from error
