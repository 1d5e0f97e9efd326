"""Several objects of one libzmq socket: the kinds of objects, and waiting that ends in a failure instead of a hang."""

from __future__ import annotations

import contextlib
import re
import select
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zmq
from tests.patience import PATIENCE

try:
    import ctypes
except ImportError:
    # Not every CPython has it.
    ctypes = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from tests.fix_async import Adapter, Room

#: Seconds after which a wake-up counts as lost. Only failing tests wait that long.
SOON = 2.0 * PATIENCE

#: Each way to make another object of the class of an object, for the same libzmq socket; the first makes none.
OBJECTS: dict[str, Callable[[Any], Any]] = {
    "same": lambda socket: socket,
    "shadow": lambda socket: type(socket)(socket),
    "address": lambda socket: type(socket).shadow(socket.underlying),
}
#: Each way to make a plain object for the libzmq socket of any object.
PLAIN: dict[str, Callable[[Any], Any]] = {
    "shadow": zmq.Socket,
    "address": lambda socket: zmq.Socket.shadow(socket.underlying),
}

every_object = pytest.mark.parametrize("kind", list(OBJECTS))
other_objects = pytest.mark.parametrize("kind", list(OBJECTS)[1:])


#: Options that make the high-water mark low, also with tcp.
LOW: dict[str, Any] = {"sndhwm": 1, "rcvhwm": 1, "sndbuf": 4096, "rcvbuf": 4096}
LARGE = bytes(100_000)


async def soon(adapter: Adapter, awaitable: Any, what: str) -> Any:
    """Wait for what has to happen at once; fail if it does not."""
    try:
        return await adapter.wait_for(awaitable, SOON)
    except adapter.timed_out:
        raise AssertionError(f"{what} has not ended in time") from None


async def turns(adapter: Adapter, count: int = 10) -> None:
    """Let the loop do what it has to do."""
    for _ in range(count):
        await adapter.sleep(0)


def spawn_call(adapter: Adapter, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Await a call in a task of its own."""

    async def call() -> Any:
        return await function(*arguments, **options)

    return adapter.spawn(call())


def plain_socket(place: Room, kind: int, **options: Any) -> Any:
    """A plain socket in the context of a room."""
    socket = zmq.Context(place.context).socket(kind)
    place.sockets.append(socket)
    socket.linger = 0
    socket.rcvtimeo = socket.sndtimeo = 10_000
    for name, value in options.items():
        setattr(socket, name, value)
    return socket


def with_peer(
    place: Room, address: str, kind: int, peer_kind: int, plain: bool = False, **options: Any
) -> tuple[Any, Any]:
    """A socket of the loop, or a plain one, and a plain peer, which the test uses without letting the loop run."""
    socket = plain_socket(place, kind, **options) if plain else place.socket(kind, **options)
    peer = plain_socket(place, peer_kind, **options)
    socket.bind(address)
    peer.connect(socket.last_endpoint)
    return socket, peer


def begin(adapter: Adapter, call: Callable[[], Any]) -> Any:
    """Begin an operation before the loop polls its descriptors again; return what can be awaited."""
    if adapter.futures:
        return call()

    async def await_it() -> Any:
        return await call()

    return adapter.spawn(await_it())


async def settled(adapter: Adapter, operation: Any) -> None:
    """Let an operation run, and end it if it waits."""
    await turns(adapter, 3)
    operation.cancel()
    with contextlib.suppress(zmq.ZMQError, adapter.cancelled):
        await operation


def poll_with(poller_class: Any, socket: Any, events: int) -> Callable[[], Any]:
    """A poll of a poller with one socket, as a call."""
    poller = poller_class()
    poller.register(socket, events)
    return lambda: poller.poll(30_000)


async def idle(adapter: Adapter, socket: Any) -> int:
    """Let the loop run until it has consumed what the descriptor of a socket tells; return the descriptor."""
    descriptor: int = socket.fileno()
    quiet = 0
    for _ in range(1000):
        await adapter.sleep(0)
        quiet = 0 if select.select([descriptor], [], [], 0)[0] else quiet + 1
        if quiet == 5:
            return descriptor
    raise AssertionError("the descriptor stays readable")


def news(descriptor: int) -> None:
    """Block the loop until a descriptor is readable: libzmq has signalled an event that nothing has read yet."""
    assert select.select([descriptor], [], [], SOON)[0], "nothing has come"


def fill(socket: Any, data: bytes, settle: int = 20) -> int:
    """Send until the high-water mark is reached and stays so for these milliseconds; return the number of messages."""
    plain = zmq.Socket(socket)
    sent = 0
    while plain.poll(settle, zmq.POLLOUT):
        plain.send(data, zmq.DONTWAIT)
        sent += 1
        assert sent < 100_000, "there is no high-water mark"
    return sent


def wait_until_blocked(thread: threading.Thread) -> None:
    """Wait until a thread sleeps in the operating system.

    Where that cannot be seen, give it some time: then a test may pass for the wrong reason, but it never fails for one.
    """
    pause = threading.Event()
    status = Path(f"/proc/self/task/{thread.native_id}/stat")
    if not sys.platform.startswith("linux") or not status.exists():
        pause.wait(0.2)
        return
    asleep = 0
    while asleep < 20:
        pause.wait(0.001)
        state = status.read_text().rpartition(")")[2].split()[0]
        asleep = asleep + 1 if state == "S" else 0


class CapsuleUser:
    """Functions of the table that other extensions use."""

    def __init__(self) -> None:
        if zmq.backend.name != "cython":
            pytest.skip("the table comes with the Cython backend")
        if ctypes is None:
            pytest.skip("this Python has no ctypes")
        from zmq.backend.cython import _zmq

        headers = (Path(folder) / "pyzmq_capi.h" for folder in zmq.get_includes())
        header = next(path for path in headers if path.exists())
        names = re.findall(r"^    F\([^,]+, (\w+), ", header.read_text(encoding="utf-8"), re.MULTILINE)
        name = re.search(r'define PYZMQ_CAPI_NAME "(.*)"', header.read_text(encoding="utf-8"))
        assert name is not None
        get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
        get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self._table = get_pointer(_zmq._C_API, name[1].encode())
        self._names = names

    def _function(self, name: str, *types: Any, result: Any = ctypes and ctypes.c_int) -> Any:
        # Behind the size and the version of the table.
        start = self._table + 2 * ctypes.sizeof(ctypes.c_void_p)
        pointer = ctypes.cast(start, ctypes.POINTER(ctypes.c_void_p))[self._names.index(name)]
        return ctypes.CFUNCTYPE(result, *types, use_errno=True)(pointer)

    def make_socket(self, context: Any, socket_type: int) -> int:
        """Call zmq_socket; return the handle."""
        types = (ctypes.c_void_p, ctypes.c_int)
        handle: int = self._function("zmq_socket", *types, result=ctypes.c_void_p)(context.underlying, socket_type)
        return handle

    def send(self, socket: Any, data: bytes, flags: int = 0) -> int:
        """Call zmq_send."""
        types = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
        result: int = self._function("zmq_send", *types)(socket.underlying, data, len(data), flags)
        return result

    def receive(self, socket: Any, flags: int = 0) -> bytes | None:
        """Call zmq_recv; return None if it fails."""
        buffer = ctypes.create_string_buffer(256)
        types = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        size = self._function("zmq_recv", *types)(socket.underlying, buffer, 256, flags)
        return None if size < 0 else buffer.raw[:size]
