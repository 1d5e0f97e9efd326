"""Pieces of the protocols as bytes, right or wrong as the caller wants them."""

from __future__ import annotations

import struct

MORE, LARGE, COMMAND = 1, 2, 4

#: Operation codes of WebSocket frames.
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10

SIGNATURE = b"\xff" + bytes(7) + b"\x01\x7f"


def greeting(mechanism: bytes = b"NULL", version: tuple[int, int] = (3, 1), as_server: bool = False) -> bytes:
    """Return a greeting of ZMTP 3."""
    return SIGNATURE + bytes(version) + mechanism.ljust(20, b"\0") + bytes([as_server]) + bytes(31)


def frame(body: bytes, flags: int = 0, length: int | None = None) -> bytes:
    """Return a frame of ZMTP 2 and 3.

    :param length: what the frame says about its length, whatever the truth.
    """
    size = len(body) if length is None else length
    if flags & LARGE or size > 255:
        return bytes([flags | LARGE]) + struct.pack(">Q", size) + body
    return bytes([flags, size]) + body


def prop(name: bytes, value: bytes) -> bytes:
    """Return a property of a READY or INITIATE command."""
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


def command(name: bytes, body: bytes = b"") -> bytes:
    """Return the body of a command."""
    return bytes([len(name)]) + name + body


def ready(socket_type: bytes, *properties: bytes) -> bytes:
    """Return the frame of a READY command."""
    return frame(command(b"READY", prop(b"Socket-Type", socket_type) + b"".join(properties)), COMMAND)


def upgrade(protocol: bytes = b"ZWS2.0/NULL", *headers: bytes, path: bytes = b"/") -> bytes:
    """Return the request with which a WebSocket client begins."""
    lines = [
        b"GET " + path + b" HTTP/1.1",
        b"Host: localhost",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *headers,
        b"Sec-WebSocket-Protocol: " + protocol,
        b"Sec-WebSocket-Version: 13",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def switching(protocol: bytes = b"ZWS2.0/NULL", *headers: bytes) -> bytes:
    """Return what a WebSocket server answers."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        *headers,
        b"Sec-WebSocket-Protocol: " + protocol,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def ws_frame(
    body: bytes, flags: int | None = 0, opcode: int = BINARY, mask: bytes = bytes(4), length: int | None = None
) -> bytes:
    """Return a WebSocket frame with a ZWS message.

    :param flags: of ZWS, 1 for more and 2 for a command; None for a frame without that byte.
    :param mask: four bytes from a client, none from a server.
    :param length: what the frame says about its length, whatever the truth.
    """
    if flags is not None:
        body = bytes([flags]) + body
    size = len(body) if length is None else length
    masked = 0x80 if mask else 0
    if size < 126:
        head = bytes([masked | size])
    elif size < 1 << 16:
        head = bytes([masked | 126]) + struct.pack(">H", size)
    else:
        head = bytes([masked | 127]) + struct.pack(">Q", size)
    if mask:
        body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
    return bytes([0x80 | opcode]) + head + mask + body
