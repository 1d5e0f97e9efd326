"""No public name of an earlier release is missing.

``data/names-27.3.0.json`` holds them; ``tools/released_names.py`` collected them with ``dir()``.
"""

from __future__ import annotations

import enum
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from tests.fix_import import import_module

RELEASED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "names-27.3.0.json").read_text("utf-8"))

# Of BaseException, from Python 3.11 on: the names were collected there.
PYTHONS = set() if hasattr(BaseException, "add_note") else {"add_note"}

# A base of other classes, which have what it lacks.
MIXINS = {"zmq.sugar.attrsettr.AttributeSetter"}


def has(owner: object, name: str) -> bool:
    """Tell whether a module or class has the name, also if it is loaded only when asked for."""
    return name in dir(owner) or hasattr(owner, name)


def missing_in(owner: object, names: list[str]) -> list[str]:
    return [name for name in names if not has(owner, name)]


def test_all() -> None:
    assert not set(RELEASED["all"]["zmq"]) - set(zmq.__all__)


@pytest.mark.parametrize("name", RELEASED["modules"])
def test_modules(name: str) -> None:
    if name == "zmq.backend.cython" != zmq.backend.__name__ + "." + zmq.backend.name:
        pytest.skip("the backend in use is another one")
    module = import_module(name)
    names = [key for key in RELEASED["modules"][name] if f"{name}.{key}" not in RELEASED["modules"]]
    assert not missing_in(module, names)


@pytest.mark.parametrize("name", [name for name in RELEASED["classes"] if name not in MIXINS])
def test_classes(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    cls = getattr(import_module(module), attribute)
    if sys.version_info < (3, 11) and any(base.__module__.startswith("asyncio.") for base in cls.__mro__):
        pytest.skip("inherits names of asyncio, of which there are fewer before the Python where they were collected")
    found = cls.__members__ if issubclass(cls, enum.Enum) else dir(cls)
    assert not set(RELEASED["classes"][name]) - set(found) - PYTHONS


def test_instances(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    tracked = zmq.Frame(b"", track=True)
    made = {
        "zmq.Context": context,
        "zmq.Socket": sockets(zmq.PAIR),
        "zmq.Frame": tracked,
        "zmq.Poller": zmq.Poller(),
        "zmq.MessageTracker": tracked.tracker,
        "zmq.ZMQError": zmq.ZMQError(zmq.EAGAIN),
        "zmq.Again": zmq.Again(),
        "zmq.ZMQVersionError": zmq.ZMQVersionError("4.0"),
    }
    assert made.keys() == RELEASED["instances"].keys()
    missing = {name: set(RELEASED["instances"][name]) - set(dir(value)) - PYTHONS for name, value in made.items()}
    assert not any(missing.values()), missing


def test_a_missing_name_is_noticed() -> None:
    assert missing_in(zmq, ["Socket", "Sokket"]) == ["Sokket"]
    assert missing_in(zmq, ["asyncio", "Socket"]) == []
