"""Try the extensions, after ``python setup.py build_ext --inplace``."""

from __future__ import annotations

import threading

from forwarder import forward
from frames import checksum, same_socket

import zmq


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as source, context.socket(zmq.PULL) as target:
        source.bind("inproc://source")
        target.bind("inproc://target")

        def run() -> None:
            with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
                pull.connect("inproc://source")
                push.connect("inproc://target")
                print("bytes passed on:", forward(pull, push, 3))

        thread = threading.Thread(target=run)
        thread.start()
        for number in range(3):
            source.send_multipart([b"number", bytes([number])])
        thread.join()

        for _ in range(3):
            print("checksums:", *(checksum(frame) for frame in target.recv_multipart(copy=False)))
        print("same socket:", same_socket(source, zmq.Socket.shadow(source)), same_socket(source, target))


if __name__ == "__main__":
    main()
