"""A program that is measured: asked by a line, it answers by a line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

#: The Python worker, a folder that any interpreter can run.
WORKER = Path(__file__).resolve().parents[1] / "worker"

#: Seconds that an answer may take.
PATIENCE = 120.0


class SubjectError(RuntimeError):
    """A subject failed, or gave up."""


@dataclass(frozen=True)
class Subject:
    """How to start one. ``python`` is its interpreter, empty for the program in C."""

    key: str
    title: str
    command: tuple[str, ...]
    python: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def python_subject(key: str, title: str, python: Path | str, **environment: str) -> Subject:
    """Return the subject that is the zmq of an interpreter."""
    return Subject(key, title, (str(python), "-I", str(WORKER)), str(python), environment)


def clean_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return this environment without what changes how a Python or a pyzmq behaves, and with what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYZMQ_", "ZMQ_"))}
    return {**kept, **given}


class Worker:
    """A subject that runs. As context manager, it ends with the block."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed at the end of the block)
        try:
            self._process = subprocess.Popen(
                subject.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
                env=clean_environment(subject.environment),
                cwd=tempfile.gettempdir(),
            )
        except OSError as error:
            self._errors.close()
            raise SubjectError(f"{subject.title}: cannot be started: {error}") from error

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if exc_type is not None:
            self._process.kill()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def ask(self, *words: object, patience: float = PATIENCE) -> dict[str, Any]:
        """Send a request and return the answer.

        :raises SubjectError: with what the subject says of it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = " ".join(map(str, words))
        # Reading a line has no time limit; ending the process ends the reading.
        watchdog = threading.Timer(patience, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            self._process.wait(PATIENCE)
            raise SubjectError(f"{self.subject.title}: ended at '{request}'{self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SubjectError(f"{self.subject.title}: {answer['error']}")
        return answer

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else f" with status {self._process.returncode}"
