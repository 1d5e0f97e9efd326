"""The check of wheels for Windows, macOS and musl, with binaries that PyPI's ``ziglang`` makes.

One module is built for each format; the broken variants are made from it by editing its headers.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lief
import pytest
from dist_samples import DIST_INFO, METADATA, MODULE, WEPOLL, Check, Wheel, wheel_files

pytest_plugins = ["dist_fixtures"]

ziglang = pytest.importorskip("ziglang", reason="PyPI's ziglang makes the binaries of other systems")

GUARD = Path(__file__).resolve().parents[2] / "cmake" / "toolchains" / "zig_guard.py"

# It compiles its own libraries first, for each target.
pytestmark = pytest.mark.timeout(300)

C_SOURCE = r"""
extern int puts (const char *);
extern void fill (char *);
__attribute__ ((visibility ("default"))) void *PyInit__zmq (void)
{
    char line[32];
    for (int n = 0; n < 31; n++)
        ((volatile char *) line)[n] = (char) ('a' + n % 26);
    line[31] = 0;
    puts (line);
    return 0;
}
"""
WINDOWS_SOURCE = r"""
__declspec (dllimport) unsigned long GetCurrentProcessId (void);
int DllMainCRTStartup (void *module, unsigned reason, void *reserved) { return 1; }
__declspec (dllexport) void *PyInit__zmq (void)
{
    return (void *) (unsigned long long) GetCurrentProcessId ();
}
"""


class Zig:
    """zig's C compiler, with its caches in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def shared(self, target: str, source: str, *flags: str) -> bytes:
        """Compile and link a shared object for the target triple."""
        (self._folder / "module.c").write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-shared", "-s", "-O2"]
        command += ["-fvisibility=hidden", "module.c", "-o", "module.bin", *flags]
        if "windows" in target:
            command[:0] = [sys.executable, str(GUARD), str(Path(ziglang.__file__).with_name("zig"))]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True)
        return (self._folder / "module.bin").read_bytes()


@pytest.fixture(scope="module")
def zig(tmp_path_factory: pytest.TempPathFactory) -> Zig:
    """The cross compiler."""
    return Zig(tmp_path_factory.mktemp("zig"))


@pytest.fixture(scope="module")
def dll(zig: Zig) -> bytes:
    """A sound module for 64-bit Windows."""
    return zig.shared("x86_64-windows-gnu", WINDOWS_SOURCE, "-nostdlib", "-lkernel32")


@pytest.fixture(scope="module")
def dylib(zig: Zig) -> bytes:
    """A sound module for Apple silicon with macOS 11."""
    return zig.shared("aarch64-macos.11.0", C_SOURCE, "-fstack-protector-strong")


def windows_wheel(module: bytes) -> Wheel:
    return Wheel(windows_files(module, MODULE + ".cp311-win_amd64.pyd"), tag="cp311-cp311-win_amd64")


def windows_files(module: bytes, name: str) -> dict[str, bytes]:
    """The members of a sound wheel for Windows, where libzmq has another's poller inside."""
    metadata = METADATA.replace(" AND ISC\n", " AND ISC AND BSD-2-Clause\nLicense-File: licenses/wepoll.txt\n")
    return {
        **wheel_files(module, name),
        f"{DIST_INFO}/METADATA": metadata.encode(),
        f"{DIST_INFO}/licenses/licenses/wepoll.txt": WEPOLL,
    }


def macos_wheel(module: bytes, tag: str = "cp311-cp311-macosx_11_0_arm64") -> Wheel:
    return Wheel(wheel_files(module, MODULE + ".cpython-311-darwin.so"), tag=tag)


def edited_dll(module: bytes, folder: Path, *removed: str) -> bytes:
    """The module without some of its DllCharacteristics."""
    binary = lief.PE.parse(module)
    assert binary is not None
    for name in removed:
        flag = lief.PE.OptionalHeader.DLL_CHARACTERISTICS[name]
        assert binary.optional_header.has(flag)
        binary.optional_header.remove(flag)
    path = folder / "edited.pyd"
    binary.write(str(path))
    return path.read_bytes()


class TestWindows:
    def test_passes(self, dll: bytes, check: Check) -> None:
        report = check(windows_wheel(dll))
        assert report.problems == []
        assert report.exports == ["PyInit__zmq"]
        assert [name.lower() for name in report.external_libraries] == ["kernel32.dll"]
        assert report.hardening["high-entropy-va"]
        assert report.glibc_floor is None

    @pytest.mark.parametrize(
        ("flag", "rule"),
        [
            ("DYNAMIC_BASE", "dynamic-base"),
            ("NX_COMPAT", "nx-compat"),
            ("HIGH_ENTROPY_VA", "high-entropy-va"),
            ("GUARD_CF", "guard-cf"),
        ],
    )
    def test_hardening(self, dll: bytes, check: Check, tmp_path: Path, flag: str, rule: str) -> None:
        assert check(windows_wheel(edited_dll(dll, tmp_path, flag))).rules == {rule}

    def test_extra_library_and_export(self, zig: Zig, check: Check) -> None:
        source = WINDOWS_SOURCE.replace("GetCurrentProcessId ();", "GetCurrentProcessId () + GetSystemMetrics (0);")
        source = "__declspec (dllimport) int GetSystemMetrics (int);\n" + source
        source += "__declspec (dllexport) int zmq_socket (void) { return 0; }\n"
        module = zig.shared("x86_64-windows-gnu", source, "-nostdlib", "-lkernel32", "-luser32")
        report = check(windows_wheel(module))
        assert report.rules == {"export", "external-library"}
        found = {problem.rule: problem.found for problem in report.problems}
        assert "zmq_socket" in found["export"]
        assert found["external-library"].lower() == "user32.dll"

    def test_licence_of_the_poller(self, dll: bytes, check: Check) -> None:
        files = wheel_files(dll, MODULE + ".cp311-win_amd64.pyd")
        report = check(Wheel(files, tag="cp311-cp311-win_amd64"))
        assert report.rules == {"licence-expression", "licence-text"}

    def test_linked_in_a_folder_with_spaces(self, tmp_path: Path) -> None:
        place = tmp_path / "a folder, with spaces"
        place.mkdir()
        (place / "other.c").write_text("int other (void) { return 1; }\n", encoding="utf-8")
        module = Zig(place).shared(
            "x86_64-windows-gnu", WINDOWS_SOURCE, "-nostdlib", "-lkernel32", str(place / "other.c")
        )
        binary = lief.PE.parse(module)
        assert binary is not None
        assert binary.optional_header.has(lief.PE.OptionalHeader.DLL_CHARACTERISTICS.GUARD_CF)

    def test_other_machine(self, dll: bytes, check: Check) -> None:
        wheel = Wheel(windows_files(dll, MODULE + ".cp311-win_arm64.pyd"), tag="cp311-cp311-win_arm64")
        assert check(wheel).rules == {"extension-machine"}


def edited_dylib(module: bytes, folder: Path, change: str) -> bytes:
    """The module with one thing about it changed."""
    universal = lief.MachO.parse(module)
    assert universal is not None
    binary = universal.at(0)
    assert binary is not None
    if change == "newer system":
        build = binary.build_version
        assert build is not None
        build.minos = [14, 0, 0]
    elif change == "flat namespace":
        binary.header.remove(lief.MachO.Header.FLAGS.TWOLEVEL)
    elif change == "executable stack":
        binary.header.add(lief.MachO.Header.FLAGS.ALLOW_STACK_EXECUTION)
    elif change == "rpath":
        command = lief.MachO.RPathCommand.create("@loader_path/../libs")
        assert command is not None
        binary.add(command)
    else:
        binary.add(lief.MachO.DylibCommand.load_dylib("@rpath/libzmq.5.dylib"))
    path = folder / "edited.so"
    binary.write(str(path))
    return path.read_bytes()


class TestMacOS:
    def test_passes(self, dylib: bytes, check: Check) -> None:
        report = check(macos_wheel(dylib))
        assert report.problems == []
        assert "PyInit__zmq" in report.exports
        assert report.external_libraries == ["/usr/lib/libSystem.B.dylib"]
        assert report.minimum_os == "11.0"

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ("newer system", "minimum-os"),
            ("flat namespace", "two-level-namespace"),
            ("executable stack", "nx-stack"),
            ("rpath", "rpath"),
            ("library", "external-library"),
        ],
    )
    def test_changed(self, dylib: bytes, check: Check, tmp_path: Path, change: str, rule: str) -> None:
        assert check(macos_wheel(edited_dylib(dylib, tmp_path, change))).rules == {rule}

    @pytest.mark.parametrize("tag", ["cp311-cp311-macosx_11_0_universal2", "cp311-cp311-macosx_11_0_x86_64"])
    def test_other_machine(self, dylib: bytes, check: Check, tag: str) -> None:
        assert check(macos_wheel(dylib, tag)).rules == {"extension-machine"}

    def test_other_format(self, dll: bytes, check: Check) -> None:
        assert check(macos_wheel(dll)).rules == {"extension-machine"}


class TestMusl:
    def test_passes(self, zig: Zig, check: Check) -> None:
        flags = ["-fstack-protector-strong", "-Wl,-z,relro", "-Wl,-z,now"]
        module = zig.shared("x86_64-linux-musl", C_SOURCE, *flags)
        files = wheel_files(module, MODULE + ".cpython-311-x86_64-linux-musl.so")
        report = check(Wheel(files, tag="cp311-cp311-musllinux_1_2_x86_64"))
        assert report.problems == []
        assert report.glibc_floor is None
