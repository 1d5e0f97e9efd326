"""The poller whose ``poll`` returns a future."""

# pyright: reportIncompatibleMethodOverride=false
# A future, where a synchronous poller has the result.

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from zmq._async.descriptors import descriptors
from zmq._async.futures import completed, failed
from zmq._async.readiness import RETURNED, Readiness, spend
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
            ready = self._look()
            if (ready or timeout == 0) and not spend():
                return completed(loop, ready)
            future = _Polling(loop, self._look, self._polled_pairs())
        except Exception as error:
            return failed(loop, error)
        if ready or timeout == 0:
            # Others have their turn first.
            loop.call_soon(future.complete, ready)
        elif timeout is not None and timeout > 0:
            future.end_in(timeout / 1000)
        return future

    def _look(self) -> _Events:
        """What is ready, messages that came back included."""
        ready = super().poll(0)
        for item, flags in self._flags.items():
            readiness: Any = getattr(item, "_readiness", None)
            if readiness is None or not readiness.waiting:
                continue
            # libzmq knows nothing of these; and asking it may have taken the news from those who wait.
            if readiness.waiting & RETURNED and flags & _POLLIN:
                events = dict(ready)
                events[item] = events.get(item, 0) | _POLLIN
                ready = [(one, events[one]) for one in self._in_order(events)]
            readiness.after_operation()
        return ready

    def _in_order(self, events: dict[Any, int]) -> list[Any]:
        """Those that have events, in the order in which they were registered; descriptors as they are told of."""
        place = {item if isinstance(item, (SocketBase, int)) else item.fileno(): None for item in self._flags}
        return [item for item in place if item in events]


class _Polling(_FutureOfEvents):
    """Waits for sockets and descriptors at once."""

    __slots__ = ("_leave", "_look", "_timer", "once")

    once: bool

    def __init__(
        self, loop: AbstractEventLoop, look: Callable[[], _Events], items: tuple[tuple[Any, int], ...]
    ) -> None:
        super().__init__(loop=loop)
        self.once = False
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        # How to leave each place in which it waits.
        self._leave: list[Callable[[], object]] = []
        try:
            for item, flags in items:
                self._wait_for(loop, item, flags)
        except BaseException:
            self._leave_all()
            raise

    def _wait_for(self, loop: AbstractEventLoop, item: Any, flags: int) -> None:
        if isinstance(item, SocketBase):
            readiness: Any = item._readiness
            if readiness is None:
                readiness = item._readiness = Readiness(item)
            readiness.enter(loop)
            readiness.add_watcher(self, flags)
            self._leave.append(lambda: readiness.forget(self))
            return
        fd = item if isinstance(item, int) else item.fileno()
        watched = descriptors(loop)
        if flags & ~_POLLOUT:
            watched.add_reader(fd, self._happened)
            self._leave.append(lambda: watched.remove_reader(fd, self._happened))
        if flags & _POLLOUT:
            watched.add_writer(fd, self._happened)
            self._leave.append(lambda: watched.remove_writer(fd, self._happened))

    def _leave_all(self) -> None:
        leave, self._leave = self._leave, []
        for step in leave:
            step()

    def _happened(self) -> None:
        """Look at everything; complete if anything is ready."""
        if self.done():
            return
        try:
            ready = self._look()
        except Exception as error:
            self.fail(error)
        else:
            if ready:
                self.complete(ready)

    def notice(self, events: int) -> None:  # noqa: ARG002  (the others count, too)
        """Look at everything, since a socket has events."""
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
