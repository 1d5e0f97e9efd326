"""Run programs in this interpreter, and write their outcomes.

``python -I -c "..." CASES OUTCOMES``: see ``__main__.py``. Both files are JSON. The modules of pyzmq are imported
once; each group of programs then runs in a forked process, so that neither a crash nor what it leaves behind touches
another group.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.compat.outcome import normalise, run

#: Seconds that a program may take: long enough for a slow one on a busy machine.
LIMIT = 20.0

#: Imported before the first program, to save each of them the time.
PRELOADED = (
    "zmq",
    "zmq.asyncio",
    "zmq.auth",
    "zmq.devices",
    "zmq.utils.monitor",
    "asyncio",
    "gevent",
    "tornado.ioloop",
)


def outcomes_of(group: list[tuple[str, str]], place: Path) -> dict[str, dict[str, Any]]:
    """Run the programs of a group in one process; if one ends the process, the others in a further one."""
    found: dict[str, dict[str, Any]] = {}
    while group:
        done, ended = _run_group(group, place)
        found.update(zip((name for name, _ in group), done))
        if ended:
            found[group[len(done)][0]] = {"ended": ended}
            done.append({})
        group = group[len(done) :]
    return found


def _run_group(group: list[tuple[str, str]], place: Path) -> tuple[list[dict[str, Any]], str]:
    """Return the outcomes of the first programs, and how the process ended if it did before it ran them all."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _run_here(group, writing, place / "output")
    os.close(writing)
    done: list[dict[str, Any]] = []
    hung = False
    with open(reading, "rb", buffering=0) as pipe:  # noqa: PTH123  (a descriptor)
        buffered = b""
        while len(done) < len(group):
            if not select.select([pipe], [], [], LIMIT)[0]:
                hung = True
                break
            part = pipe.read(1 << 16)
            if not part:
                break
            *lines, buffered = (buffered + part).split(b"\n")
            done += map(json.loads, lines)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # The processes that the programs started end with them: the first statement of the process was setsid().
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if len(done) == len(group):
        return done, ""
    return done, "hung" if hung else f"died of {_signal_name(status)}"


def _run_here(group: list[tuple[str, str]], writing: int, printed: Path) -> None:
    os.setsid()
    gc.disable()
    try:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 2)
        for name, source in group:
            with printed.open("wb") as output:
                os.dup2(output.fileno(), 1)
            outcome = run(name, source)
            sys.stdout.flush()
            outcome["output"] = normalise(printed.read_text("utf-8", "replace"))
            data = json.dumps(outcome).encode() + b"\n"
            while data:
                data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def _signal_name(status: int) -> str:
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return signal.Signals(number).name if number else "an exit"


def main(cases: str, outcomes: str) -> None:
    """Run the programs of a file of JSON, lists of name and source, and write their outcomes by name to another."""
    for module in PRELOADED:
        importlib.import_module(module)
    place = Path(tempfile.mkdtemp(prefix="pyzmq-compat-"))
    # Programs put their files here, and the path is left out of the outcomes.
    os.environ["TMPDIR"] = str(place / "t")
    tempfile.tempdir = None
    os.environ.pop("PYTHONWARNINGS", None)
    found = {}
    try:
        for group in json.loads(Path(cases).read_text("utf-8")):
            shutil.rmtree(place / "t", ignore_errors=True)
            (place / "t").mkdir()
            os.chdir(place / "t")
            found.update(outcomes_of(group, place))
    finally:
        os.chdir("/")
        shutil.rmtree(place, ignore_errors=True)
    Path(outcomes).write_text(json.dumps(found), "utf-8")
