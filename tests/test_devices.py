"""zmq.devices: devices in threads and processes, and the loops that they run."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT, SocketFactory, terminate
from tests.fix_process import Runner
from zmq import devices

Sock = zmq.Socket[bytes]
MakeDevice = Callable[..., Any]

METHODS = multiprocessing.get_all_start_methods()


class Bench:
    """Makes devices that share a context with the sockets of the test, and sees them end."""

    def __init__(self, context: zmq.Context[Sock]) -> None:
        self.context = context
        self.devices: list[Any] = []
        self.sockets: list[Sock] = []

    def socket(self, kind: int) -> Sock:
        socket = self.context.socket(kind)
        self.sockets.append(socket)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = TIMEOUT
        return socket

    def start(self, kind: Any, *args: Any, **addresses: str) -> Any:
        device = kind(*args)
        device.context_factory = lambda: self.context
        for side, address in addresses.items():
            getattr(device, f"bind_{side}")(address)
        device.start()
        self.devices.append(device)
        return device

    def connect(self, kind: int, address: str) -> Sock:
        socket = self.socket(kind)
        socket.connect(address)
        return socket


@pytest.fixture
def bench() -> Iterator[Bench]:
    context = zmq.Context()
    context.linger = 0
    bench = Bench(context)
    yield bench
    for socket in bench.sockets:
        socket.close()
    terminate(context)
    for device in bench.devices:
        device.join(20)
        assert device.done


@pytest.mark.parametrize(
    "kind", [devices.ThreadProxy, devices.ThreadProxySteerable, devices.ThreadMonitoredQueue, devices.ThreadDevice]
)
def test_thread(bench: Bench, kind: Any) -> None:
    types: tuple[int, ...] = (zmq.ROUTER, zmq.DEALER)
    addresses = {"in": "inproc://in", "out": "inproc://out"}
    if kind is devices.ThreadDevice:
        types = (zmq.QUEUE, *types)
    else:
        types = (*types, zmq.PUSH)
        addresses["mon"] = "inproc://mon"
    device = bench.start(kind, *types, **addresses)
    client, server = bench.connect(zmq.REQ, "inproc://in"), bench.connect(zmq.REP, "inproc://out")
    monitor = None if kind is devices.ThreadDevice else bench.connect(zmq.PULL, "inproc://mon")
    for number in range(3):
        client.send_multipart([b"question", b"%d" % number])
        assert server.recv_multipart() == [b"question", b"%d" % number]
        server.send(b"answer")
        assert client.recv() == b"answer"
    assert not device.done
    device.join(0)
    if monitor is not None:
        first, second = monitor.recv_multipart(), monitor.recv_multipart()
        assert first[-2:] == [b"question", b"0"]
        assert second[-1] == b"answer"
        if kind is devices.ThreadMonitoredQueue:
            assert (first[0], second[0]) == (b"in", b"out")


def test_router_to_router(bench: Bench) -> None:
    addresses = {"in": "inproc://in", "out": "inproc://out", "mon": "inproc://mon"}
    kind = (zmq.ROUTER, zmq.ROUTER, zmq.PUSH, b"to", "fro")
    bench.start(devices.ThreadMonitoredQueue, *kind, **addresses)
    monitor = bench.connect(zmq.PULL, "inproc://mon")
    peers = {}
    for name, address in ((b"A", "inproc://in"), (b"B", "inproc://out")):
        peers[name] = bench.socket(zmq.DEALER)
        peers[name].routing_id = name
        peers[name].connect(address)
        # ROUTERs drop what is for peers that they do not know yet: let it meet both by a message to itself.
    _meet(peers[b"A"], peers[b"B"], monitor)
    peers[b"A"].send_multipart([b"B", b"", b"question"])
    assert peers[b"B"].recv_multipart() == [b"A", b"", b"question"]
    assert monitor.recv_multipart() == [b"to", b"B", b"A", b"", b"question"]
    peers[b"B"].send_multipart([b"A", b"", b"answer"])
    assert peers[b"A"].recv_multipart() == [b"B", b"", b"answer"]
    assert monitor.recv_multipart() == [b"fro", b"A", b"B", b"", b"answer"]
    # Nothing to swap, and nobody to route it to: the queue goes on.
    peers[b"A"].send(b"nobody")
    assert monitor.recv_multipart() == [b"to", b"nobody", b"A"]
    peers[b"A"].send_multipart([b"B", b"still there"])
    assert peers[b"B"].recv_multipart() == [b"A", b"still there"]


def _meet(first: Sock, second: Sock, monitor: Sock) -> None:
    """Send to nobody from both sides, until the monitor has seen both: then each ROUTER knows its peer."""
    for peer in (first, second):
        peer.send_multipart([b"nobody", b"hello"])
        assert monitor.recv_multipart()[1] == b"nobody"


@pytest.mark.parametrize("parts", [1, 7, 8, 9, 40])
def test_many_parts(bench: Bench, parts: int) -> None:
    addresses = {"in": "inproc://in", "out": "inproc://out", "mon": "inproc://mon"}
    bench.start(devices.ThreadMonitoredQueue, zmq.PULL, zmq.PUSH, zmq.PUSH, **addresses)
    source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
    monitor = bench.connect(zmq.PULL, "inproc://mon")
    message = [bytes([number]) * 500 * (number % 3) for number in range(parts)]
    for _ in range(3):
        source.send_multipart(message)
        assert sink.recv_multipart() == message
        assert monitor.recv_multipart() == [b"in", *message]


def test_one_socket_for_both(bench: Bench) -> None:
    bench.start(devices.ThreadDevice, zmq.FORWARDER, zmq.DEALER, -1, **{"in": "inproc://in"})
    peer = bench.connect(zmq.DEALER, "inproc://in")
    peer.send_multipart([b"back", b"again"])
    assert peer.recv_multipart() == [b"back", b"again"]


@pytest.mark.parametrize("side", ["in", "out"])
@pytest.mark.parametrize("how", ["bind", "connect"])
def test_settings_of_both_sides_apply_to_the_one_socket(bench: Bench, side: str, how: str) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.DEALER, -1)
    device.context_factory = lambda: bench.context
    device.setsockopt_in(zmq.LINGER, 0)
    device.setsockopt_out(zmq.ROUTING_ID, b"single")
    getattr(device, f"{how}_{side}")("inproc://single")
    peer = bench.socket(zmq.ROUTER)
    if how == "connect":
        peer.bind("inproc://single")
    device.start()
    bench.devices.append(device)
    if how == "bind":
        peer.connect("inproc://single")
    # The routing id, an option of the second side, is what the peer addresses.
    peer.router_mandatory = True
    deadline = time.monotonic() + TIMEOUT / 1000
    while True:
        try:
            peer.send_multipart([b"single", b"x"])
            break
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH or time.monotonic() > deadline:
                raise
            # The routing id comes when the device has made its socket.
            peer.poll(1)
    assert peer.recv_multipart() == [b"single", b"x"]


def test_nothing_is_lost_while_there_is_no_room(bench: Bench) -> None:
    device = devices.ThreadMonitoredQueue(zmq.PULL, zmq.PUSH, zmq.PUB)
    device.context_factory = lambda: bench.context
    for side in ("in", "out"):
        getattr(device, f"setsockopt_{side}")(zmq.RCVHWM if side == "in" else zmq.SNDHWM, 1)
        getattr(device, f"bind_{side}")(f"inproc://{side}")
    device.bind_mon("inproc://mon")
    device.start()
    bench.devices.append(device)
    source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
    received: list[bytes] = []

    def receive() -> None:
        received.extend(sink.recv() for _ in range(3000))

    thread = threading.Thread(target=receive)
    thread.start()
    for number in range(3000):
        source.send(b"%d" % number)
    thread.join(30)
    assert received == [b"%d" % number for number in range(3000)]


@pytest.fixture
def steered(bench: Bench) -> Callable[[int, int], tuple[Any, Sock, Sock, Sock]]:
    def make(ctrl: int, remote: int) -> tuple[Any, Sock, Sock, Sock]:
        addresses = {"in": "inproc://in", "out": "inproc://out", "mon": "inproc://mon", "ctrl": "inproc://ctrl"}
        device = bench.start(devices.ThreadProxySteerable, zmq.PULL, zmq.PUSH, zmq.PUB, ctrl, **addresses)
        source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
        return device, source, sink, bench.connect(remote, "inproc://ctrl")

    return make


def statistics(remote: Sock) -> list[int]:
    remote.send(b"STATISTICS")
    return [struct.unpack("=Q", part)[0] for part in remote.recv_multipart()]


@pytest.mark.parametrize("ctrl", [zmq.PAIR, zmq.REP])
def test_steering(steered: Any, ctrl: int) -> None:
    device, source, sink, remote = steered(ctrl, zmq.PAIR if ctrl == zmq.PAIR else zmq.REQ)

    def command(text: bytes) -> None:
        remote.send(text)
        assert remote.recv() == b""

    source.send_multipart([b"two", b"parts"])
    assert sink.recv_multipart() == [b"two", b"parts"]
    assert statistics(remote) == [1, 8, 0, 0, 0, 0, 1, 8]
    # While nothing passes: libzmq's own takes notice of that only with the next message.
    command(b"PAUSE")
    assert statistics(remote) == [1, 8, 0, 0, 0, 0, 1, 8]
    source.send(b"held")
    assert statistics(remote) == [1, 8, 0, 0, 0, 0, 1, 8]
    assert not sink.poll(100)
    command(b"RESUME")
    assert sink.recv() == b"held"
    assert statistics(remote) == [2, 12, 0, 0, 0, 0, 2, 12]
    command(b"TERMINATE")
    device.join(20)
    assert device.done


def test_terminated_while_paused(steered: Any) -> None:
    device, _, _, remote = steered(zmq.PULL, zmq.PUSH)
    remote.send(b"PAUSE")
    remote.send(b"STATISTICS")  # which cannot be answered
    remote.send(b"TERMINATE")
    device.join(20)
    assert device.done


@pytest.mark.parametrize("kinds", [(zmq.PAIR, zmq.PAIR), (zmq.REP, zmq.REQ)], ids=["PAIR", "REP"])
def test_unknown_commands_are_ignored_and_logged_once(
    sockets: SocketFactory, background: Any, kinds: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    front, back, control, remote = (sockets(kind) for kind in (zmq.PULL, zmq.PUSH, *kinds))
    control.bind("inproc://control")
    remote.connect("inproc://control")
    running = background(zmq.proxy_steerable, front, back, None, control)
    for command in ([b"STOP"], [b""], [b"PAUSE", b"more"], [b"TERMINATE", b""], [b"x" * 100], [b"TERMINATE"]):
        remote.send_multipart(command)
        assert remote.recv_multipart() == [b""]
    assert running.result() == 0
    assert [record.name for record in caplog.records] == ["zmq.proxy"] * 2
    assert "ignored the unknown command b'STOP'" in caplog.messages[0]
    assert caplog.messages[1] == "ignored 5 unknown commands to a steerable proxy"


def test_sides_that_never_have_anything(bench: Bench) -> None:
    """Nothing comes from a PUSH, and nothing can be sent to a PUB's own side: no error, no end, no busy waiting."""
    addresses = {"in": "inproc://in", "out": "inproc://out", "mon": "inproc://mon"}
    device = bench.start(devices.ThreadMonitoredQueue, zmq.PUB, zmq.PUSH, zmq.PUB, **addresses)
    bench.connect(zmq.PULL, "inproc://out")
    device.join(0.2)
    assert not device.done


def test_control_type_is_needed() -> None:
    device = devices.ProxySteerable(zmq.PULL, zmq.PUSH)
    device.bind_ctrl("inproc://x")
    with pytest.raises(ValueError, match="ctrl_type"):
        device.start()
    assert device.done


def test_steerable_without_control(bench: Bench) -> None:
    addresses = {"in": "inproc://in", "out": "inproc://out"}
    bench.start(devices.ThreadProxySteerable, zmq.PULL, zmq.PUSH, **addresses)
    source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
    source.send(b"passes")
    assert sink.recv() == b"passes"


def test_options_and_random_ports() -> None:
    context = zmq.Context()
    device = devices.ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.context_factory = lambda: context
    device.setsockopt_out(zmq.IDENTITY, "dealer")
    device.setsockopt_in(zmq.LINGER, 0)
    device.setsockopt_out(zmq.LINGER, 0)
    first = device.bind_in_to_random_port("tcp://127.0.0.1")
    second = device.bind_out_to_random_port("tcp://127.0.0.1", min_port=20000, max_port=65000)
    assert first != second
    assert 20000 <= second < 65000
    device.start()
    with context.socket(zmq.REQ) as client, context.socket(zmq.ROUTER) as server:
        for socket, port in ((client, first), (server, second)):
            socket.linger = 0
            socket.rcvtimeo = TIMEOUT
            socket.connect(f"tcp://127.0.0.1:{port}")
        client.send(b"question")
        message = server.recv_multipart()
        assert message[0] == b"dealer"
        assert message[-1] == b"question"
        server.send_multipart([*message[:-1], b"answer"])
        assert client.recv() == b"answer"
    terminate(context)
    device.join(20)
    assert device.done


def test_random_ports_of_all_sides(bench: Bench) -> None:
    device = devices.ThreadProxySteerable(zmq.PULL, zmq.PUSH, zmq.PUSH, zmq.PAIR)
    device.context_factory = lambda: bench.context
    ports = [
        getattr(device, f"bind_{side}_to_random_port")("tcp://127.0.0.1", 20000, 65000, 50)
        for side in ("in", "out", "mon", "ctrl")
    ]
    assert all(20000 <= port < 65000 for port in ports)
    device.start()
    bench.devices.append(device)
    source, sink, monitor, control = (
        bench.connect(kind, f"tcp://127.0.0.1:{port}")
        for kind, port in zip((zmq.PUSH, zmq.PULL, zmq.PULL, zmq.PAIR), ports)
    )
    source.send(b"passes")
    assert sink.recv() == monitor.recv() == b"passes"
    control.send(b"TERMINATE")
    device.join(20)
    assert device.done


def test_sides_choose_different_ports(sockets: SocketFactory) -> None:
    def two_free_ports() -> int:
        """The first of two ports in a row; we have it, and nobody has the second."""
        for _ in range(100):
            port = sockets(zmq.REP).bind_to_random_port("tcp://127.0.0.1")
            # The port is free again when the context has ended.
            with zmq.Context() as other, other.socket(zmq.REP) as second, contextlib.suppress(zmq.ZMQError):
                second.bind(f"tcp://127.0.0.1:{port + 1}")
                return port
        pytest.skip("no two ports in a row are free")

    for _ in range(5):
        port = two_free_ports()
        device = devices.ThreadProxy(zmq.PULL, zmq.PUSH)
        device.bind_in(f"tcp://127.0.0.1:{port + 1}")
        device.bind_in("inproc://in")
        # We have one; the device has said that it wants the other.
        with pytest.raises(zmq.ZMQBindError, match=f"at any of 2 ports from {port}"):
            device.bind_out_to_random_port("tcp://127.0.0.1", port, port + 2)
        assert device._settings["out"].binds == []


def test_in_the_foreground(background: Any, bench: Bench) -> None:
    device = devices.Device(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    device.context_factory = lambda: bench.context
    device.bind_in("inproc://in")
    device.connect_out("inproc://sink")
    bench.devices.append(device)
    sink = bench.socket(zmq.PULL)
    sink.bind("inproc://sink")
    running = background(device.start)
    source = bench.connect(zmq.PUSH, "inproc://in")
    source.send(b"passes")
    assert sink.recv() == b"passes"
    assert running.running()


def test_defaults() -> None:
    assert devices.Device.context_factory == zmq.Context.instance
    assert devices.ThreadDevice.context_factory == zmq.Context.instance
    assert devices.ProcessDevice.context_factory is zmq.Context
    device = devices.ThreadDevice(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    assert device.daemon
    assert not device.done
    with pytest.raises(RuntimeError, match="not started"):
        device.join()
    device.done = True
    assert device.done
    device.done = False
    assert not device.done


@pytest.mark.parametrize("kind", [devices.Device, devices.ThreadDevice, devices.ProcessDevice])
def test_types_are_needed(kind: Any) -> None:
    with pytest.raises(TypeError, match="in_type must be specified"):
        kind()
    with pytest.raises(TypeError, match="out_type must be specified"):
        kind(zmq.QUEUE, zmq.PULL)


def test_types_can_be_changed_before_the_start(bench: Bench) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.PUSH, zmq.PULL)
    device.in_type, device.out_type = zmq.PULL, zmq.PUSH
    device.context_factory = lambda: bench.context
    device.bind_in("inproc://in")
    device.bind_out("inproc://out")
    device.start()
    bench.devices.append(device)
    source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
    source.send(b"passes")
    assert sink.recv() == b"passes"


def test_addresses_as_bytes(bench: Bench) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    device.context_factory = lambda: bench.context
    device.bind_in(b"inproc://in")  # type: ignore[arg-type]
    device.bind_out_to_random_port("tcp://127.0.0.1")
    device.start()
    bench.devices.append(device)
    bench.connect(zmq.PUSH, "inproc://in").send(b"x")


def test_started_again_after_its_end() -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    device.bind_in("inproc://in")
    device.bind_out("inproc://out")
    for _ in range(2):
        bench = Bench(zmq.Context())
        device.context_factory = lambda bench=bench: bench.context  # type: ignore[misc]
        device.start()
        source, sink = bench.connect(zmq.PUSH, "inproc://in"), bench.connect(zmq.PULL, "inproc://out")
        source.send(b"passes")
        assert sink.recv() == b"passes"
        assert not device.done
        source.close()
        sink.close()
        terminate(bench.context)
        device.join(20)
        assert device.done


def test_not_started_twice(bench: Bench) -> None:
    addresses = {"in": "inproc://in", "out": "inproc://out"}
    device = bench.start(devices.ThreadDevice, zmq.QUEUE, zmq.PULL, zmq.PUSH, **addresses)
    with pytest.raises(RuntimeError, match="started already"):
        device.start()
    # The context may be terminated once the device has made its sockets.
    bench.connect(zmq.PUSH, "inproc://in").send(b"passes")
    assert bench.connect(zmq.PULL, "inproc://out").recv() == b"passes"


def test_what_cannot_be_bound() -> None:
    device = devices.Device(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    device.bind_in("inproc://in")
    device.bind_out("nonsense")
    context = zmq.Context()
    device.context_factory = lambda: context
    with pytest.raises(zmq.ZMQError, match="nonsense"):
        device.start()
    assert device.done
    terminate(context)


@pytest.mark.parametrize("nonsense", [1, None, "x"])
def test_needs_sockets(sockets: SocketFactory, nonsense: Any) -> None:
    good = sockets(zmq.PULL)
    for arguments in ((nonsense, good, good), (good, nonsense, good), (good, good, nonsense)):
        with pytest.raises(TypeError):
            devices.monitored_queue(*arguments)
    with pytest.raises(TypeError):
        devices.monitored_queue(good, good, good, 5)  # type: ignore[arg-type]


def test_closed_sockets(sockets: SocketFactory) -> None:
    good, closed = sockets(zmq.PULL), sockets(zmq.PUSH)
    closed.close()
    for arguments in ((closed, good, good), (good, closed, good), (good, good, closed)):
        with pytest.raises(zmq.ZMQError) as caught:
            devices.monitored_queue(*arguments)
        assert caught.value.errno == zmq.ENOTSOCK


@pytest.mark.skipif(sys.platform == "win32", reason="signals do not interrupt libzmq there")
@pytest.mark.parametrize("loop", ["monitored_queue(a, b, c)", "zmq.proxy_steerable(a, b, None, c)"])
def test_interrupted(run_python: Runner, loop: str) -> None:
    run_python(f"""
        import signal, zmq
        from zmq.devices import monitored_queue
        def interrupt(*_):
            global seen
            seen += 1
            if seen == 3:
                raise KeyboardInterrupt
        seen = 0
        signal.signal(signal.SIGALRM, interrupt)
        with zmq.Context() as context, context.socket(zmq.PULL) as a, context.socket(zmq.PUSH) as b:
            with context.socket(zmq.PAIR) as c:
                signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
                try:
                    {loop}
                except KeyboardInterrupt:
                    print("interrupted", seen)
    """).succeeded()


def test_pickled() -> None:
    device = devices.ProcessMonitoredQueue(zmq.ROUTER, zmq.DEALER, in_prefix=b"i")
    device.bind_in("inproc://in")
    device.setsockopt_mon(zmq.LINGER, 5)
    again = pickle.loads(pickle.dumps(device))
    assert again._settings["in"].binds == ["inproc://in"]
    assert again._settings["mon"].options == [(zmq.LINGER, 5)]
    assert not again.done


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "kind", [devices.ProcessDevice, devices.ProcessProxy, devices.ProcessProxySteerable, devices.ProcessMonitoredQueue]
)
def test_process(sockets: SocketFactory, monkeypatch: pytest.MonkeyPatch, kind: Any, method: str) -> None:
    if method == "fork" and sys.version_info >= (3, 12):
        pytest.skip("Python warns of forking with threads, which libzmq has")
    monkeypatch.setattr(kind, "_launch_class", multiprocessing.get_context(method).Process)  # type: ignore[attr-defined]
    types = (zmq.ROUTER, zmq.DEALER)
    device = kind(zmq.QUEUE, *types) if kind is devices.ProcessDevice else kind(*types)
    first = device.bind_in_to_random_port("tcp://127.0.0.1")
    second = device.bind_out_to_random_port("tcp://127.0.0.1")
    device.setsockopt_in(zmq.LINGER, 0)
    device.start()
    try:
        client, server = sockets(zmq.REQ, rcvtimeo=40_000), sockets(zmq.REP, rcvtimeo=40_000)
        client.connect(f"tcp://127.0.0.1:{first}")
        server.connect(f"tcp://127.0.0.1:{second}")
        client.send(b"question")
        assert server.recv() == b"question"
        server.send(b"answer")
        assert client.recv() == b"answer"
        assert not device.done
        if sys.platform != "win32":
            assert device.launcher.pid is not None
            for _ in range(20):
                # One that comes while libzmq does not wait is noticed only when it has waited.
                if not device.done:
                    os.kill(device.launcher.pid, signal.SIGINT)
                device.join(1)
            assert device.launcher.exitcode == 0
            assert device.done
    finally:
        device.launcher.terminate()
        device.launcher.join()
