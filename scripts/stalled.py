"""The clients of `scripts/stalled`."""

import ssl
import sys
import tempfile
import time

from running_copy import RunningCopy, allow_open_files, told

# What a slow machine may add to a deadline, in seconds.
SLACK = 5


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


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BEGIN = PREFACE + frame(4, 0, 0)
BEGIN_WITHOUT_WINDOW = PREFACE + frame(4, 0, 0, (4).to_bytes(2, "big") + (0).to_bytes(4, "big"))
# It announces 16,384 bytes.
HEADER_WITHOUT_BYTES = b"\0\x40\0\1\5\0\0\0\1"
PING = frame(6, 0, 0, b"pingpong")
HALF_A_HELLO = b"\x16\x03\x01\x02\x00\x01\x00"
PAGE = b"GET /lessons/0340 HTTP/1.1\r\nhost: localhost\r\n\r\n"
POST = b"POST /0330 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n"
STREAMS = [2 * number + 1 for number in range(10_000)]
CANCEL = (8).to_bytes(4, "big")
RESETS = b"".join(get(stream) + frame(3, 0, stream, CANCEL) for stream in STREAMS[:200])
EMPTY_STREAMS = b"".join(begin_post(stream) for stream in STREAMS)

# Name, protocol, what is sent at once, what is sent every second, whether it reads, and by when
# it is closed at the latest, as docs/RELIABILITY.md says.
KINDS = [
    ("TCP only", None, b"", b"", True, 10),
    ("half a handshake", None, HALF_A_HELLO, b"", True, 10),
    ("silence after the handshake", "http/1.1", b"", b"", True, 60),
    ("half a header", "http/1.1", b"GET / HTTP/1.1\r\nx: ", b"", True, 15),
    ("a header byte by byte", "http/1.1", b"GET / HTTP/1.1\r\nx: ", b"x", True, 15),
    ("a body byte by byte", "http/1.1", POST, b"x", True, 10),
    ("an HTTP/2 header byte by byte", "h2", BEGIN + HEADER_WITHOUT_BYTES, b"x", True, 60),
    ("an HTTP/2 body that does not come", "h2", BEGIN + begin_post(1), PING, True, 70),
    ("an HTTP/2 window of zero", "h2", BEGIN_WITHOUT_WINDOW + get(1), PING, True, 60),
    ("HTTP/2 rapid resets", "h2", BEGIN + RESETS, b"", True, 5),
    ("HTTP/2, 10,000 empty streams", "h2", BEGIN + EMPTY_STREAMS, b"", True, 5),
    ("a client that stops reading", "http/1.1", PAGE * 300, b"x", False, 60),
]


class Client:
    """One connection that misbehaves."""

    def __init__(self, copy, kind):
        self.name, protocol, at_once, self.each_second, self.reads, self.limit = kind
        buffer = None if self.reads else 4096
        if protocol:
            self.connection = copy.connect(protocol, buffer)
        else:
            self.connection = copy.connect_tcp()
        self.answers_pings = protocol == "h2"
        self.start, self.closed_after, self.came = time.monotonic(), None, b""
        self.connection.setblocking(False)
        self.unsent = at_once
        self.push()

    def push(self):
        """Sends what can be sent without waiting."""
        while self.unsent and self.closed_after is None:
            try:
                self.unsent = self.unsent[self.connection.send(self.unsent) :]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError, BlockingIOError):
                return
            except OSError:
                self.note_the_end()

    def tick(self):
        """A second has passed."""
        if self.closed_after is None:
            self.unsent += self.each_second
            self.push()

    def look(self):
        """Reads what came, and notes the end."""
        self.push()
        while self.reads and self.closed_after is None:
            try:
                came = self.connection.recv(65536)
            except (ssl.SSLWantReadError, BlockingIOError):
                return
            except OSError:
                came = b""
            if not came:
                self.note_the_end()
            elif self.answers_pings:
                self.came += came
                self.answer_pings()

    def answer_pings(self):
        while len(self.came) >= 9:
            end = 9 + int.from_bytes(self.came[:3], "big")
            if len(self.came) < end:
                return
            kind, flags, payload = self.came[3], self.came[4], self.came[9:end]
            self.came = self.came[end:]
            if (kind, flags) == (6, 0):
                self.unsent += frame(6, 1, 0, payload)

    def note_the_end(self):
        self.closed_after = time.monotonic() - self.start
        self.connection.close()


def main(program, count):
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder:
        copy = RunningCopy(program, folder)
        try:
            print("newcomers before:", told([copy.visit("/") for _ in range(100)]))
            start = time.monotonic()
            clients = [Client(copy, KINDS[number % len(KINDS)]) for number in range(count)]
            print(f"{count} opened within {time.monotonic() - start:.1f} s")
            late = watch(copy, clients)
        finally:
            took, code = copy.stop()
    print(f"stopped after {took:.1f} s, exit code {code}")
    return 1 if late or code else 0


def watch(copy, clients):
    """Whether any of them outlived its deadline."""
    visits = [copy.visit("/") for _ in range(100)]
    is_open = sum(client.closed_after is None for client in clients)
    print(f"newcomers meanwhile ({is_open} not known to be closed):", told(visits))
    last = max(client.limit for client in clients) + SLACK
    end, next_tick = time.monotonic() + last, 0
    while time.monotonic() < end and any(client.closed_after is None for client in clients):
        for client in clients:
            client.look()
        if time.monotonic() >= next_tick:
            next_tick = time.monotonic() + 1
            for client in clients:
                client.tick()
        time.sleep(0.05)
    return [report(kind, clients) for kind in KINDS].count(False) > 0


def report(kind, clients):
    """Whether all of a kind were closed in time."""
    name, limit = kind[0], kind[-1]
    ends = [client.closed_after for client in clients if client.name == name]
    in_time = all(end is not None and end <= limit + SLACK for end in ends)
    known = [end for end in ends if end is not None]
    span = f"{min(known):.1f} to {max(known):.1f} s" if known else "none"
    words = "in time" if in_time else "TOO LATE"
    print(f"{name}: {len(known)} of {len(ends)} closed, after {span}; limit {limit} s: {words}")
    return in_time


sys.exit(main(sys.argv[1], int(sys.argv[2])))
