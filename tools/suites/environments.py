"""Sdists, wheels and virtual environments, which pip fetches once and which are kept for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .model import Suite, SuitesError

#: Seconds for one command of pip.
_PIP_TIMEOUT = 900


@dataclass(frozen=True)
class Cache:
    """The folder that keeps what is fetched.

    Attributes:
        place: the folder.
        baseline: the release of pyzmq that ours is compared with.
    """

    place: Path
    baseline: str

    def sdist(self, suite: Suite) -> Path:
        """Return a suite's sdist, fetched unless it is there."""
        path = self.place / "sdists" / suite.sdist
        if not path.is_file() or _sha256(path) != suite.sha256:
            path.parent.mkdir(parents=True, exist_ok=True)
            release = f"{suite.package}=={suite.version}"
            selection = ("--no-deps", "--no-binary", suite.package, "--dest", str(path.parent), release)
            _pip(Path(sys.executable), "download", *selection, what=f"the sdist of {suite.release}")
            if not path.is_file():
                raise SuitesError(f"pip left no {path.name} in {path.parent}")
        if (found := _sha256(path)) != suite.sha256:
            raise SuitesError(f"{path} has the SHA-256 {found}, not the pinned {suite.sha256}")
        return path

    def baseline_wheel(self) -> Path:
        """Return the wheel of the baseline, fetched unless it is there."""
        place = self.place / "wheels" / (sys.implementation.cache_tag or "")
        pattern = f"pyzmq-{self.baseline}-*.whl"
        if not list(place.glob(pattern)):
            selection = ("--no-deps", "--only-binary", "pyzmq", f"pyzmq=={self.baseline}", "--dest", str(place))
            _pip(Path(sys.executable), "download", *selection, what=f"the wheel of pyzmq {self.baseline}")
        return next(place.glob(pattern))

    def environment(self, suite: Suite) -> Environment:
        """Return a suite's environment, made unless it is there."""
        place = self.place / "environments" / suite.environment
        environment = Environment(place)
        # Written last, so that an environment without it is incomplete.
        complete = place / "complete"
        if not complete.is_file():
            shutil.rmtree(place, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            packages = (f"{suite.package}=={suite.version}", *suite.requirements, f"pyzmq=={self.baseline}")
            _pip(environment.python, "install", *packages, what=f"the requirements of the suite {suite.name}")
            complete.touch()
        return environment


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    place: Path

    @property
    def commands(self) -> Path:
        return self.place / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.commands / "python"

    def install(self, wheel: Path) -> None:
        """Replace pyzmq by the one in a wheel."""
        _pip(self.python, "install", "--force-reinstall", "--no-deps", "--no-index", str(wheel), what=wheel.name)
        code = "import sys, zmq; print(zmq.pyzmq_version()); sys.exit(not zmq.__file__.startswith(sys.prefix))"
        command = [str(self.python), "-I", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, env=self.variables(), check=False)
        if done.returncode or done.stdout.strip() != wheel.name.split("-")[1]:
            raise SuitesError(f"{wheel.name} does not work in {self.place}: {done.stdout}{done.stderr}")

    def variables(self, home: Path | None = None) -> dict[str, str]:
        """Return environment variables that make programs of this environment be found, and no other pyzmq."""
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYZMQ_", "PYTEST_", "JUPYTER_", "COV_", "VIRTUAL_ENV"))
        }
        variables["PATH"] = os.pathsep.join([str(self.commands), variables.get("PATH", "")])
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
        if home is not None:
            variables["HOME"] = str(home)
        return variables


def unpack(sdist: Path, place: Path) -> Path:
    """Unpack a sdist into a folder; return its top folder."""
    with tarfile.open(sdist) as archive:
        if sys.version_info >= (3, 12):
            archive.extractall(place, filter="data")
        else:
            archive.extractall(place)
    return place / sdist.name.removesuffix(".tar.gz")


def _pip(python: Path, *arguments: str, what: str) -> None:
    """Run pip of an environment.

    Args:
        what: the thing that is missing if pip fails, for the message.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments, "--quiet"]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        subprocess.run(command, capture_output=True, text=True, env=variables, check=True, timeout=_PIP_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise SuitesError(f"{what} is missing: pip did not end within {_PIP_TIMEOUT} s") from None
    except subprocess.CalledProcessError as error:
        lines = [line for line in f"{error.stdout}\n{error.stderr}".splitlines() if line.startswith("ERROR")]
        reason = " / ".join(lines) or error.stderr[-500:]
        raise SuitesError(f"{what} is missing, and pip cannot get it, which needs a package index: {reason}") from None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
