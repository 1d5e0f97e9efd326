"""The part of docs/performance.md that a run writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.results import Results
from harness.table import markdown_table, notes
from harness.targets import Case

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"

BEGIN = "<!-- written by nox -s bench -- --picture: begin -->"
END = "<!-- written by nox -s bench -- --picture: end -->"


class DocumentError(ValueError):
    """The document has no place for the table."""


def subtitle(results: Results) -> str:
    """Return where and with what was measured, in a line."""
    about = results.about
    subject = results.subjects["pyzmq"]
    return f"{subject['implementation']} {subject['python']}, libzmq {subject['libzmq']}, {about['machine']}"


def block(results: Results, cases: Sequence[Case]) -> str:
    """Return what stands between the marks."""
    said = "".join(f"- {note}\n" for note in notes(results, cases))
    return f"{BEGIN}\n\n{subtitle(results)}.\n\n{markdown_table(results, cases)}\n{said}\n{END}"


def with_block(text: str, new: str) -> str:
    """Return a document with what stands between its marks replaced.

    :raises DocumentError: if it has not exactly one pair of marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise DocumentError(f"there must be one '{BEGIN}' and, after it, one '{END}'")
    return before + new + after
