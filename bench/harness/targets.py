"""What is measured, and what it is to reach: bench/targets.toml."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Optional, Union

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The cases of this checkout.
DEFAULT = Path(__file__).resolve().parents[1] / "targets.toml"

#: What a target may name in place of a number, and the subject that it means.
REFERENCES = {"C": "c", "27.3.0": "before"}

#: From the cost of an operation in ns to the unit, and back: each is its own inverse but for the factor.
_PER_UNIT = {"ns": 1.0, "us": 1e3, "ms": 1e6}
UNITS = (*_PER_UNIT, "msg/s", "MB/s", "modules")
RATES = ("msg/s", "MB/s")
MEASURES = ("cpu", "wall", "import")

Target = Optional[Union[float, str]]


class TargetsError(ValueError):
    """The file says something that cannot be."""


@dataclass(frozen=True)
class Case:
    """One row. Costs are ns per operation, or numbers of modules: less is better."""

    name: str
    title: str
    unit: str
    measure: str
    bytes: int = 0
    chunk_ms: float = 15.0
    reach: Target = None
    stretch: Target = None
    before: float | None = None
    c: float | None = None
    hot: bool = False

    def to_unit(self, cost: float) -> float:
        """Return a cost in the unit of the row."""
        if self.unit in _PER_UNIT:
            return cost / _PER_UNIT[self.unit]
        if self.unit == "msg/s":
            return 1e9 / cost
        if self.unit == "MB/s":
            return self.bytes * 1e3 / cost
        return cost

    def to_cost(self, value: float) -> float:
        """Return the cost that a value in the unit of the row stands for."""
        if self.unit in _PER_UNIT:
            return value * _PER_UNIT[self.unit]
        return self.to_unit(value) if self.unit in RATES else value


def load(path: Path = DEFAULT) -> list[Case]:
    """Read the cases of a file.

    :raises TargetsError: naming the case and what is wrong with it.
    """
    with path.open("rb") as file:
        tables = tomllib.load(file).get("case", [])
    cases = [_case(table, path) for table in tables]
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise TargetsError(f"{path}: there are several cases called '{name}'")
    return cases


def _case(table: Mapping[str, Any], path: Path) -> Case:
    where = f"{path}: case '{table.get('name', '')}'"
    known = {field.name for field in fields(Case)}
    if strange := sorted(table.keys() - known):
        raise TargetsError(f"{where} has {', '.join(strange)}; known are {', '.join(sorted(known))}")
    if missing := [name for name in ("name", "title", "unit", "measure") if name not in table]:
        raise TargetsError(f"{where} has no {', '.join(missing)}")
    for key, allowed in (("unit", UNITS), ("measure", MEASURES)):
        if table[key] not in allowed:
            raise TargetsError(f"{where}: {key} is one of {', '.join(allowed)}, not '{table[key]}'")
    for key in ("reach", "stretch"):
        target = table.get(key)
        if isinstance(target, str) and target not in REFERENCES:
            raise TargetsError(f"{where}: {key} is a number or one of {', '.join(REFERENCES)}, not '{target}'")
    if table["unit"] == "MB/s" and not table.get("bytes"):
        raise TargetsError(f"{where}: MB/s needs bytes, the size of one message")
    return Case(**table)


def select(cases: Sequence[Case], wanted: Sequence[str]) -> list[Case]:
    """Return the cases whose names begin with one of those that are wanted, all if none is.

    :raises TargetsError: when a wanted name fits no case.
    """
    if not wanted:
        return list(cases)
    for word in wanted:
        if not any(case.name.startswith(word) for case in cases):
            raise TargetsError(f"no case is called '{word}'; there are {', '.join(case.name for case in cases)}")
    return [case for case in cases if case.name.startswith(tuple(wanted))]
