"""What the tests of ``tools/sources`` share: sample archives, a host, and the program itself."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
PINNED: dict[str, Any] = json.loads((ROOT / "cmake/dependencies.json").read_text(encoding="utf-8"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tar_of(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member in members:
            archive.addfile(member)
    return buffer.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def libzmq_files(top: str, version: str = "4.3.5") -> dict[str, bytes]:
    major, minor, patch = version.split(".")
    header = (
        f"#define ZMQ_VERSION_MAJOR {major}\n#define ZMQ_VERSION_MINOR {minor}\n#define ZMQ_VERSION_PATCH {patch}\n"
    )
    return {
        f"{top}/include/zmq.h": header.encode(),
        f"{top}/CMakeLists.txt": b"project(ZeroMQ)\n",
        f"{top}/LICENSE": b"Mozilla Public License Version 2.0\n",
        f"{top}/external/sha1/sha1.c": b"/*\n * Some rights reserved.\n */\nint sha1;\n/* no */\n",
        f"{top}/external/wepoll/license.txt": b"wepoll's licence\n",
    }


def libsodium_files(top: str, version: str = "1.0.22") -> dict[str, bytes]:
    return {
        f"{top}/configure.ac": f"AC_INIT([libsodium],[{version}],[x])\n".encode(),
        f"{top}/LICENSE": b"ISC License\n",
    }


RELEASE = tar(libzmq_files("zeromq-4.3.5"))
CRATE = tar(
    {
        "zeromq-src-0.3.6+4.3.5/Cargo.toml": b"[package]\n",
        **libzmq_files("zeromq-src-0.3.6+4.3.5/vendor"),
    }
)
ORIG = tar(libzmq_files("libzmq-4.3.5"), "w:xz")
SDIST = tar(libsodium_files("pynacl-1.6.2/src/libsodium"))
INNER = tar(libsodium_files("libsodium-stable"))
NESTED = tar({"sys-1.0/lib.rs": b"", "sys-1.0/LATEST.tar.gz": INNER})


class Upstream(ThreadingHTTPServer):
    """Serves what is put into ``files``, and remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.announced: dict[str, int] = {}
        self.asked: list[str] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


@contextmanager
def serving() -> Iterator[Upstream]:
    """Run an upstream host for the length of a block."""
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    server: Upstream

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        length = self.server.announced.get(self.path, len(content))
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Outcome:
    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def result(self) -> dict[str, Any]:
        assert self.status == 0, self.stderr
        data: dict[str, Any] = json.loads(self.stdout)
        return data

    @property
    def message(self) -> str:
        """The one message of a failure."""
        assert self.status == 1, self.stderr
        assert self.stdout == ""
        assert "Traceback" not in self.stderr
        _, *messages = re.split(r"^error: ", self.stderr, flags=re.MULTILINE)
        assert len(messages) == 1, self.stderr
        return messages[0]


@dataclass
class Tool:
    """The program with a dependencies file of its own, and no registry client on PATH."""

    base: Path
    dest: Path = field(init=False)
    bin: Path = field(init=False)
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.dest = self.base / "dest"
        self.bin = self.base / "bin"
        self.bin.mkdir()
        self.data = json.loads(json.dumps(PINNED))
        for name, version in (("libzmq", "4.3.5"), ("libsodium", "1.0.22")):
            template = "http://127.0.0.1:9/none-{version}.tar.gz"
            self.data[name].update(version=version, url_templates=[template], releases={})
        self.release("libzmq", ["http://127.0.0.1:9/zeromq-4.3.5.tar.gz"], RELEASE)
        self.release("libsodium", ["http://127.0.0.1:9/libsodium-1.0.22.tar.gz"], b"not there")

    def release(self, name: str, urls: list[str], content: bytes, *mirrors: dict[str, str]) -> None:
        dependency = self.data[name]
        dependency["releases"][dependency["version"]] = {
            "upstream": {"urls": urls, "sha256": sha256(content)},
            "mirrors": list(mirrors),
        }

    def run(self, *arguments: str | Path, **environment: str) -> Outcome:
        dependencies = self.base / "dependencies.json"
        dependencies.write_text(json.dumps(self.data), encoding="utf-8")
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        env.update({"PATH": str(self.bin), "CARGO_HOME": str(self.base / "cargo"), **environment})
        command = [sys.executable, "-W", "error", TOOLS / "sources", *arguments]
        start = time.monotonic()
        done = subprocess.run(
            [*map(str, command), "--dependencies", str(dependencies), "--dest", str(self.dest)],
            env=env,
            cwd=self.base,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, time.monotonic() - start)

    def resolve(self, name: str, *arguments: str | Path, **environment: str) -> Outcome:
        return self.run("resolve", "--name", name, *arguments, **environment)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.dest.iterdir())


def cargo_mirror(content: bytes, **more: str) -> dict[str, str]:
    return {
        "via": "cargo",
        "package": "zeromq-src",
        "version": "0.3.6+4.3.5",
        "sha256": sha256(content),
        "note": "a mirror",
        **more,
    }


def nested_mirror(outer: bytes, inner: bytes) -> dict[str, str]:
    return cargo_mirror(
        outer,
        package="sys",
        version="1.0",
        member="LATEST.tar.gz",
        member_sha256=sha256(inner),
    )


def put_crate(tool: Tool, name: str, content: bytes) -> None:
    """Put a crate where cargo keeps those it has downloaded, and a cargo that cannot be asked."""
    folder = tool.base / "cargo/registry/cache/registry-0123"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    put_program(tool, "cargo", "raise SystemExit('error: the fake cargo was asked')")


def put_program(tool: Tool, name: str, code: str) -> None:
    if os.name == "nt":
        pytest.skip("a script with an interpreter line is no program here")
    program = tool.bin / name
    program.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    program.chmod(0o755)
