"""Which tests run in parallel, and the code of the pages.

Tests marked ``alone`` are left to a process of their own by ``--alone=without``, which ``--alone=only`` is.

The blocks of code in README.md and docs/ are tests, where these are named to pytest.

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent

_LEFT_OUT = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--alone``."""
    parser.addoption(
        "--alone", choices=("only", "without"), help="run only the tests that are marked 'alone', or all others"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what ``--alone`` leaves out of the tests that were selected otherwise."""
    choice = config.getoption("alone")
    if choice is None:
        return
    left_out = [item for item in items if (item.get_closest_marker("alone") is not None) != (choice == "only")]
    config.stash[_LEFT_OUT] = bool(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Succeed where nothing is left to run because of ``--alone`` only."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(_LEFT_OUT, False):
        session.exitstatus = pytest.ExitCode.OK


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
                check=False,
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


class Page(pytest.File):
    """A page, in whose blocks names are shared."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the blocks; of one with prompts, each of them."""
        # No other tests need it.
        from sybil.document import Document  # noqa: PLC0415
        from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser  # noqa: PLC0415

        parsers: list[Any] = [
            PythonCodeBlockParser(doctest_optionflags=_FLAGS),
            CodeBlockParser("console", run_console),
        ]
        self.document = Document.parse(str(self.path), *parsers)
        for example in self.document.examples():
            yield Block.from_parent(self, name=f"line {example.line}", example=example)

    def setup(self) -> None:
        """Go to an empty folder."""
        self.document.namespace["__name__"] = "__main__"
        self._before = Path.cwd()
        self._place = tempfile.TemporaryDirectory(prefix="pyzmq-docs-")
        os.chdir(self._place.name)

    def teardown(self) -> None:
        """Forget what was made, and go back."""
        self.document.namespace.clear()
        os.chdir(self._before)
        self._place.cleanup()
        gc.collect()


class Block(pytest.Item):
    """A block of code."""

    def __init__(self, *, example: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.example = example

    def runtest(self) -> None:
        """Run it."""
        self.example.evaluate()

    def reportinfo(self) -> tuple[Path, int, str]:
        """Tell where it is."""
        return self.path, self.example.line, f"{self.path.name}, {self.name}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take pages for tests."""
    if file_path == ROOT / "README.md" or (file_path.suffix == ".md" and ROOT / "docs" in file_path.parents):
        page: pytest.Collector = Page.from_parent(parent, path=file_path)
        return page
    return None
