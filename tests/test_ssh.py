"""Tunnels through a real OpenSSH server, made by ssh and by paramiko."""

from __future__ import annotations

import random
import socket as plain
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from tests.fix_gc import ResourceWarnings, collect
from tests.fix_process import Runner
from tests.fix_ssh import PASSPHRASE, Server
from tests.fix_wait import Background
from zmq import ssh
from zmq.ssh import forward, tunnel

Eventually = Callable[[Callable[[], Any]], Any]

WAYS = {False: "pexpect", True: "paramiko"}


@pytest.fixture(params=WAYS, ids=["openssh", "paramiko"])
def paramiko(request: pytest.FixtureRequest) -> bool:
    """Which of both makes the tunnels."""
    pytest.importorskip(WAYS[request.param], reason=f"{WAYS[request.param]} is not installed")
    return bool(request.param)


@pytest.fixture
def opened() -> Iterator[list[tunnel.Tunnel]]:
    """Tunnels to be closed after the test."""
    tunnels: list[tunnel.Tunnel] = []
    yield tunnels
    for one in tunnels:
        one.close()


def refuse_to_ask(prompt: str) -> str:
    raise AssertionError(f"asked: {prompt}")


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for a person."""
    monkeypatch.setattr(tunnel, "getpass", refuse_to_ask)


def is_listening(port: int) -> bool:
    try:
        plain.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


def test_tunnel_connection(sshd: Server, sockets: SocketFactory, paramiko: bool, eventually: Eventually) -> None:
    rep, req = sockets(zmq.REP), sockets(zmq.REQ)
    rep.bind("tcp://127.0.0.1:*")
    way = ssh.tunnel_connection(req, rep.last_endpoint.decode(), sshd.address, keyfile=str(sshd.key), paramiko=paramiko)
    for part in (b"small", b"large" * 500_000):
        req.send(part)
        assert rep.recv() == part
        rep.send_multipart([part, b"", part])
        assert req.recv_multipart() == [part, b"", part]
    assert req.last_endpoint.decode() == f"tcp://127.0.0.1:{way.local_port}"
    assert way.is_alive()
    assert not way.closed
    assert sshd.address in repr(way)
    assert "open" in repr(way)
    req.close()
    eventually(lambda: way.closed)
    assert not way.is_alive()
    assert not is_listening(way.local_port)


def test_a_forgotten_socket_closes_its_tunnel(
    sshd: Server,
    context: zmq.Context[Any],
    paramiko: bool,
    eventually: Eventually,
    resource_warnings: ResourceWarnings,
) -> None:
    socket = context.socket(zmq.REQ)
    socket.linger = 0
    way = ssh.tunnel_connection(socket, "tcp://127.0.0.1:9", sshd.address, keyfile=str(sshd.key), paramiko=paramiko)

    def is_closed() -> bool:
        collect()
        # On PyPy, the socket itself is closed later.
        return way.closed and bool(texts)

    with resource_warnings() as texts:
        del socket
        eventually(is_closed)


def test_closing_tunnels(sshd: Server, paramiko: bool, opened: list[tunnel.Tunnel]) -> None:
    url, way = tunnel.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)
    opened.append(way)
    assert url == f"tcp://127.0.0.1:{way.local_port}"
    with way:
        assert is_listening(way.local_port)
    assert way.closed
    assert not is_listening(way.local_port)
    way.close()
    assert "closed" in repr(way)


def test_closing_a_tunnel_leaves_the_filters_of_warnings_alone(
    sshd: Server, paramiko: bool, opened: list[tunnel.Tunnel], background: Callable[..., Background]
) -> None:
    """They belong to all threads, one of which may just be warning, or changing them."""
    _, way = tunnel.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)
    opened.append(way)
    filters = warnings.filters
    closing = background(way.close)
    while closing.running():
        assert warnings.filters is filters
    closing.result()


def test_a_tunnel_to_nowhere_works_as_soon_as_somebody_is_there(
    sshd: Server, sockets: SocketFactory, paramiko: bool, eventually: Eventually
) -> None:
    port = spare_port()
    req, rep = sockets(zmq.REQ, reconnect_ivl=10), sockets(zmq.REP)
    way = ssh.tunnel_connection(req, f"tcp://127.0.0.1:{port}", sshd.address, str(sshd.key), paramiko=paramiko)
    req.send(b"early")
    assert is_listening(way.local_port)
    rep.bind(f"tcp://127.0.0.1:{port}")
    assert rep.recv() == b"early"
    req.close()
    eventually(lambda: way.closed)


def spare_port() -> int:
    """Return a port that nothing else binds meanwhile: below those that systems choose by themselves."""
    while True:
        port = random.randrange(20_000, 32_000)
        with plain.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


@pytest.mark.parametrize("way", [ssh.openssh_tunnel, ssh.paramiko_tunnel], ids=["openssh", "paramiko"])
def test_chosen_ports(sshd: Server, way: Callable[..., tunnel.Tunnel]) -> None:
    pytest.importorskip(WAYS[way is ssh.paramiko_tunnel], reason="it is not installed")
    port = spare_port()
    with way(port, 9, sshd.address, "127.0.0.1", str(sshd.key)) as made:
        assert made.local_port == port
        assert is_listening(port)
        with pytest.raises(tunnel.MaxRetryExceeded, match=f"{port} is in use"):
            way(port, 9, sshd.address, keyfile=str(sshd.key))


def test_ports_taken_meanwhile(
    sshd: Server, paramiko: bool, monkeypatch: pytest.MonkeyPatch, opened: list[tunnel.Tunnel]
) -> None:
    with plain.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        tries = count()
        choose = tunnel.select_random_ports
        monkeypatch.setattr(tunnel, "select_random_ports", lambda n: choose(n) if next(tries) else [busy])
        _, way = ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)
        opened.append(way)
        assert way.local_port != busy
        monkeypatch.setattr(tunnel, "select_random_ports", lambda _: [busy])
        with pytest.raises(tunnel.MaxRetryExceeded, match=str(busy)):
            ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)


def test_select_random_ports() -> None:
    ports = ssh.select_random_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        with plain.socket() as socket:
            socket.bind(("127.0.0.1", port))


def test_try_passwordless(sshd: Server, paramiko: bool) -> None:
    assert ssh.try_passwordless_ssh(sshd.address, str(sshd.key), paramiko)
    assert not ssh.try_passwordless_ssh(sshd.address, str(sshd.strange_key), paramiko)
    assert not ssh.try_passwordless_ssh(sshd.address, str(sshd.locked_key), paramiko)


def test_passphrase(sshd: Server, paramiko: bool, opened: list[tunnel.Tunnel]) -> None:
    _, way = ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.locked_key), PASSPHRASE, paramiko)
    opened.append(way)
    assert is_listening(way.local_port)


def test_the_person_is_asked(
    sshd: Server, paramiko: bool, monkeypatch: pytest.MonkeyPatch, opened: list[tunnel.Tunnel]
) -> None:
    asked = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return PASSPHRASE

    monkeypatch.setattr(tunnel, "getpass", answer)
    _, way = ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.locked_key), paramiko=paramiko)
    opened.append(way)
    assert len(asked) == 1
    assert sshd.address in asked[0]


def test_nobody_to_be_asked(sshd: Server, paramiko: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(tunnel, "getpass", nobody)
    with pytest.raises(tunnel.SSHException, match=f"{sshd.address}.*wants a password"):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.locked_key), paramiko=paramiko)


def test_wrong_passphrase(sshd: Server, paramiko: bool) -> None:
    with pytest.raises(tunnel.SSHException) as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.locked_key), "guessed", paramiko)
    assert sshd.address in str(caught.value)
    assert "guessed" not in str(caught.value)


def test_a_key_that_the_server_does_not_know(sshd: Server, paramiko: bool) -> None:
    with pytest.raises(tunnel.SSHException, match=sshd.address):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.strange_key), "unused", paramiko)


def test_an_unknown_host(sshd: Server, paramiko: bool) -> None:
    sshd.known_hosts.write_text("")
    with pytest.raises(tunnel.SSHException, match=f"{sshd.address}.*not a known host"):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)


def test_another_host_of_a_known_name(sshd: Server, paramiko: bool) -> None:
    kind, key, *_ = sshd.strange_key.with_suffix(".pub").read_text().split()
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {kind} {key}\n")
    with pytest.raises(tunnel.SSHException, match=sshd.address):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)


def test_no_server(sshd: Server, sockets: SocketFactory, paramiko: bool) -> None:
    (port,) = ssh.select_random_ports(1)
    socket = sockets(zmq.REQ)
    for server in (f"nobody@127.0.0.1:{port}", "nobody@no-such-host.invalid"):
        with pytest.raises(tunnel.SSHException, match=server):
            ssh.tunnel_connection(socket, "tcp://127.0.0.1:9", server, str(sshd.key), paramiko=paramiko)
        with pytest.raises(tunnel.SSHException, match=server):
            ssh.try_passwordless_ssh(server, str(sshd.key), paramiko)
    assert socket.last_endpoint == b""


def test_a_socket_that_cannot_connect(sshd: Server, context: zmq.Context[Any], paramiko: bool) -> None:
    socket = context.socket(zmq.REQ)
    socket.close()
    (port,) = ssh.select_random_ports(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tunnel, "select_random_ports", lambda _: [port])
        with pytest.raises(zmq.ZMQError):
            ssh.tunnel_connection(socket, "tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)
    assert not is_listening(port)


@pytest.mark.parametrize(("policy", "works"), [("AutoAdd", True), ("AutoAddPolicy", True), ("Reject", False)])
def test_host_key_policy(
    sshd: Server, monkeypatch: pytest.MonkeyPatch, policy: str, works: bool, opened: list[tunnel.Tunnel]
) -> None:
    pytest.importorskip("paramiko", reason="paramiko is not installed")
    sshd.known_hosts.write_text("")
    monkeypatch.setenv("PYZMQ_PARAMIKO_HOST_KEY_POLICY", policy)
    if works:
        opened.append(ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=True)[1])
        return
    with pytest.raises(tunnel.SSHException, match="PYZMQ_PARAMIKO_HOST_KEY_POLICY"):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=True)


def test_host_key_policy_that_is_none(sshd: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("paramiko", reason="paramiko is not installed")
    monkeypatch.setenv("PYZMQ_PARAMIKO_HOST_KEY_POLICY", "Trusting")
    with pytest.raises(ValueError, match=r"'Trusting'.*AutoAdd"):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=True)


def test_a_missing_key(sshd: Server, paramiko: bool, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(tmp_path / "nowhere"), paramiko=paramiko)


@pytest.mark.parametrize(
    "server",
    ["", "@host", "host:", "host:port", "host:0", "host:65536", "-oProxyCommand=x", "a b", "-l@host", "[::1", "u@"],
)
def test_servers_that_are_none(paramiko: bool, server: str) -> None:
    with pytest.raises(ValueError, match="no SSH server") as caught:
        ssh.open_tunnel("tcp://127.0.0.1:9", server, paramiko=paramiko)
    assert repr(server) in str(caught.value)


@pytest.mark.parametrize(
    "address", ["", "tcp://", "ipc:///tmp/x", "inproc://x", "tcp://host", "tcp://*:5", "tcp://a:1;b:2", "tcp://h:0"]
)
def test_addresses_that_cannot_be_reached(paramiko: bool, address: str) -> None:
    with pytest.raises(ValueError, match="only tcp://host:port") as caught:
        ssh.open_tunnel(address, "server", paramiko=paramiko)
    assert repr(address) in str(caught.value)


def test_parts_of_servers() -> None:
    from zmq.ssh._addresses import parse_address, parse_server

    assert parse_server("host") == (None, "host", None)
    assert parse_server("me@host") == ("me", "host", None)
    assert parse_server("me@there@host:2222") == ("me@there", "host", 2222)
    assert parse_server("me@[::1]:22") == ("me", "::1", 22)
    assert parse_address("tcp://[fe80::1%eth0]:5555") == ("fe80::1%eth0", 5555)


def test_lost_connections_are_noticed(
    sshd: Server, paramiko: bool, opened: list[tunnel.Tunnel], eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    _, way = ssh.open_tunnel("tcp://127.0.0.1:9", sshd.address, str(sshd.key), paramiko=paramiko)
    opened.append(way)
    inside: Any = way
    if paramiko:
        inside._transport.close()
    else:
        inside._child.kill(9)
    eventually(lambda: "works no more" in caplog.text)
    assert sshd.address in caplog.text
    assert not way.is_alive()
    assert "lost" in repr(way)


def test_tunnels_end_with_the_process(sshd: Server, paramiko: bool, run_python: Runner) -> None:
    program = f"""
        import logging
        from zmq import ssh

        url, tunnel = ssh.open_tunnel("tcp://127.0.0.1:9", {sshd.address!r}, {str(sshd.key)!r}, paramiko={paramiko})
        assert tunnel.is_alive()
        print(tunnel.local_port)
    """
    ended = run_python(program).succeeded()
    assert not is_listening(int(ended.output))


@pytest.mark.parametrize("missing", ["pexpect", "paramiko"])
def test_missing_packages(run_python: Runner, missing: str) -> None:
    program = f"""
        import sys

        sys.modules[{missing!r}] = None
        from zmq import ssh
        import zmq.ssh.forward, zmq.ssh.tunnel

        try:
            ssh.open_tunnel("tcp://127.0.0.1:9", "server", paramiko={missing == "paramiko"})
        except ImportError as error:
            print(error)
    """
    output = run_python(program).succeeded().output
    assert missing in output
    assert "pip install 'pyzmq[ssh]'" in output


def test_exceptions() -> None:
    for kind in (tunnel.SSHException, tunnel.MaxRetryExceeded):
        assert kind.__bases__ == (Exception,)
        assert kind.__module__ == "zmq.ssh.tunnel"


def test_handlers_of_programs() -> None:
    """Programs subclass the handler, as forward_tunnel does."""
    asked: list[Any] = []

    class Transport:
        def open_channel(self, *args: Any) -> Any:
            asked.append(args)
            raise OSError("nobody listens")

    class Own(forward.Handler):
        chain_host = "192.0.2.1"
        chain_port = 5
        ssh_transport: Any = Transport()

    server: Any = forward.ForwardServer(("127.0.0.1", 0), Own)
    with server, plain.create_connection(server.server_address, 20) as client:
        server.handle_request()
        assert client.recv(1) == b""
        name = client.getsockname()
    assert asked == [("direct-tcpip", ("192.0.2.1", 5), name)]
