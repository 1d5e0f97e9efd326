"""What came of a run: a table for the terminal, and a page with everything."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .work import BUILT_ONLY, FAILED, Job, Made

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .35rem .7rem; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #8c959f; white-space: nowrap; } td { border-bottom: 1px solid #d0d7de; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.tag { font-family: ui-monospace, monospace; white-space: nowrap; } small { color: #57606a; }
.executed { color: #116329; } .only { color: #7d4e00; } .failed { color: #a40e26; }
pre { background: #f6f8fa; padding: 1rem; }
"""

_HEADINGS = (
    *("tag", "size, kB", "seconds", "floor", "libraries", "exports", "hardening", "defines of libzmq", "tests"),
)


def floor(facts: dict[str, Any]) -> str:
    """Return the oldest system that a wheel runs on, as far as its module tells."""
    if facts["glibc_floor"]:
        return f"glibc {facts['glibc_floor']}"
    if facts["minimum_os"]:
        return f"macOS {facts['minimum_os']}"
    tag = facts["tags"][0]
    return "musl 1.2" if "musllinux_1_2" in tag else "Windows 8.1" if "-win" in tag else ""


def execution(made: Made) -> str:
    """Return what was run of a wheel, where and how, in one line."""
    known = made.execution
    if known.get("outcome") != "executed":
        return f"{BUILT_ONLY}: {known.get('reason', '')}".rstrip(": ")
    where = known["where"]
    ran = f"trial {known['trial']['seconds']:.0f} s"
    if "suite" in known:
        ran += f", {known['suite']['tests']} tests ({known['suite']['skipped']} skipped)"
    place = ", ".join(filter(None, [where.get("python", ""), where["how"], where.get("libc", "")]))
    return f"{ran}: {place}, {where['origin']}"


def spent(made: Made) -> float:
    """Return the seconds that a wheel took; those of an earlier run, where it is kept from one."""
    return sum(made.seconds.values())


def terminal_table(jobs: Sequence[Job]) -> Table:
    """Return the table for the terminal."""
    shown = Table()
    for heading in ("wheel", "kB", "seconds", "floor", "libraries", "exports", "executed"):
        shown.add_column(heading, justify="right" if heading in ("kB", "seconds") else "left", overflow="fold")
    for job in jobs:
        for made in job.wheels:
            facts = made.facts
            seconds = f"{spent(made):.0f}{' (kept)' if made.kept else ''}"
            shown.add_row(
                facts["tags"][0],
                f"{facts['size'] / 1000:.0f}",
                seconds,
                floor(facts),
                str(len(facts["external_libraries"])),
                ", ".join(facts["exports"]),
                execution(made),
            )
        if job.state == FAILED:
            reason = job.reason.strip() or "no reason"
            shown.add_row(f"[bold red]{job.target.name}[/]", "", f"{job.seconds:.0f}", "", "", "", f"FAILED: {reason}")
    return shown


def _row(made: Made) -> str:
    facts, information = made.facts, made.information
    ran = "executed" if made.execution.get("outcome") == "executed" else "only"
    cells = [
        ("tag", "<br>".join(map(html.escape, facts["tags"]))),
        ("number", f"{facts['size'] / 1000:.1f}"),
        ("number", f"{spent(made):.0f}" + (" <small>kept</small>" if made.kept else "")),
        ("", html.escape(floor(facts))),
        ("", html.escape(", ".join(facts["external_libraries"]))),
        ("", html.escape(", ".join(facts["exports"]))),
        ("", html.escape(", ".join(name for name, there in facts["hardening"].items() if there))),
        ("", html.escape(information.get("libzmq", {}).get("defines", ""))),
        (ran, html.escape(execution(made))),
    ]
    return "<tr>" + "".join(f'<td class="{kind}">{text}</td>' for kind, text in cells) + "</tr>"


def page(jobs: Sequence[Job], seconds: float) -> str:
    """Return the HTML page: it stands by itself."""
    count = sum(len(job.wheels) for job in jobs)
    run = sum(made.execution.get("outcome") == "executed" for job in jobs for made in job.wheels)
    failed = [job for job in jobs if job.state == FAILED]
    heading = "".join(f"<th>{html.escape(name)}</th>" for name in _HEADINGS)
    rows = "\n".join(_row(made) for job in jobs for made in job.wheels)
    trouble = "".join(
        f'<h2 class="failed">{html.escape(job.target.name)} failed</h2><pre>{html.escape(job.reason.strip())}'
        f"{html.escape(f'{chr(10)}{job.log}') if job.log else ''}</pre>"
        for job in failed
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>The wheels of the factory</title>'
        f"<style>{_STYLE}</style></head><body><h1>The wheels of the factory</h1>"
        f"<p>{count} wheels for {len(jobs)} targets, {run} executed, {len(failed)} targets failed; {seconds:.0f} s.</p>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>\n{rows}\n</tbody></table>{trouble}</body></html>\n"
    )


def document(jobs: Sequence[Job], seconds: float) -> dict[str, Any]:
    """Return everything for other programs."""
    return {
        "seconds": round(seconds, 1),
        "targets": [
            {
                "name": job.target.name,
                "state": job.state,
                "reason": job.reason,
                "seconds": round(job.seconds, 1),
                "wheels": [
                    {
                        "file": made.path.name,
                        "kept": made.kept,
                        "seconds": made.seconds,
                        "check": made.facts,
                        "build_info": made.information,
                        "execution": made.execution,
                    }
                    for made in job.wheels
                ],
            }
            for job in jobs
        ],
    }


def write(jobs: Sequence[Job], folder: Path, seconds: float, console: Console) -> None:
    """Print the table, and write ``report.html`` and ``report.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page(jobs, seconds), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(document(jobs, seconds), indent=2) + "\n", encoding="utf-8")
    console.print(terminal_table(jobs))
    for job in jobs:
        if job.state == FAILED and job.log is not None:
            console.print(f"{job.target.name}: the whole log: {job.log}", markup=False, soft_wrap=True)
    console.print(f"{seconds:.0f} s; the whole report: {folder / 'report.html'}", markup=False, soft_wrap=True)
