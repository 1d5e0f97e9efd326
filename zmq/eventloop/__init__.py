"""Event loops: callbacks by :mod:`zmq.eventloop.zmqstream`, futures for tornado by :mod:`zmq.eventloop.future`.

They need tornado: ``pip install 'pyzmq[tornado]'``. :mod:`zmq.asyncio` does not, and can be used with it, too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    # At run time, __getattr__ brings it: this package alone can be imported without tornado.
    from tornado.ioloop import IOLoop as IOLoop
else:

    def __getattr__(name):
        if name != "IOLoop":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from zmq.eventloop._tornado import IOLoop  # noqa: PLC0415

        globals()[name] = IOLoop
        return IOLoop

    def __dir__():
        return sorted({*globals(), "IOLoop"})


__all__ = ["IOLoop"]
