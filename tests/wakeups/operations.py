"""The operations of the matrix: by which kind of object, in which direction, with which outcomes."""

from __future__ import annotations

from dataclasses import dataclass

#: The kinds of objects that operations go through.
KINDS = ("sync", "async", "green", "stream")


@dataclass(frozen=True)
class Operation:
    """An operation on a socket.

    Parameters
    ----------
    kind : str
        The kind of object, one of :data:`KINDS`.
    act : str
        What is called; see ``calls.py``.
    way : str
        ``send`` if its success depends on room for a message, ``recv`` if it depends on a message; else empty.
    outcomes : tuple of str
        Those that it can have.
    """

    kind: str
    act: str
    way: str
    outcomes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name in the names of cells."""
        return f"{self.kind}.{self.act}"


SENDS = (
    *("send", "send_frame", "send_more", "send_begin", "send_multipart", "send_multipart_frames"),
    *("send_string", "send_json", "send_pyobj", "send_serialized"),
)
RECEIVES = (
    *("recv", "recv_frame", "recv_multipart", "recv_multipart_frames", "recv_into"),
    *("recv_string", "recv_json", "recv_pyobj", "recv_serialized"),
)

#: Those that send or receive by one of the others.
CONVERSIONS = tuple(act for act in (*SENDS, *RECEIVES) if act.rpartition("_")[2] in ("string", "json", "pyobj"))

#: Those that pass messages on until they are interrupted or told to end.
DEVICES = ("proxy", "device", "monitored_queue", "proxy_steerable")

_SENT = ("success", "again", "error", "state")
_RECEIVED = ("success", "again", "error")
_POLLED = ("success", "again")

#: With an outcome `error` if there are wrong arguments for it that libzmq refuses.
OTHERS = {
    "get_events": ("success",),
    "bind": ("success", "error"),
    "unbind": ("success", "error"),
    "connect": ("success", "error"),
    "disconnect": ("success", "error"),
    "subscribe": ("success",),
    "monitor": ("success", "error"),
}


def _of_sockets(kind: str, polls: tuple[str, ...], others: tuple[str, ...] = ()) -> list[Operation]:
    waits = () if kind == "sync" else ("wait", "cancel")
    made = [Operation(kind, act, "send", (*_SENT, *waits)) for act in SENDS]
    made += [Operation(kind, act, "recv", (*_RECEIVED, *waits)) for act in RECEIVES]
    for poll in polls:
        # A plain poller would block the thread, whatever it polls.
        outcomes = _POLLED if poll == "plain_poller" else (*_POLLED, *waits)
        made += [
            Operation(kind, f"{poll}_in", "recv", outcomes),
            Operation(kind, f"{poll}_out", "send", outcomes),
        ]
    made += [Operation(kind, act, "", outcomes) for act, outcomes in OTHERS.items()]
    made += [Operation(kind, act, "", ("success",)) for act in others]
    return made


#: All operations. A ThreadDevice makes its sockets itself, and is one of the proxies for the rest.
OPERATIONS = (
    *_of_sockets(
        "sync",
        ("poll", "poller", "zmq_poll", "select"),
        DEVICES,
    ),
    *_of_sockets("async", ("poll", "poller", "plain_poller")),
    *_of_sockets("green", ("poll", "poller", "zmq_poll", "select"), ("proxy", "device")),
    Operation("stream", "send", "send", _SENT),
    Operation("stream", "flush_out", "send", _SENT),
    Operation("stream", "flush_in", "recv", ("success", "again")),
    Operation("stream", "get_events", "", ("success",)),
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}
