"""Each way of sending, receiving, failing, opening and closing, again and again: no memory, no descriptors are lost."""

from __future__ import annotations

import sys
from typing import Any

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads the size of the process in /proc"),
    pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's collector takes memory in its own time"),
    pytest.mark.timeout(180),
    # What libzmq's threads have not freed yet, since others kept the processor busy, would look like a leak.
    pytest.mark.alone,
]

#: Bytes that the process may grow by: the allocator's, whose arenas fill up little by little.
LIMIT = 3_000_000

HEAD = """
    import errno, gc, itertools, os, resource, sys, threading, time, warnings, zmq
    from zmq.utils.monitor import recv_monitor_message

    PAGE = resource.getpagesize()
    context = zmq.Context()
    numbers = itertools.count()

    def size():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * PAGE

    def connected(first=zmq.PAIR, second=zmq.PAIR, transport="inproc"):
        a, b = context.socket(first), context.socket(second)
        a.linger = b.linger = 0
        a.rcvtimeo = b.rcvtimeo = a.sndtimeo = b.sndtimeo = 20_000
        a.bind(f"inproc://{next(numbers)}" if transport == "inproc" else f"{transport}://127.0.0.1:*")
        b.connect(a.last_endpoint)
        return a, b

    def open_again(call):
        "libzmq's thread lags behind in freeing closed sockets."
        while True:
            try:
                return call()
            except zmq.ZMQError as error:
                if error.errno != errno.EMFILE:
                    raise
                time.sleep(0.001)

    def settle():
        "Let the sockets that are open learn of those that are closed."

    def measure(run, warm, count, patience=10):
        run(warm)
        descriptors = len(os.listdir("/proc/self/fd"))
        # What piles up while libzmq's threads lag behind, the allocator keeps: that grows once, a leak each time.
        for _ in range(3):
            gc.collect()
            before = size()
            run(count)
            gc.collect()
            deadline = time.monotonic() + patience
            # What libzmq's threads and the reaper still have to free.
            while (size() - before > LIMIT or len(os.listdir("/proc/self/fd")) > descriptors + 2) and (
                time.monotonic() < deadline
            ):
                settle()
                time.sleep(0.01)
            growth = size() - before
            print(f"{growth / 1024:.0f} kB after {count}")
            if growth <= LIMIT:
                break
        assert growth <= LIMIT, f"grew by {growth} bytes in {count} rounds, three times"
        after = len(os.listdir("/proc/self/fd"))
        assert after <= descriptors + 2, f"{descriptors} descriptors before, {after} after"
"""

CASES = {
    "a million copies": (
        20_000,
        1_000_000,
        """
    a, b = connected()
    data = b"x" * 100

    def run(count):
        send, recv = a.send, b.recv
        for _ in range(count):
            send(data)
            recv()
    """,
    ),
    "multipart": (
        2_000,
        50_000,
        """
    a, b = connected()
    parts = [b"routing", b"", b"x" * 1000, bytearray(50), memoryview(b"view")] * 4

    def run(count):
        for _ in range(count):
            a.send_multipart(parts)
            b.recv_multipart()
    """,
    ),
    "frames": (
        5_000,
        100_000,
        """
    a, b = connected()
    kept = zmq.Frame(b"kept" * 100)

    def run(count):
        for _ in range(count):
            a.send(zmq.Frame(b"x" * 100))
            frame = b.recv(copy=False)
            frame.bytes, frame.buffer, frame.get(zmq.MORE), repr(frame)
            a.send_multipart([frame, kept, b"x"], copy=False)
            b.recv_multipart(copy=False)
    """,
    ),
    "100000 sends without copying": (
        2_000,
        100_000,
        """
    a, b = connected()
    data = bytearray(70_000)

    def run(count):
        for _ in range(count):
            a.send(data, copy=False)
            b.recv(copy=False)
        try:
            data.append(0)
        except BufferError:
            pass  # the last one, which the reaper lets go of
    """,
    ),
    "trackers": (
        1_000,
        30_000,
        """
    a, b = connected()
    data, bulk = bytearray(70_000), bytes(140_000)

    def run(count):
        for _ in range(count):
            tracker = a.send_multipart([data, bulk, b"x"], copy=False, track=True)
            b.recv_multipart(copy=False)
            tracker.wait(20)
            frame = zmq.Frame(data, copy=False, track=True)
            both = zmq.MessageTracker(tracker, frame)
            del frame
            both.wait(20)
    """,
    ),
    "without copying, over tcp": (
        500,
        5_000,
        """
    a, b = connected(zmq.PUSH, zmq.PULL, "tcp")
    data, bulk = bytearray(70_000), bytes(140_000)

    def run(count):
        for _ in range(count):
            a.send_multipart([data, bulk], copy=False)
            a.send(bulk)
            b.recv_multipart(copy=False)
            b.recv()
    """,
    ),
    "recv_into": (
        5_000,
        100_000,
        """
    a, b = connected()
    target = bytearray(1000)

    def run(count):
        for _ in range(count):
            a.send(b"x" * 2000)
            b.recv_into(target)
            a.send(b"x")
            b.recv_into(target, nbytes=10)
    """,
    ),
    "errors": (
        1_000,
        10_000,
        """
    a, b = connected()
    alone = context.socket(zmq.PUSH)
    data = bytearray(70_000)
    readonly = b"x" * 10

    def failing():
        yield data
        raise ZeroDivisionError

    def run(count):
        for _ in range(count):
            for call, error in (
                (lambda: b.recv(zmq.DONTWAIT), zmq.Again),
                (lambda: b.recv_multipart(zmq.DONTWAIT, copy=False), zmq.Again),
                (lambda: b.recv_into(readonly, flags=zmq.DONTWAIT), (BufferError, TypeError)),
                (lambda: alone.send(data, zmq.DONTWAIT, copy=False, track=True), zmq.Again),
                (lambda: alone.send_multipart([data, b"x"], zmq.DONTWAIT, copy=False), zmq.Again),
                (lambda: a.send_multipart([data, "text"], copy=False, track=True), TypeError),
                (lambda: a.send_multipart(failing(), copy=False), ZeroDivisionError),
                (lambda: a.send(memoryview(data)[::2], copy=False), BufferError),
                (lambda: a.set(zmq.LINGER, "text"), TypeError),
                (lambda: a.get(123456), zmq.ZMQError),
                (lambda: a.connect("nonsense"), zmq.ZMQError),
                (lambda: zmq.Frame("text"), TypeError),
                (lambda: zmq.zmq_poll([(a, 1), ("x", 1)], 0), TypeError),
            ):
                try:
                    call()
                except error:
                    pass
                else:
                    raise AssertionError(call)
    """,
    ),
    "polls and options": (
        5_000,
        100_000,
        """
    a, b = connected()
    poller = zmq.Poller()
    poller.register(a)
    poller.register(b, zmq.POLLIN)
    poller.register(0, zmq.POLLERR)

    def run(count):
        for _ in range(count):
            poller.poll(0)
            a.poll(0)
            poller.modify(b, zmq.POLLIN)
            a.last_endpoint, a.linger, a.routing_id, a.events
            a.linger = 0
            a.routing_id = b"x"
    """,
    ),
    "10000 sockets": (
        5_000,
        10_000,
        """
    server = context.socket(zmq.PULL)
    server.bind("inproc://server")

    idle = len(os.listdir("/proc/self/fd"))

    def settle():
        server.poll(0)

    def run(count):
        for number in range(count):
            with open_again(lambda: context.socket(zmq.PUSH)) as socket:
                socket.linger = 0
                socket.connect("inproc://server")
                socket.send(bytearray(70_000), copy=False)
                if number % 50 == 0:
                    socket.bind("tcp://127.0.0.1:*")
            server.recv(copy=False)
            # Else the memory would be that of as many as libzmq's thread lags behind, which is chance.
            while number % 20 == 0 and len(os.listdir("/proc/self/fd")) > idle + 5:
                settle()
                time.sleep(0.0005)
    """,
    ),
    "monitors": (
        100,
        1_000,
        """
    def once():
        with context.socket(zmq.PULL) as socket, socket.get_monitor_socket() as monitor:
            socket.bind("tcp://127.0.0.1:*")
            recv_monitor_message(monitor)
            socket.disable_monitor()

    def run(count):
        for _ in range(count):
            open_again(once)
    """,
    ),
    "1000 contexts": (
        100,
        1_000,
        """
    warnings.simplefilter("ignore")

    def run(count):
        for number in range(count):
            own = zmq.Context()
            socket = open_again(lambda: own.socket(zmq.PUSH))
            socket.linger = 0
            socket.connect("tcp://127.0.0.1:1")
            socket.send(bytearray(70_000), copy=False)
            if number % 2:
                socket.close()
                own.term()
            elif number % 4:
                own.destroy(0)
            # else: forgotten
            del socket, own
        while len(os.listdir("/proc/self/task")) > 4:
            time.sleep(0.001)
    """,
    ),
    "threads": (
        30,
        300,
        """
    def work():
        a, b = open_again(connected)
        for _ in range(100):
            a.send(bytearray(70_000), copy=False)
            b.recv()
        a.close()
        b.close()

    def run(count):
        for _ in range(count):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    """,
    ),
}


@pytest.mark.parametrize(("warm", "count", "program"), CASES.values(), ids=CASES)
def test_no_growth(run_python: Any, warm: int, count: int, program: str) -> None:
    # One arena: with many, it is chance which of them a thread fills.
    environment = {"MALLOC_ARENA_MAX": "1"}
    text = f"{HEAD}\n    LIMIT = {LIMIT}\n{program}\n    measure(run, {warm}, {count})\n    context.destroy(0)\n"
    print(run_python(text, environment=environment).succeeded().output)


def test_growth_is_noticed(run_python: Any) -> None:
    program = f"""{HEAD}
    LIMIT = {LIMIT}
    kept = []

    def run(count):
        for _ in range(count):
            kept.append(zmq.Frame(b"x" * 100))

    measure(run, 100, 20_000, patience=0)
    """
    ended = run_python(program)
    assert ended.status == 1
    assert "AssertionError: grew by" in ended.errors
