"""Requests a second of this program, of its peers, and of its own page without a session."""

import functools
import os

from load import alternate, rate_ratio, wrk
from mariadb import MariaDb
from peers import ASSET, NEW, READ, WRITE, Actix, Express, Ours, certificate_of, folder_in
from report import figure, table

PAGE, SQLITE, MARIADB = "page without session", "SQLite", "MariaDB"
REPLICA, MEMORY, COOKIE = "MariaDB, --replicas", "memory", "signed cookie"
EXPRESS, EXPRESS_MEMORY = "Express on MariaDB", "Express on its memory store"
ACTIX = "actix-web, signed cookie"


def throughput(bench):
    """All peers at once, one of them under load at a time."""
    database = MariaDb(folder_in(bench.work, "mariadb"))
    bench.ending.callback(database.stop)
    peers = started(bench, database)
    memory = {name: peer.memory() / 1e6 for name, peer in peers.items()}

    def load(path, names, cookies=True):
        # With the same cookies: a browser sends them with whatever it asks for.
        targets = {PAGE: (SQLITE, ASSET), **{name: (name, path) for name in names}}
        runs = {}
        for name, (peer, page) in targets.items():
            file = peers[peer].cookies if cookies else None
            port = peers[peer].port
            runs[name] = functools.partial(wrk, port, page, bench.seconds, cookies=file)
        return alternate(runs, bench.rounds)

    everybody = list(peers)
    alone = [name for name in everybody if name != REPLICA]
    reads = load(READ, alone)
    before = {name: peers[name].counted() for name in everybody}
    writes = load(WRITE, everybody)
    for name, count in before.items():
        if count is not None and peers[name].counted() <= count:
            raise RuntimeError(f"{name}: the writes have written nothing")
    news = load(NEW, alone, cookies=False)
    targets(bench.report, reads, writes, news)
    sizes = page_sizes(peers[SQLITE])
    bench.report.page("Throughput", sizes, "", *rows(reads, writes, news, memory))
    for peer in peers.values():
        peer.stop()


def started(bench, database):
    """Every peer, running, with sessions of its own."""
    work, program = bench.work, bench.program
    flags = {
        SQLITE: [],
        MARIADB: ["--credentials", database.credentials("ours")],
        REPLICA: ["--replicas", "--credentials", database.credentials("replicas")],
        MEMORY: ["--store", "memory"],
        COOKIE: ["--store", "cookie"],
    }
    peers, folders = {}, {name: folder_in(work, f"ours-{at}") for at, name in enumerate(flags)}
    for name, more in flags.items():
        peers[name] = Ours(program, folders[name], *more)
        bench.ending.callback(peers[name].process.kill)
    certificate = certificate_of(folders[SQLITE])
    credentials = database.credentials("express")
    for name, start in {
        EXPRESS: lambda folder: Express(folder, certificate, credentials),
        EXPRESS_MEMORY: lambda folder: Express(folder, certificate),
        ACTIX: lambda folder: Actix(folder, certificate),
    }.items():
        peers[name] = start(folder_in(work, name.replace(" ", "-")))
        bench.ending.callback(peers[name].process.kill)
    return peers


def targets(report, reads, writes, news):
    """The rows of the issue's table."""

    def compare(name, load, one, other):
        pair = f"{figure(load[one].rate())} and {figure(load[other].rate())} requests/s"
        report.measured(name, rate_ratio(load[one], load[other]), pair)

    compare("read-sqlite", reads, SQLITE, PAGE)
    compare("read-mariadb", reads, MARIADB, EXPRESS)
    compare("write-mariadb", writes, MARIADB, EXPRESS)
    compare("write-sqlite", writes, SQLITE, PAGE)
    compare("new-sqlite", news, SQLITE, EXPRESS)
    compare("new-mariadb", news, MARIADB, EXPRESS)
    compare("replicas", writes, REPLICA, MARIADB)


def page_sizes(copy):
    """How long the two pages are that are compared."""
    counter, asset = (len(copy.body(path).encode()) for path in (READ, ASSET))
    name = os.path.basename(ASSET)
    return (
        f"Requests a second and p99, medians of the rounds. The page of the session has {counter} "
        f"bytes, the one without ({name}) {asset}. It is measured anew with each load."
    )


def rows(reads, writes, news, memory):
    """Everything that was measured, a line for each peer."""
    head = ["", "read", "p99, ms", "write", "p99, ms", "new", "p99, ms", "memory at first, MB"]
    lines = []
    for name in writes:
        cells = [name]
        for load in (reads, writes, news):
            samples = load.get(name)
            cells += [figure(samples.rate()), figure(samples.late())] if samples else ["", ""]
        cells.append(figure(memory[name]) if name in memory else "")
        lines.append(cells)
    return table(head, lines)
