"""The section of pyproject.toml that cibuildwheel reads, made from the list of targets."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from .model import Interpreter, Standard, Target, Targets, TargetsError

BEGIN = "# ---- written by `nox -s matrix -- --write` from ci/targets.toml, down to the end of this section"
END = "# ---- end of the section"

#: What holds for every wheel. The scripts are given the project's folder, which is another one inside a container.
COMMON = """\
[tool.cibuildwheel]
build = {build}
enable = ["pypy", "pypy-eol"]
build-frontend = "build"
environment = {{ ZMQ_PREFIX = "bundled" }}
before-build = "python {{project}}/ci/before_build.py"
repair-wheel-command = "python {{project}}/ci/repair_wheel.py {{wheel}} {{dest_dir}}"
# Beside the machine's own Python, where there are wheels of everything that the check needs.
audit-requires = {audit}
audit-command = [
    "abi3audit --strict --report {{abi3_wheel}}",
    "python {{project}}/ci/check_wheel.py {{wheel}}",
]
test-command = "python {{project}}/ci/test_wheel.py suite"
"""

AUDIT_REQUIRES = ["abi3audit", "auditwheel>=6.1", "lief>=1.0", "packaging"]

#: What runs on a device must be a module, since the project's folder cannot be seen there.
TEST_COMMANDS = {
    "trial": "python {project}/ci/test_wheel.py trial",
    "import": "python -m zmq",
    "none": "",
}


def quoted(value: object) -> str:
    """Return a text, or a list of texts, in TOML, which writes them as JSON does."""
    if isinstance(value, list) and len(value) > 1:
        return "[\n" + "".join(f"    {json.dumps(item)},\n" for item in value) + "]"
    return json.dumps(value)


def identifiers(target: Target, interpreters: Sequence[Interpreter]) -> str:
    """Return one pattern for the builds of a target."""
    tags = ",".join(interpreter.tag for interpreter in interpreters)
    platform = target.identifier(interpreters[0]).partition("-")[2]
    # Braces around one word alone would stand for themselves.
    return f"{{{tags}}}-{platform}" if len(interpreters) > 1 else f"{tags}-{platform}"


def _override(select: list[str], *lines: str) -> str:
    """Return the text of one table of overrides."""
    return "\n".join(["", "[[tool.cibuildwheel.overrides]]", f"select = {quoted(select)}", *lines, ""])


def _pattern(target: Target) -> str:
    """A pattern for all builds of a target."""
    return f"*-{target.name.replace('-', '_')}"


def _images(targets: Targets) -> str:
    """The images of all Linux targets, and the older ones for old interpreters."""
    lines = ["\n[tool.cibuildwheel.linux]\n"]
    older: dict[str, dict[str, str]] = {}
    for target, standard in targets.standard():
        if standard.platform != "linux":
            continue
        name = f"{target.family}-{standard.arch}-image"
        lines.append(f"{name} = {quoted(standard.image)}\n")
        if standard.older is not None:
            pattern = identifiers(target, standard.older.interpreters)
            older.setdefault(standard.older.image, {})[pattern] = f"{name} = {quoted(standard.older.image)}"
    return "".join(lines) + "".join(_override(list(image), *image.values()) for image in older.values())


def least_system(standard: Standard) -> dict[str, str]:
    """Return the variables that make a build be for the oldest system that its tag promises."""
    match = re.match(r"(macosx|ios|android)_(\d+)(?:_(\d+)(?=_))?", standard.tag)
    if match is None:
        return {}
    family, major, minor = match.groups()
    if family == "android":
        return {"ANDROID_API_LEVEL": major}
    name = "MACOSX_DEPLOYMENT_TARGET" if family == "macosx" else "IPHONEOS_DEPLOYMENT_TARGET"
    return {name: f"{major}.{minor}"}


def _least_systems(targets: Targets) -> str:
    groups: dict[str, list[str]] = {}
    for target, standard in targets.standard():
        for name, value in least_system(standard).items():
            groups.setdefault(f"environment = {{ {name} = {quoted(value)} }}", []).append(_pattern(target))
    return "".join(
        _override(patterns, 'inherit.environment = "append"', setting) for setting, patterns in groups.items()
    )


def render(targets: Targets) -> str:
    """Return the section, with the lines that it begins and ends with."""
    builds = [identifiers(target, standard.interpreters) for target, standard in targets.standard()]
    text = BEGIN + "\n" + COMMON.format(build=quoted(builds), audit=json.dumps(AUDIT_REQUIRES))
    text += _images(targets) + _least_systems(targets)
    own = [_pattern(target) for target, _ in targets.standard() if not target.limited_api]
    if own:
        setting = 'config-settings = { "wheel.py-api" = "" }'
        text += _override(own, 'inherit.config-settings = "append"', setting)
    for test, command in TEST_COMMANDS.items():
        which = [_pattern(target) for target, standard in targets.standard() if standard.test == test]
        if which:
            text += _override(which, f"test-command = {quoted(command)}")
    return f"{text}{END}\n"


def updated(pyproject: str, targets: Targets) -> str:
    """Return the text of pyproject.toml with the section as it has to be."""
    before, began, rest = pyproject.partition(BEGIN)
    _, ended, after = rest.partition(f"{END}\n")
    if not began:
        return f"{before.rstrip()}\n\n{render(targets)}"
    if not ended:
        raise TargetsError(
            f"pyproject.toml has no line {END!r} after {BEGIN!r}; put it behind the last table of overrides"
        )
    return f"{before}{render(targets)}{after}"
