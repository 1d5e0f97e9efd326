"""Stopwatch: libzmq's deprecated one, by Python's clock."""

from __future__ import annotations

import time
from _warnings import warn

__all__ = ["Stopwatch"]


class Stopwatch:
    """Measure time in microseconds.

    Deprecated: use :func:`time.monotonic` or :func:`time.perf_counter`. Not thread-safe.
    """

    def __init__(self) -> None:
        warn(
            "zmq.Stopwatch is deprecated. Use stdlib time.monotonic and friends instead",
            DeprecationWarning,
            stacklevel=2,
        )
        self._started: int | None = None

    def start(self) -> None:
        """Start measuring, from now."""
        self._started = time.perf_counter_ns()

    def stop(self) -> int:
        """Stop measuring.

        Returns
        -------
        int
            Microseconds since :meth:`start`.

        Raises
        ------
        RuntimeError
            If it was not started.
        """
        if self._started is None:
            raise RuntimeError("the Stopwatch was not started")
        elapsed = time.perf_counter_ns() - self._started
        self._started = None
        return elapsed // 1000
