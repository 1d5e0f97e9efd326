"""Build a wheel for another machine than this one, from a checkout or an unpacked sdist.

::

    python tools/cross_wheel.py manylinux-aarch64 --wheel cp311-cp311 --include /usr/include/python3.11 \\
        --toolchain cmake/toolchains/aarch64-linux-gnu.cmake --outdir raw -D CMAKE_BUILD_TYPE=Release

TARGET is one of ``ci/targets.toml``. The wheel is not repaired: on Linux its tag is ``linux_*``, elsewhere the target's
own. The Python that runs this may be another one than the wheel is for; it needs what pyproject.toml asks for under
``build-system.requires``, ``build``, and cmake and ninja, unless ``--isolate`` lets pip bring them for the build.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from make_wheel.cross import cross_definitions, cross_settings
from packaging.tags import Tag
from targets import Factory, Standard, Target, TargetsError, load_targets

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class CrossBuild:
    """A wheel to be built.

    :param target: the platform.
    :param wheel: interpreter and ABI, as in the wheel's name ("cp312-abi3").
    :param include: folder with the target's ``Python.h`` and ``pyconfig.h``.
    :param toolchain: CMake's toolchain file.
    :param definitions: further ones for CMake, NAME=VALUE; they win.
    """

    target: Target
    wheel: str
    include: Path
    toolchain: Path
    definitions: Sequence[str] = ()

    def tag(self, *, repaired: bool) -> Tag:
        """Return the tag of the wheel, as it is built or as it ends up with."""
        interpreter, abi = self.wheel.split("-")
        road = self.target.standard or self.target.factory
        assert isinstance(road, (Standard, Factory))
        if not repaired and self.target.family in ("manylinux", "musllinux"):
            return Tag(interpreter, abi, f"linux_{self.target.arch}")
        return Tag(interpreter, abi, road.tag if isinstance(road, Standard) else road.platform_tag)

    def all_definitions(self) -> list[str]:
        """What CMake is told, NAME=VALUE."""
        return [
            "ZMQ_PREFIX=bundled",
            f"CMAKE_TOOLCHAIN_FILE={self.toolchain.resolve().as_posix()}",
            *cross_definitions(self.tag(repaired=True), self.include),
            *self.definitions,
        ]


def build_command(cross: CrossBuild, outdir: Path, build_dir: str, *, isolate: bool) -> list[str]:
    """Return the command that builds a wheel into a folder.

    :param build_dir: CMake's, where it shall outlive the build; "" for one of the build backend's.
    :param isolate: pip brings what is needed, into an environment for the build alone.
    """
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(outdir)]
    if not isolate:
        # With isolation it is the one that pip makes, which comes first on PATH.
        command += ["--no-isolation", f"-Ccmake.define.PYTHON_EXECUTABLE={Path(sys.executable).as_posix()}"]
    command += [f"-C{setting}" for setting in cross_settings(cross.tag(repaired=False))]
    if build_dir:
        command.append(f"-Cbuild-dir={build_dir}")
    for definition in cross.all_definitions():
        name, _, value = definition.partition("=")
        command.append(f"-Ccmake.define.{name}={value}")
    return [*command, str(ROOT)]


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="cross_wheel", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument("--wheel", required=True, metavar="PYTHON-ABI", help="what it is for: cp312-abi3")
    parser.add_argument("--include", type=Path, required=True, metavar="FOLDER", help="of the target's Python.h")
    parser.add_argument("--toolchain", type=Path, required=True, metavar="FILE", help="CMake's toolchain file")
    parser.add_argument("--outdir", type=Path, default=ROOT / "dist", metavar="FOLDER", help="(%(default)s)")
    parser.add_argument("--build-dir", default="", metavar="FOLDER", help="CMake's, to be kept")
    parser.add_argument("--isolate", action="store_true", help="let pip bring what the build needs")
    parser.add_argument("-D", dest="definitions", action="append", default=[], metavar="NAME=VALUE", help="for CMake")
    parser.add_argument("--show", action="store_true", help="show the command instead of running it")
    options = parser.parse_args()
    try:
        target = load_targets().target(options.target)
        if not re.fullmatch(r"(cp|pp)3\d+-\w+", options.wheel):
            raise TargetsError(f"--wheel is {options.wheel!r}; interpreter and ABI are meant, such as cp312-abi3")
        for path, what in ((options.include / "Python.h", "--include"), (options.toolchain, "--toolchain")):
            if not path.is_file():
                raise TargetsError(f"{what}: there is no {path}")
        cross = CrossBuild(target, options.wheel, options.include, options.toolchain, options.definitions)
        command = build_command(cross, options.outdir, options.build_dir, isolate=options.isolate)
    except TargetsError as error:
        print(f"cross_wheel: {error}", file=sys.stderr)
        return 2
    if options.show:
        print("\n".join(command))
        return 0
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
