"""The judgement on budget items: nature, candidates, status and decision.

Items are grouped by reference date and sections, each group is ranked at once. Nothing is read or printed here;
catalogs, dates and the cache folder come in as arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catalog.force import reference_date
from catalog.model import CatalogVersion
from disclosure.model import BudgetItem
from matcher import nature as natures
from matcher import rank as ranking
from matcher.citing import standing_of, with_successor, with_written
from matcher.corpus import Corpus, open_corpus
from matcher.departments import SectionMatch, item_sections, load_kinds
from matcher.findings import findings_of, heard
from matcher.index import Index, Target
from matcher.misread import read_as
from matcher.model import Assessment, Candidate, Decision, Status
from matcher.reasons import reasons
from matcher.terms import EntryTerms
from matcher.text import Said, said

if TYPE_CHECKING:
    from matcher.semantic.rerank import Reordered, Reranker

#: items judged together; bounds the memory of a batch
_BATCH = 512
_CODES, _ELSEWHERE = 5, 3
#: natures of purchased services
_PURCHASED = ("service", "mixed")
#: natures that are often written like a service, and from when on an entry describes such a line closely
_COULD_PASS = frozenset({"goods", "works", "personnel", "transfer"})
_CLOSE = 0.9
#: a candidate less probable than this is explained by its name alone
_FAINT = 0.005


def date_of(item: BudgetItem, on: date | None, year: int | None, today: date) -> date:
    """The reference date of an item: `on` where given, else the first day of its budget year, else of today's."""
    return on or reference_date(year or item.year or today.year)


def assess(
    items: Sequence[BudgetItem],
    versions: tuple[CatalogVersion, ...],
    today: date,
    on: date | None = None,
    year: int | None = None,
    sections: tuple[str, ...] = (),
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
    semantic: Reranker | None = None,
    hear: bool = True,
) -> list[Assessment]:
    """The assessments of `items`, in their order.

    `sections` overrides what the department's name says; `on` and `year` override the items' budget years.
    `progress` is called with the number of items done. `semantic` gives a second opinion on close
    candidates by their meaning; where its model does not answer, SemanticError is raised. A caller who silences
    findings first sets `hear` to False and calls `matcher.findings.heard` on what is left.
    """
    groups: dict[tuple[date, tuple[str, ...]], list[tuple[int, SectionMatch]]] = defaultdict(list)
    for number, item in enumerate(items):
        match = SectionMatch(sections, 1.0, ()) if sections else item_sections(item.department, item.unit)
        groups[date_of(item, on, year, today), match.sections].append((number, match))
    done: list[Assessment | None] = [None] * len(items)
    for (day, scope), members in groups.items():
        corpus = open_corpus(versions, day, cache)
        for start in range(0, len(members), _BATCH):
            batch = members[start : start + _BATCH]
            some = [items[number] for number, _ in batch]
            matches = [match for _, match in batch]
            judged = _judged(some, corpus, scope, matches, versions, semantic)
            for (number, _), assessment in zip(batch, judged, strict=True):
                done[number] = assessment
            if progress:
                progress(len(batch))
    return [heard(a) if hear else a for a in done if a is not None]


def _judged(
    items: Sequence[BudgetItem],
    corpus: Corpus,
    sections: tuple[str, ...],
    matches: Sequence[SectionMatch],
    versions: tuple[CatalogVersion, ...],
    semantic: Reranker | None = None,
) -> list[Assessment]:
    index = corpus.index
    titles, summaries, misread = _meant(items, index)
    depth = semantic.depth if semantic else _CODES
    ranked = ranking.rank(index, titles, summaries, [i.department for i in items], sections, depth)
    fits, right = ranking.fits(ranked), ranking.right(ranked)
    logits, found = natures.logits(titles, summaries, ranking.match(ranked))
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    kinds = chance.argmax(axis=1)
    odd = natures.of_another_kind(found)
    first = ranked.targets[ranked.order]
    numbers = first.tolist()
    best = np.take_along_axis(ranked.scores, ranked.order, axis=1)
    chances = _spread(right, best[:, :_CODES])
    second: Sequence[Reordered | None] = [None] * len(items)
    if semantic:
        services = [natures.NATURES[kind] in _PURCHASED for kind in kinds]
        second = semantic.opinions(items, services, index, first, _spread(right, best))
    outside = ranking.elsewhere(ranked, _ELSEWHERE)
    # what no section is known for is looked for in all of them, by the duty the line serves
    everywhere = [] if sections else ranking.nearest(ranked, _CODES)
    law = [corpus.applicable[s] for s in sections if s in corpus.applicable]
    held = bool(law) and all(a.coverage == "complete" for a in law[:1])
    applies = tuple(dict.fromkeys(v for a in (law or [corpus.applicable["B"]]) for v in a.versions))
    nothing = EntryTerms()

    def candidate(target: Target, score: float, words: Said, closely: bool, wanted: bool) -> Candidate:
        # what is hardly possible, or nobody asks for, is not worth a search through all its terms
        searched = wanted and score >= _FAINT
        terms = index.terms.get((target.section, target.code), nothing) if searched else nothing
        why = reasons(target, terms, words, closely=closely)
        return Candidate(
            target.version,
            target.section,
            target.code,
            target.name,
            target.path,
            score,
            why,
            target.also,
            target.fallback,
        )

    out = []
    for row, item in enumerate(items):
        kind = natures.NATURES[kinds[row]]
        words = said(titles[row], summaries[row])
        purchased = kind in _PURCHASED
        opinion = second[row]
        order, scores = (opinion.order, opinion.scores) if opinion else (range(_CODES), chances[row])
        codes = tuple(
            candidate(
                index.targets[numbers[row][place]], float(score), words, not rank, not rank or purchased
            )
            for rank, (place, score) in enumerate(zip(order[:_CODES], scores, strict=False))
        )
        if opinion:
            codes = opinion.explained(codes)
        if row in misread and codes:
            codes = (replace(codes[0], why=(*codes[0].why, misread[row])), *codes[1:])
        status: Status = _status(kind, float(fits[row]), codes, held)
        kind_of_body = load_kinds().get(matches[row].kind)
        if status == "listed" and everywhere and not _office_need(everywhere[row], index):
            status = "unknown"
        if not sections and status == "unknown":
            codes = tuple(
                candidate(index.targets[number], score, words, not place, True)
                for place, (number, score) in enumerate(everywhere[row])
            )
            if codes and kind_of_body:
                codes = (replace(codes[0], why=(*codes[0].why, kind_of_body.note)), *codes[1:])
        # where the own section lists the purchase, one entry of another is enough to compare with
        unlisted = status in ("unlisted", "unknown")
        others = tuple(
            candidate(index.targets[number], score, words, not place, unlisted)
            for place, (number, score) in enumerate(outside[row] if unlisted else outside[row][:1])
        )
        sure = _certainty(
            status, kind, bool(odd[row]), float(chance[row, kinds[row]]), float(fits[row]), codes
        )
        decision: Decision = (
            "auto" if sure >= ranking.auto_threshold() and matches[row].confidence >= 0.9 else "review"
        )
        if opinion and opinion.turned:
            decision = "review"
        standing = standing_of(item, sections, corpus.on, versions)
        if standing is not None and standing.superseded:
            status, decision = "superseded", "review"
            codes = with_successor(codes, standing, versions)
        elif standing is not None and standing.current is not None:
            status, decision, codes = with_written(status, decision, codes, standing, versions)
        assessment = Assessment(
            item=item,
            sections=sections,
            section_confidence=matches[row].confidence,
            versions=applies,
            reference_date=corpus.on,
            nature=kind,
            nature_score=float(chance[row, kinds[row]]),
            nature_words=natures.telling_words(titles[row], summaries[row], found[row], kind),
            status=status,
            decision=decision,
            fit=float(fits[row]),
            codes=codes,
            elsewhere=others,
            standing=standing,
            department_note=kind_of_body.note if kind_of_body else "",
        )
        out.append(replace(assessment, findings=findings_of(assessment)))
    return out


def _meant(items: Sequence[BudgetItem], index: Index) -> tuple[list[str], list[str], dict[int, str]]:
    """Titles and summaries, misread characters put right, and by the number of the item what was read otherwise."""
    titles, summaries = [i.title for i in items], [i.summary for i in items]
    told: dict[int, str] = {}
    for row, item in enumerate(items):
        words = said(item.title, item.summary)
        head, in_head = read_as(words.head, index, words.head_pairs)
        body, in_body = read_as(words.body, index, words.body_pairs)
        if in_head or in_body:
            titles[row], summaries[row] = head, body
            found = dict.fromkeys((*in_head, *in_body))
            told[row] = (
                f"{'、'.join(f'“{m.written}”' for m in found)}疑为{'、'.join(f'“{m.read}”' for m in found)}之误"
            )
    return titles, summaries, told


def _spread(right: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Probabilities of the first candidates, given that the catalog lists the purchase; the rest go by score.

    `scores` are those of each item's candidates, best first: items × candidates, as is what comes back.
    """
    power = np.exp(scores[:, 1:] - scores[:, :1])
    rest = (1 - right)[:, None] * power / np.maximum(power.sum(axis=1, keepdims=True), 1e-9)
    return np.concatenate([right[:, None], np.minimum(rest, right[:, None])], axis=1)


def _status(kind: natures.Nature, fit: float, codes: Sequence[Candidate], held: bool) -> Status:
    if kind not in _PURCHASED:
        return "not_applicable"
    if fit >= ranking.listed_threshold() and codes and (held or codes[0].section == "B"):
        return "listed"
    return "unlisted" if held else "unknown"


def _office_need(everywhere: Sequence[tuple[int, float]], index: Index) -> bool:
    """Whether of all entries one of class B describes the line best: a need of the office itself, whosever duty it is."""
    return bool(everywhere) and index.targets[everywhere[0][0]].section == "B"


def _certainty(
    status: Status, kind: natures.Nature, odd: bool, nature: float, fit: float, codes: Sequence[Candidate]
) -> float:
    """The probability that nature, status and first code are all right; 0 where a person must look anyway.

    A bundle must be taken apart by a person; a line that is no service although an entry of its own section
    describes it well is looked at too, and so is a service whose title ends like something else (`odd`: 人员工资).
    """
    if kind == "mixed" or status in ("unknown", "superseded") or (odd and kind == "service"):
        return 0.0
    if status == "not_applicable":
        close = kind in _COULD_PASS and bool(codes) and fit * codes[0].score >= _CLOSE
        return 0.0 if close else nature
    if status == "listed":
        return nature * fit * codes[0].score
    return nature * (1 - fit)
