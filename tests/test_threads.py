"""Many threads at work at once: on contexts, trackers, frames and garbage, each with sockets of its own.

Built for free-threaded CPython, where nothing but our own guards orders them; elsewhere the GIL is made to change hands
often. A test ends well if every thread does, and the interpreter lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, count
from typing import Any

import pytest

import zmq
from tests.fix_context import terminate
from tests.fix_gc import collect_often
from tests.fix_process import Runner
from tests.fix_wait import LIMIT, Background, wait_until

THREADS = 8

_numbers = count(1)


@pytest.fixture(autouse=True)
def hasty_gil() -> Iterator[None]:
    """Make threads take turns as often as the interpreter lets them."""
    before = sys.getswitchinterval()
    # PyPy takes it for a number of operations, and does nothing but take turns if that is a handful.
    sys.setswitchinterval(1e-4 if sys.implementation.name == "pypy" else 1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Call something in many threads that start together; return what they return, raise what one raises."""
    barrier = threading.Barrier(threads)

    def run(number: int) -> Any:
        barrier.wait(LIMIT)
        return work(number)

    calls = [Background(run, number) for number in range(threads)]
    return [call.result() for call in calls]


def connected(context: zmq.Context[Any]) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
    """Two sockets of the calling thread."""
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    for socket in (a, b):
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = 10_000
    address = f"inproc://threads-{next(_numbers)}"
    a.bind(address)
    b.connect(address)
    return a, b


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this interpreter was not built for threads without a GIL"
)
def test_import_leaves_the_gil_disabled() -> None:
    program = "import sys, zmq, zmq.utils.monitor; assert not sys._is_gil_enabled()"
    # "0" would keep it disabled come what may.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHON_GIL"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], env=environment, timeout=LIMIT)
    assert done.returncode == 0


@pytest.mark.filterwarnings("ignore:Unclosed socket:ResourceWarning")
def test_sockets_come_and_go(context: zmq.Context[Any]) -> None:
    """Each thread opens, uses, closes and forgets sockets of one context; one looks at it and collects garbage."""

    def work(number: int) -> None:
        for turn in range(60):
            if number == 0:
                assert repr(context).startswith("<zmq.Context(")
                context.linger = turn
                assert context.linger == turn
                assert not context.closed
                collect_often()
                continue
            a, b = connected(context)
            a.send(b"%d" % turn)
            assert b.recv() == b"%d" % turn
            a.close()
            if turn % 2:
                b.close()
            else:
                garbage: list[Any] = [b]  # for whichever thread collects it
                garbage.append(garbage)
                del b

    at_once(work)
    gc.collect()
    assert not context._open_sockets()


def test_instance_is_one() -> None:
    class Own(zmq.Context[Any]):
        """With an instance of its own."""

    for _ in range(20):
        (instance,) = set(at_once(lambda _: Own.instance()))
        terminate(instance)


def test_context_options(context: zmq.Context[Any]) -> None:
    def work(number: int) -> None:
        for turn in range(200):
            context.sndhwm = turn
            context.set(zmq.MAX_SOCKETS, 1000 + number)
            assert context.get(zmq.MAX_SOCKETS) in range(1000, 1000 + THREADS)
            del_quietly(context, "sndhwm")
            dir(context)

    def del_quietly(owner: object, name: str) -> None:
        with contextlib.suppress(AttributeError, KeyError):  # another thread was faster
            delattr(owner, name)

    at_once(work)


def test_defaults_change_while_sockets_are_made(context: zmq.Context[Any]) -> None:
    """Each socket begins with those that are set at that moment."""
    names = ("sndhwm", "rcvhwm", "linger", "sndtimeo", "rcvtimeo", "backlog", "ipv6", "immediate")

    def work(number: int) -> None:
        for turn in range(300):
            if number % 2:
                context.socket(zmq.PUSH).close()
                continue
            for name in names[number // 2 :: 4]:
                setattr(context, name, turn % 2)
            for name in names[number // 2 :: 4]:
                delattr(context, name)

    at_once(work)
    assert context.sockopts == {}


def test_memory_is_lent_and_returned(context: zmq.Context[Any]) -> None:
    """All threads lend the same objects, and each waits for the trackers of another."""
    fixed = b"bytes, which a receiver in this process gets as they are" * 10_000

    def lent() -> list[bytes | bytearray]:
        return [fixed, *(bytearray(b"%d" % number * 70_000) for number in range(3))]

    shared = [lent()] * THREADS
    if sysconfig.get_config_var("Py_GIL_DISABLED") and sys.version_info < (3, 14):
        # It counts the exports of a bytearray without a lock, so threads that share one may lose count.
        shared = [lent() for _ in range(THREADS)]
    trackers: list[list[Any]] = [[] for _ in range(THREADS)]

    def lend(number: int) -> None:
        a, b = connected(context)
        for turn in range(40):
            data = shared[number][turn % 4]
            trackers[number].append(a.send(data, copy=False, track=True))
            assert bytes(b.recv(copy=bool(turn % 2))) == data
        a.close()
        b.close()

    def wait(number: int) -> None:
        for tracker in trackers[(number + 1) % THREADS]:
            tracker.wait(LIMIT)
        assert all(tracker.done for tracker in trackers[number])

    at_once(lend)
    at_once(wait)
    gc.collect()
    for data in chain.from_iterable(shared):
        if isinstance(data, bytearray):
            lengthen(data)


def lengthen(data: bytearray) -> None:
    """Fails while the memory is exported; the reaper may be about to let go of it."""
    for _ in range(2000):
        try:
            data.append(0)
        except BufferError:
            threading.Event().wait(0.01)
        else:
            return
    raise AssertionError("the memory was not given back")


def test_first_loans_of_a_process_come_from_many_threads(run_python: Runner) -> None:
    """The one thread that lets go of memory is started by whoever is first; it ends when the interpreter does."""
    program = """
        import threading, zmq
        context = zmq.Context()
        barrier = threading.Barrier(8)
        def work(number):
            a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
            a.bind(f"inproc://{number}")
            b.connect(f"inproc://{number}")
            barrier.wait(20)
            tracker = a.send(bytearray(100_000), copy=False, track=True)
            b.recv()
            tracker.wait(20)
            a.close()
            b.close()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        context.term()
        print("done")
    """
    ended = run_python(program, "-W", "error").succeeded()
    assert (ended.output, ended.errors) == ("done\n", "")


def test_one_frame_in_many_threads() -> None:
    """What reads a frame may do so anywhere."""
    for _ in range(20):
        frame = zmq.Frame(b"content" * 100_000)
        copies = at_once(partial(read, frame))
        assert set(copies) == {(b"content" * 100_000, b"content" * 100_000, 700_000, b"content" * 100_000)}


def read(frame: zmq.Frame, _: int) -> tuple[bytes, bytes, int, bytes]:
    return frame.bytes, bytes(frame), len(frame), copy.copy(frame).bytes


def test_one_frame_is_shared_by_many_threads(run_python: Runner) -> None:
    """Each share counts: the memory is held as long as there is one. In a process that may crash else."""
    program = """
        import copy, gc, sys, threading, time, zmq
        data = bytes(70_000)
        frames = [zmq.Frame(data, copy=False, track=True) for _ in range(3000)]
        trackers = [frame.tracker for frame in frames]
        context = zmq.Context()
        sockets = [context.socket(zmq.PAIR) for _ in range(4)]
        for number in (0, 1):
            a, b = sockets[number::2]
            a.hwm = b.hwm = 0
            a.bind(f"inproc://{number}")
            b.connect(f"inproc://{number}")
        at = [0, 0]
        has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()

        def turn():
            if has_gil:
                time.sleep(0)

        def share(number, result):
            send = sockets[number].send
            for index, frame in enumerate(frames):
                at[number] = index
                while at[1 - number] < index:
                    turn()  # both do it at the same time
                result.append(send(frame, copy=False) if index % 2 else copy.copy(frame))
            at[number] = len(frames)

        results = [[], []]
        threads = [threading.Thread(target=share, args=(number, results[number])) for number in (0, 1)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        frames.clear()
        results[0].clear()
        for _ in trackers[1::2]:
            sockets[2].recv()
        gc.collect()
        print(sum(tracker.done for tracker in trackers), "given up too early")
        results[1].clear()
        for _ in trackers[1::2]:
            sockets[3].recv()
        gc.collect()
        zmq.MessageTracker(*trackers).wait(20)
        context.destroy(0)
    """
    assert run_python(program).succeeded().output == "0 given up too early\n"


def test_termination_amidst_work() -> None:
    """Threads that send, receive, and open sockets learn of it, close theirs, and termination ends."""
    for _ in range(5):
        context = zmq.Context()
        started = threading.Barrier(THREADS)

        def work(number: int, context: zmq.Context[Any] = context, started: threading.Barrier = started) -> int:
            sockets: list[zmq.Socket[bytes]] = []
            try:
                sockets += connected(context)
                started.wait(LIMIT)
                if number == 0:
                    # It waits for the others' sockets.
                    for socket in sockets:
                        socket.close()
                    context.term()
                    return 0
                a, b = sockets[:2]
                for turn in count():
                    a.send(b"x")
                    b.recv()
                    context.get(zmq.MAX_SOCKETS)
                    # Seldom: libzmq takes back the slots of closed sockets in its own time.
                    if turn % 200 == 0:
                        sockets.append(context.socket(zmq.PUSH))
                        sockets.pop().close()
            except zmq.ZMQError as error:
                return error.errno or 0
            finally:
                for socket in sockets:
                    socket.close()
            raise AssertionError("unreachable")

        assert set(at_once(work)[1:]) <= {zmq.ETERM, zmq.EFAULT, zmq.ENOTSOCK}
        assert context.closed


def test_event_loops_in_many_threads() -> None:
    """Each has sockets of its own, of a context that all share."""
    import zmq.asyncio

    context = zmq.asyncio.Context()

    async def talk(number: int) -> None:
        a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        a.linger = b.linger = 0
        address = f"inproc://loop-{number}-{next(_numbers)}"
        a.bind(address)
        b.connect(address)
        poller = zmq.asyncio.Poller()
        poller.register(b, zmq.POLLIN)

        async def send() -> None:
            for turn in range(200):
                await a.send_multipart([b"%d" % turn, b"end"])
                if turn % 7 == 0:
                    await asyncio.sleep(0)

        sending = asyncio.ensure_future(send())
        for turn in range(200):
            if turn % 5 == 0:
                assert await poller.poll(10_000) == [(b, zmq.POLLIN)]
            assert await b.recv_multipart() == [b"%d" % turn, b"end"]
        await sending
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(b.recv(), 0.01)
        a.close()
        b.close()

    for _ in range(3):
        at_once(lambda number: asyncio.run(talk(number)))
    terminate(context)


def test_closed_by_many(context: zmq.Context[Any]) -> None:
    for _ in range(50):
        socket = context.socket(zmq.PUSH)
        at_once(partial(close, socket), threads=4)
        assert socket.closed


def close(socket: zmq.Socket[Any], _: int) -> None:
    socket.close()


@pytest.mark.parametrize("end", ["message", "timeout", "termination"])
def test_closed_while_another_thread_waits(end: str, background: Callable[..., Background]) -> None:
    """Sockets are not thread-safe, but a wait on one that is closed ends as it would have, and nothing crashes."""
    context = zmq.Context()
    a, b = connected(context)
    if end == "timeout":
        b.rcvtimeo = 300
    waiting = background(b.recv)
    # Its thread is in libzmq once it is no longer in Python: nothing tells, so give it the time; either is right.
    threading.Event().wait(0.1)
    b.close()
    assert b.closed
    if end == "message":
        a.send(b"late")
        assert waiting.result() == b"late"
    elif end == "timeout":
        with pytest.raises(zmq.Again):
            waiting.result()
    a.close()
    terminate(context)
    if end == "termination":
        with pytest.raises(zmq.ContextTerminated):
            waiting.result()


@pytest.mark.parametrize("waits", ["owner", "shadow"])
@pytest.mark.parametrize("closed", ["owner", "shadow"])
def test_closed_while_another_thread_waits_with_another_object(
    waits: str, closed: str, background: Callable[..., Background]
) -> None:
    """The libzmq socket is closed when the call is over, whichever object makes it."""
    context = zmq.Context()
    a, b = connected(context)
    objects = {"owner": b, "shadow": zmq.Socket(b)}
    waiting = background(objects[waits].recv)
    wait_until(lambda: objects[waits]._busy)
    objects[closed].close()
    assert all(each.closed for each in objects.values())
    a.send(b"late")
    assert waiting.result() == b"late"
    a.close()
    terminate(context)
