"""What devices have in common: their sockets are described first, and made where the device runs."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from zmq.backend import proxy
from zmq.constants import DeviceType, SocketType
from zmq.error import ContextTerminated, ZMQError
from zmq.sugar import Context, Socket

__all__ = ["BackgroundDevice", "Device", "ProcessDevice", "ThreadDevice"]


# Of transports whose addresses have ports.
_WITH_PORTS = ("tcp://", "ws://", "wss://")


class _Settings:
    """What is to be done with one socket."""

    def __init__(self, sides: dict[str, _Settings]) -> None:
        # Those of the same device, this one included.
        self.sides = sides
        self.options: list[tuple[int, Any]] = []
        self.binds: list[str] = []
        self.connects: list[str] = []

    def bind(self, addr: str | bytes) -> None:
        """Have an address bound."""
        self.binds.append(addr.decode() if isinstance(addr, bytes) else addr)

    def set(self, option: int, value: Any) -> None:
        """Have an option set."""
        self.options.append((option, value.encode("utf-8") if isinstance(value, str) else value))

    def bind_to_random_port(self, addr: str | bytes, *args: int, **kwargs: int) -> int:
        """Find a free port that no other socket of the device is to have, and have it bound."""
        if isinstance(addr, bytes):
            addr = addr.decode()
        with Context() as context, contextlib.ExitStack() as stack:
            for taken in (bind for side in self.sides.values() for bind in side.binds):
                if str(taken).startswith(_WITH_PORTS):
                    held = stack.enter_context(context.socket(SocketType.REQ))
                    with contextlib.suppress(ZMQError):
                        held.bind(taken)
            socket = stack.enter_context(context.socket(SocketType.REQ))
            port = socket.bind_to_random_port(addr, *args, **kwargs)
        # The port is free again: the context ended.
        self.binds.append(f"{addr}:{port}")
        return port

    def make(self, context: Context[Any], socket_type: int, *others: _Settings) -> Socket[Any]:
        """Make the socket, with the settings of others as well if it is theirs, too."""
        socket: Socket[Any] = context.socket(socket_type)
        every = (self, *others)
        try:
            for option, value in (pair for settings in every for pair in settings.options):
                socket.set(option, value)
            for settings in every:
                for addr in settings.binds:
                    socket.bind(addr)
                for addr in settings.connects:
                    socket.connect(addr)
        except BaseException:
            socket.close(linger=0)
            raise
        return socket


class Device:
    """Passes messages between two sockets that it makes itself, where it runs.

    This one runs in the thread that calls :meth:`start`; its subclasses run in the background.

    Parameters
    ----------
    device_type : int
        A member of :class:`zmq.DeviceType`; it makes no difference.
    in_type, out_type : int
        Types of the sockets; with a negative `out_type`, the first socket is both, and what is set for the second one
        applies to it.

    Raises
    ------
    TypeError
        If one of the types is missing.

    ::

        device = ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
        device.bind_in("tcp://*:5555")
        device.bind_out("tcp://*:5556")
        device.start()

    It ends when its context does. Not thread-safe, but for :meth:`join`. See zmq_proxy(3).
    """

    #: Makes the context, where the device runs: ``Context.instance``; for processes ``Context``, since they must not
    #: use that of the process that they come from.
    context_factory: Callable[[], Context[Any]] = Context.instance

    #: The device's type.
    device_type: int
    #: Types of its sockets.
    in_type: int
    out_type: int
    #: Whether the thread or process ends with the program. If not, the program waits for the device's end.
    daemon: bool

    def __init__(
        self,
        device_type: int = DeviceType.QUEUE,
        in_type: int | None = None,
        out_type: int | None = None,
    ) -> None:
        if in_type is None:
            raise TypeError("in_type must be specified")
        if out_type is None:
            raise TypeError("out_type must be specified")
        self.device_type = device_type
        self.in_type = in_type
        self.out_type = out_type
        self.daemon = True
        self._settings: dict[str, _Settings] = {}
        self._settings.update({"in": _Settings(self._settings), "out": _Settings(self._settings)})
        self._sockets: list[Socket[Any]] = []
        self._finished = threading.Event()

    def __getstate__(self) -> dict[str, Any]:
        # Processes that are not forked get a copy of the description.
        left_out = {"_finished", "_sockets", "launcher"}
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _finished=threading.Event(), _sockets=[])

    @property
    def done(self) -> bool:
        """Whether the device has ended; may be set. ``bool``. Thread-safe."""
        return self._has_ended()

    @done.setter
    def done(self, done: bool) -> None:
        if done:
            self._finished.set()
        else:
            self._finished.clear()

    def _has_ended(self) -> bool:
        return self._finished.is_set()

    def bind_in(self, addr: str) -> None:
        """Have the first socket bound to an address when the device starts.

        Parameters
        ----------
        addr : str
            As for :meth:`zmq.Socket.bind`.

        Not thread-safe; without effect once the device runs. See zmq_bind(3).
        """
        self._settings["in"].bind(addr)

    def bind_in_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Choose a free port for the first socket, and have it bound to that.

        Nothing holds the port until the device starts.

        Parameters
        ----------
        addr : str
            Address without a port, such as ``"tcp://127.0.0.1"``.
        *args, **kwargs
            Those of :meth:`zmq.Socket.bind_to_random_port`.

        Returns
        -------
        int

        Raises
        ------
        ZMQError
            If none is free.

        Not thread-safe. Added in version 18.0. See zmq_bind(3).
        """
        return self._settings["in"].bind_to_random_port(addr, *args, **kwargs)

    def connect_in(self, addr: str) -> None:
        """Have the first socket connected to an address when the device starts.

        Parameters
        ----------
        addr : str
            As for :meth:`zmq.Socket.connect`.

        Not thread-safe; without effect once the device runs. See zmq_connect(3).
        """
        self._settings["in"].connects.append(addr)

    def setsockopt_in(self, opt: int, value: Any) -> None:
        """Have an option of the first socket set when the device starts, before it is bound or connected.

        Parameters
        ----------
        opt : int
            A member of :class:`zmq.SocketOption`.
        value : int, bytes or str
            As for :meth:`zmq.Socket.set`; a ``str`` is encoded as UTF-8.

        Not thread-safe; without effect once the device runs. See zmq_setsockopt(3).
        """
        self._settings["in"].set(opt, value)

    def bind_out(self, addr: str) -> None:
        """As :meth:`bind_in`, for the second socket. Not thread-safe. See zmq_bind(3)."""
        self._settings["out"].bind(addr)

    def bind_out_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """As :meth:`bind_in_to_random_port`, for the second socket. Not thread-safe. See zmq_bind(3)."""
        return self._settings["out"].bind_to_random_port(addr, *args, **kwargs)

    def connect_out(self, addr: str) -> None:
        """As :meth:`connect_in`, for the second socket. Not thread-safe. See zmq_connect(3)."""
        self._settings["out"].connects.append(addr)

    def setsockopt_out(self, opt: int, value: Any) -> None:
        """As :meth:`setsockopt_in`, for the second socket. Not thread-safe. See zmq_setsockopt(3)."""
        self._settings["out"].set(opt, value)

    def start(self) -> None:
        """Run the device; subclasses start it in the background. Not thread-safe."""
        self.run()

    def run(self) -> None:
        """Make the sockets, and pass messages until the context ends; then close the sockets.

        Raises
        ------
        ZMQError
            If a socket cannot be made as it was described.

        Called by :meth:`start`, where the device runs: its sockets belong to that thread.
        """
        try:
            self.run_device()
        except ContextTerminated:
            pass  # the way it ends
        finally:
            for socket in self._sockets:
                socket.close()
            self._sockets.clear()
            self._finished.set()

    def run_device(self) -> None:
        """Make the sockets, and pass messages until something raises."""
        frontend, backend = self._setup_sockets()
        proxy(frontend, backend)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the device has ended.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; then :attr:`~zmq.devices.Device.done` tells.

        Thread-safe.
        """
        self._finished.wait(timeout)

    def _sides(self) -> Sequence[str]:
        """The sockets that it needs, in the order of the function that it runs."""
        return ("in", "out")

    def _setup_sockets(self) -> list[Socket[Any]]:
        """Make the sockets; they are closed when the device ends."""
        # Of the class it may be a function that is not a method.
        cls: Any = type(self)
        context = vars(self).get("context_factory", cls.context_factory)()
        single = self.out_type < 0
        made: list[Socket[Any]] = []
        for side in self._sides():
            if single and side == "out":
                made.append(made[0])
                continue
            others = [self._settings["out"]] if single and side == "in" else []
            made.append(self._settings[side].make(context, getattr(self, f"{side}_type"), *others))
            self._sockets.append(made[-1])
        return made


class BackgroundDevice(Device):
    """Base of the devices that run in the background."""

    #: The thread or process, once started.
    launcher: Any = None

    _launch_class: ClassVar[Callable[..., Any]]

    def start(self) -> None:
        """Start the device in the background. Once it has ended, it can be started again.

        Raises
        ------
        RuntimeError
            If it runs.

        Not thread-safe.
        """
        if self.launcher is not None:
            if self.launcher.is_alive():
                raise RuntimeError(f"{type(self).__name__} was started already, and has not ended")
            self.done = False
        launcher = self._launch_class(target=self.run)
        launcher.daemon = self.daemon
        self.launcher = launcher
        launcher.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the device has ended.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; then :attr:`~zmq.devices.Device.done` tells.

        Raises
        ------
        RuntimeError
            If it was not started.

        Thread-safe.
        """
        if self.launcher is None:
            raise RuntimeError(f"{type(self).__name__} was not started: there is nothing to wait for")
        self.launcher.join(timeout)


class ThreadDevice(BackgroundDevice):
    """A device that runs in a thread. Not thread-safe, as :class:`Device`, which see."""

    _launch_class = threading.Thread


class ProcessDevice(BackgroundDevice):
    """A device that runs in a process, started as :mod:`multiprocessing` is set to. See :class:`Device`.

    Ctrl-C ends it. Not thread-safe, as that.
    """

    context_factory: Callable[[], Context[Any]] = Context
    _launch_class = multiprocessing.Process

    def _has_ended(self) -> bool:
        return super()._has_ended() or (self.launcher is not None and self.launcher.exitcode is not None)

    def run(self) -> None:
        """Pass messages until the process is told to end. See :meth:`Device.run`."""
        # The parent has it, too, and tells of it.
        with contextlib.suppress(KeyboardInterrupt):
            super().run()
