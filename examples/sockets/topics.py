"""Publishers and subscribers: each subscriber gets the messages that begin with what it subscribed to."""

from __future__ import annotations

import zmq

NEWS = [(b"weather.berlin", b"rain"), (b"sports.chess", b"a draw"), (b"weather.rome", b"sunshine")]


def main() -> None:
    # Unlike a PUB, an XPUB is told of subscriptions: it can wait for them, so that nothing is sent too early.
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
        publisher.bind("tcp://127.0.0.1:*")
        address = publisher.last_endpoint.decode()
        with context.socket(zmq.SUB) as everywhere, context.socket(zmq.SUB) as rome:
            for subscriber, topics in ((everywhere, [b"weather."]), (rome, [b"weather.rome", b"sports."])):
                subscriber.connect(address)
                for topic in topics:
                    subscriber.subscribe(topic)
                    print("subscribed:", publisher.recv()[1:].decode())

            for message in NEWS:
                publisher.send_multipart(message)
            for name, subscriber in (("everywhere", everywhere), ("rome", rome)):
                for _ in range(2):
                    print(f"{name}:", b" ".join(subscriber.recv_multipart()).decode())

            rome.unsubscribe(b"weather.rome")
            print("unsubscribed:", publisher.recv()[1:].decode())


if __name__ == "__main__":
    main()
