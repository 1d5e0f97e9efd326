"""Each name that the documentation defines is there, is what it says, and can be called as it says.

``tools/spec/documented.toml`` lists them; ``tools/documented_names.py`` derived it from the documentation's text.
"""

from __future__ import annotations

import enum
import inspect
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from tests.fix_import import import_module

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCUMENTED: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "tools" / "spec" / "documented.toml").read_text("utf-8")
)
KINDS: dict[str, tuple[type, ...]] = {
    "class": (type,),
    "enum": (enum.EnumMeta,),
    "data": (int,),
}

#: Documented as defaults because Python had them then: what matters is what they do.
DEFAULTS = {("zmq.Socket.send_pyobj", "protocol")}

#: Documented with the parameters of functions beneath, against what the text says of them: the topic, then the message.
OF_OTHERS = {
    f"zmq.log.handlers.TopicLogger.{name}"
    for name in ("critical", "debug", "error", "exception", "fatal", "info", "warn", "warning")
}


def find(name: str) -> Any:
    """Return what a dotted name stands for; modules are imported."""
    parts = name.split(".")
    found: Any = import_module(parts[0])
    for end, part in enumerate(parts[1:], 2):
        try:
            found = getattr(found, part)
        except AttributeError:
            if not isinstance(found, types.ModuleType):
                raise
            found = import_module(".".join(parts[:end]))
    return found


def parameters(text: str) -> list[inspect.Parameter]:
    """Return the parameters of a signature as the documentation has it."""
    made: dict[str, Any] = {}
    exec(f"def function{text}: pass", made)
    return list(inspect.signature(made["function"]).parameters.values())


def differences(name: str, documented: list[inspect.Parameter], real: list[inspect.Parameter]) -> list[str]:
    """Tell why a call by the documented signature would not do what it says."""
    wrong = []
    by_name = {parameter.name: parameter for parameter in real}
    kinds = {parameter.kind for parameter in real}
    positional = [p for p in real if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for index, parameter in enumerate(documented):
        if parameter.kind is parameter.VAR_KEYWORD:
            if parameter.VAR_KEYWORD not in kinds and not {"routing_id", "group"} <= by_name.keys():
                wrong.append(f"takes no **{parameter.name}")
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            if parameter.VAR_POSITIONAL not in kinds:
                wrong.append(f"takes no *{parameter.name}")
            continue
        mine = by_name.get(parameter.name)
        if mine is None:
            wrong.append(f"has no {parameter.name}")
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            if mine.kind not in (mine.KEYWORD_ONLY, mine.POSITIONAL_OR_KEYWORD):
                wrong.append(f"takes {parameter.name} not by name")
        elif index >= len(positional) or positional[index].name != parameter.name:
            wrong.append(f"does not take {parameter.name} as argument {index}")
        checked = parameter.default is not parameter.empty and (name, parameter.name) not in DEFAULTS
        if checked and (mine.default is mine.empty or mine.default != parameter.default):
            wrong.append(f"{parameter.name} defaults to {mine.default!r}, not {parameter.default!r}")
    given = {parameter.name for parameter in documented}
    for parameter in real:
        needed = parameter.default is parameter.empty
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            needed = False
        if needed and parameter.name not in given:
            wrong.append(f"needs {parameter.name}")
    return wrong


@pytest.mark.parametrize("name", DOCUMENTED)
def test_names(name: str) -> None:
    kind = DOCUMENTED[name]["kind"]
    owner_name, _, last = name.rpartition(".")
    classes = getattr(find(owner_name), "__mro__", ())
    if kind == "attribute" and any(last in vars(cls).get("__annotations__", {}) for cls in classes):
        return  # each instance has one of its own
    found = find(name)
    if kind in KINDS:
        assert isinstance(found, KINDS[kind])
    elif kind in {"method", "function", "classmethod"}:
        assert callable(found)
        assert (getattr(found, "__self__", None) is find(owner_name)) == (kind == "classmethod")
    elif kind == "attribute":
        # Some are aliases of classes.
        assert not callable(found) or isinstance(found, type)


@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTED if "signatures" in DOCUMENTED[name] and name not in OF_OTHERS]
)
def test_signatures(name: str) -> None:
    found = find(name)
    real = list(inspect.signature(found).parameters.values())
    if DOCUMENTED[name]["kind"] == "method":
        real = real[1:]
    wrong = {text: differences(name, parameters(text), real) for text in DOCUMENTED[name]["signatures"]}
    assert not any(wrong.values()), f"{name}{inspect.signature(found)}: {wrong}"


def test_attributes_of_instances(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    frame = zmq.Frame(b"", track=True)
    owners = {"zmq.Context": context, "zmq.Socket": sockets(zmq.PAIR), "zmq.Frame": frame}
    drafts = {"zmq.Frame.group", "zmq.Frame.routing_id"}
    for name in DOCUMENTED:
        owner, _, attribute = name.rpartition(".")
        if owner in owners and DOCUMENTED[name]["kind"] in {"attribute", "mentioned"}:
            if name in drafts and not zmq.DRAFT_API:
                with pytest.raises(RuntimeError, match="draft"):
                    getattr(owners[owner], attribute)
            elif attribute == "socket_type":
                with pytest.deprecated_call():
                    getattr(owners[owner], attribute)
            else:
                getattr(owners[owner], attribute)


def test_every_part_of_the_reference_is_there() -> None:
    """The list was not lost: the chapters have so many names."""
    modules: dict[str, int] = {}
    for name in DOCUMENTED:
        parts = name.split(".")
        end = next((index for index, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
        module = ".".join(parts[:end])
        modules[module] = modules.get(module, 0) + 1
    assert modules["zmq"] > 110
    assert {"zmq.asyncio", "zmq.auth", "zmq.devices", "zmq.eventloop.zmqstream", "zmq.log.handlers"} <= modules.keys()
    assert len(DOCUMENTED) > 300


@pytest.mark.parametrize(
    ("documented", "real", "wrong"),
    [
        ("(a, b=1)", "(a, b=1, c=2)", []),
        ("(a, b=1)", "(a, b=2)", ["b defaults to 2, not 1"]),
        ("(a, b=1)", "(b=1, a=0)", ["does not take a as argument 0", "does not take b as argument 1"]),
        ("(a)", "(a, b)", ["needs b"]),
        ("(a, **kwargs)", "(a)", ["takes no **kwargs"]),
        ("(*, a)", "(a)", []),
        ("(a)", "(*, a)", ["does not take a as argument 0"]),
        ("(a)", "(b=0)", ["has no a"]),
    ],
)
def test_differences(documented: str, real: str, wrong: list[str]) -> None:
    assert differences("f", parameters(documented), parameters(real)) == wrong
