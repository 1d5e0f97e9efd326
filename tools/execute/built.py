"""CPython compiled with zig from Debian's source, for a C library that Debian has no such Python on.

That is musl, on which Debian has none, and a glibc that is older than Debian's Python. Only what
the trial and the tests need is compiled: no ctypes, no ssl, no sqlite3. Compiling takes some two
minutes on two cores, once.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from apply_patch import apply_patches

from . import debian
from .model import (
    ROOT,
    RUNTIMES,
    CommandError,
    NoRuntimeError,
    locked,
    made_once,
    plain_environment,
    program,
    run,
    say,
    version_line,
)

SOURCE = ROOT / "tools" / "cpython" / "source.json"

#: By CPython's version: what is compiled, and the suite whose Python of the same version helps to.
SOURCES = {"3.11": ("3.11.2", "bookworm"), "3.13": ("3.13.5", "trixie")}

#: By what is compiled: patches, each with its reason.
PATCHES = {"3.11.2": ["cpython-3.11.2-own-paths.patch"], "3.13.5": ["cpython-3.13.5-drop-gil.patch"]}

#: The suite whose C libraries are used, as the oldest that is at hand.
OLDEST = "bullseye"
OLDEST_GLIBC = (2, 31)

#: By C library and machine: zig's target, and how configure calls it.
TARGETS = {
    ("gnu", "x86_64"): ("x86_64-linux-gnu.2.17", "x86_64-linux-gnu"),
    ("musl", "x86_64"): ("x86_64-linux-musl", "x86_64-linux-musl"),
    ("musl", "i686"): ("x86-linux-musl", "i686-linux-musl"),
    ("musl", "aarch64"): ("aarch64-linux-musl", "aarch64-linux-musl"),
    ("musl", "armv7l"): ("arm-linux-musleabihf", "arm-linux-musleabihf"),
}

#: Sanitizers are zig's default where it is not told to optimise.
CFLAGS = "-O1 -g0 -w -fno-sanitize=undefined"

#: What configure cannot find out by running programs, and functions that zig's musl has, but not the oldest.
ANSWERS = (
    *("ac_cv_file__dev_ptmx=yes", "ac_cv_file__dev_ptc=no", "ac_cv_buggy_getaddrinfo=no"),
    *("ac_cv_func_preadv2=no", "ac_cv_func_pwritev2=no"),
)

#: Modules that the trial and the tests cannot do without.
_NEEDED = ("_socket", "select", "_struct", "_pickle", "zlib", "mmap", "math")

#: Folders of the standard library that nothing here needs.
_LEFT_OUT = ("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "__pycache__")


def c_library(libc: str, machine: str) -> tuple[Path, Path, tuple[str, ...]]:
    """Return the folder of an old C library, its dynamic loader, and what it is made of."""
    packages = ["musl"] if libc == "musl" else ["libc6", "libgcc-s1", "libstdc++6"]
    root, made_of = debian.unpacked(OLDEST, machine, packages)
    if libc == "gnu":
        return root, debian.loader(root, machine), made_of
    found = sorted((root / "lib").glob("ld-musl-*.so.1"))
    if not found:
        raise NoRuntimeError(f"no dynamic loader of musl below {root}")
    return root, found[0], made_of


def compiled(version: str, libc: str, machine: str) -> tuple[Path, tuple[str, ...]]:
    """Return the interpreter of a CPython for a C library, and what it is made of.

    :param version: major and minor.
    :param libc: "musl" or "gnu".
    :raises NoRuntimeError: it could not be compiled.
    """
    if (libc, machine) not in TARGETS:
        raise NoRuntimeError(f"no CPython is compiled for {libc} on {machine}")
    if version not in SOURCES:
        raise NoRuntimeError(f"no CPython {version} is compiled for {libc}, only {' and '.join(SOURCES)}")
    zig = _zig()
    release, suite = SOURCES[version]
    told = json.loads(SOURCE.read_text("utf-8"))
    sums = [told["cpython"]["releases"][release], told["zlib"]]
    zig_version = version_line([str(zig), "version"])
    patches = [patch.read_text("utf-8") for patch in _patches(release)]
    recipe = [4, TARGETS[libc, machine], CFLAGS, ANSWERS, zig_version, sums, patches]

    def make(place: Path) -> list[str]:
        say(f"compiling CPython {release} for {libc} on {machine}; this takes some minutes, once")
        with tempfile.TemporaryDirectory(prefix="pyzmq-cpython-") as scratch:
            try:
                sources = _compile(Path(scratch), place, zig, TARGETS[libc, machine], release, suite)
            except CommandError as error:
                raise NoRuntimeError(f"CPython {release} for {libc} on {machine} cannot be compiled: {error}") from None
        return [*sources, *PATCHES.get(release, []), f"zig {zig_version}"]

    place, made_of = made_once(f"cpython-{release}-{libc}-{machine}", recipe, make)
    return place / "bin" / f"python{version}", made_of


def _zig() -> Path:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise NoRuntimeError("compiling a CPython needs zig, which is not installed: pip install ziglang")
    return Path(spec.origin).parent / ("zig.exe" if os.name == "nt" else "zig")


def _source(name: str, version: str, place: Path) -> tuple[Path, str]:
    """Unpack a pinned source; return its folder and what it is."""
    told = place / f"{name}.json"
    command: list[str | Path] = [
        *(sys.executable, ROOT / "tools" / "sources", "resolve", "--dependencies", SOURCE, "--name", name),
        *("--version", version, "--dest", RUNTIMES / "sources", "--json", told),
    ]
    with locked(RUNTIMES / "sources.lock"):
        run(command)
    source = json.loads(told.read_text("utf-8"))
    tree = place / name
    tree.mkdir()
    # Pinned by its checksum: there is nothing in it to beware of.
    run([program(["tar"], "tar"), "-xf", source["archive"], "-C", tree])
    (top,) = tree.iterdir()
    return top, f"{name} {version} (sha256 {source['sha256']})"


def _patches(release: str) -> list[Path]:
    return [Path(__file__).parent / name for name in PATCHES.get(release, [])]


def _tools(place: Path, zig: Path, target: str) -> dict[str, str]:
    """Make programs that are called as a compiler and its tools are; return the variables that name them."""
    dynamic = " -dynamic" if "musl" in target else ""
    options = f"-target {target}{dynamic}"
    # By that, configure knows musl, whose header clang's own hides.
    preprocess = f"cc {options} -E -D__DEFINED_va_list" if dynamic else f"cc {options} -E"
    calls = {"CC": f"cc {options}", "CPP": preprocess, "CXX": f"c++ {options}", "AR": "ar", "RANLIB": "ranlib"}
    variables = {}
    for name, call in calls.items():
        script = place / name.lower()
        script.write_text(f'#!/bin/sh\nexec "{zig}" {call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        variables[name] = str(script)
    return variables


def _helper(place: Path, version: str, suite: str) -> Path:
    """Return a Python of this machine of the version that is compiled, which compiling needs."""
    machine = platform.machine()
    if machine not in debian.ARCHITECTURES:
        raise NoRuntimeError(f"compiling a CPython needs one of Debian for this machine, {machine}")
    root, _made_of = debian.unpacked(suite, machine, debian.python_packages(version))
    python = root / "usr" / "bin" / f"python{version}"
    script = place / f"python{version}"
    script.write_text(
        f'#!/bin/sh\nexec "{debian.loader(root, machine)}" --argv0 "{python}" '
        f'--library-path "{root}/usr/lib/{debian.TRIPLETS[machine]}" "{python}" "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def _compile(scratch: Path, place: Path, zig: Path, target: tuple[str, str], release: str, suite: str) -> Sequence[str]:
    version = release.rpartition(".")[0]
    zig_target, host = target
    zlib, zlib_is = _source("zlib", json.loads(SOURCE.read_text("utf-8"))["zlib"]["version"], scratch)
    tree, cpython_is = _source("cpython", release, scratch)
    apply_patches(tree, _patches(release))
    variables = _tools(scratch, zig, zig_target)
    environment = {
        **plain_environment(),
        **variables,
        "CFLAGS": CFLAGS,
        # Nothing of this machine's own libraries.
        # CPython 3.11 insists on one, which it then does not use.
        "READELF": f"{host}-readelf",
        "PKG_CONFIG": "false",
        "PKG_CONFIG_LIBDIR": str(scratch),
        "ZLIB_CFLAGS": f"-I{zlib}",
        "ZLIB_LIBS": f"-L{zlib} -lz",
        # CPython 3.11 looks for modules' headers and libraries there only.
        "CPPFLAGS": f"-I{zlib}",
        "LDFLAGS": f"-L{zlib}",
    }
    units = sorted(path.name for path in zlib.glob("*.c"))
    for unit in units:
        # One by one: of several, zig keeps the last.
        run([variables["CC"], *CFLAGS.split(), "-fPIC", "-DHAVE_UNISTD_H", "-c", unit], cwd=zlib)
    run([variables["AR"], "rcs", "libz.a", *(f"{Path(unit).stem}.o" for unit in units)], cwd=zlib)
    # Another than the host, or configure would run what it compiles. CPython 3.11 takes the C library from it.
    build = f"x86_64-build-linux-{'musl' if 'musl' in host else 'gnu'}"
    configure = [
        *("./configure", "--quiet", f"--prefix={place}", f"--host={host}", f"--build={build}"),
        *(f"--with-build-python={_helper(scratch, version, suite)}", "--with-ensurepip=no", "--disable-test-modules"),
        *ANSWERS,
    ]
    say(f"compiling CPython {release} for {host}")
    run(configure, cwd=tree, environment=environment)
    jobs = os.cpu_count() or 1
    run(["make", "--silent", f"-j{jobs}"], cwd=tree, environment=environment, seconds=3600)
    _install(tree, place, version)
    return [cpython_is, zlib_is]


def _install(tree: Path, place: Path, version: str) -> None:
    """Copy what a Python needs to run: `make install` would compile the whole standard library as well."""
    (place / "bin").mkdir()
    shutil.copy2(tree / "python", place / "bin" / f"python{version}")
    library = place / "lib" / f"python{version}"
    shutil.copytree(tree / "Lib", library, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    dynamic = library / "lib-dynload"
    dynamic.mkdir()
    built = tree / (tree / "pybuilddir.txt").read_text("utf-8").strip()
    for module in built.glob("*.so"):
        # Those of CPython 3.12 and later are links to where they were compiled.
        shutil.copy2(module.resolve(), dynamic / module.name)
    # CPython 3.11 goes on where modules cannot be compiled.
    missing = [name for name in _NEEDED if not any(dynamic.glob(f"{name}.*"))]
    if missing:
        raise CommandError(f"make left no module {', '.join(missing)} in {built}")
    for data in built.glob("_sysconfigdata*.py"):
        shutil.copy2(data, library)
