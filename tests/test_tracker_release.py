"""A tracker is done when the memory is released: not before, and without the help of any other thread."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import needs_locks
from tests.fix_process import Runner
from tests.fix_signals import alarms

pytestmark = needs_locks

BIG = 70_000
ROUNDS = 300


def ask(tracker: zmq.MessageTracker) -> None:
    while not tracker.done:
        time.sleep(0)


ASKING: dict[str, Callable[[zmq.MessageTracker], None]] = {
    "wait": lambda tracker: tracker.wait(),
    "wait with timeout": lambda tracker: tracker.wait(20),
    "done": ask,
}
asked = pytest.mark.parametrize("until_done", ASKING.values(), ids=ASKING)


@asked
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_memory_may_be_resized(
    pair: PairFactory, background: Any, transport: str, until_done: Callable[[zmq.MessageTracker], None]
) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, transport)

    def receive() -> None:
        for _ in range(ROUNDS):
            b.recv(copy=False)

    receiving = background(receive)
    for _ in range(ROUNDS):
        data = bytearray(BIG)
        tracker = a.send(data, copy=False, track=True)
        until_done(tracker)
        data.clear()
    receiving.result()


@asked
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_shared_memory_may_be_closed(
    pair: PairFactory, background: Any, transport: str, until_done: Callable[[zmq.MessageTracker], None]
) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, transport)

    def receive() -> None:
        for _ in range(ROUNDS // 3):
            b.recv(copy=False)

    receiving = background(receive)
    for _ in range(ROUNDS // 3):
        memory = SharedMemory(create=True, size=BIG)
        try:
            assert memory.buf is not None
            tracker = a.send(memory.buf, copy=False, track=True)
            until_done(tracker)
            memory.close()
        finally:
            memory.unlink()
    receiving.result()


@asked
def test_parts_and_views_and_frames(
    pair: PairFactory, background: Any, until_done: Callable[[zmq.MessageTracker], None]
) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL)

    def receive() -> None:
        for _ in range(2 * ROUNDS):
            b.recv_multipart(copy=False)

    receiving = background(receive)
    for _ in range(ROUNDS):
        parts = [bytearray(BIG) for _ in range(3)]
        tracker = a.send_multipart([memoryview(part)[1:] for part in parts], copy=False, track=True)
        data = bytearray(BIG)
        frame = zmq.Frame(data, copy=False, track=True)
        other = frame.tracker
        a.send(frame, copy=False)
        assert tracker is not None
        assert other is not None
        del frame
        until_done(zmq.MessageTracker(tracker, other))
        for memory in (*parts, data):
            memory.clear()
    receiving.result()


def test_many_threads_wait(pair: PairFactory, background: Any) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, hwm=0)
    blocks = [bytearray(BIG) for _ in range(200)]
    trackers = [a.send(block, copy=False, track=True) for block in blocks]

    def wait(first: int) -> None:
        for index in range(first, len(blocks), 8):
            trackers[index].wait(20)
            blocks[index].clear()

    waiting = [background(wait, first) for first in range(8)]
    for _ in blocks:
        b.recv(copy=False)
    for each in waiting:
        each.result()
    assert not any(blocks)


class Block(bytearray):
    """Memory that does something when it is collected."""

    action: Callable[[], Any]

    def __del__(self) -> None:
        self.action()


def release_several(
    sockets: SocketFactory, action: Callable[[list[zmq.MessageTracker]], Any]
) -> list[zmq.MessageTracker]:
    """Have libzmq release blocks that act when they are collected, all at once."""
    socket = sockets(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:1")  # nobody listens there
    trackers: list[zmq.MessageTracker] = []
    for _ in range(10):
        block = Block(BIG)
        block.action = lambda: action(trackers)
        trackers.append(socket.send(block, copy=False, track=True))
        del block
    socket.close(0)
    # Keeps other threads of Python's from running, but not those of libzmq.
    sum(range(3_000_000))
    return trackers


def wait_for_all(trackers: list[zmq.MessageTracker]) -> None:
    for tracker in trackers:
        tracker.wait(20)


def test_destructors_may_wait(sockets: SocketFactory, eventually: Callable[[Callable[[], Any]], Any]) -> None:
    """For their own memory, and for what was released at the same time."""
    seen: list[bool] = []

    def action(trackers: list[zmq.MessageTracker]) -> None:
        wait_for_all(trackers)
        seen.append(all(tracker.done for tracker in trackers))

    wait_for_all(release_several(sockets, action))
    # A tracker is done before the destructor runs, which may be in another thread.
    eventually(lambda: seen == [True] * 10)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGALRM on Windows")
@pytest.mark.timeout(60, method="thread")  # the other one uses the signal
def test_signal_handlers_may_wait(sockets: SocketFactory, eventually: Callable[[Callable[[], Any]], Any]) -> None:
    """Signal handlers may wait for a tracker while several are being released."""
    handled = 0
    waited: list[zmq.MessageTracker] = []

    def act(trackers: list[zmq.MessageTracker]) -> None:
        waited[:] = trackers
        os.kill(os.getpid(), signal.SIGALRM)

    def handle(*_: object) -> None:
        nonlocal handled
        wait_for_all(waited)
        handled += 1

    with alarms(handle):
        wait_for_all(release_several(sockets, act))
        eventually(lambda: handled)


def test_at_exit(run_python: Runner) -> None:
    """When pyzmq has already stopped its own thread."""
    program = """
        import atexit, threading

        def end():
            # In another thread, so that nothing but the tracker can notice.
            thread = threading.Thread(target=b.recv, kwargs={"copy": False})
            thread.start()
            tracker.wait()
            data.clear()
            thread.join()
            a.close()
            b.close()
            print("released")

        atexit.register(end)
        import zmq

        context = zmq.Context()
        a, b = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        a.bind("inproc://a")
        b.connect("inproc://a")
        data = bytearray(70_000)
        tracker = a.send(data, copy=False, track=True)
    """
    assert run_python(program).succeeded().output == "released\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_after_fork(run_python: Runner) -> None:
    """What was released before the fork is done in the child too; what was on its way will never be, and says so."""
    program = """
        import os, warnings
        import zmq

        warnings.simplefilter("ignore", DeprecationWarning)  # of forks where there are threads
        context = zmq.Context()
        a, b = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        a.bind("inproc://a")
        b.connect("inproc://a")
        released, pending, own = bytearray(70_000), bytearray(70_000), bytearray(70_000)
        first = a.send(released, copy=False, track=True)
        b.recv(copy=False)
        second = a.send(pending, copy=False, track=True)
        child = os.fork()
        if child == 0:
            first.wait()
            released.clear()
            assert not second.done
            for timeout in (-1, 20):
                try:
                    second.wait(timeout)
                except zmq.NotDone:
                    print("not done", flush=True)
            frame = zmq.Frame(own, copy=False, track=True)
            tracker = frame.tracker
            del frame
            tracker.wait()
            own.clear()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        first.wait()
        b.recv(copy=False)
        second.wait()
        pending.clear()
        context.destroy(0)
    """
    assert run_python(program).succeeded().output == "not done\n" * 2
