"""One thread serves two sockets: tasks come on one, and commands on the other."""

from __future__ import annotations

import threading

import zmq


def serve(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    """Do what comes on either socket, until told to stop."""
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PAIR) as commands:
        tasks.connect("inproc://tasks")
        commands.connect("inproc://commands")

        poller = zmq.Poller()
        poller.register(tasks, zmq.POLLIN)
        poller.register(commands, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(timeout=10_000))  # milliseconds
            if not ready:
                print("nothing came for 10 seconds")
            if tasks in ready:
                print("task:", tasks.recv_string())
                commands.send(b"done")
            if commands in ready:
                print("command:", commands.recv_string())
                return


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as tasks, context.socket(zmq.PAIR) as commands:
        tasks.bind("inproc://tasks")
        commands.bind("inproc://commands")
        thread = threading.Thread(target=serve, args=[context])
        thread.start()

        for number in range(3):
            tasks.send_string(f"number {number}")
        for _ in range(3):
            commands.recv()
        commands.send(b"stop")
        thread.join()


if __name__ == "__main__":
    main()
