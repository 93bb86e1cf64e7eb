"""Lines of a long list that may be counted twice, as far as one pass over its rows tells: what `check_totals` says of a list
that is read as a whole, without the rows in memory.

Rows are compared as they are printed. Where a total agrees with the rows above it, nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from operator import itemgetter

from goufu.disclosure.amounts import UNITS, parse_amount, to_wan, unit_of
from goufu.disclosure.doubles import double_remark, said_by_another
from goufu.disclosure.lists.cell_values import AMONG
from goufu.disclosure.lists.headings import words
from goufu.disclosure.lists.lines_seen import LinesSeen
from goufu.disclosure.lists.model import Header
from goufu.disclosure.lists.totals import group_kind, perhaps_a_sum
from goufu.disclosure.model import BudgetItem, Place, Remark
from goufu.disclosure.sums import SAME

_NOTHING = Decimal(0)
#: lines told one by one; beyond, their number
_TOLD = 20
#: lines of which it is remembered what they say
_REMEMBERED = 1_000_000
#: what a line says; the rest is its number
_SAYS = frozenset(
    {"title", "department", "unit", "year", "part", "amount", "summary", "code", "economic_class"}
    | {"functional_class", "procurement_item", "term"}
)
#: how titles of groups and of parts begin, and end
_HEADS = frozenset("一二三四五六七八九十第(（其含")
_ENDINGS = tuple(words()["organisations"]["endings"])


@dataclass
class RunningSums:
    """The sums of a list while its rows pass: of the group that the last head opened, and of all lines."""

    header: Header
    amount: int
    unit: str
    file: str
    _first: LinesSeen = field(default_factory=lambda: LinesSeen(_REMEMBERED))
    _twice: list[Remark] = field(default_factory=list)
    _heads: list[tuple[int, str, Decimal]] = field(default_factory=list)
    _open: bool = False
    _below: Decimal = _NOTHING
    _rows_below: int = 0
    _total: Decimal = _NOTHING
    _rows: int = 0
    _feet: list[tuple[int, str, Decimal]] = field(default_factory=list)
    _above: Decimal = _NOTHING
    _run: tuple[object, ...] = ()
    _run_head: tuple[int, str, Decimal] = (0, "", _NOTHING)
    _run_sum: Decimal = _NOTHING
    _run_rows: int = 0
    _told: int = 0
    _comparable: bool = True
    _totals: bool = False
    _agrees: bool = False

    def __post_init__(self) -> None:
        columns = self.header.columns
        self._title = self.header.of("title")[0]
        says = [n for n, one in enumerate(columns) if one is None or one.field in _SAYS]
        owners = [n for name in ("department", "unit", "year", "part") for n in self.header.of(name)]
        self._width = max((*says, *owners)) + 1
        self._says = itemgetter(*says, *says[:1])  # of one column too a tuple
        self._owners = itemgetter(*owners, self._title, self._title)
        self._same = SAME / UNITS.get(self.unit, Decimal(1))

    def at_line(self, line: int, cells: Sequence[str]) -> None:
        """Take in a row that is a line of the list."""
        figure = self._figure(cells[self.amount]) if 0 <= self.amount < len(cells) else None
        if not figure:
            return
        title = cells[self._title].strip()
        if title[:1] in _HEADS or title.endswith(_ENDINGS):
            # what such rows add up is decided where they are read
            self._comparable = self._comparable and not (AMONG.match(title) or group_kind(title))
        one = (line, title, figure)
        if self._open:
            self._below += figure
            self._rows_below += 1
            self._open = self._rows_below < 2 or abs(self._below - self._heads[-1][2]) > self._same
        else:  # the next head, as in `goufu.disclosure.sums.group_heads`
            self._heads.append(one)
            self._open, self._below, self._rows_below = True, _NOTHING, 0
        self._total += figure
        if (
            self._rows > 1 and abs(self._above - figure) <= self._same
        ):  # as in `goufu.disclosure.sums.group_feet`
            self._feet.append(one)
            self._above, self._rows = _NOTHING, 0
        else:
            self._above += figure
            self._rows += 1
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        owners = self._owners(cells)
        if "" not in owners:  # a blank may be a merged cell
            before = self._first.first(hash(self._says(cells)), line)
            if before:
                self._at_double(one, before)
        if owners == self._run:
            self._run_sum += figure
            self._run_rows += 1
        else:
            self._at_run(one, owners)

    def at_total(self, cells: Sequence[str]) -> None:
        """Take in a row that is called a total."""
        self._totals = True
        figure = self._figure(cells[self.amount]) if 0 <= self.amount < len(cells) else None
        self._agrees = self._agrees or (figure is not None and abs(self._total - figure) <= 5 * self._same)

    def remarks(self) -> list[Remark]:
        """What was found, after the last row."""
        self._at_run((0, "", _NOTHING), ())
        if self._agrees:
            return []
        found = list(self._twice)
        if self._told > _TOLD:
            found.append(
                Remark(
                    "list",
                    "warning",
                    f"另有 {self._told - _TOLD} 行也像是重复的，请核对。",
                    f"{self._told - _TOLD} more lines may be counted twice; check them.",
                    Place(self.file),
                )
            )
        if self._first.full:
            found.append(
                Remark(
                    "list",
                    "notice",
                    f"只比较了前 {_REMEMBERED:,} 个不同的行；再往后的行是否彼此重复，没有比较。",
                    f"Only the first {_REMEMBERED:,} different lines were compared; whether later ones repeat each other was not.",
                    Place(self.file),
                )
            )
        if self._totals or not self._comparable:
            return found
        sums = self._heads if not self._open else self._feet if not self._rows else []
        return found + [perhaps_a_sum(self._item(one)) for one in sums[:_TOLD]]

    def _figure(self, text: str) -> Decimal | None:
        figure: Decimal | None
        try:
            figure = Decimal(text)
        except InvalidOperation:
            figure = parse_amount(text)
            if figure is not None and unit_of(text):
                self._comparable = False  # in another unit than the rest
        return figure if figure is not None and figure.is_finite() else None

    def _at_double(self, one: tuple[int, str, Decimal], before: int) -> None:
        self._told += 1
        if self._told <= _TOLD:
            self._twice.append(said_by_another(self._item(one), Place(self.file, line=before)))

    def _at_run(self, one: tuple[int, str, Decimal], key: tuple[object, ...]) -> None:
        """Begin another run of lines of one name; the first of the run before may be the sum of the others."""
        if self._run_rows > 1 and self._run_sum == self._run_head[2]:
            self._told += 1
            if self._told <= _TOLD:
                text, english = "等于下面同名各行之和", "is the sum of those of its name below"
                self._twice.append(double_remark(self._item(self._run_head), text, english))
        self._run, self._run_head, self._run_sum, self._run_rows = key, one, _NOTHING, 0

    def _item(self, one: tuple[int, str, Decimal]) -> BudgetItem:
        line, title, figure = one
        return BudgetItem(
            id="",
            title=title,
            amount_wan=to_wan(figure, self.unit or "万元"),
            place=Place(self.file, line=line),
        )
