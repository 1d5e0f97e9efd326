"""Executing wheels: which runtime a wheel gets, environments and trials for real, and what is told otherwise."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from check_dist.tags import parse_platform
from execute import NoRuntimeError, Runtime, choice, cli, debian, model
from execute.environment import Environment, ExecutionError
from packaging.tags import Tag
from targets import load_targets

import zmq

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="wheels are executed on Linux"),
    pytest.mark.skipif(sys.implementation.name != "cpython", reason="run on CPython"),
]

on_x86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="the list is of what an x86_64 machine does")


@pytest.fixture(autouse=True)
def runtimes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "runtimes"
    monkeypatch.setattr(model, "RUNTIMES", place)
    return place


def wheel_file(folder: Path, tag: str, content: dict[str, bytes] | None = None) -> Path:
    wheel = folder / f"pyzmq-1.0-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in (content or {"zmq/__init__.py": b""}).items():
            archive.writestr(name, data)
    return wheel


# ---- which runtime -----------------------------------------------------------------------------


@on_x86_64
def test_does_what_the_list_of_targets_says() -> None:
    for target, factory in load_targets().factory():
        parsed = parse_platform(factory.platform_tag)
        assert parsed is not None
        assert choice.target_name(parsed) == target.name
        assert choice.how(parsed) == factory.execute, target.name


@pytest.mark.parametrize(
    ("tag", "wanted", "expected"),
    [
        ("cp312-abi3-any", None, ("cpython", "3.13")),
        ("cp312-abi3-any", "3.15", ("cpython", "3.15")),
        ("cp314-abi3-any", None, ("cpython", "3.14")),
        ("cp311-cp311-any", None, ("cpython", "3.11")),
        ("cp39-cp39-any", "3.9", ("cpython", "3.9")),
        ("pp311-pypy311_pp73-any", None, ("pypy", "3.11")),
    ],
)
def test_version(tag: str, wanted: str | None, expected: tuple[str, str]) -> None:
    assert choice.choose_version(Tag(*tag.split("-")), wanted) == expected


@pytest.mark.parametrize(
    ("tag", "wanted", "message"),
    [
        ("cp312-abi3-any", "3.11", "a wheel for cp312-abi3 is not for Python 3.11"),
        ("cp312-abi3-any", "three", "is not for Python three"),
        ("cp312-abi3-any", "3.x", "is not for Python 3.x"),
        ("cp311-cp311-any", "3.13", "a wheel for cp311-cp311 is not for Python 3.13"),
        ("cp310-cp310-any", None, "Debian has no CPython 3.10, only 3.9, 3.11"),
        ("cp314-cp314t-any", None, "free-threaded"),
        ("pp310-pypy310_pp73-any", None, "Debian has no PyPy 3.10"),
        ("py3-none-any", None, "py3 names no version"),
    ],
)
def test_no_version(tag: str, wanted: str | None, message: str) -> None:
    with pytest.raises(NoRuntimeError, match=message):
        choice.choose_version(Tag(*tag.split("-")), wanted)


@pytest.mark.parametrize(
    ("tag", "target", "message"),
    [
        ("cp312-abi3-macosx_11_0_arm64", "macosx-arm64", "on a Mac only"),
        ("cp313-cp313-ios_13_0_arm64_iphoneos", "ios-arm64_iphoneos", "on a Mac only"),
        ("cp313-cp313-android_24_arm64_v8a", "android-arm64_v8a", "emulator or a device"),
        ("cp312-abi3-win_arm64", "win_arm64", "Windows on ARM"),
        ("cp312-abi3-win32", "win32", "32-bit Windows"),
        ("cp312-abi3-manylinux_2_36_loongarch64", "manylinux-loongarch64", "no architecture for loongarch64"),
        ("cp312-abi3-musllinux_1_2_s390x", "musllinux-s390x", "for musl on s390x"),
        ("pp311-pypy311_pp73-musllinux_1_2_x86_64", "musllinux-x86_64", "no PyPy on musl"),
    ],
)
def test_what_nothing_here_runs(
    tag: str,
    target: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The reason is told, as JSON too, with a status of its own."""
    monkeypatch.setattr(debian, "unpacked", lambda *_: (tmp_path, ()))
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "ld-musl-any.so.1").touch()
    report = tmp_path / "report.json"
    wheel = wheel_file(tmp_path, tag)
    assert cli.main([str(wheel), "--json", str(report)]) == cli.NO_RUNTIME
    told = json.loads(report.read_text("utf-8"))
    assert (told["outcome"], told["target"]) == ("not executed", target)
    assert message in told["reason"]
    assert message in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.whl"], "missing.whl: no such file"),
        (["odd.whl"], "Invalid wheel filename (wrong number of parts)"),
        (["pyzmq-1.0-py3-none-any.whl"], "the platform any is not one"),
        (["pyzmq-1.0-cp312-abi3-win32.whl", "--target", "nowhere"], "no target is called 'nowhere'"),
        (["pyzmq-1.0-cp312-abi3-win32.whl", "--target", "win_amd64"], "the wheel is for win32, not for win_amd64"),
        (["pyzmq-1.0-cp312-abi3-win32.whl", "--", "-k", "x"], "arguments of pytest need --suite"),
        (["pyzmq-1.0-cp312-abi3-win32.whl", "--keep", "."], ". exists"),
    ],
)
def test_refuses(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("odd.whl", "pyzmq-1.0-py3-none-any.whl", "pyzmq-1.0-cp312-abi3-win32.whl"):
        Path(name).touch()
    assert cli.main(arguments) == cli.USAGE
    assert message in capsys.readouterr().err


def test_names_the_package_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoRuntimeError, match=r"qemu-arm or other is not on PATH \(Debian: apt-get install qemu"):
        model.program(["qemu-arm", "other"], "qemu-user")
    with pytest.raises(NoRuntimeError, match="apt-get is not on PATH"):
        debian.unpacked("bookworm", "s390x", ["zlib1g"])


# ---- what is made once ---------------------------------------------------------------------------


def test_is_made_once_for_each_recipe(runtimes: Path) -> None:
    made = []

    def make(place: Path) -> list[str]:
        made.append(place)
        (place / "content").write_text("whole", "utf-8")
        return ["of this"]

    def want(recipe: str) -> tuple[Path, tuple[str, ...]]:
        return model.made_once("thing", [recipe], make)

    threads = [threading.Thread(target=want, args=("one",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    place, made_of = want("one")
    assert made == [place]
    assert made_of == ("of this",)
    other, _ = want("two")
    assert made == [place, other]
    assert {path.name for path in runtimes.iterdir() if path.is_dir()} == {place.name, other.name}


def test_half_made_is_nothing(runtimes: Path) -> None:
    def fail(place: Path) -> list[str]:
        (place / "half").touch()
        raise NoRuntimeError("no more")

    with pytest.raises(NoRuntimeError, match="no more"):
        model.made_once("thing", 1, fail)
    assert not model.made_before("thing", 1)
    assert [path.name for path in runtimes.iterdir() if path.is_dir()] == []
    # As if the machine had stopped in the middle.
    half = runtimes / f"thing-{model.key(1)}"
    half.mkdir()
    (half / "half").touch()
    place, _ = model.made_once("thing", 1, lambda place: [place.name])
    assert place == half
    assert not (place / "half").exists()


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")
def test_packages_are_unpacked_as_they_are_on_a_system(tmp_path: Path) -> None:
    """What is below /lib comes below /usr/lib, and absolute links lead into the folder."""
    package = tmp_path / "package"
    (package / "DEBIAN").mkdir(parents=True)
    about = "Package: thing\nVersion: 1:2.31-1\nArchitecture: all\nMaintainer: no one <no@one>\nDescription: test\n"
    (package / "DEBIAN" / "control").write_text(about, "utf-8")
    (package / "lib" / "x86_64-linux-gnu").mkdir(parents=True)
    (package / "lib" / "x86_64-linux-gnu" / "ld-2.31.so").touch()
    (package / "lib64").mkdir()
    (package / "lib64" / "ld-linux-x86-64.so.2").symlink_to("/lib/x86_64-linux-gnu/ld-2.31.so")
    deb = tmp_path / "thing_1%3a2.31-1_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", package, deb], check=True, capture_output=True)
    root = tmp_path / "root"
    debian._unpack([deb], root)
    assert debian.loader(root, "x86_64") == root / "usr" / "lib64" / "ld-linux-x86-64.so.2"
    assert debian.loader(root, "x86_64").resolve() == root / "usr" / "lib" / "x86_64-linux-gnu" / "ld-2.31.so"
    assert debian.package_version(["thing_1:2.31-1_all"], "thing") == "2.31"


@pytest.mark.network
@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt-get is not installed")
def test_packages_of_another_machine() -> None:
    """apt resolves what depends on what, of an architecture that the system does not know."""
    suite, root, made_of = debian.unpacked_of_any(["no-such-suite", "bookworm"], "s390x", ["zlib1g"])
    assert suite == "bookworm"
    assert debian.package_version(made_of, "libc6").startswith("2.36")
    header = (root / "usr" / "lib" / "s390x-linux-gnu" / "libz.so.1").resolve().read_bytes()[:20]
    assert int.from_bytes(header[18:20], "big") == 22  # EM_S390


@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt-get is not installed")
def test_packages_of_an_archive_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is not an archive without these packages."""
    with socket.create_server(("127.0.0.1", 0)) as refusing:
        uri = f"http://127.0.0.1:{refusing.getsockname()[1]}/debian"
    stanza = {"URIs": uri, "Suites": "bookworm", "Components": "main", "Trusted": "yes"}
    monkeypatch.setattr(debian, "apt_sources", lambda *_: [stanza])
    message = f"^zlib1g-that-is of Debian bookworm for s390x cannot be had: (.|\n)*{re.escape(uri)}"
    with pytest.raises(NoRuntimeError, match=message):
        debian.unpacked("bookworm", "s390x", ["zlib1g-that-is"])


@pytest.mark.network
@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt-get is not installed")
def test_packages_that_a_machine_lacks() -> None:
    with pytest.raises(NoRuntimeError, match=r"^Debian bookworm has no no-such-package for s390x$"):
        debian.unpacked_of_any(["bookworm"], "s390x", ["zlib1g", "no-such-package"])


# ---- environments and trials -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of what is under test here."""
    package = Path(str(zmq.__file__)).parent
    if ROOT / "zmq" in [package, *package.parents]:
        pytest.skip("zmq is imported from the checkout: an editable install, not a wheel")
    content = {
        str(path.relative_to(package.parent)): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    return wheel_file(tmp_path_factory.mktemp("wheel"), "cp39-abi3-manylinux_2_17_x86_64", content)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "environment"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


NATIVE = Runtime("native", Path(getattr(sys, "_base_executable", sys.executable)).resolve(), "this Python")


def emulated(folder: Path) -> Runtime:
    """What starts programs as an emulator does: its options, a name for the program, the program."""
    emulator = folder / "emulator"
    emulator.write_text('#!/bin/bash\n[ "$1$3" = "-L-0" ] || exit 9\nexec -a "$4" "${@:5}"\n', "utf-8")
    emulator.chmod(0o755)
    return Runtime("qemu-none", NATIVE.python, "this Python", (str(emulator), "-L", "/"), "-0", "none 1.0", patience=2)


@pytest.mark.parametrize("kind", ["native", "emulated"])
def test_trial(kind: str, place: Path, tmp_path: Path, installed_wheel: Path) -> None:
    """Both processes of the trial find the wheel, however Python is started."""
    runtime = NATIVE if kind == "native" else emulated(tmp_path)
    environment = Environment(runtime, place)
    environment.install(installed_wheel)
    told = environment.try_out()
    assert Path(told["origin"]).is_relative_to(place)
    assert set(told["within"]) == {"inproc", "tcp", "ipc"}
    assert set(told["transports"]) == {"tcp", "ipc"}
    assert told["asyncio"] > 0
    assert told["has"] == {"curve": True, "ipc": True, "draft": zmq.has("draft")}


def test_environment_is_apart(place: Path) -> None:
    """Nothing of this Python's packages can be imported, by children neither, and the version is told."""
    environment = Environment(NATIVE, place)
    children = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', 'import pytest']).returncode)"
    status, output = environment.run(["-c", children], 60)
    assert status == 1
    assert "ModuleNotFoundError" in output
    about = environment.probe()
    assert about["version"] == platform.python_version()
    parsed = parse_platform("manylinux_2_17_x86_64")
    assert parsed is not None
    promise = cli.promise(Tag("cp39", "abi3", parsed.tag), parsed, about, NATIVE)
    assert re.fullmatch(r"glibc 2\.\d+ for manylinux_2_17_x86_64", promise)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("cp399-abi3-manylinux_2_17_x86_64", "takes no wheel for cp399-abi3"),
        ("cp39-cp39-manylinux_2_17_s390x", r"it imports .*, not \.cpython-39-s390x-linux-gnu\.so"),
        ("cp39-abi3-manylinux_2_99_x86_64", r"manylinux_2_99_x86_64 asks for 2\.99, this is glibc 2"),
    ],
)
def test_runtime_must_keep_what_the_tag_promises(tag: str, message: str, place: Path) -> None:
    environment = Environment(NATIVE, place)
    words = tag.split("-")
    parsed = parse_platform(words[2])
    assert parsed is not None
    with pytest.raises(ExecutionError, match=message):
        cli.promise(Tag(*words), parsed, environment.probe(), NATIVE)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ImportError('undefined symbol: nowhere')", "undefined symbol: nowhere"),
        ("import os; os.abort()", r"the trial failed \(status -6\)"),
    ],
)
def test_broken_wheel_is_told(source: str, message: str, place: Path, tmp_path: Path) -> None:
    environment = Environment(NATIVE, place)
    environment.install(wheel_file(tmp_path, "cp39-abi3-linux_x86_64", {"zmq/__init__.py": source.encode()}))
    with pytest.raises(ExecutionError, match=message):
        environment.try_out()


def test_what_hangs_is_ended_with_its_children(place: Path, eventually: Callable[[Callable[[], bool]], bool]) -> None:
    environment = Environment(NATIVE, place)
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('child', child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(ExecutionError, match=r"did not end within 3 s:\n    child \d+") as caught:
        environment.run(["-c", code], 3)
    child = int(str(caught.value).split()[-1])

    def ended() -> bool:
        try:
            about = Path(f"/proc/{child}/stat").read_text("utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return True
        return about.rpartition(")")[2].split()[0] in "ZX"

    # One that is killed closes its files before it is gone.
    eventually(ended)


def test_runtime_that_does_not_start_is_none(place: Path, tmp_path: Path) -> None:
    broken = tmp_path / "bin" / "python3"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho cannot execute; exit 126\n", "utf-8")
    broken.chmod(0o755)
    with pytest.raises(NoRuntimeError, match="the interpreter does not work here:\n    cannot execute"):
        Environment(Runtime("native", broken, "Debian potato"), place)


def test_command_line(
    tmp_path: Path, installed_wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the wheel to the report, on this Python."""
    monkeypatch.setattr(cli, "find_runtime", lambda *_: NATIVE)
    monkeypatch.setattr(cli, "promise", lambda _tag, _parsed, about, _runtime: about["platform"])
    report = tmp_path / "report.json"
    kept = tmp_path / "kept"
    words = [str(installed_wheel), "--json", str(report), "--keep", str(kept), "--target", "manylinux-x86_64"]
    assert cli.main(words) == cli.EXECUTED, capsys.readouterr().out
    told = json.loads(report.read_text("utf-8"))
    assert (told["outcome"], told["where"]["how"]) == ("executed", "native")
    assert told["where"]["python"] == f"CPython {platform.python_version()}"
    assert told["trial"]["libzmq"] == zmq.zmq_version()
    assert "executed" in capsys.readouterr().out
    assert os.access(kept / "bin" / "python", os.X_OK)
