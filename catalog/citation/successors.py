"""What became of an entry of another version: the entry in force, its successors, or that its place is not held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from goufu.catalog.citation.misprints import misprints_at
from goufu.catalog.citation.model import Fact, Standing, Successor, Verdict
from goufu.catalog.concordance.changes import Archive, Change, reach
from goufu.catalog.concordance.decided import LINKING
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text
from goufu.catalog.validity import Applicable

_BECAME = {
    "renamed": ("改名为", "was renamed to"),
    "renumbered": ("改码为", "was renumbered to"),
    "split": ("拆分为", "was split into"),
    "merged": ("并入", "was merged into"),
    "editorial": ("订正为", "was corrected to"),
}
#: likeness of names from which an entry is suggested in place of one that is gone
SUGGESTED = 0.45


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
                    Text(
                        f"{day} 起按 {later.id}：{entry.code} {entry.name} {zh}",
                        f"from {day} under {later.id}: {entry.code} '{entry.name}' {en}",
                    ),
                    (later.id,),
                )
            )
    return tuple(facts)


def is_earlier(one: CatalogVersion, other: CatalogVersion) -> bool:
    """Whether `one` took effect before `other`."""
    return (one.in_force or date.min) < (other.in_force or date.min)


def followed(archive: Archive, base: Standing, version: CatalogVersion, entry: Entry) -> Standing:
    """What became of `entry` of `version` in the version in force."""
    governing = base.applicable.governing
    stretches = reach(governing.sections.get(base.section)) if governing else ()
    if governing is None or not (stretches or governing.in_section(base.section)):
        return not_held(base, entry)
    changes = archive.changes(version.id, governing.id, base.section)
    mine = [c for c in changes if entry in c.old]
    own = next((c for c in mine if c.kind != "reused"), None)
    reused = next((c for c in mine if c.kind == "reused"), None)
    if own is None or own.kind == "not_comparable":
        return not_held(base, entry)
    if own.kind in ("unchanged", "editorial"):
        current = own.new[0]
        facts = misprints_at(archive, governing, current)
        return replace(base, verdict="stands", stands=True, cited=entry, current=current, facts=tuple(facts))
    successors = _successors(own)
    facts = [_superseded_fact(base, version, governing, entry, own)]
    if reused is not None:
        facts.append(_reused_fact(version, governing, entry, reused.new[0]))
    verdict: Verdict
    if is_earlier(governing, version):
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
    near = like >= SUGGESTED or (like >= 0.3 and entry.code == change.code)
    return (entry, like) if near else None


def _superseded_fact(
    base: Standing, version: CatalogVersion, governing: CatalogVersion, entry: Entry, change: Change
) -> Fact:
    places = (version.id, governing.id)
    listed = "、".join(f"{e.code} {e.name}" for e in change.new)
    source = f"{version.id} 的 {entry.code} {entry.name}"
    if is_earlier(governing, version):
        if change.new:
            zh = f"{source} 自 {version.in_force} 起才施行；{base.on} 适用的 {governing.id} 作 {listed}"
            en = f"{entry.code} of {version.id} is not in force before {version.in_force}; {governing.id}: {listed}"
        else:
            zh = f"{source} 自 {version.in_force} 起才列入；{base.on} 适用的 {governing.id} 没有"
            en = f"{entry.code} is listed only from {version.in_force} on; {governing.id} has no such entry"
        return Fact("GF115", "early", Text(zh, en), places)
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
    return Fact("GF112", change.kind, Text(zh, en), places)


def _reused_fact(version: CatalogVersion, governing: CatalogVersion, old: Entry, new: Entry) -> Fact:
    zh = f"代码 {old.code} 在 {version.id} 为“{old.name}”，在 {governing.id} 为“{new.name}”"
    en = f"{old.code} is '{old.name}' in {version.id} and '{new.name}' in {governing.id}"
    return Fact("GF113", "code changed meaning", Text(zh, en), (version.id, governing.id))


def not_held(base: Standing, entry: Entry | None = None) -> Standing:
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
        facts=(Fact("", "not held", Text(zh, en), (governing,)),),
    )
