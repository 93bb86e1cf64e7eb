"""Whether a code, a name or a document number stands on a date, as a department wrote it, and what replaces it.

A citation is whatever a person put down: a code of any version in any form (`ａ150401`, `A1504 01`), the name of a
service, a document number (`晋财综[2024]37号`), or several of them, in agreement or not. `judge` finds which entry of
which version it means, follows that entry to the version in force, and returns the facts behind the findings GF111
to GF116 with the successors. It holds no severity and decides nothing about money: only what the documents say.

Not held is never not listed: where the section of the version in force is not held at that place, the answer is
`not_held`, and what the nearest version has is offered as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from goufu.catalog.citation.documents import cited_documents
from goufu.catalog.citation.misprints import misprints_at, printed_so
from goufu.catalog.citation.model import BEST_FIRST, Fact, Standing, Successor, Verdict
from goufu.catalog.citation.notation import Written, agreement, read_code, read_name
from goufu.catalog.citation.successors import SUGGESTED, ahead, followed, is_earlier, not_held
from goufu.catalog.codes import parent, tidy
from goufu.catalog.concordance.changes import Archive, reach, reaches
from goufu.catalog.concordance.links import Nearest
from goufu.catalog.concordance.similarity import same_words
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text
from goufu.catalog.validity import applicable

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
    return min(found, key=lambda s: BEST_FIRST.index(s.verdict))


def _judge_one(archive: Archive, section: str, on: date, code: str, name: str, document: str) -> Standing:
    read = read_code(code)
    name = read_name(name) or read.name
    printed = None
    if read.problem_zh:  # the document itself may print the code so
        printed = printed_so(archive, section, on, tidy(code))
        read = read._replace(code=printed.code) if printed else read
    own = "B" if (read.code or read.guess)[:1] == "B" else section
    base = Standing(
        verdict="nothing",
        on=on,
        section=own,
        code=read.code or tidy(code),
        name=name,
        documents=(),
        stands=None,
        cited=None,
        current=None,
        successors=(),
        elsewhere=(),
        facts=(),
        applicable=applicable(archive.versions, own, on),
    )
    cited_versions, document_facts = cited_documents(archive, base, document)
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
    return followed(archive, base, hit.version, hit.entry)


def _is_leaf(entry: Entry, version: CatalogVersion) -> bool:
    return entry.level == (3 if entry.code[0] == "B" else version.levels)


def _stands(archive: Archive, base: Standing, hit: _Hit, hits: Sequence[_Hit]) -> Standing:
    """The entry stands in the version in force; what else must be known of it."""
    facts = list(misprints_at(archive, hit.version, hit.entry))
    if hit.agrees == 2:
        facts.append(
            Fact(
                "",
                "loose name",
                Text(
                    f"所写名称“{base.name}”与“{hit.entry.name}”不尽相同",
                    f"the name written, '{base.name}', is not quite '{hit.entry.name}'",
                ),
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
    if other.version is hit.version or not is_earlier(other.version, hit.version):
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
            return Fact("GF113", "code changed meaning", Text(zh, en), (other.version.id, hit.version.id))
    return None


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
        facts=(Fact("GF115", "heading", Text(zh, en), (hit.version.id,)),),
    )


def _no_such_code(archive: Archive, base: Standing, code: str) -> Standing:
    """No version has `code` in the section: another section may, or the name may be known."""
    app = base.applicable
    governing = app.governing
    if governing is None or not reaches(reach(governing.sections.get(base.section)), code):
        if base.section and not app.held and app.fallback is None:
            return _unknown_section(archive, base)
        return not_held(base)
    zh = f"{governing.id} 的“{base.section}”没有代码 {code}"
    en = f"'{base.section}' of {governing.id} has no code {code}"
    fact = Fact("GF115", "no such code", Text(zh, en), (governing.id,))
    others = _elsewhere(archive, base, code)
    if others:
        where = "、".join(f"“{e.section}”" for e in others[:5])
        zh, en = f"{code} {base.name} 是 {where} 的条目", f"{code} {base.name} belongs to {where}"
        note = Fact("", "elsewhere", Text(zh, en))
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
    return replace(base, verdict="not_held", elsewhere=others, facts=(Fact("", "not held", Text(zh, en)),))


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
            later = followed(archive, base, version, entry)
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
    misprint = misprints_at(archive, hit.version, at_code)
    fact = Fact("GF114", "code and name disagree", Text(zh, en), (hit.version.id,))
    held = reach(governing.sections.get(base.section)) if governing is not None else ()
    if hit.version is not governing and not reaches(held, base.code):
        unknown = not_held(base, at_code)
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
    if nearest is None or nearest[1] < SUGGESTED:
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
            return followed(archive, there, version, entry)
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
        return replace(not_held(base), successors=_by_likeness(archive, base), elsewhere=others)
    zh = f"{governing.id} 的“{base.section}”没有名为“{base.name}”的条目"
    en = f"'{base.section}' of {governing.id} has no entry named '{base.name}'"
    facts = [Fact("GF115", "no such name", Text(zh, en), (governing.id,))]
    if others:
        where = "、".join(f"“{e.section}”" for e in others[:5])
        facts.append(Fact("", "elsewhere", Text(f"它是 {where} 的条目", f"it belongs to {where}")))
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
        facts=(Fact("GF115", "malformed", Text(zh, en)),),
    )
