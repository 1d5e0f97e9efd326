"""Deprecated since 17.0: tornado's and asyncio's event loops know ØMQ's sockets as they are.

Use :mod:`tornado.ioloop`, where ``IOLoop`` and ``PeriodicCallback`` come from.
"""

from __future__ import annotations

import warnings

from zmq.eventloop._tornado import IOLoop, PeriodicCallback

TYPE_CHECKING = False

__all__ = ["IOLoop", "PeriodicCallback", "ZMQIOLoop", "install"]

_TEXT = "zmq.eventloop.ioloop is deprecated in pyzmq 17. pyzmq now works with default tornado and asyncio eventloops."

#: Deprecated since 17.0: it is tornado's own.
ZMQIOLoop = IOLoop

warnings.warn(_TEXT, DeprecationWarning, stacklevel=2)


def install() -> None:
    """Do nothing: there is no event loop to be installed any more.

    Warns
    -----
    DeprecationWarning
        Since 17.0.

    Thread-safe. Added in 2.1.7.
    """
    warnings.warn(_TEXT, DeprecationWarning, stacklevel=2)


if not TYPE_CHECKING:

    def __getattr__(name):
        # All names of tornado's module, as in earlier versions.
        from tornado import ioloop  # noqa: PLC0415

        try:
            return getattr(ioloop, name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
