"""Versions, capabilities, and what the package exports."""

from __future__ import annotations

import importlib
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest

import zmq
from zmq.sugar import version

# What pyzmq 27.3 exports beside the constants.
NAMES = [
    *("get_includes", "COPY_THRESHOLD", "DRAFT_API", "device", "Context", "SyncContext", "DraftFDWarning"),
    *("ZMQBaseError", "ZMQBindError", "ZMQError", "NotDone", "ContextTerminated", "InterruptedSystemCall", "Again"),
    *("ZMQVersionError", "Frame", "Message", "Poller", "select", "Socket", "SyncSocket", "MessageTracker"),
    *("_FINISHED_TRACKER", "zmq_version", "zmq_version_info", "pyzmq_version", "pyzmq_version_info", "__version__"),
    *("__revision__", "Stopwatch", "proxy", "proxy_steerable", "zmq_poll", "strerror", "zmq_errno", "has"),
    *("curve_keypair", "curve_public", "IPC_PATH_MAX_LEN", "PYZMQ_DRAFT_API"),
]


def test_exports() -> None:
    assert set(NAMES) <= set(zmq.__all__)
    assert set(zmq.constants.__all__) <= set(zmq.__all__)
    assert len(zmq.__all__) == len(set(zmq.__all__))
    for name in zmq.__all__:
        assert hasattr(zmq, name), name
    for name in ("backend", "constants", "error", "sugar", "utils", "get_library_dirs", "build_info"):
        assert hasattr(zmq, name), name


@pytest.mark.parametrize("module", ["context", "socket", "frame", "poll", "tracker", "version", "stopwatch"])
def test_modules_export_what_they_have(module: str) -> None:
    loaded = importlib.import_module(f"zmq.sugar.{module}")
    for name in loaded.__all__:
        assert getattr(zmq, name) is getattr(loaded, name)


def test_utils_are_loaded_on_demand() -> None:
    assert zmq.utils.jsonapi.loads(zmq.utils.jsonapi.dumps({"a": [1, "é"]})) == {"a": [1, "é"]}
    assert zmq.utils.jsonapi.dumps([1], indent=1) == b"[\n 1\n]"
    assert zmq.utils.jsonapi.loads('"text"') == "text"
    with pytest.raises(AttributeError, match="nothing"):
        _ = zmq.utils.nothing


def test_version_of_libzmq() -> None:
    info = zmq.zmq_version_info()
    assert len(info) == 3
    assert info >= (3, 2, 2)
    assert zmq.zmq_version() == ".".join(map(str, info))


def test_version_of_pyzmq() -> None:
    assert zmq.pyzmq_version() == zmq.__version__ + (f"+{zmq.__revision__[:6]}" if zmq.__revision__ else "")
    info = zmq.pyzmq_version_info()
    assert info[:3] >= (27, 4, 0)
    assert zmq.__version__.startswith(".".join(map(str, info[:3])))
    assert info == version.version_info


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("27.4.0", (27, 4, 0, "")),
        ("27.4", (27, 4, 0, "")),
        ("28.0.0b1", (28, 0, 0, "b1")),
        ("28.1.2.dev3+gabc", (28, 1, 2, ".dev3+gabc")),
    ],
)
def test_parsing_versions(text: str, parsed: tuple[Any, ...]) -> None:
    assert version._parse(text) == parsed


def test_parsing_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="'unknown'"):
        version._parse("unknown")


def test_development_versions_are_more_than_any_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "version_info", (28, 0, 0, math.inf))
    assert version.pyzmq_version_info() > (28, 0, 0)
    monkeypatch.setattr(version, "__version__", "28.0.0.dev0")
    monkeypatch.setattr(version, "__revision__", "0123456789")
    assert version.pyzmq_version() == "28.0.0.dev0+012345"


def test_capabilities() -> None:
    assert type(zmq.has("curve")) is bool
    assert zmq.has("nonsense") is False
    assert zmq.DRAFT_API is (zmq.PYZMQ_DRAFT_API and zmq.has("draft"))
    with pytest.raises(TypeError):
        zmq.has(b"curve")  # type: ignore[arg-type]


def test_errors() -> None:
    assert zmq.strerror(zmq.EINVAL) == os.strerror(zmq.EINVAL)
    assert re.search("terminated", zmq.strerror(zmq.ETERM))
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        with pytest.raises(zmq.ZMQError):
            socket.send(b"in the wrong state")
        assert zmq.zmq_errno() == zmq.EFSM


def test_folders() -> None:
    includes = [Path(folder) for folder in zmq.get_includes()]
    assert all(folder.is_absolute() and folder.is_dir() for folder in includes)
    assert includes[0] == Path(zmq.__file__).resolve().parents[1]
    assert [Path(folder) for folder in zmq.get_library_dirs()] == [Path(zmq.__file__).resolve().parent]


def test_stopwatch() -> None:
    with pytest.warns(DeprecationWarning, match=r"^zmq\.Stopwatch is deprecated\. Use stdlib"):
        watch = zmq.Stopwatch()
    with pytest.raises(RuntimeError, match="not started"):
        watch.stop()
    watch.start()
    assert watch.stop() >= 0


@pytest.mark.parametrize("module", ["asyncio", "json", "pickle", "ctypes", "tornado", "cffi", "subprocess"])
def test_import_is_light(run_python: Any, module: str) -> None:
    program = f"""
        import sys
        before = set(sys.modules)
        import zmq
        print({module!r} in set(sys.modules) - before)
    """
    if module == "cffi" and zmq.backend.name == "cffi":
        pytest.skip("the backend is CFFI's")
    assert run_python(program).succeeded().output == "False\n"
