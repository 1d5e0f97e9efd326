"""Passwords and passphrases: where they are sent, and where they are shown, with a server that records logins."""

# ruff: noqa: ARG002  (paramiko's names of arguments)

from __future__ import annotations

import io
import logging
import shutil
import socket as plain
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fix_ssh import PASSPHRASE, Server
from tests.fix_wait import LIMIT
from zmq import ssh
from zmq.ssh import tunnel

pytest.importorskip("paramiko", reason="paramiko is not installed")

import paramiko
from paramiko import common
from paramiko.server import InteractiveQuery

PASSWORD = "correct horse"
TIMEOUT = 15 * LIMIT / 20


class Login(paramiko.ServerInterface):
    """Records how a client tries to log in."""

    def __init__(self) -> None:
        self.methods = "publickey,keyboard-interactive,password"
        #: The password that is accepted.
        self.accepted: str | None = None
        #: The result for keys.
        self.for_keys = common.AUTH_FAILED
        self.passwords: list[str] = []
        self.answers: list[str] = []
        self.logins: list[str] = []
        self.prompt = "Password: "
        self.instructions = ""
        #: Whether texts repeat what the client has sent.
        self.repeats = False

    def get_allowed_auths(self, username: str) -> str:
        return self.methods

    def check_auth_publickey(self, username: str, key: Any) -> int:
        if self.for_keys == common.AUTH_SUCCESSFUL:
            self.logins.append("key")
        elif self.for_keys == common.AUTH_PARTIALLY_SUCCESSFUL:
            self.methods = "keyboard-interactive"
        return int(self.for_keys)

    def check_auth_password(self, username: str, password: str) -> int:
        self.passwords.append(password)
        return self._judge(password, "password")

    def check_auth_interactive(self, username: str, submethods: str) -> Any:
        return InteractiveQuery("", self.instructions, (self.prompt, False))

    def check_auth_interactive_response(self, responses: list[str]) -> Any:
        self.answers += responses
        if self.repeats:
            return InteractiveQuery(" ".join(responses), " ".join(responses), (f"{responses}: ", True))
        return self._judge(responses[0], "interactive")

    def get_banner(self) -> tuple[str, str]:
        return (f"{self.instructions}\r\n", "en-US")

    def _judge(self, secret: str, way: str) -> int:
        if self.accepted is None or secret != self.accepted:
            return int(common.AUTH_FAILED)
        self.logins.append(way)
        return int(common.AUTH_SUCCESSFUL)


class LoginServer:
    """A server in threads of this process, with the host key of the real one."""

    def __init__(self, sshd: Server) -> None:
        self.login = Login()
        self._key = paramiko.Ed25519Key.from_private_key_file(str(sshd.folder / "host"))
        self._socket = plain.create_server(("127.0.0.1", 0))
        self._transports: list[Any] = []
        self.address = f"me@127.0.0.1:{self._socket.getsockname()[1]}"
        sshd.know(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.set_log_channel("tests.server")
            transport.add_server_key(self._key)
            self._transports.append(transport)
            transport.start_server(event=threading.Event(), server=self.login)

    def stop(self) -> None:
        self._socket.shutdown(plain.SHUT_RDWR)
        self._socket.close()
        self._thread.join(LIMIT)
        for transport in self._transports:
            transport.close()
            transport.join(LIMIT)


@pytest.fixture
def server(sshd: Server) -> Iterator[LoginServer]:
    logging.getLogger("tests.server").setLevel(logging.CRITICAL + 1)
    server = LoginServer(sshd)
    yield server
    server.stop()


@pytest.fixture(params=[False, True], ids=["openssh", "paramiko"])
def by_paramiko(request: pytest.FixtureRequest) -> bool:
    if not request.param:
        pytest.importorskip("pexpect", reason="pexpect is not installed")
    return bool(request.param)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Let a person answer all questions with a text. Returns the questions."""
    questions: list[str] = []

    def install(answer: str) -> list[str]:
        def getpass(prompt: str) -> str:
            questions.append(prompt)
            return answer

        monkeypatch.setattr(tunnel, "getpass", getpass)
        return questions

    install("unexpected question")
    return install


@pytest.fixture
def locked_default_key(sshd: Server) -> Iterator[Path]:
    """A key that clients use by default, with a passphrase."""
    config = sshd.folder / "config"
    before = config.read_text()
    path = sshd.home / ".ssh" / "id_ed25519"
    shutil.copy(sshd.locked_key, path)
    shutil.copy(sshd.locked_key.with_suffix(".pub"), path.with_suffix(".pub"))
    config.write_text(f"{before}IdentityFile {path}\n")
    yield path
    config.write_text(before)
    path.unlink()
    path.with_suffix(".pub").unlink()


def open_tunnel(server: LoginServer, by_paramiko: bool, keyfile: Path | None, password: str | None) -> None:
    key = None if keyfile is None else str(keyfile)
    ssh.open_tunnel("tcp://127.0.0.1:9", server.address, key, password, by_paramiko, TIMEOUT)[1].close()


def everything(error: BaseException | None) -> str:
    """All texts of an exception and of those it comes from."""
    texts = []
    while error is not None:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def test_passphrase_is_not_sent_to_the_server(server: LoginServer, sshd: Server, by_paramiko: bool) -> None:
    with pytest.raises(tunnel.SSHException):
        open_tunnel(server, by_paramiko, sshd.locked_key, PASSPHRASE)
    assert server.login.passwords == server.login.answers == []


def test_passphrase_of_an_accepted_key(server: LoginServer, sshd: Server, by_paramiko: bool) -> None:
    server.login.for_keys = common.AUTH_SUCCESSFUL
    open_tunnel(server, by_paramiko, sshd.locked_key, PASSPHRASE)
    assert set(server.login.logins) == {"key"}
    assert server.login.passwords == server.login.answers == []


@pytest.mark.parametrize("given", [True, False], ids=["given", "typed"])
def test_prompt_that_looks_like_that_of_a_key(
    server: LoginServer, sshd: Server, by_paramiko: bool, given: bool, asked: Callable[[str], list[str]]
) -> None:
    questions = asked(PASSPHRASE)
    prompt = f"Enter passphrase for key '{sshd.locked_key}': "
    server.login.methods = "keyboard-interactive"
    server.login.instructions = prompt
    server.login.prompt = f"\n{prompt}"
    with pytest.raises(tunnel.SSHException):
        open_tunnel(server, by_paramiko, sshd.locked_key, PASSPHRASE if given else None)
    # ssh answers with nothing if its terminal is closed while it asks.
    assert not any(server.login.answers)
    assert all("passphrase of the key" in question for question in questions)


@pytest.mark.usefixtures("locked_default_key")
def test_password_is_not_tried_on_keys(server: LoginServer, by_paramiko: bool) -> None:
    server.login.for_keys = common.AUTH_SUCCESSFUL
    server.login.methods = "publickey,password"
    server.login.accepted = PASSPHRASE
    open_tunnel(server, by_paramiko, None, PASSPHRASE)
    assert server.login.logins[-1] == "password"


def test_password(server: LoginServer, sshd: Server, by_paramiko: bool) -> None:
    server.login.accepted = PASSWORD
    open_tunnel(server, by_paramiko, sshd.key, PASSWORD)
    assert len(server.login.logins) == 1


def test_password_of_bytes(server: LoginServer, sshd: Server, by_paramiko: bool) -> None:
    server.login.accepted = PASSWORD
    open_tunnel(server, by_paramiko, sshd.key, PASSWORD.encode())  # type: ignore[arg-type]  # 27.3.0 takes bytes
    assert len(server.login.logins) == 1


def test_second_factor(
    server: LoginServer,
    sshd: Server,
    by_paramiko: bool,
    asked: Callable[[str], list[str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("read from standard input\n"))
    questions = asked("123456")
    server.login.for_keys = common.AUTH_PARTIALLY_SUCCESSFUL
    server.login.prompt = "\x1b]0;title\x07Verification code: "
    server.login.accepted = "123456"
    open_tunnel(server, by_paramiko, sshd.key, None)
    assert server.login.answers == ["123456"]
    assert len(questions) == 1
    assert questions[0].startswith(f"{server.address}: the server asks: ")
    assert questions[0].isprintable()
    assert capsys.readouterr().out == ""


def test_second_factor_without_a_person(server: LoginServer, sshd: Server, by_paramiko: bool) -> None:
    server.login.for_keys = common.AUTH_PARTIALLY_SUCCESSFUL
    assert not ssh.try_passwordless_ssh(server.address, str(sshd.key), by_paramiko)
    assert server.login.answers == []


def test_texts_that_repeat_the_password(
    server: LoginServer, sshd: Server, by_paramiko: bool, caplog: pytest.LogCaptureFixture
) -> None:
    server.login.methods = "keyboard-interactive"
    server.login.repeats = True
    with caplog.at_level(logging.DEBUG), pytest.raises(tunnel.SSHException) as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", server.address, str(sshd.key), PASSWORD, by_paramiko, 3)
    assert PASSWORD in server.login.answers
    assert PASSWORD not in everything(caught.value)
    assert PASSWORD not in caplog.text


def test_banner_that_repeats_the_password(
    server: LoginServer, sshd: Server, by_paramiko: bool, caplog: pytest.LogCaptureFixture
) -> None:
    server.login.instructions = f"\x1b[2J{PASSWORD}\n"
    with caplog.at_level(logging.DEBUG), pytest.raises(tunnel.SSHException) as caught:
        open_tunnel(server, by_paramiko, sshd.key, PASSWORD)
    assert PASSWORD not in everything(caught.value)
    assert PASSWORD not in caplog.text
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize("secret", ["two\nlines", "\x03", "\x7f", "\ud800"])
def test_passwords_that_cannot_be_typed(sshd: Server, secret: str) -> None:
    pytest.importorskip("pexpect", reason="pexpect is not installed")
    with pytest.raises(ValueError, match="the password") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), secret, paramiko=False)
    assert secret not in everything(caught.value)
    assert repr(secret) not in everything(caught.value)


def test_password_that_cannot_be_encoded(sshd: Server) -> None:
    with pytest.raises(ValueError, match="the password cannot be encoded") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), f"{PASSWORD}\ud800", paramiko=True)
    assert PASSWORD not in everything(caught.value)


def test_password_of_another_type(sshd: Server, by_paramiko: bool) -> None:
    secret: Any = [PASSWORD]
    with pytest.raises(TypeError, match="must be a str, not list") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), secret, by_paramiko)
    assert PASSWORD not in everything(caught.value)
