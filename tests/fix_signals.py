"""SIGALRM in the process of the tests: pytest-timeout uses it, too."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.fix_wait import wait_until


@contextmanager
def alarms(handler: Callable[..., Any], seconds: float = 0) -> Iterator[None]:
    """Handle SIGALRM with a function, and send it each `seconds`, unless that is 0.

    Afterwards no signal is left that another handler would get: PyPy calls handlers some time after the signal.
    """
    handled: list[bool] = []
    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
        yield
    finally:
        signal.signal(signal.SIGALRM, lambda *_: handled.append(True))
        signal.setitimer(signal.ITIMER_REAL, 0)
        handled.clear()
        signal.raise_signal(signal.SIGALRM)
        wait_until(lambda: handled)
        signal.signal(signal.SIGALRM, before)
