"""What the proxies of both backends share: unknown commands, and whether signals concern them."""

from __future__ import annotations

import sys

__all__ = ["UnknownCommands", "runs_signal_handlers"]


def runs_signal_handlers() -> bool:
    """Tell whether the calling thread may be the one that runs signal handlers: Python's main thread.

    Returns
    -------
    bool
        False if it is certainly another one. There, a loop in C that returns for signal handlers would wait for the GIL
        in vain.

    Thread-safe.
    """
    threading = sys.modules.get("threading")
    # Where gevent has put greenlets in the place of threads, `threading` knows greenlets.
    if threading is None or "gevent.monkey" in sys.modules:
        return True
    return bool(threading.get_ident() == threading.main_thread().ident)


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
