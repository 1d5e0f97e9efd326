"""The end of the interpreter: prompt and silent, whatever threads, sockets and messages are doing; and of objects."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from typing import Any

import pytest

import zmq
from tests.fix_gc import ResourceWarnings
from tests.patience import PATIENCE

#: Seconds that a program may take, on a machine that does much else. One that hangs takes for ever.
LIMIT = 15 * PATIENCE

HEAD = """
    import atexit, errno, gc, os, sys, threading, time, zmq

    context = zmq.Context()
    ready = threading.Semaphore(0)

    def connected(first, second, transport="inproc"):
        a, b = context.socket(first), context.socket(second)
        a.bind("inproc://a" if transport == "inproc" else "tcp://127.0.0.1:*")
        b.connect(a.last_endpoint)
        return a, b

    def start(function, daemon=True):
        def run():
            ready.release()
            try:
                function()
            except zmq.ContextTerminated:
                pass
        thread = threading.Thread(target=run, daemon=daemon)
        thread.start()
        ready.acquire()
        return thread
"""

BLOCKED = {
    "recv": "a, b = connected(zmq.PAIR, zmq.PAIR); start(a.recv); start(lambda: b.recv(copy=False))",
    "recv_multipart": "a, b = connected(zmq.PAIR, zmq.PAIR); start(a.recv_multipart)",
    "recv_into": "a, b = connected(zmq.PAIR, zmq.PAIR); start(lambda: a.recv_into(bytearray(9)))",
    "send": "a = context.socket(zmq.PUSH); start(lambda: a.send(b'x')); ",
    "send without copying": "a = context.socket(zmq.PUSH); start(lambda: a.send(bytearray(100_000), copy=False)); ",
    "poll": "a, b = connected(zmq.PAIR, zmq.PAIR); start(a.poll)",
    "Poller": """a, b = connected(zmq.PAIR, zmq.PAIR)
    poller = zmq.Poller()
    poller.register(a, zmq.POLLIN)
    start(poller.poll)""",
    "term": "a, b = connected(zmq.PAIR, zmq.PAIR); start(context.term)",
    "proxy": "a, b = connected(zmq.PULL, zmq.PUSH); start(lambda: zmq.proxy(a, b))",
    "tracker": """a, b = connected(zmq.PAIR, zmq.PAIR)
    tracker = a.send(bytearray(100_000), copy=False, track=True)
    start(tracker.wait)""",
    "monitor": """a, b = connected(zmq.PAIR, zmq.PAIR)
    monitor = a.get_monitor_socket()
    start(monitor.recv_multipart)""",
    "busy threads": """a, b = connected(zmq.PUSH, zmq.PULL, "tcp")
    def send():
        while True:
            a.send_multipart([b"x", bytearray(100_000)], copy=False, track=True)
    def receive():
        while True:
            b.recv_multipart(copy=False)
    start(send)
    start(receive)
    time.sleep(0.05)""",
    "threads that make and close sockets": """def churn():
        while True:
            try:
                with context.socket(zmq.PUSH) as socket:
                    socket.linger = 0
                    socket.connect("inproc://churn")
            except zmq.ZMQError as error:
                if error.errno != errno.EMFILE:  # libzmq's thread lags behind in freeing closed ones
                    raise
    start(churn)
    start(churn)
    time.sleep(0.05)""",
    "threads that make and drop contexts": """import warnings
    warnings.simplefilter("ignore")
    def churn():
        while True:
            zmq.Context().socket(zmq.PUSH)
    start(churn)
    time.sleep(0.05)""",
    "messages that nobody takes": """a = context.socket(zmq.PUSH)
    a.connect("tcp://127.0.0.1:1")
    for _ in range(100):
        a.send(bytearray(100_000), copy=False)
        a.send(b"x" * 200_000)""",
    "a full queue": """a, b = connected(zmq.PUSH, zmq.PULL)
    while a.poll(0, zmq.POLLOUT):
        a.send(bytearray(70_000), copy=False)""",
    "frames": """a, b = connected(zmq.PAIR, zmq.PAIR)
    a.send(bytearray(100_000), copy=False)
    frame = b.recv(copy=False)
    view = frame.buffer
    zmq.kept = [frame, view]""",
}

ENDS = {
    "end": "",
    "sys.exit": "sys.exit(0)",
    "sys.exit in a thread": "start(lambda: sys.exit(0), daemon=False).join()",
    "os._exit": "os._exit(0)",
    "a cycle": "zmq.cycle = cycle = [*globals().values()]; cycle.append(cycle); del cycle",
}


def expected(errors: str) -> bool:
    """Whether there is nothing but warnings of what was not closed."""
    lines = [line for line in errors.splitlines() if line.strip()]
    return all("ResourceWarning: Unclosed" in line or line.startswith("  ") for line in lines)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("blocked", BLOCKED.values(), ids=BLOCKED)
def test_exit(run_python: Any, blocked: str, end: str) -> None:
    started = time.monotonic()
    ended = run_python(f"{HEAD}\n    {blocked}\n    {end}\n", "-W", "default::ResourceWarning").succeeded()
    assert expected(ended.errors), ended.errors
    assert time.monotonic() - started < LIMIT


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("where", ["child", "parent", "both"])
@pytest.mark.parametrize(
    "blocked", [BLOCKED[name] for name in ("recv", "busy threads", "a full queue", "frames")], ids=str.split
)
def test_exit_after_fork(run_python: Any, blocked: str, where: str) -> None:
    """A child leaves by all of the interpreter's ways out too."""
    program = f"""{HEAD}
    {blocked}
    pid = os.fork()
    if pid == 0:
        if {where!r} != "parent":
            own = zmq.Context()
            own.socket(zmq.PUSH).connect("tcp://127.0.0.1:1")
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    """
    started = time.monotonic()
    ended = run_python(program, "-W", "ignore").succeeded()
    assert ended.errors == ""
    assert time.monotonic() - started < LIMIT


def test_handlers_at_exit_may_use_sockets(run_python: Any) -> None:
    """Those registered before zmq is imported run last, when its own have run already."""
    program = """
    import atexit, sys

    def last():
        tracker = a.send(bytearray(100_000), copy=False, track=True)
        assert b.recv() == bytes(100_000)
        tracker.wait(10)
        a.send_multipart([b"x", bytes(200_000)])
        assert len(b.recv_multipart(copy=False)) == 2
        assert a.poll(0) == 0
        with zmq.Context() as own, own.socket(zmq.PUSH) as socket:
            socket.linger = 0
            socket.connect("tcp://127.0.0.1:1")
            socket.send(bytearray(100_000), copy=False)
        a.close()
        b.close()
        context.term()
        print("last handler", flush=True)

    atexit.register(last)
    import zmq

    context = zmq.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://a")
    b.connect("inproc://a")
    a.send(bytearray(100_000), copy=False)
    b.recv()
    """
    ended = run_python(program, "-W", "error").succeeded()
    assert ended.output == "last handler\n"
    assert ended.errors == ""


def test_exit_many_times(run_python: Any) -> None:
    """For what happens rarely: threads of libzmq that end while the process does."""
    program = """
    import zmq
    for _ in range(3):
        context = zmq.Context()
        socket = context.socket(zmq.PUSH)
        socket.connect("tcp://127.0.0.1:1")
        socket.send(bytearray(100_000), copy=False)
        socket.linger = 0
        del socket, context
    """
    for _ in range(25):
        assert run_python(program, "-W", "ignore").succeeded().errors == ""


class Node:
    """Part of a cycle."""

    def __init__(self, *things: object) -> None:
        self.things = things
        self.me = self


@pytest.mark.parametrize("collector", ["this thread", "another thread"])
@pytest.mark.parametrize("linger", [-1, 0])
def test_collecting_cycles_never_blocks(
    resource_warnings: ResourceWarnings, background: Any, collector: str, linger: int
) -> None:
    """Contexts, sockets with messages that nobody takes, monitors, shadows, frames, pollers, all in one cycle."""
    with resource_warnings():
        for _ in range(10):
            context = zmq.Context()
            socket = context.socket(zmq.PUSH)
            socket.linger = linger
            socket.connect("tcp://127.0.0.1:1")
            tracker = socket.send(bytearray(100_000), copy=False, track=True)
            poller = zmq.Poller()
            poller.register(socket)
            frame = zmq.Frame(bytearray(100_000), copy=False, track=True)
            monitor = socket.get_monitor_socket()
            Node(context, socket, tracker, poller, frame, frame.buffer, monitor, zmq.Context.shadow(context))
            del context, socket, tracker, poller, frame, monitor
        started = time.monotonic()
        if collector == "this thread":
            gc.collect()
        else:
            background(gc.collect).result()
        assert time.monotonic() - started < 5


def test_garbage_is_collected_amidst_calls_of_other_threads(run_python: Any) -> None:
    program = f"""{HEAD}
    import warnings
    warnings.simplefilter("ignore")
    a, b = connected(zmq.PUSH, zmq.PULL)
    if hasattr(gc, "set_threshold"):
        gc.set_threshold(10)

    def litter():
        for _ in range(300):
            own = zmq.Context()
            cycle = [own, own.socket(zmq.PUSH), zmq.Frame(bytearray(70_000), copy=False)]
            cycle.append(cycle)

    threads = [start(litter, daemon=False) for _ in range(2)]
    for number in range(3000):
        a.send_multipart([b"%d" % number, bytearray(70_000)], copy=False)
        assert b.recv_multipart(copy=False)[0].bytes == b"%d" % number
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    context.destroy(0)
    """
    assert run_python(program).succeeded().errors == ""


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_forgotten_contexts_end_their_threads(resource_warnings: ResourceWarnings, eventually: Any) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208

    threading.Event().wait(0)
    before = count()
    with resource_warnings():
        for _ in range(20):
            context = zmq.Context()
            context.socket(zmq.PUSH).linger = 0
            del context
        gc.collect()
    eventually(lambda: count() <= before)
