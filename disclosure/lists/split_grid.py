"""One grid with several lists in it, as a grid for each: side by side, or where another header follows further down.

A header that only repeats the one above, as the top of a printed page does, begins no list of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from goufu.disclosure.amounts import money_unit
from goufu.disclosure.lines import squeeze
from goufu.disclosure.lists.captions import is_caption, owner_and_year, part_above, units_in
from goufu.disclosure.lists.header import find_header, header_at
from goufu.disclosure.lists.headings import heading
from goufu.disclosure.lists.model import Grid, Header
from goufu.disclosure.model import Place

#: what a list is called in a line above it
_LIST = re.compile(r"(?:表|清单|计划|明细|一览)(?:[(（][^()（）]{0,20}[)）])?\Z|\A附[表件]")


def lists_in(grid: Grid) -> list[Grid]:
    """The lists that are side by side or below one another in a grid, each with the lines above it that hold for it."""
    header = find_header(grid)
    if header is None or grid.header is not None:
        return [grid]
    starts = _columns_of_lists(grid, header)
    if len(starts) > 1:
        ends = [*starts[1:], max(len(cells) for _, cells in grid.rows)]
        return [
            part
            for start, end in zip(starts, ends, strict=True)
            for part in _below_one_another(_columns(grid, header, start, end))
        ]
    return _below_one_another(grid)


def _columns_of_lists(grid: Grid, header: Header) -> list[int]:
    """The first column of each list that stands in a header: more than one where groups of headings are repeated.

    Two lists stand side by side where the same heading of a title comes again, or one behind a column that is blank in
    all rows, and each has an amount of its own. A list begins where the first heading of the one before comes again, or
    behind a blank column, else with its title.
    """
    names = _lowest(grid, header)
    titles = [n for n, one in enumerate(header.columns) if one is not None and one.field == "title"]
    same = [n for n in titles if names[n] == names[titles[0]]]
    apart = _apart(grid, header)
    if len(same) == 1 and len(apart) > 1 and all(any(a <= n < b for n in titles) for a, b in apart):
        same = [next(n for n in titles if a <= n < b) for a, b in apart]
    starts = [0]
    for before, title in pairwise(same):
        first = next(name for name in names[starts[-1] :] if name)
        between = range(before + 1, title + 1)
        starts.append(
            next(
                (n for n in between if names[n] == first),
                next((n + 1 for n in reversed(between) if not names[n]), title),
            )
        )
    ends = [*starts[1:], len(names)]
    priced = all(
        any(one is not None and one.field == "amount" for one in header.columns[start:end])
        for start, end in zip(starts, ends, strict=True)
    )
    return starts if priced else [0]


def _lowest(grid: Grid, header: Header) -> list[str]:
    """The lowest heading of each column: under 甲县水利局 and 甲县教育局 the same ones come again."""
    names = [squeeze(name) for name in header.names]
    for _, cells in grid.rows[header.first : header.body]:
        names[: len(cells)] = [squeeze(cell) or before for cell, before in zip(cells, names, strict=False)]
    return names


def _apart(grid: Grid, header: Header) -> list[tuple[int, int]]:
    """The first column, and the first behind, of each block that blank columns set apart."""
    blank = [
        not name and not any(n < len(cells) and cells[n] for _, cells in grid.rows[header.body :])
        for n, name in enumerate(header.names)
    ]
    found: list[tuple[int, int]] = []
    for n, is_blank in enumerate(blank):
        if is_blank:
            continue
        if found and found[-1][1] == n:
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return found


def _columns(grid: Grid, header: Header, start: int, end: int) -> Grid:
    """The list in the columns from `start` to before `end`; a line above that says one thing is said of every list."""
    rows = [
        (number, cells if at < header.first and is_caption(cells) else cells[start:end])
        for at, (number, cells) in enumerate(grid.rows)
    ]

    def place(number: int, column: int) -> Place:
        return grid.place(number, column + start if column >= 0 else column)

    return replace(
        grid,
        rows=[row for row in rows if any(row[1])],
        place=place,
        merged=[
            (r1, max(c1, start) - start, r2, min(c2, end - 1) - start)
            for r1, c1, r2, c2 in grid.merged
            if c1 < end and c2 >= start
        ],
        indented=frozenset((number, n - start) for number, n in grid.indented if start <= n < end),
        bold=frozenset((number, n - start) for number, n in grid.bold if start <= n < end),
        first_column=start,
    )


def _below_one_another(grid: Grid) -> list[Grid]:
    """The lists that stand below one another in a grid, each with the lines above it that hold for it."""
    header = find_header(grid)
    if header is None:
        return [grid]
    rows = grid.rows
    starts: list[tuple[int, list[tuple[int, Sequence[str]]]]] = []  # first row, and the lines above it
    lead = list(rows[: header.first])
    current, printed = header, _printed_header(rows, header)
    index = header.body
    while index < len(rows):
        if is_header(rows[index][1]) and (anew := header_at(grid, index)) is not None:
            first = index
            while first > current.body and _stands_above(rows[first - 1][1]):
                first -= 1
            captions = list(rows[first:index])
            flat = tuple(map(squeeze, rows[index][1]))
            again = flat in printed or same_header(current, anew)
            if not again or _captions_differ(captions, lead):
                lead = [*_captions_kept(lead, captions), *captions]
                starts.append((first, lead[: len(lead) - len(captions)]))
                current, printed = anew, _printed_header(rows, anew)
            index = max(anew.body, index + 1)
            continue
        index += 1
    if not starts:
        return [grid]
    ends = [first for first, _ in starts[1:]] + [len(rows)]
    found = [replace(grid, rows=rows[: starts[0][0]])]
    found += [
        replace(grid, rows=[*above, *rows[first:end]])
        for (first, above), end in zip(starts, ends, strict=True)
    ]
    return found


def _printed_header(rows: Sequence[tuple[int, Sequence[str]]], header: Header) -> set[tuple[str, ...]]:
    return {tuple(map(squeeze, cells)) for _, cells in rows[header.first : header.body]}


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row further down is a header: every cell is a heading, among them a title and an amount or more."""
    filled = [cell for cell in cells if cell]
    # figures and sentences are no headings; with too many of them the others need not be looked up
    plain = [cell for cell in filled if len(cell) <= 60 and not cell[0].isdigit()]
    if len(filled) < 2 or 3 * len(plain) < 2 * len(filled):
        return False
    known = [heading(cell) for cell in filled]
    named = {one.field for one in known if one is not None}
    return (
        "title" in named
        and len(named) > 1
        and 3 * sum(1 for one in known if one is not None) >= 2 * len(filled)
    )


def same_header(one: Header, other: Header) -> bool:
    """Whether a header is the one above printed again, as on top of a page: the same fields in the same units."""

    def of(header: Header) -> list[tuple[str, str, str]]:
        return [
            ("", "", squeeze(name)) if c is None else (c.field, c.unit.name if c.unit else "", "")
            for name, c in zip(header.names, header.columns, strict=True)
        ]

    a, b = of(one), of(other)
    width = max(len(a), len(b))
    blank = [("", "", "")]
    return a + blank * (width - len(a)) == b + blank * (width - len(b))


def _captions_differ(
    captions: Sequence[tuple[int, Sequence[str]]], lead: Sequence[tuple[int, Sequence[str]]]
) -> bool:
    """Whether the lines above a repeated header name another unit of money, department, year or list."""
    units, before = units_in(captions), units_in(lead)
    (owner, year), (former, past) = owner_and_year(captions), owner_and_year(lead)
    said = {squeeze(cell) for _, cells in lead for cell in cells}
    named = (squeeze(cell) for _, cells in captions for cell in cells)
    return bool(
        (units and units != before)
        or (owner and owner != former)
        or (year and year != past)
        or ((part := part_above(captions)) and part != part_above(lead))
        or any(_LIST.search(name) and name not in said for name in named)
    )


def _stands_above(cells: Sequence[str]) -> bool:
    """Whether a row may stand above a header: one cell that says something, or nothing but units of money and owners."""
    filled = [cell for cell in cells if cell]
    return is_caption(cells) or (
        len(filled) > 1 and all(money_unit(cell) or owner_and_year([(0, (cell,))])[0] for cell in filled)
    )


def _captions_kept(
    lead: Sequence[tuple[int, Sequence[str]]], captions: Sequence[tuple[int, Sequence[str]]]
) -> list[tuple[int, Sequence[str]]]:
    """The lines above a list that still hold for the next one: not those of which its own captions say another."""
    units, (owner, year) = units_in(captions), owner_and_year(captions)
    return [
        row
        for row in lead
        if not (units and units_in([row]))
        and not (owner and owner_and_year([row])[0])
        and not (year and owner_and_year([row])[1])
    ]
