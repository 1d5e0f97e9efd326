"""One message over each transport that the build has."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest

import zmq

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("transport", ["inproc", "ipc", "tcp", "tcp6", "ws"])
def test_round_trip(context: zmq.SyncContext, tmp_path: Path, transport: str) -> None:
    if transport == "ws" and not zmq.has("WS"):
        pytest.skip("this libzmq has no WebSocket transport; the bundled one has")
    if transport == "ipc" and not zmq.has("ipc"):
        pytest.skip("libzmq has no ipc on this system")
    address: Any = {
        "inproc": "inproc://transport",
        "ipc": f"ipc://{tmp_path}/socket",
        "tcp": "tcp://127.0.0.1:*",
        "tcp6": "tcp://[::1]:*",
        "ws": "ws://127.0.0.1:*",
    }[transport]
    parts = [b"", b"x", b"y" * 300, b"z" * 70000]
    with context.socket(zmq.PAIR) as server, context.socket(zmq.PAIR) as client:
        server.rcvtimeo = client.rcvtimeo = 10_000
        server.ipv6 = client.ipv6 = transport == "tcp6"
        try:
            server.bind(address)
        except zmq.ZMQError as error:
            if transport == "tcp6" and error.errno in (zmq.EADDRNOTAVAIL, zmq.EAFNOSUPPORT, errno.ENODEV):
                pytest.skip("this machine has no IPv6")
            if transport == "ipc" and error.errno == zmq.EAFNOSUPPORT:
                pytest.skip("this system has no Unix domain sockets, as Windows before 10")
            raise
        client.connect(server.last_endpoint)
        client.send_multipart(parts)
        assert server.recv_multipart() == parts
        server.send_multipart(parts[::-1])
        assert client.recv_multipart() == parts[::-1]
