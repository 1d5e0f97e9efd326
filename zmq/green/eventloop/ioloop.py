"""Deprecated since 17.0: use :mod:`tornado.ioloop`."""

from __future__ import annotations

from zmq.eventloop.ioloop import IOLoop, PeriodicCallback, ZMQIOLoop, install

__all__ = ["IOLoop", "PeriodicCallback", "ZMQIOLoop", "install"]
