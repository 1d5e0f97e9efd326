"""What each target's wheels are built with, as the build backend and CMake are told."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from make_wheel import pipeline
from make_wheel.cross import cross_definitions, cross_settings
from make_wheel.pipeline import Plan
from packaging.tags import Tag
from targets import Factory, Target

from .headers import Headers

ROOT = pipeline.ROOT


@dataclass(frozen=True)
class Places:
    """Where the factory keeps things.

    ``work`` has a folder for each target, and what they share; ``wheels`` gets the finished wheels.
    """

    work: Path
    wheels: Path

    @property
    def sources(self) -> Path:
        """The archives of libzmq and libsodium."""
        return self.work / "sources"

    @property
    def cpython(self) -> Path:
        """CPython's sources, headers and import libraries."""
        return self.work / "cpython"

    @property
    def zig_cache(self) -> Path:
        """What zig compiled: C libraries, and our own files."""
        return self.work / "zig-cache"

    def target(self, target: Target) -> Path:
        """The folder of a target."""
        return self.work / "targets" / target.name


def wheel_tag(target: Target, wheel: str) -> Tag:
    """Return the tag of one of a target's wheels.

    :param wheel: interpreter and ABI.
    """
    assert target.factory is not None
    interpreter, _, abi = wheel.partition("-")
    return Tag(interpreter, abi, target.factory.platform_tag)


def plan(target: Target, wheel: str, headers: Headers, places: Places, time: int, parallel: int) -> Plan:
    """Return how one wheel of a target is built.

    :param wheel: interpreter and ABI.
    :param time: the one time stamp of all members, since 1970.
    :param parallel: how many files are compiled at once.
    """
    factory = target.factory
    assert isinstance(factory, Factory)
    tag = wheel_tag(target, wheel)
    definitions = [
        f"PYZMQ_ZIG_TARGET={factory.zig}",
        f"PYZMQ_SOURCES_DIR={places.sources.as_posix()}",
        "PYZMQ_OFFLINE=ON",
        f"PYTHON_EXECUTABLE={Path(sys.executable).as_posix()}",
        *cross_definitions(tag, headers.include),
        # As the module is linked: else Zig would compile its C++ library twice, for CMake's probes and for the module.
        "CMAKE_EXE_LINKER_FLAGS=-s",
    ]
    if target.family == "win":
        small = "-g0 -Os"
        if target.arch == "x86":
            # Code, relocations and unwind tables are larger there than on any other processor. Zig itself has no -Oz.
            small += " -Xclang -Oz"
        definitions += [f"CMAKE_C_FLAGS={small}", f"CMAKE_CXX_FLAGS={small}"]
    if headers.library is not None:
        definitions.append(f"Python_LIBRARY={headers.library.as_posix()}")
    if headers.stable_library is not None:
        definitions.append(f"Python_SABI_LIBRARY={headers.stable_library.as_posix()}")
    return Plan(
        folder=places.target(target),
        outdir=places.wheels,
        backends=("cython",),
        definitions=tuple(definitions),
        zig=True,
        settings=(
            *cross_settings(tag),
            # There the C++ library is inside, which others share; with -Os the wheel is no larger than theirs.
            *(("cmake.build-type=MinSizeRel",) if target.family == "win" else ()),
            # What CMake found for another wheel of the target.
            "cmake.args=-U_Python_*;-UPython_VERSION*",
        ),
        # One for all wheels of the target: libzmq and libsodium are compiled once.
        build_folder="cmake",
        variables=(
            ("SOURCE_DATE_EPOCH", str(time)),
            ("ZIG_GLOBAL_CACHE_DIR", str(places.zig_cache)),
            ("ZIG_LOCAL_CACHE_DIR", str(places.zig_cache)),
            ("CMAKE_BUILD_PARALLEL_LEVEL", str(parallel)),
        ),
    )


def stamp(made: Plan) -> str:
    """Return a hash of all that a wheel is made from."""
    time = dict(made.variables)["SOURCE_DATE_EPOCH"]
    return f"{pipeline.fingerprint(made)}-{time}-zig-{metadata.version('ziglang')}"
