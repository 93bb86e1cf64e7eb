"""The project tables, 项目支出预算表（本年预算）and（上年结转）: which rows are items, which add up others.

A table is found by its title or, where the title is lost, by its header; it runs on over page breaks, repeated
headers and page numbers until a paragraph ends it. Columns are known by their headings, never by their order.
A row is a subtotal when it is named like an organisation and either the document knows that organisation or
the rows below add up to it; every other row with an amount is an item. Rows that cannot be read are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from disclosure.amounts import ABSURD_WAN, parse_amount, to_wan
from disclosure.lines import Line, fold, squeeze
from disclosure.model import Part, Place, Remark, Subtotal

#: 万元; rows are rounded to 0.01 each, so sums may be off by a few hundredths
TOLERANCE = Decimal("0.05")
#: lines between a title and its table's header: the department, the money unit, a page header
TITLE_REACH = 8

_TITLE = re.compile(r"项目支出(?:预算)?(?:明细)?表")
_CONTENTS = re.compile(r"(?:[.…·]{3,}|\s)\d{1,3}\Z|\A表十?[一二三四五六七八九十]")
_PAGE = re.compile(r"[—\-–－第\s]*\d{1,4}[—\-–－页\s]*\Z")
_MONEY_UNIT = re.compile(r"(?:金额)?单位[:：](万元|千元|元)")
_NAME = re.compile(r"\A(?:二级)?项目(?:名称)?\Z|\A项目名称")
_TOTAL = re.compile(
    r"\A(?:合计|总计|金额|预算数|预算金额|预算总额|年初预算数?|资金总额|项目金额)(?:\(?万?元\)?)?\Z"
)
_UNIT_COLUMN = re.compile(r"\A(?:预算单位|单位名称|部门\(单位\)(?:名称)?|单位|实施单位|项目单位|部门名称)\Z")
_FUND = re.compile(r"一般公共预算|政府性基金|国有资本经营|财政专户管理|单位资金|财政拨款")
_GRAND = re.compile(r"\A(?:合计|总计|部门合计|单位合计|小计)\Z")
#: rows that add up one kind of projects within a unit
_GROUP = re.compile(
    r"\A(?:[(（]?[一二三四五六\d][)）、.]?)?(?:其他运转类|特定目标类|运转类|公用经费类?|人员类)(?:项目)?(?:小计|合计)?\Z"
)
_ORGANISATION = re.compile(
    r"(?:局|委|委员会|办公室|办公厅|中心|办|队|大队|支队|总队|院|法院|检察院|校|学校|小学|中学|幼儿园|党校|站|总站|馆|所|"
    r"协会|联合会|总工会|工会|处|厅|部|社|台|团|园|场|段|公司|乡|镇|街道|街道办事处|办事处|人民政府|政协|人大|妇联|残联)\Z"
)
_ASIDE = re.compile(
    r"\A注[:：]|\A(?:预算|部门)?公开表\d|\A(?:部门|单位)名称[:：]|单位[:：](?:万|千)?元\Z|"
    r"\A第[一二三四五六七八九]部分|\A[一二三四五六七八九十]{1,3}、|支出预算表|绩效目标表"
)
_OWNER = re.compile(r"\A部门名称[:：]([\u4e00-\u9fff()]{4,40})")
_NOTE = re.compile(r"\A注[:：]")


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One item row: its title, department and unit, its amount in 万元, and where both stand."""

    title: str
    department: str
    unit: str
    part: Part
    amount_wan: Decimal
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
class _Raw:
    """A row of a table before it is known to be an item or a subtotal."""

    name: str
    unit: str
    amount: Decimal
    place: Place
    amount_place: Place


@dataclass
class _Table:
    """A table while it is being collected."""

    part: Part
    money: str = "万元"
    owner: str = ""
    raws: list[_Raw] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def project_tables(lines: Sequence[Line], department: str = "", units: Iterable[str] = ()) -> ProjectTables:
    """The project tables in `lines`; `units` are the organisations the document names elsewhere."""
    known = {fold(name) for name in (department, *units) if name}
    tables = _joined(_collect(lines), department)
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
    return ProjectTables(tuple(rows), tuple(subtotals), tuple(claims), tuple(remarks), bool(tables))


def _collect(lines: Sequence[Line]) -> list[_Table]:
    """All project tables with their raw rows, a table interrupted by a page break joined again."""
    tables: list[_Table] = []
    index = 0
    part: Part = ""
    money = "万元"
    owner = ""
    titled = -100
    while index < len(lines):
        line = lines[index]
        text = squeeze(line.text)
        if _is_title(line, text):
            part, titled = _part(text), index
            money = "万元"
        if match := _MONEY_UNIT.search(text):
            money = match[1]
        if match := _OWNER.match(text):
            owner = match[1]
        header = _header(lines, index)
        if header is None:
            index += 1
            continue
        columns, body = header
        near = index - titled <= TITLE_REACH
        if not near and not columns.certain:
            index += 1
            continue
        if not near:
            part = "本年预算" if columns.wide or not tables else "上年结转"
        if near or not tables or tables[-1].part != part:
            tables.append(_Table(part, money, owner))
        index = _body(lines, body, columns, tables[-1])
    return tables


def _joined(tables: Sequence[_Table], department: str) -> list[_Table]:
    """The tables with those put together that only a page's title and header had cut.

    A table of its own begins with its total, or belongs to another department.
    """
    joined: list[_Table] = []
    for table in tables:
        first = squeeze(table.raws[0].name) if table.raws else ""
        whole = bool(_GRAND.match(first)) or fold(first) in {fold(department), fold(table.owner)} - {""}
        if joined and joined[-1].part == table.part and joined[-1].owner == table.owner and not whole:
            joined[-1].raws += table.raws
            joined[-1].remarks += table.remarks
        else:
            joined.append(table)
    return joined


def _is_title(line: Line, text: str) -> bool:
    if not line.is_paragraph or "绩效" in text or len(text) > 60:
        return False
    return bool(_TITLE.search(text)) and not _CONTENTS.search(line.text)


def _part(text: str) -> Part:
    return "上年结转" if "结转" in text and "不含" not in text else "本年预算"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which cell holds what: indexes, -1 where there is no such column.

    `wide`: the columns are those of 本年预算. `certain`: the header alone tells a project table.
    """

    name: int
    total: int
    unit: int
    funds: tuple[int, ...]
    wide: bool
    certain: bool


def _header(lines: Sequence[Line], index: int) -> tuple[_Columns, int] | None:
    """The columns of the table whose header starts at `index`, and the index of the first line of its body."""
    first = lines[index]
    if not first.is_row:
        return None
    heads = [squeeze(cell) for cell in first.cells]
    if not any(_NAME.match(head) for head in heads):
        return None
    rows = [heads]
    body = index + 1
    while body < len(lines) and len(rows) < 4 and lines[body].is_row:
        cells = [squeeze(cell) for cell in lines[body].cells]
        filled = [cell for cell in cells if cell]
        if _is_numbering(filled):
            body += 1
            break
        if any(parse_amount(cell) is not None for cell in filled) or not all(
            _FUND.search(cell) or _TOTAL.match(cell) or _NAME.match(cell) or _UNIT_COLUMN.match(cell)
            for cell in filled
        ):
            break
        rows.append(cells)
        body += 1
    width = max(len(row) for row in rows)
    stacks = [[row[i] for row in rows if i < len(row) and row[i]] for i in range(width)]
    name = next((i for i, stack in enumerate(stacks) if any(_NAME.match(h) for h in stack)), -1)
    unit = next((i for i, stack in enumerate(stacks) if any(_UNIT_COLUMN.match(h) for h in stack)), -1)
    total = next((i for i, stack in enumerate(stacks) if any(_TOTAL.match(h) for h in stack)), -1)
    funds = tuple(
        i
        for i, stack in enumerate(stacks)
        if i not in (name, total, unit) and any(_FUND.search(h) for h in stack) and "小计" not in stack
    )
    if total == -1 and not funds:
        return None
    wide = any("专户" in h or "单位资金" in h for stack in stacks for h in stack)
    certain = bool(funds) and any(head.startswith("项目名称") for head in stacks[name])
    return _Columns(name, total, unit, funds, wide, certain), body


def _is_numbering(filled: Sequence[str]) -> bool:
    """Whether the cells are the row of column numbers 1 2 3 … under a header."""
    return len(filled) > 2 and filled == [str(n) for n in range(1, len(filled) + 1)]


def _body(lines: Sequence[Line], index: int, columns: _Columns, table: _Table) -> int:
    """Fill `table` with the rows from `index` on; the index of the first line after the table."""
    unit = ""
    while index < len(lines):
        line = lines[index]
        text = squeeze(line.text)
        if _is_page_number(text):
            index += 1
            continue
        again = _header(lines, index)
        if again is not None:
            if again[0].wide != columns.wide:
                return index
            columns, index = again
            continue
        if _is_aside(line, text):
            if _NOTE.match(text) or not _goes_on(lines, index, columns, table):
                return index
            index += 1
            continue
        if _is_numbering([squeeze(c) for c in line.cells if c]):
            index += 1
            continue
        unit = _read_row(line, columns, table, unit)
        index += 1
    return index


def _is_aside(line: Line, text: str) -> bool:
    """Whether a line stands outside the table: a paragraph, also where a spreadsheet gives it empty cells."""
    if not line.is_row:
        return True
    return line.is_paragraph and bool(_is_title(line, text) or _ASIDE.search(text) or len(text) > 80)


def _goes_on(lines: Sequence[Line], index: int, columns: _Columns, table: _Table) -> bool:
    """Whether the paragraph at `index` only interrupts the table: its own title, or money unit, printed again."""
    for line in lines[index : index + 4]:
        text = squeeze(line.text)
        if not _is_aside(line, text):
            return _amount_at(line, columns.total) is not None or bool(_header([line], 0))
        if _is_title(line, text):
            if _part(text) != table.part:
                return False
        elif match := _OWNER.match(text):
            if table.owner and match[1] != table.owner:
                return False
        elif not (
            _is_page_number(text) or _MONEY_UNIT.search(text) or re.match(r"(?:部门|单位)名称[:：]", text)
        ):
            return False
    return False


def _is_page_number(text: str) -> bool:
    return bool(_PAGE.match(text)) and len(text) <= 12


def _amount_at(line: Line, column: int) -> Decimal | None:
    return parse_amount(line.cells[column]) if 0 <= column < len(line.cells) else None


def _read_row(line: Line, columns: _Columns, table: _Table, unit: str) -> str:
    """Add the row to `table`, or say why it could not be read; the unit that holds for the rows below."""
    name = line.cells[columns.name] if columns.name < len(line.cells) else ""
    if columns.unit >= 0 and columns.unit < len(line.cells) and line.cells[columns.unit]:
        unit = line.cells[columns.unit]
    funds = tuple(
        to_wan(amount, table.money) for i in columns.funds if (amount := _amount_at(line, i)) is not None
    )
    total = _amount_at(line, columns.total)
    amount = to_wan(total, table.money) if total is not None else None
    printed = line.cells[columns.total] if 0 <= columns.total < len(line.cells) else ""
    if amount is None and funds and not printed:
        amount = sum(funds, Decimal(0))
    if not name and amount is None:
        return unit
    if amount is None or not name:
        missing = ("金额", "an amount") if amount is None else ("项目名称", "a name")
        shown = line.text[:40]
        table.remarks.append(
            Remark(
                "row",
                "error",
                f"这一行缺少可读的{missing[0]}，未计入：“{shown}”。",
                f"This row has no readable {missing[1].split()[-1]} and was left out: “{shown}”.",
                line.place,
            )
        )
        return unit
    if abs(amount) >= ABSURD_WAN or amount < 0:
        odd = ("大得不可能", "impossibly large") if amount > 0 else ("是负数", "negative")
        table.remarks.append(
            Remark(
                "row",
                "error" if amount > 0 else "warning",
                f"“{name}”的金额 {amount:,} 万元{odd[0]}，请核对。",
                f"The amount of “{name}”, {amount:,}, is {odd[1]}; check it.",
                line.place,
            )
        )
    if funds and printed and abs(sum(funds, Decimal(0)) - amount) > TOLERANCE:
        table.remarks.append(
            Remark(
                "row",
                "warning",
                f"“{name}”的合计 {amount:,} 万元不等于各项资金之和 {sum(funds, Decimal(0)):,} 万元。",
                f"The total of “{name}”, {amount:,}, is not the sum of its funds, {sum(funds, Decimal(0)):,}.",
                line.place,
            )
        )
    place = line.place_of(columns.name)
    amount_place = line.place_of(columns.total if columns.total >= 0 else columns.funds[0])
    table.raws.append(_Raw(name, unit, amount, place, amount_place))
    return unit


def _sort_rows(table: _Table, department: str, known: set[str]) -> ProjectTables:
    """Items and subtotals of one table, and what each subtotal adds up."""
    raws = table.raws
    heads = _heads(raws, known)
    rows: list[ProjectRow] = []
    subtotals: list[Subtotal] = []
    unit = ""
    for raw, head in zip(raws, heads, strict=True):
        if head:
            subtotals.append(Subtotal(raw.name, table.part, raw.amount, raw.amount_place))
            if not is_group(raw.name):
                unit = department if _GRAND.match(squeeze(raw.name)) else raw.name
        else:
            rows.append(
                ProjectRow(
                    raw.name,
                    department,
                    raw.unit or unit or department,
                    table.part,
                    raw.amount,
                    raw.place,
                    raw.amount_place,
                )
            )
    claims = _claims(raws, heads, subtotals)
    return ProjectTables(tuple(rows), tuple(subtotals), claims, (), True)


def _heads(raws: Sequence[_Raw], known: set[str]) -> list[bool]:
    """Which rows add up others.

    A row named like an organisation that the document names nowhere else is one only if the rows below add up
    to it, and if the table's own total does not need it as an item.
    """
    sure = [_is_known_subtotal(raw.name, known) for raw in raws]
    heads = [sure[i] or _adds_up(raws, sure, i) for i in range(len(raws))]
    if raws and sure[0]:
        short = raws[0].amount - sum(
            (r.amount for r, h in zip(raws, heads, strict=True) if not h), Decimal(0)
        )
        for i, raw in enumerate(raws):
            if heads[i] and not sure[i] and abs(short) > TOLERANCE and abs(short - raw.amount) <= TOLERANCE:
                heads[i] = False
                break
    return heads


def _is_known_subtotal(name: str, known: set[str]) -> bool:
    flat = squeeze(name)
    return bool(_GRAND.match(flat) or _GROUP.match(flat)) or fold(name) in known


def is_group(name: str) -> bool:
    """Whether a row is named after a kind of projects (其他运转类, 特定目标类) and not after a unit."""
    return bool(_GROUP.match(squeeze(name)))


def _adds_up(raws: Sequence[_Raw], sure: Sequence[bool], i: int) -> bool:
    """Whether row `i` is named like an organisation and the rows below it add up to it."""
    if not _ORGANISATION.search(squeeze(raws[i].name)):
        return False
    below = Decimal(0)
    for j in range(i + 1, len(raws)):
        if sure[j] or below > raws[i].amount + TOLERANCE:
            return False
        below += raws[j].amount
        if abs(below - raws[i].amount) <= TOLERANCE:
            return True
    return False


def _claims(raws: Sequence[_Raw], heads: Sequence[bool], subtotals: Sequence[Subtotal]) -> tuple[Claim, ...]:
    """Each subtotal with the amounts it must add up.

    A first row, or a 合计 at the end, adds up all items of the table; any other the items down to the next, and a
    小计 with nothing below it those above. A first row that only its own items add up to is a unit's.
    """
    indexes = [i for i, head in enumerate(heads) if head]
    everything = tuple(raw.amount for raw, head in zip(raws, heads, strict=True) if not head)
    claims = []
    for n, i in enumerate(indexes):
        end = indexes[n + 1] if n + 1 < len(indexes) else len(raws)
        own = tuple(raw.amount for raw in raws[i + 1 : end])
        above = tuple(raw.amount for raw in raws[indexes[n - 1] + 1 if n else 0 : i])
        name = squeeze(raws[i].name)
        parts, whole = own, False
        if name == "小计" and above and (not own or _sums(above, raws[i].amount)):
            parts = above
        elif n == 0 or (_GRAND.match(name) and not own):
            if not own or _sums(everything, raws[i].amount) or not _sums(own, raws[i].amount):
                parts, whole = everything, True
        elif not own:  # what stands below are its groups: 其他运转类, 特定目标类
            parts = _grouped(raws, heads, i)
        claims.append(Claim(subtotals[n], parts, whole))
    return tuple(claims)


def _grouped(raws: Sequence[_Raw], heads: Sequence[bool], i: int) -> tuple[Decimal, ...]:
    """The items below row `i` as far as only group rows stand between."""
    parts: list[Decimal] = []
    for raw, head in zip(raws[i + 1 :], heads[i + 1 :], strict=True):
        if head and not is_group(raw.name):
            break
        if not head:
            parts.append(raw.amount)
    return tuple(parts)


def _sums(parts: Sequence[Decimal], amount: Decimal) -> bool:
    return abs(sum(parts, Decimal(0)) - amount) <= TOLERANCE
