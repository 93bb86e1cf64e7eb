"""What was decided before, applied to what is judged now.

A decided line decides its equals: the same department section, a title with the same key (`goufu.matcher.precedents.similarity`), a
summary and a nature that agree. Last year's line in other words, and the same line of another county's bureau, are
weaker precedents. A decision is carried over a new catalog only where the concordance carries its entry; one that
the new catalog overturned is flagged, not applied, and so are precedents that contradict each other.

Precedents come in through `PrecedentSource`; where they are kept is not known here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal, Protocol

from goufu.catalog.concordance.changes import Archive
from goufu.catalog.model import CatalogVersion
from goufu.catalog.names import tidy_name
from goufu.catalog.text import NOTHING, Text, joined, same
from goufu.catalog.validity import applicable
from goufu.disclosure.model import BudgetItem
from goufu.matcher.findings import findings_of
from goufu.matcher.findings.table import finding
from goufu.matcher.model import Acceptance, Assessment, Candidate, Finding
from goufu.matcher.nature import likely_nature
from goufu.matcher.nature_names import Nature
from goufu.matcher.outcome_names import OUTCOME_NAMES
from goufu.matcher.precedents.similarity import (
    adds,
    is_telling,
    kinds_of,
    summary_likeness,
    telling,
    title_key,
    title_likeness,
)
from goufu.matcher.precedents.succession import (
    CARRIED,
    OVERTURNED,
    Successor,
    successor,
)

#: what was decided: an entry, that none covers the service, or that it is no purchased service
Outcome = Literal["code", "unlisted", "not_applicable"]
#: what is asked for: a section ("" for a department without one), a title key, the asking department's tidy name
Request = tuple[str, str, str]

# How far a precedent can be trusted, by what it is; all are probabilities that an officer would decide so again.
_OWN, _OWN_BARE, _NEAR, _OTHER, _OTHERS = 0.99, 0.93, 0.92, 0.85, 0.93
#: from this likeness on, two summaries say the same; below the other, they speak of different things
_SAME_SUMMARY, _OTHER_SUMMARY = 0.5, 0.15
#: a near title: how like it must be by what the summaries say (nothing, something like it, the same)
_NEAR_BARE, _NEAR_SAME = 0.80, 0.50
#: how much less like it may be where the judgement without precedents comes to the same
_AGREED = 0.15
#: a judgement as sure as this is not overruled by a precedent that is merely near
_SURE = 0.9
#: how many of a department's precedents are looked at for near titles
NEAR_POOL = 2000
#: how many with the same key are looked at, of the department itself and of others
OWN_POOL, OTHER_POOL = 24, 6
_CODES = 5


@dataclass(frozen=True, slots=True)
class Precedent:
    """One decided item. `section` is its department's ("" where it has none); the entry is in `entry_section`.

    `department` is a tidy name (`goufu.catalog.names.tidy_name`).

    `run` numbers the classification in which it was decided; later ones are later decisions. `source` is "" for a
    decision taken in this store, or the office that signed the file it came with; imported precedents have no
    summary, no unit, and run 0.
    """

    id: int
    outcome: Outcome
    nature: Nature | Literal[""]
    version: str
    entry_section: str
    code: str
    name: str
    section: str
    department: str
    unit: str
    title: str
    summary: str
    year: int | None
    decided_on: date
    run: int = 0
    source: str = ""


class PrecedentSource(Protocol):
    """Where precedents are looked up."""

    def equals(self, requests: Collection[Request]) -> Mapping[Request, Sequence[Precedent]]:
        """For each request the precedents under its section and key: the department's own (at most OWN_POOL, newest
        first), or where it has none those of other departments (at most OTHER_POOL). One without any may be missing.
        """
        ...

    def of_department(self, section: str, department: str) -> Sequence[Precedent]:
        """The newest precedents of one department (tidy name) under `section`, at most NEAR_POOL."""
        ...


class _Fates:
    """What became of the entries that precedents name, remembered: a batch asks for the same few again and again."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: dict[tuple[str, str, str, str, date], Successor] = {}

    def __call__(self, p: Precedent, a: Assessment) -> Successor | None:
        """What the precedent's entry is on the item's reference date; None where it names none."""
        if p.outcome != "code":
            return None
        key = (p.version, p.entry_section, p.code, p.name, a.reference_date)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = successor(self._archive, *key)
        return found

    def outdated(self, p: Precedent, a: Assessment) -> bool:
        """Whether “not listed” was said of another version than the one that applies to the item."""
        if p.outcome != "unlisted" or not a.sections:
            return False
        today = applicable(self._archive.versions, a.sections[0], a.reference_date).consulted
        return today is None or p.version != today.id


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the precedents say on one item: the one to apply and how far to trust it, or why none applies."""

    precedent: Precedent | None
    now: Successor | None
    weight: float
    why: Text
    finding: Finding | None = None
    near: bool = False


def requests_of(a: Assessment) -> tuple[Request, ...]:
    """What to ask for an item: one request for each section of its department."""
    key, office = title_key(a.item.title, a.item.department), _office(a.item.department)
    return tuple((section, key, office) for section in a.sections or ("",))


def applied(assessments: Sequence[Assessment], source: PrecedentSource, archive: Archive) -> list[Assessment]:
    """The assessments, in their order, with every one that has a precedent decided by it."""
    fates = _Fates(archive)
    asked = [requests_of(a) for a in assessments]
    found = source.equals({request for some in asked for request in some})
    rulings: list[Ruling | None] = [None] * len(assessments)
    taken: set[int] = set()
    open_items: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, a in enumerate(assessments):
        office = asked[number][0][2]
        pool = [p for request in asked[number] for p in found.get(request, ())]
        own = [p for p in pool if p.department == office and office]
        if own:
            taken.update([p.id for p in own])
            rulings[number] = _by_own(a, own, fates)
            continue
        if pool:
            rulings[number] = _by_others(a, pool, fates)
        if office:
            for section, _, _ in asked[number]:
                open_items[section, office].append(number)
    for (section, department), numbers in open_items.items():
        pool = [p for p in source.of_department(section, department) if p.id not in taken]
        if not pool:
            continue
        for number, ruling in _by_near([(n, assessments[n]) for n in numbers], pool, fates).items():
            rulings[number] = ruling
    return [
        a if r is None else _ruled(a, r, archive.versions) for a, r in zip(assessments, rulings, strict=True)
    ]


@lru_cache(maxsize=4096)
def _office(name: str) -> str:
    return tidy_name(name)


def _same_office(p: Precedent, a: Assessment) -> bool:
    return bool(p.department) and p.department == _office(a.item.department)


def _summaries(p: Precedent, a: Assessment) -> float | None:
    return summary_likeness(
        (a.item.summary, a.item.title, a.item.department), (p.summary, p.title, p.department)
    )


def _agrees(a: Assessment, p: Precedent, now: Successor | None) -> bool:
    """Whether the judgement without precedents comes to the same outcome."""
    if p.outcome != "code":
        return a.status == p.outcome
    entry = now.entry if now else None
    return (
        entry is not None
        and a.coded is not None
        and (a.coded.section, a.coded.code) == (entry.section, entry.code)
    )


def _nature_agrees(p: Precedent, a: Assessment) -> bool:
    bought = ("service", "mixed")
    return (p.nature in bought) == (a.nature in bought) or a.nature_score < _SURE


def _outcome(p: Precedent, now: Successor | None) -> tuple[str, str, str]:
    entry = now.entry if now else None
    return (p.outcome, entry.section, entry.code) if entry else (p.outcome, "", "")


def _newest(some: Sequence[Precedent]) -> list[Precedent]:
    """Those of the latest budget year among `some`, and of these those decided in the latest run."""
    if len(some) == 1:
        return list(some)
    year = max(p.year or p.decided_on.year for p in some)
    last = [p for p in some if (p.year or p.decided_on.year) == year]
    run = max(p.run for p in last)
    return [p for p in last if p.run == run]


def _by_own(a: Assessment, own: Sequence[Precedent], fates: _Fates) -> Ruling | None:
    """The ruling of the department's own precedents under the same key."""
    likeness = {p.id: _summaries(p, a) for p in own}
    known = [v for v in likeness.values() if v is not None]
    if known and max(known) >= _SAME_SUMMARY:
        best = max(known)
        some = [p for p in own if (likeness[p.id] or 0.0) >= best - 0.1]
        weight = _OWN
    else:
        some = [p for p in own if _compatible(p, a, likeness[p.id], fates)]
        telling_title = is_telling(title_key(a.item.title, a.item.department))
        weight = _OWN if telling_title and not known else _OWN_BARE
    if not some:
        return None
    some = _newest(some)
    same_unit = [p for p in some if _office(p.unit) == _office(a.item.unit)]
    return _settled(a, same_unit or some, fates, weight, unanimous=True)


def _compatible(p: Precedent, a: Assessment, likeness: float | None, fates: _Fates) -> bool:
    """Whether a precedent with the same key but no like summary speaks of the same purchase."""
    if likeness is not None and likeness < _OTHER_SUMMARY:
        return _agrees(a, p, fates(p, a))
    mine, theirs = _says_more(a.item), _says_more(p)
    if not mine and not theirs:
        return is_telling(title_key(a.item.title, a.item.department)) or _office(p.unit) == _office(
            a.item.unit
        )
    return is_telling(title_key(a.item.title, a.item.department)) and _nature_agrees(p, a)


def _says_more(line: BudgetItem | Precedent) -> bool:
    return adds(line.summary, line.title, line.department)


def _by_others(a: Assessment, others: Sequence[Precedent], fates: _Fates) -> Ruling | None:
    """The ruling of other departments of the same section: they must speak of the same and agree."""
    if not a.sections or not is_telling(title_key(a.item.title, a.item.department)):
        return None
    some = [
        p for p in others if _nature_agrees(p, a) and ((s := _summaries(p, a)) is None or s >= _OTHER_SUMMARY)
    ]
    if not some:
        return None
    by_office: dict[str, list[Precedent]] = defaultdict(list)
    for p in some:
        by_office[p.department or p.source].append(p)
    last = [p for office in by_office.values() for p in _newest(office)]
    return _settled(a, last, fates, _OTHER if len(by_office) == 1 else _OTHERS)


def _settled(
    a: Assessment, some: Sequence[Precedent], fates: _Fates, weight: float, unanimous: bool = False
) -> Ruling | None:
    """What `some` precedents of equal rank say together: one outcome, a contradiction, or one overturned.

    Where they need not be `unanimous`, an outcome that has at least two thirds stands.
    """
    now = {p.id: fates(p, a) for p in some}
    standing = [p for p in some if p.outcome != "code" or (s := now[p.id]) is not None and s.fate in CARRIED]
    if not standing:
        p = max(some, key=lambda p: p.decided_on)
        gone = now[p.id]
        if gone is None or gone.fate not in OVERTURNED:
            return None
        flag = finding(
            "GF501",
            Text(
                f"{_cite(p, a).zh}：{gone.text.zh}，须重新认定",
                f"decided on {p.decided_on}: {gone.text.en}; decide again",
            ),
            (_cite(p, a), gone.text),
            place=a.item.place,
            entry=f"{p.version} {p.entry_section} {p.code}",
        )
        return Ruling(None, gone, 0.0, NOTHING, flag)
    standing = [p for p in standing if not fates.outdated(p, a)]
    if not standing:
        return None
    if len(standing) == 1:
        (only,) = standing
        return Ruling(only, now[only.id], weight, _cite(only, a, now[only.id]))
    votes = Counter(_outcome(p, now[p.id]) for p in standing)
    (winner, count), *rest = votes.most_common()
    if rest and (unanimous or 2 * sum(n for _, n in rest) > count):
        flag = finding(
            "GF502",
            Text(
                "同名项目的先例认定不一致，须人工认定",
                "earlier decisions on lines of this title disagree; a person must decide",
            ),
            [joined((_cite(p, a), _outcome_in_words(p, now[p.id])), "：", ": ") for p in standing[:3]],
            place=a.item.place,
        )
        return Ruling(None, None, 0.0, NOTHING, flag)
    chosen = max(
        (p for p in standing if _outcome(p, now[p.id]) == winner),
        key=lambda p: (p.decided_on, p.id),
    )
    return Ruling(chosen, now[chosen.id], weight, _cite(chosen, a, now[chosen.id], count))


def _by_near(
    items: Sequence[tuple[int, Assessment]], pool: Sequence[Precedent], fates: _Fates
) -> dict[int, Ruling]:
    """Rulings for lines without an equal: last year's line in other words. Each precedent serves one line only."""
    if not pool:
        return {}
    from rapidfuzz import fuzz, process

    keys = ["".join(sorted(telling(p.title, p.department))) for p in pool]
    pairs: list[tuple[float, int, int]] = []
    for number, a in items:
        key = "".join(sorted(telling(a.item.title, a.item.department)))
        for _, _, at in process.extract(key, keys, scorer=fuzz.ratio, limit=5, score_cutoff=45):
            like = _near(a, pool[at], fates)
            if like:
                pairs.append((like, number, at))
    by_number = dict(items)
    done: dict[int, Ruling] = {}
    used: set[int] = set()
    for like, number, at in sorted(pairs, reverse=True):
        p, a = pool[at], by_number[number]
        if number in done or at in used or _rival(pairs, like, number, at, pool):
            continue
        now = fates(p, a)
        if (now is not None and now.fate not in CARRIED) or fates.outdated(p, a):
            continue
        used.add(at)
        done[number] = Ruling(p, now, _NEAR * min(1.0, like + 0.1), _cite(p, a, now, near=True), near=True)
    return done


def _near(a: Assessment, p: Precedent, fates: _Fates) -> float:
    """How near a precedent's line is to the item, 0 where it is not near enough or the judgement is sure otherwise."""
    title = title_likeness(a.item.title, p.title, a.item.department, p.department)
    summary = _summaries(p, a)
    if summary is not None and summary < _OTHER_SUMMARY:
        return 0.0
    need = _NEAR_SAME if summary is not None and summary >= _SAME_SUMMARY else _NEAR_BARE
    now = fates(p, a)
    if _agrees(a, p, now):
        need -= _AGREED
    elif kinds_of(a.item.title, a.item.department) != kinds_of(p.title, p.department):
        return 0.0
    if title < need or _contradicted(a, p, now):
        return 0.0
    return title if summary is None else (title + max(title, summary)) / 2


def _contradicted(a: Assessment, p: Precedent, now: Successor | None) -> bool:
    """Whether the judgement without precedents is sure of something else."""
    if not _nature_agrees(p, a):
        return True
    sure = a.codes[0].score if a.coded else a.nature_score
    return a.decision == "auto" and sure >= _SURE and not _agrees(a, p, now)


def _rival(
    pairs: Sequence[tuple[float, int, int]], like: float, number: int, at: int, pool: Sequence[Precedent]
) -> bool:
    """Whether another precedent is about as near to the line and says something else."""
    mine = (pool[at].outcome, pool[at].entry_section, pool[at].code)
    return any(
        n == number
        and other != at
        and like - v < 0.05
        and (pool[other].outcome, pool[other].entry_section, pool[other].code) != mine
        for v, n, other in pairs
    )


def _outcome_in_words(p: Precedent, now: Successor | None) -> Text:
    entry = now.entry if now else None
    if entry:
        return same(f"{entry.code} {entry.name}")
    if p.outcome != "code":
        return OUTCOME_NAMES[p.outcome]
    return same(f"{p.code} {p.name}")


def _cite(
    p: Precedent, a: Assessment, now: Successor | None = None, agreeing: int = 1, near: bool = False
) -> Text:
    """The precedent in words: date, who, which line, and what was said. `近似` where the line is only near."""
    own = _same_office(p, a)
    kind = Text("近似先例", "near precedent") if near else Text("先例", "precedent")
    other = p.department or p.source
    whose = Text("本部门", "of this department") if own else Text(other, f"of {other}")
    year = Text(f"（{p.year} 年预算）", f" (budget of {p.year})") if p.year else NOTHING
    parts = [
        Text(
            f"{kind.zh} {p.decided_on} {whose.zh}“{p.title}”{year.zh}",
            f"{kind.en} of {p.decided_on} {whose.en}, '{p.title}'{year.en}",
        )
    ]
    if p.source and p.source != whose.zh:
        parts.append(Text(f"{p.source} 提供", f"given by {p.source}"))
    if agreeing > 1:
        parts.append(Text(f"共 {agreeing} 例一致", f"{agreeing} agree"))
    if now is not None and now.text and now.entry is not None:
        parts.append(now.text)
    return joined(parts, "，", ", ")


def _ruled(a: Assessment, ruling: Ruling, versions: tuple[CatalogVersion, ...]) -> Assessment:
    """The assessment as the ruling has it; where no precedent applies, only flagged and put up for review.

    What the department itself wrote and is out of date stays to be said, whatever was decided before.
    """
    if a.status == "superseded":
        return a
    if ruling.precedent is None:
        flagged = (*a.findings, ruling.finding) if ruling.finding else a.findings
        return replace(a, decision="review", findings=flagged)
    p, now = ruling.precedent, ruling.now
    same = _agrees(a, p, now)
    weight = ruling.weight if now is None or now.fate != "close" else min(ruling.weight, 0.8)
    decision: Acceptance = "auto" if weight >= 0.95 or (weight >= _OTHER and same) else "review"
    codes, status, fit = a.codes, a.status, a.fit
    if p.outcome == "code" and now is not None and now.entry is not None:
        codes, status, fit = _coded(a, now, weight, ruling.why), "listed", max(a.fit, weight)
    elif p.outcome == "unlisted":
        status = "unlisted"
    else:
        status = "not_applicable"
    nature = p.nature or _without_service(a)
    out = replace(
        a,
        nature=nature,
        nature_score=max(weight, a.nature_score if a.nature == nature else 0.0),
        status=status,
        decision=decision,
        fit=fit,
        codes=codes,
        precedent=ruling.why,
    )
    if same and a.nature == nature:
        return out  # the findings rest on what was judged all the same
    return replace(out, findings=findings_of(out, versions))


def _without_service(a: Assessment) -> Nature:
    """What the money buys where the officer only said that it is no purchased service: as judged, or the likeliest."""
    bought: tuple[Nature, ...] = ("service", "mixed")
    return a.nature if a.nature not in bought else likely_nature(a.item.title, a.item.summary, without=bought)


def _coded(a: Assessment, now: Successor, weight: float, why: Text) -> tuple[Candidate, ...]:
    """The candidates with the precedent's entry first, the others sharing what probability is left."""
    entry = now.entry
    assert entry is not None
    before = next((c for c in a.codes if (c.section, c.code) == (entry.section, entry.code)), None)
    first = Candidate(
        entry.version,
        entry.section,
        entry.code,
        entry.name,
        now.path,
        max(weight, before.score if before else 0.0),
        (why, *(before.why if before else ())),
        before.also if before else (),
        now.fallback,
    )
    left = 1 - first.score
    rest = (
        c
        if c.score <= left
        else Candidate(c.version, c.section, c.code, c.name, c.path, left, c.why, c.also, c.fallback)
        for c in a.codes
        if c is not before
    )
    return (first, *rest)[:_CODES]
