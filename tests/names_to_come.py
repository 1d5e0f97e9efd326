"""What the documentation and earlier releases have, and this package does not have yet.

The tests that compare names leave these out, and fail if one of them is there: it is to be taken off then.
"""

from __future__ import annotations

import importlib.util

#: Modules, with all that is in them.
MODULES: frozenset[str] = frozenset()

#: Names in modules that are there already.
NAMES: frozenset[str] = frozenset()


def is_to_come(name: str) -> bool:
    """Tell whether a dotted name is one of these, or in one of these modules."""
    parts = name.split(".")
    return name in NAMES or any(".".join(parts[:end]) in MODULES for end in range(1, len(parts) + 1))


def module_exists(name: str) -> bool:
    """Tell whether a module is there, without importing it."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
