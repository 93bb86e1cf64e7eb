"""Which form belongs to which line of the project tables: one to one over the whole document, never guessed.

Transcriptions spell one name two ways (王家沟/白家沟, 清淤/清扫), and one document has several lines of one name.
So a pair is judged by name, amount (forms are in 元, lines in 万元) and unit together, and an amount says the
more the rarer it is among what is still open. A pair that something contradicts, or that has an equal rival,
is not made; its form stays unlinked and is reported.

The weights below are log-odds set by hand and checked against all pairs of the four example disclosures.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from goufu.disclosure.amounts import CENT, to_wan
from goufu.disclosure.lines import fold
from goufu.disclosure.model import Form
from goufu.disclosure.tables.model import ProjectRow

#: a pair less likely than this is not made
THRESHOLD = 0.6
#: a pair whose rival is closer than this (in log-odds) is not made
MARGIN = 0.5
#: lines times forms up to which a form without an amount is compared with every line
MAX_PAIRS = 1_000_000

_YEARS = re.compile(r"(?:19|20)?\d\d(?:[-—至](?:19|20)?\d\d)?年度?")
#: a 项目名称 cell that holds the running title of the document instead of a name
_RUNNING_TITLE = re.compile(r"\A(?:19|20)\d\d年?度?(?:部门|单位)?预算公开\Z")


class Link(NamedTuple):
    """Row `row` carries form `form` (both indexes) with probability `score`."""

    row: int
    form: int
    score: float


def link_forms(rows: Sequence[ProjectRow], forms: Sequence[Form]) -> tuple[Link, ...]:
    """The links between `rows` and `forms`, in the order of the rows.

    The surest pairs are made first and leave the field; what is left is judged anew among the rest.
    """
    pairs = _candidates(rows, forms)
    open_rows = set(range(len(rows)))
    open_forms = set(range(len(forms)))
    links: list[Link] = []
    while open_rows and open_forms:
        scores = _scores(rows, forms, pairs, open_rows, open_forms)
        best = _mutual_best(scores)
        if not best:
            break
        ceiling = max(score for _, _, score in best)
        # only the pairs about as sure as the surest one are made in this round
        for row, form, score in best:
            if score >= min(ceiling, 4.0):
                links.append(Link(row, form, round(1 / (1 + math.exp(-score)), 3)))
                open_rows.discard(row)
                open_forms.discard(form)
    return tuple(sorted(links, key=lambda link: link.row))


def _candidates(rows: Sequence[ProjectRow], forms: Sequence[Form]) -> list[tuple[int, int]]:
    """The pairs worth judging: one amount, one name, or a form that does not say this year's amount."""
    by_amount: dict[Decimal, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        for cents in (-CENT, Decimal(0), CENT) if row.amount_wan is not None else ():
            by_amount.setdefault((row.amount_wan or Decimal(0)) + cents, []).append(i)
        by_name.setdefault(fold(row.title), []).append(i)
    pairs: list[tuple[int, int]] = []
    for j, form in enumerate(forms):
        year = _wan(form.year_yuan)
        if year is None and len(rows) * len(forms) <= MAX_PAIRS:
            pairs += ((i, j) for i in range(len(rows)))
        else:
            total = _wan(form.total_yuan)
            found = {
                *by_name.get(fold(form.title), ()),
                *(by_amount.get(year, ()) if year is not None else ()),
                *(by_amount.get(total, ()) if total is not None else ()),
            }
            pairs += ((i, j) for i in sorted(found))
    return pairs


def _scores(
    rows: Sequence[ProjectRow],
    forms: Sequence[Form],
    pairs: Sequence[tuple[int, int]],
    open_rows: set[int],
    open_forms: set[int],
) -> dict[tuple[int, int], float]:
    """The log-odds of every open pair that is not excluded."""
    row_names = Counter(fold(row.title) for row in rows)
    form_names = Counter(fold(form.title) for form in forms)
    row_amounts = Counter(rows[i].amount_wan for i in open_rows)
    form_amounts = Counter(_wan(forms[j].year_yuan) for j in open_forms)
    scores = {}
    for i, j in pairs:
        if i not in open_rows or j not in open_forms:
            continue
        rarity = max(row_amounts[rows[i].amount_wan], form_amounts[rows[i].amount_wan])
        name = fold(rows[i].title)
        sole = row_names[name] == form_names[name] == 1
        score = log_odds(rows[i], forms[j], rarity, sole)
        if score > -4:
            scores[i, j] = score
    return scores


def log_odds(row: ProjectRow, form: Form, rarity: int = 1, sole: bool = False) -> float:
    """The log-odds that `form` belongs to `row`.

    `rarity` is how many open rows or forms have the row's amount; `sole` that no other row or form of the
    document has the row's name: then the same name outweighs another amount, which is reported instead.
    """
    score = -3.0
    name = _name_evidence(row.title, form)
    score += name
    year, total = _wan(form.year_yuan), _wan(form.total_yuan)
    if row.amount_wan is None:
        pass  # its amount tells nothing
    elif year is not None:
        if abs(year - row.amount_wan) <= CENT:
            score += 4.5 if rarity <= 1 else 3.0
        elif sole and name >= 4.0:
            score -= 0.5
        else:
            score -= 4.5
    elif total is not None:
        if abs(total - row.amount_wan) <= CENT:
            score += 3.0
        elif total < row.amount_wan:
            score -= 4.5
    if form.unit:
        if fold(form.unit) == fold(row.unit):
            score += 0.5
        elif _ratio(fold(form.unit), fold(row.unit)) < 80:
            score -= 5.0
    return score


def _wan(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else to_wan(amount, "元")


def _name_evidence(title: str, form: Form) -> float:
    """What the two names say, from -4 (nothing alike) to +4 (the same)."""
    first, second = fold(title), fold(form.title)
    if _RUNNING_TITLE.match(second):
        # the name is lost; the form's own words may still name the project
        return 1.5 if _shared_words(first, fold(form.overview + form.goal)) else 0.0
    if first == second:
        return 4.0
    ratio = max(_ratio(first, second), _ratio(_YEARS.sub("", first), _YEARS.sub("", second)) - 2) / 100
    if (first in second or second in first) and min(len(first), len(second)) >= 5:
        ratio = max(ratio, 0.85)
    return max(-4.0, min(3.5, (ratio - 0.55) * 10))


def _ratio(first: str, second: str) -> float:
    """How alike two texts are, 0 to 100."""
    from rapidfuzz import fuzz  # in most documents all names agree

    return fuzz.ratio(first, second)


def _shared_words(title: str, text: str) -> bool:
    """Whether a two-character word of `title` stands in `text` (digits and 项目, 工程, 经费 say nothing)."""
    title = re.sub(r"项目|工程|经费|费用|\d+年?", " ", title)
    return any(
        word in text for part in title.split() for word in (part[k : k + 2] for k in range(len(part) - 1))
    )


def _mutual_best(scores: dict[tuple[int, int], float]) -> list[tuple[int, int, float]]:
    """The pairs that are each other's best, likely enough, and without a rival about as good; surest first."""
    by_row: dict[int, list[tuple[float, int]]] = {}
    by_form: dict[int, list[tuple[float, int]]] = {}
    for (i, j), score in scores.items():
        by_row.setdefault(i, []).append((score, j))
        by_form.setdefault(j, []).append((score, i))
    for ranked in (*by_row.values(), *by_form.values()):
        ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    least = math.log(THRESHOLD / (1 - THRESHOLD))
    best = []
    for i, ranked in by_row.items():
        score, j = ranked[0]
        rivals = [s for s, other in ranked[1:2] if other != j] + [s for s, other in by_form[j] if other != i][
            :1
        ]
        if score >= least and by_form[j][0][1] == i and all(score - rival > MARGIN for rival in rivals):
            best.append((i, j, score))
    return sorted(best, key=lambda pair: (-pair[2], pair[0]))
