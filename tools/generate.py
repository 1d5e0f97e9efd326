"""Write the files that are derived from ``tools/spec/constants.toml`` and the table of C functions.

Usage::

    python tools/generate.py           # write what has changed
    python tools/generate.py --check   # write nothing; exit 1 with a diff if a file is out of date

``zmq/constants.py`` holds the enums and module-level names.
``zmq/backend/cython/pyzmq_constants.h`` asserts at compile time that each value is that of the
``zmq.h`` compiled in, and tells the type of each socket option. ``zmq/sugar/_options.py`` tells type
checkers what the options are as attributes. The keys of the specification are explained at its top.

``zmq/include/pyzmq_capi_names.h`` and ``zmq/capi.pxd`` hold, for C and for Cython, the functions in
the list ``PYZMQ_CAPI_FUNCTIONS`` of ``zmq/include/pyzmq_capi.h``; the latter has the constants too.
Exit status 2 means that the specification or the list is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "tools" / "spec" / "constants.toml"
CAPI = ROOT / "zmq" / "include" / "pyzmq_capi.h"
WIDTH = 120

#: Socket option types, in the order of their codes in the C table; 0 is an unknown option.
OPTION_TYPES = ("int", "int64", "bytes", "fd")
ACCESS = {"rw": "", "r": "get only", "w": "set only", "ctx": "context only"}
BASES = ("IntEnum", "IntFlag")

#: Beyond this an option would make the C table large instead of dense.
LARGEST_OPTION = 1023

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")

_COMMON_KEYS = {"doc", "c_name", "since", "value_since", "draft"}
_VALUE_KEYS = _COMMON_KEYS | {"value"}
_OPTION_KEYS = _VALUE_KEYS | {"type", "access"}
_ALIAS_KEYS = _COMMON_KEYS | {"alias"}
_ERRNO_KEYS = {"doc", "system", "offset", "windows"}
_ENUM_KEYS = {"doc", "base", "added", "libzmq", "prefix", "bare", "c_prefix", "members"}
_TOP_KEYS = {"oldest", "errno_base", "enums", "scalars"}


class SpecError(Exception):
    """The specification is wrong; the message names the entry and what was expected."""


@dataclass(frozen=True)
class Constant:
    """One constant: an enum member, an alias of one, or a plain integer."""

    name: str
    #: name at module level
    module_name: str
    #: name in zmq.h, None where zmq.h has none
    c_name: str | None
    doc: str
    #: None for an error code that <errno.h> may define
    value: int | None
    alias: str | None = None
    option_type: str | None = None
    access: str = "rw"
    since: str | None = None
    value_since: str | None = None
    draft: bool = False
    #: value in the C runtime of Windows, of an error code that <errno.h> may define
    windows: int | None = None
    #: what is added to errno_base where <errno.h> does not define the error code
    offset: int | None = None


@dataclass(frozen=True)
class EnumSpec:
    """One enum with its members, in the order of the specification."""

    name: str
    doc: str
    base: str
    added: str
    libzmq: str | None
    #: what names at module level have before those of the members, with exceptions
    prefix: str
    members: tuple[Constant, ...]


@dataclass(frozen=True)
class Spec:
    """The whole specification, checked."""

    oldest: str
    errno_base: int
    enums: tuple[EnumSpec, ...]
    scalars: tuple[Constant, ...]

    def constants(self) -> Iterator[Constant]:
        """Every constant in the order of the specification."""
        for enum in self.enums:
            yield from enum.members
        yield from self.scalars


# --- reading --------------------------------------------------------------------------------------


def _get(table: Mapping[str, Any], key: str, kind: type, where: str, default: Any = None) -> Any:
    """Return ``table[key]``, which must be a ``kind``; without a default the key is required."""
    if key not in table:
        if default is None:
            raise SpecError(f"{where}: the key {key!r} is missing")
        return default
    value = table[key]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SpecError(f"{where}: {key} = {value!r} should be of type {kind.__name__}")
    return value


def _check_keys(table: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    allowed = set(allowed)
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(allowed))}")


def _one_of(value: str, allowed: Iterable[str], what: str, where: str) -> str:
    allowed = tuple(allowed)
    if value not in allowed:
        raise SpecError(f"{where}: unknown {what} {value!r}; known: {', '.join(allowed)}")
    return value


def _version(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value: str = _get(table, key, str, where, "")
    if not value:
        return None
    if not _VERSION.fullmatch(value):
        raise SpecError(f"{where}: {key} = {value!r} is not a version such as '4.3.5'")
    return value


def _constant(enum: str, name: str, table: Any, names: Mapping[str, str], errno_base: int) -> Constant:
    """Check one entry and make it a `Constant`; ``names`` holds the enum's naming rule."""
    where = f"enums.{enum}.members.{name}" if enum else f"scalars.{name}"
    if not isinstance(table, dict):
        raise SpecError(f"{where}: {table!r} should be a table such as {{ value = 1, doc = '...' }}")
    if not _NAME.fullmatch(name):
        raise SpecError(f"{where}: a constant's name is made of capitals, digits and '_'")
    is_errno = enum == "Errno"
    is_option = enum == "SocketOption"
    if "alias" in table:
        keys = _ALIAS_KEYS
    elif is_errno:
        keys = _ERRNO_KEYS
    else:
        keys = _OPTION_KEYS if is_option else _VALUE_KEYS
    _check_keys(table, keys, where)

    bare = names["bare"]
    module_name = name if bare and name.startswith(bare) else names["prefix"] + name
    c_name = table.get("c_name", names["c_prefix"] + module_name)
    value: int | None = None
    windows: int | None = None
    offset: int | None = table.get("offset")
    if is_errno and _get(table, "system", bool, where, False):
        windows = _get(table, "windows", int, where)
    elif is_errno:
        value = errno_base + _get(table, "offset", int, where)
    elif "alias" not in table:
        value = _get(table, "value", int, where)
    option_type = None
    if is_option and "alias" not in table:
        option_type = _one_of(_get(table, "type", str, where), OPTION_TYPES, "type", where)
        if not 0 <= _get(table, "value", int, where) <= LARGEST_OPTION:
            raise SpecError(
                f"{where}: value = {value} should be within 0 and {LARGEST_OPTION}, the limit of the C table"
            )
    access = _one_of(_get(table, "access", str, where, "rw"), ACCESS, "access", where)
    return Constant(
        name=name,
        module_name=module_name,
        c_name=c_name or None,
        doc=_get(table, "doc", str, where),
        value=value,
        alias=table.get("alias"),
        option_type=option_type,
        access=access,
        since=_version(table, "since", where),
        value_since=_version(table, "value_since", where),
        draft=_get(table, "draft", bool, where, False),
        windows=windows,
        offset=offset,
    )


def _enum(name: str, table: Mapping[str, Any], errno_base: int) -> EnumSpec:
    where = f"enums.{name}"
    _check_keys(table, _ENUM_KEYS, where)
    names = {key: _get(table, key, str, where, "") for key in ("prefix", "bare")}
    names["c_prefix"] = _get(table, "c_prefix", str, where, "ZMQ_")
    members = _get(table, "members", dict, where)
    constants = tuple(_constant(name, key, members[key], names, errno_base) for key in members)

    by_value: dict[int, str] = {}
    by_name = {constant.name: constant for constant in constants}
    seen: set[str] = set()
    for constant in constants:
        at = f"{where}.members.{constant.name}"
        if constant.module_name.removeprefix(names["prefix"]) != constant.name:
            raise SpecError(f"{at}: the name begins with both {names['prefix']!r}, the prefix, and {names['bare']!r}")
        if constant.alias is not None:
            target = by_name.get(constant.alias)
            if target is None or target.alias is not None or constant.alias not in seen:
                raise SpecError(
                    f"{at}: alias = {constant.alias!r} should name a member of {name} "
                    "that stands above and is not an alias itself"
                )
        elif constant.value is not None:
            other = by_value.setdefault(constant.value, constant.name)
            if other != constant.name:
                raise SpecError(
                    f"{at}: value {constant.value} is already that of {other}; "
                    f"write alias = {other!r} if they are meant to be the same"
                )
        seen.add(constant.name)
    return EnumSpec(
        name=name,
        doc=_get(table, "doc", str, where),
        base=_one_of(_get(table, "base", str, where), BASES, "base", where),
        added=_get(table, "added", str, where),
        libzmq=_get(table, "libzmq", str, where, "") or None,
        prefix=names["prefix"],
        members=constants,
    )


def load(path: Path) -> Spec:
    """Read and check the specification at ``path``.

    Raises
    ------
    SpecError
        When it is not TOML or breaks a rule; the message starts with the path and names the entry.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        _check_keys(table, _TOP_KEYS, "top level")
        errno_base: int = _get(table, "errno_base", int, "top level")
        enums = _get(table, "enums", dict, "top level")
        scalars = _get(table, "scalars", dict, "top level", {})
        names = {"prefix": "", "bare": "", "c_prefix": "ZMQ_"}
        spec = Spec(
            oldest=_version(table, "oldest", "top level") or "",
            errno_base=errno_base,
            enums=tuple(_enum(name, enums[name], errno_base) for name in enums),
            scalars=tuple(_constant("", name, scalars[name], names, errno_base) for name in scalars),
        )
        owners = {enum.name: "the enum of that name" for enum in spec.enums}
        for enum in spec.enums:
            for constant in enum.members:
                _claim(owners, constant, f"{enum.name}.{constant.name}")
        for constant in spec.scalars:
            _claim(owners, constant, f"scalars.{constant.name}")
    except (SpecError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"{path}: {error}") from error
    return spec


def _claim(owners: dict[str, str], constant: Constant, owner: str) -> None:
    other = owners.setdefault(constant.module_name, owner)
    if other != owner:
        raise SpecError(f"{owner}: the module-level name {constant.module_name} is already taken by {other}")


# --- zmq/constants.py -----------------------------------------------------------------------------

_PYTHON_HEAD = '''\
"""libzmq's constants, as enums and as names of this module.

Each category is an enum (`SocketType`, `SocketOption`, ...); each member also has a name at module
level, which is that of libzmq's ``zmq.h`` without ``ZMQ_``. All names are always defined, also
those of libzmq's draft API and of versions of libzmq newer than the one in use. In the members'
comments ``4.2.0+`` gives the first libzmq that has it; ``draft``: only libzmq's draft API has it.

Making all enums takes longer than everything else that ``import zmq`` does. So each is made when
it, or one of its members, is first asked for, by `_load` out of `_VALUES`; within the package these
plain numbers serve. Under ``TYPE_CHECKING`` is the same for type checkers, editors and Sphinx.

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
def _load(name: str) -> Any:
    """Make the enum that `name` is, or is a member of; return what `name` stands for.

    Needs no lock: of two threads that both make an enum, the second one finds it in the module, and drops its own.
    """
    owner = next((owner for owner, values in _VALUES.items() if name == owner or name in values), None)
    if name == "_OptType":
        owner = "SocketOption"
    if owner is None and name not in ("Enum", "IntEnum", "IntFlag"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import enum  # noqa: PLC0415

    if owner is None:
        return getattr(enum, name)

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
    cls = module.setdefault(owner, cls)
    for key, member in members.items():
        # What somebody has put there meanwhile, stays.
        module.setdefault(key, cls[member])
    return module[name]


if not TYPE_CHECKING:
    # A type checker would take any name for one that exists.
    __getattr__ = _load

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


def _packed(items: Iterable[str], indent: str = "    ") -> str:
    """Items with commas, as many on a line as fit."""
    # textwrap breaks only at spaces, of which the items have none.
    return textwrap.fill(
        " ".join(f"{item}," for item in items),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _frozenset(name: str, doc: str, items: Iterable[str]) -> str:
    packed = _packed(f'"{item}"' for item in sorted(items))
    value = f"frozenset({{\n{packed}\n}})" if packed else "frozenset()"
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
        yield _packed(items, " " * 8).replace("\0", " ") + "\n    },\n"
    yield "}\n# fmt: on\n\n"


def render_python(spec: Spec) -> str:
    """Return the text of ``zmq/constants.py``, formatted as `ruff format` would."""
    names = [enum.name for enum in spec.enums] + [constant.module_name for constant in spec.constants()]
    packed = _packed(f'"{name}"' for name in sorted(names, key=_sort_key))
    blocks = [f"{_PYTHON_HEAD}# fmt: off\n__all__ = [\n{packed}\n]\n# fmt: on\n"]
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


# --- zmq/backend/cython/pyzmq_constants.h ---------------------------------------------------------

_C_HEAD = """\
/* libzmq's constants: a check that zmq.h has the values that Python sees, and the types of the
 * socket options.
 *
 * Generated from tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
 */

#ifndef PYZMQ_CONSTANTS_H
#define PYZMQ_CONSTANTS_H

#include <zmq.h>

/* C before C11 (and MSVC's C, which does not claim to be more by default) has no static assertion:
 * there an array of negative size stops the compiler, and the type's name says what is wrong. */
#if defined(__cplusplus) && (__cplusplus >= 201103L || (defined(_MSC_VER) && _MSC_VER >= 1600))
#define PYZMQ_STATIC_ASSERT(condition, tag, message) static_assert(condition, message)
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define PYZMQ_STATIC_ASSERT(condition, tag, message) _Static_assert(condition, message)
#else
#define PYZMQ_STATIC_ASSERT(condition, tag, message) typedef char tag[(condition) ? 1 : -1]
#endif

/* # and ## are applied here, where `name` has not been replaced by its value yet. */
#define PYZMQ_CHECK_VALUE(name, value)                                                    \\
    PYZMQ_STATIC_ASSERT((name) == (value), pyzmq_value_differs_##name,                    \\
                        "zmq.h has another value for " #name " than " #value)

"""

_C_TABLE = """\
/* Types of the values of socket options. */
enum {
%s
};

static const unsigned char pyzmq_socket_option_types[%d] = {
%s
};

/* Return the PYZMQ_OPT_ type of a socket option; PYZMQ_OPT_UNKNOWN if it is not in the table. */
static inline int pyzmq_socket_option_type(int option)
{
    return (unsigned int)option < sizeof(pyzmq_socket_option_types)
               ? (int)pyzmq_socket_option_types[(unsigned int)option]
               : (int)PYZMQ_OPT_UNKNOWN;
}

#endif /* PYZMQ_CONSTANTS_H */
"""


def _c_check(c_name: str, value: int, value_since: str | None) -> str:
    guard = f"#ifdef {c_name}"
    if value_since:
        version = ", ".join(value_since.split("."))
        guard = f"#if defined({c_name}) && ZMQ_VERSION >= ZMQ_MAKE_VERSION({version})"
    number = f"({value})" if value < 0 else str(value)
    return f"{guard}\nPYZMQ_CHECK_VALUE({c_name}, {number});\n#endif\n"


def render_c(spec: Spec) -> str:
    """Return the text of ``pyzmq_constants.h``."""
    blocks = [_C_HEAD]
    windows = []
    for enum in spec.enums:
        blocks.append(f"/* {enum.name} */\n")
        values = {member.name: member.value for member in enum.members}
        for constant in enum.members:
            value = values[constant.alias] if constant.alias else constant.value
            if constant.c_name and value is not None:
                blocks.append(_c_check(constant.c_name, value, constant.value_since))
            elif constant.windows is not None:
                windows.append(_c_check(constant.name, constant.windows, None))
        blocks.append("\n")
    blocks.append("/* limits and defaults */\n")
    for constant in spec.scalars:
        if constant.c_name and constant.value is not None:
            blocks.append(_c_check(constant.c_name, constant.value, constant.value_since))
    blocks.append(
        "\n/* Elsewhere Python's errno module comes from the same <errno.h>; on Windows not. */\n#ifdef _WIN32\n"
    )
    blocks += windows
    blocks.append("#endif\n\n")

    options = {
        constant.value: constant.option_type
        for enum in spec.enums
        for constant in enum.members
        if constant.option_type and constant.value is not None
    }
    codes = {kind: code for code, kind in enumerate(OPTION_TYPES, 1)}
    size = max(options, default=0) + 1
    table = [str(codes[kind]) if (kind := options.get(option)) else "0" for option in range(size)]
    kinds = ["    PYZMQ_OPT_UNKNOWN = 0"]
    kinds += [f"    PYZMQ_OPT_{kind.upper()} = {code}" for kind, code in codes.items()]
    blocks.append(_C_TABLE % (",\n".join(kinds), size, _packed(table).rstrip(",")))
    return "".join(blocks)


# --- zmq/include/pyzmq_capi_names.h, zmq/capi.pxd -------------------------------------------------

_NAMES = """\
/* libzmq's own names for the functions in the table of pyzmq_capi.h, which includes this.
 *
 * Generated from zmq/include/pyzmq_capi.h by `nox -s generate`. DO NOT EDIT.
 */
#ifndef PYZMQ_CAPI_NAMES_H
#define PYZMQ_CAPI_NAMES_H

%s

#endif /* PYZMQ_CAPI_NAMES_H */
"""

_PXD = '''\
"""libzmq as it is inside of pyzmq, for extensions in Cython: nothing is linked.

Call `pyzmq_import_capi()` once, at the top of the module; the functions then work, with and without the GIL. A call
before that crashes. Functions and constants have their names in ``zmq.h``; compile with `zmq.get_includes()`.

Generated from zmq/include/pyzmq_capi.h and tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from libc.stdint cimport uint8_t, uint32_t

from zmq.backend.cython.libzmq cimport zmq_msg_t, zmq_pollitem_t


cdef extern from "pyzmq_capi.h":
    int pyzmq_import_capi() except -1
    void *pyzmq_handle(object socket_or_context) except NULL


cdef extern from "pyzmq_capi.h" nogil:
    ctypedef void zmq_free_fn(void *data, void *hint) noexcept
    ctypedef void pyzmq_timer_fn(int timer_id, void *arg) noexcept

%s

%s
'''

_FUNCTION = re.compile(r"^    F\((?P<result>[^,()]+), (?P<name>zmq_\w+), \((?P<parameters>[^()]+)\)\)(?: \\)?$")


@dataclass(frozen=True)
class Function:
    """One function of libzmq, as C declares it."""

    result: str
    name: str
    parameters: str

    def in_cython(self) -> str:
        """Return Cython's declaration of it."""
        space = "" if self.result.endswith("*") else " "
        parameters = "" if self.parameters == "void" else self.parameters
        return f"{self.result}{space}{self.name}({parameters}) noexcept"


def capi_functions(header: str) -> list[Function]:
    """Return the functions that ``pyzmq_capi.h`` lists, in the table's order.

    Raises
    ------
    SpecError
        When the list is missing, an entry cannot be read, or a name is listed twice.
    """
    lines = header.splitlines()
    start = "#define PYZMQ_CAPI_FUNCTIONS(F) \\"
    if start not in lines:
        raise SpecError(f"pyzmq_capi.h: no line {start!r}")
    functions: list[Function] = []
    for number, line in enumerate([*lines[lines.index(start) + 1 :], ""], lines.index(start) + 2):
        match = _FUNCTION.match(line)
        if match is None:
            example = "F(int, zmq_close, (void *socket)) \\"
            raise SpecError(f"pyzmq_capi.h:{number}: {line.strip()!r} should be like {example!r}")
        functions.append(Function(**match.groupdict()))
        if not line.endswith("\\"):
            break
    names = [function.name for function in functions]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecError(f"pyzmq_capi.h: {twice[0]} is listed twice")
    return functions


def render_names(functions: Sequence[Function]) -> str:
    """Return the text of ``pyzmq_capi_names.h``."""
    return _NAMES % "\n".join(f"#define {function.name} pyzmq_capi_table->{function.name}" for function in functions)


def render_pxd(spec: Spec, functions: Sequence[Function]) -> str:
    """Return the text of ``zmq/capi.pxd``."""
    declarations = "\n".join(f"    {function.in_cython()}" for function in functions)
    names = dict.fromkeys(
        constant.c_name
        for constant in spec.constants()
        if constant.c_name and constant.c_name.startswith("ZMQ_") and not constant.draft
    )
    return _PXD % (declarations, "\n".join(f"    const int {name}" for name in names))


# --- zmq/sugar/_options.py ------------------------------------------------------------------------

_OPTIONS_HEAD = '''\
"""What options are as attributes of sockets and contexts, and as what ``get`` returns them. For type checkers.

At run time the attributes of sockets are descriptors of the backend, made by `zmq.sugar.attrsettr`, and nothing imports
this module. Other spellings than these two (``Linger``) work as well, but type checkers do not know them.

Generated from tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, NoReturn, TypeVar, Union

from zmq.constants import SocketOption
from zmq.sugar.attrsettr import AttributeSetter

_GetT_co = TypeVar("_GetT_co", covariant=True)
_SetT_contra = TypeVar("_SetT_contra", contravariant=True)

#: What an option of bytes can be set to: text becomes UTF-8; None is libzmq's NULL.
Bytes = Union[bytes, bytearray, memoryview, str, None]


class Option(Generic[_GetT_co, _SetT_contra]):
    """An option that can be read and written."""

    def __get__(self, instance: object, owner: Any = None) -> _GetT_co:
        """Read it."""
        raise NotImplementedError

    def __set__(self, instance: object, value: _SetT_contra) -> None:
        """Write it."""


class ReadOnlyOption(Generic[_GetT_co]):
    """An option that cannot be written."""

    def __get__(self, instance: object, owner: Any = None) -> _GetT_co:
        """Read it."""
        raise NotImplementedError

    def __set__(self, instance: object, value: NoReturn) -> None:
        """Raise AttributeError."""


class WriteOnlyOption(Generic[_SetT_contra]):
    """An option that cannot be read: reading raises AttributeError."""

    def __set__(self, instance: object, value: _SetT_contra) -> None:
        """Write it."""


class DefaultOption(Option[_GetT_co, _SetT_contra]):
    """An option that new sockets begin with. It can be read after it was set, and deleted then."""

    def __delete__(self, instance: object) -> None:
        """Return to libzmq's default."""


'''

#: Attributes that sockets have besides, in the place of the option's.
_SOCKET_ATTRIBUTES = {"subscribe", "type", "unsubscribe"}


def _attributes(member: Constant, declared: str, without: Iterable[str] = ()) -> Iterator[str]:
    """Yield the declarations of an option in both spellings, the first one with its documentation."""
    doc = f'    """{member.doc[:1].upper()}{member.doc[1:]}."""'
    for name in (member.name.lower(), member.name):
        if name not in without:
            yield f"    {name}: {declared}"
            if name.islower():
                yield doc


def render_options(spec: Spec) -> str:
    """Return the text of ``zmq/sugar/_options.py``, formatted as `ruff format` would."""
    enums = {enum.name: {member.name: member for member in enum.members} for enum in spec.enums}
    options = enums.get("SocketOption", {})
    on_socket: list[str] = []
    on_context: list[str] = []
    for member in options.values():
        target = options[member.alias] if member.alias else member
        got, taken = ("bytes", "Bytes") if target.option_type == "bytes" else ("int", "int")
        if target.access == "ctx":
            on_context += _attributes(member, "Option[int, int]")
            continue
        kind = {
            "rw": f"Option[{got}, {taken}]",
            "r": f"ReadOnlyOption[{got}]",
            "w": f"WriteOnlyOption[{taken}]",
        }[target.access]
        on_socket += _attributes(member, kind, without=_SOCKET_ATTRIBUTES)
        if target.access != "r" and member.name not in enums.get("ContextOption", {}):
            on_context += _attributes(member, f"DefaultOption[{got}, {taken}]")
    for member in enums.get("ContextOption", {}).values():
        on_context += _attributes(member, "Option[int, int]")

    blocks = [_OPTIONS_HEAD]
    for name, doc, is_bytes in (
        ("IntOption", "Options whose value is an int.", False),
        ("BytesOption", "Options whose value is bytes.", True),
    ):
        # An alias is no member of its own, but mypy takes it for one.
        members = _packed(
            f"SocketOption.{member.name}"
            for member in options.values()
            if (options[member.alias or member.name].option_type == "bytes") is is_bytes
        )
        literal = f"Literal[\n{members}\n]" if members else "NoReturn"
        blocks.append(f"#: {doc}\n# fmt: off\n{name} = {literal}\n# fmt: on\n")
    for name, doc, lines in (
        ("SocketOptions", "The options of sockets.", on_socket),
        (
            "ContextOptions(AttributeSetter)",
            "The options of contexts, and those of sockets, which new sockets begin with.",
            on_context,
        ),
    ):
        body = "\n".join(lines) or "    pass"
        blocks.append(f'\n\nclass {name}:\n    """{doc}"""\n\n{body}\n')
    return "".join(blocks)


# --- files ----------------------------------------------------------------------------------------


def outputs(spec: Spec) -> dict[str, str]:
    """Return the text of every generated file by its path within the project."""
    functions = capi_functions(CAPI.read_text(encoding="utf-8"))
    return {
        "zmq/constants.py": render_python(spec),
        "zmq/backend/cython/pyzmq_constants.h": render_c(spec),
        "zmq/include/pyzmq_capi_names.h": render_names(functions),
        "zmq/capi.pxd": render_pxd(spec, functions),
        "zmq/sugar/_options.py": render_options(spec),
    }


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""


def _replace(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` such that a reader sees the old or the new file, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(text.encode("utf-8"))
    temporary = Path(file.name)
    temporary.chmod(mode)
    temporary.replace(path)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 1 if ``--check`` found a difference."""
    parser = argparse.ArgumentParser(description="Write the files derived from tools/spec and pyzmq_capi.h.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with a diff if a file differs")
    parser.add_argument("--spec", type=Path, default=SPEC, help="the specification (default: %(default)s)")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the project (default: %(default)s)")
    options = parser.parse_args(argv)
    try:
        files = outputs(load(options.spec))
    except (SpecError, OSError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 2

    status = 0
    for name, text in files.items():
        path = options.root / name
        current = _read(path)
        if current == text:
            continue
        if options.check:
            status = 1
            lines = difflib.unified_diff(
                current.splitlines(keepends=True),
                text.splitlines(keepends=True),
                name,
                f"{name} (generated)",
            )
            sys.stdout.writelines(lines)
            print(f"generate: {name} is out of date; run `nox -s generate`", file=sys.stderr)
        else:
            _replace(path, text)
            print(f"wrote {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
