"""Programs in a Python of their own: what happens at exit, after a fork, at a signal, cannot be tested in here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest


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
            timeout=50,
            cwd=tmp_path,
            env={**os.environ, **(environment or {})},
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run
