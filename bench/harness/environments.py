"""Makes what is measured: environments with a pyzmq each, the program in C, wheels for a newer CPython."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.results import ABI3, BEFORE, BESIDE, OURS, SPECIFIC
from harness.subject import Subject, python_subject

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "bench"

#: What we are measured beside.
BEFORE_REQUIREMENT = "pyzmq==27.3.0"

#: Event loops that are measured besides asyncio's own.
LOOPS = ("uvloop; sys_platform != 'win32'", "tornado", "gevent")

#: The first CPython whose limited API is of interest: it has version-specific wheels to compare with.
NEWER = (3, 13)

#: Lets build folders share objects, at the price of other paths in libzmq's assertions.
_CCACHE = {"CCACHE_BASEDIR": os.sep, "CCACHE_NOHASHDIR": "1"}

_ABOUT_PYTHON = """
import json, sys, sysconfig
print(json.dumps([sys.version_info[:2], sys.implementation.name, bool(sysconfig.get_config_var("Py_GIL_DISABLED"))]))
"""


class EnvironmentFailedError(RuntimeError):
    """Something that is to be measured cannot be made."""


@dataclass(frozen=True)
class Log:
    """Where the output of programs goes; it is told of when one fails."""

    path: Path

    def run(self, *command: Path | str, **environment: str) -> None:
        """Run a program.

        :raises EnvironmentFailedError: with the end of its output.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as log:
            begin = log.seek(0, os.SEEK_END)
            done = subprocess.run(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_CCACHE, **environment},
                check=False,
            )
            if done.returncode != 0:
                log.seek(begin)
                last = log.read().decode("utf-8", "replace").strip().splitlines()[-15:]
                name = " ".join(str(word) for word in command[:6])
                raise EnvironmentFailedError("\n".join([f"failed: {name} ...", *last, f"all of it: {self.path}"]))


def interpreter_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment(name: str, log: Log, requirements: Sequence[str], *, python: Path | None = None) -> Path:
    """Return the interpreter of an environment that has these requirements, made anew when they change.

    A requirement that is the path of a wheel counts with the bytes of the wheel.

    :param python: the interpreter to make it with, this one if None.
    """
    folder = PLACE / "environments" / name
    state = hashlib.sha256(str(python or sys.executable).encode())
    for requirement in requirements:
        state.update(requirement.encode() + b"\n")
        if requirement.endswith(".whl"):
            state.update(Path(requirement).read_bytes())
    stamp = folder / "made-from"
    if stamp.is_file() and stamp.read_text("ascii") == state.hexdigest():
        return interpreter_of(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if python is None:
        venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    else:
        log.run(python, "-m", "venv", "--without-pip", folder)
    pip = (sys.executable, "-m", "pip", "--python", str(interpreter_of(folder)), "install")
    log.run(*pip, "--disable-pip-version-check", "--only-binary", ":all:", *requirements)
    stamp.write_text(state.hexdigest(), "ascii")
    return interpreter_of(folder)


def told_of(wheel: Path) -> dict[str, Any]:
    """Return what tools/make_wheel wrote of a wheel, nothing if another made it."""
    path = Path(f"{wheel}.json")
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def ours(wheel: Path, log: Log) -> Subject:
    """Return the wheel of this checkout, with the backend that it was built with first."""
    backend = told_of(wheel).get("backends", ["cython"])[0]
    return python_subject(OURS, "pyzmq", environment("pyzmq", log, [str(wheel), *LOOPS]), PYZMQ_BACKEND=backend)


def cffi(wheel: Path, log: Log) -> Subject:
    """Return the same wheel with the CFFI backend."""
    return python_subject("cffi", "CFFI", environment("cffi", log, [str(wheel), "cffi", *LOOPS]), PYZMQ_BACKEND="cffi")


def beside(wheel: Path, log: Log) -> Subject:
    """Return another wheel, such as one from before a change."""
    return python_subject(BESIDE, "other wheel", environment("beside", log, [str(wheel.resolve()), *LOOPS]))


def before(log: Log) -> Subject:
    """Return the release that we are measured beside."""
    return python_subject(BEFORE, "27.3.0", environment("before", log, [BEFORE_REQUIREMENT, *LOOPS]))


def c_program(wheel: Path, log: Log) -> Subject:
    """Return the program in C, with libzmq built as for the wheel."""
    definitions = told_of(wheel).get("definitions", [])
    folder = PLACE / "c"
    ccache = shutil.which("ccache")
    launchers = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={ccache}" for language in ("C", "CXX") if ccache]
    log.run(
        *("cmake", "-S", ROOT / "bench" / "c", "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"),
        *(*launchers, *(f"-D{definition}" for definition in definitions)),
    )
    log.run("cmake", "--build", folder)
    program = folder / ("pyzmq_bench.exe" if os.name == "nt" else "pyzmq_bench")
    return Subject("c", "C", (str(program),))


def newer_python(given: str) -> Path | None:
    """Return a CPython that is new enough for abi3 to be of interest, None if there is none.

    :param given: path of the one to take; empty: look on the path and where pyenv has them.
    :raises EnvironmentFailedError: when the one that is given does not do.
    """
    if given:
        found = _about(Path(given))
        if found is None:
            raise EnvironmentFailedError(f"--abi3-python {given}: not a CPython >= {NEWER[0]}.{NEWER[1]} with a GIL")
        return Path(given)
    names = [f"python{NEWER[0]}.{minor}" for minor in range(NEWER[1], NEWER[1] + 10)]
    candidates = [Path(path) for path in map(shutil.which, names) if path]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates += sorted(pyenv.glob("versions/3.*/bin/python"))
    known = {path: version for path in candidates if (version := _about(path)) is not None}
    return max(known, key=lambda path: known[path]) if known else None


def _about(python: Path) -> tuple[int, int] | None:
    """Return the version of an interpreter, None if it is none or not of the kind that is sought."""
    try:
        done = subprocess.run([python, "-I", "-c", _ABOUT_PYTHON], capture_output=True, check=True, timeout=30)
        version, implementation, free_threaded = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    major, minor = version
    return (major, minor) if implementation == "cpython" and not free_threaded and (major, minor) >= NEWER else None


def newer_wheels(python: Path, requirements: Sequence[str], log: Log) -> list[Subject]:
    """Return the version-specific wheel and the abi3 wheel of a newer CPython, built from this checkout.

    :param requirements: what a build without isolation needs.
    """
    major, minor = _about(python) or NEWER
    builder = environment(f"build-{major}.{minor}", log, requirements, python=python)
    subjects = []
    # The limited API of a CPython to come is none that this one could build for: its wheel is version-specific.
    to_come = f"cp{major}{minor + 1}"
    for key, title, py_api in ((SPECIFIC, f"cp{major}{minor}", to_come), (ABI3, f"abi3 on {major}.{minor}", "cp312")):
        folder = PLACE / f"wheel-{key}"
        log.run(
            *(builder, ROOT / "tools" / "make_wheel", "--name", f"bench-{key}", "--outdir", folder),
            *("--until", "repair", "--if-changed", "--backend", "cython"),
            SKBUILD_WHEEL_PY_API=py_api,
        )
        wheel = max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime)
        if ("-abi3-" in wheel.name) != (key == ABI3):
            raise EnvironmentFailedError(f"{wheel} is not the kind of wheel that was asked for: {title}")
        made = environment(key, log, [str(wheel), *LOOPS], python=python)
        subjects.append(python_subject(key, title, made, PYZMQ_BACKEND="cython"))
    return subjects
