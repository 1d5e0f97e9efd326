"""A watcher of log messages at or above a level, of one's own: ``python watcher.py [address] [level]``.

``publisher.py`` publishes some.
"""

from __future__ import annotations

import logging
import sys

import zmq

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def visible(text: str) -> str:
    """Escape control characters and indent further lines: messages cannot control the terminal, or forge lines."""
    lines = ("".join(one if one.isprintable() else ascii(one)[1:-1] for one in line) for line in text.split("\n"))
    return "\n    ".join(lines)


def main() -> None:
    address, level = (*sys.argv[1:], *("tcp://127.0.0.1:5558", "INFO")[len(sys.argv) - 1 :])
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        # Topics are <root topic>.<level>.<subtopics>; subscriptions are beginnings of them.
        for name in LEVELS:
            if logging.getLevelName(name) >= logging.getLevelName(level):
                socket.subscribe(f"greeter.{name}")
        socket.connect(address)
        try:
            while True:
                topic, text = socket.recv_multipart()
                print(f"{visible(topic.decode()):<16} {visible(text.decode())}", flush=True)
        except KeyboardInterrupt:
            print("interrupted")


if __name__ == "__main__":
    main()
