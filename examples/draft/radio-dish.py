"""RADIO and DISH, of libzmq's draft API: messages belong to groups, and each DISH joins those that it wants.

It needs a pyzmq that was built with ``ZMQ_DRAFT_API=ON``.
"""

from __future__ import annotations

import sys

import zmq


def main() -> None:
    if not zmq.DRAFT_API:
        sys.exit("this pyzmq was built without libzmq's draft API: build it with ZMQ_DRAFT_API=ON")

    with zmq.Context() as context, context.socket(zmq.RADIO) as radio, context.socket(zmq.DISH) as dish:
        dish.rcvtimeo = 10_000  # milliseconds
        dish.bind("tcp://127.0.0.1:*")
        dish.join("numbers")
        dish.join("end")
        radio.connect(dish.last_endpoint.decode())

        # The radio learns of groups some time after it has connected, and does not tell: send until something comes.
        while not dish.poll(10):
            radio.send(b"heard", group="numbers")
        print("heard:", dish.recv(copy=False).group)

        radio.send(b"nobody joined this group", group="letters")
        radio.send(b"the end", group="end")
        while True:
            frame = dish.recv(copy=False)
            if frame.group == "end":
                print(f"{frame.group}: {frame.bytes.decode()}")
                break
            assert frame.group == "numbers"


if __name__ == "__main__":
    main()
