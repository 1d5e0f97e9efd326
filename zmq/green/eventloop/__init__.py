"""tornado's event loop together with gevent; works if gevent has patched the standard library.

Using two event loops at the same time is not recommended. It needs tornado: ``pip install 'pyzmq[gevent,tornado]'``.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tornado.ioloop import IOLoop as IOLoop
else:

    def __getattr__(name):
        if name == "ioloop":
            # Importing it warns: it is deprecated.
            return import_module("zmq.green.eventloop.ioloop")
        if name != "IOLoop":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from zmq.eventloop import IOLoop  # noqa: PLC0415

        globals()[name] = IOLoop
        return IOLoop

    def __dir__():
        return sorted({*globals(), "IOLoop", "ioloop"})


__all__ = ["IOLoop"]
