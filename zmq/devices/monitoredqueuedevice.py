"""Devices that show each message, with a prefix, to a third socket."""

from __future__ import annotations

from zmq.constants import SocketType
from zmq.devices.monitoredqueue import monitored_queue
from zmq.devices.proxydevice import ProcessProxy, Proxy, ProxyBase, ThreadProxy

__all__ = ["MonitoredQueue", "MonitoredQueueBase", "ProcessMonitoredQueue", "ThreadMonitoredQueue"]


class MonitoredQueueBase(ProxyBase):
    """The prefixes. See :class:`MonitoredQueue`."""

    def __init__(
        self,
        in_type: int,
        out_type: int,
        mon_type: int = SocketType.PUB,
        in_prefix: bytes | str = b"in",
        out_prefix: bytes | str = b"out",
    ) -> None:
        super().__init__(in_type=in_type, out_type=out_type, mon_type=mon_type)
        self._in_prefix = in_prefix
        self._out_prefix = out_prefix

    def run_device(self) -> None:
        """Make the sockets, and pass messages until something raises."""
        frontend, backend, monitor = self._setup_sockets()
        monitored_queue(frontend, backend, monitor, self._in_prefix, self._out_prefix)


class MonitoredQueue(MonitoredQueueBase, Proxy):
    """A proxy whose third socket gets a prefix with each message, by which directions can be told apart.

    Parameters
    ----------
    in_type, out_type, mon_type : int
        As for :class:`Proxy`; both sides may be ROUTERs, see :func:`monitored_queue`.
    in_prefix, out_prefix : bytes or str
        A frame before what comes on the first socket, and before what comes on the second.

    Not thread-safe, as :class:`Device`, which see.
    """


class ThreadMonitoredQueue(MonitoredQueueBase, ThreadProxy):
    """A monitored queue that runs in a thread. See :class:`MonitoredQueue`."""


class ProcessMonitoredQueue(MonitoredQueueBase, ProcessProxy):
    """A monitored queue that runs in a process. See :class:`MonitoredQueue` and :class:`ProcessDevice`."""
