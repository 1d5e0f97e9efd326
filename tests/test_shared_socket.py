"""Several objects of one libzmq socket, used synchronously: messages in parts, closing, and who sees what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from tests.fix_process import Runner
from tests.fix_shared import CapsuleUser
from tests.fix_wait import Background

Endpoint = Callable[[str], str]
Send = Callable[[bytes, int], Any]

#: Each kind of sender for the libzmq socket of an object.
SENDERS = ["owner", "shadow", "address", "asyncio", "asyncio of address", "green", "table"]


def sender(kind: str, socket: zmq.Socket[Any]) -> Send:
    """A function that sends a part, through an object that is kept by it."""
    if kind == "owner":
        return socket.send
    if kind == "shadow":
        return zmq.Socket(socket).send
    if kind == "address":
        return zmq.Socket.shadow(socket.underlying).send
    if kind == "green":
        pytest.importorskip("gevent", reason="gevent has no wheel for this interpreter", exc_type=ImportError)
        from zmq import green

        return green.Socket(socket).send
    if kind == "table":
        user = CapsuleUser()
        return lambda data, flags: user.send(socket, data, flags)
    from zmq.asyncio import Socket

    made = Socket(socket) if kind == "asyncio" else Socket.shadow(socket.underlying)

    def send(data: bytes, flags: int = 0) -> Any:
        async def call() -> Any:
            return await made.send(data, flags)

        return asyncio.run(call())

    return send


def full(push: zmq.Socket[Any]) -> None:
    """Send until there is no room."""
    while push.poll(0, zmq.POLLOUT):
        push.send(b"full", zmq.DONTWAIT)


# ---- messages in parts


@pytest.mark.parametrize("begins", ["owner", "shadow", "address", "table"])
@pytest.mark.parametrize("ends", SENDERS)
@pytest.mark.parametrize("next_by", ["owner", "shadow"])
@pytest.mark.parametrize("form", ["send", "send_multipart", "large", "frame"])
def test_a_message_that_another_object_ends(
    sockets: SocketFactory, endpoint: Endpoint, begins: str, ends: str, next_by: str, form: str
) -> None:
    """No object takes itself to be in the middle of it: what has no room is refused, not dropped."""
    push, pull = sockets(zmq.PUSH, sndhwm=2), sockets(zmq.PULL, rcvhwm=2)
    push.bind(endpoint("inproc"))
    pull.connect(push.last_endpoint)
    shadow = zmq.Socket(push)
    next_one = {"owner": push, "shadow": shadow}[next_by]
    first = shadow.send if begins == "shadow" else sender(begins, push)
    last = shadow.send if ends == "shadow" else sender(ends, push)
    first(b"1", zmq.SNDMORE)
    last(b"2", 0)
    assert pull.recv_multipart() == [b"1", b"2"]
    full(zmq.Socket(push))
    calls: dict[str, Callable[[int], Any]] = {
        "send": lambda flags: next_one.send(b"3", flags),
        "send_multipart": lambda flags: next_one.send_multipart([b"3", b"4"], flags),
        "large": lambda flags: next_one.send(bytes(300_000), flags),
        "frame": lambda flags: next_one.send(zmq.Frame(b"3"), flags, copy=False),
    }
    with pytest.raises(zmq.Again):
        calls[form](zmq.DONTWAIT)
    next_one.sndtimeo = 5
    with pytest.raises(zmq.Again):
        calls[form](0)


def test_a_send_after_a_message_that_another_object_ended_waits_for_room(
    sockets: SocketFactory, endpoint: Endpoint, background: Callable[..., Background]
) -> None:
    push, pull = sockets(zmq.PUSH, sndhwm=2), sockets(zmq.PULL, rcvhwm=2)
    push.bind(endpoint("inproc"))
    pull.connect(push.last_endpoint)
    push.send(b"1", zmq.SNDMORE)
    zmq.Socket(push).send(b"2")
    full(zmq.Socket(push))
    sending = background(push.send, b"3")
    messages = []
    while [b"3"] not in messages:
        messages.append(pull.recv_multipart())
    sending.result()
    assert messages[0] == [b"1", b"2"]
    assert set(map(tuple, messages[1:-1])) == {(b"full",)}


@pytest.mark.parametrize("begins", ["owner", "shadow", "address", "asyncio", "table"])
@pytest.mark.parametrize("ends", ["owner", "shadow", "address", "table"])
@pytest.mark.parametrize("flags", [0, zmq.DONTWAIT])
def test_the_rest_of_a_message_whose_peer_is_gone_is_dropped(
    sockets: SocketFactory, endpoint: Endpoint, begins: str, ends: str, flags: int
) -> None:
    """By any object: it must not reach another peer as a message of its own."""
    push, other = sockets(zmq.PUSH), sockets(zmq.PULL)
    push.sndtimeo = 2000
    push.bind(endpoint("inproc"))
    shadow = zmq.Socket(push)
    shadow.sndtimeo = 2000
    first = shadow.send if begins == "shadow" else sender(begins, push)
    last = shadow.send if ends == "shadow" else sender(ends, push)
    for _ in range(30):
        gone = sockets(zmq.PULL)
        gone.connect(push.last_endpoint)
        first(b"first", zmq.SNDMORE)
        gone.close()
        # libzmq closes it in a thread of its own: now the peer is gone, or going, or still there.
        last(b"last", flags)
        other.connect(push.last_endpoint)
        # Some may still go to the peer that is going.
        while not other.poll(0):
            push.send_multipart([b"whole", b"message"])
        while other.poll(0):
            assert other.recv_multipart() == [b"whole", b"message"]
        other.disconnect(push.last_endpoint)


@pytest.mark.parametrize("ends", SENDERS)
def test_objects_go_on_with_the_messages_of_each_other(sockets: SocketFactory, endpoint: Endpoint, ends: str) -> None:
    push, pull = sockets(zmq.PUSH), sockets(zmq.PULL)
    push.bind(endpoint("inproc"))
    pull.connect(push.last_endpoint)
    last = sender(ends, push)
    for _ in range(3):
        push.send(b"1", zmq.SNDMORE)
        zmq.Socket(push).send(b"2", zmq.SNDMORE)
        last(b"3", 0)
        push.send_multipart([b"4", b"5"])
        assert pull.recv_multipart() == [b"1", b"2", b"3"]
        assert pull.recv_multipart() == [b"4", b"5"]


# ---- closing while calls are in progress, in a process of its own: what is wrong aborts it

CLOSING = """
    import faulthandler, sys, threading, zmq
    faulthandler.dump_traceback_later(25, exit=True)
    sys.path.append({root!r})
    from tests.fix_shared import wait_until_blocked

    waits, closes, call, then = sys.argv[1:]

    def objects(socket):
        shadow, of_address = zmq.Socket(socket), zmq.Socket.shadow(socket.underlying)
        made = {{"owner": socket, "shadow": shadow, "deep": zmq.Socket(shadow), "address": of_address}}
        made["by address, deep"] = zmq.Socket(of_address)
        return made

    def poll_all(socket):
        poller = zmq.Poller()
        poller.register(socket, zmq.POLLIN)
        return poller.poll(20_000)

    calls = {{
        "recv": lambda socket: socket.recv(),
        "recv_multipart": lambda socket: socket.recv_multipart(),
        "recv_frames": lambda socket: [frame.bytes for frame in socket.recv_multipart(copy=False)],
        "send_multipart": lambda socket: socket.send_multipart([b"1", b"2", b"3"]),
        "send_frames": lambda socket: socket.send_multipart([b"1", b"2", b"3"], copy=False),
        "poll": lambda socket: socket.poll(20_000),
        "poller": poll_all,
    }}
    sends = call.startswith("send")
    context = zmq.Context()
    socket, peer = context.socket(zmq.PUSH if sends else zmq.PULL), context.socket(zmq.PULL if sends else zmq.PUSH)
    socket.bind("inproc://closing")
    peer.rcvtimeo = peer.sndtimeo = 10_000
    if not sends:
        peer.connect("inproc://closing")
    every = objects(socket)
    results = []

    def wait():
        try:
            results.append(calls[call](every[waits]))
        except zmq.ZMQError as error:
            results.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    wait_until_blocked(thread)
    every[closes].close()
    assert all(each.closed for each in every.values())
    if then == "message":
        if sends:
            peer.connect("inproc://closing")
            assert peer.recv_multipart() == [b"1", b"2", b"3"]
        else:
            peer.send_multipart([b"1", b"2", b"3"] if "multipart" in call or "frames" in call else [b"1"])
    elif then == "term":
        peer.close()
        ending = threading.Thread(target=context.term, daemon=True)
        ending.start()
    thread.join(10)
    assert not thread.is_alive(), "the call has not ended"
    result = results[0]
    if then == "term":
        assert isinstance(result, zmq.ContextTerminated) or "poll" in call, result
        ending.join(10)
        assert not ending.is_alive(), "the context has not ended"
    else:
        if call == "recv":
            assert result == b"1", result
        elif call.startswith("recv"):
            assert result == [b"1", b"2", b"3"], result
        elif sends:
            assert result is None, result
        elif call == "poll":
            assert result == zmq.POLLIN or isinstance(result, zmq.ZMQError), result
        peer.close(0)
        ending = threading.Thread(target=context.term, daemon=True)
        ending.start()
        ending.join(10)
        assert not ending.is_alive(), "the context has not ended"
    for each in every.values():
        each.close()
    print("survived")
"""
KINDS = ["owner", "shadow", "deep", "address", "by address, deep"]


def root() -> str:
    from pathlib import Path

    return str(Path(__file__).resolve().parent.parent)


def check_closing(run_python: Runner, waits: str, closes: str, call: str, then: str) -> None:
    program = CLOSING.format(root=root()).replace("sys.argv[1:]", repr([waits, closes, call, then]))
    assert run_python(program).succeeded().output.strip() == "survived"


@pytest.mark.parametrize("call", ["recv_multipart", "recv_frames", "send_multipart", "send_frames"])
@pytest.mark.parametrize("then", ["message", "term"])
def test_closed_amidst_a_multipart_call(run_python: Runner, call: str, then: str) -> None:
    """A call goes on to its end, with all parts of the message."""
    check_closing(run_python, "owner", "owner", call, then)


@pytest.mark.parametrize(
    ("waits", "closes"), [(waits, closes) for waits in KINDS for closes in KINDS if (waits, closes) != ("owner",) * 2]
)
def test_closed_while_another_object_waits(run_python: Runner, waits: str, closes: str) -> None:
    check_closing(run_python, waits, closes, "recv_multipart", "message")


@pytest.mark.parametrize("call", ["recv", "poll", "poller"])
@pytest.mark.parametrize(("waits", "closes"), [("owner", "owner"), ("shadow", "owner"), ("owner", "address")])
@pytest.mark.parametrize("then", ["message", "term"])
def test_closed_while_a_call_waits(run_python: Runner, waits: str, closes: str, call: str, then: str) -> None:
    check_closing(run_python, waits, closes, call, then)
