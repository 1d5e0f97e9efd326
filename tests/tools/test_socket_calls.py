"""All that is done with a libzmq socket goes by way of its record, so that no attempt misses the look at its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2] / "zmq" / "backend"

#: Functions of libzmq that take a socket. Of zmq_close, a socket that never got a record may be the argument.
FUNCTIONS = (
    *("zmq_bind", "zmq_connect", "zmq_connect_peer", "zmq_disconnect", "zmq_getsockopt", "zmq_join", "zmq_leave"),
    *("zmq_msg_recv", "zmq_msg_send", "zmq_poll", "zmq_proxy", "zmq_proxy_steerable", "zmq_recv", "zmq_recvmsg"),
    *("zmq_send", "zmq_send_const", "zmq_sendmsg", "zmq_setsockopt", "zmq_socket_monitor", "zmq_unbind"),
)

#: Where they are called: for the record, for a device, which looks when it pauses, and where extensions come from.
CALLERS = {
    *(
        "c/pyzmq_record.h",
        "c/pyzmq_descriptors.h",
        "c/pyzmq_draft.h",
        "c/pyzmq_relay.h",
        "c/pyzmq_socket.h",
        "c/zmq_compat.h",
    ),
    "cython/pyzmq_capi_maker.h",
    # Declarations.
    *("cffi/_cdefs.h", "cython/libzmq.pxd"),
}

CALL = re.compile(rf"(?<![\w\"])(?<!def ){'(?:' + '|'.join(FUNCTIONS) + ')'}\s*\(")

SOURCES = sorted(path for suffix in ("c", "h", "pxi", "pyx", "pxd") for path in BACKEND.rglob(f"*.{suffix}"))


def test_the_callers_are_there() -> None:
    assert {path.relative_to(BACKEND).as_posix() for path in SOURCES} >= CALLERS


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(BACKEND).as_posix())
def test_sockets_are_used_by_way_of_their_records(path: Path) -> None:
    if path.relative_to(BACKEND).as_posix() in CALLERS:
        return
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".c", ".h"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    else:
        text = re.sub(r"\"\"\".*?\"\"\"|#[^\n]*", "", text, flags=re.DOTALL)
    assert CALL.findall(text) == []
