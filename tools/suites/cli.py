"""The command line: all suites one after another, and the table at the end."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .environments import Cache
from .model import DEFAULT_SUITES, SuitesError, load_suites
from .outcomes import Result, counts, table
from .runner import Runner

_FAILED = 1
_USAGE_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the suites; return the exit status."""
    options = _parser().parse_args(argv)
    try:
        known = load_suites(options.list)
        selected = known.select(options.names)
    except SuitesError as error:
        print(f"suites: {error}", file=sys.stderr)
        return _USAGE_ERROR
    # Suites run in folders of their own.
    cache = options.cache.absolute()
    accept_interrupts()
    runner = Runner(Cache(cache, known.baseline), options.wheel.absolute(), cache / "reports")
    results = []
    for suite in selected:
        _say(f"{suite.name}: {suite.release}")
        began = time.monotonic()
        result = runner.run(suite)
        results.append(result)
        runs = [f"{known.baseline}: {counts(result.reference)}", f"ours: {counts(result.ours)}"]
        said = "; ".join([*runs, *result.remarks()])
        _say(f"{suite.name}: {said} ({time.monotonic() - began:.0f} s)")
    _say(f"\n{table(known.baseline, results)}\n")
    for line in details(results):
        _say(line)
    return _FAILED if any(result.failed for result in results) else 0


def accept_interrupts() -> None:
    """Do not ignore SIGINT, as background jobs of a shell do: suites that interrupt processes would inherit it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def details(results: Sequence[Result]) -> list[str]:
    """Return a line for each test that differs."""
    return [
        f"{kind}: {result.suite}: {name}"
        for result in results
        for kind, names in (("regression", result.regressions), ("unsteady", result.unsteady))
        for name in names
    ]


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tools/suites",
        description="Run released test suites of other projects with pyzmq 27.3.0 and with a wheel of ours. Exit "
        "status: 0 nothing regressed, 1 a test regressed or a suite could not be run, 2 the command line is wrong.",
    )
    parser.add_argument("--wheel", type=Path, required=True, metavar="FILE", help="the wheel to test")
    parser.add_argument("--cache", type=Path, required=True, metavar="FOLDER", help="keeps sdists and environments")
    parser.add_argument("--list", type=Path, default=DEFAULT_SUITES, metavar="FILE", help="default: %(default)s")
    parser.add_argument("names", nargs="*", metavar="NAME", help="suites of the list; all by default")
    return parser
