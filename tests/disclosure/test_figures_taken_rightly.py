"""Lists and project tables in which a figure is easily taken for another: sums, parts, years, units, currencies."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from goufu.disclosure.amounts import parse_amount, unit_of
from goufu.disclosure.lists.body_rows import names_department
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from goufu.disclosure.sums import group_feet, group_heads, perhaps_in_yuan
from goufu.disclosure.total_names import is_page_total, is_total_alone

A, B, C, D = "路灯维护服务", "河道保洁服务", "绿化养护服务", "食品安全抽检"
DEPARTMENT = "甲县城市管理局"


def listed(text: str) -> Disclosure:
    return read_content(text.encode(), "清单.csv")


def booked(*sheets: list[list[object]], formats: dict[str, str] | None = None) -> Disclosure:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        for cell, code in (formats or {}).items():
            sheet[cell].number_format = code
    out = io.BytesIO()
    book.save(out)
    return read_content(out.getvalue(), "清单.xlsx")


def disclosed(rows: str, head: str = "项目名称\t合计\t一般公共预算") -> Disclosure:
    text = f"部门名称：{DEPARTMENT}\n2026年项目支出预算表（本年预算）\n单位：万元\n{head}\n{rows}"
    return read_content(text.encode(), "预算.txt")


def amounts(found: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in found.items]


def warned(found: Disclosure, *parts: str) -> bool:
    return any(all(part in r.text for part in parts) for r in found.remarks if r.level != "notice")


BOTH = [(A, "3.00"), (B, "5.00")]


@pytest.mark.parametrize(
    "name",
    [
        "合计",
        "总",
        "计",
        "【合计】",
        "——合计——",
        "合计*",
        "合计8万元",
        "合计金额",
        "总计（万元）",
        "共计2项",
        "共2项",
        "总额",
        "总数",
        "总和",
        "汇总",
        "Σ",
        "∑",
        "Sum",
        "TOTAL",
        "以上合计",
    ],
)
def test_a_total_is_no_item_whatever_it_is_called(name: str) -> None:
    for found in (
        listed(f"项目名称,金额（万元）\n{A},3\n{B},5\n{name},8\n"),
        listed(f"项目名称,金额（万元）\n{name},8\n{A},3\n{B},5\n"),
        disclosed(f"{name}\t8\t8\n{A}\t3\t3\n{B}\t5\t5\n"),
        disclosed(f"{A}\t3\t3\n{B}\t5\t5\n{name}\t8\t8\n"),
    ):
        assert amounts(found) == BOTH and all(check.agrees for check in found.checks)


@pytest.mark.parametrize("name", ["承前页", "过次页", "本页小计", "转下页"])
def test_a_total_of_a_page_is_no_item(name: str) -> None:
    found = listed(f"项目名称,金额（万元）\n{A},3\n{name},3\n{B},5\n合计,8\n")
    assert amounts(found) == BOTH and is_page_total(name)


@pytest.mark.parametrize("name", ["总体规划编制", "5个项目", "汇总系统运维", "共享单车管理", "会计服务", "3"])
def test_names_that_are_no_totals(name: str) -> None:
    assert not is_total_alone(name)


@pytest.mark.parametrize(
    "rows",
    [
        f"一,环卫类,8\n1,{A},3\n2,{B},5\n二,园林类,1\n1,{C},1\n",
        f"1,环卫类,8\n1.1,{A},3\n1.2,{B},5\n2,园林类,1\n2.1,{C},1\n",
        f"（一）,环卫类,8\n1,{A},3\n2,{B},5\n（二）,园林类,\n1,{C},1\n",
    ],
)
def test_rows_that_head_others_by_their_number(rows: str) -> None:
    found = listed(f"序号,项目名称,金额（万元）\n{rows}")
    assert amounts(found) == [*BOTH, (C, "1.00")] and not warned(found, "")
    odd = listed("序号,项目名称,金额（万元）\n" + rows.replace(",8\n", ",9\n"))
    assert warned(odd, "“环卫类”的序号像是下面 2 行的大类", "9.00", "8.00")


def test_sums_that_nothing_but_the_amounts_tell() -> None:
    groups = f"环卫类,8\n{A},3\n{B},5\n园林类,3\n{C},1\n{D},2\n"
    heading: list[list[object]] = [["项目名称", "金额（万元）"]]
    told = listed(f"项目名称,金额（万元）\n{groups}")
    assert warned(told, "“环卫类”", "恰好是其他几行之和") and len(told.items) == 6
    rows: list[list[object]] = [[name, int(value)] for name, value in (r.split(",") for r in groups.split())]
    total = booked([*heading, *rows, ["合计", 11]])
    assert amounts(total) == [*BOTH, (C, "1.00"), (D, "2.00")] and not warned(total, "")
    table = disclosed("合计\t11\t11\n" + "".join(f"{name}\t{value}\t\n" for name, value in rows))
    assert amounts(table) == [*BOTH, (C, "1.00"), (D, "2.00")] and not warned(table, "合计")
    assert warned(disclosed("".join(f"{name}\t{value}\t\n" for name, value in rows)), "“园林类”")


def test_sums_take_in_every_row() -> None:
    figures = [Decimal(n) for n in (8, 3, 5, 3, 1, 2)]
    assert group_heads(figures) == (0, 3) and group_heads([*figures, Decimal(4)]) == ()
    assert group_feet([Decimal(3), None, Decimal(5), Decimal(8)]) == (3,)
    assert group_feet([Decimal(3), Decimal(3)]) == () == group_heads([Decimal(3), Decimal(3)])


def test_a_department_alone_in_a_row_is_that_of_the_rows_below() -> None:
    found = listed(f"项目名称,年度,金额（万元）\n甲县城市管理局,,\n{A},2026,3\n甲县水利局,,\n{B},2026,5\n")
    assert [(i.title, i.department) for i in found.items] == [(A, "甲县城市管理局"), (B, "甲县水利局")]


def test_the_same_items_on_two_sheets_are_told() -> None:
    full: list[list[object]] = [["项目名称", "部门", "金额（万元）"], [A, DEPARTMENT, 3], [B, DEPARTMENT, 5]]
    assert warned(
        booked(full, [["采购项目名称", "预算（元）"], [A, 30000], [B, 50000]]), "有 2 项与", "都计入了"
    )
    details: list[list[object]] = [
        ["项目名称", "内容", "金额（万元）"],
        [A, "灯具", 1],
        [A, "人工", 2],
        [D, "", 4],
    ]
    assert warned(booked(full, details), "有 1 项与", A)
    other: list[list[object]] = [["项目名称", "部门", "金额（万元）"], [A, "甲县水利局", 3]]
    assert not warned(booked(full, other), "都计入了")


@pytest.mark.parametrize(
    "head, rows",
    [
        ("一季度预算（万元）,二季度预算（万元）,三季度预算（万元）", ["1,1,1", "2,3,"]),
        ("上半年资金（万元）,下半年资金（万元）", ["1,2", "2,3"]),
        ("1月金额（万元）,2月金额（万元）,3月金额（万元）", ["1,1,1", "2,2,1"]),
        ("一季度,二季度,全年合计（万元）", ["1,2,3", "2,3,5"]),
        ("财政拨款（万元）,其中：一般公共预算,其中：政府性基金,自筹", ["2,1,1,1", "5,5,,"]),
        ("财政拨款（万元）,一般公共预算,政府性基金,自筹", ["2,1,1,1", "5,5,,"]),
        ("财政拨款（万元）,自筹（元）", ["1,20000", "5,"]),
        ("2025年预算（万元）,2026年预算（万元）,2027年预算（万元）", ["2,3,4", "4,5,6"]),
        ("项目总额（万元）,其中：2026年预算", ["9,3", "15,5"]),
        ("总投资（万元）,2026年预算（万元）,2027年预算（万元）", ["5,3,2", "9,5,4"]),
        ("三年总预算（万元）,年度预算（万元）", ["9,3", "15,5"]),
        ("2025年预算（万元）,预算（万元）", ["4,3", "6,5"]),
        ("申请数（万元）,审定数（万元）", ["4,3", "6,5"]),
        ("不含税金额（万元）,税额（万元）,含税金额（万元）", ["2.8,0.2,3", "4.7,0.3,5"]),
    ],
)
def test_which_of_several_amounts_is_the_years(head: str, rows: list[str]) -> None:
    found = listed(f"项目名称,年度,{head}\n{A},2026,{rows[0]}\n{B},2026,{rows[1]}\n")
    assert amounts(found) == BOTH


def test_amounts_of_another_year_only_are_told() -> None:
    assert warned(listed(f"项目名称,年度,2025年预算（万元）\n{A},2026,3\n"), "这份清单是 2026 年的")


def test_what_a_fund_holds_is_not_added_to_it() -> None:
    found = disclosed(
        f"{A}\t3\t1\t2\t\n{B}\t4\t4\t\t1\n",
        "项目名称\t财政拨款\t其中：一般公共预算\t政府性基金预算\t单位资金",
    )
    assert amounts(found) == BOTH


@pytest.mark.parametrize("code", ["[$$-409]#,##0.00", "[$€-407]0.00", '0.00"美元"', '"US$"0.00'])
def test_other_currencies_are_no_yuan(code: str) -> None:
    rows: list[list[object]] = [["项目名称", "金额（万元）"], [A, 3], [B, 5]]
    found = booked(rows, formats={"B2": code})
    assert amounts(found) == [(A, "None"), (B, "5.00")] and warned(found, "不是金额")
    column = listed(f"项目名称,金额（万元）,币种\n{A},3,美元\n{B},5,人民币\n")
    assert amounts(column) == [(A, "None"), (B, "5.00")] and warned(column, "币种是“美元”")
    yuan = booked(rows, formats={"B2": "[$¥-804]#,##0.00", "B3": "[$-804]0.00"})
    assert amounts(yuan) == BOTH and not warned(yuan, "")


def test_an_amount_that_looks_like_yuan_among_wan_is_told() -> None:
    rows = f"{A}\t3\t3\n{B}\t5\t5\n{C}\t1\t1\n{D}\t125000\t125000\n"
    assert warned(disclosed(rows), f"“{D}”", "像是按元填写")
    assert not warned(disclosed(f"合计\t125009\t125009\n{rows}"), "像是按元填写")
    assert perhaps_in_yuan([Decimal(n) for n in (2000, 3000, 12000)]) == ()


def test_two_lists_side_by_side_under_other_headings() -> None:
    found = listed(f"项目名称,金额（万元）,,采购项目,预算（元）\n{A},3,,{B},50000\n{C},1,,{D},20000\n")
    assert sorted(amounts(found)) == sorted([*BOTH, (C, "1.00"), (D, "2.00")])


def test_the_heading_of_a_column_is_no_cover() -> None:
    found = disclosed(f"{A}\t2\t3\n", "项目名称\t2025年预算\t2026年预算")
    assert [(i.year, str(i.amount_wan)) for i in found.items] == [(2026, "3.00")]


@pytest.mark.parametrize(
    "text, yuan",
    [
        ("壹佰万元整", 1_000_000),
        ("叁拾伍万", 350_000),
        ("一亿零三万元", 100_030_000),
        ("贰拾萬圓整", 200_000),
        ("壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角壹分", "12345678.91"),
        ("三万零五元", 30_005),
    ],
)
def test_amounts_written_out(text: str, yuan: int | str) -> None:
    assert parse_amount(text) == Decimal(yuan) and unit_of(text) == "元"


@pytest.mark.parametrize(
    "text", ["二〇二六", "十万元", "万元", "一百五万元", "三万五元", "一二三万元", "三十", "二百五", "五元路"]
)
def test_what_is_not_plainly_written_out(text: str) -> None:
    assert parse_amount(text) is None


def test_figures_kept_as_text_or_with_a_note() -> None:
    assert [parse_amount(text) for text in ("'12.5", "12.5*", "12.5※")] == [Decimal("12.5")] * 3


def test_lines_counted_twice_are_told() -> None:
    twice = listed(
        f"项目名称,部门,金额（万元）\n{A},{DEPARTMENT},3\n{B},{DEPARTMENT},5\n{A},{DEPARTMENT},3\n"
    )
    assert len(twice.items) == 3 and warned(twice, A, "第 2 行完全相同")
    borne_out = (
        f"项目名称,部门,金额（万元）\n{A},{DEPARTMENT},3\n{B},{DEPARTMENT},5\n{A},{DEPARTMENT},3\n合计,,11\n"
    )
    assert not warned(listed(borne_out), "完全相同")
    funds = listed(
        f"项目名称,资金来源,金额（万元）\n{A},小计,3\n{A},财政拨款,1\n{A},自筹,2\n{B},财政拨款,5\n"
    )
    assert warned(funds, A, "3.00 万元", "等于下面同名各行之和")
    rows = f"{A}\t3\t3\n{B}\t5\t5\n"
    again = disclosed(f"{rows}\n2026年项目支出预算表（本年预算）\n项目名称\t合计\t一般公共预算\n{rows}")
    assert len(again.items) == 4 and warned(again, A, "完全相同")


def test_dittos_examples_and_numbers_of_columns() -> None:
    found = listed(
        f"项目名称,年度,金额（元）\n(1),(2),(3)\n例：路灯维护,2026,10000\n{A},2026,30000\n同上,2026,50000\n"
    )
    assert [title for title, _ in amounts(found)] == ["例：路灯维护", A, "同上"]
    assert warned(found, "“例：路灯维护”") and warned(found, "“同上”，像是")
    numbered = listed(f"项目名称,财政,自筹,合计（元）\n栏次,1,2,3=1+2\n{A},1,29999,30000\n")
    assert amounts(numbered) == [(A, "3.00")]


@pytest.mark.parametrize("name", ["清单.json", "清单.jsonl"])
def test_a_key_that_a_record_gives_twice(name: str) -> None:
    twice = f'{{"title":"{A}","amount_wan":3,"amount_wan":30}}'
    same = f'{{"title":"{B}","amount_wan":5,"amount_wan":5}}'
    other = f'{{"title":"{D}","title":"{C}","amount_wan":7}}'
    text = f"[{twice},{same},{other}]" if name.endswith("n") else f"{twice}\n{same}\n{other}\n"
    found = read_content(text.encode(), name)
    assert amounts(found) == [(A, "None"), (B, "5.00"), (C, "7.00")]
    assert warned(found, "amount_wan", "2 次", "3、30")
    assert warned(found, D, C, "取最后一个")
    assert not warned(found, "5、5")


@pytest.mark.parametrize(
    ("head", "row", "amount"),
    [
        ("财政拨款\t其中：一般公共预算\t自筹资金", "12\t10\t3", "15.00"),
        ("财政拨款\t其中：一般公共预算\t政府性基金\t其他资金", "12\t10\t2\t1", "13.00"),
        ("其中：财政拨款\t自筹资金", "12\t3", "15.00"),
        ("其中：财政拨款\t单位自筹\t其他资金", "12\t3\t2", "17.00"),
    ],
)
def test_funds_beside_what_another_fund_holds(head: str, row: str, amount: str) -> None:
    assert amounts(disclosed(f"{A}\t{row}", f"项目名称\t{head}")) == [(A, amount)]


def test_parts_of_a_total_are_compared_with_it() -> None:
    head = "项目名称\t合计\t其中：财政拨款\t自筹资金"
    assert not disclosed(f"{A}\t12\t10\t2", head).remarks
    assert warned(disclosed(f"{A}\t12\t10\t3", head), A, "不等于各项资金之和")


def test_money_that_is_not_in_the_sum_of_funds_is_told() -> None:
    assert warned(disclosed(f"{A}\t12\t7", "项目名称\t财政拨款\t上级资金"), "上级资金", "未取")
    assert not disclosed(f"{A}\t12\t", "项目名称\t财政拨款\t上级资金").remarks


def test_a_fund_that_cannot_be_read_is_no_nothing() -> None:
    found = disclosed(f"{A}\t12\t约3\n{B}\t30\t4", "项目名称\t一般公共预算\t单位资金")
    assert amounts(found) == [(B, "34.00")]
    assert warned(found, "缺少可读的金额", A)


def test_what_treasury_money_holds_is_not_added_in_lists() -> None:
    found = listed(
        "序号,项目名称,采购方式,财政拨款（万元）,其中：一般公共预算,政府性基金,自筹资金\n"
        f"1,{A},公开招标,12,10,1,3\n2,{B},公开招标,30,20,9,5\n"
    )
    assert amounts(found) == [(A, "15.00"), (B, "35.00")]


def test_a_currency_sign_before_yuan_under_wan() -> None:
    rows = [(A, "12.00"), (B, "5.00"), (C, "36.00")]
    head = "项目名称,金额（万元）\n"
    found = listed(f'{head}{A},"¥120,000.00"\n{B},5\n{C},RMB 360000\n')
    assert amounts(found) == rows
    assert warned(found, "120,000.00", "货币符号") and warned(found, "360000", "货币符号")
    doubtful = listed(f"{head}{A},¥120000\n{B},¥3600\n")
    assert amounts(doubtful) == [(A, "12.00"), (B, "None")]
    assert warned(doubtful, "¥3600", "不知它是元还是万元")
    assert not listed(f"{head}{A},¥12\n{B},¥3600\n").remarks
    large = listed(f"{head}{A},¥9000\n{B},¥3600\n合计,¥12600\n")
    assert amounts(large) == [(A, "9000.00"), (B, "3600.00")] and not large.remarks
    found = disclosed(f"{A}\t¥120,000\t¥120,000\n{B}\t5\t5\n{C}\t36\t36")
    assert amounts(found) == rows
    assert warned(found, A, "货币符号")
    assert amounts(listed(f"项目名称,金额（元）\n{A},¥120000\n")) == [(A, "12.00")]


def test_what_things_are_counted_in_is_no_unit_of_money() -> None:
    text = f"单位：个\n项目名称,数量,{{}}\n{A},3,3\n{B},2,5\n"
    found = listed(text.format("金额（万元）"))
    assert amounts(found) == BOTH and not found.remarks
    assert [item.amount_wan for item in listed(text.format("金额")).items] == [None, None]
    assert warned(listed(text.replace("个", "美元").format("金额（万元）")), "美元")


@pytest.mark.parametrize("name", ["1.甲县水利局", "（二）甲县水利局：", "甲县水利局"])
def test_a_numbered_department_heads_the_rows_below(name: str) -> None:
    found = listed(f"项目名称,金额（万元）\n{name},\n{A},3\n{B},5\n")
    assert amounts(found) == BOTH
    assert {item.department for item in found.items} == {"甲县水利局"}
    assert names_department(name)


def test_sums_at_the_feet_of_groups() -> None:
    assert group_feet([Decimal(n) for n in (1, 2, 3, 4, 5, 9)]) == (2, 5)
    assert group_feet([Decimal(n) for n in (1, 2, 3, 4, 5)]) == ()
    text = f"项目名称,金额（万元）\n{A},1\n{B},2\n环卫,3\n{C},4\n{D},5\n信息化,9\n"
    assert warned(listed(text), "环卫", "重复") and warned(listed(text), "信息化", "重复")


def test_a_note_with_a_figure_is_no_item() -> None:
    found = listed(f"项目名称,金额（万元）\n{A},3\n{B},5\n注：上年为,80\n备注：另有 3 项,30\n")
    assert amounts(found) == BOTH
    assert warned(found, "注：上年为", "未计入") and warned(found, "备注", "未计入")


def test_the_budget_after_its_changes_is_the_amount() -> None:
    rows = f"{A},2,1,3\n{B},4,1,5\n"
    assert amounts(listed(f"项目名称,年初预算（万元）,调整数（万元）,调整后（万元）\n{rows}")) == BOTH
    head = "项目名称\t年初预算数\t调整数\t调整后预算数"
    assert amounts(disclosed(rows.replace(",", "\t"), head)) == BOTH


def test_a_figure_is_no_name() -> None:
    found = disclosed(f"1\t{A}\t3\t3\n{B}\t5\t5\n", "序号\t项目名称\t合计\t一般公共预算")
    assert amounts(found) == [(A, "3.00")]
    assert warned(found, "缺少可读的项目名称", B)


def test_a_name_over_two_rows_is_told() -> None:
    text = f"序号,项目名称,金额（万元）\n1,{A},3\n,{B[:3]},\n2,{B[3:]},5\n"
    assert warned(listed(text), B[:3], "下一行")
    assert not listed(f"序号,项目名称,金额（万元）\n1,{A},3\n2,{B},\n3,{C},5\n").remarks


def test_thousands_set_apart_by_dots_are_told() -> None:
    found = listed(f"项目名称;金额（元）\n{A};30.000\n{B};50.000\n")
    assert warned(found, "30.000", "三位小数")
    assert amounts(listed(f"项目名称;金额（万元）\n{A};3.004\n")) == [(A, "3.00")]


def test_yuan_under_a_heading_of_wan_are_told() -> None:
    rows = f"{A},164200\n{B},609100\n{C},71400\n"
    assert warned(listed(f"项目名称,金额（万元）\n{rows}"), "大得像是元")
    assert warned(disclosed(rows.replace(",", "\t"), "项目名称\t合计"), "大得像是元")
    assert not listed(f"项目名称,金额（万元）\n{A},16420\n{B},60\n{C},7.14\n").remarks
    assert not listed(f"项目名称,金额（元）\n{rows}").remarks


def test_wan_under_a_heading_of_yuan_is_told() -> None:
    found = listed(f"项目名称,金额（元）\n{A},864200\n{B},609100\n{C},71.4\n")
    assert warned(found, C, "像是按万元填写")
    assert not listed(f"项目名称,金额（元）\n{A},64200\n{B},9100\n{C},796\n").remarks


def test_which_of_three_years_is_meant_is_asked() -> None:
    assert warned(
        listed(f"项目名称,2026年（万元）,2027年（万元）,2028年（万元）\n{A},3,4,5\n"), "2028年", "未取"
    )
    assert warned(
        listed(f"项目名称,总金额（万元）,2026年（万元）,2027年（万元）\n{A},8,4,4\n"), "总金额", "未取"
    )
    two = listed(f"项目名称,2025年预算（万元）,2026年预算（万元）\n{A},3,4\n")
    assert [remark.level for remark in two.remarks] == ["notice"]


def test_a_sheet_that_gathers_the_others_is_told() -> None:
    head: list[object] = ["项目名称", "金额（万元）"]
    sheets: list[list[list[object]]] = [
        [head, ["甲项目", 8], ["乙项目", 9]],
        [head, [A, 3], [B, 5]],
        [head, [C, 9]],
    ]
    assert warned(booked(*sheets), "等于其他各表之和")
    assert not warned(booked(*sheets[1:], [head, [D, 4]]), "等于其他各表之和")
