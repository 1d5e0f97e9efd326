"""What ``cmake/dependencies.json`` says, checked and typed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "cmake" / "dependencies.json"

_SHA256 = re.compile(r"[0-9a-f]{64}")


class SourcesError(Exception):
    """A failure to be shown to the person who builds, as one message without a traceback."""


@dataclass(frozen=True)
class Artefact:
    """One file that holds a library's source tree, and the way by which it is had.

    Attributes:
        via: ``upstream``, ``cargo``, ``pip``, ``apt``, or ``url`` for what a person named.
        sha256: of the file as delivered; empty where nothing pins it.
        file: the name under which it is delivered.
        subdir: path of the tree below the archive's single top-level folder.
        member: archive inside this one which holds the tree, below the top-level folder.
        note: how the tree differs from the release's.
    """

    via: str
    sha256: str
    file: str
    urls: tuple[str, ...] = ()
    package: str = ""
    package_version: str = ""
    suite: str = ""
    subdir: str = ""
    member: str = ""
    member_sha256: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        """What this is, in a few words for messages and ``build_info``."""
        if self.via == "cargo":
            return f"crate {self.package} {self.package_version}"
        if self.via == "pip":
            return f"sdist {self.package} {self.package_version}"
        if self.via == "apt":
            return f"Debian source package {self.package} {self.package_version} ({self.suite})"
        if self.via == "upstream":
            return f"release {self.file}"
        return self.file

    @property
    def tree_sha256(self) -> str:
        """SHA-256 of the archive that holds the tree directly."""
        return self.member_sha256 or self.sha256


@dataclass(frozen=True)
class LicenseFile:
    """A licence text inside a source tree.

    Attributes:
        leading_comment: the text is the first comment of this C file.
        system: ``CMAKE_SYSTEM_NAME`` where the covered code is compiled; empty for everywhere.
    """

    path: str
    license: str
    covers: str
    leading_comment: bool = False
    system: str = ""


@dataclass(frozen=True)
class Release:
    """A known version: its ways (upstream first, then the mirrors in order) and licence."""

    version: str
    artefacts: tuple[Artefact, ...]
    license: str
    license_files: tuple[LicenseFile, ...]


@dataclass(frozen=True)
class Dependency:
    """One bundled library."""

    name: str
    version: str
    url_templates: tuple[str, ...]
    version_file: str
    version_pattern: re.Pattern[str]
    releases: dict[str, Release] = field(default_factory=dict)

    @property
    def option_prefix(self) -> str:
        """What the build options of this library begin with, as ``PYZMQ_LIBZMQ``."""
        return f"PYZMQ_{self.name.upper()}"

    def identify(self, sha256: str) -> tuple[Release, Artefact] | None:
        """Return the release and artefact that a checksum belongs to.

        The checksum of an archive within an archive is known as well: what comes back is then the
        inner one, which holds the tree without further unpacking.
        """
        for release in self.releases.values():
            for artefact in release.artefacts:
                if sha256 == artefact.sha256:
                    return release, artefact
                if sha256 and sha256 == artefact.member_sha256:
                    return release, inner(artefact)
        return None

    def identify_url(self, url: str) -> tuple[Release, Artefact] | None:
        """Return the release and artefact whose upstream address this is."""
        for release in self.releases.values():
            for artefact in release.artefacts:
                if url in artefact.urls:
                    return release, artefact
        return None

    def derived_upstream(self, version: str, sha256: str) -> Artefact:
        """Return the upstream artefact of a version that is not listed, from the templates."""
        urls = tuple(template.format(version=version) for template in self.url_templates)
        return Artefact(via="upstream", sha256=sha256, file=PurePosixPath(urls[0]).name, urls=urls)


def inner(artefact: Artefact) -> Artefact:
    """Return the artefact that is left once the inner archive has been taken out."""
    return replace(
        artefact,
        sha256=artefact.member_sha256,
        file=PurePosixPath(artefact.member).name,
        member="",
        member_sha256="",
    )


class Dependencies:
    """All bundled libraries, by name."""

    def __init__(self, path: Path) -> None:
        """Read and check the file.

        Raises:
            SourcesError: if it is missing, is not JSON, or an entry is unfit; names file and entry.
        """
        self.path = path
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SourcesError(f"cannot read the dependencies file {path}: {error}") from error
        self.all: dict[str, Dependency] = {}
        for name, entry in data.items():
            try:
                self.all[name] = _dependency(name, entry)
            except KeyError as error:
                raise SourcesError(f"{path}: {name}: the key {error} is missing") from error
            except (ValueError, TypeError, AttributeError, re.error) as error:
                raise SourcesError(f"{path}: {name}: {error}") from error

    def __getitem__(self, name: str) -> Dependency:
        if name not in self.all:
            known = ", ".join(self.all)
            raise SourcesError(f"no dependency is called {name!r} in {self.path}; known: {known}")
        return self.all[name]


def _sha256(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise ValueError(f"{value!r} is not a SHA-256 (64 lower-case hexadecimal digits)")
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError(f"{value!r} is not a path inside an archive")
    return value


def _mirror(entry: dict[str, Any]) -> Artefact:
    via, package, version = entry["via"], entry["package"], entry["version"]
    if via not in ("cargo", "pip", "apt"):
        raise ValueError(f"a mirror's 'via' is cargo, pip or apt, not {via!r}")
    member = _inside(entry.get("member", ""))
    return Artefact(
        via=via,
        sha256=_sha256(entry["sha256"]),
        file=f"{package}-{version}.crate" if via == "cargo" else _inside(entry["file"]),
        package=package,
        package_version=version,
        suite=entry["suite"] if via == "apt" else "",
        subdir=_inside(entry.get("subdir", "")),
        member=member,
        member_sha256=_sha256(entry["member_sha256"]) if member else "",
        note=entry["note"],
    )


def _license_files(entries: list[dict[str, Any]]) -> tuple[LicenseFile, ...]:
    return tuple(
        LicenseFile(
            path=_inside(entry["path"]),
            license=entry["license"],
            covers=entry["covers"],
            leading_comment=entry.get("leading_comment", False),
            system=entry.get("system", ""),
        )
        for entry in entries
    )


def _dependency(name: str, entry: dict[str, Any]) -> Dependency:
    releases = {}
    for version, release in entry["releases"].items():
        upstream = release["upstream"]
        urls = tuple(upstream["urls"])
        artefacts = [
            Artefact(
                via="upstream",
                sha256=_sha256(upstream["sha256"]),
                file=PurePosixPath(urls[0]).name,
                urls=urls,
            ),
            *(_mirror(mirror) for mirror in release.get("mirrors", [])),
        ]
        releases[version] = Release(
            version=version,
            artefacts=tuple(artefacts),
            license=release.get("license", entry["license"]),
            license_files=_license_files(release.get("license_files", entry["license_files"])),
        )
    if entry["version"] not in releases:
        raise ValueError(f"the default version {entry['version']} is not among its releases")
    if not entry["url_templates"]:
        raise ValueError("'url_templates' is empty")
    return Dependency(
        name=name,
        version=entry["version"],
        url_templates=tuple(entry["url_templates"]),
        version_file=_inside(entry["version_file"]),
        version_pattern=re.compile(entry["version_pattern"]),
        releases=releases,
    )
