"""Lists that departments keep themselves: a header with a 项目名称 column, and a line of the budget in each row below.

The trip of one grid: it is cut into its lists (`split_grid`), the header is found (`header`, `headings`), the lines above
are looked at (`captions`), the rows are sorted (`body_rows`), the amount and its unit are settled (`amount_column`), and
each row becomes an item (`row_values`, `items`) or is compared with the others (`totals`). A figure that is not
understood is never taken for another; every doubt is a remark at its place.
"""

from __future__ import annotations

from decimal import Decimal

from goufu.disclosure.amounts import unit_of
from goufu.disclosure.lines import column_letters, squeeze
from goufu.disclosure.lists.amount_column import (
    choose_amount,
    measure_columns,
    printed_amount,
    some_are_in_yuan,
    unit_columns,
    unit_of_amounts,
)
from goufu.disclosure.lists.body_rows import explains_columns, sort_body, take_units_printed
from goufu.disclosure.lists.captions import owner_and_year, owners_in, part_above, year_in
from goufu.disclosure.lists.cell_values import year_alone
from goufu.disclosure.lists.header import find_header
from goufu.disclosure.lists.items import amount_of, item_of
from goufu.disclosure.lists.levels import number_of
from goufu.disclosure.lists.model import (
    WITHIN,
    BodyRow,
    Grid,
    Header,
    ListContents,
    ListDraft,
    ListFacts,
    SubLine,
)
from goufu.disclosure.lists.row_values import columns_to_fill, covered_cells, row_values
from goufu.disclosure.lists.split_grid import lists_in
from goufu.disclosure.lists.totals import check_totals, checks_over_lists
from goufu.disclosure.lists.upright import upright
from goufu.disclosure.model import BudgetItem, Remark
from goufu.disclosure.sums import perhaps_in_wan

#: what a row says beside its title that adds up those of its name
_SUMS = frozenset({"合计", "小计", "总计", "共计"})


def read_list(grid: Grid, stem: str) -> ListContents:
    """The items of one grid in its order; an item without an id of its own gets `<stem>-<row number>`.

    Where another header follows further down or beside the first, what is below it is read by that one.
    """
    grid = upright(grid)
    grids = lists_in(grid)
    parts = [_read_one(part, _stem_of(part, stem)) for part in grids]
    if len(parts) == 1 or not all(part.found for part in parts):
        return parts[0] if len(parts) == 1 else _read_one(grid, stem)
    columns = len({part.first_column for part in grids})
    beside = (_remark_beside(grid, columns),) if columns > 1 else ()
    return ListContents(
        tuple(item for part in parts for item in part.items),
        tuple(one for part in parts for one in part.subtotals),
        checks_over_lists(parts),
        (*beside, *(remark for part in parts for remark in part.remarks)),
    )


def _stem_of(grid: Grid, stem: str) -> str:
    """What the ids of a list begin with; of one further to the right the column it begins in belongs to it."""
    return f"{stem}-{column_letters(grid.first_column)}" if grid.first_column else stem


def _remark_beside(grid: Grid, count: int) -> Remark:
    return Remark(
        "list",
        "notice",
        f"表里并排着 {count} 个清单，已分别读取，请核对。",
        f"{count} lists stand side by side and were read one after the other; check them.",
        grid.place(grid.rows[0][0], -1),
    )


def _remark_turned(grid: Grid, header: Header) -> Remark:
    return Remark(
        "list",
        "notice",
        "表里各项目是一列一项（或一表一项），已按此读取，请核对。",
        "Each item stands in a column of its own, or in a form; so they were read. Check them.",
        grid.place(grid.rows[header.first][0], -1),
    )


def _read_one(grid: Grid, stem: str) -> ListContents:
    header = find_header(grid)
    if header is None:
        return ListContents(found=False)
    draft = ListDraft(grid, header)
    if grid.turned:
        draft.remarks.append(_remark_turned(grid, header))
    take_units_printed(draft)
    sort_body(draft)
    if explains_columns(draft):
        return ListContents(found=False)
    choose_amount(draft)
    return _contents(draft, stem)


def _facts(draft: ListDraft) -> ListFacts:
    """What holds for all rows; the remarks on it go to the draft."""
    grid = draft.grid
    unit, readable = unit_of_amounts(draft)
    filled = columns_to_fill(draft)
    above = grid.rows[: draft.header.first]
    department, organisation = owners_in(above)
    by_name = owner_and_year([(0, (grid.name,))]) if grid.name else ("", None)
    named = year_alone(f"{grid.name}年") or by_name[1]  # a sheet called 2026
    return ListFacts(
        unit=unit,
        readable=readable,
        unit_columns=unit_columns(draft),
        measures=measure_columns(draft),
        covered=covered_cells(grid, draft.header),
        cells=dict(grid.rows) if grid.merged else {},
        filled=filled,
        department=department or by_name[0],
        organisation=organisation,
        year=year_in(above) or named,
        part=part_above(above),
        signed_yuan=some_are_in_yuan(draft, unit),
    )


def _contents(draft: ListDraft, stem: str) -> ListContents:
    """The items, and the totals against them."""
    facts = _facts(draft)
    items, sums, sub_lines = items_and_sums(draft, facts, stem)
    if facts.department and items and not draft.header.of("department"):
        _remark_above(draft, "部门", "department", facts.department)
    if facts.year and items and not draft.header.of("year"):
        _remark_above(draft, "年度", "year", str(facts.year))
    items, subtotals, checks = check_totals(draft, items, sums, sub_lines)
    if facts.unit == "元":
        small = perhaps_in_wan([item.amount_wan for item in items])
        draft.remarks += [perhaps_in_wan_remark(items[n]) for n in small]
    return ListContents(tuple(items), tuple(subtotals), tuple(checks), tuple(draft.remarks))


def perhaps_in_wan_remark(item: BudgetItem) -> Remark:
    """The remark on an amount in yuan that is a thousandth of its neighbours."""
    return Remark(
        "amount",
        "warning",
        f"“{item.title}”的金额 {item.amount_wan:,} 万元比其他各行小得多，像是按万元填写的，请核对单位。",
        f"The amount of “{item.title}”, {item.amount_wan:,}, is far smaller than the others, as if it were in 万元; check its unit.",
        item.amount_place or item.place,
        item.id,
    )


def items_and_sums(
    draft: ListDraft, facts: ListFacts, stem: str
) -> tuple[list[BudgetItem], list[tuple[int, BodyRow, str, Decimal | None]], dict[int, SubLine]]:
    """The items of the rows; the rows called totals, each with the number of items above, its name and its amount in
    万元; and the items, by number, that say they are part of the row above. The remarks go to the draft."""
    items: list[BudgetItem] = []
    sums: list[tuple[int, BodyRow, str, Decimal | None]] = []
    sub_lines: dict[int, SubLine] = {}
    above: dict[str, str] = {}
    owner, year, part = "", 0, ""
    for n, row in enumerate(draft.rows):
        owner, year = draft.owners.get(n, owner), draft.years.get(n, year)
        part = draft.parts.get(n, part)
        amount, doubt = amount_of(draft, facts, row)
        if n in draft.totals:
            sums.append((len(items), row, draft.totals[n], amount))
            continue
        values = row_values(draft, facts, row, above)
        if isinstance(values, Remark):
            draft.remarks.append(values)
            if amount and not row.title:
                draft.untitled.append((len(items), row, amount, values))
            continue
        if not values:
            continue
        for name, alone in (("department", owner), ("year", str(year or "")), ("part", part)):
            if alone and not draft.header.of(name):
                values.setdefault(name, alone)
        if doubt is not None:
            draft.remarks.append(doubt)
        item = item_of(draft, facts, row, values, amount, stem)
        if isinstance(item, Remark):
            draft.remarks.append(item)
            continue
        if row.sub_line:
            sub_lines[len(items)] = row.sub_line
        _remember(draft, len(items), row)
        if _is_half(draft, n):
            draft.remarks.append(half_a_name(item))
        items.append(item)
    return items, sums, sub_lines


def _remember(draft: ListDraft, n: int, row: BodyRow) -> None:
    """Keep what the row of item `n` says beside its values: its number, its depth in the outline, a unit of its own."""
    if number := number_of(draft, row):
        draft.numbers[n] = number
    if any((row.number, column) in draft.grid.bold for column in draft.header.of("title")):
        draft.bold.add(n)
    if level := draft.grid.levels.get(row.number):
        draft.levels[n] = level
    if any(draft.header.of(name) for name in WITHIN):
        parent, depth, leaf = (_cell(draft, row, name) for name in WITHIN)
        draft.within[n] = parent, depth, leaf
    if unit_of(printed_amount(draft, row)):
        draft.in_units.add(n)
    # of a CSV such rows are only told: a long one is read row by row
    if (
        draft.grid.knows_merged
        and draft.grid.header is None
        and any(cell in _SUMS and cell != row.title for cell in map(squeeze, row.cells))
    ):
        draft.called.add(n)


def _cell(draft: ListDraft, row: BodyRow, name: str) -> str:
    """What a row says in the best column of a field, "" where there is none."""
    return next((row.cells[n] for n in draft.header.of(name)[:1] if n < len(row.cells)), "")


def _is_half(draft: ListDraft, n: int) -> bool:
    """Whether a row has nothing but a name, and the one right below a name and more: a name may be broken into two."""
    if draft.grid.header is not None or n + 1 >= len(draft.rows) or n + 1 in draft.totals:
        return False  # records of a program have no lines to break
    row, below = draft.rows[n], draft.rows[n + 1]
    return (
        sum(1 for cell in row.cells if cell) == 1
        and bool(row.title and below.title)
        and below.number == row.number + 1
        and draft.grid.levels.get(below.number, 0) <= draft.grid.levels.get(row.number, 0)
        and sum(1 for cell in below.cells if cell) > 1
    )


def half_a_name(item: BudgetItem) -> Remark:
    """The remark on an item of which only the name is printed, above a fuller row."""
    return Remark(
        "row",
        "warning",
        f"“{item.title}”只有名称，没有金额，可能与下一行是同一个项目的名称；现按单独一项计入，请核对。",
        f"“{item.title}” has a name and nothing else; it may belong to the name in the row below. Counted by itself; check it.",
        item.place,
        item.id,
    )


def _remark_above(draft: ListDraft, zh: str, en: str, value: str) -> None:
    """Say that a value was taken from the lines above the header."""
    place = draft.place(draft.grid.rows[0][0])
    draft.remarks.append(
        Remark(
            "list",
            "notice",
            f"没有“{zh}”一列，取表头上方写的“{value}”。",
            f"There is no column for the {en}; “{value}”, written above the header, was taken.",
            place,
        )
    )
