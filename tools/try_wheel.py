"""Try an installed pyzmq: encrypted messages within a process and between two, over tcp, ipc and inproc.

::

    python -I tools/try_wheel.py
    python -I tools/try_wheel.py --json FILE    # and zmq.build_info(), for programs

First within this process: PUSH and PULL, REQ and REP with CURVE over each transport, a frame of
5 MB, and asyncio. Then a second process of the same interpreter serves on a ROUTER socket with
CURVE. It answers each message with its SHA-256 and its parts; both are compared. Then a client that
holds a wrong server key must get nothing through. Every wait has a time limit; the environment
variable PYZMQ_TRIAL_PATIENCE multiplies it, for machines that are emulated. Nothing but the standard
library and zmq is needed. Exit status 0: all came through as it should.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import IO, Any

import zmq
import zmq.asyncio

_patience = os.environ.get("PYZMQ_TRIAL_PATIENCE", "1")
if not _patience.isdecimal():
    sys.exit(f"try_wheel: PYZMQ_TRIAL_PATIENCE is {_patience!r}; a whole number is meant")
#: How much slower than usual things may be. The second process inherits it.
PATIENCE = int(_patience)
#: Seconds for everything; then both processes end themselves with a traceback.
TOTAL_LIMIT = 30 * PATIENCE
#: Milliseconds that one message may take.
MESSAGE_LIMIT = 8_000 * PATIENCE
#: Milliseconds to wait for the refusal of a wrong key, and then for a message that must not come.
REFUSAL_LIMIT = 4_000 * PATIENCE
SILENCE = 300
#: Bytes of the large frame.
LARGE = 5_000_000

SIZES = (0, 1, 255, 256, 65_536, 1_048_576)
#: Number of parts and size of each, in bytes.
SHAPES = (
    *((1, size) for size in SIZES),
    (2, 0),
    (3, 255),
    (7, 256),
    (64, 1),
    (300, 100),
    (4, 65_536),
)

_monitors = count(1)

CHECKOUT = Path(__file__).resolve().parent.parent

REFUSED = {
    int(zmq.Event[name]): name
    for name in (
        "HANDSHAKE_FAILED_NO_DETAIL",
        "HANDSHAKE_FAILED_PROTOCOL",
        "HANDSHAKE_FAILED_AUTH",
    )
}


class TrialError(Exception):
    """Something did not come through as it should."""


def digest(parts: Sequence[bytes]) -> bytes:
    """Return the SHA-256 of a message, its division into parts included."""
    state = hashlib.sha256()
    for part in parts:
        state.update(struct.pack("!Q", len(part)))
        state.update(part)
    return state.digest()


def monitored(socket: zmq.Socket[Any]) -> zmq.Socket[Any]:
    """Return a PAIR socket from which refused handshakes of `socket` can be read."""
    # Not by id(): libzmq gives an address up later than Python an id.
    name = f"inproc://monitor-{next(_monitors)}"
    mask = 0
    for event in REFUSED:
        mask |= event
    socket.monitor(name, mask)
    monitor: zmq.Socket[Any] = socket.context.socket(zmq.PAIR)
    monitor.connect(name)
    return monitor


def next_refusal(monitor: zmq.Socket[Any]) -> str:
    """Return the name of the event that waits in a monitor."""
    event, _value = struct.unpack("=HI", monitor.recv_multipart()[0])
    return REFUSED[event]


@contextlib.contextmanager
def context() -> Iterator[zmq.Context[zmq.Socket[Any]]]:
    """A context whose sockets are all closed, without lingering, at its end."""
    made: zmq.Context[zmq.Socket[Any]] = zmq.Context()
    try:
        yield made
    finally:
        made.destroy(linger=0)


# ---- within one process ----------------------------------------------------------------------


class Keys:
    """The keys of a server and of a client, and what makes either of a socket."""

    def __init__(self) -> None:
        self.public, self.secret = zmq.curve_keypair()
        self.client_public, self.client_secret = zmq.curve_keypair()

    def server(self, socket: zmq.Socket[Any]) -> None:
        """Let a socket take clients that know the public key."""
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = self.public, self.secret

    def client(self, socket: zmq.Socket[Any]) -> None:
        """Let a socket speak to the server."""
        socket.curve_publickey, socket.curve_secretkey = self.client_public, self.client_secret
        socket.curve_serverkey = self.public


def connected(made: zmq.Context[Any], endpoint: str, binds: int, connects: int) -> tuple[Any, Any]:
    """Return sockets of two types, the second connected to the first, encrypted (inproc ignores that).

    They are whatever the context makes: sockets, or those of asyncio.
    """
    keys = Keys()
    bound, other = made.socket(binds), made.socket(connects)
    keys.server(bound)
    keys.client(other)
    for socket in (bound, other):
        socket.sndtimeo = socket.rcvtimeo = MESSAGE_LIMIT
    bound.bind(endpoint)
    other.connect(bound.last_endpoint.decode())
    return bound, other


def same(got: Sequence[bytes], sent: Sequence[bytes], what: str) -> None:
    """Compare a message that came with the one that was sent.

    :raises TrialError: they differ.
    """
    if list(got) != list(sent):
        raise TrialError(f"{what}: what came is not what was sent ({[len(part) for part in got][:10]} B)")


def try_patterns(made: zmq.Context[Any], name: str, endpoint: str) -> float:
    """Send through PUSH and PULL, then REQ and REP, a large frame through both; return the seconds.

    Whoever receives checks that CURVE was used, where the transport has it.
    """
    started = time.monotonic()
    messages = [[b"one"], [b"", os.urandom(300), b"three parts"], [os.urandom(LARGE)]]
    try:
        pull, push = connected(made, endpoint, zmq.PULL, zmq.PUSH)
        for parts in messages:
            push.send_multipart(parts)
            same(pull.recv_multipart(), parts, f"PUSH and PULL over {name}")
        reply, request = connected(made, f"{endpoint}-" if name != "tcp" else endpoint, zmq.REP, zmq.REQ)
        for parts in messages:
            request.send_multipart(parts)
            same(asked := reply.recv_multipart(), parts, f"REQ and REP over {name}, there")
            reply.send_multipart(asked[::-1])
            same(request.recv_multipart(), parts[::-1], f"REQ and REP over {name}, and back")
    except zmq.Again:
        raise TrialError(f"{name}, within one process: nothing came within {MESSAGE_LIMIT} ms") from None
    for socket in (pull, push, reply, request):
        if socket.mechanism != zmq.CURVE:
            raise TrialError(f"{name}: the mechanism is {socket.mechanism}, not CURVE")
        socket.close(linger=0)
    return round(time.monotonic() - started, 3)


async def _ask_and_answer() -> None:
    made = zmq.asyncio.Context()
    try:
        reply, request = connected(made, "tcp://127.0.0.1:0", zmq.REP, zmq.REQ)

        async def serve_once() -> None:
            await reply.send_multipart(await reply.recv_multipart())

        serving = asyncio.ensure_future(serve_once())
        parts = [b"by", b"asyncio"]
        await request.send_multipart(parts)
        same(await request.recv_multipart(), parts, "asyncio")
        await serving
    finally:
        made.destroy(linger=0)


def try_asyncio() -> float:
    """Ask and answer in an event loop; return the seconds."""
    started = time.monotonic()
    try:
        asyncio.run(_ask_and_answer())
    except zmq.Again:
        raise TrialError(f"asyncio: nothing came within {MESSAGE_LIMIT} ms") from None
    return round(time.monotonic() - started, 3)


# ---- the serving process ---------------------------------------------------------------------


def serve(order: IO[str], report: IO[str]) -> None:
    """Serve until `order` ends.

    The first line of `order` is JSON: ``secret``, ``public`` (the server's keys, Z85), ``bind``
    (endpoints to bind). The first line of `report` tells the endpoints that have been bound, the
    second, at the end, how many messages came and how many handshakes were refused.
    """
    faulthandler.dump_traceback_later(TOTAL_LIMIT, exit=True)
    orders = json.loads(order.readline())
    messages = 0
    refusals: list[str] = []
    with context() as made:
        router = made.socket(zmq.ROUTER)
        router.curve_server = True
        router.curve_secretkey = orders["secret"].encode()
        router.curve_publickey = orders["public"].encode()
        router.sndtimeo = MESSAGE_LIMIT
        monitor = monitored(router)
        bound = []
        for endpoint in orders["bind"]:
            router.bind(endpoint)
            bound.append(router.last_endpoint.decode())
        print(json.dumps(bound), file=report, flush=True)

        over = made.socket(zmq.PULL)
        over.bind("inproc://over")

        def wait_for_the_end() -> None:
            order.read()
            end = made.socket(zmq.PUSH)
            end.connect("inproc://over")
            end.send(b"")
            end.close()

        waiting = threading.Thread(target=wait_for_the_end)
        waiting.start()
        poller = zmq.Poller()
        for socket in (router, monitor, over):
            poller.register(socket, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(TOTAL_LIMIT * 1000))
            if router in ready:
                client, *parts = router.recv_multipart()
                messages += 1
                router.send_multipart([client, digest(parts), *parts])
            if monitor in ready:
                refusals.append(next_refusal(monitor))
            if over in ready:
                break
        waiting.join()
    print(json.dumps({"messages": messages, "refusals": refusals}), file=report, flush=True)


# ---- the client ------------------------------------------------------------------------------


def client(made: zmq.Context[zmq.Socket[Any]], endpoint: str, server_key: bytes) -> zmq.Socket[Any]:
    """Return a socket with keys of its own, connected to `endpoint`."""
    socket = made.socket(zmq.DEALER)
    socket.sndtimeo = socket.rcvtimeo = MESSAGE_LIMIT
    socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
    socket.curve_serverkey = server_key
    socket.connect(endpoint)
    return socket


def echo(socket: zmq.Socket[Any], shape: tuple[int, int]) -> int:
    """Send a message of random content, compare what comes back; return its size in bytes."""
    count, size = shape
    what = f"{count} part(s) of {size} B over {socket.last_endpoint.decode()}"
    parts = [os.urandom(size) for _ in range(count)]
    try:
        socket.send_multipart(parts)
        seen, *back = socket.recv_multipart()
    except zmq.Again:
        raise TrialError(f"{what}: no answer within {MESSAGE_LIMIT} ms") from None
    if seen != digest(parts):
        raise TrialError(f"{what}: what the server got is not what was sent")
    if digest(back) != digest(parts):
        raise TrialError(f"{what}: what came back is not what was sent ({[len(part) for part in back][:10]} B)")
    return sum(map(len, parts))


def try_transport(made: zmq.Context[zmq.Socket[Any]], endpoint: str, server_key: bytes) -> dict[str, Any]:
    """Send messages of each shape; return how many there were, their bytes, and the seconds."""
    started = time.monotonic()
    socket = client(made, endpoint, server_key)
    sizes = [echo(socket, shape) for shape in SHAPES]
    socket.close()
    return {
        "messages": len(sizes),
        "bytes": sum(sizes),
        "seconds": round(time.monotonic() - started, 3),
    }


def try_wrong_key(made: zmq.Context[zmq.Socket[Any]], endpoint: str) -> None:
    """Send a message to a server whose key is another one: it must not arrive.

    :raises TrialError: an answer came. Whether the message arrived without one, the server tells.
    """
    socket = client(made, endpoint, zmq.curve_keypair()[0])
    # A client whose handshake failed tries again and again, so one try is enough to wait for.
    monitor = monitored(socket)
    socket.send_multipart([b"must not arrive"])
    poller = zmq.Poller()
    for watched in (socket, monitor):
        poller.register(watched, zmq.POLLIN)
    ready = dict(poller.poll(REFUSAL_LIMIT))
    if socket in ready or socket.poll(SILENCE):
        raise TrialError(f"{endpoint}: a client with a wrong server key got an answer")
    for opened in (socket, monitor):
        opened.close(linger=0)


def ipc_endpoint(folder: Path) -> str:
    """Return an endpoint in `folder`, or "" where there is no ipc or its path would be too long."""
    if not zmq.has("ipc"):
        return ""
    path = folder / "s"
    # 0: no limit is known.
    return f"ipc://{path}" if len(os.fsencode(path)) <= (zmq.IPC_PATH_MAX_LEN or sys.maxsize) else ""


def short_folder() -> Path:
    """Return a new folder, in /tmp where the usual place is too deep for the path of a socket."""
    folder = Path(tempfile.mkdtemp(prefix="zmq-"))
    if not zmq.has("ipc") or ipc_endpoint(folder):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="zmq-", dir="/tmp"))


def read_line(process: subprocess.Popen[str], what: str) -> Any:
    """Return the next line of the serving process, decoded.

    It ends itself when its time is up, which ends the wait here.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise TrialError(f"the serving process ended (status {process.wait()}) before {what}")
    return json.loads(line)


def find_transports(folder: Path, may_lack: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return an endpoint for each transport between processes, and why others are left out.

    :param may_lack: transports that libzmq has but the system may not; these are tried.
    """
    endpoints = {"tcp": "tcp://127.0.0.1:0", "ipc": ipc_endpoint(folder)}
    skipped = {name: "libzmq has none here, or no path is short enough" for name, at in endpoints.items() if not at}
    for name in may_lack:
        if endpoints.get(name):
            try:
                with context() as made:
                    made.socket(zmq.PAIR).bind(f"{endpoints[name]}-tried" if name == "ipc" else endpoints[name])
            except zmq.ZMQError as error:
                skipped[name] = f"libzmq has it, the system does not: {error.strerror}, errno {error.errno}"
    return {name: at for name, at in endpoints.items() if name not in skipped}, skipped


def try_everything(may_lack: Sequence[str]) -> dict[str, Any]:
    """Try it all, within this process and with another one; return what was done."""
    if not zmq.has("curve"):
        raise TrialError("this libzmq has no CURVE: zmq.has('curve') is False")
    folder = short_folder()
    try:
        endpoints, skipped = find_transports(folder, may_lack)
        within = {}
        for name, endpoint in {"inproc": "inproc://trial", **endpoints}.items():
            with context() as made:
                within[name] = try_patterns(made, name, endpoint)
        result: dict[str, Any] = {"skipped": skipped, "within": within, "asyncio": try_asyncio()}
        return {**result, **try_two_processes(folder, endpoints)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def try_two_processes(folder: Path, endpoints: dict[str, str]) -> dict[str, Any]:
    """Let another process serve, try each transport and the wrong key; return what was done."""
    public, secret = zmq.curve_keypair()
    result: dict[str, Any] = {}
    process = subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).resolve()), "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
    )
    try:
        assert process.stdin is not None
        orders = {
            "public": public.decode(),
            "secret": secret.decode(),
            "bind": list(endpoints.values()),
        }
        process.stdin.write(json.dumps(orders) + "\n")
        process.stdin.flush()
        bound = dict(zip(endpoints, read_line(process, "it had bound its endpoints")))
        with context() as made:
            result["transports"] = {name: try_transport(made, endpoint, public) for name, endpoint in bound.items()}
            for endpoint in bound.values():
                try_wrong_key(made, endpoint)
        process.stdin.close()
        told = read_line(process, "it had told what it saw")
        if process.wait(MESSAGE_LIMIT / 1000):
            raise TrialError(f"the serving process ended with status {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    expected = len(SHAPES) * len(bound)
    if told["messages"] != expected:
        raise TrialError(f"the server got {told['messages']} messages, {expected} were sent with its key")
    if not told["refusals"]:
        raise TrialError("the server refused no handshake, though a wrong key was used")
    result["refused"] = sorted(set(told["refusals"]))
    return result


def check_place(forbidden: Sequence[Path]) -> str:
    """Return where zmq was imported from.

    :raises TrialError: from one of the forbidden folders: not the installed wheel.
    """
    origin = Path(str(zmq.__file__)).resolve()
    for folder in forbidden:
        if folder.resolve() in origin.parents:
            raise TrialError(
                f"zmq was imported from {origin}, inside {folder}, which is not the installed "
                "wheel; run with -I and from another folder"
            )
    return str(origin)


def backend() -> str:
    """Return the name of the backend in use."""
    return next(name for name in ("cython", "cffi") if f"zmq.backend.{name}" in sys.modules)


def main() -> int:
    """Run the trial; return the exit status."""
    parser = argparse.ArgumentParser(prog="try_wheel", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write there what was done, and zmq.build_info(), instead of telling it",
    )
    parser.add_argument("--backend", choices=("cython", "cffi"), help="fail if the backend is another one")
    parser.add_argument(
        "--forbid",
        type=Path,
        action="append",
        default=[CHECKOUT / "zmq"],
        metavar="FOLDER",
        help="a folder that zmq must not be imported from, beside the checkout's zmq; repeatable",
    )
    parser.add_argument(
        "--may-lack",
        choices=("ipc",),
        action="append",
        default=[],
        help="a transport that libzmq has but the system may lack: then it is skipped, which is told",
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(sys.stdin, sys.stdout)
        return 0

    faulthandler.dump_traceback_later(TOTAL_LIMIT, exit=True)
    try:
        origin = check_place(options.forbid)
        if options.backend not in (None, backend()):
            raise TrialError(f"the backend is {backend()}, not {options.backend}")
        result = {
            "origin": origin,
            "backend": backend(),
            "pyzmq": zmq.pyzmq_version(),
            "libzmq": zmq.zmq_version(),
            "has": {name: bool(zmq.has(name)) for name in ("curve", "ipc", "draft")},
            **try_everything(options.may_lack),
            "build_info": zmq.build_info(),
        }
    except (TrialError, zmq.ZMQError) as error:
        print(f"try_wheel: {error}", file=sys.stderr)
        return 1
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        return 0
    print(f"pyzmq {result['pyzmq']} ({result['backend']}), libzmq {result['libzmq']}, from {origin}")
    for name, done in result["transports"].items():
        print(
            f"  {name}: {done['messages']} encrypted messages, {done['bytes'] / 1e6:.1f} MB each "
            f"way, {done['seconds']} s"
        )
    for name, reason in result["skipped"].items():
        print(f"  {name}: skipped, {reason}")
    within = ", ".join(f"{name} {seconds} s" for name, seconds in result["within"].items())
    print(f"  within one process, with frames of 5 MB: {within}; asyncio {result['asyncio']} s")
    print(f"  wrong server key: nothing came through ({', '.join(result['refused'])})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
