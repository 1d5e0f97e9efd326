"""Commands to steerable proxies that are none."""

from __future__ import annotations

__all__ = ["UnknownCommands"]


class UnknownCommands:
    """Count them, and log the first: whoever can send commands must neither end the proxy nor fill the log."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, command: bytes) -> None:
        """Take note of one.

        Parameters
        ----------
        command : bytes
            Its first frame, or the beginning of that.
        """
        self.count += 1
        if self.count == 1:
            from logging import getLogger  # noqa: PLC0415  (seldom needed)

            getLogger("zmq.proxy").warning(
                "ignored the unknown command %r to a steerable proxy; known are PAUSE, RESUME, STATISTICS and "
                "TERMINATE, each as a message of one frame; further ones are counted, but not logged",
                command,
            )

    def report(self) -> None:
        """Log how many there were, if that was not said yet."""
        if self.count > 1:
            from logging import getLogger  # noqa: PLC0415

            getLogger("zmq.proxy").warning("ignored %d unknown commands to a steerable proxy", self.count)
