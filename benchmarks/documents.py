#!/usr/bin/env python3
"""Reading whole disclosures, PDF and Excel: where the time goes, how many cores help, and how another state does.

    python -m benchmarks.documents [--count 200] [--turns 3] [--against CHECKOUT] [--batch] [--keep FOLDER]

Makes the documents from the example disclosures, each with a county and figures of its own, half of them PDF and half
.xlsx, as the tests make them (with reportlab and openpyxl). Prints a profile by step of reading and judging them in one process. With
`--against`, another checkout reads the same documents in turns with this one, each in a process of its own, by processor
time. With `--batch`, `goufu batch` reads and judges them with one process and with two, by the clock.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT),
    str(ROOT / "tests" / "disclosure"),
]  # as a program too; the tests' makers of documents
PLACES = ("榆次", "平遥", "介休", "汾阳", "交城", "文水", "柳林", "临县", "兴县", "石楼", "霍州", "洪洞", "襄汾", "曲沃", "侯马", "河津", "稷山", "垣曲", "芮城", "永济")  # fmt: skip
KINDS = ("pdf", "xlsx")

#: what is timed: step, module that calls it, name there; what a step calls counts for the step called
STEPS = (
    ("open", "goufu.disclosure.read", "format_of"),
    ("open", "pypdfium2", "PdfDocument.__init__"),
    ("open", "pypdfium2", "PdfDocument.get_page"),
    ("characters and rules", "goufu.disclosure.formats.pdf", "page_glyphs"),
    ("characters and rules", "goufu.disclosure.formats.pdf", "page_rules"),
    ("layout", "goufu.disclosure.formats.pdf", "page_rows"),
    ("open", "goufu.disclosure.formats.spreadsheet", "workbook_formatting"),
    ("open", "goufu.disclosure.formats.spreadsheet", "uncomputed"),
    ("cells", "goufu.disclosure.formats.spreadsheet", "sheets"),
    ("narrative", "goufu.disclosure.assemble", "narrative"),
    ("forms", "goufu.disclosure.assemble", "project_forms"),
    ("tables", "goufu.disclosure.assemble", "project_tables"),
    ("linking", "goufu.disclosure.assemble", "link_forms"),
    ("checks", "goufu.disclosure.assemble", "checked"),
    ("matching", "goufu.matcher.audit", "assess"),
)


def varied(text: str, number: int) -> str:
    """An example with another county and other figures; sums stay right, since all figures grow alike."""
    times = 2 + number % 89

    def grown(match: re.Match[str]) -> str:
        whole, _, fraction = match[0].replace(",", "").partition(".")
        scaled = int(whole + fraction) * times
        left, right = divmod(scaled, 10 ** len(fraction))
        shown = f"{left:,}" if "," in match[0] else str(left)
        return f"{shown}.{right:0{len(fraction)}}" if fraction else shown

    text = re.sub(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+(?=\.\d\d(?![\d.]))|\d{5,8}(?![\d.]))(?:\.\d\d)?", grown, text)  # fmt: skip
    return text.replace("孝义市", PLACES[number % len(PLACES)] + "市")


def make(folder: Path, count: int) -> None:
    """Write the documents into `folder`, as far as they are not there already."""
    import example_formats as formats

    (folder / "texts").mkdir(parents=True, exist_ok=True)
    sources = [(stem, (formats.EXAMPLES / f"{stem}.txt").read_text("utf-8")) for stem in formats.STEMS]
    formats.EXAMPLES = folder / "texts"
    makers: dict[str, Callable[[str], bytes]] = {"pdf": formats.as_pdf, "xlsx": formats.as_xlsx}
    for number in range(count):
        kind = KINDS[number % 2]
        stem, text = sources[number // 2 % len(sources)]
        name = f"{number:03d}{stem}".replace("孝义市", PLACES[number % len(PLACES)] + "市")
        path = folder / f"{name}.{kind}"
        if not path.exists():
            (folder / "texts" / f"{name}.txt").write_text(varied(text, number), "utf-8")
            path.write_bytes(makers[kind](name))


def _timed(spent: dict[str, float]) -> None:
    """Put a clock around every function of `STEPS` that this state has; `spent` gets the seconds of each step."""
    running: list[list[Any]] = []

    def around(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def work(*args: Any, **named: Any) -> Any:
            now = time.process_time()
            if running:
                spent[running[-1][0]] += now - running[-1][1]
            running.append([step, now])
            try:
                return function(*args, **named)
            finally:
                now = time.process_time()
                name, since = running.pop()
                spent[name] += now - since
                if running:
                    running[-1][1] = now

        return work

    for step, module, name in STEPS:
        holder: Any = importlib.import_module(module)
        *classes, last = name.split(".")
        for one in classes:
            holder = getattr(holder, one)
        if hasattr(holder, last):
            setattr(holder, last, around(step, getattr(holder, last)))


def profile(paths: Sequence[Path]) -> None:
    """The steps of reading and judging, in milliseconds a document and in a hundred."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.audit import audit

    from goufu import cache, read_document

    spent: dict[str, float] = defaultdict(float)
    versions, folder = load_catalogs(), cache.default_cache()
    from datetime import date

    for path in paths[:1]:
        audit(read_document(path), versions, today=date(2026, 1, 1), cache=folder)
    _timed(spent)
    start = time.process_time()
    for path in paths:
        audit(read_document(path), versions, today=date(2026, 1, 1), cache=folder)
    whole = time.process_time() - start
    spent["all else"] = whole - sum(spent.values())
    print(f"{paths[0].suffix[1:]}: {len(paths)} documents, {whole / len(paths) * 1000:.0f} ms each")
    for step, took in sorted(spent.items(), key=lambda pair: -pair[1]):
        print(f"  {step:<22}{took / len(paths) * 1000:7.1f} ms {took / whole * 100:5.1f} %")


def read_all(folder: Path, kind: str) -> None:
    """Read every document of one kind; prints the seconds of processor time and a digest of all that was read."""
    from goufu import read_document

    paths = sorted(folder.glob(f"*.{kind}"))
    read_document(paths[0])
    start, seen = time.process_time(), hashlib.sha256()
    took = 0.0
    for path in paths:
        start = time.process_time()
        found = read_document(path)
        took += time.process_time() - start
        seen.update(repr(found).encode())
    print(took, seen.hexdigest())


def in_turns(folder: Path, states: Sequence[Path], turns: int) -> None:
    """Reading in each state, in turns: the median of processor time and the ratio."""
    for kind in KINDS:
        took: dict[Path, list[float]] = {state: [] for state in states}
        digests: dict[Path, str] = {}
        for _ in range(turns):
            for state in states:
                words = [sys.executable, __file__, "--read", kind, "--keep", str(folder)]
                environment = {**os.environ, "PYTHONPATH": str(state)}
                told = subprocess.run(words, cwd=state, env=environment, check=True, capture_output=True, text=True).stdout  # fmt: skip
                seconds, digests[state] = told.split()
                took[state].append(float(seconds))
        here, other = (statistics.median(took[state]) for state in states)
        alike = "the same" if len(set(digests.values())) == 1 else "not the same"
        print(
            f"{kind:<5} before {other:7.2f} s   now {here:7.2f} s   ratio {other / here:5.2f}   what was read is {alike}"
        )


def batches(folder: Path) -> None:
    """`goufu batch` with one process and with two, by the clock."""
    took: dict[int, float] = {}
    for jobs in (1, 2, 1, 2):
        with tempfile.TemporaryDirectory() as out:
            words = [
                sys.executable,
                "-m",
                "goufu.cli.main",
                "batch",
                str(folder / "*.*"),
                "-o",
                out,
                "--no-store",
            ]
            start = time.perf_counter()
            subprocess.run([*words, "--reports", "jsonl", "--jobs", str(jobs)], cwd=ROOT, check=True, capture_output=True)  # fmt: skip
            took[jobs] = min(time.perf_counter() - start, took.get(jobs, float("inf")))
    print(f"batch: one process {took[1]:.1f} s, two {took[2]:.1f} s, ratio {took[1] / took[2]:.2f}")


def main() -> None:
    """Make the documents, and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--against", type=Path)
    options.add_argument("--batch", action="store_true")
    options.add_argument("--keep", type=Path)
    options.add_argument("--read", choices=KINDS, help=argparse.SUPPRESS)
    told = options.parse_args()
    if told.read:
        sys.path[:2] = []  # the state that PYTHONPATH names is read with
        read_all(told.keep, told.read)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = told.keep or Path(temporary)
        make(folder, told.count)
        for kind in KINDS:
            profile(sorted(folder.glob(f"*.{kind}"))[: max(told.count // 8, 4)])
        if told.against:
            in_turns(folder, (ROOT, told.against.resolve()), told.turns)
        if told.batch:
            batches(folder)


if __name__ == "__main__":
    main()
