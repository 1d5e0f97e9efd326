"""A greenlet that polls two sockets, and others that send to them, each at its own pace."""

from __future__ import annotations

import gevent

import zmq.green as zmq

COUNT = 3


def send(context: zmq.Context, address: str, pause: float) -> None:
    with context.socket(zmq.PUSH) as socket:
        socket.connect(address)
        for number in range(COUNT):
            socket.send_string(str(number))
            gevent.sleep(pause)


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as first, context.socket(zmq.PULL) as second:
        names = {first: "first", second: "second"}
        poller = zmq.Poller()
        senders = []
        for socket, pause in ((first, 0.01), (second, 0.02)):
            socket.bind("tcp://127.0.0.1:*")
            poller.register(socket, zmq.POLLIN)
            senders.append(gevent.spawn(send, context, socket.last_endpoint.decode(), pause))

        received = 0
        while received < 2 * COUNT:
            for socket, _ in poller.poll():
                print(f"{names[socket]}: {socket.recv_string()}")
                received += 1
        gevent.joinall(senders, raise_error=True)


if __name__ == "__main__":
    main()
