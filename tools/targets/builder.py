"""What cibuildwheel is asked, and asked to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .config import identifiers
from .model import Standard, Target, Targets, TargetsError

ROOT = Path(__file__).resolve().parents[2]

_IDENTIFIER = re.compile(r"\b(?:cp|pp|gp)3\w*-\w+")


def _cibuildwheel(*arguments: str, variables: Mapping[str, str], capture: bool) -> str:
    """Run cibuildwheel in the project's folder; return what it said, if that is captured.

    :raises TargetsError: it is not installed, or did not succeed.
    """
    command = [sys.executable, "-m", "cibuildwheel", *arguments]
    # Settings of the person would be mistaken for those of the project.
    environment = {name: value for name, value in os.environ.items() if not capture or not name.startswith("CIBW_")}
    environment.update(variables)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n" + "\n".join(done.stdout.splitlines()[-20:]) if done.stdout else ""
        raise TargetsError(f"cibuildwheel {' '.join(arguments)} ended with status {done.returncode}{said}")
    return done.stdout or ""


def printed_identifiers(platform: str, variables: Mapping[str, str] | None = None) -> set[str]:
    """Return what cibuildwheel would build for a platform, on whatever machine.

    :param variables: cibuildwheel's, instead of what pyproject.toml says.
    """
    words = ("--print-build-identifiers", "--platform", platform, "--archs", "all")
    # It names those that this machine could not build in a note before the others.
    return set(_IDENTIFIER.findall(_cibuildwheel(*words, variables=variables or {}, capture=True)))


def listed_identifiers(targets: Targets, platform: str) -> set[str]:
    """Return what the list has for a platform."""
    return {
        target.identifier(interpreter)
        for target, standard in targets.standard()
        if standard.platform == platform
        for interpreter in standard.interpreters
    }


def differences(targets: Targets, platform: str) -> list[str]:
    """Tell where the list and cibuildwheel differ for a platform.

    What is configured must be what is listed, and what could be configured must be listed, or left out for a reason.
    """
    listed = listed_identifiers(targets, platform)
    configured = printed_identifiers(platform)
    possible = printed_identifiers(platform, {"CIBW_BUILD": "*", "CIBW_SKIP": "", "CIBW_ENABLE": "all"})
    told = [f"{name}: listed, and cibuildwheel does not know it" for name in sorted(listed - possible)]
    told += [f"{name}: listed, and cibuildwheel would not build it" for name in sorted(listed & possible - configured)]
    told += [f"{name}: not listed, and cibuildwheel would build it" for name in sorted(configured - listed)]
    for name in sorted(possible - listed - configured):
        if not any(fnmatchcase(name, pattern) for pattern in targets.left_out):
            told.append(f"{name}: neither listed nor left out, and cibuildwheel could build it")
    return told


def plan(targets: Targets) -> list[dict[str, Any]]:
    """Return one entry for each machine's work, as the workflow's matrix takes them."""
    return [
        {
            "name": f"{'draft' if draft else 'wheels'}-{target.name}",
            "target": target.name,
            "runner": standard.runner,
            "platform": standard.platform,
            "emulated": standard.emulated,
            "options": "--draft" if draft else "",
        }
        for target, standard in targets.standard()
        for draft in ((False, True) if standard.draft else (False,))
    ]


def build(target: Target, standard: Standard, package: str, outdir: Path, *, draft: bool) -> None:
    """Build, repair, check and test all wheels of a target with cibuildwheel.

    :param package: a checkout or an sdist.
    :raises TargetsError: something failed.
    """
    variables = {"CIBW_BUILD": identifiers(target, standard.interpreters)}
    if draft:
        variables["CIBW_ENVIRONMENT"] = "ZMQ_PREFIX=bundled ZMQ_DRAFT_API=ON"
    words = ("--platform", standard.platform, "--archs", standard.arch, "--output-dir", str(outdir), package)
    _cibuildwheel(*words, variables=variables, capture=False)
