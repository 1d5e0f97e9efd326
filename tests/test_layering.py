"""Nothing imports upwards: read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import zmq

PACKAGE = Path(zmq.__file__).resolve().parent

# From the bottom to the top; a module may import from its own room and from those below. The most specific name counts.
ROOMS: list[list[str]] = [
    ["zmq._version", "zmq.constants"],
    ["zmq.error", "zmq.utils", "zmq.utils.interop", "zmq.utils.jsonapi", "zmq.utils.monitor"],
    ["zmq._numbers", "zmq._tracker"],
    ["zmq.backend"],
    ["zmq.sugar"],
    ["zmq._async", "zmq._future"],
    [
        *("zmq.asyncio", "zmq.auth", "zmq.curve_keygen", "zmq.decorators", "zmq.devices", "zmq.eventloop", "zmq.green"),
        *("zmq.log", "zmq.ssh", "zmq.utils.garbage", "zmq.utils.signing", "zmq.utils.strtypes"),
        *("zmq.utils.win32", "zmq.utils.z85"),
        "zmq._build_info",
    ],
]
LEVELS = {name: level for level, names in enumerate(ROOMS) for name in names}
TOP = len(ROOMS)
LEVELS["zmq.__main__"] = TOP

# Cycles of two that are broken by importing inside a function: an error asks the backend for its text only when it is
# printed. Nothing else may do so.
DELAYED = {("zmq.error", "zmq.backend")}

MODULES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = ["zmq", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def level(name: str) -> int:
    """The room of a module, that of the package itself being the top."""
    while name != "zmq":
        if name in LEVELS:
            return LEVELS[name]
        name = name.rpartition(".")[0]
    return TOP


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST, package: str, *, delayed: bool = False) -> Iterator[tuple[str, bool]]:
    """Names of what is imported at run time, each with whether that happens in a function only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, delayed) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parent, *([base] if base else [])])
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield (submodule if is_module(submodule) else base), delayed
        elif is_type_checking(node):
            assert isinstance(node, ast.If)
            for branch in node.orelse:
                yield from imports(ast.Module([branch], []), package, delayed=delayed)
        else:
            inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from imports(node, package, delayed=delayed or inside)


def is_module(name: str) -> bool:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    # Asked for by name, a file system may have zmq.sugar.Socket, which is socket.py.
    return path.is_dir() or f"{path.name}.py" in {other.name for other in path.parent.glob("*.py")}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_down(path: Path) -> None:
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    wrong = []
    for imported, delayed in imports(ast.parse(path.read_text("utf-8")), package):
        if imported.split(".")[0] != "zmq" or level(imported) <= level(name):
            continue
        if not (delayed and any((name, room) in DELAYED for room in (imported, imported.rpartition(".")[0]))):
            wrong.append(imported)
    assert not wrong, f"{name} imports from above: {', '.join(wrong)}"


def test_every_module_has_a_room() -> None:
    top = {name for path in MODULES if level(name := module_name(path)) == TOP}
    assert top <= {"zmq", "zmq.__main__"}


def test_the_package_imports_no_service() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    services = {name for name in ROOMS[-1] if name != "zmq._build_info"}
    assert not services & {imported for imported, _ in imports(tree, "zmq")}


@pytest.mark.parametrize("backend", ["cython", "cffi"])
def test_backends_do_not_know_each_other(backend: str) -> None:
    other = {"cython": "cffi", "cffi": "cython"}[backend]
    for path in (PACKAGE / "backend" / backend).rglob("*.py"):
        name = module_name(path)
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for imported, _ in imports(ast.parse(path.read_text("utf-8")), package):
            assert not imported.startswith(f"zmq.backend.{other}"), f"{name} imports {imported}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import zmq.sugar.socket", [("zmq.sugar.socket", False)]),
        ("from zmq import sugar", [("zmq.sugar", False)]),
        ("from zmq.sugar import Socket", [("zmq.sugar", False)]),
        ("from ..sugar import Socket", [("zmq.sugar", False)]),
        ("from . import select", [("zmq.backend.select", False)]),
        ("if TYPE_CHECKING:\n    import zmq.sugar\nelse:\n    import zmq.error", [("zmq.error", False)]),
        ("def f():\n    if x:\n        import zmq.sugar", [("zmq.sugar", True)]),
        ("class C:\n    try:\n        import zmq.sugar\n    finally:\n        pass", [("zmq.sugar", False)]),
    ],
)
def test_the_reader_of_imports(source: str, expected: list[tuple[str, bool]]) -> None:
    """This test-suite could not fail if it saw no imports."""
    assert list(imports(ast.parse(source), "zmq.backend")) == expected


def test_the_levels() -> None:
    assert level("zmq.constants") < level("zmq.error") < level("zmq._tracker") < level("zmq.backend.cffi.socket")
    assert level("zmq.backend.select") < level("zmq.sugar.context") < level("zmq.auth.thread") < level("zmq")
    assert level("zmq.utils.jsonapi") < level("zmq.sugar") < level("zmq.utils.z85")
