"""Whether two checkouts of goufu say the same: every command on the shipped disclosures, compared byte for byte.

    python benchmarks/same_output.py OTHER [--old-module cli.main] [--only WORD …]

OTHER is a checkout of another state (`git worktree add ../before REVISION`), `--old-module` the module of its command
where that differs. Each command runs in both with the same interpreter and an empty home; what differs is
listed with the first differing line; `--only` takes the commands that name one of the words, where time is short. Exit 1 where anything differs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: both are called `goufu` in their own messages
_START = "import sys; sys.argv[0] = 'goufu'; from {} import run; run()"
DISCLOSURES = sorted(path.name for path in (ROOT / "examples" / "disclosures").glob("*.txt"))


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that only reads, in every format and both languages."""
    for name in DISCLOSURES:
        path = f"examples/disclosures/{name}"
        for form in ("table", "json", "jsonl", "csv", "ocds"):
            yield "classify", path, "--format", form
        for form in ("table", "json", "csv"):
            yield "items", path, "--format", form
        yield "--lang", "en", "classify", path, "--format", "table"
        yield "--lang", "en", "items", path
        yield "classify", path, "-d", "住房和城乡建设", "--on", "2025-08-01", "--format", "jsonl"
    for query in ("污水处理", "A110103", "wsclfw", "B1001"):
        for more in ((), ("-d", "城市管理局"), ("--format", "json")):
            yield "lookup", query, *more
    for form in ("table", "json", "csv"):
        yield "catalogs", "--format", form
        yield "tree", "-d", "水利", "--format", form
        yield "diff", "2024-37", "2025-28", "-d", "生态环境", "--format", form
        yield "rules", "--format", form
    yield "catalogs", "--errata"
    yield "catalogs", "--readings"
    yield "history", "A140601", "-d", "生态环境"
    yield "diff", "2021-34", "2025-28"
    yield from (("--help",), ("classify", "--help"), ("nothing",), ("lookup",), ("rules", "GF999"))


def said(root: Path, module: str, words: tuple[str, ...], home: Path) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of one command in one checkout."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(root),
        "PYTHONUTF8": "1",
        "COLUMNS": "120",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # states before the one pass over the postings add in the order of sets
    }
    done = subprocess.run(
        [sys.executable, "-c", _START.format(module), *words],
        cwd=root,
        env=environment,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def first_difference(one: bytes, two: bytes) -> str:
    """The first line in which two outputs differ, as both have it."""
    lines = zip_longest(
        one.decode("utf-8", "replace").splitlines(), two.decode("utf-8", "replace").splitlines()
    )
    for number, (a, b) in enumerate(lines, 1):
        if a != b:
            return f"line {number}\n    - {(a or '')[:160]}\n    + {(b or '')[:160]}"
    return "only in line endings"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", type=Path)
    parser.add_argument("--old-module", default="goufu.cli.main")
    parser.add_argument("--only", nargs="+", default=[""])
    args = parser.parse_args()
    todo = [words for words in commands() if any(word in " ".join(words) for word in args.only)]
    differ = 0
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(2) as pool:
        homes = Path(home, "old"), Path(home, "new")
        for folder in homes:
            folder.mkdir()
        for words in todo:
            old = pool.submit(said, args.other.resolve(), args.old_module, words, homes[0])
            new = pool.submit(said, ROOT, "goufu.cli.main", words, homes[1])
            before, after = old.result(), new.result()
            if before != after:
                differ += 1
                changed = [
                    pair for pair in ((before[1], after[1]), (before[2], after[2])) if pair[0] != pair[1]
                ]
                what = first_difference(*changed[0]) if changed else f"exit {before[0]} / {after[0]}"
                print(f"differs: goufu {' '.join(words)}: {what}", flush=True)
    print(f"{len(todo)} commands, {differ} differ")
    sys.exit(differ > 0)


if __name__ == "__main__":
    main()
