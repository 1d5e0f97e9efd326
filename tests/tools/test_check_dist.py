"""The check of wheels and sdists: a sound archive passes, and one fails for each rule.

The wheels hold shared objects that the C compiler makes here, because what is checked is what
compilers and linkers write; a broken variant differs from the sound one in one flag, line or byte.
"""

from __future__ import annotations

import copy
import json
import random
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from check_dist import Policy, PolicyError, inspect_wheel, load_baseline
from dist_samples import (
    BILL,
    BUILD_INFO,
    CFLAGS,
    DIST_INFO,
    ISC,
    LDFLAGS,
    LIBC_VERSION,
    MACHINE,
    MANYLINUX,
    METADATA,
    MODULE,
    SOURCE,
    SUFFIX,
    TAG,
    VERSION,
    Check,
    Compiler,
    Wheel,
    linux_only,
    wheel_files,
)

pytest_plugins = ["dist_fixtures"]

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_dist"


@linux_only
class TestSoundWheel:
    def test_passes(self, wheel: Wheel, check: Check) -> None:
        report = check(wheel, expect_tags=[TAG])
        assert report.problems == []
        assert report.ok
        assert report.tags == [TAG]
        assert report.size_key == f"cp311-cp311-manylinux_{MACHINE}"
        assert report.external_libraries == ["libc.so.6"]
        assert report.exports == ["PyInit__zmq"]
        assert report.licence_expression == "BSD-3-Clause AND MPL-2.0 AND ISC"
        assert set(report.hardening) >= {"relro", "bind-now", "fortify", "stripped"}
        assert all(report.hardening.values())
        assert report.glibc_floor is not None
        assert report.size > 0

    def test_compressed_tags(self, wheel: Wheel, check: Check) -> None:
        wheel.tag = f"cp311-cp311-{MANYLINUX}.manylinux_2_99_{MACHINE}"
        report = check(wheel, expect_tags=["cp311-cp311-manylinux_*"])
        assert report.problems == []
        assert report.tags == [TAG, f"cp311-cp311-manylinux_2_99_{MACHINE}"]

    def test_stable_abi(self, compiler: Compiler, check: Check) -> None:
        files = wheel_files(compiler.shared().read_bytes(), MODULE + ".abi3.so")
        assert check(Wheel(files, tag=f"cp312-abi3-{MANYLINUX}")).problems == []

    def test_unrepaired_on_request(self, wheel: Wheel, check: Check) -> None:
        wheel.tag = f"cp311-cp311-linux_{MACHINE}"
        assert check(wheel).rules == {"tag-unrepaired"}
        report = check(wheel, unrepaired=True)
        assert report.problems == []
        assert report.glibc_floor is not None

    def test_fewer_components(self, wheel: Wheel, check: Check) -> None:
        metadata = METADATA.replace(" AND ISC", "").replace("License-File: licenses/libsodium.txt\n", "")
        wheel.files[f"{DIST_INFO}/METADATA"] = metadata.encode()
        del wheel.files[f"{DIST_INFO}/licenses/licenses/libsodium.txt"]
        assert check(wheel, components=["pyzmq", "libzmq", "sha1"]).problems == []
        assert check(wheel).rules == {"licence-expression", "licence-text"}


ASSEMBLER_TEXTREL = SOURCE + '\nextern int puts (const char *);\n__asm__ (".text\\n.balign 8\\n.quad puts\\n");\n'
ASSEMBLER_RWX = SOURCE + '\n__asm__ (".section .rwx,\\"awx\\",%progbits\\n.quad 1\\n.text\\n");\n'

BROKEN_FLAGS = [
    pytest.param(SOURCE, ("-Wl,-z,norelro",), {"relro"}, id="no RELRO"),
    pytest.param(SOURCE, ("-Wl,-z,lazy",), {"bind-now"}, id="lazy binding"),
    pytest.param(SOURCE, ("-Wl,-z,execstack",), {"nx-stack"}, id="executable stack"),
    pytest.param(SOURCE, ("-fno-stack-protector",), {"stack-protector"}, id="no stack protector"),
    pytest.param(SOURCE, ("-U_FORTIFY_SOURCE",), {"fortify"}, id="no FORTIFY"),
    pytest.param(SOURCE, ("-Wl,-rpath,$ORIGIN/libs", "-Wl,--enable-new-dtags"), {"rpath"}, id="RUNPATH"),
    pytest.param(SOURCE, ("-Wl,-rpath,$ORIGIN/libs", "-Wl,--disable-new-dtags"), {"rpath"}, id="RPATH"),
    pytest.param(ASSEMBLER_TEXTREL, ("-Wl,-z,notext",), {"no-textrel"}, id="text relocations"),
    pytest.param(ASSEMBLER_RWX, (), {"no-rwx-segment"}, id="writable and executable segment"),
    pytest.param(SOURCE + "PUBLIC int zmq_socket (void) { return 0; }\n", (), {"export"}, id="extra export"),
    pytest.param(
        SOURCE + "PUBLIC __attribute__ ((weak)) int typeinfo = 1;\n",
        (),
        {"export"},
        id="extra weak export",
    ),
    pytest.param(SOURCE.replace("PyInit__zmq", "PyInit__other"), (), {"export"}, id="other init function"),
    pytest.param(
        SOURCE + 'PUBLIC int leak __asm__ ("leak") = 1; __asm__ (".type leak, %gnu_unique_object");\n',
        (),
        {"export"},
        id="extra unique export",
    ),
    pytest.param(
        SOURCE.replace('"/dev/urandom"', '"/home/builder/pyzmq/src/ctx.cpp"'),
        (),
        {"build-path"},
        id="path of the building machine",
    ),
    pytest.param(
        SOURCE.replace('"/dev/urandom"', '(const char *) u"C:\\\\Users\\\\builder\\\\pyzmq"'),
        (),
        {"build-path"},
        id="path in UTF-16",
    ),
]


@linux_only
class TestExtension:
    @pytest.mark.parametrize(("source", "flags", "rules"), BROKEN_FLAGS)
    def test_flag(self, compiler: Compiler, check: Check, source: str, flags: tuple[str, ...], rules: set[str]) -> None:
        report = check(Wheel(wheel_files(compiler.shared(source, *flags).read_bytes())))
        assert report.rules == rules
        for problem in report.problems:
            assert problem.where == MODULE + SUFFIX
            assert problem.found
            assert problem.policy
            assert problem.remedy

    def test_not_stripped(self, compiler: Compiler, check: Check, tmp_path: Path) -> None:
        (tmp_path / "module.c").write_text(SOURCE, encoding="utf-8")
        linked = [flag for flag in LDFLAGS if flag != "-s"]
        command = [compiler.command, *CFLAGS, "module.c", "-o", "module.so", *linked]
        subprocess.run(command, cwd=tmp_path, check=True)
        report = check(Wheel(wheel_files((tmp_path / "module.so").read_bytes())))
        assert report.rules == {"stripped"}

    def test_debug_sections_name_the_folder(self, compiler: Compiler, check: Check, tmp_path: Path) -> None:
        (tmp_path / "module.c").write_text(SOURCE, encoding="utf-8")
        linked = [flag for flag in LDFLAGS if flag != "-s"]
        command = [compiler.command, *CFLAGS, "-g", "module.c", "-o", "module.so", *linked]
        subprocess.run(command, cwd=tmp_path, check=True)
        wheel = Wheel(wheel_files((tmp_path / "module.so").read_bytes()))
        report = check(wheel, forbid_paths=[str(tmp_path)])
        assert report.rules == {"stripped", "build-path"}
        assert any(str(tmp_path) in problem.found for problem in report.problems)

    def test_extra_library(self, compiler: Compiler, check: Check) -> None:
        helper = compiler.shared(
            '__attribute__ ((visibility ("default"))) int helper (void) { return 0; }',
            "-Wl,-soname,libhelper.so.1",
            name="libhelper.so",
        )
        source = SOURCE.replace("return pyzmq", "extern int helper (void); return helper () || pyzmq")
        module = compiler.shared(source, str(helper))
        report = check(Wheel(wheel_files(module.read_bytes())))
        assert report.rules == {"external-library"}
        assert [problem.found for problem in report.problems] == ["libhelper.so.1"]
        assert "libhelper.so.1" in report.external_libraries

    @pytest.mark.parametrize(
        "case",
        [
            ("libc.so.6", "GLIBC_2.98", "glibc-floor"),
            ("libc.so.6", "GLIBC_PRIVATE", "glibc-floor"),
            ("libstdc++.so.6", "GLIBCXX_3.4.99", "symbol-version"),
            ("libstdc++.so.6", "CXXABI_1.3.99", "symbol-version"),
        ],
    )
    def test_newer_runtime(self, compiler: Compiler, check: Check, tmp_path: Path, case: tuple[str, str, str]) -> None:
        soname, version, rule = case
        script = tmp_path / "versions"
        script.write_text(f"{version} {{ global: from_the_future; local: *; }};\n")
        library = compiler.shared(
            '__attribute__ ((visibility ("default"))) int from_the_future (void) { return 0; }',
            f"-Wl,-soname,{soname}",
            f"-Wl,--version-script={script}",
            name="libfuture.so",
        )
        source = SOURCE.replace("return pyzmq", "extern int from_the_future (void); return from_the_future () || pyzmq")
        report = check(Wheel(wheel_files(compiler.shared(source, str(library)).read_bytes())))
        assert report.rules == {rule}
        assert version in report.problems[0].found

    def test_tag_older_than_the_symbols(self, wheel: Wheel, check: Check) -> None:
        floor = check(wheel).glibc_floor
        assert floor is not None
        wheel.tag = f"cp311-cp311-manylinux_2_0_{MACHINE}"
        wheel.files.pop(f"{DIST_INFO}/WHEEL")
        report = check(wheel)
        assert report.rules == {"glibc-floor"}
        assert f"GLIBC_{floor}" in report.problems[0].found

    def test_second_module(self, wheel: Wheel, check: Check) -> None:
        wheel.files["zmq/utils/_more.so"] = wheel.files[MODULE + SUFFIX]
        assert check(wheel).rules == {"extension-count"}

    def test_second_module_under_the_same_name(self, wheel: Wheel, check: Check) -> None:
        wheel.files[MODULE + ".abi3.so"] = wheel.files[MODULE + SUFFIX]
        assert check(wheel).rules == {"extension-count", "extension-suffix"}

    def test_no_module(self, wheel: Wheel, check: Check) -> None:
        del wheel.files[MODULE + SUFFIX]
        assert check(wheel).rules == {"extension-count"}

    def test_library_beside_the_package(self, wheel: Wheel, check: Check) -> None:
        wheel.files["pyzmq.libs/libzmq-1234.so.5"] = wheel.files[MODULE + SUFFIX]
        assert check(wheel).rules == {"bundled-library"}

    @pytest.mark.parametrize(
        "suffix",
        [
            ".abi3.so",
            ".cpython-312-x86_64-linux-gnu.so",
            ".so",
            f".cpython-311-{MACHINE}-linux-musl.so",
        ],
    )
    def test_wrong_suffix(self, compiler: Compiler, check: Check, suffix: str) -> None:
        files = wheel_files(compiler.shared().read_bytes(), MODULE + suffix)
        assert check(Wheel(files)).rules == {"extension-suffix"}

    def test_other_machine(self, wheel: Wheel, check: Check) -> None:
        wheel.tag = f"cp311-cp311-manylinux_{LIBC_VERSION.replace('.', '_')}_s390x"
        wheel.files[MODULE + ".cpython-311-s390x-linux-gnu.so"] = wheel.files.pop(MODULE + SUFFIX)
        assert check(wheel).rules == {"extension-machine"}

    def test_damaged_binary(self, wheel: Wheel, check: Check) -> None:
        wheel.files[MODULE + SUFFIX] = wheel.files[MODULE + SUFFIX][:20]
        assert check(wheel).rules == {"extension-machine"}


@linux_only
class TestTags:
    def test_name_and_metadata_differ(self, wheel: Wheel, check: Check) -> None:
        wheel.stated_tag = f"cp311-cp311-linux_{MACHINE}"
        assert check(wheel).rules == {"tag-mismatch"}

    def test_not_the_expected(self, wheel: Wheel, check: Check) -> None:
        report = check(wheel, expect_tags=["cp312-cp312-*", "cp311-cp311-win_amd64"])
        assert report.rules == {"tag-expected"}

    @pytest.mark.parametrize("tag", [f"cp38-cp38-{MANYLINUX}", f"cp311-cp312-{MANYLINUX}"])
    def test_not_allowed(self, compiler: Compiler, check: Check, tag: str) -> None:
        soabi = f".cpython-{tag.split('-')[1][2:]}-{MACHINE}-linux-gnu.so"
        wheel = Wheel(wheel_files(compiler.shared().read_bytes(), MODULE + soabi), tag=tag)
        wheel.files[f"{DIST_INFO}/METADATA"] = METADATA.replace(">=3.9", ">=3.8").encode()
        assert check(wheel).rules == {"tag-allowed"}

    def test_pure(self, wheel: Wheel, check: Check) -> None:
        wheel.tag = "py3-none-any"
        assert check(wheel).rules == {"tag-allowed"}

    def test_no_wheel_name(self, wheel: Wheel, check: Check) -> None:
        wheel.file_name = f"pyzmq-{VERSION}.whl"
        assert check(wheel).rules == {"file-name"}

    def test_purelib(self, wheel: Wheel, check: Check) -> None:
        wheel.files[f"{DIST_INFO}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode()
        assert check(wheel).rules == {"wheel-metadata"}

    def test_malformed_expectation(self, wheel: Wheel, check: Check) -> None:
        with pytest.raises(PolicyError, match="interpreter-abi-platform"):
            check(wheel, expect_tags=["cp311"])


@linux_only
class TestArchive:
    @pytest.mark.parametrize(
        ("line", "rule"),
        [
            (f"zmq/py.typed,sha256={'A' * 43},0", "record-hash"),
            ("zmq/py.typed,md5=1B2M2Y8AsgTpgAmY7PhCfg,0", "record-hash"),
            ("zmq/py.typed,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,7", "record-size"),
            ("", "record-unlisted"),
            ("zmq/py.typed", "record-line"),
        ],
    )
    def test_record_line(self, wheel: Wheel, check: Check, line: str, rule: str) -> None:
        wheel.lines["zmq/py.typed"] = line
        rules = check(wheel).rules
        # A line that names no file leaves the file unlisted as well.
        assert rules == ({rule, "record-unlisted"} if rule == "record-line" else {rule})

    def test_record_lists_more(self, wheel: Wheel, check: Check) -> None:
        wheel.lines["zmq/ghost.py"] = "zmq/ghost.py,,"
        assert check(wheel).rules == {"record-absent"}

    def test_record_lists_twice(self, wheel: Wheel, check: Check) -> None:
        digest = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
        wheel.lines["again"] = f"zmq/py.typed,{digest},0"
        assert check(wheel).rules == {"record-duplicate"}

    @pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
    def test_member_twice(self, wheel: Wheel, check: Check) -> None:
        wheel.again.append("zmq/py.typed")
        assert check(wheel).rules == {"zip-duplicate"}

    def test_members_differ_in_case_only(self, wheel: Wheel, check: Check) -> None:
        wheel.files["zmq/PY.typed"] = b""
        assert check(wheel).rules == {"zip-duplicate"}

    @pytest.mark.parametrize("name", ["zmq/../zmq/x.py", "zmq\\x.py", "zmq//x.py"])
    def test_name(self, wheel: Wheel, check: Check, name: str) -> None:
        wheel.files[name] = b""
        assert "zip-name" in check(wheel).rules

    def test_absolute_name(self, wheel: Wheel, check: Check) -> None:
        wheel.files["/zmq/x.py"] = b""
        assert check(wheel).rules == {"zip-name", "content-forbidden"}

    @pytest.mark.parametrize("mode", [0o755, 0o666, 0o4644, 0o044])
    def test_mode(self, wheel: Wheel, check: Check, mode: int) -> None:
        wheel.modes["zmq/py.typed"] = stat.S_IFREG | mode
        assert check(wheel).rules == {"zip-mode"}

    def test_symbolic_link(self, wheel: Wheel, check: Check) -> None:
        wheel.files["zmq/link.py"] = b"__init__.py"
        wheel.modes["zmq/link.py"] = stat.S_IFLNK | 0o777
        assert check(wheel).rules == {"zip-link"}

    def test_damaged_member(self, wheel: Wheel, tmp_path: Path, policy: Policy) -> None:
        path = wheel.write(tmp_path)
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{DIST_INFO}/licenses/LICENSE")
        data[info.header_offset + 30 + len(info.filename) + 12] ^= 0xFF
        path.write_bytes(data)
        report = inspect_wheel(path, policy, forbid_paths=())
        assert "zip-member" in report.rules

    def test_no_zip(self, tmp_path: Path, policy: Policy) -> None:
        path = tmp_path / f"pyzmq-{VERSION}-{TAG}.whl"
        path.write_bytes(b"no archive")
        assert inspect_wheel(path, policy).rules == {"zip-member"}

    def test_two_metadata_folders(self, wheel: Wheel, check: Check) -> None:
        wheel.files["other-1.0.dist-info/METADATA"] = b""
        assert check(wheel).rules == {"dist-info", "content-forbidden"}


@linux_only
class TestMetadata:
    @pytest.mark.parametrize(
        ("old", "new", "rules"),
        [
            (" AND ISC", "", {"licence-expression"}),
            ("License-Expression: BSD-3-Clause AND MPL-2.0 AND ISC\n", "", {"licence-expression"}),
            (
                "License-File: licenses/libsodium.txt\n",
                "",
                {"licence-file", "licence-text"},
            ),
            (
                "License-File: LICENSE\n",
                "License-File: LICENSE\nLicense-File: NO\n",
                {"licence-file"},
            ),
            ("Name: pyzmq", "Name: zmq", {"name"}),
            (f"Version: {VERSION}", "Version: 27.4.1", {"version"}),
            ("Requires-Python: >=3.9\n", "", {"requires-python"}),
            (">=3.9", ">=3.12", {"requires-python"}),
            ("Requires-Python: >=3.9", "Requires-Python: three", {"metadata"}),
            ("License-Expression: BSD-3-Clause", "License-Expression: BSD", {"metadata"}),
            ("Metadata-Version: 2.4", "Metadata-Version: 2.1", {"metadata"}),
        ],
    )
    def test_field(self, wheel: Wheel, check: Check, old: str, new: str, rules: set[str]) -> None:
        assert old in METADATA
        wheel.files[f"{DIST_INFO}/METADATA"] = METADATA.replace(old, new, 1).encode()
        assert check(wheel).rules == rules

    def test_licence_text_missing(self, wheel: Wheel, check: Check) -> None:
        del wheel.files[f"{DIST_INFO}/licenses/licenses/libzmq.txt"]
        assert check(wheel).rules == {"licence-file", "licence-text"}

    def test_licence_text_within_a_licence(self, wheel: Wheel, check: Check) -> None:
        # The expression stays the same: another component has that licence as well.
        del wheel.files[f"{DIST_INFO}/licenses/licenses/sha1.txt"]
        metadata = METADATA.replace("License-File: licenses/sha1.txt\n", "")
        wheel.files[f"{DIST_INFO}/METADATA"] = metadata.encode()
        assert check(wheel).rules == {"licence-text"}

    def test_licence_text_of_another(self, wheel: Wheel, check: Check) -> None:
        wheel.files[f"{DIST_INFO}/licenses/licenses/libzmq.txt"] = ISC
        report = check(wheel)
        assert report.rules == {"licence-text"}
        assert "libzmq" in report.problems[0].found

    def test_unknown_component(self, wheel: Wheel, check: Check) -> None:
        with pytest.raises(PolicyError, match="libpgm"):
            check(wheel, components=["pyzmq", "libpgm"])


@linux_only
class TestContents:
    @pytest.mark.parametrize(
        "name",
        [
            "zmq/tests/test_context.py",
            "zmq/backend/cython/_zmq.c",
            "zmq/backend/cython/socket.pxi",
            "zmq/backend/cython/_zmq.pyx",
            "zmq/__pycache__/error.cpython-311.pyc",
            "zmq/libzmq.a",
            "zmq/error.o",
            "tests/test_build.py",
            "README.md",
        ],
    )
    def test_forbidden(self, wheel: Wheel, check: Check, name: str) -> None:
        wheel.files[name] = b"x"
        report = check(wheel)
        assert report.rules == {"content-forbidden"}
        assert [problem.where for problem in report.problems] == [name]

    @pytest.mark.parametrize("name", ["zmq/py.typed", "zmq/__init__.pxd", "zmq/include/zmq.h", "zmq/__init__.py"])
    def test_required(self, wheel: Wheel, check: Check, name: str) -> None:
        del wheel.files[name]
        assert check(wheel).rules == {"content-missing"}


@linux_only
class TestBill:
    where = f"{DIST_INFO}/sboms/pyzmq.cdx.json"

    def test_none(self, wheel: Wheel, check: Check) -> None:
        del wheel.files[self.where]
        assert check(wheel).rules == {"bill"}

    @pytest.mark.parametrize("content", [b"no JSON", b"[]", b'{"bomFormat": "SPDX"}'])
    def test_no_bill(self, wheel: Wheel, check: Check, content: bytes) -> None:
        wheel.files[self.where] = content
        assert check(wheel).rules == {"bill"}

    @pytest.mark.parametrize("key", ["version", "hashes", "purl"])
    def test_says_less(self, wheel: Wheel, check: Check, key: str) -> None:
        content = copy.deepcopy(BILL)
        del content["components"][1][key]
        wheel.files[self.where] = json.dumps(content).encode()
        (problem,) = check(wheel).problems
        assert problem.rule == "bill"
        assert problem.found == f"libsodium without {key}"


@linux_only
class TestDefines:
    def test_missing(self, wheel: Wheel, check: Check) -> None:
        wheel.files["zmq/_build_info.json"] = BUILD_INFO.replace(b"ZMQ_HAVE_IPC ", b"")
        (problem,) = check(wheel).problems
        assert problem.rule == "define"
        assert problem.found == "libzmq without ZMQ_HAVE_IPC"

    def test_untold(self, wheel: Wheel, check: Check) -> None:
        wheel.files["zmq/_build_info.json"] = b"{}"
        report = check(wheel)
        assert report.rules == {"define"}
        assert report.defines == []


@linux_only
def test_two_times(wheel: Wheel, check: Check) -> None:
    wheel.times["zmq/py.typed"] = (2001, 2, 3, 4, 5, 6)
    assert check(wheel).rules == {"zip-time"}


@linux_only
class TestSize:
    def test_too_large(self, wheel: Wheel, check: Check, policy: Policy) -> None:
        blob = random.Random(0).randbytes(policy.default_max_bytes)
        wheel.files["zmq/blob.bin"] = blob
        assert check(wheel).rules == {"size"}

    def test_limit_of_the_tag(self, wheel: Wheel, check: Check, policy: Policy) -> None:
        limit = next(entry for entry in policy.size_limits if entry.tag == "cp311-cp311-manylinux_*_x86_64")
        assert limit.max_bytes == 850_000
        wheel.tag = "cp311-cp311-manylinux_2_99_x86_64"
        wheel.files["zmq/blob.bin"] = random.Random(0).randbytes(limit.max_bytes)
        assert "size" in check(wheel).rules

    @pytest.mark.parametrize("as_report", [True, False], ids=["report", "plain table"])
    def test_grown(self, wheel: Wheel, check: Check, tmp_path: Path, as_report: bool) -> None:
        first = check(wheel)
        baseline = tmp_path / "sizes.json"
        content: object = {first.size_key: first.size}
        if as_report:
            content = {"artifacts": [first.to_dict()]}
        baseline.write_text(json.dumps(content), encoding="utf-8")
        sizes = load_baseline(baseline)
        assert check(wheel, baseline=sizes).problems == []
        wheel.files["zmq/more.py"] = b"#" + random.Random(0).randbytes(first.size // 10).hex().encode()
        assert check(wheel, baseline=sizes).rules == {"growth"}

    def test_unknown_to_the_baseline(self, wheel: Wheel, check: Check) -> None:
        report = check(wheel, baseline={"cp39-cp39-win_amd64": 1})
        assert report.problems == []
        assert any(report.size_key in note for note in report.notes)

    def test_unusable_baseline(self, tmp_path: Path) -> None:
        baseline = tmp_path / "sizes.json"
        baseline.write_text("[]", encoding="utf-8")
        with pytest.raises(PolicyError, match="neither a report"):
            load_baseline(baseline)


@linux_only
class TestCommand:
    def run(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(TOOL), *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def test_passes(self, wheel: Wheel, tmp_path: Path) -> None:
        path = wheel.write(tmp_path)
        result = self.run(path, "--json", "report.json", "--expect-tag", TAG, cwd=tmp_path)
        assert result.stderr == ""
        assert result.returncode == 0, result.stdout
        assert f"{path.name}: ok" in result.stdout
        (item,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["artifacts"]
        assert item["ok"] is True
        assert item["file"] == path.name
        assert item["tags"] == [TAG]
        assert item["size"] == path.stat().st_size
        assert item["external_libraries"] == ["libc.so.6"]
        assert item["exports"] == ["PyInit__zmq"]
        assert item["hardening"]["relro"] is True
        assert item["problems"] == []

    def test_fails(self, wheel: Wheel, tmp_path: Path) -> None:
        wheel.lines["zmq/py.typed"] = ""
        wheel.files["zmq/x.pxi"] = b""
        path = wheel.write(tmp_path)
        result = self.run(tmp_path, "--json", "report.json", cwd=tmp_path)
        assert result.returncode == 1
        for text in ("FAILED record-unlisted: zmq/py.typed", "FAILED content-forbidden: zmq/x.pxi"):
            assert text in result.stdout
        assert "way out:" in result.stdout
        (item,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["artifacts"]
        assert item["ok"] is False
        assert {problem["rule"] for problem in item["problems"]} == {
            "record-unlisted",
            "content-forbidden",
        }
        assert item["file"] == path.name

    def test_expected_wheel_is_missing(self, wheel: Wheel, tmp_path: Path) -> None:
        path = wheel.write(tmp_path)
        expected = ["--expect-tag", TAG, "--expect-tag", "cp311-cp311-win_amd64"]
        result = self.run(path, *expected, cwd=tmp_path)
        assert result.returncode == 1
        assert "FAILED tag-missing: no wheel has the expected tag cp311-cp311-win_amd64" in result.stdout

    def test_cannot_check(self, tmp_path: Path) -> None:
        for arguments in (["none.whl"], [tmp_path], [TOOL / "cli.py"]):
            result = self.run(*arguments, cwd=tmp_path)
            assert result.returncode == 2
            assert str(arguments[0]) in result.stderr
            assert "Traceback" not in result.stderr
