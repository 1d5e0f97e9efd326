"""ZMQStream, tornado's futures, gevent's sockets. Not run: the checkers read it."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import zmq
import zmq.green
from zmq.eventloop import future
from zmq.eventloop.zmqstream import ZMQStream

if TYPE_CHECKING:
    from typing_extensions import assert_type


def received(msg: list[bytes]) -> None: ...


def received_frames(msg: list[zmq.Frame]) -> None: ...


async def received_later(msg: list[bytes]) -> None: ...


def received_by(stream: ZMQStream, msg: list[bytes]) -> None: ...


def sent(msg: Sequence[Any], status: zmq.MessageTracker | None) -> None: ...


def use_stream(socket: zmq.SyncSocket, loop: AbstractEventLoop) -> None:
    stream = ZMQStream(socket, loop)
    stream.on_recv(received)
    stream.on_recv(received_later, copy=True)
    stream.on_recv(received_frames, copy=False)
    stream.on_recv(None)
    stream.on_recv_stream(received_by)
    stream.on_send(sent)
    stream.send(b"x", callback=sent)
    stream.send_multipart([b"x", zmq.Frame(b"y")], copy=False, track=True)
    assert_type(stream.socket, zmq.Socket[bytes])
    assert_type(stream.flush(zmq.POLLIN, 3), int)
    assert_type(stream.sending(), bool)
    stream.bind("inproc://x")
    stream.setsockopt(zmq.LINGER, 0)


async def use_future(context: future.Context) -> None:
    socket = context.socket(zmq.PULL)
    assert_type(socket, future.Socket)
    assert_type(await socket.recv(), bytes)
    assert_type(await socket.recv_multipart(copy=False), list[zmq.Frame])
    assert_type(await socket.poll(), int)


def use_green(context: zmq.green.Context) -> None:
    socket = context.socket(zmq.green.PULL)
    assert_type(socket, zmq.green.Socket)
    assert_type(zmq.green.Context.instance(), zmq.green.Context)
    assert_type(socket.recv(), bytes)
    assert_type(socket.recv_multipart(copy=False), list[zmq.Frame])
    assert_type(socket.poll(10), int)
    assert_type(socket.get(zmq.LINGER), int)
    poller = zmq.green.Poller()
    poller.register(socket, zmq.green.POLLIN)
    assert_type(poller.poll(), list[tuple[Any, int]])
    with socket.bind("inproc://x") as bound:
        assert_type(bound, zmq.green.Socket)
    with suppress(zmq.green.ContextTerminated):
        zmq.green.proxy(socket, socket)
