"""What docstrings need before Sphinx reads them.

They follow numpydoc, and end with a sentence on threads and libzmq's manual, which belongs to no section. napoleon
would take it for the name of one more exception, so it is set aside while napoleon is at work.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

_SECTIONS = {"Parameters", "Returns", "Raises", "Warns", "Yields"}
_MANUAL = re.compile(r"(?<![`\w])(zmq_\w+\([37]\))")

# Prose that follows the sections, by the object's name, between the two listeners.
_aside: dict[str, list[str]] = {}


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Split a docstring into what napoleon is to read, and the prose behind its sections."""
    inside = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line in _SECTIONS and following and not following.strip("-"):
            inside = True
        elif inside and line and not line[0].isspace() and number and not lines[number - 1].strip():
            return lines[:number], lines[number:]
    return lines, []


def set_aside(_app: Sphinx, what: str, name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Link the manual, and take away the prose behind the sections."""
    lines[:] = [_MANUAL.sub(r":manpage:`\1`", line) for line in lines]
    # Of an attribute, napoleon would take what stands before a colon for the type.
    lines[:], prose = ([], lines[:]) if what in {"attribute", "property", "data"} else split(lines)
    _aside[name] = prose


def put_back(_app: Sphinx, _what: str, name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Append that prose."""
    prose = _aside.pop(name, [])
    if prose:
        lines += ["", *prose, ""]


def skip(_app: Sphinx, _what: str, _name: str, obj: Any, _skipped: bool, _options: Any) -> bool | None:
    """Leave out the options of sockets: there is a table of them."""
    return True if type(obj).__name__ == "OptionAttribute" else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen before napoleon does, and after it."""
    app.connect("autodoc-process-docstring", set_aside, priority=400)
    app.connect("autodoc-process-docstring", put_back, priority=600)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True}
