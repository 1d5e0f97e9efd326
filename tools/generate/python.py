"""zmq/constants.py: the enums and the names of the module."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator

from generate.spec import ACCESS, Constant, EnumSpec, Spec
from generate.text import WIDTH, packed

_PYTHON_HEAD = '''\
"""libzmq's constants, as enums and as names of this module.

Each category is an enum (`SocketType`, `SocketOption`, ...); each member also has a name at module
level, which is that of libzmq's ``zmq.h`` without ``ZMQ_``. All names are always defined, also
those of libzmq's draft API and of versions of libzmq newer than the one in use. In the members'
comments ``4.2.0+`` gives the first libzmq that has it; ``draft``: only libzmq's draft API has it.

Making the enums takes longer than everything else that ``import zmq`` does. So they are made, out
of `_VALUES`, when one of their names is first asked for; within the package these plain numbers
serve. Under ``TYPE_CHECKING`` is the same for type checkers, editors and Sphinx.

Generated from tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from __future__ import annotations

import errno
import sys

# Type checkers go by the name; importing the module typing takes long.
TYPE_CHECKING = False

'''

_PYTHON_ERRNO = '''\
def _system_errno(name: str, windows: int, offset: int = 0) -> int:
    """Return what libzmq calls the error ``name`` here.

    Python's `errno` has it, except on Windows: there it holds Winsock's codes, and libzmq gives
    those of the C runtime. An error that the platform lacks, ``zmq.h`` counts from ``_HAUSNUMERO``.
    """
    if sys.platform == "win32":
        return windows
    value: int = getattr(errno, name, _HAUSNUMERO + offset)
    return value


'''

_PYTHON_STATIC = '''\
if TYPE_CHECKING:
    from enum import Enum, IntEnum, IntFlag
    from typing import Any, Final

    class _OptType(Enum):
        """What the value of a socket option is in C."""

        int = "int"
        int64 = "int64"
        bytes = "bytes"
        fd = "fd"

'''

_PYTHON_OPTION_PROPERTY = """\

        @property
        def _opt_type(self) -> _OptType: ...
"""

_PYTHON_LOAD = '''\
#: The enums, from when they are made, which is before their members have names here.
_MADE: dict[str, Any] = {}


def _make(owner: str) -> None:
    """Make an enum, and the names of its members.

    Needs no lock: of two threads that both make an enum, the second one finds it in the module, and drops its own.
    """
    import enum  # noqa: PLC0415

    def make(base: str, name: str, members: list[tuple[str, Any]]) -> Any:
        return getattr(enum, base)(name, members, module=__name__)

    module = globals()
    base, prefix, doc, *added = _ENUMS[owner]
    members = {key: key.removeprefix(prefix) for key in _VALUES[owner]}
    cls = make(base, owner, [(members[key], value) for key, value in _VALUES[owner].items()])
    cls.__doc__ = f"{doc}\\n\\n" + "".join(f".. versionadded:: {version}\\n" for version in added)
    if owner == "SocketOption":
        kinds = make("Enum", "_OptType", [(kind, kind) for kind in ("int", "int64", "bytes", "fd")])
        kinds = module.setdefault("_OptType", kinds)
        cls._opt_type = property(lambda option: kinds(_OPTION_TYPES.get(option._value_, "int")))
    cls = _MADE.setdefault(owner, cls)
    for key, member in members.items():
        # What somebody has put there meanwhile, stays.
        module.setdefault(key, cls[member])
    # Last, since another thread that finds it looks for no members.
    module.setdefault(owner, cls)


def _stop_asking(module: dict[str, Any]) -> None:
    """Take the ``__getattr__`` of a module away, which no longer finds anything.

    The interpreter looks names up several times faster in a module that has none. Without a GIL, another thread might
    not find it just when it has missed a name.
    """
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        module.pop("__getattr__", None)


if not TYPE_CHECKING:
    # A type checker would take any name for one that exists.

    def __getattr__(name):
        if name not in __all__ and name not in ("_OptType", "Enum", "IntEnum", "IntFlag"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import enum  # noqa: PLC0415

        module = globals()
        for owner in _ENUMS:
            if owner not in module:
                _make(owner)
        for base in ("Enum", "IntEnum", "IntFlag"):
            module.setdefault(base, getattr(enum, base))
        _stop_asking(module)
        return module[name]

    def __dir__():
        return sorted({*globals(), *__all__})
'''


def _sort_key(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Order of ``__all__`` (ruff's RUF022): constants, then classes, digits by number."""
    parts = re.findall(r"\d+|\D+", name)
    return (
        0 if name.isupper() else 1,
        [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts],
    )


def _facts(constant: Constant) -> str:
    facts = []
    if constant.option_type:
        facts.append(constant.option_type)
    if ACCESS[constant.access]:
        facts.append(ACCESS[constant.access])
    if constant.draft:
        facts.append("draft")
    if constant.since:
        facts.append(f"{constant.since}+")
    return f" ({', '.join(facts)})" if facts else ""


def _documented(statement: str, doc: str, indent: str) -> Iterator[str]:
    """Yield the statement with its comment, behind it where that fits and above it otherwise."""
    line = f"{indent}{statement}  #: {doc}"
    if len(line) <= WIDTH:
        yield line
        return
    for part in textwrap.wrap(doc, WIDTH - len(indent) - 3):
        yield f"{indent}#: {part}"
    yield f"{indent}{statement}"


def _final(name: str, value: str) -> str:
    # Final, so that a type checker knows which member it is: that of an option decides what get() returns.
    line = f"{name}: Final = {value}\n"
    indent = " " * (len(name) - len(name.lstrip()))
    return line if len(line) <= WIDTH + 1 else f"{name}: Final = (\n{indent}    {value}\n{indent})\n"


def _frozenset(name: str, doc: str, items: Iterable[str]) -> str:
    lines = packed(f'"{item}"' for item in sorted(items))
    value = f"frozenset({{\n{lines}\n}})" if lines else "frozenset()"
    return f"#: {doc}\n# fmt: off\n{name}: frozenset[str] = {value}\n# fmt: on\n"


def _python_value(enum: EnumSpec, constant: Constant) -> str:
    if constant.alias:
        return constant.alias
    if constant.windows is not None:
        offset = "" if constant.offset is None else f", {constant.offset}"
        return f'_system_errno("{constant.name}", {constant.windows}{offset})'
    if constant.offset is not None:
        return f"_HAUSNUMERO + {constant.offset}"
    if enum.base == "IntFlag" and any((member.value or 0) > 0xFF for member in enum.members):
        return f"0x{constant.value:04X}"
    return str(constant.value)


def _python_enum(enum: EnumSpec) -> str:
    indent = " " * 8
    doc = textwrap.fill(enum.doc, WIDTH - len(indent), subsequent_indent=indent)
    lines = [f"    class {enum.name}({enum.base}):", f'{indent}"""{doc}', ""]
    lines.append(f"{indent}.. versionadded:: {enum.added}")
    if enum.libzmq:
        lines.append(f"{indent}.. versionadded:: libzmq-{enum.libzmq}")
    lines += [f'{indent}"""', ""]
    for constant in enum.members:
        statement = f"{constant.name} = {_python_value(enum, constant)}"
        lines += _documented(statement, constant.doc + _facts(constant), indent)
    return "\n".join(lines) + "\n"


def _static(spec: Spec) -> Iterator[str]:
    """Yield what type checkers, editors and Sphinx read."""
    yield _PYTHON_STATIC
    for enum in spec.enums:
        yield _python_enum(enum)
        if enum.name == "SocketOption":
            yield _PYTHON_OPTION_PROPERTY
        yield "\n"
    for enum in spec.enums:
        yield f"    # {enum.name}\n"
        for member in enum.members:
            # By the names of what aliases stand for: mypy takes an alias for a member of its own.
            yield _final(f"    {member.module_name}", f"{enum.name}.{member.alias or member.name}")
        yield "\n"


def _tables(spec: Spec) -> Iterator[str]:
    """Yield what the enums are made from at run time."""
    yield "#: Of each enum: its base, what names at module level have before those of its members, its doc, and its\n"
    yield "#: first versions.\n_ENUMS: dict[str, tuple[str, ...]] = {\n"
    for enum in spec.enums:
        facts = [enum.base, enum.prefix, enum.doc, enum.added, *([f"libzmq-{enum.libzmq}"] if enum.libzmq else [])]
        line = f'    "{enum.name}": ({", ".join(map(json.dumps, facts))}),\n'
        if len(line) > WIDTH + 1:
            line = f'    "{enum.name}": (\n' + "".join(f"        {json.dumps(fact)},\n" for fact in facts) + "    ),\n"
        yield line
    yield "}\n\n"
    yield "#: Of each enum: the numbers, by their names at module level.\n# fmt: off\n"
    yield "_VALUES: dict[str, dict[str, int]] = {\n"
    for enum in spec.enums:
        yield f'    "{enum.name}": {{\n'
        numbers = {member.name: _python_value(enum, member) for member in enum.members}
        # A blank that textwrap must not break at is put in afterwards.
        items = (f'"{m.module_name}":\0{numbers[m.alias or m.name]}'.replace(" ", "\0") for m in enum.members)
        yield packed(items, " " * 8).replace("\0", " ") + "\n    },\n"
    yield "}\n# fmt: on\n\n"


def render_python(spec: Spec) -> str:
    """Return the text of ``zmq/constants.py``, formatted as `ruff format` would."""
    names = [enum.name for enum in spec.enums] + [constant.module_name for constant in spec.constants()]
    lines = packed(f'"{name}"' for name in sorted(names, key=_sort_key))
    blocks = [f"{_PYTHON_HEAD}# fmt: off\n__all__ = [\n{lines}\n]\n# fmt: on\n"]
    blocks.append(f"\n_HAUSNUMERO = {spec.errno_base}\n\n\n{_PYTHON_ERRNO}")
    blocks += _static(spec)
    blocks += _tables(spec)
    options = [
        member for enum in spec.enums if enum.name == "SocketOption" for member in enum.members if member.alias is None
    ]
    blocks.append("#: Type of the value of each socket option (key: the option) that is not an int.\n")
    blocks.append("_OPTION_TYPES = {\n")
    for option in options:
        if option.option_type != "int":
            blocks.append(f'    {option.value}: "{option.option_type}",\n')
    blocks.append("}\n\n")
    blocks.append(
        _frozenset(
            "_DRAFT_NAMES",
            "Module-level names that only libzmq's draft API has.",
            (constant.module_name for constant in spec.constants() if constant.draft),
        )
    )
    blocks.append("\n")
    for name, doc, access in (
        ("_GET_ONLY_OPTIONS", "Names of the socket options that cannot be set.", "r"),
        ("_SET_ONLY_OPTIONS", "Names of the socket options that cannot be read back.", "w"),
    ):
        blocks.append(_frozenset(name, doc, (option.name for option in options if option.access == access)))
        blocks.append("\n")
    blocks.append("# limits and defaults of libzmq\n")
    for constant in spec.scalars:
        statement = f"{constant.module_name}: int = {constant.value}"
        blocks += [f"{line}\n" for line in _documented(statement, constant.doc + _facts(constant), "")]
    blocks.append(f"\n\n{_PYTHON_LOAD}")
    return "".join(blocks)
