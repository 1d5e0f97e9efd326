"""Sockets, contexts and pollers of asyncio. Not run: the checkers read it."""

from __future__ import annotations

from asyncio import Future
from typing import TYPE_CHECKING, Any

import zmq
import zmq.asyncio
from zmq.utils.monitor import recv_monitor_message

if TYPE_CHECKING:
    from typing_extensions import assert_type


async def use(flag: bool) -> None:
    context = zmq.asyncio.Context()
    assert_type(zmq.asyncio.Context.instance(), zmq.asyncio.Context)
    assert_type(zmq.asyncio.Context(zmq.Context()), zmq.asyncio.Context)
    socket = context.socket(zmq.PULL)
    assert_type(socket, zmq.asyncio.Socket)
    assert_type(zmq.Context().socket(zmq.PULL, zmq.asyncio.Socket), zmq.asyncio.Socket)
    assert_type(zmq.asyncio.Socket.shadow(socket), zmq.asyncio.Socket)
    assert_type(zmq.asyncio.Socket.from_socket(zmq.Socket(socket)), zmq.asyncio.Socket)
    any_socket: zmq.Socket[Any] = socket

    assert_type(socket.recv(), Future[bytes])
    assert_type(await socket.recv(), bytes)
    assert_type(await socket.recv(zmq.DONTWAIT, copy=False), zmq.Frame)
    assert_type(await socket.recv(0, False, track=True), zmq.Frame)
    assert_type(await socket.recv(copy=flag), "bytes | zmq.Frame")
    assert_type(await socket.recv_multipart(), list[bytes])
    assert_type(await socket.recv_multipart(copy=False), list[zmq.Frame])
    assert_type(await socket.recv_string(encoding="latin-1"), str)
    assert_type(await socket.recv_unicode(), str)
    assert_type(await socket.recv_pyobj(), Any)
    assert_type(await socket.recv_json(), "dict[str, Any] | list[Any] | str | int | float | None")
    assert_type(await socket.recv_serialized(b"".join), bytes)
    assert_type(await socket.recv_serialized(len, copy=False), int)
    assert_type(await socket.recv_into(bytearray(9), nbytes=3), int)

    assert_type(socket.send(b""), Future[None])
    assert_type(await socket.send(b"", copy=False, track=True), zmq.MessageTracker)
    assert_type(await socket.send(b"", 0, flag, flag), "zmq.MessageTracker | None")
    assert_type(socket.send_multipart([b"", bytearray()]), Future[None])
    assert_type(await socket.send_multipart([b""], copy=False, track=True), zmq.MessageTracker)
    assert_type(await socket.send_string("", zmq.SNDMORE), "zmq.MessageTracker | None")
    assert_type(socket.send_json({}), Future[None])
    assert_type(await socket.send_pyobj({}), "zmq.MessageTracker | None")
    assert_type(await socket.send_serialized(1, lambda number: [bytes(number)]), "zmq.MessageTracker | None")

    assert_type(await socket.poll(1000, zmq.POLLIN), int)
    poller = zmq.asyncio.Poller()
    poller.register(any_socket, zmq.POLLIN)
    assert_type(await poller.poll(), list[tuple[Any, int]])

    with socket.bind("inproc://x") as bound:
        assert_type(bound, zmq.asyncio.Socket)
    async with socket as opened:
        assert_type(opened, zmq.asyncio.Socket)
        async for message in opened:
            assert_type(message, list[bytes])
    monitor = socket.get_monitor_socket()
    assert_type(monitor, zmq.asyncio.Socket)
    assert_type((await recv_monitor_message(monitor))["endpoint"], bytes)
    assert_type(zmq.asyncio.set_budget(10), int)
    assert_type(socket.linger, int)
