"""Ironhouse in an event loop: encrypted, and only for clients whose key the server has (CURVE).

``python asyncio-ironhouse.py [folder]`` takes the certificates that ``generate_certificates.py`` wrote into a folder;
without one, it makes its own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from generate_certificates import generate

import zmq
import zmq.asyncio
import zmq.auth
from zmq.auth.asyncio import AsyncioAuthenticator


async def run(folder: Path) -> None:
    with zmq.asyncio.Context() as context:
        authenticator = AsyncioAuthenticator(context)
        # Sockets made from now on refuse clients without the authenticator, even after it was stopped.
        authenticator.enforce_domain("ironhouse")
        authenticator.allow("127.0.0.1")
        authenticator.configure_curve(domain="*", location=folder / "public_keys")
        authenticator.start()
        try:
            server_keys = zmq.auth.load_certificate(folder / "private_keys" / "server.key_secret")
            client_keys = zmq.auth.load_certificate(folder / "private_keys" / "client.key_secret")
            assert server_keys[1] is not None
            assert client_keys[1] is not None

            with context.socket(zmq.REP) as server, context.socket(zmq.REQ) as client:
                server.curve_publickey, server.curve_secretkey = server_keys[0], server_keys[1]
                server.curve_server = True  # must come before bind
                server.bind("tcp://127.0.0.1:*")

                client.curve_publickey, client.curve_secretkey = client_keys[0], client_keys[1]
                client.curve_serverkey = server_keys[0]
                client.connect(server.last_endpoint.decode())

                await client.send(b"hello")
                print("server received:", (await server.recv()).decode())
                await server.send(b"welcome")
                print("client received:", (await client.recv()).decode())
        finally:
            authenticator.stop()


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(run(Path(sys.argv[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        asyncio.run(run(Path(folder)))


if __name__ == "__main__":
    main()
