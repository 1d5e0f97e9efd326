"""Authentication of peers by ZAP (ZeroMQ's RFC 27), and certificates with CURVE keys.

:mod:`zmq.auth.thread` authenticates in a thread, :mod:`zmq.auth.asyncio` in an event loop. Added in 14.1.
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
