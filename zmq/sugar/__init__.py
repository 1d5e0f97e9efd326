"""What a person calls: contexts, sockets, frames, pollers, on whichever backend is in use."""

from __future__ import annotations

from zmq import error
from zmq._tracker import MessageTracker as MessageTracker
from zmq.backend import Frame as Frame
from zmq.backend import Message as Message
from zmq.backend import proxy as proxy
from zmq.error import *  # noqa: F403  (limited by its __all__)
from zmq.sugar.context import Context as Context
from zmq.sugar.context import SyncContext as SyncContext
from zmq.sugar.poll import Poller as Poller
from zmq.sugar.poll import select as select
from zmq.sugar.socket import Socket as Socket
from zmq.sugar.socket import SyncSocket as SyncSocket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # At run time, these are loaded when they are asked for.
    from zmq.constants import DeviceType as DeviceType
    from zmq.sugar import frame as frame
    from zmq.sugar import stopwatch as stopwatch
    from zmq.sugar import tracker as tracker
    from zmq.sugar import version as version
    from zmq.sugar.stopwatch import Stopwatch as Stopwatch
    from zmq.sugar.tracker import _FINISHED_TRACKER as _FINISHED_TRACKER
    from zmq.sugar.version import __revision__ as __revision__
    from zmq.sugar.version import __version__ as __version__
    from zmq.sugar.version import pyzmq_version as pyzmq_version
    from zmq.sugar.version import pyzmq_version_info as pyzmq_version_info
    from zmq.sugar.version import zmq_version as zmq_version
    from zmq.sugar.version import zmq_version_info as zmq_version_info

__all__ = [
    "_FINISHED_TRACKER",
    "Context",
    "Frame",
    "Message",
    "MessageTracker",
    "Poller",
    "Socket",
    "Stopwatch",
    "SyncContext",
    "SyncSocket",
    "__revision__",
    "__version__",
    "device",
    "pyzmq_version",
    "pyzmq_version_info",
    "select",
    "zmq_version",
    "zmq_version_info",
]
__all__ += error.__all__

# What few programs need: where it comes from, once it is asked for.
_LATER = {
    "DeviceType": "zmq.constants",
    "Stopwatch": "zmq.sugar.stopwatch",
    "_FINISHED_TRACKER": "zmq.sugar.tracker",
    "frame": "zmq.sugar.frame",
    "stopwatch": "zmq.sugar.stopwatch",
    "tracker": "zmq.sugar.tracker",
    "version": "zmq.sugar.version",
    **dict.fromkeys(
        ("__revision__", "__version__", "pyzmq_version", "pyzmq_version_info", "zmq_version", "zmq_version_info"),
        "zmq.sugar.version",
    ),
}

if not TYPE_CHECKING:
    # A type checker would take any name for one that exists.

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = __import__(_LATER[name], fromlist=("__name__",))
        value = globals()[name] = getattr(module, name, module)
        return value

    def __dir__():
        return sorted({*globals(), *_LATER})


def device(
    device_type: int,  # noqa: ARG001  (libzmq makes no difference)
    frontend: Socket[Any],
    backend: Socket[Any] | None = None,
) -> int:
    """Pass messages between two sockets until the context is terminated.

    :func:`zmq.proxy` does the same, and is preferred.

    Parameters
    ----------
    device_type : int
        A member of :class:`zmq.DeviceType`; libzmq makes no difference.
    frontend, backend : Socket
        What comes on one goes out on the other; without `backend`, `frontend` is both.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.

    Blocks. See zmq_proxy(3).
    """
    return proxy(frontend, frontend if backend is None else backend)
