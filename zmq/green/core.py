"""Socket and Context for gevent: what would block the thread blocks the greenlet only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zmq._async.readiness import IN, OUT, budget, readiness
from zmq._numbers import as_index
from zmq.backend import Socket as SocketBase
from zmq.backend import compile_async
from zmq.constants import _VALUES, SocketOption
from zmq.error import Again, ZMQError
from zmq.green._gevent import gevent
from zmq.green._waiting import let_others_run, wait_to_transfer, wait_until_ready
from zmq.sugar import Context as SyncContext
from zmq.sugar import Socket as SyncSocket
from zmq.sugar.poll import _number

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer


__all__ = ["TIMEOS", "Context", "Socket"]

_DONTWAIT, _SNDMORE = _VALUES["Flag"]["DONTWAIT"], _VALUES["Flag"]["SNDMORE"]
_ENOTSUP, _RCVMORE = _VALUES["Errno"]["ENOTSUP"], _VALUES["SocketOption"]["RCVMORE"]
_RCVTIMEO, _SNDTIMEO = _VALUES["SocketOption"]["RCVTIMEO"], _VALUES["SocketOption"]["SNDTIMEO"]

#: Options that limit the time of receiving and sending. They are obeyed, since 27.4.
TIMEOS: tuple[int, int] = (SocketOption.RCVTIMEO, SocketOption.SNDTIMEO)

_get, _send, _recv = SocketBase.get, SocketBase.send, SocketBase.recv
_send_multipart, _recv_multipart = SocketBase.send_multipart, SocketBase.recv_multipart


class Socket(SyncSocket[bytes]):
    """A :class:`zmq.Socket` that lets other greenlets run while it waits.

    Several greenlets may wait for one socket: they are served in the order in which they came, one message each. A
    greenlet that is killed, or whose :class:`gevent.Timeout` is over, loses no message. RCVTIMEO and SNDTIMEO are
    obeyed. Closing the socket, and terminating its context, ends all waiting with an error.

    Parameters
    ----------
    ctx_or_socket, socket_type, shadow, copy_threshold
        As for :class:`zmq.Socket`.

    Not thread-safe; greenlets of one thread may share it.
    """

    # -- sending and receiving; type checkers see what zmq.Socket has

    if not TYPE_CHECKING:

        def send(self, data, flags=0, copy=True, track=False, routing_id=None, group=None):
            """As ``send`` of :class:`zmq.Socket`; while there is no room, the greenlet waits."""
            return self._send_any(_send, data, flags, copy, track, routing_id, group)

        def send_multipart(self, msg_parts, flags=0, copy=True, track=False, routing_id=None, group=None):
            """As ``send_multipart`` of :class:`zmq.Socket`; while there is no room, the greenlet waits."""
            if not isinstance(msg_parts, (list, tuple)):
                # It may be needed more than once.
                msg_parts = tuple(msg_parts)
            return self._send_any(_send_multipart, msg_parts, flags, copy, track, routing_id, group)

        def recv(self, flags=0, copy=True, track=False):
            """As ``recv`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""
            if type(flags) is not int:
                flags = as_index(flags)
            return self._recv_any(flags, _recv, flags | _DONTWAIT, copy, track)

        def recv_multipart(self, flags=0, copy=True, track=False):
            """As ``recv_multipart`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""
            if type(flags) is not int:
                flags = as_index(flags)
            return self._recv_any(flags, _recv_multipart, flags | _DONTWAIT, copy, track)

    def recv_into(self, buffer: Buffer, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """As ``recv_into`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""

        def receive(socket: SocketBase, flags: int) -> int:
            return SocketBase.recv_into(socket, buffer, nbytes=nbytes, flags=flags)

        if type(flags) is not int:
            flags = as_index(flags)
        received: int = self._recv_any(flags, receive, flags | _DONTWAIT)
        return received

    def _send_any(self, send: Callable[..., Any], data: Any, flags: int, *arguments: Any) -> Any:
        if type(flags) is not int:
            flags = as_index(flags)
        if not flags & _DONTWAIT:
            ready = self._readiness or readiness(self)
            budget.left -= 1
            # What is going to wait lets others run anyway, and must not lose its place to them.
            if budget.left < 0 and not ready.waiting & OUT and self._ready_events(OUT):
                let_others_run(self)
            # Behind those that wait, but not in the middle of a message.
            if ready.waiting & OUT and not ready.in_message:
                return self._wait_to_send(data, flags, send, arguments)
        try:
            return _send_part(self, send, data, flags, *arguments)
        except Again:
            if flags & _DONTWAIT:
                raise
        return self._wait_to_send(data, flags, send, arguments)

    def _wait_to_send(
        self, data: Any, flags: int = 0, send: Callable[..., Any] = _send, arguments: tuple[Any, ...] = ()
    ) -> Any:
        """Send when there is room. The compiled ``send`` calls this with one argument."""
        milliseconds: Any = _get(self, _SNDTIMEO)
        if milliseconds == 0:
            # Those that wait may do so for longer, but this one is not to wait at all.
            return _send_part(self, send, data, flags, *arguments)
        return wait_to_transfer(self, OUT, milliseconds, _send_part, (send, data, flags, *arguments))

    def _recv_any(self, flags: int, receive: Callable[..., Any], *arguments: Any) -> Any:
        if flags & _DONTWAIT:
            return receive(self, *arguments)
        ready = self._readiness or readiness(self)
        budget.left -= 1
        if budget.left < 0 and not ready.waiting & IN and self._ready_events(IN):
            let_others_run(self)
        if not ready.waiting & IN or _get(self, _RCVMORE):
            try:
                return receive(self, *arguments)
            except Again:
                pass
        return self._wait_to_receive(receive, arguments)

    def _wait_to_receive(self, receive: Callable[..., Any] = _recv, arguments: tuple[Any, ...] = (_DONTWAIT,)) -> Any:
        """Receive when something comes. The compiled ``recv`` calls this without arguments."""
        milliseconds: Any = _get(self, _RCVTIMEO)
        if milliseconds == 0:
            return receive(self, *arguments)
        return wait_to_transfer(self, IN, milliseconds, receive, arguments)

    # -- waiting

    def poll(self, timeout: float | None = None, flags: int = IN) -> int:
        """As ``poll`` of :class:`zmq.Socket`; the greenlet waits.

        Parameters
        ----------
        timeout : float, optional
            Milliseconds to wait at most; 0: return at once; negative or None: no limit.
        flags : int
            ``zmq.POLLIN``, ``zmq.POLLOUT``, or both.

        Returns
        -------
        int
            Those of `flags` that hold; 0 if the time was over.

        Raises
        ------
        ZMQError
            ENOTSUP if the socket is closed; ENOTSOCK if it is closed while the greenlet waits.

        Not thread-safe. See zmq_poll(3).
        """
        if self.closed:
            raise ZMQError(_ENOTSUP)
        if type(flags) is not int:
            flags = as_index(flags)
        if timeout is not None:
            timeout = _number(timeout, "milliseconds")
        ready = self._ready_events(flags)
        if timeout == 0:
            return ready
        if ready:
            budget.left -= 1
            if budget.left >= 0 or not let_others_run(self):
                return ready
            ready = self._ready_events(flags)
            if ready:
                return ready
        return wait_until_ready([(self, flags)], lambda: self._ready_events(flags), timeout)


def _send_part(socket: Socket, send: Callable[..., Any], data: Any, flags: int, *arguments: Any) -> Any:
    """Send without waiting, but not into another greenlet's message."""
    ready = socket._readiness or readiness(socket)
    if not (flags & _SNDMORE or ready.in_message):
        return send(socket, data, flags | _DONTWAIT, *arguments)
    greenlet = gevent.getcurrent()
    if ready.is_blocked_for(greenlet):
        raise Again
    result = send(socket, data, flags | _DONTWAIT, *arguments)
    if flags & _SNDMORE:
        ready.began(greenlet)
    else:
        ready.ended()
    return result


if not TYPE_CHECKING:
    Socket.recv.__text_signature__ = "($self, flags=0, copy=True, track=False)"
    Socket.send.__text_signature__ = "($self, data, flags=0, copy=True, track=False, routing_id=None, group=None)"
    for _name, _method in compile_async([Socket.recv, Socket.send], None, None, budget).items():
        setattr(Socket, _name, _method)

# The name by which programs know it, also in its repr().
Socket.__module__ = "zmq.green"


class Context(SyncContext[Socket]):
    """A :class:`zmq.Context` that makes green sockets.

    Parameters
    ----------
    io_threads, shadow
        As for :class:`zmq.Context`; any context can be shadowed.

    Thread-safe, as :class:`zmq.Context`.
    """

    _socket_class = Socket
    _instance = None

    if TYPE_CHECKING:

        def __init__(self, io_threads: int | SyncContext[Any] = 1, shadow: SyncContext[Any] | int = 0) -> None: ...

    def term(self) -> None:
        """As ``term`` of :class:`zmq.Context`; the greenlet waits, and others may close their sockets meanwhile.

        If it is killed, or if a :class:`gevent.Timeout` is over, the context is terminated in the background.

        Thread-safe. See zmq_ctx_term(3). Until 27.4, it blocked the thread.
        """
        if self.closed:
            return
        hub = gevent.get_hub()
        if gevent.getcurrent() is hub:
            super().term()
            return
        try:
            task = hub.threadpool.spawn(super().term)
        except RuntimeError:
            # No thread can be started any more, at the very end of the process.
            super().term()
            return
        task.get()


Context.__module__ = "zmq.green"

# Names of earlier versions.
_Socket, _Context = Socket, Context
