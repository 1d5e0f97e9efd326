"""What an extension is compiled and linked against: CPython's headers and import libraries, for any target.

They come from the source of CPython, so that no Python of the target is needed. ``pyconfig.h``, which CPython's build
writes, is ours for POSIX systems and CPython's own for Windows; import libraries are written from lists of names.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from make_wheel.steps import Step, StepFailedError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tools" / "cpython" / "source.json"
PYCONFIG = Path(__file__).with_name("pyconfig.h")

#: By the machine in the words of Windows' platform tags: what dlltool calls it.
DLLTOOL_MACHINES = {"amd64": "i386:x86-64", "x86": "i386", "arm64": "arm64"}

_STABLE = re.compile(r"^EXPORT_(FUNC|DATA)\((\w+)\)", re.MULTILINE)
# Some headers declare functions of the system that it lacks elsewhere, such as those of threads.
_DECLARED = re.compile(r"\bPyAPI_(FUNC|DATA)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(_?P[Yy]\w+(?:\s*,\s*\w+)*)\s*[\[(;]")


@dataclass(frozen=True)
class Headers:
    """Headers of one CPython, for one system.

    ``library`` and ``stable_library`` are import libraries of the interpreter and of the stable ABI;
    None where extensions are linked without any, or there are none for the limited API.
    """

    version: str
    include: Path
    library: Path | None = None
    stable_library: Path | None = None


def release_for(wheel: str, releases: Iterable[str]) -> str:
    """Return the release of CPython whose headers a wheel is compiled with.

    :param wheel: interpreter and ABI, such as "cp311-cp311" or "cp312-abi3".
    :param releases: those whose source can be had.
    :raises StepFailedError: there is none that fits.
    """
    interpreter, _, abi = wheel.partition("-")
    match = re.fullmatch(r"cp(\d)(\d+)", interpreter)
    if match is None or abi not in (interpreter, "abi3"):
        raise StepFailedError(f"{wheel}: only wheels for CPython with a GIL are cross-built, such as cp311-cp311")
    wanted = (int(match[1]), int(match[2]))
    known = sorted(tuple(int(part) for part in release.split(".")) for release in releases)
    # Headers of a later version declare the limited API of an earlier one, too.
    fitting = [number for number in known if number[:2] == wanted or (abi == "abi3" and number[:2] > wanted)]
    if not fitting:
        names = ", ".join(".".join(map(str, number)) for number in known)
        raise StepFailedError(f"{wheel}: no source of a CPython that fits is listed in {SOURCE}, only {names}")
    return ".".join(map(str, fitting[0]))


def known_releases() -> list[str]:
    """Return the releases of CPython whose source can be had."""
    return list(json.loads(SOURCE.read_text("utf-8"))["cpython"]["releases"])


def stable_names(source: str) -> list[tuple[str, bool]]:
    """Return the names of the stable ABI from ``PC/python3dll.c``, each with whether it is data."""
    names = [(name, kind == "DATA") for kind, name in _STABLE.findall(source)]
    if not names:
        raise StepFailedError("PC/python3dll.c lists no names of the stable ABI")
    return names


def declared_names(include: Path) -> list[tuple[str, bool]]:
    """Return the names that headers declare as exported, each with whether it is data."""
    names: dict[str, bool] = {}
    for path in sorted([*include.glob("*.h"), *(include / "cpython").glob("*.h")]):
        for kind, declared in _DECLARED.findall(path.read_text("utf-8")):
            for name in declared.split(","):
                names.setdefault(name.strip(), kind == "DATA")
    return sorted(names.items())


def module_definition(library: str, names: Iterable[tuple[str, bool]]) -> str:
    """Return the text of a .def file."""
    lines = [f'LIBRARY "{library}"', "EXPORTS"]
    lines += [f"{name} DATA" if data else name for name, data in names]
    return "\n".join(lines) + "\n"


def import_library(library: str, names: Iterable[tuple[str, bool]], machine: str, place: Path, step: Step) -> Path:
    """Write an import library for a DLL; return it.

    :param library: the DLL's name.
    :param machine: in the words of Windows' platform tags.
    :param place: the folder for it.
    """
    path = place / f"{Path(library).stem}.lib"
    definition = path.with_suffix(".def")
    definition.write_text(module_definition(library, names), encoding="utf-8")
    step.run(
        [
            *(sys.executable, "-m", "ziglang", "dlltool", "-m", DLLTOOL_MACHINES[machine]),
            *("-d", definition, "-D", library, "-l", path),
        ]
    )
    return path


def headers(wheel: str, family: str, machine: str, place: Path, step: Step) -> Headers:
    """Return what a wheel is compiled against, made first if need be.

    :param wheel: interpreter and ABI.
    :param family: of platforms, as in ci/targets.toml.
    :param machine: in the words of the platform's tags.
    :param place: the folder that keeps such things.
    """
    release = release_for(wheel, known_releases())
    archive, digest = _archive(release, place, step)
    # What decides about them, besides CPython.
    ours = hashlib.sha256((Path(__file__) if family == "win" else PYCONFIG).read_bytes()).hexdigest()[:12]
    home = place / f"{release}-{digest[:12]}" / (f"win-{machine}-{ours}" if family == "win" else f"posix-{ours}")
    include = home / "include"
    version = tuple(int(part) for part in release.split("."))
    dll = f"python{version[0]}{version[1]}.dll"
    # Wheels of the limited API are not for older ones, whose sources list its names otherwise.
    has_stable = version >= (3, 10)
    made = Headers(release, include)
    if family == "win":
        made = Headers(
            release, include, home / dll.replace(".dll", ".lib"), home / "python3.lib" if has_stable else None
        )
    if home.is_dir():
        return made
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        new = Path(scratch, "new")
        tree = _unpack(archive, Path(scratch))
        shutil.copytree(tree / "Include", new / "include")
        if family == "win":
            given = next(path for name in ("pyconfig.h.in", "pyconfig.h") if (path := tree / "PC" / name).is_file())
            shutil.copy(given, new / "include" / "pyconfig.h")
            if has_stable:
                stable = stable_names((tree / "PC" / "python3dll.c").read_text("utf-8"))
                import_library("python3.dll", stable, machine, new, step)
            import_library(dll, declared_names(new / "include"), machine, new, step)
        else:
            shutil.copy(PYCONFIG, new / "include")
        try:
            new.rename(home)
        except OSError:
            # Another target needed the same, and was faster.
            if not home.is_dir():
                raise
    return made


def _archive(release: str, place: Path, step: Step) -> tuple[Path, str]:
    """Return the source archive of a release and its SHA-256."""
    place.mkdir(parents=True, exist_ok=True)
    told = place / f"{release}.json"
    known = json.loads(told.read_text("utf-8")) if told.is_file() else {}
    if not Path(known.get("archive", "")).is_file():
        step.run(
            [
                *(sys.executable, ROOT / "tools" / "sources", "resolve", "--dependencies", SOURCE),
                *("--name", "cpython", "--version", release, "--dest", place / "archives", "--json", told),
            ]
        )
    answer = json.loads(told.read_text("utf-8"))
    return Path(answer["archive"]), answer["sha256"]


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack what is needed of CPython's source; return the top folder."""
    with tarfile.open(archive) as packed:
        for member in packed:
            top, _, rest = member.name.partition("/")
            if member.isfile() and rest.startswith(("Include/", "PC/pyconfig.h", "PC/python3dll.c")):
                # Pinned by its checksum: there is nothing in it to beware of.
                packed.extract(member, folder, set_attrs=False)
    return folder / top
