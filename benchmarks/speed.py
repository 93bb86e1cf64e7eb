#!/usr/bin/env python3
"""How fast: items a second beside the alternative, growth with the number of provinces, start-up, memory.

usage: python benchmarks/speed.py [--items N] [--provinces 1 8 31]

The alternative is what one would write in an afternoon: `rapidfuzz.process.extract` with WRatio, limit 5, over the names
of the same entries, in the same run on the same core, by processor time. Growth: every province has its own catalog and its own
index, an item is judged by its own province's; k synthetic provinces are k such indexes in memory, with the
items spread over them. Start-up is whole processes against `python -c "import typer"`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from goufu.catalog.load import collector_waits, data_directory, load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher import rank as ranking
from goufu.matcher.assess import assess
from goufu.matcher.departments import item_sections
from goufu.matcher.index import grams as arrays
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.model import Assessment
from goufu.matcher.wording import Line

from goufu.cache import default_cache

_TODAY = date(2026, 1, 1)
_EXAMPLE = Path(__file__).parent.parent / "examples" / "disclosures" / "孝义市城市管理局2026.txt"


def lines(count: int) -> list[BudgetItem]:
    """`count` budget lines of many departments, from goufu's own answered lines, repeated as often as needed."""
    cases = [
        json.loads(line)
        for path in sorted((data_directory() / "training").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return [
        BudgetItem(
            str(n),
            c["title"],
            department=c["department"],
            unit=c["unit"],
            year=2026,
            summary=c["summary"] or "",
        )
        for n, c in ((n, cases[n % len(cases)]) for n in range(count))
    ]


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of `times` runs, in processor time: other work on the machine disturbs it less than the clock's."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def classify_beside_rapidfuzz(count: int) -> None:
    """Items a second of the whole judgement, with and without its record, and of the alternative over the same names.

    Goufu's answered lines are no two alike, up to their number (6,917). `met before` is what lines cost that read as others
    did: no new judgement, but their own findings and dates.
    """
    from rapidfuzz import fuzz, process

    versions, items = load_catalogs(), lines(count)
    cache = default_cache()
    assess(items[:50], versions, today=_TODAY, cache=cache)
    corpus = open_corpus(versions, _TODAY, cache)

    def afresh() -> list[Assessment]:
        corpus.judged.clear()  # else they would be known from the turn before
        return assess(items, versions, today=_TODAY, cache=cache)

    ours = count / seconds(afresh)

    def recorded() -> list[dict[str, object]]:
        with collector_waits():  # as where files are written
            return [a.record() for a in afresh()]

    records = count / seconds(recorded)
    some_items = items[: corpus.judged._MOST // 2]
    known = len(some_items) / seconds(lambda: assess(some_items, versions, today=_TODAY, cache=cache))
    names = [t.name for t in corpus.index.targets]
    some = [f"{i.title} {i.summary}" for i in items[:300]]
    theirs = len(some) / seconds(
        lambda: [process.extract(t, names, scorer=fuzz.WRatio, limit=5) for t in some]
    )
    print(
        f"classify     {ours:8.0f} items/s   process.extract {theirs:6.0f} items/s   ratio {ours / theirs:5.1f}"
        f"\nwith record  {records:8.0f} items/s   ratio {records / theirs:5.1f}"
        f"\nmet before   {known:8.0f} items/s   ratio {known / theirs:5.1f} (up to 2,048 lines are remembered)"
    )


def growth(counts: Sequence[int], items_each: int = 600) -> None:
    """Microseconds an item, ranking only, with k provinces' indexes open at once."""
    corpus = open_corpus(load_catalogs(), _TODAY, default_cache())
    items = lines(items_each)
    sections = [item_sections(i.department).sections for i in items]
    base = 0.0
    for count in counts:
        provinces = [
            arrays.build(
                [t._replace(version=f"{n}-{t.version}") for t in corpus.index.targets], corpus.index.terms
            )
            for n in range(count)
        ]

        def work(provinces: Sequence[arrays.Index] = provinces) -> None:
            for n, (item, scope) in enumerate(zip(items, sections, strict=True)):
                ranking.rank(
                    provinces[n % len(provinces)],
                    [Line(item.title, item.summary, item.department)],
                    [scope],
                    corpus.wording,
                )

        cost = seconds(work, 2) / len(items) * 1e6
        base = base or cost
        entries = count * len(corpus.index.targets)
        print(
            f"growth       {count:3} provinces {entries:6} entries   {cost:7.0f} µs/item   ratio {cost / base:5.2f}"
        )


def process_times(commands: Mapping[str, Sequence[str]], times: int = 7) -> dict[str, float]:
    """Seconds of processor time of whole processes, in turns: the least of each.

    Modules are compiled once before, as they are where goufu is installed, whatever the environment says.
    """
    found: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(times + 1):
            for name, command in commands.items():
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(command, check=True, capture_output=True, env=environment)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if turn:
                    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                    found[name].append(spent)
    return {name: min(spent) for name, spent in found.items()}


def start_up() -> None:
    """Whole processes against importing typer alone, and the peak memory of classifying one disclosure."""
    goufu = [sys.executable, "-m", "goufu.cli.main"]
    took = process_times(
        {
            "import typer": [sys.executable, "-c", "import typer"],
            "lookup": [*goufu, "lookup", "A150401"],
            "classify": [*goufu, "classify", str(_EXAMPLE)],
        }
    )
    for name, spent in took.items():
        print(f"{name:<12} {spent * 1000:8.0f} ms   ratio {spent / took['import typer']:5.1f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory  {peak:8.0f} MB (largest of these processes)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--provinces", type=int, nargs="+", default=[1, 8, 31])
    args = parser.parse_args()
    start_up()
    classify_beside_rapidfuzz(args.items)
    growth(args.provinces)


if __name__ == "__main__":
    main()
