"""Keys of CURVE: 32 bytes, or 40 characters of Z85."""

from __future__ import annotations

from zmq.utils import z85

__all__ = ["check_key", "key_to_text"]

_BYTES = 32
_TEXT = 40


def key_to_text(key: bytes) -> bytes:
    """Return the 40 characters for the 32 bytes of a key."""
    if len(key) != _BYTES:
        raise ValueError(f"a key of CURVE has {_BYTES} bytes, not {len(key)}")
    return z85.encode(key)


def check_key(text: bytes, what: str) -> bytes:
    """Return the 40 characters of a key, or say what is wrong with them without showing them."""
    if len(text) != _TEXT:
        raise ValueError(f"{what} has {len(text)} characters, and must have {_TEXT}")
    try:
        z85.decode(text)
    except ValueError:
        raise ValueError(f"{what} is no Z85") from None
    return text
