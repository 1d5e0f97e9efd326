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
    # At run time, __getattr__ brings all of zmq.
    from enum import Enum as Enum
    from enum import IntEnum as IntEnum
    from enum import IntFlag as IntFlag

    from zmq import COPY_THRESHOLD as COPY_THRESHOLD
    from zmq import DRAFT_API as DRAFT_API
    from zmq import IPC_PATH_MAX_LEN as IPC_PATH_MAX_LEN
    from zmq import PYZMQ_DRAFT_API as PYZMQ_DRAFT_API
    from zmq import build_info as build_info
    from zmq import curve_keypair as curve_keypair
    from zmq import curve_public as curve_public
    from zmq import get_includes as get_includes
    from zmq import get_library_dirs as get_library_dirs
    from zmq import has as has
    from zmq import strerror as strerror
    from zmq import zmq_errno as zmq_errno
    from zmq.constants import *  # noqa: F403
    from zmq.error import *  # noqa: F403
    from zmq.sugar import _FINISHED_TRACKER as _FINISHED_TRACKER
    from zmq.sugar import Frame as Frame
    from zmq.sugar import Message as Message
    from zmq.sugar import MessageTracker as MessageTracker
    from zmq.sugar import Stopwatch as Stopwatch
    from zmq.sugar import SyncContext as SyncContext
    from zmq.sugar import SyncSocket as SyncSocket
    from zmq.sugar import __revision__ as __revision__
    from zmq.sugar import __version__ as __version__
    from zmq.sugar import pyzmq_version as pyzmq_version
    from zmq.sugar import pyzmq_version_info as pyzmq_version_info
    from zmq.sugar import zmq_version as zmq_version
    from zmq.sugar import zmq_version_info as zmq_version_info
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

    __all__ = list(_zmq.__all__)
