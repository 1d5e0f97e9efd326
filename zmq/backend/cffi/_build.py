"""Write the C source of the CFFI backend's extension module.

``python _build.py --output FILE`` is a build step: what it writes is compiled with ``zmq/backend/c``, the C that both
backends share, on the include path, and linked with libzmq, as ``zmq.backend.cffi._cffi``. It needs cffi, which PyPy
has built in, and neither imports zmq nor looks for libzmq.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
import tempfile
from pathlib import Path

MODULE = "zmq.backend.cffi._cffi"
# Parts of one translation unit, in order.
SOURCES = ("_cffi_src.c", "_cffi_messages.c")
# cffi keeps to the limited API, which hides PyTypeObject; Frame's buffer protocol needs that before CPython 3.12.
PROLOGUE = """\
#include <patchlevel.h>
#if !defined(PYPY_VERSION) && PY_VERSION_HEX < 0x030C0000
#define _CFFI_NO_LIMITED_API
#endif
"""


def c_source() -> str:
    """Return the C source of the extension module.

    Raises
    ------
    ImportError
        If cffi is missing.
    """
    cffi = importlib.import_module("cffi")
    here = Path(__file__).resolve().parent
    ffi = cffi.FFI()
    ffi.cdef((here / "_cdefs.h").read_text(encoding="utf-8"))
    ffi.set_source(MODULE, "\n".join((here / name).read_text(encoding="utf-8") for name in SOURCES))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "_cffi.c")
        # It reports the file's name, which is of no interest.
        with contextlib.redirect_stdout(None):
            ffi.emit_c_code(str(target))
        return PROLOGUE + target.read_text(encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the source to the file given as ``--output``; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", required=True, type=Path, help="the C file to write")
    output: Path = parser.parse_args(arguments).output
    try:
        source = c_source()
    except ImportError as error:
        print(
            f"pyzmq's CFFI backend needs the Python package cffi to be built, and {sys.executable} cannot import it "
            f"({error}). Install cffi, or choose the other backend with PYZMQ_BACKEND=cython.",
            file=sys.stderr,
        )
        return 1
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(source, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
