"""Run nox, installing it into ``.nox/door`` first where that has not been done.

::

    python3 tools/run_nox.py --list
    python3 tools/run_nox.py -s wheel

All arguments are nox's. Nothing but a CPython or PyPy is needed: neither root nor a writable or
unmanaged system Python (PEP 668). Where the interpreter comes without ``ensurepip``, as Debian's
without python3-venv, the pip at hand installs virtualenv beside the door, which brings its own pip.
Where nox is installed already, ``nox -s wheel`` is the same.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOOR = ROOT / ".nox" / "door"
#: Written last: a door without it is a half-made one.
MARK = DOOR / "door.json"

OLDEST = (3, 9)

WAYS_OUT = """\
Ways out, any one of them:
  Debian, Ubuntu   apt install python3-venv        (or python3-pip)
  Fedora, RHEL     dnf install python3-pip
  Alpine           apk add py3-pip
  openSUSE         zypper install python3-pip
  elsewhere        python3 -m ensurepip --user
  uv or pipx       uvx nox {arguments}, or pipx run nox {arguments}
{index}"""

INDEX = """\
Where pip does not reach its package index, PIP_INDEX_URL, PIP_FIND_LINKS and HTTPS_PROXY help."""


class NoDoorError(Exception):
    """No environment with nox could be made; the message says why and what helps."""


def requirement() -> str:
    """Return what pip has to install: nox in a version that suits the noxfile."""
    found = re.search(r'^nox\.needs_version = "([^"]+)"', (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    return "nox" + (found[1] if found else "")


def interpreter(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment / folder / name


def identity() -> dict[str, str]:
    """Return what a door has been made of. It is made anew when this changes."""
    return {
        "python": sys.version,
        "base": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
        "place": str(DOOR),
        "requirement": requirement(),
    }


def is_ready() -> bool:
    """Tell whether the door stands and is that of this interpreter."""
    try:
        return bool(json.loads(MARK.read_text("utf-8")) == identity()) and interpreter(DOOR).exists()
    except (OSError, ValueError):
        return False


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; its output is shown by the error when it fails.

    :raises NoDoorError: it could not be run or did not succeed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise NoDoorError(f"{' '.join(words)}\n    {error}") from error
    if done.returncode:
        lines = done.stdout.strip().splitlines()[-15:] or [f"exit status {done.returncode}"]
        raise NoDoorError("\n    ".join([" ".join(words), *lines]))


def pip_environment() -> dict[str, str]:
    """Return an environment whose settings send nothing elsewhere than where we say."""
    unwanted = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    # These also stand in pip's configuration files.
    return {**kept, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def by_venv() -> None:
    """Make the environment by the standard library's venv and ensurepip."""
    run([sys.executable, "-m", "venv", "--clear", DOOR])


def by_virtualenv() -> None:
    """Make the environment by virtualenv, installed into a folder by the pip at hand."""
    if importlib.util.find_spec("pip") is None:
        raise NoDoorError(f"{sys.executable} -m pip\n    there is no pip")
    workshop = DOOR.with_name("door-virtualenv")
    shutil.rmtree(workshop, ignore_errors=True)
    environment = pip_environment()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--target", workshop, "virtualenv"], environment)
    environment["PYTHONPATH"] = str(workshop)
    run([sys.executable, "-m", "virtualenv", "--quiet", "--clear", DOOR], environment)
    shutil.rmtree(workshop, ignore_errors=True)


def make_door() -> None:
    """Make ``.nox/door`` and install nox into it.

    :raises NoDoorError: none of the ways worked.
    """
    DOOR.parent.mkdir(exist_ok=True)
    ways: list[Callable[[], None]] = [by_venv, by_virtualenv]
    failures: list[str] = []
    for way in ways:
        shutil.rmtree(DOOR, ignore_errors=True)
        try:
            way()
            break
        except NoDoorError as error:
            failures.append(str(error))
    else:
        tried = "\n".join(f"  {failure}" for failure in failures)
        raise NoDoorError(
            f"{sys.executable} (Python {sys.version.split()[0]}) can make no virtual environment "
            f"in {DOOR}.\nTried:\n{tried}\n" + WAYS_OUT.format(arguments=" ".join(sys.argv[1:]), index=INDEX)
        )
    wanted = requirement()
    try:
        run(
            [interpreter(DOOR), "-m", "pip", "install", "--disable-pip-version-check", wanted],
            pip_environment(),
        )
    except NoDoorError as error:
        raise NoDoorError(f"{wanted} could not be installed into {DOOR}:\n  {error}\n{INDEX}") from error
    MARK.write_text(json.dumps(identity(), indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run nox with the arguments of this process; return its exit status."""
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:3]))
        oldest = ".".join(map(str, OLDEST))
        print(
            f"run_nox: this is Python {version} ({sys.executable}); {oldest} or newer is needed. "
            f"Name a newer one: python3.12 {' '.join(sys.argv)}",
            file=sys.stderr,
        )
        return 1
    if not is_ready():
        print(f"run_nox: installing {requirement()} into {DOOR}", file=sys.stderr, flush=True)
        try:
            make_door()
        except NoDoorError as error:
            shutil.rmtree(DOOR, ignore_errors=True)
            print(f"run_nox: {error}", file=sys.stderr)
            return 1
    command = [
        str(interpreter(DOOR)),
        *("-m", "nox", "--noxfile", str(ROOT / "noxfile.py")),
        *sys.argv[1:],
    ]
    sys.stdout.flush()
    if os.name != "nt":  # exec there returns to the shell before nox is done
        os.execv(command[0], command)
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
