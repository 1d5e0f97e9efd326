"""The specification, tools/spec/constants.toml: read, and checked as far as that can be done without a compiler."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
