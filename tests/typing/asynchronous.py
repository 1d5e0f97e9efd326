"""Sockets that return something else, as those of event loops do. Not run: the checkers read it."""

from __future__ import annotations

from asyncio import Future
from typing import TYPE_CHECKING, Any

import zmq
from zmq.utils.monitor import recv_monitor_message

if TYPE_CHECKING:
    from typing_extensions import assert_type


class AsyncSocket(zmq.Socket["Future[Any]"]):
    """Receives into a future."""

    def recv(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> Future[Any]:
        raise NotImplementedError

    def recv_multipart(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> Future[list[bytes]]:
        raise NotImplementedError


class AsyncContext(zmq.Context[AsyncSocket]):
    """Makes sockets that receive into futures."""

    _socket_class = AsyncSocket


async def use(context: AsyncContext) -> None:
    socket = context.socket(zmq.PULL)
    assert_type(socket, AsyncSocket)
    assert_type(AsyncContext(), AsyncContext)
    assert_type(AsyncContext.instance(), AsyncContext)
    assert_type(socket.recv(), "Future[Any]")
    assert_type(await socket.recv_multipart(), list[bytes])
    assert_type((await recv_monitor_message(socket))["endpoint"], bytes)
    with socket.bind("inproc://x") as bound:
        assert_type(bound, AsyncSocket)
    assert_type(socket.get_monitor_socket(), "zmq.Socket[Future[Any]]")
    assert_type(zmq.Socket(socket), zmq.Socket[bytes])
    assert_type(zmq.Context(context), zmq.Context[zmq.Socket[bytes]])
    whatever(context, socket)


def whatever(context: zmq.Context[Any], socket: zmq.Socket[Any]) -> None:
    """Take synchronous and asynchronous ones."""
    assert_type(context.socket(zmq.PUSH), Any)
    socket.close()


def annotated(socket: zmq.asyncio.Socket, poller: zmq.asyncio.Poller) -> None:
    """As in a module that imports ``zmq`` only, while another one imports ``zmq.asyncio``."""
    assert_type(socket.recv(), "Future[bytes]")
    assert_type(poller.poll(), "Future[list[tuple[Any, int]]]")
