"""What type checkers are told of options is what they are. Examples for type checkers are in tests/typing."""

from __future__ import annotations

import pytest

import zmq
from zmq.sugar import _options


def test_each_option_of_a_socket_is_declared() -> None:
    declared = set(_options.SocketOptions.__annotations__)
    assert {name for name in declared if not hasattr(zmq.Socket, name)} == set()
    attributes = {
        name for name in zmq.Socket._option_attributes if (name.islower() or name.isupper()) and name[0] != "_"
    }
    # A context takes that one only.
    assert attributes - declared == {"BLOCKY", "blocky"}


def test_declared_access_is_that_of_the_attribute() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        for name, declared in _options.SocketOptions.__annotations__.items():
            if declared.startswith("WriteOnlyOption"):
                with pytest.raises(AttributeError, match="write-only"):
                    getattr(socket, name)
            elif declared.startswith("ReadOnlyOption"):
                with pytest.raises(zmq.ZMQError, match="read-only"):
                    setattr(socket, name, b"" if declared.endswith("[bytes]") else 1)


def test_options_read_as_declared() -> None:
    kinds = {"int": int, "bytes": bytes}
    read = 0
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        for name, declared in _options.SocketOptions.__annotations__.items():
            if not declared.startswith("WriteOnlyOption") and hasattr(socket, name):
                kind = declared.partition("[")[2].strip("]").partition(",")[0]
                assert type(getattr(socket, name)) is kinds[kind], name
                read += 1
    assert read > 60
