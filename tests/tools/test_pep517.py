"""What the build backend does to finished wheels."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from check_dist import Policy, Report, inspect_wheel
from dist_samples import DIST_INFO, METADATA, MODULE, Wheel, wheel_files

pytest.importorskip("lief")
pytest.importorskip("scikit_build_core", reason="the build backend rests on it")

pytest_plugins = ["dist_fixtures"]

BACKEND = Path(__file__).resolve().parents[2] / "tools" / "pep517" / "pyzmq_build.py"


@pytest.fixture(scope="module")
def backend() -> ModuleType:
    """The build backend."""
    spec = importlib.util.spec_from_file_location("pyzmq_build", BACKEND)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(wheel: Path, policy: Policy) -> Report:
    return inspect_wheel(wheel, policy, forbid_paths=[])


class TestPack:
    def test_licence_for_windows(self, backend: ModuleType, policy: Policy, tmp_path: Path) -> None:
        files = wheel_files(b"MZ is no module", MODULE + ".cp311-win_amd64.pyd")
        wheel = Wheel(files, tag="cp311-cp311-win_amd64").write(tmp_path)
        assert {"licence-expression", "licence-text"} <= judged(wheel, policy).rules
        backend._pack(wheel, windows=True)
        report = judged(wheel, policy)
        # All is well but the module.
        assert report.rules == {"extension-machine"}
        assert report.licence_expression.endswith(" AND ISC AND BSD-2-Clause")
        with zipfile.ZipFile(wheel) as archive:
            assert archive.namelist()[-1] == f"{DIST_INFO}/RECORD"
            metadata = archive.read(f"{DIST_INFO}/METADATA").decode()
        assert metadata.partition("\n\n")[2] == METADATA.partition("\n\n")[2]

    def test_smaller(self, backend: ModuleType, tmp_path: Path) -> None:
        wheel = Wheel(wheel_files(b"MZ" + BACKEND.read_bytes() * 20)).write(tmp_path)
        with zipfile.ZipFile(wheel) as archive:
            before = {name: archive.read(name) for name in archive.namelist()}
        size = wheel.stat().st_size
        backend._pack(wheel, windows=False)
        packed = wheel.read_bytes()
        assert len(packed) < size
        with zipfile.ZipFile(wheel) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == before
        backend._pack(wheel, windows=False)
        assert wheel.read_bytes() == packed

    @pytest.mark.parametrize("extension", ["_cffi.pyi", "_cffi.abi3.so", "_cffi.cp313-win32.pyd"])
    def test_backend_without_its_extension(self, backend: ModuleType, tmp_path: Path, extension: str) -> None:
        parts = {f"zmq/backend/cffi/{name}": b"..." for name in ("__init__.py", "socket.py", extension)}
        wheel = Wheel({**wheel_files(b"MZ"), **parts}).write(tmp_path)
        backend._pack(wheel, windows=False)
        with zipfile.ZipFile(wheel) as archive:
            left = [name for name in archive.namelist() if name.startswith("zmq/backend/cffi/")]
            recorded = archive.read(f"{DIST_INFO}/RECORD").decode()
        assert left == ([] if extension == "_cffi.pyi" else list(parts))
        assert [line.partition(",")[0] for line in recorded.splitlines() if "backend/cffi" in line] == left


@pytest.mark.parametrize(
    ("settings", "platform", "windows"),
    [
        ({"wheel.tags": "cp312-abi3-win_arm64"}, "linux-x86_64", True),
        ({"wheel.tags": ["cp312-abi3-macosx_11_0_arm64"]}, "win-amd64", False),
        ({}, "win-amd64", True),
        (None, "linux-x86_64", False),
    ],
)
def test_for_windows(
    backend: ModuleType, monkeypatch: pytest.MonkeyPatch, settings: object, platform: str, windows: bool
) -> None:
    monkeypatch.setenv("_PYTHON_HOST_PLATFORM", platform)
    assert backend._for_windows(settings) is windows
