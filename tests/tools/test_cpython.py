"""Finding or building the CPython that some tests need: what suits, what is preferred, what a failure says."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "cpython"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("pyzmq_tools_cpython", TOOL / "__main__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cpython = _load()

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tool is for POSIX systems")


def interpreter(place: Path, **about: Any) -> Path:
    """A program that says of itself what an interpreter would."""
    told = {
        "version": [3, 13],
        "implementation": "cpython",
        "free_threaded": False,
        "headers": True,
        "final": True,
        "venv": False,
    }
    told.update(about)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n", encoding="utf-8")
    place.chmod(0o755)
    return place


@pytest.mark.parametrize(
    ("about", "kinds"),
    [
        ({}, ["newer"]),
        ({"version": [3, 15]}, ["newer"]),
        ({"free_threaded": True}, ["free-threaded"]),
        ({"version": [3, 12]}, []),
        ({"implementation": "pypy"}, []),
        ({"headers": False}, []),
        ({"final": False}, []),
        ({"venv": True}, []),
    ],
)
def test_suitable(tmp_path: Path, about: dict[str, Any], kinds: list[str]) -> None:
    python = interpreter(tmp_path / "python", **about)
    assert [kind for kind in cpython.KINDS if cpython.suits(python, kind)] == sorted(kinds)


def test_what_does_not_run_is_none(tmp_path: Path) -> None:
    silent = interpreter(tmp_path / "silent")
    silent.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    for path in (silent, tmp_path / "missing"):
        assert not cpython.suits(path, "newer")


def test_takes_one_of_pyenv_and_stands_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As a shim of pyenv does for a version that is not selected.
    shim = interpreter(tmp_path / "bin" / "python3.13t")
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    found = interpreter(tmp_path / "pyenv" / "versions" / "3.14.0t" / "bin" / "python3.14t", free_threaded=True)
    monkeypatch.setenv("PATH", f"{shim.parent}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    link = tmp_path / "build" / "cpython-free-threaded"
    done = subprocess.run(
        [sys.executable, str(TOOL), "free-threaded", "--link", str(link)], capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stderr) == (0, f"cpython: free-threaded: {found}\n")
    assert json.loads(subprocess.run([link], capture_output=True, check=True).stdout)["free_threaded"]


def test_failure_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, no client of a registry, no compiler: nothing is left behind that would pass for an interpreter."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    link = tmp_path / "cpython-newer"
    done = subprocess.run(
        [sys.executable, str(TOOL), "newer", "--build", "--link", str(link)], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 1
    assert "tools/sources resolve" in done.stderr
    assert "apt-get is not on PATH" in done.stderr
    assert not link.exists()
