"""A real OpenSSH server on the loopback interface, with keys and configuration of its own."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

#: Where Debian and others have it; it insists on being started by its whole path.
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PASSPHRASE = "open, sesame"
_LIMIT = 20.0
# What the fake ssh can use.
_FAKE = """
import os, sys, termios, time

record = open({record!r}, "w", buffering=1)

def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()

def hide():
    mode = termios.tcgetattr(0)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, mode)

def read():
    line = sys.stdin.readline()
    record.write(line)
    return line.strip()
"""


class Server:
    """A running sshd, and what a client needs to use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = getpass.getuser()
        self.home = folder / "home"
        ssh = self.home / ".ssh"
        ssh.mkdir(parents=True, mode=0o700)
        self.key, self.locked_key, self.strange_key = folder / "key", folder / "locked", folder / "strange"
        self._make_key(folder / "host")
        self._make_key(self.key)
        self._make_key(self.locked_key, PASSPHRASE)
        self._make_key(self.strange_key)
        allowed = "".join(key.with_suffix(".pub").read_text() for key in (self.key, self.locked_key))
        (folder / "authorized").write_text(allowed)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"{self.user}@127.0.0.1:{self.port}"
        self.known_hosts = ssh / "known_hosts"
        self.know()
        self.log = folder / "log"
        self._configure()
        assert SSHD is not None
        with self.log.open("w") as log:
            self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
        self._wait()

    def _make_key(self, path: Path, passphrase: str = "") -> None:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True)

    def _configure(self) -> None:
        options = {
            "ListenAddress": f"127.0.0.1:{self.port}",
            "HostKey": self.folder / "host",
            "AuthorizedKeysFile": self.folder / "authorized",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PermitRootLogin": "yes",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "AllowTcpForwarding": "yes",
            "MaxStartups": "100",
            "LogLevel": "VERBOSE",
        }
        (self.folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        client = {"UserKnownHostsFile": self.known_hosts, "GlobalKnownHostsFile": "none", "IdentitiesOnly": "yes"}
        (self.folder / "config").write_text("".join(f"{name} {value}\n" for name, value in client.items()))
        # The real program, but not with the configuration of whoever runs the tests.
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        program = bin_folder / "ssh"
        program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.folder / "config"} "$@"\n')
        program.chmod(0o755)

    def know(self, *ports: int) -> None:
        """Let clients know the server's key, also on other ports."""
        kind, key, *_ = (self.folder / "host.pub").read_text().split()
        self.known_hosts.write_text("".join(f"[127.0.0.1]:{port} {kind} {key}\n" for port in (self.port, *ports)))

    def _wait(self) -> None:
        deadline = time.monotonic() + _LIMIT
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, "sshd does not answer"
                threading.Event().wait(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(_LIMIT)


@pytest.fixture(scope="session")
def _sshd() -> Iterator[Server]:
    if sys.platform == "win32" or SSHD is None or not (shutil.which("ssh") and shutil.which("ssh-keygen")):
        pytest.skip("there is no OpenSSH server (sshd) here, or no client")
    if os.getuid() == 0:
        # sshd of root wants a folder that Debian's service makes.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="pyzmq-ssh-"))
    server = None
    try:
        server = Server(folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def fake_ssh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Install a program named ``ssh``, written in Python. Returns the path of what it writes to ``record``."""
    if sys.platform == "win32":
        pytest.skip("there are no terminals for ssh on Windows")

    def install(program: str) -> Path:
        folder, record = tmp_path / "bin", tmp_path / "record"
        folder.mkdir(exist_ok=True)
        script = folder / "ssh.py"
        script.write_text(_FAKE.format(record=str(record)) + textwrap.dedent(program))
        path = folder / "ssh"
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS {shlex.quote(str(script))} "$@"\n')
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return record

    return install


@pytest.fixture
def sshd(_sshd: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server; ``ssh`` and paramiko know its key, and nothing of who runs the tests."""
    monkeypatch.setenv("PATH", f"{_sshd.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(_sshd.home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("PYZMQ_PARAMIKO_HOST_KEY_POLICY", raising=False)
    yield _sshd
    _sshd.know()
