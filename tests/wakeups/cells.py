"""The dimensions of the matrix, the rules that exclude combinations, the generator, and the pairwise selection."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

from tests.wakeups.operations import BY_NAME, CONVERSIONS, DEVICES, OPERATIONS, Operation

#: The kinds of objects that there are in each loop.
KINDS_IN = {
    "asyncio": ("sync", "async", "stream"),
    "uvloop": ("sync", "async", "stream"),
    "tornado": ("sync", "async", "stream"),
    "gevent": ("sync", "green"),
}
#: The operations that wait in the direction of an event.
WAY_OF = {"in": "recv", "out": "send"}


@dataclass(frozen=True)
class Cell:
    """One combination. The order of the fields is that in its name."""

    #: The event loop that the waiter waits in.
    loop: str
    backend: str
    #: What connects the socket with its peer.
    transport: str
    #: What the waiter waits for: ``in`` for POLLIN, ``out`` for POLLOUT.
    direction: str
    #: The name of the operation that comes between event and loop.
    operation: str
    #: ``success``; ``again`` (EAGAIN, or a poll that finds nothing); ``error`` (the socket type cannot do that, or
    #: wrong arguments); ``state`` (EFSM); ``wait`` (it waits, and is not cancelled); ``cancel`` (it waits, and is
    #: cancelled after the event).
    outcome: str
    #: ``transfer`` (it receives or sends), ``poll`` (of the object), ``poller``, or ``stream``.
    waiter: str
    #: The waiter's object beside that of the operation: the ``same``, a ``shadow`` of it, a shadow of its ``address``;
    #: or the ``owner``, of which that of the operation is a shadow.
    object: str
    #: Whether the waiter's loop runs in the ``main`` thread, where the operation is, or in an ``other`` one.
    thread: str

    @property
    def name(self) -> str:
        """The stable name."""
        return "/".join(astuple(self))

    @property
    def op(self) -> Operation:
        """The operation."""
        return BY_NAME[self.operation]

    @property
    def waits(self) -> bool:
        """Whether the operation waits, too."""
        return self.outcome in ("wait", "cancel")

    @property
    def along(self) -> bool:
        """Whether the operation waits for the same event as the waiter."""
        return self.op.way == WAY_OF[self.direction]


DIMENSIONS: dict[str, tuple[str, ...]] = {
    "loop": tuple(KINDS_IN),
    "backend": ("cython", "cffi"),
    "transport": ("inproc", "ipc", "tcp"),
    "direction": ("in", "out"),
    "operation": tuple(operation.name for operation in OPERATIONS),
    "outcome": ("success", "again", "error", "state", "wait", "cancel"),
    "waiter": ("transfer", "poll", "poller", "stream"),
    "object": ("same", "shadow", "address", "owner"),
    "thread": ("main", "other"),
}
assert tuple(DIMENSIONS) == tuple(field.name for field in fields(Cell))


class Rule(NamedTuple):
    """A reason for which combinations are no cells."""

    name: str
    reason: str
    excludes: Callable[[Cell], bool]


RULES = (
    Rule(
        "kinds-of-loop",
        "asynchronous objects and streams belong to asyncio and what runs on it, green ones to gevent",
        lambda cell: cell.op.kind not in KINDS_IN[cell.loop] or (cell.waiter == "stream" and cell.loop == "gevent"),
    ),
    Rule(
        "outcomes-of-operation",
        "the operation never ends that way, whatever the socket: see operations.py",
        lambda cell: cell.outcome not in cell.op.outcomes,
    ),
    Rule(
        "event-allows-operation",
        "the event that the waiter waits for lets the operation succeed, too",
        lambda cell: cell.along and cell.outcome in ("again", "error", "state"),
    ),
    Rule(
        "same-object-waits-itself",
        "transfers and polls wait in objects of the loop, a stream in its own one or the plain socket that it has",
        lambda cell: (
            cell.object == "same"
            and (
                (cell.waiter in ("transfer", "poll") and cell.op.kind not in ("async", "green"))
                or (cell.waiter == "stream" and cell.op.kind not in ("sync", "stream"))
            )
        ),
    ),
    Rule(
        "one-stream-per-socket",
        "the second stream for a libzmq socket in one loop is refused with ValueError",
        lambda cell: cell.op.kind == "stream" and cell.waiter == "stream" and cell.object != "same",
    ),
    Rule(
        "one-loop-per-socket",
        "an asynchronous object or a stream of the main thread's loop would use the socket at the same time as the "
        "loop of the other thread",
        lambda cell: cell.thread == "other" and cell.op.kind != "sync",
    ),
    Rule(
        "message-not-finished",
        "a sender may have to wait until a message that was begun with SNDMORE is finished",
        lambda cell: cell.op.act == "send_begin" and cell.direction == "out",
    ),
    Rule(
        "spare-connection-has-room",
        "the connection that is to be removed would have room before the event",
        lambda cell: cell.op.act == "disconnect" and cell.outcome == "success" and cell.direction == "out",
    ),
    Rule(
        "subscribers-do-not-send",
        "a SUB never has room for messages",
        lambda cell: cell.op.act == "subscribe" and cell.direction == "out",
    ),
    Rule(
        "conversions-are-transfers",
        "strings, JSON and pickle are sent and received by what the other operations call: one waiter suffices",
        lambda cell: (
            cell.op.act in CONVERSIONS
            and (cell.transport != "inproc" or cell.loop not in ("asyncio", "gevent") or cell.waiter != "transfer")
        ),
    ),
    Rule(
        "devices-take-time",
        "each runs for some milliseconds before it is interrupted, and polls like the others: one transport suffices, "
        "and one loop of asyncio",
        lambda cell: cell.op.act in DEVICES and (cell.transport != "inproc" or cell.loop not in ("asyncio", "gevent")),
    ),
)


def excluded_by(cell: Cell) -> str | None:
    """Return the name of the first rule that excludes a combination; None if it is a cell."""
    for rule in RULES:
        if rule.excludes(cell):
            return rule.name
    return None


def combinations(**fixed: Iterable[str]) -> Iterator[Cell]:
    """Yield all combinations, those that are no cells included.

    :param fixed: by name of a dimension, the values that count.
    """
    for values in itertools.product(*(tuple(fixed.get(name, known)) for name, known in DIMENSIONS.items())):
        yield Cell(*values)


def cells(**fixed: Iterable[str]) -> Iterator[Cell]:
    """Yield all cells; parameters as for :func:`combinations`."""
    return (cell for cell in combinations(**fixed) if excluded_by(cell) is None)


def parse(name: str) -> Cell:
    """Return the cell of a name.

    Raises
    ------
    ValueError
        If there is no such cell.
    """
    values = name.split("/")
    if len(values) != len(DIMENSIONS) or any(value not in known for value, known in zip(values, DIMENSIONS.values())):
        raise ValueError(f"{name!r} names no combination of the matrix")
    cell = Cell(*values)
    rule = excluded_by(cell)
    if rule is not None:
        raise ValueError(f"{name!r} is excluded by the rule {rule}")
    return cell


#: Two dimensions, and a value of each.
Pair = tuple[int, str, int, str]


def pairs(cell: Cell) -> list[Pair]:
    """Return the pairs of values in a cell."""
    values = list(enumerate(astuple(cell)))
    return [(i, one, j, other) for (i, one), (j, other) in itertools.combinations(values, 2)]


#: How many of the cells with a pair are compared, at most.
_CANDIDATES = 40


def pairwise(candidates: Sequence[Cell]) -> list[Cell]:
    """Select cells in which each pair of values occurs that occurs in any of the candidates.

    The selection is the same for the same candidates in the same order. It is small, but not the smallest.
    """
    having: dict[Pair, list[Cell]] = {}
    for cell in candidates:
        for pair in pairs(cell):
            having.setdefault(pair, []).append(cell)
    missing = set(having)
    chosen: list[Cell] = []
    # Those that few cells have leave the least choice.
    for pair in sorted(having, key=lambda pair: (len(having[pair]), pair)):
        if pair not in missing:
            continue
        found = having[pair]
        # From all over the list, or the values of the last dimensions would hardly change.
        step = len(found) / min(len(found), _CANDIDATES)
        some = [found[int(number * step)] for number in range(min(len(found), _CANDIDATES))]
        best = max(some, key=lambda cell: sum(one in missing for one in pairs(cell)))
        chosen.append(best)
        missing.difference_update(pairs(best))
    return chosen
