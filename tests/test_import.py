"""`import zmq` brings little with it; what is loaded later behaves as if it had always been there."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import pickle
import pydoc
import re
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

import zmq
from tests.fix_process import Runner
from zmq import constants

ENUMS = [name for name in constants.__all__ if not name.isupper()]

# Each of these takes longer to import than half of pyzmq, or imports one that does.
HEAVY = {
    *("asyncio", "collections", "contextlib", "ctypes", "dataclasses", "enum", "functools", "importlib", "inspect"),
    *("json", "logging", "pathlib", "pickle", "platform", "random", "re", "select", "socket", "struct", "subprocess"),
    *("threading", "types", "typing", "warnings", "weakref"),
}

IMPORTED = """
    import sys

    before = set(sys.modules)
    import zmq

    print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.skipif(
    sys.implementation.name != "cpython" or zmq.backend.name != "cython", reason="CFFI imports what it needs"
)
def test_number_of_modules(run_python: Runner) -> None:
    modules = run_python(IMPORTED, "-I").succeeded().output.split()
    assert "zmq" in modules
    assert len(modules) <= 25, f"{len(modules)} modules: {', '.join(modules)}"
    assert not HEAVY & set(modules)


def test_flags_of_code_objects() -> None:
    """Those compiled in for the limited API, where Cython would import inspect to learn them."""
    source = Path(__file__).parent.parent / "zmq" / "backend" / "cython" / "pyzmq_limited.c"
    flags = re.findall(r'{"(CO_\w+)", (0x\w+)}', source.read_text(encoding="utf-8"))
    assert len(flags) >= 7
    for name, value in flags:
        assert getattr(inspect, name) == int(value, 16), name


def test_what_the_package_itself_imports(run_python: Runner) -> None:
    """With either backend, no enum has been made, and what few programs need has not been loaded."""
    program = f"""
        import zmq

        made = {set(ENUMS)} & (set(vars(zmq)) | set(vars(zmq.constants)))
        assert not made, made
        with zmq.Context() as context, context.socket(7) as pull, context.socket(8) as push:
            push.linger = 0
            pull.bind("inproc://here")
            push.connect("inproc://here")
            push.send(b"text")
            assert pull.poll(10_000) == 1 and pull.recv() == b"text" and not pull.poll(0)
            try:
                pull.recv(1)
            except zmq.Again:
                pass
            else:
                raise AssertionError("nothing was sent")
        made = {set(ENUMS)} & (set(vars(zmq)) | set(vars(zmq.constants)))
        assert not made, made
    """
    run_python(program, "-I").succeeded()


def test_tests_are_not_installed() -> None:
    assert importlib.util.find_spec("zmq.tests") is None
    assert importlib.util.find_spec("zmq.decorators") is not None


def test_the_first_constant_brings_all_names(run_python: Runner) -> None:
    program = f"""
        import enum
        import sys
        import zmq

        before = set(sys.modules)
        from zmq import PUSH

        assert repr(PUSH) == "<SocketType.PUSH: 8>"
        assert zmq.SocketType is zmq.constants.SocketType is type(PUSH)
        assert zmq.PULL is zmq.constants.PULL is zmq.SocketType.PULL
        assert set(zmq.__all__) <= set(vars(zmq))
        assert {set(ENUMS)} <= set(vars(zmq.constants))
        if getattr(sys, "_is_gil_enabled", lambda: True)():
            # With it, the interpreter looks each name up the slow way.
            assert "__getattr__" not in vars(zmq) and "__getattr__" not in vars(zmq.constants)
        strange = [name for name in set(sys.modules) - before if not name.startswith("zmq.")]
        assert not strange, strange
    """
    run_python(program, "-I").succeeded()


def test_threads_get_the_same_enum(run_python: Runner) -> None:
    program = """
        import threading
        import sys
        import zmq

        sys.setswitchinterval(1e-6)
        count = 8
        for round, (enum, member) in enumerate(
            [("SocketOption", "LINGER"), ("Event", "EVENT_CLOSED"), ("Errno", "EAGAIN"), ("SocketType", "PUSH")]
        ):
            barrier = threading.Barrier(count)
            found = []

            def ask(number):
                barrier.wait()
                if number % 2:
                    found.append((getattr(zmq, enum), getattr(zmq, member)))
                else:
                    value = getattr(zmq.constants, member)
                    found.append((type(value), value))

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(found) == count
            assert len({id(cls) for cls, _ in found}) == len({id(value) for _, value in found}) == 1, found
            assert isinstance(found[0][1], found[0][0])
    """
    run_python(program).succeeded()


@pytest.mark.parametrize("statement", ["from zmq import *", "from zmq.constants import *", "from zmq.sugar import *"])
def test_import_of_all(run_python: Runner, statement: str) -> None:
    module = statement.split()[1]
    program = f"""
        {statement}
        import {module} as module

        missing = [name for name in module.__all__ if globals()[name] is not getattr(module, name)]
        assert not missing, missing
    """
    run_python(program).succeeded()


@pytest.mark.parametrize("module", [zmq, zmq.constants, zmq.sugar], ids=lambda module: str(module.__name__))
def test_introspection(module: ModuleType) -> None:
    names = dir(module)
    assert set(module.__all__) <= set(names)
    assert len(names) == len(set(names))
    members = dict(inspect.getmembers(module))
    assert set(members) == set(names)
    assert set(members) <= set(vars(module)) | {"Enum", "IntEnum", "IntFlag"}
    assert not hasattr(module, "no_such_name")
    with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'no_such_name'"):
        _ = module.no_such_name
    with pytest.raises(ImportError, match="no_such_name"):
        exec(f"from {module.__name__} import no_such_name")
    assert "PollEvent" in pydoc.render_doc(zmq)


@pytest.mark.parametrize("name", ["backend", "constants", "error", "sugar", "utils"])
def test_submodules_are_there(run_python: Runner, name: str) -> None:
    program = f"""
        import sys
        import zmq

        assert zmq.{name} is sys.modules["zmq.{name}"]
        assert "{name}" in dir(zmq)
    """
    run_python(program).succeeded()


@pytest.mark.parametrize("name", ["frame", "stopwatch", "tracker", "version", "context", "socket", "poll", "attrsettr"])
def test_submodules_of_sugar_are_there(run_python: Runner, name: str) -> None:
    program = f"""
        import sys
        import zmq

        assert zmq.sugar.{name} is sys.modules["zmq.sugar.{name}"]
    """
    run_python(program).succeeded()


@pytest.mark.parametrize("name", ["PUSH", "SocketType", "IO_THREADS_DFLT", "Stopwatch", "__version__", "Socket"])
def test_names_can_be_patched(run_python: Runner, name: str) -> None:
    program = f"""
        import zmq
        from unittest import mock

        with mock.patch("zmq.{name}", 123):
            assert zmq.{name} == 123
            from zmq import {name} as patched
            assert patched == 123
            assert zmq.PULL.name == "PULL"
        assert zmq.{name} != 123
        zmq.{name} = 456
        assert zmq.SUB and zmq.{name} == 456
        assert zmq.{name} == 456
    """
    run_python(program).succeeded()


def test_patched_constants_stay(run_python: Runner) -> None:
    program = """
        import zmq

        zmq.constants.PUSH = 123
        assert zmq.constants.PULL == 7 and zmq.constants.SocketType.PUSH == 8
        assert zmq.constants.PUSH == zmq.PUSH == 123
    """
    run_python(program).succeeded()


def test_patched_and_restored() -> None:
    linger = zmq.LINGER
    with mock.patch("zmq.LINGER", 123):
        assert zmq.LINGER == 123  # type: ignore[comparison-overlap]
    assert zmq.LINGER is linger


def test_reload(run_python: Runner) -> None:
    program = """
        import importlib
        import zmq

        push, cls = zmq.PUSH, zmq.SocketType
        for module in (zmq.constants, zmq.sugar, zmq):
            assert importlib.reload(module) is module
        assert zmq.PUSH is push is zmq.constants.PUSH
        assert zmq.SocketType is cls is zmq.constants.SocketType
        assert zmq.ROUTER_MANDATORY.name == "ROUTER_MANDATORY"
        with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
            assert socket.type is push
    """
    run_python(program).succeeded()


@pytest.mark.parametrize("name", ENUMS)
def test_enums_look_like_any_other(name: str) -> None:
    cls: Any = getattr(zmq, name)
    assert (cls.__module__, cls.__name__, cls.__qualname__) == ("zmq.constants", name, name)
    assert (inspect.getdoc(cls) or "").splitlines()[2].startswith(".. versionadded:: ")
    assert pickle.loads(pickle.dumps(cls)) is cls
    for member in cls.__members__.values():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(member, protocol)) is member
        assert copy.copy(member) is copy.deepcopy(member) is member
        assert eval(repr(member).split(":")[0].strip("<"), {name: cls}) is member


def test_members_unpickle_where_nothing_was_asked_for(run_python: Runner) -> None:
    pickled = pickle.dumps((zmq.PUSH, zmq.EVENT_ALL, zmq.POLLIN | zmq.POLLOUT))
    program = f"""
        import pickle

        push, every, mask = pickle.loads({pickled!r})
        import zmq
        assert push is zmq.PUSH
        assert every is zmq.Event.ALL
        assert mask == 3 and type(mask) is zmq.PollEvent
    """
    run_python(program).succeeded()


def test_what_type_checkers_see_is_what_is_made() -> None:
    """The static half of the module, run for once, gives the same enums as the half that is used."""
    source = inspect.getsource(constants)
    assert source.count("\nTYPE_CHECKING = False\n") == 1
    static = ModuleType("zmq.constants")
    exec(source.replace("\nTYPE_CHECKING = False\n", "\nTYPE_CHECKING = True\n"), vars(static))
    for name in constants.__all__:
        assert name in vars(static), name
        made, seen = getattr(constants, name), getattr(static, name)
        if name not in ENUMS:
            assert (made, repr(made)) == (seen, repr(seen))
            continue
        assert made.__mro__[1:] == seen.__mro__[1:]
        assert inspect.getdoc(made) == inspect.cleandoc(inspect.getdoc(seen) or "")
        assert [(key, repr(member)) for key, member in made.__members__.items()] == [
            (key, repr(member)) for key, member in seen.__members__.items()
        ]
        assert set(dir(made)) == set(dir(seen))
    assert [kind.value for kind in constants._OptType] == [kind.value for kind in static._OptType]


T = typing.TypeVar("T")


class GenericSocket(zmq.Socket[T]):  # a class of one's own, generic at run time too
    pass


class DoublyGeneric(zmq.Socket[Any], typing.Generic[T]):
    pass


class BytesSocket(zmq.Socket[bytes]):
    pass


class BytesContext(zmq.Context[BytesSocket]):
    _socket_class = BytesSocket


def test_subscripts_at_run_time() -> None:
    alias: Any = zmq.Context[zmq.Socket[bytes]]
    assert typing.get_origin(alias) is zmq.Context
    assert typing.get_args(alias) == (zmq.Socket[bytes],)
    assert alias == zmq.Context[zmq.Socket[bytes]] != zmq.Context[zmq.Socket[str]]
    assert hash(alias) == hash(zmq.Context[zmq.Socket[bytes]])
    assert repr(alias) == "zmq.sugar.context.Context[zmq.sugar.socket.Socket[bytes]]"
    assert pickle.loads(pickle.dumps(alias)) == alias == copy.deepcopy(alias)
    assert typing.get_args(zmq.Socket[T]) == (T,)  # type: ignore[valid-type]
    assert typing.Optional[zmq.Socket[bytes]] == typing.Union[zmq.Socket[bytes], None]


def test_instances_of_subscripted_classes() -> None:
    with zmq.SyncContext() as context:
        assert type(context) is zmq.Context
        with context.socket(zmq.PAIR) as socket:
            assert type(socket) is zmq.Socket
        with zmq.SyncSocket(context, zmq.PAIR) as socket, zmq.SyncSocket.shadow(socket) as shadow:
            assert type(socket) is type(shadow) is zmq.Socket


@pytest.mark.parametrize("cls", [GenericSocket, DoublyGeneric, GenericSocket[bytes], DoublyGeneric[int], BytesSocket])
def test_generic_classes_of_ones_own(cls: Any, context: zmq.Context[Any]) -> None:
    with cls(context, zmq.PUSH) as socket:
        assert isinstance(socket, zmq.Socket)
        assert socket.type is zmq.PUSH
        assert not hasattr(socket, "no_such_option")
        with pytest.raises(AttributeError, match="no such option"):
            socket.no_such_option = 1  # type: ignore[attr-defined]


def test_subscripted_base() -> None:
    assert BytesSocket.__mro__[1] is zmq.Socket
    assert typing.get_args(getattr(BytesSocket, "__orig_bases__")[0]) == (bytes,)  # noqa: B009  (stubs lack it)
    with BytesContext() as context, context.socket(zmq.PULL) as socket:
        assert type(socket) is BytesSocket
    assert "Generic" not in {cls.__name__ for cls in BytesSocket.__mro__ if cls.__module__ == "typing"}


def test_warnings_arrive(run_python: Runner) -> None:
    """They come from where the interpreter has them, which does not load the module of that name."""
    program = """
        import warnings
        import zmq

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            context = zmq.Context()
            socket = context.socket(zmq.PAIR)
            socket.linger = 0
            del socket
            import gc
            gc.collect()
            context.term()
        assert [str(entry.message).split()[1] for entry in caught] == ["socket"], caught
        assert caught[0].category is ResourceWarning
        assert caught[0].source is not None
    """
    run_python(program).succeeded()


def test_signature_defaults() -> None:
    """Plain numbers, equal to the members of enums that earlier releases had there."""
    assert inspect.signature(zmq.Poller.register).parameters["flags"].default == zmq.POLLIN | zmq.POLLOUT
    assert inspect.signature(zmq.Poller.modify).parameters["flags"].default == zmq.POLLIN | zmq.POLLOUT
    assert inspect.signature(zmq.Socket.poll).parameters["flags"].default == zmq.POLLIN


def test_import_from_of_modules(run_python: Runner) -> None:
    """`from zmq import x` asks for an attribute first; what is a module is imported then."""
    program = """
        from zmq import utils
        from zmq.utils import jsonapi
        from zmq import sugar, backend
        from zmq.sugar import stopwatch
        from zmq.sugar.stopwatch import Stopwatch
        import zmq.sugar.version as version
        import zmq

        assert zmq.utils is utils and zmq.utils.jsonapi is jsonapi
        assert zmq.Stopwatch is Stopwatch is stopwatch.Stopwatch
        assert zmq.zmq_version is version.zmq_version and zmq.__version__ == version.__version__
    """
    run_python(program).succeeded()
