"""The released test suites of other projects: their list, and what tells a regression from a race."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from suites.cli import accept_interrupts, details, main
from suites.environments import Cache, Environment
from suites.model import DEFAULT_SUITES, Suite, SuitesError, load_suites
from suites.outcomes import Result, Run, counts, files_of, lost, node_id, read_report, regressions, table
from suites.runner import NoReportError, Runner, judge, patiently, run_pytest

from tests.fix_wait import wait_until

ROOT = Path(__file__).resolve().parents[2]

SHA256 = "0" * 64


def suite(**changes: object) -> Suite:
    values = {
        "name": "sample",
        "package": "sample",
        "version": "1.0",
        "sha256": SHA256,
        "requirements": (),
        "arguments": (),
        "paths": ("tests",),
        "timeout": 60,
        "passed": 1,
        **changes,
    }
    return Suite(**values)  # type: ignore[arg-type]


# --- the list


def test_list() -> None:
    known = load_suites()
    assert known.baseline == "27.3.0"
    assert {each.name for each in known.suites} >= {
        *("bluesky", "ipykernel", "ipyparallel", "jupyter-client", "parsl", "pyleco", "tinyrpc", "zmq-anyio"),
        "zmq-tubes",
    }
    for each in known.suites:
        assert each.passed > 0, each.name
        assert any(word.startswith("pytest==") for word in each.requirements), each.name


def test_selection() -> None:
    known = load_suites()
    assert known.select([]) == known.suites
    assert [each.name for each in known.select(["pyleco", "parsl", "pyleco"])] == ["pyleco", "parsl"]
    with pytest.raises(SuitesError, match=r"there is no suite other; there are zmq-anyio, "):
        known.select(["other"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sha256", "sha512", r"suites\.sample: 'sha256' is missing"),
        (SHA256, "0", r"suites\.sample: '0' is no SHA-256"),
        ("passed = 1", "passed = 1\nskipped = 1", r"suites\.sample: unknown key\(s\) skipped"),
        ('["tests"]', "[]", r"suites\.sample: 'paths' is empty"),
    ],
)
def test_errors_in_the_list(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "suites.toml"
    lines = f'version = "1"\nsha256 = "{SHA256}"\nrequirements = []\npaths = ["tests"]\ntimeout = 1\npassed = 1\n'
    path.write_text(f'baseline = "1"\n[suites.sample]\n{lines}', "utf-8")
    assert load_suites(path).suites == (suite(version="1", timeout=1),)
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(SuitesError, match=message):
        load_suites(path)


def test_sdist_names_are_normalized() -> None:
    assert suite(package="zmq-anyio").sdist == "zmq_anyio-1.0.tar.gz"
    assert suite(package="Some.Name").sdist == "some_name-1.0.tar.gz"


def test_environments_are_shared_by_suites_with_the_same_requirements() -> None:
    assert suite(name="a", requirements=("x", "y")).environment == suite(requirements=("y", "x"), passed=2).environment
    others = (suite(requirements=("x",)), suite(version="2.0"), suite(package="other"))
    assert len({suite().environment, *(each.environment for each in others)}) == 4


# --- outcomes

TESTS = """
import pytest

def test_passes(): pass
def test_fails(): assert False
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_expected_failure(): assert False
@pytest.mark.xfail
def test_unexpected_pass(): pass
@pytest.fixture
def broken():
    yield
    assert False
def test_teardown(broken): pass
class TestClass:
    class TestInner:
        @pytest.mark.parametrize("value", ["a.b", "c::d"])
        def test_method(self, value): pass
"""

OUTCOMES: Run = {
    "tests/test_it.py::test_passes": "passed",
    "tests/test_it.py::test_fails": "failed",
    "tests/test_it.py::test_skipped": "skipped",
    "tests/test_it.py::test_expected_failure": "skipped",
    "tests/test_it.py::test_unexpected_pass": "passed",
    "tests/test_it.py::test_teardown": "failed",
    "tests/test_it.py::TestClass::TestInner::test_method[a.b]": "passed",
    "tests/test_it.py::TestClass::TestInner::test_method[c::d]": "passed",
}


def test_report_of_pytest(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(TESTS, "utf-8")
    (tmp_path / "tests" / "test_syntax.py").write_text("(", "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    options = ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
    command = [sys.executable, "-m", "pytest", *options, "--junitxml=report.xml", "-o", "junit_family=xunit1"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    run = read_report(tmp_path / "report.xml")
    # A file that cannot be collected fails as a whole.
    (other,) = run.keys() - OUTCOMES.keys()
    assert "test_syntax" in other
    assert run.pop(other) == "failed"
    assert run == OUTCOMES


@pytest.mark.parametrize(
    ("file", "classname", "name", "expected"),
    [
        ("a/test_x.py", "a.test_x", "test_y", "a/test_x.py::test_y"),
        ("a/test_x.py", "a.test_x.TestZ", "test_y[1.5]", "a/test_x.py::TestZ::test_y[1.5]"),
        ("", "a.test_x", "test_y", "a.test_x::test_y"),
        ("", "", "a.test_x", "::a.test_x"),
    ],
)
def test_node_ids(file: str, classname: str, name: str, expected: str) -> None:
    assert node_id(file, classname, name) == expected


def test_what_is_lost() -> None:
    reference: Run = {"a": "passed", "b": "passed", "c": "passed", "d": "passed", "e": "failed", "f": "skipped"}
    ours: Run = {"a": "passed", "b": "failed", "c": "skipped", "e": "failed", "f": "failed"}
    # One that was not even collected is lost, too.
    assert lost(reference, ours) == ["b", "c", "d"]


def test_files_of_tests() -> None:
    assert files_of(["b.py::x", "a.py::y::z", "b.py::w[::]"]) == ["b.py", "a.py"]


@pytest.mark.parametrize(
    ("reference", "ours", "regressed"),
    [
        (["passed", "passed"], ["failed", "failed"], True),
        (["failed", "passed"], ["failed", "failed"], True),
        (["passed", "passed"], [None, None], True),
        (["passed", "passed"], ["failed", "passed"], False),
        (["failed", "failed"], ["failed", "failed"], False),
        (["skipped", None], ["failed", "failed"], False),
    ],
)
def test_regression(reference: list[str | None], ours: list[str | None], regressed: bool) -> None:
    def runs(statuses: list[str | None]) -> list[Run]:
        return [{"a": status} if status else {} for status in statuses]  # type: ignore[dict-item]

    assert regressions(["a"], runs(reference), runs(ours)) == (["a"] if regressed else [])


# --- reruns


def never(paths: list[str]) -> list[Run]:
    raise AssertionError(f"{paths} are rerun")


def judged(reference: Run, ours: Run) -> Result:
    return Result("sample", 2, reference, ours)


def test_nothing_is_rerun_if_nothing_is_lost() -> None:
    result = judged({"x.py::a": "passed", "x.py::b": "failed"}, {"x.py::a": "passed", "x.py::b": "failed"})
    judge(result, never, never)
    assert (result.regressions, result.unsteady, result.failed) == ((), (), False)


def test_baseline_is_not_rerun_if_all_pass_in_a_rerun() -> None:
    result = judged({"x.py::a": "passed", "y.py::b": "passed"}, {"x.py::a": "failed", "y.py::b": "passed"})
    asked = []

    def ours(paths: list[str]) -> list[Run]:
        asked.append(paths)
        return [{"x.py::a": "failed"}, {"x.py::a": "passed"}]

    judge(result, ours, never)
    assert asked == [["x.py"]]
    assert (result.regressions, result.unsteady, result.failed) == ([], ["x.py::a"], False)


def test_regressions_and_unsteady_tests() -> None:
    names = ["x.py::a", "x.py::b", "y.py::c"]
    result = judged(dict.fromkeys(names, "passed"), dict.fromkeys(names, "failed"))
    asked = []

    def reference(paths: list[str]) -> list[Run]:
        asked.append(paths)
        return [{"x.py::a": "passed", "y.py::c": "failed"}] * 2

    judge(result, lambda _: [{"x.py::b": "passed"}, {}], reference)
    assert asked == [["x.py", "y.py"]]
    assert (result.regressions, result.unsteady, result.failed) == (["x.py::a"], ["x.py::b", "y.py::c"], True)


# --- the table


def test_table() -> None:
    reference: Run = {"a": "passed", "b": "passed", "c": "skipped"}
    results = [
        Result("first", 2, reference, reference),
        Result("second", 3, reference, {"a": "failed", "b": "failed"}, ["b"], ["a"]),
        Result("third", 1, error="the sdist of third 1.0 is missing"),
    ]
    remarks = "3 were expected to pass with the baseline, not 2; 1 regressed; 1 unsteady"
    assert [[cell.strip() for cell in line.split("|")] for line in table("27.3.0", results).splitlines()[2:]] == [
        ["first", "2 passed, 1 skipped", "2 passed, 1 skipped", ""],
        ["second", "2 passed, 1 skipped", "2 failed", remarks],
        ["third", "-", "-", "the sdist of third 1.0 is missing"],
    ]
    head, line = table("27.3.0", results).splitlines()[:2]
    assert [cell.strip() for cell in head.split("|")] == ["suite", "27.3.0", "ours", "remarks"]
    assert [index for index, letter in enumerate(head) if letter == "|"] == [
        index for index, letter in enumerate(line) if letter == "|"
    ]
    assert [result.failed for result in results] == [False, True, True]
    assert details(results) == ["regression: second: b", "unsteady: second: a"]


def test_counts() -> None:
    assert counts(None) == "-"
    assert counts({}) == "0"
    assert counts(OUTCOMES) == "4 passed, 2 failed, 2 skipped"


# --- running

posix = pytest.mark.skipif(os.name == "nt", reason="the interpreter is a shell script")


def archive(place: Path, files: dict[str, str]) -> Path:
    """A sdist of these files."""
    path = place / "sample-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as stream:
        for name, text in files.items():
            info = tarfile.TarInfo(f"sample-1.0/{name}")
            info.size = len(text.encode())
            stream.addfile(info, io.BytesIO(text.encode()))
    return path


def environment(place: Path) -> Environment:
    """An environment whose interpreter is that of the tests."""
    python = place / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    return Environment(python.parents[1])


@posix
def test_tests_run_away_from_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYZMQ_BACKEND", "other")
    test = f"""
import os, pathlib, shutil

def test_place(request):
    here = pathlib.Path.cwd()
    assert pathlib.Path({str(ROOT)!r}) not in [here, *here.parents]
    assert here == request.config.rootpath
    assert pathlib.Path.home().parent == here.parent
    assert not {{"PYTHONPATH", "PYZMQ_BACKEND"}} & os.environ.keys()
    assert shutil.which("python") == {str(tmp_path / "environment" / "bin" / "python")!r}

def test_option(request):
    assert request.config.getoption("tbstyle") == "native"
"""
    sdist = archive(tmp_path, {"pytest.ini": "[pytest]\n", "tests/test_it.py": test, "other/test_other.py": "("})
    chosen = suite(arguments=("--tb=native",))
    report = tmp_path / "reports" / "sample"
    run = run_pytest(environment(tmp_path), chosen, sdist, chosen.paths, report)
    assert run == {"tests/test_it.py::test_place": "passed", "tests/test_it.py::test_option": "passed"}
    assert "2 passed" in (tmp_path / "reports" / "sample.txt").read_text("utf-8")


@posix
@pytest.mark.parametrize(
    ("test", "timeout", "message"),
    [
        ("import os; os._exit(3)", 60, r"pytest wrote no report \(exit status 3\); its output is in .*sample\.txt"),
        ("import threading; threading.Event().wait()", 0.1, r"pytest wrote no report \(not at its end after 0\.1 s\)"),
        ("", 60, r"pytest ran no test \(exit status 5\)"),
    ],
)
def test_run_without_a_report(tmp_path: Path, test: str, timeout: float, message: str) -> None:
    sdist = archive(tmp_path, {"pytest.ini": "[pytest]\n", "tests/test_it.py": test})
    # That of an earlier run does not count.
    (tmp_path / "sample.xml").write_text("<testsuites><testcase name='a' file='b'/></testsuites>", "utf-8")
    with pytest.raises(SuitesError, match=message):
        run_pytest(environment(tmp_path), suite(timeout=timeout), sdist, ("tests",), tmp_path / "sample")


@pytest.mark.skipif(not Path("/proc/self/environ").is_file(), reason="the system has no /proc")
def test_processes_left_behind_are_ended(tmp_path: Path) -> None:
    test = f"""
import pathlib, subprocess, sys

def test_start():
    place = pathlib.Path({str(tmp_path)!r})
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = subprocess.Popen(command, start_new_session=True)
    (place / "pid").write_text(str(process.pid))
"""
    sdist = archive(tmp_path, {"pytest.ini": "[pytest]\n", "tests/test_it.py": test})
    run = run_pytest(environment(tmp_path), suite(), sdist, ("tests",), tmp_path / "sample")
    assert run == {"tests/test_it.py::test_start": "passed"}
    pid = int((tmp_path / "pid").read_text("utf-8"))

    def ended() -> bool:
        try:
            # A zombie has ended, too, until its parent reaps it.
            return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    wait_until(ended)


@posix
@pytest.mark.parametrize("crashes", [0, 2, 3])
def test_run_that_crashes_is_repeated(tmp_path: Path, crashes: int) -> None:
    test = f"""
import os, pathlib

def test_crash():
    attempts = pathlib.Path({str(tmp_path / "attempts")!r})
    attempts.open("a").write("x")
    if attempts.stat().st_size <= {crashes}:
        os._exit(3)
"""
    sdist = archive(tmp_path, {"pytest.ini": "[pytest]\n", "tests/test_it.py": test})
    arguments = (environment(tmp_path), suite(), sdist, ("tests",), tmp_path / "sample")
    if crashes > 2:
        with pytest.raises(NoReportError):
            patiently(*arguments)
    else:
        assert patiently(*arguments) == {"tests/test_it.py::test_crash": "passed"}
    assert (tmp_path / "attempts").stat().st_size == min(crashes + 1, 3)


@posix
@pytest.mark.parametrize("accept", [True, False])
def test_suites_can_be_interrupted(accept: bool) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if accept:
            accept_interrupts()
        command = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    finally:
        signal.signal(signal.SIGINT, before)
    assert output.strip() == str(not accept)


def test_sdist_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    cache = Cache(tmp_path, "27.3.0")
    with pytest.raises(SuitesError, match=r"^the sdist of sample 1\.0 is missing, and pip cannot get it, which needs"):
        cache.sdist(suite())
    (tmp_path / "sdists").mkdir(exist_ok=True)
    path = archive(tmp_path / "sdists", {"a": "b"})
    assert cache.sdist(suite(sha256=hashlib.sha256(path.read_bytes()).hexdigest())) == path


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    result = Runner(Cache(tmp_path, "27.3.0"), tmp_path / "pyzmq-1-none-any.whl", tmp_path / "reports").run(suite())
    assert result.failed
    assert result.error.startswith("the wheel of pyzmq 27.3.0 is missing, and pip cannot get it")


def test_unknown_names_are_usage_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--wheel", "x.whl", "--cache", str(tmp_path), "--list", str(DEFAULT_SUITES)]
    assert main([*options, "nothing-like-this"]) == 2
    assert "there is no suite nothing-like-this" in capsys.readouterr().err
