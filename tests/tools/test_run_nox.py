"""The door: an environment with nox, wherever there is a Python."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import run_nox

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a door that is not the checkout's; its path is not a simple one."""
    place = tmp_path / "ein Schlüssel" / ".nox" / "door"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(run_nox, "DOOR", place)
    monkeypatch.setattr(run_nox, "MARK", place / "door.json")
    return place


def test_wants_the_nox_that_the_noxfile_needs() -> None:
    assert run_nox.requirement().startswith("nox>=")
    assert f'"{run_nox.requirement()[len("nox") :]}"' in (ROOT / "noxfile.py").read_text("utf-8")


def test_is_ready_only_as_it_was_made(door: Path) -> None:
    assert not run_nox.is_ready()
    program = run_nox.interpreter(door)
    program.parent.mkdir(parents=True)
    program.touch()
    assert not run_nox.is_ready()  # half-made: no mark
    made_of = run_nox.identity()
    run_nox.MARK.write_text(json.dumps(made_of), encoding="utf-8")
    assert run_nox.is_ready()
    for key in made_of:
        run_nox.MARK.write_text(json.dumps({**made_of, key: "another"}), encoding="utf-8")
        assert not run_nox.is_ready(), key
    run_nox.MARK.write_text("{", encoding="utf-8")
    assert not run_nox.is_ready()
    run_nox.MARK.write_text(json.dumps(made_of), encoding="utf-8")
    program.unlink()
    assert not run_nox.is_ready()


def test_settings_of_pip_do_not_send_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    environment = run_nox.pip_environment()
    assert "elsewhere" not in environment.values()
    assert environment["PIP_USER"] == "0"
    assert environment["PIP_INDEX_URL"] == "kept"


@pytest.mark.usefixtures("door")
def test_names_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Python that can do nothing."""
    useless = shutil.which("false")
    if useless is None:
        pytest.skip("no program that only fails")
    monkeypatch.setattr(sys, "executable", useless)
    monkeypatch.setattr(sys, "argv", ["run_nox.py", "-s", "wheel"])
    with pytest.raises(run_nox.NoDoorError) as raised:
        run_nox.make_door()
    message = str(raised.value)
    assert f"{useless} -m venv" in message
    assert f"{useless} -m pip install" in message
    assert "apt install python3-venv" in message
    assert "uvx nox -s wheel" in message
    assert not run_nox.is_ready()


def test_shows_what_a_failed_command_said() -> None:
    with pytest.raises(run_nox.NoDoorError, match="the reason"):
        run_nox.run([sys.executable, "-c", "import sys; sys.exit('the reason')"])
    with pytest.raises(run_nox.NoDoorError, match="no-such-program"):
        run_nox.run(["no-such-program"])


def copy_of_checkout(folder: Path) -> Path:
    """Return the script of a checkout with nothing but what the door needs."""
    script = folder / "tools" / "run_nox.py"
    script.parent.mkdir(parents=True)
    shutil.copy2(ROOT / "tools" / "run_nox.py", script)
    shutil.copy2(ROOT / "noxfile.py", folder)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    return script


def open_door(script: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), "--list"],
        cwd=script.parents[2],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=170,
    )


@pytest.mark.network
@pytest.mark.timeout(360)
def test_opens(tmp_path: Path) -> None:
    script = copy_of_checkout(tmp_path / "Weg mit Lücken")
    first = open_door(script)
    assert first.returncode == 0, first.stderr
    assert "installing nox" in first.stderr
    assert "- wheel" in first.stdout
    second = open_door(script)
    assert second.returncode == 0, second.stderr
    assert "installing nox" not in second.stderr
    assert second.stdout == first.stdout


@pytest.mark.network
@pytest.mark.timeout(360)
def test_opens_where_venv_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Debian without python3-venv: pip is there, and brings virtualenv."""
    broken = tmp_path / "broken" / "venv"
    broken.mkdir(parents=True)
    (broken / "__init__.py").touch()
    (broken / "__main__.py").write_text("raise SystemExit('ensurepip is not available')\n")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    script = copy_of_checkout(tmp_path / "checkout")
    done = open_door(script)
    assert done.returncode == 0, done.stderr
    assert "- wheel" in done.stdout
    assert "virtualenv" in (tmp_path / "checkout" / ".nox" / "door" / "pyvenv.cfg").read_text("utf-8")
