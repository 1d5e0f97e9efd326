"""The extensions of the examples: they are built as their folder says, and tried."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.fix_process import EXAMPLES
from zmq.backend import name as backend

pytestmark = [
    pytest.mark.skipif(backend != "cython", reason="only the Cython backend can be cimported; see test_extensions.py"),
    pytest.mark.skipif(
        not (Path(sysconfig.get_path("include")) / "Python.h").exists(),
        reason="this Python has no headers to compile with",
    ),
    pytest.mark.skipif(
        os.name != "nt" and shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None,
        reason="this Python's C compiler is not installed here",
    ),
]


def test_extensions(tmp_path: Path) -> None:
    place = tmp_path / "cython"
    shutil.copytree(EXAMPLES / "cython", place, ignore=shutil.ignore_patterns("__pycache__", "build", "*.so", "*.c"))
    environment = {**os.environ, "PYTHONPATH": ""}
    if os.name != "nt":
        environment["CFLAGS"] = f"{os.environ.get('CFLAGS', '')} -O0 -Wall"

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=55,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    # setuptools warns of what is not ours.
    built = run("-W", "ignore", "setup.py", "build_ext", "--inplace")
    assert not re.search(r"(zmq\w*\.(h|pxd)|(frames|forwarder)\.(c|pyx))\b.*\bwarning:", built), built
    total = sum(b"number")
    assert run("-W", "error", "demo.py").splitlines() == [
        "bytes passed on: 21",
        *(f"checksums: {total} {number}" for number in range(3)),
        "same socket: True False",
    ]
