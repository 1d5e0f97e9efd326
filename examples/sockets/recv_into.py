"""Receiving into memory of one's own: no object is made for a message."""

from __future__ import annotations

from array import array

import zmq


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.bind("inproc://here")
        pull.connect("inproc://here")

        # Anything writable with a buffer will do: a bytearray, an array, one of NumPy's.
        samples = array("d", bytes(8 * 4))
        view = memoryview(samples)
        for number in range(3):
            push.send(array("d", [number, number / 2]))
            size = pull.recv_into(samples)
            print(size, "bytes:", list(view[: size // samples.itemsize]))

        # A message that is longer than the buffer is cut, and the result tells its whole length.
        push.send(bytes(100))
        size = pull.recv_into(samples)
        print(size, "bytes:", "too long" if size > view.nbytes else "whole")


if __name__ == "__main__":
    main()
