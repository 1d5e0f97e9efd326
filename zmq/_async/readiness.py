"""What waits for a libzmq socket, and the wake-up that serves it. The one machine behind all event loops."""

# What a protocol's method returns, its signature says.
# pyright: reportReturnType=false

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from zmq.backend import Budget, readiness_of
from zmq.backend import Readiness as ReadinessBase
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import ZMQError, _twin

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Port(Protocol):
        """An event loop, as a queue needs it."""

        #: The loop itself.
        loop: Any
        #: Whether to watch the descriptor while nothing waits, which saves registering it for each wait.
        keeps_watching: bool
        #: Whether what waits goes on inside of ``serve()``, so that EVENTS is to be read again after each.
        runs_inside: bool

        def is_closed(self) -> bool:
            """Tell whether nothing runs in the loop any more."""

        def is_elsewhere(self) -> bool:
            """Tell whether the loop runs, at this moment, in another thread."""

        def call_soon(self, callback: Callable[[], object]) -> None:
            """Call back in a later turn of the loop. Thread-safe; RuntimeError if the loop is closed."""

        def call_later(self, seconds: float, callback: Callable[[], object]) -> Callable[[], object]:
            """Call back later; return what prevents that."""

        def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], object]:
            """Call back when a descriptor is readable; return what ends that."""

    class Waiter(Protocol):
        """What waits in a queue: a future, a greenlet, a stream."""

        #: A socket object to be kept alive meanwhile.
        socket: SocketBase | None

        def done(self) -> bool:
            """Tell whether it waits no more."""

        def serve(self, events: int) -> int:
            """Try what it waits for; return VAIN or DONE, and what stays also PROGRESS, SETTLED or MORE."""

        def fail(self, error: BaseException) -> None:
            """End with an error."""

        def end(self) -> None:
            """End, since the socket is closed."""

    class Sender(Waiter, Protocol):
        """What waits for room for a message."""

        #: The task or greenlet that sends, if known.
        owner: object


IN, OUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]

# What serving comes to: nothing could be done; something was, but it still waits; it waits no more. A watcher that
# stays may also tell that it has read EVENTS after its last use of the socket, and nothing is left to do; or that there
# is more to do, but the loop is to run first.
VAIN, PROGRESS, DONE, SETTLED, MORE = 0, 1, 2, 3, 4

#: Operations that may complete at once, in all sockets, before one goes through the loop; and what a wake-up serves.
budget = Budget(64)


def spend() -> bool:
    """Take one operation from the budget; return whether it is to go through the loop."""
    budget.left -= 1
    if budget.left >= 0:
        return False
    budget.left = budget.limit
    return True


# Seconds until a sender is tried again for which EVENTS promises more room than it has: a ROUTER with ROUTER_MANDATORY
# can be writable though the peer in question is not.
_FIRST_RETRY, _LAST_RETRY = 0.001, 0.064


def readiness(socket: SocketBase) -> Readiness:
    """Return what knows which objects wait for a libzmq socket, in whatever loop.

    Parameters
    ----------
    socket : Socket
        Any object that uses the libzmq socket.

    Returns
    -------
    Readiness
        The same one for all of these objects.
    """
    found: Readiness | None = socket._readiness
    if found is None:
        found = readiness_of(socket)
        if found is None:
            found = Readiness(socket)
        socket._readiness = found
    return found


class Readiness(ReadinessBase):
    """The wait queues of one libzmq socket, shared by all objects that use it.

    The backend has the record of the socket: which events an attempt looks for (``alert``), which an operation must not
    overtake (``waiting``), and the messages that were given back.

    Parameters
    ----------
    socket : Socket
        Any object that uses the libzmq socket.

    Not thread-safe, but for :meth:`wake_soon`, :meth:`close` and :meth:`give_back`.
    """

    __slots__ = ("_message", "_owner", "_owner_watched", "queues")

    def __init__(self, socket: SocketBase) -> None:  # noqa: ARG002  (the backend takes it)
        # One for each loop that the socket is waited for in: mostly there is one.
        self.queues: tuple[WaitQueue, ...] = ()
        # The task or greenlet that has begun a message, and the number of that.
        self._owner: object = None
        self._message = 0
        self._owner_watched = False

    def queue(self, loop: object, make_port: Callable[[Any], Port]) -> WaitQueue:
        """Return the queue of a loop.

        Parameters
        ----------
        loop : object
            An event loop.
        make_port : callable
            Makes the :class:`Port` of a loop.

        Raises
        ------
        RuntimeError
            If something waits in a loop that runs in another thread.
        """
        for queue in self.queues:
            if queue.port.loop is loop:
                return queue
        for queue in self.queues:
            if queue.port.is_closed() or queue.is_idle():
                self._drop(queue)
            elif queue and queue.port.is_elsewhere():
                raise RuntimeError(
                    f"the socket is waited for in another event loop, {queue.port.loop!r}, which runs in another "
                    "thread: a socket is used in one thread at a time"
                )
        queue = WaitQueue(self, make_port(loop))
        self.queues = (*self.queues, queue)
        return queue

    def update(self) -> None:
        """Tell the record what waits."""
        alert = waiting = 0
        for queue in self.queues:
            wanted = (IN if queue.receivers else 0) | (OUT if queue.senders else 0)
            waiting |= wanted
            if not queue.due:
                for events in queue.watchers.values():
                    wanted |= events
                alert |= wanted
        self.note(alert, waiting)

    def taken_out(self, events: int) -> None:
        """Tell the record that nothing waits for these events any more in a queue that is being served."""
        if len(self.queues) == 1:
            self.note(self.alert, self.waiting & ~events)
        else:
            self.update()

    def wake_others(self, queue: WaitQueue) -> None:
        """Have other loops look at the events, whose signals serving this queue may have taken."""
        others = [other for other in self.queues if other is not queue and other]
        if not others:
            return
        try:
            events = self.events()
        except ZMQError:
            events = IN | OUT
        for other in others:
            if events & other.wanted():
                other.wake_soon()

    def wake_soon(self) -> None:
        """Have each loop in which something waits look at the events. Thread-safe."""
        for queue in self.queues:
            if queue:
                queue.wake_soon()

    def close(self) -> None:
        """Let everything end that waits: the socket is closed. Thread-safe."""
        queues, self.queues = self.queues, ()
        self.note(0, 0)
        for queue in queues:
            queue.close()

    def _drop(self, queue: WaitQueue) -> None:
        """Forget the queue of a closed loop."""
        self.queues = tuple(other for other in self.queues if other is not queue)
        queue.forget()
        self.update()

    # -- messages in several sends

    def began(self, owner: object) -> None:
        """Note which task or greenlet has begun a message, or goes on with it."""
        self._owner = owner
        self._message = self.begun
        self._owner_watched = False

    def ended(self) -> None:
        """Note that no message is begun any more."""
        self._owner = None

    def is_begun_by(self, owner: object) -> bool:
        """Tell whether this task is in the middle of a message."""
        return self._owner is owner and self.in_message and self._message == self.begun

    def is_blocked_for(self, owner: object) -> bool:
        """Tell whether another task is in the middle of a message."""
        if self._owner is None or self._owner is owner:
            return False
        # Other objects may have ended that message; and a task that ends early leaves it to whatever comes next.
        if not self.in_message or self._message != self.begun or _has_ended(self._owner):
            self._owner = None
        return self._owner is not None

    def next_sender(self, senders: deque[Sender]) -> Sender | None:
        """Choose the first sender, or the first one of the task that is in the middle of a message."""
        if not self.is_blocked_for(senders[0].owner):
            return senders[0]
        for sender in senders:
            if sender.owner is self._owner:
                return sender
        self.watch_owner()
        return None

    def watch_owner(self) -> None:
        """Wake what waits when the task that is in the middle of a message ends."""
        # A task, or a greenlet of gevent; of a plain greenlet, nothing tells.
        watch = getattr(self._owner, "add_done_callback", None) or getattr(self._owner, "rawlink", None)
        if watch is not None and not self._owner_watched:
            self._owner_watched = True
            watch(self._owner_ended)

    def _owner_ended(self, _: object) -> None:
        self.wake_soon()


def _has_ended(task: Any) -> bool:
    """Tell whether a task or greenlet runs no more."""
    return bool(task.done() if hasattr(task, "done") else task.dead)


class WaitQueue:
    """What waits for one libzmq socket in one event loop, in order.

    Parameters
    ----------
    readiness : Readiness
        That of the socket.
    port : Port
        The loop.
    """

    __slots__ = (
        *("__weakref__", "_cancel_retry", "_pause", "_readiness", "_serving", "due"),
        *("_unwatch", "port", "receivers", "senders", "watchers"),
    )

    def __init__(self, readiness: Readiness, port: Port) -> None:
        self.port = port
        self._readiness = readiness
        self.receivers: deque[Waiter] = deque()
        self.senders: deque[Sender] = deque()
        # What waits beside these, without an order, each with its events.
        self.watchers: dict[Waiter, int] = {}
        # Whether a wake-up is scheduled, or runs.
        self.due = False
        self._serving = False
        self._unwatch: Callable[[], object] | None = None
        self._cancel_retry: Callable[[], object] | None = None
        self._pause = _FIRST_RETRY

    def __bool__(self) -> bool:
        return bool(self.receivers or self.senders or self.watchers)

    def is_idle(self) -> bool:
        """Tell whether nothing waits, and the descriptor is not watched either."""
        return self._unwatch is None and not self

    def wanted(self) -> int:
        """Return the events that something waits for."""
        events = (IN if self.receivers else 0) | (OUT if self.senders else 0)
        for more in self.watchers.values():
            events |= more
        return events

    def take(self, multipart: bool) -> tuple[int, Any] | None:
        """Take a message, with its number; None if there is none. See :meth:`Readiness.take`."""
        return self._readiness.take(multipart)

    def give_back(self, key: int, message: Any) -> None:
        """Let a message be received by somebody else. Thread-safe."""
        self._readiness.give_back(key, message)

    # -- entering and leaving

    def add_receiver(self, waiter: Waiter) -> None:
        """Let this wait for a message, behind the others."""
        if self._unwatch is None:
            self._watch(waiter)
        self.receivers.append(waiter)
        self._readiness.want(IN, not self.due)

    def add_sender(self, waiter: Sender) -> None:
        """Let this wait for room for a message, behind the others."""
        if self._unwatch is None:
            self._watch(waiter)
        self.senders.append(waiter)
        self._readiness.want(OUT, not self.due)
        if self._readiness.is_blocked_for(waiter.owner):
            self._readiness.watch_owner()

    def add_watcher(self, waiter: Waiter, events: int) -> None:
        """Let this wait for events, beside the others."""
        if self._unwatch is None:
            self._watch(waiter)
        self.watchers[waiter] = self.watchers.get(waiter, 0) | events
        self._readiness.update()

    def expect(self, waiter: Waiter, events: int) -> None:
        """Let a watcher that stays wait for these events from now on; 0: for none at present."""
        before = self.watchers.get(waiter, 0)
        self.watchers[waiter] = events
        if self._serving:
            return  # the wake-up goes by it
        if events & ~before:
            # They may hold already.
            self.wake_soon()
        self._readiness.update()

    def dismiss(self, waiter: Waiter) -> None:
        """Take out a watcher that stays, and watch the descriptor no more if nothing else waits."""
        self.remove(waiter)
        if not self._serving and not self:
            self._stop_watching()

    def remove(self, waiter: Any) -> None:
        """Take out what waits no more."""
        if self.watchers.pop(waiter, None) is None:
            queues: tuple[deque[Any], ...] = (self.receivers, self.senders)
            for queue in queues:
                # Mostly, that is the only one, or the last one.
                if queue and queue[-1] is waiter:
                    queue.pop()
                    break
                if waiter in queue:
                    queue.remove(waiter)
                    break
        self._readiness.update()
        if not self.port.keeps_watching and not self._serving and not self:
            self._stop_watching()

    def _watch(self, waiter: Waiter) -> None:
        """Begin to watch the descriptor."""
        if waiter.socket is not None:
            socket: Any = waiter.socket
            self._unwatch = self.port.watch(socket.fileno(), self.wake)
            if self.port.keeps_watching:
                # What has happened before; the descriptor of some sockets (draft) tells nothing of it.
                self.wake_soon()

    def _stop_watching(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
        cancel_retry, self._cancel_retry = self._cancel_retry, None
        if cancel_retry is not None:
            cancel_retry()

    def forget(self) -> None:
        """Forget everything: the loop is closed, so nothing waits in it."""
        self.receivers.clear()
        self.senders.clear()
        self.watchers.clear()
        self._stop_watching()

    def close(self) -> None:
        """Let everything end that waits, since the socket is closed. Thread-safe."""
        waiters = self._waiters()
        self.forget()
        if not waiters or self.port.is_closed():
            return
        if self.port.is_elsewhere():
            self.port.call_soon(lambda: self._end(waiters, None))
        else:
            self._end(waiters, None)

    def _waiters(self) -> deque[Waiter]:
        return deque((*self.receivers, *self.senders, *self.watchers))

    def _end(self, waiters: deque[Waiter], error: ZMQError | None) -> None:
        """Let these end, with the error if there is one. What one of them raises does not keep the others waiting."""
        try:
            while waiters:
                waiter = waiters.popleft()
                if waiter.done():
                    continue
                if error is None:
                    waiter.end()
                else:
                    waiter.fail(_twin(error))
        finally:
            if waiters:
                self.port.call_soon(lambda: self._end(waiters, error))

    # -- waking

    def wake_soon(self) -> None:
        """Have the loop run the wake-up, once. Thread-safe."""
        if self.due:
            return
        try:
            self.due = True
            self._readiness.update()
            self.port.call_soon(self._run_due)
        except BaseException:
            # Such as what a signal handler raises.
            self.due = False
            if not self.port.is_closed():
                raise
            # Nothing is going to happen in a closed loop.
            self._readiness._drop(self)

    def _run_due(self) -> None:
        # The queue may have been forgotten meanwhile.
        if self.due:
            self.wake_now()

    def wake_now(self) -> None:
        """Serve everything that can be served, even if that is going to happen anyway."""
        if not self._serving:
            self.due = False
            self.wake()

    def wake(self) -> None:
        """Serve everything that can be served, unless that is going to happen anyway, or happens."""
        if self.due:
            return
        self.due = self._serving = True
        readiness = self._readiness
        # Attempts need not look for what waits here: the wake-up does.
        if len(readiness.queues) == 1:
            readiness.quiet()
        else:
            readiness.update()
        again = True
        try:
            again = self._serve()
        except ZMQError as error:
            again = False
            self._fail_all(error)
        finally:
            # Also after what leaves the loop, such as KeyboardInterrupt: the signal of the descriptor was taken.
            self.due = self._serving = False
            readiness.update()
            if len(readiness.queues) > 1:
                readiness.wake_others(self)
            if not (self.receivers or self.senders or self.watchers):
                if not self.port.keeps_watching:
                    self._stop_watching()
            elif again or (readiness.returned and self.wanted() & IN):
                # The latter: another thread has given something back since the last look.
                self.wake_soon()

    def _serve(self) -> bool:
        """Serve until nothing more is possible; return whether there is more to do in another turn of the loop."""
        readiness = self._readiness
        runs_inside = self.port.runs_inside
        budget.left = left = budget.limit
        vain = False
        # The signal must be taken even if nothing waits, or the loop would be woken again and again.
        events = readiness.events()
        while True:
            before = left
            served = self._serve_watchers(events) if self.watchers else VAIN
            left -= served != VAIN
            if self.receivers and events & IN:
                left -= self._serve_receivers(events, 1 if runs_inside else left)
            if self.senders and events & OUT:
                left -= self._serve_senders(events, 1 if runs_inside else left)
            if left <= 0 or served == MORE:
                return True
            if not (self.receivers or self.senders) and (
                not self.watchers or (served == SETTLED and len(self.watchers) == 1)
            ):
                break
            # What was done here may have taken a signal, too.
            events = readiness.events()
            # With these events, something could be served.
            hopes = IN if self.receivers else 0
            if self.senders and events & OUT and readiness.next_sender(self.senders) is not None:
                hopes |= OUT
            for wanted in self.watchers.values():
                hopes |= wanted
            if not events & hopes:
                break
            if left != before:
                vain = False
            elif vain:
                # All were tried twice, and EVENTS does not agree.
                self._try_again_later()
                return False
            else:
                vain = True
        self._pause = _FIRST_RETRY
        return False

    def _serve_watchers(self, events: int) -> int:
        """Serve each that waits for one of these events; return the greatest outcome."""
        greatest = VAIN
        for waiter, wanted in tuple(self.watchers.items()):
            if not events & wanted or waiter not in self.watchers:
                continue
            served = DONE if waiter.done() else waiter.serve(events & wanted)
            if served == DONE:
                self.watchers.pop(waiter, None)
            if served > greatest:  # noqa: PLR1730  (max() takes longer)
                greatest = served
        return greatest

    def _serve_receivers(self, events: int, most: int) -> int:
        receivers = self.receivers
        count = 0
        while receivers and count < most:
            waiter = receivers.popleft()
            if waiter.done():
                continue
            if waiter.serve(events) == VAIN:
                receivers.appendleft(waiter)
                break
            count += 1
        return count

    def _serve_senders(self, events: int, most: int) -> int:
        senders = self.senders
        count = 0
        while senders and count < most:
            sender = self._readiness.next_sender(senders)
            if sender is None:
                break
            senders.remove(sender)
            if sender.done():
                continue
            if sender.serve(events) == VAIN:
                senders.appendleft(sender)
                break
            count += 1
        return count

    def _try_again_later(self) -> None:
        if self._cancel_retry is None:
            self._cancel_retry = self.port.call_later(self._pause, self._retry_now)
            self._pause = min(2 * self._pause, _LAST_RETRY)

    def _retry_now(self) -> None:
        self._cancel_retry = None
        self.wake()

    def _fail_all(self, error: ZMQError) -> None:
        """Let everything end with the error of the socket."""
        waiters = self._waiters()
        self.receivers.clear()
        self.senders.clear()
        self.watchers.clear()
        self._end(waiters, error)
