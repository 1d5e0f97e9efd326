"""Wheels with the bundled libraries inside."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT, run

BUNDLED = "-DZMQ_PREFIX=bundled"


def tree_state() -> str:
    """What git sees in the checkout, ignored files included; not the caches and folders of the tools around."""
    command = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    # Names with spaces are quoted.
    aside = ("!! .", '!! ".', "!! build/", "!! dist/")
    return "\n".join(line for line in lines if not line.startswith(aside))


def test_wheel(build_wheel, install, info_of, try_out, tmp_path):
    """The default build: complete, conforming, working; the source tree is as it was."""
    before = tree_state() if (ROOT / ".git").exists() else ""
    # Without it, files have the times at which they were written, which the policy refuses.
    wheel, _outcome = build_wheel(BUNDLED, SOURCE_DATE_EPOCH="1700000000")
    if before:
        assert tree_state() == before

    report = tmp_path / "report.json"
    check = [sys.executable, ROOT / "tools" / "check_dist", "--unrepaired", "--json", report, wheel]
    run(check, cwd=tmp_path).succeeded()

    python = install(wheel)
    info = info_of(python)
    assert info["libzmq"]["origin"] == "bundled"
    assert info["libzmq"]["linked"] == "static"
    assert info["libzmq"]["version"] == info["libzmq"]["running"] == "4.3.5"
    assert info["libsodium"]["version"] == "1.0.22"
    for name in ("libzmq", "libsodium"):
        assert info[name]["source"]["origin"] == "vendored"
        assert info[name]["source"]["pinned"] in ("True", "ON", "true", "1")
        assert len(info[name]["source"]["sha256"]) == 64
    assert info["drafts"] is False
    assert info["features"]["curve"]
    assert info["features"]["ws"]
    assert info["options"]["ZMQ_PREFIX"] == "bundled"
    assert str(ROOT) not in json.dumps(info)
    try_out(python).succeeded()


def test_licences_are_those_of_the_libraries(libzmq_source, sources_dir, tmp_path):
    """The texts in the repository are those of the trees that are compiled."""
    assert (ROOT / "licenses" / "LICENSE.libzmq.txt").read_text() == (libzmq_source / "LICENSE").read_text()
    answer = tmp_path / "answer.json"
    command = [sys.executable, ROOT / "tools" / "sources", "resolve", "--name", "libsodium", "--dest", tmp_path]
    run([*command, "--vendor", sources_dir, "--offline", "--json", answer]).succeeded()
    shutil.unpack_archive(json.loads(answer.read_text())["archive"], tmp_path / "tree")
    (tree,) = (tmp_path / "tree").iterdir()
    assert (ROOT / "licenses" / "LICENSE.libsodium.txt").read_text() == (tree / "LICENSE").read_text()


def test_two_builds_are_identical(build_wheel):
    """Byte for byte, though made in different temporary folders."""
    made = [build_wheel(BUNDLED, folder=name, SOURCE_DATE_EPOCH="1700000000")[0] for name in ("one", "two")]
    one, two = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in made)
    if one != two:
        contents = [{i.filename: zipfile.ZipFile(w).read(i) for i in zipfile.ZipFile(w).infolist()} for w in made]
        differing = [name for name in contents[0] if contents[0][name] != contents[1].get(name)]
        raise AssertionError(f"two builds differ in {differing}")


def test_drafts_and_both_backends(build_wheel, install, info_of, try_out, clean_environment, tmp_path):
    """ZMQ_DRAFT_API brings the draft sockets; PYZMQ_BACKEND brings both modules, chosen at import."""
    wheel, _ = build_wheel(BUNDLED, "-DZMQ_DRAFT_API=ON", PYZMQ_BACKEND="cython cffi")
    with zipfile.ZipFile(wheel) as archive:
        modules = {Path(name).name.split(".")[0] for name in archive.namelist() if name.endswith((".so", ".pyd"))}
    assert modules == {"_zmq", "_cffi"}
    python = install(wheel)
    assert info_of(python)["drafts"] is True
    assert info_of(python)["features"]["draft"]
    script = """
import zmq
with zmq.Context() as context, context.socket(zmq.SERVER) as server, context.socket(zmq.CLIENT) as client:
    server.bind("inproc://drafts")
    client.connect("inproc://drafts")
    client.send(b"question")
    frame = server.recv(copy=False)
    server.send(b"answer", routing_id=frame.routing_id)
    assert client.recv() == b"answer"
    print(zmq.DRAFT_API, zmq.build_info()["backend"])
"""
    outcome = run([python, "-W", "error", "-c", script], cwd=tmp_path, env=clean_environment, timeout=60)
    assert outcome.succeeded().text.split() == ["True", "cython"]
    try_out(python).succeeded()


@pytest.mark.network
def test_older_versions(build_wheel, install, info_of, try_out):
    """PYZMQ_LIBZMQ_VERSION and PYZMQ_LIBSODIUM_VERSION: releases whose trees have other files than the default ones."""
    wheel, _outcome = build_wheel(
        BUNDLED, PYZMQ_LIBZMQ_VERSION="4.3.4", PYZMQ_LIBSODIUM_VERSION="1.0.20", PYZMQ_OFFLINE="0"
    )
    python = install(wheel)
    info = info_of(python)
    assert info["libzmq"]["running"] == "4.3.4"
    assert info["libsodium"]["version"] == "1.0.20"
    assert info["libzmq"]["source"]["origin"] in ("upstream", "cargo", "pip", "apt")
    try_out(python).succeeded()


@pytest.mark.skipif(os.name == "nt", reason="libsodium's own build on Windows is msbuild's, not configure and make")
def test_libsodiums_own_build(build_wheel, install, info_of, try_out):
    wheel, _outcome = build_wheel(BUNDLED, PYZMQ_LIBSODIUM_CONFIGURE_ARGS="--disable-pie --enable-minimal")
    python = install(wheel)
    info = info_of(python)
    assert info["libsodium"]["build"] == "own build"
    assert info["options"]["PYZMQ_LIBSODIUM_CONFIGURE_ARGS"] == "--disable-pie;--enable-minimal"
    try_out(python).succeeded()


def copy_of_the_checkout(target: Path) -> Path:
    """The files that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def test_paths_with_spaces_and_letters(build_wheel, install, try_out, tmp_path):
    """Sources and build folder below a path with spaces and non-ASCII letters."""
    source = copy_of_the_checkout(tmp_path / "quellen mit ümläuten и пробел")
    (tmp_path / "bau ordner é").mkdir()
    wheel, _ = build_wheel(BUNDLED, source=source, TMPDIR=str(tmp_path / "bau ordner é"))
    try_out(install(wheel)).succeeded()


def test_editable(make_venv, environment, info_of, tmp_path):
    """``pip install -e``: Python from the checkout, the extension from beside it; nothing written into the checkout."""
    before = tree_state() if (ROOT / ".git").exists() else ""
    python = make_venv("editable")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps"]
    env = {**environment, "ZMQ_PREFIX": "bundled"}
    # pip runs in the environment's Python, whose build requirements are those of this one.
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    run([*command, "--no-build-isolation", "--no-index", "-e", ROOT], env=env).succeeded()
    if before:
        assert tree_state() == before
    script = "import zmq; print(zmq.__file__); print(zmq.backend.cython._zmq.__file__)"
    shown = run([python, "-c", script], cwd=tmp_path).succeeded().text.splitlines()
    assert Path(shown[0]) == ROOT / "zmq" / "__init__.py"
    assert str(tmp_path) in shown[1]
    assert info_of(python)["libzmq"]["origin"] == "bundled"
