"""Load by wrk: measured in rounds, in each of which everything that is compared has its turn."""

import os
import re
import subprocess
from statistics import median

LUA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.lua")
# Of so many requests one may fail, at the end of a run; with more the figure is none.
FAILURES = 1000


class Sample:
    """One run of wrk: requests a second, and latencies in milliseconds."""

    def __init__(self, printed):
        found = re.search(r"^measured (\d+) (\d+) (\d+) (\d+) (\d+)$", printed, re.MULTILINE)
        if not found:
            raise RuntimeError(f"wrk has measured nothing:\n{printed}")
        requests, micros, failed, half, late = (int(figure) for figure in found.groups())
        if requests == 0 or failed * FAILURES > requests:
            raise RuntimeError(f"{failed} of {requests} requests failed:\n{printed}")
        self.requests = requests
        self.rate = requests * 1e6 / micros
        self.half = half / 1000
        self.late = late / 1000


class Samples(list):
    """The rounds of one measurement."""

    def rate(self):
        """Requests a second."""
        return median(one.rate for one in self)

    def half(self):
        """The median latency, in milliseconds."""
        return median(one.half for one in self)

    def late(self):
        """The 99th percentile of the latency, in milliseconds."""
        return median(one.late for one in self)


def rate_ratio(one, other):
    """How many times as fast: within each round, since the next one may be slower for all."""
    return median(a.rate / b.rate for a, b in zip(one, other))


def late_ratio(one, other):
    """How many times as late at the 99th percentile, within each round."""
    return median(a.late / b.late for a, b in zip(one, other))


def wrk(port, path, seconds, connections=32, cookies=None, ports=()):
    """Loads `path` for so long, with the sessions in the file `cookies` if there is one."""
    environment = {"PATH": os.environ["PATH"]}
    if cookies:
        environment["BENCH_COOKIES"] = cookies
    threads = 1
    if ports:
        environment["BENCH_PORTS"] = " ".join(str(one) for one in ports)
        threads = len(ports)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", LUA, f"https://127.0.0.1:{port}{path}"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return Sample(ended.stdout + ended.stderr)


def alternate(measurements, rounds):
    """Runs each of the named measurements once a round, every other round in reverse."""
    samples = {name: Samples() for name in measurements}
    for number in range(rounds):
        names = list(measurements)
        if number % 2:
            names.reverse()
        for name in names:
            samples[name].append(measurements[name]())
    return samples
