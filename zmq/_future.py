"""Names of the asynchronous classes in earlier versions, for programs that use them in annotations and ``isinstance``.

Use :mod:`zmq.asyncio` instead.
"""

from __future__ import annotations

from zmq._async.poller import AsyncPoller as _AsyncPoller
from zmq._async.socket import AsyncSocket as _AsyncSocket

__all__ = ["_AsyncPoller", "_AsyncSocket"]
