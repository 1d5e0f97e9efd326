"""Entry point of ``python -I bench/worker``."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Started as a directory: sys.path[0] is this folder, whose parent makes the package importable.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from worker.processes import be_peer
from worker.protocol import serve

if sys.argv[1:] == ["peer"]:
    be_peer(sys.stdin)
else:
    serve(sys.stdin, sys.stdout)
