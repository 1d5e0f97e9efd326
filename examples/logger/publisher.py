"""A program whose log messages are published: ``python publisher.py [address] [subscriptions] [rounds]``.

Watch them in another terminal, before or after it starts, with pyzmq's watcher or with ``watcher.py``:
``python -m zmq.log --timestamp --align --color -t greeter tcp://127.0.0.1:5558``
"""

from __future__ import annotations

import logging
import sys
import time

import zmq
from zmq.log.handlers import PUBHandler


def set_up(socket: zmq.Socket[bytes]) -> None:
    """Have everything that is logged published. From here on, nothing of the program has to know of ZeroMQ."""
    handler = PUBHandler(socket, root_topic="greeter")
    handler.setFormatter(logging.Formatter("%(name)s > %(message)s"))
    handler.setFormatter(logging.Formatter("%(name)s line %(lineno)d > %(message)s"), logging.DEBUG)
    # Not basicConfig(), which gives its own format to handlers that have none for all levels.
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)


def greet(rounds: int) -> None:
    logger = logging.getLogger("greetings")
    logger.warning("about to greet the world")
    for number in range(1, rounds + 1):
        logger.debug("greeting %d of %d", number, rounds)
        logger.info("hello world")
        time.sleep(0.1)
    try:
        raise ValueError("no world is left")
    except ValueError:
        logger.exception("cannot greet any more")
    logger.info("done")


def main() -> None:
    address, subscriptions, rounds = (*sys.argv[1:], *("tcp://127.0.0.1:5558", "1", "3")[len(sys.argv) - 1 :])
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        socket.xpub_verbose = True  # it tells of the same subscription by another one, too
        socket.bind(address)
        print(f"logging at {socket.last_endpoint.decode()}", flush=True)
        # What is published while nobody listens is lost: an XPUB can wait for subscriptions. From then on, the handler
        # has the socket for itself.
        for _ in range(int(subscriptions)):
            print("subscribed:", socket.recv()[1:].decode(), flush=True)
        set_up(socket)
        greet(int(rounds))


if __name__ == "__main__":
    main()
