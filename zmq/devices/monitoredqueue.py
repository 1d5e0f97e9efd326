"""The function that monitored queues run."""

from __future__ import annotations

from typing import Any

from zmq.backend import monitored_queue as _monitored_queue
from zmq.sugar import Socket

__all__ = ["monitored_queue"]


def monitored_queue(
    in_socket: Socket[Any],
    out_socket: Socket[Any],
    mon_socket: Socket[Any],
    in_prefix: bytes | str = b"in",
    out_prefix: bytes | str = b"out",
) -> int:
    """Pass messages between two sockets until the context is terminated, and show each to a third with a prefix.

    Unlike with :func:`zmq.proxy`, both sides may be ROUTERs: the first two frames, who sent a message and whom it is
    for, are swapped then.

    Parameters
    ----------
    in_socket, out_socket : Socket
        What comes on one goes out on the other.
    mon_socket : Socket
        Gets a copy of each message, after a frame that says where it came from (PUB, DEALER, PUSH or PAIR).
    in_prefix, out_prefix : bytes or str
        Those frames, for what came on `in_socket` and on `out_socket`.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.
    TypeError, ZMQError
        If one is no socket; ENOTSOCK if one is closed.

    Blocks, without the GIL; the sockets must not be used elsewhere meanwhile.
    """
    return _monitored_queue(in_socket, out_socket, mon_socket, _as_bytes(in_prefix), _as_bytes(out_prefix))


def _as_bytes(prefix: bytes | str) -> bytes:
    return prefix.encode() if isinstance(prefix, str) else prefix
