"""ZMQStream on a socket that other objects use, and closing one whose callbacks send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import zmq
import zmq.asyncio
from tests.fix_async import ADAPTERS
from tests.fix_context import SocketFactory
from tests.fix_gc import collect
from tests.fix_loops import run, turns, until
from tests.fix_shared import OBJECTS, PLAIN, SOON, idle, news
from tests.fix_streams import Streams

pytest.importorskip("tornado", reason="ZMQStream needs tornado")

from zmq._async.readiness import WaitQueue

Endpoint = Callable[[str], str]


async def connected(sockets: SocketFactory, endpoint: Endpoint) -> tuple[Any, Any]:
    """An asynchronous PAIR socket, and its plain peer."""
    peer = sockets(zmq.PAIR)
    socket = zmq.asyncio.Context(peer.context).socket(zmq.PAIR)
    socket.linger = 0
    socket.bind(endpoint("inproc"))
    peer.connect(socket.last_endpoint)
    return socket, peer


@pytest.mark.parametrize("kind", list(PLAIN))
@pytest.mark.parametrize("first", ["recv", "stream"])
def test_a_stream_that_sends_wakes_who_receives(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, kind: str, first: str
) -> None:
    """A stream watches the same descriptor in the same loop."""

    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        waiting = socket.recv() if first == "recv" else None
        await turns()
        stream = streams(PLAIN[kind](socket))
        await turns()
        if waiting is None:
            waiting = socket.recv()
        for number in range(5):
            await turns()
            assert not waiting.done()
            peer.send(b"%d" % number)
            stream.send(b"sent")
            assert await asyncio.wait_for(waiting, SOON) == b"%d" % number
            await until(lambda: peer.poll(0))
            assert peer.recv() == b"sent"
            waiting = socket.recv()
        waiting.cancel()
        stream.close()

    run(main)


@pytest.mark.parametrize("kind", list(PLAIN))
@pytest.mark.parametrize("use", ["send", "send_multipart", "events", "poll"])
def test_a_use_of_another_object_wakes_a_stream(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, kind: str, use: str
) -> None:
    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        got: list[list[bytes]] = []
        stream = streams(PLAIN[kind](socket))
        stream.on_recv(got.append)
        await turns()
        descriptor = await idle(ADAPTERS["asyncio"], socket)
        peer.send(b"news")
        news(descriptor)
        if use == "send":
            await socket.send(b"1")
        elif use == "send_multipart":
            await socket.send_multipart([b"1", b"2"])
        elif use == "poll":
            await socket.poll(0, zmq.POLLOUT)
        else:
            assert socket.events & zmq.POLLIN
        await asyncio.wait_for(until(lambda: got), SOON)
        assert got == [[b"news"]]
        stream.close()

    run(main)


@pytest.mark.parametrize("kind", list(PLAIN))
def test_a_stream_and_receivers_lose_nothing(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, kind: str
) -> None:
    """Each message goes to one of them."""

    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        got: list[bytes] = []
        stream = streams(PLAIN[kind](socket))
        stream.on_recv(lambda parts: got.append(parts[0]))

        async def receive() -> None:
            while True:
                got.append(await socket.recv())

        task = asyncio.ensure_future(receive())
        for number in range(100):
            peer.send(b"%d" % number)
            if number % 3 == 0:
                await turns(2)
        await asyncio.wait_for(until(lambda: len(got) == 100), SOON)
        assert sorted(map(int, got)) == list(range(100))
        stream.stop_on_recv()
        await turns()
        peer.send(b"100")
        await asyncio.wait_for(until(lambda: len(got) == 101), SOON)
        assert got[100] == b"100"
        task.cancel()
        await turns()
        stream.close()

    run(main)


def test_closing_a_stream_ends_who_waits(sockets: SocketFactory, streams: Streams, endpoint: Endpoint) -> None:
    async def main() -> None:
        socket, _ = await connected(sockets, endpoint)
        waiting = socket.recv()
        stream = streams(zmq.Socket(socket))
        await turns()
        stream.close()
        with pytest.raises((asyncio.CancelledError, zmq.ZMQError)):
            await asyncio.wait_for(waiting, SOON)
        assert socket.closed

    run(main)


@pytest.mark.parametrize("queued", [1, 5])
@pytest.mark.parametrize("callback", ["on_send", "on_recv", "callback of send"])
def test_close_is_bounded_by_what_was_queued(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, queued: int, callback: str
) -> None:
    """Callbacks that send and receive more do not keep it from closing."""
    calls = 0

    async def main() -> None:
        nonlocal calls
        socket, peer = sockets(zmq.PAIR), sockets(zmq.PAIR)
        socket.bind(endpoint("inproc"))
        peer.connect(socket.last_endpoint)
        stream = streams(socket)

        def again(*_: Any) -> None:
            nonlocal calls
            calls += 1
            # Without an end, the test would not end, either.
            if calls < 5000:
                if callback == "on_recv":
                    peer.send(b"again")
                elif callback == "on_send":
                    stream.send(b"again")
                else:
                    stream.send(b"again", callback=again)

        if callback == "on_recv":
            stream.on_recv(again)
        elif callback == "on_send":
            stream.on_send(again)
        for _ in range(queued):
            if callback == "on_recv":
                peer.send(b"1")
            elif callback == "on_send":
                stream.send(b"1")
            else:
                stream.send(b"1", callback=again)
        stream.close()
        assert stream.closed()

    run(main)
    assert calls <= queued


@pytest.mark.parametrize("trickle", [True, False])
def test_a_stream_and_a_receiver_take_turns(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, trickle: bool
) -> None:
    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        got: list[Any] = []
        stream = streams(zmq.Socket(socket))
        stream.on_recv(got.append)
        await turns()
        for number in range(1, 10):
            receiving = socket.recv()
            peer.send(b"1")
            if trickle:
                await turns()
            peer.send(b"2")
            await asyncio.wait_for(receiving, SOON)
            await asyncio.wait_for(until(lambda number=number: len(got) == number), SOON)  # type: ignore[misc]

    run(main)


def test_a_message_that_was_given_back_waits_for_a_callback(
    sockets: SocketFactory, streams: Streams, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that does not receive does not keep the loop busy meanwhile."""
    calls = 0

    async def main() -> None:
        nonlocal calls
        socket, peer = await connected(sockets, endpoint)
        stream = streams(zmq.Socket(socket))
        receiving = socket.recv()
        peer.send(b"1")
        await until(receiving.done)
        # Nobody has asked for the result.
        del receiving
        collect()
        stream.send(b"2")
        await turns()
        wake = WaitQueue.wake

        def counted(self: WaitQueue) -> None:
            nonlocal calls
            calls += 1
            wake(self)

        monkeypatch.setattr(WaitQueue, "wake", counted)
        await asyncio.sleep(0.1)
        assert calls <= 2
        got: list[Any] = []
        stream.on_recv(got.append)
        await asyncio.wait_for(until(lambda: got), SOON)
        assert got == [[b"1"]]

    run(main)


# ---- pollers and iterations of asyncio


@pytest.mark.parametrize("change", ["register again", "unregister", "register", "modify"])
def test_poller_that_changes_while_it_polls(sockets: SocketFactory, endpoint: Endpoint, change: str) -> None:
    """The poll tells what holds for what is registered when it ends."""

    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        other, _ = await connected(sockets, endpoint)
        poller = zmq.asyncio.Poller()
        poller.register(other, zmq.POLLIN)
        if change != "register":
            poller.register(socket, zmq.POLLIN)
        polling = poller.poll(int(SOON * 1000))
        await turns()
        if change in ("register again", "unregister"):
            poller.unregister(socket)
        if change in ("register again", "register"):
            poller.register(socket, zmq.POLLIN)
        if change == "modify":
            poller.modify(socket, zmq.POLLIN | zmq.POLLOUT)
        await turns()
        expected = zmq.POLLIN
        if change == "modify":
            expected = zmq.POLLOUT
        else:
            peer.send(b"1")
        result = await asyncio.wait_for(polling, SOON * 2)
        assert result == ([] if change == "unregister" else [(socket, expected)])
        socket.close()
        other.close()

    run(main)


@pytest.mark.parametrize("kind", list(OBJECTS))
@pytest.mark.parametrize("by", ["object", "plain shadow"])
def test_iteration_over_a_socket_that_is_closed(sockets: SocketFactory, endpoint: Endpoint, kind: str, by: str) -> None:
    """The error names the reason; nobody has cancelled the task."""

    async def main() -> None:
        socket, peer = await connected(sockets, endpoint)
        messages: list[Any] = []

        async def iterate() -> None:
            async for message in OBJECTS[kind](socket):
                messages.append(message)

        task = asyncio.ensure_future(iterate())
        peer.send(b"1")
        await until(lambda: messages)
        await turns()
        (zmq.Socket(socket) if by == "plain shadow" else socket).close()
        with pytest.raises(zmq.ZMQError) as caught:
            await asyncio.wait_for(task, SOON)
        assert caught.value.errno == zmq.ENOTSOCK
        assert not task.cancelled()
        assert messages == [[b"1"]]

    run(main)


def test_a_cancelled_iteration_is_cancelled(sockets: SocketFactory, endpoint: Endpoint) -> None:
    async def main() -> None:
        socket, _ = await connected(sockets, endpoint)

        async def iterate() -> None:
            async for _ in socket:
                pass

        task = asyncio.ensure_future(iterate())
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        socket.close()

    run(main)
