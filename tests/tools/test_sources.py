"""``tools/sources``: the usual ways to a source archive, checksums, versions, licence texts.

The upstream host is an HTTP server on this machine.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sources_samples import (
    CRATE,
    INNER,
    NESTED,
    ORIG,
    PINNED,
    RELEASE,
    ROOT,
    SDIST,
    TOOLS,
    Tool,
    Upstream,
    cargo_mirror,
    libsodium_files,
    libzmq_files,
    nested_mirror,
    put_crate,
    serving,
    sha256,
    tar,
)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


@pytest.fixture
def silent() -> Iterator[str]:
    """Address of a host that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


# --- the release ------------------------------------------------------------------------------


def test_upstream(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/zeromq-4.3.5.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/zeromq-4.3.5.tar.gz")], RELEASE)
    outcome = tool.resolve("libzmq")
    name = f"libzmq-4.3.5-{sha256(RELEASE)[:12]}.tar.gz"
    assert outcome.result == {
        "name": "libzmq",
        "version": "4.3.5",
        "archive": (tool.dest / name).as_posix(),
        "sha256": sha256(RELEASE),
        "subdir": "",
        "origin": "upstream",
        "origin_detail": "release zeromq-4.3.5.tar.gz",
        "note": "",
        "pinned": True,
        "attempts": [],
    }
    assert (tool.dest / name).read_bytes() == RELEASE
    assert tool.files() == [name]
    assert f"libzmq 4.3.5: trying upstream {upstream.url('/zeromq-4.3.5.tar.gz')}" in outcome.stderr


def test_second_run_needs_no_network(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/zeromq-4.3.5.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/zeromq-4.3.5.tar.gz")], RELEASE)
    first = tool.resolve("libzmq").result
    assert tool.resolve("libzmq", "--offline").result == first
    assert len(upstream.asked) == 1


def test_second_address_after_404(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/there.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/gone.tar.gz"), upstream.url("/there.tar.gz")], RELEASE)
    result = tool.resolve("libzmq").result
    assert result["attempts"] == [f"upstream {upstream.url('/gone.tar.gz')}: HTTP 404 Not Found"]


def test_proxy_of_the_environment(tool: Tool, upstream: Upstream) -> None:
    url = "http://upstream.invalid/zeromq-4.3.5.tar.gz"
    upstream.files[url] = RELEASE
    tool.release("libzmq", [url], RELEASE)
    assert tool.resolve("libzmq", http_proxy=upstream.url("")).result["origin"] == "upstream"
    assert upstream.asked == [url]


def test_json_file(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/z.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE)
    target = tool.base / "new folder" / "libzmq.json"
    outcome = tool.resolve("libzmq", "--json", target)
    assert (outcome.status, outcome.stdout) == (0, "")
    assert json.loads(target.read_bytes().decode("ascii"))["origin"] == "upstream"
    assert [path.name for path in target.parent.iterdir()] == ["libzmq.json"]


# --- hosts that fail --------------------------------------------------------------------------


def test_silent_host_is_given_up(tool: Tool, silent: str) -> None:
    tool.release("libzmq", [f"{silent}/z.tar.gz"], RELEASE, cargo_mirror(CRATE))
    outcome = tool.resolve("libzmq", "--timeout", "1")
    assert f"upstream {silent}/z.tar.gz: no byte for" in outcome.message
    assert outcome.seconds < 15


def test_host_that_stops_halfway_is_given_up(tool: Tool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/z.tar.gz"
        held: list[socket.socket] = []

        def answer() -> None:
            connection, _ = listener.accept()
            held.append(connection)
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + RELEASE[:10])

        thread = threading.Thread(target=answer)
        thread.start()
        tool.release("libzmq", [url], RELEASE)
        outcome = tool.resolve("libzmq", "--timeout", "1")
        thread.join()
        held[0].close()
    assert f"upstream {url}: no byte for 1 s" in outcome.message
    assert outcome.seconds < 15
    assert tool.files() == []


def test_truncated_transfer(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/z.tar.gz"] = RELEASE[:100]
    upstream.announced["/z.tar.gz"] = len(RELEASE)
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE)
    assert f"truncated: 100 of {len(RELEASE)} bytes arrived" in tool.resolve("libzmq").message
    assert tool.files() == []


def test_failure_names_every_way_and_the_ways_out(tool: Tool, tmp_path: Path) -> None:
    tool.release(
        "libzmq",
        ["http://127.0.0.1:9/z.tar.gz"],
        RELEASE,
        cargo_mirror(CRATE, subdir="vendor"),
        {
            "via": "apt",
            "package": "zeromq3",
            "version": "4.3.5-1",
            "suite": "sid",
            "file": "zeromq3_4.3.5.orig.tar.xz",
            "sha256": sha256(ORIG),
            "note": "a mirror",
        },
    )
    empty = tmp_path / "third_party"
    empty.mkdir()
    message = tool.resolve("libzmq", "--vendor", empty, "--vendor", tmp_path / "none").message
    wanted = [
        "libzmq 4.3.5 could not be had from anywhere",
        f"vendored: no archive with a fitting checksum in {empty}",
        f"vendored: {tmp_path / 'none'} is not a folder",
        "upstream http://127.0.0.1:9/z.tar.gz: ",
        "cargo (crate zeromq-src 0.3.6+4.3.5): cargo is not on PATH",
        "apt (Debian source package zeromq3 4.3.5-1 (sid)): apt-get is not on PATH",
        f"put one of these into {empty}: z.tar.gz (SHA-256 {sha256(RELEASE)})",
        f"zeromq-src-0.3.6+4.3.5.crate (SHA-256 {sha256(CRATE)})",
        "PYZMQ_LIBZMQ_URL",
        "PYZMQ_LIBZMQ_SHA256",
        "ZMQ_PREFIX",
    ]
    assert [text for text in wanted if text not in message] == []
    positions = [message.index(text) for text in wanted[:6]]
    assert positions == sorted(positions)


def test_offline(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/z.tar.gz"] = RELEASE
    url = upstream.url("/z.tar.gz")
    tool.release("libzmq", [url], RELEASE, cargo_mirror(CRATE))
    message = tool.resolve("libzmq", "--offline").message
    assert f"upstream {url}: not tried, because offline was asked for" in message
    assert "cargo (crate zeromq-src 0.3.6+4.3.5): not tried" in message
    assert "offline was asked for" in tool.resolve("libzmq", "--offline", "--url", url).message
    assert upstream.asked == []


# --- checksums --------------------------------------------------------------------------------


def test_wrong_checksum_upstream_goes_on_loudly(tool: Tool, upstream: Upstream) -> None:
    forged = tar(libzmq_files("forged"))
    upstream.files["/z.tar.gz"] = forged
    url = upstream.url("/z.tar.gz")
    tool.release("libzmq", [url], RELEASE, cargo_mirror(CRATE, subdir="vendor"))
    put_crate(tool, "zeromq-src-0.3.6+4.3.5.crate", CRATE)
    outcome = tool.resolve("libzmq")
    assert outcome.result["origin"] == "cargo"
    (attempt,) = outcome.result["attempts"]
    assert attempt.startswith(f"upstream {url}: WRONG CHECKSUM: z.tar.gz has SHA-256 ")
    assert sha256(forged) in attempt
    assert sha256(RELEASE) in attempt
    assert attempt in outcome.stderr


def test_wrong_checksum_everywhere_is_an_error(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/z.tar.gz"] = CRATE
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE)
    message = tool.resolve("libzmq").message
    assert "WRONG CHECKSUM" in message
    assert f"{sha256(CRATE)}, expected is {sha256(RELEASE)}" in message
    assert tool.files() == []


@pytest.mark.parametrize("leftover", [RELEASE[:100], b""], ids=["truncated", "empty"])
def test_leftover_is_replaced(tool: Tool, upstream: Upstream, leftover: bytes) -> None:
    upstream.files["/z.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE)
    name = f"libzmq-4.3.5-{sha256(RELEASE)[:12]}.tar.gz"
    tool.dest.mkdir()
    (tool.dest / name).write_bytes(leftover)
    assert tool.resolve("libzmq").result["archive"].endswith(name)
    assert (tool.dest / name).read_bytes() == RELEASE
    assert upstream.asked == ["/z.tar.gz"]


def test_person_pins_another_release_archive(tool: Tool, upstream: Upstream) -> None:
    other = tar(libzmq_files("zeromq-4.3.5-rebuilt"))
    upstream.files["/z.tar.gz"] = other
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE, cargo_mirror(CRATE))
    result = tool.resolve("libzmq", "--sha256", sha256(other).upper()).result
    assert (result["sha256"], result["pinned"]) == (sha256(other), True)


@pytest.mark.parametrize("text", ["abc", "z" * 64])
def test_unfit_checksum_argument(tool: Tool, text: str) -> None:
    outcome = tool.resolve("libzmq", "--sha256", text)
    assert outcome.status == 2
    assert f"{text!r} is not a SHA-256" in outcome.stderr


# --- vendored archives ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        ("any name.tgz", RELEASE, "", "release zeromq-4.3.5.tar.gz", ".tar.gz"),
        ("a.crate", CRATE, "vendor", "crate zeromq-src 0.3.6+4.3.5", ".tar.gz"),
        ("a.tar.xz", ORIG, "", "Debian source package zeromq3 4.3.5-1 (sid)", ".tar.xz"),
    ],
    ids=["release", "crate", "orig"],
)
def test_vendored(tool: Tool, tmp_path: Path, case: tuple[str, bytes, str, str, str]) -> None:
    name, content, subdir, detail, suffix = case
    apt = cargo_mirror(ORIG, via="apt", package="zeromq3", version="4.3.5-1")
    apt.update(suite="sid", file="zeromq3_4.3.5.orig.tar.xz")
    tool.release(
        "libzmq",
        ["http://127.0.0.1:9/zeromq-4.3.5.tar.gz"],
        RELEASE,
        cargo_mirror(CRATE, subdir="vendor"),
        apt,
    )
    vendor = tmp_path / "Vörrat mit Raum"
    vendor.mkdir()
    (vendor / name).write_bytes(content)
    (vendor / "of something else.tar.gz").write_bytes(SDIST)
    result = tool.resolve("libzmq", "--offline", "--vendor", vendor).result
    assert (result["origin"], result["subdir"]) == ("vendored", subdir)
    assert result["origin_detail"] == f"{name} ({detail})"
    assert result["archive"].endswith(suffix)
    assert Path(result["archive"]).read_bytes() == content
    assert result["pinned"] is True


@pytest.mark.parametrize(("name", "content"), [("sys-1.0.crate", NESTED), ("inner.tar.gz", INNER)])
def test_vendored_nested(tool: Tool, tmp_path: Path, name: str, content: bytes) -> None:
    tool.release("libsodium", ["http://127.0.0.1:9/s.tar.gz"], b"gone", nested_mirror(NESTED, INNER))
    (tmp_path / name).write_bytes(content)
    result = tool.resolve("libsodium", "--offline", "--vendor", tmp_path).result
    assert (result["origin"], result["subdir"], result["version"]) == ("vendored", "", "1.0.22")
    assert Path(result["archive"]).read_bytes() == INNER


def test_vendored_sdist(tool: Tool, tmp_path: Path) -> None:
    mirror = cargo_mirror(SDIST, via="pip", package="PyNaCl", version="1.6.2")
    mirror.update(file="pynacl-1.6.2.tar.gz", subdir="src/libsodium")
    tool.release("libsodium", ["http://127.0.0.1:9/s.tar.gz"], b"gone", mirror)
    (tmp_path / "pynacl-1.6.2.tar.gz").write_bytes(SDIST)
    result = tool.resolve("libsodium", "--offline", "--vendor", tmp_path).result
    assert (result["origin"], result["subdir"]) == ("vendored", "src/libsodium")


@pytest.mark.parametrize(
    "name",
    ["zeromq-4.3.5.tar.gz", f"libzmq-4.3.5-{sha256(RELEASE)[:12]}.tar.gz"],
    # The archive, and so its checksum, differs from one process to the next.
    ids=["upstream's name", "our name"],
)
def test_vendored_impostor_stops_at_once(tool: Tool, upstream: Upstream, tmp_path: Path, name: str) -> None:
    upstream.files["/zeromq-4.3.5.tar.gz"] = RELEASE
    tool.release("libzmq", [upstream.url("/zeromq-4.3.5.tar.gz")], RELEASE)
    (tmp_path / name).write_bytes(RELEASE[:-1])
    message = tool.resolve("libzmq", "--vendor", tmp_path).message
    assert f"the vendored {tmp_path / name} has SHA-256 {sha256(RELEASE[:-1])}" in message
    assert sha256(RELEASE) in message
    assert upstream.asked == []


def test_vendor_then_resolve_offline(tool: Tool, upstream: Upstream) -> None:
    sodium = tar(libsodium_files("libsodium-1.0.22"))
    upstream.files.update({"/z.tar.gz": RELEASE, "/s.tar.gz": sodium})
    tool.release("libzmq", [upstream.url("/z.tar.gz")], RELEASE)
    tool.release("libsodium", [upstream.url("/s.tar.gz")], sodium)
    assert tool.run("vendor").status == 0
    manifest = json.loads((tool.dest / "manifest.json").read_text(encoding="utf-8"))
    assert [(e["name"], e["version"], e["origin"]) for e in manifest] == [
        ("libzmq", "4.3.5", "upstream"),
        ("libsodium", "1.0.22", "upstream"),
    ]
    assert tool.files() == sorted(["manifest.json", *(entry["file"] for entry in manifest)])
    assert tool.run("vendor").status == 0, "a second run finds everything there"
    assert len(upstream.asked) == 2
    vendor, tool.dest = tool.dest, tool.base / "elsewhere"
    for name in ("libzmq", "libsodium"):
        result = tool.resolve(name, "--offline", "--vendor", vendor).result
        assert result["origin"] == "vendored"
    tool.dest = tool.base / "sdist of an sdist"
    assert tool.run("vendor", "--vendor", vendor).status == 0
    assert len(upstream.asked) == 2
    assert (tool.dest / "manifest.json").read_bytes() == (vendor / "manifest.json").read_bytes()


# --- versions ---------------------------------------------------------------------------------


def test_unlisted_version_comes_from_the_template(tool: Tool, upstream: Upstream) -> None:
    other = tar(libzmq_files("zeromq-4.3.6", "4.3.6"))
    upstream.files["/v4.3.6/zeromq-4.3.6.tar.gz"] = other
    template = upstream.url("/v{version}/zeromq-{version}.tar.gz")
    tool.data["libzmq"]["url_templates"] = [template]
    outcome = tool.resolve("libzmq", "--version", "4.3.6")
    assert (outcome.result["origin"], outcome.result["pinned"]) == ("upstream", False)
    assert f"set PYZMQ_LIBZMQ_SHA256={sha256(other)} to pin it" in outcome.stderr
    pinned = tool.resolve("libzmq", "--version", "4.3.6", "--sha256", sha256(other))
    assert pinned.result["pinned"] is True
    assert "warning" not in pinned.stderr


def test_unknown_version_names_the_known_ones(tool: Tool) -> None:
    message = tool.resolve("libzmq", "--version", "9.9.9").message
    assert "libzmq 9.9.9 could not be had" in message
    assert "PYZMQ_LIBZMQ_VERSION to a version with known checksums: 4.3.5" in message
    assert "PYZMQ_LIBZMQ_URL" in message


def test_archive_with_other_version_than_listed(tool: Tool, upstream: Upstream) -> None:
    other = tar(libzmq_files("zeromq-4.3.5", "4.3.6"))
    upstream.files["/z.tar.gz"] = other
    tool.release("libzmq", [upstream.url("/z.tar.gz")], other)
    assert "holds libzmq 4.3.6, not 4.3.5" in tool.resolve("libzmq").message


def test_unknown_name(tool: Tool) -> None:
    message = tool.resolve("libzmp").message
    assert "no dependency is called 'libzmp'" in message
    assert "libzmq, libsodium" in message


@pytest.mark.parametrize(
    ("keys", "value", "reason"),
    [
        (["libzmq", "version"], "1.2.3", "the default version 1.2.3 is not among its releases"),
        (["libzmq", "releases", "4.3.5", "upstream", "sha256"], "AB", "'AB' is not a SHA-256"),
        (
            ["libsodium", "releases", "1.0.22", "mirrors", 0, "member"],
            "../LATEST.tar.gz",
            "'../LATEST.tar.gz' is not a path inside an archive",
        ),
    ],
)
def test_unfit_dependencies_file(tool: Tool, keys: list[Any], value: str, reason: str) -> None:
    tool.release("libsodium", ["http://127.0.0.1:9/s.tar.gz"], b"gone", nested_mirror(NESTED, INNER))
    place: Any = tool.data
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    message = tool.resolve("libzmq").message
    assert f"{tool.base / 'dependencies.json'}: {keys[0]}: {reason}" in message


# --- licence texts, and the source tree -------------------------------------------------------


@pytest.mark.parametrize("system", ["Linux", "Windows"])
def test_licenses(tool: Tool, tmp_path: Path, system: str) -> None:
    (tmp_path / "x.crate").write_bytes(CRATE)
    outcome = tool.run("licenses", "--name", "libzmq", "--archive", tmp_path / "x.crate", "--system", system)
    texts = {
        entry["file"]: (entry["license"], (tool.dest / entry["file"]).read_text(encoding="utf-8"))
        for entry in json.loads(outcome.stdout)
    }
    expected = {
        "libzmq-LICENSE": ("MPL-2.0", "Mozilla Public License Version 2.0\n"),
        "libzmq-external-sha1-sha1.txt": ("BSD-3-Clause", "Some rights reserved.\n"),
    }
    if system == "Windows":
        expected["libzmq-external-wepoll-license.txt"] = ("BSD-2-Clause", "wepoll's licence\n")
    assert texts == expected
    assert tool.files() == sorted(expected)


def test_licence_that_is_missing_is_an_error(tool: Tool, tmp_path: Path) -> None:
    files = libzmq_files("x")
    del files["x/LICENSE"]
    (tmp_path / "x.tar.gz").write_bytes(tar(files))
    arguments = ("licenses", "--name", "libzmq", "--archive", tmp_path / "x.tar.gz")
    assert "has no regular file 'LICENSE'" in tool.run(*arguments).message


def test_nothing_is_written_into_the_source_tree(tool: Tool, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(TOOLS / "sources", copy / "tools/sources", ignore=lambda *_: ["__pycache__"])
    shutil.copytree(ROOT / "cmake", copy / "cmake")
    before = sorted(copy.rglob("*"))
    command = [sys.executable, copy / "tools/sources", "resolve", "--name", "libzmq", "--offline"]
    done = subprocess.run([*map(str, command), "--dest", str(tool.dest)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"libzmq {PINNED['libzmq']['version']} could not be had from anywhere" in done.stderr
    assert sorted(copy.rglob("*")) == before
