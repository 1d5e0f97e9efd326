"""The constants are those that the documentation lists, as enum members and as module-level names.

``data/documented_constants.json`` holds the enums with the values that pyzmq's documentation prints
(those of `Errno` on Linux), and the types of socket options from libzmq's manual.
"""

from __future__ import annotations

import enum
import errno
import inspect
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

import zmq
from zmq import constants

DATA = json.loads((Path(__file__).parent / "data" / "documented_constants.json").read_text("utf-8"))
ENUMS: dict[str, dict[str, int]] = DATA["enums"]
OPTION_TYPES: dict[str, str] = DATA["option_types"]
FLAGS = {"Flag", "PollEvent", "Event"}

MEMBERS = [(name, member) for name, members in ENUMS.items() for member in members]

#: what is put before a member's name where the module-level name is another
PREFIXES = {
    "Event": "EVENT_",
    "NormMode": "NORM_",
    "RouterNotify": "NOTIFY_",
    "ReconnectStop": "RECONNECT_STOP_",
}


def module_name(enum_name: str, member: str) -> str:
    """The name that libzmq's zmq.h has after ``ZMQ_``."""
    if member.startswith("PROTOCOL_ERROR_"):
        return member
    return PREFIXES.get(enum_name, "") + member


def all_enums() -> list[Any]:
    return [value for name in constants.__all__ if isinstance(value := getattr(constants, name), enum.EnumMeta)]


def test_table_is_whole() -> None:
    assert len(ENUMS) == 13
    assert len(MEMBERS) == 213
    assert len(OPTION_TYPES) > 100


@pytest.mark.parametrize(("enum_name", "member"), MEMBERS, ids=".".join)
def test_documented_member(enum_name: str, member: str) -> None:
    found = getattr(constants, enum_name)[member]
    expected = ENUMS[enum_name][member]
    platform_dependent = enum_name == "Errno" and hasattr(errno, member)
    if not platform_dependent or sys.platform == "linux":
        assert found == expected
        assert repr(found) == f"<{enum_name}.{member}: {expected}>"
    assert found.name == member
    assert getattr(zmq, module_name(enum_name, member)) is found


@pytest.mark.parametrize("enum_name", ENUMS)
def test_kind_of_enum(enum_name: str) -> None:
    cls = getattr(zmq, enum_name)
    assert cls is getattr(constants, enum_name)
    assert issubclass(cls, enum.IntFlag if enum_name in FLAGS else enum.IntEnum)
    assert "versionadded" in cls.__doc__


@pytest.mark.skipif(sys.platform == "win32", reason="libzmq gives the C runtime's codes there")
def test_errno_is_that_of_the_platform() -> None:
    for member in constants.Errno:
        if hasattr(errno, member.name):
            assert member == getattr(errno, member.name), member
        else:
            assert 0 < member - constants._HAUSNUMERO < 60, member


@pytest.mark.skipif(sys.platform != "win32", reason="only Python for Windows has other codes")
def test_errno_is_that_of_the_c_runtime() -> None:
    assert int(constants.EADDRINUSE) == 100
    assert int(constants.ETIMEDOUT) == 138


def test_every_member_has_a_module_level_name() -> None:
    for cls in all_enums():
        for name, member in cls.__members__.items():
            prefix = "GSSAPI_NT_" if cls is constants.GSSAPINameType else ""
            found = getattr(constants, prefix + module_name(cls.__name__, name))
            assert found is member


def test_all_is_complete_and_unique() -> None:
    names = constants.__all__
    assert len(names) == len(set(names))
    public = {
        name
        for name, value in inspect.getmembers(constants)
        if not name.startswith("_")
        and name != "TYPE_CHECKING"
        and (isinstance(value, int) or (isinstance(value, enum.EnumMeta) and value.__module__ == constants.__name__))
    }
    assert set(names) == public
    classes = [name for name in names if not name.isupper()]
    assert names[-len(classes) :] == classes == sorted(classes)


def test_names_reach_the_package() -> None:
    missing = [
        name
        for name in constants.__all__
        if getattr(zmq, name, None) is not getattr(constants, name) or name not in zmq.__all__
    ]
    assert not missing


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("XREQ", "DEALER"),
        ("XREP", "ROUTER"),
        ("IDENTITY", "ROUTING_ID"),
        ("CONNECT_RID", "CONNECT_ROUTING_ID"),
        ("DELAY_ATTACH_ON_CONNECT", "IMMEDIATE"),
        ("FAIL_UNROUTABLE", "ROUTER_MANDATORY"),
        ("ROUTER_BEHAVIOR", "ROUTER_MANDATORY"),
        ("NOBLOCK", "DONTWAIT"),
        ("THREAD_PRIORITY", "SOCKET_LIMIT"),
        ("EVENT_ALL", "EVENT_ALL_V1"),
    ],
)
def test_alias(alias: str, name: str) -> None:
    found = getattr(constants, alias)
    assert found is getattr(constants, name)
    assert found.name == name.replace("EVENT_", "")


def test_monitor_events() -> None:
    assert int(constants.EVENT_ALL) == 0xFFFF
    assert constants.EVENT_ALL_V2 == 0xFFFF | constants.EVENT_PIPES_STATS
    assert int(constants.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC) == 0x11000001
    assert int(constants.PROTOCOL_ERROR_WS_UNSPECIFIED) == 0x30000000
    both = constants.EVENT_CONNECTED | constants.EVENT_LISTENING
    assert type(both) is constants.Event
    assert constants.Event.LISTENING in both


@pytest.mark.parametrize("name", OPTION_TYPES)
def test_option_type(name: str) -> None:
    option = constants.SocketOption[name]
    assert option._opt_type is constants._OptType[OPTION_TYPES[name]]


def test_option_types_by_value() -> None:
    assert {option._opt_type.value for option in constants.SocketOption} == {
        "int",
        "int64",
        "bytes",
        "fd",
    }
    assert constants.SocketOption.IDENTITY._opt_type is constants._OptType.bytes
    assert constants.SocketOption.HWM._opt_type is constants._OptType.int


def test_sets_of_names() -> None:
    names = set(constants.__all__)
    assert names > constants._DRAFT_NAMES
    assert {"SERVER", "RADIO", "RECONNECT_STOP", "EVENT_PIPES_STATS"} < constants._DRAFT_NAMES
    assert not {"PAIR", "STREAM", "BINDTODEVICE", "EVENT_ALL"} & constants._DRAFT_NAMES
    options = set(constants.SocketOption.__members__)
    assert {"FD", "EVENTS", "TYPE", "RCVMORE"} < constants._GET_ONLY_OPTIONS < options
    assert {"SUBSCRIBE", "XPUB_VERBOSE"} < constants._SET_ONLY_OPTIONS < options
    assert not constants._GET_ONLY_OPTIONS & constants._SET_ONLY_OPTIONS


@pytest.mark.parametrize("cls", all_enums(), ids=lambda cls: str(cls.__name__))
def test_members_survive_pickling(cls: Any) -> None:
    for member in cls:
        assert pickle.loads(pickle.dumps(member)) is member
        assert cls(int(member)) is member
