"""Every public name has a place in the built pages: `nox -s docs` builds them, and runs this.

Public are the names that the documentation of earlier releases defines, those that 27.3.0 had, and those that the
modules of this one list.
"""

from __future__ import annotations

import enum
import json
import os
import pkgutil
import sys
import types
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_import import import_module

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(os.environ["PYZMQ_DOCS_PAGES"])

# What layers inside of the package have for each other: none of it is for programs.
INTERNAL = ("zmq.backend",)

# A base of other classes, which have what it lacks now.
MIXINS = {"zmq.sugar.attrsettr.AttributeSetter"}


@cache
def inventory() -> frozenset[str]:
    """Names that the pages define, as other projects refer to them."""
    # Four lines of text, and then compressed ones: name, domain:role, priority, address, what is shown.
    packed = (PAGES / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = (line.split(" ") for line in zlib.decompress(packed).decode().splitlines())
    return frozenset(words[0] for words in lines if words[1].startswith("py:"))


def find(name: str) -> Any:
    """Return what a dotted name stands for; None if that is known in instances only."""
    found: Any = import_module("zmq")
    parts = name.split(".")
    for end, part in enumerate(parts[1:], 2):
        try:
            found = getattr(found, part)
        except AttributeError:
            found = _imported(parts, end)
            if found is None:
                return None
    return found


def _imported(parts: list[str], end: int) -> Any:
    """Return what the first parts stand for if they are a module, or of one that a function hides in its package."""
    for last in (end, end - 1):
        try:
            module = import_module(".".join(parts[:last]))
        except ModuleNotFoundError:
            continue
        return module if last == end else getattr(module, parts[last], None)
    return None


@cache
def described() -> dict[int, str]:
    """The objects that the pages describe, by their identity, which other paths lead to as well."""
    objects: dict[int, str] = {}
    for name in sorted(inventory()):
        found = find(name)
        if isinstance(found, (type, types.FunctionType, types.BuiltinFunctionType, enum.Enum, zmq.MessageTracker)):
            objects.setdefault(id(found), name)
    return objects


def has_place(name: str) -> bool:
    """Tell whether the pages define a name, or the object by another one."""
    if name in inventory():
        return True
    found = find(name)
    if found is not None and id(found) in described():
        return True
    # A plain value, that a package above has by the same name.
    parts = name.split(".")
    above = (".".join([*parts[:end], parts[-1]]) for end in range(1, len(parts) - 1))
    return any(path in inventory() and find(path) == found for path in above)


def attribute_has_place(cls: type, name: str, attribute: str) -> bool:
    """Tell whether the pages define an attribute of a class, or of what the class inherits it from."""
    if f"{name}.{attribute}" in inventory():
        return True
    for base in cls.__mro__:
        if f"{described().get(id(base))}.{attribute}" in inventory():
            return True
        if attribute in vars(base) and not base.__module__.startswith("zmq."):
            return True  # Python's own, or of an event loop
    # What `SocketOption.linger` is: another spelling of an option.
    return attribute.lower() != attribute and attribute_has_place(cls, name, attribute.lower())


def modules() -> Iterator[str]:
    """Names of the public modules."""
    yield "zmq"
    for info in pkgutil.walk_packages(zmq.__path__, "zmq."):
        if not any(part.startswith("_") for part in info.name.split(".")) and not info.name.startswith(INTERNAL):
            yield info.name


DOCUMENTED: dict[str, Any] = tomllib.loads((ROOT / "tools" / "spec" / "documented.toml").read_text("utf-8"))
RELEASED: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "names-27.3.0.json").read_text("utf-8"))


def test_documented_names() -> None:
    missing = []
    for name in DOCUMENTED:
        owner, _, attribute = name.rpartition(".")
        cls = find(owner)
        place = attribute_has_place(cls, owner, attribute) if isinstance(cls, type) else has_place(name)
        if not place:
            missing.append(name)
    assert not missing, "\n".join(missing)
    print(f"{len(DOCUMENTED)} names that the documentation defines")


def test_names_of_the_last_release() -> None:
    missing, seen = [], 0
    for module, names in RELEASED["modules"].items():
        for name in [module, *(f"{module}.{name}" for name in names)]:
            seen += 1
            if not has_place(name):
                missing.append(name)
    for name, attributes in RELEASED["classes"].items():
        if name in MIXINS:
            continue
        cls = find(name)
        for attribute in attributes:
            seen += 1
            if not attribute_has_place(cls, name, attribute):
                missing.append(f"{name}.{attribute}")
    assert not missing, "\n".join(missing)
    print(f"{seen} names of 27.3.0")


def test_names_of_this_one() -> None:
    missing, seen = [], 0
    for module_name in modules():
        module = import_module(module_name)
        seen += 1
        if not has_place(module_name):
            missing.append(module_name)
        for name in getattr(module, "__all__", ()):
            seen += 1
            value = getattr(module, name)
            if not has_place(f"{module_name}.{name}"):
                missing.append(f"{module_name}.{name}")
            elif isinstance(value, type) and value.__module__.startswith("zmq."):
                attributes = [key for key in dir(value) if not key.startswith("_")]
                seen += len(attributes)
                missing += [
                    f"{module_name}.{name}.{attribute}"
                    for attribute in attributes
                    if not attribute_has_place(value, f"{module_name}.{name}", attribute)
                ]
    assert not missing, "\n".join(missing)
    print(f"{seen} names of this one")


@pytest.mark.parametrize("name", ["zmq.Sokket", "zmq.Socket.sendd", "zmq.LINGR"])
def test_a_missing_name_is_noticed(name: str) -> None:
    assert name not in inventory()
    assert not attribute_has_place(zmq.Socket, "zmq.Socket", name.rpartition(".")[2])
