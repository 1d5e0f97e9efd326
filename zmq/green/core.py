"""Socket and Context for gevent: what would block the thread blocks the greenlet only."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES, SocketOption
from zmq.error import Again, ZMQError
from zmq.green._gevent import gevent
from zmq.green._waiting import IN, OUT, Line, deadline_after
from zmq.sugar import Context as SyncContext
from zmq.sugar import Socket as SyncSocket

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import overload

    from typing_extensions import Buffer

    from zmq._tracker import MessageTracker
    from zmq.sugar._options import BytesOption, IntOption
    from zmq.sugar.socket import _SocketContext

    _T = TypeVar("_T")
    _SocketType = TypeVar("_SocketType", bound="Socket")

__all__ = ["TIMEOS", "Context", "Socket"]

_DONTWAIT, _SNDMORE = _VALUES["Flag"]["DONTWAIT"], _VALUES["Flag"]["SNDMORE"]
_RCVMORE, _EVENTS = _VALUES["SocketOption"]["RCVMORE"], _VALUES["SocketOption"]["EVENTS"]
_ENOTSUP = _VALUES["Errno"]["ENOTSUP"]
_RCVTIMEO, _SNDTIMEO = _VALUES["SocketOption"]["RCVTIMEO"], _VALUES["SocketOption"]["SNDTIMEO"]

#: Options that limit the time of receiving and sending. They are obeyed, since 27.4.
TIMEOS: tuple[int, int] = (SocketOption.RCVTIMEO, SocketOption.SNDTIMEO)

# Seconds until sending is tried again where EVENTS promises room that there is not: a ROUTER with ROUTER_MANDATORY is
# writable even if the peer in question is not.
_RETRY_AFTER = 0.01

_send, _recv = SocketBase.send, SocketBase.recv
_send_multipart, _recv_multipart = SocketBase.send_multipart, SocketBase.recv_multipart


class Socket(SyncSocket[bytes]):
    """A :class:`zmq.Socket` that lets other greenlets run while it waits.

    Several greenlets may wait for one socket: they are served in the order in which they came, one message each. A
    greenlet that is killed, or whose :class:`gevent.Timeout` is over, loses no message. RCVTIMEO and SNDTIMEO are
    obeyed. Closing the socket, and terminating its context, ends all waiting with an error.

    Parameters
    ----------
    ctx_or_socket, socket_type, shadow, copy_threshold
        As for :class:`zmq.Socket`. A shadow of a socket that others wait for may take the signal of a message from
        them: let them all use one object.

    Not thread-safe; greenlets of one thread may share it.
    """

    #: Operations that may complete at once before other greenlets get their turn; may be set, for all sockets or for
    #: one. Those with DONTWAIT never let others run. Added in 27.4.
    operations_per_turn: int = 128

    _line: Line | None = None

    def _in_line(self) -> Line:
        line = self._line
        if line is None:
            line = self._line = Line(self, self.operations_per_turn)
        return line

    # -- sending and receiving; type checkers see what zmq.Socket has

    if not TYPE_CHECKING:

        def send(self, data, flags=0, copy=True, track=False, routing_id=None, group=None):
            """As ``send`` of :class:`zmq.Socket`; while there is no room, the greenlet waits."""
            line = self._line or self._in_line()
            if routing_id is group is None and copy:
                if flags & _DONTWAIT:
                    return self._at_once(line, flags, _send, data, flags)
                flags |= _DONTWAIT
                if not line.waiting or line.amidst or not line.has(OUT):
                    line.left -= 1
                    if line.left < 0:
                        line.give_turn(self, self.operations_per_turn)
                    try:
                        _send(self, data, flags)
                    except Again:
                        pass
                    else:
                        line.amidst = flags & _SNDMORE != 0
                        if line.waiting:
                            line.schedule()
                        return None
                return self._send_later(line, _send, data, flags)
            return self._send_any(_send, data, flags, copy, track, routing_id, group)

        def send_multipart(self, msg_parts, flags=0, copy=True, track=False, routing_id=None, group=None):
            """As ``send_multipart`` of :class:`zmq.Socket`; while there is no room, the greenlet waits."""
            if not isinstance(msg_parts, (list, tuple)):
                # It may be needed more than once.
                msg_parts = tuple(msg_parts)
            return self._send_any(_send_multipart, msg_parts, flags, copy, track, routing_id, group)

        def recv(self, flags=0, copy=True, track=False):
            """As ``recv`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""
            line = self._line or self._in_line()
            if not line.waiting and not flags:
                line.left -= 1
                if line.left < 0:
                    line.give_turn(self, self.operations_per_turn)
                try:
                    return _recv(self, _DONTWAIT) if copy else _recv(self, _DONTWAIT, copy, track)
                except Again:
                    pass
                return self._transfer(line, IN, _RCVTIMEO, _recv, _DONTWAIT, copy, track)
            return self._recv_any(line, flags, _recv, flags | _DONTWAIT, copy, track)

        def recv_multipart(self, flags=0, copy=True, track=False):
            """As ``recv_multipart`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""
            line = self._line or self._in_line()
            return self._recv_any(line, flags, _recv_multipart, flags | _DONTWAIT, copy, track)

    def recv_into(self, buffer: Buffer, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """As ``recv_into`` of :class:`zmq.Socket`; while there is no message, the greenlet waits."""

        def receive(socket: SocketBase) -> int:
            return SocketBase.recv_into(socket, buffer, nbytes=nbytes, flags=flags | _DONTWAIT)

        return self._recv_any(self._in_line(), flags, receive)

    def _send_any(
        self,
        send: Callable[..., MessageTracker | None],
        data: Any,
        flags: int,
        copy: bool,
        track: bool,
        routing_id: int | None,
        group: str | bytes | None,
    ) -> MessageTracker | None:
        line = self._in_line()
        arguments = (data, flags | _DONTWAIT, copy, track, routing_id, group)
        if flags & _DONTWAIT:
            return self._at_once(line, flags, send, *arguments)
        if line.amidst or not line.has(OUT):
            line.left -= 1
            if line.left < 0:
                line.give_turn(self, self.operations_per_turn)
            try:
                return self._at_once(line, flags, send, *arguments)
            except Again:
                pass
        return self._send_later(line, send, *arguments)

    def _send_later(self, line: Line, send: Callable[..., _T], data: Any, flags: int, *arguments: Any) -> _T:
        result = self._transfer(line, OUT, _SNDTIMEO, send, data, flags, *arguments)
        line.amidst = flags & _SNDMORE != 0
        return result

    def _at_once(self, line: Line, flags: int, send: Callable[..., _T], *arguments: Any) -> _T:
        try:
            result = send(self, *arguments)
            line.amidst = flags & _SNDMORE != 0
            return result
        finally:
            line.schedule()

    def _recv_any(self, line: Line, flags: int, receive: Callable[..., _T], *arguments: Any) -> _T:
        """Receive; behind those who wait already, but not amidst a message."""
        if flags & _DONTWAIT or not line.waiting or not line.has(IN) or self.get(_RCVMORE):
            if not flags & _DONTWAIT:
                line.left -= 1
                if line.left < 0:
                    line.give_turn(self, self.operations_per_turn)
            try:
                return receive(self, *arguments)
            except Again:
                if flags & _DONTWAIT:
                    raise
            finally:
                line.schedule()
        return self._transfer(line, IN, _RCVTIMEO, receive, *arguments)

    def _transfer(self, line: Line, event: int, limit: int, attempt: Callable[..., _T], *arguments: Any) -> _T:
        """Wait for the event, at most as long as the option says, and try, until that succeeds."""
        milliseconds = int(SocketBase.get(self, limit))
        if milliseconds == 0:
            # Those who wait may be there for longer, but this one is not to wait at all.
            try:
                return attempt(self, *arguments)
            finally:
                line.schedule()
        deadline = deadline_after(milliseconds)
        while True:
            in_time = line.wait(event, deadline)
            line.left = self.operations_per_turn
            try:
                return attempt(self, *arguments)
            except Again:
                if not in_time:
                    raise
                if self._ready_events(event):
                    rest = _RETRY_AFTER if deadline is None else min(deadline - monotonic(), _RETRY_AFTER)
                    gevent.sleep(max(rest, 0))
            finally:
                line.schedule()

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
        line = self._in_line()
        ready = self._look(line, flags)
        if timeout == 0:
            return ready
        line.left -= 1
        if line.left < 0:
            line.give_turn(self, self.operations_per_turn)
            ready = self._look(line, flags)
        deadline = deadline_after(timeout)
        in_time = True
        while not ready and in_time:
            in_time = line.wait(flags & (IN | OUT), deadline)
            ready = self._look(line, flags)
        return ready

    def _look(self, line: Line, flags: int) -> int:
        ready = self._ready_events(flags)
        line.schedule()
        return ready

    # -- what uses the socket, and may take the signal that others wait for

    def close(self, linger: int | None = None) -> None:
        """As ``close`` of :class:`zmq.Socket`; greenlets that wait for the socket get an error.

        Parameters
        ----------
        linger : int, optional
            Milliseconds, set as LINGER before closing; -1: no limit.

        Raises
        ------
        TypeError
            If `linger` is no int; the socket is open then.

        Not thread-safe. See zmq_close(3).
        """
        if linger is not None and not hasattr(linger, "__index__"):
            raise TypeError(f"linger is an int, milliseconds, or None, not {linger!r}")
        line = self._line
        if line is not None:
            line.close()
        super().close(linger)

    if TYPE_CHECKING:

        @overload
        def get(self, option: IntOption) -> int: ...

        @overload
        def get(self, option: BytesOption) -> bytes: ...

        @overload
        def get(self, option: int) -> int | bytes: ...

    def get(self, option: int) -> int | bytes:
        """As ``get`` of :class:`zmq.Socket`."""
        value = SocketBase.get(self, option)
        if option == _EVENTS and self._line is not None:
            self._line.schedule()
        return value

    if not TYPE_CHECKING:
        getsockopt = get

    def bind(self: _SocketType, addr: str | bytes) -> _SocketContext[_SocketType]:
        """As ``bind`` of :class:`zmq.Socket`."""
        try:
            return super().bind(addr)
        finally:
            self._used()

    def connect(self: _SocketType, addr: str | bytes) -> _SocketContext[_SocketType]:
        """As ``connect`` of :class:`zmq.Socket`."""
        try:
            return super().connect(addr)
        finally:
            self._used()

    def unbind(self, addr: str | bytes) -> None:
        """As ``unbind`` of :class:`zmq.Socket`."""
        try:
            super().unbind(addr)
        finally:
            self._used()

    def disconnect(self, addr: str | bytes) -> None:
        """As ``disconnect`` of :class:`zmq.Socket`."""
        try:
            super().disconnect(addr)
        finally:
            self._used()

    def _used(self) -> None:
        if self._line is not None:
            self._line.schedule()


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
