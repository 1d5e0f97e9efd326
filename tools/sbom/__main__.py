"""Entry point of ``python tools/sbom``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

if not __package__:
    # Started as a directory: sys.path[0] is this folder, whose parent makes the package importable.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from sbom.bill import DEPENDENCIES, Inside, bill


def main() -> None:
    """Write the bill."""
    parser = argparse.ArgumentParser(prog="sbom", description="Write the bill of materials of a wheel (CycloneDX).")
    add = parser.add_argument
    add("--version", required=True, help="of pyzmq")
    add("--library", nargs=2, action="append", default=[], metavar=("NAME", "VERSION"), help="a library that is inside")
    add("--source", nargs=2, action="append", default=[], metavar=("NAME", "FILE"), help="what tools/sources told")
    add("--patch", nargs=2, action="append", default=[], metavar=("NAME", "FILE"), help="a patch of ours to it")
    add("--part", nargs=2, action="append", default=[], metavar=("NAME", "PART"), help="a part of it by somebody else")
    add("--output", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    sources = {name: json.loads(Path(file).read_text("utf-8")) for name, file in options.source}
    libraries = [
        Inside(
            name,
            version,
            sha256=sources.get(name, {}).get("sha256", ""),
            origin=sources.get(name, {}).get("origin_detail", ""),
            patches=tuple(Path(file) for owner, file in options.patch if owner == name),
            parts=tuple(part for owner, part in options.part if owner == name),
        )
        for name, version in options.library
    ]
    dependencies = json.loads(DEPENDENCIES.read_text("utf-8"))
    content = bill(options.version, libraries, dependencies, os.environ.get("SOURCE_DATE_EPOCH", ""))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
