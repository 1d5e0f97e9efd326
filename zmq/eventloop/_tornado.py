"""What the modules of this package need of tornado; says what to install where it is missing."""

from __future__ import annotations

import logging

try:
    import tornado.log
    from tornado.ioloop import IOLoop, PeriodicCallback
except ImportError as error:
    raise ImportError(
        f"zmq.eventloop needs tornado, which cannot be imported ({error}): pip install 'pyzmq[tornado]'; or use "
        "zmq.asyncio, which needs nothing but Python",
        name=error.name,
        path=error.path,
    ) from error

gen_log: logging.Logger = tornado.log.gen_log

__all__ = ["IOLoop", "PeriodicCallback", "gen_log"]
