"""Patches land where they say, once, and can be taken back; what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from apply_patch import PatchError, apply_patch

BEFORE = "one\ntwo\nthree\nfour\nfive\n"
AFTER = "one\nnew\ntwo\n3\nfive\nend\n"
PATCH = """\
A reason.

--- a/file
+++ b/file
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


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "sample.patch"
    path.write_text(PATCH)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tree" / "file"
    path.parent.mkdir()
    path.write_text(BEFORE)
    return path


def test_applied_once_and_taken_back(patch: Path, file: Path) -> None:
    for undo, expected in ((True, BEFORE), (False, AFTER), (False, AFTER), (True, BEFORE), (True, BEFORE)):
        assert apply_patch(file.parent, patch, undo=undo) == [file]
        assert file.read_text() == expected


@pytest.mark.parametrize("undo", [False, True])
def test_other_text_is_refused_and_left(patch: Path, file: Path, undo: bool) -> None:
    other = BEFORE.replace("three", "drei")
    file.write_text(other)
    with pytest.raises(PatchError, match=r"sample\.patch does not fit .* at line [34]"):
        apply_patch(file.parent, patch, undo=undo)
    assert file.read_text() == other


def test_missing_file_is_named(patch: Path, tmp_path: Path) -> None:
    with pytest.raises(PatchError, match="no file"):
        apply_patch(tmp_path, patch)
