"""Woodhouse: clients have a name and a password (PLAIN), which are readable on their way, as is everything else."""

from __future__ import annotations

import logging
import sys

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

OUTCOMES = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH


def try_to_connect(context: zmq.Context[zmq.Socket[bytes]], name: str, password: str) -> str:
    """Return what became of a client with this name and password."""
    with context.socket(zmq.PUSH) as server, context.socket(zmq.PULL) as client:
        server.linger = 0
        server.plain_server = True
        server.bind("tcp://127.0.0.1:*")

        client.plain_username = name.encode()
        client.plain_password = password.encode()
        with client.get_monitor_socket(OUTCOMES) as events:
            client.connect(server.last_endpoint.decode())
            event = recv_monitor_message(events)
        if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            return f"was turned away ({event['value']})"

        server.send(b"hello")
        return f"received: {client.recv().decode()}"


def main() -> None:
    with zmq.Context() as context, ThreadAuthenticator(context) as authenticator:
        authenticator.allow("127.0.0.1")
        authenticator.configure_plain(domain="*", passwords={"admin": "secret"})

        print("admin:", try_to_connect(context, "admin", "secret"))
        print("admin, wrong password:", try_to_connect(context, "admin", "guessed"))
        print("nobody:", try_to_connect(context, "nobody", "secret"))


if __name__ == "__main__":
    if "-v" in sys.argv:
        logging.basicConfig(level=logging.DEBUG)
    main()
