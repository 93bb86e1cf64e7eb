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

from catalog.load import load_catalogs
from cli.workbook import write_workbook
from disclosure.model import BudgetItem, Disclosure, Place
from disclosure.read import read_disclosure
from matcher.audit import Audit, audit

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
    assert str(rule.sqref) == "N2:N83" and rule.formula1 == "'候选'!$A2:$G2"
    row = next(n for n, a in enumerate(city.assessments, 2) if a.item.title == "园林绿化管护费")
    offered = [c.value for c in made["候选"][row]]
    assert offered[0] == "A110108 园林绿化服务" and offered[5:7] == ["未列入目录", "非购买服务"]


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
    heads = [c.value for c in opened(book)["政府购买服务汇总表"][1]]
    assert [h.replace("\n（万元）", "") for h in heads if isinstance(h, str)] == [
        "预算单位", "项目名称", "是否政府购买服务", "政府购买服务分类", "政府购买服务指导性目录代码",
        "政府购买服务指导性目录名称", "购买服务内容", "预算金额", "预算年度",
    ]  # fmt: skip


def test_nothing_of_a_document_becomes_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_workbook(path, [hostile()])
    made = opened(path)
    formulas = [c for s in made.worksheets for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert {c.parent.title for c in formulas} == {"政府购买服务汇总表"}
    for cell in formulas:
        assert not any(text.strip() in str(cell.value) for text in HOSTILE if len(text.strip()) > 3)
    assert made["项目清单"]["C2"].value == HOSTILE[0] + "路灯维护" and made["项目清单"]["C2"].data_type == "s"
    links = [s for s in made.worksheets if s._hyperlinks]
    assert not links


def test_no_items_and_no_findings_still_make_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_workbook(path, [audit(Disclosure("空.txt", "某局", 2026), load_catalogs(), TODAY)])
    assert opened(path)["问题"]["A2"].value == "没有发现问题。"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_it_and_a_decision_reaches_the_filing_table(book: Path, tmp_path: Path) -> None:
    made = opened(book)
    sheet = made["项目清单"]
    sheet["N2"], sheet["N3"], sheet["N4"] = "非购买服务", "B0901 机关工作人员技术业务培训服务", "未列入目录"
    edited = tmp_path / "edited.xlsx"
    made.save(edited)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,4", "--outdir", tmp_path, edited],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    (table,) = tmp_path.glob("*.csv")
    rows = list(csv.reader(table.open(encoding="utf-8")))[1:]
    assert rows[0][2:6] == ["否", "", "", ""]
    assert rows[1][2:6] == ["是", "B 政府履职辅助性服务", "B0901", "机关工作人员技术业务培训服务"]
    assert rows[2][2:6] == ["是", "", "", ""]
