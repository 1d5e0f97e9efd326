"""Passwords and passphrases: which one is meant, and what may be shown of text that a server has sent."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

__all__ = ["check_secret", "needs_passphrase", "redacted", "visible"]

_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_OPENSSH_MAGIC = b"openssh-key-v1\0"
_UNENCRYPTED = b"\0\0\0\4none"
# More than the header of any private key.
_HEADER = 4096
# Characters of a server's text that are quoted.
_QUOTED = 500


def needs_passphrase(path: str) -> bool:
    """Tell whether the private key in a file is encrypted.

    A file of an unknown format counts as encrypted, so that its passphrase is never sent to a server as a password.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEADER).lstrip()
    except OSError:
        # No program can read the key, so it needs no passphrase either.
        return False
    first, _, rest = head.partition(b"\n")
    first = first.strip()
    if first == _OPENSSH:
        return not _openssh_header(rest).startswith(_OPENSSH_MAGIC + _UNENCRYPTED)
    if first.startswith(b"-----BEGIN ") and first.endswith(b" PRIVATE KEY-----"):
        return b"ENCRYPTED" in first or b"ENCRYPTED" in rest.partition(b"\n")[0]
    # A public key stands for a private one in an agent.
    return not first.startswith((b"ssh-", b"ecdsa-", b"sk-"))


def _openssh_header(text: bytes) -> bytes:
    """Decode the beginning of a key in OpenSSH's format."""
    body = b"".join(text.partition(b"-----END")[0].split())
    try:
        return base64.b64decode(body[: len(body) // 4 * 4])
    except binascii.Error:
        return b""


def check_secret(secret: str | bytes, typed: bool = False) -> str:
    """Return a password as text, or refuse it without showing it.

    If it is typed into a terminal, control characters would end it, or interrupt the program.
    """
    if not isinstance(secret, (str, bytes)):
        raise TypeError(f"the password must be a str, not {type(secret).__name__}")
    # Errors of codecs carry the whole text.
    text = secret if isinstance(secret, str) else secret.decode("utf-8", "surrogateescape")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the password cannot be encoded as UTF-8")
    if typed and any(character < " " or "\x7f" <= character < "\xa0" for character in text):
        raise ValueError("the password contains a line break or another control character")
    return text


def visible(text: str) -> str:
    """Return text from a server on one line, of limited length, with everything escaped that is not printable."""
    words = " ".join(text[: 4 * _QUOTED].split())
    if len(words) > _QUOTED:
        words = words[:_QUOTED] + " [...]"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


def redacted(text: str, secret: str | None) -> str:
    """Return text from a server as :func:`visible` does, without a password that the server has repeated."""
    return visible(text.replace(secret, "[...]") if secret else text)
