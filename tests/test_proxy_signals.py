"""Proxies under load that never ends: signals, and the end of the context, reach them all the same."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from tests.fix_process import Runner
from tests.fix_signals import alarms
from zmq.backend import _commands

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="os.kill() ends the process on Windows")

# Two sockets of a proxy that are connected to each other: messages go round as fast as the proxy can.
ROUND = """
import faulthandler, os, signal, sys, threading, time
import zmq
from zmq.devices import monitored_queue

faulthandler.dump_traceback_later(30, exit=True)
context = zmq.Context()
context.linger = 0
front, back, shown, control = map(context.socket, (zmq.DEALER, zmq.DEALER, zmq.PUB, zmq.PAIR))
front.bind("inproc://front")
back.connect("inproc://front")
control.bind("inproc://control")
for number in range(300):
    back.send_multipart([b"x"] * (1 + number % 3))


def later(action):
    def act():
        time.sleep(0.05)
        action()
    threading.Thread(target=act).start()
"""

LOOPS = {
    "proxy": "zmq.proxy(front, back)",
    "proxy with capture": "zmq.proxy(front, back, shown)",
    "device": "zmq.device(zmq.QUEUE, front, back)",
    "proxy_steerable": "zmq.proxy_steerable(front, back, None, control)",
    "monitored_queue": "monitored_queue(front, back, shown)",
}
loops = pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)


@needs_signals
@loops
def test_interrupted_ten_times(run_python: Runner, loop: str) -> None:
    program = f"""{ROUND}
signal.signal(signal.SIGINT, signal.default_int_handler)
for _ in range(10):
    try:
        later(lambda: os.kill(os.getpid(), signal.SIGINT))
        {loop}
    except KeyboardInterrupt:
        print("interrupted")
context.destroy()
"""
    assert run_python(program).succeeded().output.split() == ["interrupted"] * 10


@needs_signals
@loops
def test_handlers_run_meanwhile(run_python: Runner, loop: str) -> None:
    program = f"""{ROUND}
count = 0
def handle(*_):
    global count
    count += 1
    if count == 5:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise RuntimeError
signal.signal(signal.SIGALRM, handle)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
try:
    {loop}
except RuntimeError:
    print(count)
context.destroy()
"""
    assert run_python(program).succeeded().output == "5\n"


@needs_signals
@loops
def test_handlers_may_close_a_socket(run_python: Runner, loop: str) -> None:
    program = f"""{ROUND}
signal.signal(signal.SIGALRM, lambda *_: back.close())
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    {loop}
except zmq.ZMQError as error:
    print(error.errno == zmq.ENOTSOCK)
context.destroy()
"""
    assert run_python(program).succeeded().output == "True\n"


@loops
@pytest.mark.parametrize("thread", ["main", "other"])
def test_the_end_of_the_context(run_python: Runner, loop: str, thread: str) -> None:
    run = "run()" if thread == "main" else "threading.Thread(target=run).start()"
    program = f"""{ROUND}
def run():
    try:
        {loop}
    except zmq.ContextTerminated:
        print("terminated")
    for socket in (front, back, shown, control):
        socket.close()
later(context.term)
{run}
"""
    assert run_python(program).succeeded().output == "terminated\n"


def test_only_the_main_thread_heeds_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    # Other tests may have loaded it; there, no thread is certainly another one.
    monkeypatch.delitem(sys.modules, "gevent.monkey", raising=False)
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(_commands.runs_signal_handlers()))
    thread.start()
    thread.join()
    assert found == [False]
    assert _commands.runs_signal_handlers() is (threading.current_thread() is threading.main_thread())


class Stop(Exception):
    pass


@needs_signals
@pytest.mark.timeout(60, method="thread")  # the other one uses the signal
@pytest.mark.parametrize("captured", [False, True])
def test_signals_lose_nothing(sockets: SocketFactory, background: Any, captured: bool) -> None:
    """While the proxy has to wait for its targets time and again."""
    count = 3000
    front, back, shown = sockets(zmq.PULL, hwm=1), sockets(zmq.PUSH, hwm=1), sockets(zmq.PUSH, hwm=1)
    source, sink, copies = sockets(zmq.PUSH, hwm=1), sockets(zmq.PULL, hwm=1), sockets(zmq.PULL, hwm=1)
    for bound, peer, name in ((front, source, "front"), (back, sink, "back"), (shown, copies, "shown")):
        bound.bind(f"inproc://{name}")
        peer.connect(f"inproc://{name}")
    messages = [[b"%d" % number, *[b"part"] * (number % 4)] for number in range(count)]

    def send() -> None:
        for message in messages:
            source.send_multipart(message)

    def receive(socket: zmq.Socket[bytes]) -> list[list[bytes]]:
        return [socket.recv_multipart() for _ in range(count)]

    ended = False

    def handle(*_: object) -> None:
        nonlocal ended
        if ended:
            ended = False
            raise Stop

    with alarms(handle, 0.001):
        sending = background(send)
        receiving = [background(receive, socket) for socket in ((sink, copies) if captured else (sink,))]

        def finish() -> list[list[list[bytes]]]:
            nonlocal ended
            try:
                sending.result()
                return [received.result() for received in receiving]
            finally:
                ended = True

        finishing = background(finish)
        with pytest.raises(Stop):
            zmq.proxy(front, back, shown if captured else None)
    for received in finishing.result():
        assert received == messages
