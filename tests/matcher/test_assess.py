"""The judgement on the example disclosures and on lines that a reader can judge at a glance."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.disclosure.read import read_document
from goufu.matcher.assess import assess
from goufu.matcher.model import Assessment

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
TODAY = date(2026, 1, 1)


def judged(title: str, department: str, summary: str = "", year: int = 2026) -> Assessment:
    item = BudgetItem("x", title, department=department, summary=summary, year=year)
    return assess([item], load_catalogs(), today=TODAY)[0]


@pytest.fixture(scope="module")
def city() -> dict[str, Assessment]:
    items = read_document(EXAMPLES / "孝义市城市管理局2026.txt").items
    return {f"{a.item.title} {a.item.amount_wan}": a for a in assess(items, load_catalogs(), today=TODAY)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("污水处理运营费 400.00", "A110103"),
        ("餐厨垃圾处理服务费 625.98", "A110104"),
        ("园林绿化管护费 475.66", "A110108"),
    ],
)
def test_what_a_city_management_bureau_buys(city: dict[str, Assessment], line: str, code: str) -> None:
    a = city[line]
    assert (a.nature, a.status, a.coded and a.coded.code) == ("service", "listed", code)


@pytest.mark.parametrize(
    ("line", "nature"),
    [
        ("2026年遗属补助 1.59", {"personnel"}),
        ("2020年残保金 7.45", {"statutory"}),
        ("公共设施保险 30.00", {"insurance"}),
        ("三大矿燃气亏损补贴 1000.00", {"transfer"}),
        ("26年驿站公厕 200.00", {"works", "goods"}),
    ],
)
def test_what_is_not_a_service(city: dict[str, Assessment], line: str, nature: set[str]) -> None:
    a = city[line]
    assert a.nature in nature
    assert a.status == "not_applicable" and a.gov_service is False and a.coded is None


def test_the_same_words_mean_another_code_in_another_department() -> None:
    assert judged("代表风采宣传片拍摄", "某县人大常委会办公室").codes[0].code == "A150201"
    assert (
        judged("委员风采宣传片拍摄", "政协某县委员会").codes[0].section
        == "人民政治协商会议委员会办公厅（室）"
    )


def test_the_office_s_own_lawyer_is_class_b_in_every_department() -> None:
    for department in ("某县水利局", "某县司法局", "某县教育局"):
        a = judged("局机关法律顾问费", department, "聘请律师担任机关法律顾问")
        assert (a.codes[0].section, a.codes[0].code) == ("B", "B0101")
        assert a.record()["gov_service_type"] == "B"


def test_a_section_that_is_not_held_is_never_called_unlisted() -> None:
    a = judged("河湖清四乱无人机巡查监测", "某县水利局", "委托公司每月巡查河道", year=2025)
    assert a.status == "unknown"
    assert a.codes[0].version == "2025-28" and a.codes[0].fallback
    assert not [f for f in a.findings if f.rule in ("GF101", "GF102")]


def test_a_budget_of_2025_is_judged_by_the_catalog_of_2024() -> None:
    a = judged("12345政务服务热线服务经费", "某县行政审批服务管理局", year=2025)
    assert a.versions == ("2024-37", "2023-47")
    assert (a.codes[0].version, a.codes[0].code) == ("2024-37", "A180701")
    assert a.reference_date == date(2025, 1, 1)


def test_a_service_listed_only_for_another_department_is_a_finding() -> None:
    a = judged("县域医疗信息平台等保测评", "某县卫生健康局", "委托测评机构开展网络安全等级保护测评并出具报告")
    assert a.status == "unlisted"
    assert (a.elsewhere[0].section, a.elsewhere[0].code) == ("行政审批", "A170104")
    assert [f.rule for f in a.findings] == ["GF102"]
    assert "第102号" in a.findings[0].basis.zh and a.findings[0].evidence.zh


def test_the_record_has_the_fields_of_the_contract_and_in_order() -> None:
    item = BudgetItem("7", "路灯维护", department="某县城市管理局", year=2026, amount_wan=Decimal("12.30"))
    record = assess([item], load_catalogs(), today=TODAY)[0].record()
    assert list(record) == [
        *(
            "id",
            "department",
            "unit",
            "year",
            "title",
            "amount_wan",
            "sections",
            "versions",
            "reference_date",
        ),
        *("nature", "nature_score", "status", "decision", "certainty", "codes", "elsewhere", "findings"),
        *("gov_service", "gov_service_type", "gov_service_catalog_code", "gov_service_catalog_name"),
    ]
    assert record["amount_wan"] == 12.3 and record["gov_service_catalog_code"] == "A110107"
    assert len(record["codes"]) == 5
    scores = [c["score"] for c in record["codes"]]
    assert scores == sorted(scores, reverse=True) and sum(scores) <= 1.001
    assert all(c["why"] for c in record["codes"])


def test_items_come_out_in_the_order_they_went_in() -> None:
    items = [
        BudgetItem(str(n), t, department=d, year=y)
        for n, (t, d, y) in enumerate(
            [
                ("污水处理", "某县城市管理局", 2026),
                ("法律顾问", "某县水利局", 2025),
                ("垃圾清运", "某县城市管理局", 2026),
            ]
        )
    ]
    assert [a.item.id for a in assess(items, load_catalogs(), today=TODAY)] == ["0", "1", "2"]


def test_an_unknown_department_is_judged_by_class_b_alone_and_for_review() -> None:
    a = judged("法律顾问服务", "某某集团")
    assert a.sections == () and a.codes[0].code == "B0101" and a.decision == "review"


def test_a_town_s_line_is_looked_for_in_all_sections_and_left_to_a_person() -> None:
    a = judged("河道保洁服务", "某镇人民政府", "委托第三方对辖区内河道水面漂浮物进行日常打捞保洁")
    assert a.sections == () and (a.nature, a.status, a.decision) == ("service", "unknown", "review")
    assert ("水利", "A060701") in [(c.section, c.code) for c in a.codes]
    assert [c.score for c in a.codes] == sorted((c.score for c in a.codes), reverse=True)
    assert "B" not in [c.section for c in a.elsewhere]
    assert "乡镇没有自己的部门目录" in a.department_note.zh and a.department_note in a.codes[0].why
    assert a.record()["department_note"] == a.department_note.zh


def test_class_b_is_for_a_town_too() -> None:
    a = judged("法律顾问服务", "某街道办事处", "聘请律师事务所担任机关常年法律顾问")
    assert (a.status, a.codes[0].code) == ("listed", "B0101")
    assert "街道没有自己的部门目录" in a.department_note.zh


def test_class_b_does_not_list_what_another_section_describes_better() -> None:
    a = judged("居家养老助餐服务", "某街道办事处", "为辖区高龄、失能老人提供居家养老助餐配餐服务")
    assert a.status == "unknown" and a.codes[0].section == "民政"


def test_a_department_with_a_section_has_no_note() -> None:
    assert "department_note" not in judged("法律顾问服务", "某县民政局").record()
