"""zmq.green: what would block the thread blocks the greenlet only; nothing is lost, nobody starves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_green import LIMIT, Pair, assert_idle, spawn
from tests.fix_process import Runner

pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)

import gevent
import gevent.socket

import zmq.green
from zmq._async.readiness import budget, readiness
from zmq.green._waiting import GeventPort
from zmq.green.core import Socket


def until(condition: Callable[[], Any]) -> None:
    while not condition():
        gevent.sleep(0.001)


# ---- names


def test_it_has_the_names_of_zmq() -> None:
    for name in zmq.__all__:
        assert hasattr(zmq.green, name), name
    own = {"Context", "Socket", "Poller", "device", "proxy", "proxy_steerable", "select", "zmq_poll"}
    for name in set(zmq.__all__) - own:
        assert getattr(zmq.green, name) is getattr(zmq, name)
    for name in own:
        assert getattr(zmq.green, name) is not getattr(zmq, name)
    assert {"PULL", "ZMQError", "Socket", "__version__"} <= set(dir(zmq.green))
    with pytest.raises(AttributeError, match=r"'zmq\.green' has no attribute 'no_such_name'"):
        _ = zmq.green.no_such_name  # type: ignore[attr-defined]
    assert issubclass(zmq.green.Context, zmq.Context)
    assert issubclass(zmq.green.Socket, zmq.Socket)
    assert zmq.green.core.TIMEOS == (zmq.RCVTIMEO, zmq.SNDTIMEO)


def test_star_import(run_python: Runner) -> None:
    program = """
        from zmq.green import *

        with Context.instance() as context, context.socket(PULL) as socket:
            assert type(socket) is Socket and Socket.__module__ == "zmq.green"
    """
    run_python(program, "-X", "dev", "-W", "error").succeeded()


def test_repr(green: zmq.green.Context) -> None:
    socket = green.socket(zmq.PUSH)
    assert repr(socket).startswith("<zmq.green.Socket(zmq.PUSH) at 0x")
    assert repr(zmq.green.Socket(socket)).startswith("<zmq.green.Socket(zmq.PUSH) at 0x")
    with zmq.green.Context() as context:
        assert repr(context).startswith("<zmq.green.Context() at 0x")
    socket.close()
    assert repr(socket).startswith("<zmq.green.Socket(zmq.PUSH) at 0x")

    class Own(Socket):
        pass

    with green.socket(zmq.PUSH, socket_class=Own) as own:
        assert repr(own).startswith(f"<{__name__}.test_repr.<locals>.Own(zmq.PUSH) at 0x")


def test_polling_a_closed_socket(green: zmq.green.Context) -> None:
    socket = green.socket(zmq.PULL)
    socket.close()
    with pytest.raises(zmq.ZMQError) as raised:
        socket.poll(0)
    assert raised.value.errno == zmq.ENOTSUP


# ---- sending and receiving


@pytest.mark.parametrize("transport", ["inproc", "ipc", "tcp"])
def test_echo(green_pair: Pair, transport: str) -> None:
    rep, req = green_pair(zmq.REP, zmq.REQ, transport)

    def serve() -> None:
        while True:
            rep.send_multipart(rep.recv_multipart())

    server = spawn(serve)
    for number in range(100):
        req.send_multipart([b"%d" % number, b""])
        assert req.recv_multipart() == [b"%d" % number, b""]
    server.kill()


def test_others_run_meanwhile(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    receiver = spawn(pull.recv)
    for _ in range(10):
        gevent.sleep(0)
        assert not receiver.ready()
    push.send(b"x")
    assert receiver.get() == b"x"


def test_every_form(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    buffer = bytearray(5)
    forms: list[tuple[Callable[[], Any], Callable[[], Any], Any]] = [
        (lambda: push.send(b"x"), pull.recv, b"x"),
        (lambda: push.send(bytearray(b"x"), copy=False), lambda: pull.recv(copy=False).bytes, b"x"),
        (lambda: push.send_multipart(iter([b"x", b"y"])), pull.recv_multipart, [b"x", b"y"]),
        (lambda: push.send_string("ö"), pull.recv_string, "ö"),
        (lambda: push.send_json([1]), pull.recv_json, [1]),
        (lambda: push.send_pyobj({1}), pull.recv_pyobj, {1}),
        (lambda: push.send_serialized(3, lambda n: [b"x"] * n), lambda: pull.recv_serialized(len), 3),
        (lambda: push.send(b"hello"), lambda: (pull.recv_into(buffer), bytes(buffer)), (5, b"hello")),
    ]
    for send, receive, result in forms:
        send()
        assert receive() == result
        # And when there is nothing yet.
        receiver = spawn(receive)
        assert not receiver.ready()
        send()
        assert receiver.get() == result
    tracker = push.send(bytes(100_000), copy=False, track=True)
    assert isinstance(tracker, zmq.MessageTracker)
    assert len(pull.recv(copy=False, track=True)) == 100_000


def test_dontwait(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    for receive in (pull.recv, pull.recv_multipart):
        with pytest.raises(zmq.Again):
            receive(zmq.DONTWAIT)
    with pytest.raises(zmq.Again):
        pull.recv_into(bytearray(1), flags=zmq.DONTWAIT)
    push.send(b"1", zmq.DONTWAIT)
    push.send_multipart([b"2"], zmq.DONTWAIT)
    assert pull.recv(zmq.DONTWAIT) + pull.recv_multipart(zmq.DONTWAIT)[0] == b"12"


def test_high_water_mark(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=1, rcvhwm=1)
    count = 50

    def send_all() -> None:
        for number in range(count):
            push.send_multipart([b"%d" % number, b"more"])

    sender = spawn(send_all)
    assert not sender.ready()
    with pytest.raises(zmq.Again):
        push.send(b"x", zmq.DONTWAIT)
    assert [int(pull.recv_multipart()[0]) for _ in range(count)] == list(range(count))
    sender.get()


def test_sending_waits_for_a_peer(green: zmq.green.Context, endpoint: Callable[[str], str]) -> None:
    push, pull = green.socket(zmq.PUSH), green.socket(zmq.PULL)
    sender = spawn(push.send, b"x")
    assert not sender.ready()
    address = endpoint("inproc")
    pull.bind(address)
    push.connect(address)
    sender.get()
    assert pull.recv() == b"x"


def test_errors_are_those_of_other_sockets(green_pair: Pair) -> None:
    req, _ = green_pair(zmq.REQ, zmq.REP)
    with pytest.raises(zmq.ZMQError) as raised:
        req.recv()
    assert raised.value.errno == zmq.EFSM
    with pytest.raises(TypeError):
        req.send("text")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="an integer is required, not 'soon'"):
        req.close("soon")  # type: ignore[arg-type]
    req.send(b"still open")


def test_a_router_waits_for_the_one_peer_that_is_full(green: zmq.green.Context) -> None:
    """EVENTS says that it is writable all the time: sending must neither spin nor be forgotten."""
    router, dealer = green.socket(zmq.ROUTER), green.socket(zmq.DEALER)
    router.router_mandatory = router.sndhwm = dealer.rcvhwm = 1
    dealer.routing_id = b"slow"
    port = router.bind_to_random_port("tcp://127.0.0.1")
    dealer.connect(f"tcp://127.0.0.1:{port}")
    dealer.send(b"here")
    router.recv_multipart()
    data = bytes(1_000_000)
    sent = 0

    def send() -> None:
        nonlocal sent
        for _ in range(100):
            router.send_multipart([b"slow", data])
            sent += 1

    sender = spawn(send)
    gevent.sleep(0.1)
    assert not sender.ready()
    assert_idle()
    for _ in range(100):
        dealer.recv()
    sender.get()
    assert sent == 100


# ---- limits of time


def test_timeouts(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    pull.rcvtimeo = 100
    for receive in (pull.recv, pull.recv_multipart, pull.recv_string, lambda: pull.recv_into(bytearray(1))):
        begin = time.monotonic()
        with pytest.raises(zmq.Again):
            receive()
        assert 0.1 <= time.monotonic() - begin < 5
    pull.rcvtimeo = 0
    with pytest.raises(zmq.Again):
        pull.recv()
    pull.rcvtimeo = 10_000
    receiver = spawn(pull.recv)
    push.send(b"in time")
    assert receiver.get() == b"in time"


def test_send_timeouts(green: zmq.green.Context) -> None:
    push = green.socket(zmq.PUSH)
    push.sndtimeo = 100
    for send in (lambda: push.send(b"x"), lambda: push.send_multipart([b"x"])):
        begin = time.monotonic()
        with pytest.raises(zmq.Again):
            send()
        assert 0.1 <= time.monotonic() - begin < 5
    push.sndtimeo = 0
    with pytest.raises(zmq.Again):
        push.send(b"x")


# ---- several waiters


def test_waiters_are_served_in_order(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    got: list[tuple[int, bytes]] = []

    def receive(number: int) -> None:
        for _ in range(3):
            got.append((number, pull.recv()))

    receivers = [spawn(receive, number) for number in range(5)]
    for number in range(15):
        push.send(b"%d" % number)
    gevent.joinall(receivers)
    # Each time, whoever has waited longest.
    assert got == [(number % 5, b"%d" % number) for number in range(15)]


def test_senders_are_served_in_order(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=1, rcvhwm=1)
    while push.poll(0, zmq.POLLOUT):
        push.send(b"full")
    senders = [spawn(push.send, b"%d" % number) for number in range(5)]
    assert not any(sender.ready() for sender in senders)
    got: list[bytes] = []
    while len(got) < 5:
        data = pull.recv()
        if data != b"full":
            got.append(data)
    gevent.joinall(senders)
    assert got == [b"0", b"1", b"2", b"3", b"4"]


def test_one_sends_while_another_receives(green_pair: Pair) -> None:
    """Sending takes the signal of the message that the other waits for."""
    one, two = green_pair(zmq.DEALER, zmq.DEALER)
    for number in range(300):
        receiver = spawn(one.recv)
        two.send(b"%d" % number)
        one.send(b"something else")
        assert receiver.get() == b"%d" % number


def test_whatever_uses_the_socket_takes_no_message(green_pair: Pair) -> None:
    one, two = green_pair(zmq.DEALER, zmq.DEALER)
    poller = zmq.green.Poller()
    poller.register(one, zmq.POLLOUT)
    uses: list[Callable[[], Any]] = [
        lambda: one.get(zmq.EVENTS),
        lambda: one.getsockopt(zmq.EVENTS),
        lambda: one.events,
        lambda: one.poll(0),
        lambda: one.poll(0, zmq.POLLOUT),
        lambda: poller.poll(0),
        poller.poll,
        lambda: one.send(b"x", zmq.DONTWAIT),
        lambda: one.send_multipart([b"x"]),
        lambda: one.unbind(one.bind("inproc://another").addr),
        lambda: one.disconnect(one.connect("inproc://another one").addr),
    ]
    for number in range(20 * len(uses)):
        receiver = spawn(one.recv)
        two.send(b"x")
        uses[number % len(uses)]()
        assert receiver.get() == b"x"


def test_polls_and_receivers_together(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    poller = zmq.green.Poller()
    poller.register(pull, zmq.POLLIN)
    polls = [spawn(pull.poll), spawn(poller.poll), spawn(pull.poll)]
    receivers = [spawn(pull.recv) for _ in range(2)]
    push.send(b"1")
    assert [poll.get() for poll in polls] == [zmq.POLLIN, [(pull, zmq.POLLIN)], zmq.POLLIN]
    push.send(b"2")
    assert [receiver.get() for receiver in receivers] == [b"1", b"2"]


# ---- nothing is lost


def test_killing_a_receiver_loses_nothing(green_pair: Pair) -> None:
    """Killed at any time around that at which the message comes."""
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    got: list[bytes] = []
    forms: list[Callable[[], Any]] = [pull.recv, pull.recv_multipart, pull.recv_string, lambda: pull.recv(copy=False)]

    def receive(form: Callable[[], Any]) -> None:
        while True:
            data = form()
            text = data[0] if isinstance(data, list) else data
            got.append(text.encode() if isinstance(text, str) else bytes(text))

    count = 3000
    for number in range(count):
        receiver = gevent.spawn(receive, forms[number % len(forms)])
        if number % 3:
            gevent.sleep(0)
        push.send(b"%d" % number)
        if number % 5 == 0:
            gevent.sleep(0)
        receiver.kill(block=bool(number % 2))
    gevent.idle()
    while pull.poll(0):
        got.append(pull.recv())
    assert got == [b"%d" % number for number in range(count)]


def test_timeouts_of_gevent_lose_nothing(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    count = 300
    got: list[bytes] = []

    def send() -> None:
        for number in range(count):
            push.send(b"%d" % number)
            gevent.sleep(0.001)

    sender = spawn(send)
    while len(got) < count:
        with gevent.Timeout(0.0015, False):  # type: ignore[arg-type]
            got.append(pull.recv())
    sender.get()
    assert got == [b"%d" % number for number in range(count)]


def test_killing_one_of_several_wakes_the_next(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    for _ in range(100):
        first, second = spawn(pull.recv), spawn(pull.recv)
        push.send(b"x")
        first.kill(block=False)
        values = [first.get(), second.get()] if first.ready() else None
        if values is None:
            gevent.joinall([first], timeout=LIMIT)
            if isinstance(first.value, bytes):
                push.send(b"y")
                assert second.get() == b"y"
            else:
                assert second.get() == b"x"


def test_killing_a_sender(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=1, rcvhwm=1)
    count = 0
    while push.poll(0, zmq.POLLOUT):
        push.send(b"full")
        count += 1
    first, second = spawn(push.send, b"killed"), spawn(push.send, b"second")
    first.kill()
    assert [pull.recv() for _ in range(count + 1)] == [b"full"] * count + [b"second"]
    second.get()
    assert not pull.poll(50)


# ---- endings


def waits(one: Socket, raw: Any) -> list[Callable[[], Any]]:
    """All the ways to wait for a message."""
    poller = zmq.green.Poller()
    poller.register(one, zmq.POLLIN)
    poller.register(raw, zmq.POLLIN)
    return [
        one.recv,
        one.recv_multipart,
        one.recv_string,
        lambda: one.recv_into(bytearray(1)),
        one.poll,
        lambda: one.poll(60_000),
        poller.poll,
        lambda: poller.poll(60_000),
        lambda: zmq.green.select([one], [], [], 60),
    ]


def test_closing_ends_all_waiting(green_pair: Pair) -> None:
    one, _ = green_pair(zmq.PAIR, zmq.PAIR)
    ours, theirs = gevent.socket.socketpair()
    waiters = [spawn(wait) for wait in waits(one, ours)]
    assert not any(waiter.ready() for waiter in waiters)
    one.close()
    for waiter in waiters:
        error = waiter.get()
        assert isinstance(error, zmq.ZMQError), error
        assert error.errno == zmq.ENOTSOCK
    ours.close()
    theirs.close()


def test_closing_ends_all_sending(green: zmq.green.Context) -> None:
    push = green.socket(zmq.PUSH)
    waiters = [spawn(push.send, b"x"), spawn(push.send_multipart, [b"x"]), spawn(push.poll, None, zmq.POLLOUT)]
    push.close()
    assert [waiter.get().errno for waiter in waiters] == [zmq.ENOTSOCK] * 3


def test_termination_ends_all_waiting_and_lets_others_run() -> None:
    context = zmq.green.Context()
    one, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    ours, theirs = gevent.socket.socketpair()
    waiters = [spawn(wait) for wait in waits(one, ours)] + [spawn(push.send, b"x")]
    term = spawn(context.term)
    for waiter in waiters:
        assert isinstance(waiter.get(), zmq.ContextTerminated)
    # It waits for these.
    assert not term.ready()
    one.close()
    push.close()
    assert term.get() is None
    assert context.closed
    context.term()
    ours.close()
    theirs.close()


def test_a_context_manager_ends(endpoint: Callable[[str], str]) -> None:
    with zmq.green.Context() as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as two:
        one.bind(endpoint("inproc"))
        two.connect(one.last_endpoint)
        receiver = spawn(two.recv)
        one.send(b"x")
        assert receiver.get() == b"x"
    assert context.closed
    assert two.closed


def test_instances_are_of_their_class() -> None:
    context = zmq.green.Context.instance()
    assert type(context) is zmq.green.Context
    assert context is zmq.green.Context.instance()
    assert context is not zmq.Context.instance()
    context.term()
    zmq.Context.instance().term()


def test_nothing_is_left(
    green_pair: Pair, count_descriptors: Callable[[], int], eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    before = count_descriptors()
    queue = readiness(pull).queue(gevent.get_hub(), GeventPort)
    for number in range(2000):
        receiver = spawn(pull.recv)
        if number % 3 == 0:
            receiver.kill()
        else:
            push.send(b"x")
            receiver.get()
    pull.rcvtimeo = 1
    for _ in range(50):
        with pytest.raises(zmq.Again):
            pull.recv()
    assert not queue
    assert queue._unwatch is None
    eventually(lambda: count_descriptors() <= before)


def test_gevent_ends_when_nobody_waits(run_python: Runner) -> None:
    """Nothing is watched then, whatever waited before."""
    program = """
        import gevent
        import zmq.green as zmq

        with zmq.Context() as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as two:
            one.bind("inproc://x")
            two.connect("inproc://x")
            receivers = [gevent.spawn(one.recv), gevent.spawn(two.recv), gevent.spawn(one.poll, 10)]
            gevent.spawn(one.send, b"1")
            gevent.spawn(two.send, b"2")
            assert gevent.wait()
            assert [receiver.value for receiver in receivers[:2]] == [b"2", b"1"]
    """
    run_python(program, "-X", "dev", "-W", "error").succeeded()


def test_quiet_sockets_do_not_keep_the_hub_busy(green_pair: Pair) -> None:
    one, two = green_pair(zmq.PAIR, zmq.PAIR)
    receiver = spawn(one.recv)
    two.send(b"1")
    assert receiver.get() == b"1"
    # Nobody asks for this one, but its signal stays.
    two.send(b"2")
    sender = spawn(two.recv)
    assert_idle()
    one.send(b"3")
    assert sender.get() == b"3"


# ---- fairness


@pytest.mark.parametrize("form", ["recv", "recv_multipart", "poll", "send"])
def test_a_flood_does_not_starve_other_greenlets(green_pair: Pair, form: str) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
    count = 10_000
    if form != "send":
        for _ in range(count):
            push.send(b"x", zmq.DONTWAIT)
    done = 0
    gaps: list[int] = []
    forms: dict[str, Callable[[], Any]] = {
        "recv": pull.recv,
        "recv_multipart": pull.recv_multipart,
        "poll": lambda: pull.poll() and pull.recv(zmq.DONTWAIT),
        "send": lambda: push.send(b"x"),
    }
    call = forms[form]

    def flood() -> None:
        nonlocal done
        for _ in range(count):
            call()
            done += 1

    flooding = gevent.spawn(flood)
    while not flooding.ready():
        before = done
        gevent.sleep(0)
        gaps.append(done - before)
    assert done == count
    assert max(gaps) <= budget.limit + 1


def test_a_flood_of_several_waiters_does_not_starve_others(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
    count = 10_000
    got = 0

    def receive() -> None:
        nonlocal got
        while True:
            pull.recv()
            got += 1

    receivers = [spawn(receive) for _ in range(3)]
    for _ in range(count):
        push.send(b"x", zmq.DONTWAIT)
    gaps = []
    while got < count:
        before = got
        gevent.sleep(0)
        gaps.append(got - before)
    assert max(gaps) < 500
    gevent.killall(receivers)


def test_the_budget_leaves_messages_whole(green_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    monkeypatch.setattr(budget, "limit", 0)
    turns = 0

    def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(0)

    # These would be torn apart if sending let others run amidst a message.
    def send(name: bytes) -> None:
        for _ in range(50):
            push.send(name, zmq.SNDMORE)
            push.send(name, zmq.SNDMORE)
            push.send(name)

    def receive() -> None:
        while True:
            first = pull.recv()
            while pull.rcvmore:
                assert pull.recv() == first
            got.append(first)

    got: list[bytes] = []
    counter = spawn(count)
    senders = [gevent.spawn(send, name) for name in (b"a", b"b")]
    receivers = [gevent.spawn(receive) for _ in range(2)]
    until(lambda: len(got) == 100)
    assert turns > 50
    gevent.killall([counter, *senders, *receivers])


# ---- polling


def test_poll(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    assert pull.poll(0) == 0
    begin = time.monotonic()
    assert pull.poll(100) == 0
    assert 0.1 <= time.monotonic() - begin < 5
    assert push.poll(None, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLOUT
    poll = spawn(pull.poll, -1)
    assert not poll.ready()
    push.send(b"x")
    assert poll.get() == zmq.POLLIN


def test_poller_with_everything(green_pair: Pair, sockets: Any) -> None:
    """Green sockets, others, descriptors, gevent's sockets."""
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    plain_pull, plain_push = sockets(zmq.PULL), sockets(zmq.PUSH)
    plain_pull.bind("inproc://plain")
    plain_push.connect("inproc://plain")
    ours, theirs = gevent.socket.socketpair()
    fast, slow = gevent.socket.socketpair()
    poller = zmq.green.Poller()
    for item in (pull, plain_pull, ours):
        poller.register(item, zmq.POLLIN)
    poller.register(fast.fileno(), zmq.POLLIN)
    begin = time.monotonic()
    assert poller.poll(100) == []
    assert 0.1 <= time.monotonic() - begin < 5
    assert poller.poll(0) == []
    cases: list[tuple[Callable[[], Any], Any, Callable[[], Any]]] = [
        (lambda: push.send(b"x"), pull, pull.recv),
        (lambda: plain_push.send(b"x"), plain_pull, plain_pull.recv),
        (lambda: theirs.send(b"x"), ours.fileno(), lambda: ours.recv(1)),
        (lambda: slow.send(b"x"), fast.fileno(), lambda: fast.recv(1)),
    ]
    for send, ready, receive in cases * 3:
        waiting = spawn(poller.poll)
        assert not waiting.ready()
        send()
        assert waiting.get() == [(ready, zmq.POLLIN)]
        receive()
    poller.register(ours, zmq.POLLIN | zmq.POLLOUT)
    assert poller.poll() == [(ours.fileno(), zmq.POLLOUT)]
    for each in (ours, theirs, fast, slow):
        each.close()


def test_poller_waits_for_room(green: zmq.green.Context, endpoint: Callable[[str], str]) -> None:
    push, pull = green.socket(zmq.PUSH), green.socket(zmq.PULL)
    poller = zmq.green.Poller()
    poller.register(push, zmq.POLLOUT)
    waiting = spawn(poller.poll)
    assert not waiting.ready()
    address = endpoint("inproc")
    pull.bind(address)
    push.connect(address)
    assert waiting.get() == [(push, zmq.POLLOUT)]


def test_select(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    assert zmq.green.select([pull], [push], []) == ([], [push], [])
    begin = time.monotonic()
    assert zmq.green.select([pull], [], [], 0.1) == ([], [], [])
    assert 0.1 <= time.monotonic() - begin < 5
    waiting = spawn(zmq.green.select, [pull], [], [pull])
    push.send(b"x")
    assert waiting.get() == ([pull], [], [])


def test_zmq_poll(green_pair: Pair) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    waiting = spawn(zmq.green.zmq_poll, iter([(pull, zmq.POLLIN)]))
    push.send(b"x")
    assert waiting.get() == [(pull, zmq.POLLIN)]


# ---- other threads, other sockets


def test_a_hub_for_each_thread(green_pair: Pair, background: Callable[..., Any]) -> None:
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    receiver = spawn(pull.recv)
    push.send(b"here")
    assert receiver.get() == b"here"

    def elsewhere() -> Any:
        try:
            with gevent.Timeout(LIMIT):
                receiver = gevent.spawn(pull.recv)
                gevent.sleep(0)
                push.send(b"there")
                return receiver.get()
        finally:
            gevent.get_hub().destroy(destroy_loop=True)

    assert background(elsewhere).result() == b"there"
    receiver = spawn(pull.recv)
    push.send(b"here again")
    assert receiver.get() == b"here again"


def test_messages_from_a_thread(green_pair: Pair, background: Callable[..., Any]) -> None:
    """The signal comes while the hub waits."""
    push, pull = green_pair(zmq.PUSH, zmq.PULL)
    plain = zmq.Socket(push)
    count = 200

    def send() -> None:
        for number in range(count):
            plain.send(b"%d" % number)
            time.sleep(0.0005)

    sending = background(send)
    assert [pull.recv() for _ in range(count)] == [b"%d" % number for number in range(count)]
    sending.result()


def test_shadows(green_pair: Pair, sockets: Any) -> None:
    plain_pull, plain_push = sockets(zmq.PULL), sockets(zmq.PUSH)
    plain_pull.bind("inproc://shadowed")
    plain_push.connect("inproc://shadowed")
    for shadow in (zmq.green.Socket(plain_pull), zmq.green.Socket.shadow(plain_pull.underlying)):
        receiver = spawn(shadow.recv)
        plain_push.send(b"x")
        assert receiver.get() == b"x"
    shadow.close()
    assert plain_pull.closed
    _, pull = green_pair(zmq.PUSH, zmq.PULL)
    assert type(zmq.Socket(pull)) is zmq.Socket
    with zmq.Context() as context:
        shadowing = zmq.green.Context(context)
        with shadowing.socket(zmq.PULL) as socket:
            assert type(socket) is zmq.green.Socket
        shadowing.term()
        assert context.closed


def test_monitor(green: zmq.green.Context) -> None:
    from zmq.utils.monitor import recv_monitor_message

    socket = green.socket(zmq.PULL)
    monitor = socket.get_monitor_socket(zmq.EVENT_LISTENING)
    assert type(monitor) is zmq.green.Socket
    told = spawn(recv_monitor_message, monitor)
    assert not told.ready()
    socket.bind_to_random_port("tcp://127.0.0.1")
    assert told.get()["event"] == zmq.EVENT_LISTENING
    socket.disable_monitor()
    monitor.close()


def test_many_sockets_and_greenlets(green: zmq.green.Context) -> None:
    """A server and its clients, all in one thread."""
    router = green.socket(zmq.ROUTER)
    port = router.bind_to_random_port("tcp://127.0.0.1")
    answers = []

    def serve() -> None:
        while True:
            router.send_multipart(router.recv_multipart())

    def ask(number: int) -> None:
        with green.socket(zmq.DEALER) as dealer:
            dealer.connect(f"tcp://127.0.0.1:{port}")
            for turn in range(5):
                dealer.send(b"%d %d" % (number, turn))
                answers.append(dealer.recv() == b"%d %d" % (number, turn))

    servers = [spawn(serve) for _ in range(3)]
    gevent.joinall([gevent.spawn(ask, number) for number in range(50)], raise_error=True)
    gevent.killall(servers)
    assert answers == [True] * 250


# ---- what is installed


def test_without_gevent(run_python: Runner) -> None:
    program = """
        import sys

        sys.modules["gevent"] = None
        for name in ("zmq.green", "zmq.green.eventloop.zmqstream"):
            try:
                __import__(name)
            except ImportError as error:
                assert "pip install 'pyzmq[gevent]'" in str(error), error
            else:
                raise SystemExit(f"{name} was imported")
    """
    run_python(program).succeeded()


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_keyboard_interrupts(run_python: Runner) -> None:
    program = """
        import os, signal
        import gevent
        import zmq.green as zmq

        # Who started this may have it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with zmq.Context() as context, context.socket(zmq.PULL) as socket:
            gevent.spawn_later(0.1, os.kill, os.getpid(), signal.SIGINT)
            try:
                socket.recv()
            except KeyboardInterrupt:
                print("interrupted")
    """
    assert run_python(program).succeeded().output.strip() == "interrupted"
