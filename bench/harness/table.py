"""Results as a table: for the terminal, and as Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from harness.results import ABI3, ABI3_LIMIT, BEFORE, BESIDE, OURS, PARITY, SPECIFIC, Results
from harness.targets import Case, Target

TIMES = "\N{MULTIPLICATION SIGN}"

#: Load per CPU from which on it is worth telling.
BUSY = 0.5

_STYLES = {"stretch": "bold green", "yes": "green", "by ratio": "yellow", "no": "bold red"}


@dataclass(frozen=True)
class Column:
    """A heading, and whether numbers stand below."""

    title: str
    right: bool = True


def amount(value: float, unit: str) -> str:
    """Return a value with its unit, to three digits."""
    if unit == "modules":
        return f"{value:.0f}"
    if unit == "msg/s":
        value, unit = (value / 1e6, "M/s") if value >= 1e6 else (value / 1e3, "k/s")
    if value >= 100:
        return f"{value:.0f} {unit}"
    return f"{value:.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def multiple(ratio: float | None) -> str:
    """Return a ratio, to about two digits."""
    if ratio is None:
        return ""
    digits = 0 if ratio >= 10 else 1 if ratio >= 2 else 2
    return f"{ratio:.{digits}f}{TIMES}"


def cell(results: Results, case: Case, subject: str) -> str:
    """Return the figure of a case for a subject, empty where there is none."""
    cost = results.cost(case.name, subject)
    return "" if cost is None else amount(case.to_unit(cost), case.unit)


def target_text(case: Case, target: Target) -> str:
    """Return a target in words."""
    if target is None:
        return ""
    if isinstance(target, str):
        return f"like {target}"
    return ("≥ " if case.unit in ("msg/s", "MB/s") else "≤ ") + amount(target, case.unit)


def rows(results: Results, cases: Sequence[Case]) -> tuple[list[Column], list[list[str]]]:
    """Return the columns, and a row for each case that has figures."""
    columns = [Column("", right=False)]
    columns += [Column(title) for title in ("C", "pyzmq", "27.3.0", "ratio", "reach", "stretch")]
    columns.append(Column("reached", right=False))
    cffi = "cffi" in results.subjects
    abi3 = ABI3 in results.subjects
    beside = BESIDE in results.subjects
    if beside:
        columns += [Column(results.subjects[BESIDE]["title"]), Column("to that")]
    if cffi:
        columns.append(Column("CFFI"))
    if abi3:
        columns += [Column(results.subjects[key]["title"]) for key in (SPECIFIC, ABI3)] + [Column("abi3 cost")]
    found = []
    for case in cases:
        if case.name not in results.figures:
            continue
        row = [case.title, *(cell(results, case, key) for key in ("c", OURS, BEFORE))]
        row.append(multiple(results.ratio(case.name, BEFORE, OURS)))
        row += [target_text(case, case.reach), target_text(case, case.stretch), results.verdict(case)]
        if beside:
            row += [cell(results, case, BESIDE), multiple(results.ratio(case.name, BESIDE, OURS))]
        if cffi:
            row.append(cell(results, case, "cffi"))
        if abi3:
            row += [cell(results, case, key) for key in (SPECIFIC, ABI3)]
            row.append(multiple(results.ratio(case.name, ABI3, SPECIFIC)))
        found.append(row)
    return columns, found


def rich_table(results: Results, cases: Sequence[Case]) -> Table:
    """Return the table for the terminal."""
    columns, body = rows(results, cases)
    table = Table(caption_justify="left")
    for column in columns:
        table.add_column(column.title, justify="right" if column.right else "left", no_wrap=not column.right)
    dear = {case.title for case in results.too_dear(cases)}
    verdict = next(index for index, column in enumerate(columns) if column.title == "reached")
    for row in body:
        style = _STYLES.get(row[verdict], "")
        marked = [f"[{style}]{text}[/]" if index == verdict and style else text for index, text in enumerate(row)]
        if row[0] in dear:
            marked[-1] = f"[bold red]{row[-1]}[/]"
        table.add_row(*marked)
    return table


def markdown_table(results: Results, cases: Sequence[Case]) -> str:
    """Return the table as Markdown."""
    columns, body = rows(results, cases)
    lines = [[column.title for column in columns], ["--:" if column.right else ":--" for column in columns], *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def notes(results: Results, cases: Sequence[Case]) -> list[str]:
    """Return what is to be said below the table."""
    said = []
    slowness = results.slowness(cases)
    if slowness is not None:
        said.append(
            f"27.3.0 takes {slowness:.2f} times as long here as on the machine that the targets were set on. "
            "`by ratio`: the gain over 27.3.0 is that of the target, the figure itself is not."
        )
    load = results.about.get("load", 0.0)
    if load > BUSY:
        said.append(f"Busy: {load:.1f} threads wanted each CPU before it began. Time on the wall says little then.")
    loop = results.cost("loop", OURS)
    if loop is not None:
        said.append(f"An empty loop takes {loop:.0f} ns, which all figures but those of C include.")
    said.append(f"`like C` and `like 27.3.0` allow {PARITY - 1:.0%} more.")
    dear = results.too_dear(cases)
    if dear:
        names = ", ".join(case.title for case in dear)
        said.append(f"The limited API costs more than {ABI3_LIMIT - 1:.0%} on hot rows: {names}.")
    missed = [case.title for case in cases if results.verdict(case) == "no"]
    if missed:
        said.append(f"Not reached: {', '.join(missed)}.")
    return said
