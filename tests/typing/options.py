"""What type checkers make of options, as attributes and by number. Not run: the checkers read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zmq

if TYPE_CHECKING:
    from typing_extensions import assert_type


def attributes(socket: zmq.Socket[bytes]) -> None:
    assert_type(socket.linger, int)
    assert_type(socket.LINGER, int)
    assert_type(socket.maxmsgsize, int)
    assert_type(socket.fd, int)
    assert_type(socket.rcvmore, int)
    assert_type(socket.last_endpoint, bytes)
    assert_type(socket.last_endpoint.decode(), str)
    assert_type(socket.routing_id, bytes)
    assert_type(socket.identity, bytes)
    assert_type(socket.hwm, int)
    assert_type(socket.HWM, int)
    assert_type(socket.type, int)
    assert_type(socket.TYPE, int)
    assert_type(socket.copy_threshold, int)
    socket.linger = 0
    socket.LINGER = 0
    socket.ipv6 = True
    socket.hwm = 5
    socket.routing_id = b"me"
    socket.curve_secretkey = bytes(40)
    socket.xpub_nodrop = 1
    socket.SUBSCRIBE = b"topic"
    socket.UNSUBSCRIBE = "topic"
    socket.subscribe("topic")
    socket.unsubscribe(b"topic")
    socket.copy_threshold = 0


def numbers(socket: zmq.Socket[bytes], option: zmq.SocketOption, number: int) -> None:
    assert_type(socket.get(zmq.LINGER), int)
    assert_type(socket.get(zmq.SocketOption.LINGER), int)
    assert_type(socket.getsockopt(zmq.EVENTS), int)
    assert_type(socket.get(zmq.LAST_ENDPOINT), bytes)
    assert_type(socket.getsockopt(zmq.LAST_ENDPOINT), bytes)
    assert_type(socket.getsockopt(zmq.IDENTITY), bytes)
    assert_type(socket.get(option), "int | bytes")
    assert_type(socket.get(number), "int | bytes")
    assert_type(socket.get_string(zmq.LAST_ENDPOINT), str)
    assert_type(socket.getsockopt_string(zmq.LAST_ENDPOINT), str)
    assert_type(socket.get_hwm(), int)
    socket.set(zmq.LINGER, 0)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.set(zmq.ROUTING_ID, memoryview(b"me"))
    socket.set(zmq.SOCKS_PROXY, None)
    socket.set(number, b"")
    socket.set_string(zmq.ROUTING_ID, "me")
    socket.setsockopt_string(zmq.ROUTING_ID, "me", encoding="ascii")
    socket.set_hwm(5)


def contexts(context: zmq.SyncContext) -> None:
    assert_type(context.io_threads, int)
    assert_type(context.MAX_SOCKETS, int)
    assert_type(context.blocky, int)
    context.max_sockets = 10
    assert_type(context.linger, int)
    assert_type(context.routing_id, bytes)
    context.linger = 0
    context.subscribe = "topic"
    context.plain_username = b"me"
    context.setsockopt(zmq.LINGER, 0)
    context.ipv6 = True
    del context.linger
    del context.PLAIN_USERNAME


class Watched(zmq.Socket[bytes]):
    """Overrides get and set, and has an attribute of its own."""

    seen: int = 0

    def set(self, option: int, optval: int | bytes | bytearray | memoryview | None) -> None:
        self.seen += 1
        super().set(option, optval)


def subclass(socket: Watched) -> None:
    assert_type(socket.linger, int)
    assert_type(socket.seen, int)
