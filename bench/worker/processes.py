"""What takes two processes: a peer that sends, or answers, as many messages as it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import zmq
from worker.room import Chunk, Room, Stopwatch, Timing, case

if TYPE_CHECKING:
    from typing import IO

#: Seconds for the peer to end in once its stdin is closed.
PATIENCE = 20


def start_peer(room: Room, **address: Any) -> IO[str]:
    """Start another process, tell it what to be, and return the pipe that takes its numbers of messages."""
    command = [sys.executable, "-I", str(Path(__file__).resolve().parent), "peer"]
    peer = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="ascii")
    assert peer.stdin is not None
    room.stack.callback(peer.wait, PATIENCE)
    room.stack.callback(peer.stdin.close)
    tell(peer.stdin, json.dumps(address))
    return peer.stdin


def tell(peer: IO[str], what: object) -> None:
    """Give the peer a line."""
    peer.write(f"{what}\n")
    peer.flush()


def be_peer(requests: TextIO) -> None:
    """Send or answer messages until there are no more requests."""
    address = json.loads(requests.readline())
    message = bytes(address["size"])
    answers = address["answers"]
    context = zmq.Context()
    socket = context.socket(zmq.REP if answers else zmq.PUSH)
    if "server_key" in address:
        socket.curve_serverkey = address["server_key"].encode("ascii")
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
    socket.connect(address["endpoint"])
    for line in iter(requests.readline, ""):
        for _ in repeat(None, int(line)):
            if answers:
                socket.recv()
            socket.send(message)
    context.destroy(linger=0)


@case("tcp_16", 16)
@case("tcp_64k", 65536)
@case("tcp_1m", 1 << 20)
@case("tcp_curve", 4096, True)
def throughput(room: Room, size: int, curve: bool = False) -> Chunk:
    """Receive what another process sends."""
    receiver = room.context.socket(zmq.PULL)
    address: dict[str, Any] = {"size": size, "answers": False}
    if curve:
        public, secret = zmq.curve_keypair()
        receiver.curve_server = True
        receiver.curve_publickey, receiver.curve_secretkey = public, secret
        address["server_key"] = public.decode("ascii")
    port = receiver.bind_to_random_port("tcp://127.0.0.1")
    peer = start_peer(room, endpoint=f"tcp://127.0.0.1:{port}", **address)

    def chunk(count: int) -> Timing:
        watch = Stopwatch()
        tell(peer, count + 1)
        # From the first message on, when connecting and starting are over.
        receiver.recv()
        with watch:
            for _ in repeat(None, count):
                receiver.recv()
        return watch.timing()

    return chunk


@case("tcp_req_rep")
def round_trips(room: Room) -> Chunk:
    """Ask another process, which answers."""
    requester = room.context.socket(zmq.REQ)
    port = requester.bind_to_random_port("tcp://127.0.0.1")
    peer = start_peer(room, endpoint=f"tcp://127.0.0.1:{port}", size=16, answers=True)
    message = bytes(16)

    def chunk(count: int) -> Timing:
        watch = Stopwatch()
        tell(peer, count + 1)
        requester.send(message)
        requester.recv()
        with watch:
            for _ in repeat(None, count):
                requester.send(message)
                requester.recv()
        return watch.timing()

    return chunk
