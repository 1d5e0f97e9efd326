"""Greenlets that share sockets: messages stay whole, every mixture of operations lets others run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_green import LIMIT, Pair, spawn

pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)

import gevent
import gevent.event

import zmq.green
from zmq._async.readiness import budget

pytestmark = pytest.mark.parametrize("transport", ["inproc", "tcp"])


# ---- messages in several sends


def test_sends_leave_the_messages_of_others_whole(green_pair: Pair, transport: str) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, transport)

    def send(name: bytes, pause: float) -> None:
        for _ in range(20):
            push.send(name, zmq.SNDMORE)
            gevent.sleep(pause)
            push.send(name, zmq.SNDMORE)
            gevent.sleep(0)
            push.send(name)

    def send_at_once() -> None:
        for _ in range(20):
            push.send_multipart([b"d"] * 3)

    senders: list[Any] = [spawn(send, name, pause) for name, pause in ((b"a", 0), (b"b", 0.001), (b"c", 0))]
    senders.append(spawn(send_at_once))
    received = [pull.recv_multipart() for _ in range(80)]
    gevent.joinall(senders, raise_error=True)
    assert sorted(received) == [[name] * 3 for name in (b"a", b"b", b"c", b"d") for _ in range(20)]


@pytest.mark.parametrize("killed", [False, True])
def test_a_message_whose_greenlet_has_ended_goes_on(green_pair: Pair, transport: str, killed: bool) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, transport)
    end = gevent.event.Event()
    # With a peer, sending does not wait.
    push.poll(None, zmq.POLLOUT)

    def send_half() -> None:
        push.send(b"begun", zmq.SNDMORE)
        end.wait()

    for _ in range(3):
        beginning, following = spawn(send_half), spawn(push.send, b"completed")
        assert not following.ready()
        with pytest.raises(zmq.Again):
            push.send(b"not sent", zmq.DONTWAIT)
        if killed:
            beginning.kill()
        else:
            end.set()
            beginning.join()
            end.clear()
        assert following.get() is None
        assert pull.recv_multipart() == [b"begun", b"completed"]


def test_the_time_to_send_is_over_amidst_a_message(green_pair: Pair, transport: str) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, transport)
    push.send(b"begun", zmq.SNDMORE)
    for milliseconds in (0, 10):
        push.sndtimeo = milliseconds
        assert isinstance(spawn(push.send, b"not sent").get(), zmq.Again)
    push.send(b"completed")
    assert pull.recv_multipart() == [b"begun", b"completed"]


# ---- fairness


def turns_of_others(call: Callable[[], Any], count: int) -> int:
    """How often another greenlet runs meanwhile."""
    turns = 0

    def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(0)

    greenlet = gevent.spawn(other)
    for _ in range(count):
        call()
    greenlet.kill()
    return turns


def test_any_mixture_lets_others_run(green_pair: Pair, transport: str) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, transport, sndhwm=0, rcvhwm=0)
    poller = zmq.green.Poller()
    poller.register(pull, zmq.POLLIN)
    uses: list[Callable[[], Any]] = [
        lambda: (push.send(b"1", zmq.SNDMORE), push.send(b"2")),
        lambda: (poller.poll(), pull.recv_multipart(zmq.DONTWAIT)),
        lambda: (push.send_multipart([b"1", b"2"]), push.send_multipart([b"1", b"2"], zmq.DONTWAIT)),
        lambda: (pull.poll(), pull.recv_multipart(zmq.DONTWAIT)),
        lambda: (zmq.green.select([pull], [], []), pull.recv_multipart(zmq.DONTWAIT)),
    ]
    for use in uses:
        assert turns_of_others(use, 10 * budget.limit) >= 9


# ---- other objects, other threads


@pytest.mark.parametrize("kind", [zmq.Socket, zmq.asyncio.Socket, zmq.green.Socket])
def test_pollers_wait_for_sockets_that_others_use(
    sockets: Any, endpoint: Callable[[str], str], transport: str, kind: Any
) -> None:
    one, two = sockets(zmq.DEALER), sockets(zmq.DEALER)
    one.bind(endpoint(transport))
    two.connect(one.last_endpoint)
    poller = zmq.green.Poller()
    polled = kind(one)
    poller.register(polled, zmq.POLLIN)
    with gevent.Timeout(LIMIT):
        for number in range(20):
            polling = spawn(poller.poll)
            two.send(b"%d" % number)
            one.send(b"this takes the signal")
            assert polling.get() == [(polled, zmq.POLLIN)]
            assert one.recv() == b"%d" % number


def test_closing_in_another_thread_ends_waiting(green_pair: Pair, transport: str) -> None:
    one, _ = green_pair(zmq.DEALER, zmq.DEALER, transport)
    waiting = [spawn(one.recv), spawn(one.poll), spawn(one.recv_multipart)]
    thread = threading.Thread(target=one.close)
    thread.start()
    assert [greenlet.get().errno for greenlet in waiting] == [zmq.ENOTSOCK] * 3
    thread.join()
