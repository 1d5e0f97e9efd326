"""The scripts that cibuildwheel calls, the workflows, and the images."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import docker_image
import pytest
from docker_image import ImageError, pip_settings
from make_wheel.repair import repair_command

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- repair and check ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "program"),
    [
        ("linux_x86_64", "auditwheel"),
        ("linux_riscv64", "auditwheel"),
        ("android_24_arm64_v8a", "auditwheel"),
        ("macosx_11_0_arm64", "delocate-wheel --require-archs arm64"),
        ("macosx_10_15_x86_64", "delocate-wheel --require-archs x86_64"),
        ("macosx_10_15_universal2", "delocate-wheel --require-archs x86_64,arm64"),
        ("win32", "delvewheel repair"),
        ("win_arm64", "delvewheel repair"),
    ],
)
def test_repair_by_the_platforms_program(platform: str, program: str) -> None:
    command = repair_command(Path(f"pyzmq-1-cp312-abi3-{platform}.whl"), Path("out"))
    assert program in " ".join([Path(command[0]).name, *command[1:]])


def test_nothing_repairs_wheels_for_ios(tmp_path: Path) -> None:
    wheel = tmp_path / "pyzmq-1-cp313-cp313-ios_13_0_arm64_iphoneos.whl"
    wheel.write_bytes(b"wheel")
    outdir = tmp_path / "out"
    outdir.mkdir()
    assert script("repair_wheel").main(wheel, outdir) == 0
    assert (outdir / wheel.name).read_bytes() == b"wheel"


@pytest.mark.parametrize(
    ("tag", "broken"),
    [
        ("cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", []),
        ("cp312-abi3-manylinux_2_26_x86_64.manylinux_2_28_x86_64", []),
        ("cp311-cp311-manylinux_2_28_x86_64", ["cp311-cp311-manylinux_2_26_x86_64 is promised: nothing for cp311"]),
        ("cp39-cp39-manylinux_2_28_i686", ["cp39-cp39-manylinux_2_17_i686 is promised: nothing for cp39"]),
        ("pp39-pypy39_pp73-musllinux_1_2_x86_64", ["targets.toml has no such wheel"]),
        ("cp313-cp313-win_amd64", ["targets.toml has no such wheel"]),
        ("cp313-cp313-android_24_x86_64", []),
    ],
)
def test_promises_of_the_list_are_kept_or_not(tag: str, broken: list[str]) -> None:
    found = script("check_wheel").broken_promises(f"pyzmq-1-{tag}.whl")
    assert len(found) == len(broken)
    assert all(line.startswith(start) for line, start in zip(found, broken))


def test_vendored_archives_are_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = script("before_build")
    (tmp_path / "libzmq.tar.gz").touch()
    monkeypatch.setattr(module, "VENDOR", tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path / "nowhere")
    assert module.main() == 0


def test_kind_of_test_is_checked() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "ci" / "test_wheel.py", "everything"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "'everything' is neither 'suite' nor 'trial'" in done.stderr


@pytest.mark.parametrize(
    ("target", "wheel", "tag", "soabi", "limited"),
    [
        ("manylinux-aarch64", "cp311-cp311", "linux_aarch64", "cpython-311-aarch64-linux-gnu", ""),
        ("musllinux-i686", "cp311-cp311", "linux_i686", "cpython-311-i386-linux-musl", ""),
        ("musllinux-x86_64", "cp312-abi3", "linux_x86_64", "abi3", "3.12"),
        ("win_amd64", "cp312-abi3", "win_amd64", "", "3.12"),
        ("macosx-arm64", "cp314-cp314t", "macosx_11_0_arm64", "cpython-314t-darwin", ""),
        ("android-x86_64", "cp313-cp313", "android_24_x86_64", "cpython-313-x86_64-linux-android", ""),
    ],
)
def test_cross_build_says_what_the_wheel_is_for(
    tmp_path: Path, target: str, wheel: str, tag: str, soabi: str, limited: str
) -> None:
    for name in ("Python.h", "toolchain.cmake"):
        (tmp_path / name).touch()
    words: list[str | Path] = [
        target,
        "--wheel",
        wheel,
        "--include",
        tmp_path,
        "--toolchain",
        tmp_path / "toolchain.cmake",
        "--show",
    ]
    words += ["-D", "A=1"]
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "cross_wheel.py", *words], capture_output=True, text=True, check=True
    )
    said = done.stdout.splitlines()
    assert f"-Cwheel.tags={wheel}-{tag}" in said
    assert f"-Ccmake.define.SKBUILD_SOABI={soabi}" in said
    assert f"-Ccmake.define.SKBUILD_SABI_VERSION={limited}" in said
    assert "-Ccmake.define.A=1" in said


@pytest.mark.parametrize(
    ("target", "wheel", "told"),
    [
        ("beos", "cp311-cp311", "no target is called 'beos'"),
        ("win32", "cp311", "--wheel is 'cp311'; interpreter and ABI are meant"),
        ("win32", "cp311-cp311", "--include: there is no "),
    ],
)
def test_cross_build_refuses_what_cannot_be(tmp_path: Path, target: str, wheel: str, told: str) -> None:
    words: list[str | Path] = [target, "--wheel", wheel, "--include", tmp_path, "--toolchain", tmp_path]
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "cross_wheel.py", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert told in done.stderr


# ---- workflows -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_rights_least(path: Path) -> None:
    text = path.read_text("utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "\npermissions: {}\n" in text
    jobs = re.split(r"\n(?=  [\w-]+:\n)", text.partition("\njobs:\n")[2])
    for job in jobs:
        assert "    permissions:\n" in job
        assert "    timeout-minutes: " in job
        assert ("id-token: write" in job) == ("environment:" in job)


# ---- images ----------------------------------------------------------------------------------


def test_settings_of_pip_that_hold_elsewhere() -> None:
    listing = (
        "global.index-url='https://one.example/simple'\n"
        "global.cert='/etc/ssl/here.crt'\n"
        "install.trusted-host='a.example\\nb.example'\n"
        ":env:.index-url='https://two.example/simple'\n"
        ":env:.find-links='/opt/wheels'\n"
    )
    assert pip_settings(listing) == (
        "[global]\nindex-url = https://two.example/simple\ntrusted-host = a.example\n    b.example\n"
    )
    assert pip_settings("") == "[global]\n"


def test_unknown_image_names_those_that_there_are() -> None:
    with pytest.raises(ImageError, match=r"there is no .*windows\.Dockerfile; there are .*manylinux-local"):
        docker_image.build("windows", "tag", "debian:bookworm", [], [])


def test_every_image_takes_its_base_as_an_argument() -> None:
    files = sorted((ROOT / "Dockerfiles").glob("*.Dockerfile"))
    assert files
    for path in files:
        text = path.read_text("utf-8")
        assert re.search(r"^ARG BASE=debian:\w+\nFROM \$\{BASE\}( AS \w+)?$", text, re.M), path.name
        # Later stages build upon the first.
        first, *later = re.findall(r"^FROM (.*)$", text, re.M)
        assert all(line.startswith(f"{first.partition(' AS ')[2]} AS ") for line in later)
