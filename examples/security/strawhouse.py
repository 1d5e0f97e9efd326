"""Strawhouse: clients are let in by their address, and everything is still readable on its way."""

from __future__ import annotations

import logging
import sys

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

OUTCOMES = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH


def try_to_connect(context: zmq.Context[zmq.Socket[bytes]]) -> str:
    """Return what became of a client that connects from 127.0.0.1."""
    with context.socket(zmq.PUSH) as server, context.socket(zmq.PULL) as client:
        server.linger = 0
        # libzmq asks about clients without a mechanism only where there is a domain.
        server.zap_domain = b"global"
        server.bind("tcp://127.0.0.1:*")
        with client.get_monitor_socket(OUTCOMES) as events:
            client.connect(server.last_endpoint.decode())
            event = recv_monitor_message(events)
        if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            return f"was turned away ({event['value']})"

        server.send(b"hello")
        return f"received: {client.recv().decode()}"


def main() -> None:
    with zmq.Context() as context:
        with ThreadAuthenticator(context) as authenticator:
            authenticator.allow("127.0.0.1", "192.0.2.0/24")
            print("allowed:", try_to_connect(context))

        with ThreadAuthenticator(context) as authenticator:
            authenticator.deny("127.0.0.1")
            print("denied:", try_to_connect(context))


if __name__ == "__main__":
    if "-v" in sys.argv:
        logging.basicConfig(level=logging.DEBUG)
    main()
