"""ZMQStream: errors of callbacks, of sending and of receiving."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory, terminate
from tests.fix_loops import LIMIT, Errors, run, turns, until
from tests.fix_streams import Streams

pytest.importorskip("tornado", reason="ZMQStream needs tornado")

from zmq import asyncio as zmq_asyncio
from zmq.eventloop.zmqstream import ZMQStream, gen_log

UNCAUGHT = "Uncaught exception in ZMQStream callback"


def test_errors_in_callbacks_are_logged_and_go_to_the_handler_of_the_loop(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)
    received: list[bytes] = []
    sent: list[bytes] = []

    async def main() -> None:
        errors = Errors()
        stream = streams(one)

        def bad_recv(msg: list[bytes]) -> None:
            received.append(msg[0])
            raise ValueError(f"recv {msg[0]!r}")

        def bad_send(msg: Any, _: Any) -> None:
            sent.append(msg[0])
            raise ValueError(f"send {msg[0]!r}")

        stream.on_recv(bad_recv)
        stream.on_send(bad_send)
        for number in range(3):
            two.send(b"%d" % number)
            stream.send(b"%d" % number)
        await until(lambda: len(errors.contexts) == 6)
        assert received == sent == [b"0", b"1", b"2"]
        texts = sorted(str(error) for error in errors.exceptions)
        assert texts == [f"{what} b'{number}'" for what in ("recv", "send") for number in range(3)]
        assert all(UNCAUGHT in context["message"] for context in errors.contexts)
        assert stream.receiving()

        async def bad_coroutine(_: Any) -> None:
            await asyncio.sleep(0)
            raise LookupError("coroutine")

        stream.on_recv(bad_coroutine)
        two.send(b"x")
        await until(lambda: len(errors.contexts) == 7)
        assert isinstance(errors.exceptions[-1], LookupError)

        async def cancelled(_: Any) -> None:
            raise asyncio.CancelledError

        stream.on_recv(cancelled)
        two.send(b"x")
        await turns()
        good: list[Any] = []
        stream.on_recv(good.append)
        two.send(b"x")
        await until(lambda: good)
        assert len(errors.contexts) == 7

        def bad_close() -> None:
            raise LookupError("close")

        stream.set_close_callback(bad_close)
        with pytest.raises(LookupError, match="close"):
            stream.close()
        assert stream.closed()
        assert one.closed
        assert len(errors.contexts) == 7

    run(main)
    assert len(caplog.records) == 8
    assert {(record.name, record.levelname) for record in caplog.records} == {(gen_log.name, "ERROR")}
    assert {record.getMessage() for record in caplog.records} == {UNCAUGHT}
    assert all(record.exc_info for record in caplog.records)


def test_errors_are_logged_once_by_default(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        def callback(_: Any) -> None:
            raise ValueError("for the log")

        streams(pull).on_recv(callback)
        push.send(b"x")
        await until(lambda: caplog.records)
        await turns()

    run(main)
    (record,) = caplog.records
    assert (record.name, record.getMessage()) == ("tornado.general", UNCAUGHT)
    assert "ValueError: for the log" in caplog.text


def test_flush_raises_what_callbacks_raise(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)
    got: list[bytes] = []

    async def main() -> None:
        errors = Errors()
        stream = streams(one)

        def callback(msg: list[bytes]) -> None:
            got.append(msg[0])
            raise ValueError("from the callback")

        stream.on_recv(callback)
        for number in range(2):
            two.send(b"%d" % number)
            with pytest.raises(ValueError, match="from the callback"):
                stream.flush()
        assert not errors.contexts
        # In the loop, it is not raised, so that no message waits for another event.
        two.send(b"2")
        two.send(b"3")
        await until(lambda: len(errors.contexts) == 2)

    run(main)
    assert got == [b"0", b"1", b"2", b"3"]


class Broken(zmq.Socket[bytes]):
    """Raises, once, instead of receiving."""

    error: Exception | None = None

    def recv_multipart(self, *args: Any, **kwargs: Any) -> Any:
        error, self.error = self.error, None
        if error is not None:
            raise error
        return super().recv_multipart(*args, **kwargs)


def test_errors_of_receiving(
    context: zmq.Context[Any], streams: Streams, endpoint: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    address = endpoint("inproc")
    got: list[Any] = []

    async def main() -> None:
        with context.socket(zmq.PULL, Broken) as pull, context.socket(zmq.PUSH) as push:
            pull.bind(address)
            push.connect(address)
            stream = streams(pull)
            stream.on_recv(got.append)
            pull.error = zmq.ZMQError(zmq.EHOSTUNREACH)
            push.send(b"1")
            await until(lambda: caplog.records)
            pull.error = ValueError("flushed")
            push.send(b"2")
            with pytest.raises(ValueError, match="flushed"):
                stream.flush()
            await until(lambda: len(got) == 2)
            stream.close()

    run(main)
    (record,) = caplog.records
    assert record.getMessage() == "Uncaught exception in zmqstream callback"


def test_a_message_that_libzmq_refuses_does_not_stop_the_others(
    sockets: SocketFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    router, dealer = sockets(zmq.ROUTER, router_mandatory=1), sockets(zmq.DEALER, routing_id=b"here")
    router.bind("inproc://refused")
    dealer.connect("inproc://refused")

    async def main() -> None:
        errors = Errors()
        sent: list[Any] = []
        stream = streams(router)
        stream.on_send(lambda msg, status: sent.append((msg, status)))
        stream.send_multipart([b"nobody", b"1"])
        stream.send_multipart([b"here", b"2"])
        await until(lambda: not stream.sending())
        assert [msg for msg, _ in sent] == [[b"nobody", b"1"], [b"here", b"2"]]
        assert isinstance(sent[0][1], zmq.ZMQError)
        assert sent[0][1].errno == zmq.EHOSTUNREACH
        assert sent[1][1] is None
        assert not errors.contexts

    run(main)
    assert dealer.recv() == b"2"
    (record,) = caplog.records
    assert (record.name, record.levelname) == (gen_log.name, "ERROR")
    assert record.getMessage() == f"SEND Error: {zmq.ZMQError(zmq.EHOSTUNREACH)}"


def test_keyboard_interrupts_leave_the_loop_and_lose_no_message(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []
    loop = asyncio.new_event_loop()
    try:
        stream = streams(pull, loop)

        def callback(msg: list[bytes]) -> None:
            got.append(msg)
            if len(got) == 1:
                raise KeyboardInterrupt

        stream.on_recv(callback)
        push.send(b"1")
        push.send(b"2")
        with pytest.raises(KeyboardInterrupt):
            loop.run_forever()
        assert got == [[b"1"]]
        loop.run_until_complete(asyncio.wait_for(until(lambda: len(got) == 2), LIMIT))
        stream.close()
    finally:
        loop.close()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exits_in_send_callbacks_leave_the_loop_once(
    pair: PairFactory, streams: Streams, kind: type[BaseException]
) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    sent: list[Any] = []
    loop = asyncio.new_event_loop()
    try:
        stream = streams(push, loop)

        def callback(msg: Any, _: Any) -> None:
            sent.append(msg)
            if len(sent) == 1:
                raise kind

        stream.on_send(callback)
        for number in range(3):
            stream.send(b"%d" % number)
        with pytest.raises(kind):
            loop.run_forever()
        assert sent == [[b"0"]]
        loop.run_until_complete(asyncio.wait_for(until(lambda: len(sent) == 3), LIMIT))
        stream.close()
    finally:
        loop.close()
    assert [pull.recv() for _ in range(3)] == [b"0", b"1", b"2"]


def test_an_exit_in_a_close_callback_keeps_nothing_else_waiting() -> None:
    """The end of the context reaches all that wait for the socket."""
    context = zmq.Context()
    socket = zmq_asyncio.Context(context).socket(zmq.PULL)
    loop = asyncio.new_event_loop()

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def wait() -> Any:
        return await socket.poll(1000 * LIMIT, zmq.POLLIN)

    try:
        with pytest.warns(RuntimeWarning, match="shadows"):
            stream = ZMQStream(socket, loop)
        stream.on_recv(print)
        stream.set_close_callback(interrupt)
        waiting = loop.create_task(wait())
        loop.run_until_complete(turns())
        terminating = loop.run_in_executor(None, terminate, context)
        with pytest.raises(KeyboardInterrupt):
            loop.run_forever()
        with pytest.raises((zmq.ContextTerminated, asyncio.CancelledError)):
            loop.run_until_complete(waiting)
        loop.run_until_complete(terminating)
        assert stream.closed()
    finally:
        loop.close()


@pytest.mark.parametrize("method", ["on_recv", "on_recv_stream", "on_send", "on_send_stream", "set_close_callback"])
def test_callbacks_must_be_callable(pair: PairFactory, streams: Streams, method: str) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        with pytest.raises(AssertionError, match="a callback is callable, or None, but this is not: 3"):
            getattr(stream, method)(3)
        getattr(stream, method)(None)

    run(main)


def test_methods_that_do_nothing_log_that(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    one, _ = pair(zmq.PAIR, zmq.PAIR)

    async def main() -> None:
        stream = streams(one)
        stream.on_err(print)
        stream.stop_on_err()

    run(main)
    assert [(record.name, record.levelname) for record in caplog.records] == [(gen_log.name, "WARNING")] * 2
    assert {record.getMessage() for record in caplog.records} == {"on_err does nothing, and will be removed"}
