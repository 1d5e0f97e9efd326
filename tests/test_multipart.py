"""Messages of several parts: whole, in order, or not at all."""

from __future__ import annotations

import array
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zmq
import zmq.asyncio
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_loops import run
from tests.fix_process import Runner
from zmq.error import _raise_for_part

KINDS: list[Any] = [bytes, bytearray, memoryview, zmq.Frame, lambda data: array.array("B", data)]
# Around the sizes where libzmq's and pyzmq's ways part: inline messages, the frame header, the copy threshold.
SIZES = [0, 1, 29, 30, 33, 34, 255, 256, 8191, 8193, 65535, 65536, 70_000]

parts = st.lists(
    st.tuples(st.sampled_from(KINDS), st.binary(max_size=40) | st.sampled_from(SIZES).map(bytes)),
    min_size=1,
    max_size=12,
)


def kept_pair(pair: PairFactory, transport: str) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
    """The two sockets that all examples of a test use."""
    if "kept" not in pair.__dict__:
        pair.__dict__["kept"] = pair(zmq.PAIR, zmq.PAIR, transport)
    made: tuple[zmq.Socket[bytes], zmq.Socket[bytes]] = pair.__dict__["kept"]
    return made


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(parts=parts, copies=st.tuples(st.booleans(), st.booleans()), flags=st.sampled_from([0, zmq.SNDMORE]))
def test_round_trip(
    pair: PairFactory, transport: str, parts: list[tuple[Any, bytes]], copies: tuple[bool, bool], flags: int
) -> None:
    a, b = kept_pair(pair, transport)
    expected = [data for _, data in parts]
    assert a.send_multipart([kind(data) for kind, data in parts], flags, copy=copies[0]) is None
    if flags:
        a.send(b"end")
        expected.append(b"end")
    received = b.recv_multipart(copy=copies[1])
    assert [bytes(part) for part in received] == expected
    for index, part in enumerate(received):
        if copies[1]:
            assert type(part) is bytes
        else:
            assert isinstance(part, zmq.Frame)
            assert part.more == (index < len(expected) - 1)
    assert b.rcvmore == 0


@pytest.mark.parametrize("transport", ["inproc", "tcp", "ipc"])
def test_large_and_many(pair: PairFactory, transport: str) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR, transport)
    for message in ([bytes(5_000_000), b"", b"x" * 1_000_000], [b"%d" % index for index in range(5000)]):
        a.send_multipart(message)
        assert b.recv_multipart() == message


def test_iterables(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    for message in ((b"a", b"b"), iter([b"a", b"b"]), (part for part in [b"a", b"b"]), {b"a": 1, b"b": 2}):
        a.send_multipart(message)
        assert b.recv_multipart() == [b"a", b"b"]


@pytest.mark.parametrize(
    "bad", ["text", 5, None, object(), memoryview(bytes(10))[::2]], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("copy", [True, False])
def test_one_bad_part_sends_nothing(pair: PairFactory, bad: Any, position: int, copy: bool) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    data = bytearray(100_000)
    message: list[Any] = [b"x", data]
    message.insert(position, bad)
    with pytest.raises((TypeError, BufferError), match=rf"\b{position}\b"):
        a.send_multipart(message, copy=copy)
    data.append(0)  # nobody holds it
    a.send_multipart([b"next"])
    assert b.recv_multipart() == [b"next"]
    assert b.poll(0) == 0


class NoBuffer(BufferError):
    """An error whose constructor takes something of its own."""

    def __init__(self, *, size: int) -> None:
        super().__init__(f"{size} bytes are too many")
        self.size = size


def undecodable() -> UnicodeDecodeError:
    return UnicodeDecodeError("ascii", b"abc", 1, 2, "not here")


def with_attribute() -> TypeError:
    error = TypeError("no buffer")
    error.hint = "call tobytes()"  # type: ignore[attr-defined]
    return error


def notes_of(error: BaseException) -> str:
    """What the traceback says beside the error: notes since Python 3.11, the cause before."""
    return "".join(getattr(error, "__notes__", [str(error.__cause__)]))


@pytest.mark.parametrize("make", [undecodable, with_attribute, lambda: NoBuffer(size=7)])
def test_errors_about_a_part_keep_type_and_attributes(make: Callable[[], Exception]) -> None:
    error = make()
    text, attributes = str(error), dict(vars(error))
    with pytest.raises(type(error)) as caught:
        _raise_for_part(3, error)
    assert caught.value is error
    assert str(error) == text
    assert {name: value for name, value in vars(error).items() if name != "__notes__"} == attributes
    assert notes_of(error) == "part 3 of the message cannot be sent"


@pytest.mark.parametrize("make", [TypeError, ValueError, BufferError])
def test_errors_about_a_part_name_it(make: type[Exception]) -> None:
    error = make("no buffer")
    with pytest.raises(make, match=r"^part 3 of the message cannot be sent: no buffer$") as caught:
        _raise_for_part(3, error)
    assert caught.value.__cause__ is error


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes offer no buffer")
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("make", [undecodable, with_attribute, lambda: NoBuffer(size=7)])
def test_a_part_that_raises_an_error_of_its_own(pair: PairFactory, make: Callable[[], Exception], copy: bool) -> None:
    class Part:
        def __buffer__(self, flags: int) -> memoryview:
            raise error

    error = make()
    a, _ = pair(zmq.PAIR, zmq.PAIR)
    part: Any = Part()
    with pytest.raises(type(error)) as caught:
        a.send_multipart([b"x", part], copy=copy)
    assert caught.value is error
    assert notes_of(error) == "part 1 of the message cannot be sent"

    async def send() -> None:
        socket = zmq.asyncio.Socket(shadow=a)
        with pytest.raises(type(error)) as caught:
            await socket.send_multipart([part], copy=copy)
        assert caught.value is error

    run(send)


def test_an_iterator_that_fails_sends_nothing(pair: PairFactory) -> None:
    def failing() -> Any:
        yield b"first"
        raise ZeroDivisionError

    a, b = pair(zmq.PAIR, zmq.PAIR)
    with pytest.raises(ZeroDivisionError):
        a.send_multipart(failing())
    a.send(b"next")
    assert b.recv_multipart() == [b"next"]


@pytest.mark.parametrize("nonsense", [b"bytes", "text", 5, None])
def test_what_is_no_list_of_parts(pair: PairFactory, nonsense: Any) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    with pytest.raises(TypeError):
        a.send_multipart(nonsense)
    assert b.poll(0) == 0


def test_no_parts(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    with pytest.raises((ValueError, IndexError)):
        a.send_multipart([])
    assert b.poll(0) == 0


def test_without_waiting(pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL, hwm=1)
    with pytest.raises(zmq.Again):
        b.recv_multipart(zmq.DONTWAIT)
    sent = 0
    while a.poll(0, zmq.POLLOUT):
        a.send_multipart([b"%d" % sent, b"end"], zmq.DONTWAIT)
        sent += 1
        assert sent < 100
    with pytest.raises(zmq.Again):
        a.send_multipart([b"refused", b"end"], zmq.DONTWAIT)
    assert sent > 0
    # What was refused, was refused as a whole.
    for index in range(sent):
        assert b.recv_multipart(zmq.DONTWAIT) == [b"%d" % index, b"end"]
    with pytest.raises(zmq.Again):
        b.recv_multipart(zmq.DONTWAIT)


def test_send_timeout(pair: PairFactory) -> None:
    a, _ = pair(zmq.PUSH, zmq.PULL, hwm=1)
    a.sndtimeo = 10
    while a.poll(0, zmq.POLLOUT):
        a.send_multipart([b"a", b"b"])
    with pytest.raises(zmq.Again):
        a.send_multipart([b"a", b"b"])


def test_parts_one_by_one(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send_multipart([b"a", b"b", b"c"])
    assert b.recv() == b"a"
    assert b.recv_multipart() == [b"b", b"c"]
    a.send(b"a", zmq.SNDMORE)
    a.send_multipart([b"b", b"c"])
    frame = b.recv(copy=False)
    assert frame.more
    assert b.recv_multipart() == [b"b", b"c"]


def test_router(pair: PairFactory) -> None:
    router, dealer = pair(zmq.ROUTER, zmq.DEALER, "tcp")
    dealer.send_multipart([b"", b"question"])
    identity, *question = router.recv_multipart()
    assert question == [b"", b"question"]
    router.send_multipart([identity, b"", b"answer"])
    assert dealer.recv_multipart() == [b"", b"answer"]
    router.router_mandatory = 1
    with pytest.raises(zmq.ZMQError) as caught:
        router.send_multipart([b"nobody", b"x"])
    assert caught.value.errno == zmq.EHOSTUNREACH
    router.send_multipart([identity, b"still works"])
    assert dealer.recv_multipart() == [b"still works"]


def test_wrong_state(pair: PairFactory) -> None:
    _, request = pair(zmq.REP, zmq.REQ)
    request.send_multipart([b"a", b"b"])
    with pytest.raises(zmq.ZMQError) as caught:
        request.send_multipart([b"a", b"b"])
    assert caught.value.errno == zmq.EFSM


@pytest.mark.parametrize("flags", [0, zmq.DONTWAIT])
def test_rest_of_a_message_whose_peer_is_gone_is_dropped(
    flags: int, sockets: SocketFactory, endpoint: Callable[[str], str]
) -> None:
    """libzmq can no longer deliver it: the last part must not reach another peer as a message of its own."""
    push, other = sockets(zmq.PUSH), sockets(zmq.PULL)
    push.bind(endpoint("inproc"))
    for _ in range(300):
        gone = sockets(zmq.PULL)
        gone.connect(push.last_endpoint)
        push.send(b"first", zmq.SNDMORE)
        gone.close()
        # libzmq closes it in a thread of its own: now the peer is gone, or going, or still there.
        push.send(b"last", flags)
        other.connect(push.last_endpoint)
        # Some may still go to the peer that is going.
        while not other.poll(0):
            push.send_multipart([b"whole", b"message"])
        while other.poll(0):
            assert other.recv_multipart() == [b"whole", b"message"]
        other.disconnect(push.last_endpoint)


@pytest.mark.skipif(
    "libzmq-4.3.5-half-read" not in zmq.build_info()["libzmq"].get("patches", ""), reason="this libzmq is not patched"
)
@pytest.mark.parametrize("first", ["a", "b"])
def test_closing_amidst_a_message_as_the_peer_goes(run_python: Runner, first: str) -> None:
    """What is left of it is not waited for; libzmq alone aborts the process."""
    program = f"""
        import zmq

        parts = [bytes(300_000)] * 20
        for _ in range(50):
            with zmq.Context() as one, zmq.Context() as other:
                a, b = one.socket(zmq.PUSH), other.socket(zmq.PULL)
                a.linger = b.linger = 0
                a.sndbuf = b.rcvbuf = 4096
                b.rcvhwm = 1
                b.bind("tcp://127.0.0.1:*")
                a.connect(b.last_endpoint.decode())
                for _ in range(2):
                    a.send_multipart(parts, copy=False)
                assert b.poll(20_000)
                for socket in ({first}, {"ab".replace(first, "")}):
                    socket.close()
    """
    run_python(program).succeeded()
