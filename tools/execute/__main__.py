"""``python tools/execute``, and ``python -m execute`` with ``tools`` on the path."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

if not __package__:
    # Run as a folder: Python then has that folder on its path instead of the one that holds the
    # package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from execute.cli import main

if __name__ == "__main__":
    # What runs is ended with this program.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main())
