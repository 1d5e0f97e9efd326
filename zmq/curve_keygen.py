"""Create a CURVE key pair and print it: ``python -m zmq.curve_keygen``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from zmq.backend import curve_keypair, curve_public
from zmq.error import ZMQError

_PROGRAM = "python3 -m zmq.curve_keygen"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(
        prog=_PROGRAM, description="Create a CURVE key pair, or derive the public key from a secret key. Keys are Z85."
    )
    options.add_argument("--json", action="store_true", help="print JSON")
    options.add_argument("--secret", help="a secret key, of which to print the public key")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a key pair.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        Exit status: 1 if the secret key is none, or libzmq was built without CURVE.

    See zmq_curve_keypair(3) and zmq_curve_public(3). The arguments were added in 27.2.
    """
    options = parser().parse_args(arguments)
    try:
        if options.secret:
            secret = options.secret.encode()
            public = curve_public(secret)
        else:
            public, secret = curve_keypair()
    except (ValueError, ZMQError) as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return 1
    keys = {"public": public.decode(), "secret": secret.decode()}
    if options.json:
        print(json.dumps(keys, indent=1))
    else:
        print("\n\n".join(f"== CURVE {name.upper()} KEY ==\n{key}" for name, key in keys.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
