"""Lists that departments keep themselves: a header with a 项目名称 column, and a line of the budget in each row below.

Where the header ends, which column is the amount and in what unit, which rows add up others and which are notes: all
this is settled for one grid (a sheet, a CSV file, a table of a document) at a time. A figure that is not understood
is never taken for another; every doubt is a remark at its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from goufu.catalog.characters import joined, narrow
from goufu.disclosure.amounts import (
    ABSURD_WAN,
    MoneyUnit,
    is_no_amount,
    is_scientific,
    money_unit,
    parse_amount,
    to_wan,
    unit_by_size,
    unit_of,
)
from goufu.disclosure.lines import fold, label, squeeze
from goufu.disclosure.lists.headings import (
    Heading,
    heading,
    is_measure,
    may_stand_below,
    stacked,
    with_title,
    words,
)
from goufu.disclosure.model import BudgetItem, Check, Part, Place, Remark, Subtotal

#: 万元; rows are rounded to 0.01 each, so sums may be off by a few hundredths
TOLERANCE = Decimal("0.05")
#: rows above a header: title, unit, owner, notes on how to fill it in
HEADER_REACH = 40
#: fields that a merged cell holds for all its rows
_CARRIED = frozenset(
    {"department", "unit", "year", "part", "title", "summary", "term", "document", "gov_service", "procured"}
    | {"economic_class", "government_economic_class", "functional_class", "project_class"}
    | {"procurement_item", "procurement_method"}
)

_YES_NO = dict.fromkeys(("是", "有", "true", "yes", "y", "1", "√", "✓", "☑"), True) | dict.fromkeys(
    ("否", "无", "非", "false", "no", "n", "0", "×", "✗"), False
)
_NUMERALS = str.maketrans("〇○◯零一二三四五六七八九", "0000123456789")
_YEAR = re.compile(r"\A((?:19|20)\d\d)(?:\.0+)?(?:年?(?:度)?(?:预算)?)?\Z")
_DAY = re.compile(
    r"\A((?:19|20)\d\d)[-/.年](?:0?[1-9]|1[0-2])(?:[-/.月](?:0?[1-9]|[12]\d|3[01])日?)?(?:[ T]?\d\d:\d\d.*)?月?\Z"
)
_PAGE = re.compile(
    r"\A[-—–(（·]*(?:第?\d{1,4}页?[,，/]?(?:共?\d{1,4}页)?|page\d{1,4}(?:of\d{1,4})?|续上?表)[-—–)）·]*\Z",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\A(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[类部])"
)
_AMONG = re.compile(r"\A(?:其中|其|含)[:：,，]|\A其中(?!村|镇|乡|社区|小学|中学|幼儿园)")
#: signed and dated below a table: 甲县城市管理局（盖章）
_SEALED = re.compile(r"[(（](?:盖章|公章|签章|签字|章)[)）][:：]?\Z")
#: 上年结转 alone in a row heads the rows below it
_PART_ALONE = re.compile(
    r"(?:本年|当年|上年|以前年度)(?:度)?(?:预算|结转|结余|结转结余)(?:安排|资金|项目|部分)?[:：]?\Z"
)
_ORGANISATION = re.compile(
    r"(?:局|委|委员会|办公室|中心|大队|支队|队|院|校|学|园|站|馆|所|会|处|厅|部|社|台|团|场|公司|乡|镇|街道|办事处|政府)\Z"
)
_OWNER = re.compile(
    r"(?:部门|单位|主管部门|填报单位|填报部门|编制单位|申报单位|采购单位|采购人|预算单位|预算部门)(?:名称)?(?:\(?(?:盖章|公章|签章)\)?)?:([^\s:]{3,40}?)(?=\s|$|单位:|金额单位|填报|年度)"
)
#: the department that a title begins with: 甲县城市管理局2026年购买服务项目清单
_TITLED_OWNER = re.compile(
    r"\A([\u4e00-\u9fff]{2,20}?(?:局|委员会|办公室|委|厅|中心|院|校|社|会))(?=20\d\d年|年度|政府购买|购买服务|部门预算|项目)"
)
#: a department that stands alone above its list
_DEPARTMENT = re.compile(r"[\u4e00-\u9fff]{2,20}(?:局|委员会|办公室)\Z")
#: what stands for the value of the row above
_DITTO = frozenset({"同上", "〃", "″", "′′", '"', "''", "”", "“", "々"})
_TITLED_YEAR = re.compile(r"(20\d\d)年")


@dataclass(frozen=True)
class Grid:
    """A table as it is printed: its rows that say something, by number, and what is known of its cells.

    `merged` has the first and last row and column of every merged cell (rows by number, columns from 0). `told` is
    false where the format has no merged cells of its own (CSV), so that a blank may be one.
    """

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    place: Callable[[int, int], Place]
    merged: Sequence[tuple[int, int, int, int]] = ()
    told: bool = True
    header: int | None = None


@dataclass(frozen=True)
class Listed:
    """What one list says. `found` is false where it has no header with a title."""

    items: tuple[BudgetItem, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()
    found: bool = True


@dataclass(frozen=True)
class _Header:
    """The columns of a list: their headings as printed and what they mean, and where its body begins."""

    names: tuple[str, ...]
    columns: tuple[Heading | None, ...]
    first: int
    body: int

    @cached_property
    def said(self) -> list[tuple[int, Heading]]:
        """The columns that say something of a line other than its amount, the better headings of a field first."""
        silent = ("amount", "number", "measure", "quantity")
        found = [
            (n, one) for n, one in enumerate(self.columns) if one is not None and one.field not in silent
        ]
        return sorted(found, key=lambda column: column[1].rank)

    def of(self, name: str) -> list[int]:
        """The columns of a field, best first."""
        found = [n for n, one in enumerate(self.columns) if one is not None and one.field == name]
        return sorted(found, key=lambda n: self.columns[n].rank)  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class _Row:
    """A body row: its number, its cells, and the title and amount it prints."""

    number: int
    cells: Sequence[str]
    title: str
    amount: str


@dataclass
class _Reading:
    """What is found while a list is read from top to bottom."""

    grid: Grid
    header: _Header
    remarks: list[Remark] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    totals: dict[int, str] = field(default_factory=dict)
    units: list[MoneyUnit] = field(default_factory=list)
    amount: int = -1
    funds: tuple[int, ...] = ()

    def place(self, number: int, column: int = -1) -> Place:
        return self.grid.place(number, column)


def read_list(grid: Grid, stem: str) -> Listed:
    """The items of one grid in its order; an item without an id of its own gets `<stem>-<row number>`.

    Where another header follows further down, what stands below it is read by that one.
    """
    parts = [_read_part(part, stem) for part in _parts(grid)]
    if len(parts) == 1 or not all(part.found for part in parts):
        return parts[0] if len(parts) == 1 else _read_part(grid, stem)
    return Listed(
        tuple(item for part in parts for item in part.items),
        tuple(one for part in parts for one in part.subtotals),
        tuple(one for part in parts for one in part.checks),
        tuple(remark for part in parts for remark in part.remarks),
    )


def _parts(grid: Grid) -> list[Grid]:
    """The lists that stand below one another in a grid, each with the lines above it that hold for it."""
    header = find_header(grid)
    if header is None or grid.header is not None:
        return [grid]
    rows = grid.rows
    starts: list[tuple[int, list[tuple[int, Sequence[str]]]]] = []  # first row, and the lines above it
    lead = list(rows[: header.first])
    current, printed = header, _printed_header(rows, header)
    index = header.body
    while index < len(rows):
        if _heads(rows[index][1]) and (anew := _header_at(grid, index)) is not None:
            first = index
            while first > current.body and _is_caption(rows[first - 1][1]):
                first -= 1
            captions = list(rows[first:index])
            flat = tuple(map(squeeze, rows[index][1]))
            again = flat in printed or _same_header(current, anew)
            if not again or _say_otherwise(captions, lead):
                lead = [*_kept(lead, captions), *captions]
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


def _printed_header(rows: Sequence[tuple[int, Sequence[str]]], header: _Header) -> set[tuple[str, ...]]:
    return {tuple(map(squeeze, cells)) for _, cells in rows[header.first : header.body]}


def _heads(cells: Sequence[str]) -> bool:
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


def _is_caption(cells: Sequence[str]) -> bool:
    return sum(1 for cell in cells if cell) == 1


def _same_header(one: _Header, other: _Header) -> bool:
    """Whether a header is the one above printed again, as on top of a page: the same fields in the same units."""

    def of(header: _Header) -> list[tuple[str, str, str]]:
        return [
            ("", "", squeeze(name)) if c is None else (c.field, c.unit.name if c.unit else "", "")
            for name, c in zip(header.names, header.columns, strict=True)
        ]

    a, b = of(one), of(other)
    width = max(len(a), len(b))
    blank = [("", "", "")]
    return a + blank * (width - len(a)) == b + blank * (width - len(b))


def _say_otherwise(
    captions: Sequence[tuple[int, Sequence[str]]], lead: Sequence[tuple[int, Sequence[str]]]
) -> bool:
    """Whether the lines above a repeated header name another unit of money or another department."""
    units, before = _units_in(captions), _units_in(lead)
    owner = _owner_in(captions)[0]
    return bool((units and units != before) or (owner and owner != _owner_in(lead)[0]))


def _kept(
    lead: Sequence[tuple[int, Sequence[str]]], captions: Sequence[tuple[int, Sequence[str]]]
) -> list[tuple[int, Sequence[str]]]:
    """The lines above a list that still hold for the next one: not those of which its own captions say another."""
    units, (owner, year) = _units_in(captions), _owner_in(captions)
    return [
        row
        for row in lead
        if not (units and _units_in([row]))
        and not (owner and _owner_in([row])[0])
        and not (year and _owner_in([row])[1])
    ]


def _units_in(rows: Sequence[tuple[int, Sequence[str]]]) -> set[str]:
    return {
        unit.name for _, cells in rows for cell in cells if cell and (unit := money_unit(cell)) is not None
    }


def _read_part(grid: Grid, stem: str) -> Listed:
    header = find_header(grid)
    if header is None:
        return Listed(found=False)
    reading = _Reading(grid, header)
    _above(reading)
    _body(reading)
    if _explains(reading):
        return Listed(found=False)
    _choose_amount(reading)
    return _judged(reading, stem)


@dataclass(frozen=True)
class Settled:
    """What holds for every row of a long list of which only a piece is in memory, settled from its head and a survey.

    `carried` are the columns whose blanks are filled from above, by field; `organisations` the folded names of all
    departments and units of the list; `negative` whether some amount is below zero.
    """

    header: _Header
    amount: int
    unit: str
    carried: Mapping[int, str]
    organisations: frozenset[str]
    negative: bool = False

    def is_line(self, cells: Sequence[str], place: Callable[[int, int], Place]) -> bool:
        """Whether a row by itself is a line of the list with a title: no total, no note, no header again."""
        reading = _Reading(Grid("", [(0, self.header.names)], place, header=0), self.header)
        reading.rows.append(_Row(0, (), "", ""))  # so that it is not the first
        reading = replace(reading, grid=replace(reading.grid, rows=[*reading.grid.rows, (1, cells)]))
        _body(reading)
        return len(reading.rows) > 1 and not reading.totals and bool(reading.rows[-1].title)


class OddListError(ValueError):
    """A list whose rows cannot be read piece by piece; the message says why, `english` in English."""

    def __init__(self, text: str, english: str) -> None:
        super().__init__(text)
        self.english = english


def settle(head: Grid) -> tuple[Settled, tuple[Remark, ...]]:
    """What the head of a long list settles for all its rows, and the remarks on its amounts.

    Raises OddListError where only the whole list would tell.
    """
    header = find_header(head)
    if header is None or header.first or header.body != 1:
        raise OddListError(
            "表头不在第一行，或不止一行", "the header is not the first line, or more than one line"
        )
    if sum(1 for one in header.columns if one is not None) < 2 and head.header is None:
        raise OddListError("表头只认得一列", "only one column of the header is understood")
    money = [one for one in header.columns if one is not None and one.field == "amount"]
    whole = [one for one in money if one.money == "total"]
    if not whole and any(one.money == "part" for one in money) or (len(whole) > 1 and head.header is None):
        raise OddListError("不是只有一个合计金额列", "there is not just one column with the whole amount")
    if any(one.unit is None for one in whole):
        raise OddListError("金额列没有写明单位", "the heading of the amounts gives no unit")
    if any(label(header.names[n]) == "单位" for n in header.of("unit")):
        raise OddListError("“单位”一列可能是计量单位", "the column 单位 may be a measure")
    reading = _Reading(head, header)
    _above(reading)
    _body(reading)
    if _explains(reading):
        raise OddListError("像是填表说明", "it reads like instructions")
    before = len(reading.remarks)
    _choose_amount(reading)
    unit, readable = _unit_for(reading)
    if not readable or (whole and reading.amount < 0):
        raise OddListError("金额列没有读懂", "the column of amounts is not understood")
    return Settled(header, reading.amount, unit, {}, frozenset()), tuple(reading.remarks[before:])


@dataclass(frozen=True)
class Piece:
    """Rows of a long list that are read together: those above them for what carries over, and those below.

    `above` settles what 同上 and blanks mean, `below` whether a row near the end adds up the rows under it. `start` is
    the number of the first row, `last` whether nothing follows.
    """

    above: Sequence[tuple[int, Sequence[str]]]
    rows: Sequence[tuple[int, Sequence[str]]]
    below: Callable[[], Sequence[tuple[int, Sequence[str]]]]
    start: int
    last: bool


def read_piece(piece: Piece, settled: Settled, place: Callable[[int, int], Place], stem: str) -> Listed:
    """The items of a piece as `read_list` gives them for the whole list, without sums and checks.

    Rows that add up others are left out as they are there, and told in a remark. Raises OddListError where the
    rows cannot be understood without the others.
    """
    reading, items, sums = _piece_items([*piece.above, *piece.rows], settled, place, stem)
    start = piece.start
    before = sum(1 for item in items if item.place is not None and (item.place.line or 0) < start)
    if piece.above and not before:
        raise OddListError("看不出上面的行是不是说明", "whether the rows above are notes cannot be told")
    heads = _adding_rows(items, settled.organisations)
    if not piece.last and _undecided(items, heads, settled.negative):
        more = _piece_items(piece.below(), settled, place, stem)[1]
        together = [*items, *more]
        heads = {n for n in _adding_rows(together, settled.organisations) if n < len(items)}
    remarks = [one for one in reading.remarks if one.place is None or (one.place.line or 0) >= start]
    remarks += [_adds(items[n]) for n in sorted(heads) if n >= before]
    remarks += [
        Remark(
            "list",
            "warning",
            f"“{name}”是合计行，未计入项目；边读边判时不与各行核对。",
            f"“{name}” is a total and no item; it is not checked against the rows while they are streamed.",
            reading.place(row.number),
        )
        for _, row, name, _ in sums
        if row.number >= start
    ]
    kept = [item for n, item in enumerate(items) if n >= before and n not in heads]
    return Listed(tuple(kept), remarks=tuple(remarks))


def read_alone(
    rows: Sequence[tuple[int, Sequence[str]]], settled: Settled, place: Callable[[int, int], Place]
) -> list[tuple[BudgetItem | None, tuple[Remark, ...]]]:
    """Each row read by itself, whatever stands above and below: its item, if it is one, and the remarks on it.

    For rows that have no order, as those of a database. An item without an id has "". `place` must give the row's number
    as its line. Raises OddListError where a row is another header.
    """
    header = settled.header
    dittos = [n for name in ("department", "unit", "year") for n in header.of(name)]
    alone = [row for row in rows if any(n < len(row[1]) and is_ditto(row[1][n]) for n in dittos)]
    numbers = {number for number, _ in alone}
    reading, items, sums = _piece_items([row for row in rows if row[0] not in numbers], settled, place, "")
    found = {item.place.line: item for item in items if item.place is not None}
    remarks = list(reading.remarks)
    told = {one.place.line for one in remarks if one.place is not None} | {row.number for _, row, *_ in sums}
    for number, cells in rows:  # those that a row above took with it
        if number in numbers or (number not in found and number not in told):
            reading, items, _ = _piece_items([(number, cells)], settled, place, "")
            remarks += reading.remarks
            if items:
                found[number] = items[0]
    by_row: dict[int, list[Remark]] = {}
    for one in remarks:
        by_row.setdefault((one.place.line if one.place else 0) or 0, []).append(one)
    named = header.of("id")
    out: list[tuple[BudgetItem | None, tuple[Remark, ...]]] = []
    for number, cells in rows:
        item = found.get(number)
        if item is not None and not any(n < len(cells) and cells[n] for n in named):
            item = replace(item, id="")
        out.append((item, tuple(by_row.get(number, ()))))
    return out


def _piece_items(
    rows: Sequence[tuple[int, Sequence[str]]], settled: Settled, place: Callable[[int, int], Place], stem: str
) -> tuple[_Reading, list[BudgetItem], list[_Sum]]:
    header = settled.header
    top = (0, header.names)
    grid = Grid("", [top, *rows], place, header=0)
    for number, cells in rows:
        if _heads(cells) and not _same_header(header, _Header(*_plain_header(cells), 0, 1)):
            raise OddListError(f"第 {number} 行又是一个表头", f"line {number} is another header")
    reading = _Reading(grid, header, amount=settled.amount)
    reading.funds = tuple(
        n
        for n, one in enumerate(header.columns)
        if one is not None and one.field == "amount" and one.money == "part"
    )
    _body(reading)
    if _row_units(reading):
        raise OddListError("各行的金额单位不同", "rows give units of money of their own")
    return reading, *_items_of(reading, stem, (settled.unit, True), settled.carried, ("", None))


def _undecided(items: Sequence[BudgetItem], heads: set[int], negative: bool) -> bool:
    """Whether some row may still turn out to add up rows that are not in memory."""
    for n, item in enumerate(items):
        kind = _group_kind(item.title) if n not in heads and item.amount_wan else ""
        if not kind:
            continue
        below = Decimal(0)
        for other in items[n + 1 :]:
            below += other.amount_wan or Decimal(0)
            if (
                _group_kind(other.title) == kind
                or not negative
                and below > (item.amount_wan or 0) + TOLERANCE
            ):
                break
        else:
            return True
    return False


def find_header(grid: Grid) -> _Header | None:
    """The header of the list in `grid`; the first row with a title and another known column, else with a title."""
    rows = grid.rows
    if grid.header is not None:
        return _Header(*_plain_header(rows[grid.header][1]), grid.header, grid.header + 1)
    alone: _Header | None = None
    for index in range(min(len(rows), HEADER_REACH)):
        if not any(len(cell) <= 60 and cell for cell in rows[index][1]):
            continue
        found = _header_at(grid, index)
        if found is None:
            continue
        known = sum(1 for one in found.columns if one is not None)
        if known >= 2:
            return found
        alone = alone or found
    return alone


def _plain_header(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[Heading | None, ...]]:
    return tuple(cells), tuple(with_title(list(cells), [heading(cell) for cell in cells]))


def _header_at(grid: Grid, index: int) -> _Header | None:
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
    columns = with_title(names, columns)
    if not any(one is not None and one.field == "title" for one in columns):
        return _Header(tuple(cells), tuple(plain), index, index + 1)
    return _Header(tuple(names), tuple(columns), index, body)


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
    return parse_amount(cell) is None or bool(_YEAR.match(squeeze(cell)))


def _is_figure(cell: str) -> bool:
    return parse_amount(cell) is not None or bool(_YEAR.match(squeeze(cell)))


def _is_lower(
    cells: Sequence[str], more: Sequence[str], filled: Sequence[int], titles: Sequence[int]
) -> bool:
    """Whether a row is the second row of the header above: headings under headings, none where a title stands."""
    if any(n in titles and heading(more[n]) is None for n in filled):
        return False
    years = [n for n in filled if _YEAR.match(squeeze(more[n])) and "年" in more[n]]
    if len(years) == len(filled) > 1:
        return (
            all(n >= len(cells) or not cells[n] or heading(cells[n]) is not None for n in years)
            and not any(n in titles for n in filled)
            and sum(1 for cell in cells if cell) > len(years)
        )
    if not all(may_stand_below(more[n]) and not _is_figure(more[n]) for n in filled):
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


def _above(reading: _Reading) -> None:
    """The unit of money that stands above the header, or in a cell of it that names nothing else."""
    for _, cells in reading.grid.rows[: reading.header.first]:
        for cell in cells:
            if cell and (unit := money_unit(cell)) is not None:
                reading.units.append(unit)
    for name, column in zip(reading.header.names, reading.header.columns, strict=True):
        if name and (column is None or column.field != "amount") and (unit := money_unit(name)) is not None:
            reading.units.append(unit)


def _body(reading: _Reading) -> None:
    """Sort the rows below the header into items, totals and notes."""
    grid, header = reading.grid, reading.header
    titles = header.of("title")
    title = titles[0]
    amounts = [n for n, one in enumerate(header.columns) if one is not None and one.field == "amount"]
    printed = [tuple(map(squeeze, grid.rows[n][1])) for n in range(header.first, header.body)]
    under_note = False
    for number, cells in grid.rows[header.body :]:
        filled = [n for n, cell in enumerate(cells) if cell]
        if not filled:
            continue
        if extra := [cell for cell in cells[len(header.names) :] if cell.strip()]:
            reading.remarks.append(
                _remark(
                    reading.place(number),
                    f"比表头多出 {len(extra)} 列（多半是文字里的逗号没有加引号）",
                    f"{len(extra)} more cells than the header has (perhaps an unquoted comma)",
                )
            )
            continue
        if tuple(map(squeeze, cells)) in printed or _is_header_again(reading, cells, title):
            continue
        has_amount = any(n < len(cells) and parse_amount(cells[n]) is not None for n in amounts)
        first = cells[filled[0]]
        if _is_numbering([cells[n] for n in filled]) and not reading.rows:
            continue
        if not has_amount and _is_note(reading, number, cells, filled, under_note):
            under_note = under_note or bool(_noted(first))
            stated = (money_unit(cells[n]) for n in filled)
            reading.units += [unit for unit in stated if unit is not None and unit not in reading.units]
            continue
        name = next((cells[n] for n in titles if n < len(cells) and cells[n]), "")
        under_note = False
        if total := _total_name(reading, cells, filled, name):
            reading.totals[len(reading.rows)] = total
            reading.rows.append(_Row(number, cells, total, ""))
            continue
        reading.rows.append(_Row(number, cells, name, ""))


def _is_header_again(reading: _Reading, cells: Sequence[str], title: int) -> bool:
    """Whether a row repeats the headings, as the top of a printed page does."""
    names = reading.header.names
    same = sum(
        1 for n, cell in enumerate(cells) if cell and n < len(names) and squeeze(cell) == squeeze(names[n])
    )
    filled = sum(1 for cell in cells if cell)
    return (
        same >= 2 and same * 2 > filled or (same == filled == 1 and title < len(cells) and bool(cells[title]))
    )


def _is_numbering(filled: Sequence[str]) -> bool:
    """Whether the cells are the row of column numbers 1 2 3 … under a header, or 栏次."""
    flat = [squeeze(cell) for cell in filled]
    flat = flat[1:] if flat and flat[0] in ("栏次", "列次") else flat
    return len(flat) > 1 and (
        flat == [str(n) for n in range(1, len(flat) + 1)] or flat == [chr(65 + n) for n in range(len(flat))]
    )


def _noted(cell: str) -> bool:
    """Whether a cell begins a note below a table: 填表人：, 注：, 联系电话."""
    flat = label(cell).lstrip("*※")
    for word in words()["rows"]["notes"]:
        if flat.startswith(label(word)):
            rest = flat[len(label(word)) :]
            if not rest or rest[0] in ":(/" or re.match(r"\d+[:.、]", rest):
                return True
    return bool(re.match(r"(?:注|说明|备注)[\s　]+\S", cell)) or bool(
        re.match(r"(?:填表人|填报人|制表人|审核人|经办人|联系人|联系电话)[\s　]", narrow(cell))
    )


def _is_note(
    reading: _Reading, number: int, cells: Sequence[str], filled: Sequence[int], under: bool
) -> bool:
    """Whether a row without an amount is no line of the budget: a note, a page number, the unit printed again."""
    first = cells[filled[0]]
    if _noted(first) or (len(filled) > 1 and _noted(cells[filled[-1]]) and len(filled) <= 2):
        return True
    if len(filled) == 1:
        if _PAGE.match(squeeze(first)) and filled[0] not in reading.header.of("title"):
            return True
        if _SEALED.search(squeeze(first)) or (_DAY.match(squeeze(first)) and "日" in first):
            return True
        if re.match(r"\A[-—–]?\s*(?:第\s*\d+\s*页|\d+\s*/\s*\d+|page\s*\d+)", narrow(first), re.IGNORECASE):
            return True
        if money_unit(first) is not None and re.search(r"单\s*位|[(（]", first):
            return True
        above = {
            squeeze(cell) for _, row in reading.grid.rows[: reading.header.first] for cell in row if cell
        }
        if squeeze(first) in above:
            return True
        if under:
            return True
        wide = any(r1 == number and c2 - c1 >= 2 for r1, c1, _, c2 in reading.grid.merged)
        if (
            wide
            or _PART_ALONE.match(squeeze(first))
            or (_ORDER.match(squeeze(first)) and len(reading.header.names) > 1)
            or len(first) > 80
            or first.endswith((":", "："))
        ):
            reading.remarks.append(
                Remark(
                    "row",
                    "notice",
                    f"“{first[:40]}”只占一格，按小标题或说明，未计入。",
                    f"“{first[:40]}” stands alone in its row and was taken for a heading or a note.",
                    reading.place(number),
                )
            )
            return True
        return False
    return all(is_no_amount(cell) for cell in cells)


def _total_name(reading: _Reading, cells: Sequence[str], filled: Sequence[int], name: str) -> str:
    """What a row that adds up others is called, "" for any other row."""
    if name:
        return name if is_total(name) else ""
    keys = {n for f in ("id", "number", "department", "unit", "year") for n in reading.header.of(f)}
    for n in filled:
        column = reading.header.columns[n] if n < len(reading.header.columns) else None
        if (n in keys or column is None) and is_total(cells[n]):
            return cells[n]
    return ""


def is_total(text: str) -> bool:
    """Whether `text` is the name of a row that adds up others: 合计, 城管局小计, 其中：…."""
    if (
        "计" not in text
        and "計" not in text
        and "其" not in text
        and not text[:1].isascii()
        and len(text) > 2
    ):
        return False  # the quick way out
    flat = re.sub(r"\([^()]*\)", "", label(text)).strip(":：.、*#,")
    totals = words()["rows"]["totals"]
    if flat in totals or flat in ("total", "subtotal", "sum", "grandtotal"):
        return True
    if _AMONG.match(flat):
        return True
    ends = tuple(word for word in totals if word != "累计")
    return (
        flat.endswith(ends)
        and len(flat) <= 24
        and not flat.endswith(("统计", "会计", "设计", "审计", "预计"))
    )


def _explains(reading: _Reading) -> bool:
    """Whether the rows are about columns (项目名称 | 填写项目全称): a sheet of instructions, not a list."""
    named = [row.title for row in reading.rows[:60] if row.title]
    known = [
        name
        for name in named
        if (one := heading(name)) is not None
        and (
            one.field not in ("title", "amount")
            or label(name) in ("金额", "项目名称", "预算金额", "采购预算")
        )
    ]
    return bool(known) and 2 * len(known) >= len(named)


def _choose_amount(reading: _Reading) -> None:
    """Settle which column is the amount of a line, and say which were passed over."""
    header = reading.header
    candidates = [
        n
        for n, one in enumerate(header.columns)
        if one is not None and one.field == "amount" and _has_figures(reading, n)
    ]
    whole = [n for n in candidates if header.columns[n].money == "total"]  # type: ignore[union-attr]
    parts = [n for n in candidates if header.columns[n].money == "part"]  # type: ignore[union-attr]
    place = reading.place(reading.grid.rows[header.first][0])
    if whole:
        latest = max((header.columns[n].year or 0 for n in whole), default=0)  # type: ignore[union-attr]

        def order(n: int) -> tuple[int, int, int]:
            one = header.columns[n]
            assert one is not None
            return (int(one.year is not None and one.year != latest), one.rank, n)

        whole.sort(key=order)
        reading.amount = whole[0]
        reading.funds = tuple(parts)
        rest = [
            n for n in whole[1:] if any(n < len(r.cells) and parse_amount(r.cells[n]) for r in reading.rows)
        ]
        others = [header.names[n] for n in rest]
        if others:
            same = order(whole[0])[:2] == order(rest[0])[:2]
            reading.remarks.append(
                Remark(
                    "amount",
                    "warning" if same else "notice",
                    f"金额取自“{header.names[whole[0]]}”；另有 {'、'.join(f'“{name}”' for name in others)} 未取。",
                    f"Amounts are those of “{header.names[whole[0]]}”; also there and not taken: {', '.join(others)}.",
                    place,
                )
            )
        return
    if parts:
        reading.amount = parts[0] if len(parts) == 1 else -1
        reading.funds = tuple(parts)
        named = "、".join(f"“{header.names[n]}”" for n in parts)
        reading.remarks.append(
            Remark(
                "amount",
                "notice" if len(parts) == 1 else "warning",
                f"没有合计一列，金额取自{named}{'' if len(parts) == 1 else '之和'}。",
                f"There is no total column; amounts are {'those' if len(parts) == 1 else 'the sum'} of {named}.",
                place,
            )
        )
        return
    figures = [
        header.names[n]
        for n, one in enumerate(header.columns)
        if header.names[n]
        and (one is None or one.field == "amount")
        and any(n < len(row.cells) and parse_amount(row.cells[n]) is not None for row in reading.rows)
    ]
    seen = f"；数字列 {'、'.join(f'“{name}”' for name in figures)} 不知是否金额" if figures else ""
    english = f"; the figures under {', '.join(figures)} may or may not be amounts" if figures else ""
    if any(one is not None and one.field == "amount" for one in header.columns) and not figures:
        return  # a column that is there and blank
    if reading.grid.header is not None and not figures:
        return  # records of a program, which leave out what they do not know
    reading.remarks.append(
        Remark(
            "amount",
            "warning" if figures else "notice",
            f"没有认出金额列，项目都没有金额{seen}；请把表头写作“金额（万元）”或“金额（元）”。",
            f"No column was understood as the amount{english}; head it 金额（万元） or 金额（元）.",
            place,
        )
    )


def _has_figures(reading: _Reading, n: int) -> bool:
    """Whether a column that is headed like an amount holds any, or nothing that is none."""
    filled = [row.cells[n] for row in reading.rows if n < len(row.cells) and not is_no_amount(row.cells[n])]
    if not filled or any(parse_amount(cell) is not None for cell in filled):
        return True
    one = reading.header.columns[n]
    if one is not None and one.unit is not None:
        return True
    return all(len(cell) <= 20 for cell in filled) and not all(map(_part, filled))


# -- units ------------------------------------------------------------------------------------------------------


def _unit_for(reading: _Reading) -> tuple[str, bool]:
    """The unit of the amounts that print none of their own, and whether they may be read at all.

    What the heading says comes first, then what stands above the table, then the size of the amounts.
    """
    header = reading.header
    column = reading.amount if reading.amount >= 0 else next(iter(reading.funds), -1)
    if column < 0:
        return "", True
    one = header.columns[column]
    assert one is not None
    place = reading.place(reading.grid.rows[header.first][0], column)
    own = one.unit
    table = reading.units
    if own is None and not table and reading.funds:
        own = next((u.unit for n in reading.funds if (u := header.columns[n]) is not None and u.unit), None)
    names = {unit.name for unit in ([own] if own else table)}
    if len(names) == 1 and (name := next(iter(names))):
        if own and any(unit.name != name for unit in table):
            reading.remarks.append(
                Remark(
                    "unit",
                    "warning",
                    f"表上印的单位是“{table[0].printed}”，这一列写的是“{own.printed}”，按这一列。",
                    f"The table says {table[0].printed}, this column {own.printed}; the column was followed.",
                    place,
                )
            )
        return name, True
    if names:
        printed = "、".join(dict.fromkeys(unit.printed for unit in ([own] if own else table)))
        reading.remarks.append(
            Remark(
                "unit",
                "error",
                f"金额的单位“{printed}”没有读懂，金额一律未取；请写作“单位：万元”或“单位：元”。",
                f"The unit of the amounts, “{printed}”, is not understood and none was taken; write 单位：万元 or 单位：元.",
                place,
            )
        )
        return "", False
    figures = [
        value
        for n, row in enumerate(reading.rows)
        if n not in reading.totals
        and (printed := _printed(reading, row))
        and not unit_of(printed)
        and (value := parse_amount(printed)) is not None
    ]
    if not any(figures) or _row_units(reading):
        return "万元", True
    name = unit_by_size(figures)
    if name:
        reading.remarks.append(
            Remark(
                "unit",
                "warning",
                f"没有写明金额单位，按数值大小判断为{name}，请核对；最好把表头写作“金额（{name}）”。",
                f"No unit of money is given; by their size the amounts were taken as {name}. Check it.",
                place,
            )
        )
        return name, True
    reading.remarks.append(
        Remark(
            "unit",
            "error",
            "没有写明金额单位，从数值大小也看不出是元还是万元，金额一律未取；请把表头写作“金额（万元）”或“金额（元）”。",
            "No unit of money is given and the size of the amounts does not tell it; none was taken. Head the column 金额（万元） or 金额（元）.",
            place,
        )
    )
    return "", False


def _states_unit(reading: _Reading) -> bool:
    """Whether the heading of the amounts or a line above the table gives their unit."""
    columns = [reading.amount] if reading.amount >= 0 else list(reading.funds)
    headed = (reading.header.columns[n] for n in columns)
    return bool(reading.units) or any(one is not None and one.unit is not None for one in headed)


def _printed(reading: _Reading, row: _Row) -> str:
    """The amount a row prints; where only funds are printed, their sum."""
    cells = row.cells
    if reading.amount >= 0:
        return cells[reading.amount] if reading.amount < len(cells) else ""
    values = [cells[n] for n in reading.funds if n < len(cells) and not is_no_amount(cells[n])]
    figures = [parse_amount(value) for value in values]
    if not figures:
        return ""
    if any(figure is None for figure in figures) or any(map(unit_of, values)):
        return values[0] if len(values) == 1 else " + ".join(values)
    return str(sum((figure for figure in figures if figure is not None), Decimal(0)))


def _measures(reading: _Reading) -> frozenset[int]:
    """The columns 单位 that hold measures (项, 平方米) or units of money, not organisations."""
    found = set(reading.header.of("measure"))
    beside = bool(reading.header.of("quantity"))
    for n in reading.header.of("unit"):
        if label(reading.header.names[n]) != "单位":
            continue
        values = {row.cells[n] for row in reading.rows if n < len(row.cells) and row.cells[n]}
        counted = [value for value in values if is_measure(value) or money_unit(value) is not None]
        short = all(
            len(value) <= 6 and not _ORGANISATION.search(value) or is_measure(value) for value in values
        )
        if values and (len(counted) == len(values) or (beside and (short or counted))):
            found.add(n)
    return frozenset(found)


def _row_units(reading: _Reading) -> list[int]:
    """The columns that give the unit of money row by row."""
    measures = _measures(reading) | set(reading.header.of("unit"))
    return [
        n
        for n in sorted(measures)
        if any(n < len(row.cells) and _money_cell(row.cells[n]) for row in reading.rows)
    ]


def is_money_cell(cell: str) -> bool:
    """Whether a cell of a column 单位 is a unit of money by itself."""
    return bool(_money_cell(cell))


def is_ditto(cell: str) -> bool:
    """Whether a cell stands for the one above it: 同上, 〃."""
    return squeeze(cell) in _DITTO


def _money_cell(cell: str) -> str:
    unit = money_unit(cell) if cell and len(cell) <= 8 else None
    return unit.name if unit else ""


# -- rows -------------------------------------------------------------------------------------------------------


def _judged(reading: _Reading, stem: str) -> Listed:
    """The items, and the totals against them."""
    header = reading.header
    unit = _unit_for(reading)
    blanks = {} if reading.grid.told else _evident(reading)
    owner, titled_year = _owner_above(reading)
    items, sums = _items_of(reading, stem, unit, blanks, (owner, titled_year))
    if owner and items and not header.of("department"):
        _told_above(reading, "部门", "department", owner)
    if titled_year and items and not header.of("year"):
        _told_above(reading, "年度", "year", str(titled_year))
    items, subtotals, checks = _added_up(reading, items, sums)
    return Listed(tuple(items), tuple(subtotals), tuple(checks), tuple(reading.remarks))


#: a row that adds up others: how many items stand above it, the row, its name, its amount
_Sum = tuple[int, _Row, str, Decimal | None]


def _items_of(
    reading: _Reading,
    stem: str,
    in_unit: tuple[str, bool],
    blanks: Mapping[int, str],
    titled: tuple[str, int | None],
) -> tuple[list[BudgetItem], list[_Sum]]:
    """The items of the rows, and the rows that add up others; `titled` are the department and year above the list."""
    grid, header = reading.grid, reading.header
    unit, readable = in_unit
    owner, titled_year = titled
    measures = _measures(reading)
    per_row = _row_units(reading)
    covered = _covered(grid, header)
    items: list[BudgetItem] = []
    sums: list[_Sum] = []
    kept: dict[str, str] = {}
    by_number = dict(grid.rows) if grid.merged else {}
    for n, row in enumerate(reading.rows):
        own = next((name for c in per_row if c < len(row.cells) and (name := _money_cell(row.cells[c]))), "")
        amount_place = _amount_place(reading, row)
        amount, trouble = _amount_of(reading, row, own or unit, readable or bool(own), covered)
        if per_row and amount and not own and not unit_of(_printed(reading, row)):
            stated = "、".join(row.cells[c] for c in per_row if c < len(row.cells) and row.cells[c])
            if stated or not _states_unit(reading):
                where = amount_place or reading.place(row.number)
                amount, trouble = (
                    None,
                    _refused(
                        where,
                        f"这一行的金额单位“{stated[:12]}”没有读懂" if stated else "这一行没有写金额单位",
                        f"the unit of this row, “{stated[:12]}”, is not understood"
                        if stated
                        else "this row gives no unit",
                    ),
                )
        if n in reading.totals:
            sums.append((len(items), row, reading.totals[n], amount))
            continue
        values = _values(reading, row, measures, covered, blanks, kept, by_number)
        if isinstance(values, Remark):
            reading.remarks.append(values)
            continue
        if not values:
            continue
        if trouble is not None:
            reading.remarks.append(trouble)
        item = _item(reading, row, values, amount, amount_place, stem, owner, titled_year)
        if isinstance(item, Remark):
            reading.remarks.append(item)
            continue
        items.append(item)
    return items, sums


def _told_above(reading: _Reading, zh: str, en: str, value: str) -> None:
    place = reading.place(reading.grid.rows[0][0])
    reading.remarks.append(
        Remark(
            "list",
            "notice",
            f"没有“{zh}”一列，取表头上方写的“{value}”。",
            f"There is no column for the {en}; “{value}”, written above the header, was taken.",
            place,
        )
    )


def _owner_above(reading: _Reading) -> tuple[str, int | None]:
    """The department and the year that the lines above the header give for the whole list."""
    return _owner_in(reading.grid.rows[: reading.header.first])


def _owner_in(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, int | None]:
    owner, years = "", set()
    for _, cells in rows:
        for cell in cells:
            flat = narrow(cell)
            spaced = re.sub(r"\s*:\s*", ":", re.sub(r"(?<=[^\x00-\x7f]) ?(?=[(:])", "", flat))
            match = _OWNER.search(spaced)
            if match and _ORGANISATION.search(match[1]) and money_unit(match[1]) is None:
                owner = owner or joined(match[1])
            elif match := _TITLED_OWNER.match(squeeze(cell)):
                owner = owner or match[1]
            elif _DEPARTMENT.match(squeeze(cell)) and _is_caption(cells):
                owner = owner or squeeze(cell)
            years |= {int(year) for year in _TITLED_YEAR.findall(flat)}
    return owner, years.pop() if len(years) == 1 else None


def _covered(grid: Grid, header: _Header) -> Mapping[tuple[int, int], tuple[int, int]]:
    """For every cell below the first of a cell merged downwards, where that first one is: (row number, column)."""
    start = grid.rows[header.body][0] if header.body < len(grid.rows) else 0
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for r1, c1, r2, c2 in grid.merged:
        if r2 > r1 and r2 >= start and c1 < len(header.names):
            for number in range(max(r1 + 1, start), r2 + 1):
                for column in range(c1, min(c2 + 1, len(header.names))):
                    found[number, column] = (r1, c1)
    return found


def _evident(reading: _Reading) -> Mapping[int, str]:
    """The columns of a CSV whose blanks are plainly cells that were merged downwards, by field.

    So they are where department, unit and year are blank in the same rows, or where such a column stands before
    the title; a single blank in a column behind it may as well be a value that is missing.
    """
    header = reading.header
    rows = [row for n, row in enumerate(reading.rows) if n not in reading.totals and row.title]
    title = header.of("title")[0]
    blank: dict[int, frozenset[int]] = {}
    for name in ("department", "unit", "year"):
        for n in header.of(name)[:1]:
            if n in _measures(reading):
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
        reading.remarks.append(
            Remark(
                "carried",
                "warning",
                f"“{header.names[n]}”在第 {shown} 行是空的，像是合并过的单元格，按上面一行补上，请核对。",
                f"“{header.names[n]}” is blank in rows {shown}, like a cell that was merged; filled from above. Check it.",
                reading.place(numbers[0]),
            )
        )
    return {n: header.columns[n].field for n in carried if header.columns[n] is not None}  # type: ignore[union-attr]


def _values(
    reading: _Reading,
    row: _Row,
    measures: frozenset[int],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    blanks: Mapping[int, str],
    kept: dict[str, str],
    cells_by_number: Mapping[int, Sequence[str]],
) -> dict[str, str] | Remark:
    """The values of a row by field, merged cells with what they hold; empty where the row says nothing of its own."""
    header = reading.header
    values: dict[str, str] = {}
    halves: dict[str, list[str]] = {}
    own_title = False
    for n, one in header.said:
        if n in measures:
            continue
        value = row.cells[n] if n < len(row.cells) else ""
        if not value and one.field in _CARRIED and (origin := covered.get((row.number, n))):
            above = cells_by_number.get(origin[0], ())
            value = above[origin[1]] if origin[1] < len(above) else ""
        elif value and one.field == "title":
            own_title = True
        if one.field in ("department", "unit", "year"):
            if squeeze(value) in _DITTO:
                value = kept.get(f"column {n}", value)
            elif value:
                kept[f"column {n}"] = value
        if n in blanks:
            value = value or kept.get(one.field, "")
            kept[one.field] = value
        if one.half:
            if value:
                halves.setdefault(one.field, [])
                halves[one.field].insert(0 if one.half == "code" else len(halves[one.field]), value)
        elif value:
            if one.field == "term" and one.measure and parse_amount(value) is not None:
                value += "个月" if "月" in one.measure else one.measure
            values.setdefault(one.field, value)
    for name, both in halves.items():
        values.setdefault(name, " ".join(dict.fromkeys(both)))
    title = values.get("title", "")
    printed = _printed(reading, row)
    if not title:
        said = {name for name in values if name not in ("department", "unit", "year", "part")}
        if not said and is_no_amount(printed):
            return {}
        return _remark(reading.place(row.number), "缺少项目名称", "the title is missing")
    if (
        not own_title
        and is_no_amount(printed)
        and reading.amount >= 0
        and covered.get((row.number, reading.amount))
    ):
        return {}  # another line of the same item: its title and its amount are one cell each
    return values


def _amount_place(reading: _Reading, row: _Row) -> Place | None:
    place = reading.place(row.number, reading.amount) if reading.amount >= 0 else None
    return None if place == reading.place(row.number) else place


def _amount_of(
    reading: _Reading,
    row: _Row,
    unit: str,
    readable: bool,
    covered: Mapping[tuple[int, int], tuple[int, int]],
) -> tuple[Decimal | None, Remark | None]:
    """The amount of a row in 万元, and what is doubtful in it; a remark of level "error" says that it cannot be read."""
    printed = _printed(reading, row)
    place = _amount_place(reading, row) or reading.place(row.number)
    if is_no_amount(printed):
        if reading.amount >= 0 and (row.number, reading.amount) in covered:
            return None, Remark(
                "amount",
                "warning",
                "这一行的金额与上面的行合并在一格里，只计在上面一行。",
                "The amount of this row is merged with the row above and counted there only.",
                place,
            )
        return None, None
    if printed.startswith("#"):
        return None, _refused(
            place,
            f"金额是错误值 {printed[:12]}，请在原表中更正",
            f"the amount is the error value {printed[:12]}",
        )
    value = parse_amount(printed)
    if value is None:
        hint = "（看起来是公式，请粘贴为数值）" if printed.startswith("=") else ""
        return None, _refused(place, f"“{printed[:20]}”不是金额{hint}", f"“{printed[:20]}” is not an amount")
    if not (readable or unit_of(printed)):
        return None, None
    amount = to_wan(value, unit_of(printed) or unit or "万元")
    if abs(amount) >= ABSURD_WAN:
        return None, _refused(
            place,
            f"金额 {printed[:30]} 大得不可能，请核对单位",
            f"the amount {printed[:30]} is impossibly large; check its unit",
        )
    if amount < 0:
        return amount, _remark(
            place, f"金额 {amount} 万元是负数", f"the amount {amount} is negative", "warning"
        )
    if is_scientific(printed):
        return amount, _remark(
            place,
            f"金额 {printed[:20]} 是科学计数法，可能已经四舍五入，请核对",
            f"the amount {printed[:20]} is in scientific notation and may be rounded; check it",
            "warning",
        )
    if value and not amount:
        return amount, _remark(
            place,
            f"金额 {printed[:20]} 不足 50 元，按万元两位小数为 0",
            f"the amount {printed[:20]} is below 50 yuan and comes to 0.00 (10k CNY)",
            "warning",
        )
    return amount, None


def _item(
    reading: _Reading,
    row: _Row,
    values: Mapping[str, str],
    amount: Decimal | None,
    amount_place: Place | None,
    stem: str,
    owner: str,
    titled_year: int | None,
) -> BudgetItem | Remark:
    """The item of a row, or the remark that says why it holds none."""
    place = reading.place(row.number)
    title = joined(values["title"])
    year = titled_year if not reading.header.of("year") else None
    if printed := values.get("year", ""):
        year = year_of(printed)
        if year is None and not is_no_amount(printed):
            return _remark(place, f"“{printed[:20]}”不是年份", f"“{printed[:20]}” is not a year")
    department = joined(values.get("department", ""))
    return BudgetItem(
        id=values.get("id") or f"{stem}-{row.number}",
        title=title,
        department=department or (owner if not reading.header.of("department") else ""),
        unit=joined(values.get("unit", "")),
        year=year,
        summary=values.get("summary", ""),
        amount_wan=amount,
        part=_part(values.get("part", "")) or _part_of_amounts(reading, row),
        code=values.get("code", ""),
        code_name=joined(values.get("code_name", "")),
        document=values.get("document", ""),
        gov_service=_YES_NO.get(squeeze(values.get("gov_service", "")).lower()),
        economic_class=values.get("economic_class", ""),
        government_economic_class=values.get("government_economic_class", ""),
        functional_class=values.get("functional_class", ""),
        project_class=values.get("project_class", ""),
        procured=_YES_NO.get(squeeze(values.get("procured", "")).lower()),
        procurement_item=values.get("procurement_item", ""),
        procurement_method=values.get("procurement_method", ""),
        term=_term(reading, values.get("term", "")),
        place=place,
        amount_place=amount_place,
    )


def _term(reading: _Reading, printed: str) -> str:
    """A term as printed; a bare figure under 服务年限 gets the 年 that the heading says."""
    columns = reading.header.of("term")
    if printed and columns and re.fullmatch(r"\d{1,2}(?:\.\d)?", printed):
        return f"{printed}年" if "年" in reading.header.names[columns[0]] else printed
    return printed


def year_of(printed: str) -> int | None:
    """The year that a cell gives: 2026, 2026.0, 2026年度, 二〇二六年, a date; None where it gives none or several."""
    flat = squeeze(printed).translate(_NUMERALS)
    match = _YEAR.match(flat) or _DAY.match(narrow(printed).strip()) or _DAY.match(flat)
    return int(match[1]) if match else None


def _part(text: str) -> Part:
    if "结转" in text:
        return "上年结转"
    return "本年预算" if "本年" in text or "当年" in text else ""


def _part_of_amounts(reading: _Reading, row: _Row) -> Part:
    """The part of the budget where it stands under a heading like 资金 that holds no figures."""
    for n, one in enumerate(reading.header.columns):
        cell = row.cells[n] if n < len(row.cells) and n != reading.amount else ""
        if one is not None and one.field == "amount" and len(cell) <= 8 and (part := _part(cell)):
            return part
    return ""


def _added_up(
    reading: _Reading, items: list[BudgetItem], sums: Sequence[tuple[int, _Row, str, Decimal | None]]
) -> tuple[list[BudgetItem], list[Subtotal], list[Check]]:
    """The items without rows that turn out to add up others, the subtotals, and each of them checked."""
    heads = _adding_rows(items, {fold(i.department) for i in items} | {fold(i.unit) for i in items})
    claims: list[tuple[int, str, Decimal | None, Place | None]] = [
        (at, name, amount, reading.place(row.number, reading.amount)) for at, row, name, amount in sums
    ]
    claims += [
        (n, items[n].title, items[n].amount_wan, items[n].amount_place or items[n].place) for n in heads
    ]
    reading.remarks += [_adds(items[n]) for n in heads]
    subtotals: list[Subtotal] = []
    checks: list[Check] = []
    claims.sort(key=lambda claim: claim[0])
    amounts = [None if n in heads else item.amount_wan for n, item in enumerate(items)]
    last, before = 0, 0
    for at, name, amount, place in claims:
        if _AMONG.match(label(name)):
            continue
        if amount is None:
            continue
        subtotals.append(Subtotal(name, "", amount, place))
        following = next((a for a, *_ in claims if a > at), len(items))
        spans = {
            "above": amounts[:at],
            "since": amounts[last:at],
            "between": amounts[before:at],
            "all": amounts,
            "below": amounts[at:following],
            "rest": amounts[at:],
        }
        sums_of = {
            k: sum((a for a in some if a is not None), Decimal(0)) for k, some in spans.items() if some
        }
        agreeing = next((s for s in sums_of.values() if abs(s - amount) <= TOLERANCE), None)
        if agreeing is None and any(a is None for n, a in enumerate(amounts) if n not in heads):
            doubtful = "（有的项目没有金额）"
        else:
            doubtful = ""
        flat = label(name)
        usual = "since" if "小计" in flat or "本页" in flat else "above"
        summed = agreeing if agreeing is not None else sums_of.get(usual, sums_of.get("below", Decimal(0)))
        where = f"“{reading.grid.name}”" if reading.grid.name else ""
        checks.append(
            Check("list", f"清单{where}的“{name}”{doubtful}", amount, summed, agreeing is not None, place)
        )
        before = at
        if "小计" in flat:
            last = at
    return [item for n, item in enumerate(items) if n not in heads], subtotals, checks


def _adds(item: BudgetItem) -> Remark:
    return Remark(
        "list",
        "notice",
        f"“{item.title}”是部门名称或下面各行之和，按小计，未计入项目。",
        f"“{item.title}” is a department's name or the sum of the rows below; taken for a subtotal.",
        item.place,
    )


def _adding_rows(items: Sequence[BudgetItem], organisations: Set[str]) -> set[int]:
    """The rows that are named like a group (一、环卫类) or a department and are the sum of those below.

    A department's own name is never an item, whatever it comes to.
    """
    found: set[int] = set()
    for n, item in enumerate(items):
        if (name := fold(item.title)) and name in organisations:
            found.add(n)
            continue
        kind = _group_kind(item.title)
        if not kind or not item.amount_wan:
            continue
        below, rows = Decimal(0), 0
        for other in items[n + 1 :]:
            if _group_kind(other.title) == kind:
                break
            below, rows = below + (other.amount_wan or Decimal(0)), rows + 1
            if abs(below - item.amount_wan) <= TOLERANCE and rows > 1:
                found.add(n)
                break
    return found


def _group_kind(title: str) -> str:
    """What a title is named like: a numbered group of one of two levels, an organisation, or nothing of these."""
    flat = squeeze(title)
    if _ORDER.match(flat):
        return "(" if flat[0] in "(（" else "、"
    return "局" if _ORGANISATION.search(flat) else ""


def _refused(place: Place, text: str, english: str) -> Remark:
    """A remark on an amount that was not taken; its line counts without one."""
    return Remark(
        "amount",
        "error",
        f"{text}；这一项按没有金额计入。",
        f"{english[:1].upper()}{english[1:]}; the item counts without an amount.",
        place,
    )


def _remark(place: Place, text: str, english: str, level: str = "error") -> Remark:
    left_out = ("，这一行未计入", "; the row was left out") if level == "error" else ("", "")
    return Remark(
        "row",
        "error" if level == "error" else "warning",
        f"{text}{left_out[0]}。",
        f"{english[:1].upper()}{english[1:]}{left_out[1]}.",
        place,
    )
