"""An environment of a runtime with the wheel in it, and what runs there."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from .model import ROOT, CommandError, NoRuntimeError, Runtime, last_lines, plain_environment, run

TRY_WHEEL = ROOT / "tools" / "try_wheel.py"

#: What the tests need, as far as it is pure Python. Tests of what is missing are skipped.
SUITE = ("pytest>=8", "pytest-timeout", "hypothesis", "packaging")

_PROBE = """
import json, os, sys, sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
libc = ""
if hasattr(os, "confstr") and "CS_GNU_LIBC_VERSION" in os.confstr_names:
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):  # musl
        pass
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": ".".join(map(str, sys.version_info[:3])),
    "platform": sysconfig.get_platform(),
    "machine": os.uname().machine if hasattr(os, "uname") else "",
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "byteorder": sys.byteorder,
    "libc": libc,
    "suffixes": EXTENSION_SUFFIXES,
}))
"""


class ExecutionError(Exception):
    """The wheel, run where it should run, did not do what it should."""


def _selection(arguments: Sequence[str]) -> list[str]:
    """Return pytest's arguments with absolute paths of tests, all tests if none are named."""
    selected, named = [], False
    for word in arguments:
        path = ROOT / word.partition("::")[0]
        is_path = not word.startswith("-") and path.exists()
        selected.append(str(ROOT / word) if is_path else word)
        named = named or is_path
    return selected if named else [*selected, str(ROOT / "tests")]


class Environment:
    """A scratch folder in which a runtime's Python finds the wheel, and nothing else.

    Making one takes what ``venv`` makes, without running anything for it.

    :param runtime: what is run.
    :param place: an empty folder.
    """

    def __init__(self, runtime: Runtime, place: Path) -> None:
        self.runtime = runtime
        self.place = place
        self.variables = {**plain_environment(), **runtime.environment}
        # Byte code, in the runtime's folders and this one, saves time under an emulator.
        del self.variables["PYTHONDONTWRITEBYTECODE"]
        if runtime.how == "wine":
            self.command, self.packages = self._of_windows()
        else:
            self.command, self.packages = self._of_unix()

    def _of_unix(self) -> tuple[tuple[str, ...], Path]:
        runtime = self.runtime
        python = self.place / "bin" / "python"
        python.parent.mkdir()
        told = f"home = {runtime.python.parent}\ninclude-system-site-packages = false\n"
        (self.place / "pyvenv.cfg").write_text(told, encoding="utf-8")
        if runtime.launcher:
            # By its name for itself, Python finds this folder, and starts other Pythons like itself.
            words = [*runtime.launcher, runtime.argv0, str(python), str(runtime.python)]
            quoted = " ".join(f'"{word}"' for word in words)
            python.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding="utf-8")
            python.chmod(0o755)
        else:
            python.symlink_to(runtime.python)
        self.command = (str(python),)
        status, told = self.run(["-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], 120)
        packages = Path(told.strip())
        if status or self.place not in packages.parents:
            raise NoRuntimeError(f"{runtime.origin}: the interpreter does not work here:\n{last_lines(told)}")
        packages.mkdir(parents=True, exist_ok=True)
        return self.command, packages

    def _of_windows(self) -> tuple[tuple[str, ...], Path]:
        """Copy the embeddable CPython, and make an ordinary one of it: programs find modules beside them."""
        folder = self.place / "python"
        shutil.copytree(self.runtime.python.parent, folder)
        (paths,) = folder.glob("python*._pth")
        paths.unlink()
        packages = folder / "Lib" / "site-packages"
        packages.mkdir(parents=True)
        return (*self.runtime.launcher, str(folder / self.runtime.python.name)), packages

    def run(
        self, arguments: Sequence[str | Path], seconds: float, variables: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run Python in the scratch folder; return the exit status and all output.

        :raises ExecutionError: it did not end in time.
        """
        with subprocess.Popen(
            [*self.command, *map(str, arguments)],
            cwd=self.place,
            env={**self.variables, **(variables or {})},
            stdin=subprocess.DEVNULL,
            # Under wine, Python cannot write to a file that is its standard output.
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, to end it whole
        ) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                with contextlib.suppress(subprocess.TimeoutExpired):
                    # At the end of the output, those that it started have let go of it: they are gone, or about to be.
                    process.communicate(timeout=10)
                said = last_lines((error.output or b"").decode("utf-8", "replace"))
                raise ExecutionError(f"Python did not end within {seconds:g} s:\n{said}") from None
        text = output.decode("utf-8", "replace").replace("\r\n", "\n")
        if self.runtime.how == "wine":
            # What its server lists in the end of what was open.
            text = re.sub(r"(?m)^ *0x[0-9a-f]+:\d+: .*\n?", "", text)
        return process.returncode, text

    def probe(self) -> dict[str, Any]:
        """Return what the runtime tells of itself.

        :raises NoRuntimeError: it cannot be started.
        """
        status, told = self.run(["-I", "-c", _PROBE], 60 * self.runtime.patience)
        if status:
            raise NoRuntimeError(f"{self.runtime.origin}: the interpreter does not work here:\n{last_lines(told)}")
        return dict(json.loads(told.splitlines()[-1]))

    def install(self, wheel: Path) -> None:
        """Unpack the wheel where the runtime finds packages."""
        with zipfile.ZipFile(wheel) as archive:
            if any(".data/" in name for name in archive.namelist()):
                raise ExecutionError(f"{wheel.name} has a .data folder, whose files belong elsewhere")
            archive.extractall(self.packages)

    def install_requirements(self, version: str, requirements: Sequence[str]) -> None:
        """Install packages that are pure Python.

        :param version: the runtime's, major and minor.
        :raises ExecutionError: pip cannot bring them.
        """
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        pure = ["--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any"]
        try:
            run([*pip, *pure, f"--python-version={version}", "--target", self.packages, *requirements])
        except CommandError as error:
            raise ExecutionError(f"what the tests need cannot be installed: {error}") from None

    def try_out(self) -> dict[str, Any]:
        """Run the trial of the installed wheel; return what it tells.

        :raises ExecutionError: it failed.
        """
        patience = self.runtime.patience
        told = self.place / "told.json"
        # The kernel's sockets of that kind have no counterpart in wine.
        lacks = ["--may-lack", "ipc"] if self.runtime.how == "wine" else []
        command: list[str | Path] = ["-I", "-W", "error", TRY_WHEEL, "--json", told.name, *lacks]
        started = time.monotonic()
        status, output = self.run(command, 60 * patience, {"PYZMQ_TRIAL_PATIENCE": str(patience)})
        if status:
            raise ExecutionError(f"the trial failed (status {status}):\n{last_lines(output)}")
        result: dict[str, Any] = json.loads(told.read_text("utf-8"))
        result["seconds"] = round(time.monotonic() - started, 2)
        for feature in ("curve", "ipc"):
            if not result["has"][feature]:
                raise ExecutionError(f"zmq.has({feature!r}) is False")
        return result

    def run_suite(self, version: str, arguments: Sequence[str], seconds: float) -> dict[str, Any]:
        """Run the tests of the package; return their counts.

        :param version: the runtime's, major and minor.
        :param arguments: of pytest, beside those that are always given.
        :param seconds: that they may take.
        :raises ExecutionError: some failed, or none was run.
        """
        self.install_requirements(version, SUITE)
        tests = ROOT / "tests"
        command: list[str | Path] = [
            *("-m", "pytest", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml", "-p", "no:cacheprovider", "-q", "-rfE"),
            *(f"--timeout={60 * self.runtime.patience}", "--junit-xml=report.xml"),
            *(f"--ignore={tests / name}" for name in ("build", "docs", "programs", "tools")),
            *_selection(arguments),
        ]
        started = time.monotonic()
        status, output = self.run(command, seconds, {"PYZMQ_TEST_PATIENCE": str(self.runtime.patience)})
        spent = round(time.monotonic() - started, 1)
        report = self.place / "report.xml"
        if not report.is_file():
            raise ExecutionError(f"pytest ended with status {status} before its report:\n{last_lines(output, 40)}")
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        names = ("tests", "failures", "errors", "skipped")
        counts = {name: sum(int(suite.get(name, 0)) for suite in suites) for name in names}
        if status:
            raise ExecutionError(f"the tests failed (status {status}, {counts}, {spent} s):\n{last_lines(output, 40)}")
        return {**counts, "seconds": spent}
