"""Lists that departments keep: units, headings, sheets, merged cells, totals, notes, values, odd files, each with its right value."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.sheet_formatting import displayed_number
from goufu.disclosure.lists.cell_values import year_of
from goufu.disclosure.lists.headings import heading, stacked
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content, read_document, with_unique_ids
from openpyxl.worksheet.worksheet import Worksheet

HEAD: list[Any] = ["项目名称", "部门", "年度", "金额（万元）"]
CITY = "甲县城市管理局"


def sheet_bytes(
    *sheets: Sequence[Sequence[Any]], names: Sequence[str] = ()
) -> tuple[openpyxl.Workbook, list[Worksheet]]:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    made = []
    for n, rows in enumerate(sheets):
        sheet = book.create_sheet(names[n] if names else f"表{n + 1}")
        for row in rows:
            sheet.append(list(row))
        made.append(sheet)
    return book, made


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(*sheets: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> Disclosure:
    return read_content(saved(sheet_bytes(*sheets, names=names)[0]), "表.xlsx")


def text(content: str, name: str = "表.csv") -> Disclosure:
    return read_content(content.encode(), name)


def amounts(read: Disclosure) -> list[str | None]:
    return [None if item.amount_wan is None else str(item.amount_wan) for item in read.items]


def kinds(read: Disclosure, *levels: str) -> list[str]:
    return [r.kind for r in read.remarks if not levels or r.level in levels]


# -- units and headings -----------------------------------------------------------------------------------------


def test_a_unit_above_the_list() -> None:
    rows: list[list[Any]] = [
        ["甲县城市管理局2026年购买服务项目表"],
        ["", "", "", "单位：元"],
        ["项目名称", "部门", "年度", "金额"],
        ["路灯维护服务", CITY, 2026, 74000],
        ["河道保洁服务", CITY, 2026, 30000],
    ]
    assert amounts(xlsx(rows)) == ["7.40", "3.00"]
    read = text(
        "2026年购买服务项目清单,,,\n,,,单位：元\n项目名称,部门,年度,金额\n路灯维护服务,甲县城市管理局,2026,74000\n"
    )
    assert amounts(read) == ["7.40"]
    assert "unit" not in kinds(read)


@pytest.mark.parametrize(
    ("head", "wan"),
    [
        ("金额（单位：元）", "7.40"),
        ("预算金额（人民币元）", "7.40"),
        ("预算金额(单位:万元)", "74000.00"),
        ("预算资金（元）", "7.40"),
        ("资金（万元）", "74000.00"),
        ("预算（万元）", "74000.00"),
        ("金额/元", "7.40"),
        ("金额元", "7.40"),
        ("金额(人民币：元)", "7.40"),
        ("采购预算（元）", "7.40"),
        ("最高限价（元）", "7.40"),
        ("招标控制价（千元）", "7400.00"),
        ("2026年拟安排资金（元）", "7.40"),
        ("申报金额（亿元）", "740000000.00"),
    ],
)
def test_headings_of_amounts(head: str, wan: str) -> None:
    assert amounts(text(f"项目名称,部门,年度,{head}\n路灯维护服务,{CITY},2026,74000\n")) == [wan]


def test_headings_that_are_no_amounts() -> None:
    for name in (
        "资金来源",
        "资金性质",
        "金额单位",
        "预算单位",
        "预算科目",
        "支付比例",
        "项目负责人",
        "金额出处",
    ):
        found = heading(name)
        assert found is None or found.field != "amount", name
    for name in ("单价（元）", "上年执行数", "已支付金额", "结余资金"):
        found = heading(name)
        assert found is None or found.money in ("other", ""), name
    below = stacked("资金来源", "合计")
    assert below is not None and (below.field, below.money) == ("amount", "total")


@pytest.mark.parametrize("printed", ["单位：美元", "金额单位：个", "单位：元/月"])
def test_a_unit_that_is_not_understood_refuses_the_amounts(printed: str) -> None:
    read = text(f"{printed},,\n项目名称,部门,金额\n路灯维护服务,{CITY},30\n")
    assert amounts(read) == [None]
    assert [(r.level, r.kind) for r in read.remarks] == [("error", "unit")]
    assert read.remarks[0].place is not None and read.remarks[0].place.line == 2


def test_no_unit_anywhere_is_judged_by_size_and_told() -> None:
    yuan = text("项目名称,部门,金额\n路灯,甲局,74000\n河道,甲局,30000\n")
    assert amounts(yuan) == ["7.40", "3.00"]
    wan = text("项目名称,部门,金额\n路灯,甲局,7.4\n河道,甲局,30\n")
    assert amounts(wan) == ["7.40", "30.00"]
    either = text("项目名称,部门,金额\n路灯,甲局,5000\n")
    assert amounts(either) == [None]
    assert [kinds(read, "warning", "error") for read in (yuan, wan, either)] == [["unit"]] * 3
    assert "按数值大小判断为元" in yuan.remarks[0].text


@pytest.mark.parametrize(
    "content",
    [
        "甲局2026年采购计划表（元）,,\n项目名称,部门,金额\n路灯,甲局,74000\n",
        "项目名称,部门,金额,单位：元\n路灯,甲局,74000,\n",
        "项目名称,部门,金额\n路灯,甲局,74000\n金额单位：元,,\n",
    ],
)
def test_a_unit_in_a_title_in_a_heading_of_its_own_or_below(content: str) -> None:
    read = text(content)
    assert amounts(read) == ["7.40"]
    assert "unit" not in kinds(read)


def test_a_quote_that_is_never_closed_is_told() -> None:
    rows = "".join(f"项目{n},甲局,{n}\n" for n in range(30))
    with pytest.raises(GoufuError, match="引号"):
        text(f'项目名称,部门,金额（万元）\n"路灯,甲局,3\n{rows}')


def test_the_unit_beside_each_amount() -> None:
    read = text("项目名称,部门,金额,单位\n路灯,甲局,74000,元\n河道,甲局,3,万元\n")
    assert amounts(read) == ["7.40", "3.00"]
    assert [item.unit for item in read.items] == ["", ""]


def test_no_column_is_understood_as_the_amount() -> None:
    read = text("项目名称,部门,拟投\n路灯,甲局,74000\n")
    assert amounts(read) == [None]
    assert [(r.kind, r.level) for r in read.remarks] == [("amount", "warning")]
    assert "拟投" in read.remarks[0].text


def test_several_amounts() -> None:
    read = text("项目名称,单价（元）,数量,合同金额（万元）,预算金额（万元）\n路灯,5,2,8,9\n")
    assert amounts(read) == ["9.00"]
    assert "合同金额" in read.remarks[0].text
    parts = text("项目名称,部门,财政拨款（万元）,自筹资金（万元）\n路灯,甲局,2,1\n")
    assert amounts(parts) == ["3.00"]
    assert kinds(parts, "warning") == ["amount"]


def test_two_rows_of_headings() -> None:
    rows: list[list[Any]] = [
        ["序号", "项目名称", "部门", "年度", "资金来源（万元）", None, None, "备注"],
        [None, None, None, None, "合计", "财政拨款", "自筹", None],
        [1, "路灯维护服务", CITY, 2026, 3, 2, 1, None],
        [2, "河道保洁服务", CITY, 2026, 5, 5, 0, None],
    ]
    book, (sheet,) = sheet_bytes(rows)
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "H1:H2", "E1:G1"):
        sheet.merge_cells(merged)
    read = read_content(saved(book), "表.xlsx")
    assert [(i.title, i.department, i.year) for i in read.items] == [
        ("路灯维护服务", CITY, 2026),
        ("河道保洁服务", CITY, 2026),
    ]
    assert amounts(read) == ["3.00", "5.00"]
    assert amounts(xlsx(rows)) == ["3.00", "5.00"]  # the same without merged cells


# -- sheets and cells -------------------------------------------------------------------------------------------


def test_every_sheet_is_read_and_told() -> None:
    read = xlsx(
        [HEAD, ["路灯维护服务", CITY, 2026, 3]],
        [HEAD, ["河道保洁服务", "甲县水利局", 2026, 6]],
        names=("城管局", "水利局"),
    )
    assert [(i.title, i.department) for i in read.items] == [
        ("路灯维护服务", CITY),
        ("河道保洁服务", "甲县水利局"),
    ]
    assert amounts(read) == ["3.00", "6.00"]
    assert len({item.id for item in read.items}) == 2
    assert "城管局" in read.remarks[0].text and "水利局" in read.remarks[0].text


def test_a_sheet_of_instructions_is_passed_over() -> None:
    read = xlsx(
        [["项目名称", "填写项目全称"], ["金额", "万元"]],
        [HEAD, ["路灯维护服务", CITY, 2026, 3]],
        names=("填表说明", "项目清单"),
    )
    assert [item.title for item in read.items] == ["路灯维护服务"]
    assert "填表说明" in read.remarks[0].text and "未读" in read.remarks[0].text


def test_cells_merged_down() -> None:
    rows: list[list[Any]] = [
        ["部门", "年度", "项目名称", "金额（万元）"],
        [CITY, 2026, "路灯维护服务", 3],
        [None, None, "城区道路保洁服务", 4],
        [None, None, "绿化养护服务", 5],
        ["甲县水利局", 2026, "河道保洁服务", 6],
        [None, None, "水质监测", 7],
    ]
    book, (sheet,) = sheet_bytes(rows)
    for merged in ("A2:A4", "B2:B4", "A5:A6", "B5:B6"):
        sheet.merge_cells(merged)
    read = read_content(saved(book), "表.xlsx")
    assert [(i.department, i.year) for i in read.items] == [(CITY, 2026)] * 3 + [("甲县水利局", 2026)] * 2
    assert read.remarks == ()
    blank = xlsx(rows)  # not merged: blank is blank
    assert [i.department for i in blank.items] == [CITY, "", "", "甲县水利局", ""]


def test_an_amount_merged_over_two_lines_counts_once() -> None:
    book, (sheet,) = sheet_bytes([HEAD, ["路灯维护服务", CITY, 2026, 3], ["河道保洁服务", CITY, 2026, None]])
    sheet.merge_cells("D2:D3")
    read = read_content(saved(book), "表.xlsx")
    assert amounts(read) == ["3.00", None]
    assert kinds(read, "warning") == ["amount"]
    assert read.remarks[0].place is not None and read.remarks[0].place.cell == "表1!D3"


def test_blanks_of_a_csv_that_were_merged_cells_are_filled_and_told() -> None:
    read = text(f"部门,年度,项目名称,金额（万元）\n{CITY},2026,路灯,3\n,,保洁,4\n甲县水利局,2026,河道,6\n")
    assert [(i.department, i.year) for i in read.items] == [(CITY, 2026)] * 2 + [("甲县水利局", 2026)]
    assert kinds(read) == ["carried", "carried"]
    # a department that is missing behind the title is missing
    read = text(f"项目名称,部门,年度,金额（万元）\n路灯,{CITY},2026,3\n物业,,2026,5\n")
    assert [i.department for i in read.items] == [CITY, ""]


def test_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    book, (sheet, other) = sheet_bytes(
        [
            HEAD,
            ["路灯维护服务", CITY, 2026, 3],
            ["已取消的项目", CITY, 2026, 9],
            ["河道保洁服务", CITY, 2026, 5],
        ],
        [HEAD, ["绿化养护", CITY, 2026, 1]],
    )
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    other.sheet_state = "hidden"
    read = read_content(saved(book), "表.xlsx")
    assert len(read.items) == 4
    told = [r.text for r in read.remarks]
    assert any("第 3 行是隐藏的" in one for one in told)
    assert any("C 列是隐藏的" in one for one in told)
    assert any("“表2”是隐藏的" in one for one in told)


def test_number_formats_that_scale_and_error_values() -> None:
    book, (sheet,) = sheet_bytes(
        [HEAD, ["路灯", CITY, 2026, 74000], ["河道", CITY, 2026, 3], ["绿化", CITY, 2026, 0]]
    )
    sheet["D2"].number_format = "0!.0,"
    sheet["D4"].value = "#N/A"
    sheet["D4"].data_type = "e"
    read = read_content(saved(book), "表.xlsx")
    assert amounts(read) == ["7.40", "3.00", None]
    assert [(r.kind, r.level, r.place and r.place.cell) for r in read.remarks] == [
        ("amount", "error", "表1!D4")
    ]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("74000", "0!.0,", "7.4"),
        ("74000", "0!.0000", "7.4000"),
        ("74000", '0!.0,"万元"', "7.4万元"),
        ("74000", "#,##0.0,", "74.0"),
        ("7400000", "0.0,,", "7.4"),
        ("500", '[>=10000]0!.0,"万";0"元"', "500元"),
        ("-74000", "0!.0,;-0!.0,", "-7.4"),
        ("0.074", "0.0%", "7.4%"),
        ("74000", "#,##0.00", None),
        ("74000", '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', None),
    ],
)
def test_what_a_format_shows(value: str, code: str, text: str | None) -> None:
    assert displayed_number(value, code) == text


# -- totals and notes -------------------------------------------------------------------------------------------


def test_total_rows_are_subtotals_and_checked() -> None:
    read = text(
        f"序号,项目名称,部门,年度,金额（万元）\n1,路灯,{CITY},2026,3\n2,河道,{CITY},2026,5\n,合计,{CITY},2026,8\n"
    )
    assert [i.title for i in read.items] == ["路灯", "河道"]
    assert [(s.name, str(s.amount_wan)) for s in read.subtotals] == [("合计", "8.00")]
    assert [check.agrees for check in read.checks] == [True]
    wrong = text(
        f"项目名称,部门,金额（万元）\n路灯,{CITY},3\n小计,,3\n河道,{CITY},5\n小计,,6\n其中：自筹,,1\n总 计：,,8\n"
    )
    assert amounts(wrong) == ["3.00", "5.00"]
    assert [check.agrees for check in wrong.checks] == [True, False, True]
    assert [(r.kind, r.place and r.place.line) for r in wrong.remarks] == [("total", 5)]


def test_rows_that_add_up_others_without_saying_so() -> None:
    read = text(f"项目名称,部门,金额（万元）\n{CITY},,8\n路灯,{CITY},3\n河道,{CITY},5\n")
    assert [i.title for i in read.items] == ["路灯", "河道"]
    read = text(
        f"项目名称,部门,金额（万元）\n一、环卫类,{CITY},8\n清扫,{CITY},3\n清运,{CITY},5\n二、其他类,,\n路灯,{CITY},2\n"
    )
    assert [i.title for i in read.items] == ["清扫", "清运", "路灯"]
    kept = text(f"项目名称,部门,金额（万元）\n一、清扫,{CITY},8\n二、清运,{CITY},3\n三、路灯,{CITY},5\n")
    assert len(kept.items) == 3  # numbered lines, not groups


def test_notes_page_numbers_and_repeated_headings_are_no_items() -> None:
    read = text(
        f"项目名称,部门,年度,金额\n1,2,3,4\n路灯,{CITY},2026,74000\n第 1 页 共 2 页,,,\n项目名称,部门,年度,金额\n河道,{CITY},2026,30000\n"
        "注：以上金额单位为元,,,\n填表人：,,联系电话：,\n审核：,,,\n"
    )
    assert [i.title for i in read.items] == ["路灯", "河道"]
    assert amounts(read) == ["7.40", "3.00"]
    kept = text(
        f"项目名称,部门,金额（万元）\n审核服务,{CITY},1\n说明书印刷,{CITY},1\n合计核算系统维护,{CITY},1\n"
    )
    assert len(kept.items) == 3


def test_the_owner_and_the_year_above_a_list() -> None:
    read = text("填报单位：甲县水利局,2026年预算,单位：万元\n项目名称,期限,金额\n河道保洁,1年,3\n")
    assert [(i.department, i.year, str(i.amount_wan)) for i in read.items] == [("甲县水利局", 2026, "3.00")]
    assert kinds(read, "notice") == ["list", "list"]


# -- values -----------------------------------------------------------------------------------------------------


def test_what_stands_for_no_amount() -> None:
    read = text(
        "".join(
            [
                "项目名称,部门,年度,金额（万元）\n",
                *(
                    f"项{n},{CITY},2026,{v}\n"
                    for n, v in enumerate(("-", "/", "—", "无", "12万", "0", "3.5亿"))
                ),
            ]
        )
    )
    assert amounts(read) == [None, None, None, None, "12.00", "0.00", "35000.00"]
    assert read.remarks == ()


@pytest.mark.parametrize(
    ("printed", "year"),
    [
        ("２０２６", 2026),
        ("二〇二六年", 2026),
        ("二○二六年度", 2026),
        ("2026-01-01", 2026),
        ("2026.0", 2026),
        ("2026年度", 2026),
        ("2026-2027", None),
        ("26", None),
        ("明年", None),
    ],
)
def test_years(printed: str, year: int | None) -> None:
    assert year_of(printed) == year


def test_a_date_cell_is_a_year() -> None:
    book, (sheet,) = sheet_bytes(
        [HEAD, ["路灯", CITY, datetime(2026, 1, 1), 3], ["河道", CITY, "2026", " 1,234.50 "]]
    )
    sheet["C2"].number_format = 'yyyy"年"'
    read = read_content(saved(book), "表.xlsx")
    assert [(i.year, str(i.amount_wan)) for i in read.items] == [(2026, "3.00"), (2026, "1234.50")]


def test_a_unit_beside_a_quantity_is_a_measure() -> None:
    read = text(f"采购项目名称,部门,数量,单位,金额（万元）\n路灯,{CITY},1,项,3\n保洁,{CITY},1200,平方米,5\n")
    assert [i.unit for i in read.items] == ["", ""]
    read = text(f"项目名称,部门,单位,金额（万元）\n路灯,{CITY},甲县环卫中心,3\n")
    assert [i.unit for i in read.items] == ["甲县环卫中心"]


def test_ids_are_unique_in_a_file_and_across_files() -> None:
    read = text("编号,项目名称\n1,清扫\n1,测绘\n")
    assert [i.id for i in read.items] == ["1", "1-2"]
    taken: set[str] = set()
    files = [
        with_unique_ids(text("项目名称,部门\n清扫,甲局\n", "清单.csv"), folder, taken)
        for folder in ("a", "b", "b")
    ]
    assert [i.id for d in files for i in d.items] == ["清单-2", "b/清单-2", "b/清单-2-2"]


def test_radicals_invisible_characters_and_traditional_headings() -> None:
    read = text(
        "\ufeff\ufeff項目\u200b名稱,部門,年度,金額（萬元）\n政府\u2ed4户网站\u200b运维,孝义市\u2f54利局,2026,3\u200b.00\n城 区 道 路,甲局,2026,1\n"
    )
    assert [(i.title, i.department, str(i.amount_wan)) for i in read.items] == [
        ("政府门户网站运维", "孝义市水利局", "3.00"),
        ("城区道路", "甲局", "1.00"),
    ]


def test_the_evidence_of_budget_systems() -> None:
    read = text(
        "采购项目,采购内容,科目编码,科目名称,部门预算支出经济分类,政府预算支出经济分类,项目类别,是否政府采购,采购品目编码,采购品目名称,采购方式,服务期限,金额（元）\n"
        "河道保洁,打捞清淤,2130305,水利工程,30227 委托业务费,50205,特定目标类,是,C0401,物业管理服务,公开招标,三年,50000\n"
    )
    (item,) = read.items
    assert (item.title, item.summary, item.term) == ("河道保洁", "打捞清淤", "三年")
    assert (item.functional_class, item.economic_class, item.government_economic_class) == (
        "2130305 水利工程",
        "30227 委托业务费",
        "50205",
    )
    assert (item.project_class, item.procured, item.procurement_item, item.procurement_method) == (
        "特定目标类",
        True,
        "C0401 物业管理服务",
        "公开招标",
    )
    english = json.dumps({"title": "a", "economic_class": "30227", "procured": False, "term": "5年"})
    (item,) = read_content(english.encode(), "a.jsonl").items
    assert (item.economic_class, item.procured, item.term) == ("30227", False, "5年")


# -- files ------------------------------------------------------------------------------------------------------


def test_line_separators_inside_json() -> None:
    lines = '{"title": "路灯", "summary": "城区\u2028日常"}\n{"title": "河道", "summary": "清淤\x85打捞"}\n'
    assert [i.title for i in text(lines, "a.jsonl").items] == ["路灯", "河道"]


@pytest.mark.parametrize(
    "content",
    [
        '[{"title": "路灯", "amount_wan": 3}, {"title": "河道", "amount_wan": 4}]',
        '{"items": [{"title": "路灯", "amount_wan": 3}, {"title": "河道", "amount_wan": 4}]}',
        '{\n "records": [\n  {"title": "路灯", "amount_wan": 3},\n  {"title": "河道", "amount_wan": 4}\n ]\n}',
        '[{"title": "路灯", "amount_wan": 3.0, "form": {"title": "x"}, "link": 0.5},\n {"title": "河道", "amount_wan": 4}]',
    ],
)
def test_json_arrays(content: str) -> None:
    read = text(content, "x.json")
    assert [(i.title, str(i.amount_wan)) for i in read.items] == [("路灯", "3.00"), ("河道", "4.00")]
    assert len({i.id for i in read.items}) == 2
    assert read.remarks == ()


def test_a_json_array_that_is_cut() -> None:
    read = text('[{"title": "路灯"},\n {"title": "河', "x.json")
    assert [i.title for i in read.items] == ["路灯"]
    assert [(r.level, r.place and r.place.line) for r in read.remarks] == [("error", 2)]


def test_one_bad_byte_costs_a_character() -> None:
    data = f"项目名称,部门,年度,项目概况,金额（万元）\n路灯,{CITY},2026,城区日常维护,3\n河道,{CITY},2026,打捞,4\n".encode()
    cut = data.replace("日".encode(), "日".encode()[:2])
    read = read_content(cut, "表.csv")
    assert amounts(read) == ["3.00", "4.00"]
    assert [(r.level, r.place and r.place.line) for r in read.remarks] == [("warning", 2)]


def test_a_title_with_commas_above_the_header() -> None:
    read = text(f"{CITY}2026年采购清单，单位：万元，共1页\n项目名称,部门,年度,金额\n路灯,{CITY},2026,3\n")
    assert amounts(read) == ["3.00"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("name", ["export.xls", "表.csv", "表.txt"])
def test_texts_under_every_name(encoding: str, separator: str, name: str) -> None:
    content = "\r\n".join(separator.join(row) for row in (HEAD, ["路灯维护服务", CITY, "2026", "3"]))
    read = read_content(content.encode(encoding), name)
    assert [(i.title, i.department, str(i.amount_wan)) for i in read.items] == [
        ("路灯维护服务", CITY, "3.00")
    ]


def test_a_workbook_with_backslashes_in_its_zip() -> None:
    packed = io.BytesIO()
    plain = io.BytesIO(saved(sheet_bytes([HEAD, ["路灯", CITY, 2026, 3]])[0]))
    with zipfile.ZipFile(plain) as archive, zipfile.ZipFile(packed, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name.replace("/", "\\"), archive.read(name))
    assert amounts(read_content(packed.getvalue(), "表.xlsx")) == ["3.00"]


def test_one_item_a_line() -> None:
    read = text("路灯维护服务\n2. 城 区 道 路 清 扫\n（3）河道保洁服务  5万元\n", "清单.txt")
    assert [(i.title, i.amount_wan) for i in read.items] == [
        ("路灯维护服务", None),
        ("城区道路清扫", None),
        ("河道保洁服务", Decimal("5.00")),
    ]
    read = text(
        f"{CITY}2026年购买服务项目清单\n单位：元\n1、路灯维护 30000\n2、河道保洁 55000\n合计 85000\n填表人：\n",
        "清单.txt",
    )
    assert [(i.title, i.department, i.year, str(i.amount_wan)) for i in read.items] == [
        ("路灯维护", CITY, 2026, "3.00"),
        ("河道保洁", CITY, 2026, "5.50"),
    ]
    assert [check.agrees for check in read.checks] == [True]


def test_csv_that_goufu_wrote_reads_back(tmp_path: Path) -> None:
    from goufu.cli.shared.output import csv_text

    titles = ["-5℃冷库维护服务", "+86热线服务", '=HYPERLINK("x")', "@平台运维服务", "'引号'服务"]
    path = tmp_path / "x.csv"
    path.write_text(
        csv_text([{"title": t, "amount_wan": 3} for t in titles], ["title", "amount_wan"]), "utf-8-sig"
    )
    assert [i.title for i in read_document(path).items] == titles


def test_without_a_title_the_known_headings_are_named() -> None:
    with pytest.raises(GoufuError, match="采购项目名称.*goufu template"):
        text("科目,金额\n1,2\n")


def test_the_blank_list_is_read_back(tmp_path: Path) -> None:
    from goufu.disclosure.template import template, write_template

    path = tmp_path / "项目清单.xlsx"
    write_template(path, ["水利", "财政"], 2026)
    assert all(heading(column[word]) for column in template()["column"] for word in ("heading", "english"))
    with pytest.raises(GoufuError, match="只有表头"):
        read_document(path)
    book = openpyxl.load_workbook(path)
    sheet = book["项目清单"]
    assert len(sheet.data_validations.dataValidation) >= 6
    assert sheet["B1"].comment is not None
    for cell, value in (("A2", "河道保洁"), ("B2", "甲县水利局"), ("D2", 2026), ("E2", 12.5), ("G2", "5年")):
        sheet[cell] = value
    book.save(path)
    (item,) = read_document(path).items
    assert (item.title, item.department, item.year, str(item.amount_wan), item.term) == (
        "河道保洁",
        "甲县水利局",
        2026,
        "12.50",
        "5年",
    )


def test_another_header_further_down_is_followed() -> None:
    """The same columns in another unit, or in another order, hold from there on."""
    read = xlsx(
        [
            ["项目名称", "部门", "年度", "金额（万元）"],
            ["路灯维护服务", CITY, 2026, 3],
            ["项目名称", "部门", "年度", "金额（元）"],
            ["河道保洁服务", CITY, 2026, 50000],
            ["附："],
            ["项目名称", "年度", "部门", "金额（元）"],
            ["绿化养护", 2026, CITY, 90000],
        ]
    )
    assert [(i.title, str(i.amount_wan), i.department, i.year) for i in read.items] == [
        ("路灯维护服务", "3.00", CITY, 2026),
        ("河道保洁服务", "5.00", CITY, 2026),
        ("绿化养护", "9.00", CITY, 2026),
    ]


def test_a_unit_or_a_department_between_two_lists_holds_for_the_second() -> None:
    read = xlsx(
        [
            [CITY],
            ["单位：元"],
            ["项目名称", "年度", "金额"],
            ["路灯维护服务", 2026, 30000],
            ["甲县水利局"],
            ["单位：万元"],
            ["项目名称", "年度", "金额"],
            ["河道保洁服务", 2026, 5],
        ]
    )
    assert [(i.title, str(i.amount_wan), i.department) for i in read.items] == [
        ("路灯维护服务", "3.00", CITY),
        ("河道保洁服务", "5.00", "甲县水利局"),
    ]


@pytest.mark.parametrize("mark", ["同上", "〃", "″"])
def test_as_above_is_what_stands_above(mark: str) -> None:
    read = xlsx(
        [
            ["项目名称", "部门", "年度", "金额（万元）"],
            ["路灯维护服务", CITY, 2026, 3],
            ["河道保洁服务", mark, mark, 5],
        ]
    )
    assert [(i.department, i.year) for i in read.items] == [(CITY, 2026)] * 2


def test_struck_figures_in_a_sheet() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.styles import Font

    book, (sheet,) = sheet_bytes(
        [
            ["项目名称", "部门", "年度", "金额（万元）"],
            ["路灯维护服务", CITY, 2026, CellRichText(TextBlock(InlineFont(strike=True), "2"), "3")],
            [
                "河道保洁服务",
                CITY,
                2026,
                CellRichText("5", TextBlock(InlineFont(vertAlign="superscript"), "1")),
            ],
            ["绿化养护", CITY, 2026, 9],
        ]
    )
    sheet["A4"].font = Font(strike=True)
    read = read_content(saved(book), "表.xlsx")
    assert [str(i.amount_wan) for i in read.items] == ["3.00", "5.00", "9.00"]
    (told,) = read.remarks
    assert told.kind == "hidden" and "D2" in told.text and "A4" in told.text and "D3" not in told.text
