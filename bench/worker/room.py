"""What a case is: a function that sets up and returns a chunk, to be run with a number of operations."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import zmq

if TYPE_CHECKING:
    from types import TracebackType


class Timing(NamedTuple):
    """What a number of operations took: CPU time of the calling thread, and time on the wall, in ns."""

    cpu_ns: int
    wall_ns: int


class Stopwatch:
    """Adds up the stretches that are run within it."""

    def __init__(self) -> None:
        self.cpu_ns = 0
        self.wall_ns = 0

    def __enter__(self) -> None:
        self._wall = time.perf_counter_ns()
        self._cpu = time.thread_time_ns()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cpu_ns += time.thread_time_ns() - self._cpu
        self.wall_ns += time.perf_counter_ns() - self._wall

    def timing(self) -> Timing:
        """Return the sum."""
        return Timing(self.cpu_ns, self.wall_ns)


class Room:
    """What a case may use while it is open: a context, its sockets, and whatever else is to be closed."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.context = zmq.Context()
        self.stack.callback(self.context.destroy, linger=0)

    def pair(self, size: int = 0) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes], bytes]:
        """Return a PUSH socket, the PULL socket that it is connected to over inproc, and a message of a size."""
        receiver = self.context.socket(zmq.PULL)
        receiver.bind("inproc://bench")
        sender = self.context.socket(zmq.PUSH)
        sender.connect("inproc://bench")
        return sender, receiver, bytes(size)


#: Runs a number of operations. One that returns nothing is timed as a whole.
Chunk = Callable[[int], Optional[Timing]]

CASES: dict[str, Callable[[Room], Chunk]] = {}


def case(name: str, *arguments: Any) -> Callable[[Callable[..., Chunk]], Callable[..., Chunk]]:
    """Register what sets a case up, under the name that bench/targets.toml gives it."""

    def register(set_up: Callable[..., Chunk]) -> Callable[..., Chunk]:
        CASES[name] = lambda room: set_up(room, *arguments)
        return set_up

    return register


def run_chunk(chunk: Chunk, count: int) -> Timing:
    """Run operations, and return what they took."""
    watch = Stopwatch()
    with watch:
        own = chunk(count)
    return watch.timing() if own is None else own
