"""Certificates: written, read, and refused when malformed."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

import zmq
import zmq.auth

pytestmark = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq is built without CURVE")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The files of a certificate."""
    public, secret = zmq.auth.create_certificates(tmp_path, "peer", {"email": "peer@example.org", "name": "A 'peer'"})
    return Path(public), Path(secret)


def test_round_trip(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    assert [path.name for path in pair] == ["peer.key", "peer.key_secret"]
    public, secret = zmq.auth.load_certificate(pair[1])
    assert secret is not None
    assert zmq.curve_public(secret) == public
    assert zmq.auth.load_certificate(str(pair[0])) == (public, None)
    assert secret.decode() not in pair[0].read_text()
    for path in pair:
        assert 'email = "peer@example.org"' in path.read_text()
    assert zmq.auth.load_certificates(tmp_path) == {public: True}
    zmq.auth.create_certificates(str(tmp_path), "other")
    assert len(zmq.auth.load_certificates(str(tmp_path))) == 2
    assert len(list(tmp_path.iterdir())) == 4, "temporary files are left"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_permissions(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        public, secret = zmq.auth.create_certificates(tmp_path, "peer")
        Path(secret).chmod(0o666)
        public, secret = zmq.auth.create_certificates(tmp_path, "peer")
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path(secret).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(public).stat().st_mode) == 0o644


def test_the_documented_format(tmp_path: Path) -> None:
    """As czmq writes it, with quotes or without."""
    public, secret = zmq.curve_keypair()
    path = tmp_path / "x.key_secret"
    text = f'#  note\nmetadata\n    public-name = "x"\ncurve\n    public-key = "{public.decode()}"\n'
    path.write_text(text + f"    secret-key = {secret.decode()}\n")
    assert zmq.auth.load_certificate(path) == (public, secret)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "a\0b"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name of a certificate"):
        zmq.auth.create_certificates(tmp_path, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("key", "value"), [("a b", ""), ("", "x"), ("secret-key", "x"), ("a", "x\ny"), ("a", "\"'")])
def test_metadata_that_cannot_be_written(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(ValueError, match="metadata"):
        zmq.auth.create_certificates(tmp_path, "x", {key: value})
    assert not list(tmp_path.iterdir())


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        zmq.auth.create_certificates(tmp_path / "nowhere", "x")
    with pytest.raises(OSError, match="nowhere"):
        zmq.auth.load_certificates(tmp_path / "nowhere")
    with pytest.raises(OSError, match="nowhere"):
        zmq.auth.load_certificate(tmp_path / "nowhere")


PUBLIC, SECRET = (key.decode() for key in zmq.curve_keypair()) if zmq.has("curve") else ("", "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "no public key"),
        (f'curve\n  secret-key = "{SECRET}"\n', "no public key"),
        ('public-key = "short"\n', "5 characters"),
        (f'public-key = "{PUBLIC}x"\n', "41 characters"),
        (f'public-key = "{"~" * 40}"\n', "no Z85"),
        (f'public-key = "{"#" * 40}"\n', "no Z85"),
        (f'public-key = "{PUBLIC}\n', "quote"),
        (f'public-key = "{PUBLIC}"\npublic-key = "{PUBLIC}"\n', "more than one public-key"),
        (f'public-key = "{"0" * 40}"\nsecret-key = "{SECRET}"\n', "not that of its secret key"),
        (f'public-key = "{PUBLIC}"\nsecret-key = "{SECRET}x"\n', "secret-key has 41 characters"),
        ("x" * (1 << 21), "bytes"),
    ],
    ids=lambda value: "" if "key" in value and "\n" in value else None,
)
def test_malformed_certificates(tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "bad.key"
    path.write_text(text)
    for load in (lambda: zmq.auth.load_certificate(path), lambda: zmq.auth.load_certificates(tmp_path)):
        with pytest.raises(ValueError, match=wrong) as caught:
            load()
        assert "bad.key" in str(caught.value)
        assert SECRET not in str(caught.value)
