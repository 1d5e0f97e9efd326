"""Apply our patches to the sources of a bundled library.

Strict on purpose: every line of context has to be where the patch says, so a patch that no longer fits stops the build
instead of landing somewhere near. Needs nothing but Python, since neither ``patch`` nor ``git`` is everywhere.

Usage: ``python tools/apply_patch.py --tree TREE [--without PATCH]... PATCH...``
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,\d+)? @@")


class PatchError(Exception):
    """A patch that cannot be applied; the text says which line."""


def apply_patch(tree: Path, patch: Path, *, undo: bool = False) -> list[Path]:
    """Apply a unified diff (``-p1``) to the files of `tree`, or take it back; return the files that it is about.

    A tree that is as it should be is left alone, so a build folder may be configured again.

    Raises
    ------
    PatchError
        If a line of the patch does not stand in the file where it should. No file is changed then.
    """
    done: dict[Path, list[str]] = {}
    lines = patch.read_text(encoding="utf-8").splitlines(keepends=True)
    at = 0
    path: Path | None = None
    offset = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("+++ "):
            path = tree / line[4:].split("\t")[0].strip().partition("/")[2]
            if not path.is_file():
                raise PatchError(f"{patch.name}: no file {path}")
            done[path] = path.read_text(encoding="utf-8").splitlines(keepends=True)
            offset = 0
        match = HUNK.match(line)
        if not match or path is None:
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
        start = int(match[3 if undo else 1]) - 1 + offset
        if undo:
            old, new = new, old
        target = done[path]
        has_old, has_new = (target[start : start + len(text)] == text for text in (old, new))
        # One may be the beginning of the other: the longer one tells.
        if has_new and not (has_old and len(old) > len(new)):
            offset += len(new) - len(old)
            continue
        if not has_old:
            found = "".join(target[start : start + len(old)])
            raise PatchError(
                f"{patch.name} does not fit {path} at line {start + 1}.\nexpected:\n{''.join(old)}found:\n{found}"
            )
        target[start : start + len(old)] = new
        offset += len(new) - len(old)
    for file, text_lines in done.items():
        with file.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(text_lines)
    return list(done)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Apply patches, strictly.")
    parser.add_argument("--tree", type=Path, required=True, help="folder that the patches' paths start from")
    parser.add_argument(
        "--without",
        type=Path,
        action="append",
        default=[],
        metavar="PATCH",
        help="take this patch back if the tree has it; may be given again",
    )
    parser.add_argument("--contents", help="digest of the patches, by which build tools see that one has changed")
    parser.add_argument("patches", type=Path, nargs="*")
    options = parser.parse_args()
    try:
        for patch in options.without:
            apply_patch(options.tree, patch, undo=True)
        for patch in options.patches:
            apply_patch(options.tree, patch)
    except PatchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
