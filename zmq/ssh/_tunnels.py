"""What is common to tunnels, however they are made: they end with their owner, and at exit."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from types import TracebackType

    from zmq.sugar.socket import Socket

__all__ = ["MaxRetryExceeded", "SSHException", "Tunnel"]

_log = logging.getLogger("zmq.ssh")

#: Seconds between two looks at tunnels and their owners.
_PERIOD = 0.5


class SSHException(Exception):
    """A tunnel could not be opened. The text names the server and the reason. Added in 2.1.9."""

    __module__ = "zmq.ssh.tunnel"


class MaxRetryExceeded(Exception):
    """A tunnel could not be opened, since all local ports that were tried are in use. Added in 2.1.9."""

    __module__ = "zmq.ssh.tunnel"


class Tunnel:
    """An open tunnel, from a port of this machine to one that the SSH server can reach.

    It is kept until it is closed, its owner is, or the process ends. As context manager, it is closed at the end.

    Closing is thread-safe. Added in 27.4.
    """

    #: As it was given: ``user@server:port``.
    server: str
    #: The port on 127.0.0.1 where the tunnel begins.
    local_port: int

    def __init__(self, server: str, local_port: int) -> None:
        self.server = server
        self.local_port = local_port
        self._owner: ref[Socket[Any]] | None = None
        self._process = os.getpid()
        self._closing = threading.Lock()
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from port {self.local_port} through {self.server!r}, {self._state()}>"

    def __enter__(self) -> Tunnel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def is_alive(self) -> bool:
        """Tell whether the tunnel still works, as far as this machine can tell.

        Returns
        -------
        bool
            False if it was closed, or the connection to the server has ended.

        Thread-safe. Added in 27.4.
        """
        return not self._closed and self._process == os.getpid() and self._works()

    def close(self) -> None:
        """Close the tunnel; connections through it are cut off. Closing again does nothing.

        In a process forked meanwhile it only forgets the tunnel, which is its parent's.

        Thread-safe. Added in 27.4.
        """
        with self._closing:
            if self._closed:
                return
            _keeper.forget(self)
            try:
                if self._process == os.getpid():
                    self._end()
            finally:
                self._closed = True

    def _state(self) -> str:
        return "closed" if self._closed else "open" if self.is_alive() else "lost"

    def _works(self) -> bool:
        """Tell whether the connection to the server is there."""
        raise NotImplementedError

    def _end(self) -> None:
        """End the connection to the server."""
        raise NotImplementedError

    def _tend(self) -> None:
        """Do what must be done from time to time."""

    def keep(self, owner: Socket[Any] | None = None) -> None:
        """Keep the tunnel open until its owner is closed or collected; without one, until the process ends.

        Parameters
        ----------
        owner : Socket, optional
            The socket that is connected through the tunnel.

        Thread-safe. Added in 27.4.
        """
        if owner is not None:
            self._owner = ref(owner)
        _keeper.keep(self)

    def _is_orphan(self) -> bool:
        if self._owner is None:
            return False
        owner = self._owner()
        return owner is None or bool(owner.closed)


class _Keeper:
    """Holds the open tunnels, and looks after them in a thread while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tunnels: set[Tunnel] = set()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        # Sockets cannot tell when they are closed, since closing is a matter of C: so they are asked.
        self._stop = threading.Event()
        atexit.register(self.close_all)

    def keep(self, tunnel: Tunnel) -> None:
        if self._process != os.getpid():
            # The parent's tunnels and thread are not ours, and its lock may be held for ever.
            self._lock, self._tunnels, self._thread = threading.Lock(), set(), None
            self._process, self._stop = os.getpid(), threading.Event()
        with self._lock:
            self._tunnels.add(tunnel)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="zmq.ssh", daemon=True)
                self._thread.start()

    def forget(self, tunnel: Tunnel) -> None:
        if self._process == os.getpid():
            with self._lock:
                self._tunnels.discard(tunnel)

    def close_all(self) -> None:
        self._stop.set()
        if self._process == os.getpid():
            for tunnel in list(self._tunnels):
                tunnel.close()

    def _run(self) -> None:
        lost: set[Tunnel] = set()
        while not self._stop.wait(_PERIOD):
            with self._lock:
                if not self._tunnels:
                    self._thread = None
                    return
                tunnels = list(self._tunnels)
            lost.intersection_update(tunnels)
            for tunnel in tunnels:
                try:
                    self._look(tunnel, lost)
                except Exception:
                    _log.exception("%r could not be looked after", tunnel)
            del tunnels

    @staticmethod
    def _look(tunnel: Tunnel, lost: set[Tunnel]) -> None:
        if tunnel._is_orphan():
            tunnel.close()
            return
        with tunnel._closing:
            if tunnel._closed:
                return
            tunnel._tend()
            if tunnel not in lost and not tunnel._works():
                lost.add(tunnel)
                _log.warning("the connection to %r has ended: its tunnel works no more", tunnel.server)


_keeper = _Keeper()
