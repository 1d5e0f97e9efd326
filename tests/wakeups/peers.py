"""The other end of a cell's socket: how it is connected, filled, and how the event is made to happen."""

from __future__ import annotations

import itertools
import os
import select
import socket
import struct
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import zmq
from tests.fuzz import wire
from tests.patience import PATIENCE
from tests.wakeups.cells import Cell

#: Seconds that anything takes at most that does not depend on what is tested.
PROMPT = 5.0 * PATIENCE

#: Messages that fill a socket of POLLOUT cells; half of them are the low-water mark.
MARK = 4
#: More than what the buffers of a connection take.
LARGE = bytes(1_000_000)

_numbers = itertools.count(1)


def types(cell: Cell) -> tuple[str, str]:
    """Return the types of the socket and its peer."""
    if cell.op.act == "subscribe":
        return "SUB", "PUB"
    if cell.outcome == "state":
        return "REQ", "REP"
    if cell.outcome == "error" and cell.op.way:
        return ("PULL", "PUSH") if cell.op.way == "send" else ("PUSH", "PULL")
    return "DEALER", "DEALER"


def payload(cell: Cell) -> bytes:
    """Return a message that the operation can receive."""
    return b"\x80\x03K\x01." if cell.op.act == "recv_pyobj" else b"1"


def incoming(cell: Cell) -> int:
    """Return how many messages the peer sends: one for the waiter, and one for the operation if that takes it."""
    takes = cell.op.way == "recv" and (cell.outcome == "success" or (cell.outcome == "wait" and cell.along))
    return int(cell.direction == "in") + int(takes)


def blocked(cell: Cell) -> bool:
    """Whether the operation finds no room though the waiter waits for a message."""
    return cell.direction == "in" and cell.op.way == "send" and cell.outcome in ("again", "wait", "cancel")


class Peer(ABC):
    """The other end.

    Parameters
    ----------
    cell : Cell
        What is to happen.
    plain : zmq.Socket
        A shadow of the cell's socket.
    """

    def __init__(self, cell: Cell, plain: zmq.Socket[bytes]) -> None:
        self.cell = cell
        self.plain = plain

    @abstractmethod
    def connect(self) -> None:
        """Connect the cell's socket, and bring it into the state that the cell begins with."""

    @abstractmethod
    def cause(self) -> None:
        """Make the event happen."""

    @abstractmethod
    def close(self) -> None:
        """Close it."""


class InprocPeer(Peer):
    """A socket of the same context, of which everything happens in the calls."""

    def __init__(self, cell: Cell, plain: zmq.Socket[bytes]) -> None:
        super().__init__(cell, plain)
        self._socket = zmq.Socket(plain.context, getattr(zmq, types(cell)[1]))
        self._socket.linger = 0

    def connect(self) -> None:
        cell, plain, peer = self.cell, self.plain, self._socket
        full = cell.direction == "out" or blocked(cell)
        if full:
            plain.sndhwm = peer.rcvhwm = MARK // 2
        address = f"inproc://wakeups-{next(_numbers)}"
        if cell.op.act == "subscribe":
            plain.subscribe(b"")
        peer.bind(address)
        plain.connect(address)
        if full:
            sent = 0
            while _sent(plain):
                sent += 1
            assert sent == MARK, f"{sent} messages have filled the socket, not {MARK}"
        if cell.outcome == "state":
            plain.send(b"request")
            peer.recv()
        if cell.op.act == "subscribe":
            # Lets it take note of the subscription.
            peer.get(zmq.EVENTS)

    def cause(self) -> None:
        for _ in range(incoming(self.cell)):
            self._socket.send(payload(self.cell), zmq.DONTWAIT)
        if self.cell.direction == "out":
            for _ in range(MARK):
                self._socket.recv(zmq.DONTWAIT)

    def close(self) -> None:
        self._socket.close()


def _sent(plain: zmq.Socket[bytes]) -> bool:
    try:
        plain.send(b"full", zmq.DONTWAIT)
    except zmq.Again:
        return False
    return True


class WirePeer(Peer):
    """A plain socket that speaks ZMTP: what it has not read yet, and the handshake that it withholds, are for certain.

    While the handshake is not done, libzmq queues up to SNDHWM messages for the connection. Afterwards, these come at
    once, and each has left the queue when it is here.
    """

    def __init__(self, cell: Cell, plain: zmq.Socket[bytes]) -> None:
        super().__init__(cell, plain)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._stream: socket.socket | None = None
        if cell.transport == "ipc":
            self._folder = tempfile.TemporaryDirectory(prefix="pyzmq-wakeups-")
            self._listener = socket.socket(socket.AF_UNIX)
            path = str(Path(self._folder.name) / "s")
            self._listener.bind(path)
            self._address = f"ipc://{path}"
        else:
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            self._listener.bind(("127.0.0.1", 0))
            self._address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._listener.listen(1)
        self._listener.settimeout(PROMPT)

    def connect(self) -> None:
        cell, plain = self.cell, self.plain
        if cell.direction == "out":
            plain.sndhwm = MARK
        elif blocked(cell):
            plain.sndhwm = 1
            plain.sndbuf = 8192
        if cell.op.act == "subscribe":
            plain.subscribe(b"")
        plain.connect(self._address)
        self._stream, _ = self._listener.accept()
        self._stream.settimeout(PROMPT)
        if cell.transport == "tcp":
            self._stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if cell.direction == "out":
            while _sent(plain):
                pass
            return
        self._shake_hands()
        if blocked(cell):
            # The first is being written, the second is in the queue.
            for _ in range(2):
                assert plain.poll(int(PROMPT * 1000), zmq.POLLOUT), "no room for a first message"
                plain.send(LARGE)
        if cell.outcome == "state":
            plain.send(b"request")
            self._read_message()

    def _shake_hands(self) -> None:
        self._write(wire.greeting() + wire.ready(types(self.cell)[1].encode()))
        self._read(len(wire.greeting()))
        self._read_frame()  # READY

    def cause(self) -> None:
        cell = self.cell
        message = wire.frame(payload(cell))
        if cell.outcome == "state":
            message = wire.frame(b"", wire.MORE) + message
        # In one write, so that they arrive together.
        messages = message * incoming(cell)
        if cell.direction == "out":
            # libzmq accepts messages only after it has sent its READY.
            self._shake_hands()
        self._write(messages)
        if blocked(cell):
            # Nothing can be answered.
            return
        if cell.direction == "out":
            for _ in range(MARK):
                self._read_message()
        # The first PING may be answered before libzmq signals the messages that came with it.
        for _ in range(2):
            self._write(wire.frame(wire.command(b"PING", bytes(2)), wire.COMMAND))
            while not self._read_frame() & wire.COMMAND:
                pass

    def _write(self, data: bytes) -> None:
        assert self._stream is not None
        self._stream.sendall(data)

    def _read(self, size: int) -> bytes:
        assert self._stream is not None
        data = b""
        while len(data) < size:
            more = self._stream.recv(size - len(data))
            assert more, "the connection was closed"
            data += more
        return data

    def _read_frame(self) -> int:
        """Read a frame; return its flags."""
        flags, size = self._read(2)
        if flags & wire.LARGE:
            (size,) = struct.unpack(">Q", bytes([size]) + self._read(7))
        self._read(size)
        return flags

    def _read_message(self) -> None:
        while self._read_frame() & wire.MORE:
            pass

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._listener.close()
        if self._folder is not None:
            self._folder.cleanup()


def make_peer(cell: Cell, plain: zmq.Socket[bytes]) -> Peer:
    """Return the peer for a cell's socket."""
    return (InprocPeer if cell.transport == "inproc" else WirePeer)(cell, plain)


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until a descriptor is readable, without any use of its socket; return whether it is."""
    if os.name == "nt":
        return bool(select.select([descriptor], [], [], seconds)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def address() -> str:
    """Return an inproc address that is not in use."""
    return f"inproc://wakeups-{next(_numbers)}"


#: Where nothing listens, and nothing does without the rights of an administrator.
NOWHERE: Any = "tcp://127.0.0.1:1"
