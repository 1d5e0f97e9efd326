"""The inputs of ``nox -s fuzz``: the same for the same seed, and of the structure that they are meant to have."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.case import SEEDS, Case, Part, load, load_seeds, save
from tests.fuzz.mutators import LARGEST, change_body, join_frame, mutate, split_frame, wrong_length

TARGETS = sorted(path.stem for path in SEEDS.glob("*.json"))


def test_seeds_are_small() -> None:
    assert TARGETS == ["connect", "tcp", "ws", "zap-reply", "zap-request"]
    assert sum(path.stat().st_size for path in SEEDS.iterdir()) < 200_000


@pytest.mark.parametrize("target", TARGETS)
def test_same_inputs_for_the_same_seed(target: str) -> None:
    seeds = load_seeds(target)
    before = [seed.to_json() for seed in seeds]
    one, other = Random(1), Random(1)
    inputs = [mutate(one, seeds) for _ in range(1000)]
    assert inputs == [mutate(other, seeds) for _ in range(1000)]
    assert [seed.to_json() for seed in seeds] == before, "a seed was changed"
    assert len({repr(case.parts) for case in inputs}) > 700
    assert all(sum(len(part.data) for part in case.parts) <= LARGEST for case in inputs)


def test_files(tmp_path: Path) -> None:
    cases = [Case("tcp", "null-rep", [Part("frame", bytes(range(256))), Part("raw", b"")], "name"), Case("ws", "x")]
    save(tmp_path / "new" / "cases.json", cases)
    assert load(tmp_path / "new" / "cases.json") == cases


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000])
def test_frames(size: int) -> None:
    body = bytes(size)
    data = join_frame(4, size, body)
    flags, again = split_frame(data)
    assert (flags, again) == (4 if size < 256 else 6, body)


def test_bodies_keep_a_length_that_fits() -> None:
    random = Random(2)
    for _ in range(300):
        part = Part("frame", join_frame(4, 20, bytes(range(20))))
        change_body(random, [part], [])
        flags, body = split_frame(part.data)
        assert int.from_bytes(part.data[1:9] if flags & 2 else part.data[1:2], "big") == len(body)


@pytest.mark.parametrize(
    "part",
    [Part("frame", b"\0\3abc"), Part("v1", b"\4\0abc"), Part("ws", b"\x82\x84\0\0\0\0\0abc")],
    ids=lambda part: part.kind,
)
def test_wrong_lengths(part: Part) -> None:
    random = Random(3)
    seen = set()
    for _ in range(300):
        changed = Part(part.kind, part.data)
        wrong_length(random, [changed], [])
        assert changed.data.endswith(part.data[-3:]), "the rest stays"
        seen.add(changed.data)
    assert len(seen) > 20
