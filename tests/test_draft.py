"""Patterns of libzmq's draft API: peers are addressed by routing id, groups by name, and sockets are thread-safe."""

from __future__ import annotations

import select
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_shared import CapsuleUser

pytestmark = pytest.mark.draft

Eventually = Callable[[Callable[[], Any]], Any]

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
    for call in (dish.join, dish.leave, lambda group: radio.send(b"x", group=group)):
        with pytest.raises(ValueError, match=r"group='ne\\x00ws'"):
            call("ne\0ws")
        with pytest.raises(TypeError, match="group=7"):
            call(7)  # type: ignore[arg-type]


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


@pytest.fixture
def with_fd() -> Iterator[None]:
    """Let sockets make their descriptors without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", zmq.DraftFDWarning)
        yield


def readable(descriptor: int, seconds: float = 0) -> bool:
    return select.select([descriptor], [], [], seconds) != ([], [], [])


#: Two sockets, and how the second one sends to the first.
CONVERSATIONS = [
    pytest.param(receiver, sender, {"group": "g"} if sender == "RADIO" else {}, id=receiver)
    for receiver, sender in [
        ("SERVER", "CLIENT"),
        ("GATHER", "SCATTER"),
        ("CHANNEL", "CHANNEL"),
        ("DISH", "RADIO"),
    ]
]


@pytest.mark.usefixtures("with_fd")
@pytest.mark.parametrize(("receiver", "sender", "options"), CONVERSATIONS)
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_descriptor(pair: PairFactory, receiver: str, sender: str, options: dict[str, Any], transport: str) -> None:
    """Readable after a message came, and no more once EVENTS were read and the message received."""
    first, second = pair(zmq.SocketType[receiver], zmq.SocketType[sender], transport)
    if receiver == "DISH":
        first.join("g")
        while not first.poll(10):  # until the group is known
            second.send(b"first", **options)
        while first.poll(10):
            first.recv()
    descriptor = first.fileno()
    assert descriptor == first.FD == first.get(zmq.FD)
    for _ in range(3):
        while first.events & zmq.POLLIN:  # of the connection, or a late first message
            first.recv()
        assert not readable(descriptor)
        for number in range(5):
            second.send(b"%d" % number, **options)
        received: list[bytes] = []
        while len(received) < 5:
            assert readable(descriptor, 10)
            while first.events & zmq.POLLIN:
                received.append(first.recv())
        assert received == [b"%d" % number for number in range(5)]


@pytest.mark.usefixtures("with_fd")
def test_descriptor_after_receiving_without_it(pair: PairFactory) -> None:
    """What receiving takes leaves its signal, which reading EVENTS takes."""
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    descriptor = server.FD
    for _ in range(100):
        client.send(b"x")
        assert server.recv() == b"x"
    assert readable(descriptor)
    assert server.events & zmq.POLLIN == 0
    assert not readable(descriptor)
    client.send(b"x")
    assert readable(descriptor, 10)


@pytest.mark.usefixtures("with_fd")
def test_descriptor_tells_of_room_to_send(pair: PairFactory, eventually: Eventually) -> None:
    scatter, gather = pair(zmq.SCATTER, zmq.GATHER, "inproc", sndhwm=1, rcvhwm=1)
    descriptor = scatter.FD
    while scatter.events & zmq.POLLOUT:
        scatter.send(b"x", zmq.DONTWAIT)
    assert not scatter.events & zmq.POLLOUT
    assert not readable(descriptor)
    while gather.poll(0):
        gather.recv()
    assert readable(descriptor, 10)
    assert eventually(lambda: scatter.events & zmq.POLLOUT)


@pytest.mark.parametrize("name", THREAD_SAFE)
def test_descriptor_warns_once(sockets: SocketFactory, name: str) -> None:
    socket = sockets(zmq.SocketType[name])
    with pytest.warns(zmq.DraftFDWarning, match="thread-safe") as given:
        descriptor = socket.fileno()
    assert [Path(warning.filename).name for warning in given] == ["test_draft.py"]
    assert socket.FD == descriptor >= 0
    other = sockets(zmq.SocketType[name])
    with pytest.raises(zmq.DraftFDWarning):
        other.get(zmq.FD)  # warnings are errors here
    with pytest.warns(zmq.DraftFDWarning):
        assert descriptor != other.FD


def test_descriptor_of_a_shadow(pair: PairFactory) -> None:
    """It is that of the socket, for all objects that share it."""
    server, client = pair(zmq.SERVER, zmq.CLIENT)
    by_object, by_address = zmq.Socket.shadow(server), zmq.Socket.shadow(server.underlying)
    with pytest.warns(zmq.DraftFDWarning):
        descriptor = by_address.FD
    assert descriptor == server.FD == by_object.get(zmq.FD) == zmq.Socket.shadow(by_object).fileno()
    client.send(b"x")
    assert readable(descriptor, 10)
    assert by_object.events & zmq.POLLIN
    assert server.recv() == b"x"
    # Closing it closes the descriptor, for all of them.
    by_address.close()
    for socket in (server, by_object):
        with pytest.raises(zmq.ZMQError) as caught:
            socket.get(zmq.FD)
        assert caught.value.errno == zmq.ENOTSOCK


def test_descriptor_of_a_socket_of_other_code(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    """It may be closed at any time, and the descriptor would have to be closed before."""
    shadow: zmq.Socket[bytes] = zmq.Socket.shadow(CapsuleUser().make_socket(context, zmq.SERVER))
    with pytest.raises(zmq.ZMQError, match="of another library") as caught:
        shadow.get(zmq.FD)
    assert caught.value.errno == zmq.EINVAL
    shadow.close()


@pytest.mark.usefixtures("with_fd")
def test_descriptor_of_a_closed_socket(sockets: SocketFactory) -> None:
    server = sockets(zmq.SERVER)
    assert server.FD >= 0
    server.close()
    with pytest.raises(zmq.ZMQError) as caught:
        server.get(zmq.FD)
    assert caught.value.errno == zmq.ENOTSOCK


@pytest.mark.usefixtures("with_fd")
def test_descriptor_of_a_terminated_context() -> None:
    context = zmq.Context()
    known, unknown = context.socket(zmq.SERVER), context.socket(zmq.SERVER)
    known.fileno()
    with ThreadPoolExecutor(1) as threads:
        ending = threads.submit(context.term)
        try:
            for operation in (known.recv, unknown.recv, unknown.fileno, lambda: known.events):
                with pytest.raises(zmq.ContextTerminated):
                    operation()
        finally:
            known.close()
            unknown.close()
        ending.result()


@pytest.mark.usefixtures("with_fd")
def test_descriptors_are_closed(eventually: Eventually, count_descriptors: Callable[[], int]) -> None:
    with zmq.Context() as context, context.socket(zmq.SERVER):  # the first socket starts libzmq's threads
        before = count_descriptors()
        for number in range(50):
            socket = context.socket(zmq.SocketType[THREAD_SAFE[number % len(THREAD_SAFE)]])
            assert socket.fileno() == socket.FD
            socket.close()
        eventually(lambda: count_descriptors() <= before)


@pytest.mark.usefixtures("with_fd")
def test_many_threads_ask_for_the_descriptor(pair: PairFactory) -> None:
    gather, scatter = pair(zmq.GATHER, zmq.SCATTER)

    def work(_: int) -> int:
        descriptor = gather.fileno()
        for _ in range(50):
            scatter.send(b"x")
            gather.get(zmq.EVENTS)
            gather.recv()
        return descriptor

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(work, range(4))) == {gather.fileno()}
    assert gather.events & zmq.POLLIN == 0
    assert not readable(gather.fileno())


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_connect_peer(sockets: SocketFactory, transport: str, endpoint: Callable[[str], str]) -> None:
    bound, connecting = sockets(zmq.PEER), sockets(zmq.PEER)
    bound.bind(endpoint(transport))
    routing_id = connecting.connect_peer(bound.last_endpoint)
    assert routing_id > 0
    connecting.send(b"question", routing_id=routing_id)
    question = bound.recv(copy=False)
    assert question.bytes == b"question"
    bound.send(b"answer", routing_id=question.routing_id)
    answer = connecting.recv(copy=False)
    assert answer.bytes == b"answer"
    assert answer.routing_id == routing_id
    assert connecting.connect_peer(bound.last_endpoint) != routing_id


def test_connect_peer_refused(sockets: SocketFactory) -> None:
    peer, server = sockets(zmq.PEER), sockets(zmq.SERVER)
    for socket, addr, errno in [
        (peer, "nowhere", zmq.EINVAL),
        (peer, "nothing://there", zmq.EPROTONOSUPPORT),
        (server, "inproc://there", zmq.ENOTSUP),
    ]:
        with pytest.raises(zmq.ZMQError, match=f"addr='{addr}'") as caught:
            socket.connect_peer(addr)
        assert caught.value.errno == errno
    with pytest.raises(TypeError):
        peer.connect_peer(1)  # type: ignore[arg-type]
    peer.close()
    with pytest.raises(zmq.ZMQError, match="addr='inproc://there'") as caught:
        peer.connect_peer("inproc://there")
    assert caught.value.errno == zmq.ENOTSOCK
