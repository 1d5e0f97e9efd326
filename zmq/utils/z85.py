"""Z85: bytes as text of 85 printable characters, five for each four bytes (RFC 32 of ZeroMQ)."""

from __future__ import annotations

import struct

__all__ = ["Z85CHARS", "Z85MAP", "decode", "encode"]

#: The characters, by their value.
Z85CHARS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
#: The values, by the code of the character.
Z85MAP: dict[int, int] = {code: value for value, code in enumerate(Z85CHARS)}

_POWERS = tuple(85**power for power in (4, 3, 2, 1, 0))
_LIMIT = 1 << 32


def encode(rawbytes: bytes) -> bytes:
    """Encode bytes.

    Parameters
    ----------
    rawbytes : bytes
        Their number is a multiple of 4.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If their number is none.

    Thread-safe. See zmq_z85_encode(3).
    """
    if len(rawbytes) % 4:
        raise ValueError(f"Z85 encodes multiples of 4 bytes, not {len(rawbytes)}: pad them")
    numbers = struct.unpack(f">{len(rawbytes) // 4}I", rawbytes)
    return bytes(Z85CHARS[number // power % 85] for number in numbers for power in _POWERS)


def decode(z85bytes: str | bytes) -> bytes:
    """Decode what :func:`encode` returned.

    Parameters
    ----------
    z85bytes : bytes or str
        The number of characters is a multiple of 5.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If it is none, or if they are not Z85; it names the first that is not.

    Thread-safe. See zmq_z85_decode(3).
    """
    if isinstance(z85bytes, str):
        try:
            z85bytes = z85bytes.encode("ascii")
        except UnicodeEncodeError as error:
            raise ValueError(f"not Z85, which is ASCII: {z85bytes!r}") from error
    if len(z85bytes) % 5:
        raise ValueError(f"Z85 has a multiple of 5 characters, not {len(z85bytes)}")
    decoded = bytearray()
    for start in range(0, len(z85bytes), 5):
        number = 0
        for position, code in enumerate(z85bytes[start : start + 5], start):
            value = Z85MAP.get(code)
            if value is None:
                raise ValueError(f"not a character of Z85: {bytes([code])!r} at position {position}")
            number = number * 85 + value
        if number >= _LIMIT:
            raise ValueError(f"not Z85, being above 32 bits: {bytes(z85bytes[start : start + 5])!r} at {start}")
        decoded += number.to_bytes(4, "big")
    return bytes(decoded)
