"""The visitors of `bench/sleepers/run`."""

import os
import ssl
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "scripts"))
from running_copy import RunningCopy, allow_open_files, fetch, told  # noqa: E402
from stalled_kinds import BEGIN, frame, header  # noqa: E402

# A session may have so many requests waiting.
EACH = 64
# Seconds: longer than all of this takes.
WAIT = 200
# One in so many speaks HTTP/2.
BROWSERS = 10


def main(program, sleepers):
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder:
        # Where no refresh waits, the count goes up in no time.
        copy = RunningCopy(program, folder, "--max-wait", "0")
        everybody = sleepers + sleepers // BROWSERS
        cookies = [patient_session(copy) for _ in range(-(-everybody // EACH))]
        copy.stop()
        copy = RunningCopy(program, folder, port=copy.port)
        try:
            measure(copy, cookies, sleepers)
        finally:
            took, code = copy.stop()
        print(f"stopped with all of them waiting: after {took:.1f} s, exit code {code}")


def patient_session(copy):
    """The cookie of a session whose next refresh waits for WAIT seconds."""
    visitor = copy.visitor()
    cookie = None
    for _ in range(WAIT + 1):
        cookie = fetch(visitor, "/", cookie)
    visitor.close()
    return cookie


def measure(copy, cookies, sleepers):
    report_pages(copy, "before")
    before, start = copy.memory(), time.perf_counter()
    asleep = [fall_asleep(copy, cookies[number // EACH]) for number in range(sleepers)]
    print(f"{sleepers} fell asleep within {time.perf_counter() - start:.1f} s")
    each = (copy.memory() - before) / sleepers
    print(f"memory: {before / 2**20:.1f} MiB before, {each / 1024:.1f} KiB more for each sleeper")
    report_pages(copy, "meanwhile")
    before, browsers = copy.memory(), range(sleepers, sleepers + sleepers // BROWSERS)
    over_http2 = [fall_asleep_over_http2(copy, cookies[number // EACH]) for number in browsers]
    each = (copy.memory() - before) / len(browsers)
    print(f"over HTTP/2: {each / 1024:.1f} KiB for each of {len(browsers)} on connections of their own")
    still = sum(sleeps(connection) for connection in asleep)
    still += sum(sleeps_over_http2(connection) for connection in over_http2)
    print(f"still asleep: {still} of {sleepers + len(browsers)}")
    if still < sleepers + len(browsers):
        raise SystemExit("some did not sleep: the figures are none")


def report_pages(copy, when):
    visitor = copy.visitor()
    fetch(visitor, "/lessons")
    for name, page in [
        ("the lessons, connection kept", lambda: fetch(visitor, "/lessons")),
        ("a first visit, new connection", lambda: copy.visit("/")),
    ]:
        print(f"{when}: {name}: {told([seconds(page) for _ in range(1000)])}")
    visitor.close()


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fall_asleep(copy, cookie):
    connection = copy.connect()
    request = f"GET / HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def fall_asleep_over_http2(copy, cookie):
    connection = copy.connect("h2")
    # A literal field, its name number 32 of the static table (RFC 7541, 6.2.2).
    cookie = b"\x0f\x11" + bytes([len(cookie)]) + cookie.encode()
    connection.sendall(BEGIN + frame(1, 5, 1, header(0x82, "/") + cookie))
    return connection


def sleeps_over_http2(connection):
    """Whether settings and the like are all that has come."""
    connection.setblocking(False)
    try:
        came = connection.recv(65536)
    except OSError:
        return False
    kinds = []
    while len(came) >= 9:
        kinds.append(came[3])
        came = came[9 + int.from_bytes(came[:3], "big") :]
    # SETTINGS, PING and WINDOW_UPDATE (RFC 9113, 6).
    return kinds and set(kinds) <= {4, 6, 8}


def sleeps(connection):
    """Whether nothing has been answered yet."""
    connection.setblocking(False)
    try:
        connection.recv(1)
        return False
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False


main(sys.argv[1], int(sys.argv[2]))
