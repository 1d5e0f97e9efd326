"""The check of a wheel."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from email.parser import BytesParser
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.tags import Tag, parse_tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from .archive import WheelFile
from .bill import check_bill, check_defines
from .binaries import UnreadableBinaryError, is_binary, read_binary
from .extension import ExtensionJudge
from .metadata import (
    bundled_components,
    check_identity,
    check_licences,
    check_requires_python,
    parse_metadata,
)
from .paths import PathScanner, default_forbidden_paths
from .policy import Component, Extension, Policy, PolicyError
from .report import Report
from .tags import Platform, extension_suffixes, is_coherent, parse_platform, size_key

_BUILD = "build the wheel anew with its build backend"


def load_baseline(path: Path) -> dict[str, int]:
    """Sizes of earlier wheels in bytes, by size key.

    The file is either what ``--json`` wrote, or an object like ``{"cp311-cp311-manylinux_x86_64":
    812345}``.

    :raises PolicyError: the file cannot be read or is neither.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyError(f"the baseline {path} cannot be read: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("artifacts"), list):
        content = {
            item.get("size_key"): item.get("size") for item in content["artifacts"] if item.get("kind") == "wheel"
        }
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(size, int) for key, size in content.items()
    ):
        raise PolicyError(f"the baseline {path} is neither a report of --json nor an object from size keys to bytes")
    return content


def expand_tags(patterns: Sequence[str]) -> list[str]:
    """Expected tags one by one: ``cp311-cp311-win32.win_amd64`` is two. Shell patterns stay.

    :raises PolicyError: one has not the form interpreter-abi-platform.
    """
    expanded: list[str] = []
    for pattern in patterns:
        if pattern.count("-") != 2:
            raise PolicyError(
                f"--expect-tag {pattern!r} has not the form interpreter-abi-platform (cp311-cp311-win_amd64)"
            )
        expanded += sorted(str(tag) for tag in parse_tag(pattern))
    return expanded


class _WheelCheck:
    """One run over one wheel."""

    def __init__(self, path: Path, policy: Policy) -> None:
        self.policy = policy
        self.report = Report(file=path.name, kind="wheel", size=path.stat().st_size)
        self.tags: list[Tag] = []
        self.pairs: list[tuple[Tag, Platform]] = []
        self.version: Version | None = None

    def file_name(self) -> bool:
        """Whether the file's name is that of a wheel; fills name, version and tags."""
        report = self.report
        try:
            name, version, _, tags = parse_wheel_filename(report.file)
        except InvalidWheelFilename as error:
            report.fail("file-name", "", str(error), "name-version-python-abi-platform.whl", _BUILD)
            return False
        report.name, report.version, self.version = name, str(version), version
        self.tags = sorted(tags, key=str)
        report.tags = [str(tag) for tag in self.tags]
        parsed = [(tag, parse_platform(tag.platform)) for tag in self.tags]
        self.pairs = [(tag, platform) for tag, platform in parsed if platform is not None]
        report.size_key = size_key(*parsed[0])
        if name != canonicalize_name(self.policy.name):
            report.fail("name", "", name, self.policy.name, "correct project.name in pyproject.toml")
        return True

    def allowed_tags(self, expected: Sequence[str], *, unrepaired: bool) -> None:
        """Tags against the policy and against those that the caller expects."""
        for tag in self.tags:
            platform = parse_platform(tag.platform)
            pair = f"{tag.interpreter}-{tag.abi}"
            family = platform.family if platform else None
            if (
                not any(re.fullmatch(pattern, pair) for pattern in self.policy.tags)
                or not is_coherent(tag)
                or (family != "linux" and family not in self.policy.platforms)
            ):
                self.report.fail(
                    "tag-allowed",
                    "",
                    str(tag),
                    f"{' or '.join(self.policy.tags)} on {', '.join(self.policy.platforms)}",
                    "build for a supported Python and platform, or extend `tags` or `platforms` of the policy",
                )
            elif family == "linux" and not unrepaired:
                self.report.fail(
                    "tag-unrepaired",
                    "",
                    str(tag),
                    "a wheel for Linux says which C library it needs (manylinux, musllinux)",
                    "run auditwheel repair on it; --unrepaired checks it as it is",
                )
            if expected and not any(fnmatchcase(str(tag), pattern) for pattern in expected):
                self.report.fail(
                    "tag-expected",
                    "",
                    str(tag),
                    f"one of {', '.join(expected)}",
                    "build for the target that was asked for, or correct --expect-tag",
                )

    def wheel_metadata(self, wheel: WheelFile, dist_info: str) -> None:
        """The WHEEL file, whose tags must be those of the name."""
        where = f"{dist_info}/WHEEL"
        if where not in wheel.members:
            self.report.fail("wheel-metadata", where, "no such file", "a WHEEL file", _BUILD)
            return
        message = BytesParser().parsebytes(wheel.members[where])
        for key, value in (("Wheel-Version", "1.0"), ("Root-Is-Purelib", "false")):
            if message.get(key) != value:
                self.report.fail("wheel-metadata", where, f"{key}: {message.get(key)}", f"{key}: {value}", _BUILD)
        stated = {str(tag) for line in message.get_all("Tag", []) for tag in parse_tag(line)}
        if stated != set(self.report.tags):
            self.report.fail(
                "tag-mismatch",
                where,
                f"Tag: {', '.join(sorted(stated)) or 'none'}",
                f"{', '.join(self.report.tags)}, as the file's name says",
                "rename wheels with `python -m wheel tags` or auditwheel only",
            )

    def core_metadata(self, wheel: WheelFile, dist_info: str, components: Sequence[Component]) -> None:
        """METADATA with its licences."""
        where = f"{dist_info}/METADATA"
        if where not in wheel.members:
            self.report.fail("metadata", where, "no such file", "a METADATA file", _BUILD)
            return
        metadata = parse_metadata(self.report, where, wheel.members[where])
        if metadata is None or self.version is None:
            return
        check_identity(self.report, self.policy, where, metadata, self.version)
        check_requires_python(self.report, where, metadata, self.tags)
        folder = f"{dist_info}/licenses/"
        texts = {name[len(folder) :]: data for name, data in wheel.members.items() if name.startswith(folder)}
        check_licences(self.report, where, metadata, components, texts)

    def dist_info(self, wheel: WheelFile) -> str | None:
        """The wheel's metadata folder, which bears the file's name and version."""
        folder = wheel.dist_info()
        wanted = "-".join(self.report.file.split("-")[:2]) + ".dist-info"
        if folder is None or folder != wanted:
            self.report.fail("dist-info", "", folder or "none, or more than one", f"one folder {wanted}", _BUILD)
        return folder

    def contents(self, wheel: WheelFile, dist_info: str | None) -> None:
        """Files that must and must not be there."""
        policy = self.policy
        for pattern in policy.required:
            if not any(fnmatchcase(name, pattern) for name in wheel.members):
                self.report.fail(
                    "content-missing",
                    pattern,
                    "no such file",
                    "contents.required",
                    "install it with the package (CMake install(), wheel.packages)",
                )
        for name in sorted(wheel.members):
            top = name.split("/")[0]
            match = next((glob for glob in policy.forbidden if fnmatchcase(name, glob)), None)
            if top.endswith(".libs"):
                self.report.fail(
                    "bundled-library",
                    name,
                    "a shared library copied into the wheel",
                    "everything is linked statically into the one extension",
                    "build with ZMQ_PREFIX=bundled, and link the C++ runtime statically where the "
                    "tag does not offer it",
                )
            elif match is not None:
                self.report.fail(
                    "content-forbidden",
                    name,
                    f"fits {match}",
                    "contents.forbidden",
                    "leave it out of the installation (wheel.exclude)",
                )
            elif top not in (*policy.top_level, dist_info):
                self.report.fail(
                    "content-forbidden",
                    name,
                    f"in {top}",
                    f"only {', '.join(policy.top_level)} and {dist_info}",
                    "leave it out of the installation (wheel.exclude)",
                )

    def extension(self, wheel: WheelFile) -> None:
        """The one binary module, its name, and what is inside."""
        if not self.pairs:
            return
        kind = "pypy" if self.tags[0].interpreter.startswith("pp") else "cpython"
        expected = self.policy.extensions.get(kind)
        if expected is None:
            raise PolicyError(f"{self.policy.source}: extension.{kind} is missing")
        binaries = [
            name
            for name, data in wheel.members.items()
            if (is_binary(data) or name.endswith((".so", ".pyd", ".dylib", ".dll")))
            and not name.split("/")[0].endswith(".libs")
        ]
        modules = [name for name in binaries if name.startswith(f"{expected.module}.")]
        if len(modules) != 1 or len(binaries) != 1:
            self.report.fail(
                "extension-count",
                "",
                f"binaries: {', '.join(sorted(binaries)) or 'none'}",
                f"exactly one, {expected.module}.*",
                "link everything into the one extension, and build in a clean folder",
            )
        for module in modules:
            self._module(wheel, module, expected)

    def _module(self, wheel: WheelFile, module: str, expected: Extension) -> None:
        suffix = module[len(expected.module) :]
        for tag, platform in self.pairs:
            wanted = extension_suffixes(tag, platform)
            if suffix not in wanted:
                self.report.fail(
                    "extension-suffix",
                    module,
                    suffix,
                    f"{' or '.join(wanted)} for {tag}",
                    "build with the Python of the tag; when cross-compiling set the target's SOABI "
                    "(SKBUILD_SOABI, SETUPTOOLS_EXT_SUFFIX)",
                )
        try:
            slices = read_binary(wheel.members[module])
        except UnreadableBinaryError as error:
            self.report.fail("extension-machine", module, str(error), "a binary that can be read", _BUILD)
            return
        ExtensionJudge(self.report, self.policy, module, self.pairs, slices).judge(expected)

    def size(self, baseline: Mapping[str, int]) -> None:
        """The file's size against the policy's limit and against an earlier wheel."""
        report, policy = self.report, self.policy
        limit = policy.default_max_bytes
        for entry in policy.size_limits:
            if any(fnmatchcase(tag, entry.tag) for tag in report.tags):
                limit = entry.max_bytes
                break
        shrink = "look for what is new inside (`unzip -v`, `size -A`): debug sections, files, libraries"
        if report.size > limit:
            report.fail("size", "", f"{report.size} bytes", f"at most {limit} bytes", shrink)
        if not baseline:
            return
        earlier = baseline.get(report.size_key)
        if earlier is None:
            report.notes.append(f"no earlier size of {report.size_key} in the baseline")
        elif report.size > earlier * (1 + policy.max_growth_percent / 100):
            growth = 100 * (report.size - earlier) / earlier
            report.fail(
                "growth",
                "",
                f"{report.size} bytes, {growth:.1f} % more than {earlier}",
                f"at most {policy.max_growth_percent:g} % more",
                f"{shrink}; if the growth is meant, write a new baseline with --json",
            )


def inspect_wheel(
    path: Path,
    policy: Policy,
    *,
    expect_tags: Sequence[str] = (),
    unrepaired: bool = False,
    forbid_paths: Sequence[str] | None = None,
    baseline: Mapping[str, int] | None = None,
    components: Sequence[str] = (),
) -> Report:
    """Check one wheel against the policy.

    :param expect_tags: tags or shell patterns of tags; each of the wheel's tags must fit one.
        Empty: not checked.
    :param unrepaired: whether a ``linux_*`` tag is accepted.
    :param forbid_paths: folders no file may mention; None:
        :func:`~check_dist.paths.default_forbidden_paths`.
    :param baseline: sizes in bytes by size key, as :func:`load_baseline` gives them.
    :param components: what is compiled in, in the order of the licence expression. Empty: the
        policy's list.
    :returns: facts and all problems; it never stops at the first.
    :raises PolicyError: the policy does not say what has to be known.
    :raises OSError: the file cannot be read.
    """
    expected = expand_tags(expect_tags)
    check = _WheelCheck(path, policy)
    report = check.report
    if not check.file_name():
        return report
    inside = bundled_components(policy, components, check.pairs[0][1].family if check.pairs else "")
    check.allowed_tags(expected, unrepaired=unrepaired)
    check.size(baseline or {})
    try:
        wheel = WheelFile(path, report)
    except zipfile.BadZipFile as error:
        report.fail("zip-member", "", str(error), "a zip archive", _BUILD)
        return report
    dist_info = check.dist_info(wheel)
    if dist_info is not None:
        wheel.check_record(dist_info)
        check.wheel_metadata(wheel, dist_info)
        check.core_metadata(wheel, dist_info, inside)
        check_bill(report, policy.bill, wheel.members, dist_info)
    check.contents(wheel, dist_info)
    check.extension(wheel)
    for _, platform in check.pairs[:1]:
        check_defines(report, policy, platform, wheel.members)
    forbidden = default_forbidden_paths() if forbid_paths is None else tuple(forbid_paths)
    scanner = PathScanner(policy, forbidden)
    for name, data in wheel.members.items():
        scanner.check(report, name, data)
    return report
