"""The command line, and the table at the end."""

from __future__ import annotations

import argparse
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from . import pipeline
from .pipeline import ROOT, Outcome, Plan
from .steps import StepFailedError, Steps

#: Columns where there is no terminal to ask: names of wheels fit in.
PLAIN_WIDTH = 120

LAST_STEPS = ("repair", "check", "try")


def _definition(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*=.*", text, re.DOTALL):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nox -s wheel --",
        description="Build the wheel with libzmq and libsodium inside, repair it, check it against "
        "ci/dist-policy.toml, install it into a clean environment and send messages through it. "
        "Options of the build may also be environment variables; CMAKE_ARGS is passed on. For "
        "another interpreter: nox -s wheel --force-python 3.12",
    )
    add = parser.add_argument
    add("--draft", action="store_true", help="with libzmq's draft API; goes to dist/draft")
    add(
        "--backend",
        action="append",
        default=[],
        choices=("cython", "cffi"),
        help="backend to build; repeatable (default: cython, on PyPy cffi)",
    )
    add(
        "-D",
        "--define",
        action="append",
        default=[],
        type=_definition,
        metavar="NAME=VALUE",
        help="a definition for CMake, such as PYZMQ_LIBZMQ_VERSION=4.3.4; repeatable",
    )
    add(
        "--zig",
        action="store_true",
        help="compile with Zig, which PyPI's ziglang carries: needs no compiler of the system",
    )
    add("--outdir", type=Path, help="where the wheel goes (default: dist)")
    add("--name", default="wheel", help="folder below build/ to work in (default: %(default)s)")
    add(
        "--until",
        choices=LAST_STEPS,
        default=LAST_STEPS[-1],
        help="the last step (default: %(default)s)",
    )
    add(
        "--if-changed",
        action="store_true",
        help="do nothing if the wheel there was made from the same sources and options",
    )
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    name = options.name
    definitions = list(options.define)
    outdir = options.outdir or ROOT / "dist"
    if options.draft:
        # The name of the file tells nothing of it.
        name += "-draft"
        outdir = options.outdir or outdir / "draft"
        definitions.insert(0, "ZMQ_DRAFT_API=ON")
    if options.zig:
        name += "-zig"
    return Plan(
        folder=ROOT / "build" / name,
        outdir=outdir.absolute(),
        backends=tuple(dict.fromkeys(options.backend)),
        definitions=tuple(definitions),
        zig=options.zig,
    )


def _run(plan: Plan, until: str, steps: Steps) -> Outcome:
    with steps.step("toolchain", "C and C++ compilers, Python's headers") as step:
        pipeline.toolchain(plan, step)
    with steps.step("build", "libsodium, libzmq, the extension, the wheel") as step:
        raw = pipeline.build(plan, step)
    with steps.step("repair", "platform tag") as step:
        wheel = pipeline.repair(plan, raw, step)
    outcome = Outcome(wheel)
    last = LAST_STEPS.index(until)
    if last >= LAST_STEPS.index("check"):
        with steps.step("check", "ci/dist-policy.toml") as step:
            outcome.report = pipeline.check(wheel, step)
    if last >= LAST_STEPS.index("try"):
        with pipeline.scratch() as name:
            folder = Path(name)
            with steps.step("install", "a clean environment") as step:
                interpreter = pipeline.install(plan, wheel, folder, step)
            with steps.step("try", "encrypted messages between two processes") as step:
                outcome.trials = pipeline.try_out(plan, interpreter, folder, step)
    outcome.wheel = pipeline.deliver(wheel, plan.outdir)
    return outcome


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if ROOT in path.parents else str(path)


def _features(build_info: dict[str, Any]) -> str:
    features = build_info.get("features", {})
    if isinstance(features, dict):
        features = [name for name, there in features.items() if there]
    return ", ".join(features)


def _table(outcome: Outcome, seconds: dict[str, float]) -> Table:
    table = Table(show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("file", _shown(outcome.wheel))
    table.add_row("size", f"{outcome.wheel.stat().st_size / 1000:.1f} kB")
    report = outcome.report
    if report is not None:
        table.add_row("tags", ", ".join(report.tags))
        table.add_row("external libraries", ", ".join(report.external_libraries))
        if report.glibc_floor:
            table.add_row("glibc floor", report.glibc_floor)
        if report.minimum_os:
            table.add_row("minimum OS", report.minimum_os)
    for backend, trial in outcome.trials.items():
        information = trial["build_info"]
        libraries = [f"libzmq {trial['libzmq']}"]
        if "libsodium" in information:
            libraries.append(f"libsodium {information['libsodium']['version']}")
        table.add_row(f"{backend} backend", ", ".join(libraries))
        table.add_row("  features", _features(information))
        sent = ", ".join(f"{done['messages']} messages over {name}" for name, done in trial["transports"].items())
        for name in trial["skipped"]:
            sent += f", {name} skipped"
        table.add_row("  CURVE", sent + ", none with a wrong key")
    spent = ", ".join(f"{name} {took:.1f}" for name, took in seconds.items())
    table.add_row("seconds", f"{spent}; together {sum(seconds.values()):.1f}")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the wheel.

    :param arguments: the command line without the program's name; None: that of the process.
    :returns: the exit status.
    """
    options = _parser().parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    plan = _plan(options)
    stamp = pipeline.fingerprint(plan)
    if options.if_changed:
        wheel = pipeline.unchanged(plan, stamp)
        if wheel is not None:
            console.print(f"{_shown(wheel)} is up to date", markup=False, highlight=False)
            return 0
    console.print(
        f"A wheel for {platform.python_implementation()} {platform.python_version()} ({platform.platform()})",
        markup=False,
        highlight=False,
    )
    steps = Steps(console, plan.folder / "logs")
    try:
        outcome = _run(plan, options.until, steps)
    except StepFailedError as error:
        tail = error.tail()
        if tail:
            console.print(f"---- the last {len(tail)} lines of {error.log}", markup=False)
            for line in tail:
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            console.print("----", markup=False)
        console.print(f"make_wheel: {error}", style="bold red", markup=False, soft_wrap=True)
        if error.log is not None:
            console.print(f"The whole log: {error.log}", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        print("make_wheel: interrupted", file=sys.stderr)
        return 130
    content = pipeline.document(outcome, plan, steps.seconds, stamp)
    path = pipeline.write_document(outcome.wheel, content)
    console.print(_table(outcome, steps.seconds))
    console.print(f"Everything about it: {_shown(path)}", markup=False, highlight=False)
    return 0
