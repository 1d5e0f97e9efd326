"""MessageTracker: tells when libzmq is done with the memory of messages."""

from __future__ import annotations

from zmq._tracker import MessageTracker

__all__ = ["_FINISHED_TRACKER", "MessageTracker"]

# A tracker of nothing, done from the beginning: what is copied need not be waited for.
_FINISHED_TRACKER = MessageTracker()
