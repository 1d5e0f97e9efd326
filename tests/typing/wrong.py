"""What type checkers must not let pass: each comment says which error is expected, and one without error is an error.

Not run: the checkers read it.
"""

from __future__ import annotations

import zmq

# What is wrong has no known type.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false


class AsyncSocket(zmq.Socket[int]):
    """A socket that is not the usual one."""


class AsyncContext(zmq.Context[AsyncSocket]):
    """Makes sockets that are not the usual ones."""


def only_sync(context: zmq.SyncContext, socket: zmq.SyncSocket) -> None:
    """Take the usual ones."""
    del context, socket


def generics(context: AsyncContext, socket: AsyncSocket, sync: zmq.SyncContext) -> None:
    only_sync(context, sync.socket(zmq.PUSH))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    only_sync(sync, socket)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    wrong: zmq.Socket[bytes] = context.socket(zmq.PUSH)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del wrong
    sync.socket("PUSH")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    zmq.Context("1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    zmq.Socket("context", zmq.PUSH)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


def messages(socket: zmq.Socket[bytes]) -> None:
    socket.send("text")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    socket.send(5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    socket.send(b"", zmq.SNDMORE, track="yes")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    socket.send_multipart(["text"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType, reportCallIssue]
    socket.send_multipart(b"text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    socket.send_string(b"bytes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    text: str = socket.recv()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    data: bytes = socket.recv(copy=False)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del text, data
    socket.send(b"").wait()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    socket.send(b"", track=True).wait()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    socket.recv_into("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    zmq.Frame("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = zmq.Frame().nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def serialized(socket: zmq.Socket[bytes]) -> None:
    def from_frames(parts: list[zmq.Frame]) -> int:
        return len(parts)

    def to_frames(number: int) -> list[bytes]:
        return [bytes(number)]

    socket.recv_serialized(from_frames, copy=True)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    socket.send_serialized("text", to_frames)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def options(socket: zmq.Socket[bytes], context: zmq.SyncContext) -> None:
    socket.lingr = 0  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    _ = socket.lingr  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    socket.linger = "0"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    socket.linger = b"0"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    socket.routing_id = 5  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    socket.rcvmore = 1  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    socket.last_endpoint = b""  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    number: int = socket.last_endpoint  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    number = socket.SUBSCRIBE  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del number
    socket.set(zmq.ROUTING_ID, "me")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    socket.set("linger", 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    socket.get(zmq.LINGER).decode()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    context.lingr = 0  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    context.io_threads = b"2"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    context.linger = "0"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    _ = context.last_endpoint  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
