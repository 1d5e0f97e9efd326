"""Run targets, send them inputs in batches, and write down what went wrong, so that it can be repeated."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from tests.fuzz.case import Case, load, load_seeds, save
from tests.fuzz.known import EXCLUDED, KNOWN
from tests.fuzz.mutators import mutate
from tests.fuzz.process import Target, TargetDied, TargetHangs
from tests.fuzz.targets import DELIVER, SHARES, served

FOUND = Path(__file__).resolve().parents[2] / "build" / "fuzz"
BATCH = 200
#: A target with that many findings gets no more inputs.
ENOUGH = 10
#: Findings of a batch that are looked for one by one.
MOST_OF_A_BATCH = 3
#: Megabytes that a target may grow by after its first tenth, whose inputs fill pools and caches.
GROWTH = 256.0


@dataclass
class Finding:
    """Something that went wrong."""

    what: str
    detail: str
    cases: list[Case]

    def write(self, folder: Path) -> Path:
        """Write the inputs to a file, named after them."""
        digest = hashlib.sha256(repr(self.cases).encode()).hexdigest()[:12]
        path = folder / f"{self.cases[0].target}-{self.what}-{digest}.json"
        save(path, self.cases)
        return path


@dataclass
class Run:
    """Inputs for one target."""

    target: str
    findings: list[Finding] = field(default_factory=list)
    #: How often each known fault was seen.
    known: dict[str, int] = field(default_factory=dict)
    done: int = 0
    process: Target | None = None

    def attempt(self, cases: Sequence[Case]) -> Finding | None:
        """Send inputs, and see whether good peers are served afterwards; the process ends if anything is wrong."""
        if self.process is None:
            self.process = Target(self.target)
        try:
            DELIVER[self.target](self.process, cases)
            served(self.process)
        except (TargetDied, TargetHangs) as error:
            what = "crash" if isinstance(error, TargetDied) else "hang"
            ended = self.process.stop()
            self.process = None
            return Finding(what, ended or str(error), list(cases))
        return None

    def batch(self, cases: Sequence[Case]) -> None:
        """Send inputs; of those after which something is wrong, find which one it was."""
        self.done += len(cases)
        finding = self.attempt(cases)
        if finding is None:
            return
        for found in self.blame(cases) or [finding]:
            for known in KNOWN:
                if known.matches(found.detail):
                    self.known[known.reason] = self.known.get(known.reason, 0) + 1
                    break
            else:
                self.findings.append(found)

    def blame(self, cases: Sequence[Case]) -> list[Finding]:
        """Send inputs one by one, each followed by good peers; return those that do harm alone."""
        found: list[Finding] = []
        for case in cases:
            finding = self.attempt([case])
            if finding:
                found.append(finding)
                # Each costs a new process, and the patience with one that hangs.
                if len(found) == MOST_OF_A_BATCH:
                    break
        return found

    def fuzz(self, seed: int, count: int) -> None:
        """Send that many inputs, the seeds themselves first."""
        seeds = [case for case in load_seeds(self.target) if (case.target, case.door) not in EXCLUDED]
        before = 0.0
        measured: Target | None = None
        for number, start in enumerate(range(0, count, BATCH)):
            random = Random(f"{seed} {self.target} {number}")
            size = min(BATCH, count - start)
            cases = [mutate(random, seeds) for _ in range(size)]
            if number == 0:
                cases[: len(seeds)] = [case.copy() for case in seeds[:size]]
            self.batch(cases)
            if len(self.findings) >= ENOUGH:
                break
            if self.process is None or (self.process is not measured and start >= count // 10):
                # It is another process, or warm now.
                measured, before = self.process, self.memory()
            grown = self.memory() - before
            if measured is not None and measured is self.process and grown > GROWTH:
                self.findings.append(Finding("leak", f"{grown:.0f} MB more than before {self.done} inputs", cases))
                break
        self.close()

    def memory(self) -> float:
        """Return the megabytes of the process, 0 if that is not known."""
        return (self.process.memory() or 0.0) if self.process else 0.0

    def close(self) -> None:
        """End the process."""
        if self.process:
            self.process.stop()
            self.process = None


def report(run: Run) -> None:
    """Print what was found, and how to repeat it."""
    for finding in run.findings:
        path = finding.write(FOUND)
        print(f"fuzz: {run.target}: {finding.what} after {len(finding.cases)} inputs\n{finding.detail}")
        print(f"fuzz: repeat it with: nox -s fuzz -- --replay {path}", flush=True)


def replay(path: Path) -> int:
    """Send the inputs of a file once more; return 1 if something goes wrong."""
    cases = load(path)
    failed = 0
    for target in sorted({case.target for case in cases}):
        run = Run(target)
        finding = run.attempt([case for case in cases if case.target == target])
        run.close()
        if finding:
            print(f"fuzz: {target}: {finding.what}\n{finding.detail}")
            failed = 1
        else:
            print(f"fuzz: {target}: good peers are served")
    return failed


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse arguments and run; return the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s fuzz --", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="inputs in total (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help="1,000 inputs: a few seconds")
    parser.add_argument("--seed", type=int, help="makes the same inputs again (default: a new one, which is printed)")
    parser.add_argument("--target", action="append", choices=DELIVER, help="only this one; may be repeated")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="send what an earlier run has written down")
    parser.add_argument("--record", action="store_true", help="write the seeds anew, from real sockets")
    options = parser.parse_args(arguments)
    if options.replay:
        return replay(options.replay)
    if options.record:
        from tests.fuzz.record import write

        write()
        return 0
    seed = options.seed if options.seed is not None else SystemRandom().randrange(1 << 32)
    count = 1000 if options.short else options.count
    targets = options.target or list(DELIVER)
    print(f"fuzz: seed {seed}, {count} inputs for {', '.join(targets)}", flush=True)
    failed = done = 0
    started = time.monotonic()
    for name in targets:
        run = Run(name)
        for (target, door), reason in EXCLUDED.items():
            if target == name:
                print(f"fuzz: {name}: nothing is sent to {door}: {reason}")
        before = time.monotonic()
        try:
            run.fuzz(seed, count * SHARES[name] // sum(SHARES[target] for target in targets))
        finally:
            run.close()
        report(run)
        failed += len(run.findings)
        done += run.done
        known = "".join(f", {times} times {reason}" for reason, times in run.known.items())
        print(f"fuzz: {name}: {run.done} inputs in {time.monotonic() - before:.1f} s, "
              f"{len(run.findings)} findings{known}", flush=True)  # fmt: skip
    print(f"fuzz: {done} inputs in {time.monotonic() - started:.0f} s, {failed} findings, seed {seed}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
