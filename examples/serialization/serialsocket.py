"""A socket that sends what bytes alone cannot tell: compressed pickles, and NumPy arrays with type and shape.

Pickles run code of whoever made them: receive them only from those whom you trust.
"""

from __future__ import annotations

import pickle
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

import zmq


class SerializingSocket(zmq.Socket[bytes]):
    """Has methods for objects and for arrays besides those of other sockets."""

    def send_zipped_pickle(self, thing: object, flags: int = 0, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
        self.send(zlib.compress(pickle.dumps(thing, protocol)), flags)

    def recv_zipped_pickle(self, flags: int = 0) -> Any:
        return pickle.loads(zlib.decompress(self.recv(flags)))

    def send_array(self, array: NDArray[Any], flags: int = 0, copy: bool = True) -> None:
        """Send an array; with ``copy=False``, its memory must stay as it is until it has left."""
        self.send_json({"dtype": array.dtype.str, "shape": array.shape}, flags | zmq.SNDMORE)
        self.send(np.ascontiguousarray(array).data, flags, copy=copy)

    def recv_array(self, flags: int = 0) -> NDArray[Any]:
        """Receive an array, which uses the message's memory: it cannot be written to."""
        head = self.recv_json(flags)
        assert isinstance(head, dict)
        frame = self.recv(flags, copy=False)
        return np.frombuffer(frame.buffer, np.dtype(head["dtype"])).reshape(head["shape"])


class SerializingContext(zmq.Context[SerializingSocket]):
    _socket_class = SerializingSocket


def main() -> None:
    with SerializingContext() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.bind("tcp://127.0.0.1:*")
        pull.connect(push.last_endpoint.decode())

        words = {"words": ["again"] * 1000, "number": 5}
        push.send_zipped_pickle(words)
        frame = pull.recv(copy=False)
        print(f"pickled: {len(pickle.dumps(words))} bytes, zipped: fewer than 200: {len(frame) < 200}")
        push.send_zipped_pickle(words)
        print("the same object:", pull.recv_zipped_pickle() == words)

        table = np.arange(12, dtype=np.float64).reshape(3, 4)
        push.send_array(table, copy=False)
        received = pull.recv_array()
        print("the same array:", received.dtype, received.shape, bool((received == table).all()))


if __name__ == "__main__":
    main()
