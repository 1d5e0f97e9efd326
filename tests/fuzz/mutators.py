"""Make an input of a seed: some changes, most of which know the structure of what they change."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.case import Case, Part

#: Lengths at which implementations go wrong, and those next to them.
LENGTHS = (
    *(0, 1, 2, 7, 8, 29, 32, 33, 34, 125, 126, 127, 254, 255, 256, 1024, 8191, 8192, 8193, 65535, 65536),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1),
)
BYTES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 32, 44, 58, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0xFE, 0xFF)
NAMES = (b"READY", b"ERROR", b"HELLO", b"WELCOME", b"INITIATE", b"MESSAGE", b"SUBSCRIBE", b"CANCEL", b"PING", b"PONG")
HTTP_LENGTHS = (0, 1, 254, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049, 8191, 8192, 8193)
ZAP_FRAMES = (
    *(b"", b"1.0", b"1.1", b"1", b"2", b"127.0.0.1", b"::1", b"NULL", b"PLAIN", b"CURVE", b"GSSAPI", b"ann", b"pass"),
    *(b"200", b"300", b"400", b"500", b"600", b"20", b"2000", b"\xff", b"\0", bytes(32), bytes(31), bytes(33)),
    *(b"x" * 255, b"x" * 256, b"x" * 100_000, b"\5Hello\0\0\0\5World", b"\5Hello\xff\xff\xff\xffWorld", b"\5Hello"),
)
#: Bytes that an input has at most: it shall be parsed, not stored.
LARGEST = 200_000

Mutator = Callable[[Random, list[Part], Sequence[Case]], None]


def pick(random: Random, parts: list[Part], *kinds: str) -> Part | None:
    """Return a part that is not empty, of any of some kinds, if there is one."""
    choice = [part for part in parts if part.data and (not kinds or part.kind in kinds)]
    return random.choice(choice) if choice else None


def position(random: Random, data: bytes) -> int:
    """Return an index, more often one near the beginning, where the structure is."""
    return random.randrange(min(len(data), random.choice((4, 16, 64, len(data)))))


# ---- without regard to the structure


def flip_bit(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Flip one bit."""
    part = pick(random, parts)
    if part:
        index = position(random, part.data)
        part.data = part.data[:index] + bytes([part.data[index] ^ 1 << random.randrange(8)]) + part.data[index + 1 :]


def set_byte(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Set one byte to a value that often means something."""
    part = pick(random, parts)
    if part:
        index = position(random, part.data)
        part.data = part.data[:index] + bytes([random.choice(BYTES)]) + part.data[index + 1 :]


def insert(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Insert some bytes."""
    part = pick(random, parts)
    if part:
        index = position(random, part.data)
        some = bytes(random.choice(BYTES) for _ in range(random.choice((1, 2, 8, 9, 300))))
        part.data = part.data[:index] + some + part.data[index:]


def delete(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Delete some bytes."""
    part = pick(random, parts)
    if part:
        index = position(random, part.data)
        part.data = part.data[:index] + part.data[index + random.choice((1, 1, 2, 8, 64)) :]


def truncate(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """End everything amid a part."""
    if parts:
        index = random.randrange(len(parts))
        parts[index].data = parts[index].data[: random.randrange(len(parts[index].data) + 1)]
        del parts[index + 1 :]


def repeat_bytes(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Repeat some bytes of a part."""
    part = pick(random, parts)
    if part:
        start = position(random, part.data)
        some = part.data[start : start + random.choice((1, 4, 16))]
        part.data = part.data[:start] + some * random.choice((2, 20, 300, 5000)) + part.data[start:]


# ---- sequences of parts


def drop_part(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Leave a part out."""
    if len(parts) > 1:
        del parts[random.randrange(len(parts))]


def repeat_part(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Send a part several times."""
    if parts:
        index = random.randrange(len(parts))
        part = parts[index]
        parts[index:index] = [Part(part.kind, part.data) for _ in range(random.choice((1, 1, 2, 50)))]


def swap_parts(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Swap two parts."""
    if len(parts) > 1:
        one, other = random.sample(range(len(parts)), 2)
        parts[one], parts[other] = parts[other], parts[one]


def splice(random: Random, parts: list[Part], seeds: Sequence[Case]) -> None:
    """Go on as another seed does, or insert a part of it."""
    other = random.choice(seeds).copy()
    if not other.parts:
        return
    if random.random() < 0.5:
        parts.insert(random.randrange(len(parts) + 1), random.choice(other.parts))
    else:
        parts[random.randrange(len(parts) + 1) :] = other.parts[random.randrange(len(other.parts)) :]


# ---- frames


def split_frame(data: bytes) -> tuple[int, bytes]:
    """Return flags and body of a frame of ZMTP 2 and 3."""
    return data[0], data[9:] if data[0] & 2 else data[2:]


def join_frame(flags: int, length: int, body: bytes) -> bytes:
    """Return a frame that says that it is that long."""
    if flags & 2 or length > 255:
        return bytes([flags | 2]) + struct.pack(">Q", length) + body
    return bytes([flags, length]) + body


def wrong_length(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Let a frame say that it is longer or shorter than it is."""
    part = pick(random, parts, "frame", "ws", "v1")
    if not part:
        return
    near = len(part.data) + random.randrange(-12, 3)
    length = random.choice((*LENGTHS, max(near, 0), max(near, 0)))
    if part.kind == "frame":
        flags, body = split_frame(part.data)
        part.data = join_frame(flags | random.choice((0, 2)), length, body)
    elif part.kind == "v1":
        short = part.data[0] != 0xFF
        body = part.data[2:] if short else part.data[10:]
        flag = part.data[1:2] if short else part.data[9:10]
        wide = length > 254 or random.random() < 0.5
        part.data = (b"\xff" + struct.pack(">Q", length) if wide else bytes([length])) + flag + body
    else:
        first, second = part.data[0], part.data[1] if len(part.data) > 1 else 0
        rest = part.data[{126: 4, 127: 10}.get(second & 127, 2) :]
        if length < 126:
            head = bytes([second & 128 | length])
        elif length < 1 << 16:
            head = bytes([second & 128 | 126]) + struct.pack(">H", length)
        else:
            head = bytes([second & 128 | 127]) + struct.pack(">Q", length)
        part.data = bytes([first]) + head + rest


def change_body(random: Random, parts: list[Part], seeds: Sequence[Case]) -> None:
    """Change the body of a frame, and let its length fit."""
    part = pick(random, parts, "frame")
    if not part:
        return
    flags, body = split_frame(part.data)
    inner = [Part("raw", body)]
    random.choice((flip_bit, set_byte, insert, delete, truncate, repeat_bytes))(random, inner, seeds)
    body = b"".join(part.data for part in inner)
    part.data = join_frame(flags & ~2, len(body), body)


def change_flags(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Change what a frame is: more to come, a command; or the operation code of a WebSocket frame."""
    part = pick(random, parts, "frame", "ws", "v1")
    if not part:
        return
    if part.kind == "frame":
        _flags, body = split_frame(part.data)
        part.data = join_frame(random.choice((0, 1, 2, 4, 5, 6, 7, 8, 0x80, 0xFF)), min(len(body), 255), body)
    elif part.kind == "v1":
        part.data = part.data[:1] + bytes([random.choice(BYTES)]) + part.data[2:]
    else:
        part.data = bytes([random.choice((0x80, 0)) | random.randrange(16)]) + part.data[1:]


def rename_command(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Make another command of a frame."""
    part = pick(random, parts, "frame")
    if not part:
        return
    flags, body = split_frame(part.data)
    name = random.choice(NAMES)
    length = len(name) + random.choice((0, 0, 0, 0, 1, -1, 200))
    body = bytes([length]) + name + body[1 + body[0] if body else 0 :][: random.choice((0, 1, 2, 7, 10**6))]
    part.data = join_frame((flags | 4) & ~2, len(body), body)


def wrong_inner_length(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Change four bytes that are, in a property, the length of its value."""
    part = pick(random, parts, "frame", "ws", "zap", "raw")
    if not part:
        return
    found = [index for index in range(len(part.data) - 4) if part.data[index : index + 3] == bytes(3)]
    if found:
        index = random.choice(found)
        value = struct.pack(">I", random.choice(LENGTHS) & 0xFFFFFFFF)
        part.data = part.data[:index] + value + part.data[index + 4 :]


# ---- greetings and HTTP


def change_version(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Change the version or the mechanism of a greeting."""
    part = pick(random, parts, "greeting")
    if not part:
        return
    if random.random() < 0.5:
        version = bytes([random.choice((0, 1, 2, 3, 4, 255)), random.choice((0, 1, 2, 255))])
        part.data = part.data[:10] + version + part.data[12:]
    else:
        mechanism = random.choice((b"NULL", b"PLAIN", b"CURVE", b"GSSAPI", b"", b"null", b"NULLX", b"\xff" * 20))
        part.data = part.data[:12] + mechanism.ljust(20, b"\0") + part.data[32:]


def change_header(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Change, repeat or drop a line of a request, or end it in another way."""
    part = pick(random, parts, "http")
    if not part:
        return
    lines = part.data.split(b"\r\n")
    index = random.randrange(len(lines))
    name, colon, value = lines[index].partition(b":")
    length = random.choice(HTTP_LENGTHS)
    change = random.randrange(9)
    if change == 0:
        lines[index] = name + colon + b" " + b"v" * length
    elif change == 1:
        lines[index] = b"n" * length + colon + value
    elif change == 2:
        lines[index:index] = [lines[index]] * random.choice((1, 2, 300))
    elif change == 3:
        del lines[index]
    elif change == 4:
        lines[index] += random.choice((b"\0", b"\n", b"\r", b",", b", ", b"\xff", b" " * length, b"," * length))
    elif change == 5:
        lines[index] = name + colon + b"," * random.choice((0, 1, 300)) + value
    elif change == 6:
        protocols = [b"ZWS2.0", b"ZWS2.0/NULL", b"ZWS2.0/PLAIN", b"ZWS2.0/CURVE", b"", b" ", b"x" * 300]
        chosen = random.choice((b",", b", ", b" ,")).join(random.choices(protocols, k=random.randrange(1, 6)))
        lines.insert(random.randrange(1, len(lines) + 1), b"Sec-WebSocket-Protocol: " + chosen)
    elif change == 7:
        lines[index] = lines[index].swapcase()
    else:
        random.shuffle(lines)
    part.data = random.choice((b"\r\n",) * 8 + (b"\n", b"\r", b"\r\n\r\n")).join(lines)


def change_zap(random: Random, parts: list[Part], _seeds: Sequence[Case]) -> None:
    """Replace a frame of a ZAP message, or add one."""
    if not parts or parts[0].kind != "zap":
        return
    frame = random.choice(ZAP_FRAMES)
    index = random.randrange(len(parts))
    times = random.choice((1, 1, 1, 2, 100))
    parts[index : index + random.choice((0, 1, 1, 1))] = [Part("zap", frame) for _ in range(times)]


BLIND: tuple[Mutator, ...] = (flip_bit, set_byte, insert, delete, truncate, repeat_bytes)
SEQUENCE: tuple[Mutator, ...] = (drop_part, repeat_part, swap_parts, splice)
STRUCTURED: tuple[Mutator, ...] = (
    *(wrong_length, change_body, change_flags, rename_command, wrong_inner_length, change_version, change_header),
    change_zap,
)


def mutate(random: Random, seeds: Sequence[Case]) -> Case:
    """Return an input: a seed with one or more changes, and rarely with none."""
    case = random.choice(seeds).copy()
    for _ in range(random.choice((0, 1, 1, 1, 1, 2, 2, 3, 5))):
        before = case.copy().parts
        # Not all changes fit all seeds.
        for _ in range(20):
            family = random.choices((BLIND, SEQUENCE, STRUCTURED), weights=(2, 2, 4))[0]
            random.choice(family)(random, case.parts, seeds)
            if case.parts != before:
                break
    room = LARGEST
    for part in case.parts:
        part.data = part.data[:room]
        room -= len(part.data)
    return case
