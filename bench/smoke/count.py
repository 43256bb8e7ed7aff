"""Counts the instructions of a session read and of a write, and compares them with those that are
expected. Used by `scripts/perf-smoke`."""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.json")
MEASURED = [(store, what) for store in ("memory", "sqlite") for what in ("read", "write")]
# What a run costs once is in both of two runs, and not in their difference. So few that SQLite's log
# stays as it is: some 500 changes make it worth copying, which another thread does at its own time.
NUMBER = 180
# What comes at a time of its own, such as a connection that is opened once more, only adds to a
# run: the smallest of some counts.
RUNS = 3
# And now and then to all of them, where threads wait for each other: what seems to have changed is
# counted again, so often at most. What a change has made more or fewer is so each time.
AGAIN = 3
TOLERANCE = 0.05
RENEW = "scripts/perf-smoke --renew"


def main(program, renew):
    # More than one at a time: a count does not depend on what else the machine does.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(MEASURED, pool.map(lambda pair: each(program, *pair), MEASURED)))
    counts = {" ".join(pair): count for pair, count in counts.items()}
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    if renew:
        with open(EXPECTED, "w") as file:
            json.dump({"rustc": rustc, "instructions": counts}, file, indent=2)
            file.write("\n")
    if not os.path.exists(EXPECTED):
        raise SystemExit(f"there is no {os.path.relpath(EXPECTED)} yet: {RENEW}")
    with open(EXPECTED) as file:
        expected = json.load(file)
    known = expected["instructions"]
    for store, what in MEASURED:
        name = f"{store} {what}"
        for _ in range(AGAIN):
            before = known.get(name)
            if not before or abs(counts[name] / before - 1) <= TOLERANCE:
                break
            print(f"{name}: {counts[name]:,} instructions; counted again")
            counts[name] = each(program, store, what)
    wrong = [name for name in counts if not compare(name, counts, known)]
    if wrong:
        if expected["rustc"] != rustc:
            print(f"expected of {expected['rustc']}, counted of {rustc}")
        raise SystemExit(f"beyond ±{TOLERANCE:.0%}; if it is meant to be so: {RENEW}")


def each(program, store, what):
    """The instructions of one request."""
    once, twice = (
        min(run(program, store, what, number) for _ in range(RUNS))
        for number in (NUMBER, 2 * NUMBER)
    )
    return round((twice - once) / NUMBER)


def run(program, store, what, number):
    """The instructions of a whole run."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        # Threads take turns: else who waits for whom is luck, and whoever waits counts, too.
        command.append("--fair-sched=yes")
        command += [program, store, what, str(number)]
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", ended.stderr)
    if ended.returncode != 0 or not found:
        raise SystemExit(f"{' '.join(command)}: exit code {ended.returncode}\n{ended.stderr}")
    return int(found[1])


def compare(name, counts, expected):
    """Says how a count has changed; whether it is within what may be."""
    count, before = counts[name], expected.get(name)
    if not before:
        print(f"{name:13}{count:>12,} instructions, nothing expected")
        return False
    change = count / before - 1
    good = abs(change) <= TOLERANCE
    mark = "" if good else "  <- " + ("more" if change > 0 else "fewer: keep it")
    print(f"{name:13}{count:>12,} instructions, expected {before:,}: {change:+.1%}{mark}")
    return good


main(sys.argv[1], sys.argv[2:] == ["--renew"])
