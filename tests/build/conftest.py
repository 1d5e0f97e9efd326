"""Building pyzmq for real: fixtures that configure, build, install and try.

Builds share one folder of archives, fetched once, and ccache where there is one; everything else is made anew in
temporary folders. The Python that runs pytest is the one that builds: it has the build requirements.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The tests look for these in the environment that they make, and nowhere else.
BUILD_VARIABLES = ("ZMQ_", "PYZMQ_", "CMAKE_", "SKBUILD_", "PKG_CONFIG_PATH", "LDFLAGS", "CFLAGS", "CXXFLAGS")


# Whole builds: the limit of a test is for one that hangs.
TIME_LIMIT = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder more time than those that only send messages."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TIME_LIMIT))


@dataclass
class Outcome:
    """What a command printed and how it ended."""

    status: int
    text: str

    @property
    def error(self) -> str:
        """The text with the line breaks that CMake puts into messages taken out."""
        return " ".join(self.text.split())

    def succeeded(self) -> Outcome:
        assert self.status == 0, self.text
        return self

    def failed(self) -> Outcome:
        assert self.status != 0, self.text
        return self


def run(command, *, cwd=None, env=None, timeout=900) -> Outcome:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        text=True,
        errors="replace",
    )
    return Outcome(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def clean_environment() -> dict[str, str]:
    """The environment without anything that steers a build, and with ccache set up to serve any folder."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(BUILD_VARIABLES)}
    # The tools that stand beside this Python, as an activated environment would have it.
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    if shutil.which("ccache"):
        env["CMAKE_C_COMPILER_LAUNCHER"] = env["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
        env["CCACHE_BASEDIR"] = str(Path(os.sep))
        env["CCACHE_NOHASHDIR"] = "1"
    return env


@pytest.fixture(scope="session")
def sources_dir(tmp_path_factory, clean_environment) -> Path:
    """The archives that cmake/dependencies.json names, fetched as a build would."""
    folder = tmp_path_factory.mktemp("archives")
    command = [sys.executable, ROOT / "tools" / "sources", "vendor", "--dest", folder]
    run(command, env=clean_environment).succeeded()
    return folder


@pytest.fixture
def environment(clean_environment, sources_dir) -> dict[str, str]:
    """The environment of one build; archives come from `sources_dir`."""
    return {**clean_environment, "PYZMQ_SOURCES_DIR": str(sources_dir), "PYZMQ_OFFLINE": "1"}


@pytest.fixture
def configure(tmp_path, environment):
    """Run CMake's configure step: ``configure("-DNAME=value", NAME="environment") -> Outcome``."""

    def configure(*definitions: str, build: Path = tmp_path / "build", **variables: str) -> Outcome:
        command = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-DSKBUILD_PROJECT_VERSION=1.2.3"]
        command += [f"-DPython_EXECUTABLE={sys.executable}", *definitions]
        return run(command, env={**environment, **variables})

    return configure


@pytest.fixture
def build_wheel(tmp_path, environment):
    """Build a wheel with pip, as users do: ``build_wheel("-DNAME=value", NAME="environment") -> (wheel, Outcome)``."""

    def build_wheel(*definitions, source=ROOT, folder="wheels", python=sys.executable, prefix=(), **variables):
        dist = tmp_path / folder
        env = {**environment, **variables}
        if definitions:
            env["CMAKE_ARGS"] = " ".join(definitions)
        command = [*prefix, python, "-m", "pip", "wheel", "-v", "--no-deps", "--no-build-isolation"]
        outcome = run([*command, "--wheel-dir", dist, source], env=env).succeeded()
        (wheel,) = dist.glob("*.whl")
        return wheel, outcome

    return build_wheel


@pytest.fixture
def make_venv(tmp_path):
    """Make an empty environment; return its Python."""

    def make_venv(name: str = "env") -> Path:
        folder = tmp_path / name
        venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    return make_venv


@pytest.fixture
def install(make_venv, clean_environment):
    """Install a wheel into an environment of its own, away from the checkout; return its Python."""

    def install(wheel: Path, name: str = "env") -> Path:
        python = make_venv(name)
        command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel]
        run(command, env=clean_environment).succeeded()
        return python

    return install


@pytest.fixture
def info_of(tmp_path, clean_environment):
    """Ask an installed pyzmq how it was built: ``python -m zmq --json``."""

    def info_of(python: Path, **variables: str) -> dict[str, Any]:
        away = tmp_path / "away"
        away.mkdir(exist_ok=True)
        outcome = run([python, "-m", "zmq", "--json"], cwd=away, env={**clean_environment, **variables})
        return json.loads(outcome.succeeded().text)

    return info_of


@pytest.fixture
def try_out(tmp_path, clean_environment):
    """Send messages between two processes with an installed pyzmq, CURVE included."""

    def try_out(python: Path) -> Outcome:
        return run([python, "-I", ROOT / "tools" / "try_wheel.py"], cwd=tmp_path, env=clean_environment, timeout=120)

    return try_out


@pytest.fixture(scope="session")
def libzmq_source(sources_dir, tmp_path_factory, clean_environment) -> Path:
    """libzmq's tree, unpacked."""
    folder = tmp_path_factory.mktemp("libzmq-source")
    answer = folder / "answer.json"
    command = [sys.executable, ROOT / "tools" / "sources", "resolve", "--name", "libzmq", "--dest", folder]
    run([*command, "--vendor", sources_dir, "--offline", "--json", answer], env=clean_environment).succeeded()
    found = json.loads(answer.read_text())
    shutil.unpack_archive(found["archive"], folder / "tree")
    (top,) = (folder / "tree").iterdir()
    return top / found["subdir"]


@pytest.fixture(scope="session")
def installed_libzmq(libzmq_source, tmp_path_factory, clean_environment) -> Path:
    """A prefix with a shared and a static libzmq and its CMake package, as a user's own build makes it (no CURVE)."""
    folder = tmp_path_factory.mktemp("libzmq-installed")
    settings = {
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_INSTALL_PREFIX": folder / "prefix",
        "CMAKE_INSTALL_LIBDIR": "lib",
        "CMAKE_POLICY_VERSION_MINIMUM": "3.5",
        "CMAKE_POSITION_INDEPENDENT_CODE": "ON",
        "BUILD_TESTS": "OFF",
        "WITH_PERF_TOOL": "OFF",
        "WITH_DOCS": "OFF",
        "WITH_LIBBSD": "OFF",
        "WITH_TLS": "OFF",
        "ENABLE_CPACK": "OFF",
        "ENABLE_DRAFTS": "OFF",
    }
    command = ["cmake", "-G", "Ninja", "-S", libzmq_source, "-B", folder / "build"]
    command += [f"-D{key}={value}" for key, value in settings.items()]
    run(command, env=clean_environment).succeeded()
    run(["cmake", "--build", folder / "build", "--target", "install"], env=clean_environment).succeeded()
    return folder / "prefix"


@pytest.fixture
def blind(clean_environment) -> tuple[str, ...]:
    """Definitions with which CMake finds no libzmq of the system; it looks for its own tools in the same places."""
    tools = {"CMAKE_MAKE_PROGRAM": "ninja", "CMAKE_C_COMPILER": "cc", "CMAKE_CXX_COMPILER": "c++"}
    found = {name: shutil.which(tool, path=clean_environment["PATH"]) for name, tool in tools.items()}
    return (
        "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON",
        "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF",
        "-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF",
        *(f"-D{name}={path}" for name, path in found.items()),
    )
