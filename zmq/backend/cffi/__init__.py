"""The CFFI backend: for PyPy, and for CPython on request (``PYZMQ_BACKEND=cffi``)."""

from zmq.backend import _registry
from zmq.backend.cffi._release import TrackerEvent as TrackerEvent
from zmq.backend.cffi.asynchronous import Budget as Budget
from zmq.backend.cffi.asynchronous import Readiness as Readiness
from zmq.backend.cffi.asynchronous import _share_registry
from zmq.backend.cffi.asynchronous import compile_async as compile_async
from zmq.backend.cffi.asynchronous import readiness_of as readiness_of
from zmq.backend.cffi.context import Context as Context
from zmq.backend.cffi.devices import monitored_queue as monitored_queue
from zmq.backend.cffi.devices import proxy as proxy
from zmq.backend.cffi.devices import proxy_steerable as proxy_steerable
from zmq.backend.cffi.error import strerror as strerror
from zmq.backend.cffi.error import zmq_errno as zmq_errno
from zmq.backend.cffi.message import Frame as Frame
from zmq.backend.cffi.message import Message as Message
from zmq.backend.cffi.options import OptionAttribute as OptionAttribute
from zmq.backend.cffi.poll import zmq_poll as zmq_poll
from zmq.backend.cffi.socket import Socket as Socket
from zmq.backend.cffi.utils import IPC_PATH_MAX_LEN as IPC_PATH_MAX_LEN
from zmq.backend.cffi.utils import PYZMQ_DRAFT_API as PYZMQ_DRAFT_API
from zmq.backend.cffi.utils import curve_keypair as curve_keypair
from zmq.backend.cffi.utils import curve_public as curve_public
from zmq.backend.cffi.utils import has as has
from zmq.backend.cffi.utils import zmq_version_info as zmq_version_info

__all__ = [
    "IPC_PATH_MAX_LEN",
    "PYZMQ_DRAFT_API",
    "Budget",
    "Context",
    "Frame",
    "Message",
    "OptionAttribute",
    "Readiness",
    "Socket",
    "TrackerEvent",
    "compile_async",
    "curve_keypair",
    "curve_public",
    "has",
    "monitored_queue",
    "proxy",
    "proxy_steerable",
    "readiness_of",
    "strerror",
    "zmq_errno",
    "zmq_poll",
    "zmq_version_info",
]

# A socket has one record, whichever backend uses it.
_registry.address = _share_registry(_registry.address)
