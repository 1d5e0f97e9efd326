"""Decorators that pass a context or sockets to a function, and close them when it ends.

::

    @context()
    @socket(zmq.PUSH)
    def work(ctx, push): ...
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from zmq.sugar import Context

__all__ = ["context", "socket"]

# Type checkers cannot know the arguments that a decorator adds.
_Result = TypeVar("_Result")


def context(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, generator function or coroutine function to be called with a context.

    Parameters
    ----------
    name : str, optional
        The keyword to pass the context as. It may be the first positional argument. Without a name, the context is
        appended to the positional arguments.
    *args, **kwargs
        Passed to :class:`zmq.Context` when the function is called.

    Returns
    -------
    callable
        The decorator. Each call of the function has a context of its own, which is terminated when it returns. That of
        a generator or coroutine is made when it begins to run, and terminated when it ends or is closed.

    Raises
    ------
    TypeError
        When the function is called, if the caller passes the keyword, too.

    Thread-safe. See zmq_ctx_new(3). Added in 15.3; generator and coroutine functions in 27.4.
    """
    name, args = _split_name(args, kwargs)

    def make(args_of_call: tuple[Any, ...], kwargs_of_call: dict[str, Any]) -> AbstractContextManager[Any]:  # noqa: ARG001
        return Context(*args, **kwargs)

    return _decorator(name, make)


def socket(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, generator function or coroutine function to be called with a socket.

    Parameters
    ----------
    name : str, optional
        The keyword to pass the socket as. It may be the first positional argument. Without a name, the socket is
        appended to the positional arguments.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    context_name : str
        The keyword argument of the function with the context for the socket (``"context"`` by default). If it is no
        context, the first context among the positional arguments is used, or else ``zmq.Context.instance()``.
    *args, **kwargs
        Passed to :meth:`zmq.Context.socket` when the function is called.

    Returns
    -------
    callable
        The decorator. Each call of the function has a socket of its own, which is closed when it returns. That of a
        generator or coroutine is made when it begins to run, and closed when it ends or is closed.

    Raises
    ------
    TypeError
        When the function is called, if the caller passes the keyword, too, or the socket type is missing.

    Thread-safe. See zmq_socket(3). Added in 15.3; generator and coroutine functions in 27.4.
    """
    name, args = _split_name(args, kwargs)
    context_name = kwargs.pop("context_name", "context")

    def make(args_of_call: tuple[Any, ...], kwargs_of_call: dict[str, Any]) -> AbstractContextManager[Any]:
        candidates = (kwargs_of_call.get(context_name), *args_of_call)
        found = next((value for value in candidates if isinstance(value, Context)), None)
        if found is None:
            found = Context.instance()
        made: AbstractContextManager[Any] = found.socket(*args, **kwargs)
        return made

    return _decorator(name, make)


def _split_name(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the keyword, taken from the arguments, and the remaining positional arguments."""
    if isinstance(kwargs.get("name"), str):
        return kwargs.pop("name"), args
    if args and isinstance(args[0], str):
        return args[0], args[1:]
    return "", args


def _decorator(
    name: str,
    make: Callable[[tuple[Any, ...], dict[str, Any]], AbstractContextManager[Any]],
) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    def extend(
        function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], made: Any
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if not name:
            return (*args, made), kwargs
        if name in kwargs:
            called = getattr(function, "__qualname__", function)
            raise TypeError(f"{called}() got multiple values for argument {name!r}")
        return args, {**kwargs, name: made}

    def decorate(func: Any) -> Any:
        def is_one(test: Callable[[Any], bool]) -> bool:
            # Of an instance, the method that a call of it runs.
            return test(func) or test(getattr(type(func), "__call__", None))  # noqa: B004  (not whether it has one)

        if is_one(inspect.iscoroutinefunction):

            @functools.wraps(func)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with make(args, kwargs) as made:
                    all_args, all_kwargs = extend(func, args, kwargs, made)
                    return await func(*all_args, **all_kwargs)

            return run_async

        if is_one(inspect.isasyncgenfunction):

            @functools.wraps(func)
            async def generate_async(*args: Any, **kwargs: Any) -> Any:
                with make(args, kwargs) as made:
                    all_args, all_kwargs = extend(func, args, kwargs, made)
                    generator = func(*all_args, **all_kwargs)
                    step = generator.__anext__()
                    while True:
                        try:
                            value = await step
                        except StopAsyncIteration:
                            return
                        try:
                            step = generator.asend((yield value))
                        except GeneratorExit:
                            await generator.aclose()
                            raise
                        except BaseException as error:
                            step = generator.athrow(error)

            return generate_async

        if is_one(inspect.isgeneratorfunction):

            @functools.wraps(func)
            def generate(*args: Any, **kwargs: Any) -> Any:
                with make(args, kwargs) as made:
                    all_args, all_kwargs = extend(func, args, kwargs, made)
                    return (yield from func(*all_args, **all_kwargs))

            code = getattr(func, "__code__", None)
            # A coroutine of the old kind: made to be awaited.
            is_awaitable = code is not None and code.co_flags & inspect.CO_ITERABLE_COROUTINE
            return types.coroutine(generate) if is_awaitable else generate

        @functools.wraps(func)
        def run(*args: Any, **kwargs: Any) -> Any:
            with make(args, kwargs) as made:
                all_args, all_kwargs = extend(func, args, kwargs, made)
                return func(*all_args, **all_kwargs)

        return run

    return decorate
