"""Fixtures of the check_dist tests, a plugin since lief is not for every test here."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest
from check_dist import Policy, Report, inspect_wheel, load_policy
from dist_samples import Check, Compiler, Wheel, wheel_files


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The project's own policy."""
    return load_policy()


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    """The C compiler that built this Python, else the one called cc."""
    names = [(sysconfig.get_config_var("CC") or "cc").split()[0], "cc"]
    command = next((found for found in map(shutil.which, names) if found), None)
    if command is None:
        pytest.skip(f"no C compiler: none of {', '.join(names)} is on the path")
    return Compiler(command, tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def wheel(compiler: Compiler) -> Wheel:
    """The source of a sound wheel."""
    return Wheel(wheel_files(compiler.shared().read_bytes()))


@pytest.fixture
def check(tmp_path: Path, policy: Policy) -> Check:
    """Writes a wheel and checks it."""

    def run(wheel: Wheel, policy: Policy = policy, **options: object) -> Report:
        options.setdefault("forbid_paths", ())
        return inspect_wheel(wheel.write(tmp_path), policy, **options)  # type: ignore[arg-type]

    return run
