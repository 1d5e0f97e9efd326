"""The wheel as a zip file: its members, their names and modes, and what RECORD says of them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .binaries import is_binary
from .report import Report

_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
_UNIX = 3


def name_fault(name: str) -> str | None:
    """Why a member's name must not be in an archive; None when it may."""
    path = PurePosixPath(name)
    if "\\" in name:
        return "a backslash"
    if path.is_absolute() or (len(name) > 1 and name[1] == ":"):
        return "an absolute name"
    if ".." in path.parts:
        return "a step upwards"
    if any(ord(character) < 32 for character in name):
        return "a control character"
    if name.startswith("./") or "//" in name:
        return "a name that is not in its shortest form"
    return None


class WheelFile:
    """The members of a wheel in memory; faults of the container go into the report on reading."""

    def __init__(self, path: Path, report: Report) -> None:
        """
        :raises zipfile.BadZipFile: the file is no zip archive.
        :raises OSError: the file cannot be read.
        """
        self._report = report
        self.members: dict[str, bytes] = {}
        seen: dict[str, str] = {}
        with zipfile.ZipFile(path) as archive:
            times = sorted({info.date_time for info in archive.infolist()})
            if len(times) > 1:
                first, last = ("-".join(map(str, time)) for time in (times[0], times[-1]))
                self._fail("zip-time", "", f"{len(times)} times, from {first} to {last}", "one time for all members")
            for info in archive.infolist():
                fault = name_fault(info.filename)
                if fault:
                    self._fail("zip-name", info.filename, fault, "relative names with forward slashes")
                self._check_twins(info.filename, seen)
                if info.is_dir():
                    continue
                try:
                    data = archive.read(info)
                except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
                    self._fail(
                        "zip-member",
                        info.filename,
                        str(error),
                        "stored or deflated, with a right CRC",
                    )
                    continue
                self._check_mode(info, data)
                # Of two members with one name an installer takes the later, and so does this.
                self.members[info.filename] = data

    def _fail(self, rule: str, where: str, found: str, policy: str) -> None:
        self._report.fail(
            rule,
            where,
            found,
            policy,
            "write the wheel with its build backend or `python -m wheel pack` only",
        )

    def _check_twins(self, name: str, seen: dict[str, str]) -> None:
        twin = seen.get(name.casefold())
        if twin is not None:
            found = "twice in the archive" if twin == name else f"differs from {twin} in case only"
            self._fail("zip-duplicate", name, found, "each file once, also where names ignore case")
        seen[name.casefold()] = name

    def _check_mode(self, info: zipfile.ZipInfo, data: bytes) -> None:
        mode = info.external_attr >> 16
        if info.create_system != _UNIX or mode == 0:
            return
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            kind = "symbolic link" if stat.S_ISLNK(mode) else "special file"
            self._fail("zip-link", info.filename, f"a {kind} (mode {mode:o})", "regular files only")
            return
        rights = stat.S_IMODE(mode)
        may_execute = is_binary(data) or ".data/scripts/" in info.filename
        faults = []
        if not rights & stat.S_IRUSR:
            faults.append("its owner cannot read it")
        if rights & stat.S_IWOTH:
            faults.append("everyone may write it")
        if rights & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX):
            faults.append("it has a set-id or sticky bit")
        if rights & 0o111 and not may_execute:
            faults.append("it is executable and neither a binary nor a script")
        if faults:
            self._fail(
                "zip-mode",
                info.filename,
                f"mode {rights:o}: {', '.join(faults)}",
                "0644, or 0755 for binaries and scripts",
            )

    def dist_info(self) -> str | None:
        """The name of the only ``*.dist-info`` folder; None when there is none or more than one."""
        folders = {name.split("/")[0] for name in self.members if name.split("/")[0].endswith(".dist-info")}
        return folders.pop() if len(folders) == 1 else None

    def check_record(self, dist_info: str) -> None:
        """Compare RECORD with the members, in both directions."""
        record = f"{dist_info}/RECORD"
        if record not in self.members:
            self._fail("record-missing", record, "no such file", "a RECORD of all files")
            return
        text = self.members[record].decode("utf-8", "replace")
        listed: set[str] = set()
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            if not row:
                continue
            if len(row) != 3:
                self._fail("record-line", record, f"line {number}: {','.join(row)}", "name,hash,size")
                continue
            name, digest, size = row
            if name in listed:
                self._fail("record-duplicate", record, f"{name} is listed twice", "each file once")
            listed.add(name)
            if name not in self.members:
                self._fail(
                    "record-absent",
                    record,
                    f"{name} is listed and not in the wheel",
                    "no such line",
                )
            else:
                self._check_line(dist_info, name, digest, size)
        exempt = {f"{dist_info}/{signature}" for signature in _SIGNATURES}
        for name in sorted(set(self.members) - listed - exempt):
            self._fail("record-unlisted", name, "not in RECORD", "every file is listed")

    def _check_line(self, dist_info: str, name: str, digest: str, size: str) -> None:
        data = self.members[name]
        if name == f"{dist_info}/RECORD":
            if digest or size:
                self._fail("record-hash", name, "RECORD hashes itself", "empty hash and size")
            return
        actual = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        if digest != f"sha256={actual}":
            self._fail("record-hash", name, f"RECORD says {digest or 'nothing'}", f"sha256={actual}")
        if size != str(len(data)):
            self._fail("record-size", name, f"RECORD says {size or 'nothing'}", f"{len(data)} bytes")
