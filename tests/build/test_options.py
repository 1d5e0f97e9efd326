"""Options: a definition wins over the environment, which wins over the default; the summary tells which it was."""

from __future__ import annotations

import re

import pytest


def options_of(outcome) -> dict[str, tuple[str, str, str]]:
    """The summary's table: name -> (mark, value, note)."""
    rows = re.findall(r"^-- ([* ]) (\w+) +(.*?)(?:  \(given by (\w+)\))?$", outcome.succeeded().text, re.MULTILINE)
    return {name: (mark, value.strip(), by) for mark, name, value, by in rows if name.startswith(("ZMQ_", "PYZMQ_"))}


def test_defaults_are_not_marked(configure, installed_libzmq):
    options = options_of(configure(ZMQ_PREFIX=str(installed_libzmq)))
    assert options["ZMQ_DRAFT_API"] == (" ", "OFF", "")
    assert options["PYZMQ_LIBZMQ_VERSION"] == (" ", "4.3.5", "")
    assert options["ZMQ_PREFIX"] == ("*", str(installed_libzmq), "environment")


def test_definition_wins_over_environment(configure, installed_libzmq):
    outcome = configure(f"-DZMQ_PREFIX={installed_libzmq}", ZMQ_PREFIX="/nowhere")
    assert options_of(outcome)["ZMQ_PREFIX"] == ("*", str(installed_libzmq), "user")


def test_environment_is_read_again(configure, installed_libzmq):
    """A build folder that is used again follows the environment, not what it remembers of it."""
    prefix = f"-DZMQ_PREFIX={installed_libzmq}"
    assert options_of(configure(prefix, PYZMQ_LTO="0"))["PYZMQ_LTO"] == ("*", "OFF", "environment")
    assert options_of(configure(prefix))["PYZMQ_LTO"] == (" ", "ON", "")
    assert options_of(configure(prefix, "-DPYZMQ_LTO=OFF"))["PYZMQ_LTO"] == ("*", "OFF", "user")
    assert options_of(configure(prefix, PYZMQ_LTO="1"))["PYZMQ_LTO"] == ("*", "OFF", "user")


def test_empty_environment_variable_is_none(configure, installed_libzmq):
    assert options_of(configure(f"-DZMQ_PREFIX={installed_libzmq}", ZMQ_DRAFT_API=""))["ZMQ_DRAFT_API"][0] == " "


def test_lists_are_command_lines_in_the_environment(configure, installed_libzmq):
    prefix = f"-DZMQ_PREFIX={installed_libzmq}"
    options = options_of(configure(prefix, PYZMQ_LIBSODIUM_CONFIGURE_ARGS="--disable-pie 'CFLAGS=-O2 -g'"))
    assert options["PYZMQ_LIBSODIUM_CONFIGURE_ARGS"][1] == "--disable-pie;CFLAGS=-O2 -g"
    options = options_of(configure(prefix, "-DPYZMQ_LIBSODIUM_CONFIGURE_ARGS=--disable-pie;--enable-minimal"))
    assert options["PYZMQ_LIBSODIUM_CONFIGURE_ARGS"] == ("*", "--disable-pie;--enable-minimal", "user")


@pytest.mark.parametrize("by", ["environment", "definition"])
def test_zmq_build_draft_is_zmq_draft_api(configure, by):
    if by == "environment":
        outcome = configure("-DZMQ_PREFIX=bundled", ZMQ_BUILD_DRAFT="1")
    else:
        outcome = configure("-DZMQ_PREFIX=bundled", "-DZMQ_BUILD_DRAFT=ON")
    assert options_of(outcome)["ZMQ_DRAFT_API"][:2] == ("*", "ON")


def test_libzmqs_own_options_pass_through(configure, tmp_path):
    configure("-DZMQ_PREFIX=bundled", "-DENABLE_WS=OFF", "-DPOLLER=poll").succeeded()
    header = (tmp_path / "build" / "libzmq" / "platform.hpp").read_text()
    assert "#define ZMQ_HAVE_WS" not in header
    assert "#define ZMQ_IOTHREAD_POLLER_USE_POLL\n" in header
    assert "#define ZMQ_IOTHREAD_POLLER_USE_EPOLL\n" not in header


def test_every_option_has_help(configure, tmp_path, installed_libzmq):
    options = options_of(configure(f"-DZMQ_PREFIX={installed_libzmq}"))
    cache = (tmp_path / "build" / "CMakeCache.txt").read_text()
    for name in options:
        assert re.search(rf"^//\S.*\n(?://.*\n)*{name}:", cache, re.MULTILINE), name


def test_unpinned_archive_is_told(configure, libzmq_source, tmp_path):
    """An URL without a known checksum builds; the summary has the hash and the option that pins it."""
    import shutil

    archive = shutil.make_archive(str(tmp_path / "own"), "gztar", libzmq_source.parent, libzmq_source.name)
    outcome = configure("-DZMQ_PREFIX=bundled", f"-DPYZMQ_LIBZMQ_URL={archive}", "-DPYZMQ_LIBZMQ_FAST_SIGNALER=ON")
    assert "NOT PINNED: set PYZMQ_LIBZMQ_SHA256" in outcome.succeeded().text
    # What is not a known release is compiled as it is.
    assert "PYZMQ_LIBZMQ_FAST_SIGNALER=ON has no effect" in outcome.error


def test_fast_signaler_can_be_left_out(configure, libzmq_source, tmp_path):
    """The patch goes in and out of the tree as the option says, also when a build folder is used again."""
    original = (libzmq_source / "src" / "signaler.cpp").read_bytes()
    for value in ("1", "0", "", "0"):
        outcome = configure("-DZMQ_PREFIX=bundled", PYZMQ_LIBZMQ_FAST_SIGNALER=value)
        wanted = value != "0"
        (line,) = re.findall(r"^-- +libzmq patches +(.*)$", outcome.succeeded().text, re.MULTILINE)
        assert ("libzmq-4.3.5-fast-signaler" in line.split()) == wanted
        assert "libzmq-4.3.5-cache-line" in line.split()
        found = (tmp_path / "build" / "_deps" / "libzmq-src").rglob("src/signaler.cpp")
        (compiled,) = (path for path in found if ".pyzmq-originals" not in path.parts)
        assert (b"pthread_atfork" in compiled.read_bytes()) == wanted
        assert (compiled.read_bytes() != original) == wanted
