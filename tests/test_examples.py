"""The examples that run to their end by themselves: each does what it says, and says what it does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import zmq
from tests.fix_process import EXAMPLES, StartExample

#: What each prints.
OUTPUT = {
    "sockets/decorated.py": "hello\nPAIR in a context with 2 threads\n",
    "sockets/poll.py": "task: number 0\ntask: number 1\ntask: number 2\ncommand: stop\n",
    "sockets/topics.py": """\
subscribed: weather.
subscribed: weather.rome
subscribed: sports.
everywhere: weather.berlin rain
everywhere: weather.rome sunshine
rome: sports.chess a draw
rome: weather.rome sunshine
unsubscribed: weather.rome
""",
    "sockets/recv_into.py": """\
16 bytes: [0.0, 0.0]
16 bytes: [1.0, 0.5]
16 bytes: [2.0, 1.0]
100 bytes: too long
""",
    "device/monitored_queue.py": """\
question: 0 + 1?
answer: 1
question: 1 + 1?
answer: 2
ended: True
""",
    "asyncio/coroutines.py": """\
answer: pong 0
answer: pong 1
answer: pong 2
tick: 0
tick: 1
tick: 2
""",
    "asyncio/helloworld_pubsub.py": "de: Hallo Welt\nen: Hello world\n",
    "heartbeat/ping.py": "HANDSHAKE_SUCCEEDED\nDISCONNECTED\n",
    "security/grasslands.py": "received: hello\n",
    "security/strawhouse.py": "allowed: received: hello\ndenied: was turned away (400)\n",
    "security/woodhouse.py": """\
admin: received: hello
admin, wrong password: was turned away (400)
nobody: was turned away (400)
""",
    "security/stonehouse.py": "received: hello\nfrom a client whose key we see: True\n",
    "security/ironhouse.py": "known client: received: hello\nunknown client: was turned away (400)\n",
    "security/asyncio-ironhouse.py": "server received: hello\nclient received: welcome\n",
}


@pytest.mark.parametrize("name", OUTPUT)
def test_output(start_example: StartExample, name: str) -> None:
    ended = start_example(name).end().succeeded()
    assert ended.output == OUTPUT[name]
    assert ended.errors == ""


def test_every_example_is_listed_and_tested() -> None:
    programs = {
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*.py")
        if "cython" not in path.parts  # one entry for all that is there, and test_examples_cython.py
    }
    listed = set(re.findall(r"\]\((\S+?)\)", (EXAMPLES / "README.md").read_text("utf-8")))
    assert listed == programs | {"cython/"}
    tests = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_examples*.py")))
    assert {name for name in programs if f'"{name}"' not in tests} == set()


@pytest.mark.parametrize("name", ["monitoring/simple_monitor.py", "monitoring/asyncio_monitor.py"])
def test_monitors(start_example: StartExample, name: str) -> None:
    ended = start_example(name).end().succeeded()
    assert ended.errors == ""
    lines = [line.split()[0] for line in ended.output.splitlines()]
    # In asyncio_monitor, what goes on in libzmq's threads is told while the message is under way.
    lines.remove("echo:")
    if "simple" not in name:
        assert lines == ["ACCEPTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED"]
        return
    assert lines[:3] == ["LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED"]
    assert lines[-1] == "MONITOR_STOPPED"
    assert set(lines[3:-1]) <= {"CLOSED", "DISCONNECTED"}
    assert len(set(re.findall(r"tcp://127\.0\.0\.1:\d+", ended.output))) == 1


def test_serialization(start_example: StartExample) -> None:
    pytest.importorskip("numpy", reason="the example sends arrays of numpy, which is not installed")
    ended = start_example("serialization/serialsocket.py").end().succeeded()
    assert re.fullmatch(
        r"pickled: \d{4} bytes, zipped: fewer than 200: True\n"
        r"the same object: True\nthe same array: float64 \(3, 4\) True\n",
        ended.output,
    )
    assert ended.errors == ""


def test_certificates(start_example: StartExample, tmp_path: Path) -> None:
    files = ["private_keys/client.key_secret", "private_keys/server.key_secret"]
    files += ["public_keys/client.key", "public_keys/server.key"]
    ended = start_example("security/generate_certificates.py", "made").end().succeeded()
    assert ended.output.splitlines() == files
    assert ended.errors == ""
    if sys.platform != "win32":
        assert (tmp_path / "made" / "private_keys").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "made" / files[0]).stat().st_mode & 0o777 == 0o600
    assert 'made-for = "the examples"' in (tmp_path / "made" / files[0]).read_text("utf-8")
    assert start_example("security/generate_certificates.py").end().succeeded().output.splitlines() == files
    assert (tmp_path / "certificates" / files[0]).is_file()
    for name in ("security/ironhouse.py", "security/asyncio-ironhouse.py"):
        assert "received: hello" in start_example(name, "made").end().succeeded().output


@pytest.mark.parametrize("name", ["bench/latency.py", "bench/throughput.py"])
@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_benches(start_example: StartExample, name: str, transport: str) -> None:
    if transport == "ipc" and sys.platform == "win32":
        pytest.skip("ipc needs Unix domain sockets, which this libzmq does not use on Windows")
    for size in ("5", "70000"):
        ended = start_example(name, size, "100", transport).end().succeeded()
        said = r"[\d.]+ us there and back" if "latency" in name else r"\d+ messages/s, [\d.]+ MB/s"
        assert re.fullmatch(rf"{size} bytes, {transport}: {said}\n", ended.output)
        assert ended.errors == ""


def test_workers_that_log(start_example: StartExample) -> None:
    ended = start_example("logger/zmqlogger.py").end().succeeded()
    assert ended.errors == ""
    for worker in range(3):
        lines = [line for line in ended.output.splitlines() if line.startswith(f"worker{worker}.")]
        assert lines[0] == f"worker{worker}.INFO.job.begin: {worker} steps to do"
        assert lines[-1] == f"worker{worker}.INFO.job.end: done"
        for step, line in enumerate(lines[1:-1]):
            assert re.fullmatch(
                rf"worker{worker}\.DEBUG\.job\.step: DEBUG zmqlogger\.py:\d+ - step {step}",
                line,
            )
        assert len(lines) == 2 + worker


@pytest.mark.parametrize("name", ["gevent/simple.py", "gevent/poll.py"])
def test_greenlets(start_example: StartExample, name: str) -> None:
    pytest.importorskip("gevent", reason="the example needs gevent, which is not installed")
    ended = start_example(name).end().succeeded()
    assert ended.errors == ""
    if "simple" in name:
        assert ended.output == "one -> ONE\ntwo -> TWO\nthree -> THREE\n"
        return
    lines = ended.output.splitlines()
    for sender in ("first", "second"):
        assert [line for line in lines if line.startswith(sender)] == [f"{sender}: {number}" for number in range(3)]
    assert len(lines) == 6


DRAFTS = {
    "draft/client-server.py": "two peers: True\nwelcome, hello from the first\nwelcome, hello from the second\n",
    "draft/radio-dish.py": "heard: numbers\nend: the end\n",
}


@pytest.mark.draft
@pytest.mark.parametrize("name", DRAFTS)
def test_drafts(start_example: StartExample, name: str) -> None:
    ended = start_example(name).end().succeeded()
    assert ended.output == DRAFTS[name]
    assert ended.errors == ""


@pytest.mark.skipif(zmq.DRAFT_API, reason="this build has the draft API: test_drafts runs them")
@pytest.mark.parametrize("name", DRAFTS)
def test_drafts_that_are_not_built_in(start_example: StartExample, name: str) -> None:
    ended = start_example(name).end()
    assert ended.status == 1
    assert "ZMQ_DRAFT_API=ON" in ended.errors
