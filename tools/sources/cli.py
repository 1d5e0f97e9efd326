"""The command line: ``resolve``, ``vendor`` and ``licenses``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from .archive import Archive
from .clients import Limits
from .model import DEFAULT_FILE, Dependencies, LicenseFile, SourcesError
from .resolver import Request, Resolution, Resolver, find_tree, release_of
from .transfer import sha256_of


def main(argv: list[str] | None = None) -> int:
    """Run a command; return the exit status. Results go to stdout or a file, the rest to stderr."""
    for stream in (sys.stdout, sys.stderr):
        # Paths may hold what the console's encoding lacks.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(argv)
    try:
        options.run(options, Dependencies(options.dependencies))
    except SourcesError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return value


def _checksum(text: str) -> str:
    value = text.strip().lower()
    if value and not re.fullmatch(r"[0-9a-f]{64}", value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256: 64 hexadecimal digits")
    return value


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # One line: within CMake's output a usage text would bury the message.
        self.exit(2, f"error: {self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sources", description="source archives of the bundled libraries")
    commands = parser.add_subparsers(required=True, parser_class=_Parser)

    common = _Parser(add_help=False)
    common.add_argument("--dependencies", type=Path, default=DEFAULT_FILE, metavar="FILE", help="%(default)s")
    common.add_argument("--dest", type=Path, required=True, metavar="DIR", help="where files go")
    ways = _Parser(add_help=False)
    ways.add_argument(
        "--timeout",
        type=_seconds,
        default=20.0,
        metavar="SECONDS",
        help="give a host up after so long without a byte (%(default)s)",
    )
    ways.add_argument(
        "--client-timeout",
        type=_seconds,
        default=300.0,
        metavar="SECONDS",
        help="give cargo, pip or apt-get up after so long (%(default)s)",
    )

    ways.add_argument(
        "--vendor",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder with archives that travel with the project; may be repeated",
    )

    resolve = commands.add_parser("resolve", parents=[common, ways], help="find one archive, check it, say where it is")
    resolve.add_argument("--name", required=True, help="libzmq or libsodium")
    resolve.add_argument("--version", default="", help="default: the one in the dependencies file")
    resolve.add_argument("--url", default="", help="address or path to use instead of all others")
    resolve.add_argument("--sha256", type=_checksum, default="", help="what the archive must have")
    resolve.add_argument("--offline", action="store_true", help="do not use a network")
    resolve.add_argument("--json", type=Path, metavar="FILE", help="result goes here, not to stdout")
    resolve.set_defaults(run=_resolve)

    vendor = commands.add_parser(
        "vendor", parents=[common, ways], help="fetch the default archives of all dependencies"
    )
    vendor.set_defaults(run=_vendor)

    licenses = commands.add_parser("licenses", parents=[common], help="take the licence texts out of an archive")
    licenses.add_argument("--name", required=True)
    licenses.add_argument("--version", default="", help="of an archive that is not a known one")
    licenses.add_argument("--archive", type=Path, required=True)
    licenses.add_argument(
        "--system",
        default=platform.system(),
        help="CMAKE_SYSTEM_NAME of the target, which decides what is compiled in (%(default)s)",
    )
    licenses.set_defaults(run=_licenses)
    return parser


def as_json(resolution: Resolution) -> dict[str, Any]:
    """Return a resolution as JSON's types.

    Keys: ``name``; ``version`` that the tree states; ``archive``, absolute, with forward slashes
    and a suffix that tells its format; its ``sha256``; ``subdir``, the tree's folder once the
    single top-level folder is stripped ("" if it is that folder); ``origin``, one of ``url``,
    ``vendored``, ``upstream``, ``cargo``, ``pip``, ``apt``; ``origin_detail``, a few words;
    ``note``, how the archive differs from the release ("" if it does not, or is not a known one);
    ``pinned``, whether a checksum known beforehand held; ``attempts``, what was tried before and
    why it failed.
    """
    return {
        **asdict(resolution),
        "archive": resolution.archive.as_posix(),
        "attempts": list(resolution.attempts),
    }


def _write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SourcesError(f"cannot write {path}: {error}") from error


def _dump(data: object) -> str:
    # ASCII only: whoever reads it need not know its encoding.
    return json.dumps(data, indent=2) + "\n"


def _resolve(options: argparse.Namespace, dependencies: Dependencies) -> None:
    request = Request(
        dependency=dependencies[options.name],
        dest=options.dest,
        limits=Limits(stall=options.timeout, client=options.client_timeout),
        version=options.version,
        url=options.url,
        sha256=options.sha256,
        vendor=tuple(options.vendor),
        offline=options.offline,
    )
    text = _dump(as_json(Resolver(request, _say).run()))
    if options.json:
        _write_text(options.json, text)
    else:
        print(text, end="")


def _vendor(options: argparse.Namespace, dependencies: Dependencies) -> None:
    """Fetch the defaults; ``resolve --vendor`` knows them by checksum, people by the manifest."""
    manifest = []
    for dependency in dependencies.all.values():
        request = Request(
            dependency=dependency,
            dest=options.dest,
            limits=Limits(stall=options.timeout, client=options.client_timeout),
            vendor=tuple(options.vendor),
        )
        found = Resolver(request, _say).run()
        known = dependency.identify(found.sha256)
        assert known is not None, "default versions are pinned"
        artefact = known[1]
        # What the file is, not how it came here: the same archives make the same sdist.
        manifest.append(
            {
                "file": found.archive.name,
                "name": found.name,
                "version": found.version,
                "sha256": found.sha256,
                "subdir": found.subdir,
                "origin": artefact.via,
                "origin_detail": artefact.label,
                "note": artefact.note,
            }
        )
    _write_text(options.dest / "manifest.json", _dump(manifest))


def _licenses(options: argparse.Namespace, dependencies: Dependencies) -> None:
    dependency = dependencies[options.name]
    path: Path = options.archive
    if not path.is_file():
        raise SourcesError(f"no archive {path}")
    sha256 = sha256_of(path)
    known = dependency.identify(sha256)
    written = []
    with Archive(path, str(path)) as archive:
        subdir, version = find_tree(dependency, archive, known[1].subdir if known else "")
        release = release_of(dependency, sha256, options.version or version)
        texts = {
            entry.path: (entry.license, entry.covers, _license_text(archive, subdir, entry))
            for entry in release.license_files
            if entry.system in ("", options.system)
        }
    for member, (expression, covers, text) in texts.items():
        target = options.dest / f"{dependency.name}-{member.replace('/', '-')}"
        if target.suffix in (".c", ".h"):
            target = target.with_suffix(".txt")
        _write_text(target, text)
        written.append({"file": target.name, "license": expression, "covers": covers})
    print(_dump(written), end="")


def _license_text(archive: Archive, subdir: str, entry: LicenseFile) -> str:
    text = archive.read(str(PurePosixPath(subdir, entry.path))).decode("utf-8", "replace")
    if not entry.leading_comment:
        return text
    comment = re.match(r"\s*/\*(.*?)\*/", text, re.DOTALL)
    if comment is None:
        raise SourcesError(f"{archive.label}: {entry.path} begins with no comment")
    lines = (re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment[1].splitlines())
    return "\n".join(lines).strip() + "\n"
