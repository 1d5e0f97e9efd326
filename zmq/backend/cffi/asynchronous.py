"""What asynchronous sockets need of a backend; nothing of theirs is compiled in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zmq.constants import _VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_POLLIN, _POLLOUT = (_VALUES["PollEvent"][name] for name in ("POLLIN", "POLLOUT"))

# Bits of `Readiness.waiting`.
_RECEIVERS, _SENDERS, _POLLS, _RETURNED = 1, 2, 4, 8


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
