"""Certificates: files with CURVE keys, in the format of czmq. Added in 14.1."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import datetime, timezone
from glob import glob
from typing import TYPE_CHECKING, Any

from zmq.backend import curve_keypair

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["create_certificates", "load_certificate", "load_certificates"]

_PUBLIC = ".key"
_SECRET = ".key_secret"
_AROUND_KEYS = b" \t\r\n\"'"
_PUBLIC_NOTE = "A public CURVE certificate of ZeroMQ. Distribute it so that nobody can replace it."
_SECRET_NOTE = "A SECRET CURVE certificate of ZeroMQ. Do not distribute it, and keep its permissions."


def create_certificates(
    key_dir: str | os.PathLike[str], name: str, metadata: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Create a key pair and write it to two files. Each file replaces an existing one atomically.

    Parameters
    ----------
    key_dir : path
        An existing directory.
    name : str
        The name of the files, without suffix.
    metadata : mapping of str to str, optional
        Entries to add to the secret certificate. The public one, which is given away, has none.

    Returns
    -------
    (str, str)
        The paths of ``name.key``, with the public key, and of ``name.key_secret``, with both keys. Only the owner can
        read the latter.

    Raises
    ------
    ValueError
        If an entry of `metadata` has a line break, or the name of a key.
    OSError
        If the files cannot be written.
    ZMQError
        If libzmq was built without CURVE.

    Thread-safe. See zmq_curve_keypair(3). Added in 14.1.
    """
    base = os.path.join(key_dir, name)  # noqa: PTH118  (paths are returned as they were given)
    entries = [_entry(key, value) for key, value in (metadata or {}).items()]
    public, secret = (key.decode() for key in curve_keypair())
    created = f"# Created by pyzmq, {datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC."
    keys = ["curve", f'    public-key = "{public}"']
    _replace(base + _PUBLIC, [f"# {_PUBLIC_NOTE}", created, "", "metadata", *keys], 0o644)
    keys.append(f'    secret-key = "{secret}"')
    _replace(base + _SECRET, [f"# {_SECRET_NOTE}", created, "", "metadata", *entries, *keys], 0o600)
    return base + _PUBLIC, base + _SECRET


def load_certificate(filename: str | os.PathLike[str]) -> tuple[bytes, bytes | None]:
    """Read the keys from a certificate. They are not checked.

    Parameters
    ----------
    filename : path
        A file written by :func:`create_certificates` or czmq.

    Returns
    -------
    (bytes, bytes or None)
        The public key, and the secret key if there is one, as the options of sockets take them.

    Raises
    ------
    ValueError
        If the file has no public key.
    OSError
        If there is no such file, or it cannot be read.

    Thread-safe. Added in 14.1.
    """
    if not os.path.exists(filename):  # noqa: PTH110  (bytes are accepted, too)
        raise OSError(f"Invalid certificate file: {filename!s}")
    public = secret = None
    with open(filename, "rb") as file:  # noqa: PTH123
        for line in file:
            name, equals, value = line.strip().partition(b"=")
            if not equals:
                continue
            if name.startswith(b"public-key"):
                public = value.strip(_AROUND_KEYS)
            elif name.startswith(b"secret-key"):
                secret = value.strip(_AROUND_KEYS)
            if public is not None and secret is not None:
                break
    if public is None:
        raise ValueError(f"No public key found in {filename!s}")
    return public, secret


def load_certificates(directory: str | os.PathLike[str] = ".") -> dict[bytes, bool]:
    """Read the public keys from all certificates (``*.key``) in a directory.

    Parameters
    ----------
    directory : path
        The directory.

    Returns
    -------
    dict of bytes to bool
        The keys, each with True.

    Raises
    ------
    ValueError
        If one of the certificates has no public key.
    OSError
        If there is no such directory, or a file cannot be read.

    Thread-safe. Added in 14.1.
    """
    if not os.path.isdir(directory):  # noqa: PTH112
        raise OSError(f"Invalid certificate directory: {directory!s}")
    paths = glob(os.path.join(directory, f"*{_PUBLIC}"))  # noqa: PTH118, PTH207
    return {load_certificate(path)[0]: True for path in paths}


def _entry(key: Any, value: Any) -> str:
    """Return a line of metadata."""
    name, text = (item.decode("utf-8") if isinstance(item, bytes) else str(item) for item in (key, value))
    if len(f"{name}={text}".splitlines()) > 1 or name.strip().startswith(("public-key", "secret-key")):
        raise ValueError(f"metadata cannot have the entry {name!r}: {text!r}")
    quote = "'" if '"' in text else '"'
    return f"    {name} = {quote}{text}{quote}"


def _replace(path: str, lines: list[str], mode: int) -> None:
    """Write a file so that it never exists with other content or permissions."""
    directory, name = os.path.split(path)
    try:
        # mkstemp gives permissions to the owner only.
        descriptor, temporary = tempfile.mkstemp(dir=directory or ".", prefix=f".{name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.chmod(temporary, mode)  # noqa: PTH101
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
