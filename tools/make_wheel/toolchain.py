"""Is there a C and a C++ compiler, and do they work?"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TRIAL_LIMIT = 60

WAYS_OUT = """\
Ways out, any one of them:
  Debian, Ubuntu   apt install build-essential
  Fedora, RHEL     dnf install gcc gcc-c++
  Alpine           apk add build-base linux-headers
  macOS            xcode-select --install
  Windows          the Build Tools for Visual Studio, with the C++ workload
  without root     the compiler that PyPI's "ziglang" carries:
                   python3 tools/run_nox.py -s wheel -- --zig
  another place    name the compilers: CC=/path/to/cc CXX=/path/to/c++"""


@dataclass(frozen=True)
class Language:
    """A language, and what its compilers are called."""

    name: str
    variable: str
    programs: tuple[str, ...]
    suffix: str
    text: str


LANGUAGES = (
    Language(
        "C",
        "CC",
        ("cc", "gcc", "clang"),
        ".c",
        '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n',
    ),
    Language(
        "C++",
        "CXX",
        ("c++", "g++", "clang++"),
        ".cpp",
        "#include <string>\nint main() { return std::string().size(); }\n",
    ),
)


HEADERS_WAYS_OUT = """\
Ways out, any one of them:
  Debian, Ubuntu   apt install python3-dev
  Fedora, RHEL     dnf install python3-devel
  Alpine           apk add python3-dev
  openSUSE         zypper install python3-devel
  without root     a Python of your own, from its source, uv, conda or pyenv; then
                   nox -s wheel --force-python /path/to/python3"""


class NoToolchainError(Exception):
    """No compiler or headers, or one that does not work; the message names the ways out."""


def _no_compiler(language: Language, sought: Sequence[str], reason: str) -> NoToolchainError:
    return NoToolchainError(
        f"No {language.name} compiler: {reason}.\n"
        f"Sought: {', '.join(sought)}\n"
        f"In PATH: {os.environ.get('PATH', os.defpath)}\n{WAYS_OUT}"
    )


def find_compiler(language: Language, environment: Mapping[str, str]) -> list[str]:
    """Return the command of a compiler, with the arguments that its variable may hold.

    :raises NoToolchainError: there is none.
    """
    named = environment.get(language.variable, "").strip()
    if named:
        words = shlex.split(named, posix=os.name != "nt")
        if shutil.which(words[0]) is None:
            raise _no_compiler(language, [words[0]], f"{language.variable} is '{named}', which is not there")
        return words
    for program in language.programs:
        if shutil.which(program):
            return [program]
    raise _no_compiler(language, [f"{language.variable} (not set)", *language.programs], "none is there")


def try_compiler(language: Language, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Compile and link a program of three lines; return the compiler's own name and version.

    :raises NoToolchainError: it does not, as where the C++ library is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "trial" + language.suffix)
        source.write_text(language.text, encoding="utf-8")
        flags = shlex.split(environment.get(language.variable + "FLAGS", ""))
        done = subprocess.run(
            [*command, *flags, str(source), "-o", str(source.with_suffix(".exe"))],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_TRIAL_LIMIT,
            check=False,
        )
    if done.returncode:
        output = "\n  ".join(done.stdout.strip().splitlines()[:12])
        raise _no_compiler(
            language,
            [" ".join(command)],
            f"'{' '.join(command)}' cannot make a program; it says\n  {output}\n ",
        )
    version = subprocess.run(
        [*command, "--version"],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_TRIAL_LIMIT,
        check=False,
    )
    lines = version.stdout.strip().splitlines()
    return lines[0] if lines else " ".join(command)


def check_headers(folder: Path | None = None) -> str:
    """Return where Python's headers are.

    :param folder: where they should be; None: where this interpreter was installed with them.
    :raises NoToolchainError: they are a package of their own in many distributions, and are not installed.
    """
    place = folder or Path(sysconfig.get_path("include"))
    if not (place / "Python.h").is_file():
        version = ".".join(map(str, sys.version_info[:3]))
        raise NoToolchainError(
            f"No headers of Python {version} ({sys.base_prefix}).\nSought: {place / 'Python.h'}\n{HEADERS_WAYS_OUT}"
        )
    return str(place)


def visual_studio() -> str:
    """Return the newest Visual Studio with C++ on Windows, "" without one."""
    programs = os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")
    where = Path(programs, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    if not where.is_file():
        return ""
    done = subprocess.run(
        [
            str(where),
            *("-latest", "-products", "*", "-property", "displayName"),
            *("-requires", "Microsoft.VisualStudio.Component.VC.Tools.*", "-requiresAny"),
        ],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_TRIAL_LIMIT,
        check=False,
    )
    return done.stdout.strip()


def names_toolchain(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the toolchain file or compiler that CMake is told of otherwise, "" if of none.

    :param arguments: definitions that CMake gets, NAME=VALUE.
    """
    given = " ".join([environment.get("CMAKE_ARGS", ""), *(f"-D{text}" for text in arguments)])
    found = re.search(r"(?:-DCMAKE_(?:TOOLCHAIN_FILE|CXX_COMPILER)(?::\w+)?=|--toolchain[= ])(\S+)", given)
    return found[1] if found else environment.get("CMAKE_TOOLCHAIN_FILE", "")


def check_toolchain(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Return a line on each compiler that the build will use.

    :param arguments: definitions that CMake gets, NAME=VALUE.
    :raises NoToolchainError: there is none that works.
    """
    named = names_toolchain(arguments, environment)
    if named:
        return [f"toolchain: {named} (CMake will try it)"]
    if os.name == "nt":
        found = shutil.which("cl") or visual_studio()
        if not found:
            raise NoToolchainError("No C++ compiler: sought cl on the PATH and Visual Studio by vswhere.\n" + WAYS_OUT)
        return [f"C++: {found}"]
    lines = []
    for language in LANGUAGES:
        command = find_compiler(language, environment)
        version = try_compiler(language, command, environment)
        lines.append(f"{language.name}: {' '.join(command)} ({version})")
    return lines
