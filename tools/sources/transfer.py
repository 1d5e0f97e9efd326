"""One file over HTTP with a deadline, hashing, and putting files in place atomically."""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Callable, Union

_CHUNK = 1 << 16
_MAX_BYTES = 512 << 20
# A server that keeps dripping bytes is given up after this many times the stall deadline.
_TOTAL_FACTOR = 30

# A length that the server announced (-1: none), a block of bytes, the end, or what went wrong.
_Event = Union[int, bytes, None, Exception]


class TransferError(Exception):
    """A transfer that failed; the text is the reason alone."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def redact(url: str) -> str:
    """Return an address without credentials and query, fit for messages and build records."""
    parts = urllib.parse.urlsplit(url)
    if not parts.netloc:
        return url
    netloc = parts.netloc.rpartition("@")[2]
    query = "..." if parts.query else ""
    return urllib.parse.urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def download(url: str, target: Path, timeout: float) -> None:
    """Fetch an HTTP(S) address into a file.

    Proxies are taken from the environment. Everything that can block, name resolution included,
    happens in a daemon thread, so that the deadline holds whatever the system's resolver does.

    Args:
        url: where from.
        target: file to write; only complete where this function returns.
        timeout: seconds without a byte after which the transfer is given up; twice that until
            the answer begins, so that a host's second address gets its chance.

    Raises:
        TransferError: with the reason.
    """
    events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
    abandoned = threading.Event()
    threading.Thread(target=_pump, args=(url, timeout, events, abandoned), name="download", daemon=True).start()
    try:
        with target.open("wb") as stream:
            _drain(events, stream.write, timeout)
    finally:
        abandoned.set()


def _pump(
    url: str,
    timeout: float,
    events: queue.SimpleQueue[_Event],
    abandoned: threading.Event,
) -> None:
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "pyzmq-build"})
        with urllib.request.urlopen(request, timeout=timeout) as response:
            events.put(int(response.headers.get("Content-Length", -1)))
            while not abandoned.is_set():
                # read1 hands over what has arrived; read would wait for a full block.
                block = response.read1(_CHUNK)
                if not block:
                    events.put(None)
                    return
                events.put(block)
    except Exception as error:  # whatever it is, the waiting side has to hear of it
        events.put(error)


def _drain(events: queue.SimpleQueue[_Event], write: Callable[[bytes], object], timeout: float) -> None:
    give_up = time.monotonic() + _TOTAL_FACTOR * timeout
    expected = -1
    received = 0
    patience = 2 * timeout
    while True:
        try:
            event = events.get(timeout=patience)
        except queue.Empty:
            raise TransferError(f"no byte for {patience:g} s ({received} bytes had arrived)") from None
        patience = timeout
        if isinstance(event, Exception):
            raise TransferError(_reason(event, timeout)) from event
        if event is None:
            if expected >= 0 and received != expected:
                raise TransferError(f"truncated: {received} of {expected} bytes arrived")
            return
        if isinstance(event, int):
            expected = event
            continue
        received += len(event)
        if received > _MAX_BYTES:
            raise TransferError(f"larger than {_MAX_BYTES >> 20} MiB: this is no source archive")
        write(event)
        if time.monotonic() > give_up:
            raise TransferError(f"too slow: {received} bytes in {_TOTAL_FACTOR * timeout:g} s")


def _reason(error: Exception, timeout: float) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    # Python 3.9 has a type of its own for it.
    if isinstance(cause, TimeoutError) or str(cause) == "timed out":
        return f"no byte for {timeout:g} s"
    return str(cause) or type(cause).__name__


def publish(source: Path, target: Path, sha256: str) -> Path:
    """Copy a file to its final name, so that only a complete file ever bears that name.

    A file of that name with the right checksum is kept; any other is replaced.

    Args:
        source: the checked file.
        target: final path; its folder exists.
        sha256: of the content, in hexadecimal digits.

    Returns:
        The target.

    Raises:
        OSError: if it cannot be written.
    """
    if target.is_file() and sha256_of(target) == sha256:
        return target
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as output, source.open("rb") as stream:
            shutil.copyfileobj(stream, output)
        # mkstemp makes private files; these may be packed into an sdist.
        temporary.chmod(0o644)
        try:
            temporary.replace(target)
        except PermissionError:
            # Windows refuses while another build reads the file: fine if it is the same file.
            if not (target.is_file() and sha256_of(target) == sha256):
                raise
    finally:
        temporary.unlink(missing_ok=True)
    return target
