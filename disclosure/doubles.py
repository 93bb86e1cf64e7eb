"""Items that may be counted twice: lines alike in everything, and a line that is the sum of those of its name below."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from goufu.disclosure.model import BudgetItem, Place, Remark


def doubles(items: Sequence[BudgetItem]) -> list[Remark]:
    """A warning for each item that another one before it says in the same words and figures, and for each that is the sum
    of the two or more of the same name right below it."""
    first: dict[tuple[object, ...], BudgetItem] = {}
    remarks: list[Remark] = []
    for item in items:
        if not item.amount_wan:
            continue
        before = first.setdefault(_all_said(item), item)
        if before is not item:
            remarks.append(said_by_another(item, before.place))
    for _, run in groupby(items, lambda item: (item.title, item.department, item.unit, item.year, item.part)):
        whole, *rest = run
        amounts = [item.amount_wan for item in rest if item.amount_wan]
        if len(amounts) > 1 and sum(amounts, Decimal(0)) == whole.amount_wan:
            remarks.append(
                double_remark(whole, "等于下面同名各行之和", "is the sum of those of its name below")
            )
    return remarks


def _all_said(item: BudgetItem) -> tuple[object, ...]:
    own = (
        item.title,
        item.department,
        item.unit,
        item.year,
        item.part,
        item.amount_wan,
        item.summary,
        item.code,
    )
    return (*own, item.economic_class, item.functional_class, item.procurement_item, item.term)


def said_by_another(item: BudgetItem, where: Place | None) -> Remark:
    """The warning on an item that says just what the line at `where` says."""
    return double_remark(
        item,
        f"与{where.text() if where else '上面'}完全相同",
        f"says just what {where.text('en') if where else 'one above'} says",
    )


def double_remark(item: BudgetItem, text: str, english: str) -> Remark:
    """The warning on an item that may be counted twice."""
    return Remark(
        "list",
        "warning",
        f"“{item.title}”（{item.amount_wan:,} 万元）{text}，都计入了，可能重复，请核对。",
        f"“{item.title}” ({item.amount_wan:,}) {english}; all are counted, perhaps twice. Check it.",
        item.place,
        item.id,
    )
