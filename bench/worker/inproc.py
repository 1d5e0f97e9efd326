"""What one thread does, over inproc or with a socket alone."""

from __future__ import annotations

from itertools import repeat

import zmq
from worker.room import Chunk, Room, Stopwatch, Timing, case

SOCKETS_BETWEEN_WAITS = 200


@case("loop")
def loop(_room: Room) -> Chunk:
    """Do nothing: what each figure below has in it."""

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            pass

    return chunk


@case("send_recv_16", 16)
@case("send_recv_4k", 4096)
@case("send_recv_1m", 1 << 20)
def send_recv(room: Room, size: int) -> Chunk:
    """Send bytes, receive bytes."""
    sender, receiver, message = room.pair(size)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send(message)
            receiver.recv()

    return chunk


@case("multipart_3", 3)
@case("multipart_10", 10)
def multipart(room: Room, parts: int) -> Chunk:
    """Send and receive messages of several parts of 16 bytes."""
    sender, receiver, message = room.pair(16)
    messages = [message] * parts

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send_multipart(messages)
            receiver.recv_multipart()

    return chunk


@case("recv_frame")
def recv_frame(room: Room) -> Chunk:
    """Send 16 bytes, receive a Frame."""
    sender, receiver, message = room.pair(16)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send(message)
            receiver.recv(copy=False)

    return chunk


@case("send_zero_copy")
def send_zero_copy(room: Room) -> Chunk:
    """Send 64 kB without a copy, receive a Frame."""
    sender, receiver, message = room.pair(65536)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send(message, copy=False)
            receiver.recv(copy=False)

    return chunk


@case("send_tracked")
def send_tracked(room: Room) -> Chunk:
    """Like send_zero_copy, with a tracker that nobody waits for."""
    sender, receiver, message = room.pair(65536)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send(message, copy=False, track=True)
            receiver.recv(copy=False)

    return chunk


@case("tracked_until_done")
def tracked_until_done(room: Room) -> Chunk:
    """Like send_tracked, and wait for the tracker."""
    sender, receiver, message = room.pair(65536)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            tracker = sender.send(message, copy=False, track=True)
            receiver.recv(copy=False)
            tracker.wait()

    return chunk


@case("again")
def again(room: Room) -> Chunk:
    """Receive where there is nothing, and catch the exception."""
    _, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            try:  # noqa: SIM105  (suppress() has a cost of its own)
                receiver.recv(zmq.NOBLOCK)
            except zmq.Again:
                pass

    return chunk


@case("get_events")
def get_events(room: Room) -> Chunk:
    """Ask for EVENTS where there are none."""
    _, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            receiver.get(zmq.EVENTS)

    return chunk


@case("rcvmore_attribute")
def rcvmore_attribute(room: Room) -> Chunk:
    """Read an option as an attribute."""
    _, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            receiver.rcvmore  # noqa: B018  (reading it is the point)

    return chunk


@case("rcvmore_getsockopt")
def rcvmore_getsockopt(room: Room) -> Chunk:
    """Read an option by its name."""
    _, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            receiver.getsockopt(zmq.RCVMORE)

    return chunk


@case("linger_attribute")
def linger_attribute(room: Room) -> Chunk:
    """Write an option as an attribute."""
    _, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            receiver.linger = 0

    return chunk


@case("socket_poll")
def socket_poll(room: Room) -> Chunk:
    """Poll a socket that has nothing, without waiting."""
    receiver = room.context.socket(zmq.PULL)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            receiver.poll(0)

    return chunk


@case("poller_1", 1)
@case("poller_10", 10)
@case("poller_100", 100)
def poller_poll(room: Room, sockets: int) -> Chunk:
    """Poll sockets that have nothing, without waiting."""
    poller = zmq.Poller()
    for _ in range(sockets):
        poller.register(room.context.socket(zmq.PULL), zmq.POLLIN)

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            poller.poll(0)

    return chunk


@case("create_close")
def create_close(_room: Room) -> Chunk:
    """Make sockets and close them.

    The context's reaper closes sockets in a thread of its own, and descriptors are used up until it has: the end of the
    context waits for it, outside the measure.
    """

    def chunk(count: int) -> Timing:
        watch = Stopwatch()
        while count > 0:
            batch = min(count, SOCKETS_BETWEEN_WAITS)
            count -= batch
            context = zmq.Context()
            # Starts the context's threads, so that no other has to.
            first = context.socket(zmq.PUSH)
            with watch:
                for _ in repeat(None, batch):
                    context.socket(zmq.PUSH).close()
            first.close()
            context.term()
        return watch.timing()

    return chunk
