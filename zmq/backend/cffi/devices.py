"""libzmq's own loops between sockets."""

from __future__ import annotations

from typing import Any

from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi.error import failed, need_libzmq, retried
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
    rc = retried(
        lib.pyzmq_proxy,
        _sock("frontend", frontend),
        _sock("backend", backend),
        _sock("capture", capture, optional=True),
    )
    if rc < 0:
        raise failed(rc)
    return rc


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
        Receives PAUSE, RESUME, TERMINATE and STATISTICS (PAIR, PULL, SUB or REP).

    Returns
    -------
    int
        0 after TERMINATE.

    Raises
    ------
    ContextTerminated
        When the context is terminated.
    ZMQVersionError
        If libzmq is older than 4.0.5.

    Blocks, without the GIL. See zmq_proxy_steerable(3).
    """
    need_libzmq((4, 0, 5), "proxy_steerable")
    rc = retried(
        lib.pyzmq_proxy_steerable,
        _sock("frontend", frontend),
        _sock("backend", backend),
        _sock("capture", capture, optional=True),
        _sock("control", control, optional=True),
    )
    if rc < 0:
        raise failed(rc)
    return rc
