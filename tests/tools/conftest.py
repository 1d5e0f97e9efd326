"""Puts the programs under ``tools/`` and ``bench/``, and this folder's own modules on the path."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "tools"), str(HERE.parents[1] / "bench"), str(HERE)]
