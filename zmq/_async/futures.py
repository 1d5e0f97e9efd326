"""The futures of what waits. What completes at once is a plain ``asyncio.Future``."""

from __future__ import annotations

from asyncio import CancelledError, Future
from typing import TYPE_CHECKING, Any

from zmq.backend import Frame
from zmq.error import Again

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable, Generator

    from zmq._async.readiness import Readiness

    _Future = Future[Any]
else:
    _Future = Future

# Read once: super() costs more than what it calls.
_cancel, _cancelled = Future.cancel, Future.cancelled
_result, _exception = Future.result, Future.exception
_done, _set_result, _set_exception = Future.done, Future.set_result, Future.set_exception


class Waiting(_Future):
    """A future that waits for a socket; it leaves the queue when it is cancelled, or its time is over."""

    __slots__ = ("_readiness", "_timer", "once")

    once: bool

    def __init__(self, loop: AbstractEventLoop, readiness: Readiness, once: bool = False) -> None:
        super().__init__(loop=loop)
        self._readiness = readiness
        self._timer: TimerHandle | None = None
        self.once = once

    def end_in(self, seconds: float) -> None:
        """Wait no longer than that."""
        self._timer = self.get_loop().call_later(seconds, self._time_out)

    def _time_out(self) -> None:
        self._timer = None
        if not _done(self):
            self._readiness.forget(self)
            self.fail(Again())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def fail(self, error: BaseException) -> None:
        """End with an error."""
        self._stop_timer()
        if isinstance(error, StopIteration):
            # No future takes it.
            reason, error = error, RuntimeError(f"raised {error!r}")
            error.__cause__ = reason
        _set_exception(self, error)

    def cancel(self, msg: Any = None) -> bool:
        """End with CancelledError, unless it is done."""
        if not _cancel(self, msg):
            return False
        self._stop_timer()
        self._readiness.forget(self)
        return True


class Reception(Waiting):
    """Waits for a message. Nobody's yet, it goes back if the future is cancelled, or dropped.

    Unlike other futures, this one can be cancelled when it is done: as long as nobody has asked for the result.
    """

    __slots__ = ("_convert", "_copy", "_key", "_message", "_taken_back", "_track", "multipart")

    #: Whether it takes all frames of a message.
    multipart: bool

    def __init__(
        self,
        loop: AbstractEventLoop,
        readiness: Readiness,
        once: bool,
        multipart: bool,
        copy: bool,
        convert: Callable[[Any], Any] | None,
    ) -> None:
        Future.__init__(self, loop=loop)
        self._readiness = readiness
        self._timer = None
        self.once = once
        self.multipart = multipart
        self._copy = copy
        self._convert = convert
        # The message while it is nobody's.
        self._message: Frame | list[Frame] | None = None
        self._key = 0
        self._taken_back = False

    def accept(self, key: int, message: Any) -> None:
        """Take a message, and complete."""
        if self._timer is not None:
            self._stop_timer()
        self._key = key
        self._message = message
        result = message
        try:
            if self._copy:
                result = [frame.bytes for frame in message] if self.multipart else message.bytes
            if self._convert is not None:
                result = self._convert(result)
        except BaseException as error:
            # Converting may have closed the socket, and so cancelled this.
            if not _done(self):
                self.fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            if not _done(self):
                _set_result(self, result)

    def cancel(self, msg: Any = None) -> bool:
        """End with CancelledError; or, if it is done and nobody knows the result, give the message back."""
        return Waiting.cancel(self, msg) or self._give_back()

    def _give_back(self) -> bool:
        message = self._message
        if message is None or not _done(self) or _cancelled(self):
            return False
        self._message = None
        self._taken_back = True
        # Nobody is to be told that an error of the conversion was never retrieved.
        _exception(self)
        self._readiness.give_back(self._key, message)
        return True

    def cancelled(self) -> bool:
        """Tell whether it was cancelled, also after it was done."""
        return self._taken_back or _cancelled(self)

    def result(self) -> Any:
        """Return what was received; it is the caller's now."""
        if self._taken_back:
            raise CancelledError
        if _done(self):
            self._message = None
        return _result(self)

    def exception(self) -> BaseException | None:
        """Return the error, or None if something was received."""
        if self._taken_back:
            raise CancelledError
        return _exception(self)

    def __await__(self) -> Generator[Any, None, Any]:
        if not _done(self):
            self._asyncio_future_blocking = True
            try:
                yield self
            except BaseException:
                self.cancel()
                raise
            if not _done(self):
                raise RuntimeError("await wasn't used with future")
        return self.result()

    __iter__ = __await__

    def __del__(self) -> None:
        if self._message is not None:
            self._give_back()
        Future.__del__(self)


class Dispatch(Waiting):
    """Waits for room for a message."""

    __slots__ = ("_send", "owner", "untried")

    owner: object
    untried: bool

    def __init__(
        self,
        loop: AbstractEventLoop,
        readiness: Readiness,
        once: bool,
        owner: object,
        send: Callable[[], Any],
    ) -> None:
        super().__init__(loop, readiness, once)
        self._send = send
        self.owner = owner
        self.untried = True

    def attempt(self) -> None:
        """Send without waiting, and complete; Again if there is no room."""
        try:
            result = self._send()
        except Again:
            raise
        except Exception as error:
            self.fail(error)
        else:
            self._stop_timer()
            _set_result(self, result)


class Poll(Waiting):
    """Waits for events."""

    __slots__ = ()

    def notice(self, events: int) -> None:
        """Complete."""
        self._stop_timer()
        _set_result(self, events)

    def _time_out(self) -> None:
        self._timer = None
        if not _done(self):
            self._readiness.forget(self)
            _set_result(self, 0)


def completed(loop: AbstractEventLoop, result: Any) -> Future[Any]:
    """Return a future that has a result."""
    future: Future[Any] = Future(loop=loop)
    future.set_result(result)
    return future


def failed(loop: AbstractEventLoop, error: BaseException) -> Future[Any]:
    """Return a future that has failed."""
    future: Future[Any] = Future(loop=loop)
    if isinstance(error, StopIteration):
        reason, error = error, RuntimeError(f"raised {error!r}")
        error.__cause__ = reason
    future.set_exception(error)
    return future
