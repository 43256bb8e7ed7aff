"""What `scripts/stalled` does: the clients, the newcomers beside them, and the verdict."""

import sys
import tempfile
import time

from newcomers import Newcomers
from running_copy import RunningCopy, allow_open_files, told
from stalled_clients import Crowd
from stalled_kinds import FLOODS, KINDS

# What a slow machine may add to a deadline, in seconds.
SLACK = 2
# What a newcomer may wait, in seconds: 99 of 100.
SERVED = 0.1
# Fewer visits have no 99th percentile.
ENOUGH = 100
# How long newcomers are alone at first, in seconds.
ALONE = 5
# So long after the first was opened, none but the floods may have been closed.
HELD = min(kind.limit for kind in KINDS if kind not in FLOODS) - 1
LAST = max(kind.limit for kind in KINDS)


def main(program, count):
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder:
        copy = RunningCopy(program, folder)
        try:
            crowd, moments, (visits, wrong) = run(copy, count)
        finally:
            took, code = copy.stop()
    failures = [judge_newcomers(visits, wrong, moments), judge_clients(crowd.clients)]
    print(f"stopped after {took:.1f} s, exit code {code}")
    return 1 if any(failures) or code else 0


def run(copy, count):
    """The clients, the moments between which newcomers are told apart, and their visits."""
    newcomers, crowd = Newcomers(copy.port), Crowd(copy, count)
    moments = [time.monotonic()]
    crowd.watch(moments[0] + ALONE)
    moments.append(time.monotonic())
    crowd.open(moments[1] + HELD)
    moments.append(time.monotonic())
    crowd.watch(moments[1] + HELD)
    moments.append(time.monotonic())
    took, held = moments[2] - moments[1], crowd.open_ones()
    print(f"{count} opened within {took:.1f} s; {held} still open after {HELD} s")
    crowd.watch(moments[2] + LAST + SLACK, lambda: crowd.open_ones() == 0)
    moments.append(time.monotonic())
    return crowd, moments, newcomers.stop()


def judge_newcomers(visits, wrong, moments):
    """Whether any was refused, or too many waited for too long beside the open ones."""
    phases = ["before", "while they are opened", "while they are open", "while they are closed"]
    late = []
    for name, begin, end in zip(phases, moments, moments[1:]):
        waits = [took for begun, took in visits if begin <= begun < end]
        print(f"newcomers {name}:", told(waits) if waits else "none")
        on_time = sum(wait <= SERVED for wait in waits) >= 0.99 * len(waits)
        late.append(len(waits) < ENOUGH or not on_time)
    # What floods do in their first moment is told and not judged.
    failed = any(late[2:]) or bool(wrong)
    print(f"newcomers who were not served: {len(wrong)}", *wrong[:1])
    words = "NO" if failed else "yes"
    print(f"99 of 100 within {SERVED * 1000:.0f} ms beside the open ones: {words}")
    return failed


def judge_clients(clients):
    """Whether any outlived its deadline, or was never open."""
    return not all([report(kind, clients) for kind in KINDS])


def report(kind, clients):
    """Whether all of a kind were open, and closed in time."""
    those = [client for client in clients if client.kind == kind]
    ends = [client.seconds() for client in those]
    known = [end for end in ends if end is not None]
    in_time = len(known) == len(ends) and all(end <= kind.limit + SLACK for end in known)
    span = f"after {min(known):.1f} to {max(known):.1f} s" if known else "never"
    never = sum(client.opened is None for client in those)
    words = f"{never} NEVER OPEN" if never else "in time" if in_time else "TOO LATE"
    print(f"{kind.name}: {len(known)} of {len(ends)} closed {span}; limit {kind.limit} s: {words}")
    return in_time


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
