"""Green sockets: what one greenlet does takes no wake-up from another, also after it has let others run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_green import Pair, spawn
from tests.fix_shared import OBJECTS, SOON, fill, news

pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)

import contextlib

import gevent

import zmq.green
from zmq._async.readiness import budget as common_budget


def soon(greenlet: Any, what: str) -> Any:
    """The value of a greenlet that has to end at once."""
    greenlet.join(SOON)
    assert greenlet.ready(), f"{what} has not ended in time"
    return greenlet.value


def idle(socket: Any) -> int:
    """Let the hub consume what the descriptor of a socket tells; return the descriptor."""
    import select

    descriptor: int = socket.fileno()
    quiet = 0
    for _ in range(1000):
        gevent.sleep(0)
        quiet = 0 if select.select([descriptor], [], [], 0)[0] else quiet + 1
        if quiet == 5:
            return descriptor
    raise AssertionError("the descriptor stays readable")


@pytest.fixture(params=[0, 128])
def budget(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Operations until others have their turn; with 0, before each of them."""
    set_budget(monkeypatch, request.param)
    return int(request.param)


def set_budget(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(common_budget, "limit", limit)
    monkeypatch.setattr(common_budget, "left", limit)


def news_in_the_turn(peer: Any, descriptor: int) -> Any:
    """A greenlet whose turn comes when another one lets others run: then a message comes."""

    def send() -> None:
        zmq.Socket(peer).send(b"news")
        news(descriptor)

    return gevent.spawn(send)


@pytest.mark.parametrize("kind", list(OBJECTS))
@pytest.mark.parametrize("use", ["send", "send_multipart", "send dontwait"])
@pytest.mark.parametrize("outcome", ["success", "again", "error"])
@pytest.mark.parametrize("waiter", ["recv", "poll"])
def test_send_wakes_who_receives(green_pair: Pair, budget: int, kind: str, use: str, outcome: str, waiter: str) -> None:
    """The message comes before the attempt, or while that lets others run."""
    types = (zmq.PULL, zmq.PUSH) if outcome == "error" else (zmq.PAIR, zmq.PAIR)
    socket, peer = green_pair(*types, sndhwm=1, rcvhwm=1)
    other = OBJECTS[kind](socket)
    if outcome == "again":
        fill(socket, b"1", 1)
    waits: dict[str, tuple[Callable[[], Any], Any]] = {
        "recv": (socket.recv, b"news"),
        "poll": (socket.poll, zmq.POLLIN),
    }
    call, expected = waits[waiter]
    waiting = spawn(call)
    descriptor = idle(socket)
    uses: dict[str, Callable[[], Any]] = {
        "send": lambda: other.send(b"1"),
        "send_multipart": lambda: other.send_multipart([b"1", b"2"]),
        "send dontwait": lambda: other.send(b"1", zmq.DONTWAIT),
    }
    if budget:
        zmq.Socket(peer).send(b"news")
        news(descriptor)
        using = gevent.spawn(lambda: suppress(uses[use]))
    else:
        using = gevent.spawn(lambda: suppress(uses[use]))
        sending = news_in_the_turn(peer, descriptor)
    assert soon(waiting, "what waits for the message") == expected
    if not budget:
        soon(sending, "the peer")
    using.kill()


def suppress(call: Callable[[], Any]) -> None:
    with contextlib.suppress(zmq.ZMQError):
        call()


@pytest.mark.parametrize("kind", list(OBJECTS))
@pytest.mark.parametrize("use", ["recv", "recv dontwait", "poll"])
@pytest.mark.parametrize("waiter", ["send", "poll"])
def test_receive_wakes_who_sends(green_pair: Pair, budget: int, kind: str, use: str, waiter: str) -> None:
    socket, peer = green_pair(zmq.PAIR, zmq.PAIR, sndhwm=1, rcvhwm=1)
    other = OBJECTS[kind](socket)
    count = fill(socket, b"1", 1)
    waits: dict[str, tuple[Callable[[], Any], Any]] = {
        "send": (lambda: socket.send(b"2"), None),
        "poll": (lambda: socket.poll(None, zmq.POLLOUT), zmq.POLLOUT),
    }
    call, expected = waits[waiter]
    waiting = spawn(call)
    descriptor = idle(socket)
    uses: dict[str, Callable[[], Any]] = {
        "recv": other.recv,
        "recv dontwait": lambda: other.recv(zmq.DONTWAIT),
        "poll": lambda: other.poll(1000),
    }

    def make_room() -> None:
        plain = zmq.Socket(peer)
        for _ in range(count):
            plain.recv(zmq.DONTWAIT)
        news(descriptor)

    if budget:
        make_room()
    using = gevent.spawn(lambda: suppress(uses[use]))
    if not budget:
        making = gevent.spawn(make_room)
    assert soon(waiting, "what waits for room") == expected
    if not budget:
        soon(making, "the peer")
    using.kill()


@pytest.mark.parametrize("limit", [1, 2, 3, 128])
@pytest.mark.parametrize("parts", [2, 3, 5])
def test_messages_in_parts_obey_the_budget(
    green_pair: Pair, monkeypatch: pytest.MonkeyPatch, limit: int, parts: int
) -> None:
    """Whichever part uses the budget up, others have their turn soon."""
    socket, peer = green_pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
    set_budget(monkeypatch, limit)
    others = 0

    def other() -> None:
        nonlocal others
        while True:
            others += 1
            gevent.sleep(0)

    counting = gevent.spawn(other)
    for _ in range(2000):
        for _ in range(parts - 1):
            socket.send(b"1", zmq.SNDMORE)
        socket.send(b"2")
    assert others >= 2000 * parts // (limit + parts) // 2
    others = 0
    for _ in range(2000):
        while True:
            peer.recv()
            if not peer.rcvmore:
                break
    assert others >= 2000 * parts // (limit + parts) // 2
    others = 0
    for number in range(2000):
        if number % 2:
            socket.send_multipart([b"1"] * parts)
        else:
            peer.poll(0)
    assert others >= 2000 // (limit + 1) // 2
    counting.kill()


def test_the_budget_lets_nobody_overtake(green_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation that lets others run first does not lose its place to them, if greenlets wait already."""
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=1, rcvhwm=1)
    plain: zmq.Socket[bytes] = zmq.Socket.shadow(pull)
    set_budget(monkeypatch, 128)
    sent = 0
    while push.poll(0, zmq.POLLOUT):
        push.send(b"%d" % sent, zmq.DONTWAIT)
        sent += 1
    senders = [spawn(push.send, b"%d" % number) for number in range(sent, sent + 3)]
    # Room, which the hub has not noticed yet.
    received = [plain.recv() for _ in range(sent)]
    # The first of these finds it used up.
    common_budget.left = 0
    senders += [gevent.spawn(push.send, b"%d" % number) for number in range(sent + 3, sent + 9)]
    received += [pull.recv() for _ in senders]
    assert received == [b"%d" % number for number in range(sent + 9)]
    gevent.joinall(senders, raise_error=True)


def test_the_budget_lets_no_receiver_overtake(green_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    plain: zmq.Socket[bytes] = zmq.Socket.shadow(push)
    set_budget(monkeypatch, 128)
    received: list[tuple[int, bytes]] = []

    def receive(number: int) -> None:
        received.append((number, pull.recv()))

    receivers = [spawn(receive, number) for number in range(3)]
    for number in range(9):
        plain.send(b"%d" % number)
    common_budget.left = 0
    receivers += [gevent.spawn(receive, number) for number in range(3, 9)]
    gevent.joinall(receivers, raise_error=True)
    assert received == [(number, b"%d" % number) for number in range(9)]
