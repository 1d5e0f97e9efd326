"""Greenlets that talk: with ``zmq.green``, whoever waits for a message lets other greenlets run."""

from __future__ import annotations

import gevent

import zmq.green as zmq


def serve(socket: zmq.Socket) -> None:
    for _ in range(3):
        question = socket.recv_string()
        socket.send_string(question.upper())


def ask(socket: zmq.Socket) -> None:
    for word in ("one", "two", "three"):
        socket.send_string(word)
        print(word, "->", socket.recv_string())


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as server, context.socket(zmq.REQ) as client:
        server.bind("tcp://127.0.0.1:*")
        client.connect(server.last_endpoint.decode())
        gevent.joinall([gevent.spawn(serve, server), gevent.spawn(ask, client)], raise_error=True)


if __name__ == "__main__":
    main()
