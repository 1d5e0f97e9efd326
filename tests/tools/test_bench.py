"""The harness of the benchmarks: its cases, its arithmetic, its turns. What it measures is no test's business."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from harness import cli, document, measure, picture, results, table, targets
from harness.results import Figure, Results
from harness.subject import Subject, SubjectError, Worker, python_subject
from harness.targets import Case

ROOT = Path(__file__).resolve().parents[2]
CASES = targets.load()
TWO = Case("two", "two", "ns", "cpu", reach=100, stretch=80, before=500, c=50, hot=True)


def figures(**costs: float) -> Results:
    """Return the results of a run of the case called two."""
    about = {"machine": "a machine"}
    hello = {"implementation": "CPython", "python": "3", "libzmq": "4", "title": "it"}
    return Results(
        subjects=dict.fromkeys(costs, hello),
        figures={"two": {key: Figure((cost * 2, cost, cost * 3)) for key, cost in costs.items()}},
        about=about,
    )


# ---- cases -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hello() -> dict[str, Any]:
    """What the worker says of itself under the zmq that is tested."""
    with Worker(python_subject("pyzmq", "pyzmq", sys.executable)) as worker:
        return worker.ask("hello")


def test_worker_runs_the_installed_zmq(hello: dict[str, Any]) -> None:
    assert ROOT / "zmq" not in Path(hello["zmq"]).parents


def test_worker_has_every_case_and_no_other(hello: dict[str, Any]) -> None:
    measured_here = {case.name for case in CASES if case.measure != "import"}
    assert set(hello["cases"]) == measured_here | {measure.LOOP.name}


def test_imports_have_every_other_case() -> None:
    assert {case.name for case in CASES if case.measure == "import"} == set(measure.IMPORTS)


def test_program_in_c_has_what_c_can_have() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bench" / "c").glob("*.c"))
    named = set(re.findall(r'^ +\{"(\w+)", ', sources, re.MULTILINE))
    # libzmq has no tracker, no objects, no event loop, and nothing to import; one of the devices is its own.
    loops = {case.name for case in CASES if case.name.startswith(("asyncio_", "uvloop_", "tornado_", "gevent_"))}
    devices = {case.name for case in CASES if case.name.startswith(("proxy", "monitored_queue"))}
    objects = {case.name for case in CASES if case.name.startswith(("pyobj_", "signed_"))}
    without = {"send_tracked", "tracked_until_done", *objects, *loops, *devices, *measure.IMPORTS}
    assert named == {case.name for case in CASES} - without


@pytest.mark.parametrize("name", sorted({case.name for case in CASES if case.measure != "import"}))
def test_every_case_runs(name: str) -> None:
    loop = name.partition("_")[0]
    if loop in {"uvloop", "tornado", "gevent"}:
        pytest.importorskip(loop, reason=f"{loop} has no wheel for this interpreter")
    with Worker(python_subject("pyzmq", "pyzmq", sys.executable)) as worker:
        worker.ask("open", name)
        for count in (1, 3):
            assert worker.ask("run", name, count)["wall_ns"] > 0
        worker.ask("close", name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('unit = "min"', "unit is one of ns, us, ms, msg/s, MB/s, modules, not 'min'"),
        ('measure = "gpu"', "measure is one of cpu, wall, import, not 'gpu'"),
        ('reach = "Rust"', "reach is a number or one of C, 27.3.0, not 'Rust'"),
        ('unit = "MB/s"', "MB/s needs bytes"),
        ("speed = 1", "has speed; known are"),
    ],
)
def test_targets_that_cannot_be_are_named(tmp_path: Path, change: str, message: str) -> None:
    lines = {"name": 'name = "x"', "title": 'title = "x"', "unit": 'unit = "ns"', "measure": 'measure = "cpu"'}
    lines[change.split(maxsplit=1)[0]] = change
    path = tmp_path / "targets.toml"
    path.write_text("[[case]]\n" + "\n".join(lines.values()), "utf-8")
    with pytest.raises(targets.TargetsError, match=re.escape(message)) as raised:
        targets.load(path)
    assert "'x'" in str(raised.value)


def test_a_case_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text('[[case]]\nname = "x"\ntitle = "x"\nunit = "ns"\nmeasure = "cpu"\n' * 2, "utf-8")
    with pytest.raises(targets.TargetsError, match="several cases called 'x'"):
        targets.load(path)


def test_selects_by_the_beginning() -> None:
    assert [case.name for case in targets.select(CASES, ["multipart", "again"])] == [
        "multipart_3",
        "multipart_10",
        "again",
    ]
    assert targets.select(CASES, []) == CASES
    with pytest.raises(targets.TargetsError, match="no case is called 'nothing'; there are send_recv_16, "):
        targets.select(CASES, ["again", "nothing"])


# ---- arithmetic ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "cost", "value"),
    [
        ("ns", 250, 250),
        ("us", 250, 0.25),
        ("ms", 5e6, 5),
        ("msg/s", 500, 2e6),
        ("MB/s", 1e6, 64_000),
        ("modules", 25, 25),
    ],
)
def test_units(unit: str, cost: float, value: float) -> None:
    case = Case("x", "x", unit, "wall", bytes=64_000_000)
    assert case.to_unit(cost) == pytest.approx(value)
    assert case.to_cost(case.to_unit(cost)) == pytest.approx(cost)


def test_the_best_chunk_counts() -> None:
    figure = Figure((30.0, 10.0, 20.0))
    assert (figure.best, figure.median) == (10.0, 20.0)


@pytest.mark.parametrize(
    ("ours", "before", "verdict"),
    [(80, 500, "stretch"), (81, 500, "yes"), (101, 500, "no"), (150, 750, "by ratio"), (150, 749, "no")],
)
def test_verdict_by_numbers(ours: float, before: float, verdict: str) -> None:
    assert figures(pyzmq=ours, before=before).verdict(TWO) == verdict


@pytest.mark.parametrize(("ours", "verdict"), [(110, "yes"), (111, "no")])
def test_verdict_by_parity(ours: float, verdict: str) -> None:
    case = Case("two", "two", "us", "cpu", reach="C")
    assert figures(pyzmq=ours, c=100).verdict(case) == verdict


def test_no_verdict_without_figure_or_target() -> None:
    assert not figures(before=1).verdict(TWO)
    assert not figures(pyzmq=1).verdict(Case("two", "two", "ns", "cpu"))


def test_rates_are_better_when_higher() -> None:
    case = Case("two", "two", "msg/s", "wall", reach=2e6)
    assert figures(pyzmq=499).verdict(case) == "yes"
    assert figures(pyzmq=501).verdict(case) == "no"


def test_tells_how_slow_the_machine_is() -> None:
    assert figures(before=1000).slowness([TWO]) == pytest.approx(2)
    assert figures(pyzmq=1000).slowness([TWO]) is None


def test_limited_api_may_cost_a_quarter() -> None:
    assert figures(abi3=125, specific=100).too_dear([TWO]) == []
    assert figures(abi3=126, specific=100).too_dear([TWO]) == [TWO]


def test_json_keeps_everything(tmp_path: Path) -> None:
    before = figures(pyzmq=100, before=500)
    results.write(before, tmp_path / "new" / "results.json")
    assert results.read(tmp_path / "new" / "results.json") == before


def test_json_of_another_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="layout 0, not 1: measure again"):
        results.from_document({"layout": 0})


@pytest.mark.parametrize("cost", [1.0, 37.0, 5000.0, 1e8])
def test_calibration_fills_a_chunk(cost: float) -> None:
    runs = []

    def run(count: int) -> float:
        runs.append(count)
        return 1000 + cost * count

    assert measure.calibrate(run, 15e6) * cost == pytest.approx(max(15e6, cost), rel=0.5)
    assert len(runs) < 20


@pytest.mark.parametrize(
    ("costs", "answer"),
    [((5, 4, 3), False), ((5, 3, 4), True), ((5, 3, 2.99), True), ((5, 5, 5, 5, 4), False), ((1,), False)],
)
def test_rounds_go_on_while_they_bring_something_better(costs: tuple[float, ...], answer: bool) -> None:
    assert measure.settled(costs, 3) is answer


# ---- turns -----------------------------------------------------------------------------------

FAKE = """
import json, sys
name, fails = sys.argv[1:]
for line in iter(sys.stdin.readline, ""):
    verb, *words = line.split()
    if verb == "hello":
        answer = {"cases": ["loop", "two"], "implementation": name, "python": "3", "libzmq": "4"}
    elif verb == fails:
        answer = {"error": "no more"}
    elif verb == "run":
        answer = {"cpu_ns": 100 * int(words[1]), "wall_ns": 1000000 * int(words[1])}
    else:
        answer = {}
    with open("turns", "a") as file:
        file.write(f"{name} {line}")
    print(json.dumps(answer), flush=True)
"""


def fake(key: str, place: Path, fails: str = "") -> Subject:
    """Return a subject whose operations take 100 ns of CPU time and 1 ms on the wall."""
    program = place / "fake.py"
    program.write_text(FAKE.replace('"turns"', repr(str(place / "turns"))), "utf-8")
    return Subject(key, key, (sys.executable, str(program), key, fails))


def test_subjects_take_turns(tmp_path: Path) -> None:
    subjects = [fake("pyzmq", tmp_path), fake("before", tmp_path)]
    found = measure.measure(subjects, [TWO], measure.Effort(rounds=3))
    assert found.failures == []
    assert found.figures["two"]["pyzmq"] == Figure((100.0,) * 3, count=15)
    turns = [line for line in (tmp_path / "turns").read_text().splitlines() if line.endswith("run two 15")]
    assert [line.split()[0] for line in turns] == ["pyzmq", "before", "before", "pyzmq", "pyzmq", "before"]


def test_a_failing_subject_is_told_of_and_the_others_go_on(tmp_path: Path) -> None:
    subjects = [fake("pyzmq", tmp_path), fake("before", tmp_path, fails="run")]
    found = measure.measure(subjects, [TWO], measure.Effort(rounds=2))
    assert list(found.figures["two"]) == ["pyzmq"]
    assert "two: before: no more" in found.failures


def test_a_subject_that_ends_says_why(tmp_path: Path) -> None:
    program = "import sys; sys.stdin.readline(); sys.exit('worn out')"
    with (
        Worker(Subject("x", "the X", (sys.executable, "-c", program))) as worker,
        pytest.raises(SubjectError, match=re.escape("the X: ended at 'hello': worn out")),
    ):
        worker.ask("hello")
    with pytest.raises(SubjectError, match="the X: cannot be started"):
        Worker(Subject("x", "the X", (str(tmp_path / "nothing"),)))


def test_a_subject_that_never_answers_is_ended() -> None:
    program = "import sys; [None for line in sys.stdin]"
    with (
        Worker(Subject("x", "X", (sys.executable, "-c", program))) as worker,
        pytest.raises(SubjectError, match="X: ended at 'hello'"),
    ):
        worker.ask("hello", patience=0.2)


def test_worker_tells_what_it_does_not_understand() -> None:
    with Worker(python_subject("pyzmq", "pyzmq", sys.executable)) as worker:
        with pytest.raises(SubjectError, match="open nothing: KeyError"):
            worker.ask("open", "nothing")
        with pytest.raises(SubjectError, match="no case is open"):
            worker.ask("run", "again", 1)
        assert worker.ask("hello")["cases"]


def test_import_is_measured_in_a_fresh_interpreter() -> None:
    wall, cpu, modules, asynchronous = measure.import_once(python_subject("pyzmq", "pyzmq", sys.executable))
    assert wall > 0
    assert cpu > 0
    assert modules > 5
    assert asynchronous > 0


# ---- table, picture, document ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (7.512, "ns", "7.51 ns"),
        (75.12, "us", "75.1 us"),
        (2641, "ns", "2641 ns"),
        (2.5e6, "msg/s", "2.50 M/s"),
        (515_000, "msg/s", "515 k/s"),
        (25, "modules", "25"),
    ],
)
def test_amounts(value: float, unit: str, text: str) -> None:
    assert table.amount(value, unit) == text


def test_table_has_the_targets_and_the_verdict() -> None:
    columns, rows = table.rows(figures(pyzmq=100, before=500, c=50), [TWO])
    row = dict(zip([column.title for column in columns], rows[0]))
    assert row == {
        "": "two",
        "C": "50.0 ns",
        "pyzmq": "100 ns",
        "27.3.0": "500 ns",
        "ratio": f"5.0{table.TIMES}",
        "reach": "≤ 100 ns",
        "stretch": "≤ 80.0 ns",
        "reached": "yes",
    }


def test_table_has_columns_for_what_was_measured_only() -> None:
    more = table.rows(figures(pyzmq=1, cffi=2, specific=1, abi3=1.5), [TWO])[0]
    assert [column.title for column in more[8:]] == ["CFFI", "it", "it", "abi3 cost"]


def test_notes_name_what_is_not_reached() -> None:
    said = " ".join(table.notes(figures(pyzmq=400, before=500, abi3=2, specific=1), [TWO]))
    assert "Not reached: two." in said
    assert "limited API costs more than 25% on hot rows: two." in said


def test_notes_tell_of_a_busy_machine() -> None:
    found = figures(pyzmq=1)
    assert "Busy" not in " ".join(table.notes(found, [TWO]))
    found.about["load"] = 4.3
    assert "Busy: 4.3 threads wanted each CPU" in " ".join(table.notes(found, [TWO]))


@pytest.mark.parametrize("gain", [0.02, 0.9, 1.0, 1.1, 250.0])
def test_picture_holds_every_bar(gain: float) -> None:
    found = figures(pyzmq=100, before=100 * gain, c=60)
    text = picture.svg(found, [TWO], "a <machine> & more")
    assert text == picture.svg(found, [TWO], "a <machine> & more")
    root = ElementTree.fromstring(text)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    rects = [one.attrib for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert rects[-1]["class"] == ("ours" if gain >= 1 else "slower")
    for rect in rects:
        assert 0 <= float(rect["x"]) < float(rect["x"]) + float(rect["width"]) <= width
        assert 0 <= float(rect["y"]) < float(rect["y"]) + float(rect["height"]) <= height
    assert "a <machine> & more" in [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_document_takes_the_table() -> None:
    text = document.DOCUMENT.read_text("utf-8")
    new = document.with_block(text, document.block(figures(pyzmq=100, before=500), [TWO]))
    assert "| two |" in new
    assert document.with_block(new, document.block(figures(pyzmq=100, before=500), [TWO])) == new
    assert new.partition(document.BEGIN)[0] == text.partition(document.BEGIN)[0]
    assert new.partition(document.END)[2] == text.partition(document.END)[2]


@pytest.mark.parametrize(
    "text", ["", document.BEGIN, document.END + document.BEGIN, (document.BEGIN + document.END) * 2]
)
def test_document_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(document.DocumentError, match="there must be one"):
        document.with_block(text, "")


def test_command_shows_an_earlier_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.json"
    found = figures(pyzmq=100, before=500)
    found.figures["again"] = found.figures.pop("two")
    results.write(found, path)
    assert cli.main(["--from", str(path)]) == 0
    assert "recv(NOBLOCK) raising Again" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--case", "nothing"], "no case is called 'nothing'"), ([], "which wheel?"), (["--from", "nothing"], "nothing")],
)
def test_command_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    assert message in capsys.readouterr().err


def test_command_wants_a_round(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--rounds", "0"])
    assert "a number from 1, not 0" in capsys.readouterr().err
