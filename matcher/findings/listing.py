"""GF1xx: whether the catalog lists the service, and whether what the department cites of it still holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise

from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.severity import Severity
from goufu.catalog.text import NOTHING, Text, joined, quoted, same
from goufu.catalog.validity import in_force
from goufu.matcher.findings.table import finding
from goufu.matcher.model import Assessment, Finding
from goufu.matcher.text import content

#: where the item is unlisted, an entry of another section is taken for its own from this probability on (of the
#: development cases so named three in four are right)
_ELSEWHERE = 0.7
#: from here on the entry of another section is worth naming
_PERHAPS = 0.4
#: an entry fits far better than the one written from this probability on (of the item, not only of a listed one), if
#: the written one has at most this share of it
_FITS, _FAR = 0.6, 0.1
#: below this probability that it is a service and that nothing fits, an unlisted item is only a notice
_SURE = 0.7
#: the share of a heading's pairs of characters that the item must have
_COVERED = 0.75

#: words that every heading may have and that tell none from another
_COMMON = re.compile(r"服务|管理|公共|公益|行业|组织|实施|与|和|及|、|（.*?）")
_SEVERITY: dict[str, Severity] = {
    "repealed document": "warning",
    "code changed meaning": "error",
    "loose name": "notice",
}


def unlisted(a: Assessment, versions: tuple[CatalogVersion, ...]) -> Iterator[Finding]:
    """GF101, GF102, GF103: a purchased service that neither the section nor class B lists, whoever else does."""
    if a.status != "unlisted" or a.nature != "service":
        return
    severity: Severity = "warning" if a.nature_score * (1 - a.fit) >= _SURE else "notice"
    content_words = quoted(a.nature_words) or quoted((a.item.title,))
    words = Text(f"项目内容：{content_words.zh}", f"what the line is about: {content_words.en}")
    first = f"{a.codes[0].code} {a.codes[0].name}" if a.codes else ""
    nearest = Text(f"最近的条目是 {first}", f"the nearest entry is {first}") if first else NOTHING
    place = a.item.place
    other = a.elsewhere[0] if a.elsewhere and a.elsewhere[0].score >= _PERHAPS else None
    heading = _heading(a, versions)
    if other and (other.score >= _ELSEWHERE or heading is None):
        sure = other.score >= _ELSEWHERE
        yield finding(
            "GF102",
            Text(
                f"本部门未列；{'' if sure else '似'}列在“{other.section}”的目录中（{other.code} {other.name}），不能直接引用",
                f"not listed here; {'' if sure else 'perhaps '}listed for '{other.section}' ({other.code} {other.name}), whose codes cannot be cited",
            ),
            (words, same(f"{other.version} {other.section} {other.code} {other.name}"), *other.why, nearest),
            severity=severity,
            place=place,
            entry=f"{other.version} {other.section} {other.code}",
        )
    elif heading:
        yield finding(
            "GF103",
            Text(
                f"只有省目录的三级标题 {heading.code} {heading.name} 能涵盖，本部门没有相应的四级条目",
                f"only the provincial heading {heading.code} {heading.name} covers it; the department has no entry for it",
            ),
            (words, same(f"{heading.version} {heading.code} {heading.name}"), nearest),
            severity=severity,
            place=place,
            entry=f"{heading.version} A {heading.code}",
        )
    else:
        looked = Text(
            f"查对 {'、'.join((*a.sections, 'B 类'))}（{'、'.join(a.versions)}）",
            f"looked up in {', '.join((*a.sections, 'class B'))} ({', '.join(a.versions)})",
        )
        yield finding(
            "GF101",
            Text(
                "本部门目录和 B 类目录都没有列这项服务",
                "neither the department's section nor class B lists this service",
            ),
            (words, looked, nearest, a.gap),
            severity=severity,
            place=place,
            entry=" ".join(a.versions),
        )


@lru_cache(maxsize=16)
def _headings(versions: tuple[CatalogVersion, ...], on: date) -> tuple[tuple[Entry, frozenset[str]], ...]:
    """The third-level headings of the provincial frame in force on a day, each with what its name must find."""
    frame = in_force(versions, "A", on, levels=3)
    if frame is None:
        return ()
    return tuple(
        (entry, pairs)
        for entry in frame.in_section("A")
        if entry.level == 3 and len(pairs := _pairs(_COMMON.sub(" ", entry.name))) >= 2
    )


def _pairs(text: str) -> frozenset[str]:
    """Every two Chinese characters that are side by side in `text`."""
    return frozenset(
        before + after for before, after in pairwise(text) if "㐀" <= before <= "鿿" and "㐀" <= after <= "鿿"
    )


def _heading(a: Assessment, versions: tuple[CatalogVersion, ...]) -> Entry | None:
    """The provincial third-level heading that the item's title (with its summary) has the words of, if any."""
    words = _pairs(content(a.item.title, a.item.department))
    best: tuple[float, Entry] | None = None
    for entry, pairs in _headings(versions, a.reference_date):
        share = len(pairs & words) / len(pairs)
        if share >= _COVERED and (best is None or share > best[0]):
            best = share, entry
    return best[1] if best else None


def fits_better(a: Assessment) -> Iterator[Finding]:
    """GF117: the code that the department wrote is in force, and another entry of its scope fits far better.

    The written code is kept; both entries are named.
    """
    entry = a.standing.current if a.standing else None
    if entry is None or a.status != "listed" or not a.codes:
        return
    written, *others = a.codes
    best = max(others, key=lambda c: c.score, default=None)
    if (written.section, written.code) != (entry.section, entry.code) or best is None:
        return
    if a.fit * best.score < _FITS or written.score > _FAR * best.score:
        return
    yield finding(
        "GF117",
        Text(
            f"所填 {written.code} {written.name}；按内容更像 {best.code} {best.name}（{a.fit * best.score:.0%}）",
            f"written: {written.code} {written.name}; by its content rather {best.code} {best.name} ({a.fit * best.score:.0%})",
        ),
        (
            Text(
                f"所填 {written.version} {written.section} {written.code} {written.name}（{written.score:.0%}）",
                f"written: {written.version} {written.section} {written.code} {written.name} ({written.score:.0%})",
            ),
            same(f"{best.version} {best.section} {best.code} {best.name}"),
            *best.why,
        ),
        place=a.item.place,
        entry=f"{best.version} {best.section} {best.code}",
    )


def cited(a: Assessment) -> Iterator[Finding]:
    """GF111 to GF116: what is so about the code, name and document that the department itself wrote."""
    standing = a.standing
    if standing is None:
        return
    item = a.item
    written = [part for part in (item.code, item.code_name, item.document) if part]
    wrote = Text("所填：" + "，".join(written), "written: " + ", ".join(written))
    follow = joined(
        Text(
            f"{s.entry.code} {s.entry.name}（{s.entry.version}{'' if s.certain else '，供参考'}）",
            f"{s.entry.code} {s.entry.name} ({s.entry.version}{'' if s.certain else ', a suggestion'})",
        )
        for s in standing.successors[:3]
    )
    instead = Text(f"接替：{follow.zh}", f"in its place: {follow.en}") if follow else NOTHING
    for fact in standing.facts:
        if not fact.rule:
            continue
        severity = _severity(fact.rule, fact.kind, bool(standing.stands))
        named = standing.cited
        yield finding(
            fact.rule,
            Text(f"{fact.text.zh}；改用 {follow.zh}", f"{fact.text.en}; use {follow.en}")
            if follow and fact.rule in ("GF112", "GF113")
            else fact.text,
            (wrote, *map(same, fact.evidence), instead),
            severity=severity,
            place=item.place,
            entry=f"{named.version} {named.section} {named.code}" if named else " ".join(fact.evidence),
        )


def _severity(rule: str, kind: str, stands: bool) -> Severity | None:
    """A fact about an entry that stands all the same is no error; None leaves it to the table."""
    if rule == "GF116":
        return "notice"
    if rule in ("GF112", "GF113") and stands:
        return "warning"
    return _SEVERITY.get(kind) if rule in ("GF111", "GF113") else None
