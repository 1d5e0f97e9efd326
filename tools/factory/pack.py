"""Wheels packed smaller than zlib can: by zopfli, whose output every zip program reads."""

from __future__ import annotations

import functools
import zipfile
from pathlib import Path
from typing import Any

import zopfli.zlib

#: More take longer, and save next to nothing.
ITERATIONS = 5


# Most members are the same in all wheels.
@functools.lru_cache(maxsize=4096)
def deflate(data: bytes) -> bytes:
    """Return data as a raw stream of deflate."""
    packed: bytes = zopfli.zlib.compress(data, numiterations=ITERATIONS)
    # Without the header and the checksum of zlib.
    return packed[2:-4]


class _Packer:
    """What :mod:`zipfile` calls to compress a member that is written at once."""

    def __init__(self) -> None:
        self._data = b""

    def compress(self, data: bytes) -> bytes:
        self._data += data
        return b""

    def flush(self) -> bytes:
        return deflate(self._data)


def pack(wheel: Path, folder: Path) -> Path:
    """Write a wheel anew into a folder, smaller; members, their order and their times stay.

    :returns: the new wheel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wheel.name
    with zipfile.ZipFile(wheel) as given, zipfile.ZipFile(path, "w") as archive:
        for info in given.infolist():
            data = given.read(info)
            with archive.open(info, "w") as member:
                if info.compress_type == zipfile.ZIP_DEFLATED:
                    # There is no way to hand zipfile another compressor.
                    writer: Any = member
                    writer._compressor = _Packer()
                member.write(data)
    return path
