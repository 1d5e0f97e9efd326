"""Extensions of others: compiled against the installed pyzmq, they use its classes and the libzmq inside of it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import zmq
from tests.fix_context import PairFactory, SocketFactory
from tests.fix_process import Runner
from tests.fix_wait import Background
from zmq.backend import name as backend

SOURCES = Path(__file__).parent / "data" / "extensions"

pytestmark = [
    pytest.mark.skipif(
        sys.implementation.name != "cpython",
        reason="the table of C functions is the Cython backend's, which PyPy does not use",
    ),
    pytest.mark.skipif(
        not (Path(sysconfig.get_path("include")) / "Python.h").exists(),
        reason="this Python has no headers to compile with",
    ),
    pytest.mark.skipif(
        os.name != "nt" and shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None,
        reason="this Python's C compiler is not installed here",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two extensions, compiled without a warning and linked with no libzmq."""
    place = tmp_path_factory.mktemp("extensions") / "build"
    shutil.copytree(SOURCES, place, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": ""}
    if os.name != "nt":
        environment["CFLAGS"] = f"{os.environ.get('CFLAGS', '')} -O0 -Wall"
    done = subprocess.run(
        # setuptools warns of what is not ours.
        [sys.executable, "-W", "ignore", "setup.py", "build_ext", "--inplace"],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=55,
    )
    assert done.returncode == 0, done.stdout
    assert not re.search(r"(zmq\w*\.(h|pxd)|in_c\.c|in_cython\.pyx)\b.*\bwarning:", done.stdout), done.stdout
    return place


def load(folder: Path, name: str) -> Any:
    """Import an extension from its folder; each process imports it once."""
    if name in sys.modules:
        return sys.modules[name]
    (path,) = (path for path in folder.glob(f"{name}.*") if path.suffix in (".so", ".pyd"))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module


@pytest.fixture(params=["in_c", "in_cython"])
def extension(request: pytest.FixtureRequest, folder: Path) -> Any:
    """Each of the two extensions."""
    if backend != "cython":
        pytest.skip("only the Cython backend gives its libzmq away; test_other_backends_are_refused covers the others")
    return load(folder, request.param)


@pytest.fixture
def in_cython(folder: Path) -> Any:
    """The extension in Cython, which also cimports the classes."""
    if backend != "cython":
        pytest.skip("only the Cython backend gives its libzmq away; test_other_backends_are_refused covers the others")
    return load(folder, "in_cython")


def test_version_is_that_of_pyzmq(extension: Any) -> None:
    assert extension.version() == zmq.zmq_version_info()


def test_sends_on_a_socket_of_python(extension: Any, pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL)
    assert extension.send(a, b"from C") == 6
    assert b.recv() == b"from C"
    with pytest.raises((OSError, zmq.ZMQError), match=re.escape(zmq.strerror(zmq.ENOTSUP))):
        extension.send(b, b"a PULL does not send")


def test_what_has_no_handle_is_refused(extension: Any, sockets: SocketFactory) -> None:
    socket = sockets(zmq.PUSH)
    socket.close()
    with pytest.raises(ValueError, match="is closed"):
        extension.send(socket, b"")
    with pytest.raises(AttributeError, match="closed"):
        extension.send(object(), b"")


def test_layouts_and_attributes_agree(in_cython: Any, context: zmq.Context[Any], pair: PairFactory) -> None:
    a, _ = pair(zmq.PUSH, zmq.PULL)
    assert in_cython.handles(context, a) == (context.underlying, a.underlying)
    with pytest.raises(TypeError, match="Socket"):
        in_cython.handles(context, context)


def test_reads_a_frame(in_cython: Any, pair: PairFactory) -> None:
    # libzmq knows the peer's type where there is a handshake.
    a, b = pair(zmq.PUSH, zmq.PULL, "tcp")
    a.send_multipart([b"one", b"two"])
    assert [in_cython.content(frame) for frame in b.recv_multipart(copy=False)] == [
        (b"one", "PUSH", True),
        (b"two", "PUSH", False),
    ]


def test_lends_memory(in_cython: Any, pair: PairFactory) -> None:
    a, b = pair(zmq.PUSH, zmq.PULL)
    counter = in_cython.send_lent(a, b"x" * 1000)
    frame = b.recv(copy=False)
    assert frame.bytes == b"x" * 1000
    del frame
    assert in_cython.take_counter(counter) == 1


def test_sockets_of_its_own_in_a_context_of_python(
    in_cython: Any, sockets: SocketFactory, background: Callable[..., Background]
) -> None:
    source, target = sockets(zmq.PUSH), sockets(zmq.PULL)
    source.bind("inproc://source")
    target.bind("inproc://target")
    relay = background(in_cython.relay, source.context, "inproc://source", "inproc://target")
    source.send(b"through C")
    assert target.recv() == b"through C"
    relay.result()


def test_what_libzmq_lacks_fails_with_enotsup(in_cython: Any, pair: PairFactory) -> None:
    a, _ = pair(zmq.PUSH, zmq.PULL)
    with pytest.raises(zmq.ZMQError) as caught:
        in_cython.join(a, b"group")
    # With the draft API it is there, but not for a PUSH.
    assert caught.value.errno == zmq.ENOTSUP


@pytest.mark.skipif(
    not any(path.suffix in (".so", ".pyd") for path in (Path(zmq.__file__).parent / "backend").glob("cffi/*")),
    reason="this build has the Cython backend alone",
)
@pytest.mark.parametrize("name", ["in_c", "in_cython"])
def test_other_backends_are_refused(name: str, folder: Path, run_python: Runner) -> None:
    """Each backend has a libzmq of its own: sockets of one must not meet functions of the other."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import {name}"
    ended = run_python(program, environment={"PYZMQ_BACKEND": "cffi"})
    assert ended.status == 1
    assert "ImportError: pyzmq uses its backend 'cffi' here" in ended.errors
    assert "Unset PYZMQ_BACKEND" in ended.errors
