"""What ``recv_pyobj`` does where ``Socket.guard_pyobj`` is set."""

from __future__ import annotations

import pickle
from ipaddress import IPv6Address, ip_address
from typing import Any

from zmq.backend import Frame
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import ZMQError

_ENFORCE, _DOMAIN = _VALUES["SocketOption"]["ZAP_ENFORCE_DOMAIN"], _VALUES["SocketOption"]["ZAP_DOMAIN"]


def load_guarded(socket: SocketBase, frame: object) -> Any:
    """Unpickle a received frame; refuse one from another machine whose peer no authenticator has admitted.

    Raises
    ------
    pickle.UnpicklingError
        If it is refused, or no pickle.
    """
    # A subclass's recv may return anything.
    if not isinstance(frame, Frame):
        raise pickle.UnpicklingError(f"refused by Socket.guard_pyobj: no frame that has a peer, but {type(frame)}")
    address = _property(frame, "Peer-Address")
    if not (is_local(address) or (_property(frame, "User-Id") and _is_enforced(socket))):
        raise pickle.UnpicklingError(
            f"refused by Socket.guard_pyobj: a pickle from {address!r}; the peer has no User-Id, or the socket was not "
            "bound with zap_domain and zap_enforce_domain"
        )
    return pickle.loads(frame.buffer)


def is_local(address: str) -> bool:
    """Whether a peer is on this machine, by its address as libzmq tells it: none for inproc."""
    try:
        ip = ip_address(address)
    except ValueError:
        # ipc: the host, maybe, and the numbers of the user, group and process.
        return address.partition(":")[0] in ("", "localhost")
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def _property(frame: Frame, name: str) -> str:
    try:
        return str(frame.get(name))
    except ZMQError:
        return ""


def _is_enforced(socket: SocketBase) -> bool:
    """Whether every peer was admitted by an authenticator. If not, the peer itself may have sent the User-Id."""
    try:
        return bool(socket.get(_ENFORCE) and socket.get(_DOMAIN))
    except ZMQError:  # of a libzmq before 4.3
        return False
