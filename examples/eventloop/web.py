"""A web server that asks a slow worker, and serves other visitors meanwhile: ``python web.py [port]``."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

import zmq
import zmq.asyncio

WORKER = "inproc://worker"


def work(context: zmq.Context[Any], started: threading.Event) -> None:
    """Answer slowly, in a thread; in real life another program, on another machine."""
    with context.socket(zmq.REP) as socket:
        socket.bind(WORKER)
        started.set()
        while (name := socket.recv_string()) != "":
            time.sleep(0.05)
            socket.send_string(f"Hello {name}")


class Slow(RequestHandler):
    def initialize(self, context: zmq.asyncio.Context) -> None:
        self.context = context

    async def get(self, name: str) -> None:
        # Each request has a socket of its own: a REQ has one question under way.
        with self.context.socket(zmq.REQ) as socket:
            socket.connect(WORKER)
            await socket.send_string(name)
            self.write(await socket.recv_string())


class Fast(RequestHandler):
    def get(self) -> None:
        self.write("Is anybody there?")


async def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8888
    with zmq.asyncio.Context() as context:
        started = threading.Event()
        # The thread has the same context, with sockets that wait as usual.
        thread = threading.Thread(target=work, args=[zmq.Context(context), started])
        thread.start()
        started.wait()

        server = HTTPServer(Application([("/hello/([a-z]+)", Slow, {"context": context}), ("/", Fast)]))
        listening = bind_sockets(port, "127.0.0.1")
        server.add_sockets(listening)
        print(f"listening at http://127.0.0.1:{listening[0].getsockname()[1]}/hello/world", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            server.stop()
            with zmq.Context(context) as shadow, shadow.socket(zmq.REQ) as socket:
                socket.connect(WORKER)
                socket.send(b"")
                thread.join()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
