"""A disclosure as programs that read scans write it down: figures, names and headings lost, misread or run together.

What is read rightly stays right whatever has become of its neighbours, and what is not read is told. The disclosure is
invented; amounts are in 万元.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from hypothesis import given
from hypothesis import strategies as st

OWNER = "乙县水利局"
UNITS = {
    OWNER: [
        ("河道清淤疏浚服务", "120.00"),
        ("水质监测服务费", "36.50"),
        ("山洪灾害防治设施维修养护（晋财农〔2025〕71号）", "88.40"),
    ],
    "乙县河道管理中心": [("橡胶坝运行维护费", "45.00"), ("河道保洁服务", "210.35"), ("视频监控运维", "9.80")],
    "乙县水土保持站": [("水土保持监测", "15.00"), ("淤地坝除险加固工程", "300.00")],
}
ITEMS = [item for items in UNITS.values() for item in items]
HEAD = "项目名称\t合计\t2026年财政拨款\t\t\t单位资金\n\t\t一般公共预算\t政府性基金预算\t国有资本经营预算\t\n1\t2\t3\t4\t5\t6\n"


def _row(name: str, amount: str) -> str:
    return f"{name}\t{amount}\t{amount}\t\t\t\n"


def _sum(items: list[tuple[str, str]]) -> str:
    return str(sum(Decimal(amount) for _, amount in items))


ROWS = _row(OWNER, _sum(ITEMS)) + "".join(
    _row(unit, _sum(items)) + "".join(_row(*item) for item in items) for unit, items in UNITS.items()
)
TEXT = f"{OWNER}2026年部门预算公开\n\n2026年项目支出预算表（本年预算）\n\n部门名称：{OWNER}\n\n单位：万元\n\n{HEAD}{ROWS}"


def read(text: str) -> Disclosure:
    return read_content(text.encode(), "水利局.txt")


def items(found: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in found.items]


def warned(found: Disclosure, *parts: str) -> bool:
    return any(all(part in one.text for part in parts) for one in found.remarks if one.level != "notice")


def test_as_printed() -> None:
    found = read(TEXT)
    assert items(found) == ITEMS
    assert not found.remarks


@given(st.integers(0, len(ITEMS) - 1), st.sampled_from(["lost", "O", "point", "digit", "own"]))
def test_one_row_gone_wrong_leaves_all_others_and_no_subtotal_becomes_an_item(n: int, how: str) -> None:
    name, amount = ITEMS[n]
    worse = {"O": amount.replace("0", "O"), "point": amount.replace(".", ""), "digit": f"7{amount}"}.get(
        how, amount
    )
    row = "" if how == "lost" else _row(name, worse)
    found = read(TEXT.replace(_row(name, amount), row))
    others = [item for item in ITEMS if item[0] != name]
    assert [item for item in items(found) if item[0] != name] == others
    if how == "own" or worse == amount and how != "lost":
        assert items(found) == ITEMS
    else:
        assert warned(found)


@pytest.mark.parametrize("unit", list(UNITS)[1:])
def test_a_units_own_figure_misread_makes_it_no_item(unit: str) -> None:
    printed = _sum(UNITS[unit])
    found = read(TEXT.replace(_row(unit, printed), _row(unit, f"9{printed}")))
    assert items(found) == ITEMS
    assert warned(found, unit, "小计")


def test_a_name_misread_makes_a_total_no_item() -> None:
    found = read(TEXT.replace(f"\n{OWNER}\t{_sum(ITEMS)}", f"\n乙县水刊局\t{_sum(ITEMS)}"))
    assert items(found) == ITEMS


def test_an_owner_misread_by_one_character_is_the_documents_department() -> None:
    carried = f"\n2026年项目支出预算表（上年结转）\n部门名称：{OWNER}\n单位：万元\n项目名称\t合计\t一般公共预算\n注：本表无数据\n"
    found = read(TEXT.replace(f"部门名称：{OWNER}", "部门名称：乙县水利句") + carried)
    assert {item.department for item in found.items} == {OWNER}
    assert warned(found, "乙县水利句", "误读")


NUMBERED = "山洪灾害防治设施维修养护（晋财农〔2025〕71号）"


@pytest.mark.parametrize(
    "broken",
    [
        "山洪灾害防治设施维修养护\n（晋财农〔2025〕71号）\t88.40\t88.40\t\t\t\n",
        "山洪灾害防治设施维修养护\n\n16\n\n（晋财农〔2025〕71号）\t88.40\t88.40\t\t\t\n",
        "山洪灾害防治设施维修养护\t88.40\t88.40\t\t\t\n（晋财农〔2025〕71号）\n",
    ],
)
def test_a_documents_number_broken_off_a_name_is_joined_to_it(broken: str) -> None:
    found = read(TEXT.replace(_row(NUMBERED, "88.40"), broken))
    assert items(found) == ITEMS
    assert warned(found, "分在两行")


def test_half_a_name_in_a_line_of_its_own_is_a_warning() -> None:
    assert warned(
        read(TEXT.replace(_row("视频监控运维", "9.80"), f"视频监控\n{_row('运维', '9.80')}")), "视频监控"
    )


@pytest.mark.parametrize("space", [" ", ""])
def test_a_rows_own_amount_behind_its_name_is_taken_off(space: str) -> None:
    found = read(TEXT.replace("河道保洁服务\t210.35\t", f"河道保洁服务{space}210.35\t210.35\t"))
    assert items(found) == ITEMS
    assert warned(found, "河道保洁服务", "已去掉")


def test_a_blank_total_beside_several_funds_is_told() -> None:
    found = read(TEXT.replace(_row("河道保洁服务", "210.35"), "河道保洁服务\t\t200.00\t10.35\t\t\n"))
    assert items(found) == ITEMS
    assert warned(found, "河道保洁服务", "合计一格是空的")


def test_a_unit_that_has_lost_its_first_character_is_told() -> None:
    assert warned(read(TEXT.replace("单位：万元", "单位：元")), "小得像是万元")


@pytest.mark.parametrize("head", [HEAD.replace("项目名称", "项日名称"), HEAD.replace("1\t2", "l\t2")])
def test_headings_and_column_numbers_misread(head: str) -> None:
    assert items(read(TEXT.replace(HEAD, head))) == ITEMS


def test_a_table_with_a_title_and_no_header_is_told() -> None:
    second = f"\n2026年项目支出预算表（上年结转）\n单位：万元\n{HEAD}{_row('河堤加固', '5.00')}"
    assert warned(read(TEXT.replace(HEAD, "") + second), "表头没有读懂", "本年预算")


def test_tables_of_html_within_a_text() -> None:
    rows = [line.split("\t") for line in f"{HEAD}{ROWS}".splitlines()]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    found = read(TEXT.replace(f"{HEAD}{ROWS}", f"<table>{table}</table>\n\n第三部分 情况说明\n"))
    assert items(found) == ITEMS
    assert found.department == OWNER
    assert found.year == 2026
    assert not re.search("error|warning", " ".join(one.level for one in found.remarks))


@pytest.mark.parametrize("worse", ["1O.0O", "2l0.35", "210。35"])
def test_a_misread_row_behind_the_head_of_a_page_is_told(worse: str) -> None:
    found = read(f"{TEXT}{OWNER}2026年度部门预算\n河堤加固\t{worse}\n第三部分 情况说明\n")
    assert items(found) == ITEMS
    assert any("河堤加固" in one.text and one.level == "error" for one in found.remarks)
