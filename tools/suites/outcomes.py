"""Results of single tests: reading pytest's report, comparing runs, the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

Status = Literal["passed", "skipped", "failed"]

#: Later ones prevail where a report has several entries for a test: an error in its teardown is one of its own.
_ORDER: tuple[Status, ...] = ("passed", "skipped", "failed")

#: The status of each test of a run, by its node id.
Run = dict[str, Status]


def read_report(path: Path) -> Run:
    """Read a JUnit report of pytest's family ``xunit1``, which names the file of each test.

    An expected failure counts as skipped, an unexpected pass as passed.
    """
    run: Run = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = node_id(case.get("file", ""), case.get("classname", ""), case.get("name", ""))
        kinds = {child.tag for child in case}
        status: Status = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        run[name] = max(status, run.get(name, status), key=_ORDER.index)
    return run


def node_id(file: str, classname: str, name: str) -> str:
    """Return pytest's node id of an entry in a report.

    >>> node_id("tests/test_x.py", "tests.test_x.TestY", "test_z[1]")
    'tests/test_x.py::TestY::test_z[1]'
    """
    module = file.removesuffix(".py").replace("/", ".")
    classes = classname.removeprefix(module).strip(".")
    return "::".join([file or classname, *(part for part in classes.split(".") if part and file), name])


def lost(reference: Run, ours: Run) -> list[str]:
    """Return the tests that pass with the reference and do not pass with ours."""
    return [name for name, status in reference.items() if status == "passed" and ours.get(name) != "passed"]


def files_of(names: Iterable[str]) -> list[str]:
    """Return the files that hold tests, each once."""
    return list(dict.fromkeys(name.partition("::")[0] for name in names))


def regressions(suspects: Iterable[str], reference: Sequence[Run], ours: Sequence[Run]) -> list[str]:
    """Return the tests that never pass in the reruns with ours, and do in one with the reference."""
    return [
        name
        for name in suspects
        if not any(run.get(name) == "passed" for run in ours) and any(run.get(name) == "passed" for run in reference)
    ]


@dataclass
class Result:
    """What came of a suite.

    Attributes:
        expected: how many tests should pass with the reference.
        regressions: tests that fail with ours only, in every run.
        unsteady: tests that were lost in the first run, but are no regressions.
        error: why the suite could not be run, or empty.
    """

    suite: str
    expected: int
    reference: Run | None = None
    ours: Run | None = None
    regressions: Sequence[str] = ()
    unsteady: Sequence[str] = ()
    error: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.error or self.regressions)

    def remarks(self) -> list[str]:
        """Return what is to be said of the suite beside its counts."""
        said = [self.error] if self.error else []
        if self.reference is not None and (passed := count(self.reference, "passed")) != self.expected:
            said.append(f"{self.expected} were expected to pass with the baseline, not {passed}")
        if self.regressions:
            said.append(f"{len(self.regressions)} regressed")
        if self.unsteady:
            said.append(f"{len(self.unsteady)} unsteady")
        return said


def count(run: Run, status: Status) -> int:
    """Return how many tests of a run have a status."""
    return sum(each == status for each in run.values())


def counts(run: Run | None) -> str:
    """Return the counts of a run as pytest words them."""
    if run is None:
        return "-"
    found = Counter(run.values())
    return ", ".join(f"{found[status]} {status}" for status in ("passed", "failed", "skipped") if found[status]) or "0"


def table(baseline: str, results: Sequence[Result]) -> str:
    """Return the table of all suites in Markdown, each column as wide as its longest cell."""
    rows = [
        ("suite", baseline, "ours", "remarks"),
        *((each.suite, counts(each.reference), counts(each.ours), "; ".join(each.remarks())) for each in results),
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(lines)
