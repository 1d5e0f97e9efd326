"""What asynchronous sockets need of a backend; nothing of theirs is compiled in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zmq.constants import _VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_POLLIN, _POLLOUT = (_VALUES["PollEvent"][name] for name in ("POLLIN", "POLLOUT"))

# Bits of `Readiness.waiting`.
_RECEIVERS, _SENDERS, _POLLS, _RETURNED, RETURNED_MORE = 1, 2, 4, 8, 16
_SOMEBODY = _RECEIVERS | _SENDERS | _POLLS


# Who waits, by the addresses of libzmq's sockets.
_waited_for: dict[int, list[Readiness]] = {}


class Readiness:
    """Base of the class of zmq._async that knows who waits for a socket: what the backend must see of it."""

    __slots__ = ("serving", "waiting")

    #: Who waits: bits.
    waiting: int
    #: Whether its wake-up runs.
    serving: bool

    def __init__(self) -> None:
        self.waiting = 0
        self.serving = False

    def _enlist(self, address: int) -> None:
        """Be told when other objects use the libzmq socket at this address."""
        _waited_for.setdefault(address, []).append(self)

    def _delist(self, address: int) -> None:
        """Undo :meth:`_enlist`."""
        listed = [other for other in _waited_for.pop(address, ()) if other is not self]
        if listed:
            _waited_for[address] = listed

    def close(self) -> None:
        """Let everybody end who waits: the socket is closed."""
        raise NotImplementedError

    def wake_soon(self) -> None:
        """Let the event loop look whom it can serve."""
        raise NotImplementedError

    def noted(self, events: int) -> int:
        """Return EVENTS with what libzmq does not know of; and call those whose wake-up asking for EVENTS may take."""
        waiting = self.waiting
        if waiting & _RETURNED:
            events |= _POLLIN
        if not self.serving and (
            (waiting & _RECEIVERS and events & _POLLIN)
            or (waiting & _SENDERS and events & _POLLOUT)
            or (waiting & _POLLS and events)
        ):
            self.wake_soon()
        return events


def note_shared(address: int, own: Readiness | None) -> None:
    """Call those who wait for the same libzmq socket, by way of another object: using it may take their wake-up."""
    if not _waited_for or (own is not None and own.serving):
        return
    for readiness in _waited_for.get(address, ()):
        if readiness.waiting & _SOMEBODY and readiness is not own:
            readiness.wake_soon()


def note_polled(address: int, own: Readiness | None) -> None:
    """Call all who wait for a libzmq socket: polling it may take their wake-up."""
    note_shared(address, own)
    if own is not None and own.waiting & _SOMEBODY and not own.serving:
        own.wake_soon()


class Budget:
    """How many more operations may complete at once before one goes through the event loop, so that others run."""

    __slots__ = ("left", "limit")

    left: int
    limit: int

    def __init__(self, limit: int) -> None:
        self.left = self.limit = limit


def compile_async(
    general: Sequence[Callable[..., Any]],  # noqa: ARG001  (as the contract has it)
    future: type,  # noqa: ARG001
    running_loop: Callable[[], Any],  # noqa: ARG001
    budget: Budget,  # noqa: ARG001
) -> dict[str, Any]:
    """Return the compiled methods of asynchronous sockets: none."""
    return {}
