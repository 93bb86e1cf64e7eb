"""The project tables, 项目支出预算表（本年预算）and（上年结转）: which rows are items, which add up others.

The tables are found (`find_tables`, `titles`, `columns`), their rows read (`table_body`, `around_tables`) and brought into
万元 (`amounts_in_wan`); here those that a page break has cut are joined, and their rows sorted into items and subtotals
(`subtotals`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from goufu.disclosure.lines import Line, fold
from goufu.disclosure.model import Remark, Subtotal
from goufu.disclosure.tables.amounts_in_wan import convert_to_wan
from goufu.disclosure.tables.around_tables import is_misread_for
from goufu.disclosure.tables.find_tables import find_tables
from goufu.disclosure.tables.model import Claim, ProjectRow, ProjectTables, TableDraft
from goufu.disclosure.tables.subtotals import (
    TOLERANCE,
    TableRow,
    is_called_total,
    is_grand,
    is_group,
    kinds,
    parts_going_on,
    parts_of,
    plain,
    says_plainly_among,
    sums_by_chance,
    without_among,
)
from goufu.disclosure.tables.table_body import units_stated


def project_tables(lines: Sequence[Line], department: str = "", units: Iterable[str] = ()) -> ProjectTables:
    """The project tables in `lines`; `units` are the organisations the document names elsewhere."""
    known = {fold(name) for name in (department, *units) if name}
    collected = find_tables(lines)
    convert_to_wan(
        collected, {unit.name for line in lines if _may_state(line) for unit in units_stated(line)}
    )
    tables = _joined(collected, department)
    rows: list[ProjectRow] = []
    subtotals: list[Subtotal] = []
    claims: list[Claim] = []
    remarks: list[Remark] = []
    for table in tables:
        if is_misread_for(table.owner, department):
            table.remarks.append(_misread(table, department))
            table.owner = department
        read = _sort_rows(
            table, table.owner or department, known | ({fold(table.owner)} if table.owner else set())
        )
        rows += read.rows
        subtotals += read.subtotals
        claims += read.claims
        remarks += [*table.remarks, *read.remarks]
        if not table.raws and not table.remarks and not table.empty:
            remarks.append(_without_rows(table))
    return ProjectTables(tuple(rows), tuple(subtotals), tuple(claims), tuple(remarks), bool(tables))


def _misread(table: TableDraft, department: str) -> Remark:
    return Remark(
        "table",
        "warning",
        f"这张表的部门写作“{table.owner}”，像是误读，按本文件的“{department}”，请核对。",
        f"The department of this table reads “{table.owner}”, as if misread; the document's “{department}” was taken. Check it.",
        table.place,
    )


def _may_state(line: Line) -> bool:
    return "元" in line.text and ("单" in line.text or "（" in line.text or "(" in line.text)


def _without_rows(table: TableDraft) -> Remark:
    named = f"项目支出预算表（{table.part}）" if table.part else "项目支出预算表"
    return Remark(
        "table",
        "warning",
        f"{named}有表头，没有读到项目，请核对。",
        f"The project table ({table.part}) has a header, but no rows were read; check it.",
        table.place,
    )


def _joined(tables: Sequence[TableDraft], department: str) -> list[TableDraft]:
    """The tables with those put together that only a page's title and header had cut.

    A table of its own begins with its total, or belongs to another department.
    """
    joined: list[TableDraft] = []
    for table in tables:
        first = table.raws[0].name if table.raws else ""
        whole = (is_grand(first) and len(table.raws) > 1) or fold(first) in {
            fold(department),
            fold(table.owner),
        } - {""}
        if (
            joined
            and joined[-1].part == table.part
            and joined[-1].owner == table.owner
            and joined[-1].readable == table.readable
            and not whole
        ):
            joined[-1].raws += table.raws
            joined[-1].remarks += table.remarks
        else:
            joined.append(table)
    return joined


def _sort_rows(table: TableDraft, department: str, known: set[str]) -> ProjectTables:
    """Items and subtotals of one table, and what each subtotal adds up."""
    raws = table.raws
    found = kinds(raws, known)
    rows: list[ProjectRow] = []
    subtotals: dict[int, Subtotal] = {}
    remarks: list[Remark] = []
    unit = ""
    item: TableRow | None = None
    for i, (raw, kind) in enumerate(zip(raws, found, strict=True)):
        if kind == "item":
            item = raw = without_among(raw)
            rows.append(
                ProjectRow(
                    raw.name,
                    department,
                    raw.unit or unit or department,
                    table.part,
                    raw.amount if raw.known else None,
                    raw.place,
                    raw.amount_place,
                )
            )
            continue
        if kind == "unread":
            continue
        if kind in ("group", "class"):
            remarks.append(_sum_of_others(raw, "按小计，未计入项目", "taken for a subtotal and not counted"))
            continue
        if kind == "among":
            if raw.known:
                alone = item is None or found[i - 1] == "head"
                odd = item is not None and raw.amount > item.amount + TOLERANCE
                if odd or alone or not says_plainly_among(raw.name):
                    remarks.append(_among(raw))
            continue
        if raw.known:
            subtotals[i] = Subtotal(raw.name, table.part, raw.amount, raw.amount_place)
        if kind == "head" and not is_group(raw.name):
            unit = department if is_called_total(raw.name) else plain(raw.name)
    if "head" not in found:
        remarks += [
            _sum_of_others(
                raws[i],
                "像是合计；仍按项目计入，可能重复",
                "like a total; still counted, perhaps twice",
                "warning",
            )
            for i in sums_by_chance(raws, found)
        ]
    remarks += [_goes_on(raws[i]) for i in parts_going_on(raws, found, sure=False)]
    claims = tuple(
        Claim(subtotals[i], parts, whole)
        for i, (parts, whole) in parts_of(raws, found).items()
        if i in subtotals
    )
    return ProjectTables(tuple(rows), tuple(subtotals.values()), claims, tuple(remarks), True)


def _sum_of_others(
    raw: TableRow, text: str, english: str, level: Literal["notice", "warning"] = "notice"
) -> Remark:
    return Remark(
        "row",
        level,
        f"“{raw.name}”的金额 {raw.amount:,} 万元恰好是其他几行之和，{text}，请核对。",
        f"The amount of “{raw.name}”, {raw.amount:,}, is just the sum of other rows, {english}. Check it.",
        raw.amount_place,
    )


def _goes_on(raw: TableRow) -> Remark:
    return Remark(
        "row",
        "warning",
        f"“{raw.name}”与上面“其中”的行合起来正好是再上面一行的金额，像是其中的另一部分；仍按项目计入，可能重复，请核对。",
        f"“{raw.name}” comes with the rows called 其中 to the amount above them, like another part of it; still counted, perhaps twice. Check it.",
        raw.amount_place,
    )


def _among(raw: TableRow) -> Remark:
    return Remark(
        "row",
        "notice",
        f"“{raw.name}”是上面金额的一部分，未另计为项目，请核对。",
        f"“{raw.name}” is part of the amount above it and was not counted as an item; check it.",
        raw.place,
    )
