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

--confusion adds two tables: natures, and where the first code stands that was given in place of an accepted one.
--failures prints wrong cases, first those that would have been accepted unseen, then by how sure the classifier was.
--misread puts that share of the characters in `data/misread.tsv` in each other's place, as a scanner might, and
--traditional writes the lines in traditional characters: how much either costs.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from goufu.catalog.load import load_catalogs
from goufu.cli.shared.semantic import reranker, source
from goufu.disclosure.lists.records import read_records
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.departments import item_sections
from goufu.matcher.index.corpus import Corpus, open_corpus
from goufu.matcher.misread import confusable
from goufu.matcher.nature_names import NATURES

_SERVICE = {"service", "mixed"}
_PLACES = ("right", "a sibling", "another heading", "class B", "the own section", "no code")
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


def place(case: dict[str, Any], out: dict[str, Any]) -> str:
    """Where the first code stands, seen from the nearest accepted one."""
    wanted = [tuple(code) for code in case["gold"]["codes"]]
    if not out["codes"]:
        return "no code"
    section, code = out["codes"][0]["section"], out["codes"][0]["code"]
    if (section, code) in wanted:
        return "right"
    if any(s == section and c[:5] == code[:5] for s, c in wanted):
        return "a sibling"
    if any(s == section for s, _ in wanted):
        return "another heading"
    return "class B" if section == "B" else "the own section"


def confusion(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """Two tables in Markdown: natures, accepted against given; and where first codes stand, by the class meant."""
    natures: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for case, out in pairs:
        gold = case["gold"]
        natures[out["nature"] if out["nature"] in gold["nature"] else gold["nature"][0]][out["nature"]] += 1
        if gold["codes"] and set(gold["nature"]) <= _SERVICE:
            sections = {section for section, _ in gold["codes"]}
            meant = "class B" if sections == {"B"} else "either" if "B" in sections else "class A"
            places[meant][place(case, out)] += 1
    return f"{_crossed('nature', natures, NATURES)}\n\n{_crossed('meant', places, _PLACES)}"


def _crossed(name: str, counts: dict[str, Counter[str]], columns: Sequence[str]) -> str:
    lines = [f"| {name} | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}"]
    for row in [c for c in columns if c in counts] + sorted(set(counts) - set(columns)):
        lines.append(f"| {row} | {' | '.join(str(counts[row][c] or '·') for c in columns)} |")
    return "\n".join(lines)


def damaged(items: Sequence[BudgetItem], share: float, traditional: bool) -> list[BudgetItem]:
    """`items` with a `share` of their confusable characters misread, or in traditional characters."""
    chance = random.Random(20261121)
    others = confusable()
    converter = None
    if traditional:
        from opencc import OpenCC

        converter = OpenCC("s2t")

    def change(text: str) -> str:
        text = "".join(
            chance.choice(others[c]) if c in others and chance.random() < share else c for c in text
        )
        return converter.convert(text) if converter else text

    return [replace(i, title=change(i.title), summary=change(i.summary)) for i in items]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, help="write the classifier's records there")
    parser.add_argument("--failures", type=int, default=0, help="print this many wrong cases")
    parser.add_argument("--confusion", action="store_true", help="print what was taken for what")
    parser.add_argument(
        "--misread", type=float, default=0.0, help="share of confusable characters to misread"
    )
    parser.add_argument(
        "--traditional", action="store_true", help="write the lines in traditional characters"
    )
    parser.add_argument("--semantic", help="address of an embedding service, or a model folder")
    parser.add_argument("--semantic-model", help="the service's name for the model")
    args = parser.parse_args()
    named = source(args.semantic, args.semantic_model)
    second = reranker(named) if named else None
    versions = load_catalogs()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    records: list[dict[str, Any]] = []
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    wrong: list[tuple[bool, float, str]] = []
    for path, cases in read(args.cases):
        items, _ = read_records(path)
        if args.misread or args.traditional:
            items = tuple(damaged(items, args.misread, args.traditional))
        outs = [a.record() for a in assess(items, versions, today=date(2026, 1, 1), semantic=second)]
        records += outs
        pairs += zip(cases, outs, strict=True)
        for case, out in zip(cases, outs, strict=True):
            corpus = open_corpus(versions, date(case.get("year") or 2026, 1, 1))
            row = judge(case, out, baseline(corpus, case))
            rows[
                f"{case['set']} {case.get('level') or ''}".strip() if case["set"] != "nature" else "nature"
            ].append(row)
            if not row["nature"] or row["status"] is False or row["top1"] is False:
                first = out["codes"][0] if out["codes"] else {}
                said = (
                    f"{case['id']} {case['department']} {case['title']} | {(case['summary'] or '')[:60]} | gold {case['gold']['nature']} "
                    f"{case['gold']['status']} {case['gold']['codes']} | got {out['nature']} {out['status']} "
                    f"{first.get('section')} {first.get('code')} {first.get('name')} {first.get('score')}"
                )
                wrong.append((row["auto"], max(out["nature_score"], row["score"]), said))
    if args.output:
        args.output.write_text(
            "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8"
        )
    print(table(rows))
    if args.confusion:
        print(f"\n{confusion(pairs)}")
    print("\n".join(said for _, _, said in sorted(wrong, reverse=True)[: args.failures]))


if __name__ == "__main__":
    main()
