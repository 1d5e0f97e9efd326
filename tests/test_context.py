"""Context: life, sharing, shadows, options."""

from __future__ import annotations

import copy
import importlib
import inspect
import os
import pickle
import sys
import threading
import warnings
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT, SocketFactory, terminate
from tests.fix_gc import ResourceWarnings, collect
from tests.fix_process import Runner
from zmq.sugar.context import _contexts

try:
    import ctypes
except ImportError:
    # An optional module, where there is no libffi.
    ctypes = None  # type: ignore[assignment]


def test_makes_sockets_and_terminates() -> None:
    context = zmq.Context()
    assert context.underlying > 0
    socket = context.socket(zmq.PAIR)
    assert type(socket) is zmq.Socket
    assert socket.context is context
    socket.close()
    context.term()
    assert context.closed
    assert context.underlying == 0
    context.term()  # again: nothing


@pytest.mark.parametrize("io_threads", [0, 1, 3])
def test_io_threads(io_threads: int) -> None:
    with zmq.Context(io_threads) as context:
        assert context.get(zmq.IO_THREADS) == io_threads
    with zmq.Context(io_threads=io_threads) as context:
        assert context.io_threads == io_threads


def uses_its_sockets(context: zmq.Context[Any]) -> None:
    """Assert that it makes sockets, and that its termination ends."""
    with context.socket(zmq.PAIR) as socket:
        socket.bind("inproc://again")
    assert context.underlying > 0
    terminate(context)
    assert context.closed
    assert context.underlying == 0


@pytest.mark.parametrize("arguments", [(), (2,), (-1,), ("nonsense",)])
def test_initialised_again(arguments: Any) -> None:
    """Refused while it is open; nothing of it changes then."""
    context = zmq.Context()
    shadow = zmq.Context(shadow=context)
    address = context.underlying
    context.linger = 0
    with context.socket(zmq.PAIR) as socket, shadow.socket(zmq.PAIR):
        for each in (context, shadow):
            with pytest.raises(RuntimeError, match="cannot be initialised again"):
                each.__init__(*arguments)  # type: ignore[misc]
            with pytest.raises(RuntimeError, match="cannot be initialised again"):
                each.__init__(shadow=zmq.Context.instance())  # type: ignore[misc]
            assert each.underlying == address
        assert not socket.closed
        with context.socket(zmq.PAIR) as later:
            assert later.linger == context.linger == 0
        assert zmq.Context(shadow=address)._owner() is context  # type: ignore[misc]
    context.destroy()
    assert shadow.closed


def test_initialised_again_after_its_end() -> None:
    context = zmq.Context()
    shadow = zmq.Context(shadow=context)
    context.linger = 7
    terminate(context)
    context.__init__(2)  # type: ignore[misc]
    assert context.io_threads == 2
    assert not hasattr(context, "linger")
    # Those of the former one stay closed.
    assert shadow.closed
    shadow.term()
    another = zmq.Context(shadow=context)
    with another.socket(zmq.PAIR):
        pass
    uses_its_sockets(context)
    assert another.closed
    uses_its_sockets(again(context))


def test_shadows_initialised_again_after_their_end(resource_warnings: ResourceWarnings) -> None:
    owner, other = zmq.Context(), zmq.Context()
    shadow = zmq.Context(shadow=owner)
    terminate(owner)
    shadow.__init__(shadow=other)  # type: ignore[misc]
    assert shadow.underlying == other.underlying
    shadow.term()
    assert other.closed
    # Now it has a context of its own.
    uses_its_sockets(again(shadow))
    again(shadow)
    with resource_warnings() as texts:
        del shadow
        collect()
    assert len(texts) == 1
    assert "Unclosed context" in texts[0]


def again(context: zmq.Context[Any]) -> zmq.Context[Any]:
    """Initialise it again."""
    context.__init__()  # type: ignore[misc]
    return context


def test_initialised_after_a_failure() -> None:
    context: zmq.Context[Any] = zmq.Context.__new__(zmq.Context)
    assert context.closed
    context.term()
    context.destroy()
    wrong: Any
    for wrong in (-1, "nonsense", None, 2**40):
        with pytest.raises((TypeError, OverflowError, zmq.ZMQError)):
            context.__init__(wrong)  # type: ignore[misc]
        assert context.closed
        terminate(context)
    uses_its_sockets(again(context))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_inherited_contexts_can_be_initialised_again(run_python: Runner) -> None:
    program = """
    import os, zmq
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    child = os.fork()
    if child == 0:
        assert context.closed
        context.__init__()
        context.socket(zmq.PAIR).close()
        socket.close()
        context.term()
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    socket.close()
    context.term()
    """
    run_python(program).succeeded()


def test_refuses_nonsense() -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.Context(-1)
    assert caught.value.errno == zmq.EINVAL
    with pytest.raises(TypeError):
        zmq.Context("2")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="'there'"):
        zmq.Context(shadow="there")  # type: ignore[call-overload]
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.Context.shadow(0)
    assert caught.value.errno == zmq.EFAULT


def test_closed_context_refuses_everything() -> None:
    context = zmq.Context()
    context.term()
    for operation, errno in (
        (lambda: context.socket(zmq.PAIR), zmq.ENOTSUP),
        (lambda: zmq.Socket(context, zmq.PAIR), zmq.EFAULT),
        (lambda: zmq.Context(context), zmq.EFAULT),
        (lambda: zmq.Context.shadow(context), zmq.EFAULT),
    ):
        with pytest.raises(zmq.ZMQError) as caught:
            operation()
        assert caught.value.errno == errno
    for access in (
        lambda: context.get(zmq.IO_THREADS),
        lambda: context.set(zmq.IO_THREADS, 2),
        lambda: context.io_threads,
        lambda: setattr(context, "io_threads", 2),
    ):
        with pytest.raises(RuntimeError, match="Context has been destroyed"):
            access()
    context.destroy()


def test_with_destroys_it() -> None:
    context = zmq.Context()
    sockets = [context.socket(zmq.PUSH) for _ in range(3)]
    context.socket(zmq.PUSH).close()
    with pytest.warns(ResourceWarning, match="unclosed socket") as warned, context:
        pass
    assert len(warned) == 3
    assert {warning.filename for warning in warned} == {__file__}
    assert context.closed
    assert all(socket.closed for socket in sockets)


def test_with_destroys_it_after_an_error() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    with pytest.warns(ResourceWarning), pytest.raises(ZeroDivisionError), context:
        raise ZeroDivisionError
    assert context.closed
    assert socket.closed


def test_with_destroys_it_where_warnings_are_errors() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    with pytest.raises(ResourceWarning), context:
        pass
    assert context.closed
    assert socket.closed


def test_destroy_with_linger_drops_what_is_not_sent() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    assert socket.linger == -1
    socket.connect("tcp://127.0.0.1:1")  # nobody listens there
    socket.send(b"lost")
    context.destroy(linger=0)
    assert context.closed


def test_term_ends_blocking_calls(context: zmq.Context[Any], background: Any) -> None:
    ready = threading.Event()

    def receive() -> None:
        with context.socket(zmq.PULL) as socket:
            socket.bind("inproc://nothing-comes")
            ready.set()
            with pytest.raises(zmq.ContextTerminated):
                socket.recv()
            assert socket.underlying
            with pytest.raises(zmq.ContextTerminated):
                socket.recv(zmq.DONTWAIT)
            # Programs close what is not closed; and until they do, the termination waits.
            assert not socket.closed

    receiver = background(receive)
    assert ready.wait(TIMEOUT / 1000)
    terminate(context)
    receiver.result()
    assert context.closed


def test_term_waits_for_sockets(context: zmq.Context[Any], background: Any, eventually: Any) -> None:
    socket = context.socket(zmq.PULL)
    termination = background(context.term)

    def refused() -> bool:
        try:
            socket.recv(zmq.DONTWAIT)
        except zmq.Again:
            return False
        except zmq.ContextTerminated:
            return True
        raise AssertionError("received something")

    eventually(refused)
    assert termination.running()
    assert socket.underlying
    assert not context.closed
    socket.close()
    termination.result()
    assert context.closed


def test_many_threads_make_sockets(context: zmq.Context[Any], background: Any) -> None:
    barrier = threading.Barrier(8)

    def work() -> int:
        barrier.wait()
        made = [context.socket(zmq.PAIR) for _ in range(50)]
        for socket in made:
            socket.close()
        return len(made)

    workers = [background(work) for _ in range(8)]
    assert sum(worker.result() for worker in workers) == 400
    assert repr(context).startswith("<zmq.Context() at ")


def test_several_threads_may_terminate(run_python: Any) -> None:
    program = """
        import threading, zmq
        for _ in range(20):
            context = zmq.Context()
            socket = context.socket(zmq.PULL)
            barrier = threading.Barrier(5)
            def work():
                barrier.wait()
                context.term()
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            barrier.wait()
            while True:
                try:
                    socket.recv(zmq.DONTWAIT)
                except zmq.Again:
                    continue
                except zmq.ContextTerminated:
                    break
            socket.close()
            for thread in threads:
                thread.join()
            assert context.closed
    """
    run_python(program).succeeded()


# -- the context of the process


@pytest.fixture
def own_class() -> Any:
    class Own(zmq.Context[zmq.Socket[bytes]]):
        _instance: Any = None

    yield Own
    if Own._instance is not None:
        Own._instance.destroy()


def test_instance_is_one(own_class: Any) -> None:
    first = own_class.instance()
    assert type(first) is own_class
    assert own_class.instance() is first
    assert own_class.instance(io_threads=5) is first


def test_instance_is_made_anew_after_closing(own_class: Any) -> None:
    first = own_class.instance(io_threads=2)
    assert first.io_threads == 2
    first.term()
    second = own_class.instance()
    assert second is not first
    assert not second.closed


def test_instance_of_a_subclass(own_class: Any) -> None:
    class Inheriting(own_class):  # type: ignore[misc]
        pass

    class Apart(own_class):  # type: ignore[misc]
        _instance = None

    base = zmq.Context.instance()
    assert type(base) is zmq.Context
    # It has an attribute _instance of its own.
    own = own_class.instance()
    assert type(own) is own_class
    assert zmq.Context.instance() is base
    assert Inheriting.instance() is own
    assert type(Apart.instance()) is Apart
    own.term()
    assert type(Inheriting.instance()) is Inheriting
    assert type(own_class.instance()) is own_class
    assert zmq.Context.instance() is base
    Inheriting.instance().term()
    Apart.instance().term()


@pytest.mark.parametrize("flavour", ["zmq.asyncio", "zmq.green", "zmq.eventloop.future"])
def test_instances_of_the_flavours(flavour: str) -> None:
    pytest.importorskip(
        {"zmq.green": "gevent", "zmq.eventloop.future": "tornado"}.get(flavour, "zmq"), exc_type=ImportError
    )
    context_class = importlib.import_module(flavour).Context
    base = zmq.Context.instance()
    context = context_class.instance()
    assert type(context) is context_class
    assert context is not base
    context.term()


def test_instance_is_one_for_all_threads(own_class: Any, background: Any) -> None:
    barrier = threading.Barrier(8)

    def get() -> Any:
        barrier.wait()
        return own_class.instance()

    results = {worker.result() for worker in [background(get) for _ in range(8)]}
    assert len(results) == 1


# -- shadows


def shadows_of(context: zmq.Context[Any]) -> dict[str, zmq.Context[Any]]:
    kinds = {
        "positional": zmq.Context(context),
        "keyword": zmq.Context(shadow=context),
        "classmethod": zmq.Context.shadow(context),
        "address": zmq.Context.shadow(context.underlying),
        "address by keyword": zmq.Context(shadow=context.underlying),
        "copy": copy.copy(context),
        "deepcopy": copy.deepcopy(context),
    }
    if ctypes is not None:
        kinds["ctypes"] = zmq.Context.shadow(ctypes.c_void_p(context.underlying))  # type: ignore[arg-type]
    return kinds


def test_shadow_is_the_same_context(context: zmq.Context[Any]) -> None:
    for kind, shadow in shadows_of(context).items():
        assert shadow is not context, kind
        assert shadow.underlying == context.underlying, kind
        name = f"inproc://shadow-{id(shadow)}"
        with context.socket(zmq.PAIR) as a, shadow.socket(zmq.PAIR) as b:
            a.bind(name)
            b.connect(name)
            b.send(b"over inproc: one context")
            assert a.recv() == b"over inproc: one context"


@pytest.mark.parametrize("which", range(5), ids=["owner", "shadow", "its shadow", "of address", "its shadow too"])
def test_terminating_one_terminates_them_all(which: int) -> None:
    context = zmq.Context()
    shadow, of_address = zmq.Context(context), zmq.Context.shadow(context.underlying)
    objects = [context, shadow, zmq.Context(shadow), of_address, zmq.Context(of_address)]
    objects[which].term()
    for each in objects:
        assert each.closed
        with pytest.raises(zmq.ZMQError):
            each.socket(zmq.PAIR)
        each.term()


def test_terminating_a_shadow_waits_for_the_sockets_of_the_owner() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    shadow = zmq.Context(context)
    thread = threading.Thread(target=shadow.term)
    thread.start()
    with pytest.raises(zmq.ContextTerminated):
        socket.recv()
    assert thread.is_alive()
    socket.close()
    thread.join(TIMEOUT / 1000)
    assert context.closed
    assert shadow.closed


def test_dropping_a_shadow_terminates_nothing(context: zmq.Context[Any]) -> None:
    for shadow in (zmq.Context(context), zmq.Context.shadow(context.underlying)):
        assert not shadow.closed
    del shadow
    collect()
    context.socket(zmq.PAIR).close()
    assert not context._shadows


def test_dropping_a_context_closes_the_shadows_of_its_address(resource_warnings: ResourceWarnings) -> None:
    context = zmq.Context()
    shadow = zmq.Context.shadow(context.underlying)
    deeper = zmq.Context(shadow)
    with resource_warnings() as texts:
        del context
    assert [text.partition(" <")[0] for text in texts] == ["Unclosed context"]
    for each in (shadow, deeper):
        assert each.closed
        with pytest.raises(zmq.ZMQError) as caught:
            each.socket(zmq.PAIR)
        assert caught.value.errno == zmq.ENOTSUP


def test_shadows_of_a_context_that_is_being_terminated() -> None:
    """libzmq may free the context at any moment, so that shadows must not use it any more."""
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    shadow, of_address = zmq.Context(context), zmq.Context.shadow(context.underlying)
    shadows = [shadow, of_address, zmq.Context(shadow)]
    thread = threading.Thread(target=context.term)
    thread.start()
    with pytest.raises(zmq.ContextTerminated):
        socket.recv()
    # Made meanwhile.
    shadows += [zmq.Context(context), zmq.Context(shadow)]
    for each in shadows:
        assert not each.closed
        with pytest.raises(zmq.ContextTerminated):
            each.get(zmq.IO_THREADS)
        with pytest.raises(zmq.ContextTerminated):
            each.socket(zmq.PAIR)
    socket.close()
    thread.join(TIMEOUT / 1000)
    assert all(each.closed for each in shadows)


def test_terminating_a_shadow_of_a_context_that_is_no_object_here() -> None:
    """As of another library."""
    context = zmq.Context()
    del _contexts[id(context)]
    shadow = zmq.Context.shadow(context.underlying)
    deeper = zmq.Context(shadow)
    deeper.term()
    assert shadow.closed
    # The other library would know.
    context._owned = False
    context.term()


def test_shadow_by_cffi_pointer(context: zmq.Context[Any]) -> None:
    cffi = pytest.importorskip("cffi")
    pointer = cffi.FFI().cast("void *", context.underlying)
    assert zmq.Context.shadow(pointer).underlying == context.underlying


def test_destroying_a_shadow_closes_its_own_sockets(sockets: SocketFactory, context: zmq.Context[Any]) -> None:
    kept = sockets(zmq.PAIR)
    shadow = zmq.Context(context)
    gone = shadow.socket(zmq.PAIR)
    kept.close()
    with pytest.warns(ResourceWarning, match="Destroying context with unclosed socket"), shadow:
        pass
    assert gone.closed
    assert shadow.closed
    assert context.closed


def test_destroying_a_context_closes_the_sockets_of_its_shadows() -> None:
    context = zmq.Context()
    shadow = zmq.Context(context)
    deeper = zmq.Context(shadow)
    sockets = [each.socket(zmq.PAIR) for each in (context, shadow, deeper)]
    context.destroy()
    assert all(socket.closed for socket in sockets)
    # They let go of an address that is of no use any more.
    assert shadow.closed
    assert deeper.closed
    with pytest.raises(zmq.ZMQError):
        shadow.socket(zmq.PAIR)


def test_shadow_keeps_the_context_alive() -> None:
    shadow = zmq.Context(zmq.Context())
    collect()
    with shadow.socket(zmq.PAIR) as socket:
        socket.bind("inproc://alive")
    original = shadow._shadow_obj
    assert isinstance(original, zmq.Context)
    original.term()


def test_pickling_is_refused(context: zmq.Context[Any]) -> None:
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(context)


# -- options


def test_context_options(context: zmq.Context[Any]) -> None:
    context.set(zmq.MAX_SOCKETS, 100)
    assert context.get(zmq.MAX_SOCKETS) == 100
    assert context.max_sockets == 100
    context.MAX_SOCKETS = 50
    assert getattr(context, "Max_Sockets") == 50  # noqa: B009  (type checkers know two spellings only)
    assert zmq.MAX_SOCKETS not in context.sockopts
    with pytest.raises(TypeError):
        context.set(zmq.MAX_SOCKETS, "many")  # type: ignore[arg-type]
    for operation in (lambda: context.get(99999), lambda: context.set(99999, 1)):
        with pytest.raises(zmq.ZMQError) as caught:
            operation()
        assert caught.value.errno == zmq.EINVAL


def test_max_sockets_is_a_limit(context: zmq.Context[Any]) -> None:
    context.max_sockets = 2
    first = context.socket(zmq.PAIR)
    second = context.socket(zmq.PAIR)
    with pytest.raises(zmq.ZMQError) as caught:
        context.socket(zmq.PAIR)
    assert caught.value.errno == zmq.zmq_errno() or "open files" in str(caught.value)
    first.close()
    second.close()


def test_defaults_of_sockets(context: zmq.Context[Any]) -> None:
    context.linger = 7
    context.RCVTIMEO = 100
    context.setsockopt(zmq.SNDTIMEO, 200)
    assert (context.linger, context.LINGER, context.getsockopt(zmq.LINGER)) == (7, 7, 7)
    assert getattr(context, "Linger") == 7  # noqa: B009  (type checkers know two spellings only)
    assert context.sockopts == {zmq.LINGER: 7, zmq.RCVTIMEO: 100, zmq.SNDTIMEO: 200}
    with context.socket(zmq.DEALER) as socket:
        assert (socket.linger, socket.rcvtimeo, socket.sndtimeo) == (7, 100, 200)
        socket.linger = 8
    assert context.linger == 7
    del context.linger
    with pytest.raises(AttributeError, match="LINGER is not set"):
        _ = context.linger
    with pytest.raises(AttributeError, match="LINGER is not set"):
        del context.linger
    for option in (zmq.LINGER, 2, 99999):
        with pytest.raises(zmq.ZMQError, match=rf"{option!r} is not set for new sockets") as caught:
            context.getsockopt(option)
        assert caught.value.errno == zmq.EINVAL
        assert isinstance(caught.value, KeyError)
    with context.socket(zmq.DEALER) as socket:
        assert socket.linger == -1


def test_defaults_that_do_not_apply_are_skipped(context: zmq.Context[Any]) -> None:
    context.subscribe = b"topic"
    context.hwm = 5
    with context.socket(zmq.PUB) as publisher, context.socket(zmq.SUB) as subscriber:
        assert publisher.hwm == subscriber.rcvhwm == 1000
        publisher.bind("inproc://topics")
        subscriber.connect("inproc://topics")
        subscriber.rcvtimeo = TIMEOUT
        publisher.send(b"other")
        publisher.send(b"topic: news")
        assert subscriber.recv() == b"topic: news"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (zmq.LINGER, "0"),
        (zmq.LINGER, None),
        (zmq.IDENTITY, "x"),
        (zmq.IDENTITY, None),
        (zmq.PLAIN_USERNAME, 5),
        ("x", 1),
    ],
)
def test_defaults_are_checked_when_a_socket_is_made(context: zmq.Context[Any], option: Any, value: Any) -> None:
    context.setsockopt(option, value)
    assert context.sockopts == {option: value}
    with pytest.raises(TypeError):
        context.socket(zmq.PAIR)
    # It was not left open.
    assert not context._sockets


def test_defaults_that_no_socket_takes(context: Any) -> None:
    context.type = "anything"
    context.last_endpoint = b""
    assert (context.type, context.last_endpoint) == ("anything", b"")
    del context.type
    context.socket(zmq.PAIR).close()


def test_unknown_names(context: Any) -> None:
    """Type checkers would not let this pass."""
    with pytest.raises(AttributeError, match=r"Context has no such option: LINGR; .* by a value or an annotation"):
        context.lingr = 0
    with pytest.raises(AttributeError, match=r"Context has no such option: LINGR$"):
        _ = context.lingr
    assert not hasattr(context, "lingr")
    with pytest.raises(AttributeError):
        del context.lingr


def test_a_default_that_no_socket_takes_leaves_none_open(context: zmq.Context[Any]) -> None:
    context.sockopts[zmq.LINGER] = "unchecked"
    with pytest.raises(TypeError):
        context.socket(zmq.PAIR)
    assert repr(context).startswith("<zmq.Context() at ")


# -- classes


class Listed(zmq.Socket[bytes]):
    note = None

    def __init__(self, *args: Any, note: str = "", **kwargs: Any) -> None:
        self.note = note
        super().__init__(*args, **kwargs)


def test_class_of_sockets(context: zmq.Context[Any]) -> None:
    with context.socket(zmq.PUSH, Listed, note="here", copy_threshold=3) as socket:
        assert type(socket) is Listed
        assert (socket.note, socket.copy_threshold) == ("here", 3)
    with context.socket(zmq.PUSH, socket_class=lambda *args: Listed(*args, note="made")) as socket:
        assert socket.note == "made"
    with pytest.raises(TypeError, match="unknown"):
        context.socket(zmq.PUSH, unknown=1)


def test_subclass_with_a_constructor_of_its_own() -> None:
    class Named(zmq.Context[Listed]):
        _socket_class = Listed
        name = ""

        def __init__(self, name: str, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.name = name

    with Named("n", io_threads=2) as context:
        assert (context.name, context.io_threads) == ("n", 2)
        with context.socket(zmq.PUB) as socket:
            assert type(socket) is Listed
        assert ".Named()" in repr(context)


def test_repr(context: zmq.Context[Any]) -> None:
    assert repr(context) == f"<zmq.Context() at {id(context):#x}>"
    with context.socket(zmq.PUSH):
        assert repr(context) == f"<zmq.Context(1 socket) at {id(context):#x}>"
        with zmq.Socket(context, zmq.PUSH):
            assert repr(context) == f"<zmq.Context(2 sockets) at {id(context):#x}>"
    terminate(context)
    assert repr(context) == f"<zmq.Context() at {id(context):#x} closed>"


# -- forgotten ones


def test_forgotten_context_warns(resource_warnings: ResourceWarnings) -> None:
    context = zmq.Context()
    text = f"Unclosed context {context!r}"
    with resource_warnings() as texts:
        del context
    assert texts == [text]


def test_forgotten_shadow_does_not_warn(context: zmq.Context[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shadow in shadows_of(context).values():
            assert not shadow.closed
        del shadow
        collect()
    assert not context.closed


def test_collecting_a_context_never_blocks(resource_warnings: ResourceWarnings) -> None:
    """Neither open sockets nor messages that cannot be sent hold it up."""
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:1")
    socket.send(b"to nobody")
    with resource_warnings() as texts:
        del context, socket
    assert [text.split("<")[0] for text in sorted(texts)] == ["Unclosed context ", "Unclosed socket "]


def test_collecting_a_cycle(resource_warnings: ResourceWarnings) -> None:
    class Holder(zmq.Context[zmq.Socket[bytes]]):
        held: Any = None

    context = Holder()
    context.held = context.socket(zmq.PUSH)
    with resource_warnings() as texts:
        del context
    assert len(texts) == 2


EXIT = """
    import zmq
    context = zmq.Context{instance}
    socket = context.socket(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:1")
    socket.send(b"never sent")
    print("end", flush=True)
"""


@pytest.mark.parametrize("instance", ["()", ".instance()"])
def test_exit_with_open_sockets_does_not_hang(run_python: Any, instance: str) -> None:
    ended = run_python(EXIT.format(instance=instance), "-W", "always").succeeded()
    assert ended.output == "end\n"
    if sys.implementation.name != "pypy":  # which finalises nothing at exit
        assert "ResourceWarning: Unclosed socket" in ended.errors
    assert "Unclosed context" not in ended.errors
    assert "Traceback" not in ended.errors


def test_exit_amidst_a_receive_of_a_daemon_thread(run_python: Any) -> None:
    program = """
        import threading, zmq
        context = zmq.Context.instance()
        ready = threading.Event()
        def work():
            socket = context.socket(zmq.PULL)
            socket.bind("inproc://x")
            ready.set()
            socket.recv()
        threading.Thread(target=work, daemon=True).start()
        ready.wait()
    """
    run_python(program).succeeded()


def test_clean_exit_is_silent(run_python: Any) -> None:
    program = """
        import zmq
        context = zmq.Context.instance()
        with context.socket(zmq.PUSH) as socket:
            socket.bind("tcp://127.0.0.1:*")
    """
    ended = run_python(program, "-W", "error").succeeded()
    assert ended.errors == ""


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="no fork on this platform")
def test_lock_of_instance_is_renewed_by_fork() -> None:
    from zmq.sugar import context as module

    before = zmq.Context._instance_lock
    with before:
        module._renew_lock()
        assert not zmq.Context._instance_lock.locked()


def test_signatures() -> None:
    """Those of aliases, too."""
    for cls in (zmq.Context, zmq.SyncContext):
        assert list(inspect.signature(cls).parameters) == ["io_threads", "shadow"]

    class Own(zmq.Context[Any]):
        def __init__(self, other: int) -> None:
            raise NotImplementedError

    assert list(inspect.signature(Own).parameters) == ["other"]


def test_number_of_threads_is_checked_for_shadows(context: zmq.Context[Any]) -> None:
    with pytest.raises(TypeError):
        zmq.Context("text", context)  # type: ignore[call-overload]
