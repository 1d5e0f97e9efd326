"""The factory's parts, on small real modules and wheels that PyPI's ``ziglang`` makes."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dist_samples import BUILD_INFO, MODULE, Wheel, wheel_files
from factory import cli, headers, report, work
from factory.pack import pack
from factory.plan import Places, plan, stamp, wheel_tag
from factory.universal import FAT_MAGIC, FusionError, fuse_images, fuse_wheels
from make_wheel import pipeline
from make_wheel.cross import extension_soabi
from make_wheel.pipeline import Outcome
from make_wheel.steps import Step, StepFailedError
from packaging.tags import Tag
from rich.console import Console
from targets import Factory, Target, TargetsError, load_targets

lief = pytest.importorskip("lief")
pytest.importorskip("ziglang", reason="PyPI's ziglang makes the binaries of other systems")

# It compiles its own libraries first, for each target.
pytestmark = pytest.mark.timeout(300)

SOURCE = """
extern int puts (const char *);
__attribute__ ((visibility ("default"))) int PyInit__zmq (void)
{
    char line[64];
    for (int n = 0; n < 63; n++)
        ((volatile char *) line)[n] = (char) ('a' + n % 26);
    line[63] = 0;
    return puts (line);
}
"""
MACHINES = {"x86_64": "x86_64-macos.10.15", "arm64": "aarch64-macos.11.0"}


def zig(folder: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "ziglang", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The same module for both processors of Macs."""
    folder = tmp_path_factory.mktemp("macs")
    (folder / "module.c").write_text(SOURCE, encoding="utf-8")
    for machine, target in MACHINES.items():
        flags = ["-shared", "-s", "-O2", "-fvisibility=hidden", "-fstack-protector-all"]
        zig(folder, "cc", "-target", target, *flags, "module.c", "-o", machine)
    return {machine: (folder / machine).read_bytes() for machine in MACHINES}


def mac_wheel(image: bytes, machine: str, folder: Path) -> Path:
    system = {"x86_64": "macosx_10_15_x86_64", "arm64": "macosx_11_0_arm64"}[machine]
    files = wheel_files(image, MODULE + ".abi3.so")
    information = {**json.loads(BUILD_INFO), "target": f"Darwin {machine}"}
    files["zmq/_build_info.json"] = json.dumps(information).encode()
    return Wheel(files, tag=f"cp312-abi3-{system}").write(folder)


@pytest.fixture
def step(tmp_path: Path) -> Iterator[Step]:
    """A step whose log is read by nobody."""
    step = Step("test", tmp_path / "step.log")
    yield step
    step.close()


class TestFusion:
    def test_images(self, images: dict[str, bytes]) -> None:
        fused = fuse_images(list(images.values()))
        assert struct.unpack_from(">II", fused) == (FAT_MAGIC, 2)
        both = lief.MachO.parse(fused)
        assert [str(one.header.cpu_type).rpartition(".")[2] for one in both] == ["X86_64", "ARM64"]
        for one, image in zip(both, images.values()):
            assert one.fat_offset % (1 << 14 if "ARM64" in str(one.header.cpu_type) else 1 << 12) == 0
            assert fused[one.fat_offset : one.fat_offset + len(image)] == image

    def test_one_processor_twice(self, images: dict[str, bytes]) -> None:
        with pytest.raises(FusionError, match="the same processor"):
            fuse_images([images["arm64"], images["arm64"]])

    @pytest.mark.parametrize("image", [b"", b"\x7fELF" + bytes(60)])
    def test_no_image(self, images: dict[str, bytes], image: bytes) -> None:
        with pytest.raises(FusionError, match="no 64-bit Mach-O"):
            fuse_images([images["arm64"], image])

    def test_wheels(self, images: dict[str, bytes], tmp_path: Path, step: Step) -> None:
        parts = [mac_wheel(image, machine, tmp_path) for machine, image in images.items()]
        fused = fuse_wheels(parts, "macosx_10_15_universal2", tmp_path / "out")
        assert fused.name == "pyzmq-27.4.0-cp312-abi3-macosx_10_15_universal2.whl"
        # The whole policy: tags, RECORD, both modules, their systems.
        facts = pipeline.check(fused, step)
        assert facts.minimum_os == "11.0"
        with zipfile.ZipFile(fused) as archive, zipfile.ZipFile(parts[0]) as first:
            assert archive.namelist() == first.namelist()
            information = json.loads(archive.read("zmq/_build_info.json"))
        assert information["target"] == "Darwin x86_64 arm64"
        again = fuse_wheels(parts, "macosx_10_15_universal2", tmp_path / "again")
        assert again.read_bytes() == fused.read_bytes()

    def test_other_sources(self, images: dict[str, bytes], tmp_path: Path) -> None:
        first = mac_wheel(images["x86_64"], "x86_64", tmp_path)
        files = wheel_files(images["arm64"], MODULE + ".abi3.so")
        files["zmq/_build_info.json"] = json.dumps({**json.loads(BUILD_INFO), "target": "Darwin arm64"}).encode()
        files["zmq/__init__.py"] += b"# changed\n"
        second = Wheel(files, tag="cp312-abi3-macosx_11_0_arm64").write(tmp_path)
        with pytest.raises(FusionError, match=r"zmq/__init__\.py is not the same"):
            fuse_wheels([first, second], "macosx_10_15_universal2", tmp_path / "out")
        del files["zmq/__init__.pxd"]
        second = Wheel(files, tag="cp312-abi3-macosx_11_0_arm64").write(tmp_path)
        with pytest.raises(FusionError, match=r"do not share zmq/__init__\.pxd"):
            fuse_wheels([first, second], "macosx_10_15_universal2", tmp_path / "out")


class TestPack:
    def test_smaller(self, images: dict[str, bytes], tmp_path: Path, step: Step) -> None:
        wheel = mac_wheel(images["arm64"] + Path(__file__).read_bytes(), "arm64", tmp_path)
        packed = pack(wheel, tmp_path / "out")
        assert packed.stat().st_size < wheel.stat().st_size
        with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(wheel) as given:
            assert archive.testzip() is None
            for new, old in zip(archive.infolist(), given.infolist()):
                assert (new.filename, new.date_time, new.external_attr) == (
                    *(old.filename, old.date_time),
                    old.external_attr,
                )
                assert archive.read(new) == given.read(old)
        assert pack(wheel, tmp_path / "again").read_bytes() == packed.read_bytes()
        assert pipeline.check(packed, step).ok


class TestHeaders:
    @pytest.mark.parametrize(
        ("wheel", "release"),
        [("cp311-cp311", "3.11.2"), ("cp312-abi3", "3.12.9"), ("cp313-abi3", "3.13.5"), ("cp313-cp313", "3.13.5")],
    )
    def test_release(self, wheel: str, release: str) -> None:
        assert headers.release_for(wheel, ["3.13.5", "3.12.9", "3.11.2"]) == release

    @pytest.mark.parametrize("wheel", ["cp310-cp310", "cp399-abi3", "pp311-pypy311_pp80", "cp313-cp313t"])
    def test_no_release(self, wheel: str) -> None:
        with pytest.raises(StepFailedError, match=wheel):
            headers.release_for(wheel, ["3.13.5", "3.11.2"])

    def test_declared(self, tmp_path: Path) -> None:
        (tmp_path / "cpython").mkdir()
        (tmp_path / "one.h").write_text(
            "PyAPI_FUNC(int) PyOne_Call(void);\nPyAPI_FUNC(PyObject *)\nPyOne_Long(int a);\n"
            "PyAPI_DATA(PyTypeObject) PyOne_Type;\n#define NO PyAPI\nPyAPI_FUNC(int) pthread_self(void);\n",
            encoding="utf-8",
        )
        (tmp_path / "cpython" / "two.h").write_text(
            "PyAPI_DATA(int) PyTwo_Flags[3];\nPyAPI_FUNC(void (*)(int)) PyTwo_Hook(void);\n"
            "PyAPI_DATA(struct _longobject) _Py_OneStruct, _Py_TwoStruct;\n",
            encoding="utf-8",
        )
        assert headers.declared_names(tmp_path) == [
            ("PyOne_Call", False),
            ("PyOne_Long", False),
            ("PyOne_Type", True),
            ("PyTwo_Flags", True),
            ("PyTwo_Hook", False),
            ("_Py_OneStruct", True),
            ("_Py_TwoStruct", True),
        ]

    @pytest.mark.parametrize(("machine", "target"), [("amd64", "x86_64"), ("x86", "x86"), ("arm64", "aarch64")])
    def test_import_library(self, tmp_path: Path, step: Step, machine: str, target: str) -> None:
        source = 'EXPORT_FUNC(PyOne_Call)\nEXPORT_DATA(PyOne_Type)\n#error "never compiled"\n'
        names = headers.stable_names(source)
        assert names == [("PyOne_Call", False), ("PyOne_Type", True)]
        library = headers.import_library("python3.dll", names, machine, tmp_path, step)
        assert library.name == "python3.lib"
        (tmp_path / "module.c").write_text(
            "__declspec (dllimport) int PyOne_Call (void);\nextern __declspec (dllimport) int PyOne_Type;\n"
            "int DllMainCRTStartup (void *m, unsigned r, void *x) { return 1; }\n"
            "__declspec (dllexport) int PyInit__zmq (void) { return PyOne_Call () + PyOne_Type; }\n",
            encoding="utf-8",
        )
        flags = ["-shared", "-nostdlib", "-O2", "module.c", str(library), "-o", "module.pyd"]
        zig(tmp_path, "cc", "-target", f"{target}-windows-gnu", *flags)
        module = lief.PE.parse(str(tmp_path / "module.pyd"))
        (imported,) = module.imports
        assert imported.name == "python3.dll"
        assert sorted(entry.name for entry in imported.entries) == ["PyOne_Call", "PyOne_Type"]

    def test_no_stable_names(self) -> None:
        with pytest.raises(StepFailedError, match=r"python3dll\.c"):
            headers.stable_names("int main;")

    @pytest.mark.parametrize(
        "target",
        ["x86_64-linux-gnu.2.17", "x86-linux-musl", "arm-linux-gnueabihf", "s390x-linux-gnu", "aarch64-macos.11.0"],
    )
    def test_pyconfig(self, tmp_path: Path, target: str) -> None:
        kinds = {
            "SHORT": "short",
            "INT": "int",
            "LONG": "long",
            "LONG_LONG": "long long",
            "VOID_P": "void *",
            "SIZE_T": "size_t",
            "WCHAR_T": "wchar_t",
            "FLOAT": "float",
            "DOUBLE": "double",
            "_BOOL": "_Bool",
            "PID_T": "pid_t",
            "PTHREAD_T": "pthread_t",
            "TIME_T": "time_t",
            "OFF_T": "off_t",
        }
        lines = ["#include <pyconfig.h>", "#include <pthread.h>", "#include <stddef.h>", "#include <sys/types.h>"]
        lines += ["#include <time.h>"]
        lines += [f'_Static_assert (sizeof ({kind}) == SIZEOF_{name}, "{name}");' for name, kind in kinds.items()]
        lines += ["#if defined(WORDS_BIGENDIAN) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)", "#error order", "#endif"]
        (tmp_path / "sizes.c").write_text("\n".join(lines) + "\n", encoding="utf-8")
        zig(tmp_path, "cc", "-target", target, f"-I{headers.PYCONFIG.parent}", "-c", "sizes.c", "-o", "sizes.o")


class TestPlan:
    @pytest.mark.parametrize(
        ("tag", "soabi"),
        [
            (Tag("cp312", "abi3", "manylinux_2_17_x86_64"), "abi3"),
            (Tag("cp312", "abi3", "win_amd64"), ""),
            (Tag("cp311", "cp311", "win_arm64"), "cp311-win_arm64"),
            (Tag("cp311", "cp311", "musllinux_1_2_armv7l"), "cpython-311-arm-linux-musleabihf"),
            (Tag("cp311", "cp311", "manylinux_2_17_i686"), "cpython-311-i386-linux-gnu"),
            (Tag("cp311", "cp311", "macosx_11_0_arm64"), "cpython-311-darwin"),
        ],
    )
    def test_soabi(self, tag: Tag, soabi: str) -> None:
        assert extension_soabi(tag) == soabi

    def test_every_target(self) -> None:
        listed = [target for target, _ in load_targets().factory()]
        assert cli.chosen([], listed) == listed
        for target in listed:
            assert target.factory is not None
            for wheel in target.factory.wheels:
                extension_soabi(wheel_tag(target, wheel))
                if not target.factory.fuse:
                    headers.release_for(wheel, headers.known_releases())

    def test_parts_come_along(self) -> None:
        listed = [target for target, _ in load_targets().factory()]
        names = [target.name for target in cli.chosen(["macosx-universal2"], listed)]
        assert names == ["macosx-x86_64", "macosx-arm64", "macosx-universal2"]

    def test_unknown(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(TargetsError, match="'amiga'"):
            cli.chosen(["amiga"], [target for target, _ in load_targets().factory()])
        assert cli.main(["amiga"]) == 2
        assert "macosx-arm64" in capsys.readouterr().err


@pytest.fixture
def settings(tmp_path: Path) -> work.Settings:
    """Places in a folder below the checkout, as CMake's are."""
    return work.Settings(Places(tmp_path / "work", tmp_path / "wheels"), time=315532800)


def target(name: str, wheels: tuple[str, ...], *, zig: str = "", fuse: tuple[str, ...] = (), tag: str = "") -> Target:
    factory = Factory(tag or "macosx_11_0_arm64", zig, fuse, wheels, "")
    return Target(name, "macosx", "arm64", True, None, factory)


class TestWork:
    def test_one_fails(self, settings: work.Settings) -> None:
        jobs = [
            work.Job(target("old", ("cp38-cp38",), zig="aarch64-macos.11.0")),
            work.Job(target("none", (), zig="aarch64-macos.11.0")),
            work.Job(target("fused", ("cp38-cp38",), fuse=("old", "none"))),
            work.Job(target("empty", (), fuse=("none",))),
        ]
        cli.run(jobs, settings, 2)
        assert [job.state for job in jobs] == ["failed", "done", "failed", "done"]
        assert "cp38-cp38" in jobs[0].reason
        assert "which is one of the parts, has no wheels" in jobs[2].reason

    def test_kept(self, settings: work.Settings, images: dict[str, bytes], tmp_path: Path, step: Step) -> None:
        arm = target("macosx-arm64", ("cp312-abi3",), zig="aarch64-macos.11.0")
        # Headers that are there already: no source of CPython is fetched.
        release = headers.release_for("cp312-abi3", headers.known_releases())
        settings.places.cpython.mkdir(parents=True)
        told = {"archive": str(tmp_path / "never-read.tar.xz"), "sha256": "0" * 64}
        Path(told["archive"]).touch()
        (settings.places.cpython / f"{release}.json").write_text(json.dumps(told), encoding="utf-8")
        ours = hashlib.sha256(headers.PYCONFIG.read_bytes()).hexdigest()[:12]
        include = settings.places.cpython / f"{release}-{'0' * 12}" / f"posix-{ours}" / "include"
        include.mkdir(parents=True)
        made = plan(arm, "cp312-abi3", headers.Headers(release, include), settings.places, settings.time, 1)
        wheel = mac_wheel(images["arm64"], "arm64", tmp_path)
        outcome = Outcome(pipeline.deliver(wheel, made.outdir), pipeline.check(wheel, step))
        pipeline.write_document(outcome.wheel, pipeline.document(outcome, made, {"build": 1.5}, stamp(made)))

        job = work.Job(arm)
        cli.run([job], settings, 1)
        assert (job.state, job.reason) == ("done", "")
        (kept,) = job.wheels
        assert kept.kept
        assert kept.seconds == {"build": 1.5}
        assert kept.execution["outcome"] == work.BUILT_ONLY
        # Another time stamp makes another wheel.
        later = dataclasses.replace(settings, time=settings.time + 1)
        assert stamp(plan(arm, "cp312-abi3", headers.Headers(release, include), later.places, later.time, 1)) != stamp(
            made
        )

    @pytest.mark.parametrize(("minutes", "suites"), [(0, 0), (2, 0), (3, 1), (10, 1)])
    def test_suite(
        self, settings: work.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, suites: int
    ) -> None:
        """The tests run against one wheel of a target, if they do not take too long there."""
        execute = tmp_path / "execute.py"
        source = """
            import json, pathlib, sys
            words = sys.argv[1:]
            told = {"outcome": "executed", "words": words}
            pathlib.Path(words[words.index("--json") + 1]).write_text(json.dumps(told))
        """
        execute.write_text(textwrap.dedent(source), "utf-8")
        monkeypatch.setattr(work, "EXECUTE", execute)
        quick = Factory("manylinux_2_17_x86_64", "x86_64-linux-gnu", (), (), "native", suite=3)
        job = work.Job(Target("manylinux-x86_64", "manylinux", "x86_64", True, None, quick))
        for pair in ("cp312-abi3", "cp311-cp311"):
            job.wheels.append(work.Made(tmp_path / f"pyzmq-1-{pair}-manylinux_2_17_x86_64.whl", {}, {}))
        for made in job.wheels:
            work._execute(job, made, dataclasses.replace(settings, suite=minutes))
        words = [made.execution["words"] for made in job.wheels]
        assert ["--suite" in each for each in words] == [suites == 1, False]
        if suites:
            assert words[0][words[0].index("--limit") + 1] == "360"


class TestReport:
    @pytest.fixture
    def jobs(self, images: dict[str, bytes], tmp_path: Path, step: Step) -> list[work.Job]:
        """One target that was built, and one that failed."""
        wheel = mac_wheel(images["arm64"], "arm64", tmp_path)
        made = work.Made(wheel, pipeline.check(wheel, step).to_dict(), json.loads(BUILD_INFO))
        made.execution = {"outcome": work.BUILT_ONLY, "reason": "nothing here can run it"}
        return [
            work.Job(target("macosx-arm64", ("cp312-abi3",)), state="done", wheels=[made], seconds=61.0),
            work.Job(target("broken", ("cp312-abi3",)), state="failed", reason="<linker> crashed & burnt", seconds=3.0),
        ]

    def test_files(self, jobs: list[work.Job], tmp_path: Path) -> None:
        shown = io.StringIO()
        report.write(jobs, tmp_path / "out", 64.0, Console(file=shown, width=200))
        assert "cp312-abi3-macosx_11_0_arm64" in shown.getvalue()
        assert "<linker> crashed & burnt" in shown.getvalue()
        assert "built, not executed: nothing here can run it" in shown.getvalue()
        page = (tmp_path / "out" / "report.html").read_text("utf-8")
        assert "&lt;linker&gt; crashed &amp; burnt" in page
        assert "ZMQ_HAVE_IPC" in page
        assert "PyInit__zmq" in page
        told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
        assert [one["state"] for one in told["targets"]] == ["done", "failed"]

    def test_executed(self, jobs: list[work.Job]) -> None:
        jobs[0].wheels[0].execution = {
            "outcome": "executed",
            "where": {
                "python": "CPython 3.13.5",
                "how": "qemu-aarch64",
                "libc": "glibc 2.41",
                "origin": "Debian trixie",
            },
            "trial": {"seconds": 12.3},
            "suite": {"tests": 900, "skipped": 3},
        }
        line = report.execution(jobs[0].wheels[0])
        assert line.startswith("trial 12 s, 900 tests (3 skipped): CPython 3.13.5, qemu-aarch64, glibc 2.41")
        assert "1 executed" in report.page(jobs, 1)
