"""Fixtures of all tests, one plugin per concern, and what is under test, in the header of the report.

The tests of the tools run where pyzmq is not installed: nothing here imports zmq before a test asks for it.
"""

from __future__ import annotations

import importlib.util
import os

import pytest

pytest_plugins = (
    "tests.fix_context",
    "tests.fix_descriptors",
    "tests.fix_draft",
    "tests.fix_gc",
    "tests.fix_green",
    "tests.fix_process",
    "tests.fix_ssh",
    "tests.fix_streams",
    "tests.fix_wait",
    # After those that they import.
    "tests.fix_async",
)


def pytest_report_header(config: pytest.Config) -> list[str]:  # noqa: ARG001  (pytest's name)
    """Name the backend and the versions."""
    if importlib.util.find_spec("zmq") is None:
        return ["pyzmq: not installed"]
    try:
        import zmq
    except ImportError as error:
        return [f"pyzmq: cannot be imported: {error}"]
    return [
        f"pyzmq: {zmq.pyzmq_version()} from {os.path.dirname(zmq.__file__)}",  # noqa: PTH120  (as Python has it)
        f"backend: {zmq.backend.name}, libzmq: {zmq.zmq_version()}, drafts: {zmq.DRAFT_API}",
    ]
