"""Signals amidst blocking calls: handlers run, deadlines stay, what they raise leaves the call, nothing is lost."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import collect
from tests.fix_process import Runner
from tests.fix_signals import alarms

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no signals that interrupt system calls on Windows"),
    # By default pytest-timeout uses the very signal that these tests use.
    pytest.mark.timeout(60, method="thread"),
]


class Interrupted(Exception):
    pass


class Alarm:
    """SIGALRM every 10 ms, counted."""

    def __init__(self) -> None:
        self.count = 0
        self.action: Callable[[], None] = lambda: None

    def __call__(self, *_: object) -> None:
        self.count += 1
        self.action()

    def interrupt(self) -> None:
        """Raise Interrupted, once, at the third signal from now on: by then, the call that follows waits."""
        due = self.count + 3

        def action() -> None:
            if self.count >= due:
                self.action = lambda: None
                raise Interrupted

        self.action = action


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    alarm = Alarm()
    with alarms(alarm, 0.01):
        yield alarm


CALLS: dict[str, Callable[[zmq.Socket[bytes]], Any]] = {
    "recv": lambda socket: socket.recv(),
    "recv a frame": lambda socket: socket.recv(copy=False),
    "recv_multipart": lambda socket: socket.recv_multipart(),
    "recv_into": lambda socket: socket.recv_into(bytearray(10)),
    "poll": lambda socket: socket.poll(200) or again(),
    "zmq_poll": lambda socket: zmq.zmq_poll([(socket, zmq.POLLIN)], 200) or again(),
    "select": lambda socket: zmq.select([socket], [], [], 0.2)[0] or again(),
}


def repeat(call: Callable[[Any], Any], socket: Any) -> None:
    """Call for ever."""
    while True:
        with suppress(zmq.Again):
            call(socket)


def again() -> bool:
    raise zmq.Again


@pytest.mark.alone  # counts the signals of a fifth of a second: fewer on a busy machine
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_signals_do_not_move_the_deadline(
    sockets: SocketFactory, alarm: Alarm, call: Callable[[zmq.Socket[bytes]], Any]
) -> None:
    socket = sockets(zmq.PULL, rcvtimeo=200)
    socket.bind("inproc://silent")
    started = time.monotonic()
    with pytest.raises(zmq.Again):
        call(socket)
    assert 0.19 < time.monotonic() - started < 2
    assert alarm.count >= 5


@pytest.mark.alone  # counts the signals of a fifth of a second: fewer on a busy machine
@pytest.mark.parametrize("multipart", [False, True])
def test_sending_keeps_the_deadline(pair: PairFactory, alarm: Alarm, multipart: bool) -> None:
    a, _ = pair(zmq.PUSH, zmq.PULL, hwm=1)
    a.sndtimeo = 200
    while a.poll(0, zmq.POLLOUT):
        a.send(b"x")
    started = time.monotonic()
    before = alarm.count
    with pytest.raises(zmq.Again):
        _ = a.send_multipart([b"a", b"b"]) if multipart else a.send(b"a")
    assert 0.19 < time.monotonic() - started < 2
    assert alarm.count - before >= 5


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_a_handler_raises_leaves_the_call(
    pair: PairFactory, alarm: Alarm, call: Callable[[zmq.Socket[bytes]], Any]
) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, rcvtimeo=-1)
    with pytest.raises(Interrupted):
        interrupted(alarm.interrupt, b, call)
    a.send(b"not lost")
    assert b.recv() == b"not lost"


def test_interrupted_sends_send_all_or_nothing(pair: PairFactory, alarm: Alarm) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, hwm=1)
    a.sndtimeo = -1
    sent = 0
    while a.poll(0, zmq.POLLOUT):
        a.send_multipart([b"%d" % sent, b"end"])
        sent += 1
    with pytest.raises(Interrupted):
        interrupted(alarm.interrupt, a, lambda socket: socket.send_multipart([b"interrupted", b"end"]))
    for index in range(sent):
        assert b.recv_multipart() == [b"%d" % index, b"end"]
    a.send_multipart([b"last", b"end"])
    assert b.recv_multipart() == [b"last", b"end"]


@pytest.mark.parametrize("copy", [True, False])
def test_nothing_is_lost_among_many_signals(pair: PairFactory, alarm: Alarm, background: Any, copy: bool) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp")
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)

    def send() -> None:
        for index in range(5000):
            a.send_multipart([b"%d" % index, b"end"], copy=copy)

    while alarm.count <= 5:
        sending = background(send)
        for index in range(5000):
            assert [bytes(part) for part in b.recv_multipart(copy=copy)] == [b"%d" % index, b"end"]
        sending.result()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_keyboard_interrupt(sockets: SocketFactory, call: Callable[[zmq.Socket[bytes]], Any]) -> None:
    socket = sockets(zmq.PULL, rcvtimeo=-1)
    socket.bind("inproc://silent")
    stop = threading.Event()

    def interrupt(number: int, frame: Any) -> None:
        # Once, else the next one might come before it is caught.
        if not stop.is_set():
            stop.set()
            signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupt)

    def press() -> None:
        # Again and again, since the first may come before the call has begun to block.
        while not stop.wait(0.05):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted(thread.start, socket, call)
    finally:
        stop.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


def interrupted(prepare: Callable[[], Any], socket: Any, call: Callable[[Any], Any]) -> None:
    """Call for ever, after what will raise amidst that."""
    prepare()
    repeat(call, socket)


def test_term_can_be_interrupted_and_repeated(alarm: Alarm) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    with pytest.raises(Interrupted):
        interrupted(alarm.interrupt, context, zmq.Context.term)  # the socket is open
    assert not context.closed
    socket.close()
    context.term()
    assert context.closed


def test_handler_may_use_the_socket(pair: PairFactory, alarm: Alarm) -> None:
    """A handler that makes the message come, for which the call waits."""
    a, b = pair(zmq.PAIR, zmq.PAIR)

    def action() -> None:
        a.send(b"from the handler")
        alarm.action = lambda: None

    alarm.action = action
    assert b.recv() == b"from the handler"


def test_proxy_can_be_interrupted(sockets: SocketFactory, alarm: Alarm) -> None:
    frontend, backend = sockets(zmq.PULL), sockets(zmq.PUSH)
    frontend.bind("inproc://front")
    backend.bind("inproc://back")
    with pytest.raises(Interrupted):
        interrupted(alarm.interrupt, frontend, lambda socket: zmq.proxy(socket, backend))


@pytest.mark.alone  # counts the signals of a fifth of a second: fewer on a busy machine
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_storm_of_signals_does_not_move_the_deadline(
    sockets: SocketFactory, alarm: Alarm, call: Callable[[zmq.Socket[bytes]], Any]
) -> None:
    socket = sockets(zmq.PULL, rcvtimeo=200)
    socket.bind("inproc://storm")
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    started = time.monotonic()
    with pytest.raises(zmq.Again):
        call(socket)
    assert 0.19 < time.monotonic() - started < 2
    assert alarm.count >= 20
    assert socket.rcvtimeo == 200


def test_tracker_can_be_interrupted_and_keeps_its_deadline(pair: PairFactory, alarm: Alarm) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    tracker = a.send(bytes(100_000), copy=False, track=True)
    # On PyPy, waiting collects garbage. What a signal handler raises inside a destructor is lost.
    collect()
    started = time.monotonic()
    with pytest.raises(zmq.NotDone):
        tracker.wait(0.2)
    assert 0.19 < time.monotonic() - started < 2
    with pytest.raises(Interrupted):
        interrupted(alarm.interrupt, tracker, zmq.MessageTracker.wait)
    b.recv()
    tracker.wait(20)


def test_monitors_can_be_interrupted(sockets: SocketFactory, alarm: Alarm) -> None:
    monitor = sockets(zmq.PULL).get_monitor_socket()
    with monitor, pytest.raises(Interrupted):
        interrupted(alarm.interrupt, monitor, zmq.Socket.recv_multipart)


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_interrupts_never_tear_messages_apart(
    pair: PairFactory, alarm: Alarm, background: Any, transport: str, copy: bool
) -> None:
    """Handlers that raise, a thousand times a second, amidst sends that have to wait every now and then."""
    a, b = pair(zmq.PUSH, zmq.PULL, transport, hwm=5)
    parts = [b"%d" % index for index in range(8)]
    lengths: list[int] = []

    def receive() -> None:
        while (message := b.recv_multipart()) != [b"end"]:
            lengths.append(len(message))
            assert message[1:] == parts

    receiving = background(receive)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    interrupts = number = 0
    armed = False

    def interrupt_once() -> None:
        nonlocal armed
        if armed:
            armed = False
            raise Interrupted

    alarm.action = interrupt_once
    until = time.monotonic() + 1
    while time.monotonic() < until:
        number += 1
        try:
            armed = True
            a.send_multipart([b"%d" % number, *parts], copy=copy)
            armed = False
        except Interrupted:
            interrupts += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    a.send(b"end")
    receiving.result()
    assert interrupts > 5
    assert len(lengths) > 5


def test_the_thread_that_terminates_forgotten_contexts_takes_no_signals(run_python: Runner) -> None:
    program = """
    import gc, os, signal, threading, time, warnings, zmq
    handled = []
    signal.signal(signal.SIGUSR1, lambda *_: handled.append(True))
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    # libzmq's own threads block signals, but only once they run.
    me, bit, deadline = str(threading.get_native_id()), 1 << (signal.SIGUSR1 - 1), time.monotonic() + 20
    def blocks(thread):
        with open(f"/proc/self/task/{thread}/status") as status:
            (mask,) = (line.split()[1] for line in status if line.startswith("SigBlk:"))
        return bool(int(mask, 16) & bit)
    while os.path.exists("/proc/self/task") and not all(map(blocks, set(os.listdir("/proc/self/task")) - {me})):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    # Nobody is there to receive it: the termination, without limit by LINGER, goes on.
    socket.connect(f"ipc://{os.getcwd()}/nobody")
    socket.send(b"x")
    socket.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        del context, socket
        gc.collect()
    # A signal for the process goes to any thread that does not block it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    for _ in range(300):
        os.kill(os.getpid(), signal.SIGUSR1)
        if signal.SIGUSR1 in signal.sigpending():
            signal.sigwait({signal.SIGUSR1})
    assert handled == []
    """
    assert run_python(program).succeeded().errors == ""
