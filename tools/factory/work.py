"""The work on one target: its wheels built, checked and executed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from check_dist import Report
from make_wheel import pipeline
from make_wheel.pipeline import Outcome, Plan
from make_wheel.steps import Step, StepFailedError
from targets import Target

from .headers import headers
from .pack import pack
from .plan import Places, plan, stamp, wheel_tag
from .universal import BUILD_INFO, FusionError, fuse_wheels

EXECUTE = pipeline.ROOT / "tools" / "execute"
#: Exit statuses of tools/execute.
_EXECUTED, _FAILED, _NO_RUNTIME = 0, 1, 3
#: Seconds that executing a wheel may take, its runtime made first.
_EXECUTION_LIMIT = 3600

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
BUILT_ONLY = "built, not executed"


@dataclass
class Made:
    """A wheel, and what is known of it.

    ``execution`` is the report of tools/execute, with ``outcome`` and ``reason`` at least. ``kept``
    tells that an earlier run made it.
    """

    path: Path
    facts: dict[str, Any]
    information: dict[str, Any] = field(default_factory=dict)
    execution: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    kept: bool = False


@dataclass
class Job:
    """A target, and how far the work on it is."""

    target: Target
    state: str = WAITING
    step: Step | None = None
    about: str = ""
    wheels: list[Made] = field(default_factory=list)
    reason: str = ""
    log: Path | None = None
    seconds: float = 0.0
    started: float = 0.0


@dataclass(frozen=True)
class Settings:
    """What holds for all targets.

    ``suite`` runs the tests, too, on the first wheel of targets where they take at most so many
    minutes, ``must_execute`` lets a target fail whose wheels could be executed if what it takes were
    there, ``time`` is the one time stamp,
    ``parallel`` how many files a target compiles at once, ``again`` makes anew what is there, and
    ``only`` names the wheels to make, by interpreter and ABI; all without names.
    """

    places: Places
    time: int
    parallel: int = 1
    suite: int = 0
    execute: bool = True
    must_execute: bool = False
    again: bool = False
    only: tuple[str, ...] = ()


def work(job: Job, settings: Settings, others: Callable[[str], Job]) -> None:
    """Do all the work on a target. What goes wrong is told by the job; nothing is raised.

    :param others: gives the jobs of the targets that are fused here.
    """
    job.state, job.started = RUNNING, time.monotonic()
    try:
        assert job.target.factory is not None
        make = _fuse if job.target.factory.fuse else _build
        for wheel in job.target.factory.wheels:
            if settings.only and wheel not in settings.only:
                continue
            job.wheels.append(make(job, wheel, settings, others))
        for made in job.wheels:
            _execute(job, made, settings)
        job.state = DONE
    except StepFailedError as error:
        job.reason, job.log = str(error), error.log
        job.state = FAILED
    except Exception:
        job.reason = traceback.format_exc()
        job.state = FAILED
    finally:
        job.seconds = time.monotonic() - job.started
        job.step = None


@contextlib.contextmanager
def _step(job: Job, settings: Settings, name: str, about: str) -> Iterator[Step]:
    """Run the body as a step of the job."""
    logs = settings.places.target(job.target) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    step = Step(name, logs / f"{name}.log")
    job.step, job.about = step, about
    try:
        yield step
    finally:
        step.close()


def _build(job: Job, wheel: str, settings: Settings, _others: Callable[[str], Job]) -> Made:
    """Build and check one wheel of the target."""
    target, places = job.target, settings.places
    with _step(job, settings, f"headers-{wheel}", f"{wheel}: headers") as step:
        against = headers(wheel, target.family, target.arch, places.cpython, step)
    made = plan(target, wheel, against, places, settings.time, settings.parallel)
    made.folder.mkdir(parents=True, exist_ok=True)
    fingerprint = stamp(made)
    earlier = None if settings.again else pipeline.unchanged(made, fingerprint)
    if earlier is not None:
        return _kept(earlier)
    seconds: dict[str, float] = {}
    with _step(job, settings, f"build-{wheel}", f"{wheel}: build") as step:
        raw = pipeline.build(made, step)
        seconds["build"] = round(step.seconds, 1)
    return _checked(job, made, raw, wheel, settings, fingerprint, seconds)


def _fuse(job: Job, wheel: str, settings: Settings, others: Callable[[str], Job]) -> Made:
    """Fuse the wheels of other targets, and check what comes of it."""
    target, places = job.target, settings.places
    assert target.factory is not None
    parts = []
    for name in target.factory.fuse:
        part = others(name)
        if part.state != DONE:
            raise StepFailedError(f"{name}, which is one of the parts, has no wheels")
        parts.append(next(made.path for made in part.wheels if _pair(made.path) == wheel))
    made = Plan(folder=places.target(target), outdir=places.wheels)
    seconds: dict[str, float] = {}
    with _step(job, settings, f"fuse-{wheel}", f"{wheel}: fuse") as step:
        try:
            raw = fuse_wheels(parts, target.factory.platform_tag, made.folder / "raw")
        except FusionError as error:
            raise StepFailedError(str(error), step.log) from error
        seconds["build"] = round(step.seconds, 1)
    return _checked(job, made, raw, wheel, settings, "", seconds)


def _checked(
    job: Job, made: Plan, raw: Path, wheel: str, settings: Settings, fingerprint: str, seconds: dict[str, float]
) -> Made:
    with _step(job, settings, f"pack-{wheel}", f"{wheel}: pack") as step:
        raw = pack(raw, made.folder / "packed")
        seconds["pack"] = round(step.seconds, 1)
    with _step(job, settings, f"check-{wheel}", f"{wheel}: check") as step:
        tag = str(wheel_tag(job.target, wheel))
        if not raw.name.endswith(f"-{tag}.whl"):
            raise StepFailedError(f"{raw.name} has not the tag {tag}", step.log)
        report = pipeline.check(raw, step)
        if wheel.endswith("-abi3"):
            step.run([sys.executable, "-m", "abi3audit", "--strict", "--verbose", raw])
        seconds["check"] = round(step.seconds, 1)
    outcome = Outcome(pipeline.deliver(raw, made.outdir), report)
    pipeline.write_document(outcome.wheel, pipeline.document(outcome, made, seconds, fingerprint))
    return _made(outcome.wheel, report, seconds)


def _made(wheel: Path, report: Report, seconds: dict[str, float]) -> Made:
    return Made(wheel, report.to_dict(), _information(wheel), seconds=seconds)


def _kept(wheel: Path) -> Made:
    """Return what an earlier run knew of a wheel."""
    known = json.loads(Path(f"{wheel}.json").read_text("utf-8"))
    return Made(wheel, known["check"], _information(wheel), seconds=known["seconds"], kept=True)


def _information(wheel: Path) -> dict[str, Any]:
    """Return what the wheel's own zmq.build_info() tells."""
    with zipfile.ZipFile(wheel) as archive:
        information = json.loads(archive.read(BUILD_INFO))
    assert isinstance(information, dict)
    return information


def _pair(wheel: Path) -> str:
    """Return interpreter and ABI of a wheel's name."""
    return "-".join(wheel.name.split("-")[2:4])


def _execute(job: Job, made: Made, settings: Settings) -> None:
    """Run a wheel where something here can, unless an earlier run did."""
    assert job.target.factory is not None
    how = job.target.factory.execute
    told = Path(f"{made.path}.executed.json")
    if not how or not settings.execute:
        reason = "nothing here can run it" if not how else "not asked for"
        made.execution = {"outcome": BUILT_ONLY, "reason": reason}
        return
    # CPythons differ from wheel to wheel, but they are tested elsewhere; what is to be tested is the platform.
    suite = made is job.wheels[0] and 0 < job.target.factory.suite <= settings.suite
    if made.kept and told.is_file():
        known = json.loads(told.read_text("utf-8"))
        if known["outcome"] == "executed" and ("suite" in known or not suite):
            made.execution = known
            return
    pair = _pair(made.path)
    with _step(job, settings, f"execute-{pair}", f"{pair}: execute") as step:
        told.unlink(missing_ok=True)
        words = [sys.executable, str(EXECUTE), str(made.path), "--target", job.target.name, "--json", str(told)]
        try:
            # A slow machine may take twice as long.
            limited = ["--suite", "--limit", str(120 * job.target.factory.suite)]
            step.run([*words, *limited] if suite else words, seconds=_EXECUTION_LIMIT)
        except StepFailedError:
            if not told.is_file():
                raise
            known = json.loads(told.read_text("utf-8"))
            if known["outcome"] == "failed":
                raise StepFailedError(f"{made.path.name}: {known['reason']}", step.log) from None
        made.execution = json.loads(told.read_text("utf-8"))
        made.seconds["execute"] = round(step.seconds, 1)
    if made.execution["outcome"] != "executed":
        if settings.must_execute:
            raise StepFailedError(f"{made.path.name} was not executed: {made.execution['reason']}", step.log)
        made.execution["outcome"] = BUILT_ONLY


def zig_is_there() -> bool:
    """Tell whether the compiler can be started."""
    done = subprocess.run([sys.executable, "-m", "ziglang", "version"], capture_output=True, check=False)
    return done.returncode == 0
