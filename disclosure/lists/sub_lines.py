"""Rows that are part of the row above: 其中：路灯维护, or a name that stands further in.

What such a row says is counted once: either in the row above or by itself, whichever the amounts and the totals of the
list bear out. Where they do not, it is decided by its words and said in a remark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from goufu.disclosure.lists.cell_values import says_plainly_among
from goufu.disclosure.lists.model import ListDraft, SubLine
from goufu.disclosure.model import BudgetItem, Remark

#: 万元; rows are rounded to 0.01 each, so sums may be off by a few hundredths
TOLERANCE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class _Group:
    """Sub-lines below one row: the items from `first` to before `end`; `above` is what stands right above them."""

    first: int
    end: int
    kind: SubLine
    above: BudgetItem | None
    total: Decimal | None


def settle_sub_lines(
    draft: ListDraft,
    items: Sequence[BudgetItem],
    totals: Sequence[tuple[int, Decimal | None]],
    sub_lines: Mapping[int, SubLine],
) -> tuple[set[int], dict[int, int]]:
    """The items, by number, that are counted in the row above; and the rows that are counted in those set in below, with
    the number of the first item behind these.

    `totals` are the rows called so: the number of items above, and the amount in 万元. The remarks go to the draft.
    """
    parts: set[int] = set()
    wholes: dict[int, int] = {}
    for group in _groups(items, totals, sub_lines):
        below = range(group.first, group.end)
        if group.kind == "among":
            part, remarks = _among(group, items, totals, parts)
            more, said = (
                _siblings(group, items, totals, sub_lines, parts | set(below))
                if part and draft.grid.header is None
                else ((), [])
            )
            parts |= set(more)
            remarks += said
        elif group.first - 1 in parts and sub_lines.get(group.first - 1) == "among":
            part, remarks = True, [_further_in(items[n]) for n in below]
        else:
            part, whole, remarks = _indented(group, items, totals, parts | wholes.keys())
            wholes |= {group.first - 1: group.end} if whole else {}
        parts |= set(below) if part else set()
        draft.remarks += remarks
    return parts, wholes


def _groups(
    items: Sequence[BudgetItem],
    totals: Sequence[tuple[int, Decimal | None]],
    sub_lines: Mapping[int, SubLine],
) -> list[_Group]:
    """The sub-lines that follow one another below one row or one total."""
    total_at = dict(totals)
    groups: list[_Group] = []
    for n in sorted(sub_lines):
        last = groups[-1] if groups else None
        if last is not None and last.end == n and last.kind == sub_lines[n] and n not in total_at:
            groups[-1] = _Group(last.first, n + 1, last.kind, last.above, last.total)
            continue
        above = items[n - 1] if n and n not in total_at and n - 1 not in sub_lines else None
        groups.append(_Group(n, n + 1, sub_lines[n], above, total_at.get(n)))
    return groups


def _sum(items: Sequence[BudgetItem], without: set[int], start: int = 0, end: int | None = None) -> Decimal:
    found = (item.amount_wan for n, item in enumerate(items[:end]) if n >= start and n not in without)
    return sum((amount for amount in found if amount is not None), Decimal(0))


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= TOLERANCE


def _among(
    group: _Group, items: Sequence[BudgetItem], totals: Sequence[tuple[int, Decimal | None]], out: set[int]
) -> tuple[bool, list[Remark]]:
    """Whether rows called 其中 are counted in the row above, and what is to be said of it.

    Below an item with an amount they are. Below a total, or at the top of a list, they are items where the total needs
    them, or where there is nothing else that it could add up. Nothing is said of a row that says 其中 with a colon and is
    where it belongs.
    """
    below = range(group.first, group.end)
    inside = _sum(items, set(), group.first, group.end)
    if group.above is not None:
        whole = group.above.amount_wan
        if whole is None:
            return False, [
                _remark(
                    items[n],
                    "上面一行没有金额，这一行按项目计入",
                    "the row above has no amount; counted as an item",
                )
                for n in below
            ]
        zh = f"是上面“{group.above.title}”金额的一部分，未另计为项目"
        en = f"part of the amount of “{group.above.title}” above and not counted as an item"
        if inside > whole + TOLERANCE:
            return True, [_remark(items[n], f"{zh}，但几项合起来比它还大", en, "warning") for n in below]
        return True, [_remark(items[n], zh, en) for n in below if not says_plainly_among(items[n].title)]
    without = out | set(below)
    nearest = min((at for at, _ in totals if at >= group.end), default=len(items))
    rest = _sum(items, without, group.first, nearest)
    before = _sum(items, without, 0, group.first)
    printed = group.total if group.total is not None else next((a for at, a in totals if at == nearest), None)
    if printed is not None and not _same(rest, printed) and _same(rest + inside, printed):
        return False, []
    if printed is None or not (rest or before):
        return False, [
            _remark(
                items[n],
                "上面没有它所属的项目，按项目计入",
                "no item above that it is part of; counted as an item",
            )
            for n in below
        ]
    zh, en = "是合计中的一部分，未另计为项目", "part of a total and not counted as an item"
    return True, [_remark(items[n], zh, en) for n in below if not says_plainly_among(items[n].title)]


def _further_in(item: BudgetItem) -> Remark:
    """The remark on a row that is set in below one called 其中."""
    zh, en = "缩进在“其中”之下，未另计为项目", "set in below a row called 其中 and not counted"
    return _remark(item, zh, en, "warning")


def _siblings(
    group: _Group,
    items: Sequence[BudgetItem],
    totals: Sequence[tuple[int, Decimal | None]],
    sub_lines: Mapping[int, SubLine],
    out: set[int],
) -> tuple[range, list[Remark]]:
    """The rows right below those called 其中 that with them come to the row above, as in 市政维护 8, 其中：电费 5, 维修 3.

    They are parts where a total of the list says so; where it has none they stay items, with a warning.
    """
    ends = {at for at, _ in totals}
    stop = group.end
    while stop < len(items) and stop not in sub_lines and stop not in ends:
        stop += 1
    amounts = [item.amount_wan or Decimal(0) for item in items[: max(stop, group.end)]]
    whole = group.above.amount_wan if group.above is not None else None
    inside = amounts[group.first : group.end]
    ways = (
        [(whole or Decimal(0)) - sum(inside, Decimal(0))],
        [
            one - part for one, part in pairwise([whole or Decimal(0), *inside])
        ],  # each within the one above it
    )
    more = next(
        (range(group.end, end) for left in ways if (end := _filled(left, amounts, group.end))), range(0)
    )
    if not more:
        return range(0), []
    printed = [amount for _, amount in totals if amount is not None]
    if any(_same(_sum(items, out), amount) for amount in printed):
        return range(0), []
    title = group.above.title if group.above is not None else ""
    if any(_same(_sum(items, out | set(more)), amount) for amount in printed):
        zh, en = (
            f"与“其中”合起来正好是“{title}”，未另计为项目",
            f"with the row above just “{title}”; not counted",
        )
        return more, [_remark(items[n], zh, en) for n in more]
    zh = f"与上面“其中”的行合起来正好是“{title}”的金额，像是其中的另一部分；仍按项目计入，可能重复"
    en = f"with the rows called 其中 just the amount of “{title}”, like another part of it; still counted as an item, perhaps twice"
    return range(0), [_remark(items[n], zh, en, "warning") for n in more]


def _filled(left: Sequence[Decimal], amounts: Sequence[Decimal], start: int) -> int:
    """The first row behind those from `start` on that just fill what is left of several amounts, the innermost last; 0 where
    they do not."""
    open_ = list(left)
    if not all(one > 0 for one in open_):
        return 0
    for n in range(start, len(amounts)):
        open_[-1] -= amounts[n]
        while open_ and not open_[-1]:
            open_.pop()
        if not open_:
            return n + 1
        if open_[-1] < 0:
            return 0
    return 0


def _indented(
    group: _Group, items: Sequence[BudgetItem], totals: Sequence[tuple[int, Decimal | None]], out: set[int]
) -> tuple[bool, bool, list[Remark]]:
    """Whether rows that stand further in are counted in the row above, or that row in them, and what is to be said.

    Where they add up to the row above, that is their subtotal. Where they come to less, the totals of the list decide;
    without any they count as items, with a warning.
    """
    whole = group.above.amount_wan if group.above is not None else None
    inside = _sum(items, set(), group.first, group.end)
    if group.above is None or whole is None or not inside or inside > whole + TOLERANCE:
        return False, False, []
    below = range(group.first, group.end)
    title = group.above.title
    if _same(inside, whole):
        zh, en = (
            "是下面缩进各行之和，按小计，未计入项目",
            "the sum of the rows set in below; taken for a subtotal",
        )
        return False, True, [_remark(group.above, zh, en)]
    printed = [amount for _, amount in totals if amount is not None]
    if any(_same(_sum(items, out | set(below)), amount) for amount in printed):
        zh, en = (
            f"缩进在“{title}”下，是其金额的一部分，未另计为项目",
            f"set in below “{title}”, part of its amount and not counted",
        )
        return True, False, [_remark(items[n], zh, en) for n in below]
    if any(_same(_sum(items, out), amount) for amount in printed):
        return False, False, []
    zh = f"缩进在“{title}”下，像是其中的一部分，仍按项目计入，可能重复"
    en = f"set in below “{title}” like a part of it; still counted as an item, perhaps twice"
    return False, False, [_remark(items[n], zh, en, "warning") for n in below]


def _remark(
    item: BudgetItem, text: str, english: str, level: Literal["notice", "warning"] = "notice"
) -> Remark:
    return Remark(
        "list",
        level,
        f"“{item.title}”：{text}，请核对。",
        f"“{item.title}”: {english}. Check it.",
        item.amount_place or item.place,
    )
