"""``ci/targets.toml`` as typed values, every key of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from toml_table import Table, TableError, read_table

DEFAULT_TARGETS = Path(__file__).resolve().parents[2] / "ci" / "targets.toml"

IMPLEMENTATIONS = ("cpython", "pypy")
PLATFORMS = ("linux", "windows", "macos", "android", "ios")
"""cibuildwheel's platforms."""
TESTS = ("suite", "trial", "import", "none")

_WHEEL = re.compile(r"(cp|pp)3\d+-\w+")


class TargetsError(TableError):
    """The list, or a name that is sought in it, cannot be used."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that wheels are built with.

    ``tag`` is cibuildwheel's ("cp314t"), ``wheel`` the interpreter and ABI in the name of the wheel
    ("cp312-abi3", "cp314-cp314t"), ``own`` the same where the limited API is not used.
    """

    tag: str
    implementation: str
    version: str
    wheel: str
    own: str
    free_threaded: bool

    @property
    def limited(self) -> bool:
        """Whether its wheel is one of the limited API, which later interpreters can use."""
        return self.wheel.endswith("-abi3")


@dataclass(frozen=True)
class Older:
    """Interpreters that get an older image than the others of their target, and so an older tag."""

    interpreters: tuple[Interpreter, ...]
    image: str
    tag: str


@dataclass(frozen=True)
class Standard:
    """How cibuildwheel builds a target.

    ``platform``, ``arch`` and ``image`` ("" off Linux) are cibuildwheel's, ``runner`` the machine,
    ``emulated`` whether that needs QEMU, ``tag`` the platform that the wheels promise, ``test`` one
    of :data:`TESTS`, ``draft`` whether there are wheels with libzmq's draft API beside the others.
    """

    platform: str
    arch: str
    runner: str
    emulated: bool
    interpreters: tuple[Interpreter, ...]
    image: str
    tag: str
    older: Older | None
    test: str
    draft: bool

    def place(self, interpreter: Interpreter) -> tuple[str, str]:
        """Return the image for an interpreter, and the platform's tag of its wheel."""
        if self.older is not None and interpreter in self.older.interpreters:
            return self.older.image, self.older.tag
        return self.image, self.tag


@dataclass(frozen=True)
class Factory:
    """How our own road builds a target.

    ``zig`` is the compiler's target ("" for one that is fused), ``fuse`` the names of the targets
    that are fused, ``wheels`` interpreter and ABI of each wheel, ``execute`` how they are run ("":
    not at all), ``suite`` minutes that the package's tests take there (0: too many).
    """

    platform_tag: str
    zig: str
    fuse: tuple[str, ...]
    wheels: tuple[str, ...]
    execute: str
    suite: int = 0


@dataclass(frozen=True)
class Target:
    """A platform. One of ``standard`` and ``factory`` may be None: that road does not lead there."""

    name: str
    family: str
    arch: str
    limited_api: bool
    standard: Standard | None
    factory: Factory | None

    def wheel(self, interpreter: Interpreter) -> str:
        """Return interpreter and ABI of the wheel that an interpreter makes here ("cp312-abi3")."""
        return interpreter.wheel if self.limited_api else interpreter.own

    def identifier(self, interpreter: Interpreter) -> str:
        """Return cibuildwheel's name of a build ("cp39-manylinux_x86_64")."""
        return f"{interpreter.tag}-{self.name.replace('-', '_')}"

    def standard_wheels(self) -> dict[str, tuple[Interpreter, ...]]:
        """Return the tags of the standard road's wheels, each with the interpreters that it serves there."""
        wheels: dict[str, tuple[Interpreter, ...]] = {}
        if self.standard is not None:
            for interpreter in self.standard.interpreters:
                tag = f"{self.wheel(interpreter)}-{self.standard.place(interpreter)[1]}"
                wheels[tag] = (*wheels.get(tag, ()), interpreter)
        return wheels


@dataclass(frozen=True)
class Targets:
    """The whole list. :func:`load_targets` makes it.

    ``left_out`` tells of patterns of cibuildwheel's identifiers why they are not built.
    """

    interpreters: dict[str, Interpreter]
    targets: dict[str, Target]
    left_out: dict[str, str]
    source: Path = field(default=DEFAULT_TARGETS)

    def target(self, name: str) -> Target:
        """Return a target by its name.

        :raises TargetsError: there is none of that name.
        """
        try:
            return self.targets[name]
        except KeyError:
            raise TargetsError(f"no target is called {name!r}; {self.source} has {', '.join(self.targets)}") from None

    @property
    def newest(self) -> int:
        """Minor version of the newest interpreter."""
        return max(int(interpreter.version.split(".")[1]) for interpreter in self.interpreters.values())

    def standard(self) -> list[tuple[Target, Standard]]:
        """Return the targets of the standard road."""
        return [(target, target.standard) for target in self.targets.values() if target.standard is not None]

    def factory(self) -> list[tuple[Target, Factory]]:
        """Return the targets of our own road."""
        return [(target, target.factory) for target in self.targets.values() if target.factory is not None]


def _wheel(table: Table, key: str, value: str) -> str:
    if not _WHEEL.fullmatch(value):
        raise table.error(f"{table.where}: {key!r} is {value!r}; interpreter and ABI are meant, such as 'cp312-abi3'")
    return value


def _interpreter(table: Table) -> Interpreter:
    wheel = _wheel(table, "wheel", table.text("wheel"))
    version = table.text("version")
    if not re.fullmatch(r"3\.\d+", version):
        raise table.error(f"{table.where}: 'version' is {version!r}; one such as '3.12' is meant")
    interpreter = Interpreter(
        tag=table.text("tag"),
        implementation=table.choice("implementation", IMPLEMENTATIONS),
        version=version,
        wheel=wheel,
        own=_wheel(table, "own", table.text("own", wheel)),
        free_threaded=table.boolean("free-threaded", default=False),
    )
    table.close()
    if interpreter.own.endswith("-abi3"):
        raise table.error(f"{table.where}: 'own' is missing: the ABI of {interpreter.tag} without the limited API")
    return interpreter


def _chosen(table: Table, interpreters: Iterable[Interpreter]) -> tuple[Interpreter, ...]:
    """The interpreters that fit the patterns of the table's key ``interpreters``."""
    chosen: set[str] = set()
    known = list(interpreters)
    for pattern in table.texts("interpreters"):
        fitting = {interpreter.tag for interpreter in known if fnmatchcase(interpreter.tag, pattern)}
        if not fitting:
            raise table.error(
                f"{table.where}: 'interpreters' has {pattern!r}, which none of "
                f"{', '.join(interpreter.tag for interpreter in known)} fits"
            )
        chosen |= fitting
    return tuple(interpreter for interpreter in known if interpreter.tag in chosen)


def _platform_tag(table: Table, key: str, family: str) -> str:
    tag = table.text(key)
    if not tag.startswith(family):
        raise table.error(f"{table.where}: {key!r} is {tag!r}; it must begin with the target's family {family!r}")
    return tag


def _older(table: Table, interpreters: tuple[Interpreter, ...], family: str) -> Older:
    older = Older(_chosen(table, interpreters), table.text("image"), _platform_tag(table, "tag", family))
    table.close()
    return older


def _standard(table: Table, interpreters: Iterable[Interpreter], family: str, arch: str) -> Standard:
    platform = table.choice("platform", PLATFORMS)
    chosen = _chosen(table, interpreters)
    older = table.optional_table("older")
    standard = Standard(
        platform=platform,
        arch=table.text("arch", arch),
        runner=table.text("runner"),
        emulated=table.boolean("emulated", default=False),
        interpreters=chosen,
        image=table.text("image") if platform == "linux" else "",
        tag=_platform_tag(table, "tag", family),
        older=None if older is None else _older(older, chosen, family),
        test=table.choice("test", TESTS),
        draft=table.boolean("draft", default=False),
    )
    table.close()
    return standard


def _factory(table: Table, family: str, wheels: tuple[str, ...]) -> Factory:
    fuse = table.texts("fuse", [])
    factory = Factory(
        platform_tag=_platform_tag(table, "platform-tag", family),
        zig=table.text("zig") if not fuse else "",
        fuse=fuse,
        wheels=tuple(_wheel(table, "wheels", wheel) for wheel in table.texts("wheels", list(wheels))),
        execute=table.text("execute"),
        suite=table.integer("suite", 0),
    )
    table.close()
    return factory


def _target(table: Table, interpreters: Iterable[Interpreter], wheels: tuple[str, ...]) -> Target:
    name, family, arch = table.text("name"), table.text("family"), table.text("arch")
    standard, factory = table.optional_table("standard"), table.optional_table("factory")
    target = Target(
        name=name,
        family=family,
        arch=arch,
        limited_api=table.boolean("limited-api", default=True),
        standard=None if standard is None else _standard(standard, interpreters, family, arch),
        factory=None if factory is None else _factory(factory, family, wheels),
    )
    table.close()
    if standard is None and factory is None:
        raise table.error(f"{table.where}: {name!r} has neither a table 'standard' nor a table 'factory'")
    return target


def load_targets(path: Path = DEFAULT_TARGETS) -> Targets:
    """Read the list.

    :param path: the TOML file.
    :raises TargetsError: the file cannot be read, or a key is missing, unknown or of a wrong value.
    """
    root = read_table(path, "the list of targets", TargetsError)
    interpreters: dict[str, Interpreter] = {}
    for table in root.tables("interpreter"):
        interpreter = _interpreter(table)
        if interpreter.tag in interpreters:
            raise TargetsError(f"{table.where}: 'tag' is {interpreter.tag!r}, as that of an earlier interpreter is")
        interpreters[interpreter.tag] = interpreter
    left_out = root.mapping("left-out")
    factory = root.table("factory")
    wheels = tuple(_wheel(factory, "wheels", wheel) for wheel in factory.texts("wheels"))
    factory.close()
    targets: dict[str, Target] = {}
    for table in root.tables("target"):
        target = _target(table, interpreters.values(), wheels)
        if target.name in targets:
            raise TargetsError(f"{table.where}: 'name' is {target.name!r}, as that of an earlier target is")
        for name in target.factory.fuse if target.factory else ():
            if name not in targets or targets[name].factory is None:
                raise TargetsError(
                    f"{table.where}.factory: 'fuse' has {name!r}, which is no earlier target with a factory"
                )
        targets[target.name] = target
    root.close()
    return Targets(interpreters, targets, left_out, path)
