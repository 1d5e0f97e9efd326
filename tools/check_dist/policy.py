"""The written policy: ``ci/dist-policy.toml`` read into typed values, every key of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from toml_table import Table, TableError, read_table

DEFAULT_POLICY = Path(__file__).resolve().parents[2] / "ci" / "dist-policy.toml"

FAMILIES = ("manylinux", "musllinux", "android", "macosx", "ios", "win")
"""Platform families that a policy may describe; ``linux_*`` borrows one of the first two."""

HARDENING: dict[str, str] = {
    "relro": "link with -Wl,-z,relro",
    "bind-now": "link with -Wl,-z,now",
    "nx-stack": "link with -Wl,-z,noexecstack; assembly sources need a .note.GNU-stack section",
    "no-rwx-segment": "link without -Wl,-N and with -Wl,-z,separate-code",
    "no-textrel": "compile every object with -fPIC and link with -Wl,-z,text",
    "pages-16k": "link with -Wl,-z,max-page-size=16384",
    "stack-protector": "compile with -fstack-protector-strong",
    "fortify": "compile with -O1 or higher and -D_FORTIFY_SOURCE=2",
    "stripped": "link with -s, or strip the module when it is installed",
    "dynamic-base": "link with /DYNAMICBASE",
    "nx-compat": "link with /NXCOMPAT",
    "high-entropy-va": "link with /HIGHENTROPYVA",
    "guard-cf": "compile and link with /guard:cf",
    "no-rwx-section": "do not merge writable and executable sections",
    "two-level-namespace": "link without -flat_namespace",
}
"""Each protection that can be looked for, and how to get it; the names are rule identifiers too."""


class PolicyError(TableError):
    """The policy, or an argument that stands for a part of it, cannot be used."""


@dataclass(frozen=True)
class Extension:
    """A wheel's one binary: ``module`` is its path up to the suffix, ``init`` its only export."""

    module: str
    init: str


@dataclass(frozen=True)
class PlatformRules:
    """What is asked of the extension on one platform family."""

    libraries: tuple[str, ...]
    hardening: tuple[str, ...]
    rpaths: tuple[str, ...] = ()
    linker_exports: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class SizeLimit:
    """The largest wheel, in bytes, for tags that fit the shell pattern ``tag``."""

    tag: str
    max_bytes: int


@dataclass(frozen=True)
class Component:
    """Something that is inside a wheel, with the licence that travels with it."""

    name: str
    spdx: str
    files: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Bill:
    """The bill of materials: its place in the metadata folder, and the libraries that it must name."""

    file: str
    libraries: tuple[str, ...]


@dataclass(frozen=True)
class ForbiddenPath:
    """A regular expression for paths of a building machine."""

    pattern: str
    why: str


@dataclass(frozen=True)
class AllowedPath:
    """A hit that is meant: in files that fit ``file``, when ``pattern`` is found in the hit."""

    file: str
    pattern: str
    reason: str


@dataclass(frozen=True)
class SdistRules:
    """What an sdist holds."""

    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    generated: tuple[str, ...]
    checksums: str
    vendored: tuple[str, ...]
    appended: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """The whole policy. :func:`load_policy` makes it."""

    name: str
    tags: tuple[str, ...]
    extensions: dict[str, Extension]
    platforms: dict[str, PlatformRules]
    default_max_bytes: int
    max_growth_percent: float
    size_limits: tuple[SizeLimit, ...]
    bundled: tuple[str, ...]
    components: dict[str, Component]
    bill: Bill
    top_level: tuple[str, ...]
    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    forbidden_paths: tuple[ForbiddenPath, ...]
    allowed_paths: tuple[AllowedPath, ...]
    sdist: SdistRules
    source: Path = field(default=DEFAULT_POLICY)


def _platform(table: Table, name: str, where: Path) -> PlatformRules:
    if name not in FAMILIES:
        raise PolicyError(f"{where}: platforms.{name} is no platform family; known: {', '.join(FAMILIES)}")
    rules = PlatformRules(
        libraries=table.texts("libraries"),
        hardening=table.texts("hardening"),
        rpaths=table.texts("rpaths", []),
        linker_exports=table.texts("linker-exports", []),
        defines=table.texts("defines", []),
        components=table.texts("components", []),
    )
    table.close()
    for flag in rules.hardening:
        if flag not in HARDENING:
            raise PolicyError(
                f"{where}: platforms.{name}.hardening: {flag!r} is unknown; known: {', '.join(HARDENING)}"
            )
    return rules


def _component(table: Table, name: str) -> Component:
    component = Component(name, table.text("spdx"), table.texts("files"), table.texts("phrases"))
    table.close()
    return component


def _extension(table: Table) -> Extension:
    extension = Extension(table.text("module"), table.text("init"))
    table.close()
    return extension


def _sdist(table: Table) -> SdistRules:
    rules = SdistRules(
        required=table.texts("required"),
        forbidden=table.texts("forbidden"),
        generated=table.texts("generated"),
        checksums=table.text("checksums"),
        vendored=table.texts("vendored"),
        appended=table.texts("appended"),
    )
    table.close()
    return rules


def _size_limits(size: Table) -> tuple[SizeLimit, ...]:
    return tuple(SizeLimit(tag, most) for tag, most in size.integers("limits").items())


def _bill(table: Table) -> Bill:
    bill = Bill(table.text("file"), table.texts("libraries"))
    table.close()
    return bill


def _paths(paths: Table) -> tuple[tuple[ForbiddenPath, ...], tuple[AllowedPath, ...]]:
    forbidden = []
    for entry in paths.tables("forbidden"):
        forbidden.append(ForbiddenPath(entry.pattern("pattern"), entry.text("why")))
        entry.close()
    allowed = []
    for entry in paths.tables("allowed"):
        allowed.append(AllowedPath(entry.text("file"), entry.pattern("pattern"), entry.text("reason")))
        entry.close()
    paths.close()
    return tuple(forbidden), tuple(allowed)


def load_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Read a policy.

    :param path: the TOML file.
    :raises PolicyError: the file cannot be read, or a key is missing, unknown or of the wrong type.
    """
    root = read_table(path, "the policy", PolicyError, "; --policy names another one")
    size = root.table("size")
    licences = root.table("licences")
    contents = root.table("contents")
    forbidden_paths, allowed_paths = _paths(root.table("paths"))
    policy = Policy(
        name=root.text("name"),
        tags=root.patterns("tags"),
        extensions={name: _extension(table) for name, table in root.named("extension").items()},
        platforms={name: _platform(table, name, path) for name, table in root.named("platforms").items()},
        default_max_bytes=size.integer("default-max-bytes"),
        max_growth_percent=size.number("max-growth-percent"),
        size_limits=_size_limits(size),
        bundled=licences.texts("bundled"),
        components={name: _component(table, name) for name, table in licences.named("components").items()},
        bill=_bill(root.table("bill")),
        top_level=contents.texts("top-level"),
        required=contents.texts("required"),
        forbidden=contents.texts("forbidden"),
        forbidden_paths=forbidden_paths,
        allowed_paths=allowed_paths,
        sdist=_sdist(root.table("sdist")),
        source=path,
    )
    for table in (size, licences, contents, root):
        table.close()
    named = {"licences.bundled": policy.bundled}
    named |= {f"platforms.{family}.components": rules.components for family, rules in policy.platforms.items()}
    for where, names in named.items():
        for name in names:
            if name not in policy.components:
                raise PolicyError(f"{path}: {where} names {name!r}, which licences.components does not describe")
    return policy
