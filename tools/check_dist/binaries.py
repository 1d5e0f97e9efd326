"""Facts about one binary, read with lief: the same questions asked of ELF, PE and Mach-O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import lief

# lief writes parse warnings to the terminal; what it cannot parse is reported as a problem here.
lief.logging.disable()

_ELF_MAGIC = b"\x7fELF"
_PE_MAGIC = b"MZ"
_MACHO_MAGICS = (
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe",
)

_ELF_MACHINES = {
    lief.ELF.ARCH.X86_64: "x86_64",
    lief.ELF.ARCH.I386: "i686",
    lief.ELF.ARCH.AARCH64: "aarch64",
    lief.ELF.ARCH.ARM: "armv7l",
    lief.ELF.ARCH.PPC64: "ppc64le",
    lief.ELF.ARCH.S390: "s390x",
    lief.ELF.ARCH.RISCV: "riscv64",
    lief.ELF.ARCH.LOONGARCH: "loongarch64",
}
_PE_MACHINES = {
    lief.PE.Header.MACHINE_TYPES.AMD64: "amd64",
    lief.PE.Header.MACHINE_TYPES.ARM64: "arm64",
    lief.PE.Header.MACHINE_TYPES.I386: "x86",
}
_MACHO_MACHINES = {
    lief.MachO.Header.CPU_TYPE.X86_64: "x86_64",
    lief.MachO.Header.CPU_TYPE.ARM64: "arm64",
}

_FORTIFIED = re.compile(r"__\w+_chk")
_STACK_GUARD = re.compile(r"__stack_chk_fail(_local)?")
_OWN_STACK_GUARD = b"*** stack smashing detected ***"
_STAB = 0xE0


class UnreadableBinaryError(ValueError):
    """The bytes begin like a binary, and lief finds none in them."""


@dataclass
class BinaryFacts:
    """What one binary (one slice of a universal one) is.

    ``hardening`` holds the protections that the format knows, each with whether it is there; a
    protection that makes no sense for the machine is absent. ``minimum_os`` is (major, minor) on
    Mach-O and (API level, 0) on Android.
    """

    format: str
    machine: str
    libraries: list[str]
    exports: list[str]
    hardening: dict[str, bool]
    rpaths: list[str] = field(default_factory=list)
    symbol_versions: set[str] = field(default_factory=set)
    minimum_os: tuple[int, int] | None = None


def is_binary(data: bytes) -> bool:
    """Whether the bytes begin like an executable file of one of the three formats."""
    return data.startswith((_ELF_MAGIC, _PE_MAGIC, *_MACHO_MAGICS))


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "backslashreplace")


def _elf_flags(binary: lief.ELF.Binary) -> set[lief.ELF.DynamicEntryFlags.FLAG]:
    return {
        flag
        for entry in binary.dynamic_entries
        if isinstance(entry, lief.ELF.DynamicEntryFlags)
        for flag in entry.flags
    }


def _elf_hardening(binary: lief.ELF.Binary, imports: set[str], data: bytes) -> dict[str, bool]:
    kinds = lief.ELF.Segment.TYPE
    rights = lief.ELF.Segment.FLAGS
    tags = {entry.tag for entry in binary.dynamic_entries}
    flags = _elf_flags(binary)
    flag = lief.ELF.DynamicEntryFlags.FLAG
    segments = list(binary.segments)
    stacks = [segment for segment in segments if segment.type == kinds.GNU_STACK]
    sections = {_text(section.name) for section in binary.sections}
    return {
        "relro": any(segment.type == kinds.GNU_RELRO for segment in segments),
        "bind-now": flag.BIND_NOW in flags or flag.NOW in flags or lief.ELF.DynamicEntry.TAG.BIND_NOW in tags,
        # Without the header the kernel falls back to an executable stack.
        "nx-stack": bool(stacks) and not any(segment.has(rights.X) for segment in stacks),
        "no-rwx-segment": not any(
            segment.type == kinds.LOAD and segment.has(rights.W) and segment.has(rights.X) for segment in segments
        ),
        "no-textrel": flag.TEXTREL not in flags and lief.ELF.DynamicEntry.TAG.TEXTREL not in tags,
        # The C library's function, or that of cmake/toolchains/zig-runtime.cpp, which is linked only if it is called.
        "stack-protector": any(_STACK_GUARD.fullmatch(name) for name in imports) or _OWN_STACK_GUARD in data,
        "fortify": any(_FORTIFIED.fullmatch(name) and not _STACK_GUARD.fullmatch(name) for name in imports),
        "stripped": not any(name == ".symtab" or name.startswith((".debug_", ".zdebug_")) for name in sections),
    }


def _elf(data: bytes) -> BinaryFacts:
    binary = lief.ELF.parse(data)
    if binary is None or not list(binary.segments):
        raise UnreadableBinaryError("an ELF header with nothing readable behind it")
    bindings = lief.ELF.Symbol.BINDING
    outward = {int(lief.ELF.Symbol.VISIBILITY.DEFAULT), int(lief.ELF.Symbol.VISIBILITY.PROTECTED)}
    exports, imports = [], set()
    for symbol in binary.dynamic_symbols:
        name = _text(symbol.name)
        if not name or symbol.binding == bindings.LOCAL:
            continue
        if symbol.shndx == 0:
            imports.add(name)
        # Machines have their own use for the upper bits: on ppc64le they tell where a function is entered from within.
        elif symbol.other & 3 in outward:
            exports.append(name)
    libraries, rpaths = [], []
    for entry in binary.dynamic_entries:
        if isinstance(entry, lief.ELF.DynamicEntryLibrary):
            libraries.append(_text(entry.name))
        elif isinstance(entry, lief.ELF.DynamicEntryRpath):
            rpaths.append(_text(entry.rpath))
        elif isinstance(entry, lief.ELF.DynamicEntryRunPath):
            rpaths.append(_text(entry.runpath))
    versions = {
        _text(auxiliary.name)
        for requirement in binary.symbols_version_requirement
        for auxiliary in requirement.get_auxiliary_symbols()
    }
    level = next((note.sdk_version for note in binary.notes if isinstance(note, lief.ELF.AndroidIdent)), None)
    hardening = _elf_hardening(binary, imports, data)
    if level is not None:
        loaded = (segment for segment in binary.segments if segment.type == lief.ELF.Segment.TYPE.LOAD)
        hardening["pages-16k"] = all(segment.alignment % 0x4000 == 0 for segment in loaded)
    return BinaryFacts(
        format="ELF",
        machine=_ELF_MACHINES.get(binary.header.machine_type, str(binary.header.machine_type)),
        libraries=libraries,
        exports=sorted(exports),
        hardening=hardening,
        rpaths=rpaths,
        symbol_versions=versions,
        minimum_os=None if level is None else (level, 0),
    )


def _pe(data: bytes) -> BinaryFacts:
    binary = lief.PE.parse(data)
    if binary is None:
        raise UnreadableBinaryError("a DOS header with no readable PE image behind it")
    kinds = lief.PE.OptionalHeader.DLL_CHARACTERISTICS
    rights = lief.PE.Section.CHARACTERISTICS
    has = binary.optional_header.has
    hardening = {
        "dynamic-base": has(kinds.DYNAMIC_BASE),
        "nx-compat": has(kinds.NX_COMPAT),
        "guard-cf": has(kinds.GUARD_CF),
        "no-rwx-section": not any(
            section.has_characteristic(rights.MEM_WRITE) and section.has_characteristic(rights.MEM_EXECUTE)
            for section in binary.sections
        ),
    }
    if binary.optional_header.magic == lief.PE.PE_TYPE.PE32_PLUS:
        hardening["high-entropy-va"] = has(kinds.HIGH_ENTROPY_VA)
    table = binary.get_export()
    libraries = [_text(item.name) for item in binary.imports]
    libraries += [_text(item.name) for item in binary.delay_imports]
    return BinaryFacts(
        format="PE",
        machine=_PE_MACHINES.get(binary.header.machine, str(binary.header.machine)),
        libraries=list(dict.fromkeys(libraries)),
        exports=sorted(_text(entry.name) or f"#{entry.ordinal}" for entry in table.entries)
        if table is not None
        else [],
        hardening=hardening,
    )


def _macho_minimum_os(binary: lief.MachO.Binary) -> tuple[int, int] | None:
    if (build := binary.build_version) is not None:
        return (build.minos[0], build.minos[1])
    if (least := binary.version_min) is not None:
        return (least.version[0], least.version[1])
    return None


def _macho_slice(binary: lief.MachO.Binary) -> BinaryFacts:
    flags = lief.MachO.Header.FLAGS
    commands = lief.MachO.LoadCommand.TYPE
    symbols = list(binary.symbols)
    # C names carry one more underscore in the file than in the source.
    exports = {_text(symbol.name)[1:] for symbol in symbols if symbol.has_export_info}
    imports = {_text(symbol.name)[1:] for symbol in symbols if symbol.category == lief.MachO.Symbol.CATEGORY.UNDEFINED}
    hardening = {
        "two-level-namespace": binary.header.has(flags.TWOLEVEL),
        "nx-stack": not binary.header.has(flags.ALLOW_STACK_EXECUTION),
        "stack-protector": any(_STACK_GUARD.fullmatch(name) for name in imports),
        "fortify": any(_FORTIFIED.fullmatch(name) and not _STACK_GUARD.fullmatch(name) for name in imports),
        "stripped": not any(symbol.raw_type & _STAB for symbol in symbols),
    }
    return BinaryFacts(
        format="Mach-O",
        machine=_MACHO_MACHINES.get(binary.header.cpu_type, str(binary.header.cpu_type)),
        libraries=[_text(library.name) for library in binary.libraries if library.command != commands.ID_DYLIB],
        exports=sorted(exports),
        hardening=hardening,
        rpaths=[_text(rpath.path) for rpath in binary.rpaths],
        minimum_os=_macho_minimum_os(binary),
    )


def _macho(data: bytes) -> Iterator[BinaryFacts]:
    # The slices live in the universal binary, which therefore has to be kept while they are read.
    universal = lief.MachO.parse(data, lief.MachO.ParserConfig.deep)
    if universal is None:
        raise UnreadableBinaryError("a Mach-O header with nothing readable behind it")
    for binary in universal:
        yield _macho_slice(binary)


def read_binary(data: bytes) -> list[BinaryFacts]:
    """Facts about every slice of a binary; ELF and PE have one.

    :raises UnreadableBinaryError: lief finds no image in the bytes.
    """
    if data.startswith(_ELF_MAGIC):
        return [_elf(data)]
    if data.startswith(_PE_MAGIC):
        return [_pe(data)]
    if data.startswith(_MACHO_MAGICS):
        return list(_macho(data))
    raise UnreadableBinaryError(f"no ELF, PE or Mach-O file: it begins with {data[:4]!r}")
