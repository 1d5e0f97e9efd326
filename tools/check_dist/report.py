"""What a check found: facts for tables and JSON, and the problems."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_SHOWN_NAMES = 8


def shorten(names: list[str]) -> str:
    """Names in one line; of many, the first ones and how many there are besides."""
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(names[:_SHOWN_NAMES]) + more


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    ``rule`` is a stable identifier, ``where`` the member of the archive ("" for the archive
    itself), ``found`` what is there, ``policy`` what was asked for, and ``remedy`` a way out.
    """

    rule: str
    where: str
    found: str
    policy: str
    remedy: str

    def __str__(self) -> str:
        lines = [f"{self.rule}: {self.where}" if self.where else self.rule]
        lines.append(f"    found:  {self.found}")
        lines.append(f"    policy: {self.policy}")
        lines.append(f"    way out: {self.remedy}")
        return "\n".join(lines)


@dataclass
class Report:
    """All that is known about one wheel or sdist after its check. ``size`` is in bytes."""

    file: str
    kind: str
    size: int
    name: str = ""
    version: str = ""
    tags: list[str] = field(default_factory=list)
    size_key: str = ""
    external_libraries: list[str] = field(default_factory=list)
    glibc_floor: str | None = None
    minimum_os: str | None = None
    exports: list[str] = field(default_factory=list)
    hardening: dict[str, bool] = field(default_factory=dict)
    defines: list[str] = field(default_factory=list)
    licence_expression: str = ""
    licences: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether no rule was broken."""
        return not self.problems

    @property
    def rules(self) -> set[str]:
        """Identifiers of the broken rules."""
        return {problem.rule for problem in self.problems}

    def fail(self, rule: str, where: str, found: str, policy: str, remedy: str) -> None:
        """Record a broken rule; the same finding is kept once."""
        problem = Problem(rule, where, found, policy, remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def to_dict(self) -> dict[str, Any]:
        """The report in types that JSON has."""
        return {**asdict(self), "ok": self.ok}

    def text(self) -> str:
        """A few lines for a person."""
        lines = [f"{self.file}: {'ok' if self.ok else f'{len(self.problems)} problem(s)'}"]
        facts = {
            "tags": ", ".join(self.tags),
            "size": f"{self.size / 1000:.1f} kB",
            "libraries": ", ".join(self.external_libraries),
            "glibc floor": self.glibc_floor or "",
            "minimum OS": self.minimum_os or "",
            "exports": shorten(self.exports),
            "hardening": ", ".join(name for name, there in self.hardening.items() if there),
            "licences": self.licence_expression,
        }
        lines += [f"  {key + ':':13} {value}" for key, value in facts.items() if value]
        lines += [f"  note: {note}" for note in self.notes]
        for problem in self.problems:
            lines += [f"  {line}" for line in f"FAILED {problem}".splitlines()]
        return "\n".join(lines)
