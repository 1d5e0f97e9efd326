"""Sockets, contexts and pollers for asyncio: what would block returns a future.

>>> import asyncio, zmq.asyncio
>>> async def receive(url):
...     with zmq.asyncio.Context() as context, context.socket(zmq.PULL) as socket:
...         socket.connect(url)
...         return await socket.recv_multipart()

Added in 15.0.
"""

from __future__ import annotations

import warnings
from asyncio import SelectorEventLoop
from typing import Any

from zmq import _future  # programs find it in zmq once this module is imported  # noqa: F401
from zmq._async.poller import AsyncPoller
from zmq._async.readiness import budget as _budget
from zmq._async.socket import AsyncSocket
from zmq._numbers import to_int
from zmq.error import _warn_caller
from zmq.sugar.context import Context as _Context

__all__ = [
    "Context",
    "Poller",
    "ProactorSelectorThreadWarning",
    "Socket",
    "ZMQEventLoop",
    "install",
    "set_budget",
]


# Of earlier versions: always empty, since no selectors are made.
_selectors: dict[Any, Any] = {}


class _WarnsOutsideLoop:
    """Warns of operations that wait where no event loop runs."""

    def _outside_loop(self) -> None:
        # The space that does not break is that of earlier versions: filters of warnings compare texts.
        _warn_caller(
            RuntimeWarning(
                "No running event\N{NO-BREAK SPACE}loop. zmq.asyncio should be used from within an asyncio loop."
            )
        )


class Socket(_WarnsOutsideLoop, AsyncSocket):
    __doc__ = AsyncSocket.__doc__


class Poller(_WarnsOutsideLoop, AsyncPoller):
    __doc__ = AsyncPoller.__doc__


class Context(_Context[Socket]):
    """A :class:`zmq.Context` that makes asynchronous sockets.

    Parameters
    ----------
    io_threads, shadow
        As for :class:`zmq.Context`. A synchronous context can be shadowed, and the other way round.

    Thread-safe, but :meth:`~zmq.Context.destroy` is not, where other threads use sockets. See zmq_ctx_new(3). Added in
    15.0.
    """

    _socket_class = Socket
    _instance = None


def set_budget(operations: int) -> int:
    """Set how many operations may complete at once, in all asynchronous and green sockets, before others run.

    The next one completes through the event loop, as if it had to wait. It is also how many operations that wait, and
    how many messages of a ``ZMQStream``, are completed before the event loop runs other callbacks.

    Parameters
    ----------
    operations : int
        At least 1; 64 to begin with. Less is fairer, more costs less.

    Returns
    -------
    int
        What it was before.

    Raises
    ------
    ValueError
        If it is less than 1.

    Thread-safe. Added in 27.4.
    """
    operations = to_int(operations)
    if operations < 1:
        raise ValueError(f"the budget is at least 1 operation, not {operations!r}")
    before = _budget.limit
    _budget.limit = operations
    _budget.left = min(_budget.left, operations)
    return before


class ProactorSelectorThreadWarning(RuntimeWarning):
    """Never given any more: on Windows' proactor loops, a thread of pyzmq's own watches the sockets.

    It remains for programs that filter it. Added in 22.1.
    """


_deprecation_warned = False


def _warn_of_deprecation() -> None:
    """Warn once in a process, as earlier versions did."""
    global _deprecation_warned  # noqa: PLW0603
    if _deprecation_warned:
        return
    _deprecation_warned = True
    warnings.warn(
        "ZMQEventLoop and zmq.asyncio.install are deprecated in pyzmq 17. Special eventloop integration is no longer "
        "needed.",
        DeprecationWarning,
        stacklevel=3,
    )


class ZMQEventLoop(SelectorEventLoop):
    """Deprecated since 17.0: any event loop will do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _warn_of_deprecation()
        super().__init__(*args, **kwargs)


def install() -> None:
    """Do nothing. Deprecated since 17.0: any event loop will do.

    Warns
    -----
    DeprecationWarning
        The first time in a process that this is called or a `ZMQEventLoop` is made.
    """
    _warn_of_deprecation()
