"""Compares outcomes, and matches their differences against those that are meant."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The parts of an outcome, in the order in which they are reported.
FACETS = ("ended", "raised", "text", "result", "names", "signature", "warnings", "logs", "output")

#: Texts of TypeError and the like that CPython and Cython write when they convert arguments. They differ between
#: versions of both, for one and the same mistake.
_ARGUMENTS = re.compile(
    r"takes (exactly|at least|at most|no|from|\d+|\w+ )|positional argument|keyword argument|required argument|"
    r"an integer is required|cannot be interpreted as an integer|must be (an? )?\w+, not|has incorrect type|"
    r"a bytes-like object is required|expected .*, got|object is not|not supported between|"
    r"too large to convert|Python int too|unhashable type|no attribute|missing \d+ required|not iterable|"
    r"can't (delete|set)|cannot (delete|set)|readonly|is not writable|has no (setter|deleter|getter|len)|"
    r"no default __reduce__|cannot pickle"
)


@dataclass(frozen=True)
class Difference:
    """One facet of one program's outcome that is not what it was.

    Attributes
    ----------
    case : str
        The name of the program.
    facet : str
        One of `FACETS`.
    before, now : object
        That of 27.3.0, and that of this release.
    raised : str
        The exception that 27.3.0 raised; empty if it did not.
    """

    case: str
    facet: str
    before: Any
    now: Any
    raised: str = ""


@dataclass
class Entry:
    """An entry of intended/: differences that are meant, or that are to go.

    Attributes
    ----------
    id : str
        Unique.
    cases : list of str
        Patterns of names of programs, as for `fnmatch`, but ``[`` and ``]`` stand for themselves. Each has to match a
        difference.
    facets : list of str
        Those that may differ.
    pending : bool
        The difference is a defect that is known, not a decision.
    backend : str
        The entry counts for this backend only; empty: for both.
    raised : list of str
        The entry counts where 27.3.0 raised one of these only; empty: everywhere.
    extends : bool
        The entry counts where the new text begins with the old one only.
    test : str
        The test that shows the difference, where no program can: ``path::name``.
    section, what, before, now, instead : str
        For docs/migrating.md.
    """

    id: str
    reason: str
    cases: list[str] = field(default_factory=list)
    facets: list[str] = field(default_factory=list)
    pending: bool = False
    backend: str = ""
    raised: list[str] = field(default_factory=list)
    extends: bool = False
    test: str = ""
    section: str = ""
    what: str = ""
    before: str = ""
    now: str = ""
    instead: str = ""
    matched: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.facets) - set(FACETS)
        if unknown or (self.cases and not self.facets):
            raise ValueError(f"intended: entry {self.id!r}: facets are some of {', '.join(FACETS)}, not {unknown}")
        if not self.reason.strip() or not (self.cases or self.test):
            raise ValueError(f"intended: entry {self.id!r} needs a reason, and cases or a test")
        self._patterns = [(each, re.compile(fnmatch.translate(each.replace("[", "[[]")))) for each in self.cases]

    def covers(self, difference: Difference) -> bool:
        """Tell whether this entry is about a difference, and count that."""
        if difference.facet not in self.facets or (self.raised and difference.raised not in self.raised):
            return False
        if self.extends and not str(difference.now).startswith(str(difference.before)):
            return False
        hits = [pattern for pattern, compiled in self._patterns if compiled.match(difference.case)]
        for pattern in hits:
            self.matched[pattern] = self.matched.get(pattern, 0) + 1
        return bool(hits)

    def unused(self) -> list[str]:
        """Return the patterns that matched no difference."""
        return [pattern for pattern in self.cases if pattern not in self.matched]


def read_entries(table: Mapping[str, Any]) -> list[Entry]:
    """Return the entries of intended/, which are checked."""
    entries = [Entry(**values) for values in table.get("difference", [])]
    names = [entry.id for entry in entries]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"intended: more than one entry is called {', '.join(sorted(twice))}")
    return entries


def compare(case: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Return the differences between two outcomes of a program, most telling first."""
    raised = (before.get("raised") or [""])[0]

    def differs(facet: str, default: Any = None) -> Difference:
        return Difference(case, facet, before.get(facet, default), now.get(facet, default), raised)

    if before.get("ended") != now.get("ended"):
        # The rest is that of a program that did not get to its end.
        return [differs("ended", "as usual")]
    if before.get("ended"):
        return []
    found = []
    if not _raise_alike(before.get("raised", []), now.get("raised", [])):
        found.append(Difference(case, "raised", _told(before), _told(now), raised))
    elif "raised" in before:
        if not _texts_alike(before, now):
            found.append(Difference(case, "text", _text(before), _text(now), raised))
    elif "names" in before:
        missing = sorted(set(before["names"]) - set(now.get("names", [])))
        if missing:
            found.append(Difference(case, "names", missing, "missing"))
    elif "signature" in before:
        if not signatures_alike(before["signature"], now.get("signature", "")):
            found.append(differs("signature"))
    elif before.get("result") != now.get("result"):
        found.append(differs("result"))
    found += [differs(facet) for facet in ("warnings", "logs", "output") if before.get(facet) != now.get(facet)]
    return found


def _text(outcome: Mapping[str, Any]) -> str:
    return f"{outcome.get('errno', '')} {outcome['text']}".strip()


def _told(outcome: Mapping[str, Any]) -> str:
    if "raised" in outcome:
        return f"raises {outcome['raised'][0]}: {outcome['text']}"
    return str(next((outcome[key] for key in ("result", "names", "signature") if key in outcome), None))


def _raise_alike(before: Sequence[str], now: Sequence[str]) -> bool:
    """Tell whether what caught the exception before catches it now; neither may be one."""
    if not before or not now:
        return bool(before) == bool(now)
    return before[0] in now


def _texts_alike(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if before["text"] == now["text"] and before.get("errno") == now.get("errno"):
        return True
    if before.get("errno") != now.get("errno"):
        return False
    language = {"TypeError", "OverflowError", "AttributeError"}
    return before["raised"][0] in language and bool(_ARGUMENTS.search(before["text"]))


def signatures_alike(before: Any, now: Any) -> bool:
    """Tell whether every call that fitted the one signature fits the other.

    Further optional parameters are additions; a positional-only parameter may have become an ordinary one.
    """
    if not isinstance(before, list):
        # None can be had of some functions in C: nothing to compare with.
        return True
    if not isinstance(now, list):
        return False
    if any(kind == "VAR_POSITIONAL" for _, kind, _ in before) and any(kind == "VAR_KEYWORD" for _, kind, _ in before):
        return True
    names = {name: default for name, _, default in now}
    takes_any = any(kind == "VAR_KEYWORD" for _, kind, _ in now)
    for index, (named, kind, default) in enumerate(before):
        # No caller can name what is positional only.
        name = now[index][0] if kind == "POSITIONAL_ONLY" and index < len(now) else named
        if kind.startswith("VAR_"):
            if not any(other == kind for _, other, _ in now):
                return False
            continue
        if name not in names:
            if not takes_any:
                return False
            continue
        # What was required may be optional now.
        if default and names[name] != default:
            return False
        if kind != "KEYWORD_ONLY" and (index >= len(now) or now[index][0] != name):
            return False
    known = {name for name, _, _ in before} | {name for name, _, _ in now[: len(before)]}
    return all(name in known or default or kind.startswith("VAR_") for name, kind, default in now)


def sort_out(differences: Iterable[Difference], entries: Sequence[Entry]) -> list[Difference]:
    """Return the differences that no entry covers; the entries note those that they cover."""
    # All entries are asked, so that each counts what it covers.
    return [each for each in differences if not sum(entry.covers(each) for entry in entries)]
