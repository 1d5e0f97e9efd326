"""Devices for gevent: they pass messages on in greenlets, and let others run."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from zmq._async.readiness import IN, OUT
from zmq.backend._commands import UnknownCommands
from zmq.constants import _VALUES
from zmq.error import Again, ZMQError
from zmq.green._gevent import gevent
from zmq.green.core import Socket
from zmq.green.poll import zmq_poll
from zmq.sugar import Frame
from zmq.sugar import Socket as SyncSocket

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["device", "proxy", "proxy_steerable"]

_DONTWAIT = _VALUES["Flag"]["DONTWAIT"]
_ENOTSUP = _VALUES["Errno"]["ENOTSUP"]
_REP = _VALUES["SocketType"]["REP"]

# Messages in one direction before the other one is looked at.
_BURST = 100

# What STATISTICS is answered with, a frame each: of frontend and backend, messages and bytes received and sent.
_COUNTERS = 8


def device(
    device_type: int,  # noqa: ARG001  (libzmq makes no difference)
    isocket: SyncSocket[Any],
    osocket: SyncSocket[Any] | None = None,
) -> NoReturn:
    """Pass messages between two sockets until the context is terminated; the greenlet waits.

    Unlike ``zmq.device``, it holds the GIL. :func:`proxy` does the same.

    Parameters
    ----------
    device_type : int
        A member of :class:`zmq.DeviceType`; it makes no difference.
    isocket, osocket : Socket
        What comes on one goes out on the other; without `osocket`, `isocket` is both.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.
    ZMQError
        ENOTSOCK when one of the sockets is closed.

    Not thread-safe. See zmq_proxy(3).
    """
    proxy(isocket, isocket if osocket is None else osocket)


def proxy(frontend: SyncSocket[Any], backend: SyncSocket[Any], capture: SyncSocket[Any] | None = None) -> NoReturn:
    """Pass messages between two sockets until the context is terminated; the greenlet waits.

    Killing the greenlet loses no message.

    Parameters
    ----------
    frontend, backend : Socket
        What comes on one goes out on the other, if that has room.
    capture : Socket, optional
        Gets a copy of each message.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.
    ZMQError
        ENOTSOCK when one of the sockets is closed.

    Not thread-safe. See zmq_proxy(3). Until 27.4, it blocked the thread.
    """
    passing = _Passing(frontend, backend, capture)
    while True:
        passing.wait()
        passing.run()


def proxy_steerable(
    frontend: SyncSocket[Any],
    backend: SyncSocket[Any],
    capture: SyncSocket[Any] | None = None,
    control: SyncSocket[Any] | None = None,
) -> int:
    """As :func:`proxy`, and obey what comes on a further socket.

    Parameters
    ----------
    frontend, backend, capture
        As for :func:`proxy`.
    control : Socket, optional
        On which ``PAUSE``, ``RESUME``, ``TERMINATE`` and ``STATISTICS`` are commands. The latter is answered with eight
        frames of 64 bits in the machine's own byte order: messages and bytes that were received and sent, first on
        `frontend`, then on `backend`. The others are answered with an empty message.

    Returns
    -------
    int
        0, after ``TERMINATE``.

    Raises
    ------
    ContextTerminated
        When the context is terminated.
    ZMQError
        ENOTSOCK when one of the sockets is closed.

    Another command, or one of several frames, is ignored: the first is logged to ``zmq.proxy``, and at the end how many
    there were. Not thread-safe. See zmq_proxy_steerable(3). Until 27.4, it blocked the thread.
    """
    if control is None:
        proxy(frontend, backend, capture)
    steering = _green(control)
    passing = _Passing(frontend, backend, capture)
    paused = False
    unknown = UnknownCommands()
    try:
        while True:
            passing.wait(steering, paused)
            if steering.poll(0):
                command = steering.recv_multipart()
                answer = [b""]
                if command == [b"PAUSE"]:
                    paused = True
                elif command == [b"RESUME"]:
                    paused = False
                elif command == [b"STATISTICS"]:
                    answer = [struct.pack("=Q", number) for number in passing.counters]
                elif command != [b"TERMINATE"]:
                    unknown.add(command[0])
                _answer(steering, answer)
                if command == [b"TERMINATE"]:
                    return 0
            if not paused:
                passing.run()
    finally:
        unknown.report()


def _answer(steering: Socket, frames: list[bytes]) -> None:
    """Answer a command. Its sender may be gone, and a PULL or SUB cannot answer."""
    try:
        steering.send_multipart(frames, _DONTWAIT)
    except Again:
        pass
    except ZMQError as error:
        if error.errno != _ENOTSUP:
            raise


class _Passing:
    """Two sockets that get each other's messages."""

    def __init__(self, frontend: SyncSocket[Any], backend: SyncSocket[Any], capture: SyncSocket[Any] | None) -> None:
        self._frontend = _green(frontend)
        self._backend = self._frontend if backend is frontend else _green(backend)
        self._capture = None if capture is None else _green(capture)
        self.counters = [0] * _COUNTERS

    def wait(self, control: Socket | None = None, paused: bool = False) -> None:
        """Wait until a message can be passed on, or comes on the control socket."""
        frontend, backend = self._frontend, self._backend
        wanted: dict[Socket, int] = {} if control is None else {control: IN}
        if not paused:
            # Who has a message waits for the other to have room, who has none for one to come. Waiting for room that
            # is there would not be waiting.
            for source, target in ((frontend, backend), (backend, frontend)):
                if source.poll(0):
                    if self._has_room(target):
                        return
                    wanted[target] = wanted.get(target, 0) | OUT
                else:
                    wanted[source] = wanted.get(source, 0) | IN
        zmq_poll(wanted.items())

    def _has_room(self, target: Socket) -> bool:
        # A REP that gets its own messages can send one only after it has received it.
        return target.poll(0, OUT) != 0 or (self._backend is self._frontend and target.type == _REP)

    def run(self) -> None:
        """Pass on what is there, within limits; then let other greenlets run."""
        self._pass(self._frontend, self._backend, self.counters, 0, 4)
        if self._backend is not self._frontend:
            self._pass(self._backend, self._frontend, self.counters, 4, 0)
        gevent.sleep(0)

    def _pass(self, source: Socket, target: Socket, counters: list[int], received: int, sent: int) -> None:
        for _ in range(_BURST):
            # A message is only taken when it can be passed on.
            if not self._has_room(target):
                return
            try:
                frames: list[Frame] = source.recv_multipart(_DONTWAIT, copy=False)
            except Again:
                return
            size = sum(map(len, frames))
            counters[received] += 1
            counters[received + 1] += size
            try:
                # Not to be killed while the message is in no socket.
                target.send_multipart(frames, _DONTWAIT, copy=False)
            except Again:
                target.send_multipart(frames, copy=False)
            counters[sent + 2] += 1
            counters[sent + 3] += size
            if self._capture is not None:
                self._capture.send_multipart(frames, copy=False)


def _green(socket: SyncSocket[Any]) -> Socket:
    """The socket itself, if it is green; or a shadow that is."""
    return socket if isinstance(socket, Socket) else Socket(socket)
