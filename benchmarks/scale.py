"""What a line costs by the thousand and by the million: CPU, wall, memory of all processes; and the country from that.

    python -m benchmarks.scale [--lines 10000 100000] [--jobs 1 2] [--kind parquet] [--cores 64]
    python -m benchmarks.scale --lines 10000 330000 --provinces 1 --years 2026      # a province-year

Makes record files of lines from goufu's own answered lines, varied so that few are alike, of invented provinces with
departments of their own, and runs `goufu classify` on them as a user would. Prints a line for each run, and the ratios
that the figures of docs/scale.md come from. On a loaded machine the CPU seconds and the ratios say more than the rates.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.batch import OFFICES, memory
from benchmarks.speed import lines

ROOT = Path(__file__).parents[1]
#: lines of the whole country in a year
COUNTRY = 10_000_000
PROVINCES = 31


@dataclass(frozen=True)
class Run:
    """One run: lines, processes, seconds, CPU seconds of all processes, and their peak memory in MB.

    `own` is the peak of what no other process shares, `resident` of what is resident, pages in common counted in each.
    """

    lines: int
    jobs: int
    wall: float
    cpu: float
    own: float
    resident: float


def write(path: Path, count: int, provinces: int = PROVINCES, years: Sequence[int] = (2025, 2026)) -> None:
    """A record file of `count` lines of that many invented provinces of a hundred counties each, of these budget years."""
    draw = random.Random(1)
    base = lines(3000)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("id", "department", "unit", "year", "title", "summary", "amount_wan"))
        for n in range(count):
            line = draw.choice(base)
            county = f"第{draw.randrange(provinces) + 1}省{draw.randrange(100) + 1}号县"
            title = f"{line.title}{draw.randrange(1000)}期" if draw.random() < 0.8 else line.title
            writer.writerow(
                (n + 1, county + draw.choice(OFFICES), line.unit, draw.choice(years), title, line.summary, f"{draw.lognormvariate(3, 1.2):.2f}")
            )  # fmt: skip


def own_memory(group: int) -> int:
    """Bytes that the processes of a group share with no other (Linux)."""
    total = 0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and os.getpgid(int(entry.name)) == group:
                told = (entry / "smaps_rollup").read_text()
                total += sum(
                    int(row.split()[1]) << 10 for row in told.splitlines() if row.startswith("Private_")
                )
        except (OSError, ValueError, IndexError):
            continue
    return total


def run(source: Path, output: Path, count: int, jobs: int) -> Run:
    """One run of the command, watched from outside."""
    words = ["classify", str(source), "-o", str(output), "--jobs", str(jobs), "--no-store", "--no-learned"]
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "goufu.cli.main", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    own = resident = 0
    while process.poll() is None:
        own, resident = max(own, own_memory(process.pid)), max(resident, memory(process.pid))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"goufu ended with {process.returncode}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(count, jobs, time.perf_counter() - start, cpu, own / 2**20, resident / 2**20)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kind", default="parquet", choices=("parquet", "csv", "jsonl"))
    parser.add_argument("--cores", type=int, default=64)
    parser.add_argument("--provinces", type=int, default=PROVINCES)
    parser.add_argument("--years", type=int, nargs="+", default=[2025, 2026])
    args = parser.parse_args()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for count in args.lines:
            source = Path(folder, f"{count}.csv")
            write(source, count, args.provinces, args.years)
            for jobs in args.jobs:
                one = run(source, Path(folder, f"out.{args.kind}"), count, jobs)
                runs.append(one)
                print(
                    f"{one.lines:9,} lines  {one.jobs:2} jobs  {one.wall:7.1f} s  {one.lines / one.wall:7.0f} lines/s  "
                    f"{one.cpu / one.lines * 1e6:6.0f} µs CPU/line  own {one.own:5.0f} MB  resident {one.resident:5.0f} MB",
                    flush=True,
                )
    for jobs in args.jobs:
        some = [one for one in runs if one.jobs == jobs]
        if len(some) > 1:
            small, large = some[0], some[-1]
            marginal = (large.cpu - small.cpu) / (large.lines - small.lines)
            hours = COUNTRY * marginal / args.cores / 3600
            print(
                f"{jobs} jobs: memory {large.lines:,} / {small.lines:,} lines {large.own / small.own:.2f}; "
                f"{marginal * 1e6:.0f} µs CPU for one more line; {COUNTRY:,} lines on {args.cores} cores {hours * 60:.1f} min"
            )
    for count in args.lines:
        walls = {one.jobs: one.wall for one in runs if one.lines == count}
        if 1 in walls and 2 in walls:
            print(f"{count:,} lines: two jobs {walls[1] / walls[2]:.2f} times one")


if __name__ == "__main__":
    main()
