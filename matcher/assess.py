"""The judgement on budget items: nature, candidates, status and decision.

Items of one reference date are judged together, whatever their sections, and each group goes through the same steps:
its texts are read (`_read`), the models say what it buys and which entries describe it (`_figures`), an office's
correction and a second opinion may change that, the status follows, and each item is put in words (`_assessment`).
Nothing is read or printed here; catalogs, dates and the cache folder come in as arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from goufu.catalog.load import collector_waits
from goufu.catalog.model import CatalogVersion
from goufu.catalog.text import NOTHING, Text, joined, quoted
from goufu.catalog.validity import reference_date
from goufu.disclosure.model import BudgetItem
from goufu.matcher import nature as natures
from goufu.matcher import rank as ranking
from goufu.matcher.departments import BodyKind, SectionMatch, item_sections, load_kinds
from goufu.matcher.features import scope_names
from goufu.matcher.findings import findings_of, heard
from goufu.matcher.findings.cited import standing_of, with_successor, with_written
from goufu.matcher.gaps import Gap, gap_of, reason_of
from goufu.matcher.index.corpus import Corpus, open_corpus
from goufu.matcher.index.grams import Index, Ints
from goufu.matcher.index.terms import EntryTerms
from goufu.matcher.misread import read_as
from goufu.matcher.model import Acceptance, Assessment, Candidate, Status
from goufu.matcher.nature_names import NATURES, PURCHASED, Nature
from goufu.matcher.rank import Floats, Ranking
from goufu.matcher.reasons import reasons
from goufu.matcher.text import Said, own_names, read_texts, said
from goufu.matcher.wording import Line, columns_of, read_of_body, size_of

if TYPE_CHECKING:
    from goufu.matcher.learn import Learned
    from goufu.matcher.semantic.rerank import Reordered, Reranker

#: items judged together: enough for the arithmetic to be done at once, few enough for its tables to stay in the processor's cache
_BATCH = 128
_CODES, _ELSEWHERE = 5, 3
#: from when on an entry describes closely a line that is called no service
_CLOSE = 0.9
#: from which confidence on the department's sections are taken as known
_KNOWN = 0.9
#: a candidate less probable than this is explained by its name alone
_FAINT = 0.005

#: entries by their numbers in the index, each with the probability that it describes an item, best first
Ranked = Sequence[tuple[int, float]]


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
    groups: dict[date, list[tuple[int, SectionMatch]]] = defaultdict(list)
    for number, item in enumerate(items):
        match = SectionMatch(sections, 1.0, ()) if sections else item_sections(item.department, item.unit)
        groups[date_of(item, on, year, today)].append((number, match))
    depth = max(semantic.depth if semantic else _CODES, most, learned.depth if learned else 0)
    done: list[Assessment | None] = [None] * len(items)
    with collector_waits():
        for day, members in groups.items():
            group = _Group(
                tuple(items[number] for number, _ in members),
                tuple(match for _, match in members),
                open_corpus(versions, day, cache),
                versions,
                most,
                depth,
                semantic,
                learned,
            )
            for (number, _), assessment in zip(members, _judged(group, progress), strict=True):
                done[number] = assessment
    return [heard(a) if hear else a for a in done if a is not None]


@dataclass(frozen=True, slots=True)
class _Applied:
    """What applies to the sections of an item: whether what the first of them lists is held completely, and the versions' ids."""

    held: bool
    applies: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """Items that are judged together, with what they have in common: the day and what applies on it.

    The rest is what the caller of `assess` asked for; `depth` is how many of the best entries are looked at.
    """

    items: tuple[BudgetItem, ...]
    matches: tuple[SectionMatch, ...]
    corpus: Corpus
    versions: tuple[CatalogVersion, ...]
    most: int
    depth: int
    semantic: Reranker | None
    learned: Learned | None

    @property
    def index(self) -> Index:
        return self.corpus.index

    @cached_property
    def applied(self) -> Mapping[tuple[str, ...], _Applied]:
        """What applies to each of the items' sections."""
        return {
            sections: self._applied_to(sections) for sections in {match.sections for match in self.matches}
        }

    def _applied_to(self, sections: tuple[str, ...]) -> _Applied:
        applicable = self.corpus.applicable
        known = [applicable[s] for s in sections if s in applicable]
        ids = dict.fromkeys(v for a in known or [applicable["B"]] for v in a.versions)
        return _Applied(bool(known) and known[0].coverage == "complete", tuple(ids))


@dataclass(frozen=True, slots=True)
class _Read:
    """Items as they are read: lines with misread characters put right, and by number what was read otherwise."""

    lines: tuple[Line, ...]
    misread: dict[int, Text]


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the models say of each item of a group.

    `natures` are the probabilities of NATURES (items × natures); `entries` the best entries' numbers in the index, best
    first (items × depth), `chances` their probabilities, given that the catalog lists the purchase; `fit` the probability
    that it does, `right` that the first entry is the right one.
    """

    natures: Floats
    entries: Ints
    chances: Floats
    fit: Floats
    right: Floats

    @property
    def kinds(self) -> list[Nature]:
        """The likeliest nature of each item."""
        return [NATURES[number] for number in self.natures.argmax(axis=1).tolist()]


class _Changed(NamedTuple):
    """What an office's correction changed of an item, in words, and whether its nature is among it."""

    words: Text = NOTHING
    nature: bool = False


class _Facts(NamedTuple):
    """All that was found of one item, before it is put in words. Of items that read the same it is one.

    `own` are the entries of its scope, `anywhere` those of all sections where its department has none, `outside` those
    of other sections. `changed` says what an office's correction changed, `misread` which characters were read otherwise.
    """

    match: SectionMatch
    nature: Nature
    chances: tuple[float, ...]
    nature_words: Sequence[str]
    parts: tuple[tuple[Nature, tuple[str, ...]], ...]
    status: Status
    fit: float
    trust: float
    own: Ranked
    anywhere: Ranked
    outside: Ranked
    opinion: Reordered | None
    gap: tuple[Gap | None, float]
    changed: _Changed
    misread: Text

    @property
    def purchased(self) -> bool:
        """Whether the item is a purchased service, wholly or in part."""
        return self.nature in PURCHASED

    @property
    def is_anybodys(self) -> bool:
        """Whether entries of all sections are its candidates, since its department has no section."""
        return not self.match.sections and self.status == "unknown"


class _Found(NamedTuple):
    """All that was found of a line, with the candidates of its scope and those of other sections in words."""

    facts: _Facts
    own: tuple[Candidate, ...]
    elsewhere: tuple[Candidate, ...]


def _judged(group: _Group, progress: Callable[[int], None] | None) -> list[Assessment]:
    """The assessments of a group's items, in their order.

    Lines that read the same are judged once, also those that an earlier call met.
    """
    keys = [_as_read(item, match, group) for item, match in zip(group.items, group.matches, strict=True)]
    # what an office corrects, or a model says, may be another tomorrow
    remembered = None if group.semantic or group.learned else group.corpus.judged
    found: dict[Hashable, _Found] = {}
    fresh: dict[Hashable, int] = {}
    for row, key in enumerate(keys):
        if key in found or key in fresh:
            continue
        if remembered and (known := remembered.recalled(key)):
            found[key] = known
        else:
            fresh[key] = row
    for rows in _batches(list(fresh.values()), group):
        part = replace(
            group,
            items=tuple(group.items[row] for row in rows),
            matches=tuple(group.matches[row] for row in rows),
        )
        for row, one in zip(rows, _found(part), strict=True):
            found[keys[row]] = one
            if remembered is not None:
                remembered.keep(keys[row], one)
        if progress:
            progress(len(rows))
    if progress and len(keys) > len(fresh):
        progress(len(keys) - len(fresh))
    return [
        _assessment(found[key], item, match, group)
        for key, item, match in zip(keys, group.items, group.matches, strict=True)
    ]


def _batches(rows: Sequence[int], group: _Group) -> Iterator[Sequence[int]]:
    """`rows` in parts that are judged together, those of the same sections side by side, so that few scopes of few widths meet.

    Where a scope has fewer entries than are looked at, items of other sections are kept apart from it.
    """

    def sections(row: int) -> tuple[str, ...]:
        return group.matches[row].sections

    rows = sorted(rows, key=lambda row: (sections(row), group.items[row].title))
    scopes = set(map(sections, rows))
    index = group.index
    sizes = (sum(b - a for a, b in map(index.sections.__getitem__, scope_names(index, s))) for s in scopes)
    narrow = len(scopes) > 1 and min(sizes) < group.depth
    parts = [list(some) for _, some in groupby(rows, key=sections)] if narrow else [rows]
    for part in parts:
        for start in range(0, len(part), _BATCH):
            yield part[start : start + _BATCH]


def _as_read(item: BudgetItem, match: SectionMatch, group: _Group) -> Hashable:
    """All of an item that the models look at, and what is asked of them.

    Of its department's name that is little, unless a text holds the name or its place: those of two counties read the same.
    """
    head, body = read_texts(item.title, item.summary)
    named = any(name in head or name in body for name in own_names(item.department)) or group.semantic
    return (
        item.title,
        item.summary,
        (item.department, item.unit) if named else "",
        read_of_body(item.unit or item.department, group.corpus.wording),
        size_of(None if item.amount_wan is None else float(item.amount_wan)),
        columns_of(item),
        (match.sections, match.confidence, match.kind),
        (group.most, group.depth),
    )


def _found(group: _Group) -> list[_Found]:
    """What is found of each item of a group; the figures of all are made at once."""
    read = _read(group.items, group.index)
    lines = read.lines
    sections = [match.sections for match in group.matches]
    ranked = ranking.rank(group.index, lines, sections, group.corpus.wording, group.depth)
    evidence = natures.weighed(lines, group.corpus.wording, ranked.words, ranking.match(ranked))
    figures = plain = _figures(ranked, evidence)
    if group.learned:
        figures = _corrected(group.learned, plain, lines, group.index)
    changed = _changes(group.index, plain, figures) if group.learned else [_Changed()] * len(lines)
    kinds = figures.kinds
    opinions = _opinions(group, ranked, figures, kinds)
    gaps = [gap_of(line.title, line.summary) for line in lines]
    statuses = _statuses(group, figures, kinds, opinions, gaps)
    trust = _trust(group, figures, kinds, statuses, ranked)
    told = natures.telling_words(lines, evidence, kinds, range(len(lines)))
    parts = natures.parts_of(lines, evidence, [row for row, kind in enumerate(kinds) if kind == "mixed"])
    outside = ranking.elsewhere(ranked, _ELSEWHERE if group.most == _CODES else group.most)
    # what no section is known for is looked for in all of them, by the duty the line serves
    nobodys = [row for row, names in enumerate(sections) if not names]
    anywhere = dict(zip(nobodys, ranking.nearest(ranked, nobodys, group.most), strict=True))
    all_facts = [
        _Facts(
            match=group.matches[row],
            nature=kinds[row],
            chances=chances,
            nature_words=told[row],
            parts=parts.get(row, ()),
            status=statuses[row],
            fit=fit,
            trust=trust[row],
            own=tuple(zip(numbers, scores, strict=True)),
            anywhere=anywhere.get(row, ()),
            outside=outside[row],
            opinion=opinions[row],
            gap=gaps[row],
            changed=changed[row],
            misread=read.misread.get(row, NOTHING),
        )
        for row, (chances, numbers, scores, fit) in enumerate(
            zip(
                map(tuple, figures.natures.tolist()),
                figures.entries.tolist(),
                figures.chances.tolist(),
                figures.fit.tolist(),
                strict=True,
            )
        )
    ]
    return [
        _Found(facts, _own(facts, words, group), _elsewhere(facts, words, group))
        for facts, words in zip(all_facts, (said(line.title, line.summary) for line in lines), strict=True)
    ]


def _read(items: Sequence[BudgetItem], index: Index) -> _Read:
    """Items as they are read, each with its texts as they were meant."""
    lines: list[Line] = []
    misread: dict[int, Text] = {}
    for row, item in enumerate(items):
        title, summary = item.title, item.summary
        words = said(title, summary)
        head, in_head = read_as(words.head, index, words.head_pairs)
        body, in_body = read_as(words.body, index, words.body_pairs)
        if in_head or in_body:
            title, summary = head, body
            found = dict.fromkeys((*in_head, *in_body))
            wrote, meant = quoted(m.written for m in found), quoted(m.read for m in found)
            misread[row] = Text(
                f"{wrote.zh}疑为{meant.zh}之误", f"{wrote.en} is taken for a slip of {meant.en}"
            )
        amount = None if item.amount_wan is None else float(item.amount_wan)
        lines.append(Line(title, summary, item.department, item.unit, amount, columns_of(item)))
    return _Read(tuple(lines), misread)


def _figures(ranked: Ranking, evidence: natures.Evidence) -> _Figures:
    """What the models say, before anybody's correction."""
    chance = np.exp(evidence.logits - evidence.logits.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    right, scores = ranking.right(ranked), _best_scores(ranked)
    return _Figures(
        natures=chance,
        entries=np.take_along_axis(ranked.targets, ranked.order, axis=1),
        chances=_continued(_spread(right, scores[:, :_CODES]), scores),
        fit=ranking.fits(ranked),
        right=right,
    )


def _best_scores(ranked: Ranking) -> Floats:
    """The scores of the best entries of each item, best first."""
    return np.take_along_axis(ranked.scores, ranked.order, axis=1)


def _spread(right: Floats, scores: Floats) -> Floats:
    """Probabilities of the first candidates, given that the catalog lists the purchase; the rest go by score.

    `scores` are those of each item's candidates, best first: items × candidates, as is what comes back.
    """
    power = np.exp(scores[:, 1:] - scores[:, :1])
    rest = (1 - right)[:, None] * power / np.maximum(power.sum(axis=1, keepdims=True), 1e-9)
    return np.concatenate([right[:, None], np.minimum(rest, right[:, None])], axis=1)


def _continued(chances: Floats, scores: Floats) -> Floats:
    """The probabilities of the first candidates, and those of more of them on the scale of the last one."""
    known = chances.shape[1]
    more = chances[:, -1:] * np.exp(scores[:, known:] - scores[:, known - 1 : known])
    return np.concatenate([chances, more], axis=1)


def _corrected(learned: Learned, plain: _Figures, lines: Sequence[Line], index: Index) -> _Figures:
    """The figures with an office's own correction."""
    entries, chances = learned.reordered(index.targets, plain.entries, plain.chances)
    return _Figures(
        natures=learned.natures_of([line.title for line in lines], plain.natures),
        entries=entries,
        chances=chances,
        fit=learned.fit(plain.fit),
        right=chances[:, 0],
    )


def _changes(index: Index, before: _Figures, after: _Figures) -> list[_Changed]:
    """What an office's correction changed of each item's nature and first entry."""
    found = []
    for kind, target, new_kind, new_target in zip(
        before.kinds, before.entries[:, 0], after.kinds, after.entries[:, 0], strict=True
    ):
        parts = []
        if kind != new_kind:
            parts.append(Text(f"性质由 {kind} 改为 {new_kind}", f"nature {new_kind} instead of {kind}"))
        if target != new_target:
            was = index.targets[target]
            parts.append(
                Text(f"首选原为 {was.code} {was.name}", f"the first entry was {was.code} {was.name}")
            )
        words = joined(parts, "，", ", ")
        said = Text(
            f"按本单位以往的认定修正：{words.zh}", f"corrected by what the office decided before: {words.en}"
        )
        found.append(_Changed(said if parts else NOTHING, kind != new_kind))
    return found


def _opinions(
    group: _Group, ranked: Ranking, figures: _Figures, kinds: Sequence[Nature]
) -> Sequence[Reordered | None]:
    """The second opinions on the order of candidates; None for each item where no model was given."""
    if not group.semantic:
        return [None] * len(group.items)
    chances = figures.chances if group.learned else _spread(figures.right, _best_scores(ranked))
    services = [kind in PURCHASED for kind in kinds]
    return group.semantic.opinions(group.items, services, group.index, figures.entries, chances)


def _statuses(
    group: _Group,
    figures: _Figures,
    kinds: Sequence[Nature],
    opinions: Sequence[Reordered | None],
    gaps: Sequence[tuple[Gap | None, float]],
) -> list[Status]:
    """The status of each item, before what its department cites is looked at."""
    first = [opinion.order[0] if opinion else 0 for opinion in opinions]
    class_b = group.index.is_class_b[figures.entries[range(len(first)), first]].tolist()
    found = [
        _status(kind in PURCHASED, fit, bool(b), group.applied[match.sections].held)
        for kind, fit, b, match in zip(kinds, figures.fit.tolist(), class_b, group.matches, strict=True)
    ]
    # without a section, what the catalogs are known to lack is listed by none
    return [
        "unlisted" if status == "unknown" and not match.sections and plainly == 1 else status
        for status, match, (_, plainly) in zip(found, group.matches, gaps, strict=True)
    ]


def _status(purchased: bool, fit: float, class_b: bool, held: bool) -> Status:
    """The status of a line; `class_b` is whether its first code is of class B, `held` whether its section is held."""
    if not purchased:
        return "not_applicable"
    if fit >= ranking.listed_threshold() and (held or class_b):
        return "listed"
    return "unlisted" if held else "unknown"


def _trust(
    group: _Group, figures: _Figures, kinds: Sequence[Nature], statuses: Sequence[Status], ranked: Ranking
) -> list[float]:
    """The probability that the whole judgement on each item is right."""
    sure = ranking.certainty(
        ranking.certain_features(
            np.sort(figures.natures, axis=1)[:, ::-1],
            statuses,
            figures.fit,
            figures.right,
            ranked.words.strange.astype(float),
        )
    )
    section = [
        match.confidence if kind in PURCHASED else 1.0
        for match, kind in zip(group.matches, kinds, strict=True)
    ]
    return [float(x) for x in sure * np.array(section)]


def _own(facts: _Facts, words: Said, group: _Group) -> tuple[Candidate, ...]:
    """The candidates of an item, best first."""
    if facts.is_anybodys:
        return _anywhere(facts, words, group, load_kinds().get(facts.match.kind))
    return _codes(facts, words, group)


def _assessment(found: _Found, item: BudgetItem, match: SectionMatch, group: _Group) -> Assessment:
    """What was found of one item, with what its department cites and the findings."""
    facts, codes = found.facts, found.own
    status, changed, body = facts.status, facts.changed, load_kinds().get(match.kind)
    if facts.is_anybodys and not changed.nature:
        changed = _Changed()
    decision = _decision(facts, codes)
    standing = standing_of(item, match.sections, group.corpus.on, group.versions)
    if standing is not None and standing.superseded:
        status, decision = "superseded", "review"
        codes = with_successor(codes, standing, group.versions)
    elif standing is not None and standing.current is not None:
        status, decision, codes = with_written(status, decision, codes, standing, group.versions)
    assessment = Assessment(
        item=item,
        sections=match.sections,
        section_confidence=match.confidence,
        versions=group.applied[match.sections].applies,
        reference_date=group.corpus.on,
        nature=facts.nature,
        nature_score=facts.chances[NATURES.index(facts.nature)],
        nature_words=facts.nature_words,
        status=status,
        decision=decision,
        trust=facts.trust,
        fit=facts.fit,
        codes=codes,
        elsewhere=found.elsewhere,
        standing=standing,
        parts=facts.parts,
        gap=reason_of(*facts.gap, group.versions) if status in ("unlisted", "unknown") else NOTHING,
        department_note=body.note if body else NOTHING,
        chances=facts.chances,
        learned=changed.words if facts.purchased or changed.nature else NOTHING,
    )
    findings = findings_of(assessment, group.versions)
    return replace(assessment, findings=findings) if findings else assessment


def _codes(facts: _Facts, words: Said, group: _Group) -> tuple[Candidate, ...]:
    """The candidates of an item's scope, best first; the first says also what was read or corrected."""
    opinion = facts.opinion
    own = facts.own[: group.most]
    if opinion:
        own = [
            (facts.own[place][0], score)
            for place, score in zip(opinion.order[: group.most], opinion.scores, strict=False)
        ]
    # what is no purchase needs no more than its nearest entry explained
    codes = tuple(
        _candidate(group.index, number, score, words, not rank, not rank or facts.purchased)
        for rank, (number, score) in enumerate(own)
    )
    if opinion:
        codes = opinion.explained(codes)
    if facts.purchased:
        codes = _saying(codes, facts.changed.words)
    return _saying(codes, facts.misread)


def _anywhere(facts: _Facts, words: Said, group: _Group, body: BodyKind | None) -> tuple[Candidate, ...]:
    """The candidates of all sections, for a body that has none."""
    codes = tuple(
        _candidate(group.index, number, score, words, not rank, True)
        for rank, (number, score) in enumerate(facts.anywhere)
    )
    return _saying(codes, body.note if body else NOTHING)


def _elsewhere(facts: _Facts, words: Said, group: _Group) -> tuple[Candidate, ...]:
    """The candidates of other sections; where the own one lists the purchase, one is enough to compare with."""
    unlisted = facts.status in ("unlisted", "unknown")
    some = facts.outside if unlisted or group.most > _CODES else facts.outside[:1]
    return tuple(
        _candidate(group.index, number, score, words, not rank, unlisted)
        for rank, (number, score) in enumerate(some)
    )


def _candidate(
    index: Index, number: int, score: float, words: Said, closely: bool, wanted: bool
) -> Candidate:
    """An entry as a candidate, with the reasons for it."""
    target = index.targets[number]
    # what is hardly possible, or nobody asks for, is not worth a search through all its terms
    searched = wanted and score >= _FAINT
    terms = index.terms.get((target.section, target.code), _NO_TERMS) if searched else _NO_TERMS
    return Candidate(
        target.version,
        target.section,
        target.code,
        target.name,
        target.path,
        score,
        reasons(target, terms, words, closely=closely),
        target.also,
        target.fallback,
    )


_NO_TERMS = EntryTerms()


def _saying(codes: tuple[Candidate, ...], reason: Text) -> tuple[Candidate, ...]:
    """`codes`, the first with one more reason, if there is one."""
    if not codes or not reason:
        return codes
    return (replace(codes[0], why=(*codes[0].why, reason)), *codes[1:])


def _decision(facts: _Facts, codes: Sequence[Candidate]) -> Acceptance:
    """Whether an officer may accept the judgement unseen."""
    known = facts.match.confidence >= _KNOWN or facts.status == "not_applicable"
    turned = facts.opinion is not None and facts.opinion.turned
    if turned or not known or facts.trust < ranking.auto_threshold() or _for_a_person(facts, codes):
        return "review"
    return "auto"


def _for_a_person(facts: _Facts, codes: Sequence[Candidate]) -> bool:
    """Whether a person must look at a line however certain the judgement on it is.

    A bundle must be taken apart by a person; a line that is no service although an entry of its own section
    describes it well is looked at too.
    """
    if facts.nature == "mixed" or facts.status in ("unknown", "superseded"):
        return True
    return facts.status == "not_applicable" and bool(codes) and facts.fit * codes[0].score >= _CLOSE
