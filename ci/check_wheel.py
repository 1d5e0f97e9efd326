"""Check a repaired wheel: ``check_wheel.py WHEEL``.

It must be what ``ci/dist-policy.toml`` asks for, and serve what ``ci/targets.toml`` promises. ``--no-promise`` is for
wheels made in other images than those.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from check_dist import DEFAULT_POLICY, default_forbidden_paths, inspect_wheel, load_policy
from check_dist.tags import parse_platform
from packaging.utils import parse_wheel_filename
from targets import load_targets
from targets.coverage import uncovered


def broken_promises(name: str) -> list[str]:
    """Return what the list promises of the target that a wheel is for, and the wheel does not keep."""
    targets = load_targets()
    tags = parse_wheel_filename(name)[3]
    machines = {(each.family, each.machine) for tag in tags if (each := parse_platform(tag.platform)) is not None}
    for target, _ in targets.standard():
        if (target.family, target.arch) not in machines:
            continue
        for promised in target.standard_wheels():
            interpreter, abi, _ = promised.split("-")
            if any((tag.interpreter, tag.abi) == (interpreter, abi) for tag in tags):
                lacking = uncovered([f"pyzmq-0-{promised}.whl"], map(str, tags), targets.newest)
                return [f"{promised} is promised: nothing for {system}" for each in lacking.values() for system in each]
    return [f"{targets.source.name} has no such wheel"]


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="check_wheel", description="Check a repaired wheel.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--no-promise", action="store_true", help="do not ask which systems it serves")
    options = parser.parse_args()
    report = inspect_wheel(options.wheel, load_policy(DEFAULT_POLICY), forbid_paths=default_forbidden_paths())
    print(report.text())
    broken = [] if options.no_promise else broken_promises(options.wheel.name)
    for line in broken:
        print(f"FAILED promise: {options.wheel.name}: {line}")
    return 0 if report.ok and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
