"""Addresses of C objects, as other bindings of libzmq hand them out."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["cast_int_addr"]


def cast_int_addr(n: Any) -> int:
    """Return the address of a C object.

    Parameters
    ----------
    n : int, or pointer of ctypes or CFFI
        The address, or a pointer to the object.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If `n` is none of these.

    Thread-safe.
    """
    if hasattr(n, "__index__"):
        return int(n.__index__())
    # A pointer of either kind exists only where its module has been imported.
    ctypes = sys.modules.get("ctypes")
    if ctypes is not None:
        if isinstance(n, ctypes.c_void_p):
            return n.value or 0
        if isinstance(n, (ctypes._Pointer, ctypes.Array)):
            return ctypes.cast(n, ctypes.c_void_p).value or 0
    cffi = sys.modules.get("_cffi_backend")
    if cffi is not None and isinstance(n, cffi._CDataBase):
        return int(cffi.cast(cffi.new_primitive_type("uintptr_t"), n))
    raise ValueError(f"Cannot cast {n!r} to int: it is no pointer of ctypes or CFFI")
