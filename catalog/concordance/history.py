"""The life of an entry through every version of the catalog, told in sentences.

A code may have stood for several services, one after the other; each is a life of its own. A life is followed
through the comparisons of `goufu.catalog.concordance.changes`, forward and back, from wherever the code stands. What is not held
is said to be so: a version that is not held is a gap in the story and no end of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goufu.catalog.concordance.changes import Archive, Change, reach, reaches
from goufu.catalog.concordance.decided import LINKING
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.validity import CatalogClass, effective, in_order, span

Happening = Literal["listed", "unchanged", "changed", "added", "removed", "not held"]


@dataclass(frozen=True, slots=True)
class Station:
    """What one version has to do with one life: from which day, what happened, as which entries, in words.

    `since` is None where the version's first day is not held. `change` is the relation to the version before.
    """

    version: str
    since: date | None
    happening: Happening
    entries: tuple[Entry, ...]
    change: Change | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Life:
    """One service through the versions, oldest first, and a last sentence on what it is now."""

    stations: tuple[Station, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class History:
    """Every life that `code` of `section` was ever a part of, oldest first, and what is to be said of the code."""

    section: str
    code: str
    lives: tuple[Life, ...]
    notes: tuple[tuple[str, str], ...]


def history(archive: Archive, section: str, code: str) -> History:
    """What became of the services that `code` of `section` ("B" for class B) has stood for.

    `code` may be the printed form of a misprinted one. Raises UnknownNameError where no version has it there; the
    message names sections that do.
    """
    versions = [v for v in in_order(archive.versions) if _has_class(v, section)]
    starts = [(v, e) for v in versions if (e := v.find(section, code)) is not None]
    if not starts:
        raise _unknown(archive, section, code)
    lives: list[Life] = []
    told: set[Entry] = set()
    for version, entry in starts:
        if entry not in told:
            trail = _trail(archive, versions, version, entry)
            told.update(e for entries in trail.values() for e in entries)
            lives.append(_life(archive, versions, trail, entry))
    return History(section, starts[-1][1].code, tuple(lives), tuple(_notes(starts)))


def _has_class(version: CatalogVersion, section: str) -> bool:
    """Whether `version` is of the kind that has `section`: class B, or a department catalog of class A."""
    return "B" in version.classes if section == "B" else "A" in version.classes and version.levels == 4


def _unknown(archive: Archive, section: str, code: str) -> UnknownNameError:
    where = [e.section for v in archive.versions for e in v.entries if code in (e.code, e.printed_code)]
    others = list(dict.fromkeys(s for s in where if s not in ("A", "B")))
    zh = f"所存各版的“{section}”都没有代码 {code}"
    en = f"no version held has code {code} in '{section}'"
    if others:
        zh += f"；有此代码的部门：{'、'.join(others[:5])}{f' 等 {len(others)} 个' if len(others) > 5 else ''}"
        en += f"; sections that have it: {', '.join(others[:5])}{' …' if len(others) > 5 else ''}"
    return UnknownNameError(zh, en)


def _held(version: CatalogVersion, section: str) -> bool:
    return bool(version.in_section(section))


def _trail(
    archive: Archive, versions: Sequence[CatalogVersion], version: CatalogVersion, entry: Entry
) -> dict[str, tuple[Entry, ...]]:
    """The entries of each version that hold the same service as `entry` of `version`, by version id."""
    section = entry.section
    held = [v for v in versions if _held(v, section)]
    at = [v.id for v in held].index(version.id)
    trail: dict[str, tuple[Entry, ...]] = {version.id: (entry,)}
    for step in (1, -1):
        here: tuple[Entry, ...] = (entry,)
        before = version
        for other in held[at + 1 :] if step == 1 else reversed(held[:at]):
            changes = archive.changes(before.id, other.id, section)
            here = tuple(
                dict.fromkeys(
                    e for c in changes if c.kind in LINKING and set(c.old) & set(here) for e in c.new
                )
            )
            if not here:
                break
            trail[other.id] = here
            before = other
    return trail


def _life(
    archive: Archive, versions: Sequence[CatalogVersion], trail: dict[str, tuple[Entry, ...]], start: Entry
) -> Life:
    """The stations of a trail, gaps and the end included."""
    section = start.section
    stations: list[Station] = []
    before: CatalogVersion | None = None  # the last version that holds the section
    ended = False
    for version in versions:
        earliest, latest = effective(version, archive.versions)
        since = latest if earliest == latest else None
        if version.id in trail:
            entries = trail[version.id]
            change = _change(archive, before, version, entries) if before else None
            stations.append(_station(version, since, entries, change))
            before = version
        elif not _held(version, section):
            if not ended:
                stations.append(_gap(version, since, section))
        else:
            first = next(iter(trail.values()))
            here = trail[before.id] if before and before.id in trail else first
            if not any(reaches(reach(version.sections.get(section)), e.code) for e in here):
                if not ended:
                    stations.append(_gap(version, since, section))
            elif before and before.id in trail:
                stations.append(_end(archive, before, version, since, here))
                ended = True
            before = version
    return Life(tuple(_from_first(stations)), *_now(archive, versions, trail, section))


def _from_first(stations: Sequence[Station]) -> Iterator[Station]:
    """The stations from the first that has an entry on, with the gap before it unless it is known to be new."""
    first = next(i for i, s in enumerate(stations) if s.entries)
    if stations[first].happening != "added":
        yield from stations[max(first - 1, 0) : first]
    yield from stations[first:]


def _change(
    archive: Archive, before: CatalogVersion, version: CatalogVersion, entries: Sequence[Entry]
) -> Change | None:
    changes = archive.changes(before.id, version.id, entries[0].section)
    mine = [c for c in changes if set(c.new) & set(entries) and c.kind != "reused"]
    return mine[0] if mine else None


def _named(entries: Sequence[Entry]) -> str:
    return "、".join(f"{e.code} {e.name}" for e in entries)


def _station(
    version: CatalogVersion, since: date | None, entries: tuple[Entry, ...], change: Change | None
) -> Station:
    """What happened to the service when `version` came."""
    zh, en = f"{version.id}{_from(since)[0]}：", f"{version.id}{_from(since)[1]}: "
    named = _named(entries)
    doubt = f"（置信度 {change.confidence:.2f}）" if change and change.confidence < 0.9 else ""
    doubt_en = f" (confidence {change.confidence:.2f})" if change and change.confidence < 0.9 else ""
    happening: Happening = "changed"
    if change is None or change.kind == "not_comparable":
        happening, says, tells = "listed", f"列有 {named}。", f"lists {named}."
    elif change.kind == "added":
        happening, says, tells = "added", f"新增 {named}{doubt}。", f"adds {named}{doubt_en}."
    elif change.kind == "unchanged":
        happening, says, tells = "unchanged", f"{named}，未变。", f"{named}, unchanged."
    elif change.kind == "editorial":
        says, tells = f"{named}，只是文字订正。", f"{named}, corrected in wording only."
    elif change.kind == "renamed":
        says, tells = f"改名为 {named}{doubt}。", f"renamed to {named}{doubt_en}."
    elif change.kind == "renumbered":
        says, tells = f"改码为 {named}{doubt}。", f"renumbered to {named}{doubt_en}."
    elif change.kind == "split":
        says, tells = f"拆分为 {_named(change.new)}{doubt}。", f"split into {_named(change.new)}{doubt_en}."
    else:
        says = f"{_named(change.old)} 合并为 {_named(change.new)}{doubt}。"
        tells = f"{_named(change.old)} merged into {_named(change.new)}{doubt_en}."
    return Station(version.id, since, happening, entries, change, zh + says, en + tells)


def _from(since: date | None) -> tuple[str, str]:
    """The day from which a version holds, in brackets, in both languages."""
    if since is None:
        return "（施行日期未存）", " (from a day not held)"
    return f"（{since} 起）", f" (from {since})"


def _gap(version: CatalogVersion, since: date | None, section: str) -> Station:
    """A version that cannot be asked."""
    zh, en = _from(since)
    if not version.witnesses:
        where, where_en = "整本未存", "is not held"
    elif _held(version, section):
        where, where_en = f"“{section}”此处未存", f"is not held at this place of '{section}'"
    else:
        where, where_en = f"“{section}”未存", f"is not held for '{section}'"
    return Station(
        version.id,
        since,
        "not held",
        (),
        None,
        f"{version.id}{zh}：{where}，不知其时有无。",
        f"{version.id}{en}: {where_en}; whether it listed the service is not known.",
    )


def _end(
    archive: Archive,
    before: CatalogVersion,
    version: CatalogVersion,
    since: date | None,
    entries: tuple[Entry, ...],
) -> Station:
    """A version that holds the place but shows nothing of the service any more."""
    section = entries[0].section
    changes = archive.changes(before.id, version.id, section)
    change = next((c for c in changes if c.kind == "removed" and set(c.old) & set(entries)), None)
    zh = f"{version.id}{_from(since)[0]}：{_named(entries)} 不再列入"
    en = f"{version.id}{_from(since)[1]}: {_named(entries)} is not listed any more"
    if change is not None and change.nearest is not None and change.nearest[1] >= 0.3:
        near = change.nearest[0]
        zh += f"；最接近的是 {near.code} {near.name}，是否相当须核对"
        en += f"; nearest, to be checked: {near.code} {near.name}"
    return Station(version.id, since, "removed", (), change, zh + "。", en + ".")


def _now(
    archive: Archive,
    versions: Sequence[CatalogVersion],
    trail: dict[str, tuple[Entry, ...]],
    section: str,
) -> tuple[str, str]:
    """How the service stands by the last version known."""
    last = versions[-1]
    catalog_class: CatalogClass = "B" if section == "B" else "A"
    if last.id in trail:
        if span(last, catalog_class, archive.versions).until is None:
            zh = f"所知最新一版 {last.id} 未见废止，现为 {_named(trail[last.id])}。"
            return zh, f"By {last.id}, the latest known and not repealed, it is {_named(trail[last.id])}."
        return (
            f"所知最新一版 {last.id} 已废止，其后不详。",
            f"{last.id}, the latest known, is repealed; what followed is not known.",
        )
    if not _held(last, section) or not any(
        reaches(reach(last.sections.get(section)), e.code) for entries in trail.values() for e in entries
    ):
        return (
            f"所知最新一版 {last.id} 此处未存，现状不详。",
            f"{last.id} is not held here; how it stands is not known.",
        )
    return (
        f"所知最新一版 {last.id} 已无此项服务。",
        f"{last.id}, the latest known, does not list the service.",
    )


def _notes(starts: Sequence[tuple[CatalogVersion, Entry]]) -> Iterator[tuple[str, str]]:
    """What is to be said of the code itself: misprints, one code for several services."""
    for version, entry in starts:
        if entry.printed_code != entry.code:
            yield (
                f"{version.id} 把 {entry.code} 印作 {entry.printed_code}。",
                f"{version.id} prints {entry.code} as {entry.printed_code}.",
            )


def sentences(told: History, lang: str = "zh") -> tuple[str, ...]:
    """A history line by line in `lang` ("zh" or "en"); lives are numbered where there are several."""
    lines: list[str] = []
    several = len(told.lives) > 1
    if several:
        zh = f"代码 {told.code} 在“{told.section}”先后指过 {len(told.lives)} 项服务："
        lines.append(
            zh
            if lang == "zh"
            else f"Code {told.code} of '{told.section}' has meant {len(told.lives)} services:"
        )
    for number, life in enumerate(told.lives, 1):
        if several:
            lines.append(f"〔{number}〕" if lang == "zh" else f"[{number}]")
        lines += [s.zh if lang == "zh" else s.en for s in life.stations]
        lines.append(life.zh if lang == "zh" else life.en)
    lines += [zh if lang == "zh" else en for zh, en in told.notes]
    return tuple(lines)
