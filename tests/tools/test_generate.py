"""The generator of constants: outputs are up to date, wrong specifications are refused."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from generate.capi import capi_functions, render_names
from generate.cli import SPEC, outputs
from generate.python import render_python
from generate.spec import SpecError, load

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "generate"

OUTPUTS = (
    "zmq/constants.py",
    "zmq/backend/c/pyzmq_constants.h",
    "zmq/include/pyzmq_capi_names.h",
    "zmq/capi.pxd",
    "zmq/sugar/_options.py",
    "docs/migrating.md",
)

SMALL = """\
oldest = "3.2.2"
errno_base = 1000

[enums.SocketOption]
doc = "Options"
base = "IntEnum"
added = "1"

[enums.SocketOption.members]
LINGER = { value = 3, type = "int", doc = "linger" }
KEY = { value = 5, type = "bytes", access = "w", draft = true, since = "4.3.0", doc = "key" }
OLD_KEY = { alias = "KEY", doc = "old name" }

[enums.Event]
doc = "Events"
base = "IntFlag"
added = "1"
prefix = "EVENT_"
bare = "ERROR_"

[enums.Event.members]
OPENED = { value = 1, doc = "opened" }
ERROR_LOUD = { value = 0x100, value_since = "4.3.5", doc = "loud" }

[enums.Errno]
doc = "Errors"
base = "IntEnum"
added = "1"
c_prefix = ""

[enums.Errno.members]
EADDRINUSE = { system = true, offset = 5, windows = 100, doc = "address in use" }
ETERM = { offset = 53, doc = "terminated" }

[scalars]
DEFAULT = { value = -1, doc = "a default" }
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_committed_files_are_up_to_date() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_outputs_say_that_they_are_generated() -> None:
    for name in outputs(load(SPEC)):
        if name.endswith(".md"):
            continue  # a part of the page is generated, between two marks
        head = (ROOT / name).read_text(encoding="utf-8")[:1000]
        assert "DO NOT EDIT" in head, name
        assert "nox -s generate" in head, name


def test_writes_then_leaves_alone(tmp_path: Path, small: Path) -> None:
    done = run("--spec", small, "--root", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    files = [tmp_path / name for name in OUTPUTS]
    assert [f"wrote {path.relative_to(tmp_path).as_posix()}" for path in files] == (done.stdout.splitlines())
    before = [path.stat() for path in files]
    assert run("--spec", small, "--root", tmp_path).stdout == ""
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in files] == [
        (stat.st_ino, stat.st_mtime_ns) for stat in before
    ]
    assert sorted(path.name for path in files[0].parent.iterdir()) == [
        "backend",
        "capi.pxd",
        "constants.py",
        "include",
        "sugar",
    ]


def test_check_shows_the_difference_and_writes_nothing(tmp_path: Path, small: Path) -> None:
    assert run("--spec", small, "--root", tmp_path).returncode == 0
    path = tmp_path / "zmq" / "constants.py"
    edited = path.read_text(encoding="utf-8").replace("LINGER = 3", "LINGER = 4")
    path.write_text(edited, encoding="utf-8")
    done = run("--check", "--spec", small, "--root", tmp_path)
    assert done.returncode == 1
    assert "-        LINGER = 4" in done.stdout
    assert "+        LINGER = 3" in done.stdout
    assert "zmq/constants.py is out of date; run `nox -s generate`" in done.stderr
    assert path.read_text(encoding="utf-8") == edited
    path.unlink()
    assert run("--check", "--spec", small, "--root", tmp_path).returncode == 1
    assert not path.exists()


def run_python(text: str) -> Any:
    module = ModuleType("generated_constants")
    exec(text, vars(module))
    return module


def test_python_means_what_the_specification_says(small: Path) -> None:
    module = run_python(render_python(load(small)))
    option = module.SocketOption
    assert {member.name: int(member) for member in option} == {"LINGER": 3, "KEY": 5}
    assert module.OLD_KEY is option.KEY is option["OLD_KEY"]
    assert option.KEY._opt_type.name == "bytes"
    assert option.LINGER._opt_type.name == "int"
    assert module.EVENT_OPENED == 1
    assert module.ERROR_LOUD is module.Event(0x100)
    assert module.ETERM == 1053
    assert module.DEFAULT == -1
    assert {"KEY"} == module._DRAFT_NAMES
    assert {"KEY"} == module._SET_ONLY_OPTIONS
    assert module.__all__ == [
        *("DEFAULT", "EADDRINUSE", "ERROR_LOUD", "ETERM", "EVENT_OPENED", "KEY", "LINGER"),
        *("OLD_KEY", "Errno", "Event", "SocketOption"),
    ]


def test_error_the_platform_lacks_is_counted_from_the_base(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = render_python(load(small))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delattr("errno.EADDRINUSE")
    assert run_python(text).EADDRINUSE == 1005
    monkeypatch.setattr("sys.platform", "win32")
    assert run_python(text).EADDRINUSE == 100


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "value = 5,",
            "value = 3,",
            r"members\.KEY: value 3 is already that of LINGER; write alias = 'LINGER'",
        ),
        (
            'type = "bytes"',
            'type = "float"',
            r"members\.KEY: unknown type 'float'; known: int, int64, bytes, fd",
        ),
        ('type = "int", ', "", r"members\.LINGER: the key 'type' is missing"),
        ("value = 3", "value = true", r"LINGER: value = True should be of type int"),
        ("value = 3", 'value = "3"', r"LINGER: value = '3' should be of type int"),
        ("value = 3", "value = 4000", r"LINGER: value = 4000 should be within 0 and 1023"),
        ("LINGER = {", "linger = {", r"members\.linger: a constant's name is made of capitals"),
        ("LINGER = {", "LINGER = 3 #", r"LINGER: 3 should be a table"),
        ('doc = "linger"', 'dox = "linger"', r"LINGER: unknown key 'dox'; known: .*doc"),
        ('access = "w"', 'access = "x"', r"KEY: unknown access 'x'; known: rw, r, w, ctx"),
        ('since = "4.3.0"', 'since = "4.3"', r"KEY: since = '4\.3' is not a version"),
        ('alias = "KEY"', 'alias = "KEYS"', r"OLD_KEY: alias = 'KEYS' should name a member"),
        ('alias = "KEY"', 'alias = "OLD_KEY"', r"OLD_KEY: alias = 'OLD_KEY' should name a member"),
        ('base = "IntFlag"', 'base = "Flag"', r"enums\.Event: unknown base 'Flag'"),
        (
            'bare = "ERROR_"\n\n[enums.Event.members]\n',
            'bare = "EVENT_"\n\n[enums.Event.members]\nEVENT_',
            r"members\.EVENT_OPENED: the name begins with both 'EVENT_', the prefix, and 'EVENT_'",
        ),
        ("OPENED = {", "ERROR_LOUD = {", r"small\.toml: .*at line \d+"),
        ("DEFAULT = {", "LINGER = {", r"scalars\.LINGER: the module-level name LINGER is already"),
        ("DEFAULT = {", "Event = {", r"scalars\.Event: a constant's name is made of capitals"),
        ("windows = 100, ", "", r"Errno\.members\.EADDRINUSE: the key 'windows' is missing"),
        ("offset = 53, ", "", r"Errno\.members\.ETERM: the key 'offset' is missing"),
        ("errno_base = 1000", "errno_base = 1000\nnovel = 1", r"top level: unknown key 'novel'"),
        ("[scalars]", "[scalars", r"small\.toml: "),
    ],
)
def test_wrong_specification_is_refused(tmp_path: Path, small: Path, old: str, new: str, message: str) -> None:
    assert SMALL.count(old) >= 1
    small.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    done = run("--spec", small, "--root", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("generate: ")
    assert re.search(message, done.stderr), done.stderr
    assert str(small) in done.stderr
    assert not (tmp_path / "zmq").exists()


def test_missing_specification_is_named(tmp_path: Path) -> None:
    done = run("--spec", tmp_path / "nothing.toml", "--root", tmp_path)
    assert done.returncode == 2
    assert "nothing.toml" in done.stderr


# --- the C header, with a compiler --------------------------------------------------------------

COMPILER = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler (cc, gcc, clang)")


def zmq_h(**values: str) -> str:
    """A zmq.h with the constants of the small specification, some of them replaced."""
    macros = {"ZMQ_VERSION": "ZMQ_MAKE_VERSION(4, 3, 5)", "ZMQ_LINGER": "3", "ZMQ_KEY": "5"}
    macros.update(ZMQ_OLD_KEY="ZMQ_KEY", ZMQ_EVENT_OPENED="0x1", ZMQ_ERROR_LOUD="0x100 | 0")
    macros.update(ETERM="1053", ZMQ_DEFAULT="-1")
    macros.update(values)
    version = "#define ZMQ_MAKE_VERSION(a, b, c) ((a)*10000 + (b)*100 + (c))\n"
    return version + "".join(f"#define {name} {value}\n" for name, value in macros.items())


def compile_header(folder: Path, standard: str, header: str) -> subprocess.CompletedProcess[str]:
    (folder / "zmq.h").write_text(header, encoding="utf-8")
    source = folder / "probe.c"
    source.write_text(
        '#include "zmq/backend/c/pyzmq_constants.h"\n'
        "#include <limits.h>\n#include <stdio.h>\n"
        "int main(void)\n{\n"
        "    int option;\n"
        '    for (option = -3; option < 200; option++) printf("%d\\n", '
        "pyzmq_socket_option_type(option));\n"
        "    return pyzmq_socket_option_type(INT_MIN) + pyzmq_socket_option_type(INT_MAX);\n}\n",
        encoding="utf-8",
    )
    assert COMPILER is not None
    command = [COMPILER, f"-std={standard}", "-Wall", "-Wextra", "-Werror", f"-I{folder}"]
    return subprocess.run(
        [*command, str(source), "-o", str(folder / "probe")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@needs_compiler
@pytest.mark.parametrize("standard", ["c99", "c11"])
def test_header_compiles_and_knows_the_types(tmp_path: Path, small: Path, standard: str) -> None:
    assert run("--spec", small, "--root", tmp_path).returncode == 0
    done = compile_header(tmp_path, standard, zmq_h())
    assert (done.returncode, done.stderr) == (0, "")
    probe = subprocess.run([str(tmp_path / "probe")], capture_output=True, text=True, timeout=60, check=False)
    assert probe.returncode == 0
    types = dict(zip(range(-3, 200), map(int, probe.stdout.split())))
    assert {option: code for option, code in types.items() if code} == {3: 1, 5: 3}


@needs_compiler
@pytest.mark.parametrize("standard", ["c99", "c11"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZMQ_LINGER", "4"),
        ("ZMQ_OLD_KEY", "6"),
        ("ZMQ_EVENT_OPENED", "2"),
        ("ZMQ_ERROR_LOUD", "1"),
        ("ETERM", "1"),
        ("ZMQ_DEFAULT", "1"),
    ],
)
def test_header_refuses_another_value(tmp_path: Path, small: Path, standard: str, name: str, value: str) -> None:
    assert run("--spec", small, "--root", tmp_path).returncode == 0
    done = compile_header(tmp_path, standard, zmq_h(**{name: value}))
    assert done.returncode != 0
    assert name in done.stderr


@needs_compiler
def test_header_accepts_an_older_libzmq(tmp_path: Path, small: Path) -> None:
    assert run("--spec", small, "--root", tmp_path).returncode == 0
    old = zmq_h(ZMQ_VERSION="ZMQ_MAKE_VERSION(4, 3, 4)", ZMQ_ERROR_LOUD="1")
    old = old.replace("#define ZMQ_KEY 5\n", "").replace("#define ZMQ_OLD_KEY ZMQ_KEY\n", "")
    done = compile_header(tmp_path, "c11", old)
    assert (done.returncode, done.stderr) == (0, "")


def test_list_of_c_functions_is_read() -> None:
    head = "typedef int before;\n#define PYZMQ_CAPI_FUNCTIONS(F) \\\n"
    entries = "    F(void *, zmq_ctx_new, (void)) \\\n    F(int, zmq_ctx_term, (void *context))\n\n#define AFTER\n"
    functions = capi_functions(head + entries)
    assert [function.in_cython() for function in functions] == [
        "void *zmq_ctx_new() noexcept",
        "int zmq_ctx_term(void *context) noexcept",
    ]
    assert "#define zmq_ctx_term pyzmq_capi_table->zmq_ctx_term\n" in render_names(functions)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "no line '#define PYZMQ_CAPI_FUNCTIONS"),
        (["#define PYZMQ_CAPI_FUNCTIONS(F) \\", "nonsense"], ":2: 'nonsense' should be like"),
        (["#define PYZMQ_CAPI_FUNCTIONS(F) \\", "    F(int, zmq_a, (void)) \\"], ":3: '' should be like"),
        (
            ["#define PYZMQ_CAPI_FUNCTIONS(F) \\", "    F(int, zmq_a, (void)) \\", "    F(int, zmq_a, (void))"],
            "zmq_a is listed twice",
        ),
    ],
    ids=["none", "unreadable", "endless", "twice"],
)
def test_wrong_list_of_c_functions_is_refused(lines: list[str], words: str) -> None:
    with pytest.raises(SpecError, match=re.escape(words)):
        capi_functions("\n".join(lines))
