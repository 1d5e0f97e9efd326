"""``python tools/execute``, and ``python -m execute`` with ``tools`` on the path."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Run as a folder: Python then has that folder on its path instead of the one that holds the
    # package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from execute.cli import main

if __name__ == "__main__":
    sys.exit(main())
