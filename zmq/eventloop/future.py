"""Sockets, contexts and pollers for tornado's coroutines: what would block returns a future.

Since tornado's loops are asyncio's, and its futures, too, they are those of :mod:`zmq.asyncio` but for one thing: where
no loop runs yet, the futures belong to ``IOLoop.current()``. ``gen.with_timeout`` does not cancel what it waits for:
cancel the future then, or it takes the next message. Added in 15.0.

>>> from tornado import gen
>>> @gen.coroutine
... def receive(socket):
...     message = yield socket.recv_multipart()
"""

from __future__ import annotations

import asyncio
import warnings
from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

from zmq._async.poller import AsyncPoller
from zmq._async.socket import AsyncSocket
from zmq.eventloop._tornado import IOLoop
from zmq.sugar.context import Context as _Context

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from zmq.backend import Socket as SocketBase

__all__ = ["CancelledError", "Context", "Poller", "Socket"]


def _current_loop() -> AbstractEventLoop:
    """The asyncio loop that runs, or the one of tornado's current loop."""
    running = asyncio._get_running_loop()
    if running is not None:
        return running
    loop: AbstractEventLoop = getattr(IOLoop.current(), "asyncio_loop")  # noqa: B009  (not declared by IOLoop)
    return loop


def _warn_of_loop(name: str, stacklevel: int) -> None:
    warnings.warn(
        f"{name}(io_loop) argument is deprecated in pyzmq 22.2. The currently active loop will always be used.",
        DeprecationWarning,
        stacklevel=stacklevel,
    )


class Socket(AsyncSocket):
    """A :class:`zmq.Socket` whose blocking methods return futures.

    Parameters
    ----------
    context, socket_type, **kwargs
        As for :class:`zmq.Socket`; a socket in the place of `context` is shadowed.
    io_loop : object, optional
        Deprecated: the loop that runs is always used, or ``IOLoop.current()``.
    _from_socket : Socket, optional
        As `shadow` of :class:`zmq.Socket`, which is preferred.

    Not thread-safe. See zmq_socket(3). Added in 15.0.
    """

    def __init__(
        self,
        context: Any = None,
        socket_type: int = -1,
        io_loop: Any = None,
        _from_socket: SocketBase | None = None,
        **kwargs: Any,
    ) -> None:
        if io_loop is not None:
            # Sockets are usually made by Context.socket().
            _warn_of_loop("Socket", stacklevel=4)
        if _from_socket is not None:
            context = _from_socket
        super().__init__(context, socket_type, **kwargs)

    def _loop(self) -> AbstractEventLoop:
        return _current_loop()


class Poller(AsyncPoller):
    __doc__ = AsyncPoller.__doc__

    def _loop(self) -> AbstractEventLoop:
        return _current_loop()


class Context(_Context[Socket]):
    """A :class:`zmq.Context` that makes sockets for tornado's coroutines.

    Parameters
    ----------
    *args, **kwargs
        As for :class:`zmq.Context`. `io_loop` is deprecated, and has no effect.

    Thread-safe, but :meth:`~zmq.Context.destroy` is not, where other threads use sockets. See zmq_ctx_new(3). Added in
    15.0.
    """

    _socket_class = Socket
    _instance = None

    #: Deprecated: always None, since the loop that runs is always used.
    io_loop: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.pop("io_loop", None) is not None:
            _warn_of_loop("Context", stacklevel=3)
        super().__init__(*args, **kwargs)
