"""Utilities: JSON, addresses of other bindings, monitor events, texts, Z85.

The modules are loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_LAZY = frozenset({"garbage", "interop", "jsonapi", "monitor", "strtypes", "win32", "z85"})


def __getattr__(name: str) -> ModuleType:
    if name in _LAZY:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
