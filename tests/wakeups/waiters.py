"""What waits: in an event loop, for an event of a libzmq socket, through an object of its own or the operation's."""

from __future__ import annotations

from typing import Any

import zmq
from tests.wakeups.cells import Cell
from tests.wakeups.loops import Side


def event_of(cell: Cell) -> int:
    """Return the event that is waited for, as libzmq's number."""
    return int(zmq.POLLIN if cell.direction == "in" else zmq.POLLOUT)


class Waiter:
    """Waits for the event of a cell. All methods are called in the thread of its loop.

    Parameters
    ----------
    cell : Cell
        What it waits for, and how.
    side : Side
        The loop.
    socket : zmq.Socket
        Its object.
    stream : ZMQStream, optional
        The stream to wait with, if the operation uses it, too.
    """

    def __init__(self, cell: Cell, side: Side, socket: Any, stream: Any = None) -> None:
        self.cell = cell
        self.side = side
        self.socket = socket
        self.stream = stream
        self._event = event_of(cell)
        self.started = False
        self.done = False
        #: What it got instead of the event.
        self.error: BaseException | None = None
        self._task: Any = None

    def start(self) -> None:
        """Begin to wait."""
        if self.cell.waiter == "stream":
            self._start_stream()
            return
        if self.cell.waiter == "poller":
            poller = self.side.poller_class()
            poller.register(self.socket, self._event)
            wait = poller.poll
        elif self.cell.waiter == "poll":

            def wait() -> Any:
                return self.socket.poll(flags=self._event)
        elif self.cell.direction == "in":
            wait = self.socket.recv_multipart
        else:

            def wait() -> Any:
                return self.socket.send(b"waiter")

        self._task = self.side.spawn(wait, self._note_start, self._end)

    def _note_start(self) -> None:
        self.started = True

    def _start_stream(self) -> None:
        if self.stream is None:
            self.stream = self.side.stream(self.socket)
        if self.cell.direction == "in":
            self.stream.on_recv(self._called)
        else:
            self.stream.on_send(self._called)
            self.stream.send(b"waiter")
        self.started = True

    def _called(self, *_: Any) -> None:
        self.done = True

    def _end(self, result: Any, error: BaseException | None) -> None:
        if error is not None:
            self.error = error
        elif self.cell.waiter == "poller":
            events = dict(result).get(self.socket, 0)
            if not events & self._event:
                self.error = AssertionError(f"the poller returned {result!r}")
        elif self.cell.waiter == "poll" and not result & self._event:
            self.error = AssertionError(f"the poll returned {result!r}")
        self.done = True

    def stop(self) -> None:
        """Wait no more."""
        if self._task is not None:
            self.side.cancel(self._task)
