"""How the entries of one version of the catalog correspond to those of another, and what became of an entry.

Each section is compared with itself, level by level. Entries are linked where the evidence carries it: the same
name first (a code is only a place, a name is the service), then likeness of names weighed by how rare their words
are in the section, helped by the same code, the same heading and linked neighbours. What is linked is then typed;
what is not is added or removed. Where one code stands in both versions for services that are not linked, that is
shown as well (`reused`).

Only what is held is compared. A section that one version does not hold, and a part of a section beyond its held
pages, is `not_comparable`: counted, never reported as added or removed. Meaning is not understood here, so a close
call is marked for a person, and what a person decided (data/catalogs/concordance/*.tsv) wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from goufu.catalog.concordance.decided import (
    KINDS,
    LINKING,
    DecidedChange,
    Kind,
    Settled,
    decisions_in,
    settle,
)
from goufu.catalog.concordance.links import CLOSE, Evidence, Link, Nearest, decided, links
from goufu.catalog.concordance.similarity import distance, same_words
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import load_catalogs, readings_of
from goufu.catalog.model import CatalogVersion, Entry, Reading, Section
from goufu.catalog.text import Text
from goufu.catalog.validity import in_order


@dataclass(frozen=True, slots=True)
class Change:
    """One relation between entries of one section in two versions.

    `old` or `new` is empty where the other version has (or holds) nothing. `confidence` is 0 to 1, and 1 where a
    person decided. `close` marks a call that a person should settle. `nearest` is the entry of the other version
    that comes nearest to one that was added or removed, with the likeness of their names; it is no counterpart.
    """

    from_version: str
    to_version: str
    section: str
    kind: Kind
    old: tuple[Entry, ...]
    new: tuple[Entry, ...]
    confidence: float
    evidence: tuple[Evidence, ...]
    close: bool = False
    nearest: tuple[Entry, float] | None = None

    @property
    def code(self) -> str:
        """The code by which the change is filed: the first old one, or else the first new one."""
        return (self.old or self.new)[0].code


_FROM = re.compile(r"自\s*([AB]\d*)\s*起")
_UNTIL = re.compile(r"止于(?:标题)?\s*([AB]\d*)")
_GAP = re.compile(r"([AB]\d+)\s*之后、\s*([AB]\d+)\s*之前")
_LAST = "C"  # sorts after every code


def reach(section: Section | None) -> tuple[tuple[str, str], ...]:
    """The stretches of codes (first and last, both included) of which a version's section is known to be held.

    All of a complete section, nothing of an absent one. Of a partial one what its evidence states: `自 X 起`,
    `止于（标题）X`, `缺…：X 之后、Y 之前`; a partial section whose evidence states none of these reaches nowhere, so
    that nothing is ever called added or removed by guess. Within a section codes sort as they are printed.
    """
    if section is None or section.coverage == "absent":
        return ()
    if section.coverage == "complete":
        return (("", _LAST),)
    begin, end = _FROM.search(section.evidence), _UNTIL.search(section.evidence)
    gaps = _GAP.findall(section.evidence)
    if not (begin or end or gaps):
        return ()
    first, last = begin[1] if begin else "", end[1] if end else _LAST
    edges = [first, *(code for gap in gaps for code in gap), last]
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def reaches(stretches: Sequence[tuple[str, str]], code: str) -> bool:
    """Whether `code` lies within one of the `stretches`, so that its absence there means something."""
    return any(first <= code <= last for first, last in stretches)


def _kind_of_pair(old: Entry, new: Entry, misprinted: Mapping[Entry, str]) -> Kind:
    if old.code != new.code:
        return "renumbered"
    if old.name == new.name:
        return "unchanged"
    if same_words(old.name, new.name):
        return "editorial"
    if (old in misprinted or new in misprinted) and distance(old.name, new.name) <= 2:
        return "editorial"
    return "renamed"


def _components(ties: Iterable[Link]) -> Iterator[list[Link]]:
    """The links, those that share an entry together."""
    group: dict[tuple[int, str], list[Link]] = {}
    for link in ties:
        a, b = (0, link.old.code), (1, link.new.code)
        one, two = group.get(a), group.get(b)
        if one is None and two is None:
            group[a] = group[b] = [link]
        elif one is None or two is None or one is two:
            both = one if one is not None else two
            assert both is not None
            both.append(link)
            group[a] = group[b] = both
        else:
            one += [link, *two]
            for member in two:
                group[0, member.old.code] = group[1, member.new.code] = one
    seen: set[int] = set()
    for members in group.values():
        if id(members) not in seen:
            seen.add(id(members))
            yield members


def _typed(
    versions: tuple[str, str], section: str, ties: list[Link], misprinted: Mapping[Entry, str]
) -> Change:
    """The change that a group of links amounts to."""
    ties = sorted(ties, key=lambda k: (k.old.code, k.new.code))
    olds = tuple(dict.fromkeys(k.old for k in ties))
    news = tuple(dict.fromkeys(k.new for k in ties))
    named = next((k.kind for k in ties if k.kind is not None), None)
    kind: Kind
    if len(olds) == len(news) == 1:
        kind = named or _kind_of_pair(olds[0], news[0], misprinted)
    else:
        kind = "split" if len(olds) <= len(news) else "merged"
    confidence = min(k.confidence for k in ties)
    if kind == "editorial" and named is None:
        confidence = max(confidence, 0.95)
    evidence = tuple(dict.fromkeys(e for k in ties for e in k.evidence))
    return Change(*versions, section, kind, olds, news, round(confidence, 2), evidence, confidence < CLOSE)


def _compare_section(
    old: CatalogVersion,
    new: CatalogVersion,
    section: str,
    settled: Settled,
    misprinted: Mapping[Entry, str],
    known: Iterable[Link] = (),
) -> list[Change]:
    """Every relation between the entries of one section in the two versions."""
    versions = (old.id, new.id)
    olds, news = old.in_section(section), new.in_section(section)
    old_reach, new_reach = reach(old.sections.get(section)), reach(new.sections.get(section))
    if not old_reach and not olds or not new_reach and not news:
        return [*_beyond(versions, section, olds, new, True), *_beyond(versions, section, news, old, False)]
    ties = links(olds, news, settled, misprinted, known)
    linked = [_typed(versions, section, group, misprinted) for group in _components(ties.values())]
    gone = _unlinked(
        versions, "removed", olds, [(a, k) for (a, _), k in ties.items()], new, new_reach, settled.removed
    )
    come = _unlinked(
        versions, "added", news, [(b, k) for (_, b), k in ties.items()], old, old_reach, settled.added
    )
    unlinked = {(0, c.code): c for c in gone if c.kind == "removed"}
    unlinked |= {(1, c.code): c for c in come if c.kind == "added"}
    new_by = {e.code: e for e in news}
    reused = [
        _reused(versions, e, new_by[e.code], settled, ties, unlinked)
        for e in olds
        if e.code in new_by and (e.code, e.code) not in ties
    ]
    return sorted(
        [*linked, *gone, *come, *reused],
        key=lambda c: (c.code, KINDS.index(c.kind), [e.code for e in c.new]),
    )


def _unlinked(
    versions: tuple[str, str],
    kind: Kind,
    entries: Sequence[Entry],
    ties: Sequence[tuple[str, Link]],
    other: CatalogVersion,
    other_reach: Sequence[tuple[str, str]],
    decisions: Mapping[str, DecidedChange],
) -> list[Change]:
    """What became of the entries of one version ("removed": the old one) that no link ties to the `other`.

    `ties` are the links by this version's codes. Where the other version is not held at an entry's place, nothing is
    said of it; an entry that is exactly another's counterpart is no candidate for the nearest.
    """
    section = entries[0].section if entries else ""
    linked = {code for code, _ in ties}
    if kind == "removed":
        taken = {link.new.code for _, link in ties if link.exact or link.kind}
    else:
        taken = {link.old.code for _, link in ties if link.exact or link.kind}
    nearest = Nearest(other.in_section(section))
    found: list[Change] = []
    for entry in entries:
        if entry.code in linked:
            continue
        if reaches(other_reach, entry.code):
            found.append(_alone(versions, entry, kind, decisions.get(entry.code), *nearest(entry, taken)))
        else:
            found += _beyond(versions, section, [entry], other, kind == "removed")
    return found


def _alone(
    versions: tuple[str, str],
    entry: Entry,
    kind: Kind,
    decision: DecidedChange | None,
    nearest: tuple[Entry, float] | None,
    rival: float,
) -> Change:
    notes = []
    if decision is not None:
        confidence = 1.0
        notes.append(decided(decision))
    else:
        confidence = max(0.3, min(0.97, 1.2 - rival))
    if nearest is not None and nearest[1] >= 0.3:
        found, like = nearest
        notes.append(
            Evidence(
                "nearest",
                Text(
                    f"{found.version} 中最接近的是 {found.code} {found.name}（名称相似度 {like:.2f}）",
                    f"nearest in {found.version}: {found.code} {found.name} (likeness {like:.2f})",
                ),
            )
        )
    else:
        other = versions[0] if kind == "added" else versions[1]
        notes.append(Evidence("nearest", Text(f"{other} 中没有相近的条目", f"nothing like it in {other}")))
    gone, come = ((), (entry,)) if kind == "added" else ((entry,), ())
    return Change(
        *versions,
        entry.section,
        kind,
        gone,
        come,
        round(confidence, 2),
        tuple(notes),
        confidence < CLOSE,
        nearest,
    )


def _beyond(
    versions: tuple[str, str], section: str, entries: Sequence[Entry], other: CatalogVersion, is_old: bool
) -> Iterator[Change]:
    """The entries that the other version cannot be asked about, and why not."""
    if not entries:
        return
    held = other.sections.get(section)
    if held is not None and held.coverage == "partial":
        note = Evidence(
            "not held",
            Text(
                f"{other.id} 的“{section}”只存一部分（{held.evidence}），此处未存",
                f"{other.id} holds '{section}' only in part; this place is not held",
            ),
        )
    elif section == "A" and "A" in other.classes:
        note = Evidence(
            "not held",
            Text(
                f"{other.id} 的 A 类按部门列至{'三四'[other.levels - 3]}级，没有不分部门的一节；请按部门查看（-d 部门）",
                f"{other.id} lists class A by department, with no section for all of them; look at one (-d)",
            ),
        )
    elif section == "B" or section == "A":
        note = Evidence(
            "not held", Text(f"{other.id} 不含 {section} 类", f"{other.id} has no class {section}")
        )
    elif other.levels == 3:
        note = Evidence(
            "not held",
            Text(
                f"{other.id} 是省级框架，A 类不分部门",
                f"{other.id} is the provincial frame and has no department sections",
            ),
        )
    else:
        note = Evidence(
            "not held",
            Text(
                f"{other.id} 未见“{section}”（未存，或部门更名、撤并）",
                f"{other.id} does not show '{section}' (not held, or renamed or merged)",
            ),
        )
    for e in entries:
        gone, come = ((e,), ()) if is_old else ((), (e,))
        yield Change(*versions, section, "not_comparable", gone, come, 1.0, (note,))


def _reused(
    versions: tuple[str, str],
    old: Entry,
    new: Entry,
    settled: Settled,
    ties: Mapping[tuple[str, str], Link],
    unlinked: Mapping[tuple[int, str], Change],
) -> Change:
    """One code, two services. As sure as the two are unlike: the least of what became of either."""
    notes = [
        Evidence(
            "reused",
            Text(
                f"{old.code} 原为“{old.name}”，现为“{new.name}”",
                f"{old.code} was '{old.name}' and is now '{new.name}'",
            ),
        )
    ]
    decision = settled.unlike.get((old.code, new.code))
    if decision is not None:
        notes.append(decided(decision))
        confidence = 1.0
    else:
        sides = [unlinked[k].confidence for k in ((0, old.code), (1, new.code)) if k in unlinked]
        sides += [k.confidence for (a, b), k in ties.items() if a == old.code or b == new.code]
        confidence = min(sides, default=1.0)
    return Change(
        *versions,
        old.section,
        "reused",
        (old,),
        (new,),
        round(confidence, 2),
        tuple(notes),
        confidence < CLOSE,
    )


def misprints(version: CatalogVersion, readings: Iterable[Reading]) -> dict[Entry, str]:
    """The entries of `version` that its apparatus calls an error of the document itself, with the reason."""
    found = {}
    for reading in readings:
        entry = version.by_key.get((reading.section, reading.code))
        if entry is not None and reading.decision == "erratum":
            found[entry] = reading.why
    return found


def sections_of(old: CatalogVersion, new: CatalogVersion) -> tuple[str, ...]:
    """The sections of both versions, in the order of `new`, those only `old` names last."""
    return tuple(dict.fromkeys((*new.sections, *old.sections)))


def compare(
    old: CatalogVersion,
    new: CatalogVersion,
    decisions: Iterable[DecidedChange] = (),
    *,
    readings: Mapping[str, Sequence[Reading]] | None = None,
    via: Sequence[CatalogVersion] = (),
    section: str | None = None,
) -> tuple[Change, ...]:
    """Every relation between the entries of `old` and `new`, by section (or of one `section`) and by code.

    `decisions` win over what is found here; those made for `new` → `old` are turned round. `readings` are the
    apparatus of the versions by id; a difference at a place that it calls misprinted is editorial. `via` are
    versions between the two, in order from `old` to `new`: a section that they hold completely is followed through
    them step by step, which knows an entry again that was renamed twice; what is lost on the way is compared
    directly. Raises CatalogError where a decision names a code that its version has not.
    """
    decisions, readings = tuple(decisions), readings or {}
    stations = (old, *via, new)
    misprinted = {e: why for v in stations for e, why in misprints(v, readings.get(v.id, ())).items()}
    steps: dict[tuple[str, str], Mapping[str, Settled]] = {}

    def between(a: CatalogVersion, b: CatalogVersion, name: str, known: Iterable[Link] = ()) -> list[Change]:
        if (a.id, b.id) not in steps:
            steps[a.id, b.id] = settle(decisions, a, b)
        settled = steps[a.id, b.id].get(name, Settled())
        return _compare_section(a, b, name, settled, misprinted, known)

    changes: list[Change] = []
    for name in sections_of(old, new) if section is None else (section,):
        known: list[Link] = []
        through = [v for v in via if name in v.sections and v.sections[name].coverage == "complete"]
        if through and old.in_section(name) and new.in_section(name):
            route = (old, *through, new)
            known = _follow([between(a, b, name) for a, b in zip(route, route[1:], strict=False)])
        changes += between(old, new, name, known)
    return tuple(changes)


def _follow(steps: Sequence[Sequence[Change]]) -> list[Link]:
    """The links from the first version to the last that the changes of each step make together."""
    found: list[Link] = []
    onward: dict[str, list[Link]] = {}
    for number, changes in enumerate(steps):
        ties = [
            Link(o, n, c.confidence, c.evidence)
            for c in changes
            if c.kind in LINKING
            for o in c.old
            for n in c.new
        ]
        if number == 0:
            found = ties
        else:
            onward = {}
            for tie in ties:
                onward.setdefault(tie.old.code, []).append(tie)
            found = [_joined(one, two) for one in found for two in onward.get(one.new.code, ())]
    return list({(k.old.code, k.new.code): k for k in found}.values())


def _joined(one: Link, two: Link) -> Link:
    """Two links in a row as one, with the entry between them as evidence where it differs from its neighbours."""
    middle = one.new
    notes = [e for e in (*one.evidence, *two.evidence) if e.kind != "same"]
    if notes:
        zh, en = (f"{t} {middle.version} {middle.code} {middle.name}" for t in ("经", "by way of"))
        notes.insert(len([e for e in one.evidence if e.kind != "same"]), Evidence("via", Text(zh, en)))
    exact = one.old.name == two.new.name
    return Link(
        one.old,
        two.new,
        min(one.confidence, two.confidence),
        tuple(notes) or one.evidence,
        exact=exact,
    )


def between(
    versions: Sequence[CatalogVersion], old: CatalogVersion, new: CatalogVersion
) -> tuple[CatalogVersion, ...]:
    """The versions between `old` and `new` by the day they took effect, in the order from `old` to `new`."""
    ordered = in_order(versions)
    ids = [v.id for v in ordered]
    i, j = ids.index(old.id), ids.index(new.id)
    return ordered[i + 1 : j] if i < j else ordered[j + 1 : i][::-1]


@dataclass(frozen=True)
class Archive:
    """Everything needed to compare any two versions: the versions, their apparatus, and what people decided.

    Remembers what it has compared, section by section; a thousand citations ask for the same few comparisons.
    """

    versions: tuple[CatalogVersion, ...]
    decisions: tuple[DecidedChange, ...] = ()
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    _memo: dict[tuple[str, str, str], tuple[Change, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def by_id(self) -> Mapping[str, CatalogVersion]:
        """The versions by id."""
        return {v.id: v for v in self.versions}

    @cached_property
    def misprints(self) -> Mapping[Entry, str]:
        """The entries of all versions at which the document itself is at fault, with the reason."""
        return {e: why for v in self.versions for e, why in misprints(v, self.readings.get(v.id, ())).items()}

    @cached_property
    def witnessed(self) -> Mapping[Entry, tuple[str, ...]]:
        """The other names that a transcription has at an entry, rejected or left open by the apparatus."""
        found = {}
        for version in self.versions:
            for reading in self.readings.get(version.id, ()):
                entry = version.by_key.get((reading.section, reading.code))
                if entry is not None and reading.kind == "name":
                    found[entry] = tuple(t for _, t in reading.witnesses if t and t != entry.name)
        return found

    def changes(self, old: str, new: str, section: str) -> tuple[Change, ...]:
        """The relations of one `section` from version `old` to version `new` (ids), followed through those between.

        Raises UnknownNameError for an id that is not here.
        """
        key = (old, new, section)
        if key not in self._memo:
            for name in (old, new):
                if name not in self.by_id:
                    raise UnknownNameError(
                        f"没有目录版本“{name}”；现有 {'、'.join(self.by_id)}",
                        f"no catalog version '{name}'; known: {', '.join(self.by_id)}",
                    )
            one, two = self.by_id[old], self.by_id[new]
            self._memo[key] = compare(
                one,
                two,
                self.decisions,
                readings=self.readings,
                via=between(self.versions, one, two),
                section=section,
            )
        return self._memo[key]


@lru_cache(maxsize=4)
def archive_of(versions: tuple[CatalogVersion, ...]) -> Archive:
    """The archive of `versions` with what belongs to them: the apparatus of each and the decisions kept beside them.

    Versions that were not read from a folder have neither.
    """
    folders = dict.fromkeys(v.folder.parent for v in versions if v.folder)
    decisions = tuple(decision for folder in folders for decision in decisions_in(folder / "concordance"))
    return Archive(versions, decisions, {v.id: readings_of(v) for v in versions})


def load_archive(directory: Path | None = None) -> Archive:
    """The archive of every version, reading and decision in `directory` (default: the data that goufu ships)."""
    return archive_of(load_catalogs(directory))
