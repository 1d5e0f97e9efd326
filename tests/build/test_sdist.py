"""The sdist: carries all that a build needs beside the build tools."""

from __future__ import annotations

import shutil
import sys
import tarfile

import pytest

from .conftest import ROOT, run


@pytest.fixture(scope="module")
def sdist(tmp_path_factory, clean_environment, sources_dir):
    folder = tmp_path_factory.mktemp("sdist")
    env = {**clean_environment, "PYZMQ_SOURCES_DIR": str(sources_dir), "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, ROOT]
    run(command, env=env).succeeded()
    (made,) = folder.glob("*.tar.gz")
    return made


def test_conforms(sdist, tmp_path):
    run([sys.executable, ROOT / "tools" / "check_dist", sdist], cwd=tmp_path).succeeded()


def test_is_reproducible(sdist, tmp_path, clean_environment, sources_dir):
    env = {**clean_environment, "PYZMQ_SOURCES_DIR": str(sources_dir), "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT]
    run(command, env=env).succeeded()
    assert (tmp_path / sdist.name).read_bytes() == sdist.read_bytes()


def no_network() -> tuple[str, ...] | None:
    """A command prefix that runs something in a network namespace without routes; None where that is not allowed."""
    for prefix in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if shutil.which("unshare") and run([*prefix, "true"]).status == 0:
            return prefix
    return None


def test_builds_without_network_and_without_cython(sdist, build_wheel, make_venv, install, try_out, tmp_path):
    """In a network namespace without routes, with a Python that has the build tools but no Cython."""
    prefix = no_network()
    if prefix is None:
        pytest.skip("this machine does not allow to make network namespaces (unshare --net)")
    python = make_venv("no-cython")
    tools = ["pip", "scikit-build-core", "cmake", "ninja"]
    run([sys.executable, "-m", "pip", "--python", python, "install", "-q", *tools]).succeeded()
    assert run([*prefix, "python3", "-c", "import socket; socket.create_connection(('192.0.2.1', 9), 1)"]).failed()
    assert run([python, "-c", "import Cython"]).failed()

    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path / "unpacked")
    (source,) = (tmp_path / "unpacked").iterdir()
    assert list((source / "vendor").iterdir())
    wheel, outcome = build_wheel(
        "-DZMQ_PREFIX=bundled",
        source=source,
        python=python,
        prefix=prefix,
        PYZMQ_SOURCES_DIR="",
        PYZMQ_OFFLINE="",
        PATH=str(python.parent) + ":/usr/local/bin:/usr/bin:/bin",
    )
    assert "using the C that came with the sources" in outcome.text
    try_out(install(wheel)).succeeded()


def test_pip_builds_from_the_sdist(sdist, build_wheel, install, info_of):
    """The round trip: the wheel made from the sdist has what the wheel made from the checkout has."""
    wheel, _ = build_wheel("-DZMQ_PREFIX=bundled", source=sdist, PYZMQ_SOURCES_DIR="", PYZMQ_OFFLINE="")
    info = info_of(install(wheel))
    assert info["libzmq"]["source"]["origin"] == "vendored"
