"""Certificates: files with the keys of CURVE, in the format that czmq has too. Added in 14.1."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from zmq.auth._keys import check_key
from zmq.backend import curve_keypair, curve_public

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["create_certificates", "load_certificate", "load_certificates"]

_PUBLIC = ".key"
_SECRET = ".key_secret"
_NAME = re.compile(r"[A-Za-z0-9_./$-]+(?<!/)")
_PUBLIC_NOTE = "A public CURVE certificate of ZeroMQ. Others may have it, but make sure that they get this one."
_SECRET_NOTE = "A SECRET CURVE certificate of ZeroMQ. Keep it to yourself, and its permissions as they are."
# No certificate has that much; and nobody is to make us read what has no end.
_MOST = 1 << 20


def create_certificates(
    key_dir: str | os.PathLike[str], name: str, metadata: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Make a pair of keys, and write them to files. Files of that name are replaced, each at once.

    Parameters
    ----------
    key_dir : path
        An existing folder.
    name : str
        Of the files, without suffix.
    metadata : mapping of str to str, optional
        What both certificates are to tell besides.

    Returns
    -------
    (str, str)
        Paths of ``name.key``, with the public key, and of ``name.key_secret``, with both keys, which nobody but its
        owner may read.

    Raises
    ------
    ValueError
        If the name, or what is in `metadata`, cannot stand in such a file.
    OSError
        If the files cannot be written.
    ZMQError
        If libzmq is built without CURVE.

    Thread-safe. See zmq_curve_keypair(3). Added in 14.1.
    """
    folder = Path(key_dir)
    if not name or name in (".", "..") or Path(name).name != name or "\0" in name:
        raise ValueError(f"{name!r} cannot be the name of a certificate: it must be that of a file, without folder")
    notes = [f"    {_entry(key, value)}" for key, value in (metadata or {}).items()]
    public, secret = curve_keypair()
    made = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"

    def write(suffix: str, note: str, keys: dict[str, bytes], mode: int) -> str:
        lines = [f"# {note}", f"# Made by pyzmq, {made}.", "", "metadata", *notes, "curve"]
        lines += [f'    {key} = "{value.decode()}"' for key, value in keys.items()]
        path = folder / f"{name}{suffix}"
        _replace(path, "\n".join(lines) + "\n", mode)
        return str(path)

    secret_file = write(_SECRET, _SECRET_NOTE, {"public-key": public, "secret-key": secret}, 0o600)
    return write(_PUBLIC, _PUBLIC_NOTE, {"public-key": public}, 0o644), secret_file


def load_certificate(filename: str | os.PathLike[str]) -> tuple[bytes, bytes | None]:
    """Read the keys from a certificate.

    Parameters
    ----------
    filename : path
        A file that :func:`create_certificates` or czmq wrote.

    Returns
    -------
    (bytes, bytes or None)
        The public key, and the secret key if the file has it; 40 characters each, as the options of sockets take.

    Raises
    ------
    ValueError
        If there is no public key, a key is malformed, or the two do not belong together. No error shows a secret key.
    OSError
        If there is no such file, or it cannot be read.

    Thread-safe. Added in 14.1; malformed certificates are refused since 27.4.
    """
    path = Path(filename)
    if not path.is_file():
        raise FileNotFoundError(f"there is no certificate {str(path)!r}")
    with path.open("rb") as file:
        data = file.read(_MOST + 1)
    where = f"certificate {str(path)!r}"
    if len(data) > _MOST:
        raise ValueError(f"{where} has more than {_MOST} bytes: it is none")
    found: dict[str, bytes] = {}
    for line in data.splitlines():
        key, equals, value = line.partition(b"=")
        name = key.strip().decode("ascii", "replace")
        if not equals or name not in ("public-key", "secret-key"):
            continue
        if name in found:
            raise ValueError(f"{where} has more than one {name}")
        value = value.strip()
        if value[:1] in (b'"', b"'"):
            if len(value) < 2 or value[:1] != value[-1:]:
                raise ValueError(f"{where}: the quote around its {name} does not end")
            value = value[1:-1]
        found[name] = check_key(value, f"{where}: its {name}")
    public, secret = found.get("public-key"), found.get("secret-key")
    if public is None:
        raise ValueError(f"{where} has no public key")
    if secret is not None and _public_of(secret) not in (public, None):
        raise ValueError(f"{where}: its public key is not that of its secret key")
    return public, secret


def load_certificates(directory: str | os.PathLike[str] = ".") -> dict[bytes, bool]:
    """Read the public keys from all certificates (``*.key``) of a folder.

    Parameters
    ----------
    directory : path
        The folder.

    Returns
    -------
    dict of bytes to bool
        The keys, 40 characters each, with True.

    Raises
    ------
    ValueError
        If one of the certificates is malformed, as of :func:`load_certificate`.
    OSError
        If there is no such folder, or something cannot be read.

    Thread-safe. Added in 14.1.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder of certificates {str(folder)!r}")
    return {load_certificate(path)[0]: True for path in sorted(folder.glob(f"*{_PUBLIC}"))}


def _entry(key: str, value: str) -> str:
    """Return a line of metadata."""
    for text in (key, value):
        if not isinstance(text, str):
            raise TypeError(f"metadata of certificates must be str, not {text!r}")
    if not _NAME.fullmatch(key) or key in ("public-key", "secret-key"):
        raise ValueError(f"{key!r} cannot be the name of metadata: letters, digits, '-', '_' and '.' can")
    if not value.isprintable() or ('"' in value and "'" in value):
        raise ValueError(f"metadata {key!r} cannot be {value!r}: line ends and both quotes have no place there")
    quote = "'" if '"' in value else '"'
    return f"{key} = {quote}{value}{quote}"


def _public_of(secret: bytes) -> bytes | None:
    """The public key for a secret one; None where libzmq cannot tell."""
    try:
        return curve_public(secret)
    except OSError:
        return None


def _replace(path: Path, text: str, mode: int) -> None:
    """Write a file that is never half there, nor readable by others for a moment."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        # mkstemp lets the owner only.
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, mode)  # noqa: PTH101  (a str is what mkstemp returns)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
