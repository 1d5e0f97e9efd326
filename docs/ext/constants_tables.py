"""The directive ``constants``: an enum with its members, or the plain integers, out of tools/spec/constants.toml.

Each constant can be referred to as member of its enum and as name of ``zmq``; an option also as attribute of sockets.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import getattr_static
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from docutils.statemachine import StringList
from generate.spec import Constant, EnumSpec, Spec, load
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.util.docutils import SphinxDirective

import zmq

_SPECIFICATION = Path(__file__).resolve().parents[2] / "tools" / "spec" / "constants.toml"
_ACCESS = {"rw": "rw", "r": "r", "w": "w", "ctx": "context"}
_TYPES = {"int": "int", "int64": "int", "bytes": "bytes", "fd": "int"}


class Constants(SphinxDirective):
    """``.. constants:: SocketType``; ``.. constants:: scalars``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a class with a table, or a table."""
        spec = load(_SPECIFICATION)
        self.env.note_dependency(str(_SPECIFICATION))
        name = self.arguments[0]
        if name == "scalars":
            return [self._table(None, spec.scalars, spec)]
        enum = next(enum for enum in spec.enums if enum.name == name)
        lines = [f".. py:class:: {name}", "   :module: zmq", ""]
        lines += [f"   An ``enum.{enum.base}``: {_sentence(enum.doc)}", ""]
        lines += [f"   Added in {enum.added}." + (f" libzmq: {enum.libzmq}." if enum.libzmq else ""), ""]
        parent = nodes.Element()
        self.state.nested_parse(StringList(lines, source=str(_SPECIFICATION)), self.content_offset, parent)
        content = cast(nodes.Element, cast(nodes.Element, parent[-1])[-1])
        content.append(self._table(enum, enum.members, spec))
        return list(parent.children)

    def _table(self, enum: EnumSpec | None, constants: Iterable[Constant], spec: Spec) -> nodes.table:
        """Return the table of an enum, or of plain integers."""
        options = enum is not None and enum.name == "SocketOption"
        heads = ["name", "value", *(["type", "access"] if options else []), "libzmq", ""]
        group = nodes.tgroup(cols=len(heads))
        group += [nodes.colspec() for _ in heads]
        group += nodes.thead("", _row([nodes.Text(head)] for head in heads))
        body = nodes.tbody()
        for constant in constants:
            body += self._row(enum, constant, spec, options=options)
        group += body
        return nodes.table("", group, classes=["constants", "colwidths-auto"])

    def _row(self, enum: EnumSpec | None, constant: Constant, spec: Spec, *, options: bool) -> nodes.row:
        """Return the row of a constant, and let others refer to it."""
        names = [constant.module_name] if enum is None else [f"{enum.name}.{constant.name}", constant.module_name]
        if options and type(getattr_static(zmq.Socket, constant.name.lower())).__name__ == "OptionAttribute":
            names.append(f"Socket.{constant.name.lower()}")
        anchors = nodes.inline("", "", nodes.literal(text=f"zmq.{constant.module_name}"))
        for name in dict.fromkeys(names):
            anchors["ids"].append(f"zmq.{name}")
            kind = "attribute" if "." in name else "data"
            cast(PythonDomain, self.env.get_domain("py")).note_object(
                f"zmq.{name}", kind, f"zmq.{name}", location=self.state_machine.get_source_and_line(self.lineno)
            )
        target = _target(enum, constant)
        if target.value is None:
            value = "the system's"
        else:
            value = f"{target.value:#x}" if enum is not None and enum.base == "IntFlag" else str(target.value)
        cells: list[list[nodes.Node]] = [[anchors], [nodes.Text(value)]]
        if options:
            cells += [[nodes.Text(_TYPES[target.option_type or "int"])], [nodes.Text(_ACCESS[target.access])]]
        since = [constant.since] if constant.since and constant.since != spec.oldest else []
        cells.append([nodes.Text(" ".join([*since, *(["draft"] if constant.draft else [])]))])
        same = "" if constant.alias is None or constant.alias in constant.doc else f" (the same as {constant.alias})"
        cells.append([nodes.Text(constant.doc + same)])
        return _row(cells)


def _target(enum: EnumSpec | None, constant: Constant) -> Constant:
    """Return the constant that this one stands for."""
    if enum is None or constant.alias is None:
        return constant
    return next(other for other in enum.members if other.name == constant.alias)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _row(cells: Iterable[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("constants", Constants)
    return {"parallel_read_safe": True}
