"""Everything that `bench/run` measures, one section after another."""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
import traceback

import building
import copies
import growth
import machine
import others
import purge
import throughput
import xray
from peers import ROOT
from report import Report
from running_copy import allow_open_files

SECTIONS = {
    "peers": throughput.throughput,
    "xray": xray.xray,
    "sleepers": others.sleepers,
    "idle": copies.idle,
    "hosted": others.hosted,
    "growth": growth.growth,
    "purge": purge.purge,
    "build": building.build,
    # The last one: its load is built with the program, which then has the tests' features, too.
    "quiz": others.quiz,
}


class Bench:
    """What every section needs."""

    def __init__(self, quick, report, work):
        self.quick, self.report, self.work = quick, report, work
        self.program = os.path.join(ROOT, "target/release/sweatbox")
        self.seconds, self.rounds, self.few_rounds = (1, 3, 1) if quick else (4, 5, 3)
        # Servers that are still running when a section fails.
        self.ending = contextlib.ExitStack()

    def start(self, seeded):
        """A copy that ends with its section at the latest."""
        copy = seeded.start()
        self.ending.callback(copy.process.kill)
        return copy

    def measure(self, section):
        """One section. If it fails, the others still have their figures."""
        begun = time.monotonic()
        print(f"== {section}", flush=True)
        folder = tempfile.mkdtemp(prefix=f"{section}-", dir=self.work)
        whole, self.work = self.work, folder
        try:
            with self.ending:
                SECTIONS[section](self)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            traceback.print_exc()
            self.report.failed(section, str(error).splitlines()[0] if str(error) else repr(error))
        finally:
            self.work, self.ending = whole, contextlib.ExitStack()
            shutil.rmtree(folder, ignore_errors=True)
        print(f"  {time.monotonic() - begun:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--quick", action="store_true", help="about 5 minutes, for a look")
    parser.add_argument("--only", metavar="SECTION", action="append", choices=SECTIONS)
    arguments = parser.parse_args()
    whole = not arguments.quick and not arguments.only
    # A look is no record.
    report = Report(os.path.join(ROOT, "bench" if whole else "target/bench"))
    allow_open_files()
    with tempfile.TemporaryDirectory(prefix="sweatbox-bench-") as work:
        bench = Bench(arguments.quick, report, work)
        facts = machine.facts(bench)
        for section in arguments.only or SECTIONS:
            bench.measure(section)
    title = "Results" if whole else "Results of a part, or of a quick look"
    print(f"\nwritten: {report.write(title, facts)}")
    sys.exit(1 if report.missing else 0)


main()
