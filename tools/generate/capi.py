"""zmq/include/pyzmq_capi_names.h and zmq/capi.pxd: libzmq's functions, for C and for Cython."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generate.spec import Spec, SpecError

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
