"""What stands in a list twice, side by side or over several lists is counted once, or said: sub-lines, totals, marks.

Every amount is in 万元 where nothing else is printed. The lists are invented.
"""

import io

import pytest
import xlsxwriter
from example_pdf import SIMSUN, TITLE, pdf, shown
from goufu.catalog.errors import GoufuError
from goufu.disclosure.add_columns import AddedColumn, add_columns
from goufu.disclosure.amounts import parse_amount, unit_of
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content

HEAD = "项目名称,金额（万元）\n"


def read(text: str, name: str = "清单.csv") -> Disclosure:
    return read_content(text.encode(), name)


def items(disclosure: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in disclosure.items]


def said(disclosure: Disclosure, word: str, level: str = "notice") -> bool:
    return any(word in remark.text and remark.level == level for remark in disclosure.remarks)


# -- rows that are part of the row above ------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["其中", "其中：", "其中:", "其中，", "其 中："])
def test_among_is_counted_in_the_row_above_and_said_where_no_colon_says_so(mark: str) -> None:
    found = read(f'{HEAD}市政维护,10\n"{mark}路灯维护",4\n绿化养护,3\n合计,13\n')
    assert items(found) == [("市政维护", "10.00"), ("绿化养护", "3.00")]
    assert all(check.agrees for check in found.checks)
    plainly = mark[-1] != "中"
    assert said(found, "未另计为项目") != plainly


def test_among_in_the_column_of_numbers() -> None:
    found = read("序号,项目名称,金额（万元）\n1,市政维护,10\n其中,路灯维护,4\n2,绿化养护,3\n")
    assert items(found) == [("市政维护", "10.00"), ("绿化养护", "3.00")]
    assert said(found, "“路灯维护”")


def test_among_below_a_total_is_an_item_where_the_total_needs_it() -> None:
    assert items(read(f"{HEAD}合计,8\n其中：路灯维护,3\n河道保洁,5\n")) == [
        ("路灯维护", "3.00"),
        ("河道保洁", "5.00"),
    ]
    found = read(f"{HEAD}合计,8\n其中：政府购买服务,3\n河道保洁,5\n路灯维护,3\n")
    assert items(found) == [("河道保洁", "5.00"), ("路灯维护", "3.00")]
    found = read(f"{HEAD}河道保洁,5\n路灯维护,3\n合计,8\n其中政府购买服务,3\n")
    assert items(found) == [("河道保洁", "5.00"), ("路灯维护", "3.00")]
    assert said(found, "“其中政府购买服务”")


def test_among_that_is_more_than_the_whole_is_a_warning() -> None:
    found = read(f"{HEAD}市政维护,10\n其中路灯维护,12\n")
    assert items(found) == [("市政维护", "10.00")]
    assert said(found, "比它还大", "warning")


def test_among_below_a_row_without_an_amount_is_an_item() -> None:
    found = read("项目名称,内容,金额（万元）\n市政维护,全年,\n其中：路灯维护,全年,4\n")
    assert items(found) == [("市政维护", "None"), ("路灯维护", "4.00")]
    assert said(found, "按项目计入")


def test_villages_are_not_among() -> None:
    assert items(read(f"{HEAD}其中村改造,4\n绿化养护,3\n")) == [("其中村改造", "4.00"), ("绿化养护", "3.00")]


@pytest.mark.parametrize("indent", ["　　", "  ", "\t"])
def test_rows_set_in_that_add_up_to_the_row_above_are_the_items(indent: str) -> None:
    found = read(f"{HEAD}市政维护,10\n{indent}路灯维护,4\n{indent}道路维护,6\n绿化养护,3\n合计,13\n")
    assert items(found) == [("路灯维护", "4.00"), ("道路维护", "6.00"), ("绿化养护", "3.00")]
    assert all(check.agrees for check in found.checks) and len(found.checks) == 2
    assert said(found, "“市政维护”：是下面缩进各行之和")


def test_rows_set_in_that_come_to_less_go_by_the_total() -> None:
    rows = f"{HEAD}市政维护,10\n　　路灯维护,4\n绿化养护,3\n"
    part = read(f"{rows}合计,13\n")
    assert items(part) == [("市政维护", "10.00"), ("绿化养护", "3.00")] and said(part, "路灯维护")
    apart = read(f"{rows}合计,17\n")
    assert len(apart.items) == 3 and not apart.remarks
    unknown = read(rows)
    assert len(unknown.items) == 3 and said(unknown, "可能重复", "warning")


def test_a_column_that_is_set_in_as_a_whole_says_nothing() -> None:
    found = read(f"{HEAD}  市政维护,10\n  路灯维护,4\n  道路维护,6\n")
    assert len(found.items) == 3
    assert [r.text[:26] for r in found.remarks] == ["“市政维护”的金额 10.00 万元恰好是其他几行之"]


@pytest.mark.parametrize("by", ["spaces", "format"])
def test_indentation_of_a_workbook(by: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, inner = book.add_worksheet("清单"), book.add_format({"indent": 1})
    for n, row in enumerate(
        [("项目名称", "金额（万元）"), ("市政维护", 10), ("路灯维护", 4), ("道路维护", 6)]
    ):
        below = n > 1
        text = f"　　{row[0]}" if below and by == "spaces" else row[0]
        sheet.write(n, 0, text, inner if below and by == "format" else None)
        sheet.write(n, 1, row[1])
    book.close()
    found = read_content(out.getvalue(), "清单.xlsx")
    assert items(found) == [("路灯维护", "4.00"), ("道路维护", "6.00")]
    assert said(found, "“市政维护”")


def test_among_in_a_project_table_is_said() -> None:
    found = read(
        "2026年项目支出预算表（本年预算）\n单位：万元\n项目名称\t合计\t一般公共预算\n"
        "合计\t9\t9\n路灯维护费\t5\t5\n其中电费\t2\t2\n河道保洁费\t4\t4\n",
        "预算.txt",
    )
    assert items(found) == [("路灯维护费", "5.00"), ("河道保洁费", "4.00")]
    assert said(found, "“其中电费”")


# -- lists side by side -----------------------------------------------------------------------------------------


def test_two_lists_side_by_side_are_read_as_two() -> None:
    found = read(
        "序号,项目名称,金额（万元）,序号,项目名称,金额（元）\n"
        "1,市政维护,10,3,绿化养护,30000\n2,路灯维护,4,,,\n,合计,14,,合计,30000\n"
    )
    assert items(found) == [("市政维护", "10.00"), ("路灯维护", "4.00"), ("绿化养护", "3.00")]
    assert len({item.id for item in found.items}) == 3 and said(found, "并排着 2 个清单")
    assert [check.agrees for check in found.checks] == [True, True]


def test_a_blank_column_between_and_a_unit_above_both() -> None:
    found = read(
        "单位：元\n项目名称,预算金额,,项目名称,预算金额\n市政维护,100000,,绿化养护,30000\n合计,130000\n"
    )
    assert items(found) == [("市政维护", "10.00"), ("绿化养护", "3.00")]
    assert [check.agrees for check in found.checks] == [True]


def test_places_of_the_second_list_are_its_own_cells() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("清单")
    sheet.write_row(0, 0, ["项目名称", "金额（万元）", "", "项目名称", "金额（万元）"])
    sheet.write_row(1, 0, ["市政维护", 10, "", "绿化养护", 3])
    book.close()
    found = read_content(out.getvalue(), "清单.xlsx")
    assert [item.amount_place.cell for item in found.items if item.amount_place] == ["清单!B2", "清单!E2"]
    with pytest.raises(GoufuError, match="并排"):
        add_columns(out.getvalue(), [AddedColumn("代码", 10)], [(item, ["A"]) for item in found.items])


def test_one_list_with_two_names_is_one() -> None:
    found = read("一级项目名称,二级项目名称,金额（万元）\n市政,路灯维护,4\n")
    assert items(found) == [("路灯维护", "4.00")]
    found = read("项目名称,预算金额（万元）,采购项目名称,采购金额（万元）\n市政维护,10,路灯维护,4\n")
    assert len(found.items) == 1


def test_project_tables_side_by_side_are_refused_on_the_right() -> None:
    found = read(
        "2026年项目支出预算表（本年预算）\n单位：万元\n项目名称\t合计\t一般公共预算\t项目名称\t合计\t一般公共预算\n"
        "合计\t5\t5\t合计\t7\t7\n路灯维护费\t5\t5\t河道保洁费\t7\t7\n",
        "预算.txt",
    )
    assert items(found) == [("路灯维护费", "5.00")]
    assert said(found, "并排着两张表", "error") and len(found.remarks) == 1


# -- totals over several lists ----------------------------------------------------------------------------------

TWO = "项目名称,金额（万元）\n市政维护,10\n小计,10\n项目名称,金额（元）\n绿化养护,40000\n小计,40000\n"


def test_a_grand_total_after_a_second_header_is_that_of_all_parts() -> None:
    found = read(f"{TWO}总计,140000\n")
    assert items(found) == [("市政维护", "10.00"), ("绿化养护", "4.00")]
    assert [(str(c.printed), str(c.summed), c.agrees) for c in found.checks] == [
        ("10.00", "10.00", True),
        ("4.00", "4.00", True),
        ("14.00", "14.00", True),
    ]


def test_a_grand_total_that_is_wrong_is_compared_with_all_parts() -> None:
    found = read(f"{TWO}总计,150000\n")
    assert [(str(c.printed), str(c.summed)) for c in found.checks if not c.agrees] == [("15.00", "14.00")]
    assert said(found, "所印 15.00 万元，算得 14.00 万元", "warning")


def test_a_subtotal_is_not_that_of_all_parts() -> None:
    found = read("项目名称,金额（万元）\n市政维护,10\n项目名称,金额（元）\n绿化养护,40000\n小计,140000\n")
    assert [check.agrees for check in found.checks] == [False]


# -- marks of notes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "amount"),
    [("1200¹", "1200"), ("1200①", "1200"), ("１２００¹", "1200"), ("1,200.50³", "1200.50"), ("3.5⑴", "3.5")],
)
def test_a_raised_or_circled_digit_behind_a_figure_is_a_mark(printed: str, amount: str) -> None:
    assert str(parse_amount(printed)) == amount


def test_other_digits_of_that_kind_make_no_amount() -> None:
    assert parse_amount("①1200") is None and parse_amount("⒈1200") is None
    assert (str(parse_amount("12²万元")), unit_of("12²万元")) == ("12", "万元")


def _pdf(mark: str, size: float, raised: float) -> bytes:
    """A ruled table with `mark` behind the first amount, of another size and so far above its line."""
    rows = [("项目名称", "合计"), ("合计", "1203"), ("路灯维护服务", "1200"), ("测绘", "3")]
    drawn = shown(SIMSUN, TITLE, -250, 150) + shown(SIMSUN, "单位：万元", 100, 130)
    for n, (name, amount) in enumerate(rows):
        drawn += shown(SIMSUN, name, -240, 100 - 30 * n) + shown(SIMSUN, amount, 110, 100 - 30 * n)
    # the font gives one width for all: a digit is as wide as a Chinese character
    drawn += shown(SIMSUN, mark, 110 + 4 * 12, 40 + raised, size)
    for n in range(5):
        drawn += b"-250 %g m 250 %g l S\n" % (120 - 30 * n, 120 - 30 * n)
    for x in (-250, 100, 250):
        drawn += b"%g 0 m %g 120 l S\n" % (x, x)
    return pdf(SIMSUN, drawn)


@pytest.mark.parametrize("mark", ["1", "12", "①", "[1]", "注1", "*"])
@pytest.mark.parametrize(("size", "raised"), [(7, 4), (6, 6), (9, 4)])
def test_a_smaller_raised_glyph_behind_a_figure_of_a_pdf_is_a_mark(
    mark: str, size: float, raised: float
) -> None:
    found = read_content(_pdf(mark, size, raised), "预算.pdf")
    assert items(found) == [("路灯维护服务", "1200.00"), ("测绘", "3.00")]
    assert all(check.agrees for check in found.checks)


def test_a_digit_on_the_line_is_a_digit() -> None:
    assert items(read_content(_pdf("1", 12, 0), "预算.pdf"))[0] == ("路灯维护服务", "12001.00")


def test_an_exponent_behind_a_letter_stays() -> None:
    drawing = shown(SIMSUN, "绿化面积500m", 0, 0) + shown(SIMSUN, "2", 8 * 12, 5, 7)
    (line,) = read_content_lines(pdf(SIMSUN, drawing))
    assert line == "绿化面积500m2"


def read_content_lines(data: bytes) -> list[str]:
    from goufu.disclosure.formats.pdf import pdf_lines

    return [line.text for line in pdf_lines(data, "a.pdf", "a.pdf")[0]]


# -- numbers that are none --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("form", ["lines", "array", "held"])
def test_what_is_no_number_in_json_is_no_amount_and_said(value: str, form: str) -> None:
    one = f'{{"title": "路灯维护", "amount_wan": {value}}}'
    two = '{"title": "河道保洁", "amount_wan": 5}'
    text = {
        "lines": f"{one}\n{two}\n",
        "array": f"[{one},\n{two}]",
        "held": f'{{"items": [{one},\n{two}]}}',
    }[form]
    found = read(text, "清单.json")
    assert items(found) == [("路灯维护", "None"), ("河道保洁", "5.00")]
    (remark,) = found.remarks
    assert (remark.kind, remark.level) == ("amount", "error") and f"{value} 不是数字" in remark.text
    assert remark.place is not None and remark.place.line == 1


def test_no_number_in_another_field_is_read_as_empty_and_said() -> None:
    found = read('{"title": "路灯维护", "amount_wan": 3, "summary": NaN}\n', "清单.jsonl")
    assert found.items[0].summary == "" and said(found, "“summary”的值 NaN 不是数字", "warning")
    with_text = read('{"title": "NaN", "amount_wan": 3}\n', "清单.jsonl")
    assert with_text.items[0].title == "NaN"
