"""Tunnels that paramiko makes, in threads of this process."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from zmq.ssh._addresses import check_host, check_keyfile, check_port, parse_server
from zmq.ssh._secrets import check_secret, needs_passphrase, redacted, visible
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
# Bytes that a server may send before it has let us in.
_INPUT = 1 << 20
_PROMPTS = 6


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


class _Credentials(NamedTuple):
    """What logging in may use. A passphrase is not sent to the server, a password not tried on keys."""

    password: str | None = None
    passphrase: str | None = None

    @property
    def secret(self) -> str | None:
        """Either of both."""
        return self.passphrase if self.password is None else self.password


class _Socket(socket.socket):
    """A connection that ends if the server sends too much, or for too long, before it has let us in."""

    def limit(self, deadline: float) -> None:
        """Limit what is received, until :meth:`trust` is called."""
        self._deadline = deadline
        self._left: int | None = _INPUT

    def trust(self) -> None:
        """Receive without limit."""
        self._left = None

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive bytes."""
        # paramiko's thread calls this at least every tenth of a second.
        if self._left is not None and time.monotonic() > self._deadline:
            raise OSError(errno.ETIMEDOUT, "the server has not let us in in time")
        data = super().recv(size, flags)
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise OSError(errno.EMSGSIZE, "the server sends endless data instead of letting us in")
        return data


class _Transport(paramiko.Transport):
    """A transport whose log shows no password, and that asks for second factors as everything else does."""

    def __init__(self, *args: Any, secret: str | None, ask: Callable[[str], str] | None, **options: Any) -> None:
        self._zmq_secret = secret
        self._zmq_ask = ask
        super().__init__(*args, **options)

    def _log(self, level: int, msg: Any, *args: Any) -> None:
        """Log what a server has sent, too, which may be anything."""
        for text in msg if isinstance(msg, list) else [msg % args if args else msg]:
            self.logger.log(level, "%s", redacted(str(text), self._zmq_secret))

    def auth_interactive_dumb(self, username: str, handler: Any = None, submethods: str = "") -> list[str]:
        """Ask for what a server wants besides a key. The base class prints its texts, and reads standard input."""
        ask = self._zmq_ask
        if ask is None:
            raise paramiko.AuthenticationException("the server wants more than a key")
        asked = 0

        def answer(title: str, instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:  # noqa: ARG001
            nonlocal asked
            asked += len(prompts)
            if asked > _PROMPTS:
                raise paramiko.SSHException(f"the server asks for more than {_PROMPTS} passwords")
            return [check_secret(ask(f"the server asks: {visible(prompt)} ")) for prompt, _ in prompts]

        return super().auth_interactive_dumb(username, handler or answer, submethods)


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
    key = None if keyfile is None else check_keyfile(keyfile, server)
    locked = key is not None and needs_passphrase(key)

    def question(text: str) -> str:
        try:
            return check_secret(ask(f"{server}: {text}"))
        except (EOFError, OSError):
            pass
        raise SSHException(f"{server!r} wants a password: give `password` or `keyfile`")

    def log_in(secret: str | None) -> paramiko.SSHClient | None:
        credentials = _Credentials(passphrase=secret) if locked else _Credentials(password=secret)
        client, refused = _connect(server, key, credentials, timeout, question)
        if client is None and secret is not None:
            kind = "passphrase, or the key" if locked else "password"
            raise SSHException(f"{server!r} has not accepted the {kind}: {refused}")
        return client

    client = log_in(None if password is None else check_secret(password))
    if client is None:
        client = log_in(question(f"passphrase of the key {visible(str(key))!r}: " if locked else "password: "))
    assert client is not None
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
    key = None if keyfile is None else check_keyfile(keyfile, server)
    client, _ = _connect(server, key, _Credentials(), _TRY_SECONDS, None)
    if client is None:
        return False
    client.close()
    return True


def _connect(
    server: str, key: str | None, credentials: _Credentials, timeout: float, ask: Callable[[str], str] | None
) -> tuple[paramiko.SSHClient | None, str]:
    """Connect and log in. Return the client, or None and the reason if a password or another one is needed."""
    user, host, port = parse_server(server)
    policy = os.environ.get(_POLICY, "reject")
    known = _POLICIES.get(policy.lower().replace("policy", ""))
    if known is None:
        raise ValueError(f"{_POLICY} is {policy!r}: it must be Reject, Warning or AutoAdd")
    client = paramiko.SSHClient()
    deadline = time.monotonic() + timeout
    # Without a passphrase, paramiko would try the password on keys. An empty one raises ValueError.
    passphrase = credentials.passphrase or (None if credentials.password is None else secrets.token_hex())
    failure: Exception | None = None
    try:
        client.load_system_host_keys()
        client.set_missing_host_key_policy(known())
        connection = _Socket(fileno=socket.create_connection((host, port or _SSH_PORT), timeout).detach())
        connection.limit(deadline)
        client.connect(
            host,
            port or _SSH_PORT,
            username=user,
            key_filename=key,
            password=credentials.password,
            passphrase=passphrase,
            look_for_keys=True,
            timeout=timeout,
            banner_timeout=timeout,
            auth_timeout=timeout,
            sock=connection,
            transport_factory=partial(_Transport, secret=credentials.secret, ask=ask),
        )
        connection.trust()
    except (paramiko.SSHException, OSError, EOFError, SSHException) as error:
        failure = error
    except BaseException:
        client.close()
        raise
    if failure is None:
        return client, ""
    client.close()
    # Raised out here: what paramiko raises could show a password, even as the context of another exception.
    text = redacted(str(failure), credentials.secret)
    if time.monotonic() >= deadline:
        raise SSHException(f"{server!r} has not let us in within {timeout:g} seconds: {text}")
    if isinstance(failure, SSHException):
        raise failure
    if isinstance(failure, paramiko.AuthenticationException):
        return None, text
    if isinstance(failure, paramiko.BadHostKeyException):
        raise SSHException(f"{server!r} is not the known host of this name: {text}")
    if "not found in known_hosts" in text:
        raise SSHException(
            f"{server!r} is not a known host: connect to it once with ssh, and confirm that it is the right one, or "
            f"set {_POLICY}"
        )
    if "No authentication methods available" in text and credentials.secret is None:
        return None, text
    if isinstance(failure, paramiko.SSHException) and credentials.passphrase is not None:
        return None, text
    raise SSHException(f"cannot connect to {server!r}: {text}")
