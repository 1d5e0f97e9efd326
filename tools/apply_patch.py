"""Apply our patches to the sources of a bundled library.

Strict on purpose: every line of context has to be where the patch says, so a patch that no longer fits stops the build
instead of landing somewhere near. Needs nothing but Python, since neither ``patch`` nor ``git`` is everywhere.

Usage: ``python tools/apply_patch.py --tree TREE PATCH...``
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")

# The folder of a tree that keeps what its patched files contained before.
ORIGINALS = ".pyzmq-originals"


class PatchError(Exception):
    """A patch that cannot be applied; the text says which line."""


def apply_patches(tree: Path, patches: Iterable[Path]) -> None:
    """Apply unified diffs (``-p1``) in order to the files of `tree` as they were before any earlier call.

    So a build folder may be configured again with other patches. Files whose contents do not change are not written.

    Raises
    ------
    PatchError
        If a line of a patch does not stand in the file where it should. No file is changed then.
    """
    originals = tree / ORIGINALS
    saved = [path.relative_to(originals) for path in originals.rglob("*") if path.is_file()]
    before = {name: _read(originals / name) for name in saved}
    after = dict(before)
    for patch in patches:
        _apply(patch, tree, before, after)
    for name, text in before.items():
        if name not in saved:
            (originals / name).parent.mkdir(parents=True, exist_ok=True)
            _write(originals / name, text)
    for name, text in after.items():
        if _read(tree / name) != text:
            _write(tree / name, text)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _apply(patch: Path, tree: Path, before: dict[Path, str], after: dict[Path, str]) -> None:
    """Apply one patch to the texts in `after`; read the files that it is the first to change from `tree`."""
    lines = _read(patch).splitlines(keepends=True)
    at = 0
    name: Path | None = None
    target: list[str] = []
    offset = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("+++ "):
            name = Path(line[4:].split("\t")[0].strip().partition("/")[2])
            if name not in after:
                if not (tree / name).is_file():
                    raise PatchError(f"{patch.name}: no file {tree / name}")
                before[name] = after[name] = _read(tree / name)
            target = after[name].splitlines(keepends=True)
            offset = 0
        match = HUNK.match(line)
        if not match or name is None:
            continue
        old: list[str] = []
        new: list[str] = []
        count = int(match[2] or 1)
        while at < len(lines) and (len(old) < count or lines[at].startswith("+")):
            mark, text = lines[at][0], lines[at][1:]
            if mark in " -":
                old.append(text)
            if mark in " +":
                new.append(text)
            at += 1
        start = int(match[1]) - 1 + offset
        found = target[start : start + len(old)]
        if found != old:
            raise PatchError(
                f"{patch.name} does not fit {tree / name} at line {start + 1}.\n"
                f"expected:\n{''.join(old)}found:\n{''.join(found)}"
            )
        target[start : start + len(old)] = new
        offset += len(new) - len(old)
        after[name] = "".join(target)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Apply patches, strictly.")
    parser.add_argument("--tree", type=Path, required=True, help="folder that the patches' paths start from")
    parser.add_argument("--contents", help="digest of the patches, by which build tools see that one has changed")
    parser.add_argument("patches", type=Path, nargs="*")
    options = parser.parse_args()
    try:
        apply_patches(options.tree, options.patches)
    except PatchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
