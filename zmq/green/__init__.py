"""ØMQ for gevent: what would block the thread blocks the greenlet only.

Use it in the place of ``zmq``, all of whose names it has::

    import zmq.green as zmq

Sockets are tried without blocking, and their descriptors watched by gevent's hub. It needs gevent:
``pip install 'pyzmq[gevent]'``. Added in 2.2.0.1.
"""

from __future__ import annotations

from zmq.green import core as core
from zmq.green import poll as poll
from zmq.green._gevent import gevent as _gevent  # first: it says what to install  # noqa: F401
from zmq.green.core import Context as Context
from zmq.green.core import Socket as Socket
from zmq.green.device import device as device
from zmq.green.device import proxy as proxy
from zmq.green.device import proxy_steerable as proxy_steerable
from zmq.green.poll import Poller as Poller
from zmq.green.poll import select as select
from zmq.green.poll import zmq_poll as zmq_poll

TYPE_CHECKING = False
if TYPE_CHECKING:
    from zmq import *  # type: ignore[assignment]  # noqa: F403  (what is imported above counts)
else:
    import sys as _sys

    # Not imported, since it is the room above.
    _zmq = _sys.modules["zmq"]

    # Enums, and whatever else zmq loads when it is asked for, are loaded when this is asked for.

    def __getattr__(name):
        try:
            value = getattr(_zmq, name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *(name for name in dir(_zmq) if not name.startswith("__")), "__version__"})

    __all__ = _zmq.__all__
