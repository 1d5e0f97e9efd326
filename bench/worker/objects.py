"""Objects as pickles, signed and not, over inproc."""

from __future__ import annotations

import pickle
from importlib.util import find_spec
from itertools import repeat
from typing import Any

from worker.room import Chunk, Room, case

SMALL = {"id": 123456, "name": "abcdefgh", "values": [1, 2, 3, 4, 5], "flag": True, "text": "100 bytes"}
#: Pickled like an array of NumPy.
ARRAY = (pickle.PickleBuffer(bytearray(64 << 20)),)


@case("pyobj_100", SMALL)
@case("pyobj_64m", ARRAY)
def pyobj(room: Room, thing: Any) -> Chunk:
    """Send and receive a pickle."""
    sender, receiver, _ = room.pair()

    def chunk(count: int) -> None:
        for _ in repeat(None, count):
            sender.send_pyobj(thing, protocol=5)
            receiver.recv_pyobj()

    return chunk


# 27.3.0 has none.
if find_spec("zmq.utils.signing"):

    @case("signed_100", SMALL, True)
    @case("signed_64m", ARRAY, False)
    def signed(room: Room, thing: Any, copy: bool) -> Chunk:
        """Sign, send, receive, and verify a pickle."""
        from zmq.utils.signing import Signer  # noqa: PLC0415

        sender, receiver, _ = room.pair()
        one, other = Signer({1: bytes(32)}), Signer({1: bytes(32)})

        def chunk(count: int) -> None:
            for _ in repeat(None, count):
                sender.send_serialized(thing, one.serialize, copy=copy)
                receiver.recv_serialized(other.deserialize, copy=copy)

        return chunk
