"""Sets of IPv4 and IPv6 addresses and networks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Union

__all__ = ["Addresses"]

_Network = Union[IPv4Network, IPv6Network]


def _normal(text: str) -> IPv4Address | IPv6Address | None:
    """Parse the address of a peer, without scope id. An IPv4 address mapped to IPv6 becomes an IPv4 address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


class Addresses:
    """Allowed or denied addresses. Immutable."""

    def __init__(self, networks: frozenset[_Network] = frozenset(), others: frozenset[str] = frozenset()) -> None:
        self._networks = networks
        self._others = others

    def __bool__(self) -> bool:
        return bool(self._networks or self._others)

    def __contains__(self, text: str) -> bool:
        address = _normal(text)
        if address is None:
            # A peer over ipc: localhost:UID:GID:PID, or empty if the system does not report the user.
            words = text.split(":")
            return words[0] in ("", "localhost") and any(":".join(words[:count]) in self._others for count in range(5))
        return any(address.version == network.version and address in network for network in self._networks)

    def with_(self, addresses: tuple[str, ...]) -> Addresses:
        """Return a set with more addresses. Raise ValueError for anything else."""
        networks: set[_Network] = set()
        others: set[str] = set()
        for text in addresses:
            if not isinstance(text, str):
                raise TypeError(f"an address must be a str like '192.0.2.1' or '192.0.2.0/24', not {text!r}")
            address = _normal(text)
            if address is not None:
                networks.add(ip_network(address))
            elif not text or text.startswith("localhost:"):
                others.add(text)
            else:
                try:
                    networks.add(ip_network(text))
                except ValueError as error:
                    raise ValueError(
                        f"{text!r} is no address: it must be an IPv4 or IPv6 address, or a network like "
                        f"'192.0.2.0/24' ({error})"
                    ) from None
        return Addresses(self._networks | networks, self._others | others)
