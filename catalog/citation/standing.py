"""Whether a code, a name or a document number stands on a date, as a department wrote it, and what replaces it.

A citation is whatever a person put down: a code of any version in any dress (`ａ150401`, `A1504 01`), the name of a
service, a document number (`晋财综[2024]37号`), or several of them, in agreement or not. `judge` finds which entry of
which version it means, follows that entry to the version in force, and returns the facts behind the findings GF111
to GF116 with the successors. It holds no severity and decides nothing about money: only what the documents say.

Not held is never not listed: where the section of the version in force is not held at that place, the answer is
`not_held`, and what the nearest version has is offered as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from goufu.catalog.citation.notation import Written, agreement, read_code, read_documents, read_name
from goufu.catalog.codes import parent, tidy
from goufu.catalog.concordance.changes import Archive, Change, reach, reaches
from goufu.catalog.concordance.decided import LINKING
from goufu.catalog.concordance.links import Nearest
from goufu.catalog.concordance.similarity import core, same_words
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.validity import Applicable, CatalogClass, applicable, span
from rapidfuzz.distance import Indel

Verdict = Literal[
    "stands",  # code, name and document are those in force
    "document",  # the entry stands; only the document cited does not
    "renamed",  # the code stands under another name
    "renumbered",  # the service stands under another code
    "split",
    "merged",
    "reused",  # the code now means another service
    "removed",  # the service is not listed any more
    "early",  # the entry comes from a version that is not in force yet
    "heading",  # a heading, not an entry that items are coded to
    "mismatch",  # code and name belong to different entries
    "elsewhere",  # only another department's section has it
    "absent",  # no such code or name
    "malformed",  # no code at all
    "not_held",  # the place in the version in force is not held
    "nothing",  # nothing was cited
]
_BEST_FIRST: tuple[Verdict, ...] = (
    "stands",
    "document",
    "renamed",
    "renumbered",
    "split",
    "merged",
    "reused",
    "early",
    "removed",
    "heading",
    "not_held",
    "mismatch",
    "malformed",
    "elsewhere",
    "absent",
    "nothing",
)
_BECAME = {
    "renamed": ("改名为", "was renamed to"),
    "renumbered": ("改码为", "was renumbered to"),
    "split": ("拆分为", "was split into"),
    "merged": ("并入", "was merged into"),
    "editorial": ("订正为", "was corrected to"),
}
#: likeness of names from which an entry is suggested in place of one that is gone
_SUGGEST = 0.45
#: from this day on the catalogs that departments and counties had made before 2021-34 are void (2021-34, 五)
LOCAL_CATALOGS_VOID = date(2021, 9, 1)
LOCAL_CATALOGS_VOIDED_BY = "晋财综〔2021〕34号"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so about a citation. `rule` is the finding it stands behind, "" where it is only worth
    knowing; `kind` is stable; `evidence` names documents and places.
    """

    rule: str
    kind: str
    zh: str
    en: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Successor:
    """An entry in force that takes the place of what was cited.

    `relation` is the kind of change that leads to it, or "same code", "same name", "nearest": then it is a
    suggestion (`certain` False) and not what the documents say. `confidence` is 0 to 1.
    """

    entry: Entry
    relation: str
    confidence: float
    certain: bool


@dataclass(frozen=True)
class Standing:
    """What became of a citation: the verdict, the entry it means, the entry in force, successors and facts.

    `section` is the one of those asked about that fits best ("B" for class B). `code` and `name` are as they were
    read, `documents` the ids of known versions cited. `stands` is None where it cannot be known. `cited` is the
    entry that is meant, of whatever version; `current` the entry in force that an item so cited is coded to,
    None where there is none or more than one. `elsewhere` are entries of other sections.
    """

    verdict: Verdict
    on: date
    section: str
    code: str
    name: str
    documents: tuple[str, ...]
    stands: bool | None
    cited: Entry | None
    current: Entry | None
    successors: tuple[Successor, ...]
    elsewhere: tuple[Entry, ...]
    facts: tuple[Fact, ...]
    applicable: Applicable

    @property
    def rules(self) -> tuple[str, ...]:
        """The findings that the facts stand behind, each once, in order of their numbers."""
        return tuple(sorted({f.rule for f in self.facts if f.rule}))

    @property
    def superseded(self) -> bool:
        """Whether a code, name or document is cited that is no longer in force, or changed its meaning."""
        return any(f.rule in ("GF111", "GF112", "GF113") and f.kind != "early document" for f in self.facts)


# ---------------------------------------------------------------------------------------------------- judging


def judge(
    archive: Archive,
    section: str | Sequence[str],
    on: date,
    code: str = "",
    name: str = "",
    document: str = "",
) -> Standing:
    """The standing on the day `on` of what a department of `section` (or several sections) wrote.

    `code`, `name` and `document` are cells as they were written; empty ones were not given. With several sections
    the one that fits best is judged. Class B codes are judged by class B whatever the section. Raises nothing:
    what cannot be read is a fact.
    """
    sections = (section,) if isinstance(section, str) else tuple(section)
    found = [_judge_one(archive, s, on, code, name, document) for s in sections or ("",)]
    return min(found, key=lambda s: _BEST_FIRST.index(s.verdict))


def _judge_one(archive: Archive, section: str, on: date, code: str, name: str, document: str) -> Standing:
    read = read_code(code)
    name = read_name(name) or read.name
    printed = None
    if read.problem_zh:  # the document itself may print the code so
        printed = _printed_so(archive, section, on, tidy(code))
        read = read._replace(code=printed.code) if printed else read
    own = "B" if (read.code or read.guess)[:1] == "B" else section
    base = Standing(
        "nothing",
        on,
        own,
        read.code or tidy(code),
        name,
        (),
        None,
        None,
        None,
        (),
        (),
        (),
        applicable(archive.versions, own, on),
    )
    cited_versions, document_facts = _documents(archive, base, document)
    base = replace(base, documents=tuple(v.id for v in cited_versions))
    if read.problem_zh and not printed:
        found = _malformed(archive, base, read)
    elif not own and (read.code or name):
        found = _unknown_section(archive, base)
    elif read.code:
        found = _by_code(archive, base, read.code, cited_versions)
    elif name:
        found = _by_name(archive, base)
    else:
        found = base
    if found.current is not None and found.stands:
        found = replace(found, facts=(*found.facts, *ahead(archive, found.applicable, found.current)))
    return _with_documents(found, document_facts)


def ahead(archive: Archive, app: Applicable, entry: Entry) -> tuple[Fact, ...]:
    """What versions that took effect later in the same year made of `entry`, which is in force on the day of `app`.

    No finding: a budget of that year is judged by its first day. Nothing for an entry that stayed as it was.
    """
    facts = []
    for later in app.overtaken_by:
        if entry.code[0] not in later.classes or entry.version == later.id:
            continue
        for change in archive.changes(entry.version, later.id, entry.section):
            if entry not in change.old or change.kind in ("unchanged", "not_comparable"):
                continue
            listed = "、".join(f"{e.code} {e.name}" for e in change.new)
            day = later.in_force
            if change.kind == "removed":
                zh, en = "不再列入", "is not listed any more"
            elif change.kind == "reused":
                zh, en = f"代码 {entry.code} 改指 {listed}", f"the code means {listed}"
            else:
                zh, en = (f"{how} {listed}" for how in _BECAME[change.kind])
            facts.append(
                Fact(
                    "",
                    "overtaken",
                    f"{day} 起按 {later.id}：{entry.code} {entry.name} {zh}",
                    f"from {day} under {later.id}: {entry.code} '{entry.name}' {en}",
                    (later.id,),
                )
            )
    return tuple(facts)


def _printed_so(archive: Archive, section: str, on: date, code: str) -> Entry | None:
    """The entry whose code the version in force (or else the one consulted) misprints exactly as `code`."""
    what = applicable(archive.versions, section, on)
    for version in (what.governing, what.consulted):
        if version is not None and (section, code) in version.by_printed:
            return version.by_printed[section, code]
    return None


def _with_documents(found: Standing, facts: Sequence[Fact]) -> Standing:
    """`found` with what is to be said of the documents cited."""
    if not facts:
        return found
    verdict = found.verdict
    bad = any(f.rule for f in facts)
    if bad and verdict in ("stands", "nothing"):
        verdict = "document"
    stands = False if bad and found.stands is not None or verdict == "document" else found.stands
    return replace(found, verdict=verdict, stands=stands, facts=(*found.facts, *facts))


# -------------------------------------------------------------------------------------------------- documents


def _documents(
    archive: Archive, base: Standing, text: str
) -> tuple[tuple[CatalogVersion, ...], tuple[Fact, ...]]:
    """The versions that `text` cites, and what is to be said of each document."""
    numbers = read_documents(text)
    meant = {n: next((v for v in archive.versions if n.endswith(v.number)), None) for n in numbers}
    versions = list({v.id: v for v in meant.values() if v is not None}.values())
    versions += [v for v in archive.versions if v.id == text.strip()]
    facts: list[Fact] = []
    code = base.code[:1]
    wanted: CatalogClass | None = "A" if code == "A" else "B" if code == "B" or base.section == "B" else None
    for version in versions:
        fact = _document_fact(archive, base, version, wanted, alone=len(versions) == 1)
        if fact is not None:
            facts.append(fact)
    facts += [
        _unknown_document(archive, number, base.on) for number, version in meant.items() if version is None
    ]
    if text.strip() and not numbers and not versions:
        facts.append(
            Fact("", "document", f"“{text.strip()}”不是文号", f"'{text.strip()}' is no document number")
        )
    return tuple(versions), tuple(facts)


def _document_fact(
    archive: Archive, base: Standing, version: CatalogVersion, wanted: CatalogClass | None, alone: bool
) -> Fact | None:
    """What is wrong with citing `version` for class `wanted` on the day; None where it is in order."""
    classes: list[CatalogClass] = [c for c in ("A", "B") if c in version.classes]
    if wanted is not None and wanted not in classes:
        if not alone:
            return None
        zh = f"{version.number} 是 {'、'.join(classes)} 类目录，不含 {wanted} 类代码"
        return Fact(
            "GF114", "document of other class", zh, f"{version.id} has no class {wanted}", (version.id,)
        )
    in_force = {v.id for v in (base.applicable.class_a, base.applicable.class_b) if v is not None}
    of_class: dict[CatalogClass, CatalogVersion | None] = {
        "A": base.applicable.class_a,
        "B": base.applicable.class_b,
    }
    asked = [wanted] if wanted else classes
    if any((v := of_class[c]) is not None and v.id == version.id for c in asked):
        return None
    if version.levels == 3 and "A" in asked:
        if not wanted:
            return None
        zh = f"{version.number} 是省级框架，A 类只到三级；部门目录另见 {'、'.join(sorted(in_force))}"
        en = f"{version.id} is the provincial frame: class A has three levels only"
        return Fact("GF114", "document of other class", zh, en, (version.id,))
    days = span(version, asked[0], archive.versions)
    successor = of_class[asked[0]]
    now = f"现行的是 {successor.number}" if successor else "其后适用者未存"
    now_en = f"{successor.id} is in force" if successor else "its successor is not held"
    if base.on < days.first:
        zh = f"{version.number} 自 {days.first} 起施行，{base.on} 尚未施行；{base.on} {now}"
        en = f"{version.id} takes effect on {days.first}, not yet on {base.on}; {now_en}"
        return Fact("GF111", "early document", zh, en, (version.id,))
    by = archive.by_id.get(days.ended_by)
    ended = by.number if by else "后来的文件"
    how, how_en = ("修订", "revised") if by and version.id not in by.repeals else ("废止", "repealed")
    zh = f"{version.number} 已于 {days.until} 由 {ended} {how}；{now}"
    en = f"{version.id} was {how_en} on {days.until} by {days.ended_by or 'a later document'}; {now_en}"
    return Fact("GF111", "repealed document", zh, en, tuple(x for x in (version.id, days.ended_by) if x))


def _unknown_document(archive: Archive, number: str, on: date) -> Fact:
    year = int(number.partition("〔")[2][:4])
    voided = any(v.number == LOCAL_CATALOGS_VOIDED_BY for v in archive.versions)
    if voided and year < LOCAL_CATALOGS_VOID.year and on >= LOCAL_CATALOGS_VOID:
        zh = f"{number} 早于晋财综〔2021〕34号；原分级分部门编制的目录自 {LOCAL_CATALOGS_VOID} 起全部废止（34号文第五条）"
        en = f"{number} is older than 2021-34, which voids all earlier local catalogs from {LOCAL_CATALOGS_VOID}"
        return Fact("GF111", "repealed document", zh, en, ("2021-34",))
    return Fact(
        "", "unknown document", f"{number} 不是所知的目录文件", f"{number} is no catalog document known here"
    )


# ------------------------------------------------------------------------------------------------ by code, name


class _Hit(NamedTuple):
    """An entry under the cited code in some version, and how far the cited name is its own."""

    agrees: int
    version: CatalogVersion
    entry: Entry


def _agreement(archive: Archive, name: str, entry: Entry) -> int:
    """How far `name` is that of `entry`, as the edition has it or as any transcription of the document does."""
    agrees = agreement(name, entry, entry in archive.misprints)
    if agrees < 3 and any(same_words(name, other) for other in archive.witnessed.get(entry, ())):
        return 3
    return agrees


def _hits(archive: Archive, base: Standing, code: str) -> list[_Hit]:
    """The entries under `code` of the section in every version that has one, the version in force first."""
    governing = base.applicable.governing
    ordered = sorted(archive.versions, key=lambda v: v is not governing)
    found = []
    for version in ordered:
        entry = version.find(base.section, code)
        if entry is not None:
            found.append(_Hit(_agreement(archive, base.name, entry), version, entry))
    return found


def _by_code(archive: Archive, base: Standing, code: str, documents: Sequence[CatalogVersion]) -> Standing:
    governing = base.applicable.governing
    hits = _hits(archive, base, code)
    if not hits:
        return _no_such_code(archive, base, code)
    agreeing = [h for h in hits if h.agrees >= 2]
    if base.name and not agreeing:
        return _mismatch(archive, base, hits)
    if base.name and max(h.agrees for h in agreeing) < 3 and _named(archive, base, base.name):
        return _mismatch(archive, base, hits)
    if agreeing:
        hit = max(agreeing, key=lambda h: (h.agrees, h.version is governing, h.version in documents))
    else:
        cited = [h for h in hits if h.version in documents]
        hit = (cited or hits)[0]
    if not _is_leaf(hit.entry, hit.version):
        return _heading(base, hit)
    if hit.version is governing:
        return _stands(archive, base, hit, hits)
    return _follow(archive, base, hit.version, hit.entry)


def _is_leaf(entry: Entry, version: CatalogVersion) -> bool:
    return entry.level == (3 if entry.code[0] == "B" else version.levels)


def _stands(archive: Archive, base: Standing, hit: _Hit, hits: Sequence[_Hit]) -> Standing:
    """The entry stands in the version in force; what else must be known of it."""
    facts = list(_misprint_facts(archive, hit.version, hit.entry))
    if hit.agrees == 2:
        facts.append(
            Fact(
                "",
                "loose name",
                f"所写名称“{base.name}”与“{hit.entry.name}”不尽相同",
                f"the name written, '{base.name}', is not quite '{hit.entry.name}'",
            )
        )
    if hit.agrees == 1:
        for other in hits:
            meant = _meant_before(archive, hit, other)
            if meant is not None:
                facts.append(meant)
    return replace(
        base,
        verdict="stands",
        stands=True,
        cited=hit.entry,
        current=hit.entry,
        facts=tuple(facts),
    )


def _meant_before(archive: Archive, hit: _Hit, other: _Hit) -> Fact | None:
    """That the code, written without a name, meant another service in an earlier version."""
    if other.version is hit.version or not _earlier(other.version, hit.version):
        return None
    for change in archive.changes(other.version.id, hit.version.id, hit.entry.section):
        if change.kind == "reused" and hit.entry in change.new:
            zh = (
                f"{hit.entry.code} 在 {other.version.id} 为“{other.entry.name}”，现为“{hit.entry.name}”；"
                "所写只有代码，请核对所指"
            )
            en = (
                f"{hit.entry.code} was '{other.entry.name}' in {other.version.id} and is now '{hit.entry.name}'; "
                "only the code is given: check which is meant"
            )
            return Fact("GF113", "code changed meaning", zh, en, (other.version.id, hit.version.id))
    return None


def _earlier(one: CatalogVersion, other: CatalogVersion) -> bool:
    return (one.in_force or date.min) < (other.in_force or date.min)


def _heading(base: Standing, hit: _Hit) -> Standing:
    e = hit.entry
    children = [x for x in hit.version.in_section(e.section) if parent(x.code) == e.code and x.level == 4]
    zh = f"{e.code} 是{'一二三四'[e.level - 1]}级目录“{e.name}”，不是可选用的条目；应选到最末一级"
    en = f"{e.code} is the level {e.level} heading '{e.name}'; items are coded to entries of the last level"
    return replace(
        base,
        verdict="heading",
        stands=False,
        cited=e,
        successors=tuple(Successor(c, "child", 0.0, False) for c in children[:20]),
        facts=(Fact("GF115", "heading", zh, en, (hit.version.id,)),),
    )


def _follow(archive: Archive, base: Standing, version: CatalogVersion, entry: Entry) -> Standing:
    """What became of `entry` of `version` in the version in force."""
    governing = base.applicable.governing
    stretches = reach(governing.sections.get(base.section)) if governing else ()
    if governing is None or not (stretches or governing.in_section(base.section)):
        return _not_held(base, entry)
    changes = archive.changes(version.id, governing.id, base.section)
    mine = [c for c in changes if entry in c.old]
    own = next((c for c in mine if c.kind != "reused"), None)
    reused = next((c for c in mine if c.kind == "reused"), None)
    if own is None or own.kind == "not_comparable":
        return _not_held(base, entry)
    if own.kind in ("unchanged", "editorial"):
        current = own.new[0]
        facts = _misprint_facts(archive, governing, current)
        return replace(base, verdict="stands", stands=True, cited=entry, current=current, facts=tuple(facts))
    successors = _successors(own)
    facts = [_superseded_fact(base, version, governing, entry, own)]
    if reused is not None:
        facts.append(_reused_fact(version, governing, entry, reused.new[0]))
    verdict: Verdict
    if _earlier(governing, version):
        verdict = "early"
    elif reused is not None:
        verdict = "reused"
    elif own.kind in ("renamed", "renumbered", "split", "merged", "removed"):
        verdict = own.kind
    else:
        verdict = "absent"
    certain = [s for s in successors if s.certain]
    return replace(
        base,
        verdict=verdict,
        stands=False,
        cited=entry,
        current=certain[0].entry if len(certain) == 1 else None,
        successors=successors,
        facts=tuple(facts),
    )


def _successors(change: Change) -> tuple[Successor, ...]:
    if change.kind in LINKING:
        return tuple(Successor(e, change.kind, change.confidence, True) for e in change.new)
    near = _suggested(change)
    return () if near is None else (Successor(near[0], "nearest", round(near[1], 2), False),)


def _suggested(change: Change) -> tuple[Entry, float] | None:
    """The nearest entry to one that is gone, where it is near enough to be worth an officer's look."""
    if change.nearest is None:
        return None
    entry, like = change.nearest
    near = like >= _SUGGEST or (like >= 0.3 and entry.code == change.code)
    return (entry, like) if near else None


def _superseded_fact(
    base: Standing, version: CatalogVersion, governing: CatalogVersion, entry: Entry, change: Change
) -> Fact:
    places = (version.id, governing.id)
    listed = "、".join(f"{e.code} {e.name}" for e in change.new)
    source = f"{version.id} 的 {entry.code} {entry.name}"
    if _earlier(governing, version):
        if change.new:
            zh = f"{source} 自 {version.in_force} 起才施行；{base.on} 适用的 {governing.id} 作 {listed}"
            en = f"{entry.code} of {version.id} is not in force before {version.in_force}; {governing.id}: {listed}"
        else:
            zh = f"{source} 自 {version.in_force} 起才列入；{base.on} 适用的 {governing.id} 没有"
            en = f"{entry.code} is listed only from {version.in_force} on; {governing.id} has no such entry"
        return Fact("GF115", "early", zh, en, places)
    if change.kind == "removed":
        zh = f"{source} 已不在 {governing.id} 之列"
        en = f"{entry.code} '{entry.name}' of {version.id} is not listed in {governing.id} any more"
        near = _suggested(change)
        if near is not None:
            zh += f"；最接近的是 {near[0].code} {near[0].name}，是否相当须核对"
            en += f"; nearest, to be checked: {near[0].code} {near[0].name}"
    else:
        zh = f"{source} 在 {governing.id} {_BECAME[change.kind][0]} {listed}"
        en = f"{entry.code} '{entry.name}' of {version.id} {_BECAME[change.kind][1]} {listed} in {governing.id}"
        if change.close:
            zh += f"（置信度 {change.confidence:.2f}，须核对）"
            en += f" (confidence {change.confidence:.2f}, to be checked)"
    return Fact("GF112", change.kind, zh, en, places)


def _reused_fact(version: CatalogVersion, governing: CatalogVersion, old: Entry, new: Entry) -> Fact:
    zh = f"代码 {old.code} 在 {version.id} 为“{old.name}”，在 {governing.id} 为“{new.name}”"
    en = f"{old.code} is '{old.name}' in {version.id} and '{new.name}' in {governing.id}"
    return Fact("GF113", "code changed meaning", zh, en, (version.id, governing.id))


def _not_held(base: Standing, entry: Entry | None = None) -> Standing:
    """The place in the version in force is not held; what the nearest version has is offered."""
    app = base.applicable
    governing = app.governing.id if app.governing else "当日适用的版本"
    zh = f"{governing} 的“{base.section}”此处未存，不能断定 {base.code or base.name} 当日是否有效"
    en = f"this place of '{base.section}' in {governing} is not held; whether it stands cannot be known"
    if entry is not None:
        zh += f"；{entry.version} 有 {entry.code} {entry.name}"
        en += f"; {entry.version} has {entry.code} {entry.name}"
    suggestion = (Successor(entry, f"held in {entry.version}", 0.5, False),) if entry is not None else ()
    return replace(
        base,
        verdict="not_held",
        stands=None,
        cited=entry,
        successors=suggestion,
        facts=(Fact("", "not held", zh, en, (governing,)),),
    )


def _no_such_code(archive: Archive, base: Standing, code: str) -> Standing:
    """No version has `code` in the section: another section may, or the name may be known."""
    app = base.applicable
    governing = app.governing
    if governing is None or not reaches(reach(governing.sections.get(base.section)), code):
        if base.section and not app.held and app.fallback is None:
            return _unknown_section(archive, base)
        return _not_held(base)
    zh = f"{governing.id} 的“{base.section}”没有代码 {code}"
    en = f"'{base.section}' of {governing.id} has no code {code}"
    fact = Fact("GF115", "no such code", zh, en, (governing.id,))
    others = _elsewhere(archive, base, code)
    if others:
        where = "、".join(f"“{e.section}”" for e in others[:5])
        zh, en = f"{code} {base.name} 是 {where} 的条目", f"{code} {base.name} belongs to {where}"
        note = Fact("", "elsewhere", zh, en)
        return replace(
            base, verdict="elsewhere", stands=False, cited=others[0], elsewhere=others, facts=(fact, note)
        )
    return replace(
        base, verdict="absent", stands=False, successors=_by_likeness(archive, base), facts=(fact,)
    )


def _unknown_section(archive: Archive, base: Standing) -> Standing:
    zh = f"所存各版都没有“{base.section}”" if base.section else "未给出部门，四级代码无从判断"
    en = f"no version held has '{base.section}'" if base.section else "no department is given"
    others = _elsewhere(archive, base, base.code)
    return replace(base, verdict="not_held", elsewhere=others, facts=(Fact("", "not held", zh, en),))


def _mismatch(archive: Archive, base: Standing, hits: Sequence[_Hit]) -> Standing:
    """The name is not that of the code in any version: whose is it?"""
    governing = base.applicable.governing
    hit = next((h for h in hits if h.version is governing), hits[0])
    at_code = hit.entry
    named = _named(archive, base, base.name)
    successors: list[Successor] = []
    zh = f"{at_code.code} 在 {hit.version.id} 的“{base.section}”为“{at_code.name}”，与所写“{base.name}”不符"
    en = f"{at_code.code} of '{base.section}' in {hit.version.id} is '{at_code.name}', not '{base.name}'"
    for version, entry in named:
        if version is governing:
            successors.append(Successor(entry, "same name", 0.9, False))
            zh += f"；“{entry.name}”的代码是 {entry.code}"
            en += f"; the code of '{entry.name}' is {entry.code}"
        elif governing is not None:
            later = _follow(archive, base, version, entry)
            successors += later.successors
            if later.current is not None and not later.successors:
                successors.append(Successor(later.current, "same name", 0.9, False))
            zh += f"；“{entry.name}”是 {version.id} 的 {entry.code}"
            en += f"; '{entry.name}' is {entry.code} of {version.id}"
    others = () if named else _elsewhere(archive, base, base.code)
    if hit.version is governing:
        successors.append(Successor(at_code, "same code", 0.5, False))
    verdict: Verdict = "mismatch"
    if others:
        verdict = "elsewhere"
        where = "、".join(f"“{e.section}”" for e in others[:5])
        zh += f"；{base.code} {base.name} 是 {where} 的条目"
        en += f"; {base.code} {base.name} belongs to {where}"
    elif not successors[:-1]:
        successors = [*_by_likeness(archive, base), *successors]
    misprint = _misprint_facts(archive, hit.version, at_code)
    fact = Fact("GF114", "code and name disagree", zh, en, (hit.version.id,))
    held = reach(governing.sections.get(base.section)) if governing is not None else ()
    if hit.version is not governing and not reaches(held, base.code):
        unknown = _not_held(base, at_code)
        return replace(unknown, facts=(replace(fact, rule=""), *unknown.facts))
    return replace(
        base,
        verdict=verdict,
        stands=False,
        cited=at_code,
        successors=tuple({s.entry: s for s in reversed(successors)}.values())[::-1],
        elsewhere=others,
        facts=(fact, *misprint),
    )


def _named(archive: Archive, base: Standing, name: str) -> list[tuple[CatalogVersion, Entry]]:
    """The last-level entries of the section that bear exactly `name`: in the version in force, else in others."""
    governing = base.applicable.governing
    for versions in ([governing], [v for v in reversed(archive.versions) if v is not governing]):
        found = [
            (v, e)
            for v in versions
            if v is not None
            for e in v.in_section(base.section)
            if _is_leaf(e, v) and _agreement(archive, name, e) == 3
        ]
        if found:
            return found
    return []


def _elsewhere(archive: Archive, base: Standing, code: str) -> tuple[Entry, ...]:
    """Entries of other sections in the versions in force (class B included) that bear the name cited.

    Those under the cited code as well come first; without a name nothing is looked for, as every code stands in
    dozens of sections.
    """
    app = base.applicable
    versions = {v.id: v for v in (app.class_a, app.class_b, app.fallback) if v is not None}
    if not base.name:
        return ()
    found = [
        e
        for v in versions.values()
        for e in v.entries
        if e.section not in (base.section, "A") and _is_leaf(e, v) and _agreement(archive, base.name, e) == 3
    ]
    found = list({e.section: e for e in reversed(found)}.values())[::-1]
    return tuple([e for e in found if e.code == code] or found)


def _by_likeness(archive: Archive, base: Standing) -> tuple[Successor, ...]:
    """The entry in force whose name comes nearest to the one cited, as a suggestion."""
    version = base.applicable.consulted
    if version is None or not base.name:
        return ()
    leaves = [e for e in version.in_section(base.section) if _is_leaf(e, version)]
    if not leaves:
        return ()
    nearest, _ = Nearest(leaves)(leaves[0]._replace(name=base.name), frozenset())
    if nearest is None or nearest[1] < _SUGGEST:
        return ()
    return (Successor(nearest[0], "nearest", round(nearest[1], 2), False),)


def _by_name(archive: Archive, base: Standing) -> Standing:
    """Only a name is given: whose is it in the section or in class B, now or before?"""
    for candidate in dict.fromkeys((base.section, "B")):
        there = replace(base, section=candidate, applicable=applicable(archive.versions, candidate, base.on))
        named = _named(archive, there, base.name)
        if not named:
            continue
        version, entry = named[0]
        if version is not there.applicable.governing:
            return _follow(archive, there, version, entry)
        standing = _stands(archive, there, _Hit(3, version, entry), ())
        if len(named) > 1:
            both = tuple(Successor(e, "same name", 0.5, False) for _, e in named)
            return replace(standing, current=None, successors=both)
        return standing
    governing = base.applicable.governing
    held = governing.in_section(base.section) if governing is not None else ()
    if governing is not None:
        loose = [e for e in held if _is_leaf(e, governing) and _agreement(archive, base.name, e) == 2]
        if len(loose) == 1:
            return _stands(archive, base, _Hit(2, governing, loose[0]), ())
    others = _elsewhere(archive, base, "")
    if governing is None or base.applicable.coverage != "complete":
        return replace(_not_held(base), successors=_by_likeness(archive, base), elsewhere=others)
    zh = f"{governing.id} 的“{base.section}”没有名为“{base.name}”的条目"
    en = f"'{base.section}' of {governing.id} has no entry named '{base.name}'"
    facts = [Fact("GF115", "no such name", zh, en, (governing.id,))]
    if others:
        where = "、".join(f"“{e.section}”" for e in others[:5])
        facts.append(Fact("", "elsewhere", f"它是 {where} 的条目", f"it belongs to {where}"))
    return replace(
        base,
        verdict="elsewhere" if others else "absent",
        stands=False,
        successors=_by_likeness(archive, base),
        elsewhere=others,
        facts=tuple(facts),
    )


def _malformed(archive: Archive, base: Standing, read: Written) -> Standing:
    """What was written is no code; what it may have been meant to be."""
    zh, en = f"“{base.code}”{read.problem_zh}", f"'{base.code}': {read.problem_en}"
    successors: tuple[Successor, ...] = ()
    version = base.applicable.consulted
    if read.guess and version is not None:
        entry = version.find(base.section, read.guess)
        if entry is not None and _agreement(archive, base.name, entry):
            successors = (Successor(entry, "repaired code", 0.9 if base.name else 0.6, False),)
            zh += f"，疑为 {entry.code} {entry.name}"
            en += f"; perhaps {entry.code} {entry.name}"
    if not successors and base.name:
        named = _named(archive, base, base.name)
        if named and named[0][0] is base.applicable.governing:
            successors = (Successor(named[0][1], "same name", 0.8, False),)
            zh += f"；“{base.name}”的代码是 {named[0][1].code}"
            en += f"; the code of '{base.name}' is {named[0][1].code}"
        else:
            successors = _by_likeness(archive, base)
    return replace(
        base,
        verdict="malformed",
        stands=False,
        successors=successors,
        facts=(Fact("GF115", "malformed", zh, en),),
    )


def _misprint_facts(archive: Archive, version: CatalogVersion, entry: Entry) -> Iterable[Fact]:
    """What the document itself prints wrongly at `entry`, or at the third-level heading above it."""
    if entry.printed_code != entry.code:
        zh = f"{version.number} 把 {entry.code} 印作 {entry.printed_code}，两者指同一条目"
        en = f"{version.id} prints {entry.code} as {entry.printed_code}; both mean this entry"
        yield Fact("GF116", "misprint", zh, en, (version.id, entry.source))
    elif entry in archive.misprints:
        why = archive.misprints[entry]
        yield Fact(
            "GF116",
            "misprint",
            f"{version.number} 的 {entry.code} 照录有误：{why}",
            f"{version.id} misprints {entry.code}: {why}",
            (version.id, entry.source),
        )
    heading = version.by_key.get((entry.section, parent(entry.code)))
    if heading is not None and heading in archive.misprints and heading.level == 3:
        usual = next((u for u in _frame_names(archive, heading.code)), None)
        if usual is not None and Indel.normalized_similarity(core(usual.name), core(heading.name)) < 0.6:
            yield Fact(
                "GF116",
                "misprinted heading",
                f"其上的 {heading.code} 在“{entry.section}”印作“{heading.name}”，省目录为“{usual.name}”",
                f"its heading {heading.code} is printed '{heading.name}', in the provincial frame '{usual.name}'",
                (version.id, usual.version),
            )


def _frame_names(archive: Archive, code: str) -> Iterator[Entry]:
    for version in archive.versions:
        if version.levels == 3:
            entry = version.by_key.get(("A", code))
            if entry is not None:
                yield entry
