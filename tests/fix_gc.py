"""What the garbage collector finds, and what it must not take away: the memory of objects that are exported."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import pytest

ResourceWarnings = Callable[[], AbstractContextManager[list[str]]]

# PyPy finalises an object only after those that refer to it, one layer in each collection: a socket in a cycle, its
# context, what both hold of libzmq.
_COLLECTIONS = 5 if sys.implementation.name == "pypy" else 1

# Odd, so that each of two places in the same test has its turn.
_PACE = 9 if sys.implementation.name == "pypy" else 1
_calls = count()


def collect() -> None:
    """Collect all garbage, with everything that only garbage refers to."""
    for _ in range(_COLLECTIONS):
        gc.collect()


def collect_often() -> None:
    """Collect garbage, where that is done after each of very many tests.

    PyPy takes a tenth of a second for it, so there only every now and then: what it would bring to light in the tests
    between, CPython does in the same code.
    """
    if next(_calls) % _PACE == 0:
        gc.collect()


def _exports_lock() -> bool:
    data = bytearray(1)
    with memoryview(data):
        try:
            data.append(0)
        except BufferError:
            return True
    return False


#: Whether an object whose memory is exported refuses to move or free it. PyPy's do not.
EXPORTS_LOCK = _exports_lock()

#: For tests of sharing memory that its owner could move.
needs_locks = pytest.mark.skipif(
    not EXPORTS_LOCK, reason="exports lock nothing in this interpreter, so what can move is copied, not shared"
)


@contextmanager
def _resource_warnings() -> Iterator[list[str]]:
    texts: list[str] = []
    collect()
    with warnings.catch_warnings():
        warnings.simplefilter("always", ResourceWarning)
        warnings.showwarning = lambda message, *_: texts.append(str(message))
        yield texts
        collect()


@pytest.fixture
def resource_warnings() -> ResourceWarnings:
    """Texts of the warnings of what is deleted: ``with resource_warnings() as texts: del socket``.

    Unlike pytest.warns, it does not keep alive what the warnings are about.
    """
    return _resource_warnings


@pytest.fixture(scope="session", autouse=True)
def _freeze() -> Iterator[None]:
    """Spare collections of garbage the modules and the tests: else they take most of the time of many tests."""
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()
        yield
        # Some modules complain at exit of what is not collected.
        gc.unfreeze()
    else:
        yield
