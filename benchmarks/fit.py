#!/usr/bin/env python3
"""Fit the weights in data/weights/ and data/nature/ on answered cases, and say how well they hold on unseen ones.

usage: python benchmarks/fit.py BENCH_DIRECTORY [--check]

BENCH_DIRECTORY holds listed.jsonl, class_b.jsonl, nature.jsonl, unlisted.jsonl and real.jsonl, answered as the
bench's README says. The nature model learns from data/nature/examples.tsv as well. Everything is linear and
small; what is printed is cross-validated, with all cases of one entry in the same fold, so that no model is
judged on an entry it was fitted on. `--check` prints without writing.

Models: ranking — conditional logit over the entries of an item's scope; across — the same over all sections; fits, right — logistic regression on
`goufu.matcher.rank.TRUST`, where items put under a department chosen at random stand for purchases that are not listed;
nature — multinomial logistic regression over cues and how well an entry matches.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from goufu.catalog.load import data_directory, load_catalogs, read_columns
from goufu.matcher import nature
from goufu.matcher.departments import item_sections
from goufu.matcher.features import ACROSS, FEATURES
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.rank import ELSEWHERE, TRUST, Ranking, features_of, ranked
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
SETS = ("listed", "class_b", "nature", "unlisted", "real")
FOLDS = 8
#: an ending that so many titles share is a feature of the nature model
COMMON_END = 8
#: real lines are few and count most; our own class B lines are many for so few entries
_RANK_WEIGHT = {"real": 4.0, "own county": 0.35, "own class_b": 0.15}
_TRUST_WEIGHT = {"displaced": 0.25, "real": 4.0, "own county": 1.0, "unlisted": 3.0, "own unlisted": 2.0}
_NATURE_WEIGHT = {"nature": 1.5, "real": 2.5, "own county": 0.9, "listed": 0.4}
_RIDGE = {"ranking": 0.05, "across": 0.05, "fits": 0.1, "right": 0.1, "nature": 0.3}


@dataclass(frozen=True)
class Row:
    """One case with its features: `found` targets × features, `gold` the acceptable targets' positions in the
    scope, `everywhere` the numbers of all targets that are gold or `near`."""

    case: dict[str, Any]
    targets: NDArray[np.int32]
    found: NDArray[np.float32]
    across: NDArray[np.float32]
    gold: tuple[int, ...]
    everywhere: tuple[int, ...]
    fold: int


def read_cases(directory: Path) -> list[dict[str, Any]]:
    """All answered cases: the bench's, and those that goufu keeps in data/training/ (their set marked "own …")."""
    files = [(directory / f"{name}.jsonl", "") for name in SETS]
    files += [(path, "own ") for path in sorted((data_directory() / "training").glob("*.jsonl"))]
    cases = []
    for path, mark in files:
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                case = json.loads(line)
                cases.append({**case, "set": mark + case["set"]})
    return cases


def fold_of(case: dict[str, Any]) -> int:
    """The same for all cases of one entry."""
    key = str(sorted(map(tuple, case["gold"]["codes"]))) if case["gold"]["codes"] else case["id"]
    return zlib.crc32(key.encode()) % FOLDS


def rows_of(cases: Sequence[dict[str, Any]], sections: Sequence[tuple[str, ...]]) -> list[Row]:
    """The features of every case in the scope of its sections."""
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, (case, scope) in enumerate(zip(cases, sections, strict=True)):
        groups[case.get("year") or 2026, scope].append(number)
    rows: list[Row | None] = [None] * len(cases)
    for (year, scope), numbers in groups.items():
        index = open_corpus(load_catalogs(), date(year, 1, 1)).index
        some = [cases[n] for n in numbers]
        targets, found, across = features_of(
            index,
            [c["title"] for c in some],
            [c["summary"] or "" for c in some],
            [c["department"] for c in some],
            scope,
        )
        keys = [(index.targets[t].section, index.targets[t].code) for t in targets]
        for at, number in enumerate(numbers):
            wanted = {tuple(code) for code in cases[number]["gold"]["codes"]}
            gold = tuple(i for i, key in enumerate(keys) if key in wanted)
            wanted |= {tuple(code) for code in cases[number]["gold"].get("near", []) if not wanted}
            everywhere = tuple(n for n, t in enumerate(index.targets) if (t.section, t.code) in wanted)
            rows[number] = Row(
                cases[number], targets, found[at], across[at], gold, everywhere, fold_of(cases[number])
            )
    return [row for row in rows if row is not None]


def is_service(case: dict[str, Any]) -> bool:
    """Whether the case is without doubt a purchased service."""
    return set(case["gold"]["nature"]) <= {"service", "mixed"}


def fit_ranking(rows: Sequence[Row], ridge: float) -> Floats:
    """Weights of FEATURES under which the gold entries are most probable among their scope."""
    return fit_choice(
        [
            (r.found, list(r.gold), _RANK_WEIGHT.get(r.case["set"], 1.0))
            for r in rows
            if r.gold and is_service(r.case)
        ],
        ridge,
    )


def fit_across(rows: Sequence[Row], ridge: float) -> Floats:
    """Weights of ACROSS under which the gold or near entries are most probable among all sections' entries.

    Only the fifty entries that come nearest by cosine take part; the rest could not win.
    """
    choices = []
    for r in rows:
        gold = set(r.everywhere)
        if not gold or not is_service(r.case):
            continue
        near = np.argsort(-(r.across[:, 0] + 0.7 * r.across[:, 2]))[:50]
        pool = np.array(sorted({*near.tolist(), *gold}))
        choices.append(
            (
                r.across[pool],
                [i for i, n in enumerate(pool) if n in gold],
                3.0 if "unlisted" in r.case["set"] else 1.0,
            )
        )
    return fit_choice(choices, ridge)


def fit_choice(usable: Sequence[tuple[NDArray[np.float32], list[int], float]], ridge: float) -> Floats:
    """Conditional logit: weights under which the marked rows of each table are most probable."""

    def loss(w: Floats) -> tuple[float, Floats]:
        total, slope = ridge * float(w @ w), 2 * ridge * w
        for found, gold, weight in usable:
            score = found @ w
            p = np.exp(score - score.max())
            p /= p.sum()
            hit = p[gold].sum() + 1e-12
            total -= weight * float(np.log(hit))
            pull = -p
            pull[gold] += p[gold] / hit
            slope = slope - weight * (found.T @ pull)
        return total, slope

    return np.asarray(
        minimize(
            loss, np.zeros(usable[0][0].shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200}
        ).x
    )


def fit_logistic(x: Floats, y: Floats, weight: Floats, ridge: float) -> Floats:
    """Logistic regression; the last column is the constant and not penalised."""
    scale = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    scale[-1] = 1.0
    z = x / scale
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 0

    def loss(w: Floats) -> tuple[float, Floats]:
        p = 1 / (1 + np.exp(-np.clip(z @ w, -40, 40)))
        value = -float((weight * (y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))).sum()) + float(
            penalty @ w**2
        )
        return value, z.T @ (weight * (p - y)) + 2 * penalty * w

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x) / scale


def fit_multinomial(x: Floats, y: Floats, weight: Floats, ridge: float) -> Floats:
    """Multinomial logistic regression; `y` marks every acceptable class of a row."""
    shape = (x.shape[1], y.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(shape)
        z = x @ w
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        hit = (p * y).sum(axis=1) + 1e-12
        slope = x.T @ (weight[:, None] * (p - p * y / hit[:, None])) + 2 * ridge * w
        return -float((weight * np.log(hit)).sum()) + ridge * float((w**2).sum()), slope.ravel()

    best = minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400}
    )
    return np.asarray(best.x).reshape(shape)


def trust_of(
    rows: Sequence[Row], weights: Floats, reach: Floats
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """TRUST of every row under ranking `weights`; whether its first entry is gold; whether any of the scope is."""
    rankings: list[Ranking] = [ranked(r.targets, r.found[None], r.across[None], weights, reach) for r in rows]
    first = np.array([int(k.order[0, 0]) in r.gold for k, r in zip(rankings, rows, strict=True)])
    return np.concatenate([k.trust for k in rankings]), first, np.array([bool(r.gold) for r in rows])


def displaced_rows(cases: Sequence[dict[str, Any]]) -> list[Row]:
    """The listed cases, each put under a department chosen at random: purchases that it does not list."""
    chooser = np.random.default_rng(20261121)
    every = [s for s in open_corpus(load_catalogs(), date(2026, 1, 1)).index.sections if s != "B"]
    asked = [c for c in cases if c["set"] == "listed"]
    strange = [tuple(chooser.choice([s for s in every if s != c["department"]], 1)) for c in asked]
    return [replace(r, case={**r.case, "set": "displaced"}) for r in rows_of(asked, strange)]


def cross(
    rows: Sequence[Row], fit: Callable[[list[Row]], Floats], use: Callable[[Row, Floats], None]
) -> None:
    """Fit on all folds but one, use on that one, for every fold."""
    for fold in range(FOLDS):
        weights = fit([r for r in rows if r.fold != fold])
        for row in rows:
            if row.fold == fold:
                use(row, weights)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="print the cross-validated figures, write nothing"
    )
    args = parser.parse_args()
    cases = read_cases(args.bench)
    rows = rows_of(cases, [item_sections(c["department"], c["unit"]).sections for c in cases])

    # ranking, cross-validated
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    folded: dict[int, Floats] = {}

    def judge(row: Row, weights: Floats) -> None:
        folded[row.fold] = weights
        if row.gold and is_service(row.case):
            order = np.argsort(-(row.found @ weights))[:3]
            hits[f"{row.case['set']} {row.case['level']}"].append(
                (int(order[0]) in row.gold, any(int(i) in row.gold for i in order))
            )

    cross(rows, lambda some: fit_ranking(some, _RIDGE["ranking"]), judge)
    for name, flags in sorted(hits.items()):
        print(
            f"ranking  {name:<12} n {len(flags):4}  top1 {np.mean([a for a, _ in flags]):.3f}  top3 {np.mean([b for _, b in flags]):.3f}"
        )
    ranking = fit_ranking(rows, _RIDGE["ranking"])

    # across sections, cross-validated
    reach_of: dict[int, Floats] = {}
    nears: dict[str, list[tuple[bool, float, float]]] = defaultdict(list)
    spread: list[tuple[Floats, NDArray[np.bool_]]] = []

    def judge_across(row: Row, weights: Floats) -> None:
        reach_of[row.fold] = weights
        if row.everywhere and is_service(row.case):
            score = row.across @ weights
            if not row.gold:
                score[row.targets] = -np.inf
            order = np.argsort(-score)[:4]
            nears[row.case["set"]].append((int(order[0]) in row.everywhere, 0.0, 0.0))
            values = score[order]
            spread.append(
                (np.stack([values, values[0] - values, np.ones(4)], axis=1), np.isin(order, row.everywhere))
            )

    strange_rows = displaced_rows(cases)
    cross([*rows, *strange_rows], lambda some: fit_across(some, _RIDGE["across"]), judge_across)
    for name, found in sorted(nears.items()):
        print(f"across   {name:<12} n {len(found):4}  first {np.mean([a for a, _, _ in found]):.3f}")
    reach = fit_across([*rows, *strange_rows], _RIDGE["across"])
    near_x, near_y = np.concatenate([a for a, _ in spread]), np.concatenate([b for _, b in spread])
    outside = fit_logistic(near_x, near_y.astype(float), np.ones(len(near_y)), 0.1)

    # trust: real scopes, and the same items put under a department chosen at random
    displaced = strange_rows
    pool = [
        r
        for r in (*rows, *displaced)
        if is_service(r.case)
        and (r.gold or r.case["set"] == "displaced" or r.case["gold"]["status"] == ["unlisted"])
    ]
    trust, first, any_gold = trust_of(pool, ranking, reach)
    held_out = np.concatenate([trust_of([r], folded[r.fold], reach_of[r.fold])[0] for r in pool])
    held_first = np.array([bool(trust_of([r], folded[r.fold], reach_of[r.fold])[1][0]) for r in pool])
    weight = np.array([_TRUST_WEIGHT.get(r.case["set"], 1.0) for r in pool])
    folds = np.array([r.fold for r in pool])
    p_fit, p_right = np.zeros(len(pool)), np.zeros(len(pool))
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        w = fit_logistic(held_out[train], any_gold[train].astype(float), weight[train], _RIDGE["fits"])
        p_fit[test] = 1 / (1 + np.exp(-held_out[test] @ w))
        inside = train & any_gold
        w = fit_logistic(
            held_out[inside], held_first[inside].astype(float), np.ones(int(inside.sum())), _RIDGE["right"]
        )
        p_right[test] = 1 / (1 + np.exp(-held_out[test] @ w))
    for name in dict.fromkeys(r.case["set"] for r in pool):
        chosen = np.array([r.case["set"] == name for r in pool])
        said = p_fit[chosen] >= 0.5
        print(f"fits     {name:<12} n {int(chosen.sum()):4}  right {np.mean(said == any_gold[chosen]):.3f}")
    fits = fit_logistic(held_out, any_gold.astype(float), weight, _RIDGE["fits"])
    right = fit_logistic(
        held_out[any_gold], held_first[any_gold].astype(float), np.ones(int(any_gold.sum())), _RIDGE["right"]
    )
    inside = any_gold & np.array([r.case["set"] != "displaced" for r in pool])
    bins = np.minimum((p_right[inside] * 10).astype(int), 9)
    ece = (
        sum(abs(held_first[inside][bins == b].sum() - p_right[inside][bins == b].sum()) for b in range(10))
        / inside.sum()
    )
    print(f"right    listed, class_b, real: expected calibration error {ece:.3f}")

    # nature: the examples have no department, so no match is known for them
    table = list(
        zip(
            *read_columns(data_directory() / "nature" / "examples.tsv", ("nature", "title", "summary")),
            strict=True,
        )
    )
    by_id = {id(r.case): r for r in rows}
    trusts = np.concatenate(
        [trust_of([by_id[id(c)]], folded[fold_of(c)], reach_of[fold_of(c)])[0] for c in cases]
    )
    titles = [t for _, t, _ in table], [c["title"] for c in cases]
    count = Counter(end for title in chain(*titles) for end in nature.ends_of(title))
    ends = sorted(end for end, n in count.items() if n >= COMMON_END)
    x = np.concatenate(
        [
            nature.features(titles[0], [s for _, _, s in table], known=ends),
            nature.features(titles[1], [c["summary"] or "" for c in cases], trusts @ fits, ends),
        ]
    )
    y = np.array(
        [[n == kind for n in nature.NATURES] for kind, _, _ in table]
        + [[n in c["gold"]["nature"] for n in nature.NATURES] for c in cases],
        dtype=float,
    )
    w8 = np.array([1.0] * len(table) + [_NATURE_WEIGHT.get(c["set"], 0.35) for c in cases])
    of_case = np.array([-1] * len(table) + [fold_of(c) for c in cases])
    answers, kinds = y[len(table) :], np.array([c["set"] for c in cases])
    logit = np.zeros((len(cases), len(nature.NATURES)))
    for fold in range(FOLDS):
        w = fit_multinomial(x[of_case != fold], y[of_case != fold], w8[of_case != fold], _RIDGE["nature"])
        logit[of_case[len(table) :] == fold] = x[of_case == fold] @ w
    good = answers[np.arange(len(cases)), logit.argmax(axis=1)] > 0
    print("nature   " + "  ".join(f"{k} {good[kinds == k].mean():.3f}" for k in dict.fromkeys(kinds)))
    if args.check:
        return
    write(data_directory() / "weights" / "ranking.tsv", FEATURES, ranking)
    write(data_directory() / "weights" / "across.tsv", ACROSS, reach)
    write(data_directory() / "weights" / "elsewhere.tsv", ELSEWHERE, outside)
    write(data_directory() / "weights" / "fits.tsv", TRUST, fits)
    write(data_directory() / "weights" / "right.tsv", TRUST, right)
    whole = fit_multinomial(x, y, w8, _RIDGE["nature"])
    lines = ["feature\tnature\tweight"]
    lines += [
        f"{name}\t{kind}\t{whole[i, j]:.3f}"
        for i, name in enumerate(nature.all_names(ends))
        for j, kind in enumerate(nature.NATURES)
        if abs(whole[i, j]) >= 0.0005
    ]
    (data_directory() / "nature" / "weights.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(path: Path, names: Sequence[str], values: Floats) -> None:
    """A table of coefficients."""
    path.parent.mkdir(exist_ok=True)
    rows = ["feature\tweight"] + [f"{n}\t{v:.4f}" for n, v in zip(names, values, strict=True)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
