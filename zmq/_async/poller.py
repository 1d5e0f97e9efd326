"""The poller whose ``poll`` returns a future."""

# pyright: reportIncompatibleMethodOverride=false
# A future, where a synchronous poller has the result.

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from zmq._async.descriptors import descriptors
from zmq._async.futures import completed, completed_soon, failed
from zmq._async.ports import AsyncioPort
from zmq._async.readiness import DONE, VAIN, readiness, spend
from zmq._numbers import to_int
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.sugar.poll import Poller, milliseconds

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable

    _Events = list[tuple[Any, int]]
    _FutureOfEvents = Future[_Events]
else:
    _FutureOfEvents = asyncio.Future

_POLLIN, _POLLOUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]


class AsyncPoller(Poller):
    """A :class:`zmq.Poller` whose :meth:`~zmq.asyncio.Poller.poll` returns a future.

    Sockets may be asynchronous or not.

    Not thread-safe. See zmq_poll(3). Added in 15.0.
    """

    # Polls that wait: they follow what is registered meanwhile.
    _pending: tuple[_Polling, ...] = ()

    def register(self, socket: Any, flags: int = _POLLIN | _POLLOUT) -> None:
        """As :meth:`zmq.Poller.register`; a poll that waits already takes part in the change."""
        super().register(socket, flags)
        for polling in self._pending:
            polling.follow(socket, self._flags.get(socket, 0))

    def _outside_loop(self) -> None:
        """Called where an operation may wait, though no event loop runs."""

    def _loop(self) -> AbstractEventLoop:
        """The loop to wait in."""
        loop = asyncio._get_running_loop()
        return asyncio.get_event_loop() if loop is None else loop

    def poll(  # type: ignore[override]
        self, timeout: float | None = -1
    ) -> Future[list[tuple[Any, int]]]:
        """Wait until something happens.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: complete at once; negative or None: no limit.

        Returns
        -------
        Future of list of (socket, int)
            Those that are ready, each with the mask of its events, as of :meth:`zmq.Poller.poll`. Empty if the time was
            over. It fails as :meth:`zmq.Poller.poll` does, and with RuntimeError if a socket is waited for in another
            event loop.

        Raises
        ------
        RuntimeError
            If no event loop runs.
        """
        loop = asyncio._get_running_loop()
        if loop is None:
            loop = self._loop()
            if timeout != 0:
                self._outside_loop()
        if type(timeout) is not int and timeout is not None:
            timeout = milliseconds(timeout)
        try:
            ready = super().poll(0)
            if ready or timeout == 0:
                return completed_soon(loop, ready) if spend() else completed(loop, ready)
            future = _Polling(loop, self, super().poll)
            self._pending = (*self._pending, future)
        except Exception as error:
            return failed(loop, error)
        if timeout is not None and timeout > 0:
            future.end_in(timeout / 1000)
        return future


def _descriptor(item: Any) -> int:
    return to_int(item if hasattr(item, "__index__") else item.fileno())


class _Polling(_FutureOfEvents):
    """Waits for sockets and descriptors at once."""

    __slots__ = ("_leave", "_poll", "_poller", "_timer", "socket")

    #: The one whose descriptor is to be watched next.
    socket: SocketBase | None

    def __init__(self, loop: AbstractEventLoop, poller: AsyncPoller, poll: Callable[[int], _Events]) -> None:
        super().__init__(loop=loop)
        self._poller = poller
        self._poll = poll
        self._timer: asyncio.TimerHandle | None = None
        # How to leave each place in which it waits.
        self._leave: list[Callable[[], object]] = []
        try:
            for item, flags in poller._polled_pairs():
                self._wait_for(loop, item, flags)
        except BaseException:
            self._leave_all()
            raise

    def _wait_for(self, loop: AbstractEventLoop, item: Any, flags: int) -> None:
        if isinstance(item, SocketBase):
            queue = readiness(item).queue(loop, AsyncioPort)
            self.socket = item
            queue.add_watcher(self, flags & (_POLLIN | _POLLOUT))
            self._leave.append(lambda: queue.remove(self))
            return
        fd = _descriptor(item)
        watched = descriptors(loop)
        if flags & ~_POLLOUT:
            watched.add_reader(fd, self._happened)
            self._leave.append(lambda: watched.remove_reader(fd, self._happened))
        if flags & _POLLOUT:
            watched.add_writer(fd, self._happened)
            self._leave.append(lambda: watched.remove_writer(fd, self._happened))

    def follow(self, item: Any, flags: int) -> None:
        """Wait for another one, or for other events of one."""
        if flags and not self.done():
            loop = self.get_loop()
            self._wait_for(loop, item, flags)
            # They may hold already.
            loop.call_soon(self._happened)

    def _leave_all(self) -> None:
        self._poller._pending = tuple(polling for polling in self._poller._pending if polling is not self)
        leave, self._leave = self._leave, []
        for step in leave:
            step()

    def _happened(self) -> None:
        """Look at everything; complete if anything is ready."""
        if self.done():
            return
        try:
            ready = self._poll(0)
        except Exception as error:
            self.fail(error)
        else:
            if ready:
                self.complete(ready)

    def serve(self, events: int) -> int:  # noqa: ARG002  (the others count, too)
        """Look at everything, since a socket has events."""
        self._happened()
        return DONE if self.done() else VAIN

    def end(self) -> None:
        """End with the error of the closed socket."""
        self._happened()

    def complete(self, ready: _Events) -> None:
        """Complete with these events."""
        if self.done():
            return
        self._finish()
        self.set_result(ready)

    def fail(self, error: BaseException) -> None:
        """Complete with an error."""
        self._finish()
        self.set_exception(error)

    def end_in(self, seconds: float) -> None:
        """Wait no longer than that."""
        self._timer = self.get_loop().call_later(seconds, self.complete, [])

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._leave_all()

    def cancel(self, msg: Any = None) -> bool:
        """Complete with CancelledError, unless it is done."""
        if not super().cancel(msg):
            return False
        self._finish()
        return True
