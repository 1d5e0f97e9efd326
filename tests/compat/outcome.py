"""What a program did, as plain values that can be compared.

It runs in the interpreter whose pyzmq is looked at, and needs the standard library only.
"""

from __future__ import annotations

import enum
import inspect
import logging
import os
import re
import types
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

#: What is not the same from one run to the next, or from one interpreter to the other, and what stands for it.
NORMALISED = [
    (re.compile(r"0x[0-9a-fA-F]{3,}"), "0xADDRESS"),
    (re.compile(r"\b(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|localhost):\d{4,5}\b"), r"\1:PORT"),
    (re.compile(r"TMPDIR/tmp\w+"), "TMPDIR/tmp"),
    (re.compile(r"\bFD \d+"), "FD N"),
    (re.compile(r"_handle_events\(\d+"), "_handle_events(N"),
    # Whether a class is defined in Python or in C decides how CPython names its methods.
    (re.compile(r"built-in method|cython_function_or_method|bound method"), "method"),
    # The module that holds the classes of a backend.
    (re.compile(r"zmq\.backend\.(cython|cffi)\.[\w.]+?\.(?=[A-Z])"), "zmq.backend."),
    (re.compile(r"zmq\.backend\.(cython|cffi)\.(?=[A-Z])"), "zmq.backend."),
]

#: The log records of other packages depend on their versions.
LOGGERS = ("zmq", "root", "tornado", "asyncio")

#: Longer values are cut: a difference shows before.
_LONGEST = 2000


#: What programs made: it lives as long as the process.
_kept: list[dict[str, Any]] = []


class Names(list):  # type: ignore[type-arg]  # Python 3.9 evaluates the base
    """Names of which this release may have more than 27.3.0, but not fewer."""


class Signature:
    """The signature of a callable; this release may add optional parameters."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def parameters(self) -> list[list[str]] | str:
        """Return name, kind and default of each parameter; or why there is no signature."""
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError) as error:
            return type(error).__name__
        return [
            [each.name, each.kind.name, "" if each.default is each.empty else _default(each.default)]
            for each in signature.parameters.values()
        ]


def _default(value: Any) -> str:
    # Whether it is an enum or its number makes no difference to a call.
    return describe(int(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def normalise(text: str) -> str:
    """Return a text without what differs between runs."""
    place = os.environ.get("TMPDIR")
    if place:
        text = text.replace(place, "TMPDIR")
    for pattern, replacement in NORMALISED:
        text = pattern.sub(replacement, text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"


def type_name(cls: type) -> str:
    """Return the qualified name of a class; of one of the program itself, its name."""
    module = cls.__module__
    if module in {"builtins", "__main__", "program"}:
        return cls.__qualname__
    return normalise(f"{module}.{cls.__qualname__}")


def describe(value: Any, depth: int = 4) -> str:
    """Return a description of a value, the same for values that a program cannot tell apart."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}" if value.name else f"{type(value).__name__}({value.value})"
    if value is None or type(value) in {bool, int, str, bytes, bytearray, float, complex}:
        return normalise(repr(value))
    if depth and type(value) in {list, tuple, set, frozenset}:
        items = [describe(each, depth - 1) for each in value]
        if isinstance(value, (set, frozenset)):
            items.sort()
        return f"{type(value).__name__}({', '.join(items)})"
    if depth and type(value) is dict:
        items = [f"{describe(key, depth - 1)}: {describe(each, depth - 1)}" for key, each in value.items()]
        return f"{{{', '.join(items)}}}"
    if isinstance(value, type):
        return f"class {type_name(value)}"
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)) or (
        type(value).__name__ in {"cython_function_or_method", "method_descriptor", "method-wrapper"}
    ):
        return "function"
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, memoryview):
        return f"memoryview({'readonly' if value.readonly else 'writable'}, {bytes(value)!r})"
    try:
        text = repr(value)
    except Exception as error:
        text = f"repr raises {type(error).__name__}"
    return f"{type_name(type(value))}: {normalise(text)}"


class _Records(logging.Handler):
    """Keeps the log records of pyzmq and of the event loops."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: list[list[str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        # asyncio tells at its lowest level which selector it uses, once for each loop.
        least = logging.INFO if record.name == "asyncio" else logging.DEBUG
        if record.name.partition(".")[0] in LOGGERS and record.levelno >= least:
            self.seen.append([record.name, record.levelname, normalise(record.getMessage())])


def _raised(error: BaseException) -> dict[str, Any]:
    # Cython and CPython name the classes of an exception alike; the first is its own.
    found: dict[str, Any] = {
        "raised": [type_name(cls) for cls in type(error).__mro__ if cls is not object],
        "text": normalise(str(error)),
    }
    number = getattr(error, "errno", None)
    if isinstance(number, int):
        found["errno"] = int(number)
    return found


def _seen_warnings(caught: Iterable[warnings.WarningMessage]) -> list[list[str]]:
    # When objects are collected differs; what is warned of then is compared by a program of its own.
    return [
        [type_name(each.category), normalise(str(each.message))]
        for each in caught
        if not issubclass(each.category, ResourceWarning)
    ]


def run(name: str, source: str) -> dict[str, Any]:
    """Run a program in this process; return its outcome.

    The program has the name ``Names`` and ``Signature`` at hand.
    """
    records = _Records()
    root = logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    namespace: dict[str, Any] = {}
    # When objects are collected is not compared, and collecting a context may wait for its sockets.
    _kept.append(namespace)
    namespace.update({"__name__": "program", "Names": Names, "Signature": Signature})
    outcome: dict[str, Any] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are outcomes, too
            outcome.update(_raised(error))
        else:
            outcome.update(_result(namespace.get("result")))
        outcome["warnings"] = _seen_warnings(caught)
    root.removeHandler(records)
    root.setLevel(level)
    outcome["logs"] = records.seen
    return outcome


def _result(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Names):
        return {"names": sorted(set(value))}
    if isinstance(value, Signature):
        return {"signature": value.parameters()}
    return {"result": describe(value)}
