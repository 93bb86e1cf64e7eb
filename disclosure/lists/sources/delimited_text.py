"""CSV and other text whose cells are separated by commas, tabs, bars or spaces, as a grid."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goufu.catalog.characters import unguarded
from goufu.catalog.errors import GoufuError
from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.formats.gate import Meter, limit
from goufu.disclosure.formats.spreadsheet import cell_text
from goufu.disclosure.lines import clean_cell
from goufu.disclosure.lists.header import find_header
from goufu.disclosure.lists.model import Grid
from goufu.disclosure.lists.sources.plain_text import plain_list
from goufu.disclosure.model import Place

#: what separates the cells of a text, the more likely first
_SEPARATORS = (",", "\t", ";", "，", "|", "；", "^", "~", "¦", "\x01", "\x1f")


#: a cell that is set in from the left: by a wide space, a tab or several spaces
_INDENTED = re.compile(r"(?:\u3000|\t|[ \u00a0]{2})\s*\S")

#: rows of cells with the numbers of the lines they begin in, from 1
Rows = list[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True)
class ParsedRows:
    """The rows of a text under one separator; `indented` are the cells, by line and column, that are set in."""

    rows: Rows
    indented: frozenset[tuple[int, int]] = frozenset()


def text_grids(text: str, file: str, where: str, parsed: Mapping[str, ParsedRows]) -> list[Grid]:
    """A text of separated cells as a table, by the separator under which its header is best understood.

    `parsed` has the rows under a separator where they are known already. Raises GoufuError where quotes are not paired,
    or single spaces leave it open which cell belongs to which column.
    """
    text = text.lstrip("\ufeff")

    def grid(parsed: ParsedRows, knows_merged: bool = False, header: int | None = None) -> Grid:
        return _grid(parsed, file, knows_merged, header)

    best = best_separated(text, file, where or file, parsed)
    if best is not None:
        return [grid(best[1])]
    spaced = grid(ParsedRows(_spaced(text)))
    if find_header(spaced) is not None:
        return [spaced]
    if rows := _single_spaced(text, file, where or file):
        return [grid(ParsedRows(rows))]
    plain, head = ([], 0) if _is_separated(text) else plain_list(text)
    if plain:
        return [grid(ParsedRows(plain), header=head)]
    for separator in _SEPARATORS:
        if separator in text.strip().split("\n", 1)[0]:
            return [grid(separated(text, separator, where or file), knows_merged=True)]
    return [spaced]


def _grid(parsed: ParsedRows, file: str, knows_merged: bool = False, header: int | None = None) -> Grid:
    return Grid(
        "",
        parsed.rows,
        lambda n, _: Place(file, line=n),
        knows_merged=knows_merged,
        header=header,
        indented=parsed.indented,
    )


def best_separated(
    text: str, file: str, where: str, known: Mapping[str, ParsedRows]
) -> tuple[str, ParsedRows] | None:
    """The separator by which most columns of a header are understood, and the rows under it; None where there is none.

    Raises GoufuError where there is none and the text is no CSV under one of them.
    """
    best: tuple[str, ParsedRows] | None = None
    most = 0
    trouble: GoufuError | None = None
    for separator in _SEPARATORS:
        if separator not in text:
            continue
        try:
            parsed = known.get(separator) or separated(text, separator, where)
        except GoufuError as error:
            trouble = trouble or error
            continue
        understood = _understood(_grid(parsed, file))
        if understood > most:
            best, most = (separator, parsed), understood
    if trouble is not None and best is None:
        raise trouble
    return best


def _understood(grid: Grid) -> int:
    """How many columns of the header of `grid` are understood; 0 where it has none, or only a title."""
    header = find_header(grid)
    if header is None:
        return 0
    known = sum(1 for one in header.columns if one is not None)
    return known if known > 1 or len(header.names) > 1 else 0


def _single_spaced(text: str, file: str, where: str) -> Rows:
    """The rows of a table whose cells only single spaces part; empty where the text is none.

    Raises GoufuError where a row has another number of cells than the header.
    """
    rows: Rows = [
        (n, tuple(line.split())) for n, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip()
    ]
    header = find_header(_grid(ParsedRows(rows), file))
    if header is None or sum(1 for one in header.columns if one is not None) < 2:
        return []
    if all(len(cells) == len(header.names) for _, cells in rows[header.body :]):
        return rows
    raise GoufuError(
        "各列之间只有一个空格，有的行列数与表头不同，分不清哪格是哪列；请用制表符或逗号分隔，或直接给 Excel 文件。",
        "Only single spaces part the columns, and some rows have another number than the header; separate them with "
        "tabs or commas, or give the spreadsheet itself.",
        where,
    )


def _is_separated(text: str) -> bool:
    """Whether most lines have the same number of cells, so that the text is a table and no list of items.

    A title and its amount on each line are still a list.
    """
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    for separator in _SEPARATORS:
        rows = [cells for line in lines if len(cells := line.strip(" ").split(separator)) > 1]
        if len(rows) < 2 or len(rows) * 3 < len(lines) * 2:
            continue
        priced = sum(
            parse_amount("".join(cells[1:])) is not None
            and not cells[0].strip().isdigit()
            and (len(cells) == 2 or parse_amount(cells[1]) is not None)
            for cells in rows
        )
        if priced * 2 < len(rows) or parse_amount(rows[0][-1]) is None:
            return True
    return False


def separated(text: str, separator: str, where: str) -> ParsedRows:
    """The rows of a CSV text. Raises GoufuError where its quotes are not paired."""
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: Rows = []
    indented: set[tuple[int, int]] = set()
    may_indent = "\u3000" in text or "  " in text or "\t" in text or "\u00a0\u00a0" in text
    line = 1
    counted = Meter("cells", where)
    try:
        for cells in reader:
            counted.add(len(cells))
            if may_indent:
                indented |= {(line, n) for n, cell in enumerate(cells) if is_indented(cell)}
            cleaned = separated_cells(cells, separator)
            if any(cleaned):
                rows.append((line, cleaned))
            line = reader.line_num + 1
            if len(rows) > limit("rows"):
                raise GoufuError(
                    f"超过 {limit('rows'):,} 行，请拆分后再读；确需读取请加 --limit rows=数。",
                    f"More than {limit('rows'):,} rows; split the file, or raise --limit rows=NUMBER.",
                    where,
                )
    except csv.Error as error:
        raise GoufuError(
            f"第 {line} 行起不是完整的 CSV，请检查引号是否成对，或另存为 UTF-8 CSV。",
            f"From line {line} on this is no CSV ({error}); check that quotes are paired, or save it as UTF-8 CSV.",
            where,
        ) from error
    if text.count('"') % 2 and (
        bad := next((n for n, cells in rows if any(separator in c and len(c) > 80 for c in cells)), 0)
    ):
        raise GoufuError(
            f"第 {bad} 行起引号不成对，后面的行连成了一格；请补上或删去多余的引号。",
            f"A quote that opens in line {bad} is never closed and swallows the rows below; pair the quotes.",
            where,
        )
    return ParsedRows(rows, frozenset(indented))


def separated_cells(cells: Sequence[str], separator: str) -> tuple[str, ...]:
    """The cells of one row of a CSV as they were meant: cleaned, without blanks at the end and without Markdown's edges."""
    cleaned = tuple(unguarded(cell_text(cell)) for cell in cells)
    if separator == "|" and len(cleaned) > 2 and not cleaned[0] and not cleaned[-1]:
        cleaned = cleaned[1:-1]
        if all(re.fullmatch(r":?-+:?", cell) for cell in cleaned):
            cleaned = ()
    while len(cleaned) > 1 and not cleaned[-1]:
        cleaned = cleaned[:-1]
    return cleaned


def is_indented(cell: str) -> bool:
    """Whether the text of a cell is set in from the left."""
    return bool(_INDENTED.match(cell))


def _spaced(text: str) -> Rows:
    """The rows of a table that was pasted with nothing but spaces between its cells."""
    rows = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        cells = tuple(clean_cell(cell) for cell in re.split(r"\s{2,}|\t|　+", line.strip()))
        if any(cells):
            rows.append((number, cells))
    return rows
