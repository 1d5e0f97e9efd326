"""The package registries' own clients, as ways to a pinned archive.

Where only package registries can be reached, these still can, with whatever proxies, mirrors and
credentials a person has set up for them. Each of these functions brings one file and judges
nothing: the checksum is checked by the caller.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .model import Artefact
from .transfer import sha256_of


class ClientError(Exception):
    """A client that is absent or did not bring the file; the text is the reason alone."""


#: How often a client tries again what a host refused or broke off: an answer that is missing once is mostly there soon.
RETRIES = 2


@dataclass(frozen=True)
class Limits:
    """Seconds without an answer from a host, and seconds that one client may take in all."""

    stall: float
    client: float


def fetch(artefact: Artefact, scratch: Path, limits: Limits) -> Path:
    """Have an artefact's client bring its file.

    Args:
        artefact: one whose ``via`` is in ``CLIENTS``.
        scratch: empty folder for everything that the client needs; not kept.
        limits: after which the client is ended.

    Returns:
        The file, not yet checked.

    Raises:
        ClientError: with the reason.
    """
    return CLIENTS[artefact.via](artefact, scratch, limits)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ClientError(f"{name} is not on PATH")
    return path


def _run(argv: list[str], cwd: Path, env: dict[str, str], limit: float) -> None:
    """Run a client to its end.

    Its output goes to a file: a pipe would stay open, and be waited for, in a grandchild that
    outlives it.
    """
    name = Path(argv[0]).name
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a process group of its own, to end it whole
            )
        except OSError as error:
            raise ClientError(f"{name} cannot be started: {error}") from error
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise ClientError(f"{name} did not end within {limit:g} s") from None
        finally:
            if process.poll() is None:
                _end(process)
        if status:
            output.seek(0)
            raise ClientError(f"{name} failed ({status}): {_last_words(output.read())}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a client and what it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if re.match(r"(?i)(error|e:|err:|caused by)", line)]
    words = " / ".join(dict.fromkeys((telling or [line for line in lines if line])[-4:]))
    return words[-600:] or "it said nothing"


def _found(path: Path, client: str) -> Path:
    if not path.is_file():
        raise ClientError(f"{client} ended well, but left no {path.name} in {path.parent}")
    return path


# --- cargo ------------------------------------------------------------------------------------


def _cargo(artefact: Artefact, scratch: Path, limits: Limits) -> Path:
    cargo = _program("cargo")
    try:
        home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo").absolute()
    except RuntimeError as error:
        raise ClientError(f"neither CARGO_HOME nor a home folder is known: {error}") from error
    seconds = str(max(1, round(limits.stall)))
    env = {
        "CARGO_HTTP_TIMEOUT": seconds,
        "CARGO_NET_RETRY": str(RETRIES),
        **os.environ,
        "CARGO_HOME": str(home),
        "CARGO_TERM_COLOR": "never",
    }
    # What follows a plus sign is no part of the version that cargo compares.
    version = artefact.package_version.partition("+")[0]
    cache = home / "registry" / "cache"

    def cached() -> list[Path]:
        return sorted(cache.glob(f"*/{artefact.file}"))

    for crate in cached():
        # One folder for each registry, and a private one may have another crate of this name.
        if sha256_of(crate) == artefact.sha256:
            return crate
    (scratch / "lib.rs").touch()
    (scratch / "Cargo.toml").write_text(
        "[package]\nname = 'fetch'\nversion = '0.0.0'\nedition = '2018'\n"
        "[lib]\npath = 'lib.rs'\n"
        f"[dependencies]\n{artefact.package} = '={version}'\n",
        encoding="utf-8",
    )
    # "info" (cargo 1.82) downloads this one crate; "fetch" what it depends on as well.
    asked = [
        [cargo, "info", "--quiet", f"{artefact.package}@{version}"],
        [cargo, "fetch", "--quiet"],
    ]
    failures = []
    for argv in asked:
        try:
            _run(argv, scratch, env, limits.client)
        except ClientError as error:
            failures.append(str(error))
        if crates := cached():
            return next((c for c in crates if sha256_of(c) == artefact.sha256), crates[0])
    raise ClientError("; ".join(failures) or f"cargo left no {artefact.file} below {cache}")


# --- pip --------------------------------------------------------------------------------------

# pip asks an sdist for its metadata before it keeps the file. This stands in for setuptools, so
# that no build requirement is fetched and no code of the sdist is run for that.
_BACKEND = """\
import os
import sys

# Under this name for sdists without a pyproject.toml.
__legacy__ = sys.modules[__name__]

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    info = "{name}".replace("-", "_") + "-{version}.dist-info"
    os.mkdir(os.path.join(metadata_directory, info))
    with open(os.path.join(metadata_directory, info, "METADATA"), "w") as stream:
        stream.write("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    return info
"""


def _interpreters() -> list[str]:
    """Return the Pythons which may have pip: isolated build environments have none."""
    base = Path(sys.base_prefix)
    candidates = [
        sys.executable,
        str(base / "python.exe" if os.name == "nt" else base / "bin" / "python3"),
        shutil.which("python3"),
        shutil.which("python"),
    ]
    return list(dict.fromkeys(path for path in candidates if path and Path(path).is_file()))


def _pip(artefact: Artefact, scratch: Path, limits: Limits) -> Path:
    backend = scratch / "backend" / "setuptools"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    (backend / "build_meta.py").write_text(
        _BACKEND.format(name=artefact.package, version=artefact.package_version),
        encoding="utf-8",
    )
    # Left out: what an outer pip, whose build this may be, has set for itself alone.
    own = {"PYTHONPATH", "PYTHONHOME", "PIP_BUILD_TRACKER", "PIP_REQ_TRACKER"}
    # Among it is where it took the build backend from, which no other backend may come from.
    hooks = ("_PYPROJECT_HOOKS_", "PEP517_")
    env = {key: value for key, value in os.environ.items() if key not in own and not key.startswith(hooks)}
    plain = dict(env)
    env["PYTHONPATH"] = str(backend.parent)
    seconds = str(max(1, round(limits.stall)))
    env.setdefault("PIP_DEFAULT_TIMEOUT", seconds)
    env.setdefault("PIP_RETRIES", str(RETRIES))
    tried = []
    for python in _interpreters():
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        try:
            _run([*pip, "--version"], scratch, plain, limits.client)
        except ClientError:
            tried.append(python)
            continue
        downloads = scratch / "downloads"
        what = f"{artefact.package}=={artefact.package_version}"
        settings = ["--no-deps", "--no-build-isolation", "--no-binary", artefact.package]
        argv = [*pip, "download", "--quiet", *settings, "--dest", str(downloads), what]
        _run(argv, scratch, env, limits.client)
        return _found(downloads / artefact.file, "pip")
    raise ClientError(f"no pip in any of {', '.join(tried) or 'no Python'}")


# --- apt --------------------------------------------------------------------------------------


def apt_sources(etc_apt: Path, suite: str, codename: str) -> list[dict[str, str]]:
    """Derive source-package entries for a suite from the system's own apt sources.

    Args:
        etc_apt: the folder that holds ``sources.list`` and ``sources.list.d``.
        suite: the suite to ask for in place of the system's.
        codename: of the running release; other suites than its own are third parties' archives.

    Returns:
        deb822 stanzas, as a mapping of field to value, without repetition.
    """
    own = {codename, "stable", "testing", "unstable", "sid", "oldstable"}
    found: list[dict[str, str]] = []
    for entry in _apt_entries(etc_apt):
        suites = entry.pop("Suites", "").split()
        components = entry.pop("Components", "").split()
        if "main" not in components or not own.intersection(suites):
            continue
        if entry.pop("Enabled", "yes").lower() in ("no", "false", "0"):
            continue
        kept = ("URIs", "Signed-By", "Trusted", "Check-Valid-Until", "Check-Date")
        stanza = {"Types": "deb-src", "Suites": suite, "Components": "main"}
        stanza.update({key: entry[key] for key in kept if key in entry})
        if "URIs" in stanza and stanza not in found:
            found.append(stanza)
    return found


def _apt_entries(etc_apt: Path) -> list[dict[str, str]]:
    parts = etc_apt / "sources.list.d"
    lists = [etc_apt / "sources.list", *sorted(parts.glob("*.list"))]
    entries: list[dict[str, str]] = []
    for path in lists:
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            entries += filter(None, map(_one_line_entry, text.splitlines()))
    for path in sorted(parts.glob("*.sources")):
        text = path.read_text(encoding="utf-8", errors="replace")
        entries += filter(None, map(_deb822_entry, re.split(r"\n[ \t]*\n", text)))
    return entries


def _one_line_entry(line: str) -> dict[str, str] | None:
    match = re.match(r"\s*deb(?:-src)?\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
    if match is None:
        return None
    options, uri, suite, components = match.groups(default="")
    entry = {"URIs": uri, "Suites": suite, "Components": components}
    for option in options.split():
        key, _, value = option.partition("=")
        # deb822 writes [signed-by=...] as "Signed-By:", with spaces between several values.
        entry[key.title()] = value.replace(",", " ")
    return entry


def _deb822_entry(stanza: str) -> dict[str, str] | None:
    entry: dict[str, str] = {}
    names = {name.lower(): name for name in ("URIs", "Suites", "Components")}
    key = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in " \t" and key:
            # A continuation, as of a key written out in full.
            entry[key] += "\n" + line
        else:
            name, colon, value = line.partition(":")
            if colon:
                key = names.get(name.strip().lower(), name.strip().title())
                entry[key] = value.strip()
    return entry or None


def codename() -> str:
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    match = re.search(r'^VERSION_CODENAME="?([^"\n]+)', text, re.MULTILINE)
    return match[1] if match else ""


def _apt(artefact: Artefact, scratch: Path, limits: Limits) -> Path:
    """Bring a source package's upstream archive, without root and beside the system's apt state."""
    apt_get = _program("apt-get")
    stanzas = apt_sources(Path("/etc/apt"), artefact.suite, codename())
    if not stanzas:
        raise ClientError("apt has no archive of the distribution among its sources")
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (scratch / folder).mkdir(parents=True)
    sources = scratch / "fetch.sources"
    sources.write_text(
        "\n\n".join("\n".join(f"{key}: {value}" for key, value in s.items()) for s in stanzas) + "\n",
        encoding="utf-8",
    )
    # Read after the system's configuration, whose proxies hold; its hooks belong to the system.
    settings = {
        "Dir::State": scratch,
        "Dir::State::lists": scratch / "lists",
        "Dir::Cache": scratch / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": scratch / "parts",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": RETRIES,
        # Else what could not be fetched is a warning only.
        "APT::Update::Error-Mode": "any",
        "Acquire::http::Timeout": max(1, round(limits.stall)),
        "Acquire::https::Timeout": max(1, round(limits.stall)),
    }
    hooks = ("APT::Update::Pre-Invoke", "APT::Update::Post-Invoke")
    config = scratch / "apt.conf"
    config.write_text(
        "".join(f'{key} "{value}";\n' for key, value in settings.items())
        + "".join(f"#clear {hook};\n" for hook in (*hooks, "APT::Update::Post-Invoke-Success")),
        encoding="utf-8",
    )
    env = {**os.environ, "LC_ALL": "C"}
    apt = [apt_get, "-qq", "--config-file", str(config)]
    update_failure = ""
    try:
        _run([*apt, "update"], scratch, env, limits.client)
    except ClientError as error:
        # One of several archives may lack the suite; the next step tells whether any had it.
        update_failure = f"{error}; "
    # Where a security update has replaced the package, the next one mostly has the same upstream archive.
    whats = [f"{artefact.package}={artefact.package_version}", artefact.package]
    failures = []
    for what in whats:
        try:
            _run([*apt, "source", "--download-only", "--tar-only", what], scratch, env, limits.client)
            return _found(scratch / artefact.file, "apt-get")
        except ClientError as error:
            failures.append(str(error))
    raise ClientError(f"{update_failure}{'; '.join(dict.fromkeys(failures))}")


CLIENTS: dict[str, Callable[[Artefact, Path, Limits], Path]] = {
    "cargo": _cargo,
    "pip": _pip,
    "apt": _apt,
}
