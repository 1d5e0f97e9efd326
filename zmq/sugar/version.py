"""Versions of pyzmq and of libzmq."""

from __future__ import annotations

from zmq._version import __revision__, __version__
from zmq.backend import zmq_version_info

__all__ = [
    "__revision__",
    "__version__",
    "pyzmq_version",
    "pyzmq_version_info",
    "zmq_version",
    "zmq_version_info",
]


def _parse(version: str) -> tuple[int, int, int, str]:
    numbers = version.split(".")
    if len(numbers) == 3 and version.replace(".", "").isdecimal():
        # A release, as nearly always: importing re takes longer than all of pyzmq.
        return int(numbers[0]), int(numbers[1]), int(numbers[2]), ""
    import re  # noqa: PLC0415

    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(.*)", version)
    if match is None:
        raise ValueError(f"not a version of pyzmq: {version!r}; expected major.minor.patch")
    major, minor, patch, extra = match.groups()
    return int(major), int(minor), int(patch or 0), extra


VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH, VERSION_EXTRA = _parse(__version__)

#: The version as numbers; infinity, which is more than any release, ends that of a development version.
version_info: tuple[int, int, int] | tuple[int, int, int, float] = (VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH)
if VERSION_EXTRA:
    version_info = (VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH, float("inf"))


def pyzmq_version() -> str:
    """Return the version of pyzmq.

    Returns
    -------
    str
        With the revision, if pyzmq was built from a checkout that is no release.

    Thread-safe.
    """
    return f"{__version__}+{__revision__[:6]}" if __revision__ else str(__version__)


def pyzmq_version_info() -> tuple[int, int, int] | tuple[int, int, int, float]:
    """Return the version of pyzmq as numbers, to be compared.

    Returns
    -------
    tuple
        Three int; for a development version, ``inf`` follows.

    Thread-safe.
    """
    return version_info


def zmq_version() -> str:
    """Return the version of the libzmq that runs.

    Returns
    -------
    str
        Such as ``"4.3.5"``.

    Thread-safe. See zmq_version(3).
    """
    return ".".join(map(str, zmq_version_info()))
