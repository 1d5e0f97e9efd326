"""zmq/backend/c/pyzmq_constants.h: asserts the values, and tells the type of each socket option."""

from __future__ import annotations

from generate.spec import OPTION_TYPES, Spec
from generate.text import packed

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
    blocks.append(_C_TABLE % (",\n".join(kinds), size, packed(table).rstrip(",")))
    return "".join(blocks)
