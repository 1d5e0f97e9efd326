"""The process under test: sockets that face hostile peers, and obey the driver on standard input.

It prints one line of JSON, the ports and keys of its doors, and then one line for each command.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import zmq
from zmq.auth import CURVE_ALLOW_ANY
from zmq.auth.thread import ThreadAuthenticator

#: Milliseconds after which a good peer counts as not served.
PATIENCE = 10_000

#: Where libzmq asks who may connect.
ZAP = "inproc://zeromq.zap.01"

#: Doors, by target: transport, mechanism, type. A name with "zap" has a domain, so that ZAP is asked with NULL, too.
DOORS: dict[str, dict[str, tuple[str, str, int]]] = {
    "tcp": {
        **{
            f"null-{kind.name.lower()}": ("tcp", "NULL", kind)
            for kind in (zmq.REP, zmq.ROUTER, zmq.DEALER, zmq.PULL, zmq.PUSH, zmq.PUB, zmq.XPUB, zmq.SUB, zmq.XSUB)
        },
        "null-pair": ("tcp", "NULL", zmq.PAIR),
        "null-stream": ("tcp", "NULL", zmq.STREAM),
        "zap-router": ("tcp", "NULL", zmq.ROUTER),
        "plain-router": ("tcp", "PLAIN", zmq.ROUTER),
        "curve-router": ("tcp", "CURVE", zmq.ROUTER),
        "curve-xpub": ("tcp", "CURVE", zmq.XPUB),
    },
    "ws": {
        "null-rep": ("ws", "NULL", zmq.REP),
        "null-router": ("ws", "NULL", zmq.ROUTER),
        "null-pull": ("ws", "NULL", zmq.PULL),
        "null-xpub": ("ws", "NULL", zmq.XPUB),
        "null-sub": ("ws", "NULL", zmq.SUB),
        "zap-router": ("ws", "NULL", zmq.ROUTER),
        "plain-router": ("ws", "PLAIN", zmq.ROUTER),
        "curve-router": ("ws", "CURVE", zmq.ROUTER),
    },
    "connect": {
        "null-dealer": ("tcp", "NULL", zmq.DEALER),
        "null-router": ("tcp", "NULL", zmq.ROUTER),
        "null-req": ("tcp", "NULL", zmq.REQ),
        "null-sub": ("tcp", "NULL", zmq.SUB),
        "null-push": ("tcp", "NULL", zmq.PUSH),
        "plain-dealer": ("tcp", "PLAIN", zmq.DEALER),
        "curve-dealer": ("tcp", "CURVE", zmq.DEALER),
        "ws-dealer": ("ws", "NULL", zmq.DEALER),
        "ws-sub": ("ws", "NULL", zmq.SUB),
        "ws-plain-dealer": ("ws", "PLAIN", zmq.DEALER),
    },
    "zap-request": {},
    "zap-reply": {
        "zap-router": ("tcp", "NULL", zmq.ROUTER),
        "plain-router": ("tcp", "PLAIN", zmq.ROUTER),
        "curve-router": ("tcp", "CURVE", zmq.ROUTER),
    },
}

#: Fixed, since seeds recorded with CURVE are meant for it. It guards nothing.
SECRET_KEY = b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
PUBLIC_KEY = b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
USER, PASSWORD = "ann", "pass"


def configure(socket: zmq.Socket[bytes], mechanism: str, *, server: bool, zap: bool = False) -> None:
    """Set the options of a door, or of a good peer."""
    socket.linger = 0
    socket.maxmsgsize = 1_000_000
    if zap:
        socket.zap_domain = b"fuzz"
    if mechanism == "PLAIN" and server:
        socket.plain_server = True
    elif mechanism == "PLAIN":
        socket.plain_username, socket.plain_password = USER.encode(), PASSWORD.encode()
    elif mechanism == "CURVE" and server:
        socket.curve_server = True
        socket.curve_secretkey = SECRET_KEY
    elif mechanism == "CURVE":
        socket.curve_publickey, socket.curve_secretkey = PUBLIC_KEY, SECRET_KEY
        socket.curve_serverkey = PUBLIC_KEY


class Server:
    """Doors that are bound, in a thread that answers what comes."""

    def __init__(self, context: zmq.Context[Any], doors: dict[str, tuple[str, str, int]]) -> None:
        self.doors: dict[str, str] = {}
        self.sockets: list[zmq.Socket[bytes]] = []
        for name, (transport, mechanism, kind) in doors.items():
            socket = context.socket(kind)
            configure(socket, mechanism, server=True, zap=name.startswith("zap-"))
            if kind == zmq.SUB:
                socket.subscribe(b"")
            if kind == zmq.PUSH:
                # Nobody reads what comes to it. With a limit, libzmq stops reading there, and does not notice that the
                # peer has closed the connection.
                socket.rcvhwm = 0
            socket.bind(f"{transport}://127.0.0.1:*")
            self.doors[name] = socket.last_endpoint.decode()
            self.sockets.append(socket)

    def run(self) -> None:
        poller = zmq.Poller()
        for socket in self.sockets:
            if socket.type not in {zmq.PUSH, zmq.PUB}:
                poller.register(socket, zmq.POLLIN)
        publishers = [socket for socket in self.sockets if socket.type in {zmq.PUSH, zmq.PUB}]
        while True:
            ready = poller.poll(20)
            for socket in publishers:
                # What came is looked at in calls only.
                with suppress(zmq.Again):
                    socket.send(b"news", zmq.DONTWAIT)
            for socket, _events in ready:
                self.answer(socket)

    def answer(self, socket: zmq.Socket[bytes]) -> None:
        """Send a message back, if the socket is one that sends."""
        try:
            message = socket.recv_multipart(zmq.DONTWAIT, copy=False)
        except zmq.Again:
            return
        for frame in message:
            for name in ("User-Id", "Peer-Address", "Socket-Type"):
                with suppress(zmq.ZMQError, UnicodeDecodeError):
                    frame.get(name)
        if socket.type in {zmq.PULL, zmq.SUB} or (socket.type == zmq.ROUTER and len(message) < 2):
            return
        with suppress(zmq.ZMQError):
            if socket.type == zmq.XPUB:
                socket.send(message[0].bytes[1:], zmq.DONTWAIT)
            else:
                socket.send_multipart(message, zmq.DONTWAIT)


class Handler:
    """A ZAP handler that answers what the driver asked it to, whatever that is."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(ZAP)
        self.replies: list[list[bytes]] = []

    def run(self) -> None:
        while True:
            message = self.socket.recv_multipart()
            good = [[*message[:2], b"1.0", message[3], b"200", b"OK", b"fuzz", b""]]
            replies = [[message[0], *reply] for reply in self.replies] if self.replies else good
            for reply in replies:
                self.socket.send_multipart(reply)


class Connector:
    """Sockets that connect to a hostile server: at most one of each door."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self.context = context
        self.open: list[zmq.Socket[bytes]] = []

    def connect(self, door: str, port: str) -> None:
        transport, mechanism, kind = DOORS["connect"][door]
        socket = self.context.socket(kind)
        configure(socket, mechanism, server=False)
        socket.reconnect_ivl = -1
        # As for PUSH: nobody reads.
        socket.rcvhwm = 0
        if kind == zmq.SUB:
            socket.subscribe(b"")
        socket.connect(f"{transport}://127.0.0.1:{port}")
        if kind not in {zmq.SUB, zmq.ROUTER}:
            socket.send(b"question")
        self.open.append(socket)
        if len(self.open) > 20:
            self.open.pop(0).close()

    def check(self, port: str) -> None:
        """Ask a good server."""
        with self.context.socket(zmq.REQ) as socket:
            socket.linger = 0
            socket.rcvtimeo = PATIENCE
            socket.connect(f"tcp://127.0.0.1:{port}")
            socket.send(b"question")
            assert socket.recv() == b"question"


class Asker:
    """Sends requests to the authenticator, as libzmq does, and as it never would."""

    GOOD = (b"", b"1.0", b"1", b"fuzz", b"127.0.0.1", b"", b"PLAIN", USER.encode(), PASSWORD.encode())

    def __init__(self, context: zmq.Context[Any]) -> None:
        self.context = context
        self.socket = self.make()

    def make(self) -> zmq.Socket[bytes]:
        socket = self.context.socket(zmq.DEALER)
        socket.linger = 0
        socket.rcvtimeo = PATIENCE
        socket.connect(ZAP)
        return socket

    def ask(self, frames: list[bytes]) -> None:
        self.socket.send_multipart(frames)

    def check(self, *_: str) -> None:
        """Fail unless a good request is answered as it should be, and a bad one, too."""
        self.socket.close()
        self.socket = self.make()
        for password, status in ((PASSWORD, b"200"), ("wrong", b"400")):
            self.socket.send_multipart([*self.GOOD[:-1], password.encode()])
            answer = self.socket.recv_multipart()
            assert answer[3] == status, answer


def unpack(text: str) -> list[bytes]:
    """Return the frames of a command: hexadecimal, separated by commas."""
    return [bytes.fromhex(word) for word in text.split(",")]


def serve(target: str) -> None:
    """Be the target until standard input ends."""
    context: zmq.Context[Any] = zmq.Context()
    doors: dict[str, str] = {}
    commands: dict[str, Callable[..., object]] = {"check": lambda *_: None}
    if target == "zap-reply":
        handler = Handler(context)
        threading.Thread(target=handler.run, daemon=True).start()
        commands["reply"] = lambda text: setattr(handler, "replies", [unpack(part) for part in text.split(";") if part])
    else:
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_plain("*", {USER: PASSWORD})
        authenticator.configure_curve("*", CURVE_ALLOW_ANY)
    if target == "connect":
        connector = Connector(context)
        commands.update(connect=connector.connect, check=connector.check)
    elif target == "zap-request":
        asker = Asker(context)
        commands.update(ask=lambda text: asker.ask(unpack(text)), check=asker.check)
    else:
        server = Server(context, DOORS[target])
        doors = server.doors
        threading.Thread(target=server.run, daemon=True).start()
    print(json.dumps(doors), flush=True)
    for line in sys.stdin:
        name, *words = line.rstrip("\n").split(" ")
        commands[name](*words)
        print("done", flush=True)


if __name__ == "__main__":
    # Run as a file: this folder is no place to import from.
    sys.path[:1] = []
    serve(sys.argv[1])
