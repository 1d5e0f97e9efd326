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


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

#: Where files of this repository are seen by whoever has no checkout.
REPOSITORY = ("https://github.com/zeromq/pyzmq/blob/", "https://raw.githubusercontent.com/zeromq/pyzmq/")
REPOSITORY_FILE = re.compile(r"^https://[^/]+/zeromq/pyzmq/(blob/)?main/")

#: Languages of blocks that conftest.py runs, that cannot be run where there is no second terminal or nothing may be
#: installed, and that are no code.
RUN, SHELL, SHOWN = {"python", "console"}, {"sh"}, {"text"}
#: What Sphinx puts in place: other files, which are tested themselves, the reference, and lists of pages.
DIRECTIVES = {"{eval-rst}", "{include}", "{literalinclude}", "{toctree}"}


def blocks(page: Path) -> list[tuple[str, str]]:
    """The blocks of a page: language and text."""
    found = re.findall(r"^(`{3,})([^`\n]*)\n(.*?)^\1`*$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [((info.split() or [""])[0], text) for _, info, text in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_are_run_or_say_why_not(page: Path) -> None:
    for language, text in blocks(page):
        assert language in RUN | SHELL | SHOWN | DIRECTIVES, text
        if language in SHELL:
            assert not re.search(r"^(import|from|>>>|def|with) ", text, re.MULTILINE), f"Python is not run here: {text}"


def test_there_are_blocks_that_are_run() -> None:
    assert sum(language in RUN for page in PAGES for language, _ in blocks(page)) > 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    inline, defined = r"\]\(([^)#\s]+)[^)]*\)", r"^\[[^]]+\]: (\S+)$"
    for target in [*re.findall(inline, text), *re.findall(defined, text, re.MULTILINE)]:
        if target.startswith(REPOSITORY):
            assert (ROOT / REPOSITORY_FILE.sub("", target)).exists(), target
        elif "://" not in target:
            # The README is a package's page on a registry, too, where nothing is beside it.
            assert page.name != "README.md", target
            assert (page.parent / target).exists(), target
