"""Peers that speak the protocols wrongly, or without end, are refused, or bounded; others are served meanwhile."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT
from tests.fuzz import wire
from tests.patience import PATIENCE

#: Bytes that a frame has at most where a test sets a limit.
LIMIT = 100_000
#: What a peer sends that does not want to end.
CHUNK = bytes(1_000_000)
#: Megabytes that a server may need for a peer that is refused.
LITTLE = 8.0

needs_patch = pytest.mark.skipif(
    "libzmq-4.3.5-late-output" not in zmq.build_info()["libzmq"].get("patches", ""),
    reason="this libzmq is not patched",
)
needs_statm = pytest.mark.skipif(
    sys.platform != "linux" or not Path("/proc/self/statm").exists(), reason="/proc tells what a process uses"
)
needs_ws = pytest.mark.skipif(not zmq.has("WS"), reason="this libzmq has no WebSocket")
transports = pytest.mark.parametrize("transport", ["tcp", pytest.param("ws", marks=needs_ws)])

# In a process of its own, so that its memory and descriptors can be counted.
SERVER = textwrap.dedent("""
    import json, sys, threading, zmq
    from zmq.auth.thread import ThreadAuthenticator

    transport, options, reads = json.loads(sys.argv[1])
    context = zmq.Context()
    if options.get("zap_domain"):
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.deny("127.0.0.1")
    endpoints = {}
    sockets = []
    for kind in ("REP", "PULL", "PUB", "XPUB", "ROUTER"):
        sock = context.socket(getattr(zmq, kind))
        for name, value in options.items():
            setattr(sock, name, value.encode() if isinstance(value, str) else value)
        sock.bind(f"{transport}://127.0.0.1:*")
        endpoints[kind] = sock.last_endpoint.decode()
        sockets.append(sock)
    good = context.socket(zmq.REP)
    good.bind("tcp://127.0.0.1:*")
    endpoints["good"] = good.last_endpoint.decode()
    sockets.append(good)
    print(json.dumps(endpoints), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), __import__("os")._exit(0)), daemon=True).start()
    poller = zmq.Poller()
    for sock in sockets:
        if sock.type in reads or sock is good:
            poller.register(sock, zmq.POLLIN)
    while True:
        ready = poller.poll(10)
        for sock in sockets:
            if sock.type in (zmq.PUB, zmq.XPUB):
                # libzmq looks at subscriptions in calls only.
                sock.send(b"tick")
        for sock, _ in ready:
            try:
                message = sock.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                continue
            print(sum(map(len, message)), sock.type.name, file=sys.stderr, flush=True)
            if sock.type in (zmq.REP, zmq.ROUTER):
                sock.send_multipart(message)
""")

ALL = (zmq.REP, zmq.PULL, zmq.XPUB, zmq.ROUTER)


class Server:
    """A process with sockets of several types."""

    def __init__(self, transport: str, reads: tuple[int, ...], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVER, json.dumps([transport, options, [int(kind) for kind in reads]])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=log.parent,
            )
        assert self.process.stdout is not None
        self.endpoints = json.loads(self.process.stdout.readline())
        self.before = self.memory()

    def memory(self) -> float:
        """Megabytes in memory."""
        statm = Path(f"/proc/{self.process.pid}/statm")
        return int(statm.read_text().split()[1]) * 4096 / 1e6 if statm.exists() else 0.0

    def grown(self) -> float:
        return self.memory() - self.before

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def connect(self, kind: str) -> socket.socket:
        port = int(self.endpoints[kind].rstrip("/").rsplit(":", 1)[1])
        made = socket.create_connection(("127.0.0.1", port))
        made.settimeout(TIMEOUT / 1000)
        return made

    def serves(self) -> None:
        """Fail unless a good peer is served."""
        with zmq.Context() as context, context.socket(zmq.REQ) as peer:
            peer.linger = 0
            peer.rcvtimeo = TIMEOUT
            peer.connect(self.endpoints["good"])
            peer.send(b"question")
            assert peer.recv() == b"question"
        assert self.process.poll() is None

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


StartServer = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    servers: list[Server] = []

    def start(transport: str = "tcp", reads: tuple[int, ...] = ALL, **options: Any) -> Server:
        servers.append(Server(transport, reads, tmp_path / f"errors-{len(servers)}", **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def shake(peer: socket.socket, transport: str, socket_type: bytes = b"PUSH", *properties: bytes) -> None:
    """Do what comes before messages; libzmq refuses a message that comes before it has sent its READY."""
    if transport == "ws":
        body = wire.command(b"READY", wire.prop(b"Socket-Type", socket_type) + b"".join(properties))
        peer.sendall(wire.upgrade() + wire.ws_frame(body, 2))
    else:
        peer.sendall(wire.greeting() + wire.ready(socket_type, *properties))
    answer = b""
    while b"Socket-Type" not in answer:
        more = peer.recv(1000)
        assert more, "the connection is closed"
        answer += more


def sent(peer: socket.socket, data: bytes, times: int) -> int:
    """Send something again and again; return how often that was possible."""
    for number in range(times):
        try:
            peer.sendall(data)
        except OSError:
            return number
    return times


def closed(peer: socket.socket) -> bool:
    """Whether the server closes the connection, in the time that tests have."""
    try:
        while peer.recv(1 << 20):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def begin_endless(peer: socket.socket, transport: str, *, handshake: bool) -> None:
    """Send the beginning of a frame of 8 GB: of a command of the handshake, or of a message."""
    if not handshake:
        shake(peer, transport)
    elif transport == "ws":
        peer.sendall(wire.upgrade())
        assert peer.recv(1000)
    else:
        peer.sendall(wire.greeting())
    if transport == "ws":
        peer.sendall(wire.ws_frame(b"", 2 if handshake else 0, length=1 << 33))
    else:
        peer.sendall(wire.frame(b"", wire.COMMAND if handshake else 0, 1 << 33))


@needs_statm
@pytest.mark.alone
@transports
@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "message"])
def test_frames_beyond_maxmsgsize(start: StartServer, transport: str, handshake: bool) -> None:
    server = start(transport, maxmsgsize=LIMIT)
    with server.connect("PULL") as peer:
        begin_endless(peer, transport, handshake=handshake)
        assert sent(peer, CHUNK, 100) < 100
        assert closed(peer)
    assert server.grown() < LITTLE
    server.serves()


@needs_statm
@pytest.mark.alone
@transports
def test_frames_without_maxmsgsize(start: StartServer, transport: str) -> None:
    """As documented: what a peer says before it has authenticated itself is kept, however long it is."""
    server = start(transport)
    with server.connect("PULL") as peer:
        begin_endless(peer, transport, handshake=True)
        assert sent(peer, CHUNK, 50) == 50
        assert server.grown() > 30
        server.serves()


def test_maxmsgsize_is_for_the_handshake_too(start: StartServer) -> None:
    """READY of a PUSH has 29 bytes."""
    server = start(maxmsgsize=20)
    with server.connect("PULL") as peer:
        peer.sendall(wire.greeting() + wire.ready(b"PUSH"))
        assert closed(peer)


GREETINGS = {
    "endless": wire.SIGNATURE + b"\3" * 10_000_000,
    "no mechanism": wire.greeting(b"NONE"),
    "another mechanism": wire.greeting(b"PLAIN"),
    "ZMTP 1.0, 2^64-1": b"\xff" * 9 + b"\0" + bytes(100),
    "ZMTP 1.0, 2^63": b"\xff\x80" + bytes(7) + b"\0" + bytes(100),
    "ZMTP 1.0, nothing": b"\0\0",
    "command without a name": wire.greeting() + wire.frame(b"", wire.COMMAND),
    "message first": wire.greeting() + wire.frame(b"message"),
    "READY, 2^64-1": wire.greeting() + wire.frame(b"", wire.COMMAND, (1 << 64) - 1),
    "READY, name beyond the end": wire.greeting() + wire.frame(wire.command(b"READY", b"\xffName"), wire.COMMAND),
    "READY, value beyond the end": wire.greeting()
    + wire.frame(wire.command(b"READY", b"\1N\xff\xff\xff\xffv"), wire.COMMAND),
    "READY of another type": wire.greeting() + wire.ready(b"SUB"),
    "READY of no type at all": wire.greeting() + wire.ready(b"X" * 60_000),
    "ERROR beyond the end": wire.greeting() + wire.frame(wire.command(b"ERROR", b"\xff"), wire.COMMAND),
}


@needs_statm
@pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS)
def test_greetings_and_commands(start: StartServer, greeting: bytes) -> None:
    server = start(maxmsgsize=LIMIT)
    with server.connect("PULL") as peer:
        with suppress(OSError):
            peer.sendall(greeting)
        assert closed(peer)
    assert server.grown() < LITTLE
    server.serves()


REQUESTS = {
    "another method": b"POST / HTTP/1.1\r\n\r\n",
    "no protocol": wire.upgrade(b"chat"),
    "name of a header": wire.upgrade(b"ZWS2.0/NULL", b"n" * 1025 + b": v"),
    "value of a header": wire.upgrade(b"ZWS2.0/NULL", b"N: " + b"v" * 2049),
    "another mechanism": wire.upgrade(b"ZWS2.0/CURVE"),
    "bare line feeds": wire.upgrade().replace(b"\r\n", b"\n"),
}


@needs_ws
@needs_statm
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_websocket_requests(start: StartServer, request_: bytes) -> None:
    server = start("ws", maxmsgsize=LIMIT)
    with server.connect("PULL") as peer:
        peer.sendall(request_)
        assert closed(peer)
    assert server.grown() < LITTLE
    server.serves()


@needs_ws
@needs_statm
@pytest.mark.alone
@pytest.mark.parametrize("what", ["path", "headers"])
def test_endless_websocket_requests(start: StartServer, what: str) -> None:
    """libzmq keeps no more than the header that it reads; the connection lasts as long as a handshake may."""
    server = start("ws")
    with server.connect("PULL") as peer:
        peer.sendall(b"GET /" if what == "path" else b"GET / HTTP/1.1\r\n")
        assert sent(peer, b"x" * 1_000_000 if what == "path" else b"N: value\r\n" * 100_000, 50) == 50
        assert server.grown() < LITTLE
        server.serves()


FRAMES = {
    "text": wire.ws_frame(b"hello", None, opcode=1),
    "continuation": b"\x02" + wire.ws_frame(b"hello")[1:],
    "not masked": wire.ws_frame(b"hello", mask=b""),
    "empty": wire.ws_frame(b"", None),
}


@needs_patch
@needs_ws
@needs_statm
@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_websocket_frames(start: StartServer, data: bytes, eventually: Any) -> None:
    """libzmq alone keeps such connections, and their descriptors, for ever."""
    server = start("ws")
    server.serves()
    before = server.descriptors()
    for _ in range(20):
        with server.connect("PULL") as peer:
            shake(peer, "ws")
            peer.sendall(data)
            assert closed(peer)
    # A good peer's connection may be closed a moment later.
    eventually(lambda: server.descriptors() <= before)
    server.serves()


@transports
@pytest.mark.parametrize("begins", [True, False])
def test_handshakes_that_do_not_go_on(
    start: StartServer, request: pytest.FixtureRequest, transport: str, begins: bool
) -> None:
    if transport == "ws" and needs_patch.args[0]:
        pytest.skip("this libzmq is not patched")
    server = start(transport, handshake_ivl=300 * PATIENCE)
    with server.connect("PULL") as peer:
        if begins:
            peer.sendall(wire.greeting() if transport == "tcp" else wire.upgrade())
        assert closed(peer), f"{request.node.name}: HANDSHAKE_IVL is over"
    server.serves()


@needs_patch
@needs_ws
@pytest.mark.parametrize("protocol", [b"ZWS2.0", b"ZWS2.0/NULL", b"ZWS2.0,ZWS2.0/NULL"])
def test_websocket_protocol_without_mechanism(start: StartServer, protocol: bytes) -> None:
    """The authenticator denies this address. libzmq alone asks nobody where a peer wants no mechanism."""
    server = start("ws", zap_domain="global")
    with server.connect("PULL") as peer:
        peer.sendall(wire.upgrade(protocol))
        with suppress(OSError):
            peer.sendall(wire.ws_frame(wire.command(b"READY", wire.prop(b"Socket-Type", b"PUSH")), 2))
            peer.sendall(wire.ws_frame(b"let me in"))
        assert closed(peer)
    server.serves()
    assert "PULL" not in server.log.read_text()


@needs_patch
@pytest.mark.parametrize("body", [b"\4PING", b"\4PING\0"])
def test_short_ping(start: StartServer, body: bytes) -> None:
    """libzmq alone answers it with memory that nobody has sent."""
    server = start()
    with server.connect("PULL") as peer:
        good = wire.frame(b"\4PING\0\0good", wire.COMMAND)
        shake(peer, "tcp")
        peer.sendall(wire.frame(body, wire.COMMAND) + good)
        answer = b""
        while b"good" not in answer:
            more = peer.recv(1000)
            assert more, "the connection is closed"
            answer += more
    _, _, pongs = answer.partition(b"\x04PONG")
    assert pongs == b"good"


@needs_patch
def test_malformed_request_of_a_peer_that_has_gone(start: StartServer) -> None:
    """Without the patch, libzmq discards the next reply, whichever peer it is for."""
    server = start()
    for _ in range(10):
        with server.connect("REP") as peer:
            shake(peer, "tcp", b"REQ")
            peer.sendall(wire.frame(b"no empty frame before this"))
        with zmq.Context() as context, context.socket(zmq.REQ) as good:
            good.linger = 0
            good.rcvtimeo = TIMEOUT
            good.connect(server.endpoints["REP"])
            good.send(b"question")
            assert good.recv() == b"question"


@needs_patch
@needs_statm
@transports
@pytest.mark.parametrize("kind", ["REP", "ROUTER"])
def test_messages_under_the_routing_id_of_another(
    start: StartServer, transport: str, kind: str, eventually: Any
) -> None:
    """libzmq alone keeps such connections, with up to RCVHWM messages of each, until the socket is closed."""
    server = start(transport)

    def frame(body: bytes, flags: int = 0) -> bytes:
        return wire.ws_frame(body, flags) if transport == "ws" else wire.frame(body, flags)

    server.serves()
    with server.connect(kind) as first:
        shake(first, transport, b"DEALER", wire.prop(b"Identity", b"the same"))
        before = server.descriptors()
        for _ in range(5):
            with server.connect(kind) as peer:
                shake(peer, transport, b"DEALER", wire.prop(b"Identity", b"the same"))
                # More than both high-water marks have room for, and the buffer that is read at once.
                peer.sendall(frame(bytes(100)) * 10_000)
                peer.shutdown(socket.SHUT_WR)
                assert closed(peer)
        eventually(lambda: server.descriptors() <= before)
        # The first is served as before.
        first.sendall(frame(b"", wire.MORE) + frame(b"question"))
        assert b"question" in first.recv(1000)
    server.serves()
    # Nothing of the others was received.
    assert all(int(line.split()[0]) < 100 for line in server.log.read_text().splitlines())


PLAIN = """
import sys, zmq

with zmq.Context() as context, context.socket(zmq.PULL) as sock:
    sock.plain_server = True
    sock.zap_enforce_domain = True
    sock.bind(f"{sys.argv[1]}://127.0.0.1:*")
    print(sock.last_endpoint.decode(), flush=True)
    sys.stdin.readline()
"""


@needs_patch
@transports
def test_plain_server_without_the_domain_that_it_enforces(transport: str) -> None:
    """libzmq alone aborts the process when a client connects."""
    process = subprocess.Popen(
        [sys.executable, "-c", PLAIN, transport], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with zmq.Context() as context, context.socket(zmq.PUSH) as client, client.get_monitor_socket() as monitor:
            client.linger = 0
            client.plain_username, client.plain_password = b"user", b"password"
            client.connect(address)
            monitor.rcvtimeo = TIMEOUT
            events: set[int] = set()
            while zmq.EVENT_DISCONNECTED not in events:
                events.add(int.from_bytes(monitor.recv_multipart()[0][:2], sys.byteorder))
            client.disable_monitor()
        process.communicate("end\n", timeout=TIMEOUT / 1000)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


# Receives what there is when it is asked to, on standard input.
LATE = """
import sys, zmq

with zmq.Context() as context, context.socket(zmq.PULL) as sock:
    sock.rcvhwm = 10
    sock.heartbeat_ivl = int(sys.argv[1])
    sock.bind("tcp://127.0.0.1:*")
    print(sock.last_endpoint.decode(), flush=True)
    sys.stdin.readline()
    while sock.poll(500):
        sock.recv()
"""


@needs_patch
@pytest.mark.parametrize("heartbeat", [0, 50])
def test_more_than_is_received_of_a_peer_that_has_gone(heartbeat: int) -> None:
    """libzmq alone aborts the process: at the next heartbeat, or at a PING that is read when there is room again."""
    process = subprocess.Popen(
        [sys.executable, "-c", LATE, str(heartbeat)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as peer:
            peer.settimeout(TIMEOUT / 1000)
            shake(peer, "tcp")
            ping = wire.frame(wire.command(b"PING", b"\0\0"), wire.COMMAND)
            peer.sendall(wire.frame(b"x") * 40 + ping + wire.frame(b"x") * 40)
            # What libzmq's thread has read, and that it has seen the reset and some heartbeats, shows nowhere.
            time.sleep(0.2)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.2)
        process.communicate("now\n", timeout=TIMEOUT / 1000)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


@needs_statm
@pytest.mark.alone
def test_messages_that_nobody_receives(start: StartServer) -> None:
    """RCVHWM messages are kept of each connection, then the peer has to wait."""
    server = start(reads=(), maxmsgsize=LIMIT, rcvhwm=10)
    with server.connect("PULL") as peer:
        peer.settimeout(1)
        shake(peer, "tcp")
        assert sent(peer, wire.frame(bytes(900)) * 1000, 50) < 50
        assert server.grown() < LITTLE
        server.serves()


@needs_statm
@pytest.mark.alone
def test_message_of_endless_parts(start: StartServer) -> None:
    """As documented: there is no limit to the number of parts. All of them go when the connection does."""
    server = start(maxmsgsize=1000, rcvhwm=10)
    for _ in range(5):
        with server.connect("PULL") as peer:
            shake(peer, "tcp")
            assert sent(peer, wire.frame(bytes(900), wire.MORE) * 1000, 30) == 30
        server.serves()
    assert server.grown() < 150, "the memory of one connection is used again for the next"


@needs_statm
@pytest.mark.alone
@pytest.mark.parametrize("kind", ["PUB", "XPUB"])
def test_subscriptions(start: StartServer, kind: str) -> None:
    """As documented: there is no limit to their number, but to their length. They go with the connection."""
    server = start(maxmsgsize=1000)
    for number in range(5):
        with server.connect(kind) as peer:
            shake(peer, "tcp", b"SUB")
            topics = (b"\1" + b"%010d" % index + bytes(90) for index in range(number * 5000, number * 5000 + 5000))
            peer.sendall(b"".join(map(wire.frame, topics)))
            # The subscription to all comes last.
            peer.sendall(wire.frame(b"\1t"))
            while b"tick" not in peer.recv(10000):
                pass
        server.serves()
    # 5 kB for each, of one connection.
    assert server.grown() < 75
    with server.connect(kind) as peer:
        shake(peer, "tcp", b"SUB")
        peer.sendall(wire.frame(b"\1" + bytes(1000)))
        assert closed(peer)
    server.serves()


@needs_statm
@pytest.mark.alone
@pytest.mark.parametrize("kind", ["PUB", "XPUB"])
def test_messages_to_a_publisher(start: StartServer, kind: str) -> None:
    """As documented: a PUB throws them away, an XPUB that does not receive keeps all of them."""
    server = start(reads=(), maxmsgsize=1000)
    with server.connect(kind) as peer:
        shake(peer, "tcp", b"SUB")
        deadline = time.monotonic() + 20 * PATIENCE
        while sent(peer, wire.frame(b"x" * 900) * 1000, 1) and server.grown() < 30 and time.monotonic() < deadline:
            if kind == "PUB" and time.monotonic() > deadline - 18 * PATIENCE:
                break
    assert (server.grown() > 20) == (kind == "XPUB")
    server.serves()
