"""What the garbage collector finds."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

ResourceWarnings = Callable[[], AbstractContextManager[list[str]]]


@contextmanager
def _resource_warnings() -> Iterator[list[str]]:
    texts: list[str] = []
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("always", ResourceWarning)
        warnings.showwarning = lambda message, *_: texts.append(str(message))
        yield texts
        gc.collect()


@pytest.fixture
def resource_warnings() -> ResourceWarnings:
    """Texts of the warnings of what is deleted: ``with resource_warnings() as texts: del socket``.

    Unlike pytest.warns, it does not keep alive what the warnings are about.
    """
    return _resource_warnings
