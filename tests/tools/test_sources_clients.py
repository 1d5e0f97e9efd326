"""``tools/sources``: the package registries' clients.

The tests marked ``network`` have cargo, pip and apt-get fetch what ``cmake/dependencies.json``
pins, as a build would.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from sources_samples import (
    CRATE,
    PINNED,
    RELEASE,
    TOOLS,
    Tool,
    cargo_mirror,
    put_crate,
    put_program,
)

MIRRORS = [
    pytest.param(name, version, mirror, id=f"{name}-{version}-{mirror['via']}")
    for name, dependency in PINNED.items()
    for version, release in dependency["releases"].items()
    for mirror in release["mirrors"]
]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def test_crate_that_cargo_has_already(tool: Tool) -> None:
    tool.release("libzmq", ["http://127.0.0.1:9/z.tar.gz"], RELEASE, cargo_mirror(CRATE, subdir="vendor"))
    put_crate(tool, "zeromq-src-0.3.6+4.3.5.crate", CRATE)
    result = tool.resolve("libzmq").result
    assert (result["origin"], result["subdir"]) == ("cargo", "vendor")
    assert result["origin_detail"] == "crate zeromq-src 0.3.6+4.3.5"
    assert result["note"] == "a mirror"
    assert len(result["attempts"]) == 1


def test_client_that_fails_is_quoted(tool: Tool) -> None:
    tool.release("libzmq", ["http://127.0.0.1:9/z.tar.gz"], RELEASE, cargo_mirror(CRATE))
    put_program(tool, "cargo", "print('chatter'); raise SystemExit('error: no such crate')")
    assert "cargo failed (1): error: no such crate" in tool.resolve("libzmq").message


def test_client_that_hangs_is_ended_with_its_children(tool: Tool) -> None:
    tool.release("libzmq", ["http://127.0.0.1:9/z.tar.gz"], RELEASE, cargo_mirror(CRATE))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # The child's end of the connection closes when it dies, and not before.
        child = f"import socket; c = socket.create_connection({listener.getsockname()!r});c.sendall(b'x'); c.recv(1)"
        put_program(
            tool,
            "cargo",
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])",
        )
        outcome = tool.resolve("libzmq", "--client-timeout", "2")
        # It is asked twice, in two ways.
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(30)
                assert connection.recv(1) == b"x"
                assert connection.recv(1) == b""
    assert "cargo did not end within 2 s" in outcome.message
    assert outcome.seconds < 60


APT_LIST = """\
# deb http://commented.invalid/debian bookworm main
deb [signed-by=/keys/a.gpg arch=amd64,arm64] http://one.invalid/debian bookworm main contrib # x
deb-src [ signed-by=/keys/a.gpg ] http://one.invalid/debian bookworm main contrib
deb http://third.party.invalid/apt tool-bookworm main
deb http://one.invalid/debian-extra bookworm non-free
"""
APT_SOURCES = """\
# the distribution
Types: deb
URIs: http://two.invalid/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 AAAA
 -----END PGP PUBLIC KEY BLOCK-----

types: deb
uris: http://three.invalid/debian
suites: bookworm
components: main
trusted: yes

Types: deb
URIs: http://switched.off.invalid/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://two.invalid/debian-security
Suites: bookworm-security
Components: main
"""


def test_apt_sources_are_derived_from_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    clients = importlib.import_module("sources.clients")
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(APT_LIST, encoding="utf-8")
    (parts / "debian.sources").write_text(APT_SOURCES, encoding="utf-8")
    common = {"Types": "deb-src", "Suites": "sid", "Components": "main"}
    key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n AAAA\n -----END PGP PUBLIC KEY BLOCK-----"
    assert clients.apt_sources(tmp_path, "sid", "bookworm") == [
        {**common, "URIs": "http://one.invalid/debian", "Signed-By": "/keys/a.gpg"},
        {**common, "URIs": "http://two.invalid/debian", "Signed-By": key},
        {**common, "URIs": "http://three.invalid/debian", "Trusted": "yes"},
    ]
    assert clients.apt_sources(tmp_path / "none", "sid", "bookworm") == []


@pytest.mark.network
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "version", "mirror"), MIRRORS)
def test_mirror(tool: Tool, name: str, version: str, mirror: dict[str, Any]) -> None:
    """Each mirror, fetched anew by its own client, has the pinned checksums and the tree."""
    client = {"apt": "apt-get"}.get(mirror["via"], mirror["via"])
    if client != "pip" and shutil.which(client) is None:
        pytest.skip(f"{client} is not on PATH")
    release = PINNED[name]["releases"][version]
    upstream = {**release["upstream"], "urls": ["http://127.0.0.1:9/none.tar.gz"]}
    tool.data[name]["releases"][version] = {**release, "upstream": upstream, "mirrors": [mirror]}
    proxies = {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
    outcome = tool.resolve(name, "--version", version, PATH=os.environ["PATH"], **proxies)
    result = outcome.result
    assert (result["version"], result["origin"]) == (version, mirror["via"])
    assert result["sha256"] == mirror.get("member_sha256", mirror["sha256"])
    assert result["subdir"] == mirror.get("subdir", "")
    system = "Windows"
    licenses = tool.run("licenses", "--name", name, "--archive", result["archive"], "--system", system)
    stated = release.get("license_files", PINNED[name]["license_files"])
    assert len(licenses.result) == len(stated)
    for entry in json.loads(licenses.stdout):
        assert "copyright" in (tool.dest / entry["file"]).read_text(encoding="utf-8").lower()


@pytest.mark.network
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="a script with an interpreter line is no program here")
def test_cargo_without_info(tool: Tool) -> None:
    """Before 1.82 cargo has no ``info``; ``fetch`` brings the crate as well."""
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not on PATH")
    put_program(
        tool,
        "cargo",
        "import os, sys\n"
        "if 'info' in sys.argv: raise SystemExit('error: no such command: `info`')\n"
        f"os.execv({cargo!r}, [{cargo!r}, *sys.argv[1:]])",
    )
    version = PINNED["libzmq"]["version"]
    mirrors = PINNED["libzmq"]["releases"][version]["mirrors"]
    mirror = next(mirror for mirror in mirrors if mirror["via"] == "cargo")
    tool.data["libzmq"]["version"] = version
    tool.release("libzmq", ["http://127.0.0.1:9/z.tar.gz"], RELEASE, mirror)
    path = os.pathsep.join([str(tool.bin), os.environ["PATH"]])
    proxies = {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
    result = tool.resolve("libzmq", PATH=path, **proxies).result
    assert (result["origin"], result["sha256"]) == ("cargo", mirror["sha256"])
