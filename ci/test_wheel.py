"""Test the installed wheel, away from the project's folder: ``test_wheel.py suite`` or ``test_wheel.py trial``.

``trial`` sends encrypted messages between two processes; ``suite`` runs the package's tests after that. What they need
is installed here, as far as there are wheels of it for this Python; tests of what is missing are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"

#: Dependency groups of pyproject.toml. Without what the first asks for, the tests cannot run at all.
GROUPS = ("suite", "loops", "ssh")


def install(*words: str) -> bool:
    """Install wheels; return whether there were wheels of all."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *words]
    return subprocess.run(command, check=False).returncode == 0


def requirements(group: str) -> list[str]:
    """Return the requirements of a dependency group, one by one."""
    command = [sys.executable, "-m", "dependency_groups", "--pyproject-file", str(ROOT / "pyproject.toml"), group]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.splitlines()


def prepare() -> None:
    """Install what the tests need."""
    install("dependency-groups[cli]")
    for group in GROUPS:
        wanted = requirements(group)
        if not install(*wanted):
            lacking = [requirement for requirement in wanted if not install(requirement)]
            print(f"test_wheel: no wheels here of {', '.join(lacking)}", flush=True)


def main(kind: str) -> int:
    """Run the tests; return the exit status."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        environment["PYTHON_GIL"] = "0"
    if kind not in ("suite", "trial"):
        print(f"test_wheel: {kind!r} is neither 'suite' nor 'trial'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="pyzmq-tests-") as place:
        command = [sys.executable, "-I", str(ROOT / "tools" / "try_wheel.py"), "--forbid", str(ROOT)]
        status = subprocess.run(command, cwd=place, env=environment, check=False).returncode
        if status or kind == "trial":
            return status
        prepare()
        # What is in folders below is about tools, builds and pages, not about a wheel.
        files = sorted(str(path) for path in TESTS.glob("test_*.py"))
        command = [sys.executable, "-m", "pytest", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
        command += ["-p", "no:cacheprovider", *files]
        return subprocess.run(command, cwd=place, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
