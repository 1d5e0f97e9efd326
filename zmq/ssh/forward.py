"""Forward connections to a local port through a transport of paramiko. Added in 2.1.9."""

from __future__ import annotations

import logging
import socket
import socketserver
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import paramiko

__all__ = ["ForwardServer", "Handler", "forward_tunnel"]

_log = logging.getLogger("zmq.ssh")
_CHUNK = 65536


class Handler(socketserver.BaseRequestHandler):
    """Carries what is sent over one connection through the tunnel, both ways, until the far side ends. Added in 2.1.9.

    A thread for each way, since selecting is not safe with paramiko: its own thread may still write to the pipe behind
    `Channel.fileno()` when that is closed, which ends the whole transport, or reaches a descriptor of somebody else.
    """

    server: ForwardServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def handle(self) -> None:
        """Carry bytes until the far side ends."""
        server = self.server
        target = (server.remote_host, server.remote_port)
        try:
            channel: Any = server.transport.open_channel("direct-tcpip", target, self.request.getpeername()[:2])
        except Exception as error:
            # A peer that is not there yet, mostly: the socket connects again.
            _log.debug("the server cannot reach %s:%s: %s", *target, error)
            return
        there = threading.Thread(target=self._carry_there, args=(channel,), name="zmq.ssh", daemon=True)
        there.start()
        try:
            _copy(channel, self.request)
        finally:
            channel.close()
            with suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            there.join()

    def _carry_there(self, channel: Any) -> None:
        _copy(self.request, channel)
        # What the far side still sends is carried on; if it has ended too, there is nothing to shut down.
        with suppress(OSError, EOFError):
            channel.shutdown_write()


def _copy(source: Any, sink: Any) -> None:
    """Carry bytes until the source ends, or one of both is closed."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except (OSError, EOFError) as error:
        _log.debug("a connection has ended: %s", error)


class ForwardServer(socketserver.ThreadingTCPServer):
    """Listens on a local port, and forwards each connection in a thread. Added in 2.1.9.

    Parameters
    ----------
    address : (str, int)
        Where to listen.
    remote_host : str
        The machine that connections are forwarded to, as the SSH server sees it.
    remote_port : int
        Its port.
    transport : paramiko.Transport
        A connection to the SSH server.
    """

    daemon_threads = True
    # They end with the transport, which may be later.
    block_on_close = False
    # On Windows, this would let others listen on the same port.
    allow_reuse_address: bool = sys.platform != "win32"
    # As from Python 3.11 on.
    allow_reuse_port = False

    def __init__(
        self, address: tuple[str, int], remote_host: str, remote_port: int, transport: paramiko.Transport
    ) -> None:
        self.remote_host = remote_host
        self.remote_port = remote_port
        self.transport = transport
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (the base's names)
        """Log what went wrong with one connection."""
        _log.exception("a connection through the tunnel to %s:%s failed", self.remote_host, self.remote_port)


def forward_tunnel(local_port: int, remote_host: str, remote_port: int, transport: paramiko.Transport) -> None:
    """Forward connections to a local port; does not return.

    Parameters
    ----------
    local_port : int
        The port on 127.0.0.1 to listen on.
    remote_host : str
        The machine that connections are forwarded to, as the SSH server sees it.
    remote_port : int
        Its port.
    transport : paramiko.Transport
        A connection to the SSH server.

    Raises
    ------
    OSError
        If the local port cannot be listened on.

    Added in 2.1.9.
    """
    with ForwardServer(("127.0.0.1", local_port), remote_host, remote_port, transport) as server:
        server.serve_forever()
