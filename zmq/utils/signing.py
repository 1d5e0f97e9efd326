"""Signed pickles: objects that only the owners of a key can send, each received once.

A message is signed with HMAC-SHA-256 and is verified before anything in it is unpickled. It is not encrypted; CURVE
does that (:doc:`/security`).
"""

from __future__ import annotations

import hmac
import os
import pickle
import struct
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from zmq.sugar.frame import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["SignatureError", "Signer"]

# The first frame: format and version, id of the key, id of the sender, counter, time in ns, number of the other frames.
# The tag follows. It covers this, the sizes of the other frames (uint64 each), and the frames. Big-endian.
_HEADER = struct.Struct("!4sI16sQQI")
_FORMAT = b"ZSP\x01"
_SHORTEST_KEY = 32
_FIRST_SIZE = _HEADER.size + 32


class SignatureError(ValueError):
    """A message is refused: unsigned, altered, signed with an unknown key, too old, or received before.

    It is consumed, and nothing in it was unpickled. Added in 27.4.
    """


class _Sender(NamedTuple):
    """What is remembered of a sender."""

    highest: int  # counter
    seen: int  # bit n: the message with the counter `highest` - n was received
    latest: int  # time of a message, in ns
    earliest: int  # time that messages must have, in ns


class Signer:
    """Sign objects for ``send_serialized``, and verify them for ``recv_serialized``, of any kind of socket.

    Every end has a signer of its own and uses it for both directions. A signer has a random sender id and counts its
    messages. A receiver accepts each counter of a sender once. Messages may arrive in another order, as long as they
    are not `window` or more behind the highest counter.

    A restarted sender has a new id, and is accepted at once. A restarted receiver knows no senders: it refuses what
    was signed before `accept_since`, which by default is when its signer was made. If there are more senders than
    `max_senders`, the least recently heard one is forgotten; from then on, messages of unknown senders must have been
    signed after its last one. So no message is accepted twice, unless the sender's clock was ahead at the restart.

    Parameters
    ----------
    keys : mapping of int to bytes
        Secret random keys of at least 32 bytes (``secrets.token_bytes(32)``), by numbers from 0 to 2**32 - 1. All are
        accepted. The one with the highest number signs.
    channel : bytes
        The same at both ends. Messages of other channels are refused although the key is the same: name the
        destination here where a key is shared by several receivers, or a message can be repeated to each of them.
    sign_with : int, optional
        The number of the key that signs, if it is not the highest.
    window : int
        Number of counters, up to the highest one received, within which the order is free.
    max_senders : int
        Number of senders that are remembered.
    accept_since : float, optional
        Seconds since the epoch. With an earlier time, a restarted receiver accepts what was signed since then: what
        was sent while it was not running, but also, once more, what it received before the restart.
    clock_skew : float
        Seconds that the clock of a sender may be ahead of the receiver's.

    Raises
    ------
    ValueError, TypeError
        As :meth:`rotate`; and if `window` or `max_senders` is less than 1.

    Thread-safe. A process that is forked needs a signer of its own. Added in 27.4.
    """

    def __init__(
        self,
        keys: Mapping[int, bytes],
        *,
        channel: bytes = b"",
        sign_with: int | None = None,
        window: int = 1024,
        max_senders: int = 1024,
        accept_since: float | None = None,
        clock_skew: float = 60.0,
    ) -> None:
        if window < 1 or max_senders < 1:
            raise ValueError(f"window={window} and max_senders={max_senders} must be at least 1")
        self._channel = len(channel).to_bytes(8, "big") + channel
        self._window = window
        self._max_senders = max_senders
        self._skew = int(clock_skew * 1e9)
        self._lock = threading.Lock()
        self._id = os.urandom(16)
        self._counter = 0
        self._earliest = time.time_ns() if accept_since is None else int(accept_since * 1e9)
        self._senders: OrderedDict[bytes, _Sender] = OrderedDict()
        self.rotate(keys, sign_with=sign_with)

    def rotate(self, keys: Mapping[int, bytes], *, sign_with: int | None = None) -> None:
        """Replace the keys. Senders, counters and windows stay.

        Parameters
        ----------
        keys, sign_with
            As for the class. To rotate without refused messages, add the new key everywhere while `sign_with` names
            the old one, then let the new one sign everywhere, then remove the old one.

        Raises
        ------
        ValueError
            If there is no key, a key has less than 32 bytes, its number is out of range, or `sign_with` names none.
            The keys in use stay.
        TypeError
            If a key is not bytes. The keys in use stay.

        Thread-safe.
        """
        macs = {}
        for number, key in keys.items():
            if not 0 <= number < 1 << 32:
                raise ValueError(f"the number of a key is between 0 and 2**32 - 1, not {number}")
            if not isinstance(key, bytes):
                raise TypeError(f"key {number} must be bytes, not {type(key).__name__}")
            if len(key) < _SHORTEST_KEY:
                raise ValueError(f"key {number} has {len(key)} bytes; at least {_SHORTEST_KEY} random ones are needed")
            macs[number] = hmac.new(key, self._channel, "sha256")
        if not macs:
            raise ValueError("at least one key is needed")
        signing = max(macs) if sign_with is None else sign_with
        if signing not in macs:
            raise ValueError(f"sign_with={signing} names none of the keys {sorted(macs)}")
        # In one assignment, for the other threads.
        self._keys = macs, signing

    def serialize(self, obj: Any) -> list[bytes | memoryview]:
        """Make frames of an object: ``socket.send_serialized(obj, signer.serialize, copy=False)``.

        Parameters
        ----------
        obj : object
            What can be pickled. Large buffers, such as arrays of NumPy, are frames of their own, which ``copy=False``
            sends without copying; they must not change until libzmq is done with them.

        Returns
        -------
        list of bytes or memoryview

        Raises
        ------
        pickle.PicklingError, TypeError
            If `obj` cannot be pickled.

        Thread-safe.
        """
        buffers: list[pickle.PickleBuffer] = []
        data = pickle.dumps(obj, protocol=5, buffer_callback=buffers.append)
        parts: list[bytes | memoryview] = [data, *(buffer.raw() for buffer in buffers)]
        with self._lock:
            self._counter += 1
            counter = self._counter
        macs, signing = self._keys
        header = _HEADER.pack(_FORMAT, signing, self._id, counter, time.time_ns(), len(parts))
        return [header + _tag(macs[signing], header, parts), *parts]

    def deserialize(self, frames: Sequence[bytes | Frame]) -> Any:
        """Verify frames and make the object: ``socket.recv_serialized(signer.deserialize, copy=False)``.

        Parameters
        ----------
        frames : sequence of bytes or Frame
            What :meth:`serialize` made, without the routing id that a ROUTER receives before it.

        Returns
        -------
        object
            Its buffers are those of the frames.

        Raises
        ------
        SignatureError
            If the message is refused; nothing is unpickled then.
        Exception
            Whatever unpickling raises, if the object cannot be made here. The counter is used up.

        Thread-safe.
        """
        views = [frame.buffer if isinstance(frame, Frame) else frame for frame in frames]
        first, parts = views[0] if views else b"", views[1:]
        if len(first) != _FIRST_SIZE or not parts or first[:4] != _FORMAT:
            raise SignatureError("the message is not signed, or in a format that is unknown here")
        header, tag = bytes(first[: _HEADER.size]), bytes(first[_HEADER.size :])
        _, number, sender, counter, signed_at, count = _HEADER.unpack(header)
        mac = self._keys[0].get(number)
        if mac is None:
            raise SignatureError(f"the message is signed with key {number}, which is unknown here")
        if count != len(parts) or not hmac.compare_digest(tag, _tag(mac, header, parts)):
            raise SignatureError("the signature is wrong: the message was altered, or key or channel differ")
        with self._lock:
            self._accept(sender, counter, signed_at)
        return pickle.loads(parts[0], buffers=parts[1:])

    def _accept(self, sender: bytes, counter: int, signed_at: int) -> None:
        """Enter an authentic message, or raise."""
        if sender == self._id:
            raise SignatureError("the message was signed by this signer itself")
        ahead = signed_at - time.time_ns()
        if ahead > self._skew:
            raise SignatureError(f"the message is dated {ahead / 1e9:.3f} s ahead of this clock")
        known = self._senders.get(sender) or _Sender(counter, 0, signed_at, self._earliest)
        if signed_at < known.earliest:
            missing = (known.earliest - signed_at) / 1e9
            raise SignatureError(f"the message was signed {missing:.3f} s before the time since which any are accepted")
        behind = known.highest - counter
        if behind >= self._window:
            raise SignatureError(f"counter {counter} is {behind} behind; the window is {self._window}")
        if behind >= 0 and known.seen >> behind & 1:
            raise SignatureError(f"the message with counter {counter} was received before")
        if behind >= 0:
            highest, seen = known.highest, known.seen | 1 << behind
        else:
            # The counter may be anything: shift by no more than the window.
            highest, seen = counter, known.seen << min(-behind, self._window) & (1 << self._window) - 1 | 1
        self._senders[sender] = _Sender(highest, seen, max(known.latest, signed_at), known.earliest)
        self._senders.move_to_end(sender)
        if len(self._senders) > self._max_senders:
            _, forgotten = self._senders.popitem(last=False)
            self._earliest = max(self._earliest, forgotten.latest + 1)


def _tag(mac: hmac.HMAC, header: bytes, parts: Sequence[bytes | memoryview]) -> bytes:
    mac = mac.copy()
    mac.update(header + struct.pack(f"!{len(parts)}Q", *map(len, parts)))
    for part in parts:
        mac.update(part)
    return mac.digest()
