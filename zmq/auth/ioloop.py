"""Deprecated since 25: tornado's event loops are asyncio's, so use :mod:`zmq.auth.asyncio`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from zmq.auth.asyncio import AsyncioAuthenticator

if TYPE_CHECKING:
    from zmq.sugar.context import Context

__all__ = ["IOLoopAuthenticator"]

warnings.warn(
    "zmq.auth.ioloop is deprecated since pyzmq 25: use zmq.auth.asyncio.AsyncioAuthenticator, which works with tornado",
    DeprecationWarning,
    stacklevel=2,
)


class IOLoopAuthenticator(AsyncioAuthenticator):
    """Deprecated since 25: an :class:`~zmq.auth.asyncio.AsyncioAuthenticator`.

    Parameters
    ----------
    context, encoding, log
        As for that.
    io_loop : tornado.ioloop.IOLoop, optional
        The event loop.

    Not thread-safe, but for what configures it. Added in 14.1.
    """

    def __init__(
        self, context: Context[Any] | None = None, encoding: str = "utf-8", log: Any = None, io_loop: Any = None
    ) -> None:
        loop = None if io_loop is None else getattr(io_loop, "asyncio_loop", io_loop)
        super().__init__(context, loop, encoding, log)
