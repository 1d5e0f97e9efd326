"""From C errors to exceptions.

The functions of the C part return a negated errno; EINTR is retried by their callers: between two calls, Python
runs its signal handlers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zmq._numbers import to_int
from zmq.backend.cffi._cffi import ffi, lib
from zmq.error import _check_version, error_for_errno

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq.error import ZMQError

_EINTR = lib.EINTR


def strerror(errno: int) -> str:
    """Describe an error number, libzmq's own ones included.

    Parameters
    ----------
    errno : int
        The error number.

    Returns
    -------
    str

    Thread-safe. See zmq_strerror(3).
    """
    return ffi.string(lib.zmq_strerror(to_int(errno))).decode("utf-8", "replace")


def zmq_errno() -> int:
    """Return the error number of the last libzmq call of this thread that failed. See zmq_errno(3)."""
    return lib.zmq_errno()


def failed(rc: int) -> Exception:
    """Return the exception for a result below 0."""
    return MemoryError("libzmq got no memory") if rc == -lib.ENOMEM else error_for_errno(-rc)


def failed_with(rc: int, what: str) -> ZMQError:
    """Return the exception for a result below 0, naming what the call was about."""
    return error_for_errno(-rc, f"{strerror(-rc)} ({what})")


def retried(call: Callable[..., int], *args: object) -> int:
    """Call until the result is not EINTR, and return the result; signal handlers run in between and may raise."""
    rc = call(*args)
    while rc == -_EINTR:
        rc = call(*args)
    return rc


def need_libzmq(version: tuple[int, ...], what: str) -> None:
    """Raise ZMQVersionError if the libzmq compiled in is older than `what` needs."""
    major, minor, patch = (*version, 0, 0)[:3]
    if major * 10000 + minor * 100 + patch > lib.ZMQ_VERSION:
        _check_version(version, what)


def need_draft(what: str) -> None:
    """Raise RuntimeError if `what` needs the draft API and this build leaves it out."""
    if not lib.PYZMQ_HAVE_DRAFT:
        raise RuntimeError(
            f"{what} needs libzmq's draft API, which this build of pyzmq leaves out; "
            "build with ZMQ_DRAFT_API=ON (and, with a libzmq of your own, one built with drafts)"
        )
