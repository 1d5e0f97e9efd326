"""Tunnels through SSH servers, for sockets that connect to what only those servers can reach.

The program ``ssh`` makes them by default, driven through pexpect, so all of its configuration applies; paramiko does on
Windows, or where it is asked for. ``pip install 'pyzmq[ssh]'`` brings both. Added in 2.1.9.
"""

from __future__ import annotations

import socket as _socket
import sys
from contextlib import ExitStack
from getpass import getpass
from typing import TYPE_CHECKING, Any

from zmq.ssh import _addresses
from zmq.ssh._tunnels import MaxRetryExceeded, SSHException, Tunnel

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq.sugar.socket import Socket

__all__ = [
    "MaxRetryExceeded",
    "SSHException",
    "Tunnel",
    "open_tunnel",
    "openssh_tunnel",
    "paramiko_tunnel",
    "select_random_ports",
    "ssh_tunnel",
    "try_passwordless_ssh",
    "tunnel_connection",
]

# How many local ports are tried, since others may take one between choosing and using it.
_TRIES = 5


def select_random_ports(n: int) -> list[int]:
    """Choose ports on 127.0.0.1 that nobody uses.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    list of int
        All different. They are free, not reserved: somebody else may take them.

    Thread-safe. Added in 2.1.9.
    """
    with ExitStack() as held:
        ports = []
        for _ in range(n):
            probe = held.enter_context(_socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
    return ports


def try_passwordless_ssh(server: str, keyfile: str | None, paramiko: bool | None = None) -> bool:
    """Tell whether a server lets us in without asking for a password, so that it can be asked for once, beforehand.

    Parameters
    ----------
    server : str
        ``user@server:port``; user and port may be missing.
    keyfile : str or None
        A file with a private key.
    paramiko : bool, optional
        Whether to use paramiko instead of the program ``ssh``. By default, on Windows only.

    Returns
    -------
    bool

    Raises
    ------
    SSHException
        If the server cannot be reached, or is not the one that is known by this name.
    ImportError
        If pexpect, or paramiko, is missing.

    Thread-safe. Added in 2.1.9.
    """
    return bool(_choose(paramiko).try_passwordless(server, keyfile))


def tunnel_connection(
    socket: Socket[Any],
    addr: str,
    server: str,
    keyfile: str | None = None,
    password: str | None = None,
    paramiko: bool | None = None,
    timeout: float = 60,
) -> Tunnel:
    """Connect a socket to an address through an SSH tunnel, which is closed when the socket is, or is forgotten.

    Parameters
    ----------
    socket : Socket
        Which socket to connect.
    addr : str
        Where to, as the server sees it: ``tcp://host:port``.
    server, keyfile, password, paramiko, timeout
        As for :func:`open_tunnel`.

    Returns
    -------
    Tunnel
        It may be dropped: the socket keeps the tunnel open.

    Raises
    ------
    SSHException, MaxRetryExceeded, ImportError, ValueError
        As for :func:`open_tunnel`.
    ZMQError
        If the socket is closed, or cannot be connected. No tunnel is left then.

    Not thread-safe. See zmq_connect(3). Added in 2.1.9; the tunnel ends with the socket since 27.4.
    """
    url, tunnel = open_tunnel(addr, server, keyfile, password, paramiko, timeout)
    try:
        socket.connect(url)
    except BaseException:
        tunnel.close()
        raise
    tunnel.keep(socket)
    return tunnel


def open_tunnel(
    addr: str,
    server: str,
    keyfile: str | None = None,
    password: str | None = None,
    paramiko: bool | None = None,
    timeout: float = 60,
) -> tuple[str, Tunnel]:
    """Open a tunnel to an address, from a port that nobody uses. :func:`tunnel_connection` also connects a socket.

    Parameters
    ----------
    addr : str
        Where to, as the server sees it: ``tcp://host:port``.
    server : str
        ``user@server:port``; user and port may be missing. IPv6 addresses stand in brackets.
    keyfile : str, optional
        A file with a private key, besides those that are used anyway.
    password : str, optional
        The passphrase of `keyfile` if that is encrypted, and is not sent to the server then; otherwise the password of
        the user, which is not tried on keys. If one is needed and none is given, the terminal is asked for it.
    paramiko : bool, optional
        Whether to use paramiko instead of the program ``ssh``. By default, on Windows only.
    timeout : float
        Seconds that opening may take.

    Returns
    -------
    (str, Tunnel)
        The address to connect to, and the tunnel. It stays open until it is closed, or the process ends.

    Raises
    ------
    SSHException
        If the server cannot be reached, is not known, or refuses the login.
    MaxRetryExceeded
        If all local ports that were tried are in use.
    ValueError
        If `addr` or `server` is malformed, or the password cannot be typed into a terminal. The text does not show the
        password.
    ImportError
        If pexpect, or paramiko, is missing.

    Thread-safe. Added in 2.1.9.
    """
    host, port = _addresses.parse_address(addr)
    open_by: Callable[..., Tunnel] = _choose(paramiko).open_tunnel
    for left in reversed(range(_TRIES)):
        (local,) = select_random_ports(1)
        try:
            return f"tcp://127.0.0.1:{local}", open_by(local, port, server, host, keyfile, password, timeout, getpass)
        except MaxRetryExceeded:
            if not left:
                raise
    raise AssertionError("unreachable")


def openssh_tunnel(
    lport: int,
    rport: int,
    server: str,
    remoteip: str = "127.0.0.1",
    keyfile: str | None = None,
    password: str | None = None,
    timeout: float = 60,
) -> Tunnel:
    """Open a tunnel with the program ``ssh``, whose configuration and keys apply.

    Parameters
    ----------
    lport : int
        The port on 127.0.0.1 where the tunnel begins.
    rport : int
        The port where it ends.
    server : str
        ``user@server:port``; user and port may be missing.
    remoteip : str
        The machine where it ends, as the server sees it.
    keyfile, password, timeout
        As for :func:`open_tunnel`.

    Returns
    -------
    Tunnel
        It stays open until it is closed, or the process ends.

    Raises
    ------
    SSHException
        If the server cannot be reached, is not known, or refuses the login.
    MaxRetryExceeded
        If `lport` is in use.
    ImportError
        If pexpect is missing.

    Thread-safe. Added in 2.1.9.
    """
    from zmq.ssh import _openssh  # noqa: PLC0415

    return _openssh.open_tunnel(lport, rport, server, remoteip, keyfile, password, timeout, getpass)


def paramiko_tunnel(
    lport: int,
    rport: int,
    server: str,
    remoteip: str = "127.0.0.1",
    keyfile: str | None = None,
    password: str | None = None,
    timeout: float = 60,
) -> Tunnel:
    """Open a tunnel with paramiko, in threads of this process.

    Servers must be in the user's file of known hosts. What is done about others, ``PYZMQ_PARAMIKO_HOST_KEY_POLICY``
    tells: ``Reject`` (the default), ``Warning`` or ``AutoAdd``.

    Parameters
    ----------
    lport, rport, server, remoteip, keyfile, password, timeout
        As for :func:`openssh_tunnel`.

    Returns
    -------
    Tunnel
        It stays open until it is closed, or the process ends.

    Raises
    ------
    SSHException
        If the server cannot be reached, is not known, or refuses the login.
    MaxRetryExceeded
        If `lport` is in use.
    ImportError
        If paramiko is missing.

    Thread-safe. Added in 2.1.9; the environment variable in 22.3.
    """
    from zmq.ssh import _paramiko  # noqa: PLC0415

    return _paramiko.open_tunnel(lport, rport, server, remoteip, keyfile, password, timeout, getpass)


#: What opens tunnels on this platform.
ssh_tunnel: Callable[..., Any] = paramiko_tunnel if sys.platform == "win32" else openssh_tunnel


def _choose(paramiko: bool | None) -> Any:
    """Return the module that opens tunnels, loaded only now, since it may lack what it needs."""
    if paramiko is None:
        paramiko = sys.platform == "win32"
    if paramiko:
        from zmq.ssh import _paramiko  # noqa: PLC0415

        return _paramiko
    from zmq.ssh import _openssh  # noqa: PLC0415

    return _openssh
