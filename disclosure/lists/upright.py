"""A table whose fields stand below one another, with one item a column, turned so that each item is a row.

So forms are kept (项目名称 | 路灯维护, and below it 预算金额 | 3), one behind another, and small lists with the items side by
side. Only a table that can be nothing else is turned: its first column is headings, its amounts stand in the row of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from goufu.disclosure.amounts import is_no_amount, parse_amount
from goufu.disclosure.lists.cell_values import is_total
from goufu.disclosure.lists.header import HEADER_REACH
from goufu.disclosure.lists.headings import Heading, heading, with_title
from goufu.disclosure.lists.model import Grid
from goufu.disclosure.model import Place

Row = tuple[int, Sequence[str]]


def upright(grid: Grid) -> Grid:
    """The grid with its items as rows, where they stand as columns in all of it below some lines; else as it is."""
    if grid.header is not None or any(r2 > r1 for r1, _, r2, _ in grid.merged):
        return grid
    above = enumerate(grid.rows[:HEADER_REACH])
    start = next((at for at, (_, cells) in above if _is_field(cells)), len(grid.rows))
    blocks = _blocks(grid.rows[start:])
    if not blocks or not all(map(_is_turned, blocks)):
        return grid
    names = list(dict.fromkeys(cells[0] for block in blocks for _, cells in block))
    rows: list[Row] = [*grid.rows[:start], (grid.rows[start][0], names)]
    cells_of: dict[tuple[int, int], tuple[int, int]] = {}
    number = grid.rows[-1][0]
    for block in blocks:
        for column in range(1, max(len(cells) for _, cells in block)):
            number += 1
            values = [""] * len(names)
            for at, cells in block:
                n = names.index(cells[0])
                values[n] = cells[column] if column < len(cells) else ""
                cells_of[number, n] = (at, column)
            if any(values):
                rows.append((number, values))

    def place(number: int, column: int) -> Place:
        known = cells_of.get((number, max(column, 0)))
        return grid.place(*known) if known else grid.place(number, column)

    return replace(
        grid,
        rows=rows,
        place=place,
        merged=(),
        indented=frozenset(),
        levels={},
        bold=frozenset(),
        turned=True,
    )


def _is_field(cells: Sequence[str]) -> bool:
    """Whether a row has a heading in its first cell, none in the others, and something in them."""
    rest = [cell for cell in cells[1:] if cell]
    return bool(rest) and heading(cells[0]) is not None and not any(map(_is_heading, rest))


def _is_heading(cell: str) -> bool:
    return heading(cell) is not None and not is_total(cell)


def _blocks(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each form: another begins where a field comes again."""
    blocks: list[list[Row]] = []
    for number, cells in rows:
        if not blocks or any(cells[0] == before[0] for _, before in blocks[-1]):
            blocks.append([])
        blocks[-1].append((number, cells))
    return blocks


def _is_turned(block: Sequence[Row]) -> bool:
    """Whether the rows of a form are its fields: most begin with a heading, a title among them, and an amount whose row has
    nothing but amounts."""
    names = [cells[0] for _, cells in block]
    found: list[Heading | None] = with_title(names, [heading(name) for name in names])
    known = [one.field for one in found if one is not None]
    if not all(names) or known.count("title") != 1 or "amount" not in known or 2 * len(known) <= len(names):
        return False
    printed = [
        cell
        for one, (_, cells) in zip(found, block, strict=True)
        if one is not None and one.field == "amount"
        for cell in cells[1:]
        if not is_no_amount(cell)
    ]
    titles = [
        cell
        for one, (_, cells) in zip(found, block, strict=True)
        if one and one.field == "title"
        for cell in cells[1:]
    ]
    return (
        bool(printed)
        and all(parse_amount(cell) is not None for cell in printed)
        and any(titles)
        and all(parse_amount(cell) is None and not _is_heading(cell) for cell in titles if cell)
    )
