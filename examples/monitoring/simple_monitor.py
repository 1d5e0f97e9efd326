"""What happens to a socket's connections, told by its monitor, which is read in a thread."""

from __future__ import annotations

import threading

import zmq
from zmq.utils.monitor import recv_monitor_message


def show(monitor: zmq.Socket[bytes]) -> None:
    """Print events until the socket that they tell of is closed."""
    with monitor:
        while True:
            event = recv_monitor_message(monitor)
            print(zmq.Event(event["event"]).name, event["endpoint"].decode(), flush=True)
            if event["event"] == zmq.EVENT_MONITOR_STOPPED:
                return


def main() -> None:
    with zmq.Context() as context:
        with context.socket(zmq.REP) as server:
            # The thread has the monitor for itself from now on.
            thread = threading.Thread(target=show, args=[server.get_monitor_socket()])
            thread.start()
            server.bind("tcp://127.0.0.1:*")

            with context.socket(zmq.REQ) as client:
                client.connect(server.last_endpoint.decode())
                client.send(b"hello")
                server.send(server.recv())
                reply = client.recv().decode()
        thread.join()
    print("echo:", reply)


if __name__ == "__main__":
    main()
