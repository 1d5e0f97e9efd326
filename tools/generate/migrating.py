"""The tables of docs/migrating.md, from ``tests/compat/intended``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generate.spec import SpecError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The sections of the page, in their order, by what the key ``section`` of an entry is.
SECTIONS = {
    "refused": "What is refused now",
    "behaviour": "What behaves differently",
    "errors": "Errors, warnings and representations",
}

BEGIN = "<!-- written by `nox -s generate` from tests/compat/intended -->"
END = "<!-- end of what is written by `nox -s generate` -->"

_COLUMNS = ("what", "before", "now", "instead", "reason")


def load_intended(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of the files in a folder that are decisions, checked.

    :raises SpecError: naming the entry, and what it lacks.
    """
    return [entry for path in sorted(folder.glob("*.toml")) for entry in _load(path)]


def _load(path: Path) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8")).get("difference", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"{path}: {error}") from None
    decided = [entry for entry in entries if not entry.get("pending")]
    for entry in decided:
        name = entry.get("id", "?")
        for key in ("section", "what", "before", "now", "reason"):
            if not str(entry.get(key, "")).strip():
                raise SpecError(f"{path.name}: entry {name!r} has no {key!r}")
        if entry["section"] not in SECTIONS:
            raise SpecError(
                f"{path.name}: entry {name!r}: section is one of {', '.join(SECTIONS)}, not {entry['section']!r}"
            )
    return decided


def render_migrating(page: str, entries: list[dict[str, Any]]) -> str:
    """Return the page with its tables written anew, between the two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SpecError(f"docs/migrating.md lacks one of the lines {BEGIN!r} and {END!r}")
    parts = [f"{before}{BEGIN}\n"]
    for section, title in SECTIONS.items():
        rows = [entry for entry in entries if entry["section"] == section]
        if rows:
            parts.append(f"\n## {title}\n\n| | before | now | instead | why |\n| --- | --- | --- | --- | --- |\n")
            parts += [_row(entry) for entry in rows]
    parts.append(f"\n{END}{after}")
    return "".join(parts)


def _row(entry: Mapping[str, Any]) -> str:
    # A bar would begin a column.
    cells = [" ".join(str(entry.get(key, "")).split()).replace("|", "\\|") for key in _COLUMNS]
    return f"| {' | '.join(cells)} |\n"
