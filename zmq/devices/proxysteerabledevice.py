"""Proxies that obey what comes on a fourth socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zmq.backend import proxy_steerable
from zmq.constants import SocketType
from zmq.devices.basedevice import _Settings
from zmq.devices.proxydevice import ProcessProxy, Proxy, ProxyBase, ThreadProxy

__all__ = ["ProcessProxySteerable", "ProxySteerable", "ProxySteerableBase", "ThreadProxySteerable"]


class ProxySteerableBase(ProxyBase):
    """The fourth socket. See :class:`ProxySteerable`."""

    #: Type of the control socket; None for none.
    ctrl_type: int | None

    def __init__(
        self, in_type: int, out_type: int, mon_type: int = SocketType.PUB, ctrl_type: int | None = None
    ) -> None:
        super().__init__(in_type=in_type, out_type=out_type, mon_type=mon_type)
        self.ctrl_type = ctrl_type
        self._settings["ctrl"] = _Settings(self._settings)

    def bind_ctrl(self, addr: str) -> None:
        """As :meth:`~zmq.devices.Device.bind_in`, for the control socket. Not thread-safe. See zmq_bind(3)."""
        self._settings["ctrl"].bind(addr)

    def bind_ctrl_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """As :meth:`~zmq.devices.Device.bind_in_to_random_port`, for the control socket.

        Not thread-safe. See zmq_bind(3).
        """
        return self._settings["ctrl"].bind_to_random_port(addr, *args, **kwargs)

    def connect_ctrl(self, addr: str) -> None:
        """As :meth:`~zmq.devices.Device.connect_in`, for the control socket. Not thread-safe. See zmq_connect(3)."""
        self._settings["ctrl"].connects.append(addr)

    def setsockopt_ctrl(self, opt: int, value: Any) -> None:
        """As :meth:`~zmq.devices.Device.setsockopt_in`, for the control socket.

        Not thread-safe. See zmq_setsockopt(3).
        """
        self._settings["ctrl"].set(opt, value)

    def _sides(self) -> Sequence[str]:
        sides = super()._sides()
        return sides if self.ctrl_type is None else (*sides, "ctrl")

    def run_device(self) -> None:
        """Make the sockets, and pass messages until TERMINATE comes, or something raises."""
        control = self._settings["ctrl"]
        if self.ctrl_type is None and (control.binds or control.connects):
            raise ValueError("the type of the control socket was not given: pass ctrl_type, such as zmq.PAIR")
        proxy_steerable(*self._setup_sockets())


class ProxySteerable(ProxySteerableBase, Proxy):
    """A proxy that is controlled through a fourth socket.

    What it does when ``PAUSE``, ``RESUME``, ``TERMINATE`` or ``STATISTICS`` comes, see :func:`zmq.proxy_steerable`.

    Parameters
    ----------
    in_type, out_type, mon_type : int
        As for :class:`Proxy`.
    ctrl_type : int, optional
        Type of the control socket: PAIR, PULL, SUB or REP. Without one, it is a :class:`Proxy`.

    Not thread-safe, as :class:`Device`; it is controlled by messages. See zmq_proxy_steerable(3). Added in 18.0.
    """


class ThreadProxySteerable(ProxySteerableBase, ThreadProxy):
    """A steerable proxy that runs in a thread. See :class:`ProxySteerable`. Added in 18.0."""


class ProcessProxySteerable(ProxySteerableBase, ProcessProxy):
    """A steerable proxy that runs in a process. See :class:`ProxySteerable`, :class:`ProcessDevice`. Added in 18.0."""
