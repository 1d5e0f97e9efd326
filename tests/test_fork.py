"""Forked processes: what belongs to the parent is closed there, and may be closed without harm."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")

# The child reports by its exit status; the parent goes on using what it has.
HEAD = """
    import gc, os, sys, threading, time, zmq

    def in_child(function):
        pid = os.fork()
        if pid == 0:
            try:
                function()
            except BaseException:
                import traceback
                traceback.print_exc()
                os._exit(1)
            sys.stderr.flush()
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
"""


def test_inherited_objects_are_closed(run_python: Any) -> None:
    program = (
        HEAD
        + """
    context = zmq.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("tcp://127.0.0.1:*")
    b.connect(a.last_endpoint)
    a.send(b"before")
    assert b.recv() == b"before"

    def child():
        assert context.closed
        assert a.closed and b.closed
        for operation, errno in (
            (lambda: a.send(b"x"), zmq.ENOTSOCK),
            (lambda: b.recv(), zmq.ENOTSOCK),
            (lambda: a.linger, zmq.ENOTSOCK),
            (lambda: a.poll(0), zmq.ENOTSUP),
            (lambda: context.socket(zmq.PAIR), zmq.ENOTSUP),
        ):
            try:
                operation()
            except zmq.ZMQError as error:
                assert error.errno == errno, error
            else:
                raise AssertionError("an inherited object works")
        a.close()
        b.close(linger=0)
        context.term()
        context.destroy()
        repr((a, b, context))

    in_child(child)
    a.send(b"after")
    assert b.recv() == b"after"
    a.close()
    b.close()
    context.term()
    """
    )
    run_python(program, "-W", "error", "-W", "ignore::DeprecationWarning").succeeded()


def test_collecting_inherited_objects_is_silent(run_python: Any) -> None:
    program = (
        HEAD
        + """
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    socket.bind("tcp://127.0.0.1:*")
    frame = zmq.Frame(bytearray(100_000), copy=False, track=True)

    def child():
        global context, socket, frame
        del context, socket, frame
        gc.collect()

    in_child(child)
    socket.close()
    context.term()
    """
    )
    ended = run_python(program, "-W", "always", "-W", "ignore::DeprecationWarning").succeeded()
    assert ended.errors == ""


def test_instance_is_made_anew(run_python: Any) -> None:
    program = (
        HEAD
        + """
    parent = zmq.Context.instance()

    def child():
        context = zmq.Context.instance()
        assert context is not parent
        assert zmq.Context.instance() is context
        with context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
            a.bind("inproc://x")
            b.connect("inproc://x")
            a.send(b"in the child")
            assert b.recv() == b"in the child"
        context.term()

    in_child(child)
    in_child(child)
    assert zmq.Context.instance() is parent
    parent.term()
    """
    )
    run_python(program, "-W", "error", "-W", "ignore::DeprecationWarning").succeeded()


def test_fork_while_another_thread_makes_the_instance(run_python: Any) -> None:
    """The lock may be held at that moment, by a thread that the child does not have."""
    program = (
        HEAD
        + """
    held, release = threading.Event(), threading.Event()

    def hold():
        with zmq.Context._instance_lock:
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()

    def child():
        zmq.Context.instance().term()

    in_child(child)
    release.set()
    thread.join()
    """
    )
    run_python(program, "-W", "error", "-W", "ignore::DeprecationWarning").succeeded()


def test_child_and_parent_talk(run_python: Any) -> None:
    program = (
        HEAD
        + """
    with zmq.Context() as context, context.socket(zmq.REP) as server:
        server.bind("tcp://127.0.0.1:*")
        address = server.last_endpoint
        pid = os.fork()
        if pid == 0:
            with zmq.Context() as own, own.socket(zmq.REQ) as client:
                client.connect(address)
                client.send(b"hello")
                answer = client.recv()
            os._exit(0 if answer == b"hello to you" else 1)
        server.send(server.recv() + b" to you")
        assert os.waitpid(pid, 0)[1] == 0
    """
    )
    run_python(program, "-W", "error", "-W", "ignore::DeprecationWarning").succeeded()


def test_multiprocessing(run_python: Any, tmp_path: Any) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        """
import multiprocessing
import zmq

def work(address):
    with zmq.Context.instance() as context, context.socket(zmq.PUSH) as socket:
        socket.connect(address)
        socket.send_string(multiprocessing.current_process().name)

if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        start = multiprocessing.get_context(method)
        with zmq.Context.instance().socket(zmq.PULL) as socket:
            socket.bind("tcp://127.0.0.1:*")
            processes = [start.Process(target=work, args=(socket.last_endpoint,)) for _ in range(3)]
            for process in processes:
                process.start()
            names = {socket.recv_string() for _ in processes}
            for process in processes:
                process.join()
                assert process.exitcode == 0, process.exitcode
            assert names == {process.name for process in processes}
""",
        encoding="utf-8",
    )
    run_python(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')").succeeded()
