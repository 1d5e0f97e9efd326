"""Random sequences of sends, receives, frames and closings, beside a model of what must come of them."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import zmq
from tests.fix_context import TIMEOUT

#: Around the sizes where libzmq's and pyzmq's ways part: inline messages, the copy threshold, bytes by reference.
SIZES = [0, 1, 29, 30, 33, 34, 255, 256, 257, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 262_144]

contents = st.tuples(st.sampled_from(SIZES), st.integers(0, 255)).map(lambda pair: bytes([pair[1]]) * pair[0])
kinds = st.sampled_from([bytes, bytearray, memoryview, lambda data: memoryview(bytearray(data)), zmq.Frame])
parts = st.lists(st.tuples(kinds, contents), min_size=1, max_size=20)

_numbers = count(1)


class Pipe(RuleBasedStateMachine):
    """Two sockets; what is sent on one end is in `sent` until it is received on the other."""

    types: tuple[int, int]
    transport = "inproc"

    @initialize()
    def connect(self) -> None:
        self.context = zmq.Context()
        self.sockets = [self.open(kind) for kind in self.types]
        a, b = self.sockets
        a.bind(f"inproc://model-{next(_numbers)}" if self.transport == "inproc" else "tcp://127.0.0.1:*")
        b.connect(a.last_endpoint)
        self.sent: tuple[deque[list[bytes]], deque[list[bytes]]] = (deque(), deque())
        #: What was lent, with its content and its tracker.
        self.lent: list[tuple[Any, bytes, Any]] = []
        #: Frames that are held, with the views of them.
        self.held: list[tuple[zmq.Frame, bytes, Any]] = []
        self.prefix: list[bytes] = []

    def open(self, kind: int) -> zmq.Socket[bytes]:
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.hwm = 0
        socket.rcvtimeo = socket.sndtimeo = TIMEOUT
        return socket

    def ways(self) -> list[tuple[int, int]]:
        """Pairs of sender and receiver."""
        return [(0, 1)] if zmq.PUSH in self.types else [(0, 1), (1, 0)]

    def can_send(self, end: int) -> bool:
        """A ROUTER has to know its peer first, from a message."""
        return self.types[end] != zmq.ROUTER or bool(self.prefix)

    def address(self, end: int) -> list[bytes]:
        return self.prefix if self.types[end] == zmq.ROUTER else []

    @rule(
        way=st.sampled_from([0, -1]),
        message=parts,
        copy=st.booleans(),
        track=st.booleans(),
        singly=st.booleans(),
        threshold=st.sampled_from([0, 100, 65_536]),
    )
    def send(self, way: int, message: list[Any], copy: bool, track: bool, singly: bool, threshold: int) -> None:
        sender, receiver = self.ways()[way]
        if not self.can_send(sender):
            return
        socket = self.sockets[sender]
        socket.copy_threshold = threshold
        data = [content for _, content in message]
        made = [
            zmq.Frame(content, track=True, copy_threshold=threshold) if kind is zmq.Frame else kind(content)
            for kind, content in message
        ]
        self.transmit(sender, receiver, made, data, copy, track, singly)

    def transmit(
        self, sender: int, receiver: int, made: list[Any], data: list[bytes], copy: bool, track: bool, singly: bool
    ) -> None:
        socket = self.sockets[sender]
        envelope = self.address(sender)
        trackers = []
        if singly:
            message = [*envelope, *made]
            for part in message[:-1]:
                trackers.append(socket.send(part, zmq.SNDMORE, copy=copy, track=track))
            trackers.append(socket.send(message[-1], copy=copy, track=track))
        else:
            trackers.append(socket.send_multipart([*envelope, *made], copy=copy, track=track))
        if track and not copy:
            assert all(isinstance(tracker, zmq.MessageTracker) for tracker in trackers)
            tracker = zmq.MessageTracker(*trackers)
        else:
            assert trackers == [None] * len(trackers)
            tracker = None
        for part, content in zip(made, data):
            self.lent.append((part, content, tracker))
        self.sent[receiver].append(data)

    @rule(way=st.sampled_from([0, -1]), copy=st.booleans(), singly=st.booleans(), keep=st.booleans())
    def receive(self, way: int, copy: bool, singly: bool, keep: bool) -> None:
        _, receiver = self.ways()[way]
        if not self.sent[receiver]:
            return
        socket = self.sockets[receiver]
        received: list[Any]
        if singly:
            received = [socket.recv(copy=copy)]
            while socket.rcvmore:
                received.append(socket.recv(copy=copy))
        else:
            received = socket.recv_multipart(copy=copy)
        if self.types[receiver] == zmq.ROUTER:
            self.prefix = [bytes(received.pop(0))]
        expected = self.sent[receiver].popleft()
        assert [bytes(part) for part in received] == expected
        if copy:
            assert all(type(part) is bytes for part in received)
            return
        assert [getattr(part, "more", None) for part in received] == [True] * (len(received) - 1) + [False]
        if keep:
            self.held += [(frame, content, frame.buffer) for frame, content in zip(received, expected)]

    @rule(way=st.sampled_from([0, -1]), room=st.sampled_from(SIZES))
    def receive_into(self, way: int, room: int) -> None:
        _, receiver = self.ways()[way]
        if not self.sent[receiver]:
            return
        socket = self.sockets[receiver]
        if self.types[receiver] == zmq.ROUTER:
            self.prefix = [socket.recv()]
        for content in self.sent[receiver].popleft():
            target = bytearray(b"\xff" * room)
            assert socket.recv_into(target) == len(content)
            assert target == (content + b"\xff" * room)[:room] if room else target == b""
        assert not socket.rcvmore

    @rule(way=st.sampled_from([0, -1]), which=st.lists(st.integers(0, 50), min_size=1, max_size=4), copy=st.booleans())
    def send_received_frames_again(self, way: int, which: list[int], copy: bool) -> None:
        sender, receiver = self.ways()[way]
        if self.can_send(sender) and self.held:
            again = [self.held[number % len(self.held)][0] for number in which]
            self.transmit(sender, receiver, again, [frame.bytes for frame in again], copy, False, False)

    @rule(number=st.integers(0, 50))
    def let_go(self, number: int) -> None:
        if self.held:
            del self.held[number % len(self.held)]

    @rule(way=st.sampled_from([0, -1]))
    def refuse_a_bad_part(self, way: int) -> None:
        sender, _ = self.ways()[way]
        if self.can_send(sender):
            bad: Any = "text"
            try:
                self.sockets[sender].send_multipart([*self.address(sender), b"lost", bad])
            except TypeError:
                return
            raise AssertionError("a str was sent")

    @rule(way=st.sampled_from([0, -1]))
    def find_nothing(self, way: int) -> None:
        _, receiver = self.ways()[way]
        if not self.sent[receiver]:
            for receive in (self.sockets[receiver].recv, self.sockets[receiver].recv_multipart):
                try:
                    receive(zmq.DONTWAIT)
                except zmq.Again:
                    continue
                raise AssertionError("nothing was sent")

    @precondition(lambda self: self.types == (zmq.PAIR, zmq.PAIR))
    @rule()
    def replace_both(self) -> None:
        """What is on its way is lost; the frames stay."""
        for socket in self.sockets:
            socket.close()
        self.sockets = [self.open(kind) for kind in self.types]
        self.sockets[0].bind(f"inproc://model-{next(_numbers)}" if self.transport == "inproc" else "tcp://127.0.0.1:*")
        self.sockets[1].connect(self.sockets[0].last_endpoint)
        for queue in self.sent:
            queue.clear()

    @invariant()
    def nothing_changes(self) -> None:
        for frame, content, view in getattr(self, "held", ()):
            assert frame.bytes == content
            assert view == content
        for part, content, _ in getattr(self, "lent", ()):
            assert bytes(part) == content

    def teardown(self) -> None:
        if not hasattr(self, "context"):
            return
        for socket in self.sockets:
            socket.close()
        self.context.term()
        self.nothing_changes()
        self.held.clear()
        made = self.lent
        self.lent = []
        trackers = [tracker for _, _, tracker in made if tracker is not None]
        del made
        zmq.MessageTracker(*trackers).wait(20)


configuration = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


class PushPull(Pipe):
    types = (zmq.PUSH, zmq.PULL)


class Pairs(Pipe):
    types = (zmq.PAIR, zmq.PAIR)


class DealerRouter(Pipe):
    types = (zmq.DEALER, zmq.ROUTER)


class PushPullOverTcp(PushPull):
    transport = "tcp"


class DealerRouterOverTcp(DealerRouter):
    transport = "tcp"


TestPushPull = PushPull.TestCase
TestPairs = Pairs.TestCase
TestDealerRouter = DealerRouter.TestCase
TestPushPullOverTcp = PushPullOverTcp.TestCase
TestDealerRouterOverTcp = DealerRouterOverTcp.TestCase

for _case in (TestPushPull, TestPairs, TestDealerRouter, TestPushPullOverTcp, TestDealerRouterOverTcp):
    _case.settings = configuration
del _case
