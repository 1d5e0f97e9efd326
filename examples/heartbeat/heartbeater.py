"""Who is there? ``python heartbeater.py [pings] [pongs] [seconds]``: pings, and tells of hearts that come and go.

Start and end as many ``heart.py``, with names of their own, as you like.
"""

from __future__ import annotations

import sys
import time

import zmq

# A heart that misses this many pings is gone.
MISSED = 3


class Heartbeater:
    """Knows which hearts answered which ping."""

    def __init__(self, pings: zmq.Socket[bytes], pongs: zmq.Socket[bytes]) -> None:
        self.pings = pings
        self.pongs = pongs
        self.number = 0
        self.last_pongs: dict[bytes, int] = {}

    def turn(self, seconds: float) -> None:
        """Ping, and listen for some time."""
        self.number += 1
        self.pings.send(b"%d" % self.number)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.pongs.poll(int(left * 1000) + 1):
                self.hear(*self.pongs.recv_multipart())
        for name, number in list(self.last_pongs.items()):
            if self.number - number >= MISSED:
                del self.last_pongs[name]
                print(f"{name.decode()} is gone", flush=True)

    def hear(self, name: bytes, number: bytes) -> None:
        if name not in self.last_pongs:
            print(f"{name.decode()} is there", flush=True)
        self.last_pongs[name] = int(number)


def main() -> None:
    defaults = ("tcp://127.0.0.1:5561", "tcp://127.0.0.1:5562", "1")
    ping_address, pong_address, seconds = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    with zmq.Context() as context, context.socket(zmq.PUB) as pings, context.socket(zmq.ROUTER) as pongs:
        pings.bind(ping_address)
        pongs.bind(pong_address)
        print(f"{pings.last_endpoint.decode()} {pongs.last_endpoint.decode()}; Ctrl-C ends it", flush=True)
        heartbeater = Heartbeater(pings, pongs)
        try:
            while True:
                heartbeater.turn(float(seconds))
        except KeyboardInterrupt:
            print("interrupted")


if __name__ == "__main__":
    main()
