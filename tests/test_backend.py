"""Choosing the backend, and the contract that each satisfies."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zmq
from tests.fix_gc import collect
from zmq.backend import _abc
from zmq.backend.select import backend_modules, first_backend, public_api, select_backend

if TYPE_CHECKING:
    # For the type checker: the classes of both satisfy the protocols.
    from zmq.backend import cffi, cython

    _contexts: tuple[type[_abc.Context], ...] = (cython.Context, cffi.Context)
    _sockets: tuple[type[_abc.Socket], ...] = (cython.Socket, cffi.Socket)
    _attributes: tuple[type[_abc.OptionAttribute], ...] = (cython.OptionAttribute, cffi.OptionAttribute)


def test_public_api_is_the_contract() -> None:
    described = set(vars(_abc.Backend)) | set(_abc.Backend.__annotations__)
    assert set(public_api) == {name for name in described if not name.startswith("_")}
    for name in public_api:
        assert hasattr(zmq.backend, name)
    assert set(public_api) <= {*vars(zmq.backend)["__all__"]}


@pytest.mark.parametrize("protocol", ["Context", "Socket", "Frame", "OptionAttribute"])
def test_classes_have_what_the_contract_names(protocol: str) -> None:
    offered = set(dir(getattr(zmq.backend, protocol)))
    contract = getattr(_abc, protocol)
    named = {name for name in vars(contract) if not name.startswith("_")} | set(
        getattr(contract, "__annotations__", ())
    )
    assert named <= offered


def test_which_modules() -> None:
    assert backend_modules("cffi") == ["zmq.backend.cffi"]
    assert backend_modules("cython") == ["zmq.backend.cython"]
    assert backend_modules("my.own") == ["my.own"]
    first = "cython" if sys.implementation.name == "cpython" else "cffi"
    for nothing in (None, ""):
        assert backend_modules(nothing)[0] == f"zmq.backend.{first}"
        assert len(backend_modules(nothing)) == 2


def test_backend_of_ones_own(run_python: Any, tmp_path: Any) -> None:
    (tmp_path / "own_backend.py").write_text(f"from zmq.backend.{zmq.backend.name} import *\nOWN = True\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "backend.py").write_text(f"from zmq.backend.{zmq.backend.name} import *\n")
    program = """
        import zmq
        assert zmq.backend.name == "own.backend", zmq.backend.name
        with zmq.Context() as context, context.socket(zmq.PAIR) as socket:
            print(socket.type.name)
    """
    assert run_python(program, environment={"PYZMQ_BACKEND": "own.backend"}).succeeded().output == "PAIR\n"


def test_no_backend(run_python: Any) -> None:
    ended = run_python("import zmq", environment={"PYZMQ_BACKEND": "not.there"})
    assert ended.status == 1
    message = ended.errors[ended.errors.rindex("ImportError: ") :]
    assert "not.there: ModuleNotFoundError: No module named 'not'" in message
    assert "PYZMQ_BACKEND" in message


def module(monkeypatch: pytest.MonkeyPatch, name: str, attributes: dict[str, Any]) -> str:
    made = types.ModuleType(name)
    vars(made).update(attributes)
    monkeypatch.setitem(sys.modules, name, made)
    return name


def test_every_failure_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = {name: object() for name in public_api}
    lacking = module(monkeypatch, "lacking", {name: object() for name in public_api if name != "Frame"})
    good = module(monkeypatch, "good", complete)
    with pytest.raises(ImportError) as caught:
        first_backend(["missing_module", lacking])
    text = str(caught.value)
    assert "missing_module: ModuleNotFoundError" in text
    assert "lacking: ImportError: it lacks Frame" in text
    assert "pip install" in text
    assert caught.value.__cause__ is not None
    assert vars(first_backend([good, lacking]))["Frame"] is complete["Frame"]
    # What is not installed is no reason to complain, what is broken is.
    assert first_backend(["missing_module", good]) is not None
    with pytest.warns(RuntimeWarning, match="uses good, since lacking cannot be imported"):
        first_backend([lacking, good])


def test_selecting_a_backend_by_name() -> None:
    selected = select_backend(f"zmq.backend.{zmq.backend.name}")
    assert selected["Frame"] is selected["Message"] is zmq.Frame
    assert {*public_api, "Message"} == selected.keys()
    for nonsense in ("", None, 5, "missing_module"):
        with pytest.raises(ImportError):
            select_backend(nonsense)  # type: ignore[arg-type]


@pytest.mark.skipif(zmq.backend.name != "cffi", reason="the memory of the Cython backend's objects is their own")
def test_memory_outlives_its_finaliser(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    """The collector finalises the memory and who has it in any order: what comes later looks at it once more."""
    from zmq.backend.cffi._cffi import ffi

    other: Any = zmq.Context()
    for thing, memory in ((context.socket(zmq.PUSH), "_cffi_sock"), (other, "_cffi_ctx")):
        assert not thing.closed
        ffi.release(getattr(thing, memory))
        # What others get that is made meanwhile.
        made = [context.socket(zmq.PUSH) for _ in range(20)]
        assert thing.closed
        assert thing.underlying == 0
        assert "closed" in repr(thing)
        for socket in made:
            assert not socket.closed
            socket.close()


class _Selfish(zmq.Socket[bytes]):
    me: Any = None


@pytest.mark.skipif(zmq.backend.name != "cffi", reason="the memory of the Cython backend's objects is their own")
def test_memory_is_finalised_after_its_owner(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    """An unclosed socket in a cycle warns, in whatever order CPython's collector finds it and its memory."""
    collect()
    memory: Any = context.socket(zmq.PUSH, _Selfish)
    later: list[Any] = [memory]
    memory = memory._cffi_sock
    # The collector puts what it finds by way of other objects behind them.
    collect()
    del memory
    socket = later.pop()
    socket.me = socket
    del socket
    with pytest.warns(ResourceWarning, match="Unclosed socket"):
        collect()


def test_no_constant_is_cast_to_a_pointer() -> None:
    """Cython makes NULL of ``<PyObject *> False``: what is compared with it is never equal."""
    folder = Path(__file__).parent.parent / "zmq" / "backend" / "cython"
    sources = sorted(folder.glob("*.p[yx]*"))
    assert len(sources) > 10
    for source in sources:
        found = re.findall(r"<\w+ ?\*> *(?:False|True|[0-9]+)\b", source.read_text(encoding="utf-8"))
        assert not found, f"{source.name}: {found}"
