"""proxy, proxy_steerable and device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT, SocketFactory


@pytest.mark.parametrize("kind", ["proxy", "proxy with capture", "device"])
def test_passes_messages_until_the_context_ends(background: Any, kind: str) -> None:
    context = zmq.Context()
    context.linger = 0
    context.rcvtimeo = TIMEOUT
    frontend, backend, capture = context.socket(zmq.ROUTER), context.socket(zmq.DEALER), context.socket(zmq.PUSH)
    captured, client, server = context.socket(zmq.PULL), context.socket(zmq.REQ), context.socket(zmq.REP)
    frontend.bind("inproc://front")
    backend.bind("inproc://back")
    capture.bind("inproc://capture")
    captured.connect("inproc://capture")
    client.connect("inproc://front")
    server.connect("inproc://back")

    def run() -> None:
        try:
            if kind == "device":
                # No warning: with warnings as errors, it would end the thread of each heartbeat.
                zmq.device(zmq.QUEUE, frontend, backend)
            elif kind == "proxy":
                zmq.proxy(frontend, backend)
            else:
                zmq.proxy(frontend, backend, capture)
        finally:
            for socket in (frontend, backend, capture):
                socket.close()

    running = background(run)
    client.send_multipart([b"a", b"question"])
    assert server.recv_multipart() == [b"a", b"question"]
    server.send(b"answer")
    assert client.recv() == b"answer"
    if kind == "proxy with capture":
        assert captured.recv_multipart()[-2:] == [b"a", b"question"]
        assert captured.recv_multipart()[-1] == b"answer"
    assert running.running()
    for socket in (captured, client, server):
        socket.close()
    context.term()
    with pytest.raises(zmq.ContextTerminated):
        running.result()


def test_steering(sockets: SocketFactory, background: Any, endpoint: Callable[[str], str]) -> None:
    frontend, backend, control = sockets(zmq.PULL), sockets(zmq.PUSH), sockets(zmq.PAIR)
    source, sink, remote = sockets(zmq.PUSH), sockets(zmq.PULL), sockets(zmq.PAIR)
    for bound, connected in ((frontend, source), (backend, sink), (control, remote)):
        bound.bind(endpoint("inproc"))
        connected.connect(bound.last_endpoint)
    running = background(zmq.proxy_steerable, frontend, backend, None, control)
    source.send(b"passes")
    assert sink.recv() == b"passes"
    assert running.running()
    remote.send(b"TERMINATE")
    assert running.result() == 0


@pytest.mark.parametrize("nonsense", [1, None, "x"])
def test_needs_sockets(sockets: SocketFactory, nonsense: Any) -> None:
    socket = sockets(zmq.PULL)
    for arguments in ((nonsense, socket), (socket, nonsense)):
        with pytest.raises(TypeError):
            zmq.proxy(*arguments)
        with pytest.raises(TypeError):
            zmq.proxy_steerable(*arguments)


def test_closed_sockets(sockets: SocketFactory) -> None:
    socket, closed = sockets(zmq.PULL), sockets(zmq.PUSH)
    closed.close()
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.proxy(socket, closed)
    assert caught.value.errno == zmq.ENOTSOCK
