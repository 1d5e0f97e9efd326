"""zmq.auth.certs: writing and reading certificates."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

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
    assert '    email = "peer@example.org"\n    name = "A \'peer\'"\n' in pair[1].read_text()
    assert "email" not in pair[0].read_text()
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


@pytest.mark.parametrize("name", ["", "a b", "sub/x", "../x"])
def test_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    files = zmq.auth.create_certificates(tmp_path / "in", name)
    base = os.path.join(tmp_path, "in", name)  # noqa: PTH118
    assert files == (f"{base}.key", f"{base}.key_secret")
    assert zmq.auth.load_certificate(files[1])[0] == zmq.auth.load_certificate(files[0])[0]


def test_metadata(tmp_path: Path) -> None:
    metadata: Any = {"a b": "c", "n": 5, b"bytes": b"x", "quotes": '"#"'}
    files = zmq.auth.create_certificates(tmp_path, "x", metadata)
    public, secret = (Path(file).read_text() for file in files)
    assert 'metadata\n    a b = "c"\n    n = "5"\n    bytes = "x"\n    quotes = \'"#"\'\ncurve\n' in secret
    assert "metadata\ncurve\n" in public
    assert zmq.auth.load_certificate(files[1])[0] == zmq.auth.load_certificate(files[0])[0]


def test_the_documented_format(tmp_path: Path) -> None:
    """As czmq writes it, with quotes or without."""
    public, secret = zmq.curve_keypair()
    path = tmp_path / "x.key_secret"
    text = f'#  note\nmetadata\n    public-name = "x"\ncurve\n    public-key = "{public.decode()}"\n'
    path.write_text(text + f"    secret-key = {secret.decode()}\n")
    assert zmq.auth.load_certificate(path) == (public, secret)


@pytest.mark.parametrize(
    ("key", "value"), [("a\nb", ""), ("secret-key", "x"), (" public-keys", "x"), ("a", "x\ny"), ("a", "x\ry")]
)
def test_metadata_that_cannot_be_written(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(ValueError, match="metadata"):
        zmq.auth.create_certificates(tmp_path, "x", {key: value})
    assert not list(tmp_path.iterdir())


def test_missing_files(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(FileNotFoundError) as missing:
        zmq.auth.create_certificates(nowhere, "x")
    assert missing.value.filename == str(nowhere / "x.key")
    for given in (nowhere, str(nowhere), os.fsencode(nowhere)):
        path: Any = given
        with pytest.raises(OSError, match=f"^{re.escape(f'Invalid certificate directory: {given!s}')}$"):
            zmq.auth.load_certificates(path)
        with pytest.raises(OSError, match=f"^{re.escape(f'Invalid certificate file: {given!s}')}$"):
            zmq.auth.load_certificate(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports directories as files without permission")
def test_directories_in_place_of_files(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with pytest.raises(IsADirectoryError):
        zmq.auth.load_certificate(tmp_path)
    with pytest.raises(OSError, match="Invalid certificate directory"):
        zmq.auth.load_certificates(pair[0])
    (tmp_path / "directory.key").mkdir()
    with pytest.raises(IsADirectoryError):
        zmq.auth.load_certificates(tmp_path)


@pytest.mark.parametrize("text", ["", 'curve\n    secret-key = "x"\n', '# public-key = "x"\n', "public-key\n"])
def test_certificates_without_public_key(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.key"
    path.write_text(text)
    for load in (lambda: zmq.auth.load_certificate(path), lambda: zmq.auth.load_certificates(tmp_path)):
        with pytest.raises(ValueError, match=f"^{re.escape(f'No public key found in {path}')}$"):
            load()


@pytest.mark.parametrize(
    ("text", "public", "secret"),
    [
        (b"public-key = 'A'", b"A", None),
        (b"\t public-key=A\r\n", b"A", None),
        (b'public-key = "A\n', b"A", None),
        (b'public-key = ""\n', b"", None),
        (b'\xff\npublic-key = "A=B"\n', b"A=B", None),
        (b'metadata\n public-key-id = "I"\ncurve\n public-key = "A"\n secret-key = "S"\n', b"A", b"S"),
        (b'public-key = "A"\nsecret-key = "S"\npublic-key = "B"\n', b"A", b"S"),
    ],
)
def test_what_is_read(tmp_path: Path, text: bytes, public: bytes, secret: bytes | None) -> None:
    path = tmp_path / "x.key"
    path.write_bytes(text)
    assert zmq.auth.load_certificate(path) == (public, secret)
    assert zmq.auth.load_certificates(tmp_path) == {public: True}


def test_only_visible_certificates_are_read(tmp_path: Path) -> None:
    for name in (".hidden.key", "a.key_secret", "b.txt"):
        (tmp_path / name).write_text("public-key = A")
    assert zmq.auth.load_certificates(tmp_path) == {}
