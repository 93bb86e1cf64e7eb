"""The catalogs that come in decide: with those of another province, nothing of the shipped ones is used or named."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from goufu.catalog.concordance.changes import archive_of
from goufu.catalog.load import load_catalogs
from goufu.catalog.model import CatalogVersion, Entry, Section
from goufu.disclosure.model import Attachment, BudgetItem, Disclosure, Place, Procurement
from goufu.matcher.audit import Audit, audit

#: an invented province that uses codes of the shipped catalogs for other services
ENTRIES = {
    "水利": {
        "A": "公共服务",
        "A11": "河湖养护",
        "A1101": "日常养护",
        "A110101": "河道保洁服务",
        "A110103": "水文站看护服务",
        "A1102": "水质",
        "A110201": "水库水质监测服务",
    },
    "B": {"B": "辅助性服务", "B01": "法律", "B0101": "法律顾问服务", "B0102": "档案整理服务"},
}
PLACE = Place("某.txt", line=7)


def _version(identity: str, section: str, year: int, **more: str) -> CatalogVersion:
    entries = tuple(
        Entry(identity, section, code, more.get(code, name), code, "x:1")
        for code, name in ENTRIES[section].items()
    )
    of_class = "B" if section == "B" else "A"
    return CatalogVersion(
        id=identity,
        number=f"云财综〔{year}〕{identity.partition('-')[2]}号",
        title="云省政府购买服务指导性目录",
        classes=(of_class,),
        levels=3 if of_class == "B" else 4,
        printed=date(year, 3, 1),
        in_force=date(year, 3, 1),
        repealed=None,
        repealed_by="",
        repeals=(),
        revises=(),
        cites=(),
        note="",
        witnesses=(),
        sections={section: Section(section, "complete")},
        entries=entries,
    )


OLD = _version("2022-7", "水利", 2022, A110103="堤防巡查服务")
NEW = replace(_version("2024-9", "水利", 2024), repeals=("2022-7",))
OTHER_PROVINCE = (OLD, _version("2023-8", "B", 2023), NEW)
TITLES = (
    "河道保洁服务",
    "堤防巡查",
    "法律顾问费",
    "污水处理厂运营服务",
    "办公楼维修改造",
    "公务用车租赁",
    "展览服务",
    "施工图设计",
)


@cache
def judged() -> Audit:
    items = [
        BudgetItem(
            str(n), title, "云县水利局", year=2026, amount_wan=Decimal(250), summary="购买服务", place=PLACE
        )
        for n, title in enumerate(TITLES)
    ]
    written = (
        replace(items[0], code="A110103", code_name="污水处理服务", document="晋财综〔2024〕37号"),
        replace(items[1], code="A110103", code_name="堤防巡查服务", document="云财综〔2022〕7号"),
        replace(items[2], code="A9999"),
        replace(items[3], code_name="堤防巡查服务"),
        replace(items[4], document="云财综〔2019〕3号"),
    )
    document = Disclosure(
        file="某.txt",
        department="云县水利局",
        year=2026,
        items=(*items, *written),
        statement="无",
        statement_place=PLACE,
        procurement=Procurement(services_wan=Decimal(1), place=PLACE),
        attachments=(Attachment("晋财综〔2025〕28号", "目录", PLACE, ("A",)),),
    )
    return audit(document, OTHER_PROVINCE, date(2026, 5, 1))


def _said() -> Iterator[str]:
    for a in judged().assessments:
        record = a.record()
        yield json.dumps({k: v for k, v in record.items() if k not in ("title",)}, ensure_ascii=False)
    for f in judged().findings:
        yield json.dumps(f.record(), ensure_ascii=False)


def test_only_the_catalogs_that_came_in_are_applied() -> None:
    for a in judged().assessments:
        assert set(a.versions) == {"2024-9", "2023-8"}
        for c in (*a.codes, *a.elsewhere):
            assert c.version in ("2024-9", "2023-8")
            assert c.name in ENTRIES["水利"].values() or c.name in ENTRIES["B"].values()


def test_its_own_entries_are_found_and_its_own_history_is_told() -> None:
    by_number = judged().assessments
    assert by_number[0].codes[0].code == "A110101"
    assert "2022-7" in by_number[len(TITLES) + 1].findings[0].evidence.zh
    follows = by_number[len(TITLES) + 1].standing
    assert follows is not None and follows.cited is not None and follows.cited.version == "2022-7"


def test_nothing_shipped_is_named() -> None:
    """No document, version or entry of the shipped catalogs, but for what the department itself wrote."""
    shipped = load_catalogs()
    wrote = ("晋财综〔2024〕37号", "晋财综〔2025〕28号", "污水处理服务")
    own = {name for names in ENTRIES.values() for name in names.values()}
    forbidden = {v.id for v in shipped} | {v.number for v in shipped} - set(wrote)
    forbidden |= {e.name for v in shipped for e in v.entries if len(e.name) >= 6} - own - set(wrote)
    rules = {f.rule for _, f in judged().all_findings}
    assert {"GF114", "GF115", "GF401", "GF304"} <= rules
    for text in _said():
        basis = [f["basis"] for f in json.loads(text).get("findings", ())]
        for part in (*basis, json.loads(text).get("basis", "")):
            text = text.replace(json.dumps(part, ensure_ascii=False), "")  # law that rules.toml cites
        assert not [name for name in forbidden if name in text], text


def test_terms_readings_and_decisions_belong_to_the_folder_of_a_catalog() -> None:
    """The same code means another service there, so no term, misprint or decision of the shipped data is about it."""
    archive = archive_of(OTHER_PROVINCE)
    assert archive.decisions == () and not archive.misprints
    first = judged().assessments[0]
    assert not [why for c in first.codes for why in c.why if "索引词“" in why.zh]
    assert archive_of(load_catalogs()).decisions
