"""Run cells in processes, one loop and one backend in each, and report: a process that hangs is replaced."""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE
from tests.wakeups.cells import DIMENSIONS, RULES, Cell, cells, combinations, excluded_by, pairwise, parse
from tests.wakeups.operations import DEVICES

ROOT = Path(__file__).resolve().parents[2]

#: Seconds without a word after which a process is taken for hanging.
SILENCE = 10.0 * PATIENCE
#: Cells of one process.
PORTION = 5000
#: Of how many cells one may hang or crash, and how many more, before the rest of a portion is given up.
ONE_OF, MORE = 500, 3

_CHILD = "import sys; sys.path[:1] = []; sys.path.append(sys.argv[1]); from tests.wakeups.run import main; main()"


@dataclass(frozen=True)
class Outcome:
    """What has become of a cell: see :class:`tests.wakeups.run.Result`."""

    name: str
    status: str
    detail: str = ""
    took_signal: bool = False


@dataclass
class Report:
    """The results of a run."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> list[Outcome]:
        """The cells that have failed."""
        return [outcome for outcome in self.outcomes if outcome.status != "served"]

    def lines(self, most: int = 40) -> list[str]:
        """Return what is to be read: counts, failing values of each dimension, and the first failing cells."""
        counts = Counter(outcome.status for outcome in self.outcomes)
        told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        signals = sum(outcome.took_signal for outcome in self.outcomes)
        lines = [
            f"{len(self.outcomes)} cells in {self.seconds:.0f} s: {told}",
            f"in {signals} of them, the operation took the signal from the descriptor",
        ]
        if not self.failed:
            return lines
        lines += ["", *self._by_dimension(), ""]
        lines += [f"{outcome.status}: {outcome.name}: {outcome.detail}" for outcome in self.failed[:most]]
        if len(self.failed) > most:
            lines.append(f"... and {len(self.failed) - most} more (--json FILE lists all)")
        return lines

    def _by_dimension(self) -> Iterable[str]:
        for name in DIMENSIONS:
            run: Counter[str] = Counter()
            bad: Counter[str] = Counter()
            for outcome in self.outcomes:
                value = _values(outcome.name).get(name, "?")
                run[value] += 1
                bad[value] += outcome.status != "served"
            yield f"{name}: " + ", ".join(f"{value} {bad[value]}/{run[value]}" for value in run if bad[value])


def _values(name: str) -> dict[str, str]:
    return dict(zip(DIMENSIONS, name.split("/")))


class Portion:
    """Cells of one loop and one backend; parameters as for :func:`run_cells`."""

    def __init__(self, chosen: Sequence[Cell], control: bool) -> None:
        self._control = control
        self._left = {cell.name: cell for cell in chosen}
        self._backend = chosen[0].backend
        self.outcomes: list[Outcome] = []

    def run(self) -> list[Outcome]:
        """Run them; return what has become of each."""
        for _ in range(1 + MORE + len(self._left) // ONE_OF):
            if not self._left:
                break
            self._run_process()
        for name in self._left:
            self.outcomes.append(Outcome(name, "hung", "not run, since too many before it have hung or crashed"))
        return self.outcomes

    def _run_process(self) -> None:
        """Run what is left in a process, as far as that comes."""
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryDirectory(prefix="pyzmq-wakeups-") as place:
            process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, str(ROOT), *(["--control"] if self._control else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=place,
                env={**os.environ, "PYZMQ_BACKEND": self._backend, "PYTHONFAULTHANDLER": "1"},
            )
            lines: queue.Queue[bytes | None] = queue.Queue()
            reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
            reader.start()
            assert process.stdin is not None
            process.stdin.write("\n".join(self._left).encode())
            process.stdin.close()
            at, hangs = "the start", False
            while True:
                try:
                    line = lines.get(timeout=SILENCE)
                except queue.Empty:
                    hangs = True
                    process.kill()
                    break
                if line is None:
                    break
                entry = json.loads(line)
                at = entry.get("at", at)
                if "result" in entry:
                    self._note(Outcome(**entry["result"]))
            status = process.wait()
            reader.join()
            assert process.stdout is not None
            process.stdout.close()
            if hangs or status:
                errors.seek(0)
                told = errors.read().decode(errors="replace")[-2000:].strip()
                what = f"no word for {SILENCE} s" if hangs else f"the process ended with status {status}"
                self._blame(at, "hung" if hangs else "crashed", f"{what}\n{told}".strip())

    def _note(self, outcome: Outcome) -> None:
        self._left.pop(outcome.name, None)
        self.outcomes.append(outcome)

    def _blame(self, at: str, status: str, detail: str) -> None:
        if at in self._left:
            self._note(Outcome(at, status, detail))
            return
        # While it was closed, or between cells: those before it have their results.
        self.outcomes.append(Outcome(at, status, f"after its result: {detail}"))
        if at == "the start":
            for name in list(self._left):
                self._note(Outcome(name, status, "the process does not start"))


def _read(stream: Any, lines: queue.Queue[bytes | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def run_cells(chosen: Sequence[Cell], jobs: int, control: bool = False) -> Report:
    """Run cells.

    :param jobs: how many processes run at the same time.
    :param control: leave out the operations; then all waiters must be served, or the cells are wrong.
    """
    groups: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in chosen:
        # Where a device ignores signals, it hangs: the others are to run nevertheless.
        groups[cell.loop, cell.backend, cell.operation if cell.op.act in DEVICES else ""].append(cell)
    portions = [
        Portion(group[first : first + PORTION], control)
        for group in groups.values()
        for first in range(0, len(group), PORTION)
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        outcomes = [outcome for some in pool.map(Portion.run, portions) for outcome in some]
    return Report(outcomes, time.monotonic() - began)


def select(
    patterns: Sequence[str], loops: Sequence[str], backends: Sequence[str], transports: Sequence[str]
) -> list[Cell]:
    """Return the cells of these loops, backends and transports whose names match a pattern; all without patterns."""
    found = list(cells(loop=loops, backend=backends, transport=transports))
    if not patterns:
        return found
    exact = {name for name in patterns if not set(name) & set("*?[")}
    for name in exact:
        parse(name)
    globs = [pattern for pattern in patterns if pattern not in exact]
    return [cell for cell in found if cell.name in exact or any(fnmatchcase(cell.name, glob) for glob in globs)]


def available_transports() -> list[str]:
    """Return the transports that the peers can use here."""
    import socket

    return [name for name in DIMENSIONS["transport"] if name != "ipc" or hasattr(socket, "AF_UNIX")]


def available_backends() -> list[str]:
    """Return the backends that zmq has here."""
    return [
        name
        for name in DIMENSIONS["backend"]
        if not subprocess.run(
            [sys.executable, "-c", "import sys; sys.path[:1] = []; import zmq"],
            env={**os.environ, "PYZMQ_BACKEND": name},
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode
    ]


def _list_rules() -> None:
    counts = Counter(map(excluded_by, combinations()))
    for rule in RULES:
        print(f"{rule.name}: {rule.reason} ({counts[rule.name]} combinations)")
    print(f"{counts[None]} cells are left")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix as the command line says; return the exit status."""
    from tests.wakeups.loops import available

    parser = argparse.ArgumentParser(prog="wakeups", description="Run the wake-up matrix, or a part of it.")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a cell, or a pattern of names")
    parser.add_argument("--pairwise", action="store_true", help="a selection in which each pair of values occurs")
    parser.add_argument(
        "--backend", action="append", choices=DIMENSIONS["backend"], help="default: those that there are"
    )
    parser.add_argument("--loop", action="append", choices=DIMENSIONS["loop"], help="default: those that are installed")
    parser.add_argument("--list", action="store_true", help="list the cells, and run none")
    parser.add_argument("--rules", action="store_true", help="list the rules that exclude combinations")
    parser.add_argument("--control", action="store_true", help="leave out the operations: all cells must succeed")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes at the same time (%(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results to a file")
    options = parser.parse_args(arguments)
    if options.rules:
        _list_rules()
        return 0
    loops = options.loop or available()
    chosen = select(options.only, loops, options.backend or available_backends(), available_transports())
    if options.pairwise:
        chosen = pairwise(chosen)
    if options.list:
        print("\n".join(cell.name for cell in chosen))
        return 0
    if not chosen:
        parser.error("no cell matches")
    report = run_cells(chosen, options.jobs, options.control)
    if options.json:
        entries = [dict(zip(("name", "status", "detail", "took_signal"), astuple(one))) for one in report.outcomes]
        options.json.write_text(json.dumps({"seconds": report.seconds, "cells": entries}, indent=1) + "\n", "utf-8")
    print("\n".join(report.lines()))
    return 1 if report.failed else 0
