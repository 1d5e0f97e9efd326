"""No more file descriptors, no more memory: an exception, not an abort, and everything works again afterwards."""

from __future__ import annotations

import sys
import sysconfig
from typing import Any

import pytest

resource = pytest.importorskip("resource", reason="no limits of resources on this platform")

needs_room = pytest.mark.skipif(
    sys.implementation.name == "pypy", reason="PyPy's own collector needs the memory that these limits leave"
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors and memory in /proc")

HEAD = """
    import errno, gc, mmap, os, resource, sys, threading, time, zmq

    # Enums are made when they are first asked for, which takes descriptors.
    zmq.SocketType, zmq.SocketOption, zmq.PollEvent, zmq.Event, zmq.Errno

    def limit_descriptors(more):
        "Let the process open so many more."
        used = len(os.listdir("/proc/self/fd")) - 1
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))
        # Descriptors are numbered from the lowest free one.
        assert highest < used + 4, os.listdir("/proc/self/fd")
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + more, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def fails(call, *numbers):
        try:
            result = call()
        except zmq.ZMQError as error:
            assert error.errno in numbers, error
            return True
        if hasattr(result, "close"):
            result.close(0)
        return False

    def size_of_memory():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
"""


@pytest.mark.parametrize("more", range(10))
@pytest.mark.parametrize("io_threads", [1, 3])
def test_first_socket_of_a_context(run_python: Any, more: int, io_threads: int) -> None:
    """It starts libzmq's threads, which abort where they get no descriptors."""
    program = f"""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit_descriptors({more})
    try:
        context = zmq.Context({io_threads})
        try:
            socket = context.socket(zmq.PUSH)
        except zmq.ZMQError:
            context.term()
            raise
    except zmq.ZMQError as error:
        assert error.errno == errno.EMFILE, error
        assert {more} < 2 + 2 * {io_threads} + 2, "there were enough"
    else:
        socket.close()
        context.term()
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    with zmq.Context({io_threads}) as context, context.socket(zmq.PUSH) as socket:
        socket.bind("tcp://127.0.0.1:*")
    """
    run_python(HEAD + program).succeeded()


@pytest.mark.parametrize("item", ["a", "sys.stdin"])
def test_more_items_to_poll_than_descriptors(run_python: Any, item: str) -> None:
    program = f"""
    a, b = zmq.Context.instance().socket(zmq.PAIR), zmq.Context.instance().socket(zmq.PAIR)
    a.bind("inproc://polled")
    b.connect("inproc://polled")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    assert fails(lambda: zmq.zmq_poll([({item}, zmq.POLLIN)] * 65, 10), errno.EINVAL)
    assert zmq.zmq_poll([(a, zmq.POLLIN)] * 64, 10) == []
    b.send(b"x")
    assert len(zmq.zmq_poll([(a, zmq.POLLIN)] * 64, 10)) == 64
    a.close()
    b.close()
    """
    run_python(HEAD + program).succeeded()


def test_a_context_that_could_not_start_can_do_so_later(run_python: Any) -> None:
    program = """
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    context = zmq.Context()
    limit_descriptors(3)
    assert fails(lambda: context.socket(zmq.PUSH), errno.EMFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://later")
    b.connect("inproc://later")
    a.send(b"x")
    assert b.recv() == b"x"
    a.close()
    b.close()
    context.term()
    """
    run_python(HEAD + program, "-W", "error").succeeded()


@pytest.mark.parametrize("more", range(3))
@pytest.mark.parametrize(
    "call",
    [
        "context.socket(zmq.PUSH)",
        "first.bind('tcp://127.0.0.1:*')",
        "first.bind('ipc://' + os.path.abspath('s'))",
        "first.bind('ipc://*')",
        "first.connect('tcp://127.0.0.1:1')",
        "first.connect(listening)",
        "first.connect('ipc://' + os.path.abspath('nobody'))",
        "first.get_monitor_socket()",
        "zmq.Context().term()",
        "first.poll(0)",
        "first.bind('tcp://*:*')",
        "first.bind('inproc://other')",
        "zmq.curve_keypair()",
    ],
)
def test_calls_without_descriptors(run_python: Any, call: str, more: int) -> None:
    program = f"""
    context = zmq.Context()
    listener = context.socket(zmq.PULL)
    listener.bind("tcp://127.0.0.1:*")
    listening = listener.last_endpoint
    first = context.socket(zmq.PUSH)
    first.linger = 0
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://exhausted")
    b.connect("inproc://exhausted")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit_descriptors({more})
    fails(lambda: {call}, errno.EMFILE)
    # What is open works on.
    a.send(b"x")
    assert b.recv() == b"x"
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    # Not the first, whose message may be meant for another.
    second = context.socket(zmq.PUSH)
    second.connect(listening)
    second.send(b"later")
    assert listener.recv() == b"later"
    context.destroy(0)
    """
    run_python(HEAD + program).succeeded()


def test_peers_that_cannot_be_accepted(run_python: Any) -> None:
    """They are accepted as soon as there are descriptors."""
    program = """
    context = zmq.Context()
    listener = context.socket(zmq.PULL)
    listener.bind("tcp://127.0.0.1:*")
    pushers = [context.socket(zmq.PUSH) for _ in range(4)]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit_descriptors(4)
    for number, socket in enumerate(pushers):
        socket.connect(listener.last_endpoint)
        socket.send(b"%d" % number)
    received = []
    while listener.poll(200):
        received.append(listener.recv())
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    while len(received) < 4:
        assert listener.poll(20_000)
        received.append(listener.recv())
    assert sorted(received) == [b"0", b"1", b"2", b"3"]
    context.destroy(0)
    """
    run_python(HEAD + program).succeeded()


@pytest.mark.parametrize("limit", ["system", "libzmq"])
def test_as_many_sockets_as_there_are_descriptors(run_python: Any, limit: str) -> None:
    """And again, after they are closed."""
    program = f"""
    context = zmq.Context()
    if {limit!r} == "libzmq":
        context.max_sockets = 20
    context.socket(zmq.PUSH).close()
    limit_descriptors(20)
    rounds = 0
    deadline = time.monotonic() + 20
    while rounds < 3:
        assert time.monotonic() < deadline
        sockets = []
        while True:
            try:
                sockets.append(context.socket(zmq.PUSH))
            except zmq.ZMQError as error:
                assert error.errno == errno.EMFILE, error
                break
        # Closed ones are freed by libzmq's thread, soon after.
        rounds += len(sockets) >= 18
        for socket in sockets:
            socket.close()
    context.term()
    """
    run_python(HEAD + program, "-W", "error").succeeded()


MEMORY = (
    HEAD
    + """
    size = 400_000_000
    data = mmap.mmap(-1, size)  # takes no memory until it is written
    context = zmq.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://memory")
    b.connect("inproc://memory")
    a.send(b"warm")
    b.recv()

    def limit_memory(more):
        resource.setrlimit(resource.RLIMIT_AS, (size_of_memory() + more, resource.RLIM_INFINITY))

    def runs_out(call):
        try:
            call()
        except MemoryError:
            return
        raise AssertionError("there was memory")
    """
)


@needs_room
def test_messages_too_large_for_the_memory(run_python: Any) -> None:
    program = """
    limit_memory(100_000_000)
    small = bytearray(100_000)
    for copy in (True, False):
        runs_out(lambda: a.send_multipart([small, memoryview(data), b"x"], copy=True))
    runs_out(lambda: a.send(data))
    runs_out(lambda: zmq.Frame(data, copy=True))
    frame = zmq.Frame()
    runs_out(lambda: frame.__init__(data, copy=True))
    assert len(frame) == 0
    del frame
    small.append(0)  # nobody holds it
    assert b.poll(0) == 0
    a.send(b"works")
    assert b.recv() == b"works"
    # Shared, it takes none.
    a.send(data, copy=False)
    assert len(b.recv(copy=False)) == size
    context.destroy(0)
    data.close()
    """
    run_python(MEMORY + program).succeeded()


@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="free-threaded CPython has address space in reserve, which a limit set later does not take from it",
)
def test_received_messages_too_large_for_the_memory(run_python: Any) -> None:
    """A message that cannot be handed over is lost as a whole: the next receive does not begin in its middle."""
    program = """
    for parts in ([data], [b"1", data, b"2", b"3"], [data, b"1"], [b"1", data]):
        a.send_multipart(parts, copy=False)
        a.send_multipart([b"the", b"next"])
        limit_memory(100_000_000)
        runs_out(b.recv_multipart)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert b.recv_multipart() == [b"the", b"next"]
    a.send(data, copy=False)
    limit_memory(100_000_000)
    runs_out(b.recv)
    a.send(data, copy=False)
    frame = b.recv(copy=False)
    runs_out(lambda: frame.bytes)
    assert len(frame.buffer) == size
    del frame
    context.destroy(0)
    gc.collect()
    data.close()
    """
    run_python(MEMORY + program).succeeded()


@needs_room
@pytest.mark.skipif(sys.maxsize < 2**32, reason="a process of 32 bits has no room for it")
def test_memory_beyond_32_bits(run_python: Any) -> None:
    """Sizes above 2**31 and 2**32 are not cut off."""
    program = """
    for size in (2**31 + 5, 2**32 + 5):
        with mmap.mmap(-1, size) as data:
            data[size - 1] = 7
            a.copy_threshold = 0
            tracker = a.send(data, copy=False, track=True)
            frame = b.recv(copy=False)
            assert len(frame) == size
            assert frame.buffer[size - 1] == 7
            assert frame.buffer.nbytes == size
            a.send(frame, copy=False)
            target = bytearray(10)
            assert b.recv_into(target) == size
            del frame
            tracker.wait(20)
            try:
                # The export ends soon after the tracker is done.
                for _ in range(1000):
                    a.send(b"x")
                    b.recv()
            finally:
                gc.collect()
    context.destroy(0)
    """
    run_python(MEMORY + program).succeeded()
