"""The events that a socket monitor reports."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, TypedDict

from zmq.constants import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from typing import Literal, Protocol, overload

    class _Receiver(Protocol):
        def recv_multipart(self, flags: int = 0, *, copy: Literal[True] = True) -> list[bytes]: ...

    class _AsyncReceiver(Protocol):
        def recv_multipart(self, flags: int = 0, *, copy: Literal[True] = True) -> Awaitable[list[bytes]]: ...


__all__ = ["parse_monitor_message", "recv_monitor_message"]

# In the machine's own byte order: uint16 event, int32 value (zmq_socket_monitor(3)).
_HEADER = struct.Struct("=Hi")


class _MonitorMessage(TypedDict):
    event: int
    value: int
    endpoint: bytes


def parse_monitor_message(msg: Sequence[bytes]) -> _MonitorMessage:
    """Parse the message of a monitor.

    Parameters
    ----------
    msg : sequence of bytes
        Its two frames, as ``recv_multipart`` returns them.

    Returns
    -------
    dict
        ``event`` (:class:`zmq.Event`), ``value`` (int; its meaning depends on the event: an error number, a file
        descriptor, an interval in ms, a protocol error) and ``endpoint`` (bytes).

    Raises
    ------
    RuntimeError
        If it is no message of a monitor.

    Thread-safe. See zmq_socket_monitor(3). Added in 14.0.
    """
    if len(msg) != 2 or len(msg[0]) != _HEADER.size:
        raise RuntimeError(f"Invalid event message format: {msg!r} is not a monitor's message")
    event, value = _HEADER.unpack(msg[0])
    named: int = value
    if event == Event.HANDSHAKE_FAILED_PROTOCOL:
        named = _named(value)
    return {"event": _named(event), "value": named, "endpoint": msg[1]}


def _named(number: int) -> int:
    try:
        return Event(number)
    except ValueError:  # of a later libzmq
        return number


if TYPE_CHECKING:

    @overload
    def recv_monitor_message(socket: _Receiver, flags: int = 0) -> _MonitorMessage: ...

    @overload
    def recv_monitor_message(socket: _AsyncReceiver, flags: int = 0) -> Awaitable[_MonitorMessage]: ...


def recv_monitor_message(socket: Any, flags: int = 0) -> _MonitorMessage | Awaitable[_MonitorMessage]:
    """Receive and parse the message of a monitor.

    Parameters
    ----------
    socket : zmq.Socket
        The socket that ``get_monitor_socket`` returned. If it is asynchronous, the result must be awaited.
    flags : int
        For ``recv_multipart``: 0 or ``zmq.DONTWAIT``.

    Returns
    -------
    dict, or awaitable of dict
        As from :func:`parse_monitor_message`.

    Raises
    ------
    Again
        If there is no message, with DONTWAIT or after RCVTIMEO milliseconds.
    RuntimeError
        If the message is not a monitor's.

    Not thread-safe. See zmq_socket_monitor(3). Added in 14.0.
    """
    received = socket.recv_multipart(flags)
    if isinstance(received, list):
        return parse_monitor_message(received)
    return _parse_awaited(received)


async def _parse_awaited(received: Awaitable[list[bytes]]) -> _MonitorMessage:
    return parse_monitor_message(await received)
