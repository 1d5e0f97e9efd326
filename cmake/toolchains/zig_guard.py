"""Link a module for Windows with control flow guard, which Zig's compiler has no option for.

::

    python zig_guard.py ZIG COMMAND...

``COMMAND`` links by ``zig c++``, which calls LLVM's linker. What it is told is listened to, and told again with
``-GUARD:CF``, so that the table of the functions that may be called through pointers is written. There is none of long
jumps: nothing here makes any.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


def words_of(line: str) -> list[str]:
    """Split a command as Zig tells it: without quotes, so that names of files may be several words."""
    words: list[str] = []
    rest = line.split(" ")
    while rest:
        count = 1
        if not rest[0].startswith("-"):
            lengths = range(1, len(rest) + 1)
            count = next((length for length in lengths if Path(" ".join(rest[:length])).exists()), 1)
        words.append(" ".join(rest[:count]))
        rest = rest[count:]
    return [word for word in words if word]


def main() -> int:
    """Run the command line; return the exit status."""
    zig, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as cache:
        # With an empty cache it links, even what it has linked before.
        environment = {**os.environ, "ZIG_VERBOSE_LINK": "1", "ZIG_LOCAL_CACHE_DIR": cache}
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8", check=False)
        told = done.stderr.splitlines()
        lines = [line for line in told if line.startswith("lld-link ")]
        print(*(line for line in told if line not in lines), sep="\n", end="", file=sys.stderr)
        if done.returncode:
            return done.returncode
        if not lines:
            print(f"zig_guard: {shlex.join(command)} did not tell how it links", file=sys.stderr)
            return 1
        return subprocess.run([zig, *words_of(lines[-1]), "-GUARD:CF,NOLONGJMP"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
