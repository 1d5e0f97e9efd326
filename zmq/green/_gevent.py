"""gevent, and what to install where it is missing."""

from __future__ import annotations

try:
    import gevent
except ImportError as error:
    raise ImportError(
        f"zmq.green needs gevent, which cannot be imported ({error}): pip install 'pyzmq[gevent]'",
        name=error.name,
        path=error.path,
    ) from error

__all__ = ["gevent"]
