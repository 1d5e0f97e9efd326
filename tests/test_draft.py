"""Patterns of libzmq's draft API: peers are addressed by routing id, groups by name, and sockets are thread-safe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory

pytestmark = pytest.mark.draft

THREAD_SAFE = ("CLIENT", "SERVER", "RADIO", "DISH", "SCATTER", "GATHER", "PEER", "CHANNEL")


def test_built_with_drafts() -> None:
    assert zmq.DRAFT_API is zmq.PYZMQ_DRAFT_API is True
    assert zmq.has("draft")


@pytest.mark.parametrize("name", THREAD_SAFE)
def test_thread_safe(sockets: SocketFactory, name: str) -> None:
    assert sockets(zmq.SocketType[name]).thread_safe == 1
    assert sockets(zmq.PAIR).thread_safe == 0


@pytest.mark.parametrize("copy", [True, False])
def test_client_server(sockets: SocketFactory, copy: bool) -> None:
    server = sockets(zmq.SERVER)
    server.bind("inproc://server")
    clients = [sockets(zmq.CLIENT) for _ in range(3)]
    for number, client in enumerate(clients):
        client.connect("inproc://server")
        client.send(b"from %d" % number)
    requests = [server.recv(copy=False) for _ in clients]
    assert len({request.routing_id for request in requests}) == 3
    for request in requests:
        server.send(b"reply to " + request.bytes, copy=copy, routing_id=request.routing_id)
    for number, client in enumerate(clients):
        assert client.recv() == b"reply to from %d" % number


def test_server_without_routing_id(pair: PairFactory) -> None:
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    client.send(b"x")
    assert server.recv() == b"x"
    for send in (lambda: server.send(b"y"), lambda: server.send(b"y", routing_id=12345)):
        with pytest.raises(zmq.ZMQError) as caught:
            send()
        assert caught.value.errno == zmq.EHOSTUNREACH


def test_routing_id_of_a_frame_is_kept(pair: PairFactory) -> None:
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    client.send(b"x")
    reply = zmq.Frame(b"reply")
    reply.routing_id = server.recv(copy=False).routing_id
    server.send(reply, copy=False)
    assert client.recv() == b"reply"


def test_no_multipart(pair: PairFactory) -> None:
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    with pytest.raises(zmq.ZMQError) as caught:
        client.send_multipart([b"1", b"2"])
    assert caught.value.errno == zmq.EINVAL
    client.send_multipart([b"one"])
    assert server.recv_multipart() == [b"one"]


def test_wrong_routing_ids(pair: PairFactory) -> None:
    server, _ = pair(zmq.SERVER, zmq.CLIENT)
    wrong: Any
    for wrong in ("x", b"x", 1.5):
        with pytest.raises(TypeError):
            server.send(b"x", routing_id=wrong)
    for wrong in (-1, 1 << 32):
        with pytest.raises(OverflowError):
            server.send(b"x", routing_id=wrong)
    with pytest.raises(zmq.ZMQError):
        server.send(b"x", routing_id=0)


def test_scatter_gather(pair: PairFactory) -> None:
    scatter, gather = pair(zmq.SCATTER, zmq.GATHER)
    for number in range(5):
        scatter.send(b"%d" % number)
    assert [gather.recv() for _ in range(5)] == [b"%d" % number for number in range(5)]


def test_channel(pair: PairFactory) -> None:
    first, second = pair(zmq.CHANNEL, zmq.CHANNEL)
    first.send(b"there")
    assert second.recv() == b"there"
    second.send(b"back")
    assert first.recv() == b"back"


def test_peer_needs_a_routing_id(pair: PairFactory) -> None:
    """Either side addresses the other, as only a SERVER does otherwise."""
    first, second = pair(zmq.PEER, zmq.PEER)
    for socket in (first, second):
        for operation in (lambda: socket.send(b"x"), lambda: socket.send(b"x", routing_id=1)):  # noqa: B023
            with pytest.raises(zmq.ZMQError) as caught:
                operation()
            assert caught.value.errno == zmq.EHOSTUNREACH


def test_groups(sockets: SocketFactory) -> None:
    dish, radio = sockets(zmq.DISH), sockets(zmq.RADIO)
    dish.bind("tcp://127.0.0.1:*")
    radio.connect(dish.last_endpoint)
    dish.join("news")
    dish.join(b"weather")
    while not dish.poll(10):  # until the groups are known
        radio.send(b"x", group="news")
    assert dish.recv(copy=False).group == "news"
    with pytest.raises(zmq.ZMQError) as caught:
        dish.join("news")
    assert caught.value.errno == zmq.EINVAL
    dish.leave("weather")
    with pytest.raises(zmq.ZMQError, match="group='weather'"):
        dish.leave("weather")
    with pytest.raises(zmq.ZMQError, match="group="):
        dish.join("x" * 300)


def test_groups_of_other_sockets(sockets: SocketFactory) -> None:
    with pytest.raises(zmq.ZMQError):
        sockets(zmq.PULL).join("news")


def test_polling(sockets: SocketFactory) -> None:
    """libzmq polls thread-safe sockets beside others."""
    server, client, plain = sockets(zmq.SERVER), sockets(zmq.CLIENT), sockets(zmq.PULL)
    server.bind("inproc://polled")
    client.connect("inproc://polled")
    poller = zmq.Poller()
    for socket in (server, plain):
        poller.register(socket, zmq.POLLIN)
    assert poller.poll(0) == []
    client.send(b"x")
    assert poller.poll(10_000) == [(server, zmq.POLLIN)]
    assert server.poll(0) == zmq.POLLIN
    assert server.recv() == b"x"
    assert poller.poll(0) == []


def test_many_threads_send_on_one_socket(pair: PairFactory) -> None:
    gather, scatter = pair(zmq.GATHER, zmq.SCATTER)
    with ThreadPoolExecutor(4) as threads:
        sending = [threads.submit(scatter.send, b"%d" % number) for number in range(200)]
        received = {gather.recv() for _ in sending}
        for future in sending:
            future.result()
    assert received == {b"%d" % number for number in range(200)}
