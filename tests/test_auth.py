"""Authentication of real connections, by each of the authenticators."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
import platform
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import zmq
import zmq.asyncio
import zmq.auth
from tests.fix_context import TIMEOUT, SocketFactory
from zmq.auth._addresses import Addresses
from zmq.auth.asyncio import AsyncioAuthenticator
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils import z85
from zmq.utils.monitor import recv_monitor_message

Eventually = Callable[[Callable[[], Any]], Any]
HANDSHAKES: dict[int, bool] = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: True,
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: False,
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: False,
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: False,
}

needs_curve = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq is built without CURVE")


class InLoop:
    """An event loop in a thread, with an AsyncioAuthenticator."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self.loop = asyncio.SelectorEventLoop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.authenticator = AsyncioAuthenticator(context)

    def call(self, function: Callable[[], None]) -> None:
        async def run() -> None:
            function()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(run(), self.loop).result(20)

    def start(self) -> None:
        self.call(self.authenticator.start)

    def stop(self) -> None:
        self.call(self.authenticator.stop)

    def end(self) -> None:
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()


class Service:
    """A running authenticator, and what starts and stops it."""

    def __init__(self, context: zmq.Context[Any], kind: str) -> None:
        self._inside = InLoop(context) if kind == "asyncio" else None
        self.authenticator: Any = self._inside.authenticator if self._inside else ThreadAuthenticator(context)
        self.start: Callable[[], None] = self._inside.start if self._inside else self.authenticator.start
        self.stop: Callable[[], None] = self._inside.stop if self._inside else self.authenticator.stop
        self.end: Callable[[], None] = self._inside.end if self._inside else self.authenticator.stop


@pytest.fixture(params=["thread", "asyncio"])
def service(request: pytest.FixtureRequest, context: zmq.Context[Any], sockets: SocketFactory) -> Iterator[Service]:
    """An authenticator of each kind, which runs."""
    assert sockets
    made = Service(context, request.param)
    made.start()
    yield made
    made.end()


@pytest.fixture
def auth(service: Service) -> Any:
    """The authenticator."""
    return service.authenticator


class Bench:
    """Connects clients to servers, and tells whether they were let in."""

    def __init__(self, sockets: SocketFactory) -> None:
        self.sockets = sockets

    def server(self, address: str = "tcp://127.0.0.1:*", **options: Any) -> zmq.Socket[bytes]:
        server = self.sockets(zmq.PULL, **options)
        server.bind(address)
        return server

    def shakes(self, server: zmq.Socket[bytes], client: zmq.Socket[bytes], address: str) -> bool:
        """Connect, and tell whether the server lets the client in."""
        with server.get_monitor_socket(sum(HANDSHAKES)) as monitor:
            monitor.rcvtimeo = TIMEOUT
            client.connect(address)
            accepted = HANDSHAKES[recv_monitor_message(monitor)["event"]]
            server.disable_monitor()
        return accepted

    def connect(self, server: zmq.Socket[bytes], **options: Any) -> zmq.Socket[bytes] | None:
        """Return a client that was let in, or None."""
        client = self.sockets(zmq.PUSH, **options)
        if not self.shakes(server, client, server.last_endpoint.decode()):
            client.close()
            return None
        client.send(b"text")
        assert server.recv() == b"text"
        return client

    def ask(self, server: zmq.Socket[bytes], **options: Any) -> bool:
        client = self.connect(server, **options)
        if client is None:
            return False
        client.close()
        return True

    def frame(self, server: zmq.Socket[bytes], **options: Any) -> zmq.Frame:
        client = self.connect(server, **options)
        assert client is not None
        client.send(b"more")
        return server.recv(copy=False)


@pytest.fixture
def bench(sockets: SocketFactory) -> Bench:
    return Bench(sockets)


def plain(name: str, password: str) -> dict[str, Any]:
    return {"plain_username": name.encode(), "plain_password": password.encode()}


class Keys:
    def __init__(self) -> None:
        self.public, self.secret = zmq.curve_keypair()

    @property
    def server(self) -> dict[str, Any]:
        return {"curve_secretkey": self.secret, "curve_server": 1}

    def client(self, server: Keys) -> dict[str, Any]:
        return {"curve_publickey": self.public, "curve_secretkey": self.secret, "curve_serverkey": server.public}


def test_null(auth: Any, bench: Bench) -> None:
    server = bench.server(zap_domain=b"global")
    assert bench.ask(server)
    assert bench.frame(server)["User-Id"] == "anonymous"
    auth.allow("192.0.2.1", "198.51.100.0/24")
    assert not bench.ask(server)
    auth.allow("127.0.0.0/8")
    assert bench.ask(server)
    with pytest.raises(ValueError, match=r"allow.*deny"):
        auth.deny("127.0.0.1")


def test_denied_addresses(auth: Any, bench: Bench) -> None:
    server = bench.server(zap_domain=b"global")
    auth.deny("192.0.2.1", "2001:db8::/32")
    assert bench.ask(server)
    auth.deny("127.0.0.1")
    assert not bench.ask(server)
    with pytest.raises(ValueError, match=r"allow.*deny"):
        auth.allow("127.0.0.1")


def test_ipv4_through_ipv6(auth: Any, bench: Bench) -> None:
    """Such peers have an address of IPv6 with one of IPv4 in it; that is the same peer."""
    auth.deny("127.0.0.1")
    try:
        server = bench.server("tcp://[::]:*", zap_domain=b"global", ipv6=1)
    except zmq.ZMQError:
        pytest.skip("this machine has no IPv6")
    port = server.last_endpoint.decode().rpartition(":")[2]
    assert not bench.shakes(server, bench.sockets(zmq.PUSH), f"tcp://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "address",
    ["localhost", "1.2.3", "10.0.0.1/8", "::g", "*", "1.2.3.4%1", "fe80::1%", "fe80::1%a%b", "::ffff:10.0.0.1/104"],
)
def test_addresses_that_are_none(address: str) -> None:
    with zmq.Context() as context:
        auth = zmq.auth.Authenticator(context)
        for method in (auth.allow, auth.deny):
            with pytest.raises(ValueError, match="no address") as caught:
                method("127.0.0.1", address)
            assert repr(address) in str(caught.value)
        auth.allow("::1")
        auth.allow("127.0.0.1")
        assert "::1" in auth._allowed
        assert "::ffff:127.0.0.1" in auth._allowed
        assert "127.0.0.2" not in auth._allowed


def test_plain(auth: Any, bench: Bench) -> None:
    server = bench.server(plain_server=1)
    assert not bench.ask(server, **plain("ann", "pass"))
    passwords = {"ann": "pass", "b\xf6b": "w\xf6rd"}
    auth.configure_plain("*", passwords)
    assert bench.ask(server, **plain("ann", "pass"))
    assert bench.frame(server, **plain("b\xf6b", "w\xf6rd"))["User-Id"] == "b\xf6b"
    for name, password in [("ann", "wrong"), ("ann", "pas"), ("eve", "pass"), ("eve", "x")]:
        assert not bench.ask(server, **plain(name, password))
    passwords["eve"] = "late"
    del passwords["ann"]
    assert bench.ask(server, **plain("eve", "late"))
    assert not bench.ask(server, **plain("ann", "pass"))


def test_domains(auth: Any, bench: Bench) -> None:
    inner = bench.server(plain_server=1, zap_domain=b"inner")
    outer = bench.server(plain_server=1, zap_domain=b"outer")
    auth.configure_plain("inner", {"ann": "in"})
    assert bench.ask(inner, **plain("ann", "in"))
    assert not bench.ask(outer, **plain("ann", "in"))
    auth.configure_plain("*", {"ann": "out"})
    assert bench.ask(outer, **plain("ann", "out"))
    assert not bench.ask(inner, **plain("ann", "out"))


def test_a_server_without_authenticated_clients_of_the_mechanism(auth: Any, bench: Bench) -> None:
    auth.configure_plain("*", {"ann": "pass"})
    assert not bench.ask(bench.server(plain_server=1))


@needs_curve
def test_curve_folder(auth: Any, bench: Bench, tmp_path: Path) -> None:
    ours = Keys()
    server = bench.server(**ours.server)
    secret_file = zmq.auth.create_certificates(tmp_path, "ann")[1]
    ann, eve = Keys(), Keys()
    ann.public, secret = zmq.auth.load_certificate(secret_file)
    assert secret is not None
    ann.secret = secret
    assert not bench.ask(server, **ann.client(ours))
    auth.configure_curve("*", tmp_path)
    assert bench.frame(server, **ann.client(ours))["User-Id"] == ann.public.decode()
    assert not bench.ask(server, **eve.client(ours))
    (tmp_path / "ann.key").unlink()
    assert bench.ask(server, **ann.client(ours))
    auth.configure_curve(location=str(tmp_path))
    assert not bench.ask(server, **ann.client(ours))
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    assert bench.ask(server, **eve.client(ours))


@needs_curve
def test_certificates_that_cannot_be_loaded(
    auth: Any, bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error is logged, and the certificates loaded before stay in use."""
    ours, ann, eve = Keys(), Keys(), Keys()
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "ann.key").write_text(f'public-key = "{ann.public.decode()}"')
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "eve.key").write_text("nothing")
    server = bench.server(**ours.server)
    auth.configure_curve("*", tmp_path / "good")
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    assert bench.ask(server, **eve.client(ours))
    reasons = {
        "nowhere": f"Invalid certificate directory: {tmp_path / 'nowhere'}",
        "bad": f"No public key found in {tmp_path / 'bad' / 'eve.key'}",
    }
    for name, reason in reasons.items():
        caplog.clear()
        auth.configure_curve("*", tmp_path / name)
        message = f"Failed to load CURVE certs from {tmp_path / name}: {reason}"
        assert ("zmq.auth", logging.ERROR, message) in caplog.record_tuples
        assert bench.ask(server, **ann.client(ours))
        assert not bench.ask(server, **eve.client(ours))


@needs_curve
def test_precedence_of_keys(auth: Any, bench: Bench, tmp_path: Path) -> None:
    ours, ann = Keys(), Keys()
    (tmp_path / "ann.key").write_text(f'public-key = "{ann.public.decode()}"')
    server = bench.server(**ours.server)
    auth.configure_curve_callback("*", Provider(Keys()))
    auth.configure_curve("*", tmp_path)
    assert not bench.ask(server, **ann.client(ours)), "the callback decides"
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    assert bench.ask(server, **ann.client(ours))
    assert (list(auth.certs), list(auth.credentials_providers), auth.allow_any) == (["*"], ["*"], True)
    auth.configure_curve_callback("*", Provider(Keys()))
    assert not auth.allow_any
    assert not bench.ask(server, **ann.client(ours))


@needs_curve
def test_any_key_in_one_domain_only(auth: Any, bench: Bench) -> None:
    ours, theirs = Keys(), Keys()
    auth.configure_curve("open", zmq.auth.CURVE_ALLOW_ANY)
    assert bench.ask(bench.server(zap_domain=b"open", **ours.server), **theirs.client(ours))
    assert not bench.ask(bench.server(zap_domain=b"closed", **ours.server), **theirs.client(ours))


class Provider:
    def __init__(self, known: Keys) -> None:
        self.known = known
        self.asked: list[tuple[str, bytes]] = []

    def callback(self, domain: str, key: bytes) -> Any:
        self.asked.append((domain, key))
        return key == self.known.public


class LateProvider(Provider):
    async def callback(self, domain: str, key: bytes) -> Any:
        await asyncio.sleep(0.01)
        return super().callback(domain, key)


@needs_curve
@pytest.mark.parametrize("kind", [Provider, LateProvider])
def test_curve_callbacks(auth: Any, bench: Bench, kind: type[Provider], caplog: pytest.LogCaptureFixture) -> None:
    ours, ann, eve = Keys(), Keys(), Keys()
    provider = kind(ann)
    auth.configure_curve_callback("*", provider)
    server = bench.server(zap_domain=b"place", **ours.server)
    assert bench.ask(server, **ann.client(ours))
    assert not bench.ask(server, **eve.client(ours))
    assert ("place", ann.public) in provider.asked
    assert bench.ask(bench.server(**ours.server), **ann.client(ours))
    assert ("*", ann.public) in provider.asked, "sockets without a domain"
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    auth.configure_curve_callback("*", None)
    message = "None credentials_provider provided for domain:*"
    assert ("zmq.auth", logging.ERROR, message) in caplog.record_tuples
    assert bench.ask(server, **ann.client(ours))
    assert not bench.ask(server, **eve.client(ours))
    with pytest.raises(TypeError, match="callback"):
        auth.configure_curve_callback("*", "text")


@needs_curve
def test_exceptions_in_callbacks(auth: Any, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    ours, ann = Keys(), Keys()

    class Broken:
        def callback(self, domain: str, _: bytes) -> bool:
            raise RuntimeError(f"the database of {domain} is away")

    auth.configure_curve_callback("broken", Broken())
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    server = bench.server(zap_domain=b"broken", **ours.server)
    assert not bench.ask(server, **ann.client(ours))
    assert "the database of broken is away" in caplog.text
    assert bench.ask(bench.server(**ours.server), **ann.client(ours))


@needs_curve
@pytest.mark.parametrize("kind", ["exit", "cancelled"])
def test_callbacks_that_end_something_else(
    auth: Any, bench: Bench, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """What a callback raises is answered, even if it is no Exception, and not the end of authentication."""

    class Ending:
        async def callback(self, *_: Any) -> bool:
            if kind == "exit":
                raise SystemExit("enough")
            sleeping = asyncio.ensure_future(asyncio.sleep(60))
            sleeping.cancel()
            await sleeping
            return True

    ours, ann = Keys(), Keys()
    auth.configure_curve_callback("ending", Ending())
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    assert not bench.ask(bench.server(zap_domain=b"ending", **ours.server), **ann.client(ours))
    assert "Denied, since authentication" in caplog.text
    assert bench.ask(bench.server(**ours.server), **ann.client(ours))


def test_overridden_handlers(service: Service, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get the frames that RFC 27 defines."""
    auth = service.authenticator
    requests: list[list[bytes]] = []
    handle = auth.handle_zap_message

    async def record(msg: list[bytes]) -> None:
        requests.append(msg)
        await handle(msg)

    monkeypatch.setattr(auth, "handle_zap_message", record)
    monkeypatch.setattr(auth, "_authenticate_plain", lambda *args: (args == ("inner", "ann", "pass"), b"wrong"))
    server = bench.server(plain_server=1, zap_domain=b"inner", routing_id=b"server")
    assert bench.ask(server, **plain("ann", "pass"))
    version, _, *fields = requests[0]
    assert version == b"1.0"
    assert fields == [b"inner", b"127.0.0.1", b"server", b"PLAIN", b"ann", b"pass"]
    assert not bench.ask(server, **plain("ann", "other"))


def test_requests_handled_by_hand(sockets: SocketFactory, context: zmq.Context[Any]) -> None:
    auth = zmq.auth.Authenticator(context)
    auth.start()
    try:
        peer = sockets(zmq.REQ)
        peer.connect("inproc://zeromq.zap.01")
        peer.send_multipart([b"1.0", b"1", b"", b"127.0.0.1", b"", b"NULL"])
        asyncio.run(auth.handle_zap_message(auth.zap_socket.recv_multipart()))
        assert peer.recv_multipart() == [b"1.0", b"1", b"200", b"OK", b"anonymous", b""]
    finally:
        auth.stop()


def test_handlers_that_raise(
    auth: Any, bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(_: list[bytes]) -> None:
        raise RuntimeError("overridden")

    server = bench.server(zap_domain=b"global")
    with monkeypatch.context() as patch:
        patch.setattr(auth, "handle_zap_message", handle)
        assert not bench.ask(server)
    assert "overridden" in caplog.text
    assert bench.ask(server)


@needs_curve
def test_user_ids_and_metadata(auth: Any, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, ann = Keys(), Keys()
    keys: list[bytes] = []

    def user_id(key: bytes) -> str:
        keys.append(key)
        return "\xe4nn"

    monkeypatch.setattr(auth, "curve_user_id", user_id)
    monkeypatch.setattr(auth, "zap_metadata", lambda user: {"X-Role": f"{user}'s", "X-Empty": ""})
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    frame = bench.frame(bench.server(**ours.server), **ann.client(ours))
    assert frame["User-Id"] == "\xe4nn"
    assert frame["X-Role"] == "\xe4nn's"
    assert [len(key) for key in set(keys)] == [32]


def test_start_and_stop(service: Service, bench: Bench) -> None:
    for _ in range(20):
        service.stop()
        service.stop()
        service.start()
        service.start()
    service.authenticator.configure_plain("*", {"ann": "pass"})
    server = bench.server(plain_server=1)
    assert bench.ask(server, **plain("ann", "pass"))
    service.stop()
    assert service.authenticator.zap_socket is None
    service.start()
    assert bench.ask(server, **plain("ann", "pass"))


def test_two_authenticators(context: zmq.Context[Any], service: Service) -> None:
    assert service.authenticator.zap_socket is not None
    second = ThreadAuthenticator(context)
    with pytest.raises(zmq.ZMQError, match="an authenticator already") as caught:
        second.start()
    assert caught.value.errno == zmq.EADDRINUSE
    assert not second.is_alive()


@contextlib.contextmanager
def closing_sockets(context: zmq.Context[Any]) -> Iterator[SocketFactory]:
    made: list[zmq.Socket[bytes]] = []

    def make(socket_type: int, **options: Any) -> zmq.Socket[bytes]:
        socket = context.socket(socket_type)
        made.append(socket)
        for name, value in {"linger": 0, "rcvtimeo": TIMEOUT, **options}.items():
            setattr(socket, name, value)
        return socket

    yield make
    for each in made:
        each.close()


def test_several_contexts() -> None:
    with zmq.Context() as first, zmq.Context() as second:
        with ThreadAuthenticator(first) as one, ThreadAuthenticator(second) as other:
            assert one.is_alive()
            one.configure_plain("*", {"ann": "one"})
            other.configure_plain("*", {"ann": "other"})
            for context, expected in ((first, "one"), (second, "other")):
                for password in ("one", "other"):
                    with closing_sockets(context) as make:
                        bench = Bench(make)
                        server = bench.server(plain_server=1)
                        assert bench.ask(server, **plain("ann", password)) == (password == expected)
        assert not one.is_alive()


def test_a_terminated_context_ends_the_thread(eventually: Eventually) -> None:
    context: zmq.Context[Any] = zmq.Context()
    auth = ThreadAuthenticator(context)
    auth.start()
    thread = threading.Thread(target=context.term, daemon=True)
    thread.start()
    eventually(lambda: not auth.is_alive())
    auth.stop()
    thread.join(20)
    assert context.closed


def test_reconfiguration_while_clients_come(auth: Any, bench: Bench) -> None:
    """Whoever is let in by both of two configurations always is."""
    server = bench.server(plain_server=1)
    stop = threading.Event()
    auth.configure_plain("*", {"ann": "pass"})

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            auth.configure_plain("*", {"ann": "pass", f"u{number}": "x"})
            auth.allow("127.0.0.1", f"192.0.2.{number % 256}")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert all(bench.ask(server, **plain("ann", "pass")) for _ in range(10))
    finally:
        stop.set()
        thread.join()


@needs_curve
def test_keys_are_reconfigured_while_messages_flow(auth: Any, bench: Bench, tmp_path: Path) -> None:
    """New clients are let in by each of the configurations in turn, and nothing disturbs those that are there."""
    ours, ann = Keys(), Keys()
    (tmp_path / "ann.key").write_text(f'public-key = "{ann.public.decode()}"')
    auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
    server = bench.server(**ours.server)
    flowing = bench.server(**ours.server)
    client = bench.connect(flowing, **ann.client(ours))
    assert client is not None
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            auth.configure_curve("*", tmp_path)
            auth.configure_curve_callback("*", Provider(ann))
            auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
            auth.configure_curve_callback("*", LateProvider(ann))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for number in range(10):
            assert bench.ask(server, **ann.client(ours))
            client.send(b"%d" % number)
            assert flowing.recv() == b"%d" % number
    finally:
        stop.set()
        thread.join()


class Slow(dict[str, Any]):
    """Lets others run where it is asked."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key, default)
        if key == "*":
            self.meanwhile()
        return found


@needs_curve
def test_a_request_sees_one_configuration(context: zmq.Context[Any], tmp_path: Path) -> None:
    """A key that is good before and after a change is good, whenever that happens."""
    ann = Keys()
    (tmp_path / "ann.key").write_text(f'public-key = "{ann.public.decode()}"')
    auth = zmq.auth.Authenticator(context)
    changes: list[threading.Thread] = []

    def meanwhile() -> None:
        if not changes:
            changes.append(threading.Thread(target=auth.configure_curve_callback, args=["*", Provider(ann)]))
            changes[0].start()
            changes[0].join(0.1)

    auth.configure_curve("*", tmp_path)
    auth.credentials_providers = Slow(meanwhile)
    assert asyncio.run(auth._authenticate_curve("", z85.decode(ann.public))) == (True, b"OK")
    assert len(changes) == 1
    changes[0].join(20)
    assert asyncio.run(auth._authenticate_curve("", z85.decode(ann.public))) == (True, b"OK")


def test_no_address_is_forgotten(context: zmq.Context[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    auth = zmq.auth.Authenticator(context)
    add = Addresses.with_

    def slowly(self: Addresses, addresses: tuple[str, ...]) -> Addresses:
        made = add(self, addresses)
        time.sleep(0)
        return made

    monkeypatch.setattr(Addresses, "with_", slowly)

    def allow(net: int) -> None:
        for host in range(100):
            auth.allow(f"192.0.{net}.{host}")

    threads = [threading.Thread(target=allow, args=[net]) for net in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"192.0.{net}.{host}" in auth._allowed for net in range(4) for host in range(100))


def test_peers_of_ipv6(auth: Any, bench: Bench) -> None:
    try:
        server = bench.server("tcp://[::1]:*", zap_domain=b"global", ipv6=1)
    except zmq.ZMQError:
        pytest.skip("this machine has no IPv6")
    address = server.last_endpoint.decode()
    auth.allow("192.0.2.1", "2001:db8::/32")
    assert not bench.shakes(server, bench.sockets(zmq.PUSH, ipv6=1), address)
    auth.allow("::/64")
    assert bench.shakes(server, bench.sockets(zmq.PUSH, ipv6=1), address)


def test_peers_over_ipc(auth: Any, bench: Bench, endpoint: Callable[[str], str]) -> None:
    server = bench.server(endpoint("ipc"), zap_domain=b"global")
    assert bench.ask(server)
    auth.allow("127.0.0.1")
    assert not bench.ask(server)
    # libzmq asks getnameinfo() first, which on musl knows nothing of such sockets.
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        auth.allow(f"localhost:{os.getuid() + 1}", f"localhost:{os.getuid()}:{os.getgid() + 1}")
        assert not bench.ask(server)
        auth.allow(f"localhost:{os.getuid()}")
        assert bench.ask(server)
    auth.allow("")
    assert bench.ask(server)


@pytest.mark.parametrize(
    ("given", "peer", "expected"),
    [
        ("", "", True),
        ("", "localhost:1000:100:4711", True),
        ("", "elsewhere", False),
        ("", "192.0.2.1", False),
        ("localhost:1000", "localhost:1000:100:4711", True),
        ("localhost:1000:100", "localhost:1000:100:4711", True),
        ("localhost:1000:100:4711", "localhost:1000:100:4711", True),
        ("localhost:100", "localhost:1000:100:4711", False),
        ("localhost:1000", "", False),
        ("192.0.2.1", "localhost:1000:100:4711", False),
    ],
)
def test_addresses_of_ipc(given: str, peer: str, expected: bool) -> None:
    assert (peer in Addresses().with_((given,))) is expected


@pytest.mark.parametrize(
    ("given", "peer", "expected"),
    [
        ("::ffff:10.0.0.0/104", "10.1.2.3", True),
        ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", True),
        ("::ffff:10.0.0.0/104", "11.0.0.1", False),
        ("::ffff:0:0/96", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:c000:201/128", "192.0.2.1", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("::/0", "192.0.2.1", False),
        ("::/0", "::ffff:192.0.2.1", False),
        ("::/0", "2001:db8::1", True),
        ("0.0.0.0/0", "::1", False),
        ("fe80::1", "fe80::1%eth9", True),
        ("fe80::/10", "fe80::1%eth9", True),
        ("fe80::1%eth9", "fe80::1%eth9", True),
        ("fe80::1%eth9", "fe80::1%eth8", False),
        ("fe80::1%eth9", "fe80::1", False),
        ("fe80::1%9", "fe80::1%9", True),
        ("fe80::%eth9/64", "fe80::5%eth9", True),
        ("fe80::/64%eth9", "fe80::5%eth9", True),
        ("fe80::%eth9/64", "fe80::5%eth8", False),
    ],
)
def test_networks_and_zones(context: zmq.Context[Any], given: str, peer: str, expected: bool) -> None:
    """The same for allow and deny, and whatever else is in the list."""
    for method, listed in (("allow", "_allowed"), ("deny", "_denied")):
        auth: Any = zmq.auth.Authenticator(context)
        getattr(auth, method)(given)
        assert (peer in getattr(auth, listed)) is expected
        getattr(auth, method)(given, given, "203.0.113.0/24", "203.0.113.7")
        assert (peer in getattr(auth, listed)) is expected
        with pytest.raises(ValueError, match="not both"):
            getattr(auth, "deny" if method == "allow" else "allow")("198.51.100.1")


def test_zones_by_name_and_number() -> None:
    if not hasattr(socket, "if_nameindex"):
        pytest.skip("PyPy 3.9 cannot tell the numbers of interfaces")
    number, name = socket.if_nameindex()[0]
    assert f"fe80::1%{number}" in Addresses().with_((f"fe80::1%{name}",))
    assert f"fe80::1%{name}" in Addresses().with_((f"fe80::1%{number}",))
    assert f"fe80::1%{number + 1}" not in Addresses().with_((f"fe80::1%{name}",))


def test_ipv4_networks_through_ipv6(auth: Any, bench: Bench) -> None:
    auth.deny("::ffff:127.0.0.0/104")
    assert not bench.ask(bench.server(zap_domain=b"global"))


def test_passwords_are_compared_in_constant_time(context: zmq.Context[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is made for it; also for users that there are none of, so that time does not tell."""
    compared: list[tuple[Any, Any]] = []

    def compare_digest(a: Any, b: Any) -> bool:
        compared.append((a, b))
        return hmac.compare_digest(a, b)

    monkeypatch.setattr("zmq.auth.base.hmac", SimpleNamespace(compare_digest=compare_digest))
    auth = zmq.auth.Authenticator(context)
    auth.configure_plain("*", {"ann": "pass"})
    assert auth._authenticate_plain("", "ann", "pass") == (True, b"OK")
    for user, password in (("ann", "past"), ("ann", ""), ("eve", "pass"), ("eve", "")):
        assert auth._authenticate_plain("", user, password) == (False, b"Invalid name or password")
    assert [password for password, _ in compared] == [b"pass", b"past", b"", b"pass", b""]


def test_started_before_the_loop_runs(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    """In the event loop that is current in the thread."""

    async def shake(auth: AsyncioAuthenticator, peer: zmq.Socket[bytes]) -> None:
        peer.send_multipart([b"1.0", b"1", b"", b"127.0.0.1", b"", b"NULL"])
        answer = await asyncio.get_running_loop().run_in_executor(None, peer.recv_multipart)
        assert answer[2] == b"200"
        auth.stop()
        await asyncio.sleep(0)

    def run() -> None:
        auth = AsyncioAuthenticator(context)
        with pytest.raises(RuntimeError, match="no current event loop"):
            auth.start()
        loop = asyncio.SelectorEventLoop()
        asyncio.set_event_loop(loop)
        peer = sockets(zmq.REQ)
        peer.connect("inproc://zeromq.zap.01")
        auth.start()
        loop.run_until_complete(shake(auth, peer))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        done.append(True)

    done: list[bool] = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done


def test_deprecated_loops(context: zmq.Context[Any]) -> None:
    loop: Any = object()
    message = r"^AsyncioAuthenticator\(loop\) is deprecated and ignored$"
    with pytest.warns(DeprecationWarning, match=message) as caught:
        AsyncioAuthenticator(context, loop)
    assert caught[0].filename == __file__


def test_the_deprecated_module(context: zmq.Context[Any]) -> None:
    import importlib
    import sys

    sys.modules.pop("zmq.auth.ioloop", None)
    message = r"zmq\.auth\.ioloop\.IOLoopAuthenticator is deprecated\. Use zmq\.auth\.asyncio\.AsyncioAuthenticator"
    with pytest.warns(DeprecationWarning, match=message):
        module = importlib.import_module("zmq.auth.ioloop")

    async def run() -> None:
        auth = module.IOLoopAuthenticator(context)
        message = r"^IOLoopAuthenticator\(io_loop\) is deprecated and ignored$"
        with pytest.warns(DeprecationWarning, match=message) as caught:
            auth = module.IOLoopAuthenticator(context, io_loop=asyncio.get_running_loop())
        assert [warning.filename for warning in caught] == [__file__]
        auth.start()
        assert auth.zap_socket is not None
        auth.stop()
        await asyncio.sleep(0)

    asyncio.run(run())


def test_attributes_of_the_thread(context: zmq.Context[Any]) -> None:
    auth: Any = ThreadAuthenticator(context)
    assert auth.pipe_endpoint.startswith("inproc://")
    assert (auth.thread, auth.pipe, auth.zap_socket) == (None, None, None)
    auth.start()
    thread = auth.thread
    assert thread.started.wait(20)
    assert thread.log is auth.log
    assert dict(thread.poller.sockets) == {thread.pipe: zmq.POLLIN, auth.zap_socket: zmq.POLLIN}
    auth.stop()
    assert (auth.thread, auth.pipe, auth.zap_socket) == (None, None, None)


def test_logs_go_where_they_are_wanted(context: zmq.Context[Any]) -> None:
    log = logging.getLogger("tests.auth")
    assert zmq.auth.Authenticator(context, log=log).log is log
    assert zmq.auth.Authenticator(context).log.name == "zmq.auth"
