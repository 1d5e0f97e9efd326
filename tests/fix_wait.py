"""Waiting for what other threads do: for a condition, and for a call that must end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests.patience import PATIENCE

T = TypeVar("T")

#: Seconds that anything here may take. Only failing tests wait that long.
LIMIT = 20.0 * PATIENCE


def wait_until(condition: Callable[[], T], limit: float = LIMIT) -> T:
    """Call something again and again until it returns something true; fail if it does not within these seconds."""
    deadline = time.monotonic() + limit
    pause = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition was not fulfilled in time"
        pause.wait(0.001)
    return value


@pytest.fixture
def eventually() -> Callable[[Callable[[], T]], T]:
    """:func:`wait_until`, with its usual limit."""
    return wait_until


class Background:
    """A call in a thread of its own, with its result."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.error: BaseException | None = None
        self.value: Any = None
        self._thread = threading.Thread(target=self._run, args=(function, *args), daemon=True)
        self._thread.start()

    def _run(self, function: Callable[..., Any], *args: Any) -> None:
        try:
            self.value = function(*args)
        except BaseException as error:
            self.error = error

    def result(self) -> Any:
        """Wait for the end; return or raise what the call did."""
        self._thread.join(LIMIT)
        assert not self._thread.is_alive(), "the call has not ended in time"
        if self.error is not None:
            raise self.error
        return self.value

    def running(self) -> bool:
        return self._thread.is_alive()


@pytest.fixture
def background() -> Callable[..., Background]:
    """Start a call in a thread: ``background(function, *args).result()``."""
    return Background
