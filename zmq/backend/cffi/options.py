"""Socket options, and options as attributes."""

from __future__ import annotations

import operator
from typing import Any

from zmq.backend.cffi._cffi import ffi, lib
from zmq.backend.cffi.error import failed, retried
from zmq.constants import _VALUES
from zmq.error import ZMQError, _warn_draft_fd, error_for_errno

_BYTES = lib.PYZMQ_OPT_BYTES
_INT64 = lib.PYZMQ_OPT_INT64
_FD = lib.PYZMQ_OPT_FD
# Of pyzmq_sock_draft_fd_state().
_FD_TO_COME, _FD_OF_OTHERS = 1, 3
_LEAST = -(1 << 31)
_BITMAPS = 1 << 64

_OPTIONS = _VALUES["SocketOption"]
_AFFINITY = _OPTIONS["AFFINITY"]
_ZMQ_FD = _OPTIONS["FD"]
_LAST_ENDPOINT = _OPTIONS["LAST_ENDPOINT"]
_LONGEST_ENDPOINT = 1 << 30
_SUBSCRIPTIONS = (_OPTIONS["SUBSCRIBE"], _OPTIONS["UNSUBSCRIBE"])


def get_option(sock: Any, option: int) -> int | bytes:
    """Read an option as int or bytes."""
    plain = lib.pyzmq_sock_get_plain(sock, option)
    if plain >= _LEAST:
        return plain
    if lib.pyzmq_socket_option_type(option) == _BYTES:
        return _get_bytes(sock, option)
    value = ffi.new("int64_t *")
    rc = retried(lib.pyzmq_sock_get_number, sock, option, value)
    if rc == -lib.EINVAL and option == _ZMQ_FD and (state := lib.pyzmq_sock_draft_fd_state(sock)):
        return _draft_fd(sock, state)
    if rc < 0:
        raise failed(rc)
    number: int = value[0]
    return number % _BITMAPS if option == _AFFINITY else number


def _get_bytes(sock: Any, option: int) -> bytes:
    room = lib.PYZMQ_OPTION_SIZE
    while True:
        text = ffi.new("char[]", room)
        size = retried(lib.pyzmq_sock_get_bytes, sock, option, text, room)
        if size >= 0:
            content: bytes = ffi.unpack(text, size)
            return content
        # The endpoint of a long inproc name: libzmq does not tell its size.
        if option != _LAST_ENDPOINT or size != -lib.EINVAL or room >= _LONGEST_ENDPOINT:
            raise failed(size)
        room *= 16


def _draft_fd(sock: Any, state: int) -> int:
    """Return a descriptor for a thread-safe socket, which has none of libzmq's."""
    if state == _FD_OF_OTHERS:
        # Nobody would know when the socket is closed, and the descriptor has to be closed before.
        raise error_for_errno(lib.EINVAL, "a thread-safe socket of another library has no FD")
    if state == _FD_TO_COME:
        _warn_draft_fd()
    fd = ffi.new("int64_t *")
    rc = lib.pyzmq_sock_draft_fd(sock, fd)
    if rc < 0:
        raise failed(rc)
    number: int = fd[0]
    return number


def set_option(sock: Any, option: int, optval: Any) -> None:
    """Write an option."""
    if not lib.pyzmq_sock_address(sock):
        raise error_for_errno(lib.ENOTSOCK)
    if isinstance(optval, str):
        raise TypeError(f"unicode not allowed, use setsockopt_string: option {option} takes no str")
    kind = lib.pyzmq_socket_option_type(option)
    if kind == _BYTES:
        if not isinstance(optval, bytes):
            raise TypeError(f"expected bytes, got: {type(optval).__name__} for option {option}")
        rc = retried(lib.pyzmq_sock_set_bytes, sock, option, optval, len(optval))
    else:
        if not hasattr(optval, "__index__"):
            raise TypeError(f"expected int, got: {optval!r} for option {option}")
        write = lib.pyzmq_sock_set_int64 if kind in (_INT64, _FD) else lib.pyzmq_sock_set_int
        number = operator.index(optval)
        if option == _AFFINITY:
            number = _bitmap_from(number)
        rc = retried(write, sock, option, number)
    if rc < 0:
        raise failed(rc)


def _bitmap_from(number: int) -> int:
    """Return the bits of AFFINITY as int64_t. A negative number stands for those that it has in 64 bits."""
    if not -(_BITMAPS >> 1) <= number < _BITMAPS:
        raise OverflowError(f"AFFINITY is a bitmap of 64 bits, into which {number} does not fit")
    return number - _BITMAPS if number >= _BITMAPS >> 1 else number


class OptionAttribute:
    """An option as an attribute of sockets or contexts.

    Reads and writes through the owner's ``get`` and ``set``, so that a subclass that overrides these is obeyed.

    Parameters
    ----------
    option : int
        Number of the option.
    name : str
        How errors call it.
    readable, writable : bool
        What libzmq allows. Reading what is write-only raises AttributeError, so that ``hasattr`` works; writing what is
        read-only raises ZMQError, as libzmq would.
    """

    __slots__ = ("_name", "_option", "_readable", "_writable")

    def __init__(self, option: int, name: str, readable: bool = True, writable: bool = True) -> None:
        self._option = int(option)
        self._name = name
        self._readable = readable
        self._writable = writable

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if not self._readable:
            raise AttributeError(f"{self._name} attribute is write-only")
        try:
            return instance.get(self._option)
        except ZMQError as error:
            # So that hasattr() and inspect can walk over a socket, whatever its type and the age of libzmq.
            if error.errno != lib.EINVAL:
                raise
            raise AttributeError(f"{self._name} attribute cannot be read on this socket: {error}") from error

    def __set__(self, instance: Any, value: Any) -> None:
        if type(value) is str and self._option in _SUBSCRIPTIONS:
            value = value.encode("utf-8")
        try:
            instance.set(self._option, value)
        except ZMQError as error:
            if self._writable or error.errno != lib.EINVAL:
                raise
            raise ZMQError(lib.EINVAL, f"{error}: {self._name} is read-only") from error

    def __delete__(self, instance: Any) -> None:
        raise AttributeError(f"{self._name} is an option and cannot be deleted")

    def __repr__(self) -> str:
        return f"<OptionAttribute {self._name}>"
