"""The command line."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from check_dist.tags import Platform, extension_suffixes, python_version
from packaging.tags import Tag
from targets import TargetsError, load_targets

from .choice import WheelError, find_runtime, target_name, wheel_tags
from .debian import package_version
from .environment import Environment, ExecutionError
from .model import NoRuntimeError, Runtime

EXECUTED, FAILED, USAGE, NO_RUNTIME = 0, 1, 2, 3

#: Seconds that the tests may take.
_SUITE_LIMIT = 600


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="execute",
        usage="%(prog)s WHEEL [options] [-- ARGUMENT...]",
        description="Execute a wheel on its platform: natively, under qemu-user or under wine. Exit status: 0 all "
        "came through, 1 something did not, 2 the command line is wrong, 3 nothing here can run it.",
    )
    add = parser.add_argument
    add("wheel", type=Path, metavar="WHEEL")
    add("--target", metavar="NAME", help="what ci/targets.toml calls the platform; must be that of the wheel")
    add("--python", metavar="X.Y", help="run it with this version of Python, instead of the usual one")
    add("--suite", action="store_true", help="run the tests too; what follows -- goes to pytest")
    add("--limit", type=float, default=_SUITE_LIMIT, metavar="SECONDS", help="that the tests may take (%(default)s)")
    add("--json", type=Path, metavar="FILE", help="write there what was done")
    add("--keep", type=Path, metavar="FOLDER", help="leave the environment in this new folder")
    return parser


def check_target(name: str | None, parsed: Platform) -> str:
    """Return the name of a wheel's target.

    :raises WheelError: there is no such target, or it is another one than the wheel's.
    """
    own = target_name(parsed)
    if name is not None and name != own:
        try:
            load_targets().target(name)
        except TargetsError as error:
            raise WheelError(str(error)) from None
        raise WheelError(f"the wheel is for {own}, not for {name}")
    return own


def promise(tag: Tag, parsed: Platform, about: dict[str, Any], runtime: Runtime) -> str:
    """Tell how the runtime meets what the wheel's tag asks for.

    :raises ExecutionError: it does not.
    """
    wanted, suffixes = python_version(tag), extension_suffixes(tag, parsed)
    own = tuple(map(int, about["version"].split(".")))
    if wanted is None or own < wanted or not set(suffixes).intersection(about["suffixes"]):
        raise ExecutionError(
            f"{about['implementation']} {about['version']} takes no wheel for {tag}: it imports "
            f"{', '.join(about['suffixes'])}, not {', '.join(suffixes)}"
        )
    libc = about["libc"] or (f"musl {version}" if (version := package_version(runtime.made_of, "musl")) else "")
    about["libc"] = libc
    if parsed.version is None or not libc:
        return f"{about['platform']} for {tag.platform}"
    numbers = re.findall(r"\d+", libc)
    has = (int(numbers[0]), int(numbers[1]))
    if has < parsed.version:
        raise ExecutionError(f"{tag.platform} asks for {'.'.join(map(str, parsed.version))}, this is {libc}")
    return f"{libc} for {tag.platform}"


def execute(wheel: Path, options: argparse.Namespace, report: dict[str, Any]) -> None:
    """Execute a wheel; what is done goes into a report as it is done.

    :raises NoRuntimeError: nothing here can.
    :raises ExecutionError: it was, and something went wrong.
    """
    tags, parsed = wheel_tags(wheel)
    report["target"] = check_target(options.target, parsed)
    started = time.monotonic()
    runtime = find_runtime(tags[0], parsed, options.python)
    where: dict[str, Any] = {"how": runtime.how, "origin": runtime.origin, "emulator": runtime.emulator}
    where["made_of"] = list(runtime.made_of)
    report["where"] = where
    report["seconds"] = seconds = {"runtime": round(time.monotonic() - started, 1)}
    with tempfile.TemporaryDirectory(prefix="zmq-") as scratch:
        place = Path(scratch) if options.keep is None else options.keep.absolute()
        place.mkdir(parents=True, exist_ok=True)
        environment = Environment(runtime, place)
        about = environment.probe()
        where["promise"] = promise(tags[0], parsed, about, runtime)
        where["python"] = f"{ {'cpython': 'CPython', 'pypy': 'PyPy'}[about['implementation']] } {about['version']}"
        where.update({name: about[name] for name in ("platform", "machine", "bits", "byteorder", "libc")})
        environment.install(wheel)
        report["trial"] = environment.try_out()
        seconds["trial"] = report["trial"]["seconds"]
        if options.suite:
            version = ".".join(about["version"].split(".")[:2])
            report["suite"] = environment.run_suite(version, options.pytest, options.limit)
            seconds["suite"] = report["suite"]["seconds"]


def summary(report: dict[str, Any]) -> str:
    """Return what was done, in a few lines."""
    lines = [f"{report['wheel']}: {report['outcome']}"]
    if "where" in report:
        where = report["where"]
        means = ", ".join(filter(None, [where["how"], where["emulator"], where.get("libc", "")]))
        lines.append(f"  {where.get('python', 'Python')} ({where['origin']}), {means}")
    if "trial" in report:
        trial = report["trial"]
        over = ", ".join(trial["within"])
        lines.append(f"  libzmq {trial['libzmq']}, CURVE over {over}, 5 MB frames, asyncio: {trial['seconds']} s")
        lines += [f"  {name}: {reason}" for name, reason in trial["skipped"].items()]
    if "suite" in report:
        suite = report["suite"]
        lines.append(f"  {suite['tests']} tests, {suite['skipped']} skipped: {suite['seconds']} s")
    if report["reason"]:
        lines.append(f"  {report['reason']}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    options = _parser().parse_args(words[:end])
    options.pytest = words[end + 1 :]
    report: dict[str, Any] = {"wheel": options.wheel.name, "outcome": "executed", "reason": ""}
    status = EXECUTED
    try:
        if options.keep is not None and options.keep.exists():
            raise WheelError(f"{options.keep} exists; name a folder that does not")
        if options.pytest and not options.suite:
            raise WheelError(f"{options.pytest[0]}: arguments of pytest need --suite")
        execute(options.wheel, options, report)
    except WheelError as error:
        print(f"execute: {error}", file=sys.stderr)
        return USAGE
    except NoRuntimeError as error:
        status, report["outcome"], report["reason"] = NO_RUNTIME, "not executed", str(error)
    except ExecutionError as error:
        status, report["outcome"], report["reason"] = FAILED, "failed", str(error)
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(summary(report))
    return status
