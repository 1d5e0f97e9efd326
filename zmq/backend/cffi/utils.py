"""What libzmq offers beside contexts, sockets and messages."""

from __future__ import annotations

import os

from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi.error import failed, need_libzmq, strerror
from zmq.error import error_for_errno

IPC_PATH_MAX_LEN: int = lib.PYZMQ_IPC_PATH_MAX_LEN
PYZMQ_DRAFT_API: bool = bool(lib.PYZMQ_HAVE_DRAFT)

_KEY_SIZE = 40
_IPC = b"ipc://"


def zmq_version_info() -> tuple[int, int, int]:
    """Return the version of the libzmq that runs, as three ints. See zmq_version(3)."""
    numbers = ffi.new("int[3]")
    lib.zmq_version(numbers, numbers + 1, numbers + 2)
    return (numbers[0], numbers[1], numbers[2])


def has(capability: str) -> bool:
    """Tell whether libzmq has a capability.

    Parameters
    ----------
    capability : str
        Such as ``"curve"``, ``"ipc"``, ``"ws"``, ``"draft"``, ``"gssapi"``, ``"norm"``, ``"pgm"``, ``"tipc"``,
        ``"vmci"``.

    Returns
    -------
    bool

    Raises
    ------
    ZMQVersionError
        If libzmq is older than 4.1.

    Thread-safe. See zmq_has(3).
    """
    need_libzmq((4, 1), "has")
    if not isinstance(capability, str):
        raise TypeError(f"a capability is a str, not {capability!r}")
    return bool(lib.zmq_has(capability.encode("utf-8")))


def curve_keypair() -> tuple[bytes, bytes]:
    """Make a pair of keys for CURVE.

    Returns
    -------
    public, secret : bytes
        40 bytes of Z85 each.

    Raises
    ------
    ZMQVersionError
        If libzmq is older than 4.0.
    ZMQError
        ENOTSUP if libzmq was built without CURVE.

    Thread-safe. See zmq_curve_keypair(3).
    """
    need_libzmq((4, 0), "curve_keypair")
    public_key = ffi.new("char[]", _KEY_SIZE + 1)
    secret_key = ffi.new("char[]", _KEY_SIZE + 1)
    rc = lib.pyzmq_curve_keypair(public_key, secret_key)
    if rc < 0:
        raise failed(rc)
    return ffi.unpack(public_key, _KEY_SIZE), ffi.unpack(secret_key, _KEY_SIZE)


def curve_public(secret_key: bytes | bytearray | memoryview | str) -> bytes:
    """Derive the public key from a secret one.

    Parameters
    ----------
    secret_key : bytes-like or str
        40 bytes of Z85.

    Returns
    -------
    bytes
        40 bytes of Z85.

    Raises
    ------
    ValueError
        If `secret_key` is not 40 bytes long. Its value is not shown.
    ZMQError
        EINVAL if it is no Z85.
    ZMQVersionError
        If libzmq is older than 4.2.

    Thread-safe. See zmq_curve_public(3).
    """
    need_libzmq((4, 2), "curve_public")
    if isinstance(secret_key, str):
        secret_key = secret_key.encode("utf-8")
    elif isinstance(secret_key, (bytearray, memoryview)):
        secret_key = bytes(secret_key)
    if len(secret_key) != _KEY_SIZE:
        raise ValueError(f"a secret key is 40 bytes of Z85, not {len(secret_key)} bytes")
    if not isinstance(secret_key, bytes):
        raise TypeError(f"a secret key is bytes or str, not {type(secret_key).__name__}")
    public_key = ffi.new("char[]", _KEY_SIZE + 1)
    rc = lib.pyzmq_curve_public(public_key, secret_key)
    if rc == -lib.EINVAL:
        raise error_for_errno(lib.EINVAL, f"{strerror(lib.EINVAL)}: the secret key has characters that Z85 lacks")
    if rc < 0:
        raise failed(rc)
    return ffi.unpack(public_key, _KEY_SIZE)


def encode_group(group: str | bytes) -> bytes:
    """The name of a group as libzmq wants it, checked for what libzmq would cut off in silence."""
    encoded = group.encode("utf-8") if isinstance(group, str) else group
    if not isinstance(encoded, bytes):
        raise TypeError(f"a group is named by str or bytes, not group={group!r}")
    if b"\0" in encoded:
        raise ValueError(f"the name of a group holds no NUL (group={group!r})")
    return encoded


def encode_address(addr: str | bytes) -> bytes:
    """Return the address as libzmq wants it, checked for what libzmq would cut off in silence."""
    if isinstance(addr, str):
        # File names may hold bytes that are no text, which Python writes as lone surrogates.
        encoded = os.fsencode(addr) if addr.startswith("ipc://") else addr.encode("utf-8")
    elif isinstance(addr, bytes):
        encoded = addr
    else:
        raise TypeError(f"an address is str or bytes, not addr={addr!r}")
    if b"\0" in encoded:
        raise error_for_errno(lib.EINVAL, f"{strerror(lib.EINVAL)}: an address holds no NUL (addr={addr!r})")
    if encoded.startswith(_IPC):
        length = len(encoded) - len(_IPC)
        if 0 < IPC_PATH_MAX_LEN < length:
            raise error_for_errno(
                lib.ENAMETOOLONG,
                f"ipc path of {length} bytes is longer than zmq.IPC_PATH_MAX_LEN, {IPC_PATH_MAX_LEN} (addr={addr!r})",
            )
    return encoded
