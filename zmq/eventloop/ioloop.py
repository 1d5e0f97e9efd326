"""Deprecated since 17.0: tornado's and asyncio's event loops know ØMQ's sockets as they are.

Use :mod:`tornado.ioloop`, where ``IOLoop`` and ``PeriodicCallback`` come from.
"""

from __future__ import annotations

import warnings

from zmq.eventloop._tornado import IOLoop, PeriodicCallback

__all__ = ["IOLoop", "PeriodicCallback", "ZMQIOLoop", "install"]

_ADVICE = "zmq.eventloop.ioloop is deprecated since pyzmq 17: use tornado.ioloop, which works with ØMQ's sockets"

#: Deprecated since 17.0: it is tornado's own.
ZMQIOLoop = IOLoop

warnings.warn(_ADVICE, DeprecationWarning, stacklevel=2)


def install() -> None:
    """Do nothing: there is no event loop to be installed any more.

    Warns
    -----
    DeprecationWarning
        Since 17.0.

    Thread-safe. Added in 2.1.7.
    """
    warnings.warn(f"{_ADVICE}; install() does nothing", DeprecationWarning, stacklevel=2)
