"""Entry point of ``python tools/sources``."""

from __future__ import annotations

import sys
from pathlib import Path

# A build must not write into the source tree, not even byte code.
sys.dont_write_bytecode = True

if not __package__:
    # Started as a directory: sys.path[0] is this folder, whose parent makes the package importable.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from sources.cli import main

sys.exit(main())
