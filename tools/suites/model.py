"""What ``tests/programs/suites.toml`` says, checked and typed."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from toml_table import Table, TableError, read_table

DEFAULT_SUITES = Path(__file__).resolve().parents[2] / "tests" / "programs" / "suites.toml"


class SuitesError(TableError):
    """The list of suites is wrong, or a suite cannot be run; the message says why."""


@dataclass(frozen=True)
class Suite:
    """One test suite as it was released.

    Attributes:
        name: of the suite; a project may have several.
        package: the project on PyPI.
        sha256: of the sdist.
        requirements: what the tests need besides the package.
        arguments: of pytest.
        paths: the tests, relative to the top folder of the sdist.
        timeout: seconds for one run of all tests.
        passed: how many tests pass with the baseline.
    """

    name: str
    package: str
    version: str
    sha256: str
    requirements: tuple[str, ...]
    arguments: tuple[str, ...]
    paths: tuple[str, ...]
    timeout: int
    passed: int

    @property
    def release(self) -> str:
        return f"{self.package} {self.version}"

    @property
    def sdist(self) -> str:
        """Name of the sdist's file."""
        return f"{re.sub(r'[-_.]+', '_', self.package).lower()}-{self.version}.tar.gz"

    @property
    def environment(self) -> str:
        """Name of the virtual environment; suites with the same requirements share one."""
        # An environment belongs to one Python.
        parts = (sys.implementation.cache_tag, sys.base_prefix, self.package, self.version, *sorted(self.requirements))
        digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
        return f"{self.package}-{digest[:12]}"


@dataclass(frozen=True)
class Suites:
    """All suites, and the release of pyzmq that ours is compared with."""

    baseline: str
    suites: tuple[Suite, ...]

    def select(self, names: list[str]) -> tuple[Suite, ...]:
        """Return the suites with these names, or all."""
        known = {suite.name: suite for suite in self.suites}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise SuitesError(f"there is no suite {', '.join(unknown)}; there are {', '.join(known)}")
        return tuple(known[name] for name in dict.fromkeys(names)) or self.suites


def load_suites(path: Path = DEFAULT_SUITES) -> Suites:
    """Read the list of suites."""
    table = read_table(path, "the list of suites", SuitesError)
    baseline = table.text("baseline")
    suites = tuple(_suite(name, each) for name, each in table.named("suites").items())
    table.close()
    return Suites(baseline, suites)


def _suite(name: str, table: Table) -> Suite:
    suite = Suite(
        name=name,
        package=table.text("package", name),
        version=table.text("version"),
        sha256=table.text("sha256"),
        requirements=table.texts("requirements"),
        arguments=table.texts("arguments", []),
        paths=table.texts("paths"),
        timeout=table.integer("timeout"),
        passed=table.integer("passed"),
    )
    table.close()
    if not re.fullmatch(r"[0-9a-f]{64}", suite.sha256):
        raise SuitesError(f"{table.where}: {suite.sha256!r} is no SHA-256")
    if not suite.paths:
        raise SuitesError(f"{table.where}: 'paths' is empty")
    return suite
