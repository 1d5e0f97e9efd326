"""Faults that are known and not fixed here: they are counted, or not looked for, and are no findings."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A fault, by what the process writes when it ends."""

    text: str
    reason: str

    def matches(self, detail: str) -> bool:
        """Tell whether a process ended of it."""
        return self.text in detail


KNOWN: tuple[Known, ...] = ()

#: Doors that get no inputs, by target.
EXCLUDED: dict[tuple[str, str], str] = {
    ("tcp", "null-pair"): (
        "a PAIR that has a peer lets go of the next one's pipe but keeps its connection, and where a message has come "
        "through that, does not notice that the peer closes it: its descriptor stays until the PAIR is closed"
    )
}
