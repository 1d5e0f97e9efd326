"""zmq.log: what is published, and what the watcher shows."""

# ruff: noqa: PLE1205  (the methods of a TopicLogger take another argument)

from __future__ import annotations

import io
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import pytest

import zmq
from tests.fix_context import TIMEOUT, PairFactory, SocketFactory
from tests.fix_process import Runner
from zmq.log import handlers
from zmq.log.__main__ import Printer, main
from zmq.log.handlers import TOPIC_DELIM, PUBHandler, TopicLogger

Sock = zmq.Socket[bytes]


@pytest.fixture
def published(pair: PairFactory) -> tuple[Sock, Sock]:
    """A publisher, and a subscriber to all, whose subscription has arrived."""
    publisher, subscriber = pair(zmq.XPUB, zmq.SUB)
    subscriber.subscribe(b"")
    assert publisher.recv() == b"\1"
    return publisher, subscriber


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger that nothing else hears."""
    logger = logging.Logger("test", logging.DEBUG)
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_message(published: tuple[Sock, Sock], logger: logging.Logger) -> None:
    socket, subscriber = published
    handler = PUBHandler(socket)
    assert handler.socket is socket
    assert handler.ctx is socket.context
    logger.addHandler(handler)
    logger.info("hello %s", "there")
    assert subscriber.recv_multipart() == [b"INFO", b"hello there\n"]
    handler.root_topic = "my.program"
    assert handler.root_topic == "my.program"
    logger.info("hello there")
    assert subscriber.recv_multipart() == [b"my.program.INFO", b"hello there\n"]


@pytest.mark.parametrize(
    ("level", "topic", "pattern"),
    [
        (logging.DEBUG, b"DEBUG", rb"DEBUG test_log\.py:\d+ - careful\n"),
        (logging.INFO, b"INFO", rb"careful\n"),
        (logging.WARNING, b"WARNING", rb"WARNING test_log\.py:\d+ - careful\n"),
        (logging.ERROR, b"ERROR", rb"ERROR test_log\.py:\d+ - careful - None\n"),
        (logging.CRITICAL, b"CRITICAL", rb"CRITICAL test_log\.py:\d+ - careful\n"),
        (25, b"Level 25", rb"Level 25 test_log\.py:\d+ - careful\n"),
    ],
)
def test_default_formats(
    published: tuple[Sock, Sock], logger: logging.Logger, level: int, topic: bytes, pattern: bytes
) -> None:
    socket, subscriber = published
    handler = PUBHandler(socket)
    assert handler.formatter is None
    assert list(handler.formatters) == [10, 20, 30, 40, 50]
    logger.addHandler(handler)
    logger.log(level, "careful")
    published_topic, text = subscriber.recv_multipart()
    assert published_topic == topic
    assert re.fullmatch(pattern, text)


@pytest.mark.parametrize(
    ("given", "root_topic", "topic"),
    [
        ("a.b", "a.b", b"a.b.INFO"),
        (b"bytes", "bytes", b"bytes.INFO"),
        ("\xfc", "\xfc", b"\xc3\xbc.INFO"),
        ("x\ud800", "x\ud800", b"x?.INFO"),
        ("", "", b"INFO"),
        (b"", "", b"INFO"),
        (None, None, b"INFO"),
    ],
)
@pytest.mark.parametrize("way", ["argument", "attribute", "method"])
def test_root_topics(
    published: tuple[Sock, Sock], logger: logging.Logger, way: str, given: Any, root_topic: str, topic: bytes
) -> None:
    socket, subscriber = published
    if way == "argument":
        handler = PUBHandler(socket, root_topic=given)
    else:
        handler = PUBHandler(socket, root_topic="other")
        if way == "attribute":
            handler.root_topic = given
        else:
            handler.setRootTopic(given)
    assert handler.root_topic == root_topic
    logger.addHandler(handler)
    logger.info("x")
    assert subscriber.recv_multipart() == [topic, b"x\n"]


def test_subtopics(published: tuple[Sock, Sock], logger: logging.Logger) -> None:
    socket, subscriber = published
    handler = PUBHandler(socket, root_topic="root")
    heard: list[str] = []
    other = logging.Handler()
    other.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    logger.addHandler(other)
    logger.info(TOPIC_DELIM.join(["sub.topic", "hello %s"]), "std::vector")
    assert subscriber.recv_multipart() == [b"root.INFO.sub.topic", b"hello std::vector\n"]
    assert heard == ["sub.topic::hello std::vector"], "the record was changed"
    logger.info("see %s", "std::vector")
    assert subscriber.recv_multipart() == [b"root.INFO", b"see std::vector\n"]
    logger.info("100%%::%s", "done")
    assert subscriber.recv_multipart() == [b"root.INFO.100%%", b"done\n"]


def test_formatters(published: tuple[Sock, Sock], logger: logging.Logger) -> None:
    socket, subscriber = published
    handler = PUBHandler(socket)
    logger.addHandler(handler)
    handler.setFormatter(logging.Formatter("all %(message)s"))
    handler.setFormatter(logging.Formatter("debug %(message)s"), logging.DEBUG)
    for level in (logging.DEBUG, logging.INFO, 25, logging.CRITICAL):
        logger.log(level, "x")
    texts = [subscriber.recv_multipart() for _ in range(4)]
    assert texts == [[b"DEBUG", b"debug x"], [b"INFO", b"all x"], [b"Level 25", b"all x"], [b"CRITICAL", b"all x"]]
    handler.setFormatter(logging.Formatter("own %(message)s"), 25)
    handler.formatters[logging.INFO] = logging.Formatter("changed %(message)s")
    for level in (25, logging.INFO):
        logger.log(level, "z")
    assert [subscriber.recv_multipart()[1] for _ in range(2)] == [b"own z", b"changed z"]
    handler.setFormatter(None)
    for level in (logging.DEBUG, 25):
        logger.log(level, "y")
    assert [subscriber.recv_multipart()[1] for _ in range(2)] == [b"y", b"y"]


def test_exception(published: tuple[Sock, Sock], logger: logging.Logger) -> None:
    socket, subscriber = published
    logger.addHandler(PUBHandler(socket))
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("failed")
    lines = subscriber.recv_multipart()[1].decode().splitlines()
    assert " - failed - (<class 'ValueError'>, ValueError('wrong'), <traceback" in lines[0]
    assert lines[1].startswith("Traceback")
    assert lines[-1] == "ValueError: wrong"


class Message:
    def __str__(self) -> str:
        return "sub::text"


@pytest.mark.parametrize(
    ("message", "topic", "text"),
    [
        (Message(), b"INFO.sub", b"text\n"),
        (ValueError("v::w"), b"INFO.v", b"w\n"),
        ({"a::b": 1}, b"INFO.{'a", b"b': 1}\n"),
        (b"bytes", b"INFO", b"b'bytes'\n"),
        (5, b"INFO", b"5\n"),
        (None, b"INFO", b"None\n"),
        ("", b"INFO", b"\n"),
        ("a::b::c", b"INFO.a", b"b::c\n"),
        ("::b", b"INFO", b"b\n"),
        ("a::", b"INFO.a", b"\n"),
        ("50%", b"INFO", b"50%\n"),
        ("two\nlines\n", b"INFO", b"two\nlines\n\n"),
        ("lone \ud800", b"INFO", b"lone \\ud800\n"),
        ("t\ud800::x", b"INFO.t?", b"x\n"),
    ],
    ids=lambda value: ascii(str(value)),
)
def test_messages(
    published: tuple[Sock, Sock], logger: logging.Logger, message: object, topic: bytes, text: bytes
) -> None:
    socket, subscriber = published
    logger.addHandler(PUBHandler(socket))
    logger.info(message)
    assert subscriber.recv_multipart() == [topic, text]


def test_exceptions_as_messages_with_arguments(published: tuple[Sock, Sock], logger: logging.Logger) -> None:
    socket, subscriber = published
    logger.addHandler(PUBHandler(socket))
    logger.info(ValueError("code %d"), 5)
    assert subscriber.recv_multipart() == [b"INFO", b"code 5\n"]


def test_messages_that_cannot_be_formatted(
    published: tuple[Sock, Sock], logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    socket, subscriber = published
    logger.addHandler(PUBHandler(socket))
    logger.info("%d", "not a number")
    assert "not a number" in capsys.readouterr().err
    logger.info(Broken())
    assert "no text" in capsys.readouterr().err
    logger.info("goes on")
    assert subscriber.recv_multipart() == [b"INFO", b"goes on\n"]


@pytest.mark.parametrize("given", [True, False], ids=["given context", "own context"])
def test_interface(given: bool, endpoint: Callable[[str], str], logger: logging.Logger) -> None:
    context: Any = zmq.Context() if given else None
    address = endpoint("inproc")
    handler = PUBHandler(address, context, "r")
    assert handler.root_topic == "r"
    assert handler.ctx is context or not given
    with handler.ctx.socket(zmq.SUB) as subscriber:
        subscriber.rcvtimeo = TIMEOUT
        subscriber.subscribe("r.INFO")
        subscriber.connect(address)
        # Inside of a process, subscriptions are there once the publisher looks, which it does before it sends.
        logger.addHandler(handler)
        logger.info("heard")
        assert subscriber.recv_multipart() == [b"r.INFO", b"heard\n"]
    handler.close()
    handler.close()
    assert handler.socket.closed
    assert handler.ctx.closed is not given
    if given:
        context.term()


def test_given_socket_stays_open(published: tuple[Sock, Sock]) -> None:
    PUBHandler(published[0]).close()
    assert not published[0].closed


def test_bad_arguments(sockets: SocketFactory) -> None:
    with pytest.raises(zmq.ZMQError, match="nonsense"):
        PUBHandler("nonsense")
    handler = PUBHandler(sockets(zmq.PUB))
    with pytest.raises(TypeError, match="5"):
        handler.root_topic = 5  # type: ignore[assignment]
    with pytest.raises(UnicodeDecodeError):
        handler.setRootTopic(b"\xff")
    assert handler.root_topic == ""
    assert handlers.PUBHandler is PUBHandler


def test_dict_config(published: tuple[Sock, Sock]) -> None:
    socket, subscriber = published
    zmq_handler = {
        "class": "zmq.log.handlers.PUBHandler",
        "level": logging.DEBUG,
        "root_topic": "foo",
        "interface_or_socket": socket,
    }
    named = {"test_dict_config": {"level": "DEBUG", "handlers": ["zmq"], "propagate": False}}
    dictConfig({"version": 1, "disable_existing_loggers": False, "handlers": {"zmq": zmq_handler}, "loggers": named})
    logger = logging.getLogger("test_dict_config")
    try:
        logger.info("configured")
        assert subscriber.recv_multipart() == [b"foo.INFO", b"configured\n"]
    finally:
        logger.handlers[0].close()
        logger.handlers.clear()


METHODS = ["debug", "info", "warning", "warn", "error", "critical", "fatal", "exception"]


@pytest.mark.parametrize("method", METHODS)
def test_topic_logger(published: tuple[Sock, Sock], method: str) -> None:
    socket, subscriber = published
    logger = TopicLogger("topics", logging.DEBUG)
    handler = PUBHandler(socket, root_topic="root")
    handler.setFormatter(logging.Formatter("%(filename)s %(funcName)s %(message)s"))
    logger.addHandler(handler)
    getattr(logger, method)("to.pic", "number %d", 5, **({"exc_info": None} if method == "exception" else {}))
    level = {"warn": "WARNING", "fatal": "CRITICAL", "exception": "ERROR"}.get(method, method.upper())
    expected = [f"root.{level}.to.pic".encode(), b"test_log.py test_topic_logger number 5"]
    assert subscriber.recv_multipart() == expected


def test_topic_logger_log(published: tuple[Sock, Sock]) -> None:
    socket, subscriber = published
    logger = TopicLogger("topics", logging.INFO)
    handler = PUBHandler(socket)
    handler.setFormatter(logging.Formatter("%(funcName)s %(message)s"))
    logger.addHandler(handler)

    def helper() -> None:
        logger.log(logging.INFO, "100%", "of %s", "it", stacklevel=2)

    logger.debug("to.pic", "not enabled")
    helper()
    assert subscriber.recv_multipart() == [b"INFO.100%", b"test_topic_logger_log of it"]
    logger.info("100%", "done")
    assert subscriber.recv_multipart() == [b"INFO.100%", b"test_topic_logger_log done"]
    logger.info("", "no topic")
    assert subscriber.recv_multipart() == [b"INFO", b"test_topic_logger_log no topic"]
    with pytest.raises(TypeError, match="topic"):
        logger.info(5, "message")  # type: ignore[arg-type]


def test_topic_logger_without_publisher() -> None:
    output = io.StringIO()
    logger = TopicLogger("topics")
    logger.addHandler(logging.StreamHandler(output))
    logger.warning("50%.x", "%s", "shown")
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("to.pic", "failed")
    assert output.getvalue().splitlines()[:2] == ["50%.x::shown", "to.pic::failed"]
    assert output.getvalue().splitlines()[-1] == "ValueError: wrong"


def test_printer() -> None:
    output = io.StringIO()
    printer = Printer(output, align=True)
    for topic, text in ((b"r.WARNING", b"one"), (b"r.INFO", b"two\nlines"), (b"r.\xff", b"")):
        printer.show([topic, text])
    assert output.getvalue() == ("r.WARNING | one\nr.INFO    | two\n          | lines\nr.\\xff    | \n")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"\x1b]0;title\x07", r"\x1b]0;title\x07"),
        (b"\x1b[2J\x1b[1;1H", r"\x1b[2J\x1b[1;1H"),
        (b"forged\rr.INFO", r"forged\x0dr.INFO"),
        (b"\x00\x08\x0b\x0c\x1f\x7f", r"\x00\x08\x0b\x0c\x1f\x7f"),
        ("\x80\x85\x9b31m\x9f".encode(), r"\x80\x85\x9b31m\x9f"),
        ("\u061c\u200e\u200f".encode(), r"\u061c\u200e\u200f"),
        ("\u202a\u202b\u202c\u202d\u202e".encode(), r"\u202a\u202b\u202c\u202d\u202e"),
        ("\u2066\u2067\u2068\u2069".encode(), r"\u2066\u2067\u2068\u2069"),
        ("\u2028\u2029".encode(), r"\u2028\u2029"),
        (b"\xff\x1b", r"\xff\x1b"),
        ("wörds שלום \U0001f469\u200d\U0001f4bb".encode(), "wörds שלום \U0001f469\u200d\U0001f4bb"),
        (b"C:\\x1b", r"C:\x1b"),
    ],
)
def test_control_characters(sent: bytes, shown: str) -> None:
    output = io.StringIO()
    Printer(output).show([b"r." + sent, sent, sent])
    assert output.getvalue() == f"r.{shown} | {shown} {shown}\n"


def test_tabs() -> None:
    output = io.StringIO()
    Printer(output).show([b"a\tb", b"\tfirst\n\tsecond"])
    assert output.getvalue() == "a\\x09b | \tfirst\n       | \tsecond\n"


@pytest.mark.parametrize("align", [True, False])
@pytest.mark.parametrize("dateformat", ["noon", None])
@pytest.mark.parametrize("topic", [b"r.INFO", b"", b"    ", b"\t", b"\nr.INFO"])
@pytest.mark.parametrize("line_break", [b"\n", b"\r\n"])
def test_lines_are_not_forged(align: bool, dateformat: str | None, topic: bytes, line_break: bytes) -> None:
    """Only the first line of a message begins with something else than spaces."""
    output = io.StringIO()
    printer = Printer(output, align=align, dateformat=dateformat)
    printer.show([b"r.longer", b"x"])
    printer.show([topic, line_break.join([b"one", b"r.longer | forged", b"", b"three", b""])])
    _, first, *others = output.getvalue().splitlines()
    assert first.endswith(" | one")
    assert not first.startswith(" ")
    assert [line.partition(" | ")[2] for line in others] == ["r.longer | forged", "", "three"]
    assert all(line.startswith(" ") for line in others)


def test_printer_raw() -> None:
    output = io.StringIO()
    printer = Printer(output, raw=True)
    printer.show([b"r\x1b[2J", "one\x1b[31m\u202e\nr | two\xff".encode("latin-1", "backslashreplace")])
    printer.show([b"", b"none"])
    assert output.getvalue() == "r\x1b[2J | one\x1b[31m\\u202e\nr | two\\xff\n | none\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_of_another_encoding(encoding: str) -> None:
    written = io.BytesIO()
    output = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    Printer(output).show(["r.\u20ac".encode(), "\u20ac\U0001f469".encode()])
    assert written.getvalue() == b"r.\\u20ac | \\u20ac\\U0001f469\n"


def test_printer_color_and_time() -> None:
    output = io.StringIO()
    printer = Printer(output, separator=" ~ ", dateformat="noon", color=True)
    printer.show([b"root.ERROR.sub", b"red"])
    printer.show([b"root", b"plain"])
    assert output.getvalue() == "\x1b[31mnoon ~ root.ERROR.sub ~ red\x1b[0m\nnoon ~ root ~ plain\n"


def test_watcher_refuses_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


class Watcher:
    """``python -m zmq.log`` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zmq.log", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).anchor,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


@pytest.fixture
def watch() -> Iterator[Callable[..., Watcher]]:
    watchers: list[Watcher] = []

    def start(*arguments: str) -> Watcher:
        watchers.append(Watcher(*arguments))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.process.kill()
        watcher.process.communicate()


def xpub(sockets: SocketFactory) -> tuple[Sock, str]:
    socket = sockets(zmq.XPUB)
    socket.rcvtimeo = 40_000
    socket.bind("tcp://127.0.0.1:*")
    return socket, socket.last_endpoint.decode()


def test_watcher(sockets: SocketFactory, watch: Callable[..., Watcher]) -> None:
    (first, one), (second, two) = xpub(sockets), xpub(sockets)
    watcher = watch("-t", "a", "-t", "b.INFO", "--timestamp", "--align", one, two)
    for publisher in (first, second):
        assert {publisher.recv(), publisher.recv()} == {b"\1a", b"\1b.INFO"}
    first.send_multipart([b"c.ERROR", b"not subscribed to"])
    for publisher, topic in ((first, b"a.DEBUG"), (second, b"b.INFO")):
        publisher.send_multipart([topic, "wörds".encode()])
        when, shown, text = watcher.line().split(" | ")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", when)
        assert (shown.encode(), text) == (topic.ljust(7), "wörds")
    if sys.platform != "win32":  # there is no sending of Ctrl-C to one process there
        assert watcher.interrupt() == (0, "")


@pytest.mark.parametrize("raw", [True, False])
def test_watcher_raw(sockets: SocketFactory, watch: Callable[..., Watcher], raw: bool) -> None:
    publisher, url = xpub(sockets)
    watcher = watch(*(["--raw"] if raw else []), url)
    assert publisher.recv() == b"\1"
    publisher.send_multipart([b"a", b"\x1b[2J\nb | forged"])
    if raw:
        assert [watcher.line(), watcher.line()] == ["a | \x1b[2J", "b | forged"]
    else:
        assert [watcher.line(), watcher.line()] == [r"a | \x1b[2J", "  | b | forged"]


@pytest.mark.alone  # wants most answers within a tenth of a second
@pytest.mark.skipif(sys.platform == "win32", reason="connecting to a closed port takes seconds there")
def test_watcher_that_has_waited(
    sockets: SocketFactory, watch: Callable[..., Watcher], eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    """Programs like the documented example log a tenth of a second after binding: a watcher is there by then."""
    probe, address = xpub(sockets)
    probe.unbind(address)
    watch(address)

    def subscribed() -> float:
        """Seconds from binding until the watcher has subscribed."""
        publisher = sockets(zmq.XPUB, rcvtimeo=40_000)

        def bound() -> bool:
            # libzmq gives the port back in its own time, and who connects may have been given it for a moment.
            try:
                publisher.bind(address)
            except zmq.ZMQError as error:
                if error.errno != zmq.EADDRINUSE:
                    raise
                return False
            return True

        eventually(bound)
        begin = time.monotonic()
        assert publisher.recv() == b"\1"
        publisher.close()
        return time.monotonic() - begin

    subscribed()  # the watcher runs
    in_time = 0
    for _ in range(8):
        # So long that whoever tries more and more rarely is mostly too late.
        threading.Event().wait(1)
        in_time += subscribed() < 0.1
        # On a busy machine, it may take longer now and then.
        if in_time == 4:
            return
    pytest.fail(f"in {in_time} of 8 cases only the watcher had connected in time")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGPIPE and reports closed pipes otherwise")
def test_watcher_whose_reader_goes_away(sockets: SocketFactory, watch: Callable[..., Watcher]) -> None:
    publisher, address = xpub(sockets)
    watcher = watch(address)
    assert publisher.recv() == b"\1"
    process = watcher.process
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    publisher.send_multipart([b"INFO", b"nobody reads this"])
    assert process.wait(30) == 0
    assert process.stderr.read() == ""


EXAMPLE = """\
import logging
from time import sleep
from zmq.log.handlers import PUBHandler

from greetings import hello

zmq_log_handler = PUBHandler("tcp://127.0.0.1:12345")
zmq_log_handler.setFormatter(logging.Formatter(fmt="{name} > {message}", style="{"))
zmq_log_handler.setFormatter(
    logging.Formatter(fmt="{name} #{lineno:>3} > {message}", style="{"), logging.DEBUG
)
zmq_log_handler.setRootTopic("greeter")

logger = logging.getLogger()
logger.setLevel(logging.DEBUG)
logger.addHandler(zmq_log_handler)

if __name__ == "__main__":
    sleep(0.1)
    msg_count = 5
    logger.warning("Preparing to greet the world...")
    for i in range(1, msg_count + 1):
        logger.debug("Sending message {} of {}".format(i, msg_count))
        hello.world()
        sleep(1.0)
    logger.info("Done!")
"""

HELLO = """\
import logging

logger = logging.getLogger(__name__)


def world():
    logger.info("hello world!")
"""


def test_complete_example(tmp_path: Path, sockets: SocketFactory, watch: Callable[..., Watcher]) -> None:
    # As printed, but for the port, which may be taken, and the pauses: on a busy machine, 0.1 s is too short for the
    # subscription to arrive; the others show nothing.
    probe, address = xpub(sockets)
    probe.unbind(address)
    program = EXAMPLE.replace("tcp://127.0.0.1:12345", address)
    program = program.replace("sleep(0.1)", "sleep(5)").replace("sleep(1.0)", "sleep(0)")
    (tmp_path / "greetings").mkdir()
    (tmp_path / "greetings" / "__init__.py").write_text("")
    (tmp_path / "greetings" / "hello.py").write_text(HELLO)
    (tmp_path / "example.py").write_text(program)
    watcher = watch("-t", "greeter", "--align", address)
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, timeout=50, env={**os.environ})
    expected = ["greeter.WARNING | root > Preparing to greet the world..."]
    line = program.splitlines().index('        logger.debug("Sending message {} of {}".format(i, msg_count))') + 1
    for number in range(1, 6):
        expected.append(f"greeter.DEBUG   | root #{line:>3} > Sending message {number} of 5")
        expected.append("greeter.INFO    | greetings.hello > hello world!")
    expected.append("greeter.INFO    | root > Done!")
    assert [watcher.line() for _ in expected] == expected


def test_help(run_python: Runner) -> None:
    program = "import runpy, sys; sys.argv = ['x', '--help']; runpy.run_module('zmq.log', run_name='__main__')"
    shown = run_python(program).succeeded().output
    for option in ("--topic", "--timestamp", "--separator", "--dateformat", "--align", "--color"):
        assert option in shown
