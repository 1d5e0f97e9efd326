"""How libzmq tells a thread that there is something for it: what our patch to its signaler must not change, and gains.

The suite runs with and without the patch; only the last test needs it.
"""

from __future__ import annotations

import os
import platform
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_process import Runner

SENDERS = 4
MESSAGES = 25_000
#: Seconds without a message after which one counts as lost. Only failing tests wait that long.
LIMIT = 20.0


def readable(socket: zmq.Socket[bytes]) -> bool:
    return bool(int(socket.get(zmq.EVENTS)) & zmq.POLLIN)


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "a message was sent, and is not told of"


def by_events(socket: zmq.Socket[bytes]) -> bytes:
    until(lambda: readable(socket))
    return socket.recv(zmq.NOBLOCK)


def by_poll(socket: zmq.Socket[bytes]) -> bytes:
    until(lambda: socket.poll(0))
    return socket.recv(zmq.NOBLOCK)


def by_trying(socket: zmq.Socket[bytes]) -> bytes:
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        try:
            return socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            pass
    raise AssertionError("a message was sent, and is not received")


def by_descriptor(socket: zmq.Socket[bytes]) -> bytes:
    while not readable(socket):
        assert select.select([socket.fd], [], [], LIMIT)[0], "a message was sent, and the descriptor does not tell"
    return socket.recv(zmq.NOBLOCK)


def by_blocking(socket: zmq.Socket[bytes]) -> bytes:
    return socket.recv()


@pytest.fixture
def short_turns() -> Iterator[None]:
    """Let threads take turns often: a receiver that spins would hold the GIL for milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("short_turns")
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
@pytest.mark.parametrize("receive", [by_events, by_poll, by_trying, by_descriptor, by_blocking])
def test_many_threads_signal_one_socket(
    receive: Callable[[zmq.Socket[bytes]], bytes],
    transport: str,
    context: zmq.Context[zmq.Socket[bytes]],
    sockets: SocketFactory,
    endpoint: Callable[[str], str],
    background: Callable[..., Any],
) -> None:
    """Each message is told of, however the receiver looks, while senders come and go to sleep."""
    receiver = sockets(zmq.PULL)
    receiver.bind(endpoint(transport))
    address = receiver.last_endpoint

    def send(number: int) -> None:
        with context.socket(zmq.PUSH) as socket:
            socket.connect(address)
            for count in range(MESSAGES):
                socket.send(b"%d %d" % (number, count))

    senders = [background(send, number) for number in range(SENDERS)]
    seen = [0] * SENDERS
    for _ in range(SENDERS * MESSAGES):
        number, count = map(int, receive(receiver).split())
        assert count == seen[number]
        seen[number] += 1
    for sender in senders:
        sender.result()
    assert not readable(receiver)


def test_commands_sent_before_are_seen(pair: PairFactory, background: Callable[..., Any]) -> None:
    """Once another thread says that it has sent, one look without waiting finds the message."""
    near, far = pair(zmq.PAIR, zmq.PAIR)
    turn, done = threading.Semaphore(0), threading.Semaphore(0)

    def send() -> None:
        for number in range(2000):
            assert turn.acquire(timeout=LIMIT)
            far.send(b"%d" % number)
            done.release()

    sender = background(send)
    for number in range(2000):
        assert not readable(near)
        turn.release()
        assert done.acquire(timeout=LIMIT)
        assert near.recv(zmq.NOBLOCK) == b"%d" % number
    sender.result()


@pytest.mark.skipif(sys.platform == "win32", reason="select.poll is not for Windows")
def test_descriptor_is_readable_until_asked(pair: PairFactory) -> None:
    near, far = pair(zmq.PAIR, zmq.PAIR)
    poller = select.poll()
    poller.register(near.fd, select.POLLIN)
    for _ in range(100):
        assert not readable(near)
        assert poller.poll(0) == []
        far.send(b"one")
        far.send(b"two")
        # It is asking for the events that takes the signal, not looking at the descriptor.
        assert poller.poll(0) == poller.poll(0) == [(near.fd, select.POLLIN)]
        assert readable(near)
        assert poller.poll(0) == []
        # The second message has no signal of its own: the events tell of it, the descriptor does not.
        assert near.recv() == b"one"
        assert readable(near)
        assert poller.poll(0) == []
        assert near.recv() == b"two"


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="epoll is Linux's")
def test_edge_triggered_poller_misses_nothing(pair: PairFactory, background: Callable[..., Any]) -> None:
    """Such a poller tells of each signal once: one look at the events must then find what the signal was about."""
    near, far = pair(zmq.PAIR, zmq.PAIR, rcvtimeo=int(LIMIT * 1000))

    def echo() -> None:
        for _ in range(5000):
            far.send(far.recv())

    with select.epoll() as poller:
        poller.register(near.fd, select.EPOLLIN | select.EPOLLET)
        other = background(echo)
        for number in range(5000):
            near.send(b"%d" % number)
            while not readable(near):
                assert poller.poll(LIMIT), "the answer was sent, and the descriptor does not tell"
            assert near.recv(zmq.NOBLOCK) == b"%d" % number
        other.result()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_forks_amidst_signals(run_python: Any) -> None:
    """Signals on their way when a process forks stay the parent's; children and grandchildren have their own."""
    program = """
    import os, threading, zmq

    def talk():
        with zmq.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
            a.bind("inproc://own")
            b.connect("inproc://own")
            for number in range(100):
                assert not b.get(zmq.EVENTS) & zmq.POLLIN
                a.send(b"%d" % number)
                assert b.get(zmq.EVENTS) & zmq.POLLIN
                assert b.recv(zmq.NOBLOCK) == b"%d" % number

    def fork(function):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                function()
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0

    def child():
        talk()
        fork(talk)
        talk()

    count = 20_000
    context = zmq.Context()
    pull = context.socket(zmq.PULL)
    pull.bind("inproc://all")

    def send():
        with context.socket(zmq.PUSH) as push:
            push.connect("inproc://all")
            for number in range(count):
                push.send(b"%d" % number)

    thread = threading.Thread(target=send)
    thread.start()
    pull.rcvtimeo = 20_000
    for number in range(count):
        if number % (count // 10) == 0:
            fork(child)
        assert pull.recv() == b"%d" % number
    thread.join()
    pull.close()
    context.term()
    """
    # Python 3.12 and later warn of forks in processes that have threads.
    run_python(program, "-W", "error", "-W", "ignore::DeprecationWarning").succeeded()


#: Of each machine: what seccomp calls it, and the numbers of poll, ppoll (two on i386) and getpid; aarch64 has no poll.
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, (7, 271, 39)),
    "i386": (0x40000003, (168, 309, 414, 20)),
    "aarch64": (0xC00000B7, (73, 172)),
}


def machine() -> str:
    """The machine that this process sees: a 32-bit one on x86 is on a kernel of x86_64, mostly."""
    name = platform.machine()
    return "i386" if name in ("x86_64", "i686") and sys.maxsize < 2**32 else name


def is_patched() -> bool:
    libzmq = zmq.build_info()["libzmq"]
    return libzmq.get("linked") == "static" and "fast-signaler" in libzmq.get("patches", "")


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp, which forbids system calls, is Linux's")
@pytest.mark.skipif(machine() not in SYSTEM_CALLS, reason="numbers of system calls are not known here")
@pytest.mark.skipif(not is_patched(), reason="this libzmq is built without our patch to the signaler")
def test_nothing_pending_costs_no_system_call(run_python: Any) -> None:
    """A process that may neither poll nor ask who it is asks idle sockets; then it asks who it is, and is killed."""
    pytest.importorskip("ctypes")
    architecture, forbidden = SYSTEM_CALLS[machine()]
    program = f"""
    import ctypes, os, struct, sys, zmq

    FORBIDDEN = {forbidden}
    PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
    KILL, ALLOW = 0x80000000, 0x7FFF0000
    LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06

    # struct seccomp_data begins with the number of the system call and the architecture.
    steps = [(LOAD, 0, 0, 4), (JUMP_IF_EQUAL, 0, len(FORBIDDEN) + 1, {architecture}), (LOAD, 0, 0, 0)]
    steps += [(JUMP_IF_EQUAL, len(FORBIDDEN) - at, 0, number) for at, number in enumerate(FORBIDDEN)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, KILL)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    with zmq.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
        a.bind("inproc://x")
        b.connect("inproc://x")
        # What connecting left behind.
        a.get(zmq.EVENTS), b.get(zmq.EVENTS)
        for call in (
            (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
            (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Program(len(steps), code)), 0, 0),
        ):
            if libc.prctl(*call) != 0:
                sys.exit(f"prctl{{call}}: {{os.strerror(ctypes.get_errno())}}")
        for _ in range(1000):
            assert b.get(zmq.EVENTS) == zmq.POLLOUT
            try:
                b.recv(zmq.NOBLOCK)
            except zmq.Again:
                pass
            else:
                raise AssertionError("there is a message")
        os.write(1, b"asked")
        os.getpid()
        os.write(1, b", and went on")
    """
    ended = run_python(program, "-W", "error")
    assert ended.output == "asked", ended
    assert ended.status == -signal.SIGSYS, ended


LATE_SIGNALS = """
    #define _GNU_SOURCE
    #include <sys/syscall.h>
    #include <unistd.h>

    ssize_t write(int fd, const void *data, size_t size)
    {
        if (size == 8 && syscall(SYS_gettid) != getpid())
            usleep(300);
        return syscall(SYS_write, fd, data, size);
    }
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a function of the C library is replaced as Linux allows it")
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler: what delays signals has to be compiled")
@pytest.mark.skipif(
    "libzmq-4.3.5-unbind" not in zmq.build_info()["libzmq"].get("patches", ""), reason="this libzmq is not patched"
)
def test_unbind_right_after_bind_unbinds(run_python: Runner, tmp_path: Path) -> None:
    """Though libzmq's thread is interrupted between queueing a command for the socket and signalling it."""
    (tmp_path / "late.c").write_text(LATE_SIGNALS)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "late.so", "late.c"], cwd=tmp_path, check=True)
    program = """
    import zmq
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        with socket.get_monitor_socket(zmq.EVENT_CLOSED) as monitor:
            for number in range(200):
                with socket.bind(f"ipc://{number}"):
                    pass
            for number in range(200):
                assert monitor.poll(10_000), f"{number} of 200 listeners were closed"
                monitor.recv_multipart()
    """
    run_python(program, "-W", "error", environment={"LD_PRELOAD": str(tmp_path / "late.so")}).succeeded()
