"""The differential suite: outcomes are described and compared by its rules, and intended.toml is read strictly."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from generate.migrating import BEGIN, END, load_intended, render_migrating
from generate.spec import SpecError

from tests.compat.__main__ import INTENDED, all_cases, grouped, read_intended
from tests.compat.case import Case, written_cases
from tests.compat.compare import Difference, Entry, compare, read_entries, signatures_alike, sort_out
from tests.compat.outcome import describe, normalise, run

ROOT = Path(__file__).resolve().parents[2]


def facets(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [each.facet for each in compare("case", before, now)]


def test_programs_have_names_of_their_own() -> None:
    cases = all_cases([])
    assert len(cases) >= 300
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        compile(case.source, case.name, "exec")


def test_programs_of_a_group_stay_together() -> None:
    cases = [Case("a", "1", "g"), Case("b", "2"), Case("c", "3", "g")]
    assert grouped(cases) == [[("a", "1"), ("c", "3")], [("b", "2")]]


def test_a_module_is_split_into_programs(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(
        "import json\n\ndef _helper():\n    return 3\n\n"
        "def one():\n    return _helper()\n\nasync def two():\n    return 2\n"
    )
    cases = {case.name: case.source for case in written_cases(tmp_path)}
    assert list(cases) == ["some.one", "some.two"]
    assert run("one", cases["some.one"])["result"] == "3"
    assert run("two", cases["some.two"])["result"] == "2"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("result = [1, b'x', 'y', None]", {"result": "list(1, b'x', 'y', None)"}),
        ("result = Names(['b', 'a'])", {"names": ["a", "b"]}),
        (
            "result = Signature(lambda a, *, b=1: 0)",
            {"signature": [["a", "POSITIONAL_OR_KEYWORD", ""], ["b", "KEYWORD_ONLY", "1"]]},
        ),
        ("import warnings; warnings.warn('old', DeprecationWarning)", {"warnings": [["DeprecationWarning", "old"]]}),
        ("import logging; logging.getLogger('zmq.x').error('%s', 1)", {"logs": [["zmq.x", "ERROR", "1"]]}),
        ("raise OSError(9999, 'text')", {"raised": ["OSError", "Exception", "BaseException"], "errno": 9999}),
        ("raise SystemExit(2)", {"text": "2"}),
    ],
)
def test_outcomes(source: str, expected: dict[str, Any]) -> None:
    outcome = run("case", source)
    assert {key: outcome[key] for key in expected} == expected


def test_what_changes_from_run_to_run_is_normalised() -> None:
    assert normalise("<x at 0x7f00aabb> tcp://127.0.0.1:41234") == "<x at 0xADDRESS> tcp://127.0.0.1:PORT"
    assert describe(object()) == "object: <object object at 0xADDRESS>"


def test_each_facet_is_compared() -> None:
    same = {"result": "1", "warnings": [], "logs": [], "output": ""}
    assert facets(same, same) == []
    assert facets(same, {**same, "result": "2"}) == ["result"]
    assert facets(same, {**same, "warnings": [["W", "text"]], "logs": [["zmq", "ERROR", "x"]]}) == ["warnings", "logs"]
    assert facets(same, {"ended": "hung"}) == ["ended"]
    assert facets({"ended": "hung"}, {"ended": "hung"}) == []
    assert facets({"names": ["a", "b"]}, {"names": ["b", "c"]}) == ["names"]
    assert facets({"names": ["a"]}, {"names": ["a", "c"]}) == []


def test_exceptions_are_compared_by_what_catches_them() -> None:
    error = {"raised": ["zmq.error.ZMQError", "Exception"], "text": "Invalid argument", "errno": 22}
    again = {"raised": ["zmq.error.Again", "zmq.error.ZMQError", "Exception"], "text": "Invalid argument", "errno": 22}
    assert facets(error, again) == []
    assert facets(again, error) == ["raised"]
    assert facets(error, {**error, "errno": 11}) == ["text"]
    assert facets(error, {**error, "text": "other"}) == ["text"]
    assert facets(error, {"result": "1"}) == ["raised"]
    conversion = {"raised": ["TypeError"], "text": "f() takes exactly 1 positional argument (0 given)"}
    assert facets(conversion, {**conversion, "text": "f() missing 1 required argument"}) == []
    assert facets(conversion, {**conversion, "raised": ["ValueError"]}) == ["raised"]


@pytest.mark.parametrize(
    ("now", "alike"),
    [
        ("a, b=1", True),
        ("a, b=1, c=None", True),
        ("a, b=2", False),
        ("b=1, a=0", False),
        ("a, b=1, *, c", False),
        ("a, **more", True),
        ("x, b=1", False),
    ],
)
def test_signatures_may_grow(now: str, alike: bool) -> None:
    def parameters(text: str) -> Any:
        return run("case", f"result = Signature(lambda {text}: 0)")["signature"]

    assert signatures_alike(parameters("a, b=1"), parameters(now)) == alike


def entry(**values: Any) -> Entry:
    return Entry(**{"id": "e", "cases": ["Frame.*"], "facets": ["text"], "reason": "why", **values})


def test_an_entry_covers_its_facets_of_its_cases_only() -> None:
    found = [
        Difference(case, facet, 1, 2) for case in ("Frame.get(1)", "Socket.get(1)") for facet in ("text", "result")
    ]
    known = entry()
    assert len(sort_out(found, [known])) == 3
    assert known.unused() == []
    assert entry(cases=["x"]).unused() == ["x"]
    assert entry(cases=["Frame.get([1])"]).covers(Difference("Frame.get([1])", "text", 1, 2))
    assert entry(extends=True).covers(Difference("Frame.x", "text", "22 bad", "22 bad: more"))
    assert not entry(extends=True).covers(Difference("Frame.x", "text", "22 bad", "22 worse"))
    assert not entry(raised=["ZMQError"]).covers(Difference("Frame.x", "text", 1, 2, "TypeError"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"facets": ["nothing"]}, "facets are some of"),
        ({"facets": []}, "facets are some of"),
        ({"reason": " "}, "needs a reason"),
        ({"cases": []}, "needs a reason, and cases or a test"),
    ],
)
def test_a_wrong_entry_is_refused(values: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        entry(**values)


def test_entries_need_ids_of_their_own() -> None:
    same = {"id": "e", "cases": ["x"], "facets": ["text"], "reason": "why"}
    with pytest.raises(ValueError, match="more than one entry is called e"):
        read_entries({"difference": [same, same]})


def test_every_intended_difference_is_documented_and_has_a_test() -> None:
    load_intended(INTENDED)
    for each in read_intended():
        if each.test:
            path, _, name = each.test.partition("::")
            assert f"def {name}(" in (ROOT / path).read_text("utf-8"), each.id


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    entry = {"id": "e", "section": "refused", "what": "a | b", "before": "x", "now": "y", "reason": "z"}
    page = render_migrating(f"before\n{BEGIN}\nold\n{END}\nafter\n", [entry])
    assert "| a \\| b | x | y |  | z |" in page
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "old" not in page
    with pytest.raises(SpecError, match="lacks one of the lines"):
        render_migrating("nothing", [])
    (tmp_path / "intended.toml").write_text('[[difference]]\nid = "e"\nsection = "refused"\nwhat = "w"\n')
    with pytest.raises(SpecError, match="entry 'e' has no 'before'"):
        load_intended(tmp_path)


def test_a_program_that_ends_its_process_is_an_outcome(tmp_path: Path) -> None:
    programs = [
        ["first", "result = 1; print('text')"],
        ["crash", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"],
        ["after", "result = 2"],
    ]
    (tmp_path / "cases.json").write_text(json.dumps([programs]))
    probe = (
        "import sys; sys.path.append(sys.argv[1]); from tests.compat import probe; probe.PRELOADED = ();"
        "probe.main(*sys.argv[2:])"
    )
    subprocess.run(
        [sys.executable, "-I", "-c", probe, str(ROOT), str(tmp_path / "cases.json"), str(tmp_path / "outcomes.json")],
        cwd=tempfile.gettempdir(),
        check=True,
    )
    outcomes = json.loads((tmp_path / "outcomes.json").read_text())
    assert outcomes["first"]["output"] == "text\n"
    assert outcomes["crash"] == {"ended": "died of SIGSEGV"}
    assert outcomes["after"]["result"] == "2"
