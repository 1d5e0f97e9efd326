"""What the tests of check_dist write: shared objects, metadata, and wheels that hold them."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import platform
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from check_dist import Report, load_policy

VERSION = "27.4.0"
DIST_INFO = f"pyzmq-{VERSION}.dist-info"
MODULE = "zmq/backend/cython/_zmq"
MACHINE = platform.machine()
LIBC, LIBC_VERSION = platform.libc_ver()
MANYLINUX = f"manylinux_{LIBC_VERSION.replace('.', '_')}_{MACHINE}"
TAG = f"cp311-cp311-{MANYLINUX}"
SUFFIX = f".cpython-311-{MACHINE}-linux-gnu.so"

linux_only = pytest.mark.skipif(
    sys.platform != "linux" or LIBC != "glibc", reason="the wheels of these tests are for glibc"
)

# The texts are such as libzmq has them at run time; they are no paths of the building machine.
SOURCE = r"""
#include <stdio.h>
#include <string.h>
#define PUBLIC __attribute__ ((visibility ("default")))
const char *const pyzmq_texts[] = {"/tmp/", "tmpXXXXXX", "ipc:///tmp/feeds/0", "/dev/urandom"};
int pyzmq_format (char *out, size_t size, const char *from, size_t count)
{
    char buffer[64];
    memcpy (buffer, from, count);
    return snprintf (out, size, "%s%s", buffer, pyzmq_texts[count & 3]);
}
PUBLIC void *PyInit__zmq (void)
{
    char line[32];
    return pyzmq_format (line, sizeof line, pyzmq_texts[0], strlen (pyzmq_texts[1]))
             ? (void *) pyzmq_texts
             : NULL;
}
"""
CFLAGS = (
    "-O2",
    "-fPIC",
    "-fvisibility=hidden",
    "-fstack-protector-strong",
    "-U_FORTIFY_SOURCE",
    "-D_FORTIFY_SOURCE=2",
)
LDFLAGS = ("-shared", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-s")

BSD = b"""Redistributions in binary form must reproduce the above
copyright notice, ... Neither the name of the copyright holder ..."""
MPL = b"Mozilla Public License Version 2.0\n==================================\n"
ISC = b"""/*
 * ISC License
 *
 * Permission to use, copy, modify, and/or distribute this software for any
 * purpose with or without fee is hereby granted, provided that ...
 */
"""
SHA1 = b"""Copyright (C) 1998 WIDE Project. Redistributions in binary form must
       reproduce the above copyright
       notice, ..."""
METADATA = f"""Metadata-Version: 2.4
Name: pyzmq
Version: {VERSION}
Requires-Python: >=3.9
License-Expression: BSD-3-Clause AND MPL-2.0 AND ISC
License-File: LICENSE
License-File: licenses/libsodium.txt
License-File: licenses/sha1.txt
License-File: licenses/libzmq.txt

Listens on ipc:///tmp/feeds/0.
"""


WEPOLL = b"""Copyright 2012-2020, Bert Belder. Redistributions in binary form must
reproduce the above copyright notice, ..."""

# What libzmq can find out of any platform.
DEFINES = sorted({define for rules in load_policy().platforms.values() for define in rules.defines})
BUILD_INFO = json.dumps({"libzmq": {"version": "4.3.5", "defines": " ".join(DEFINES)}}).encode()
BILL: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "components": [
        {
            "name": name,
            "version": version,
            "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
            "purl": f"pkg:generic/{name}@{version}",
        }
        for name, version in (("libzmq", "4.3.5"), ("libsodium", "1.0.22"))
    ],
}


Check = Callable[..., Report]
"""What the fixture ``check`` is: it writes a wheel, checks it and returns the report."""


class Compiler:
    """The C compiler, and a folder in which each shared object gets a folder of its own."""

    def __init__(self, command: str, folder: Path) -> None:
        self.command = command
        self._folder = folder
        self._made: dict[tuple[str, tuple[str, ...]], Path] = {}

    def shared(self, source: str = SOURCE, *flags: str, name: str = "module.so") -> Path:
        """Compile and link with the sound flags, followed by ``flags``."""
        key = (source, (*flags, name))
        if key not in self._made:
            folder = self._folder / str(len(self._made))
            folder.mkdir()
            (folder / "module.c").write_text(source, encoding="utf-8")
            subprocess.run(
                [self.command, *CFLAGS, "module.c", "-o", name, *LDFLAGS, *flags],
                cwd=folder,
                check=True,
            )
            self._made[key] = folder / name
        return self._made[key]


@dataclasses.dataclass
class Wheel:
    """What a wheel is written from; a test changes what it wants to break."""

    files: dict[str, bytes]
    tag: str = TAG
    stated_tag: str = ""
    file_name: str = ""
    modes: dict[str, int] = dataclasses.field(default_factory=dict)
    lines: dict[str, str] = dataclasses.field(default_factory=dict)
    times: dict[str, tuple[int, int, int, int, int, int]] = dataclasses.field(default_factory=dict)
    again: list[str] = dataclasses.field(default_factory=list)

    def record(self) -> bytes:
        """RECORD of all files; ``lines`` replaces single lines, an empty text leaves one out."""
        rows = []
        for name, data in self.files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(self.lines.get(name, f"{name},sha256={digest},{len(data)}"))
        rows += [line for name, line in self.lines.items() if name not in self.files]
        rows.append(f"{DIST_INFO}/RECORD,,")
        return "".join(f"{row}\n" for row in rows if row).encode()

    def write(self, folder: Path) -> Path:
        """Write the file."""
        stated = self.stated_tag or self.tag
        self.files.setdefault(
            f"{DIST_INFO}/WHEEL",
            f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {stated}\n".encode(),
        )
        path = folder / (self.file_name or f"pyzmq-{VERSION}-{self.tag}.whl")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            members = [*self.files.items(), (f"{DIST_INFO}/RECORD", self.record())]
            for name, data in members + [(name, self.files[name]) for name in self.again]:
                info = zipfile.ZipInfo(name, self.times.get(name, (1980, 1, 1, 0, 0, 0)))
                info.create_system = 3
                binary = name.endswith((".so", ".pyd"))
                mode = self.modes.get(name, stat.S_IFREG | (0o755 if binary else 0o644))
                info.external_attr = mode << 16
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)
        return path


def wheel_files(module: bytes, name: str = MODULE + SUFFIX) -> dict[str, bytes]:
    """The members of a sound wheel, less WHEEL and RECORD."""
    return {
        "zmq/__init__.py": b'"""Sends to ipc:///tmp/feeds/0."""\n',
        "zmq/__init__.pxd": b"",
        "zmq/capi.pxd": b"",
        "zmq/py.typed": b"",
        "zmq/backend/cython/__init__.pxd": b"",
        "zmq/backend/c/zmq_compat.h": b"",
        "zmq/include/zmq.h": b"",
        "zmq/_build_info.json": BUILD_INFO,
        name: module,
        f"{DIST_INFO}/sboms/pyzmq.cdx.json": json.dumps(BILL).encode(),
        f"{DIST_INFO}/METADATA": METADATA.encode(),
        f"{DIST_INFO}/licenses/LICENSE": BSD,
        f"{DIST_INFO}/licenses/licenses/libsodium.txt": ISC,
        f"{DIST_INFO}/licenses/licenses/sha1.txt": SHA1,
        f"{DIST_INFO}/licenses/licenses/libzmq.txt": MPL,
    }
