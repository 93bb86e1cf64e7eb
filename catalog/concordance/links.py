"""Which entries of one section are the same service in two versions, and on what evidence.

Works on two lists of entries and knows nothing of coverage or of kinds of change. Headings come first, so that an
entry can be looked for under the heading that became its own. A name says more than a code: equal names are linked
wherever they stand; differing names only where their likeness, together with the same code, the same heading and
linked neighbours, carries it. What a person decided is taken as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from goufu.catalog.codes import level, parent
from goufu.catalog.concordance.decided import DecidedChange, Kind, Settled
from goufu.catalog.concordance.similarity import (
    Likeness,
    Weigher,
    core,
    covered,
    differences,
    likeness,
    pairs,
    same_words,
    weigher,
)
from goufu.catalog.model import Entry
from goufu.catalog.text import Text

#: below this confidence a change is a close call
CLOSE = 0.75

# What a link between differing names needs: likeness alone, by what else speaks for it.
_SAME_CODE, _SAME_HEADING, _ELSEWHERE = 0.50, 0.70, 0.88
_WITHIN = 0.95  # one name wholly inside the other
_PART = 0.85  # a part of a split or merged name
_GAIN = 0.12  # what a further part must add
_GENERAL = 6  # characters that a general name must have to be one
_RIVAL = 0.08  # another pair so near leaves the choice open
_POSTINGS = 400  # entries looked at for one name, those sharing its rarest pairs of characters first
_SHORTLIST = 8


class Evidence(NamedTuple):
    """One reason for a relation; `kind` is stable, `text` is for people."""

    kind: str
    text: Text


@dataclass(slots=True)
class Link:
    """Two entries held for the same service, and why; `kind` only where a person named it."""

    old: Entry
    new: Entry
    confidence: float
    evidence: tuple[Evidence, ...]
    kind: Kind | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    """All that bears on linking the entries of one level of one section. `links`, `done_*` grow as links are made."""

    olds: Sequence[Entry]
    news: Sequence[Entry]
    links: dict[tuple[str, str], Link]
    done_old: set[str]
    done_new: set[str]
    headings: _Headings
    settled: Settled
    misprinted: Mapping[Entry, str]

    def tie(self, link: Link) -> None:
        """Enter a link."""
        self.links[link.old.code, link.new.code] = link
        self.done_old.add(link.old.code)
        self.done_new.add(link.new.code)

    @property
    def rest_old(self) -> list[Entry]:
        """The old entries that have no link and are not settled as removed."""
        return [e for e in self.olds if e.code not in self.done_old]

    @property
    def rest_new(self) -> list[Entry]:
        """The new entries that have no link and are not settled as added."""
        return [e for e in self.news if e.code not in self.done_new]

    def may(self, old: Entry, new: Entry) -> bool:
        """Whether no person has said that the two are not the same service."""
        return (old.code, new.code) not in self.settled.unlike

    def near(self, old: Entry, new: Entry) -> bool:
        """Whether the two are under headings that are linked, or under the same code."""
        a, b = parent(old.code), parent(new.code)
        return a == b or b in self.headings.old_to_new.get(a, ())


class _Headings(NamedTuple):
    """Which headings one level up are linked with which."""

    old_to_new: Mapping[str, Set[str]]
    new_to_old: Mapping[str, Set[str]]

    def news(self, heading: str) -> Set[str]:
        """The new headings that the old one `heading` is linked with; itself where it has no link."""
        return self.old_to_new.get(heading, {heading})

    def olds(self, heading: str) -> Set[str]:
        """The same the other way round."""
        return self.new_to_old.get(heading, {heading})


def links(
    olds: Sequence[Entry],
    news: Sequence[Entry],
    settled: Settled,
    misprinted: Mapping[Entry, str],
    known: Iterable[Link] = (),
) -> dict[tuple[str, str], Link]:
    """The pairs of entries of one section held for the same service, by (old code, new code).

    `misprinted` says of which entries the document itself is at fault. `known` are links found by following the
    entries through versions between; decisions go before them.
    """
    found: dict[tuple[str, str], Link] = {}
    old_by, new_by = {e.code: e for e in olds}, {e.code: e for e in news}
    for a, b, decision in settled.links:
        found[a, b] = Link(old_by[a], new_by[b], 1.0, (decided(decision),), decision.kind)
    done_old = {a for a, _ in found} | settled.removed.keys()
    done_new = {b for _, b in found} | settled.added.keys()
    for link in known:
        a, b = link.old.code, link.new.code
        if a not in settled.codes_old and b not in settled.codes_new and (a, b) not in settled.unlike:
            found[a, b] = link
            done_old.add(a)
            done_new.add(b)
    for depth in range(1, 5):
        old_to_new, new_to_old = defaultdict(set), defaultdict(set)
        for a, b in found:
            if level(a) == depth - 1:
                old_to_new[a].add(b)
                new_to_old[b].add(a)
        at = _Level(
            [e for e in olds if e.level == depth],
            [e for e in news if e.level == depth],
            found,
            done_old,
            done_new,
            _Headings(old_to_new, new_to_old),
            settled,
            misprinted,
        )
        _link_same_names(at)
        if at.rest_old and at.rest_new:
            weigh = weigher(core(e.name) for e in (*at.olds, *at.news))
            left_old, left_new = at.rest_old, at.rest_new
            _link_alike(at, weigh)
            _link_parts(at, left_old, left_new, weigh)
    return found


def decided(decision: DecidedChange) -> Evidence:
    """A person's decision as evidence."""
    return Evidence("decision", Text(f"人工认定：{decision.why}", f"decided by a person: '{decision.why}'"))


_SAME_ENTRY = Evidence("same", Text("代码、名称均同", "same code and name"))


def _link_same_names(at: _Level) -> None:
    """Link entries of the same name: first under the same code, then wherever they went."""
    new_by = {e.code: e for e in at.rest_new}
    for o in at.rest_old:
        n = new_by.get(o.code)
        if n is None or not at.may(o, n):
            continue
        if o.name == n.name:
            at.tie(Link(o, n, 1.0, (_SAME_ENTRY,), exact=True))
        elif core(o.name) == core(n.name):
            at.tie(Link(o, n, 0.99, _worded(o, n, at.misprinted), exact=True))
    waiting: dict[str, list[Entry]] = defaultdict(list)
    for n in at.rest_new:
        waiting[core(n.name)].append(n)
    for o in at.rest_old:
        twins = [n for n in waiting[core(o.name)] if n.code not in at.done_new and at.may(o, n)]
        if twins:
            n = min(twins, key=lambda n: (not at.near(o, n), n.code))
            near = at.near(o, n)
            notes = _placed(o, n, near, _worded(o, n, at.misprinted), "同名", "same name")
            at.tie(Link(o, n, 0.97 if near else 0.92, notes, exact=True))


class _Proposal(NamedTuple):
    """A link that the evidence would carry; `standing` is likeness with what place adds to it."""

    standing: float
    old: Entry
    new: Entry
    like: Likeness
    beside: int


def _link_alike(at: _Level, weigh: Weigher) -> None:
    """Link entries whose names differ but are alike enough, the surest pair first, each entry once."""
    old_beside, new_beside = _beside(at.olds), _beside(at.news)
    proposals = []
    for o, n in _candidates(at.rest_old, at.rest_new):
        like = likeness(core(o.name), core(n.name), weigh)
        if at.may(o, n) and _carries(o, n, like, at.near(o, n)):
            around = zip(old_beside[o.code], new_beside[n.code], strict=True)
            beside = sum((a, b) in at.links for a, b in around if a and b)
            standing = like.similarity + _bonus(o, n, at.near(o, n)) + 0.03 * beside
            proposals.append(_Proposal(standing, o, n, like, beside))
    proposals.sort(key=lambda p: (-p.standing, p.old.code, p.new.code))
    standings: dict[tuple[str, str], list[float]] = defaultdict(list)
    for p in proposals:
        standings["old", p.old.code].append(p.standing)
        standings["new", p.new.code].append(p.standing)
    for p in proposals:
        if p.old.code in at.done_old or p.new.code in at.done_new:
            continue
        rivals = (*standings["old", p.old.code], *standings["new", p.new.code])
        contested = sum(s > p.standing - _RIVAL for s in rivals) > 2  # it stands in both lists itself
        at.tie(_link_of(p, at, contested))


def _link_of(p: _Proposal, at: _Level, contested: bool) -> Link:
    confidence = min(0.97, 0.5 + (p.standing - _SAME_CODE))
    notes = _placed(
        p.old,
        p.new,
        at.near(p.old, p.new),
        _worded(p.old, p.new, at.misprinted),
        f"名称相似度 {p.like.similarity:.2f}",
        f"likeness of names {p.like.similarity:.2f}",
    )
    if p.beside:
        notes += (Evidence("neighbours", Text("相邻条目也相对应", "its neighbours correspond as well")),)
    if contested:
        notes += (Evidence("rival", Text("另有相近的条目可对应", "another entry is nearly as close")),)
        confidence = min(confidence, CLOSE - 0.01)
    return Link(p.old, p.new, confidence, notes)


def _bonus(one: Entry, other: Entry, near: bool) -> float:
    """What the place of two entries adds to the likeness of their names."""
    return 0.12 * (one.code == other.code) + 0.04 * near


def _carries(old: Entry, new: Entry, like: Likeness, near: bool) -> bool:
    """Whether likeness and place together carry a link."""
    if same_words(old.name, new.name):
        return True
    if old.code == new.code:
        return like.similarity >= _SAME_CODE
    if near:
        within = max(like.old_in_new, like.new_in_old) >= _WITHIN
        return like.similarity >= (_SAME_CODE if within else _SAME_HEADING)
    return like.similarity >= _ELSEWHERE


def _candidates(olds: Sequence[Entry], news: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs worth a closer look: all where there are few, else those sharing rare pairs of characters.

    Each old entry meets the entry under its own code and at most `_SHORTLIST` others, so that the work grows
    with the number of entries and not with its square.
    """
    if len(olds) * len(news) <= 2500:
        yield from ((o, n) for o in olds for n in news)
        return
    index = _index(news)
    by_code = {n.code: n for n in news}
    for o in olds:
        found = _shortlist(core(o.name), index)
        same = by_code.get(o.code)
        if same is not None and same not in found:
            found.append(same)
        yield from ((o, n) for n in found)


def _beside(entries: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    """For each code the codes printed just before and after it under the same heading, "" where there is none."""
    beside = {e.code: ["", ""] for e in entries}
    for one, two in pairwise(entries):
        if parent(one.code) == parent(two.code):
            beside[one.code][1], beside[two.code][0] = two.code, one.code
    return {code: (before, after) for code, (before, after) in beside.items()}


def _link_parts(at: _Level, olds: Sequence[Entry], news: Sequence[Entry], weigh: Weigher) -> None:
    """Link what is left over to a neighbour's counterpart, where it is a further part of it: a split or a merger.

    Only entries among `olds` and `news`, those that had no namesake, can be split or merged.
    """
    old_codes, new_codes = {o.code for o in olds}, {n.code for n in news}
    fresh = [k for (a, b), k in at.links.items() if a in old_codes and b in new_codes]
    left_new, left_old = _by_heading(at.rest_new), _by_heading(at.rest_old)
    for link in fresh:
        rest = [
            n for b in at.headings.news(parent(link.old.code)) for n in left_new[b] if at.may(link.old, n)
        ]
        for n, share in _further(link.old, link.new, rest, weigh):
            if n.code not in at.done_new:
                at.tie(Link(link.old, n, _part_confidence(share), (_part_of(n, link.old),)))
    for link in fresh:
        rest = [
            o for a in at.headings.olds(parent(link.new.code)) for o in left_old[a] if at.may(o, link.new)
        ]
        for o, share in _further(link.new, link.old, rest, weigh):
            if o.code not in at.done_old:
                at.tie(Link(o, link.new, _part_confidence(share), (_part_of(o, link.new),)))


def _by_heading(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for e in entries:
        found[parent(e.code)].append(e)
    return found


def _further(
    whole: Entry, part: Entry, rest: Sequence[Entry], weigh: Weigher
) -> Iterator[tuple[Entry, float]]:
    """The entries of `rest` that are further parts of `whole` beside `part`, and how surely, 0 to 1.

    Either they are parts that together with `part` make up the whole (宣传教育、科学普及 → 宣传教育 and 科学普及), each
    giving what the others do not; or the whole is the general name that all contain (生态文明宣传 for
    …生态文明思想宣讲宣传 and …生态文明建设宣传).
    """
    name = core(whole.name)
    first = likeness(name, core(part.name), weigh)
    likes = [(likeness(name, core(e.name), weigh), e) for e in rest]
    if first.new_in_old >= _PART:
        taken: list[tuple[Entry, float]] = []
        so_far = covered(name, (core(part.name),), weigh)
        for like, e in sorted(likes, key=lambda x: (-x[0].new_in_old * x[0].old_in_new, x[1].code)):
            names = (core(part.name), *(core(t.name) for t, _ in taken), core(e.name))
            if like.new_in_old >= _PART and (more := covered(name, names, weigh)) - so_far >= _GAIN:
                taken.append((e, min(first.new_in_old, like.new_in_old)))
                so_far = more
        if taken and so_far >= _PART:
            yield from ((e, min(share, so_far)) for e, share in taken)
            return
    if len(name) >= _GENERAL and first.old_in_new >= _PART:
        yield from (
            (e, min(first.old_in_new, like.old_in_new)) for like, e in likes if like.old_in_new >= _PART
        )


def _part_confidence(share: float) -> float:
    return min(0.9, 0.5 + (share - _PART) * 2)


def _part_of(part: Entry, whole: Entry) -> Evidence:
    return Evidence(
        "part",
        Text(
            f"“{part.name}”与“{whole.name}”一为全部、一为部分",
            f"'{part.name}' and '{whole.name}' are part and whole",
        ),
    )


def _worded(old: Entry, new: Entry, misprinted: Mapping[Entry, str]) -> tuple[Evidence, ...]:
    """What differs in the names, and what is known about it."""
    if old.name == new.name:
        return ()
    gone = "".join(f"“{p.text}”" for p in differences(old.name, new.name) if p.side == "old")
    come = "".join(f"“{p.text}”" for p in differences(old.name, new.name) if p.side == "new")
    zh = "，".join(x for x in (f"去{gone}" if gone else "", f"加{come}" if come else "") if x)
    notes = [Evidence("words", Text(f"名称{zh}", f"names differ: -{gone} +{come}"))]
    same = same_words(old.name, new.name)
    if same:
        how = {
            "form": ("标点或写法", "punctuation"),
            "particles": ("虚词", "particles"),
            "order": ("词序", "order of words"),
        }
        notes.append(Evidence("same words", Text(f"只有{how[same][0]}不同", f"only {how[same][1]} differs")))
    for entry in (old, new):
        if entry in misprinted:
            notes.append(
                Evidence(
                    "misprint",
                    Text(
                        f"{entry.version} 的 {entry.code} 有误印：{misprinted[entry]}",
                        f"{entry.version} has a misprint at {entry.code}: '{misprinted[entry]}'",
                    ),
                )
            )
    return tuple(notes)


def _placed(
    old: Entry, new: Entry, near: bool, worded: tuple[Evidence, ...], zh: str, en: str
) -> tuple[Evidence, ...]:
    notes = [Evidence("name", Text(zh, en)), *worded]
    if old.code == new.code:
        notes.append(Evidence("code", Text("代码相同", "same code")))
    else:
        notes.append(
            Evidence(
                "code",
                Text(f"代码由 {old.code} 改为 {new.code}", f"code changed from {old.code} to {new.code}"),
            )
        )
        if near and len(old.code) > 1:
            notes.append(
                Evidence(
                    "heading", Text(f"同在 {parent(new.code)} 之下", f"both stand under {parent(new.code)}")
                )
            )
    return tuple(notes)


class Nearest:
    """The entries of one side by likeness of name: what comes nearest to an entry that has no counterpart."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._levels: dict[int, tuple[Mapping[str, Sequence[Entry]], Weigher]] = {}

    def __call__(self, entry: Entry, taken: Set[str]) -> tuple[tuple[Entry, float] | None, float]:
        """The nearest entry of the same level with its likeness, and the standing of the nearest not in `taken`.

        `taken` are codes that have their counterpart beyond doubt; the others could have been this entry's.
        """
        depth = entry.level
        if depth not in self._levels:
            peers = [e for e in self._entries if e.level == depth]
            self._levels[depth] = _index(peers), weigher(core(e.name) for e in peers)
        index, weigh = self._levels[depth]
        name = core(entry.name)
        found = [(likeness(name, core(e.name), weigh).similarity, e) for e in _shortlist(name, index)]
        if not found:
            return None, 0.0
        best, nearest = max(found, key=lambda x: (x[0], x[1].code))
        rivals = (
            like + _bonus(entry, e, parent(entry.code) == parent(e.code))
            for like, e in found
            if e.code not in taken
        )
        return (nearest, best), max(rivals, default=0.0)


def _index(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    """`entries` by each pair of adjacent characters of their core names."""
    index: dict[str, list[Entry]] = defaultdict(list)
    for e in entries:
        for pair in pairs(core(e.name)):
            index[pair].append(e)
    return index


def _shortlist(name: str, index: Mapping[str, Sequence[Entry]]) -> list[Entry]:
    """The entries of `index` that share most with the core `name`, the rarest pairs of characters first.

    Only so many postings are read for each name, so that the cost does not grow with the catalog.
    """
    shared: dict[Entry, float] = defaultdict(float)
    budget = _POSTINGS
    for entries in sorted((index[p] for p in pairs(name) if p in index), key=len):
        for entry in entries[:budget]:
            shared[entry] += 1 / len(entries) + 0.1
        budget -= len(entries)
        if budget <= 0:
            break
    return nlargest(_SHORTLIST, shared, key=lambda e: (shared[e], e.code))
