"""Keep objects until a message says that they are needed no more.

This package does not use it: memory that libzmq reads is let go of without a thread of Python's. It is here for
extensions whose C code knows nothing of Python but a socket.
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
    """What is kept: an object, and an event to set when it is let go of."""

    obj: Any
    event: _Settable | None


class GarbageCollectorThread(threading.Thread):
    """The thread that receives ids, and lets go of their objects.

    Parameters
    ----------
    gc : GarbageCollector
        Whose objects.

    Started and stopped by its collector, whose methods are thread-safe.
    """

    def __init__(self, gc: GarbageCollector) -> None:
        super().__init__(name="zmq.utils.garbage", daemon=True)
        self.gc = gc
        self.pid: int = os.getpid()
        #: Set when the address is bound, or could not be.
        self.ready: threading.Event = threading.Event()

    def run(self) -> None:
        """Receive until told to stop, or until the context ends."""
        try:
            with self.gc.context.socket(SocketType.PULL) as socket:
                socket.linger = 0
                socket.bind(self.gc.url)
                self.ready.set()
                while True:
                    message = socket.recv()
                    if message == _STOP:
                        # Closing gives the address back only later, and the collector may be started again before.
                        socket.unbind(self.gc.url)
                        return
                    if len(message) == _ID.size:
                        self.gc._drop(_ID.unpack(message)[0])
        except ContextTerminated:
            pass
        finally:
            self.ready.set()


class GarbageCollector:
    """Keeps objects until their id, a ``size_t``, comes as a message to :attr:`url`.

    Parameters
    ----------
    context : zmq.Context, optional
        For the sockets; without one, the collector makes it.

    Thread-safe. In a child process after a fork it starts anew, with nothing kept.
    """

    #: Where to push ids, with the same context.
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
        """Start the thread, if it does not run; return when its address is bound. Thread-safe."""
        with self._lock:
            if self.is_alive():
                return
            if self.pid is not None and self.pid != os.getpid():
                # What the parent had lent is not lent by this process.
                self.refs = {}
            self.pid = os.getpid()
            self.thread = GarbageCollectorThread(self)
            self.thread.start()
            self.thread.ready.wait()

    def stop(self) -> None:
        """Stop the thread, if it runs, and terminate the context that the collector made. Thread-safe.

        What is still kept stays so, and :meth:`start` may be called again.
        """
        with self._lock:
            thread = self.thread
            if thread is None or not self.is_alive():
                return
            with self.context.socket(SocketType.PUSH) as socket:
                socket.linger = 0
                socket.connect(self.url)
                socket.send(_STOP)
                # The message is the socket's, until it is received.
                thread.join()
            if self._owns_context:
                self.context.term()
            self.thread = None

    def store(self, obj: object, event: _Settable | None = None) -> int:
        """Keep an object; start the thread if need be.

        Parameters
        ----------
        obj : object
            Anything.
        event : threading.Event, optional
            Set when the object is let go of.

        Returns
        -------
        int
            What to send, as a ``size_t``, to :attr:`url`.

        Thread-safe.
        """
        self.start()
        ref = gcref(obj, event)
        # The reference lives as long as it is kept, so nothing else can have its id meanwhile.
        self.refs[id(ref)] = ref
        return id(ref)

    def _drop(self, number: int) -> None:
        ref = self.refs.pop(number, None)
        if ref is not None and ref.event is not None:
            ref.event.set()


#: The one for the whole process.
gc: GarbageCollector = GarbageCollector()
atexit.register(gc.stop)
