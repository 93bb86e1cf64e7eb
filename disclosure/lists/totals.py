"""The rows of a list that add up others: which they are, and whether they agree with the items."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goufu.disclosure.lines import fold, label, squeeze
from goufu.disclosure.lists.cell_values import AMONG, NUMBERED, ORGANISATION
from goufu.disclosure.lists.model import BodyRow, ListDraft
from goufu.disclosure.model import BudgetItem, Check, Place, Remark, Subtotal

#: 万元; rows are rounded to 0.01 each, so sums may be off by a few hundredths
TOLERANCE = Decimal("0.05")


def check_totals(
    draft: ListDraft, items: list[BudgetItem], sums: Sequence[tuple[int, BodyRow, str, Decimal | None]]
) -> tuple[list[BudgetItem], list[Subtotal], list[Check]]:
    """The items without rows that turn out to add up others, the subtotals, and each of them checked."""
    heads = _adding_rows(items, {fold(i.department) for i in items} | {fold(i.unit) for i in items})
    claims: list[tuple[int, str, Decimal | None, Place | None]] = [
        (at, name, amount, draft.place(row.number, draft.amount)) for at, row, name, amount in sums
    ]
    claims += [
        (n, items[n].title, items[n].amount_wan, items[n].amount_place or items[n].place) for n in heads
    ]
    for n in heads:
        draft.remarks.append(
            Remark(
                "list",
                "notice",
                f"“{items[n].title}”是部门名称或下面各行之和，按小计，未计入项目。",
                f"“{items[n].title}” is a department's name or the sum of the rows below; taken for a subtotal.",
                items[n].place,
            )
        )
    subtotals: list[Subtotal] = []
    checks: list[Check] = []
    claims.sort(key=lambda claim: claim[0])
    amounts = [None if n in heads else item.amount_wan for n, item in enumerate(items)]
    last, before = 0, 0
    for at, name, amount, place in claims:
        if AMONG.match(label(name)):
            continue
        if amount is None:
            continue
        subtotals.append(Subtotal(name, "", amount, place))
        following = next((a for a, *_ in claims if a > at), len(items))
        spans = {
            "above": amounts[:at],
            "since": amounts[last:at],
            "between": amounts[before:at],
            "all": amounts,
            "below": amounts[at:following],
            "rest": amounts[at:],
        }
        sums_of = {
            k: sum((a for a in some if a is not None), Decimal(0)) for k, some in spans.items() if some
        }
        agreeing = next((s for s in sums_of.values() if abs(s - amount) <= TOLERANCE), None)
        if agreeing is None and any(a is None for n, a in enumerate(amounts) if n not in heads):
            doubtful = "（有的项目没有金额）"
        else:
            doubtful = ""
        flat = label(name)
        usual = "since" if "小计" in flat or "本页" in flat else "above"
        summed = agreeing if agreeing is not None else sums_of.get(usual, sums_of.get("below", Decimal(0)))
        where = f"“{draft.grid.name}”" if draft.grid.name else ""
        checks.append(
            Check("list", f"清单{where}的“{name}”{doubtful}", amount, summed, agreeing is not None, place)
        )
        before = at
        if "小计" in flat:
            last = at
    return [item for n, item in enumerate(items) if n not in heads], subtotals, checks


def _adding_rows(items: Sequence[BudgetItem], organisations: set[str]) -> set[int]:
    """The rows that are named like a group (一、环卫类) or a department and are the sum of those below.

    A department's own name is never an item, whatever it comes to.
    """
    found: set[int] = set()
    for n, item in enumerate(items):
        if fold(item.title) in organisations - {""}:
            found.add(n)
            continue
        kind = _group_kind(item.title)
        if not kind or not item.amount_wan:
            continue
        below, rows = Decimal(0), 0
        for other in items[n + 1 :]:
            if _group_kind(other.title) == kind:
                break
            below, rows = below + (other.amount_wan or Decimal(0)), rows + 1
            if abs(below - item.amount_wan) <= TOLERANCE and rows > 1:
                found.add(n)
                break
    return found


def _group_kind(title: str) -> str:
    """What a title is named like: a numbered group of one of two levels, an organisation, or nothing of these."""
    flat = squeeze(title)
    if NUMBERED.match(flat):
        return "(" if flat[0] in "(（" else "、"
    return "局" if ORGANISATION.search(flat) else ""
