"""One row as a budget item: its amount in 万元, its year, and the rest of its values as they are printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from goufu.catalog.characters import joined
from goufu.disclosure.amounts import (
    ABSURD_WAN,
    has_currency_sign,
    has_space_inside,
    is_no_amount,
    is_scientific,
    looks_like_yuan,
    parse_amount,
    to_wan,
    unit_of,
)
from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.amount_column import printed_amount, states_unit, unit_in_cell
from goufu.disclosure.lists.cell_values import YES_NO, part_named, year_of
from goufu.disclosure.lists.model import BodyRow, ListDraft, ListFacts, refused_amount, row_remark
from goufu.disclosure.lists.row_values import is_ditto
from goufu.disclosure.model import BudgetItem, Part, Place, Remark

_EXAMPLE = re.compile(r"(?:填写|填表)?(?:示?例|样例|范例|举例|例如)[：:、（(]|(?:填写|填表)示例")
#: 887.900 in yuan, where there are hundredths only
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}\.\d{3}(?!\d)")
#: a name that ends in a figure as amounts are printed
_FIGURE_IN_NAME = re.compile(
    r"(?:\d\.\d\d|\d,\d{3}|\d\s*[万亿千]?元|[^\x00-\x7f]\s+(?!(?:19|20)\d\d\s*\Z)\d+(?:\.\d+)?)[。；;]?\s*\Z"
)
_THREE = re.compile(r"\d{3}(?:\.\d{1,2})?\Z")
_SHIFTED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z|\d+\.\d{1,2}\Z|\d{1,5}\Z")
_TAKEN_OFF = re.compile(r"(?:减|扣除|扣减|冲减|核减)[:]")
_YUAN = frozenset(
    {"人民币", "rmb", "cny", "元", "人民币元", "万元", "人民币万元", "¥", "人民币(元)", "人民币(万元)", "156"}
)


def amount_of(draft: ListDraft, facts: ListFacts, row: BodyRow) -> tuple[Decimal | None, Remark | None]:
    """The amount of a row in 万元, and what is doubtful in it; a remark of level "error" says that it cannot be read."""
    own = next(
        (
            name
            for column in facts.unit_columns
            if column < len(row.cells) and (name := unit_in_cell(row.cells[column]))
        ),
        "",
    )
    amount, doubt = _amount_in(draft, facts, row, own)
    if amount and (foreign := _foreign(draft, row)):
        return None, refused_amount(
            _amount_place(draft, row) or draft.place(row.number),
            f"这一行的币种是“{foreign[:12]}”，不能当作人民币",
            f"the currency of this row is “{foreign[:12]}” and not yuan",
        )
    if not facts.unit_columns or not amount or own or unit_of(printed_amount(draft, row)):
        return amount, doubt
    stated = "、".join(row.cells[c] for c in facts.unit_columns if c < len(row.cells) and row.cells[c])
    if not stated and states_unit(draft):
        return amount, doubt
    return None, refused_amount(
        _amount_place(draft, row) or draft.place(row.number),
        f"这一行的金额单位“{stated[:12]}”没有读懂" if stated else "这一行没有写金额单位",
        f"the unit of this row, “{stated[:12]}”, is not understood" if stated else "this row gives no unit",
    )


def _foreign(draft: ListDraft, row: BodyRow) -> str:
    """The currency that a row gives where it is not the yuan, "" otherwise."""
    given = (row.cells[n] for n in draft.header.of("currency") if n < len(row.cells))
    return next((cell for cell in given if not is_no_amount(cell) and label(cell) not in _YUAN), "")


def _amount_place(draft: ListDraft, row: BodyRow) -> Place | None:
    """The place of the amount where it differs from that of the row."""
    place = draft.place(row.number, draft.amount) if draft.amount >= 0 else None
    return None if place == draft.place(row.number) else place


def _amount_in(
    draft: ListDraft, facts: ListFacts, row: BodyRow, own: str
) -> tuple[Decimal | None, Remark | None]:
    """The amount of a row, read in the unit that it prints, else in its `own`, else in that of the list."""
    printed = printed_amount(draft, row)
    place = _amount_place(draft, row) or draft.place(row.number)
    if _is_cut(draft, row):
        text = f"金额 {printed[:12]} 后面一格是三位数字，像是被千分位的逗号拆开了"
        english = f"the amount {printed[:12]} is followed by a cell of three digits, as if cut at a thousands separator"
        return None, refused_amount(place, text, english)
    if is_no_amount(printed):
        if draft.amount >= 0 and (row.number, draft.amount) in facts.covered:
            return None, Remark(
                "amount",
                "warning",
                "这一行的金额与上面的行合并在一格里，只计在上面一行。",
                "The amount of this row is merged with the row above and counted there only.",
                place,
            )
        return None, None
    if printed.startswith("#"):
        return None, refused_amount(
            place,
            f"金额是错误值 {printed[:12]}，请在原表中更正",
            f"the amount is the error value {printed[:12]}",
        )
    value = parse_amount(printed)
    if value is None:
        hint = "（看起来是公式，请粘贴为数值）" if printed.startswith("=") else ""
        return None, refused_amount(
            place, f"“{printed[:20]}”不是金额{hint}", f"“{printed[:20]}” is not an amount"
        )
    if not (facts.readable or own or unit_of(printed)):
        return None, None
    unit = unit_of(printed) or own or facts.unit or "万元"
    signed = facts.signed_yuan and looks_like_yuan(printed, unit)
    if facts.signed_yuan and not signed and has_currency_sign(printed):
        return None, refused_amount(
            place,
            f"金额 {printed[:20]} 带货币符号，这份清单里这样写的有的是元，不知它是元还是{unit}",
            f"the amount {printed[:20]} has a currency sign, which others of this list have that are in yuan",
        )
    amount = to_wan(value, "元" if signed else unit)
    if abs(amount) >= ABSURD_WAN:
        return None, refused_amount(
            place,
            f"金额 {printed[:30]} 大得不可能，请核对单位",
            f"the amount {printed[:30]} is impossibly large; check its unit",
        )
    if amount < 0:
        return amount, row_remark(
            place, f"金额 {amount} 万元是负数", f"the amount {amount} is negative", "warning"
        )
    if doubt := _doubt_of_size(printed, unit, amount, signed):
        return amount, row_remark(place, *doubt, "warning")
    if value and not amount:
        return amount, row_remark(
            place,
            f"金额 {printed[:20]} 不足 50 元，按万元两位小数为 0",
            f"the amount {printed[:20]} is below 50 yuan and comes to 0.00 (10k CNY)",
            "warning",
        )
    return amount, None


def _is_cut(draft: ListDraft, row: BodyRow) -> bool:
    """Whether an amount of a CSV goes on in the next cell, which is that of remarks: 30 | 000 of an unquoted 30,000."""
    n = draft.amount + 1
    if draft.grid.knows_merged or not 0 < n < min(len(row.cells), len(draft.header.names)):
        return False
    if label(draft.header.names[n]) not in ("", "备注", "说明", "附注", "其他"):
        return False
    if not (re.fullmatch(r"\d{1,3}", row.cells[n - 1]) and _THREE.match(row.cells[n])):
        return False
    beside = (other.cells[n] for other in draft.rows[:200] if n < len(other.cells) and other.cells[n])
    return all(map(_THREE.match, beside))  # where some remark is none it is one


def _doubt_of_size(printed: str, unit: str, amount: Decimal, signed: bool) -> tuple[str, str] | None:
    """What is to be said of how a figure is written, from which its size is not certain."""
    shown = printed[:20]
    if signed:
        return (
            f"金额 {shown} 带货币符号，大小像是元，按元读为 {amount:,} 万元，请核对单位",
            f"the amount {shown} has a currency sign and the size of yuan; read as {amount:,} (10k CNY)",
        )
    if unit == "元" and _THOUSANDS.search(printed):
        return (
            f"金额 {shown} 按元是三位小数，像是用点作千分位（那样就是它的一千倍），请核对",
            f"the amount {shown} has three decimals of a yuan, as if dots set thousands apart; check it",
        )
    if has_space_inside(printed):
        return (
            f"金额 {shown} 中间有空格，按 {amount:,} 万元读，请核对",
            f"the amount {shown} has a space in it; read as {amount:,} (10k CNY)",
        )
    if is_scientific(printed):
        return (
            f"金额 {shown} 是科学计数法，可能已经四舍五入，请核对",
            f"the amount {shown} is in scientific notation and may be rounded; check it",
        )
    return None


def item_of(
    draft: ListDraft,
    facts: ListFacts,
    row: BodyRow,
    values: Mapping[str, str],
    amount: Decimal | None,
    stem: str,
) -> BudgetItem | Remark:
    """The item of a row, or the remark that says why it holds none."""
    place = draft.place(row.number)
    title = joined(values["title"])
    if is_ditto(title) or _EXAMPLE.match(title):
        draft.remarks.append(
            row_remark(
                place,
                f"项目名称写作“{title[:20]}”，像是“同上”或填表示例，仍按项目计入，请写全称或删去",
                f"the title is “{title[:20]}”, like a ditto or an example of how to fill in; still counted as an item",
                "warning",
            )
        )
    if amount is None and _FIGURE_IN_NAME.search(title) and not printed_amount(draft, row):
        text = f"“{title[:40]}”没有金额，像是金额并在了名称里，请核对"
        english = f"“{title[:40]}” has no amount, as if it had run into the name; check it"
        draft.remarks.append(row_remark(place, text, english, "warning"))
    if amount and amount > 0 and _TAKEN_OFF.match(label(title)):
        text = f"“{title[:40]}”像是要减去的，仍按项目计入，请核对"
        english = f"“{title[:40]}” reads as if it were to be taken off; still counted as an item"
        draft.remarks.append(row_remark(place, text, english, "warning"))
    year = facts.year if not draft.header.of("year") else None
    if printed := values.get("year", ""):
        year = year_of(printed)
        if year is None and not is_no_amount(printed):
            return row_remark(place, f"“{printed[:20]}”不是年份", f"“{printed[:20]}” is not a year")
    department = joined(values.get("department", ""))
    if amount is None and (odd := next(filter(_SHIFTED.match, (department, values.get("unit", ""))), "")):
        text = f"部门或单位一列写着“{odd[:20]}”，像是错了位的金额，未取，请核对"
        english = f"the department or unit is “{odd[:20]}”, like an amount out of place; it was not taken"
        draft.remarks.append(row_remark(place, text, english, "warning"))
    return BudgetItem(
        id=values.get("id") or f"{stem}-{row.number}",
        title=title,
        department=department or (facts.department if not draft.header.of("department") else ""),
        unit=joined(values.get("unit", "")) or (facts.organisation if not draft.header.of("unit") else ""),
        year=year,
        summary=values.get("summary", ""),
        amount_wan=amount,
        part=part_named(values.get("part", "")) or _part_of_amounts(draft, row) or facts.part,
        code=values.get("code", ""),
        code_name=joined(values.get("code_name", "")),
        document=values.get("document", ""),
        gov_service=YES_NO.get(squeeze(values.get("gov_service", "")).lower()),
        economic_class=values.get("economic_class", ""),
        government_economic_class=values.get("government_economic_class", ""),
        functional_class=values.get("functional_class", ""),
        project_class=values.get("project_class", ""),
        procured=YES_NO.get(squeeze(values.get("procured", "")).lower()),
        procurement_item=values.get("procurement_item", ""),
        procurement_method=values.get("procurement_method", ""),
        term=_term(draft, values.get("term", "")),
        place=place,
        amount_place=_amount_place(draft, row),
    )


def _term(draft: ListDraft, printed: str) -> str:
    """A term as printed; a bare figure under 服务年限 gets the 年 that the heading says."""
    columns = draft.header.of("term")
    if printed and columns and re.fullmatch(r"\d{1,2}(?:\.\d)?", printed):
        return f"{printed}年" if "年" in draft.header.names[columns[0]] else printed
    return printed


def _part_of_amounts(draft: ListDraft, row: BodyRow) -> Part:
    """The part of the budget where it stands under a heading like 资金 that holds no figures."""
    for n, one in enumerate(draft.header.columns):
        cell = row.cells[n] if n < len(row.cells) and n != draft.amount else ""
        if one is not None and one.field == "amount" and len(cell) <= 8 and (part := part_named(cell)):
            return part
    return ""
