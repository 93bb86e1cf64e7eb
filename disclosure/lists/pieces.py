"""A long list read by pieces, or row by row: the same items as `read_list` gives for the whole, by the same functions.

What only the whole list tells (the unit, which blanks are merged cells) is settled beforehand, from its head and a look
through all rows (`goufu.disclosure.lists.stream`), which also compares the totals of a CSV with its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from goufu.disclosure.lines import label
from goufu.disclosure.lists.amount_column import (
    choose_amount,
    some_are_in_yuan,
    unit_columns,
    unit_of_amounts,
)
from goufu.disclosure.lists.body_rows import explains_columns, sort_body, take_units_printed
from goufu.disclosure.lists.cell_values import without_among
from goufu.disclosure.lists.header import find_header, plain_header
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
from goufu.disclosure.lists.read_list import items_and_sums
from goufu.disclosure.lists.row_values import is_ditto
from goufu.disclosure.lists.split_grid import is_header, lists_in, same_header
from goufu.disclosure.lists.sub_lines import TOLERANCE, settle_sub_lines
from goufu.disclosure.lists.totals import adding_rows, adds_remark, group_kind
from goufu.disclosure.model import BudgetItem, Place, Remark

Rows = Sequence[tuple[int, Sequence[str]]]
PlaceOf = Callable[[int, int], Place]


class OddListError(ValueError):
    """A list whose rows cannot be read piece by piece; the message says why, `english` in English."""

    def __init__(self, text: str, english: str) -> None:
        super().__init__(text, english)
        self.english = english

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Settled:
    """What holds for every row of a long list of which only a piece is in memory.

    `carried` are the columns whose blanks are filled from above, by field; `organisations` the folded names of all
    departments and units of the list; `negative` whether some amount is below zero; `totals_compared` whether the rows
    called totals were compared with the others already.
    """

    header: Header
    amount: int
    unit: str
    carried: Mapping[int, str]
    organisations: Set[str]
    negative: bool = False
    totals_compared: bool = False

    def is_line(self, cells: Sequence[str], place: PlaceOf) -> bool:
        """Whether a row by itself is a line of the list with a title: no total, no note, no header again."""
        draft = _draft([(1, cells)], self, place)
        draft.rows.append(BodyRow(0, (), ""))  # so that it is not the first
        sort_body(draft)
        return len(draft.rows) > 1 and not draft.totals and bool(draft.rows[-1].title)


def settle(head: Grid) -> tuple[Settled, tuple[Remark, ...]]:
    """What the head of a long list settles for all its rows, and the remarks on its amounts.

    Raises OddListError where only the whole list can say.
    """
    header = find_header(head)
    if header is None or header.first or header.body != 1:
        raise OddListError(
            "表头不在第一行，或不止一行", "the header is not the first line, or more than one line"
        )
    if head.header is None and (
        sum(1 for one in header.columns if one is not None) < 2 or len(lists_in(head)) > 1
    ):
        raise OddListError(
            "表头只认得一列，或有几个清单", "only one column is understood, or there are several lists"
        )
    if any(header.of(name) for name in WITHIN):
        raise OddListError("有上级编码、级次或是否末级", "a column says which lines are within which")
    money = [one for one in header.columns if one is not None and one.field == "amount"]
    whole = [one for one in money if one.money == "total"]
    if not whole and any(one.money == "part" for one in money) or (len(whole) > 1 and head.header is None):
        raise OddListError("不是只有一个合计金额列", "there is not just one column with the whole amount")
    if any(one.unit is None for one in whole):
        raise OddListError("金额列没有写明单位", "the heading of the amounts gives no unit")
    if any(label(header.names[n]) == "单位" for n in header.of("unit")):
        raise OddListError("“单位”一列可能是计量单位", "the column '单位' may be a measure")
    draft = ListDraft(head, header)
    take_units_printed(draft)
    sort_body(draft)
    if explains_columns(draft):
        raise OddListError("像是填表说明", "it reads like instructions")
    before = len(draft.remarks)
    choose_amount(draft)
    unit, readable = unit_of_amounts(draft)
    if not readable or (whole and draft.amount < 0):
        raise OddListError("金额列没有读懂", "the column of amounts is not understood")
    return Settled(header, draft.amount, unit, {}, frozenset()), tuple(draft.remarks[before:])


@dataclass(frozen=True)
class Piece:
    """Rows of a long list that are read together: those above them for what carries over, and those below.

    `above` settles what 同上, blanks and 其中 mean, `below` whether a row near the end adds up the rows under it. `start`
    is the number of the first row, `last` whether nothing follows.
    """

    above: Rows
    rows: Rows
    below: Callable[[], Rows]
    start: int
    last: bool


def read_piece(piece: Piece, settled: Settled, place: PlaceOf, stem: str) -> ListContents:
    """The items of a piece as `read_list` gives them for the whole list, without sums and checks.

    Raises OddListError where the rows cannot be understood without the others.
    """
    rows = [*piece.above, *piece.rows]
    read = _read(rows, settled, place, stem)
    before = sum(1 for item in read.items if _line(item.place) < piece.start)
    if piece.above and not before:
        raise OddListError("看不出上面的行是不是说明", "whether the rows above are notes cannot be told")
    parts, heads = _left_out(read, settled)
    if not piece.last and _undecided(read.items, heads | parts, settled.negative):
        heads = _left_out(_read([*rows, *piece.below()], settled, place, stem), settled)[1]
    remarks = [one for one in read.draft.remarks if one.place is None or _line(one.place) >= piece.start]
    own = range(before, len(read.items))
    remarks += [adds_remark(read.items[n]) for n in own if n in heads]
    remarks += [
        _total_left_out(name, place(row.number, -1), settled.totals_compared)
        for _, row, name, _ in read.sums
        if row.number >= piece.start
    ]
    kept = [read.counted(n) for n in own if n not in heads and n not in parts]
    return ListContents(tuple(kept), remarks=tuple(remarks))


def _total_left_out(name: str, place: Place, compared: bool) -> Remark:
    zh, en = f"“{name}”是合计行，未计入项目", f"“{name}” is a total and no item"
    if compared:
        return Remark("list", "notice", f"{zh}。", f"{en}.", place)
    return Remark(
        "list",
        "warning",
        f"{zh}；边读边判时不与各行核对。",
        f"{en}; it is not checked against the rows while they are streamed.",
        place,
    )


@dataclass(frozen=True)
class _Read:
    """Rows read so far: items, totals, and which items say they are part of the row above."""

    draft: ListDraft
    items: list[BudgetItem]
    sums: list[tuple[int, BodyRow, str, Decimal | None]]
    sub_lines: dict[int, SubLine]

    def counted(self, n: int) -> BudgetItem:
        item = self.items[n]
        return replace(item, title=without_among(item.title)) if n in self.sub_lines else item


def _line(place: Place | None) -> int:
    return (place.line if place is not None else 0) or 0


def _draft(rows: Rows, settled: Settled, place: PlaceOf) -> ListDraft:
    header = settled.header
    grid = Grid("", [(0, header.names), *rows], place, knows_merged=False, header=0)
    draft = ListDraft(grid, header, amount=settled.amount)
    draft.funds = tuple(
        n
        for n, one in enumerate(header.columns)
        if one is not None and one.field == "amount" and one.money == "part"
    )
    return draft


def _read(rows: Rows, settled: Settled, place: PlaceOf, stem: str) -> _Read:
    header = settled.header
    for number, cells in rows:
        if is_header(cells) and not same_header(header, Header(*plain_header(cells), 0, 1)):
            raise OddListError(f"第 {number} 行又是一个表头", f"line {number} is another header")
    draft = _draft(rows, settled, place)
    sort_body(draft)
    if unit_columns(draft):
        raise OddListError("各行的金额单位不同", "rows give units of money of their own")
    facts = ListFacts(  # nothing stands above the header
        settled.unit,
        True,
        (),
        frozenset(header.of("measure")),
        {},
        {},
        settled.carried,
        signed_yuan=some_are_in_yuan(draft, settled.unit),
    )
    return _Read(draft, *items_and_sums(draft, facts, stem))


def _left_out(read: _Read, settled: Settled) -> tuple[set[int], set[int]]:
    """The items that are part of others, and those that add up others. Raises OddListError where only totals would tell."""
    items, sub_lines = read.items, read.sub_lines
    below_total = {at for at, *_ in read.sums}
    if any(n - 1 not in sub_lines and (n == 0 or n in below_total) for n in sub_lines):
        raise OddListError("“其中”上面没有项目", "rows called '其中' with no item above")
    parts, _ = settle_sub_lines(read.draft, items, [], sub_lines)
    alone = [replace(item, amount_wan=None) if n in parts else item for n, item in enumerate(items)]
    return parts, adding_rows(alone, settled.organisations) - parts


def _undecided(items: Sequence[BudgetItem], left_out: set[int], negative: bool) -> bool:
    """Whether some row may still turn out to add up rows that are not in memory."""
    for n, item in enumerate(items):
        kind = group_kind(item.title) if n not in left_out and item.amount_wan else ""
        if not kind:
            continue
        below = Decimal(0)
        for other in items[n + 1 :]:
            below += other.amount_wan or Decimal(0)
            beyond = not negative and below > (item.amount_wan or 0) + TOLERANCE
            if beyond or group_kind(other.title) == kind:
                break
        else:
            return True
    return False


def read_alone(
    rows: Rows, settled: Settled, place: PlaceOf
) -> list[tuple[BudgetItem | None, tuple[Remark, ...]]]:
    """Each row read by itself, whatever is above and below: its item, if it is one, and the remarks on it.

    For rows that have no order, as those of a database. An item without an id has "". `place` must give the row's number
    as its line. Raises OddListError where a row is another header.
    """
    header = settled.header
    dittos = [n for name in ("department", "unit", "year") for n in header.of(name)]
    alone = {number for number, cells in rows if any(n < len(cells) and is_ditto(cells[n]) for n in dittos)}
    read = _read([row for row in rows if row[0] not in alone], settled, place, "")
    found = {_line(item.place): read.counted(n) for n, item in enumerate(read.items)}
    remarks = list(read.draft.remarks)
    told = {_line(one.place) for one in remarks} | {row.number for _, row, *_ in read.sums}
    for number, cells in rows:  # those that a row above took with it, or would have filled
        if number in alone or (number not in found and number not in told):
            read = _read([(number, cells)], settled, place, "")
            remarks += read.draft.remarks
            if read.items:
                found[number] = read.counted(0)
    by_row: dict[int, list[Remark]] = {}
    for one in remarks:
        by_row.setdefault(_line(one.place), []).append(one)
    named = header.of("id")
    out: list[tuple[BudgetItem | None, tuple[Remark, ...]]] = []
    for number, cells in rows:
        item = found.get(number)
        if item is not None and not any(n < len(cells) and cells[n] for n in named):
            item = replace(item, id="")
        out.append((item, tuple(by_row.get(number, ()))))
    return out
