"""``tools/sources``: archives that a person names, damaged ones and hostile ones."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from sources_samples import (
    CRATE,
    INNER,
    NESTED,
    RELEASE,
    SDIST,
    TOOLS,
    Tool,
    Upstream,
    libzmq_files,
    link,
    nested_mirror,
    put_crate,
    serving,
    sha256,
    tar,
    tar_of,
)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


# --- a place that a person names --------------------------------------------------------------


def test_unpinned_url_warns_with_checksum_and_option(tool: Tool, upstream: Upstream) -> None:
    other = tar(libzmq_files("libzmq-master", "4.3.6"))
    upstream.files["/tarball/master"] = other
    url = upstream.url("/tarball/master")
    outcome = tool.resolve("libzmq", "--url", f"{url}?token=secret")
    upstream.files["/tarball/master?token=secret"] = other
    assert "HTTP 404" in outcome.message
    assert "PYZMQ_LIBZMQ_URL" in outcome.message
    outcome = tool.resolve("libzmq", "--url", f"{url}?token=secret")
    result = outcome.result
    assert (result["origin"], result["pinned"]) == ("url", False)
    assert result["version"] == "4.3.6"
    assert result["archive"].endswith(f"libzmq-4.3.6-{sha256(other)[:12]}.tar.gz")
    assert result["origin_detail"] == f"{url}?..."
    assert f"set PYZMQ_LIBZMQ_SHA256={sha256(other)} to pin it" in outcome.stderr
    assert "secret" not in outcome.stdout + outcome.stderr


def test_pinned_url(tool: Tool, upstream: Upstream) -> None:
    other = tar(libzmq_files("x", "4.3.6"))
    upstream.files["/x.tar.gz"] = other
    arguments = ("--url", upstream.url("/x.tar.gz"), "--sha256", sha256(other))
    outcome = tool.resolve("libzmq", *arguments)
    assert outcome.result["pinned"] is True
    assert "warning" not in outcome.stderr
    assert tool.resolve("libzmq", *arguments).result == outcome.result
    assert upstream.asked == ["/x.tar.gz"], "what is pinned is not fetched twice"


def test_pinned_url_with_wrong_checksum_stops_at_once(tool: Tool, upstream: Upstream) -> None:
    upstream.files.update({"/x.tar.gz": CRATE, "/zeromq-4.3.5.tar.gz": RELEASE})
    tool.release("libzmq", [upstream.url("/zeromq-4.3.5.tar.gz")], RELEASE)
    url = upstream.url("/x.tar.gz")
    message = tool.resolve("libzmq", "--url", url, "--sha256", sha256(b"x")).message
    for text in ("PYZMQ_LIBZMQ_URL", url, sha256(CRATE), sha256(b"x"), "PYZMQ_LIBZMQ_SHA256"):
        assert text in message
    assert upstream.asked == ["/x.tar.gz"]


def test_url_known_to_the_dependencies_file_is_pinned(tool: Tool, upstream: Upstream) -> None:
    upstream.files["/z.tar.gz"] = CRATE
    url = upstream.url("/z.tar.gz")
    tool.release("libzmq", [url], RELEASE)
    assert f"expected is {sha256(RELEASE)}" in tool.resolve("libzmq", "--url", url).message


def test_known_archive_from_another_place_is_pinned(tool: Tool, upstream: Upstream) -> None:
    tool.release("libsodium", ["http://127.0.0.1:9/s.tar.gz"], b"gone", nested_mirror(NESTED, INNER))
    upstream.files["/my/mirror"] = NESTED
    outcome = tool.resolve("libsodium", "--url", upstream.url("/my/mirror"))
    assert (outcome.result["origin"], outcome.result["pinned"]) == ("url", True)
    assert outcome.result["sha256"] == sha256(INNER)
    assert "warning" not in outcome.stderr


@pytest.mark.parametrize(
    "spell",
    [Path.as_uri, str, lambda path: os.path.relpath(path, path.parents[1])],
    ids=["file-url", "path", "relative"],
)
def test_local_file(tool: Tool, tmp_path: Path, spell: Callable[[Path], str]) -> None:
    path = tmp_path / "Ordner mit Räumen %41" / "libzmq#1.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in libzmq_files("libzmq-1", "4.3.6").items():
            archive.writestr(name, content)
    tool.dest = tmp_path / "Ziel ü"
    result = tool.resolve("libzmq", "--offline", "--url", spell(path)).result
    assert (result["version"], result["pinned"]) == ("4.3.6", False)
    assert result["archive"].endswith(".zip")
    assert Path(result["archive"]).parent == tool.dest
    assert Path(result["archive"]).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/no/such/file.tar.gz", "there is no such file"),
        (str(TOOLS), "it is a folder"),
        ("ftp://example.invalid/x.tar.gz", "the scheme 'ftp' is none of http, https, file"),
        ("file://host.invalid/x.tar.gz", "host"),
        (__file__, "is neither a tar (gz, xz, bz2) nor a zip archive"),
    ],
)
def test_unfit_url(tool: Tool, url: str, reason: str) -> None:
    message = tool.resolve("libzmq", "--url", url).message
    assert reason in message
    assert "PYZMQ_LIBZMQ_URL" in message


def test_archive_of_something_else(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(SDIST)
    message = tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").message
    assert "holds no source tree of libzmq: no include/zmq.h" in message


def test_url_of_other_version_warns(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(tar(libzmq_files("x", "4.3.6")))
    outcome = tool.resolve("libzmq", "--version", "4.3.5", "--url", tmp_path / "x.tar.gz")
    assert outcome.result["version"] == "4.3.6"
    assert "holds libzmq 4.3.6, not 4.3.5; PYZMQ_LIBZMQ_URL decides" in outcome.stderr


def test_archive_without_top_level_folder(tool: Tool, tmp_path: Path) -> None:
    files = {name[4:]: content for name, content in libzmq_files("top", "4.3.6").items()}
    (tmp_path / "x.tar.gz").write_bytes(tar(files))
    assert tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").result["subdir"] == ""
    deep = {f"a/b/{name}": content for name, content in files.items()}
    (tmp_path / "y.tar.gz").write_bytes(tar({"README": b"", **deep}))
    assert tool.resolve("libzmq", "--url", tmp_path / "y.tar.gz").result["subdir"] == "a/b"


# --- hostile archives -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member",
    [
        link("../evil", "x", tarfile.REGTYPE),
        link("/evil", "x", tarfile.REGTYPE),
        link("top/../../evil", "x", tarfile.REGTYPE),
        link("top/evil", "/etc/passwd"),
        link("top/evil", "../../evil"),
        link("top/evil", "C:/evil"),
        link("top/evil", "../evil", tarfile.LNKTYPE),
        link("C:evil", "x", tarfile.REGTYPE),
        link("top\\..\\..\\evil", "x", tarfile.REGTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.linkname}",
)
def test_member_that_leads_outside(tool: Tool, tmp_path: Path, member: tarfile.TarInfo) -> None:
    (tmp_path / "x.tar.gz").write_bytes(tar_of(member))
    message = tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").message
    assert f"the member {member.name!r} leads outside the archive" in message
    assert tool.files() == []


def test_links_that_stay_inside_are_fine(tool: Tool, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in libzmq_files("top").items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        archive.addfile(link("top/doc/COPYING", "../LICENSE"))
    (tmp_path / "x.tar.gz").write_bytes(buffer.getvalue())
    assert tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").result["version"] == "4.3.5"


def test_device_is_refused(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(tar_of(link("top/evil", "", tarfile.FIFOTYPE)))
    message = tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").message
    assert "'top/evil' is a device or a pipe" in message


@pytest.mark.parametrize(
    "outer",
    [
        tar_of(link("sys-1.0/LATEST.tar.gz", "/etc/passwd")),
        tar_of(link("sys-1.0/LATEST.tar.gz", "lib.rs")),
        tar({"sys-1.0/LATEST.tar.gz": NESTED}),
        tar({"sys-1.0/lib.rs": b"", "../LATEST.tar.gz": INNER}),
        NESTED[: len(NESTED) // 2],
    ],
    ids=["absolute-link", "link", "other-content", "traversal", "damaged"],
)
def test_hostile_archive_around_the_inner_one(tool: Tool, outer: bytes) -> None:
    tool.release("libsodium", ["http://127.0.0.1:9/s.tar.gz"], b"gone", nested_mirror(outer, INNER))
    put_crate(tool, "sys-1.0.crate", outer)
    message = tool.resolve("libsodium").message
    assert "cargo (crate sys 1.0): " in message
    assert tool.files() == []
    assert not (tool.base / "LATEST.tar.gz").exists()


@pytest.mark.parametrize("length", [5, 40, len(RELEASE) // 2])
def test_damaged_archive(tool: Tool, tmp_path: Path, length: int) -> None:
    (tmp_path / "x.tar.gz").write_bytes(RELEASE[:length])
    assert "is damaged" in tool.resolve("libzmq", "--url", tmp_path / "x.tar.gz").message
