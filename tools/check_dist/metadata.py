"""The core metadata of a wheel or sdist, and the licences that it has to name and carry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from packaging.metadata import ExceptionGroup, InvalidMetadata, Metadata
from packaging.tags import Tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from .policy import Component, Policy, PolicyError
from .report import Report
from .tags import python_version

# Licence texts are compared as words: line breaks and the frame of a C comment do not count.
_COMMENT_FRAME = re.compile(r"^[ \t]*(?:/\*+|\*+/|\*|//|#)", re.MULTILINE)


def parse_metadata(report: Report, where: str, data: bytes) -> Metadata | None:
    """Parse METADATA or PKG-INFO strictly; a fault is reported under rule ``metadata``."""
    try:
        return Metadata.from_email(data, validate=True)
    except ExceptionGroup as group:
        for error in group.exceptions:
            field = f"{error.field}: " if isinstance(error, InvalidMetadata) else ""
            report.fail(
                "metadata",
                where,
                f"{field}{error}",
                "core metadata as the packaging library validates it",
                "correct the [project] table of pyproject.toml",
            )
    return None


def check_identity(report: Report, policy: Policy, where: str, metadata: Metadata, version: Version) -> None:
    """Name and version of the metadata against the policy and the file's name."""
    if canonicalize_name(metadata.name) != canonicalize_name(policy.name):
        report.fail("name", where, metadata.name, policy.name, "correct project.name in pyproject.toml")
    if metadata.version != version:
        report.fail(
            "version",
            where,
            f"Version: {metadata.version}",
            f"{version}, as the file's name says",
            "do not rename wheels and sdists; build them anew",
        )


def check_requires_python(report: Report, where: str, metadata: Metadata, tags: Sequence[Tag]) -> None:
    """``Requires-Python`` is there and admits the interpreters that the wheel is tagged for."""
    specifier = metadata.requires_python
    if specifier is None:
        report.fail(
            "requires-python",
            where,
            "no Requires-Python",
            "the least Python is stated",
            "set project.requires-python",
        )
        return
    for tag in tags:
        version = python_version(tag)
        if version and not specifier.contains(f"{version[0]}.{version[1]}", prereleases=True):
            report.fail(
                "requires-python",
                where,
                f"Requires-Python: {specifier}",
                f"admits the Python {version[0]}.{version[1]} of the tag {tag}",
                "correct project.requires-python, or do not build for that Python",
            )


def bundled_components(policy: Policy, names: Sequence[str], family: str = "") -> list[Component]:
    """The components with the given names; without names, those of the policy.

    :param family: of platforms, some of which have further ones.
    :raises PolicyError: the policy does not describe one of them.
    """
    further = policy.platforms[family].components if family in policy.platforms else ()
    chosen = list(names) or [*policy.bundled, *further]
    for name in chosen:
        if name not in policy.components:
            raise PolicyError(
                f"{policy.source}: licences.components has no {name!r}; known: {', '.join(policy.components)}"
            )
    return [policy.components[name] for name in chosen]


def _words(text: str) -> str:
    return " ".join(_COMMENT_FRAME.sub(" ", text).split())


def check_licences(
    report: Report,
    where: str,
    metadata: Metadata,
    components: Sequence[Component],
    texts: Mapping[str, bytes],
) -> None:
    """The licence expression, and a declared text for each component.

    :param texts: the licence files that the archive carries, named as License-File names them.
    """
    expression = " AND ".join(dict.fromkeys(component.spdx for component in components))
    report.licence_expression = metadata.license_expression or ""
    report.licences = list(metadata.license_files or [])
    names = ", ".join(component.name for component in components)
    if report.licence_expression != expression:
        report.fail(
            "licence-expression",
            where,
            f"License-Expression: {report.licence_expression or 'none'}",
            f"{expression} (for {names})",
            "correct project.license in pyproject.toml, or name what is inside with --component",
        )
    for name in report.licences:
        if name not in texts:
            report.fail(
                "licence-file",
                where,
                f"License-File: {name} is named and not there",
                "each named text is inside",
                "correct project.license-files",
            )
    for name in sorted(set(texts) - set(report.licences)):
        report.fail(
            "licence-file",
            name,
            "a licence text that no License-File names",
            "each text is named",
            "correct project.license-files",
        )
    for component in components:
        _check_component(report, component, texts)


def _check_component(report: Report, component: Component, texts: Mapping[str, bytes]) -> None:
    fitting = [
        name for name in texts if name in report.licences and any(fnmatchcase(name, glob) for glob in component.files)
    ]
    if not fitting:
        report.fail(
            "licence-text",
            "",
            f"no License-File for {component.name} among: {', '.join(report.licences) or 'none'}",
            f"a file that fits {' or '.join(component.files)}",
            f"add the {component.spdx} text of {component.name} to project.license-files",
        )
        return
    for name in fitting:
        words = _words(texts[name].decode("utf-8", "replace"))
        if all(_words(phrase) in words for phrase in component.phrases):
            return
    report.fail(
        "licence-text",
        ", ".join(fitting),
        f"not the {component.spdx} text of {component.name}",
        f"contains {' and '.join(repr(phrase) for phrase in component.phrases)}",
        f"take the file from {component.name}'s own sources, unabridged",
    )
