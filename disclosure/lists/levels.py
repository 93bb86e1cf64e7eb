"""Rows whose number says that they head those below: 一 over 1 and 2, 1 over 1.1 and 1.2, 212 over 21201."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal

from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.cell_values import YES_NO
from goufu.disclosure.lists.model import BodyRow, ListDraft
from goufu.disclosure.lists.sub_lines import TOLERANCE
from goufu.disclosure.model import BudgetItem, Remark
from goufu.disclosure.sums import outline_heads

_MARKS = re.compile(r"[、.．,:]+\Z")
#: what numbers look like, the highest level first: 一 · (一) · 1 · (1)
_STYLES = (r"[一二三四五六七八九十]{1,3}", r"\([一二三四五六七八九十]{1,3}\)", r"\d{1,3}", r"\(\d{1,3}\)")
#: such a number before a title, with what sets it apart
_BEFORE = re.compile(
    r"(?:(\([一二三四五六七八九十]{1,3}\)|\(\d{1,3}\))|([一二三四五六七八九十]{1,3}|\d{1,3}(?:[.．-]\d{1,3}){0,3})[、.．])(?=\D)"
)
_DAY = re.compile(r"(?:20\d\d-)?(\d{1,2})(?:月|-)(\d{1,2})日?\Z")
_DOTTED = re.compile(r"\d{1,3}(?:[.．-]\d{1,3}){1,3}\Z")
_CODE = re.compile(r"\d{3}(?:\d\d){0,4}\Z")


def number_of(draft: ListDraft, row: BodyRow) -> str:
    """The number that a row is printed with, "" for none; records of a program have no levels."""
    if draft.grid.header is not None:
        return ""
    for name in ("number", "id", "functional_class"):
        for n in draft.header.of(name):
            if n < len(row.cells) and row.cells[n]:
                number = plain_number(row.cells[n])
                return number if name != "functional_class" or _CODE.match(number) else ""
    return ""


def plain_number(cell: str) -> str:
    """A number as numbers are compared: in half width, without a mark behind it; 1-1 also where a program made a day of it."""
    flat = _MARKS.sub("", label(cell))
    day = _DAY.match(flat)
    return f"{int(day[1])}-{int(day[2])}" if day else flat


def is_within(upper: str, lower: str) -> bool:
    """Whether a code is that of a part of another: 0101 of 01."""
    return len(upper) > 1 and len(lower) > len(upper) + 1 and lower.startswith(upper) and lower.isdecimal()


def is_level(cell: str, field: str) -> bool:
    """Whether a cell of a column of numbers by itself says that the list may have levels; plain 1, 2, 3 say nothing."""
    number = plain_number(cell)
    if field == "functional_class":
        return bool(_CODE.match(number)) and len(number) < 7
    return bool(_DOTTED.match(number) or any(re.fullmatch(_STYLES[n], number) for n in (0, 1, 3)))


def _number_in(title: str) -> str:
    """The number that a title begins with, "" for none: 1.1 路灯维护, （一）环卫, 一、城市维护."""
    match = _BEFORE.match(label(title.replace(" ", "、", 1)))
    return (match[1] or match[2] or "") if match else ""


def levels_in_titles(titles: Sequence[str]) -> bool:
    """Whether titles begin with numbers of several levels, of which some are in figures: 一、 over 1., 1 over 1.1."""
    numbers = [number for title in titles if (number := _number_in(title))]
    if any(map(_DOTTED.match, numbers)) or any(re.fullmatch(_STYLES[3], number) for number in numbers):
        return True
    styles = {
        next((rank for rank, style in enumerate(_STYLES) if re.fullmatch(style, n)), 9) for n in numbers
    }
    return 2 in styles and len(styles) > 1


def headed(draft: ListDraft, items: Sequence[BudgetItem]) -> tuple[set[int], list[Remark]]:
    """The items, by number, that head the rows below and come to their sum, or have no amount; and the remarks."""
    numbers = [draft.numbers.get(n, "") for n in range(len(items))]
    if not any(numbers) and draft.grid.header is None:
        titles = [item.title for item in items]
        numbers = [_number_in(title) for title in titles] if levels_in_titles(titles) else numbers
    heads: set[int] = set()
    remarks: list[Remark] = []
    ends = {n: _end(numbers, n) for n in range(len(items)) if numbers[n]}
    for n, end in reversed(ends.items()):
        if end == n + 1:
            continue
        below = sum(
            (items[m].amount_wan or Decimal(0) for m in range(n + 1, end) if m not in heads), Decimal(0)
        )
        amount = items[n].amount_wan
        if not below or not (amount is None or abs(amount - below) <= TOLERANCE):
            if below and amount and not (len(numbers[n]) > 1 and numbers[n].isdecimal()):
                remarks.append(_doubt(items[n], end - n - 1, below))
            continue
        heads.add(n)
    return heads | (_numbered(draft.numbers, items, heads) if draft.header.of("number") else set()), remarks


def _numbered(numbers: Mapping[int, str], items: Sequence[BudgetItem], known: Set[int]) -> set[int]:
    """The items with a number that are the sum of those without one right below, where all that have such are: two or more.

    The number of one alone may be that of a merged cell.
    """
    if not numbers or len(numbers) == len(items) or any(map(_CODE.match, numbers.values())):
        return set()
    runs: dict[int, list[Decimal]] = {}
    head = -1
    for n, item in enumerate(items):
        if n in numbers:
            head = n
        elif head >= 0 and n not in known:
            runs.setdefault(head, []).append(item.amount_wan or Decimal(0))
    summed = {
        n
        for n, run in runs.items()
        if (whole := items[n].amount_wan) and abs(sum(run, Decimal(0)) - whole) <= TOLERANCE
    }
    return summed if len(summed) == len(runs) > 1 else set()


def by_columns(draft: ListDraft, items: Sequence[BudgetItem]) -> tuple[set[int], list[Remark]]:
    """The items, by number, that columns of 上级编码, 级次 or 是否末级 say to hold others, where they come to these or have no amount;
    and a remark on each that does not."""
    heads: set[int] = set()
    remarks: list[Remark] = []
    for n, inside in _inside(draft, items).items():
        below = sum((items[m].amount_wan or Decimal(0) for m in inside), Decimal(0))
        amount = items[n].amount_wan
        if amount is None or abs(amount - below) <= TOLERANCE:
            heads.add(n)
        else:
            remarks.append(_doubt(items[n], len(inside), below))
    return heads, remarks


def _inside(draft: ListDraft, items: Sequence[BudgetItem]) -> dict[int, list[int]]:
    """The items right within each that holds some, by number."""
    found: dict[int, list[int]] = {}
    numbers = {item.id: n for n, item in enumerate(items)}
    depths = [int(depth) if depth.isdecimal() else 0 for _, depth, _ in draft.within.values()]
    leaves = [YES_NO.get(squeeze(leaf).lower()) for *_, leaf in draft.within.values()]
    for n, (parent, _, _) in draft.within.items():
        if parent and numbers.get(parent, n) != n:
            found.setdefault(numbers[parent], []).append(n)
    for n in range(len(depths)) if not found else ():
        end = n + 1
        while end < len(depths) and (depths[end] > depths[n] > 0 or (leaves[n] is False and leaves[end])):
            end += 1
        if inside := [m for m in range(n + 1, end) if depths[m] in (0, depths[n] + 1)]:
            found[n] = inside
    return found


def in_bold(draft: ListDraft, items: Sequence[BudgetItem]) -> set[int]:
    """The items with a title in bold letters that are the sum of those below that have none, as far as the next one in bold or
    up to one that is of no group; where all in bold are, of two groups or of two rows."""
    bold = sorted(draft.bold)
    if not bold or 2 * len(bold) > len(items):
        return set()
    rows = 0
    for n, end in zip(bold, [*bold[1:], len(items)], strict=True):
        below = Decimal(0)
        for m in range(n + 1, end):
            below += items[m].amount_wan or Decimal(0)
            if below == items[n].amount_wan and below and (m > n + 1 or m + 1 == end):
                rows += m - n
                break
        else:
            return set()
    return set(bold) if rows > 1 else set()


def outlined(draft: ListDraft, items: Sequence[BudgetItem], out: Set[int]) -> set[int]:
    """The items, by number, that add up rows deeper in the outline of a workbook; those `out` are counted nowhere."""
    levels = [draft.levels.get(n, 0) for n in range(len(items))]
    return outline_heads(levels, [item.amount_wan for item in items], out) if draft.levels else set()


def _end(numbers: Sequence[str], n: int) -> int:
    """The first row behind those that the number of row `n` heads."""
    end = n + 1
    # lines without a code stand below the last of codes that have levels: 212, 21205, 2120501, and then the projects
    levels = bool(_CODE.match(numbers[n])) and any(
        number and len(number) < len(numbers[n]) and numbers[n].startswith(number) and _CODE.match(number)
        for number in numbers[:n]
    )
    levels = levels or (bool(_CODE.match(numbers[n])) and n + 1 < len(numbers) and bool(numbers[n + 1]))
    while end < len(numbers) and (_is_below(numbers[n], numbers[end]) if numbers[end] else levels):
        end += 1
    return end


def _is_below(upper: str, lower: str) -> bool:
    if _DOTTED.match(lower) and re.match(rf"{re.escape(upper)}[.．-]", lower):
        return True
    if _CODE.match(upper) and _CODE.match(lower) and len(upper) < len(lower) > 4:
        return lower.startswith(upper)
    if is_within(upper, lower):
        return True
    ranks = [
        next((rank for rank, style in enumerate(_STYLES) if re.fullmatch(style, number)), 9)
        for number in (upper, re.split(r"[.．-]", lower)[0])
    ]
    return ranks[0] < ranks[1] < 9


def _doubt(item: BudgetItem, rows: int, below: Decimal) -> Remark:
    return Remark(
        "list",
        "warning",
        f"“{item.title}”的序号像是下面 {rows} 行的大类，金额 {item.amount_wan:,} 万元与其和 {below:,} 万元不符；都按项目计入，可能重复，请核对。",
        f"By its number “{item.title}” heads the {rows} rows below, but its amount {item.amount_wan:,} is not their sum {below:,}; all are counted, perhaps twice. Check it.",
        item.place,
    )
