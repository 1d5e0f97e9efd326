"""zmq/sugar/_options.py: what the options are as attributes, for type checkers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generate.spec import Constant, Spec
from generate.text import packed

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

#: What SUBSCRIBE and UNSUBSCRIBE take: text becomes UTF-8.
Topic = Union[bytes, str]


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

#: Options of bytes that take text, too.
_TOPICS = {"SUBSCRIBE", "UNSUBSCRIBE"}


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
        got = "bytes" if target.option_type == "bytes" else "int"
        taken = "Topic" if member.name in _TOPICS else got
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
        members = packed(
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
