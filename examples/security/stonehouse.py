"""Stonehouse: everything is encrypted, and clients are sure of the server (CURVE). Any client may connect."""

from __future__ import annotations

import logging
import sys

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator


def main() -> None:
    server_public, server_secret = zmq.curve_keypair()
    client_public, client_secret = zmq.curve_keypair()

    with zmq.Context() as context, ThreadAuthenticator(context) as authenticator:
        authenticator.configure_curve(domain="*", location=zmq.auth.CURVE_ALLOW_ANY)

        with context.socket(zmq.PULL) as server, context.socket(zmq.PUSH) as client:
            server.curve_secretkey = server_secret
            server.curve_publickey = server_public
            server.curve_server = True  # must come before bind
            server.bind("tcp://127.0.0.1:*")

            # The client makes up a key, but has to know that of the server.
            client.curve_secretkey = client_secret
            client.curve_publickey = client_public
            client.curve_serverkey = server_public
            client.connect(server.last_endpoint.decode())

            client.send(b"hello")
            frame = server.recv(copy=False)
            print("received:", frame.bytes.decode())
            print("from a client whose key we see:", frame.get("User-Id") == client_public.decode())


if __name__ == "__main__":
    if "-v" in sys.argv:
        logging.basicConfig(level=logging.DEBUG)
    main()
