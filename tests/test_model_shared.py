"""Random uses of one libzmq socket by several objects, beside a model of what must come of them.

The machine runs in a process of its own, with a limit of time: what is wrong may abort or block it.
PYZMQ_MODEL_EXAMPLES is the number of examples; more than the default finds what is rare.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

if __name__ == "__main__":
    # At the end: the folder of the repository has the sources of zmq.
    sys.path.append(str(Path(__file__).resolve().parent.parent))

import zmq
import zmq.asyncio
from tests.patience import PATIENCE

#: Seconds that anything may take that has to happen at once.
SOON = 2.0 * PATIENCE
#: Seconds that the process may take.
LIMIT = 40 * PATIENCE

_numbers = count(1)

KINDS: dict[str, Callable[[Any], Any]] = {
    "plain": zmq.Socket,
    "plain by address": lambda socket: zmq.Socket.shadow(socket.underlying),
    "asyncio": zmq.asyncio.Socket,
    "asyncio by address": lambda socket: zmq.asyncio.Socket.shadow(socket.underlying),
}
objects = st.integers(0, 7)


class SharedSocket(RuleBasedStateMachine):
    """A socket with several objects, in one loop, and a peer that is used directly."""

    transport = "inproc"

    @initialize(owner=st.sampled_from(["plain", "asyncio"]), kinds=st.lists(st.sampled_from(list(KINDS)), max_size=4))
    def connect(self, owner: str, kinds: list[str]) -> None:
        self.loop = asyncio.new_event_loop()
        self.unseen: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, told: self.unseen.append(told))
        self.context = zmq.Context()
        self.peer = self.context.socket(zmq.PAIR)
        context: Any = self.context if owner == "plain" else zmq.asyncio.Context(self.context)
        self.owner: Any = context.socket(zmq.PAIR)
        for socket in (self.peer, self.owner):
            socket.linger = 0
            socket.hwm = 0
        self.peer.rcvtimeo = self.peer.sndtimeo = int(SOON * 1000)
        self.peer.bind(f"inproc://shared-{next(_numbers)}" if self.transport == "inproc" else "tcp://127.0.0.1:*")
        self.owner.connect(self.peer.last_endpoint)
        self.objects: list[Any] = [self.owner]
        #: What the peer has sent and nobody received; what the socket has sent and the peer not received.
        self.inwards: deque[list[bytes]] = deque()
        self.outwards: deque[list[bytes]] = deque()
        #: Tasks that receive, in the order in which they began; and those that poll.
        self.receiving: list[asyncio.Task[Any]] = []
        self.polling: list[asyncio.Task[Any]] = []
        #: Received by tasks, whose order is checked when it is known.
        self.received: list[list[bytes]] = []
        self.sent = 0
        self.alive = True
        for kind in kinds:
            self.shadow(kind, 0)
        #: Objects of sockets that are closed.
        self.left: list[Any] = getattr(self, "left", [])

    @precondition(lambda self: not self.alive)
    @rule(owner=st.sampled_from(["plain", "asyncio"]), kinds=st.lists(st.sampled_from(list(KINDS)), max_size=4))
    def start_again(self, owner: str, kinds: list[str]) -> None:
        """libzmq may give the next socket the address of the last one, and objects of that may be left."""
        self.teardown()
        self.left = [*self.left[-3:], *self.objects]
        self.connect(owner, kinds)

    def pick(self, number: int) -> Any:
        return self.objects[number % len(self.objects)]

    def run(self, function: Callable[[], Any]) -> Any:
        """Call something in the loop, and wait for what it returns."""

        async def call() -> Any:
            result = function()
            if asyncio.isfuture(result) or asyncio.iscoroutine(result):
                return await asyncio.wait_for(result, SOON)
            return result

        return self.loop.run_until_complete(call())

    def turn(self, times: int = 1) -> None:
        async def turns() -> None:
            for _ in range(times):
                await asyncio.sleep(0)

        self.loop.run_until_complete(turns())

    def message(self, parts: int) -> list[bytes]:
        self.sent += 1
        return [b"%d %d" % (self.sent, part) for part in range(parts)]

    # -- objects

    @precondition(lambda self: self.alive)
    @rule(kind=st.sampled_from(list(KINDS)), of=objects)
    def shadow(self, kind: str, of: int) -> None:
        if len(self.objects) < 8:
            self.objects.append(self.run(lambda: KINDS[kind](self.pick(of))))

    @precondition(lambda self: self.alive and len(self.objects) > 1)
    @rule(number=objects)
    def forget(self, number: int) -> None:
        """Collecting a shadow closes nothing."""
        del self.objects[1 + number % (len(self.objects) - 1)]

    # -- sending

    @precondition(lambda self: self.alive)
    @rule(number=objects, parts=st.integers(1, 3), copy=st.booleans(), flags=st.sampled_from([0, zmq.DONTWAIT]))
    def send(self, number: int, parts: int, copy: bool, flags: int) -> None:
        self.send_whole(number, parts, copy, flags)

    def send_whole(self, number: int, parts: int, copy: bool = True, flags: int = 0) -> None:
        message = self.message(parts)
        self.outwards.append(message)
        self.run(lambda: self.pick(number).send_multipart(message, flags, copy))

    @precondition(lambda self: self.alive)
    @rule(number=objects, use=st.sampled_from(["send", "events", "poll", "fail"]), times=st.integers(1, 2))
    def use_before_the_loop_looks(self, number: int, use: str, times: int) -> None:
        """Messages come, and the next use consumes the notification before the loop has seen it."""
        socket = self.pick(number)
        message = self.message(1)
        # Those who receive wait.
        self.turn(3)

        def come_and_use() -> Any:
            for _ in range(times):
                self.peer.send_multipart(self.come())
            if use == "send":
                self.outwards.append(message)
                return socket.send_multipart(message)
            if use == "poll":
                return socket.poll(0, zmq.POLLOUT)
            if use == "fail":
                with pytest.raises(zmq.ZMQError):
                    socket.set(zmq.SUBSCRIBE, b"")
            return socket.events

        self.run(come_and_use)
        self.settle()

    def come(self) -> list[bytes]:
        """The next message of the peer."""
        message = self.message(1)
        self.inwards.append(message)
        return message

    @precondition(lambda self: self.alive)
    @rule(numbers=st.lists(objects, min_size=2, max_size=3))
    def send_in_parts(self, numbers: list[int]) -> None:
        """By one object after the other."""
        message = self.message(len(numbers))

        async def in_parts() -> None:
            for part, (data, number) in enumerate(zip(message, numbers)):
                result = self.pick(number).send(data, zmq.SNDMORE if part < len(message) - 1 else 0)
                if asyncio.isfuture(result):
                    await result

        self.run(in_parts)
        self.outwards.append(message)

    @precondition(lambda self: self.alive)
    @rule()
    def peer_receives(self) -> None:
        if self.outwards:
            assert self.peer.recv_multipart() == self.outwards.popleft()
        else:
            assert not self.peer.poll(0)

    # -- receiving

    @precondition(lambda self: self.alive)
    @rule(parts=st.integers(1, 3), times=st.integers(1, 3), turns=st.integers(0, 3))
    def peer_sends(self, parts: int, times: int, turns: int) -> None:
        for _ in range(times):
            message = self.message(parts)
            self.peer.send_multipart(message)
            self.inwards.append(message)
        self.turn(turns)

    @precondition(lambda self: self.alive)
    @rule(number=objects, copy=st.booleans())
    def start_to_receive(self, number: int, copy: bool) -> None:
        able = [each for each in self.objects if isinstance(each, zmq.asyncio.Socket)]
        if not able:
            return
        socket = able[number % len(able)]

        async def receive() -> None:
            self.received.append([bytes(part) for part in await socket.recv_multipart(copy=copy)])

        self.receiving.append(self.loop.create_task(receive()))

    @precondition(lambda self: self.alive)
    @rule(number=objects, poller=st.booleans())
    def start_to_poll(self, number: int, poller: bool) -> None:
        socket = self.pick(number)

        async def poll() -> Any:
            if poller or not isinstance(socket, zmq.asyncio.Socket):
                made = zmq.asyncio.Poller()
                made.register(socket, zmq.POLLIN)
                return await made.poll()
            return await socket.poll(None)

        if len(self.polling) < 3:
            self.polling.append(self.loop.create_task(poll()))

    @precondition(lambda self: self.alive)
    @rule(number=objects)
    def cancel(self, number: int) -> None:
        if self.receiving:
            self.receiving[number % len(self.receiving)].cancel()

    @precondition(lambda self: self.alive)
    @rule(times=st.integers(1, 4))
    def turn_of_the_loop(self, times: int) -> None:
        self.turn(times)

    @precondition(lambda self: self.alive)
    @rule(number=objects)
    def use_in_vain(self, number: int) -> None:
        """Attempts that fail, and looks at EVENTS, take no wake-up from those who wait."""
        socket = self.pick(number)
        assert socket.events & zmq.POLLOUT
        with pytest.raises(zmq.ZMQError):
            socket.set(zmq.SUBSCRIBE, b"")

    def settle(self) -> None:
        """Let receivers have all that there is for them; then all that was received is known, in order."""
        deadline = time.monotonic() + SOON

        def over() -> bool:
            self.receiving = [task for task in self.receiving if not task.done()]
            return not self.receiving or len(self.received) == len(self.inwards)

        while not over():
            assert time.monotonic() < deadline, f"receivers wait, and {len(self.inwards)} messages are there"
            self.loop.run_until_complete(asyncio.sleep(0.001))
        # No message comes before one that an earlier receiver got.
        self.received.sort(key=lambda message: int(message[0].split()[0]))
        for message in self.received:
            assert message == self.inwards.popleft()
        self.received.clear()

    @precondition(lambda self: self.alive)
    @rule(number=objects, singly=st.booleans(), copy=st.booleans())
    def receive(self, number: int, singly: bool, copy: bool) -> None:
        """Nobody waits: what comes next is the first that is left, by whichever object."""
        self.settle()
        if self.receiving:
            return
        socket = self.pick(number)
        if not self.inwards:
            with pytest.raises(zmq.Again):
                self.run(lambda: socket.recv_multipart(zmq.DONTWAIT))
            return
        assert self.run(lambda: socket.poll(SOON * 1000)) == zmq.POLLIN
        if singly:
            got = [bytes(self.run(lambda: socket.recv(copy=copy)))]
            while socket.rcvmore:
                got.append(bytes(self.run(lambda: socket.recv(copy=copy))))
        else:
            got = [bytes(part) for part in self.run(lambda: socket.recv_multipart(copy=copy))]
        assert got == self.inwards.popleft()

    @precondition(lambda self: self.alive)
    @rule()
    def polls_end(self) -> None:
        """Those that wait while there is a message."""
        self.settle()
        if not self.inwards or self.receiving:
            return
        for task in self.polling:
            assert self.loop.run_until_complete(asyncio.wait_for(task, SOON))
        self.polling.clear()

    # -- the ends

    @precondition(lambda self: self.alive and hasattr(os, "fork"))
    @rule(order=st.permutations(range(8)), collect=st.booleans())
    def fork(self, order: list[int], collect: bool) -> None:
        """The child only touches and closes the objects."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(int(SOON) + 1)
                for number in order:
                    socket = self.pick(number)
                    assert socket.closed
                    socket.close()
                    with pytest.raises(zmq.ZMQError):
                        socket.get(zmq.EVENTS)
                self.context.term()
                if collect:
                    del socket
                    self.objects.clear()
                    del self.owner, self.peer, self.context
                status = 0
            finally:
                os._exit(status)
        deadline = time.monotonic() + 3 * SOON
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                raise AssertionError("the child hangs")
            time.sleep(0.001)
        assert status == 0, f"the child has ended with status {status}"

    @precondition(lambda self: self.alive and self.sent >= 12)
    @rule(number=objects)
    def close(self, number: int) -> None:
        """Any object closes them all, and ends those who wait."""
        self.settle()
        self.run(self.pick(number).close)
        self.end_of_tasks()
        for socket in self.objects:
            assert socket.closed
            with pytest.raises(zmq.ZMQError) as caught:
                self.run(partial(socket.recv, zmq.DONTWAIT))
            assert caught.value.errno == zmq.ENOTSOCK

    @precondition(lambda self: self.alive and self.sent >= 12)
    @rule()
    def term(self) -> None:
        """Those who wait get ContextTerminated."""
        self.settle()
        ending = threading.Thread(target=self.context.term, daemon=True)
        ending.start()
        self.end_of_tasks()
        self.peer.close()
        self.run(self.pick(1).close)
        ending.join(SOON)
        assert not ending.is_alive(), "the context does not terminate"

    def end_of_tasks(self) -> None:
        self.alive = False
        tasks = self.receiving + self.polling
        if tasks:
            _, left = self.loop.run_until_complete(asyncio.wait(tasks, timeout=SOON))
            assert not left, f"{left} still wait"
        for task in tasks:
            assert task.cancelled() or isinstance(task.exception(), (zmq.ZMQError, type(None))), task.exception()
        self.receiving.clear()
        self.polling.clear()

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        if self.alive:
            self.settle()
            for task in self.receiving + self.polling:
                task.cancel()
            self.turn(3)
            while self.inwards:
                assert self.run(lambda: zmq.Socket(self.owner).recv_multipart(zmq.DONTWAIT)) == self.inwards.popleft()
            while self.outwards:
                assert self.peer.recv_multipart() == self.outwards.popleft()
            self.run(self.owner.close)
            self.end_of_tasks()
        self.peer.close()
        ending = threading.Thread(target=self.context.term, daemon=True)
        ending.start()
        ending.join(SOON)
        assert not ending.is_alive(), "the context does not terminate"
        self.turn(3)
        self.loop.close()
        assert not self.unseen, self.unseen


MACHINES: dict[str, type[SharedSocket]] = {"inproc": SharedSocket}


def main(machine: str, number: int, examples: int) -> None:
    """Run examples of a machine."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    configuration = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        database=None,
        # Shrinking takes seconds for each attempt, since most failures are a time that is over.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
        print_blob=False,
    )
    run_state_machine_as_test(seed(number)(MACHINES[machine]), settings=configuration)


@pytest.mark.parametrize("machine", list(MACHINES))
@pytest.mark.parametrize("number", range(3))
def test_any_order_of_uses(machine: str, number: int, tmp_path: Path) -> None:
    """Nothing is lost, duplicated, reordered, nothing hangs or crashes."""
    # PyPy spends most of the time compiling.
    examples = os.environ.get("PYZMQ_MODEL_EXAMPLES", "10" if sys.implementation.name == "pypy" else "40")
    # A file, since a child that hangs would keep a pipe open.
    output = tmp_path / "output"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", __file__, machine, str(number), examples]
    with output.open("w") as file:
        ended = subprocess.run(
            command, check=False, stdout=file, stderr=file, stdin=subprocess.DEVNULL, timeout=LIMIT + 10, cwd=tmp_path
        )
    assert ended.returncode == 0, f"status {ended.returncode}\n{output.read_text()[-6000:]}"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
