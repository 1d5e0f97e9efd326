"""Decorators: a function gets a context and sockets when it is called, and they are closed when it ends."""

from __future__ import annotations

from typing import Any

import zmq
from zmq.decorators import context, socket


@context()
@socket(zmq.PUSH)
@socket(zmq.PULL)
def pass_on(text: str, ctx: zmq.Context[Any], push: zmq.Socket[bytes], pull: zmq.Socket[bytes]) -> str:
    """What decorators make comes behind the arguments of the caller, in their order."""
    assert push.context is ctx
    push.bind("inproc://here")
    pull.connect("inproc://here")
    push.send_string(text)
    return pull.recv_string()


@context("ctx", io_threads=2)
@socket("sock", zmq.PAIR, context_name="ctx")
def describe(*, ctx: zmq.Context[Any], sock: zmq.Socket[bytes]) -> str:
    """With names, they come as keywords."""
    return f"{zmq.SocketType(sock.type).name} in a context with {ctx.get(zmq.IO_THREADS)} threads"


def main() -> None:
    print(pass_on("hello"))
    print(describe())


if __name__ == "__main__":
    main()
