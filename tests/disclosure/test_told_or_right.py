"""Lists and tables in which a figure was once wrong without a word: it is right now, or it is told."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

import openpyxl
import pytest
from goufu.disclosure.amounts import has_space_inside, parse_amount
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from goufu.disclosure.sums import group_feet, group_heads, single_rows, telling_sums

A, B, C, D = "路灯维护服务", "河道保洁服务", "绿化养护服务", "食品安全抽检"
HEAD = "项目名称,金额（万元）\n"
BOTH = [(A, "3.00"), (B, "5.00")]


def listed(text: str, name: str = "清单.csv") -> Disclosure:
    return read_content(text.encode(), name)


def booked(
    *sheets: Sequence[Sequence[object]],
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
