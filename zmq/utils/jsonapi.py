"""JSON as bytes, the way messages carry it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["dumps", "loads"]

jsonmod = json


def dumps(o: object, **kwargs: Any) -> bytes:
    """Serialise an object.

    Parameters
    ----------
    o : object
        What JSON can represent.
    **kwargs
        For :func:`json.dumps`.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    TypeError, ValueError
        If JSON cannot represent `o`.

    Thread-safe; always the standard library's since 22.2.
    """
    return json.dumps(o, **kwargs).encode("utf-8")


def loads(s: bytes | str, **kwargs: Any) -> dict[str, Any] | list[Any] | str | int | float | None:
    """Deserialise an object.

    Parameters
    ----------
    s : bytes or str
        JSON; bytes are UTF-8.
    **kwargs
        For :func:`json.loads`.

    Returns
    -------
    dict, list, str, int, float, bool or None

    Raises
    ------
    ValueError
        If `s` is not JSON, or not UTF-8.

    Thread-safe; always the standard library's since 22.2.
    """
    text = s.decode("utf-8") if isinstance(s, bytes) else s
    value: dict[str, Any] | list[Any] | str | int | float | None = json.loads(text, **kwargs)
    return value
