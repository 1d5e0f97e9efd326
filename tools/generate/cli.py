"""Write the files that are derived from one source: the specification, the table of C functions, known differences.

Usage::

    python tools/generate           # write what has changed
    python tools/generate --check   # write nothing; exit 1 with a diff if a file is out of date

``zmq/constants.py`` holds the enums and module-level names.
``zmq/backend/c/pyzmq_constants.h`` asserts at compile time that each value is that of the
``zmq.h`` compiled in, and tells the type of each socket option. ``zmq/sugar/_options.py`` tells type
checkers what the options are as attributes. The keys of the specification are explained at its top.

``zmq/include/pyzmq_capi_names.h`` and ``zmq/capi.pxd`` hold, for C and for Cython, the functions in
the list ``PYZMQ_CAPI_FUNCTIONS`` of ``zmq/include/pyzmq_capi.h``; the latter has the constants too.
The tables of ``docs/migrating.md`` list the differences of ``tests/compat/intended``.
Exit status 2 means that the specification or the list is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from generate.c import render_c
from generate.capi import capi_functions, render_names, render_pxd
from generate.migrating import load_intended, render_migrating
from generate.options import render_options
from generate.python import render_python
from generate.spec import Spec, SpecError, load

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = ROOT / "tools" / "spec" / "constants.toml"
CAPI = ROOT / "zmq" / "include" / "pyzmq_capi.h"
INTENDED = ROOT / "tests" / "compat" / "intended"
MIGRATING = ROOT / "docs" / "migrating.md"


def outputs(spec: Spec) -> dict[str, str]:
    """Return the text of every generated file by its path within the project."""
    functions = capi_functions(CAPI.read_text(encoding="utf-8"))
    return {
        "zmq/constants.py": render_python(spec),
        "zmq/backend/c/pyzmq_constants.h": render_c(spec),
        "zmq/include/pyzmq_capi_names.h": render_names(functions),
        "zmq/capi.pxd": render_pxd(spec, functions),
        "zmq/sugar/_options.py": render_options(spec),
        "docs/migrating.md": render_migrating(MIGRATING.read_text("utf-8"), load_intended(INTENDED)),
    }


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""


def _replace(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` such that a reader sees the old or the new file, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(text.encode("utf-8"))
    temporary = Path(file.name)
    temporary.chmod(mode)
    temporary.replace(path)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 1 if ``--check`` found a difference."""
    parser = argparse.ArgumentParser(description="Write the files derived from tools/spec and pyzmq_capi.h.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with a diff if a file differs")
    parser.add_argument("--spec", type=Path, default=SPEC, help="the specification (default: %(default)s)")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the project (default: %(default)s)")
    options = parser.parse_args(argv)
    try:
        files = outputs(load(options.spec))
    except (SpecError, OSError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 2

    status = 0
    for name, text in files.items():
        path = options.root / name
        current = _read(path)
        if current == text:
            continue
        if options.check:
            status = 1
            lines = difflib.unified_diff(
                current.splitlines(keepends=True),
                text.splitlines(keepends=True),
                name,
                f"{name} (generated)",
            )
            sys.stdout.writelines(lines)
            print(f"generate: {name} is out of date; run `nox -s generate`", file=sys.stderr)
        else:
            _replace(path, text)
            print(f"wrote {name}")
    return status
