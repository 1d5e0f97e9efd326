"""The parts of the wheel's pipeline. The whole of it is what the nox sessions run."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from make_wheel import cli, pipeline, repair, toolchain
from make_wheel.pipeline import Plan
from make_wheel.steps import TAIL, Step, StepFailedError, Steps
from rich.console import Console

C, CPP = toolchain.LANGUAGES
posix_only = pytest.mark.skipif(os.name == "nt", reason="Visual Studio is looked for there")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(folder=tmp_path / "build", outdir=tmp_path / "dist")


@pytest.fixture
def step(tmp_path: Path) -> Iterator[Step]:
    made = Step("trial", tmp_path / "trial.log")
    yield made
    made.close()


# ---- compilers -------------------------------------------------------------------------------


@posix_only
def test_takes_the_compiler_that_is_named() -> None:
    assert toolchain.find_compiler(C, {"CC": f"{sys.executable} -m64"}) == [sys.executable, "-m64"]


@posix_only
@pytest.mark.parametrize("language", toolchain.LANGUAGES, ids=lambda language: language.name)
def test_names_the_ways_out_where_there_is_no_compiler(
    language: toolchain.Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(toolchain.NoToolchainError) as raised:
        toolchain.find_compiler(language, {})
    message = str(raised.value)
    for word in (*language.programs, language.variable, str(tmp_path), "build-essential", "xcode-select", "--zig"):
        assert word in message


@posix_only
def test_names_a_compiler_that_is_not_there() -> None:
    with pytest.raises(toolchain.NoToolchainError, match=r"CXX is '/no/such/c\+\+ -O2'"):
        toolchain.find_compiler(CPP, {"CXX": "/no/such/c++ -O2"})


@posix_only
def test_shows_what_a_broken_compiler_says(tmp_path: Path) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text("#!/bin/sh\necho 'fatal error: string: No such file' >&2\nexit 1\n")
    compiler.chmod(0o755)
    with pytest.raises(toolchain.NoToolchainError, match="fatal error: string: No such file"):
        toolchain.try_compiler(CPP, [str(compiler)], os.environ)


@posix_only
def test_accepts_a_compiler_that_works() -> None:
    if not any(shutil.which(program) for program in CPP.programs):
        pytest.skip("no C++ compiler here")
    assert [line.partition(":")[0] for line in toolchain.check_toolchain([], os.environ)] == ["C", "C++"]


def test_finds_the_headers() -> None:
    assert (Path(toolchain.check_headers()) / "Python.h").is_file()


def test_names_the_ways_out_where_there_are_no_headers(tmp_path: Path) -> None:
    with pytest.raises(toolchain.NoToolchainError, match="apt install python3-dev") as raised:
        toolchain.check_headers(tmp_path)
    assert str(tmp_path / "Python.h") in str(raised.value)


@pytest.mark.parametrize(
    ("definitions", "environment", "named"),
    [
        ((), {}, ""),
        (("ZMQ_PREFIX=bundled",), {"CMAKE_ARGS": "-DX=1"}, ""),
        (("CMAKE_TOOLCHAIN_FILE=a.cmake",), {}, "a.cmake"),
        ((), {"CMAKE_ARGS": "-DX=1 --toolchain b.cmake"}, "b.cmake"),
        ((), {"CMAKE_ARGS": "-DCMAKE_CXX_COMPILER:FILEPATH=/opt/c++"}, "/opt/c++"),
        ((), {"CMAKE_TOOLCHAIN_FILE": "c.cmake"}, "c.cmake"),
    ],
)
def test_leaves_the_choice_to_cmake(definitions: tuple[str, ...], environment: dict[str, str], named: str) -> None:
    assert toolchain.names_toolchain(definitions, environment) == named


# ---- steps -----------------------------------------------------------------------------------


def test_keeps_the_output(step: Step) -> None:
    assert step.run([sys.executable, "-c", "print('one'); print('\\x1b[1mtwo\\x1b[0m')"]).splitlines()[0] == "one"
    step.close()
    assert step.log.read_text("utf-8").splitlines()[-2:] == ["one", "two"]
    assert step.status == "two"


def test_a_failure_has_the_end_of_the_log(step: Step) -> None:
    with pytest.raises(StepFailedError, match="status 3") as raised:
        step.run([sys.executable, "-c", "print(*range(100), sep='\\n'); raise SystemExit(3)"])
    assert raised.value.log == step.log
    assert raised.value.tail() == [str(number) for number in range(100 - TAIL, 100)]


def test_a_program_that_is_not_there_fails(step: Step) -> None:
    with pytest.raises(StepFailedError, match="no-such-program"):
        step.run(["no-such-program"])


def test_a_program_that_hangs_is_ended(step: Step) -> None:
    with pytest.raises(StepFailedError, match="took more than"):
        step.run([sys.executable, "-c", "import threading; threading.Event().wait()"], seconds=0.5)


@pytest.mark.parametrize("terminal", [False, True])
def test_steps_are_shown(terminal: bool, tmp_path: Path) -> None:
    written = io.StringIO()
    steps = Steps(Console(file=written, force_terminal=terminal, width=100), tmp_path)
    with steps.step("first", "something"):
        pass
    with pytest.raises(StepFailedError), steps.step("second", "something else") as step:
        step.run([sys.executable, "-c", "raise SystemExit(1)"])
    assert list(steps.seconds) == ["first", "second"]
    assert "first: something" in written.getvalue()
    assert "second: something else" in written.getvalue()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-first.log", "2-second.log"]


# ---- what is built, from what ----------------------------------------------------------------


def test_definitions_of_the_person_come_last(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, backends=("cython", "cffi"), definitions=("ZMQ_PREFIX=/opt/zmq",))
    assert plan.all_definitions == ("ZMQ_PREFIX=bundled", "PYZMQ_BACKEND=cython;cffi", "ZMQ_PREFIX=/opt/zmq")
    assert plan.built_backends == ("cython", "cffi")


def test_backend_of_the_interpreter(plan: Plan) -> None:
    expected = "cffi" if sys.implementation.name == "pypy" else "cython"
    assert plan.built_backends == (expected,)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of two files."""
    root = tmp_path / "checkout"
    (root / "zmq").mkdir(parents=True)
    (root / "zmq" / "a.pyx").write_text("a")
    (root / "pyproject.toml").write_text("b")
    monkeypatch.setattr(pipeline, "ROOT", root)
    return root


def test_fingerprint_tells_inputs_apart(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(tmp_path, tmp_path)
    seen = [pipeline.fingerprint(plan)]

    def changed() -> bool:
        seen.append(pipeline.fingerprint(plan))
        return len(set(seen)) == len(seen)

    assert not changed()
    seen.pop()
    (checkout / "README.rst").write_text("not an input")
    (checkout / "zmq" / "__pycache__").mkdir()
    (checkout / "zmq" / "__pycache__" / "a.pyc").write_text("nor this")
    assert not changed()
    seen.pop()
    (checkout / "zmq" / "a.pyx").write_text("ab")
    assert changed()
    (checkout / "zmq" / "a.pyx").rename(checkout / "zmq" / "b.pyx")
    assert changed()
    monkeypatch.setenv("ZMQ_DRAFT_API", "1")
    assert changed()
    monkeypatch.setenv("CXXFLAGS", "-O1")
    assert changed()
    plan = Plan(tmp_path, tmp_path, definitions=("A=1",))
    assert changed()


def test_time_of_the_last_commit(checkout: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git")
    assert pipeline.source_time() == pipeline.EARLIEST_TIME

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=checkout,
            env={**os.environ, "GIT_COMMITTER_DATE": "1700000000 +0000", "GIT_CONFIG_GLOBAL": os.devnull},
            check=True,
            capture_output=True,
        )

    git("init")
    assert pipeline.source_time() == pipeline.EARLIEST_TIME
    git("add", ".")
    git("commit", "--message", "first")
    assert pipeline.source_time() == 1_700_000_000


def test_the_environment_of_the_person_stays(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    monkeypatch.setenv("CMAKE_CXX_COMPILER_LAUNCHER", "mine")
    environment = pipeline.build_environment(plan)
    assert environment["SOURCE_DATE_EPOCH"] == "12345"
    assert environment["CMAKE_CXX_COMPILER_LAUNCHER"] == "mine"
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_objects_are_shared_only_where_file_names_are_the_same(checkout: Path, tmp_path: Path) -> None:
    (checkout / "cmake").mkdir()
    flags = checkout / "cmake" / "Flags.cmake"
    flags.write_text("one")
    names = [pipeline.ccache_namespace(Plan(tmp_path / name, tmp_path)) for name in ("a", "a", "b")]
    assert names[0] == names[1] != names[2]
    flags.write_text("two")
    assert pipeline.ccache_namespace(Plan(tmp_path / "a", tmp_path)) not in names


# ---- wheels ----------------------------------------------------------------------------------


def test_a_repair_may_change_tags_only(tmp_path: Path) -> None:
    info = "p-1.dist-info"
    same = {"zmq/x.so": "binary", f"{info}/METADATA": "m"}

    def wheel(name: str, members: dict[str, str]) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for member, text in members.items():
                archive.writestr(member, text)
        return path

    before = wheel("a.whl", {**same, f"{info}/WHEEL": "linux", f"{info}/RECORD": "1"})
    retagged = wheel("b.whl", {**same, f"{info}/WHEEL": "manylinux", f"{info}/RECORD": "2"})
    assert repair.changed_members(before, retagged) == []
    patched = wheel("c.whl", {**same, "zmq/x.so": "patched", "p.libs/libzmq.so.5": "grafted"})
    assert repair.changed_members(before, patched) == ["p.libs/libzmq.so.5", "zmq/x.so"]
    less = wheel("d.whl", {"zmq/x.so": "binary"})
    assert repair.changed_members(before, less) == [f"{info}/METADATA"]


def test_one_wheel_is_expected(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="none"):
        pipeline.only_wheel(tmp_path)
    (tmp_path / "a.whl").touch()
    assert pipeline.only_wheel(tmp_path) == tmp_path / "a.whl"
    (tmp_path / "b.whl").touch()
    with pytest.raises(StepFailedError, match=r"a\.whl, b\.whl"):
        pipeline.only_wheel(tmp_path)


def test_a_wheel_is_up_to_date_only_as_it_was_made(plan: Plan) -> None:
    plan.outdir.mkdir()
    assert pipeline.unchanged(plan, "stamp") is None
    wheel = plan.outdir / "a.whl"
    wheel.write_bytes(b"content")
    known = {"sha256": hashlib.sha256(b"content").hexdigest(), "fingerprint": "stamp"}
    pipeline.write_document(wheel, known)
    assert json.loads((plan.outdir / "a.whl.json").read_text("utf-8")) == known
    assert pipeline.unchanged(plan, "stamp") == wheel
    assert pipeline.unchanged(plan, "another") is None
    wheel.write_bytes(b"tampered with")
    assert pipeline.unchanged(plan, "stamp") is None


# ---- the command -----------------------------------------------------------------------------


def test_says_why_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole command, on a machine without a compiler."""
    if os.name == "nt":
        pytest.skip("Visual Studio is found without PATH")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("CC", "CXX", "CMAKE_ARGS", "CMAKE_TOOLCHAIN_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["--outdir", str(tmp_path / "dist")]) == 1
    written = capsys.readouterr().out
    assert "No C compiler" in written
    assert "apt install build-essential" in written
    assert not (tmp_path / "dist").exists()


def test_drafts_do_not_take_the_place_of_the_other_wheel(capsys: pytest.CaptureFixture[str]) -> None:
    parser = cli._parser()
    usual, draft = (cli._plan(parser.parse_args(words)) for words in ([], ["--draft"]))
    assert "ZMQ_DRAFT_API=ON" in draft.all_definitions
    assert "ZMQ_DRAFT_API=ON" not in usual.all_definitions
    assert draft.folder != usual.folder
    assert draft.outdir == usual.outdir / "draft"
    with pytest.raises(SystemExit):
        parser.parse_args(["-D", "not a definition"])
    assert "'not a definition' is not NAME=VALUE" in capsys.readouterr().err
