"""Project tables as pages, systems and people leave them: footers, owners, units of money, totals, notes, merged cells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from goufu.disclosure.tables.around_tables import owner_of

COVER = "甲县城市管理局2026年度部门预算公开\n"
TITLE = "2026年项目支出预算表（本年预算）\n"
OWNER = "部门名称：甲县城市管理局\n单位：万元\n"
HEADER = "项目名称\t合计\t一般公共预算\t财政专户管理资金\t单位资金\n"
TOTAL = "甲县城市管理局\t8.00\t8.00\t\t\n"
LAMPS = "路灯维护服务\t3.00\t3.00\t\t\n"
RIVERS = "河道保洁服务\t5.00\t5.00\t\t\n"
BOTH = [("路灯维护服务", "3.00"), ("河道保洁服务", "5.00")]


def read(text: str) -> Disclosure:
    return read_content(text.encode(), "x.txt")


def items(disclosure: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in disclosure.items]


@pytest.mark.parametrize(
    "between",
    [
        "第 15 页，共 20 页",
        "第15页 共20页",
        "15/20",
        "15 / 20 页",
        "Page 15",
        "Page 15 of 20",
        "（第 2 页）",
        "·15·",
        "— 15 —",
        "- 1 -",
        "15",
        "共20页 第15页",
        "第十五页",
        "第15页\t共20页",
        "（续上表）",
        "续表12",
        "附表12（续）",
        "甲县城市管理局2026年度部门预算",
        "甲县城市管理局2026年度部门预算\t第15页",
        "预算公开表12",
        "（内部资料）",
        HEADER.rstrip(),
        "— 15 —\n预算公开表12\n" + TITLE + OWNER + HEADER.rstrip(),
        "— 15 —\n预算公开表12\n" + TITLE + "部门：甲县城市管理局  单位：万元\n" + HEADER.rstrip(),
        "注：本表为预算批复数。",
    ],
)
def test_what_pages_put_between_rows(between: str) -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}{TOTAL}{LAMPS}{between}\n{RIVERS}第三部分 情况说明\n")
    assert items(read_text) == BOTH
    assert [(s.name, str(s.amount_wan)) for s in read_text.subtotals] == [("甲县城市管理局", "8.00")]
    assert all(check.agrees for check in read_text.checks)
    assert read_text.remarks == ()


def test_a_line_that_no_page_repeats_is_told() -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}{TOTAL}{LAMPS}注意保存 内部使用\n{RIVERS}")
    assert items(read_text) == BOTH
    assert [(r.level, r.place.line) for r in read_text.remarks if r.place] == [("notice", 8)]


def test_a_note_between_header_and_rows() -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}（内部资料）\n{TOTAL}{LAMPS}")
    assert items(read_text) == BOTH[:1]


def test_a_table_without_rows_is_told_unless_it_says_so() -> None:
    empty = COVER + TITLE + OWNER + HEADER
    assert [r.kind for r in read(f"{empty}第三部分 情况说明\n").remarks] == ["table"]
    assert read(f"{empty}注：本部门无项目支出预算。\n").remarks == ()


def test_rows_after_another_section_are_told() -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}{TOTAL}{LAMPS}第三部分 情况说明\n{RIVERS}")
    assert items(read_text) == BOTH[:1]
    assert [r.place.line for r in read_text.remarks if r.place and r.kind == "row"] == [9]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("部门：甲县城市管理局 单位：万元", "甲县城市管理局"),
        ("部门名称：甲县城市管理局          单位：万元", "甲县城市管理局"),
        ("部门名称：甲县城市管理局单位：万元", "甲县城市管理局"),
        ("单位名称：甲县水利局　　金额单位：元", "甲县水利局"),
        ("编制单位：甲县水利局     单位：万元", "甲县水利局"),
        ("填报单位（盖章）：甲县水利局  2026年1月  单位：万元", "甲县水利局"),
        ("单位：甲县水利局   单位：万元", "甲县水利局"),
        ("部门： 甲 县 水 利 局   单位：万 元", "甲县水利局"),
        ("部门名称：[112001]甲县水利局 单位：万元", "甲县水利局"),
        ("部门名称：112001-甲县水利局　　单位：人民币万元", "甲县水利局"),
        ("单位：万元 部门名称：甲县水利局", "甲县水利局"),
        ("部门（单位）名称：甲县水利局　单位：万元", "甲县水利局"),
        ("单位：万元", None),
        ("单位代码：112001", None),
        ("实施单位：甲县环卫中心", None),
    ],
)
def test_whose_table_it_is(line: str, name: str | None) -> None:
    found = owner_of(line)
    assert (found and found[0]) == name


def test_the_department_beside_the_unit_knows_its_total() -> None:
    for line in ("部门：甲县城市管理局 单位：万元", "部门名称：甲县城市管理局\t单位：万元"):
        read_text = read(f"{TITLE}{line}\n{HEADER}{TOTAL}{LAMPS}{RIVERS}")
        assert read_text.department == "甲县城市管理局"
        assert items(read_text) == BOTH
        assert [s.name for s in read_text.subtotals] == ["甲县城市管理局"]


FIGURES = "甲县城市管理局\t104000\t104000\n路灯维护服务\t74000\t74000\n河道保洁服务\t30000\t30000\n"


@pytest.mark.parametrize(
    ("stated", "first"),
    [
        ("单位：人民币元", "7.40"),
        ("金额单位：人民币万元", "74000.00"),
        ("单位：亿元", "740000000.00"),
        ("单位（元）", "7.40"),
        ("单位：百万元", "7400000.00"),
        ("单位:RMB元", "7.40"),
        ("单位：千元", "7400.00"),
        ("（单位：元）", "7.40"),
        ("部门：甲县城市管理局 单位：元", "7.40"),
    ],
)
def test_units_of_money_above_the_table(stated: str, first: str) -> None:
    read_text = read(f"{COVER}{TITLE}部门名称：甲县城市管理局\n{stated}\n{HEADER}{FIGURES}")
    assert read_text.items[0].amount_wan == Decimal(first)
    # 740 million yuan for lamps are told and not doubted away
    doubted = Decimal(first) >= 10_000
    assert ["大得像是元" in remark.text for remark in read_text.remarks] == [True] * doubted


@pytest.mark.parametrize(
    "heading", ["合计（元）", "金额(元)", "预算数（元）", "预算安排（单位：元）", "金额/元", "金額（元）"]
)
def test_units_of_money_in_the_heading(heading: str) -> None:
    rows = FIGURES.replace("\t104000\n", "\n").replace("\t74000\n", "\n").replace("\t30000\n", "\n")
    read_text = read(f"{COVER}{TITLE}部门名称：甲县城市管理局\n项目名称\t{heading}\n{rows}")
    assert items(read_text) == [("路灯维护服务", "7.40"), ("河道保洁服务", "3.00")]


@pytest.mark.parametrize("stated", ["单位：美元", "单位：元、万元", "金额单位：见附注"])
def test_a_unit_that_is_not_understood_is_told_and_nothing_taken(stated: str) -> None:
    read_text = read(f"{COVER}{TITLE}部门名称：甲县城市管理局\n{stated}\n{HEADER}{FIGURES}")
    assert items(read_text) == [("路灯维护服务", "None"), ("河道保洁服务", "None")]
    assert [(r.kind, r.level) for r in read_text.remarks] == [("unit", "error")]


def test_no_unit_anywhere_is_judged_by_size_and_told() -> None:
    yuan = read(f"{COVER}{TITLE}{HEADER}{FIGURES}")
    assert items(yuan)[0] == ("路灯维护服务", "7.40")
    assert [(r.kind, r.level) for r in yuan.remarks] == [("unit", "warning")]
    wan = read(f"{COVER}{TITLE}{HEADER}{TOTAL}{LAMPS}{RIVERS}")
    assert items(wan) == BOTH
    assert [(r.kind, r.level) for r in wan.remarks] == [("unit", "warning")]
    either = read(f"{COVER}{TITLE}{HEADER}路灯维护服务\t2000\n河道保洁服务\t30\n")
    assert items(either) == [("路灯维护服务", "None"), ("河道保洁服务", "None")]
    assert [(r.kind, r.level) for r in either.remarks] == [("unit", "error")]


def test_other_tables_that_contradict_the_size_refuse_the_amounts() -> None:
    other = "2026年预算收支总表\n单位：万元\n收入\t支出\n10.40\t10.40\n"
    read_text = read(f"{COVER}{other}{TITLE}{HEADER}{FIGURES}")
    assert items(read_text) == [("路灯维护服务", "None"), ("河道保洁服务", "None")]
    assert "unit" in [r.kind for r in read_text.remarks]


def test_the_column_counts_where_it_contradicts_what_stands_above() -> None:
    read_text = read(f"{COVER}{TITLE}单位：万元\n项目名称\t金额（元）\n路灯维护服务\t30000\n")
    assert items(read_text) == [("路灯维护服务", "3.00")]
    assert [(r.kind, r.level) for r in read_text.remarks] == [("unit", "warning")]


@pytest.mark.parametrize(
    "rows",
    [
        f"合计\t8.00\n{LAMPS}{RIVERS}",
        f"{LAMPS}{RIVERS}合计\t8.00\n",
        f"合 计\t8.00\n{LAMPS}{RIVERS}",
        f"共计：\t8.00\n{LAMPS}{RIVERS}",
        f"{LAMPS}小计\t3.00\n{RIVERS}小计\t5.00\n总计\t8.00\n",
        f"甲县城市管理局合计\t8.00\n特定目标类项目小计\t3.00\n{LAMPS}其他运转类小计\t5.00\n{RIVERS}",
        f"本页小计\t8.00\n{LAMPS}{RIVERS}",
        f"\t8.00\t8.00\n{LAMPS}{RIVERS}",
        "合计\t8.00\n其中：路灯维护服务\t3.00\n河道保洁服务\t5.00\n",
        f"{LAMPS}其中：电费\t1.00\n{RIVERS}合计\t8.00\n",
        f"栏次\t1\t2\t3\t4\n{TOTAL}{LAMPS}{RIVERS}",
        f"{TOTAL}{LAMPS}{RIVERS}填表人：某某\t审核：某某\n",
        f"{TOTAL}{LAMPS}{RIVERS}审核人：\n填表人：\t\t联系电话：\n",
        f"{TOTAL}{LAMPS}{RIVERS}注：1.金额单位为万元。\n2.本表含上级资金。\n",
    ],
)
def test_totals_and_notes_are_no_items(rows: str) -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}{rows}")
    assert items(read_text) == BOTH
    assert all(check.agrees for check in read_text.checks)
    assert read_text.remarks == ()


def test_a_total_that_does_not_add_up_is_told() -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}{HEADER}{LAMPS}{RIVERS}合计\t9.00\n")
    assert items(read_text) == BOTH
    assert [r.kind for r in read_text.remarks] == ["total"]


def test_a_row_with_a_unit_and_no_name_is_its_subtotal() -> None:
    rows = "甲县城市管理局\t\t8.00\n甲县环卫中心\t路灯维护服务\t3.00\n\t河道保洁服务\t5.00\n"
    read_text = read(f"{COVER}{TITLE}{OWNER}预算单位\t项目名称\t合计\n{rows}")
    assert [(i.title, i.unit) for i in read_text.items] == [
        ("路灯维护服务", "甲县环卫中心"),
        ("河道保洁服务", "甲县环卫中心"),
    ]
    assert [(s.name, str(s.amount_wan)) for s in read_text.subtotals] == [("甲县城市管理局", "8.00")]
    assert read_text.remarks == ()


def test_a_heading_in_two_rows_over_amounts_of_two_years() -> None:
    rows = "项目名称\t2025年预算\t2026年预算\t\n\t合计\t合计\t其中：上级\n路灯维护服务\t9.00\t3.00\t1.00\n"
    assert items(read(f"{COVER}{TITLE}{OWNER}{rows}")) == [("路灯维护服务", "3.00")]


def test_a_row_with_more_cells_than_the_header_is_not_guessed() -> None:
    read_text = read(f"{COVER}{TITLE}{OWNER}项目名称\t合计\n路灯维护服务\t3.00\t5.00\n河道保洁服务\t5.00\n")
    assert items(read_text) == BOTH[1:]
    assert [(r.kind, r.level) for r in read_text.remarks] == [("row", "error")]


def test_names_spread_over_the_cell_are_closed_up() -> None:
    spread = "城 区 道 路 清 扫 保 洁 服 务\t3.00\n城区道路　清扫　保洁服务\t5.00\n"
    read_text = read(f"{COVER}{TITLE}{OWNER}项目名称\t合计\n{spread}")
    assert [item.title for item in read_text.items] == ["城区道路清扫保洁服务"] * 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"SQLite format 3\x00" + b"\x00" * 100, "x.db", "SQLite"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100, "x.heic", "HEIC"),
        (b"%!PS-Adobe-3.0\n", "x.ps", "PostScript"),
        (b"MZ\x90\x00\x03" + b"\x00" * 100, "x.exe", "Windows"),
        (b"CAJ\x00\x00" + b"\x01" * 100, "x.caj", "CAJ"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", "x.eml", "电子邮件"),
        (
            b'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>',
            "x.xml",
            "Word 2003",
        ),
        (b'<?xml version="1.0"?><data><a>1</a></data>', "x.xml", "XML"),
    ],
)
def test_a_file_that_is_not_read_is_called_by_its_name(content: bytes, name: str, said: str) -> None:
    with pytest.raises(GoufuError, match=said) as caught:
        read_content(content, name)
    assert caught.value.english != caught.value.message
