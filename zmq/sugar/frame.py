"""Frame: one part of a message. The whole class is the backend's, since it is made for each part of each message."""

from __future__ import annotations

from zmq.backend import Frame

__all__ = ["Frame", "Message"]

#: Old name of :class:`Frame`.
Message = Frame
