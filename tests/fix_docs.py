"""The blocks of code in README.md and docs/ are tests, for whom these files are named to pytest.

Those of one page run in order, in one namespace and an empty folder. By their language:

- ``python`` is run; where it has ``>>>``, the output is compared.
- ``console`` is run too, what follows ``$`` in a process, and its output compared.
- ``sh`` is not run: it installs, builds, or needs another terminal or machine.
- ``text`` and others are shown only.
"""

from __future__ import annotations

import doctest
import gc
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_console(example: Any) -> str | None:
    """Run the commands of a console block; return what is wrong with their output."""
    command, expected = "", ""
    for line in [*example.parsed.splitlines(), "$ "]:
        if not line.startswith("$ "):
            expected += f"{line}\n"
            continue
        if command:
            words = shlex.split(command)
            if words[0] != "python":
                return f"a console block runs python, not {command!r}: is it a block of sh?"
            done = subprocess.run(
                [sys.executable, *words[1:]],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "80"},
                text=True,
                timeout=30,
            )
            if done.returncode != 0 or not doctest.OutputChecker().check_output(expected, done.stdout, _FLAGS):
                return f"{command} ended with status {done.returncode} and wrote:\n{done.stdout}"
        command, expected = line[2:], ""
    return None


class _Page:
    """What surrounds the blocks of a page."""

    def __init__(self) -> None:
        self._before: str = ""
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def setup(self, namespace: dict[str, Any]) -> None:
        """Go to an empty folder."""
        namespace["__name__"] = "__main__"
        self._before = os.getcwd()  # noqa: PTH109  (os.chdir's counterpart)
        self._place = tempfile.TemporaryDirectory(prefix="pyzmq-docs-")
        os.chdir(self._place.name)

    def teardown(self, namespace: dict[str, Any]) -> None:
        """Forget what was made, and go back."""
        namespace.clear()
        os.chdir(self._before)
        assert self._place is not None
        self._place.cleanup()
        gc.collect()


def _collector() -> Callable[..., Any] | None:
    try:
        from sybil import Sybil
        from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
    except ImportError:  # nobody runs the pages there
        return None
    page = _Page()
    parsers: list[Any] = [PythonCodeBlockParser(doctest_optionflags=_FLAGS), CodeBlockParser("console", run_console)]
    patterns = ["README.md", "docs/*.md", "docs/*/*.md"]
    collect: Callable[..., Any] = Sybil(
        parsers, path=str(ROOT), patterns=patterns, setup=page.setup, teardown=page.teardown
    ).pytest()
    return collect


_collect = _collector()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Any:
    """Collect a page."""
    if _collect is None or file_path.suffix != ".md":
        return None
    return _collect(file_path, parent)
