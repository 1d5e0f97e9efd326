"""The extension judged by the policy: libraries, exports, hardening, and what its tag promises."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from importlib import resources

from packaging.tags import Tag

from .binaries import BinaryFacts
from .policy import HARDENING, Extension, PlatformRules, Policy, PolicyError
from .report import Report, shorten
from .tags import Platform, python_libraries

_TAG_MACHINES = {
    "arm64_v8a": {"aarch64"},
    "armeabi_v7a": {"armv7l"},
    "x86": {"x86", "i686"},
    "universal2": {"x86_64", "arm64"},
    "arm64_iphoneos": {"arm64"},
    "arm64_iphonesimulator": {"arm64"},
    "x86_64_iphonesimulator": {"x86_64"},
}
"""Machine types that a tag's architecture stands for, where the two are called differently."""

_FORMATS = {
    "manylinux": "ELF",
    "musllinux": "ELF",
    "linux": "ELF",
    "android": "ELF",
    "macosx": "Mach-O",
    "ios": "Mach-O",
    "win": "PE",
}

_FIRST_ARM_MACOS = (11, 0)

_GLIBC_MARKERS = {"GLIBC_ABI_DT_RELR": (2, 36)}
"""Version needs that are no number, with the first glibc that meets them."""


def _numbers(version: str) -> tuple[int, ...] | None:
    return tuple(int(part) for part in version.split(".")) if re.fullmatch(r"\d+(\.\d+)*", version) else None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def glibc_needs(versions: set[str]) -> dict[str, tuple[int, ...]]:
    """The glibc that each ``GLIBC_*`` version asks for; an unknown one for more than exists."""
    needs = {}
    for version in versions:
        if version.startswith("GLIBC_"):
            number = _GLIBC_MARKERS.get(version) or _numbers(version[len("GLIBC_") :])
            needs[version] = number if number is not None else (9999,)
    return needs


def glibc_floor(versions: set[str]) -> str | None:
    """The oldest glibc that meets all the needed versions ("2.17"); None without any need."""
    needs = [need for need in glibc_needs(versions).values() if need != (9999,)]
    return _dotted(max(needs)) if needs else None


def _manylinux_symbol_versions(platform: Platform) -> dict[str, list[str]]:
    """What the manylinux policy that auditwheel carries lets a wheel need, by the version's prefix.

    A glibc for which there is no policy of its own (PEP 600 allows any) is judged by the next older
    one.
    """
    try:
        file = resources.files("auditwheel.policy") / "manylinux-policy.json"
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (ImportError, OSError) as error:
        raise PolicyError(
            f"the manylinux policy of auditwheel is needed to judge {platform.tag} and is not "
            f"there ({error}); "
            "install auditwheel beside this program"
        ) from error
    best: tuple[int, int] | None = None
    allowed: dict[str, list[str]] = {}
    for entry in entries:
        match = re.fullmatch(r"manylinux_(\d+)_(\d+)", entry["name"])
        machine = entry["symbol_versions"].get(platform.machine)
        if not match or machine is None or platform.version is None:
            continue
        version = (int(match[1]), int(match[2]))
        if version <= platform.version and (best is None or version > best):
            best, allowed = version, machine
    return allowed


class ExtensionJudge:
    """Holds one extension module against the policy and writes what is wrong into the report."""

    def __init__(
        self,
        report: Report,
        policy: Policy,
        where: str,
        pairs: list[tuple[Tag, Platform]],
        slices: list[BinaryFacts],
    ) -> None:
        """
        :param where: the module's name in the wheel.
        :param pairs: the wheel's tags with their platforms, at least one.
        :param slices: the module's facts, one for each machine type inside.
        """
        self._report = report
        self._policy = policy
        self._where = where
        self._pairs = pairs
        self._slices = slices

    def judge(self, expected: Extension) -> None:
        """Apply every rule about the module.

        :raises PolicyError: the policy says nothing about the platform, or auditwheel is needed and
            not there.
        """
        self._fill_report()
        if not self._judge_format():
            return
        self._judge_exports(expected)
        self._judge_libraries()
        self._judge_hardening()
        for _, platform in self._pairs:
            if platform.family == "manylinux":
                self._judge_symbol_versions(platform)
            elif platform.family in ("macosx", "ios", "android"):
                self._judge_minimum_os(platform)

    def _rules(self) -> PlatformRules:
        family = self._pairs[0][1].family
        if family == "linux":
            needed = {name for facts in self._slices for name in facts.libraries}
            musl = any(fnmatchcase(name, "libc.musl-*") for name in needed)
            musl = musl or "-musl" in self._where
            family = "musllinux" if musl else "manylinux"
        rules = self._policy.platforms.get(family)
        if rules is None:
            raise PolicyError(
                f"{self._policy.source}: platforms.{family} is missing, so {self._report.file} cannot be judged"
            )
        return rules

    def _fill_report(self) -> None:
        report = self._report
        versions: set[str] = set()
        for facts in self._slices:
            report.external_libraries += [name for name in facts.libraries if name not in report.external_libraries]
            report.exports += [name for name in facts.exports if name not in report.exports]
            versions |= facts.symbol_versions
            for flag, there in facts.hardening.items():
                report.hardening[flag] = report.hardening.get(flag, True) and there
            if facts.minimum_os is not None:
                report.minimum_os = max(
                    _dotted(facts.minimum_os),
                    report.minimum_os or "",
                    key=lambda v: _numbers(v) or (),
                )
        report.glibc_floor = glibc_floor(versions)

    def _judge_format(self) -> bool:
        """Whether format and machine are the tags'; without that no other rule makes sense."""
        found = {facts.machine for facts in self._slices}
        for _, platform in self._pairs:
            wanted = _TAG_MACHINES.get(platform.machine, {platform.machine})
            formats = {facts.format for facts in self._slices}
            alike = found <= wanted if platform.machine == "x86" else found == wanted
            if formats == {_FORMATS[platform.family]} and alike:
                continue
            self._report.fail(
                "extension-machine",
                self._where,
                f"{'/'.join(sorted(formats))} for {', '.join(sorted(found))}",
                f"the tag {platform.tag} stands for {_FORMATS[platform.family]} for {', '.join(sorted(wanted))}",
                "build with the toolchain file of the target, or correct the tag "
                "(the toolchain's CMAKE_SYSTEM_PROCESSOR, _PYTHON_HOST_PLATFORM, ARCHFLAGS)",
            )
            return False
        return True

    def _judge_exports(self, expected: Extension) -> None:
        for facts in self._slices:
            allowed = {expected.init}
            if expected.init not in facts.exports:
                self._report.fail(
                    "export",
                    self._where,
                    f"{expected.init} is not exported (exports: {', '.join(facts.exports) or 'none'})",
                    f"exactly {expected.init}",
                    "check that the module is named as the policy names it and that the linker keeps its init function",
                )
            extra = set(facts.exports) - allowed - set(self._rules().linker_exports)
            if extra:
                self._report.fail(
                    "export",
                    self._where,
                    f"also exports {shorten(sorted(extra))}",
                    f"exactly {expected.init}",
                    "compile with -fvisibility=hidden -fvisibility-inlines-hidden and link with an "
                    "export list; for the static libraries -Wl,--exclude-libs,ALL",
                )

    def _judge_libraries(self) -> None:
        rules = self._rules()
        windows = self._slices[0].format == "PE"
        patterns = [pattern.format(**python_libraries(tag)) for tag, _ in self._pairs for pattern in rules.libraries]
        for facts in self._slices:
            for library in facts.libraries:
                # Windows looks libraries up without regard to case.
                name = library.lower() if windows else library
                if not any(fnmatchcase(name, pattern) for pattern in patterns):
                    self._report.fail(
                        "external-library",
                        self._where,
                        library,
                        f"only {', '.join(dict.fromkeys(patterns))}",
                        "link it statically, or add it to the platform's libraries in the policy "
                        "if every such system has it",
                    )
            for rpath in facts.rpaths:
                if not any(fnmatchcase(rpath, pattern) for pattern in rules.rpaths):
                    self._report.fail(
                        "rpath",
                        self._where,
                        f"RPATH/RUNPATH {rpath!r}",
                        f"only {', '.join(rules.rpaths)}" if rules.rpaths else "no RPATH and no RUNPATH",
                        "set SKIP_BUILD_RPATH and an empty INSTALL_RPATH on the target",
                    )

    def _judge_hardening(self) -> None:
        for facts in self._slices:
            for flag in self._rules().hardening:
                # A flag that the format or the machine does not know is absent from the facts.
                if not facts.hardening.get(flag, True):
                    self._report.fail(
                        flag,
                        self._where,
                        f"{facts.format} for {facts.machine} without {flag}",
                        f"{flag} is required",
                        HARDENING[flag],
                    )

    def _judge_symbol_versions(self, platform: Platform) -> None:
        offered = platform.version or (0, 0)
        versions = {version for facts in self._slices for version in facts.symbol_versions}
        glibc = glibc_needs(versions)
        above = sorted(name for name, need in glibc.items() if need > offered)
        if above:
            self._report.fail(
                "glibc-floor",
                self._where,
                f"needs {', '.join(above)}",
                f"{platform.tag} promises to run on glibc {_dotted(offered)}",
                "build in the manylinux image of the tag, or let auditwheel repair give it the tag that fits",
            )
        others = {name for name in versions if name not in glibc}
        if not others:
            return
        allowed = _manylinux_symbol_versions(platform)
        beyond = []
        for name in sorted(others):
            prefix, _, number = name.partition("_")
            if number not in allowed.get(prefix, []):
                beyond.append(name)
        if beyond:
            self._report.fail(
                "symbol-version",
                self._where,
                f"needs {', '.join(beyond)}",
                f"the manylinux policy of {platform.tag} does not offer them",
                "build with the C++ compiler of the manylinux image, or link the C++ runtime with -static-libstdc++",
            )

    def _judge_minimum_os(self, platform: Platform) -> None:
        for facts in self._slices:
            promised = platform.version or (0, 0)
            if platform.family == "macosx" and facts.machine == "arm64":
                # There is no older macOS for that machine, whatever a universal2 tag says.
                promised = max(promised, _FIRST_ARM_MACOS)
            if facts.minimum_os is None or facts.minimum_os > promised:
                found = "none stated" if facts.minimum_os is None else _dotted(facts.minimum_os)
                self._report.fail(
                    "minimum-os",
                    self._where,
                    f"least system version for {facts.machine}: {found}",
                    f"{platform.tag} promises to run on {_dotted(promised)}",
                    "set CMAKE_OSX_DEPLOYMENT_TARGET (MACOSX_DEPLOYMENT_TARGET) or the Android API level to the tag's",
                )
