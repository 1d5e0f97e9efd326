"""The list of all wheels: shown, compared with what depends on it, and built from.

::

    python tools/targets                    # a table, compared with what cibuildwheel says
    python tools/targets --check            # is the section in pyproject.toml up to date?
    python tools/targets --write            # write it
    python tools/targets --plan FILE        # the workflow's matrix, as an output of a step
    python tools/targets --complete FOLDER  # are all wheels of a release there?
    python tools/targets --build TARGET     # all wheels of a target, by cibuildwheel

Exit status 1 means a difference; 2 that the list is wrong, or that cibuildwheel failed.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename
from rich.console import Console
from rich.table import Table

from .builder import ROOT, build, differences, plan
from .config import updated
from .coverage import uncovered
from .model import DEFAULT_TARGETS, IMPLEMENTATIONS, PLATFORMS, Standard, Targets, TargetsError, load_targets

#: Columns where there is no terminal to ask.
PLAIN_WIDTH = 150


def _table(targets: Targets) -> Table:
    total = sum(len(target.standard_wheels()) for target, _ in targets.standard())
    own = sum(len(factory.wheels) for _, factory in targets.factory())
    table = Table(
        title=f"{len(targets.targets)} targets: {total} wheels on the standard road, {own} on our own",
        title_justify="left",
    )
    for name in ("target", "wheels", "interpreters", "tag", "tests", "runner", "own road", "executed"):
        table.add_column(name, justify="right" if name == "wheels" else "left")
    for target in targets.targets.values():
        standard, factory = target.standard, target.factory
        row = [target.name, *[""] * 7]
        if standard is not None:
            row[1:6] = [
                str(len(target.standard_wheels())),
                _interpreters(standard),
                "\n".join([standard.tag, *([standard.older.tag] if standard.older else [])]),
                standard.test + (", draft" if standard.draft else ""),
                standard.runner + (" (QEMU)" if standard.emulated else ""),
            ]
        if factory is not None:
            row[6:] = [factory.platform_tag, factory.execute or ("" if factory.fuse else "not executed")]
        table.add_row(*row)
    return table


def _interpreters(standard: Standard) -> str:
    """The first and the last of each implementation."""
    shown = []
    for implementation in IMPLEMENTATIONS:
        tags = [each.tag for each in standard.interpreters if each.implementation == implementation]
        if tags:
            shown.append(f"{tags[0]}-{tags[-1]}")
    return "\n".join(shown)


def _compare(targets: Targets, console: Console) -> int:
    console.print(_table(targets))
    found = 0
    for platform in PLATFORMS:
        told = differences(targets, platform)
        for line in told:
            console.print(f"{platform}: {line}", style="red", markup=False, soft_wrap=True)
        if not told:
            console.print(f"{platform}: as cibuildwheel says", markup=False)
        found += len(told)
    return 1 if found else 0


def _check(targets: Targets, pyproject: Path, *, write: bool) -> int:
    current = pyproject.read_text(encoding="utf-8")
    wanted = updated(current, targets)
    if current == wanted:
        return 0
    if write:
        pyproject.write_text(wanted, encoding="utf-8")
        print(f"wrote {pyproject.name}")
        return 0
    lines = (current.splitlines(keepends=True), wanted.splitlines(keepends=True))
    sys.stdout.writelines(difflib.unified_diff(*lines, pyproject.name, f"{pyproject.name} (from the list)"))
    print("targets: pyproject.toml is out of date; run `nox -s matrix -- --write`", file=sys.stderr)
    return 1


def _complete(targets: Targets, folder: Path) -> int:
    """Tell which wheels of the list are missing in a folder, and which are too many."""
    wheels = {path.name: parse_wheel_filename(path.name)[3] for path in sorted(folder.rglob("*.whl"))}
    have = [str(tag) for tags in wheels.values() for tag in tags]
    listed = [tag for target, _ in targets.standard() for tag in target.standard_wheels()]
    missing = [tag for tag in listed if uncovered([f"pyzmq-0-{tag}.whl"], have, targets.newest)]
    pairs = {tuple(tag.split("-")[:2]) for tag in listed}
    alien = [name for name, tags in wheels.items() if not any((tag.interpreter, tag.abi) in pairs for tag in tags)]
    for tag in missing:
        print(f"targets: {folder} has no wheel that serves {tag}", file=sys.stderr)
    for name in alien:
        print(f"targets: {folder} has {name}, which the list does not know", file=sys.stderr)
    print(f"{len(wheels)} wheels, {len(listed)} listed, {len(missing)} missing")
    return 1 if missing or alien or len(wheels) != len(listed) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="targets", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--targets", type=Path, default=DEFAULT_TARGETS, metavar="FILE", help="another list")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="exit 1 with a diff if pyproject.toml is out of date")
    action.add_argument("--write", action="store_true", help="write the section in pyproject.toml")
    action.add_argument("--plan", type=Path, metavar="FILE", help="append matrix=JSON for the workflow; - shows it")
    action.add_argument(
        "--complete", type=Path, metavar="FOLDER", help="exit 1 unless it holds all wheels, and no others"
    )
    action.add_argument("--build", metavar="TARGET", help="build all wheels of a target by cibuildwheel")
    parser.add_argument("--pyproject", type=Path, default=ROOT / "pyproject.toml", help=argparse.SUPPRESS)
    parser.add_argument("--package", default=".", help="with --build: an sdist instead of the checkout")
    parser.add_argument("--outdir", type=Path, default=ROOT / "dist", help="with --build: where the wheels go")
    parser.add_argument("--draft", action="store_true", help="with --build: with libzmq's draft API")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    :param arguments: those without the program's name; None: those of the process.
    :returns: the exit status.
    """
    options = _parser().parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    try:
        targets = load_targets(options.targets)
        if options.check or options.write:
            return _check(targets, options.pyproject, write=options.write)
        if options.plan is not None:
            line = f"matrix={json.dumps(plan(targets))}\n"
            if str(options.plan) == "-":
                sys.stdout.write(line)
            else:
                with options.plan.open("a", encoding="utf-8") as file:
                    file.write(line)
            return 0
        if options.complete is not None:
            return _complete(targets, options.complete)
        if options.build is not None:
            target = targets.target(options.build)
            if target.standard is None:
                raise TargetsError(f"cibuildwheel does not build {target.name}: `nox -s factory` does")
            build(target, target.standard, options.package, options.outdir.absolute(), draft=options.draft)
            return 0
        return _compare(targets, console)
    except (TargetsError, OSError) as error:
        print(f"targets: {error}", file=sys.stderr)
        return 2
