"""Wheels for two processors of Macs made one: their modules become one universal file."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

FAT_MAGIC = 0xCAFEBABE
MACHO_MAGIC = 0xFEEDFACF

_CPU_ARM64 = 0x0100000C
#: Each image begins on a page of its machine, whose size is 2 to this power.
_PAGE, _PAGE_ARM64 = 12, 14

BUILD_INFO = "zmq/_build_info.json"


class FusionError(Exception):
    """The wheels are not the same one for two processors; the message says where they differ."""


def fuse_images(images: Sequence[bytes]) -> bytes:
    """Return the universal file of 64-bit Mach-O images.

    :raises FusionError: one is no such image, or two are for the same processor.
    """
    entries: list[tuple[int, int, int, int, int]] = []
    offset = 8 + 20 * len(images)
    for image in images:
        if len(image) < 12 or struct.unpack_from("<I", image)[0] != MACHO_MAGIC:
            raise FusionError(f"no 64-bit Mach-O image: it begins with {image[:4].hex() or 'nothing'}")
        processor, variant = struct.unpack_from("<II", image, 4)
        if any(processor == known for known, *_ in entries):
            raise FusionError(f"two images are for the same processor ({processor:#x})")
        page = _PAGE_ARM64 if processor == _CPU_ARM64 else _PAGE
        offset = -(-offset >> page) << page
        entries.append((processor, variant, offset, len(image), page))
        offset += len(image)
    fused = bytearray(struct.pack(">II", FAT_MAGIC, len(images)))
    for entry in entries:
        fused += struct.pack(">5I", *entry)
    for (_, _, start, *_), image in zip(entries, images):
        fused += bytes(start - len(fused))
        fused += image
    return bytes(fused)


def fuse_wheels(wheels: Sequence[Path], platform_tag: str, folder: Path) -> Path:
    """Write the wheel that serves all the processors that some wheels are for.

    Members, their order and their times are those of the first.

    :param wheels: of the same build for different processors.
    :param platform_tag: of the new wheel.
    :param folder: where it goes.
    :returns: the new wheel.
    :raises FusionError: more than modules, and what speaks of the processor, differs.
    """
    contents = [_members(wheel) for wheel in wheels]
    first = contents[0]
    for wheel, content in zip(wheels[1:], contents[1:]):
        if odd := sorted(first.keys() ^ content.keys()):
            raise FusionError(f"{wheels[0].name} and {wheel.name} do not share {', '.join(odd)}")
    name, version, _, tags = parse_wheel_filename(wheels[0].name)
    pair = next(iter(tags))
    tag = Tag(pair.interpreter, pair.abi, platform_tag)
    fused = {}
    for member in first:
        fused[member] = _fused_member(member, [content[member] for content in contents], tag)
    record = f"{name}-{version}.dist-info/RECORD"
    fused[record] = _record(fused, record)
    path = folder / f"{name}-{version}-{tag}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheels[0]) as model, zipfile.ZipFile(path, "w") as archive:
        for info in model.infolist():
            archive.writestr(info, fused[info.filename], info.compress_type, 9)
    return path


def _members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _fused_member(name: str, versions: list[bytes], tag: Tag) -> bytes:
    if name.endswith(".dist-info/WHEEL"):
        lines = versions[0].decode("utf-8").splitlines()
        return "".join((f"Tag: {tag}" if line.startswith("Tag:") else line) + "\n" for line in lines).encode()
    if name.endswith(".dist-info/RECORD") or all(data == versions[0] for data in versions):
        return versions[0]
    if name.endswith(".so"):
        return fuse_images(versions)
    if name == BUILD_INFO:
        return _fused_information([json.loads(data) for data in versions])
    raise FusionError(f"{name} is not the same in all the wheels")


def _fused_information(versions: list[dict[str, Any]]) -> bytes:
    fused = dict(versions[0])
    systems = [version.pop("target").partition(" ") for version in versions]
    fused["target"] = " ".join([systems[0][0], *(processor for _, _, processor in systems)])
    for version in versions:
        if any(fused[key] != value for key, value in version.items()):
            raise FusionError(f"{BUILD_INFO} tells of different builds")
    return (json.dumps(fused, indent=2) + "\n").encode()


def _record(members: dict[str, bytes], record: str) -> bytes:
    lines = []
    for name, data in members.items():
        if name == record:
            lines.append(f"{name},,")
        elif not name.endswith("/"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(data)}")
    return ("\n".join(lines) + "\n").encode()
