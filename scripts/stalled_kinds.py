"""The ways in which the clients of `scripts/stalled` misbehave."""

from typing import NamedTuple, Optional


def frame(kind, flags, stream, payload=b""):
    """A frame of HTTP/2 (RFC 9113, 4.1)."""
    length = len(payload).to_bytes(3, "big")
    return length + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def header(method, path):
    """HPACK without compression: indexed method and `https`, literal path and host."""
    literals = [(4, path.encode()), (1, b"localhost")]
    return bytes([method, 0x87]) + b"".join(
        bytes([name, len(value)]) + value for name, value in literals
    )


def get(stream, path="/"):
    return frame(1, 5, stream, header(0x82, path))


def begin_post(stream):
    return frame(1, 4, stream, header(0x83, "/0330"))


def answers_to_pings(came):
    """What is to be sent for the whole frames at the beginning, and the bytes after them."""
    answers = b""
    while len(came) >= 9:
        end = 9 + int.from_bytes(came[:3], "big")
        if len(came) < end:
            break
        if (came[3], came[4]) == (6, 0):
            answers += frame(6, 1, 0, came[9:end])
        came = came[end:]
    return answers, came


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BEGIN = PREFACE + frame(4, 0, 0)
BEGIN_WITHOUT_WINDOW = PREFACE + frame(4, 0, 0, (4).to_bytes(2, "big") + (0).to_bytes(4, "big"))
# It announces 16,384 bytes.
HEADER_WITHOUT_BYTES = b"\0\x40\0\1\5\0\0\0\1"
PING = frame(6, 0, 0, b"pingpong")
HALF_A_HELLO = b"\x16\x03\x01\x02\x00\x01\x00"
# 117 KiB: a few dozen fill all buffers between the copy and its client.
PAGE = b"GET /lessons/0340 HTTP/1.1\r\nhost: localhost\r\n\r\n"
POST = b"POST /0330 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n"
STREAMS = [2 * number + 1 for number in range(10_000)]
CANCEL = (8).to_bytes(4, "big")
RESETS = b"".join(get(stream) + frame(3, 0, stream, CANCEL) for stream in STREAMS[:200])
EMPTY_STREAMS = b"".join(begin_post(stream) for stream in STREAMS)


class Kind(NamedTuple):
    """One way to misbehave."""

    name: str
    # None: TCP only.
    protocol: Optional[str]
    at_once: bytes
    each_second: bytes
    reads: bool
    # By when it is closed at the latest, in seconds, as docs/RELIABILITY.md says.
    limit: int


KINDS = [
    Kind("TCP only", None, b"", b"", True, 10),
    Kind("half a handshake", None, HALF_A_HELLO, b"", True, 10),
    Kind("silence after the handshake", "http/1.1", b"", b"", True, 15),
    Kind("half a header", "http/1.1", b"GET / HTTP/1.1\r\nx: ", b"", True, 15),
    Kind("a header byte by byte", "http/1.1", b"GET / HTTP/1.1\r\nx: ", b"x", True, 15),
    Kind("a body byte by byte", "http/1.1", POST, b"x", True, 10),
    Kind("an HTTP/2 header byte by byte", "h2", BEGIN + HEADER_WITHOUT_BYTES, b"x", True, 60),
    Kind("an HTTP/2 body that does not come", "h2", BEGIN + begin_post(1), PING, True, 70),
    Kind("an HTTP/2 window of zero", "h2", BEGIN_WITHOUT_WINDOW + get(1), PING, True, 60),
    Kind("a client that stops reading", "http/1.1", PAGE * 300, b"x", False, 60),
    Kind("HTTP/2 rapid resets", "h2", BEGIN + RESETS, b"", True, 5),
    Kind("HTTP/2, 10,000 empty streams", "h2", BEGIN + EMPTY_STREAMS, b"", True, 5),
]
# These cost the copy much at once, and are closed at once.
FLOODS = KINDS[-2:]
