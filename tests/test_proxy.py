"""proxy, proxy_steerable and device."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT, SocketFactory


@pytest.mark.parametrize("kind", ["proxy", "proxy with capture", "device"])
def test_passes_messages_until_the_context_ends(background: Any, kind: str) -> None:
    context = zmq.Context()
    context.linger = 0
    context.rcvtimeo = TIMEOUT
    frontend, backend, capture = context.socket(zmq.ROUTER), context.socket(zmq.DEALER), context.socket(zmq.PUSH)
    captured, client, server = context.socket(zmq.PULL), context.socket(zmq.REQ), context.socket(zmq.REP)
    frontend.bind("inproc://front")
    backend.bind("inproc://back")
    capture.bind("inproc://capture")
    captured.connect("inproc://capture")
    client.connect("inproc://front")
    server.connect("inproc://back")

    def run() -> None:
        try:
            if kind == "device":
                # No warning: with warnings as errors, it would end the thread of each heartbeat.
                zmq.device(zmq.QUEUE, frontend, backend)
            elif kind == "proxy":
                zmq.proxy(frontend, backend)
            else:
                zmq.proxy(frontend, backend, capture)
        finally:
            for socket in (frontend, backend, capture):
                socket.close()

    running = background(run)
    client.send_multipart([b"a", b"question"])
    assert server.recv_multipart() == [b"a", b"question"]
    server.send(b"answer")
    assert client.recv() == b"answer"
    if kind == "proxy with capture":
        assert captured.recv_multipart()[-2:] == [b"a", b"question"]
        assert captured.recv_multipart()[-1] == b"answer"
    assert running.running()
    for socket in (captured, client, server):
        socket.close()
    context.term()
    with pytest.raises(zmq.ContextTerminated):
        running.result()


def test_steering(sockets: SocketFactory, background: Any, endpoint: Callable[[str], str]) -> None:
    frontend, backend, control = sockets(zmq.PULL), sockets(zmq.PUSH), sockets(zmq.PAIR)
    source, sink, remote = sockets(zmq.PUSH), sockets(zmq.PULL), sockets(zmq.PAIR)
    for bound, connected in ((frontend, source), (backend, sink), (control, remote)):
        bound.bind(endpoint("inproc"))
        connected.connect(bound.last_endpoint)
    running = background(zmq.proxy_steerable, frontend, backend, None, control)
    source.send(b"passes")
    assert sink.recv() == b"passes"
    assert running.running()
    remote.send(b"TERMINATE")
    assert running.result() == 0


@pytest.mark.parametrize("nonsense", [1, None, "x"])
def test_needs_sockets(sockets: SocketFactory, nonsense: Any) -> None:
    socket = sockets(zmq.PULL)
    for arguments in ((nonsense, socket), (socket, nonsense)):
        with pytest.raises(TypeError):
            zmq.proxy(*arguments)
        with pytest.raises(TypeError):
            zmq.proxy_steerable(*arguments)


def test_closed_sockets(sockets: SocketFactory) -> None:
    socket, closed = sockets(zmq.PULL), sockets(zmq.PUSH)
    closed.close()
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.proxy(socket, closed)
    assert caught.value.errno == zmq.ENOTSOCK


@pytest.mark.parametrize(
    ("kind", "peer"), [(zmq.REP, zmq.REQ), (zmq.DEALER, zmq.DEALER), (zmq.ROUTER, zmq.DEALER), (zmq.PAIR, zmq.PAIR)]
)
def test_a_socket_may_be_both_sides(background: Any, kind: int, peer: int) -> None:
    context = zmq.Context()
    context.linger = 0
    context.rcvtimeo = TIMEOUT
    socket, client = context.socket(kind), context.socket(peer)
    socket.bind("inproc://echo")
    client.connect("inproc://echo")

    def run() -> None:
        with socket:
            zmq.proxy(socket, socket)

    running = background(run)
    for number in range(300):
        client.send_multipart([b"%d" % number, b"end"])
        assert client.recv_multipart() == [b"%d" % number, b"end"]
    client.close()
    context.term()
    with pytest.raises(zmq.ContextTerminated):
        running.result()


@pytest.mark.parametrize("sizes", [(1,), (1, 3, 20)], ids=["one part", "several parts"])
def test_the_capture_socket_gets_everything(
    sockets: SocketFactory, background: Any, endpoint: Callable[[str], str], sizes: tuple[int, ...]
) -> None:
    """Also if it is slower than the proxy, and messages go both ways."""
    frontend, backend, capture, control = (
        sockets(zmq.PAIR),
        sockets(zmq.PAIR),
        sockets(zmq.PUSH, hwm=1),
        sockets(zmq.PAIR),
    )
    left, right, captured, remote = sockets(zmq.PAIR), sockets(zmq.PAIR), sockets(zmq.PULL, hwm=1), sockets(zmq.PAIR)
    for bound, peer in ((frontend, left), (backend, right), (capture, captured), (control, remote)):
        bound.bind(endpoint("inproc"))
        peer.connect(bound.last_endpoint)
    count = 500
    forth, aback = (
        [[side, b"%d" % number, *[b"part"] * sizes[number % len(sizes)]] for number in range(count)]
        for side in (b"left", b"right")
    )
    running = background(zmq.proxy_steerable, frontend, backend, capture, control)

    def talk(socket: zmq.Socket[bytes], messages: list[list[bytes]]) -> list[list[bytes]]:
        received = []
        for message in messages:
            socket.send_multipart(message)
            received.append(socket.recv_multipart())
        return received

    talking = background(talk, left, forth), background(talk, right, aback)
    copies = [captured.recv_multipart() for _ in range(2 * count)]
    assert talking[0].result() == aback
    assert talking[1].result() == forth
    assert [copy for copy in copies if copy[0] == b"left"] == forth
    assert [copy for copy in copies if copy[0] == b"right"] == aback
    remote.send(b"TERMINATE")
    assert running.result() == 0


@pytest.mark.parametrize(
    ("kind", "errno"), [(zmq.PULL, zmq.ENOTSUP), (zmq.SUB, zmq.ENOTSUP), (zmq.REP, zmq.Errno.EFSM)]
)
def test_a_capture_socket_that_cannot_send(
    sockets: SocketFactory, background: Any, endpoint: Callable[[str], str], kind: int, errno: int
) -> None:
    frontend, backend, source, sink = sockets(zmq.PULL), sockets(zmq.PUSH), sockets(zmq.PUSH), sockets(zmq.PULL)
    for bound, peer in ((frontend, source), (backend, sink)):
        bound.bind(endpoint("inproc"))
        peer.connect(bound.last_endpoint)
    running = background(zmq.proxy, frontend, backend, sockets(kind))
    source.send(b"message")
    with pytest.raises(zmq.ZMQError) as caught:
        running.result()
    assert caught.value.errno == errno


def test_takes_no_more_than_the_target_has_room_for(
    sockets: SocketFactory, background: Any, endpoint: Callable[[str], str]
) -> None:
    frontend, backend, control = sockets(zmq.PULL, hwm=1), sockets(zmq.PUSH, hwm=1), sockets(zmq.PAIR)
    source, sink, remote = sockets(zmq.PUSH, hwm=1), sockets(zmq.PULL, hwm=1), sockets(zmq.PAIR)
    for bound, peer in ((frontend, source), (backend, sink), (control, remote)):
        bound.bind(endpoint("inproc"))
        peer.connect(bound.last_endpoint)
    running = background(zmq.proxy_steerable, frontend, backend, None, control)
    source.sndtimeo = 200
    sent = 0
    with suppress(zmq.Again):
        while True:
            source.send(b"%d" % sent)
            sent += 1
    remote.send(b"TERMINATE")
    assert running.result() == 0
    # Two of a pipe on either side, and none in between.
    assert sent == 4
    assert [sink.recv(), sink.recv(), frontend.recv(), frontend.recv()] == [b"0", b"1", b"2", b"3"]


def test_a_message_for_a_busy_peer_holds_up_its_direction_only(background: Any) -> None:
    """A ROUTER that must not drop has room in general, but none for this peer."""
    context = zmq.Context()
    context.linger = 0
    context.rcvtimeo = TIMEOUT
    frontend, backend = context.socket(zmq.DEALER), context.socket(zmq.ROUTER)
    backend.router_mandatory = True
    backend.sndhwm = 1
    client, busy, other = (context.socket(zmq.DEALER) for _ in range(3))
    busy.rcvhwm = 1
    busy.routing_id, other.routing_id = b"busy", b"other"
    frontend.bind("inproc://front")
    client.connect("inproc://front")
    backend.bind("inproc://back")
    busy.connect("inproc://back")
    other.connect("inproc://back")

    def run() -> None:
        with frontend, backend:
            zmq.proxy(frontend, backend)

    # So that the ROUTER knows them.
    busy.send(b"here")
    other.send(b"here")
    running = background(run)
    assert sorted(client.recv_multipart() for _ in range(2)) == [[b"busy", b"here"], [b"other", b"here"]]
    for number in range(10):
        client.send_multipart([b"busy", b"%d" % number])
    other.send(b"meanwhile")
    assert client.recv_multipart() == [b"other", b"meanwhile"]
    assert [busy.recv() for _ in range(10)] == [b"%d" % number for number in range(10)]
    for socket in (client, busy, other):
        socket.close()
    context.term()
    with pytest.raises(zmq.ContextTerminated):
        running.result()
