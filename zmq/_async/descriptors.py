"""Watching descriptors in an event loop: by several at once, and where the loop cannot, by a thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

    Callback = Callable[[], object]


class Descriptors:
    """What is watched in one loop. Unlike the loop's own methods, these leave room for several on one descriptor.

    Parameters
    ----------
    port : object
        With ``add_reader(fd, callback)``, ``remove_reader(fd)``, and the same for writers: the loop, or what stands for
        it.
    """

    def __init__(self, port: Any) -> None:
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
        callbacks = [*self._callbacks[way].get(fd, ()), callback]
        self._tell(way, fd, callbacks)

    def _unwatch(self, way: int, fd: int, callback: Callback) -> None:
        callbacks = [*self._callbacks[way].get(fd, ())]
        if callback in callbacks:
            callbacks.remove(callback)
            self._tell(way, fd, callbacks)

    def _tell(self, way: int, fd: int, callbacks: list[Callback]) -> None:
        if not callbacks:
            del self._callbacks[way][fd]
            self._remove[way](fd)
            return
        if len(callbacks) == 1:
            self._add[way](fd, callbacks[0])
        else:
            self._add[way](fd, _call_all, callbacks)
        self._callbacks[way][fd] = callbacks


def _call_all(callbacks: list[Callback]) -> None:
    for callback in callbacks:
        callback()


class SelectorThread:
    """Watches descriptors for a loop that cannot: Windows' proactor. It ends when the loop is closed.

    The thread only tells the loop what is ready, and looks again at such a descriptor after the loop has called back.

    Parameters
    ----------
    loop : AbstractEventLoop
        Where callbacks run.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._callbacks: tuple[dict[int, tuple[Callback, tuple[Any, ...]]], ...] = ({}, {})
        self._state = _SelectorState(loop)
        self._state.tell = weakref.WeakMethod(self._ready)
        close_loop = loop.close
        state = self._state

        def close() -> None:
            state.end()
            close_loop()

        loop.close = close  # type: ignore[method-assign]
        # The loop, and with it the thread, can also be forgotten.
        weakref.finalize(self, state.end)
        self._state.start()

    def add_reader(self, fd: int, callback: Callback, *args: Any) -> None:
        """Call back while the descriptor is readable."""
        self._set(0, fd, (callback, args))

    def remove_reader(self, fd: int) -> None:
        """Undo :meth:`add_reader`."""
        self._set(0, fd, None)

    def add_writer(self, fd: int, callback: Callback, *args: Any) -> None:
        """Call back while the descriptor is writable."""
        self._set(1, fd, (callback, args))

    def remove_writer(self, fd: int) -> None:
        """Undo :meth:`add_writer`."""
        self._set(1, fd, None)

    def _set(self, way: int, fd: int, callback: tuple[Callback, tuple[Any, ...]] | None) -> None:
        if callback is None:
            self._callbacks[way].pop(fd, None)
        else:
            self._callbacks[way][fd] = callback
        self._ask(fd)

    def _ask(self, fd: int) -> None:
        readers, writers = self._callbacks
        mask = (selectors.EVENT_READ if fd in readers else 0) | (selectors.EVENT_WRITE if fd in writers else 0)
        self._state.ask(fd, mask)

    def _ready(self, ready: list[tuple[int, int]]) -> None:
        """Run in the loop, with what the thread has found."""
        for fd, mask in ready:
            for way, bit in enumerate((selectors.EVENT_READ, selectors.EVENT_WRITE)):
                entry = self._callbacks[way].get(fd)
                if mask & bit and entry is not None:
                    entry[0](*entry[1])
            self._ask(fd)


class _SelectorState:
    """What the thread holds: nothing that would keep the loop alive."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self.tell: Callable[[], Callable[[list[tuple[int, int]]], None] | None] = lambda: None
        self._selector = selectors.DefaultSelector()
        self._reading, self._writing = socket.socketpair()
        self._writing.setblocking(False)
        self._selector.register(self._reading, selectors.EVENT_READ)
        self._asked: deque[tuple[int, int]] = deque()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="pyzmq-selector", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, fd: int, mask: int) -> None:
        """Let the thread watch a descriptor for these events, until it has told of one."""
        self._asked.append((fd, mask))
        self._wake()

    def end(self) -> None:
        """Let the thread end, and wait for it."""
        if self._ended:
            return
        self._ended = True
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._writing.close()

    def _wake(self) -> None:
        try:
            self._writing.send(b"\0")
        except OSError:  # full: it wakes anyway; or closed
            return

    def _run(self) -> None:
        try:
            while not self._ended:
                self._round()
        finally:
            self._selector.close()
            self._reading.close()

    def _round(self) -> None:
        while self._asked:
            self._register(*self._asked.popleft())
        ready: list[tuple[int, int]] = []
        for key, events in self._selector.select():
            if key.fileobj is self._reading:
                self._reading.recv(4096)
            else:
                # Not again before the loop has dealt with it.
                self._selector.unregister(key.fileobj)
                ready.append((key.fd, events))
        loop, tell = self._loop(), self.tell()
        if ready and loop is not None and tell is not None:
            try:
                loop.call_soon_threadsafe(tell, ready)
            except RuntimeError:  # it was closed just now
                self._ended = True

    def _register(self, fd: int, mask: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(fd)
        if mask:
            try:
                self._selector.register(fd, mask)
            except (OSError, ValueError):  # closed meanwhile
                return


_known: weakref.WeakKeyDictionary[Any, Descriptors] = weakref.WeakKeyDictionary()


def descriptors(loop: AbstractEventLoop) -> Descriptors:
    """Return what watches descriptors in a loop.

    Parameters
    ----------
    loop : AbstractEventLoop
        With ``add_reader`` and so on, or, if these raise NotImplementedError, with ``call_soon_threadsafe``.

    Returns
    -------
    Descriptors
    """
    found = _known.get(loop)
    if found is None:
        found = _known[loop] = Descriptors(_Port(loop) if _has_readers(loop) else SelectorThread(loop))
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


class _Port:
    """The loop, not kept alive; once it is closed, nothing is watched."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)

    def _open(self) -> AbstractEventLoop | None:
        loop = self._loop()
        return None if loop is None or loop.is_closed() else loop

    def add_reader(self, fd: int, callback: Callback, *args: Any) -> None:
        loop = self._open()
        if loop is not None:
            loop.add_reader(fd, callback, *args)

    def remove_reader(self, fd: int) -> None:
        loop = self._open()
        if loop is not None:
            loop.remove_reader(fd)

    def add_writer(self, fd: int, callback: Callback, *args: Any) -> None:
        loop = self._open()
        if loop is not None:
            loop.add_writer(fd, callback, *args)

    def remove_writer(self, fd: int) -> None:
        loop = self._open()
        if loop is not None:
            loop.remove_writer(fd)
