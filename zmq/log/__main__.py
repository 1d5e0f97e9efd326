"""Show published log messages: ``python -m zmq.log tcp://127.0.0.1:12345``."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from zmq.constants import SocketType
from zmq.error import ZMQError
from zmq.sugar import Context

# ANSI escape sequences.
_COLORS = {
    "DEBUG": "\x1b[36m",
    "INFO": "\x1b[32m",
    "WARN": "\x1b[33m",
    "WARNING": "\x1b[33m",
    "ERROR": "\x1b[31m",
    "CRITICAL": "\x1b[1;31m",
    "FATAL": "\x1b[1;31m",
}
_PLAIN = "\x1b[0m"

# What moves the cursor, or has another effect on a terminal than a character: C0, except tabs, DEL and C1; line and
# paragraph separators; marks, embeddings, overrides and isolates of bidirectional text.
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile("\r?\n")

# Milliseconds between attempts to connect, or up to twice as many. The interval does not grow, so that no message of
# programs is missed that start logging a tenth of a second after binding.
_RECONNECT = 20


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(
        prog="python -m zmq.log", description="Show the messages that zmq.log.handlers.PUBHandler publishes."
    )
    options.add_argument("zmq_pub_url", nargs="+", help="address of a publisher; of several, all are shown")
    options.add_argument(
        "-t", "--topic", action="append", help="only show topics that begin with this; may be given several times"
    )
    options.add_argument("--timestamp", action="store_true", help="show the local time before each message")
    options.add_argument(
        "--dateformat",
        default="%Y-%m-%d %H:%M:%S",
        help="format of the time, as of time.strftime (default: %(default)r)",
    )
    options.add_argument("--separator", default=" | ", help="what stands between columns (default: %(default)r)")
    options.add_argument("--align", action="store_true", help="pad topics to the width of the widest so far")
    options.add_argument("--color", action="store_true", help="colour each message by its level")
    options.add_argument(
        "--raw", action="store_true", help="write control characters as they are: messages can control the terminal"
    )
    return options


class Printer:
    """Write messages as lines.

    Parameters
    ----------
    output : text file
        The file to write to. It is flushed after each message.
    separator : str
        The separator of columns.
    dateformat : str, optional
        A format for :func:`time.strftime`. Without one, times are not shown.
    align, color : bool
        Whether to pad topics, and to colour lines.
    raw : bool
        Whether to write control characters as they are. By default they are escaped, and the further lines of a message
        are indented.

    Not thread-safe.
    """

    def __init__(
        self,
        output: TextIO,
        separator: str = " | ",
        dateformat: str | None = None,
        align: bool = False,
        color: bool = False,
        raw: bool = False,
    ) -> None:
        self._output = output
        self._separator = separator
        self._dateformat = dateformat
        self._align = align
        self._color = color
        self._raw = raw
        self._width = 0

    def show(self, parts: Sequence[bytes]) -> None:
        """Write one message.

        Parameters
        ----------
        parts : sequence of bytes
            The topic and the text, which may have several parts. Bytes that are not UTF-8 are escaped, and so is what
            the output cannot encode.

        Not thread-safe.
        """
        topic, *texts = (part.decode("utf-8", "backslashreplace") for part in parts)
        text = " ".join(texts)
        color = next((_COLORS[part] for part in topic.split(".") if part in _COLORS), "") if self._color else ""
        if self._raw:
            lines = text.splitlines() or [""]
        else:
            topic = _escape_topic(topic)
            lines = [_escape(line) for line in _LINE_BREAK.split(text)]
            if len(lines) > 1 and not lines[-1]:
                # The formats of handlers end with a line break.
                lines.pop()
        if self._align:
            self._width = max(self._width, len(topic))
        head = topic.ljust(self._width) + self._separator
        if self._dateformat is not None:
            head = time.strftime(self._dateformat) + self._separator + head
        # Further lines, such as those of a traceback, are aligned with the first one, and do not look like messages.
        indented = self._align or not self._raw
        indent = " " * (len(head) - len(self._separator)) + self._separator if indented else ""
        for number, line in enumerate(lines):
            self._write(f"{color}{indent if number else head}{line}{_PLAIN if color else ''}\n")
        self._output.flush()

    def _write(self, text: str) -> None:
        # Of a StringIO, it is None.
        encoding = self._output.encoding or "utf-8"
        self._output.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _escape(text: str) -> str:
    """Escape control characters as Python does in literals."""
    return _CONTROLS.sub(lambda found: _code(found[0]), text)


def _escape_topic(topic: str) -> str:
    """Escape a topic. It must not look like the indentation of a further line."""
    shown = _escape(topic).replace("\t", _code("\t"))
    if shown.startswith(" "):
        shown = _code(" ") + shown[1:]
    return shown or '""'


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def watch(urls: Sequence[str], topics: Sequence[str], printer: Printer) -> None:
    """Show messages until interrupted.

    Parameters
    ----------
    urls : sequence of str
        Endpoints of publishers. They need not be bound yet.
    topics : sequence of str
        Prefixes of the topics to show. If there are none, all are shown.
    printer : Printer
        Shows the messages.

    Raises
    ------
    ZMQError
        If an endpoint is malformed.

    Thread-safe, if the printer is not shared.
    """
    with Context() as context, context.socket(SocketType.SUB) as socket:
        socket.reconnect_ivl = _RECONNECT
        for topic in topics or [""]:
            socket.subscribe(topic)
        for url in urls:
            socket.connect(url)
        while True:
            printer.show(socket.recv_multipart())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the watcher.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        Exit status: 0 if it was interrupted, or the reader of the output has closed the pipe; 2 for a malformed
        endpoint.

    Not thread-safe: it writes to standard output.
    """
    options = parser().parse_args(arguments)
    printer = Printer(
        sys.stdout,
        separator=options.separator,
        dateformat=options.dateformat if options.timestamp else None,
        align=options.align,
        color=options.color,
        raw=options.raw,
    )
    try:
        watch(options.zmq_pub_url, options.topic or [], printer)
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        # Python flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ZMQError as error:
        print(f"python -m zmq.log: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
