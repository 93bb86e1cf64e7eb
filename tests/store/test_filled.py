"""The workbook comes back: every row is checked, the good ones are stored, the others say why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from example_runs import approvals, judged, line, recorded
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.catalog.model import CatalogVersion
from goufu.cli.render.workbook.worklist import read_filled
from goufu.matcher.decisions.choice import choice_named
from goufu.matcher.decisions.worklist import FilledRow, RowResult, judge_rows
from goufu.store.decisions import decide, decide_rows
from goufu.store.engine import Store
from goufu.store.errors import NoSuchRunError
from goufu.store.runs import RunInfo, changed_catalogs, run_items, run_named, run_of


def settle(
    store: Store,
    run: RunInfo,
    rows: Sequence[FilledRow],
    versions: tuple[CatalogVersion, ...],
    officer: str,
    source: str = "workbook",
    replace: bool = False,
    dry_run: bool = False,
) -> list[RowResult]:
    """The rows judged, and stored as `goufu decide` does."""
    items, changed = run_items(store, run.id), changed_catalogs(run, versions)
    results = judge_rows(rows, items, versions, changed, officer, replace)
    return results if dry_run else decide_rows(store, results, officer, source)


HEAD = ("序号", "单位", "项目", "金额\n（万元）", "认定", "代码", "核定代码", "备注")


def workbook(
    path: Path, filled: Mapping[str, str], change: Mapping[str, dict[int, Any]] | None = None
) -> Path:
    """A workbook of the 38 lines with 核定代码 filled by line number, cells changed by line number and column."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "工作表"
    sheet.append(["孝义市行政审批服务管理局 2025 年"])
    sheet.append(HEAD)
    for n, a in enumerate(approvals(), 1):
        number = a.item.id[-3:]
        amount = float(a.item.amount_wan or 0)
        cells: list[Any] = [str(n), a.item.unit, a.item.title, amount, "", "", filled.get(number), ""]
        for column, value in (change or {}).get(number, {}).items():
            cells[column] = value
        sheet.append(cells)
    book.save(path)
    return path


def test_filled_codes_are_stored(store: Store, tmp_path: Path) -> None:
    recorded(store, approvals())
    path = workbook(
        tmp_path / "报告.xlsx",
        {"002": "A150402", "019": "B0302 审计服务", "026": "未列", "004": "工程", "001": "不适用"},
        {"002": {7: "合同续签"}},
    )
    rows = read_filled(path)
    assert len(rows) == 38 and rows[1].line == 4
    run = run_of(store, rows)
    results = settle(store, run, rows, load_catalogs(), "乙", path.name)
    assert [r.fate for r in results].count("stored") == 5 and [r.fate for r in results].count("empty") == 33
    by_number = {i.ref[-3:]: i.decision for i in run_items(store, run.id) if i.decision}
    assert {n: (d.outcome, d.code, d.nature, d.officer, d.source) for n, d in by_number.items()} == {
        "001": ("not_applicable", "", "works", "乙", "报告.xlsx"),
        "002": ("code", "A150402", "service", "乙", "报告.xlsx"),
        "004": ("not_applicable", "", "works", "乙", "报告.xlsx"),
        "019": ("code", "B0302", "service", "乙", "报告.xlsx"),
        "026": ("unlisted", "", "service", "乙", "报告.xlsx"),
    }
    assert by_number["002"].note == "合同续签"
    again = settle(store, run, rows, load_catalogs(), "乙", path.name)
    assert [r.fate for r in again].count("same") == 5


def test_every_kind_of_fault_is_told_and_costs_only_its_row(store: Store, tmp_path: Path) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    items = {i.ref[-3:]: i for i in run_items(store, run.id)}
    decide(store, items["017"].id, choice_named("B1003", items["017"], load_catalogs()), "丙", 0)
    path = workbook(
        tmp_path / "报告.xlsx",
        dict.fromkeys(("002", "005", "006", "009", "010"), "A150402")
        | {"013": "A150499", "017": "A150102", "020": "看情况"},
        {
            "005": {2: "便民办事服务平台二期"},
            "006": {3: 999.0},
            "009": {2: "别的项目", 3: 1.0},
            "010": {6: "A1807"},
        },
    )
    results = settle(store, run, read_filled(path), load_catalogs(), "乙")
    said = {r.row.line: (r.fate, r.zh) for r in results if r.fate != "empty"}
    assert {line: fate for line, (fate, _) in said.items()} == {
        4: "stored", 7: "changed", 8: "changed", 11: "unknown", 12: "code", 15: "code", 19: "conflict", 22: "code",
    }  # fmt: skip
    assert "所记录的名称是“便民办事服务平台项目”" in said[7][1]
    assert "金额 999.00 与所记录的 171.00 不同" in said[8][1]
    assert "上级标题" in said[12][1] and "没有代码 A150499" in said[15][1] and "不是代码" in said[22][1]
    assert "已由 丙 于" in said[19][1] and "B1003 网络接入服务" in said[19][1]
    decided = {i.ref[-3:]: i.decision for i in run_items(store, run.id) if i.decision}
    assert {n: d.officer for n, d in decided.items()} == {"002": "乙", "017": "丙"}
    replaced = settle(store, run, read_filled(path), load_catalogs(), "乙", replace=True)
    assert next(r.fate for r in replaced if r.row.line == 19) == "stored"


def test_rows_may_be_sorted_and_deleted(store: Store, tmp_path: Path) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    rows = read_filled(workbook(tmp_path / "r.xlsx", {"008": "人员", "032": "B0701", "002": "A150402"}))
    results = settle(store, run, [r for r in reversed(rows) if r.decided], load_catalogs(), "乙")
    assert [r.fate for r in results] == ["stored"] * 3
    by_number = {i.ref[-3:]: i.decision for i in run_items(store, run.id) if i.decision}
    assert (by_number["008"].outcome, by_number["032"].code) == ("not_applicable", "B0701"), (
        "same title, told apart by number and amount"
    )


def test_only_checked(store: Store, tmp_path: Path) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    rows = read_filled(workbook(tmp_path / "r.xlsx", {"002": "A150402"}))
    assert [r.fate for r in settle(store, run, rows, load_catalogs(), "乙", dry_run=True)].count(
        "stored"
    ) == 1
    assert run_named(store, "last").decided == 0


def test_a_catalog_that_was_corrected_or_replaced_since(store: Store, tmp_path: Path) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    rows = read_filled(workbook(tmp_path / "r.xlsx", {"002": "A150402", "019": "B0302"}))
    corrected = []
    for v in load_catalogs():
        entries = tuple(
            e._replace(name="数字政通运营服务")
            if (v.id, e.section, e.code) == ("2024-37", "行政审批", "A150402")
            else e
            for e in v.entries
        )
        corrected.append(replace(v, entries=entries))
    results = {r.row.title: r for r in settle(store, run, rows, tuple(corrected), "乙") if r.fate != "empty"}
    assert [r.fate for r in results.values()] == ["stale", "stored"]
    assert "目录订正后是“数字政通运营服务”" in results["惠企政策采集梳理及运营服务项目"].zh
    without = tuple(v for v in load_catalogs() if v.id != "2024-37")
    results_now = settle(store, run, rows, without, "乙", dry_run=True)
    assert {r.fate for r in results_now if r.row.decided} == {"stale"}
    assert any("现在适用" in r.zh for r in results_now)


def test_the_run_is_found_by_content(store: Store, tmp_path: Path) -> None:
    rows = read_filled(workbook(tmp_path / "r.xlsx", {"002": "A150402"}))
    with pytest.raises(NoSuchRunError, match="--save"):
        run_of(store, rows)
    first = recorded(store, approvals())
    recorded(store, judged(line("别的项目")))
    assert run_of(store, rows).id == first
    second = recorded(store, approvals())
    assert run_of(store, rows).id == second


def test_amounts_and_apostrophes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位", "项目", "金额（万元）", "核定代码"])
    sheet.append(["甲局", "'=清扫", "1,234.50", "A110101"])
    sheet.append(["甲局", "测绘", "约3万", "B0101"])
    sheet.append([None, None, None, "A110101"])
    book.save(tmp_path / "x.xlsx")
    rows = read_filled(tmp_path / "x.xlsx")
    assert [(r.line, r.title, r.amount_wan, r.decided) for r in rows] == [
        (2, "=清扫", Decimal("1234.50"), "A110101"),
        (3, "测绘", None, "B0101"),
    ]


def test_files_that_are_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(GoufuError, match="打不开"):
        read_filled(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(GoufuError, match="没有找到“核定代码”"):
        read_filled(path)
    with pytest.raises(GoufuError, match="不存在"):
        read_filled(tmp_path / "none.xlsx")


def test_the_workbook_that_classify_writes(store: Store, tmp_path: Path) -> None:
    """Written by goufu, opened and filled as a spreadsheet program would, read back: nothing but 核定代码 was touched."""
    from example_runs import APPROVALS
    from goufu.cli.render.workbook.book import write_workbook
    from goufu.disclosure.read import read_document
    from goufu.matcher.audit import audit

    one = audit(read_document(APPROVALS), load_catalogs(), today=date(2025, 1, 1))
    recorded(store, list(one.assessments))
    path = tmp_path / "报告.xlsx"
    write_workbook(path, [one])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {str(cell.value): number for number, cell in enumerate(sheet[1], 1)}
    filled = {2: "A150402 政企通运营服务", 4: "不是购买服务", 26: "未列入目录", 8: "人员", 32: "不是购买服务"}
    for number, said in filled.items():
        sheet.cell(row=number + 1, column=heads["核定代码"]).value = said
    sheet.cell(row=3, column=heads["备注"]).value = "合同续签"
    book.save(path)
    rows = read_filled(path)
    run = run_of(store, rows)
    results = settle(store, run, rows, load_catalogs(), "乙")
    assert [r.row.number for r in results if r.fate == "stored"] == sorted(filled)
    stored = {i.position + 1: i.decision for i in run_items(store, run.id) if i.decision}
    assert {n: d.outcome for n, d in stored.items()} == {
        2: "code", 4: "not_applicable", 8: "not_applicable", 26: "unlisted", 32: "not_applicable",
    }  # fmt: skip
    assert (stored[2].code, stored[2].note) == ("A150402", "合同续签")


@pytest.mark.parametrize(
    ("written", "rule", "told"),
    [
        ("A150402 园林绿化服务", "GF114", "“政企通运营服务”，与所填名称“园林绿化服务”不符"),
        ("A150402园林绿化服务", "GF114", "与所填名称“园林绿化服务”不符"),
        ("A150499", "GF115", "没有代码 A150499"),
        ("A15O402", "GF115", "字母与数字混写，是不是 A150402？"),
        ("C0401", "GF115", "似为政府采购品目分类代码"),
        ("A1504", "GF115", "上级标题"),
        ("看情况", "GF115", "不是代码"),
    ],
)
def test_a_code_that_cannot_be_is_told_with_its_rule_and_not_stored(
    store: Store, tmp_path: Path, written: str, rule: str, told: str
) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    results = settle(
        store, run, read_filled(workbook(tmp_path / "r.xlsx", {"002": written})), load_catalogs(), "乙"
    )
    (found,) = (r for r in results if r.fate != "empty")
    assert (found.fate, found.rule, found.told) == ("code", rule, True) and told in found.zh
    assert run_named(store, str(run.id)).decided == 0


@pytest.mark.parametrize(
    "written", ["a150402", "Ａ150402 政企通运营服务", "A15 04 02", "a150402政企通运营服务"]
)
def test_a_code_in_another_dress_is_stored_as_printed_and_told(
    store: Store, tmp_path: Path, written: str
) -> None:
    run = run_named(store, str(recorded(store, approvals())))
    results = settle(
        store, run, read_filled(workbook(tmp_path / "r.xlsx", {"002": written})), load_catalogs(), "乙"
    )
    (found,) = (r for r in results if r.fate != "empty")
    assert (found.fate, found.rule, found.told) == ("stored", "GF115", True) and written in found.zh
    (item,) = (i for i in run_items(store, run.id) if i.decision)
    assert item.decision is not None and item.decision.code == "A150402"


def test_no_purchased_service_without_a_nature_stays_so(store: Store, tmp_path: Path) -> None:
    """002 was taken for a service: what it is instead, nobody said. The same line next time is no service either."""
    from goufu.catalog.concordance.changes import load_archive
    from goufu.matcher.precedents.apply import applied
    from goufu.store.precedents.lookup import open_precedents

    run = run_named(store, str(recorded(store, approvals())))
    rows = read_filled(workbook(tmp_path / "r.xlsx", {"002": "非购买服务"}))
    settle(store, run, rows, load_catalogs(), "乙")
    (item,) = (i for i in run_items(store, run.id) if i.decision)
    assert item.decision is not None
    assert (item.decision.outcome, item.decision.nature) == ("not_applicable", "")
    with open_precedents(store.place) as source:
        assert source is not None
        again = applied(list(approvals()), source, load_archive())[1]
    assert (again.status, again.gov_service, again.coded) == ("not_applicable", False, None)
