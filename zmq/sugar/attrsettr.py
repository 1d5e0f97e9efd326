"""Options as attributes, whatever the case of their names.

On sockets, each option is a descriptor of the backend, so that ``socket.linger`` is one call in C. It has the
spellings that people use: ``linger``, ``LINGER``, ``Linger``, and ``Last_Endpoint`` besides ``Last_endpoint``. A
``__getattr__`` sees all the others, such as ``rcvMore``; but before Python 3.12 there is none, since it nearly doubles
the cost of sending and receiving a small message there: methods are looked up the slow way in a class that has one.

Assignments go through a ``__setattr__``, for sockets the backend's, where it has one: without it, a misspelt option
would silently become an attribute of the instance.
"""

from __future__ import annotations

import sys

from zmq.backend import OptionAttribute
from zmq.constants import _GET_ONLY_OPTIONS, _SET_ONLY_OPTIONS, _VALUES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

__all__ = ["AttributeSetter"]

#: Options of sockets, by their names in upper case, old names included.
SOCKET_OPTIONS: Mapping[str, int] = _VALUES["SocketOption"]

_assign = object.__setattr__


class Generic:
    """What `typing.Generic` is at run time to classes that are generic for type checkers: they can be subscripted.

    The module typing takes as long to import as all of pyzmq.
    """

    __slots__ = ()

    def __class_getitem__(cls, parameters: Any) -> Any:
        return cls if cls is Generic else _GenericAlias(cls, parameters)


# The module types would have to be imported for it.
_GenericAlias: Any = type(list[int])


class AttributeSetter:
    """Base of the classes that have options as attributes.

    An attribute that is no option has to be declared in the class, by a value or an annotation, before an instance can
    have it.
    """

    # All that _set_attr_opt is asked for, by their names in upper case.
    _options: Mapping[str, int] = {}
    # Spellings that are descriptors, and need no closer look.
    _option_attributes: frozenset[str] = frozenset()
    # Methods whose names are options, too: assigning to them writes the option.
    _option_methods: frozenset[str] = frozenset()

    if not TYPE_CHECKING:
        # Type checkers see the more precise ones of the classes beside this one.

        def get(self, option):
            """Read an option. Of the class that has some."""
            raise NotImplementedError("override in subclasses")

        def set(self, option, value):
            """Write an option. Of the class that has some."""
            raise NotImplementedError("override in subclasses")

    def _set_attribute(self, name: str, value: Any) -> None:
        if name in self._option_attributes or self._is_declared(name):
            _assign(self, name, value)
            return
        upper = name.upper()
        if upper not in self._options:
            raise no_such_attribute(self, name, _HOW_TO_DECLARE)
        self._set_attr_opt(upper, value)

    def _declared_attribute(self, name: str) -> str:
        """The attribute that an assignment to this name means: one of the class, or an option, whatever the case."""
        if self._is_declared(name):
            return name
        upper = name.upper()
        if upper not in self._options:
            raise no_such_attribute(self, name, _HOW_TO_DECLARE)
        return upper

    def _is_declared(self, name: str) -> bool:
        """Whether the instance has an attribute of this name, or a class of it has or annotates one."""
        if name in self.__dict__:
            return True
        cls = type(self)
        for base in cls.__mro__:
            if name in base.__dict__:
                return name not in base.__dict__.get("_option_methods", ())
        annotated = cls.__dict__.get("_annotated_names")
        if annotated is None:
            annotated = frozenset().union(*map(annotated_names, cls.__mro__))
            type.__setattr__(cls, "_annotated_names", annotated)
        return name in annotated

    if not TYPE_CHECKING:
        # Type checkers would take it to mean that any name can be assigned to: zmq/sugar/_options.py tells them which.
        __setattr__ = _set_attribute

    def _set_attr_opt(self, upper: str, value: Any) -> None:
        """Write the option with this name."""
        _assign(self, upper, value)


_HOW_TO_DECLARE = "; a subclass declares attributes of its own in the class, by a value or an annotation"


def no_such_attribute(owner: object, name: str, advice: str = "") -> AttributeError:
    """What to raise for a name that is neither an attribute nor an option."""
    return AttributeError(f"{type(owner).__name__} has no such option: {name.upper()}{advice}")


def annotated_names(cls: type) -> Iterable[str]:
    """Names that the body of a class annotates, without evaluating the annotations."""
    # inspect and its like would evaluate, or import a lot.
    annotations: Mapping[str, Any] | None = cls.__dict__.get("__annotations__")  # noqa: RUF063
    if annotations is None and sys.version_info >= (3, 14) and getattr(cls, "__annotate__", None) is not None:
        from annotationlib import Format, get_annotations  # noqa: PLC0415  (slow to import)

        annotations = get_annotations(cls, format=Format.STRING)
    return annotations or ()


class _AnnotatedOption:
    """An option whose name a subclass annotates: what an instance assigns to it hides the option."""

    def __init__(self, cls: type, name: str) -> None:
        self._cls = cls
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        return getattr(super(self._cls, owner if instance is None else instance), self._name)


def let_annotations_hide_options(cls: type, base: type) -> None:
    """Let attributes that a subclass of `base` annotates win over the descriptors of options of the same names.

    Without a value in the class, the descriptor of the option would get all that is assigned.
    """
    for annotating in cls.__mro__:
        if annotating in base.__mro__:
            continue
        for name in annotated_names(annotating):
            inherited = next((vars(known)[name] for known in cls.__mro__ if name in vars(known)), None)
            if isinstance(inherited, OptionAttribute):
                setattr(cls, name, _AnnotatedOption(cls, name))


def _socket_option_attributes() -> dict[str, Any]:
    """An attribute for each socket option, by each usual spelling."""
    attributes = {}
    # By number, since aliases have the access of what they stand for.
    unreadable, unwritable = (
        {SOCKET_OPTIONS[name] for name in names} for names in (_SET_ONLY_OPTIONS, _GET_ONLY_OPTIONS)
    )
    for upper, option in SOCKET_OPTIONS.items():
        lower = upper.lower()
        attribute = OptionAttribute(option, lower, option not in unreadable, option not in unwritable)
        attributes[lower] = attributes[upper] = attributes[upper.capitalize()] = attributes[upper.title()] = attribute
    return attributes


def _read_attribute(socket: Any, name: str) -> Any:
    """Read an option whose name is spelled in an unusual way; or tell again why an attribute cannot be read."""
    if not hasattr(type(socket), name) and name.upper() in SOCKET_OPTIONS:
        return getattr(socket, name.upper())
    return object.__getattribute__(socket, name)


if not TYPE_CHECKING:
    # Type checkers have it in zmq/sugar/_options.py. Made at once: adding 480 attributes to a class one by one takes a
    # tenth of the time of importing zmq.
    SocketOptions = type(
        "SocketOptions",
        (),
        {
            "__doc__": "Base of the classes that have each socket option as an attribute.",
            "__module__": __name__,
            "__slots__": (),
            **_socket_option_attributes(),
            **({"__getattr__": _read_attribute} if sys.version_info >= (3, 12) else {}),
        },
    )
