"""The command line of the check."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from .paths import default_forbidden_paths
from .policy import DEFAULT_POLICY, Policy, PolicyError, load_policy
from .report import Report
from .sdist import inspect_sdist
from .wheel import expand_tags, inspect_wheel, load_baseline

_USAGE_ERROR = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="check_dist",
        description="Check wheels and sdists against a written policy. Exit status: 0 all is well, "
        "1 a rule is broken, 2 the check itself could not be made.",
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="a wheel, an sdist, or a folder of them")
    add(
        "--policy",
        type=Path,
        default=DEFAULT_POLICY,
        help="the policy (default: ci/dist-policy.toml)",
    )
    add(
        "--expect-tag",
        action="append",
        default=[],
        metavar="TAG",
        help="a tag that the wheels may have, also a shell pattern; repeatable. Each must be met by one of the wheels",
    )
    add(
        "--unrepaired",
        action="store_true",
        help="accept the linux_* tag of a wheel before its repair",
    )
    add(
        "--forbid-path",
        action="append",
        default=[],
        metavar="PATH",
        help="a folder that no file may mention, beside the current, the home and the temporary one; repeatable",
    )
    add(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="earlier sizes: a report of --json, or {size key: bytes}",
    )
    add(
        "--component",
        action="append",
        default=[],
        metavar="NAME",
        help="what is compiled in, in the order of the licence expression; repeatable (default: the policy's list)",
    )
    add(
        "--vendored",
        action="append",
        default=[],
        metavar="SHA256",
        help="an archive that the sdist must hold; repeatable (default: those of the sdist's own checksums)",
    )
    add("--json", type=Path, metavar="FILE", help="write the report there as JSON")
    return parser


def _collect(arguments: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for argument in arguments:
        if argument.is_dir():
            inside = sorted([*argument.glob("*.whl"), *argument.glob("*.tar.gz")])
            if not inside:
                raise PolicyError(f"{argument}: no *.whl and no *.tar.gz in this folder; build first")
            files += inside
        elif not argument.is_file():
            raise PolicyError(f"{argument}: no such file or folder")
        elif argument.name.endswith((".whl", ".tar.gz")):
            files.append(argument)
        else:
            raise PolicyError(f"{argument}: neither a wheel (.whl) nor an sdist (.tar.gz)")
    return files


def _check(path: Path, policy: Policy, options: argparse.Namespace) -> Report:
    if path.name.endswith(".whl"):
        return inspect_wheel(
            path,
            policy,
            expect_tags=options.expect_tag,
            unrepaired=options.unrepaired,
            forbid_paths=[*default_forbidden_paths(), *options.forbid_path],
            baseline=load_baseline(options.baseline) if options.baseline else None,
            components=options.component,
        )
    return inspect_sdist(
        path,
        policy,
        vendored=options.vendored,
        forbid_paths=[str(Path.cwd()), *options.forbid_path],
        components=options.component,
    )


def _missing_tags(reports: Sequence[Report], expected: Sequence[str]) -> list[str]:
    tags = [tag for report in reports for tag in report.tags]
    return [pattern for pattern in expand_tags(expected) if not any(fnmatchcase(tag, pattern) for tag in tags)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check.

    :param arguments: the command line without the program's name; None: that of the process.
    :returns: the exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        policy = load_policy(options.policy)
        reports = [_check(path, policy, options) for path in _collect(options.files)]
        missing = _missing_tags(reports, options.expect_tag)
    except (PolicyError, OSError) as error:
        print(f"check_dist: {error}", file=sys.stderr)
        return _USAGE_ERROR
    for report in reports:
        print(report.text())
    for tag in missing:
        print(f"FAILED tag-missing: no wheel has the expected tag {tag}")
    if options.json is not None:
        document = {
            "artifacts": [report.to_dict() for report in reports],
            "missing_tags": missing,
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0 if all(report.ok for report in reports) and not missing else 1
