"""Context: owns, or shadows, one libzmq context."""

from __future__ import annotations

import _thread
import operator
from typing import Any

from zmq._numbers import to_int
from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._memory import with_finaliser
from zmq.backend.cffi.error import failed, retried
from zmq.constants import _VALUES

_THREAD_SCHED_POLICY = _VALUES["ContextOption"]["THREAD_SCHED_POLICY"]
# libzmq's number for errors, too.
_DEFAULT_POLICY = -1


class Context:
    """Own, or shadow, one libzmq context (zmq_ctx_new(3)).

    Parameters
    ----------
    io_threads : int
        Number of I/O threads.
    shadow : int
        Address of a context to shadow: none is made then, and none terminated unless :attr:`_owned` is set. Its owner
        keeps it alive.

    Thread-safe. A context that is collected without having been terminated is terminated in the background.
    """

    # So named that no subclass takes the names for something else.
    __slots__ = ("__weakref__", "_cffi_ctx", "_cffi_memory", "_cffi_terminating", "_socket_refs")

    _cffi_ctx: Any
    _cffi_memory: Any
    _cffi_terminating: Any
    _socket_refs: dict[int, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Context:  # noqa: ARG004
        self = super().__new__(cls)
        self._cffi_ctx = ffi.NULL
        # Reentrant: a signal handler may terminate what it interrupted the termination of.
        self._cffi_terminating = _thread.RLock()
        self._socket_refs = {}
        return self

    def __init__(self, io_threads: int = 1, shadow: int = 0) -> None:
        if lib.pyzmq_ctx_address(self._cffi_ctx):
            raise RuntimeError("a Context that is open cannot be initialised again")
        io_threads = to_int(io_threads)
        shadow = operator.index(shadow)
        # As for sockets.
        self._cffi_memory = ffi.new("pyzmq_ctx *")
        ctx = with_finaliser(self._cffi_memory, lib.pyzmq_ctx_forget)
        lib.pyzmq_ctx_init(ctx)
        if shadow:
            lib.pyzmq_ctx_shadow(ctx, shadow)
        else:
            rc = lib.pyzmq_ctx_open(ctx)
            if rc == 0 and io_threads != 1:
                rc = lib.pyzmq_ctx_set(ctx, lib.ZMQ_IO_THREADS, io_threads)
            if rc < 0:
                raise failed(rc)
        self._cffi_ctx = ctx
        # Those of another libzmq context, which was terminated, or belongs to another process.
        self._cffi_terminating = _thread.RLock()
        self._socket_refs = {}

    @property
    def underlying(self) -> int:
        """Address of the libzmq context; 0 once it is closed."""
        return lib.pyzmq_ctx_address(self._cffi_ctx)

    @property
    def closed(self) -> bool:
        """Whether the context is terminated, or belongs to another process."""
        return lib.pyzmq_ctx_address(self._cffi_ctx) == 0

    @property
    def _owned(self) -> bool:
        """Whether terminating this object terminates the libzmq context."""
        return bool(lib.pyzmq_ctx_owned(self._cffi_ctx))

    @_owned.setter
    def _owned(self, value: bool) -> None:
        lib.pyzmq_ctx_own(self._cffi_ctx, value)

    def get(self, option: int) -> int:
        """Read an integer option of the context.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.ContextOption`.

        Returns
        -------
        int

        Raises
        ------
        ZMQError
            EINVAL for an unknown option.
        RuntimeError
            If the context is closed.

        Thread-safe. See zmq_ctx_get(3).
        """
        option = to_int(option)
        rc = lib.pyzmq_ctx_get(self._cffi_ctx, option)
        if rc < 0:
            if rc == -lib.EFAULT:
                raise RuntimeError("Context has been destroyed")
            if option == _THREAD_SCHED_POLICY and rc == _DEFAULT_POLICY:
                return rc
            raise failed(rc)
        return rc

    def set(self, option: int, optval: int) -> None:
        """Set an integer option of the context.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.ContextOption`.
        optval : int
            Its value.

        Raises
        ------
        ZMQError
            EINVAL for an unknown option or value.
        TypeError
            If `optval` is no int.
        RuntimeError
            If the context is closed.

        Thread-safe. See zmq_ctx_set(3).
        """
        if not hasattr(optval, "__index__"):
            raise TypeError(f"context option {option} takes int, not {optval!r}")
        rc = lib.pyzmq_ctx_set(self._cffi_ctx, to_int(option), operator.index(optval))
        if rc < 0:
            if rc == -lib.EFAULT:
                raise RuntimeError("Context has been destroyed")
            raise failed(rc)

    def _end(self) -> None:
        """Raise ETERM from now on: the libzmq context, that of a shadow, is about to be terminated elsewhere."""
        lib.pyzmq_ctx_end(self._cffi_ctx)

    def term(self) -> None:
        """Terminate the context.

        Calls that block on its sockets raise ContextTerminated; then `term` waits, without the GIL, until all sockets
        are closed and their messages sent or LINGER over. A shadow terminates the context that it shadows. Does nothing
        for a closed context. A signal handler may raise out of it; `term` may be called again.

        Thread-safe. See zmq_ctx_term(3).
        """
        if self.closed:
            return
        with self._cffi_terminating:
            rc = retried(lib.pyzmq_ctx_term, self._cffi_ctx)
        if rc < 0:
            raise failed(rc)
