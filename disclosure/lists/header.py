"""Where the header of a list is and what each of its columns means; headings may be stacked in up to four rows.

Each heading by itself is understood in `goufu.disclosure.lists.headings`; here the rows that belong to the header are
found, headings over several columns are repeated in each, and those that stand over each other are read as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from goufu.disclosure.amounts import money_unit, parse_amount
from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.cell_values import YEAR, year_alone
from goufu.disclosure.lists.headings import (
    Heading,
    heading,
    may_stand_below,
    stacked,
    with_title,
    with_years,
    words,
)
from goufu.disclosure.lists.model import Grid, Header

#: rows above a header: title, unit, owner, notes on how to fill it in
HEADER_REACH = 40


def find_header(grid: Grid) -> Header | None:
    """The header of the list in `grid`; the first row with a title and another known column, else with a title."""
    rows = grid.rows
    if grid.header is not None:
        return Header(*plain_header(rows[grid.header][1]), grid.header, grid.header + 1)
    alone: Header | None = None
    for index in range(min(len(rows), HEADER_REACH)):
        if not any(len(cell) <= 60 and cell for cell in rows[index][1]):
            continue
        found = header_at(grid, index)
        if found is None:
            continue
        known = sum(1 for one in found.columns if one is not None)
        if known >= 2:
            return found
        alone = alone or found
    return alone


def plain_header(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[Heading | None, ...]]:
    """The names and meanings of the columns under a header of one row."""
    return tuple(cells), tuple(with_title(list(cells), [heading(cell) for cell in cells]))


def header_at(grid: Grid, index: int) -> Header | None:
    """The header whose row of titles is the one at `index`, with the rows of headings below and above it."""
    number, cells = grid.rows[index]
    plain = with_title(list(cells), [heading(cell) for cell in cells])
    titles = [n for n, one in enumerate(plain) if one is not None and one.field == "title"]
    if not titles:
        return None
    stack = [_spread(grid, number, cells)]
    body = index + 1
    deepest = max((r2 for r1, _, r2, _ in grid.merged if r1 == number), default=number)
    while body < len(grid.rows) and len(stack) < 4:
        below, more = grid.rows[body]
        filled = [n for n, cell in enumerate(more) if cell]
        merged_in = below <= deepest and all(not more[n] or _may_head(more[n]) for n in filled)
        if not filled or not (merged_in and below - number < 4 or _is_lower(cells, more, filled, titles)):
            break
        stack.append(list(more))
        body += 1
    if index and len(stack) == 1 and _is_upper(grid.rows[index - 1][1]):
        above_number, above = grid.rows[index - 1]
        if number - above_number == 1:
            stack.insert(0, _spread(grid, above_number, above))
    if not any(c2 > c1 for _, c1, _, c2 in grid.merged):
        _spread_over_blanks(stack)
    width = max(map(len, stack))
    columns: list[Heading | None] = []
    names: list[str] = []
    for n in range(width):
        printed = [row[n] for row in stack if n < len(row) and row[n]]
        printed = list(dict.fromkeys(printed))
        names.append(" ".join(printed))
        if len(printed) > 1:
            columns.append(stacked("".join(printed[:-1]), printed[-1]))
        else:
            columns.append(heading(printed[0]) if printed else None)
    columns = with_years(names, with_title(names, columns))
    if not any(one is not None and one.field == "title" for one in columns):
        return Header(tuple(cells), tuple(plain), index, index + 1)
    return Header(tuple(names), tuple(columns), index, body)


def _spread(grid: Grid, number: int, cells: Sequence[str]) -> list[str]:
    """A row of headings with those over several columns repeated in each: by its merged cells, else over blanks."""
    wide = [(c1, c2) for r1, c1, _, c2 in grid.merged if r1 == number and c2 > c1]
    out = list(cells)
    if grid.merged:
        for c1, c2 in wide:
            out += [""] * (c2 + 1 - len(out))
            for column in range(c1 + 1, c2 + 1):
                out[column] = out[column] or out[c1]
        return out
    return out


def _spread_over_blanks(stack: Sequence[list[str]]) -> None:
    """Repeat headings over the blanks beside them where the row below has headings of its own under all of them.

    For formats that do not tell which cells are merged across.
    """
    for row, below in pairwise(stack):
        row += [""] * (len(below) - len(row))
        for n in range(1, len(below)):
            if not row[n] and row[n - 1] and below[n] and below[n - 1]:
                row[n] = row[n - 1]


def _may_head(cell: str) -> bool:
    """Whether a cell that merged cells put into the header may be a heading: any but an amount; 2026年 is one."""
    return parse_amount(cell) is None or bool(YEAR.match(squeeze(cell)))


def _is_figure(cell: str) -> bool:
    return parse_amount(cell) is not None or bool(YEAR.match(squeeze(cell)))


def _is_lower(
    cells: Sequence[str], more: Sequence[str], filled: Sequence[int], titles: Sequence[int]
) -> bool:
    """Whether a row is the second row of the header above: headings under headings, none where a title stands."""
    if any(n in titles and heading(more[n]) is None for n in filled):
        return False
    if len(filled) == 1 and year_alone(more[filled[0]]):
        return False  # it heads the rows below
    years = [n for n in filled if YEAR.match(squeeze(more[n])) and "年" in more[n]]
    if len(years) == len(filled) > 1:
        return (
            all(n >= len(cells) or not cells[n] or heading(cells[n]) is not None for n in years)
            and not any(n in titles for n in filled)
            and sum(1 for cell in cells if cell) > len(years)
        )
    if any(_is_figure(more[n]) for n in filled):
        return False
    unknown = [n for n in filled if not may_stand_below(more[n])]
    if unknown and not _all_below(cells, more, filled, unknown):
        return False
    # a repeated header is none: it says again what stands above
    return not any(n < len(cells) and more[n] == cells[n] for n in filled) and bool(
        [
            n
            for n in filled
            if n >= len(cells)
            or not cells[n]
            or n in titles
            or heading(cells[n]) is None
            or len(filled) < len([c for c in cells if c])
        ]
    )


def _all_below(
    cells: Sequence[str], more: Sequence[str], filled: Sequence[int], unknown: Sequence[int]
) -> bool:
    """Whether a row of which some headings are not known stands below one that covers several columns: 其中 over 当年 and 结转."""
    first = filled[0]
    over = cells[first] if first < len(cells) else ""
    return (
        first > 0
        and (heading(over) is not None or label(over) in words()["under"]["words"])
        and len(filled) > 1
        and list(filled) == list(range(first, first + len(filled)))
        and any(n >= len(cells) or not cells[n] for n in filled)
        and all(len(more[n]) <= 10 for n in unknown)
    )


def _is_upper(cells: Sequence[str]) -> bool:
    """Whether a row stands above a header as a row of groups (基本情况 | 资金) and is no title, unit or owner."""
    filled = [cell for cell in cells if cell]
    return len(filled) >= 2 and all(
        len(cell) <= 20
        and not re.search(r"[:：]", cell)
        and money_unit(cell) is None
        and not _is_figure(cell)
        for cell in filled
    )
