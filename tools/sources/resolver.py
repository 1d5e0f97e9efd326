"""The order in which the ways to a source archive are tried, and the checks on what they bring."""

from __future__ import annotations

import os
import re
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Callable

from .archive import Archive
from .clients import ClientError, Limits, fetch
from .model import Artefact, Dependency, Release, SourcesError, inner
from .transfer import TransferError, download, publish, redact, sha256_of

_ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".crate")
# How the archives that resolve and vendor leave behind are called.
_OUR_NAME = re.compile(r".+-([0-9a-f]{12})\.(?:tar\.\w+|zip)")


class ChecksumError(SourcesError):
    """A file whose SHA-256 is not the pinned one."""


@dataclass(frozen=True)
class Request:
    """What is wanted, and how it may be had.

    Attributes:
        version: empty for the default one.
        url: HTTP(S) or file URL or path that a person named; empty for the usual ways.
        sha256: what the archive must have; empty for what dependencies.json pins.
        dest: folder for the archive; made if missing.
        vendor: folders to look into for archives that travel with the project.
        offline: leave out every way that needs a network.
    """

    dependency: Dependency
    dest: Path
    limits: Limits
    version: str = ""
    url: str = ""
    sha256: str = ""
    vendor: tuple[Path, ...] = ()
    offline: bool = False


@dataclass(frozen=True)
class Resolution:
    """A source archive that is at hand; ``cli`` documents the fields as JSON."""

    name: str
    version: str
    archive: Path
    sha256: str
    subdir: str
    origin: str
    origin_detail: str
    note: str
    pinned: bool
    attempts: tuple[str, ...]


@dataclass
class Resolver:
    """Works on one request; ``say`` gets each line of progress and each warning."""

    request: Request
    say: Callable[[str], None]
    attempts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dependency = self.request.dependency
        self.version = self.request.version or self.dependency.version
        self.release = self.dependency.releases.get(self.version)
        # What is sought, for progress and messages.
        self.what = f"{self.dependency.name} {self.version}"

    def run(self) -> Resolution:
        """Return the archive from the first way that has it.

        Raises:
            SourcesError: naming each way that was tried, why it failed, and the options to set.
        """
        try:
            self.request.dest.mkdir(parents=True, exist_ok=True)
            if self.request.url:
                return self._explicit(self.request.url)
            return self._usual()
        except OSError as error:
            raise SourcesError(f"{self.what}: {error}") from error

    # --- the usual ways -----------------------------------------------------------------------

    def _usual(self) -> Resolution:
        artefacts = self._artefacts()
        found = self._vendored(artefacts) or self._present(artefacts)
        if found is not None:
            return found
        for artefact in artefacts:
            for way, bring in self._ways(artefact):
                if self.request.offline:
                    self.attempts.append(f"{way}: not tried, because offline was asked for")
                    continue
                self.say(f"{self.what}: trying {way} ...")
                try:
                    with tempfile.TemporaryDirectory(prefix="pyzmq-sources-") as scratch:
                        path = bring(Path(scratch))
                        return self._accept(path, artefact, artefact.label, artefact.via)
                except (TransferError, ClientError) as error:
                    self._failed(way, str(error))
                except ChecksumError as error:
                    # Bad luck or foul play on the way: never used, never passed over in silence.
                    self._failed(way, f"WRONG CHECKSUM: {error}")
                except SourcesError as error:
                    self._failed(way, str(error))
        raise SourcesError(self._nowhere(artefacts))

    def _failed(self, way: str, reason: str) -> None:
        self.attempts.append(f"{way}: {reason}")
        self.say(f"{self.what}: {way}: {reason}")

    def _artefacts(self) -> tuple[Artefact, ...]:
        """Return what may be used, best first: the release, then the mirrors in order."""
        pin = self.request.sha256
        known = self.release.artefacts if self.release else ()
        if known and not pin:
            return known
        chosen = tuple(a for a in known if pin in (a.sha256, a.member_sha256))
        if chosen:
            return chosen
        if known:
            return (replace(known[0], sha256=pin),)
        return (self.dependency.derived_upstream(self.version, pin),)

    def _ways(self, artefact: Artefact) -> Iterator[tuple[str, Callable[[Path], Path]]]:
        if artefact.via != "upstream":
            way = f"{artefact.via} ({artefact.label})"
            yield way, partial(fetch, artefact, limits=self.request.limits)
        for url in artefact.urls:
            yield f"upstream {redact(url)}", partial(self._get, url)

    def _get(self, url: str, scratch: Path) -> Path:
        path = scratch / "download"
        download(url, path, self.request.limits.stall)
        return path

    # --- archives at hand ---------------------------------------------------------------------

    def _vendored(self, artefacts: tuple[Artefact, ...]) -> Resolution | None:
        by_sha256: dict[str, Artefact] = {}
        for artefact in artefacts:
            if artefact.sha256:
                by_sha256[artefact.sha256] = artefact
            if artefact.member_sha256:
                by_sha256[artefact.member_sha256] = inner(artefact)
        order = list(by_sha256)
        for folder in self.request.vendor:
            if not folder.is_dir():
                self.attempts.append(f"vendored: {folder} is not a folder")
                continue
            found = []
            for path in sorted(folder.iterdir()):
                if path.name.endswith(_ARCHIVE_SUFFIXES) and path.is_file():
                    sha256 = sha256_of(path)
                    if sha256 in by_sha256:
                        found.append((order.index(sha256), path))
                    else:
                        self._refuse_impostor(path, sha256, by_sha256)
            if found:
                rank, path = min(found)
                artefact = by_sha256[order[rank]]
                detail = f"{path.name} ({artefact.label})"
                self.say(f"{self.what}: using the vendored {path}")
                return self._accept(path, artefact, detail, "vendored")
            self.attempts.append(f"vendored: no archive with a fitting checksum in {folder}")
        return None

    def _refuse_impostor(self, path: Path, sha256: str, by_sha256: dict[str, Artefact]) -> None:
        """Stop at a vendored file which by its name is wanted, but has other content."""
        claim = _OUR_NAME.fullmatch(path.name)
        for expected, artefact in by_sha256.items():
            if path.name == artefact.file or (claim and expected.startswith(claim[1])):
                raise ChecksumError(
                    f"the vendored {path} has SHA-256 {sha256}, but {artefact.label} "
                    f"of {self.what} has {expected}; replace the file or remove it"
                )

    def _present(self, artefacts: tuple[Artefact, ...]) -> Resolution | None:
        """Return what an earlier run left in the destination, if its checksum still holds."""
        for artefact in artefacts:
            pin = artefact.tree_sha256
            if not pin:
                continue
            for path in sorted(self.request.dest.glob(f"{self.dependency.name}-*-{pin[:12]}.*")):
                if sha256_of(path) == pin:
                    ready = inner(artefact) if artefact.member else artefact
                    self.say(f"{self.what}: {path.name} is already there")
                    return self._accept(path, ready, artefact.label, artefact.via)
        return None

    # --- a place that a person named ----------------------------------------------------------

    def _explicit(self, url: str) -> Resolution:
        prefix = self.dependency.option_prefix
        pin = self.request.sha256
        shown = redact(url)
        if not pin and (known := self.dependency.identify_url(url)):
            pin = known[1].sha256
        artefact = self._named(pin, shown)
        if pin and (found := self._present((artefact,))):
            return replace(found, origin="url", origin_detail=shown)
        try:
            with tempfile.TemporaryDirectory(prefix="pyzmq-sources-") as scratch:
                path = self._named_file(url, shown, Path(scratch))
                if not pin:
                    artefact = self._named(sha256_of(path), shown)
                return self._accept(path, artefact, shown, "url")
        except TransferError as error:
            raise SourcesError(
                f"{self.dependency.name}: {prefix}_URL names {shown}, which cannot be had: {error}"
            ) from error
        except ChecksumError as error:
            raise ChecksumError(
                f"{self.dependency.name}: {prefix}_URL names {shown}, but {error}; "
                f"if that archive is the right one, set {prefix}_SHA256 to its checksum"
            ) from error
        except SourcesError as error:
            raise SourcesError(
                f"{self.dependency.name}: {prefix}_URL names {shown}, which is unfit: {error}"
            ) from error

    def _named(self, sha256: str, shown: str) -> Artefact:
        """Return how to treat the file that a URL option names: as a known one if it is one."""
        if known := self.dependency.identify(sha256):
            return known[1]
        pinned = self.request.sha256 == sha256
        return Artefact(via="url", sha256=sha256 if pinned else "", file=shown)

    def _named_file(self, url: str, shown: str, scratch: Path) -> Path:
        path = local_path(url)
        if path is None:
            if self.request.offline:
                raise TransferError("offline was asked for, and nothing at hand has its checksum")
            self.say(f"{self.dependency.name}: trying {shown} ...")
            return self._get(url, scratch)
        if path.is_dir():
            raise TransferError("it is a folder; an archive (.tar.gz, .tar.xz, .zip) is wanted")
        if not path.is_file():
            raise TransferError("there is no such file")
        self.say(f"{self.dependency.name}: using {path}")
        return path

    # --- checks -------------------------------------------------------------------------------

    def _accept(self, path: Path, artefact: Artefact, detail: str, origin: str) -> Resolution:
        """Check a file, take the inner archive out, and put the result into the destination."""
        sha256 = sha256_of(path)
        if artefact.sha256 and sha256 != artefact.sha256:
            raise ChecksumError(f"{artefact.file} has SHA-256 {sha256}, expected is {artefact.sha256}")
        if artefact.member:
            with Archive(path, artefact.file) as outer:
                content = outer.read(artefact.member)
            with tempfile.TemporaryDirectory(prefix="pyzmq-sources-") as scratch:
                taken_out = Path(scratch) / "member"
                taken_out.write_bytes(content)
                return self._accept(taken_out, inner(artefact), detail, origin)
        with Archive(path, detail) as archive:
            subdir, version = find_tree(self.dependency, archive, artefact.subdir)
            suffix = archive.suffix
        self._compare_version(version, detail)
        if not artefact.sha256:
            self._warn_unpinned(detail, sha256)
        name = f"{self.dependency.name}-{version}-{sha256[:12]}{suffix}"
        return Resolution(
            name=self.dependency.name,
            version=version,
            archive=publish(path, self.request.dest.absolute() / name, sha256),
            sha256=sha256,
            subdir=subdir,
            origin=origin,
            origin_detail=detail,
            note=artefact.note,
            pinned=bool(artefact.sha256),
            attempts=tuple(self.attempts),
        )

    def _compare_version(self, version: str, detail: str) -> None:
        if version == self.version:
            return
        message = f"{detail} holds {self.dependency.name} {version}, not {self.version}"
        if not self.request.url:
            raise SourcesError(message)
        if self.request.version:
            self.say(f"warning: {message}; {self.dependency.option_prefix}_URL decides")

    def _warn_unpinned(self, detail: str, sha256: str) -> None:
        self.say(
            f"warning: nothing pins {detail}: its SHA-256 is {sha256}; "
            f"set {self.dependency.option_prefix}_SHA256={sha256} to pin it"
        )

    def _nowhere(self, artefacts: tuple[Artefact, ...]) -> str:
        prefix = self.dependency.option_prefix
        known = ", ".join(self.dependency.releases)
        lines = [f"{self.what} could not be had from anywhere:"]
        lines += [f"  - {attempt}" for attempt in self.attempts]
        lines.append("Ways out:")
        files = [f"{a.file} (SHA-256 {a.sha256})" for a in artefacts if a.sha256]
        if files and self.request.vendor:
            folder = self.request.vendor[0]
            lines.append(f"  - put one of these into {folder}: {'; '.join(files)}")
        lines.append(f"  - set {prefix}_URL to an archive's address or path, and {prefix}_SHA256 to pin it")
        if self.release is None:
            lines.append(f"  - set {prefix}_VERSION to a version with known checksums: {known}")
        lines.append("  - install libzmq and set ZMQ_PREFIX to its prefix: nothing is bundled then")
        return "\n".join(lines)


def local_path(url: str) -> Path | None:
    """Return the path that a file URL or a plain path names, or None for an HTTP(S) address.

    Raises:
        SourcesError: for any other scheme.
    """
    scheme = url.partition(":")[0].lower()
    if "://" not in url and scheme != "file":
        return Path(url).expanduser().absolute()
    if scheme in ("http", "https"):
        return None
    if scheme == "file":
        parts = urllib.parse.urlsplit(url)
        host = "" if parts.netloc.lower() == "localhost" else parts.netloc
        # On Windows a host makes a UNC path; elsewhere there is no such thing.
        if host and os.name != "nt":
            raise SourcesError(f"{redact(url)}: a file URL cannot name another host")
        return Path(urllib.request.url2pathname((f"//{host}" if host else "") + parts.path))
    raise SourcesError(f"{redact(url)}: the scheme {scheme!r} is none of http, https, file")


def find_tree(dependency: Dependency, archive: Archive, subdir: str = "") -> tuple[str, str]:
    """Find a library's source tree in an archive.

    Args:
        dependency: which library.
        archive: the opened archive.
        subdir: where the tree is known to be, below the top-level folder; else it is searched for.

    Returns:
        The tree's folder, and the version that its own files state.

    Raises:
        SourcesError: if there is none.
    """
    marker = PurePosixPath(dependency.version_file)
    found = [PurePosixPath(path) for path in archive.files]
    folders = {
        PurePosixPath(*path.parts[: -len(marker.parts)])
        for path in found
        if path.parts[-len(marker.parts) :] == marker.parts
    }
    wanted = sorted(folders, key=lambda folder: (len(folder.parts), folder))
    for folder in [PurePosixPath(subdir)] if subdir else wanted:
        if folder in folders:
            text = archive.read(str(folder / marker)).decode("utf-8", "replace")
            match = dependency.version_pattern.search(text)
            if match is not None:
                return "/".join(folder.parts), ".".join(match.groups())
    raise SourcesError(
        f"{archive.label} holds no source tree of {dependency.name}: "
        f"no {dependency.version_file} with a version in it" + (f" below {subdir}" if subdir else "")
    )


def release_of(dependency: Dependency, sha256: str, version: str) -> Release:
    """Return the release that describes an archive: by checksum, by version, or the default."""
    known = dependency.identify(sha256)
    if known is not None:
        return known[0]
    return dependency.releases.get(version) or dependency.releases[dependency.version]
