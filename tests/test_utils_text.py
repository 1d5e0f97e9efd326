"""zmq.utils: z85, strtypes, interop, win32, garbage; and zmq.curve_keygen."""

from __future__ import annotations

import json
import os
import re
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq
from tests.fix_process import Runner
from zmq import curve_keygen
from zmq.utils import garbage, interop, strtypes, z85
from zmq.utils.win32 import allow_interrupt


def test_z85_of_the_rfc() -> None:
    raw = bytes([0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B])
    assert z85.encode(raw) == b"HelloWorld"
    assert z85.decode("HelloWorld") == z85.decode(b"HelloWorld") == raw


@given(st.binary(max_size=200).map(lambda data: data[: len(data) // 4 * 4]))
def test_z85_round_trip(data: bytes) -> None:
    assert z85.decode(z85.encode(data)) == data


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_z85_size(size: int) -> None:
    with pytest.raises(ValueError, match=f"^length must be multiple of 4, not {size}$"):
        z85.encode(bytes(size))


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("1234", ValueError, "Z85 length must be multiple of 5, not 4"),
        ("abcd\xe9", ValueError, "only ASCII characters"),
        (b"abc\xffd", KeyError, "^255$"),
        ("12 45", KeyError, "^32$"),
        ("#####", struct.error, "4294967295|out of range"),
        ("%nSc1", struct.error, "4294967295|out of range"),
    ],
)
def test_z85_wrong(text: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        z85.decode(text)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_z85_of_buffers(kind: Callable[[bytes], Any]) -> None:
    assert z85.decode(kind(b"HelloWorld")) == bytes.fromhex("864fd26fb559f75b")
    assert z85.encode(kind(b"abcd")) == b"vpA.S"


def test_z85_limit() -> None:
    assert z85.decode("%nSc0") == b"\xff" * 4


def test_strtypes() -> None:
    for cast in (strtypes.cast_bytes, strtypes.asbytes, strtypes.b):
        with pytest.warns(DeprecationWarning, match=r"^zmq\.utils\.strtypes is deprecated in pyzmq 23\.$") as caught:
            assert cast("ö") == cast("ö".encode()) == "ö".encode()
        assert caught[0].filename == __file__
    for to_text in (strtypes.cast_unicode, strtypes.u):
        with pytest.warns(DeprecationWarning, match="strtypes"):
            assert to_text("ö") == to_text("ö".encode()) == "ö"
    with pytest.warns(DeprecationWarning, match="strtypes"):
        assert strtypes.cast_bytes("ö", "latin1") == b"\xf6"
    for wrong in (strtypes.b, strtypes.u):
        with (
            pytest.warns(DeprecationWarning, match="strtypes"),
            pytest.raises(TypeError, match="Expected unicode or bytes, got 5"),
        ):
            wrong(5)
    assert isinstance("", strtypes.basestring)
    assert (strtypes.unicode, strtypes.bytes) == (str, bytes)


def test_addresses_of_ctypes() -> None:
    ctypes = pytest.importorskip("ctypes", reason="this CPython has no ctypes")
    memory = (ctypes.c_char * 8)()
    address = ctypes.addressof(memory)
    numbers = ctypes.cast(memory, ctypes.POINTER(ctypes.c_int))
    pointers = [address, ctypes.c_void_p(address), memory, ctypes.pointer(memory), numbers]
    assert [interop.cast_int_addr(pointer) for pointer in pointers] == [address] * 5
    assert interop.cast_int_addr(ctypes.c_void_p()) == 0
    for nonsense in ("5", None, 5.0, object()):
        with pytest.raises(ValueError, match=rf"^Cannot cast {re.escape(repr(nonsense))} to int"):
            interop.cast_int_addr(nonsense)


def test_addresses_of_cffi() -> None:
    ffi = pytest.importorskip("cffi", reason="cffi is not installed").FFI()
    memory = ffi.new("char[8]")
    address = int(ffi.cast("uintptr_t", memory))
    for pointer in (memory, ffi.cast("void *", memory), ffi.addressof(memory)):
        assert interop.cast_int_addr(pointer) == address
    assert interop.cast_int_addr(ffi.NULL) == 0


def test_a_socket_by_the_address_of_another_binding(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    ctypes = pytest.importorskip("ctypes", reason="this CPython has no ctypes")
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.bind("inproc://there")
        # As other bindings of libzmq keep what zmq_socket() returned.
        shadow = zmq.Socket.shadow(interop.cast_int_addr(ctypes.c_void_p(pull.underlying)))
        shadow.connect("inproc://there")
        push.send(b"through")
        assert pull.recv() == b"through"


@pytest.mark.skipif(sys.platform == "win32", reason="there is a handler to install there")
def test_allow_interrupt_elsewhere() -> None:
    called: list[int] = []
    with pytest.raises(KeyboardInterrupt), allow_interrupt(lambda: called.append(1)):
        os.kill(os.getpid(), signal.SIGINT)
    assert not called
    allow_interrupt().__exit__()


@pytest.mark.skipif(sys.platform != "win32", reason="there is no handler elsewhere")
def test_allow_interrupt_on_windows() -> None:
    with allow_interrupt(lambda: None), allow_interrupt() as inner:
        inner.__exit__()


needs_curve = pytest.mark.skipif(not zmq.has("curve"), reason="libzmq was built without CURVE")


@needs_curve
def test_curve_keygen(run_python: Runner) -> None:
    program = "import runpy, sys; sys.argv[1:] = []; runpy.run_module('zmq.curve_keygen', run_name='__main__')"
    first, public, blank, second, secret = run_python(program).succeeded().output.splitlines()
    assert (first, blank, second) == ("== CURVE PUBLIC KEY ==", "", "== CURVE SECRET KEY ==")
    assert zmq.curve_public(secret.encode()) == public.encode()


@needs_curve
@pytest.mark.parametrize("given", [True, False], ids=["given", "new"])
def test_curve_keygen_json(given: bool, capsys: pytest.CaptureFixture[str]) -> None:
    public, secret = (key.decode() for key in zmq.curve_keypair())
    assert curve_keygen.main(["--json", f"--secret={secret if given else ''}"]) == 0
    shown = capsys.readouterr().out
    keys = json.loads(shown)
    assert shown == json.dumps(keys, indent=1) + "\n"
    assert list(keys) == ["public", "secret"]
    assert zmq.curve_public(keys["secret"].encode()) == keys["public"].encode()
    assert (keys == {"public": public, "secret": secret}) is given


@needs_curve
def test_curve_keygen_of_a_secret_key(capsys: pytest.CaptureFixture[str]) -> None:
    public, secret = (key.decode() for key in zmq.curve_keypair())
    # It may begin with "-".
    assert curve_keygen.main([f"--secret={secret}"]) == 0
    assert capsys.readouterr().out == f"== CURVE PUBLIC KEY ==\n{public}\n\n== CURVE SECRET KEY ==\n{secret}\n"


@needs_curve
@pytest.mark.parametrize("secret", ["short", "~" * 40, "#" * 40, "é" * 40])
def test_curve_keygen_of_what_is_no_key(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert curve_keygen.main(["--secret", secret]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("python3 -m zmq.curve_keygen: ")
    assert len(shown.err.splitlines()) == 1
    assert secret not in shown.err


def test_curve_keygen_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in ((["-h"], 0), (["--help"], 0), (["--secret"], 2), (["extra"], 2)):
        with pytest.raises(SystemExit) as ended:
            curve_keygen.main(arguments)
        assert ended.value.code == status
        shown = capsys.readouterr()
        assert (shown.err if status else shown.out).startswith("usage: python3 -m zmq.curve_keygen ")


@pytest.mark.parametrize("own", [True, False], ids=["own context", "given context"])
def test_garbage(own: bool) -> None:
    context: Any = None if own else zmq.Context()
    collector = garbage.GarbageCollector(context)
    assert not collector.is_alive()
    event, other = threading.Event(), threading.Event()
    number, kept = collector.store(object(), event), collector.store(object(), other)
    assert collector.is_alive()
    with collector.context.socket(zmq.PUSH) as push:
        push.connect(collector.url)
        for message in (b"nonsense of some length", struct.pack("@N", number), struct.pack("@N", number)):
            push.send(message)
        assert event.wait(30)
        assert collector.refs.keys() == {kept}
    used = collector.context
    collector.stop()
    collector.stop()
    assert not collector.is_alive()
    assert not other.is_set()
    assert used.closed is own
    collector.start()
    assert collector.is_alive()
    collector.stop()
    if context is not None:
        context.term()


def test_garbage_changes_its_context(context: zmq.Context[Any]) -> None:
    collector = garbage.GarbageCollector()
    number = collector.store(object())
    with pytest.warns(RuntimeWarning, match="^Replacing gc context while gc is running$") as caught:
        collector.context = context
    assert caught[0].filename == __file__
    assert not collector.is_alive()
    assert collector.context is context
    event = threading.Event()
    other = collector.store(object(), event)
    with context.socket(zmq.PUSH) as push:
        push.connect(collector.url)
        for stored in (number, other):
            push.send(struct.pack("@N", stored))
        assert event.wait(30)
    assert not collector.refs
    collector.stop()
    collector.context = None
    with collector.context as own:
        assert own is not context


def test_garbage_starts_again_at_once(context: zmq.Context[Any]) -> None:
    collector = garbage.GarbageCollector(context)
    for _ in range(300):
        collector.start()
        assert collector.is_alive()
        collector.stop()


def test_garbage_of_the_process(run_python: Runner) -> None:
    run_python("from zmq.utils.garbage import gc; gc.store([]); assert gc.is_alive()", "-Werror").succeeded()
