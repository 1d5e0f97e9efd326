"""libzmq's own heartbeats: a peer that hangs is noticed, although its connection stays open.

libzmq answers pings in threads of its own, so a busy Python program is no peer that hangs; one whose machine is gone,
or whose process is stopped, is. Here it is someone who accepts connections and then says nothing more.
"""

from __future__ import annotations

import socket

import zmq
from zmq.utils.monitor import recv_monitor_message

# What ZMTP 3.1 (ZeroMQ's RFC 37) begins with: a greeting without security, and the command READY of a DEALER.
GREETING = b"\xff\0\0\0\0\0\0\0\0\x7f\3\1NULL" + bytes(16 + 1 + 31)
READY = b"\x05READY\x0bSocket-Type\0\0\0\6DEALER"


def main() -> None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
        peer.linger = 0
        peer.heartbeat_ivl = 100  # milliseconds between pings
        peer.heartbeat_timeout = 300  # milliseconds that an answer may take
        peer.reconnect_ivl = -1  # for this example: once is enough
        events = peer.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        with events, socket.create_server(("127.0.0.1", 0)) as listening:
            peer.connect(f"tcp://127.0.0.1:{listening.getsockname()[1]}")
            connection, _ = listening.accept()
            with connection:
                connection.sendall(GREETING + b"\4" + bytes([len(READY)]) + READY)
                print(zmq.Event(recv_monitor_message(events)["event"]).name)
                # Nothing comes any more.
                print(zmq.Event(recv_monitor_message(events)["event"]).name)


if __name__ == "__main__":
    main()
