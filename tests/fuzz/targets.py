"""How inputs reach each target, and how good peers see whether it still serves them."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import zmq
from tests.fuzz.case import Case
from tests.fuzz.process import LIMIT, Target, TargetDied, TargetHangs
from tests.fuzz.serve import DOORS, PATIENCE, configure

#: What good peers are, by the types that serve them.
PEERS: dict[int, int] = {zmq.REP: zmq.REQ, zmq.ROUTER: zmq.DEALER, zmq.XPUB: zmq.SUB}

#: Connections that are open at the same time.
TOGETHER = 50

#: Parts of an input after each of which the target has time to answer.
HANDSHAKE = 3
#: Seconds without an answer after which there will be none.
QUIET = 0.001


def send(connections: dict[socket.socket, Case]) -> None:
    """Send inputs, and that no more will come; the target may have closed connections meanwhile."""
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(LIMIT)
    # libzmq refuses what comes before it has sent its own part of a handshake.
    for index in range(HANDSHAKE):
        for connection, case in connections.items():
            with suppress(OSError):
                connection.sendall(b"".join(part.data for part in case.parts[index : index + 1]))
        settle(list(connections))
    for connection, case in connections.items():
        with suppress(OSError):
            for part in case.parts[HANDSHAKE:]:
                connection.sendall(part.data)
            connection.shutdown(socket.SHUT_WR)


def settle(connections: list[socket.socket]) -> None:
    """Read until nothing has come for a moment."""
    deadline = time.monotonic() + 0.02
    open_ones = connections
    while time.monotonic() < deadline:
        ready, _, _ = select.select(open_ones, [], [], QUIET)
        if not ready:
            break
        for connection in ready:
            try:
                closed = not connection.recv(1 << 20)
            except OSError:
                closed = True
            if closed:
                open_ones = [other for other in open_ones if other is not connection]


def drain(target: Target, connections: dict[socket.socket, Case]) -> None:
    """Read until the target has closed all connections, which shows that it has parsed what came through them."""
    left = list(connections)
    deadline = time.monotonic() + LIMIT
    try:
        while left:
            ready, _, _ = select.select(left, [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                if not target.alive():
                    raise TargetDied
                doors = ", ".join(sorted({connections[connection].door for connection in left}))
                raise TargetHangs(f"{len(left)} connections of {doors} are not closed")
            for connection in ready:
                try:
                    closed = not connection.recv(1 << 20)
                except OSError:
                    closed = True
                if closed:
                    left.remove(connection)
                    connection.close()
    finally:
        for connection in left:
            connection.close()


def through_sockets(target: Target, cases: Iterable[Case]) -> None:
    """Connect to the doors that the inputs are for."""
    connections: dict[socket.socket, Case] = {}
    for case in cases:
        try:
            connection = socket.create_connection(("127.0.0.1", target.ports[case.door]), timeout=LIMIT)
        except OSError:
            if target.alive():
                raise TargetHangs("no connection is accepted") from None
            raise TargetDied from None
        connections[connection] = case
        if len(connections) >= TOGETHER:
            send(connections)
            drain(target, connections)
            connections = {}
    send(connections)
    drain(target, connections)


def as_server(target: Target, cases: Iterable[Case]) -> None:
    """Let the target connect, and answer with the inputs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        port = str(listener.getsockname()[1])
        connections: dict[socket.socket, Case] = {}
        for case in cases:
            target.tell("connect", case.door, port)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                raise TargetHangs("it does not connect") from None
            connections[connection] = case
            # The target keeps the last 20.
            if len(connections) >= 15:
                send(connections)
                drain(target, connections)
                connections = {}
        send(connections)
        drain(target, connections)


def pack(case: Case) -> str:
    """Return the parts of an input as one word."""
    return ",".join(part.data.hex() for part in case.parts)


def zap_requests(target: Target, cases: Iterable[Case]) -> None:
    """Send requests to the authenticator."""
    for case in cases:
        if case.parts:
            target.tell("ask", pack(case))


def zap_replies(target: Target, cases: Iterable[Case]) -> None:
    """Let the handler answer with the inputs, one for each good client that connects."""
    with zmq.Context() as context:
        for case in cases:
            target.tell("reply", pack(case) or ";")
            _, mechanism, _ = DOORS[target.name][case.door]
            with context.socket(zmq.DEALER) as client, client.get_monitor_socket(zmq.EVENT_ALL) as monitor:
                configure(client, mechanism, server=False)
                client.reconnect_ivl = -1
                client.connect(target.endpoints[case.door])
                done = (
                    zmq.EVENT_HANDSHAKE_SUCCEEDED
                    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
                    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
                    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
                    | zmq.EVENT_DISCONNECTED
                )
                # Some replies are no answer, so that the client has to wait.
                while monitor.poll(300):
                    event = int.from_bytes(monitor.recv_multipart()[0][:2], "little")
                    if event & done:
                        break
                client.disable_monitor()
            if not target.alive():
                raise TargetDied
    target.tell("reply", ";")


def served(target: Target) -> None:
    """Fail unless good peers are served: those of each mechanism, over each transport that the target has."""
    if target.name == "zap-request":
        target.tell("check")
        return
    with zmq.Context() as context:
        if target.name == "connect":
            with context.socket(zmq.REP) as server:
                server.bind("tcp://127.0.0.1:*")
                server.rcvtimeo = PATIENCE
                port = server.last_endpoint.decode().rsplit(":", 1)[1]
                tell_and_answer(target, server, port)
            return
        for door, (_, mechanism, kind) in DOORS[target.name].items():
            if kind not in PEERS:
                continue
            with context.socket(PEERS[kind]) as peer:
                configure(peer, mechanism, server=False)
                peer.rcvtimeo = PATIENCE
                peer.connect(target.endpoints[door])
                if kind == zmq.XPUB:
                    peer.subscribe(b"a good peer")
                else:
                    peer.send(b"a good peer")
                try:
                    answer = peer.recv()
                except zmq.Again:
                    if target.alive():
                        raise TargetHangs(f"a good peer of {door} is not served") from None
                    raise TargetDied from None
                if answer != b"a good peer":
                    raise TargetHangs(f"a good peer of {door} got {answer!r}")


def tell_and_answer(target: Target, server: zmq.Socket[bytes], port: str) -> None:
    """Let the target ask a good server."""
    assert target.process.stdin is not None
    assert target.process.stdout is not None
    try:
        target.process.stdin.write(f"check {port}\n")
        target.process.stdin.flush()
        server.send(server.recv())
    except OSError:
        raise TargetDied from None
    except zmq.Again:
        raise (TargetHangs("it does not ask a good server") if target.alive() else TargetDied) from None
    if not target.process.stdout.readline():
        raise TargetDied


#: How the inputs of each target are delivered.
DELIVER: dict[str, Callable[[Target, Iterable[Case]], None]] = {
    "tcp": through_sockets,
    "ws": through_sockets,
    "connect": as_server,
    "zap-request": zap_requests,
    "zap-reply": zap_replies,
}

#: The share of the inputs that each target gets, in percent.
SHARES = {"tcp": 45, "ws": 25, "connect": 15, "zap-request": 13, "zap-reply": 2}
