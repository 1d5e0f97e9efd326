"""What the command line says."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console

from harness import document, environments, measure, picture, results, table, targets
from harness.subject import Subject, SubjectError

DEFAULT_JSON = environments.PLACE / "results.json"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="nox -s bench --",
        description="Measure pyzmq beside pyzmq 27.3.0 and beside a program in C that uses the same libzmq.",
    )
    top.add_argument("--case", action="append", default=[], metavar="NAME", help="only cases whose names begin so")
    top.add_argument("--quick", action="store_true", help="few and short rounds: to look, not to publish")
    top.add_argument("--rounds", type=_positive, metavar="N", help="rounds of each case")
    top.add_argument("--json", type=Path, default=DEFAULT_JSON, metavar="FILE", help="where to write the results")
    top.add_argument("--from", dest="earlier", type=Path, metavar="FILE", help="show an earlier run's results")
    top.add_argument("--picture", action="store_true", help="write docs/performance.svg and the table in its .md")
    top.add_argument("--cffi", action="store_true", help="measure the CFFI backend, too")
    top.add_argument("--abi3", action="store_true", help="measure the abi3 wheel on a newer CPython, too")
    top.add_argument("--abi3-python", default="", metavar="PATH", help="that CPython (implies --abi3)")
    top.add_argument("--beside", type=Path, metavar="WHEEL", help="measure another wheel of pyzmq, too")
    top.add_argument("--wheel", type=Path, help=argparse.SUPPRESS)
    top.add_argument("--build-requirements", type=Path, help=argparse.SUPPRESS)
    return top


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"a number from 1, not {text}")
    return number


def machine() -> str:
    """Return what this runs on, without its name."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} CPUs, {platform.system()}"


def subjects_of(options: argparse.Namespace, log: environments.Log) -> list[Subject]:
    """Return everything that is to be measured, made or found."""
    found = [environments.ours(options.wheel, log), environments.before(log)]
    if os.name == "posix":
        # It forks.
        found.insert(0, environments.c_program(options.wheel, log))
    if options.beside is not None:
        found.append(environments.beside(options.beside, log))
    if options.cffi:
        found.append(environments.cffi(options.wheel, log))
    if options.abi3 or options.abi3_python:
        python = environments.newer_python(options.abi3_python)
        if python is None:
            major, minor = environments.NEWER
            raise environments.EnvironmentFailedError(
                f"--abi3 needs a CPython >= {major}.{minor}: none is on the path or in ~/.pyenv. "
                "Name one: --abi3-python PATH"
            )
        if options.build_requirements is None:
            raise environments.EnvironmentFailedError("what does a build need? `nox -s bench` says so")
        needs = options.build_requirements.read_text("utf-8").splitlines()
        found += environments.newer_wheels(python, needs, log)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and show; return the exit status: 1 if a case failed or something could not be made."""
    options = parser().parse_args(arguments)
    console = Console()
    try:
        cases = targets.select(targets.load(), options.case)
        if options.earlier is not None:
            found = results.read(options.earlier)
        else:
            found = _measure(options, cases, console)
            results.write(found, options.json)
    except (targets.TargetsError, environments.EnvironmentFailedError, SubjectError, ValueError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    # A pipe or a log has no width of its own, and a table that is folded cannot be read.
    wide = console if console.is_terminal else Console(width=200)
    wide.print(table.rich_table(found, cases))
    for line in (*table.notes(found, cases), *found.failures):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if options.earlier is None:
        console.print(f"Everything measured: {options.json}", markup=False, highlight=False, soft_wrap=True)
    if options.picture:
        _publish(found, console)
    return 1 if found.failures else 0


def _measure(options: argparse.Namespace, cases: Sequence[targets.Case], console: Console) -> results.Results:
    if options.wheel is None:
        raise environments.EnvironmentFailedError("which wheel? `nox -s bench` says so; else: --wheel FILE")
    effort = measure.QUICK if options.quick else measure.Effort()
    if options.rounds is not None:
        effort = replace(effort, rounds=options.rounds)
    with console.status("Making what is measured"):
        subjects = subjects_of(options, environments.Log(environments.PLACE / "bench.log"))
    load = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    with console.status("Measuring") as status:
        found = measure.measure(subjects, cases, effort, status.update)
    found.about = {"machine": machine(), "load": load, **asdict(effort)}
    return found


def _publish(found: results.Results, console: Console) -> None:
    """Write the picture and the table of the documentation, of all cases that the results have."""
    cases = targets.load()
    document.PICTURE.write_text(picture.svg(found, cases, document.subtitle(found)), encoding="utf-8")
    text = document.DOCUMENT.read_text(encoding="utf-8")
    document.DOCUMENT.write_text(document.with_block(text, document.block(found, cases)), encoding="utf-8")
    console.print("Written: docs/performance.svg, docs/performance.md")
