"""What asynchronous sockets need of a backend; nothing of theirs is compiled in this one."""

from __future__ import annotations

import _thread
import sys
from _weakref import ref  # what weakref.ref is
from typing import TYPE_CHECKING, Any

from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi._memory import with_finaliser
from zmq.backend.cffi.error import failed, retried
from zmq.backend.cffi.message import Frame
from zmq.backend.cffi.transfer import Transfer, frames_of, return_parts, take_parts
from zmq.constants import _VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

_POLLIN = _VALUES["PollEvent"]["POLLIN"]


# How often a notification is repeated that signal handlers interrupt.
_ATTEMPTS = 10

# By the addresses of their records.
_known: dict[int, ref[Readiness]] = {}


class Readiness:
    """Base of the class of zmq._async that knows what waits for a libzmq socket: its side of the record.

    Parameters
    ----------
    socket : Socket
        Any object that uses the libzmq socket. There is one instance for all of them: see :func:`readiness_of`.
    """

    __slots__ = ("__weakref__", "_cffi_memory", "_cffi_record", "_cffi_sock")

    _cffi_memory: Any
    _cffi_record: Any
    _cffi_sock: Any

    def __new__(cls, socket: Transfer, *args: Any, **kwargs: Any) -> Readiness:  # noqa: ARG004
        if not isinstance(socket, Transfer):
            raise TypeError(f"expected a zmq.Socket, not {socket!r}")
        self = super().__new__(cls)
        self._cffi_memory = ffi.new("pyzmq_sock *")
        self._cffi_sock = with_finaliser(self._cffi_memory, lib.pyzmq_sock_forget)
        lib.pyzmq_sock_watch(self._cffi_sock, socket._cffi_sock)
        self._cffi_record = self._cffi_sock.record
        _remember(self)
        return self

    @property
    def alert(self) -> int:
        """The events that an attempt to use the socket looks for."""
        return int(self._cffi_record.alert)

    @property
    def waiting(self) -> int:
        """The events that something waits for in order, so that no later operation may overtake it."""
        return int(self._cffi_record.waiting)

    def note(self, alert: int, waiting: int) -> None:
        """Tell the record what waits; see :attr:`alert` and :attr:`waiting`."""
        record = self._cffi_record
        record.alert, record.waiting = (0, 0) if record.dead else (alert, waiting)

    def want(self, events: int, alert: bool) -> None:
        """Note that something more waits for events in order; `alert`: an attempt is to look for them."""
        record = self._cffi_record
        if not record.dead:
            record.waiting |= events
            if alert:
                record.alert |= events

    def quiet(self) -> None:
        """Have attempts look for nothing, until :meth:`note` is called."""
        self._cffi_record.alert = 0

    @property
    def in_message(self) -> bool:
        """Whether a message is begun and not finished."""
        return bool(self._cffi_record.progress != lib.PYZMQ_BETWEEN_MESSAGES)

    @property
    def begun(self) -> int:
        """The number of the last message that was begun."""
        return int(self._cffi_record.begun)

    @property
    def returned(self) -> bool:
        """Whether messages were given back that nobody has received since."""
        return bool(self._cffi_record.held & lib.PYZMQ_HAS_RETURNED)

    def events(self) -> int:
        """Read which events hold, as the wake-up asks for it: without calling for another one.

        Raises
        ------
        ZMQError
            If the socket is closed, or its context is being terminated.
        """
        events = retried(lib.pyzmq_sock_peek, self._cffi_sock)
        if events < 0:
            raise failed(events)
        return events

    def take(self, multipart: bool) -> tuple[int, Any] | None:
        """Take a message for a receiver that may give it back.

        Parameters
        ----------
        multipart : bool
            All frames of the message.

        Returns
        -------
        tuple of (int, Frame or list of Frame) or None
            The number to give it back with, and the message. None if there is none.

        Raises
        ------
        ZMQError
            If there is none for another reason than that nothing came.
        """
        key = ffi.new("int64_t *")
        entry = take_parts()
        try:
            count = lib.pyzmq_sock_take(self._cffi_sock, entry[0], multipart, key)
            if count == -lib.EAGAIN:
                return None
            if count < 0:
                raise failed(count)
            frames = frames_of(entry[0], count, track=False)
        finally:
            return_parts(entry)
        return int(key[0]), frames if multipart else frames[0]

    def give_back(self, key: int, message: Frame | list[Frame]) -> None:
        """Let a message be received by somebody else, in the place that it had. Thread-safe.

        Parameters
        ----------
        key : int
            Its number.
        message : Frame or list of Frame
            The message. It shares its content with what is received.
        """
        for number, frame in enumerate(message if isinstance(message, list) else (message,), key):
            rc = lib.pyzmq_sock_give_back(self._cffi_sock, frame._msg, number)
            if rc == -lib.ENOTSOCK:
                return
            if rc < 0:
                raise failed(rc)
        if self._cffi_record.alert & _POLLIN:
            self.wake_soon()

    def wake_soon(self) -> None:
        """Have each event loop in which something waits look at the events. Thread-safe."""

    def close(self) -> None:
        """Let everything end that waits: the socket is closed. Thread-safe."""


def _remember(readiness: Readiness) -> None:
    """Find it by its record as long as it lives."""
    sock = readiness._cffi_sock
    address = lib.pyzmq_sock_record(sock)

    def forget(reference: ref[Readiness]) -> None:
        # A later one may be in its place.
        if _known.get(address) is reference:
            del _known[address]
            # The reference to the record is here until now.
            sock.record.alert = sock.record.waiting = 0

    _known[address] = ref(readiness, forget)


def readiness_of(socket: Transfer) -> Readiness | None:
    """Return the :class:`Readiness` that the objects of a libzmq socket share, or None.

    Parameters
    ----------
    socket : Socket
        One of them.
    """
    return _readiness_at(lib.pyzmq_sock_record(socket._cffi_sock)) if _known else None


def _readiness_at(address: int) -> Readiness | None:
    """Return the object, if it lives, by the address of its record."""
    reference = _known.get(address)
    return None if reference is None else reference()


def _tell_waiters(address: int, closed: bool) -> None:
    """Notify the waiters of a record that the socket is ready, or closed.

    The caller is C code in the middle of a socket operation and cannot raise. What a signal handler raises is reported,
    and the call is repeated: the wake-up must not be lost.
    """
    errors: list[BaseException] = []
    for _ in range(_ATTEMPTS):
        try:
            readiness = _readiness_at(address)
            if readiness is not None:
                if closed:
                    readiness.close()
                else:
                    readiness.wake_soon()
            break
        except BaseException as error:
            errors.append(error)
    for raised in errors:
        _report(raised)


def _report(error: BaseException) -> None:
    """Raise KeyboardInterrupt in the main thread, when C has returned; print any other error."""
    if isinstance(error, KeyboardInterrupt):
        # In another thread: here, it would interrupt this function.
        _thread.start_new_thread(_thread.interrupt_main, ())
        return
    import traceback  # noqa: PLC0415  (slow to import)

    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)


def _tell_waiters_again(kind: type[BaseException], error: BaseException, trace: TracebackType) -> None:  # noqa: ARG001
    """Notify them after all, if something was raised outside of the attempts."""
    frame = trace.tb_frame
    _tell_waiters(frame.f_locals["address"], frame.f_code.co_name == "pyzmq_cffi_end")
    _report(error)


@ffi.def_extern(onerror=_tell_waiters_again)
def pyzmq_cffi_wake(address: int) -> None:
    """Called by C when an event that something waits for holds, after an attempt to use the socket."""
    _tell_waiters(address, closed=False)


@ffi.def_extern(onerror=_tell_waiters_again)
def pyzmq_cffi_end(address: int) -> None:
    """Called by C when the socket is closed."""
    _tell_waiters(address, closed=True)


def _share_registry(address: int) -> int:
    """Use the registry of sockets of another backend; return the address of the one in use."""
    return lib.pyzmq_share_registry(address)


class Budget:
    """How many more asynchronous operations may complete at once before one goes through the event loop."""

    __slots__ = ("left", "limit")

    left: int
    limit: int

    def __init__(self, limit: int) -> None:
        self.left = self.limit = limit


def compile_async(
    general: Sequence[Callable[..., Any]],  # noqa: ARG001  (as the contract has it)
    future: type | None,  # noqa: ARG001
    running_loop: Callable[[], Any] | None,  # noqa: ARG001
    common: Budget,  # noqa: ARG001
) -> dict[str, Any]:
    """Return the compiled methods of asynchronous sockets: none."""
    return {}
