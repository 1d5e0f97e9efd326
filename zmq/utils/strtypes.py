"""Names for texts and bytes from the time of Python 2. Deprecated: use ``str.encode`` and ``bytes.decode``."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Callable

__all__ = ["asbytes", "b", "basestring", "bytes", "cast_bytes", "cast_unicode", "u", "unicode"]

bytes = builtins.bytes
unicode = str
basestring: tuple[type[str]] = (str,)


def _deprecated() -> None:
    warnings.warn("zmq.utils.strtypes is deprecated in pyzmq 23.", DeprecationWarning, stacklevel=3)


def cast_bytes(s: str | builtins.bytes, encoding: str = "utf8", errors: str = "strict") -> builtins.bytes:
    """Return bytes as they are, and texts encoded.

    Parameters
    ----------
    s : str or bytes
    encoding, errors : str
        As of ``str.encode``.

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        If `s` is neither.

    Warns
    -----
    DeprecationWarning
        Always.

    Thread-safe.
    """
    _deprecated()
    if isinstance(s, builtins.bytes):
        return s
    if isinstance(s, str):
        return s.encode(encoding, errors)
    raise TypeError(f"Expected unicode or bytes, got {s!r}")


def cast_unicode(s: str | builtins.bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """Return texts as they are, and bytes decoded.

    Parameters
    ----------
    s : str or bytes
    encoding, errors : str
        As of ``bytes.decode``.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `s` is neither.

    Warns
    -----
    DeprecationWarning
        Always.

    Thread-safe.
    """
    _deprecated()
    if isinstance(s, builtins.bytes):
        return s.decode(encoding, errors)
    if isinstance(s, str):
        return s
    raise TypeError(f"Expected unicode or bytes, got {s!r}")


asbytes: Callable[..., builtins.bytes] = cast_bytes
b: Callable[..., builtins.bytes] = cast_bytes
u: Callable[..., str] = cast_unicode
