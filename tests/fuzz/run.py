"""Spoilt documents by the thousand: `python tests/fuzz/run.py --count 5000` or `--minutes 60`; `make fuzz` runs it.

Each is read, judged and now and then written out in a worker of its own line of inputs, with its time and the memory
of the worker watched. What ends in anything but a result or a GoufuError is printed with its number, takes more
than 20 seconds of the processor or a gigabyte likewise, and kept as a file under `--keep`. Every twentieth input is a sound document
and must come out whole.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[n] / part) for n, part in ((0, ""), (1, "disclosure"), (2, ""))]

import mutations  # noqa: E402 (after the path is set)

SECONDS = 20
MEGABYTES = 1024


def attempt(number: int, seed: int) -> str:
    """Read, judge and write input `number`: "read", "refused", or what went wrong."""
    from goufu.catalog.errors import GoufuError
    from goufu.cli.commands.classify import WRITERS
    from goufu.cli.shared.audits import audit_disclosure, settings
    from goufu.disclosure.read import read_content

    sound = number % 20 == 0
    name, data = mutations.generated(number, seed)
    if sound:
        data = mutations.seeds()[name]
    try:
        disclosure = read_content(data, name)
        one = audit_disclosure(disclosure, settings(None, None, None))
        if number % 10 == 0:
            with tempfile.TemporaryDirectory() as folder:
                for ending in (".jsonl", ".csv", ".html", ".xlsx"):
                    WRITERS[ending](Path(folder, f"a{ending}"), [one])
        if sound and len(disclosure.items) != mutations.ITEMS:
            return f"sound but {len(disclosure.items)} items"
    except GoufuError as error:
        if sound:
            return f"sound but refused: {error}"
        plain = error.text("zh") + error.text("en")
        plain.encode("utf-8")
        return "refused" if "\n" not in error.message else "a message of several lines"
    except BaseException as error:
        told = io.StringIO()
        traceback.print_exception(error, file=told)
        return told.getvalue()
    return "read"


def peak() -> int:
    """The most memory this process has had, in megabytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024) // 1024
    )


def worker(first: int, last: int, seed: int) -> None:
    """Try the inputs from `first` up to `last`, a line of JSON each; ends where memory has grown too large."""
    warnings.simplefilter("ignore")  # of zips with doubled names, which is what is wanted
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for number in range(first, last):
        print(json.dumps({"begun": number}), file=out, flush=True)
        faulthandler.dump_traceback_later(6 * SECONDS, exit=True)
        start = time.process_time()
        outcome = attempt(number, seed)
        told = {
            "number": number,
            "outcome": outcome,
            "seconds": round(time.process_time() - start, 2),
            "peak": peak(),
        }
        print(json.dumps(told), file=out, flush=True)
        faulthandler.cancel_dump_traceback_later()
        if peak() > MEGABYTES:
            return


def main() -> int:
    """Run the series; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000_000_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--worker", action="store_true")
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.first, asked.first + asked.count, asked.seed)
        return 0
    until = time.monotonic() + asked.minutes * 60
    number, end = asked.first, asked.first + asked.count
    counts: Counter[str] = Counter()
    slowest, largest = 0.0, 0
    faults = 0

    def fault(at: int, what: str) -> None:
        nonlocal faults
        faults += 1
        name, data = mutations.generated(at, asked.seed)
        print(f"input {at} ({name}, {len(data)} bytes): {what.strip()[-1500:]}", flush=True)
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            (asked.keep / f"{asked.seed}-{at}-{name}").write_bytes(data)

    while number < end and time.monotonic() < until:
        command = [sys.executable, __file__, "--worker", "--first", str(number), "--seed", str(asked.seed)]
        command += ["--count", str(min(end - number, 500))]
        begun = -1
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout and child.stderr
            for line in child.stdout:
                told = json.loads(line)
                if "begun" in told:
                    begun = told["begun"]
                    continue
                number = told["number"] + 1
                outcome = told["outcome"]
                slowest = max(slowest, told["seconds"])
                counts[outcome if outcome in ("read", "refused") else "fault"] += 1
                if outcome not in ("read", "refused"):
                    fault(told["number"], outcome)
                if told["seconds"] > SECONDS:
                    fault(told["number"], f"{told['seconds']} s")
                if told["peak"] > MEGABYTES:
                    fault(told["number"], f"{told['peak']} MB")
                largest = max(largest, told["peak"])
                if time.monotonic() > until:
                    child.kill()
                    break
            said = child.stderr.read()
        if begun == number and time.monotonic() < until:
            fault(number, f"the process ended ({child.returncode}): {said}")
            counts["fault"] += 1
            number += 1
    print(
        f"{sum(counts.values())} inputs of series {asked.seed}: {counts['read']} read, {counts['refused']} refused in a sentence, "
        f"{faults} faults; slowest {slowest:.1f} s, largest process {largest} MB"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
