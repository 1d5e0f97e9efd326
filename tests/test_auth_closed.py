"""Authentication that ends without stop(): all peers that have to authenticate are refused."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import platform
import threading
from collections.abc import Callable
from typing import Any

import pytest

import zmq
import zmq.asyncio
import zmq.auth
from tests.fix_context import SocketFactory
from tests.fix_wait import Background, wait_until
from tests.test_auth import Bench, Keys, bench, closing_sockets, needs_curve, plain
from zmq.auth.asyncio import AsyncioAuthenticator
from zmq.auth.thread import ThreadAuthenticator

__all__ = ["bench"]

OURS, KNOWN = (Keys(), Keys()) if zmq.has("curve") else (None, None)

MECHANISMS = ["null", "plain", pytest.param("curve", marks=needs_curve)]


class Peers:
    """Servers with a security mechanism, and clients that are known to the authenticator or not."""

    def __init__(self, bench: Bench, mechanism: str) -> None:
        self.bench = bench
        self.mechanism = mechanism

    def accepts_known(self) -> bool:
        return self._accepts(KNOWN, plain("ann", "pass"))

    def accepts_unknown(self) -> bool:
        """For NULL there is none: all clients are accepted by a running authenticator."""
        return self._accepts(Keys() if self.mechanism == "curve" else None, plain("eve", "word"))

    def _accepts(self, keys: Keys | None, password: dict[str, Any]) -> bool:
        # Another server each time: the last client may cause more events of the last one.
        if self.mechanism == "null":
            return self.bench.ask(self.bench.server(zap_domain=b"global"))
        if self.mechanism == "plain":
            return self.bench.ask(self.bench.server(plain_server=1), **password)
        assert OURS is not None
        assert keys is not None
        return self.bench.ask(self.bench.server(**OURS.server), **keys.client(OURS))


class KnownKey:
    def callback(self, _: str, key: bytes) -> bool:
        assert KNOWN is not None
        return key == KNOWN.public


def configure(auth: Any) -> Any:
    auth.configure_plain("*", {"ann": "pass"})
    auth.configure_curve_callback("*", KnownKey())
    return auth


# Ways in which authentication ends. Each returns the authenticator, or None if it was deleted.


def cancel_tasks(context: zmq.Context[Any], peers: Peers) -> Any:
    """Cancel all tasks of an event loop that goes on."""
    loop = asyncio.SelectorEventLoop()
    auth = configure(AsyncioAuthenticator(context))

    async def run() -> None:
        auth.start()
        assert await loop.run_in_executor(None, peers.accepts_known)
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)
        assert not await loop.run_in_executor(None, peers.accepts_unknown)
        await loop.shutdown_default_executor()

    loop.run_until_complete(run())
    loop.close()
    return auth


def end_asyncio_run(context: zmq.Context[Any], peers: Peers) -> Any:
    auth = configure(AsyncioAuthenticator(context))

    async def run() -> None:
        auth.start()
        assert await asyncio.get_running_loop().run_in_executor(None, peers.accepts_known)

    asyncio.run(run())
    return auth


def delete_after_asyncio_run(context: zmq.Context[Any], peers: Peers) -> None:
    end_asyncio_run(context, peers)
    gc.collect()


def close_loop(context: zmq.Context[Any], _: Peers) -> Any:
    """Close an event loop without cancelling its tasks."""
    loop = asyncio.SelectorEventLoop()
    auth = configure(AsyncioAuthenticator(context))

    async def run() -> None:
        auth.start()

    loop.run_until_complete(run())
    loop.close()
    return auth


def delete_after_closing_loop(context: zmq.Context[Any], peers: Peers) -> None:
    close_loop(context, peers)
    gc.collect()


def stop_loop(context: zmq.Context[Any], _: Peers) -> Any:
    """Leave an event loop that is not closed: requests are denied when their time is over."""
    loop = asyncio.SelectorEventLoop()
    auth = configure(AsyncioAuthenticator(context))
    auth.request_timeout = 0.05

    async def run() -> None:
        auth.start()

    loop.run_until_complete(run())
    auth.loop_to_close = loop
    return auth


def raise_in_callback(context: zmq.Context[Any], peers: Peers) -> Any:
    """End the thread by what its callback raises."""
    auth = configure(ThreadAuthenticator(context))
    auth.start()
    assert peers.accepts_known()

    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    auth._authenticate_plain = interrupt
    Peers(peers.bench, "plain").accepts_known()
    wait_until(lambda: not auth.is_alive())
    return auth


def inject_exit(context: zmq.Context[Any], peers: Peers) -> Any:
    """End the thread by SystemExit, injected by another thread."""
    if platform.python_implementation() != "CPython":
        pytest.skip("exceptions can be injected into threads of CPython only")
    auth = configure(ThreadAuthenticator(context))
    auth.start()
    assert peers.accepts_known()
    inject(auth.thread, SystemExit)
    # The thread notices when it runs again.
    Peers(peers.bench, "plain").accepts_known()
    wait_until(lambda: not auth.is_alive())
    return auth


def inject(thread: threading.Thread, kind: type[BaseException]) -> None:
    ctypes = pytest.importorskip("ctypes", reason="this Python has no ctypes")
    assert thread.ident is not None
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(kind)) == 1


def delete_thread_authenticator(context: zmq.Context[Any], peers: Peers) -> None:
    raise_in_callback(context, peers)
    gc.collect()


def delete_base(context: zmq.Context[Any], _: Peers) -> None:
    """Delete an authenticator whose requests were handled by hand."""
    auth = zmq.auth.Authenticator(context)
    auth.start()
    del auth
    gc.collect()


WAYS = [
    cancel_tasks,
    end_asyncio_run,
    delete_after_asyncio_run,
    close_loop,
    delete_after_closing_loop,
    stop_loop,
    raise_in_callback,
    inject_exit,
    delete_thread_authenticator,
    delete_base,
]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("end", WAYS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_closed_after_the_end(
    context: zmq.Context[Any],
    bench: Bench,
    end: Callable[[zmq.Context[Any], Peers], Any],
    mechanism: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is refused until an authenticator is started or stopped. The fixture terminates the context."""
    peers = Peers(bench, mechanism)
    auth = end(context, peers)
    assert not peers.accepts_unknown()
    assert not peers.accepts_known()
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    expected = "request_timeout" if end is stop_loop else "refused until start() or stop() is called"
    assert any(expected in message for message in errors)

    if end is not stop_loop:
        with configure(ThreadAuthenticator(context)):
            assert peers.accepts_known()
            assert mechanism == "null" or not peers.accepts_unknown()
            if auth is not None:
                auth.stop()
                assert mechanism == "null" or not peers.accepts_unknown(), "it stops what is its own"
    else:
        auth.stop()
        run_to_the_end(auth.loop_to_close)
    # PLAIN is always refused without an authenticator.
    assert peers.accepts_unknown() is (mechanism != "plain"), "stop() releases the address"


def run_to_the_end(loop: asyncio.AbstractEventLoop) -> None:
    async def wait() -> None:
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    loop.run_until_complete(wait())
    loop.close()


@pytest.mark.parametrize("end", [end_asyncio_run, close_loop, raise_in_callback])
def test_started_again_after_the_end(
    context: zmq.Context[Any], bench: Bench, end: Callable[[zmq.Context[Any], Peers], Any]
) -> None:
    """The same object can be started, without the address being released in between."""
    peers = Peers(bench, "null")
    auth = end(context, peers)
    socket = auth.zap_socket
    vars(auth).pop("_authenticate_plain", None)

    async def run() -> None:
        auth.start()
        assert auth.zap_socket is socket
        assert await asyncio.get_running_loop().run_in_executor(None, peers.accepts_known)
        auth.stop()

    asyncio.run(run())
    assert auth.zap_socket is None


@pytest.mark.parametrize("end", [end_asyncio_run, close_loop, raise_in_callback])
def test_stopped_after_the_end(
    context: zmq.Context[Any], bench: Bench, end: Callable[[zmq.Context[Any], Peers], Any]
) -> None:
    auth = end(context, Peers(bench, "null"))
    Background(auth.stop).result()
    assert auth.zap_socket is None
    other = zmq.auth.Authenticator(context)
    other.start()
    other.stop()


def test_requests_by_hand_after_the_end(context: zmq.Context[Any], sockets: SocketFactory, bench: Bench) -> None:
    """An authenticator without thread takes the address over, too."""
    end_asyncio_run(context, Peers(bench, "null"))
    auth = zmq.auth.Authenticator(context)
    auth.start()
    peer = sockets(zmq.REQ)
    peer.connect("inproc://zeromq.zap.01")
    peer.send_multipart([b"1.0", b"1", b"", b"127.0.0.1", b"", b"NULL"])
    asyncio.run(auth.handle_zap_message(auth.zap_socket.recv_multipart()))
    assert peer.recv_multipart()[2] == b"200"
    auth.stop()


@pytest.mark.parametrize("end", [end_asyncio_run, close_loop, raise_in_callback, delete_base])
@pytest.mark.parametrize("how", ["term", "destroy", "delete"])
@pytest.mark.filterwarnings("ignore:Unclosed context:ResourceWarning")
def test_contexts_end_authentication(end: Callable[[zmq.Context[Any], Peers], Any], how: str) -> None:
    """Neither sockets nor threads are left, and termination does not wait for them."""
    context: Any = zmq.Context()
    with closing_sockets(context) as make:
        auth = end(context, Peers(Bench(make), "null"))
    del make
    server: Any = wait_until(lambda: zmq.auth._server._servers.get(context.underlying))
    assert server.is_alive()
    if how == "delete":
        del context, auth
        gc.collect()
    else:
        Background(getattr(context, how)).result()

    def has_ended() -> bool:
        gc.collect()
        # Not its thread, which another one may be about to start.
        return not server.is_alive()

    wait_until(has_ended)
    assert server not in zmq.auth._server._servers.values()


def test_running_authenticators_do_not_block_termination(eventually: Any) -> None:
    for kind in (ThreadAuthenticator, AsyncioAuthenticator):
        context: zmq.Context[Any] = zmq.Context()
        auth: Any = kind(context)

        async def run(auth: Any = auth, context: zmq.Context[Any] = context) -> None:
            auth.start()
            await asyncio.get_running_loop().run_in_executor(None, context.term)
            auth.stop()

        asyncio.run(run())
        assert context.closed
        eventually(lambda: not [each for each in threading.enumerate() if each.name.startswith("zmq.auth")])


class Stuck:
    """A callback that blocks."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.leave = threading.Event()

    def callback(self, *_: Any) -> bool:
        self.entered.set()
        assert self.leave.wait(60)
        return True


class Sleeping:
    """A coroutine that does not end by itself."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = threading.Event()

    async def callback(self, *_: Any) -> bool:
        self.asked += 1
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return True


@needs_curve
def test_callbacks_that_block(
    context: zmq.Context[Any], bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Their requests are denied in time, and stop() does not wait for them."""
    monkeypatch.setattr("zmq.auth.thread.PATIENCE", 0.05)
    stuck = Stuck()
    auth = ThreadAuthenticator(context)
    auth.request_timeout = 0.05
    auth.start()
    auth.configure_curve_callback("*", stuck)
    thread = auth.thread
    try:
        peers = Peers(bench, "curve")
        assert not peers.accepts_unknown()
        assert stuck.entered.is_set()
        assert "longer than 0.05 seconds" in caplog.text
        assert not peers.accepts_known()
        Background(auth.stop).result()
        assert "A callback still blocks" in caplog.text
        with configure(ThreadAuthenticator(context)):
            assert peers.accepts_known(), "the address was released"
    finally:
        stuck.leave.set()
    thread.join(20)
    assert not thread.is_alive()


@needs_curve
def test_termination_while_a_callback_blocks() -> None:
    stuck = Stuck()
    context: zmq.Context[Any] = zmq.Context()
    auth = ThreadAuthenticator(context)
    auth.start()
    auth.configure_curve_callback("*", stuck)
    peer = context.socket(zmq.DEALER)
    peer.connect("inproc://zeromq.zap.01")
    peer.send_multipart([b"", b"1.0", b"1", b"", b"127.0.0.1", b"", b"CURVE", bytes(32)])
    assert stuck.entered.wait(20)
    peer.close()
    Background(context.term).result()
    stuck.leave.set()
    auth.stop()


@needs_curve
def test_coroutines_that_do_not_end(context: zmq.Context[Any], bench: Bench) -> None:
    sleeping = Sleeping()
    with ThreadAuthenticator(context) as auth:
        auth.request_timeout = 0.05
        auth.configure_curve_callback("*", sleeping)
        assert not Peers(bench, "curve").accepts_unknown()
        assert sleeping.cancelled.wait(20)
        auth.configure_curve("*", zmq.auth.CURVE_ALLOW_ANY)
        assert Peers(bench, "curve").accepts_unknown(), "others are not affected"


@needs_curve
def test_the_number_of_requests_is_limited(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    sleeping = Sleeping()
    with ThreadAuthenticator(context) as auth:
        auth.max_requests = 2
        auth.request_timeout = 0.2
        auth.configure_curve_callback("*", sleeping)
        peer = sockets(zmq.DEALER)
        peer.connect("inproc://zeromq.zap.01")
        for number in b"123":
            peer.send_multipart([b"", b"1.0", b"%d" % number, b"", b"127.0.0.1", b"", b"CURVE", bytes(32)])
        assert [peer.recv_multipart()[3] for _ in range(2)] == [b"500"] * 2
        assert sleeping.asked <= 3
        assert peer.recv_multipart()[3] == b"500"
        assert sleeping.asked == 3


@needs_curve
@pytest.mark.parametrize("kind", [ThreadAuthenticator, AsyncioAuthenticator])
def test_stopped_by_a_callback(context: zmq.Context[Any], bench: Bench, kind: Any) -> None:
    auth = kind(context)
    done = threading.Event()

    class Stopping:
        def callback(self, *_: Any) -> bool:
            auth.stop()
            done.set()
            return True

    auth.configure_curve_callback("*", Stopping())
    assert OURS is not None
    server = bench.server(**OURS.server)

    async def run() -> None:
        auth.start()
        client = bench.sockets(zmq.PUSH, **Keys().client(OURS))
        client.connect(server.last_endpoint)
        assert await asyncio.get_running_loop().run_in_executor(None, done.wait, 20)

    asyncio.run(run())
    assert auth.zap_socket is None


@pytest.mark.parametrize("kind", [ThreadAuthenticator, AsyncioAuthenticator])
def test_stopped_by_other_threads(context: zmq.Context[Any], kind: Any) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(5):
            auth.start()
            await asyncio.gather(*(loop.run_in_executor(None, auth.stop) for _ in range(4)))
            assert auth.zap_socket is None

    auth = kind(context)
    asyncio.run(run())


class BrokenLog:
    """A log that ends the thread which logs."""

    def debug(self, *_: Any, **__: Any) -> None:
        pass

    def error(self, *_: Any, **__: Any) -> None:
        raise SystemExit


def test_the_server_survives_its_log(context: zmq.Context[Any], sockets: SocketFactory) -> None:
    with ThreadAuthenticator(context, log=BrokenLog()) as auth:
        peer = sockets(zmq.DEALER)
        peer.connect("inproc://zeromq.zap.01")
        peer.send_multipart([b"no request"])
        peer.send_multipart([b"", b"1.0", b"1", b"", b"127.0.0.1", b"", b"NULL"])
        assert peer.recv_multipart()[3] == b"200"
        assert auth.is_alive()


def test_messages_on_the_pipe_stop_the_thread(context: zmq.Context[Any]) -> None:
    auth = ThreadAuthenticator(context)
    auth.start()
    thread = auth.thread
    assert auth.pipe is not None
    auth.pipe.send(b"TERMINATE")
    thread.join(20)
    assert not thread.is_alive()
    auth.stop()


# Processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("kind", ["thread", "asyncio"])
def test_forked_processes(run_python: Any, kind: str) -> None:
    """Nothing of it lives in a child, which can have an authenticator of its own; the parent's goes on."""
    run_python(
        """
        import asyncio, gc, os, sys, threading, warnings, zmq
        from zmq.auth.asyncio import AsyncioAuthenticator
        from zmq.auth.thread import ThreadAuthenticator

        warnings.simplefilter("ignore", DeprecationWarning)  # of os.fork() in a process with threads
        REQUEST = [b"1.0", b"1", b"", b"127.0.0.1", b"", b"NULL"]

        def ask(context):
            with context.socket(zmq.REQ) as peer:
                peer.linger, peer.rcvtimeo = 0, 20000
                peer.connect("inproc://zeromq.zap.01")
                peer.send_multipart(REQUEST)
                return peer.recv_multipart()[2]

        def child(auth):
            assert auth.zap_socket.closed
            assert not auth._server.is_alive()
            assert not [each for each in threading.enumerate() if each.name.startswith("zmq.auth")]
            auth.stop()
            del auth
            gc.collect()
            with zmq.Context() as context, ThreadAuthenticator(context):
                assert ask(context) == b"200"

        def fork(context, auth):
            assert ask(context) == b"200"
            pid = os.fork()
            if pid == 0:
                try:
                    child(auth)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                    sys.stderr.flush()
                    os._exit(1)
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
            assert ask(context) == b"200"

        async def run(context):
            auth = AsyncioAuthenticator(context)
            auth.start()
            await asyncio.get_running_loop().run_in_executor(None, fork, context, auth)
            auth.stop()

        context = zmq.Context()
        if sys.argv[-1] == "thread":
            with ThreadAuthenticator(context) as auth:
                fork(context, auth)
        else:
            asyncio.run(run(context))
        context.term()
        """.replace("sys.argv[-1]", repr(kind))
    ).succeeded()


@pytest.mark.parametrize("kind", ["ThreadAuthenticator", "AsyncioAuthenticator", "Authenticator"])
@pytest.mark.parametrize("is_deleted", [False, True])
def test_programs_that_end_without_stopping(run_python: Any, kind: str, is_deleted: bool) -> None:
    program = f"""
        import asyncio, gc, zmq
        from zmq.auth import Authenticator
        from zmq.auth.asyncio import AsyncioAuthenticator
        from zmq.auth.thread import ThreadAuthenticator

        async def run():
            auth = {kind}()
            auth.start()
            return auth

        auth = asyncio.run(run())
        if {is_deleted}:
            del auth
            gc.collect()
        print("end")
        """
    assert run_python(program).succeeded().output.strip() == "end"


def test_threads_of_gevent(run_python: Any) -> None:
    """The threads of a process patched by gevent are greenlets of one thread: nothing may block it."""
    pytest.importorskip("gevent")
    program = """
        from gevent import monkey
        monkey.patch_all()
        import zmq.green as zmq
        from zmq.auth.thread import ThreadAuthenticator

        context = zmq.Context()
        with ThreadAuthenticator(context) as auth:
            auth.configure_plain("*", {"ann": "pass"})
            server, client = context.socket(zmq.PULL), context.socket(zmq.PUSH)
            server.plain_server = True
            server.bind("tcp://127.0.0.1:*")
            client.plain_username, client.plain_password = b"ann", b"pass"
            client.connect(server.last_endpoint)
            client.send(b"text")
            print(server.recv().decode())
            server.close(), client.close()
        context.term()
        """
    assert run_python(program).succeeded().output.strip() == "text"


# Sockets that refuse peers without an authenticator


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_enforced_domains(context: zmq.Context[Any], bench: Bench, mechanism: str) -> None:
    """Peers are refused before an authenticator is started, and after it was stopped."""
    auth = configure(ThreadAuthenticator(context))
    auth.enforce_domain()
    assert (context.zap_domain, context.zap_enforce_domain) == (b"global", 1)
    peers = Peers(bench, mechanism)
    assert bench.server().zap_domain == b"global"
    assert not peers.accepts_known()
    with auth:
        assert peers.accepts_known()
        assert mechanism == "null" or not peers.accepts_unknown()
    assert not peers.accepts_known()


def test_domains_that_cannot_be_enforced(context: zmq.Context[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    auth = zmq.auth.Authenticator(context)
    for domain in ("", "x" * 256):
        with pytest.raises(ValueError, match="1 to 255 bytes"):
            auth.enforce_domain(domain)
    # A libzmq without the option: nothing is set, rather than skipped for each socket.
    monkeypatch.setattr("zmq.auth.base._ZAP_ENFORCE_DOMAIN", 9999)
    with pytest.raises(zmq.ZMQError) as caught:
        auth.enforce_domain()
    assert caught.value.errno == zmq.EINVAL
    assert not context.sockopts
