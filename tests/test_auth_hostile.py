"""Requests that no libzmq would send: answered with an error, or dropped; others are served all the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from socket import create_connection
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import zmq
from tests.fix_context import SocketFactory
from zmq.auth import CURVE_ALLOW_ANY
from zmq.auth._server import ADDRESS, VERSION
from zmq.auth.thread import ThreadAuthenticator

GOOD = [VERSION, b"1", b"", b"127.0.0.1", b"", b"NULL"]
KEY = bytes(range(32))


@pytest.fixture
def auth(context: zmq.Context[Any]) -> Iterator[ThreadAuthenticator]:
    with ThreadAuthenticator(context) as running:
        running.configure_plain("*", {"ann": "pass"})
        running.configure_curve("*", CURVE_ALLOW_ANY)
        yield running


@pytest.fixture
def peer(auth: ThreadAuthenticator, sockets: SocketFactory) -> zmq.Socket[bytes]:
    """A socket connected where libzmq asks."""
    assert auth.is_alive()
    made = sockets(zmq.DEALER)
    made.connect(ADDRESS)
    return made


def ask(peer: zmq.Socket[bytes], request: list[bytes]) -> list[bytes]:
    """Return the answer: version, request id, status, text, user id, metadata."""
    peer.send_multipart([b"", *request])
    empty, *answer = peer.recv_multipart()
    assert empty == b""
    assert len(answer) == 6
    assert answer[0] == VERSION
    return answer


@pytest.mark.parametrize(
    ("request_", "status", "user"),
    [
        (GOOD, b"200", b"anonymous"),
        ([*GOOD[:5], b"PLAIN", b"ann", b"pass"], b"200", b"ann"),
        ([*GOOD[:5], b"PLAIN", b"ann", b"Pass"], b"400", b""),
        ([*GOOD[:5], b"PLAIN", b"ann"], b"400", b""),
        ([*GOOD[:5], b"PLAIN", b"ann", b"pass", b"more"], b"400", b""),
        ([*GOOD[:5], b"PLAIN", b"\xff", b"pass"], b"400", b""),
        ([*GOOD[:5], b"GSSAPI", b"ann@EXAMPLE.ORG"], b"200", b"ann@EXAMPLE.ORG"),
        ([*GOOD[:5], b"GSSAPI", b"\xff"], b"400", b""),
        ([*GOOD[:5], b"GSSAPI"], b"400", b""),
        ([*GOOD[:5], b"CURVE", KEY], b"200", None),
        ([*GOOD[:5], b"CURVE", KEY[:-1]], b"400", b""),
        ([*GOOD[:5], b"CURVE"], b"400", b""),
        ([*GOOD[:5], b"null"], b"400", b""),
        ([*GOOD[:5], b"TLS"], b"400", b""),
        ([*GOOD, b"more"], b"400", b""),
        (GOOD[:-1], b"400", b""),
        (GOOD[:2], b"400", b""),
        ([b"1.1", *GOOD[1:]], b"400", b""),
        ([b"", *GOOD[1:]], b"400", b""),
        ([*GOOD[:2], b"\xff", *GOOD[3:]], b"400", b""),
        ([*GOOD[:3], b"\xff", *GOOD[4:]], b"400", b""),
        ([*GOOD[:2], b"x" * 256, *GOOD[3:]], b"400", b""),
        ([*GOOD[:5], b"x" * 10_000_000], b"400", b""),
        ([*GOOD[:5], b"PLAIN", b"ann", b"x" * 10_000_000], b"400", b""),
        ([*GOOD, *([b"x"] * 1000)], b"400", b""),
    ],
)
def test_requests(peer: zmq.Socket[bytes], request_: list[bytes], status: bytes, user: bytes | None) -> None:
    answer = ask(peer, request_)
    assert answer[1:3] == [b"1", status]
    assert user in (answer[4], None)


@pytest.mark.parametrize(
    ("limit", "value", "request_", "fitting"),
    [
        ("max_frames", 8, [*GOOD[:5], b"PLAIN", b"ann", b"pass", b"x"], [*GOOD[:5], b"PLAIN", b"ann", b"pass"]),
        ("max_frame_size", 10, [*GOOD[:2], b"x" * 11, *GOOD[3:]], [*GOOD[:2], b"x" * 10, *GOOD[3:]]),
        ("max_credentials_size", 7, [*GOOD[:5], b"GSSAPI", b"x" * 8], [*GOOD[:5], b"GSSAPI", b"x" * 7]),
        ("max_user_id_size", 9, [*GOOD[:5], b"GSSAPI", b"x" * 10], GOOD),
    ],
)
def test_limits(
    auth: ThreadAuthenticator,
    peer: zmq.Socket[bytes],
    limit: str,
    value: int,
    request_: list[bytes],
    fitting: list[bytes],
) -> None:
    setattr(auth, limit, value)
    assert ask(peer, request_)[2] == b"400"
    assert ask(peer, fitting)[2] == b"200"


@pytest.mark.parametrize("mechanism", [[b"GSSAPI", b"admin\0@EXAMPLE.ORG"], [b"PLAIN", b"ann\0", b"pass"]])
def test_user_ids_that_would_be_cut(auth: ThreadAuthenticator, peer: zmq.Socket[bytes], mechanism: list[bytes]) -> None:
    auth.configure_plain("*", {"ann\0": "pass"})
    assert ask(peer, [*GOOD[:5], *mechanism])[2:4] == [b"400", b"Malformed user id"]


def test_user_ids_are_utf_8(auth: ThreadAuthenticator, peer: zmq.Socket[bytes]) -> None:
    """As frames decode them, whatever the encoding of names and passwords."""
    auth.encoding = "latin-1"
    auth.configure_plain("*", {"b\xf6b": "pass"})
    assert ask(peer, [*GOOD[:5], b"PLAIN", b"b\xf6b", b"pass"])[2:5] == [b"200", b"OK", "b\xf6b".encode()]


@pytest.mark.parametrize(
    "metadata",
    [
        {"": "x"},
        {"X-R\xf6le": "x"},
        {"X Role": "x"},
        {"x" * 256: "x"},
        {"X-Role": "admin\0"},
        {"X-Role": "x" * 65536},
        {"X-Role": "\ud800"},
        {"User-Id": "admin"},
        {"peer-address": "127.0.0.1"},
        {"Socket-Type": "PUSH"},
    ],
)
def test_metadata_that_cannot_be_sent(
    auth: ThreadAuthenticator,
    peer: zmq.Socket[bytes],
    metadata: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(auth, "zap_metadata", lambda _: metadata)
    assert ask(peer, GOOD)[2:] == [b"500", b"Internal error", b"", b""]
    assert "Denied, since authentication failed" in caplog.text


def test_names_of_metadata(auth: ThreadAuthenticator, peer: zmq.Socket[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "zap_metadata", lambda _: {"X-Role_1.0+": "x"})
    assert ask(peer, GOOD)[5] == b"\x0bX-Role_1.0+\0\0\0\1x"
    auth.max_metadata_size = 16
    assert ask(peer, GOOD)[2] == b"500"


def test_metadata_of_peers(auth: ThreadAuthenticator, sockets: SocketFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Peers send metadata, too. It does not replace that of the authenticator, but adds to it."""
    monkeypatch.setattr(auth, "zap_metadata", lambda _: {"X-Role": "guest"})
    server = sockets(zmq.PULL, zap_domain=b"global")
    server.bind("tcp://127.0.0.1:*")
    properties = {"Socket-Type": "PUSH", "X-Role": "admin", "User-Id": "root", "X-Other": "admin"}
    ready = b"\x05READY" + b"".join(
        bytes([len(name)]) + name.encode() + len(value).to_bytes(4, "big") + value.encode()
        for name, value in properties.items()
    )
    greeting = b"\xff" + bytes(8) + b"\x7f\3\0" + b"NULL".ljust(20, b"\0") + bytes(32)
    port = int(server.last_endpoint.rpartition(b":")[2])
    with create_connection(("127.0.0.1", port)) as peer:
        peer.settimeout(20)
        peer.sendall(greeting + b"\4" + bytes([len(ready)]) + ready)
        received = b""
        while b"PULL" not in received:
            received += peer.recv(4096)
        peer.sendall(b"\0\4text")
        frame = server.recv(copy=False)
    assert frame.bytes == b"text"
    assert (frame["X-Role"], frame["User-Id"], frame["Peer-Address"]) == ("guest", "anonymous", "127.0.0.1")
    assert frame["X-Other"] == "admin"


@pytest.mark.parametrize("frames", [[b"x"], [b""], [b"", b"1.0"], [b"x", *GOOD], [b"", b"x" * 256, b"1"]])
def test_what_is_dropped(
    auth: ThreadAuthenticator, peer: zmq.Socket[bytes], frames: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    peer.send_multipart(frames)
    assert ask(peer, GOOD)[2] == b"200", "the answer is of this request, and of no other"
    assert "no ZAP request" in caplog.text
    assert auth.is_alive()


def test_peers_that_do_not_wait(auth: ThreadAuthenticator, sockets: SocketFactory) -> None:
    for _ in range(50):
        gone = sockets(zmq.DEALER)
        gone.connect(ADDRESS)
        gone.send_multipart([b"", *GOOD])
        gone.close()
    peer = sockets(zmq.DEALER)
    peer.connect(ADDRESS)
    assert ask(peer, GOOD)[2] == b"200"
    assert auth.is_alive()


KNOWN = [b"", b"1.0", b"1", b"127.0.0.1", b"::1", b"NULL", b"PLAIN", b"CURVE", b"GSSAPI", b"ann", b"pass", KEY]
FRAMES = st.one_of(st.sampled_from(KNOWN), st.binary(max_size=6))
REQUESTS = st.one_of(
    st.lists(FRAMES, min_size=1, max_size=6),
    st.lists(FRAMES, max_size=7).map(lambda frames: [b"", VERSION, *frames]),
    st.lists(FRAMES, max_size=4).map(lambda frames: [b"", *GOOD[:5], *frames]),
)


def test_any_frames_at_all(
    auth: ThreadAuthenticator, peer: zmq.Socket[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """One answer to what has an id, none to the rest; the thread goes on, and nothing is logged as a fault of ours."""
    caplog.set_level(logging.CRITICAL, "zmq.auth")
    auth.deny("::1")
    thread = auth.thread
    cases = 0

    quick = settings(
        max_examples=500,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    @quick
    @given(requests=st.lists(REQUESTS, min_size=20, max_size=20))
    def check(requests: list[list[bytes]]) -> None:
        nonlocal cases
        cases += len(requests)
        for frames in requests:
            peer.send_multipart(frames)
        # The answer to this one comes behind.
        peer.send_multipart([b"", VERSION, b"next", *GOOD[2:]])
        for frames in requests:
            if len(frames) >= 3 and not frames[0]:
                check_answer(frames, peer.recv_multipart())
        assert peer.recv_multipart()[2:4] == [b"next", b"200"]

    check()
    assert cases == 10_000
    assert auth.thread is thread
    assert auth.is_alive()


def check_answer(request: list[bytes], answer: list[bytes]) -> None:
    """See that an answer is one to a request, and not too generous."""
    empty, version, request_id, status, text, user, metadata = answer
    assert [empty, version, request_id] == [b"", VERSION, request[2]]
    assert status in (b"200", b"400")
    assert text
    if status == b"200":
        assert request[1] == VERSION
        assert request[6] in (b"NULL", b"PLAIN", b"CURVE", b"GSSAPI")
        assert request[4] != b"::1"
    else:
        assert user == metadata == b""
