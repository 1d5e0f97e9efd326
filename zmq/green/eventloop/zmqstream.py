"""ZMQStream for green sockets."""

from __future__ import annotations

from zmq.eventloop import zmqstream

__all__ = ["ZMQStream"]


class ZMQStream(zmqstream.ZMQStream):
    """As :class:`zmq.eventloop.zmqstream.ZMQStream`, where gevent has patched the standard library.

    The loop then lets other greenlets run while it waits. Sockets may be green or not.

    Not thread-safe.
    """
