"""Forward connections to a local port through a transport of paramiko. Added in 2.1.9."""

from __future__ import annotations

import logging
import selectors
import socketserver
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import paramiko

__all__ = ["ForwardServer", "Handler", "forward_tunnel"]

_log = logging.getLogger("zmq.ssh")
_CHUNK = 65536


class Handler(socketserver.BaseRequestHandler):
    """Carries what is sent over one connection through the tunnel, both ways, until one side ends. Added in 2.1.9."""

    server: ForwardServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def handle(self) -> None:
        """Carry bytes until one side ends."""
        server = self.server
        target = (server.remote_host, server.remote_port)
        try:
            channel: Any = server.transport.open_channel("direct-tcpip", target, self.request.getpeername()[:2])
        except Exception as error:
            # A peer that is not there yet, mostly: the socket connects again.
            _log.debug("the server cannot reach %s:%s: %s", *target, error)
            return
        try:
            self._carry(channel)
        except (OSError, EOFError) as error:
            _log.debug("a connection to %s:%s has ended: %s", *target, error)
        finally:
            channel.close()

    def _carry(self, channel: Any) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.request, selectors.EVENT_READ, (self.request, channel))
            selector.register(channel, selectors.EVENT_READ, (channel, self.request))
            while True:
                for key, _ in selector.select():
                    source, sink = key.data
                    data = source.recv(_CHUNK)
                    if not data:
                        return
                    sink.sendall(data)


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
