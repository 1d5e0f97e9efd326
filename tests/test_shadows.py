"""Shadows of sockets: one libzmq socket, several objects."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import collect


def test_shadows_are_the_same_socket(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    shadows = {
        "positional": zmq.Socket(b),
        "keyword": zmq.Socket(shadow=b),
        "classmethod": zmq.Socket.shadow(b),
        "address": zmq.Socket.shadow(b.underlying),
        "address by keyword": zmq.Socket(shadow=b.underlying),
        "copy": copy.copy(b),
        "deepcopy": copy.deepcopy(b),
    }
    for kind, shadow in shadows.items():
        assert shadow is not b, kind
        assert shadow.underlying == b.underlying, kind
        assert shadow.type is zmq.PAIR, kind
        assert shadow.context is (None if "address" in kind else b.context), kind
        shadow.rcvtimeo = b.rcvtimeo
        a.send(b"message")
        assert shadow.recv() == b"message", kind


def all_of_one(socket: zmq.Socket[bytes]) -> list[zmq.Socket[bytes]]:
    """A socket, its shadows, and theirs."""
    shadow, of_address = zmq.Socket(socket), zmq.Socket.shadow(socket.underlying)
    return [socket, shadow, zmq.Socket(shadow), of_address, zmq.Socket(of_address)]


@pytest.mark.parametrize("which", range(5), ids=["owner", "shadow", "its shadow", "of address", "its shadow too"])
def test_closing_one_closes_them_all(which: int) -> None:
    """Those that stayed open would use freed memory; and without the owner, the context could not be terminated."""
    context = zmq.Context()
    objects = all_of_one(context.socket(zmq.PUSH))
    objects[which].close()
    for each in objects:
        assert each.closed
        assert each.underlying == 0
        with pytest.raises(zmq.ZMQError) as caught:
            each.send(b"", zmq.DONTWAIT)
        assert caught.value.errno == zmq.ENOTSOCK
        each.close()
    context.term()


def test_closing_a_shadow_with_linger(context: zmq.Context[Any]) -> None:
    socket = context.socket(zmq.PUSH)
    shadow = zmq.Socket(socket)
    with pytest.raises(TypeError):
        shadow.close("0")  # type: ignore[arg-type]
    assert not socket.closed
    shadow.close(linger=0)
    assert socket.closed


def test_with_closes_what_the_shadow_shadows(context: zmq.Context[Any]) -> None:
    socket = context.socket(zmq.PUSH)
    with zmq.Socket(socket):
        assert not socket.closed
    assert socket.closed


def test_close_that_closes_a_shadow_first(context: zmq.Context[Any]) -> None:
    class WithShadow(zmq.Socket[bytes]):
        partner: zmq.Socket[bytes]

        def close(self, linger: int | None = None) -> None:
            self.partner.close()
            super().close(linger)

    for closed_first in (0, 1):
        socket = WithShadow(context, zmq.PUSH)
        socket.partner = zmq.Socket(socket)
        (socket, socket.partner)[closed_first].close()
        assert socket.closed
        assert socket.partner.closed


def test_closing_one_of_many_shadows(context: zmq.Context[Any]) -> None:
    """All of them share the libzmq socket, however they found it."""
    socket = context.socket(zmq.PUSH)
    context._socket_refs.clear()
    shadows = [zmq.Socket.shadow(socket.underlying), zmq.Socket.shadow(socket.underlying), zmq.Socket(socket)]
    deeper = zmq.Socket(shadows[0])
    deeper.close()
    for each in (socket, *shadows):
        assert each.closed
        with pytest.raises(zmq.ZMQError) as caught:
            each.getsockopt(zmq.TYPE)
        assert caught.value.errno == zmq.ENOTSOCK
        each.close()


def test_overridden_close_of_a_shadow_is_not_called(context: zmq.Context[Any]) -> None:
    class Failing(zmq.Socket[bytes]):
        def close(self, linger: int | None = None) -> None:  # noqa: ARG002  (of the signature)
            raise RuntimeError("not called")

    socket = context.socket(zmq.PAIR)
    shadow = Failing(socket)
    socket.close()
    assert shadow.closed


def test_closing_a_shadow_of_the_address_of_a_socket_of_a_shadow(context: zmq.Context[Any]) -> None:
    shadow = zmq.Context(context)
    of_address = zmq.Context.shadow(context.underlying)
    for each in (shadow, zmq.Context(shadow), of_address, zmq.Context(of_address)):
        socket = each.socket(zmq.PAIR)
        zmq.Socket.shadow(socket.underlying).close()
        assert socket.underlying == 0


def test_shadow_keeps_the_socket_alive(context: zmq.Context[Any]) -> None:
    shadow = zmq.Socket(context.socket(zmq.PUSH))
    collect()
    assert not shadow.closed
    original = shadow._shadow_obj
    assert isinstance(original, zmq.Socket)
    original.close()


def test_what_cannot_be_shadowed(sockets: SocketFactory) -> None:
    closed = sockets(zmq.PUSH)
    closed.close()
    with pytest.raises(TypeError, match="is closed"):
        zmq.Socket(closed)
    with pytest.raises(TypeError, match="no socket to shadow at address 0"):
        zmq.Socket.shadow(0)
    for nonsense in ("x", 3.5):
        with pytest.raises(ValueError, match="Cannot cast"):
            zmq.Socket(shadow=nonsense)  # type: ignore[call-overload]


def test_forgotten_shadow_does_not_warn(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not zmq.Socket(socket).closed
        collect()
    assert not socket.closed
