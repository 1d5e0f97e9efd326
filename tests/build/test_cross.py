"""Cross builds: what libzmq would find by running programs is known per target."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest

TOOLCHAIN = Path(__file__).parents[2] / "cmake" / "toolchains" / "aarch64-linux-gnu.cmake"

pytestmark = pytest.mark.skipif(
    not shutil.which("aarch64-linux-gnu-g++"),
    reason="no cross compiler: Debian's g++-aarch64-linux-gnu is not installed",
)


@pytest.fixture
def cross(configure):
    def cross(*definitions):
        # The same version's headers serve any machine of the same word size as far as configuring goes.
        include = sysconfig.get_path("include")
        return configure(
            "-DZMQ_PREFIX=bundled",
            f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}",
            f"-DPython_INCLUDE_DIR={include}",
            "-DSKBUILD_SOABI=cpython-311-aarch64-linux-gnu",
            *definitions,
        )

    return cross


def test_platform_header_has_what_the_target_has(cross, tmp_path):
    outcome = cross().succeeded()
    header = (tmp_path / "build" / "libzmq" / "platform.hpp").read_text()
    for define in (
        "ZMQ_HAVE_SOCK_CLOEXEC",
        "ZMQ_HAVE_O_CLOEXEC",
        "ZMQ_HAVE_EVENTFD_CLOEXEC",
        "ZMQ_HAVE_SO_KEEPALIVE",
        "ZMQ_HAVE_TCP_KEEPCNT",
        "ZMQ_HAVE_TCP_KEEPIDLE",
        "ZMQ_HAVE_TCP_KEEPINTVL",
        "ZMQ_HAVE_CURVE",
    ):
        assert f"#define {define}\n" in header, define
    assert "#define ZMQ_CACHELINE_SIZE 64\n" in header
    assert "aarch64" in outcome.text


def test_cache_line_is_the_targets(cross, tmp_path):
    cross("-DCMAKE_SYSTEM_PROCESSOR=s390x", "-DZMQ_CACHELINE_SIZE=256").succeeded()
    assert "#define ZMQ_CACHELINE_SIZE 256\n" in (tmp_path / "build" / "libzmq" / "platform.hpp").read_text()


def test_user_knows_the_target_better(cross):
    """A definition wins over what is known of the system; what is then missing is told."""
    error = cross("-DZMQ_HAVE_SOCK_CLOEXEC=0").failed().error
    assert "configured without features that Linux has: ZMQ_HAVE_SOCK_CLOEXEC." in error


def test_headers_of_the_target_python_are_needed(configure):
    outcome = configure(
        "-DZMQ_PREFIX=bundled",
        f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}",
        "-DPython_INCLUDE_DIR=/no/such/folder",
    )
    assert "Set Python_INCLUDE_DIR" in outcome.failed().error


def test_extension_is_compiled_for_the_target(cross, tmp_path, environment):
    """Whole cross build: the extension is a shared object of the target's machine, with the target's suffix."""
    from .conftest import run

    cross().succeeded()
    run(["cmake", "--build", tmp_path / "build"], env=environment).succeeded()
    extension = tmp_path / "build" / "_zmq.cpython-311-aarch64-linux-gnu.so"
    machine = int.from_bytes(extension.read_bytes()[18:20], "little")
    assert machine == 183  # EM_AARCH64
