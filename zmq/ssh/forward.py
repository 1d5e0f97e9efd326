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
    """Carry the bytes of one connection through the tunnel, both ways, until the remote end closes it.

    Subclasses set the attributes. There is a thread for each direction, since selecting is not safe with paramiko: its
    own thread may still write to the pipe behind `Channel.fileno()` when that is closed. This ends the whole transport,
    or reaches an unrelated descriptor.

    Added in 2.1.9.
    """

    #: A connection to the SSH server.
    ssh_transport: paramiko.Transport
    #: The machine to forward to, as seen from the SSH server.
    chain_host: str
    #: Its port.
    chain_port: int

    def handle(self) -> None:
        """Carry bytes until the remote end closes the connection."""
        target = (self.chain_host, self.chain_port)
        try:
            channel: Any = self.ssh_transport.open_channel("direct-tcpip", target, self.request.getpeername()[:2])
        except Exception as error:
            # Usually the peer does not listen yet: the socket connects again.
            _log.debug("the server cannot reach %s:%s: %s", *target, error)
            return
        sender = threading.Thread(target=self._send, args=(channel,), name="zmq.ssh", daemon=True)
        sender.start()
        try:
            _copy(channel, self.request)
        finally:
            channel.close()
            with suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            sender.join()

    def _send(self, channel: Any) -> None:
        _copy(self.request, channel)
        # The remote end may still send. If it has closed the connection, too, there is nothing to shut down.
        with suppress(OSError, EOFError):
            channel.shutdown_write()


def _copy(source: Any, sink: Any) -> None:
    """Carry bytes until the source ends, or one of them is closed."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except (OSError, EOFError) as error:
        _log.debug("a connection has ended: %s", error)


class ForwardServer(socketserver.ThreadingTCPServer):
    """Listen on a local port, and forward each connection in a thread.

    Parameters
    ----------
    server_address : (str, int)
        The address to listen on.
    RequestHandlerClass : type
        A subclass of :class:`Handler`.
    bind_and_activate : bool
        Whether to listen at once.

    Added in 2.1.9.
    """

    daemon_threads = True
    # Threads end with the transport, which may be later than the server.
    block_on_close = False
    # On Windows, this would let other programs listen on the same port.
    allow_reuse_address: bool = sys.platform != "win32"
    # The default from Python 3.11 on.
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (names of the base class)
        """Log an error of one connection."""
        _log.exception("a connection through the tunnel from %s:%s failed", *self.server_address[:2])


def handler(remote_host: str, remote_port: int, transport: paramiko.Transport) -> type[Handler]:
    """Return a handler that forwards to a port.

    Parameters
    ----------
    remote_host, remote_port, transport
        As for :func:`forward_tunnel`.

    Returns
    -------
    type
        A subclass of :class:`Handler`.

    Thread-safe. Added in 27.4.
    """
    return type(
        "Handler", (Handler,), {"chain_host": remote_host, "chain_port": remote_port, "ssh_transport": transport}
    )


def forward_tunnel(local_port: int, remote_host: str, remote_port: int, transport: paramiko.Transport) -> None:
    """Forward connections to a local port. Does not return.

    Parameters
    ----------
    local_port : int
        The port on 127.0.0.1 to listen on.
    remote_host : str
        The machine to forward to, as seen from the SSH server.
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
    with ForwardServer(("127.0.0.1", local_port), handler(remote_host, remote_port, transport)) as server:
        server.serve_forever()
