"""What runs a wheel, and the errors and small helpers that all ways to one share."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows, where no runtime is made
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parents[2]
RUNTIMES = ROOT / "build" / "runtimes"
#: Written last: a folder without it is half made.
_DONE = "made-of.json"


class NoRuntimeError(Exception):
    """Nothing here can run the wheel; the message says why and, where there is one, the way out."""


class CommandError(Exception):
    """A command failed; the message has its last words."""


@dataclass(frozen=True)
class Runtime:
    """A Python of some platform, and how it is started here.

    ``python`` is the interpreter's own file, ``launcher`` what comes before it on a command line
    (an emulator, with its options), ``argv0`` the option of the launcher that sets the program's
    own name for itself, "" where none is needed. ``made_of`` names packages, sources and tools with
    their versions. ``patience`` is how much slower than natively things may be.
    """

    how: str
    python: Path
    origin: str
    launcher: tuple[str, ...] = ()
    argv0: str = ""
    emulator: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: int = 1
    made_of: tuple[str, ...] = ()


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float = 600,
) -> str:
    """Run a command to its end; return its standard output and error.

    :raises CommandError: it failed, could not be started or did not end in time.
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandError(f"{name} did not end within {seconds:g} s") from None
    except OSError as error:
        raise CommandError(f"{name} cannot be started: {error}") from error
    if done.returncode:
        raise CommandError(f"{' '.join(words[:6])} failed ({done.returncode}):\n{last_lines(done.stdout)}")
    return done.stdout


def last_lines(text: str, count: int = 20) -> str:
    """Return the last lines of an output, indented."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])


def plain_environment() -> dict[str, str]:
    """Return the environment without what would reach into another Python or compiler."""
    own = ("PYTHON", "VIRTUAL_ENV", "PIP_TARGET", "CC", "CXX", "CFLAGS", "LDFLAGS", "LD_", "NOX", "PYTEST", "PYZMQ_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def program(names: Sequence[str], package: str) -> str:
    """Return the first of some programs that is on PATH.

    :raises NoRuntimeError: none is.
    """
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return found
    raise NoRuntimeError(f"{' or '.join(names)} is not on PATH (Debian: apt-get install {package})")


def version_line(command: Sequence[str]) -> str:
    """Return the line in which a program tells its version, amidst its other talk."""
    try:
        lines = run(command, seconds=60).splitlines()
    except CommandError:
        lines = []
    return next((line.strip() for line in lines if re.search(r"\d\.\d", line)), Path(command[0]).name)


def key(recipe: Any) -> str:
    """Return a short name for what something is made of."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:12]


def say(line: str) -> None:
    """Tell what takes a while."""
    print(f"execute: {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def made_before(name: str, recipe: Any) -> bool:
    """Tell whether there is what :func:`made_once` makes."""
    return (RUNTIMES / f"{name}-{key(recipe)}" / _DONE).is_file()


def made_once(name: str, recipe: Any, make: Callable[[Path], Sequence[str]]) -> tuple[Path, tuple[str, ...]]:
    """Return a folder below ``build/runtimes``, made now unless it was before, and what it is made of.

    :param recipe: all that the result depends on; part of the folder's name.
    :param make: fills the folder, which has its final path then, and returns what that is made of.
    """
    place = RUNTIMES / f"{name}-{key(recipe)}"
    done = place / _DONE
    # Several wheels may want the same at the same time.
    with locked(RUNTIMES / f"{place.name}.lock"):
        if not done.is_file():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            try:
                made_of = list(make(place))
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            done.write_text(json.dumps(made_of, indent=2) + "\n", encoding="utf-8")
        return place, tuple(json.loads(done.read_text("utf-8")))
