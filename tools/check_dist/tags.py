"""Wheel tags: what they promise of the platform, and how they name the extension."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.tags import Tag

_LEGACY_MANYLINUX = {"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}

_GNU_TRIPLETS = {
    "x86_64": "x86_64-linux-{libc}",
    "i686": "i386-linux-{libc}",
    "aarch64": "aarch64-linux-{libc}",
    "armv7l": "arm-linux-{libc}eabihf",
    "ppc64le": "powerpc64le-linux-{libc}",
    "s390x": "s390x-linux-{libc}",
    "riscv64": "riscv64-linux-{libc}",
    "loongarch64": "loongarch64-linux-{libc}",
}

_ANDROID_TRIPLETS = {
    "arm64_v8a": "aarch64-linux-android",
    "armeabi_v7a": "arm-linux-androideabi",
    "x86_64": "x86_64-linux-android",
    "x86": "i686-linux-android",
}

_MUSL_SOABI_SINCE = (3, 11)
"""CPython before 3.11 calls itself linux-gnu on musl too."""


@dataclass(frozen=True)
class Platform:
    """A platform tag taken apart.

    ``family`` is one of :data:`~check_dist.policy.FAMILIES` or "linux"; ``machine`` is the
    architecture in the tag's own words; ``version`` is the C library's or the operating system's
    least version, where the tag states one.
    """

    tag: str
    family: str
    machine: str
    version: tuple[int, int] | None = None


_PLATFORM_TAGS = (
    ("manylinux", r"manylinux(?P<legacy>1|2010|2014)_(?P<machine>\w+)"),
    ("manylinux", r"manylinux_(?P<version>\d+_\d+)_(?P<machine>\w+)"),
    ("musllinux", r"musllinux_(?P<version>\d+_\d+)_(?P<machine>\w+)"),
    ("macosx", r"macosx_(?P<version>\d+_\d+)_(?P<machine>\w+)"),
    ("ios", r"ios_(?P<version>\d+_\d+)_(?P<machine>\w+_iphone(?:os|simulator))"),
    ("android", r"android_(?P<version>\d+)_(?P<machine>\w+)"),
    ("linux", r"linux_(?P<machine>\w+)"),
    ("win", r"win_(?P<machine>amd64|arm64)"),
    ("win", r"win32"),
)


def parse_platform(tag: str) -> Platform | None:
    """Take a platform tag apart; None when it is of no family that is known here ("any")."""
    for family, pattern in _PLATFORM_TAGS:
        match = re.fullmatch(pattern, tag)
        if match is None:
            continue
        groups = match.groupdict()
        version = None
        if "legacy" in groups:
            version = _LEGACY_MANYLINUX[groups["legacy"]]
        elif "version" in groups:
            major, _, minor = groups["version"].partition("_")
            version = (int(major), int(minor or 0))
        return Platform(tag, family, groups.get("machine", "x86"), version)
    return None


def python_version(tag: Tag) -> tuple[int, int] | None:
    """(3, 11) for cp311 and pp311; None for a tag that names no single version."""
    match = re.fullmatch(r"(?:cp|pp)(\d)(\d+)", tag.interpreter)
    return (int(match[1]), int(match[2])) if match else None


def is_coherent(tag: Tag) -> bool:
    """Whether interpreter and ABI speak of the same Python (cp311-cp312 do not)."""
    interpreter, abi = tag.interpreter, tag.abi
    if interpreter.startswith("cp"):
        return abi in (interpreter, f"{interpreter}t", "abi3")
    return interpreter.startswith("pp") and abi.startswith(f"pypy{interpreter[2:]}_")


def _triplets(version: tuple[int, int] | None, platform: Platform, *, pypy: bool) -> list[str]:
    if platform.family in ("macosx", "ios"):
        return ["darwin" if platform.family == "macosx" else platform.machine.rpartition("_")[2]]
    if platform.family == "android":
        return [_ANDROID_TRIPLETS.get(platform.machine, platform.machine)]
    libcs = ["gnu"]
    if platform.family == "linux":
        libcs = ["gnu", "musl"]
    elif platform.family == "musllinux":
        newer = version is not None and version >= _MUSL_SOABI_SINCE and not pypy
        libcs = ["musl"] if newer else ["gnu", "musl"]
    triplet = _GNU_TRIPLETS.get(platform.machine, platform.machine + "-linux-{libc}")
    return [triplet.format(libc=libc) for libc in libcs]


def extension_suffixes(tag: Tag, platform: Platform) -> list[str]:
    """The endings that an extension's file may have to be imported under ``tag``."""
    pypy = tag.interpreter.startswith("pp")
    if tag.abi == "abi3":
        return [".pyd"] if platform.family == "win" else [".abi3.so"]
    if platform.family == "win":
        soabi = tag.abi.replace("_", "-") if pypy else tag.abi
        return [f".{soabi}-{platform.tag}.pyd"]
    soabi = tag.abi.replace("_", "-") if pypy else f"cpython-{tag.abi[2:]}"
    return [f".{soabi}-{triplet}.so" for triplet in _triplets(python_version(tag), platform, pypy=pypy)]


def python_libraries(tag: Tag) -> dict[str, str]:
    """File names of the interpreter's own library, for the placeholders in the policy."""
    version = python_version(tag) or (0, 0)
    threads = "t" if tag.abi.endswith("t") else ""
    if tag.interpreter.startswith("pp"):
        dll = f"libpypy{version[0]}.{version[1]}-c.dll"
    elif tag.abi == "abi3":
        dll = "python3.dll"
    else:
        dll = f"python{version[0]}{version[1]}{threads}.dll"
    return {"python_dll": dll, "libpython": f"libpython{version[0]}.{version[1]}{threads}.so"}


def size_key(tag: Tag, platform: Platform | None) -> str:
    """The wheel's place in a table of sizes: its tag without the platform's version."""
    where = f"{platform.family}_{platform.machine}" if platform else tag.platform
    return f"{tag.interpreter}-{tag.abi}-{where}"
