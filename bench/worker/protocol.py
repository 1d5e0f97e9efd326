"""Answers the driver: one request per line, one JSON object per line in return."""

from __future__ import annotations

import gc
import json
import platform
import traceback
from collections.abc import Callable
from typing import Any, TextIO

import zmq
from worker import asynchronous, devices, echo, inproc, objects, processes
from worker.room import CASES, Chunk, Room, run_chunk

#: Imported for the cases that they register.
CASE_MODULES = (asynchronous, devices, echo, inproc, objects, processes)


class Server:
    """What is open between two requests."""

    def __init__(self) -> None:
        self.room: Room | None = None
        self.chunk: Chunk | None = None

    def hello(self) -> dict[str, Any]:
        """Return what this is."""
        return {
            "pyzmq": zmq.pyzmq_version(),
            "libzmq": zmq.zmq_version(),
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "zmq": zmq.__file__,
            "cases": list(CASES),
        }

    def open(self, name: str) -> dict[str, Any]:
        """Set a case up."""
        self.room = Room()
        self.chunk = CASES[name](self.room)
        gc.collect()
        return {}

    def run(self, name: str, count: str) -> dict[str, Any]:
        """Run operations of the case that is open."""
        if self.chunk is None:
            raise RuntimeError(f"run {name}: no case is open")
        return run_chunk(self.chunk, int(count))._asdict()

    def close(self, _name: str) -> dict[str, Any]:
        """Close the case that is open, if there is one."""
        room, self.room, self.chunk = self.room, None, None
        if room is not None:
            room.stack.close()
        return {}


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more; what goes wrong is an answer, too."""
    server = Server()
    verbs: dict[str, Callable[..., dict[str, Any]]] = {
        "hello": server.hello,
        "open": server.open,
        "run": server.run,
        "close": server.close,
    }
    # Unlike iterating over it, this does not read ahead.
    for line in iter(requests.readline, ""):
        verb, *words = line.split()
        try:
            answer = verbs[verb](*words)
        except Exception as error:
            answer = {"error": f"{line.strip()}: {error!r}", "traceback": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)
