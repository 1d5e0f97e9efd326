"""Keep objects alive until a message releases them.

This package does not use the module, since it releases the memory of messages without a thread. It is for extensions
whose C code can only send a message.
"""

from __future__ import annotations

import atexit
import os
import struct
import threading
import warnings
from typing import Any, NamedTuple, Protocol

from zmq.constants import SocketType
from zmq.error import ContextTerminated
from zmq.sugar import Context

__all__ = ["GarbageCollector", "GarbageCollectorThread", "gc", "gcref"]

# An id in the machine's own byte order, as C code sends a size_t.
_ID = struct.Struct("@N")

_STOP = b"DIE"


class _Settable(Protocol):
    def set(self) -> Any: ...


class gcref(NamedTuple):
    """A stored object, and an event to set when it is released."""

    obj: Any
    event: _Settable | None


class GarbageCollectorThread(threading.Thread):
    """The thread that receives ids, and releases their objects.

    Parameters
    ----------
    gc : GarbageCollector
        The collector that stores the objects.

    Started and stopped by its collector, whose methods are thread-safe.
    """

    def __init__(self, gc: GarbageCollector) -> None:
        super().__init__(name="zmq.utils.garbage", daemon=True)
        self.gc = gc
        self.pid: int = os.getpid()
        #: Set when the endpoint is bound, or binding it failed.
        self.ready: threading.Event = threading.Event()

    def run(self) -> None:
        """Receive ids until the collector is stopped, or the context is terminated."""
        try:
            with self.gc.context.socket(SocketType.PULL) as socket:
                socket.linger = 0
                socket.bind(self.gc.url)
                self.ready.set()
                while True:
                    message = socket.recv()
                    if message == _STOP:
                        # Closing releases the endpoint later, and the collector may be started again before that.
                        socket.unbind(self.gc.url)
                        return
                    if len(message) == _ID.size:
                        self.gc._drop(_ID.unpack(message)[0])
        except ContextTerminated:
            pass
        finally:
            self.ready.set()


class GarbageCollector:
    """Keep objects alive until their id, a ``size_t``, is sent to :attr:`url`.

    Parameters
    ----------
    context : zmq.Context, optional
        The context of the sockets. By default, the collector creates one.

    Thread-safe. After a fork, the collector of the child process is empty.
    """

    #: The endpoint to push ids to, with the same context.
    url = "inproc://pyzmq.gc.01"

    def __init__(self, context: Context[Any] | None = None) -> None:
        self.refs: dict[int, gcref] = {}
        self.pid: int | None = None
        self.thread: GarbageCollectorThread | None = None
        self._context = context
        self._owns_context = context is None
        self._lock = threading.Lock()

    @property
    def context(self) -> Context[Any]:
        """The context of the socket that receives ids. ``zmq.Context``.

        Setting it stops the thread, with a RuntimeWarning. :meth:`store` starts it again.
        """
        if self._context is None or (self._owns_context and self._context.closed):
            self._context = Context()
            self._owns_context = True
        return self._context

    @context.setter
    def context(self, context: Context[Any] | None) -> None:
        if self.is_alive():
            warnings.warn("Replacing gc context while gc is running", RuntimeWarning, stacklevel=2)
            self.stop()
        self._context = context
        self._owns_context = context is None

    def is_alive(self) -> bool:
        """Tell whether the thread runs, in this process. Thread-safe."""
        return self.thread is not None and self.pid == os.getpid() and self.thread.is_alive()

    def start(self) -> None:
        """Start the thread, if it does not run, and wait until its endpoint is bound. Thread-safe."""
        with self._lock:
            if self.is_alive():
                return
            if self.pid is not None and self.pid != os.getpid():
                # The objects belong to the parent process.
                self.refs = {}
            self.pid = os.getpid()
            self.thread = GarbageCollectorThread(self)
            self.thread.start()
            self.thread.ready.wait()

    def stop(self) -> None:
        """Stop the thread, if it runs, and terminate the context that the collector created. Thread-safe.

        Stored objects stay alive, since C code may still use them. :meth:`start` may be called again.
        """
        with self._lock:
            thread = self.thread
            if thread is None or not self.is_alive():
                return
            with self.context.socket(SocketType.PUSH) as socket:
                socket.linger = 0
                socket.connect(self.url)
                socket.send(_STOP)
                # Closing the socket earlier would discard the message.
                thread.join()
            if self._owns_context:
                self.context.term()
            self.thread = None

    def store(self, obj: object, event: _Settable | None = None) -> int:
        """Keep an object alive. Starts the thread if it does not run.

        Parameters
        ----------
        obj : object
            Anything.
        event : threading.Event, optional
            Set when the object is released.

        Returns
        -------
        int
            The id to send to :attr:`url`, as a ``size_t``.

        Thread-safe.
        """
        self.start()
        ref = gcref(obj, event)
        # The id is unique as long as the reference is stored.
        self.refs[id(ref)] = ref
        return id(ref)

    def _drop(self, number: int) -> None:
        ref = self.refs.pop(number, None)
        if ref is not None and ref.event is not None:
            ref.event.set()


#: The one for the whole process.
gc: GarbageCollector = GarbageCollector()
atexit.register(gc.stop)
