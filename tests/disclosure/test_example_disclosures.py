"""The four example disclosures: what they say, to be checked against the files themselves, and what they hide."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from goufu.disclosure.assemble import read_disclosure
from goufu.disclosure.model import Disclosure

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
OFFICE = "孝义市人民政府办公室2026"
LABOUR = "孝义市人力资源和社会保障局2026"
APPROVAL = "孝义市行政审批服务管理局2025"
CITY = "孝义市城市管理局2026"


@pytest.fixture(scope="module")
def read() -> dict[str, Disclosure]:
    return {path.stem: read_disclosure(path) for path in sorted(EXAMPLES.glob("*.txt"))}


@pytest.mark.parametrize(
    ("stem", "department", "year", "this_year", "carried"),
    [
        (OFFICE, "孝义市人民政府办公室", 2026, 12, 0),
        (LABOUR, "孝义市人力资源和社会保障局", 2026, 47, 5),
        (APPROVAL, "孝义市行政审批服务管理局", 2025, 38, 0),
        (CITY, "孝义市城市管理局", 2026, 80, 2),
    ],
)
def test_items(
    read: dict[str, Disclosure], stem: str, department: str, year: int, this_year: int, carried: int
) -> None:
    disclosure = read[stem]
    assert (disclosure.department, disclosure.year) == (department, year)
    parts = [item.part for item in disclosure.items]
    assert parts == ["本年预算"] * this_year + ["上年结转"] * carried
    assert {item.department for item in disclosure.items} == {department}
    assert {item.year for item in disclosure.items} == {year}
    assert [item.id for item in disclosure.items][:: len(parts) - 1] == [
        f"{stem}-001",
        f"{stem}-{len(parts):03d}",
    ]


@pytest.mark.parametrize(
    ("stem", "part", "printed"),
    [
        (OFFICE, "本年预算", "65.09"),
        (LABOUR, "本年预算", "4258.44"),
        (LABOUR, "上年结转", "307.73"),
        (APPROVAL, "本年预算", "1047.69"),
        (CITY, "本年预算", "18575.64"),
        (CITY, "上年结转", "307.00"),
    ],
)
def test_items_add_up_to_the_table(read: dict[str, Disclosure], stem: str, part: str, printed: str) -> None:
    total = sum(item.amount_wan or Decimal(0) for item in read[stem].items if item.part == part)
    assert abs(total - Decimal(printed)) <= Decimal("0.05")


def test_unit_rows_are_subtotals(read: dict[str, Disclosure]) -> None:
    labour = read[LABOUR]
    assert [(s.name, str(s.amount_wan)) for s in labour.subtotals if s.part == "本年预算"] == [
        ("孝义市人力资源和社会保障局", "4258.44"),
        ("孝义市人力资源和社会保障局", "356.45"),
        ("孝义市创业就业服务中心", "1873.51"),
        ("孝义市社会保险中心", "1475.05"),
        ("孝义市医疗保险服务中心", "553.42"),
    ]
    item = next(i for i in labour.items if i.title == "门诊慢特病网上认证")
    assert item.unit == "孝义市医疗保险服务中心"
    assert item.department == "孝义市人力资源和社会保障局"
    assert item.amount_wan == Decimal("0.54")


def test_a_table_with_one_head_row_and_page_breaks(read: dict[str, Disclosure]) -> None:
    city = read[CITY]
    assert [(s.name, s.part) for s in city.subtotals] == [
        ("孝义市城市管理局", "本年预算"),
        ("孝义市城市管理局", "上年结转"),
        ("孝义市城市管理局", "上年结转"),
    ]
    by_title = {item.title: item for item in city.items}
    assert by_title["城市照明及公益事业电费"].place.line == 450  # type: ignore[union-attr]
    assert by_title["城市污水处理征收手续费"].amount_wan == Decimal("62.43")  # first row after a page break
    assert by_title["城市绿地健康步道建设项目"].part == "上年结转"
    assert {item.unit for item in city.items} == {"孝义市城市管理局"}


def test_forms_are_linked_and_give_the_summary(read: dict[str, Disclosure]) -> None:
    linked = [item for d in read.values() for item in d.items if item.form is not None]
    assert len(linked) == 170
    assert all(item.link is not None and item.link > 0.8 for item in linked)
    assert all(item.form is not None and item.summary == item.form.overview for item in linked)
    forms = [id(item.form) for item in linked]
    assert len(set(forms)) == len(forms)
    for disclosure in read.values():
        assert all(item.summary == "" and item.link is None for item in disclosure.items if item.form is None)


@pytest.mark.parametrize(
    ("stem", "title", "amount", "form_title", "form_yuan"),
    [
        (CITY, "协管员经费", "684.20", "协管员经费", "6841964"),
        (CITY, "协管员经费", "80.36", "协管员经费", "803560.54"),
        (CITY, "污泥处置费用", "846.80", "污泥处置费用", "8468000"),
        (CITY, "污泥处置费用", "150.00", "污泥处置费用", "1500000"),
        (CITY, "王家沟垃圾填埋场封场准备工程", "50.00", "白家沟垃圾填埋场封场准备工程", "500000"),
        (CITY, "城市管网道路养护及清淤工程", "286.76", "城市管网道路养护及清扫工程", "2867600"),
        (
            CITY,
            "老城区中诚大街城市更新照明及弱电系统改造工程",
            "255.00",
            "老城区中城大街城市更新照明及弱电系统改造工程",
            "2550000",
        ),
        (CITY, "25年土地补偿费", "50.12", "26年土地补偿费", "501234"),
        (CITY, "26年驿站公厕", "200.00", "2026年预算公开", "2000000"),
        (APPROVAL, "专家劳务费用", "3.31", "专家劳务费用", "33136"),
        (APPROVAL, "补缴残保金", "0.38", "补缴残疾人就业保障金", "3845"),
        (LABOUR, "中华人民共和国成立前退休老工人津贴补贴", "260.00", "建国前退休老人津贴补贴", "2600000"),
        (LABOUR, "2025年专项业务工作经费", "0.27", "2025年专项业务工作经费", "2690"),
    ],
)
def test_links_that_names_alone_would_get_wrong(
    read: dict[str, Disclosure], stem: str, title: str, amount: str, form_title: str, form_yuan: str
) -> None:
    item = next(i for i in read[stem].items if i.title == title and i.amount_wan == Decimal(amount))
    assert item.form is not None
    assert (item.form.title, item.form.year_yuan) == (form_title, Decimal(form_yuan))


def test_same_name_same_amount_other_unit(read: dict[str, Disclosure]) -> None:
    items = [i for i in read[LABOUR].items if i.title == "2026年遗属补助" and i.amount_wan == Decimal("1.59")]
    assert [i.unit for i in items] == ["孝义市社会保险中心", "孝义市医疗保险服务中心"]
    assert [i.form.unit for i in items if i.form] == ["孝义市社会保险中心", "孝义市医疗保险服务中心"]


def test_a_form_without_a_line_is_reported_not_guessed(read: dict[str, Disclosure]) -> None:
    assert [form.title for d in read.values() for form in d.unlinked] == ["污水处理运营及配套费"]
    assert any(r.kind == "unlinked form" and "22,000,000" in r.text for r in read[CITY].remarks)
    kitchen = next(i for i in read[CITY].items if i.title == "餐厨垃圾处理服务费")
    assert kitchen.form is None and kitchen.summary == ""


def test_the_narrative(read: dict[str, Disclosure]) -> None:
    assert read[OFFICE].statement == "无"
    assert read[LABOUR].statement == "本部门无政府购买服务指导性目录。"
    assert read[APPROVAL].statement == "见附件。"
    assert read[CITY].statement.startswith("依据山西省财政厅文件，晋财综[2025]28号")
    assert {stem: [a.number for a in d.attachments] for stem, d in read.items()} == {
        OFFICE: ["晋财综〔2021〕34号"],
        LABOUR: ["晋财综〔2025〕28号"],
        APPROVAL: ["晋财综〔2024〕37号", "晋财综〔2023〕47号"],
        CITY: ["晋财综〔2025〕28号"],
    }
    bought = {stem: d.procurement for stem, d in read.items()}
    assert {s: str(p.services_wan) for s, p in bought.items() if p} == {
        OFFICE: "11.90",
        LABOUR: "25.55",
        APPROVAL: "99.77",
        CITY: "106.00",
    }
    city = bought[CITY]
    assert city is not None and city.works_wan == Decimal("2335.00")


SIGNATURE = re.compile(
    r"(?:负责人|经办人|填表人|填报人|审核人|联系人|制表人)[\s:：]*[:：][\s]*(?!某某|经办人|联系电话|填报日期|填表日期|联系人)(\S+)"
)
PHONE = re.compile(r"(?<!\d)(?:0\d{2,3}[-—－ ]?\d{7,8}|1[3-9]\d{9}|\d{3,4}[-—－]\d{7,8})(?!\d)")


@pytest.mark.parametrize("stem", [OFFICE, LABOUR, APPROVAL, CITY])
def test_no_persons_and_no_telephones(stem: str) -> None:
    text = (EXAMPLES / f"{stem}.txt").read_text("utf-8")
    assert SIGNATURE.findall(text) == []
    assert PHONE.findall(text) == []
    assert re.findall(r"联系电话[\s:：]*[:：]\s*(?!电话略|填报日期|填表日期)(\S+)", text) == []
    assert re.findall(r"选派(?!某某)[\u4e00-\u9fff]{2,4}等\d+名同志", text) == []
    assert re.findall(r"遗属补助(?!某某|审批|人员|表)[\u4e00-\u9fff]{2,3}(?=\s|$)", text) == []


def test_the_patterns_of_the_test_above_do_find() -> None:
    assert SIGNATURE.findall("单位负责人：张某某\n经办人: 李某 联系电话:") == ["张某某", "李某"]
    assert len(PHONE.findall("0355-1234567 和 13800000000 与 20260115103639")) == 2
