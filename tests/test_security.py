"""CURVE: encrypted and authenticated connections."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq
from tests.fix_context import TIMEOUT, SocketFactory
from zmq.utils.monitor import recv_monitor_message

pytestmark = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq is built without CURVE")


def test_keypair() -> None:
    public, secret = zmq.curve_keypair()
    assert len(public) == len(secret) == 40
    assert zmq.curve_public(secret) == public
    assert zmq.curve_public(secret.decode()) == zmq.curve_public(bytearray(secret)) == public
    assert len({zmq.curve_keypair() for _ in range(20)}) == 20


@pytest.mark.parametrize("nonsense", ["", "x", b"x" * 39, b"x" * 41, b"\xff" * 40, "\N{SNOWMAN}" * 40, b'"' * 40])
def test_secret_keys_that_are_none(nonsense: bytes | str) -> None:
    with pytest.raises((ValueError, zmq.ZMQError), match="secret key") as caught:
        zmq.curve_public(nonsense)
    assert not nonsense or str(nonsense) not in str(caught.value), "an error shows the secret"


@given(nonsense=st.binary(max_size=60))
def test_any_bytes_give_a_key_or_an_error(nonsense: bytes) -> None:
    with suppress(ValueError, zmq.ZMQError):
        assert len(zmq.curve_public(nonsense)) == 40


def test_keys_as_options(sockets: SocketFactory) -> None:
    public, secret = zmq.curve_keypair()
    socket = sockets(zmq.DEALER)
    socket.curve_publickey = public
    socket.curve_secretkey = secret
    socket.curve_serverkey = public
    assert socket.curve_publickey == socket.curve_serverkey == public
    assert socket.curve_secretkey == secret
    assert socket.mechanism == zmq.CURVE
    with pytest.raises(zmq.ZMQError) as caught:
        socket.curve_publickey = b"too short"
    assert caught.value.errno == zmq.EINVAL


class Curve:
    """A server, and clients of it."""

    def __init__(self, sockets: SocketFactory, address: str) -> None:
        self.sockets = sockets
        self.public, secret = zmq.curve_keypair()
        self.server = sockets(zmq.REP, curve_secretkey=secret, curve_server=1)
        self.server.bind(address)

    def client(self, serverkey: bytes | None = None) -> zmq.Socket[bytes]:
        public, secret = zmq.curve_keypair()
        client = self.sockets(
            zmq.REQ, curve_publickey=public, curve_secretkey=secret, curve_serverkey=serverkey or self.public
        )
        client.connect(self.server.last_endpoint)
        return client


@pytest.fixture(params=["tcp", "ipc"])
def curve(request: pytest.FixtureRequest, sockets: SocketFactory, endpoint: Any) -> Curve:
    return Curve(sockets, endpoint(request.param))


def test_round_trip(curve: Curve) -> None:
    client = curve.client()
    assert client.mechanism == curve.server.mechanism == zmq.CURVE
    for message in ([b"one"], [b"several", b"", b"x" * 1_000_000]):
        client.send_multipart(message)
        assert curve.server.recv_multipart() == message
        curve.server.send_multipart(message[::-1])
        assert client.recv_multipart() == message[::-1]


def test_frames_not_copied(curve: Curve) -> None:
    client = curve.client()
    data = bytearray(b"secret" * 20_000)
    tracker = client.send(data, copy=False, track=True)
    frame = curve.server.recv(copy=False)
    assert frame.bytes == data
    assert frame["Socket-Type"] == "REQ"
    tracker.wait(20)


def test_wrong_server_key(curve: Curve) -> None:
    with curve.server.get_monitor_socket() as monitor:
        monitor.rcvtimeo = TIMEOUT
        client = curve.client(zmq.curve_keypair()[0])
        client.send(b"never arrives")
        while True:
            event = recv_monitor_message(monitor)
            if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
                break
        assert event["value"] == zmq.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC
        assert curve.server.poll(0) == 0
        curve.server.disable_monitor()


def test_client_without_curve(curve: Curve) -> None:
    with curve.server.get_monitor_socket() as monitor:
        monitor.rcvtimeo = TIMEOUT
        client = curve.sockets(zmq.REQ)
        client.connect(curve.server.last_endpoint)
        client.send(b"never arrives")
        failures = (zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        while recv_monitor_message(monitor)["event"] not in failures:
            pass
        assert curve.server.poll(0) == 0
        curve.server.disable_monitor()
