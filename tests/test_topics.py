"""Subscriptions: which messages they let through, however often and in which order they come and go, and how long."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq
from tests.fix_process import Runner

TOPICS = st.text("ab", max_size=4).map(str.encode)


@given(st.lists(st.tuples(st.booleans(), TOPICS), max_size=60), st.lists(TOPICS, max_size=20))
def test_subscriptions_are_counted(steps: list[tuple[bool, bytes]], sent: list[bytes]) -> None:
    wanted: Counter[bytes] = Counter()
    told: list[bytes] = []
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher, context.socket(zmq.SUB) as subscriber:
        publisher.bind("inproc://topics")
        subscriber.connect("inproc://topics")
        for subscribes, topic in steps:
            if subscribes:
                subscriber.subscribe(topic)
                wanted[topic] += 1
                if wanted[topic] == 1:
                    told.append(b"\1" + topic)
            else:
                subscriber.unsubscribe(topic)
                if wanted[topic] == 1:
                    told.append(b"\0" + topic)
                wanted[topic] = max(0, wanted[topic] - 1)
        heard = []
        while publisher.poll(0):
            heard.append(publisher.recv())
        assert heard == told
        for message in sent:
            publisher.send(message)
        received = []
        while subscriber.poll(0):
            received.append(subscriber.recv())
        assert received == [message for message in sent if any(map(message.startswith, +wanted))]


@pytest.mark.skipif(
    "libzmq-4.3.5-deep-tries" not in zmq.build_info()["libzmq"].get("patches", ""), reason="this libzmq is not patched"
)
@pytest.mark.skipif(sys.platform == "win32", reason="under wine, subscribing to 60 kB already ends the process")
@pytest.mark.parametrize("unsubscribes", [True, False])
def test_topics_of_any_length(run_python: Runner, unsubscribes: bool) -> None:
    """libzmq alone overflows the stack when it lets go of them."""
    program = f"""
        import zmq

        topic = bytes(1_000_000)
        with zmq.Context() as context, context.socket(zmq.XPUB) as publisher, context.socket(zmq.SUB) as subscriber:
            publisher.bind("tcp://127.0.0.1:*")
            subscriber.connect(publisher.last_endpoint.decode())
            subscriber.subscribe(topic)
            assert publisher.recv() == b"\\1" + topic
            if {unsubscribes}:
                subscriber.unsubscribe(topic)
                assert publisher.recv() == b"\\0" + topic
    """
    run_python(program).succeeded()
