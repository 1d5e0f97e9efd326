"""What type checkers make of the synchronous core. Not run: `mypy` reads it, as part of the lint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zmq
from zmq.utils.monitor import recv_monitor_message

if TYPE_CHECKING:
    from typing_extensions import assert_type


class Own(zmq.Socket[int]):
    """A socket that is not the usual one."""


class OwnContext(zmq.Context[Own]):
    """Makes sockets of one's own class."""

    _socket_class = Own


def contexts() -> None:
    context = zmq.Context()
    assert_type(context, zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.instance(), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.shadow(context), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context(context), zmq.Context[zmq.Socket[bytes]])
    alias: zmq.SyncContext = context
    with zmq.Context(io_threads=2) as entered:
        assert_type(entered, zmq.Context[zmq.Socket[bytes]])
    assert_type(OwnContext(), OwnContext)
    assert_type(OwnContext.instance(), OwnContext)
    assert_type(OwnContext.shadow(context), OwnContext)
    any_context(OwnContext(), Own(context, zmq.PUSH))
    any_context(alias, alias.socket(zmq.PUSH))
    context.linger = 0


def any_context(context: zmq.Context[Any], socket: zmq.Socket[Any]) -> None:
    """Take whatever context and socket there is."""
    context.destroy()
    socket.close()


def sockets(context: zmq.Context[zmq.Socket[bytes]], own: OwnContext) -> None:
    assert_type(context.socket(zmq.PUSH), zmq.Socket[bytes])
    assert_type(own.socket(zmq.PUSH), Own)
    assert_type(context.socket(zmq.PUSH, Own), Own)
    assert_type(own.socket(zmq.PUSH, socket_class=zmq.Socket), zmq.Socket[bytes])
    assert_type(zmq.Socket(Own(context, zmq.PUSH)), zmq.Socket[bytes])
    socket: zmq.SyncSocket = context.socket(zmq.PUSH)
    with socket.bind("inproc://x") as bound:
        assert_type(bound, zmq.Socket[bytes])
    with Own(context, zmq.PUSH) as entered:
        assert_type(entered, Own)
    socket.linger = 0
    assert_type(socket.poll(), int)
    assert_type(recv_monitor_message(socket.get_monitor_socket())["endpoint"], bytes)


def messages(socket: zmq.Socket[bytes], flag: bool) -> None:
    assert_type(socket.recv(), bytes)
    assert_type(socket.recv(zmq.DONTWAIT), bytes)
    assert_type(socket.recv(flags=zmq.DONTWAIT, copy=True), bytes)
    assert_type(socket.recv(copy=False), zmq.Frame)
    assert_type(socket.recv(copy=flag), "zmq.Frame | bytes")
    assert_type(socket.recv_multipart(), list[bytes])
    assert_type(socket.recv_multipart(copy=False), list[zmq.Frame])
    assert_type(socket.recv_multipart(copy=flag), "list[zmq.Frame] | list[bytes]")
    assert_type(socket.send(b""), None)
    assert_type(socket.send(b"", copy=False, track=True), zmq.MessageTracker)
    assert_type(socket.send(b"", track=flag), "zmq.MessageTracker | None")
    assert_type(socket.recv_into(bytearray(1)), int)
    assert_type(socket.recv_string(), str)
    assert_type(zmq.Frame(b"").bytes, bytes)
    assert_type(zmq.PUSH, zmq.SocketType)
