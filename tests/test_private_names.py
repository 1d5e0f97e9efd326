"""Names that are not documented, but that published programs use."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest

import zmq
import zmq.asyncio
from tests.fix_context import SocketFactory


def test_asynchronous_classes() -> None:
    # As programs find them: in annotations, by isinstance, and to replace their methods.
    future: Any = zmq._future
    assert importlib.import_module("zmq._future") is future
    assert issubclass(zmq.asyncio.Socket, future._AsyncSocket)
    assert issubclass(zmq.asyncio.Poller, future._AsyncPoller)
    assert zmq.asyncio._selectors == {}


def test_the_synchronous_socket_of_an_asynchronous_one() -> None:
    with zmq.asyncio.Context() as context, context.socket(zmq.PUSH) as socket:
        shadow: Any = socket._shadow_sock
        assert type(shadow) is zmq.Socket
        assert shadow.underlying == socket.underlying
        assert socket._shadow_sock is shadow
        replacement: Any = object()
        setattr(shadow, "send_multipart", replacement)  # noqa: B010
        assert socket._shadow_sock.send_multipart is replacement
    assert shadow.closed


def test_shadows(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    assert socket._shadow is context._shadow is False
    assert zmq.Socket.shadow(socket)._shadow is zmq.Context.shadow(context)._shadow is True
    assert zmq.Socket.shadow(socket)._shadow_obj is socket
    assert zmq.Context.shadow(context)._shadow_obj is context


def test_sockets_of_a_context(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    first, second = sockets(zmq.PUSH), sockets(zmq.PULL)
    assert isinstance(context._sockets, WeakSet)
    assert set(context._sockets) == {first, second}
    assert first in context._sockets
    first.close()
    assert list(context._sockets) == [second]
    # So that destroy() closes none.
    context._sockets = WeakSet()
    assert len(context._sockets) == 0
    assert "socket" not in repr(context)
    context._sockets = WeakSet([second])
    assert list(context._sockets) == [second]


def test_name_of_the_type(sockets: SocketFactory) -> None:
    socket = sockets(zmq.REQ)
    assert socket._type_name == "REQ"
    socket.close()
    assert socket._type_name == "REQ"


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "zmq.backend",
            ["Context", "Socket", "Frame", "Message", "zmq_poll", "zmq_errno", "zmq_version_info", "select"],
        ),
        ("zmq.error", ["_check_version"]),
        ("zmq.sugar.attrsettr", ["AttributeSetter"]),
        ("zmq.sugar.context", ["Context"]),
        ("zmq.sugar.frame", ["Frame", "Message"]),
        ("zmq.sugar.poll", ["POLLERR", "POLLIN", "POLLOUT", "Poller", "select"]),
        ("zmq.sugar.socket", ["Socket"]),
        ("zmq.sugar.tracker", ["MessageTracker", "_FINISHED_TRACKER"]),
        ("zmq.sugar.version", ["VERSION_MAJOR", "zmq_version"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_names_are_found(module: str, names: list[str]) -> None:
    found = importlib.import_module(module)
    assert [name for name in names if not hasattr(found, name)] == []
    assert not hasattr(found, "no_such_name")


def test_all_of_sugar() -> None:
    names: dict[str, Any] = {}
    exec("from zmq.sugar import *", names)
    assert {"Again", "Context", "Socket", "ZMQError", "zmq_version"} <= names.keys()


def test_folders_of_headers() -> None:
    """Builds of other extensions take them by their places."""
    package = Path(zmq.__path__[0]).resolve()
    parent, utils, *rest = map(Path, zmq.get_includes())
    assert (parent, utils) == (package.parent, package / "utils")
    assert {"c", "cython", "include"} >= {folder.name for folder in rest}


def test_each_name_in_the_directory_is_there(run_python: Any) -> None:
    run_python("import zmq; [getattr(zmq, name) for name in dir(zmq)]").succeeded()


def test_streams(sockets: SocketFactory) -> None:
    pytest.importorskip("tornado", reason="ZMQStream needs tornado")
    stream_module = importlib.import_module("zmq.eventloop.zmqstream")
    loop = asyncio.new_event_loop()
    sender, receiver = sockets(zmq.PAIR), sockets(zmq.PAIR)
    sender.bind("inproc://stream")
    receiver.connect("inproc://stream")
    stream: Any = stream_module.ZMQStream(receiver, loop)
    received: list[Any] = []
    stream.on_recv(received.append)
    assert stream._recv_callback is not None
    sender.send(b"x")
    stream._handle_events(stream.socket, 0)
    assert received == [[b"x"]]
    stream.send(b"y")
    assert stream._send_queue.qsize() == 1
    stream.close()
    loop.close()
    assert sender.recv() == b"y"
