"""Subclasses that declare attributes of their own, by values and by annotations, in each flavour."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import zmq

FLAVOURS = {"zmq": None, "zmq.asyncio": None, "zmq.green": "gevent", "zmq.eventloop.future": "tornado"}


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Any:
    needed = FLAVOURS[request.param]
    if needed is not None:
        pytest.importorskip(needed)
    return importlib.import_module(request.param)


@pytest.fixture
def plain_context(flavour: Any) -> Iterator[Any]:
    with flavour.Context() as context:
        yield context


def test_annotated_attributes_of_contexts(flavour: Any) -> None:
    class Own(flavour.Context):  # type: ignore[misc]
        before: str
        after: int

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.before = "set"
            super().__init__(*args, **kwargs)
            self.after = 5

    class Derived(Own):
        more: list[str]

    with Own() as context:
        assert (context.before, context.after) == ("set", 5)
    with Derived(2) as context:
        context.more = ["x"]
        context.before = "again"
        assert (context.before, context.after, context.more, context.io_threads) == ("again", 5, ["x"], 2)
        with pytest.raises(AttributeError, match="Derived has no such option: LESS"):
            context.less = 1


def test_annotated_attributes_of_sockets(flavour: Any) -> None:
    class Own(flavour.Socket):  # type: ignore[misc]
        custom: int
        before: str

        def __init__(self, *args: Any, custom: int = 0, **kwargs: Any) -> None:
            self.before = "set"
            super().__init__(*args, **kwargs)
            self.custom = custom

    class Derived(Own):
        pass

    class OwnContext(flavour.Context):  # type: ignore[misc]
        _socket_class = Derived

    with OwnContext() as context, context.socket(zmq.PUSH, custom=10) as socket:
        assert type(socket) is Derived
        assert (socket.custom, socket.before) == (10, "set")
        with pytest.raises(AttributeError, match="Derived has no such option: OTHER"):
            socket.other = 1
    with flavour.Context() as context, context.socket(zmq.PUSH, socket_class=Own, custom=11) as socket:
        assert socket.custom == 11


def test_annotations_of_mixins(flavour: Any) -> None:
    class First:
        first: str

    class Last:
        last: str
        valued = 1

    class Socket(First, flavour.Socket, Last):  # type: ignore[misc]
        pass

    class Context(First, flavour.Context, Last):  # type: ignore[misc]
        _socket_class = Socket

    with Context() as context, context.socket(zmq.PUSH) as socket:
        for owner in (context, socket):
            owner.first, owner.last, owner.valued = "a", "b", 2
            assert (owner.first, owner.last, owner.valued) == ("a", "b", 2)
            del owner.valued
            assert owner.valued == 1


LAZY = """
class Own(flavour.{base}):
    plain: int
    quoted: "no_such_name"
    {evaluated}

class Derived(Own):
    more: "no_such_name.at_all[0]"
"""


@pytest.mark.parametrize("base", ["Context", "Socket"])
def test_annotations_are_not_evaluated(flavour: Any, base: str) -> None:
    lazily = sys.version_info >= (3, 14)
    names: dict[str, Any] = {"flavour": flavour}
    source = LAZY.format(base=base, evaluated="lazy: no_such_name" if lazily else "lazy: int")
    exec(compile(source, "<test>", "exec", dont_inherit=True), names)
    with flavour.Context() as context:
        owner = names["Derived"]() if base == "Context" else names["Derived"](context, zmq.PUSH)
        with owner:
            for name in ("plain", "quoted", "lazy", "more"):
                setattr(owner, name, name)
                assert getattr(owner, name) == name


def test_values_hide_options(flavour: Any, plain_context: Any) -> None:
    class Own(flavour.Socket):  # type: ignore[misc]
        linger = None
        identity = "none"

    class OwnContext(flavour.Context):  # type: ignore[misc]
        linger = None

    with Own(plain_context, zmq.PUSH) as socket:
        assert (socket.linger, socket.identity) == (None, "none")
        socket.linger = "long"
        socket.identity = 5
        assert (socket.linger, socket.identity) == ("long", 5)
        assert (socket.get(zmq.LINGER), socket.get(zmq.IDENTITY)) == (-1, b"")
        socket.LINGER = 7
        assert (socket.LINGER, socket.linger) == (7, "long")
        del socket.linger
        assert socket.linger is None
    with OwnContext() as context:
        context.linger = "long"
        assert context.linger == "long"
        assert context.sockopts == {}
        del context.linger
        assert context.linger is None


def test_annotations_hide_options(flavour: Any, plain_context: Any) -> None:
    class Mixin:
        rate: float

    class Own(flavour.Socket, Mixin):  # type: ignore[misc]
        linger: str

    class Derived(Own):
        LINGER: str

    class OwnContext(flavour.Context):  # type: ignore[misc]
        linger: str

    with Derived(plain_context, zmq.PUSH) as socket:
        # As long as nothing is assigned, they are the options.
        assert socket.linger == socket.LINGER == -1
        assert socket.rate == socket.get(zmq.RATE)
        socket.Linger = 5
        assert socket.linger == socket.LINGER == 5
        socket.linger = "long"
        socket.LINGER = "longer"
        socket.rate = 0.5
        assert (socket.linger, socket.LINGER, socket.Linger, socket.rate) == ("long", "longer", 5, 0.5)
        assert socket.get(zmq.LINGER) == 5
        del socket.linger
        assert socket.linger == 5
    with plain_context.socket(zmq.PUSH) as socket:
        socket.linger = 3
        assert socket.get(zmq.LINGER) == 3
    with OwnContext() as context:
        context.linger = "long"
        assert context.sockopts == {}


def test_subclasses_that_initialise_subclasses(flavour: Any, plain_context: Any) -> None:
    class Registering(flavour.Socket):  # type: ignore[misc]
        known: tuple[str, ...] = ()

        def __init_subclass__(cls, name: str = "", **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            cls.known = (*cls.known, name)

    class Own(Registering, name="own"):
        identity: str

    assert Own.known == ("own",)
    with Own(plain_context, zmq.PUSH) as socket:
        socket.identity = "text"
        assert (socket.identity, socket.get(zmq.IDENTITY)) == ("text", b"")


def test_names_in_the_dictionary_can_be_assigned_to(plain_context: Any) -> None:
    with plain_context.socket(zmq.PUSH) as socket:
        for owner in (plain_context, socket):
            owner.__dict__["anything"] = 1
            owner.anything = 2
            assert owner.anything == 2
            del owner.anything
            with pytest.raises(AttributeError, match="has no such option: ANYTHING"):
                owner.anything = 3


def test_methods_and_their_options(flavour: Any, plain_context: Any) -> None:
    class Own(flavour.Socket):  # type: ignore[misc]
        def unsubscribe(self, topic: Any) -> None:
            raise NotImplementedError

    with Own(plain_context, zmq.SUB) as socket:
        # The option, by the name of a method of its base class.
        socket.subscribe = "topic"
        assert "subscribe" not in vars(socket)
        # A method of its own.
        socket.unsubscribe = "anything"
        assert socket.unsubscribe == "anything"


def test_the_context_of_a_socket_can_be_assigned(plain_context: Any) -> None:
    with zmq.Context() as other, plain_context.socket(zmq.PULL) as socket:
        socket.context = other
        assert socket.context is other
        # It is still closed with the context that it was made in.
        assert not plain_context._socket_refs.keys().isdisjoint({id(socket)})
        socket.context = None
        assert socket.context is None
        for nonsense in ("x", 5, socket):
            with pytest.raises(TypeError):
                socket.context = nonsense
        socket.context = plain_context
        del socket.context
        assert socket.context is None


def test_frames_of_subclasses() -> None:
    class Own(zmq.Frame):
        pass

    assert repr(Own(b"x")) == f"<{__name__}.{Own.__qualname__}(b'x')>"
