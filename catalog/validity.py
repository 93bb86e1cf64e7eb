"""What applies on a date: which version of the catalog governs class A and class B, and by what chain of repeal.

The rules are those the documents state of themselves. A version holds from the day it takes effect (自印发之日起施行)
until the day a later one that repeals it (`repeals`), or revises one of its classes (`revises`, "2021-34 B"),
takes effect. A budget of year Y is judged by what is in force on Y-01-01, even if a new version overtakes it
during the year; that version is then named, not applied.

*Not held* is never *not listed*: a version that is known only from its repeal still applies, and where the section
asked about is not held, or only in part, the nearest version that holds it is offered as a fallback, marked as
such. Nothing here reads a clock or a file; dates come in as arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from goufu.catalog.model import CatalogVersion, Coverage
from goufu.catalog.text import Text

CatalogClass = Literal["A", "B"]
ReasonKind = Literal["class A", "class B", "frame", "repeals", "coverage", "fallback", "overtaken", "none"]

_NUMBER = re.compile(r"(?P<series>\D*)〔(?P<year>\d{4})〕(?P<number>\d+)号")
_RANK: dict[str, int] = {"complete": 2, "partial": 1, "absent": 0}


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain: what kind of fact it is, and the sentence."""

    kind: ReasonKind
    text: Text


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a class of a version holds: from `first` (included) to `until` (excluded; None: still in force).

    Where the first day is not held it lies between `earliest` and `first`, and `first` is the day from which it
    is certain. `ended_by` is the id of the version that repealed or revised it.
    """

    earliest: date
    first: date
    until: date | None
    ended_by: str


@dataclass(frozen=True)
class Applicable:
    """What applies to `section` on the day `on`.

    `class_a` is the department catalog in force, held or not; before there was one, the provincial frame. `frame`
    is the three-level frame of class A behind it. `coverage` says how much of `section` is held in the version that
    governs it (`class_a`, or `class_b` for section "B"; "" asks about no section and is "complete").
    `fallback` is the nearest version that holds the section better, only where `coverage` is not "complete"; it
    did not apply on the day. `overtaken_by` are versions that took effect later in the same year. `certain` is
    false on days on which a version whose first day is not held may or may not have applied already.
    """

    on: date
    section: str
    class_a: CatalogVersion | None
    class_b: CatalogVersion | None
    frame: CatalogVersion | None
    coverage: Coverage
    fallback: CatalogVersion | None
    overtaken_by: tuple[CatalogVersion, ...]
    certain: bool
    reasons: tuple[Reason, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """The ids of the versions in force, class A first: ("2025-28", "2023-47")."""
        return tuple(dict.fromkeys(v.id for v in (self.class_a, self.class_b) if v is not None))

    @property
    def governing(self) -> CatalogVersion | None:
        """The version in force whose class `section` belongs to."""
        return self.class_b if self.section == "B" else self.class_a

    @property
    def consulted(self) -> CatalogVersion | None:
        """The version in which entries of `section` are looked up and to which items are coded.

        The one in force where it is held completely; else the nearest that holds more of the section; else the one in
        force. This is the one rule for it: what asks for a section's entries on a day asks here.
        """
        return self.governing if self.coverage == "complete" else (self.fallback or self.governing)

    @property
    def is_fallback(self) -> bool:
        """Whether the version consulted is not the one in force but the nearest that is held."""
        return self.consulted is not self.governing

    @property
    def held(self) -> bool:
        """Whether the version in force holds at least a part of `section`."""
        return self.coverage != "absent"


def reference_date(year: int) -> date:
    """The day by which a budget of `year` is judged unless another is given: 1 January of that year."""
    return date(year, 1, 1)


def effective(version: CatalogVersion, versions: Iterable[CatalogVersion]) -> tuple[date, date]:
    """The earliest and the latest first day of `version`; both the same where the document is held.

    A document that is not held is dated by its number: no earlier than the documents of its series and year with
    smaller numbers, no later than those with larger ones, and within the year (晋财综〔2023〕43号 came before
    〔2023〕47号 of 2023-09-01).
    """
    known = version.in_force or version.printed
    return (known, known) if known else _by_number(version, tuple(versions))


@lru_cache(maxsize=1024)
def _by_number(version: CatalogVersion, versions: tuple[CatalogVersion, ...]) -> tuple[date, date]:
    """The same of a document that is not held, among `versions`."""
    mine = _NUMBER.fullmatch(version.number)
    if mine is None:
        return date.min, date.min
    first, last = date(int(mine["year"]), 1, 1), date(int(mine["year"]), 12, 31)
    for other in versions:
        theirs = _NUMBER.fullmatch(other.number)
        if theirs is None or other.printed is None or theirs["series"] != mine["series"]:
            continue
        if theirs["year"] == mine["year"]:
            if int(theirs["number"]) < int(mine["number"]):
                first = max(first, other.printed)
            elif int(theirs["number"]) > int(mine["number"]):
                last = min(last, other.printed)
    return first, max(first, last)


def in_order(versions: Iterable[CatalogVersion]) -> tuple[CatalogVersion, ...]:
    """`versions` by the day they took effect, the undated ones where their number puts them."""
    known = tuple(versions)
    return tuple(sorted(known, key=lambda v: (*reversed(effective(v, known)), v.number)))


def ended(
    version: CatalogVersion, catalog_class: CatalogClass, versions: Iterable[CatalogVersion]
) -> CatalogVersion | None:
    """The version that ended `catalog_class` of `version`: the first to repeal it or to revise that class."""
    wanted = {version.id, f"{version.id} {catalog_class}"}
    known = tuple(versions)
    enders = [v for v in known if wanted & {*v.repeals, *v.revises}]
    return min(enders, key=lambda v: effective(v, known)[1], default=None)


def span(version: CatalogVersion, catalog_class: CatalogClass, versions: Sequence[CatalogVersion]) -> Span:
    """When `catalog_class` of `version` holds."""
    earliest, first = effective(version, versions)
    by = ended(version, catalog_class, versions)
    return Span(earliest, first, effective(by, versions)[1] if by else None, by.id if by else "")


def in_force(
    versions: Sequence[CatalogVersion], catalog_class: CatalogClass, on: date, *, levels: int | None = None
) -> CatalogVersion | None:
    """The latest version whose `catalog_class` holds on `on`, with `levels` levels if given; None if none is known."""
    return _in_force(tuple(versions), catalog_class, on, levels)


@lru_cache(maxsize=1024)
def _in_force(
    versions: tuple[CatalogVersion, ...], catalog_class: CatalogClass, on: date, levels: int | None
) -> CatalogVersion | None:
    """The same; every section of a day asks it."""
    found = None
    for version in in_order(versions):
        if catalog_class not in version.classes or (levels is not None and version.levels != levels):
            continue
        days = span(version, catalog_class, versions)
        if days.first <= on and (days.until is None or on < days.until):
            found = version
    return found


def coverage(version: CatalogVersion | None, section: str) -> Coverage:
    """How much of `section` `version` holds; a section that is not named in it is absent, i.e. not held."""
    if version is None or section not in version.sections:
        return "absent"
    return version.sections[section].coverage


def nearest_holding(
    versions: Sequence[CatalogVersion], section: str, governing: CatalogVersion | None, on: date
) -> CatalogVersion | None:
    """The version nearest to `governing` (else to the day) that holds more of `section`; a later one at equal distance."""
    ordered = in_order(versions)
    least = _RANK[coverage(governing, section)]
    if governing is not None:
        place = [v.id for v in ordered].index(governing.id)
    else:
        place = sum(effective(v, ordered)[1] <= on for v in ordered) - 1
    better = [(abs(i - place), -i, v) for i, v in enumerate(ordered) if _RANK[coverage(v, section)] > least]
    return min(better, key=lambda x: x[:2])[2] if better else None


def applicable(versions: Sequence[CatalogVersion], section: str, on: date) -> Applicable:
    """What applies to `section` ("B" for class B, "" for none in particular) on the day `on`, with the reasons.

    A section that no version names is no error here: its coverage is "absent" and it has no fallback. What was asked
    before is remembered: every item of a department and year asks the same.
    """
    return _applicable(tuple(versions), section, on)


@lru_cache(maxsize=1024)
def _applicable(versions: tuple[CatalogVersion, ...], section: str, on: date) -> Applicable:
    frame = in_force(versions, "A", on, levels=3)
    class_a = in_force(versions, "A", on, levels=4) or frame
    class_b = in_force(versions, "B", on)
    governing = class_b if section == "B" else class_a
    held: Coverage = coverage(governing, section) if section else "complete"
    fallback = None if held == "complete" else nearest_holding(versions, section, governing, on)
    year_end = date(on.year, 12, 31)
    overtaken = tuple(
        v
        for v in in_order(versions)
        if on < effective(v, versions)[1] <= year_end
        and ("B" in v.classes or (section != "B" and v.levels == 4))
    )
    asked = {"B"} if section == "B" else {"A", "B"}
    undated = [v for v in versions if asked & {*v.classes} and _may_hold(v, on, versions)]
    reasons: list[Reason] = []
    reasons += _class_reasons("A", class_a, on, versions)
    if class_a is not None and frame is not None and class_a.id != frame.id:
        reasons.append(
            Reason(
                "frame",
                Text(
                    f"前三级以 {frame.number} 为框架。",
                    f"Levels 1 to 3 follow the provincial frame {frame.id}.",
                ),
            )
        )
    reasons += [_undated_reason(v, versions) for v in undated]
    reasons += _class_reasons("B", class_b, on, versions)
    if section:
        reasons += _coverage_reasons(section, governing, held, fallback)
    reasons += [_overtaken_reason(v, class_a, class_b, on, versions) for v in overtaken]
    return Applicable(
        on, section, class_a, class_b, frame, held, fallback, overtaken, not undated, tuple(reasons)
    )


def _may_hold(version: CatalogVersion, on: date, versions: Sequence[CatalogVersion]) -> bool:
    earliest, latest = effective(version, versions)
    return earliest <= on < latest


def _class_reasons(
    catalog_class: CatalogClass, version: CatalogVersion | None, on: date, versions: Sequence[CatalogVersion]
) -> list[Reason]:
    kind: ReasonKind = "class A" if catalog_class == "A" else "class B"
    if version is None:
        return [
            Reason(
                "none",
                Text(
                    f"{on} 所适用的 {catalog_class} 类目录不详：所知各版均在其后。",
                    f"No class {catalog_class} catalog is known for {on}: all known versions are later.",
                ),
            )
        ]
    days = span(version, catalog_class, versions)
    zh = f"{on} 适用的 {catalog_class} 类目录为 {version.number}（{version.id}）："
    en = f"On {on} class {catalog_class} is governed by {version.id}: "
    if days.earliest < days.first:
        zh += f"原文未存，按文号最迟 {days.first} 已印发"
        en += f"the document is not held; by its number it was printed by {days.first} at the latest"
    else:
        zh += f"{days.first} 起施行"
        en += f"in force from {days.first}"
    ender = next((v for v in versions if v.id == days.ended_by), None)
    if ender is not None and days.until is not None:
        revised = version.id not in ender.repeals
        zh += f"，至 {days.until} 由 {ender.number} {'修订' if revised else '废止'}。"
        en += f", {'revised' if revised else 'repealed'} on {days.until} by {ender.id}."
    else:
        zh += "，未见废止。"
        en += ", not repealed."
    if catalog_class == "A" and version.levels == 3:
        zh += "这是省级框架，只到三级；当日的部门目录未存，文号不详。"
        en += (
            " This is the provincial frame with three levels; the department catalog of that day is not held."
        )
    reasons = [Reason(kind, Text(zh, en))]
    for ended_id in (*version.repeals, *version.revises):
        before = next((v for v in versions if v.id == ended_id.split()[0]), None)
        if before is None:
            continue
        of_class = ended_id.partition(" ")[2]
        part = f" 的 {of_class} 类" if of_class else ""
        unheld = "" if before.witnesses else "（原文未存）"
        reasons.append(
            Reason(
                "repeals",
                Text(
                    f"{version.number} {'修订' if of_class else '废止'}了此前的 {before.number}{part}{unheld}。",
                    f"{version.id} {'revised class ' + of_class + ' of' if of_class else 'repealed'} {before.id}"
                    f"{'' if before.witnesses else ' (not held)'}.",
                ),
            )
        )
    return reasons


def _undated_reason(version: CatalogVersion, versions: Sequence[CatalogVersion]) -> Reason:
    earliest, latest = effective(version, versions)
    last = latest - timedelta(days=1)
    return Reason(
        "none",
        Text(
            f"{version.number} 的施行日期未存，在 {earliest} 至 {latest} 之间；{last} 以前是否已适用不能断定。",
            f"The first day of {version.id} is not held; it lies between {earliest} and {latest}.",
        ),
    )


def _coverage_reasons(
    section: str, governing: CatalogVersion | None, held: Coverage, fallback: CatalogVersion | None
) -> list[Reason]:
    reasons: list[Reason] = []
    if held == "complete":
        return []
    if governing is not None and governing.levels == 3 and section != "B":
        reasons = [
            Reason(
                "coverage",
                Text(
                    f"{governing.id} 是省级框架，不分部门；“{section}”当日的部门目录未存。",
                    f"{governing.id} is the provincial frame and has no departments; "
                    f"the catalog of '{section}' of that day is not held.",
                ),
            )
        ]
    elif governing is not None and held == "partial":
        evidence = governing.sections[section].evidence
        reasons = [
            Reason(
                "coverage",
                Text(
                    f"“{section}”在 {governing.id} 只存一部分{f'（{evidence}）' if evidence else ''}；未存不等于未列。",
                    f"Only a part of '{section}' is held of {governing.id}; not held does not mean not listed.",
                ),
            )
        ]
    elif governing is not None:
        reasons = [
            Reason(
                "coverage",
                Text(
                    f"“{section}”在 {governing.id} 未存；未存不等于未列。",
                    f"'{section}' is not held of {governing.id}; not held does not mean not listed.",
                ),
            )
        ]
    if fallback is not None:
        reasons.append(
            Reason(
                "fallback",
                Text(
                    f"暂以最近的所存版本 {fallback.id} 参照；它并非当日适用的版本。",
                    f"The nearest version that holds it, {fallback.id}, is consulted instead; it did not apply on the day.",
                ),
            )
        )
    else:
        reasons.append(
            Reason(
                "fallback",
                Text(
                    f"所存各版都没有“{section}”，无可参照。",
                    f"No version held has '{section}'; there is nothing to fall back to.",
                ),
            )
        )
    return reasons


def _overtaken_reason(
    later: CatalogVersion,
    class_a: CatalogVersion | None,
    class_b: CatalogVersion | None,
    on: date,
    versions: Sequence[CatalogVersion],
) -> Reason:
    judged = class_a if "A" in later.classes else class_b
    earliest, latest = effective(later, versions)
    return Reason(
        "overtaken",
        Text(
            f"{'' if earliest == latest else '最迟 '}{latest} 起另有 {later.number}（{later.id}）施行；"
            f"以 {on} 为准仍按{f' {judged.id} ' if judged else '当日所适用者'}判断，其后的变化另行提示。",
            f"{later.id} took effect {'on' if earliest == latest else 'by'} {latest}; as of {on} the judgement follows "
            f"{judged.id if judged else 'what held then'} and names what changed.",
        ),
    )
