"""Find or build the CPython that some tests need, and link it to a path that does not change.

::

    python tools/cpython free-threaded --link build/cpython/cpython-free-threaded
    python tools/cpython newer --link build/cpython/cpython-newer

``free-threaded`` is one without a GIL, which few systems have; ``newer`` is one that the limited API is of use for. One
on PATH or of pyenv is taken if it has what compiling an extension needs. Otherwise one is built from the release that
``source.json`` pins, without optimisations that take long, and kept beside the link. The sources come by the ways of
``tools/sources``. Exit status 1 means that there is none, and says why.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source.json"

#: From here on, the limited API that we compile for is not the whole API of a version.
NEWER = (3, 13)

KINDS = {"free-threaded": ["--disable-gil"], "newer": []}

#: Prints what an interpreter is. It has to be able to make environments, compile extensions and use an index.
ABOUT = """
import ctypes, ensurepip, json, os, ssl, sys, sysconfig, venv, zlib
print(json.dumps({
    "version": sys.version_info[:2],
    "implementation": sys.implementation.name,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "final": sys.version_info.releaselevel == "final",
    "venv": sys.prefix != sys.base_prefix,
}))
"""


class NoPythonError(Exception):
    """No such CPython could be had; the message says why and what helps."""


def suits(python: Path, kind: str) -> bool:
    """Tell whether a program is a CPython of a kind with all that is needed."""
    try:
        done = subprocess.run([python, "-I", "-c", ABOUT], capture_output=True, check=True, timeout=60)
        about = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return False
    return (
        about["implementation"] == "cpython"
        and tuple(about["version"]) >= NEWER
        and about["free_threaded"] == (kind == "free-threaded")
        and about["headers"]
        and about["final"]
        and not about["venv"]
    )


def candidates(kind: str) -> Iterator[Path]:
    """Yield interpreters by their names, on PATH and where pyenv keeps them, the oldest version first."""
    suffix = "t" if kind == "free-threaded" else ""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for minor in range(NEWER[1], NEWER[1] + 10):
        name = f"python{NEWER[0]}.{minor}{suffix}"
        found = shutil.which(name)
        if found is not None:
            yield Path(found)
        yield from sorted(pyenv.glob(f"versions/*/bin/{name}"))


def build(kind: str, place: Path, jobs: int) -> Path:
    """Build the pinned release, unless that was done before, and return its interpreter.

    :raises NoPythonError: a step failed.
    """
    told = place / f"source-{kind}.json"
    run(
        place,
        *(sys.executable, str(HERE.parent / "sources"), "resolve", "--dependencies", str(SOURCE), "--name", "cpython"),
        *("--dest", str(place / "archives"), "--json", str(told)),
    )
    source = json.loads(told.read_text("utf-8"))
    home = place / f"{source['version']}-{kind}-{source['sha256'][:12]}"
    python = home / "bin" / "python3"
    done = home / "complete"
    if done.exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place, prefix="build-") as scratch:
        # Pinned by its checksum: there is nothing in it to beware of.
        run(place, "tar", "-xf", source["archive"], "-C", scratch)
        (tree,) = Path(scratch).iterdir()
        say(f"building CPython {source['version']} ({kind}); this takes some minutes, once")
        features = ["--with-ensurepip=no", "--disable-test-modules", *KINDS[kind]]
        run(tree, "./configure", "--quiet", f"--prefix={home}", *features)
        run(tree, "make", "--silent", f"-j{jobs}")
        run(tree, "make", "--silent", "install")
    if not suits(python, kind):
        raise NoPythonError(
            f"{python} was built, but lacks a module: ctypes, ssl or zlib. Install their headers (Debian: libffi-dev, "
            f"libssl-dev, zlib1g-dev), remove {home} and try again"
        )
    done.touch()
    return python


def run(folder: Path, *command: str) -> None:
    """Run a command; what it says is shown if it fails.

    :raises NoPythonError: it could not be run or did not succeed.
    """
    # A compiler through ccache would be remembered and given to whoever compiles extensions later.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CC", "CXX"))}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise NoPythonError(f"{command[0]}: {error}") from error
    if done.returncode:
        words = "\n    ".join(done.stdout.strip().splitlines()[-30:])
        raise NoPythonError(f"{' '.join(command)} failed ({done.returncode}):\n    {words}")


def link(python: Path, place: Path) -> None:
    """Make `place` stand for an interpreter. A script: through a symbolic link, Python may misjudge where it is."""
    temporary = place.with_name(f"{place.name}.new")
    temporary.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n', encoding="utf-8")
    temporary.chmod(0o755)
    temporary.replace(place)


def say(line: str) -> None:
    print(f"cpython: {line}", file=sys.stderr, flush=True)


def fail(line: str) -> NoReturn:
    say(line)
    raise SystemExit(1)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="cpython", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--link", type=Path, required=True, metavar="FILE", help="what shall stand for the interpreter")
    parser.add_argument("--build", action="store_true", help="build one even if there is one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="of make (%(default)s)")
    options = parser.parse_args()
    if os.name != "posix":
        fail("this is for POSIX systems; elsewhere install the CPython in question and run nox with --force-python")
    place: Path = options.link.absolute().parent
    place.mkdir(parents=True, exist_ok=True)
    suitable = (path for path in candidates(options.kind) if suits(path, options.kind))
    found = None if options.build else next(suitable, None)
    try:
        python = found or build(options.kind, place, options.jobs)
    except NoPythonError as error:
        fail(str(error))
    link(python, place / options.link.name)
    say(f"{options.kind}: {python}")


if __name__ == "__main__":
    main()
