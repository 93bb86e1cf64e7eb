"""The header of a project table: which column holds the name, the amount, the organisation, and in what unit.

Columns are known by their headings, never by their order. A header may have several rows, with headings that
stand over others, and a row of column numbers below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from goufu.disclosure.amounts import MoneyUnit, heading_unit, money_unit, parse_amount
from goufu.disclosure.lines import Line, label

_NAME = re.compile(
    r"(?:[一二三]级|支出|预算|具体)?项目(?:支出)?(?:名称|内容)?\Z|项目(?:支出)?名称|(?:部门|单位|预算单位|单位名称)[/、(](?:二级)?项目(?:名称)?\)?\Z|项目\((?:单位|部门)\)(?:名称)?\Z"
)
_TOTAL = re.compile(
    r"(?:(?:19|20)\d\d年?(?:度)?)?(?:本年(?:度)?|当年|年初|调整后)?(?:预算|支出|项目|资金)*(?:合计|总计|金额|预算数|预算|资金总额|总额|总金额|安排|批复|申报|资金|经费|支出|拨款)(?:数|数额|总额|合计|金额|总计)?\Z"
)
_GRAND = re.compile(r"(?:合计|总计)\Z")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNIT = re.compile(
    r"(?:预算单位|单位名称|部门\(单位\)|单位\(部门\)|单位|实施单位|项目单位|部门|主管部门|预算部门|用款单位|使用单位|申报单位)(?:名称|全称)?\Z"
)
_FUND = re.compile(
    r"一般公共预算|政府性基金|国有资本经营|财政专户|单位资金|财政拨款|事业收入|经营收入|上级补助|其他收入|自筹|其[他它]资金\Z|自有资金\Z"
)
#: budgets that 财政拨款 is the sum of
_WITHIN = re.compile(r"一般公共预算|政府性基金|国有资本经营")
#: what is called so holds them
_STATE = ("财政拨款", "财政拨款合计", "财政拨款小计")
_OTHER = re.compile(
    r"(?:小计|其中.*|备注|说明|序号|.*资金|.*收入|.*拨款|.*补助|.*预算|.*结转.*|上级|本级|中央.*|省级.*|市级.*|县级.*|本年.*|人员.*|公用.*)\Z"
)
#: money besides the funds, which their sum would have to hold
_MONEY = re.compile(r".*(?:资金|收入|拨款|补助|结转|投入|投资)\Z|(?:中央|省|市|县|区|本|上|地方)级?\Z")
_NUMBER = re.compile(r"\(?(\d{1,2})\)?(?:=[\d+()]+)?\Z")


class Columns(NamedTuple):
    """Which cell holds what: indexes, -1 where there is no such column.

    `headings` are the headings by column. `wide`: the columns are those of 本年预算. `certain`: the header alone
    marks a project table. `beside_another`: the same headings come again to the right. `besides` are columns of other money
    where no column is the total of all.
    `units` has the unit of money a column's heading prints, for those that print one.
    """

    name: int
    total: int
    unit: int
    funds: tuple[int, ...]
    wide: bool
    certain: bool
    headings: tuple[str, ...]
    beside_another: bool
    units: Mapping[int, MoneyUnit]
    besides: tuple[int, ...] = ()

    def beside(self, column: int) -> range:
        """The columns that a heading covers: its own, and those to the right that have none."""
        end = column + 1
        while end < len(self.headings) and not self.headings[end]:
            end += 1
        return range(column, end)

    @property
    def amounts(self) -> tuple[int, ...]:
        """The columns that hold amounts, the total's first."""
        return (*((self.total,) if self.total >= 0 else ()), *self.funds)


def header(lines: Sequence[Line], index: int) -> tuple[Columns, int] | None:
    """The columns of the table whose header starts at `index`, and the index of the first line of its body."""
    first = lines[index]
    if not first.is_row or not _says_item(first.text):
        return None
    heads = [label(cell) for cell in first.cells]
    if not any("项" in head and "目" in head and _NAME.match(_bare(head)) for head in heads):
        return None
    if any(parse_amount(cell) is not None and len(cell) > 2 for cell in first.cells):
        return None
    rows, body = _header_rows(lines, index, heads)
    width = max(len(row) for row in rows)
    stacks = [[row[i] for row in rows if i < len(row) and row[i]] for i in range(width)]
    bare = [[_bare(head) for head in stack] for stack in stacks]
    name = _named(bare)
    headings = tuple("".join(stack) for stack in stacks)
    own = _width(headings, name)
    bare = bare[:own]
    unit = _organisation(bare, name)
    total = _total(bare, {name, unit})
    funds = _funds(bare, {name, total, unit})
    if total == -1 and not funds:
        return None
    wide = any("专户" in head or "单位资金" in head for stack in bare for head in stack)
    certain = bool(funds) and any(head.startswith("项目名称") for head in bare[name])
    besides = _besides(bare, {name, unit, *funds}) if total == -1 else ()
    units = _units(stacks[:own])
    return Columns(name, total, unit, funds, wide, certain, headings, own < width, units, besides), body


def _says_item(text: str) -> bool:
    """Whether `text` has the two characters of every heading 项目, or what is read as them: most rows have not."""
    return ("目" in text or "⽬" in text or "⺫" in text) and ("项" in text or "項" in text or "㊠" in text)


def _width(headings: Sequence[str], name: int) -> int:
    """How many columns belong to the table: all, or those before another table that stands to the right.

    There is one where the heading of the names comes again, with the same heading behind each.
    """
    again = [i for i, heading in enumerate(headings) if i > name and heading == headings[name]]
    behind = [headings[i + 1] if i + 1 < len(headings) else "" for i in (name, *again)]
    if not again or len(set(behind)) > 1 or not behind[0]:
        return len(headings)
    first = next(heading for heading in headings if heading)
    return next((i for i in range(name + 1, again[0]) if headings[i] == first), again[0])


def _header_rows(lines: Sequence[Line], index: int, heads: list[str]) -> tuple[list[list[str]], int]:
    """The rows of the header that starts at `index` with `heads`, as labels, and the index of the first line below.

    A header has up to four rows and may end in a row of column numbers, which is passed over.
    """
    rows = [heads]
    body = index + 1
    while body < len(lines) and len(rows) < 4 and lines[body].is_row:
        cells = [label(cell) for cell in lines[body].cells]
        if is_numbering(cells):
            body += 1
            break
        if not _goes_below(rows, cells, lines[body].merged):
            break
        rows.append(cells)
        body += 1
    return rows, body


def _organisation(stacks: Sequence[Sequence[str]], name: int) -> int:
    """The column of the organisations, -1 where there is none; 单位 beside 数量 is what people count in."""
    counted = any(head in ("数量", "单价", "计量单位") for stack in stacks for head in stack)
    return next(
        (
            i
            for i, stack in enumerate(stacks)
            if i != name and any(_UNIT.match(head) and not (counted and head == "单位") for head in stack)
        ),
        -1,
    )


def _funds(stacks: Sequence[Sequence[str]], taken: set[int]) -> tuple[int, ...]:
    """The columns of single funds, without those that only add up (小计) or detail the fund before them (其中), and without
    what 财政拨款 holds where it has a column of its own: general, government-fund and state-capital budgets."""
    found: list[int] = []
    for i, stack in enumerate(stacks):
        if i in taken or "小计" in stack or not any(_FUND.search(head) for head in stack):
            continue
        if not (found and _is_detail(stack)):
            found.append(i)
    inside = within_others([stack[-1] if stack else "" for stack in stacks], found)
    return tuple(i for i in found if i not in inside)


def within_others(heads: Sequence[str], columns: Iterable[int]) -> frozenset[int]:
    """Those of the `columns` that 财政拨款 is the sum of, where one of them is headed so; `heads` are without units."""
    columns = list(columns)
    if not any(heads[i] in _STATE for i in columns):
        return frozenset()
    return frozenset(i for i in columns if _WITHIN.search(heads[i]))


def _besides(stacks: Sequence[Sequence[str]], taken: set[int]) -> tuple[int, ...]:
    """The columns of money that are neither among those `taken` nor known to be within one of them."""
    inside = within_others([stack[-1] if stack else "" for stack in stacks], range(len(stacks)))
    return tuple(
        i
        for i, stack in enumerate(stacks)
        if i not in taken and i not in inside and stack and _MONEY.match(stack[-1]) and not _is_detail(stack)
    )


def _is_detail(stack: Sequence[str]) -> bool:
    return any(head.startswith("其中") for head in stack)


def is_numbering(cells: Sequence[str]) -> bool:
    """Whether the cells are the row of column numbers under a header: 1 2 3 …, 栏次 1 2 3=4+5 …, 甲 1 2 …."""
    filled = [cell for cell in cells if cell]
    if filled and filled[0] in ("栏次", "列次", "甲", "乙", "行次"):
        filled = filled[1:]
        if filled and filled[0] == "乙":
            filled = filled[1:]
    numbers = [_NUMBER.match(cell) for cell in filled]
    if len(filled) < 2 or not all(numbers):
        return False
    found = [int(match[1]) for match in numbers if match]
    return found[0] in (1, 2) and found == list(range(found[0], found[0] + len(found)))


def _bare(head: str) -> str:
    """A heading without its unit of money."""
    return heading_unit(head)[0]


def _goes_below(rows: Sequence[Sequence[str]], cells: Sequence[str], merged: frozenset[int]) -> bool:
    """Whether a row belongs to the header above it: headings only, and none of another row's name under 项目名称."""
    filled = {i: _bare(cell) for i, cell in enumerate(cells) if cell}
    if not filled or any(parse_amount(cell) is not None or len(cell) > 30 for cell in filled.values()):
        return False
    if all(_FUND.search(c) or _TOTAL.match(c) or _NAME.match(c) or _UNIT.match(c) for c in filled.values()):
        return True
    names = {i for row in rows for i, head in enumerate(row) if _NAME.match(_bare(head))}
    known = [bool(_FUND.search(c) or _TOTAL.match(c) or _OTHER.match(c)) for c in filled.values()]
    above_empty = all(i in names or i not in filled or _NAME.match(filled[i]) for i in names)
    free = not any(i in filled and not _NAME.match(filled[i]) for i in names if i not in merged)
    return above_empty and free and len(filled) > 1 and 2 * sum(known) > len(known)


def _named(stacks: Sequence[Sequence[str]]) -> int:
    """The column of the names: the most special of several (二级项目 before 一级项目, 项目名称 before 项目)."""
    found = [i for i, stack in enumerate(stacks) if any(_NAME.match(head) for head in stack)]

    def rank(i: int) -> tuple[int, int]:
        heads = stacks[i]
        special = next(
            (
                n
                for n, word in enumerate(("二级项目", "三级项目", "项目名称", "名称"))
                if any(word in h for h in heads)
            ),
            9,
        )
        return special, i

    return min(found, key=rank) if found else -1


def _total(stacks: Sequence[Sequence[str]], taken: set[int]) -> int:
    """The column of the amounts: 合计 of the topmost row first, of several years the latest, else the first."""
    found = [
        i
        for i, stack in enumerate(stacks)
        if i not in taken
        and stack
        and _TOTAL.match(stack[-1])
        and not any(_FUND.search(head) for head in stack)
    ] or [i for i, stack in enumerate(stacks) if i not in taken and stack and _GRAND.search(stack[-1])]

    def rank(i: int) -> tuple[int, int, int]:
        text = "".join(stacks[i])
        years = [int(year) for year in _YEAR.findall(text)]
        former = any(word in text for word in ("上年", "执行", "完成", "增减", "结余"))
        grand = _GRAND.search(text) or "调整后" in text
        return int(former) * 2 + int(not grand), -max(years, default=0), i

    return min(found, key=rank) if found else -1


def _units(stacks: Sequence[Sequence[str]]) -> dict[int, MoneyUnit]:
    """The units of money that headings print; one that stands in a cell of its own, or over others, holds for all."""
    units: dict[int, MoneyUnit] = {}
    for i, stack in enumerate(stacks):
        for head in stack:
            unit = heading_unit(head)[1] or (money_unit(head) if "单位" in head else None)
            if unit is not None:
                units[i] = unit
    return units
