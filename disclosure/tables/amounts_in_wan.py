"""The amounts of project tables brought into 万元.

They are in the unit that the heading, the lines above or a note below print. One that is printed but not understood is
a remark and no amount is taken; where none is printed the size of the amounts decides, which is a remark as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goufu.disclosure.amounts import (
    ABSURD_WAN,
    MoneyUnit,
    contradiction,
    has_currency_sign,
    has_space_inside,
    looks_like_yuan,
    to_wan,
    unit_by_size,
)
from goufu.disclosure.lines import label
from goufu.disclosure.model import Place, Remark
from goufu.disclosure.tables.around_tables import ends_as_organisation
from goufu.disclosure.tables.model import PrintedRow, TableDraft
from goufu.disclosure.tables.subtotals import TOLERANCE, TableRow, is_called_total


def convert_to_wan(tables: Sequence[TableDraft], elsewhere: set[str]) -> None:
    """Bring the printed rows of all tables into 万元, telling where their unit is not given or not understood.

    `elsewhere` are the units that other places of the document state: where a table states none, they and the size
    of its amounts must not contradict each other.
    """
    nowhere = [table for table in tables if not table.stated and not _of_headings(table) and table.printed]
    sizes = [
        row.amount for table in nowhere for row in table.printed if row.amount is not None and not row.own
    ]
    last = ""
    judged = unit_by_size(sizes)
    if len(elsewhere) == 1:
        other = next(iter(elsewhere))
        judged = other if judged in ("", other) else ""
    for table in tables:
        if table in nowhere and _continues(table, tables):
            unit = last
        elif table in nowhere:
            unit = judged if sizes else "万元"
            if any(row.amount is not None and not row.own for row in table.printed):
                table.remarks.insert(0, _judged_by_size(judged, table.place))
        else:
            unit = _unit_of(table)
        table.readable = bool(unit)
        last = unit
        smallest = min((abs(row.amount) for row in table.printed if row.amount), default=Decimal(1))
        items = [row for row in table.printed if row.amount and not row.own and not _is_sum(row)]
        doubt = contradiction([row.amount for row in items if row.amount], unit, table.place)
        if doubt and table not in nowhere:
            table.remarks.insert(0, doubt)
        in_yuan = any(
            looks_like_yuan(_printed(row, row.column), unit) for row in table.printed if not _is_sum(row)
        )
        table.raws = [_in_wan(row, unit, table, smallest, in_yuan) for row in table.printed]


def _continues(table: TableDraft, tables: Sequence[TableDraft]) -> bool:
    """Whether a table without a unit only carries the one before it over a page."""
    index = next(n for n, other in enumerate(tables) if other is table)
    return (
        index > 0
        and tables[index - 1].part == table.part
        and bool(tables[index - 1].stated or _of_headings(tables[index - 1]))
    )


def _of_headings(table: TableDraft) -> list[MoneyUnit]:
    """The units that the headings print: of the amount's column, else of those over it or beside it."""
    found: list[MoneyUnit] = []
    for columns in {id(row.columns): row.columns for row in table.printed}.values():
        if unit := columns.units.get(columns.total):
            found.append(unit)
        else:
            found += columns.units.values()
    return found


def _unit_of(table: TableDraft) -> str:
    """The unit of a table's amounts, "" where what is printed is not understood; each is a remark at its place."""
    own, above = _of_headings(table), table.stated
    names = {unit.name for unit in own or above}
    if len(names) == 1 and "" not in names:
        name = names.pop()
        if own and any(unit.name != name and unit.is_money for unit in above):
            table.remarks.insert(
                0,
                Remark(
                    "unit",
                    "warning",
                    f"表上印的单位是“{above[0].printed}”，金额一列写的是“{own[0].printed}”，按这一列，请核对。",
                    f"The table says {above[0].printed}, the column of amounts {own[0].printed}; the column was followed. Check it.",
                    table.place,
                ),
            )
        return name
    printed = "、".join(dict.fromkeys(unit.printed for unit in own or above))
    table.remarks.insert(
        0,
        Remark(
            "unit",
            "error",
            f"金额的单位“{printed}”没有读懂，这张表的金额一律未取；请改为“单位：万元”或“单位：元”再读。",
            f"The unit of the amounts, “{printed}”, is not understood and none of this table was taken; write '单位：万元' or '单位：元' and read it again.",
            table.place,
        ),
    )
    return ""


def _is_sum(row: PrintedRow) -> bool:
    """Whether a row is called a total or named like an organisation."""
    return row.total or is_called_total(row.name) or ends_as_organisation(label(row.name))


def _judged_by_size(unit: str, place: Place) -> Remark:
    if unit:
        return Remark(
            "unit",
            "warning",
            f"没有写明金额单位，按数值大小和本文件其他表判断为{unit}，请核对。",
            f"No unit of money is given; by their size and the document's other tables the amounts were taken as {unit}. Check it.",
            place,
        )
    return Remark(
        "unit",
        "error",
        "没有写明金额单位，从数值大小也看不出是元还是万元，这张表的金额一律未取；请写上“单位：万元”或“单位：元”再读。",
        "No unit of money is given and the size of the amounts does not tell it; none of this table was taken. Write '单位：万元' or '单位：元' and read it again.",
        place,
    )


def _printed(row: PrintedRow, column: int) -> str:
    return row.line.cells[column] if 0 <= column < len(row.line.cells) else ""


def _in_wan(row: PrintedRow, unit: str, table: TableDraft, smallest: Decimal, in_yuan: bool) -> TableRow:
    """A row in 万元, with remarks on an amount that is odd or not the sum of its funds.

    `in_yuan`: figures with a currency sign are in 元 here. Where the unit is refused figures still tell which rows add up others, and are then in the `smallest` of them; none
    is handed on.
    """
    known = bool(unit or row.own)

    signed: list[str] = []

    def wan(value: Decimal, own: str, column: int) -> Decimal:
        heading = row.columns.units.get(column)
        of_column = heading.name if heading is not None and unit else ""
        if not unit and not own:
            return value / smallest
        named = own or of_column or unit
        if in_yuan and not own and has_currency_sign(printed := _printed(row, column)):
            signed.append(printed)
            named = "元"
        return to_wan(value, named)

    if row.unread:
        return TableRow(row.name, row.unit, Decimal(0), row.place, row.amount_place, known=False, unread=True)
    funds = [wan(*fund) for fund in row.funds]
    if row.amount is None:
        amount = sum(funds, Decimal(0))
        known = known and bool(funds)
    else:
        amount = wan(row.amount, row.own, row.column)
    place = row.line.place
    if signed:
        table.remarks.append(
            Remark(
                "unit",
                "warning",
                f"“{row.name}”的金额 {signed[0][:20]} 带货币符号，这张表里这样写的像是元，按元读为 {amount:,} 万元，请核对单位。",
                f"The amount of “{row.name}”, {signed[0][:20]}, has a currency sign, as figures of this table that are in yuan; read as {amount:,} (10k CNY). Check its unit.",
                place,
            )
        )
    if known and row.amount is not None and has_space_inside(printed := _printed(row, row.column)):
        table.remarks.append(
            Remark(
                "row",
                "warning",
                f"“{row.name}”的金额 {printed[:20]} 中间有空格，按 {amount:,} 万元读，请核对。",
                f"The amount of “{row.name}”, {printed[:20]}, has a space in it; read as {amount:,} (10k CNY). Check it.",
                place,
            )
        )
    if row.amount is None and not funds:
        table.remarks.append(
            Remark(
                "row",
                "notice",
                f"“{row.name}”没有金额。",
                f"“{row.name}” has no amount.",
                place,
            )
        )
    if row.amount is None and len(funds) > 1 and row.columns.total >= 0:
        table.remarks.append(
            Remark(
                "row",
                "warning",
                f"“{row.name}”的合计一格是空的，取各项资金之和 {amount:,} 万元，请核对。",
                f"The total of “{row.name}” is blank; the sum of its funds, {amount:,}, was taken. Check it.",
                place,
            )
        )
    if known and (abs(amount) >= ABSURD_WAN or amount < 0):
        odd = ("大得不可能", "impossibly large") if amount > 0 else ("是负数", "negative")
        table.remarks.append(
            Remark(
                "row",
                "error" if amount > 0 else "warning",
                f"“{row.name}”的金额 {amount:,} 万元{odd[0]}，{'未取，' if amount > 0 else ''}请核对。",
                f"The amount of “{row.name}”, {amount:,}, is {odd[1]}{' and was not taken' if amount > 0 else ''}; check it.",
                place,
            )
        )
        known = amount < 0
    if known and funds and row.amount is not None and abs(sum(funds, Decimal(0)) - amount) > TOLERANCE:
        table.remarks.append(
            Remark(
                "row",
                "warning",
                f"“{row.name}”的合计 {amount:,} 万元不等于各项资金之和 {sum(funds, Decimal(0)):,} 万元。",
                f"The total of “{row.name}”, {amount:,}, is not the sum of its funds, {sum(funds, Decimal(0)):,}.",
                place,
            )
        )
    return TableRow(
        row.name, row.unit, amount, row.place, row.amount_place, known, row.total, level=row.line.level
    )
