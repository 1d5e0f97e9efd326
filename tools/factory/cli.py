"""The command line: all jobs, as many at once as asked for, and the report at the end."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from make_wheel import pipeline
from rich.console import Console
from targets import Target, TargetsError, load_targets

from . import report
from .plan import Places
from .progress import watched
from .work import DONE, Job, Settings, work, zig_is_there

#: Columns where there is no terminal to ask.
PLAIN_WIDTH = 160

_USAGE_ERROR = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nox -s factory --",
        description="Cross-build the wheels of all targets of ci/targets.toml that our own road leads to, check them, "
        "and execute those that something here can run. Wheels of an earlier run that would be made from the same are "
        "kept. Exit status: 0 all is well, 1 a target failed, 2 the command line is wrong.",
    )
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help="names of targets (default: all)")
    cores = os.cpu_count() or 1
    add("-j", "--jobs", type=int, default=min(cores, 4), metavar="N", help="targets at once (default: %(default)s)")
    add("--wheel", action="append", default=[], metavar="PAIR", help="only this, such as cp312-abi3; repeatable")
    add(
        "--suite",
        type=int,
        default=10,
        metavar="MINUTES",
        help="run the tests, too, on a wheel of each target where they take at most so long (default: %(default)s)",
    )
    execution = parser.add_mutually_exclusive_group()
    execution.add_argument("--no-execute", action="store_true", help="build and check only")
    execution.add_argument(
        "--must-execute", action="store_true", help="fail where an emulator is missing, instead of telling so"
    )
    add("--again", action="store_true", help="build wheels that are there, too")
    add("--folder", type=Path, default=pipeline.ROOT / "build" / "factory", help="to work in, below the checkout")
    add("--outdir", type=Path, help="where the wheels go (default: dist/factory)")
    add("--list", action="store_true", help="print the names of the targets")
    return parser


def chosen(names: Sequence[str], known: Sequence[Target]) -> list[Target]:
    """Return the targets of some names, and those that they are fused from; without names, all.

    :raises TargetsError: there is none of a name.
    """
    by_name = {target.name: target for target in known}
    wanted = list(names) or list(by_name)
    for name in list(wanted):
        if name not in by_name:
            raise TargetsError(f"no target of our own road is called {name!r}; there are {', '.join(by_name)}")
        factory = by_name[name].factory
        wanted += factory.fuse if factory is not None else ()
    return [target for target in known if target.name in wanted]


def run(jobs: Sequence[Job], settings: Settings, at_once: int) -> None:
    """Work on all targets; those that are fused come when their parts are there."""
    by_name = {job.target.name: job for job in jobs}
    plain = [job for job in jobs if job.target.factory is not None and not job.target.factory.fuse]
    fused = [job for job in jobs if job not in plain]
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for batch in (plain, fused):
            concurrent.futures.wait([pool.submit(work, job, settings, by_name.__getitem__) for job in batch])


def fetch_sources(folder: Path) -> None:
    """Put the archives of libzmq and libsodium into a folder, once for all targets."""
    command = [sys.executable, str(pipeline.ROOT / "tools" / "sources"), "vendor", "--dest", str(folder)]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the factory.

    :param arguments: the command line without the program's name; None: that of the process.
    :returns: the exit status.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        listed = [target for target, _ in load_targets().factory()]
        targets = chosen(options.targets, listed)
    except TargetsError as error:
        print(f"factory: {error}", file=sys.stderr)
        return _USAGE_ERROR
    if options.list:
        print("\n".join(target.name for target in targets))
        return 0
    folder = options.folder.absolute()
    if pipeline.ROOT not in folder.parents:
        parser.error(f"--folder: {folder} is not below {pipeline.ROOT}")
    if not zig_is_there():
        print("factory: no zig: PyPI's ziglang is needed (python3 -m pip install ziglang)", file=sys.stderr)
        return _USAGE_ERROR
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    places = Places(folder, (options.outdir or pipeline.ROOT / "dist" / "factory").absolute())
    at_once = max(1, options.jobs)
    settings = Settings(
        places,
        int(os.environ.get("SOURCE_DATE_EPOCH") or pipeline.source_time()),
        parallel=max(1, (os.cpu_count() or 1) // at_once),
        suite=options.suite,
        execute=not options.no_execute,
        must_execute=options.must_execute,
        again=options.again,
        only=tuple(options.wheel),
    )
    started = time.monotonic()
    try:
        fetch_sources(places.sources)
    except subprocess.CalledProcessError:
        print(
            "factory: the archives of libzmq and libsodium could not be had; the reason stands above", file=sys.stderr
        )
        return 1
    jobs = [Job(target) for target in targets]
    try:
        with watched(jobs, console):
            run(jobs, settings, at_once)
    except KeyboardInterrupt:
        print("factory: interrupted; what is finished is kept", file=sys.stderr)
        return 130
    report.write(jobs, folder, time.monotonic() - started, console)
    return 0 if all(job.state == DONE for job in jobs) else 1
