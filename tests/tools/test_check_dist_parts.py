"""The parts of the check: paths of the building machine, the policy file, tags, versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from check_dist import Policy, PolicyError, inspect_wheel, load_policy
from check_dist.binaries import read_binary
from check_dist.extension import glibc_floor
from check_dist.paths import PathScanner
from check_dist.policy import DEFAULT_POLICY
from check_dist.tags import extension_suffixes, parse_platform
from dist_samples import Check, Wheel, linux_only
from packaging.tags import parse_tag

pytest_plugins = ["dist_fixtures"]


class TestPaths:
    @pytest.mark.parametrize(
        "text",
        [
            b"/home/runner/x.c",
            b"-I/home/runner/include",
            b"=/Users/me/src/",
            b"/root/.cache/uv",
            b"(/tmp/build-env-1/lib)",
            b"/private/var/folders/ab/cd",
            b"/project/src/ctx.cpp",
            b"/__w/pyzmq/pyzmq",
            b"C:\\Users\\runneradmin\\AppData",
            b"D:\\a\\pyzmq\\pyzmq\\src\\ctx.cpp",
            b"d:/a/pyzmq/src",
            "C:\\Users\\me".encode("utf-16-le"),
            "/home/me/src".encode("utf-16-le"),
        ],
    )
    def test_hit(self, policy: Policy, text: bytes) -> None:
        for data in (text, b"\0" + text + b"\0", b'x = "' + text + b'"\n'):
            assert len(PathScanner(policy, ()).hits("zmq/x.py", data)) == 1, data

    @pytest.mark.parametrize(
        "text",
        [
            b"/tmp/",
            b"tmpXXXXXX",
            b"/tmp",
            b"TMPDIR",
            b"ipc:///tmp/feeds/0",
            b"file:///home/user/keys/",
            b"https://example.org/project/pyzmq",
            b"https://example.org/home/me/",
            b"src/tmp/x.c",
            b"/dev/urandom",
            b"/home/",
            b"~/work/x",
        ],
    )
    def test_no_hit(self, policy: Policy, text: bytes) -> None:
        for data in (text, b"\0" + text + b"\0", b'x = "' + text + b'"\n'):
            assert PathScanner(policy, ()).hits("zmq/x.py", data) == []

    @pytest.mark.parametrize(
        ("folder", "text", "hit"),
        [
            ("/srv/ci/pyzmq", b"/srv/ci/pyzmq", True),
            ("/srv/ci/pyzmq", b"/srv/ci/pyzmq/zmq/x.c", True),
            ("/srv/ci/pyzmq", b"/srv/ci/pyzmq-other/x.c", False),
            ("/srv", b"/srv", False),
            ("/srv", b"/srv/x", True),
            ("/", b"/usr/lib/libc.so", False),
            ("/srv/größe/zmq", "/srv/größe/zmq/x".encode(), True),
            ("E:\\ci\\pyzmq", b"e:/CI/pyzmq/x.c", True),
            ("E:\\", b"E:\\x", False),
        ],
    )
    def test_given_folder(self, policy: Policy, folder: str, text: bytes, hit: bool) -> None:
        assert bool(PathScanner(policy, (folder,)).hits("zmq/x.py", text)) is hit

    @linux_only
    def test_current_folder_by_default(
        self, wheel: Wheel, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "checkout"
        folder.mkdir()
        monkeypatch.chdir(folder)
        wheel.files["zmq/_config.py"] = f"prefix = {str(folder)!r}\n".encode()
        report = inspect_wheel(wheel.write(tmp_path), policy)
        assert report.rules == {"build-path"}
        assert str(folder) in report.problems[0].found

    @linux_only
    def test_exception_of_the_policy(self, wheel: Wheel, check: Check, tmp_path: Path, policy: Policy) -> None:
        wheel.files["zmq/_help.py"] = b"# python3 -m venv /tmp/venv\n"
        assert check(wheel).rules == {"build-path"}
        text = policy.source.read_text(encoding="utf-8")
        allowed = '[{ file = "zmq/_help.py", pattern = "^/tmp/venv$", reason = "an example" }]'
        assert "allowed = []" in text
        changed = tmp_path / "policy.toml"
        changed.write_text(text.replace("allowed = []", f"allowed = {allowed}"), encoding="utf-8")
        assert check(wheel, load_policy(changed)).problems == []


class TestPolicyFile:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('name = "pyzmq"', "", "'name' is missing"),
            ('name = "pyzmq"', "name = 3", "wrong type"),
            ('name = "pyzmq"', 'name = "pyzmq"\nnames = "x"', "unknown key.*names"),
            ('"relro"', '"relo"', "'relo' is unknown"),
            ("[platforms.win]", "[platforms.dos]", "no platform family"),
            ('"pyzmq", "libzmq", "libsodium", "sha1"]', '"pyzmq", "libpgm"]', "libpgm"),
            ("tags = ['", "tags = ['(", "no regular expression"),
            ('name = "pyzmq"', "name =", "no TOML"),
        ],
    )
    def test_mistake(self, tmp_path: Path, old: str, new: str, message: str) -> None:
        text = DEFAULT_POLICY.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "policy.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(PolicyError, match=message):
            load_policy(path)

    def test_absent(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyError, match="--policy"):
            load_policy(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("tag", "suffixes"),
    [
        ("cp39-cp39-manylinux2014_i686", [".cpython-39-i386-linux-gnu.so"]),
        ("cp313-cp313t-manylinux_2_28_aarch64", [".cpython-313t-aarch64-linux-gnu.so"]),
        ("cp311-cp311-musllinux_1_2_armv7l", [".cpython-311-arm-linux-musleabihf.so"]),
        (
            "cp310-cp310-musllinux_1_2_x86_64",
            [".cpython-310-x86_64-linux-gnu.so", ".cpython-310-x86_64-linux-musl.so"],
        ),
        ("cp312-abi3-macosx_11_0_arm64", [".abi3.so"]),
        ("cp312-abi3-win_arm64", [".pyd"]),
        ("cp311-cp311-macosx_10_15_universal2", [".cpython-311-darwin.so"]),
        ("cp311-cp311-win_amd64", [".cp311-win_amd64.pyd"]),
        ("cp311-cp311-win32", [".cp311-win32.pyd"]),
        ("pp311-pypy311_pp73-win_amd64", [".pypy311-pp73-win_amd64.pyd"]),
        ("pp311-pypy311_pp73-manylinux_2_28_x86_64", [".pypy311-pp73-x86_64-linux-gnu.so"]),
        ("cp313-cp313-android_24_arm64_v8a", [".cpython-313-aarch64-linux-android.so"]),
        ("cp313-cp313-ios_13_0_arm64_iphonesimulator", [".cpython-313-iphonesimulator.so"]),
    ],
)
def test_suffix_of_tag(tag: str, suffixes: list[str]) -> None:
    (parsed,) = parse_tag(tag)
    where = parse_platform(parsed.platform)
    assert where is not None
    assert extension_suffixes(parsed, where) == suffixes


def test_glibc_floor_compares_numbers() -> None:
    assert glibc_floor({"GLIBC_2.4", "GLIBC_2.17", "GLIBC_2.3.4", "GLIBCXX_3.4.30"}) == "2.17"
    assert glibc_floor({"GLIBC_ABI_DT_RELR", "GLIBC_2.4"}) == "2.36"
    assert glibc_floor({"CXXABI_1.3"}) is None


def test_slices_need_a_known_format() -> None:
    with pytest.raises(ValueError, match="no ELF, PE or Mach-O"):
        read_binary(b"#!/bin/sh\n")


ANDROID_NOTE = """
__asm__ (".section .note.android.ident, \\"a\\", %note\\n"
         ".long 8, 132, 1\\n.asciz \\"Android\\"\\n.long 24\\n.fill 128, 1, 0\\n.previous");
int answer (void) { return 42; }
"""


@linux_only
@pytest.mark.parametrize(("size", "suits"), [(0x1000, False), (0x4000, True), (0x10000, True)])
def test_modules_for_android_suit_pages_of_16_kb(tmp_path: Path, size: int, suits: bool) -> None:
    source, module = tmp_path / "module.c", tmp_path / "module.so"
    source.write_text(ANDROID_NOTE, "utf-8")
    command = ["cc", "-shared", "-nostdlib", f"-Wl,-z,max-page-size={size}", str(source), "-o", str(module)]
    subprocess.run(command, check=True)
    (facts,) = read_binary(module.read_bytes())
    assert facts.minimum_os == (24, 0)
    assert facts.hardening["pages-16k"] == suits
