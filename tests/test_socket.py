"""Socket: making, endpoints, options, helpers for texts and objects, life."""

from __future__ import annotations

import errno
import json
import os
import pickle
import sys
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_gc import ResourceWarnings

ALL_TYPES = [
    *("PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"),
]
DRAFT_TYPES = ["SERVER", "CLIENT", "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM", "PEER", "CHANNEL"]

# Hypothesis runs a test many times with the same fixtures, here on purpose: the sockets stay the same.
same_sockets = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)


def refused(number: int, operation: Any) -> str:
    """Assert that a call raises ZMQError with this number; return its text."""
    with pytest.raises(zmq.ZMQError) as caught:
        operation()
    assert caught.value.errno == number
    return str(caught.value)


# -- making


@pytest.mark.parametrize("name", ALL_TYPES)
def test_types(sockets: SocketFactory, name: str) -> None:
    kind = zmq.SocketType[name]
    socket = sockets(kind)
    assert socket.type is kind
    assert socket.get(zmq.TYPE) == kind
    assert repr(socket) == f"<zmq.Socket(zmq.{name}) at {id(socket):#x}>"
    socket.close()
    assert repr(socket) == f"<zmq.Socket(zmq.{name}) at {id(socket):#x} closed>"


@pytest.mark.draft
@pytest.mark.parametrize("name", DRAFT_TYPES)
def test_draft_types(context: zmq.Context[Any], name: str) -> None:
    with context.socket(zmq.SocketType[name]) as socket:
        assert socket.type is zmq.SocketType[name]


def test_constructor(context: zmq.Context[Any]) -> None:
    with zmq.Socket(context, zmq.PUSH) as socket:
        assert socket.context is context
        assert socket.underlying > 0
    with zmq.Socket(context, socket_type=zmq.PUSH, copy_threshold=7) as socket:
        assert socket.copy_threshold == 7
    with zmq.Socket(context) as socket:
        assert socket.type is zmq.PAIR
    with pytest.raises(TypeError, match=r"context must be specified: .*Context, not None"):
        zmq.Socket()
    with pytest.raises(TypeError, match="Context, not 5"):
        zmq.Socket(5, zmq.PUSH)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="socket_type must be specified"):
        zmq.Socket(context, -1)
    with pytest.raises(TypeError):
        zmq.Socket(context, "PUSH")  # type: ignore[call-overload]
    refused(zmq.EINVAL, lambda: zmq.Socket(context, 99))


def test_copy_threshold_is_the_current_one(context: zmq.Context[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with context.socket(zmq.PUSH) as before:
        assert before.copy_threshold == zmq.COPY_THRESHOLD == 65536
        monkeypatch.setattr(zmq, "COPY_THRESHOLD", 100)
        assert before.copy_threshold == 65536
        with context.socket(zmq.PUSH) as after:
            assert after.copy_threshold == 100
            after.copy_threshold = 200
            assert after.copy_threshold == 200


# -- life


def test_close(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    socket.close()
    assert socket.closed
    assert socket.underlying == 0
    socket.close()
    socket.close(linger=5)
    assert socket.type is zmq.PUSH
    for operation in (
        lambda: socket.send(b""),
        lambda: socket.send_multipart([b""]),
        socket.recv,
        socket.recv_multipart,
        lambda: socket.recv_into(bytearray(1)),
        lambda: socket.get(zmq.LINGER),
        lambda: socket.set(zmq.LINGER, 0),
        lambda: socket.linger,
        lambda: socket.bind("inproc://x"),
        lambda: socket.connect("inproc://x"),
        lambda: socket.unbind("inproc://x"),
        lambda: socket.disconnect("inproc://x"),
        socket.fileno,
        lambda: socket.hwm,
        lambda: socket.monitor("inproc://x"),
        socket.get_monitor_socket,
        socket.disable_monitor,
    ):
        refused(zmq.ENOTSOCK, operation)
    refused(zmq.ENOTSUP, lambda: socket.poll(0))
    for name in ("bind", "connect", "unbind", "disconnect", "monitor"):
        with pytest.raises(zmq.ZMQError, match=r"\(addr='inproc://there'\)") as caught:
            getattr(socket, name)("inproc://there")
        assert caught.value.errno == zmq.ENOTSOCK


def test_close_with_linger(context: zmq.Context[Any]) -> None:
    socket = context.socket(zmq.PUSH)
    with pytest.raises(TypeError):
        socket.close("0")
    assert not socket.closed
    socket.connect("tcp://127.0.0.1:1")  # nobody listens there
    socket.send(b"lost")
    socket.close(0)  # or the context could not be terminated


def test_with_closes_it(context: zmq.Context[Any]) -> None:
    with context.socket(zmq.PUSH) as socket:
        assert not socket.closed
    assert socket.closed
    with pytest.raises(ZeroDivisionError), context.socket(zmq.PUSH) as socket:
        raise ZeroDivisionError
    assert socket.closed


def test_forgotten_socket_warns_and_is_closed(context: zmq.Context[Any], resource_warnings: ResourceWarnings) -> None:
    socket = context.socket(zmq.PUSH)
    text = f"Unclosed socket {socket!r}"
    with resource_warnings() as texts:
        del socket
    assert texts == [text]
    # That the context terminates, proves that it was closed.


def test_forgotten_socket_of_a_subclass_whose_close_fails(
    context: zmq.Context[Any], resource_warnings: ResourceWarnings
) -> None:
    class Broken(zmq.Socket[bytes]):
        def close(self, linger: int | None = None) -> None:
            raise RuntimeError(f"not at this moment, linger={linger}")

    socket = Broken(context, zmq.PUSH)
    with resource_warnings() as texts:
        del socket
    assert len(texts) == 1


def test_half_made_socket(resource_warnings: ResourceWarnings) -> None:
    class Unmade(zmq.Socket[bytes]):
        def __init__(self) -> None:
            pass

    socket = Unmade()
    assert socket.closed
    with pytest.raises(zmq.ZMQError):
        socket.send(b"")
    with resource_warnings() as texts:
        del socket
    assert texts == []


def test_sockets_are_told_apart_by_identity(sockets: SocketFactory) -> None:
    first, second = sockets(zmq.PUSH), sockets(zmq.PUSH)
    assert len({first, second, first}) == 2
    assert first == first  # noqa: PLR0124
    assert first != zmq.Socket(first)


def test_pickling_is_refused(sockets: SocketFactory) -> None:
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(sockets(zmq.PUSH))


# -- endpoints


@pytest.mark.parametrize("transport", ["inproc", "tcp", "ipc"])
def test_bind_connect_unbind_disconnect(sockets: SocketFactory, endpoint: Any, transport: str) -> None:
    a, b = sockets(zmq.PUSH), sockets(zmq.PULL)
    address = endpoint(transport)
    a.bind(address)
    resolved = a.get_string(zmq.LAST_ENDPOINT)
    assert "*" not in resolved
    assert a.last_endpoint == resolved.encode()
    b.connect(resolved.encode())
    a.send(b"x")
    assert b.recv() == b"x"
    b.disconnect(resolved)
    a.unbind(resolved)
    assert resolved in refused(errno.ENOENT, lambda: a.unbind(resolved))


@pytest.mark.parametrize("transport", ["inproc", "tcp", "ipc"])
def test_bind_and_connect_as_context_managers(sockets: SocketFactory, endpoint: Any, transport: str) -> None:
    a, b = sockets(zmq.PUSH), sockets(zmq.PULL)
    with a.bind(endpoint(transport)) as bound:
        assert bound is a
        resolved = a.last_endpoint.decode()
        with b.connect(resolved) as connected:
            assert connected is b
            a.send(b"x")
            assert b.recv() == b"x"
        refused(errno.ENOENT, lambda: b.disconnect(resolved))
    refused(errno.ENOENT, lambda: a.unbind(resolved))


def test_bind_as_context_manager_knows_its_own_port(sockets: SocketFactory) -> None:
    socket = sockets(zmq.ROUTER)
    with socket.bind("tcp://127.0.0.1:0"):
        first = socket.last_endpoint
        with socket.bind("tcp://127.0.0.1:*"):
            second = socket.last_endpoint
            assert second != first
        refused(errno.ENOENT, lambda: socket.unbind(second))
    refused(errno.ENOENT, lambda: socket.unbind(first))


@pytest.mark.skipif(sys.platform != "linux", reason="the loopback interface is called lo on Linux")
def test_bind_as_context_manager_by_interface(sockets: SocketFactory) -> None:
    socket = sockets(zmq.ROUTER)
    with socket.bind("tcp://lo:*"):
        resolved = socket.last_endpoint
    refused(errno.ENOENT, lambda: socket.unbind(resolved))


def test_endpoint_that_was_undone_by_hand(context: zmq.Context[Any]) -> None:
    with context.socket(zmq.PAIR) as socket, socket.bind("inproc://undone-1"):
        socket.unbind("inproc://undone-1")
    with context.socket(zmq.PAIR) as socket, socket.bind("inproc://undone-2"):
        socket.close()
    with context.socket(zmq.PAIR) as socket, pytest.raises(ZeroDivisionError), socket.bind("inproc://undone-3"):
        raise_after(socket.unbind, "inproc://undone-3")


def raise_after(function: Any, *args: Any) -> None:
    function(*args)
    raise ZeroDivisionError


def test_repr_of_endpoints(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PAIR)
    assert repr(socket.bind("inproc://there")) == "<SocketContext(bind='inproc://there')>"
    bound = socket.bind("tcp://127.0.0.1:*")
    assert repr(bound) == f"<SocketContext(bind='{socket.last_endpoint.decode()}')>"
    assert bound.addr == socket.last_endpoint.decode()
    assert repr(sockets(zmq.PAIR).connect(b"inproc://there")) == "<SocketContext(connect=b'inproc://there')>"


def test_errors_name_the_address(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PAIR)
    assert "'foo'" in refused(zmq.EINVAL, lambda: socket.bind("foo"))
    assert "'bar://x'" in refused(zmq.EPROTONOSUPPORT, lambda: socket.connect("bar://x"))
    socket.bind("inproc://taken")
    assert "'inproc://taken'" in refused(zmq.EADDRINUSE, lambda: socket.bind("inproc://taken"))
    with pytest.raises(TypeError, match="3"):
        socket.bind(3)  # type: ignore[arg-type]


def test_addresses_with_nul_are_refused(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PAIR)
    for operation in (socket.bind, socket.connect, socket.unbind, socket.disconnect):
        with pytest.raises((ValueError, zmq.ZMQError), match="x"):
            operation("inproc://x\0y")


@pytest.mark.skipif(sys.platform == "win32", reason="no Unix domain sockets")
def test_long_ipc_paths_are_refused(sockets: SocketFactory) -> None:
    assert zmq.IPC_PATH_MAX_LEN > 90
    path = "ipc:///tmp/" + "x" * zmq.IPC_PATH_MAX_LEN
    for operation in (sockets(zmq.PAIR).bind, sockets(zmq.PAIR).connect):
        text = refused(errno.ENAMETOOLONG, lambda operation=operation: operation(path))
        assert str(zmq.IPC_PATH_MAX_LEN) in text


def test_bind_to_random_port(sockets: SocketFactory) -> None:
    first, second = sockets(zmq.PUSH), sockets(zmq.PULL)
    port = first.bind_to_random_port("tcp://127.0.0.1")
    assert first.last_endpoint == f"tcp://127.0.0.1:{port}".encode()
    second.connect(f"tcp://127.0.0.1:{port}")
    first.send(b"x")
    assert second.recv() == b"x"


def test_bind_to_random_port_of_a_range(sockets: SocketFactory) -> None:
    taken = sockets(zmq.PUSH).bind_to_random_port("tcp://127.0.0.1")
    socket = sockets(zmq.PUSH)
    with pytest.raises(zmq.ZMQBindError, match=rf"any of 1 ports from {taken} to {taken}"):
        socket.bind_to_random_port("tcp://127.0.0.1", taken, taken + 1)
    port = socket.bind_to_random_port("tcp://127.0.0.1", min_port=20000, max_port=30000)
    assert 20000 <= port < 30000
    # Each of the four is tried, and none twice.
    names = [socket.bind_to_random_port("inproc://random", 10, 14) for _ in range(4)]
    assert sorted(names) == [10, 11, 12, 13]
    with pytest.raises(zmq.ZMQBindError):
        socket.bind_to_random_port("inproc://random", 10, 14)
    assert socket.bind_to_random_port("inproc://default-range") in range(49152, 65536)


def test_bind_to_random_port_refuses_nonsense(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    with pytest.raises(ValueError, match="no port to try"):
        socket.bind_to_random_port("tcp://127.0.0.1", 5000, 5000)
    with pytest.raises(ValueError, match="no port to try"):
        socket.bind_to_random_port("tcp://127.0.0.1", 5000, 5001, max_tries=0)
    with pytest.raises(zmq.ZMQError) as caught:
        socket.bind_to_random_port("nonsense://x", 5000, 6000)
    assert caught.value.errno == zmq.EPROTONOSUPPORT


# -- options


@same_sockets
@given(
    option=st.sampled_from([zmq.LINGER, zmq.RCVTIMEO, zmq.SNDTIMEO]),
    value=st.integers(min_value=-1, max_value=2**31 - 1),
)
def test_int_options(sockets: SocketFactory, option: zmq.SocketOption, value: int) -> None:
    socket = kept(sockets, zmq.DEALER)
    socket.set(option, value)
    assert socket.get(option) == value
    assert getattr(socket, option.name.lower()) == value
    setattr(socket, option.name, value)
    assert socket.getsockopt(option) == value


@same_sockets
@given(value=st.integers(min_value=-1, max_value=2**63 - 1))
def test_int64_options(sockets: SocketFactory, value: int) -> None:
    socket = kept(sockets, zmq.DEALER)
    socket.maxmsgsize = value
    assert socket.get(zmq.MAXMSGSIZE) == value


@same_sockets
@given(value=st.binary(min_size=1, max_size=255))
def test_bytes_options(sockets: SocketFactory, value: bytes) -> None:
    socket = kept(sockets, zmq.DEALER)
    socket.set(zmq.ROUTING_ID, value)
    assert socket.get(zmq.ROUTING_ID) == value
    assert socket.identity == socket.IDENTITY == socket.routing_id == value


@same_sockets
@given(value=st.text(st.characters(exclude_categories=["Cs"], min_codepoint=1), min_size=1, max_size=60))
def test_text_options(sockets: SocketFactory, value: str) -> None:
    socket = kept(sockets, zmq.DEALER)
    socket.set_string(zmq.ROUTING_ID, value)
    assert socket.get_string(zmq.ROUTING_ID) == value
    assert socket.routing_id == value.encode()
    socket.plain_username = value.encode()
    assert socket.get_string(zmq.PLAIN_USERNAME) == value


def kept(sockets: SocketFactory, kind: int) -> zmq.Socket[bytes]:
    """The one socket that all examples of a test use."""
    made: dict[int, zmq.Socket[bytes]] = sockets.__dict__.setdefault("kept", {})
    if kind not in made:
        made[kind] = sockets(kind)
    return made[kind]


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**40])
def test_ints_that_do_not_fit(sockets: SocketFactory, value: int) -> None:
    with pytest.raises(OverflowError):
        sockets(zmq.PUSH).set(zmq.LINGER, value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (zmq.LINGER, "1"),
        (zmq.LINGER, b"1"),
        (zmq.LINGER, 1.5),
        (zmq.LINGER, None),
        (zmq.ROUTING_ID, "u"),
        (zmq.ROUTING_ID, 1),
        (zmq.ROUTING_ID, 2**64),
        (zmq.ROUTING_ID, None),
        (zmq.ROUTING_ID, bytearray(b"u")),
        (zmq.ROUTING_ID, memoryview(b"u")),
    ],
)
def test_values_of_the_wrong_type(sockets: SocketFactory, option: int, value: Any) -> None:
    socket = sockets(zmq.PUSH)
    for write in (
        lambda: socket.set(option, value),
        lambda: socket.setsockopt(option, value),
        lambda: setattr(socket, zmq.SocketOption(option).name.lower(), value),
    ):
        with pytest.raises(TypeError, match=f"unicode not allowed|got: .*option {int(option)}"):
            write()


def test_errors_show_no_secrets(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    for secret in ("secret", bytearray(b"secret")):
        with pytest.raises(TypeError) as caught:
            socket.set(zmq.CURVE_SECRETKEY, secret)  # type: ignore[arg-type]
        assert "secret" not in str(caught.value)


def test_unknown_options(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    refused(zmq.EINVAL, lambda: socket.get(12345))
    refused(zmq.EINVAL, lambda: socket.set(12345, 1))
    refused(zmq.EINVAL, lambda: socket.set(zmq.LINGER, -2))


def test_strings(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    with pytest.raises(TypeError, match="use get"):
        socket.get_string(zmq.LINGER)
    with pytest.raises(TypeError, match="use set"):
        socket.set_string(zmq.ROUTING_ID, b"x")  # type: ignore[arg-type]
    socket.setsockopt_string(zmq.ROUTING_ID, "é", "latin-1")
    assert socket.getsockopt(zmq.ROUTING_ID) == b"\xe9"
    assert socket.getsockopt_string(zmq.ROUTING_ID, encoding="latin-1") == "é"
    assert socket.getsockopt_unicode(zmq.ROUTING_ID, "latin-1") == "é"
    socket.setsockopt_unicode(zmq.ROUTING_ID, "é")
    assert socket.routing_id == "é".encode()


@pytest.mark.parametrize("spelling", ["rcvMore", "RcvMore", "LAST_endpoint", "lInGeR"])
def test_options_by_any_spelling(sockets: SocketFactory, spelling: str) -> None:
    socket: Any = sockets(zmq.PULL)
    if sys.version_info >= (3, 12):
        assert getattr(socket, spelling) == getattr(socket, spelling.lower())
    else:
        # Sending and receiving would cost nearly twice as much.
        assert not hasattr(socket, spelling)
    with pytest.raises(AttributeError, match="no_such_option"):
        _ = socket.no_such_option
    with pytest.raises(AttributeError, match="subscribe attribute is write-only"):
        _ = socket.SUBSCRIBE


def test_every_option_is_an_attribute(sockets: SocketFactory) -> None:
    for name in zmq.SocketOption.__members__:
        for spelling in (name, name.lower(), name.capitalize(), name.title()):
            assert hasattr(zmq.Socket, spelling), spelling
    socket: Any = sockets(zmq.SUB)  # type checkers know two spellings only
    for spelling in ("linger", "LINGER", "Linger"):
        setattr(socket, spelling, 5)
        assert getattr(socket, spelling) == 5
    assert socket.Last_Endpoint == socket.Last_endpoint == socket.LAST_ENDPOINT


def test_reading_any_attribute_works_or_raises_attribute_error(sockets: SocketFactory) -> None:
    """So that hasattr(), inspect and mock can walk over a socket, whatever its type and libzmq's age."""
    socket = sockets(zmq.PUSH)
    names = dir(socket)
    names.remove("socket_type")  # deprecated
    for name in names:
        hasattr(socket, name)
    with pytest.warns(DeprecationWarning, match=r"use Socket\.type"):
        assert mock.create_autospec(socket).send is not None


def test_socket_type_is_deprecated(sockets: SocketFactory) -> None:
    with pytest.warns(DeprecationWarning, match=r"use Socket\.type"):
        assert sockets(zmq.PUSH).socket_type is zmq.PUSH


def test_write_only_and_read_only_options(sockets: SocketFactory) -> None:
    socket = sockets(zmq.SUB)
    with pytest.raises(AttributeError, match="write-only"):
        _ = socket.SUBSCRIBE
    with pytest.raises(zmq.ZMQError, match="Invalid argument: fd is read-only") as caught:
        socket.fd = 3  # type: ignore[assignment]
    assert caught.value.errno == zmq.EINVAL
    with pytest.raises(TypeError):
        socket.fd = b"3"  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        del socket.linger


def test_the_type_can_be_overwritten(sockets: SocketFactory) -> None:
    """As subclasses do that have a use of their own for the name; the socket is what it was."""
    socket: Any = sockets(zmq.SUB)
    socket.type = "subscriber"
    assert socket.type == "subscriber"
    assert socket.get(zmq.TYPE) == zmq.SUB
    assert repr(socket).startswith("<zmq.Socket(zmq.SUB) at ")


def test_unknown_names(sockets: SocketFactory) -> None:
    socket: Any = sockets(zmq.PUSH)  # type checkers would not let this pass
    with pytest.raises(AttributeError, match=r"Socket has no such option: LINGR; .* by a value or an annotation"):
        socket.lingr = 0
    with pytest.raises(AttributeError, match="lingr"):
        _ = socket.lingr
    assert not hasattr(socket, "lingr")


def test_subclass_declares_its_attributes(context: zmq.Context[Any]) -> None:
    class Own(zmq.Socket[bytes]):
        count = 0
        linger_seconds: Any = None

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.count = -1  # before the socket is made
            super().__init__(*args, **kwargs)

        @property
        def doubled(self) -> int:
            return self.linger * 2

        @doubled.setter
        def doubled(self, value: int) -> None:
            self.linger = value // 2

    with Own(context, zmq.PUSH) as socket:
        assert socket.count == -1
        socket.count = 5
        socket.linger_seconds = 6
        socket.doubled = 14
        assert (socket.count, socket.linger_seconds, socket.linger, socket.doubled) == (5, 6, 7, 14)
        assert Own.count == 0
        with pytest.raises(AttributeError, match="Own has no such option: _UNDECLARED"):
            socket._undeclared = 1  # type: ignore[attr-defined]
        assert f"{Own.__module__}.{Own.__qualname__}(zmq.PUSH)" in repr(socket)


def test_methods_can_be_replaced_by_mocks(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    with mock.patch.object(socket, "send") as send:
        socket.send(b"x")
    send.assert_called_once_with(b"x")
    refused(zmq.EAGAIN, lambda: socket.send(b"x", zmq.DONTWAIT))


def test_hwm(sockets: SocketFactory) -> None:
    socket = sockets(zmq.DEALER)
    assert socket.hwm == socket.get_hwm() == 1000
    socket.hwm = 5
    assert (socket.hwm, socket.HWM, socket.sndhwm, socket.rcvhwm) == (5, 5, 5, 5)
    socket.HWM = 6
    socket.rcvhwm = 7
    assert (socket.hwm, socket.rcvhwm) == (6, 7)
    refused(zmq.EINVAL, lambda: socket.set_hwm(-1))


def test_hwm_as_option(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH, sndhwm=5, rcvhwm=6)
    refused(zmq.EINVAL, lambda: socket.get(zmq.HWM))
    refused(zmq.EINVAL, lambda: socket.set(zmq.HWM, 7))
    assert (socket.hwm, socket.sndhwm, socket.rcvhwm) == (5, 5, 6)
    with pytest.raises(TypeError, match="expected int"):
        socket.set(zmq.HWM, b"x")


def test_none_is_no_topic(sockets: SocketFactory) -> None:
    """It would be all of them."""
    subscriber = sockets(zmq.SUB)
    nothing: Any = None
    for subscribe in (
        subscriber.subscribe,
        subscriber.unsubscribe,
        lambda topic: subscriber.set(zmq.SUBSCRIBE, topic),
        lambda topic: setattr(subscriber, "subscribe", topic),
    ):
        with pytest.raises(TypeError, match="expected bytes, got: NoneType"):
            subscribe(nothing)


def test_subscribe(pair: PairFactory) -> None:
    publisher, subscriber = pair(zmq.XPUB, zmq.SUB)
    subscriber.subscribe("a")
    assert publisher.recv() == b"\1a"
    subscriber.subscribe(b"b")
    assert publisher.recv() == b"\1b"
    setattr(subscriber, "subscribe", "c")  # noqa: B010
    assert publisher.recv() == b"\1c"
    subscriber.SUBSCRIBE = b"d"
    assert publisher.recv() == b"\1d"
    subscriber.unsubscribe("b")
    assert publisher.recv() == b"\0b"
    setattr(subscriber, "unsubscribe", b"c")  # noqa: B010
    assert publisher.recv() == b"\0c"
    for topic in (b"a1", b"b1", b"c1", b"d1"):
        publisher.send(topic)
    assert [subscriber.recv(), subscriber.recv()] == [b"a1", b"d1"]
    assert callable(subscriber.subscribe)
    with pytest.raises(TypeError):
        subscriber.subscribe(5)  # type: ignore[arg-type]
    refused(zmq.EINVAL, lambda: publisher.subscribe("x"))


def test_old_names() -> None:
    """What pyzmq 27.3 offers."""
    for name in (
        *("bind", "bind_to_random_port", "close", "closed", "connect", "context", "copy_threshold", "disable_monitor"),
        *("disconnect", "fileno", "get", "get_hwm", "get_monitor_socket", "get_string", "getsockopt"),
        *("getsockopt_string", "getsockopt_unicode", "hwm", "join", "leave", "monitor", "poll", "recv", "recv_into"),
        *("recv_json", "recv_multipart", "recv_pyobj", "recv_serialized", "recv_string", "recv_unicode", "send"),
        *("send_json", "send_multipart", "send_pyobj", "send_serialized", "send_string", "send_unicode", "set"),
        *("set_hwm", "set_string", "setsockopt", "setsockopt_string", "setsockopt_unicode", "shadow", "socket_type"),
        *("subscribe", "unbind", "underlying", "unsubscribe"),
    ):
        assert name in dir(zmq.Socket), name


# -- messages


def test_send_and_recv_are_the_backend_s() -> None:
    for name in ("send", "recv", "send_multipart", "recv_multipart", "recv_into", "get", "set"):
        assert getattr(zmq.Socket, name) is getattr(zmq.backend.Socket, name)


def test_send_and_recv(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    assert a.send(b"x") is None
    assert b.recv() == b"x"
    a.send(b"first", zmq.SNDMORE)
    a.send(memoryview(b"second"))
    assert b.recv() == b"first"
    assert b.rcvmore == 1
    assert b.recv(zmq.DONTWAIT) == b"second"
    assert b.rcvmore == 0
    with pytest.raises(zmq.Again):
        b.recv(flags=zmq.NOBLOCK)
    wrong: Any
    for wrong in ("text", 5, None, object()):
        with pytest.raises(TypeError):
            a.send(wrong)
    assert b.poll(0) == 0


def test_recv_timeout(pair: PairFactory) -> None:
    _, b = pair(zmq.PAIR, zmq.PAIR)
    b.rcvtimeo = 10
    with pytest.raises(zmq.Again):
        b.recv()
    with pytest.raises(zmq.Again):
        b.recv_multipart()
    with pytest.raises(zmq.Again):
        b.recv_into(bytearray(5))


def test_recv_into(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    buffer = bytearray(10)
    for message, expected, nbytes in (
        (b"hello", b"hello\0\0\0\0\0", 0),
        (b"a message that is long", b"a message ", 0),
        (b"ABCDEFGHIJ", b"ABCDEsage ", 5),
    ):
        a.send(message)
        assert b.recv_into(buffer, nbytes=nbytes) == len(message)
        assert buffer == expected
    a.send(b"kept")
    for wrong in (b"read-only", memoryview(bytearray(10))[::2]):
        with pytest.raises((BufferError, TypeError, ValueError)):
            b.recv_into(wrong)
    for nbytes in (-1, 11):
        with pytest.raises(ValueError, match=str(nbytes)):
            b.recv_into(buffer, nbytes=nbytes)
    # Nothing was lost by the failures.
    assert b.recv(zmq.DONTWAIT) == b"kept"


def test_strings_as_messages(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send_string("grün")
    assert b.recv_string() == "grün"
    a.send_unicode("grün", encoding="latin-1")
    assert b.recv_unicode(encoding="latin-1") == "grün"
    a.send_string("a", zmq.SNDMORE)
    a.send_string("b", flags=zmq.DONTWAIT, copy=False)
    assert b.recv_multipart() == [b"a", b"b"]
    with pytest.raises(TypeError, match="expected str"):
        a.send_string(b"x")  # type: ignore[arg-type]
    a.send(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        b.recv_string()
    with pytest.raises(zmq.Again):
        b.recv_string(zmq.DONTWAIT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@same_sockets
@given(value=json_values)
def test_json(pair: PairFactory, value: Any) -> None:
    a, b = kept_pair(pair)
    a.send_json(value)
    assert b.recv_json() == value


@same_sockets
@given(value=json_values | st.binary() | st.complex_numbers(allow_nan=False))
def test_pyobj(pair: PairFactory, value: Any) -> None:
    a, b = kept_pair(pair)
    a.send_pyobj(value)
    assert b.recv_pyobj() == value


def kept_pair(pair: PairFactory) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
    """The two sockets that all examples of a test use."""
    if "kept" not in pair.__dict__:
        pair.__dict__["kept"] = pair(zmq.PAIR, zmq.PAIR)
    made: tuple[zmq.Socket[bytes], zmq.Socket[bytes]] = pair.__dict__["kept"]
    return made


def test_json_options(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send_json({"b": 1, "a": "é"}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert b.recv() == '{"a":"é","b":1}'.encode()
    a.send_json([1.5])
    assert b.recv_json(parse_float=str) == ["1.5"]
    with pytest.raises(TypeError):
        a.send_json(object())
    with pytest.raises(zmq.Again):
        b.recv_json(zmq.DONTWAIT)
    a.send(b"{")
    with pytest.raises(json.JSONDecodeError):
        b.recv_json()


def test_pyobj_protocols(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    for protocol in (0, 2, pickle.HIGHEST_PROTOCOL):
        a.send_pyobj({1, 2}, protocol=protocol)
        data = b.recv()
        assert pickle.loads(data) == {1, 2}
        assert data == pickle.dumps({1, 2}, protocol)
    with pytest.raises((pickle.PicklingError, TypeError, AttributeError)):
        a.send_pyobj(lambda: None)
    tracker = a.send_pyobj(b"x" * 100_000, copy=False, track=True)
    assert isinstance(tracker, zmq.MessageTracker)
    assert b.recv_pyobj() == b"x" * 100_000


def test_serialized(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)

    def split(text: str) -> list[bytes]:
        return text.encode().split()

    def join(frames: list[Any]) -> str:
        return b" ".join(bytes(frame) for frame in frames).decode()

    a.send_serialized("several words here", split)
    assert b.recv_serialized(join) == "several words here"
    a.send_serialized("not copied", split, copy=False)
    assert b.recv_serialized(join, copy=False) == "not copied"
    with pytest.raises(ZeroDivisionError):
        a.send_serialized("nothing", lambda text: [text.encode()] * (1 // 0))
    with pytest.raises(zmq.Again):
        b.recv_serialized(join, zmq.DONTWAIT)


def test_poll(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    assert b.poll(0) == 0
    assert b.poll(timeout=1.5) == 0
    assert b.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLOUT
    a.send(b"x")
    assert b.poll() == zmq.POLLIN
    assert type(b.poll()) is int
    assert b.poll(-1, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN | zmq.POLLOUT


def test_fileno(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    assert b.fileno() == b.fd == b.FD == b.get(zmq.FD)
    if sys.platform != "win32":
        # There it is a socket's handle, which no descriptor stands for.
        assert os.fstat(b.fileno()) is not None
    assert not b.events & zmq.POLLIN
    a.send(b"x")
    poller = zmq.Poller()
    poller.register(b.fileno(), zmq.POLLIN)
    assert poller.poll(10_000) == [(b.fileno(), zmq.POLLIN)]
    assert b.events & zmq.POLLIN


def test_drafts_are_refused_where_they_are_not_built(sockets: SocketFactory) -> None:
    if zmq.DRAFT_API:
        pytest.skip("this build has the draft API")
    socket = sockets(zmq.PUSH)
    for operation in (
        lambda: socket.join("group"),
        lambda: socket.leave("group"),
        lambda: socket.connect_peer("inproc://x"),
        lambda: socket.send(b"x", group="group"),
        lambda: socket.send_multipart([b"x"], routing_id=5),
    ):
        with pytest.raises(RuntimeError, match="ZMQ_DRAFT_API"):
            operation()


@pytest.mark.draft
def test_radio_dish(pair: PairFactory) -> None:
    radio, dish = pair(zmq.RADIO, zmq.DISH, "tcp")
    dish.join("news")
    while True:  # until the subscription has arrived
        radio.send(b"other", group="other")
        radio.send(b"today", group="news")
        if dish.poll(10):
            break
    frame = dish.recv(copy=False)
    assert (frame.bytes, frame.group) == (b"today", "news")
    dish.leave("news")
    with pytest.raises(zmq.ZMQError):
        dish.leave("news")


@pytest.mark.parametrize("option", ["x", None, [], 12345, object()])
def test_strings_of_no_options(sockets: SocketFactory, option: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid SocketOption"):
        sockets(zmq.PUSH).get_string(option)


def test_random_port_of_no_address(sockets: SocketFactory) -> None:
    for nonsense in (None, 5):
        with pytest.raises(zmq.ZMQError) as caught:
            sockets(zmq.PUSH).bind_to_random_port(nonsense)  # type: ignore[arg-type]
        assert caught.value.errno == zmq.EINVAL
    with pytest.raises(ValueError, match="invalid literal for int"):
        sockets(zmq.PUSH).bind_to_random_port("tcp://127.0.0.1", min_port="x")  # type: ignore[arg-type]


def test_addresses_with_nul(sockets: SocketFactory) -> None:
    """libzmq would cut them off there."""
    socket = sockets(zmq.PAIR)
    for use in (socket.bind, socket.connect, socket.unbind, socket.disconnect, socket.monitor):
        with pytest.raises(zmq.ZMQError, match="NUL") as caught:
            use("inproc://a\0b")
        assert caught.value.errno == zmq.EINVAL


def test_deprecated_socket_type(sockets: SocketFactory) -> None:
    with pytest.warns(DeprecationWarning, match=r"^Socket\.socket_type is deprecated, use Socket\.type$"):
        assert sockets(zmq.PUSH).socket_type is zmq.PUSH


def test_linger_is_checked_though_the_socket_is_closed(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    socket.close()
    with pytest.raises(TypeError):
        socket.close("text")  # type: ignore[arg-type]
