"""What type checkers make of contexts, sockets, frames, pollers and errors. Not run: the checkers read it."""

from __future__ import annotations

import array
import copy
from typing import TYPE_CHECKING, Any

import zmq
from zmq.utils.monitor import recv_monitor_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import assert_type


class Own(zmq.Socket[int]):
    """A socket that is not the usual one."""


class OwnContext(zmq.Context[Own]):
    """Makes sockets of one's own class."""

    _socket_class = Own


class Usual(zmq.Context[zmq.Socket[bytes]]):
    """Makes the usual sockets."""

    name: str = ""


def contexts() -> None:
    context = zmq.Context()
    assert_type(context, zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.instance(), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.instance(io_threads=2), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.shadow(context), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context.shadow(context.underlying), zmq.Context[zmq.Socket[bytes]])
    assert_type(zmq.Context(context), zmq.Context[zmq.Socket[bytes]])
    alias: zmq.SyncContext = context
    assert_type(zmq.SyncContext(), zmq.Context[zmq.Socket[bytes]])
    with zmq.Context(io_threads=2) as entered:
        assert_type(entered, zmq.Context[zmq.Socket[bytes]])
    assert_type(copy.copy(context), zmq.Context[zmq.Socket[bytes]])
    assert_type(OwnContext(), OwnContext)
    assert_type(OwnContext.instance(), OwnContext)
    assert_type(OwnContext.shadow(context), OwnContext)
    assert_type(Usual(), Usual)
    # pyright goes by the annotation of self in the constructor, which here is that of the base.
    assert_type(Usual.instance(), Usual)  # pyright: ignore[reportAssertTypeFailure]
    with Usual() as usual:
        assert_type(usual, Usual)
    any_context(OwnContext(), Own(context, zmq.PUSH))
    any_context(alias, alias.socket(zmq.PUSH))
    bare_context(OwnContext(), Own(context, zmq.PUSH))
    assert_type(context.closed, bool)
    assert_type(context.underlying, int)
    assert_type(context.get(zmq.IO_THREADS), int)
    context.set(zmq.IO_THREADS, 2)
    context.destroy(linger=0)


def any_context(context: zmq.Context[Any], socket: zmq.Socket[Any]) -> None:
    """Take whatever context and socket there is."""
    context.destroy()
    socket.close()


# pyright: reportMissingTypeArgument=false, reportUnknownParameterType=false
def bare_context(context: zmq.Context, socket: zmq.Socket) -> None:  # type: ignore[type-arg]
    """Take whatever context and socket there is, as annotations were written before there were generics."""
    context.destroy()
    socket.close()


def sockets(context: zmq.Context[zmq.Socket[bytes]], own: OwnContext) -> None:
    assert_type(context.socket(zmq.PUSH), zmq.Socket[bytes])
    assert_type(context.socket(8), zmq.Socket[bytes])
    assert_type(own.socket(zmq.PUSH), Own)
    assert_type(context.socket(zmq.PUSH, Own), Own)
    assert_type(own.socket(zmq.PUSH, socket_class=zmq.Socket), zmq.Socket[bytes])
    assert_type(zmq.Socket(context, zmq.PUSH), zmq.Socket[bytes])
    assert_type(zmq.Socket(Own(context, zmq.PUSH)), zmq.Socket[bytes])
    assert_type(zmq.Socket.shadow(1), zmq.Socket[bytes])
    assert_type(Own.shadow(1), Own)
    socket: zmq.SyncSocket = context.socket(zmq.PUSH)
    with socket.bind("inproc://x") as bound:
        assert_type(bound, zmq.Socket[bytes])
    with socket.connect(b"inproc://x") as connected:
        assert_type(connected, zmq.Socket[bytes])
    assert_type(socket.bind("inproc://x").addr, "str | bytes")
    assert_type(socket.bind_to_random_port("tcp://127.0.0.1"), int)
    with context.socket(zmq.PUSH) as plain:
        assert_type(plain, zmq.Socket[bytes])
    with Own(context, zmq.PUSH) as entered, entered.bind("inproc://x") as bound_own:
        assert_type(entered, Own)
        assert_type(bound_own, Own)
    assert_type(copy.copy(socket), zmq.Socket[bytes])
    assert_type(socket.poll(), int)
    assert_type(socket.poll(timeout=0.5, flags=zmq.POLLIN | zmq.POLLOUT), int)
    assert_type(socket.fileno(), int)
    assert_type(socket.closed, bool)
    assert_type(socket.socket_type, int)
    monitor = socket.get_monitor_socket()
    assert_type(monitor, zmq.Socket[bytes])
    assert_type(recv_monitor_message(monitor)["endpoint"], bytes)
    assert_type(recv_monitor_message(monitor)["event"], int)


def sending(socket: zmq.Socket[bytes], flag: bool) -> None:
    socket.send(b"")
    socket.send(b"", zmq.SNDMORE)
    socket.send(bytearray(), flags=zmq.DONTWAIT | zmq.SNDMORE)
    socket.send(memoryview(b""), copy=False)
    socket.send(array.array("i"), track=True)
    socket.send(zmq.Frame(b""), routing_id=1, group="group")
    assert_type(socket.send(b"", copy=False, track=True), zmq.MessageTracker)
    assert_type(socket.send(b"", 0, False, True), zmq.MessageTracker)
    assert_type(socket.send(b"", copy=False, track=flag), "zmq.MessageTracker | None")
    assert_type(socket.send(b"", copy=flag, track=True), "zmq.MessageTracker | None")
    socket.send_multipart([b"", bytearray(), memoryview(b""), zmq.Frame()])
    socket.send_multipart((b"", b""), zmq.SNDMORE)
    socket.send_multipart(part for part in (b"", b""))
    assert_type(socket.send_multipart([b""], copy=False, track=True), zmq.MessageTracker)
    assert_type(socket.send_multipart([b""], 0, False, True), zmq.MessageTracker)
    assert_type(socket.send_multipart([b""], copy=flag, track=flag), "zmq.MessageTracker | None")


def receiving(socket: zmq.Socket[bytes], flag: bool) -> None:
    assert_type(socket.recv(), bytes)
    assert_type(socket.recv(zmq.DONTWAIT), bytes)
    assert_type(socket.recv(flags=zmq.DONTWAIT, copy=True), bytes)
    assert_type(socket.recv(0, True), bytes)
    assert_type(socket.recv(copy=False), zmq.Frame)
    assert_type(socket.recv(0, False), zmq.Frame)
    assert_type(socket.recv(copy=False, track=True), zmq.Frame)
    assert_type(socket.recv(copy=flag), "bytes | zmq.Frame")
    assert_type(socket.recv_multipart(), list[bytes])
    assert_type(socket.recv_multipart(zmq.DONTWAIT, copy=True), list[bytes])
    assert_type(socket.recv_multipart(copy=False), list[zmq.Frame])
    assert_type(socket.recv_multipart(0, False), list[zmq.Frame])
    assert_type(socket.recv_multipart(copy=flag), "list[bytes] | list[zmq.Frame]")
    assert_type(socket.recv_into(bytearray(1)), int)
    assert_type(socket.recv_into(memoryview(bytearray(2)), nbytes=1, flags=zmq.DONTWAIT), int)


def frames(frame: zmq.Frame) -> None:
    assert_type(zmq.Frame(b"").bytes, bytes)
    assert_type(zmq.Message(), zmq.Frame)
    assert_type(bytes(frame), bytes)
    assert_type(memoryview(frame), memoryview)
    assert_type(frame.buffer, memoryview)
    assert_type(len(frame), int)
    assert_type(frame.more, bool)
    assert_type(frame.tracker, "zmq.MessageTracker | None")
    assert_type(frame["User-Id"], str)
    assert_type(frame.get("User-Id"), str)
    assert_type(frame.get(zmq.MORE), int)
    assert_type(frame.get("routing_id"), int)
    assert_type(frame.routing_id, int)
    assert_type(frame.group, str)
    assert_type(copy.copy(frame), zmq.Frame)
    frame.group = "group"


def trackers(frame: zmq.Frame, tracker: zmq.MessageTracker) -> None:
    assert_type(zmq.MessageTracker(frame, tracker).done, bool)
    try:
        tracker.wait(timeout=0.1)
    except zmq.NotDone:
        return


def polling(socket: zmq.Socket[bytes]) -> None:
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(0)
    poller.modify(socket, zmq.POLLIN | zmq.POLLOUT)
    assert_type(socket in poller, bool)
    assert_type(poller.poll(), list[tuple[Any, int]])
    assert_type(poller.poll(0.5), list[tuple[Any, int]])
    assert_type(poller.sockets, list[tuple[Any, int]])
    ready: dict[Any, int] = dict(poller.poll(timeout=10))
    del ready
    poller.unregister(socket)
    assert_type(zmq.select([socket], [], [0], 1.5), tuple[list[Any], list[Any], list[Any]])
    assert_type(zmq.zmq_poll([(socket, zmq.POLLIN)], 0), list[tuple[Any, int]])


def errors(socket: zmq.Socket[bytes]) -> None:
    try:
        socket.recv()
    except (zmq.Again, zmq.ContextTerminated) as error:
        assert_type(error.errno, int)
        assert_type(error.strerror, str)
    except zmq.ZMQError as error:
        assert_type(error.errno, "int | None")
        assert_type(error.strerror, str)
        if error.errno == zmq.EAGAIN:
            return
    assert_type(zmq.strerror(zmq.EAGAIN), str)
    assert_type(zmq.zmq_errno(), int)
    assert_type(zmq.ZMQVersionError("4.3.0", "it").version, str)


def enums() -> None:
    socket_type: zmq.SocketType = zmq.PUSH
    assert_type(zmq.SocketType(8), zmq.SocketType)
    option: zmq.SocketOption = zmq.LINGER
    flags: zmq.Flag = zmq.DONTWAIT
    assert_type(flags | zmq.SNDMORE, zmq.Flag)
    flags |= zmq.SNDMORE
    assert_type(zmq.POLLIN | zmq.POLLOUT, zmq.PollEvent)
    number: int = zmq.PUSH
    kinds = [zmq.PUSH, zmq.PULL]
    assert_type(kinds, list[zmq.SocketType])
    del socket_type, option, number
    assert_type(zmq.Event(1).name, "str | None")  # several at once have none


def functions(socket: zmq.Socket[bytes]) -> None:
    assert_type(zmq.zmq_version(), str)
    assert_type(zmq.zmq_version_info(), tuple[int, int, int])
    assert_type(zmq.pyzmq_version(), str)
    assert_type(zmq.has("curve"), bool)
    assert_type(zmq.curve_keypair(), tuple[bytes, bytes])
    assert_type(zmq.curve_public(b""), bytes)
    assert_type(zmq.proxy(socket, socket), int)
    assert_type(zmq.proxy_steerable(socket, socket, control=socket), int)
    assert_type(zmq.get_includes(), list[str])
    assert_type(zmq.get_library_dirs(), list[str])
    assert_type(zmq.build_info(), dict[str, Any])
    assert_type(zmq.IPC_PATH_MAX_LEN, int)
    assert_type(zmq.DRAFT_API, bool)
    make: Callable[[], zmq.SyncContext] = zmq.Context
    del make
