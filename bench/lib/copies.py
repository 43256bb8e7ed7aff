"""What a copy costs that nobody visits: memory, and the time until it answers."""

import functools
import time
from statistics import median

from peers import folder_in
from report import figure
from running_copy import RunningCopy


class Impatient(RunningCopy):
    """Asks for the page itself, every millisecond."""

    first = "/"
    pause = 0.001


def idle(bench):
    """Many copies of their own, each with its folder, all running at the same time."""
    number = 50 if bench.quick else 200
    took, running = [], []
    for at in range(number):
        folder = folder_in(bench.work, f"idle-{at}")
        # Makes certificate, key and tables, once in the life of a copy.
        first = RunningCopy(bench.program, folder)
        first.stop()
        begun = time.perf_counter()
        copy = Impatient(bench.program, folder, port=first.port)
        took.append((time.perf_counter() - begun) * 1000)
        bench.ending.callback(functools.partial(copy.process.kill))
        running.append(copy)
    each = sum(copy.memory() for copy in running) / number / 1e6
    bench.report.measured("idle-memory", each, f"{number} copies, each visited once")
    late = sorted(took)[int(number * 0.99)]
    basis = f"{number} starts, p99 {figure(late)} ms, the visitor's handshake included"
    bench.report.measured("idle-start", median(took), basis)
    for copy in running:
        copy.stop()
