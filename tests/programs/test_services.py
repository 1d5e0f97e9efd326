"""Services that are built on sockets: remote calls, a process supervisor, load tests, configuration of machines."""

from __future__ import annotations

import json
import sys
from textwrap import dedent
from typing import Any

import pytest

from .conftest import Programs

pytestmark = pytest.mark.timeout(240)


def test_zerorpc(programs: Programs) -> None:
    """Calls, streams with flow control, errors and heartbeats, on zmq.green."""
    address = f"ipc://{programs.place}/z"
    service = """
    import sys
    import zerorpc

    class Service:
        def hello(self, name):
            return "Hello, " + name
        @zerorpc.stream
        def count(self, first, last):
            return iter(range(first, last))
        def fail(self):
            raise ValueError("as asked")
        def size(self, data):
            return len(data)

    server = zerorpc.Server(Service())
    server.bind(sys.argv[1])
    print("up")
    server.run()
    """
    server = programs.start_python(service, address)
    programs.until(lambda: server.output == "up\n")
    source = """
    import sys
    import gevent
    import zerorpc

    client = zerorpc.Client(timeout=30, heartbeat=2)
    client.connect(sys.argv[1])
    assert client.hello("there") == "Hello, there"
    assert list(client.count(0, 3000)) == list(range(3000))
    try:
        client.fail()
    except zerorpc.RemoteError as error:
        assert (error.name, error.msg) == ("ValueError", "as asked")
    else:
        raise AssertionError("no error came")
    assert client.size(bytes(2_000_000)) == 2_000_000
    calls = [gevent.spawn(client.hello, str(number)) for number in range(50)]
    gevent.joinall(calls)
    assert [call.value for call in calls] == [f"Hello, {number}" for number in range(50)]
    # Longer than two heartbeats.
    gevent.sleep(5)
    assert client.hello("again") == "Hello, again"
    client.close()
    print("done")
    """
    assert programs.python(source, address) == "done\n"


def test_circus(programs: Programs) -> None:
    """A daemon that is told what to do, and publishes what happens."""
    place = programs.place
    settings = f"""
    [circus]
    endpoint = ipc://{place}/control
    pubsub_endpoint = ipc://{place}/events
    statsd = False
    [watcher:sleepers]
    cmd = {sys.executable} -c 'import time; time.sleep(600)'
    numprocesses = 2
    """
    (place / "circus.ini").write_text(dedent(settings), "utf-8")
    daemon = programs.start("circusd", "circus.ini")

    def told(*words: str) -> dict[str, Any]:
        source = """
        import json, sys
        from circus.client import CircusClient
        client = CircusClient(endpoint=sys.argv[1], timeout=30)
        print(json.dumps(client.call({"command": sys.argv[2], "properties": json.loads(sys.argv[3])})))
        """
        answer: dict[str, Any] = json.loads(programs.python(source, f"ipc://{place}/control", *words))
        return answer

    programs.until(lambda: told("status", "{}")["statuses"].get("sleepers") == "active")
    listening = """
    import sys
    import zmq
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.connect(sys.argv[1])
    socket.subscribe(b"watcher.sleepers.spawn")
    print("listening")
    topic, message = socket.recv_multipart()
    print(topic.decode())
    """
    listener = programs.start_python(listening, f"ipc://{place}/events")
    programs.until(lambda: listener.output == "listening\n")
    running = 2

    def heard() -> bool:
        # Until the subscription has arrived.
        nonlocal running
        running += 1
        told("incr", '{"name": "sleepers", "nb": 1, "waiting": true}')
        assert told("numprocesses", '{"name": "sleepers"}')["numprocesses"] == running
        return listener.process.poll() is not None

    programs.until(heard)
    assert listener.ended() == "listening\nwatcher.sleepers.spawn\n"
    told("quit", '{"waiting": false}')
    daemon.ended()


def test_locust(programs: Programs, free_ports: list[int]) -> None:
    """A master and two workers, on zmq.green, load a web server."""
    web, master_port = map(str, free_ports[:2])
    user = """
    from locust import HttpUser, constant, task

    class User(HttpUser):
        wait_time = constant(0.01)

        @task
        def look(self):
            self.client.get("/")
    """
    (programs.place / "user.py").write_text(dedent(user), "utf-8")
    programs.start("python", "-m", "http.server", web, "--bind", "127.0.0.1")
    common = ("-f", "user.py", "--headless")
    workers = [
        programs.start("locust", *common, "--worker", "--master-host", "127.0.0.1", "--master-port", master_port)
        for _ in range(2)
    ]
    words = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", master_port, "--expect-workers", "2")
    load = ("-u", "10", "-r", "10", "-t", "4s", "-H", f"http://127.0.0.1:{web}", "--json")
    (counted,) = json.loads(programs.run("locust", *common, *words, *load))
    assert counted["num_requests"] > 50
    assert counted["num_failures"] == 0
    for worker in workers:
        worker.ended()


def test_salt(programs: Programs, free_ports: list[int]) -> None:
    """A master and a minion, over its ZeroMQ transport."""
    place = programs.place
    publish, request = free_ports[:2]
    common = "user: root\nlog_level: warning\ntransport: zeromq\n"
    master = f"root_dir: {place}/r\ninterface: 127.0.0.1\npublish_port: {publish}\nret_port: {request}\n"
    (place / "master").write_text(f"{common}{master}auto_accept: True\nworker_threads: 2\n", "utf-8")
    minion = f"root_dir: {place}/m\nmaster: 127.0.0.1\npublish_port: {publish}\nmaster_port: {request}\nid: one\n"
    (place / "minion").write_text(f"{common}{minion}acceptance_wait_time: 1\n", "utf-8")
    programs.start("salt-master", "-c", place)
    programs.start("salt-minion", "-c", place)
    to_minion = ("-c", place, "--out=json", "--timeout=10", "one")

    def answers() -> bool:
        called = programs.start("salt", *to_minion, "test.ping")
        called.process.wait(60)
        return '"one": true' in called.output

    programs.until(answers)
    code = "python3 -c 'print(\"y\" * 300000)'"
    assert json.loads(programs.run("salt", *to_minion, "cmd.run", code)) == {"one": "y" * 300_000}
