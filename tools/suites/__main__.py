"""Entry point of ``python tools/suites``."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Started as a directory: sys.path[0] is this folder, whose parent makes the package importable.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from suites.cli import main

if __name__ == "__main__":
    sys.exit(main())
