"""Tunnels that paramiko makes, in threads of this process."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

from zmq.ssh._addresses import check_host, check_keyfile, check_port, parse_server
from zmq.ssh._tunnels import MaxRetryExceeded, SSHException, Tunnel
from zmq.ssh.forward import ForwardServer, handler

try:
    import paramiko
except ImportError as error:
    raise ImportError(
        f"tunnels through paramiko need it, and it cannot be imported ({error}): pip install 'pyzmq[ssh]'",
        name=error.name,
        path=error.path,
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["open_tunnel", "try_passwordless"]

_POLICIES = {
    "reject": paramiko.RejectPolicy,
    "warning": paramiko.WarningPolicy,
    "autoadd": paramiko.AutoAddPolicy,
}
_POLICY = "PYZMQ_PARAMIKO_HOST_KEY_POLICY"
_SSH_PORT = 22
# Seconds that trying to log in without password may take.
_TRY_SECONDS = 60


class _ParamikoTunnel(Tunnel):
    """A tunnel that lasts as long as a connection of paramiko's."""

    def __init__(
        self, server: str, client: paramiko.SSHClient, transport: paramiko.Transport, listener: ForwardServer
    ) -> None:
        super().__init__(server, listener.server_address[1])
        self._client = client
        self._transport = transport
        self._listener = listener
        self._thread = threading.Thread(
            target=listener.serve_forever, kwargs={"poll_interval": 0.1}, name=f"zmq.ssh {server}", daemon=True
        )
        self._thread.start()

    def _works(self) -> bool:
        return self._transport.is_active()

    def _end(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._client.close()
        self._thread.join()


def open_tunnel(
    lport: int,
    rport: int,
    server: str,
    remoteip: str,
    keyfile: str | None,
    password: str | None,
    timeout: float,
    ask: Callable[[str], str],
) -> Tunnel:
    """Open a tunnel; see :func:`zmq.ssh.tunnel.paramiko_tunnel`."""
    check_host(remoteip)
    check_port(rport)
    check_port(lport)
    try:
        client = _connect(server, keyfile, password, timeout)
    except paramiko.AuthenticationException as error:
        if password is not None:
            raise SSHException(f"{server!r} has not accepted the password: {error}") from None
        try:
            password = ask(f"{server}: password: ")
        except (EOFError, OSError):
            raise SSHException(f"{server!r} wants a password: give `password` or `keyfile`") from None
        return open_tunnel(lport, rport, server, remoteip, keyfile, password, timeout, ask)
    transport = client.get_transport()
    if transport is None:
        raise SSHException(f"the connection to {server!r} has ended")
    try:
        listener = ForwardServer(("127.0.0.1", lport), handler(remoteip, rport, transport))
    except OSError as error:
        client.close()
        if error.errno == errno.EADDRINUSE:
            raise MaxRetryExceeded(f"cannot open a tunnel through {server!r}: local port {lport} is in use") from None
        raise SSHException(f"cannot open a tunnel through {server!r} from local port {lport}: {error}") from error
    tunnel = _ParamikoTunnel(server, client, transport, listener)
    tunnel.keep()
    return tunnel


def try_passwordless(server: str, keyfile: str | None) -> bool:
    """Tell whether the server asks for no password; see :func:`zmq.ssh.tunnel.try_passwordless_ssh`."""
    try:
        _connect(server, keyfile, None, _TRY_SECONDS).close()
    except paramiko.AuthenticationException:
        return False
    return True


def _connect(server: str, keyfile: str | None, password: str | None, timeout: float) -> paramiko.SSHClient:
    """Connect and log in. AuthenticationException, and no other, is left as it is."""
    user, host, port = parse_server(server)
    policy = os.environ.get(_POLICY, "reject")
    known = _POLICIES.get(policy.lower().replace("policy", ""))
    if known is None:
        raise ValueError(f"{_POLICY} is {policy!r}: it must be Reject, Warning or AutoAdd")
    client = paramiko.SSHClient()
    try:
        client.load_system_host_keys()
        client.set_missing_host_key_policy(known())
        client.connect(
            host,
            port or _SSH_PORT,
            username=user,
            key_filename=None if keyfile is None else check_keyfile(keyfile, server),
            password=password,
            look_for_keys=True,
            timeout=timeout,
            banner_timeout=timeout,
            auth_timeout=timeout,
        )
    except paramiko.PasswordRequiredException as error:
        client.close()
        if password is None:
            raise paramiko.AuthenticationException(str(error)) from None
        raise SSHException(f"cannot use the key {keyfile!r} for {server!r}: {error}") from None
    except paramiko.AuthenticationException:
        client.close()
        raise
    except paramiko.BadHostKeyException as error:
        client.close()
        raise SSHException(f"{server!r} is not the known host of this name: {error}") from error
    except paramiko.SSHException as error:
        client.close()
        raise _failure(server, host, password, error) from error
    except FileNotFoundError:
        client.close()
        raise
    except (OSError, EOFError) as error:
        client.close()
        raise SSHException(f"cannot connect to {server!r}: {error}") from error
    return client


def _failure(server: str, host: str, password: str | None, error: paramiko.SSHException) -> Exception:
    text = str(error)
    if "not found in known_hosts" in text:
        return SSHException(
            f"{server!r} is not a known host: connect to it once with ssh, and confirm that it is the right one, or "
            f"set {_POLICY}"
        )
    if "No authentication methods available" in text and password is None:
        return paramiko.AuthenticationException(text)
    return SSHException(f"cannot connect to {server!r} ({host}): {text}")
