"""Sets of IPv4 and IPv6 addresses and networks."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

__all__ = ["Addresses"]

_MAPPED = IPv6Network("::ffff:0:0/96")
# The zone of an address, before the length of a prefix.
_ZONE = re.compile(r"%([^/%]+)")


class _Network(NamedTuple):
    """A network, and the zone that it is in: the name or number of an interface; empty for all zones."""

    network: IPv4Network | IPv6Network
    zone: str

    def contains(self, address: IPv4Address | IPv6Address, zone: str) -> bool:
        return (
            address.version == self.network.version
            and address in self.network
            and (not self.zone or _interface(zone) == _interface(self.zone))
        )


def _split(text: str) -> tuple[str, str]:
    """Separate the zone from an IPv6 address or network."""
    zones = _ZONE.findall(text)
    return (_ZONE.sub("", text), zones[0]) if len(zones) == 1 and ":" in text else (text, "")


def _interface(zone: str) -> str | int:
    """Return the number of an interface, or its name if there is no such interface now."""
    if zone.isdecimal():
        return int(zone)
    # PyPy 3.9 cannot tell numbers.
    if hasattr(socket, "if_nametoindex"):
        with suppress(OSError):
            return socket.if_nametoindex(zone)
    return zone


def _parse_network(text: str) -> _Network:
    """Parse an address or a network. Those of IPv4-mapped IPv6 addresses become IPv4 networks."""
    plain, zone = _split(text)
    network = ip_network(plain)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        assert mapped is not None
        return _Network(IPv4Network((mapped, network.prefixlen - _MAPPED.prefixlen)), "")
    return _Network(network, zone)


class Addresses:
    """Allowed or denied addresses. Immutable."""

    def __init__(self, networks: frozenset[_Network] = frozenset(), others: frozenset[str] = frozenset()) -> None:
        self._networks = networks
        self._others = others

    def __bool__(self) -> bool:
        return bool(self._networks or self._others)

    def __contains__(self, text: str) -> bool:
        plain, zone = _split(text)
        try:
            address = ip_address(plain)
        except ValueError:
            # A peer over ipc: localhost:UID:GID:PID, or empty if the system does not report the user.
            words = text.split(":")
            return words[0] in ("", "localhost") and any(":".join(words[:count]) in self._others for count in range(5))
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        return any(network.contains(address, zone) for network in self._networks)

    def with_(self, addresses: tuple[str, ...]) -> Addresses:
        """Return a set with more addresses. Raise ValueError for anything else."""
        networks: set[_Network] = set()
        others: set[str] = set()
        for text in addresses:
            if not isinstance(text, str):
                raise TypeError(f"an address must be a str like '192.0.2.1' or '192.0.2.0/24', not {text!r}")
            if not text or text.startswith("localhost:"):
                others.add(text)
                continue
            try:
                networks.add(_parse_network(text))
            except ValueError as error:
                raise ValueError(
                    f"{text!r} is no address: it must be an IPv4 or IPv6 address, or a network like "
                    f"'192.0.2.0/24' ({error})"
                ) from None
        return Addresses(self._networks | networks, self._others | others)
