"""The rows of a list that add up others: which they are, and whether they agree with the items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from goufu.catalog.text import NOTHING, Text
from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.doubles import doubles
from goufu.disclosure.lines import fold, label, squeeze
from goufu.disclosure.lists.body_rows import named_alone, names_department
from goufu.disclosure.lists.cell_values import AMONG, NUMBERED, ends_as_organisation, without_among
from goufu.disclosure.lists.levels import by_columns, headed, in_bold, outlined
from goufu.disclosure.lists.model import BodyRow, ListContents, ListDraft, SubLine
from goufu.disclosure.lists.sub_lines import TOLERANCE, settle_sub_lines
from goufu.disclosure.model import BudgetItem, Check, Place, Remark, Subtotal
from goufu.disclosure.sums import (
    perhaps_in_yuan,
    perhaps_in_yuan_remark,
    single_rows,
    sums_of_others,
    telling_sums,
)

#: how names of sums end where the amounts say that they are sums
_SUMMED = re.compile(r"(?:汇总|总数|总额|总量|大类|分类)\Z")


def check_totals(
    draft: ListDraft,
    items: list[BudgetItem],
    sums: Sequence[tuple[int, BodyRow, str, Decimal | None]],
    sub_lines: Mapping[int, SubLine],
) -> tuple[list[BudgetItem], list[Subtotal], list[Check]]:
    """The items without rows that are part of others or add up others, the subtotals, and each of them checked.

    `sums` are the rows called totals: the number of items above, the row, its name and its amount in 万元. `sub_lines` are
    the items, by number, that say they are part of the row above.
    """
    parts, wholes = settle_sub_lines(draft, items, [(at, amount) for at, _, _, amount in sums], sub_lines)
    alone = [replace(item, amount_wan=None) if n in parts else item for n, item in enumerate(items)]
    organisations = {fold(i.department) for i in items} | {fold(i.unit) for i in items}
    over, doubts = headed(draft, alone)
    plain = draft.grid.header is None
    adding = adding_rows(alone, organisations)
    if plain:  # what a program writes row by row is read so
        adding |= of_one_row(alone, adding)
    holding, said = by_columns(draft, alone)
    doubts, over = [*doubts, *said], over | holding
    over |= in_bold(draft, alone) | outlined(draft, alone, parts | wholes.keys()) | _of_one_name(draft, alone)
    heads = wholes.keys() | ((adding | over) - parts)
    printed = [amount for _, _, _, amount in sums if amount is not None]
    chance = _sums_by_chance(
        [None if n in heads else item.amount_wan for n, item in enumerate(alone)],
        [item.title for item in items],
        printed,
    )
    if printed and draft.grid.knows_merged:  # a long CSV is read row by row, without its totals
        heads |= set(chance)
    elif plain and draft.grid.knows_merged and not heads:
        heads |= {n for n in chance if _SUMMED.search(squeeze(items[n].title))}
    draft.remarks += doubts
    claims: list[tuple[int, str, Decimal | None, Place | None]] = [
        (at, name, amount, draft.place(row.number, draft.amount)) for at, row, name, amount in sums
    ]
    claims += [
        (n, items[n].title, items[n].amount_wan, items[n].amount_place or items[n].place) for n in heads
    ]
    draft.remarks += [adds_remark(items[n]) for n in sorted(heads - wholes.keys())]
    claims += _untitled(
        draft, [None if n in heads or n in parts else i.amount_wan for n, i in enumerate(items)]
    )
    items = _owned(draft, items, heads) if plain else items
    subtotals: list[Subtotal] = []
    checks: list[Check] = []
    claims.sort(key=lambda claim: claim[0])
    counted = [n not in heads and n not in parts for n in range(len(items))]
    amounts = [item.amount_wan if counted[n] else None for n, item in enumerate(items)]
    last, before = 0, 0
    for at, name, amount, place in claims:
        if AMONG.match(label(name)):  # nothing but 其中 and an amount
            text = f"“{name}”没有项目名称，未计入。"
            english = f"“{name}” has no title and was left out."
            draft.remarks.append(Remark("row", "warning", text, english, place))
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
            "set in": amounts[at : wholes.get(at, at)],
        }
        sums_of = {
            k: sum((a for a in some if a is not None), Decimal(0)) for k, some in spans.items() if some
        }
        found = [
            *sums_of.values(),
            *(accumulate(a or Decimal(0) for a in amounts[at:]) if at in heads else ()),
        ]
        agreeing = next((s for s in found if abs(s - amount) <= TOLERANCE), None)
        if agreeing is None and any(a is None for n, a in enumerate(amounts) if counted[n]):
            doubtful = Text("（有的项目没有金额）", " (items without an amount)")
        else:
            doubtful = NOTHING
        flat = label(name)
        usual = "since" if "小计" in flat or "本页" in flat else "above"
        summed = agreeing if agreeing is not None else sums_of.get(usual, sums_of.get("below", Decimal(0)))
        sheet = draft.grid.name
        which = Text(f"“{sheet}”", f" '{sheet}'") if sheet else NOTHING
        what = Text(f"清单{which.zh}的“{name}”{doubtful.zh}", f"list{which.en}, '{name}'{doubtful.en}")
        checks.append(Check("list", what, amount, summed, agreeing is not None, place))
        before = at
        if "小计" in flat:
            last = at
    # a total that a workbook computes agrees whatever the unit
    draft.remarks += [
        perhaps_in_yuan_remark(items[n]) for n in perhaps_in_yuan(amounts) if n not in draft.in_units
    ]
    draft.remarks += _named_like_groups(items, heads, parts)
    everything = sum((amount for amount in amounts if amount), Decimal(0))
    if plain and not any(abs(total - everything) <= TOLERANCE for total in printed):
        # a sum beside others that are known must have more figures than chance gives
        draft.remarks += [perhaps_a_sum(items[n]) for n in (telling_sums(amounts) if heads else chance)]
    kept = [
        replace(item, title=without_among(item.title)) if sub_lines.get(n) == "among" else item
        for n, item in enumerate(items)
        if counted[n]
    ]
    if plain and not any(check.agrees for check in checks):
        draft.remarks += doubles(kept)
    return kept, subtotals, checks


def _sums_by_chance(
    amounts: Sequence[Decimal | None], titles: Sequence[str], printed: Sequence[Decimal]
) -> tuple[int, ...]:
    """The rows that are the sum of others by their amounts alone.

    Where totals are `printed`, only those that one of them leaves out: then they are surely no items.
    """
    for found in (
        sums_of_others(amounts),
        single_rows(amounts, titles, bool(printed)),
        telling_sums(amounts),
    ):
        if not found or not printed:
            if found:
                return found
            continue
        everything = sum((amount for amount in amounts if amount), Decimal(0))
        without = everything - sum((amounts[n] or Decimal(0) for n in found), Decimal(0))
        agrees = [any(abs(total - one) <= TOLERANCE for one in printed) for total in (everything, without)]
        if agrees == [False, True]:
            return found
    return ()


def _untitled(
    draft: ListDraft, amounts: Sequence[Decimal | None]
) -> list[tuple[int, str, Decimal | None, Place | None]]:
    """The rows without a title that give the sum of those below, or above, up to the next one, beside the name of a department or
    a kind: as the claims of subtotals. Nothing is missing in them, so the remarks that say so go."""
    found: list[tuple[int, str, Decimal | None, Place | None]] = []
    if not draft.grid.knows_merged or draft.grid.header is not None:
        return found  # a long CSV is read row by row, and so is what a program writes
    at = [n for n, *_ in draft.untitled]
    for k, (n, row, amount, remark) in enumerate(draft.untitled):
        name = next((cell for cell in row.cells if cell and parse_amount(cell) is None), "")
        after = at[k + 1] if k + 1 < len(at) else len(amounts)
        runs = (amounts[n:after], amounts[at[k - 1] if k else 0 : n])
        if name and any(sum((a for a in run if a), Decimal(0)) == amount for run in runs):
            draft.remarks.remove(remark)
            found.append((n, name, amount, draft.place(row.number, draft.amount)))
    return found


def _of_one_name(draft: ListDraft, items: Sequence[BudgetItem]) -> set[int]:
    """The items with 合计 beside their title that are the sum of those of the same title right below, or right above."""
    found: set[int] = set()
    for n in sorted(draft.called):
        for step in (1, -1):
            inside, m = Decimal(0), n + step
            while 0 <= m < len(items) and items[m].title == items[n].title and m not in draft.called:
                inside, m = inside + (items[m].amount_wan or Decimal(0)), m + step
            if inside and inside == items[n].amount_wan:
                found.add(n)
                break
    return found


def _owned(draft: ListDraft, items: list[BudgetItem], heads: Set[int]) -> list[BudgetItem]:
    """The items, those below a row that is named by a department, or by a unit, and adds them up with its name, where no
    column gives one."""
    if draft.header.of("department"):
        return items
    department = unit = ""
    found: list[BudgetItem] = []
    for n, item in enumerate(items):
        name = named_alone(item.title) if n in heads else ""
        if names_department(name) and not (name.endswith("中心") and (department or item.department)):
            department, unit = name, ""
        elif name and ends_as_organisation(squeeze(name)):
            unit = name
        own = item.unit or ("" if draft.header.of("unit") else unit)
        found.append(replace(item, department=department or item.department, unit=own))
    return found


def perhaps_a_sum(item: BudgetItem) -> Remark:
    """The warning on an item that is just the sum of others."""
    return Remark(
        "list",
        "warning",
        f"“{item.title}”的金额 {item.amount_wan:,} 万元恰好是其他几行之和，像是合计；仍按项目计入，可能重复，请核对。",
        f"The amount of “{item.title}”, {item.amount_wan:,}, is just the sum of other rows, like a total; still counted as an item, perhaps twice. Check it.",
        item.amount_place or item.place,
    )


def checks_over_lists(parts: Sequence[ListContents]) -> tuple[Check, ...]:
    """The checks of lists that are on one sheet, in order; a total that its own list does not add up to may be that of
    all lists so far, or of all."""
    found: list[Check] = []
    for n, part in enumerate(parts):
        sums = [_sum(parts[: n + 1]), _sum(parts)]
        for check in part.checks:
            small = any(word in check.what.zh for word in ("小计", "本页"))
            if check.agrees or small:
                found.append(check)
                continue
            agreeing = next((s for s in sums if abs(s - check.printed) <= TOLERANCE), None)
            if agreeing is not None:
                check = replace(check, summed=agreeing, agrees=True)
            elif "总计" in check.what.zh and check is parts[-1].checks[-1]:
                check = replace(check, summed=sums[-1])
            found.append(check)
    return tuple(found)


def _sum(parts: Sequence[ListContents]) -> Decimal:
    return sum((item.amount_wan or Decimal(0) for part in parts for item in part.items), Decimal(0))


def _named_like_groups(items: Sequence[BudgetItem], heads: Set[int], parts: Set[int]) -> list[Remark]:
    """Remarks on items numbered like rows of the list that add up others (二、园林类, where 一、环卫类 is a subtotal)."""
    kinds = {
        kind: n for n in sorted(heads, reverse=True) if (kind := group_kind(items[n].title)) in ("、", "(")
    }
    return [
        Remark(
            "list",
            "warning",
            f"“{item.title}”的写法与小计“{items[kinds[kind]].title}”相同，可能也是小计；仍按项目计入，请核对。",
            f"“{item.title}” is numbered like the subtotal “{items[kinds[kind]].title}” and may be one; still counted as an item. Check it.",
            item.place,
        )
        for n, item in enumerate(items)
        if n not in heads and n not in parts and (kind := group_kind(item.title)) in kinds
    ]


def adds_remark(item: BudgetItem) -> Remark:
    """The remark on a row that adds up others and is no item."""
    return Remark(
        "list",
        "notice",
        f"“{item.title}”是部门名称或下面各行之和，按小计，未计入项目。",
        f"“{item.title}” is a department's name or the sum of the rows below; taken for a subtotal.",
        item.place,
    )


def adding_rows(items: Sequence[BudgetItem], organisations: Set[str]) -> set[int]:
    """The rows that are named like a group (一、环卫类) or a department and are the sum of those below.

    A department's own name is never an item, whatever it comes to.
    """
    found: set[int] = set()
    for n, item in enumerate(items):
        if (name := fold(item.title)) and name in organisations:
            found.add(n)
            continue
        kind = group_kind(item.title)
        if not kind or not item.amount_wan:
            continue
        below, rows = Decimal(0), 0
        for other in items[n + 1 :]:
            if group_kind(other.title) == kind:
                break
            below, rows = below + (other.amount_wan or Decimal(0)), rows + 1
            if abs(below - item.amount_wan) <= TOLERANCE and rows > 1:
                found.add(n)
                break
    return found


def of_one_row(items: Sequence[BudgetItem], found: Set[int]) -> set[int]:
    """The rows named like one of those `found` that have the amount of the single row below them, before the next of their kind."""
    kinds = [group_kind(item.title) for item in items]
    known = {kinds[n] for n in found} - {""}
    return {
        n
        for n in range(len(items) - 1)
        if n not in found
        and kinds[n] in known
        and not kinds[n + 1]
        and n + 1 not in found
        and (n + 2 == len(items) or kinds[n + 2] == kinds[n])
        and items[n].amount_wan
        and items[n].amount_wan == items[n + 1].amount_wan
    }


def group_kind(title: str) -> str:
    """What a title is named like: a numbered group of one of two levels, an organisation, or nothing of these."""
    flat = squeeze(title)
    if NUMBERED.match(flat):
        return "(" if flat[0] in "(（" else "、"
    return "局" if ends_as_organisation(flat) else ""
