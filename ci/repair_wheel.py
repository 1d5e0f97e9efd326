"""Repair a wheel: ``repair_wheel.py WHEEL FOLDER``.

auditwheel, delocate or delvewheel gives it the tag of the oldest platform that it works on. Everything is linked
statically: if the program had to bring a library in, the build went wrong. The names of auditwheel's container are the
limit for Linux, and ``check_wheel.py`` holds the result against ``ci/targets.toml``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from make_wheel.repair import changed_members, repair_command


def main(wheel: Path, outdir: Path) -> int:
    """Repair a wheel into a folder; return the exit status."""
    command = repair_command(wheel, outdir)
    if not command:
        shutil.copy2(wheel, outdir)
        return 0
    done = subprocess.run(command, check=False)
    if done.returncode:
        return done.returncode
    (repaired,) = outdir.glob("*.whl")
    changed = changed_members(wheel, repaired)
    if changed:
        print(
            f"repair_wheel: {command[0]} changed more than the tags of {wheel.name}: {', '.join(changed)}. A library "
            "outside the wheel is linked; build with ZMQ_PREFIX=bundled",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
