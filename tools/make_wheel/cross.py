"""What the build backend and CMake are told when a wheel is for another Python than the one that builds it."""

from __future__ import annotations

from pathlib import Path

from check_dist.tags import extension_suffixes, parse_platform
from packaging.tags import Tag

from .steps import StepFailedError


def extension_soabi(tag: Tag) -> str:
    """Return what stands between the module's name and .so or .pyd in a wheel of a tag; "" for nothing.

    :raises StepFailedError: the tag is that of no platform.
    """
    platform = parse_platform(tag.platform)
    if platform is None:
        raise StepFailedError(f"{tag}: the platform is not one that wheels are made for")
    # Of two names that an interpreter knows, the last is its own.
    return extension_suffixes(tag, platform)[-1].strip(".").rpartition(".")[0]


def cross_definitions(tag: Tag, include: Path) -> list[str]:
    """Return what CMake is told of the target's Python, NAME=VALUE.

    :param tag: of the wheel, with the platform that it ends up with.
    :param include: folder with the target's ``Python.h`` and ``pyconfig.h``.
    """
    limited = tag.abi == "abi3"
    version = f"{tag.interpreter[2]}.{tag.interpreter[3:]}"
    return [
        f"Python_INCLUDE_DIR={include.as_posix()}",
        f"SKBUILD_SABI_VERSION={version if limited else ''}",
        f"SKBUILD_SABI_COMPONENT={'Development.SABIModule' if limited else ''}",
        f"SKBUILD_SOABI={extension_soabi(tag)}",
    ]


def cross_settings(tag: Tag) -> list[str]:
    """Return what the build backend is told, NAME=VALUE.

    :param tag: that the wheel gets.
    """
    return [
        f"wheel.tags={tag}",
        # They would be those of the Python that runs the build.
        "cmake.python-hints=false",
    ]
