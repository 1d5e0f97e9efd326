"""ZMQStream: callbacks for what is received and sent, and flush()."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_loops import LIMIT, run, turns, until
from tests.fix_streams import Streams

pytest.importorskip("tornado", reason="ZMQStream needs tornado")

from tornado import gen

from zmq.eventloop._turns import Turns
from zmq.eventloop.zmqstream import ZMQStream, gen_log

# ---- receiving


@pytest.mark.parametrize("transport", ["inproc", "ipc", "tcp"])
def test_echo(pair: PairFactory, streams: Streams, transport: str) -> None:
    """The example of the documentation."""
    rep, req = pair(zmq.REP, zmq.REQ, transport)
    answers: list[list[bytes]] = []

    async def main() -> None:
        stream = streams(rep)
        stream.on_recv(stream.send_multipart)
        asker = streams(req)
        asker.on_recv(answers.append)
        for number in range(10):
            asker.send_multipart([b"%d" % number, b""])
        await until(lambda: len(answers) == 10)

    run(main)
    assert answers == [[b"%d" % number, b""] for number in range(10)]


def test_messages_are_lists_even_of_one_frame(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    async def main() -> None:
        streams(pull).on_recv(got.append)
        push.send(b"one")
        await until(lambda: got)

    run(main)
    assert got == [[b"one"]]


def test_frames(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[list[zmq.Frame]] = []

    async def main() -> None:
        streams(pull).on_recv(got.append, copy=False)
        push.send_multipart([b"a", b"b"])
        await until(lambda: got)

    run(main)
    assert [type(frame) for frame in got[0]] == [zmq.Frame, zmq.Frame]
    assert [frame.bytes for frame in got[0]] == [b"a", b"b"]


@pytest.mark.parametrize("copy", [True, False])
def test_one_callback_for_several_streams(pair: PairFactory, streams: Streams, copy: bool) -> None:
    got: list[tuple[ZMQStream, bytes]] = []

    async def main() -> None:
        pairs = [pair(zmq.PUSH, zmq.PULL) for _ in range(3)]
        receivers = [streams(pull) for _, pull in pairs]
        for receiver in receivers:
            receiver.on_recv_stream(lambda stream, msg: got.append((stream, bytes(msg[0]))), copy=copy)
        for number, (push, _) in enumerate(pairs):
            push.send(b"%d" % number)
        await until(lambda: len(got) == 3)
        assert sorted(got, key=lambda pair: pair[1]) == [(receivers[n], b"%d" % n) for n in range(3)]

    run(main)


def test_nothing_is_received_without_a_callback(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(pull)
        assert not stream.receiving()
        push.send(b"1")
        await turns()
        assert pull.poll(0)
        stream.on_recv(got.append)
        assert stream.receiving()
        await until(lambda: got == [[b"1"]])
        stream.stop_on_recv()
        assert not stream.receiving()
        for number in (2, 3, 4):
            push.send(b"%d" % number)
            await turns()
        assert len(got) == 1
        # What came meanwhile is there, although nothing signals it any more.
        stream.on_recv_stream(lambda _, msg: got.append(msg))
        await until(lambda: len(got) == 4)
        stream.on_recv_stream(None)
        assert not stream.receiving()

    run(main)
    assert got == [[b"1"], [b"2"], [b"3"], [b"4"]]


def test_a_callback_replaces_the_other(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    first: list[Any] = []
    second: list[Any] = []

    async def main() -> None:
        stream = streams(pull)

        def take_over(msg: list[bytes]) -> None:
            first.append(msg)
            stream.on_recv(second.append, copy=False)

        stream.on_recv(take_over)
        for _ in range(3):
            push.send(b"x")
        await until(lambda: len(second) == 2)

    run(main)
    assert first == [[b"x"]]
    assert all(isinstance(msg[0], zmq.Frame) for msg in second)


def test_callbacks_may_be_coroutine_functions(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    started: list[bytes] = []
    ended: list[bytes] = []
    sent: list[Any] = []

    async def main() -> None:
        gate = asyncio.Event()

        async def on_recv(msg: list[bytes]) -> None:
            started.append(msg[0])
            await gate.wait()
            ended.append(msg[0])

        async def on_send(msg: Any, status: Any) -> None:
            await asyncio.sleep(0)
            sent.append((msg, status))

        sender = streams(push)
        sender.on_send(on_send)
        streams(pull).on_recv(on_recv)
        for number in range(3):
            sender.send(b"%d" % number)
        await until(lambda: len(started) == 3)
        # Nobody but the stream knows of the tasks.
        gc.collect()
        assert not ended
        gate.set()
        await until(lambda: len(ended) == 3 and len(sent) == 3)

    run(main)
    assert started == ended == [b"0", b"1", b"2"]
    assert sent == [([b"%d" % number], None) for number in range(3)]


def test_callbacks_of_tornado(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    @gen.coroutine
    def callback(msg: list[bytes]) -> Any:
        yield gen.sleep(0)
        got.append(msg)

    async def main() -> None:
        streams(pull).on_recv(callback)
        push.send(b"x")
        await until(lambda: got)

    run(main)
    assert got == [[b"x"]]


# ---- sending


def test_send_callbacks(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    sent: list[Any] = []

    async def main() -> None:
        stream = streams(push)
        stream.on_send(lambda *args: sent.append(args))
        stream.send(b"1")
        assert stream.sending()
        stream.send_multipart((b"2", bytearray(b"3")))
        await until(lambda: len(sent) == 2)
        assert not stream.sending()
        stream.on_send_stream(lambda *args: sent.append(args))
        stream.send(b"4")
        await until(lambda: len(sent) == 3)
        stream.send(b"5", callback=lambda *args: sent.append(("own", *args)))
        stream.send(b"6")
        await until(lambda: len(sent) == 5)
        stream.stop_on_send()
        stream.send(b"7")
        await until(lambda: not stream.sending())
        assert sent == [
            ([b"1"], None),
            ((b"2", bytearray(b"3")), None),
            (stream, [b"4"], None),
            # As documented, it is registered for what follows, too.
            ("own", [b"5"], None),
            ("own", [b"6"], None),
        ]

    run(main)
    assert [pull.recv_multipart() for _ in range(6)] == [[b"1"], [b"2", b"3"], [b"4"], [b"5"], [b"6"], [b"7"]]


def test_trackers(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    sent: list[Any] = []
    data = bytearray(100_000)

    async def main() -> None:
        stream = streams(push)
        stream.on_send(lambda _, status: sent.append(status))
        stream.send(data, copy=False, track=True)
        stream.send_multipart([b"x"], copy=False)
        await until(lambda: len(sent) == 2)

    run(main)
    assert isinstance(sent[0], zmq.MessageTracker)
    assert sent[1] is None
    assert len(pull.recv()) == 100_000
    sent[0].wait(LIMIT)
    assert sent[0].done


def test_serialising(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send_string("ö")
        stream.send_unicode("ö", encoding="latin-1")
        stream.send_json({"b": 1, "a": [None]}, sort_keys=True)
        stream.send_pyobj({1, 2})
        stream.send_pyobj("old", protocol=0)
        await until(lambda: not stream.sending())

    run(main)
    assert pull.recv_string() == "ö"
    assert pull.recv_string(encoding="latin-1") == "ö"
    assert pull.recv() == b'{"a": [null], "b": 1}'
    assert pull.recv_pyobj() == {1, 2}
    assert pull.recv_pyobj() == "old"


def test_frames_of_a_message_one_by_one(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send(b"1", flags=zmq.SNDMORE)
        stream.send(zmq.Frame(b"2"), zmq.SNDMORE)
        stream.send(memoryview(b"3"))
        await until(lambda: not stream.sending())

    run(main)
    assert pull.recv_multipart() == [b"1", b"2", b"3"]


def test_sending_waits_for_a_peer(sockets: SocketFactory, streams: Streams, endpoint: Callable[[str], str]) -> None:
    push, pull = sockets(zmq.PUSH), sockets(zmq.PULL)
    address = endpoint("inproc")
    pull.bind(address)

    async def main() -> None:
        stream = streams(push)
        for number in range(3):
            stream.send(b"%d" % number)
        await turns()
        assert stream.sending()
        assert stream.flush() == 0
        stream.connect(address)
        await until(lambda: not stream.sending())

    run(main)
    assert [pull.recv() for _ in range(3)] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_back_pressure(pair: PairFactory, streams: Streams, transport: str) -> None:
    """More than the high-water marks and the buffers of the system hold, to a receiver that comes late."""
    push, pull = pair(zmq.PUSH, zmq.PULL, transport, sndhwm=2, rcvhwm=2)
    count = 300
    data = bytes(100_000)
    got: list[bytes] = []

    async def main() -> None:
        sender, receiver = streams(push), streams(pull)
        for _ in range(count):
            sender.send(data)
        await turns(100)
        assert sender.sending()
        receiver.on_recv(lambda msg: got.append(msg[0]))
        await until(lambda: len(got) == count)
        assert not sender.sending()

    run(main)


def test_a_req_waits_for_its_reply(pair: PairFactory, streams: Streams) -> None:
    req, rep = pair(zmq.REQ, zmq.REP)
    got: list[bytes] = []

    async def main() -> None:
        stream = streams(req)
        stream.on_recv(lambda msg: got.append(msg[0]))
        stream.send(b"1")
        stream.send(b"2")
        await turns()
        assert stream.sending()
        for _ in range(2):
            await until(lambda: rep.poll(0))
            rep.send(rep.recv())
        await until(lambda: len(got) == 2)

    run(main)
    assert got == [b"1", b"2"]


def test_a_rep_that_has_nothing_to_answer(pair: PairFactory, streams: Streams) -> None:
    req, rep = pair(zmq.REQ, zmq.REP)

    async def main() -> None:
        stream = streams(rep)
        stream.on_recv(lambda _: None)
        stream.send(b"answer")
        await turns()
        assert stream.sending()
        assert stream.flush(zmq.POLLOUT) == 0
        req.send(b"question")
        await until(lambda: not stream.sending())

    run(main)
    assert req.recv() == b"answer"


def test_a_router_waits_for_the_one_peer_that_is_full(
    sockets: SocketFactory, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EVENTS says that it is writable all the time; the stream must neither spin nor forget the message."""
    router = sockets(zmq.ROUTER, router_mandatory=1, sndhwm=1)
    router.bind("tcp://127.0.0.1:*")
    slow, other = (sockets(zmq.DEALER, routing_id=name, rcvhwm=1) for name in (b"slow", b"other"))
    data = bytes(1_000_000)
    calls = 0

    async def main() -> None:
        nonlocal calls
        stream = streams(router)
        for dealer in (slow, other):
            dealer.connect(router.last_endpoint)
            dealer.send(b"here")
        seen: list[bytes] = []
        stream.on_recv(lambda msg: seen.append(msg[0]))
        await until(lambda: len(seen) == 2)
        count = 0
        while not stream.sending():
            stream.send_multipart([b"slow", data])
            count += 1
            await asyncio.sleep(0.01)
            assert count < 1000
        assert router.get(zmq.EVENTS) & zmq.POLLOUT
        attempt = Turns._send_one

        def counted(self: Turns) -> int:
            nonlocal calls
            calls += 1
            return attempt(self)

        monkeypatch.setattr(Turns, "_send_one", counted)
        begin = time.monotonic()
        await asyncio.sleep(0.2)
        assert calls < 1000 * (time.monotonic() - begin)
        # Others are received meanwhile.
        other.send(b"more")
        await until(lambda: len(seen) == 3)
        for _ in range(count):
            await until(lambda: slow.poll(0))
            slow.recv()
        await until(lambda: not stream.sending())

    run(main)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda stream: stream.send_string(b"x"), TypeError, "expected str, not b'x'"),
        (lambda stream: stream.send_json({1}), TypeError, "JSON"),
        (lambda stream: stream.send_pyobj(lambda: 0), Exception, "pickle|local object"),
        (lambda stream: stream.send(b"x", callback=3), AssertionError, "a callback is callable.*3"),
    ],
)
def test_what_is_refused_at_once(
    pair: PairFactory, streams: Streams, call: Callable[[Any], None], error: type[Exception], message: str
) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        with pytest.raises(error, match=message):
            call(stream)
        assert not stream.sending()
        stream.send(b"fine")
        await until(lambda: not stream.sending())

    run(main)
    assert pull.recv() == b"fine"
    assert not pull.poll(0)


@pytest.mark.parametrize("message", [["foo", b"x"], [b"x", 3], [], "abc", b"abc", None])
def test_flush_raises_for_what_cannot_be_sent_and_drops_it(pair: PairFactory, streams: Streams, message: Any) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send_multipart(message)
        stream.send(b"fine")
        with pytest.raises((TypeError, ValueError, IndexError)):
            stream.flush()
        assert stream.sending()
        assert stream.flush() == 1
        assert not stream.sending()

    run(main)
    assert pull.recv_multipart() == [b"fine"]
    assert not pull.poll(0)


def test_the_loop_logs_what_cannot_be_sent(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send_multipart(["foo", b"x"])  # type: ignore[list-item]
        stream.send(b"fine")
        await until(lambda: not stream.sending())

    run(main)
    assert pull.recv_multipart() == [b"fine"]
    (record,) = caplog.records
    assert record.name == gen_log.name
    assert record.levelname == "ERROR"
    assert record.getMessage() == "Uncaught exception in zmqstream callback"
    assert record.exc_info is not None
    assert record.exc_info[0] is TypeError


def test_close_logs_what_cannot_be_sent_and_sends_the_rest(
    pair: PairFactory, streams: Streams, caplog: pytest.LogCaptureFixture
) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send("text")  # type: ignore[arg-type]
        stream.send(b"fine")
        stream.close()
        assert stream.closed()

    run(main)
    assert pull.recv() == b"fine"
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_list_may_be_changed_after_sending(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    sent: list[Any] = []

    async def main() -> None:
        stream = streams(push)
        stream.on_send(lambda msg, _: sent.append(msg))
        parts = [b"1", b"2"]
        stream.send_multipart(parts)
        parts.append(b"3")
        await until(lambda: sent)
        assert sent[0] is parts

    run(main)
    assert pull.recv_multipart() == [b"1", b"2"]


def test_unknown_arguments_of_sending_are_ignored(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)

    async def main() -> None:
        stream = streams(push)
        stream.send(b"x", no_such_argument=1)
        assert stream.flush() == 1

    run(main)
    assert pull.recv() == b"x"


# ---- flush


def test_flush_counts_and_limits(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)
    got: list[bytes] = []
    sent: list[Any] = []

    async def main() -> None:
        stream = streams(one)
        stream.on_recv(lambda msg: got.append(msg[0]))
        stream.on_send(lambda msg, _: sent.append(msg[0]))
        for number in range(5):
            stream.send(b"%d" % number)
            two.send(b"%d" % number)
        assert stream.flush(zmq.POLLOUT, limit=2) == 2
        assert (sent, got) == ([b"0", b"1"], [])
        assert stream.flush(zmq.POLLIN, 2) == 2
        assert (sent, got) == ([b"0", b"1"], [b"0", b"1"])
        assert stream.flush(limit=3) == 3
        assert stream.flush(limit=0) == 3
        assert sent == got == [b"0", b"1", b"2", b"3", b"4"]
        assert stream.flush() == 0

    run(main)


def test_flush_drops_what_nobody_wants(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(pull)
        for _ in range(3):
            push.send(b"old")
        assert stream.flush(zmq.POLLIN) == 3
        stream.on_recv(got.append)
        push.send(b"new")
        await until(lambda: got)

    run(main)
    assert got == [[b"new"]]


def test_flush_works_without_the_loop_and_within_callbacks(pair: PairFactory, streams: Streams) -> None:
    push, pull = pair(zmq.PUSH, zmq.PULL)
    got: list[bytes] = []

    async def main() -> None:
        stream = streams(pull)

        def callback(msg: list[bytes]) -> None:
            got.append(msg[0])
            stream.flush()

        stream.on_recv(callback)
        for number in range(5):
            push.send(b"%d" % number)
        stream.flush()
        assert len(got) == 5
        for number in range(5):
            push.send(b"%d" % number)
        await until(lambda: len(got) == 10)

    run(main)
    assert got == [b"0", b"1", b"2", b"3", b"4"] * 2


def test_flush_takes_no_signal_from_what_it_leaves(pair: PairFactory, streams: Streams) -> None:
    one, two = pair(zmq.PAIR, zmq.PAIR)
    got: list[Any] = []

    async def main() -> None:
        stream = streams(one)
        stream.on_recv(got.append)
        for count in range(1, 200):
            await turns(2)
            two.send(b"x")
            stream.send(b"y")
            stream.flush(zmq.POLLOUT)
            await until(lambda count=count: len(got) == count)  # type: ignore[misc]

    run(main)
