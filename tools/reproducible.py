"""Build wheels twice, in folders that share nothing but the sources, and compare them byte for byte.

::

    python tools/reproducible.py [TARGET...]

Targets are those of ``tools/factory``. Each build has a copy of the checkout at a path of another length, and compiles
everything anew. Exit status 1 means that the wheels differ; what differs in them is told.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from make_wheel.pipeline import ROOT, source_time

#: One for Linux, and one whose linker is another.
TARGETS = ("manylinux-x86_64", "macosx-arm64")
WHEEL = "cp312-abi3"


def copy_checkout(folder: Path) -> None:
    """Copy what git knows of, as it is now."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def build(targets: Sequence[str], folder: Path) -> dict[str, Path]:
    """Build wheels in a copy of the checkout; return them by their names."""
    copy_checkout(folder)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH") or str(source_time())}
    command = [sys.executable, str(folder / "tools" / "factory"), *targets, "--no-execute", "--wheel", WHEEL]
    subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=True)
    return {wheel.name: wheel for wheel in sorted((folder / "dist" / "factory").glob("*.whl"))}


def differences(first: Path, second: Path) -> list[str]:
    """Return the members that two wheels do not share; ["the archive"] where only their packing differs."""
    if first.read_bytes() == second.read_bytes():
        return []
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        contents = [{name: archive.read(name) for name in archive.namelist()} for archive in (one, other)]
    names = contents[0].keys() | contents[1].keys()
    return sorted(name for name in names if contents[0].get(name) != contents[1].get(name)) or ["the archive"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s reproducible --", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*", default=TARGETS, metavar="TARGET", help=f"default: {' '.join(TARGETS)}")
    options = parser.parse_args(arguments)
    failed = False
    with tempfile.TemporaryDirectory(prefix="pyzmq-reproducible-") as scratch:
        builds = [build(options.targets, Path(scratch, name)) for name in ("one", "another/folder, further down")]
        if builds[0].keys() != builds[1].keys():
            print(f"reproducible: other wheels: {', '.join(builds[0])} and {', '.join(builds[1])}", file=sys.stderr)
            return 1
        for name, wheel in builds[0].items():
            odd = differences(wheel, builds[1][name])
            for made in (wheel, builds[1][name]):
                print(f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made.relative_to(scratch)}")
            print(f"{name}: {'differs in ' + ', '.join(odd) if odd else 'the same bytes'}")
            failed = failed or bool(odd)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
