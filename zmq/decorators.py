"""Decorators that pass a context or sockets to a function, and close them when it returns.

::

    @context()
    @socket(zmq.PUSH)
    def work(ctx, push): ...
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from zmq.sugar import Context

__all__ = ["context", "socket"]

# Type checkers cannot know the arguments that a decorator adds.
_Result = TypeVar("_Result")


def context(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, or coroutine function, to be called with a context.

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
        The decorator. Each call of the function has a context of its own, which is terminated when it returns.

    Raises
    ------
    TypeError
        When the function is called, if the caller passes the keyword, too.

    Thread-safe. See zmq_ctx_new(3). Added in 15.3; coroutine functions in 27.4.
    """
    name, args = _split_name(args, kwargs)

    def make(args_of_call: tuple[Any, ...], kwargs_of_call: dict[str, Any]) -> AbstractContextManager[Any]:  # noqa: ARG001
        return Context(*args, **kwargs)

    return _decorator(name, make)


def socket(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, or coroutine function, to be called with a socket.

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
        The decorator. Each call of the function has a socket of its own, which is closed when it returns.

    Raises
    ------
    TypeError
        When the function is called, if the caller passes the keyword, too, or the socket type is missing.

    Thread-safe. See zmq_socket(3). Added in 15.3; coroutine functions in 27.4.
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
        if inspect.iscoroutinefunction(func):

            @functools.wraps(func)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with make(args, kwargs) as made:
                    all_args, all_kwargs = extend(func, args, kwargs, made)
                    return await func(*all_args, **all_kwargs)

            return run_async

        @functools.wraps(func)
        def run(*args: Any, **kwargs: Any) -> Any:
            with make(args, kwargs) as made:
                all_args, all_kwargs = extend(func, args, kwargs, made)
                return func(*all_args, **all_kwargs)

        return run

    return decorate
