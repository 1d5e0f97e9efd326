"""The examples that are several programs, or that go on until they are interrupted."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Callable

import pytest

from tests.fix_process import Example, StartExample

ANY = "tcp://127.0.0.1:*"


def addresses(line: str) -> list[str]:
    """The addresses that a program says that it has."""
    return re.findall(r"\w+://[\d.]+:\d+", line)


def interrupt(example: Example, *, loop: bool = False) -> None:
    """End a program as Ctrl-C does, where one process can be sent that.

    On PyPy, asyncio's `loop` heeds it most of the time only, in programs without zmq, too: the fixture ends those.
    """
    if sys.platform == "win32" or (loop and sys.implementation.name == "pypy"):
        return
    ended = example.interrupt().succeeded()
    assert ended.output.splitlines()[-1] == "interrupted"
    assert ended.errors == ""


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_device(start_example: StartExample, endpoint: Callable[[str], str], kind: str) -> None:
    front, back = endpoint("ipc"), endpoint("ipc")
    arguments = ["process"] if kind == "process" else []
    device = start_example("device/device.py", *arguments, front, back)
    assert device.line() == f"from {front} to {back}; Ctrl-C ends it"
    servers = [start_example("device/server.py", back) for _ in range(2)]
    for server in servers:
        assert re.fullmatch(rf"worker \d+ waits for questions from {back}; Ctrl-C ends it", server.line())
    clients = [start_example("device/client.py", front) for _ in range(2)]
    for client in clients:
        ended = client.end().succeeded()
        assert ended.output == "1 squared is 1\n2 squared is 4\n3 squared is 9\n4 squared is 16\n"
        assert ended.errors == ""
    for program in (*servers, device):
        interrupt(program)


@pytest.mark.parametrize("name", ["eventloop/echo.py", "eventloop/echostream.py", "eventloop/echofuture.py"])
def test_echo(start_example: StartExample, name: str) -> None:
    pytest.importorskip("tornado", reason="the example needs tornado, which is not installed")
    server = start_example(name, ANY)
    (address,) = addresses(server.line())
    clients = [start_example("eventloop/client.py", address) for _ in range(3)]
    for client in clients:
        ended = client.end().succeeded()
        assert ended.output == "echo: message 0\necho: message 1\necho: message 2\n"
        assert ended.errors == ""
    interrupt(server, loop=True)


def test_web(start_example: StartExample) -> None:
    pytest.importorskip("tornado", reason="the example needs tornado, which is not installed")
    server = start_example("eventloop/web.py", "0")
    (address,) = addresses(server.line())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path, answer in (("/hello/world", b"Hello world"), ("/", b"Is anybody there?"), ("/hello/you", b"Hello you")):
        with opener.open(f"{address}{path}", timeout=20) as response:
            assert response.read() == answer
    interrupt(server, loop=True)


def test_publisher_and_watchers(start_example: StartExample) -> None:
    # Each level is a subscription.
    publisher = start_example("logger/publisher.py", ANY, "6", "2")
    (address,) = addresses(publisher.line())
    watchers = [start_example("logger/watcher.py", address, level) for level in ("INFO", "ERROR")]
    ended = publisher.end().succeeded()
    assert ended.errors == ""
    topics = ["CRITICAL", "CRITICAL", "ERROR", "ERROR", "INFO", "WARNING"]
    assert sorted(ended.output.splitlines()) == [f"subscribed: greeter.{name}" for name in topics]
    assert watchers[0].line() == "greeter.WARNING  greetings > about to greet the world"
    for _ in range(2):
        assert watchers[0].line() == "greeter.INFO     greetings > hello world"
    for watcher in watchers:
        lines = [watcher.line() for _ in range(5)]
        assert lines[0] == "greeter.ERROR    greetings > cannot greet any more"
        assert lines[-1] == "    ValueError: no world is left"
    assert watchers[0].line() == "greeter.INFO     greetings > done"
    for watcher in watchers:
        interrupt(watcher)


def test_hearts(start_example: StartExample) -> None:
    heartbeater = start_example("heartbeat/heartbeater.py", ANY, ANY, "0.5")
    pings, pongs = addresses(heartbeater.line())

    def told(*expected: str) -> None:
        # On a busy machine, a heart may be thought to be gone for a moment.
        waited_for = set(expected)
        while waited_for:
            line = heartbeater.line()
            assert re.fullmatch("(first|second) is (there|gone)", line)
            waited_for.discard(line)

    hearts = []
    for name in ("first", "second"):
        hearts.append(start_example("heartbeat/heart.py", name, pings, pongs))
        assert hearts[-1].line() == f"{name} beats; Ctrl-C ends it"
        told(f"{name} is there")
    hearts[0].process.kill()
    interrupt(hearts[1])
    hearts[1].process.kill()
    told("first is gone", "second is gone")
    interrupt(heartbeater)
