"""Signal handlers that raise while an operation wakes what waits for its socket: the wake-up is not lost."""

from __future__ import annotations

from typing import Any

import pytest

import zmq

# Raised as a handler does that runs between two instructions of the wake-up.
PROGRAM = """
import asyncio, sys, time
import zmq, zmq.asyncio
from zmq._async.readiness import Readiness

class Interrupted(Exception):
    pass

error, after, interrupted_before = {error}, {after}, False
wake_soon = Readiness.wake_soon

def interrupted(readiness):
    global interrupted_before
    if after or interrupted_before:
        wake_soon(readiness)
    if not interrupted_before:
        interrupted_before = True
        raise error

async def main():
    with zmq.asyncio.Context() as context:
        push, pull = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        pull.bind("inproc://interrupted")
        push.connect("inproc://interrupted")
        waiting = pull.recv()
        await asyncio.sleep(0)
        sender, receiver = zmq.Socket(push), zmq.Socket(pull)
        sender.send(b"1")
        sender.send(b"2")
        Readiness.wake_soon = interrupted
        try:
            assert receiver.recv(zmq.DONTWAIT) == b"1"
            deadline = time.monotonic() + {patience}
            while time.monotonic() < deadline:
                pass
        except error:
            print("raised")
        Readiness.wake_soon = wake_soon
        assert await asyncio.wait_for(waiting, 10) == b"2"
        push.close()
        pull.close()

# Not asyncio.run(), which has a handler for SIGINT of its own.
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
"""


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "Interrupted"])
@pytest.mark.parametrize("after", [False, True])
def test_waiters_are_woken(run_python: Any, error: str, after: bool) -> None:
    # With CFFI, only KeyboardInterrupt is raised: soon, by another thread. Other errors are printed.
    printed = zmq.backend.name == "cffi" and error == "Interrupted"
    ended = run_python(PROGRAM.format(error=error, after=after, patience=0.1 if printed else 10))
    ended.succeeded()
    assert ended.output.split() == ([] if printed else ["raised"])
    assert ("Interrupted" in ended.errors) == printed
