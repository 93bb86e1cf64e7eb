"""Time of loading one catalog version against reading and splitting its entries.tsv with the csv module alone.

Both are done in turn in one process, and the best of many repetitions is taken of each, so that what else the
machine does counts for neither. Loading gives checked records; the csv module gives lists of cells.

    python benchmarks/loading.py [--version 2025-28] [--repeat 300] [--limit 1.5]
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from goufu.catalog.load import data_directory, read_version


def split(path: Path) -> list[list[str]]:
    """The cells of a TSV file by the csv module alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def best_of_each(
    first: Callable[[], object], second: Callable[[], object], repeat: int
) -> tuple[float, float]:
    """The shortest time in seconds that each of two functions took, called in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeat):
        for function, taken in zip((first, second), times, strict=True):
            begin = perf_counter()
            function()
            taken.append(perf_counter() - begin)
    return min(times[0]), min(times[1])


def main() -> None:
    """Print both times in milliseconds and their ratio; exit 1 where it is above --limit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", default="2025-28")
    parser.add_argument("--repeat", type=int, default=300)
    parser.add_argument("--limit", type=float)
    wanted = parser.parse_args()
    directory = data_directory() / "catalogs" / wanted.version
    csv_time, load_time = best_of_each(
        lambda: split(directory / "entries.tsv"), lambda: read_version(directory), wanted.repeat
    )
    rows = len(read_version(directory).entries)
    print(f"{wanted.version}: {rows} entries, best of {wanted.repeat}")
    print(f"csv module alone  {csv_time * 1e3:.3f} ms")
    print(f"read_version      {load_time * 1e3:.3f} ms")
    print(f"ratio             {load_time / csv_time:.2f}")
    if wanted.limit is not None and load_time / csv_time > wanted.limit:
        sys.exit(1)


if __name__ == "__main__":
    main()
