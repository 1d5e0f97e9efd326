"""What each step does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from check_dist import DEFAULT_POLICY, Report, default_forbidden_paths, inspect_wheel, load_policy

from .repair import changed_members, repair_command
from .steps import Step, StepFailedError, path_with
from .toolchain import NoToolchainError, check_headers, check_toolchain, names_toolchain

ROOT = Path(__file__).resolve().parents[2]
TRY_WHEEL = ROOT / "tools" / "try_wheel.py"

#: Time of members of the wheel where neither SOURCE_DATE_EPOCH nor git tells one: 1980-01-01, the
#: first that a zip archive can hold.
EARLIEST_TIME = 315_532_800

#: What a wheel is made of, beside the options and the toolchain.
INPUTS = (
    "CMakeLists.txt",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "cmake",
    "licenses",
    "tools/apply_patch.py",
    "tools/make_wheel",
    "tools/pep517",
    "tools/sbom",
    "tools/sources",
    "zmq",
)
_INPUT_VARIABLES = ("CMAKE_", "PYZMQ_", "SKBUILD", "ZMQ_")
_INPUT_NAMES = frozenset({"ARCHFLAGS", "CC", "CFLAGS", "CXX", "CXXFLAGS", "LDFLAGS", "SOURCE_DATE_EPOCH"})

#: Seconds that trying the wheel may take.
_TRY_LIMIT = 90


@dataclass(frozen=True)
class Plan:
    """What is to be built, and where.

    ``folder`` keeps everything of this kind of wheel between two runs: build folders, logs, the
    wheel before and after its repair. ``settings`` are further ones for the build backend, NAME=VALUE,
    ``build_folder`` is the name of CMake's, and ``variables`` are for the environment of the build.
    """

    folder: Path
    outdir: Path
    backends: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    zig: bool = False
    settings: tuple[str, ...] = ()
    build_folder: str = "{cache_tag}-{wheel_tag}"
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def all_definitions(self) -> tuple[str, ...]:
        """Everything that CMake is told, NAME=VALUE; what the person gave comes last and wins."""
        ours = ["ZMQ_PREFIX=bundled"]
        if self.backends:
            ours.append(f"PYZMQ_BACKEND={';'.join(self.backends)}")
        if self.zig:
            ours.append("CMAKE_TOOLCHAIN_FILE=" + (ROOT / "cmake/toolchains/zig.cmake").as_posix())
            ours.append(f"PYZMQ_ZIG_PYTHON={Path(sys.executable).as_posix()}")
        return (*ours, *self.definitions)

    @property
    def built_backends(self) -> tuple[str, ...]:
        """The backends that the wheel will have."""
        named: dict[str, str] = {}
        for text in self.all_definitions:
            name, _, value = text.partition("=")
            named[name] = value
        if "PYZMQ_BACKEND" in named:
            return tuple(named["PYZMQ_BACKEND"].split(";"))
        return ("cffi",) if sys.implementation.name == "pypy" else ("cython",)


@dataclass
class Outcome:
    """What came of it."""

    wheel: Path
    report: Report | None = None
    trials: dict[str, Any] = field(default_factory=dict)


def source_time() -> int:
    """Return the time that members of the wheel get: that of the last commit, since 1970."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        try:
            done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        except OSError:
            return EARLIEST_TIME
        if done.returncode == 0 and done.stdout.strip().isdigit():
            return int(done.stdout)
    return EARLIEST_TIME


def build_environment(plan: Plan) -> dict[str, str]:
    """Return the environment of the build; whatever the person set stays."""
    environment = dict(os.environ)
    environment.setdefault("SOURCE_DATE_EPOCH", str(source_time()))
    environment["PATH"] = path_with(Path(sys.executable).parent)
    environment["PYTHONUNBUFFERED"] = "1"
    environment.update(plan.variables)
    ccache = shutil.which("ccache")
    # Zig keeps what it compiled by itself.
    if ccache and os.name != "nt" and not plan.zig:
        for language in ("C", "CXX"):
            environment.setdefault(f"CMAKE_{language}_COMPILER_LAUNCHER", ccache)
        if "CCACHE_BASEDIR" not in environment:
            # ccache leaves -ffile-prefix-map out of its key: another folder's object would bring that folder's names
            # into assertions, and the bytes of the wheel would depend on what was built before.
            environment.setdefault("CCACHE_NAMESPACE", ccache_namespace(plan))
    return environment


def ccache_namespace(plan: Plan) -> str:
    """Return a name that is another one wherever the mapping of file names may be."""
    state = hashlib.sha256(str(plan.folder).encode("utf-8", "surrogateescape"))
    for path in sorted((ROOT / "cmake").rglob("*.cmake")):
        state.update(path.read_bytes())
    return f"pyzmq-{state.hexdigest()[:16]}"


def fingerprint(plan: Plan) -> str:
    """Return a hash of all that the wheel is made from, as far as it is known beforehand."""
    state = hashlib.sha256()

    def add(*values: str | bytes) -> None:
        for value in values:
            data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
            state.update(b"%d:" % len(data))
            state.update(data)

    add(sys.version, sys.prefix, *plan.all_definitions, *plan.settings)
    for name, value in sorted(os.environ.items()):
        if name.startswith(_INPUT_VARIABLES) or name in _INPUT_NAMES:
            add(name, value)
    for name in INPUTS:
        place = ROOT / name
        paths = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in paths:
            if path.is_file() and "__pycache__" not in path.parts:
                add(path.relative_to(ROOT).as_posix(), path.read_bytes())
    return state.hexdigest()


def toolchain(plan: Plan, step: Step) -> None:
    """Find the compilers."""
    try:
        for line in check_toolchain(plan.all_definitions, os.environ):
            step.say(line)
        if plan.zig or not names_toolchain(plan.all_definitions, os.environ):
            # Another toolchain file may be for another machine, and know of other headers.
            step.say(f"Python's headers: {check_headers()}")
    except NoToolchainError as error:
        raise StepFailedError(str(error)) from error


def build(plan: Plan, step: Step) -> Path:
    """Build the wheel, without isolation: the build folder stays valid from one run to the next."""
    raw = plan.folder / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    place = plan.folder.relative_to(ROOT).as_posix()
    command = [
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(raw)),
        # Relative to the source tree, whose own path may hold anything.
        f"-Cbuild-dir={place}/{plan.build_folder}",
        *(f"-C{setting}" for setting in plan.settings),
    ]
    for definition in plan.all_definitions:
        name, _, value = definition.partition("=")
        command.append(f"-Ccmake.define.{name}={value}")
    step.run([*command, str(ROOT)], environment=build_environment(plan), cwd=plan.folder)
    return only_wheel(raw)


def only_wheel(folder: Path) -> Path:
    """Return the one wheel of a folder."""
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        names = ", ".join(wheel.name for wheel in wheels) or "none"
        raise StepFailedError(f"one wheel was expected in {folder}, there is: {names}")
    return wheels[0]


def repair(plan: Plan, wheel: Path, step: Step) -> Path:
    """Give the wheel its platform tag.

    Everything is linked statically, so that nothing but the tag may change.
    """
    outdir = plan.folder / "repaired"
    shutil.rmtree(outdir, ignore_errors=True)
    outdir.mkdir()
    command = repair_command(wheel, outdir)
    if not command:
        step.say(f"no repair on {sys.platform}: copied as it is")
        return Path(shutil.copy2(wheel, outdir))
    step.run(command, environment=build_environment(plan), cwd=plan.folder)
    repaired = only_wheel(outdir)
    changed = changed_members(wheel, repaired)
    if changed:
        raise StepFailedError(
            f"the repair changed more than tags: {', '.join(changed)}.\nA library outside the "
            f"wheel is linked; the wheel before the repair is {wheel}",
            step.log,
        )
    return repaired


def check(wheel: Path, step: Step) -> Report:
    """Judge the wheel by the written policy."""
    forbidden = [*default_forbidden_paths(), str(ROOT), sys.prefix]
    report = inspect_wheel(wheel, load_policy(DEFAULT_POLICY), forbid_paths=forbidden)
    for line in report.text().splitlines():
        step.say(line)
    if not report.ok:
        policy = DEFAULT_POLICY.relative_to(ROOT)
        raise StepFailedError(f"{wheel}\nbreaks {len(report.problems)} rule(s) of {policy}", step.log)
    return report


def install(plan: Plan, wheel: Path, folder: Path, step: Step) -> Path:
    """Install the wheel into a new environment in `folder`; return its interpreter."""
    environment = folder / "clean"
    step.run([sys.executable, "-m", "venv", "--without-pip", environment])
    scripts, program = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    interpreter = environment / scripts / program
    pip = [sys.executable, "-m", "pip", "--python", str(interpreter), "install"]
    if "cffi" in plan.built_backends and sys.implementation.name != "pypy":
        # CPython has no cffi of its own, and pyzmq, whose wheels for CPython do without, does not ask for it.
        step.run([*pip, "cffi"])
    step.run([*pip, "--no-index", "--no-cache-dir", wheel])
    return interpreter


def try_out(plan: Plan, interpreter: Path, folder: Path, step: Step) -> dict[str, Any]:
    """Send messages with each backend; return what try_wheel tells of each."""
    trials = {}
    for backend in plan.built_backends:
        told = folder / f"{backend}.json"
        step.run(
            [
                *(interpreter, "-I", "-W", "error", TRY_WHEEL),
                *("--json", told, "--forbid", ROOT, "--backend", backend),
            ],
            environment={**os.environ, "PYZMQ_BACKEND": backend},
            cwd=folder,
            seconds=_TRY_LIMIT,
        )
        trials[backend] = json.loads(told.read_text(encoding="utf-8"))
    return trials


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder away from the checkout."""
    return tempfile.TemporaryDirectory(prefix="pyzmq-wheel-")


def document(outcome: Outcome, plan: Plan, seconds: Mapping[str, float], stamp: str) -> dict[str, Any]:
    """Return everything that is known about the wheel, for ``<wheel>.json``."""
    content = outcome.wheel.read_bytes()
    return {
        "file": outcome.wheel.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "backends": list(plan.built_backends),
        "definitions": list(plan.all_definitions),
        "fingerprint": stamp,
        "seconds": dict(seconds),
        "check": outcome.report.to_dict() if outcome.report is not None else None,
        "trials": outcome.trials,
    }


def unchanged(plan: Plan, stamp: str) -> Path | None:
    """Return the wheel of an earlier run if it was made from the same, else None."""
    for path in sorted(plan.outdir.glob("*.whl.json")):
        wheel = path.with_suffix("")
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            same = hashlib.sha256(wheel.read_bytes()).hexdigest() == known["sha256"]
        except (OSError, ValueError, KeyError):
            continue
        if same and known.get("fingerprint") == stamp:
            return wheel
    return None


def deliver(wheel: Path, outdir: Path) -> Path:
    """Put a finished wheel into the folder for wheels."""
    outdir.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(wheel, outdir / wheel.name))


def write_document(wheel: Path, content: Mapping[str, Any]) -> Path:
    """Write ``<wheel>.json`` beside the wheel."""
    path = wheel.with_name(wheel.name + ".json")
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path
