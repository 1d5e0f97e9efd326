"""Devices with a third socket that gets a copy of each message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zmq.backend import proxy
from zmq.constants import DeviceType, SocketType
from zmq.devices.basedevice import Device, ProcessDevice, ThreadDevice, _Settings

__all__ = ["ProcessProxy", "Proxy", "ProxyBase", "ThreadProxy"]


class ProxyBase(Device):
    """The third socket. See :class:`Proxy`."""

    #: Type of the monitor socket.
    mon_type: int

    def __init__(self, in_type: int, out_type: int, mon_type: int = SocketType.PUB) -> None:
        super().__init__(device_type=DeviceType.QUEUE, in_type=in_type, out_type=out_type)
        self.mon_type = mon_type
        self._settings["mon"] = _Settings(self._settings)

    def bind_mon(self, addr: str) -> None:
        """As :meth:`~zmq.devices.Device.bind_in`, for the monitor socket. Not thread-safe. See zmq_bind(3)."""
        self._settings["mon"].bind(addr)

    def bind_mon_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """As :meth:`~zmq.devices.Device.bind_in_to_random_port`, for the monitor socket.

        Not thread-safe. See zmq_bind(3).
        """
        return self._settings["mon"].bind_to_random_port(addr, *args, **kwargs)

    def connect_mon(self, addr: str) -> None:
        """As :meth:`~zmq.devices.Device.connect_in`, for the monitor socket. Not thread-safe. See zmq_connect(3)."""
        self._settings["mon"].connects.append(addr)

    def setsockopt_mon(self, opt: int, value: Any) -> None:
        """As :meth:`~zmq.devices.Device.setsockopt_in`, for the monitor socket.

        Not thread-safe. See zmq_setsockopt(3).
        """
        self._settings["mon"].set(opt, value)

    def _sides(self) -> Sequence[str]:
        return ("in", "out", "mon")

    def run_device(self) -> None:
        """Make the sockets, and pass messages until something raises."""
        frontend, backend, monitor = self._setup_sockets()
        proxy(frontend, backend, monitor)


class Proxy(ProxyBase, Device):
    """Passes messages between two sockets, and copies of them to a third.

    Parameters
    ----------
    in_type, out_type : int
        Types of the two sockets; with a negative `out_type`, the first is both.
    mon_type : int
        Type of the third: PUB, DEALER, PUSH or PAIR.

    Not thread-safe, as :class:`Device`. See there, and zmq_proxy(3).
    """


class ThreadProxy(ProxyBase, ThreadDevice):
    """A proxy that runs in a thread. See :class:`Proxy`."""


class ProcessProxy(ProxyBase, ProcessDevice):
    """A proxy that runs in a process. See :class:`Proxy` and :class:`ProcessDevice`."""
