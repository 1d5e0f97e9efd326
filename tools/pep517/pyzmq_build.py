"""The build backend: scikit-build-core, with sdists that need no network, and wheels that name what is inside.

An sdist gets, beside the files of the checkout, the archives of libzmq and libsodium that cmake/dependencies.json
names and the C that Cython makes, so that it builds without network and without Cython. Both are added to the finished
archive: nothing is written into the source tree. Wheels for Windows get the licence of wepoll, the poller that libzmq
has there; those without CFFI's extension have nothing of the backend that needs it; all are packed as small as zlib
can.

Environment: ``PYZMQ_SDIST_THIN=1`` leaves both out. ``PYZMQ_SOURCES_DIR`` names a folder that has the archives.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from scikit_build_core import build as _skbuild
from scikit_build_core.build import (
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
CYTHON_SOURCE = Path("zmq/backend/cython/_zmq.pyx")

#: Python code that is of no use without an extension module beside it.
CFFI_BACKEND = "zmq/backend/cffi/"

#: What a wheel for Windows has beside the licences of pyproject.toml: SPDX's name, and the file.
WINDOWS_LICENCE = ("BSD-2-Clause", Path("licenses/windows/LICENSE.wepoll.txt"))


def get_requires_for_build_wheel(config_settings: Settings | None = None) -> list[str]:
    """What scikit-build-core asks for, and cffi if its backend is built on CPython too."""
    requires = list(_skbuild.get_requires_for_build_wheel(config_settings))
    wanted = [os.environ.get("PYZMQ_BACKEND", ""), os.environ.get("CMAKE_ARGS", "")]
    wanted += [f"{key}={value}" for key, value in (config_settings or {}).items()]
    if any("cffi" in word for word in wanted):
        requires.append("cffi>=1.17; implementation_name != 'pypy'")
    return requires


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel."""
    windows = _for_windows(config_settings)
    # What was prepared for Windows has one licence more than what it is compared with there.
    name = _skbuild.build_wheel(wheel_directory, config_settings, None if windows else metadata_directory)
    _pack(Path(wheel_directory) / name, windows=windows)
    return name


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings | None = None) -> str:
    """Write the metadata of the wheel."""
    name = _skbuild.prepare_metadata_for_build_wheel(metadata_directory, config_settings)
    if _for_windows(config_settings):
        _, licence = WINDOWS_LICENCE
        place = Path(metadata_directory) / name
        metadata = place / "METADATA"
        metadata.write_bytes(_with_windows_licence(metadata.read_bytes()))
        copy = place / "licenses" / licence
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / licence, copy)
    return name


def _for_windows(config_settings: Settings | None) -> bool:
    """Tell whether a wheel is for Windows: by the tags that are asked for, else by the system that is built for."""
    tags = (config_settings or {}).get("wheel.tags")
    if tags:
        return any("-win" in tag for tag in ([tags] if isinstance(tags, str) else tags))
    return (os.environ.get("_PYTHON_HOST_PLATFORM") or sysconfig.get_platform()).startswith("win")


def _with_windows_licence(metadata: bytes) -> bytes:
    """Return core metadata with the licence that only wheels for Windows have."""
    name, path = WINDOWS_LICENCE
    head, separator, description = metadata.partition(b"\n\n")
    lines = head.decode("utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("License-File:"))
    lines.insert(last + 1, f"License-File: {path.as_posix()}")
    lines = [f"{line} AND {name}" if line.startswith("License-Expression:") else line for line in lines]
    return "\n".join(lines).encode() + separator + description


def _pack(wheel: Path, *, windows: bool) -> None:
    """Write a wheel anew, as small as zlib can, with what Windows needs and nothing idle; order and times stay."""
    with zipfile.ZipFile(wheel) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    if not any(
        info.filename.startswith(f"{CFFI_BACKEND}_cffi.") and _is_extension(info.filename) for info, _ in members
    ):
        members = [(info, data) for info, data in members if not info.filename.startswith(CFFI_BACKEND)]
    (record,) = (info.filename for info, _ in members if info.filename.endswith(".dist-info/RECORD"))
    if windows:
        folder = record.rpartition("/")[0]
        _, licence = WINDOWS_LICENCE
        model = next(info for info, _ in members if info.filename == f"{folder}/METADATA")
        extra = zipfile.ZipInfo(f"{folder}/licenses/{licence.as_posix()}", model.date_time)
        extra.external_attr, extra.create_system = model.external_attr, model.create_system
        members.insert(len(members) - 1, (extra, (ROOT / licence).read_bytes()))
        members = [(info, _with_windows_licence(data) if info is model else data) for info, data in members]
    lines = [_record_line(info.filename, data) for info, data in members if info.filename != record]
    partial = wheel.with_name(wheel.name + ".partial")
    with zipfile.ZipFile(partial, "w") as archive:
        for info, data in members:
            written = "".join([*lines, f"{record},,\n"]).encode() if info.filename == record else data
            archive.writestr(info, written, zipfile.ZIP_DEFLATED, 9)
    partial.replace(wheel)


def _is_extension(name: str) -> bool:
    return name.endswith((".so", ".pyd"))


def _record_line(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def get_requires_for_build_sdist(config_settings: Settings | None = None) -> list[str]:
    """What scikit-build-core asks for; Cython is among the build requirements anyway."""
    return list(_skbuild.get_requires_for_build_sdist(config_settings))


def build_sdist(sdist_directory: str, config_settings: Settings | None = None) -> str:
    """Build an sdist that carries the archives and the generated C."""
    name = _skbuild.build_sdist(sdist_directory, config_settings)
    if os.environ.get("PYZMQ_SDIST_THIN", "") in ("", "0"):
        with tempfile.TemporaryDirectory(prefix="pyzmq-sdist-") as folder:
            extra = Path(folder)
            _vendor(extra / "vendor")
            _cythonize(extra / CYTHON_SOURCE.with_suffix(".c"))
            _add(Path(sdist_directory) / name, extra)
    return name


def _vendor(folder: Path) -> None:
    """Put the archives into `folder`."""
    command = [sys.executable, str(ROOT / "tools" / "sources"), "vendor", "--dest", str(folder)]
    beside = Path(os.environ.get("PYZMQ_SOURCES_DIR") or ROOT / "vendor")
    if beside.is_dir():
        command += ["--vendor", str(beside)]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(
            "pyzmq: the archives that an sdist carries could not be had; the reason stands above. Put them into "
            f"{beside} (or the folder that PYZMQ_SOURCES_DIR names), or set PYZMQ_SDIST_THIN=1 to leave them out."
        )


def _cythonize(target: Path) -> None:
    """Write the C of the extension; with relative names, so that it holds no path of this machine."""
    target.parent.mkdir(parents=True)
    shipped = ROOT / CYTHON_SOURCE.with_suffix(".c")
    if shipped.is_file():
        # An sdist made from an sdist.
        shutil.copyfile(shipped, target)
        return
    subprocess.run(
        [
            sys.executable,
            "-m",
            "cython",
            "-3",
            "-I",
            ".",
            "--module-name",
            "zmq.backend.cython._zmq",
            "-o",
            str(target),
            CYTHON_SOURCE.as_posix(),
        ],
        cwd=ROOT,
        check=True,
    )


def _add(sdist: Path, extra: Path) -> None:
    """Write `sdist` anew with the files below `extra`: members sorted, owners and times as the others have them."""
    with tarfile.open(sdist) as archive:
        members = {member.name: (member, _content(archive, member)) for member in archive.getmembers()}
    root = sdist.name[: -len(".tar.gz")]
    mtime = max(member.mtime for member, _ in members.values())
    for path in sorted(extra.rglob("*")):
        if path.is_file():
            member = tarfile.TarInfo(f"{root}/{path.relative_to(extra).as_posix()}")
            content = path.read_bytes()
            member.size = len(content)
            member.mode = 0o644
            member.mtime = mtime
            members.setdefault(member.name, (member, content))
    partial = sdist.with_name(sdist.name + ".partial")
    with (
        partial.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=mtime) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(members):
            member, data = members[name]
            archive.addfile(member, io.BytesIO(data) if member.isfile() else None)
    partial.replace(sdist)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member) if member.isfile() else None
    return stream.read() if stream is not None else b""
