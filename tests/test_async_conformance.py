"""What every event loop's sockets must do: one suite, run over each of them."""

from __future__ import annotations

import pickle
import socket as sockets_of_python
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter, Room
from zmq.utils.monitor import recv_monitor_message

Test = Callable[[Adapter, Room], Coroutine[Any, Any, None]]


#: Each way to receive: what is sent, how it is received, and what comes of it.
FORMS: dict[str, tuple[list[bytes], Callable[[Any], Any], Any]] = {
    "recv": ([b"1"], lambda s: s.recv(), b"1"),
    "recv_frame": ([b"1"], lambda s: s.recv(copy=False), b"1"),
    "recv_tracked": ([b"1"], lambda s: s.recv(copy=False, track=True), b"1"),
    "recv_multipart": ([b"1", b"2"], lambda s: s.recv_multipart(), [b"1", b"2"]),
    "recv_frames": ([b"1", b"2"], lambda s: s.recv_multipart(copy=False), [b"1", b"2"]),
    "recv_string": (["é".encode()], lambda s: s.recv_string(), "é"),
    "recv_latin": ([b"\xe9"], lambda s: s.recv_string(encoding="latin-1"), "é"),
    "recv_json": ([b'{"a": 1}'], lambda s: s.recv_json(), {"a": 1}),
    "recv_pyobj": ([pickle.dumps({1, 2})], lambda s: s.recv_pyobj(), {1, 2}),
    "recv_serialized": ([b"1", b"2"], lambda s: s.recv_serialized(b"".join), b"12"),
    "recv_into": ([b"12345"], lambda s: s.recv_into(bytearray(9)), 5),
}
every_form = pytest.mark.parametrize("form", list(FORMS))


def plain(result: Any) -> Any:
    """Frames as bytes."""
    if isinstance(result, zmq.Frame):
        return result.bytes
    return [plain(part) for part in result] if isinstance(result, list) else result


@every_form
@pytest.mark.parametrize("first", ["send", "receive"])
def test_forms(run: Callable[..., None], form: str, first: str) -> None:
    """Whether the message is there already, or comes while the receiver waits."""
    parts, receive, expected = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)

        async def receiver() -> Any:
            return await receive(b)

        if first == "send":
            await a.send_multipart(parts)
            assert plain(await receive(b)) == expected
        else:
            task = adapter.spawn(receiver())
            await adapter.sleep(0)
            await adapter.sleep(0)
            assert not task.done()
            await a.send_multipart(parts)
            assert plain(await task) == expected

    run(test)


SENDERS: dict[str, tuple[Callable[[Any], Any], list[bytes]]] = {
    "send": (lambda s: s.send(b"1"), [b"1"]),
    "send_buffer": (lambda s: s.send(bytearray(b"1")), [b"1"]),
    "send_frame": (lambda s: s.send(zmq.Frame(b"1")), [b"1"]),
    "send_shared": (lambda s: s.send(b"1" * 100_000, copy=False), [b"1" * 100_000]),
    "send_tracked": (lambda s: s.send(b"1" * 100_000, copy=False, track=True), [b"1" * 100_000]),
    "send_multipart": (lambda s: s.send_multipart([b"1", b"2"]), [b"1", b"2"]),
    "send_iterator": (lambda s: s.send_multipart(iter([b"1", memoryview(b"2")])), [b"1", b"2"]),
    "send_multipart_shared": (lambda s: s.send_multipart((b"1", b"2"), copy=False), [b"1", b"2"]),
    "send_string": (lambda s: s.send_string("é"), ["é".encode()]),
    "send_json": (lambda s: s.send_json([1]), [b"[1]"]),
    "send_pyobj": (lambda s: s.send_pyobj(1), [pickle.dumps(1)]),
    "send_serialized": (lambda s: s.send_serialized([b"1"], lambda m: m), [b"1"]),
}


@pytest.mark.parametrize("form", list(SENDERS))
@pytest.mark.parametrize("room_first", [True, False])
def test_sending(run: Callable[..., None], form: str, room_first: bool) -> None:
    """Whether there is room at once, or when somebody connects."""
    send, expected = SENDERS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.socket(zmq.PUSH), place.socket(zmq.PULL)
        address = f"inproc://sending-{id(a)}"
        a.bind(address)
        if room_first:
            b.connect(address)

        async def sender() -> Any:
            return await send(a)

        task = adapter.spawn(sender())
        await adapter.sleep(0)
        await adapter.sleep(0)
        assert task.done() == room_first
        if not room_first:
            b.connect(address)
        assert await b.recv_multipart() == expected
        assert isinstance(await task, zmq.MessageTracker) == (form == "send_tracked")

    run(test)


def test_dontwait(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.socket(zmq.PUSH), place.socket(zmq.PULL)
        for _ in range(200):  # more than the budget
            with pytest.raises(zmq.Again):
                await b.recv(zmq.DONTWAIT)
        for receive in (b.recv_multipart, b.recv_string, b.recv_json, b.recv_pyobj):
            with pytest.raises(zmq.Again):
                await receive(zmq.DONTWAIT)
        with pytest.raises(zmq.Again):
            await b.recv_into(bytearray(1), flags=zmq.DONTWAIT)
        with pytest.raises(zmq.Again):
            await a.send(b"", zmq.DONTWAIT)
        with pytest.raises(zmq.Again):
            await a.send_multipart([b"", b""], zmq.DONTWAIT)
        a.bind("inproc://dontwait")
        b.connect("inproc://dontwait")
        assert await a.poll(10_000, zmq.POLLOUT)
        for number in range(200):
            await a.send(b"%d" % number, zmq.DONTWAIT)
            assert await b.recv(zmq.DONTWAIT) == b"%d" % number

    run(test)


@pytest.mark.parametrize("milliseconds", [0, 20])
def test_timeouts_of_sockets(run: Callable[..., None], milliseconds: int) -> None:
    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a = place.socket(zmq.PUSH, sndtimeo=milliseconds)
        b = place.socket(zmq.PULL, rcvtimeo=milliseconds)
        for receive in (b.recv, b.recv_multipart, b.recv_string, partial(b.recv_into, bytearray(1))):
            with pytest.raises(zmq.Again):
                await receive()
        for send in (a.send, a.send_string, a.send_json):
            with pytest.raises(zmq.Again):
                await send("1" if send != a.send else b"1")
        # It is not sent later.
        a.bind("inproc://late")
        b.connect("inproc://late")
        with pytest.raises(zmq.Again):
            await b.recv()
        assert await a.poll(10_000, zmq.POLLOUT)
        await a.send(b"2")
        b.rcvtimeo = 20_000
        assert await b.recv() == b"2"

    run(test)


def test_timeout_of_poll(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        assert await b.poll(0) == 0
        assert await b.poll(5) == 0
        assert await b.poll(5, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLOUT
        await a.send(b"1")
        for timeout in (0, 5, 0.5, -1, None):
            assert await b.poll(timeout) == zmq.POLLIN
        assert await b.poll(-1, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN | zmq.POLLOUT

    run(test)


def test_poll_waits(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.socket(zmq.PUSH), place.socket(zmq.PULL)
        a.bind("inproc://poll")

        async def poll(socket: Any, flags: int) -> Any:
            return await socket.poll(10_000, flags)

        tasks = [adapter.spawn(poll(b, zmq.POLLIN)) for _ in range(3)]
        room_ = adapter.spawn(poll(a, zmq.POLLOUT))
        await adapter.sleep(0.01)
        assert not any(task.done() for task in (*tasks, room_))
        b.connect("inproc://poll")
        assert await room_ == zmq.POLLOUT
        await a.send(b"1")
        assert [await task for task in tasks] == [zmq.POLLIN] * 3
        assert await b.recv() == b"1"

    run(test)


def test_back_pressure(run: Callable[..., None]) -> None:
    """Senders wait in order when the high-water mark is reached."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=2, rcvhwm=2)
        done: list[int] = []

        async def send(number: int) -> None:
            await a.send(b"%d" % number)
            done.append(number)

        tasks = [adapter.spawn(send(number)) for number in range(200)]
        await adapter.sleep(0.01)
        assert len(done) < 20
        received = [int(await b.recv()) for _ in range(200)]
        assert received == list(range(200))
        for task in tasks:
            await task
        assert done == received

    run(test)


def test_receivers_in_order(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        got: list[tuple[int, bytes]] = []

        async def receive(number: int) -> None:
            got.append((number, await b.recv()))

        tasks = [adapter.spawn(receive(number)) for number in range(100)]
        await adapter.sleep(0)
        await adapter.sleep(0)
        for number in range(100):
            await a.send(b"%d" % number)
        for task in tasks:
            await task
        assert got == [(number, b"%d" % number) for number in range(100)]

    run(test)


def test_both_directions_at_once(run: Callable[..., None]) -> None:
    """Sending takes no wake-up from who receives on the same socket."""

    async def test(adapter: Adapter, place: Room) -> None:
        dealer, router = place.pair(zmq.DEALER, zmq.ROUTER)
        rounds = 300

        async def serve() -> None:
            for _ in range(rounds):
                await router.send_multipart(await router.recv_multipart())

        async def ask() -> None:
            for number in range(rounds):
                await dealer.send(b"%d" % number)
                if number % 10 == 0:
                    await adapter.sleep(0)

        async def hear() -> list[int]:
            return [int(await dealer.recv()) for _ in range(rounds)]

        tasks = [adapter.spawn(task) for task in (serve(), ask(), hear())]
        assert await tasks[2] == list(range(rounds))
        for task in tasks:
            await task

    run(test)


@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
def test_requests(run: Callable[..., None], endpoint: Callable[[str], str], transport: str) -> None:
    address = endpoint(transport)

    async def test(adapter: Adapter, place: Room) -> None:
        req, rep = place.socket(zmq.REQ), place.socket(zmq.REP)
        rep.bind(address)
        req.connect(rep.last_endpoint)

        async def serve() -> None:
            for _ in range(50):
                await rep.send(b"re " + await rep.recv())

        task = adapter.spawn(serve())
        for number in range(50):
            await req.send(b"%d" % number)
            assert await req.recv() == b"re %d" % number
        await task

    run(test)


def test_states_of_requests(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        req, rep = place.pair(zmq.REQ, zmq.REP)
        for _ in range(100):  # more than the budget
            with pytest.raises(zmq.ZMQError) as caught:
                await req.recv()
            assert caught.value.errno == zmq.EFSM
            with pytest.raises(zmq.ZMQError) as caught:
                await rep.send(b"")
            assert caught.value.errno == zmq.EFSM
        await req.send(b"1")
        with pytest.raises(zmq.ZMQError) as caught:
            await req.send(b"2")
        assert caught.value.errno == zmq.EFSM

        async def receive() -> Any:
            return await req.recv()

        tasks = [adapter.spawn(receive()) for _ in range(2)]
        assert await rep.recv() == b"1"
        await rep.send(b"3")
        assert await tasks[0] == b"3"
        with pytest.raises(zmq.ZMQError) as caught:
            await tasks[1]
        assert caught.value.errno == zmq.EFSM

    run(test)


def test_bad_arguments(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        with pytest.raises(TypeError, match="abc"):
            await a.send("abc")
        with pytest.raises(TypeError, match="part 1"):
            await a.send_multipart([b"", "abc"])
        with pytest.raises(IndexError, match="at least one part"):
            await a.send_multipart([])
        with pytest.raises(TypeError, match="abc"):
            await a.send_string(b"abc")
        with pytest.raises(TypeError):
            await a.send_json(object())
        with pytest.raises(BufferError):
            await b.recv_into(b"123")
        with pytest.raises(ValueError, match="nbytes=9"):
            await b.recv_into(bytearray(3), nbytes=9)
        await a.send(b"{")
        with pytest.raises(ValueError, match=r"(?i)name"):
            await b.recv_json()
        await a.send(b"ok")
        assert await b.recv() == b"ok"

    run(test)


def test_conversion_that_fails(run: Callable[..., None]) -> None:
    """The message is lost, as it is synchronously, and the next one is not."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)

        def refuse(_: list[bytes]) -> None:
            raise StopIteration("refused")

        async def receive(form: Callable[..., Any], *arguments: Any) -> Any:
            return await form(*arguments)

        for form in (partial(b.recv_serialized, refuse), b.recv_json, b.recv_string):
            task = adapter.spawn(receive(form))
            await adapter.sleep(0)
            await adapter.sleep(0)
            await a.send(b"\xff")
            with pytest.raises((ValueError, RuntimeError)):
                await task
        await a.send(b"ok")
        assert await b.recv() == b"ok"

    run(test)


@every_form
def test_close_ends_receivers(run: Callable[..., None], form: str) -> None:
    _, receive, _ = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        b = place.socket(zmq.PULL)

        async def receiver() -> Any:
            return await receive(b)

        tasks = [adapter.spawn(receiver()) for _ in range(3)]
        await adapter.sleep(0.005)
        b.close()
        for task in tasks:
            with pytest.raises((adapter.cancelled, zmq.ZMQError)):
                await task
        with pytest.raises(zmq.ZMQError) as caught:
            await receive(b)
        assert caught.value.errno == zmq.ENOTSOCK

    run(test)


@every_form
def test_term_ends_receivers(run: Callable[..., None], form: str) -> None:
    _, receive, _ = FORMS[form]

    async def test(adapter: Adapter, place: Room) -> None:
        b = place.socket(zmq.PULL)

        async def receiver() -> Any:
            return await receive(b)

        tasks = [adapter.spawn(receiver()) for _ in range(3)]
        await adapter.sleep(0.005)
        thread = threading.Thread(target=place.context.term)
        thread.start()
        for task in tasks:
            with pytest.raises(zmq.ContextTerminated):
                await task
        with pytest.raises(zmq.ContextTerminated):
            await receive(b)
        b.close()
        await adapter.until(lambda: not thread.is_alive())

    run(test)


def test_end_of_everybody_else(run: Callable[..., None]) -> None:
    """Senders and polls end like receivers, by closing and by termination."""

    async def test(adapter: Adapter, place: Room) -> None:
        async def do(call: Callable[..., Any], *arguments: Any) -> Any:
            return await call(*arguments)

        def start(socket: Any) -> list[Any]:
            poller = adapter.poller_class()
            poller.register(socket)
            return [
                adapter.spawn(do(socket.send, b"1")),
                adapter.spawn(do(socket.send_multipart, [b"1", b"2"])),
                adapter.spawn(do(socket.poll, None, zmq.POLLIN | zmq.POLLOUT)),
                adapter.spawn(do(poller.poll)),
            ]

        first, second = place.socket(zmq.PUSH), place.socket(zmq.PUSH)
        closed, terminated = start(first), start(second)
        await adapter.sleep(0.005)
        first.close()
        for task in closed:
            with pytest.raises((adapter.cancelled, zmq.ZMQError)):
                await task
        thread = threading.Thread(target=place.context.term)
        thread.start()
        for task in terminated:
            with pytest.raises(zmq.ContextTerminated):
                await task
        second.close()
        await adapter.until(lambda: not thread.is_alive())

    run(test)


def test_destroy_ends_everybody(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        sockets = [place.socket(zmq.PULL) for _ in range(5)]

        async def receive(socket: Any) -> Any:
            return await socket.recv_json()

        tasks = [adapter.spawn(receive(socket)) for socket in sockets]
        await adapter.sleep(0.005)
        place.context.destroy(linger=0)
        for task in tasks:
            with pytest.raises((adapter.cancelled, zmq.ZMQError)):
                await task

    run(test)


def test_cancelled_senders_send_nothing(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.socket(zmq.PUSH), place.socket(zmq.PULL)

        async def send(number: int) -> None:
            await a.send_multipart([b"%d" % number, b"end"])

        tasks = [adapter.spawn(send(number)) for number in range(4)]
        await adapter.sleep(0.005)
        tasks[0].cancel()
        tasks[2].cancel()
        await adapter.sleep(0.005)
        a.bind("inproc://cancelled")
        b.connect("inproc://cancelled")
        assert await b.recv_multipart() == [b"1", b"end"]
        assert await b.recv_multipart() == [b"3", b"end"]
        assert await b.poll(10) == 0

    run(test)


def test_wait_for(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        for form in (b.recv, b.recv_multipart, b.recv_string, b.recv_json, b.poll):
            with pytest.raises(adapter.timed_out):
                await adapter.wait_for(form(), 0.01)
        await a.send(b"1")
        assert await adapter.wait_for(b.recv_string(), 10) == "1"

    run(test)


def test_messages_in_several_sends(run: Callable[..., None]) -> None:
    """Parts that tasks send one by one stay together, also when each has to wait."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.socket(zmq.PUSH, sndhwm=1), place.socket(zmq.PULL, rcvhwm=1)

        async def send(number: int) -> None:
            for part in range(4):
                await a.send(b"%d %d" % (number, part), zmq.SNDMORE)
            await a.send(b"end")

        async def send_whole(number: int) -> None:
            await a.send_multipart([b"%d" % number, b"end"])

        tasks = [adapter.spawn((send, send_whole)[number % 2](number)) for number in range(40)]
        await adapter.sleep(0.005)
        a.bind("inproc://several")
        b.connect("inproc://several")
        for number in range(40):
            message = await b.recv_multipart()
            if number % 2:
                assert message == [b"%d" % number, b"end"]
            else:
                assert message == [b"%d %d" % (number, part) for part in range(4)] + [b"end"]
        for task in tasks:
            await task

    run(test)


def test_part_by_part(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)

        async def receive() -> list[bytes]:
            parts = [await b.recv()]
            while b.rcvmore:
                parts.append(await b.recv())
            return parts

        task = adapter.spawn(receive())
        await adapter.sleep(0)
        await a.send_multipart([b"1", b"2", b"3"])
        assert await task == [b"1", b"2", b"3"]

    run(test)


def test_monitor(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:  # noqa: ARG001
        a, b = place.socket(zmq.PAIR), place.socket(zmq.PAIR)
        monitor = a.get_monitor_socket()
        assert type(monitor) is type(a)
        a.bind("tcp://127.0.0.1:*")
        b.connect(a.last_endpoint)
        events = []
        while zmq.EVENT_HANDSHAKE_SUCCEEDED not in events:
            events.append((await recv_monitor_message(monitor))["event"])
        assert events[0] == zmq.EVENT_LISTENING
        a.disable_monitor()
        monitor.close()

    run(test)


def test_poller(run: Callable[..., None]) -> None:
    """Asynchronous sockets, synchronous ones, descriptors and files in one poller."""

    async def test(adapter: Adapter, place: Room) -> None:
        poller = adapter.poller_class()
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        plain_context = zmq.Context(place.context)
        c, d = plain_context.socket(zmq.PAIR), plain_context.socket(zmq.PAIR)
        c.bind("inproc://plain")
        d.connect("inproc://plain")
        named, writing = sockets_of_python.socketpair()
        reading = named.fileno()
        left, right = sockets_of_python.socketpair()
        try:
            poller.register(b, zmq.POLLIN)
            poller.register(d, zmq.POLLIN)
            poller.register(reading, zmq.POLLIN)
            poller.register(left, zmq.POLLIN)
            assert await poller.poll(0) == []
            assert await poller.poll(5) == []

            async def poll() -> Any:
                return await poller.poll(20_000)

            async def happens(action: Callable[[], Any]) -> Any:
                task = adapter.spawn(poll())
                await adapter.sleep(0.005)
                assert not task.done()
                action()
                return await task

            send = zmq.Socket(a).send
            assert await happens(lambda: send(b"1")) == [(b, zmq.POLLIN)]
            assert await b.recv() == b"1"
            assert await happens(lambda: c.send(b"1")) == [(d, zmq.POLLIN)]
            assert d.recv() == b"1"
            assert await happens(lambda: writing.send(b"1")) == [(reading, zmq.POLLIN)]
            assert named.recv(9) == b"1"
            assert await happens(lambda: right.send(b"1")) == [(left.fileno(), zmq.POLLIN)]
            poller.register(a, zmq.POLLOUT)
            assert dict(await poller.poll()) == {left.fileno(): zmq.POLLIN, a: zmq.POLLOUT}
            left.recv(9)
            poller.unregister(a)
            # Two polls at once, each with its own end.
            tasks = [adapter.spawn(poll()) for _ in range(2)]
            await adapter.sleep(0.005)
            writing.send(b"1")
            assert [await task for task in tasks] == [[(reading, zmq.POLLIN)]] * 2
        finally:
            for socket in (left, right, named, writing, c, d):
                socket.close()

    run(test)


def test_poller_and_cancellation(run: Callable[..., None]) -> None:
    async def test(adapter: Adapter, place: Room) -> None:
        poller = adapter.poller_class()
        a, b = place.pair(zmq.PAIR, zmq.PAIR)
        poller.register(b, zmq.POLLIN)
        for _ in range(20):
            with pytest.raises(adapter.timed_out):
                await adapter.wait_for(poller.poll(), 0.001)
        await a.send(b"1")
        assert await poller.poll() == [(b, zmq.POLLIN)]

    run(test)


def test_floods_leave_room_for_others(run: Callable[..., None]) -> None:
    """A task whose every operation completes at once lets others run."""

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
        turns = 0
        running = True

        async def other() -> None:
            nonlocal turns
            while running:
                turns += 1
                await adapter.sleep(0)

        async def flood() -> None:
            for number in range(20_000):
                await a.send(b"%d" % number)
                assert await b.recv() == b"%d" % number

        task = adapter.spawn(other())
        await flood()
        running = False
        await task
        # With a budget of 64, about 600 turns.
        assert turns > 100

    run(test)


def test_iteration(run: Callable[..., None], adapter: Adapter) -> None:
    if not adapter.futures:
        pytest.skip("there is no `async for` in this kind of loop")

    async def test(adapter: Adapter, place: Room) -> None:
        a, b = place.pair(zmq.PUSH, zmq.PULL)
        for number in range(3):
            await a.send_multipart([b"%d" % number, b"end"])
        got = []
        async with b:
            async for message in b:
                got.append(message)
                if len(got) == 3:
                    break
        assert got == [[b"%d" % number, b"end"] for number in range(3)]
        assert b.closed
        assert [message async for message in b] == []
        assert adapter.futures

    run(test)


def test_thousands_of_sockets(run: Callable[..., None]) -> None:
    """Each client gets its own replies."""

    async def test(adapter: Adapter, place: Room) -> None:
        clients, rounds = 100, 10
        router = place.socket(zmq.ROUTER)
        router.bind("inproc://router")

        async def serve() -> None:
            for _ in range(clients * rounds):
                await router.send_multipart(await router.recv_multipart())

        async def ask(number: int) -> None:
            dealer = place.socket(zmq.DEALER)
            dealer.connect("inproc://router")
            for turn in range(rounds):
                await dealer.send(b"%d %d" % (number, turn))
                assert await dealer.recv() == b"%d %d" % (number, turn)
            dealer.close()

        tasks = [adapter.spawn(task) for task in (serve(), *map(ask, range(clients)))]
        for task in tasks:
            await task

    run(test)
