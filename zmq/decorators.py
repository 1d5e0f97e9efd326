"""Decorators that give a function a context or sockets, and close them when it ends.

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

# What a decorator adds to the arguments cannot be told to type checkers.
_Result = TypeVar("_Result")


def context(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, or coroutine function, that wants a context.

    Parameters
    ----------
    name : str, optional
        The keyword to pass the context as, also as first positional argument of the decorator. Without one it is
        appended to the positional arguments.
    *args, **kwargs
        Those of :class:`zmq.Context`.

    Returns
    -------
    callable
        The decorator. Each call of the function has a context of its own, terminated when it ends.

    Raises
    ------
    TypeError
        When the function is called, if it is given the keyword already.

    Thread-safe. See zmq_ctx_new(3). Added in 15.3; coroutine functions in 27.4.
    """
    name, args = _split_name(args, kwargs)

    def make(args_of_call: tuple[Any, ...], kwargs_of_call: dict[str, Any]) -> AbstractContextManager[Any]:  # noqa: ARG001
        return Context(*args, **kwargs)

    return _decorator(name, make)


def socket(*args: Any, **kwargs: Any) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Decorate a function, or coroutine function, that wants a socket.

    Parameters
    ----------
    name : str, optional
        The keyword to pass the socket as, also as first positional argument of the decorator. Without one it is
        appended to the positional arguments.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    context_name : str
        The keyword with the context to make the socket with (``"context"`` by default). If the function is not given
        it, the first context among the positional arguments is taken; if there is none, ``zmq.Context.instance()``.
    *args, **kwargs
        Those of :meth:`zmq.Context.socket`.

    Returns
    -------
    callable
        The decorator. Each call of the function has a socket of its own, closed when it ends.

    Raises
    ------
    TypeError
        Without a socket type. When the function is called: if it is given the keyword already, or if what it is given
        as `context_name` is not a context.

    Thread-safe. See zmq_socket(3). Added in 15.3; coroutine functions in 27.4.
    """
    name, args = _split_name(args, kwargs)
    context_name = kwargs.pop("context_name", "context")
    if not args and "socket_type" not in kwargs:
        raise TypeError("socket() needs the type of the socket, such as @socket(zmq.PUSH)")

    def make(args_of_call: tuple[Any, ...], kwargs_of_call: dict[str, Any]) -> AbstractContextManager[Any]:
        found = kwargs_of_call.get(context_name)
        if found is None:
            found = next((value for value in args_of_call if isinstance(value, Context)), None)
        if found is None:
            found = Context.instance()
        if not isinstance(found, Context):
            raise TypeError(f"the argument {context_name!r} is a zmq.Context, not {found!r}")
        made: AbstractContextManager[Any] = found.socket(*args, **kwargs)
        return made

    return _decorator(name, make)


def _split_name(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str | None, tuple[Any, ...]]:
    """The keyword, taken from the arguments, and the remaining positional ones."""
    if "name" in kwargs:
        name = kwargs.pop("name")
        if not isinstance(name, str):
            raise TypeError(f"name is a str, not {name!r}")
        return name, args
    if args and isinstance(args[0], str):
        return args[0], args[1:]
    if args and callable(args[0]) and not isinstance(args[0], int):
        raise TypeError(f"the decorator is called before it is applied: write @context() or @socket(...) ({args[0]!r})")
    return None, args


def _decorator(
    name: str | None,
    make: Callable[[tuple[Any, ...], dict[str, Any]], AbstractContextManager[Any]],
) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    def extend(
        function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], made: Any
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if name is None:
            return (*args, made), kwargs
        if name in kwargs:
            raise TypeError(f"{function.__qualname__}() is given {name!r} by its decorator, and by its caller")
        return args, {**kwargs, name: made}

    def decorate(function: Any) -> Any:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with make(args, kwargs) as made:
                    all_args, all_kwargs = extend(function, args, kwargs, made)
                    return await function(*all_args, **all_kwargs)

            return run_async

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with make(args, kwargs) as made:
                all_args, all_kwargs = extend(function, args, kwargs, made)
                return function(*all_args, **all_kwargs)

        return run

    return decorate
