"""The futures of what waits. What completes at once is a plain ``asyncio.Future``."""

from __future__ import annotations

from asyncio import CancelledError, Future
from functools import partial
from typing import TYPE_CHECKING, Any

from zmq._async.readiness import DONE, VAIN
from zmq.error import Again

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable, Generator

    from zmq._async.readiness import WaitQueue
    from zmq.backend import Frame
    from zmq.backend import Socket as SocketBase

    _Future = Future[Any]
else:
    _Future = Future

# Read once: super() costs more than what it calls.
_cancel, _cancelled = Future.cancel, Future.cancelled
_result, _exception = Future.result, Future.exception
_done, _set_result, _set_exception = Future.done, Future.set_result, Future.set_exception


class Waiting(_Future):
    """A future that waits for a socket; it leaves the queue when it is cancelled, or its time is over."""

    __slots__ = ("_queue", "_timer", "ended", "socket")

    #: Kept alive while the future waits.
    socket: SocketBase | None
    #: Whether it was cancelled because the socket was closed.
    ended: bool

    def __init__(self, loop: AbstractEventLoop, queue: WaitQueue, socket: SocketBase) -> None:
        Future.__init__(self, loop=loop)
        self._queue = queue
        self._timer: TimerHandle | None = None
        self.socket = socket
        self.ended = False

    def end_in(self, seconds: float) -> None:
        """Wait no longer than that."""
        self._timer = self.get_loop().call_later(seconds, self._time_out)

    def _time_out(self) -> None:
        self._timer = None
        if not _done(self):
            self._queue.remove(self)
            self.fail(Again())

    def _leave(self) -> None:
        """Let go of what only waiting needs."""
        self.socket = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def fail(self, error: BaseException) -> None:
        """End with an error."""
        self._leave()
        _set_exception(self, error_for_future(error))

    def end(self) -> None:
        """End with CancelledError: the socket is closed."""
        self.ended = True
        self.cancel()

    def cancel(self, msg: Any = None) -> bool:
        """End with CancelledError, unless it is done."""
        if not _cancel(self, msg):
            return False
        self._leave()
        self._queue.remove(self)
        return True


class Reception(Waiting):
    """Waits for a message, and keeps it until it is somebody's.

    The message is the caller's when :meth:`result` returns it, or when ``await`` does. A task that is cancelled between
    the arrival of the message and its next step gives the message back, and so does a future that is dropped. What is
    to be made of the message is made when the result is asked for.
    """

    __slots__ = ("_awaited", "_convert", "_copy", "_given_back", "_key", "_made", "_message", "_multipart")

    def __init__(
        self,
        loop: AbstractEventLoop,
        queue: WaitQueue,
        socket: SocketBase,
        multipart: bool,
        copy: bool,
        convert: Callable[[Any], Any] | None,
    ) -> None:
        Future.__init__(self, loop=loop)
        self._queue = queue
        self._timer = None
        self.socket = socket
        self.ended = False
        self._multipart = multipart
        self._copy = copy
        self._convert = convert
        # The message while it is nobody's.
        self._message: Frame | list[Frame] | None = None
        self._key = 0
        # How many `await` it at the moment.
        self._awaited = 0
        self._given_back = False
        # What was made of the message: the result and None, or None and the error.
        self._made: tuple[Any, BaseException | None] | None = None

    def serve(self, events: int) -> int:  # noqa: ARG002  (of the protocol)
        """Take a message, and complete."""
        try:
            taken = self._queue.take(self._multipart)
        except Exception as error:
            self.fail(error)
            return DONE
        if taken is None:
            return VAIN
        self._key, self._message = taken
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.socket = None
        _set_result(self, None)
        return DONE

    def hold(self, key: int, message: Frame | list[Frame]) -> None:
        """Complete with a message in the next turn of the loop."""
        self._key, self._message = key, message
        self.socket = None
        self.get_loop().call_soon(self._complete)

    def _complete(self) -> None:
        if not _done(self):
            _set_result(self, None)

    def _outcome(self) -> tuple[Any, BaseException | None]:
        """Make of the message what is to be made of it, once; return the result and the error."""
        made = self._made
        if made is None and self._convert is None and self._copy and not self._multipart:
            message: Any = self._message
            made = self._made = (message.bytes, None)
        elif made is None:
            result: Any = self._message
            error: BaseException | None = None
            try:
                if self._copy:
                    result = [frame.bytes for frame in result] if self._multipart else result.bytes
                if self._convert is not None:
                    result = self._convert(result)
            except BaseException as raised:
                # It is lost then, as it is for synchronous sockets.
                result, error, self._message = None, error_for_future(raised), None
            made = self._made = (result, error)
        return made

    def cancel(self, msg: Any = None) -> bool:
        """End with CancelledError, unless it is done. A message that it holds goes back."""
        if not Waiting.cancel(self, msg):
            return False
        self._give_back()
        return True

    def _give_back(self) -> None:
        message, self._message = self._message, None
        if message is not None:
            self._queue.give_back(self._key, message)

    def cancelled(self) -> bool:
        """Tell whether it was cancelled, or its message was given back."""
        return self._given_back or _cancelled(self)

    def result(self) -> Any:
        """Return what was received."""
        made = self._made
        if made is None:
            if self._given_back:
                raise CancelledError
            _result(self)
            made = self._outcome()
        # A task asks for it on the way to its next step, and may be cancelled there.
        if not self._awaited:
            self._message = None
        result, error = made
        if error is not None:
            raise error
        return result

    def exception(self) -> BaseException | None:
        """Return the error, or None if something was received."""
        if self._given_back:
            raise CancelledError
        error = _exception(self)
        return self._outcome()[1] if error is None else error

    def __await__(self) -> Generator[Any, None, Any]:
        if not _done(self):
            waited: Future[Any] = self
            if self._convert is not None:
                # A task asks what it waits for for the result, also if it is cancelled. That must not convert anything.
                waited = Future(loop=self.get_loop())
                self.add_done_callback(partial(_complete_after, waited))
            waited._asyncio_future_blocking = True
            self._awaited += 1
            try:
                yield waited
            except BaseException:
                self._awaited -= 1
                self._abandon()
                raise
            self._awaited -= 1
            if not _done(self):
                raise RuntimeError("await wasn't used with future")
        return self.result()

    __iter__ = __await__

    def _abandon(self) -> None:
        """A task that waited goes on without the message."""
        if not _done(self) and self.get_loop().is_closed():
            # The coroutine is destroyed. A closed loop calls nobody back.
            self._leave()
            self._queue.remove(self)
        elif not _done(self):
            self.cancel()
        elif self._message is not None and not self._awaited:
            self._given_back, self._made = True, None
            self._give_back()

    def __del__(self) -> None:
        if self._message is not None:
            self._give_back()
        Future.__del__(self)


class Dispatch(Waiting):
    """Waits for room for a message."""

    __slots__ = ("_send", "owner")

    owner: object

    def __init__(
        self,
        loop: AbstractEventLoop,
        queue: WaitQueue,
        socket: SocketBase,
        owner: object,
        send: Callable[[], Any],
    ) -> None:
        super().__init__(loop, queue, socket)
        self._send = send
        self.owner = owner

    def serve(self, events: int) -> int:  # noqa: ARG002  (of the protocol)
        """Send without waiting, and complete."""
        try:
            result = self._send()
        except Again:
            return VAIN
        except Exception as error:
            self.fail(error)
        else:
            self._leave()
            _set_result(self, result)
        return DONE


class Sent(_Future):
    """The message is sent; the future completes in the next turn of the loop, and cannot be cancelled before."""

    __slots__ = ()

    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002  (as of all futures)
        """Do nothing: what is sent cannot be called back."""
        return False

    @classmethod
    def soon(cls, loop: AbstractEventLoop, result: Any) -> Sent:
        """Return a future that completes soon."""
        future = cls(loop=loop)
        loop.call_soon(_set_result, future, result)
        return future


class Poll(Waiting):
    """Waits for events."""

    __slots__ = ()

    def serve(self, events: int) -> int:
        """Complete."""
        self._leave()
        _set_result(self, events)
        return DONE

    def _time_out(self) -> None:
        self._timer = None
        if not _done(self):
            self._queue.remove(self)
            self._leave()
            _set_result(self, 0)


def completed(loop: AbstractEventLoop, result: Any) -> Future[Any]:
    """Return a future that has a result."""
    future: Future[Any] = Future(loop=loop)
    future.set_result(result)
    return future


def completed_soon(loop: AbstractEventLoop, result: Any) -> Future[Any]:
    """Return a future that has a result in the next turn of the loop, unless it is cancelled before."""
    future: Future[Any] = Future(loop=loop)
    loop.call_soon(_complete, future, result)
    return future


def _complete_after(future: Future[Any], _: Future[Any]) -> None:
    _complete(future, None)


def _complete(future: Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def failed(loop: AbstractEventLoop, error: BaseException) -> Future[Any]:
    """Return a future that has failed."""
    future: Future[Any] = Future(loop=loop)
    future.set_exception(error_for_future(error))
    return future


def error_for_future(error: BaseException) -> BaseException:
    """What stands for an error where a future cannot have it: StopIteration would end the coroutine that awaits it."""
    if not isinstance(error, StopIteration):
        return error
    replacement = RuntimeError(f"raised {error!r}")
    replacement.__cause__ = error
    return replacement
