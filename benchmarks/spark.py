"""What Spark costs beside `--jobs 2`: seconds for one more line, its start not counted. Needs `goufu[spark]` and a Java.

    python -m benchmarks.spark [--lines 20000 120000]

The same Parquet file is classified by two local processes and by two executors of one core each (Spark's `local-cluster`:
processes of their own, as on a cluster), a short file and a long one; what the long one takes more, for each line more,
is compared.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.scale import ROOT, write

_WAYS = {
    "jobs": ["--jobs", "2", "--no-store", "--no-learned"],
    "spark": ["--spark", "local-cluster[2,1,1500]"],
}


def seconds(source: Path, output: Path, way: str) -> float:
    """How long one run takes by the clock."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "goufu.cli.main", "classify", str(source), "-o", str(output), *_WAYS[way]],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def main() -> None:
    """Print the seconds of each run, and the ratio of what one more line costs."""
    import pyarrow.csv
    import pyarrow.parquet as pq

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs=2, default=[20_000, 120_000])
    few, many = parser.parse_args().lines
    took: dict[tuple[str, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (few, many):
            written, source = Path(folder, f"{count}.csv"), Path(folder, f"{count}.parquet")
            write(written, count, 1, (2026,))
            pq.write_table(pyarrow.csv.read_csv(written), source)
            for way in _WAYS:
                took[way, count] = seconds(source, Path(folder, f"{way}-{count}.parquet"), way)
                print(f"{way:5} {count:9,} lines {took[way, count]:8.1f} s", flush=True)
    more = {way: (took[way, many] - took[way, few]) / (many - few) * 1e6 for way in _WAYS}
    print(
        f"one more line: jobs {more['jobs']:.0f} µs, spark {more['spark']:.0f} µs, ratio {more['spark'] / more['jobs']:.2f}"
    )


if __name__ == "__main__":
    main()
