"""The target as the driver sees it: a process, what it is asked for, and what it uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

SERVE = Path(__file__).resolve().parent / "serve.py"

#: Seconds until a target that does not answer counts as hanging.
LIMIT = 10.0


class TargetDied(Exception):
    """The process ended."""


class TargetHangs(Exception):
    """The process does not answer, or does not close connections that were closed."""


class Target:
    """A process under test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self.process = subprocess.Popen(
            [sys.executable, str(SERVE), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            bufsize=1,
        )
        try:
            doors = json.loads(self._line())
        except TargetDied:
            raise RuntimeError(f"the target {name} does not start: {self.stop()}") from None
        self.endpoints: dict[str, str] = doors
        self.ports = {name: urlsplit(address).port or 0 for name, address in doors.items()}

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise TargetDied
        return line

    def tell(self, *words: str) -> None:
        """Give a command, and wait until it is obeyed."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(" ".join(words) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise TargetDied from None
        self._line()

    def alive(self) -> bool:
        """Tell whether it runs."""
        return self.process.poll() is None

    def errors(self) -> str:
        """Return the end of what it wrote to standard error."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 3000))
        return self._errors.read().decode(errors="replace").strip()

    def memory(self) -> float | None:
        """Return the megabytes that it has in memory, where that is known."""
        try:
            with Path(f"/proc/{self.process.pid}/statm").open() as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        except OSError:
            return None

    def descriptors(self) -> int | None:
        """Return how many files and sockets it has open, where that is known."""
        try:
            return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        except OSError:
            return None

    def stop(self) -> str:
        """End it; return how it had ended, if it had by itself."""
        # A crash may take a moment to be written down.
        try:
            status: int | None = self.process.wait(0 if self.alive() else 5)
        except subprocess.TimeoutExpired:
            status = None
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout):
            assert file is not None
            with suppress(OSError):
                file.close()
        errors = self.errors()
        self._errors.close()
        return "" if status is None else f"ended with status {status}\n{errors}"
