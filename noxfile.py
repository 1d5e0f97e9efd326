"""Everything that people and continuous integration do here. ``nox --list`` shows it.

``python3 tools/run_nox.py`` runs nox where it is not installed. What follows ``--`` goes to the
tool of the session: ``nox -s tests -- -k curve``, ``nox -s wheel -- --draft``.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nox

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "build"

CMAKE_FILES = ("CMakeLists.txt", "cmake", "bench/c")
CYTHON_SUFFIXES = {".pyx", ".pxd", ".pxi"}


def pyproject() -> dict[str, Any]:
    """Return pyproject.toml, where all requirements stand."""
    return nox.project.load_toml(ROOT / "pyproject.toml")


def group(*names: str) -> tuple[str, ...]:
    """Return the requirements of dependency groups."""
    return nox.project.dependency_groups(pyproject(), *names)


def build_requirements(*, cffi: bool = False) -> list[str]:
    """Return what a build without isolation needs.

    :param cffi: the CFFI backend is built too, even on CPython.
    """
    project = pyproject()
    requirements = list(project["build-system"]["requires"])
    if cffi:
        requirements += group("cffi")
    tool = project["tool"]["scikit-build"]
    requirements += [f"{name}{tool[name]['version']}" for name in ("cmake", "ninja")]
    # `pip --python` installs into an environment that has no pip.
    return [*requirements, "pip>=22.3"]


def wants_cffi(session: nox.Session) -> bool:
    """Tell whether the wheel that is asked for has the CFFI backend."""
    variables = (os.environ.get(name, "") for name in ("PYZMQ_BACKEND", "CMAKE_ARGS"))
    return any("cffi" in word for word in (*session.posargs, *variables))


def launchers() -> list[str]:
    """Return what makes CMake compile through ccache, where there is one and none was chosen."""
    ccache = shutil.which("ccache")
    names = [f"CMAKE_{language}_COMPILER_LAUNCHER" for language in ("C", "CXX")]
    return [f"-D{name}={ccache}" for name in names if ccache and name not in os.environ]


def quiet_python(session: nox.Session) -> None:
    """Let no Python of the session write byte code into the checkout, or read other packages."""
    session.env["PYTHONDONTWRITEBYTECODE"] = "1"
    session.env["PYTHONPATH"] = None


@nox.session
def wheel(session: nox.Session) -> None:
    """Build, repair, check, install and try the wheel; `-- --help` for options."""
    quiet_python(session)
    zig = ["zig"] if "--zig" in session.posargs else []
    session.install(*build_requirements(cffi=wants_cffi(session)), *group("wheel", *zig))
    session.run("python", "tools/make_wheel", *session.posargs)


@nox.session(default=False)
def test_wheel(session: nox.Session) -> None:
    """Build the wheel that the tests run against, with both backends, if anything changed."""
    build_test_wheel(session, "tests", test_folder(session))


def build_test_wheel(session: nox.Session, name: str, place: Path, *options: str) -> None:
    """Build a wheel with the backends that suit the interpreter, if anything changed.

    :param options: further ones of tools/make_wheel.
    """
    quiet_python(session)
    session.install(*build_requirements(cffi=True), *group("wheel"))
    # Lets other build folders profit, at the price of other paths in libzmq's assertions.
    session.env.update(CCACHE_BASEDIR=os.sep, CCACHE_NOHASHDIR="1")
    pypy = session.run("python", "-c", "import sys; print(sys.implementation.name == 'pypy')", silent=True)
    backends = ["cffi"] if "True" in str(pypy) else ["cython", "cffi"]
    session.run(
        *("python", "tools/make_wheel", "--name", name, "--outdir", str(place)),
        *("--until", "repair", "--if-changed", *options),
        *(word for backend in backends for word in ("--backend", backend)),
    )


def test_folder(session: nox.Session) -> Path:
    """Return where the wheel for the tests of this interpreter is."""
    return BUILD / "tests" / f"dist-{session.python or 'default'}"


def built_wheel(place: Path) -> Path:
    """Return the wheel that was last built into a folder."""
    return max(place.glob("*.whl"), key=lambda path: path.stat().st_mtime)


def install_wheel(session: nox.Session, built: Path) -> None:
    """Install a wheel, even over another one of the same version, which does not tell one build from the next."""
    session.install("--force-reinstall", "--no-deps", "--no-index", str(built))


def test_selection(session: nox.Session, *default: Path) -> list[str]:
    """Return pytest's arguments: those given, with absolute paths, since it runs elsewhere."""
    arguments = []
    selected = False
    for word in session.posargs:
        path = ROOT / word.partition("::")[0]
        if not word.startswith("-") and path.exists():
            arguments.append(str(ROOT / word))
            selected = True
        else:
            arguments.append(word)
    return arguments if selected else [*arguments, *map(str, default)]


def run_pytest(session: nox.Session, *arguments: str, success_codes: tuple[int, ...] = (0,)) -> bool:
    """Run pytest away from the checkout; return whether all went well."""
    try:
        with tempfile.TemporaryDirectory(prefix="pyzmq-tests-") as place, session.chdir(place):
            session.run(
                *("python", "-m", "pytest", "--rootdir", str(ROOT)),
                *("-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", *arguments),
                success_codes=success_codes,
            )
    except nox.command.CommandFailed:
        return False
    return True


#: Exit status of pytest where no tests were selected.
NO_TESTS = 5

#: Arguments of pytest with which all tests run in one process.
SERIAL = re.compile(r"(^| )(-p ?no:xdist|-n ?0|--numprocesses[ =]0|--pdb|--trace)( |$)")


def run_pytest_in_parallel(session: nox.Session, *arguments: str) -> bool:
    """Run pytest, with tests in parallel except those marked ``alone``; return whether all went well."""
    if SERIAL.search(" ".join(session.posargs)):
        return run_pytest(session, *arguments)
    # First, since pytest-xdist does not tell "no tests were selected" from "all of them run alone".
    alone = run_pytest(session, "--alone=only", *arguments)
    # Many tests wait, for processes and for libzmq's threads.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    name = "PYTEST_XDIST_AUTO_NUM_WORKERS"
    session.env[name] = os.environ.get(name, str(2 * cores))
    # The tests of a file share what its fixtures build, and the blocks of a page their names. The schedule by groups
    # ("loadgroup") does nothing with pytest 9.2 and pytest-xdist 3.8.
    parallel = ["--alone=without", "--numprocesses=auto", "--dist=loadfile"]
    others = run_pytest(session, *parallel, *arguments, success_codes=(0, NO_TESTS))
    return alone and others


#: Fails unless zmq comes from the environment and has the backend that is asked for.
ASSERT_INSTALLED = """
import sys, pathlib, zmq
origin, checkout, backend = pathlib.Path(zmq.__file__), pathlib.Path(sys.argv[1]), sys.argv[2]
assert checkout / "zmq" not in origin.parents, f"zmq comes from the checkout: {origin}"
assert f"zmq.backend.{backend}" in sys.modules, f"the backend is not {backend}"
print(f"pyzmq {zmq.pyzmq_version()}, libzmq {zmq.zmq_version()}, {backend}, {origin.parent}")
"""


def run_suite(
    session: nox.Session, backend: str, aside: list[str], *, pages: bool = False, parallel: bool = False
) -> bool:
    """Run the tests against the installed wheel with a backend; return whether all went well.

    :param aside: folders below tests/ to leave out, unless something in them is selected.
    :param pages: the blocks of code in README.md and docs/ are tests, too.
    :param parallel: pytest-xdist is installed.
    """
    session.env["PYZMQ_BACKEND"] = backend
    session.run("python", "-I", "-c", ASSERT_INSTALLED, str(ROOT), backend, log=False)
    # tests/docs looks at what `nox -s docs` has built, tests/programs at what `nox -s programs` installs.
    folders = [str(ROOT / "tests" / name) for name in (*aside, "docs", "programs")]
    default = [ROOT / "tests", *([ROOT / "docs", ROOT / "README.md"] if pages else [])]
    selection = test_selection(session, *default)
    ignored = [f"--ignore={folder}" for folder in folders if not any(word.startswith(folder) for word in selection)]
    run = run_pytest_in_parallel if parallel else run_pytest
    return run(session, *ignored, *selection)


@nox.session(requires=["test_wheel"])
def tests(session: nox.Session) -> None:
    """Run the tests against the installed wheel, away from the checkout, with each backend."""
    run_suites(session, test_folder(session), ["build"])


@nox.session(default=False)
def draft_tests(session: nox.Session) -> None:
    """Build a wheel with libzmq's draft API, and run the tests against it, those of drafts included."""
    place = BUILD / "draft-tests" / f"dist-{session.python or 'default'}"
    build_test_wheel(session, "tests", place, "--draft")
    # The tools care for no drafts.
    run_suites(session, place, ["build", "tools"])


def run_suites(session: nox.Session, place: Path, aside: list[str]) -> None:
    """Install the wheel of a folder, and run the tests with each of its backends.

    :param aside: folders of tests that are left out.
    """
    quiet_python(session)
    built = built_wheel(place)
    backends = json.loads(Path(f"{built}.json").read_text("utf-8"))["backends"]
    requirements = list(group("test"))
    if "tools" not in aside:
        requirements += [*group("factory"), *pyproject()["build-system"]["requires"]]
    if "cffi" in backends:
        requirements += group("cffi")
    session.install(*requirements)
    install_wheel(session, built)
    failed = []
    for backend in backends:
        if not run_suite(session, backend, aside, pages=True, parallel=True):
            failed.append(backend)
        # These do not depend on the backend.
        aside = ["build", "tools"]
    if failed:
        session.error(f"tests failed with the backend {' and '.join(failed)}")


@nox.session(python="pypy3", default=False)
def pypy_tests(session: nox.Session) -> None:
    """Build the wheel for PyPy, as it is before its repair, and run the tests against it."""
    # By default as large as the processor's cache, which may be hundreds of megabytes: what tests of memory allow for
    # would depend on the machine.
    session.env["PYPY_GC_NURSERY"] = "4M"
    install_plain_wheel(session, BUILD / "pypy", *group("test"))
    # The tools run on CPython: PyPy lacks what reads binaries.
    if not run_suite(session, "cffi", ["build", "tools"]):
        session.error("tests failed on PyPy")


def install_plain_wheel(session: nox.Session, place: Path, *requirements: str) -> Path:
    """Build a wheel for the session's Python, without the repair, and install it; return it."""
    quiet_python(session)
    session.install(*build_requirements(), *requirements)
    session.env.update(CCACHE_BASEDIR=os.sep, CCACHE_NOHASHDIR="1")
    wheels = place / "dist"
    shutil.rmtree(wheels, ignore_errors=True)
    session.run(
        *("python", "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels)),
        f"--config-settings=build-dir={place}/{{wheel_tag}}",
        "--config-settings=cmake.define.ZMQ_PREFIX=bundled",
        *(f"--config-settings=cmake.define.{word[2:]}" for word in launchers()),
        str(ROOT),
    )
    (built,) = wheels.glob("*.whl")
    session.install("--force-reinstall", "--no-deps", "--no-index", str(built))
    return built


#: Where tools/cpython puts what stands for the interpreters of the sessions below.
CPYTHONS = BUILD / "cpython"


@nox.session(default=False)
@nox.parametrize("kind", ["free-threaded", "newer"], ids=["free-threaded", "newer"])
def cpython(session: nox.Session, kind: str) -> None:
    """Find or build a CPython without a GIL, or one that is newer than the limited API."""
    quiet_python(session)
    session.run("python", "tools/cpython", kind, "--link", str(CPYTHONS / f"cpython-{kind}"))


@nox.session(python=str(CPYTHONS / "cpython-free-threaded"), default=False, requires=["cpython(free-threaded)"])
def free_threaded_tests(session: nox.Session) -> None:
    """Build the wheel for free-threaded CPython, and run the tests against it with the GIL disabled."""
    # The newest releases of some have no wheel for it.
    session.env["PIP_ONLY_BINARY"] = ":all:"
    built = install_plain_wheel(session, BUILD / "free-threaded", *group("suite"))
    if not re.search(r"-cp3\d+t-", built.name):
        session.error(f"{built.name} is no wheel for free-threaded CPython")
    session.env["PYTHON_GIL"] = "0"
    if not run_suite(session, "cython", ["build", "tools"]):
        session.error("tests failed on free-threaded CPython")


@nox.session(python=str(CPYTHONS / "cpython-newer"), default=False, requires=["cpython(newer)"])
def abi3_tests(session: nox.Session) -> None:
    """Build the wheel of the limited API on a CPython newer than that, and run the tests against it."""
    built = install_plain_wheel(session, BUILD / "abi3", *group("suite", "loops"))
    if "-abi3-" not in built.name:
        session.error(f"{built.name} is no wheel of the limited API")
    if not run_suite(session, "cython", ["build", "tools"]):
        session.error("tests failed with the limited API")


@nox.session(default=False, requires=["test_wheel"])
def programs(session: nox.Session) -> None:
    """Run other programs, and their test suites beside pyzmq 27.3.0, on the wheel; `-- NAME...` selects suites."""
    quiet_python(session)
    built = built_wheel(test_folder(session))
    known = nox.project.load_toml(ROOT / "tests" / "programs" / "suites.toml")["suites"]
    suites = [word for word in session.posargs if word in known]
    # First, so that it is what the programs ask for.
    install_wheel(session, built)
    session.install(*group("programs"))
    session.run("python", "-m", "pip", "check")
    session.run("python", "-I", "-c", ASSERT_INSTALLED, str(ROOT), "cython", log=False)
    failed = []
    if not suites and not run_pytest(session, *test_selection(session, ROOT / "tests" / "programs")):
        failed.append("other programs do not run on this wheel")
    if suites or not session.posargs:
        options = ("--wheel", str(built), "--cache", str(BUILD / "programs"))
        try:
            session.run("python", "tools/suites", *options, *suites)
        except nox.command.CommandFailed:
            failed.append("test suites of other programs fail on this wheel")
    if failed:
        session.error("; ".join(failed))


@nox.session(default=False)
def compat_reference(session: nox.Session) -> None:
    """Make the environment of the release that `compat` compares with; it is kept."""
    try:
        session.install("pyzmq==27.3.0", *group("loops"))
    except nox.command.CommandFailed:
        session.error(
            "pyzmq 27.3.0 could not be installed from a package index (see above). The comparison needs it once: its "
            "environment is kept in .nox/compat_reference and works without network then"
        )


@nox.session(default=False, requires=["test_wheel", "compat_reference"])
def compat(session: nox.Session) -> None:
    """Compare what programs do under pyzmq 27.3.0 and under the wheel; `-- --help` for options."""
    quiet_python(session)
    session.install(*group("loops", "cffi"), "tomli; python_version < '3.11'")
    install_wheel(session, built_wheel(test_folder(session)))
    reference = Path(session.virtualenv.location).parent / "compat_reference"
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    session.run(
        *("python", "-m", "tests.compat", "--reference", str(reference / folder / name)),
        *("--subject", str(Path(session.bin) / name), *session.posargs),
    )


@nox.session(default=False)
def execute(session: nox.Session) -> None:
    """Execute a built wheel on its platform, natively, under qemu or under wine; `-- --help` for options."""
    quiet_python(session)
    session.install(*group("wheel", "zig"))
    session.run("python", "tools/execute", *session.posargs)


@nox.session(default=False)
def factory(session: nox.Session) -> None:
    """Cross-build the wheels of all targets, check and execute them; `-- TARGET...`, `-- --help` for options."""
    quiet_python(session)
    session.install(*build_requirements(), *group("factory"))
    session.run("python", "tools/factory", *session.posargs)


@nox.session(default=False)
def reproducible(session: nox.Session) -> None:
    """Build wheels twice, in different folders, and compare their bytes; `-- TARGET...`."""
    quiet_python(session)
    session.install(*build_requirements(), *group("factory"))
    session.run("python", "tools/reproducible.py", *session.posargs)


@nox.session(default=False, requires=["test_wheel"])
def bench(session: nox.Session) -> None:
    """Measure beside pyzmq 27.3.0 and C; `-- --help` for options."""
    quiet_python(session)
    requirements = [*build_requirements(cffi=True), *group("wheel")]
    session.install(*requirements, *group("bench"))
    # Compiled as `wheel` compiles it: only the backends are more.
    built = max(test_folder(session).glob("*.whl"), key=lambda path: path.stat().st_mtime)
    needs = Path(session.create_tmp()) / "build-requirements.txt"
    needs.write_text("\n".join(requirements) + "\n", "utf-8")
    told = ["--wheel", str(built), "--build-requirements", str(needs)]
    session.run("python", "bench/harness", *told, *session.posargs)


@nox.session(default=False, requires=["test_wheel"])
def fuzz(session: nox.Session) -> None:
    """Send mutated handshakes, commands, frames and ZAP messages to sockets of the installed wheel; `-- --help`."""
    quiet_python(session)
    install_wheel(session, built_wheel(test_folder(session)))
    session.run("python", "tests/fuzz", *session.posargs)


@nox.session(default=False, requires=["test_wheel"])
def wakeups(session: nox.Session) -> None:
    """Run the whole wake-up matrix on the installed wheel, with each of its backends; `-- --help` for options."""
    quiet_python(session)
    built = built_wheel(test_folder(session))
    backends = json.loads(Path(f"{built}.json").read_text("utf-8"))["backends"]
    session.install(*group("loops"), *(group("cffi") if "cffi" in backends else ()))
    install_wheel(session, built)
    session.run("python", "tests/wakeups", *session.posargs)


@nox.session(default=False)
def build_tests(session: nox.Session) -> None:
    """Build in every documented way, and check what comes of it."""
    quiet_python(session)
    session.install(*build_requirements(cffi=True), *group("wheel", "test"))
    if not run_pytest(session, "-v", *test_selection(session, ROOT / "tests" / "build")):
        session.error("build tests failed")


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, types, Cython, CMake and generated files; run everything before failing."""
    quiet_python(session)
    session.install(*group("lint"))
    cython = sorted(
        str(path.relative_to(ROOT))
        for place in ("zmq", "examples")
        for path in (ROOT / place).rglob("*.p*")
        if path.suffix in CYTHON_SUFFIXES
    )
    workflows = sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    commands = [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy", "zmq", "tools", "tests", "bench", "ci", "examples", "docs", "noxfile.py"],
        # By itself, since there is another of that name.
        ["mypy", "conftest.py"],
        ["cython-lint", *cython],
        ["gersemi", "--check", *CMAKE_FILES],
        ["python", "tools/generate", "--check"],
        ["python", "tools/targets", "--check"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
        ["zizmor", "--quiet", "--offline", ".github"],
    ]
    failed = []
    for command in commands:
        try:
            session.run(*command)
        except nox.command.CommandFailed:
            failed.append(command[0] if command[0] != "python" else command[1])
    if failed:
        session.error(f"failed: {', '.join(failed)}")


#: The part of the public names, in percent, whose types `basedpyright --verifytypes` must know.
TYPES_KNOWN = 100.0


@nox.session(requires=["test_wheel"])
def types(session: nox.Session) -> None:
    """Check the types that users see: pyright, mypy and stubtest, on the installed wheel too."""
    quiet_python(session)
    session.install(*group("typing"))
    install_wheel(session, built_wheel(test_folder(session)))
    examples = ROOT / "tests" / "typing"
    failed = []

    def check(name: str, *command: str) -> None:
        try:
            session.run(*command)
        except nox.command.CommandFailed:
            failed.append(name)

    # The package and the examples, as pyproject.toml says.
    check("pyright", "basedpyright", "--warnings")
    with tempfile.TemporaryDirectory(prefix="pyzmq-types-") as place, session.chdir(place):
        # From here on, away from the checkout.
        check("mypy", "mypy", "--config-file=", "--strict", "--warn-unreachable", str(examples))
        allowed = ROOT / "tests" / "data" / "stubtest-allowed.txt"
        check("stubtest", "python", "-m", "mypy.stubtest", "--allowlist", str(allowed), "zmq.backend.cython._zmq")
        told = session.run(
            *("basedpyright", "--verifytypes", "zmq", "--ignoreexternal", "--outputjson"),
            silent=True,
            success_codes=[0, 1],  # 1: not all types are known, which is judged here
        )
    known = json.loads(str(told))["typeCompleteness"]
    score = known["completenessScore"] * 100
    for symbol in known["symbols"]:
        if symbol["isExported"] and not symbol["isTypeKnown"]:
            session.log(f"type not known: {symbol['name']}")
    counts = known["exportedSymbolCounts"]
    session.log(f"types known of {score:.1f} % of {sum(counts.values())} public names, {TYPES_KNOWN} % wanted")
    if score < TYPES_KNOWN:
        failed.append("verifytypes")
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session(requires=["test_wheel"])
def docs(session: nox.Session) -> None:
    """Build the pages from the installed wheel, warnings being errors, and look for public names that they lack."""
    quiet_python(session)
    session.install(*group("docs"))
    install_wheel(session, built_wheel(test_folder(session)))
    pages = BUILD / "docs"
    shutil.rmtree(pages, ignore_errors=True)
    # Not `python -m sphinx`, which would import zmq from the checkout.
    session.run(
        *("sphinx-build", "--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"),
        *("-b", "html", "-d", str(BUILD / "doctrees"), str(ROOT / "docs"), str(pages), *session.posargs),
    )
    session.env["PYZMQ_DOCS_PAGES"] = str(pages)
    if not run_pytest(session, "-rP", "--no-header", str(ROOT / "tests" / "docs")):
        session.error("names are missing in the pages")
    count = sum(1 for _ in pages.rglob("*.html"))
    session.log(f"docs: {count} pages without a warning in {pages.relative_to(ROOT)}/index.html")


@nox.session(name="format", default=False)
def format_code(session: nox.Session) -> None:
    """Format Python and CMake files."""
    session.install(*group("lint"))
    session.run("ruff", "check", "--fix-only", "--quiet")
    session.run("ruff", "format")
    session.run("gersemi", "--in-place", *CMAKE_FILES)


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write the files that are derived from tools/spec/constants.toml and pyzmq_capi.h."""
    quiet_python(session)
    session.install(*group("lint"))
    session.run("python", "tools/generate", *session.posargs)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Show all wheels of ci/targets.toml, compared with what cibuildwheel would build; `-- --help` for options."""
    quiet_python(session)
    session.install(*group("matrix"))
    session.run("python", "tools/targets", *session.posargs)


@nox.session(default=False)
def sdist(session: nox.Session) -> None:
    """Build the sdist, with the sources of libzmq and libsodium inside, and check it."""
    quiet_python(session)
    session.install(*build_requirements(), *group("wheel"))
    place = Path(session.create_tmp())
    for old in place.glob("*.tar.gz"):
        old.unlink()
    session.run("python", "-m", "build", "--sdist", "--no-isolation", "--outdir", str(place))
    (made,) = place.glob("*.tar.gz")
    session.run("python", "tools/check_dist", str(made))
    (ROOT / "dist").mkdir(exist_ok=True)
    shutil.copy2(made, ROOT / "dist")
    session.log(f"dist/{made.name}: {made.stat().st_size / 1000:.0f} kB")


@nox.session(default=False, requires=["sdist"])
def cibw(session: nox.Session) -> None:
    """Build, repair, check and test a wheel by cibuildwheel in an image of Debian; `-- debian:trixie` takes a newer."""
    quiet_python(session)
    session.install(*group("matrix"))
    base = session.posargs[0] if session.posargs else "debian:bookworm"
    image = "pyzmq-manylinux-local:" + base.rpartition(":")[2]
    docker_image(session, "manylinux-local", "--base", base, "--tag", image)
    told = session.run("docker", "run", "--rm", image, "ls", "/opt/python", external=True, silent=True)
    tag = max(str(told).split(), key=lambda name: int(name.partition("-")[0][2:])).partition("-")[0]
    place = BUILD / "cibw"
    shutil.rmtree(place, ignore_errors=True)
    machine = platform.machine()
    session.env[f"CIBW_MANYLINUX_{machine.upper()}_IMAGE"] = image
    # For that it would want a program from a release host, which this session does without: see below.
    session.env["CIBW_AUDIT_COMMAND"] = ""
    identifier = f"{tag}-manylinux_{machine}"
    session.run("cibuildwheel", "--only", identifier, "--output-dir", str(place), str(latest_sdist()))
    made = built_wheel(place)
    settings = pyproject()["tool"]["cibuildwheel"]
    session.install(*settings["audit-requires"])
    for command in settings["audit-command"]:
        if "{abi3_wheel}" in command and "-abi3-" not in made.name:
            continue
        words = shlex.split(command.format(wheel=made, abi3_wheel=made, project=ROOT))
        # The C library of the image is newer than those of the official ones.
        session.run(*words, *(["--no-promise"] if words[1].endswith("check_wheel.py") else []))


@nox.session(default=False, requires=["sdist"])
def cross_aarch64(session: nox.Session) -> None:
    """Build a wheel for 64-bit ARM Linux in a container, and try it under QEMU; `-- debian:trixie` for another base."""
    base = session.posargs[0] if session.posargs else "debian:bookworm"
    place = BUILD / "cross-aarch64"
    docker_image(
        session,
        *("cross-aarch64", "--base", base, "--tag", "pyzmq-cross-aarch64:" + base.rpartition(":")[2]),
        *("--add", str(latest_sdist()), "--output", str(place)),
    )
    session.log(f"{place.relative_to(ROOT)}: {', '.join(path.name for path in place.glob('*.whl'))}")


@nox.session(default=False, requires=["sdist"])
def cross_android(session: nox.Session) -> None:
    """Build a wheel for Android in a container; `-- NDK.zip PYTHON.tar.gz` names the archives that must be given."""
    adds = [word for path in (str(latest_sdist()), *session.posargs) for word in ("--add", path)]
    if session.posargs:
        docker_image(session, "cross-android", *adds, "--output", str(BUILD / "cross-android"))
    else:
        docker_image(session, "cross-android", *adds, "--stage", "tools", "--tag", "pyzmq-cross-android:tools")
        session.log("without the NDK and CPython for Android the wheel itself was not built")


def docker_image(session: nox.Session, name: str, *options: str) -> None:
    """Build one of the images in Dockerfiles/."""
    session.run("python", "tools/docker_image.py", name, *options)


def latest_sdist() -> Path:
    """Return what the session sdist made."""
    return max((ROOT / "dist").glob("pyzmq-*.tar.gz"), key=lambda path: path.stat().st_mtime)


@nox.session(default=False)
def sodium(session: nox.Session) -> None:
    """Run libsodium's own tests against the library as we build it."""
    quiet_python(session)
    session.install(*build_requirements())
    place = BUILD / "sodium"
    told = place / "source.json"
    session.run(
        *("python", "tools/sources", "resolve", "--name", "libsodium"),
        *("--dest", str(place / "archives"), "--json", str(told)),
    )
    source = json.loads(told.read_text("utf-8"))
    tree = place / source["sha256"][:16]
    if not tree.is_dir():
        with tempfile.TemporaryDirectory(dir=place) as unpacked:
            with session.chdir(unpacked):
                session.run("cmake", "-E", "tar", "xf", source["archive"])
            (top,) = Path(unpacked).iterdir()
            (top / source["subdir"]).rename(tree)
    configure = ["cmake", "-S", "cmake/sodium_tests", "-B", str(place / "build"), "-G", "Ninja"]
    session.run(*configure, f"-DPYZMQ_SODIUM_SOURCE_DIR={tree}", *launchers())
    session.run("cmake", "--build", str(place / "build"))
    session.run(
        *("ctest", "--test-dir", str(place / "build"), "--output-on-failure"),
        *("--parallel", str(os.cpu_count() or 1), *session.posargs),
    )


@nox.session(default=False)
@nox.parametrize("api", ["stable", "draft"], ids=["stable", "draft"])
def libzmq(session: nox.Session, api: str) -> None:
    """Run libzmq's own tests against the library as we patch and build it; what follows `--` goes to ctest."""
    quiet_python(session)
    session.install(*build_requirements())
    place = BUILD / "libzmq" / api
    session.run(
        *("cmake", "-S", str(ROOT), "-B", str(place), "-G", "Ninja", "-DSKBUILD_PROJECT_VERSION=0"),
        *("-DZMQ_PREFIX=bundled", f"-DZMQ_DRAFT_API={'ON' if api == 'draft' else 'OFF'}"),
        *("-DBUILD_TESTS=ON", "-DZMQ_BUILD_TESTS=ON"),
        # More than a hundred programs, each with libzmq inside, would all be optimised as a whole.
        *("-DPYZMQ_LTO=OFF", *launchers()),
    )
    session.run("cmake", "--build", str(place), "--target", "libzmq/all")
    report = place / "report.xml"
    session.run(
        *("ctest", "--test-dir", str(place / "libzmq"), "--output-on-failure", "--no-tests=error"),
        # They sleep most of the time.
        *("--parallel", str(4 * (os.cpu_count() or 1)), "--output-junit", str(report), *session.posargs),
    )
    count = ElementTree.parse(report).getroot().attrib
    session.log(f"{api} API: {count['tests']} tests, {count['failures']} failed, {count['skipped']} skipped themselves")
