"""zmq.green in programs in which gevent has patched the standard library."""

from __future__ import annotations

import pytest

from tests.fix_process import Runner

pytest.importorskip("gevent", reason="zmq.green needs gevent", exc_type=ImportError)


def run(run_python: Runner, program: str) -> str:
    # The interpreter of asyncio's debug mode, which -X dev turns on, would log slow callbacks.
    return run_python(PATCH + program, "-W", "error").succeeded().output


PATCH = """
        from gevent import monkey

        monkey.patch_all()
        import gevent
"""


def test_threads_are_greenlets(run_python: Runner) -> None:
    program = """
        import queue
        import threading
        import zmq.green as zmq

        results = queue.Queue()

        def serve():
            while (message := rep.recv()) != b"end":
                rep.send(message)

        def ask(number):
            with context.socket(zmq.DEALER) as dealer:
                dealer.connect("inproc://service")
                for _ in range(10):
                    dealer.send_multipart([b"", b"%d" % number])
                    results.put(dealer.recv_multipart() == [b"", b"%d" % number])

        with zmq.Context() as context, context.socket(zmq.REP) as rep:
            rep.bind("inproc://service")
            server = threading.Thread(target=serve)
            server.start()
            clients = [threading.Thread(target=ask, args=(number,)) for number in range(10)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            assert [results.get() for _ in range(100)] == [True] * 100
            with context.socket(zmq.REQ) as last:
                last.connect("inproc://service")
                last.send(b"end")
                server.join()
        print("done")
    """
    assert run(run_python, program) == "done\n"


def test_waiting_polling_and_terminating(run_python: Runner) -> None:
    program = """
        import select
        import socket
        import time
        import zmq.green as zmq

        context = zmq.Context()
        pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        push.connect(f"tcp://127.0.0.1:{port}")
        ours, theirs = socket.socketpair()
        poller = zmq.Poller()
        poller.register(pull, zmq.POLLIN)
        poller.register(ours, zmq.POLLIN)
        waiting = gevent.spawn(poller.poll, 10_000)
        time.sleep(0.01)
        theirs.send(b"x")
        assert waiting.get() == [(ours.fileno(), zmq.POLLIN)]
        ours.recv(1)
        waiting = gevent.spawn(poller.poll, 10_000)
        push.send(b"x")
        assert waiting.get() == [(pull, zmq.POLLIN)]
        assert pull.recv() == b"x"
        pull.rcvtimeo = 50
        try:
            pull.recv()
        except zmq.Again:
            print("again")
        receiver = gevent.spawn(pull.poll)
        time.sleep(0)
        term = gevent.spawn(context.term)
        try:
            receiver.get()
        except zmq.ContextTerminated:
            print("terminated")
        push.close(0)
        pull.close()
        term.get()
        ours.close()
        theirs.close()
    """
    ended = run_python(PATCH + program, "-W", "error").succeeded()
    assert ended.output == "again\nterminated\n"


def test_a_tracker_and_the_reaper(run_python: Runner) -> None:
    """What libzmq's threads and pyzmq's own have to tell reaches the greenlets."""
    program = """
        import zmq.green as zmq

        with zmq.Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            port = pull.bind_to_random_port("tcp://127.0.0.1")
            push.connect(f"tcp://127.0.0.1:{port}")
            data = bytearray(1_000_000)
            tracker = push.send(data, copy=False, track=True)
            assert len(pull.recv()) == 1_000_000
            tracker.wait(20)
            data.append(0)
        print("done")
    """
    assert run(run_python, program) == "done\n"


def test_zmqstream_lets_greenlets_run(run_python: Runner) -> None:
    pytest.importorskip("tornado", reason="ZMQStream needs tornado")
    program = """
        import asyncio
        import zmq.green as zmq
        from zmq.green.eventloop import IOLoop
        from zmq.green.eventloop.zmqstream import ZMQStream

        got = []
        ticks = 0

        def tick():
            global ticks
            while True:
                ticks += 1
                gevent.sleep(0.001)

        async def main():
            stream = ZMQStream(pull)
            done = asyncio.Event()

            def receive(message):
                got.extend(message)
                if len(got) == 20:
                    done.set()

            stream.on_recv(receive)
            await asyncio.wait_for(done.wait(), 20)
            stream.close()

        def send():
            for number in range(20):
                push.send(b"%d" % number)
                gevent.sleep(0.002)

        with zmq.Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.bind("inproc://x")
            push.connect("inproc://x")
            ticking, sending = gevent.spawn(tick), gevent.spawn(send)
            asyncio.run(main())
            gevent.killall([ticking, sending])
        assert got == [b"%d" % number for number in range(20)]
        assert ticks >= 10, ticks
        print("done")
    """
    assert run(run_python, program) == "done\n"
