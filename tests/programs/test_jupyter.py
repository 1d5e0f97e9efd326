"""Jupyter: kernels, clients that block and clients that do not, the server with its WebSockets, notebooks, engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Programs

pytestmark = pytest.mark.timeout(180)

CLIENT = """
    import sys, time
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", {module!r}, "-f", "{{connection_file}}"], language="python", display_name="tested"
    )
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def execute(code, **hooks):
        seen = []
        reply = client.execute_interactive(code, timeout=60, output_hook=seen.append, **hooks)["content"]
        return reply, "".join(message["content"].get("text", "") for message in seen), seen

    reply, text, _ = execute("import zmq; print(zmq.pyzmq_version(), 6 * 7)")
    import zmq
    assert (reply["status"], text) == ("ok", zmq.pyzmq_version() + " 42\\n"), (reply, text)
"""
ENDING = """
    client.stop_channels()
    manager.shutdown_kernel()
    print("done")
"""


def test_kernel_and_client_that_blocks(programs: Programs) -> None:
    steps = """
    def answer(_):
        client.input("asked")
    assert execute("print(input('what? ')[::-1])", allow_stdin=True, stdin_hook=answer)[1] == "deksa\\n"

    assert len(execute("print('x' * 5_000_000)")[1]) == 5_000_001

    for number in range(100):
        values = [message["content"]["data"]["text/plain"] for message in execute(str(number))[2]
                  if message["msg_type"] == "execute_result"]
        assert values == [str(number)], values

    # Frames that are not copied.
    code = "import comm; comm.create_comm('target').send({}, buffers=[bytes(2_000_000), bytearray(b'ab')])"
    (message,) = [message for message in execute(code)[2] if message["msg_type"] == "comm_msg"]
    assert [bytes(buffer) for buffer in message["buffers"]] == [bytes(2_000_000), b"ab"]

    request = client.execute("print('begun', flush=True)\\nimport time\\nwhile True: time.sleep(0.01)")
    while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"]["msg_id"] == request:
            break
    assert message["content"]["ename"] == "KeyboardInterrupt"

    assert "append" in client.complete("[].app", reply=True, timeout=60)["content"]["matches"][0]
    assert client.hb_channel.is_beating()

    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert execute("print('zmq' in dir())")[1] == "False\\n"
    """
    assert programs.python(CLIENT.format(module="ipykernel_launcher") + steps + ENDING) == "done\n"


def test_spyder_kernel(programs: Programs) -> None:
    assert programs.python(CLIENT.format(module="spyder_kernels.console") + ENDING) == "done\n"


def test_clients_in_an_event_loop(programs: Programs) -> None:
    source = """
    import asyncio
    from jupyter_client import AsyncKernelManager

    async def one(number):
        manager = AsyncKernelManager()
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        for repetition in range(20):
            seen = []
            await client.execute_interactive(f"print({number} + {repetition})", output_hook=seen.append, timeout=60)
            text = "".join(message["content"].get("text", "") for message in seen)
            assert text == f"{number + repetition}\\n", seen
        client.stop_channels()
        await manager.shutdown_kernel()
        return number

    async def main():
        print(await asyncio.gather(*map(one, range(3))))

    asyncio.run(main())
    """
    assert programs.python(source) == "[0, 1, 2]\n"


def test_notebook(programs: Programs) -> None:
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "id": "one"}
    code = "for number in range(3):\n    print(number)\nnumber * 100"
    notebook = {"cells": [{**cell, "source": code}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = programs.place / "sums.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    programs.run("jupyter-execute", "--inplace", path)
    outputs = json.loads(path.read_text("utf-8"))["cells"][0]["outputs"]
    assert outputs[0]["text"] == ["0\n", "1\n", "2\n"]
    assert outputs[1]["data"]["text/plain"] == ["200"]


def test_server(programs: Programs, free_ports: list[int]) -> None:
    """The server relays between its kernels, by ZMQStream, and WebSockets."""
    place = f"127.0.0.1:{free_ports[0]}"
    words = (
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={free_ports[0]}",
        "--IdentityProvider.token=key",
    )
    programs.start("jupyter-server", *words)
    source = """
    import json, sys, time, urllib.error, urllib.request
    import websocket

    place = sys.argv[1]

    def ask(method, path):
        address, headers = f"http://{place}/api/{path}", {"Authorization": "token key"}
        request = urllib.request.Request(address, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    until = time.monotonic() + 60
    while True:
        try:
            ask("GET", "status")
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until
    kernel = ask("POST", "kernels")["id"]
    channel = websocket.create_connection(
        f"ws://{place}/api/kernels/{kernel}/channels", header=["Authorization: token key"], timeout=60
    )
    for number in range(50):
        text = "y" * 1000 * number
        content = {"code": f"print('y' * {1000 * number})", "silent": False, "store_history": True,
                   "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        header = {"msg_id": f"m{number}", "msg_type": "execute_request", "username": "", "session": "s",
                  "date": "", "version": "5.3"}
        channel.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content,
                                 "channel": "shell", "buffers": []}))
        seen, left = "", {"execute_reply", "idle"}
        while left:
            message = json.loads(channel.recv())
            if message["parent_header"].get("msg_id") != f"m{number}":
                continue
            seen += message["content"].get("text", "")
            left -= {message["msg_type"], message["content"].get("execution_state")}
        assert seen == text + "\\n", (number, len(seen))
    channel.close()
    ask("DELETE", f"kernels/{kernel}")
    print("done")
    """
    assert programs.python(source, place) == "done\n"


def test_parallel_engines(programs: Programs) -> None:
    """Controller, schedulers (devices with a monitor) and two engines."""
    source = """
    import os
    import ipyparallel
    import zmq

    with ipyparallel.Cluster(n=2, log_level=30) as client:
        client.wait_for_engines(2, timeout=60)
        all_engines = client[:]
        assert all_engines.map_sync(lambda x: x * x, range(20)) == [x * x for x in range(20)]
        data = os.urandom(3_000_000)
        assert all_engines.apply_sync(lambda sent: sent[::-1], data) == [data[::-1]] * 2
        all_engines.push({"kept": bytearray(2_000_000)}, block=True)
        assert all_engines.pull("kept", block=True) == [bytearray(2_000_000)] * 2
        assert client.load_balanced_view().map_sync(lambda x: -x, range(100)) == [-x for x in range(100)]
        versions = all_engines.apply_sync(lambda: __import__("zmq").pyzmq_version())
        assert versions == [zmq.pyzmq_version()] * 2
    print("done")
    """
    assert programs.python(source).endswith("done\n")
