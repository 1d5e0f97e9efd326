"""asyncio's event loops, as wait queues need them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from zmq._async.descriptors import descriptors

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

_get_running_loop = asyncio._get_running_loop


class AsyncioPort:
    """An event loop of asyncio, or what has the same methods.

    Parameters
    ----------
    loop : AbstractEventLoop
        The loop.
    """

    keeps_watching = True
    runs_inside = False

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop: Any = loop

    def is_closed(self) -> bool:
        """Tell whether nothing runs in the loop any more."""
        return bool(self.loop.is_closed())

    def is_elsewhere(self) -> bool:
        """Tell whether the loop runs, at this moment, in another thread."""
        return bool(self.loop.is_running()) and _get_running_loop() is not self.loop

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call back in a later turn of the loop. Thread-safe; RuntimeError if the loop is closed."""
        here = _get_running_loop() is self.loop
        (self.loop.call_soon if here else self.loop.call_soon_threadsafe)(callback)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Callable[[], object]:
        """Call back later; return what prevents that."""
        cancel: Callable[[], object] = self.loop.call_later(seconds, callback).cancel
        return cancel

    def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], object]:
        """Call back when a descriptor is readable; return what ends that."""
        watched = descriptors(self.loop)
        watched.add_reader(fd, callback)
        return lambda: watched.remove_reader(fd, callback)
