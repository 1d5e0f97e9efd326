"""One message over each transport that the build has."""

from __future__ import annotations

import errno
import re
import socket as system_socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

import zmq
from tests.fix_process import Runner

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


@pytest.mark.parametrize("size", [1014, 1015, 16_375, 300_000])
def test_inproc_names_of_any_length(context: zmq.SyncContext, size: int) -> None:
    address = "inproc://" + "n" * size
    with context.socket(zmq.PAIR) as server, context.socket(zmq.PAIR) as client:
        with server.bind(address) as bound:
            assert bound is server
            assert server.last_endpoint == server.get(zmq.LAST_ENDPOINT) == address.encode()
            with client.connect(address):
                assert client.get_string(zmq.LAST_ENDPOINT) == address
                client.send(b"x")
                assert server.recv() == b"x"
        server.bind(address)


@pytest.mark.skipif(sys.platform == "win32", reason="systems hand listening sockets over elsewhere")
@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_a_socket_that_listens_already(context: zmq.SyncContext, tmp_path: Path, transport: str) -> None:
    """As systemd passes them: USE_FD names it, and libzmq closes it in the end."""
    listening = system_socket.socket(system_socket.AF_INET if transport == "tcp" else system_socket.AF_UNIX)
    listening.bind(("127.0.0.1", 0) if transport == "tcp" else str(tmp_path / "s"))
    listening.listen()
    address = f"tcp://127.0.0.1:{listening.getsockname()[1]}" if transport == "tcp" else f"ipc://{tmp_path}/s"
    with context.socket(zmq.PULL) as server, context.socket(zmq.PUSH) as client:
        server.rcvtimeo = 10_000
        server.use_fd = listening.detach()
        server.bind(address)
        client.connect(address)
        client.send(b"x")
        assert server.recv() == b"x"


def test_what_listens_to_nothing(context: zmq.SyncContext, tmp_path: Path) -> None:
    """USE_FD of something else: libzmq alone would abort the process."""
    with context.socket(zmq.PULL) as socket, system_socket.socket() as idle, (tmp_path / "file").open("w") as file:
        gone = system_socket.socket()
        closed = gone.fileno()
        gone.close()
        for descriptor, numbers in (
            (idle.fileno(), {errno.EINVAL}),
            (closed, {errno.EBADF, zmq.ENOTSOCK}),
            (file.fileno(), {errno.ENOTSOCK, zmq.ENOTSOCK}),
            (2**31 - 1, {errno.EBADF, zmq.ENOTSOCK}),
        ):
            socket.use_fd = descriptor
            for address in ("tcp://127.0.0.1:*", "ipc://@abstract", "ws://127.0.0.1:*"):
                if not address.startswith("ws") or zmq.has("WS"):
                    with pytest.raises(zmq.ZMQError, match=re.escape(address)) as caught:
                        socket.bind(address)
                    assert caught.value.errno in numbers
        socket.use_fd = -1
        socket.bind("tcp://127.0.0.1:*")


@pytest.mark.skipif(
    "libzmq-4.3.5-pending-inproc" not in zmq.build_info()["libzmq"].get("patches", ""),
    reason="this libzmq is not patched",
)
@pytest.mark.parametrize("then", ["pair", "end"])
def test_several_that_wait_for_one_inproc_address(run_python: Runner, then: str) -> None:
    """A PAIR takes one of them only, and so does the end of a context; libzmq alone aborts the process."""
    program = f"""
        import threading
        import zmq

        context = zmq.Context()
        first, second = context.socket(zmq.ROUTER), context.socket(zmq.ROUTER)
        for socket in (first, second):
            socket.connect("inproc://late")
        if {then == "pair"}:
            with context.socket(zmq.PAIR) as pair:
                pair.bind("inproc://late")
                pair.send(b"to the first")
                assert first.recv_multipart()[1:] == [b"to the first"]
                assert not second.poll(50)
            # It serves others still.
            with context.socket(zmq.DEALER) as dealer:
                dealer.bind("inproc://other")
                second.connect("inproc://other")
                dealer.send(b"to the second")
                assert second.recv_multipart()[1:] == [b"to the second"]
        ending = threading.Thread(target=context.term)
        ending.start()
        for socket in (first, second):
            try:
                socket.recv()
            except zmq.ContextTerminated:
                socket.close()
        ending.join()
    """
    run_python(program).succeeded()
