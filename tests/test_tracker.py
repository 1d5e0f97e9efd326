"""MessageTracker: when is libzmq done with the memory of messages?"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory
from tests.fix_gc import collect
from zmq.sugar.tracker import _FINISHED_TRACKER


def test_of_nothing_is_done() -> None:
    assert zmq.MessageTracker().done
    zmq.MessageTracker().wait(0)
    assert _FINISHED_TRACKER.done


def test_of_events() -> None:
    first, second = threading.Event(), threading.Event()
    tracker = zmq.MessageTracker(first, second)
    nested = zmq.MessageTracker(tracker, zmq.MessageTracker())
    assert not nested.done
    first.set()
    with pytest.raises(zmq.NotDone):
        tracker.wait(0)
    second.set()
    assert tracker.done
    tracker.wait()
    nested.wait(0.1)


def test_wait_has_one_deadline_for_all() -> None:
    events = [threading.Event() for _ in range(100)]
    started = time.monotonic()
    with pytest.raises(zmq.NotDone):
        zmq.MessageTracker(*events).wait(0.05)
    # With a deadline for each, it would be five seconds.
    assert 0.04 < time.monotonic() - started < 2


@pytest.mark.parametrize("timeout", [-1, None, 20])
def test_wait_ends_when_done(background: Any, timeout: Any) -> None:
    event = threading.Event()
    waiting = background(zmq.MessageTracker(event).wait, timeout)
    assert waiting.running()
    event.set()
    assert waiting.result() is None


def test_of_frames() -> None:
    tracked = zmq.Frame(b"x" * 100, track=True, copy=False)
    assert tracked.tracker is not None
    assert tracked.tracker_event is not None
    assert not tracked.tracker.done
    tracker = zmq.MessageTracker(tracked)
    assert not tracker.done
    assert not tracker_event_is_set(tracked)
    del tracked
    collect()
    tracker.wait(10)
    assert tracker.done


def tracker_event_is_set(frame: zmq.Frame) -> bool:
    assert frame.tracker_event is not None
    return frame.tracker_event.is_set()


def test_copied_frames_are_done() -> None:
    frame = zmq.Frame(b"x", track=True, copy=True)
    assert frame.tracker is not None
    assert frame.tracker.done


def test_untracked_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="track=True"):
        zmq.MessageTracker(zmq.Frame(b"x"))


@pytest.mark.parametrize("nonsense", [None, 5, "x", b"x", object()], ids=lambda value: type(value).__name__)
def test_others_are_refused(nonsense: Any) -> None:
    with pytest.raises(TypeError, match="cannot track"):
        zmq.MessageTracker(nonsense)


def test_sends_return_trackers(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    a.send(b"x", track=True)  # without meaning for copies
    b.recv()
    assert a.send(b"x", copy=False) is None
    b.recv()
    tracker = a.send(b"small: copied all the same", copy=False, track=True)
    assert isinstance(tracker, zmq.MessageTracker)
    assert tracker.done
    b.recv()
    tracker = a.send(b"x" * 100_000, copy=False, track=True)
    assert not tracker.done
    b.recv()
    tracker.wait(10)


def test_frames_that_nobody_has_any_more_are_not_waited_for(pair: PairFactory) -> None:
    """Also where nothing but a collection of garbage lets them go, and no thread is busy enough to cause one."""
    a, b = pair(zmq.PAIR, zmq.PAIR)
    tracker = a.send_multipart([bytes(100_000), bytes(200_000)], copy=False, track=True)
    assert tracker is not None
    b.recv_multipart(copy=False)
    tracker.wait(20)
    tracker = a.send(bytes(100_000), copy=False, track=True)
    assert tracker is not None
    b.recv(copy=False)
    assert all(event.wait() for event in tracker.events)


def test_sending_an_untracked_frame_tracked_is_refused(pair: PairFactory) -> None:
    a, b = pair(zmq.PAIR, zmq.PAIR)
    frame = zmq.Frame(b"x" * 100_000, copy=False)
    with pytest.raises(ValueError, match=r"track"):
        a.send(frame, copy=False, track=True)
    with pytest.raises(ValueError, match=r"track"):
        a.send_multipart([b"first", frame], copy=False, track=True)
    assert b.poll(0) == 0


def test_attributes_can_be_set() -> None:
    """As in 27.3."""
    event, tracker = threading.Event(), zmq.MessageTracker()
    tracker.events = {event}
    assert tracker.events == {event}
    assert not tracker.done
    peer = zmq.MessageTracker()
    tracker.peers = {peer}
    assert tracker.peers == {peer}
    setattr(tracker, "own", 1)  # noqa: B010  (type checkers know the declared ones)
    assert type(tracker).__module__ == "zmq.sugar.tracker"
