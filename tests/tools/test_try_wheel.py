"""The trial of an installed wheel: passes with a good one, and notices what is wrong."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import zmq

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "try_wheel.py"

#: Seconds that the whole trial may take.
QUICK = 10

pytestmark = pytest.mark.skipif(
    ROOT / "zmq" in Path(str(zmq.__file__)).resolve().parents,
    reason="zmq is imported from the checkout: an editable install, not a wheel",
)


def trial(script: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", str(script), *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
    )


def test_messages_come_through(tmp_path: Path) -> None:
    started = time.monotonic()
    done = trial(SCRIPT, tmp_path, "--json", "told.json")
    assert time.monotonic() - started < QUICK
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    expected = {"tcp", "ipc"} if zmq.has("ipc") else {"tcp"}
    assert set(told["transports"]) == expected
    assert all(sent["messages"] > 0 and sent["bytes"] > 1 << 20 for sent in told["transports"].values())
    assert set(told["within"]) == {"inproc", *expected}
    assert all(seconds > 0 for seconds in (*told["within"].values(), told["asyncio"]))
    assert (told["has"]["curve"], told["has"]["ipc"], told["skipped"]) == (True, zmq.has("ipc"), {})
    assert all(name.startswith("HANDSHAKE_FAILED") for name in told["refused"])
    assert told["refused"]
    assert told["libzmq"] == zmq.zmq_version()
    assert told["build_info"]["pyzmq"] == zmq.pyzmq_version()


def test_tells_people(tmp_path: Path) -> None:
    done = trial(SCRIPT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"libzmq {zmq.zmq_version()}" in done.stdout
    assert "nothing came through" in done.stdout


def test_runs_where_temporary_paths_are_too_long_for_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not zmq.has("ipc"):
        pytest.skip("libzmq has no ipc here")
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    done = trial(SCRIPT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ipc: 12 encrypted messages" in done.stdout
    assert list(deep.iterdir()) == []


def test_refuses_a_zmq_from_elsewhere(tmp_path: Path) -> None:
    place = Path(str(zmq.__file__)).resolve().parents[1]
    done = trial(SCRIPT, tmp_path, "--forbid", str(place))
    assert done.returncode == 1
    assert f"inside {place}" in done.stderr


def test_refuses_another_backend(tmp_path: Path) -> None:
    other = "cython" if "zmq.backend.cffi" in sys.modules else "cffi"
    done = trial(SCRIPT, tmp_path, "--backend", other)
    assert done.returncode == 1
    assert f"not {other}" in done.stderr


ANSWER = "router.send_multipart([client, digest(parts), *parts])"
SHORT_WAIT = {"MESSAGE_LIMIT = 8_000": "MESSAGE_LIMIT = 300"}

BROKEN = {
    "a bit is turned on its way back": (
        {ANSWER: "router.send_multipart([client, digest(parts), *parts[:-1], bytes(len(parts[-1]))])"},
        "what came back is not what was sent",
    ),
    "parts are joined on their way back": (
        {ANSWER: 'router.send_multipart([client, digest(parts), b"".join(parts)])'},
        "what came back is not what was sent",
    ),
    "the server gets something else": (
        {ANSWER: 'router.send_multipart([client, digest([*parts, b""]), *parts])'},
        "what the server got is not what was sent",
    ),
    "the server is silent": ({ANSWER: "pass", **SHORT_WAIT}, "no answer within 300 ms"),
    "the server dies": (
        {"print(json.dumps(bound)": "sys.exit(3)\n        print(json.dumps(bound)"},
        "the serving process ended (status 3) before it had bound its endpoints",
    ),
    "nothing is encrypted": (
        {
            "router.curve_server = True": "pass",
            "socket.curve_serverkey = server_key": "pass",
            "router.curve_secretkey = ": "_ = ",
            "router.curve_publickey = ": "_ = ",
            "socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()": "pass",
        },
        "a client with a wrong server key got an answer",
    ),
    "the wrong key is the right one": (
        {
            "try_wrong_key(made, endpoint)\n": "try_wrong_key(made, endpoint, public)\n",
            "[zmq.Socket[Any]], endpoint: str) -> None": "[zmq.Socket[Any]], endpoint: str, key: bytes) -> None",
            "socket = client(made, endpoint, zmq.curve_keypair()[0])": "socket = client(made, endpoint, key)",
        },
        "a client with a wrong server key got an answer",
    ),
    "a part is lost within the process": (
        {"same(pull.recv_multipart(), parts,": "same(pull.recv_multipart()[1:], parts,"},
        "PUSH and PULL over inproc: what came is not what was sent",
    ),
    "nothing is encrypted within the process": (
        {"    keys.server(bound)\n": "", "    keys.client(other)\n": ""},
        "inproc: the mechanism is 0, not CURVE",
    ),
    "nobody replies within the process": (
        {"reply.send_multipart(asked[::-1])": "pass", **SHORT_WAIT},
        "inproc, within one process: nothing came within 300 ms",
    ),
    "asyncio brings something else": (
        {"await reply.send_multipart(await": "await reply.send_multipart([b''] + await"},
        "asyncio: what came is not what was sent",
    ),
    "the refusal is not seen": (
        {"refusals.append(next_refusal(monitor))": "next_refusal(monitor)"},
        "the server refused no handshake",
    ),
}


def changed_script(changes: dict[str, str], folder: Path) -> Path:
    text = SCRIPT.read_text("utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    script = folder / "tools" / "try_wheel.py"
    script.parent.mkdir()
    script.write_text(text, encoding="utf-8")
    return script


@pytest.mark.skipif(not zmq.has("ipc"), reason="libzmq has no ipc here")
def test_tells_what_only_the_system_lacks(tmp_path: Path) -> None:
    """A system without Unix domain sockets, which only a changed script can bring about, may be one, if so told."""
    lacking = {"made.socket(zmq.PAIR).bind(": f"raise zmq.ZMQError({errno.EAFNOSUPPORT}) if name else print("}
    done = trial(changed_script(lacking, tmp_path), tmp_path, "--may-lack", "ipc")
    assert done.returncode == 0, done.stderr
    assert "ipc: skipped, libzmq has it, the system does not: " in done.stdout
    assert f", errno {errno.EAFNOSUPPORT}\n" in done.stdout


def test_patience_must_be_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYZMQ_TRIAL_PATIENCE", "much")
    done = trial(SCRIPT, tmp_path)
    assert done.returncode == 1
    assert "PYZMQ_TRIAL_PATIENCE is 'much'; a whole number is meant" in done.stderr


@pytest.mark.parametrize(("changes", "message"), BROKEN.values(), ids=BROKEN)
def test_notices(changes: dict[str, str], message: str, tmp_path: Path) -> None:
    """A trial in which something goes wrong, which only a changed script can bring about."""
    done = trial(changed_script(changes, tmp_path), tmp_path)
    assert done.returncode == 1, os.linesep.join([done.stdout, done.stderr])
    assert message in done.stderr
    assert "Traceback" not in done.stderr
