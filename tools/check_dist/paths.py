"""Paths of the building machine in the bytes of shipped files."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .policy import Policy
from .report import Report

# A path starts where no word, longer path or URL is running; "-I/home/u" and "-L/home/u" do start
# one.
_START = rb"(?:(?<![\w.\-/~%\\])|(?<=-[A-Za-z]))"
_REST = rb"[^\x00-\x1f\x7f\"'<>|]{0,100}"
_UTF16_RUN = re.compile(rb"(?:[\x20-\x7e]\x00){5,}")
_SHOWN_PER_FILE = 5


@dataclass(frozen=True)
class PathHit:
    """A forbidden path: the text from where it starts, and why it is forbidden."""

    text: str
    why: str


def default_forbidden_paths() -> tuple[str, ...]:
    """The current, the home and the temporary folder, each as it is named and as it resolves."""
    folders = [Path.cwd(), Path.home(), Path(tempfile.gettempdir())]
    logical = os.environ.get("PWD")
    if logical:
        folders.append(Path(logical))
    names = [str(folder) for folder in folders] + [str(folder.resolve()) for folder in folders]
    return tuple(dict.fromkeys(names))


def _literal(path: str) -> bytes | None:
    """A pattern for one given path; None for a root, with which every absolute path begins.

    A folder directly under the root ("/tmp", "/root") counts only with something inside it.
    """
    parts = [part for part in re.split(r"[\\/]+", path) if part]
    windows = bool(re.match(r"[A-Za-z]:", path))
    named = parts[1:] if windows else parts
    if not named:
        return None
    separator = rb"[\\/]+" if windows else rb"/+"
    body = separator.join(re.escape(part.encode()) for part in parts)
    if not windows:
        # A single one: "ipc:///tmp/feed" is a URL.
        body = b"/" + body
    tail = separator + rb"[\w.]" if len(named) == 1 else rb"(?![\w\-])"
    return rb"(?i:" + body + rb")" + tail if windows else body + tail


class PathScanner:
    """Looks for the policy's patterns and for given paths in bytes, as plain and UTF-16LE text."""

    def __init__(self, policy: Policy, forbid_paths: tuple[str, ...], *, generic: bool = True) -> None:
        """
        :param forbid_paths: literal paths beyond those of the policy.
        :param generic: whether the policy's patterns are sought too, not the given paths alone.
        """
        self._policy = policy
        self._patterns: list[tuple[re.Pattern[bytes], str]] = []
        for path in forbid_paths:
            body = _literal(path)
            if body is not None:
                self._patterns.append((re.compile(_START + body + _REST), f"{path} of this machine"))
        if generic:
            for entry in policy.forbidden_paths:
                body = b"(?:" + entry.pattern.encode() + b")"
                self._patterns.append((re.compile(_START + body + _REST), entry.why))

    def hits(self, name: str, data: bytes) -> list[PathHit]:
        """All distinct hits in one file, less those that the policy allows."""
        found: dict[str, str] = {}
        views = [data]
        if b"\0" in data:
            # A separator keeps one run's end from reading as the next one's beginning.
            # The first letter may be the end of a plain text just before it, so each run is read
            # without it as well.
            runs = [run[::2] for run in _UTF16_RUN.findall(data)]
            views.append(b"\n".join([*runs, *(run[1:] for run in runs)]))
        for view in views:
            for pattern, why in self._patterns:
                for match in pattern.finditer(view):
                    text = match.group().decode("utf-8", "replace")
                    if not self._excused(name, text):
                        found.setdefault(text, why)
        return [PathHit(text, why) for text, why in found.items()]

    def _excused(self, name: str, text: str) -> bool:
        return any(
            fnmatchcase(name, entry.file) and re.search(entry.pattern, text) for entry in self._policy.allowed_paths
        )

    def check(self, report: Report, name: str, data: bytes) -> None:
        """Report the hits in one file as problems of rule ``build-path``."""
        hits = self.hits(name, data)
        for hit in hits[:_SHOWN_PER_FILE]:
            report.fail(
                "build-path",
                name,
                f"{hit.text!r} ({hit.why})",
                "no path of the building machine in any file",
                "compile with -ffile-prefix-map=<folder>=. and strip; if the text is meant, add it "
                "with its reason to paths.allowed in the policy",
            )
        if len(hits) > _SHOWN_PER_FILE:
            report.notes.append(f"{name}: {len(hits) - _SHOWN_PER_FILE} more forbidden path(s)")
