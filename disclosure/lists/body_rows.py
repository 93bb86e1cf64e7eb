"""Which rows below a header are items, which add up others, and which are notes, page numbers or the header again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from goufu.catalog.characters import narrow
from goufu.disclosure.amounts import heading_unit, is_no_amount, money_unit, parse_amount
from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.captions import owner_and_year
from goufu.disclosure.lists.cell_values import (
    AMONG,
    DAY,
    NUMBERED,
    is_bulleted,
    is_total,
    part_named,
    year_alone,
)
from goufu.disclosure.lists.headings import heading, words
from goufu.disclosure.lists.model import BodyRow, ListDraft, row_remark
from goufu.disclosure.model import Part, Remark
from goufu.disclosure.tables.columns import is_numbering
from goufu.disclosure.total_names import is_figure_of_list, is_kind, is_total_alone

_PAGE = re.compile(
    r"\A[-—–(（·]*(?:第?\d{1,4}页?[,，/]?(?:共?\d{1,4}页)?|page\d{1,4}(?:of\d{1,4})?|续上?表)[-—–)）·]*\Z",
    re.IGNORECASE,
)
#: signed and dated below a table: 甲县城市管理局（盖章）
_SEALED = re.compile(r"[(（](?:盖章|公章|签章|签字|章)[)）][:：]?\Z")
#: （以上为续建项目）, but no number of a document
_BRACKETED = re.compile(r"\([^()\d]{2,40}\)\Z")
#: a department alone in a row heads the rows below it
_DEPARTMENT_ALONE = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:局|委员会|办公室|[县市区省]委|人民政府|街道办事处|管理中心|服务中心|[县市区州][\u4e00-\u9fff]{2,8}中心)[:：]?\Z"
)
#: what a spreadsheet calls the sum of a group: 城管局 汇总
_GATHERED = re.compile(r"\S\s*(?:汇总|计数|平均值)\Z")
#: what stands around its name then: 1. … ：
_HEADS = re.compile(
    r"\A(?:第?[\d一二三四五六七八九十]{1,3}[.、．)）\s]+|[(（][\d一二三四五六七八九十]{1,3}[)）])\s*|[:：]\s*\Z"
)
#: how such numbers begin
_NUMBERS = frozenset("一二三四五六七八九十（(第0123456789")
#: 上年结转 alone in a row heads the rows below it
_PART_ALONE = re.compile(
    r"(?:本年|当年|上年|以前年度)(?:度)?(?:预算|结转|结余|结转结余)(?:安排|资金|项目|部分)?[:：]?\Z"
)


def take_units_printed(draft: ListDraft) -> None:
    """The unit of money that is above the header, or in a cell of it that names nothing else."""
    for _, cells in draft.grid.rows[: draft.header.first]:
        for cell in cells:
            if cell and (unit := money_unit(cell)) is not None:
                draft.units.append(unit)
    for name, column in zip(draft.header.names, draft.header.columns, strict=True):
        if name and (column is None or column.field != "amount") and (unit := money_unit(name)) is not None:
            draft.units.append(unit)
    if not draft.units and (unit := money_unit(draft.grid.name)) is not None:
        draft.units.append(unit)  # 项目表（元）


def sort_body(draft: ListDraft) -> None:
    """Sort the rows below the header into items, totals and notes."""
    grid, header = draft.grid, draft.header
    titles = header.of("title")
    title = titles[0]
    amounts = [n for n, one in enumerate(header.columns) if one is not None and one.field == "amount"]
    numbers = {*header.of("number"), *header.of("id")}
    printed = [tuple(map(squeeze, grid.rows[n][1])) for n in range(header.first, header.body)]
    under_note = False
    for number, cells in grid.rows[header.body :]:
        filled = [n for n, cell in enumerate(cells) if cell]
        if not filled:
            continue
        if extra := [cell for cell in cells[len(header.names) :] if cell.strip()]:
            draft.remarks.append(
                row_remark(
                    draft.place(number),
                    f"比表头多出 {len(extra)} 列（多半是文字里的逗号没有加引号）",
                    f"{len(extra)} more cells than the header has (perhaps an unquoted comma)",
                )
            )
            continue
        if tuple(map(squeeze, cells)) in printed or _is_header_again(draft, cells, title):
            continue
        has_amount = any(n < len(cells) and parse_amount(cells[n]) is not None for n in amounts)
        first = cells[filled[0]]
        if not draft.rows and _is_numbering([cells[n] for n in filled]):
            continue
        if not has_amount and (owner := _owner_in(cells)):
            draft.owners[len(draft.rows)] = owner
            stated = (money_unit(cells[n]) for n in filled)
            draft.units += [unit for unit in stated if unit is not None and unit not in draft.units]
            continue
        if not has_amount and _is_note(draft, number, cells, filled, under_note, amounts):
            under_note = under_note or bool(_noted(first))
            stated = (money_unit(cells[n]) for n in filled)
            draft.units += [unit for unit in stated if unit is not None and unit not in draft.units]
            continue
        name = next((cells[n] for n in titles if n < len(cells) and cells[n]), "")
        if has_amount and (note := next(filter(_noted, (name, first if filled[0] in numbers else "")), "")):
            draft.remarks.append(
                row_remark(
                    draft.place(number),
                    f"“{note[:40]}”是表注，其中的数字未计入",
                    f"“{note[:40]}” is a note; the figures in it were left out",
                    "warning",
                )
            )
            continue
        under_note = False
        _sort_row(draft, BodyRow(number, cells, name), has_amount)


def _sort_row(draft: ListDraft, row: BodyRow, has_amount: bool) -> None:
    """Take in a row that is no note: as an item, a part of the row above, a total, or a heading of a year."""
    name, at = row.title, len(draft.rows)
    if year := year_alone(name):
        draft.years[at] = year
        if has_amount:
            draft.totals[at] = name
            draft.rows.append(row)
        return
    if is_figure_of_list(name):
        text = f"“{name}”是关于清单的数字，不是项目，未计入"
        english = f"“{name}” is a figure about the list and no item; it was left out"
        draft.remarks.append(row_remark(draft.place(row.number), text, english, "warning"))
        return
    if _is_among(draft, row.cells, name):
        draft.rows.append(replace(row, sub_line="among"))
        return
    if total := _total_name(draft, row):
        draft.totals[at] = total
        draft.rows.append(replace(row, title=total))
        return
    titles = draft.header.of("title")
    indented = any((row.number, n) in draft.grid.indented for n in titles) or is_bulleted(name)
    draft.rows.append(replace(row, sub_line="indented") if indented else row)


def _owner_in(cells: Sequence[str]) -> str:
    """The department that a row of nothing but labels gives (填报单位：甲县水利局 | 单位：万元), "" for any other row."""
    filled = [cell for cell in cells if cell]
    owners = [owner_and_year([(0, (cell,))])[0] if ":" in narrow(cell) else "" for cell in filled]
    if not all(owner or money_unit(cell) for cell, owner in zip(filled, owners, strict=True)):
        return ""
    return next((owner for owner in owners if owner), "")


def part_alone(cell: str) -> Part:
    """The part of the budget that is all a cell says: 上年结转, 二、本年预算安排: it heads the rows below."""
    flat = _HEADS.sub("", cell) if cell[:1] in _NUMBERS else cell
    return part_named(flat) if _PART_ALONE.match(squeeze(flat)) else ""


def names_department(cell: str) -> bool:
    """Whether a cell that stands alone in its row names the department of the rows below."""
    return bool(_DEPARTMENT_ALONE.search(label(cell)))


def named_alone(cell: str) -> str:
    """A name that stands alone in its row without the number before it and the colon behind it."""
    return _HEADS.sub("", cell)


def _is_header_again(draft: ListDraft, cells: Sequence[str], title: int) -> bool:
    """Whether a row repeats the headings, as the top of a printed page does."""
    names = draft.header.names
    same = sum(
        1 for n, cell in enumerate(cells) if cell and n < len(names) and squeeze(cell) == squeeze(names[n])
    )
    filled = sum(1 for cell in cells if cell)
    return (
        same >= 2 and same * 2 > filled or (same == filled == 1 and title < len(cells) and bool(cells[title]))
    )


def _is_numbering(filled: Sequence[str]) -> bool:
    """Whether the cells are the row of column numbers 1 2 3 … under a header, or 栏次."""
    flat = [squeeze(cell) for cell in filled]
    letters = len(flat) > 1 and flat == [chr(65 + n) for n in range(len(flat))]
    return letters or is_numbering([label(cell) for cell in filled])


def _noted(cell: str) -> bool:
    """Whether a cell begins a note below a table: 填表人：, 注：, 联系电话."""
    flat = label(cell).lstrip("*※").replace("(大写)", "大写")
    for word in _notes() if flat.startswith(_notes()) else ():
        if flat.startswith(word):
            rest = flat[len(word) :]
            if not rest or rest[0] in ":(/" or re.match(r"\d+[:.、]", rest):
                return True
    return bool(re.match(r"(?:注|说明|备注)[\s　]+\S", cell)) or bool(
        re.match(r"(?:填表人|填报人|制表人|审核人|经办人|联系人|联系电话)[\s　]", narrow(cell))
    )


@lru_cache(maxsize=1)
def _notes() -> tuple[str, ...]:
    """The words that notes begin with, as labels."""
    return tuple(map(label, words()["rows"]["notes"]))


def _is_note(
    draft: ListDraft,
    number: int,
    cells: Sequence[str],
    filled: Sequence[int],
    under: bool,
    amounts: Sequence[int],
) -> bool:
    """Whether a row without an amount is no line of the budget: a note, a page number, the unit printed again."""
    first = cells[filled[0]]
    if _noted(first) or (len(filled) > 1 and _noted(cells[filled[-1]]) and len(filled) <= 2):
        return True
    if len(filled) == 1:
        if _PAGE.match(squeeze(first)) and filled[0] not in draft.header.of("title"):
            return True
        if _SEALED.search(squeeze(first)) or (DAY.match(squeeze(first)) and "日" in first):
            return True
        if re.match(r"\A[-—–]?\s*(?:第\s*\d+\s*页|\d+\s*/\s*\d+|page\s*\d+)", narrow(first), re.IGNORECASE):
            return True
        if money_unit(first) is not None and re.search(r"单\s*位|[(（]", first):
            return True
        if (
            amounts
            and names_department(first)
            and filled[0]
            in (
                *draft.header.of("title"),
                *draft.header.of("number"),
            )
        ):
            draft.owners[len(draft.rows)] = named_alone(first)
            draft.remarks.append(
                Remark(
                    "row",
                    "notice",
                    f"“{first[:40]}”只占一格，按下面各行的部门，未计为项目。",
                    f"“{first[:40]}” stands alone in its row and was taken for the department of the rows below.",
                    draft.place(number),
                )
            )
            return True
        above = {squeeze(cell) for _, row in draft.grid.rows[: draft.header.first] for cell in row if cell}
        if squeeze(first) in above:
            return True
        if under:
            return True
        part = part_alone(first)
        heads_part = bool(part or _PART_ALONE.match(squeeze(first)))
        if heads_part:  # 上年结余 names none of the two, and ends the one above
            draft.parts[len(draft.rows)] = part
        wide = any(r1 == number and c2 - c1 >= 2 for r1, c1, _, c2 in draft.grid.merged)
        if (
            wide
            or heads_part
            or (NUMBERED.match(squeeze(first)) and len(draft.header.names) > 1)
            or len(first) > 80
            or first.endswith((":", "："))
            or _BRACKETED.match(label(first))
        ):
            draft.remarks.append(
                Remark(
                    "row",
                    "notice",
                    f"“{first[:40]}”只占一格，按小标题或说明，未计入。",
                    f"“{first[:40]}” stands alone in its row and was taken for a heading or a note.",
                    draft.place(number),
                )
            )
            return True
        return False
    return all(is_no_amount(cell) for cell in cells)


def _is_among(draft: ListDraft, cells: Sequence[str], name: str) -> bool:
    """Whether a row says what part of the one above is: 其中：路灯维护, or 其中 in a column before the name."""
    if not name:
        return False
    before = (cells[n] for f in ("id", "number") for n in draft.header.of(f) if n < len(cells))
    return bool(AMONG.match(label(name))) or any(
        label(cell).strip(":,") == "其中" for cell in before if not cell.isdecimal()
    )


def _total_name(draft: ListDraft, row: BodyRow) -> str:
    """What a row that adds up others is called, "" for any other row.

    A fund in a row whose title is that of a merged cell above is one of its parts.
    """
    cells, name = row.cells, row.title
    if name:
        numbers = (cells[n] for f in ("id", "number") for n in draft.header.of(f) if n < len(cells))
        # most rows have a number, which names nothing
        named = any(is_total_alone(cell) for cell in numbers if cell and not cell.isdecimal())
        return name if named or is_total(name) else ""
    titles = draft.header.of("title")
    within = any(r1 < row.number <= r2 and c1 in titles for r1, c1, r2, _ in draft.grid.merged)
    keys = {n for f in ("id", "number", "department", "unit", "year") for n in draft.header.of(f)}
    for n, cell in enumerate(cells):
        column = draft.header.columns[n] if n < len(draft.header.columns) else None
        if not cell or not (n in keys or column is None) or (within and is_kind(cell)):
            continue
        if is_total(cell) or _GATHERED.search(cell):
            return cell
    return ""


def explains_columns(draft: ListDraft) -> bool:
    """Whether the rows are about columns (项目名称 | 填写项目全称): a sheet of instructions, not a list."""
    named = [row.title for row in draft.rows[:60] if row.title]
    known = [
        name
        for name in named
        if (one := heading(name)) is not None
        and (
            one.field not in ("title", "amount")
            or (
                one.unit is not None
                and heading_unit(name)[0].endswith(("金额", "预算", "资金", "经费", "预算数"))
            )
            or label(name) in ("金额", "项目名称", "预算金额", "采购预算")
        )
    ]
    return bool(known) and 2 * len(known) >= len(named)
