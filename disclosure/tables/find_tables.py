"""Where the project tables of a document are: by their titles or, where a title is lost, by their headers.

`goufu.disclosure.tables.table_body` reads the rows of each as far as they go.
"""

from __future__ import annotations

from collections.abc import Sequence

from goufu.disclosure.amounts import MoneyUnit, parse_amount
from goufu.disclosure.lines import Line, label
from goufu.disclosure.model import Part, Place, Remark
from goufu.disclosure.tables.around_tables import begins_part, is_caption, names_a_table, owner_of, repeated
from goufu.disclosure.tables.columns import Columns, header
from goufu.disclosure.tables.model import PrintedRow, TableDraft
from goufu.disclosure.tables.table_body import TableBody, units_stated
from goufu.disclosure.tables.titles import is_title, part_of

#: lines between a title and its table's header: the department, the money unit, a page header
TITLE_REACH = 8


def _beside(place: Place) -> Remark:
    return Remark(
        "table",
        "error",
        "这里并排着两张表，只读了左边一张，右边的未计入；请上下排列后再读。",
        "Two tables stand side by side here; only the one on the left was read. Put them below one another.",
        place,
    )


def _not_added(columns: Columns, rows: Sequence[PrintedRow], place: Place) -> list[Remark]:
    """A remark on columns of money that hold figures and are not in the sum of the funds, where no column is the total."""
    named = [
        columns.headings[n]
        for n in columns.besides
        if any(n < len(row.line.cells) and parse_amount(row.line.cells[n]) for row in rows)
    ]
    if not named:
        return []
    taken = "、".join(f"“{columns.headings[n]}”" for n in columns.funds)
    left = "、".join(f"“{name}”" for name in named)
    return [
        Remark(
            "table",
            "warning",
            f"没有合计一列，金额取自{taken}{'之和' if len(columns.funds) > 1 else ''}；{left}未取，请核对。",
            f"There is no total column; amounts are those of {taken}; {left} was not taken. Check it.",
            place,
        )
    ]


def find_tables(lines: Sequence[Line]) -> list[TableDraft]:
    """All project tables with their printed rows; one whose header comes again without a title is continued."""
    tables: list[TableDraft] = []
    heads = repeated(lines)
    index = 0
    part: Part = ""
    stated: list[MoneyUnit] = []
    said = -100
    owner = ""
    titled = -100
    while index < len(lines):
        line = lines[index]
        text = label(line.text) if line.is_paragraph else ""
        if is_title(line, text):
            part, titled = part_of(text), index
            if index - said > 2:
                stated = []
        elif line.is_paragraph and (begins_part(text) or (names_a_table(text) and not is_caption(text))):
            titled = -100
        found = header(lines, index)
        if found is None:
            if units := units_stated(line):
                stated, said = units, index
            if named := owner_of(line.text):
                owner = named[0] if named[1] else owner
            index += 1
            continue
        columns, body = found
        near = index - titled <= TITLE_REACH
        if not near and not columns.certain:
            index += 1
            continue
        if not near:
            part = "本年预算" if columns.wide or not tables else "上年结转"
        if near or not tables or tables[-1].part != part:
            tables.append(TableDraft(part, line.place, owner, list(stated)))
        if columns.beside_another:
            tables[-1].remarks.append(_beside(line.place))
        table, known = tables[-1], len(tables[-1].printed)
        index = TableBody(lines, heads, columns, table).read(body)
        table.remarks += _not_added(columns, table.printed[known:], line.place)
        stated, said = [], -100
    return tables
