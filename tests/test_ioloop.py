"""The deprecated names of zmq.eventloop.ioloop."""

from __future__ import annotations

import importlib
import sys
import warnings

import pytest

pytest.importorskip("tornado", reason="zmq.eventloop.ioloop needs tornado")

import tornado.ioloop
import tornado.log


def test_attribute_of_the_package() -> None:
    package = pytest.importorskip("zmq.green.eventloop", reason="zmq.green needs gevent", exc_type=ImportError)
    assert "ioloop" in dir(package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert package.ioloop is sys.modules["zmq.green.eventloop.ioloop"]


@pytest.mark.parametrize("name", ["zmq.eventloop.ioloop", "zmq.green.eventloop.ioloop"])
def test_deprecated_module(name: str) -> None:
    if "green" in name:
        pytest.importorskip("gevent", reason="zmq.green needs gevent")
    for imported in ("zmq.eventloop.ioloop", "zmq.green.eventloop.ioloop"):
        sys.modules.pop(imported, None)
    with pytest.warns(DeprecationWarning, match=r"^zmq\.eventloop\.ioloop is deprecated in pyzmq 17\."):
        module = importlib.import_module(name)
    assert module.IOLoop is module.ZMQIOLoop is tornado.ioloop.IOLoop
    assert module.PeriodicCallback is tornado.ioloop.PeriodicCallback
    assert importlib.import_module("zmq.eventloop.ioloop").app_log is tornado.log.app_log
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name
    with pytest.warns(DeprecationWarning, match=r"^zmq\.eventloop\.ioloop is deprecated in pyzmq 17\."):
        module.install()


def test_the_loop_itself() -> None:
    import zmq.eventloop

    assert "IOLoop" in dir(zmq.eventloop)
    assert zmq.eventloop.IOLoop is tornado.ioloop.IOLoop
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = zmq.eventloop.no_such_name  # type: ignore[attr-defined]
