"""Run one suite with the baseline and with our wheel, and rerun what differs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from .environments import Cache, Environment, unpack
from .model import Suite, SuitesError
from .outcomes import Result, Run, files_of, lost, read_report, regressions

#: How often a test that passes with the baseline only is rerun, to tell races from regressions.
RERUNS = 2


class NoReportError(SuitesError):
    """Pytest ended without its report."""


class Runner:
    """Runs suites.

    Args:
        cache: keeps sdists and environments.
        wheel: the one to test.
        reports: the folder for what pytest prints and reports.
    """

    def __init__(self, cache: Cache, wheel: Path, reports: Path) -> None:
        self._cache = cache
        self._wheel = wheel
        self._reports = reports

    def run(self, suite: Suite) -> Result:
        """Run a suite with both, and rerun what is lost."""
        result = Result(suite.name, suite.passed)
        try:
            baseline = self._cache.baseline_wheel()
            sdist = self._cache.sdist(suite)
            environment = self._cache.environment(suite)

            def run(wheel: Path, times: int, paths: Sequence[str], kind: str) -> list[Run]:
                environment.install(wheel)
                name = wheel.name.split("-")[1] + kind
                place = self._reports / suite.name
                return [
                    patiently(environment, suite, sdist, paths, place / f"{name}{number or ''}")
                    for number in range(times)
                ]

            (result.reference,) = run(baseline, 1, suite.paths, "")
            (result.ours,) = run(self._wheel, 1, suite.paths, "")
            judge(
                result,
                lambda paths: run(self._wheel, RERUNS, paths, "-rerun"),
                lambda paths: run(baseline, RERUNS, paths, "-rerun"),
            )
        except SuitesError as error:
            result.error = str(error)
        return result


def judge(result: Result, ours: Callable[[list[str]], list[Run]], reference: Callable[[list[str]], list[Run]]) -> None:
    """Tell the regressions of a suite from unsteady tests, by rerunning the files that hold them.

    Args:
        result: of both runs; gets the regressions and the unsteady tests.
        ours: reruns files with our wheel.
        reference: reruns them with the baseline.
    """
    assert result.reference is not None
    assert result.ours is not None
    suspects = lost(result.reference, result.ours)
    if not suspects:
        return
    reruns = ours(files_of(suspects))
    # Those that have passed need no more runs.
    left = [name for name in suspects if not any(run.get(name) == "passed" for run in reruns)]
    result.regressions = regressions(left, reference(files_of(left)), reruns) if left else []
    result.unsteady = [name for name in suspects if name not in result.regressions]


def patiently(environment: Environment, suite: Suite, sdist: Path, paths: Sequence[str], report: Path) -> Run:
    """Run tests, and again if pytest does not get to its report: some suites hang or crash at times."""
    for _ in range(RERUNS):
        with contextlib.suppress(NoReportError):
            return run_pytest(environment, suite, sdist, paths, report)
    return run_pytest(environment, suite, sdist, paths, report)


def run_pytest(environment: Environment, suite: Suite, sdist: Path, paths: Sequence[str], report: Path) -> Run:
    """Run tests of a suite in a fresh copy of its sdist, away from the checkout.

    Args:
        paths: of the tests, relative to the sdist's top folder.
        report: path of the files for the output and the report, without a suffix.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    junit, output = (report.with_name(f"{report.name}.{suffix}") for suffix in ("xml", "txt"))
    junit.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="pyzmq-suite-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        home.mkdir()
        top = unpack(sdist, Path(folder))
        command = [
            *(str(environment.python), "-m", "pytest", *paths, "-p", "no:cacheprovider"),
            *(f"--junitxml={junit}", "-o", "junit_family=xunit1", *suite.arguments),
        ]
        with output.open("wb") as stream:
            status = _run(command, top, environment.variables(home), stream, suite.timeout)
    if not junit.is_file():
        raise NoReportError(f"pytest wrote no report ({status}); its output is in {output}")
    run = read_report(junit)
    if not run:
        raise SuitesError(f"pytest ran no test ({status}); its output is in {output}")
    return run


def _run(command: list[str], place: Path, variables: dict[str, str], stream: BinaryIO, timeout: float) -> str:
    """Run a command to its end; return how it ended."""
    process = subprocess.Popen(
        command,
        cwd=place,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a process group of its own, to end it whole
    )
    try:
        return f"exit status {process.wait(timeout)}"
    except subprocess.TimeoutExpired:
        return f"not at its end after {timeout:g} s"
    finally:
        _end(process, variables["HOME"])


def _end(process: subprocess.Popen[bytes], home: str) -> None:
    """End a process and those that it has left behind.

    Args:
        home: their home folder, which no other process has.
    """
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # Some are in sessions of their own.
        for pid in _processes(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def _processes(home: str) -> list[int]:
    """Return the processes that have a home folder, where the system tells."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"HOME={home}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found
