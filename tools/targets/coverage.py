"""Which systems a wheel serves, and whether other wheels serve them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from check_dist.tags import Platform, parse_platform
from packaging.tags import Tag, android_platforms, cpython_tags, generic_tags, ios_platforms, mac_platforms
from packaging.utils import parse_wheel_filename

from .model import TargetsError

_LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}


def _linux_platforms(platform: Platform, version: tuple[int, int]) -> Iterator[str]:
    """The tags that pip takes on a system with this C library, the newest first."""
    major, newest = version
    for minor in range(newest, -1, -1):
        yield f"{platform.family}_{major}_{minor}_{platform.machine}"
        if platform.family == "manylinux" and minor in _LEGACY:
            yield f"{_LEGACY[minor]}_{platform.machine}"


def systems(tag: str) -> list[list[str]]:
    """The least systems that a platform tag speaks of, each as the platform tags that pip takes there.

    A universal2 tag speaks of two: Intel, and Apple's own processor, which begins with macOS 11.

    :raises TargetsError: the tag is of no family that is known.
    """
    platform = parse_platform(tag)
    if platform is None or platform.family == "linux":
        raise TargetsError(f"{tag!r} is the tag of no platform that wheels are published for")
    version = platform.version or (0, 0)
    if platform.family in ("manylinux", "musllinux"):
        return [list(_linux_platforms(platform, version))]
    if platform.family == "macosx":
        machines = ("x86_64", "arm64") if platform.machine == "universal2" else (platform.machine,)
        return [
            list(mac_platforms(max(version, (11, 0)) if machine == "arm64" else version, machine))
            for machine in machines
        ]
    if platform.family == "android":
        return [list(android_platforms(version[0], platform.machine))]
    if platform.family == "ios":
        return [list(ios_platforms(version, platform.machine.replace("_iphone", "-iphone", 1)))]
    return [[tag]]


def _interpreters(tag: Tag, newest: int) -> Iterator[tuple[str, str]]:
    """Interpreter and ABI of each Python that a tag speaks of."""
    if tag.abi != "abi3":
        yield tag.interpreter, tag.abi
        return
    for minor in range(int(tag.interpreter[3:]), newest + 1):
        yield f"cp3{minor}", f"cp3{minor}"


def accepted(tag: Tag, newest: int) -> Iterator[tuple[str, set[Tag]]]:
    """Each least system that a tag speaks of, with the tags that pip takes there.

    :param newest: minor version of the newest CPython that a wheel of the limited API is asked to serve.
    """
    for platforms in systems(tag.platform):
        for interpreter, abi in _interpreters(tag, newest):
            if interpreter.startswith("cp"):
                tags = set(cpython_tags((3, int(interpreter[3:])), [abi], platforms))
            else:
                tags = set(generic_tags(interpreter, [abi], platforms))
            yield f"{interpreter}-{abi}-{platforms[0]}", tags


def oldest(tags: Iterable[Tag]) -> list[Tag]:
    """The tags of one wheel, without those that are only there for installers that do not know the older one."""

    def version(tag: Tag) -> tuple[int, int]:
        platform = parse_platform(tag.platform)
        return (platform.version if platform is not None else None) or (0, 0)

    found: dict[tuple[str, str], Tag] = {}
    for tag in sorted(tags, key=lambda tag: (version(tag), tag.platform)):
        found.setdefault((tag.interpreter, tag.abi), tag)
    return list(found.values())


def uncovered(published: Iterable[str], tags: Iterable[str], newest: int) -> dict[str, list[str]]:
    """What some wheels serve and others would not.

    :param published: file names of the ones.
    :param tags: those of the others ("cp312-abi3-win32").
    :param newest: minor version of the newest CPython that they have to serve.
    :returns: the systems ("cp313-cp313-win32") that lack a wheel, by the names of the ones.
    """
    ours = {Tag(*tag.split("-")) for tag in tags}
    lacking: dict[str, list[str]] = {}
    for name in published:
        for tag in oldest(parse_wheel_filename(name)[3]):
            missing = [system for system, taken in accepted(tag, newest) if not taken & ours]
            if missing:
                lacking.setdefault(name, []).extend(missing)
    return lacking
