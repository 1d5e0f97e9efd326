"""Figures of a run, what they mean beside the targets, and the JSON that keeps them."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.targets import REFERENCES, Case

OURS = "pyzmq"
BEFORE = "before"
BESIDE = "beside"
SPECIFIC = "specific"
ABI3 = "abi3"

#: How much more than another subject's cost still counts as parity: best chunks of the same program differ by as much.
PARITY = 1.1

#: What the limited API may cost on a hot row, as a factor.
ABI3_LIMIT = 1.25

#: Version of the JSON's layout.
LAYOUT = 1


@dataclass(frozen=True)
class Figure:
    """What the rounds of one case gave for one subject: cost per operation, less is better."""

    costs: tuple[float, ...]
    count: int = 1

    @property
    def best(self) -> float:
        """The least: what disturbs a chunk only ever adds to it."""
        return min(self.costs)

    @property
    def median(self) -> float:
        """The middle."""
        return statistics.median(self.costs)


@dataclass
class Results:
    """Figures by case and subject."""

    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    def cost(self, case: str, subject: str) -> float | None:
        """Return the best cost, None where there is no figure."""
        figure = self.figures.get(case, {}).get(subject)
        return None if figure is None else figure.best

    def ratio(self, case: str, slow: str, fast: str) -> float | None:
        """Return how many times the cost of one subject is that of another."""
        above, below = self.cost(case, slow), self.cost(case, fast)
        return None if above is None or not below else above / below

    def verdict(self, case: Case) -> str:
        """Tell what of the targets is reached.

        `stretch` and `yes` in the figures of this run; `by ratio` where this machine is slower than the one that the
        target was set on, and the gain over 27.3.0 is that of the target; else `no`. Empty without figure or target.
        """
        ours = self.cost(case.name, OURS)
        if ours is None or case.reach is None:
            return ""
        for level, word in (("stretch", "stretch"), ("reach", "yes")):
            limit = self.limit(case, level)
            if limit is not None and ours <= limit:
                return word
        gain = self.ratio(case.name, BEFORE, OURS)
        if gain is None or case.before is None or isinstance(case.reach, str):
            return "no"
        return "by ratio" if gain >= case.to_cost(case.before) / case.to_cost(case.reach) else "no"

    def limit(self, case: Case, level: str) -> float | None:
        """Return the cost that a target allows, None where there is no target or nothing to compare with."""
        target = case.reach if level == "reach" else case.stretch
        if target is None:
            return None
        if isinstance(target, str):
            reference = self.cost(case.name, REFERENCES[target])
            return None if reference is None else reference * PARITY
        return case.to_cost(target)

    def slowness(self, cases: Iterable[Case]) -> float | None:
        """Return how many times what 27.3.0 took on the targets' machine it takes here, None if nothing tells."""
        logs = []
        for case in cases:
            cost = self.cost(case.name, BEFORE)
            if cost is not None and case.before is not None and case.measure == "cpu":
                logs.append(math.log(cost / case.to_cost(case.before)))
        return math.exp(statistics.median(logs)) if logs else None

    def too_dear(self, cases: Iterable[Case]) -> list[Case]:
        """Return the hot rows where the limited API costs more than it may."""
        return [case for case in cases if case.hot and (self.ratio(case.name, ABI3, SPECIFIC) or 0) > ABI3_LIMIT]


def to_document(results: Results) -> dict[str, Any]:
    """Return what the JSON file holds."""
    return {
        "layout": LAYOUT,
        "about": results.about,
        "subjects": results.subjects,
        "cases": {
            name: {
                subject: {"best": one.best, "median": one.median, "count": one.count, "costs": list(one.costs)}
                for subject, one in row.items()
            }
            for name, row in results.figures.items()
        },
        "failures": results.failures,
    }


def from_document(document: Mapping[str, Any]) -> Results:
    """Return the results that a JSON file holds.

    :raises ValueError: when it is of another layout.
    """
    if document.get("layout") != LAYOUT:
        raise ValueError(f"layout {document.get('layout')!r}, not {LAYOUT}: measure again")
    return Results(
        subjects=dict(document["subjects"]),
        figures={
            name: {subject: Figure(tuple(one["costs"]), one["count"]) for subject, one in row.items()}
            for name, row in document["cases"].items()
        },
        failures=list(document["failures"]),
        about=dict(document["about"]),
    )


def write(results: Results, path: Path) -> None:
    """Write the JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_document(results), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Results:
    """Read a JSON file of an earlier run."""
    return from_document(json.loads(path.read_text(encoding="utf-8")))
