"""A purge of a million expired sessions, and the visitors who come meanwhile."""

import os
import shutil

from load import Samples, late_ratio, wrk
from peers import READ, WRITE
from report import figure
from seeds import Seeded

MILLION = 1_000_000
VISITED = 1000


def purge(bench):
    """Two copies with as many rows, in turn: in the one all have expired, in the other none."""
    expired, living = (Seeded(bench.program, bench.work, f"purge-{name}") for name in ("on", "off"))
    expired.add(MILLION, ago=60)
    living.add(MILLION)
    cookies = {copy: copy.cookies(copy.add(VISITED)) for copy in (expired, living)}
    # The purge is over after a while, so each round begins with the file as it was.
    for copy in cookies:
        shutil.copy(copy.file(), copy.file() + ".full")
    samples = {(copy, path): Samples() for copy in cookies for path in (READ, WRITE)}
    for number in range(bench.few_rounds):
        for copy in (expired, living) if number % 2 == 0 else (living, expired):
            one_round(bench, copy, cookies[copy], samples)
    for name, path in (("purge-read", READ), ("purge-write", WRITE)):
        during, without = samples[expired, path], samples[living, path]
        pair = f"{figure(during.late())} and {figure(without.late())} ms"
        bench.report.measured(name, late_ratio(during, without), pair)


def one_round(bench, seeded, cookies, samples):
    """Starts the copy, whose purge begins at once, and loads it."""
    for more in ("-wal", "-shm"):
        if os.path.exists(seeded.file() + more):
            os.remove(seeded.file() + more)
    shutil.copy(seeded.file() + ".full", seeded.file())
    should_purge = seeded.expired() > 0
    copy = bench.start(seeded)
    for path in (READ, WRITE):
        samples[seeded, path].append(wrk(copy.port, path, bench.seconds, cookies=cookies))
    if should_purge and seeded.expired() == 0:
        raise RuntimeError("the purge was over before the load was: the figures are none")
    copy.stop()
