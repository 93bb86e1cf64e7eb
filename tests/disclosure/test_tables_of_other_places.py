"""Tables as other places print them: plans over years, funds by other names, rows that only head others, odd units.

Every table is invented; the amounts are in 万元 where nothing else is printed.
"""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from disclosure_mixtures import packed, paragraph
from goufu.disclosure.amounts import money_unit
from goufu.disclosure.lists.row_values import is_ditto
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from goufu.disclosure.total_names import is_kind
from test_figures_taken_rightly import BOTH, DEPARTMENT, A, B, C, amounts, booked, disclosed, listed, warned


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("单位;万元", "万元"),
        ("单位∶元", "元"),
        ("单位︰万元", "万元"),
        ("金额单位：万元；面积单位：平方米", "万元"),
        ("金额单位 ：元，人数单位：人", "元"),
        ("单位：元，万元", ""),
    ],
)
def test_units_of_money_beside_other_units_and_with_other_colons(printed: str, name: str) -> None:
    unit = money_unit(printed)
    assert unit is not None
    assert unit.name == name


@pytest.mark.parametrize("cell", ["同上", "同前", "上同", "同上行", "——〃——", "〃〃", "ditto"])
def test_ditto(cell: str) -> None:
    assert is_ditto(cell)
    found = listed(f"项目名称,部门,金额（万元）\n{A},{DEPARTMENT},3\n{B},{cell},5\n")
    assert {item.department for item in found.items} == {DEPARTMENT}


def test_a_name_is_no_ditto() -> None:
    assert not any(map(is_ditto, ["同心县水利局", "同上村", "上同镇"]))


# -- plans over several years -------------------------------------------------------------------------------------

PLAN = "项目名称,三年合计（元）,2026年,2027年,2028年\n" + "".join(
    f"{name},{3 * yuan},{yuan},{yuan},{yuan}\n" for name, yuan in ((A, 30_000), (B, 50_000))
)


def test_of_a_plan_over_years_the_lists_own_year_is_taken() -> None:
    assert amounts(listed(f"2026年项目支出规划表,,,,\n{PLAN}")) == BOTH


def test_where_a_plan_does_not_say_which_year_is_meant_that_is_told() -> None:
    assert warned(listed(PLAN), "金额取自", "三年合计")
    assert warned(listed(PLAN.replace("三年合计", "总额").replace(",2028年", ",备注")), "金额取自", "总额")


def test_a_title_that_names_a_span_of_years_gives_no_year() -> None:
    found = listed(f"2026—2028年项目支出规划表,\n项目名称,金额（万元）\n{A},3\n{B},5\n")
    assert {item.year for item in found.items} == {None}


# -- funds --------------------------------------------------------------------------------------------------------

FUNDS = ["一般公共预算", "政府性基金", "国有资本", "财政专户", "其他"]


@pytest.mark.parametrize("unit", ["", "（万元）"])
def test_funds_by_short_names_are_added_up(unit: str) -> None:
    head = ",".join(["项目名称", *(f"{fund}{unit}" for fund in FUNDS)])
    found = listed(f"{'' if unit else '单位：万元,,,,,' + chr(10)}{head}\n{A},1,2,,,\n{B},,,1,2,2\n")
    assert amounts(found) == BOTH


def test_carried_over_beside_a_fund_is_told_where_no_column_is_the_total() -> None:
    found = disclosed(f"{A}\t2\t1\n{B}\t5\t\n", head="项目名称\t当年财政拨款\t上年结转结余")
    assert warned(found, "没有合计一列", "上年结转结余")


# -- rows that only head others -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [("一般公共预算", "政府性基金预算"), ("运转类项目", "特定目标类项目")])
def test_funds_and_kinds_of_projects_are_no_projects(kinds: tuple[str, str]) -> None:
    rows = [(kinds[0], 8), (A, 3), (B, 5), (kinds[1], 1), (C, 1)]
    want = [*BOTH, (C, "1.00")]
    found = listed("项目名称,金额（万元）\n" + "".join(f"{name},{amount}\n" for name, amount in rows))
    assert amounts(found) == want
    assert all(check.agrees for check in found.checks)
    assert amounts(disclosed("".join(f"{name}\t{amount}\t{amount}\n" for name, amount in rows))) == want


def test_projects_named_after_a_fund_are_projects() -> None:
    assert not any(
        map(is_kind, ["政府性基金绩效评价服务", "财政专户软件维护", "一般公共预算编制服务", "其他资金审计"])
    )


def test_a_department_above_a_single_row_heads_it_where_others_head_theirs() -> None:
    found = listed(f"项目名称,金额（万元）\n{DEPARTMENT},8\n{A},3\n{B},5\n甲县水利局,1\n{C},1\n总计,9\n")
    assert amounts(found) == [*BOTH, (C, "1.00")]
    assert all(check.agrees for check in found.checks)


def test_rows_that_go_on_behind_among_are_parts_where_the_total_says_so_and_told_where_none_does() -> None:
    rows = f"项目名称,金额（万元）\n{A},8\n其中：电费,5\n灯具更换,3\n{B},5\n"
    assert amounts(listed(f"{rows}合计,13\n")) == [(A, "8.00"), (B, "5.00")]
    assert amounts(listed(f"{rows}合计,16\n")) == [(A, "8.00"), ("灯具更换", "3.00"), (B, "5.00")]
    assert warned(listed(rows), "灯具更换", "可能重复")


def test_of_a_pivot_table_counts_are_no_amounts() -> None:
    found = listed(f"项目名称,计数项:金额,求和项:金额（万元）\n{A},1,3\n{B},1,5\n总计,2,8\n")
    assert amounts(found) == BOTH


# -- several lists ------------------------------------------------------------------------------------------------

SECOND = f"项目名称,金额（万元）\n{B},5\n"


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("2025年项目清单,", "2026年项目清单,", [("", 2025), ("", 2026)]),
        (
            f"填报单位：{DEPARTMENT},单位：万元",
            "填报单位：甲县水利局,单位：万元",
            [(DEPARTMENT, None), ("甲县水利局", None)],
        ),
        ("附表1,", "附表2,", [("", None), ("", None)]),
    ],
)
def test_what_stands_above_a_header_that_comes_again_holds_for_the_rows_below(
    above: str, below: str, said: list[tuple[str, int | None]]
) -> None:
    found = listed(f"{above}\n项目名称,金额（万元）\n{A},3\n{below}\n{SECOND}")
    assert amounts(found) == BOTH
    assert [(item.department, item.year) for item in found.items] == said


def test_sheets_that_are_hardly_lists_of_lines_are_told() -> None:
    lines: list[list[object]] = [["项目名称", "金额（万元）"], [A, 3], [B, 5]]
    names: list[list[object]] = [["项目名称", "目录代码"], ["污水处理服务", "A110103"]]
    assert warned(booked(lines, names), "没有一项有金额", "1 项")
    assert not warned(booked(lines, [*lines[:1], [C, 1]]), "若不是要读的清单")


def test_a_line_that_names_the_owner_holds_for_the_rows_below_without_a_header_too() -> None:
    found = listed(
        f"填报单位：{DEPARTMENT},单位：万元\n项目名称,金额\n{A},3\n填报单位：甲县水利局,单位：万元\n{B},5\n"
    )
    assert [(item.department, str(item.amount_wan)) for item in found.items] == [
        (DEPARTMENT, "3.00"),
        ("甲县水利局", "5.00"),
    ]


# -- JSON of other shapes -----------------------------------------------------------------------------------------

RECORDS = [{"项目名称": A, "金额": 30_000}, {"项目名称": B, "金额": 50_000}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "value",
    [
        {"部门": DEPARTMENT, "年度": 2026, "单位": "元", "items": RECORDS},
        {"meta": {"department": DEPARTMENT, "year": 2026, "金额单位": "元"}, "rows": RECORDS},
        [{"部门": DEPARTMENT, "年度": 2026, "金额单位": "元", "项目": RECORDS}],
    ],
)
def test_what_an_object_says_of_its_records_holds_for_each(value: object, indent: int | None) -> None:
    found = read_content(json.dumps(value, ensure_ascii=False, indent=indent).encode(), "a.json")
    assert amounts(found) == BOTH
    assert {(item.department, item.year) for item in found.items} == {(DEPARTMENT, 2026)}


def test_records_within_a_record_are_told() -> None:
    value = [
        {"项目名称": A, "金额（万元）": 3, "明细": [{"名称": "电费", "金额（万元）": 2}]},
        {"项目名称": B, "金额（万元）": 5},
    ]
    found = read_content(json.dumps(value, ensure_ascii=False).encode(), "a.json")
    assert amounts(found) == BOTH
    assert warned(found, "“明细”里另有 1 条")


def test_other_separators() -> None:
    assert (
        amounts(listed(f"项目名称^部门^金额（元）\n{A}^{DEPARTMENT}^30000\n{B}^{DEPARTMENT}^50000\n")) == BOTH
    )


# -- lists in documents -------------------------------------------------------------------------------------------


def written(*blocks: str | list[list[str]]) -> Disclosure:
    """A Word document of paragraphs and tables."""
    parts = [
        paragraph(block)
        if isinstance(block, str)
        else f"<w:tbl>{''.join(f'<w:tr>{cells(row)}</w:tr>' for row in block)}</w:tbl>"
        for block in blocks
    ]
    return read_content(packed("".join(parts)), "清单.docx")


def cells(row: list[str]) -> str:
    return "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row)


TABLE = [["项目名称", "部门", "金额（万元）"], [A, DEPARTMENT, "3"], [B, DEPARTMENT, "5"]]


def test_paragraphs_below_a_table_are_no_items() -> None:
    found = written(
        TABLE, "附件", "联系地址见县政府网站", "人员编制 12", [["联系人", "科室"], ["张某", "办公室"]]
    )
    assert amounts(found) == BOTH
    assert warned(found, "人员编制 12", "不在表格里")
    assert warned(found, "联系人", "另一张表")


def test_a_table_that_goes_on_in_another_is_one() -> None:
    assert amounts(written(TABLE[:2], "续表", TABLE[2:])) == BOTH


def test_a_table_of_the_same_width_about_something_else_is_not_read() -> None:
    found = written(TABLE, "人员情况", [["人员类别", "编制", "人数"], ["在编", "行政", "9"]])
    assert amounts(found) == BOTH
    assert warned(found, "人员类别", "另一张表")


# -- columns and rows of lists ------------------------------------------------------------------------------------


def test_headings_that_are_not_known_may_stand_below_others() -> None:
    rows = [
        ["项目编码", "项目名称", "预算金额", "其中", ""],
        ["", "", "", "当年", "结转"],
        ["1", A, "30000", "20000", "10000"],
    ]
    text = "\n".join(
        ",".join(row) for row in [["单位：元", "", "", "", ""], *rows, ["2", B, "50000", "50000", "0"]]
    )
    assert amounts(listed(f"{text}\n")) == BOTH


def test_amounts_in_yuan_come_before_those_in_other_money() -> None:
    found = listed(f"项目名称,金额（美元）,折合人民币（万元）\n{A},4200,3\n{B},7000,5\n")
    assert amounts(found) == BOTH


@pytest.mark.parametrize("head", ["月费（元）", "月租（元）", "资产原值（元）", "调整前金额（元）"])
def test_what_is_paid_a_month_or_was_before_is_no_amount_of_the_year(head: str) -> None:
    assert amounts(listed(f"项目名称,{head}\n{A},2500\n")) == [(A, "None")]
    assert amounts(listed(f"项目名称,{head},金额（元）\n{A},2500,30000\n{B},5000,50000\n")) == BOTH


@pytest.mark.parametrize(
    "total", ["合计（大写）：捌万元整", "合计人民币（大写）", "以上两项合计捌万元", "总计：捌万元整"]
)
def test_totals_in_words(total: str) -> None:
    assert amounts(listed(f"项目名称,金额（万元）\n{A},3\n{B},5\n{total},8\n")) == BOTH


def test_rows_still_to_be_filled_in_are_no_items() -> None:
    assert amounts(listed(f"序号,项目名称,金额（万元）\n1,{A},3\n2,{B},5\n3,……,\n4,...,\n")) == BOTH


def test_names_that_hold_their_amount_and_rows_to_be_taken_off_are_told() -> None:
    found = listed(f"项目名称,金额（万元）\n{A} 3.00,\n{B},5\n减：已列支,1\n")
    assert warned(found, "金额并在了名称里")
    assert warned(found, "减：已列支", "减去")


def test_an_amount_cut_at_its_thousands_is_refused() -> None:
    found = listed(f"项目名称,金额（元）,备注,说明\n{A},30,000,\n{B},50000,,\n")
    assert amounts(found) == [(A, "None"), (B, "5.00")]
    assert warned(found, "千分位的逗号拆开")
    for other in (
        f"项目名称,金额（万元）,人数\n{A},3,120\n{B},5,300\n",
        f"金额（万元）,项目编码,项目名称\n3,001,{A}\n5,002,{B}\n",
    ):
        assert amounts(listed(other)) == BOTH


def test_subjects_by_code_head_the_projects_below() -> None:
    rows = f"212,城乡社区支出,8\n21205,城乡社区环境卫生,8\n2120501,城乡社区环境卫生,8\n,{A},3\n,{B},5\n"
    assert amounts(listed(f"科目编码,项目名称,金额（万元）\n{rows}")) == BOTH
    merged = f"科目编码,项目名称,金额（万元）\n2120501,{A},3\n,{C},3\n2120502,{B},5\n"
    assert amounts(listed(merged)) == [(A, "3.00"), (C, "3.00"), (B, "5.00")]


def test_heads_below_heads_of_the_same_amount_are_told() -> None:
    found = disclosed(f"城乡社区支出\t8\t8\n城乡社区环境卫生\t8\t8\n{A}\t3\t3\n{B}\t5\t5\n")
    assert warned(found, "城乡社区支出", "其他几行之和")
    assert warned(found, "城乡社区环境卫生", "其他几行之和")


@pytest.mark.parametrize("name", ["平均值", "控制数", "结余", "占比", "上年合计", "增减额", "项目个数"])
def test_figures_about_a_list_are_no_lines_of_it(name: str) -> None:
    found = listed(f"项目名称,金额（万元）\n{A},3\n{B},5\n合计,8\n{name},7\n")
    assert amounts(found) == BOTH
    assert warned(found, name, "关于清单的数字")
    assert all(check.agrees for check in found.checks)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("1 城市维护", "2 水利"), ("1.1 ", "2.1 ")),
        (("一、城市维护", "二、水利"), ("1.", "1.")),
        (("一、城市维护", "二、水利"), ("(1)", "(1)")),
    ],
)
def test_numbers_before_titles_tell_what_heads_what(upper: tuple[str, str], lower: tuple[str, str]) -> None:
    found = listed(f"项目名称,金额（万元）\n{upper[0]},3\n{lower[0]}{A},3\n{upper[1]},5\n{lower[1]}{B},5\n")
    assert [str(item.amount_wan) for item in found.items] == ["3.00", "5.00"]
    assert [item.title.endswith(name) for item, name in zip(found.items, (A, B), strict=True)] == [True, True]


@pytest.mark.parametrize(
    "titles",
    [
        ("12345热线", "1.5公里道路养护"),
        ("1.路灯", "2.河道"),
        ("一、路灯", "二、河道"),
        ("24小时自助区", "3个社区绿化"),
    ],
)
def test_titles_without_levels(titles: tuple[str, str]) -> None:
    found = listed(f"项目名称,金额（万元）\n{titles[0]},3\n{titles[1]},3\n")
    assert len(found.items) == 2


@pytest.mark.parametrize("mark", ["—", "·", "- ", "•"])
def test_titles_behind_dashes_and_dots_are_parts_of_the_row_above(mark: str) -> None:
    found = listed(f"项目名称,金额（万元）\n城市维护,8\n{mark}{A},3\n{mark}{B},5\n水利,1\n{mark}{C},1\n")
    assert [str(item.amount_wan) for item in found.items] == ["3.00", "5.00", "1.00"]
    assert len(listed("项目名称,金额（万元）\n-5℃冷库维护,3\n-10℃冷库维护,5\n").items) == 2


def named(*sheets: tuple[str, list[list[object]]]) -> Disclosure:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return read_content(out.getvalue(), "清单.xlsx")


ROWS: list[list[object]] = [["项目名称", "金额"], [A, 30_000], [B, 50_000]]


def test_what_a_sheet_is_called_holds_for_its_rows() -> None:
    found = named(("2025年（元）", ROWS[:2]), ("2026年（元）", [ROWS[0], ROWS[2]]))
    assert [(str(i.amount_wan), i.year) for i in found.items] == [("3.00", 2025), ("5.00", 2026)]
    assert {item.department for item in named((DEPARTMENT, ROWS)).items} == {DEPARTMENT}


def test_a_sheet_that_goes_on_without_a_header_is_told() -> None:
    assert warned(named(("一", ROWS[:2]), ("二", ROWS[2:])), "工作表“二”", "续表")


@pytest.mark.parametrize("title", ["2026年政府采购预算表", "2026年政府购买服务支出预算表"])
def test_another_table_that_lists_projects_again_is_not_counted(title: str) -> None:
    rows = f"{A}\t3\t3\n{B}\t5\t5\n"
    other = f"{title}\n单位：万元\n项目名称\t购买内容\t合计\t一般公共预算\n{A}\t路灯\t3\t3\n"
    found = disclosed(f"{rows}{other}")
    assert amounts(found) == BOTH
    assert any(title in one.text for one in found.remarks)
    alone = read_content(f"部门名称：{DEPARTMENT}\n{other}".encode(), "预算.txt")
    assert amounts(alone) == [(A, "3.00")]


@pytest.mark.parametrize("note", ["（以上为续建项目）", "以下空白"])
def test_notes_alone_in_a_row_are_no_items(note: str) -> None:
    assert amounts(listed(f"项目名称,金额（万元）\n{A},3\n{note},\n{B},5\n")) == BOTH


@pytest.mark.parametrize(
    "text",
    [
        f"项目名称,三年总价（万元）\n{A},9\n{B},15\n",
        f"项目名称,2025-2027年预算（万元）\n{A},9\n{B},15\n",
        f"项目名称,服务期限,合同总金额（万元）\n{A},3年,9\n{B},1年,5\n",
    ],
)
def test_amounts_of_several_years_are_told(text: str) -> None:
    assert warned(listed(text), "几年合计")


def test_amounts_of_one_year_are_not() -> None:
    for text in (
        f"项目名称,2026年预算合计（万元）\n{A},3\n",
        f"项目名称,预算总额（万元）\n{A},3\n",
        f"项目名称,服务期限,合同总金额（万元）\n{A},1年,3\n",
    ):
        assert not warned(listed(text), "几年合计")


def test_an_amount_out_of_place_is_told() -> None:
    text = f"项目名称            部门              金额（元）\n{A}        {DEPARTMENT}    30,000.00\n{B}                      50,000.00\n"
    assert warned(read_content(text.encode(), "清单.txt"), "50,000.00", "错了位")
