"""Counting the descriptors of this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def count_descriptors() -> Callable[[], int]:
    """Return how many descriptors are open. libzmq closes those of closed sockets in a thread of its own, later."""
    folder = Path({"linux": "/proc/self/fd", "darwin": "/dev/fd"}.get(sys.platform, os.devnull))
    if not folder.is_dir():
        pytest.skip("the descriptors of a process are listed on Linux and macOS only")
    return lambda: len(list(folder.iterdir())) - 1  # that of the listing
