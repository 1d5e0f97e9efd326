"""A process that runs cells of one loop and one backend: names of cells come on stdin, JSON goes to stdout.

Each line that it writes is one object: ``{"at": ...}`` names what it is going to do, so that a hanging step is known;
``{"result": ...}`` is the result of a cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Generator, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import zmq
from tests.patience import PATIENCE
from tests.wakeups.calls import Operating, wrong_outcome
from tests.wakeups.cells import Cell, parse
from tests.wakeups.loops import main_side, threaded_side
from tests.wakeups.peers import PROMPT, make_peer, readable, types
from tests.wakeups.waiters import Waiter, event_of

#: Seconds from the operation until the waiter must have been served.
LIMIT = 2.0 * PATIENCE

#: Cells whose waiters wait at the same time.
BATCH = 100
#: Cells that may use up their limit while others run.
LINGERING = 300

#: Seconds. A send or receive does not process commands if another one has done so in the last millisecond, or, more
#: precisely, the last 3,000,000 ticks of the processor. The loops also settle meanwhile.
THROTTLE = 0.004


@dataclass
class Result:
    """What has become of a cell."""

    name: str
    #: ``served``; or
    #: ``lost``: the waiter was not served, though the event holds;
    #: ``gone``: it was not served, and the event holds no more, so that something else has what was the waiter's;
    #: ``unfinished``: the operation has not ended;
    #: ``outcome``: it has ended in another way than the cell says;
    #: ``early``: the waiter was served before the event;
    #: ``raised``: the waiter got an error;
    #: ``broken``: a step failed.
    #: The driver adds ``hung`` and ``crashed``.
    status: str
    detail: str = ""
    #: Whether the operation has taken the signal from the descriptor; without that, the loop sees it anyway.
    took_signal: bool = False


class Case:
    """A cell while it runs."""

    def __init__(self, cell: Cell, runner: Runner) -> None:
        self.cell = cell
        self.deadline = 0.0
        self._main = runner.main
        self._side = runner.other if cell.thread == "other" else runner.main
        self._context = runner.context
        self._control = runner.control
        self._closing = contextlib.ExitStack()
        self._pending: list[Any] = []
        # The greenlet of an operation that waits.
        self._task: Any = None
        self._green_ended = True
        # Whether an asynchronous object has put the operation off until its loop runs, for fairness.
        self._deferred = False
        self._problem = ("", "")
        self._took_signal = False
        self._streams: list[Any] = []
        self.waiter: Any = None

    # -- the steps, in order

    def open(self) -> None:
        """Make the sockets, connect them, and let the waiter begin to wait."""
        cell, side = self.cell, self._side
        kind = getattr(zmq, types(cell)[0])
        mine = self._main.socket_class if cell.op.kind in ("async", "green") else zmq.Socket
        waiting = side.socket_class if cell.waiter in ("transfer", "poll") else zmq.Socket
        if cell.object == "owner":
            owner: Any = side.call(lambda: self._keep(waiting(self._context, kind)))
            socket = self._keep(mine.shadow(owner))
        else:
            owner = socket = self._keep(mine(self._context, kind))
        self._plain = plain = zmq.Socket.shadow(owner.underlying)
        plain.context = self._context
        plain.linger = 0
        self._descriptor = plain.fileno()
        self.peer = make_peer(cell, plain)
        self._closing.callback(self.peer.close)
        stream = self._main.stream(socket) if cell.op.kind == "stream" else None
        if stream is not None:
            self._streams.append(stream)
        self.operating = Operating(cell, self._main, socket, stream)
        self._closing.callback(lambda: [other.close() for other in self.operating.others])
        # A green socket may be watched as soon as it is made.
        with self._side.stopped() if cell.object == "owner" else contextlib.nullcontext():
            self.peer.connect()
            self.operating.prepare(plain)
        waits_on = socket
        if cell.object == "owner":
            waits_on = owner
        elif cell.object != "same":
            shadowed = socket if cell.object == "shadow" else socket.underlying
            waits_on = side.call(lambda: self._keep(waiting.shadow(shadowed)))
        self.waiter = Waiter(cell, side, waits_on, stream if cell.object == "same" else None)
        side.call(self.waiter.start)

    def _keep(self, socket: Any) -> Any:
        self._closing.callback(socket.close)
        return socket

    def start_along(self) -> None:
        """Begin an operation that waits for the same event."""
        if self.cell.waits and self.cell.along and not self._control:
            self._call()

    def act(self) -> None:
        """Let the event happen, and the operation run; the waiter's loop does not run meanwhile."""
        cell = self.cell
        if self.waiter.done:
            if self.waiter.error is None:
                self._note("early", "the waiter was served before the event")
            return
        try:
            self.peer.cause()
        except Exception as error:
            self._note("broken", f"the event does not happen: {error!r}")
            return
        if not readable(self._descriptor, PROMPT):
            self._note("broken", "the descriptor is not readable after the event")
            return
        if not self._control:
            if not (cell.waits and cell.along):
                self._call()
            if cell.outcome == "cancel":
                self._cancel()
        self._took_signal = not readable(self._descriptor, 0)
        self.deadline = time.monotonic() + LIMIT

    def _call(self) -> None:
        cell, operating = self.cell, self.operating
        if cell.op.kind == "green" and cell.waits:
            self._green_ended = False
            self._task = self._main.spawn(operating.call, lambda: None, self._end_green)
            self._main.switch()
            return
        try:
            result = operating.call()
        except Exception as error:
            self._judge(None, error)
            return
        futures = result if isinstance(result, list) else [result]
        if cell.op.kind == "async" and futures and all(isinstance(one, asyncio.Future) for one in futures):
            self._pending = futures
            if cell.outcome not in ("success", "wait", "cancel"):
                self._deferred = not self._end_operation()
        else:
            self._judge(result, None)

    def _cancel(self) -> None:
        for future in self._pending:
            future.cancel()
        if self._task is not None:
            self._main.cancel(self._task)

    def _end_green(self, result: Any, error: BaseException | None) -> None:
        self._green_ended = True
        self._judge(result, error)

    def _end_operation(self) -> bool:
        """Look at the futures of the operation; return whether it has ended, as far as it is to end."""
        if self.cell.waits and not (self.cell.along and self.cell.outcome == "wait"):
            return True
        if not self._green_ended:
            return False
        if not all(future.done() for future in self._pending):
            return False
        for future in self._pending:
            if future.cancelled():
                self._note("outcome", "the operation was cancelled")
            else:
                error = future.exception()
                self._judge(None if error is not None else future.result(), error)
        self._pending = []
        return True

    def _judge(self, result: Any, error: BaseException | None) -> None:
        if self._deferred and self.cell.outcome == "state":
            # The waiter has received first, after which sending is allowed.
            return
        wrong = wrong_outcome(self.cell, result, error)
        if wrong:
            self._note("outcome", wrong)

    def _note(self, status: str, detail: str) -> None:
        if not self._problem[0]:
            self._problem = (status, detail)

    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        if self._problem[0] in ("early", "broken"):
            return True
        ended = self._end_operation()
        return (ended and self.waiter.done) or time.monotonic() > self.deadline

    def result(self) -> Result:
        """Return what has become of it."""
        status, detail = self._problem
        if status not in ("early", "broken"):
            if not self.waiter.done:
                also = f" (and the operation {detail})" if detail else ""
                happened = self._side.call(lambda: self._plain.get(zmq.EVENTS)) & event_of(self.cell)
                status = "lost" if happened else "gone"
                detail = f"the waiter was not served within {LIMIT} s{also}"
            elif self.waiter.error is not None:
                status, detail = "raised", f"the waiter got {self.waiter.error!r}"
            elif not status and not self._end_operation():
                status, detail = "unfinished", f"the operation has not ended within {LIMIT} s"
        return Result(self.cell.name, status or "served", detail, self._took_signal)

    def close(self) -> None:
        """Let nothing wait any more, and close everything."""
        self._cancel()
        # Sockets belong to the thread of the loop that uses them.
        self._side.call(self._stop)

    def _stop(self) -> None:
        if self.waiter is not None:
            self.waiter.stop()
            if self.waiter.stream is not None:
                self._streams.append(self.waiter.stream)
        # Before their sockets.
        for stream in self._streams:
            stream.close()
        self._closing.close()


class Runner:
    """Runs cells, as many at a time as :data:`BATCH` says.

    Parameters
    ----------
    cells : list of Cell
        Of one loop and one backend.
    control : bool
        Leave out the operations: then all waiters must be served.
    """

    def __init__(self, cells: list[Cell], control: bool) -> None:
        self._cells = cells
        self.control = control
        self._lingering: list[Case] = []
        self.main = main_side(cells[0].loop)
        # A thread that does nothing would cost the others time.
        self.other: Any = threaded_side(cells[0].loop) if any(cell.thread == "other" for cell in cells) else None
        self.context: zmq.Context[Any] = zmq.Context()
        self.context.set(zmq.MAX_SOCKETS, 10_000)

    def run(self) -> None:
        """Run them all."""
        self.main.drive(self._run())
        if self.other is not None:
            self.other.end()
        tell(at="the end of the context")
        self.context.destroy(linger=0)

    def _run(self) -> Generator[float, None, None]:
        for first in range(0, len(self._cells), BATCH):
            yield from self._run_batch(self._cells[first : first + BATCH])
            while len(self._lingering) > LINGERING:
                yield 0.01
                self._collect(self._lingering)
        while self._lingering:
            yield 0.01
            self._collect(self._lingering)
        # What closing has called for.
        yield 0.01

    def _run_batch(self, cells: Iterable[Cell]) -> Generator[float, None, None]:
        cases = []
        for cell in cells:
            tell(at=cell.name)
            case = Case(cell, self)
            try:
                case.open()
            except Exception as error:
                tell(result=asdict(Result(cell.name, "broken", f"cannot be set up: {error!r}")))
                self._close(case)
            else:
                cases.append(case)
        deadline = time.monotonic() + PROMPT
        while not all(case.waiter.started for case in cases) and time.monotonic() < deadline:
            yield 0.001
        for case in cases:
            tell(at=case.cell.name)
            case.start_along()
        yield THROTTLE
        here = [case for case in cases if case.cell.thread == "main"]
        for case in here:
            tell(at=case.cell.name)
            case.act()
        there = [case for case in cases if case.cell.thread == "other"]
        if there:
            with self.other.stopped():
                for case in there:
                    tell(at=case.cell.name)
                    case.act()
        for _ in range(20):
            yield 0.002
            self._collect(cases)
            if not cases:
                break
        self._lingering += cases

    def _collect(self, cases: list[Case]) -> None:
        """Report the cells that are over, and take them out."""
        for case in cases[:]:
            if case.over():
                cases.remove(case)
                tell(at=case.cell.name)
                tell(result=asdict(case.result()))
                self._close(case)

    def _close(self, case: Case) -> None:
        try:
            case.close()
        except Exception as error:
            # The result of the cell stands, but this is worth knowing.
            print(f"{case.cell.name} cannot be closed: {error!r}", file=sys.stderr)


_OUTPUT = os.dup(1) if __name__ == "__main__" else 1


def tell(**entry: Any) -> None:
    """Write a line for the driver."""
    os.write(_OUTPUT, json.dumps(entry).encode() + b"\n")


def main() -> None:
    """Run the cells whose names are on stdin."""
    cells = [parse(line) for line in sys.stdin.read().split()]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if os.name != "nt":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (most if most == resource.RLIM_INFINITY else min(most, 20_000), most)
        )
    tell(version=zmq.pyzmq_version(), path=zmq.__file__, backend=getattr(zmq.backend, "name", ""))
    Runner(cells, "--control" in sys.argv).run()


if __name__ == "__main__":
    main()
