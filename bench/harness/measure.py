"""Measures: all subjects are alive at once, and take turns in each round of a case."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from harness.results import Figure, Results
from harness.subject import PATIENCE, Subject, SubjectError, Worker, clean_environment
from harness.targets import Case

#: The empty loop, whose cost all of Python's figures have in them.
LOOP = Case("loop", "an empty loop", "ns", "cpu")

#: Figures of one import, in the order in which the program below prints them.
IMPORTS = {"import_wall": 0, "import_cpu": 1, "import_modules": 2, "import_asyncio": 3}

_IMPORT = """
import sys, time
before = set(sys.modules)
wall, cpu = time.perf_counter_ns(), time.process_time_ns()
import zmq
cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
modules = len(sys.modules.keys() - before)
import asyncio
start = time.perf_counter_ns()
import zmq.asyncio
print([wall, cpu, modules, time.perf_counter_ns() - start])
"""

#: On a machine that is busy otherwise, the best of some rounds is not yet the best: there are more as long as the last
#: ones bring something better than this part of it, up to so many times the number.
_BETTER = 0.98
_MOST = 4

#: A chunk is long enough when it takes this part of the time that it should.
_ENOUGH = 0.6


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds of each case, those of imports, and a factor on the length of a chunk."""

    rounds: int = 11
    imports: int = 40
    chunk: float = 1.0


QUICK = Effort(rounds=3, imports=8, chunk=0.3)


def calibrate(run: Callable[[int], float], target_ns: float) -> int:
    """Return the number of operations that takes about so long.

    :param run: runs a number of operations and returns what they took, in ns.
    """
    count = 1
    while True:
        taken = max(run(count), 1.0)
        if taken >= _ENOUGH * target_ns:
            return max(1, round(count * target_ns / taken))
        # Early figures are of cold code: they shall not make it jump too far.
        count = max(count * 2, min(count * 10, round(count * target_ns / taken)))


def measure(
    subjects: Sequence[Subject],
    cases: Sequence[Case],
    effort: Effort,
    say: Callable[[str], None] = lambda _: None,
) -> Results:
    """Measure cases with subjects; a case that fails with one is told of among the failures."""
    results = Results()
    workers: dict[str, Worker] = {}
    try:
        for subject in subjects:
            workers[subject.key] = Worker(subject).__enter__()
        for key, worker in workers.items():
            results.subjects[key] = {"title": worker.subject.title, **worker.ask("hello")}
        for case in (LOOP, *cases):
            if case.measure == "import":
                continue
            say(case.title)
            _measure_case(case, list(workers.values()), effort, results)
    finally:
        for worker in workers.values():
            worker.__exit__(None, None, None)
    imports = [case for case in cases if case.measure == "import"]
    if imports:
        say("import zmq")
        _measure_imports(imports, subjects, effort, results)
    return results


def _measure_case(case: Case, workers: Sequence[Worker], effort: Effort, results: Results) -> None:
    """Measure one case: open it everywhere, take turns, close it everywhere."""
    target = case.chunk_ms * 1e6 * effort.chunk
    counts: dict[str, int] = {}
    costs: dict[str, list[float]] = {}
    taking_part = []
    for worker in workers:
        if case.name not in results.subjects[worker.subject.key]["cases"]:
            continue
        if not worker.alive:
            results.failures.append(f"{case.title}: {worker.subject.title} is no more")
            continue
        try:
            worker.ask("open", case.name)
            counts[worker.subject.key] = calibrate(partial(_wall_ns, worker, case), target)
        except SubjectError as error:
            _give_up(worker, case, error, results)
            continue
        costs[worker.subject.key] = []
        taking_part.append(worker)
    for number in range(effort.rounds * _MOST):
        if number >= effort.rounds and all(settled(taken, effort.rounds) for taken in costs.values()):
            break
        # Another one begins each time, so that none always follows the same.
        shift = number % max(1, len(taking_part))
        for worker in taking_part[shift:] + taking_part[:shift]:
            key = worker.subject.key
            try:
                taken = worker.ask("run", case.name, counts[key])
            except SubjectError as error:
                _give_up(worker, case, error, results)
                taking_part = [one for one in taking_part if one is not worker]
                del costs[key]
                continue
            costs[key].append(taken[f"{case.measure}_ns"] / counts[key])
    for worker in taking_part:
        worker.ask("close", case.name)
        key = worker.subject.key
        results.figures.setdefault(case.name, {})[key] = Figure(tuple(costs[key]), counts[key])


def settled(costs: Sequence[float], rounds: int) -> bool:
    """Tell whether the last third of so many rounds brought nothing that is better than what was known before."""
    last = max(1, rounds // 3)
    return min(costs[-last:]) >= min(costs[:-last], default=math.inf) * _BETTER


def _wall_ns(worker: Worker, case: Case, count: int) -> float:
    return float(worker.ask("run", case.name, count)["wall_ns"])


def _give_up(worker: Worker, case: Case, error: SubjectError, results: Results) -> None:
    """Note what went wrong, and make the subject ready for the next case if it still runs."""
    results.failures.append(f"{case.title}: {error}")
    if worker.alive:
        worker.ask("close", case.name)


def _measure_imports(cases: Sequence[Case], subjects: Sequence[Subject], effort: Effort, results: Results) -> None:
    """Import zmq in fresh interpreters, in turns."""
    samples: dict[str, list[list[float]]] = {}
    pythons = [subject for subject in subjects if subject.python]
    # The first one of each subject fills the system's caches.
    for number in range(effort.imports + 1):
        for subject in pythons:
            try:
                sample = import_once(subject)
            except SubjectError as error:
                if number == 0:
                    results.failures.append(f"import zmq: {error}")
                continue
            if number > 0:
                samples.setdefault(subject.key, []).append(sample)
    for case in cases:
        column = IMPORTS[case.name]
        results.figures[case.name] = {
            key: Figure(tuple(sample[column] for sample in taken)) for key, taken in samples.items()
        }


def import_once(subject: Subject) -> list[float]:
    """Return what importing zmq takes a fresh interpreter: wall and CPU time (ns), modules; wall time of asyncio's."""
    done = subprocess.run(
        [subject.python, "-I", "-c", _IMPORT],
        capture_output=True,
        encoding="utf-8",
        env=clean_environment(subject.environment),
        check=False,
        timeout=PATIENCE,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise SubjectError(f"{subject.title}: {last}")
    return [float(value) for value in json.loads(done.stdout)]
