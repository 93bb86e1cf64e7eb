"""Lines of a long list that may be counted twice, as far as one pass over its rows tells: what `check_totals` says of a list
that is read as a whole, without the rows in memory.

Rows are compared as they are printed. Where a total agrees with the rows above it, nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from statistics import median

from goufu.disclosure.amounts import UNITS, parse_amount, to_wan, unit_of
from goufu.disclosure.doubles import double_remark, said_by_another
from goufu.disclosure.lists.cell_values import AMONG
from goufu.disclosure.lists.headings import words
from goufu.disclosure.lists.lines_seen import LinesSeen
from goufu.disclosure.lists.model import Header
from goufu.disclosure.lists.read_list import perhaps_in_wan_remark
from goufu.disclosure.lists.totals import group_kind, perhaps_a_sum
from goufu.disclosure.model import BudgetItem, Place, Remark
from goufu.disclosure.sums import (
    FEW,
    SAME,
    GroupHeads,
    perhaps_in_yuan_remark,
    single_rows,
    sums_of_others,
    telling_sums,
)

_NOTHING = Decimal(0)
#: lines told one by one; beyond, their number
_TOLD = 20
#: amounts that stand for all in their order
_SAMPLE = 4_096
#: totals that are compared
_TOTALS = 100_000
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


@dataclass(frozen=True, slots=True)
class _Total:
    """A row called a total: its line, its name, its figure, and what all lines above it come to."""

    line: int
    name: str
    figure: Decimal | None
    above: Decimal


@dataclass
class GroupsSeen:
    """Rows named like groups, and those called 其中, while a list passes: whether all rows together may tell otherwise what
    they are than the rows around them.

    So it is with a group over a single row (`goufu.disclosure.lists.totals.of_one_row`), and with rows that go on behind
    其中 (`goufu.disclosure.lists.sub_lines`), of which totals decide. `left` is what the row above 其中 comes to beyond
    these, and each of these beyond the next, `open` whether the next line is to be looked at.
    """

    open: bool = False
    single: bool = False
    goes_on: bool = False
    _kind: str = ""
    _alone: str = ""
    _figure: Decimal = _NOTHING
    _left: tuple[Decimal, ...] = ()
    _numbered: Decimal = _NOTHING
    _below: Decimal = _NOTHING

    def at_line(self, kind: str, figure: Decimal, before: Decimal) -> None:
        """Take in a line of that `kind`; `before` is the figure of the line above."""
        self.single = self.single or (bool(kind) and kind == self._alone)
        self._alone = self._kind if not kind and figure and figure == self._figure else ""
        left = self._left if self._kind == "其中" else ()
        self._kind, self._figure = kind, figure
        if kind == "其中":  # a further part of the row above, or a part of the part before
            self._left = ((left[0] if left else before) - figure, *left[1:], before - figure)
        elif self._left:
            self._left = tuple(one - figure for one in self._left)
            self.goes_on = self.goes_on or _NOTHING in self._left
        self.open = bool(kind or self._alone or any(one > 0 for one in self._left))

    def at_number(self, number: str, figure: Decimal) -> None:
        """Take in the number of a line, "" for none: one without may be part of the last that has one."""
        if number:
            self._numbered, self._below = figure, _NOTHING
        elif self._numbered:
            self._below += figure
            self.single = self.single or self._below == self._numbered

    def end(self) -> None:
        """Take in a total, or that nothing follows."""
        self.single = self.single or bool(self._alone)
        self._left = ()


@dataclass
class SizesSeen:
    """The sizes of amounts while a list passes, for `goufu.disclosure.sums.perhaps_in_yuan` and `perhaps_in_wan`.

    `sample` has every so many amounts, thinned out as it grows; `large` and `small` are the lines with amounts that are as
    large as yuan are under 万元, or as small as 万元 under 元, `most` the largest of all others. In the unit of the list.
    """

    from_large: Decimal
    below_small: Decimal
    sample: list[Decimal] = field(default_factory=list)
    large: list[tuple[int, str, Decimal]] = field(default_factory=list)
    small: list[tuple[int, str, Decimal]] = field(default_factory=list)
    most: Decimal = _NOTHING
    _count: int = 0
    _step: int = 1

    def at(self, line: int, title: str, size: Decimal) -> None:
        """Take in an amount, which is above zero."""
        if size >= self.from_large:
            self.large.append((line, title, size))
        elif size > self.most:
            self.most = size
        if size < self.below_small:
            self.small.append((line, title, size))
        self._count += 1
        if self._count % self._step == 0:
            self.sample.append(size)
            if len(self.sample) > _SAMPLE:
                self.sample, self._step = self.sample[::2], 2 * self._step

    def in_yuan(self) -> list[tuple[int, str, Decimal]]:
        """The lines that look as if they alone were filled in in yuan."""
        others = [size for size in self.sample if size < self.from_large]
        few = self._count == 2
        if not others or (3 * len(self.large) > self._count and not few) or 10 * self.most >= self.from_large:
            return []
        return [one for one in self.large if one[2] >= 1_000 * median(others)]

    def in_wan(self) -> list[tuple[int, str, Decimal]]:
        """The lines that look as if they alone were filled in in 万元."""
        if self._count < 2:
            return []
        middle = median(self.sample) if self._count > 2 else max(self.sample)
        return [one for one in self.small if 1_000 * one[2] <= middle]


@dataclass
class RunningSums:
    """The sums of a list while its rows pass: of the group that the last head opened, and of all lines."""

    header: Header
    amount: int
    unit: str
    file: str
    _first: LinesSeen = field(default_factory=lambda: LinesSeen(_REMEMBERED))
    _twice: list[Remark] = field(default_factory=list)
    _few: list[tuple[int, str, Decimal]] = field(default_factory=list)
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
    _groups: GroupsSeen = field(default_factory=lambda: GroupsSeen())
    _printed: list[_Total] = field(default_factory=list)
    _before: Decimal = _NOTHING
    _agrees: bool = False

    def __post_init__(self) -> None:
        columns = self.header.columns
        self._title = self.header.of("title")[0]
        self._ordinal = next(iter(self.header.of("number")), -1)
        says = [n for n, one in enumerate(columns) if one is None or one.field in _SAYS]
        owners = [n for name in ("department", "unit", "year", "part") for n in self.header.of(name)]
        self._width = max((*says, *owners)) + 1
        self._says = itemgetter(*says, *says[:1])  # of one column too a tuple
        self._owners = itemgetter(*owners, self._title, self._title)
        wan = UNITS.get(self.unit, Decimal(1))
        self._same = SAME / wan
        self._heads = GroupHeads[tuple[int, str, Decimal]](self._same)
        self._sizes = SizesSeen(10_000 / wan, Decimal(1_000) if self.unit == "元" else _NOTHING)

    def at_line(self, line: int, cells: Sequence[str]) -> None:
        """Take in a row that is a line of the list."""
        figure = self._figure(cells[self.amount]) if 0 <= self.amount < len(cells) else None
        title = cells[self._title].strip()
        kind = ""
        if title[:1] in _HEADS or title.endswith(_ENDINGS):
            # what such rows add up is decided where they are read
            kind = "其中" if AMONG.match(title) else group_kind(title)
            self._comparable = self._comparable and not kind
        if kind or self._groups.open:
            self._groups.at_line(kind, figure or _NOTHING, self._before)
        self._before = figure or _NOTHING
        if not figure:
            return
        if self._ordinal >= 0:
            number = cells[self._ordinal].strip() if self._ordinal < len(cells) else ""
            self._groups.at_number(number, figure)
        one = (line, title, figure)
        if figure > 0 and cells[self.amount].rstrip()[-1:].isdigit():  # it prints no unit of its own
            self._sizes.at(line, title, figure)
        self._heads.at(one, figure)
        if len(self._few) <= FEW:
            self._few.append(one)
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

    def at_total(self, line: int, cells: Sequence[str]) -> None:
        """Take in a row that is called a total, in that line."""
        figure = self._figure(cells[self.amount]) if 0 <= self.amount < len(cells) else None
        self._agrees = self._agrees or (figure is not None and abs(self._total - figure) <= 5 * self._same)
        if len(self._printed) < _TOTALS:
            self._printed.append(_Total(line, cells[self._title].strip(), figure, self._total))

    def only_whole(self) -> bool:
        """Whether only all rows together tell which of them add up others, or are part of them."""
        self._groups.end()
        return self._groups.single or self._groups.goes_on

    def _of_totals(self) -> list[Remark]:
        """The warnings on totals that no lines come to, as `goufu.disclosure.lists.totals.check_totals` compares them."""
        if self._printed and not self._comparable:
            text = "清单里有小计或“其中”，边读边判时合计没有与各行核对，请核对。"
            english = "Some rows add up others or are part of them; totals were not checked against the rows while they were streamed."
            return [Remark("list", "warning", text, english, Place(self.file, line=self._printed[0].line))]
        found: list[Remark] = []
        last = before = _NOTHING
        for n, one in enumerate(self._printed):
            after = self._printed[n + 1].above if n + 1 < len(self._printed) else self._total
            sums = {one.above, one.above - last, one.above - before, after - one.above}
            sums |= {self._total, self._total - one.above}
            before = one.above
            last = one.above if "小计" in one.name else last
            if one.figure is None or any(abs(s - one.figure) <= 5 * self._same for s in sums):
                continue
            found.append(self._disagrees(one))
        return found[:_TOLD]

    def _disagrees(self, one: _Total) -> Remark:
        assert one.figure is not None
        unit = self.unit or "万元"
        printed, summed = to_wan(one.figure, unit), to_wan(one.above, unit)
        return Remark(
            "list",
            "warning",
            f"“{one.name}”：所印 {printed:,} 万元，以上各行合起来是 {summed:,} 万元；可能原件有误，也可能读错，请核对。",
            f"“{one.name}”: printed {printed:,}, the rows above come to {summed:,} (10k CNY); the document may be wrong, or misread. Check it.",
            Place(self.file, line=one.line),
        )

    def remarks(self) -> list[Remark]:
        """What was found, after the last row."""
        self._at_run((0, "", _NOTHING), ())
        unequal = self._of_totals()
        # a total that a workbook computes agrees whatever the unit
        unequal += [perhaps_in_yuan_remark(self._item(one)) for one in self._sizes.in_yuan()[:_TOLD]]
        unequal += [perhaps_in_wan_remark(self._item(one)) for one in self._sizes.in_wan()[:_TOLD]]
        if self._agrees:
            return unequal
        found = [*unequal, *self._twice]
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
        if self._printed or not self._comparable:
            return found
        sums = self._heads.found() or (self._feet if not self._rows else [])
        if len(self._few) <= FEW:  # as in `goufu.disclosure.lists.totals`
            amounts = [self._item(one).amount_wan for one in self._few]
            by_chance = (
                sums_of_others(amounts)
                or single_rows(amounts, [title for _, title, _ in self._few], False)
                or telling_sums(amounts)
            )
            sums = [self._few[n] for n in by_chance]
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
