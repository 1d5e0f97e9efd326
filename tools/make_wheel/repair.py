"""The repair of a wheel: the platform's program gives it its tag, and may change nothing else.

Needs no more than the standard library, so that cibuildwheel's containers can use it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path


def _program(name: str) -> str:
    """Return a program: that of this Python's environment, or else the one on PATH."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which(name, path=places) or name


def repair_command(wheel: Path, outdir: Path) -> list[str]:
    """Return the command that gives a wheel its platform tag, [] for a platform that has none.

    A library outside the wheel would be brought into it, which :func:`changed_members` tells.
    """
    platform = wheel.stem.rpartition("-")[2]
    if platform.startswith(("linux_", "android_")):
        # It picks the oldest platform that the symbols allow.
        command = [_program("auditwheel"), "repair", "--zip-compression-level", "9"]
        return [*command, "--wheel-dir", str(outdir), str(wheel)]
    if platform.startswith("macosx_"):
        machine = platform.split("_", 3)[3]
        machines = "x86_64,arm64" if machine == "universal2" else machine
        return [_program("delocate-wheel"), "--require-archs", machines, "--wheel-dir", str(outdir), "-v", str(wheel)]
    if platform.startswith("win"):
        return [_program("delvewheel"), "repair", "--wheel-dir", str(outdir), str(wheel)]
    return []


def changed_members(before: Path, after: Path) -> list[str]:
    """Return the members that two wheels do not share, those that hold tags and hashes aside."""

    def members(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {
                name: hashlib.sha256(archive.read(name)).digest()
                for name in archive.namelist()
                if not name.endswith(("/", ".dist-info/WHEEL", ".dist-info/RECORD"))
            }

    old, new = members(before), members(after)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
