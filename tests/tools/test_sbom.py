"""The bill of materials: valid CycloneDX, the same for the same build, and true to cmake/dependencies.json."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sbom.bill import DEPENDENCIES, Inside, bill

ROOT = Path(__file__).resolve().parents[2]
PATCHES = ROOT / "cmake" / "patches"

LIBZMQ = Inside(
    "libzmq",
    "4.3.5",
    sha256=hashlib.sha256(b"libzmq").hexdigest(),
    origin="crate zeromq-src",
    patches=(PATCHES / "libzmq-4.3.5-unbind.patch",),
    parts=("sha1", "wepoll"),
)
LIBSODIUM = Inside("libsodium", "1.0.22", sha256=hashlib.sha256(b"libsodium").hexdigest())


@pytest.fixture(scope="module")
def dependencies() -> dict[str, Any]:
    """What cmake/dependencies.json holds."""
    content: dict[str, Any] = json.loads(DEPENDENCIES.read_text("utf-8"))
    return content


def by_name(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {component["name"]: component for component in content["components"]}


@pytest.mark.parametrize("epoch", ["", "1700000000"])
def test_valid(dependencies: dict[str, Any], epoch: str) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib judges it")
    schema = pytest.importorskip("cyclonedx.schema")
    text = json.dumps(bill("27.4.0", [LIBZMQ, LIBSODIUM], dependencies, epoch))
    error = validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(text)
    assert error is None, str(error)


def test_says_what_is_inside(dependencies: dict[str, Any]) -> None:
    content = bill("27.4.0", [LIBZMQ, LIBSODIUM], dependencies, "1700000000")
    assert content["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    libzmq, libsodium = by_name(content)["libzmq"], by_name(content)["libsodium"]
    assert libzmq["hashes"] == [{"alg": "SHA-256", "content": LIBZMQ.sha256}]
    assert libzmq["purl"] == "pkg:github/zeromq/libzmq@v4.3.5"
    assert libsodium["purl"] == "pkg:github/jedisct1/libsodium@1.0.22-RELEASE"
    (patch,) = libzmq["pedigree"]["patches"]
    assert patch["diff"]["text"]["content"] == LIBZMQ.patches[0].read_text("utf-8")
    inner = {part["name"]: part for part in libzmq["components"]}
    assert inner["wepoll"]["licenses"] == [{"license": {"id": "BSD-2-Clause"}}]
    assert inner["wepoll"]["purl"].endswith(f"@v{inner['wepoll']['version']}")
    graph = {entry["ref"]: entry.get("dependsOn", []) for entry in content["dependencies"]}
    assert graph["pkg:pypi/pyzmq@27.4.0"] == ["libsodium@1.0.22", "libzmq@4.3.5"]
    assert "libsodium@1.0.22" in graph["libzmq@4.3.5"]


def test_reproducible(dependencies: dict[str, Any]) -> None:
    first = bill("27.4.0", [LIBZMQ, LIBSODIUM], dependencies)
    assert first == bill("27.4.0", [LIBZMQ, LIBSODIUM], dependencies)
    assert "timestamp" not in first["metadata"]
    other = bill("27.4.0", [LIBSODIUM], dependencies)
    assert other["serialNumber"] != first["serialNumber"]


def test_licence_of_the_release(dependencies: dict[str, Any]) -> None:
    content = bill("27.4.0", [Inside("libzmq", "4.3.4")], dependencies)
    (licence,) = by_name(content)["libzmq"]["licenses"]
    assert licence["license"]["name"].startswith("LicenseRef-LGPL")
    assert "hashes" not in by_name(content)["libzmq"]


def test_command(tmp_path: Path) -> None:
    told = tmp_path / "libzmq.json"
    told.write_text(json.dumps({"sha256": "ab" * 32, "origin_detail": "a crate"}), encoding="utf-8")
    output = tmp_path / "made" / "bill.json"
    subprocess.run(
        [
            *(sys.executable, "-I", str(ROOT / "tools" / "sbom"), "--version", "1.2", "--output", str(output)),
            *("--library", "libzmq", "4.3.5", "--source", "libzmq", str(told), "--part", "libzmq", "sha1"),
            *("--patch", "libzmq", str(PATCHES / "libzmq-4.3.5-cache-line.patch")),
        ],
        check=True,
    )
    libzmq = by_name(json.loads(output.read_text("utf-8")))["libzmq"]
    assert libzmq["hashes"][0]["content"] == "ab" * 32
    assert [part["name"] for part in libzmq["components"]] == ["sha1"]
    assert len(libzmq["pedigree"]["patches"]) == 1
