"""How cost grows: with connections, with sessions in the store, with their size, with copies."""

import functools
import random

import hosted
from load import alternate, late_ratio, wrk
from peers import READ, WRITE
from plot import picture
from report import figure, table
from seeds import Seeded

CONNECTIONS = [1, 4, 16, 32, 128, 512]
SESSIONS = [1000, 10_000, 100_000, 1_000_000]
BYTES = [100, 1000, 4000, 16_000, 60_000]
COPIES = [2, 10, 100, 1000]

# The share of the best throughput that still counts as the best.
KNEE = 0.9
# As many of a store's sessions are visited: no more than the smallest one has, so that of each store
# the copy remembers as much for its 100 ms.
VISITED = SESSIONS[0]


def growth(bench):
    """All four, one after another."""
    for part in (connections, sessions, size, copies):
        part(bench)


def connections(bench):
    """One copy, more and more visitors at once, each with a session of his or her own."""
    seeded = Seeded(bench.program, bench.work, "connections")
    cookies = seeded.cookies(seeded.add(max(CONNECTIONS)))
    copy = bench.start(seeded)
    runs = {
        (what, number): functools.partial(
            wrk, copy.port, path, bench.seconds, connections=number, cookies=cookies
        )
        for what, path in (("reads", READ), ("writes", WRITE))
        for number in CONNECTIONS
    }
    samples = alternate(runs, bench.few_rounds)
    copy.stop()
    show(bench, "connections", "connections", CONNECTIONS, samples, first=True)


def sessions(bench):
    """Four copies with more and more sessions in their files, as many of each visited."""
    runs, running = {}, []
    for number in SESSIONS:
        seeded = Seeded(bench.program, bench.work, f"sessions-{number}")
        ids = seeded.add(number)
        cookies = seeded.cookies(random.sample(ids, VISITED))
        copy = bench.start(seeded)
        running.append(copy)
        load = functools.partial(wrk, copy.port, READ, bench.seconds, cookies=cookies)
        runs["reads", number] = load
    samples = alternate(runs, bench.rounds)
    for copy in running:
        copy.stop()
    few, many = samples["reads", SESSIONS[0]], samples["reads", SESSIONS[-1]]
    pair = f"{figure(many.late())} and {figure(few.late())} ms"
    bench.report.measured("million", late_ratio(many, few), pair)
    show(bench, "sessions", "sessions in the store", SESSIONS, samples)


def size(bench):
    """One copy with small and with large sessions; a write exchanges the whole record."""
    seeded = Seeded(bench.program, bench.work, "size")
    files = {size: seeded.cookies(seeded.add(32, size=size), f"cookies-{size}") for size in BYTES}
    copy = bench.start(seeded)
    runs = {
        (what, size): functools.partial(wrk, copy.port, path, bench.seconds, cookies=files[size])
        for what, path in (("reads", READ), ("writes", WRITE))
        for size in BYTES
    }
    samples = alternate(runs, bench.few_rounds)
    copy.stop()
    show(bench, "size", "bytes of a session", BYTES, samples)


def copies(bench):
    """Hosted classes of more and more copies, eight of which are under load."""
    classes = {number: hosted.HostedClass(bench, number) for number in COPIES}
    runs = {("reads", number): one.load(bench.seconds) for number, one in classes.items()}
    samples = alternate(runs, bench.few_rounds)
    for one in classes.values():
        one.stop()
    show(bench, "copies", "copies in one process", COPIES, samples)


def show(bench, name, across, points, samples, first=False):
    """A picture, the knees, and the figures."""
    series = {}
    for (what, point), found in samples.items():
        series.setdefault(what, {})[point] = found
    lines = {what: [found[point] for point in points] for what, found in series.items()}
    picture_of = picture(f"How cost grows: {across}", across, points, lines)
    knees = [f"- {what}: {knee(points, found, first)}" for what, found in lines.items()]
    cells = []
    for at, point in enumerate(points):
        pairs = ((found[at].rate(), found[at].late()) for found in lines.values())
        cells.append([f"{point:,}", *(figure(value) for pair in pairs for value in pair)])
    head = [across] + [title for what in lines for title in (f"{what} a second", "p99, ms")]
    shown = bench.report.plot(name, picture_of)
    rows = table(head, cells)
    bench.report.page(f"How cost grows: {across}", shown, "", "Knee", "", *knees, "", *rows)


def knee(points, samples, first):
    """Where it bends. Of more load (`first`) the first point that reaches nine tenths of the best
    throughput: beyond it requests only wait for each other. Of more that is kept the last such
    point in a row: beyond it every request pays."""
    best = max(one.rate() for one in samples)
    good = [one.rate() >= KNEE * best for one in samples]
    if first:
        return f"{points[good.index(True)]:,}"
    if not good[0]:
        return "none: more is not slower"
    if all(good):
        return f"none up to {points[-1]:,}"
    return f"{points[good.index(False) - 1]:,}"
