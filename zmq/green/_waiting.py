"""How greenlets wait for a socket: in order, with one watcher of its descriptor.

The descriptor is edge-triggered, and any use of the socket may take the signal from it. So whoever uses a socket for
which others wait has the hub look at its events again (:meth:`Line.schedule`). The hub wakes a greenlet, which then
takes its message itself, with nothing in between: killing a greenlet that waits loses nothing.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import ref

from gevent import get_hub, getcurrent, sleep
from gevent.hub import Waiter

from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import ZMQError

if TYPE_CHECKING:
    Entry = tuple[Waiter[Any], int]

IN, OUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]
_FD, _RCVMORE = _VALUES["SocketOption"]["FD"], _VALUES["SocketOption"]["RCVMORE"]

# Greenlets that the hub wakes for one socket before it looks at other descriptors.
_WAKES_PER_TURN = 64

#: What a waiter gets when its time is over.
TIME_OVER = object()

# gevent's number for "readable".
READ = 1


class Line:
    """The greenlets that wait for one socket object."""

    __slots__ = ("__weakref__", "_hub", "_scheduled", "_serving", "_socket", "_watcher", "_watching", "amidst", "left",
                 "waiting")  # fmt: skip

    def __init__(self, socket: SocketBase, left: int) -> None:
        self._socket = ref(socket)
        # In order, each with the events that it waits for.
        self.waiting: deque[Entry] = deque()
        # Operations that may still complete at once before other greenlets get their turn.
        self.left = left
        # Whether more frames of the message that was sent last are to follow.
        self.amidst = False
        self._hub: Any = None
        self._watcher: Any = None
        self._watching = False
        self._serving = False
        self._scheduled = False

    def __del__(self) -> None:
        if self._watcher is not None:
            _close_watcher(self._watcher)

    def give_turn(self, socket: SocketBase, left: int) -> None:
        """Let other greenlets run, unless that would tear a message apart."""
        if not self.amidst and not socket.get(_RCVMORE) and getcurrent() is not get_hub():
            self.left = left
            sleep(0)

    def has(self, events: int) -> bool:
        """Tell whether somebody waits for one of these events."""
        return any(entry[1] & events for entry in self.waiting)

    def join(self, waiter: Waiter[Any], events: int) -> Entry:
        """Let a waiter, of the hub of this thread, be woken when one of these events holds."""
        if waiter.hub is not self._hub:
            self._move(waiter.hub)
        entry = (waiter, events)
        self.waiting.append(entry)
        if not self._watching:
            self._watching = True
            self._watcher.start(self._serve)
        return entry

    def leave(self, entry: Entry) -> None:
        """Let it wait no more."""
        # Whom the hub has woken is off the line already.
        if entry in self.waiting:
            self.waiting.remove(entry)
        if not self.waiting and not self._serving:
            self._stop()

    def wait(self, events: int, deadline: float | None) -> bool:
        """Wait until one of these events holds, probably; return False if the time is over."""
        hub = get_hub()
        waiter: Waiter[Any] = Waiter(hub)
        timer = start_timer(waiter, deadline)
        entry = self.join(waiter, events)
        try:
            return waiter.get() is not TIME_OVER
        finally:
            self.leave(entry)
            if timer is not None:
                timer.close()

    def schedule(self) -> None:
        """Let the hub look at the events again, if somebody waits: the socket was used."""
        if self.waiting and not self._serving and not self._scheduled:
            self._scheduled = True
            self._hub.loop.run_callback(self._serve)

    def close(self) -> None:
        """Wake everybody, before the socket is closed: they find out what has happened."""
        entries = list(self.waiting)
        self.waiting.clear()
        self._stop()
        watcher, self._watcher, self._hub, hub = self._watcher, None, None, self._hub
        if watcher is not None:
            _close_watcher(watcher)
        for waiter, _ in entries:
            # Whoever closes it may be in another thread.
            hub.loop.run_callback_threadsafe(waiter.switch, None)

    def _move(self, hub: Any) -> None:
        """Be watched by the hub of another thread from now on."""
        socket = self._socket()
        if self._watcher is not None:
            self._watching = False
            _close_watcher(self._watcher)
            self._watcher = None
        if socket is not None:
            self._watcher = hub.loop.io(socket.get(_FD), READ)
            self._hub = hub
            self._scheduled = False

    def _stop(self) -> None:
        if self._watching:
            self._watching = False
            self._watcher.stop()

    def _serve(self) -> None:
        """Wake those whose events hold, one after the other. Runs in the hub."""
        self._scheduled = False
        socket = self._socket()
        if socket is None or self._serving:
            return
        waiting = self.waiting
        left = _WAKES_PER_TURN
        self._serving = True
        try:
            while waiting:
                try:
                    events = socket._ready_events(IN | OUT)
                except ZMQError:
                    # The context is terminated, say: each of them is going to find out.
                    events = IN | OUT
                entry = waiting[0]
                if not entry[1] & events:
                    for entry in waiting:
                        if entry[1] & events:
                            break
                    else:
                        break
                if not left:
                    self._scheduled = True
                    self._hub.loop.run_callback(self._serve)
                    break
                left -= 1
                waiting.remove(entry)
                entry[0].switch(None)
        finally:
            self._serving = False
            if not waiting:
                self._stop()


def _close_watcher(watcher: Any) -> None:
    # Its loop may have ended with a thread.
    with suppress(ValueError):
        watcher.close()


def deadline_after(milliseconds: float | None) -> float | None:
    """When a time that begins now is over; None for no limit."""
    return None if milliseconds is None or milliseconds < 0 else monotonic() + milliseconds / 1000


def start_timer(waiter: Waiter[Any], deadline: float | None) -> Any:
    """Wake a waiter with TIME_OVER; return the timer, to be closed, or None if there is no deadline."""
    if deadline is None or deadline == float("inf"):
        return None
    hub: Any = waiter.hub
    timer = hub.loop.timer(max(deadline - monotonic(), 0.0))
    # The loop's own idea of the present may be old.
    timer.start(waiter.switch, TIME_OVER, update=True)
    return timer
