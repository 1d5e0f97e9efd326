"""Messages that dropped futures give back: many of them, from other threads, and in loops in debug mode."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
import threading
from typing import Any

import pytest

import zmq
from tests.fix_async import Adapter, room
from tests.fix_gc import collect
from tests.fix_shared import SOON, turns

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy", reason="PyPy collects futures at a time of its own choosing"
)

#: So many that quadratic work takes some ten seconds, and linear work a fraction of a second.
MANY = 20_000


@pytest.mark.timeout(10)
@pytest.mark.parametrize("order", ["first to last", "last to first"])
def test_giving_back_many_is_linear(futures: Adapter, order: str) -> None:
    with room(futures) as place:

        async def test() -> None:
            a, b = place.pair(zmq.PUSH, zmq.PULL, sndhwm=0, rcvhwm=0)
            waiting = [b.recv() for _ in range(MANY)]
            await turns(futures, 3)
            sender = zmq.Socket(a)
            for number in range(MANY):
                sender.send(b"%d" % number)
            while not waiting[-1].done():
                await asyncio.sleep(0)
            if order == "first to last":
                waiting.reverse()
            while waiting:
                waiting.pop()
            for number in range(MANY):
                assert await b.recv() == b"%d" % number

        futures.run(test)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("thread", [False, True])
def test_who_waits_gets_what_is_collected(futures: Adapter, debug: bool, thread: bool) -> None:
    """Also if a thread collects it, and the loop has nothing else to do."""
    if thread and sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("free-threaded CPython finalises an object in the thread that made it, when that runs next")
    with room(futures) as place:
        unseen: list[Any] = []

        def raised(told: Any) -> None:
            unseen.append(told)

        async def test() -> None:
            asyncio.get_running_loop().set_debug(debug)
            a, b = place.pair(zmq.PUSH, zmq.PULL)
            sender = zmq.Socket(a)
            for number in range(5):
                holder: list[Any] = [b.recv()]
                await turns(futures, 3)
                sender.send(b"%d" % number)
                while not holder[0].done():
                    await asyncio.sleep(0)
                await turns(futures, 3)
                waiting = asyncio.ensure_future(receive(b))
                await turns(futures, 3)
                assert not waiting.done()
                if thread:
                    # The loop waits for its descriptors by then.
                    timer = threading.Timer(0.05, holder.clear)
                    timer.start()
                else:
                    holder.clear()
                assert await asyncio.wait_for(waiting, SOON) == b"%d" % number
                if thread:
                    timer.join()
            collect()

        before, sys.unraisablehook = sys.unraisablehook, raised
        try:
            futures.run(test)
        finally:
            sys.unraisablehook = before
        assert not unseen, unseen


async def receive(socket: Any) -> Any:
    return await socket.recv()
