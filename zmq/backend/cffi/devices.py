"""Loops between sockets: all run that of pyzmq_relay.h."""

from __future__ import annotations

from typing import Any

from zmq.backend._commands import UnknownCommands, runs_signal_handlers
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi.error import failed
from zmq.backend.cffi.socket import Socket


def _sock(name: str, value: Any, optional: bool = False) -> Any:
    if value is None and optional:
        return ffi.NULL
    if not isinstance(value, Socket):
        raise TypeError(f"{name} is a zmq.Socket, not {value!r}")
    return value._cffi_sock


def proxy(frontend: Socket, backend: Socket, capture: Socket | None = None) -> int:
    """Pass messages between two sockets until the context is terminated.

    Parameters
    ----------
    frontend, backend : Socket
        What comes on one goes out on the other.
    capture : Socket, optional
        Gets a copy of each message (PUB, DEALER, PUSH or PAIR).

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.

    Blocks, without the GIL; the sockets must not be used elsewhere meanwhile. See zmq_proxy(3).
    """
    relay = _relay()
    rc = lib.pyzmq_sock_ask_once(relay, _sock("frontend", frontend), _sock("backend", backend))
    if rc < 0:
        raise failed(rc)
    return _run(relay, frontend, backend, capture, None)


def proxy_steerable(
    frontend: Socket,
    backend: Socket,
    capture: Socket | None = None,
    control: Socket | None = None,
) -> int:
    """Pass messages between two sockets, under control of a third.

    Parameters
    ----------
    frontend, backend, capture
        As for :func:`proxy`.
    control : Socket, optional
        Receives PAUSE, RESUME, TERMINATE and STATISTICS (PAIR, PULL, SUB or REP). The latter is answered with eight
        frames of 64 bits in the machine's own byte order: messages and bytes that were received and sent, first on
        `frontend`, then on `backend`. The others are answered with an empty message.

    Returns
    -------
    int
        0 after TERMINATE.

    Raises
    ------
    ContextTerminated
        When the context is terminated.

    Another command, or one of several frames, is ignored: the first is logged to ``zmq.proxy``, and at the end how many
    there were. Blocks, without the GIL; the sockets must not be used elsewhere meanwhile. See zmq_proxy_steerable(3).
    """
    if control is None:
        return proxy(frontend, backend, capture)
    relay = _relay()
    unknown = UnknownCommands()
    try:
        while _run(relay, frontend, backend, capture, control) == lib.PYZMQ_RELAY_UNKNOWN:
            unknown.add(ffi.unpack(relay.command, relay.command_size))
    finally:
        unknown.report()
    return 0


def monitored_queue(
    in_socket: Socket,
    out_socket: Socket,
    mon_socket: Socket,
    in_prefix: bytes = b"in",
    out_prefix: bytes = b"out",
) -> int:
    """Pass messages between two sockets until the context is terminated, and show each to a third with a prefix.

    Unlike with :func:`proxy`, both sides may be ROUTERs: the first two frames, who sent a message and whom it is for,
    are swapped then.

    Parameters
    ----------
    in_socket, out_socket : Socket
        What comes on one goes out on the other.
    mon_socket : Socket
        Gets a copy of each message, after a frame that says where it came from (PUB, DEALER, PUSH or PAIR).
    in_prefix, out_prefix : bytes
        Those frames, for what came on `in_socket` and on `out_socket`.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.

    Blocks, without the GIL; the sockets must not be used elsewhere meanwhile.
    """
    for name, prefix in (("in_prefix", in_prefix), ("out_prefix", out_prefix)):
        if not isinstance(prefix, bytes):
            raise TypeError(f"{name} is bytes, not {prefix!r}")
    relay = _relay()
    # They live as long as the loop runs.
    prefixes = [ffi.new("char[]", prefix) for prefix in (in_prefix, out_prefix)]
    sides = _sock("in_socket", in_socket), _sock("out_socket", out_socket)
    rc = lib.pyzmq_sock_prefixes(relay, prefixes[0], len(in_prefix), prefixes[1], len(out_prefix), *sides)
    if rc < 0:
        raise failed(rc)
    _sock("mon_socket", mon_socket)
    return _run(relay, in_socket, out_socket, mon_socket, None)


def _relay() -> Any:
    relay = ffi.gc(ffi.new("pyzmq_relay *"), lib.pyzmq_relay_end)
    relay.signals = runs_signal_handlers()
    return relay


def _run(relay: Any, frontend: Socket, backend: Socket, monitor: Socket | None, control: Socket | None) -> int:
    rc = -lib.EINTR
    try:
        # Between two calls, Python runs signal handlers, which may raise.
        while rc in (-lib.EINTR, lib.PYZMQ_RELAY_SIGNALS):
            rc = lib.pyzmq_sock_relay(
                relay,
                _sock("frontend", frontend),
                _sock("backend", backend),
                _sock("capture", monitor, optional=True),
                _sock("control", control, optional=True),
            )
    finally:
        lib.pyzmq_relay_end(relay)
    if rc == -lib.ENOMEM:
        raise MemoryError
    if rc < 0:
        raise failed(rc)
    return rc
