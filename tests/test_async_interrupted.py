"""Signal handlers that raise while an operation wakes what waits for its socket: the wake-up is not lost."""

from __future__ import annotations

from typing import Any

import pytest

import zmq

# Raised as a handler does that runs between two instructions of the wake-up.
PROGRAM = """
import asyncio, time
import zmq, zmq.asyncio
from zmq._async.readiness import Readiness

class Interrupted(Exception):
    pass

error, where, interrupted_before = {error}, {where!r}, False
if where == "outside":
    # Of the attempts, before the first.
    from zmq.backend.cffi import asynchronous as place
    name = "_tell_waiters"
else:
    place, name = Readiness, "wake_soon"
original = getattr(place, name)

def interrupted(*arguments, **options):
    global interrupted_before
    if where == "after" or interrupted_before:
        original(*arguments, **options)
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
        setattr(place, name, interrupted)
        try:
            assert receiver.recv(zmq.DONTWAIT) == b"1"
            deadline = time.monotonic() + {patience}
            while time.monotonic() < deadline:
                pass
        except error:
            print("raised")
        setattr(place, name, original)
        assert await asyncio.wait_for(waiting, 10) == b"2"
        push.close()
        pull.close()

# Not asyncio.run(), which has a handler for SIGINT of its own.
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
"""


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "Interrupted"])
@pytest.mark.parametrize("where", ["before", "after", "outside"])
def test_waiters_are_woken(run_python: Any, error: str, where: str) -> None:
    if where == "outside" and zmq.backend.name != "cffi":
        pytest.skip("only the CFFI backend runs Python code outside of its attempts")
    # With CFFI, only KeyboardInterrupt is raised: soon, by another thread. Other errors are printed.
    printed = zmq.backend.name == "cffi" and error == "Interrupted"
    ended = run_python(PROGRAM.format(error=error, where=where, patience=0.1 if printed else 10))
    ended.succeeded()
    assert ended.output.split() == ([] if printed else ["raised"])
    assert ("Interrupted" in ended.errors) == printed
