"""zmq.decorators."""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import threading
import types
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import pytest

import zmq
import zmq.asyncio
from zmq.decorators import context, socket


def test_context() -> None:
    seen: list[Any] = []

    @context()
    def work(number: int, ctx: zmq.Context[Any], *, word: str) -> tuple[int, str]:
        """Work."""
        seen.append(ctx)
        assert not ctx.closed
        return number, word

    assert work(5, word="x") == (5, "x")
    assert work(6, word="y") == (6, "y")
    assert work.__doc__ == "Work."
    assert seen[0] is not seen[1]
    assert all(one.closed for one in seen)


@pytest.mark.parametrize(("args", "kwargs"), [(("ctx",), {}), ((), {"name": "ctx"})])
def test_context_by_name(args: Any, kwargs: Any) -> None:
    @context(*args, **kwargs, io_threads=3)
    def work(**given: Any) -> Any:
        assert given["ctx"].get(zmq.IO_THREADS) == 3
        return given

    assert work(other=1).keys() == {"ctx", "other"}
    with pytest.raises(TypeError, match="ctx"):
        work(ctx=1)


def test_socket_of_the_context_above() -> None:
    @context()
    @socket(zmq.PUSH)
    @socket(zmq.PULL)
    def work(ctx: Any, push: Any, pull: Any) -> bytes:
        assert push.context is ctx
        assert pull.context is ctx
        push.bind("inproc://x")
        pull.connect("inproc://x")
        push.send(b"done")
        message: bytes = pull.recv()
        return message

    assert work() == b"done"


def test_socket_by_name() -> None:
    @context("ctx")
    @socket("push", zmq.PUSH, context_name="ctx")
    @socket(name="pull", socket_type=zmq.PULL, context_name="ctx")
    def work(ctx: Any, push: Any, pull: Any) -> Any:
        assert push.context is pull.context is ctx
        assert (push.type, pull.type) == (zmq.PUSH, zmq.PULL)
        return push, pull

    assert [one.closed for one in work()] == [True, True]


def test_socket_of_the_instance() -> None:
    @socket(zmq.PAIR)
    def work(sock: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
        assert sock.context is zmq.Context.instance()
        return sock

    assert work().closed


def test_closed_when_it_raises() -> None:
    seen: list[Any] = []

    @context()
    @socket(zmq.PAIR)
    def work(ctx: Any, sock: Any) -> None:
        seen.extend((ctx, sock))
        raise KeyError("out")

    with pytest.raises(KeyError, match="out"):
        work()
    assert [one.closed for one in seen] == [True, True]


def test_method_and_threads() -> None:
    class Worker:
        @context()
        @socket(zmq.PAIR)
        def work(self, ctx: Any, sock: Any) -> None:
            seen.append((self, ctx, sock))
            meeting.wait(30)

    seen: list[Any] = []
    meeting = threading.Barrier(2)
    worker = Worker()
    threads = [threading.Thread(target=worker.work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (self1, ctx1, sock1), (self2, ctx2, sock2) = seen
    assert self1 is self2 is worker
    assert ctx1 is not ctx2
    assert sock1 is not sock2
    assert sock1.context is ctx1
    assert sock2.context is ctx2


def test_coroutine_function() -> None:
    @socket("push", zmq.PUSH)
    @socket("pull", zmq.PULL)
    async def work(context: Any, push: Any, pull: Any) -> Any:
        assert push.context is pull.context is context
        push.bind("inproc://x")
        pull.connect("inproc://x")
        await push.send(b"done")
        assert await pull.recv() == b"done"
        return push, pull

    assert asyncio.iscoroutinefunction(work)
    with zmq.asyncio.Context() as ctx:
        push, pull = asyncio.run(work(context=ctx))
    assert push.closed
    assert pull.closed


def test_generator_function() -> None:
    seen: list[Any] = []

    @context()
    @socket(zmq.PAIR)
    def work(ctx: Any, sock: Any) -> Generator[Any, Any, str]:
        seen.extend((ctx, sock))
        try:
            given = yield "first"
        except KeyError:
            given = "thrown"
        yield given
        return "result"

    def states() -> list[bool]:
        return [one.closed for one in seen]

    def outer() -> Generator[Any, Any, None]:
        yield (yield from work())

    assert inspect.isgeneratorfunction(work)
    generator: Any = outer()
    assert seen == []
    assert next(generator) == "first"
    assert states() == [False, False]
    assert generator.send("sent") == "sent"
    assert states() == [False, False]
    assert next(generator) == "result"
    assert states() == [True, True]

    seen.clear()
    generator = work()
    next(generator)
    assert generator.throw(KeyError()) == "thrown"
    assert states() == [False, False]
    generator.close()
    assert states() == [True, True]

    seen.clear()
    generator = work()
    next(generator)
    with pytest.raises(OSError, match="passed on"):
        generator.throw(OSError("passed on"))
    assert states() == [True, True]


def test_asynchronous_generator_function() -> None:
    seen: list[Any] = []
    closed_inside: list[bool] = []

    @context()
    @socket(zmq.PAIR)
    async def work(ctx: Any, sock: Any) -> AsyncGenerator[Any, Any]:
        seen.extend((ctx, sock))
        try:
            try:
                given = yield "first"
            except KeyError:
                given = "thrown"
            await asyncio.sleep(0)
            yield given
        finally:
            await asyncio.sleep(0)
            closed_inside.append(sock.closed)

    def states() -> list[bool]:
        return [one.closed for one in seen]

    async def use() -> None:
        generator: Any = work()
        assert await generator.__anext__() == "first"
        assert states() == [False, False]
        assert await generator.asend("sent") == "sent"
        assert states() == [False, False]
        assert [item async for item in generator] == []
        assert states() == [True, True]

        seen.clear()
        generator = work()
        await generator.__anext__()
        assert await generator.athrow(KeyError()) == "thrown"
        assert states() == [False, False]
        await generator.aclose()
        assert states() == [True, True]

        seen.clear()
        generator = work()
        await generator.__anext__()
        with pytest.raises(OSError, match="passed on"):
            await generator.athrow(OSError("passed on"))
        assert states() == [True, True]

        seen.clear()
        assert [item async for item in work()] == ["first", None]
        assert states() == [True, True]

    assert inspect.isasyncgenfunction(work)
    asyncio.run(use())
    assert closed_inside == [False] * 4


def test_other_functions_that_run_later() -> None:
    class Worker:
        async def __call__(self, sock: Any) -> bool:
            await asyncio.sleep(0)
            closed: bool = sock.closed
            return closed

    @socket(zmq.PAIR)
    @types.coroutine
    def work(sock: Any) -> Generator[None, None, Any]:
        yield
        return sock.closed

    async def use() -> None:
        assert await socket(zmq.PAIR)(Worker())() is False
        # Older versions of inspect do not look at a method inside of a partial object.
        if sys.version_info >= (3, 11):
            assert await socket(zmq.PAIR)(functools.partial(Worker().__call__))() is False
        # PyPy's types.coroutine() makes a function that says nothing of what it returns.
        if sys.implementation.name != "pypy":
            assert await work() is False

    asyncio.run(use())
    made, sock = socket(zmq.PAIR)(lambda sock: (Worker(), sock))()
    assert isinstance(made, Worker)
    assert sock.closed


def keep(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


@pytest.mark.parametrize(
    ("decorator", "message"),
    [
        (socket, "socket_type"),
        (lambda: socket("s"), "socket_type"),
        (lambda: socket(keep), "integer|real number"),
        (lambda: socket("s", "PUSH"), "integer"),
        (lambda: socket(zmq.PUSH, bogus=1), "bogus"),
        (lambda: context(bogus=1), "bogus"),
        (lambda: context(name=5), "name"),
        (lambda: context(keep), "integer|real number"),
        (lambda: context(b"bytes"), "integer"),
    ],
)
def test_misuse(decorator: Callable[[], Any], message: str) -> None:
    """It raises TypeError when the decorated function is called, not before."""
    decorated = decorator()(keep)
    with pytest.raises(TypeError, match=message):
        decorated()


@pytest.mark.parametrize("decorator", [context, socket])
def test_decorators_that_are_not_called(decorator: Callable[..., Any]) -> None:
    not_called: Any = decorator(keep)
    with pytest.raises(TypeError, match="positional argument"):
        not_called()


def test_keywords_given_twice() -> None:
    for value in (1, None):
        with pytest.raises(TypeError, match=r"keep\(\) got multiple values for argument 'ctx'"):
            context("ctx")(keep)(ctx=value)


def test_an_empty_name() -> None:
    (made,), kwargs = context("")(keep)()
    assert isinstance(made, zmq.Context)
    assert kwargs == {}


@pytest.mark.parametrize("given", ["nonsense", 5, None])
def test_keywords_that_are_no_context(given: Any) -> None:
    with zmq.Context() as ctx:
        args, kwargs = socket(zmq.PUSH)(keep)(1, ctx, context=given)
        assert args[:2] == (1, ctx)
        assert args[2].context is ctx
        assert kwargs == {"context": given}
    args, kwargs = socket(zmq.PUSH)(keep)(context=given)
    assert args[0].context is zmq.Context.instance()
