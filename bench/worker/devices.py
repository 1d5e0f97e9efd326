"""What a device takes to pass messages on, while there are always some: the CPU time of its thread."""

from __future__ import annotations

import threading
import time
from itertools import repeat

import zmq
from worker.room import Chunk, Room, Timing, case
from zmq.devices import monitored_queue

#: What the last message begins with.
LAST = b"last"


def run(context: zmq.Context[zmq.Socket[bytes]], count: int, size: int, monitored: bool) -> Timing:
    """Have messages wait for a device, start it, and see what its thread has spent when all have passed."""
    front, back, shown, source = (context.socket(kind) for kind in (zmq.PULL, zmq.PUB, zmq.PUB, zmq.PUSH))
    sink, last = (context.socket(zmq.SUB) for _ in range(2))
    for socket in (front, back, shown, source, sink, last):
        socket.linger = 0
        socket.sndhwm = socket.rcvhwm = 0
    front.bind("inproc://front")
    back.bind("inproc://back")
    source.connect("inproc://front")
    # Nobody receives while the device runs, so that it need not wake anybody.
    for subscriber, topic in ((sink, b""), (last, LAST)):
        subscriber.subscribe(topic)
        subscriber.connect("inproc://back")
    for _ in repeat(None, count - 1):
        source.send(bytes(size))
    source.send(LAST + bytes(size))

    spent = 0

    def serve() -> None:
        nonlocal spent
        begin = time.thread_time_ns()
        try:
            if monitored:
                monitored_queue(front, back, shown)
            else:
                zmq.proxy(front, back, shown)
        except zmq.ContextTerminated:
            pass
        finally:
            spent = time.thread_time_ns() - begin
            for socket in (front, back, shown):
                socket.close()

    thread = threading.Thread(target=serve)
    begin = time.perf_counter_ns()
    thread.start()
    last.recv()
    wall = time.perf_counter_ns() - begin
    for socket in (source, sink, last):
        socket.close()
    # The device ends with its context.
    context.term()
    thread.join()
    return Timing(spent, wall)


@case("proxy", 16, False)
@case("proxy_4k", 4096, False)
@case("monitored_queue", 16, True)
@case("monitored_queue_4k", 4096, True)
def device(_room: Room, size: int, monitored: bool) -> Chunk:
    """Pass messages from a PULL to a PUB, and show them to another PUB, which nobody listens to."""

    def chunk(count: int) -> Timing:
        return run(zmq.Context(), count, size, monitored)

    return chunk
