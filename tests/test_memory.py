"""Memory does not grow, however many messages and sockets come and go."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

STATM = Path("/proc/self/statm")
# wine shows it, too, and has none of it.
KNOWN = sys.platform == "linux" and STATM.exists()

pytestmark = [
    pytest.mark.skipif(not KNOWN, reason="/proc/self/statm tells how much memory a process has"),
    pytest.mark.timeout(120),
    # What libzmq's threads have not freed yet, since others kept the processor busy, would look like growth.
    pytest.mark.alone,
]

# In a process of its own: what other tests have left behind may be given back, or used again, at any time.
# The growth is that from a first part, which fills caches and pools, to the end; in MB.
PROGRAM = """
    import gc, resource, sys
    import zmq

    def memory():
        for _ in range(5):
            gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    def growth(times, repeat):
        repeat(times // 5)
        before = memory()
        repeat(times)
        return memory() - before

    context = zmq.Context()
    a, b = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    a.bind("inproc://memory")
    b.connect("inproc://memory")

    def copies(times):
        data = b"x" * 16
        for index in range(times):
            a.send(data)
            b.recv()
            if index % 10 == 0:
                a.send_multipart([data, data, data])
                b.recv_multipart()

    def references(times):
        data = b"x" * zmq.COPY_THRESHOLD
        held = bytearray(zmq.COPY_THRESHOLD)
        for _ in range(times // 4):
            a.send(data, copy=False)
            b.recv(copy=False)
            a.send(held, copy=False, track=True)
            b.recv(copy=False)
            a.send_multipart([held, data], copy=False)
            b.recv_multipart(copy=False)
            a.send(zmq.Frame(held, copy=False), copy=False)
            b.recv()

    def failures(times):
        for _ in range(times):
            try:
                b.recv(zmq.DONTWAIT)
            except zmq.Again:
                pass

    def made_and_closed(times):
        for _ in range(times // 100):
            # Closing ends in the background, terminating waits for that.
            with zmq.Context() as other:
                for kind in (zmq.PUSH, zmq.ROUTER) * 50:
                    other.socket(kind).close()

    print(growth({times}, {repeat}))
    a.close()
    b.close()
    context.term()
"""

#: Megabytes. A leak of one small object for each of 10,000 sockets, or of a byte for each message, is more.
MOST = 8


@pytest.mark.parametrize(
    ("repeat", "times"),
    [("copies", 1_000_000), ("references", 100_000), ("failures", 200_000), ("made_and_closed", 10_000)],
)
def test_memory_does_not_grow(run_python: Any, repeat: str, times: int) -> None:
    ended = run_python(PROGRAM.format(repeat=repeat, times=times)).succeeded()
    grown = float(ended.output)
    assert grown < MOST, f"{times} {repeat}: {grown:.1f} MB more"
