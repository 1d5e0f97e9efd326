"""Following messages until libzmq has let go of their memory."""

from __future__ import annotations

import time

from zmq.error import NotDone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from zmq.backend._abc import TrackerEvent


class MessageTracker:
    """Tell when the memory of one or more messages is released.

    A message given with ``copy=False`` is read by libzmq after ``send`` has returned, from an I/O thread. A tracker
    says when that is over and the buffer is no longer exported, so that the memory may be changed, resized or unmapped.

    Parameters
    ----------
    *towatch : MessageTracker or Frame or Event
        What to follow: other trackers, frames made with ``track=True``, and events: anything with ``is_set()`` and
        ``wait(timeout)``, such as :class:`threading.Event`.

    Raises
    ------
    ValueError
        If a frame is not tracked.
    TypeError
        For anything else.

    Thread-safe. Rests on zmq_msg_init_data(3).
    """

    _events: tuple[TrackerEvent, ...]
    # Absent where no tracker was given, which is nearly always.
    _peers: set[MessageTracker]

    def __init__(self, *towatch: Any) -> None:
        events: list[TrackerEvent] = []
        for item in towatch:
            if isinstance(item, MessageTracker):
                events.extend(item._events)
                self._peers = {*self.peers, item}
            elif hasattr(item, "is_set") and hasattr(item, "wait"):
                events.append(item)
            elif hasattr(item, "tracker"):
                if item.tracker is None:
                    raise ValueError(f"not a tracked message: {item!r}; make it with track=True")
                events.extend(item.tracker._events)
            else:
                raise TypeError(
                    f"cannot track {item!r}: expected MessageTracker, Frame, or an object with is_set() and wait()"
                )
        self._events = tuple(events)

    @property
    def events(self) -> set[TrackerEvent]:
        """All the events that are followed, those of the peers included."""
        return set(self._events)

    @events.setter
    def events(self, events: Iterable[TrackerEvent]) -> None:
        self._events = tuple(events)

    @property
    def peers(self) -> set[MessageTracker]:
        """The trackers that were given to be followed."""
        return set(getattr(self, "_peers", ()))

    @peers.setter
    def peers(self, peers: Iterable[MessageTracker]) -> None:
        self._peers = set(peers)

    @property
    def done(self) -> bool:
        """Whether the memory of all the messages is released."""
        return all(event.is_set() for event in self._events)

    def wait(self, timeout: float = -1) -> None:
        """Wait until the memory of all the messages is released.

        Parameters
        ----------
        timeout : float
            Seconds to wait for all of them together; negative (the default) or None waits for ever.

        Raises
        ------
        NotDone
            If `timeout` passed before that. In the child of a fork, at once for a message that the parent had sent and
            that was not released at the fork.
        """
        if timeout is None or timeout < 0:
            for event in self._events:
                # Other events may return nothing at all.
                if event.wait() is False:
                    raise NotDone
            return
        deadline = time.monotonic() + timeout
        for event in self._events:
            if not event.wait(max(0.0, deadline - time.monotonic())):
                raise NotDone


# Where programs know it to be.
MessageTracker.__module__ = "zmq.sugar.tracker"
