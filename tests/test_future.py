"""zmq.eventloop.future: what it has besides what every event loop's sockets do (tests/test_async_conformance.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import zmq
from tests.fix_loops import run
from tests.fix_process import Runner

pytest.importorskip("tornado", reason="zmq.eventloop.future needs tornado")

from tornado import gen
from tornado.ioloop import IOLoop
from tornado.util import TimeoutError

from zmq.eventloop import future


def test_coroutines_of_tornado(endpoint: Callable[[str], str]) -> None:
    """The example of the documentation."""

    @gen.coroutine
    def receive_and_answer() -> Any:
        with future.Context() as context, context.socket(zmq.REP) as rep, context.socket(zmq.REQ) as req:
            rep.bind(endpoint("inproc"))
            req.connect(rep.last_endpoint)
            asking = req.send_multipart([b"a", b"question"])
            message = yield rep.recv_multipart()
            yield rep.send_multipart([*message, b"answered"])
            yield asking
            poller = future.Poller()
            poller.register(req, zmq.POLLIN)
            assert (yield poller.poll(10_000)) == [(req, zmq.POLLIN)]
            assert (yield req.poll(10_000)) == zmq.POLLIN
            answer = yield req.recv_multipart()
            return answer

    loop = IOLoop(make_current=False)
    try:
        assert loop.run_sync(receive_and_answer, timeout=20) == [b"a", b"question", b"answered"]
    finally:
        loop.close(all_fds=True)


def test_before_the_loop_runs(run_python: Runner) -> None:
    """The futures belong to tornado's current loop then."""
    program = """
        import asyncio
        import zmq
        from tornado.ioloop import IOLoop
        from zmq.eventloop.future import Context

        asyncio.set_event_loop(asyncio.new_event_loop())
        loop = IOLoop.current()
        with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.bind("inproc://x")
            push.connect("inproc://x")
            received = pull.recv()
            assert received.get_loop() is loop.asyncio_loop
            loop.add_callback(push.send, b"x")

            async def main():
                return await received

            assert loop.run_sync(main, timeout=20) == b"x"
        loop.close()
    """
    run_python(program, "-W", "error").succeeded()


def test_deprecated_arguments() -> None:
    async def main() -> None:
        loop = IOLoop.current()
        with pytest.warns(DeprecationWarning, match=r"^Context\(io_loop\) argument is deprecated in pyzmq 22\.2\."):
            context = future.Context(io_loop=loop)
        assert context.io_loop is None
        with pytest.warns(DeprecationWarning, match=r"^Socket\(io_loop\) argument is deprecated in pyzmq 22\.2\."):
            pull = context.socket(zmq.PULL, io_loop=loop)
        # This one does not warn.
        shadow = future.Socket(_from_socket=pull)
        assert shadow.underlying == pull.underlying
        assert future.Socket(pull).underlying == pull.underlying
        pull.close()
        context.term()

    run(main)


def test_cancelling(endpoint: Callable[[str], str]) -> None:
    async def main() -> None:
        with future.Context() as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as two:
            one.bind(endpoint("inproc"))
            two.connect(one.last_endpoint)
            # tornado does not cancel what it waits for.
            waiting = one.recv()
            with pytest.raises(TimeoutError):
                await gen.with_timeout(IOLoop.current().time() + 0.01, waiting)
            waiting.cancel()
            received = one.recv()
            received.cancel()
            with pytest.raises(future.CancelledError):
                await received
            await two.send(b"x")
            assert await one.recv() == b"x"

    run(main)
