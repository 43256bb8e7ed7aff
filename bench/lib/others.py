"""The benchmarks with a script of their own: run, quoted, and their figures taken over."""

import os
import re
import subprocess

from peers import ROOT


def run(bench, title, script, **settings):
    """Runs a benchmark and quotes it; what it has printed."""
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    path = os.path.join(ROOT, script)
    ended = subprocess.run([path], env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{script}: exit code {ended.returncode}: {ended.stderr[-500:]}")
    bench.report.page(f"{title}: `{script}`", "```text", ended.stdout.rstrip(), "```")
    return ended.stdout


def found(pattern, printed):
    """The numbers that the pattern's groups find."""
    match = re.search(pattern, printed, re.MULTILINE)
    if not match:
        raise RuntimeError(f"`{pattern}` is not in:\n{printed}")
    return [float(group) for group in match.groups()]


def sleepers(bench):
    """Visitors who wait."""
    number = 2000 if bench.quick else 10_000
    printed = run(bench, "Sleepers", "bench/sleepers/run", SLEEPERS=number)
    (each,) = found(r"([\d.]+) KiB more for each sleeper", printed)
    bench.report.measured("sleeper-memory", each, f"{number:,} sleepers")
    lates = re.findall(r"^meanwhile: .*?p99 ([\d.]+) ms", printed, re.MULTILINE)
    basis = "the later of a page on a kept connection and a first visit"
    bench.report.measured("sleeper-late", max(float(late) for late in lates), basis)


def hosted(bench):
    """A class in one process."""
    printed = run(bench, "Hosted copies", "bench/host/run", COPIES=1000)
    second = printed[printed.index("second start") :]
    (start,) = found(r"last copy after ([\d.]+) ms", second)
    bench.report.measured("hosted-start", start / 1000, "the second start, with all tables made")
    (idle,) = found(r"idle: ([\d.]+) MiB", second)
    (visited,) = found(r"after it: ([\d.]+) MiB", second)
    basis = f"idle; after a visit to each {visited * 2**20 / 1e6:.0f} MB"
    bench.report.measured("hosted-memory", idle * 2**20 / 1e6, basis)


def quiz(bench):
    """No row of the table, but a figure that the quiz promises."""
    attempts, seconds = (500, 10) if bench.quick else (2000, 30)
    run(bench, "Quiz", "bench/quiz/run", ATTEMPTS=attempts, SECONDS_EACH=seconds)
