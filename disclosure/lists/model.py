"""What is known of one list while it is read: its grid, its header, its rows, and what comes out.

A grid is a table as it is printed: a sheet, a CSV file, or the table rows of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from goufu.disclosure.amounts import MoneyUnit
from goufu.disclosure.lists.headings import Heading
from goufu.disclosure.model import BudgetItem, Check, Part, Place, Remark, Subtotal

#: how a row says that it is part of the one above it: by the word 其中, or by standing further in
SubLine = Literal["", "among", "indented"]


#: fields that say what is within what: the id of the line above, how deep a line is, whether nothing is within it
WITHIN = ("parent", "depth", "leaf")


@dataclass(frozen=True)
class Grid:
    """A table as it is printed: its rows that say something, by number, and what is known of its cells.

    `merged` has the first and last row and column of every merged cell (rows by number, columns from 0). `knows_merged`
    is false where the format has no merged cells of its own (CSV), so that a blank may be one. `header` is the index of the
    header's row where it is known. `place` gives the place of a cell by row number and column, of the row for column -1.
    `indented` are the cells, by row number and column, whose text is set in from the left; `levels` how deep rows are in the
    outline of a workbook, by number, `bold` the cells in bold letters. `first_column` is the column of
    the sheet that column 0 is, where several lists are side by side. `turned`: its
    items stand as columns in the document.
    """

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    place: Callable[[int, int], Place]
    merged: Sequence[tuple[int, int, int, int]] = ()
    knows_merged: bool = True
    header: int | None = None
    indented: frozenset[tuple[int, int]] = frozenset()
    levels: Mapping[int, int] = field(default_factory=dict)
    bold: frozenset[tuple[int, int]] = frozenset()
    first_column: int = 0
    turned: bool = False


@dataclass(frozen=True)
class Header:
    """The columns of a list: their headings as printed and what they mean (None where that is not understood).

    `first` and `body` are indexes into the rows of the grid: of the header's first row, and of the first below it.
    """

    names: tuple[str, ...]
    columns: tuple[Heading | None, ...]
    first: int
    body: int

    @cached_property
    def text_columns(self) -> list[tuple[int, Heading]]:
        """The columns that say something of a line other than its amount, the better headings of a field first."""
        silent = ("amount", "number", "measure", "quantity", "currency", *WITHIN)
        found = [
            (n, one) for n, one in enumerate(self.columns) if one is not None and one.field not in silent
        ]
        return sorted(found, key=lambda column: (column[1].rank, self._order(column[0])))

    def of(self, name: str) -> list[int]:
        """The columns of a field, best first."""
        return self._by_field.get(name, [])

    def _order(self, n: int) -> int:
        """The place of a column among those that mean the same: their order, but that under a title over two columns, of a
        group and of what is in it, the further in comes first."""
        one = self.columns[n]
        beside = (m for m in (n - 1, n + 1) if 0 <= m < len(self.columns) and self.columns[m] == one)
        title = one is not None and one.field == "title"
        return -n if title and any(self.names[m] == self.names[n] for m in beside) else n

    @cached_property
    def _by_field(self) -> Mapping[str, list[int]]:
        found: dict[str, list[tuple[int, int, int]]] = {}
        for n, one in enumerate(self.columns):
            if one is not None:
                found.setdefault(one.field, []).append((one.rank, self._order(n), n))
        return {field: [n for *_, n in sorted(some)] for field, some in found.items()}


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row below the header: its number, its cells, the title it prints ("" for none), and how it says that it is part
    of the row above."""

    number: int
    cells: Sequence[str]
    title: str
    sub_line: SubLine = ""


@dataclass
class ListDraft:
    """What is found while a list is read from top to bottom.

    `totals` has the names of the rows that add up others, by index into `rows`. `units` are the units of money printed
    above or below the table. `amount` is the column of the amounts, -1 where there is none; `funds` the columns whose sum
    it then is. Of items, by number: `numbers` those that their rows are printed with, `levels` how deep they are in the outline,
    `in_units` those whose amount prints its own unit, `called` those with 合计 or 小计 beside their title, `bold` those
    with a title in bold letters, `within` what they say
    in the columns of `WITHIN`. `untitled` are the rows
    with an amount and no title: the number of items above, the row, its amount in 万元 and the remark on it. `owners`, `years`
    and `parts` are the departments, years and parts of the budget that stand alone in a row, by index of the row below.
    """

    grid: Grid
    header: Header
    remarks: list[Remark] = field(default_factory=list)
    rows: list[BodyRow] = field(default_factory=list)
    totals: dict[int, str] = field(default_factory=dict)
    units: list[MoneyUnit] = field(default_factory=list)
    amount: int = -1
    funds: tuple[int, ...] = ()
    numbers: dict[int, str] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    in_units: set[int] = field(default_factory=set)
    called: set[int] = field(default_factory=set)
    bold: set[int] = field(default_factory=set)
    within: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    untitled: list[tuple[int, BodyRow, Decimal, Remark]] = field(default_factory=list)
    owners: dict[int, str] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    parts: dict[int, Part] = field(default_factory=dict)

    def place(self, number: int, column: int = -1) -> Place:
        """The place of a cell, or of the whole row, by the row's number."""
        return self.grid.place(number, column)


@dataclass(frozen=True)
class ListFacts:
    """What is settled for all rows of a list before they are read one by one.

    `unit` is the unit (of `UNITS`) of amounts that print none, `readable` whether these may be taken at all;
    `unit_columns` give the unit row by row, `measures` hold measures (项, 平方米). `covered` has, for every cell below the
    first of a cell merged downwards, where that first one is: (row number, column), and `cells` the rows by number.
    `filled` are the columns whose blanks are filled from above, with their fields. `department`, the `organisation`
    within it, `year` and `part` are above the header. `signed_yuan`: some amounts with a currency sign are plainly in 元, whatever `unit` says.
    """

    unit: str
    readable: bool
    unit_columns: Sequence[int]
    measures: frozenset[int]
    covered: Mapping[tuple[int, int], tuple[int, int]]
    cells: Mapping[int, Sequence[str]]
    filled: Mapping[int, str]
    department: str = ""
    organisation: str = ""
    year: int | None = None
    part: Part = ""
    signed_yuan: bool = False


@dataclass(frozen=True)
class ListContents:
    """What one list says. `found` is false where it has no header with a title."""

    items: tuple[BudgetItem, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()
    found: bool = True


def refused_amount(place: Place, text: str, english: str) -> Remark:
    """A remark on an amount that was not taken; its line counts without one."""
    return Remark(
        "amount",
        "error",
        f"{text}；这一项按没有金额计入。",
        f"{english[:1].upper()}{english[1:]}; the item counts without an amount.",
        place,
    )


def row_remark(place: Place, text: str, english: str, level: str = "error") -> Remark:
    """A remark on a row; one of level "error" says that the row was left out."""
    left_out = ("，这一行未计入", "; the row was left out") if level == "error" else ("", "")
    return Remark(
        "row",
        "error" if level == "error" else "warning",
        f"{text}{left_out[0]}。",
        f"{english[:1].upper()}{english[1:]}{left_out[1]}.",
        place,
    )
