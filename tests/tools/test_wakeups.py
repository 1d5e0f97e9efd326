"""The wake-up matrix: its rules, its generator, and the pairwise selection."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from functools import lru_cache
from typing import Any

import pytest

from tests.wakeups import driver
from tests.wakeups.cells import DIMENSIONS, RULES, Cell, cells, combinations, excluded_by, pairs, pairwise, parse
from tests.wakeups.driver import Outcome, Report, run_cells, select
from tests.wakeups.operations import DEVICES, KINDS, OPERATIONS

#: Enough to see everything, and much less than all.
SMALL: dict[str, Any] = {"backend": ["cython"], "transport": ["inproc"], "loop": ["asyncio", "gevent"]}


@lru_cache(maxsize=1)
def small() -> list[Cell]:
    """The cells of :data:`SMALL`."""
    return list(cells(**SMALL))


def test_each_rule_excludes_something_that_no_other_does() -> None:
    only: Counter[str] = Counter()
    for cell in combinations(backend=["cython"], transport=["inproc", "tcp"], loop=["asyncio", "tornado", "gevent"]):
        names = [rule.name for rule in RULES if rule.excludes(cell)]
        if len(names) == 1:
            only[names[0]] += 1
    assert [rule.name for rule in RULES if not only[rule.name]] == []


def test_rules_have_names_and_reasons() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason for rule in RULES)


def test_each_operation_and_outcome_has_cells() -> None:
    found = {(cell.operation, cell.outcome) for cell in small()}
    wanted = {(operation.name, outcome) for operation in OPERATIONS for outcome in operation.outcomes}
    assert wanted - found == set()
    assert found - wanted == set()


@pytest.mark.parametrize(("name", "values"), DIMENSIONS.items(), ids=list(DIMENSIONS))
def test_each_value_has_cells(name: str, values: tuple[str, ...]) -> None:
    found = {getattr(cell, name) for cell in cells(operation=["sync.send", "async.send", "green.send", "stream.send"])}
    assert found == ({"sync.send", "async.send", "green.send", "stream.send"} if name == "operation" else set(values))


@pytest.mark.parametrize(
    "name",
    [
        # The other direction, by the same object and by others.
        "asyncio/cython/inproc/in/async.send/again/transfer/same/main",
        "uvloop/cffi/tcp/out/async.recv/again/poll/same/main",
        "gevent/cython/ipc/in/green.send/error/transfer/same/main",
        "asyncio/cython/inproc/in/async.send_multipart/success/transfer/address/main",
        "tornado/cython/tcp/in/sync.send/success/stream/same/other",
        # A poller over plain sockets.
        "asyncio/cython/inproc/in/sync.send/success/poller/same/main",
    ],
)
def test_known_cells(name: str) -> None:
    assert parse(name).name == name


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("gevent/cython/inproc/in/async.send/success/transfer/same/main", "kinds-of-loop"),
        ("asyncio/cython/inproc/in/sync.send/cancel/poller/same/main", "outcomes-of-operation"),
        ("asyncio/cython/inproc/in/sync.recv/again/poller/same/main", "event-allows-operation"),
        ("asyncio/cython/inproc/in/sync.send/success/transfer/same/main", "same-object-waits-itself"),
        ("asyncio/cython/inproc/in/stream.send/success/stream/shadow/main", "one-stream-per-socket"),
        ("asyncio/cython/inproc/in/async.send/success/poll/shadow/other", "one-loop-per-socket"),
        ("asyncio/cython/inproc/out/async.send_begin/success/poll/same/main", "message-not-finished"),
        ("asyncio/cython/inproc/out/async.disconnect/success/poll/same/main", "spare-connection-has-room"),
        ("asyncio/cython/inproc/out/async.subscribe/success/poll/same/main", "subscribers-do-not-send"),
        ("asyncio/cython/tcp/in/async.send_json/success/transfer/same/main", "conversions-are-transfers"),
        ("asyncio/cython/tcp/in/sync.proxy/success/transfer/shadow/main", "devices-take-time"),
    ],
)
def test_excluded_combinations(name: str, rule: str) -> None:
    assert excluded_by(Cell(*name.split("/"))) == rule
    with pytest.raises(ValueError, match=rule):
        parse(name)


@pytest.mark.parametrize("name", ["", "asyncio", "asyncio/cython/udp/in/sync.send/success/poller/same/main"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="names no combination"):
        parse(name)


def test_names_are_unique_and_can_be_parsed() -> None:
    names = [cell.name for cell in small()]
    assert len(set(names)) == len(names)
    assert [parse(name) for name in names[::50]] == small()[::50]


def test_operations() -> None:
    assert {operation.kind for operation in OPERATIONS} == set(KINDS)
    assert {"sync.proxy", "green.proxy"} <= {f"{one.kind}.{one.act}" for one in OPERATIONS if one.act in DEVICES}


def test_pairwise_has_all_pairs_and_is_small() -> None:
    chosen = pairwise(small())
    assert {pair for cell in chosen for pair in pairs(cell)} == {pair for cell in small() for pair in pairs(cell)}
    assert len(set(chosen)) == len(chosen) < len(small()) / 20
    assert chosen == pairwise(small()), "not the same again"


def test_pairs() -> None:
    cell = small()[0]
    assert len(pairs(cell)) == len(DIMENSIONS) * (len(DIMENSIONS) - 1) // 2
    assert (0, cell.loop, 1, cell.backend) in pairs(cell)
    assert astuple(cell)[0] == cell.loop


def test_select() -> None:
    name = "asyncio/cython/inproc/in/async.send/again/transfer/same/main"
    arguments = (["asyncio"], ["cython"], ["inproc"])
    assert [cell.name for cell in select([name], *arguments)] == [name]
    assert {cell.operation for cell in select(["*/async.recv/*"], *arguments)} == {"async.recv"}
    with pytest.raises(ValueError, match="names no combination"):
        select(["nonsense"], *arguments)


def test_report() -> None:
    good, bad = (cell.name for cell in small()[:2])
    report = Report([Outcome(good, "served", took_signal=True), Outcome(bad, "lost", "the waiter was not served")], 1.0)
    assert [outcome.name for outcome in report.failed] == [bad]
    text = "\n".join(report.lines())
    assert "2 cells in 1 s: 1 served, 1 lost" in text
    assert f"lost: {bad}: the waiter was not served" in text
    assert "loop: asyncio 1/2" in text


#: Stands for the process that runs cells: some hang, some crash.
PRETENDING = """
import json, os, sys, time
for name in sys.stdin.read().split():
    print(json.dumps({"at": name}), flush=True)
    if "/poller/" in name:
        time.sleep(600)
    if "/stream/" in name:
        sys.stderr.write("it crashes here")
        sys.stderr.flush()
        os._exit(3)
    print(json.dumps({"result": {"name": name, "status": "served"}}), flush=True)
"""


def test_processes_that_hang_and_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_CHILD", PRETENDING)
    monkeypatch.setattr(driver, "SILENCE", 1.0)
    chosen = list(
        cells(
            **{**SMALL, "loop": ["asyncio"]}, operation=["sync.send"], object=["shadow"], thread=["main"],
            direction=["in"], outcome=["success"],
        )
    )  # fmt: skip
    report = run_cells(chosen, jobs=1)
    status = {parse(outcome.name).waiter: outcome.status for outcome in report.outcomes}
    assert status == {"transfer": "served", "poll": "served", "poller": "hung", "stream": "crashed"}
    assert len(report.outcomes) == len(chosen)
    (crash,) = (outcome for outcome in report.outcomes if outcome.status == "crashed")
    assert "it crashes here" in crash.detail


def test_too_many_that_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_CHILD", PRETENDING)
    chosen = [cell for cell in small() if cell.loop == "asyncio" and cell.waiter == "stream"][:20]
    report = run_cells(chosen, jobs=1)
    assert sorted(outcome.name for outcome in report.outcomes) == sorted(cell.name for cell in chosen)
    assert not any(outcome.status == "served" for outcome in report.outcomes)
    assert "not run" in report.outcomes[-1].detail
