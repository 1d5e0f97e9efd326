"""How greenlets wait for sockets: in the queues of ``zmq._async.readiness``, one for each hub.

The wake-up of a queue runs in the hub and switches to the greenlet, which then takes its message itself, with nothing
in between. So killing a greenlet that waits loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gevent import get_hub, getcurrent, sleep
from gevent.hub import Waiter
from gevent.monkey import get_original

from zmq._async.readiness import DONE, IN, OUT, VAIN, budget, readiness
from zmq._numbers import to_int
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import Again

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from zmq._async.readiness import WaitQueue

    _T = TypeVar("_T")

    _Waiter = Waiter[Any]
else:
    _Waiter = Waiter

_RCVMORE = _VALUES["SocketOption"]["RCVMORE"]

# gevent's numbers for "readable" and "writable".
_READ, _WRITE = 1, 2

# What a greenlet gets when its time is over.
_TIME_OVER = object()

# That of threads, even if gevent has replaced it by that of greenlets.
_get_ident: Callable[[], int] = get_original("_thread", "get_ident")


class GeventPort:
    """A hub of gevent, as a wait queue needs an event loop.

    Parameters
    ----------
    hub : Hub
        The hub.
    """

    # A watcher that is active keeps the hub from ending when nothing is left to do.
    keeps_watching = False
    runs_inside = True

    def __init__(self, hub: Any) -> None:
        self.loop = hub
        self._watcher: Any = None

    def __del__(self) -> None:
        if self._watcher is not None:
            self._close_watcher()

    def is_closed(self) -> bool:
        """Tell whether the hub was destroyed."""
        return bool(self.loop.loop is None)

    def is_elsewhere(self) -> bool:
        """Tell whether the hub is that of another thread."""
        return bool(self.loop.thread_ident != _get_ident())

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call back in the hub. Thread-safe; RuntimeError if the hub was destroyed."""
        loop = self.loop.loop
        if loop is None:
            raise RuntimeError(f"{self.loop!r} is destroyed")
        if self.loop.thread_ident == _get_ident():
            loop.run_callback(callback)
        else:
            loop.run_callback_threadsafe(callback)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Callable[[], object]:
        """Call back later, in the hub; return what prevents that."""
        timer = self.loop.loop.timer(seconds)

        def run() -> None:
            timer.close()
            callback()

        # The loop's own idea of the present may be old.
        timer.start(run, update=True)
        cancel: Callable[[], object] = timer.close
        return cancel

    def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], object]:
        """Call back, in the hub, when a descriptor is readable, the same one each time; return what ends that."""
        if self._watcher is None:
            self._watcher = self.loop.loop.io(fd, _READ)
        self._watcher.start(callback)
        return self._stop

    def _stop(self) -> None:
        if self.is_closed() or self.is_elsewhere():
            self._close_watcher()
        else:
            self._watcher.stop()

    def _close_watcher(self) -> None:
        watcher, self._watcher = self._watcher, None
        try:
            if self.is_closed() or not self.is_elsewhere():
                watcher.close()
            else:
                self.call_soon(watcher.close)
        except (RuntimeError, ValueError):
            # Its loop has ended, perhaps just now.
            pass


class WaitingGreenlet(_Waiter):
    """A greenlet, while it waits for sockets."""

    __slots__ = ("_is_served", "_served", "ended", "owner", "socket")

    #: The one whose descriptor is to be watched next.
    socket: SocketBase | None
    #: The greenlet, if it sends.
    owner: object
    #: Whether it is in no queue any more.
    ended: bool
    # Whether it runs because a queue has switched to it, and what that is told afterwards.
    _is_served: bool
    _served: int

    # -- of the queues, in the hub

    def done(self) -> bool:
        """Tell whether it waits no more."""
        return self.ended

    def serve(self, events: int) -> int:  # noqa: ARG002  (it looks itself)
        """Let the greenlet try what it waits for; if it succeeds, it goes on until it waits for something else."""
        if self.greenlet is None:
            # It tries just now, and has let others run meanwhile: it is to try again, unless its time is over.
            if not self.ready():
                self.switch(None)
            return VAIN
        self._served = DONE
        self._is_served = True
        self.switch(None)
        self._is_served = False
        return self._served

    def fail(self, error: BaseException) -> None:  # noqa: ARG002  (it finds the error itself)
        """Let the greenlet run into the error of the socket."""
        self.end()

    def end(self) -> None:
        """Let the greenlet find out that the socket is closed."""
        self.ended = True
        hub: Any = self.hub
        hub.loop.run_callback(self.switch, None)

    # -- of the greenlet

    def start_timer(self, milliseconds: float) -> Any:
        """Wait no longer than that; return the timer, to be closed."""
        hub: Any = self.hub
        timer = hub.loop.timer(milliseconds / 1000)
        timer.start(self.switch, _TIME_OVER, update=True)
        return timer


def wait_to_transfer(
    socket: SocketBase, event: int, milliseconds: int, attempt: Callable[..., _T], arguments: tuple[Any, ...]
) -> _T:
    """Wait for a message, or for room for one, behind others, and try, until that succeeds.

    Parameters
    ----------
    socket : Socket
        The socket.
    event : int
        POLLIN or POLLOUT.
    milliseconds : int
        How long at most; negative: no limit.
    attempt : callable
        Raises Again if it is still to wait.
    arguments : tuple
        For `attempt`, after the socket.
    """
    hub = get_hub()
    ready = socket._readiness or readiness(socket)
    queue = ready.queue(hub, GeventPort)
    waiter = WaitingGreenlet(hub)
    waiter.socket = socket
    waiter.ended = waiter._is_served = False
    timer = waiter.start_timer(milliseconds) if milliseconds > 0 else None
    line: deque[Any]
    enter: Callable[[WaitingGreenlet], None]
    if event == IN:
        line, enter = queue.receivers, queue.add_receiver
    else:
        line, enter = queue.senders, queue.add_sender
        waiter.owner = getcurrent()
    try:
        enter(waiter)
        while True:
            outcome = waiter.get()
            # Of what comes while it tries, it is told afterwards.
            waiter.clear()
            try:
                return attempt(socket, *arguments)
            except Again:
                if outcome is _TIME_OVER:
                    raise
            waiter._served = VAIN
            if waiter.ended:
                waiter.ended = False
                enter(waiter)
    finally:
        if not waiter._is_served:
            queue.remove(waiter)
        elif not line:
            # The queue has taken it out to serve it.
            ready.taken_out(event)
        if timer is not None:
            timer.close()


def wait_until_ready(items: Iterable[tuple[Any, int]], look: Callable[[], _T], milliseconds: float | None) -> _T:
    """Wait until one of several things is ready.

    Parameters
    ----------
    items : iterable of (socket, int)
        Sockets, file descriptors or objects with ``fileno()``, each with the events to wait for.
    look : callable
        Returns what is ready, or something false.
    milliseconds : float or None
        How long at most; None or negative: no limit.
    """
    hub: Any = get_hub()
    waiter = WaitingGreenlet(hub)
    waiter._is_served = False
    waiter.ended = True
    steps: list[Callable[[], object]] = []
    queues: list[tuple[SocketBase, WaitQueue, int]] = []
    try:
        if milliseconds is not None and 0 <= milliseconds < float("inf"):
            steps.append(waiter.start_timer(milliseconds).close)
        for item, events in items:
            if isinstance(item, SocketBase):
                queues.append((item, readiness(item).queue(hub, GeventPort), events & (IN | OUT)))
                continue
            mask = (_READ if events & ~OUT else 0) | (_WRITE if events & OUT else 0)
            watcher = hub.loop.io(to_int(item if hasattr(item, "__index__") else item.fileno()), mask)
            steps.append(watcher.close)
            watcher.start(waiter.switch, None)
        while True:
            if waiter.ended:
                waiter.ended = False
                for waiter.socket, queue, events in queues:
                    queue.add_watcher(waiter, events)
            outcome = waiter.get()
            waiter.clear()
            ready = look()
            if ready or outcome is _TIME_OVER:
                return ready
            waiter._served = VAIN
    finally:
        waiter.ended = True
        for _, queue, _ in queues:
            queue.remove(waiter)
        for step in steps:
            step()


def let_others_run(*sockets: SocketBase) -> bool:
    """Let other greenlets run, since many operations have completed at once.

    Parameters
    ----------
    *sockets : Socket
        What the operation is about. While the greenlet is in the middle of a message, others do not run.

    Returns
    -------
    bool
        Whether others ran.
    """
    budget.left = budget.limit
    greenlet = getcurrent()
    if greenlet is get_hub():
        return False
    for socket in sockets:
        if SocketBase.get(socket, _RCVMORE) or readiness(socket).is_begun_by(greenlet):
            # After the message, then.
            budget.left = 0
            return False
    sleep(0)
    return True
