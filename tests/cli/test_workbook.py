"""The workbook: five sheets, codes as text, nothing of a document a formula, a decision that reaches the filing table."""

import csv
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from goufu.catalog.load import load_catalogs
from goufu.cli.render.workbook.book import write_workbook
from goufu.disclosure.assemble import read_disclosure
from goufu.disclosure.model import BudgetItem, Disclosure, Place
from goufu.matcher.audit import Audit, audit

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
TODAY = date(2026, 1, 1)
HOSTILE = (
    '=HYPERLINK("http://x","a")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "\tcmd",
    "a\x01b",
)


@pytest.fixture(scope="module")
def city() -> Audit:
    return audit(read_disclosure(EXAMPLES / "孝义市城市管理局2026.txt"), load_catalogs(), TODAY)


@pytest.fixture(scope="module")
def book(city: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "r.xlsx"
    write_workbook(path, [city])
    return path


def opened(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def column_of(sheet: Any, head: str) -> str:
    """The letter of the column with this heading."""
    return next(str(c.column_letter) for c in sheet[1] if c.value == head)


def hostile() -> Audit:
    place = Place("=x.txt", line=1)
    items = tuple(
        BudgetItem(f"h-{n}", f"{text}路灯维护", "某县城市管理局", text, 2026, text, Decimal(1), place=place)
        for n, text in enumerate(HOSTILE)
    )
    return audit(Disclosure("=x.txt", "=某局", 2026, items, statement="=无"), load_catalogs(), TODAY)


def test_five_sheets_for_three_readers(book: Path) -> None:
    sheets = opened(book).worksheets
    shown = [s.title for s in sheets if s.sheet_state == "visible"]
    assert shown == ["项目清单", "问题", "汇总", "政府购买服务汇总表", "来源"]
    for sheet in sheets[:2] + sheets[3:5]:
        assert sheet.freeze_panes and sheet.auto_filter.ref, sheet.title
    for sheet in sheets[:5]:
        assert sheet.page_setup.orientation == "landscape" and int(sheet.page_setup.paperSize or 0) == 9
    assert len(sheets[2]._charts) == 3


def test_the_worklist_has_every_line_with_its_amount_as_a_number(book: Path, city: Audit) -> None:
    sheet = opened(book)["项目清单"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [r[2] for r in rows] == [a.item.title for a in city.assessments]
    assert round(sum(r[3] for r in rows), 2) == 18882.64
    codes = [c for c in sheet["F"][1:] if c.value]
    assert codes and all(c.data_type == "s" and c.number_format == "@" for c in codes)


def test_every_line_offers_its_candidates(book: Path, city: Audit) -> None:
    made = opened(book)
    (rule,) = made["项目清单"].data_validations.dataValidation
    column = column_of(made["项目清单"], "核定代码")
    assert str(rule.sqref) == f"{column}2:{column}83" and rule.formula1 == "'候选'!$A2:$G2"
    row = next(n for n, a in enumerate(city.assessments, 2) if a.item.title == "园林绿化管护费")
    offered = [c.value for c in made["候选"][row]]
    assert offered[0] == "A110108 园林绿化服务" and offered[5:7] == ["未列入目录", "不是购买服务"]


def test_every_finding_stands_with_evidence_and_basis(book: Path, city: Audit) -> None:
    rows = list(opened(book)["问题"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(city.all_findings)
    assert all(row[1] and row[6] and row[7] and row[8] and row[9] for row in rows)
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=["错误", "警告", "提示"].index)


def test_the_summary_adds_up(book: Path) -> None:
    sheet = opened(book)["汇总"]
    totals = [row[2] for row in sheet.iter_rows(max_col=3, values_only=True) if row[0] == "合计"]
    assert totals[0] == totals[1] == 18882.64


def test_the_filing_table_has_the_columns_of_budget_systems(book: Path) -> None:
    heads = [c.value for c in opened(book)["政府购买服务汇总表"][3]]
    assert [h.replace("\n（万元）", "") for h in heads if isinstance(h, str)] == [
        "预算单位", "项目名称", "是否政府购买服务", "政府购买服务分类", "政府购买服务指导性目录代码",
        "政府购买服务指导性目录名称", "购买服务内容", "预算金额", "预算年度",
    ]  # fmt: skip


def test_nothing_of_a_document_becomes_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_workbook(path, [hostile()])
    made = opened(path)
    formulas = [c for s in made.worksheets for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert {c.parent.title for c in formulas} == {"政府购买服务汇总表", "候选"}
    for cell in formulas:
        assert not any(text.strip() in str(cell.value) for text in HOSTILE if len(text.strip()) > 3)
    assert made["项目清单"]["C2"].value == HOSTILE[0] + "路灯维护" and made["项目清单"]["C2"].data_type == "s"
    links = [s for s in made.worksheets if s._hyperlinks]
    assert not links


def test_no_items_and_no_findings_still_make_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_workbook(path, [audit(Disclosure("空.txt", "某局", 2026), load_catalogs(), TODAY)])
    assert opened(path)["问题"]["A2"].value == "没有发现问题。"


def test_the_worklist_prints_in_readable_type(book: Path) -> None:
    """What is on paper fits A4 across at nine points in ten: a width of 1 is 7 pixels, the page has 1040 of them."""
    for name, least in (("项目清单", 12), ("政府购买服务汇总表", 9), ("问题", 9)):
        sheet = opened(book)[name]
        first, last = sheet.print_area.split("!")[-1].replace("$", "").split(":")
        columns = [c.column_letter for c in sheet[f"{first}:{last}"][3]]
        assert len(columns) == least
        width = sum(sheet.column_dimensions[c].width * 7 for c in columns)
        assert width * 0.9 <= 1040, (name, width)
        assert sheet["A4"].font.size == 9 or sheet["A4"].value is None


def test_numbers_are_numbers(book: Path) -> None:
    rows = list(opened(book)["项目清单"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == list(range(1, 83))
    assert all(isinstance(row[3], float | int) for row in rows if row[3] is not None)
    filed = list(opened(book)["政府购买服务汇总表"].iter_rows(min_row=4, max_row=85, values_only=True))
    assert {row[8] for row in filed} == {2026} and all(isinstance(row[7], float | int) for row in filed)


def test_the_filing_table_shows_what_is_a_service_with_title_unit_and_total(book: Path, city: Audit) -> None:
    sheet = opened(book)["政府购买服务汇总表"]
    assert (
        sheet["A1"].value == "孝义市城市管理局 2026 政府购买服务汇总表" and sheet["H2"].value == "单位：万元"
    )
    shown = [n for n in range(4, 86) if not sheet.row_dimensions[n].hidden]
    bought = [n for n, a in enumerate(city.assessments, 4) if a.gov_service]
    assert shown == bought and sheet.auto_filter.ref == "A3:I85"
    (only,) = sheet.auto_filter.filterColumn
    assert (only.colId, list(only.filters.filter)) == (2, ["是"])
    cached = openpyxl.load_workbook(book, data_only=True)["政府购买服务汇总表"]
    total = sum(float(a.item.amount_wan or 0) for a in city.assessments if a.gov_service)
    assert sheet["A86"].value == "合计" and cached["H86"].value == pytest.approx(total)
    assert {cached[f"C{n}"].value for n in shown} == {"是"}
    long = max(city.assessments, key=lambda a: len(a.item.summary))
    assert sheet[f"G{city.assessments.index(long) + 4}"].value == long.item.summary


def test_a_line_that_may_not_be_purchased_is_no_in_every_sheet(book: Path, city: Audit) -> None:
    """泵站运维人员工资: told that wages may not be purchased, so no code and 否."""
    at = next(n for n, a in enumerate(city.assessments) if a.item.title == "泵站运维人员工资")
    cached = openpyxl.load_workbook(book, data_only=True)
    assert [c.value or "" for c in cached["政府购买服务汇总表"][at + 4]][2:6] == ["否", "", "", ""]
    row = [c.value for c in cached["项目清单"][at + 2]]
    assert row[5] is None and "不能作为政府购买服务" in str(row[9])


def test_a_chart_of_many_codes_has_the_rest_as_one_bar(tmp_path: Path) -> None:
    from goufu.cli.render.workbook.summary import BARS

    items = tuple(
        BudgetItem(f"c-{n}", title, "某县住房和城乡建设局", year=2026, amount_wan=Decimal(n + 1))
        for n, title in enumerate(
            ("路灯维护服务", "污水处理运营服务", "垃圾清运处理服务", "园林绿化养护", "物业管理服务", "法律顾问服务", "会议服务",
             "审计服务", "评估服务", "工程监理服务", "印刷服务", "课题研究服务", "社会调查服务", "咨询服务", "机关干部培训服务",
             "公务用车租赁服务", "信息系统运维服务", "互联网接入服务", "翻译服务", "绩效评价服务", "档案管理服务")
        )
    )  # fmt: skip
    made = audit(Disclosure("某.txt", "某县住房和城乡建设局", 2026, items), load_catalogs(), TODAY)
    assert len({a.coded.code for a in made.assessments if a.coded}) > BARS + 1, "more codes than bars"
    path = tmp_path / "r.xlsx"
    write_workbook(path, [made])
    sheet = opened(path)["汇总"]
    rest = [row for row in sheet.iter_rows(min_col=13, max_col=14, values_only=True) if row[0]]
    assert len(rest) == BARS + 1 and str(rest[-1][0]).startswith("其余 ")
    coded = sum(float(a.item.amount_wan or 0) for a in made.assessments if a.coded)
    assert sum(float(row[1]) for row in rest) == pytest.approx(coded)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_it_and_a_decision_reaches_the_filing_table(book: Path, tmp_path: Path) -> None:
    made = opened(book)
    sheet = made["项目清单"]
    column = column_of(sheet, "核定代码")
    filled = (
        "不是购买服务", "B0901 机关工作人员技术业务培训服务", "未列入目录", "货物", "工程", "人员", "b0901", "A110108", "A999999",
        "A110108 物业管理服务",
    )  # fmt: skip
    for row, word in enumerate(filled, 2):
        sheet[f"{column}{row}"] = word
    edited = tmp_path / "edited.xlsx"
    made.save(edited)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,4", "--outdir", tmp_path, edited],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    (table,) = tmp_path.glob("*.csv")
    rows = list(csv.reader(table.open(encoding="utf-8")))[3:]
    training = ["是", "B 政府履职辅助性服务", "B0901", "机关工作人员技术业务培训服务"]
    assert [row[2:6] for row in rows[:10]] == [
        ["否", "", "", ""],
        training,
        ["是", "", "", ""],
        *[["否", "", "", ""]] * 3,
        training,
        ["是", "A 公共服务", "A110108", "园林绿化服务"],
        ["待核对", "A 公共服务", "A999999", "（目录中没有这个代码）"],
        ["待核对", "A 公共服务", "A110108", "园林绿化服务"],
    ]
    last = rows[82]
    bought = sum(float(row[7].replace(",", "")) for row in rows[:82] if row[2] == "是")
    assert last[0] == "合计" and float(last[7].replace(",", "")) == pytest.approx(bought)
