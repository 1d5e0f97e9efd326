"""``python tests/wakeups --help``, or ``nox -s wakeups -- --help``."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # At the end, so that zmq is the installed one and not the checkout's.
    sys.path[:1] = []
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from tests.wakeups.driver import main

    sys.exit(main())
