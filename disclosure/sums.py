"""What the amounts of a table by themselves say: which rows are the sum of others, and which are in another unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goufu.disclosure.model import BudgetItem, Remark

#: 万元; amounts are rounded to 0.01 each
SAME = Decimal("0.01")


def group_heads(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are each the sum of the two or more rows right below, group after group until the last row.

    Empty where some row is left over: a sum by chance hardly ever takes in all rows of a table.
    """
    filled = [(n, amount) for n, amount in enumerate(amounts) if amount]
    heads: list[int] = []
    at = 0
    while at < len(filled):
        n, whole = filled[at]
        below = Decimal(0)
        for end in range(at + 1, len(filled)):
            below += filled[end][1]
            if end > at + 1 and abs(below - whole) <= SAME:
                break
        else:
            return ()
        heads.append(n)
        at = end + 1
    return tuple(heads)


def group_feet(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are each the sum of the two or more rows above since the one before, of which the last row is one.

    With a single one that is the sum of all others.
    """
    feet: list[int] = []
    above, rows, closed = Decimal(0), 0, False
    for n, amount in enumerate(amounts):
        if not amount:
            continue
        closed = rows > 1 and abs(above - amount) <= SAME
        if closed:
            feet.append(n)
            above, rows = Decimal(0), 0
        else:
            above, rows = above + amount, rows + 1
    return tuple(feet) if closed else ()


def sums_of_others(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are the sum of others: those that head groups, else those at the feet of groups."""
    return group_heads(amounts) or group_feet(amounts)


def perhaps_in_yuan(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are 100 million yuan (10,000 万元) or more where all others are below 1,000 万元, and a thousand times
    the middle one: so it looks where a single figure was filled in in 元."""
    sizes = [abs(amount) for amount in amounts if amount]
    if len(sizes) < 3:
        return ()
    large = tuple(n for n, amount in enumerate(amounts) if amount and abs(amount) >= 10_000)
    others = [size for size in sizes if size < 10_000]
    if not others or len(large) * 2 > len(others) or max(others) >= 1_000:
        return ()
    from statistics import median  # seldom needed

    middle = median(others)
    return tuple(n for n in large if abs(amounts[n] or Decimal(0)) >= 1_000 * middle)


def perhaps_in_yuan_remark(item: BudgetItem) -> Remark:
    """The remark on an amount that is ten thousand times as large as its neighbours."""
    return Remark(
        "amount",
        "warning",
        f"“{item.title}”的金额 {item.amount_wan:,} 万元比其他各行大得多，像是按元填写的，请核对单位。",
        f"The amount of “{item.title}”, {item.amount_wan:,}, is far larger than all others, as if it were in yuan; check its unit.",
        item.amount_place or item.place,
        item.id,
    )


def perhaps_in_wan(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows below 1,000 yuan (0.1 万元) where the middle one is a thousand times as large: so it looks where a single
    figure of a list in 元 was filled in in 万元."""
    sizes = [abs(amount) for amount in amounts if amount]
    if len(sizes) < 3:
        return ()
    from statistics import median

    middle = median(sizes)
    return tuple(
        n
        for n, amount in enumerate(amounts)
        if amount and abs(amount) < Decimal("0.1") and 1_000 * abs(amount) <= middle
    )
