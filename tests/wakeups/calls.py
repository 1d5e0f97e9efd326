"""How each operation is called, and whether it has ended as its cell says."""

from __future__ import annotations

import contextlib
import pickle
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import zmq
import zmq.devices
from tests.wakeups.cells import Cell
from tests.wakeups.peers import NOWHERE, address

if TYPE_CHECKING:
    from tests.wakeups.loops import Side

#: Seconds after which operations end that run until they are interrupted.
SHORT = 0.005

Call = Callable[["Operating"], Any]

_IN, _OUT = zmq.POLLIN, zmq.POLLOUT


class Operating:
    """What an operation needs.

    Parameters
    ----------
    cell : Cell
        Which one it is.
    side : Side
        The main thread's loop.
    socket : zmq.Socket
        The object that it goes through.
    stream : ZMQStream, optional
        The stream that it goes through.
    """

    def __init__(self, cell: Cell, side: Side, socket: Any, stream: Any) -> None:
        self.cell = cell
        self.side = side
        self.socket = socket
        self.stream = stream
        #: What is to be closed afterwards.
        self.others: list[Any] = []
        self._spare = ""

    def prepare(self, plain: zmq.Socket[bytes]) -> None:
        """Do what must have happened before.

        :param plain: a shadow of the socket.
        """
        if self.cell.outcome != "success":
            return
        if self.cell.op.act == "unbind":
            self._spare = address()
            plain.bind(self._spare)
        elif self.cell.op.act == "disconnect":
            self._spare = NOWHERE
            plain.connect(self._spare)

    @property
    def flags(self) -> int:
        """The flags of a transfer."""
        # An asynchronous object is used as programs use it: it waits if it has to.
        waits = self.cell.waits or (self.cell.op.kind == "async" and not self.again)
        return 0 if waits else zmq.DONTWAIT

    @property
    def again(self) -> bool:
        """Whether it is to end with EAGAIN."""
        return self.cell.outcome == "again"

    @property
    def timeout(self) -> int | None:
        """The timeout of a poll."""
        return None if self.cell.waits else 0

    def spare(self, wrong: str) -> str:
        """Return the address to use; `wrong` for an error."""
        if self.cell.outcome == "error":
            return wrong
        return self._spare or address()

    def open(self, socket_type: int) -> Any:
        """Make another socket."""
        made = zmq.Socket(self.socket.context, socket_type)
        made.linger = 0
        self.others.append(made)
        return made

    def poll(self, poller: Any, events: int) -> Any:
        """Poll the socket with a poller."""
        poller.register(self.socket, events)
        return poller.poll(self.timeout)

    @property
    def module(self) -> Any:
        """Where poll functions and devices of this kind are."""
        return self.side.green if self.cell.op.kind == "green" else zmq

    def call(self) -> Any:
        """Run it; return its result, a future, or a list of futures."""
        return CALLS[self.cell.op.kind == "stream", self.cell.op.act](self)


class Interrupted(Exception):
    """Raised by a signal handler."""


@contextlib.contextmanager
def _interrupted() -> Iterator[None]:
    """End what blocks by a signal whose handler raises."""

    def raise_it(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, raise_it)
    try:
        signal.setitimer(signal.ITIMER_REAL, SHORT)
        with contextlib.suppress(Interrupted):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _device(call: Callable[[Any, Operating, Any], Any]) -> Call:
    def run(on: Operating) -> None:
        # A socket without room and messages: nothing passes.
        backend = on.open(zmq.DEALER)
        with on.side.limited(SHORT) if on.cell.op.kind == "green" else _interrupted():
            call(on.module, on, backend)

    return run


def _proxy_steerable(on: Operating) -> None:
    control, steering = on.open(zmq.PAIR), on.open(zmq.PAIR)
    control.bind(address())
    steering.connect(control.last_endpoint)
    steering.send(b"TERMINATE")
    zmq.proxy_steerable(on.socket, on.open(zmq.DEALER), None, control)


def _send_more(on: Operating) -> Any:
    first = on.socket.send(b"1", on.flags | zmq.SNDMORE)
    second = on.socket.send(b"2", on.flags)
    return [first, second] if on.cell.op.kind == "async" else second


def _monitor(on: Operating) -> None:
    if on.cell.outcome == "error":
        on.socket.monitor(NOWHERE, zmq.EVENT_ALL)
    else:
        on.others.append(on.socket.get_monitor_socket())


def _stream_send(on: Operating) -> None:
    on.stream.send(b"1")


def _stream_flush_out(on: Operating) -> Any:
    on.stream.send(b"1")
    return on.stream.flush(_OUT)


def _stream_flush_in(on: Operating) -> Any:
    if on.cell.object == "same" and on.cell.waiter == "stream" and on.cell.direction == "in":
        # It has the callback of the waiter.
        return on.stream.flush(_IN, limit=1)
    on.stream.on_recv(lambda _: None)
    try:
        return on.stream.flush(_IN, limit=1)
    finally:
        on.stream.stop_on_recv()


def _poller(on: Operating) -> Any:
    if on.cell.op.kind == "sync":
        return zmq.Poller()
    return on.side.poller_class()


def _select(on: Operating, read: list[Any], write: list[Any]) -> Any:
    timeout = None if on.timeout is None else 0
    return [one for ready in on.module.select(read, write, [], timeout) for one in ready]


_OF_SOCKETS: dict[str, Call] = {
    "send": lambda on: on.socket.send(b"1", on.flags),
    "send_frame": lambda on: on.socket.send(b"1", on.flags, copy=False),
    "send_more": _send_more,
    "send_begin": lambda on: on.socket.send(b"1", on.flags | zmq.SNDMORE),
    "send_multipart": lambda on: on.socket.send_multipart([b"1", b"2"], on.flags),
    "send_multipart_frames": lambda on: on.socket.send_multipart([b"1", b"2"], on.flags, copy=False),
    "send_string": lambda on: on.socket.send_string("1", on.flags),
    "send_json": lambda on: on.socket.send_json(1, on.flags),
    "send_pyobj": lambda on: on.socket.send_pyobj(1, on.flags),
    "send_serialized": lambda on: on.socket.send_serialized(1, lambda one: [pickle.dumps(one)], on.flags),
    "recv": lambda on: on.socket.recv(on.flags),
    "recv_frame": lambda on: on.socket.recv(on.flags, copy=False),
    "recv_multipart": lambda on: on.socket.recv_multipart(on.flags),
    "recv_multipart_frames": lambda on: on.socket.recv_multipart(on.flags, copy=False),
    "recv_into": lambda on: on.socket.recv_into(bytearray(10), flags=on.flags),
    "recv_string": lambda on: on.socket.recv_string(on.flags),
    "recv_json": lambda on: on.socket.recv_json(on.flags),
    "recv_pyobj": lambda on: on.socket.recv_pyobj(on.flags),
    "recv_serialized": lambda on: on.socket.recv_serialized(list, on.flags),
    "poll_in": lambda on: on.socket.poll(on.timeout, _IN),
    "poll_out": lambda on: on.socket.poll(on.timeout, _OUT),
    "poller_in": lambda on: on.poll(_poller(on), _IN),
    "poller_out": lambda on: on.poll(_poller(on), _OUT),
    "plain_poller_in": lambda on: on.poll(zmq.Poller(), _IN),
    "plain_poller_out": lambda on: on.poll(zmq.Poller(), _OUT),
    "zmq_poll_in": lambda on: on.module.zmq_poll([(on.socket, _IN)], on.timeout),
    "zmq_poll_out": lambda on: on.module.zmq_poll([(on.socket, _OUT)], on.timeout),
    "select_in": lambda on: _select(on, [on.socket], []),
    "select_out": lambda on: _select(on, [], [on.socket]),
    "get_events": lambda on: on.socket.get(zmq.EVENTS),
    "bind": lambda on: on.socket.bind(on.spare("nothing://here")),
    "unbind": lambda on: on.socket.unbind(on.spare(NOWHERE)),
    "connect": lambda on: on.socket.connect(on.spare("nothing://here")),
    "disconnect": lambda on: on.socket.disconnect(on.spare(NOWHERE)),
    "subscribe": lambda on: on.socket.subscribe(b"1"),
    "monitor": _monitor,
    "proxy": _device(lambda module, on, backend: module.proxy(on.socket, backend)),
    "device": _device(lambda module, on, backend: module.device(zmq.QUEUE, on.socket, backend)),
    "monitored_queue": _device(
        lambda _, on, backend: zmq.devices.monitored_queue(on.socket, backend, on.open(zmq.PUB))
    ),
    "proxy_steerable": _proxy_steerable,
}

#: By whether it goes through a stream, and by act.
CALLS: dict[tuple[bool, str], Call] = {
    **{(False, act): call for act, call in _OF_SOCKETS.items()},
    (True, "send"): _stream_send,
    (True, "flush_out"): _stream_flush_out,
    (True, "flush_in"): _stream_flush_in,
    (True, "get_events"): lambda on: on.stream.socket.get(zmq.EVENTS),
}


def is_poll(cell: Cell) -> bool:
    """Whether the operation only asks for events."""
    return cell.op.act.endswith(("_in", "_out"))


def wrong_outcome(cell: Cell, result: Any, error: BaseException | None) -> str:
    """Return how an operation that has ended differs from what its cell says; empty if it does not.

    :param result: what it has returned.
    :param error: what it has raised.
    """
    if cell.outcome == "cancel" or (cell.outcome == "wait" and not cell.along):
        return ""
    if cell.op.kind == "stream" and (cell.op.act != "flush_out" or cell.outcome in ("error", "state")):
        return "" if error is None else f"raised {error!r}"
    expected = "success" if cell.outcome == "wait" else cell.outcome
    if error is None:
        found = "again" if is_poll(cell) and not result else "success"
    elif isinstance(error, zmq.Again):
        found = "again"
    elif isinstance(error, zmq.ZMQError):
        found = "state" if error.errno == zmq.EFSM else "error"
    else:
        return f"raised {error!r}"
    if found == expected:
        return ""
    return f"ended with {found}" + ("" if error is None else f": {error!r}")
