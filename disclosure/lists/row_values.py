"""The values of one row by field, with what merged cells and 同上 hold for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from goufu.disclosure.amounts import is_no_amount, parse_amount
from goufu.disclosure.lines import squeeze
from goufu.disclosure.lists.amount_column import measure_columns, printed_amount
from goufu.disclosure.lists.headings import Heading
from goufu.disclosure.lists.model import BodyRow, Grid, Header, ListDraft, ListFacts, row_remark
from goufu.disclosure.model import Remark

#: fields that a merged cell holds for all its rows
_CARRIED = frozenset(
    {"department", "unit", "year", "part", "title", "summary", "term", "document", "gov_service", "procured"}
    | {"economic_class", "government_economic_class", "functional_class", "project_class"}
    | {"procurement_item", "procurement_method"}
)
#: what stands for the value of the row above, also between dashes
_DITTO = re.compile(
    r"[-—–─]*(?:同上(?:行|列|格|述)?|同前|上同|[〃″ˮ゛々]{1,3}|′′|\"|\'\'|[”“]|ditto)[-—–─]*\Z", re.IGNORECASE
)


def is_ditto(cell: str) -> bool:
    """Whether a cell repeats the one above it: 同上, 〃, ——〃——."""
    return len(cell) <= 12 and bool(_DITTO.match(squeeze(cell)))


def covered_cells(grid: Grid, header: Header) -> Mapping[tuple[int, int], tuple[int, int]]:
    """For every cell below the first of a cell merged downwards, where that first one is: (row number, column)."""
    start = grid.rows[header.body][0] if header.body < len(grid.rows) else 0
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for r1, c1, r2, c2 in grid.merged:
        if r2 > r1 and r2 >= start and c1 < len(header.names):
            for number in range(max(r1 + 1, start), r2 + 1):
                for column in range(c1, min(c2 + 1, len(header.names))):
                    found[number, column] = (r1, c1)
    return found


def columns_to_fill(draft: ListDraft) -> Mapping[int, str]:
    """The columns whose blanks are plainly cells that were merged downwards, by field, for a format that does not tell which are
    merged; of one that does they are only told, and those in which cells are merged are not.

    So they are where department, unit and year are blank in the same rows, or where such a column is before
    the title; a single blank in a column behind it may as well be a value that is missing.
    """
    header = draft.header
    fill = not draft.grid.knows_merged
    if not fill and draft.grid.header is not None:
        return {}  # records of a program
    rows = [row for n, row in enumerate(draft.rows) if n not in draft.totals and row.title]
    title = header.of("title")[0]
    blank: dict[int, frozenset[int]] = {}
    for name in ("department", "unit", "year"):
        for n in header.of(name)[:1]:
            if n in measure_columns(draft) or any(
                c1 <= n <= c2 and r2 > r1 for r1, c1, r2, c2 in draft.grid.merged
            ):
                continue
            gaps = frozenset(i for i, row in enumerate(rows) if n >= len(row.cells) or not row.cells[n])
            if gaps and 0 not in gaps:
                blank[n] = gaps
    carried = {
        n
        for n, gaps in blank.items()
        if (n < title and (header.columns[n].field != "unit" or not header.of("department")))  # type: ignore[union-attr]
        or any(other == gaps and m != n for m, other in blank.items())
    }
    for n in sorted(carried):
        numbers = [rows[i].number for i in sorted(blank[n])]
        shown = "、".join(map(str, numbers[:5])) + ("…" if len(numbers) > 5 else "")
        done, done_en = ("按上面一行补上", "filled from above") if fill else ("未补", "left blank")
        draft.remarks.append(
            Remark(
                "carried",
                "warning",
                f"“{header.names[n]}”在第 {shown} 行是空的，像是合并过的单元格，{done}，请核对。",
                f"“{header.names[n]}” is blank in rows {shown}, like a cell that was merged; {done_en}. Check it.",
                draft.place(numbers[0]),
            )
        )
    if not fill:
        return {}
    return {n: header.columns[n].field for n in carried if header.columns[n] is not None}  # type: ignore[union-attr]


def row_values(
    draft: ListDraft, facts: ListFacts, row: BodyRow, above: dict[str, str]
) -> dict[str, str] | Remark:
    """The values of a row by field, merged cells with what they hold; empty where the row says nothing of its own.

    `above` keeps, from row to row, what is above a blank or a 同上. A remark says that the row was left out.
    """
    values: dict[str, str] = {}
    halves: dict[str, list[str]] = {}
    for n, one in draft.header.text_columns:
        if n in facts.measures:
            continue
        value = _value_at(facts, row, n, one, above)
        if not value:
            continue
        if one.half:
            both = halves.setdefault(one.field, [])
            both.insert(0 if one.half == "code" else len(both), value)
            continue
        if one.field == "term" and one.measure and parse_amount(value) is not None:
            value += "个月" if "月" in one.measure else one.measure
        values.setdefault(one.field, value)
    for name, both in halves.items():
        values.setdefault(name, " ".join(dict.fromkeys(both)))
    no_amount = is_no_amount(printed_amount(draft, row))
    if not values.get("title"):
        if no_amount and not values.keys() - {"department", "unit", "year", "part"}:
            return {}
        return row_remark(draft.place(row.number), "缺少项目名称", "the title is missing")
    if no_amount and re.fullmatch(r"\d{1,6}", values["title"]):
        text, english = (
            f"“{values['title']}”是数字，不是项目名称",
            f"“{values['title']}” is a figure and no title",
        )
        return row_remark(draft.place(row.number), text, english)
    if no_amount and is_no_amount(values["title"]):
        return {}  # …… in a row that is still to be filled in
    merged_amount = draft.amount >= 0 and facts.covered.get((row.number, draft.amount))
    if no_amount and merged_amount and not _prints_title(draft, facts, row):
        return {}  # another line of the same item: its title and its amount are one cell each
    return values


def _value_at(facts: ListFacts, row: BodyRow, n: int, one: Heading, above: dict[str, str]) -> str:
    """What the cell in column `n` says: its own text, that of the merged cell it is part of, or what stands above."""
    value = row.cells[n] if n < len(row.cells) else ""
    if not value and one.field in _CARRIED and (origin := facts.covered.get((row.number, n))):
        cells = facts.cells.get(origin[0], ())
        value = cells[origin[1]] if origin[1] < len(cells) else ""
    if one.field in ("department", "unit", "year"):
        if is_ditto(value):
            value = above.get(f"column {n}", value)
        elif value:
            above[f"column {n}"] = value
    if n in facts.filled:
        value = value or above.get(one.field, "")
        above[one.field] = value
    return value


def _prints_title(draft: ListDraft, facts: ListFacts, row: BodyRow) -> bool:
    """Whether a title stands in the row itself."""
    return any(
        n < len(row.cells) and row.cells[n] and n not in facts.measures for n in draft.header.of("title")
    )
