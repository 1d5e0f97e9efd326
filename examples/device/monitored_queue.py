"""A queue that shows what passes: each message goes to a third socket, too, with a prefix that tells its direction."""

from __future__ import annotations

import zmq
from zmq.devices import ThreadMonitoredQueue


def main() -> None:
    context = zmq.Context()
    queue = ThreadMonitoredQueue(zmq.ROUTER, zmq.DEALER, zmq.PUSH, in_prefix=b"question", out_prefix=b"answer")
    # It shares our context, so inproc will do. By default it uses Context.instance().
    queue.context_factory = lambda: context
    queue.bind_in("inproc://front")
    queue.bind_out("inproc://back")
    queue.bind_mon("inproc://shown")
    queue.start()

    with context.socket(zmq.REQ) as client, context.socket(zmq.REP) as server, context.socket(zmq.PULL) as shown:
        client.connect("inproc://front")
        server.connect("inproc://back")
        shown.connect("inproc://shown")
        for number in range(2):
            client.send_string(f"{number} + 1?")
            text = server.recv_string()
            server.send_string(str(int(text.split()[0]) + 1))
            client.recv()

        for _ in range(4):
            # The frames between are the client's address, and the empty one that ends it.
            direction, *_, body = shown.recv_multipart()
            print(f"{direction.decode()}: {body.decode()}")

    # The queue ends with its context.
    context.term()
    queue.join()
    print("ended:", queue.done)


if __name__ == "__main__":
    main()
