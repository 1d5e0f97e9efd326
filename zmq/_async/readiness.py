"""Who waits for a socket, in order, and the wake-up that serves them."""

# What a protocol's method returns, its signature says.
# pyright: reportReturnType=false

from __future__ import annotations

from asyncio import Future
from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import ref

from zmq._async.descriptors import descriptors
from zmq.backend import Budget, Frame
from zmq.backend import Readiness as ReadinessBase
from zmq.backend import Socket as SocketBase
from zmq.constants import _VALUES
from zmq.error import Again, ZMQError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable
    from typing import Protocol

    class Waiter(Protocol):
        """What waits: a future, or what another kind of loop has in its place."""

        #: Not to wait any longer than for the next wake-up: Again if that cannot serve it.
        once: bool

        def done(self) -> bool:
            """Tell whether it waits no more."""

        def cancel(self) -> Any:
            """Let it wait no more."""

        def fail(self, error: BaseException) -> None:
            """Let it end with an error."""

    class Receiver(Waiter, Protocol):
        """What waits for a message."""

        #: Whether it takes all frames of a message.
        multipart: bool

        def accept(self, key: int, message: Frame | list[Frame]) -> None:
            """Let it end with a message; `key` tells the place to give it back to."""

    class Sender(Waiter, Protocol):
        """What waits for room."""

        #: The task that sends, if known.
        owner: object
        #: Whether it was not tried yet: EVENTS alone do not tell of errors.
        untried: bool

        def attempt(self) -> None:
            """Send without waiting, and end; raise Again if there is no room."""

    class Watcher(Waiter, Protocol):
        """What waits for events."""

        def notice(self, events: int) -> None:
            """Take note of the events that hold."""


IN, OUT = _VALUES["PollEvent"]["POLLIN"], _VALUES["PollEvent"]["POLLOUT"]

# Bits of `Readiness.waiting`, as the backends know them.
RECEIVERS, SENDERS, POLLS, RETURNED, RETURNED_MORE = 1, 2, 4, 8, 16
SOMEBODY = RECEIVERS | SENDERS | POLLS

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


class Readiness(ReadinessBase):
    """The machine of one socket object.

    Parameters
    ----------
    socket : SocketBase
        Kept alive while somebody waits.

    Not thread-safe.
    """

    __slots__ = (
        *("__weakref__", "_impatient", "_kept", "_key", "_owner", "_owner_watched", "_pause", "_polls", "_receivers"),
        *("_retry", "_returned", "_scheduled", "_senders", "_socket", "_unwatch", "loop"),
    )

    #: The loop that the socket is used in, once somebody waited; or something with the same methods.
    loop: AbstractEventLoop | None

    def __init__(self, socket: SocketBase) -> None:
        super().__init__()
        self.loop = None
        self._socket: Callable[[], SocketBase | None] = ref(socket, self._lost)
        self._kept: SocketBase | None = None
        self._receivers: deque[Receiver] = deque()
        self._senders: deque[Sender] = deque()
        self._polls: dict[Watcher, int] = {}
        # Messages to be delivered before those that libzmq has, by the order in which they came.
        self._returned: list[tuple[int, Frame]] = []
        self._key = 0
        # The task that is in the middle of a message; None if there is no such message.
        self._owner: object = None
        self._owner_watched = False
        # How many wait for the next wake-up only; those that are done already may be among them.
        self._impatient = 0
        self._scheduled = False
        self._unwatch: Callable[[], None] | None = None
        self._retry: TimerHandle | None = None
        self._pause = _FIRST_RETRY

    # -- coming and going

    def enter(self, loop: AbstractEventLoop) -> None:
        """Be used in this loop from now on.

        Raises
        ------
        RuntimeError
            If somebody waits in another loop that is not closed.
        """
        if loop is self.loop:
            return
        if self.loop is not None and not self.loop.is_closed() and self._anybody():
            raise RuntimeError(
                f"{self._socket()!r} is waited for in another event loop, {self.loop!r}: "
                "a socket is used in one loop at a time"
            )
        self._leave()
        self.loop = loop

    def _anybody(self) -> bool:
        waiters = (*self._receivers, *self._senders, *self._polls)
        return not all(waiter.done() for waiter in waiters)

    def _leave(self) -> None:
        """Forget the loop and those who waited there."""
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._receivers.clear()
        self._senders.clear()
        self._polls.clear()
        self._scheduled = False
        self._owner = None
        self.loop = None
        self._note()

    def close(self) -> None:
        """Let everybody end who waits: the socket is closed."""
        waiters = (*self._receivers, *self._senders, *self._polls)
        ended = self.loop is None or self.loop.is_closed()
        self._leave()
        self._returned.clear()
        self.waiting = 0
        if not ended:
            for waiter in waiters:
                waiter.cancel()

    def _lost(self, _: object) -> None:
        """Nobody has the socket any more; so nobody waits."""
        self.close()

    def _note(self) -> None:
        """Tell the backend who waits, and keep the socket alive as long as somebody does."""
        waiting = 0
        if self._receivers:
            waiting = RECEIVERS
        if self._senders:
            waiting |= SENDERS
        if self._polls:
            waiting |= POLLS
        self._kept = self._socket() if waiting else None
        self.waiting = waiting | RETURNED if self._returned else waiting

    def _watch(self) -> None:
        """Begin to watch the descriptor."""
        socket: Any = self._socket()
        loop: Any = self.loop
        fd = socket.fileno()
        watched = descriptors(loop)
        watched.add_reader(fd, self.wake)
        address = socket.underlying
        self._enlist(address)
        shadowed = getattr(socket, "_shadow_obj", None)
        if isinstance(shadowed, SocketBase):
            shadowed._shared = True

        def unwatch() -> None:
            self._delist(address)
            watched.remove_reader(fd, self.wake)

        self._unwatch = unwatch
        # What has happened before.
        self.wake_soon()

    # -- waiting

    def add_receiver(self, receiver: Receiver) -> None:
        """Let this wait for a message, behind the others."""
        if self._unwatch is None:
            self._watch()
        self._receivers.append(receiver)
        if receiver.once:
            self._impatient += 1
        if not self.waiting & RECEIVERS:
            self.waiting |= RECEIVERS
            self._kept = self._socket()

    def add_sender(self, sender: Sender) -> None:
        """Let this wait for room, behind the others."""
        if self._unwatch is None:
            self._watch()
        self._senders.append(sender)
        if sender.once:
            self._impatient += 1
        if not self.waiting & SENDERS:
            self.waiting |= SENDERS
            self._kept = self._socket()

    def add_watcher(self, watcher: Watcher, events: int) -> None:
        """Let this wait for events."""
        if self._unwatch is None:
            self._watch()
        self._polls[watcher] = events
        if not self.waiting & POLLS:
            self.waiting |= POLLS
            self._kept = self._socket()

    def receiving(self) -> tuple[Any, ...]:
        """What waits for a message, or to be able to receive one."""
        return (*self._receivers, *(poll for poll, events in self._polls.items() if events & IN))

    def sending(self) -> tuple[Any, ...]:
        """What waits for room for a message."""
        return (*self._senders, *(poll for poll, events in self._polls.items() if events & OUT))

    def forget(self, waiter: Any) -> None:
        """Take out what waits no more."""
        if self._polls.pop(waiter, None) is None:
            for queue in (self._receivers, self._senders):
                # Mostly, that is the only one, or the last one.
                if queue and queue[-1] is waiter:
                    queue.pop()
                    break
                if waiter in queue:
                    queue.remove(waiter)
                    break
        self._note()

    # -- messages that come back

    def take(self, socket: SocketBase, multipart: bool) -> tuple[int, Frame | list[Frame]] | None:
        """Take a message out, with the key to give it back with; None if there is none.

        Raises
        ------
        ZMQError
            If libzmq has none for another reason than that nothing came.
        """
        if self._returned:
            return self._take_returned(socket, multipart)
        message = socket._try_recv(multipart, False)
        if message is None:
            return None
        key = self._key
        self._key += len(message) if multipart else 1
        return key, message

    def _take_returned(self, socket: SocketBase, multipart: bool) -> tuple[int, Frame | list[Frame]]:
        returned = self._returned
        key, frame = returned.pop(0)
        if not multipart:
            self._note()
            if returned and frame.more:
                # libzmq has received the last part: RCVMORE is not its business.
                self.waiting |= RETURNED_MORE
            return key, frame
        frames = [frame]
        while frame.more and returned:
            frame = returned.pop(0)[1]
            frames.append(frame)
        self._note()
        if frame.more:
            # libzmq has the rest.
            rest = socket._try_recv(True, False)
            self._key += len(rest)
            frames += rest
        return key, frames

    def give_back(self, key: int, message: Frame | list[Frame]) -> None:
        """Let a message be delivered to somebody else, in the place that it had."""
        socket = self._socket()
        if socket is None or socket.closed:
            return
        frames = message if isinstance(message, list) else [message]
        returned = self._returned
        place = sum(1 for other, _ in returned if other < key)
        returned[place:place] = [(key + index, frame) for index, frame in enumerate(frames)]
        self.waiting |= RETURNED
        if self.waiting & (RECEIVERS | POLLS):
            self.wake_soon()

    def events(self) -> int:
        """Which events hold, messages that came back included, as the wake-up asks for it.

        Raises
        ------
        ZMQError
            If the socket is closed, or the context terminated.
        """
        socket = self._socket()
        assert socket is not None
        self.serving = True
        try:
            return socket._ready_events(IN | OUT)
        finally:
            self.serving = False

    # -- messages in several sends

    def sent(self, owner: object, more: bool) -> None:
        """Take note of who is in the middle of a message now."""
        if not more:
            if self._owner is not None:
                self._owner = None
                self.after_operation()
            return
        self._owner = owner
        self._owner_watched = False

    def amidst(self) -> bool:
        """Tell whether a message is begun and not finished."""
        return self._owner is not None

    def _next_sender(self) -> Sender | None:
        """Who is first, or first among those of the task that is in the middle of a message."""
        owner = self._owner
        if owner is None:
            return self._senders[0]
        for sender in self._senders:
            if sender.owner is owner:
                return sender
        if isinstance(owner, Future):
            # A task that ends early leaves its message to whoever comes next.
            if owner.done():
                self._owner = None
                return self._senders[0]
            if not self._owner_watched:
                self._owner_watched = True
                owner.add_done_callback(self._owner_ended)
        return None

    def _owner_ended(self, _: object) -> None:
        if self._senders:
            self.wake_soon()

    # -- waking

    def wake_soon(self) -> None:
        """Let the loop run the wake-up, once."""
        loop = self.loop
        if not self._scheduled and loop is not None and not loop.is_closed():
            self._scheduled = True
            loop.call_soon(self._run_scheduled)

    def _run_scheduled(self) -> None:
        if self._scheduled:
            self._scheduled = False
            self.wake()

    def after_operation(self) -> None:
        """Call for a wake-up if an operation outside of it may have taken away its occasion."""
        waiting = self.waiting
        if not waiting & SOMEBODY or self._scheduled:
            return
        try:
            events = self.events()
        except ZMQError:
            # Everybody is to be told.
            self.wake_soon()
            return
        if (
            (waiting & RECEIVERS and events & IN)
            or (waiting & SENDERS and events & OUT)
            or (waiting & POLLS and events)
        ):
            self.wake_soon()

    def wake(self) -> None:
        """Serve everybody who can be served."""
        if self._scheduled:
            # In the same turn of the loop, or the next: one is enough.
            return
        budget.left = budget.limit
        socket = self._socket()
        if socket is None or socket.closed:
            self.close()
            return
        self.serving = True
        try:
            self._serve(socket)
        except ZMQError as error:
            self._fail_all(error)
        finally:
            self.serving = False

    def _serve(self, socket: SocketBase) -> None:
        left = budget.limit
        vain = False
        # The news must be taken even if nobody waits, or the loop would be woken again and again.
        events = socket._ready_events(IN | OUT)
        while self.waiting & SOMEBODY:
            before = left
            if self._polls and events:
                left -= self._serve_polls(events)
            if self._receivers:
                left -= self._serve_receivers(socket, left)
            if self._senders:
                left -= self._serve_senders(left, events)
            if self._impatient and left > 0:
                self._end_impatient()
            self._note()
            if not self.waiting & SOMEBODY:
                break
            if left <= 0:
                self.wake_soon()
                break
            # What was done here may have taken news, too.
            events = socket._ready_events(IN | OUT)
            hopeful = (
                (self._receivers and events & IN)
                or (self._senders and events & OUT)
                # What has happened just now: nothing else will tell of it.
                or any(events & wanted for wanted in self._polls.values())
            )
            if left != before:
                vain = False
            elif not hopeful:
                break
            elif vain:
                # All were tried twice, and EVENTS do not agree.
                self._try_again_later()
                return
            else:
                vain = True
        self._pause = _FIRST_RETRY

    def _serve_polls(self, events: int) -> int:
        count = 0
        for watcher, wanted in tuple(self._polls.items()):
            if events & wanted:
                self._polls.pop(watcher, None)
                count += 1
                if not watcher.done():
                    watcher.notice(events & wanted)
        return count

    def _serve_receivers(self, socket: SocketBase, most: int) -> int:
        receivers = self._receivers
        count = 0
        while receivers and count < most:
            receiver = receivers[0]
            if receiver.done():
                receivers.popleft()
                continue
            try:
                taken = self.take(socket, receiver.multipart)
            except Exception as error:
                receivers.popleft()
                receiver.fail(error)
                count += 1
                continue
            if taken is None:
                break
            receivers.popleft()
            receiver.accept(*taken)
            count += 1
        return count

    def _serve_senders(self, most: int, events: int) -> int:
        senders = self._senders
        count = 0
        while senders and count < most:
            sender = self._next_sender()
            if sender is None:
                break
            if sender.done():
                senders.remove(sender)
                continue
            if not events & OUT and not sender.untried:
                break
            try:
                sender.attempt()
            except Again:
                sender.untried = False
                break
            # The loop's own code may have come in between.
            if sender in senders:
                senders.remove(sender)
            count += 1
        return count

    def _end_impatient(self) -> None:
        """Let those end who wait for this wake-up only: nothing more is to be had."""
        self._impatient = 0
        queues: list[Any] = [self._receivers, self._senders]
        for queue in queues:
            for waiter in tuple(queue):
                if waiter.once:
                    queue.remove(waiter)
                    if not waiter.done():
                        waiter.fail(Again())

    def _try_again_later(self) -> None:
        if self._retry is None and self.loop is not None:
            self._retry = self.loop.call_later(self._pause, self._retry_now)
            self._pause = min(2 * self._pause, _LAST_RETRY)

    def _retry_now(self) -> None:
        self._retry = None
        self.wake()

    def _fail_all(self, error: ZMQError) -> None:
        """Let everybody end with the error of the socket."""
        waiters = (*self._receivers, *self._senders, *self._polls)
        self._receivers.clear()
        self._senders.clear()
        self._polls.clear()
        self._note()
        for waiter in waiters:
            if not waiter.done():
                waiter.fail(type(error)(error.errno))
