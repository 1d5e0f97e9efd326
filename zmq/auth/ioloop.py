"""Authentication for tornado. Deprecated since 25: use :mod:`zmq.auth.asyncio`, since tornado runs on asyncio."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from zmq.auth.asyncio import AsyncioAuthenticator

if TYPE_CHECKING:
    from zmq.sugar.context import Context

__all__ = ["IOLoopAuthenticator"]

warnings.warn(
    "zmq.auth.ioloop.IOLoopAuthenticator is deprecated. Use zmq.auth.asyncio.AsyncioAuthenticator",
    DeprecationWarning,
    stacklevel=2,
)


class IOLoopAuthenticator(AsyncioAuthenticator):
    """An :class:`~zmq.auth.asyncio.AsyncioAuthenticator`. Deprecated since 25.

    Parameters
    ----------
    context, encoding, log
        As for :class:`~zmq.auth.asyncio.AsyncioAuthenticator`.
    io_loop
        Deprecated and ignored, like the argument `loop` there.

    Warns
    -----
    DeprecationWarning
        If `io_loop` is given.

    Not thread-safe, except for the configuration. Added in 14.1.
    """

    def __init__(
        self, context: Context[Any] | None = None, encoding: str = "utf-8", log: Any = None, io_loop: Any = None
    ) -> None:
        if io_loop is not None:
            warnings.warn("IOLoopAuthenticator(io_loop) is deprecated and ignored", DeprecationWarning, stacklevel=2)
        super().__init__(context, None, encoding, log)
