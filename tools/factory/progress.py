"""How far each target is, while the work goes on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence

from make_wheel.steps import HEARTBEAT
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from .work import DONE, FAILED, RUNNING, WAITING, Job

_COLOURS = {WAITING: "dim", RUNNING: "cyan", DONE: "green", FAILED: "bold red"}


def table(jobs: Sequence[Job], width: int) -> Table:
    """Return the state of all jobs."""
    shown = Table(box=None, pad_edge=False)
    for heading in ("target", "state", "seconds", "wheels", "now"):
        shown.add_column(heading, justify="right" if heading == "seconds" else "left", no_wrap=True)
    room = max(20, width - 62)
    for job in jobs:
        colour = _COLOURS[job.state]
        now, step = "", job.step
        if step is not None:
            now = f"{job.about}  [dim]{escape(step.status[:room])}[/]"
        elif job.state == FAILED:
            now = escape(job.reason.strip().splitlines()[0][:room]) if job.reason.strip() else ""
        count = len(job.target.factory.wheels) if job.target.factory is not None else 0
        shown.add_row(
            job.target.name, f"[{colour}]{job.state}[/]", f"{elapsed(job):.0f}", f"{len(job.wheels)}/{count}", now
        )
    return shown


def elapsed(job: Job) -> float:
    """Return the seconds since the work on a target began, or that it took."""
    return time.monotonic() - job.started if job.state == RUNNING else job.seconds


@contextlib.contextmanager
def watched(jobs: Sequence[Job], console: Console) -> Iterator[None]:
    """Show the jobs while the body runs: a live table on a terminal, lines elsewhere."""
    over = threading.Event()
    follow = _live if console.is_terminal else _lines
    follower = threading.Thread(target=follow, args=(jobs, console, over), daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


def _live(jobs: Sequence[Job], console: Console, over: threading.Event) -> None:
    with Live(table(jobs, console.width), console=console, auto_refresh=False) as live:
        while not over.wait(0.25):
            live.update(table(jobs, console.width), refresh=True)
        live.update(table(jobs, console.width), refresh=True)


def _lines(jobs: Sequence[Job], console: Console, over: threading.Event) -> None:
    told: dict[str, str] = {}
    spoken: dict[str, float] = {}
    ended = False
    while not ended:
        ended = over.wait(0.25)
        for job in jobs:
            step = job.step
            state = job.about if step is not None else job.state
            late = step is not None and time.monotonic() - spoken.get(job.target.name, 0) > HEARTBEAT
            if state == WAITING or (told.get(job.target.name) == state and not late):
                continue
            line = f"{job.target.name}: {state}, {elapsed(job):.0f} s"
            if step is not None and told.get(job.target.name) == state:
                line += f": {step.status[:100]}"
            elif job.state == FAILED:
                line += f": {job.reason.strip()}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
            told[job.target.name], spoken[job.target.name] = state, time.monotonic()
