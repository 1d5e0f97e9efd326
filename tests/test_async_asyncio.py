"""What is asyncio's own: futures, shadows, loops one after another, budgets, threads that stand in for loops."""

from __future__ import annotations

import asyncio
import gc
import inspect
import selectors
import socket as sockets_of_python
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_async import ADAPTERS, Adapter, Room, room
from tests.fix_context import SocketFactory, terminate
from tests.fix_gc import ResourceWarnings, collect
from tests.fix_process import Runner
from zmq._async.descriptors import Descriptors, descriptors
from zmq._async.readiness import Readiness, readiness


@pytest.fixture
def place() -> Iterator[Room]:
    with room(ADAPTERS["asyncio"]) as opened:
        yield opened


def run(test: Callable[..., Any], *arguments: Any) -> Any:
    return ADAPTERS["asyncio"].run(test, *arguments)


def test_done_at_once(place: Room) -> None:
    async def test() -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        for future in (a.send(b"1"), a.send_multipart([b"2", b"3"]), a.send_string("4"), a.send_json(5), a.poll(0)):
            assert isinstance(future, asyncio.Future)
            assert future.done()
            assert future.get_loop() is asyncio.get_running_loop()
        received = [b.recv(), b.recv_multipart(), b.recv_string(), b.recv_json(), b.poll(0), b.recv(zmq.DONTWAIT)]
        assert all(isinstance(future, asyncio.Future) and future.done() for future in received)
        assert [future.result() for future in received[:5]] == [b"1", [b"2", b"3"], "4", 5, 0]
        assert isinstance(received[5].exception(), zmq.Again)
        waiting = b.recv()
        assert isinstance(waiting, asyncio.Future)
        assert not waiting.done()
        await a.send(b"6")
        assert await waiting == b"6"

    run(test)


def test_poll_notices_what_comes_while_a_wake_up_looks(place: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something happens right after the wake-up has looked at EVENTS."""
    look = Readiness.events
    happening: list[Callable[[], Any]] = []

    def interrupted(self: Readiness) -> int:
        events = look(self)
        while happening:
            happening.pop()()
        return events

    monkeypatch.setattr(Readiness, "events", interrupted)

    async def test() -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        peer = zmq.Socket(a)
        poll = b.poll(None, zmq.POLLIN)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not poll.done()
        happening.append(lambda: peer.send(b"1"))
        for queue in readiness(b).queues:
            queue.wake()
        assert await asyncio.wait_for(poll, 20) == zmq.POLLIN

    run(test)


def test_signatures() -> None:
    for name in ("recv", "recv_multipart"):
        method = getattr(zmq.asyncio.Socket, name)
        assert list(inspect.signature(method).parameters) == ["self", "flags", "copy", "track"]
        assert "Parameters" in (inspect.getdoc(method) or "")
    for name, first in (("send", "data"), ("send_multipart", "msg_parts")):
        method = getattr(zmq.asyncio.Socket, name)
        assert list(inspect.signature(method).parameters) == ["self", first, "flags", "copy", "track", "kwargs"]


def test_without_a_loop(place: Room) -> None:
    """Sockets are made anywhere; where no loop runs, they tell so, or use the one that is set."""
    a, b = place.pair(zmq.PAIR, zmq.PAIR)
    errors: list[BaseException] = []

    def use() -> None:
        try:
            b.recv()
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "event loop" in str(errors[0])

    async def test() -> None:
        await a.send(b"1")
        assert await b.recv() == b"1"

    run(test)


def test_one_loop_after_another(place: Room) -> None:
    a, b = place.pair(zmq.PAIR, zmq.PAIR)

    async def test(number: int) -> None:
        future = b.recv()
        await a.send(b"%d" % number)
        assert await future == b"%d" % number
        # Left behind: the loop's end is theirs, too.
        b.recv()
        left.append(asyncio.ensure_future(b.recv_json()))

    left: list[Any] = []
    for number in range(3):
        asyncio.run(test(number))


def test_two_loops_in_one_thread(place: Room) -> None:
    a, b = place.pair(zmq.PAIR, zmq.PAIR)
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:

        async def receive() -> Any:
            return await b.recv()

        async def send() -> None:
            await a.send(b"1")

        waiting = [loop.create_task(receive()) for loop in (first, second)]
        for loop in (first, second):
            loop.run_until_complete(asyncio.sleep(0))
        for loop, task in zip((first, second), waiting):
            first.run_until_complete(send())
            assert loop.run_until_complete(asyncio.wait_for(task, 20)) == b"1"
    finally:
        first.close()
        second.close()


def test_two_loops_in_two_threads(place: Room) -> None:
    """One of them would use the socket while the other one does."""
    a, b = place.pair(zmq.PAIR, zmq.PAIR)
    waits = threading.Event()
    received: list[bytes] = []

    async def receive() -> None:
        future = b.recv()
        waits.set()
        received.append(await future)

    thread = threading.Thread(target=asyncio.run, args=(receive(),))
    thread.start()

    async def test() -> None:
        with pytest.raises(RuntimeError, match="another event loop"):
            b.recv()
        await a.send(b"1")

    waits.wait(20)
    run(test)
    thread.join(20)
    assert received == [b"1"]


def test_shadows(context: zmq.Context[zmq.Socket[bytes]], sockets: SocketFactory) -> None:
    plain = sockets(zmq.PAIR)
    plain.bind("inproc://shadows")
    asynchronous = zmq.asyncio.Context(context)
    assert isinstance(asynchronous, zmq.asyncio.Context)
    other = asynchronous.socket(zmq.PAIR)
    assert type(other) is zmq.asyncio.Socket
    other.connect("inproc://shadows")
    assert type(zmq.Context(asynchronous)) is zmq.Context
    with context.socket(zmq.PAIR, zmq.asyncio.Socket) as first:
        assert type(first) is zmq.asyncio.Socket
    with asynchronous.socket(zmq.PAIR, socket_class=zmq.Socket) as second:
        assert type(second) is zmq.Socket

    async def test() -> None:
        for shadow in (
            zmq.asyncio.Socket(plain),
            zmq.asyncio.Socket.shadow(plain),
            zmq.asyncio.Socket.shadow(plain.underlying),
            zmq.asyncio.Socket.from_socket(plain),
            zmq.asyncio.Socket(shadow=plain),
        ):
            waiting = shadow.recv_string()
            await other.send(b"1")
            assert await waiting == "1"
            await shadow.send(b"2")
            assert await other.recv() == b"2"
            assert not plain.closed
        shadow.close()
        assert plain.closed

    run(test)
    other.close()


def test_instances() -> None:
    instance: Any = zmq.asyncio.Context.instance()
    assert instance is zmq.asyncio.Context.instance()
    assert type(instance) is zmq.asyncio.Context
    assert instance is not zmq.Context.instance()
    terminate(instance)


@pytest.mark.parametrize("by", ["object", "address"])
def test_synchronous_use_takes_no_wake_up(place: Room, by: str) -> None:
    """A shadow, even one by address, that sends while somebody receives: the message that came is not missed."""

    async def test() -> None:
        a, b = place.pair(zmq.DEALER, zmq.DEALER)
        plain: Any = zmq.Socket(b) if by == "object" else zmq.Socket.shadow(b.underlying)
        feeder = zmq.Socket(a)
        uses: list[Callable[[], Any]] = [
            lambda: plain.send(b""),
            lambda: plain.send_multipart([b"", b""]),
            lambda: plain.get(zmq.EVENTS),
            lambda: plain.events,
            lambda: plain.poll(0),
            lambda: zmq.zmq_poll([(plain, zmq.POLLOUT)], 0),
            lambda: b.events,
            lambda: b.get(zmq.EVENTS),
            lambda: b.bind("inproc://another"),
            lambda: b.unbind("inproc://another"),
        ]
        for use in uses * 20:
            waiting = b.recv()
            await asyncio.sleep(0)
            feeder.send(b"1")
            use()
            assert await asyncio.wait_for(waiting, 10) == b"1"

    run(test)


def test_asynchronous_shadow_of_what_is_used_synchronously(sockets: SocketFactory) -> None:
    async def test() -> None:
        plain, feeder = sockets(zmq.DEALER), sockets(zmq.DEALER)
        plain.bind("inproc://used")
        feeder.connect("inproc://used")
        shadow = zmq.asyncio.Socket(plain)
        for _ in range(100):
            waiting = shadow.recv()
            await asyncio.sleep(0)
            feeder.send(b"1")
            plain.send(b"")
            assert plain.poll(0)
            assert await asyncio.wait_for(waiting, 10) == b"1"

    run(test)


def test_unclosed_sockets(place: Room, resource_warnings: ResourceWarnings) -> None:
    """A socket that is waited for lives; one that is not is let go of, and leaves the loop."""

    async def test() -> None:
        a = place.socket(zmq.PUSH)
        a.bind("inproc://unclosed")

        def connected() -> Any:
            socket = place.context.socket(zmq.PULL)
            socket.linger = 0
            socket.connect("inproc://unclosed")
            return socket

        waiting = connected().recv()
        collect()
        await a.send(b"1")
        with resource_warnings() as texts:
            assert await waiting == b"1"
            del waiting
            await asyncio.sleep(0)
            collect()
        assert len(texts) == 1
        assert "Unclosed socket" in texts[0]

    run(test)


def test_budget(place: Room) -> None:
    """Every so many operations one goes through the loop; that is what may be set."""
    turns: dict[int, int] = {}

    async def test(budget: int) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        count = 0
        running = True

        async def other() -> None:
            nonlocal count
            while running:
                count += 1
                await asyncio.sleep(0)

        task = asyncio.ensure_future(other())
        for _ in range(1000):
            await a.send(b"1")
            await b.recv_multipart()
        running = False
        await task
        turns[budget] = count

    before = zmq.asyncio.set_budget(64)
    try:
        assert before == 64
        for budget in (1, 10, 64, 100_000):
            zmq.asyncio.set_budget(budget)
            run(test, budget)
        with pytest.raises(ValueError, match="not 0"):
            zmq.asyncio.set_budget(0)
        assert zmq.asyncio.set_budget(64) == 100_000
    finally:
        zmq.asyncio.set_budget(before)
    assert turns[1] >= 500
    assert turns[10] >= 90
    assert turns[64] >= 15
    assert turns[100_000] < 10


def test_wake_ups_have_a_budget(place: Room) -> None:
    """A thousand messages for a thousand receivers come in portions."""

    async def test() -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        receivers = [b.recv() for _ in range(1000)]
        plain: Any = zmq.Socket(a)
        for _ in range(1000):
            plain.send(b"1")
        steps: list[int] = []
        while not steps or steps[-1] < 1000:
            await asyncio.sleep(0)
            steps.append(sum(future.done() for future in receivers))
        assert max(after - before for before, after in zip(steps, steps[1:])) <= 64

    run(test)


def test_leaks_nothing(place: Room, count_descriptors: Callable[[], int]) -> None:
    """After 100,000 operations of all kinds, no future, reader, timer or descriptor is left."""

    async def operations(rounds: int, a: Any, b: Any) -> None:
        poller = zmq.asyncio.Poller()
        poller.register(b, zmq.POLLIN)
        b.rcvtimeo = 30_000
        for number in range(rounds):
            waiting = b.recv() if number % 2 else b.recv_json()
            await a.send(b"1")
            await waiting
            polls = [b.poll(), poller.poll()]
            never = asyncio.ensure_future(b.recv_multipart())
            cancelled = b.recv_string()
            await asyncio.sleep(0)
            cancelled.cancel()
            await a.send(b"1")
            assert await never == [b"1"]
            for poll in polls:
                poll.cancel()
            await a.send(b"1")
            await b.recv_multipart()

    async def test() -> None:
        loop: Any = asyncio.get_running_loop()
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        await operations(100, a, b)
        collect()
        kinds = (asyncio.Future, asyncio.Handle)

        def living() -> int:
            return sum(isinstance(one, kinds) for one in gc.get_objects())

        before, descriptors_before = living(), count_descriptors()
        await operations(10_000, a, b)
        collect()
        assert living() <= before + 5
        assert count_descriptors() <= descriptors_before
        # Timers that were cancelled are the loop's to sweep.
        assert sum(not timer._cancelled for timer in loop._scheduled) <= 2
        assert len(loop._selector.get_map()) <= 4
        b.close()
        a.close()
        assert len(loop._selector.get_map()) <= 1

    run(test)


def test_sockets_come_and_go(place: Room) -> None:
    """Descriptors that are used again belong to the new sockets."""

    async def test() -> None:
        for _ in range(300):
            a, b = place.pair(zmq.PAIR, zmq.PAIR)
            waiting = b.recv()
            await a.send(b"1")
            assert await waiting == b"1"
            a.close()
            b.close()

    run(test)


def test_loops_are_let_go(place: Room) -> None:
    a, b = place.pair(zmq.PAIR, zmq.PAIR)

    async def test() -> weakref.ref[Any]:
        waiting = b.recv()
        await a.send(b"1")
        await waiting
        return weakref.ref(asyncio.get_running_loop())

    loops = [asyncio.run(test()) for _ in range(3)]
    a.close()
    b.close()
    collect()
    assert [loop() for loop in loops] == [None] * 3


def selector_threads() -> int:
    return sum(thread.name == "pyzmq-selector" for thread in threading.enumerate())


def test_threads_of_loops_without_readers() -> None:
    """They begin with the first wait, and end with the loop."""
    adapter: Adapter = ADAPTERS["thread"]

    async def test(place: Room) -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        await a.send(b"1")
        await b.recv()
        assert selector_threads() == 0
        for _ in range(100):
            waiting = b.recv()
            await asyncio.sleep(0)
            await a.send(b"1")
            assert await waiting == b"1"
        assert selector_threads() == 1

    with room(adapter) as place:
        adapter.run(test, place)
    assert selector_threads() == 0


def test_several_on_one_descriptor() -> None:
    async def test() -> None:
        watched = descriptors(asyncio.get_running_loop())
        assert isinstance(watched, Descriptors)
        left, right = sockets_of_python.socketpair()
        reading = left.fileno()
        told: list[int] = []

        def first() -> None:
            told.append(1)

        def second() -> None:
            told.append(2)

        try:
            watched.add_reader(reading, first)
            watched.add_reader(reading, second)
            right.send(b"1")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert {1, 2} <= set(told)
            watched.remove_reader(reading, first)
            told.clear()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert set(told) == {2}
            watched.remove_reader(reading, second)
            watched.remove_reader(reading, second)
            told.clear()
            await asyncio.sleep(0)
            assert not told
        finally:
            left.close()
            right.close()

    run(test)


@pytest.mark.parametrize("deprecated", [zmq.asyncio.install, zmq.asyncio.ZMQEventLoop])
def test_deprecated_names_warn_once(deprecated: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zmq.asyncio._deprecation_warned", False)
    with pytest.warns(
        DeprecationWarning, match=r"^ZMQEventLoop and zmq\.asyncio\.install are deprecated in pyzmq 17\."
    ) as warned:
        loop = deprecated()
    assert warned[0].filename == __file__
    if loop is not None:
        loop.close()
    zmq.asyncio.install()
    zmq.asyncio.ZMQEventLoop(selector=selectors.SelectSelector()).close()


def test_deprecated_names() -> None:
    assert issubclass(zmq.asyncio.ProactorSelectorThreadWarning, RuntimeWarning)
    context = zmq.asyncio.Context()
    with pytest.warns(DeprecationWarning, match="currently active loop"):
        socket = zmq.asyncio.Socket(context, zmq.PULL, object())
    socket.close()
    terminate(context)


def test_subclasses(place: Room) -> None:
    class Counting(zmq.asyncio.Socket):
        count = 0

        def recv(self, *args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return super().recv(*args, **kwargs)

    async def test() -> None:
        a = place.socket(zmq.PUSH)
        a.bind("inproc://subclass")
        with place.context.socket(zmq.PULL, Counting) as b:
            b.connect("inproc://subclass")
            await a.send(b"1")
            await a.send(b"2")
            assert await b.recv() == b"1"
            assert await b.recv(0, True) == b"2"
            assert b.count == 2

    run(test)


def test_under_development_mode(run_python: Runner) -> None:
    """Debugging loops, and every warning an error: nothing is said, with each of the ways to end."""
    program = """
        import asyncio, zmq, zmq.asyncio

        async def main():
            with zmq.asyncio.Context() as context:
                async with context.socket(zmq.PULL) as b, context.socket(zmq.PUSH) as a:
                    a.linger = 0
                    a.bind("inproc://a")
                    b.connect("inproc://a")
                    for number in range(200):
                        task = asyncio.create_task(wait(b))
                        await asyncio.sleep(0)
                        await a.send_json(number)
                        assert await task == number
                    for _ in range(3):
                        try:
                            await asyncio.wait_for(b.recv_json(), 0.001)
                        except asyncio.TimeoutError:
                            pass
                    left = [asyncio.create_task(wait(b)) for _ in range(3)]
                    await asyncio.sleep(0)
                await asyncio.wait(left)
                assert all(task.cancelled() for task in left)

        async def wait(socket):
            return await socket.recv_json()

        async def patiently():
            # That a callback takes long on a slow machine is told, too.
            asyncio.get_running_loop().slow_callback_duration = 10
            await main()

        asyncio.run(patiently())
        asyncio.run(patiently(), debug=True)
    """
    ended = run_python(program, "-X", "dev", "-W", "error").succeeded()
    assert not ended.errors


def test_importing_zmq_brings_nothing_of_it(run_python: Runner) -> None:
    program = """
        import sys, zmq

        assert "asyncio" not in sys.modules
        assert not [name for name in sys.modules if name.startswith(("zmq._async", "zmq.asyncio"))]
    """
    run_python(program).succeeded()


def test_router_that_refuses(place: Room) -> None:
    """EVENTS promise room that a peer has not: no spinning, and the message goes when there is some."""

    async def test() -> None:
        router, dealer = place.socket(zmq.ROUTER, sndhwm=1), place.socket(zmq.DEALER, rcvhwm=1, routing_id=b"peer")
        router.router_mandatory = True
        router.bind("inproc://refuses")
        dealer.connect("inproc://refuses")
        with pytest.raises(zmq.ZMQError) as caught:
            await router.send_multipart([b"nobody", b"1"])
        assert caught.value.errno == zmq.EHOSTUNREACH
        sent: list[Any] = [router.send_multipart([b"peer", b"%d" % number]) for number in range(50)]
        start = asyncio.get_running_loop().time()
        turns = 0
        while asyncio.get_running_loop().time() < start + 0.05:
            turns += 1
            await asyncio.sleep(0.005)
        assert turns < 50
        assert not sent[-1].done()
        assert [await dealer.recv() for _ in range(50)] == [b"%d" % number for number in range(50)]
        await asyncio.gather(*sent)

    run(test)


def test_warnings_are_few(place: Room) -> None:
    async def test() -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            a, b = place.pair(zmq.PAIR, zmq.PAIR)
            waiting = b.recv()
            await a.send(b"1")
            await waiting
        assert not caught

    run(test)


def test_errors_come_with_the_future(place: Room) -> None:
    """All but those of a closed socket, and of a loop that does not run."""

    class NoDescriptor:
        def fileno(self) -> int:
            raise OSError("gone")

    async def test() -> None:
        a, _ = place.pair(zmq.PAIR, zmq.PAIR)
        failing: list[tuple[Any, type[Exception]]] = [
            (a.recv_into(b"read-only"), BufferError),
            (a.recv_into(bytearray(3), nbytes=4), ValueError),
            (a.recv_into("text"), TypeError),
        ]
        unpollable: list[tuple[Any, type[Exception]]] = [(object(), TypeError), (NoDescriptor(), ValueError)]
        for registered, error in unpollable:
            for timeout in (0, 10):
                poller = zmq.asyncio.Poller()
                poller.register(registered)
                failing.append((poller.poll(timeout), error))
        for future, error in failing:
            assert isinstance(future, asyncio.Future)
            with pytest.raises(error):
                await future
        a.close()
        for timeout in (0, 10):
            with pytest.raises(zmq.ZMQError) as caught:
                a.poll(timeout)
            assert caught.value.errno == zmq.ENOTSUP
        with pytest.raises(zmq.ZMQError) as caught:
            a.recv()
        assert caught.value.errno == zmq.ENOTSOCK

    run(test)


def test_arguments_of_the_constructor() -> None:
    with zmq.asyncio.Context() as context, zmq.asyncio.Socket(context=context, socket_type=zmq.PUSH) as socket:
        shadow = zmq.asyncio.Socket(_from_socket=socket)
        assert (socket.context, socket.type) == (context, zmq.PUSH)
        assert shadow.underlying == socket.underlying
        with pytest.raises(TypeError, match="socket_type must be specified"):
            zmq.asyncio.Socket(context)


def test_waiting_outside_a_loop_warns() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    context = zmq.asyncio.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    poller = zmq.asyncio.Poller()
    poller.register(b, zmq.POLLIN)
    try:
        a.bind("inproc://outside")
        for wait in (a.recv, a.recv_multipart, lambda: a.send(b""), a.poll, poller.poll):
            with pytest.warns(RuntimeWarning, match=r"^No running event\sloop\. zmq\.asyncio should be used") as warned:
                future = wait()
            assert [each.filename for each in warned] == [__file__]
            assert not future.done()
        b.connect("inproc://outside")
        loop.run_until_complete(asyncio.sleep(0))
        # Nothing to wait for.
        b.send(b"")
    finally:
        a.close()
        b.close()
        loop.run_until_complete(asyncio.sleep(0))
        asyncio.set_event_loop(None)
        loop.close()
    terminate(context)


def test_what_waits(sockets: SocketFactory) -> None:
    async def test() -> None:
        plain = sockets(zmq.PAIR)
        socket = zmq.asyncio.Socket(plain)
        assert socket._get_loop() is asyncio.get_running_loop()
        assert list(socket._recv_futures) == []
        assert list(socket._send_futures) == []
        received, sent = socket.recv(), socket.send(b"x")
        polled = socket.poll(None, zmq.POLLIN | zmq.POLLOUT)
        assert socket._recv_futures == (received, polled)
        assert socket._send_futures == (sent, polled)
        for future in (received, sent, polled):
            future.cancel()
        assert list(socket._recv_futures) == []
        assert list(socket._send_futures) == []

    run(test)


def test_polling_for_nothing_waits_until_the_time_is_over(place: Room) -> None:
    async def test() -> None:
        socket = place.socket(zmq.PAIR)
        nothing: Any = None
        for flags in (0, nothing):
            assert await socket.poll(10, flags) == 0
            waiting = socket.poll(None, flags)
            await asyncio.sleep(0)
            assert not waiting.done()
            waiting.cancel()

    run(test)


@pytest.mark.parametrize("flags", ["text", None, 1.5])
def test_flags_are_checked_though_there_is_a_message(sockets: SocketFactory, flags: Any) -> None:
    async def test() -> None:
        nothing: Any = None
        a, b = sockets(zmq.PAIR), zmq.asyncio.Socket(sockets(zmq.PAIR))
        a.bind("inproc://flags")
        b.connect("inproc://flags")
        a.send(b"1")
        for receive in (b.recv, b.recv_multipart, b.recv_string, b.recv_json):
            with pytest.raises(TypeError):
                await receive(flags)
        with pytest.raises(TypeError):
            await b.recv_serialized(nothing)
        with pytest.raises(TypeError):
            await b.poll("text")  # type: ignore[arg-type]

    run(test)


def test_closing_an_asynchronous_shadow_lets_the_context_end() -> None:
    async def test() -> None:
        context = zmq.Context()
        plain = context.socket(zmq.PAIR)
        shadow = zmq.asyncio.Socket(plain)
        waiting = shadow.recv()
        shadow.close()
        assert plain.closed
        with pytest.raises(asyncio.CancelledError):
            await waiting
        context.term()

    run(test)


def test_closing_a_plain_shadow_cancels_what_waits() -> None:
    async def test() -> None:
        context = zmq.asyncio.Context()
        asynchronous = context.socket(zmq.PAIR)
        waiting = asynchronous.recv()
        zmq.Socket(asynchronous).close()
        assert asynchronous.closed
        with pytest.raises(asyncio.CancelledError):
            await waiting
        context.term()

    run(test)
