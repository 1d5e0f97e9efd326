"""Servers and texts that mean harm: endless, misleading, or made for a terminal or a command line."""

from __future__ import annotations

import json
import logging
import os
import socket as plain
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fix_ssh import PASSPHRASE, Server
from tests.fix_wait import LIMIT
from zmq import ssh
from zmq.ssh import tunnel
from zmq.ssh._secrets import needs_passphrase

FakeSSH = Callable[[str], Path]

PASSWORD = "correct horse"
# Much longer than the attempts take, where they do not end by it.
TIMEOUT = 4 * LIMIT


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(tunnel, "getpass", refuse)


@pytest.fixture
def pexpect() -> Any:
    return pytest.importorskip("pexpect", reason="pexpect is not installed")


def refused(password: str | None = PASSWORD, timeout: float = TIMEOUT) -> str:
    """Return why no tunnel could be opened."""
    began = time.monotonic()
    with pytest.raises(tunnel.SSHException) as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", "me@server", None, password, paramiko=False, timeout=timeout)
    assert time.monotonic() - began < LIMIT
    error: BaseException | None = caught.value
    while error is not None:
        text = f"{error!s} {error!r} {vars(error)}"
        assert PASSWORD not in text
        assert text.isprintable()
        assert len(text) < 5000
        error = error.__cause__ or error.__context__
    return str(caught.value)


@pytest.mark.usefixtures("pexpect")
class TestProgram:
    def test_that_shows_what_is_typed(self, fake_ssh: FakeSSH, monkeypatch: pytest.MonkeyPatch) -> None:
        from zmq.ssh import _openssh

        monkeypatch.setattr(_openssh, "_QUIET", 1.0)
        record = fake_ssh("""
            write("me@server's password: ")
            write(read())
        """)
        assert "would show" in refused()
        assert record.read_text() == ""

    def test_that_repeats_what_was_typed(self, fake_ssh: FakeSSH) -> None:
        record = fake_ssh("""
            hide()
            write("me@server's password: ")
            write(f"\\n{read()} was typed\\n")
            sys.exit(255)
        """)
        refused()
        assert record.read_text() == f"{PASSWORD}\n"

    def test_that_repeats_what_was_typed_and_waits(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            hide()
            write("me@server's password: ")
            write(f"\\n{read()} was typed\\n")
            time.sleep(1000)
        """)
        assert "within 1.5 seconds" in refused(timeout=1.5)

    def test_reason_after_a_password(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            hide()
            write("me@server's password: ")
            write(f"\\n{read()}: Permission denied (password).\\n")
            sys.exit(255)
        """)
        assert refused().endswith("Permission denied")

    def test_prompt_inside_of_a_text(self, fake_ssh: FakeSSH) -> None:
        record = fake_ssh("""
            import select

            write("Welcome. Your password: ")
            if select.select([0], [], [], 1)[0]:
                read()
            write("is not needed.\\n")
            sys.exit(255)
        """)
        assert "Welcome. Your password: is not needed." in refused()
        assert record.read_text() == ""

    @pytest.mark.parametrize("line", ["x" * 4000, "x" * 70 + "\\n", "password: ", "\\u20ac" * 30])
    def test_endless_text(self, fake_ssh: FakeSSH, line: str) -> None:
        fake_ssh(f"""
            while True:
                write("{line}")
        """)
        assert "endless text" in refused()

    def test_endless_prompts(self, fake_ssh: FakeSSH) -> None:
        record = fake_ssh("""
            hide()
            number = 0
            while True:
                number += 1
                write(f"password {number}: ")
                read()
        """)
        assert "more than 6 passwords" in refused()
        assert len(record.read_text().splitlines()) == 6

    def test_control_characters(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            write("\\x1b]0;title\\x07\\x1b[2J\\u202eevil\\x9b31m\\n")
            sys.exit(255)
        """)
        assert r"\x1b]0;title\x07\x1b[2J\u202eevil\x9b31m" in refused(None)

    def test_tunnel_that_only_seems_to_be_open(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            write("pyzmq-tunnel-is-open\\n")
            sys.exit(255)
        """)
        refused()

    def test_forged_port_in_use(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            write("Received disconnect from server: Address already in use\\n")
            sys.exit(255)
        """)
        assert "Address already in use" in refused()

    def test_expired_password(self, fake_ssh: FakeSSH) -> None:
        record = fake_ssh("""
            hide()
            write("Enter me@server's old password: ")
            read()
        """)
        assert "password to be changed" in refused()
        assert record.read_text() == ""

    @pytest.mark.parametrize("ignored", ["", "signal.signal(signal.SIGHUP, signal.SIG_IGN)"])
    def test_trying_a_program_that_does_not_end(
        self, fake_ssh: FakeSSH, monkeypatch: pytest.MonkeyPatch, ignored: str
    ) -> None:
        from zmq.ssh import _openssh

        monkeypatch.setattr(_openssh, "_TRY_SECONDS", 1)
        fake_ssh(f"""
            import signal

            {ignored}
            for descriptor in 0, 1, 2:
                os.close(descriptor)
            time.sleep(1000)
        """)
        with pytest.raises(tunnel.SSHException, match="has not answered within 1 seconds"):
            ssh.try_passwordless_ssh("me@server", None, paramiko=False)

    def test_program_that_closes_its_terminal(self, fake_ssh: FakeSSH) -> None:
        fake_ssh("""
            import signal

            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            for descriptor in 0, 1, 2:
                os.close(descriptor)
            time.sleep(1000)
        """)
        refused()

    def test_arguments(self, fake_ssh: FakeSSH, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        record = fake_ssh("""
            import json

            json.dump([sys.argv[1:], dict(os.environ), os.path.isfile("/proc/self/cmdline")], record)
            record.flush()
            hide()
            write("me@server's password: ")
            sys.stdin.readline()
            sys.exit(255)
        """)
        (tmp_path / "-oProxyCommand=x").write_text("ssh-ed25519 AAAA\n")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(tunnel.SSHException):
            ssh.openssh_tunnel(5, 6, "me@server:7", "::1", "-oProxyCommand=x", PASSWORD, TIMEOUT)
        arguments, environment, _ = json.loads(record.read_text())
        assert PASSWORD not in str(arguments)
        assert PASSWORD not in str(environment)
        assert arguments[-2:] == ["--", "server"]
        options = [(arguments[i], arguments[i + 1]) for i in range(len(arguments) - 1)]
        assert ("-i", str(tmp_path / "-oProxyCommand=x")) in options
        assert ("-L", "127.0.0.1:5:[::1]:6") in options
        assert ("-l", "me") in options
        assert ("-p", "7") in options

    @pytest.mark.parametrize("name", ["%h", "${HOME}"])
    def test_keys_whose_names_ssh_expands(self, fake_ssh: FakeSSH, tmp_path: Path, name: str) -> None:
        fake_ssh("")
        (tmp_path / name).write_text("")
        with pytest.raises(ValueError, match="which expands") as caught:
            ssh.open_tunnel("tcp://127.0.0.1:9", "server", str(tmp_path / name), paramiko=False)
        assert name in str(caught.value)


@pytest.mark.usefixtures("pexpect")
def test_no_secret_in_the_process(sshd: Server) -> None:
    """A real ssh that was given a passphrase."""
    _, way = ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.locked_key), PASSPHRASE, paramiko=False)
    inside: Any = way
    with way:
        child = inside._child
        process = Path(f"/proc/{child.pid}")
        shown = [repr(way), str(child), repr(child), repr(vars(way))]
        if process.is_dir():
            shown += [(process / name).read_bytes().decode("utf-8", "replace") for name in ("cmdline", "environ")]
        assert all(PASSPHRASE not in text for text in shown)


# Options, white space, control characters, and what shells take for more than a name.
NO_USERS = ["-oProxyCommand=x", "-", "a b", "a\tb", "a\nb", "a\x1b[2Jb", "a\x00b", "a\x9bb", "\u202eb", "~b", "b\\"]
NO_USERS += [f"a{character}b" for character in ";$`'\"|&<>(){}*?!"]


@pytest.mark.parametrize("paramiko", [False, True], ids=["openssh", "paramiko"])
@pytest.mark.parametrize("user", NO_USERS)
def test_users_that_are_none(paramiko: bool, user: str) -> None:
    pytest.importorskip("paramiko" if paramiko else "pexpect", reason="it is not installed")
    with pytest.raises(ValueError, match="no name of a user") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", f"{user}@host", paramiko=paramiko)
    assert repr(user) in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "user", ["me", "a.b-c_d", "me@domain", "DOMAIN\\me", "machine$", "me%target", "jürgen", "me+x"]
)
def test_users(user: str) -> None:
    from zmq.ssh._addresses import parse_server

    assert parse_server(f"{user}@host").user == user


class Sender:
    """A server that sends anything."""

    def __init__(self, first: bytes, rest: bytes) -> None:
        self._first, self._rest = first, rest
        self._stopped = threading.Event()
        self._socket = plain.create_server(("127.0.0.1", 0))
        self.address = f"me@127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            try:
                connection.sendall(self._first)
                while self._rest and not self._stopped.is_set():
                    connection.sendall(self._rest)
            except OSError:
                # The client has gone.
                return

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(LIMIT)
        self._socket.close()


@pytest.fixture
def send() -> Iterator[Callable[..., Sender]]:
    senders: list[Sender] = []

    def start(first: bytes, rest: bytes = b"") -> Sender:
        senders.append(Sender(first, rest))
        return senders[-1]

    yield start
    for sender in senders:
        sender.stop()


@pytest.mark.parametrize(
    ("first", "rest"),
    [(b"", b"x" * 65536), (b"SSH-2.0-x\r\n\x7f\xff\xff\xf4", b"x" * 65536), (b"SSH-2.0-", b"x" * 65536)],
    ids=["line", "packet", "version"],
)
def test_endless_data(send: Callable[..., Sender], first: bytes, rest: bytes) -> None:
    pytest.importorskip("paramiko", reason="paramiko is not installed")
    server = send(first, rest).address
    with pytest.raises(tunnel.SSHException, match="endless data") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", server, None, PASSWORD, paramiko=True, timeout=TIMEOUT)
    assert server in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_server_texts_in_exceptions_and_logs(send: Callable[..., Sender], caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("paramiko", reason="paramiko is not installed")
    server = send(b"\x1b]0;title\x07\r\nSSH-3.0-" + b"\x1b[2J" * 500 + b"\r\n").address
    with caplog.at_level(logging.DEBUG), pytest.raises(tunnel.SSHException) as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", server, None, PASSWORD, paramiko=True, timeout=TIMEOUT)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 5000
    assert caught.value.__context__ is None
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
@pytest.mark.parametrize("form", ["OpenSSH", "PEM", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
@pytest.mark.usefixtures("sshd")
def test_needs_passphrase(tmp_path: Path, kind: str, form: str, passphrase: str) -> None:
    path = tmp_path / "key"
    options = [] if form == "OpenSSH" else ["-m", form]
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *options, "-N", passphrase, "-f", str(path)], check=True)
    assert needs_passphrase(str(path)) == bool(passphrase)
    assert not needs_passphrase(f"{path}.pub")


def test_unknown_keys_count_as_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for text in (
        b"",
        b"PuTTY-User-Key-File-3: ssh-rsa\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n$$$\n",
        os.urandom(99),
    ):
        path.write_bytes(text)
        assert needs_passphrase(str(path))
    assert not needs_passphrase(str(tmp_path / "missing"))
