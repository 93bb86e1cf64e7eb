"""The rows of one project table, from below its header to where it ends.

A table runs on over page breaks, repeated headers, running heads and page numbers as long as rows with amounts follow,
until a part, a section or another table begins. Rows that cannot be read are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from goufu.disclosure.amounts import (
    MoneyUnit,
    is_no_amount,
    may_state_unit,
    money_unit,
    parse_amount,
    unit_of,
)
from goufu.disclosure.lines import Line, label
from goufu.disclosure.model import Remark
from goufu.disclosure.tables.around_tables import (
    begins_part,
    ends_as_organisation,
    is_bracketed,
    is_caption,
    is_heading,
    is_note,
    is_page_number,
    is_running_head,
    names_a_table,
    owner_of,
    says_empty,
    spoken_name,
)
from goufu.disclosure.tables.columns import Columns, header, is_numbering
from goufu.disclosure.tables.model import PrintedRow, TableDraft
from goufu.disclosure.tables.subtotals import is_called_total, is_group
from goufu.disclosure.tables.titles import is_title, part_of

#: lines that may stand between two rows of one table: the foot of a page, the head of the next, the title again
PAUSE = 14


@dataclass
class TableBody:
    """The rows of a table while they are read from top to bottom.

    `unit` is the organisation that holds for the rows below; `alone` the remark on a row that had only a name.
    """

    lines: Sequence[Line]
    heads: frozenset[str]
    columns: Columns
    table: TableDraft
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
        """Whether a row has nothing but one figure, and that where amounts are: no page number, then."""
        filled = [i for i, cell in enumerate(line.cells) if cell]
        return line.is_row and len(filled) == 1 and filled[0] in self.columns.amounts and filled[0] > 0

    def is_note(self, line: Line, text: str) -> bool:
        """Whether a line is a footnote: so its first words say, and where they are in the name's cell as well."""
        first = next((label(cell) for cell in line.cells if cell), "")
        return is_note(first) or (not line.is_row and is_note(text))

    def noted(self, line: Line) -> None:
        """Take what a footnote says of the unit of money; remark where it has a figure that could be an amount."""
        self.state(units_stated(line))
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
        """Add units of money that are printed with the table to those known."""
        self.table.stated += [unit for unit in units if unit.name not in {u.name for u in self.table.stated}]

    def is_aside(self, line: Line, text: str) -> bool:
        """Whether a line is outside the table: a paragraph, also where a spreadsheet gives it empty cells."""
        if not line.is_row:
            return True
        if not line.is_paragraph:
            # the department and the unit of money, or a running head and its page, side by side
            cells = [label(cell) for cell in line.cells if cell]
            beside = all(is_page_number(c) or is_running_head(c) or c in self.heads for c in cells)
            return bool(units_stated(line) or owner_of(line.text) or beside) and not any(
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
        """Whether a numbered heading leaves the table: no row of it is right below."""
        if not is_heading(text) or is_group(text):
            return False
        below = self.lines[index + 1] if index + 1 < len(self.lines) else None
        return below is None or not self.fits(below)

    def fits(self, line: Line) -> bool:
        """Whether a row is one of this table: as wide at most, words in it, and an amount where amounts are."""
        width = len(self.columns.headings)
        if not line.is_row or any(line.cells[width:]) or line.is_paragraph:
            return False
        return any(
            _amount_at(line, i) is not None
            for column in self.columns.amounts
            for i in self.columns.beside(column)
        )

    def passed(self, line: Line, text: str) -> None:
        """Take what a line between two rows says, and remark on one that is nothing a page repeats."""
        self.state(units_stated(line))
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
            or units_stated(line)
        ):
            self.table.remarks.append(
                Remark(
                    "row",
                    "warning" if re.search(r"\D\d[\d,]*(?:\.\d+)?\Z", line.text) else "notice",
                    f"表中间的这一行不是项目，未计入：“{line.text[:40]}”。",
                    f"This line between the table's rows is no item and was left out: “{line.text[:40]}”.",
                    line.place,
                )
            )

    def after(self, index: int) -> None:
        """Remark on rows that look like this table's but are after what ended it, before any other header."""
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
        alone, self.alone = self.alone, None
        name = self.name_in(line)
        if not name and columns.name in line.merged:
            name = self.name
        organisation = line.cells[columns.unit] if 0 <= columns.unit < len(line.cells) else ""
        changed = bool(organisation) and not is_called_total(organisation)
        if changed:
            self.unit = spoken_name(organisation)
        column, printed = self.amount_in(line)
        amount = parse_amount(printed)
        funds = tuple(
            (value, unit_of(line.cells[i]), i)
            for i in columns.funds
            if (value := _amount_at(line, i)) is not None
        )
        if amount is None and (odd := self.unread_fund(line)) >= 0 and is_no_amount(printed):
            self.without_amount(line, name, odd, line.cells[odd])
            return
        if amount is None and not funds and not name:
            self.without_name_or_amount(line, printed, changed)
            return
        total = False
        if not name:
            name, total, alone = self.name_of_total(line, changed, alone)
        if alone is not None and alone[0] != self.unit:
            self.table.remarks.append(alone[1])
        none_printed = amount is None and is_no_amount(printed)
        if amount is None and funds and none_printed:
            printed, column = "", columns.funds[0]
        elif amount is None and not (
            none_printed and printed and name and not ends_as_organisation(label(name))
        ):
            self.without_amount(line, name, column, printed)
            return
        if not name or parse_amount(name) is not None:  # of a row whose cells are out of place it is a figure
            self.table.remarks.append(self.remark(line, "项目名称", "name"))
            return
        if self.has_more_cells(line):
            return
        self.name = name
        self.table.printed.append(
            PrintedRow(
                spoken_name(name),
                self.unit,
                amount,
                unit_of(printed),
                column,
                funds,
                line,
                line.place_of(columns.name),
                line.place_of(column),
                columns,
                total,
            )
        )

    def unread_fund(self, line: Line) -> int:
        """The first column of funds in which a row prints something that is neither an amount nor none, else -1."""
        filled = (i for i in self.columns.funds if i < len(line.cells) and not is_no_amount(line.cells[i]))
        return next((i for i in filled if parse_amount(line.cells[i]) is None), -1)

    def without_name_or_amount(self, line: Line, printed: str, changed: bool) -> None:
        """Take a row that has neither: a department's name above its total, or one that cannot be read."""
        if changed and not printed:
            self.alone = (self.unit, self.remark(line, "金额", "amount"))
        elif printed and not is_no_amount(printed):
            self.table.remarks.append(self.remark(line, "金额", "amount"))

    def name_of_total(
        self, line: Line, changed: bool, alone: tuple[str, Remark] | None
    ) -> tuple[str, bool, tuple[str, Remark] | None]:
        """The name of a row that prints none, whether it is a total, and what is left of the name alone above it.

        It is called 合计 somewhere in the row, or it is the total of the organisation that the row or the one above names.
        """
        called = next(
            (cell for cell in line.cells if cell and is_called_total(cell) and parse_amount(cell) is None), ""
        )
        if called:
            return called, True, alone
        if changed or alone is not None or not self.table.printed:
            return (self.unit if changed else alone[0] if alone else self.unit) or "合计", True, None
        return "", False, alone

    def without_amount(self, line: Line, name: str, column: int, printed: str) -> None:
        """Report a row without a readable amount; the name of an organisation alone may belong to the row below."""
        remark = self.remark(line, "金额", "amount")
        empty = not any(line.cells[i] for i in self.columns.amounts if i < len(line.cells))
        if name and not printed and empty and ends_as_organisation(label(name)) and self.followed(line):
            self.alone = (spoken_name(name), remark)
            return
        self.table.remarks.append(remark)
        if name and printed:
            self.table.printed.append(
                PrintedRow(
                    name,
                    self.unit,
                    None,
                    "",
                    column,
                    (),
                    line,
                    line.place,
                    line.place,
                    self.columns,
                    unread=True,
                )
            )

    def has_more_cells(self, line: Line) -> bool:
        """Whether a row has more cells than the header, which is then reported: any of them may be the amount."""
        extra = [cell for cell in line.cells[len(self.columns.headings) :] if cell]
        if extra:
            self.table.remarks.append(
                Remark(
                    "row",
                    "error",
                    f"这一行比表头多出 {len(extra)} 格，不知哪一格是金额，未计入：“{line.text[:40]}”。",
                    f"This row has {len(extra)} more cells than the header, so that its amount is not certain; it was left out: “{line.text[:40]}”.",
                    line.place,
                )
            )
        return bool(extra)

    def followed(self, line: Line) -> bool:
        """Whether a row of amounts without a name is right below: the total of the organisation named here."""
        index = next((n for n, other in enumerate(self.lines) if other is line), -1) + 1
        below = self.lines[index] if 0 < index < len(self.lines) else None
        return (
            below is not None
            and below.is_row
            and not self.name_in(below)
            and any(_amount_at(below, i) is not None for i in self.columns.amounts)
        )

    def amount_in(self, line: Line) -> tuple[int, str]:
        """The column of a row's amount and what it prints; a heading may cover the column beside as well."""
        columns = self.columns
        if columns.total < 0:
            return columns.funds[0], ""
        for i in columns.beside(columns.total):
            if i < len(line.cells) and line.cells[i]:
                return i, line.cells[i]
        return columns.total, ""

    def remark(self, line: Line, missing: str, english: str) -> Remark:
        """The remark on a row in which a part that it must have cannot be read."""
        shown = line.text[:40]
        return Remark(
            "row",
            "error",
            f"这一行缺少可读的{missing}，未计入：“{shown}”。",
            f"This row has no readable {english} and was left out: “{shown}”.",
            line.place,
        )


def units_stated(line: Line) -> list[MoneyUnit]:
    """The units of money that a line states, each cell of a row by itself."""
    if not may_state_unit(line.text):
        return []
    texts = line.cells if line.is_row else (line.text,)
    found = (money_unit(text) for text in texts if text and len(text) <= 200)
    return [unit for unit in found if unit is not None]


def _amount_at(line: Line, column: int) -> Decimal | None:
    return parse_amount(line.cells[column]) if 0 <= column < len(line.cells) else None
