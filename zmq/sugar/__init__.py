"""What a person calls: contexts, sockets, frames, pollers, on whichever backend is in use."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from zmq.backend import proxy as proxy
from zmq.constants import DeviceType as DeviceType
from zmq.error import *  # noqa: F403  (limited by its __all__)
from zmq.sugar.context import Context as Context
from zmq.sugar.context import SyncContext as SyncContext
from zmq.sugar.frame import Frame as Frame
from zmq.sugar.frame import Message as Message
from zmq.sugar.poll import Poller as Poller
from zmq.sugar.poll import select as select
from zmq.sugar.socket import Socket as Socket
from zmq.sugar.socket import SyncSocket as SyncSocket
from zmq.sugar.stopwatch import Stopwatch as Stopwatch
from zmq.sugar.tracker import _FINISHED_TRACKER as _FINISHED_TRACKER
from zmq.sugar.tracker import MessageTracker as MessageTracker
from zmq.sugar.version import __revision__ as __revision__
from zmq.sugar.version import __version__ as __version__
from zmq.sugar.version import pyzmq_version as pyzmq_version
from zmq.sugar.version import pyzmq_version_info as pyzmq_version_info
from zmq.sugar.version import zmq_version as zmq_version
from zmq.sugar.version import zmq_version_info as zmq_version_info

if TYPE_CHECKING:
    from typing import Any

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


def device(
    device_type: int,  # noqa: ARG001  (libzmq makes no difference)
    frontend: Socket[Any],
    backend: Socket[Any] | None = None,
) -> int:
    """Pass messages between two sockets until the context is terminated.

    Deprecated: use :func:`zmq.proxy`, which does the same.

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
    warnings.warn("zmq.device is deprecated: use zmq.proxy(frontend, backend)", DeprecationWarning, stacklevel=2)
    return proxy(frontend, frontend if backend is None else backend)
