"""Utilities: JSON, addresses of other bindings, monitor events, signed pickles, texts, Z85.

The modules are imported when they are first used.
"""

from __future__ import annotations

# Type checkers go by the name; importing the module typing takes long.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_LAZY = frozenset({"garbage", "interop", "jsonapi", "monitor", "signing", "strtypes", "win32", "z85"})


def __getattr__(name: str) -> ModuleType:
    if name in _LAZY:
        from importlib import import_module  # noqa: PLC0415

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
