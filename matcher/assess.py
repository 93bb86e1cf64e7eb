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
from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import reference_date
from goufu.disclosure.model import BudgetItem
from goufu.matcher import nature as natures
from goufu.matcher import rank as ranking
from goufu.matcher.departments import SectionMatch, item_sections, load_kinds
from goufu.matcher.findings import findings_of, heard
from goufu.matcher.findings.cited import standing_of, with_successor, with_written
from goufu.matcher.gaps import Gap, gap_of
from goufu.matcher.index.corpus import Corpus, open_corpus
from goufu.matcher.index.grams import Index, Target
from goufu.matcher.index.terms import EntryTerms
from goufu.matcher.misread import read_as
from goufu.matcher.model import Assessment, Candidate, Decision, Status
from goufu.matcher.reasons import reasons
from goufu.matcher.text import Said, said
from goufu.matcher.wording import Line, columns_of

if TYPE_CHECKING:
    from goufu.matcher.learn import Learned
    from goufu.matcher.semantic.rerank import Reordered, Reranker

#: items judged together; bounds the memory of a batch
_BATCH = 512
_CODES, _ELSEWHERE = 5, 3
#: natures of purchased services
_PURCHASED = ("service", "mixed")
#: from when on an entry describes closely a line that is called no service
_CLOSE = 0.9
#: from which confidence on the department's sections are taken as known
_KNOWN = 0.9
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
    most: int = _CODES,
    learned: Learned | None = None,
) -> list[Assessment]:
    """The assessments of `items`, in their order.

    `sections` overrides what the department's name says; `on` and `year` override the items' budget years.
    `progress` is called with the number of items done. `semantic` gives a second opinion on close
    candidates by their meaning; where its model does not answer, SemanticError is raised. A caller who silences
    findings first sets `hear` to False and calls `goufu.matcher.findings.heard` on what is left. `most` is how many
    candidates an assessment has at most; more of them change nothing about the first five. `learned` is an office's own
    correction.
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
            judged = _judged(some, corpus, scope, matches, versions, semantic, most, learned)
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
    most: int = _CODES,
    learned: Learned | None = None,
) -> list[Assessment]:
    index = corpus.index
    titles, summaries, misread = _meant(items, index)
    depth = max(semantic.depth if semantic else _CODES, most, learned.depth if learned else 0)
    lines = [_line(*texts) for texts in zip(items, titles, summaries, strict=True)]
    ranked = ranking.rank(index, lines, sections, corpus.wording, depth)
    fits, right = ranking.fits(ranked), ranking.right(ranked)
    evidence = natures.weighed(lines, corpus.wording, ranked.words, ranking.match(ranked))
    logits = evidence.logits
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    kinds = chance.argmax(axis=1)
    first = ranked.targets[ranked.order]
    numbers = first.tolist()
    best = np.take_along_axis(ranked.scores, ranked.order, axis=1)
    chances = _continued(_spread(right, best[:, :_CODES]), best)
    changed = [""] * len(items)
    if learned:
        plain = kinds, first[:, 0]
        chance = learned.natures_of(titles, chance)
        kinds, fits = chance.argmax(axis=1), learned.fit(fits)
        first, chances = learned.reordered(index.targets, first, chances)
        numbers, right = first.tolist(), chances[:, 0]
        changed = _changed(index, plain, (kinds, first[:, 0]))
    second: Sequence[Reordered | None] = [None] * len(items)
    if semantic:
        services = [natures.NATURES[kind] in _PURCHASED for kind in kinds]
        second = semantic.opinions(
            items, services, index, first, chances if learned else _spread(right, best)
        )
    outside = ranking.elsewhere(ranked, _ELSEWHERE if most == _CODES else most)
    # what no section is known for is looked for in all of them, by the duty the line serves
    everywhere = [] if sections else ranking.nearest(ranked, most)
    gaps = [gap_of(title) for title in titles]
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

    purchases = [natures.NATURES[kind] in _PURCHASED for kind in kinds]
    statuses = [
        _status(purchase, float(fit), _first_is_class_b(index, number, opinion), held)
        for purchase, fit, number, opinion in zip(purchases, fits, numbers, second, strict=True)
    ]
    for row, found in enumerate(statuses):
        if found == "unknown" and not sections and gaps[row][1] == 1:
            statuses[row] = "unlisted"  # no section would list it
    sure = ranking.certainty(
        ranking.certain_features(
            np.sort(chance, axis=1)[:, ::-1], statuses, fits, right, ranked.words.strange.astype(float)
        )
    ) * np.array([m.confidence if p else 1.0 for m, p in zip(matches, purchases, strict=True)])
    told = natures.telling_words(lines, evidence, [natures.NATURES[k] for k in kinds], range(len(lines)))
    out = []
    for row, item in enumerate(items):
        kind = natures.NATURES[kinds[row]]
        words = said(titles[row], summaries[row])
        purchased = kind in _PURCHASED
        opinion = second[row]
        order, scores = (opinion.order, opinion.scores) if opinion else (range(most), chances[row])
        codes = tuple(
            candidate(
                index.targets[numbers[row][place]], float(score), words, not rank, not rank or purchased
            )
            for rank, (place, score) in enumerate(zip(order[:most], scores, strict=False))
        )
        if opinion:
            codes = opinion.explained(codes)
        if changed[row] and purchased and codes:
            codes = (replace(codes[0], why=(*codes[0].why, changed[row])), *codes[1:])
        if row in misread and codes:
            codes = (replace(codes[0], why=(*codes[0].why, misread[row])), *codes[1:])
        status: Status = statuses[row]
        kind_of_body = load_kinds().get(matches[row].kind)
        if not sections and status == "unknown":
            changed[row] = changed[row] if "性质" in changed[row] else ""
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
            for place, (number, score) in enumerate(
                outside[row] if unlisted or most > _CODES else outside[row][:1]
            )
        )
        opened = bool(opinion and opinion.turned) or _for_a_person(status, kind, fits[row], codes)
        known = matches[row].confidence >= _KNOWN or status == "not_applicable"
        decision: Decision = (
            "review" if opened or not known or sure[row] < ranking.auto_threshold() else "auto"
        )
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
            nature_words=told[row],
            status=status,
            decision=decision,
            trust=float(sure[row]),
            fit=float(fits[row]),
            codes=codes,
            elsewhere=others,
            standing=standing,
            parts=natures.parts_of(lines, evidence, row) if kind == "mixed" else (),
            gap=_told(*gaps[row]) if status in ("unlisted", "unknown") else "",
            department_note=kind_of_body.note if kind_of_body else "",
            chances=tuple(chance[row].tolist()),
            learned=changed[row] if purchased or "性质" in changed[row] else "",
        )
        out.append(replace(assessment, findings=findings_of(assessment, versions)))
    return out


def _line(item: BudgetItem, title: str, summary: str) -> Line:
    """An item as it is read, with its texts as they were meant."""
    amount = None if item.amount_wan is None else float(item.amount_wan)
    return Line(title, summary, item.department, item.unit, amount, columns_of(item))


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


def _changed(
    index: Index, before: tuple[np.ndarray, np.ndarray], after: tuple[np.ndarray, np.ndarray]
) -> list[str]:
    """What an office's correction changed of each item's nature and first entry, in words; "" where nothing."""
    told = []
    for kind, target, new_kind, new_target in zip(*before, *after, strict=True):
        parts = []
        if kind != new_kind:
            parts.append(f"性质由 {natures.NATURES[kind]} 改为 {natures.NATURES[new_kind]}")
        if target != new_target:
            was = index.targets[target]
            parts.append(f"首选原为 {was.code} {was.name}")
        told.append(f"按本单位以往的认定修正：{'，'.join(parts)}" if parts else "")
    return told


def _continued(chances: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The probabilities of the first candidates, and those of more of them on the scale of the last one."""
    known = chances.shape[1]
    more = chances[:, -1:] * np.exp(scores[:, known:] - scores[:, known - 1 : known])
    return np.concatenate([chances, more], axis=1)


def _told(gap: Gap | None, plainly: float) -> str:
    """Why the catalogs lack the service that a title names, "" where it names none plainly."""
    return f"{gap.name}：{gap.why}" if gap and plainly == 1 else ""


def _first_is_class_b(index: Index, numbers: Sequence[int], opinion: Reordered | None) -> bool:
    return bool(index.is_class_b[numbers[opinion.order[0] if opinion else 0]])


def _status(purchased: bool, fit: float, class_b: bool, held: bool) -> Status:
    """The status of a line; `class_b` is whether its first code is of class B, `held` whether its section is held."""
    if not purchased:
        return "not_applicable"
    if fit >= ranking.listed_threshold() and (held or class_b):
        return "listed"
    return "unlisted" if held else "unknown"


def _for_a_person(status: Status, kind: natures.Nature, fit: float, codes: Sequence[Candidate]) -> bool:
    """Whether a person must look at a line however certain the judgement on it is.

    A bundle must be taken apart by a person; a line that is no service although an entry of its own section
    describes it well is looked at too.
    """
    if kind == "mixed" or status in ("unknown", "superseded"):
        return True
    return status == "not_applicable" and bool(codes) and fit * codes[0].score >= _CLOSE
