"""Looking into tar and zip archives. Nothing here unpacks a tree: CMake does that."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from .model import SourcesError

_MAGIC = (
    (b"\x1f\x8b", ".tar.gz"),
    (b"\xfd7zXZ\x00", ".tar.xz"),
    (b"BZh", ".tar.bz2"),
    (b"PK\x03\x04", ".zip"),
)
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, lzma.LZMAError, zlib.error)
_MAX_MEMBER = 64 << 20
_ROOT = PurePosixPath()


@dataclass(frozen=True)
class Entry:
    """A member: its cleaned path, whether it is a regular file, and its header."""

    path: PurePosixPath
    is_file: bool
    header: tarfile.TarInfo | zipfile.ZipInfo


class Archive:
    """An archive opened for reading, as a context manager.

    Every path is given below the single top-level folder, which CMake strips as well; if there is
    none, below the archive's root.

    Raises:
        SourcesError: if it is no tar or zip archive, is damaged, or has members that would be
            unpacked outside its folder.
    """

    def __init__(self, path: Path, label: str) -> None:
        self.label = label
        self.suffix = suffix_of(path)
        self._tar: tarfile.TarFile | None = None
        self._zip: zipfile.ZipFile | None = None
        try:
            if self.suffix == ".zip":
                self._zip = zipfile.ZipFile(path)
            elif self.suffix:
                self._tar = tarfile.open(path)  # noqa: SIM115 (closed by __exit__)
            else:
                raise SourcesError(f"{label} is neither a tar (gz, xz, bz2) nor a zip archive")
            entries = self._entries()
        except _BROKEN as error:
            self.close()
            raise SourcesError(f"{label} is damaged: {error}") from error
        except SourcesError:
            self.close()
            raise
        tops = {entry.path.parts[0] for entry in entries if entry.path.parts}
        alone = len(tops) == 1 and all(len(e.path.parts) > 1 for e in entries if e.is_file)
        self.top = PurePosixPath(tops.pop() if alone else "")
        self._files = {str(entry.path.relative_to(self.top)): entry for entry in entries if entry.is_file}

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._tar is not None:
            self._tar.close()
        if self._zip is not None:
            self._zip.close()

    def _entries(self) -> list[Entry]:
        entries = []
        if self._zip is not None:
            for info in self._zip.infolist():
                path = self._inside(info.filename)
                entries.append(Entry(path, not info.is_dir(), info))
        elif self._tar is not None:
            for member in self._tar:
                path = self._inside(member.name)
                if member.issym():
                    self._inside(member.name, member.linkname, path.parent)
                elif member.islnk():
                    self._inside(member.name, member.linkname, _ROOT)
                elif not (member.isreg() or member.isdir()):
                    raise SourcesError(f"{self.label}: {member.name!r} is a device or a pipe")
                entries.append(Entry(path, member.isreg(), member))
        return entries

    def _inside(self, member: str, target: str = "", base: PurePosixPath | None = None) -> PurePosixPath:
        """Return where a member lies in the archive; with a base, where the link that it is leads.

        Raises:
            SourcesError: if that is outside.
        """
        path = member if base is None else target
        parts: list[str] = []
        unfit = path.startswith("/") or "\\" in path or path[1:2] == ":"
        for part in (base or _ROOT).joinpath(path).parts:
            if part == "..":
                unfit = unfit or not parts
                del parts[-1:]
            else:
                parts.append(part)
        if unfit:
            raise SourcesError(f"{self.label}: the member {member!r} leads outside the archive")
        return PurePosixPath(*parts)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all regular files."""
        return tuple(self._files)

    def read(self, path: str) -> bytes:
        """Return the content of a regular file.

        Raises:
            SourcesError: if there is no such file, or it is unreasonably large or damaged.
        """
        entry = self._files.get(path)
        if entry is None:
            raise SourcesError(f"{self.label} has no regular file {path!r}")
        try:
            with self._open(entry.header) as stream:
                content = stream.read(_MAX_MEMBER + 1)
        except _BROKEN as error:
            raise SourcesError(f"{self.label}: {path!r} is damaged: {error}") from error
        if len(content) > _MAX_MEMBER:
            raise SourcesError(f"{self.label}: {path!r} is larger than {_MAX_MEMBER >> 20} MiB")
        return content

    def _open(self, header: tarfile.TarInfo | zipfile.ZipInfo) -> IO[bytes]:
        if isinstance(header, zipfile.ZipInfo):
            assert self._zip is not None
            return self._zip.open(header)
        assert self._tar is not None
        stream = self._tar.extractfile(header)
        assert stream is not None  # only regular files are asked for
        return stream


def suffix_of(path: Path) -> str:
    """Return the suffix that fits a file's content (``.tar.gz``, ``.zip`` ...), or nothing."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), "")
