"""Authentication of connections: what answers libzmq's questions of who may connect, and certificates of CURVE keys.

:mod:`zmq.auth.thread` runs it in a thread of its own, :mod:`zmq.auth.asyncio` in an event loop. The protocol is ZAP,
ZeroMQ's RFC 27. Added in 14.1.
"""

from __future__ import annotations

from zmq.auth.base import CURVE_ALLOW_ANY, Authenticator
from zmq.auth.certs import create_certificates, load_certificate, load_certificates

__all__ = [
    "CURVE_ALLOW_ANY",
    "Authenticator",
    "create_certificates",
    "load_certificate",
    "load_certificates",
]
