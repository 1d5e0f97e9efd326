"""A heart: ``python heart.py [name] [pings] [pongs]``. ``heartbeater.py`` listens for it.

Pings are published to all hearts, and each sends them back. A device does that, without Python: the heart beats while
the program is busy, even with something that does not let go of the GIL.
"""

from __future__ import annotations

import sys

import zmq
from zmq.devices import ThreadDevice


def beat(name: str, pings: str, pongs: str) -> ThreadDevice:
    """Start a heart in the background."""
    heart = ThreadDevice(zmq.FORWARDER, zmq.SUB, zmq.DEALER)
    heart.setsockopt_in(zmq.SUBSCRIBE, b"")
    heart.setsockopt_out(zmq.ROUTING_ID, name)
    heart.setsockopt_out(zmq.LINGER, 0)
    heart.connect_in(pings)
    heart.connect_out(pongs)
    heart.start()
    return heart


def main() -> None:
    defaults = ("heart", "tcp://127.0.0.1:5561", "tcp://127.0.0.1:5562")
    name, pings, pongs = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    beat(name, pings, pongs)
    print(f"{name} beats; Ctrl-C ends it", flush=True)
    number = 0
    try:
        while True:
            number = (number + 1) * 7 % 1_000_003  # busy
    except KeyboardInterrupt:
        print("interrupted")


if __name__ == "__main__":
    main()
