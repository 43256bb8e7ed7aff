"""The machine and the versions: without them a figure says nothing."""

import os
import platform
import re
import subprocess

import mariadb
from peers import ROOT, modules


def facts(bench):
    """Lines for the head of the results."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1]) / 2**20
    disk = told("df", "--output=fstype", bench.work).split()[-1]
    processor = model[1] if model else platform.machine()
    return [
        f"{os.cpu_count()} processors ({processor}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, databases on {disk}",
        f"load average before: {os.getloadavg()[0]:.1f}; load, servers and databases share the "
        "processors",
        f"sweatbox {told('git', 'rev-parse', '--short', 'HEAD')}, {told('rustc', '--version')}",
        f"Node {told('node', '--version')}, {modules()}",
        f"{locked('actix-web')}, {locked('actix-session')}, {locked('rustls')}",
        f"MariaDB {mariadb.version()}, {told('wrk', '-v').splitlines()[0].split(' [')[0]}",
        f"32 connections over TLS, kept alive, {bench.seconds} s a run; peers take turns in "
        f"{bench.rounds} rounds, and a ratio is the median of the rounds' ratios",
    ]


def told(*command):
    """What a program prints, whatever its exit code."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (ended.stdout or ended.stderr).strip()


def locked(crate):
    """The version of a crate that the actix peer was built of."""
    with open(os.path.join(ROOT, "bench/actix/Cargo.lock")) as file:
        found = re.search(rf'name = "{crate}"\nversion = "([^"]+)"', file.read())
    return f"{crate} {found[1]}" if found else crate
