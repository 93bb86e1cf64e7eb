"""The other tables of a disclosure, 收支总表 to 机关运行经费: do their own totals add up?

These tables hold no items, but a total of theirs that does not add up is a misread page or a mistake of the
department, and either is worth knowing before its figures are used. Every comparison is a `Check`: a row's
合计 against its parts, a heading against the headings below it, a table's total against its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from goufu.catalog.text import Text
from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.lines import Line, squeeze
from goufu.disclosure.model import Check, Place
from goufu.disclosure.tables.subtotals import TOLERANCE

_TITLE = re.compile(r"(?:19|20)\d\d年.{2,50}表(?:\(.{1,20}\))?\Z")
_CODE = re.compile(r"\d{3}(?:\d\d){0,2}\Z")
#: columns of figures that are no money: a share, a change in percent, a number of people
_NO_MONEY = re.compile(
    r"[%％‰]|比例|占比|比重|增减率|增长率|增幅|变动率|变化率|执行率|完成率|(?:人|户|个|件|辆|台|项目|编制|机构|车辆|单位)数(?:量)?(?:\(.{1,4}\))?\Z|数量|面积|编制(?:\(.{1,4}\))?\Z|序号|行次"
)
_LISTED = re.compile(r"\A[一二三四五六七八九十]{1,3}、")


class _Row(NamedTuple):
    cells: tuple[str, ...]
    line: Line

    def amount(self, column: int) -> Decimal | None:
        return parse_amount(self.cells[column]) if column < len(self.cells) else None


class _Table(NamedTuple):
    """One table under its title: header rows as text, and the rows below."""

    title: str
    heads: tuple[tuple[str, ...], ...]
    rows: tuple[_Row, ...]

    def column(self, name: str) -> int:
        """The first column with `name` in one of its headings, or -1."""
        for head in self.heads:
            for i, cell in enumerate(head):
                if cell == name:
                    return i
        return -1

    def money(self, start: int, end: int) -> list[int]:
        """The columns from `start` to before `end` that hold money, by all that is over them."""
        return [c for c in range(start, end) if not _NO_MONEY.search(_over(self, c))]

    def heading(self, column: int) -> str:
        """What is over a column, from the lowest heading up."""
        return next(
            (head[column] for head in reversed(self.heads) if column < len(head) and head[column]), ""
        )


def statement_checks(lines: Sequence[Line]) -> Iterator[Check]:
    """Every comparison within the tables before and after the project tables, in printed order."""
    for table in _tables(lines):
        if "项目支出" in table.title or "绩效" in table.title:
            continue
        if table.column("科目编码") >= 0 and table.column("科目名称") >= 0:
            yield from _functional(table)
        elif "收支总表" in table.title:
            yield from _balance(table)
        elif any("经济科目" in cell for head in table.heads for cell in head):
            yield from _economic(table)
        elif "机关运行经费" in table.title:
            yield from _parts(table, "部门合计", lambda name: bool(name) and name != "部门合计")
        elif "三公" in table.title:
            yield from _parts(
                table, "合计", lambda name: name.startswith(("因公出国", "公务接待", "公务用车购置及"))
            )
            yield from _parts(
                table, "公务用车购置及运行费", lambda name: name.startswith(("①", "②", "1公务", "2公务"))
            )


def _tables(lines: Sequence[Line]) -> Iterator[_Table]:
    """The titled tables of the document; a table runs on over blank lines and page numbers."""
    title = ""
    heads: list[tuple[str, ...]] = []
    rows: list[_Row] = []
    for line in lines:
        text = squeeze(line.text) if line.is_paragraph else ""
        if line.is_paragraph and (_TITLE.search(text) or text.startswith("第三部分")):
            if title and rows:
                yield _Table(title, tuple(heads), tuple(rows))
            title, heads, rows = (text if "表" in text else ""), [], []
        elif title and line.is_row:
            cells = tuple(squeeze(cell) for cell in line.cells)
            figures = any(parse_amount(cell) is not None for cell in cells)
            if not rows and not figures and not _starts(cells):
                heads.append(cells)
            elif [c for c in cells if c] != [str(n) for n in range(1, sum(1 for c in cells if c) + 1)]:
                rows.append(_Row(cells, line))
    if title and rows:
        yield _Table(title, tuple(heads), tuple(rows))


def _starts(cells: Sequence[str]) -> bool:
    """Whether a row without figures is already one of the table's own."""
    first = next((cell for cell in cells if cell), "")
    return bool(_LISTED.match(first)) or first in ("合计", "部门合计", "因公出国(境)费")


def _agree(what: Text, printed: Decimal, parts: Iterable[Decimal | None], place: Place) -> Check:
    known = tuple(part for part in parts if part is not None)
    summed = sum(known, Decimal(0))
    return Check("statement", what, printed, summed, abs(printed - summed) <= TOLERANCE, place, known)


def _column_of(table: _Table, heading: str, row: str) -> Text:
    """The figure of `row` in the column under `heading`."""
    return Text(f"{table.title}“{heading}”{row}", f"'{table.title}', column '{heading}', row '{row}'")


def _line_of(table: _Table, row: str) -> Text:
    return Text(f"{table.title}{row}", f"'{table.title}', '{row}'")


def _functional(table: _Table) -> Iterator[Check]:
    """Tables by 科目编码: 合计 over the three-figure codes, each code over those it heads, each row over its parts."""
    code, name = table.column("科目编码"), table.column("科目名称")
    total = next((row for row in table.rows if "合计" in row.cells[: name + 1]), None)
    coded = [row for row in table.rows if code < len(row.cells) and _CODE.match(row.cells[code])]
    width = max((len(row.cells) for row in table.rows), default=0)
    for column in table.money(name + 1, width):
        head = table.heading(column)
        if total is not None and (printed := total.amount(column)) is not None:
            summed = [row.amount(column) for row in coded if len(row.cells[code]) == 3]
            what = _column_of(table, head, "合计")
            yield _agree(what, printed, summed, total.line.place_of(column))
        for row in coded:
            below = [
                other
                for other in coded
                if len(other.cells[code]) == len(row.cells[code]) + 2
                and other.cells[code].startswith(row.cells[code])
            ]
            printed = row.amount(column)
            if below and printed is not None:
                what = _column_of(table, head, f"{row.cells[code]} {row.cells[name]}")
                yield _agree(what, printed, (o.amount(column) for o in below), row.line.place_of(column))
    yield from _across(table, [row for row in (total, *coded) if row is not None], name + 1, width, name)


def _across(table: _Table, rows: Sequence[_Row], first: int, width: int, name: int) -> Iterator[Check]:
    """Each row's 合计 against the columns beside it; what was carried over stands apart from this year's 合计."""
    whole = next((c for c in range(first, width) if table.heading(c) in ("合计", "小计")), -1)
    parts = [c for c in table.money(first, width) if c != whole and "结转" not in _over(table, c)]
    if whole < 0 or not parts:
        return
    for row in rows:
        printed = row.amount(whole)
        if printed is not None:
            label = row.cells[name] or next((cell for cell in row.cells if cell), "")
            what = Text(f"{table.title}“{label}”一行", f"'{table.title}', row '{label}'")
            yield _agree(what, printed, (row.amount(c) for c in parts), row.line.place_of(whole))


def _over(table: _Table, column: int) -> str:
    return "".join(head[column] for head in table.heads if column < len(head))


def _balance(table: _Table) -> Iterator[Check]:
    """收支总表: on each side the listed lines against 本年…合计, and this with what was carried over against 总计."""
    sides = (("本年收入合计", "收入总计", "上年"), ("本年支出合计", "支出总计", "年终结转"))
    for year, whole, carried in sides:
        where = next(((row, row.cells.index(year)) for row in table.rows if year in row.cells), None)
        if where is None:
            continue
        row, at = where
        column = at + 1
        above = table.rows[: table.rows.index(row)]
        listed = [r.amount(column) for r in above if at < len(r.cells) and _LISTED.match(r.cells[at])]
        printed = row.amount(column)
        if printed is None:
            continue
        yield _agree(_line_of(table, year), printed, listed, row.line.place_of(column))
        last = next((r for r in table.rows if at < len(r.cells) and r.cells[at] == whole), None)
        total = last.amount(column) if last is not None else None
        if last is not None and total is not None:
            extra = next(
                (r for r in table.rows if at < len(r.cells) and r.cells[at].startswith(carried)), None
            )
            parts = (printed, extra.amount(column) if extra is not None else None)
            yield _agree(_line_of(table, whole), total, parts, last.line.place_of(column))


def _economic(table: _Table) -> Iterator[Check]:
    """By 经济科目: 合计 over the headings (no second name), each heading over the rows below it, each row across."""
    width = max(len(row.cells) for row in table.rows)
    total = next((row for row in table.rows if row.cells[0] == "合计"), None)
    groups: list[tuple[_Row, list[_Row]]] = []
    for row in table.rows:
        if row is total or len(row.cells) < 3:
            continue
        if row.cells[1]:
            if groups:
                groups[-1][1].append(row)
        elif row.cells[0] and any(row.amount(c) is not None for c in range(2, width)):
            groups.append((row, []))
    for column in table.money(2, width):
        name = table.heading(column)
        if total is not None and (printed := total.amount(column)) is not None:
            what = _column_of(table, name, "合计")
            yield _agree(what, printed, (g.amount(column) for g, _ in groups), total.line.place_of(column))
        for row, below in groups:
            printed = row.amount(column)
            if printed is not None and below:
                what = _column_of(table, name, row.cells[0])
                yield _agree(what, printed, (r.amount(column) for r in below), row.line.place_of(column))
    yield from _across(table, table.rows, 2, width, 0)


def _parts(table: _Table, whole: str, is_part: Callable[[str], bool]) -> Iterator[Check]:
    """One row against others of the table, column by column."""
    total = next((row for row in table.rows if row.cells[0] == whole), None)
    parts = [row for row in table.rows if row is not total and is_part(row.cells[0])]
    if total is None or not parts:
        return
    for column in table.money(1, len(total.cells)):
        if (printed := total.amount(column)) is not None:
            what = _column_of(table, table.heading(column), whole)
            yield _agree(what, printed, (row.amount(column) for row in parts), total.line.place_of(column))
