"""Ranking entries for items, and how far the best one can be trusted.

A linear score over the features of `goufu.matcher.features` orders the entries of an item's scope (its sections and
class B). A second small model looks at the best ones and says how likely *something* in the scope fits (`fits`)
and how likely the first is right (`right`). All coefficients are data: `data/weights/*.tsv`, fitted by
`benchmarks/fit.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from goufu.catalog.load import data_directory, read_columns
from goufu.matcher.features import (
    ACROSS,
    FEATURES,
    Across,
    Within,
    contents,
    heading_cosines,
    scopes_of,
    speaks_of,
    tail,
    text_of,
    within,
    words_of_headings,
)
from goufu.matcher.gaps import gap_of
from goufu.matcher.index.grams import Array, Index, Ints
from goufu.matcher.model import Status
from goufu.matcher.text import said
from goufu.matcher.wording import UNLISTED, Line, Vectors, Wording, for_headings, vectors
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: what the trust models look at, for the best entry of an item's scope
TRUST = (
    "share",  # its share of the probability among the scope's entries
    "score",
    "margin",  # score over the second entry
    "elsewhere",  # how much better another section's entry is than this one, where this one is of class A
    "elsewhere_b",  # the same where it is of class B, which other sections' entries often overlap
    "elsewhere_title",  # how much more of the title the best entry of another section covers
    "elsewhere_summary",
    "own_across",  # its own score by the measures that are taken across sections
    "title_cosine",
    "title_telling",
    "tail_telling",
    "summary_telling",
    "name",
    "heading_cosine",
    "class_b",
    "title_only",  # 1 where there is no summary
    "unlisted_words",  # what the line's words say for a service that no catalog lists
    "over_unlisted",  # how much all entries of the scope together say against that
    "strange",  # the share of the title that no line had on which the weights were fitted
    "only_b",  # 1 where the scope has no section, only class B
    "only_b_elsewhere",  # `elsewhere_b` there
    "gap",  # how plainly the title names a service that the catalogs are known to lack
    "always",
)


#: what tells whether the whole judgement on an item is right, nature, status and first code
CERTAIN = (
    "together",  # logit of the product of what nature, fit and first code are trusted
    "nature",  # logit of the nature's probability
    "second",  # the second nature's probability
    "listed",  # logit that something in the scope fits, where the item is called listed
    "code",  # logit that the first entry is right, where the item is called listed
    "unlisted",  # logit that nothing fits, where the item is called unlisted or unknown
    "is_listed",
    "is_unlisted",
    "strange",  # the share of the title that no line had on which the weights were fitted
    "always",
)

#: what tells whether an entry of another section describes an item: its score, and how far it is behind the best
ELSEWHERE = ("score", "behind", "always")


class Ranking(NamedTuple):
    """The ranking of a batch of items.

    `targets` are numbers of the index's targets, for each item its scope's (items × columns), `scores` as many, `order`
    the best targets' columns first (items × at most `most`), `trust` items × len(TRUST), `across` items × all targets:
    scores that also reach other sections; `outside` the same where the item's scope is left out (minus infinity).
    `words` are the n-grams of the items.
    """

    targets: Ints
    scores: Floats
    order: Ints
    trust: Floats
    across: Floats
    outside: Floats
    words: Vectors


@lru_cache(maxsize=8)
def coefficients(name: str, names: tuple[str, ...], directory: Path | None = None) -> Floats:
    """The coefficients in `data/weights/<name>.tsv`, in the order of `names`; a name not in the file has 0."""
    path = (directory or data_directory() / "weights") / f"{name}.tsv"
    found = {
        feature: float(value)
        for feature, value in zip(*read_columns(path, ("feature", "weight")), strict=True)
    }
    return np.array([found.get(n, 0.0) for n in names])


class Measured(NamedTuple):
    """What a batch's texts share with the entries of their scopes, and with those of all sections."""

    within: Within
    across: Across


def measured(
    index: Index,
    lines: Sequence[Line],
    sections: Sequence[Sequence[str]],
    told: Array,
    names: Sequence[str],
) -> Measured:
    """What is measured of `lines`, each with its `sections`; `told` is what their n-grams say of the headings `names`:
    items × headings."""
    titles, summaries, departments = (
        [line.title for line in lines],
        [line.summary for line in lines],
        [line.department for line in lines],
    )
    heads, bodies = contents(titles, summaries, departments)
    text = text_of(index, [*heads, *bodies, *map(tail, heads)])
    scopes = scopes_of(index, sections)
    items = [said(t, s) for t, s in zip(titles, summaries, strict=True)]
    headings = heading_cosines(index, text)
    words = words_of_headings(index, told, names)
    shared = within(
        index,
        text,
        scopes,
        np.array([not s for s in summaries]),
        speaks_of(items, "internal"),
        speaks_of(items, "public"),
        headings,
        words,
    )
    return Measured(shared, Across(text, headings, words))


def ranked(
    targets: Ints,
    only_b: Floats,
    scores: Floats,
    reach: Floats,
    measures_of: Callable[[NDArray[np.int64]], Mapping[str, Floats]],
    covered_by: Callable[[NDArray[np.integer[Any]]], Floats],
    unlisted: Floats,
    words: Vectors,
    gaps: Floats,
    most: int = 5,
) -> Ranking:
    """The ranking by the scores of the entries of each scope (`targets`), and across all sections (`reach`).

    `only_b` is 1 for an item whose scope has no section.
    `measures_of` and `covered_by` are those of `goufu.matcher.features`' Within and Across. `unlisted` is for each item
    what its words say for a service that no catalog lists, `gaps` how plainly its title names one (see
    `goufu.matcher.gaps`).
    """
    items, width = scores.shape
    count = min(max(most, 2), width)
    order = _top(scores, count)
    rows = np.arange(items)
    best = order[:, 0]
    of_best = measures_of(best)
    power = np.exp(scores - scores[rows, best][:, None])
    second = scores[rows, order[:, 1]] if width > 1 else np.zeros(items)
    outside = reach.copy()
    outside[rows[:, None], targets] = -np.inf
    away_best = outside.argmax(axis=1)
    own_best = targets[rows, best]
    title_more, summary_more = list(covered_by(away_best) - covered_by(own_best))
    away = (
        np.where(np.isfinite(outside[rows, away_best]), outside[rows, away_best], 0) - reach[rows, own_best]
    )
    class_b = of_best["class_b"]
    trust = _table(
        TRUST,
        {
            "share": 1 / power.sum(axis=1),
            "score": scores[rows, best],
            "margin": scores[rows, best] - second,
            "elsewhere": away * (1 - class_b),
            "elsewhere_b": away * class_b,
            "elsewhere_title": title_more,
            "elsewhere_summary": summary_more,
            "own_across": reach[rows, own_best],
            **{name: of_best[name] for name in ("title_cosine", "title_telling", "tail_telling")},
            "summary_telling": of_best["summary_telling"],
            "name": np.maximum(of_best["title_name"], of_best["summary_name"]),
            "heading_cosine": of_best["heading_cosine"],
            "class_b": class_b,
            "title_only": (of_best["title_only"] > 0).astype(float),
            "unlisted_words": unlisted,
            "over_unlisted": np.clip(scores[rows, best] + np.log(power.sum(axis=1)) - unlisted, -10, 20),
            "strange": words.strange.astype(float),
            "only_b": only_b,
            "only_b_elsewhere": away * only_b,
            "gap": gaps,
            "always": np.ones(items),
        },
    )
    return Ranking(targets, scores, order.astype(np.int32), trust, reach, outside, words)


def _table(names: Sequence[str], columns: Mapping[str, Floats | Array]) -> Floats:
    """The columns of these names side by side: items × names."""
    return np.stack([columns[name] for name in names], axis=1)


def rank(
    index: Index, lines: Sequence[Line], sections: Sequence[Sequence[str]], wording: Wording, most: int = 5
) -> Ranking:
    """Rank for each line the entries of its `sections` and class B, with the fitted weights."""
    words = vectors(lines, wording)
    told = for_headings(words, wording, len(lines))
    found = measured(index, lines, sections, told, wording.headings)
    targets = found.within.scopes.targets
    return ranked(
        targets,
        index.is_class_b[targets].min(axis=1).astype(float),
        found.within.scores(index, coefficients("ranking", FEATURES).tolist()),
        found.across.scores(index, coefficients("across", ACROSS).tolist()),
        partial(found.within.measures_of, index),
        partial(found.across.covered_by, index),
        told[:, wording.headings.index(UNLISTED)].astype(float),
        words,
        np.array([gap_of(line.title, line.summary)[1] for line in lines]),
        most,
    )


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), safe for large values."""
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def fits(ranking: Ranking) -> Floats:
    """For each item the probability that some entry of its scope describes it."""
    return sigmoid(match(ranking))


def right(ranking: Ranking) -> Floats:
    """For each item the probability that its first entry is the right one."""
    return sigmoid(ranking.trust @ coefficients("right", TRUST))


def certain_features(
    chances: Floats, status: Sequence[Status], fit: Floats, right: Floats, strange: Floats
) -> Floats:
    """CERTAIN of every item: items × len(CERTAIN). `chances` are those of the natures, the greatest first."""
    nature = np.clip(chances[:, 0], 1e-4, 1 - 1e-4)
    listed = np.array([s == "listed" for s in status])
    nothing = np.array([s in ("unlisted", "unknown") for s in status])
    fit, right = np.clip(fit, 1e-3, 1 - 1e-3), np.clip(right, 1e-3, 1 - 1e-3)
    together = nature * np.where(listed, fit * right, np.where(nothing, 1 - fit, 1.0))
    return _table(
        CERTAIN,
        {
            "together": _logit(together),
            "nature": _logit(nature),
            "second": chances[:, 1],
            "listed": np.where(listed, _logit(fit), 0),
            "code": np.where(listed, _logit(right), 0),
            "unlisted": np.where(nothing, -_logit(fit), 0),
            "is_listed": listed.astype(float),
            "is_unlisted": nothing.astype(float),
            "strange": strange,
            "always": np.ones(len(fit)),
        },
    )


def certainty(found: Floats) -> Floats:
    """For each item the probability that its whole judgement is right; `found` is what `certain_features` gives."""
    return sigmoid(found @ coefficients("certain", CERTAIN))


def _logit(p: Floats) -> Floats:
    return np.asarray(np.log(p) - np.log(1 - p))


def match(ranking: Ranking) -> Floats:
    """For each item the logit that some entry of its scope describes it."""
    return np.asarray(ranking.trust @ coefficients("fits", TRUST))


def elsewhere(ranking: Ranking, most: int) -> list[list[tuple[int, float]]]:
    """For each item the best targets outside its scope with the probability that each describes it."""
    return _best(ranking.outside, most)


def nearest(ranking: Ranking, rows: Sequence[int], most: int) -> list[list[tuple[int, float]]]:
    """For each item of `rows` the best targets of all sections with the probability that each describes it."""
    return _best(ranking.across[rows], most) if rows else []


def _top(scores: Floats, count: int) -> NDArray[np.int64]:
    """The columns of the `count` highest scores of each row, best first."""
    left, rows = scores.copy(), np.arange(len(scores))
    found = []
    for _ in range(count):  # few are wanted of many: cheaper than sorting
        found.append(left.argmax(axis=1))
        left[rows, found[-1]] = -np.inf
    return np.stack(found, axis=1)


def _best(scores: Floats, most: int) -> list[list[tuple[int, float]]]:
    part = _top(scores, min(most, scores.shape[1]))
    values = np.take_along_axis(scores, part, axis=1)
    slope, behind, constant = coefficients("elsewhere", ELSEWHERE)
    shut = np.isneginf(values)  # targets inside the scope, where those outside are asked for
    known = np.where(shut, 0.0, values)
    chance = np.where(shut, 0.0, sigmoid(constant + slope * known + behind * (known[:, :1] - known)))
    return [
        [(int(n), float(c)) for n, c in zip(p, q, strict=True) if c > 0.02]
        for p, q in zip(part, chance, strict=True)
    ]


@lru_cache(maxsize=1)
def auto_threshold() -> float:
    """From which certainty on an item may be accepted unseen."""
    return float(coefficients("decision", ("auto",))[0])


@lru_cache(maxsize=1)
def listed_threshold() -> float:
    """From which probability on that some entry of its scope describes it an item counts as listed."""
    return float(coefficients("decision", ("listed",))[0])
