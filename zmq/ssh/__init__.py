"""Connect sockets through SSH tunnels: ``ssh.tunnel_connection(socket, "tcp://10.0.1.2:5555", "user@server")``.

Importing this needs nothing; tunnels need pexpect, or paramiko: ``pip install 'pyzmq[ssh]'``. Added in 2.1.9.
"""

from __future__ import annotations

from zmq.ssh import tunnel
from zmq.ssh.tunnel import (
    open_tunnel,
    openssh_tunnel,
    paramiko_tunnel,
    select_random_ports,
    ssh_tunnel,
    try_passwordless_ssh,
    tunnel_connection,
)

__all__ = [
    "open_tunnel",
    "openssh_tunnel",
    "paramiko_tunnel",
    "select_random_ports",
    "ssh_tunnel",
    "try_passwordless_ssh",
    "tunnel",
    "tunnel_connection",
]
