"""What the X-ray costs: the same requests with recording and without, in turn.

Servers have one processor, the load has another, so what is counted is the server's work and not
who of the two had luck. Each run is short and each pair of runs gives a ratio of its own: what else
the machine does comes and goes more slowly than that."""

import contextlib
import glob
import os
from statistics import median

from load import wrk
from peers import READ, WRITE, Ours, folder_in
from report import figure, table

SECONDS = 1


def xray(bench):
    """A read and a write; what the issue asks for is the worse of the two."""
    rounds = 6 if bench.quick else 60
    with on_processor(0):
        copies = {
            "on": Ours(bench.program, folder_in(bench.work, "on")),
            "off": Ours(bench.program, folder_in(bench.work, "off"), "--no-xray"),
        }
    for copy in copies.values():
        bench.ending.callback(copy.process.kill)
    rows, ratios = [], []
    for path in (READ, WRITE):
        pairs = [pair(copies, path, number) for number in range(rounds)]
        row, ratio = summed_up(path, pairs)
        rows.append(row)
        ratios.append(ratio)
    on, off = rows[ratios.index(min(ratios))][1:3]
    basis = f"processor time for a request, {on} and {off} µs: requests for the same time"
    bench.report.measured("xray", min(ratios), basis)
    head = ["", "on, µs", "off, µs", "requests for the same time", "requests a second, on/off"]
    how = f"Medians of {rounds} pairs of runs of {SECONDS} s, and of the pairs' ratios."
    bench.report.page("X-ray", how, "", *table(head, rows))


def pair(copies, path, number):
    """Both copies under load, one after the other: of each the microseconds of processor time for
    a request, and the requests a second."""
    names = list(copies)
    if number % 2:
        names.reverse()
    return {name: run(copies[name], path) for name in names}


def run(copy, path):
    """One copy under load."""
    before = spent(copy.process.pid)
    with on_processor(1):
        sample = wrk(copy.port, path, SECONDS, cookies=copy.cookies)
    return (spent(copy.process.pid) - before) / sample.requests, sample.rate


def spent(process):
    """The processor time that all threads of a process have had, in microseconds."""
    files = glob.glob(f"/proc/{process}/task/*/schedstat")
    total = 0
    for name in files:
        # A thread that has just ended has taken its time with it.
        with contextlib.suppress(OSError), open(name) as file:
            total += int(file.read().split()[0])
    return total / 1000


def summed_up(path, pairs):
    """A row of the table, and how many requests the copy with the X-ray answers in the time in
    which the other one answers one."""
    costs = {name: median(one[name][0] for one in pairs) for name in ("on", "off")}
    ratio = median(one["off"][0] / one["on"][0] for one in pairs)
    rate = median(one["on"][1] / one["off"][1] for one in pairs)
    cells = [figure(costs["on"]), figure(costs["off"]), f"{ratio:.3f}", f"{rate:.3f}"]
    return [f"`GET {path}`", *cells], ratio


@contextlib.contextmanager
def on_processor(number):
    """Whatever is started meanwhile has this one processor."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(usual)[number % len(usual)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
