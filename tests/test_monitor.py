"""Socket monitors."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_context import TIMEOUT, SocketFactory
from tests.fix_gc import ResourceWarnings
from tests.fix_process import Runner
from zmq.utils.monitor import parse_monitor_message, recv_monitor_message

patched = pytest.mark.skipif(
    "libzmq-4.3.5-monitor" not in zmq.build_info()["libzmq"].get("patches", ""), reason="this libzmq is not patched"
)


def until(monitor: zmq.Socket[bytes], event: zmq.Event) -> dict[str, Any]:
    """Receive until an event comes."""
    monitor.rcvtimeo = TIMEOUT
    while True:
        received = recv_monitor_message(monitor)
        if received["event"] == event:
            return dict(received)


def test_connection(sockets: SocketFactory) -> None:
    server, client = sockets(zmq.REP), sockets(zmq.REQ)
    with server.get_monitor_socket() as of_server, client.get_monitor_socket() as of_client:
        assert of_server.type is zmq.PAIR
        assert of_server.context is server.context
        server.bind("tcp://127.0.0.1:*")
        listening = until(of_server, zmq.EVENT_LISTENING)
        assert listening["endpoint"] == server.last_endpoint
        assert isinstance(listening["event"], zmq.Event)
        client.connect(server.last_endpoint)
        assert until(of_client, zmq.EVENT_CONNECTED)["value"] > 0
        until(of_client, zmq.EVENT_HANDSHAKE_SUCCEEDED)
        until(of_server, zmq.EVENT_ACCEPTED)
        client.close()
        until(of_server, zmq.EVENT_DISCONNECTED)
        server.disable_monitor()
        until(of_server, zmq.EVENT_MONITOR_STOPPED)


def test_same_socket_until_disabled(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PULL)
    first = socket.get_monitor_socket()
    assert socket.get_monitor_socket() is first
    socket.disable_monitor()
    assert not first.closed
    until(first, zmq.EVENT_MONITOR_STOPPED)
    second = socket.get_monitor_socket()
    assert second is not first
    first.close()
    second.close()
    third = socket.get_monitor_socket()
    assert not third.closed
    third.close()
    socket.disable_monitor()
    socket.disable_monitor()


def test_closing_the_monitor_ends_it(sockets: SocketFactory) -> None:
    """If it went on, libzmq would wait for ever to tell an event to nobody."""
    for _ in range(50):
        socket = sockets(zmq.PULL)
        monitor = socket.get_monitor_socket()
        monitor.close()
        socket.bind("tcp://127.0.0.1:*")
        socket.disable_monitor()
        socket.get_monitor_socket().close()
        socket.close()


def test_unread_events_stop_nothing(sockets: SocketFactory, endpoint: Callable[[str], str]) -> None:
    socket = sockets(zmq.PULL)
    # Not tcp: systems take their time to close thousands of listening ports.
    address = endpoint("ipc")
    with socket.get_monitor_socket() as monitor:
        for number in range(1500):  # two events each, more than two high-water marks
            with socket.bind(f"{address}{number}"):
                pass
        for _ in range(3000):
            # libzmq's thread may still be telling of the last ones.
            assert monitor.poll(20_000)
            recv_monitor_message(monitor)


@patched
def test_a_monitor_that_nobody_reads_stops_nothing(run_python: Runner) -> None:
    """Its events are more than high-water marks hold; what is read of them is whole."""
    program = """
        import struct
        import zmq

        with zmq.Context() as context, context.socket(zmq.PULL) as socket:
            socket.monitor("inproc://events", zmq.EVENT_LISTENING)
            with context.socket(zmq.PAIR) as monitor:
                # Beside the 1000 of the other side.
                monitor.rcvhwm = 1
                monitor.connect("inproc://events")
                for _ in range(1100):
                    with socket.bind("tcp://127.0.0.1:*"):
                        pass
                received = 0
                while monitor.poll(0 if received else 1000):
                    event, address = monitor.recv_multipart()
                    assert struct.unpack("=Hi", event)[0] == zmq.EVENT_LISTENING
                    assert address.startswith(b"tcp://127.0.0.1:"), address
                    received += 1
                assert 1000 <= received < 1100, received
    """
    run_python(program).succeeded()


@patched
@pytest.mark.parametrize("receiver", ["PAIR", "PULL", "ROUTER"])
def test_events_from_before_connecting(run_python: Runner, receiver: str) -> None:
    program = f"""
        import zmq
        from zmq.utils.monitor import parse_monitor_message

        with zmq.Context() as context, context.socket(zmq.PULL) as socket, context.socket(zmq.PUSH) as peer:
            socket.monitor("inproc://events", zmq.EVENT_ALL)
            expected = []

            def bind():
                socket.bind("tcp://127.0.0.1:*")
                expected.append((zmq.EVENT_LISTENING, socket.last_endpoint))

            bind()
            bind()
            peer.connect(socket.last_endpoint)
            peer.send(b"")
            socket.recv()
            expected += [(event, socket.last_endpoint) for event in (zmq.EVENT_ACCEPTED, zmq.EVENT_HANDSHAKE_SUCCEEDED)]
            with context.socket(zmq.{receiver}) as monitor:
                monitor.connect("inproc://events")
                bind()
                socket.disable_monitor()
                expected.append((zmq.EVENT_MONITOR_STOPPED, b""))
                for one in expected:
                    received = parse_monitor_message(monitor.recv_multipart()[-2:])
                    assert (received["event"], received["endpoint"]) == one, (received, one)
    """
    run_python(program).succeeded()


@patched
@pytest.mark.parametrize(("limit", "kept"), [(1000, 1010), (1, 1001), (0, 1010)])
def test_events_that_nobody_has_room_for_are_dropped(run_python: Runner, limit: int, kept: int) -> None:
    """They are the newest: 1000 fit before the PAIR connects, as many more as its RCVHWM says after."""
    program = f"""
        import zmq
        from zmq.utils.monitor import recv_monitor_message

        with zmq.Context() as context, context.socket(zmq.PULL) as socket, context.socket(zmq.PAIR) as monitor:
            socket.monitor("inproc://events", zmq.EVENT_LISTENING)
            bound = []

            def bind():
                with socket.bind("tcp://127.0.0.1:*"):
                    bound.append(socket.last_endpoint)

            for _ in range(1100):
                bind()
            del bound[1000:]
            monitor.rcvhwm = {limit}
            monitor.connect("inproc://events")
            for _ in range(10):
                bind()
            del bound[{kept}:]
            assert [recv_monitor_message(monitor)["endpoint"] for _ in bound] == bound
            assert not monitor.poll(0)
            bind()
            assert recv_monitor_message(monitor)["endpoint"] == bound[-1]
    """
    run_python(program).succeeded()


@patched
@pytest.mark.parametrize("ends", ["closed", "forgotten"])
def test_a_monitor_that_ends_before_its_lingering_socket(run_python: Runner, ends: str) -> None:
    """libzmq closes the socket later than Python, and has events to tell then."""
    program = f"""
        import gc, warnings
        import zmq

        warnings.simplefilter("ignore", ResourceWarning)
        with zmq.Context() as context:
            peer = context.socket(zmq.PULL)
            port = peer.bind_to_random_port("tcp://127.0.0.1")
            peer.unbind(f"tcp://127.0.0.1:{{port}}")
            socket = context.socket(zmq.PUSH)
            socket.reconnect_ivl = 1
            monitor = socket.get_monitor_socket()
            socket.connect(f"tcp://127.0.0.1:{{port}}")
            socket.send(b"late")
            socket.close()
            if {ends == "closed"}:
                monitor.close()
            del socket, monitor
            for _ in range(3):  # PyPy finalises one of those that refer to each other at a time
                gc.collect()
            # The same thread of libzmq serves both.
            peer.bind(f"tcp://127.0.0.1:{{port}}")
            assert peer.recv() == b"late"
            peer.close()
    """
    run_python(program).succeeded()


def test_order_of_closing_does_not_matter() -> None:
    for _ in range(20):
        with zmq.Context() as context, context.socket(zmq.PULL) as socket:
            socket.bind("tcp://127.0.0.1:*")
            with socket.get_monitor_socket():
                socket.close()
        context = zmq.Context()
        forgotten = context.socket(zmq.PULL)
        monitor = forgotten.get_monitor_socket()
        with pytest.warns(ResourceWarning, match="unclosed socket"), context:
            pass
        assert forgotten.closed
        assert monitor.closed


@pytest.mark.parametrize(
    "order",
    [
        ("disable", "socket", "monitor"),
        ("disable", "monitor", "socket"),
        ("socket", "disable", "monitor"),
        ("socket", "monitor"),
        ("monitor", "disable", "socket"),
        ("monitor", "again", "socket"),
        ("disable", "again", "monitor", "socket"),
        ("forgotten",),
    ],
    ids="-".join,
)
def test_no_descriptor_is_left(
    order: tuple[str, ...],
    count_descriptors: Callable[[], int],
    eventually: Callable[[Callable[[], bool]], bool],
    resource_warnings: ResourceWarnings,
) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL):  # the first socket starts libzmq's threads
        before = count_descriptors()
        with resource_warnings() as texts:
            for _ in range(50):
                socket = context.socket(zmq.PULL)
                monitors = [socket.get_monitor_socket()]
                socket.bind("tcp://127.0.0.1:*")
                for step in order:
                    if step == "disable" and socket.closed:
                        with pytest.raises(zmq.ZMQError):
                            socket.disable_monitor()
                    elif step == "disable":
                        socket.disable_monitor()
                    elif step == "again":
                        monitors.append(socket.get_monitor_socket())
                    elif step == "socket":
                        socket.close()
                    elif step == "monitor":
                        monitors[0].close()
                if order != ("forgotten",):
                    for monitor in monitors:
                        monitor.close()
            del socket, monitors
        assert len(texts) == (100 if order == ("forgotten",) else 0)
        eventually(lambda: count_descriptors() <= before)


@patched
@pytest.mark.parametrize("end", ["disable", "again", "close", "destroy"])
def test_a_monitor_that_nobody_connects_to_leaves_no_descriptor(
    end: str, count_descriptors: Callable[[], int], eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    """The events that it has kept go with it."""
    with zmq.Context() as other, other.socket(zmq.PULL):
        before = count_descriptors()
        for _ in range(5):
            context = zmq.Context()
            monitored = [context.socket(zmq.PULL) for _ in range(10)]
            for number, socket in enumerate(monitored):
                socket.monitor(f"inproc://events-{number}", zmq.EVENT_ALL)
                socket.bind("tcp://127.0.0.1:*")
                socket.bind("tcp://127.0.0.1:*")
                if end == "disable":
                    socket.disable_monitor()
                elif end == "again":
                    socket.monitor(f"inproc://others-{number}", zmq.EVENT_ALL)
                if end != "destroy":
                    socket.close()
            if end == "destroy":
                context.destroy()
            else:
                context.term()
        eventually(lambda: count_descriptors() <= before)


@patched
def test_connecting_while_events_come(sockets: SocketFactory, endpoint: Callable[[str], str]) -> None:
    """No event is lost or repeated, whenever the PAIR of the monitor connects."""
    addresses = [endpoint("ipc") for _ in range(5)]
    ready = threading.Barrier(2, timeout=TIMEOUT / 1000)

    def bind() -> None:
        ready.wait()
        socket.monitor(monitored, zmq.EVENT_LISTENING)
        for address in addresses:
            socket.bind(address)

    for number in range(200):
        monitored = f"inproc://events-{number}"
        with sockets(zmq.PULL) as socket, sockets(zmq.PAIR, rcvtimeo=TIMEOUT) as monitor:
            thread = threading.Thread(target=bind)
            thread.start()
            ready.wait()
            monitor.connect(monitored)
            received = [recv_monitor_message(monitor)["endpoint"].decode() for _ in addresses]
            thread.join()
            assert received == addresses
            assert not monitor.poll(0)


def test_connecting_before_monitoring(sockets: SocketFactory) -> None:
    socket, monitor = sockets(zmq.PULL), sockets(zmq.PAIR, rcvtimeo=TIMEOUT)
    monitor.connect("inproc://events-later")
    socket.monitor("inproc://events-later", zmq.EVENT_LISTENING)
    socket.bind("tcp://127.0.0.1:*")
    assert recv_monitor_message(monitor)["endpoint"] == socket.last_endpoint
    socket.disable_monitor()


def test_events_and_address(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PULL)
    with socket.get_monitor_socket(zmq.EVENT_CLOSED, "inproc://own-address") as monitor:
        assert monitor.last_endpoint == b"inproc://own-address"
        socket.bind("tcp://127.0.0.1:*")
        socket.unbind(socket.last_endpoint)
        monitor.rcvtimeo = TIMEOUT
        assert recv_monitor_message(monitor)["event"] == zmq.EVENT_CLOSED
        socket.disable_monitor()


def test_refused_addresses(sockets: SocketFactory) -> None:
    socket = sockets(zmq.PULL)
    with pytest.raises(zmq.ZMQError) as caught:
        socket.get_monitor_socket(addr="tcp://127.0.0.1:*")
    assert caught.value.errno == zmq.EPROTONOSUPPORT
    sockets(zmq.PAIR).bind("inproc://monitor-taken")
    with pytest.raises(zmq.ZMQError) as caught:
        socket.get_monitor_socket(addr="inproc://monitor-taken")
    assert caught.value.errno == zmq.EADDRINUSE
    with socket.get_monitor_socket() as monitor:
        assert not monitor.closed


def test_shadow_of_an_address_has_no_context(sockets: SocketFactory) -> None:
    shadow = zmq.Socket.shadow(sockets(zmq.PULL).underlying)
    with pytest.raises(zmq.ZMQError, match="no context"):
        shadow.get_monitor_socket()


def test_many_monitors_have_addresses_of_their_own(sockets: SocketFactory) -> None:
    monitors = [sockets(zmq.PULL).get_monitor_socket() for _ in range(20)]
    assert len({monitor.last_endpoint for monitor in monitors}) == 20
    for monitor in monitors:
        monitor.close()


def test_handshake_failure(sockets: SocketFactory) -> None:
    server, client = sockets(zmq.PULL), sockets(zmq.PUSH, plain_username=b"user", plain_password=b"secret")
    with server.get_monitor_socket() as monitor:
        server.bind("tcp://127.0.0.1:*")
        client.connect(server.last_endpoint)
        failed = until(monitor, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL)
        assert failed["value"] == zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
        assert isinstance(failed["value"], zmq.Event)
        server.disable_monitor()


def test_recv_without_waiting(sockets: SocketFactory) -> None:
    with sockets(zmq.PULL).get_monitor_socket() as monitor, pytest.raises(zmq.Again):
        recv_monitor_message(monitor, zmq.DONTWAIT)


def test_parse() -> None:
    parsed = parse_monitor_message([struct.pack("=Hi", zmq.EVENT_CONNECT_RETRIED, 100), b"tcp://there:1"])
    assert parsed == {"event": zmq.EVENT_CONNECT_RETRIED, "value": 100, "endpoint": b"tcp://there:1"}


@pytest.mark.parametrize("nonsense", [[], [b"xxxxxx"], [b"xxxxx", b""], [b"xxxxxx", b"", b""]], ids=repr)
def test_parse_refuses_nonsense(nonsense: list[bytes]) -> None:
    with pytest.raises(RuntimeError, match="not a monitor's message"):
        parse_monitor_message(nonsense)


def test_awaitable() -> None:
    class Asynchronous:
        def recv_multipart(self, flags: int = 0, *, copy: bool = True) -> Awaitable[list[bytes]]:
            async def receive() -> list[bytes]:
                assert copy
                return [struct.pack("=Hi", zmq.EVENT_CLOSED, flags), b"x"]

            return receive()

    async def main() -> dict[str, Any]:
        return dict(await recv_monitor_message(Asynchronous(), 1))

    assert asyncio.run(main()) == {"event": zmq.EVENT_CLOSED, "value": 1, "endpoint": b"x"}


def test_asynchronous_socket() -> None:
    async def main() -> list[int]:
        with zmq.asyncio.Context() as context, context.socket(zmq.REP) as server:
            server.bind("tcp://127.0.0.1:*")
            with server.get_monitor_socket() as monitor, context.socket(zmq.REQ) as client:
                first = asyncio.ensure_future(recv_monitor_message(monitor))
                await asyncio.sleep(0)
                assert not first.done()
                client.connect(server.last_endpoint)
                heard = [await first, await recv_monitor_message(monitor)]
                assert all(event["endpoint"] == server.last_endpoint for event in heard)
                return [event["event"] for event in heard]

    assert asyncio.run(asyncio.wait_for(main(), 20)) == [zmq.EVENT_ACCEPTED, zmq.EVENT_HANDSHAKE_SUCCEEDED]
