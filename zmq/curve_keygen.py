"""Make a pair of CURVE keys and print it: ``python -m zmq.curve_keygen``."""

from __future__ import annotations

import sys

from zmq.backend import curve_keypair
from zmq.error import ZMQError


def main() -> int:
    """Print a new pair of keys in Z85.

    Returns
    -------
    int
        Exit status: 1 if libzmq was built without CURVE.

    See zmq_curve_keypair(3).
    """
    try:
        public, secret = curve_keypair()
    except ZMQError as error:
        print(f"python -m zmq.curve_keygen: {error}", file=sys.stderr)
        return 1
    print(f"== CURVE PUBLIC KEY ==\n{public.decode()}\n\n== CURVE SECRET KEY ==\n{secret.decode()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
