"""Building against a libzmq that is there already."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .conftest import run

SYSTEM_HAS_LIBZMQ = any(Path(folder, "zmq.h").is_file() for folder in ("/usr/include", "/usr/local/include"))
system_libzmq = pytest.mark.skipif(
    not SYSTEM_HAS_LIBZMQ, reason="no libzmq of the system: Debian's libzmq3-dev is not installed"
)


def talk(python: Path, cwd: Path, env=None) -> str:
    """Send a message, and tell the version of libzmq that carried it."""
    script = """
import zmq
with zmq.Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
    pull.bind("inproc://talk")
    push.connect("inproc://talk")
    push.send_multipart([b"a", b"b" * 100000])
    assert pull.recv_multipart() == [b"a", b"b" * 100000]
print(zmq.zmq_version())
"""
    return run([python, "-W", "error", "-c", script], cwd=cwd, env=env, timeout=60).succeeded().text.strip()


@system_libzmq
def test_auto_finds_the_systems(build_wheel, install, info_of, tmp_path):
    """ZMQ_PREFIX unset: pkg-config, or the search, finds Debian's libzmq3-dev."""
    wheel, _ = build_wheel()
    python = install(wheel)
    info = info_of(python)
    assert info["libzmq"]["origin"] in ("cmake", "pkg-config", "search")
    assert info["libzmq"]["linked"] == "shared"
    assert "libsodium" not in info
    assert talk(python, tmp_path) == info["libzmq"]["running"]


def test_cmake_package(configure, installed_libzmq):
    outcome = configure(f"-DCMAKE_PREFIX_PATH={installed_libzmq}")
    assert "shared, cmake" in outcome.succeeded().text


def test_pkg_config(configure, installed_libzmq):
    if not shutil.which("pkg-config"):
        pytest.skip("no pkg-config on this machine")
    outcome = configure(
        "-DCMAKE_DISABLE_FIND_PACKAGE_ZeroMQ=ON", PKG_CONFIG_PATH=str(installed_libzmq / "lib" / "pkgconfig")
    )
    assert f"shared, pkg-config {installed_libzmq}" in outcome.succeeded().text


def test_library_search(configure, blind, installed_libzmq):
    outcome = configure(*blind, "-DCMAKE_DISABLE_FIND_PACKAGE_ZeroMQ=ON", f"-DCMAKE_PREFIX_PATH={installed_libzmq}")
    assert "shared, search" in outcome.succeeded().text


def test_auto_falls_back_on_bundled(configure, blind):
    assert "static, bundled" in configure(*blind).succeeded().text


def prefix_with(folder: Path, real: Path, libraries: str, lib: str) -> Path:
    """A prefix with the header and those libraries of `real` that match a pattern, in its folder `lib`."""
    shutil.copytree(real / "include", folder / "include")
    (folder / lib).mkdir(parents=True)
    for file in (real / "lib").glob(libraries):
        shutil.copy2(file, folder / lib / file.name, follow_symlinks=False)
    shutil.copytree(real / "lib" / "pkgconfig", folder / lib / "pkgconfig")
    return folder


@pytest.mark.parametrize("lib", ["lib", "lib64", "lib/x86_64-linux-gnu"])
def test_prefix_with_a_shared_library(configure, tmp_path, installed_libzmq, lib):
    if lib.endswith("-gnu") and not Path("/usr", lib).is_dir():
        pytest.skip("the compiler of this machine has another multiarch folder")
    prefix = prefix_with(tmp_path / "prefix", installed_libzmq, "libzmq.so*", lib)
    outcome = configure(f"-DZMQ_PREFIX={prefix}")
    assert f"shared, prefix {prefix}" in outcome.succeeded().text


def test_prefix_is_found_at_run_time(build_wheel, install, info_of, installed_libzmq, tmp_path):
    """RPATH leads to the prefix; without it (PYZMQ_LIBZMQ_RPATH=OFF) the extension has none."""
    wheel, _ = build_wheel(ZMQ_PREFIX=str(installed_libzmq))
    python = install(wheel)
    assert info_of(python)["libzmq"]["location"] == str(installed_libzmq)
    assert talk(python, tmp_path) == "4.3.5"
    wheel, _ = build_wheel(ZMQ_PREFIX=str(installed_libzmq), PYZMQ_LIBZMQ_RPATH="OFF", folder="no-rpath")
    (library,) = install(wheel, "no-rpath").parent.parent.glob("lib/python*/site-packages/zmq/backend/cython/_zmq*.so")
    assert str(installed_libzmq).encode() not in library.read_bytes()


def test_static_only_prefix(build_wheel, install, info_of, installed_libzmq, tmp_path):
    prefix = prefix_with(tmp_path / "static", installed_libzmq, "libzmq.a", "lib")
    wheel, _ = build_wheel(f"-DZMQ_PREFIX={prefix}")
    # Nothing of the prefix is needed any more.
    shutil.rmtree(prefix)
    python = install(wheel)
    assert info_of(python)["libzmq"]["linked"] == "static"
    assert talk(python, tmp_path) == "4.3.5"


def test_python_is_the_one_that_builds(configure, installed_libzmq):
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"Python                          {version}" in configure(f"-DZMQ_PREFIX={installed_libzmq}").text
