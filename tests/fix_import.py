"""Importing modules by their names, deprecated ones and those that need other packages included."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

import pytest

#: What modules need, by the beginnings of their names.
NEEDED = {"zmq.eventloop": ("tornado",), "zmq.green": ("gevent",), "zmq.green.eventloop.": ("gevent", "tornado")}

#: Those that warn when they are imported.
DEPRECATED = frozenset({"zmq.auth.ioloop", "zmq.eventloop.ioloop", "zmq.green.eventloop.ioloop"})


def import_module(name: str) -> ModuleType:
    """Import a module; skip the test if something that the module needs is not installed."""
    for beginning, packages in NEEDED.items():
        if name.startswith(beginning):
            for package in packages:
                pytest.importorskip(package, reason=f"{name} needs {package}")
    with warnings.catch_warnings():
        if name in DEPRECATED:
            warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(name)
