"""Builds that cannot go on stop with one message: what was sought, where, and which option to set."""

from __future__ import annotations

import hashlib
import shutil
import socket
import sys
from pathlib import Path

import pytest


def only_error(outcome) -> str:
    """The one error; a second would hide it."""
    assert outcome.failed().text.count("CMake Error") == 1, outcome.text
    return outcome.error


def test_prefix_without_libzmq(configure, tmp_path):
    error = only_error(configure(f"-DZMQ_PREFIX={tmp_path}"))
    assert f"no libzmq at ZMQ_PREFIX='{tmp_path}'" in error
    assert f"zmq.h in {tmp_path}/include" in error
    assert "lib, lib64" in error
    assert "'bundled'" in error


def test_prefix_with_header_only(configure, tmp_path, libzmq_source):
    (tmp_path / "include").mkdir()
    shutil.copy(libzmq_source / "include" / "zmq.h", tmp_path / "include")
    error = only_error(configure(ZMQ_PREFIX=str(tmp_path)))
    assert "a library zmq in the folders" in error
    assert "zmq.h in" not in error.split("Set ZMQ_PREFIX")[0].split("not found:")[1]


def test_no_bundle_without_libzmq(configure, blind):
    error = only_error(configure("-DPYZMQ_NO_BUNDLE=ON", *blind))
    assert "PYZMQ_NO_BUNDLE forbids" in error
    for sought in ("CMake package ZeroMQ", "pkg-config", "CMAKE_PREFIX_PATH", "ZMQ_PREFIX", "libzmq3-dev"):
        assert sought in error


def test_bundled_and_no_bundle_exclude_each_other(configure):
    assert "exclude each other" in only_error(configure("-DZMQ_PREFIX=bundled", PYZMQ_NO_BUNDLE="1"))


def test_wrong_checksum(configure, tmp_path):
    archive = tmp_path / "libzmq.tar.gz"
    archive.write_bytes(b"not libzmq")
    expected = "0" * 64
    definitions = [f"-DPYZMQ_LIBZMQ_URL={archive}", f"-DPYZMQ_LIBZMQ_SHA256={expected}"]
    outcome = configure("-DZMQ_PREFIX=bundled", *definitions)
    error = only_error(outcome)
    assert expected in error
    assert hashlib.sha256(b"not libzmq").hexdigest() in error
    assert "PYZMQ_LIBZMQ_SHA256" in error


def test_offline_without_archives(configure, tmp_path):
    (tmp_path / "empty").mkdir()
    error = only_error(configure("-DZMQ_PREFIX=bundled", f"-DPYZMQ_SOURCES_DIR={tmp_path / 'empty'}"))
    assert "libsodium" in error
    assert "PYZMQ_LIBSODIUM_URL" in error


def test_unreachable_host_does_not_hang(configure):
    """A server that takes the connection and never answers is given up after the time limit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/libsodium.tar.gz"
        outcome = configure(
            "-DZMQ_PREFIX=bundled",
            "-DPYZMQ_DOWNLOAD_TIMEOUT=1",
            "-DPYZMQ_OFFLINE=OFF",
            PYZMQ_LIBSODIUM_URL=url,
        )
    error = only_error(outcome)
    assert url in error
    assert "PYZMQ_LIBSODIUM_URL" in error


def fake_prefix(folder: Path, real: Path, version: str) -> Path:
    """A copy of a prefix that says it is of another version."""
    shutil.copytree(real, folder, symlinks=True)
    header = folder / "include" / "zmq.h"
    text = header.read_text()
    for part, number in zip(("MAJOR", "MINOR", "PATCH"), version.split(".")):
        old = next(line for line in text.splitlines() if line.startswith(f"#define ZMQ_VERSION_{part} "))
        text = text.replace(old, f"#define ZMQ_VERSION_{part} {number}")
    header.write_text(text)
    return folder


def test_libzmq_older_than_supported(configure, tmp_path, installed_libzmq):
    prefix = fake_prefix(tmp_path / "old", installed_libzmq, "3.2.1")
    error = only_error(configure(f"-DZMQ_PREFIX={prefix}"))
    assert "libzmq 3.2.1 is too old: 3.2.2 is the oldest supported" in error
    assert str(prefix) in error


def test_drafts_of_a_libzmq_without_drafts(configure, installed_libzmq):
    error = only_error(configure(f"-DZMQ_PREFIX={installed_libzmq}", ZMQ_DRAFT_API="1"))
    assert "zmq_join" in error
    assert str(installed_libzmq) in error
    assert "ZMQ_DRAFT_API=OFF" in error


def test_static_libzmq_that_does_not_link(configure, tmp_path, installed_libzmq):
    (tmp_path / "prefix" / "lib").mkdir(parents=True)
    shutil.copytree(installed_libzmq / "include", tmp_path / "prefix" / "include")
    (tmp_path / "prefix" / "lib" / "libzmq.a").write_bytes(b"!<arch>\n")
    error = only_error(configure(f"-DZMQ_PREFIX={tmp_path / 'prefix'}"))
    assert "cannot be linked" in error
    assert "libzmq.a" in error


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("-DPYZMQ_BACKEND=ctypes", ("'cython', 'cffi' or both", "ctypes")),
        ("-DZMQ_DRAFT_API=perhaps", ("ZMQ_DRAFT_API is ON or OFF", "perhaps", "user")),
    ],
)
def test_values_that_an_option_does_not_take(configure, definition, words):
    error = only_error(configure("-DZMQ_PREFIX=bundled", definition))
    for word in words:
        assert word in error


def test_missing_platform_define(configure):
    """A probe of libzmq's that fails for a toolchain takes a feature away in silence; the build must not."""
    error = only_error(configure("-DZMQ_PREFIX=bundled", "-DHAVE_ACCEPT4=0", "-DZMQ_HAVE_IFADDRS=0"))
    assert "HAVE_ACCEPT4, ZMQ_HAVE_IFADDRS" in error
    assert "platform.hpp" in error


def test_missing_compiler(configure):
    outcome = configure("-DZMQ_PREFIX=bundled", "-DCMAKE_CXX_COMPILER=no-such-compiler")
    assert "no-such-compiler" in outcome.failed().error


def test_no_cython_in_a_checkout(configure, make_venv, installed_libzmq):
    """Python for the build without Cython, and no generated C beside the sources."""
    bare = make_venv("bare")
    error = only_error(configure(f"-DPython_EXECUTABLE={bare}", f"-DZMQ_PREFIX={installed_libzmq}"))
    assert "Cython >= 3.1 is needed" in error
    assert str(bare) in error
    assert sys.executable not in error or Path(sys.executable).samefile(bare)
