"""Write the seeds: handshakes recorded from real sockets, and what is made by hand.

They differ from time to time, since keys and nonces do: run ``python tests/fuzz --record`` only to change them.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import zmq
from tests.fuzz import wire
from tests.fuzz.case import SEEDS, Case, Part, save
from tests.fuzz.serve import ZAP, Asker, configure
from zmq.auth import CURVE_ALLOW_ANY
from zmq.auth.thread import ThreadAuthenticator

GREETING = 64


def relay(source: socket.socket, target: socket.socket, record: bytearray) -> None:
    """Pass bytes on, and keep them."""
    with suppress(OSError):
        while data := source.recv(65536):
            record += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def split(data: bytes, transport: str) -> list[Part]:
    """Return a recorded stream as parts."""
    parts = []
    if transport == "ws":
        end = data.index(b"\r\n\r\n") + 4
        parts.append(Part("http", data[:end]))
    else:
        end = GREETING
        parts.append(Part("greeting", data[:end]))
    data = data[end:]
    while data:
        if transport == "ws":
            size = data[1] & 127
            start = 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            start += 4 if data[1] & 128 else 0
            parts.append(Part("ws", data[: start + size]))
        else:
            size, start = (int.from_bytes(data[1:9], "big"), 9) if data[0] & 2 else (data[1], 2)
            parts.append(Part("frame", data[: start + size]))
        data = data[start + size :]
    return parts


def record(transport: str, mechanism: str, bound: int, connected: int) -> tuple[list[Part], list[Part]]:
    """Return what a client sent in a short conversation, and what the server did."""
    streams = bytearray(), bytearray()
    with zmq.Context() as context, context.socket(bound) as server, context.socket(connected) as client:
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_plain("*", {"ann": "pass"})
        authenticator.configure_curve("*", CURVE_ALLOW_ANY)
        configure(server, mechanism, server=True)
        configure(client, mechanism, server=False)
        server.rcvtimeo = client.rcvtimeo = 5000
        server.bind(f"{transport}://127.0.0.1:*")
        port = int(server.last_endpoint.decode().rstrip("/").rsplit(":", 1)[1])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client.connect(f"{transport}://127.0.0.1:{listener.getsockname()[1]}")
            near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", port))
        threads = [
            threading.Thread(target=relay, args=(*ends, streams[index]))
            for index, ends in enumerate([(near, far), (far, near)])
        ]
        for thread in threads:
            thread.start()
        if connected == zmq.SUB:
            client.subscribe(b"topic")
            assert server.recv() == b"\1topic"
            server.send(b"topic and news")
            client.recv()
            client.unsubscribe(b"topic")
            server.recv()
        else:
            client.send_multipart([b"", b"question", b"x" * 300])
            server.send_multipart(server.recv_multipart())
            client.recv_multipart()
        client.close()
        for thread in threads:
            thread.join()
        near.close()
        far.close()
        authenticator.stop()
    return split(bytes(streams[0]), transport), split(bytes(streams[1]), transport)


def by_hand() -> list[Case]:
    """Return seeds for ZMTP that no libzmq of today sends."""
    hello = wire.frame(wire.command(b"HELLO", b"\x03ann\x04pass"), wire.COMMAND)
    initiate = wire.frame(wire.command(b"INITIATE", wire.prop(b"Socket-Type", b"DEALER")), wire.COMMAND)
    dealer = wire.ready(b"DEALER", wire.prop(b"Identity", b"fuzz"), wire.prop(b"X-Own", b"value"))
    message = [wire.frame(b"", wire.MORE), wire.frame(b"question")]
    commands = {
        "error": wire.command(b"ERROR", b"\x03400"),
        "subscribe": wire.command(b"SUBSCRIBE", b"topic"),
        "cancel": wire.command(b"CANCEL", b"topic"),
        "ping": wire.command(b"PING", b"\0\x0acontext"),
        "pong": wire.command(b"PONG", b"context"),
        "short ping": wire.command(b"PING"),
        "no name": b"",
        "unknown": wire.command(b"UNKNOWN", b"body"),
    }
    cases = []

    def add(door: str, name: str, *parts: tuple[str, bytes]) -> None:
        cases.append(Case("tcp", door, [Part(*part) for part in parts], name))

    for door in ("null-rep", "null-router", "null-dealer", "null-pair", "null-pull", "null-push", "zap-router"):
        kind = {"rep": b"REQ", "pair": b"PAIR", "pull": b"PUSH", "push": b"PULL"}.get(door[5:], b"DEALER")
        shaken = [("greeting", wire.greeting()), ("frame", dealer.replace(b"DEALER", kind))]
        if kind != b"DEALER":
            shaken[1] = ("frame", wire.ready(kind))
        add(door, "ZMTP 3.1", *shaken, *(("frame", frame) for frame in message))
        older = ("greeting", wire.greeting(version=(3, 0)))
        add(door, "ZMTP 3.0", older, shaken[1], *(("frame", frame) for frame in message))
        for name in ("ping", "short ping", "no name", "unknown", "pong"):
            body = wire.frame(commands[name], wire.COMMAND)
            add(door, name, *shaken, ("frame", body), *(("frame", frame) for frame in message))
    for door in ("null-pub", "null-xpub", "null-sub", "null-xsub"):
        shaken = [("greeting", wire.greeting()), ("frame", wire.ready(b"SUB" if "pub" in door else b"PUB"))]
        for name in ("subscribe", "cancel", "ping", "error"):
            add(door, name, *shaken, ("frame", wire.frame(commands[name], wire.COMMAND)))
        bodies = [wire.frame(b"\1topic"), wire.frame(b"\0topic"), wire.frame(b"topic, upstream")]
        add(door, "as messages", *shaken, *(("frame", body) for body in bodies))
        add(door, "multipart", *shaken, ("frame", wire.frame(b"\1a", wire.MORE)), ("frame", wire.frame(b"\1b")))
    for door, number in (("null-router", 5), ("null-pull", 8), ("null-xpub", 2), ("null-rep", 3)):
        signature = wire.SIGNATURE
        add(door, "ZMTP 2.0", ("greeting", signature + bytes([1, number])), ("frame", wire.frame(b"identity")),
            *(("frame", frame) for frame in message))  # fmt: skip
        add(door, "ZMTP 1.0, versioned", ("greeting", signature + bytes([0, number])), ("v1", b"\x03\0id"),
            ("v1", b"\x01\x01"), ("v1", b"\x09\0question"))  # fmt: skip
        add(door, "ZMTP 1.0", ("v1", b"\x03\0id"), ("v1", b"\x01\x01"), ("v1", b"\x09\0question"))
        add(door, "ZMTP 1.0, long", ("v1", b"\xff" + (3).to_bytes(8, "big") + b"\0id"), ("v1", b"\x09\0question"))
    add("null-router", "error", ("greeting", wire.greeting()), ("frame", wire.frame(commands["error"], wire.COMMAND)))
    add("plain-router", "PLAIN", ("greeting", wire.greeting(b"PLAIN")), ("frame", hello), ("frame", initiate),
        *(("frame", frame) for frame in message))  # fmt: skip
    add("null-stream", "raw", ("raw", b"GET / HTTP/1.0\r\n\r\n"))
    return cases


def write() -> None:
    """Write all seeds."""
    tcp = by_hand()
    ws: list[Case] = []
    connect: list[Case] = []
    for transport, target in (("tcp", tcp), ("ws", ws)):
        for mechanism in ("NULL", "PLAIN", "CURVE"):
            sent, answered = record(transport, mechanism, zmq.ROUTER, zmq.DEALER)
            target.append(Case(transport, f"{mechanism.lower()}-router", sent, "recorded"))
            if mechanism == "NULL":
                target.append(Case(transport, "zap-router", sent, "recorded"))
            prefix = "ws-" if transport == "ws" else ""
            if (transport, mechanism) != ("ws", "CURVE"):
                infix = "" if prefix and mechanism == "NULL" else f"{mechanism.lower()}-"
                connect.append(Case("connect", f"{prefix}{infix}dealer", answered, "recorded"))
    for mechanism in ("NULL", "CURVE"):
        sent, answered = record("tcp", mechanism, zmq.XPUB, zmq.SUB)
        tcp.append(Case("tcp", f"{mechanism.lower()}-xpub", sent, "recorded"))
    connect.append(Case("connect", "null-sub", answered, "recorded"))
    sent, answered = record("ws", "NULL", zmq.XPUB, zmq.SUB)
    ws.append(Case("ws", "null-xpub", sent, "recorded"))
    connect.append(Case("connect", "ws-sub", answered, "recorded"))
    for door, kind in (("null-rep", b"REQ"), ("null-pull", b"PUSH"), ("null-router", b"DEALER"), ("null-sub", b"PUB")):
        frames = [
            wire.ws_frame(wire.command(b"READY", wire.prop(b"Socket-Type", kind)), 2),
            wire.ws_frame(b"", 1, mask=b"abcd"),
            wire.ws_frame(b"question", mask=b"\xff\0\1\2"),
            wire.ws_frame(b"ping", None, wire.PING),
            wire.ws_frame(b"", None, wire.PONG),
            wire.ws_frame(b"\x03\xe8bye", None, wire.CLOSE),
        ]
        ws.append(Case("ws", door, [Part("http", wire.upgrade()), *(Part("ws", one) for one in frames)], "by hand"))
        older = [wire.ws_frame(b"identity"), *frames[1:]]
        parts = [Part("http", wire.upgrade(b"ZWS2.0")), *(Part("ws", one) for one in older)]
        ws.append(Case("ws", door, parts, "without a mechanism"))
    for door, kind in (("null-req", b"REP"), ("null-push", b"PULL"), ("null-router", b"DEALER")):
        parts = [Part("greeting", wire.greeting()), Part("frame", wire.ready(kind, wire.prop(b"Identity", b"id")))]
        parts += [Part("frame", wire.frame(b"", wire.MORE)), Part("frame", wire.frame(b"answer"))]
        connect.append(Case("connect", door, parts, "by hand"))
    frames = [wire.ws_frame(wire.command(b"READY", wire.prop(b"Socket-Type", b"ROUTER")), 2, mask=b"")]
    frames += [wire.ws_frame(b"answer", mask=b""), wire.ws_frame(b"x", None, wire.PING, b"")]
    parts = [Part("http", wire.switching()), *(Part("ws", one) for one in frames)]
    connect.append(Case("connect", "ws-dealer", parts, "by hand"))

    requests = [
        Asker.GOOD,
        (*Asker.GOOD[:6], b"NULL"),
        (*Asker.GOOD[:6], b"CURVE", bytes(range(32))),
        (*Asker.GOOD[:6], b"GSSAPI", b"ann@EXAMPLE.ORG"),
        (*Asker.GOOD[:4], b"2001:db8::1", b"routing id", b"NULL"),
    ]
    asked = [Case("zap-request", "zap", [Part("zap", frame) for frame in request], ZAP) for request in requests]
    metadata = wire.prop(b"Hello", b"World") + wire.prop(b"User-Id", b"other")
    replies = [
        (b"", b"1.0", b"1", b"200", b"OK", b"ann", metadata),
        (b"", b"1.0", b"1", b"300", b"Later", b"", b""),
        (b"", b"1.0", b"1", b"400", b"No", b"", b""),
        (b"", b"1.0", b"1", b"500", b"Failed", b"", b""),
    ]
    answered_cases = [
        Case("zap-reply", door, [Part("zap", frame) for frame in reply], reply[3].decode())
        for door in ("zap-router", "plain-router", "curve-router")
        for reply in replies
    ]
    for name, cases in (("tcp", tcp), ("ws", ws), ("connect", connect)):
        save(SEEDS / f"{name}.json", cases)
    save(SEEDS / "zap-request.json", asked)
    save(SEEDS / "zap-reply.json", answered_cases)
