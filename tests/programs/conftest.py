"""Other people's programs, as released, which are to run on this wheel unchanged: `nox -s programs` installs them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fix_wait import wait_until

#: Where pip has put the commands of this environment.
COMMANDS = Path(sys.executable).parent


class Started:
    """A command that runs, or has run. What it writes goes to files: those that it starts may outlive it."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path, errors: Path) -> None:
        self.process = process
        self._output, self._errors = output, errors

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8")

    def ended(self, seconds: float = 100) -> str:
        """Wait for its end, which has to be a good one; return its output."""
        status = self.process.wait(seconds)
        assert status == 0, f"exit status {status}\n{self.output}\n{self._errors.read_text('utf-8')}"
        return self.output


class Programs:
    """Commands that run in a folder of their own, all of which have ended when the test has."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._started: list[Started] = []
        # What programs write into a person's home goes here.
        self._environment = {**os.environ, "HOME": str(place), "PYTHONUNBUFFERED": "1", "JUPYTER_PLATFORM_DIRS": "1"}

    def start(self, command: str, *arguments: str | Path) -> Started:
        """Start a command of this environment; ``"python"`` is its Python."""
        output, errors = (self.place / f"{command}-{len(self._started)}.{name}" for name in ("out", "err"))
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                [sys.executable if command == "python" else COMMANDS / command, *arguments],
                cwd=self.place,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,  # a process group of its own, to end it whole
            )
        self._started.append(Started(process, output, errors))
        return self._started[-1]

    def run(self, command: str, *arguments: str | Path) -> str:
        """Run a command to its good end; return its output."""
        return self.start(command, *arguments).ended()

    def start_python(self, source: str, *arguments: str | Path) -> Started:
        """Start a program in Python."""
        return self.start("python", "-c", textwrap.dedent(source), *arguments)

    def python(self, source: str, *arguments: str | Path) -> str:
        """Run a program in Python to its good end; return its output."""
        return self.start_python(source, *arguments).ended()

    def until(self, condition: Callable[[], bool]) -> None:
        """Ask again and again, as these programs tell nobody when they are ready."""
        wait_until(condition, 100)

    def end(self) -> None:
        # Daemons end what they have started.
        for signals in (signal.SIGTERM, signal.SIGKILL):
            for started in self._started:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(started.process.pid, signals)
            for started in self._started:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    started.process.wait(20)


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    running = Programs(tmp_path)
    yield running
    running.end()


@pytest.fixture
def free_ports() -> list[int]:
    """TCP ports for programs that have to be told theirs."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
