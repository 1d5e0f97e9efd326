"""Patches are applied where they say, to the original files, in order; what does not fit is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from apply_patch import ORIGINALS, PatchError, apply_patches

BEFORE = "one\ntwo\nthree\nfour\nfive\n"
AFTER = "one\nnew\ntwo\n3\nfive\nend\n"
PATCH = """\
A reason.

--- a/folder/file
+++ b/folder/file
@@ -2 +2,2 @@
+new
 two
@@ -3,2 +4 @@
-three
-four
+3
@@ -5 +5,2 @@
 five
+end
"""

#: Before the lines that PATCH changes, so it moves them.
FIRST = """\
--- a/folder/file
+++ b/folder/file
@@ -1 +1,2 @@
 one
+more
"""
#: After FIRST and PATCH.
BOTH = "one\nmore\nnew\ntwo\n3\nfive\nend\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a patch: ``write(name, text)``."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.patch"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def patch(write: Callable[[str, str], Path]) -> Path:
    return write("sample", PATCH)


@pytest.fixture
def first(write: Callable[[str, str], Path]) -> Path:
    return write("first", FIRST)


@pytest.fixture
def later(write: Callable[[str, str], Path]) -> Path:
    """PATCH, as it is written for a file that FIRST has changed."""
    return write("later", PATCH.replace("-5 ", "-6 ").replace("-3,2", "-4,2").replace("-2 ", "-3 "))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "tree"
    (path / "folder").mkdir(parents=True)
    (path / "folder" / "file").write_text(BEFORE)
    return path


def text_of(tree: Path) -> str:
    return (tree / "folder" / "file").read_text()


def test_applied_again_and_left_out(tree: Path, patch: Path) -> None:
    for patches, expected in (([], BEFORE), ([patch], AFTER), ([patch], AFTER), ([], BEFORE), ([patch], AFTER)):
        apply_patches(tree, patches)
        assert text_of(tree) == expected


def test_several_patches_of_one_file(tree: Path, patch: Path, first: Path, later: Path) -> None:
    """In any sequence of calls: the numbers of lines in a patch are those of the tree that the ones before it leave."""
    for patches, expected in (
        ([first, later], BOTH),
        ([first, later], BOTH),
        ([patch], AFTER),
        ([first, later], BOTH),
        ([first], "one\nmore\ntwo\nthree\nfour\nfive\n"),
        ([], BEFORE),
    ):
        apply_patches(tree, patches)
        assert text_of(tree) == expected


def test_unchanged_files_are_not_written(tree: Path, patch: Path) -> None:
    """Otherwise a build compiles them again."""
    apply_patches(tree, [patch])
    file = tree / "folder" / "file"
    file.chmod(0o444)
    before = file.stat()
    apply_patches(tree, [patch])
    assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_other_text_is_refused_and_left(tree: Path, patch: Path, first: Path) -> None:
    other = BEFORE.replace("three", "drei")
    (tree / "folder" / "file").write_text(other)
    with pytest.raises(PatchError, match=r"(?s)sample\.patch does not fit .*file at line 4\.\n.*three\n.*drei"):
        apply_patches(tree, [patch])
    # The first of two fits; neither is applied.
    with pytest.raises(PatchError, match=r"sample\.patch does not fit .* at line 2"):
        apply_patches(tree, [first, patch])
    assert text_of(tree) == other
    assert not (tree / ORIGINALS).exists()


def test_missing_file_is_named(tree: Path, patch: Path) -> None:
    (tree / "folder" / "file").unlink()
    with pytest.raises(PatchError, match=r"sample\.patch: no file .*file"):
        apply_patches(tree, [patch])
