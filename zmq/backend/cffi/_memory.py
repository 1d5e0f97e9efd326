"""Structures of C that Python objects have, and what becomes of them with these objects."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from zmq.backend.cffi._cffi import ffi, lib

if TYPE_CHECKING:
    from collections.abc import Callable

# PyPy finalises what an object refers to after the object itself, and has no such list.
_COUNTS_REFERENCES = sys.implementation.name == "cpython"


def with_finaliser(memory: Any, finaliser: Callable[[Any], Any]) -> Any:
    """Return `memory` as an object that calls `finaliser`, a function of C, when it is collected.

    That is never before the ``__del__`` of the object that refers to it: CPython's collector of cycles, which finalises
    in any order, does not see it, so that it goes when nothing refers to it any more.
    """
    owned = ffi.gc(memory, finaliser)
    if _COUNTS_REFERENCES:
        lib.pyzmq_untrack(id(owned))
    return owned
