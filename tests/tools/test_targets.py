"""The list of targets: how it is read, what it covers, and what is written from it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from check_dist import load_policy
from packaging.utils import parse_wheel_filename
from targets import TargetsError, config, load_targets
from targets.builder import plan
from targets.cli import main
from targets.coverage import systems, uncovered

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "ci" / "targets.toml"
PUBLISHED = (ROOT / "tests" / "data" / "wheels-27.3.0.txt").read_text("utf-8").split()

TARGETS = load_targets()
WHEELS = [tag for target, _ in TARGETS.standard() for tag in target.standard_wheels()]


# ---- what it covers --------------------------------------------------------------------------


def test_all_published_wheels_are_covered() -> None:
    assert len(PUBLISHED) == 91
    assert uncovered(PUBLISHED, WHEELS, TARGETS.newest) == {}


def test_own_road_promises_no_newer_systems() -> None:
    """What both roads build serves the same systems, if it comes by our own."""
    for target, factory in TARGETS.factory():
        for wheel in factory.wheels:
            promised = [f"pyzmq-0-{tag}.whl" for tag in target.standard_wheels() if tag.startswith(f"{wheel}-")]
            assert uncovered(promised, [f"{wheel}-{factory.platform_tag}"], TARGETS.newest) == {}, target.name


def test_list_has_what_the_published_lack() -> None:
    families = {tag.split("-")[2] for tag in WHEELS}
    for lacking in (
        "ios_13_0_arm64_iphoneos",
        "manylinux_2_31_armv7l",
        "manylinux_2_28_s390x",
        "musllinux_1_2_ppc64le",
    ):
        assert lacking in families
        assert uncovered([f"p-0-cp313-cp313-{lacking}.whl"], published_tags(), TARGETS.newest)


def published_tags() -> list[str]:
    return [str(tag) for name in PUBLISHED for tag in parse_wheel_filename(name)[3]]


@pytest.mark.parametrize(
    ("published", "ours", "lacking"),
    [
        ("cp39-cp39-manylinux2014_x86_64.manylinux_2_17_x86_64", ["cp39-cp39-manylinux_2_28_x86_64"], ["cp39"]),
        ("cp39-cp39-manylinux_2_28_x86_64", ["cp39-cp39-manylinux2014_x86_64"], []),
        ("cp39-cp39-manylinux_2_26_x86_64.manylinux_2_28_x86_64", ["cp39-cp39-manylinux_2_28_x86_64"], ["cp39"]),
        ("cp312-abi3-win32", ["cp312-abi3-win32"], []),
        ("cp312-abi3-win32", ["cp312-cp312-win32", "cp313-cp313-win32"], ["cp314", "cp315"]),
        ("cp314-cp314-win32", ["cp312-abi3-win32"], []),
        ("cp314-cp314t-win32", ["cp312-abi3-win32"], ["cp314"]),
        (
            "cp312-abi3-macosx_10_15_universal2",
            ["cp312-abi3-macosx_10_15_x86_64"],
            ["cp312", "cp313", "cp314", "cp315"],
        ),
        (
            "cp312-abi3-macosx_10_15_universal2",
            ["cp312-abi3-macosx_10_15_x86_64", "cp312-abi3-macosx_11_0_arm64"],
            [],
        ),
        ("cp313-cp313-android_24_x86_64", ["cp313-cp313-android_21_x86_64"], []),
        ("cp313-cp313-android_21_x86_64", ["cp313-cp313-android_24_x86_64"], ["cp313"]),
        ("cp313-cp313-ios_13_0_arm64_iphoneos", ["cp313-cp313-ios_13_0_arm64_iphonesimulator"], ["cp313"]),
        ("pp311-pypy311_pp80-win_amd64", ["pp311-pypy311_pp73-win_amd64"], ["pp311"]),
        ("cp39-cp39-musllinux_1_2_x86_64", ["cp39-cp39-manylinux_2_5_x86_64"], ["cp39"]),
    ],
)
def test_what_serves_whom(published: str, ours: list[str], lacking: list[str]) -> None:
    found = uncovered([f"pyzmq-0-{published}.whl"], ours, 15)
    assert [system.split("-")[0] for each in found.values() for system in each] == lacking


@pytest.mark.parametrize("tag", ["any", "linux_x86_64", "manylinux_x86_64", "plan9"])
def test_systems_of_what_is_no_platform(tag: str) -> None:
    with pytest.raises(TargetsError, match=repr(tag)):
        systems(tag)


def test_policy_knows_every_family() -> None:
    families = load_policy().platforms
    assert {target.family for target in TARGETS.targets.values()} <= set(families)


# ---- how it is read --------------------------------------------------------------------------


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[str, str], str]:
    """Replace something in the list, and return the error's message."""

    def spoil(old: str, new: str) -> str:
        text = LIST.read_text("utf-8")
        assert old in text
        path = tmp_path / "targets.toml"
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(TargetsError) as caught:
            load_targets(path)
        assert str(path) in str(caught.value)
        return str(caught.value)

    return spoil


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('runner = "ubuntu-24.04"\n', "", ".target[0].standard: 'runner' is missing"),
        ('runner = "ubuntu-24.04"', 'runer = "x"\nrunner = "y"', ".target[0].standard: unknown key(s) runer"),
        ('test = "suite"', 'test = "all"', "'test' is 'all'; it may be 'suite', 'trial', 'import', 'none'"),
        ('interpreters = ["cp*", "pp*"]', 'interpreters = ["ip*"]', "'interpreters' has 'ip*', which none of cp39, "),
        ('tag = "manylinux_2_26_x86_64"', 'tag = "win32"', "'tag' is 'win32'; it must begin with the target's family"),
        ('version = "3.10"', "version = 3.10", "'version' has the value 3.1 of the wrong type"),
        ('version = "3.10"', 'version = "310"', "'version' is '310'; one such as '3.12' is meant"),
        ('wheel = "cp39-cp39"', 'wheel = "cp39"', "'wheel' is 'cp39'; interpreter and ABI are meant"),
        ('own = "cp313-cp313"\n', "", "'own' is missing: the ABI of cp313"),
        ('tag = "cp310"', 'tag = "cp39"', ".interpreter[1]: 'tag' is 'cp39', as that of an earlier"),
        ('name = "manylinux-i686"', 'name = "manylinux-x86_64"', "'name' is 'manylinux-x86_64', as that of an earlier"),
        ('fuse = ["macosx-x86_64"', 'fuse = ["macos"', "'fuse' has 'macos', which is no earlier target"),
        ("emulated = true", 'emulated = "yes"', "'emulated' has the value 'yes' of the wrong type"),
        ("[[interpreter]]", "[[interpreter]", "is no TOML"),
    ],
)
def test_errors_name_place_key_value_and_way_out(
    spoilt: Callable[[str, str], str], old: str, new: str, told: str
) -> None:
    assert told in spoilt(old, new)


def test_no_list(tmp_path: Path) -> None:
    with pytest.raises(TargetsError, match="cannot be read"):
        load_targets(tmp_path / "none.toml")


def test_unknown_target_names_those_that_there_are() -> None:
    with pytest.raises(TargetsError, match=r"no target is called 'beos'; .*manylinux-x86_64, manylinux-i686"):
        TARGETS.target("beos")


# ---- what is written from it -----------------------------------------------------------------


def test_pyproject_is_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_section_is_replaced_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[before]\n", "utf-8")
    options = ["--pyproject", str(path)]
    assert main(["--check", *options]) == 1
    assert "nox -s matrix -- --write" in capsys.readouterr().err
    assert main(["--write", *options]) == 0
    once = path.read_text("utf-8")
    assert once == f"[before]\n\n{config.render(TARGETS)}"
    path.write_text(once.replace('"cp39-manylinux_s390x"', '"x"') + "\n[after]\n", "utf-8")
    assert main(["--write", *options]) == 0
    assert path.read_text("utf-8") == f"{once}\n[after]\n"
    path.write_text(once.replace(config.END, ""), "utf-8")
    assert main(["--write", *options]) == 2
    assert config.END in capsys.readouterr().err


def test_cibuildwheel_sees_what_the_list_says(selected: Callable[[str], dict[str, Any]]) -> None:
    """Images, and what is run against the wheels, of each build."""
    for target, standard in TARGETS.standard():
        for interpreter in standard.interpreters:
            settings = selected(target.identifier(interpreter))
            assert settings["select"], "the build is configured"
            if standard.image:
                assert settings[f"{target.family}-{standard.arch}-image"] == standard.place(interpreter)[0]
            command = settings["test-command"]
            assert command == config.TEST_COMMANDS.get(standard.test, "python {project}/ci/test_wheel.py suite")
            assert ("config-settings" in settings) == (not target.limited_api)


def test_least_systems_are_those_of_the_tags(selected: Callable[[str], dict[str, Any]]) -> None:
    for identifier, variable, value in (
        ("cp39-macosx_x86_64", "MACOSX_DEPLOYMENT_TARGET", "10.15"),
        ("pp311-macosx_arm64", "MACOSX_DEPLOYMENT_TARGET", "11.0"),
        ("cp313-android_x86_64", "ANDROID_API_LEVEL", "24"),
        ("cp315-ios_arm64_iphoneos", "IPHONEOS_DEPLOYMENT_TARGET", "13.0"),
    ):
        assert selected(identifier)["environment"] == {"ZMQ_PREFIX": "bundled", variable: value}
    assert selected("cp39-win32")["environment"] == {"ZMQ_PREFIX": "bundled"}


@pytest.fixture
def selected() -> Callable[[str], dict[str, Any]]:
    """The settings of a build, by cibuildwheel's own way to select."""
    selector = pytest.importorskip("cibuildwheel.selector", reason="no cibuildwheel for this Python")
    section = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["cibuildwheel"]

    def settings(identifier: str) -> dict[str, Any]:
        matches = selector.selector_matches
        found = {**section, **section["linux"], "select": matches(" ".join(section["build"]), identifier)}
        for table in section["overrides"]:
            if matches(" ".join(table["select"]), identifier):
                joined = {name: {**found.get(name, {}), **table[name]} for name in table.get("inherit", {})}
                found.update({**table, **joined, "select": found["select"]})
        return found

    return settings


@pytest.mark.timeout(180)
def test_list_and_cibuildwheel_agree(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("cibuildwheel", reason="no cibuildwheel for this Python")
    assert main([]) == 0
    assert capsys.readouterr().out.count("as cibuildwheel says") == 5


@pytest.mark.timeout(180)
def test_disagreement_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("cibuildwheel", reason="no cibuildwheel for this Python")
    text = LIST.read_text("utf-8").replace('"gp*" =', '"cp313-win32" =')
    text = re.sub(r'(name = "android-x86_64".*?)"cp315"', r'\1"cp312"', text, count=1, flags=re.S)
    path = tmp_path / "targets.toml"
    path.write_text(text, "utf-8")
    assert main(["--targets", str(path)]) == 1
    said = capsys.readouterr().out
    assert "android: cp312-android_x86_64: listed, and cibuildwheel does not know it" in said
    assert "android: cp315-android_x86_64: not listed, and cibuildwheel would build it" in said
    assert "neither listed nor left out, and cibuildwheel could build it" in said


def test_plan_has_every_target_and_drafts_apart(tmp_path: Path) -> None:
    output = tmp_path / "output"
    assert main(["--plan", str(output)]) == 0
    entries = json.loads(output.read_text("utf-8").removeprefix("matrix="))
    assert entries == plan(TARGETS)
    assert len({entry["name"] for entry in entries}) == len(entries)
    assert {entry["target"] for entry in entries} == {target.name for target, _ in TARGETS.standard()}
    drafts = [entry for entry in entries if entry["options"] == "--draft"]
    assert drafts
    assert all(entry["name"].startswith("draft-") for entry in drafts)


def test_release_is_complete_or_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for tag in WHEELS:
        (tmp_path / f"pyzmq-1-{tag}.whl").touch()
    assert main(["--complete", str(tmp_path)]) == 0
    (tmp_path / "pyzmq-1-cp312-abi3-win32.whl").unlink()
    assert main(["--complete", str(tmp_path)]) == 1
    assert "no wheel that serves cp312-abi3-win32" in capsys.readouterr().err
    (tmp_path / "pyzmq-1-cp312-abi3-win32.whl").touch()
    (tmp_path / "pyzmq-1-cp38-cp38-win32.whl").touch()
    assert main(["--complete", str(tmp_path)]) == 1
    assert "pyzmq-1-cp38-cp38-win32.whl, which the list does not know" in capsys.readouterr().err


def test_only_cibuildwheels_targets_can_be_built_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", "macosx-universal2"]) == 2
    assert "nox -s factory" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "darwin", reason="builds it")
@pytest.mark.timeout(180)
def test_failure_of_cibuildwheel_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("cibuildwheel", reason="no cibuildwheel for this Python")
    assert main(["--build", "ios-arm64_iphoneos", "--outdir", str(tmp_path)]) == 2
    assert re.search(r"targets: cibuildwheel --platform ios .* ended with status \d+", capfd.readouterr().err)
