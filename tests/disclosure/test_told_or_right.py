"""Lists and tables in which a figure was once wrong without a word: it is right now, or it is told."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from goufu.disclosure.amounts import has_space_inside, parse_amount
from goufu.disclosure.lists.pieces import OddListError
from goufu.disclosure.lists.stream import items_of, pieces, survey
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content, read_document
from goufu.disclosure.sums import group_feet, group_heads, single_rows, sums_of_sums, telling_sums
from openpyxl.styles import Font

A, B, C, D = "路灯维护服务", "河道保洁服务", "绿化养护服务", "食品安全抽检"
HEAD = "项目名称,金额（万元）\n"
BOTH = [(A, "3.00"), (B, "5.00")]


def listed(text: str, name: str = "清单.csv") -> Disclosure:
    return read_content(text.encode(), name)


def booked(
    *sheets: Sequence[Any],
    levels: Mapping[int, int] | None = None,
    names: Sequence[str] = (),
    merged: Sequence[str] = (),
) -> Disclosure:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for n, rows in enumerate(sheets):
        sheet = book.create_sheet(names[n] if names else None)
        for row in rows:
            sheet.append(row)
        for number, level in (levels or {}).items():
            sheet.row_dimensions[number].outlineLevel = level
        for cells in merged:
            sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return read_content(out.getvalue(), "清单.xlsx")


def disclosed(rows: str, head: str = "项目名称\t合计\t一般公共预算") -> Disclosure:
    text = f"部门名称：甲县城市管理局\n2026年项目支出预算表（本年预算）\n单位：万元\n{head}\n{rows}"
    return read_content(text.encode(), "预算.txt")


def amounts(found: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in found.items]


def warned(found: Disclosure, *parts: str) -> bool:
    return any(all(part in r.text for part in parts) for r in found.remarks if r.level != "notice")


def figures(*amounts: float) -> list[Decimal | None]:
    return [Decimal(str(amount)) for amount in amounts]


# -- rows that add up others ------------------------------------------------------------------------------------


def test_groups_of_a_single_row_among_others_are_sums_too() -> None:
    assert group_heads(figures(8, 3, 5, 7, 7)) == (0, 3)
    assert group_heads(figures(7, 7, 8, 3, 5)) == (0, 2)
    assert group_feet(figures(7, 7, 3, 5, 8)) == (1, 4)
    assert group_heads(figures(3, 3, 5, 5, 7, 7)) == (0, 2, 4)
    # equal prices are no groups
    assert group_heads(figures(3, 3, 5, 5)) == group_heads(figures(3, 3, 3, 3, 5, 5)) == ()
    found = listed(f"{HEAD}市政,8\n{A},3\n{B},5\n园林,7\n{C},7\n")
    assert warned(found, "“园林”", "恰好是其他几行之和") and len(found.items) == 5


def test_two_groups_of_a_single_row_are_known_by_names_of_kinds_or_a_total() -> None:
    names = ["市政类", A, "园林类", C]
    assert single_rows(figures(3, 3, 7, 7), names, False) == (0, 2)
    assert single_rows(figures(3, 3, 7, 7), [A, B, C, D], False) == ()
    assert warned(listed(f"{HEAD}市政类,3\n{A},3\n园林类,7\n{C},7\n"), "园林类", "重复")
    total = booked([["项目名称", "金额（万元）"], ["市政", 3], [A, 3], ["园林", 7], [C, 7], ["合计", 10]])
    assert amounts(total) == [(A, "3.00"), (C, "7.00")] and not warned(total)


def test_a_sum_of_many_figures_beside_rows_of_their_own_is_told() -> None:
    assert telling_sums(figures(18.35, 12.3, 6.05, 7)) == (0,)
    assert telling_sums(figures(7, 12.3, 6.05, 18.35)) == (3,)
    assert telling_sums(figures(8, 3, 5, 7)) == ()  # round figures are often sums by chance
    rows = f"市政维护,18.35\n{A},12.3\n{B},6.05\n{C},7\n"
    assert warned(listed(HEAD + rows), "市政维护", "恰好是其他几行之和")
    assert warned(disclosed(rows.replace(",", "\t")), "市政维护", "恰好是其他几行之和")
    assert not warned(listed(f"{HEAD}{rows}合计,43.7\n"))


@pytest.mark.parametrize(
    ("rows", "levels"),
    [
        ([["市政", 3], [A, 3], ["园林", 5], [B, 5]], {3: 1, 5: 1}),
        ([[A, 3], ["市政", 3], [B, 5], ["园林", 5]], {2: 1, 4: 1}),
        ([["全部", 8], ["市政", 8], [A, 3], [B, 5]], {3: 1, 4: 2, 5: 2}),
        ([["市政", None], [A, 3], [B, 5]], {3: 1, 4: 1}),
    ],
)
def test_rows_that_a_workbook_has_in_groups(rows: list[list[object]], levels: dict[int, int]) -> None:
    found = booked([["项目名称", "金额（万元）"], *rows], levels=levels)
    assert amounts(found) == BOTH and not warned(found)


def test_functional_classes_among_projects_are_no_items() -> None:
    found = disclosed(
        f"212城乡社区支出\t8\t8\n[21205]环境卫生\t8\t8\n{A}\t3\t3\n{B}\t5\t5\n213农林水支出\t7\t7\n{C}\t7\t7\n"
    )
    assert amounts(found) == [*BOTH, (C, "7.00")]
    alone = disclosed("2026年路灯维护\t3\t3\n213农林水项目前期\t5\t5\n")
    assert len(alone.items) == 2


def test_parts_of_parts_are_told() -> None:
    rows = f"城市管理经费,20\n其中：市政,12\n其中：{A},5\n{B},7\n{C},8\n{D},3\n"
    assert warned(listed(HEAD + rows), B, "可能重复") and warned(listed(HEAD + rows), C, "可能重复")
    found = listed(f"{HEAD}{rows}合计,23\n")
    assert amounts(found) == [("城市管理经费", "20.00"), (D, "3.00")] and not warned(found)


# -- units and digits -------------------------------------------------------------------------------------------


def test_one_figure_of_two_in_another_unit_is_told() -> None:
    assert warned(listed(f"{HEAD}{A},120000\n{B},8\n"), A, "像是按元填写")
    assert warned(disclosed(f"{A}\t120000\t\n{B}\t8\t\n"), A, "像是按元填写")
    assert warned(listed(f"项目名称,金额（元）\n{A},120000\n{B},90\n"), B, "像是按万元填写")
    assert warned(listed(f"项目名称,金额（元）\n{A},120\n{B},350\n"), "小得像是万元")
    assert not warned(listed(f"项目名称,金额\n{A},3.5亿\n{B},12万\n"))  # each says its own


@pytest.mark.parametrize(
    ("printed", "amount", "doubtful"),
    [
        ("1 200", "1200", True),
        ("1 234 567.89", "1234567.89", True),
        ("￥ 30 000", "30000", True),
        ("1 0 4 7 . 6 9", "1047.69", False),
        ("12 .5", "12.5", False),
        ("3 万 元", "3", False),
        ("12 15", None, True),
        ("3 5", None, True),
        ("1 200 30", None, True),
    ],
)
def test_spaces_between_digits(printed: str, amount: str | None, doubtful: bool) -> None:
    assert parse_amount(printed) == (None if amount is None else Decimal(amount))
    assert has_space_inside(printed) is doubtful
    if doubtful:
        assert warned(listed(f"{HEAD}{A},{printed}\n{B},8\n"), printed)
        assert warned(disclosed(f"{A}\t{printed}\t\n{B}\t8\t\n"), printed)


@pytest.mark.parametrize("head", ["最低金额（万元）,最高金额（万元）", "预算下限（万元）,预算上限（万元）"])
def test_bounds_of_an_amount_are_told(head: str) -> None:
    found = listed(f"项目名称,{head}\n{A},2,3\n{B},4,5\n")
    assert amounts(found) == BOTH and warned(found, "金额取自")


# -- whose the rows are, and of which year ----------------------------------------------------------------------


def test_a_department_that_adds_up_the_rows_below_is_theirs() -> None:
    rows = f"一,甲县水利局,8\n1,{A},3\n2,{B},5\n二,甲县教育局,7\n1,{C},7\n"
    for text in (
        f"序号,项目名称,金额（万元）\n{rows}",
        HEAD + "".join(r.partition(",")[2] + "\n" for r in rows.split()),
    ):
        found = listed(text)
        assert amounts(found) == [*BOTH, (C, "7.00")]
        assert [item.department for item in found.items] == ["甲县水利局", "甲县水利局", "甲县教育局"]
    own = listed(f"部门,{HEAD}甲县水利局,甲县河道站,8\n甲县水利局,{A},3\n甲县水利局,{B},5\n")
    assert [item.department for item in own.items] == ["甲县水利局"] * len(own.items)


@pytest.mark.parametrize(
    ("above", "department", "unit", "year"),
    [
        ("审核单位：甲县财政局\n送审单位：甲县水利局\n", "甲县水利局", "", None),
        ("预算单位：甲县河道管理中心\n主管部门：甲县水利局\n", "甲县水利局", "甲县河道管理中心", None),
        ("采购单位：甲县水利局\n代理机构：某某中心\n", "甲县水利局", "", None),
        ("一、甲县水利局\n", "甲县水利局", "", None),
        ("制表日期：2025年12月1日\n甲县水利局2026年项目清单\n", "甲县水利局", "", 2026),
        ("填报时间：2025年12月\n", "", "", None),
        ("截至2025年12月31日\n", "", "", None),
        ("根据《政府购买服务指导性目录（2025年版）》编制\n", "", "", None),
        ("甲县水利局2026年1月至3月政府采购意向\n", "甲县水利局", "", 2026),
    ],
)
def test_what_the_lines_above_a_list_say(above: str, department: str, unit: str, year: int | None) -> None:
    (item,) = listed(f"{above}{HEAD}{A},3\n").items
    assert (item.department, item.unit, item.year) == (department, unit, year)


@pytest.mark.parametrize("figure", ["", "3"])
def test_a_year_alone_in_a_row_is_that_of_the_rows_below(figure: str) -> None:
    found = listed(f"{HEAD}2025年项目,{figure}\n{A},3\n2026年度,{figure and '5'}\n{B},5\n")
    assert amounts(found) == BOTH and [item.year for item in found.items] == [2025, 2026]
    assert not warned(found)
    assert len(listed(f"{HEAD}2026年路灯维护,3\n").items) == 1


def test_blank_departments_of_a_workbook_are_told_where_nothing_is_merged() -> None:
    head, rows = (
        ["部门", "项目名称", "金额（万元）"],
        [["甲县水利局", A, 3], [None, B, 5], ["甲县教育局", C, 7]],
    )
    assert warned(booked([head, *rows]), "“部门”在第 3 行是空的", "未补")
    merged = booked([head, *rows], merged=["A2:A3"])
    assert merged.items[1].department == "甲县水利局" and not warned(merged)


def test_numbered_rows_above_rows_without_a_number_that_come_to_them() -> None:
    rows = f"一,市政维护,3\n,{A},3\n二,园林养护,5\n,{B},5\n"
    found = listed(f"序号,项目名称,金额（万元）\n{rows}")
    assert amounts(found) == BOTH
    # a single number may be that of a merged cell
    assert len(listed(f"序号,项目名称,金额（万元）\n1,{A},3\n,{B},3\n2,{C},7\n").items) == 3


def test_an_amount_written_out_below_a_list_is_no_item() -> None:
    found = listed(f"{HEAD}{A},3\n{B},5\n人民币（大写）：捌万元整,\n")
    assert amounts(found) == BOTH and not warned(found)


# -- what is beside a list --------------------------------------------------------------------------------------


def test_a_sheet_with_one_line_for_each_department_of_the_other_is_told() -> None:
    lines = [["项目名称", "金额（万元）", "部门"], [A, 3, "水利局"], [B, 5, "水利局"], [C, 7, "教育局"]]
    gathered = [["项目", "金额（万元）"], ["水利局", 8], ["教育局", 7]]
    assert warned(booked(gathered, lines), "Sheet", "像是它的汇总")
    assert not warned(booked([["项目名称", "金额（万元）"], [A, 3]], [["项目名称", "金额（万元）"], [B, 3]]))
    # one that has a header of its own does not continue another
    assert not warned(booked([["部门", "金额（万元）"], ["水利局", 8], ["教育局", 7]], lines))


def test_lists_beside_the_one_that_is_read_in_json_are_told() -> None:
    one = f'[{{"项目名称":"{A}","金额（万元）":3}}]'
    other = f'[{{"项目名称":"{B}","金额（万元）":5}}]'
    for text in (f'{{"结转":{one},"items":{other}}}', f'{{\n"结转":{one},\n"items":{other}\n}}'):
        assert warned(listed(text, "清单.json"), "“结转”里另有 1 条")
    wrapped = listed(f'{{"code":0,"data":{{"total":1,"list":{other}}}}}', "清单.json")
    assert amounts(wrapped) == [(B, "5.00")] and not warned(wrapped)


def _page(*rows: str) -> str:
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>"


def test_what_is_entered_in_the_fields_of_a_page_is_read() -> None:
    head = "<td>项目名称</td><td>金额（万元）</td><td>部门</td>"
    choice = "<select><option>甲县教育局<option selected>甲县水利局</select>"
    row = f"<td><input value='{A}'></td><td><input type='number' value='3'><input type=hidden value=9></td><td>{choice}</td>"
    found = listed(_page(head, row), "清单.html")
    assert amounts(found) == [(A, "3.00")] and found.items[0].department == "甲县水利局"


def test_pages_one_behind_another_are_all_read() -> None:
    first = _page("<td>项目名称</td><td>金额（万元）</td>", f"<td>{A}</td><td>3</td>")
    second = _page("<td>项目名称</td><td>金额（元）</td>", f"<td>{B}</td><td>50000</td>")
    assert amounts(listed(first + second, "清单.html")) == BOTH


def test_a_table_without_a_header_below_words_is_told() -> None:
    tables = [
        _page("<td>项目名称</td><td>金额（万元）</td>", f"<td>{A}</td><td>3</td>"),
        _page(f"<td>{B}</td><td>5</td>"),
    ]
    assert not warned(listed("<p>第 1 页</p>".join(tables), "清单.html"))
    assert warned(listed("<p>人员经费测算</p>".join(tables), "清单.html"), "没有表头", "续表")


def test_sheets_that_are_drafts_of_one_list_are_told() -> None:
    first = [["项目名称", "金额（万元）"], [A, 2], [B, 4]]
    last = [["项目名称", "金额（万元）"], [A, 3], [B, 5]]
    assert warned(booked(first, last, names=["初稿", "终稿"]), "像是同一清单的两稿")
    assert warned(booked(first, last), "像是同一清单的两稿")
    years = booked(first, last, names=["2025", "2026"])
    assert not warned(years) and [item.year for item in years.items] == [2025, 2025, 2026, 2026]
    assert not warned(booked(first, last, names=["一季度", "二季度"]))


# -- which column -----------------------------------------------------------------------------------------------


def test_a_title_over_two_columns_is_a_group_and_what_is_in_it() -> None:
    rows: list[list[Any]] = [["序号", "项目名称", None, "金额（万元）"], [1, "市政", A, 3], [2, "市政", B, 5]]
    assert amounts(booked(rows, merged=["B1:C1"])) == BOTH
    rows[2][1] = None
    assert amounts(booked([*rows, ["合计", None, None, 8]], merged=["B1:C1", "B2:B3"])) == BOTH


def test_a_column_of_sums_over_several_rows_is_not_the_amount() -> None:
    found = listed(f"项目名称,金额（万元）,合计（万元）\n{A},3,8\n{B},5,\n{C},7,7\n")
    assert amounts(found) == [*BOTH, (C, "7.00")] and warned(found, "“合计（万元）”是几行")


def test_money_beside_the_amounts_that_are_taken_is_told() -> None:
    found = listed(f"项目名称,预算金额（万元）,合同金额（万元）\n{A},3,2.8\n{B},,5\n")
    assert warned(found, "有 1 行没有“预算金额（万元）”")
    carried = listed(f"项目名称,上年结转（万元）,本年预算（万元）\n{A},1,2\n{B},0,5\n")
    assert warned(carried, "“上年结转（万元）”未加进去")
    assert not warned(
        listed(f"项目名称,上年结转（万元）,本年预算（万元）,合计（万元）\n{A},1,2,3\n{B},0,5,5\n")
    )


def test_a_figure_behind_a_name_or_in_the_column_of_departments_is_told() -> None:
    assert warned(listed(f"项目名称,金额（万元）\n{A} 3,\n{B},5\n"), A, "像是金额并在了名称里")
    assert not warned(listed(f"项目名称,金额（万元）\n{A} 2026,\n{B},5\n"), "并在了名称里")
    assert warned(listed(f"项目名称,部门,金额（万元）\n{A},水利局,3\n{B},5,\n"), "像是错了位的金额")


def test_a_department_alone_above_a_project_table_is_its_own() -> None:
    rows = [
        ["附件2"],
        ["甲县水利局"],
        ["2026年项目预算表"],
        ["单位：元"],
        ["序号", "项目名称", "预算金额"],
        [1, A, 30000],
    ]
    (item,) = booked(rows).items
    assert (item.department, item.year, str(item.amount_wan)) == ("甲县水利局", 2026, "3.00")


def test_units_in_traditional_characters_are_units() -> None:
    assert amounts(listed(f"項目名稱,金額\n{A},3萬元\n{B},0.0005億元\n")) == BOTH


# -- items as columns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"项目名称,{A},{B}\n金额（万元）,3,5\n部门,甲局,乙局\n",
        f"项目名称,{A},{B},合计\n金额（万元）,3,5,8\n",
        f"甲县水利局2026年项目\n单位：元\n项目名称,{A},{B}\n预算金额,30000,50000\n",
        f"项目名称,{A}\n预算金额（万元）,3\n绩效目标,照明\n\n项目名称,{B}\n预算金额（万元）,5\n绩效目标,清洁\n",
    ],
)
def test_items_that_stand_as_columns_or_forms(text: str) -> None:
    found = listed(text)
    assert amounts(found) == BOTH and not warned(found)
    assert any("一列一项" in one.text for one in found.remarks)


def test_forms_in_sheets_and_tables_of_a_page() -> None:
    forms: list[list[list[Any]]] = [
        [["项目名称", name], ["预算金额（万元）", figure]] for name, figure in ((A, 3), (B, 5))
    ]
    found = booked(*forms)
    assert amounts(found) == BOTH and not warned(found)
    assert [item.amount_place and item.amount_place.cell for item in found.items] == ["Sheet!B2", "Sheet1!B2"]
    pages = (_page(*(f"<td>{name}</td><td>{said}</td>" for name, said in form)) for form in forms)
    assert amounts(listed("".join(pages), "清单.html")) == BOTH


def test_a_list_is_not_turned() -> None:
    found = listed(f"项目名称,备注\n{A},3\n{B},5\n")
    assert [item.amount_wan for item in found.items] == [None, None] and warned(found, "“备注”")


# -- what rows and columns are called ---------------------------------------------------------------------------


def test_sums_beside_a_title_and_by_their_name() -> None:
    rows: list[list[Any]] = [
        ["项目名称", "资金来源", "金额（万元）"],
        [A, "合计", 3],
        [A, "财政拨款", 2],
        [A, "自筹", 1],
    ]
    split = [(A, "2.00"), (A, "1.00")]
    assert amounts(booked(rows)) == split
    rows[2][0] = rows[3][0] = None
    merged = booked(rows, merged=["A2:A4"])
    assert amounts(merged) == split and not warned(merged)
    assert amounts(booked([["项目名称", "金额（万元）"], ["城管局汇总", 8], [A, 3], [B, 5]])) == BOTH
    assert amounts(listed(f"{HEAD}{A},3\n总预算,3\n")) == [(A, "3.00")]


@pytest.mark.parametrize(
    "head",
    [
        "变更前金额（万元）,变更后金额（万元）",
        "初审金额（万元）,终审金额（万元）",
        "上期金额（万元）,本期金额（万元）",
        "25年预算（万元）,26年预算（万元）",
        "原计划（万元）,现计划（万元）",
        "申请数（万元）,审核数（万元）",
    ],
)
def test_the_later_of_two_amounts_is_the_lines(head: str) -> None:
    assert amounts(listed(f"项目名称,{head}\n{A},2,3\n{B},6,5\n")) == BOTH


def test_sums_of_sums_in_several_levels() -> None:
    assert sums_of_sums(figures(15, 8, 3, 5, 7, 7)) == (0, 1, 4)
    assert sums_of_sums(figures(3, 5, 8, 7, 7, 15)) == (2, 4, 5)
    assert sums_of_sums(figures(15, 8, 3, 5, 7, 7, 2)) == sums_of_sums(figures(9, 1, 2, 3, 4, 6)) == ()
    rows = f"市政,15\n道路,8\n{A},3\n{B},5\n园林,7\n{C},7\n"
    assert warned(listed(HEAD + rows), "“道路”", "重复")
    found = disclosed("合计\t15\t15\n" + "".join(f"{row},\n" for row in rows.split()).replace(",", "\t"))
    assert amounts(found) == [*BOTH, (C, "7.00")] and not warned(found)


@pytest.mark.parametrize(
    ("printed", "amount"), [("+3", "3.00"), ("人民币叁万元整", "3.00"), ("人民币：叁万元", "3.00")]
)
def test_amounts_with_a_sign_or_the_currency_before_words(printed: str, amount: str) -> None:
    assert amounts(listed(f"项目名称,金额（万元）\n{A},{printed}\n{B},5\n")) == [(A, amount), (B, "5.00")]


def test_a_number_of_rows_is_no_item() -> None:
    found = listed(f"部门,项目名称,金额（万元）\n城管局,{A},3\n城管局,{B},5\n城管局 计数,2,\n")
    assert amounts(found) == BOTH and warned(found, "“2”是数字，不是项目名称")


def test_rows_of_a_project_table_in_the_outline_of_a_workbook() -> None:
    head = [["2026年项目支出预算表（本年预算）"], ["单位：万元"], ["项目名称", "合计", "一般公共预算"]]
    rows = [["市政", 3, 3], [A, 3, 3], ["园林", 5, 5], [B, 5, 5]]
    found = booked([*head, *rows], levels={5: 1, 7: 1})
    assert amounts(found) == BOTH and not warned(found)


def test_parts_of_a_project_that_go_on_without_the_word() -> None:
    rows = f"{A}\t3\t3\n其中：财政拨款\t2\t2\n自筹\t1\t1\n{B}\t5\t5\n"
    assert warned(disclosed(rows), "“自筹”", "可能重复")
    found = disclosed(f"合计\t8\t8\n{rows}")
    assert amounts(found) == BOTH and not warned(found)
    items = disclosed(f"合计\t9\t9\n{rows}")
    assert len(items.items) == 3 and not warned(items)


# -- lists beside and below one another -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("甲县水利局", "甲县教育局", [("甲县水利局", None, ""), ("甲县教育局", None, "")]),
        ("2025年", "2026年", [("", 2025, ""), ("", 2026, "")]),
        ("本年预算", "上年结转", [("", None, "本年预算"), ("", None, "上年结转")]),
    ],
)
def test_lists_side_by_side_under_what_they_are_of(left: str, right: str, said: list[object]) -> None:
    head = ["项目名称", "金额（万元）"]
    found = booked([[left, None, right, None], [*head, *head], [A, 3, B, 5]], merged=["A1:B1", "C1:D1"])
    assert amounts(found) == BOTH
    assert [(item.department, item.year, item.part) for item in found.items] == said


@pytest.mark.parametrize("again", ["", HEAD])
def test_a_part_of_the_budget_above_rows_is_theirs(again: str) -> None:
    found = listed(f"一、本年预算\n{HEAD}{A},3\n二、上年结转\n{again}{B},5\n")
    assert amounts(found) == BOTH and [item.part for item in found.items] == ["本年预算", "上年结转"]


def test_rows_without_a_title_that_add_up_those_below_are_subtotals() -> None:
    rows: list[list[Any]] = [
        ["部门", "项目名称", "金额（万元）"],
        ["水利局", None, 8],
        [None, A, 3],
        [None, B, 5],
        ["教育局", None, 7],
        [None, C, 7],
    ]
    found = booked(rows)
    assert amounts(found) == [*BOTH, (C, "7.00")] and not warned(found, "缺少项目名称")
    rows[1][2] = 9
    assert warned(booked(rows), "缺少项目名称")
    pivot = [
        ["类别", "项目名称", "金额（万元）"],
        ["市政", A, 3],
        [None, B, 5],
        ["市政 汇总", None, 8],
        ["总计", None, 8],
    ]
    assert amounts(booked(pivot)) == BOTH and not warned(booked(pivot))


def test_a_note_in_the_column_of_numbers_is_no_item() -> None:
    found = listed(f"序号,项目名称,金额（万元）\n1,{A},3\n2,{B},5\n备注,上年结余,2\n")
    assert amounts(found) == BOTH and warned(found, "“备注”是表注")


@pytest.mark.parametrize(
    "rows",
    [
        f"城市管理经费,20\n其中：市政,12\n其中：{A},5\n{B},7\n{C},8\n{D},3\n",
        f"2025年项目,3\n{A},3\n2026年项目,5\n{B},5\n",
        f"{A},3\n上年结转,\n{B},5\n",
    ],
)
def test_what_only_the_rows_around_tell_is_not_streamed(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(OddListError):
        survey(path)


@pytest.mark.parametrize(
    ("text", "level"),
    [(f"项目名称,金额（元）,备注\n{A},30,000\n{B},50,000\n", "error"), (f"{HEAD}{A},30000元\n{B},5\n", "")],
)
def test_amounts_that_are_cut_or_in_units_of_their_own_are_streamed_alike(
    text: str, level: str, tmp_path: Path
) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(text, encoding="utf-8")
    found = survey(path)
    read = [items_of(found.plan, piece) for piece in pieces(found, 7)]
    whole = read_document(path)
    assert tuple(item for one in read for item in one.items) == whole.items
    assert {r.level for one in read for r in one.remarks} == ({level} if level else set())
    assert not any("比其他各行" in r.text for r in found.remarks)


# -- what is within what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"项目编码,上级编码,项目名称,金额（万元）\nX,,市政,8\nY,X,{A},3\nZ,X,{B},5\n",
        f"级次,项目名称,金额（万元）\n1,城建,8\n2,市政,8\n3,{A},3\n3,{B},5\n",
        f"是否末级,项目名称,金额（万元）\n否,市政,3\n是,{A},3\n否,园林,5\n是,{B},5\n",
        f"项目编码,项目名称,金额（万元）\n01,市政,3\n0101,{A},3\n02,{B},5\n",
        f"序号,项目名称,金额（万元）\n1,市政,3\n1月1日,{A},3\n2,{B},5\n",
    ],
)
def test_columns_and_codes_say_what_is_within_what(text: str, tmp_path: Path) -> None:
    found = listed(text)
    assert amounts(found) == BOTH and not warned(found)
    path = tmp_path / "清单.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OddListError):
        survey(path)


def test_records_within_records_by_their_ids() -> None:
    line = '{{"id":"{}","项目名称":"{}","金额（万元）":{},"parent_id":{}}}'
    rows = [line.format(1, "市政", 8, "null"), line.format(2, A, 3, '"1"'), line.format(3, B, 5, '"1"')]
    assert amounts(listed(f"[{','.join(rows)}]", "清单.json")) == BOTH
    odd = listed(f"[{','.join(rows)}]".replace(":8", ":9"), "清单.json")
    assert len(odd.items) == 3 and warned(odd, "“市政”", "可能重复")
    plain = listed(f"项目编码,项目名称,金额（万元）\n10,{A},3\n11,{B},5\n1101,{C},7\n")
    assert len(plain.items) == 3 and not warned(plain)


def test_a_total_that_agrees_says_nothing_of_units(tmp_path: Path) -> None:
    text = f"{HEAD}{A},120000\n{B},8\n合计,120008\n"
    assert warned(listed(text), A, "像是按元填写")
    path = tmp_path / "清单.csv"
    path.write_text(text, encoding="utf-8")
    assert any("像是按元填写" in one.text for one in survey(path).remarks)


@pytest.mark.parametrize(
    ("rows", "bold", "count"),
    [
        ([["市政", 8], [A, 3], [B, 5], ["园林", 7], [C, 7]], (2, 5), 3),
        ([["市政", 8], [A, 3], [B, 5], [C, 7]], (2,), 3),
        ([["市政", 9], [A, 3], [B, 5], [C, 7]], (2,), 4),  # no sum
        ([[A, 3], [B, 3], [C, 7]], (2,), 3),  # a line that matters
        ([[A, 8], [B, 3], [C, 5]], (2, 3, 4), 3),  # all in bold
    ],
)
def test_groups_in_bold_letters(rows: list[list[Any]], bold: tuple[int, ...], count: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目名称", "金额（万元）"])
    for row in rows:
        sheet.append(row)
    for number in (1, *bold):
        sheet.cell(number, 1).font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    assert len(read_content(out.getvalue(), "清单.xlsx").items) == count


def test_control_characters_entered_in_a_field_are_none() -> None:
    row = "<td><input value='路灯&#1;维护'></td><td><input value='3'>&#2;</td>"
    (item,) = listed(_page("<td>项目名称</td><td>金额（万元）</td>", row), "清单.html").items
    assert str(item.amount_wan) == "3.00"


@pytest.mark.parametrize("heading", ["上年结余", "以前年度结余"])
def test_a_balance_that_stands_alone_is_no_item_and_ends_the_part_above(heading: str) -> None:
    found = listed(f"{HEAD}本年预算,\n{A},3\n{heading},\n{B},5\n")
    assert amounts(found) == BOTH and [item.part for item in found.items] == ["本年预算", ""]
    assert any(heading in remark.text for remark in found.remarks)
