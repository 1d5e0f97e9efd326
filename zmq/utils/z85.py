"""Z85: bytes as text of 85 printable characters, five for each four bytes (RFC 32 of ZeroMQ)."""

from __future__ import annotations

import struct

__all__ = ["Z85CHARS", "Z85MAP", "decode", "encode"]

#: The characters, by their value.
Z85CHARS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
#: The values, by the code of the character.
Z85MAP: dict[int, int] = {code: value for value, code in enumerate(Z85CHARS)}

_POWERS = tuple(85**power for power in (4, 3, 2, 1, 0))


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
        If their number is not a multiple of 4.

    Thread-safe. See zmq_z85_encode(3).
    """
    if len(rawbytes) % 4:
        raise ValueError(f"length must be multiple of 4, not {len(rawbytes)}")
    numbers = struct.unpack(f">{len(rawbytes) // 4}I", rawbytes)
    return bytes(Z85CHARS[number // power % 85] for number in numbers for power in _POWERS)


def decode(z85bytes: str | bytes) -> bytes:
    """Decode bytes that :func:`encode` returned.

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
        If the number of characters is not a multiple of 5, or a str is not ASCII.
    KeyError
        If a character does not belong to Z85; the argument of the exception is its code.
    struct.error
        If five characters stand for more than 32 bits.

    Thread-safe. See zmq_z85_decode(3).
    """
    if isinstance(z85bytes, str):
        try:
            z85bytes = z85bytes.encode("ascii")
        except UnicodeEncodeError:
            raise ValueError("string argument should contain only ASCII characters") from None
    if len(z85bytes) % 5:
        raise ValueError(f"Z85 length must be multiple of 5, not {len(z85bytes)}")
    values = [Z85MAP[code] for code in z85bytes]
    numbers = [
        sum(value * power for value, power in zip(values[start : start + 5], _POWERS))
        for start in range(0, len(values), 5)
    ]
    return struct.pack(f">{len(numbers)}I", *numbers)
