"""Debian's packages of any suite and architecture, unpacked into a folder.

apt itself reaches the archive, resolves dependencies and checks signatures, in a state folder of
its own: the system is neither asked nor changed, and root is not needed.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sources.clients import RETRIES, apt_sources, codename

from .model import CommandError, NoRuntimeError, made_before, made_once, program, run, say

#: By the machine in a wheel's tag.
ARCHITECTURES = {
    "x86_64": "amd64",
    "i686": "i386",
    "aarch64": "arm64",
    "armv7l": "armhf",
    "ppc64le": "ppc64el",
    "s390x": "s390x",
    "riscv64": "riscv64",
}

#: Folder of libraries, as the C library's multiarch name.
TRIPLETS = {
    "x86_64": "x86_64-linux-gnu",
    "i686": "i386-linux-gnu",
    "aarch64": "aarch64-linux-gnu",
    "armv7l": "arm-linux-gnueabihf",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
}

#: Newer packages have everything below /usr; the older find these links.
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


def unpacked(suite: str, machine: str, packages: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """Return a folder with packages and all that they depend on, and the names of these packages.

    :param machine: the machine in a wheel's tag.
    :raises NoRuntimeError: apt is not here, or the archive lacks them.
    """
    architecture = ARCHITECTURES[machine]

    def make(place: Path) -> list[str]:
        say(f"unpacking {', '.join(packages)} of Debian {suite} for {architecture}")
        with tempfile.TemporaryDirectory(dir=place, prefix="apt-") as state:
            debs = _download(Path(state), suite, architecture, packages)
            _unpack(debs, place)
            return [deb.stem.replace("%3a", ":") for deb in debs]

    return made_once(*_folder(suite, machine, packages), make)


def unpacked_of_any(suites: Sequence[str], machine: str, packages: Sequence[str]) -> tuple[str, Path, tuple[str, ...]]:
    """Do the same with the first of some suites that has the packages; return that suite too.

    :raises NoRuntimeError: none has.
    """
    failures = []
    # A suite that has been found wanting need not be asked again.
    for suite in sorted(suites, key=lambda suite: not made_before(*_folder(suite, machine, packages))):
        try:
            return (suite, *unpacked(suite, machine, packages))
        except NoRuntimeError as error:
            failures.append(str(error))
    raise NoRuntimeError("\n".join(failures))


def _folder(suite: str, machine: str, packages: Sequence[str]) -> tuple[str, list[object]]:
    """Return what :func:`made_once` calls a folder of packages, and its recipe."""
    architecture = ARCHITECTURES[machine]
    return f"debian-{suite}-{architecture}", [suite, architecture, sorted(packages)]


def _download(state: Path, suite: str, architecture: str, packages: Sequence[str]) -> list[Path]:
    """Bring packages and their dependencies.

    :param state: an empty folder for all that apt keeps.
    :raises NoRuntimeError: that did not succeed.
    """
    apt_get = program(["apt-get"], "apt")
    stanzas = apt_sources(Path("/etc/apt"), suite, codename())
    if not stanzas:
        raise NoRuntimeError("apt has no archive of Debian among its sources, so packages cannot be fetched")
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (state / folder).mkdir(parents=True)
    (state / "status").touch()
    sources = state / "fetch.sources"
    for stanza in stanzas:
        stanza["Types"] = "deb"
    sources.write_text(
        "\n\n".join("\n".join(f"{name}: {value}" for name, value in stanza.items()) for stanza in stanzas) + "\n",
        encoding="utf-8",
    )
    # Read after the system's configuration, whose proxies hold; its hooks belong to the system.
    settings = {
        "APT::Architecture": architecture,
        "APT::Architectures::": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": RETRIES,
        # Else what could not be fetched is a warning, and a package that is not found then seems not to exist.
        "APT::Update::Error-Mode": "any",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": state / "parts",
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
    }
    cleared = ("APT::Architectures", "APT::Update::Pre-Invoke", "APT::Update::Post-Invoke")
    config = state / "apt.conf"
    config.write_text(
        "".join(f"#clear {name};\n" for name in (*cleared, "APT::Update::Post-Invoke-Success", "DPkg::Post-Invoke"))
        + "".join(f'{name} "{value}";\n' for name, value in settings.items()),
        encoding="utf-8",
    )
    apt: list[str | Path] = [apt_get, "-qq", "--config-file", config]
    environment = {**os.environ, "LC_ALL": "C"}
    update_failure = ""
    try:
        run([*apt, "update"], environment=environment)
    except CommandError as error:
        # One of several archives may lack the suite; the next step tells whether any had it.
        update_failure = str(error)
    try:
        run([*apt, "install", "--yes", "--download-only", *packages], environment=environment)
    except CommandError as error:
        missing = re.findall(r"Unable to locate package (\S+)", str(error))
        if missing and not update_failure:
            raise NoRuntimeError(f"Debian {suite} has no {' and no '.join(missing)} for {architecture}") from None
        raise NoRuntimeError(
            f"{', '.join(packages)} of Debian {suite} for {architecture} cannot be had: {update_failure or error}"
        ) from None
    return sorted((state / "cache" / "archives").glob("*.deb"))


def _unpack(debs: Sequence[Path], root: Path) -> None:
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    dpkg_deb, tar = program(["dpkg-deb"], "dpkg"), program(["tar"], "tar")
    for deb in debs:
        with subprocess.Popen([dpkg_deb, "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as reading:
            run_tar = [tar, "-x", "-C", str(root), "--keep-directory-symlink", "--no-same-owner"]
            status = subprocess.run(run_tar, stdin=reading.stdout, check=False).returncode
        if status or reading.returncode:
            raise NoRuntimeError(f"{deb.name} cannot be unpacked into {root}")
    _relocate_links(root)


def _relocate_links(root: Path) -> None:
    """Let absolute links, as some of the C library are, lead into the folder."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink() and os.path.isabs(target := os.readlink(path)):  # noqa: PTH115, PTH117
                inside = root / target.lstrip("/")
                path.unlink()
                path.symlink_to(os.path.relpath(inside, path.parent.resolve()))


def loader(root: Path, machine: str) -> Path:
    """Return the dynamic loader of an unpacked glibc."""
    places = [root / "usr" / "lib" / TRIPLETS[machine], root / "usr" / "lib", root / "usr" / "lib64"]
    names = ("ld-linux*.so.*", "ld64.so.*")
    found = [path for place in places for name in names for path in sorted(place.glob(name))]
    if not found:
        raise NoRuntimeError(f"no dynamic loader of glibc below {root}")
    return found[0]


def package_version(made_of: Sequence[str], package: str) -> str:
    """Return the version of a package among the names of files, without its Debian revision."""
    for name in made_of:
        match = re.match(rf"{re.escape(package)}_(?:\d+:)?([^-_]+)", name)
        if match:
            return match[1]
    return ""


def python_packages(version: str) -> list[str]:
    """Return the packages of a Python with the standard library, by its major and minor version."""
    return [f"python{version}-minimal", f"libpython{version}-stdlib", "libstdc++6"]
