"""A selection of the wake-up matrix: each pair of values of its dimensions that can occur together does."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec

import pytest

import zmq
from tests.patience import PATIENCE
from tests.wakeups.cells import DIMENSIONS, Cell, pairwise
from tests.wakeups.driver import available_transports, run_cells, select
from tests.wakeups.loops import available


@lru_cache(maxsize=1)
def selection() -> tuple[Cell, ...]:
    """The selection for this backend, and for the loops and transports that there are here."""
    return tuple(pairwise(select([], available(), [zmq.backend.name], available_transports())))


# The time limits of the cells are for a machine that does little else.
@pytest.mark.alone
@pytest.mark.timeout(300 * PATIENCE)  # only where cells hang
@pytest.mark.parametrize("loop", DIMENSIONS["loop"])
def test_pairwise(loop: str) -> None:
    """`python -m tests.wakeups --only NAME` runs a cell that fails here."""
    if loop not in available():
        pytest.skip(f"{loop} is not installed")
    cells = [cell for cell in selection() if cell.loop == loop]
    if find_spec("tornado") is None:
        # Streams need it.
        cells = [cell for cell in cells if "stream" not in cell.name]
    report = run_cells(cells, jobs=1)
    assert report.outcomes
    if report.failed:
        pytest.fail("\n".join(report.lines()), pytrace=False)
