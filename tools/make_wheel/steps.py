"""Steps: how they are shown, where their output goes, and how they fail."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

#: Lines of the log that are shown when a step fails.
TAIL = 40
#: Seconds between two signs of life where there is no terminal.
HEARTBEAT = 30

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class StepFailedError(Exception):
    """A step did not succeed. The message is for the person; ``log`` is a file or None."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def tail(self) -> list[str]:
        """Return the last lines of the log."""
        if self.log is None or not self.log.exists():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]


class Step:
    """One step while it runs: a log, and a line that tells where it is."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.status = ""
        self.started = time.monotonic()
        self._file: TextIO = log.open("w", encoding="utf-8")

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started

    def say(self, line: str) -> None:
        """Write a line to the log and show it as the present state."""
        plain = _ESCAPES.sub("", line).rstrip()
        self._file.write(plain + "\n")
        self._file.flush()
        if plain.strip():
            self.status = plain.strip()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        seconds: float | None = None,
    ) -> str:
        """Run a command with its output in the log; return the output.

        :param environment: the whole environment; None: that of this process.
        :param seconds: the time it may take; None: any.
        :raises StepFailedError: it could not be run, was too slow, or did not succeed.
        """
        words = [str(word) for word in command]
        self.say("$ " + " ".join(words))
        try:
            process = subprocess.Popen(
                words,
                env=dict(environment) if environment is not None else None,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise StepFailedError(f"{words[0]}: {error}", self.log) from error
        slow = threading.Event()

        def give_up() -> None:
            slow.set()
            process.kill()

        watch = threading.Timer(seconds, give_up) if seconds is not None else None
        if watch is not None:
            watch.start()
        output = []
        with process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    output.append(line)
                    self.say(line)
                status = process.wait()
            finally:
                if watch is not None:
                    watch.cancel()
                if process.poll() is None:
                    process.kill()
        if slow.is_set():
            raise StepFailedError(f"{words[0]} took more than {seconds:.0f} s", self.log)
        if status:
            raise StepFailedError(f"{' '.join(words)}\nended with status {status}", self.log)
        return "".join(output)

    def close(self) -> None:
        """Close the log."""
        self._file.close()


class Steps:
    """Runs one step after the other and keeps their times.

    :param console: where to show them.
    :param logs: folder of the logs; made if it is not there.
    """

    def __init__(self, console: Console, logs: Path) -> None:
        self.console = console
        self.logs = logs
        self.seconds: dict[str, float] = {}
        logs.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def step(self, name: str, about: str) -> Iterator[Step]:
        """Run the body as a step: shown live on a terminal, as plain lines elsewhere."""
        step = Step(name, self.logs / f"{len(self.seconds) + 1}-{name}.log")
        shown = self._on_terminal if self.console.is_terminal else self._as_lines
        try:
            with shown(step, about):
                yield step
        finally:
            step.close()
            self.seconds[name] = round(step.seconds, 1)

    @contextlib.contextmanager
    def _on_terminal(self, step: Step, about: str) -> Iterator[None]:
        progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[status]}[/]"),
            console=self.console,
        )
        task = progress.add_task(f"{step.name}: {about}", total=1, status="")
        over = threading.Event()

        def follow() -> None:
            while not over.wait(0.1):
                room = max(10, self.console.width - len(step.name) - len(about) - 16)
                progress.update(task, status=escape(step.status[:room]))

        follower = threading.Thread(target=follow, daemon=True)
        with progress:
            follower.start()
            try:
                yield
            finally:
                over.set()
                follower.join()
            progress.update(task, completed=1, status="")

    @contextlib.contextmanager
    def _as_lines(self, step: Step, about: str) -> Iterator[None]:
        self._line(f"{step.name}: {about}")
        over = threading.Event()

        def live() -> None:
            while not over.wait(HEARTBEAT):
                self._line(f"{step.name}: {step.seconds:.0f} s: {step.status[:120]}")

        follower = threading.Thread(target=live, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()
        self._line(f"{step.name}: done in {step.seconds:.1f} s")

    def _line(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def path_with(folder: Path) -> str:
    """Return the PATH with a folder in front."""
    return os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
