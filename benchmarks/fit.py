#!/usr/bin/env python3
"""Fit the weights in data/weights/, data/nature/ and data/wording/ on answered cases, and say how well they hold on strangers.

usage: python benchmarks/fit.py BENCH_DIRECTORY [--check]

BENCH_DIRECTORY holds listed.jsonl, class_b.jsonl, nature.jsonl, unlisted.jsonl, real.jsonl and public.jsonl, answered
as the bench's README says; goufu's own answered lines are data/training/*.jsonl. The nature model learns from
data/nature/examples.tsv and data/nature/columns.tsv as well. Everything is linear. What is printed is cross-validated:
a fold leaves out whole departments of the public lines, a whole document of the real ones, and all lines of an entry of
the written ones, and each model is fed what the earlier ones say of lines that they were not fitted on. `--check` prints
without writing.

Models: choice — conditional logit over the entries of an item's scope and "unlisted": weights of the measures in
FEATURES, and together with them of every n-gram for every third-level heading; across — the same over all sections, by
ACROSS; fits, right — logistic regression on `goufu.matcher.rank.TRUST`, where items put under a department chosen at random
stand for purchases that are not listed; nature — multinomial logistic regression over cues, n-grams and how well an
entry matches; certain — logistic regression on `goufu.matcher.rank.CERTAIN`: is the whole judgement right.

No n-gram is kept that lines of fewer than three departments have.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from goufu.catalog.load import data_directory, load_catalogs, read_columns
from goufu.matcher import nature, wording
from goufu.matcher.departments import item_sections
from goufu.matcher.features import ACROSS, FEATURES
from goufu.matcher.gaps import gap_of
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.index.grams import Index
from goufu.matcher.model import Status
from goufu.matcher.nature_names import NATURES
from goufu.matcher.rank import (
    CERTAIN,
    ELSEWHERE,
    TRUST,
    Ranking,
    certain_features,
    listed_threshold,
    measured,
    ranked,
)
from goufu.matcher.wording import UNLISTED, Line, Vectors, Wording
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SETS = ("listed", "class_b", "nature", "unlisted", "real", "public")
FOLDS = 5
#: departments whose lines must have an n-gram
COMMON = 3
#: what a code of class B is worth where one of the own section is named before it
_SECOND_BEST = 0.5
#: services that must have an n-gram for it to speak for headings
OFTEN = 6
#: an entry takes part in a choice if it is among so many that come nearest
NEAREST = 30
#: real and public lines are few and count most; our own class B lines are many for so few entries
_CHOICE_WEIGHT = {"real": 3.0, "public": 3.0, "own county": 0.6, "own notices": 0.6, "own class_b": 0.3}
_TRUST_WEIGHT = {
    "displaced": 0.1,
    "real": 3.0,
    "public": 3.0,
    "own county": 1.0,
    "own notices": 1.0,
    "unlisted": 1.5,
    "own unlisted": 1.0,
    "listed": 0.5,
}
_NATURE_WEIGHT = {
    "real": 2.5,
    "public": 2.5,
    "nature": 1.0,
    "own county": 0.9,
    "own notices": 0.9,
    "examples": 0.7,
    "unlisted": 0.7,
    "own unlisted": 0.5,
    "class_b": 0.5,
    "listed": 0.3,
    "own class_b": 0.3,
    "columns": 1.0,
}
_RIDGE = {
    "choice": 0.05,
    "words": 0.15,
    "across": 0.05,
    "fits": 0.1,
    "right": 0.1,
    "nature": 0.1,
    "certain": 0.1,
}
_CITIES = ("太原", "大同", "阳泉", "长治", "晋城", "朔州", "晋中", "运城", "忻州", "临汾", "吕梁")
#: the cues are fitted as if they were this much smaller, so that they and the n-grams share the work
_CUES = 0.5
#: weights of n-grams are written in hundredths; smaller ones than these are left out
_SMALL_NATURE, _SMALL_HEADING = 0.03, 0.02


@dataclass
class Row:
    """One case with its features: `found` targets × features, `gold` the acceptable targets' positions in the
    scope, `everywhere` the numbers of all targets that are gold or `near`, `headings` the number of each target's
    heading, `every_heading` the same for all targets of the index. `number` is the case's among all, -1 for one that was made up."""

    case: dict[str, Any]
    number: int
    targets: NDArray[np.int32]
    found: NDArray[np.float32]
    across: NDArray[np.float32]
    gold: tuple[int, ...]
    everywhere: tuple[int, ...]
    headings: NDArray[np.int64]
    every_heading: NDArray[np.int64]
    fold: int
    source: int


def read_cases(directory: Path) -> list[dict[str, Any]]:
    """All answered cases: the bench's, those that goufu keeps in data/training/ (their set marked "own …"), and the
    examples and columns of the nature model, which have no department."""
    files = [(directory / f"{name}.jsonl", "") for name in SETS]
    files += [(path, "own ") for path in sorted((data_directory() / "training").glob("*.jsonl"))]
    cases = []
    for path, mark in files:
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                case = json.loads(line)
                kind = "notices" if "notices" in path.stem else case["set"]
                cases.append({**case, "set": mark + kind, "id": f"{mark}{path.stem} {case['id']}"})
    folder = data_directory() / "nature"
    for kind, title, summary in zip(
        *read_columns(folder / "examples.tsv", ("nature", "title", "summary")), strict=True
    ):
        cases.append(_bare("examples", [kind], title, summary))
    for column, code, kinds in zip(
        *read_columns(folder / "columns.tsv", ("column", "code", "natures")), strict=True
    ):
        name = {"economic": "economic_class", "government": "government_economic_class"}.get(
            column, "procurement_item"
        )
        cases.append({**_bare("columns", kinds.split(), "", ""), name: code})
    return cases


def _bare(kind: str, natures: list[str], title: str, summary: str) -> dict[str, Any]:
    return {
        "id": "",
        "set": kind,
        "level": "",
        "department": "",
        "unit": "",
        "title": title,
        "summary": summary,
        "amount_wan": None,
        "gold": {"nature": natures, "codes": [], "status": []},
    }


def fold_of(case: dict[str, Any]) -> int:
    """The same for all lines of a place (public), of a document (real), of an entry of class A (written lines); -1 for
    what is always fitted on."""
    if case["set"] in ("examples", "columns"):
        return -1
    if case["set"] == "real":
        return int(case["id"].split("-")[1]) % FOLDS  # the number of its document
    if case["set"] == "public":
        key = case["department"].split("(")[0]
    else:
        entries = [code for code in sorted(map(tuple, case["gold"]["codes"])) if code[0] != "B"]
        key = str(entries) if entries else case["id"]
    return zlib.crc32(key.encode()) % FOLDS


def line_of(case: dict[str, Any]) -> Line:
    """A case as the classifier reads it."""
    columns = wording.columns(
        case.get("economic_class", ""),
        case.get("government_economic_class", ""),
        case.get("procurement_item", ""),
        case.get("procured"),
    )
    return Line(
        case["title"],
        case["summary"] or "",
        case["department"],
        case["unit"],
        case["amount_wan"],
        columns,
    )


# n-grams


def vocabulary(cases: Sequence[dict[str, Any]], lines: Sequence[Line]) -> Wording:
    """The n-grams that lines of `COMMON` departments have, with their rarities and no weights yet."""
    sources: dict[tuple[str, str], set[str]] = defaultdict(set)
    counts: Counter[tuple[str, str]] = Counter()
    for number, (case, line) in enumerate(zip(cases, lines, strict=True)):
        source = case["department"] or str(number)
        for place, grams in wording.parts(line).items():
            for gram in set(grams):
                counts[place, gram] += 1
                if len(sources[place, gram]) < COMMON:
                    sources[place, gram].add(source)
    order = list(wording.PLACES)
    names = re.compile("|".join(sorted(places_of(cases), key=len, reverse=True)))
    common = {
        key
        for key, some in sources.items()
        if (len(some) >= COMMON and not names.search(key[1])) or key[0] == "column"
    }
    # what stands only inside a longer n-gram says nothing that the longer one does not
    inside = {
        (place, part)
        for place, gram in common
        for part in (gram[1:], gram[:-1])
        if (place, part) in common and counts[place, part] == counts[place, gram]
    }
    kept = sorted(common - inside, key=lambda key: (order.index(key[0]), key[1]))
    known: dict[str, dict[str, int]] = {place: {} for place in order}
    for number, (place, gram) in enumerate(kept):
        known[place][gram] = number
    rarity = [math.sqrt(math.log((len(lines) + 1) / (counts[key] + 1))) for key in kept]
    headings = sorted({k for year in (2025, 2026) for k in index_of(year).heading_keys}) + [UNLISTED]
    none = np.zeros(0, dtype=np.int32)
    return Wording(
        known=known,
        names=tuple(gram for _, gram in kept),
        rarity=np.round(np.array(rarity), 2).astype(np.float32),
        place=np.array([order.index(place) for place, _ in kept], dtype=np.int32),
        natures=np.zeros((len(kept), len(NATURES)), dtype=np.float32),
        headings=tuple(headings),
        start=np.zeros(len(kept) + 1, dtype=np.int32),
        heading=none,
        value=none.astype(np.float32),
    )


def places_of(cases: Sequence[dict[str, Any]]) -> set[str]:
    """The names of the places whose bodies have lines, and of the province's cities: no word of what is bought."""
    starts = (re.match("([一-鿿]{2,3}?)[县市区]", c["department"]) for c in cases)
    return {start[1] for start in starts if start and "某" not in start[1]} | set(_CITIES)


def matrix(found: Vectors, lines: int, width: int) -> sparse.csr_matrix:
    """Vectors as a sparse matrix, lines × n-grams."""
    return sparse.csr_matrix((found.weight.astype(float), (found.row, found.gram)), (lines, width))


# ranking


def index_of(year: int) -> Index:
    """The index of a budget year."""
    return open_corpus(load_catalogs(), date(year, 1, 1)).index


def rows_of(
    cases: Sequence[dict[str, Any]],
    lines: Sequence[Line],
    sections: Sequence[tuple[str, ...]],
    names: Sequence[str],
) -> list[Row]:
    """The features of every case in the scope of its sections; the words of its heading are not told yet."""
    at = {name: number for number, name in enumerate(names)}
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, (case, scope) in enumerate(zip(cases, sections, strict=True)):
        groups[case.get("year") or 2026, scope].append(number)
    rows: dict[int, Row] = {}
    for (year, scope), numbers in groups.items():
        index = index_of(year)
        of_index = np.array([at[key] for key in index.heading_keys])
        everything = of_index[index.heading_of]
        nothing = np.zeros((len(numbers), len(names)), dtype=np.float32)
        shared = measured(index, [lines[n] for n in numbers], [scope] * len(numbers), nothing, names)
        targets = shared.within.scopes.targets[0]
        # where one measure weighs 1 and the others nothing, the score is that measure
        found = np.stack(
            [shared.within.scores(index, one) for one in np.eye(len(FEATURES)).tolist()], axis=-1
        )
        across = np.stack([shared.across.scores(index, one) for one in np.eye(len(ACROSS)).tolist()], axis=-1)
        keys = [(index.targets[t].section, index.targets[t].code) for t in targets]
        for place, number in enumerate(numbers):
            gold_of = cases[number]["gold"]
            wanted = {tuple(code) for code in gold_of["codes"]}
            gold = tuple(i for i, key in enumerate(keys) if key in wanted)
            wanted |= {tuple(code) for code in gold_of.get("near", []) if not wanted}
            everywhere = tuple(n for n, t in enumerate(index.targets) if (t.section, t.code) in wanted)
            rows[number] = Row(
                cases[number],
                number,
                targets,
                found[place].astype(np.float32),
                across[place].astype(np.float32),
                gold,
                everywhere,
                of_index[index.heading_of[targets]],
                everything,
                fold_of(cases[number]),
                number,
            )
    return [rows[n] for n in range(len(cases))]


def is_service(case: dict[str, Any]) -> bool:
    """Whether the case is without doubt a purchased service."""
    return set(case["gold"]["nature"]) <= {"service", "mixed"}


def may_be_unlisted(case: dict[str, Any]) -> bool:
    """Whether the case may be called a service that nobody lists for it; not where any answer would do."""
    status = set(case["gold"]["status"])
    return bool({"unlisted", "unknown"} & status) and (bool(case["gold"]["codes"]) or "listed" not in status)


@dataclass(frozen=True)
class Choices:
    """All choices laid flat: for each option its choice, features, heading and whether it is right."""

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    found: Floats
    heading: NDArray[np.int64]
    gold: Floats
    weight: Floats
    fold: NDArray[np.int64]
    source: NDArray[np.int64]


def choices_of(rows: Sequence[Row], rough: Floats, unlisted: int) -> Choices:
    """The choices of the services among `rows`; `rough` weights of FEATURES say which entries come near."""
    options, headings, golds, used = [], [], [], []
    class_b = FEATURES.index("class_b")
    for r in rows:
        if not is_service(r.case) or not (r.gold or may_be_unlisted(r.case)):
            continue
        near = np.argsort(-(r.found @ rough))[:NEAREST]
        pool = np.array(sorted({*near.tolist(), *r.gold}))
        gold = np.isin(pool, r.gold).astype(float)
        if r.gold and not r.found[list(r.gold), class_b].all() and r.case["gold"]["codes"][0][0] != "B":
            # where an entry of the own section is named first, class B is only second best
            gold *= np.where(r.found[pool, class_b] > 0, _SECOND_BEST, 1.0)
        none = np.zeros((1, len(FEATURES) + 1))
        none[0, -1] = 1
        options.append(np.concatenate([np.pad(r.found[pool], ((0, 0), (0, 1))), none]))
        headings.append(np.append(r.headings[pool], unlisted))
        golds.append(np.append(gold, may_be_unlisted(r.case)))
        used.append(r)
    sizes = np.array([len(g) for g in golds])
    return Choices(
        np.repeat(np.arange(len(used)), sizes),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        np.concatenate(options).astype(float),
        np.concatenate(headings),
        np.concatenate(golds).astype(float),
        np.array([_CHOICE_WEIGHT.get(r.case["set"], 1.0) for r in used]),
        np.array([r.fold for r in used]),
        np.array([r.source for r in used]),
    )


def fit_choices(
    c: Choices, x: sparse.csr_matrix, width: int, without: int | None = None
) -> tuple[Floats, Floats]:
    """Weights of FEATURES (the last: of being unlisted), and of n-grams for headings, G × `width`.

    `without` is a fold that is left out.
    """
    chosen = np.ones(len(c.weight), dtype=bool) if without is None else c.fold != without
    option = chosen[c.row]
    renumbered = (np.cumsum(chosen) - 1)[c.row[option]]
    found, heading, gold, weight = c.found[option], c.heading[option], c.gold[option], c.weight[chosen]
    start = np.concatenate([[0], np.flatnonzero(np.diff(renumbered)) + 1])
    words = x[c.source[chosen]]
    # n-grams of few services say nothing of headings
    often = np.flatnonzero(np.bincount(words.indices, minlength=x.shape[1]) >= OFTEN)
    words = words[:, often]
    turned = words.T.tocsr()
    count, size = int(chosen.sum()), found.shape[1]
    cell = renumbered * width + heading
    each = weight[renumbered]

    def loss(flat: Floats) -> tuple[float, Floats]:
        w, v = flat[:size], flat[size:].reshape(-1, width)
        score = found @ w + (words @ v)[renumbered, heading]
        top = np.maximum.reduceat(score, start)
        power = np.exp(score - top[renumbered])
        p = power / np.add.reduceat(power, start)[renumbered]
        hit = np.add.reduceat(p * gold, start) + 1e-12
        pull = each * (p - p * gold / hit[renumbered])
        told = np.bincount(cell, pull, count * width).reshape(count, width)
        value = (
            -float(weight @ np.log(hit))
            + _RIDGE["choice"] * float(w @ w)
            + _RIDGE["words"] * float((v**2).sum())
        )
        slope = np.concatenate(
            [found.T @ pull + 2 * _RIDGE["choice"] * w, (turned @ told + 2 * _RIDGE["words"] * v).ravel()]
        )
        return value, slope

    best = minimize(
        loss,
        np.zeros(size + len(often) * width),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 50, "maxcor": 6},
    ).x
    of_words = np.zeros((x.shape[1], width))
    of_words[often] = best[size:].reshape(-1, width)
    return best[:size], of_words


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
                3.0 if "unlisted" in r.case["set"] or r.case["set"] in ("public", "real") else 1.0,
            )
        )
    return fit_choice(choices, ridge)


def fit_choice(usable: Sequence[tuple[NDArray[np.float32], list[int], float]], ridge: float) -> Floats:
    """Conditional logit: weights under which the marked rows of each table are most probable."""
    sizes = np.array([len(found) for found, _, _ in usable])
    row = np.repeat(np.arange(len(usable)), sizes)
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    table = np.concatenate([found for found, _, _ in usable]).astype(float)
    gold = np.concatenate([np.isin(np.arange(len(found)), marked) for found, marked, _ in usable]).astype(
        float
    )
    weight = np.array([w for _, _, w in usable])

    def loss(w: Floats) -> tuple[float, Floats]:
        score = table @ w
        power = np.exp(score - np.maximum.reduceat(score, start)[row])
        p = power / np.add.reduceat(power, start)[row]
        hit = np.add.reduceat(p * gold, start) + 1e-12
        pull = weight[row] * (p - p * gold / hit[row])
        return -float(weight @ np.log(hit)) + ridge * float(w @ w), table.T @ pull + 2 * ridge * w

    return np.asarray(
        minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
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


def fit_multinomial(x: sparse.csr_matrix, y: Floats, weight: Floats, ridge: float) -> Floats:
    """Multinomial logistic regression; `y` marks every acceptable class of a row."""
    shape = (x.shape[1], y.shape[1])
    turned = x.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(shape)
        z = x @ w
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        hit = (p * y).sum(axis=1) + 1e-12
        slope = turned @ (weight[:, None] * (p - p * y / hit[:, None])) + 2 * ridge * w
        return -float((weight * np.log(hit)).sum()) + ridge * float((w**2).sum()), slope.ravel()

    best = minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 120}
    )
    return np.asarray(best.x).reshape(shape)


@dataclass(frozen=True)
class Told:
    """What the fitted choice model says of a row: `weights` of FEATURES and what its words say of all headings."""

    weights: Floats
    words: Floats


def ranking_of(row: Row, told: Told, reach: Floats, strange: float, unlisted: int) -> Ranking:
    """The ranking of one row under fitted weights."""
    found = row.found.copy()
    found[:, FEATURES.index("heading_words")] = told.words[row.headings]
    weights = told.weights[: len(FEATURES)].copy()
    weights[FEATURES.index("heading_words")] = 1.0
    nothing = np.zeros(0, dtype=np.int32)
    words = Vectors(nothing, nothing, nothing.astype(np.float32), np.array([strange], dtype=np.float32))
    covered = [ACROSS.index("title_covered"), ACROSS.index("summary_covered")]
    return ranked(
        row.targets[None],
        found[None, :, FEATURES.index("class_b")].min(axis=1).astype(float),
        (found @ weights)[None],
        (row.across @ reach)[None],
        lambda columns: dict(zip(FEATURES, found[columns].T.astype(float), strict=True)),
        lambda targets: row.across[targets][:, covered].T.astype(float),
        told.words[[unlisted]],
        words,
        np.array([gap_of(row.case["title"])[1]]),
    )


def displaced_rows(cases: Sequence[dict[str, Any]], lines: Sequence[Line], names: Sequence[str]) -> list[Row]:
    """The listed cases, each put under a department chosen at random: purchases that it does not list."""
    chooser = np.random.default_rng(20261121)
    every = [s for s in index_of(2026).sections if s != "B"]
    asked = [n for n, c in enumerate(cases) if c["set"] == "listed"]
    strange = [tuple(chooser.choice([s for s in every if s != cases[n]["department"]], 1)) for n in asked]
    rows = rows_of([cases[n] for n in asked], [lines[n] for n in asked], strange, names)
    return [
        replace(r, case={**r.case, "set": "displaced"}, source=n, number=-1)
        for r, n in zip(rows, asked, strict=True)
    ]


def across_folds(pool: Sequence[Row]) -> tuple[list[Floats], Floats]:
    """For each fold the weights of ACROSS fitted on the others; and the weights of ELSEWHERE, fitted on what they rank first."""
    reach_of: list[Floats] = []
    spread: list[tuple[Floats, Flags]] = []
    nears: list[tuple[str, bool]] = []
    for fold in range(FOLDS):
        reach_of.append(fit_across([r for r in pool if r.fold != fold], _RIDGE["across"]))
        for r in pool:
            if r.fold == fold and r.everywhere and is_service(r.case):
                score = r.across @ reach_of[fold]
                if not r.gold:
                    score[r.targets] = -np.inf
                order = np.argsort(-score)[:4]
                nears.append((r.case["set"], int(order[0]) in r.everywhere))
                values = score[order]
                spread.append(
                    (np.stack([values, values[0] - values, np.ones(4)], axis=1), np.isin(order, r.everywhere))
                )
    report("across", [s for s, _ in nears], [f for _, f in nears], "first")
    near_x, near_y = np.concatenate([a for a, _ in spread]), np.concatenate([b for _, b in spread])
    return reach_of, fit_logistic(near_x, near_y.astype(float), np.ones(len(near_y)), 0.1)


def report(
    what: str, names: Sequence[str] | NDArray[np.str_], flags: Sequence[bool] | Flags, word: str = "right"
) -> None:
    """A line for each set: how many cases and the share of them that is true."""
    flags = np.asarray(flags, dtype=bool)
    for name in dict.fromkeys(names):
        of_set = np.array([n == name for n in names])
        print(f"{what:<8} {name:<14} n {int(of_set.sum()):4}  {word} {flags[of_set].mean():.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="print the cross-validated figures, write nothing"
    )
    args = parser.parse_args()
    every = read_cases(args.bench)
    lines = [line_of(c) for c in every]
    words = vocabulary(every, lines)
    vectors = wording.vectors(lines, words)
    x = matrix(vectors, len(lines), len(words.names))
    strange = vectors.strange
    width, unlisted = len(words.headings), words.headings.index(UNLISTED)
    print(f"{len(every)} cases, {len(words.names)} n-grams, {width} headings", flush=True)
    cases = [c for c in every if fold_of(c) >= 0]  # those with a department; the others stand behind them
    rows = rows_of(
        cases,
        lines[: len(cases)],
        [item_sections(c["department"], c["unit"]).sections for c in cases],
        words.headings,
    )
    displaced = displaced_rows(cases, lines, words.headings)
    pool = [*rows, *displaced]

    # ranking and words of headings
    rough = fit_choice(
        [(r.found, list(r.gold), 1.0) for r in rows[::3] if r.gold and is_service(r.case)], 0.05
    )
    choices = choices_of(rows, rough, unlisted)
    told: list[Told] = [Told(rough, np.zeros(0))] * len(pool)
    for fold in range(FOLDS):
        weights, of_words = fit_choices(choices, x, width, fold)
        for n, r in enumerate(pool):
            if r.fold == fold:
                told[n] = Told(weights, np.asarray(x[r.source] @ of_words).ravel())
                r.across[:, ACROSS.index("heading_words")] = told[n].words[r.every_heading]
        print(f"choice   fold {fold}", flush=True)

    # across sections
    reach_of, outside = across_folds(pool)
    reach = fit_across(pool, _RIDGE["across"])

    rankings = [
        ranking_of(r, t, reach_of[r.fold], float(strange[r.source]), unlisted)
        for r, t in zip(pool, told, strict=True)
    ]
    trust = np.concatenate([k.trust for k in rankings])
    first = np.array([int(k.order[0, 0]) in r.gold for k, r in zip(rankings, pool, strict=True)])
    third = np.array(
        [bool(set(k.order[0, :3].tolist()) & set(r.gold)) for k, r in zip(rankings, pool, strict=True)]
    )
    service, gold = np.array([is_service(r.case) for r in pool]), np.array([bool(r.gold) for r in pool])
    sets = np.array([r.case["set"] for r in pool])
    folds = np.array([r.fold for r in pool])
    asked = service & gold & (sets != "displaced")
    of_level = [
        f"{r.case['set']} {r.case['level'] if r.case['set'] in ('listed', 'class_b') else ''}" for r in pool
    ]
    for word, flags in (("top1", first), ("top3", third)):
        report("ranking", [n for n, a in zip(of_level, asked, strict=True) if a], flags[asked], word)

    # trust: whether anything in the scope fits, and whether the first does
    known = (
        service
        & (gold | (sets == "displaced") | np.array([may_be_unlisted(r.case) for r in pool]))
        & ~np.array([bool(r.gold) and may_be_unlisted(r.case) for r in pool])
    )
    trust_weight = np.array([_TRUST_WEIGHT.get(s, 1.0) for s in sets])
    fit_logit, right_logit = np.zeros(len(pool)), np.zeros(len(pool))
    inside = known & gold

    def trusted(chosen: Flags) -> tuple[Floats, Floats]:
        fits = fit_logistic(
            trust[known & chosen],
            gold[known & chosen].astype(float),
            trust_weight[known & chosen],
            _RIDGE["fits"],
        )
        right = fit_logistic(
            trust[inside & chosen],
            first[inside & chosen].astype(float),
            trust_weight[inside & chosen],
            _RIDGE["right"],
        )
        return fits, right

    for fold in range(FOLDS):
        fits, right = trusted(folds != fold)
        fit_logit[folds == fold], right_logit[folds == fold] = (
            trust[folds == fold] @ fits,
            trust[folds == fold] @ right,
        )
    fits, right = trusted(np.ones(len(pool), dtype=bool))
    report("fits", sets[known], (fit_logit[known] > 0) == gold[known])
    for name in ("listed", "class_b", "real", "public", "own notices"):
        some = inside & (sets == name)
        print(
            f"right    {name:<14} expected calibration error {calibration(sigmoid(right_logit[some]), first[some]):.3f}"
        )

    # nature
    cues = nature.features(
        [line.title for line in lines],
        [line.summary for line in lines],
        np.concatenate([fit_logit[: len(cases)], np.zeros(len(lines) - len(cases))]),
    )
    match = [i for i, name in enumerate(nature.feature_names()) if name.startswith("match")]
    cues[len(cases) :, match] = 0
    both = sparse.hstack([sparse.csr_matrix(cues * _CUES), x]).tocsr()
    y = np.array([[n in c["gold"]["nature"] for n in NATURES] for c in every], dtype=float)
    w8 = np.array([_NATURE_WEIGHT.get(c["set"], 0.5) for c in every])
    of_case = np.array([fold_of(c) for c in every])
    logit = np.zeros(y.shape)
    for fold in range(FOLDS):
        train = of_case != fold
        logit[~train] = both[~train] @ fit_multinomial(both[train], y[train], w8[train], _RIDGE["nature"])
    chance = np.exp(logit - logit.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    good = y[np.arange(len(y)), logit.argmax(axis=1)] > 0
    report("nature", sets[: len(cases)], good[: len(cases)])

    # the whole judgement
    certain = certainties(cases, rows, rankings, fit_logit, right_logit, chance, strange, sets, folds)
    if args.check:
        return
    of_features, of_words = fit_choices(choices, x, width)
    of_features[FEATURES.index("heading_words")] = 1.0
    folder = data_directory() / "weights"
    write(folder / "ranking.tsv", FEATURES, of_features[: len(FEATURES)])
    write(folder / "across.tsv", ACROSS, reach)
    write(folder / "elsewhere.tsv", ELSEWHERE, outside)
    write(folder / "fits.tsv", TRUST, fits)
    write(folder / "right.tsv", TRUST, right)
    write(folder / "certain.tsv", CERTAIN, certain)
    whole = fit_multinomial(both, y, w8, _RIDGE["nature"])
    of_cues, of_grams = whole[: cues.shape[1]] * _CUES, whole[cues.shape[1] :]
    table = ["feature\tnature\tweight"]
    table += [
        f"{name}\t{kind}\t{of_cues[i, j]:.3f}"
        for i, name in enumerate(nature.feature_names())
        for j, kind in enumerate(NATURES)
        if abs(of_cues[i, j]) >= 0.0005
    ]
    (data_directory() / "nature" / "weights.tsv").write_text("\n".join(table) + "\n", encoding="utf-8")
    write_grams(words, of_grams, of_words)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), safe for large values."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))


def calibration(chance: Floats, true: Flags) -> float:
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((chance * 10).astype(int), 9)
    return float(
        sum(abs(true[bins == b].sum() - chance[bins == b].sum()) for b in range(10)) / max(1, len(true))
    )


def certainties(
    cases: Sequence[dict[str, Any]],
    rows: Sequence[Row],
    rankings: Sequence[Ranking],
    fit_logit: Floats,
    right_logit: Floats,
    chance: Floats,
    strange: NDArray[np.float32],
    sets: NDArray[np.str_],
    folds: NDArray[np.int64],
) -> Floats:
    """The weights of CERTAIN, fitted on what the other models say of lines they were not fitted on; prints how it holds."""
    count = len(cases)
    kinds = chance[:count].argmax(axis=1)
    fit, right = sigmoid(fit_logit[:count]), sigmoid(right_logit[:count])
    status: list[Status] = []
    true, right_status = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for n, row in enumerate(rows):
        kind, gold = NATURES[kinds[n]], cases[n]["gold"]
        held = bool(item_sections(cases[n]["department"], cases[n]["unit"]).sections)
        says: Status = "not_applicable"
        if kind in ("service", "mixed"):
            gap = gap_of(cases[n]["title"])[1] == 1
            says = "listed" if fit[n] >= listed_threshold() else "unlisted" if held or gap else "unknown"
        status.append(says)
        right_status[n] = not gold["status"] or says in gold["status"]
        true[n] = kind in gold["nature"] and (not gold["status"] or says in gold["status"])
        if true[n] and says == "listed":
            true[n] = int(rankings[n].order[0, 0]) in row.gold
    found = certain_features(
        np.sort(chance[:count], axis=1)[:, ::-1], status, fit, right, strange[:count].astype(float)
    )
    # a bundle, and what no section is known for, is for a person whatever the certainty
    said = np.array(status)
    open_ones = (kinds != NATURES.index("mixed")) & (said != "unknown")
    shown = open_ones & ~((said == "not_applicable") & (fit * right >= 0.9))
    weight = np.array([{"real": 3.0, "public": 3.0, "listed": 0.3}.get(s, 1.0) for s in sets[:count]])
    weight *= open_ones
    sure = np.zeros(count)
    for fold in range(FOLDS):
        train = folds[:count] != fold
        w = fit_logistic(found[train], true[train].astype(float), weight[train], _RIDGE["certain"])
        sure[~train] = sigmoid(found[~train] @ w)
    report("judged", sets[:count], true)
    report("status", sets[:count], right_status)
    bodies = np.array([not item_sections(c["department"], c["unit"]).sections for c in cases])
    report("no section, status", sets[:count][bodies], right_status[bodies])
    for name in ("real", "public", "own notices", "own county", "listed", "class_b", "nature", "unlisted"):
        some = sets[:count] == name
        cuts = []
        for cut in (0.8, 0.83, 0.86, 0.9, 0.93, 0.96):
            auto = some & shown & (sure >= cut)
            cuts.append(f"{cut}: {auto.sum() / some.sum():.2f} of lines, {true[auto].mean():.3f} right")
        print(
            f"certain  {name:<12} ece {calibration(sure[some], true[some]):.3f}  {'; '.join(cuts)}",
            flush=True,
        )
    return fit_logistic(found, true.astype(float), weight, _RIDGE["certain"])


def write_grams(words: Wording, of_natures: Floats, of_headings: Floats) -> None:
    """The n-grams with their weights, as `goufu.matcher.wording.load_wording` reads them; those that say nothing are left out."""
    of_natures = of_natures - of_natures.mean(axis=1, keepdims=True)
    hundredths = np.round(np.where(abs(of_natures) < _SMALL_NATURE, 0, of_natures) * 100).astype(int)
    sparse_ones = np.round(np.where(abs(of_headings) < _SMALL_HEADING, 0, of_headings) * 100).astype(int)
    order = list(wording.PLACES)
    lines = ["place\tgram\trarity\tnatures\theadings", "\t".join(words.headings)]
    for number, name in enumerate(words.names):
        natures, headings = hundredths[number], sparse_ones[number]
        if natures.any() or headings.any():
            told = " ".join(f"{n} {headings[n]}" for n in np.flatnonzero(headings))
            lines.append(
                f"{order[words.place[number]]}\t{name}\t{round(float(words.rarity[number]) * 100)}\t"
                f"{' '.join(map(str, natures))}\t{told}"
            )
    path = wording.table_path()
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(path: Path, names: Sequence[str], values: Floats) -> None:
    """A table of coefficients."""
    path.parent.mkdir(exist_ok=True)
    rows = ["feature\tweight"] + [f"{n}\t{v:.4f}" for n, v in zip(names, values, strict=True)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
