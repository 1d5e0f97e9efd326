"""Write certificates for CURVE into a folder: ``python generate_certificates.py [folder]``.

Clients get ``public_keys/server.key`` besides their own secret file; the server gets the whole of ``public_keys``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import zmq.auth


def generate(folder: Path) -> None:
    """Make certificates of a server and a client, those that all may see apart from those that none may see."""
    public_keys, private_keys = folder / "public_keys", folder / "private_keys"
    public_keys.mkdir(parents=True, exist_ok=True)
    private_keys.mkdir(mode=0o700, exist_ok=True)
    for name in ("server", "client"):
        public, _ = zmq.auth.create_certificates(private_keys, name, {"made-for": "the examples"})
        Path(public).replace(public_keys / f"{name}.key")


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "certificates")
    generate(folder)
    for path in sorted(folder.glob("*/*")):
        print(path.relative_to(folder).as_posix())


if __name__ == "__main__":
    main()
