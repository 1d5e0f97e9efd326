"""What the documents say of options and versions is what the files say where these stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = re.findall(r"^pyzmq_option\((\w+)", (ROOT / "cmake" / "PyzmqOptions.cmake").read_text(), re.MULTILINE)


def test_options_are_declared_once() -> None:
    assert len(OPTIONS) > 10
    assert len(set(OPTIONS)) == len(OPTIONS)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_documented(option: str) -> None:
    assert f"`{option}`" in (ROOT / "docs" / "building.md").read_text(encoding="utf-8")


def test_no_other_option_is_documented() -> None:
    text = (ROOT / "docs" / "building.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(OPTIONS)


@pytest.mark.parametrize("library", ["libzmq", "libsodium"])
def test_readme_has_the_bundled_versions(library: str) -> None:
    facts = json.loads((ROOT / "cmake" / "dependencies.json").read_text())[library]
    row = next(
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if f"| {library} |" in line
    )
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2] == facts["version"]
    assert cells[3] == facts["license"]


def test_patches_begin_with_their_reason() -> None:
    patches = list((ROOT / "cmake" / "patches").iterdir())
    listed = set()
    for library in json.loads((ROOT / "cmake" / "dependencies.json").read_text()).values():
        for release in library["releases"].values():
            listed.update(release.get("patches", []))
            for option, names in release.get("optional_patches", {}).items():
                assert option in OPTIONS
                listed.update(names)
    assert {patch.name for patch in patches} == listed
    for patch in patches:
        assert len(patch.read_text().partition("--- ")[0].strip()) > 40
