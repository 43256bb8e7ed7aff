"""What a student waits for, and what it leaves on a disk that three hundred share."""

import os
import shutil
import subprocess
import time

from peers import ROOT


def build(bench):
    """A build into an empty folder; the crates are downloaded already."""
    report = bench.report
    report.measured("binary", os.path.getsize(bench.program) / 1e6, "default features")
    if bench.quick:
        return
    folder = os.path.join(ROOT, "target/bench/clean")
    shutil.rmtree(folder, ignore_errors=True)
    environment = {**os.environ, "CARGO_TARGET_DIR": folder}
    command = ["cargo", "build", "--locked", "--offline", "--quiet"]
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    took = time.perf_counter() - begun
    report.measured("build-time", took, f"{os.cpu_count()} processors, crates downloaded")
    size = subprocess.run(["du", "-s", "-B1", folder], capture_output=True, text=True, check=True)
    report.measured("build-folder", int(size.stdout.split()[0]) / 1e6, "as `du` tells it")
    shutil.rmtree(folder)
