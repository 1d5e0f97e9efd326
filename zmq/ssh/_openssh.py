"""Tunnels that the program ``ssh`` makes, driven through a terminal of its own by pexpect."""

from __future__ import annotations

import codecs
import os
import re
import secrets
import selectors
import time
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zmq.ssh._addresses import check_host, check_keyfile, check_port, parse_server
from zmq.ssh._secrets import check_secret, needs_passphrase, visible
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

_PASSPHRASE = re.compile(r"Enter passphrase for key '(.*)': ?\Z")
_SECRET = re.compile("(?i)password|passphrase|verification code|otp")
_UNKNOWN_HOST = re.compile(r"\(yes/no[^)\r\n]*\)\? ?\Z")
# ssh shows this many bytes of the path of a key.
_SHOWN_PATH = 100
# What ssh says of its own at the end. Once a password was sent, nothing else is quoted: it could contain the password.
_REASONS = (
    "Permission denied",
    "Too many authentication failures",
    "Connection closed",
    "Connection reset",
    "Connection timed out",
)
# Characters that ssh may write before the tunnel is open, and how many are read at once.
_OUTPUT = 65536
_CHUNK = 4096
_PROMPTS = 6
# How many chunks are dropped at a time while the tunnel is open.
_DROPS = 16
# Seconds after which a prompt without an answer ends the attempt, if what is typed would be shown.
_QUIET = 5.0
# Seconds between two looks at a process that has closed its terminal, and at one that writes nothing.
_PAUSE = 0.01
_LOOK = 0.5
# Seconds that trying to log in without password may take.
_TRY_SECONDS = 60


class _OpenSSHTunnel(Tunnel):
    """A tunnel that lasts as long as a process of ssh."""

    def __init__(self, server: str, local_port: int, child: Any) -> None:
        super().__init__(server, local_port)
        self._child = child

    def _works(self) -> bool:
        return _runs(self._child)

    def _end(self) -> None:
        _end(self._child)

    def _tend(self) -> None:
        # Otherwise ssh would wait for us as soon as it has written more than a terminal holds.
        for _ in range(_DROPS):
            if not _read(self._child, 0):
                return


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
    # Printed by a command that ssh runs here once it is logged in and listens. Servers do not know it.
    ready = f"pyzmq-tunnel-{secrets.token_hex(16)}"
    options = ["-N", "-o", "ExitOnForwardFailure=yes", "-L", forward, "-o", "NumberOfPasswordPrompts=1"]
    options += ["-o", "PermitLocalCommand=yes", "-o", f"LocalCommand=echo {ready}"]
    answers = _Answers(server, keyfile, password, ask)
    while True:
        keys_only = bool(answers.passphrases)
        child = _spawn(server, keyfile, timeout, *options, *(_KEYS_ONLY if keys_only else ()))
        opened = False
        try:
            opened = _Login(child, answers, keys_only, timeout).run(ready, lport)
        finally:
            if not opened:
                _end(child)
        if opened:
            break
    tunnel = _OpenSSHTunnel(server, lport, child)
    tunnel.keep()
    return tunnel


def try_passwordless(server: str, keyfile: str | None) -> bool:
    """Tell whether the server asks for no password; see :func:`zmq.ssh.tunnel.try_passwordless_ssh`."""
    child = _spawn(server, keyfile, _TRY_SECONDS, "-o", "BatchMode=yes", "-T", command=("exit",))
    terminal = _Terminal(child, server)
    deadline = time.monotonic() + _TRY_SECONDS
    try:
        while terminal.read(deadline - time.monotonic()):
            pass
        while (runs := _runs(child)) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
    finally:
        _end(child)
    if runs:
        raise SSHException(f"{server!r} has not answered within {_TRY_SECONDS:g} seconds: {terminal.told()}")
    if child.exitstatus == 255 or child.exitstatus is None:
        if "Permission denied" in terminal.text or "Too many authentication failures" in terminal.text:
            return False
        raise SSHException(f"cannot connect to {server!r}: {terminal.told()}")
    return True


# The server cannot ask for anything then, so that no prompt of its own is taken for one of ssh's.
_KEYS_ONLY = ("-o", "PasswordAuthentication=no", "-o", "KbdInteractiveAuthentication=no")


class _Answers:
    """What is known of passwords and passphrases, and how to ask for the rest."""

    def __init__(self, server: str, keyfile: str | None, password: str | None, ask: Callable[[str], str]) -> None:
        self.server = server
        #: By the path of the key, as ssh shows it.
        self.passphrases: dict[str, str] = {}
        self.password: str | None = None
        #: Whether a person may be asked for passphrases.
        self.interactive = password is None
        self._ask = ask
        if password is None:
            return
        password = check_secret(password, typed=True)
        path = None if keyfile is None else check_keyfile(keyfile, server)
        if path is not None and needs_passphrase(path):
            self.passphrases[os.fsencode(path)[:_SHOWN_PATH].decode("utf-8", "replace")] = password
        else:
            self.password = password

    def ask(self, question: str) -> str:
        try:
            answer = self._ask(f"{self.server}: {question} ")
        except (EOFError, OSError):
            answer = None
        if answer is None:
            raise SSHException(f"{self.server!r} wants a password: give `password` or `keyfile`")
        return check_secret(answer, typed=True)


class _Terminal:
    """The terminal of a process of ssh."""

    def __init__(self, child: Any, server: str) -> None:
        self._child = child
        self._server = server
        self._left = _OUTPUT
        self._secret = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        #: What ssh has written since the last answer.
        self.text = ""

    def read(self, timeout: float) -> bool | None:
        """Read some output. Return False if there is none in time, None at the end."""
        received = _read(self._child, timeout)
        if not received:
            return None if received is None else False
        data = self._decoder.decode(received)
        self._left -= len(data)
        if self._left < 0:
            raise SSHException(f"{self._server!r} sends endless text instead of letting us in: {self.told()}")
        self.text += data
        return True

    def is_hidden(self) -> bool:
        """Tell whether what is typed now is not shown, which is so where ssh itself asks for something secret."""
        try:
            return not self._child.getecho()
        except OSError:
            return False

    def type(self, answer: str) -> None:
        """Type a line."""
        self._secret = self._secret or bool(answer)
        self.text = ""
        # If the process has ended, reading tells.
        with suppress(OSError):
            self._child.sendline(answer.encode())

    def told(self) -> str:
        """Return what ssh has said, for people."""
        if not self._secret:
            return visible(self.text) or "ssh gave no reason"
        return next((reason for reason in _REASONS if reason in self.text), "ssh gave no known reason")


class _Login:
    """Answers what ssh asks until the tunnel is open."""

    def __init__(self, child: Any, answers: _Answers, keys_only: bool, timeout: float) -> None:
        self._terminal = _Terminal(child, answers.server)
        self._answers = answers
        self._keys_only = keys_only
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._answered: set[str] = set()

    def run(self, ready: str, lport: int) -> bool:
        """Return whether the tunnel is open. If not, a passphrase became known, and ssh must be started anew."""
        terminal, server = self._terminal, self._answers.server
        is_ready = re.compile(rf"^{ready}\r?$", re.MULTILINE)
        while True:
            prompt = terminal.text.rpartition("\n")[2].rpartition("\r")[2]
            # Two steps: a single pattern takes quadratic time, which a hostile server could exploit.
            asks = prompt.endswith((":", ": ")) and bool(_SECRET.search(prompt))
            left = self._deadline - time.monotonic()
            # An answer is only given if nothing more has come.
            got = terminal.read(0 if asks and terminal.is_hidden() else min(left, _QUIET) if asks else left)
            if got is None:
                self._fail(lport)
            if is_ready.search(terminal.text):
                return True
            if _UNKNOWN_HOST.search(terminal.text):
                raise SSHException(
                    f"{server!r} is not a known host: connect to it once with ssh, and confirm that it is the right one"
                )
            if time.monotonic() >= self._deadline:
                raise SSHException(f"{server!r} has not let us in within {self._timeout:g} seconds: {terminal.told()}")
            if got or not asks:
                continue
            if not terminal.is_hidden():
                raise SSHException(f"{server!r} asks for something secret that the terminal would show")
            if not self._answer(prompt.strip()):
                return False

    def _answer(self, prompt: str) -> bool:
        """Answer a prompt. Return False if ssh must be started anew."""
        answers, server = self._answers, self._answers.server
        if prompt in self._answered:
            raise SSHException(f"{server!r} has not accepted the password")
        if len(self._answered) == _PROMPTS:
            raise SSHException(f"{server!r} asks for more than {_PROMPTS} passwords")
        self._answered.add(prompt)
        locked = _PASSPHRASE.match(prompt)
        if locked:
            return self._unlock(locked[1])
        if self._keys_only and not answers.interactive:
            raise SSHException(f"{server!r} wants more than the key, whose passphrase was given: {visible(prompt)}")
        if re.search("(?i)(old|new) password", prompt):
            raise SSHException(f"{server!r} wants the password to be changed")
        if answers.password is not None and re.search("(?i)password", prompt):
            self._terminal.type(answers.password)
        else:
            self._terminal.type(self._ask(f"the server asks: {visible(prompt)}"))
        return True

    def _unlock(self, path: str) -> bool:
        """Answer a prompt for the passphrase of a key, or have ssh started anew."""
        answers = self._answers
        passphrase = answers.passphrases.get(path, "")
        if not passphrase and answers.interactive:
            passphrase = self._ask(f"passphrase of the key {visible(path)!r}:")
            if passphrase:
                answers.passphrases[path] = passphrase
        if passphrase and not self._keys_only:
            # A server might have written the prompt.
            return False
        # An empty line makes ssh go on without the key.
        self._terminal.type(passphrase)
        return True

    def _ask(self, question: str) -> str:
        answer = self._answers.ask(question)
        self._deadline = time.monotonic() + self._timeout
        return answer

    def _fail(self, lport: int) -> None:
        server, told = self._answers.server, self._terminal.told()
        taken = rf":{lport}: Address already in use|cannot listen to port: {lport}\b"
        if re.search(taken, self._terminal.text):
            raise MaxRetryExceeded(f"cannot open a tunnel through {server!r}: local port {lport} is in use")
        if self._keys_only:
            told += " (only keys were tried, since a passphrase was given)"
        raise SSHException(f"cannot open a tunnel through {server!r}: {told}")


def _spawn(server: str, keyfile: str | None, timeout: float, *options: str, command: tuple[str, ...] = ()) -> Any:
    """Start ssh. It makes a connection of its own, which then ends with it."""
    user, host, port = parse_server(server)
    arguments = ["-o", f"ConnectTimeout={max(1, int(timeout))}", "-o", "LogLevel=ERROR", "-S", "none", *options]
    arguments += ["-o", "ControlMaster=no", "-o", "ForwardX11=no"]
    if keyfile is not None:
        path = check_keyfile(keyfile, server)
        if "%" in path or "${" in path:
            raise ValueError(f"the key {path!r} cannot be given to ssh, which expands '%' and '${{'")
        arguments += ["-i", path]
    if port is not None:
        arguments += ["-p", str(port)]
    if user is not None:
        arguments += ["-l", user]
    # Passwords are asked for on the terminal, not in a window.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SSH_ASKPASS")}
    failure = None
    with warnings.catch_warnings():
        # It forks, and executes ssh at once, which is safe with threads too.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        try:
            return pexpect.spawn(
                "ssh", [*arguments, "--", host, *command], env={**environment, "LC_ALL": "C"}, timeout=timeout
            )
        except pexpect.ExceptionPexpect as error:
            failure = f"cannot connect to {server!r}: the program ssh cannot be started ({error})"
    raise SSHException(failure)


def _read(child: Any, timeout: float) -> bytes | None:
    """Read what there is of the output. Return nothing if there is none in time, None at the end.

    pexpect's own methods wait for the process, without limit, as soon as it has closed its terminal.
    """
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(child.child_fd, selectors.EVENT_READ)
        while True:
            runs = _runs(child)
            left = deadline - time.monotonic()
            if selector.select(max(0, min(left, _LOOK)) if runs else 0):
                break
            if not runs:
                # Others may still have the terminal.
                return None
            if left <= 0:
                return b""
    try:
        return os.read(child.child_fd, _CHUNK) or None
    except OSError:
        # Linux's way to tell the end.
        return None


def _runs(child: Any) -> bool:
    try:
        return bool(child.isalive())
    except pexpect.ExceptionPexpect:
        # Somebody else has waited for the process.
        return False


def _end(child: Any) -> None:
    # The exception tells that a killed process has not ended in a tenth of a second. Filters of warnings belong to the
    # whole process, so the thread that looks after tunnels must not change them, even for a moment.
    with suppress(pexpect.ExceptionPexpect):
        child.close(force=True)
