"""The Cython backend."""

from zmq.backend import _registry
from zmq.backend.cython._zmq import IPC_PATH_MAX_LEN as IPC_PATH_MAX_LEN
from zmq.backend.cython._zmq import PYZMQ_DRAFT_API as PYZMQ_DRAFT_API
from zmq.backend.cython._zmq import Budget as Budget
from zmq.backend.cython._zmq import Context as Context
from zmq.backend.cython._zmq import Frame as Frame
from zmq.backend.cython._zmq import Message as Message
from zmq.backend.cython._zmq import OptionAttribute as OptionAttribute
from zmq.backend.cython._zmq import Readiness as Readiness
from zmq.backend.cython._zmq import Socket as Socket
from zmq.backend.cython._zmq import TrackerEvent as TrackerEvent
from zmq.backend.cython._zmq import _share_registry
from zmq.backend.cython._zmq import compile_async as compile_async
from zmq.backend.cython._zmq import curve_keypair as curve_keypair
from zmq.backend.cython._zmq import curve_public as curve_public
from zmq.backend.cython._zmq import has as has
from zmq.backend.cython._zmq import monitored_queue as monitored_queue
from zmq.backend.cython._zmq import proxy as proxy
from zmq.backend.cython._zmq import proxy_steerable as proxy_steerable
from zmq.backend.cython._zmq import readiness_of as readiness_of
from zmq.backend.cython._zmq import strerror as strerror
from zmq.backend.cython._zmq import zmq_errno as zmq_errno
from zmq.backend.cython._zmq import zmq_poll as zmq_poll
from zmq.backend.cython._zmq import zmq_version_info as zmq_version_info

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
