"""Watching descriptors in an event loop: by several at once, and where the loop cannot, by threads."""

from __future__ import annotations

import contextlib
import errno
import logging
import selectors
import socket
import sys
import threading
import time
import weakref
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Sequence
    from typing import Optional

    Callback = Callable[[], object]
    #: What a thread has found: a descriptor, a mask of the module `selectors`, and why it cannot be watched, if so.
    Event = tuple[int, int, Optional[Exception]]

_log = logging.getLogger("zmq.asyncio")

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

#: How many descriptors one thread watches. CPython's select() on Windows takes 512, among them the one that wakes it.
_MOST = 500 if sys.platform == "win32" else sys.maxsize

#: Seconds until a thread tries again after an error that no descriptor is the cause of.
_PAUSE = 0.1

#: Errors of descriptors that were closed while they were watched: EBADF, and WSAENOTSOCK of Windows.
_CLOSED = (errno.EBADF, errno.ENOTSOCK, 10038)


class Descriptors:
    """What is watched in one loop. Unlike the loop's own methods, these leave room for several on one descriptor.

    Only the loop keeps it alive, by what it watches, so that a loop that is closed or forgotten keeps nothing.

    Parameters
    ----------
    port : Port
        What watches.

    Not thread-safe.
    """

    def __init__(self, port: Port) -> None:
        self._port = port
        self._add = (port.add_reader, port.add_writer)
        self._remove = (port.remove_reader, port.remove_writer)
        self._callbacks: tuple[dict[int, list[Callback]], dict[int, list[Callback]]] = ({}, {})

    def add_reader(self, fd: int, callback: Callback) -> None:
        """Call back, again and again, while the descriptor is readable."""
        self._watch(0, fd, callback)

    def remove_reader(self, fd: int, callback: Callback) -> None:
        """Undo one :meth:`add_reader`."""
        self._unwatch(0, fd, callback)

    def add_writer(self, fd: int, callback: Callback) -> None:
        """Call back, again and again, while the descriptor is writable."""
        self._watch(1, fd, callback)

    def remove_writer(self, fd: int, callback: Callback) -> None:
        """Undo one :meth:`add_writer`."""
        self._unwatch(1, fd, callback)

    def _watch(self, way: int, fd: int, callback: Callback) -> None:
        # Each time, since the number may belong to another file now.
        self._add[way](fd, self._call, way, fd)
        self._callbacks[way][fd] = [*self._callbacks[way].get(fd, ()), callback]

    def _unwatch(self, way: int, fd: int, callback: Callback) -> None:
        callbacks = [*self._callbacks[way].get(fd, ())]
        if callback not in callbacks:
            return
        callbacks.remove(callback)
        if callbacks:
            self._callbacks[way][fd] = callbacks
        else:
            del self._callbacks[way][fd]
            self._remove[way](fd)

    def _call(self, way: int, fd: int) -> None:
        """Run in the loop, when something has happened."""
        callbacks = self._callbacks[way].get(fd, ())
        if len(callbacks) == 1:
            callbacks[0]()
        else:
            self._port.call_all([partial(self._call_one, way, fd, callback) for callback in callbacks])

    def _call_one(self, way: int, fd: int, callback: Callback) -> None:
        # Not if one before it has just removed it.
        if callback in self._callbacks[way].get(fd, ()):
            callback()


class Port:
    """The methods of a loop that watch descriptors. It does not keep the loop alive.

    Once the loop is closed, nothing is watched.

    Parameters
    ----------
    loop : AbstractEventLoop
        Where callbacks run.

    Not thread-safe.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)

    def _open(self) -> AbstractEventLoop | None:
        loop = self._loop()
        return None if loop is None or loop.is_closed() else loop

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Call back, again and again, while the descriptor is readable."""
        loop = self._open()
        if loop is not None:
            loop.add_reader(fd, callback, *args)

    def remove_reader(self, fd: int) -> None:
        """Undo :meth:`add_reader`."""
        loop = self._open()
        if loop is not None:
            loop.remove_reader(fd)

    def add_writer(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Call back, again and again, while the descriptor is writable."""
        loop = self._open()
        if loop is not None:
            loop.add_writer(fd, callback, *args)

    def remove_writer(self, fd: int) -> None:
        """Undo :meth:`add_writer`."""
        loop = self._open()
        if loop is not None:
            loop.remove_writer(fd)

    def call_all(self, callbacks: Sequence[Callback]) -> None:
        """Call all, whatever any of them raises. The loop's exception handler gets that, as from the loop's own calls.

        Parameters
        ----------
        callbacks : sequence of callables
            What to call, in the loop's thread.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            They end the loop. What is left is called when the loop runs again.
        """
        for place, callback in enumerate(callbacks):
            try:
                callback()
            except (KeyboardInterrupt, SystemExit):
                loop = self._open()
                if loop is not None:
                    loop.call_soon(self.call_all, callbacks[place + 1 :])
                raise
            except BaseException as error:
                self.report(f"Exception in callback {callback!r}", error)

    def report(self, message: str, error: BaseException) -> None:
        """Tell the loop's exception handler of an error."""
        loop = self._loop()
        if loop is not None:
            loop.call_exception_handler({"message": message, "exception": error})


class SelectorPort(Port):
    """Watches descriptors for a loop that cannot: Windows' proactor. Its threads end when the loop is closed.

    A thread only tells the loop what is ready, and looks again at such a descriptor after the loop has called back. A
    descriptor that cannot be watched is reported as ready once, so that its callbacks see the error; the loop's
    exception handler gets it, unless the descriptor is merely closed. The other descriptors stay watched.

    Parameters
    ----------
    loop : AbstractEventLoop
        Where callbacks run. Its method ``close`` is replaced by one that also ends the threads.

    Not thread-safe.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        super().__init__(loop)
        self._callbacks: tuple[dict[int, tuple[Callable[..., object], tuple[Any, ...]]], ...] = ({}, {})
        self._threads: list[_SelectorThread] = []
        self._places: dict[int, _SelectorThread] = {}
        #: What uses the port. The loop keeps the port, by `close`, and the port this.
        self.user: Descriptors | None = None
        close_loop = loop.close

        def close() -> None:
            # First, since it fails while the loop runs.
            close_loop()
            self._end()

        loop.close = close  # type: ignore[method-assign]
        # The loop, and with it the port, can also be forgotten.
        weakref.finalize(self, _stop_all, self._threads)

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Call back, again and again, while the descriptor is readable."""
        self._set(0, fd, (callback, args))

    def remove_reader(self, fd: int) -> None:
        """Undo :meth:`add_reader`."""
        self._set(0, fd, None)

    def add_writer(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Call back, again and again, while the descriptor is writable."""
        self._set(1, fd, (callback, args))

    def remove_writer(self, fd: int) -> None:
        """Undo :meth:`add_writer`."""
        self._set(1, fd, None)

    def _set(self, way: int, fd: int, callback: tuple[Callable[..., object], tuple[Any, ...]] | None) -> None:
        if self._open() is None:
            return
        if callback is None:
            self._callbacks[way].pop(fd, None)
        else:
            self._callbacks[way][fd] = callback
        self._ask(fd)

    def _ask(self, fd: int) -> None:
        """Let a thread watch a descriptor for what there are callbacks for."""
        readers, writers = self._callbacks
        mask = (_READ if fd in readers else 0) | (_WRITE if fd in writers else 0)
        if mask:
            thread = self._places.get(fd)
            if thread is None:
                thread = self._places[fd] = self._thread_with_room()
                thread.count += 1
            thread.ask(fd, mask)
        elif fd in self._places:
            thread = self._places.pop(fd)
            thread.count -= 1
            thread.ask(fd, 0)

    def _thread_with_room(self) -> _SelectorThread:
        for thread in self._threads:
            if thread.count < _MOST:
                return thread
        loop = self._loop()
        assert loop is not None
        thread = _SelectorThread(loop, weakref.WeakMethod(self._happened))
        thread.start()
        self._threads.append(thread)
        return thread

    def _happened(self, events: list[Event]) -> None:
        """Run in the loop, with what a thread has found."""
        steps: list[Callback] = []
        for fd, mask, error in events:
            steps += [partial(self._call, way, fd) for way, bit in enumerate((_READ, _WRITE)) if mask & bit]
            if error is None:
                steps.append(partial(self._ask, fd))
            elif not isinstance(error, OSError) or error.errno not in _CLOSED:
                steps.append(partial(self.report, f"Descriptor {fd} cannot be watched", error))
        self.call_all(steps)

    def _call(self, way: int, fd: int) -> None:
        entry = self._callbacks[way].get(fd)
        if entry is not None:
            entry[0](*entry[1])

    def _end(self) -> None:
        """End all threads, wait for them, and keep nothing alive any more."""
        self.user = None
        for callbacks in self._callbacks:
            callbacks.clear()
        self._places.clear()
        threads = [*self._threads]
        _stop_all(self._threads)
        for thread in threads:
            thread.join()


def _stop_all(threads: list[_SelectorThread]) -> None:
    """Let threads end. The garbage collector calls it, too, which must not wait."""
    for thread in threads:
        thread.stop()
    threads.clear()


class _SelectorThread:
    """A thread that watches descriptors. It keeps neither the loop alive nor the port.

    Parameters
    ----------
    loop : AbstractEventLoop
        What to tell.
    tell : WeakMethod
        What to call there, with a list of events.
    """

    def __init__(self, loop: AbstractEventLoop, tell: weakref.WeakMethod[Callable[[list[Event]], None]]) -> None:
        #: How many descriptors it has; the port counts.
        self.count = 0
        self._loop = weakref.ref(loop)
        self._tell = tell
        self._selector = selectors.DefaultSelector()
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._selector.register(self._reading, _READ)
        self._asked: deque[tuple[int, int]] = deque()
        # What is watched, the oldest first: registering anew, as after each event, does not make a descriptor newer.
        self._watched: dict[int, None] = {}
        self._stopped = False
        self._troubled = False
        self._thread = threading.Thread(target=self._run, name="pyzmq-selector", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        try:
            self._thread.start()
        except BaseException:
            self._close()
            raise

    def ask(self, fd: int, mask: int) -> None:
        """Watch a descriptor for these events, until one of them was told of.

        Thread-safe.
        """
        self._asked.append((fd, mask))
        self._wake()

    def stop(self) -> None:
        """Let the thread end.

        Thread-safe.
        """
        self._stopped = True
        self._wake()

    def join(self) -> None:
        """Wait for the end of the thread."""
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _wake(self) -> None:
        # Full, and it wakes anyway; or closed.
        with contextlib.suppress(OSError):
            self._writing.send(b"\0")

    def _run(self) -> None:
        try:
            while not self._stopped:
                try:
                    self._round()
                    self._troubled = False
                except Exception:
                    if not self._troubled:
                        _log.exception("descriptors cannot be watched; trying again every %s seconds", _PAUSE)
                    self._troubled = True
                    time.sleep(_PAUSE)
        finally:
            self._close()

    def _close(self) -> None:
        self._selector.close()
        self._reading.close()
        self._writing.close()

    def _round(self) -> None:
        """Wait for events, once, and tell the loop."""
        failed = self._register_asked()
        events = failed or self._select()
        if not events:
            return
        loop, tell = self._loop(), self._tell()
        if loop is not None and tell is not None:
            try:
                loop.call_soon_threadsafe(tell, events)
            except RuntimeError:
                if not loop.is_closed():
                    raise
                self._stopped = True
        # Not before, so that nothing gets lost if that fails; and not again before the loop has dealt with them.
        for fd, _, _ in events:
            self._unregister(fd)

    def _register_asked(self) -> list[Event]:
        """Register what was asked for; return what cannot be."""
        failed: list[Event] = []
        while self._asked:
            fd, mask = self._asked.popleft()
            self._unregister(fd)
            if not mask:
                self._watched.pop(fd, None)
                continue
            self._watched.setdefault(fd)
            try:
                self._selector.register(fd, mask)
            except Exception as error:
                failed.append((fd, mask, error))
        return failed

    def _unregister(self, fd: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(fd)

    def _select(self) -> list[Event]:
        """Wait; return what is ready, or what cannot be watched."""
        try:
            found = self._selector.select()
        except Exception as error:
            return self._find_failed(error)
        events: list[Event] = []
        for key, mask in found:
            if key.fileobj is self._reading:
                with contextlib.suppress(BlockingIOError):
                    self._reading.recv(4096)
            else:
                events.append((key.fd, mask, None))
        return events

    def _find_failed(self, error: Exception) -> list[Event]:
        """Return those that cannot be watched: each is tried alone."""
        keys = {key.fd: key for key in self._selector.get_map().values() if key.fileobj is not self._reading}
        failed: list[Event] = []
        with selectors.DefaultSelector() as alone:
            for key in keys.values():
                try:
                    alone.register(key.fd, key.events)
                    alone.select(0)
                except Exception as reason:
                    failed.append((key.fd, key.events, reason))
                with contextlib.suppress(KeyError, ValueError):
                    alone.unregister(key.fd)
        if not failed and isinstance(error, ValueError):
            # Together, they are too many: the newest is refused.
            newest = next((fd for fd in reversed(self._watched) if fd in keys), None)
            if newest is not None:
                failed.append((newest, keys[newest].events, error))
        if not failed:
            raise error
        return failed


# The values are weak, too: callbacks keep the sockets alive for which something waits, and these the loop.
_known: weakref.WeakKeyDictionary[Any, weakref.ref[Descriptors]] = weakref.WeakKeyDictionary()


def descriptors(loop: AbstractEventLoop) -> Descriptors:
    """Return what watches descriptors in a loop.

    Parameters
    ----------
    loop : AbstractEventLoop
        With ``add_reader`` and so on, or, if these raise NotImplementedError, with ``call_soon_threadsafe``.

    Returns
    -------
    Descriptors
        The same for the same loop, as long as something is watched.
    """
    known = _known.get(loop)
    found = None if known is None else known()
    if found is None:
        if _has_readers(loop):
            found = Descriptors(Port(loop))
        else:
            port = SelectorPort(loop)
            found = port.user = Descriptors(port)
        _known[loop] = weakref.ref(found)
    return found


def _has_readers(loop: Any) -> bool:
    """Whether the loop watches descriptors itself."""
    try:
        # Nobody has this one: only those without readers raise this error.
        loop.remove_reader(-1)
    except NotImplementedError:
        return False
    except Exception:  # what the loop thinks of such a descriptor
        return True
    return True
