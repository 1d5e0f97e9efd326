"""What a wheel tells of itself: its bill of materials, and what libzmq found out of the platform."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .policy import Bill, Policy
from .report import Report, shorten
from .tags import Platform

BUILD_INFO = "zmq/_build_info.json"


def _object(report: Report, rule: str, where: str, members: Mapping[str, bytes], remedy: str) -> dict[str, Any] | None:
    """A JSON object of the wheel; None, and a problem of the rule, where there is none."""
    if where not in members:
        report.fail(rule, where, "no such file", "a JSON object", remedy)
        return None
    try:
        content = json.loads(members[where])
    except ValueError as error:
        report.fail(rule, where, f"no JSON: {error}", "a JSON object", remedy)
        return None
    if not isinstance(content, dict):
        report.fail(rule, where, f"{type(content).__name__}", "a JSON object", remedy)
        return None
    return content


def check_bill(report: Report, bill: Bill, members: Mapping[str, bytes], dist_info: str) -> None:
    """The bill of materials names each library with version, hash and package URL."""
    where = f"{dist_info}/{bill.file}"
    remedy = "build it bundled, with the build backend, which has CMake write the bill by tools/sbom"
    content = _object(report, "bill", where, members, remedy)
    if content is None:
        return
    if content.get("bomFormat") != "CycloneDX":
        report.fail("bill", where, f"bomFormat: {content.get('bomFormat')}", "CycloneDX", remedy)
    listed = {part.get("name"): part for part in content.get("components", []) if isinstance(part, dict)}
    for name in bill.libraries:
        lacking = [key for key in ("version", "hashes", "purl") if not listed.get(name, {}).get(key)]
        if lacking:
            found = f"{name} without {', '.join(lacking)}" if name in listed else f"{name} is not named"
            report.fail("bill", where, found, "each bundled library with version, hash and package URL", remedy)


def check_defines(report: Report, policy: Policy, platform: Platform, members: Mapping[str, bytes]) -> None:
    """libzmq found out of the platform what it has."""
    rules = policy.platforms.get("manylinux" if platform.family == "linux" else platform.family)
    if rules is None or not rules.defines:
        return
    remedy = "see why libzmq's CMake did not find it, or state it in pyzmq_platform_facts()"
    content = _object(report, "define", BUILD_INFO, members, remedy)
    if content is None:
        return
    libzmq = content.get("libzmq")
    report.defines = str(libzmq.get("defines", "")).split() if isinstance(libzmq, dict) else []
    missing = sorted(set(rules.defines) - set(report.defines))
    if missing:
        report.fail("define", BUILD_INFO, f"libzmq without {shorten(missing)}", "what the platform has is used", remedy)
