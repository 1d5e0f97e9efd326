"""Ironhouse: everything is encrypted, and only clients whose key the server has may connect (CURVE).

``python ironhouse.py [folder]`` takes the certificates that ``generate_certificates.py`` wrote into a folder; without
one, it makes its own.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

from generate_certificates import generate

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

OUTCOMES = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH
Keys = tuple[bytes, bytes]


def load_keys(folder: Path, name: str) -> Keys:
    """Return the public and the secret key of one of ours."""
    public, secret = zmq.auth.load_certificate(folder / "private_keys" / f"{name}.key_secret")
    assert secret is not None
    return public, secret


def try_to_connect(context: zmq.Context[zmq.Socket[bytes]], server_keys: Keys, client_keys: Keys) -> str:
    """Return what became of a client with these keys."""
    with context.socket(zmq.PUSH) as server, context.socket(zmq.PULL) as client:
        server.linger = 0
        server.curve_publickey, server.curve_secretkey = server_keys
        server.curve_server = True  # must come before bind
        server.bind("tcp://127.0.0.1:*")

        client.curve_publickey, client.curve_secretkey = client_keys
        client.curve_serverkey = server_keys[0]
        with client.get_monitor_socket(OUTCOMES) as events:
            client.connect(server.last_endpoint.decode())
            event = recv_monitor_message(events)
        if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            return f"was turned away ({event['value']})"

        server.send(b"hello")
        return f"received: {client.recv().decode()}"


def run(folder: Path) -> None:
    with zmq.Context() as context, ThreadAuthenticator(context) as authenticator:
        # Sockets made from now on refuse clients without the authenticator, even after it was stopped.
        authenticator.enforce_domain("ironhouse")
        authenticator.allow("127.0.0.1")
        # Call it again when certificates came or went.
        authenticator.configure_curve(domain="*", location=folder / "public_keys")

        server_keys = load_keys(folder, "server")
        print("known client:", try_to_connect(context, server_keys, load_keys(folder, "client")))
        print("unknown client:", try_to_connect(context, server_keys, zmq.curve_keypair()))


def main() -> None:
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        run(Path(folder))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
