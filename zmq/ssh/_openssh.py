"""Tunnels that the program ``ssh`` makes, driven through a terminal of its own by pexpect."""

from __future__ import annotations

import os
import time
import warnings
from typing import TYPE_CHECKING, Any

from zmq.ssh._addresses import check_host, check_keyfile, check_port, parse_server
from zmq.ssh._tunnels import MaxRetryExceeded, SSHException, Tunnel

try:
    import pexpect
except ImportError as error:
    raise ImportError(
        f"tunnels through ssh need pexpect, which cannot be imported ({error}): pip install 'pyzmq[ssh]'",
        name=error.name,
        path=error.path,
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["open_tunnel", "try_passwordless"]

# Printed by a command that ssh runs here once it is logged in and listens.
_READY = "pyzmq-tunnel-is-open"
_ASKS = r"(?i)(?:password|passphrase|verification code|otp)[^\r\n]*: ?$"
_UNKNOWN_HOST = r"\(yes/no[^)]*\)\? ?$"
_EVENTS = [_READY + r"\r?\n", _UNKNOWN_HOST, _ASKS, pexpect.EOF, pexpect.TIMEOUT]
_OPEN, _STRANGER, _ASKED, _ENDED = range(4)
# Seconds that trying to log in without password may take.
_TRY_SECONDS = 60


class _OpenSSHTunnel(Tunnel):
    """A tunnel that lasts as long as a process of ssh."""

    def __init__(self, server: str, local_port: int, child: Any) -> None:
        super().__init__(server, local_port)
        self._child = child

    def _works(self) -> bool:
        try:
            return bool(self._child.isalive())
        except pexpect.ExceptionPexpect:
            # Somebody else has waited for the process.
            return False

    def _end(self) -> None:
        _end(self._child)

    def _tend(self) -> None:
        # Otherwise ssh would wait for us as soon as it has written more than a terminal holds.
        try:
            while self._child.read_nonblocking(65536, timeout=0):
                pass
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass


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
    """Open a tunnel; see :func:`zmq.ssh.tunnel.openssh_tunnel`."""
    target = check_host(remoteip)
    if ":" in target:
        target = f"[{target}]"
    forward = f"127.0.0.1:{check_port(lport)}:{target}:{check_port(rport)}"
    child = _spawn(
        server,
        keyfile,
        timeout,
        *("-N", "-o", "ExitOnForwardFailure=yes", "-L", forward),
        *("-o", "NumberOfPasswordPrompts=1", "-o", "PermitLocalCommand=yes", "-o", f"LocalCommand=echo {_READY}"),
    )
    try:
        _log_in(child, server, lport, password, timeout, ask)
    except BaseException:
        _end(child)
        raise
    tunnel = _OpenSSHTunnel(server, lport, child)
    tunnel.keep()
    return tunnel


def try_passwordless(server: str, keyfile: str | None) -> bool:
    """Tell whether the server asks for no password; see :func:`zmq.ssh.tunnel.try_passwordless_ssh`."""
    child = _spawn(server, keyfile, _TRY_SECONDS, "-o", "BatchMode=yes", "-T", command=("exit",))
    try:
        while True:
            event = child.expect(_EVENTS, timeout=_TRY_SECONDS)
            if event != _ENDED:
                raise SSHException(f"{server!r} did not answer as a server does: {_told(child)}")
            break
        told = _told(child)
        child.wait()
    finally:
        _end(child)
    if child.exitstatus == 255:
        if "Permission denied" in told or "Too many authentication failures" in told:
            return False
        raise SSHException(f"cannot connect to {server!r}: {told}")
    return True


def _spawn(server: str, keyfile: str | None, timeout: float, *options: str, command: tuple[str, ...] = ()) -> Any:
    """Start ssh. It makes a connection of its own, which then ends with it."""
    user, host, port = parse_server(server)
    arguments = ["-o", f"ConnectTimeout={max(1, int(timeout))}", "-o", "LogLevel=ERROR", "-S", "none", *options]
    arguments += ["-o", "ControlMaster=no", "-o", "ForwardX11=no"]
    if keyfile is not None:
        arguments += ["-i", check_keyfile(keyfile, server)]
    if port is not None:
        arguments += ["-p", str(port)]
    if user is not None:
        arguments += ["-l", user]
    # Passwords are asked for on the terminal, not in a window.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SSH_ASKPASS")}
    with warnings.catch_warnings():
        # It forks, and executes ssh at once, which is safe with threads too.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        try:
            return pexpect.spawn(
                "ssh",
                [*arguments, "--", host, *command],
                env={**environment, "LC_ALL": "C"},
                encoding="utf-8",
                codec_errors="replace",
                timeout=timeout,
            )
        except pexpect.ExceptionPexpect as error:
            raise SSHException(f"cannot connect to {server!r}: the program ssh cannot be started ({error})") from None


def _log_in(
    child: Any, server: str, lport: int, password: str | None, timeout: float, ask: Callable[[str], str]
) -> None:
    """Answer what ssh asks until the tunnel is open."""
    deadline = time.monotonic() + timeout
    answered: set[str] = set()
    while True:
        event = child.expect(_EVENTS, timeout=max(0, deadline - time.monotonic()))
        if event == _OPEN:
            return
        if event == _STRANGER:
            raise SSHException(
                f"{server!r} is not a known host: connect to it once with ssh, and confirm that it is the right one"
            )
        if event == _ASKED:
            prompt = child.after.strip()
            if prompt in answered:
                raise SSHException(f"{server!r} has not accepted the password")
            answered.add(prompt)
            if password is None:
                password = _ask(server, prompt, ask)
                deadline = time.monotonic() + timeout
            child.waitnoecho(timeout=1)
            child.sendline(password)
            continue
        if event == _ENDED:
            told = _told(child)
            if "Address already in use" in told or "cannot listen to port" in told:
                raise MaxRetryExceeded(f"cannot open a tunnel through {server!r}: local port {lport} is in use: {told}")
            raise SSHException(f"cannot open a tunnel through {server!r}: {told}")
        raise SSHException(f"{server!r} has not let us in within {timeout:g} seconds: {_told(child)}")


def _ask(server: str, prompt: str, ask: Callable[[str], str]) -> str:
    try:
        return ask(f"{server}: {prompt} ")
    except (EOFError, OSError):
        raise SSHException(f"{server!r} wants a password: give `password` or `keyfile`") from None


def _told(child: Any) -> str:
    """What ssh has said, for people."""
    return " ".join(str(child.before or "").split()) or "ssh gave no reason"


def _end(child: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        child.close(force=True)
