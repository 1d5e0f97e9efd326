"""Exceptions and warnings of pyzmq.

`ZMQError` wraps an error number of libzmq; `Again`, `ContextTerminated` and `InterruptedSystemCall`
are the numbers that programs catch. All of them are cheap to create: `Again` is raised for each
attempt that would block, so its text is looked up only when somebody asks for it.

The backends import this module. It therefore asks `zmq.backend` for texts, numbers and versions
only when they are needed.
"""

from __future__ import annotations

import errno as _errno

from .constants import _VALUES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = [
    "Again",
    "ContextTerminated",
    "DraftFDWarning",
    "InterruptedSystemCall",
    "NotDone",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
]


# Plain numbers: the enum Errno is made only when somebody asks for it.
_EAGAIN, _ETERM = _VALUES["Errno"]["EAGAIN"], _VALUES["Errno"]["ETERM"]


class ZMQBaseError(Exception):
    """Base of the exceptions that pyzmq raises for itself."""


class ZMQError(ZMQBaseError):
    """Wrap an errno style error.

    Parameters
    ----------
    errno : int
        The error number, one of `zmq.Errno` or of the platform. If None, libzmq is asked for the
        number of the last error in this thread (``zmq_errno()``).
    msg : str
        Description of the error. If None, libzmq's text for the number.

    Something other than a number in the place of ``errno`` is taken as the description, and the
    ``errno`` of the exception is then None.
    """

    #: the error number, None if the exception was made from a description alone
    errno: int | None = None

    def __init__(self, errno: int | object | None = None, msg: str | None = None) -> None:
        if errno is None:
            from .backend import zmq_errno  # noqa: PLC0415

            errno = zmq_errno()
        if isinstance(errno, int):
            self.errno = errno
        elif msg is None:
            msg = str(errno)
        if msg is not None:
            self.__dict__["strerror"] = msg

    @property
    def strerror(self) -> str:
        """Description of the error."""
        # Not there until the text is needed or given.
        known = self.__dict__
        if "strerror" not in known:
            known["strerror"] = _strerror(self.errno or 0)
        text: str = known["strerror"]
        return text

    @strerror.setter
    def strerror(self, text: str) -> None:
        self.__dict__["strerror"] = text

    @strerror.deleter
    def strerror(self) -> None:
        self.__dict__.pop("strerror", None)

    def __str__(self) -> str:
        return self.strerror

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self}')"


class ZMQBindError(ZMQBaseError):
    """No port could be bound in ``Socket.bind_to_random_port()``.

    See Also
    --------
    .Socket.bind_to_random_port
    """


class NotDone(ZMQBaseError):
    """The time to wait for libzmq to finish with a message is over.

    See Also
    --------
    .MessageTracker.wait : object for tracking when libzmq is done
    """


class _OwnErrno:
    """The ``errno`` of a class that stands for one number: a member of `zmq.Errno`, made when somebody asks for it.

    Parameters
    ----------
    number : int
        The error number; it stays a plain one if it is no member.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._member: int | None = None

    def __get__(self, instance: ZMQError | None, owner: type) -> int | None:
        if instance is None:
            return None
        known = instance.__dict__
        if "errno" not in known:
            known["errno"] = self._member if self._member is not None else self._find_member()
        number: int | None = known["errno"]
        return number

    def _find_member(self) -> int:
        from .constants import Errno  # noqa: PLC0415  (makes enums)

        # Kept: programs look at the number of each Again that a loop without waiting raises.
        self._member = Errno(self._number) if self._number in Errno._value2member_map_ else self._number
        return self._member

    def __set__(self, instance: ZMQError, value: int | None) -> None:
        instance.__dict__["errno"] = value

    def __delete__(self, instance: ZMQError) -> None:
        instance.__dict__["errno"] = None


class ContextTerminated(ZMQError):
    """The context of the socket was terminated (``zmq.ETERM``).

    Parameters
    ----------
    errno, msg
        Ignored: number and description are always those of ``ETERM``.

    .. versionadded:: 13.0
    """

    if TYPE_CHECKING:
        errno: int  # pyright: ignore[reportIncompatibleVariableOverride]  (never None here)
    else:
        errno = _OwnErrno(_ETERM)

    def __init__(self, errno: int | str = "ignored", msg: str = "ignored") -> None:
        pass


class Again(ZMQError):
    """The operation would have to wait (``zmq.EAGAIN``): it was not to block, or its time is over.

    Parameters
    ----------
    errno, msg
        Ignored: number and description are always those of ``EAGAIN``.

    .. versionadded:: 13.0
    """

    if TYPE_CHECKING:
        errno: int  # pyright: ignore[reportIncompatibleVariableOverride]  (never None here)
    else:
        errno = _OwnErrno(_EAGAIN)

    def __init__(self, errno: int | str = "ignored", msg: str = "ignored") -> None:
        pass


class InterruptedSystemCall(ZMQError, InterruptedError):
    """A system call was interrupted by a signal (``EINTR``).

    pyzmq retries such calls itself, so programs should not get to see this exception.

    Parameters
    ----------
    errno, msg
        Ignored: number and description are always those of ``EINTR``.

    .. versionadded:: 14.7
    """

    if TYPE_CHECKING:
        errno: int  # pyright: ignore[reportIncompatibleVariableOverride]  (never None here)
    else:
        errno = _OwnErrno(_errno.EINTR)
    # For type checkers: it is ZMQError's, not that of OSError, which may be None.
    strerror: str  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __init__(self, errno: int | str = "ignored", msg: str = "ignored") -> None:
        pass

    def __str__(self) -> str:
        return f"{self.strerror}: This call should have been retried. Please report this to pyzmq."


class ZMQVersionError(NotImplementedError):
    """The libzmq in use is too old for the feature.

    Parameters
    ----------
    min_version : str
        The oldest libzmq that has the feature.
    msg : str
        What was asked for.

    .. versionadded:: 14.2
    """

    #: what was asked for
    msg: str
    #: the oldest libzmq that has it
    min_version: str
    #: the libzmq in use
    version: str

    def __init__(self, min_version: str, msg: str = "Feature") -> None:
        from .backend import zmq_version_info  # noqa: PLC0415

        # Given by keyword, they would be missing when the exception is unpickled.
        super().__init__(min_version, msg)
        self.min_version = min_version
        self.msg = msg
        self.version = ".".join(map(str, zmq_version_info()))

    def __str__(self) -> str:
        return f"{self.msg} requires libzmq >= {self.min_version}, have {self.version}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self}')"


class DraftFDWarning(RuntimeWarning):
    """The ``FD`` of a thread-safe (draft) socket is pyzmq's own and experimental.

    Parameters
    ----------
    msg : str
        Text of the warning; if empty, one that says what to expect and how to silence it.

    .. versionadded:: 27
    """

    def __init__(self, msg: str = "") -> None:
        super().__init__(
            msg
            or "libzmq gives thread-safe sockets no file descriptor; pyzmq fills in for socket.FD "
            "with an experimental one, which may be removed or give way to libzmq's own. "
            "To silence this warning: warnings.simplefilter('ignore', zmq.error.DraftFDWarning)"
        )


def _warn_draft_fd() -> None:
    """Give a DraftFDWarning, at the first line that is not pyzmq's own; for the backends."""
    _warn_caller(DraftFDWarning())


def _warn_caller(warning: Warning) -> None:
    """Give a warning, at the first line that is not pyzmq's own."""
    import sys  # noqa: PLC0415  (rarely needed, as the next)
    from _warnings import warn  # noqa: PLC0415

    level = 1
    frame = sys._getframe()
    while frame.f_globals.get("__name__", "").partition(".")[0] == "zmq" and (outer := frame.f_back) is not None:
        frame = outer
        level += 1
    warn(warning, stacklevel=level)


_CLASSES: dict[int, type[ZMQError]] = {
    _EAGAIN: Again,
    _ETERM: ContextTerminated,
    _errno.EINTR: InterruptedSystemCall,
}


def _strerror(errno: int) -> str:
    """Return libzmq's text for an error number."""
    from .backend import strerror  # noqa: PLC0415

    return strerror(errno)


def error_for_errno(errno: int, msg: str | None = None) -> ZMQError:
    """Return, not raise, the exception that stands for an error number; for the backends.

    Parameters
    ----------
    errno : int
        The error number.
    msg : str
        Description, if libzmq's text does not say enough. The exceptions that have a class of
        their own ignore it.
    """
    special = _CLASSES.get(errno)
    return ZMQError(errno, msg) if special is None else special(errno)


def _check_version(min_version_info: tuple[int, ...], msg: str = "Feature") -> None:
    """Raise `ZMQVersionError` if the libzmq in use is older than ``min_version_info``.

    Parameters
    ----------
    min_version_info : tuple of int
        The oldest libzmq that will do, such as ``(4, 2)``.
    msg : str
        What needs it, to begin the sentence with.
    """
    from .backend import zmq_version_info  # noqa: PLC0415

    if zmq_version_info() < min_version_info:
        raise ZMQVersionError(".".join(map(str, min_version_info)), msg)


def _raise_for_part(index: int, error: Exception) -> NoReturn:
    """Raise an error again so that it names the part of a multipart message that it is about.

    Parameters
    ----------
    index : int
        Index of the part.
    error : Exception
        What preparing the part raised. One of a built-in class with nothing but a text is replaced by one with a longer
        text. Of all others, the constructor and the attributes are unknown: these are raised themselves, with a note,
        or, before Python 3.11, a cause.
    """
    text = f"part {index} of the message cannot be sent"
    if type(error) in (TypeError, ValueError, BufferError) and not error.__dict__:
        raise type(error)(f"{text}: {error}") from error
    add_note = getattr(error, "add_note", None)
    if add_note is not None:
        add_note(text)
    elif error.__cause__ is None:
        raise error from ValueError(text)
    raise error


def _twin(error: ZMQError) -> ZMQError:
    """Make an error like another one, for another place to raise it: each has a traceback of its own.

    Parameters
    ----------
    error : ZMQError
        Of any subclass. Its constructor, which may take anything, is not called.

    Returns
    -------
    ZMQError
    """
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin
