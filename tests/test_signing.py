"""zmq.utils.signing, and ``Socket.guard_pyobj``: nothing that is not authentic and new is unpickled."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import math
import pickle
import socket as sockets_of_python
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zmq
from tests.fix_async import Adapter, Room, room
from tests.fix_context import PairFactory, SocketFactory
from zmq.auth.thread import ThreadAuthenticator
from zmq.sugar._pyobj import is_local
from zmq.utils.signing import SignatureError, Signer

OLD, KEY, OTHER = (bytes([n]) * 32 for n in range(3))
KEYS = {1: OLD, 2: KEY}
HEADER = struct.Struct("!4sI16sQQI")

executed: list[str] = []


def execute(code: str) -> None:
    executed.append(code)


class Exploit:
    """Its pickle executes code where it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return execute, ("code",)


EXPLOIT = pickle.dumps(Exploit())


@pytest.fixture(autouse=True)
def nothing_executed() -> Iterator[None]:
    executed.clear()
    yield
    executed.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, as signers see it; may be set."""
    now = [1000.0]
    monkeypatch.setattr(time, "time_ns", lambda: int(now[0] * 1e9))
    return now


def frames_of(signer: Signer, obj: Any) -> list[bytes]:
    return [bytes(frame) for frame in signer.serialize(obj)]


def copied(frames: list[bytes]) -> list[bytes]:
    """Equal frames that are other objects, as a network delivers them."""
    return [bytes(bytearray(frame)) for frame in frames]


def with_buffers(value: int = 0) -> list[pickle.PickleBuffer]:
    return [pickle.PickleBuffer(bytearray([value, n] * 50)) for n in range(2)]


def header(frames: list[bytes], **changed: Any) -> list[bytes]:
    """Change fields of the header, with the tag left as it is."""
    names = ("format", "key", "sender", "counter", "time", "count")
    fields = dict(zip(names, HEADER.unpack(frames[0][: HEADER.size])))
    return [HEADER.pack(*{**fields, **changed}.values()) + frames[0][HEADER.size :], *frames[1:]]


def forged(key: bytes, parts: list[bytes], **changed: Any) -> list[bytes]:
    """Sign as documented in the module, with any header."""
    frames = header([*frames_of(Signer(KEYS), None)[:1], *parts], count=len(parts), **changed)
    covered = bytes(8) + frames[0][: HEADER.size] + struct.pack(f"!{len(parts)}Q", *map(len, parts)) + b"".join(parts)
    return [frames[0][: HEADER.size] + hmac.digest(key, covered, "sha256"), *parts]


# -- attacks on a server that reads objects from a socket that anybody can connect to


def attacks(a: list[bytes], b: list[bytes]) -> dict[str, list[bytes]]:
    """Return what an attacker sends who has seen two genuine messages, of which only the first one has arrived."""
    return {
        "unsigned": [EXPLOIT],
        "unsigned with an empty header": [b"", EXPLOIT],
        "unsigned with a header of zeros": [bytes(len(a[0])), EXPLOIT],
        "header alone": b[:1],
        "pickle before the header": [EXPLOIT, *b],
        "pickle replaced": [b[0], EXPLOIT, *b[2:]],
        "pickle alone": header([b[0], EXPLOIT], count=1),
        "pickle appended": [*b, EXPLOIT],
        "pickle appended and counted": header([*b, EXPLOIT], count=len(b)),
        "buffer replaced": [*b[:-1], EXPLOIT.ljust(len(b[-1]))[: len(b[-1])]],
        "buffer missing": b[:-1],
        "buffers reordered": [*b[:2], b[3], b[2]],
        "byte moved to the next part": [*b[:2], b[2][:-1], b[2][-1:] + b[3]],
        "part truncated": [*b[:-1], b[-1][:-1]],
        "header truncated": [b[0][:-1], *b[1:]],
        "header extended": [b[0] + b"\0", *b[1:]],
        "tag removed": [b[0][: HEADER.size], *b[1:]],
        "parts of another message": [b[0], *a[1:]],
        "part of another message": [*b[:3], a[3]],
        "tag of another message": [b[0][: HEADER.size] + a[0][HEADER.size :], *b[1:]],
        "replayed": copied(a),
        "replayed with a new counter": header(a, counter=99),
        "replayed with an absurd counter": header(a, counter=2**64 - 1),
        "replayed as another sender": header(a, sender=bytes(16)),
        "replayed with a new time": header(a, time=time.time_ns()),
        "replayed with another key": header(a, key=1),
        "unknown key": header(a, key=3),
        "unknown format": header(b, format=b"ZSP\x02"),
        "signed with a wrong key": frames_of(Signer({2: OTHER}), Exploit()),
        "signed with another key's number": frames_of(Signer({1: KEY}), Exploit()),
        "signed with an empty key": forged(b"", [EXPLOIT]),
        "signed for another channel": frames_of(Signer(KEYS, channel=b"other"), Exploit()),
        "dated in the future": forged(KEY, [EXPLOIT], time=time.time_ns() + 10**12),
        "dated at the end of time": forged(KEY, [EXPLOIT], time=2**64 - 1),
        "signed before the receiver began": forged(KEY, [EXPLOIT], time=0),
    }


def test_the_exploit_works(pair: PairFactory) -> None:
    """What this module is against; and the tests could not fail if it did not work."""
    server, attacker = pair(zmq.PULL, zmq.PUSH, "tcp")
    attacker.send(EXPLOIT)
    server.recv_pyobj()
    assert executed == ["code"]


def test_forging_with_the_key_works() -> None:
    Signer(KEYS).deserialize(forged(KEY, [EXPLOIT]))
    assert executed == ["code"]


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("attack", list(attacks(*(frames_of(Signer(KEYS), with_buffers()) for _ in range(2)))))
def test_attacks(pair: PairFactory, attack: str, copy: bool) -> None:
    server, attacker = pair(zmq.PULL, zmq.PUSH, "tcp")
    client, signer = Signer(KEYS), Signer(KEYS)
    first, second = frames_of(client, with_buffers(1)), frames_of(client, with_buffers(2))
    for message in (first, attacks(first, second)[attack], second):
        attacker.send_multipart(message)
    server.recv_serialized(signer.deserialize, copy=copy)
    with pytest.raises(SignatureError) as caught:
        server.recv_serialized(signer.deserialize, copy=copy)
    assert repr(KEY)[2:-1] not in str(caught.value)
    assert KEY.hex() not in str(caught.value)
    assert not server.rcvmore
    # What was refused has changed nothing: the genuine message is accepted.
    received = server.recv_serialized(signer.deserialize, copy=copy)
    assert bytes(received[1]) == bytes(with_buffers(2)[1])
    assert not executed


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("unsigned", "not signed"),
        ("unknown format", "format that is unknown"),
        ("unknown key", "key 3, which is unknown"),
        ("pickle replaced", "signature is wrong"),
        ("replayed", "counter 1 was received before"),
        ("dated at the end of time", "s ahead of this clock"),
        ("signed before the receiver began", "s before the time since which any are accepted"),
    ],
)
def test_reasons(attack: str, reason: str) -> None:
    client, signer = Signer(KEYS), Signer(KEYS)
    first, second = frames_of(client, with_buffers(1)), frames_of(client, with_buffers(2))
    signer.deserialize(first)
    with pytest.raises(SignatureError, match=reason):
        signer.deserialize(attacks(first, second)[attack])


@settings(deadline=None)
@given(data=st.data())
def test_any_change_is_refused(data: st.DataObject) -> None:
    frames = frames_of(Signer(KEYS), [*with_buffers(), "text"])
    signer = Signer(KEYS, accept_since=0)
    index = data.draw(st.integers(0, len(frames) - 1))
    frame = frames[index]
    start = data.draw(st.integers(0, len(frame)))
    end = data.draw(st.integers(start, min(start + 8, len(frame))))
    changed = [*frames[:index], frame[:start] + data.draw(st.binary(max_size=8)) + frame[end:], *frames[index + 1 :]]
    if changed != frames:
        with pytest.raises(SignatureError):
            signer.deserialize(changed)
    signer.deserialize(frames)


@given(frames=st.lists(st.binary(max_size=200), max_size=5))
def test_any_frames_are_refused(frames: list[bytes]) -> None:
    with pytest.raises(SignatureError):
        Signer(KEYS).deserialize(frames)


# -- what is sent arrives

OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("copy", [True, False])
def test_round_trip(pair: PairFactory, copy: bool) -> None:
    receiver, sender = pair(zmq.PAIR, zmq.PAIR)
    a, b = Signer(KEYS, channel=b"here"), Signer(KEYS, channel=b"here")

    @settings(deadline=None)
    @given(obj=OBJECTS, buffers=st.lists(st.binary(max_size=300), max_size=3))
    def check(obj: Any, buffers: list[bytes]) -> None:
        message = (obj, [pickle.PickleBuffer(buffer) for buffer in buffers])
        sender.send_serialized(message, a.serialize, copy=copy)
        received, views = receiver.recv_serialized(b.deserialize, copy=copy)
        assert received == obj
        assert [bytes(view) for view in views] == buffers

    check()


def test_arrays_are_not_copied() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy has no wheel for this interpreter")
    array = numpy.arange(1000.0)
    frames = Signer(KEYS).serialize({"array": array})
    assert numpy.shares_memory(numpy.frombuffer(frames[2]), array)
    received = Signer(KEYS, accept_since=0).deserialize([bytes(frames[0]), bytes(frames[1]), zmq.Frame(frames[2])])
    assert (received["array"] == array).all()
    assert sum(map(len, frames[:2])) < 1000


def test_numpy_is_not_needed() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None; import zmq; assert 'zmq.utils.signing' not in sys.modules; "
        "zmq.utils.signing; assert 'zmq.utils.signing' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("copy", [True, False])
def test_event_loops(adapter: Adapter, copy: bool) -> None:
    """An attack and an object, over the sockets of every event loop."""

    async def test(place: Room) -> None:
        sender, receiver = place.pair(zmq.PUSH, zmq.PULL)
        a, b = Signer(KEYS), Signer(KEYS)
        await sender.send(EXPLOIT)
        await sender.send_serialized({"n": 1}, a.serialize, copy=copy)
        with pytest.raises(SignatureError):
            await receiver.recv_serialized(b.deserialize, copy=copy)
        assert await receiver.recv_serialized(b.deserialize, copy=copy) == {"n": 1}

    with room(adapter) as place:
        adapter.run(test, place)
    assert not executed


@pytest.mark.parametrize("copy", [True, False])
def test_a_cancelled_reception_loses_nothing(futures: Adapter, copy: bool) -> None:
    """Its message is not deserialised, but given back, and deserialised for the next receiver."""

    async def test(place: Room) -> None:
        sender, receiver = place.pair(zmq.PUSH, zmq.PULL)
        a, b = Signer(KEYS), Signer(KEYS)
        future = receiver.recv_serialized(b.deserialize, copy=copy)

        async def wait() -> Any:
            return await future

        task = futures.spawn(wait())
        await futures.sleep(0)
        await futures.sleep(0)
        zmq.Socket(sender).send_serialized("first", a.serialize)
        while not future.done():
            await futures.sleep(0)
        assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await receiver.recv_serialized(b.deserialize, copy=copy) == "first"

    with room(futures) as place:
        futures.run(test, place)


def test_a_pickle_that_cannot_be_read(pair: PairFactory) -> None:
    """An authentic one: the error is that of pickle, and the message is consumed."""
    receiver, sender = pair(zmq.PULL, zmq.PUSH)
    a, b = Signer(KEYS), Signer(KEYS)
    sender.send_multipart(forged(KEY, [b"no pickle"]))
    sender.send_serialized(1, a.serialize)
    # PyPy's has no exception of its own for it.
    with pytest.raises((pickle.UnpicklingError, KeyError)):
        receiver.recv_serialized(b.deserialize)
    assert receiver.recv_serialized(b.deserialize) == 1


# -- order, replay, restarts


def test_window() -> None:
    sender, receiver = Signer(KEYS), Signer(KEYS, window=3, accept_since=0)
    messages = [frames_of(sender, n) for n in range(1, 8)]

    def receive(number: int) -> Any:
        return receiver.deserialize(copied(messages[number - 1]))

    assert [receive(n) for n in (2, 4, 3)] == [2, 4, 3]
    for number in (2, 3, 4):
        with pytest.raises(SignatureError, match="before"):
            receive(number)
    with pytest.raises(SignatureError, match="3 behind; the window is 3"):
        receive(1)
    assert [receive(n) for n in (7, 5)] == [7, 5]
    with pytest.raises(SignatureError, match="window"):
        receive(4)
    assert receive(6) == 6


@given(order=st.permutations(range(20)), window=st.integers(1, 25), repeats=st.integers(1, 3))
def test_any_order(order: list[int], window: int, repeats: int) -> None:
    """Each message is accepted once, if it comes within the window."""
    sender, receiver = Signer(KEYS), Signer(KEYS, window=window, accept_since=0)
    messages = [frames_of(sender, n) for n in range(20)]
    highest, accepted = -1, []
    for number in order * repeats:
        try:
            accepted.append(receiver.deserialize(copied(messages[number])))
        except SignatureError:
            assert number in accepted or highest - number >= window
        else:
            highest = max(highest, number)
    assert len(accepted) == len(set(accepted))
    assert window < 20 or len(accepted) == 20


def test_an_absurd_counter_of_an_owner_of_the_key() -> None:
    """It ends the sender that uses it, at no cost."""
    receiver = Signer(KEYS, accept_since=0)
    one = pickle.dumps(1)
    for counter in (1, 2**64 - 1):
        assert receiver.deserialize(forged(KEY, [one], counter=counter, sender=bytes(16))) == 1
    with pytest.raises(SignatureError, match="window"):
        receiver.deserialize(forged(KEY, [one], counter=2, sender=bytes(16)))
    assert receiver.deserialize(frames_of(Signer(KEYS), 2)) == 2


def test_the_sender_restarts(clock: list[float]) -> None:
    receiver = Signer(KEYS)
    before, after = Signer(KEYS), Signer(KEYS)
    old = [frames_of(before, n) for n in range(2)]
    assert receiver.deserialize(copied(old[0])) == 0
    clock[0] += 1
    assert receiver.deserialize(frames_of(after, 2)) == 2
    # What is late is accepted, once.
    assert receiver.deserialize(copied(old[1])) == 1
    for frames in old:
        with pytest.raises(SignatureError, match="received before"):
            receiver.deserialize(copied(frames))


def test_the_receiver_restarts(clock: list[float]) -> None:
    sender = Signer(KEYS)
    received, queued = frames_of(sender, 1), frames_of(sender, 2)
    assert Signer(KEYS).deserialize(copied(received)) == 1
    clock[0] += 1
    restarted, tolerant = Signer(KEYS), Signer(KEYS, accept_since=clock[0] - 1)
    later = frames_of(sender, 3)
    assert restarted.deserialize(copied(later)) == tolerant.deserialize(copied(later)) == 3
    for frames in (received, queued):
        with pytest.raises(SignatureError, match=r"1\.000 s before"):
            restarted.deserialize(copied(frames))
        tolerant.deserialize(copied(frames))
        with pytest.raises(SignatureError, match="received before"):
            tolerant.deserialize(copied(frames))


def test_forgotten_senders(clock: list[float]) -> None:
    receiver = Signer(KEYS, max_senders=2)
    first, second, third = (Signer(KEYS) for _ in range(3))
    early, delayed = frames_of(first, "early"), frames_of(third, "delayed")
    of_second = frames_of(second, 2)
    clock[0] += 1
    of_first = frames_of(first, 1)
    assert receiver.deserialize(copied(of_second)) == 2
    assert receiver.deserialize(copied(of_first)) == 1
    assert receiver.deserialize(frames_of(second, "more")) == "more"
    assert receiver.deserialize(copied(early)) == "early"
    assert receiver.deserialize(frames_of(second, "most")) == "most"
    clock[0] += 1
    # The first sender is forgotten; the second one was heard later, and is remembered.
    assert receiver.deserialize(frames_of(third, 3)) == 3
    assert len(receiver._senders) == 2
    for frames in (of_first, early):
        with pytest.raises(SignatureError, match="s before the time"):
            receiver.deserialize(copied(frames))
    with pytest.raises(SignatureError, match="received before"):
        receiver.deserialize(copied(of_second))
    assert receiver.deserialize(delayed) == "delayed"
    assert receiver.deserialize(frames_of(first, 4)) == 4
    assert len(receiver._senders) == 2


def test_memory_is_bounded() -> None:
    sender, receiver = Signer(KEYS), Signer(KEYS, window=8, accept_since=0)
    for number in range(100):
        receiver.deserialize(frames_of(sender, number))
    (known,) = receiver._senders.values()
    assert known.seen == 2**8 - 1


def test_clocks(clock: list[float]) -> None:
    receiver = Signer(KEYS, clock_skew=5)
    clock[0] += 5
    ahead = frames_of(Signer(KEYS), 1)
    clock[0] += 1
    further = frames_of(Signer(KEYS), 2)
    clock[0] -= 6
    assert receiver.deserialize(ahead) == 1
    with pytest.raises(SignatureError, match=r"6\.000 s ahead"):
        receiver.deserialize(further)


def test_own_messages_are_refused() -> None:
    signer = Signer(KEYS)
    with pytest.raises(SignatureError, match="itself"):
        signer.deserialize(frames_of(signer, 1))


# -- keys


def test_rotation() -> None:
    a, b = Signer({1: OLD}), Signer({1: OLD})

    def exchange() -> int:
        assert b.deserialize(frames_of(a, "a")) == "a"
        frames = frames_of(b, "b")
        assert a.deserialize(frames) == "b"
        return int.from_bytes(frames[0][4:8], "big")

    assert exchange() == 1
    for signer in (a, b):
        signer.rotate(KEYS, sign_with=1)
        assert exchange() == 1
    for signer in (a, b):
        signer.rotate(KEYS)
        exchange()
    late = frames_of(Signer({1: OLD}), "late")
    for signer in (a, b):
        signer.rotate({2: KEY})
        assert exchange() == 2
    with pytest.raises(SignatureError, match="key 1, which is unknown"):
        b.deserialize(late)


@pytest.mark.parametrize(
    ("keys", "options", "error"),
    [
        ({}, {}, ValueError),
        ({1: bytes(31)}, {}, ValueError),
        ({-1: KEY}, {}, ValueError),
        ({2**32: KEY}, {}, ValueError),
        ({1: 32}, {}, TypeError),
        ({1: "k" * 32}, {}, TypeError),
        (KEYS, {"sign_with": 3}, ValueError),
        (KEYS, {"window": 0}, ValueError),
        (KEYS, {"max_senders": 0}, ValueError),
        (KEYS, {"clock_skew": math.nan}, ValueError),
    ],
)
def test_wrong_arguments(keys: Any, options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Signer(keys, **options)


def test_a_rotation_that_fails_changes_nothing() -> None:
    a, b = Signer(KEYS), Signer(KEYS, accept_since=0)
    with pytest.raises(ValueError, match="3 has 5 bytes") as caught:
        a.rotate({2: OTHER, 3: b"short"})
    assert "short" not in str(caught.value)
    assert b.deserialize(frames_of(a, 1)) == 1


# -- recv_pyobj


@pytest.fixture
def outside() -> str:
    """An address of this machine that is not loopback's."""
    with sockets_of_python.socket(sockets_of_python.AF_INET, sockets_of_python.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback's")
        return str(probe.getsockname()[0])


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zmq.Socket, "guard_pyobj", True)


def test_the_guard_is_off() -> None:
    assert zmq.Socket.guard_pyobj is False


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("transport", ["inproc", "ipc", "tcp"])
def test_the_guard_lets_local_peers_through(pair: PairFactory, transport: str) -> None:
    receiver, sender = pair(zmq.PULL, zmq.PUSH, transport)
    sender.send_pyobj({"n": 1})
    assert receiver.recv_pyobj() == {"n": 1}


@pytest.mark.usefixtures("guarded")
def test_the_guard_refuses_others(sockets: SocketFactory, outside: str) -> None:
    receiver, sender = sockets(zmq.PULL), sockets(zmq.PUSH)
    receiver.bind(f"tcp://{outside}:*")
    sender.connect(receiver.last_endpoint)
    for _ in range(2):
        sender.send(EXPLOIT)
    with pytest.raises(pickle.UnpicklingError, match=outside):
        receiver.recv_pyobj()
    assert not executed
    receiver.guard_pyobj = False
    receiver.recv_pyobj()
    assert executed


@pytest.mark.usefixtures("guarded")
def test_the_guard_in_event_loops(adapter: Adapter, outside: str) -> None:
    async def test(place: Room) -> None:
        receiver, sender = place.socket(zmq.PULL), place.socket(zmq.PUSH)
        receiver.bind(f"tcp://{outside}:*")
        sender.connect(receiver.last_endpoint)
        receiver.bind("inproc://guarded")
        near = place.socket(zmq.PUSH)
        near.connect("inproc://guarded")
        await sender.send(EXPLOIT)
        with pytest.raises(pickle.UnpicklingError, match=outside):
            await receiver.recv_pyobj()
        await near.send_pyobj(1)
        assert await receiver.recv_pyobj() == 1

    with room(adapter) as place:
        adapter.run(test, place)
    assert not executed


@contextlib.contextmanager
def impostor(receiver: zmq.Socket[bytes], outside: str) -> Iterator[None]:
    """Bind, connect as a peer that claims a User-Id and a Peer-Address, and send the exploit."""
    receiver.bind(f"tcp://{outside}:*")
    port = int(receiver.last_endpoint.rsplit(b":", 1)[1])
    properties = b"".join(
        bytes([len(name)]) + name + struct.pack("!I", len(value)) + value
        for name, value in ((b"Socket-Type", b"PUSH"), (b"User-Id", b"alice"), (b"Peer-Address", b"127.0.0.1"))
    )
    ready = b"\5READY" + properties
    with sockets_of_python.create_connection((outside, port)) as peer:
        peer.settimeout(20)
        peer.sendall(b"\xff" + bytes(8) + b"\x7f\3\0" + b"NULL".ljust(20, b"\0") + bytes(32))
        peer.sendall(bytes([4, len(ready)]) + ready)
        # Its greeting and its READY; messages may follow these only.
        heard = b""
        while b"PULL" not in heard:
            heard += peer.recv(1000)
        peer.sendall(bytes([0, len(EXPLOIT)]) + EXPLOIT)
        yield


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("domain", [b"", b"guarded"])
def test_the_guard_does_not_believe_the_peer(sockets: SocketFactory, outside: str, domain: bytes) -> None:
    """Without an authenticator, libzmq takes the User-Id from the peer."""
    receiver = sockets(zmq.PULL)
    if domain:
        receiver.zap_domain = domain
    with impostor(receiver, outside), pytest.raises(pickle.UnpicklingError, match=f"from '{outside}'"):
        receiver.recv_pyobj()
    assert not executed


@pytest.mark.usefixtures("guarded")
def test_the_guard_and_an_authenticator(sockets: SocketFactory, context: zmq.Context[Any], outside: str) -> None:
    with ThreadAuthenticator(context) as authenticator:
        authenticator.configure_plain("guarded", {"ann": "pass"})
        receiver, sender = sockets(zmq.PULL, plain_server=True), sockets(zmq.PUSH)
        receiver.zap_domain, receiver.zap_enforce_domain = b"guarded", True
        receiver.bind(f"tcp://{outside}:*")
        sender.plain_username, sender.plain_password = b"ann", b"pass"
        sender.connect(receiver.last_endpoint)
        sender.send_pyobj([1])
        assert receiver.recv_pyobj() == [1]


@pytest.mark.usefixtures("guarded")
def test_the_guard_needs_a_frame(context: zmq.Context[Any]) -> None:
    class Own(zmq.Socket[bytes]):
        def recv(self, *_: Any, **__: Any) -> Any:
            return EXPLOIT

    with Own(context, zmq.PULL) as receiver, pytest.raises(pickle.UnpicklingError, match="bytes"):
        receiver.recv_pyobj()
    assert not executed


@pytest.mark.parametrize(
    ("address", "local"),
    [
        *((address, True) for address in ("", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")),
        *((address, True) for address in ("localhost:0:0:1", ":0:0:1")),
        *((address, False) for address in ("192.0.2.1", "0.0.0.0", "::ffff:192.0.2.1", "fe80::1%eth0", "fd00::2")),
        *((address, False) for address in ("localhost.example.org", "example")),
    ],
)
def test_local_addresses(address: str, local: bool) -> None:
    assert is_local(address) is local
