#!/usr/bin/env python3
"""Score the classifier on answered cases beside what an officer's nephew would write in an afternoon, in one run.

usage: python benchmarks/accuracy.py CASES [CASES …] [--output OUT.jsonl] [--failures N] [--semantic PLACE [--semantic-model NAME]]

CASES are .jsonl files, or a directory of them, in the format of the development cases: id, set, level, department, unit,
year, title, summary, amount_wan, gold {nature, codes, status, near}. The baseline is `rapidfuzz.process.extract` with
WRatio over the names of the same entries: those of the item's sections and class B. `--semantic` measures the second
opinion of a model (docs/semantic.md).

n cases; top1/top3 share of purchased services whose first / first three codes hold an accepted one; nature, status
share accepted; near1 unlisted cases whose first `elsewhere` is one of the gold `near`; auto share decided "auto";
auto_ok share of those right in nature, status and code; ece expected calibration error of the first score.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from catalog.load import load_catalogs
from cli.semantic import reranker, source
from disclosure.records import read_records
from matcher.assess import assess
from matcher.corpus import Corpus, open_corpus
from matcher.departments import item_sections

_SERVICE = {"service", "mixed"}
_COLUMNS = ("n", "top1", "top3", "base1", "base3", "nature", "status", "near1", "auto", "auto_ok", "ece")


def read(paths: Iterable[Path]) -> list[tuple[Path, list[dict[str, Any]]]]:
    """The cases of every file, a directory standing for its .jsonl files."""
    files = [f for p in paths for f in (sorted(p.glob("*.jsonl")) if p.is_dir() else [p])]
    return [
        (f, [json.loads(line) for line in f.read_text("utf-8").splitlines() if line.strip()]) for f in files
    ]


def baseline(corpus: Corpus, case: dict[str, Any]) -> list[tuple[str, str]]:
    """The five entries of the item's sections and class B whose names WRatio likes best."""
    from rapidfuzz import fuzz, process

    scope = {*item_sections(case["department"], case["unit"]).sections, "B"}
    names = {n: t.name for n, t in enumerate(corpus.index.targets) if t.section in scope}
    found = process.extract(
        f"{case['title']} {case['summary'] or ''}".strip(), names, scorer=fuzz.WRatio, limit=5
    )
    return [(corpus.index.targets[n].section, corpus.index.targets[n].code) for _, _, n in found]


def judge(case: dict[str, Any], out: dict[str, Any], base: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What is right and wrong of one case, by the rules of the development bench."""
    gold = case["gold"]
    codes = {tuple(code) for code in gold.get("codes", [])}
    near = {tuple(code) for code in gold.get("near", [])}
    ranked = [(c["section"], c["code"]) for c in out["codes"]]
    coded = bool(codes) and set(gold["nature"]) <= _SERVICE
    nature = out["nature"] in gold["nature"]
    status = out["status"] in gold["status"] if gold.get("status") else None
    first = bool(ranked) and ranked[0] in codes
    right = nature and status is not False
    if right and out["nature"] in _SERVICE and out["status"] == "listed":
        right = first
    unlisted = bool(near) and "unlisted" in gold.get("status", [])
    return {
        "coded": coded,
        "top1": first if coded else None,
        "top3": any(r in codes for r in ranked[:3]) if coded else None,
        "base1": bool(base) and base[0] in codes if coded else None,
        "base3": any(b in codes for b in base[:3]) if coded else None,
        "nature": nature,
        "status": status,
        "near1": any((c["section"], c["code"]) in near for c in out["elsewhere"][:1]) if unlisted else None,
        "auto": out["decision"] == "auto",
        "auto_ok": right if out["decision"] == "auto" else None,
        "score": out["codes"][0]["score"] if out["codes"] else 0.0,
    }


def calibration_error(rows: Sequence[dict[str, Any]]) -> float | None:
    """Expected calibration error of the first code's score over ten equal bins."""
    bins: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["coded"]:
            bins[min(9, int(row["score"] * 10))].append(row)
    total = sum(map(len, bins.values()))
    if not total:
        return None
    gaps = (abs(sum(r["top1"] for r in b) - sum(r["score"] for r in b)) for b in bins.values())
    return float(sum(gaps)) / total


def table(rows: dict[str, list[dict[str, Any]]]) -> str:
    """One line per set and level, and one for all together."""
    lines = [f"{'set':<13}" + "".join(f"{c:>8}" for c in _COLUMNS)]
    for name, some in (*sorted(rows.items()), ("all", [r for group in rows.values() for r in group])):
        cells = [f"{len(some):>8}"]
        for column in _COLUMNS[1:-1]:
            flags = [r[column] for r in some if r[column] is not None]
            cells.append(f"{sum(flags) / len(flags):>8.3f}" if flags else f"{'-':>8}")
        error = calibration_error(some)
        cells.append(f"{'-':>8}" if error is None else f"{error:>8.3f}")
        lines.append(f"{name:<13}" + "".join(cells))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, help="write the classifier's records there")
    parser.add_argument("--failures", type=int, default=0, help="print this many wrong cases")
    parser.add_argument("--semantic", help="address of an embedding service, or a model folder")
    parser.add_argument("--semantic-model", help="the service's name for the model")
    args = parser.parse_args()
    named = source(args.semantic, args.semantic_model)
    second = reranker(named) if named else None
    versions = load_catalogs()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    records: list[dict[str, Any]] = []
    wrong: list[str] = []
    for path, cases in read(args.cases):
        items, _ = read_records(path)
        outs = [a.record() for a in assess(items, versions, today=date(2026, 1, 1), semantic=second)]
        records += outs
        for case, out in zip(cases, outs, strict=True):
            corpus = open_corpus(versions, date(case.get("year") or 2026, 1, 1))
            row = judge(case, out, baseline(corpus, case))
            rows[
                f"{case['set']} {case.get('level') or ''}".strip() if case["set"] != "nature" else "nature"
            ].append(row)
            if not row["nature"] or row["status"] is False or row["top1"] is False:
                first = out["codes"][0] if out["codes"] else {}
                wrong.append(
                    f"{case['id']} {case['department']} {case['title']} | {(case['summary'] or '')[:60]} | gold {case['gold']['nature']} "
                    f"{case['gold']['status']} {case['gold']['codes']} | got {out['nature']} {out['status']} "
                    f"{first.get('section')} {first.get('code')} {first.get('name')} {first.get('score')}"
                )
    if args.output:
        args.output.write_text(
            "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8"
        )
    print(table(rows))
    print("\n".join(wrong[: args.failures]))


if __name__ == "__main__":
    main()
