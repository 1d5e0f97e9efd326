"""ZMQStream: how it ends, what goes wrong, whom it lets run, and the loops that it runs in."""

from __future__ import annotations

import asyncio
import gc
import socket as std_socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory, terminate
from tests.fix_loops import LIMIT, Errors, run, turns, until
from tests.fix_process import Runner
from tests.fix_streams import Streams

pytest.importorskip("tornado", reason="ZMQStream needs tornado")

from tornado.ioloop import IOLoop

from zmq._async.readiness import WaitQueue
from zmq.asyncio import set_budget
from zmq.eventloop.zmqstream import ZMQStream, gen_log

# ---- closing


def test_close(pair: PairFactory, streams: Streams) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)
    calls: list[Any] = []

    async def main() -> None:
        stream = streams(one)
        assert stream.socket is one
        assert not stream.closed()
        stream.set_close_callback(lambda *args: calls.append((args, one.closed)))
        stream.on_recv(calls.append)
        stream.close()
        # At once, not when the loop gets to it.
        assert one.closed
        assert calls == [((), True)]
        assert stream.closed()
        socket: Any = stream.socket
        assert socket is None
        assert not stream.receiving()
        assert not stream.sending()
        stream.close()
        assert len(calls) == 1
        refused: list[Callable[[], Any]] = [
            lambda: stream.send(b"x"),
            lambda: stream.send_multipart([b"x"]),
            lambda: stream.send_string("x"),
            lambda: stream.send_json(1),
            lambda: stream.send_pyobj(1),
            lambda: stream.on_recv(calls.append),
            lambda: stream.on_recv(None),
            lambda: stream.on_send(None),
            stream.stop_on_recv,
            stream.stop_on_send,
            stream.flush,
        ]
        for call in refused:
            with pytest.raises(OSError, match="Stream is closed"):
                call()
        await turns()

    run(main)


def test_close_hands_over_what_waits(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL, linger=-1)
    sent: list[Any] = []

    async def main() -> None:
        stream = streams(push)
        stream.on_send(lambda msg, _: sent.append(msg))
        stream.send(b"1")
        stream.send(b"2")
        stream.close()

    run(main)
    assert [pull.recv(), pull.recv()] == [b"1", b"2"]
    assert sent == [[b"1"], [b"2"]]


def test_close_with_a_bad_linger_leaves_it_open(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        with pytest.raises(TypeError, match="an integer is required, not 'soon'"):
            stream.close("soon")  # type: ignore[arg-type]
        stream.send(b"x")
        await until(lambda: not stream.sending())

    run(main)
    assert two.recv() == b"x"


def test_callbacks_may_close_the_stream(pair: PairFactory, streams: Streams) -> None:
    got: list[Any] = []

    async def main() -> None:
        for how in ("recv", "send", "flush"):
            one, two = pair(zmq.PAIR, zmq.PAIR)
            stream = streams(one)
            if how == "send":
                stream.on_send(lambda *_, stream=stream: stream.close())
                stream.send(b"1")
                stream.send(b"2")
            else:

                def receive_and_close(stream: ZMQStream, msg: list[bytes]) -> None:
                    got.append(msg)
                    stream.close()

                stream.on_recv_stream(receive_and_close)
                two.send(b"1")
                two.send(b"2")
            if how == "flush":
                assert stream.flush() == 1
            await until(stream.closed)
            await turns()

    run(main)
    assert got == [[b"1"], [b"1"]]


def test_a_socket_that_others_close(pair: PairFactory, streams: Streams) -> None:
    calls: list[str] = []

    async def main() -> None:
        one, two = pair(zmq.PAIR, zmq.PAIR)
        stream = streams(one)
        stream.on_recv(lambda _: calls.append("received"))
        stream.set_close_callback(lambda: calls.append("closed"))
        one.close()
        with pytest.warns(UserWarning, match="after closing socket"):
            assert stream.closed()
        assert calls == ["closed"]
        with pytest.raises(OSError, match="Stream is closed"):
            stream.send(b"x")
        two.close()

        one, two = pair(zmq.PAIR, zmq.PAIR)
        stream = streams(one)
        one.close()
        for use in (lambda: stream.send(b"x"), lambda: stream.on_recv(print), stream.flush):
            with pytest.raises(zmq.ZMQError) as raised:
                use()
            assert raised.value.errno == zmq.ENOTSOCK
        with pytest.warns(UserWarning, match="after closing socket"):
            stream.close()
        two.close()

    run(main)


def test_a_turn_of_the_loop_finds_the_socket_closed(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        stream.send(b"x")
        one.close()
        errors = Errors()
        await until(lambda: stream._turns.closed)
        assert [type(error) for error in errors.exceptions] == [UserWarning]

    run(main)
    (record,) = caplog.records
    assert (record.name, record.levelname) == (gen_log.name, "WARNING")
    assert "attached to closed socket" in record.getMessage()


def test_termination_of_the_context_closes_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    context = zmq.Context()
    calls: list[str] = []

    async def main() -> None:
        stream = ZMQStream(context.socket(zmq.PULL))
        stream.on_recv(lambda _: calls.append("received"))
        stream.set_close_callback(lambda: calls.append("closed"))
        await turns()
        await asyncio.get_running_loop().run_in_executor(None, terminate, context)
        await until(lambda: calls)
        assert stream.closed()

    run(main)
    (record,) = caplog.records
    assert (record.name, record.levelname) == (gen_log.name, "WARNING")
    assert "after terminating context" in record.getMessage()
    assert calls == ["closed"]
    assert context.closed


def test_nothing_is_left_of_a_closed_stream(
    pair: PairFactory, count_descriptors: Callable[[], int], eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    async def main() -> None:
        loop = IOLoop.current()
        for _ in range(20):
            one, two = pair(zmq.PAIR, zmq.PAIR)
            stream = ZMQStream(one)
            stream.on_recv_stream(lambda stream, msg: stream.send_multipart(msg))
            two.send(b"x")
            await until(lambda two=two: two.poll(0))  # type: ignore[misc]
            weak = weakref.ref(stream)
            stream.close()
            two.close()
            del stream, one, two
            await turns()
            gc.collect()
            assert weak() is None
        assert not [handler for handler in getattr(loop, "handlers", {}).values() if "zmq" in repr(handler)]

    before = count_descriptors()
    run(main)
    # Those of the context's threads stay until it is terminated.
    eventually(lambda: count_descriptors() <= before + 6)


# ---- no edge is lost, nobody starves


def test_uses_of_the_socket_between_take_no_message(pair: PairFactory, streams: Streams) -> None:
    """Each of these uses may take the signal of a message from the descriptor."""
    one, two = pair(zmq.PAIR, zmq.PAIR)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(one)
        stream.on_recv(got.append)
        uses: list[Callable[[], Any]] = [
            lambda: stream.socket.get(zmq.EVENTS),
            lambda: stream.getsockopt(zmq.EVENTS),
            lambda: stream.socket.send(b"directly"),
            lambda: stream.socket.poll(0),
            lambda: stream.bind("inproc://another").__exit__(None, None, None),
            lambda: stream.send(b"later"),
            lambda: stream.flush(zmq.POLLOUT),
        ]
        for number in range(50 * len(uses)):
            await turns(3)
            two.send(b"x")
            uses[number % len(uses)]()
            await until(lambda number=number: len(got) == number + 1)  # type: ignore[misc]

    run(main)


def test_a_stress_of_two_streams_loses_nothing(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.DEALER, zmq.DEALER, "tcp")
    count = 5000
    got: dict[int, list[bytes]] = {0: [], 1: []}

    async def main() -> None:
        both = [streams(one), streams(two)]
        for index, stream in enumerate(both):
            stream.on_recv(lambda msg, index=index: got[index].append(msg[0]))
        for number in range(count):
            both[number % 2].send(b"%d" % number)
            if number % 7 == 0:
                await asyncio.sleep(0)
            if number % 31 == 0:
                both[1].flush(limit=2)
        await until(lambda: len(got[0]) + len(got[1]) == count)

    run(main)
    assert got[1] == [b"%d" % number for number in range(0, count, 2)]
    assert got[0] == [b"%d" % number for number in range(1, count, 2)]


def test_a_flood_does_not_starve_other_tasks(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
    count = 20_000
    got = 0
    # How many messages were received between two turns of the other task.
    gaps: list[int] = []

    async def main() -> None:
        nonlocal got
        stream = streams(pull)

        def callback(_: Any) -> None:
            nonlocal got
            got += 1

        for _ in range(count):
            push.send(b"x")
        stream.on_recv(callback)
        while got < count:
            before = got
            await asyncio.sleep(0)
            gaps.append(got - before)

    run(main)
    assert max(gaps) == 64


def test_slow_callbacks_do_not_starve_other_tasks(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(pull)

        def callback(msg: Any) -> None:
            time.sleep(0.006)
            got.append(msg)

        for _ in range(10):
            push.send(b"x")
        stream.on_recv(callback)
        while len(got) < 10:
            before = len(got)
            await asyncio.sleep(0)
            assert len(got) - before <= 2

    run(main)


def test_the_budget_can_be_set(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(pull)
        for _ in range(20):
            push.send(b"x")
        stream.on_recv(got.append)
        while len(got) < 20:
            before = len(got)
            await asyncio.sleep(0)
            assert len(got) - before <= 1

    before = set_budget(1)
    try:
        run(main)
    finally:
        set_budget(before)


def test_a_quiet_stream_does_not_keep_the_loop_busy(
    pair: PairFactory, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        paused, stream = streams(one), streams(two)
        stream.on_recv(lambda _: None)
        stream.send(b"nobody asks for it")
        await turns()
        assert not paused.receiving()
        calls = 0
        real = WaitQueue.wake

        def counted(self: WaitQueue) -> None:
            nonlocal calls
            calls += 1
            real(self)

        monkeypatch.setattr(WaitQueue, "wake", counted)
        await asyncio.sleep(0.2)
        assert calls <= 2

    run(main)


# ---- loops


def test_loops(pair: PairFactory, streams: Streams) -> None:
    async def main() -> None:
        loops: list[Any] = [None, IOLoop.current(), asyncio.get_running_loop()]
        for loop in loops:
            push, pull = pair(zmq.PUSH, zmq.PULL)
            got: list[Any] = []
            stream = streams(pull, loop)
            assert stream.io_loop is (IOLoop.current() if loop is None else loop)
            stream.on_recv(got.append)
            for number in range(3):
                push.send(b"%d" % number)
            await until(lambda got=got: len(got) == 3)  # type: ignore[misc]
            stream.close()
            await turns()

    run(main)


def test_not_a_loop(pair: PairFactory) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)
    with pytest.raises(TypeError, match="a tornado IOLoop or an asyncio event loop, not 3"):
        ZMQStream(one, 3)  # type: ignore[arg-type]


class Wrapper:
    """An object that is no socket, but has the attributes of one."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self.wrapped = socket
        self.sent: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wrapped, name)

    def send_multipart(self, *args: Any, **kwargs: Any) -> Any:
        self.sent.append(args[0])
        return self.wrapped.send_multipart(*args, **kwargs)


def test_objects_that_wrap_a_socket(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)
    got: list[Any] = []

    async def main() -> None:
        wrapper = Wrapper(one)
        stream = streams(wrapper)  # type: ignore[arg-type]
        stream.on_recv(got.append)
        two.send(b"in")
        await until(lambda: got)
        stream.send(b"out")
        await until(lambda: wrapper.sent)
        stream.close()
        assert one.closed

    run(main)
    assert two.recv() == b"out"


def test_not_a_socket() -> None:
    with std_socket.socket() as other, pytest.raises(TypeError, match=r"needs a zmq\.Socket, not <socket"):
        ZMQStream(other)  # type: ignore[arg-type]


def test_a_closed_socket(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PAIR)
    socket.close()

    async def main() -> None:
        with pytest.raises(zmq.ZMQError) as raised:
            ZMQStream(socket)
        assert raised.value.errno == zmq.ENOTSOCK

    run(main)


def test_two_streams_with_one_socket(pair: PairFactory, streams: Streams) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        streams(one)
        with pytest.raises(ValueError, match="added twice"):
            ZMQStream(one)

    run(main)


def test_started_by_tornado(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []
    loop = IOLoop(make_current=False)
    try:
        stream = streams(pull, loop)

        def callback(msg: list[bytes]) -> None:
            got.append(msg)
            loop.stop()

        stream.on_recv(callback)
        sender = streams(push, loop)
        sender.send(b"x")
        loop.call_later(LIMIT, loop.stop)
        loop.start()
        stream.close()
        sender.close()
    finally:
        loop.close()
    assert got == [[b"x"]]


def test_made_in_another_thread_than_that_of_the_loop(
    pair: PairFactory, background: Callable[..., Any], eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    """As programs do that have a thread for the loop."""
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[tuple[Any, int]] = []
    loops: list[asyncio.AbstractEventLoop] = []
    thread_of_loop: list[int] = []

    async def main() -> None:
        thread_of_loop.append(threading.get_ident())
        loops.append(asyncio.get_running_loop())
        await until(lambda: len(got) == 2)
        stream.close()

    running = background(run, main)
    loop = eventually(lambda: loops and loops[0])
    stream = ZMQStream(pull, loop)
    stream.on_recv(lambda msg: got.append((msg, threading.get_ident())))
    push.send(b"1")
    push.send(b"2")
    running.result()
    assert got == [([b"1"], thread_of_loop[0]), ([b"2"], thread_of_loop[0])]


def test_a_loop_that_is_closed(pair: PairFactory) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> ZMQStream:
        return ZMQStream(one)

    stream = run(main)
    stream.send(b"x")
    assert stream.flush() == 1
    assert two.recv() == b"x"
    stream.close()
    assert one.closed


# ---- other sockets


def test_asynchronous_sockets_warn_and_work(context: zmq.Context[Any], endpoint: Callable[[str], str]) -> None:
    """The stream shadows them, and closes both."""
    from zmq import asyncio as zmq_asyncio
    from zmq.eventloop import future

    async def main() -> None:
        for cls in (zmq_asyncio.Socket, future.Socket):
            got: list[Any] = []
            sent: list[Any] = []
            pull, push = context.socket(zmq.PULL, cls), context.socket(zmq.PUSH, cls)
            address = endpoint("inproc")
            pull.bind(address)
            push.connect(address)
            with pytest.warns(RuntimeWarning, match=r"socket_class=zmq\.Socket"):
                receiver = ZMQStream(pull)
            with pytest.warns(RuntimeWarning, match="only supports the base zmq.Socket class"):
                sender = ZMQStream(push)
            assert type(receiver.socket) is zmq.Socket
            receiver.on_recv(got.append)
            sender.on_send(lambda *args, sent=sent: sent.append(args))
            sender.send_multipart([b"a", b"b"])
            await until(lambda got=got, sent=sent: got and sent)  # type: ignore[misc]
            assert got == [[b"a", b"b"]]
            assert sent == [([b"a", b"b"], None)]
            receiver.close(0)
            sender.close(0)
            assert pull.closed
            assert push.closed

    run(main)


class OwnSocket(zmq.Socket[bytes]):
    """Synchronous: taken as it is."""


def test_classes_of_ones_own_do_not_warn(context: zmq.Context[Any], streams: Streams) -> None:
    async def main() -> None:
        socket = context.socket(zmq.PAIR, OwnSocket)
        assert streams(socket).socket is socket

    run(main)


# ---- the rest of the socket


def test_methods_of_the_socket(pair: PairFactory, streams: Streams) -> None:
    sub, _ = pair(zmq.SUB, zmq.PUB)

    async def main() -> None:
        stream = streams(sub)
        names = ("bind", "connect", "bind_to_random_port", "unbind", "disconnect", "subscribe", "setsockopt")
        for name in (*names, "getsockopt", "getsockopt_string", "setsockopt_string", "get_monitor_socket"):
            assert getattr(stream, name) == getattr(sub, name)
        stream.setsockopt(zmq.LINGER, 5)
        assert stream.getsockopt(zmq.LINGER) == 5
        for name in ("recv", "recv_multipart", "recv_string", "recv_json", "recv_into", "no_such_name", "_no_such"):
            with pytest.raises(AttributeError, match=f"'ZMQStream' object has no attribute '{name}'"):
                getattr(stream, name)
        assert isinstance(stream.poller, zmq.Poller)
        assert stream.poller is stream.poller
        poller = zmq.Poller()
        stream.poller = poller
        assert stream.poller is poller
        assert {"bind", "getsockopt", "setsockopt_string"} < set(dir(stream))
        assert "zmq.eventloop.zmqstream.ZMQStream" in repr(stream)
        # Programs keep what they like on a stream.
        stream.channel = "shell"  # type: ignore[attr-defined]

    run(main)


def test_the_socket_can_be_taken_away(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        got: list[Any] = []
        stream.on_recv(got.append)
        stream.socket = None
        assert stream.closed()
        with pytest.raises(OSError, match="Stream is closed"):
            stream.send(b"x")
        two.send(b"x")
        await turns()
        assert not got
        stream.close()
        other = streams(one)
        other.on_recv(got.append)
        await until(lambda: got)

    run(main)


def test_the_socket_can_be_replaced(pair: PairFactory, streams: Streams) -> None:
    (one, two), (three, four) = pair(zmq.PAIR, zmq.PAIR), pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        got: list[Any] = []
        stream.on_recv(got.append)
        stream.socket = three
        two.send(b"old")
        four.send(b"new")
        await until(lambda: got)
        await turns()
        assert got == [[b"new"]]
        stream.send(b"answer")
        await until(lambda: not stream.sending())
        stream.close()
        assert three.closed
        assert not one.closed

    run(main)
    assert four.recv() == b"answer"


def test_a_socket_that_cannot_replace_the_other(pair: PairFactory, streams: Streams) -> None:
    (one, two), (three, _) = pair(zmq.PAIR, zmq.PAIR), pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream, _ = streams(one), streams(three)
        got: list[Any] = []
        stream.on_recv(got.append)
        with pytest.raises(ValueError, match="added twice"):
            stream.socket = three
        assert stream.socket is one
        stream.socket = one
        two.send(b"x")
        await until(lambda: got)

    run(main)


# ---- what is installed


def test_without_tornado(run_python: Runner) -> None:
    program = """
        import sys

        sys.modules["tornado"] = None
        import zmq.eventloop  # can be imported nevertheless

        for name in ("zmq.eventloop.zmqstream", "zmq.eventloop.ioloop"):
            try:
                __import__(name)
            except ImportError as error:
                assert "pip install 'pyzmq[tornado]'" in str(error), error
            else:
                raise SystemExit(f"{name} was imported")
    """
    run_python(program).succeeded()


def test_clean_in_development_mode(run_python: Runner) -> None:
    program = """
        import asyncio
        import zmq
        from zmq.eventloop.zmqstream import ZMQStream

        async def main():
            with zmq.Context() as context:
                pull, push = ZMQStream(context.socket(zmq.PULL)), ZMQStream(context.socket(zmq.PUSH))
                pull.bind("inproc://x")
                push.connect("inproc://x")
                got = asyncio.get_running_loop().create_future()
                pull.on_recv(got.set_result)
                push.send(b"x")
                assert await got == [b"x"]
                pull.close()
                push.close()

        asyncio.run(main())
    """
    ended = run_python(program, "-X", "dev", "-W", "error").succeeded()
    assert not ended.errors


def test_import_zmq_brings_none_of_it(run_python: Runner) -> None:
    program = """
        import sys
        import zmq

        assert not {"asyncio", "tornado", "gevent", "zmq.eventloop", "zmq.green"} & set(sys.modules)
    """
    run_python(program, "-I").succeeded()
