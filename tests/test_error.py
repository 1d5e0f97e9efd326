"""Exceptions: texts, numbers, class hierarchy, pickling."""

from __future__ import annotations

import copy
import errno
import os
import pickle
import subprocess
import sys
from typing import Any

import pytest

import zmq
from tests.fix_context import SocketFactory
from zmq import error

SPECIAL = [
    (error.Again, zmq.EAGAIN),
    (error.ContextTerminated, zmq.ETERM),
    (error.InterruptedSystemCall, errno.EINTR),
]


def test_all_is_exported_by_the_package() -> None:
    for name in error.__all__:
        assert getattr(zmq, name) is getattr(error, name)


@pytest.mark.parametrize("number", [errno.EINVAL, zmq.EFSM, zmq.ETERM, zmq.EHOSTUNREACH])
def test_number_gives_text(number: int) -> None:
    exc = zmq.ZMQError(number)
    assert exc.errno == number
    assert exc.strerror == zmq.strerror(number)
    assert str(exc) == exc.strerror
    assert repr(exc) == f"ZMQError('{exc.strerror}')"
    assert exc.args == (number,)


def test_own_number_has_libzmq_text() -> None:
    assert str(zmq.ZMQError(zmq.EFSM)) == "Operation cannot be accomplished in current state"


@pytest.mark.skipif(sys.platform != "linux", reason="the system's text")
def test_system_number_has_the_systems_text() -> None:
    assert str(zmq.ZMQError(errno.EINVAL)) == os.strerror(errno.EINVAL)


def test_message_replaces_text() -> None:
    exc = zmq.ZMQError(zmq.EFSM, "it's out of turn")
    assert exc.errno == zmq.EFSM
    assert str(exc) == "it's out of turn"
    assert repr(exc) == "ZMQError('it's out of turn')"
    exc = zmq.ZMQError(errno=errno.EINVAL, msg="")
    assert (exc.errno, exc.strerror, str(exc)) == (errno.EINVAL, "", "")


def test_text_can_be_assigned() -> None:
    exc = zmq.ZMQError(zmq.EFSM)
    exc.strerror = "other"
    assert str(exc) == "other"


def test_without_number_libzmq_is_asked() -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        with pytest.raises(zmq.ZMQError) as caught:
            socket.send(b"out of turn")
        # Between the failed call and this one nothing else has called libzmq in this thread.
        assert caught.value.errno == zmq.EFSM
    exc = zmq.ZMQError()
    assert exc.errno == zmq.zmq_errno()
    assert str(exc) == zmq.strerror(zmq.zmq_errno())
    assert zmq.ZMQError(msg="text").errno == zmq.zmq_errno()


def test_description_instead_of_number() -> None:
    wrong: Any = "text"
    exc = zmq.ZMQError(wrong)
    assert exc.errno is None
    assert str(exc) == "text"
    assert str(zmq.ZMQError(wrong, "message")) == "message"


@pytest.mark.parametrize(("cls", "number"), SPECIAL)
@pytest.mark.parametrize("args", [(), (5,), (5, "text")])
def test_special_exceptions_ignore_arguments(cls: type[zmq.ZMQError], number: int, args: tuple[Any, ...]) -> None:
    exc = cls(*args)
    assert exc.errno == number
    assert exc.strerror == zmq.strerror(number)
    assert str(exc).startswith(exc.strerror)
    assert repr(exc) == f"{cls.__name__}('{exc}')"
    assert isinstance(exc, zmq.ZMQError)


def test_hierarchy() -> None:
    for cls in (zmq.ZMQError, zmq.ZMQBindError, zmq.NotDone):
        assert issubclass(cls, zmq.ZMQBaseError)
    assert issubclass(zmq.ZMQBaseError, Exception)
    assert not issubclass(zmq.ZMQError, OSError)
    assert issubclass(zmq.InterruptedSystemCall, InterruptedError)
    assert issubclass(zmq.ZMQVersionError, NotImplementedError)
    assert issubclass(zmq.DraftFDWarning, RuntimeWarning)


@pytest.mark.parametrize(("cls", "number"), SPECIAL)
def test_class_for_number(cls: type[zmq.ZMQError], number: int) -> None:
    for value in (number, int(number)):
        assert type(error.error_for_errno(value)) is cls
        assert type(error.error_for_errno(value, "ignored")) is cls


def test_no_special_class_for_other_numbers() -> None:
    exc = error.error_for_errno(errno.EINVAL, "wrong address")
    assert type(exc) is zmq.ZMQError
    assert (exc.errno, str(exc)) == (errno.EINVAL, "wrong address")
    assert str(error.error_for_errno(errno.EINVAL)) == zmq.strerror(errno.EINVAL)


def test_recv_without_message_raises_again() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        with pytest.raises(zmq.Again) as caught:
            socket.recv(zmq.DONTWAIT)
        assert caught.value.errno == zmq.EAGAIN
        assert str(caught.value) == zmq.strerror(zmq.EAGAIN)


def test_version_error() -> None:
    running = ".".join(map(str, zmq.zmq_version_info()))
    exc = zmq.ZMQVersionError("9.9", "Teleportation")
    assert str(exc) == f"Teleportation requires libzmq >= 9.9, have {running}"
    assert repr(exc) == f"ZMQVersionError('{exc}')"
    assert (exc.min_version, exc.msg, exc.version) == ("9.9", "Teleportation", running)
    assert str(zmq.ZMQVersionError("9.9")).startswith("Feature requires libzmq >= 9.9")


def test_check_version() -> None:
    major, minor, patch = zmq.zmq_version_info()
    for enough in ((3, 2), (major,), (major, minor), (major, minor, patch)):
        error._check_version(enough)
    with pytest.raises(zmq.ZMQVersionError, match=r"^Teleportation requires libzmq >= 99\.1, have"):
        error._check_version((99, 1), "Teleportation")
    with pytest.raises(zmq.ZMQVersionError, match=r"^Feature requires"):
        error._check_version((major, minor, patch + 1))


def test_draft_fd_warning() -> None:
    assert "DraftFDWarning" in str(zmq.DraftFDWarning())
    assert str(zmq.DraftFDWarning("text")) == "text"


@pytest.mark.parametrize(
    "exc",
    [
        zmq.ZMQError(errno.EINVAL),
        zmq.ZMQError(zmq.EFSM, "text"),
        zmq.ZMQError(errno=zmq.EFSM, msg="text"),
        zmq.ZMQError(msg="text"),
        zmq.Again(),
        zmq.Again(5, "text"),
        zmq.ContextTerminated(),
        zmq.InterruptedSystemCall(),
        zmq.InterruptedSystemCall(5, "text"),
        zmq.NotDone("text"),
        zmq.ZMQBindError("text"),
        zmq.ZMQVersionError("9.9", "Teleportation"),
        zmq.ZMQVersionError(min_version="9.9", msg="Teleportation"),
        zmq.DraftFDWarning(),
        zmq.DraftFDWarning("text"),
    ],
    ids=repr,
)
def test_copies_are_equal(exc: Exception) -> None:
    copies = [copy.copy(exc), copy.deepcopy(exc)]
    copies += [pickle.loads(pickle.dumps(exc, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
    for other in copies:
        assert type(other) is type(exc)
        assert (str(other), repr(other)) == (str(exc), repr(exc))
        for name in ("errno", "strerror", "msg", "min_version", "version"):
            assert getattr(other, name, None) == getattr(exc, name, None)


def test_pickle_keeps_the_version_of_the_other_side() -> None:
    exc = zmq.ZMQVersionError("9.9")
    exc.version = "1.2.3"
    assert str(pickle.loads(pickle.dumps(exc))).endswith("have 1.2.3")


def test_creation_asks_for_no_text() -> None:
    """The text is looked up on demand: creating the exception calls nothing of the backend."""
    code = (
        "import zmq.backend, zmq\n"
        "def fail(*args):\n"
        "    raise AssertionError('asked the backend')\n"
        "zmq.backend.strerror = zmq.backend.zmq_errno = fail\n"
        "zmq.Again(); zmq.ContextTerminated(); zmq.ZMQError(zmq.EFSM)\n"
        "try:\n"
        "    str(zmq.Again())\n"
        "except AssertionError:\n"
        "    print('looked up late')\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "looked up late\n", "")


@pytest.mark.parametrize(
    ("exc", "number"),
    [(zmq.Again(), zmq.Errno.EAGAIN), (zmq.ContextTerminated(), zmq.Errno.ETERM)],
)
def test_errors_of_one_number_have_a_member_as_errno(exc: zmq.ZMQError, number: int) -> None:
    assert type(exc).errno is None
    assert exc.errno is number
    assert exc.args == ()
    assert pickle.loads(pickle.dumps(exc)).errno is number
    exc.errno = 5
    assert exc.errno == 5
    assert pickle.loads(pickle.dumps(exc)).errno == 5
    del exc.errno
    assert exc.errno is None


def test_raised_errors_have_the_number_as_argument(sockets: SocketFactory) -> None:
    with pytest.raises(zmq.Again) as caught:
        sockets(zmq.PULL).recv(zmq.DONTWAIT)
    assert caught.value.args == (zmq.EAGAIN,)
    assert caught.value.errno is zmq.Errno.EAGAIN


@pytest.mark.parametrize("exc", [zmq.ZMQError(zmq.EFSM), zmq.Again(), error.InterruptedSystemCall()])
def test_texts_can_be_set_and_deleted(exc: Any) -> None:
    before = exc.strerror
    exc.strerror = None
    assert exc.strerror is None
    exc.strerror = "other"
    assert exc.strerror == "other"
    assert str(exc).startswith("other")
    del exc.strerror
    assert exc.strerror == before
    del exc.errno


class LibraryError(zmq.ZMQError):
    """An error of a library: its constructor takes what it likes."""

    def __init__(self, endpoint: str, *, attempt: int) -> None:
        super().__init__(zmq.EADDRINUSE, f"{endpoint} is taken")
        self.attempt = attempt


@pytest.mark.parametrize(
    "make",
    [
        lambda: zmq.ZMQError(zmq.EINVAL, "text"),
        lambda: zmq.ZMQError("text"),
        zmq.Again,
        zmq.ContextTerminated,
        error.InterruptedSystemCall,
        lambda: LibraryError("tcp://*:1", attempt=3),
    ],
)
def test_twins(make: Any) -> None:
    """They are what several who wait for a socket get: each an error with a traceback of its own."""
    original = make()
    with pytest.raises(type(original)):
        raise original
    twin = error._twin(original)
    assert type(twin) is type(original)
    assert twin is not original
    assert (twin.errno, twin.strerror, str(twin)) == (original.errno, original.strerror, str(original))
    assert vars(twin) == vars(original)
    assert original.__traceback__ is not None
    assert twin.__traceback__ is None
