"""Programs in a Python of their own: what happens at exit, after a fork, at a signal, cannot be tested in here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.patience import PATIENCE


@pytest.fixture(scope="session", autouse=True)
def _heed_interrupts() -> None:
    """What a shell starts in the background ignores SIGINT, and so would the programs started here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Ended:
    """How a program ended."""

    status: int
    output: str
    errors: str

    def succeeded(self) -> Ended:
        assert self.status == 0, f"exit status {self.status}\n{self.output}\n{self.errors}"
        return self


class Runner(Protocol):
    def __call__(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Ended: ...


@pytest.fixture
def run_python(tmp_path: Path) -> Runner:
    """Run a program with the interpreter and the zmq under test; a minute at most."""

    def run(program: str, *arguments: str, environment: dict[str, str] | None = None) -> Ended:
        ended = subprocess.run(
            [sys.executable, *arguments, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            timeout=50 * PATIENCE,
            cwd=tmp_path,
            env={**os.environ, **(environment or {})},
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Example:
    """An example that runs: ``examples/<name>``, in an empty folder. Warnings are errors."""

    def __init__(self, place: Path, name: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-W", "error", str(EXAMPLES / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            cwd=place,
        )

    def line(self) -> str:
        """The next line of its output; empty if it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self) -> Ended:
        """Wait until it has ended by itself; the output is what was not read yet."""
        output, errors = self.process.communicate(timeout=50 * PATIENCE)
        return Ended(self.process.returncode, output, errors)

    def interrupt(self) -> Ended:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        return self.end()


StartExample = Callable[..., Example]


@pytest.fixture
def start_example(tmp_path: Path) -> Iterator[StartExample]:
    """Start examples, all of which have ended, at the latest, when the test does: ``start_example("x/y.py", "5")``."""
    started: list[Example] = []

    def start(name: str, *arguments: str) -> Example:
        started.append(Example(tmp_path, name, *arguments))
        return started[-1]

    yield start
    for example in started:
        example.process.kill()
        example.process.communicate()
