"""Bring the archives of the bundled libraries into the project's folder, once for all wheels of a machine.

cibuildwheel runs it before each build. An sdist has them already.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "vendor"


def main() -> int:
    """Fetch what is missing; return the exit status."""
    if VENDOR.is_dir() and any(VENDOR.iterdir()):
        return 0
    command = [sys.executable, str(ROOT / "tools" / "sources"), "vendor", "--dest", str(VENDOR)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
