"""The project tables, 项目支出预算表（本年预算）and（上年结转）: which rows are items, which add up others.

A table is found by its title or, where the title is lost, by its header; it runs on over page breaks, repeated
headers, running heads and page numbers as long as rows with amounts follow, until a part, a section or another table
begins. Amounts are in the unit that the heading, the lines above or a note below print; one that is printed but not
understood is told and no amount is taken, and where none is printed the size of the amounts decides, which is told
as well. Rows that cannot be read are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from disclosure.amounts import (
    ABSURD_WAN,
    MoneyUnit,
    is_no_amount,
    money_unit,
    parse_amount,
    to_wan,
    unit_by_size,
    unit_of,
)
from disclosure.columns import Columns, header, is_numbering
from disclosure.furniture import (
    ORGANISATION,
    begins_part,
    is_bracketed,
    is_caption,
    is_heading,
    is_note,
    is_page_number,
    is_running_head,
    names_a_table,
    owner_of,
    repeated,
    says_empty,
    spoken_name,
)
from disclosure.lines import Line, fold, label
from disclosure.model import Part, Place, Remark, Subtotal
from disclosure.subtotals import (
    TOLERANCE,
    Raw,
    is_called_total,
    is_grand,
    is_group,
    kinds,
    parts_of,
    plain,
    without_among,
)
from disclosure.titles import is_title, part_of

#: lines between a title and its table's header: the department, the money unit, a page header
TITLE_REACH = 8
#: lines that may stand between two rows of one table: the foot of a page, the head of the next, the title again
PAUSE = 14


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One item row: its title, department and unit, its amount in 万元, and where both stand.

    The amount is None where none is printed, or none may be taken because its unit is not understood.
    """

    title: str
    department: str
    unit: str
    part: Part
    amount_wan: Decimal | None
    place: Place
    amount_place: Place


@dataclass(frozen=True, slots=True)
class Claim:
    """A subtotal, the amounts of the items it must add up, and whether these are all items of its table."""

    subtotal: Subtotal
    parts: tuple[Decimal, ...]
    whole: bool


@dataclass(frozen=True)
class ProjectTables:
    """What the project tables of one document say.

    `claims` has each subtotal with the amounts it must add up.
    """

    rows: tuple[ProjectRow, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    claims: tuple[Claim, ...] = ()
    remarks: tuple[Remark, ...] = ()
    found: bool = False


@dataclass(frozen=True, slots=True)
class _Printed:
    """A row as it is printed: figures not yet in 万元, the unit a cell gives itself beside each ("" for none)."""

    name: str
    unit: str
    amount: Decimal | None
    own: str
    column: int
    funds: tuple[tuple[Decimal, str, int], ...]
    line: Line
    place: Place
    amount_place: Place
    columns: Columns
    total: bool = False
    unread: bool = False


@dataclass
class _Table:
    """A table while it is being collected."""

    part: Part
    place: Place
    owner: str = ""
    stated: list[MoneyUnit] = field(default_factory=list)
    printed: list[_Printed] = field(default_factory=list)
    raws: list[Raw] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    readable: bool = True
    empty: bool = False


def project_tables(lines: Sequence[Line], department: str = "", units: Iterable[str] = ()) -> ProjectTables:
    """The project tables in `lines`; `units` are the organisations the document names elsewhere."""
    known = {fold(name) for name in (department, *units) if name}
    collected = _collect(lines)
    _to_wan(collected, {unit.name for line in lines if _may_state(line) for unit in _stated(line)})
    tables = _joined(collected, department)
    rows: list[ProjectRow] = []
    subtotals: list[Subtotal] = []
    claims: list[Claim] = []
    remarks: list[Remark] = []
    for table in tables:
        read = _sort_rows(
            table, table.owner or department, known | ({fold(table.owner)} if table.owner else set())
        )
        rows += read.rows
        subtotals += read.subtotals
        claims += read.claims
        remarks += [*table.remarks, *read.remarks]
        if not table.raws and not table.remarks and not table.empty:
            remarks.append(_without_rows(table))
    return ProjectTables(tuple(rows), tuple(subtotals), tuple(claims), tuple(remarks), bool(tables))


def _without_rows(table: _Table) -> Remark:
    named = f"项目支出预算表（{table.part}）" if table.part else "项目支出预算表"
    return Remark(
        "table",
        "warning",
        f"{named}有表头，没有读到项目，请核对。",
        f"The project table ({table.part}) has a header, but no rows were read; check it.",
        table.place,
    )


# -- collecting -------------------------------------------------------------------------------------------------


def _collect(lines: Sequence[Line]) -> list[_Table]:
    """All project tables with their printed rows, a table interrupted by a page break joined again."""
    tables: list[_Table] = []
    heads = repeated(lines)
    index = 0
    part: Part = ""
    stated: list[MoneyUnit] = []
    said = -100
    owner = ""
    titled = -100
    while index < len(lines):
        line = lines[index]
        text = label(line.text)
        if is_title(line, text):
            part, titled = part_of(text), index
            if index - said > 2:
                stated = []
        elif line.is_paragraph and (begins_part(text) or (names_a_table(text) and not is_caption(text))):
            titled = -100
        found = header(lines, index)
        if found is None:
            if units := _stated(line):
                stated, said = units, index
            if named := owner_of(line.text):
                owner = named[0] if named[1] else owner
            index += 1
            continue
        columns, body = found
        near = index - titled <= TITLE_REACH
        if not near and not columns.certain:
            index += 1
            continue
        if not near:
            part = "本年预算" if columns.wide or not tables else "上年结转"
        if near or not tables or tables[-1].part != part:
            tables.append(_Table(part, line.place, owner, list(stated)))
        index = _Body(lines, heads, columns, tables[-1]).read(body)
        stated, said = [], -100
    return tables


def _stated(line: Line) -> list[MoneyUnit]:
    """The units of money that a line states, each cell of a row by itself."""
    texts = line.cells if line.is_row else (line.text,)
    found = (money_unit(text) for text in texts if text and len(text) <= 200)
    return [unit for unit in found if unit is not None]


@dataclass
class _Body:
    """The rows of a table while they are read from top to bottom.

    `unit` is the organisation that holds for the rows below; `alone` the remark on a row that had only a name.
    """

    lines: Sequence[Line]
    heads: frozenset[str]
    columns: Columns
    table: _Table
    unit: str = ""
    name: str = ""
    alone: tuple[str, Remark] | None = None

    def read(self, index: int) -> int:
        """Fill the table with the rows from `index` on; the index of the first line after the table."""
        while index < len(self.lines):
            line = self.lines[index]
            text = label(line.text)
            again = header(self.lines, index)
            if again is not None:
                if again[0].wide != self.columns.wide:
                    return index
                self.columns, index = again
                continue
            if self.is_note(line, text):
                self.noted(line)
                index += 1
                continue
            if self.is_amount_alone(line):
                self.row(line)
                index += 1
                continue
            if is_page_number(text) or is_numbering([label(cell) for cell in line.cells]):
                index += 1
                continue
            if self.is_aside(line, text):
                if not self.goes_on(index):
                    self.after(index)
                    return index
                self.passed(line, text)
                index += 1
                continue
            self.row(line)
            index += 1
        return index

    def is_amount_alone(self, line: Line) -> bool:
        """Whether a row has nothing but one figure, and that where amounts stand: no page number, then."""
        filled = [i for i, cell in enumerate(line.cells) if cell]
        return line.is_row and len(filled) == 1 and filled[0] in self.columns.amounts and filled[0] > 0

    def is_note(self, line: Line, text: str) -> bool:
        """Whether a line is a footnote: so its first words say, and where they stand in the name's cell as well."""
        first = next((label(cell) for cell in line.cells if cell), "")
        return is_note(first) or (not line.is_row and is_note(text))

    def noted(self, line: Line) -> None:
        """Take what a footnote says of the unit of money; tell where it has a figure that could be an amount."""
        self.state(_stated(line))
        if says_empty(label(line.text.partition("：")[2] or line.text.partition(":")[2])):
            self.table.empty = True
        if line.is_row and any(_amount_at(line, i) is not None for i in self.columns.amounts):
            self.table.remarks.append(
                Remark(
                    "row",
                    "notice",
                    "这一行是表注，其中的数字未计入。",
                    "This row is a note; the figures in it were left out.",
                    line.place,
                )
            )

    def state(self, units: Iterable[MoneyUnit]) -> None:
        self.table.stated += [unit for unit in units if unit.name not in {u.name for u in self.table.stated}]

    def is_aside(self, line: Line, text: str) -> bool:
        """Whether a line stands outside the table: a paragraph, also where a spreadsheet gives it empty cells."""
        if not line.is_row:
            return True
        if not line.is_paragraph:
            # the department and the unit of money, or a running head and its page, side by side
            cells = [label(cell) for cell in line.cells if cell]
            beside = all(is_page_number(c) or is_running_head(c) or c in self.heads for c in cells)
            return bool(_stated(line) or owner_of(line.text) or beside) and not any(
                _amount_at(line, i) is not None for i in self.columns.amounts
            )
        return bool(
            is_title(line, text)
            or begins_part(text)
            or (is_heading(text) and not is_group(text))
            or is_caption(text)
            or is_running_head(text)
            or names_a_table(text)
            or is_bracketed(text)
            or text in self.heads
            or owner_of(line.text)
            or money_unit(line.text)
            or says_empty(text)
            or len(text) > 80
        )

    def goes_on(self, index: int) -> bool:
        """Whether the paragraph at `index` only interrupts the table: rows of it, or its header, come again below."""
        for n, line in enumerate(self.lines[index : index + PAUSE]):
            text = label(line.text)
            again = header(self.lines, index + n)
            if again is not None:
                return again[0].wide == self.columns.wide
            if self.is_amount_alone(line) or (line.is_row and self.fits(line)):
                return True
            if not self.is_aside(line, text):
                if is_page_number(text) or self.is_note(line, text):
                    continue
                return False
            if is_title(line, text):
                if part_of(text) != self.table.part:
                    return False
            elif is_page_number(text) or is_running_head(text) or is_caption(text):
                continue
            elif named := owner_of(line.text):
                if self.table.owner and named[1] and named[0] != self.table.owner:
                    return False
            elif begins_part(text) or names_a_table(text) or self.is_section(text, index + n):
                return False
        return False

    def is_section(self, text: str, index: int) -> bool:
        """Whether a numbered heading leaves the table: no row of it stands right below."""
        if not is_heading(text) or is_group(text):
            return False
        below = self.lines[index + 1] if index + 1 < len(self.lines) else None
        return below is None or not self.fits(below)

    def fits(self, line: Line) -> bool:
        """Whether a row is one of this table: as wide at most, words in it, and an amount where amounts stand."""
        width = len(self.columns.headings)
        if not line.is_row or any(line.cells[width:]) or line.is_paragraph:
            return False
        return any(
            _amount_at(line, i) is not None
            for column in self.columns.amounts
            for i in self.columns.beside(column)
        )

    def passed(self, line: Line, text: str) -> None:
        """Take what a line between two rows says, and tell of one that is nothing a page repeats."""
        self.state(_stated(line))
        if says_empty(text):
            self.table.empty = True
        if not (
            is_title(line, text)
            or is_caption(text)
            or is_running_head(text)
            or is_bracketed(text)
            or is_group(text)
            or text in self.heads
            or owner_of(line.text)
            or _stated(line)
        ):
            self.table.remarks.append(
                Remark(
                    "row",
                    "notice",
                    f"表中间的这一行不是项目，未计入：“{line.text[:40]}”。",
                    f"This line between the table's rows is no item and was left out: “{line.text[:40]}”.",
                    line.place,
                )
            )

    def after(self, index: int) -> None:
        """Tell of rows that look like this table's but stand after what ended it, before any other header."""
        if not self.table.raws and not self.table.printed:
            text = label(self.lines[index].text)
            self.table.empty = self.table.empty or says_empty(text)
        for n, line in enumerate(self.lines[index : index + PAUSE], index):
            if header(self.lines, n) is not None or (n > index and names_a_table(label(line.text))):
                return
            if line.is_row and len([c for c in line.cells if c]) > 1:
                if self.fits(line):
                    self.table.remarks.append(
                        Remark(
                            "row",
                            "warning",
                            f"这一行像是上面项目支出预算表的，但隔着别的内容，未计入：“{line.text[:40]}”。",
                            f"This row looks like one of the project table above, but other text stands between; it was left out: “{line.text[:40]}”.",
                            line.place,
                        )
                    )
                return

    def name_in(self, line: Line) -> str:
        """The name a row prints; under a heading over several columns, the last that is more than a code."""
        texts = [
            line.cells[i]
            for i in self.columns.beside(self.columns.name)
            if i < len(line.cells) and line.cells[i]
        ]
        worded = [text for text in texts if parse_amount(text) is None and not text.isascii()]
        return (worded or texts or [""])[-1]

    def row(self, line: Line) -> None:
        """Add a row to the table, or say why it could not be read."""
        columns = self.columns
        width = len(columns.headings)
        alone, self.alone = self.alone, None
        name = self.name_in(line)
        if not name and columns.name in line.merged:
            name = self.name
        organisation = line.cells[columns.unit] if 0 <= columns.unit < len(line.cells) else ""
        title = next(
            (cell for cell in line.cells if cell and is_called_total(cell) and parse_amount(cell) is None), ""
        )
        changed = bool(organisation) and not is_called_total(organisation)
        if changed:
            self.unit = spoken_name(organisation)
        column, shown = self.amount_in(line)
        amount = parse_amount(shown)
        funds = tuple(
            (value, unit_of(line.cells[i]), i)
            for i in columns.funds
            if (value := _amount_at(line, i)) is not None
        )
        if amount is None and not funds and not name:
            if changed and not shown:
                self.alone = (self.unit, self.remark(line, "金额", "amount"))
            elif shown and not is_no_amount(shown):
                self.table.remarks.append(self.remark(line, "金额", "amount"))
            return
        total = False
        if not name:
            if title:
                name, total = title, True
            elif changed or alone is not None or not self.table.printed:
                name, total = (self.unit if changed else alone[0] if alone else self.unit) or "合计", True
                alone = None
        if alone is not None and alone[0] != self.unit:
            self.table.remarks.append(alone[1])
        nothing = amount is None and (not shown or is_no_amount(shown))
        if amount is None and funds and nothing:
            shown, column = "", columns.funds[0]
        elif amount is None and not (nothing and shown and name and not ORGANISATION.search(label(name))):
            remark = self.remark(line, "金额", "amount")
            if (
                name
                and not shown
                and ORGANISATION.search(label(name))
                and not any(line.cells[i] for i in columns.amounts if i < len(line.cells))
            ):
                self.alone = (spoken_name(name), remark)
                if not self.followed(line):
                    self.table.remarks.append(remark)
                    self.alone = None
            else:
                self.table.remarks.append(remark)
                if name and shown:
                    self.table.printed.append(
                        _Printed(
                            name,
                            self.unit,
                            None,
                            "",
                            column,
                            (),
                            line,
                            line.place,
                            line.place,
                            columns,
                            unread=True,
                        )
                    )
            return
        if not name:
            self.table.remarks.append(self.remark(line, "项目名称", "name"))
            return
        if extra := [cell for cell in line.cells[width:] if cell]:
            self.table.remarks.append(
                Remark(
                    "row",
                    "error",
                    f"这一行比表头多出 {len(extra)} 格，不知哪一格是金额，未计入：“{line.text[:40]}”。",
                    f"This row has {len(extra)} more cells than the header, so that its amount is not certain; it was left out: “{line.text[:40]}”.",
                    line.place,
                )
            )
            return
        self.name = name
        own = unit_of(shown)
        self.table.printed.append(
            _Printed(
                spoken_name(name),
                self.unit,
                amount,
                own,
                column,
                funds,
                line,
                line.place_of(columns.name),
                line.place_of(column),
                columns,
                total,
            )
        )

    def followed(self, line: Line) -> bool:
        """Whether a row of amounts without a name stands right below: the total of the organisation named here."""
        index = next((n for n, other in enumerate(self.lines) if other is line), -1) + 1
        below = self.lines[index] if 0 < index < len(self.lines) else None
        return (
            below is not None
            and below.is_row
            and not self.name_in(below)
            and any(_amount_at(below, i) is not None for i in self.columns.amounts)
        )

    def amount_in(self, line: Line) -> tuple[int, str]:
        """The column of a row's amount and what it prints; a heading may stand over the column beside as well."""
        columns = self.columns
        if columns.total < 0:
            return columns.funds[0], ""
        for i in columns.beside(columns.total):
            if i < len(line.cells) and line.cells[i]:
                return i, line.cells[i]
        return columns.total, ""

    def remark(self, line: Line, missing: str, english: str) -> Remark:
        shown = line.text[:40]
        return Remark(
            "row",
            "error",
            f"这一行缺少可读的{missing}，未计入：“{shown}”。",
            f"This row has no readable {english} and was left out: “{shown}”.",
            line.place,
        )


def _amount_at(line: Line, column: int) -> Decimal | None:
    return parse_amount(line.cells[column]) if 0 <= column < len(line.cells) else None


# -- units of money ---------------------------------------------------------------------------------------------


def _to_wan(tables: Sequence[_Table], elsewhere: set[str]) -> None:
    """Bring the printed rows of all tables into 万元, telling where their unit is not given or not understood.

    `elsewhere` are the units that other places of the document state: where a table states none, they and the size
    of its amounts must not contradict each other.
    """
    nowhere = [table for table in tables if not table.stated and not _of_headings(table) and table.printed]
    sizes = [
        row.amount for table in nowhere for row in table.printed if row.amount is not None and not row.own
    ]
    last = ""
    judged = unit_by_size(sizes)
    if len(elsewhere) == 1:
        other = next(iter(elsewhere))
        judged = other if judged in ("", other) else ""
    for table in tables:
        if table in nowhere and _continues(table, tables):
            unit = last
        elif table in nowhere:
            unit = judged if sizes else "万元"
            if any(row.amount is not None and not row.own for row in table.printed):
                table.remarks.insert(0, _judged_by_size(judged, table.place))
        else:
            unit = _unit_of(table)
        table.readable = bool(unit)
        last = unit
        smallest = min((abs(row.amount) for row in table.printed if row.amount), default=Decimal(1))
        table.raws = [_in_wan(row, unit, table, smallest) for row in table.printed]


def _may_state(line: Line) -> bool:
    return "元" in line.text and ("单" in line.text or "（" in line.text or "(" in line.text)


def _continues(table: _Table, tables: Sequence[_Table]) -> bool:
    """Whether a table without a unit only carries the one before it over a page."""
    index = next(n for n, other in enumerate(tables) if other is table)
    return (
        index > 0
        and tables[index - 1].part == table.part
        and bool(tables[index - 1].stated or _of_headings(tables[index - 1]))
    )


def _of_headings(table: _Table) -> list[MoneyUnit]:
    """The units that the headings print: of the amount's column, else of those over it or beside it."""
    found: list[MoneyUnit] = []
    for columns in {id(row.columns): row.columns for row in table.printed}.values():
        if unit := columns.units.get(columns.total):
            found.append(unit)
        else:
            found += columns.units.values()
    return found


def _unit_of(table: _Table) -> str:
    """The unit of a table's amounts, "" where what is printed is not understood; both are told at their place."""
    own, above = _of_headings(table), table.stated
    names = {unit.name for unit in own or above}
    if len(names) == 1 and "" not in names:
        name = names.pop()
        if own and any(unit.name != name for unit in above):
            table.remarks.insert(
                0,
                Remark(
                    "unit",
                    "warning",
                    f"表上印的单位是“{above[0].printed}”，金额一列写的是“{own[0].printed}”，按这一列，请核对。",
                    f"The table says {above[0].printed}, the column of amounts {own[0].printed}; the column was followed. Check it.",
                    table.place,
                ),
            )
        return name
    printed = "、".join(dict.fromkeys(unit.printed for unit in own or above))
    table.remarks.insert(
        0,
        Remark(
            "unit",
            "error",
            f"金额的单位“{printed}”没有读懂，这张表的金额一律未取；请改为“单位：万元”或“单位：元”再读。",
            f"The unit of the amounts, “{printed}”, is not understood and none of this table was taken; write 单位：万元 or 单位：元 and read it again.",
            table.place,
        ),
    )
    return ""


def _judged_by_size(unit: str, place: Place) -> Remark:
    if unit:
        return Remark(
            "unit",
            "warning",
            f"没有写明金额单位，按数值大小和本文件其他表判断为{unit}，请核对。",
            f"No unit of money is given; by their size and the document's other tables the amounts were taken as {unit}. Check it.",
            place,
        )
    return Remark(
        "unit",
        "error",
        "没有写明金额单位，从数值大小也看不出是元还是万元，这张表的金额一律未取；请写上“单位：万元”或“单位：元”再读。",
        "No unit of money is given and the size of the amounts does not tell it; none of this table was taken. Write 单位：万元 or 单位：元 and read it again.",
        place,
    )


def _in_wan(row: _Printed, unit: str, table: _Table, smallest: Decimal) -> Raw:
    """A row in 万元, with remarks on an amount that is odd or not the sum of its funds.

    Where the unit is refused figures still tell which rows add up others, and are then in the `smallest` of them; none
    is handed on.
    """
    known = bool(unit or row.own)

    def wan(value: Decimal, own: str, column: int) -> Decimal:
        heading = row.columns.units.get(column)
        of_column = heading.name if heading is not None and unit else ""
        if not unit and not own:
            return value / smallest
        return to_wan(value, own or of_column or unit)

    if row.unread:
        return Raw(row.name, row.unit, Decimal(0), row.place, row.amount_place, known=False, unread=True)
    funds = [wan(*fund) for fund in row.funds]
    if row.amount is None:
        amount = sum(funds, Decimal(0))
        known = known and bool(funds)
    else:
        amount = wan(row.amount, row.own, row.column)
    place = row.line.place
    if row.amount is None and not funds:
        table.remarks.append(
            Remark(
                "row",
                "notice",
                f"“{row.name}”没有金额。",
                f"“{row.name}” has no amount.",
                place,
            )
        )
    if known and (abs(amount) >= ABSURD_WAN or amount < 0):
        odd = ("大得不可能", "impossibly large") if amount > 0 else ("是负数", "negative")
        table.remarks.append(
            Remark(
                "row",
                "error" if amount > 0 else "warning",
                f"“{row.name}”的金额 {amount:,} 万元{odd[0]}，{'未取，' if amount > 0 else ''}请核对。",
                f"The amount of “{row.name}”, {amount:,}, is {odd[1]}{' and was not taken' if amount > 0 else ''}; check it.",
                place,
            )
        )
        known = amount < 0
    if known and funds and row.amount is not None and abs(sum(funds, Decimal(0)) - amount) > TOLERANCE:
        table.remarks.append(
            Remark(
                "row",
                "warning",
                f"“{row.name}”的合计 {amount:,} 万元不等于各项资金之和 {sum(funds, Decimal(0)):,} 万元。",
                f"The total of “{row.name}”, {amount:,}, is not the sum of its funds, {sum(funds, Decimal(0)):,}.",
                place,
            )
        )
    return Raw(row.name, row.unit, amount, row.place, row.amount_place, known, row.total)


# -- items and subtotals ----------------------------------------------------------------------------------------


def _joined(tables: Sequence[_Table], department: str) -> list[_Table]:
    """The tables with those put together that only a page's title and header had cut.

    A table of its own begins with its total, or belongs to another department.
    """
    joined: list[_Table] = []
    for table in tables:
        first = table.raws[0].name if table.raws else ""
        whole = (is_grand(first) and len(table.raws) > 1) or fold(first) in {
            fold(department),
            fold(table.owner),
        } - {""}
        if (
            joined
            and joined[-1].part == table.part
            and joined[-1].owner == table.owner
            and joined[-1].readable == table.readable
            and not whole
        ):
            joined[-1].raws += table.raws
            joined[-1].remarks += table.remarks
        else:
            joined.append(table)
    return joined


def _sort_rows(table: _Table, department: str, known: set[str]) -> ProjectTables:
    """Items and subtotals of one table, and what each subtotal adds up."""
    raws = table.raws
    found = kinds(raws, known)
    rows: list[ProjectRow] = []
    subtotals: dict[int, Subtotal] = {}
    remarks: list[Remark] = []
    unit = ""
    item: Raw | None = None
    for i, (raw, kind) in enumerate(zip(raws, found, strict=True)):
        if kind == "item":
            item = raw = without_among(raw)
            rows.append(
                ProjectRow(
                    raw.name,
                    department,
                    raw.unit or unit or department,
                    table.part,
                    raw.amount if raw.known else None,
                    raw.place,
                    raw.amount_place,
                )
            )
            continue
        if kind == "unread":
            continue
        if kind == "among":
            if raw.known and (item is None or raw.amount > item.amount + TOLERANCE or found[i - 1] == "head"):
                remarks.append(_among(raw))
            continue
        if raw.known:
            subtotals[i] = Subtotal(raw.name, table.part, raw.amount, raw.amount_place)
        if kind == "head" and not is_group(raw.name):
            unit = department if is_called_total(raw.name) else plain(raw.name)
    claims = tuple(
        Claim(subtotals[i], parts, whole)
        for i, (parts, whole) in parts_of(raws, found).items()
        if i in subtotals
    )
    return ProjectTables(tuple(rows), tuple(subtotals.values()), claims, tuple(remarks), True)


def _among(raw: Raw) -> Remark:
    return Remark(
        "row",
        "notice",
        f"“{raw.name}”是上面金额的一部分，未另计为项目，请核对。",
        f"“{raw.name}” is part of the amount above it and was not counted as an item; check it.",
        raw.place,
    )
