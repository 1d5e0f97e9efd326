"""CLIENT and SERVER, of libzmq's draft API: they are thread-safe, and a SERVER answers by routing id.

It needs a pyzmq that was built with ``ZMQ_DRAFT_API=ON``.
"""

from __future__ import annotations

import sys

import zmq


def main() -> None:
    if not zmq.DRAFT_API:
        sys.exit("this pyzmq was built without libzmq's draft API: build it with ZMQ_DRAFT_API=ON")

    with zmq.Context() as context, context.socket(zmq.SERVER) as server:
        server.bind("tcp://127.0.0.1:*")
        with context.socket(zmq.CLIENT) as first, context.socket(zmq.CLIENT) as second:
            for name, client in (("first", first), ("second", second)):
                client.connect(server.last_endpoint.decode())
                client.send_string(f"hello from the {name}")

            # Who asked is told by the frame, not by another one before it.
            frames = [server.recv(copy=False) for _ in range(2)]
            print("two peers:", len({frame.routing_id for frame in frames}) == 2)
            # They need not be answered in the order in which they asked.
            for frame in reversed(frames):
                server.send(b"welcome, " + frame.bytes, routing_id=frame.routing_id)

            print(first.recv().decode())
            print(second.recv().decode())


if __name__ == "__main__":
    main()
