"""The documents that are cited: which versions they are, and whether they are the ones in force for what is cited."""

from __future__ import annotations

from datetime import date

from goufu.catalog.citation.model import Fact, Standing
from goufu.catalog.citation.notation import read_documents
from goufu.catalog.concordance.changes import Archive
from goufu.catalog.model import CatalogVersion
from goufu.catalog.text import Text
from goufu.catalog.validity import CatalogClass, span

#: from this day on the catalogs that departments and counties had made before 2021-34 are void (2021-34, 五)
LOCAL_CATALOGS_VOID = date(2021, 9, 1)
LOCAL_CATALOGS_VOIDED_BY = "晋财综〔2021〕34号"


def cited_documents(
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
            Fact("", "document", Text(f"“{text.strip()}”不是文号", f"'{text.strip()}' is no document number"))
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
            "GF114", "document of other class", Text(zh, f"{version.id} has no class {wanted}"), (version.id,)
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
        return Fact("GF114", "document of other class", Text(zh, en), (version.id,))
    days = span(version, asked[0], archive.versions)
    successor = of_class[asked[0]]
    now = f"现行的是 {successor.number}" if successor else "其后适用者未存"
    now_en = f"{successor.id} is in force" if successor else "its successor is not held"
    if base.on < days.first:
        zh = f"{version.number} 自 {days.first} 起施行，{base.on} 尚未施行；{base.on} {now}"
        en = f"{version.id} takes effect on {days.first}, not yet on {base.on}; {now_en}"
        return Fact("GF111", "early document", Text(zh, en), (version.id,))
    by = archive.by_id.get(days.ended_by)
    ended = by.number if by else "后来的文件"
    how, how_en = ("修订", "revised") if by and version.id not in by.repeals else ("废止", "repealed")
    zh = f"{version.number} 已于 {days.until} 由 {ended} {how}；{now}"
    en = f"{version.id} was {how_en} on {days.until} by {days.ended_by or 'a later document'}; {now_en}"
    return Fact(
        "GF111", "repealed document", Text(zh, en), tuple(x for x in (version.id, days.ended_by) if x)
    )


def _unknown_document(archive: Archive, number: str, on: date) -> Fact:
    year = int(number.partition("〔")[2][:4])
    voided = any(v.number == LOCAL_CATALOGS_VOIDED_BY for v in archive.versions)
    if voided and year < LOCAL_CATALOGS_VOID.year and on >= LOCAL_CATALOGS_VOID:
        zh = f"{number} 早于晋财综〔2021〕34号；原分级分部门编制的目录自 {LOCAL_CATALOGS_VOID} 起全部废止（34号文第五条）"
        en = f"{number} is older than 2021-34, which voids all earlier local catalogs from {LOCAL_CATALOGS_VOID}"
        return Fact("GF111", "repealed document", Text(zh, en), ("2021-34",))
    return Fact(
        "",
        "unknown document",
        Text(f"{number} 不是所知的目录文件", f"{number} is no catalog document known here"),
    )
