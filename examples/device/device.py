"""A queue between clients and workers, in the background: ``python device.py [process] [front] [back]``.

Clients connect to the front, as ``client.py`` does, workers to the back, as ``server.py`` does; any number of both may
come and go. A thread suffices, since it runs without the GIL; ``process`` gives the queue a process of its own.
"""

from __future__ import annotations

import sys

import zmq
from zmq.devices import ProcessDevice, ThreadDevice


def main() -> None:
    arguments = sys.argv[1:]
    own_process = arguments[:1] == ["process"]
    front, back = arguments[own_process:] or ("tcp://127.0.0.1:5559", "tcp://127.0.0.1:5560")

    kind = ProcessDevice if own_process else ThreadDevice
    device = kind(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.bind_in(front)
    device.bind_out(back)
    device.setsockopt_in(zmq.LINGER, 0)
    device.setsockopt_out(zmq.LINGER, 0)
    device.start()
    print(f"from {front} to {back}; Ctrl-C ends it", flush=True)

    # The program could do something else now.
    try:
        device.join()
    except KeyboardInterrupt:
        print("interrupted")


# A process that is not forked imports this file.
if __name__ == "__main__":
    main()
