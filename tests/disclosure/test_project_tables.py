"""Project tables: columns in any order, page breaks, units, rows that cannot be read."""

from decimal import Decimal

from goufu.disclosure.formats.text import text_lines
from goufu.disclosure.tables.model import ProjectTables
from goufu.disclosure.tables.projects import project_tables
from hypothesis import given
from hypothesis import strategies as st

TITLE = "2026年项目支出预算表（本年预算）\n部门名称：甲县乙局\n单位：万元\n"
HEADER = "项目名称\t合计\t2026年财政拨款\t\t\t财政专户管理资金\t单位资金\n\t\t一般公共预算\t政府性基金预算\t国有资本经营预算\t\t\n1\t2\t3\t4\t5\t6\t7\n"


def read(text: str, department: str = "甲县乙局") -> ProjectTables:
    return project_tables(text_lines(text, "x.txt"), department)


def test_a_page_break_with_title_and_header_again() -> None:
    text = (
        TITLE + HEADER + "甲县乙局\t3.00\t3.00\t\t\t\t\n路灯维护\t1.00\t1.00\t\t\t\t\n"
        "— 16 —\n\n"
        + TITLE
        + HEADER
        + "河道保洁\t2.00\t2.00\t\t\t\t\n\n第三部分 情况说明\n测绘\t9.00\t9.00\n"
    )
    tables = read(text)
    assert [(r.title, str(r.amount_wan)) for r in tables.rows] == [("路灯维护", "1.00"), ("河道保洁", "2.00")]
    assert [str(s.amount_wan) for s in tables.subtotals] == ["3.00"]


def test_a_page_header_of_another_kind_between() -> None:
    text = (
        TITLE + HEADER + "甲县乙局\t3.00\t3.00\t\t\t\t\n路灯维护\t1.00\t1.00\t\t\t\t\n"
        "甲县乙局 2026 年度部门预算\n内部资料\n第二部分续\n"
        + TITLE
        + HEADER
        + "河道保洁\t2.00\t2.00\t\t\t\t\n"
    )
    tables = read(text)
    assert [(r.title, r.unit) for r in tables.rows] == [("路灯维护", "甲县乙局"), ("河道保洁", "甲县乙局")]
    assert [[str(p) for p in c.parts] for c in tables.claims] == [["1.00", "2.00"]]


def test_two_departments_in_one_file() -> None:
    other = TITLE.replace("甲县乙局", "甲县丙局")
    text = TITLE + HEADER + "甲县乙局\t1.00\n清扫\t1.00\n\n" + other + HEADER + "甲县丙局\t2.00\n测绘\t2.00\n"
    tables = read(text)
    assert [(r.title, r.department) for r in tables.rows] == [("清扫", "甲县乙局"), ("测绘", "甲县丙局")]
    assert [(c.whole, str(sum(c.parts))) for c in tables.claims] == [(True, "1.00"), (True, "2.00")]


def test_columns_in_another_order_and_yuan() -> None:
    text = (
        "2026年项目支出预算表\n金额单位：元\n"
        "单位名称\t一般公共预算\t项目名称\t合计\n甲县环卫中心\t\t\t\n\t15000\t清扫\t15,000\n\t25000\t清运\t25,000\n"
    )
    tables = read(text)
    assert [(r.title, r.unit, str(r.amount_wan)) for r in tables.rows] == [
        ("清扫", "甲县环卫中心", "1.50"),
        ("清运", "甲县环卫中心", "2.50"),
    ]


def test_an_unknown_unit_row_is_known_by_its_sum() -> None:
    rows = "甲县乙局\t9.00\n甲县丙中心\t4.00\n清扫\t1.00\n清运\t3.00\n甲县丁所\t5.00\n测绘\t5.00\n"
    tables = read("2026年项目支出预算表\n项目名称\t合计\n" + rows)
    assert [(r.title, r.unit) for r in tables.rows] == [
        ("清扫", "甲县丙中心"),
        ("清运", "甲县丙中心"),
        ("测绘", "甲县丁所"),
    ]


def test_an_item_named_like_an_organisation_stays_an_item() -> None:
    rows = "甲县乙局\t9.00\n零工市场服务中心\t4.00\n清扫\t2.00\n清运\t3.00\n"
    tables = read("2026年项目支出预算表\n项目名称\t合计\n" + rows)
    assert [r.title for r in tables.rows] == ["零工市场服务中心", "清扫", "清运"]


def test_a_row_without_a_readable_amount_is_reported() -> None:
    tables = read(
        TITLE + HEADER + "甲县乙局\t3.00\t3.00\t\t\t\t\n路灯维护\t1O.0O\t\t\t\t\t\n清扫\t3.00\t3.00\t\t\t\t\n"
    )
    assert [r.title for r in tables.rows] == ["清扫"]
    assert [(r.kind, r.place.line if r.place else None) for r in tables.remarks] == [("row", 8)]
    assert "路灯维护" in tables.remarks[0].text


def test_the_three_public_expenses_are_no_project_table() -> None:
    text = "“三公”经费支出预算表\n项目\t2026年预算数\t\t\t\n\t合计\t一般公共预算\t政府性基金预算\t国有资本经营预算\n公务接待费\t1.00\t1.00\t\t\n"
    assert not read(text).found


def test_contents_lines_are_no_titles() -> None:
    assert not read("表十二2026年项目支出预算表（本年预算）.....\t16\n第一部分 概况\t1\n").found


def sums(text: str) -> list[tuple[str, str, list[str], bool]]:
    claims = read(f"2026年项目支出预算表\n项目名称\t合计\n{text}").claims
    return [(c.subtotal.name, str(c.subtotal.amount_wan), [str(p) for p in c.parts], c.whole) for c in claims]


def test_a_total_at_the_end_and_subtotals_after_their_rows() -> None:
    assert sums("清扫\t1.00\n清运\t2.00\n小计\t3.00\n测绘\t4.00\n合计\t7.00\n") == [
        ("小计", "3.00", ["1.00", "2.00"], False),
        ("合计", "7.00", ["1.00", "2.00", "4.00"], True),
    ]


def test_units_without_a_total() -> None:
    text = "甲县乙局\t3.00\n清扫\t1.00\n清运\t2.00\n甲县丙中心\t5.00\n测绘\t5.00\n"
    assert sums(text) == [
        ("甲县乙局", "3.00", ["1.00", "2.00"], False),
        ("甲县丙中心", "5.00", ["5.00"], False),
    ]


def test_groups_within_a_unit() -> None:
    text = "甲县乙局\t6.00\n其他运转类\t1.00\n清扫\t1.00\n特定目标类项目\t5.00\n测绘\t2.00\n监测\t3.00\n"
    tables = read(f"2026年项目支出预算表\n项目名称\t合计\n{text}")
    assert [(r.title, r.unit) for r in tables.rows] == [(t, "甲县乙局") for t in ("清扫", "测绘", "监测")]
    assert [(str(c.subtotal.amount_wan), str(sum(c.parts))) for c in tables.claims] == [
        ("6.00", "6.00"),
        ("1.00", "1.00"),
        ("5.00", "5.00"),
    ]


def test_an_item_named_like_an_organisation_with_its_equal_below() -> None:
    """The table's own total tells that both are items."""
    text = "甲县乙局\t110.00\n零工市场服务中心\t55.00\n路灯改造\t55.00\n"
    tables = read(f"2026年项目支出预算表\n项目名称\t合计\n{text}")
    assert [r.title for r in tables.rows] == ["零工市场服务中心", "路灯改造"]


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=40), st.integers(0, 39))
def test_whatever_the_amounts_every_item_comes_out(cents: list[int], cut: int) -> None:
    amounts = [Decimal(c) / 100 for c in cents]
    rows = [f"项目{i}经费\t{amount}\n" for i, amount in enumerate(amounts)]
    body = "".join(rows[:cut]) + "\n— 3 —\n\n" + "".join(rows[cut:])
    tables = read(
        f"2026年项目支出预算表\n单位：万元\n项目名称\t合计\n甲县乙局\t{sum(amounts)}\n{body}注：完\n"
    )
    assert [row.amount_wan for row in tables.rows] == amounts
    assert tables.claims[0].parts == tuple(amounts)
