"""Derive the list of documented names from the text of pyzmq's documentation.

Usage::

    python tools/documented_names.py DOCUMENTATION.md           # write tools/spec/documented.toml
    python tools/documented_names.py DOCUMENTATION.md --check   # write nothing; exit 1 with a diff if it is out of date

The text is the Markdown to which the PDF of the documentation was converted; the conversion has spoilt some headings,
which ``REPAIRS`` mends. What goes into the file are facts: names, what they are, and their signatures without
annotations. ``tests/test_documented_names.py`` compares them with the package. The members of enums are not among them:
``tests/data/documented_constants.json`` has them, with their values; ``--check`` compares these too.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tools" / "spec" / "documented.toml"
CONSTANTS = ROOT / "tests" / "data" / "documented_constants.json"

#: The chapter with the reference begins and ends at headings with these texts.
FIRST, AFTER_LAST = "2.1.1 zmq", "2.2 Changes in PyZMQ"

#: What the conversion has spoilt: text that is found in a line (cleaned as by `clean`), and what stands for the line.
#: Where a heading is lost altogether, the line is the first one below it.
REPAIRS = {
    "A zmq Context creates sockets via its": "class zmq.Context(io_threads=1, shadow=0)",
    "pol1(timeout: int | None = None, flags": "poll(timeout: int | None = None, flags: int = <PollEvent.POLLIN: 1>)",
    "zmq.pyzmq_version_info||)": "zmq.pyzmq_version_info()",
    "Start a zeromq proxy with control flow.": "zmq.proxy_steerable(frontend, backend, capture=None, control=None)",
    "ZMQStream(socket: Socket, io loop": "class zmq.eventloop.zmqstream.ZMQStream(socket, io_loop=None)",
    "A Device that will be run in a background Thread.": (
        "class zmq.devices.ThreadDevice(device_type=3, in_type=None, out_type=None)"
    ),
    "A Device that will be run in a background Process.": (
        "class zmq.devices.ProcessDevice(device_type=3, in_type=None, out_type=None)"
    ),
    "bind_{in_out}(iface)": "",
    "connect_{in_out}(iface)": "",
    "setsockopt_{in_out}(opt,value)": "",
    "Class for running monitored_queue in the background.": "class zmq.devices.MonitoredQueue",
    "Run zmq.monitored_queue in a background thread.": "class zmq.devices.ThreadMonitoredQueue",
    "Run zmq.monitored_queue in a separate process.": "class zmq.devices.ProcessMonitoredQueue",
    "Context class that creates Future-returning sockets.": "class zmq.asyncio.Context",
    "Socket returning asyncio Futures for send/recv/poll methods.": "class zmq.asyncio.Socket",
    "send_string(u: str, flags: int = 0, encoding: str = 'utf-8', callback": (
        "send_string(u, flags=0, encoding='utf-8', callback=None, **kwargs)"
    ),
    "send_unicode(u: str, flags: int = 0, encoding: str = 'utf-8', callback": (
        "send_unicode(u, flags=0, encoding='utf-8', callback=None, **kwargs)"
    ),
    "A basic logging handler that emits log messages through": "class zmq.log.handlers.PUBHandler",
    "Connect a socket to an address via an ssh tunnel.": (
        "zmq.ssh.tunnel.tunnel_connection(socket, addr, server, keyfile=None, password=None, paramiko=None, timeout=60)"
    ),
}

#: What is shown inside the description of a class, but is no attribute of it: classes and functions of examples, types
#: of members, and what comes with every exception.
NO_ATTRIBUTES = {"CredentialsProvider", "Device", "MyClass", "add_note", "callback", "int", "unicode", "with_traceback"}

#: What is defined nowhere, but promised in running text, the changes of each version above all; with the words there.
MENTIONED = {
    "zmq.SyncContext": "SyncContext",
    "zmq.SyncSocket": "SyncSocket",
    "zmq.Message": "The old Message name remains",
    "zmq.Frame.more": "Frame.more boolean attribute",
    "zmq.Socket.type": "Socket.type, which has been available",
    "zmq.Socket.socket_type": "Socket.socket_type is deprecated",
    "zmq.Socket.rcvmore": "Socket.rcvmore",
    "zmq.Socket.hwm": "Socket.hwm",
    "zmq.Socket.identity": "s.identity",
    "zmq.Socket.linger": "s.linger",
    "zmq.Socket.events": "s.events",
    "zmq.Socket.fd": "s.fd",
    "zmq.Socket.FD": "socket.FD option",
    "zmq.Socket.last_endpoint": "socket.last_endpoint",
    "zmq.Socket.send_unicode": "_unicode remains for backwards",
    "zmq.Socket.recv_unicode": "_unicode remains for backwards",
    "zmq.Socket.getsockopt_unicode": "_unicode remains for backwards",
    "zmq.Socket.setsockopt_unicode": "_unicode remains for backwards",
    "zmq.Stopwatch": "Deprecate zmq.Stopwatch",
    "zmq.IPC_PATH_MAX_LEN": "IPC_PATH_MAX_LEN",
    "zmq.DRAFT_API": "zmq.DRAFT_API",
    "zmq.utils.strtypes": "zmq.utils.strtypes",
    "zmq.auth.ioloop.IOLoopAuthenticator": "zmq.auth.ioloop.IOLoopAuthenticator",
    "zmq.eventloop.ioloop.IOLoop": "zmq.eventloop.ioloop.IOLoop",
    "zmq.eventloop.ioloop.install": "zmq.eventloop.ioloop.install",
    "zmq.asyncio.install": "zmq.asyncio.install",
    "zmq.asyncio.ZMQEventLoop": "zmq.asyncio.ZMQEventLoop",
}

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_DEFINITION = re.compile(
    r"(?P<kind>(?:(?:class|classmethod|property|enum|async) )*)"
    rf"(?P<name>{_NAME})(?P<space>\s?)(?P<call>\(.*\))?(?:\s?->.*|:\s.*)?$"
)
_MEMBER = re.compile(r"(?P<name>[A-Z]\w*) = <(?P<enum>\w+)\.")


@dataclass
class Entry:
    """What the documentation tells of a name."""

    kind: str
    signatures: list[str] = field(default_factory=list)


def clean(line: str, *, code: bool) -> str:
    """Return a line without Markdown and LaTeX."""
    line = re.sub(r"</?math>", "", line).replace(r"\label{eq:", "{eq:")
    pieces = line.split("$")
    for index, piece in enumerate(pieces):
        if index % 2 == 0 and not code:  # neither code nor formula: * is emphasis unless it is escaped
            pieces[index] = re.sub(r"(?<!\\)\*", "", piece).replace(r"\*", "*")
    line = "".join(pieces)
    line = re.sub(r"\\(?:textit|textbf|texttt|text)\{([^}]*)\}", r"\1", line)
    for old, new in ((r"\\", ""), (r"\rightarrow", "->"), ("→", "->"), (r"\mid", "|"), (r"\_", "_")):
        line = line.replace(old, new)
    line = re.sub(r"\{eq:[^}]*\}|\\(?:begin|end)\{split\}", "", line)
    return re.sub(r"\s+", " ", re.sub(r"^\s*(?:#+|-)\s+", "", line)).strip()


def definitions(text: str) -> Iterator[str]:
    """Yield what may be a definition, a line each; the remains of headings are repaired."""
    lines = text.splitlines()
    headings = {line.lstrip("# "): number for number, line in enumerate(lines) if line.startswith("#")}
    code = False
    pending = ""
    for number in range(headings[FIRST], headings[AFTER_LAST]):
        line = lines[number]
        if line.startswith("```"):
            code, pending = not code, ""
            continue
        for piece in clean(line, code=code).split("&"):
            candidate = f"{pending} {piece}".strip()
            repaired = next((new for old, new in REPAIRS.items() if old in candidate), None)
            if repaired is not None:
                yield repaired
                pending = ""
            elif candidate.count("(") > candidate.count(")") and (code or "**" in line or line.startswith("#")):
                pending = candidate
            else:
                # The description may follow in the same line.
                bold = re.match(rf"\s*\**{_NAME}\**\s?\(", line.replace("\\", "")) is not None
                cut = _cut(candidate) if bold or code else candidate
                if "(" in cut or line.startswith("#") or code or re.match("(class|property) ", cut):
                    yield cut
                pending = ""


def _cut(line: str) -> str:
    """Return a line up to the parenthesis that closes its first one, if more than a type follows."""
    depth = 0
    for index, letter in enumerate(line):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return line[: index + 1]
    return line


def signature(call: str) -> str:
    """Return a signature without annotations, as Python writes it."""
    call = re.sub(r"<[\w.|]+: (\d+)>", r"\1", call)
    call = call.replace("POLLIN | POLLOUT", "3").replace("SocketType.PUB", "1").replace("DeviceType.QUEUE", "3")
    (function,) = ast.parse(f"def f{call}: pass").body
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            argument.annotation = None
    return f"({ast.unparse(arguments)})"


def collect(text: str, mentioned: Mapping[str, str] = MENTIONED) -> tuple[dict[str, Entry], dict[str, list[str]]]:
    """Read the text.

    :param mentioned: as `MENTIONED`.
    :return: entries by dotted name; members by the name of their enum.
    """
    entries: dict[str, Entry] = {}
    members: dict[str, list[str]] = {}
    owner = ""
    for line in definitions(text):
        member = _MEMBER.match(line)
        if member:
            members.setdefault(member["enum"], []).append(member["name"])
            continue
        match = _DEFINITION.match(line)
        if match is None:
            continue
        words = match["kind"].split()
        name, call = match["name"], match["call"]
        if call and match["space"] and not re.search("[:=]", call):
            continue  # a parameter, and its type in parentheses
        if name.startswith("zmq."):
            kind = words[0] if words else "function" if call else "data"
            owner = name if kind in {"class", "enum"} else ""
        elif "." in name or not owner or name in NO_ATTRIBUTES or (not call and not words and name != name.lower()):
            continue
        else:
            kind = "classmethod" if "classmethod" in words else "method" if call else "attribute"
            name = f"{owner}.{name}"
        try:
            form = signature(call) if call and kind != "enum" else None
        except SyntaxError:
            continue  # a sentence
        entry = entries.setdefault(name, Entry(kind))
        if form is not None and form not in entry.signatures:
            entry.signatures.append(form)
    plain = re.sub(r"\s+", " ", " ".join(clean(line, code=False) for line in text.splitlines()))
    for name, words in mentioned.items():
        if words not in plain:
            raise ValueError(f"the documentation has no {words!r}, by which it is to mention {name}")
        entries.setdefault(name, Entry("mentioned"))
    return entries, members


def render(entries: dict[str, Entry]) -> str:
    """Return the file's text."""
    lines = [
        "# Names that pyzmq's documentation defines, in its order: what they are, and their signatures (several, where",
        "# it has overloads). tools/documented_names.py derives this file from the documentation. DO NOT EDIT.",
        "",
    ]
    for name, entry in entries.items():
        signatures = f", signatures = {json.dumps(entry.signatures)}" if entry.signatures else ""
        lines.append(f'"{name}" = {{ kind = "{entry.kind}"{signatures} }}')
    return "\n".join(lines) + "\n"


def compare_members(members: dict[str, list[str]]) -> list[str]:
    """Tell how the members of enums differ from those in the file that has their values."""
    written = json.loads(CONSTANTS.read_text("utf-8"))["enums"]
    problems = []
    for enum in sorted({*members, *written}):
        found, known = set(members.get(enum, ())), set(written.get(enum, ()))
        if found != known:
            problems.append(
                f"{enum}: only in the text {sorted(found - known)}, only in the file {sorted(known - found)}"
            )
    return problems


def main() -> int:
    """Write or compare the file."""
    parser = argparse.ArgumentParser(description="Derive tools/spec/documented.toml from pyzmq's documentation.")
    parser.add_argument("documentation", type=Path, help="the documentation, as Markdown")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file is out of date")
    options = parser.parse_args()
    entries, members = collect(options.documentation.read_text("utf-8"))
    text = render(entries)
    problems = compare_members(members)
    for problem in problems:
        print(problem, file=sys.stderr)
    if options.check:
        written = TARGET.read_text("utf-8").splitlines(keepends=True)
        diff = list(difflib.unified_diff(written, text.splitlines(keepends=True), "written", "derived"))
        sys.stdout.writelines(diff)
        return 1 if diff or problems else 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {len(entries)} names, and {sum(map(len, members.values()))} members of {len(members)} enums")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
