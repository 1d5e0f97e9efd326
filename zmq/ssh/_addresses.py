"""What is read from ``user@server:port``, and from the addresses that sockets connect to."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

__all__ = ["Server", "parse_address", "parse_server"]

# No spaces, nothing that a shell or ssh's own syntax takes for more than a name.
_NAME = re.compile(r"[\w.%~+-]+")
# Also "user@domain", "DOMAIN\\user", "machine$", and what gateways append to a name. ssh passes the name of the user to
# shells where its configuration says so (%r).
_USER = re.compile(r"[\w.+%][\w.%~+@:#=,-]*(\\[\w.%~+@:#=,-]+)*\$?")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+(%[\w.-]+)?")


class Server(NamedTuple):
    """An SSH server, and who logs in there."""

    user: str | None
    host: str
    port: int | None


def parse_server(server: str) -> Server:
    """Take ``user@server:port`` apart; user and port may be missing, and IPv6 stands in brackets."""
    wrong = f"{server!r} is no SSH server: it must be 'server', 'user@server' or 'user@server:port'"
    if not isinstance(server, str):
        raise TypeError(wrong)
    user, at, rest = server.rpartition("@")
    host, port = _split_port(rest, wrong)
    if at and not _USER.fullmatch(user):
        raise ValueError(f"{wrong}, and {user!r} is no name of a user")
    return Server(user or None, host, port)


def parse_address(address: str) -> tuple[str, int]:
    """Take ``tcp://host:port`` apart."""
    wrong = f"cannot tunnel to {address!r}: only tcp://host:port can be reached through SSH"
    if not isinstance(address, str):
        raise TypeError(wrong)
    transport, separator, rest = address.partition("://")
    if transport != "tcp" or not separator:
        raise ValueError(wrong)
    host, port = _split_port(rest, wrong)
    if port is None:
        raise ValueError(wrong)
    return host, port


def check_host(host: str) -> str:
    """Return the name or address of a machine, or refuse it."""
    if host.startswith("-") or not (_NAME.fullmatch(host) or (":" in host and _IPV6.fullmatch(host))):
        raise ValueError(f"{host!r} is no name or address of a machine")
    return host


def check_port(port: int) -> int:
    """Return the number of a port, or refuse it."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"{port!r} is no port: it must be a number from 1 to 65535")
    return port


def check_keyfile(keyfile: str, server: str) -> str:
    """Return the absolute path of a file with a key, which no program takes for an option, or refuse it."""
    path = os.path.abspath(os.path.expanduser(keyfile))  # noqa: PTH100, PTH111  (a str is what ssh gets)
    if not os.path.isfile(path):  # noqa: PTH113
        raise FileNotFoundError(f"no key for {server!r}: there is no file {keyfile!r}")
    return path


def _split_port(text: str, wrong: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        colon, port = rest[:1], rest[1:]
        if not bracket or ":" not in host or colon not in ("", ":"):
            raise ValueError(wrong)
    else:
        host, colon, port = text.partition(":")
    try:
        check_host(host)
        if not colon:
            return host, None
        if not (port.isascii() and port.isdigit()):
            raise ValueError(wrong)
        return host, check_port(int(port))
    except ValueError:
        raise ValueError(wrong) from None
