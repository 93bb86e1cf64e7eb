"""Record files of any length, read piece by piece: the same items as `goufu.disclosure.lists.records` gives for the whole.

A file is surveyed first (two quick passes): encoding, header, unit, and what only all rows together say, such as which
blanks are merged cells. What then holds for every row is a `Plan`; `pieces` gives the rows in turn, and `items_of` reads
a piece by the plan with the very functions that read a whole list, in any process. A file of which that cannot be said
(a header further down, no unit of money) raises `OddListError`; such a file is read whole.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from goufu.catalog.errors import GoufuError
from goufu.disclosure.amounts import looks_like_yuan
from goufu.disclosure.formats.detect import format_of
from goufu.disclosure.formats.gate import limit, refuse_odd
from goufu.disclosure.formats.spreadsheet import cell_text
from goufu.disclosure.lines import Line, fold, label
from goufu.disclosure.lists.amount_column import unit_in_cell
from goufu.disclosure.lists.body_rows import names_department, part_alone
from goufu.disclosure.lists.cell_values import is_bulleted, is_total, year_alone
from goufu.disclosure.lists.headings import has_title, heading
from goufu.disclosure.lists.levels import is_level, is_within, levels_in_titles
from goufu.disclosure.lists.model import Grid, ListContents
from goufu.disclosure.lists.pieces import OddListError, Piece, Settled, read_piece, settle
from goufu.disclosure.lists.read_list import half_a_name
from goufu.disclosure.lists.recognise import is_list
from goufu.disclosure.lists.row_values import is_ditto
from goufu.disclosure.lists.running_sums import RunningSums
from goufu.disclosure.lists.sources.delimited_text import best_separated, is_indented, separated_cells
from goufu.disclosure.lists.sources.json_objects import (
    held_objects,
    is_line_of_json,
    object_cells,
    object_of,
    priced_keys,
)
from goufu.disclosure.model import BudgetItem, Place, Remark
from goufu.disclosure.tables.titles import is_title
from goufu.disclosure.total_names import is_figure_of_list

#: the head that settles header and unit: bytes, lines, and rows that must be seen of it
_HEAD, _HEAD_LINES, _HEAD_ROWS = 1 << 20, 600, 220
#: rows below a piece that are at hand where one near its end may add up others
_AHEAD = 512
#: rows above a piece that may be needed for what it carries over
_BACK = 2000
#: names of departments and units in one file; beyond, it is none of budget lines
_NAMES = 1_000_000
#: characters read well for each that is not, as in `goufu.disclosure.formats.text`
_SOUND = 10
_BLOCK = 1 << 20
#: characters of names that may be parts or notes, of those that may be totals, and of short ones that may be
_OF_NOTES, _OF_TOTALS, _OF_SHORT_TOTALS = frozenset("其:："), frozenset("计計"), frozenset("总總汇共页頁全")
#: how offices end
_OF_OFFICES = frozenset("局会室委府处心：:")
_NUMERALS = frozenset("0123456789(（")
_MINUS = ("-", "－", "−", "(", "（")

Row = tuple[int, Any]  # its line, and its cells (CSV) or its text (JSON Lines)


@dataclass(frozen=True)
class Plan:
    """How every row of a file is read: small, and the same for each process. `keys` are those of JSON Lines."""

    file: str
    stem: str
    kind: Literal["csv", "jsonl"]
    separator: str
    keys: tuple[str, ...]
    settled: Settled


@dataclass(frozen=True)
class Survey:
    """A record file looked through: its plan, its SHA-256, its rows, and the remarks on it as a whole."""

    path: Path
    plan: Plan
    digest: str
    size: int
    changed_ns: int
    encoding: str
    errors: Literal["strict", "replace"]
    rows: int
    needed: tuple[int, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class RawPiece:
    """Rows as they are in the file, with those above and below that reading them needs."""

    number: int
    above: list[Row]
    rows: list[Row]
    below: list[Row]
    last: bool


def survey(path: Path) -> Survey:
    """Look a record file through. Raises OddListError where it must be read whole, GoufuError where it cannot be opened."""
    refuse_odd(path, str(path))
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    try:
        kind = format_of(head, path.name, str(path))
    except GoufuError as error:
        raise OddListError("不是记录文件", "it is no record file") from error
    if kind not in ("csv", "jsonl"):
        raise OddListError("不是 CSV 或 JSON Lines", "it is neither CSV nor JSON Lines")
    digest, encoding, errors = _bytes_seen(path)
    before = path.stat()
    look = _csv_survey if kind == "csv" else _json_survey
    cut = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1]
    text = cut.decode(encoding, errors)
    text = "\n".join(text.split("\n", _HEAD_LINES)[:_HEAD_LINES])
    plan, rows, needed, remarks = look(path, text.lstrip("\ufeff"), encoding, errors)
    if not rows:
        raise OddListError("只有表头", "there is only a header")
    return Survey(
        path, plan, digest, before.st_size, before.st_mtime_ns, encoding, errors, rows, needed, remarks
    )


def _bytes_seen(path: Path) -> tuple[str, str, Literal["strict", "replace"]]:
    """The digest of a file, its encoding, and whether some of its bytes cannot be read, as `formats.text.decoded` decides."""
    told = hashlib.sha256()
    quotes = longest = tail = 0
    strict: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")("strict")
    marked, block = False, b""
    with path.open("rb") as stream:
        first = True
        while True:
            block = stream.read(_BLOCK)
            if first:
                first = False
                if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in block[:4096]:
                    raise OddListError("是 UTF-16", "it is UTF-16")
                marked = block.startswith(codecs.BOM_UTF8)
            told.update(block)
            quotes += block.count(b'"')
            lengths = list(map(len, block.split(b"\n")))
            lengths[0] += tail
            tail = lengths[-1]
            longest = max(longest, *lengths)
            if strict is not None:
                try:
                    strict.decode(block, final=not block)
                except UnicodeDecodeError:
                    strict = None
            if not block:
                break
    if longest > 4 * limit("line-chars"):
        raise OddListError(f"有一行超过 {limit('line-chars'):,} 字", "a line is too long")
    if quotes % 2:
        raise OddListError("引号不成对", "quotes are not paired")
    if strict is not None:
        return told.hexdigest(), "utf-8-sig" if marked else "utf-8", "strict"
    encoding, errors = _lenient_encoding(path, marked)
    return told.hexdigest(), encoding, errors


def _lenient_encoding(path: Path, marked: bool) -> tuple[str, Literal["strict", "replace"]]:
    """The encoding of a file that is not UTF-8 throughout. Raises OddListError where there is none."""
    for name in ("utf-8-sig",) if marked else ("utf-8", "gb18030"):
        for errors in ("strict", "replace") if name == "gb18030" else ("replace",):
            bad = high = 0
            try:
                with path.open(encoding=name, errors=errors, newline="") as stream:
                    while text := stream.read(_BLOCK):
                        bad += text.count("\ufffd") if errors == "replace" else 0
                        high += len(text) - len(text.encode("ascii", "ignore"))
            except UnicodeDecodeError:
                continue
            if not bad * _SOUND > high:
                return name, "strict" if errors == "strict" else "replace"
    raise OddListError("编码无法识别", "its encoding is not known")


# -- what only all rows together say ------------------------------------------------------------------------------


@dataclass
class _Column:
    """What is seen of one column while all rows pass: its values as they are meant, and where it is blank."""

    values: dict[str, str]
    blanks: int = 0
    pattern: int = 0
    begins_blank: bool = False
    lines: list[int] = field(default_factory=list)

    def at_blank(self, line: int, first: bool) -> None:
        """Take in a blank in that line, the `first` of the list or another."""
        self.blanks += 1
        self.pattern = hash((self.pattern, line))
        self.begins_blank = self.begins_blank or first
        if len(self.lines) < 6:
            self.lines.append(line)


def _csv_survey(
    path: Path, head: str, encoding: str, errors: str
) -> tuple[Plan, int, tuple[int, ...], tuple[Remark, ...]]:
    separator, settled, remarks = _csv_head(path, head)
    look = _Look(settled, separator, path.name)
    rows = 0
    try:
        for line, cells in _csv_rows(path, separator, encoding, errors):
            rows += 1
            look.at_row(line, cells)
            if rows % 10_000 == 0:
                _not_too_many(look.seen)
    except csv.Error as error:
        raise OddListError("不是完整的 CSV", f"it is no whole CSV ({error})") from error
    if look.sums.only_whole():
        raise OddListError("有的小计或“其中”要看全部行", "some subtotals, or rows called 其中, need all rows")
    carried = _carried(settled, look.seen)
    filled = tuple(
        _carried_remark(path.name, settled.header.names[n], look.seen[n].lines) for n in sorted(carried)
    )
    ditto = {n for n, column in look.seen.items() if any(map(is_ditto, column.values.values()))}
    settled = replace(_with_names(settled, look.seen, carried), negative=look.negative, totals_compared=True)
    plan = Plan(path.name, path.stem, "csv", separator, (), settled)
    bad = _unreadable(path, encoding) if errors == "replace" else ()
    return (
        plan,
        rows,
        tuple(sorted({*carried, *ditto})),
        (*bad, *remarks, *filled, *look.sums.remarks(), *look.halves),
    )


def _csv_head(path: Path, head: str) -> tuple[str, Settled, tuple[Remark, ...]]:
    """The separator of a CSV, what its head settles, and the remarks on it."""
    try:
        best = best_separated(head[: _even(head)], path.name, str(path), {})
    except GoufuError:
        best = None
    if best is None or best[0] == "|":
        raise OddListError("看不出分隔符，或是 Markdown 表格", "its separator is not plain")
    separator, parsed = best
    grid = Grid("", parsed.rows, lambda n, _: Place(path.name, line=n), knows_merged=False)
    if len(grid.rows) < min(_HEAD_ROWS, head.count("\n")) // 2:
        raise OddListError("开头的行不整齐", "its first rows are uneven")
    if not is_list([Line(tuple(cells), Place(path.name, line=n)) for n, cells in grid.rows], True):
        raise OddListError("像是公开表，不是清单", "it reads like a table of a disclosure")
    settled, remarks = settle(grid)
    return separator, settled, remarks


class _Look:
    """What is seen while the raw rows of a CSV pass: the values of some columns, their blanks, negative amounts."""

    def __init__(self, settled: Settled, separator: str, file: str) -> None:
        header = settled.header
        self.sums = RunningSums(header, settled.amount, settled.unit, file)
        self.settled, self.separator = settled, separator
        self.seen = {
            n: _Column({})
            for n, one in enumerate(header.columns)
            if one is not None and one.field in ("department", "unit", "year", "measure")
        }
        self.measures = frozenset(header.of("measure"))
        self.numbers = [(n, name) for name in ("number", "id", "functional_class") for n in header.of(name)]
        self.owned = bool(header.of("department"))
        self.title = header.of("title")[0]
        self.negative = self.begun = False
        self.before: dict[int, str] = {}
        self.half: tuple[int, str] | None = None
        self.halves: list[Remark] = []

    def at_row(self, line: int, cells: Sequence[str]) -> None:
        """Take in one row. Raises OddListError where only the rows around it tell what it is."""
        title, amount = self.title, self.settled.amount
        blank = []
        for n, column in self.seen.items():
            cell = cells[n] if n < len(cells) else ""
            meant = column.values.get(cell)
            if meant is None:
                meant = column.values[cell] = cell_text(cell)
            if not meant and n not in self.measures:
                blank.append(n)
        self._must_be_plain(cells)
        if self.half is not None or not 0 <= amount < len(cells) or not cells[amount]:
            self._may_be_half(line, cells)
        if 0 <= amount < len(cells):
            self.negative = self.negative or cells[amount].strip().startswith(_MINUS)
            _in_its_unit(cells[amount], self.settled.unit)
        if self._is_line(cells):
            self.sums.at_line(line, cells)
            for n in blank:
                self.seen[n].at_blank(line, not self.begun)
            self.begun = True
        elif title < len(cells) and is_total(cells[title]):
            self.sums.at_total(line, cells)

    def _must_be_plain(self, cells: Sequence[str]) -> None:
        """Raises OddListError where a row is set in, numbered by levels or that of a department."""
        title = self.title
        if title < len(cells) and _may_be_set_in(cells[title]):
            raise OddListError("有缩进的项目名称", "some titles are set in")
        if title < len(cells) and cells[title][:1] in _NUMERALS and levels_in_titles([cells[title]]):
            raise OddListError("项目名称前的序号分级", "numbers before titles have levels")
        called = cells[title] if title < len(cells) else ""
        if year_alone(called):
            raise OddListError("有的行只写年度", "some rows are called by a year alone")
        if not self.owned and called[-1:] in _OF_OFFICES and names_department(called):
            raise OddListError("有的行以部门为名", "some rows are called by a department")
        for n, name in self.numbers:
            plain = n >= len(cells) or (name != "functional_class" and cells[n].isdecimal())
            if not plain and is_level(cells[n], name):
                raise OddListError("序号分级", "its numbers have levels")
            number = cells[n] if n < len(cells) else ""
            if plain and is_within(self.before.get(n, ""), number):
                raise OddListError("编号分级", "its codes have levels")
            self.before[n] = number
        if 0 <= self.settled.amount < len(cells) and cells[self.settled.amount]:
            return
        filled = [cell for cell in cells if cell and not cell.isspace()]
        if len(filled) == 1:
            if part_alone(filled[0]):
                raise OddListError("预算的一部分单独占一行", "parts of the budget stand alone in rows")
            if not self.owned and names_department(filled[0]):
                raise OddListError("部门单独占一行", "departments stand alone in rows")

    def _may_be_half(self, line: int, cells: Sequence[str]) -> None:
        """Remember a row that has nothing but a name, and tell the one before where this one has a name and more."""
        half, self.half = self.half, None
        filled = [n for n, cell in enumerate(cells) if cell and not cell.isspace()]
        if self.title not in filled:
            return
        if half is not None and len(filled) > 1 and half[0] + 1 == line and len(self.halves) < 20:
            item = BudgetItem(id="", title=half[1], place=Place(self.sums.file, line=half[0]))
            if not is_total(cells[self.title]):
                self.halves.append(half_a_name(item))
        if len(filled) == 1 and self.settled.is_line(separated_cells(cells, self.separator), _nowhere):
            self.half = (line, cell_text(cells[self.title]))

    def _is_line(self, cells: Sequence[str]) -> bool:
        names = self.settled.header.names
        if _plainly_a_line(cells, names, self.title, self.settled.amount):
            return True
        return self.settled.is_line(separated_cells(cells, self.separator), _nowhere)


def _may_be_set_in(title: str) -> bool:
    """Whether a title is set in from the left or stands behind a dash or a dot."""
    first = title[:1]
    return bool(first) and (
        is_indented(title) if first.isspace() else not first.isalnum() and is_bulleted(title.strip())
    )


def _in_its_unit(cell: str, unit: str) -> None:
    """Raises OddListError where a currency sign says that an amount is in 元: then the others are to be asked."""
    if not cell.isascii() and looks_like_yuan(cell, unit):
        raise OddListError(
            "有的金额带货币符号，像是元", "some amounts have a currency sign and look like yuan"
        )


def _carried_remark(file: str, name: str, lines: Sequence[int]) -> Remark:
    shown = "、".join(map(str, lines[:5])) + ("…" if len(lines) > 5 else "")
    return Remark(
        "carried",
        "warning",
        f"“{name}”在第 {shown} 行是空的，像是合并过的单元格，按上面一行补上，请核对。",
        f"“{name}” is blank in rows {shown}, like a cell that was merged; filled from above. Check it.",
        Place(file, line=lines[0]),
    )


def _plainly_a_line(cells: Sequence[str], names: Sequence[str], title: int, amount: int) -> bool:
    """Whether a raw row is a line of the list at the first glance: a long enough title and an amount in figures."""
    if not max(title, amount) < len(cells) <= len(names) or amount < 0:
        return False
    name = cells[title]
    return (
        cells[amount][:1].isdigit()
        and len(name) > 2
        and name[0] > "\u3400"
        and _OF_NOTES.isdisjoint(name)
        and (len(name) > 6 or _OF_SHORT_TOTALS.isdisjoint(name))
        and (_OF_TOTALS.isdisjoint(name) or not (is_total(name) or is_figure_of_list(name)))
    )


def _nowhere(_: int, __: int) -> Place:
    return Place("")


def _even(text: str) -> int:
    """Where to cut a text so that no quote is open: at its last line end with paired quotes before."""
    at = len(text)
    while at > 0 and text.count('"', 0, at) % 2:
        at = text.rfind("\n", 0, at - 1) + 1
    return at


def _csv_rows(path: Path, separator: str, encoding: str, errors: str) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header that are not blank, as they stand, with their lines."""
    csv.field_size_limit(1_000_000)
    with path.open(encoding=encoding, errors=errors, newline="") as stream:
        reader = csv.reader(stream, delimiter=separator)
        line, begun = 1, False
        for cells in reader:
            if any(map(str.strip, cells)):
                if begun:
                    yield line, cells
                begun = True
            line = reader.line_num + 1


def _not_too_many(seen: Mapping[int, _Column]) -> None:
    if any(len(column.values) > _NAMES for column in seen.values()):
        raise OddListError("部门和单位的名称多得不像清单", "it has more departments and units than any list")


def _carried(settled: Settled, seen: Mapping[int, _Column]) -> dict[int, str]:
    """The columns whose blanks are merged cells, by field: the rule of `_evident` in `table`, from what all rows show."""
    header = settled.header
    title = header.of("title")[0]
    blank: dict[int, tuple[int, int]] = {}
    for name in ("department", "unit", "year"):
        for n in header.of(name)[:1]:
            if seen[n].blanks and not seen[n].begins_blank:
                blank[n] = (seen[n].blanks, seen[n].pattern)
    found: dict[int, str] = {}
    for n, gaps in blank.items():
        one = header.columns[n]
        assert one is not None
        before = n < title and (one.field != "unit" or not header.of("department"))
        if before or any(other == gaps and m != n for m, other in blank.items()):
            found[n] = one.field
    return found


def _with_names(settled: Settled, seen: Mapping[int, _Column], carried: Mapping[int, str]) -> Settled:
    """`settled` with what the survey found. Raises OddListError where rows give units of money of their own."""
    header = settled.header
    names: set[str] = set()
    for n, column in seen.items():
        field = header.columns[n].field  # type: ignore[union-attr]
        if field in ("measure", "unit") and any(map(unit_in_cell, column.values.values())):
            raise OddListError("各行的金额单位不同", "rows give units of money of their own")
        if field in ("department", "unit"):
            names |= {fold(value) for value in column.values.values()}
    return replace(settled, carried=carried, organisations=frozenset(names - {""}))


def _unreadable(path: Path, encoding: str) -> tuple[Remark, ...]:
    """Remarks on the first lines with bytes that cannot be read."""
    found: list[Remark] = []
    with path.open(encoding=encoding, errors="replace", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            if "\ufffd" in line:
                found.append(
                    Remark(
                        "file",
                        "warning",
                        "这一行有字节读不出来，显示为“\ufffd”，请对照原文件。",
                        "This line holds bytes that could not be read, shown as “\ufffd”; compare the original.",
                        Place(path.name, line=number),
                    )
                )
                if len(found) == 20:
                    break
    return tuple(found)


def _json_survey(
    path: Path, head: str, encoding: str, errors: str
) -> tuple[Plan, int, tuple[int, ...], tuple[Remark, ...]]:
    if not head.lstrip().startswith("{") or not is_line_of_json(head.lstrip()):
        raise OddListError("不是一行一个 JSON 对象", "it has not one JSON object a line")
    keys: dict[str, None] = {}
    values: dict[str, dict[str, str]] = {}
    priced: list[str] = []
    rows, negative = 0, False
    signed: set[str] = set()
    for _, text in _json_rows(path, encoding, errors):
        rows += 1
        value = _object(text)
        for key in value.keys() - keys.keys():
            keys.update(dict.fromkeys(map(str, value)))  # in the order of the object
            one = heading(key)
            if one is not None and one.field in ("department", "unit", "year", "measure"):
                values[key] = {}
            elif one is not None and one.field == "amount":
                priced.append(key)
        for key, known in values.items():
            cell = value.get(key)
            if isinstance(cell, str) and cell not in known:
                known[cell] = cell_text(cell)
        amounts = [str(value.get(key, "")) for key in priced]
        negative = negative or any(amount.startswith(_MINUS) for amount in amounts)
        signed |= {amount for amount in amounts if "¥" in amount or "￥" in amount}
    names = tuple(key for key in keys if heading(key) is not None)
    if not has_title(list(keys)) or not has_title(names):
        raise OddListError("没有项目名称", "there is no title")
    head_rows = _json_head(path, encoding, errors, names)
    settled, remarks = settle(Grid("", head_rows, lambda n, _: Place(path.name, line=n), header=0))
    for text in signed:
        _in_its_unit(text, settled.unit)
    places = {key: n for n, key in enumerate(names)}
    seen = {places[key]: _Column(known) for key, known in values.items()}
    _not_too_many(seen)
    if any(is_ditto(value) for column in seen.values() for value in column.values.values()):
        raise OddListError("有“同上”", "it says ditto")
    settled = replace(_with_names(settled, seen, {}), negative=negative)
    plan = Plan(path.name, path.stem, "jsonl", "", names, settled)
    bad = _unreadable(path, encoding) if errors == "replace" else ()
    return plan, rows, (), (*bad, *remarks)


def _object(text: str) -> dict[str, Any]:
    """The object of a line, empty where it holds none. Raises OddListError where it holds several records."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    if held_objects(value) is not None:
        raise OddListError("一行有多条记录", "a line holds several records")
    return value


def _json_head(
    path: Path, encoding: str, errors: str, names: tuple[str, ...]
) -> list[tuple[int, tuple[str, ...]]]:
    """The header and the first rows of a file of JSON Lines."""
    found: list[tuple[int, tuple[str, ...]]] = [(0, names)]
    for line, text in _json_rows(path, encoding, errors):
        place = Place(path.name, line=line)
        value = object_of(text, place)
        if not isinstance(value, Remark) and (
            cells := object_cells(value, names, priced_keys(names), place)[0]
        ):
            found.append((line, cells))
        if len(found) > _HEAD_ROWS:
            break
    return found


def _json_rows(path: Path, encoding: str, errors: str) -> Iterator[tuple[int, str]]:
    with path.open(encoding=encoding, errors=errors) as stream:
        for number, text in enumerate(stream, 1):
            stripped = text.strip("\ufeff \t\r\n")
            if stripped:
                yield number, stripped


# -- the pieces ---------------------------------------------------------------------------------------------------


def pieces(found: Survey, size: int, skip: int = 0) -> Iterator[RawPiece]:
    """The rows of a surveyed file, `size` at a time; the first `skip` pieces are passed over.

    Raises GoufuError where the file was changed since it was surveyed.
    """
    plan = found.plan
    rows: Iterator[Row]
    if plan.kind == "csv":
        rows = _csv_rows(found.path, plan.separator, found.encoding, found.errors)
    else:
        rows = _json_rows(found.path, found.encoding, found.errors)
    is_settled = _settling(found)
    waiting: list[Row] = []
    above: list[Row] = []
    number = 0
    ended = False
    while not ended or waiting:
        while not ended and len(waiting) < size + _AHEAD:
            row = next(rows, None)
            if row is None:
                ended = True
            else:
                waiting.append(row)
        some, waiting = waiting[:size], waiting[size:]
        if not some:
            break
        if number >= skip:
            yield RawPiece(number, above, some, waiting[:_AHEAD], ended and not waiting)
        number += 1
        above = _above(above, some, is_settled)
    now = found.path.stat()
    if (now.st_size, now.st_mtime_ns) != (found.size, found.changed_ns):
        raise GoufuError(
            "读的时候文件被改动了，请重新运行。",
            "The file was changed while it was read; run it again.",
            str(found.path),
        )


def _above(above: list[Row], some: list[Row], is_settled: Callable[[Row], bool]) -> list[Row]:
    """The rows from the last one that needs none above it."""
    for at in range(len(some) - 1, -1, -1):
        if is_settled(some[at]):
            return some[at:]
        if len(some) - at > _BACK:
            raise OddListError("合并的单元格太长", "a merged cell spans too many rows")
    return [*above, *some]


def _settling(found: Survey) -> Callable[[Row], bool]:
    """Whether a row by itself settles what rows below it carry over: a plain item with all that others leave blank."""
    if found.plan.kind == "jsonl":
        return lambda row: _is_plain_object(found.plan, row[1])
    header = found.plan.settled.header
    title, amount = header.of("title")[0], found.plan.settled.amount
    needed = found.needed

    def is_settled(row: Row) -> bool:
        cells = row[1]
        if (
            len(cells) > len(header.names)
            or len(cells) <= max((title, amount, *needed))
            or not cells[title].strip()
        ):
            return False
        if amount >= 0 and not cells[amount].strip()[:1].isdigit():
            return False
        if ":" in cells[title] or "：" in cells[title]:  # perhaps a note
            return False
        if is_total(cell_text(cells[title])) or heading(cells[title]) is not None or "其中" in cells:
            return False
        return all(cells[n].strip() and not is_ditto(cells[n]) for n in needed)

    return is_settled


def _is_plain_object(plan: Plan, text: str) -> bool:
    """Whether a line of JSON Lines is an item by its title and two more fields, whatever stands above it."""
    value = object_of(text, Place(plan.file))
    if isinstance(value, Remark):
        return False
    titles = [plan.keys[n] for n in plan.settled.header.of("title")]
    title = next((value[key] for key in titles if isinstance(value.get(key), str) and value[key].strip()), "")
    filled = sum(
        1 for key in plan.keys if value.get(key) not in (None, "") and not isinstance(value[key], list | dict)
    )
    noted = ":" in title or "：" in title
    return bool(title) and filled > 2 and not (noted or is_total(cell_text(title)) or heading(title))


def items_of(plan: Plan, piece: RawPiece) -> ListContents:
    """The items of a piece, as the whole file read at once gives them, and the remarks on its rows; totals are not checked.

    Raises OddListError where the rows cannot be understood without all the others.
    """

    places: dict[int, Place] = {}

    def place(number: int, _: int) -> Place:
        return places.get(number) or places.setdefault(number, Place(plan.file, line=number))

    remarks: list[Remark] = []
    above = _understood(plan, piece.above, [])
    rows = _understood(plan, piece.rows, remarks)
    for number, cells in rows if plan.kind == "csv" else ():
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and is_title(line := Line(tuple(cells), place(number, 0)), label(line.text)):
            raise OddListError("是公开表，不是清单", "it is a table of a disclosure")
    read = read_piece(
        Piece(above, rows, lambda: _understood(plan, piece.below, []), piece.rows[0][0], piece.last),
        plan.settled,
        place,
        plan.stem,
    )
    merged = sorted((*remarks, *read.remarks), key=lambda one: (one.place and one.place.line) or 0)
    return replace(read, remarks=tuple(merged))


def _understood(plan: Plan, rows: Sequence[Row], remarks: list[Remark]) -> list[tuple[int, tuple[str, ...]]]:
    """Raw rows as cells; a row that holds none is a remark."""
    found: list[tuple[int, tuple[str, ...]]] = []
    if plan.kind == "csv":
        for line, cells in rows:
            cleaned = separated_cells(cells, plan.separator)
            if any(cleaned):
                found.append((line, cleaned))
        return found
    priced = priced_keys(plan.keys)
    for line, text in rows:
        place = Place(plan.file, line=line)
        value = object_of(text, place)
        row, doubts = (
            ((), [value]) if isinstance(value, Remark) else object_cells(value, plan.keys, priced, place)
        )
        remarks += doubts
        if row:
            found.append((line, row))
    return found
