"""An input: a door of the target, and what is sent through it, in parts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Where a seed lives, one file for each target.
SEEDS = Path(__file__).resolve().parent / "seeds"


@dataclass
class Part:
    """A unit of a protocol: a greeting, a frame, a request."""

    #: "greeting", "frame" of ZMTP 2 and 3, "v1" for one of ZMTP 1, "http", "ws" for a WebSocket frame, "zap" or "raw".
    kind: str
    data: bytes


@dataclass
class Case:
    """An input, or a seed."""

    target: str
    door: str
    parts: list[Part] = field(default_factory=list)
    name: str = ""

    def copy(self) -> Case:
        """Return one that can be changed."""
        return Case(self.target, self.door, [Part(part.kind, part.data) for part in self.parts], self.name)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it; bytes are hexadecimal."""
        parts = [[part.kind, part.data.hex()] for part in self.parts]
        return {"target": self.target, "door": self.door, "name": self.name, "parts": parts}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Case:
        """Return what :meth:`to_json` was made of."""
        parts = [Part(kind, bytes.fromhex(data)) for kind, data in value["parts"]]
        return cls(value["target"], value["door"], parts, value.get("name", ""))


def save(path: Path, cases: Iterable[Case]) -> None:
    """Write cases to a file, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(case.to_json()) for case in cases]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def load(path: Path) -> list[Case]:
    """Read what :func:`save` wrote."""
    return [Case.from_json(value) for value in json.loads(path.read_text("utf-8"))]


def load_seeds(target: str) -> list[Case]:
    """Return the seeds of a target."""
    return load(SEEDS / f"{target}.json")
