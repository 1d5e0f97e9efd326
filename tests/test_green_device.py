"""Devices and proxies of zmq.green: they pass messages on, let other greenlets run, and lose nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_green import LIMIT, assert_idle, spawn

pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)

import gevent

import zmq.green
from zmq.green.core import Socket


class Ends:
    """Two sockets for the middle, each with a peer, and a pair of sockets besides."""

    def __init__(self, context: zmq.green.Context, endpoint: Callable[[str], str], kinds: tuple[int, ...]) -> None:
        client, front, back, service = (context.socket(kind) for kind in kinds)
        self.client, self.front, self.back, self.service = client, front, back, service
        for outer, inner in ((client, front), (service, back)):
            inner.bind(endpoint("inproc"))
            outer.connect(inner.last_endpoint)
        self.context = context
        self.endpoint = endpoint

    def couple(self, bound: int, connected: int) -> tuple[Socket, Socket]:
        first, second = self.context.socket(bound), self.context.socket(connected)
        first.bind(self.endpoint("inproc"))
        second.connect(first.last_endpoint)
        return first, second

    def ask(self, question: bytes) -> bytes:
        self.client.send(question)
        self.service.send_multipart([*self.service.recv_multipart(), b"answer"])
        return b" ".join(self.client.recv_multipart())


@pytest.fixture
def ends(green: zmq.green.Context, endpoint: Callable[[str], str]) -> Ends:
    """A REQ and a REP with ROUTER and DEALER in between."""
    return Ends(green, endpoint, (zmq.REQ, zmq.ROUTER, zmq.DEALER, zmq.REP))


@pytest.fixture
def pipeline(green: zmq.green.Context, endpoint: Callable[[str], str]) -> Ends:
    """A PUSH and a PULL with the opposites in between."""
    return Ends(green, endpoint, (zmq.PUSH, zmq.PULL, zmq.PUSH, zmq.PULL))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("name", ["device", "proxy", "proxy_steerable"])
def test_passing_on(ends: Ends, name: str, plain: bool) -> None:
    """Also between sockets that are not green."""
    front: Any = zmq.Socket(ends.front) if plain else ends.front
    back: Any = zmq.Socket(ends.back) if plain else ends.back
    function = getattr(zmq.green, name)
    running = spawn(function, *([zmq.QUEUE] if name == "device" else []), front, back)
    for number in range(300):
        assert ends.ask(b"%d" % number) == b"%d answer" % number
    assert not running.ready()
    ends.front.close()
    error = running.get()
    assert isinstance(error, zmq.ZMQError)
    assert error.errno == zmq.ENOTSOCK


@pytest.mark.parametrize("kinds", [(zmq.REP, zmq.REQ), (zmq.DEALER, zmq.DEALER)])
def test_one_socket_for_both(green: zmq.green.Context, endpoint: Callable[[str], str], kinds: tuple[int, int]) -> None:
    """What heartbeats use: a REP that sends each message back."""
    middle, peer = green.socket(kinds[0]), green.socket(kinds[1])
    middle.bind(endpoint("inproc"))
    peer.connect(middle.last_endpoint)
    running = spawn(zmq.green.device, zmq.QUEUE, middle, middle)
    for number in range(3):
        peer.send_multipart([b"beat", b"%d" % number])
        with gevent.Timeout(LIMIT):
            assert peer.recv_multipart() == [b"beat", b"%d" % number]
    assert_idle()
    middle.close()
    assert running.get().errno == zmq.ENOTSOCK


@pytest.mark.parametrize("name", ["device", "proxy"])
def test_termination(ends: Ends, name: str) -> None:
    running = spawn(getattr(zmq.green, name), *([zmq.QUEUE] if name == "device" else []), ends.front, ends.back)
    term = spawn(ends.context.term)
    assert isinstance(running.get(), zmq.ContextTerminated)
    for socket in (ends.client, ends.front, ends.back, ends.service):
        socket.close()
    term.get()


def test_one_socket_as_both_sides(ends: Ends) -> None:
    one, two = ends.couple(zmq.PAIR, zmq.PAIR)
    running = spawn(zmq.green.device, zmq.FORWARDER, one)
    for number in range(10):
        two.send_multipart([b"%d" % number, b"back"])
        assert two.recv_multipart() == [b"%d" % number, b"back"]
    running.kill()


def test_capture(ends: Ends) -> None:
    capture, captured = ends.couple(zmq.PUSH, zmq.PULL)
    running = spawn(zmq.green.proxy, ends.front, ends.back, capture)
    ends.ask(b"question")
    question, answer = captured.recv_multipart(), captured.recv_multipart()
    assert question[1:] == [b"", b"question"]
    assert answer[1:] == [b"", b"question", b"answer"]
    running.kill()


def test_back_pressure(pipeline: Ends) -> None:
    """What the one side has no room for stays with the other one's peer."""
    count = 10_000
    sent = 0

    def send() -> None:
        nonlocal sent
        for number in range(count):
            pipeline.client.send(b"%d" % number)
            sent += 1

    running, sending = spawn(zmq.green.proxy, pipeline.front, pipeline.back), spawn(send)
    gevent.sleep(0.1)
    assert sent < count
    assert [int(pipeline.service.recv()) for _ in range(count)] == list(range(count))
    sending.get()
    running.kill()


def test_killing_a_proxy_loses_nothing(pipeline: Ends) -> None:
    count = 2000
    got: list[int] = []
    for number in range(count):
        running = gevent.spawn(zmq.green.proxy, pipeline.front, pipeline.back)
        pipeline.client.send(b"%d" % number)
        for _ in range(number % 4):
            gevent.sleep(0)
        running.kill()
        while pipeline.service.poll(0):
            got.append(int(pipeline.service.recv()))
    running = gevent.spawn(zmq.green.proxy, pipeline.front, pipeline.back)
    while len(got) < count:
        got.append(int(pipeline.service.recv()))
    running.kill()
    assert got == list(range(count))


def test_an_idle_proxy_does_not_spin(ends: Ends) -> None:
    running = spawn(zmq.green.proxy, ends.front, ends.back)
    ends.ask(b"question")
    assert_idle()
    assert not running.ready()
    running.kill()


@pytest.mark.parametrize("kinds", [(zmq.PAIR, zmq.PAIR), (zmq.REP, zmq.REQ)])
def test_steering(ends: Ends, kinds: tuple[int, int]) -> None:
    control, steer = ends.couple(*kinds)

    def tell(command: bytes) -> list[bytes]:
        steer.send(command)
        return list(steer.recv_multipart())

    running = spawn(zmq.green.proxy_steerable, ends.front, ends.back, None, control)
    assert ends.ask(b"one") == b"one answer"
    assert tell(b"PAUSE") == [b""]
    gevent.sleep(0.01)
    ends.client.send(b"two")
    assert not ends.service.poll(100)
    assert tell(b"RESUME") == [b""]
    ends.service.send_multipart(ends.service.recv_multipart())
    assert ends.client.recv() == b"two"
    numbers = [struct.unpack("=Q", frame)[0] for frame in tell(b"STATISTICS")]
    # Messages and bytes that came in and went out, first in front, then behind; routing ids have five bytes.
    assert numbers == [2, 16, 2, 22, 2, 22, 2, 16]
    assert not running.ready()
    assert tell(b"TERMINATE") == [b""]
    assert running.get() == 0


def test_unknown_commands_are_ignored_and_logged_once(ends: Ends, caplog: pytest.LogCaptureFixture) -> None:
    control, steer = ends.couple(zmq.PAIR, zmq.PAIR)
    running = spawn(zmq.green.proxy_steerable, ends.front, ends.back, None, control)
    for command in ([b"DANCE"], [b"TERMINATE", b"more"], [b"TERMINATE"]):
        steer.send_multipart(command)
        assert steer.recv_multipart() == [b""]
    assert running.get() == 0
    assert "ignored the unknown command b'DANCE'" in caplog.messages[0]
    assert caplog.messages[1] == "ignored 2 unknown commands to a steerable proxy"
