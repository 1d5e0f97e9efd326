"""``python -m tests.compat --reference PYTHON --subject PYTHON``: see the package's docstring."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.compat.case import Case, written_cases
from tests.compat.compare import Difference, Entry, compare, read_entries, sort_out
from tests.compat.generate import RELEASED, generated_cases

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
INTENDED = Path(__file__).with_name("intended")

#: The release that is compared with.
REFERENCE: str = RELEASED["version"]

#: Programs in one process: nothing that they make is collected before it ends, and each may make several contexts.
LARGEST_GROUP = 50

#: Appended to the path, so that neither the checkout's package nor its tools stand before what is installed.
_PROBE = "import sys; sys.path.append(sys.argv[1]); from tests.compat.probe import main; main(*sys.argv[2:])"

_VERSION = "import zmq; print(zmq.pyzmq_version())"


def all_cases(patterns: Sequence[str]) -> list[Case]:
    """Return the programs whose names match one of the patterns; all without patterns."""
    cases = [*written_cases(), *generated_cases()]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}
    if patterns:
        cases = [case for case in cases if any(fnmatchcase(case.name, pattern) for pattern in patterns)]
    return cases


def grouped(cases: Sequence[Case]) -> list[list[tuple[str, str]]]:
    """Return name and source of the programs, those of one group together, as far as descriptors suffice."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for case in cases:
        groups.setdefault(case.group or case.name, []).append((case.name, case.source))
    return [group[i : i + LARGEST_GROUP] for group in groups.values() for i in range(0, len(group), LARGEST_GROUP)]


class Run:
    """Programs that run in one interpreter."""

    def __init__(self, python: str, groups: list[list[tuple[str, str]]], place: Path, **environment: str) -> None:
        place.mkdir()
        self._outcomes = place / "outcomes.json"
        (place / "cases.json").write_text(json.dumps(groups), "utf-8")
        self._errors = (place / "errors").open("w+b")
        words = [python, "-I", "-X", "utf8", "-c", _PROBE, str(ROOT), str(place / "cases.json"), str(self._outcomes)]
        self._process = subprocess.Popen(
            words, cwd=place, stderr=self._errors, stdin=subprocess.DEVNULL, env={**os.environ, **environment}
        )

    def outcomes(self) -> dict[str, Any]:
        """Wait for the end; return the outcomes by the names of the programs."""
        status = self._process.wait()
        self._errors.seek(0)
        told = self._errors.read().decode("utf-8", "replace")
        self._errors.close()
        if status != 0:
            raise SystemExit(f"compat: the programs did not run to their end (exit status {status}):\n{told}")
        found: dict[str, Any] = json.loads(self._outcomes.read_text("utf-8"))
        return found


def read_intended() -> list[Entry]:
    """Return the entries of all files."""
    tables = [tomllib.loads(path.read_text("utf-8")) for path in sorted(INTENDED.glob("*.toml"))]
    return read_entries({"difference": [entry for table in tables for entry in table["difference"]]})


def version_of(python: str) -> str:
    """Return the version of pyzmq that an interpreter has."""
    done = subprocess.run([python, "-I", "-c", _VERSION], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"none:\n{done.stderr.strip()}"


def report(unexpected: Sequence[Difference], sources: dict[str, str], shown: int) -> None:
    """Print the differences that no entry covers; of those that look alike, the first with its program."""
    alike: dict[tuple[str, str, str], list[Difference]] = {}
    for each in unexpected:
        alike.setdefault((each.facet, str(each.before), str(each.now)), []).append(each)
    for (facet, before, now), found in itertools.islice(alike.items(), shown):
        print(f"\nDIFFERENT {facet}: {', '.join(each.case for each in found[:5])}", end="")
        print(f" and {len(found) - 5} more" if len(found) > 5 else "")
        print("    " + sources[found[0].case].strip().replace("\n", "\n    "))
        print(f"  {REFERENCE}: {before}\n  now:    {now}")
    if len(alike) > shown:
        print(f"\n... and {len(alike) - shown} more kinds; --show N shows them")


def main() -> int:
    """Run all programs under both releases, compare, and print what differs."""
    parser = argparse.ArgumentParser(prog="nox -s compat --", description=__doc__)
    parser.add_argument("--reference", required=True, help=f"the interpreter that has pyzmq {REFERENCE}")
    parser.add_argument("--subject", required=True, help="the interpreter that has the wheel")
    parser.add_argument("--backend", action="append", default=[], help="cython or cffi; both without it")
    parser.add_argument("--show", type=int, default=20, help="how many differences to show (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write all differences to this file")
    parser.add_argument("cases", nargs="*", help="patterns of the names of programs; all without them")
    options = parser.parse_args()
    found = version_of(options.reference)
    if found != REFERENCE:
        print(f"compat: {options.reference} is to have pyzmq {REFERENCE}, but has {found}", file=sys.stderr)
        return 2
    cases = all_cases(options.cases)
    if not cases:
        print(f"compat: no program is called {' or '.join(options.cases)}", file=sys.stderr)
        return 2
    sources = {case.name: case.source for case in cases}
    groups = grouped(cases)
    failed = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pyzmq-compat-") as folder:
        place = Path(folder)
        reference = Run(options.reference, groups, place / "reference")
        backends = options.backend or ["cython", "cffi"]
        before: dict[str, Any] = {}
        everything: dict[str, list[Difference]] = {}
        for backend in backends:
            # The first at the same time as the reference.
            run = Run(options.subject, groups, place / backend, PYZMQ_BACKEND=backend)
            before = before or reference.outcomes()
            now = run.outcomes()
            everything[backend] = [
                each for case in cases for each in compare(case.name, before[case.name], now[case.name])
            ]
    for backend, differences in everything.items():
        failed += judge(backend, differences, cases, sources, options)
    if options.json:
        told = {backend: [vars(each) for each in found] for backend, found in everything.items()}
        options.json.write_text(json.dumps(told, indent=1), "utf-8")
    print(f"compat: {len(cases)} programs, {len(backends)} backends, {time.monotonic() - begin:.0f} s")
    print(f"compat: {len(cases) * len(backends) - failed} passed, {failed} failed")
    return 1 if failed else 0


def judge(
    backend: str, differences: Sequence[Difference], cases: Sequence[Case], sources: dict[str, str], options: Any
) -> int:
    """Report on the programs under a backend; return how many failed."""
    entries = [entry for entry in read_intended() if entry.backend in {"", backend}]
    unexpected = sort_out(differences, entries)
    report(unexpected, sources, options.show)
    failed = len({each.case for each in unexpected})
    print(f"\ncompat: {backend}: {len(cases)} programs, {len(differences)} differences, {len(unexpected)} unexpected")
    for entry in entries:
        count = sum(entry.matched.values())
        if count:
            print(f"compat: {count:6} {'pending' if entry.pending else 'intended'}: {entry.id}")
        if not options.cases:
            for pattern in entry.unused():
                failed += 1
                word = "passes unexpectedly" if entry.pending else "no longer differs"
                print(f"compat: entry {entry.id!r}: {pattern!r} {word}: remove it from tests/compat/{INTENDED.name}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
